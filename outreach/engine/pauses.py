"""When do reminders rest because of what a debtor wrote, and how does that end?

"I paid", hardship and a question are no refusals of the debtor: we rest of our own accord, by a stop with its reason, which
the gate enforces, and the case is held. A rest ends with money, by a colleague's word, or when its days are over: after a
question reminders go on; of a payment that never came a colleague decides, and nothing leaves before that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from outreach.core import cadence
from outreach.core.stops import PAUSES
from outreach.core.terms import CaseStatus, EventKind, SuppressionReason, SuppressionScope
from outreach.engine import assemble, stops
from outreach.engine.lifting import STANDS, lift_stops
from outreach.engine.runtime import Policy, Runtime
from outreach.engine.tasks import add_task
from outreach.store import caselog, facts
from outreach.store.bulk import among
from outreach.store.caselog import Entry
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import suppressions, tasks

SOURCE = "sms"
OVER = "its days are over"
CAME = "a payment came in"
NONE_CAME = "no payment came"
MISSING = "says it is paid, and no payment came: is there one, or is it still due?"
TASK = "payment"
LOOK_WITHIN = timedelta(days=1)
BATCH = 500


def rest(
    tx: Connection,
    person: Person,
    loans: Sequence[CaseOnFile],
    reason: SuppressionReason,
    policy: Policy,
    now: datetime,
) -> None:
    """Let reminders and calls rest because of what the debtor, whose row is locked, just wrote about `loans`.

    A payment concerns those loans, anything else the person. One rest is not begun anew while it lasts.
    """
    days = policy.rests.get(reason)
    until = _day_after(person, days, now) if days is not None else None
    of_case = reason is SuppressionReason.PAID
    for loan in [loan for loan in loans if loan.status is not CaseStatus.CLOSED]:
        if not _rests(person, reason, loan.ref, now):
            scope = SuppressionScope.CASE if of_case else SuppressionScope.DEBTOR
            case_id = loan.id if of_case else None
            stops.suppress(tx, person.id, reason, scope, SOURCE, now, case_id=case_id, until=until)
        if not of_case:
            return


def _day_after(person: Person, days: int, now: datetime) -> datetime:
    """The beginning of the local day so many days from today."""
    on = assemble.today(person, now) + timedelta(days=days)
    return cadence.planned_instant(on, time.min, assemble.home_zone(person))


def _rests(person: Person, reason: SuppressionReason, ref: str, now: datetime) -> bool:
    return any(
        stop.reason is reason
        and stop.scope is not SuppressionScope.PHONE
        and stop.channel is None
        and stop.case in (None, ref)
        and (stop.until is None or stop.until > now)
        for stop in person.suppressions
    )


def money_came(tx: Connection, case_ids: Collection[int], now: datetime) -> None:
    """They had said that it is paid, and it was: neither we nor a colleague look for it any longer."""
    looked_for = among(tx, tasks.c.case_id, case_ids) & (tasks.c.kind == TASK) & (tasks.c.state == "open")
    tx.execute(update(tasks).where(looked_for).values(state="done", done_at=now))
    theirs = among(tx, suppressions.c.case_id, case_ids) & (suppressions.c.source == SOURCE)
    lift_stops(tx, theirs & (suppressions.c.reason == SuppressionReason.PAID), CAME, now)


def lift(tx: Connection, debtor_id: int, by: str, now: datetime, reasons: Iterable[SuppressionReason] = PAUSES) -> int:
    """A person decided: what rested for these reasons goes on. Returns how many rests ended."""
    stops.lock_debtor(tx, debtor_id)
    theirs = (suppressions.c.debtor_id == debtor_id) & suppressions.c.reason.in_(PAUSES & set(reasons))
    return lift_stops(tx, theirs, by, now)


def pauses_due(runtime: Runtime) -> int:
    """End every rest whose days are over. Returns how many."""
    now = runtime.clock.now()
    over = STANDS & suppressions.c.reason.in_(PAUSES) & (suppressions.c.until <= now)
    with runtime.db.begin() as tx:
        query = select(suppressions).where(over).order_by(suppressions.c.debtor_id, suppressions.c.id).limit(BATCH)
        found = tx.execute(query).all()
        for row in found:
            stops.lock_debtor(tx, row.debtor_id)
            still = tx.scalar(select(suppressions.c.id).where(over, suppressions.c.id == row.id))
            if still is not None and row.reason == SuppressionReason.PAID:
                _none_came(tx, row, now)
            elif still is not None:
                lift_stops(tx, suppressions.c.id == row.id, OVER, now)
    return len(found)


def _none_came(tx: Connection, row: Row[Any], now: datetime) -> None:
    """No reminder leaves: the stop has no end any more but a colleague's word."""
    tx.execute(update(suppressions).where(suppressions.c.id == row.id).values(until=None))
    person = facts.load(tx, [row.debtor_id], now).get(row.debtor_id)
    loans = _covered(person, row) if person is not None else []
    detail = {"reason": row.reason, "scope": row.scope, "channel": row.channel, "until": None, "source": NONE_CAME}
    caselog.record(tx, [Entry(loan.id, now, EventKind.SUPPRESSED, detail) for loan in loans])
    add_task(tx, loans, TASK, now + LOOK_WITHIN, MISSING, now)
    stops.facts_changed(tx, row.debtor_id, NONE_CAME, now)


def _covered(person: Person, row: Row[Any]) -> list[CaseOnFile]:
    loans = [case for case in person.cases.values() if case.status is not CaseStatus.CLOSED]
    return [case for case in loans if row.case_id in (None, case.id)]
