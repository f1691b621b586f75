"""Is it a lawful hour there? Part of the second reading (see the package)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import holidays
from dateutil.easter import easter

from outreach.core.zones import zone
from outreach.oracle.places import as_list

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_YEARS = range(2020, 2050)


def dates(at: datetime, names: Iterable[str]) -> set[date]:
    return {at.astimezone(zone(name)).date() for name in names}


def is_open(hours: Mapping[str, Any], at: datetime, names: Iterable[str]) -> bool:
    """Is `at` inside a rule of `hours` in every zone of `names`, and in the rule's own?"""
    there = [*names, *([hours["zone"]] if hours.get("zone") else [])]
    return all(_open_there(hours, at.astimezone(zone(name))) for name in there)


def _open_there(hours: Mapping[str, Any], local: datetime) -> bool:
    if hours.get("holidays") and _is_holiday(hours["holidays"], local.date()):
        return False
    # 08:00:01 is the first lawful second where the ends are excluded: 08:00:00.5 is not in a lawful one yet.
    second = local.hour * 3600 + local.minute * 60 + local.second
    for window in hours["windows"]:
        if local.weekday() in weekdays(window["days"]):
            start, end = clock_seconds(window["from"]), clock_seconds(window["to"])
            if start < second < end or (second == start and not hours.get("ends_excluded")):
                return True
    return False


def weekdays(said: Any) -> set[int]:
    """`daily`, `mon tue` or `[mon, tue]` as Python weekdays, Monday 0."""
    words = said.split() if isinstance(said, str) else list(said)
    return set(range(7)) if words == ["daily"] else {DAYS.index(word) for word in words}


def clock_seconds(said: str) -> int:
    """Seconds after midnight of `08:00`, `08:00:30` or `24:00`."""
    hour, minute, second = (*map(int, str(said).split(":")), 0)[:3]
    return hour * 3600 + minute * 60 + second


def _is_holiday(said: Mapping[str, Any], on: date) -> bool:
    also = as_list(said.get("also"))
    if on.year not in HOLIDAY_YEARS or _named(said, on, also):
        return True
    eve = on - timedelta(days=1)
    return "sunday_monday" in also and on.weekday() == 0 and _named(said, eve, also)


def _named(said: Mapping[str, Any], on: date, also: list[str]) -> bool:
    if "good_friday" in also and on == easter(on.year) - timedelta(days=2):
        return True
    if "easter_monday" in also and on == easter(on.year) + timedelta(days=1):
        return True
    country, region = said["country"], said.get("region")
    if "government" in also and on in _public(country, region, on.year, "government"):
        return True
    if "everywhere" in also and all(on in _public(country, name, on.year) for name in _regions(country)):
        return True
    return on in _public(country, region, on.year)


@cache
def _public(country: str, region: str | None, year: int, kind: str = "public") -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region, years=year, categories=(kind,)))


@cache
def _regions(country: str) -> tuple[str, ...]:
    return tuple(holidays.country_holidays(country).subdivisions)


def is_inconvenient(days: frozenset[int], start: time, end: time, local: datetime) -> bool:
    """ISO weekdays; a time that ends before it starts runs into the next day."""
    now, today = local.time(), local.isoweekday()
    if start < end:
        return today in days and start <= now < end
    yesterday = (today - 2) % 7 + 1
    return (today in days and now >= start) or (yesterday in days and now < end)
