"""What follows when an attempt is final? Its disposition is written and each of its steps goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, literal, select, update

from outreach.core.terms import AttemptState, Disposition
from outreach.engine.moving import after_attempt
from outreach.engine.rows import read_step, set_steps
from outreach.engine.runtime import Runtime
from outreach.store import caselog, facts
from outreach.store.bulk import among, rows_in, update_rows
from outreach.store.caselog import Entry
from outreach.store.database import UTCDateTime
from outreach.store.tables import attempt_cases, attempts, cases, steps

# How long after a contact is final the carrier's own record of it is asked for, once more, ...: see `engine.books`.
ASKED_AFTER = (timedelta(minutes=10), timedelta(hours=2), timedelta(days=1), timedelta(days=4))


def settle(
    tx: Connection,
    runtime: Runtime,
    attempt_id: int,
    disposition: Disposition,
    now: datetime,
    *,
    error_code: int | None = None,
    unsure: bool = False,
    again_at: datetime | None = None,
) -> None:
    """Make the attempt final and move its steps on. `unsure`: the carrier never said; no disposition is kept. `again_at`:
    when a step is done again that has no next try for it.
    """
    ask_at = case((attempts.c.sid.is_not(None), literal(now + ASKED_AFTER[0], UTCDateTime())), else_=None)
    moved: dict[str, Any] = {"state": AttemptState.FINAL, "final_at": now, "touched_at": now, "error_code": error_code}
    moved |= {"price_ask_at": ask_at}
    kept = {} if unsure else {"disposition": disposition}
    tx.execute(update(attempts).where(attempts.c.id == attempt_id).values(**moved, **kept))
    move_on(tx, runtime, {attempt_id: disposition}, now, again_at)


def settle_delivered(tx: Connection, runtime: Runtime, attempt_ids: Sequence[int], now: datetime) -> None:
    """Make these attempts, of one debtor each, final as delivered and move their steps on."""
    columns = ("id", "state", "final_at", "touched_at", "error_code", "disposition", "price_ask_at")
    moved = (AttemptState.FINAL, now, now, None, Disposition.DELIVERED, now + ASKED_AFTER[0])
    update_rows(tx, attempts, columns, [(attempt_id, *moved) for attempt_id in attempt_ids])
    move_on(tx, runtime, dict.fromkeys(attempt_ids, Disposition.DELIVERED), now)


def move_on(
    tx: Connection,
    runtime: Runtime,
    dispositions: Mapping[int, Disposition],
    now: datetime,
    again_at: datetime | None = None,
) -> None:
    """Each step that waited for one of these attempts (by id) goes to its next try or step."""
    query = select(steps, attempt_cases.c.attempt_id).join(attempt_cases, attempt_cases.c.step_id == steps.c.id)
    found = list(rows_in(tx, query.where(steps.c.state == "reserved"), attempt_cases.c.attempt_id, dispositions))
    people = facts.load(tx, {row.debtor_id for row in found}, now)
    updates: dict[int, Mapping[str, Any]] = {}
    entries: list[Entry] = []
    parked: list[int] = []
    for each in found:
        row = read_step(each)
        campaign = next((c for c in runtime.loaded.campaigns if c.name == row.campaign), None)
        person = people.get(row.debtor_id)
        if campaign is None or person is None or campaign.step(row.position.step) is None:
            updates[row.id] = {"state": "parked"}
            parked.append(row.case_id)
            continue
        disposition = dispositions[each.attempt_id]
        choice, _position = after_attempt(person, row, campaign, disposition, now, runtime.policy, again_at)
        updates.update(choice.updates)
        entries += choice.entries
    set_steps(tx, updates)
    caselog.record(tx, entries)
    if parked:
        tx.execute(update(cases).where(among(tx, cases.c.id, parked)).values(plan_dirty=True))
