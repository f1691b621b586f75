"""What is a day that a text names?

`Mention` is one expression with the days it may mean; a `Form` finds one and reads it. More than one reading stays more than
one. What cannot be a single day ("next week") has no reading and a reason, and where its bounds are known a `window`, which
decides between the readings of a day named beside it ("next week, on the tuesday"). What a pattern has caught is read by
`counted_days.py`, `weekdays.py`, `month_days.py` and `holidays.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from outreach.core.replies.languages import SMALL_NUMBERS, zh_number
from outreach.core.replies.rows import alternatives, compiled


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a day is counted from. `orders`: how 12/5 may be read, `md` (month first), `dm` or both.

    `mixed`: the people around write it the other way, so that a day which is near in both orders is two readings.
    `minute`: of the debtor's day. `american`: in the United States, whose holidays are meant and whose weeks start on
    Sunday. `due_on`: when the payment was or is due, if known.
    """

    today: date
    max_days: int
    orders: tuple[str, ...]
    mixed: bool = False
    minute: int = 12 * 60
    american: bool = False
    due_on: date | None = None

    def holds(self, day: date | None) -> bool:
        """Neither past nor further than `max_days` away."""
        return day is not None and 0 <= (day - self.today).days <= self.max_days


Window = tuple[date, date]
HALF_OR_DATE = "a half or a date"


@dataclass(frozen=True, slots=True)
class Mention:
    """One expression at `start:end`. `readings`: the days it may mean. `strict`: all must agree, even those too far.

    `label` and `problem` are our words, fit for the log. `wider`: more days it may mean where a `window` is named beside it.
    `feast`: named by its feast and not as a day, so that words around it may make a season of it.
    """

    start: int
    end: int
    label: str
    readings: tuple[date, ...] = ()
    problem: str = ""
    strict: bool = True
    wider: tuple[date, ...] = ()
    window: Window | None = None
    feast: bool = False

    @property
    def exact(self) -> bool:
        return not self.problem and bool(self.readings)

    def within(self, window: Window) -> Mention:
        """The same, with only the days that lie in `window`; unchanged where none does and nothing wider is known."""
        days = tuple(d for d in (self.wider or self.readings) if window[0] <= d <= window[1])
        if days:
            return replace(self, readings=days, problem="")
        return replace(self, problem="not in the week or month named") if self.wider else self

    def settle(self, cal: Calendar) -> tuple[date | None, str]:
        """The one day meant, or None and why not: several readings, the past, too far away."""
        if self.problem:
            return None, f"{self.label}: {self.problem}"
        inside = {day for day in self.readings if cal.holds(day)}
        if not inside:
            past = all(day < cal.today for day in self.readings)
            return None, f"{self.label} is {'in the past' if past else f'more than {cal.max_days} days away'}"
        if len(inside) > 1 or (self.strict and len(set(self.readings)) > 1):
            return None, f"{self.label} has two readings"
        return inside.pop(), ""


Reader = Callable[[re.Match[str], Calendar], Mention]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to name a day, what reads it, and letters of which it needs one (`rows.py`; none: tried on every text)."""

    pattern: re.Pattern[str]
    reader: Reader
    keys: frozenset[str]


def form(pattern: str, reader: Reader) -> Form:
    keys = [keys for _, keys in alternatives(pattern)]
    return Form(compiled(pattern, re.ASCII), reader, frozenset().union(*keys) if all(keys) else frozenset())


def at(match: re.Match[str], label: str, *readings: date, strict: bool = True, problem: str = "") -> Mention:
    return Mention(match.start(), match.end(), label, tuple(dict.fromkeys(readings)), problem, strict)


def vague(label: str, problem: str = "no single day") -> Reader:
    return lambda match, cal: at(match, label, problem=problem)


def some_day(match: re.Match[str], label: str, first: date, last: date) -> Mention:
    """A stretch of time: no single day, but the window for one named beside it."""
    return replace(at(match, label, problem="no single day"), window=(first, last))


# --- of the calendar --------------------------------------------------------------------------------------------------


def count(text: str) -> int | None:
    """A number in digits or words."""
    text = text.strip()
    if text in SMALL_NUMBERS:
        return SMALL_NUMBERS[text]
    return zh_number(text)


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_after(day: date, months: int = 1) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1


def existing(days: Iterable[date | None]) -> tuple[date, ...]:
    return tuple(day for day in days if day is not None)
