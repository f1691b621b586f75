"""Is the case log whole, and was every contact on it lawful?

Every case's events are numbered 1, 2, 3 ... and each hash covers the one before it; the seals vouch for the tails; what was
placed is judged again from its permit by a second reading of the law.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, func, select

from outreach import lawfulness
from outreach.store import seals
from outreach.store.caselog import GENESIS, LOGGED, link, loggable
from outreach.store.database import Database, Turn, take_turn
from outreach.store.kept import keep, kept
from outreach.store.tables import attempt_cases, attempts, case_events, cases

log = logging.getLogger("outreach")
CHUNK = 2000
LAST = "last_audit"
EVERY = timedelta(days=1)
CHANGED = '"now":'  # in the detail of a line that changed the state of the case
TOLD = 20  # findings written out one by one


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: the case, the first event it is wrong at (0: the case as a whole), and what."""

    case: str
    seq: int
    what: str

    def __str__(self) -> str:
        place = f"event {self.seq}" if self.seq else "the case"
        return f"{self.case}: {place}: {self.what}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def audit(
    db: Database,
    from_: datetime | None = None,
    to: datetime | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Verify the whole log of every case that has an event between `from_` and `to` (None: all). Empty: nothing is wrong."""
    with db.read() as connection:
        total = connection.scalar(select(func.count()).select_from(cases)) or 0
        findings: list[Finding] = []
        done = 0
        for chunk in _chunks(connection, from_, to):
            findings += _verify(connection, chunk)
            done += len(chunk)
            if progress:
                progress(done, total)
        if progress:
            progress(total, total)
        findings += [Finding(name, 0, what) for name, what in seals.broken(connection)]
        findings += [Finding(case, seq, what) for case, seq, what in lawfulness.unlawful(connection, from_, to)]
        return findings + _unlogged(connection)


def audit_due(db: Database, now: datetime) -> int:
    """Verify everything once a day and keep the result. Returns how many findings; each is an error in the service's log."""
    last = last_audit(db)
    if last is not None and now - last[0] < EVERY:
        return 0
    found = audit(db)
    for finding in found[:TOLD]:
        log.error("audit: %s", finding)
    if found[TOLD:]:
        log.error("audit: and %d more; `outreach audit` prints them all", len(found) - TOLD)
    with db.begin() as tx:
        take_turn(tx, Turn.AUDIT)
        keep(tx, LAST, json.dumps([now.isoformat(), len(found)]))
    return len(found)


def last_audit(db: Database) -> tuple[datetime, int] | None:
    """When everything was last verified, and how many findings there were; None: never."""
    with db.read() as connection:
        value = kept(connection, LAST)
    if value is None:
        return None
    at, findings = json.loads(value)
    return datetime.fromisoformat(at), findings


def _chunks(connection: Connection, from_: datetime | None, to: datetime | None) -> Iterator[list[Row[Any]]]:
    last = 0
    while True:
        state = (cases.c[name] for name in LOGGED)
        query = select(cases.c.id, cases.c.ref, cases.c.last_seq, cases.c.last_hash, *state).where(cases.c.id > last)
        if from_ is not None or to is not None:
            inside = select(case_events.c.case_id)
            inside = inside.where(case_events.c.at >= from_) if from_ is not None else inside
            inside = inside.where(case_events.c.at <= to) if to is not None else inside
            query = query.where(cases.c.id.in_(inside))
        rows = list(connection.execute(query.order_by(cases.c.id).limit(CHUNK)))
        if not rows:
            return
        last = rows[-1].id
        yield rows


def _verify(connection: Connection, chunk: list[Row[Any]]) -> Iterator[Finding]:
    by_id = {row.id: row for row in chunk}
    query = select(case_events).where(case_events.c.case_id.in_(by_id))
    rows = connection.execute(query.order_by(case_events.c.case_id, case_events.c.seq))
    seen: set[int] = set()
    for case_id, events in groupby(rows, key=lambda row: row.case_id):
        seen.add(case_id)
        finding = _verify_case(by_id[case_id], list(events))
        if finding:
            yield finding
    for case_id, case in by_id.items():
        if case_id not in seen and case.last_seq:
            yield Finding(case.ref, 0, f"all of its {case.last_seq} events are missing")


def _verify_case(case: Row[Any], events: list[Row[Any]]) -> Finding | None:
    """The first thing wrong with this case's log."""
    head, seq = GENESIS, 0
    for event in events:
        seq += 1
        if event.seq != seq:
            return Finding(case.ref, seq, f"missing: the log goes on with event {event.seq}")
        head = link(head, case.ref, seq, event.at, event.kind, event.detail, event.attempt_id)
        if head != event.hash:
            return Finding(case.ref, seq, f"altered: its hash does not fit ({event.kind})")
    if seq != case.last_seq:
        what = "missing" if seq < case.last_seq else "added"
        counts = f"{what}: the case counts {case.last_seq} events, the log has {seq}"
        return Finding(case.ref, min(seq, case.last_seq) + 1, counts)
    if head != case.last_hash:
        return Finding(case.ref, 0, "its last hash is not that of the log")
    return _otherwise_than_told(case, events)


def _otherwise_than_told(case: Row[Any], events: list[Row[Any]]) -> Finding | None:
    """The state of the case, where it is not as the last line that changed it left it."""
    told: dict[str, tuple[int, Any]] = {}
    for event in events:
        if CHANGED in event.detail:
            now = json.loads(event.detail).get("now", {})
            told |= {name: (event.seq, now[name]) for name in LOGGED if name in now}
    for name, (seq, value) in told.items():
        if loggable(case._mapping[name]) != value:
            return Finding(
                case.ref, seq, f"its {name} is {loggable(case._mapping[name])}, and the log left it at {value}"
            )
    return None


def _unlogged(connection: Connection) -> list[Finding]:
    """Attempts that stand in the tables without a line on the log of their case."""
    logged = select(case_events.c.attempt_id).where(case_events.c.attempt_id.is_not(None))
    query = (
        select(cases.c.ref, attempts.c.key)
        .join(attempt_cases, attempt_cases.c.case_id == cases.c.id)
        .join(attempts, attempts.c.id == attempt_cases.c.attempt_id)
        .where(attempts.c.id.not_in(logged))
    )
    return [Finding(row.ref, 0, f"attempt {row.key} has no line on the log") for row in connection.execute(query)]
