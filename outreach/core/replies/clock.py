"""Which time of day does a text name?

Used twice: for "call me tomorrow at 5", and so that the 5 of "friday at 5" is not taken for money. An hour without am or
pm is read as the one of its two readings that lies in calling hours (8 to 21); when both or neither do, it stays open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time

from outreach.core.replies.languages import SMALL_NUMBERS, zh_number
from outreach.core.replies.rows import Sought

OPENS, CLOSES = 8, 21
_MOST = 24  # hours considered; who names more names none


@dataclass(frozen=True, slots=True)
class Hour:
    """A time named at `start:end`. `at` None: it has two readings or none; `why` says how it was read."""

    start: int
    end: int
    at: time | None
    why: str


_NUM = r"(?P<h>\d{1,2}|" + "|".join(w for w, n in SMALL_NUMBERS.items() if 0 < n <= 12 and len(w) > 2) + ")"
_HALF = r"(?P<half>am\b|pm\b|a\.m\.?|p\.m\.?|a m\b|p m\b)"
_PART = (
    r"(?P<part>in the morning|in the afternoon|in the evening|at night|de la manana|de la tarde|de la noche|"
    r"por la manana|por la tarde|por la noche|this afternoon|this evening|this morning|tonight|morning|afternoon|evening)"
)
_WESTERN = re.compile(
    rf"(?:(?P<at>\bat|@|\bby(?= half)|\ba las?|\bafter|\bdespues de las?|\bsobre las?|\bantes de las?|\bpara las|\baround|\bpasadas las)\s?)?(?<![\d.,/$€£])\b(?:(?P<past>half past|half|quarter past|quarter to) )?{_NUM}"
    rf"(?:[:h.](?P<m>[0-5]\d)(?!\d)| y (?P<y>media|cuarto))?\s?(?:{_HALF}|(?P<clock>oclock|hrs?\b|horas\b|ish\b))?"
    rf"(?:\s?(?:,\s?)?{_PART})?(?![\w/%$€£])(?![.,]\d)(?! ?(?:dollars|bucks|pesos|euros|dolares|days|weeks|dias|semanas|usd|month))",
    re.ASCII,
)
_ZH = re.compile(
    r"(?<![还付给交转凑])(?P<part>早上|上午|凌晨|中午|下午|傍晚|晚上|今晚|明晚|明早|早|晚)? ?(?P<h>\d{1,2}|[一二两三四五六七八九十]{1,2}) ?"
    r"(?:[点时]|:(?=\d\d))(?:钟|整)?(?P<m>半|一刻|\d{1,2})?分?"
)
_NOON = re.compile(r"\b(?:at |around )?(?:noon|midday|mediodia)\b|中午(?! ?[\d一二两十])")
_NEEDS = Sought(r"点|noon|midday|mediodia|中午|\bat |\ba las? |oclock", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)
_OR_ANOTHER = re.compile(
    r" ?(?:or|o|to|until|a|-|或者?|到|至) ?(?:las )?(?:\d{1,2}|[一二三四五六七八九十]{1,2}点)(?!\d)", re.ASCII
)
_MORNING = ("morning", "manana", "早", "上午", "凌晨")
_EVENING = ("afternoon", "evening", "night", "tarde", "noche", "下午", "傍晚", "晚", "中午")


def hours(plain: str, letters: frozenset[str]) -> list[Hour]:
    """Every time of day named in canonical text; `letters` as of `rows.Sought`."""
    if not _DIGIT.search(plain) and not _NEEDS.holds(plain, letters):
        return []
    found = [Hour(*m.span(), time(12), "noon") for m in _NOON.finditer(plain)]
    found += [hour for m in _WESTERN.finditer(plain) if (hour := _western(m))]
    if "点" in plain or "时" in plain or ":" in plain:
        found += [_hour(m, _minutes(m["m"]), m["part"] or "") for m in _ZH.finditer(plain)]
    return [_doubted(hour, plain) for hour in _distinct(found)]


def _doubted(hour: Hour, plain: str) -> Hour:
    """`at 3 or 4` names two hours, though the second alone is no time."""
    return replace(hour, at=None, why="several times") if _OR_ANOTHER.match(plain, hour.end) else hour


def _distinct(found: list[Hour]) -> list[Hour]:
    """Longest first where two overlap."""
    kept: list[Hour] = []
    for hour in sorted(found, key=lambda h: (h.start - h.end, h.start)):
        if all(hour.end <= k.start or hour.start >= k.end for k in kept):
            kept.append(hour)
        if len(kept) == _MOST:
            break
    return sorted(kept, key=lambda h: h.start)


def _western(match: re.Match[str]) -> Hour | None:
    """A bare number is a time only with a mark of one: `at`, am or pm, a colon, a part of the day."""
    colon = match["m"] and "." not in match[0].split(match["m"])[0]
    past = match["past"] or ""
    if not (match["at"] or " " in past or match["half"] or match["clock"] or match["part"] or colon):
        return None
    if match["clock"] == "ish" and match["h"].isdigit() and int(match["h"]) > 12:
        return None  # "40ish"
    half = (match["half"] or "").replace(".", "").replace(" ", "")
    part = {"am": "morning", "pm": "evening"}.get(half, match["part"] or "")
    minutes = {"half": 30, "half past": 30, "quarter past": 15}.get(past, int(match["m"] or 0))
    if past == "quarter to":
        return Hour(*match.span(), None, "a quarter to an hour")
    return _hour(match, {"media": 30, "cuarto": 15}.get(match["y"], minutes), part)


def _minutes(text: str | None) -> int:
    return {"半": 30, "一刻": 15}.get(text, int(text) if text.isdigit() else 0) if text else 0


def _hour(match: re.Match[str], minute: int, part: str) -> Hour:
    number = SMALL_NUMBERS.get(match["h"])
    hour = zh_number(match["h"]) if number is None else number
    span = match.span()
    if hour is None or hour > 23 or minute > 59:
        return Hour(*span, None, "no such time")
    if hour > 12 or hour == 0:
        return Hour(*span, time(hour, minute), f"{hour:02}:{minute:02}")
    choices = [h for h in _halves(hour, part) if part or OPENS <= h < CLOSES]
    if len(choices) != 1:
        return Hour(*span, None, f"{hour} may be morning or evening")
    how = "" if part else f" ({hour} read as {choices[0]}:00, the one in calling hours)"
    return Hour(*span, time(choices[0], minute), f"{choices[0]:02}:{minute:02}{how}")


def _halves(hour: int, part: str) -> list[int]:
    """The hours of the day that `hour` o'clock may be, given the part of the day if it was named."""
    morning, evening = hour % 12, hour % 12 + 12
    if any(w in part for w in _MORNING):
        return [morning]
    if "中午" in part:
        return [hour if hour >= 11 else evening]
    return [evening] if any(w in part for w in _EVENING) else [morning, evening]
