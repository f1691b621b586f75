"""What follows when an attempt is final? Its disposition is written and each of its steps goes on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from outreach.core.terms import AttemptState, Disposition
from outreach.engine.choose import after_attempt, waiting_again
from outreach.engine.rows import read_step, set_steps
from outreach.engine.runtime import Runtime
from outreach.store import caselog, facts
from outreach.store.tables import attempt_cases, attempts, cases, steps


def settle(
    tx: Connection,
    runtime: Runtime,
    attempt_id: int,
    disposition: Disposition,
    now: datetime,
    *,
    error_code: int | None = None,
    unsure: bool = False,
) -> None:
    """Make the attempt final and move its steps on. `unsure`: the carrier never said; no disposition is kept."""
    moved = {"state": AttemptState.FINAL, "final_at": now, "touched_at": now, "error_code": error_code}
    kept = {} if unsure else {"disposition": disposition}
    tx.execute(update(attempts).where(attempts.c.id == attempt_id).values(**moved, **kept))
    move_on(tx, runtime, attempt_id, disposition, now)


def move_on(tx: Connection, runtime: Runtime, attempt_id: int, disposition: Disposition, now: datetime) -> None:
    """Each step that waited for this attempt goes to its next try or step."""
    query = select(steps).join(attempt_cases, attempt_cases.c.step_id == steps.c.id)
    rows = [
        read_step(r)
        for r in tx.execute(query.where(attempt_cases.c.attempt_id == attempt_id, steps.c.state == "reserved"))
    ]
    people = facts.load(tx, {row.debtor_id for row in rows}, now)
    for row in rows:
        campaign = next((c for c in runtime.loaded.campaigns if c.name == row.campaign), None)
        person = people.get(row.debtor_id)
        if campaign is None or person is None or campaign.step(row.position.step) is None:
            set_steps(tx, {row.id: {"state": "parked"}})
            tx.execute(update(cases).where(cases.c.id == row.case_id).values(plan_dirty=True))
            continue
        choice, _position = after_attempt(person, row, campaign, disposition, now)
        set_steps(tx, choice.updates)
        caselog.record(tx, choice.entries)


def try_again(tx: Connection, attempt_id: int, now: datetime) -> None:
    """The steps of an attempt that provably never existed wait anew."""
    query = select(attempt_cases.c.step_id).where(attempt_cases.c.attempt_id == attempt_id)
    for step_id in tx.scalars(query).all():
        if step_id is not None:
            set_steps(tx, {step_id: waiting_again(now)})
