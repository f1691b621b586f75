"""Which step of a campaign is due, and when is the next one?

A campaign is a plan of steps counted from an anchor: the due date, a promised day, or the day a promise was broken. A case
stands at one step per campaign and anchor (`Position`); each function here takes where it stands and returns where it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from outreach.core import zones
from outreach.core.terms import CaseStatus, Channel, Collector, Disposition


class Anchor(StrEnum):
    """What the offsets of a campaign count from."""

    DUE = "due"
    PROMISED = "promised"
    PROMISE_BROKEN = "promise_broken"


class Late(StrEnum):
    """What becomes of a step whose time has passed: dropped, the whole plan moved, or merged into the next one due."""

    EXPIRE = "expire"
    SHIFT = "shift"
    MERGE = "merge"


class Condition(StrEnum):
    """What may have happened since the anchor; steps and campaigns branch on these."""

    PROMISED = "promised"
    PAID = "paid"  # what was due came, all of it or so nearly that nobody asks for the rest
    PAID_IN_PART = "paid_in_part"  # some of it came
    REPLIED = "replied"
    REACHED = "reached"  # right party spoken to
    DELIVERED = "delivered"  # an SMS of this campaign arrived


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a campaign is for. Empty sets and None mean no limit. Amounts are minor units by currency."""

    days_past_due: tuple[int | None, int | None] = (None, None)  # inclusive
    amount_due: tuple[tuple[str, int | None, int | None], ...] = ()  # (currency, at least, at most)
    products: frozenset[str] = frozenset()
    tags_any: frozenset[str] = frozenset()
    tags_none: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    creditors: frozenset[str] = frozenset()
    collectors: frozenset[Collector] = frozenset()


@dataclass(frozen=True, slots=True)
class Try:
    """One contact: channel and template. `voicemail`: template left on a machine; None: hang up.

    For a step's first try `after` is zero days; for a follow-up it is counted from the local day of the one before.
    """

    channel: Channel
    template: str
    time: time  # debtor's local time
    after: timedelta = timedelta(0)  # whole days
    voicemail: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`offset`: days from the anchor, negative before. `tries[0]` is the step itself, the rest its fallbacks."""

    name: str
    offset: int
    tries: tuple[Try, ...]
    follow_up_on: frozenset[Disposition] = frozenset(
        {Disposition.NO_ANSWER, Disposition.BUSY, Disposition.MACHINE, Disposition.VOICEMAIL_LEFT}
    )
    only_if: frozenset[Condition] = frozenset()
    unless: frozenset[Condition] = frozenset()
    if_late: Late = Late.EXPIRE
    keep_for: timedelta = timedelta(days=1)  # how long after its time the step still means something


@dataclass(frozen=True, slots=True)
class Campaign:
    """A checked campaign. `version` is the SHA-256 of its document, hex. Higher `priority` goes first."""

    name: str
    version: str
    title: str
    steps: tuple[Step, ...]
    audience: Audience = Audience()
    anchor: Anchor = Anchor.DUE
    priority: int = 50
    stop_when: frozenset[Condition] = frozenset({Condition.PAID, Condition.PROMISED})
    quiet_after_part: timedelta = timedelta(0)  # whole days, from the local day on which part of what is due was paid
    valid_from: date | None = None
    valid_until: date | None = None
    active: bool = True

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the cadence needs to know of a case, as of now. `zone`: the IANA name its local time is told in.

    `part_paid_on`: the local day on which a part of what is due was last paid.
    """

    due_on: date
    status: CaseStatus
    amount_due_minor: int
    currency: str
    product: str | None
    tags: frozenset[str]
    country: str
    language: str | None
    creditor: str
    collector: Collector
    zone: str
    happened: frozenset[Condition] = frozenset()
    part_paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a case stands: the try that is next and the instant its campaign wants it."""

    step: str
    try_no: int
    planned_at: datetime
    shift_days: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a late step, for the log, and where the case stands now (None: cadence ended)."""

    what: Late
    step: str
    position: Position | None
    days: int = 0


def days_past_due(due_on: date, today: date) -> int:
    """Negative before the due date, 0 on it."""
    return (today - due_on).days


def planned_instant(on: date, at: time, zone: str) -> datetime:
    """The UTC instant of a local time of day; of one that the clock skips, the instant it jumps to."""
    return zones.local_instant(on, at, zone)


def in_audience(campaign: Campaign, facts: CaseFacts, today: date) -> bool:
    """Is the campaign for this case on this local day?"""
    low, high = campaign.audience.days_past_due
    overdue = days_past_due(facts.due_on, today)
    return (low is None or overdue >= low) and (high is None or overdue <= high) and _is_for(campaign.audience, facts)


def _is_for(audience: Audience, facts: CaseFacts) -> bool:
    """Everything of the audience but the stage, which the step's own day decides."""
    checks = (
        not audience.products or facts.product in audience.products,
        not audience.tags_any or bool(audience.tags_any & facts.tags),
        not audience.tags_none & facts.tags,
        not audience.countries or facts.country in audience.countries,
        not audience.languages or facts.language in audience.languages,
        not audience.creditors or facts.creditor in audience.creditors,
        not audience.collectors or facts.collector in audience.collectors,
        not audience.amount_due or _amount_fits(audience, facts),
    )
    return all(checks)


def _amount_fits(audience: Audience, facts: CaseFacts) -> bool:
    for currency, low, high in audience.amount_due:
        if currency == facts.currency:
            return (low is None or facts.amount_due_minor >= low) and (high is None or facts.amount_due_minor <= high)
    return False


def first(campaign: Campaign, facts: CaseFacts, anchor_on: date, now: datetime) -> Position | None:
    """Where a case enters: the earliest step whose time, with what it is kept for, is not past. None: nowhere."""
    return _from(campaign, campaign.steps, facts, anchor_on, now, 0, kept=True)


def ahead(campaign: Campaign, facts: CaseFacts, anchor_on: date, since: datetime) -> Position | None:
    """Where a case enters that is to be left alone until `since`: the earliest step planned then or later."""
    return _from(campaign, campaign.steps, facts, anchor_on, since, 0)


def again(campaign: Campaign, position: Position, facts: CaseFacts, anchor_on: date, now: datetime) -> Position | None:
    """Where a case that stood at `position` enters once more: there or later, never at a step before it, which was done.

    Where this version no longer has the step: at one that is planned no earlier.
    """
    step = campaign.step(position.step)
    if step is not None:
        left = [step, *_later(campaign, position)]
    else:
        plans = ((step, _position(step, facts, anchor_on, position.shift_days)) for step in campaign.steps)
        left = [step for step, plan in plans if plan.planned_at >= position.planned_at]
    return _from(campaign, left, facts, anchor_on, now, position.shift_days, kept=True)


def _from(
    campaign: Campaign,
    steps: Sequence[Step],
    facts: CaseFacts,
    anchor_on: date,
    now: datetime,
    shift_days: int,
    *,
    kept: bool = False,
) -> Position | None:
    for step in steps:
        position = _position(step, facts, anchor_on, shift_days)
        keeps = step.keep_for if kept else timedelta(0)
        if position.planned_at + keeps >= now and _wanted(campaign, position, facts):
            return position
    return None


def _position(step: Step, facts: CaseFacts, anchor_on: date, shift_days: int) -> Position:
    on = anchor_on + timedelta(days=step.offset + shift_days)
    return Position(step.name, 0, planned_instant(on, step.tries[0].time, facts.zone), shift_days)


def _wanted(campaign: Campaign, position: Position, facts: CaseFacts) -> bool:
    """Does the campaign run, and is the case in its audience, on the local day of this position?"""
    on = zones.local_date(position.planned_at, facts.zone)
    if (campaign.valid_from and on < campaign.valid_from) or (campaign.valid_until and on > campaign.valid_until):
        return False
    return in_audience(campaign, facts, on)


def current_try(campaign: Campaign, position: Position) -> Try | None:
    """What is to be done at this position; None when this version of the campaign no longer has it."""
    step = campaign.step(position.step)
    return step.tries[position.try_no] if step and position.try_no < len(step.tries) else None


def blocked(campaign: Campaign, position: Position, facts: CaseFacts) -> Condition | None:
    """The stop, `unless` or unmet `only_if` that keeps this step from being done now; the campaign's stops first."""
    step = campaign.step(position.step)
    wanted = step.only_if - facts.happened if step else frozenset()
    against = facts.happened & (step.unless if step else frozenset())
    for found in (facts.happened & campaign.stop_when, against, wanted):
        if found:
            return min(found)
    return None


def skip(campaign: Campaign, position: Position, facts: CaseFacts, anchor_on: date, now: datetime) -> Position | None:
    """The next step, without trying this one again. Never planned before `now`."""
    return _from(campaign, _later(campaign, position), facts, anchor_on, now, position.shift_days)


def wanted(campaign: Campaign, position: Position, facts: CaseFacts, now: datetime) -> bool:
    """Does the campaign still run, and is the case still in its audience, on the day this position is planned for?"""
    today = zones.local_date(now, facts.zone)
    if campaign.valid_until and today > campaign.valid_until:
        return False
    return _wanted(campaign, position, facts)


def passed_over(campaign: Campaign, position: Position, into: Position | None) -> list[str]:
    """The steps between this one and the one a case goes on with (None: the end): their time passed meanwhile."""
    names = [step.name for step in _later(campaign, position)]
    return names[: names.index(into.step)] if into is not None and into.step in names else ([] if into else names)


def came_by(
    campaign: Campaign, position: Position, step: Step, facts: CaseFacts, anchor_on: date, now: datetime
) -> bool:
    """Was it this step's time by now, for a case that stands at `position`?"""
    other = _position(step, facts, anchor_on, position.shift_days)
    return other.planned_at < now and _wanted(campaign, other, facts)


def _later(campaign: Campaign, position: Position) -> Sequence[Step]:
    """The steps after this one; where this version no longer has it, none: the plan job finds the place anew."""
    names = [step.name for step in campaign.steps]
    return campaign.steps[names.index(position.step) + 1 :] if position.step in names else ()


def after(
    campaign: Campaign,
    position: Position,
    disposition: Disposition,
    facts: CaseFacts,
    anchor_on: date,
    now: datetime,
) -> Position | None:
    """Where a case goes after a try: its fallback if the try failed in a way that asks for one, else the next step."""
    step, follow = campaign.step(position.step), position.try_no + 1
    if step and tries_on(campaign, position, disposition):
        return Position(step.name, follow, _next_slot(step.tries[follow], facts.zone, now), position.shift_days)
    return skip(campaign, position, facts, anchor_on, now)


def tries_on(campaign: Campaign, position: Position, disposition: Disposition) -> bool:
    """Does the step have a next try for a contact that ended so?"""
    step = campaign.step(position.step)
    return step is not None and disposition in step.follow_up_on and position.try_no + 1 < len(step.tries)


def _next_slot(attempt: Try, zone: str, now: datetime) -> datetime:
    """`attempt.after` days from today at its time of day, the day after if that is past already."""
    today = zones.local_date(now, zone)
    at = planned_instant(today + attempt.after, attempt.time, zone)
    return at if at >= now else planned_instant(today + attempt.after + timedelta(days=1), attempt.time, zone)


def late(campaign: Campaign, position: Position, facts: CaseFacts, anchor_on: date, now: datetime) -> Moved | None:
    """What becomes of a step whose time, with what it is kept for, is past. None: it is not late."""
    step = campaign.step(position.step)
    if step is None or position.planned_at + step.keep_for >= now:
        return None
    return _LATE[step.if_late](campaign, step, position, facts, anchor_on, now)


def waits_until(campaign: Campaign, position: Position, facts: CaseFacts, anchor_on: date) -> datetime:
    """How long a step that may not be done, unless something changes, waits for that: for what it is kept, and never into
    the time of the step that comes next."""
    step = campaign.step(position.step)
    kept = position.planned_at + (step.keep_for if step else timedelta(0))
    return min(kept, next_time(campaign, position, facts, anchor_on) or kept)


def next_time(campaign: Campaign, position: Position, facts: CaseFacts, anchor_on: date) -> datetime | None:
    """When the step that comes next is planned for; None: none comes."""
    later = (_position(other, facts, anchor_on, position.shift_days) for other in _later(campaign, position))
    return next((other.planned_at for other in later if _wanted(campaign, other, facts)), None)


def overtaken(campaign: Campaign, position: Position, facts: CaseFacts, anchor_on: date, now: datetime) -> Moved | None:
    """What becomes of a step that may not be done yet, though the time of the next one has come: however long it is kept,
    it is late now, and the next one is done in its own time. None: that has not come; or this one shifts, and takes the
    next along."""
    step, coming = campaign.step(position.step), next_time(campaign, position, facts, anchor_on)
    if step is None or step.if_late is Late.SHIFT or coming is None or coming > now:
        return None
    return Moved(step.if_late, step.name, given_up(campaign, position, facts, anchor_on, now))


def given_up(
    campaign: Campaign, position: Position, facts: CaseFacts, anchor_on: date, now: datetime
) -> Position | None:
    """Where a case goes on whose step could never be done: nothing was late, so no later step is moved."""
    return _from(campaign, _later(campaign, position), facts, anchor_on, now, position.shift_days, kept=True)


def quiet(campaign: Campaign, facts: CaseFacts, now: datetime) -> datetime | None:
    """When the days of quiet after a part payment are over, while they last: the beginning of a local day."""
    if facts.part_paid_on is None or not campaign.quiet_after_part:
        return None
    until = planned_instant(facts.part_paid_on + campaign.quiet_after_part, time.min, facts.zone)
    return until if until > now else None


def put_off(campaign: Campaign, position: Position, facts: CaseFacts, anchor_on: date, now: datetime) -> Moved | None:
    """What becomes of a due step in the days of quiet after a part payment. None: none last.

    It waits for its time of day after them. Where it is late by then, one that expires is dropped and one that shifts takes
    the plan along; one that merges is the contact of all that came by meanwhile, for it thanks and names what is left.
    """
    until, step = quiet(campaign, facts, now), campaign.step(position.step)
    if until is None or step is None:
        return None
    attempt = current_try(campaign, position) or step.tries[0]
    at = _next_slot(replace(attempt, after=timedelta(0)), facts.zone, until)
    if position.planned_at + step.keep_for < at and step.if_late is not Late.MERGE:
        return _LATE[step.if_late](campaign, step, position, facts, anchor_on, at)
    info = zones.zone(facts.zone)
    days = (at.astimezone(info).date() - position.planned_at.astimezone(info).date()).days
    moved = replace(position, planned_at=at)
    return Moved(Late.SHIFT, step.name, moved if _wanted(campaign, moved, facts) else None, days)


def _expire(
    campaign: Campaign, step: Step, position: Position, facts: CaseFacts, anchor_on: date, now: datetime
) -> Moved:
    return Moved(Late.EXPIRE, step.name, given_up(campaign, position, facts, anchor_on, now))


def _shift(
    campaign: Campaign, step: Step, position: Position, facts: CaseFacts, _anchor_on: date, now: datetime
) -> Moved:
    """Done at its next time of day; every later step moves by the same whole days."""
    info = zones.zone(facts.zone)
    attempt = step.tries[min(position.try_no, len(step.tries) - 1)]
    at = _next_slot(replace(attempt, after=timedelta(0)), facts.zone, now)
    days = (at.astimezone(info).date() - position.planned_at.astimezone(info).date()).days
    moved = Position(step.name, position.try_no, at, position.shift_days + days)
    return Moved(Late.SHIFT, step.name, moved if _wanted(campaign, moved, facts) else None, days)


def _merge(
    campaign: Campaign, step: Step, position: Position, facts: CaseFacts, anchor_on: date, now: datetime
) -> Moved:
    """Into the latest step that is due already; with none, done at its own next time of day."""
    later = [_position(other, facts, anchor_on, position.shift_days) for other in _later(campaign, position)]
    due = [other for other in later if other.planned_at <= now and _wanted(campaign, other, facts)]
    attempt = current_try(campaign, due[-1] if due else position) or step.tries[0]
    at = _next_slot(replace(attempt, after=timedelta(0)), facts.zone, now)
    into = replace(due[-1] if due else position, planned_at=at)
    return Moved(Late.MERGE, step.name, into if _wanted(campaign, into, facts) else None)


_LATE = {Late.EXPIRE: _expire, Late.SHIFT: _shift, Late.MERGE: _merge}
