"""Every rule of every shipped rulebook at the edge of every figure; removing or moving one fails the test of its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from lawfigures import TABLE
from lawtable import Row

from outreach.campaigns.rulebooks import load_rulebooks
from outreach.core.gate import judge
from outreach.core.rulebook import Rulebooks

ROOT = Path(__file__).parents[2]
SHIPPED = load_rulebooks(ROOT / "config" / "rulebooks")
BY_RULE: dict[str, list[Row]] = defaultdict(list)
for _row in TABLE:
    BY_RULE[_row.rule].append(_row)


def failing(rows: Iterable[Row], books: Rulebooks) -> Iterable[str]:
    """What the rulebooks say otherwise than the table."""
    adopted: dict[str | None, Rulebooks] = {}
    for row in rows:
        if row.policy not in adopted:
            adopted[row.policy] = replace(books, adopted={"*": row.policy} if row.policy else {})
        refused = row.rule in {refusal.rule for refusal in judge(row.ask, adopted[row.policy], row.now).refusals}
        if refused is not row.refused:
            yield f"{row.rule}, {row.says}, at {row.now}: {'refused' if refused else 'not refused'}"


@pytest.mark.parametrize("rule", sorted(BY_RULE))
def test_every_figure_at_its_edge(rule: str) -> None:
    assert list(failing(BY_RULE[rule], SHIPPED)) == []


def test_every_shipped_rule_is_in_the_table() -> None:
    shipped = [rule.source.id for book in SHIPPED.books for rule in book.rules]
    assert sorted(shipped) == sorted(BY_RULE)


ROWS = [line.split() for line in (Path(__file__).with_name("rows.txt")).read_text().splitlines()]


def test_every_row_of_the_facts_is_law_or_policy_or_visibly_neither() -> None:
    """`rows.txt`: the ids of facts/regulation-us.md and -world.md; `weak`: from memory, weak, a draft, or our own."""
    left = {each.row for book in SHIPPED.books for each in book.left_out}
    held = {row for book in SHIPPED.books for each in book.elsewhere for row in each.rows}
    rules = [rule.source.id for book in SHIPPED.books for rule in book.rules]
    unseen = [
        row for row, *_ in ROWS if row not in left | held and not any(f"{r}-".startswith(f"{row}-") for r in rules)
    ]
    assert unseen == []
    known = {row for row, *_ in ROWS}
    assert sorted(row for row in left | held if row not in known and not row.startswith("OP")) == []


def test_no_row_that_is_weak_is_law() -> None:
    law = [rule.source for book in SHIPPED.books if not book.is_policy for rule in book.rules]
    weak = [row for row, *said in ROWS if said]
    assert [source.id for source in law for row in weak if f"{source.id}-".startswith(f"{row}-")] == []
    assert {source.confidence for source in law} <= {"A", "A/B", "B", "P", "S"}
    assert {rule.source.confidence for book in SHIPPED.books if book.is_policy for rule in book.rules} == {"POLICY"}
