"""How does a due step become an SMS at the carrier? Reserve, commit, call the carrier, record.

`reserve` writes and counts attempts in one transaction with the facts they were judged on locked; `place` commits each
attempt as `placing` before the request leaves and records the answer after. A crash between any two lines costs us an
attempt; it never costs the debtor a second one.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, func, insert, or_, select, update
from sqlalchemy.exc import OperationalError

from outreach.carriers import Outcome, OutgoingCall, OutgoingSms, Placed
from outreach.core.gate import judge
from outreach.core.terms import AttemptState, Channel, Disposition, EventKind, OutreachError, Purpose, Voice
from outreach.engine import assemble, permits, stops
from outreach.engine.answers import answer_again
from outreach.engine.choose import Choice, Contact, StepRow, choose, end_of_day, waiting_again
from outreach.engine.rows import insert_attempt, read_step, set_steps, versions
from outreach.engine.runtime import Runtime
from outreach.engine.settle import settle
from outreach.engine.tasks import set_aside
from outreach.store import caselog, facts
from outreach.store.caselog import Entry, instant
from outreach.store.database import DATABASE_AWAY, claim
from outreach.store.facts import Person
from outreach.store.tables import attempt_cases, attempts, cases, debtors, steps

logger = logging.getLogger("outreach")
STALE = timedelta(seconds=30)  # a reservation older than this is judged again before it is placed
LEFT_OVER = timedelta(minutes=2)  # a reservation older than this is from before an outage: decided anew
TROUBLE_RETRY = timedelta(hours=1)  # what could not be judged, written or paid for is looked at again
LOOKED_AT = ("waiting", "parked")
PLANNED = steps.c.case_id.not_in(select(cases.c.id).where(cases.c.plan_dirty))  # the plan knows all that changed
ACCOUNT_RETRY = timedelta(minutes=15)
BUSY_RETRY = timedelta(seconds=60)  # after the carrier said "too many" or could not be reached


def dispatch(runtime: Runtime, channel: Channel, limit: int) -> int:
    """One turn for one channel: at most `limit` contacts reserved and placed. Returns how many were placed."""
    if limit <= 0:
        return 0
    reserve(runtime, channel, limit)
    return place(runtime, channel, limit)


def reserve(runtime: Runtime, channel: Channel, limit: int) -> int:
    """Judge the debtors whose steps are due and reserve what is allowed, in one transaction. Returns how many.

    A debtor who can't be judged does not hold up the others: their steps are set aside for a person.
    """
    try:
        return _reserve(runtime, channel, limit)
    except DATABASE_AWAY:
        raise
    except Exception:
        with runtime.db.begin() as tx:
            ids = _due_debtors(tx, channel, runtime.clock.now(), min(limit, runtime.policy.batch))
        return sum(_reserve_alone(runtime, channel, debtor_id) for debtor_id in ids)


def _reserve_alone(runtime: Runtime, channel: Channel, debtor_id: int) -> int:
    try:
        return _reserve(runtime, channel, 1, only=debtor_id)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        now = runtime.clock.now()
        with runtime.db.begin() as tx:
            theirs = (steps.c.debtor_id == debtor_id) & steps.c.state.in_(LOOKED_AT) & (steps.c.due_at <= now)
            case_ids = sorted(set(tx.scalars(select(steps.c.case_id).where(theirs))))
            tx.execute(update(steps).where(theirs).values(state="parked", due_at=now + TROUBLE_RETRY))
            set_aside(tx, case_ids, "what is due can't be judged", error, now)
        return 0


def _reserve(runtime: Runtime, channel: Channel, limit: int, only: int | None = None) -> int:
    now = runtime.clock.now()
    with runtime.db.begin() as tx:
        ids = _due_debtors(tx, channel, now, min(limit, runtime.policy.batch), only)
        people = facts.load(tx, ids, now)
        by_debtor: dict[int, list[StepRow]] = defaultdict(list)
        coming = (steps.c.state == "waiting") & (steps.c.due_at <= now + timedelta(days=2))
        parked = (steps.c.state == "parked") & (steps.c.due_at <= now)  # what it was kept for is past
        for row in tx.execute(select(steps).where(steps.c.debtor_id.in_(ids), or_(coming, parked), PLANNED)):
            by_debtor[row.debtor_id].append(read_step(row))
        current = versions(tx)
        reserved = 0
        for debtor_id in ids:
            person = people.get(debtor_id)
            if person is None:  # erased: nothing is planned any more
                tx.execute(update(steps).where(steps.c.debtor_id == debtor_id).values(state="ended"))
                continue
            last = end_of_day(person, now)
            rows = [row for row in by_debtor[debtor_id] if row.due_at <= last]
            reserved += _write(
                tx, runtime, person, choose(person, rows, runtime.loaded, current, now, runtime.policy), now
            )
    return reserved


def _due_debtors(tx: Connection, channel: Channel, now: datetime, limit: int, only: int | None = None) -> list[int]:
    """Debtors with a due step on this channel, most urgent first, each locked for this transaction."""
    urgent = func.max(steps.c.priority)
    query = (
        select(steps.c.debtor_id)
        .where(steps.c.state.in_(LOOKED_AT), steps.c.channel == channel, steps.c.due_at <= now, PLANNED)
        .group_by(steps.c.debtor_id)
        .order_by(urgent.desc(), func.min(steps.c.due_at))
        .limit(limit)
    )
    ids = list(tx.scalars(query)) if only is None else [only]
    locked = select(debtors.c.id).where(debtors.c.id.in_(ids)).order_by(debtors.c.id)
    free = set(tx.scalars(claim(locked, tx, skip_locked=True)))
    return [debtor_id for debtor_id in ids if debtor_id in free]


def _write(tx: Connection, runtime: Runtime, person: Person, choice: Choice, now: datetime) -> int:
    entries = list(choice.entries)
    updates = dict(choice.updates)
    reserved = 0
    for contact in choice.contacts:
        try:
            entries += _reserve_contact(tx, runtime, person, contact, now)
        except OutreachError as error:  # a template that can't be rendered: this step waits for a person, others go on
            entries += [_unrenderable(row, contact, error, now) for row in contact.rows]
            updates |= {row.id: {"state": "parked", "due_at": now + TROUBLE_RETRY} for row in contact.rows}
            continue
        updates |= {row.id: {"state": "reserved"} for row in contact.rows}
        reserved += 1
    set_steps(tx, updates)
    caselog.record(tx, entries)
    if choice.replan:
        tx.execute(update(cases).where(cases.c.id.in_(choice.replan)).values(plan_dirty=True))
    return reserved


def _unrenderable(row: StepRow, contact: Contact, error: OutreachError, now: datetime) -> Entry:
    detail = {
        "campaign": row.campaign,
        "step": row.position.step,
        "because": f"template {contact.attempt.template}: {str(error).rsplit('/', 1)[-1]}",
    }
    return Entry(row.case_id, now, EventKind.STEP_SKIPPED, detail)


def _reserve_contact(tx: Connection, runtime: Runtime, person: Person, contact: Contact, now: datetime) -> list[Entry]:
    channel, template = contact.attempt.channel, contact.attempt.template
    offered = assemble.offer(contact.cases, assemble.today(person, now))
    promise = assemble.last_promise(contact.cases)
    said = assemble.message_facts(person, contact.cases, runtime.policy, now, promise=promise, offered_on=offered)
    rendered = runtime.library.render(channel, template, person.language, said)
    key = uuid4().hex
    attempt_id = insert_attempt(
        tx,
        runtime,
        person,
        key=key,
        phone_id=contact.phone.id,
        channel=channel,
        voice=Voice.RECORDED if channel is Channel.CALL else None,
        purpose=contact.ask.purpose,
        campaign_id=contact.lead.campaign_id,
        step=contact.lead.position.step,
        try_no=contact.lead.position.try_no,
        template=template,
        language=rendered.language,
        body=rendered.body if channel is Channel.SMS else None,
        segments=rendered.segments,
        offered_on=offered if channel is Channel.SMS else None,
        sender=runtime.policy.senders.of(contact.cases[0].creditor),
        window_ends_at=now + contact.valid_for,
        now=now,
    )
    permits.keep(tx, attempt_id, contact.ask, contact.verdict, runtime.loaded.rulebooks, now)
    by_case = {row.case_id: row.id for row in contact.rows}
    tx.execute(
        insert(attempt_cases),
        [{"attempt_id": attempt_id, "case_id": case.id, "step_id": by_case[case.id]} for case in contact.cases],
    )
    detail = {
        "key": key,
        "channel": channel,
        "voice": contact.ask.voice,
        "purpose": contact.ask.purpose,
        "phone_id": contact.phone.id,
        "phone": contact.phone.digest,
        "template": template,
        "language": rendered.language,
        "segments": rendered.segments,
        "rulebooks": list(contact.verdict.rulebooks),
        "zones": list(contact.verdict.zones),
        "cases": [case.ref for case in contact.cases],
    }
    return [
        Entry(row.case_id, now, EventKind.ATTEMPT_RESERVED, detail | _of_row(row, contact), attempt_id)
        for row in contact.rows
    ]


def _of_row(row: StepRow, contact: Contact) -> dict[str, Any]:
    own = {"campaign": row.campaign, "step": row.position.step, "try": row.position.try_no}
    merged = {"merged_into": contact.lead.position.step} if row.id != contact.lead.id else {}
    return own | {"version": contact.campaign.version} | merged


def place(runtime: Runtime, channel: Channel, limit: int) -> int:
    """Ask the carrier for what is reserved. Nothing is open while it answers. Returns how many it took."""
    now = runtime.clock.now()
    with runtime.db.begin() as tx:
        batch = _claim_reserved(tx, runtime, channel, now, limit)
    if not batch:
        return 0
    answers = _ask(runtime, channel, batch, now)
    for last in (False, False, True):
        try:
            with runtime.db.begin() as tx:
                return record(tx, runtime, answers, runtime.clock.now())
        except OperationalError:  # a deadlock with another worker: what was placed must be known
            if last:
                raise
    return 0


def _claim_reserved(tx: Connection, runtime: Runtime, channel: Channel, now: datetime, limit: int) -> list[Row[Any]]:
    query = (
        select(attempts, debtors.c.facts_version.label("facts_now"))
        .join(debtors, debtors.c.id == attempts.c.debtor_id)
        .where(attempts.c.state == AttemptState.RESERVED, attempts.c.channel == channel, attempts.c.touched_at <= now)
        .order_by(attempts.c.id)
        .limit(limit)
    )
    rows = list(tx.execute(claim(query, tx, skip_locked=True)))
    old = [r.id for r in rows if r.step is not None and now - r.reserved_at > LEFT_OVER]
    stops.release(tx, old, "reserved before an outage: decided anew", now)
    rows = [r for r in rows if r.id not in old]
    doubtful = [r for r in rows if r.facts_now != r.facts_version or now - r.reserved_at > STALE]
    kept = set(_judged_again(tx, runtime, doubtful, now))
    go = [row for row in rows if row not in doubtful or row.id in kept]
    if go:
        ids = [row.id for row in go]
        tx.execute(update(attempts).where(attempts.c.id.in_(ids)).values(state=AttemptState.PLACING, touched_at=now))
        return list(tx.execute(_to_place(ids)))
    return []


def _to_place(ids: Sequence[int]) -> Any:
    from outreach.store.tables import phones

    query = select(attempts, phones.c.e164).join(phones, phones.c.id == attempts.c.phone_id)
    return query.where(attempts.c.id.in_(ids)).order_by(attempts.c.id)


def _judged_again(tx: Connection, runtime: Runtime, rows: Sequence[Row[Any]], now: datetime) -> list[int]:
    """Of attempts whose facts moved on since they were reserved: those still lawful. The rest are released."""
    kept: list[int] = []
    for row in rows:
        person = facts.load(tx, [row.debtor_id], now, without_attempt=row.id).get(row.debtor_id)
        linked = list(tx.scalars(select(attempt_cases.c.case_id).where(attempt_cases.c.attempt_id == row.id)))
        loans = [person.cases[i] for i in linked if i in person.cases] if person else []
        phone = person.phone(row.phone_id) if person else None
        if person and phone and loans:
            ask = assemble.ask(person, phone, Channel(row.channel), loans, now, purpose=Purpose(row.purpose))
            verdict = judge(ask, runtime.loaded.rulebooks, now)
            ends = now + (runtime.policy.call_for if row.channel == Channel.CALL else timedelta(0))
            if verdict.allowed and judge(ask, runtime.loaded.rulebooks, ends).allowed:
                permits.keep(tx, row.id, ask, verdict, runtime.loaded.rulebooks, now)
                kept.append(row.id)
                continue
        stops.release(tx, [row.id], "no longer lawful when about to be placed", now)
    return kept


def _ask(runtime: Runtime, channel: Channel, batch: Sequence[Row[Any]], now: datetime) -> list[Placed]:
    if channel is Channel.SMS:
        texts = [
            OutgoingSms(r.key, r.e164, r.sender or "", r.body or "", max(r.window_ends_at - now, timedelta(seconds=6)))
            for r in batch
        ]
        return runtime.carrier.send(texts)
    ring = runtime.policy.ring_for
    return runtime.carrier.place(
        [OutgoingCall(r.key, r.e164, r.sender or "", ring, Voice(r.voice or Voice.RECORDED)) for r in batch]
    )


def record(tx: Connection, runtime: Runtime, answers: Iterable[Placed], now: datetime) -> int:
    """Write down what the carrier answered; a report that came first is not overwritten. Returns how many it took."""
    by_key = {answer.key: answer for answer in answers}
    rows = list(tx.execute(claim(select(attempts).where(attempts.c.key.in_(by_key)).order_by(attempts.c.id), tx)))
    taken = 0
    judged = permits.digests(tx, [row.id for row in rows])
    for row in rows:
        answer = by_key[row.key]
        if row.state == AttemptState.PLACING:
            _RECORD[answer.outcome](tx, runtime, row, answer, now, judged.get(row.id))
        taken += answer.outcome is Outcome.PLACED
    return taken


def _placed(
    tx: Connection, _runtime: Runtime, row: Row[Any], answer: Placed, now: datetime, permit: str | None
) -> None:
    moved = {"state": AttemptState.PLACED, "sid": answer.sid, "placed_at": now, "touched_at": now}
    tx.execute(update(attempts).where(attempts.c.id == row.id).values(**moved))
    detail = {"key": row.key, "sid": answer.sid, "sender": row.sender, "permit": permit}
    log(tx, row.id, EventKind.ATTEMPT_PLACED, detail, now)


def _rejected(
    tx: Connection, runtime: Runtime, row: Row[Any], answer: Placed, now: datetime, _permit: str | None
) -> None:
    meaning = runtime.carrier.meaning(answer.code or 0)
    if meaning.account_trouble:  # ours to mend, nothing about the debtor: the step waits, nothing is used up
        logger.error("the carrier refuses our account: %s (code %s)", meaning.what, answer.code)
        because = f"the carrier refuses our account: {meaning.what}"[:150]
        stops.release(tx, [row.id], because, now, retry_at=now + ACCOUNT_RETRY)
        answer_again(tx, runtime, row.id, now, now + BUSY_RETRY)
        return
    detail = {"key": row.key, "code": answer.code, "what": meaning.what, "disposition": meaning.disposition}
    log(tx, row.id, EventKind.ATTEMPT_FAILED, detail, now)
    stops.apply_meaning(tx, row, meaning, now)
    settle(tx, runtime, row.id, meaning.disposition, now, error_code=answer.code)


def _never_happened(
    tx: Connection, runtime: Runtime, row: Row[Any], answer: Placed, now: datetime, _permit: str | None
) -> None:
    stops.release(tx, [row.id], f"the carrier was not reached: {answer.message}"[:150], now, retry_at=now + BUSY_RETRY)
    answer_again(tx, runtime, row.id, now, now + BUSY_RETRY)


def _in_doubt(
    tx: Connection, _runtime: Runtime, row: Row[Any], answer: Placed, now: datetime, _permit: str | None
) -> None:
    moved = {"state": AttemptState.IN_DOUBT, "touched_at": now}
    tx.execute(update(attempts).where(attempts.c.id == row.id).values(**moved))
    log(tx, row.id, EventKind.ATTEMPT_IN_DOUBT, {"key": row.key, "because": answer.message[:150]}, now)


_RECORD = {
    Outcome.PLACED: _placed,
    Outcome.REJECTED: _rejected,
    Outcome.NEVER_HAPPENED: _never_happened,
    Outcome.IN_DOUBT: _in_doubt,
}


def log(tx: Connection, attempt_id: int, kind: EventKind, detail: Mapping[str, Any], now: datetime) -> None:
    """One line on the log of every case the attempt is about."""
    linked = tx.scalars(select(attempt_cases.c.case_id).where(attempt_cases.c.attempt_id == attempt_id))
    caselog.record(tx, [Entry(case_id, now, kind, detail, attempt_id) for case_id in linked.all()])


__all__ = ["Disposition", "dispatch", "insert_attempt", "instant", "log", "place", "record", "reserve", "waiting_again"]
