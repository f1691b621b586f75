"""What did debtors write while nobody of ours was there to be told? Asked of the carrier, and taken in like a webhook.

A carrier tries for seconds, or not at all, to tell us of a text; a process that is restarted takes longer than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from outreach.carriers import Report
from outreach.core.terms import CarrierError
from outreach.engine import intake
from outreach.engine.runtime import Runtime
from outreach.store.bulk import rows_in
from outreach.store.database import Turn, take_turn
from outreach.store.kept import keep, kept
from outreach.store.tables import carrier_inbox

HEARD_UNTIL = "heard_until"  # among what is kept
OVERLAP = timedelta(hours=1)  # a text may be late on the carrier's own books


def hear(runtime: Runtime) -> int:
    """Fetch what was written to our numbers since we last asked. Returns how many texts were new to us.

    Until the carrier could be asked for the first time, it is asked from when we first tried.
    """
    now = runtime.clock.now()
    with runtime.db.read() as connection:
        known = _heard_until(connection)
    if known is None:
        with runtime.db.begin() as tx:
            known = _note(tx, now)
    since = min(known, now) - OVERLAP
    try:
        found = [report for ours in runtime.policy.senders.all for report in runtime.carrier.heard(ours, since)]
    except CarrierError:
        return 0  # it can't be asked now: all of it is asked for again
    new = sum(intake.receive(runtime, report, {}) for report in _unknown(runtime, found))
    with runtime.db.begin() as tx:
        _note(tx, now)
    return new


def _unknown(runtime: Runtime, found: Sequence[Report]) -> list[Report]:
    """Most of it we were told of: only the rest is written."""
    with runtime.db.read() as connection:
        query = select(carrier_inbox.c.dedupe)
        had = {row.dedupe for row in rows_in(connection, query, carrier_inbox.c.dedupe, (one.dedupe for one in found))}
    return [report for report in found if report.dedupe not in had]


def _heard_until(connection: Connection) -> datetime | None:
    value = kept(connection, HEARD_UNTIL)
    return datetime.fromisoformat(value) if value else None


def _note(tx: Connection, now: datetime) -> datetime:
    """Keep the later of `now` and what is kept; returns it."""
    take_turn(tx, Turn.NOTE)
    known = _heard_until(tx)
    if known is None or now > known:
        keep(tx, HEARD_UNTIL, now.isoformat())
        return now
    return known
