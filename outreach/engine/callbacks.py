"""A debtor asked to be called at a certain time. Is that call placed?

At its time, if the gate allows it and a colleague is free to take it; else the task, which is there in any case, is a
person's. The call counts as requested, so its purpose is judged by itself: the wish must still stand.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from outreach.core.gate import judge
from outreach.core.terms import AttemptState, Channel, EventKind, Purpose
from outreach.engine import agents, assemble, senders, stops
from outreach.engine.choose import lasting, refusal_rows
from outreach.engine.reserving import Reservation, detail, write
from outreach.engine.runtime import Runtime
from outreach.engine.unread import debtors_to_hear
from outreach.store import caselog, facts
from outreach.store.caselog import Entry
from outreach.store.switches import standing
from outreach.store.tables import attempts, cases, tasks

PUNCTUAL = timedelta(minutes=15)  # later than this nobody expects our call: a person makes it
TEMPLATE = "callback_call"
BATCH = 50
OURS = (tasks.c.kind == "callback") & (tasks.c.state == "open") & tasks.c.phone_id.is_not(None)


def callbacks_due(runtime: Runtime) -> int:
    """Reserve the calls that debtors asked for at this time. Returns how many."""
    now = runtime.clock.now()
    with runtime.db.begin() as tx:
        _take_back_late(tx, now)
        if any(switch.campaign is None for switch in standing(tx)) or runtime.breaker.resting(now):
            return 0
        due = OURS & tasks.c.attempt_id.is_(None) & (tasks.c.due_at <= now) & (tasks.c.due_at > now - PUNCTUAL)
        query = select(tasks, cases.c.debtor_id).join(cases, cases.c.id == tasks.c.case_id).where(due)
        rows = tx.execute(query.order_by(cases.c.debtor_id, tasks.c.id).limit(BATCH)).all()
        unheard = debtors_to_hear(tx) if rows else set()
        return sum(_reserve(tx, runtime, row, now) for row in rows if row.debtor_id not in unheard)


def forget_earlier(tx: Connection, loans: list[int], now: datetime) -> None:
    """Another time was asked for: the appointments before it are none any more."""
    theirs = OURS & tasks.c.case_id.in_(loans) & tasks.c.attempt_id.is_(None)
    tx.execute(update(tasks).where(theirs).values(state="done", done_at=now))


def spoken(tx: Connection, attempt_id: int, now: datetime) -> None:
    """They were put through: there is nothing left to do."""
    mine = (tasks.c.attempt_id == attempt_id) & (tasks.c.state == "open")
    tx.execute(update(tasks).where(mine).values(state="done", done_at=now))


def _take_back_late(tx: Connection, now: datetime) -> None:
    waits = (attempts.c.state == AttemptState.RESERVED) & (attempts.c.purpose == Purpose.REQUESTED_CALLBACK)
    late = tx.scalars(select(attempts.c.id).where(waits, attempts.c.reserved_at <= now - PUNCTUAL)).all()
    waiting = [AttemptState.RESERVED]  # not one that another worker is placing just now
    stops.release(tx, list(late), "its time passed before a line was free", now, states=waiting)


def _reserve(tx: Connection, runtime: Runtime, task: Row[Any], now: datetime) -> int:
    stops.lock_debtor(tx, task.debtor_id)
    if tx.scalar(select(tasks.c.id).where(tasks.c.id == task.id, OURS, tasks.c.attempt_id.is_(None))) is None:
        return 0  # another worker was quicker
    person = facts.load(tx, [task.debtor_id], now).get(task.debtor_id)
    phone = person.phone(task.phone_id) if person else None
    loans = assemble.open_loans(person, person.cases[task.case_id]) if person else []
    if person is None or phone is None or not loans:
        return _to_a_person(tx, task.id)
    if not agents.any_free(tx, now) or assemble.on_the_line(person, now):
        return 0
    ask = assemble.ask(person, phone, Channel.CALL, loans, now, purpose=Purpose.REQUESTED_CALLBACK)
    verdict = judge(ask, runtime.loaded.rulebooks, now)
    lasts = lasting(ask, runtime.loaded.rulebooks, now, runtime.policy.call_for) if verdict.allowed else timedelta(0)
    if lasts < runtime.policy.call_for:
        told = {"step": TEMPLATE, "channel": Channel.CALL, "decision": verdict.decision}
        caselog.record(
            tx,
            [Entry(c.id, now, EventKind.REFUSED, told | {"refusals": refusal_rows(verdict)}) for c in loans],
        )
        return _to_a_person(tx, task.id)
    said = assemble.message_facts(person, loans, runtime.policy, now, callback_at=task.due_at)
    rendered = runtime.library.render(Channel.CALL, TEMPLATE, person.language, said)
    sender = senders.of_debtor(tx, runtime, person, loans)
    made = Reservation(person, phone, loans, ask, verdict, TEMPLATE, rendered, sender, now, now + PUNCTUAL)
    [attempt_id] = write(tx, runtime, [made], now)
    kept = detail(made)
    caselog.record(tx, [Entry(loan.id, now, EventKind.ATTEMPT_RESERVED, kept, attempt_id) for loan in loans])
    tx.execute(update(tasks).where(tasks.c.id == task.id).values(attempt_id=attempt_id))
    return 1


def _to_a_person(tx: Connection, task_id: int) -> int:
    """We don't place it: whoever takes the task decides."""
    tx.execute(update(tasks).where(tasks.c.id == task_id).values(phone_id=None))
    return 0
