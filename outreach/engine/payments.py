"""What does a payment change? The case, its promise, and at once whatever was about to leave for the debtor.

One that the bank took back (a chargeback, a bounced debit) changes it the other way round: see `takenback`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from outreach.core.money import write_amount
from outreach.core.terms import CaseStatus, EventKind, Money, PromiseStatus
from outreach.engine import pauses, promised, stops, takenback
from outreach.engine.runtime import Policy
from outreach.store import caselog
from outreach.store.bulk import rows_in
from outreach.store.caselog import Entry, instant
from outreach.store.tables import cases, payments, promises


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as the loan system tells it. `ref` is applied once and for all.

    `reverses`: the reference of the payment that this one takes back, wholly or by `amount`; `paid_at` is when.
    """

    ref: str
    loan_ref: str
    paid_at: datetime
    amount: Money
    reverses: str | None = None


def apply(tx: Connection, incoming: Sequence[Payment], now: datetime, policy: Policy) -> dict[str, str]:
    """Apply each payment once; what takes one back after all others.

    By payment ref: `applied`, `already`, `unknown_loan`, `wrong_currency`, `unknown_payment` (`reverses` names none of this
    loan) or `too_much` (more than is left of it).
    """
    on_file = _locked(tx, {payment.loan_ref for payment in incoming})
    known = {row.ref for row in rows_in(tx, select(payments.c.ref), payments.c.ref, {p.ref for p in incoming})}
    outcome: dict[str, str] = {}
    entries: list[Entry] = []
    rows: list[dict[str, Any]] = []
    touched: dict[int, Standing] = {}
    for payment in incoming:
        case = on_file.get(payment.loan_ref)
        outcome[payment.ref] = what = _outcome(payment, case, known)
        if case is None or what != "applied" or payment.reverses:
            continue
        known.add(payment.ref)
        touched[case.id] = case
        rows.append(case.row(payment, now))
        entries += case.pay(payment, now)
    if rows:
        tx.execute(insert(payments), rows)
        caselog.record(tx, entries)
        standing = select(promises.c.case_id).where(promises.c.status == PromiseStatus.OPEN).distinct()
        for row in list(rows_in(tx, standing, promises.c.case_id, touched)):
            promised.settle_promises(tx, row.case_id, now, policy, due_only=False)
        pauses.money_came(tx, touched, now)
    for payment in incoming:
        if payment.reverses and outcome[payment.ref] == "applied":
            case = on_file[payment.loan_ref]
            outcome[payment.ref] = what = takenback.take_back(tx, case, payment, now, policy)
            touched |= {case.id: case} if what == "applied" else {}
    if touched:
        stops.facts_changed(tx, {case.debtor_id for case in touched.values()}, "a payment came in", now)
    return outcome


@dataclass(slots=True)
class Standing:
    """A loan while payments are taken off it. Amounts in minor units."""

    id: int
    debtor_id: int
    currency: str
    due: int
    balance: int | None
    status: CaseStatus

    def row(self, payment: Payment, now: datetime) -> dict[str, Any]:
        """As it is kept, before it is taken off: with what it takes off."""
        return {
            "ref": payment.ref,
            "case_id": self.id,
            "paid_at": payment.paid_at,
            "amount_minor": payment.amount.minor,
            "currency": payment.amount.currency,
            "recorded_at": now,
            "due_minor": min(self.due, payment.amount.minor),
            "balance_minor": None if self.balance is None else min(self.balance, payment.amount.minor),
        }

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


def _locked(tx: Connection, loan_refs: Collection[str]) -> dict[str, Standing]:
    """The loans by ref as they stand, with their debtors' rows taken in the order in which everybody takes them."""
    owners = {row.debtor_id for row in rows_in(tx, select(cases.c.debtor_id), cases.c.ref, loan_refs)}
    stops.lock_debtors(tx, owners)
    return {
        row.ref: Standing(
            row.id, row.debtor_id, row.currency, row.amount_due_minor, row.balance_minor, CaseStatus(row.status)
        )
        for row in rows_in(tx, select(cases), cases.c.ref, loan_refs)
    }


def _outcome(payment: Payment, case: Standing | None, known: Collection[str]) -> str:
    if case is None:
        return "unknown_loan"
    if case.currency != payment.amount.currency:
        return "wrong_currency"
    return "already" if payment.ref in known else "applied"
