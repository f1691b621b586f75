"""How are rows of `steps` and `campaigns` read and written?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from outreach.core.cadence import Position
from outreach.engine.choice import StepRow
from outreach.store.bulk import among, insert_rows, new_ids, update_rows
from outreach.store.tables import campaigns, steps


def read_step(row: Row[Any]) -> StepRow:
    """A row of `steps` as the decision sees it."""
    return StepRow(
        id=row.id,
        case_id=row.case_id,
        debtor_id=row.debtor_id,
        campaign=row.campaign,
        campaign_id=row.campaign_id,
        anchor_on=row.anchor_on,
        position=Position(row.step, row.try_no, row.planned_at, row.shift_days),
        due_at=row.due_at,
        priority=row.priority,
        last_refusal=row.last_refusal,
    )


MANY_ALIKE = 20  # rows that are worth a statement of their own
AS_READ = (  # columns of `steps` in the order `step_as_read` takes them
    steps.c.id,
    steps.c.case_id,
    steps.c.debtor_id,
    steps.c.campaign,
    steps.c.campaign_id,
    steps.c.anchor_on,
    steps.c.due_at,
    steps.c.priority,
    steps.c.last_refusal,
    steps.c.step,
    steps.c.try_no,
    steps.c.planned_at,
    steps.c.shift_days,
)


def step_as_read(row: Row[Any]) -> StepRow:
    """The same, of a row read by `AS_READ`: a batch reads hundreds."""
    row_id, case_id, debtor_id, campaign, campaign_id, anchor_on, due_at, priority, last_refusal, *place = row
    return StepRow(
        row_id, case_id, debtor_id, campaign, campaign_id, anchor_on, Position(*place), due_at, priority, last_refusal
    )


def set_steps(tx: Connection, updates: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns of `steps` by row id: those that come to stand alike together, others each with its own values."""
    alike: dict[tuple[tuple[str, Any], ...], list[int]] = defaultdict(list)
    for row_id, columns in updates.items():
        alike[tuple(columns.items())].append(row_id)
    single: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for columns_, ids in alike.items():
        if len(ids) >= MANY_ALIKE:
            tx.execute(update(steps).where(among(tx, steps.c.id, ids)).values(dict(columns_)))
        else:
            names, values = zip(*columns_, strict=True)
            single[names] += [(row_id, *values) for row_id in ids]
    for names, rows in single.items():
        update_rows(tx, steps, ("id", *names), rows)


def add_steps(tx: Connection, fresh: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of `steps`, each with the same columns in the same order."""
    if fresh:
        ids = new_ids(tx, steps, len(fresh))
        rows = [(row_id, *row.values()) for row_id, row in zip(ids, fresh, strict=True)]
        insert_rows(tx, steps, ("id", *fresh[0]), rows)


def versions(tx: Connection) -> dict[str, int]:
    """The id of the current version of each campaign, by name."""
    query = select(campaigns.c.name, campaigns.c.id).where(campaigns.c.current)
    return {name: campaign_id for name, campaign_id in tx.execute(query)}
