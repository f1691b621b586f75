"""Was a promise kept, is it broken, or does it stand again because the payment that kept it was taken back?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from outreach.core.terms import CaseStatus, EventKind, PromiseStatus
from outreach.engine.runtime import Policy
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.paid import first_of
from outreach.store.tables import cases, payments, promises

AFTER_A_BROKEN_ONE = "the instalment before it was broken"
TAKEN_BACK = "the payment was taken back"


def settle_promises(tx: Connection, case_id: int, now: datetime, policy: Policy, *, due_only: bool) -> int:
    """Keep open promises that were paid; break those whose last day of grace is over. Returns how many were settled.

    Of instalments promised in one breath each needs what the ones before it needed as well. One that is broken takes those
    after it with it.
    """
    rows = _promises(tx, case_id)
    closed = tx.scalar(select(cases.c.status).where(cases.c.id == case_id)) == CaseStatus.CLOSED
    settled = 0
    broken: set[datetime] = set()  # plans, by when they were made
    for promise in rows:
        if promise.status != PromiseStatus.OPEN:
            continue
        if promise.made_at in broken:
            _settle(tx, promise, PromiseStatus.CANCELLED, EventKind.PROMISE_CANCELLED, now, because=AFTER_A_BROKEN_ONE)
        elif closed or _paid(tx, case_id, promise.made_at) >= _needed(rows, promise) * (1 - policy.promise_tolerance):
            _settle(tx, promise, PromiseStatus.KEPT, EventKind.PROMISE_KEPT, now)
        elif due_only and promise.check_at <= now:
            broken.add(promise.made_at)
            _settle(tx, promise, PromiseStatus.BROKEN, EventKind.PROMISE_BROKEN, now)
        else:
            continue
        settled += 1
    return settled


def unsettle_promises(tx: Connection, case_id: int, paid_at: datetime, now: datetime, policy: Policy) -> None:
    """A payment of the instant `paid_at` was taken back: what it kept is judged anew, by what had come without it.

    A promise whose days of grace are not over stands again; another is broken, and takes with it the instalments after it.
    """
    rows = _promises(tx, case_id)
    if tx.scalar(select(cases.c.status).where(cases.c.id == case_id)) == CaseStatus.CLOSED:
        return
    broken: set[datetime] = set()
    for promise in rows:
        if promise.status == PromiseStatus.OPEN and promise.made_at in broken:
            _settle(tx, promise, PromiseStatus.CANCELLED, EventKind.PROMISE_CANCELLED, now, because=AFTER_A_BROKEN_ONE)
        if promise.status != PromiseStatus.KEPT or promise.made_at > paid_at:
            continue
        came = _paid(tx, case_id, promise.made_at, recorded_by=promise.settled_at)
        if came >= _needed(rows, promise) * (1 - policy.promise_tolerance):
            continue
        if promise.check_at > now and promise.made_at not in broken:
            _open_again(tx, promise, now)
        else:
            broken.add(promise.made_at)
            _settle(tx, promise, PromiseStatus.BROKEN, EventKind.PROMISE_BROKEN, now, because=TAKEN_BACK)
    settle_promises(tx, case_id, now, policy, due_only=False)


def _open_again(tx: Connection, promise: Row[Any], now: datetime) -> None:
    tx.execute(update(promises).where(promises.c.id == promise.id).values(status=PromiseStatus.OPEN, settled_at=None))
    standing = tx.scalar(select(cases.c.status).where(cases.c.id == promise.case_id))
    changes: dict[str, Any] = {"plan_dirty": True}
    if standing == CaseStatus.ACTIVE:
        changes["status"] = CaseStatus.PROMISED
    detail = {"promise_id": promise.id, "on": promise.promised_on.isoformat(), "because": TAKEN_BACK}
    caselog.record(tx, [Entry(promise.case_id, now, EventKind.PROMISE_REOPENED, detail, changes=changes)])


def _promises(tx: Connection, case_id: int) -> Sequence[Row[Any]]:
    query = select(promises).where(promises.c.case_id == case_id)
    return tx.execute(query.order_by(promises.c.promised_on, promises.c.id)).all()


def _paid(tx: Connection, case_id: int, since: datetime, recorded_by: datetime | None = None) -> Decimal:
    """What was paid for the case since then and was not taken back, in minor units; `recorded_by`: what we knew of by then."""
    query = select(func.coalesce(func.sum(payments.c.amount_minor), 0))
    query = query.join(first_of, first_of.c.id == func.coalesce(payments.c.reverses_id, payments.c.id))
    query = query.where(payments.c.case_id == case_id, first_of.c.paid_at >= since)
    if recorded_by is not None:
        query = query.where(first_of.c.recorded_at <= recorded_by)
    return Decimal(tx.scalar(query) or 0)


def _needed(rows: Sequence[Row[Any]], promise: Row[Any]) -> Decimal:
    """What must have come by this promise: its amount, and those of the instalments before it."""
    plan = [row for row in rows if row.made_at == promise.made_at and row.status != PromiseStatus.CANCELLED]
    upto = (promise.promised_on, promise.id)
    return Decimal(sum(row.amount_minor for row in plan if (row.promised_on, row.id) <= upto))


def _settle(
    tx: Connection, promise: Row[Any], status: PromiseStatus, kind: EventKind, now: datetime, *, because: str = ""
) -> None:
    """The case goes on, unless another instalment still stands."""
    tx.execute(update(promises).where(promises.c.id == promise.id).values(status=status, settled_at=now))
    standing = tx.scalar(select(cases.c.status).where(cases.c.id == promise.case_id))
    waits = (promises.c.case_id == promise.case_id) & (promises.c.status == PromiseStatus.OPEN)
    changes: dict[str, Any] = {"plan_dirty": True}
    if standing == CaseStatus.PROMISED and tx.scalar(select(promises.c.id).where(waits).limit(1)) is None:
        changes["status"] = CaseStatus.ACTIVE
    detail = {"promise_id": promise.id, "on": promise.promised_on.isoformat()}
    if because:
        detail["because"] = because
    caselog.record(tx, [Entry(promise.case_id, now, kind, detail, changes=changes)])
