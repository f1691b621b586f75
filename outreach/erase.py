"""How is a person forgotten while the proof stays? Everything personal goes; the log keeps ids and digests without a salt."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

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
WAITING = "new"
BLANK = {"body": None, "sender": None, "why": None, "asked": None, "read": None}


def erase(db: Database, debtor_ref: str, now: datetime) -> int:
    """Forget the debtor; returns on how many cases the log says so. Again: nothing more happens. OutreachError if unknown."""
    with db.begin() as tx:
        row = tx.execute(select(debtors.c.id, debtors.c.erased_at).where(debtors.c.ref == debtor_ref)).first()
        if row is None:
            raise OutreachError(f"no debtor {debtor_ref!r}, expected a debtor_ref of the book")
        if row.erased_at is not None:
            return 0
        stops.facts_changed(tx, row.id, "the person is forgotten", now)
        _forget_numbers(tx, row.id)
        case_ids = list(tx.scalars(select(cases.c.id).where(cases.c.debtor_id == row.id).order_by(cases.c.id)))
        forgotten = {"name": None, "email": None, "salt": None, "stated_zone": None, "book_said": None}
        tx.execute(update(debtors).where(debtors.c.id == row.id).values(**forgotten, erased_at=now))
        tx.execute(update(phones).where(phones.c.debtor_id == row.id).values(e164=None))
        tx.execute(update(attempts).where(attempts.c.debtor_id == row.id).values(body=None))
        theirs = select(attempts.c.id).where(attempts.c.debtor_id == row.id)
        tx.execute(update(permits).where(permits.c.attempt_id.in_(theirs)).values(document=None))
        tx.execute(update(inbound_messages).where(inbound_messages.c.debtor_id == row.id).values(**BLANK))
        tx.execute(update(tasks).where(tasks.c.case_id.in_(case_ids)).values(note="", state="done"))
        for table in (addresses, inconvenient_times, consents):
            tx.execute(delete(table).where(table.c.debtor_id == row.id))
        tx.execute(update(cases).where(cases.c.id.in_(case_ids)).values(funding_account=None, tags=[], book_said=None))
        tx.execute(update(steps).where(steps.c.debtor_id == row.id, steps.c.state != "ended").values(state="ended"))
        caselog.record(tx, [Entry(case_id, now, EventKind.ERASED) for case_id in case_ids])
    return len(case_ids)


def _forget_numbers(tx: Connection, debtor_id: int) -> None:
    """What names a number of theirs: what the carrier told us, and what came from it before anybody was known by it.

    A report that waits to be applied stays when somebody else has that number too: it may be their stop.
    """
    for number in tx.scalars(select(phones.c.e164).where(phones.c.debtor_id == debtor_id)).all():
        others = select(phones.c.id).where(phones.c.e164 == number, phones.c.debtor_id != debtor_id)
        told = carrier_inbox.c.raw.contains(number, autoescape=True)
        if tx.scalar(others.limit(1)) is not None:
            told &= carrier_inbox.c.state != WAITING
        tx.execute(update(carrier_inbox).where(told).values(raw=None, error=None, state=FORGOTTEN))
        stranger = inbound_messages.c.debtor_id.is_(None) & (inbound_messages.c.sender == number)
        tx.execute(update(inbound_messages).where(stranger).values(**BLANK, state="answered"))
