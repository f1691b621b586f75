"""What came on a loan, and what of it was taken back?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, DateTime, cast, func, select

from outreach.core.terms import CaseStatus, EventKind
from outreach.store.bulk import among
from outreach.store.tables import case_events, cases, payments, promises

LOOKED_BACK = timedelta(days=62)  # before the due date: payments since then may be of what is due
first_of = payments.alias("first_of")  # of a row that takes money back, the payment it is of; else the row itself


@dataclass(frozen=True, slots=True)
class PaymentOnFile:
    """What came on a loan, less what of it was taken back; nothing is left of one that was taken back whole."""

    at: datetime
    minor: int


def paid_on(tx: Connection, ids: Sequence[int]) -> dict[int, list[PaymentOnFile]]:
    """By case that is open, what came and was not taken back. What came before it opened again was, or was the instalment
    before."""
    query = (
        select(payments.c.id, payments.c.case_id, payments.c.reverses_id, payments.c.amount_minor)
        .add_columns(payments.c.paid_at, payments.c.recorded_at)
        .join(cases, cases.c.id == payments.c.case_id)
        .where(among(tx, cases.c.debtor_id, ids), cases.c.status != CaseStatus.CLOSED)
        .where(payments.c.paid_at >= _before_due(tx))
        .order_by(payments.c.paid_at, payments.c.id)
    )
    rows = tx.execute(query).all()
    if not rows:
        return {}
    back: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.reverses_id is not None:
            back[row.reverses_id] += row.amount_minor
    reopened = _reopened(tx, {row.case_id for row in rows})
    found: dict[int, list[PaymentOnFile]] = defaultdict(list)
    for row in rows:
        left = row.amount_minor + back.get(row.id, 0)
        again = reopened.get(row.case_id)
        if row.reverses_id is None and left > 0 and (again is None or row.recorded_at > again):
            found[row.case_id].append(PaymentOnFile(row.paid_at, left))
    return found


def _before_due(tx: Connection) -> ColumnElement[datetime]:
    """The instant from which on the payments of a case are looked at."""
    if tx.dialect.name == "sqlite":
        return func.datetime(cases.c.due_on, f"-{LOOKED_BACK.days} days")
    return cast(cases.c.due_on, DateTime(timezone=True)) - LOOKED_BACK


def _reopened(tx: Connection, case_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these cases was last opened again."""
    query = select(case_events.c.case_id, func.max(case_events.c.at))
    query = query.where(among(tx, case_events.c.case_id, case_ids), case_events.c.kind == EventKind.REOPENED)
    return {case_id: at for case_id, at in tx.execute(query.group_by(case_events.c.case_id))}


def paid_since(tx: Connection, ids: Sequence[int]) -> dict[int, int]:
    """By promise, what came for its case since it was made and was not taken back, in minor units."""
    query = (
        select(promises.c.id, func.sum(payments.c.amount_minor))
        .join(payments, payments.c.case_id == promises.c.case_id)
        .join(first_of, first_of.c.id == func.coalesce(payments.c.reverses_id, payments.c.id))
        .join(cases, cases.c.id == promises.c.case_id)
        .where(among(tx, cases.c.debtor_id, ids), first_of.c.paid_at >= promises.c.made_at)
        .group_by(promises.c.id)
    )
    return {promise_id: int(minor) for promise_id, minor in tx.execute(query).all()}
