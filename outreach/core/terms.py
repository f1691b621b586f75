"""Which words do we use, and what facts does a decision stand on?

Every enum value is the word that files, JSON, the database and the case log use. Every fact is frozen: a decision
reads facts and returns a value, it never changes anything. Instants are aware UTC `datetime`s in fields named `..._at`
(or `at`); local dates are `date`s in fields named `..._on` (or `on`). Money is an integer of minor units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum


class Channel(StrEnum):
    """How a debtor is reached."""

    SMS = "sms"
    CALL = "call"

    @property
    def word(self) -> str:
        """As people say it."""
        return "text" if self is Channel.SMS else "call"


class Voice(StrEnum):
    """Who speaks first on a call: a person, a recording or synthetic voice, or a message dropped on a machine."""

    AGENT = "agent"
    RECORDED = "recorded"
    VOICEMAIL_DROP = "voicemail_drop"


class Purpose(StrEnum):
    """Why we contact. Some laws bind only some purposes."""

    REMINDER = "reminder"
    COLLECTION = "collection"
    REQUESTED_CALLBACK = "requested_callback"
    REPLY = "reply"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"


class Collector(StrEnum):
    """Whose debt is collected: our own in our own name, or another's."""

    FIRST_PARTY = "first_party"
    THIRD_PARTY = "third_party"


class Direction(StrEnum):
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"
    UNKNOWN = "unknown"


class PhonePlace(StrEnum):
    PERSONAL = "personal"
    WORK = "work"


class CaseStatus(StrEnum):
    """`active` is worked, `promised` waits for a promise, `held` waits for a person, `closed` is over."""

    ACTIVE = "active"
    PROMISED = "promised"
    HELD = "held"
    CLOSED = "closed"


class Disposition(StrEnum):
    """What came of an attempt, or `received` for an inbound contact."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    NOT_IN_SERVICE = "not_in_service"
    MACHINE = "machine"
    VOICEMAIL_LEFT = "voicemail_left"
    RIGHT_PARTY = "right_party"
    WRONG_PARTY = "wrong_party"
    UNIDENTIFIED = "unidentified"
    ABANDONED = "abandoned"
    FAILED = "failed"
    RECEIVED = "received"


class AttemptState(StrEnum):
    """Where one try stands between us and the carrier. See `ATTEMPT_MOVES`."""

    RESERVED = "reserved"  # counted against every cap, carrier not asked
    PLACING = "placing"  # the carrier is being asked, or we died asking
    PLACED = "placed"  # the carrier has it, under a sid
    IN_DOUBT = "in_doubt"  # asked, answer unknown: settled by asking the carrier, never by sending again
    FINAL = "final"  # disposition known, or aged out
    RELEASED = "released"  # never left: a stop, a payment or the end of the window came first


ATTEMPT_MOVES: dict[AttemptState, frozenset[AttemptState]] = {
    AttemptState.RESERVED: frozenset({AttemptState.PLACING, AttemptState.RELEASED}),
    AttemptState.PLACING: frozenset(
        {AttemptState.PLACED, AttemptState.FINAL, AttemptState.IN_DOUBT, AttemptState.RELEASED}
    ),
    AttemptState.IN_DOUBT: frozenset({AttemptState.PLACED, AttemptState.FINAL}),
    AttemptState.PLACED: frozenset({AttemptState.FINAL}),
    AttemptState.FINAL: frozenset(),
    AttemptState.RELEASED: frozenset(),
}


class PromiseStatus(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class ConsentKind(StrEnum):
    SMS = "sms"
    RECORDED_CALL = "recorded_call"
    OUTSIDE_HOURS = "outside_hours"
    CALLBACK = "callback"


class ConsentGivenTo(StrEnum):
    US = "us"
    CREDITOR = "creditor"


class SuppressionReason(StrEnum):
    """Why somebody must not be contacted."""

    OPT_OUT = "opt_out"
    CEASE = "cease"
    ATTORNEY = "attorney"
    DISPUTE = "dispute"
    BANKRUPTCY = "bankruptcy"
    DECEASED = "deceased"
    WRONG_NUMBER = "wrong_number"
    IDENTITY_THEFT = "identity_theft"
    LITIGATION = "litigation"
    COMPLAINT = "complaint"
    PAID = "paid"
    HARDSHIP = "hardship"
    INCAPACITY = "incapacity"
    MINOR = "minor"
    REFUSED_CHANNEL = "refused_channel"
    QUESTION = "question"  # they asked something, and nobody has answered


class SuppressionScope(StrEnum):
    DEBTOR = "debtor"
    CASE = "case"
    PHONE = "phone"


class IntentKind(StrEnum):
    """What a reply, keypress or phrase means."""

    PROMISE = "promise"
    ACCEPT = "accept"
    DECLINE = "decline"
    PAID = "paid"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    STOP_CALLS = "stop_calls"
    CEASE = "cease"
    DISPUTE = "dispute"
    WRONG_NUMBER = "wrong_number"
    ATTORNEY = "attorney"
    BANKRUPTCY = "bankruptcy"
    DECEASED = "deceased"
    HARDSHIP = "hardship"
    CALLBACK = "callback"
    QUESTION = "question"
    COMPLAINT = "complaint"
    UNCLEAR = "unclear"


class Decision(StrEnum):
    ALLOW = "allow"
    DEFER = "defer"
    REFUSE = "refuse"


class EventKind(StrEnum):
    """Kinds of case log lines, past tense. Every change of a case is one of these."""

    OPENED = "opened"
    UPDATED = "updated"
    PLANNED = "planned"
    REFUSED = "refused"  # judged, and not lawful or not permitted now: rule, citation, retry_at
    STEP_EXPIRED = "step_expired"
    STEP_SHIFTED = "step_shifted"
    STEP_MERGED = "step_merged"
    STEP_SKIPPED = "step_skipped"  # a condition of the campaign did not hold, its time passed, or it may not be done
    CADENCE_ENDED = "cadence_ended"
    ATTEMPT_RESERVED = "attempt_reserved"
    ATTEMPT_RELEASED = "attempt_released"
    ATTEMPT_PLACED = "attempt_placed"
    ATTEMPT_IN_DOUBT = "attempt_in_doubt"
    CONTACT_FOUND = "contact_found"  # on the carrier's books, from a number of ours, and none of us asked for it
    ATTEMPT_FAILED = "attempt_failed"
    CANCEL_ASKED = (
        "cancel_asked"  # somebody stopped it, or it waits there too long: the carrier is to drop what it has not done
    )
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    ANSWERED = "answered"
    IDENTIFIED = "identified"
    CALL_ENDED = "call_ended"
    TRANSFERRED = "transferred"
    TRANSFER_FAILED = "transfer_failed"
    CALLBACK_OFFERED = "callback_offered"
    CALLBACK_REQUESTED = "callback_requested"
    KEYPRESSED = "keypressed"
    REPLIED = "replied"
    NEEDS_PERSON = "needs_person"
    PROMISED = "promised"
    PROMISE_KEPT = "promise_kept"
    PROMISE_BROKEN = "promise_broken"
    PROMISE_CANCELLED = "promise_cancelled"
    PROMISE_REOPENED = "promise_reopened"  # it stands again: what had kept it was taken back
    PAID = "paid"
    PAYMENT_REVERSED = "payment_reversed"
    SUPPRESSED = "suppressed"
    SUPPRESSION_LIFTED = "suppression_lifted"
    CONSENTED = "consented"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    TIMES_NAMED = "times_named"  # the debtor named times, or a place, at which contact is inconvenient
    LANGUAGE_CHANGED = "language_changed"
    HELD = "held"
    RESUMED = "resumed"
    CLOSED = "closed"
    REOPENED = "reopened"
    NOTED = "noted"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, fen, pence) of an ISO 4217 currency."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Address:
    """`country` ISO 3166-1 alpha-2; `region` ISO 3166-2 subdivision without the country (`NY`, `ON`)."""

    country: str
    region: str | None = None
    city: str | None = None
    postcode: str | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """One number of a debtor. `e164` with the leading plus."""

    e164: str
    kind: PhoneKind = PhoneKind.UNKNOWN
    place: PhonePlace = PhonePlace.PERSONAL


@dataclass(frozen=True, slots=True)
class Consent:
    """Consent on file. `phone` None: for every number. Ends at `expires_at` (exclusive) when given."""

    kind: ConsentKind
    given_to: ConsentGivenTo
    at: datetime
    expires_at: datetime | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """A stop on file. `channel` None: all channels. `phone`/`case` narrow the scope; None: the asked one."""

    reason: SuppressionReason
    scope: SuppressionScope
    at: datetime
    channel: Channel | None = None
    until: datetime | None = None
    phone: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Inconvenient:
    """Local times the debtor named as inconvenient: ISO weekdays (Monday 1), from `start` to `end`.

    `end` <= `start` runs past midnight into the next day. `channel` None: both. `place` None: every place.
    """

    days: frozenset[int]
    start: time
    end: time
    channel: Channel | None = None
    place: PhonePlace | None = None


@dataclass(frozen=True, slots=True)
class PastContact:
    """One contact or attempt in the debtor's history. `voice` None for SMS, or of a call: not known; `place` None: not known."""

    at: datetime
    direction: Direction
    channel: Channel
    disposition: Disposition | None
    cases: tuple[str, ...] = ()
    phone: str | None = None
    voice: Voice | None = None
    requested: bool = False
    place: PhonePlace | None = PhonePlace.PERSONAL
    phone_kind: PhoneKind = PhoneKind.UNKNOWN
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """May we contact this debtor, this way? All facts the gate may use, as known when asked.

    `days_past_due` is negative before the due date. `history` need not be sorted. `voice` is None for SMS.
    """

    channel: Channel
    purpose: Purpose
    collector: Collector
    days_past_due: int
    cases: tuple[str, ...]
    debtor: str
    phone: Phone
    addresses: tuple[Address, ...] = ()
    stated_zone: str | None = None
    voice: Voice | None = None
    consents: tuple[Consent, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    inconvenient: tuple[Inconvenient, ...] = ()
    history: tuple[PastContact, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why not. `retry_at` None: no instant is known at which this reason ends."""

    rule: str
    citation: str
    because: str
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, the rulebooks applied, and every refusal that holds (not only the first)."""

    decision: Decision
    rulebooks: tuple[str, ...]
    refusals: tuple[Refusal, ...] = ()
    retry_at: datetime | None = None
    zones: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return self.decision is Decision.ALLOW


@dataclass(frozen=True, slots=True)
class PromisedPayment:
    """What a debtor promised: the local date, and the amount if the words named one (else the amount due)."""

    on: date
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a debtor wants to be contacted, in their own words. What they stated last does not undo what they stated before.

    `times`: inconvenient times and places. `number`: another number they named, a wish only: it is shown to a person and
    never contacted unseen, nor written to the log. `call_instead`: of texts. `alone`: the message says nothing else.
    `doubt`: why a person should look, though the stricter reading is taken meanwhile.
    """

    times: tuple[Inconvenient, ...] = ()
    language: str | None = None
    number: str | None = None
    call_instead: bool = False
    alone: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """The meaning of one inbound message. `why` is one line for the log; never the debtor's own words.

    `amount`: the sum its words name that is meant to be paid, also where no day is sure; that of `promise` where there is one.
    `sum_unsure`: it speaks of less than what is due, and no sum to be paid can be told (`50 or 60`, `something`, `would 50 do?`).
    `instalments`: of several payments each with its day and amount, in the order due; `promise` is the first of them.
    `settles`: it asks that less than what is due be taken for all of it. `identity_theft`: it says that somebody else took
    the loan in their name. `all_texts`: an opt-out of texts to whatever number of theirs (`stop texting me`), not only to
    the one they wrote from (`STOP`).
    """

    kind: IntentKind
    promise: PromisedPayment | None = None
    callback_at: datetime | None = None
    language: str | None = None
    needs_human: bool = False
    why: str = ""
    channel: Channel | None = field(default=None)
    wishes: Wishes | None = None
    instalments: tuple[PromisedPayment, ...] = ()
    settles: bool = False
    identity_theft: bool = False
    amount: Money | None = None
    sum_unsure: bool = False
    all_texts: bool = False


class OutreachError(Exception):
    """Anything a user may cause or meet. Its text is one clear line; no traceback reaches a user."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one of our files: 1-based line and column, 0 where the whole file is meant."""

    file: str
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.what}"


class ConfigError(OutreachError):
    """Our files or environment are wrong. Carries every fault found, not only the first."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(f if isinstance(f, Fault) else Fault(f, 0, 0, "") for f in faults)
        lines = (str(f).removesuffix(": ") for f in self.faults)
        super().__init__("\n".join(lines))


class CarrierError(OutreachError):
    """The carrier said no. `permanent`: asking again for the same thing will not help. `code`: the carrier's."""

    def __init__(self, message: str, *, permanent: bool, code: int | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.code = code


class ReportError(OutreachError):
    """An inbound report that can't be accepted; answered with a 4xx `status`."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
