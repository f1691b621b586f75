"""What did the carrier answer to our requests, and what follows from it: placed, refused, never happened, in doubt?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from outreach.carriers import Outcome, Placed
from outreach.core.terms import AttemptState, EventKind
from outreach.engine import permits, stops, trouble
from outreach.engine.answers import answer_again
from outreach.engine.runtime import Runtime
from outreach.engine.settle import settle
from outreach.store import caselog
from outreach.store.bulk import rows_in, update_rows
from outreach.store.caselog import Entry
from outreach.store.database import claim
from outreach.store.tables import attempt_cases, attempts

ACCOUNT_RETRY = timedelta(minutes=15)  # after it found fault with us, or its queue was full
BUSY_RETRY = timedelta(seconds=60)  # after the carrier said "too many" or could not be reached


def record(tx: Connection, runtime: Runtime, answers: Iterable[Placed], now: datetime) -> int:
    """Write down what the carrier answered; a report that came first is not overwritten. Returns how many it took."""
    by_key = {answer.key: answer for answer in answers}
    rows = list(rows_in(tx, claim(select(attempts).order_by(attempts.c.id), tx), attempts.c.key, by_key))
    told: dict[Outcome, list[tuple[Row[Any], Placed]]] = defaultdict(list)
    for row in rows:
        if row.state == AttemptState.PLACING:
            told[by_key[row.key].outcome].append((row, by_key[row.key]))
    for outcome, together in told.items():
        _RECORD[outcome](tx, runtime, together, now)
    return sum(by_key[row.key].outcome is Outcome.PLACED for row in rows)


Told = Sequence[tuple[Row[Any], Placed]]


def _placed(tx: Connection, _runtime: Runtime, told: Told, now: datetime) -> None:
    moved = [(row.id, AttemptState.PLACED, answer.sid, now, now) for row, answer in told]
    update_rows(tx, attempts, ("id", "state", "sid", "placed_at", "touched_at"), moved)
    permit = permits.digests(tx, [row.id for row, _ in told])
    details = {
        row.id: {"key": row.key, "sid": answer.sid, "sender": row.sender, "permit": permit.get(row.id)}
        for row, answer in told
    }
    log_all(tx, EventKind.ATTEMPT_PLACED, details, now)


def _rejected(tx: Connection, runtime: Runtime, told: Told, now: datetime) -> None:
    for row, answer in told:
        _one_rejected(tx, runtime, row, answer, now)


def _one_rejected(tx: Connection, runtime: Runtime, row: Row[Any], answer: Placed, now: datetime) -> None:
    meaning = runtime.carrier.meaning(answer.code or 0)
    if meaning.account_trouble or meaning.retry:  # nothing about the debtor: the step waits, nothing is used up
        ours = "the carrier refuses our account" if meaning.account_trouble else "the carrier can't take it now"
        stops.release(tx, [row.id], f"{ours}: {meaning.what}"[:150], now, retry_at=now + ACCOUNT_RETRY)
        if meaning.account_trouble:
            trouble.met(tx, runtime, row, meaning, answer.code, now)
        answer_again(tx, runtime, row.id, now, now + BUSY_RETRY)
        return
    said = {"key": row.key, "code": answer.code, "what": meaning.what, "disposition": meaning.disposition}
    log(tx, row.id, EventKind.ATTEMPT_FAILED, said, now)
    stops.apply_meaning(tx, row, meaning, answer.code, now)
    settle(tx, runtime, row.id, meaning.disposition, now, error_code=answer.code)


def _never_happened(tx: Connection, runtime: Runtime, told: Told, now: datetime) -> None:
    alike: dict[str, list[int]] = defaultdict(list)
    for row, answer in told:
        alike[f"the carrier was not reached: {answer.message}"[:150]].append(row.id)
    at = now + BUSY_RETRY * (1 + runtime.breaker.jitter() / 2)  # not with all that others were refused just now
    for because, ids in alike.items():
        stops.release(tx, ids, because, now, retry_at=at)
    for row, _ in told:
        answer_again(tx, runtime, row.id, now, now + BUSY_RETRY)


def _in_doubt(tx: Connection, _runtime: Runtime, told: Told, now: datetime) -> None:
    update_rows(tx, attempts, ("id", "state", "touched_at"), [(row.id, AttemptState.IN_DOUBT, now) for row, _ in told])
    details = {row.id: {"key": row.key, "because": answer.message[:150]} for row, answer in told}
    log_all(tx, EventKind.ATTEMPT_IN_DOUBT, details, now)


_RECORD = {
    Outcome.PLACED: _placed,
    Outcome.REJECTED: _rejected,
    Outcome.NEVER_HAPPENED: _never_happened,
    Outcome.IN_DOUBT: _in_doubt,
}


def log(tx: Connection, attempt_id: int, kind: EventKind, said: Mapping[str, Any], now: datetime) -> None:
    """One line on the log of every case the attempt is about."""
    log_all(tx, kind, {attempt_id: said}, now)


def log_all(tx: Connection, kind: EventKind, details: Mapping[int, Mapping[str, Any]], now: datetime) -> None:
    """One line, of its own detail, for each of these attempts (by id) on the log of every case it is about."""
    links = rows_in(tx, select(attempt_cases), attempt_cases.c.attempt_id, details)
    entries = [Entry(link.case_id, now, kind, details[link.attempt_id], link.attempt_id) for link in links]
    caselog.record(tx, entries)
