"""How many SMS parts does a text cost, and which characters make it cost more?

GSM 03.38 (3GPP TS 23.038) packs 160 septets in one message and 153 in each part of a longer one; a text with any
character outside that alphabet goes as UCS-2: 70 UTF-16 units alone, 67 in a part. Neither an escaped GSM character nor
a surrogate pair is split between two parts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")  # two septets each: an escape, then the character

_ALONE: dict[Encoding, int] = {"GSM-7": 160, "UCS-2": 70}
_PART: dict[Encoding, int] = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, slots=True)
class Segments:
    """`count` parts, `units` septets or UTF-16 units; `forced_by`: the characters outside GSM-7, each once."""

    count: int
    encoding: Encoding
    units: int
    forced_by: tuple[str, ...] = ()


def count_segments(text: str) -> Segments:
    """Count the parts of `text` exactly as they are billed. An empty text has none."""
    letters = set(text)
    forced_by = _in_order(text, letters)
    encoding: Encoding = "UCS-2" if forced_by else "GSM-7"
    cost = _ucs_cost if forced_by else _gsm_cost
    units = len(text) if letters <= GSM_BASIC else sum(map(cost, text))
    alone = units <= _ALONE[encoding]
    if alone:
        count = min(units, 1)
    elif units == len(text):
        count = -(-units // _PART[encoding])
    else:
        count = _parts(map(cost, text), _PART[encoding])
    return Segments(count, encoding, units, forced_by)


def outside_gsm(text: str) -> tuple[str, ...]:
    """The characters of `text` that GSM-7 does not have, each once, in order of appearance."""
    return _in_order(text, set(text))


def _in_order(text: str, letters: set[str]) -> tuple[str, ...]:
    outside = letters - GSM_BASIC - GSM_EXTENDED
    return tuple(c for c in dict.fromkeys(text) if c in outside) if outside else ()


def _gsm_cost(character: str) -> int:
    return 2 if character in GSM_EXTENDED else 1


def _ucs_cost(character: str) -> int:
    return 2 if ord(character) > 0xFFFF else 1


def _parts(costs: Iterable[int], size: int) -> int:
    parts, room = 0, 0
    for cost in costs:
        if cost > room:
            parts, room = parts + 1, size
        room -= cost
    return parts
