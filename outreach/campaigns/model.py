"""What may a supervisor write in `campaigns/*.yaml`? The format, checked, and how it becomes a frozen `Campaign`.

Read aloud: "campaign overdue, for days past due 1..30; step first-text, at due + 1d, time 10:00, sms overdue_first".
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, time, timedelta
from typing import Annotated, Any

from babel.numbers import is_currency
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from outreach.core.cadence import Anchor, Audience, Campaign, Condition, Late, Step, Try
from outreach.core.money import read_amount
from outreach.core.terms import Channel, Collector, Disposition

OFFSET = re.compile(r"(due|promised|broken)(?:\s*([+-])\s*(\d{1,3})\s*d)?")
SPAN = re.compile(r"(\d{1,3})\s*(h|d)")
STAGE = re.compile(r"(-?\d{1,4})?\s*\.\.\s*(-?\d{1,4})?")
PART_PAID_QUIET = timedelta(days=5)  # after part of what is due was paid, where a campaign does not say otherwise
WORDS = {"due": Anchor.DUE, "promised": Anchor.PROMISED, "broken": Anchor.PROMISE_BROKEN}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _time(value: object) -> time:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value))
    if match is None:
        raise ValueError(f"{value!r} is no time of day, expected HH:MM like 09:30")
    return time(int(match[1]), int(match[2]))


def _span(value: object) -> timedelta:
    match = SPAN.fullmatch(str(value))
    if match is None:
        raise ValueError(f"{value!r} is no span, expected hours or days like 12h or 2d")
    return timedelta(hours=int(match[1])) if match[2] == "h" else timedelta(days=int(match[1]))


def _days(value: object) -> timedelta:
    span = _span(value)
    if span.seconds:
        raise ValueError(f"{value!r} is not whole days, expected days like 1d")
    return span


def _stage(value: object) -> tuple[int | None, int | None]:
    match = STAGE.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"{value!r} is no range of days, expected FROM..TO like 1..30, or ..0, or 31..")
    low, high = (int(part) if part else None for part in match.groups())
    if low is not None and high is not None and low > high:
        raise ValueError(f"{value!r} is empty, expected the smaller number first")
    return low, high


def _offset(value: object) -> tuple[Anchor, int]:
    match = OFFSET.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(
            f"{value!r} is no time, expected `due - 3d`, `due`, `due + 7d`, `promised - 1d` or `broken + 1d`"
        )
    days = int(match[3] or 0)
    return WORDS[match[1]], -days if match[2] == "-" else days


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _text(pattern: str, example: str) -> Any:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]})


TimeOfDay = Annotated[time, BeforeValidator(_time), _text(r"^([01]?\d|2[0-3]):[0-5]\d$", "09:30")]
Span = Annotated[timedelta, BeforeValidator(_span), _text(r"^\d{1,3}\s*[hd]$", "2d")]
Days = Annotated[timedelta, BeforeValidator(_days), _text(r"^\d{1,3}\s*d$", "1d")]
Stage = Annotated[
    tuple[int | None, int | None], BeforeValidator(_stage), _text(r"^(-?\d+)?\s*\.\.\s*(-?\d+)?$", "1..30")
]
Offset = Annotated[tuple[Anchor, int], BeforeValidator(_offset), _text(OFFSET.pattern, "due - 3d")]
Many = BeforeValidator(_listed)
Template = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class AmountRange(Strict):
    at_least: Annotated[str, BeforeValidator(str)] | None = None
    at_most: Annotated[str, BeforeValidator(str)] | None = None


class Tags(Strict):
    any: Annotated[frozenset[str], Many] = frozenset()
    none: Annotated[frozenset[str], Many] = frozenset()


class AudienceModel(Strict):
    days_past_due: Stage = (None, None)
    amount_due: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], AmountRange] = {}
    products: Annotated[frozenset[str], Many] = frozenset()
    tags: Tags = Tags()
    countries: Annotated[frozenset[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]], Many] = frozenset()
    languages: Annotated[frozenset[str], Many] = frozenset()
    creditors: Annotated[frozenset[str], Many] = frozenset()
    collectors: Annotated[frozenset[Collector], Many] = frozenset()

    @field_validator("amount_due")
    @classmethod
    def _amounts(cls, ranges: dict[str, AmountRange]) -> dict[str, AmountRange]:
        for currency, amounts in ranges.items():
            if not is_currency(currency):
                raise ValueError(f"{currency!r} is no currency, expected ISO 4217 like USD")
            low, high = _minor(amounts.at_least, currency), _minor(amounts.at_most, currency)
            if low is not None and high is not None and low > high:
                raise ValueError(f"`at_least` is more than `at_most` for {currency}")
        return ranges

    def frozen(self) -> Audience:
        amounts = tuple(
            (currency, _minor(r.at_least, currency), _minor(r.at_most, currency))
            for currency, r in sorted(self.amount_due.items())
        )
        return Audience(
            self.days_past_due, amounts, self.products, self.tags.any, self.tags.none, self.countries, self.languages,
            self.creditors, self.collectors,
        )  # fmt: skip


def _minor(text: str | None, currency: str) -> int | None:
    return None if text is None else read_amount(text, currency).minor


class Contact(Strict):
    """One contact: exactly one of `sms` and `call` names a template."""

    sms: Template | None = None
    call: Template | None = None
    voicemail: Template | None = None

    @model_validator(mode="after")
    def _one_channel(self) -> Contact:
        if (self.sms is None) == (self.call is None):
            raise ValueError("expected exactly one of `sms: TEMPLATE` and `call: TEMPLATE`")
        if self.voicemail and self.sms:
            raise ValueError("`voicemail` goes with `call`, expected none beside `sms`")
        return self

    def attempt(self, at: time, after: timedelta = timedelta(0)) -> Try:
        channel = Channel.SMS if self.sms else Channel.CALL
        return Try(channel, self.sms or self.call or "", at, after, self.voicemail)


class FollowUp(Contact):
    """A fallback, `after` so many days at another time of day."""

    after: Days = timedelta(days=1)
    at_time: TimeOfDay = Field(alias="time")


class StepModel(Contact):
    step: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    at: Offset
    at_time: TimeOfDay = Field(alias="time")
    if_not_reached: list[FollowUp] = []
    not_reached: Annotated[frozenset[Disposition], Many] = frozenset(
        {Disposition.NO_ANSWER, Disposition.BUSY, Disposition.MACHINE, Disposition.VOICEMAIL_LEFT}
    )
    only_if: Annotated[frozenset[Condition], Many] = frozenset()
    unless: Annotated[frozenset[Condition], Many] = frozenset()
    if_late: Late = Late.EXPIRE
    keep_for: Span = timedelta(days=1)

    def frozen(self) -> Step:
        tries = (self.attempt(self.at_time), *(f.attempt(f.at_time, f.after) for f in self.if_not_reached))
        return Step(
            self.step, self.at[1], tries, self.not_reached, self.only_if, self.unless, self.if_late, self.keep_for
        )


class Valid(Strict):
    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="until")

    @model_validator(mode="after")
    def _in_order(self) -> Valid:
        if self.start and self.end and self.start > self.end:
            raise ValueError("`until` is before `from`")
        return self


class CampaignModel(Strict):
    campaign: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: str = Field(min_length=1)
    active: bool = True
    priority: int = Field(default=50, ge=0, le=100)
    valid: Valid = Valid()
    audience: AudienceModel
    stop_when: Annotated[frozenset[Condition], Many] = frozenset({Condition.PAID, Condition.PROMISED})
    quiet_after_part_payment: Days | None = (
        None  # None: PART_PAID_QUIET, or no quiet for steps that count from `promised`
    )
    cadence: list[StepModel] = Field(min_length=1)

    @model_validator(mode="after")
    def _steps_fit(self) -> CampaignModel:
        names = [step.step for step in self.cadence]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two steps are named {twice!r}, expected a name of its own for each")
        if len({step.at[0] for step in self.cadence}) > 1:
            raise ValueError("steps count from several days, expected one of `due`, `promised` and `broken` for all")
        if self.cadence[0].at[0] is Anchor.PROMISED and Condition.PROMISED in self.stop_when:
            raise ValueError(
                "steps count from `promised`, at which `stop_when` ends it at once, expected `stop_when: paid`"
            )
        if self.cadence[0].at[0] is Anchor.PROMISED and self.quiet_after_part_payment:
            raise ValueError(
                "steps count from `promised`, of which they remind whatever was paid before, expected no "
                "`quiet_after_part_payment`"
            )
        places = [(step.at[1], step.at_time) for step in self.cadence]
        if places != sorted(places):
            raise ValueError("the steps are not in the order of their times, expected the earliest first")
        return self

    def _quiet(self) -> timedelta:
        if self.quiet_after_part_payment is not None:
            return self.quiet_after_part_payment
        return timedelta(0) if self.cadence[0].at[0] is Anchor.PROMISED else PART_PAID_QUIET

    def frozen(self) -> Campaign:
        return Campaign(
            name=self.campaign,
            version=version(self),
            title=self.title,
            steps=tuple(step.frozen() for step in self.cadence),
            audience=self.audience.frozen(),
            anchor=self.cadence[0].at[0],
            priority=self.priority,
            stop_when=self.stop_when,
            quiet_after_part=self._quiet(),
            valid_from=self.valid.start,
            valid_until=self.valid.end,
            active=self.active,
        )


def version(model: CampaignModel) -> str:
    """SHA-256, hex, of what the file says: a comment or another order of keys makes no new version."""

    def ordered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: ordered(item) for key, item in value.items()}
        if isinstance(value, set | frozenset):
            return sorted(str(item) for item in value)
        if isinstance(value, list | tuple):
            return [ordered(item) for item in value]
        return value if value is None or isinstance(value, bool | int) else str(value)

    text = json.dumps(ordered(model.model_dump()), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def schema() -> str:
    """The JSON Schema that editors complete and check by."""
    return json.dumps(CampaignModel.model_json_schema(by_alias=True), indent=2, ensure_ascii=False) + "\n"
