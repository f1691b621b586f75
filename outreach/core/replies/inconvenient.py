"""At which times is contact inconvenient, after what a debtor wrote? Of two readings the one that contacts less is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import time

from outreach.core.replies.limits import CLOSES, EVERY_DAY, MIDNIGHT, OPENS, Limit
from outreach.core.terms import Channel, Inconvenient, PhonePlace


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of wishes: what it limits, whether contact is wanted then only, and by which channel (None: any)."""

    limits: tuple[Limit, ...]
    only: bool
    channel: Channel | None
    verb: bool
    joined: bool  # a day and an hour said in one breath
    loose: bool = False  # it may be of something else


def channel(clauses: Iterable[Clause]) -> Channel | None:
    """The one channel all speak of; if they do not agree, all are taken for both."""
    channels = {clause.channel for clause in clauses}
    return channels.pop() if len(channels) == 1 else None


def times(clauses: list[Clause]) -> tuple[Inconvenient, ...]:
    """The times at which contact is not wanted."""
    by = channel(clauses)
    found = [one for clause in clauses for one in _blocked(clause, by)]
    return tuple(dict.fromkeys(found))


def _blocked(clause: Clause, by: Channel | None) -> Iterator[Inconvenient]:
    days = frozenset[int]().union(*(limit.days for limit in clause.limits if limit.what == "days"))
    hours = [limit for limit in clause.limits if limit.what not in {"days", "work"}]
    if any(limit.what == "work" for limit in clause.limits):
        yield Inconvenient(EVERY_DAY, MIDNIGHT, MIDNIGHT, by, PhonePlace.WORK)
    if clause.only:
        if days:
            yield Inconvenient(EVERY_DAY - days, MIDNIGHT, MIDNIGHT, by)
        for limit in hours:
            yield from _outside(limit, by)
        return
    together = bool(days) and bool(hours) and clause.joined
    if days and not together:
        yield Inconvenient(days, MIDNIGHT, MIDNIGHT, by)
    for limit in hours:
        yield Inconvenient(days if together else EVERY_DAY, *_inside(limit), by)


def covered(limits: Iterable[Limit], clause: Clause) -> bool:
    """Does a clause that forbids contact forbid these hours already, every one of them?"""
    forbidden = times([clause])
    named = times([replace(clause, limits=tuple(limits))])
    return all(any(_within(one, other) for other in forbidden) for one in named)


def _within(one: Inconvenient, other: Inconvenient) -> bool:
    ends = one.end != MIDNIGHT and one.end <= other.end
    return one.days <= other.days and other.start <= one.start and (other.end == MIDNIGHT or ends)


def _outside(limit: Limit, channel: Channel | None) -> Iterator[Inconvenient]:
    start, end = _window(limit)
    if start != MIDNIGHT:
        yield Inconvenient(EVERY_DAY, MIDNIGHT, start, channel)
    if end != MIDNIGHT:
        yield Inconvenient(EVERY_DAY, end, MIDNIGHT, channel)


def _window(limit: Limit) -> tuple[time, time]:
    """When contact is wanted: of several readings the shortest."""
    if limit.what == "after":
        return _latest(limit.start, wanted=True), MIDNIGHT
    if limit.what == "before":
        return MIDNIGHT, _earliest(limit.end)
    return limit.start[-1], limit.end[0]


def _inside(limit: Limit) -> tuple[time, time]:
    """When it is not: of several readings the longest."""
    if limit.what == "before":
        return MIDNIGHT, _latest(limit.end, wanted=False)
    if limit.what == "after":
        return _earliest(limit.start), MIDNIGHT
    return limit.start[0], limit.end[-1]


def _likely(readings: tuple[time, ...], *, least: int, most: int) -> list[time]:
    """The readings that leave some time for contact and take some away; all of them if none does."""
    return [at for at in readings if least <= at.hour < most] or list(readings)


def _latest(readings: tuple[time, ...], *, wanted: bool) -> time:
    """The start of contact. Nobody says `only after 6` of the morning, when nobody is contacted anyway."""
    return max(_likely(readings, least=OPENS if wanted else 7, most=CLOSES))


def _earliest(readings: tuple[time, ...]) -> time:
    """The end of contact."""
    return min(_likely(readings, least=OPENS + 1, most=CLOSES + 1))


def doubt(clauses: list[Clause], number: str | None) -> str:
    """Why a person should look at it; the first that holds."""
    limits = [limit for clause in clauses for limit in clause.limits]
    mixed = any(
        not clause.only and not clause.joined and {"days"} < {limit.what for limit in clause.limits}
        for clause in clauses
    )
    table = (
        (number is not None, "another number"),
        (any(clause.loose for clause in clauses), "an hour or a day of the month"),
        (any(limit.single for limit in limits), "this week's day or every week's"),
        (len({clause.channel for clause in clauses}) > 1, "other limits for texts than for calls"),
        (mixed, "days and hours, together or apart"),
        (
            any(_two_ways(limit, clause.only) for clause in clauses for limit in clause.limits),
            "an hour with two readings",
        ),
        (nothing_left(times(clauses)), "no time is left"),
    )
    return next((why for holds, why in table if holds), "")


def _two_ways(limit: Limit, only: bool) -> bool:
    if (limit.what, only) in {("after", True), ("before", False)}:
        readings = limit.start or limit.end
        return len(_likely(readings, least=OPENS if only else 7, most=CLOSES)) > 1
    if limit.what in {"after", "before"}:
        return len(_likely(limit.start or limit.end, least=OPENS + 1, most=CLOSES + 1)) > 1
    return len(limit.start) > 1 or len(limit.end) > 1


def nothing_left(named: Iterable[Inconvenient]) -> bool:
    """Do they leave no hour of any day?"""
    everywhere = [one for one in named if one.place is None]
    return bool(everywhere) and not any(
        all(not _holds(one, day, hour) for one in everywhere) for day in EVERY_DAY for hour in range(OPENS, CLOSES)
    )


def _holds(one: Inconvenient, day: int, hour: int) -> bool:
    if day not in one.days:
        return False
    clock = time(hour, 30)
    return one.start <= clock < one.end if one.start < one.end else clock >= one.start
