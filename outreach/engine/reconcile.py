"""What became of what we never heard of again? Asked of the carrier, never guessed, never sent again on a guess."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from outreach.carriers import Report
from outreach.core.terms import AttemptState, CarrierError, Channel, Disposition, EventKind
from outreach.engine import intake, stops
from outreach.engine.answers import answer_again
from outreach.engine.outcomes import log
from outreach.engine.runtime import Runtime
from outreach.engine.settle import settle
from outreach.store.database import claim
from outreach.store.tables import attempt_cases, attempts, case_events, phones

BATCH = 100  # any of them: those that can't be asked about are not to keep the others from it
ABSENT = "the carrier has no record of it"
GIVEN_UP = timedelta(days=3)
# How long it takes to try again what never reached the carrier: the first time within a day, the second, ...
AGAIN_AFTER = (timedelta(0), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
# Our clock may be ahead of the carrier's, or have been when we reserved it: what it wrote down so much earlier is looked
# at as well. What we know is ours already, and other words, are none of it.
SKEW = timedelta(minutes=15)


def reconcile(runtime: Runtime) -> int:
    """Settle what is in doubt and what has no final state after its time. Returns how many attempts moved."""
    return _doubt(runtime) + _settle_doubts(runtime) + _ask_about_placed(runtime)


def _doubt(runtime: Runtime) -> int:
    """`placing` for too long means that we died while asking: that is a doubt."""
    now = runtime.clock.now()
    with runtime.db.begin() as tx:
        rows = _stuck(tx, AttemptState.PLACING, now - runtime.policy.in_doubt_after)
        for row in rows:
            moved = {"state": AttemptState.IN_DOUBT, "touched_at": now}
            tx.execute(update(attempts).where(attempts.c.id == row.id).values(**moved))
            detail = {"key": row.key, "because": "the answer to our request was never recorded"}
            log(tx, row.id, EventKind.ATTEMPT_IN_DOUBT, detail, now)
    return len(rows)


def _stuck(tx: Connection, state: AttemptState, before: datetime) -> list[Row[Any]]:
    query = select(attempts).where(attempts.c.state == state, attempts.c.touched_at <= before)
    return list(tx.execute(claim(query.order_by(attempts.c.touched_at).limit(BATCH), tx, skip_locked=True)))


def _settle_doubts(runtime: Runtime) -> int:
    now = runtime.clock.now()
    with runtime.db.read() as connection:
        query = select(attempts, phones.c.e164).join(phones, phones.c.id == attempts.c.phone_id)
        query = query.where(attempts.c.state == AttemptState.IN_DOUBT).order_by(func.random()).limit(BATCH)
        rows = list(connection.execute(query))
    return sum(_settle_doubt(runtime, row, now) for row in rows)


def _settle_doubt(runtime: Runtime, row: Row[Any], now: datetime) -> int:
    channel = Channel(row.channel)
    try:  # of an erased debtor there is no number left to ask with
        candidates = list(runtime.carrier.find(channel, row.e164, row.reserved_at - SKEW)) if row.e164 else []
    except CarrierError as error:
        return _give_up(runtime, row, error, now)  # can't be asked now: it stays in doubt
    with runtime.db.begin() as tx:
        known = set(tx.scalars(select(attempts.c.sid).where(attempts.c.sid.in_([r.sid for r, _ in candidates]))))
        ours = [report for report, body in candidates if report.sid not in known and _is_ours(row, report, body)]
        if ours:
            return int(intake.apply_report(tx, runtime, _about(row, ours[-1]), now))
        if now - row.reserved_at < runtime.policy.absent_after:
            return 0
        current = tx.execute(claim(select(attempts).where(attempts.c.id == row.id), tx)).one()
        if current.state != AttemptState.IN_DOUBT:
            return 0
        if row.e164 is None:  # it may have left, and nobody can be asked
            said = {"key": row.key, "what": "the debtor was erased", "disposition": Disposition.FAILED}
            log(tx, row.id, EventKind.ATTEMPT_FAILED, said, now)
            settle(tx, runtime, row.id, Disposition.FAILED, now)
            return 1
        at = _again_at(tx, row.id, now)
        stops.release(tx, [row.id], ABSENT, now, retry_at=at, states=[AttemptState.IN_DOUBT])
        answer_again(tx, runtime, row.id, now, at)
    return 1


def _give_up(runtime: Runtime, row: Row[Any], error: CarrierError, now: datetime) -> int:
    """Of what the carrier refuses to answer for days we shall never know: it counts, and is not done again. A carrier that
    is out of order, or does not know us, has refused nothing."""
    ours = error.code is not None and runtime.carrier.meaning(error.code).account_trouble
    if not error.permanent or ours or now - row.reserved_at < GIVEN_UP:
        return 0
    with runtime.db.begin() as tx:
        stops.lock_debtor(tx, row.debtor_id)
        current = tx.execute(claim(select(attempts).where(attempts.c.id == row.id), tx)).one()
        if current.state != row.state:
            return 0
        said = {"key": row.key, "what": "the carrier refused to tell for days", "disposition": Disposition.FAILED}
        log(tx, row.id, EventKind.ATTEMPT_FAILED, said, now)
        settle(tx, runtime, row.id, Disposition.FAILED, now, unsure=True)
    return 1


def _again_at(tx: Connection, attempt_id: int, now: datetime) -> datetime:
    """At once the first time; later the more often it was so within a day: what the carrier fails at each time is not
    asked of it all day long."""
    theirs = select(attempt_cases.c.case_id).where(attempt_cases.c.attempt_id == attempt_id)
    released = (case_events.c.kind == EventKind.ATTEMPT_RELEASED) & (case_events.c.at > now - timedelta(days=1))
    details = tx.scalars(select(case_events.c.detail).where(case_events.c.case_id.in_(theirs), released))
    keys = {said["key"] for said in map(json.loads, details) if said["because"] == ABSENT}
    return now + AGAIN_AFTER[min(len(keys), len(AGAIN_AFTER) - 1)]


def _is_ours(row: Row[Any], report: Report, body: str) -> bool:
    if report.key:
        return bool(report.key == row.key)
    return Channel(row.channel) is Channel.CALL or body == (row.body or "")


def _about(row: Row[Any], report: Report) -> Report:
    """The carrier's record, named as ours."""
    return replace(report, key=row.key)


def _ask_about_placed(runtime: Runtime) -> int:
    """Placed long ago and never final: fetch it; what the carrier can't say either is aged out as unconfirmed."""
    now = runtime.clock.now()
    with runtime.db.read() as connection:
        old = or_(
            attempts.c.touched_at <= now - runtime.policy.final_after,
            (attempts.c.channel == Channel.CALL) & (attempts.c.touched_at <= now - runtime.policy.call_final_after),
        )
        query = select(attempts).where(attempts.c.state == AttemptState.PLACED, old)
        rows = list(connection.execute(query.order_by(func.random()).limit(BATCH)))
    return sum(_fetch(runtime, row, now) for row in rows)


def _fetch(runtime: Runtime, row: Row[Any], now: datetime) -> int:
    try:
        report = runtime.carrier.fetch(Channel(row.channel), row.sid)
    except CarrierError as error:
        return _give_up(runtime, row, error, now)
    with runtime.db.begin() as tx:
        if report is not None:
            intake.apply_report(tx, runtime, report, now)
        current = tx.execute(claim(select(attempts).where(attempts.c.id == row.id), tx)).one()
        if current.state == AttemptState.PLACED:
            settle(tx, runtime, row.id, Disposition.UNDELIVERED, now, unsure=True)
    return 1
