"""What has a person to do, and by when? Written with its line on the case log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from outreach.core.terms import EventKind
from outreach.store import caselog
from outreach.store.bulk import among
from outreach.store.caselog import Entry
from outreach.store.facts import CaseOnFile
from outreach.store.tables import tasks

log = logging.getLogger("outreach")


def add_task(
    tx: Connection,
    loans: Sequence[CaseOnFile],
    kind: str,
    due_at: datetime,
    note: str,
    now: datetime,
    message_id: int | None = None,
    *,
    told: str | None = None,
    phone_id: int | None = None,
) -> None:
    """Give a person something to do, with its line on each log.

    `told`: what the log says of it, when the note holds what no log may. `phone_id`: of a callback, the number.
    """
    for loan in loans:
        values = {"kind": kind, "due_at": due_at, "state": "open", "note": note, "created_at": now}
        tx.execute(insert(tasks).values(case_id=loan.id, inbound_message_id=message_id, phone_id=phone_id, **values))
    said = {"task": kind, "why": told or note}
    caselog.record(tx, [Entry(loan.id, now, EventKind.NEEDS_PERSON, said) for loan in loans])


def set_aside(tx: Connection, case_ids: Sequence[int], what: str, error: Exception, now: datetime) -> None:
    """Something about these cases went wrong in a way nobody foresaw: a person is to look, everybody else goes on.

    What is waiting for a person already, for the same reason, is not said again.
    """
    log.error("cases %s: %s", list(case_ids), what, exc_info=error)
    note = f"{what}: {type(error).__name__}"
    waiting = (tasks.c.kind == "trouble") & (tasks.c.state == "open") & (tasks.c.note == note)
    known = set(tx.scalars(select(tasks.c.case_id).where(among(tx, tasks.c.case_id, case_ids), waiting)))
    case_ids = [case_id for case_id in case_ids if case_id not in known]
    for case_id in case_ids:
        values = {"kind": "trouble", "due_at": now, "state": "open", "note": note, "created_at": now}
        tx.execute(insert(tasks).values(case_id=case_id, **values))
    caselog.record(
        tx, [Entry(case_id, now, EventKind.NEEDS_PERSON, {"task": "trouble", "why": note}) for case_id in case_ids]
    )
