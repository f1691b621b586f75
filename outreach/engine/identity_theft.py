"""A debtor says that somebody took the loan in their name. What stops, and what does a person have to do by law?

Nothing more leaves, not even an acknowledgement by software: that is a person's, in writing, with what the law asks beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from outreach.core.terms import Collector, SuppressionReason, SuppressionScope
from outreach.engine import stops
from outreach.engine.tasks import add_task
from outreach.store.facts import CaseOnFile, Person

TASK = "identity_theft"
LOOK_WITHIN = timedelta(days=1)
CLAIMED = "identity theft claimed: confirm in writing that it was received, look into it before anything is collected"
# 15 USC 1681m(g) and 1681g(e) are cited from memory, as docs/replies.md says.
BY_LAW: dict[tuple[str, Collector], str] = {
    ("US", Collector.THIRD_PARTY): (
        "; tell the creditor of it, and on request give them what a debtor who disputes would get (15 USC 1681m(g));"
        " nothing is collected until it is verified (12 CFR 1006.38(d))"
    ),
    ("US", Collector.FIRST_PARTY): (
        "; on request give them the application and the records within 30 days (15 USC 1681g(e))"
    ),
}


def claim(
    tx: Connection, person: Person, loans: Sequence[CaseOnFile], now: datetime, message_id: int | None = None
) -> None:
    """Stop every contact and hold the cases; for each creditor a person has a task. A claim on file is not noted twice."""
    known = any(stop.reason is SuppressionReason.IDENTITY_THEFT for stop in person.suppressions)
    if known:
        return
    stops.suppress(tx, person.id, SuppressionReason.IDENTITY_THEFT, SuppressionScope.DEBTOR, "sms", now)
    country = person.addresses[0].country if person.addresses else person.country
    for loan in {(loan.creditor, loan.collector): loan for loan in reversed(loans)}.values():
        note = CLAIMED + BY_LAW.get((country, loan.collector), "")
        add_task(tx, [loan], TASK, now + LOOK_WITHIN, note, now, message_id)
