"""How are thousands of wordings asked at once?

A row of a table is a pattern on canonical text; each of its alternatives is asked by itself, and only of texts that hold
letters without which it cannot match. Those letters are worked out from the pattern (`needed`), so that whoever writes a
row need not think of them, and patterns are compiled when they are first asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from itertools import groupby
from operator import add

from outreach.core.terms import IntentKind

Table = dict[IntentKind, tuple[str, ...]]

LONGEST = 4  # letters of a key; `letters_of` counts on it
_ZERO_WIDTH = frozenset("bBAZ")
_CLASSES = frozenset("wWdDsS")
_EDGE = r"\b"


def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The same pattern, made faster: alternatives in a row that begin at the edge of a word share one test for it."""
    rows = (alternative for alternative, _ in alternatives(pattern))
    runs = [(edge, list(run)) for edge, run in groupby(rows, key=lambda row: row.startswith(_EDGE))]
    parts = [
        f"{_EDGE}(?:{'|'.join(row[len(_EDGE) :] for row in run)})" if edge else "|".join(run) for edge, run in runs
    ]
    return re.compile("|".join(parts), flags)


class Wording:
    """One alternative of one row."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        return re.compile(self.pattern, re.ASCII).search


class Wordings:
    """Tables of wordings of one script, with an index of the letters they need."""

    def __init__(self, *tables: Mapping[IntentKind, Iterable[str]]) -> None:
        self._tables = tables

    @cached_property
    def _index(self) -> tuple[frozenset[str], dict[str, dict[IntentKind, list[Wording]]]]:
        """The keys, and wordings by each of them and by what they mean; under no letters those without a key."""
        found: dict[str, dict[IntentKind, list[Wording]]] = {"": {}}
        for table in self._tables:
            for kind, rows in table.items():
                for alternative, keys in (one for pattern in rows for one in alternatives(pattern)):
                    wording = Wording(alternative)
                    for key in keys or ("",):
                        found.setdefault(key, {}).setdefault(kind, []).append(wording)
        return frozenset(found), found

    def add_those_that_may_hold(self, letters: frozenset[str], kinds: dict[IntentKind, set[Wording]]) -> None:
        """Adds the wordings whose letters are among these to those of other tables, by what they mean."""
        keys, index = self._index
        for key in ("", *(keys & letters)):
            for kind, wordings in index[key].items():
                kinds.setdefault(kind, set()).update(wordings)


class Sought:
    """A long pattern that is searched only in texts that hold letters it needs; compiled when it is first asked.

    `letters` are those of the text (`letters_of`), or of one it was cut from or is left of when words are blanked. What any
    text may match is not sought so: ValueError when it is first asked.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern, self.flags = pattern, flags

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return compiled(self.pattern, self.flags)

    @cached_property
    def _needs(self) -> frozenset[str]:
        """Letters of which a text must hold some; a blank is none, for words are blanked."""
        keys = [keys for _, keys in alternatives(self.pattern)]
        needs = frozenset[str]().union(*keys)
        if not all(keys) or " " in needs:
            raise ValueError(f"may match any letters: {self.pattern}")
        return needs

    def may_hold(self, letters: frozenset[str]) -> bool:
        """Could a text of these letters match?"""
        return not self._needs.isdisjoint(letters)

    def holds(self, plain: str, letters: frozenset[str]) -> bool:
        """Does it match anywhere?"""
        return not self._needs.isdisjoint(letters) and self._compiled.search(plain) is not None

    def first(self, plain: str, letters: frozenset[str]) -> re.Match[str] | None:
        """Where it matches first."""
        return self._compiled.search(plain) if self.may_hold(letters) else None

    def each(self, plain: str, letters: frozenset[str]) -> Iterable[re.Match[str]]:
        """Where it matches, in order."""
        return self._compiled.finditer(plain) if self.may_hold(letters) else ()

    def without(self, plain: str, letters: frozenset[str]) -> str:
        """The text with one blank in the place of each match."""
        return self._compiled.sub(" ", plain) if self.may_hold(letters) else plain


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
        self._keys = frozenset(self._index)

    def blanked(self, plain: str, letters: frozenset[str]) -> str:
        """The text with blanks where a phrase stood; `letters` as of `letters_of`."""
        held = self._keys & letters
        if not held and not self._always:
            return plain
        asked = {*self._always, *(phrase for key in held for phrase in self._index[key])}
        spans = [match.span() for phrase in asked for match in phrase.finditer(plain)]
        for start, end in spans:
            plain = f"{plain[:start]}{' ' * (end - start)}{plain[end:]}"
        return plain


def blanked(plain: str, spans: Collection[tuple[int, int]]) -> str:
    """The text with blanks in the place of these letters."""
    if not spans:
        return plain
    letters = list(plain)
    for start, end in spans:
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def letters_of(plain: str) -> frozenset[str]:
    """Every run of letters of a text as long as a key may be."""
    twos = list(map(add, plain, plain[1:]))
    threes = list(map(add, twos, plain[2:]))
    return frozenset((*plain, *twos, *threes, *map(add, threes, plain[3:])))


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
            return None, self._class()
        if char == "(":
            return self._group()
        if char in "^$":
            return "", None
        return (None if char == "." else char), None

    def _class(self) -> list[str] | None:
        """One of its letters, if it is no more than a list of them."""
        start = self._at
        if self._text[self._at] == "^":
            self._at += 1
        first = True
        while first or self._text[self._at] != "]":
            self._at += 2 if self._text[self._at] == "\\" else 1
            first = False
        self._at += 1
        letters = self._text[start : self._at - 1]
        return None if letters[0] == "^" or set(letters) & {"\\", "-", " "} else list(letters)

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
