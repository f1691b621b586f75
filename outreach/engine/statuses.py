"""What does the carrier say became of our texts and calls? Many of its reports are applied in one transaction.

A final state never moves back; what is older than what we know moves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from outreach.carriers import FINAL_RANK, RANK, CodeMeaning, Progress, Report
from outreach.core.terms import AttemptState, Channel, Disposition, EventKind
from outreach.engine import agents, permits, stops, trouble
from outreach.engine.outcomes import log, log_all
from outreach.engine.runtime import Runtime
from outreach.engine.settle import move_on, settle, settle_delivered
from outreach.store.bulk import among, rows_in, update_rows
from outreach.store.caselog import instant
from outreach.store.database import claim
from outreach.store.tables import attempt_cases, attempts, steps

SAME_STEP = timedelta(days=7)  # attempts at a step that lie further apart are of another one of its name
ANEW = ("disposition", "error_code", "final_at", "answered_at", "price_micro", "price_currency", "billed_segments")
ARRIVED = (Progress.DELIVERED, Progress.READ)


def apply(tx: Connection, runtime: Runtime, reports: Sequence[Report], now: datetime) -> list[int | None]:
    """Apply reports on our texts and calls, of one debtor in their order. For each the id of the attempt it is about, or
    None where we do not know it (yet)."""
    found = _attempts(tx, reports)
    stops.lock_debtors(tx, {debtor_id for _, debtor_id in found.values()})
    by_debtor: dict[int, list[tuple[int, Report]]] = defaultdict(list)
    for place, (attempt_id, debtor_id) in found.items():
        by_debtor[debtor_id].append((attempt_id, reports[place]))
    for together in zip_longest(*by_debtor.values()):  # one of each debtor: what it changes, the next of theirs sees
        _apply(tx, runtime, [each for each in together if each], now)
    return [found[place][0] if place in found else None for place in range(len(reports))]


def _attempts(tx: Connection, reports: Sequence[Report]) -> dict[int, tuple[int, int]]:
    """The attempt and the debtor of each report, by its place: by the carrier's reference, or by our own."""
    query = select(attempts.c.id, attempts.c.debtor_id, attempts.c.sid, attempts.c.key)
    by_sid = {row.sid: row for row in rows_in(tx, query, attempts.c.sid, {report.sid for report in reports})}
    keys = {report.key for report in reports if report.key and report.sid not in by_sid}
    by_key = {row.key: row for row in rows_in(tx, query, attempts.c.key, keys)}
    rows = ((place, by_sid.get(r.sid) or by_key.get(r.key or "")) for place, r in enumerate(reports))
    return {place: (row.id, row.debtor_id) for place, row in rows if row is not None}


def _apply(tx: Connection, runtime: Runtime, told: Sequence[tuple[int, Report]], now: datetime) -> None:
    """Apply one report for each of some debtors."""
    query = claim(select(attempts).order_by(attempts.c.id), tx)
    rows = {row.id: row for row in rows_in(tx, query, attempts.c.id, {attempt_id for attempt_id, _ in told})}
    news: list[tuple[Row[Any], Report]] = []
    for attempt_id, report in told:
        if report.progress is not None:
            row = _now_placed(tx, rows[attempt_id], report, now)
            if RANK[report.progress] > row.rank:
                news.append((row, report))
    ranks = [(row.id, RANK[report.progress or Progress.QUEUED], now) for row, report in news]
    update_rows(tx, attempts, ("id", "rank", "touched_at"), ranks)
    arrived = [row for row, report in news if row.channel == Channel.SMS and report.progress in ARRIVED]
    _delivered(tx, runtime, arrived, now)
    for row, report in news:
        if row.channel == Channel.CALL:
            _call(tx, runtime, row, report, now)
        elif report.progress not in ARRIVED:
            _not_delivered(tx, runtime, row, report, now)


def _now_placed(tx: Connection, row: Row[Any], report: Report, now: datetime) -> Row[Any]:
    """A report settles what was in doubt: the carrier has it. It may come before the answer to our own request, or when
    we have taken it for absent already."""
    if row.state == AttemptState.RELEASED:
        return _after_all(tx, row, report, now)
    if row.state not in (AttemptState.PLACING, AttemptState.IN_DOUBT):
        return row
    moved = {"state": AttemptState.PLACED, "sid": report.sid, "placed_at": now, "touched_at": now}
    tx.execute(update(attempts).where(attempts.c.id == row.id).values(**moved))
    permit = permits.digests(tx, [row.id]).get(row.id)
    detail = {"key": row.key, "sid": report.sid, "sender": row.sender, "permit": permit}
    log(tx, row.id, EventKind.ATTEMPT_PLACED, detail, now)
    return tx.execute(select(attempts).where(attempts.c.id == row.id)).one()


def _after_all(tx: Connection, row: Row[Any], report: Report, now: datetime) -> Row[Any]:
    """The carrier has what we had taken back. That attempt never moves again: another one stands for what was done.

    What was reserved in its place is taken back; where its step waits to be done once more, it has been done.
    """
    known = tx.execute(select(attempts).where(attempts.c.sid == report.sid)).first()
    if known is not None:
        return known
    stops.facts_changed(tx, row.debtor_id, "the carrier has what we took for absent", now)
    moved: dict[str, Any] = {
        "key": sha256(report.sid.encode()).hexdigest()[:32],
        "state": AttemptState.PLACED,
        "sid": report.sid,
    }
    moved |= {"placed_at": now, "touched_at": now, "rank": 0} | dict.fromkeys(ANEW)
    kept = {name: value for name, value in row._mapping.items() if name != "id"}
    made = tx.execute(insert(attempts).values(**(kept | moved)))
    attempt_id = int((made.inserted_primary_key or (0,))[0])
    links = tx.execute(select(attempt_cases).where(attempt_cases.c.attempt_id == row.id)).all()
    tx.execute(insert(attempt_cases), [{**link._mapping, "attempt_id": attempt_id} for link in links])
    same = (steps.c.step == row.step) & (steps.c.try_no == row.try_no) & (steps.c.state == "waiting")
    mine = [link.step_id for link in links if link.step_id is not None]
    tx.execute(update(steps).where(steps.c.id.in_(mine), same).values(state="reserved"))
    said = {"sid": report.sid, "channel": row.channel, "sender": row.sender, "at": instant(row.reserved_at)}
    log(tx, attempt_id, EventKind.CONTACT_FOUND, said, now)
    return tx.execute(select(attempts).where(attempts.c.id == attempt_id)).one()


def _delivered(tx: Connection, runtime: Runtime, rows: Sequence[Row[Any]], now: datetime) -> None:
    told = {row.id: {"key": row.key} for row in rows if row.disposition != Disposition.DELIVERED}
    log_all(tx, EventKind.DELIVERED, told, now)
    late = {row.id: Disposition.DELIVERED for row in rows if row.state == AttemptState.FINAL}
    update_rows(tx, attempts, ("id", "disposition"), list(late.items()))  # a receipt after "undelivered": it did arrive
    _done_after_all(tx, runtime, late, now)
    settle_delivered(tx, runtime, [row.id for row in rows if row.state != AttemptState.FINAL], now)


def _done_after_all(tx: Connection, runtime: Runtime, late: Mapping[int, Disposition], now: datetime) -> None:
    """A step that was to be done again, since its text had failed, is not: the text arrived, only later."""
    first = attempts.alias()
    same = (steps.c.step == first.c.step) & (steps.c.try_no == first.c.try_no)
    query = select(steps.c.id).join(attempt_cases, attempt_cases.c.step_id == steps.c.id)
    query = query.join(first, first.c.id == attempt_cases.c.attempt_id).where(same)
    again = {row.id for row in rows_in(tx, query, attempt_cases.c.attempt_id, late)}
    if not again:
        return
    second = select(attempts.c.id).join(attempt_cases, attempt_cases.c.attempt_id == attempts.c.id)
    second = second.where(attempts.c.state == AttemptState.RESERVED, among(tx, attempt_cases.c.step_id, again))
    waits = [AttemptState.RESERVED]
    stops.release(tx, sorted(set(tx.scalars(second))), "the text before it arrived after all", now, states=waits)
    waiting = among(tx, steps.c.id, again) & steps.c.state.in_(("waiting", "parked"))
    tx.execute(update(steps).where(waiting).values(state="reserved"))
    move_on(tx, runtime, late, now)


def _not_delivered(tx: Connection, runtime: Runtime, row: Row[Any], report: Report, now: datetime) -> None:
    if RANK[report.progress or Progress.QUEUED] < FINAL_RANK or row.state == AttemptState.FINAL:
        return
    meaning = runtime.carrier.meaning(report.code or 0)
    log(tx, row.id, EventKind.UNDELIVERED, {"key": row.key, "code": report.code, "what": meaning.what}, now)
    _heed(tx, runtime, row, meaning, report.code, now)
    undelivered = Disposition.UNDELIVERED if report.progress is Progress.UNDELIVERED else meaning.disposition
    left = report.progress is Progress.UNDELIVERED  # it may arrive yet, whatever is said of it now
    again_at = None if left else _again_at(tx, runtime, row, meaning, now)
    settle(tx, runtime, row.id, undelivered, now, error_code=report.code, again_at=again_at)


def _again_at(tx: Connection, runtime: Runtime, row: Row[Any], meaning: CodeMeaning, now: datetime) -> datetime | None:
    """When what never left the carrier, for a reason that passes, is done again, by how often it was so; None: it is not."""
    if row.step is None or not meaning.again:
        return None
    same = (attempts.c.debtor_id == row.debtor_id) & (attempts.c.step == row.step) & (attempts.c.try_no == row.try_no)
    lately = (attempts.c.reserved_at > now - SAME_STEP) & (attempts.c.id != row.id) & attempts.c.error_code.is_not(None)
    codes = tx.scalars(select(attempts.c.error_code).where(same, lately, attempts.c.state == AttemptState.FINAL))
    before = sum(bool(runtime.carrier.meaning(code or 0).again) for code in codes)
    return now + meaning.again[before] if before < len(meaning.again) else None


def _heed(
    tx: Connection, runtime: Runtime, row: Row[Any], meaning: CodeMeaning, code: int | None, now: datetime
) -> None:
    """What the code means for the number, and for us."""
    stops.apply_meaning(tx, row, meaning, code, now)
    if meaning.account_trouble:
        trouble.met(tx, runtime, row, meaning, code, now)


_ENDED: dict[Progress, Disposition] = {
    Progress.BUSY: Disposition.BUSY,
    Progress.NO_ANSWER: Disposition.NO_ANSWER,
    Progress.FAILED: Disposition.FAILED,
    Progress.CANCELED: Disposition.FAILED,
}
NOT_IN_SERVICE = frozenset({404, 484, 604})  # SIP: no such number


def _call(tx: Connection, runtime: Runtime, row: Row[Any], report: Report, now: datetime) -> None:
    if report.progress is Progress.ANSWERED:
        if row.answered_at is None:
            tx.execute(update(attempts).where(attempts.c.id == row.id).values(answered_at=now))
            log(tx, row.id, EventKind.ANSWERED, {"key": row.key, "answered_by": report.answered_by}, now)
        return
    if RANK[report.progress or Progress.QUEUED] < FINAL_RANK or row.state == AttemptState.FINAL:
        return
    disposition = _call_disposition(row, report)
    detail = {"key": row.key, "disposition": disposition, "seconds": report.duration_s, "code": report.code}
    log(tx, row.id, EventKind.CALL_ENDED, detail, now)
    agents.give_back(tx, row.id, now)
    if report.code:
        _heed(tx, runtime, row, runtime.carrier.meaning(report.code), report.code, now)
    failed = disposition is Disposition.FAILED
    again_at = _again_at(tx, runtime, row, runtime.carrier.meaning(report.code or 0), now) if failed else None
    settle(tx, runtime, row.id, disposition, now, error_code=report.code, again_at=again_at)


def _call_disposition(row: Row[Any], report: Report) -> Disposition:
    """What came of a call: what its menu learnt, else how it ended. A bare human answer is `unidentified`."""
    if row.identified:
        return Disposition.RIGHT_PARTY
    if row.disposition:
        return Disposition(row.disposition)
    if report.sip_code in NOT_IN_SERVICE:
        return Disposition.NOT_IN_SERVICE
    ended = _ENDED.get(report.progress or Progress.FAILED)
    if ended is not None:
        return ended
    return Disposition.MACHINE if report.answered_by in ("machine", "fax") else Disposition.UNIDENTIFIED
