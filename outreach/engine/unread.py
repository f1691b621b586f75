"""Who has written to us what nobody has read yet? Nothing leaves for them before it is read: it may be a stop."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from outreach.carriers import ReportKind
from outreach.store.bulk import rows_in
from outreach.store.tables import carrier_inbox, phones

UNREAD = (carrier_inbox.c.state == "new") & (carrier_inbox.c.kind == ReportKind.INBOUND_SMS)


def debtors_to_hear(tx: Connection) -> frozenset[int]:
    """The debtors with a text that is stored and not yet applied."""
    senders = {
        json.loads(raw)["report"]["sender"] for raw in tx.scalars(select(carrier_inbox.c.raw).where(UNREAD)) if raw
    }
    rows = rows_in(tx, select(phones.c.debtor_id), phones.c.e164, senders)
    return frozenset(row.debtor_id for row in rows)
