"""What does a payment change? The case, its promise, and at once whatever was about to leave for the debtor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
from outreach.store.bulk import rows_in
from outreach.store.caselog import Entry, instant
from outreach.store.tables import cases, payments, promises

AFTER_A_BROKEN_ONE = "the instalment before it was broken"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as the loan system tells it. `ref` is applied once and for all."""

    ref: str
    loan_ref: str
    paid_at: datetime
    amount: Money


def apply(tx: Connection, incoming: Sequence[Payment], now: datetime, policy: Policy) -> dict[str, str]:
    """Apply each payment once. By payment ref: `applied`, `already`, `unknown_loan` or `wrong_currency`."""
    on_file = _locked(tx, {payment.loan_ref for payment in incoming})
    known = {row.ref for row in rows_in(tx, select(payments.c.ref), payments.c.ref, {p.ref for p in incoming})}
    outcome: dict[str, str] = {}
    entries: list[Entry] = []
    applied: list[tuple[Payment, _Standing]] = []
    for payment in incoming:
        case = on_file.get(payment.loan_ref)
        outcome[payment.ref] = what = _outcome(payment, case, known)
        if case is not None and what == "applied":
            known.add(payment.ref)
            applied.append((payment, case))
            entries += case.pay(payment, now)
    if not applied:
        return outcome
    tx.execute(insert(payments), [_row(payment, case.id, now) for payment, case in applied])
    caselog.record(tx, entries)
    paid = {case.id for _, case in applied}
    standing = select(promises.c.case_id).where(promises.c.status == PromiseStatus.OPEN).distinct()
    for row in list(rows_in(tx, standing, promises.c.case_id, paid)):
        settle_promises(tx, row.case_id, now, policy, due_only=False)
    stops.facts_changed(tx, {case.debtor_id for _, case in applied}, "a payment came in", now)
    return outcome


@dataclass(slots=True)
class _Standing:
    """A loan while payments are taken off it. Amounts in minor units."""

    id: int
    debtor_id: int
    currency: str
    due: int
    balance: int | None
    status: CaseStatus

    def pay(self, payment: Payment, now: datetime) -> list[Entry]:
        """Take one payment off; returns what the log says of it."""
        self.due = max(0, self.due - payment.amount.minor)
        if self.balance is not None:
            self.balance = max(0, self.balance - payment.amount.minor)
        changes: dict[str, Any] = {"amount_due_minor": self.due, "balance_minor": self.balance, "plan_dirty": True}
        detail = {
            "payment_ref": payment.ref,
            "paid_at": instant(payment.paid_at),
            "amount": write_amount(payment.amount),
            "currency": payment.amount.currency,
            "left": write_amount(Money(self.due, self.currency)),
        }
        entries = [Entry(self.id, now, EventKind.PAID, detail, changes=changes)]
        if self.due == 0 and self.status is not CaseStatus.CLOSED:
            self.status = CaseStatus.CLOSED
            closed = {"status": CaseStatus.CLOSED}
            entries.append(Entry(self.id, now, EventKind.CLOSED, {"because": "paid in full"}, changes=closed))
        return entries


def _locked(tx: Connection, loan_refs: Collection[str]) -> dict[str, _Standing]:
    """The loans by ref as they stand, with their debtors' rows taken in the order in which everybody takes them."""
    owners = {row.debtor_id for row in rows_in(tx, select(cases.c.debtor_id), cases.c.ref, loan_refs)}
    stops.lock_debtors(tx, owners)
    return {
        row.ref: _Standing(
            row.id, row.debtor_id, row.currency, row.amount_due_minor, row.balance_minor, CaseStatus(row.status)
        )
        for row in rows_in(tx, select(cases), cases.c.ref, loan_refs)
    }


def _outcome(payment: Payment, case: _Standing | None, known: Collection[str]) -> str:
    if case is None:
        return "unknown_loan"
    if case.currency != payment.amount.currency:
        return "wrong_currency"
    return "already" if payment.ref in known else "applied"


def _row(payment: Payment, case_id: int, now: datetime) -> dict[str, Any]:
    return {
        "ref": payment.ref,
        "case_id": case_id,
        "paid_at": payment.paid_at,
        "amount_minor": payment.amount.minor,
        "currency": payment.amount.currency,
        "recorded_at": now,
    }


def settle_promises(tx: Connection, case_id: int, now: datetime, policy: Policy, *, due_only: bool) -> int:
    """Keep open promises that were paid; break those whose last day of grace is over. Returns how many were settled.

    Of instalments promised in one breath each needs what the ones before it needed as well. One that is broken takes those
    after it with it.
    """
    rows = tx.execute(
        select(promises).where(promises.c.case_id == case_id).order_by(promises.c.promised_on, promises.c.id)
    ).all()
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


def _paid(tx: Connection, case_id: int, since: datetime) -> Decimal:
    """What came for the case since then, in minor units."""
    came = (payments.c.case_id == case_id) & (payments.c.paid_at >= since)
    return Decimal(tx.scalar(select(func.coalesce(func.sum(payments.c.amount_minor), 0)).where(came)) or 0)


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
