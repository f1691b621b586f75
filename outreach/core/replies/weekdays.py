"""Which day is meant by a weekday, bare or with what stands beside it?"""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta

from outreach.core.replies.days import Calendar, Mention, at, count, month_after
from outreach.core.replies.languages import MONTHS, WEEKDAYS, ZH_WEEKDAYS, zh_number


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
    weeks = {"上": -1, "下": 1, "下下": 2, "再下": 2}.get(which.rstrip("个一周的 "), 0)
    label = {-1: f"last {name}", 0: f"this {name}", 1: f"{name} next week", 2: f"{name} in two weeks"}[weeks]
    return at(match, label, in_week(cal.today, number, weeks))
