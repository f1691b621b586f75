"""What is wrong with our templates? Every fault with its place, before a debtor reads it.

Three looks: at the facts a template uses (its syntax tree), at its words (its text without tags), and at what it
becomes with example facts (one loan and several, first and third party, every optional fact there and none).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from outreach.core.terms import Channel, Fault
from outreach.messages import wording
from outreach.messages.duties import DUTIES, FOLDERS, Duty, duty_of
from outreach.messages.examine import examine
from outreach.messages.facts import LOAN_FIELDS, VARIABLES
from outreach.messages.phrases import DEBT, MORE_THAN_CONFIRMED, THREATS, Phrase
from outreach.messages.segments import outside_gsm
from outreach.messages.shelf import SUFFIX, Shelf
from outreach.messages.suggest import did_you_mean
from outreach.messages.usage import Use, uses

if TYPE_CHECKING:
    from outreach.messages.library import Library

_TAGS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# English can be written without any character outside GSM-7; other languages may need them.
_WITHIN_GSM = frozenset({"en"})


def lint(library: Library, max_segments: int) -> list[Fault]:
    """Every fault, in the order of the files. `max_segments`: the most parts an SMS may have with long facts."""
    faults = list(_missing(library))
    for shelf in library.shelves.values():
        faults += _words(shelf)
        for name in shelf.names():
            found = [*_used(shelf, name), *_said(shelf, name)]
            faults += found or examine(library, shelf, name, max_segments)
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line, fault.column))


def notes(library: Library) -> list[Fault]:
    """Characters that make an SMS UCS-2 in a language that may need them; for information."""
    shelves = [shelf for (channel, _), shelf in library.shelves.items() if channel is Channel.SMS]
    quiet = _WITHIN_GSM | wording.WIDE_LANGUAGES
    told = [fault for shelf in shelves if wording.base(shelf.language) not in quiet for fault in _dear(shelf)]
    return sorted(told, key=lambda fault: (fault.file, fault.line, fault.column))


def prose(source: str) -> str:
    """The text of a template, its tags and comments blanked out so that places stay the same."""
    return _TAGS.sub(lambda tag: re.sub(r"[^\n]", " ", tag[0]), source)


def _missing(library: Library) -> Iterator[Fault]:
    """A message that another language has, or that the engine sends."""
    for channel, folder in FOLDERS.items():
        sent = [name for (its, name), duty in DUTIES.items() if its is channel and duty.engine]
        for language in sorted(language for its, language in library.shelves if its is channel):
            there = library.shelves[channel, language].names()
            for name in sorted({*library.names(channel), *sent} - set(there)):
                others = library.languages(channel, name)
                why = f"{', '.join(others)} has it" if others else "the engine sends it"
                path = library.root / folder / language / f"{name}{SUFFIX}"
                yield Fault(str(path), 0, 0, f"template is missing: {why}")


def _used(shelf: Shelf, name: str) -> Iterator[Fault]:
    """Unknown facts, facts that can be empty, facts that would give the debt away."""
    duty = duty_of(shelf.channel, name)
    for use in uses(name + SUFFIX, shelf.trees):
        what = _use_fault(use, duty)
        if what:
            word = use.path.rpartition(".")[2]
            yield shelf.fault(use.file, what, use.line, _column_of(shelf, use, word))


def _use_fault(use: Use, duty: Duty) -> str:
    if not use.known:
        kind = "field" if "." in use.path else "variable"
        return f"unknown {kind} `{use.path}`{did_you_mean(use.path.rpartition('.')[2], use.could_mean)}"
    if duty.only is not None and use.fact not in duty.only:
        return f"`{use.path}` has no place here; this message may use only {', '.join(sorted(duty.only))}"
    if duty.secret and _tells_debt(use.fact):
        return f"`{use.path}` reveals the debt, and somebody else may hear or read this message"
    if not use.guarded and use.fact not in duty.given:
        return f"`{use.path}` can be empty: put it inside `{{% if {use.path} %}} ... {{% endif %}}`"
    return ""


def _tells_debt(fact: str) -> bool:
    head, _, tail = fact.partition(".")
    return (LOAN_FIELDS[tail] if tail in LOAN_FIELDS else VARIABLES[head]).debt


def _column_of(shelf: Shelf, use: Use, word: str) -> int:
    """Where the name stands on its line, inside a tag and as a whole word."""
    line = shelf.line(use.file, use.line)
    found = [m.start() for m in re.finditer(rf"\b{re.escape(word)}\b", line)]
    inside = [at for at in found if prose(line)[at : at + 1].isspace()]
    return next(iter(inside or found), 0) + 1


def _words(shelf: Shelf) -> Iterator[Fault]:
    """Threats anywhere, and in English what makes an SMS dear without need."""
    for file, source in shelf.sources.items():
        for phrases in THREATS.values():
            yield from _phrase_faults(shelf, file, source, phrases)
    if shelf.channel is Channel.SMS and wording.base(shelf.language) in _WITHIN_GSM:
        yield from _dear(shelf)


def _said(shelf: Shelf, name: str) -> Iterator[Fault]:
    """Words that give the debt away, and in a confirmation more than the confirmation."""
    duty = duty_of(shelf.channel, name)
    tables = [table for table, on in ((DEBT, duty.secret), (MORE_THAN_CONFIRMED, duty.bare)) if on]
    files = dict.fromkeys([name + SUFFIX, *(use.file for use in uses(name + SUFFIX, shelf.trees))])
    for file in files:
        for table in tables:
            phrases = _in_language(table, shelf.language)
            yield from _phrase_faults(shelf, file, shelf.sources[file], phrases)


def _in_language(table: Mapping[str, tuple[Phrase, ...]], language: str) -> Iterable[Phrase]:
    """The rows of the language; of all languages when it has none of its own."""
    lang = wording.base(language)
    return table[lang] if lang in table else [phrase for phrases in table.values() for phrase in phrases]


def _phrase_faults(shelf: Shelf, file: str, source: str, phrases: Iterable[Phrase]) -> Iterator[Fault]:
    text = prose(source)
    for phrase in phrases:
        for match in phrase.pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            yield shelf.fault(file, f"`{' '.join(match[0].split())}` is {phrase.what}", line, column)


def _dear(shelf: Shelf) -> Iterator[Fault]:
    """The characters in the texts of a folder that no tidying turns into GSM-7."""
    for file, source in shelf.sources.items():
        for number, line in enumerate(prose(source).split("\n"), start=1):
            for character in outside_gsm(wording.tidy(line, shelf.language)):
                what = f"`{character}` (U+{ord(character):04X}) makes the SMS UCS-2: 70 characters a part, not 160"
                yield shelf.fault(file, what, number, line.find(character) + 1)
