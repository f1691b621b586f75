"""What may a rulebook say? The rulebook language of docs/rulebooks.md, and how each word becomes a rule of the gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StringConstraints, model_validator

from outreach.campaigns.holidays import has_government_holidays, holidays_of, list_supported_countries
from outreach.core.rulebook import (
    Cap,
    ContactHours,
    Counted,
    Elsewhere,
    Holidays,
    LeftOut,
    Lifted,
    Margin,
    NeedsConsent,
    Period,
    Rule,
    Rulebook,
    Scope,
    Source,
    Stop,
    Unit,
    WaitAfter,
    Window,
    folded,
)
from outreach.core.terms import (
    Channel,
    Collector,
    ConsentGivenTo,
    ConsentKind,
    Disposition,
    PhoneKind,
    PhonePlace,
    Purpose,
    SuppressionReason,
    Voice,
)
from outreach.core.zones import country_zones, is_zone

DAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
DAY = 24 * 3600
Confidence = Literal["A", "A/B", "B", "P", "S", "POLICY"]  # MEM, M, S- and E are no law: see docs/rulebooks.md


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _clock(value: object) -> int:
    text = str(value)
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and len(minutes) == 2):
        raise ValueError(f"{text!r} is no time of day, expected HH:MM")
    second = int(hours) * 3600 + int(minutes) * 60
    if int(minutes) > 59 or second > DAY:
        raise ValueError(f"{text!r} is no time of day, expected 00:00 to 24:00")
    return second


def zone_name(value: object) -> str:
    if not is_zone(str(value)):
        raise ValueError(f"{value!r} is no time zone, expected an IANA name like America/New_York")
    return str(value)


def _country(value: object) -> str:
    if value and not country_zones(str(value)):
        raise ValueError(f"{value!r} is no country, expected ISO 3166-1 alpha-2 like US")
    return str(value)


def _days(value: object) -> frozenset[int]:
    words = [str(word) for word in value] if isinstance(value, list) else str(value).split()
    if words == ["daily"]:
        return frozenset(range(1, 8))
    if not words:
        raise ValueError("no day is named, expected mon, tue, wed, thu, fri, sat, sun or daily")
    if unknown := [word for word in words if word not in DAYS]:
        raise ValueError(f"{unknown[0]!r} is no day, expected mon, tue, wed, thu, fri, sat, sun or daily")
    return frozenset(DAYS[word] for word in words)


W = TypeVar("W", bound=StrEnum)
Clock = Annotated[int, BeforeValidator(_clock)]
Listed = BeforeValidator(_as_list)


Whole = StrictInt  # `true` is no number
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Some = Field(min_length=1)  # a list that names nothing would bind all, or nobody: leave it out


class AppliesModel(Strict):
    collector: Annotated[frozenset[Collector], Listed, Some] = frozenset()
    channel: Annotated[frozenset[Channel], Listed, Some] = frozenset()
    voice: Annotated[frozenset[Voice], Listed, Some] = frozenset()
    purpose: Annotated[frozenset[Purpose], Listed, Some] = frozenset()
    phone_kind: Annotated[frozenset[PhoneKind], Listed, Some] = frozenset()
    place: Annotated[frozenset[PhonePlace], Listed, Some] = frozenset()
    past_due_from: Whole | None = None
    past_due_to: Whole | None = None
    law_is_silent: bool = False

    @model_validator(mode="after")
    def _someday(self) -> AppliesModel:
        if self.past_due_from is not None and self.past_due_to is not None and self.past_due_from > self.past_due_to:
            raise ValueError("the rule binds on no day, expected `past_due_from` up to `past_due_to`")
        return self


class WindowModel(Strict):
    days: Annotated[frozenset[int], BeforeValidator(_days)]
    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> WindowModel:
        if self.start >= self.end:
            raise ValueError("the window ends before it begins, expected `from` before `to` (split it at midnight)")
        return self


class HolidaysModel(Strict):
    """Public holidays of a country, or of one of its regions, as the `holidays` library knows them."""

    country: Annotated[str, BeforeValidator(_country)]
    region: str | None = None
    also: Annotated[
        frozenset[Literal["good_friday", "easter_monday", "sunday_monday", "government", "everywhere"]], Listed
    ] = frozenset()

    @model_validator(mode="after")
    def _known(self) -> HolidaysModel:
        known = list_supported_countries().get(self.country)
        if known is None:
            raise ValueError(f"no public holidays are known for {self.country}")
        if self.region and self.region not in known:
            raise ValueError(f"no public holidays are known for {self.region!r}, expected one of {', '.join(known)}")
        if "government" in self.also and not has_government_holidays(self.country):
            raise ValueError(f"no holidays of government offices are known for {self.country}")
        if "everywhere" in self.also and (self.region or not known):
            raise ValueError("`everywhere` is for a country that has regions, expected no `region`")
        return self

    def frozen(self) -> Holidays:
        return holidays_of(self.country, self.region, self.also)


class LiftedModel(Strict):
    kind: ConsentKind
    given_to: Annotated[frozenset[ConsentGivenTo], Listed] = frozenset()

    def frozen(self) -> Lifted:
        return Lifted(self.kind, _row(self.given_to))


LiftedBy = Annotated[LiftedModel, BeforeValidator(lambda value: {"kind": value} if isinstance(value, str) else value)]


class HoursModel(Strict):
    windows: list[WindowModel] = Field(min_length=1)
    ends_excluded: bool = False
    zone: Annotated[str, BeforeValidator(zone_name)] | None = None
    holidays: HolidaysModel | None = None
    lifted_by: LiftedBy | None = None

    @model_validator(mode="after")
    def _apart(self) -> HoursModel:
        for index, one in enumerate(self.windows):
            for other in self.windows[index + 1 :]:
                if one.days & other.days and one.start < other.end and other.start < one.end:
                    raise ValueError("two windows overlap on the same day, expected windows apart from each other")
        return self


class CapModel(Strict):
    limit: Whole = Field(ge=1)
    per: Unit
    days: Whole | None = Field(default=None, ge=1, le=60)
    period: Period = Period.DAYS
    channels: Annotated[frozenset[Channel], Listed, Some] = frozenset()
    voices: Annotated[frozenset[Voice], Listed, Some] = frozenset()
    only: Annotated[frozenset[Disposition], Listed, Some] = frozenset()
    but_not: Annotated[frozenset[Disposition], Listed, Some] = frozenset()
    places: Annotated[frozenset[PhonePlace], Listed, Some] = frozenset()
    requested_count: bool = False
    requested_free: Whole = Field(default=0, ge=0)
    replies_count: bool = False
    lifted_by: LiftedBy | None = None

    @model_validator(mode="after")
    def _one_period(self) -> CapModel:
        if (self.period is Period.DAYS) != (self.days is not None):
            raise ValueError("expected either `days: N` or `period: week` or `period: month`")
        return self

    @model_validator(mode="after")
    def _counts_something(self) -> CapModel:
        if self.only and self.only <= self.but_not:
            raise ValueError("`but_not` leaves nothing of `only` that counts")
        if self.requested_free and not self.requested_count:
            raise ValueError("`requested_free` says nothing, expected `requested_count: true` as well")
        return self


class WaitModel(Strict):
    days: Whole = Field(ge=1, le=60)
    per: Unit
    after: Annotated[frozenset[Disposition], Listed, Some] = frozenset({Disposition.RIGHT_PARTY})
    channels: Annotated[frozenset[Channel], Listed, Some] = frozenset({Channel.CALL})
    inbound: bool = True
    replies_wait: bool = False
    requested_wait: bool = False


class ConsentModel(Strict):
    kind: ConsentKind
    given_to: Annotated[frozenset[ConsentGivenTo], Listed, Some] = frozenset()
    within_days: Whole | None = Field(default=None, ge=1)
    or_wrote: bool = False
    replies_need: bool = False


class StopModel(Strict):
    reasons: Annotated[frozenset[SuppressionReason], Listed] = Field(min_length=1)
    widen: bool = False
    replies_stop: bool = False

    @model_validator(mode="after")
    def _answers_it_stops(self) -> StopModel:
        if self.replies_stop and SuppressionReason.REFUSED_CHANNEL not in self.reasons:
            raise ValueError(
                "replies_stop is of answers in a medium that was refused, expected refused_channel among the reasons"
            )
        return self


class MarginModel(Strict):
    """Seconds."""

    call: Whole = Field(default=0, ge=0, le=3600)
    sms: Whole = Field(default=0, ge=0, le=3600)


class RuleModel(Strict):
    rule: str = Field(pattern=r"^[A-Z][A-Z0-9-]+$")
    because: Said
    citation: Said
    confidence: Confidence
    in_force_from: date | None = None
    in_force_until: date | None = None
    applies: AppliesModel = AppliesModel()
    hours: HoursModel | None = None
    cap: CapModel | None = None
    wait: WaitModel | None = None
    consent: ConsentModel | None = None
    stop: StopModel | None = None
    margin: MarginModel | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> RuleModel:
        kinds = [self.hours, self.cap, self.wait, self.consent, self.stop, self.margin]
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("expected exactly one of `hours`, `cap`, `wait`, `consent`, `stop`, `margin`")
        if self.in_force_from and self.in_force_until and self.in_force_from >= self.in_force_until:
            raise ValueError("the rule ends before it begins")
        return self

    def frozen(self) -> Rule:
        a = self.applies
        scope = Scope(
            _row(a.collector), _row(a.channel), _row(a.voice), _row(a.purpose), _row(a.phone_kind), _row(a.place),
            a.past_due_from, a.past_due_to, a.law_is_silent,
        )  # fmt: skip
        origin = Source(
            self.rule, self.citation, self.confidence, self.because, self.in_force_from, self.in_force_until, scope
        )
        given = next(part for part in (self.hours, self.cap, self.wait, self.consent, self.stop, self.margin) if part)
        return _FROZEN[type(given)](origin, given)


def _row(words: frozenset[W]) -> tuple[W, ...]:
    return tuple(sorted(words))


def _hours(origin: Source, model: HoursModel) -> Rule:
    windows = tuple(Window(w.days, w.start, w.end, model.ends_excluded) for w in model.windows)
    lifted = model.lifted_by.frozen() if model.lifted_by else None
    return ContactHours(origin, windows, model.zone, lifted, model.holidays.frozen() if model.holidays else None)


def _cap(origin: Source, c: CapModel) -> Rule:
    counted = Counted(
        _row(c.channels),
        _row(c.voices),
        _row(c.only),
        _row(c.but_not),
        _row(c.places),
        c.requested_count,
        c.requested_free,
        c.replies_count,
    )
    lifted = c.lifted_by.frozen() if c.lifted_by else None
    return Cap(origin, c.limit, c.per, counted, c.period, c.days or 1, lifted)


_FROZEN: dict[type[Strict], Callable[[Source, Any], Rule]] = {
    HoursModel: _hours,
    CapModel: _cap,
    WaitModel: lambda origin, w: WaitAfter(
        origin, w.days, w.per, _row(w.after), _row(w.channels), w.inbound, w.replies_wait, w.requested_wait
    ),
    ConsentModel: lambda origin, c: NeedsConsent(
        origin, c.kind, _row(c.given_to), c.within_days, c.or_wrote, c.replies_need
    ),
    StopModel: lambda origin, s: Stop(origin, _row(s.reasons), s.widen, s.replies_stop),
    MarginModel: lambda origin, m: Margin(origin, m.call, m.sms),
}


class LeftOutModel(Strict):
    """A row of the facts that did not become a rule, and why."""

    row: str = Field(min_length=2)
    why: str = Field(min_length=3)


def _rows(value: object) -> object:
    return value.split() if isinstance(value, str) else value


class ElsewhereModel(Strict):
    """Rows of the facts that are no rule of their own, and what holds to them instead. `rows`: one or several."""

    rows: Annotated[list[str], BeforeValidator(_rows), Field(min_length=1)]
    where: str = Field(min_length=3)


class RulebookModel(Strict):
    rulebook: str = Field(pattern=r"^[a-z]+(/[a-z-]+)?$")
    title: str
    country: Annotated[str, BeforeValidator(_country)] = ""
    regions: Annotated[frozenset[Word], Listed, Some] = frozenset()
    postcodes: Annotated[list[Word], Some] = []
    cities: Annotated[list[Word], Some] = []
    area_codes: Annotated[frozenset[Word], Listed, Some] = frozenset()
    rules: list[RuleModel] = Field(min_length=1)
    left_out: list[LeftOutModel] = []
    elsewhere: list[ElsewhereModel] = []

    def frozen(self, version: str = "") -> Rulebook:
        rules = tuple(rule.frozen() for rule in self.rules)
        cities = frozenset(folded(city) for city in self.cities)
        return Rulebook(
            self.rulebook, self.title, self.country, rules, self.regions, tuple(self.postcodes), cities,
            self.area_codes, tuple(LeftOut(each.row, each.why) for each in self.left_out),
            tuple(Elsewhere(tuple(each.rows), each.where) for each in self.elsewhere), version,
        )  # fmt: skip


def rulebook_schema() -> str:
    """The JSON Schema of a rulebook, for editors."""
    return json.dumps(RulebookModel.model_json_schema(by_alias=True), indent=2, ensure_ascii=False) + "\n"
