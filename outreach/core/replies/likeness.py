"""Which meaning is a reply most like, where no wording tells?

A net below the tables of wordings: the words of all labelled replies, weighed by what they speak for (`learned.py`, made by
`tests/benchmarks/learn_replies.py`). What is found so is a guess that a person sees; it names no day and no amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from math import exp, sqrt

from outreach.core.replies import learned
from outreach.core.terms import IntentKind

_TOKEN = re.compile(r"[a-z]+|\d+|[\u4e00-\u9fff]|[?!]")
_STEM = 5  # letters of a longer word that count by themselves
_MOST = 120  # words of a text that are weighed


def features(plain: str) -> frozenset[str]:
    """What of a canonical text is weighed: words, pairs of them, beginnings of long words, three ideographs in a row."""
    tokens = ["0" if token.isdigit() else token for token in _TOKEN.findall(plain)[:_MOST]]
    return frozenset((*tokens, *_pairs(tokens), *_stems(tokens), *_threes(tokens)))


def _pairs(tokens: list[str]) -> Iterator[str]:
    return (f"{one}_{other}" for one, other in pairwise(["^", *tokens, "$"]))


def _stems(tokens: list[str]) -> Iterator[str]:
    return (f"{token[:_STEM]}-" for token in tokens if len(token) > _STEM)


def _threes(tokens: list[str]) -> Iterator[str]:
    threes = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return (f"{a}_{b}_{c}" for a, b, c in threes if a > "\u2e80" and c > "\u2e80")


@cache
def _weights() -> dict[str, tuple[tuple[int, float], ...]]:
    """Of each feature: the places of meanings in `KINDS` that it speaks for or against, and how much."""
    found = {}
    for entry in learned.WEIGHTS.split():
        feature, _, codes = entry.rpartition(":")
        found[feature] = tuple(_decoded(codes[i : i + 2]) for i in range(0, len(codes), 2))
    return found


def _decoded(code: str) -> tuple[int, float]:
    weight = int(code[1], 36) / learned.PARTS
    return ord(code[0].lower()) - ord("a"), weight if code[0].islower() else -weight


def encoded(kind: int, weight: float) -> str:
    """A weight as `learned.py` holds it: the letter of the meaning, capital for against, and one digit of base 36."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    letter = chr(ord("a") + kind)
    return (letter if weight > 0 else letter.upper()) + digits[min(35, round(abs(weight) * learned.PARTS))]


def likely(plain: str) -> tuple[IntentKind, float]:
    """The likeliest meaning and how likely it is, 0 to 1; `unclear` and 0 where half of its words are unknown."""
    weights = _weights()
    said = features(plain)
    words = [feature for feature in said if feature[-1].isalpha() and "_" not in feature]
    if not words or 2 * sum(word in weights for word in words) <= len(words):
        return IntentKind.UNCLEAR, 0.0
    known = [weights[feature] for feature in said if feature in weights]
    sums = [0.0] * len(learned.KINDS)
    for one in known:
        for kind, weight in one:
            sums[kind] += weight
    scale = 1 / sqrt(len(known))
    most = max(sums)
    best = sums.index(most)
    return IntentKind(learned.KINDS[best]), 1 / sum(exp((value - most) * scale) for value in sums)
