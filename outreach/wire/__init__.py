"""How do other systems put their questions, and what do they get back? The JSON of `judge` and `read-reply`.

An unknown field, an unknown word or a naive instant is an `AskError` that names the field: never a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from outreach.core.money import read_amount, write_amount
from outreach.core.regions import REGIONS
from outreach.core.terms import (
    Address,
    Ask,
    Channel,
    Collector,
    Consent,
    ConsentGivenTo,
    ConsentKind,
    Direction,
    Disposition,
    Inconvenient,
    Intent,
    Money,
    PastContact,
    Phone,
    PhoneKind,
    PhonePlace,
    PromisedPayment,
    Purpose,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    Verdict,
    Voice,
)
from outreach.core.zones import country_zones, is_zone
from outreach.wire.line import AskError, Begin, Clock, End, Instant, Strict, id_of, validated

__all__ = [
    "AskError", "Asked", "ReplyIn", "Strict", "amount_of", "id_of", "intent_json", "parse_ask", "parse_reply",
    "times_json", "validated", "verdict_json",
]  # fmt: skip

WEEKDAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{3,14}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Named = Annotated[str, StringConstraints(min_length=1)]
MOST_DAYS = 100_000


class AddressIn(Strict):
    country: Country
    region: str | None = None
    city: str | None = None
    postcode: str | None = None

    @model_validator(mode="after")
    def _on_the_map(self) -> AddressIn:
        """A region that is none would be covered by no law of a region."""
        if not country_zones(self.country):
            raise ValueError(f"country {self.country!r} is unknown, expected ISO 3166-1 alpha-2 like US")
        known = REGIONS.get(self.country)
        if self.region and known is not None and self.region not in known:
            raise ValueError(f"region {self.region!r} is none of {self.country}, expected one of {', '.join(known)}")
        return self


class DebtorIn(Strict):
    id: str
    stated_zone: str | None = None
    addresses: list[AddressIn] = Field(default=[])

    @model_validator(mode="after")
    def _known_zone(self) -> DebtorIn:
        if self.stated_zone and not is_zone(self.stated_zone):
            raise ValueError(f"stated_zone {self.stated_zone!r} is no IANA time zone")
        return self


class PhoneIn(Strict):
    e164: E164
    kind: PhoneKind = PhoneKind.UNKNOWN
    place: PhonePlace = PhonePlace.PERSONAL


def _after(end: datetime | None, info: ValidationInfo) -> datetime | None:
    """What ends no later than it begins was never in force: one of the two is a slip."""
    begins = info.data.get("at")
    if end is not None and begins is not None and end <= begins:
        raise ValueError(f"expected an instant after `at`, {begins.isoformat()}")
    return end


class ConsentIn(Strict):
    kind: ConsentKind
    given_to: ConsentGivenTo
    at: Instant
    expires_at: Annotated[End | None, AfterValidator(_after)] = None
    phone: E164 | None = None


class SuppressionIn(Strict):
    reason: SuppressionReason
    scope: SuppressionScope
    channel: Channel | None = None
    at: Instant
    until: Annotated[End | None, AfterValidator(_after)] = None
    phone: E164 | None = None
    case: str | None = None


class InconvenientIn(Strict):
    days: list[str] = Field(min_length=1)
    start: Begin = Field(alias="from")
    end: Clock = Field(alias="to")
    channel: Channel | None = None
    place: PhonePlace | None = None

    @model_validator(mode="after")
    def _known_days(self) -> InconvenientIn:
        if unknown := [day for day in self.days if day not in WEEKDAYS]:
            raise ValueError(f"unknown day {unknown[0]!r}, expected {', '.join(WEEKDAYS)}")
        return self


class PastIn(Strict):
    at: Instant
    direction: Direction
    channel: Channel
    voice: Voice | None = None
    cases: list[str] = Field(default=[])
    phone: E164 | None = None
    disposition: Disposition | None  # null: not known yet
    requested: StrictBool = False
    place: PhonePlace | None = None  # not said: the asked number's own, of another number unknown
    purpose: Purpose | None = None

    @model_validator(mode="after")
    def _ours_or_theirs(self) -> PastIn:
        if self.disposition is Disposition.RECEIVED and self.direction is Direction.OUTBOUND:
            raise ValueError("disposition `received` goes with inbound, expected what came of our own contact")
        return self


class AskIn(Strict):
    id: StrictStr | StrictInt = ""
    now: Instant
    channel: Channel
    voice: Voice | None = None
    purpose: Purpose
    collector: Collector
    days_past_due: Annotated[StrictInt, Field(ge=-MOST_DAYS, le=MOST_DAYS)]
    case: Named | None = None
    cases: list[Named] | None = None
    debtor: DebtorIn
    phone: PhoneIn
    consents: list[ConsentIn] = Field(default=[])
    suppressions: list[SuppressionIn] = Field(default=[])
    inconvenient: list[InconvenientIn] = Field(default=[])
    history: list[PastIn] = Field(default=[])

    @model_validator(mode="after")
    def _whole(self) -> AskIn:
        if (self.case is None) == (self.cases is None) or self.cases == []:
            raise ValueError("expected either `case` or a non-empty `cases`")
        if self.channel is Channel.CALL and self.voice is None:
            raise ValueError("`voice` is missing: a call is agent, recorded or voicemail_drop")
        if self.channel is Channel.SMS and self.voice is not None:
            raise ValueError("`voice` goes with a call, expected null for sms")
        return self


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of `judge`: the ask, its instant, and the id to answer under."""

    ask: Ask
    now: datetime
    id: str | int


def parse_ask(line: str | bytes | Mapping[str, Any]) -> Asked:
    """One line of `judge`. Raises AskError."""
    model = validated(AskIn, line)
    ask = Ask(
        channel=model.channel,
        purpose=model.purpose,
        collector=model.collector,
        days_past_due=model.days_past_due,
        cases=tuple(model.cases or [model.case or ""]),
        debtor=model.debtor.id,
        phone=Phone(model.phone.e164, model.phone.kind, model.phone.place),
        addresses=tuple(Address(a.country, a.region, a.city, a.postcode) for a in model.debtor.addresses),
        stated_zone=model.debtor.stated_zone,
        voice=model.voice,
        consents=tuple(Consent(c.kind, c.given_to, c.at, c.expires_at, c.phone) for c in model.consents),
        suppressions=tuple(
            Suppression(s.reason, s.scope, s.at, s.channel, s.until, s.phone, s.case) for s in model.suppressions
        ),
        inconvenient=tuple(
            Inconvenient(frozenset(WEEKDAYS[d] for d in i.days), i.start, i.end, i.channel, i.place)
            for i in model.inconvenient
        ),
        history=tuple(_past(p, model.phone) for p in model.history),
        id=str(model.id),
    )
    return Asked(ask, model.now, model.id)


def _past(model: PastIn, asked: PhoneIn) -> PastContact:
    place = model.place or (asked.place if model.phone == asked.e164 else None)
    return PastContact(
        at=model.at,
        direction=model.direction,
        channel=model.channel,
        disposition=model.disposition,
        cases=tuple(model.cases),
        phone=model.phone,
        voice=model.voice,
        requested=model.requested,
        place=place,
        purpose=model.purpose,
    )


def verdict_json(verdict: Verdict, asked: Asked) -> dict[str, Any]:
    """The answer of `judge`; instants are spelled with the offset of the question."""
    offset = asked.now.tzinfo or UTC

    def spelled(at: datetime | None) -> str | None:
        if at is None:
            return None
        try:
            return at.astimezone(offset).isoformat()
        except OverflowError:  # the last day of the calendar, elsewhere
            return at.isoformat()

    return {
        "id": asked.id,
        "decision": verdict.decision,
        "retry_at": spelled(verdict.retry_at),
        "rulebooks": list(verdict.rulebooks),
        "zones": list(verdict.zones),
        "refusals": [
            {"rule": r.rule, "citation": r.citation, "because": r.because, "retry_at": spelled(r.retry_at)}
            for r in verdict.refusals
        ],
    }


class ReplyIn(Strict):
    id: StrictStr | StrictInt = ""
    text: str
    at: Instant
    timezone: str
    language: str | None = Field(default=None, pattern="^(en|es|zh)$")
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    amount_due: str | None = None
    due_on: date | None = None
    offered_on: date | None = None

    @model_validator(mode="after")
    def _known(self) -> ReplyIn:
        if not is_zone(self.timezone):
            raise ValueError(f"timezone {self.timezone!r} is no IANA time zone")
        if self.amount_due is not None:
            read_amount(self.amount_due, self.currency)
        return self

    @property
    def amount_due_minor(self) -> int | None:
        return None if self.amount_due is None else read_amount(self.amount_due, self.currency).minor


def parse_reply(line: str | bytes | Mapping[str, Any]) -> ReplyIn:
    """One line of `read-reply`. Raises AskError."""
    return validated(ReplyIn, line)


def intent_json(intent: Intent, asked: ReplyIn) -> dict[str, Any]:
    """The answer of `read-reply`; several instalments, and times they ruled out, where there are any.

    `amount`: the sum the words name that is meant to be paid, also where no day is sure and so nothing is promised.
    """
    promise = _promise_json(intent.promise) if intent.promise else None
    sum_ = intent.amount or (intent.promise.amount if intent.promise else None)
    at = intent.callback_at.astimezone(asked.at.tzinfo).isoformat() if intent.callback_at else None
    found = {
        "id": asked.id,
        "intent": intent.kind,
        "promise": promise,
        "amount": write_amount(sum_) if sum_ else None,
        "callback_at": at,
        "language": intent.language,
        "needs_human": intent.needs_human,
        "why": intent.why,
    }
    more = {
        "instalments": [_promise_json(part) for part in intent.instalments],
        "inconvenient": [times_json(times) for times in intent.wishes.times] if intent.wishes else [],
    }
    return found | {name: said for name, said in more.items() if said}


def _promise_json(promised: PromisedPayment) -> dict[str, Any]:
    amount = write_amount(promised.amount) if promised.amount else None
    return {"on": promised.on.isoformat(), "amount": amount}


def times_json(times: Inconvenient) -> dict[str, Any]:
    """Times at which contact is inconvenient, as `judge` asks for them."""
    return {
        "days": [name for name, day in WEEKDAYS.items() if day in times.days],
        "from": f"{times.start:%H:%M}",
        "to": f"{times.end:%H:%M}",
        "channel": times.channel,
        "place": times.place,
    }


def amount_of(money: Money) -> Decimal:
    """The amount as a decimal number of its currency."""
    return Decimal(write_amount(money))
