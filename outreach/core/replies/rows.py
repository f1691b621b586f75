"""How are thousands of wordings asked at once?

A row of a table is a pattern on canonical text; each of its alternatives is asked by itself, and only of texts that hold
letters without which it cannot match. Those letters are worked out from the pattern (`needed`), so that whoever writes a
row need not think of them, and patterns are compiled when they are first asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from outreach.core.terms import IntentKind

Table = dict[IntentKind, tuple[str, ...]]

LONGEST = 4  # letters of a key; `letters_of` counts on it
_ZERO_WIDTH = frozenset("bBAZ")
_CLASSES = frozenset("wWdDsS")


class Wording:
    """One alternative of one row."""

    def __init__(self, kind: IntentKind, pattern: str) -> None:
        self.kind, self.pattern = kind, pattern

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.ASCII)

    def holds(self, plain: str) -> bool:
        return self._compiled.search(plain) is not None


class Wordings:
    """Tables of wordings of one script, with an index of the letters they need."""

    def __init__(self, *tables: Mapping[IntentKind, Iterable[str]]) -> None:
        self._tables = tables

    @cached_property
    def _index(self) -> tuple[dict[str, list[Wording]], list[Wording]]:
        """Wordings by each of their keys, and those without one."""
        found: dict[str, list[Wording]] = {}
        always: list[Wording] = []
        for table in self._tables:
            for kind, rows in table.items():
                for alternative, keys in (one for pattern in rows for one in alternatives(pattern)):
                    wording = Wording(kind, alternative)
                    for key in keys:
                        found.setdefault(key, []).append(wording)
                    if not keys:
                        always.append(wording)
        return found, always

    def may_hold(self, letters: frozenset[str]) -> dict[IntentKind, list[Wording]]:
        """The wordings whose letters are among these, by what they mean; one may be listed twice."""
        index, always = self._index
        kinds: dict[IntentKind, list[Wording]] = {}
        for wording in always:
            kinds.setdefault(wording.kind, []).append(wording)
        for key in index.keys() & letters:
            for wording in index[key]:
                kinds.setdefault(wording.kind, []).append(wording)
        return kinds


class Phrases:
    """Phrases that are taken out of a text, each asked only of texts that hold letters it needs."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._always: list[re.Pattern[str]] = []
        self._index: dict[str, list[re.Pattern[str]]] = {}
        for alternative, keys in alternatives(pattern):
            phrase = re.compile(alternative)
            if not keys:
                self._always.append(phrase)
            for key in keys:
                self._index.setdefault(key, []).append(phrase)

    def blanked(self, plain: str, letters: frozenset[str]) -> str:
        """The text with blanks where a phrase stood; `letters` as of `letters_of`."""
        asked = {*self._always, *(phrase for key in self._index.keys() & letters for phrase in self._index[key])}
        spans = [match.span() for phrase in asked for match in phrase.finditer(plain)]
        for start, end in spans:
            plain = f"{plain[:start]}{' ' * (end - start)}{plain[end:]}"
        return plain


def letters_of(plain: str) -> frozenset[str]:
    """Every run of letters of a text as long as a key may be."""
    fours = {plain[i : i + LONGEST] for i in range(len(plain))}
    threes = {run[:3] for run in fours}
    return frozenset(fours | threes | {run[:2] for run in threes} | set(plain))


# --- what a pattern needs ---------------------------------------------------------------------------------------------


def alternatives(pattern: str) -> list[tuple[str, frozenset[str]]]:
    """The alternatives of a pattern, each with keys of which a text must hold one (none: no such letters are known)."""
    reader = _Reader(pattern)
    branches = reader.branches()
    return [(pattern[start:end], frozenset(map(_key, needs or ()))) for start, end, needs in branches]


def _key(letters: str) -> str:
    """So much of required letters as the index holds: from the longest word, or two ideographs."""
    word = max(letters.split(" "), key=len) or letters
    return word[:2] if word > "\u2e80" else word[:LONGEST]


def _better(one: list[str] | None, other: list[str] | None) -> list[str] | None:
    """The more telling of two sets of letters: whose shortest is longer, then which is smaller."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda letters: (min(_weight(w) for w in letters), -len(letters)))


def _weight(letters: str) -> int:
    word = max(letters.split(" "), key=len)
    return min(LONGEST, 2 * len(word) if word > "\u2e80" else len(word))


class _Reader:
    """Reads the regular expressions of our tables: literals, classes, groups, lookarounds, quantifiers."""

    def __init__(self, pattern: str) -> None:
        self._text, self._at = pattern, 0

    def branches(self) -> list[tuple[int, int, list[str] | None]]:
        """Up to the end of this group: where each alternative stands, and what it needs."""
        found = []
        while True:
            start = self._at
            needs = self._sequence()
            found.append((start, self._at, needs))
            if self._at >= len(self._text) or self._text[self._at] == ")":
                return found
            self._at += 1  # the bar

    def _sequence(self) -> list[str] | None:
        """What a sequence needs: the best of its literal runs and of its groups."""
        best: list[str] | None = None
        run = ""
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            literal, needs = self._element()
            optional, repeated = self._quantifier()
            if literal is None or optional or repeated:
                best = _better(best, [run] if run else None)
                run = ""
            if literal and not optional:
                run += literal
            if needs and not optional:
                best = _better(best, needs)
            if repeated:
                best = _better(best, [run] if run else None)
                run = ""
        return _better(best, [run] if run else None)

    def _element(self) -> tuple[str | None, list[str] | None]:
        """The next element as (literal, what a group needs). Literal "": of no width; None: anything else."""
        char = self._text[self._at]
        self._at += 1
        if char == "\\":
            escaped = self._text[self._at]
            self._at += 1
            return ("" if escaped in _ZERO_WIDTH else None if escaped in _CLASSES else escaped), None
        if char == "[":
            self._class()
            return None, None
        if char == "(":
            return self._group()
        if char in "^$":
            return "", None
        return (None if char == "." else char), None

    def _class(self) -> None:
        if self._text[self._at] == "^":
            self._at += 1
        first = True
        while first or self._text[self._at] != "]":
            self._at += 2 if self._text[self._at] == "\\" else 1
            first = False
        self._at += 1

    def _group(self) -> tuple[str | None, list[str] | None]:
        opening = re.compile(r"\?(?::|=|!|<=|<!|P<\w+>)").match(self._text, self._at)
        self._at = opening.end() if opening else self._at
        branches = self.branches()
        self._at += 1
        if opening and opening[0] in {"?!", "?<!"}:
            return "", None
        needs: list[str] | None = []
        for _, _, letters in branches:
            needs = needs + letters if needs is not None and letters else None
        return None, needs

    def _quantifier(self) -> tuple[bool, bool]:
        """(may be left out, may be repeated)"""
        found = re.compile(r"([?*+]|\{\d*,?\d*\})\??").match(self._text, self._at)
        if not found:
            return False, False
        self._at = found.end()
        least = found[1][1:].partition(",")[0].strip("}") if found[1][0] == "{" else ""
        return found[1][0] in "?*" or (least in {"0", ""} and found[1][0] == "{"), found[1][0] != "?"
