"""What does the store say of one case, for people and programs to read?"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from outreach.core.money import write_amount
from outreach.core.terms import CaseStatus, Collector, Money
from outreach.store import costs
from outreach.store.caselog import instant
from outreach.store.database import Database
from outreach.store.tables import case_events, cases, debtors, payments, phones, promises


def has_third_party(connection: Connection, prefix: str) -> bool:
    """Is there an open third-party case whose debtor has a number that begins with `prefix`?"""
    query = select(cases.c.id).join(phones, phones.c.debtor_id == cases.c.debtor_id)
    query = query.where(
        cases.c.collector == Collector.THIRD_PARTY,
        cases.c.status != CaseStatus.CLOSED,
        phones.c.e164.startswith(prefix),
    )
    return connection.execute(query.limit(1)).first() is not None


def read_case(db: Database, ref: str) -> dict[str, Any] | None:
    """A case with its promises, payments and log, as plain data; None if there is none with this loan reference."""
    with db.read() as connection:
        query = select(cases, debtors.c.ref.label("debtor_ref"), debtors.c.language).join(debtors)
        row = connection.execute(query.where(cases.c.ref == ref)).first()
        if row is None:
            return None
        events = connection.execute(
            select(case_events).where(case_events.c.case_id == row.id).order_by(case_events.c.seq)
        ).all()
        promised = connection.execute(
            select(promises).where(promises.c.case_id == row.id).order_by(promises.c.id)
        ).all()
        cost = costs.of_case(connection, row.id)
        paid = connection.execute(select(payments).where(payments.c.case_id == row.id).order_by(payments.c.id)).all()
    refs = {p.id: p.ref for p in paid}
    return {
        "ref": row.ref,
        "debtor_ref": row.debtor_ref,
        "status": row.status,
        "creditor": row.creditor,
        "collector": row.collector,
        "product": row.product,
        "currency": row.currency,
        "amount": write_amount(Money(row.amount_due_minor, row.currency)),
        "due_on": row.due_on.isoformat(),
        "tags": row.tags,
        "cost": cost,
        "promises": [
            {
                "on": p.promised_on.isoformat(),
                "amount": write_amount(Money(p.amount_minor, p.currency)),
                "currency": p.currency,
                "status": p.status,
                "source": p.source,
            }
            for p in promised
        ],
        "payments": [
            {
                "payment_ref": p.ref,
                "paid_at": instant(p.paid_at),
                "amount": write_amount(Money(p.amount_minor, p.currency)),
                "currency": p.currency,
                "reverses": refs.get(p.reverses_id),
            }
            for p in paid
        ],
        "log": [
            {
                "seq": e.seq,
                "at": instant(e.at),
                "kind": e.kind,
                "attempt_id": e.attempt_id,
                "detail": json.loads(e.detail),
                "hash": e.hash,
            }
            for e in events
        ],
    }
