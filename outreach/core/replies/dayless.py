"""May a number be money, or is it a day or an hour? And of a text without a sure day, which sum is meant to be paid?

Of one with a sure day the amount is as `meant.py` weighs it. Without one less is sure: what they only have, owe or get, what
is more than is due, and a small bare number that the days beside it may have, are no sum. A wrong sum is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from outreach.core.replies import amounts, shares
from outreach.core.replies.amounts import NOTHING, Amount, Role
from outreach.core.replies.chosen import Choice
from outreach.core.replies.dates import Calendar, Mention
from outreach.core.replies.languages import WEEKDAYS

SOON = frozenset({"today", "tomorrow", "day after tomorrow"})
_LAST_DAY, _LAST_HOUR, _NOON = 31, 24, 12


def small(money: Amount, listed: Sequence[Amount], choice: Choice, currency: str, cal: Calendar) -> bool:
    """Is the number also a day of the month or an hour? `tomorrow 30` is not, unless tomorrow is the 30th.

    Beside a weekday it is none where no month has such a weekday on that day: `20 saturday`, and `30 on the 30th` is money.
    """
    if money.minor is None or choice.on is None:
        return False
    number = _number(money.minor, currency)
    if choice.label in SOON:
        return number <= _LAST_HOUR or (number <= _LAST_DAY and choice.on.day == number)
    if number > _LAST_DAY or choice.label == f"day {number:.0f}":
        return False
    if choice.label.rpartition(" ")[2] not in WEEKDAYS or number <= _NOON:
        return True
    if choice.on.day == number and len(listed) > 1:
        return False
    return _falls_on(number, choice.on.weekday(), cal)


def sum_of(
    money: Amount,
    named: Sequence[Amount],
    plain: str,
    live: Sequence[Mention],
    currency: str,
    due: int | None,
    cal: Calendar,
) -> Amount:
    """The sum of a text in which no day is sure: `money` is what it says of amounts, `named` those offered, `live` the days."""
    money = _before_the_rest(plain, named) or money
    if money.minor is None or money.role < Role.NAMED or (due is not None and money.minor > due):
        return NOTHING
    number, offered = _number(money.minor, currency), money.role is Role.OFFERED
    if not money.bare or number > _LAST_DAY:
        return money
    may_be_a_day = any(_may_name(number, day, cal, offered=offered) for day in live) if live else not offered
    return NOTHING if may_be_a_day else money


def _before_the_rest(plain: str, named: Sequence[Amount]) -> Amount | None:
    """`50 on payday and the rest later`: what is paid first; not of `50 of the rest`."""
    if len(named) != 2 or named[0].whole or named[1].label != shares.REST:
        return None
    return None if _OF.match(plain, named[0].end) else named[0]


_OF = re.compile(r" (?:of|de|del|off) ")


def _may_name(number: float, day: Mention, cal: Calendar, *, offered: bool) -> bool:
    """May the number say which day, or which hour of it: `20 next month`, `i can do 2 next week`?"""
    if number <= (_LAST_HOUR if day.label in SOON else _NOON):
        return True
    if day.window is not None and not offered:
        first, last = day.window
        return number in {(first + timedelta(days=ahead)).day for ahead in range((last - first).days + 1)}
    if day.exact and day.label.rpartition(" ")[2] in WEEKDAYS:
        return _falls_on(number, day.readings[0].weekday(), cal)
    return day.exact or not offered


def _falls_on(number: float, weekday: int, cal: Calendar) -> bool:
    """Is the day of that number such a weekday in one of the months ahead?"""
    soon = (cal.today + timedelta(days=ahead) for ahead in range(cal.max_days + 1))
    return any(day.day == number and day.weekday() == weekday for day in soon)


def _number(minor: int, currency: str) -> float:
    return minor / float(10 ** amounts.minor_units(currency))
