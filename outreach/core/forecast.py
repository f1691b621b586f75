"""When is what waits done, at given rates, if everybody gets their share at once and a day has its end?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)
FARTHEST = 400  # days: what takes longer has no end worth telling


@dataclass(frozen=True, slots=True)
class Capacity:
    """Units a second; and how many are left of the carrier's day, which ends at `day_ends_at`, and of those after it."""

    per_second: float
    day_ends_at: datetime
    left_today: int | None = None
    per_day: int | None = None


def finish_times(
    waiting: Mapping[str, float], weights: Mapping[str, float], capacity: Capacity, now: datetime
) -> dict[str, datetime | None]:
    """When each one's units are done; None: not within `FARTHEST` days."""
    return {name: when(units, capacity, now) for name, units in done_in_all(waiting, weights).items()}


def done_in_all(waiting: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """For each, the units of all that are done when its own are: all go on side by side, by weight."""
    rest = {name: units for name, units in waiting.items() if units > 0}
    found: dict[str, float] = {}
    done = 0.0
    while rest:
        each = min(units / weights[name] for name, units in rest.items())  # units of weight 1
        done += each * sum(weights[name] for name in rest)
        rest = {name: units - each * weights[name] for name, units in rest.items()}
        for name in [name for name, units in rest.items() if units <= 1e-9 * weights[name] + 1e-9]:
            found[name] = done
            del rest[name]
    return found


def when(units: float, capacity: Capacity, now: datetime) -> datetime | None:
    """When so many units are done, from `now` on."""
    if capacity.per_second <= 0:
        return None
    at, ends_at, left = now, capacity.day_ends_at, capacity.left_today
    for _ in range(FARTHEST):
        possible = (ends_at - at).total_seconds() * capacity.per_second
        today = possible if left is None else min(possible, left)
        if units <= today:
            return at + timedelta(seconds=units / capacity.per_second)
        units -= today
        at, ends_at, left = ends_at, ends_at + DAY, capacity.per_day
    return None
