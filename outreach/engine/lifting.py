"""How does a stop end? Lifted, told on the log of each case it covered, and what nothing else holds goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from outreach.core.terms import CaseStatus, EventKind
from outreach.engine import stops
from outreach.store import caselog
from outreach.store.bulk import among
from outreach.store.caselog import Entry
from outreach.store.tables import cases, suppressions

STANDS = suppressions.c.lifted_at.is_(None)


def lift_stops(tx: Connection, which: Any, because: str, now: datetime, **told: Any) -> int:
    """End the stops `which` (a condition on `suppressions`) that stand. Returns how many.

    `because` and what is `told` besides are on the log of each case. What was parked for want of a lawful time is
    planned anew; a case that was held goes on, or waits for its promise, unless another stop holds it.
    """
    found = tx.execute(select(suppressions).where(which, STANDS).order_by(suppressions.c.id)).all()
    if not found:
        return 0
    stops.lock_debtors(tx, {row.debtor_id for row in found})
    tx.execute(
        update(suppressions).where(among(tx, suppressions.c.id, [row.id for row in found])).values(lifted_at=now)
    )
    query = select(cases.c.id, cases.c.debtor_id, cases.c.status)
    query = query.where(among(tx, cases.c.debtor_id, {row.debtor_id for row in found})).order_by(cases.c.id)
    theirs = tx.execute(query).all()
    covered = [(row, case) for row in found for case in theirs if _covers(row, case)]
    entries = [
        Entry(
            case.id, now, EventKind.SUPPRESSION_LIFTED, {"reason": row.reason, "because": because, **told},
            changes={} if case.status == CaseStatus.CLOSED else {"plan_dirty": True},
        )
        for row, case in covered
    ]  # fmt: skip
    held = sorted({case.id for _, case in covered if case.status == CaseStatus.HELD})
    caselog.record(tx, [*entries, *_go_on(tx, held, because, now)])
    stops.facts_changed(tx, {row.debtor_id for row in found}, f"reminders go on: {because}", now)
    return len(found)


def _covers(stop: Any, case: Any) -> bool:
    return bool(case.debtor_id == stop.debtor_id and stop.case_id in (None, case.id))


def _go_on(tx: Connection, held: Sequence[int], because: str, now: datetime) -> list[Entry]:
    """Of held cases those that no other stop holds, as active, or waiting for a promise that stands."""
    if not held:
        return []
    return [
        Entry(case_id, now, EventKind.RESUMED, {"because": because}, changes={"status": status, "plan_dirty": True})
        for case_id, status in sorted(stops.reopened_as(tx, held, now).items())
        if status is not CaseStatus.HELD
    ]
