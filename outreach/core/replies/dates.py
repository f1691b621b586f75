"""Which days does a text name?

`mentions` finds every expression of a day and gives each the days it may mean; more than one reading stays more than
one. What cannot be a single day ("next week", "a few days") is a mention with no reading and a reason. Nothing here
knows what the debtor wants; `promise.py` decides which mention, if any, is a promise.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from outreach.core.replies.languages import MONTHS, SMALL_NUMBERS, WEEKDAYS, ZH_WEEKDAYS, zh_number


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a day is counted from. `orders`: how 12/5 may be read, `md` (month first), `dm` or both.

    `mixed`: the people around write it the other way, so that a day which is near in both orders is two readings.
    """

    today: date
    max_days: int
    orders: tuple[str, ...]
    mixed: bool = False

    def holds(self, day: date | None) -> bool:
        """Neither past nor further than `max_days` away."""
        return day is not None and 0 <= (day - self.today).days <= self.max_days


@dataclass(frozen=True, slots=True)
class Mention:
    """One expression at `start:end`. `readings`: the days it may mean. `strict`: all must agree, even those too far.

    `label` and `problem` are our words, fit for the log. `weekday` is set for a bare weekday, which may join a date.
    """

    start: int
    end: int
    label: str
    readings: tuple[date, ...] = ()
    problem: str = ""
    strict: bool = True
    weekday: int | None = None

    def settle(self, cal: Calendar) -> tuple[date | None, str]:
        """The one day meant, or None and why not: several readings, the past, too far away."""
        inside = {day for day in self.readings if cal.holds(day)}
        if self.problem:
            return None, f"{self.label}: {self.problem}"
        if not inside:
            past = all(day < cal.today for day in self.readings)
            return None, f"{self.label} is {'in the past' if past else f'more than {cal.max_days} days away'}"
        if len(inside) > 1 or (self.strict and len(set(self.readings)) > 1):
            return None, f"{self.label} has two readings"
        return inside.pop(), ""


Reader = Callable[[re.Match[str], Calendar], Mention]


def mentions(plain: str, cal: Calendar) -> list[Mention]:
    """Every mention in canonical text, in order, none overlapping; a weekday beside its date is one mention."""
    found: list[Mention] = []
    taken = [False] * len(plain)
    for needs, pattern, reader in _FORMS:
        if not any(n in plain for n in needs):
            continue
        for match in pattern.finditer(plain):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            taken[start:end] = [True] * (end - start)
            found.append(reader(match, cal))
    found.sort(key=lambda m: m.start)
    return list(_joined(found, plain))


_BETWEEN = re.compile(r"[ ,(]*(?:the|el|dia|on|,|morning|afternoon|evening|night)?[ ,(]*")


def _joined(found: list[Mention], plain: str) -> Iterator[Mention]:
    """`friday the 27th`: one mention when the two agree, a conflict when they do not."""
    waiting: Mention | None = None
    for mention in found:
        if waiting is not None and _belong(waiting, mention, plain):
            waiting = _agreed(waiting, mention)
            continue
        if waiting is not None:
            yield waiting
        waiting = mention
    if waiting is not None:
        yield waiting


def _belong(one: Mention, other: Mention, plain: str) -> bool:
    if (one.weekday is None) == (other.weekday is None) or one.problem or other.problem:
        return False
    return _BETWEEN.fullmatch(plain, one.end, other.start) is not None


def _agreed(one: Mention, other: Mention) -> Mention:
    day, named = (other, one) if one.weekday is not None else (one, other)
    fits = tuple(d for d in day.readings if d.weekday() == named.weekday)
    label = f"{named.label} {day.label}"
    joint = replace(day, start=one.start, end=other.end, label=label, readings=fits)
    return joint if fits else replace(joint, problem="weekday and date do not agree")


def _at(match: re.Match[str], label: str, *readings: date, strict: bool = True, problem: str = "") -> Mention:
    return Mention(match.start(), match.end(), label, tuple(dict.fromkeys(readings)), problem, strict)


def _shift(days: int, label: str) -> Reader:
    return lambda match, cal: _at(match, label, cal.today + timedelta(days=days))


def _vague(label: str, problem: str = "no single day") -> Reader:
    return lambda match, cal: _at(match, label, problem=problem)


# --- weekdays ---------------------------------------------------------------------------------------------------------


def upcoming(today: date, weekday: int) -> tuple[date, ...]:
    """The next such weekday; on that very weekday today and in a week are both meant by somebody."""
    ahead = (weekday - today.weekday()) % 7
    if ahead:
        return (today + timedelta(days=ahead),)
    return (today, today + timedelta(days=7))


def _weekday_in_week(today: date, weekday: int, weeks: int, *, sunday_first: bool = False) -> date:
    start = today - timedelta(days=(today.weekday() + 1) % 7 if sunday_first else today.weekday())
    offset = (weekday + 1) % 7 if sunday_first else weekday
    return start + timedelta(days=7 * weeks + offset)


def _next_week(today: date, weekday: int) -> tuple[date, ...]:
    """In the next calendar week, for those whose week starts on Monday and those whose starts on Sunday."""
    weeks = (_weekday_in_week(today, weekday, 1, sunday_first=first) for first in (False, True))
    return tuple(dict.fromkeys(weeks))


def _next(today: date, weekday: int) -> tuple[date, ...]:
    """`next friday`: some mean the first one to come, some that of next week. One day only when all agree."""
    first = today + timedelta(days=(weekday - today.weekday()) % 7 or 7)
    return tuple(dict.fromkeys((first, *_next_week(today, weekday))))


def _weekday(match: re.Match[str], cal: Calendar) -> Mention:
    name = match["day"]
    weekday = WEEKDAYS.index(name)
    before, after = (match["before"] or "").strip(), (match["after"] or "").strip()
    if before in {"last", "past", "this past"} or after == "pasado":
        return _at(match, f"last {name}", cal.today - timedelta(days=(cal.today.weekday() - weekday) % 7 or 7))
    if before in {"every", "each", "cada", "todos los", "black", "good"}:
        return _at(match, f"{before} {name}", problem="no single day")
    if after in {"next week", "of next week", "de la proxima semana", "de la semana que viene", "de la otra semana"}:
        return _at(match, f"{name} next week", *_next_week(cal.today, weekday))
    if before in {"next week", "la proxima semana el", "la semana que viene el"}:
        return _at(match, f"{name} next week", *_next_week(cal.today, weekday))
    if before in _NEXT or after in _NEXT_AFTER:
        return _at(match, f"next {name}", *_next(cal.today, weekday))
    mention = _at(match, name, *upcoming(cal.today, weekday))
    return replace(mention, weekday=weekday)


_NEXT = frozenset(
    {"next", "el proximo", "proximo", "el otro", "el siguiente", "this next", "following", "the following"}
)
_NEXT_AFTER = frozenset({"que viene", "proximo", "siguiente", "que entra", "que sigue"})


def _week_from(match: re.Match[str], cal: Calendar) -> Mention:
    count = _count(match["n"])
    name = match["day"]
    if count is None:
        return _at(match, "weeks from a day", problem="no single day")
    if name in {"today", "tomorrow"}:
        days = 7 * count + (name == "tomorrow")
        return _at(match, f"{count} weeks from {name}", cal.today + timedelta(days=days))
    starts = upcoming(cal.today, WEEKDAYS.index(name))
    return _at(match, f"{count} weeks from {name}", *(d + timedelta(weeks=count) for d in starts))


def _zh_weekday(match: re.Match[str], cal: Calendar) -> Mention:
    weekday = ZH_WEEKDAYS[match["day"]]
    name, which = WEEKDAYS[weekday], match["which"] or ""
    if "每" in which:
        return _at(match, f"every {name}", problem="no single day")
    if not which:
        mention = _at(match, name, *upcoming(cal.today, weekday))
        return replace(mention, weekday=weekday)
    weeks = {"上": -1, "下": 1, "下下": 2}.get(which.rstrip("个"), 0)
    label = {-1: f"last {name}", 0: f"this {name}", 1: f"{name} next week", 2: f"{name} in two weeks"}[weeks]
    return _at(match, label, _weekday_in_week(cal.today, weekday, weeks))


# --- counted days -----------------------------------------------------------------------------------------------------


def _count(text: str) -> int | None:
    text = text.strip()
    if text in SMALL_NUMBERS:
        return SMALL_NUMBERS[text]
    return zh_number(text)


_UNIT_DAYS = {"d": 1, "w": 7, "s": 7, "f": 14, "天": 1, "日": 1, "周": 7, "星": 7, "礼": 7}


def _in(match: re.Match[str], cal: Calendar) -> Mention:
    """`in 2 weeks`. Months are no number of days; Spanish `ocho` and `quince dias` mean one and two weeks to many."""
    count, unit = _count(match["n"]), match["unit"].removeprefix("个")
    days = _UNIT_DAYS.get("f" if unit.startswith("fort") else unit[0])
    if count is None or days is None or unit[0] in "m月" or count > 400:
        return _at(match, "a time from now", problem="no single day")
    label = f"in {count * days} days"
    if unit.startswith("dia") and match["n"].strip() in {"ocho", "quince", "8", "15"}:
        weeks = {8: 7, 15: 14}[count]
        return _at(match, label, cal.today + timedelta(days=count), cal.today + timedelta(days=weeks))
    return _at(match, label, cal.today + timedelta(days=count * days))


# --- days of a month --------------------------------------------------------------------------------------------------


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_after(day: date, months: int = 1) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1


def _day_of_month(match: re.Match[str], cal: Calendar, number: int | None, label: str) -> Mention:
    """`the 15th`: the next one. Today's own number, and a day this month does not have, have two readings."""
    if number is None or not 1 <= number <= 31:
        return _at(match, label, problem="no such day")
    here = _day(cal.today.year, cal.today.month, number)
    there = _day(*_month_after(cal.today), number)
    if here is None or here == cal.today or (here < cal.today and there is None):
        return _at(match, label, problem="two readings or none")
    return _at(match, label, here if here > cal.today else there or here)


def _ordinal(match: re.Match[str], cal: Calendar) -> Mention:
    word = match["n"]
    number = int(word) if word.isdigit() else {"first": 1, "primero": 1, "1ro": 1, "1ero": 1, "fifteenth": 15}.get(word)
    which = (match["which"] or "").strip()
    if which and number is not None and ("next" in which or "proximo" in which or "viene" in which or "otro" in which):
        day = _day(*_month_after(cal.today), number)
        return _at(match, f"day {number} of next month", *([day] if day else []), problem="" if day else "no such day")
    return _day_of_month(match, cal, number, f"day {number}")


def _weekday_number(match: re.Match[str], cal: Calendar) -> Mention:
    """`friday 27`, `friday the 27th`: only if the next 27th is a Friday; else the number may be money or a slip."""
    number, name = int(match["n"]), match["day"]
    label = f"{name} {number}"
    mention = _day_of_month(match, cal, number, label)
    if mention.problem or mention.readings[0].weekday() == WEEKDAYS.index(name):
        return mention
    return replace(mention, problem="weekday and number do not agree")


def _zh_day(match: re.Match[str], cal: Calendar) -> Mention:
    number, which = zh_number(match["n"]), match["which"] or ""
    months = {"下": 1, "次": 1, "这": 0, "本": 0, "当": 0, "上": -1}.get(which[:1])
    if which.startswith("下下"):
        months = 2
    if months is None or number is None:
        return _day_of_month(match, cal, number, f"day {number}")
    day = _day(*_month_after(cal.today, months), number)
    label = f"day {number} of the month named"
    return _at(match, label, *([day] if day else []), problem="" if day else "no such day")


def _in_year(cal: Calendar, month: int, day: int, year: int | None) -> date | None:
    """That day in the year given; without one, this year's or, if past, next year's."""
    if year is not None:
        return _day(year + 2000 if year < 100 else year, month, day)
    here = _day(cal.today.year, month, day)
    return here if here and here >= cal.today else _day(cal.today.year + 1, month, day)


def _month_name(match: re.Match[str], cal: Calendar) -> Mention:
    month, number = MONTHS.index(match["month"]) + 1, int(match["n"])
    year = int(match["year"]) if match["year"] else None
    day = _in_year(cal, month, number, year)
    label = f"{match['month']} {number}"
    return _at(match, label, *([day] if day else []), problem="" if day else "no such day")


def _zh_month(match: re.Match[str], cal: Calendar) -> Mention:
    month, number = zh_number(match["month"]), zh_number(match["n"])
    year = zh_number(match["year"]) if match["year"] else None
    day = _in_year(cal, month, number, year) if month and number else None
    return _at(match, f"month {month} day {number}", *([day] if day else []), problem="" if day else "no such day")


def _slashed(match: re.Match[str], cal: Calendar) -> Mention:
    """`12/5`: each order the reader may use is a reading; an order that gives no day of the calendar is none."""
    a, b = int(match["a"]), int(match["b"])
    year = int(match["year"]) if match["year"] else None
    readings = {"md": _in_year(cal, a, b, year), "dm": _in_year(cal, b, a, year)}
    label = f"{a}/{b}"
    days = [day for order in cal.orders if (day := readings[order])] or [day for day in readings.values() if day]
    if (a, b) == (1, 2) and year is None:
        return _at(match, label, problem="a half or a date")
    near = {day for day in readings.values() if cal.holds(day)}
    if cal.mixed and len(near) > 1:
        return _at(match, label, problem="two readings")
    return _at(match, label, *days, strict=False, problem="" if days else "no such day")


def _iso(match: re.Match[str], cal: Calendar) -> Mention:
    day = _day(int(match["year"]), int(match["a"]), int(match["b"]))
    return _at(match, "a full date", *([day] if day else []), problem="" if day else "no such day")


def _month_end(months: int | None, label: str) -> Reader:
    """The last day of a month; on that very day it may be the next month's that is meant."""

    def read(match: re.Match[str], cal: Calendar) -> Mention:
        year, month = _month_after(cal.today, months or 0)
        if "month" in match.groupdict() and match["month"]:
            month = MONTHS.index(match["month"]) + 1
            year = cal.today.year + (month < cal.today.month)
        last = date(year, month, calendar.monthrange(year, month)[1])
        return _at(match, label, last, problem="two readings" if last == cal.today else "")

    return read


def _quincena(match: re.Match[str], cal: Calendar) -> Mention:
    """Half-monthly payday: the 15th or the month's end. Not when it falls on a weekend (paid before), 30 or 31."""
    last = calendar.monthrange(cal.today.year, cal.today.month)[1]
    day = cal.today.replace(day=15 if cal.today.day < 15 else last)
    clear = cal.today < day and cal.today.day != 15 and day.weekday() < 5 and day.day != 31
    return _at(match, "quincena", day, problem="" if clear else "two readings")


_D = "(?P<day>" + "|".join(WEEKDAYS) + ")"
_M = "(?P<month>" + "|".join(MONTHS) + ")"
_N = r"(?P<n>\d{1,3}|" + "|".join(sorted(SMALL_NUMBERS, key=len, reverse=True)) + ")"
_ZN = r"(?P<n>\d{1,3}|[一二三四五六七八九十两]{1,3})"
_Z31 = r"(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3})"
_UNITS = r"(?P<unit>days?|weeks?|fortnight|months?|dias?|semanas?|mes(?:es)?)\b"
_ZUNITS = r"(?P<unit>天|日|周|个?星期|个?礼拜|个?月)"
_NOT_MONEY = r"(?!\d)(?! ?(?:[$€£¥%:]|[.,]\d|usd\b|dollars?|dolares|bucks|pesos|euros?|am\b|pm\b|a\.m|p\.m|oclock|k\b))"
_YEAR = r"(?:(?:,? | de | del )(?P<year>20\d\d))?"
_DIGITS = tuple("0123456789")
_ZH_DAYS = ("周", "星期", "礼拜")
_ZH_COUNTED = ("天", "日", "周", "星期", "礼拜", "月")


def _form(needs: tuple[str, ...], pattern: str, reader: Reader) -> tuple[tuple[str, ...], re.Pattern[str], Reader]:
    return needs, re.compile(pattern, re.ASCII), reader


# Tried in this order; what an earlier form has taken, a later one cannot have.
_FORMS = (
    _form(("from", "a partir"), rf"\b{_N} weeks? (?:from|after) (?P<day>today|tomorrow|{'|'.join(WEEKDAYS)})\b", _week_from),
    _form(("day",), rf"\b{_D} week\b(?!s)", _vague("a day in some week", "two readings")),
    _form(("after",), r"\b(?:the )?day after (?:tomorrow|tom)\b", _shift(2, "day after tomorrow")),
    _form(("pasado", "overmorrow"), r"\bpasado manana\b|\bovermorrow\b", _shift(2, "day after tomorrow")),
    _form(("pasado",), r"\b(?:manana|tomorrow) o (?:el )?pasado\b", _vague("tomorrow or the day after")),
    _form(("manana",), r"\bmanana (?:en|por|a|de) la manana\b|\bmanana\b(?<!la manana)(?<!esta manana)", _shift(1, "tomorrow")),
    _form(("tomorrow",), r"\btomorrow\b", _shift(1, "tomorrow")),
    _form(("today", "hoy", "tonight"), r"\b(?:today|tonight|hoy(?: mismo)?(?! en ocho))\b", _shift(0, "today")),
    _form(("hoy en ocho",), r"\bhoy en ocho\b", _vague("hoy en ocho", "two readings")),
    _form(("this", "esta ", "end of"), r"\b(?:this (?:morning|afternoon|evening)|esta (?:tarde|noche)|(?:by )?end of (?:the )?day)\b", _shift(0, "today")),
    _form(("eod", "now", "mismo"), r"\b(?:eod|cob|pay(?:ing)? (?:it |this |you )?(?:right )?now|ahora mismo)\b", _shift(0, "today")),
    _form(
        ("day",),
        rf"\b{_D},? (?:the |el |dia |el dia )?(?P<n>\d{{1,2}})(?:st|nd|rd|th)?(?!\w){_NOT_MONEY}(?! ?[/\-月])(?! (?:de |of )?(?:{'|'.join(MONTHS)})\b)",
        _weekday_number,
    ),
    _form(
        ("day",),
        r"(?:\b(?P<before>next week|la proxima semana el|la semana que viene el|this next|the following|following|next|"
        r"this past|last|past|every|each|cada|todos los|el proximo|proximo|el otro|el siguiente|black|good),? )?"
        rf"\b{_D}\b(?: (?P<after>(?:of )?next week|de la (?:proxima|otra) semana|de la semana que viene|que viene|"
        r"que entra|que sigue|proximo|siguiente|pasado))?",
        _weekday,
    ),
    _form(_DIGITS, r"(?<![\d/.\-])(?P<year>20\d\d)[/\-.年](?P<a>\d{1,2})[/\-.月](?P<b>\d{1,2})[日号]?(?![\d/])", _iso),
    _form(
        ("月",),
        r"(?:(?P<year>20\d\d) ?年 ?)?(?P<month>\d{1,2}|十[一二]?|[一二三四五六七八九]) ?月 ?"
        r"(?P<n>\d{1,2}|[一二三四五六七八九十]{1,3}) ?(?:[日号]|(?![\d个天周块元百千]))",
        _zh_month,
    ),
    _form(("24/7",), r"\b24/7\b", _vague("always")),
    _form(("/",), r"(?<![\d/.])(?P<a>\d{1,2}) ?/ ?(?P<b>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?(?![\d/%])", _slashed),
    _form(("-",), r"(?<![\d\-.$])(?P<a>\d{1,2})-(?P<b>\d{1,2})-(?P<year>20\d\d|\d{2})(?![\d\-])", _slashed),
    _form((".",), r"(?<![\d.$])(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<year>20\d\d|\d{2})(?![\d.])", _slashed),
    _form(("-",), r"(?<![\d\-.$])\d{1,2}-\d{1,2}(?![\d\-])(?: (?:days|weeks|dias|semanas|天))?", _vague("two numbers with a dash", "a range or a date")),
    _form(MONTHS, rf"\b(?:end|finales|fines|fin|last day) (?:of|de) {_M}\b(?! \d)", _month_end(0, "end of the month named")),
    _form(MONTHS, rf"\b{_M} (?:the )?(?P<n>\d{{1,2}})(?:st|nd|rd|th)?(?!\w){_NOT_MONEY}{_YEAR}", _month_name),
    _form(MONTHS, rf"(?<![\d.,$])(?P<n>\d{{1,2}})(?:st|nd|rd|th|ro)?,? (?:of |de )?{_M}\b{_YEAR}", _month_name),
    _form(MONTHS[:2] + MONTHS[5:] + ("april",), r"\b(?:january|february|april|june|july|august|september|october|november|december)\b", _vague("a month")),
    _form(("month", "mes"), r"\b(?:end|last day) of next month\b|\bfin(?:al)?(?:es)? del? (?:proximo mes|mes que viene)\b", _month_end(1, "end of next month")),
    _form(("month", "eom", "mes"), r"\b(?:(?:by )?(?:the )?(?:end|last day) of (?:the |this )?month|month ?end|end month|eom)\b", _month_end(0, "end of the month")),
    _form(("mes",), r"\b(?:a |el |para |al )?(?:fin|final|ultimo dia|ultimo) de(?:l| este)? mes\b|\bfin de mes\b", _month_end(0, "end of the month")),
    _form(("mes",), r"\b(?:fines|finales|principios?|mediados|inicios?|comienzos?) de(?:l| este)? mes\b", _vague("about part of a month")),
    _form(("月底", "月末"), r"(?:下个?月|次月)[底末]", _month_end(1, "end of next month")),
    _form(("月底", "月末", "月最后"), r"(?:这个|本|当|这)?月(?:底|末|最后一天)", _month_end(0, "end of the month")),
    _form(("月",), r"月初|月中|[上中下]旬|年底|年前|年后|月[中初]", _vague("part of a month")),
    _form(("next quincena", "proxima", "otra", "siguiente", "viene", "cada"), r"\b(?:cada|proxima|otra|siguiente) quincena\b|\bquincena que viene\b", _vague("next quincena", "two readings")),
    _form(("quincena",), r"\b(?:fin de )?quincena\b", _quincena),
    _form(
        ("month", "mes"),
        r"\b(?:the |el |dia |el dia )?(?P<n>\d{1,2}|first|primero|1ro|1ero|fifteenth)(?:st|nd|rd|th|ro)? (?:of|de|del) "
        r"(?P<which>(?:the |this |este |el )?(?:next month|coming month|month|proximo mes|mes que viene|otro mes|mes))\b",
        _ordinal,
    ),
    _form(
        (*_DIGITS, "first", "fifteenth", "primero"),
        rf"(?<![\d/.,$€£])(?<!\w)(?:(?:on |by |until |before )?the (?P<a>first|fifteenth)\b(?! (?:time|one|payment|half|thing|of|place|part))|"
        rf"(?:the )?(?P<b>\d{{1,2}})(?:st|nd|rd|th)\b|the (?P<c>\d{{1,2}})(?!\w){_NOT_MONEY}(?! (?:days|weeks|months|dias|semanas|of))|"
        rf"(?:el|dia|del|para el|hasta el|al) (?:dia )?(?P<d>\d{{1,2}}|primero)(?!\w){_NOT_MONEY}(?! (?:dias|semanas|de la)))",
        lambda match, cal: _any_ordinal(match, cal),
    ),
    _form(("号", "日"), rf"(?P<which>下下个?月|下个?月|次月|这个?月|本月|当月|上个?月)? ?{_Z31} ?(?:号|日)(?![码线楼内后之以子])", _zh_day),
    _form(("大后天",), r"大后天", _shift(3, "in 3 days")),
    _form(("后天",), r"(?<![一二两三四五六七八九十\d] )(?<![一二两三四五六七八九十\d])后天", _shift(2, "day after tomorrow")),
    _form(("明",), r"明(?:天|日|儿|晚|早)(?:早上|上午|下午|晚上)?", _shift(1, "tomorrow")),
    _form(("今", "现在就"), r"今(?:天|日|儿|晚|早)|现在就(?:还|付|转|交)", _shift(0, "today")),
    _form(
        _ZH_DAYS,
        r"(?P<which>下下个?|下个?|这个?|本|上个?|每个?)?(?<![一两二三四几\d])(?:周|星期|礼拜) ?(?P<day>[一二三四五六日天]|[1-6](?!\d))(?![百千万十]| ?[天块元个])",
        _zh_weekday,
    ),
    _form(("周末", "下周", "下个", "下月", "这周", "本周", "过几", "过两", "过段", "这几", "半个月", "这个月", "这两"),
          r"(?:这个?|下个?|本)?周末|下个?(?:周|星期|礼拜|月)|这周|本周|过(?:几|两|些)天|过段时间|过一?阵子?|这(?:几|两)天|半个月|这个月|下次", _vague("no exact day")),
    _form(("天", "周", "星期"), r"(?:[一二两三四五六七八九十\d]{1,2} ?[,、到至~或] ?)?(?:几|[一二两三四五六七八九][一二两三四五六七八九]|\d{1,2} ?[、到至~或] ?\d{1,2}) ?个?(?:天|日|周|星期)(?:后|之后|以后|内|之内|以内)?", _vague("a few days")),
    _form(_ZH_COUNTED, rf"(?:再?过|再等|在)? ?{_ZN} ?{_ZUNITS} ?(?:之后|以后|后|之内|以内|内)", _in),
    _form(_ZH_COUNTED, rf"(?:再过|再等|过|给我|宽限|缓|延期?|推迟) ?(?:个)?{_ZN} ?{_ZUNITS}(?:时间)?", _in),
    _form(("day", "week", "month", "dias", "semana", "mes"), rf"\b{_N} (?:or|to|o|a|and|-) {_N.replace('<n>', '<n2>')} {_UNITS}", _vague("a few days")),
    _form(("day", "week", "couple", "few", "dias", "semana"), r"\b(?:(?:a )?couple(?: of)?|(?:a )?few|several|some|unos|unas|algunos|algunas|un par de|pocos|otra|other|another|more) (?:more )?(?:days|weeks|week|month|months|hours|dias|semanas|meses)\b", _vague("a few days")),
    _form(("day", "week", "month", "fort", "dia", "semana", "mes"), rf"\b(?:in|within|en|dentro de|give me|need|deme|dame|denme|after) {_N} (?:more |mas )?{_UNITS}(?: (?:from now|from today|time|mas))?(?! (?:ago|late|behind))", _in),
    _form(("from",), rf"\b{_N} {_UNITS} from (?:now|today)\b", _in),
    _form(("ago", "hace"), rf"\b(?:{_N} {_UNITS} ago|hace {_N.replace('<n>', '<n2>')} {_UNITS.replace('<unit>', '<u2>')})", _vague("in the past", "in the past")),
    _form(("yesterday", "ayer", "anoche", "last", "昨", "前天", "上周", "上个月"), r"\b(?:yesterday|ayer|anoche|anteayer|last (?:week|month|night))\b|昨[天日晚]|前天|上个?(?:周|月|星期)", _vague("a past day", "in the past")),
    _form(("week", "month"), r"\b(?:(?:early |late |sometime |some time |end of |by )?(?:next|this|the|that) (?:week|weekend|month)|end of (?:the |this |next )?(?:week|year)|eow|on the weekend|mid ?month|beginning of (?:the |next )?month|weekend)\b", _vague("no exact day")),
    _form(("semana", "mes", "ano"), r"\b(?:(?:la |el |esta |este |en )?(?:proxim[oa]|siguiente|otr[oa])? ?(?:fin de )?(?:semana|mes|ano)(?: que viene| proxim[oa]| entrante)?)\b", _vague("no exact day")),
    _form(("payday", "paycheck", "sueldo", "nomina"), r"\b(?:(?:next |my )*pay ?day|next (?:pay ?)?check|dia de pago|proxima nomina)\b", _vague("payday", "no day named")),
    _form(("christmas", "xmas", "thanksgiving", "new year", "navidad", "easter", "春节", "元旦", "国庆", "过年", "holiday"), r"\b(?:christmas|xmas|thanksgiving|new years?|navidad|easter|holidays?)\b|春节|元旦|国庆|过年", _vague("a holiday", "no day named")),
    _form(("hour", "hr", "horas", "小时"), r"\b(?:in |within |en )?\d{1,3} ?(?:hours?|hrs?|horas)\b|\d{1,3} ?个?小时", _vague("hours from now")),
)  # fmt: skip


def _any_ordinal(match: re.Match[str], cal: Calendar) -> Mention:
    word = match["a"] or match["b"] or match["c"] or match["d"]
    number = {"first": 1, "primero": 1, "fifteenth": 15}.get(word) or int(word)
    return _day_of_month(match, cal, number, f"day {number}")
