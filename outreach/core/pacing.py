"""How much may a sender still be given now, how many calls for the lines there are, and of whom?

A sender is busy with what it was given until that is sent at its rate, and may be given `BURST` more than it has sent: in
any t seconds no more than rate x (t + 1) units leave. Units are segments of texts, or calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

BURST = timedelta(seconds=1)  # so much is handed to the carrier at once, and waits there no longer
GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples are spread more evenly than any other's
EARLY = 0.1  # of a unit: a turn that comes a moment too soon does not wait for the next one


@dataclass(frozen=True, slots=True)
class Limit:
    """What a sender may do on one channel. `per_day`: by the calendar day of the carrier's zone; None: no such limit."""

    per_second: float
    per_day: int | None = None

    @property
    def burst(self) -> float:
        """Units that may be handed over at once by a sender that has rested."""
        return max(1.0, self.per_second * BURST.total_seconds())


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a sender is used: busy until then with what it was given; so many units on the day `used_on`."""

    busy_until: datetime | None = None
    used_on: date | None = None
    used: int = 0


def room(pace: Pace, limit: Limit, now: datetime, today: date) -> int:
    """Units the sender may be given now. A clock set back frees nothing."""
    owed = max(0.0, (pace.busy_until - now).total_seconds()) * limit.per_second if pace.busy_until else 0.0
    free = math.floor(limit.burst - owed + EARLY)
    return max(0, min(free, left_today(pace, limit, today)))


def left_today(pace: Pace, limit: Limit, today: date) -> int:
    """Units left of the day, however fast."""
    if limit.per_day is None:
        return 1 << 40
    return max(0, limit.per_day - (pace.used if pace.used_on == today else 0))


def rested(pace: Pace, now: datetime) -> bool:
    """Has the sender nothing left to send? Then it takes a text longer than its burst."""
    return pace.busy_until is None or pace.busy_until <= now


def given(pace: Pace, limit: Limit, units: int, now: datetime, today: date) -> Pace:
    """The sender after it was given `units`."""
    since = max(pace.busy_until or now, now)
    used = pace.used if pace.used_on == today else 0
    return Pace(since + timedelta(seconds=units / limit.per_second), today, used + units)


def mixed(weights: Mapping[str, float], waiting: Mapping[str, Sequence[int]], turn: float) -> list[int]:
    """All that wait, mixed by weight: of any beginning of it each has its share, as long as it has any left.

    Who comes first of all changes with `turn` (from 0 up to 1): one by one, too, everybody has a turn.
    """
    placed = [
        ((place + (turn + GOLDEN * number) % 1) / weights[name], one)
        for number, (name, ones) in enumerate(sorted(waiting.items()))
        for place, one in enumerate(ones)
    ]
    return [one for _, one in sorted(placed)]


def turn_of(now: datetime) -> float:
    """A number from 0 up to 1 that from second to second, or from instant to instant, falls evenly everywhere."""
    return (now.timestamp() * GOLDEN) % 1


def calls_now(rate_allows: int, live: int, max_live: int) -> int:
    """Calls that may be placed: what the carrier's rate allows, never more live at once than `max_live`.

    Every call starts with a recording and reaches an agent only when the debtor asks, so agents do not bound the number
    placed; a debtor who asks and finds none free is offered a callback.
    """
    return max(0, min(rate_allows, max_live - live))
