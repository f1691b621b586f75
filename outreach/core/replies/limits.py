"""Which hours, days and places does a text name as limits of contact?

A limit is found by itself, with every reading that it may have; whether contact is wanted then, or not, its clause tells
(`steering.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from outreach.core.replies.languages import SMALL_NUMBERS, zh_number
from outreach.core.replies.rows import Sought

EVERY_DAY = frozenset(range(1, 8))
WEEKEND = frozenset({6, 7})
MIDNIGHT, NOON, EVENING = time(0), time(12), time(18)
OPENS, CLOSES = 8, 21  # nobody is contacted at other hours: a limit there would say nothing

# In its clause these stand for a limit, as many as it had letters.
MARK, MORE = "\x01", "\x02"
MARKED = re.compile(f"{MARK}{MORE}*")
MERGED = re.compile(rf"{MARK}{MORE}*[ 的]?{MARK}")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a limit names. `after`/`before`: from an hour on, up to an hour; `start`, `end` each with its readings."""

    what: str  # after, before, between, days, work
    start: tuple[time, ...] = ()
    end: tuple[time, ...] = ()
    days: frozenset[int] = EVERY_DAY
    bare: bool = False  # an hour that might as well be a day of the month
    single: bool = False  # one weekday: this week's, or every one


# --- hours ------------------------------------------------------------------------------------------------------------

_NUMBERS = "|".join(sorted((w for w, n in SMALL_NUMBERS.items() if 0 < n <= 12 and len(w) > 2), key=len, reverse=True))
_HALF = r"am\b|pm\b|a\.m\.?|p\.m\.?|a m\b|p m\b"
_PART = (
    r"in the morning|in the afternoon|in the evening|at night|de la manana|de la tarde|de la noche|"
    r"por la manana|por la tarde|por la noche"
)
_HOUR = (
    rf"(?:(?P<l>las? |about |around )?(?P<h>\d{{1,2}}|(?:{_NUMBERS})\b)(?::?(?P<m>[0-5]\d))?(?P<y> y media)?(?!\d) ?"
    rf"(?P<half>{_HALF})?(?:(?P<clock>oclock|hrs?\b|horas?\b|h\b))?(?: ?(?P<part>{_PART}))?|(?P<noon>noon|midday|mediodia))"
    r"(?! ?(?:[/%$€£]|th\b|st\b|nd\b|rd\b|days?\b|dias?\b|weeks?|semanas?|months?|mes|dollars|bucks|pesos|usd|euros|de (?!la)|[.,]\d))"
)
_ZH_HOUR = (
    r"(?P<part>早上|上午|凌晨|中午|下午|傍晚|晚上|晚间|夜里|早|晚)?(?P<h>\d{1,2}|[一二两三四五六七八九十]{1,3})"
    r"(?:点|:(?=\d\d))钟?(?P<m>半|一刻|\d{1,2})?分?"
)
_MORNING = ("morning", "manana", "早", "上午", "凌晨")
_AFTER_NOON = ("afternoon", "evening", "night", "tarde", "noche", "下午", "傍晚", "晚", "夜")


def _named(pattern: str, number: int) -> str:
    """The pattern with its groups numbered, so that it can stand twice in another."""
    return re.sub(r"\(\?P<(\w+)>", rf"(?P<\g<1>{number}>", pattern)


def _readings(match: re.Match[str], number: int = 1) -> tuple[tuple[time, ...], bool]:
    """Every time of day that may be meant, and whether nothing but `after`, `before` shows that it is one."""
    found = {name.removesuffix(str(number)): text for name, text in match.groupdict().items() if text}
    if "noon" in found:
        return (NOON,), False
    spoken = SMALL_NUMBERS.get(found["h"])
    hour = zh_number(found["h"]) if spoken is None else spoken
    minute = {"半": 30, "一刻": 15}.get(found.get("m", "0"))
    minute = int(found.get("m", "0")) if minute is None else minute
    minute = 30 if "y" in found else minute
    if hour is None or hour > 23 or minute > 59:
        return (), False
    half = re.sub(r"[. ]", "", found.get("half", ""))
    part = {"am": "morning", "pm": "evening"}.get(half, found.get("part", ""))
    bare = match[0].isascii() and not (part or found.get("clock") or found.get("m") or found.get("l"))
    if hour > 12 or hour == 0:
        return (time(hour, minute),), bare
    morning, later = time(hour % 12, minute), time(hour % 12 + 12, minute)
    if "中午" in part:
        return (time(hour, minute) if hour >= 11 else later,), False
    if any(word in part for word in _MORNING):
        return (morning,), False
    if any(word in part for word in _AFTER_NOON):
        return (later,), False
    return (morning, later), bare


# --- limits -----------------------------------------------------------------------------------------------------------

_DAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_ONE, _TWO = _named(_HOUR, 1), _named(_HOUR, 2)
_AFTER = Sought(
    rf"\b(?:after|aftr|past|from|starting (?:at|from)|despues de|a partir de|desde|pasadas?) {_ONE}(?: (?:onwards?|on(?! (?:every |any |the )*(?:week|wkend|{_DAY}))|en adelante|or later)\b)?",
    re.ASCII,
)
_BEFORE = Sought(rf"\b(?:before|until|till|til|earlier than|prior to|antes de|hasta) {_ONE}", re.ASCII)
_BETWEEN = Sought(rf"\b(?:between|from|entre|de|desde) {_ONE} ?(?:and|to|until|till|a|y|hasta|-) ?{_TWO}", re.ASCII)
_DASHED = Sought(rf"\b{_ONE} ?(?:-|to) ?{_TWO}", re.ASCII)
_DAYS = Sought(
    rf"\b(?:on |during |over |in |en |(?:los |todos los )(?!{_DAY})|las |el |the |any )*"
    rf"(?:(?P<weekend>weekends?|wkends?|fin(?:es)? de semana|findes?)|(?P<weekday>weekdays?|entre semana|dias de semana|dias laborables)|"
    rf"(?P<range>{_DAY} ?(?:-|to|through|thru|a|al) ?{_DAY})|(?P<every>(?:every |los |todos los ){_DAY}(?: ?(?:or|and|y|o|ni|,) ?(?:los )?(?:every )?{_DAY})*)|"
    rf"(?P<one>{_DAY}))\b"
)
_PARTS = Sought(
    r"\b(?:in the |during the |por las? |en las? |de |a las? |during )?(?:(?P<morning>mornings?|mananas?)|(?P<afternoon>afternoons?|tardes?)|(?P<evening>evenings?|nights?|noches?))\b"
)
_WORK = Sought(
    r"\b(?:(?:when|while) (?:im |i am )?at (?:my )?work|(?:at|to) (?:my |the )?(?:work ?place|work|job|office|place of work|employment)|"
    r"(?:my|the) (?:work|office|job) (?:phone|number|line|cell)|on my work (?:phone|number)|"
    r"(?:en|al|a) (?:el |mi )?(?:trabajo|oficina|chamba|empleo)|(?:a|en) la (?:oficina|chamba))\b(?! (?:hours|until|till|from))"
)
_ZH_ONE, _ZH_TWO = _named(_ZH_HOUR, 1), _named(_ZH_HOUR, 2)
_ZH_AFTER = Sought(rf"{_ZH_ONE}(?:以后|之后|后|过后|起)")
_ZH_BEFORE = Sought(rf"{_ZH_ONE}(?:以前|之前|前)")
_ZH_BETWEEN = Sought(rf"{_ZH_ONE}(?:到|至|-|~)(?:第二天)?{_ZH_TWO}(?:之间|期间)?")
_ZH_DAYS = Sought(
    r"(?P<weekend>周末|双休日|休息日)|(?P<weekday>工作日|平日|平时)|(?P<range>周[一二三四五]到周[一二三四五六日天])|"
    r"(?P<every>(?:每个?|每逢)周[一二三四五六日天](?:(?:和|、|,|跟)(?:每个?)?周[一二三四五六日天])*|周[一二三四五六日天](?:和|、|跟)周[一二三四五六日天])|(?P<one>(?<!下)(?<!这)(?<!本)周[一二三四五六日天])"
)
_ZH_PARTS = Sought(r"(?P<morning>早上|上午|早晨)|(?P<afternoon>下午)|(?P<evening>晚上|夜里|夜间)")
_ZH_WORK = Sought(
    r"(?:到|往|我|我的|来|去|在){0,3}(?:公司|单位|办公室|工作单位)(?:的?(?:电话|座机|号码))?(?:里|来|去)?"
)

_WEEKDAYS = dict(zip("monday tuesday wednesday thursday friday saturday sunday".split(), range(1, 8), strict=True))
_ZH_WEEKDAYS = {**dict(zip("一二三四五六日", range(1, 8), strict=True)), "天": 7}


def _hour_limit(what: str, match: re.Match[str]) -> Limit | None:
    start, bare = _readings(match)
    if not start:
        return None
    if what != "between":
        return Limit(what, start=start if what == "after" else (), end=start if what == "before" else (), bare=bare)
    end, _ = _readings(match, 2)
    pairs = (
        [(a, b) for a in start for b in end if a < b and OPENS <= a.hour < CLOSES and b.hour <= CLOSES] if end else []
    )
    pairs = pairs or ([(start[0], end[0])] if len(start) == len(end) == 1 and start != end else [])
    if not pairs:
        return None
    return Limit(what, tuple(sorted({a for a, _ in pairs})), tuple(sorted({b for _, b in pairs})))


def _day_limit(match: re.Match[str]) -> Limit:
    if match["weekend"]:
        return Limit("days", days=WEEKEND)
    if match["weekday"]:
        return Limit("days", days=EVERY_DAY - WEEKEND)
    named = [_WEEKDAYS[day] for day in re.findall(_DAY, match[0])]
    named += [_ZH_WEEKDAYS[day] for day in re.findall("周([一二三四五六日天])", match[0])]
    if match["range"]:
        first, last = named
        named = [day for day in EVERY_DAY if (first <= day <= last if first <= last else day >= first or day <= last)]
    return Limit("days", days=frozenset(named), single=match["one"] is not None)


def _part_limit(match: re.Match[str]) -> Limit:
    start, end = (
        (MIDNIGHT, NOON) if match["morning"] else (NOON, EVENING) if match["afternoon"] else (EVENING, MIDNIGHT)
    )
    return Limit("part", (start,), (end,))


def limits_of(plain: str, letters: frozenset[str]) -> tuple[str, list[Limit]]:
    """The text with a mark in the place of every limit, and the limits in order; `letters` as of `rows.Sought`."""
    tables = (
        (_BETWEEN, "between"), (_DASHED, "between"), (_AFTER, "after"), (_BEFORE, "before"), (_WORK, "work"),
        (_DAYS, "days"), (_PARTS, "part"), (_ZH_BETWEEN, "between"), (_ZH_AFTER, "after"), (_ZH_BEFORE, "before"),
        (_ZH_DAYS, "days"), (_ZH_WORK, "work"), (_ZH_PARTS, "part"),
    )  # fmt: skip
    found: list[tuple[int, int, Limit]] = []
    for pattern, what in tables:
        for match in pattern.each(plain, letters):
            if any(match.start() < end and start < match.end() for start, end, _ in found):
                continue
            limit = Limit("work") if what == "work" else None
            limit = _day_limit(match) if what == "days" else _part_limit(match) if what == "part" else limit
            limit = limit or (None if what == "work" else _hour_limit(what, match))
            if limit is not None:
                found.append((*match.span(), limit))
    found.sort(key=lambda one: one[0])
    for start, end, _ in reversed(found):
        plain = plain[:start] + MARK + MORE * (end - start - 1) + plain[end:]
    return plain, [limit for _, _, limit in found]
