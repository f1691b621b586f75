"""Which numbers are written out in letters?

`spelled` finds them in canonical text: `two hundred and fifty`, `one fifty`, `2 mil 500`, `mil y medio`, `half a grand`, `three
twenties`, `dosmil`. Words of both Western languages stand in one table, and a number may begin with digits. Chinese
numbers are read by `languages.zh_number`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from outreach.core.replies.rows import LONGEST


@dataclass(frozen=True, slots=True)
class Spelled:
    """A number in letters at `start:end`. `value` None: its parts do not fit (`fifty sixty`).

    `pair`: what two numbers side by side may be, as `forty three twenty` 43.20 or 4320.
    """

    start: int
    end: int
    value: Decimal | None
    pair: tuple[Decimal, Decimal] | None = None


def _row(words: str, first: int, step: int = 1) -> dict[str, int]:
    return {word: first + step * i for i, word in enumerate(words.split())}


_ONES = {
    **_row("one two three four five six seven eight nine ten", 1),
    **_row("uno dos tres cuatro cinco seis siete ocho nueve diez", 1),
}
_TENS = {
    **_row("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10),
    **_row("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", 20, 10),
}
_OTHERS = {
    **_row("eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 11),
    **_row("once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve", 11),
    **_row("veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve", 21),
    **_row("cien doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos", 100, 100),
    **_row("ciento doscientas trescientas cuatrocientas quinientas seiscientas setecientas ochocientas novecientas", 100, 100),
}  # fmt: skip
# What multiplies the number before it, or counts once. Thousands and more are added up, hundreds are not.
_TIMES = {
    **dict.fromkeys("hundred hundreds cientos gamba gambas".split(), 100),
    **dict.fromkeys("thousand grand thou rack racks stacks mil miles milito militos luca lucas barras".split(), 1000),
    **dict.fromkeys("millon millones palo palos".split(), 10**6),
}
# Banknotes: counted (`two twenties`, `dos de quinientos`), or one alone (`a fiver`).
_NOTES = {
    **dict.fromkeys(("fiver", "fivers"), 5),
    **dict.fromkeys(("tenner", "tenners", "tens"), 10),
    **{
        "twenties": 20,
        "fifties": 50,
        "benjamin": 100,
        "benjamins": 100,
        "benjis": 100,
        "c-note": 100,
        "c note": 100,
        "c-notes": 100,
    },
}
_ALONE = frozenset({"fiver", "tenner", "benjamin", "c-note", "c note"})
_WORTH = {**_ONES, **_TENS, **_OTHERS}
# Multiplied, but alone no number: `thou`, `hundreds of texts`.
_NEVER_ALONE = frozenset(
    "hundreds cientos gamba gambas thou rack racks stacks miles milito militos barras luca lucas palo palos".split()
)


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_MULTIPLIES = _either((*_TIMES, *_NOTES))
_JOIN = r"(?:[ -]?|,? ?(?:and|n|y|&) )"
_FRACTION = rf"(?P<part>half|medio|media|(?:a |one )?quarter|(?:un )?cuarto)(?: (?:of a|a|de))? (?=(?:{_either(_TIMES)})(?![a-z]))"
_HALF_MORE = r" (?:and a half|and 1/2|n a half|y medi[oa])\b(?! hours?| horas?)"
_OWN = rf"(?:a |un |una )?(?P<two>couple|couple of|par|par de)(?= (?:{_MULTIPLIES}|cien)(?![a-z]))|(?:a|an|un|una)(?= (?:{_MULTIPLIES})(?![a-z]))"
_WORDS = rf"(?P<times>{_MULTIPLIES})|(?P<word>{_either(_WORTH)})"
# Where a number ends: at no letter, but for units and the like that are glued to it.
_END = r"(?:(?![a-z])|(?=(?:ish|pesos|bucks|dollars|euros|pavos|varos)\b))"
_DIGITS = rf"(?P<digits>\d[\d.,]*)(?= ?(?:{_MULTIPLIES}){_END}|{_HALF_MORE} (?:{_either(_TIMES)})\b)"
_FIRST = re.compile(rf"(?<![\w.,/-])(?<!buck )(?:{_FRACTION}|{_DIGITS}|{_OWN}|{_WORDS})", re.ASCII)
_NOTE = r" (?:billetes? de |de a |de )(?P<note>veinte|cincuenta|cien|doscientos|quinientos|mil)\b"
_NEXT = re.compile(
    rf"(?P<half>{_HALF_MORE})|(?P<join>{_JOIN})(?:{_WORDS})|{_NOTE}|[ -]?(?P<more>\d{{1,3}})(?![\w.,%/:]| (?:{_MULTIPLIES}){_END})",
    re.ASCII,
)
_ENDS = re.compile(_END)

_MOST = 12  # words of one number

# Letters of which a text must hold some, so that others are not searched at all.
_NEEDS = frozenset(max(words.split(), key=len)[:LONGEST] for words in (*_WORTH, *_TIMES, *_NOTES))


# What a word is worth in one country only.
_WORTH_IN = {"PEN": dict.fromkeys(("luca", "lucas"), 1)}
# What notes and sums are called in some countries only.
_SLANG: dict[str, dict[str, int]] = {"GBP": {"score": 20, "pony": 25, "bullseye": 50, "ton": 100, "monkey": 500}}
_SLANG_IN = {
    currency: re.compile(rf"\b(?:a|one) (?P<word>{_either(words)})\b(?! of)") for currency, words in _SLANG.items()
}


def spelled(text: str, letters: frozenset[str], currency: str) -> Iterator[Spelled]:
    """Every number in letters, in order; what some words are worth depends on the currency."""
    found = list(_slang(text, currency)) if currency in _SLANG else []
    if not _NEEDS.isdisjoint(letters):
        found += _spelled(text, _WORTH_IN.get(currency, {}))
    yield from sorted(found, key=lambda one: one.start)


def _slang(text: str, currency: str) -> Iterator[Spelled]:
    for match in _SLANG_IN[currency].finditer(text):
        yield Spelled(*match.span(), Decimal(_SLANG[currency][match["word"]]))


def _spelled(text: str, local: Mapping[str, int]) -> Iterator[Spelled]:
    at = 0
    while (first := _FIRST.search(text, at)) is not None:
        parts = [_part(first, local)]
        at = first.end()
        while len(parts) < _MOST and (following := _NEXT.match(text, at)) is not None and not _cut(parts, following):
            parts.append(_part(following, local))
            at = following.end()
        if _ENDS.match(text, at) and not _is_no_number(text, first, parts, at):
            value = _value(parts)
            yield Spelled(first.start(), at, value, None if value else _pair(parts))
        at = max(at, first.start() + 1)


@dataclass(frozen=True, slots=True)
class _Part:
    """One word: a number, or how often (`times`) what stood before it counts, or half as much again."""

    value: Decimal
    times: bool = False
    half: bool = False
    digits: str = ""
    word: str = ""


def _part(match: re.Match[str], local: Mapping[str, int]) -> _Part:
    said = match.groupdict()
    if said.get("half"):
        return _Part(Decimal("0.5"), half=True)
    if said.get("part"):
        return _Part(Decimal("0.5") if said["part"][0] in "hm" else Decimal("0.25"), word="part")
    digits = said.get("digits") or said.get("more")
    if digits:
        return _Part(Decimal(0), digits=digits)
    if said.get("note"):
        return _Part(Decimal(_WORTH.get(said["note"]) or _TIMES[said["note"]]), times=True, word="note")
    if said.get("two"):
        return _Part(Decimal(2), word="couple")
    word = said.get("word") or said.get("times") or ""
    if said.get("times"):
        return _Part(Decimal(local.get(word) or _TIMES.get(word) or _NOTES[word]), times=True, word=word)
    return _Part(Decimal(_WORTH.get(word, 1)), word=word)


def _cut(parts: list[_Part], following: re.Match[str]) -> bool:
    """Does another number begin? Digits belong to it right after a word that multiplies, as in `mil 500`."""
    said, last = following.groupdict(), parts[-1]
    if said["more"]:
        return not last.times or last.value < 100
    if said["note"]:
        return len(parts) > 1 or last.value > 20 or last.times
    if (said["join"] or "").strip(" -"):
        return not (last.times or last.value >= 100 or (" y " in said["join"] and last.value % 10 == 0))
    return False


def _is_no_number(text: str, first: re.Match[str], parts: list[_Part], end: int) -> bool:
    if len(parts) > 1:
        return False
    word = parts[0].word
    if word == "ciento" and text.endswith("por ", 0, first.start()):
        return True
    return word in {"", "part", "couple", "once"} or word in _NEVER_ALONE or (word in _NOTES and word not in _ALONE)


def is_small(found: Spelled, text: str) -> bool:
    """Is it one to ten in a single word, which is money only beside a unit?"""
    return text[found.start : found.end] in _ONES


def _value(parts: list[_Part]) -> Decimal | None:
    """`two hundred fifty` 250, `one fifty` 150, `2 mil 500` 2500; what is out of order has no value."""
    total, group, room, last = Decimal(0), None, None, Decimal(1)
    for part in parts:
        if part.half:
            if group is None:
                total += last / 2
            else:
                group += last / 2
        elif part.times and part.value >= 1000:
            total += (Decimal(1) if group is None else group) * part.value
            group, room, last = None, part.value, part.value
        elif part.times:
            group = (Decimal(1) if group is None else group) * part.value
            last = part.value
        else:
            group = _joined(group, part, last if parts[0] is not part else None)
            if group is None or (room is not None and group >= room):
                return None
    total += group or 0
    return total.to_integral_value() if total == total.to_integral_value() else total


def _pair(parts: list[_Part]) -> tuple[Decimal, Decimal] | None:
    """`eighty six forty` is 86.40, or thousands; `fifty sixty` is a guess."""
    for cut in range(1, len(parts)):
        left, right = _value(parts[:cut]), _value(parts[cut:])
        if left and right and 10 <= left < 1000 and 10 <= right < 100 and right - left != 10:
            return left + right / 100, left * 100 + right
    return None


def _joined(group: Decimal | None, part: _Part, last: Decimal | None) -> Decimal | None:
    value = part.value if not part.digits else _of_digits(part.digits, last)
    if value is None:
        return None
    if group is None:
        return value
    room = 100 if group % 100 == 0 else 10 if group % 10 == 0 and group % 100 != 10 else 0
    if value < room:
        return group + value
    return group * 100 + value if 1 <= group <= 9 and 10 <= value < 100 else None


def _of_digits(digits: str, last: Decimal | None) -> Decimal | None:
    """First: `1.5`, `1,5`. After a thousand or a million, what is left of it: `2mil5`, `mil 500`, `un palo 200`."""
    if last is None or last < 100:
        plain = digits.rstrip(".,").replace(",", ".")
        whole, _, fraction = plain.rpartition(".")
        return Decimal(plain) if plain.count(".") < 2 and len(fraction) < (3 if whole else 9) else None
    if len(digits) == 1:
        return Decimal(digits) * last / 10 if last >= 1000 else None
    return Decimal(digits) * (last / 1000 if last > 1000 else 1)
