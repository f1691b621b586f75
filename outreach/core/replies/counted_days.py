"""Which day is so many days from today, or from another that is named?"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from outreach.core.replies.days import Calendar, Mention, Reader, at, count, day_of, existing, month_after


def shift(days: int, label: str) -> Reader:
    return lambda match, cal: at(match, label, cal.today + timedelta(days=days))


_NIGHT = 4 * 60  # until then the day that ends is still "today" to many


def morrow(days: int, label: str) -> Reader:
    """`tomorrow`: counted from today; said after midnight and before bed, from two days."""

    def read(match: re.Match[str], cal: Calendar) -> Mention:
        day = cal.today + timedelta(days=days)
        return at(match, label, day - timedelta(days=1), day) if cal.minute < _NIGHT else at(match, label, day)

    return read


def next_morning(match: re.Match[str], cal: Calendar) -> Mention:
    """`in the morning`: of tomorrow, said after noon; before, of either day."""
    days = (cal.today + timedelta(days=1),) if cal.minute >= 12 * 60 else ()
    return at(match, "in the morning", *days, problem="" if days else "two readings")


def due_date(match: re.Match[str], cal: Calendar) -> Mention:
    """`on the due date`, where we know it."""
    known = cal.due_on is not None
    return at(match, "the due date", *existing((cal.due_on,)), problem="" if known else "not known")


def same_day(match: re.Match[str], cal: Calendar) -> Mention:
    """`in a month`: the day of the same number, if the next month has it."""
    day = day_of(*month_after(cal.today), cal.today.day)
    return at(match, "a month from today", *existing((day,)), problem="" if day else "two readings")


DAY_AFTER = "the day after"


def day_after(match: re.Match[str], cal: Calendar) -> Mention:
    """`the 1st is my payday, i pay the day after`: counted from the day named before it (`counted`)."""
    return at(match, DAY_AFTER, problem="no single day")


def counted(found: list[Mention]) -> list[Mention]:
    """With `the day after` as the day that it is; the day it is counted from is gone."""
    told: list[Mention] = []
    for one in found:
        if one.label == DAY_AFTER and told and told[-1].exact and len(told[-1].readings) == 1:
            before = told.pop()
            days = (before.readings[0] + timedelta(days=1),)
            told.append(replace(one, label=f"the day after {before.label}", readings=days, problem=""))
        else:
            told.append(one)
    return told


_UNIT_DAYS = {"d": 1, "w": 7, "s": 7, "f": 14, "天": 1, "日": 1, "周": 7}


def ahead(match: re.Match[str], cal: Calendar) -> Mention:
    """`in 2 weeks`. Months are no number of days; Spanish `ocho` and `quince dias` mean one and two weeks to many."""
    number, unit = count(match["n"]), match["unit"].removeprefix("个")
    days = _UNIT_DAYS.get("f" if unit.startswith("fort") else unit[0])
    if number is None or days is None or unit[0] in "m月" or number > 400:
        return at(match, "a time from now", problem="no single day")
    label = f"in {number * days} days"
    if unit.startswith("dia") and match["n"].strip() in {"ocho", "quince", "8", "15"}:
        weeks = {8: 7, 15: 14}[number]
        return at(match, label, cal.today + timedelta(days=number), cal.today + timedelta(days=weeks))
    return at(match, label, cal.today + timedelta(days=number * days))


def hours_ahead(match: re.Match[str], cal: Calendar) -> Mention:
    """`in two hours` is today or, late at night, tomorrow."""
    number, unit = count(match["n"]), match["unit"]
    if number is None:
        return at(match, "hours from now", problem="no single day")
    minutes = number if unit.startswith(("m", "分")) else number * 60
    return at(match, f"in {minutes} minutes", cal.today + timedelta(days=(cal.minute + minutes) // 1440))
