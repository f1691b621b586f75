"""Would a wrong figure be noticed? Each figure of each shipped rulebook is moved by one, each rule and word left out, in memory,
and the table of tests/campaigns is held against it.

    .venv/bin/python tests/benchmarks/mutate_rules.py [RULEBOOK ...]

Prints the score by kind of change and every change that nobody noticed; ends with 1 if there is one.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import ValidationError

sys.path.insert(0, str(Path(__file__).parents[1] / "campaigns"))

from lawtable import Row
from test_rulebooks import BY_RULE, ROOT, SHIPPED, failing

from outreach.campaigns import source
from outreach.campaigns.rulebook_model import DAYS, RulebookModel
from outreach.core.rulebook import Rulebook, Rulebooks, Unit
from outreach.core.terms import (
    Channel,
    Collector,
    ConsentGivenTo,
    ConsentKind,
    Disposition,
    PhoneKind,
    PhonePlace,
    SuppressionReason,
    Voice,
)

WORDS: dict[str, type[StrEnum]] = {
    "collector": Collector, "channel": Channel, "channels": Channel, "voice": Voice, "voices": Voice, "place": PhonePlace,
    "places": PhonePlace, "phone_kind": PhoneKind, "only": Disposition, "but_not": Disposition, "after": Disposition,
    "reasons": SuppressionReason, "given_to": ConsentGivenTo,
}  # fmt: skip
ONE_WORD: dict[str, type[StrEnum]] = {"kind": ConsentKind, "per": Unit, "lifted_by": ConsentKind}
INSTEAD = {"zone": "UTC", "country": "FR", "period": "week"}
TOLD = {
    "rule",
    "because",
    "citation",
    "confidence",
    "rulebook",
    "title",
    "left_out",
    "elsewhere",
}  # words for people, no figures
SWITCHES = {
    "hours": {"ends_excluded": True},
    "cap": {"requested_count": True, "replies_count": True},
    "consent": {"or_wrote": True, "replies_need": True},
    "stop": {"widen": True, "replies_stop": True},
    "wait": {"inbound": False, "replies_wait": True, "requested_wait": True},
}
CLOCK = re.compile(r"\d\d:\d\d")
NEVER_OUTBOUND = Disposition.RECEIVED  # no outbound contact comes to it
DATA = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A rulebook with one thing changed, and the rules whose rows must notice."""

    kind: str
    what: str
    data: DATA
    rules: tuple[str, ...]


def mutants(data: DATA) -> Iterator[Mutant]:
    names = tuple(rule["rule"] for rule in data["rules"])
    for index, rule in enumerate(data["rules"]):
        without = {**data, "rules": [r for r in data["rules"] if r is not rule]}
        yield Mutant("rule left out", rule["rule"], without, (rule["rule"],))
        for kind, what, changed in _changes(rule):
            rules = [*data["rules"][:index], changed, *data["rules"][index + 1 :]]
            yield Mutant(kind, f"{rule['rule']}: {what}", {**data, "rules": rules}, (rule["rule"],))
    place = {key: value for key, value in data.items() if key not in TOLD | {"rules"}}
    for kind, what, changed in _changes(place):
        rest = {key: data[key] for key in TOLD | {"rules"} if key in data}
        yield Mutant(kind, f"{data['rulebook']}: {what}", rest | changed, names)


def _changes(part: DATA) -> Iterator[tuple[str, str, DATA]]:
    """(kind, what, the part with one thing changed), at any depth."""
    for key, value in part.items():
        if key in TOLD:
            continue
        yield "key left out", f"no {key}", {k: v for k, v in part.items() if k != key}
        for kind, new in _values(key, value):
            yield kind, f"{key}: {value} -> {new}"[:110], {**part, key: new}
        for kind, what, changed in _deeper(key, value):
            yield kind, f"{key}.{what}", {**part, key: changed}


def _deeper(key: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, dict):
        absent = [(name, on) for name, on in SWITCHES.get(key, {}).items() if name not in value]
        yield from (("switch", f"{name}: {on}", {**value, name: on}) for name, on in absent)
        yield from _changes(value)
    elif key == "windows":
        for index, window in enumerate(value):
            for kind, what, changed in _changes(window):
                yield kind, what, [*value[:index], changed, *value[index + 1 :]]


def _values(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """(kind, new value) of one figure or word."""
    if key == "days" and isinstance(value, str):
        yield from (("day of the week", days) for days in _days(value))
    elif key in WORDS:
        yield from (("word of a list", words) for words in _words(value, WORDS[key]))
    elif key in ONE_WORD and isinstance(value, str):
        yield from (("word", str(word)) for word in ONE_WORD[key] if word != value)
    elif key in INSTEAD:
        yield "word", INSTEAD[key]
    elif isinstance(value, list) and key != "windows":
        yield from _places(value)
    else:
        yield from _steps(value)


def _steps(value: Any) -> Iterator[tuple[str, Any]]:
    """A figure moved by one, down and up."""
    if isinstance(value, bool):
        yield "switch", not value
        return
    for step in (-1, 1):
        if isinstance(value, int):
            yield "number by one", value + step
        elif isinstance(value, date):
            yield "date by a day", value + timedelta(days=step)
        elif isinstance(value, str) and CLOCK.fullmatch(value):
            yield "time by a minute", _clock(value, step)


def _places(value: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Postcodes, cities, area codes, regions: one left out, or a number moved by one."""
    for each in value:
        rest = [other for other in value if other != each]
        yield "place", rest
        if str(each).isdigit():
            yield from (("place", [*rest, f"{int(each) + step:0{len(each)}d}"]) for step in (-1, 1))


def _clock(value: str, step: int) -> str:
    minutes = int(value[:2]) * 60 + int(value[3:]) + step
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _days(value: str) -> Iterator[str]:
    named = list(DAYS) if value == "daily" else value.split()
    yield from (" ".join(day for day in named if day != gone) for gone in named if len(named) > 1)
    yield from (" ".join([*named, new]) for new in DAYS if new not in named)


def _words(value: Any, vocabulary: type[StrEnum]) -> Iterator[list[str]]:
    named = [value] if isinstance(value, str) else list(value)
    yield from ([word for word in named if word != gone] for gone in named if len(named) > 1)
    yield from ([*named, str(new)] for new in vocabulary if new not in named and new != NEVER_OUTBOUND)


def read(path: Path) -> DATA:
    _model, document = source.read_document(path.read_text(encoding="utf-8"), str(path), RulebookModel)
    data: DATA = source.plain(document)
    return data


def frozen(data: DATA) -> Rulebook | None:
    """None for a change that the rulebook language itself refuses."""
    try:
        return RulebookModel.model_validate(deepcopy(data)).frozen()
    except ValidationError:
        return None


def noticed(mutant: Mutant, changed: Rulebook) -> bool:
    books = Rulebooks(tuple(changed if book.name == changed.name else book for book in SHIPPED.books))
    rows: list[Row] = [row for rule in mutant.rules for row in BY_RULE[rule]]
    return next(iter(failing(rows, books)), None) is not None


def without_rules(mutant: Mutant) -> Rulebooks | None:
    """The rulebooks when the only rule of one is left out: that rulebook is gone."""
    if mutant.data["rules"]:
        return None
    return replace(SHIPPED, books=tuple(b for b in SHIPPED.books if b.name != mutant.data["rulebook"]))


def killed(mutant: Mutant) -> bool | None:
    """Noticed? None for a change that can't be loaded, or says the same in other words."""
    if (books := without_rules(mutant)) is not None:
        return next(iter(failing(BY_RULE[mutant.rules[0]], books)), None) is not None
    changed = frozen(mutant.data)
    if changed is None or changed in [replace(book, version="") for book in SHIPPED.books]:
        return None
    return noticed(mutant, changed)


def shipped(wanted: list[str]) -> Iterator[Mutant]:
    """The mutants of the rulebooks named, or of all."""
    for path in sorted((ROOT / "config" / "rulebooks").rglob("*.yaml")):
        data = read(path)
        if not wanted or data["rulebook"] in wanted:
            yield from mutants(data)


def main(wanted: list[str]) -> int:
    started = time.perf_counter()
    outcomes = [(mutant, outcome) for mutant in shipped(wanted) if (outcome := killed(mutant)) is not None]
    tried = Counter(mutant.kind for mutant, _outcome in outcomes)
    found = Counter(mutant.kind for mutant, outcome in outcomes if outcome)
    print(f"{'change':20}{'made':>8}{'noticed':>9}")
    for kind in sorted(tried):
        print(f"{kind:20}{tried[kind]:>8}{found[kind]:>9}")
    total, caught = tried.total(), found.total()
    print(f"{'all':20}{total:>8}{caught:>9}   {caught / max(total, 1):.1%} in {time.perf_counter() - started:.0f} s")
    for mutant, outcome in outcomes:
        if not outcome:
            print(f"survived: {mutant.kind}: {mutant.what}")
    return 0 if caught == total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
