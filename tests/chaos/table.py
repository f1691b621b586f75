"""What came of it, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 46
MOST_TOLD = 12


def lines(found: Mapping[str, Mapping[str, Any]], seed: int) -> Iterator[str]:
    """The table for the rounds by the name of their database, and every finding below it."""
    yield f"\nchaos, seed {seed}"
    yield _row("", list(found))
    yield from _block("what was done to us", [one["counts"] for one in found.values()])
    yield from _block("what the carrier did", [one["carrier"] for one in found.values()])
    single = ("days", "asked", "texts taken", "calls taken", "texts arrived", "calls rang")
    single += ("crossed a stop on the way", "queued at the carrier before a stop", "disk")
    yield from _block("what came of it", [{name: one[name] for name in single} for one in found.values()])
    yield from _block("in doubt, and then", [one["doubts"] for one in found.values()])
    counts = [{name: len(listed) for name, listed in one["findings"].items()} for one in found.values()]
    yield from _block("FINDINGS (none are wanted)", counts)
    for kind, one in found.items():
        for name, listed in one["findings"].items():
            for finding in listed[:MOST_TOLD]:
                yield f"{kind}: {name}: {finding}"
            if listed[MOST_TOLD:]:
                yield f"{kind}: {name}: and {len(listed) - MOST_TOLD} more (found.json, with --keep)"


def _block(title: str, columns: list[Mapping[str, Any]]) -> Iterator[str]:
    yield ""
    yield title
    for name in sorted({name for column in columns for name in column}):
        yield _row(f"  {name}", [str(column.get(name, 0)) for column in columns])


def _row(name: str, cells: list[str]) -> str:
    return f"{name:{WIDTH}}" + "".join(f"{cell:>14}" for cell in cells)
