"""Which day is meant by a day of the month, a date, or the end of a month; and which stretch by a week or a month?"""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta

from outreach.core.replies.days import (
    HALF_OR_DATE,
    Calendar,
    Mention,
    Reader,
    at,
    day_of,
    existing,
    month_after,
    some_day,
)
from outreach.core.replies.languages import DAY_WORDS, MONTHS, ORDINALS, WEEKDAYS, zh_number
from outreach.core.replies.weekdays import in_week


def day_of_month(match: re.Match[str], cal: Calendar, number: int | None, label: str) -> Mention:
    """`the 15th`: the next one. Today's own number, and a day this month does not have, have two readings."""
    if number is None or not 1 <= number <= 31:
        return at(match, label, problem="no such day")
    here = day_of(cal.today.year, cal.today.month, number)
    there = day_of(*month_after(cal.today), number)
    wider = existing((here, there, day_of(*month_after(cal.today, 2), number)))
    if here is None or here == cal.today or (here < cal.today and there is None):
        return replace(at(match, label, problem="two readings or none"), wider=wider)
    return replace(at(match, label, here if here > cal.today else there or here), wider=wider)


def number_of(word: str) -> int | None:
    """A day of the month in digits or words: `15`, `15th`, `fifteenth`, `quince`, `primero`."""
    digits = re.match(r"\d{1,2}", word)
    if digits:
        return int(digits[0])
    return ORDINALS.get(word) or DAY_WORDS.get(word)


def ordinal(match: re.Match[str], cal: Calendar) -> Mention:
    """A day of the month, of which one is perhaps named: `the 5th of next month`."""
    groups = match.groupdict()
    number = number_of(next(filter(None, map(groups.get, "nbdef")), ""))
    which = (groups.get("which") or "").strip()
    if which and re.search(r"next|coming|proximo|viene|otro|entra|sigui|entrante", which):
        return _in_month(match, cal, number, 1)
    if re.search(r"\b(?:this|este|en curso|actual)\b", which):
        return _in_month(match, cal, number, 0)
    return day_of_month(match, cal, number, f"day {number}")


def _in_month(match: re.Match[str], cal: Calendar, number: int | None, months: int) -> Mention:
    day = day_of(*month_after(cal.today, months), number) if number else None
    return at(match, f"day {number} of the month named", *existing((day,)), problem="" if day else "no such day")


def weekday_number(match: re.Match[str], cal: Calendar) -> Mention:
    """`friday 27`, `friday the 27th`: only if the next 27th is a Friday; else the number may be money or a slip."""
    number, name = number_of(match["n"]), match["day"]
    label = f"{name} {number}"
    mention = day_of_month(match, cal, number, label)
    fits = tuple(d for d in mention.wider if d.weekday() == WEEKDAYS.index(name) and d >= cal.today)
    if fits and fits[0] == next((d for d in mention.wider if d >= cal.today), None):
        return replace(mention, readings=fits[:1], problem="")
    return replace(mention, problem=mention.problem or "weekday and number do not agree", readings=(), wider=())


def zh_day(match: re.Match[str], cal: Calendar) -> Mention:
    """`15号`, `下个月15号`, `每个月15号`."""
    number, which = zh_number(match["n"]), match["which"] or ""
    mention = day_of_month(match, cal, number, f"day {number}")
    if which.startswith("每"):
        return replace(mention, problem="every one of them", readings=())
    months = {"下": 1, "次": 1, "这": 0, "本": 0, "当": 0, "上": -1}.get(which[:1])
    if months is None:
        return mention
    return _in_month(match, cal, number, 2 if which.startswith("下下") else months)


def in_year(cal: Calendar, month: int, day: int, year: int | None) -> date | None:
    """That day in the year given; without one, this year's or, if past, next year's."""
    if year is not None:
        return day_of(year + 2000 if year < 100 else year, month, day)
    here = day_of(cal.today.year, month, day)
    return here if here and here >= cal.today else day_of(cal.today.year + 1, month, day)


def month_name(match: re.Match[str], cal: Calendar) -> Mention:
    """`march 15`, `15 de marzo`, `the fifteenth of march`."""
    month, number = MONTHS.index(match["month"]) + 1, number_of(match["n"])
    year = int(match["year"]) if match["year"] else None
    day = in_year(cal, month, number, year) if number else None
    return at(match, f"{match['month']} {number}", *existing((day,)), problem="" if day else "no such day")


def a_month(match: re.Match[str], cal: Calendar) -> Mention:
    """A month without a day."""
    month = MONTHS.index(match["month"]) + 1
    year = cal.today.year + (month < cal.today.month)
    last = calendar.monthrange(year, month)[1]
    return some_day(match, "a month", date(year, month, 1), date(year, month, last))


def zh_month(match: re.Match[str], cal: Calendar) -> Mention:
    """`3月15号`."""
    month, number = zh_number(match["month"]), zh_number(match["n"])
    year = zh_number(match["year"]) if match["year"] else None
    day = in_year(cal, month, number, year) if month and number else None
    return at(match, f"month {month} day {number}", *existing((day,)), problem="" if day else "no such day")


def zh_month_end(match: re.Match[str], cal: Calendar) -> Mention:
    """`12月底`."""
    month = zh_number(match["month"]) or 0
    if not 1 <= month <= 12:
        return at(match, "end of a month", problem="no such day")
    return _last_day(match, cal, cal.today.year + (month < cal.today.month), month, "end of the month named")


def slashed(match: re.Match[str], cal: Calendar) -> Mention:
    """`12/5`: each order the reader may use is a reading; an order that gives no day of the calendar is none."""
    a, b = int(match["a"]), int(match["b"])
    year = int(match["year"]) if match["year"] else None
    readings = {"md": in_year(cal, a, b, year), "dm": in_year(cal, b, a, year)}
    label = f"{a}/{b}"
    days = [day for order in cal.orders if (day := readings[order])] or [day for day in readings.values() if day]
    if (a, b) == (1, 2) and year is None and not match.groupdict().get("on"):
        return at(match, label, problem=HALF_OR_DATE)
    if cal.mixed and len({day for day in readings.values() if day}) > 1:
        return at(match, label, problem="two readings")
    return at(match, label, *days, strict=False, problem="" if days else "no such day")


def dashed(match: re.Match[str], cal: Calendar) -> Mention:
    """`12-4`: a date, unless it may be a range of days or of money, or is not near."""
    mention, ahead = slashed(match, cal), int(match["b"]) - int(match["a"])
    if 0 < ahead <= 7 or mention.problem or not all(cal.holds(day) for day in mention.readings):
        return at(match, "two numbers with a dash", problem="a range or a date")
    return mention


def figures(match: re.Match[str], cal: Calendar) -> Mention:
    """`el 5 del 12`: Spanish says the month by its number."""
    month, number = int(match["b"]), int(match["a"])
    day = in_year(cal, month, number, None) if 1 <= month <= 12 else None
    return at(match, f"{number} of month {month}", *existing((day,)), problem="" if day else "no such day")


def iso(match: re.Match[str], cal: Calendar) -> Mention:
    day = day_of(int(match["year"]), int(match["a"]), int(match["b"]))
    return at(match, "a full date", *existing((day,)), problem="" if day else "no such day")


def _last_day(match: re.Match[str], cal: Calendar, year: int, month: int, label: str) -> Mention:
    last = date(year, month, calendar.monthrange(year, month)[1])
    return at(match, label, last, problem="two readings" if last == cal.today else "")


def month_end(months: int | None, label: str) -> Reader:
    """The last day of a month; on that very day it may be the next month's that is meant."""

    def read(match: re.Match[str], cal: Calendar) -> Mention:
        year, month = month_after(cal.today, months or 0)
        if "month" in match.groupdict() and match["month"]:
            month = MONTHS.index(match["month"]) + 1
            year = cal.today.year + (month < cal.today.month)
        return _last_day(match, cal, year, month, label)

    return read


def last_weekday(match: re.Match[str], cal: Calendar) -> Mention:
    """`the last business day of the month`."""
    last = day_of(cal.today.year, cal.today.month, calendar.monthrange(cal.today.year, cal.today.month)[1]) or cal.today
    last -= timedelta(days=max(0, last.weekday() - 4))
    return at(match, "last working day", last, problem="" if last > cal.today else "two readings")


def year_end(match: re.Match[str], cal: Calendar) -> Mention:
    """`by the end of the year`."""
    last = date(cal.today.year, 12, 31)
    return at(match, "end of the year", last, problem="two readings" if last == cal.today else "")


def month_start(match: re.Match[str], cal: Calendar) -> Mention:
    """`the first of the month`: the next first."""
    return at(match, "first of the month", date(*month_after(cal.today), 1))


def stretch(weeks: int | None = None, months: int | None = None, label: str = "no exact day") -> Reader:
    """A calendar week or month, `weeks` or `months` from now. American weeks start on Sunday: both kinds are covered."""

    def read(match: re.Match[str], cal: Calendar) -> Mention:
        if weeks is not None:
            first, last = in_week(cal.today, 6, weeks, sunday_first=True), in_week(cal.today, 6, weeks)
            return some_day(match, label, max(first, cal.today), last)
        year, month = month_after(cal.today, months or 0)
        first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return some_day(match, label, max(first, cal.today), last)

    return read


def quincena(match: re.Match[str], cal: Calendar) -> Mention:
    """Half-monthly payday: the 15th or the month's end. Not when it falls on a weekend (paid before), 30 or 31."""
    last = calendar.monthrange(cal.today.year, cal.today.month)[1]
    day = cal.today.replace(day=15 if cal.today.day < 15 else last)
    clear = cal.today < day and cal.today.day != 15 and day.weekday() < 5 and day.day != 31
    return at(match, "quincena", day, problem="" if clear else "may be paid on another day")
