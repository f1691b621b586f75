"""What is a day that a text names, and how is it counted?

`Mention` is one expression; the functions below turn what a pattern has caught into the days it may mean. More than one
reading stays more than one. What cannot be a single day ("next week") has no reading and a reason, and where its bounds
are known a `window`, which decides between the readings of a day named beside it ("next week, on the tuesday").
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from outreach.core.replies.languages import DAY_WORDS, MONTHS, ORDINALS, SMALL_NUMBERS, WEEKDAYS, ZH_WEEKDAYS, zh_number
from outreach.core.replies.rows import alternatives


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
    return Form(re.compile(pattern, re.ASCII), reader, frozenset().union(*keys) if all(keys) else frozenset())


def at(match: re.Match[str], label: str, *readings: date, strict: bool = True, problem: str = "") -> Mention:
    return Mention(match.start(), match.end(), label, tuple(dict.fromkeys(readings)), problem, strict)


def shift(days: int, label: str) -> Reader:
    return lambda match, cal: at(match, label, cal.today + timedelta(days=days))


_NIGHT = 4 * 60  # until then the day that ends is still "today" to many


def morrow(days: int, label: str) -> Reader:
    """`tomorrow`: counted from today; said after midnight and before bed, from two days."""

    def read(match: re.Match[str], cal: Calendar) -> Mention:
        day = cal.today + timedelta(days=days)
        return at(match, label, day - timedelta(days=1), day) if cal.minute < _NIGHT else at(match, label, day)

    return read


def due_date(match: re.Match[str], cal: Calendar) -> Mention:
    """`on the due date`, where we know it."""
    known = cal.due_on is not None
    return at(match, "the due date", *_days((cal.due_on,)), problem="" if known else "not known")


def same_day(match: re.Match[str], cal: Calendar) -> Mention:
    """`in a month`: the day of the same number, if the next month has it."""
    day = day_of(*month_after(cal.today), cal.today.day)
    return at(match, "a month from today", *_days((day,)), problem="" if day else "two readings")


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


def vague(label: str, problem: str = "no single day") -> Reader:
    return lambda match, cal: at(match, label, problem=problem)


def some_day(match: re.Match[str], label: str, first: date, last: date) -> Mention:
    """A stretch of time: no single day, but the window for one named beside it."""
    return replace(at(match, label, problem="no single day"), window=(first, last))


# --- weekdays ---------------------------------------------------------------------------------------------------------


def upcoming(today: date, weekday: int) -> tuple[date, ...]:
    """The next such weekday; on that very weekday today and in a week are both meant by somebody."""
    ahead = (weekday - today.weekday()) % 7
    if ahead:
        return (today + timedelta(days=ahead),)
    return (today, today + timedelta(days=7))


def in_week(today: date, weekday: int, weeks: int, *, sunday_first: bool = False) -> date:
    """That weekday of the calendar week `weeks` from now."""
    start = today - timedelta(days=(today.weekday() + 1) % 7 if sunday_first else today.weekday())
    offset = (weekday + 1) % 7 if sunday_first else weekday
    return start + timedelta(days=7 * weeks + offset)


def next_week(cal: Calendar, weekday: int) -> tuple[date, ...]:
    """In the next calendar week; in America for those whose week starts on Monday and those whose starts on Sunday."""
    starts = (False, True) if cal.american else (False,)
    return tuple(dict.fromkeys(in_week(cal.today, weekday, 1, sunday_first=first) for first in starts))


def next_one(cal: Calendar, weekday: int) -> tuple[date, ...]:
    """`next friday`: some mean the first one to come, some that of next week. One day only when all agree."""
    first = cal.today + timedelta(days=(weekday - cal.today.weekday()) % 7 or 7)
    return tuple(dict.fromkeys((first, *next_week(cal, weekday))))


def weekday_mention(match: re.Match[str], cal: Calendar, weekday: int) -> Mention:
    """A bare weekday."""
    days = upcoming(cal.today, weekday)
    wider = tuple(days[0] + timedelta(weeks=n) for n in range(9))
    return replace(at(match, WEEKDAYS[weekday], *days), wider=wider)


LAST = frozenset({"last", "past", "this past"})
THIS = frozenset({"this coming", "coming", "this upcoming", "upcoming"})
NEXT = frozenset("next|el proximo|proximo|este proximo|el otro|el siguiente|this next|following|the following|otro".split("|"))  # fmt: skip
NEXT_AFTER = frozenset("que viene|proximo|siguiente|que entra|que sigue|entrante|venidero|next".split("|"))
NEXT_WEEK = re.compile(
    r"(?:of |on |in )?(?:the )?next week(?: on| the)?|(?:de |en )?la (?:proxima|siguiente|otra) semana(?: el)?|"
    r"(?:de |en )?(?:la )?semana (?:que (?:viene|entra|sigue)|entrante|proxima|siguiente)(?: el)?|de la otra(?: semana)?"
)
EVERY = frozenset("every|every other|each|cada|todos los|los".split("|"))


def weekday(match: re.Match[str], cal: Calendar) -> Mention:
    """A weekday with what stands before and after it."""
    name = match["day"]
    number = WEEKDAYS.index(name)
    before, after = (match["before"] or "").strip(" ,"), (match["after"] or "").strip(" ,")
    if before in LAST or after == "pasado":
        return at(match, f"last {name}", cal.today - timedelta(days=(cal.today.weekday() - number) % 7 or 7))
    if before in EVERY:
        return replace(weekday_mention(match, cal, number), problem="every one of them", readings=())
    if NEXT_WEEK.fullmatch(after) or NEXT_WEEK.fullmatch(before):
        return at(match, f"{name} next week", *next_week(cal, number))
    if after in {"of this week", "this week", "de esta semana"}:
        days = [in_week(cal.today, number, 0, sunday_first=first) for first in (False, True)]
        return at(match, f"{name} this week", *(d for d in days if d >= cal.today))
    if after in {"en ocho", "en 8", "en ocho dias", "en 8 dias"}:
        return at(match, f"a week after {name}", *(d + timedelta(days=7) for d in upcoming(cal.today, number)))
    if before in THIS or after == "coming":
        return at(match, f"coming {name}", cal.today + timedelta(days=(number - cal.today.weekday()) % 7 or 7))
    if before in NEXT or after in NEXT_AFTER:
        first, *others = next_one(cal, number)
        others += [first + timedelta(days=7)] if "otro" in before.split() else []
        return at(match, f"next {name}", first, *others)
    return weekday_mention(match, cal, number)


def week_from(match: re.Match[str], cal: Calendar) -> Mention:
    """`two weeks from friday`, `a week on monday`, `tomorrow week`, `friday fortnight`."""
    weeks, name = count(match["n"] or ("two" if "fortnight" in match[0] else "a")), match["day"]
    if weeks is None:
        return at(match, "weeks from a day", problem="no single day")
    if name == "manana":
        return at(match, "a week from tomorrow or eight days", problem="two readings")
    if name in {"today", "now", "tomorrow", "hoy"}:
        days = 7 * weeks + (name == "tomorrow")
        return at(match, f"{weeks} weeks from {name}", cal.today + timedelta(days=days))
    starts = upcoming(cal.today, WEEKDAYS.index(name))
    return at(match, f"{weeks} weeks from {name}", *(d + timedelta(weeks=weeks) for d in starts))


def week_after(match: re.Match[str], cal: Calendar) -> Mention:
    """`not this friday but the next`, `este viernes no, el otro`; without a "no", to the other Friday is a stretch."""
    if not re.search(r"\bno(?:t)?\b", match[0]):
        return at(match, "from one week to the other", problem="two readings")
    starts = upcoming(cal.today, WEEKDAYS.index(match["day"]))
    return at(match, f"{match['day']} after the next", *(d + timedelta(days=7) for d in starts))


def weekday_week(match: re.Match[str], cal: Calendar) -> Mention:
    """`friday week`: to the British a week after Friday; elsewhere it may be the Friday of some week."""
    if cal.american or cal.orders != ("dm",):
        return at(match, "a day in some week", problem="two readings")
    starts = upcoming(cal.today, WEEKDAYS.index(match["day"]))
    return at(match, f"{match['day']} week", *(d + timedelta(days=7) for d in starts))


_NTH = {"first": 0, "1st": 0, "primer": 0, "second": 1, "2nd": 1, "segundo": 1, "third": 2, "3rd": 2, "tercer": 2}


def nth_weekday(match: re.Match[str], cal: Calendar) -> Mention:
    """`the first friday of december`, `el ultimo viernes del mes`."""
    number, which = WEEKDAYS.index(match["day"]), match["nth"]
    if match["month"]:
        month = MONTHS.index(match["month"]) + 1
        year = cal.today.year + (month < cal.today.month)
    else:
        year, month = month_after(cal.today, 1 if match["next"] else 0)
    days = _weekdays_of(year, month, number)
    day = days[-1] if which in {"last", "ultimo"} else days[_NTH[which]]
    return at(match, f"{which} {match['day']} of a month", day)


def zh_nth_weekday(match: re.Match[str], cal: Calendar) -> Mention:
    """`十二月的第一个周一`, `下个月最后一个周五`."""
    number, which = ZH_WEEKDAYS[match["day"]], match["nth"]
    if match["month"]:
        month = zh_number(match["month"]) or 0
        if not 1 <= month <= 12:
            return at(match, "weekday of a month", problem="no such day")
        year = cal.today.year + (month < cal.today.month)
    else:
        year, month = month_after(cal.today, 1 if match["which"][0] in "下次" else 0)
    days = _weekdays_of(year, month, number)
    day = days[-1] if which == "最后" else days[(zh_number(which[-1]) or 1) - 1]
    return at(match, f"{which} {WEEKDAYS[number]} of a month", day)


def _weekdays_of(year: int, month: int, number: int) -> list[date]:
    length = calendar.monthrange(year, month)[1]
    return [d for n in range(1, length + 1) if (d := date(year, month, n)).weekday() == number]


def zh_weekday(match: re.Match[str], cal: Calendar) -> Mention:
    """Chinese weeks start on Monday, and 下周五 is always of the next one."""
    number = ZH_WEEKDAYS[match["day"]]
    name, which = WEEKDAYS[number], match["which"] or ""
    if "每" in which or "逢" in which:
        return replace(weekday_mention(match, cal, number), problem="every one of them", readings=())
    if not which:
        return weekday_mention(match, cal, number)
    weeks = {"上": -1, "下": 1, "下下": 2}.get(which.rstrip("个一周的 "), 0)
    label = {-1: f"last {name}", 0: f"this {name}", 1: f"{name} next week", 2: f"{name} in two weeks"}[weeks]
    return at(match, label, in_week(cal.today, number, weeks))


# --- counted days -----------------------------------------------------------------------------------------------------


def count(text: str) -> int | None:
    """A number in digits or words."""
    text = text.strip()
    if text in SMALL_NUMBERS:
        return SMALL_NUMBERS[text]
    return zh_number(text)


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


# --- days of a month --------------------------------------------------------------------------------------------------


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_after(day: date, months: int = 1) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1


def _days(days: Iterable[date | None]) -> tuple[date, ...]:
    return tuple(day for day in days if day is not None)


def day_of_month(match: re.Match[str], cal: Calendar, number: int | None, label: str) -> Mention:
    """`the 15th`: the next one. Today's own number, and a day this month does not have, have two readings."""
    if number is None or not 1 <= number <= 31:
        return at(match, label, problem="no such day")
    here = day_of(cal.today.year, cal.today.month, number)
    there = day_of(*month_after(cal.today), number)
    wider = _days((here, there, day_of(*month_after(cal.today, 2), number)))
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
    return at(match, f"day {number} of the month named", *_days((day,)), problem="" if day else "no such day")


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
    return at(match, f"{match['month']} {number}", *_days((day,)), problem="" if day else "no such day")


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
    return at(match, f"month {month} day {number}", *_days((day,)), problem="" if day else "no such day")


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
    return at(match, f"{number} of month {month}", *_days((day,)), problem="" if day else "no such day")


def iso(match: re.Match[str], cal: Calendar) -> Mention:
    day = day_of(int(match["year"]), int(match["a"]), int(match["b"]))
    return at(match, "a full date", *_days((day,)), problem="" if day else "no such day")


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
