"""What did the carrier tell us, and what follows? Stored durably first, applied after, each report once.

A final state never moves back. A report that can't be applied, or is about an attempt we do not know (yet), is kept and
tried again, less and less often; in the end the board names it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from outreach.carriers import FINAL_RANK, RANK, Progress, Report, ReportKind
from outreach.core.terms import AttemptState, Channel, Disposition, EventKind, OutreachError
from outreach.engine import agents, permits, stops
from outreach.engine.dispatch import log
from outreach.engine.replying import reply_came
from outreach.engine.runtime import Runtime
from outreach.engine.settle import settle
from outreach.store.database import DATABASE_AWAY, claim
from outreach.store.tables import attempts, carrier_inbox, debtors, inbound_messages

logger = logging.getLogger("outreach")
# How long after it came a report is tried for the second time, the third ...; after the last it is named on the board.
AGAIN = tuple(timedelta(seconds=seconds) for seconds in (2, 15, 60, 300, 900))
UNREAD = "it could not be read by the machine"


def receive(runtime: Runtime, report: Report, form: Mapping[str, str]) -> bool:
    """Store a verified report and commit. False: we had it already. `form` is kept as evidence."""
    raw = json.dumps({"report": asdict(report), "form": dict(form)}, default=str, ensure_ascii=False)
    row = {
        "carrier": runtime.carrier.name,
        "kind": report.kind,
        "dedupe": report.dedupe[:200],
        "received_at": runtime.clock.now(),
        "raw": raw,
        "state": "new",
        "tries": 0,
    }
    try:
        with runtime.db.begin() as tx:
            if tx.scalar(select(carrier_inbox.c.id).where(carrier_inbox.c.dedupe == row["dedupe"])) is not None:
                return False
            tx.execute(insert(carrier_inbox).values(**row))
    except IntegrityError:  # the same report came twice at once
        return False
    return True


def read_report(raw: str) -> Report:
    """The report as it was stored."""
    fields: dict[str, Any] = json.loads(raw)["report"]
    fields["kind"] = ReportKind(fields["kind"])
    fields["progress"] = Progress(fields["progress"]) if fields["progress"] else None
    fields["at"] = datetime.fromisoformat(fields["at"]) if fields["at"] else None
    return Report(**fields)


def apply(runtime: Runtime, limit: int = 500) -> int:
    """Apply what is stored, oldest first, each in a transaction of its own. Returns how many were applied.

    What is tried again comes after what is new: however much of it there is, nothing waits behind it.
    """
    now, tries = runtime.clock.now(), carrier_inbox.c.tries
    again = [(tries == n) & (carrier_inbox.c.received_at <= now - wait) for n, wait in enumerate(AGAIN, 1)]
    with runtime.db.read() as connection:
        query = select(carrier_inbox.c.id).where(carrier_inbox.c.state == "new", or_(tries == 0, *again))
        ids = list(connection.scalars(query.order_by(tries, carrier_inbox.c.id).limit(limit)))
    return sum(_apply_one(runtime, inbox_id) for inbox_id in ids)


def _apply_one(runtime: Runtime, inbox_id: int) -> bool:
    now = runtime.clock.now()
    try:
        with runtime.db.begin() as tx:
            query = select(carrier_inbox).where(carrier_inbox.c.id == inbox_id, carrier_inbox.c.state == "new")
            row = tx.execute(claim(query, tx, skip_locked=True)).first()
            if row is None:
                return False
            report = read_report(row.raw)
            if row.tries:
                _take_back(tx, report)
            known = apply_report(tx, runtime, report, now)
            state = "applied" if known else "new" if row.tries < len(AGAIN) else "unmatched"
            moved = {"state": state, "tries": row.tries + 1, "applied_at": now if known else None}
            if _of_somebody_forgotten(tx, report):
                moved["raw"] = None
            tx.execute(update(carrier_inbox).where(carrier_inbox.c.id == inbox_id).values(**moved))
            return known
    except DATABASE_AWAY:
        raise
    except Exception as error:  # one report that can't be applied must not hold up the rest
        _failed(runtime, inbox_id, error, now)
        return False


def _of_somebody_forgotten(tx: Connection, report: Report) -> bool:
    """Is it about an attempt of a debtor who was erased since? What the carrier posts names their number again."""
    query = select(attempts.c.id).join(debtors).where(_about(report), debtors.c.erased_at.is_not(None))
    return tx.scalar(query.limit(1)) is not None


def _failed(runtime: Runtime, inbox_id: int, error: Exception, now: datetime) -> None:
    """Keep it, with the reason. What a debtor wrote goes to a person at once: it may be a STOP."""
    with runtime.db.begin() as tx:
        mine = (carrier_inbox.c.id == inbox_id) & (carrier_inbox.c.state == "new")
        row = tx.execute(select(carrier_inbox.c.raw, carrier_inbox.c.tries).where(mine)).first()
        if row is None:
            return
        last = row.tries >= len(AGAIN)
        if last or not row.tries:
            what = "is given up" if last else "can't be applied; it is tried again"
            logger.error("report %s of the inbox %s", inbox_id, what, exc_info=error)
        failed = {"state": "failed" if last else "new", "error": f"{type(error).__name__}: {error}"[:500]}
        tx.execute(update(carrier_inbox).where(mine).values(**failed, tries=row.tries + 1))
        report = _readable(row.raw)
        if report is None or report.kind is not ReportKind.INBOUND_SMS:
            return
        if tx.scalar(select(inbound_messages.c.id).where(inbound_messages.c.sid == report.sid)) is None:
            kept = {"body": report.body, "sender": report.sender, "state": "needs_person", "received_at": now}
            tx.execute(insert(inbound_messages).values(sid=report.sid, channel=Channel.SMS, why=UNREAD, **kept))


def _take_back(tx: Connection, report: Report) -> None:
    """What a person was shown of a text that failed, and has not dealt with: it is read anew now."""
    shown = (inbound_messages.c.sid == report.sid) & (inbound_messages.c.why == UNREAD)
    tx.execute(delete(inbound_messages).where(shown, inbound_messages.c.state == "needs_person"))


def _readable(raw: str | None) -> Report | None:
    try:
        return read_report(raw) if raw else None
    except (OutreachError, ValueError, TypeError, KeyError):
        return None


def apply_report(tx: Connection, runtime: Runtime, report: Report, now: datetime) -> bool:
    """Apply one report. False: it is about an attempt we do not know (yet)."""
    if report.kind is ReportKind.INBOUND_SMS:
        reply_came(tx, runtime, report, now)
        return True
    row = find_attempt(tx, report)
    if row is None:
        return False
    if report.progress is None:
        return True
    row = _now_placed(tx, row, report, now)
    rank = RANK[report.progress]
    if rank <= row.rank:
        return True
    tx.execute(update(attempts).where(attempts.c.id == row.id).values(rank=rank, touched_at=now))
    (_sms if row.channel == Channel.SMS else _call)(tx, runtime, row, report, now)
    return True


def find_attempt(tx: Connection, report: Report) -> Row[Any] | None:
    """The attempt a report is about, locked: by our own reference, or by the carrier's."""
    found = tx.execute(select(attempts.c.debtor_id, attempts.c.id).where(_about(report))).first()
    if found is None:
        return None
    stops.lock_debtor(tx, found.debtor_id)
    return tx.execute(claim(select(attempts).where(attempts.c.id == found.id), tx)).first()


def _about(report: Report) -> ColumnElement[bool]:
    by_sid = attempts.c.sid == report.sid
    return or_(by_sid, attempts.c.key == report.key) if report.key else by_sid


def _now_placed(tx: Connection, row: Row[Any], report: Report, now: datetime) -> Row[Any]:
    """A report settles what was in doubt: the carrier has it. It may come before the answer to our own request."""
    if row.state not in (AttemptState.PLACING, AttemptState.IN_DOUBT):
        return row
    moved = {"state": AttemptState.PLACED, "sid": report.sid, "placed_at": now, "touched_at": now}
    tx.execute(update(attempts).where(attempts.c.id == row.id).values(**moved))
    permit = permits.digests(tx, [row.id]).get(row.id)
    detail = {"key": row.key, "sid": report.sid, "sender": row.sender, "permit": permit}
    log(tx, row.id, EventKind.ATTEMPT_PLACED, detail, now)
    return tx.execute(select(attempts).where(attempts.c.id == row.id)).one()


def _sms(tx: Connection, runtime: Runtime, row: Row[Any], report: Report, now: datetime) -> None:
    if report.progress in (Progress.DELIVERED, Progress.READ):
        if row.disposition != Disposition.DELIVERED:
            log(tx, row.id, EventKind.DELIVERED, {"key": row.key}, now)
        if row.state == AttemptState.FINAL:  # a late receipt after "undelivered": the text did arrive
            tx.execute(update(attempts).where(attempts.c.id == row.id).values(disposition=Disposition.DELIVERED))
            return
        settle(tx, runtime, row.id, Disposition.DELIVERED, now)
    elif RANK[report.progress or Progress.QUEUED] == FINAL_RANK and row.state != AttemptState.FINAL:
        meaning = runtime.carrier.meaning(report.code or 0)
        log(tx, row.id, EventKind.UNDELIVERED, {"key": row.key, "code": report.code, "what": meaning.what}, now)
        stops.apply_meaning(tx, row, meaning, now)
        undelivered = Disposition.UNDELIVERED if report.progress is Progress.UNDELIVERED else meaning.disposition
        settle(tx, runtime, row.id, undelivered, now, error_code=report.code)


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
        stops.apply_meaning(tx, row, runtime.carrier.meaning(report.code), now)
    settle(tx, runtime, row.id, disposition, now, error_code=report.code)


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
