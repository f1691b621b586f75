"""How is a person forgotten while the proof stays? Everything personal goes; the log keeps ids and digests without a salt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from outreach.core.terms import EventKind, OutreachError
from outreach.engine import stops
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.database import Database
from outreach.store.tables import (
    addresses,
    attempts,
    carrier_inbox,
    cases,
    consents,
    debtors,
    inbound_messages,
    inconvenient_times,
    permits,
    phones,
    steps,
    tasks,
)

FORGOTTEN = "erased"


def erase(db: Database, debtor_ref: str, now: datetime) -> int:
    """Forget the debtor; returns on how many cases the log says so. Again: nothing more happens. OutreachError if unknown."""
    with db.begin() as tx:
        row = tx.execute(select(debtors.c.id, debtors.c.erased_at).where(debtors.c.ref == debtor_ref)).first()
        if row is None:
            raise OutreachError(f"no debtor {debtor_ref!r}, expected a debtor_ref of the book")
        if row.erased_at is not None:
            return 0
        stops.facts_changed(tx, row.id, "the person is forgotten", now)
        numbers = [n for n in tx.scalars(select(phones.c.e164).where(phones.c.debtor_id == row.id)) if n]
        for number in numbers:  # what the carrier told us names the number
            told = carrier_inbox.c.raw.contains(number, autoescape=True)
            tx.execute(update(carrier_inbox).where(told).values(raw=None, state=FORGOTTEN))
        case_ids = list(tx.scalars(select(cases.c.id).where(cases.c.debtor_id == row.id).order_by(cases.c.id)))
        forgotten = {"name": None, "email": None, "salt": None, "stated_zone": None, "book_said": None}
        tx.execute(update(debtors).where(debtors.c.id == row.id).values(**forgotten, erased_at=now))
        tx.execute(update(phones).where(phones.c.debtor_id == row.id).values(e164=None))
        tx.execute(update(attempts).where(attempts.c.debtor_id == row.id).values(body=None))
        theirs = select(attempts.c.id).where(attempts.c.debtor_id == row.id)
        tx.execute(update(permits).where(permits.c.attempt_id.in_(theirs)).values(document=None))
        blank = {"body": None, "sender": None, "why": None}
        tx.execute(update(inbound_messages).where(inbound_messages.c.debtor_id == row.id).values(**blank))
        tx.execute(update(tasks).where(tasks.c.case_id.in_(case_ids)).values(note="", state="done"))
        for table in (addresses, inconvenient_times, consents):
            tx.execute(delete(table).where(table.c.debtor_id == row.id))
        tx.execute(update(cases).where(cases.c.id.in_(case_ids)).values(funding_account=None, tags=[], book_said=None))
        tx.execute(update(steps).where(steps.c.debtor_id == row.id, steps.c.state != "ended").values(state="ended"))
        caselog.record(tx, [Entry(case_id, now, EventKind.ERASED) for case_id in case_ids])
    return len(case_ids)
