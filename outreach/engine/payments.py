"""What does a payment change? The case, its promise, and at once whatever was about to leave for the debtor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from outreach.core.money import write_amount
from outreach.core.terms import CaseStatus, EventKind, Money, PromiseStatus
from outreach.engine import stops
from outreach.engine.runtime import Policy
from outreach.store import caselog
from outreach.store.caselog import Entry, instant
from outreach.store.tables import cases, payments, promises


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as the loan system tells it. `ref` is applied once and for all."""

    ref: str
    loan_ref: str
    paid_at: datetime
    amount: Money


def apply(tx: Connection, incoming: Sequence[Payment], now: datetime, policy: Policy) -> dict[str, str]:
    """Apply each payment once. By payment ref: `applied`, `already`, `unknown_loan` or `wrong_currency`."""
    return {payment.ref: _apply(tx, payment, now, policy) for payment in incoming}


def _apply(tx: Connection, payment: Payment, now: datetime, policy: Policy) -> str:
    case = tx.execute(select(cases).where(cases.c.ref == payment.loan_ref)).first()
    if case is None:
        return "unknown_loan"
    if case.currency != payment.amount.currency:
        return "wrong_currency"
    stops.lock_debtor(tx, case.debtor_id)
    if tx.scalar(select(payments.c.id).where(payments.c.ref == payment.ref)) is not None:
        return "already"
    tx.execute(
        insert(payments).values(
            ref=payment.ref,
            case_id=case.id,
            paid_at=payment.paid_at,
            amount_minor=payment.amount.minor,
            currency=payment.amount.currency,
            recorded_at=now,
        )
    )
    case = tx.execute(select(cases).where(cases.c.id == case.id)).one()
    _record_paid(tx, case, payment, now)
    settle_promises(tx, case.id, now, policy, due_only=False)
    stops.facts_changed(tx, case.debtor_id, "a payment came in", now)
    return "applied"


def _record_paid(tx: Connection, case: Row[Any], payment: Payment, now: datetime) -> None:
    left = max(0, case.amount_due_minor - payment.amount.minor)
    balance = None if case.balance_minor is None else max(0, case.balance_minor - payment.amount.minor)
    changes: dict[str, Any] = {"amount_due_minor": left, "balance_minor": balance, "plan_dirty": True}
    detail = {
        "payment_ref": payment.ref,
        "paid_at": instant(payment.paid_at),
        "amount": write_amount(payment.amount),
        "currency": payment.amount.currency,
        "left": write_amount(Money(left, case.currency)),
    }
    entries = [Entry(case.id, now, EventKind.PAID, detail, changes=changes)]
    if left == 0 and case.status != CaseStatus.CLOSED:
        closed = {"status": CaseStatus.CLOSED}
        entries.append(Entry(case.id, now, EventKind.CLOSED, {"because": "paid in full"}, changes=closed))
    caselog.record(tx, entries)


def settle_promises(tx: Connection, case_id: int, now: datetime, policy: Policy, *, due_only: bool) -> int:
    """Keep open promises that were paid; break those whose last day of grace is over. Returns how many were settled."""
    query = select(promises).where(promises.c.case_id == case_id, promises.c.status == PromiseStatus.OPEN)
    settled = 0
    for promise in tx.execute(query.order_by(promises.c.id)).all():
        paid = tx.scalar(
            select(func.coalesce(func.sum(payments.c.amount_minor), 0)).where(
                payments.c.case_id == case_id, payments.c.paid_at >= promise.made_at
            )
        )
        enough = Decimal(promise.amount_minor) * (1 - policy.promise_tolerance)
        closed = tx.scalar(select(cases.c.status).where(cases.c.id == case_id)) == CaseStatus.CLOSED
        if Decimal(paid or 0) >= enough or closed:
            _settle(tx, promise, PromiseStatus.KEPT, EventKind.PROMISE_KEPT, now)
        elif due_only and promise.check_at <= now:
            _settle(tx, promise, PromiseStatus.BROKEN, EventKind.PROMISE_BROKEN, now)
        else:
            continue
        settled += 1
    return settled


def _settle(tx: Connection, promise: Row[Any], status: PromiseStatus, kind: EventKind, now: datetime) -> None:
    tx.execute(update(promises).where(promises.c.id == promise.id).values(status=status, settled_at=now))
    standing = tx.scalar(select(cases.c.status).where(cases.c.id == promise.case_id))
    changes: dict[str, Any] = {"plan_dirty": True}
    if standing == CaseStatus.PROMISED:
        changes["status"] = CaseStatus.ACTIVE
    detail = {"promise_id": promise.id, "on": promise.promised_on.isoformat()}
    caselog.record(tx, [Entry(promise.case_id, now, kind, detail, changes=changes)])
