"""What did the carrier tell us, and what follows? Stored durably first, applied after, each report once.

A final state never moves back. A report that can't be applied, or is about an attempt we do not know (yet), is kept and
tried again, less and less often; in the end the board names it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from outreach.carriers import Progress, Report, ReportKind
from outreach.core.terms import Channel, OutreachError
from outreach.engine import mailbag, statuses
from outreach.engine.replying import reply_came
from outreach.engine.runtime import Runtime
from outreach.store.bulk import among, rows_in, update_rows
from outreach.store.database import DATABASE_AWAY, claim
from outreach.store.tables import attempts, carrier_inbox, debtors, inbound_messages

logger = logging.getLogger("outreach")
FIELDS = tuple(field.name for field in fields(Report))
TOGETHER = 100  # reports applied in one transaction
# How long after it came a report is tried for the second time, the third ...; after the last it is named on the board.
AGAIN = tuple(timedelta(seconds=seconds) for seconds in (2, 15, 60, 300, 900))
UNREAD = "it could not be read by the machine"


def receive(runtime: Runtime, report: Report, form: Mapping[str, str]) -> bool:
    """Store a verified report and commit. False: we had it already. `form` is kept as evidence."""
    return runtime.mailbag.put(runtime.db, _row(runtime, report, form, runtime.clock.now()))


def receive_all(runtime: Runtime, told: Sequence[tuple[Report, Mapping[str, str]]]) -> list[Exception | None]:
    """Store verified reports, each with its form, by one commit. For each: None, it is durable, or why it could not be."""
    now = runtime.clock.now()
    return [letter.error for letter in mailbag.deliver(runtime.db, [_row(runtime, *one, now) for one in told])]


def _row(runtime: Runtime, report: Report, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
    told = {name: getattr(report, name) for name in FIELDS}
    return {
        "carrier": runtime.carrier.name,
        "kind": report.kind,
        "dedupe": report.dedupe[:200],
        "received_at": now,
        "raw": json.dumps({"report": told, "form": dict(form)}, default=str, ensure_ascii=False),
        "state": "new",
        "tries": 0,
    }


def read_report(raw: str) -> Report:
    """The report as it was stored."""
    fields: dict[str, Any] = json.loads(raw)["report"]
    fields["kind"] = ReportKind(fields["kind"])
    fields["progress"] = Progress(fields["progress"]) if fields["progress"] else None
    fields["at"] = datetime.fromisoformat(fields["at"]) if fields["at"] else None
    return Report(**fields)


def apply(runtime: Runtime, limit: int = 2000) -> int:
    """Apply what is stored, oldest first; reports on texts and calls that follow one another in one transaction.
    Returns how many were applied.

    What is tried again comes after what is new: however much of it there is, nothing waits behind it.
    """
    now, tries = runtime.clock.now(), carrier_inbox.c.tries
    again = [(tries == n) & (carrier_inbox.c.received_at <= now - wait) for n, wait in enumerate(AGAIN, 1)]
    with runtime.db.read() as connection:
        query = select(carrier_inbox.c.id, carrier_inbox.c.kind)
        query = query.where(carrier_inbox.c.state == "new", or_(tries == 0, *again))
        found = connection.execute(query.order_by(tries, carrier_inbox.c.id).limit(limit)).all()
    applied = 0
    for inbound, alike in groupby(found, key=lambda row: row.kind == ReportKind.INBOUND_SMS):
        ids = [row.id for row in alike]
        while ids and not runtime.closing.is_set():
            most = 1 if inbound else runtime.db.at_once(TOGETHER)
            applied += _apply_some(runtime, ids[:most])
            ids = ids[most:]
    return applied


def _apply_some(runtime: Runtime, ids: Sequence[int]) -> int:
    """In one transaction, or else each in its own: one that can't be applied must not hold up the rest."""
    if len(ids) > 1:
        try:
            return _apply_together(runtime, ids)
        except DATABASE_AWAY:
            raise
        except Exception:
            logger.debug("reports %s to %s of the inbox are applied one by one", ids[0], ids[-1], exc_info=True)
    return sum(_apply_one(runtime, inbox_id) for inbox_id in ids if not runtime.closing.is_set())


def _apply_together(runtime: Runtime, ids: Sequence[int]) -> int:
    """Reports on texts and calls: those nobody else is applying just now. Returns how many were of attempts we know."""
    now = runtime.clock.now()
    with runtime.db.begin() as tx:
        query = select(carrier_inbox).where(among(tx, carrier_inbox.c.id, ids), carrier_inbox.c.state == "new")
        rows = tx.execute(claim(query.order_by(carrier_inbox.c.tries, carrier_inbox.c.id), tx, skip_locked=True)).all()
        known = statuses.apply(tx, runtime, [read_report(row.raw) for row in rows], now)
        gone = _forgotten(tx, [attempt_id for attempt_id in known if attempt_id is not None])
        moved = [
            (row.id, _state(row, attempt_id is not None), row.tries + 1, now if attempt_id is not None else None)
            for row, attempt_id in zip(rows, known, strict=True)
        ]
        update_rows(tx, carrier_inbox, ("id", "state", "tries", "applied_at"), moved)
        update_rows(
            tx, carrier_inbox, ("id", "raw"), [(row.id, None) for row, a in zip(rows, known, strict=True) if a in gone]
        )
    return sum(attempt_id is not None for attempt_id in known)


def _state(row: Row[Any], known: bool) -> str:
    return "applied" if known else "new" if row.tries < len(AGAIN) else "unmatched"


def _forgotten(tx: Connection, attempt_ids: Iterable[int]) -> set[int]:
    """Those about debtors who were erased since: what the carrier posts names their number again."""
    query = select(attempts.c.id).join(debtors).where(debtors.c.erased_at.is_not(None))
    return {row.id for row in rows_in(tx, query, attempts.c.id, attempt_ids)}


def _apply_one(runtime: Runtime, inbox_id: int) -> bool:
    now = runtime.clock.now()
    try:
        with runtime.db.begin() as tx:
            query = select(carrier_inbox).where(carrier_inbox.c.id == inbox_id, carrier_inbox.c.state == "new")
            row = tx.execute(claim(query, tx, skip_locked=True)).first()
            if row is None:
                return False
            report = read_report(row.raw)
            if report.kind is ReportKind.INBOUND_SMS and report.at is None:
                report = replace(report, at=row.received_at)  # it may have waited here
            if row.tries:
                _take_back(tx, report)
            if report.kind is ReportKind.INBOUND_SMS:
                reply_came(tx, runtime, report, now)
                known, forgotten = True, False
            else:
                [attempt_id] = statuses.apply(tx, runtime, [report], now)
                known = attempt_id is not None
                forgotten = attempt_id is not None and bool(_forgotten(tx, [attempt_id]))
            moved = {"state": _state(row, known), "tries": row.tries + 1, "applied_at": now if known else None}
            if forgotten:
                moved["raw"] = None
            tx.execute(update(carrier_inbox).where(carrier_inbox.c.id == inbox_id).values(**moved))
            return known
    except DATABASE_AWAY:
        raise
    except Exception as error:  # one report that can't be applied must not hold up the rest
        _failed(runtime, inbox_id, error, now)
        return False


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
        failed = {"state": "failed" if last else "new", "error": _said(error)}
        tx.execute(update(carrier_inbox).where(mine).values(**failed, tries=row.tries + 1))
        report = _readable(row.raw)
        if report is None or report.kind is not ReportKind.INBOUND_SMS:
            return
        if tx.scalar(select(inbound_messages.c.id).where(inbound_messages.c.sid == report.sid)) is None:
            kept = {"body": report.body, "sender": report.sender, "state": "needs_person", "received_at": now}
            tx.execute(insert(inbound_messages).values(sid=report.sid, channel=Channel.SMS, why=UNREAD, **kept))


def _said(error: Exception) -> str:
    """What is kept of it. Of errors that are not ours the kind alone: a database quotes whole rows, and they outlive people."""
    kind = type(error).__name__
    return f"{kind}: {error}"[:500] if isinstance(error, OutreachError) else kind


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
    return statuses.apply(tx, runtime, [report], now)[0] is not None
