"""What do we ask of a carrier, and what does it tell us? The protocol every carrier fulfils; Twilio is one of them.

A carrier never decides and never retries a create: it classifies what happened (`Outcome`) and says so. Reports are
what webhooks and `fetch` are parsed to; `engine.intake` applies them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from outreach.core.terms import Channel, Disposition, Voice


class Outcome(StrEnum):
    """What came of one create request."""

    PLACED = "placed"  # the carrier has it, `sid` is set
    NEVER_HAPPENED = "never_happened"  # too late, 429, connect refused, DNS, TLS handshake: safe to ask again
    IN_DOUBT = "in_doubt"  # read timeout, reset, 5xx, garbage 2xx: may or may not have happened
    REJECTED = "rejected"  # any other 4xx: final, `code` says why


def always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """`key` is our own reference (32 hex). `valid_for` bounds how long the carrier may keep it queued.

    `timely`: may it still leave? Asked right before it does; what is late was never asked for.
    """

    key: str
    to: str
    sender: str
    body: str
    valid_for: timedelta
    timely: Callable[[], bool] = field(default=always, compare=False)


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """`ring_for` bounds ringing. `detect_machine`: ask for answering-machine detection. `timely` as for a text."""

    key: str
    to: str
    sender: str
    ring_for: timedelta
    voice: Voice
    detect_machine: bool = True
    timely: Callable[[], bool] = field(default=always, compare=False)


@dataclass(frozen=True, slots=True)
class Placed:
    """The answer to one create, for the attempt with `key`. `message` never holds a number or a body."""

    key: str
    outcome: Outcome
    sid: str | None = None
    code: int | None = None
    message: str = ""
    wait: timedelta | None = None  # so long it does not want to be asked again


class ReportKind(StrEnum):
    MESSAGE_STATUS = "message_status"
    CALL_STATUS = "call_status"
    INBOUND_SMS = "inbound_sms"


class Progress(StrEnum):
    """Carrier-neutral progress of an attempt, in rank order within a channel (see `RANK`)."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    DELIVERED = "delivered"
    READ = "read"
    INITIATED = "initiated"
    RINGING = "ringing"
    ANSWERED = "answered"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"


RANK: dict[Progress, int] = {
    Progress.QUEUED: 1, Progress.INITIATED: 1, Progress.SENDING: 2, Progress.RINGING: 2,
    Progress.SENT: 3, Progress.ANSWERED: 3,
    Progress.UNDELIVERED: 4, Progress.FAILED: 4, Progress.CANCELED: 4, Progress.BUSY: 4, Progress.NO_ANSWER: 4,
    Progress.COMPLETED: 4, Progress.DELIVERED: 5, Progress.READ: 6,
}  # fmt: skip
FINAL_RANK = 4


@dataclass(frozen=True, slots=True)
class Report:
    """One thing a carrier told us, parsed. `key` is our reference when the carrier gave it back.

    `dedupe` names this report once and for all: the same report twice has the same `dedupe`.
    """

    kind: ReportKind
    sid: str
    dedupe: str
    key: str | None = None
    progress: Progress | None = None
    code: int | None = None
    at: datetime | None = None
    sender: str | None = None  # E.164 of who sent it
    to: str | None = None
    body: str | None = None
    opt_out_type: str | None = None  # the carrier already treated it as STOP / START / HELP
    media: int = 0
    answered_by: str | None = None  # human | machine | fax | unknown
    duration_s: int | None = None
    sip_code: int | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A text or call on the carrier's books that left from a number of ours at `at`; `report`: what became of it."""

    channel: Channel
    at: datetime
    report: Report


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """What a carrier's error code means for us. See `carriers.twilio.CODES`."""

    what: str
    disposition: Disposition
    suppress: bool = False  # this number, this channel
    twice: bool = False  # with `suppress`: only when it happens the second time
    opt_out: bool = False
    landline: bool = False
    retry: bool = False  # refused at once: nothing is used up, and it is asked for again
    again: tuple[timedelta, ...] = ()  # never left the carrier: done again so long after it was so first, second
    account_trouble: bool = False  # ours to mend: stop the campaign and alert


@dataclass(frozen=True, slots=True)
class Price:
    """What the carrier asks for one text or call, in millionths of `currency`'s main unit. `segments`: as it counted."""

    micro: int
    currency: str
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What stands in the carrier's own books about one text or call: what became of it, and its price once it has one."""

    report: Report
    price: Price | None = None


class Problem(StrEnum):
    """How grave a preflight finding is."""

    MISSING = "missing"
    FORBIDDEN = "forbidden"
    WARNING = "warning"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of preflight, in words, with the remedy."""

    problem: Problem
    what: str
    remedy: str = ""


Pool = tuple[str, ...]  # E.164 numbers


@dataclass(frozen=True, slots=True)
class Senders:
    """From which numbers each creditor's messages and calls go; where there are several, a debtor keeps one."""

    default: Pool
    by_creditor: Mapping[str, Pool] = field(default_factory=dict)
    by_country: Mapping[str, Pool] = field(default_factory=dict)  # ISO 3166-1 alpha-2, of the debtor

    def pool(self, creditor: str, country: str) -> Pool:
        """The creditor's own numbers, of these the ones for the country if any is; else the country's, else the default."""
        own, local = self.by_creditor.get(creditor), self.by_country.get(country)
        if own is None:
            return local or self.default
        return tuple(number for number in own if number in (local or own)) or own

    @property
    def all(self) -> Pool:
        """Every number we send from, in order."""
        pools = (self.default, *self.by_creditor.values(), *self.by_country.values())
        return tuple(sorted({number for pool in pools for number in pool}))

    @property
    def choice(self) -> bool:
        """Has any pool more than one number?"""
        return any(len(pool) > 1 for pool in (self.default, *self.by_creditor.values(), *self.by_country.values()))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a deployment is about to ask of the carrier; preflight holds the account against it."""

    channels: frozenset[Channel]  # what the campaigns use
    senders: frozenset[str]  # E.164 numbers we send from
    third_party_texts: bool  # texts about another's debts, to US or Canadian numbers


class Carrier(Protocol):
    """A way to send SMS and place calls. Every method may be called from several threads."""

    name: str
    wide: int  # creates it has under way at once, now; what is handed to it beyond that waits for the others

    def send(self, batch: Sequence[OutgoingSms]) -> list[Placed]:
        """Send each once; one `Placed` per item, same order. Never raises for one item's failure."""

    def place(self, batch: Sequence[OutgoingCall]) -> list[Placed]:
        """Place each call once; one `Placed` per item, same order."""

    def cancel(self, channel: Channel, sid: str) -> bool:
        """Ask the carrier to drop what it has not yet done. True if it said yes."""

    def redirect(self, sid: str, key: str, menu: str) -> bool:
        """Make a live call ask our webhook for `menu` anew. True if the carrier said yes."""

    def fetch(self, channel: Channel, sid: str) -> Report | None:
        """What became of `sid`, or None if the carrier does not know it. Raises CarrierError if it can't be asked."""

    def find(self, channel: Channel, to: str, since: datetime) -> Iterable[tuple[Report, str]]:
        """What was created to this number since then, with the body (SMS) or '' (calls), to settle what is in doubt."""

    def heard(self, ours: str, since: datetime) -> Iterable[Report]:
        """What was texted to this number of ours since then, oldest first. Raises CarrierError if it can't be asked."""

    def left(self, channel: Channel, ours: str, since: datetime, until: datetime) -> Iterable[Left]:
        """What left from this number of ours between the two, whoever asked the carrier for it; not what it sent of its
        own accord. Raises CarrierError if it can't be asked."""

    def records(self, channel: Channel, sids: Collection[str], since: datetime, until: datetime) -> dict[str, Record]:
        """Its own records of these, as far as it has them. All were sent between `since` and `until`.

        Raises CarrierError if it can't be asked.
        """

    def meaning(self, code: int) -> CodeMeaning:
        """What one of its error codes means; unknown codes get their family's meaning."""

    def preflight(self, wanted: Wanted) -> list[Finding]:
        """What is missing or forbidden before going live, in words."""
