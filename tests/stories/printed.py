"""How is a story read on paper? The thread, the case log as `outreach case REF` prints it, and what is left to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.casewords import page
from outreach.store.reading import read_case
from outreach.store.tables import suppressions, tasks
from tests.stories.stage import REF, Stage, stop_words
from tests.stories.tales import Story

WIDTH = 96
HANGING = "。，、：；？！”）"  # never begins a line


def told(story: Story, stage: Stage) -> Iterator[str]:
    """A story that was played, in lines."""
    who = stage.debtor
    yield f"=== {story.name} [{stage.language}]  {story.title}"
    yield f"    {who.name}, {who.city}, {who.region}; their time: {who.zone}"
    yield ""
    yield "  The thread"
    for said in stage.thread():
        at = f"{said.at.astimezone(stage.zone):%a %d %b %H:%M}"
        name = "we" if said.ours else "they"
        first, *rest = _lines(said.body)
        yield f"    {at}  {name:>4}: {first}"
        yield from (f"{'':26}{line}" for line in rest)
    yield ""
    yield f"  outreach case {REF}"
    found = read_case(stage.db, REF)
    assert found is not None
    yield from (f"    {line}" for line in page(found))
    yield ""
    yield from _left(stage)


def _lines(body: str) -> Iterator[str]:
    """Lines of equal width on paper: an ideograph is as wide as two letters."""
    line, width = "", 0
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*", body):
        wide = 2 if piece > "\u2e80" else len(piece)
        if width + wide > WIDTH and piece not in HANGING:
            yield line.rstrip()
            line, width = "", 0
        line, width = line + piece, width + wide
    yield line


def _left(stage: Stage) -> Iterator[str]:
    outcome = stage.outcome()
    for promise in outcome.promises:
        yield f"  promise  {promise}"
    for stop in stage.rows(suppressions):
        yield f"  stop     {stop_words(stop)}, since {stop.at.astimezone(stage.zone):%a %d %b %H:%M}"
    if outcome.status == "held":
        yield "  held     for a person; nothing leaves by itself"
    for task in stage.rows(tasks):
        due = f"{task.due_at.astimezone(stage.zone):%a %d %b %H:%M}"
        yield f"  task     {task.kind} ({task.state}), by {due}: {task.note}"
    yield ""
