"""What does a payment change that the bank took back? What is due again, the promise it kept, and the case it closed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, insert, select

from outreach.core.money import write_amount
from outreach.core.terms import CaseStatus, EventKind, Money
from outreach.engine import promised, stops
from outreach.engine.runtime import Policy
from outreach.store import caselog
from outreach.store.caselog import Entry, instant
from outreach.store.tables import case_events, payments

if TYPE_CHECKING:
    from outreach.engine.payments import Payment, Standing

BECAUSE = "a payment was taken back"
AS_THE_BOOK_SAYS = "the book has said since what is due: that stands"


def take_back(tx: Connection, case: Standing, told: Payment, now: datetime, policy: Policy) -> str:
    """Take back the payment that `told.reverses` names, whose debtor is locked: `applied`, `unknown_payment` or `too_much`.

    As much is due again as the payment took off, never more; nothing where the book has said since what is due: nobody is
    asked for more than is owed because two systems told of the same thing.
    """
    of_loan = (payments.c.ref == told.reverses) & (payments.c.case_id == case.id) & payments.c.reverses_id.is_(None)
    paid = tx.execute(select(payments).where(of_loan)).first()
    if paid is None:
        return "unknown_payment"
    before = tx.execute(select(payments).where(payments.c.reverses_id == paid.id)).all()
    left = paid.amount_minor + sum(row.amount_minor for row in before) - told.amount.minor
    if left < 0:
        return "too_much"
    spoken = _book_spoke_since(tx, case.id, paid.ref)
    due = 0 if spoken else _again(paid, before, left, "due_minor")
    owed = 0 if spoken or case.balance is None else _again(paid, before, left, "balance_minor")
    tx.execute(insert(payments).values(**_row(told, paid, now), due_minor=-due, balance_minor=-owed))
    case.due += due
    case.balance = None if case.balance is None else case.balance + owed
    caselog.record(tx, [_said(case, told, now, spoken), *_opened(tx, case, now)])
    promised.unsettle_promises(tx, case.id, paid.paid_at, now, policy)
    return "applied"


def _again(paid: Row[Any], before: list[Row[Any]] | Any, left: int, column: str) -> int:
    """How much of what the payment took off is owed again, when `left` of it is left. In minor units."""
    took = getattr(paid, column)
    took = paid.amount_minor if took is None else took
    standing = took + sum(getattr(row, column) or 0 for row in before)
    return int(standing - min(standing, left))


def _row(told: Payment, paid: Row[Any], now: datetime) -> dict[str, Any]:
    return {
        "ref": told.ref,
        "case_id": paid.case_id,
        "paid_at": told.paid_at,
        "amount_minor": -told.amount.minor,
        "currency": told.amount.currency,
        "recorded_at": now,
        "reverses_id": paid.id,
    }


def _said(case: Standing, told: Payment, now: datetime, spoken: bool) -> Entry:
    changes = {"amount_due_minor": case.due, "balance_minor": case.balance, "plan_dirty": True}
    detail = {
        "payment_ref": told.ref,
        "reverses": told.reverses,
        "taken_back_at": instant(told.paid_at),
        "amount": write_amount(told.amount),
        "currency": told.amount.currency,
        "left": write_amount(Money(case.due, case.currency)),
    } | ({"because": AS_THE_BOOK_SAYS} if spoken else {})
    return Entry(case.id, now, EventKind.PAYMENT_REVERSED, detail, changes=changes)


def _opened(tx: Connection, case: Standing, now: datetime) -> list[Entry]:
    """Its case is open again: as it would be if it had never been closed."""
    if case.status is not CaseStatus.CLOSED or not case.due:
        return []
    case.status = stops.reopened_as(tx, [case.id], now)[case.id]
    changes = {"status": case.status, "plan_dirty": True}
    return [Entry(case.id, now, EventKind.REOPENED, {"because": BECAUSE}, changes=changes)]


def _book_spoke_since(tx: Connection, case_id: int, ref: str) -> bool:
    """Has the book given another amount since the payment was applied? By the log, in its order."""
    kinds = (EventKind.PAID, EventKind.UPDATED)
    query = select(case_events.c.kind, case_events.c.detail)
    query = query.where(case_events.c.case_id == case_id, case_events.c.kind.in_(kinds)).order_by(case_events.c.seq)
    applied = False
    for row in tx.execute(query):
        detail = json.loads(row.detail)
        if row.kind == EventKind.PAID:
            applied = applied or detail.get("payment_ref") == ref
        elif applied and "amount_due_minor" in detail.get("now", {}):
            return True
    return False
