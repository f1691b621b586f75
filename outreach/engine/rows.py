"""How are rows of `steps`, `campaigns` and `attempts` read and written?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from outreach.core.cadence import Position
from outreach.core.terms import AttemptState
from outreach.engine.choose import StepRow
from outreach.engine.runtime import Runtime
from outreach.store.facts import Person
from outreach.store.tables import attempts, campaigns, steps


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


def set_steps(tx: Connection, updates: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns of `steps` by row id."""
    for row_id, columns in updates.items():
        tx.execute(update(steps).where(steps.c.id == row_id).values(**columns))


def versions(tx: Connection) -> dict[str, int]:
    """The id of the current version of each campaign, by name."""
    query = select(campaigns.c.name, campaigns.c.id).where(campaigns.c.current)
    return {name: campaign_id for name, campaign_id in tx.execute(query)}


def insert_attempt(
    tx: Connection,
    runtime: Runtime,
    person: Person,
    *,
    now: datetime,
    not_before: datetime | None = None,
    **columns: Any,
) -> int:
    """Write a reserved attempt; from here on it counts against every cap. It leaves at `not_before` (now) at the
    earliest. Returns its id."""
    result = tx.execute(
        insert(attempts).values(
            debtor_id=person.id,
            carrier=runtime.carrier.name,
            state=AttemptState.RESERVED,
            facts_version=person.facts_version,
            reserved_at=now,
            touched_at=not_before or now,
            **columns,
        )
    )
    return int((result.inserted_primary_key or (0,))[0])
