"""How does a due step become an SMS at the carrier? Reserve, commit, call the carrier, record.

`reserve` writes and counts attempts in one transaction with the facts they were judged on locked; `place` commits each
attempt as `placing` before the request leaves and records the answer after. A crash between any two lines costs us an
attempt; it never costs the debtor a second one.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update
from sqlalchemy.exc import OperationalError

from outreach.carriers import OutgoingCall, OutgoingSms, Placed
from outreach.core.gate import judge
from outreach.core.pacing import calls_now
from outreach.core.terms import AttemptState, Channel, EventKind, OutreachError, Purpose, Voice
from outreach.engine import assemble, permits, senders, stops, switch
from outreach.engine.answers import answer_again, by_hand
from outreach.engine.choice import Choice, Contact, StepRow
from outreach.engine.choose import LAST_METRE, choose
from outreach.engine.due import LOOKED_AT, PLANNED, anything_due, due_debtors, lock
from outreach.engine.moving import end_of_day
from outreach.engine.outcomes import record
from outreach.engine.reserving import Reservation, detail, write
from outreach.engine.rows import AS_READ, set_steps, step_as_read, versions
from outreach.engine.runtime import Runtime
from outreach.engine.senders import Rooms, choose_sender, units
from outreach.engine.tasks import set_aside
from outreach.engine.unread import debtors_to_hear
from outreach.store import caselog, facts
from outreach.store.bulk import among
from outreach.store.caselog import Entry
from outreach.store.database import DATABASE_AWAY, claim
from outreach.store.facts import Person
from outreach.store.tables import attempt_cases, attempts, cases, debtors, steps

logger = logging.getLogger("outreach")
STALE = timedelta(seconds=30)  # what was judged longer ago than this is judged again before it leaves
SHORTEST = timedelta(seconds=6)  # that a carrier takes for how long a text is valid
LEFT_OVER = timedelta(minutes=2)  # a reservation older than this is from before an outage: decided anew
TROUBLE_RETRY = timedelta(hours=1)  # what could not be judged, written or paid for is looked at again
LIVE = (AttemptState.PLACING, AttemptState.PLACED, AttemptState.IN_DOUBT)  # calls that may hold a line
WRITTEN_BY_HAND = (Purpose.REMINDER, Purpose.COLLECTION)  # of what belongs to no step


def dispatch(runtime: Runtime, channel: Channel, limit: int) -> int:
    """One turn for one channel: at most `limit` contacts reserved, and placed a batch at a time. Returns how many were
    placed."""
    if limit <= 0:
        return 0
    reserve(runtime, channel, limit)
    total = 0
    while total < limit:
        most = min(limit - total, runtime.policy.batch)
        placed = place(runtime, channel, most)
        total += placed
        if placed < most:
            break
    return total


def reserve(runtime: Runtime, channel: Channel, limit: int) -> int:
    """Judge the debtors whose steps are due and reserve what is allowed, in one transaction. Returns how many.

    A debtor who can't be judged does not hold up the others: their steps are set aside for a person. While the carrier
    rests, or when this process is about to end, nothing is reserved.
    """
    if runtime.closing.is_set() or runtime.breaker.resting(runtime.clock.now()):
        return 0
    with runtime.db.read() as connection:
        if not anything_due(connection, channel, runtime.clock.now()):
            return 0
    limit = runtime.breaker.most(limit, switch.HANDFUL)
    try:
        return _reserve(runtime, channel, limit)
    except DATABASE_AWAY:
        raise
    except Exception:
        with runtime.db.begin() as tx:
            ids = due_debtors(tx, runtime, channel, runtime.clock.now(), min(limit, runtime.batch))
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
        rooms = senders.rooms_to_reserve(tx, runtime, channel, now)
        limit = min(limit, rooms.total())
        if channel is Channel.CALL:
            limit = calls_now(limit, _calls(tx, (AttemptState.RESERVED, *LIVE)), runtime.policy.max_live_calls)
        if limit <= 0:
            return 0
        most = min(limit, runtime.db.at_once(runtime.batch))
        full = senders.without_room(rooms)
        ids = due_debtors(tx, runtime, channel, now, most, full) if only is None else lock(tx, [only])
        if not ids:
            return 0
        people = facts.load(tx, ids, now)
        gone = [debtor_id for debtor_id in ids if debtor_id not in people]  # erased: nothing is planned any more
        if gone:
            tx.execute(update(steps).where(among(tx, steps.c.debtor_id, gone)).values(state="ended"))
        rows, current = _steps(tx, people, now), versions(tx)
        here = [people[debtor_id] for debtor_id in ids if debtor_id in people]
        chosen = [
            (person, choose(person, rows[person.id], runtime.loaded, current, now, runtime.policy))
            for person in here
            if not assemble.on_the_line(person, now)
        ]
        return _write(tx, runtime, chosen, rooms, now)


def _steps(tx: Connection, people: Mapping[int, Person], now: datetime) -> Mapping[int, list[StepRow]]:
    """The steps of each debtor that are due by the end of the debtor's local day."""
    last = {person.id: end_of_day(person, now) for person in people.values()}
    coming = (steps.c.state == "waiting") & (steps.c.due_at <= max(last.values(), default=now))
    parked = (steps.c.state == "parked") & (steps.c.due_at <= now)  # what it was kept for is past
    by_debtor: dict[int, list[StepRow]] = defaultdict(list)
    query = select(*AS_READ).where(or_(coming, parked), PLANNED, among(tx, steps.c.debtor_id, people))
    for row in map(step_as_read, tx.execute(query).all()):
        if row.due_at <= last[row.debtor_id]:
            by_debtor[row.debtor_id].append(row)
    return by_debtor


def _calls(tx: Connection, states: tuple[AttemptState, ...]) -> int:
    query = select(func.count()).where(attempts.c.channel == Channel.CALL, attempts.c.state.in_(states))
    return tx.scalar(query) or 0


def _write(
    tx: Connection, runtime: Runtime, chosen: Sequence[tuple[Person, Choice]], rooms: Rooms, now: datetime
) -> int:
    """Write down all that was decided; how many contacts were reserved. What its sender has no room for stays due."""
    reached_by = senders.first_senders(tx, runtime.policy, [person.id for person, choice in chosen if choice.contacts])
    entries = [entry for _, choice in chosen for entry in choice.entries]
    updates = {row_id: columns for _, choice in chosen for row_id, columns in choice.updates.items()}
    made: list[tuple[Contact, Reservation]] = []
    for person, contact in ((person, contact) for person, choice in chosen for contact in choice.contacts):
        pool = runtime.policy.senders.pool(contact.cases[0].creditor, person.country)
        sender = choose_sender(pool, reached_by.get(person.id, ()), rooms)
        if rooms.of(sender) <= 0:
            continue
        try:
            reservation = _reservation(runtime, person, contact, sender, now)
        except OutreachError as error:  # a template that can't be rendered: this step waits for a person, others go on
            entries += [_unrenderable(row, contact, error, now) for row in contact.rows]
            updates |= {row.id: {"state": "parked", "due_at": now + TROUBLE_RETRY} for row in contact.rows}
            continue
        if not rooms.take(sender, units(contact.attempt.channel, reservation.rendered.segments)):
            continue
        made.append((contact, reservation))
        updates |= {row.id: {"state": "reserved"} for row in contact.rows}
    ours = {entry.case_id for entry in entries} | {row.case_id for contact, _ in made for row in contact.rows}
    heads = caselog.lock(tx, ours)
    ids = write(tx, runtime, [reservation for _, reservation in made], now)
    for attempt_id, (contact, reservation) in zip(ids, made, strict=True):
        entries += _reserved(attempt_id, contact, reservation, now)
    set_steps(tx, updates)
    caselog.record(tx, entries, heads)
    if replan := sorted({case_id for _, choice in chosen for case_id in choice.replan}):
        tx.execute(update(cases).where(among(tx, cases.c.id, replan)).values(plan_dirty=True))
    return len(made)


def _unrenderable(row: StepRow, contact: Contact, error: OutreachError, now: datetime) -> Entry:
    said = {
        "campaign": row.campaign,
        "step": row.position.step,
        "because": f"template {contact.attempt.template}: {str(error).rsplit('/', 1)[-1]}",
    }
    return Entry(row.case_id, now, EventKind.STEP_SKIPPED, said)


def _reservation(runtime: Runtime, person: Person, contact: Contact, sender: str, now: datetime) -> Reservation:
    """The contact with its words. Raises OutreachError if its template can't be rendered."""
    channel, template = contact.attempt.channel, contact.attempt.template
    offered = assemble.offer(contact.cases, assemble.today(person, now))
    proposes = runtime.library.mentions(channel, template, person.language, "offered_on")
    promise = assemble.last_promise(contact.cases)
    said = assemble.message_facts(person, contact.cases, runtime.policy, now, promise=promise, offered_on=offered)
    return Reservation(
        person,
        contact.phone,
        contact.cases,
        contact.ask,
        contact.verdict,
        template,
        runtime.library.render(channel, template, person.language, said),
        sender,
        leaves_at=now,
        window_ends_at=now + contact.valid_for,
        lead=contact.lead,
        step_ids={row.case_id: row.id for row in contact.rows},
        offered_on=offered if channel is Channel.SMS and proposes else None,
    )


def _reserved(attempt_id: int, contact: Contact, reservation: Reservation, now: datetime) -> list[Entry]:
    said = detail(reservation)
    return [
        Entry(row.case_id, now, EventKind.ATTEMPT_RESERVED, said | _of_row(row, contact), attempt_id)
        for row in contact.rows
    ]


def _of_row(row: StepRow, contact: Contact) -> dict[str, Any]:
    own = {"campaign": row.campaign, "step": row.position.step, "try": row.position.try_no}
    merged = {"merged_into": contact.lead.position.step} if row.id != contact.lead.id else {}
    return own | {"version": contact.campaign.version} | merged


def place(runtime: Runtime, channel: Channel, limit: int) -> int:
    """Ask the carrier for what is reserved. Nothing is open while it answers. Returns how many it took."""
    now = runtime.clock.now()
    if runtime.breaker.resting(now):
        return 0
    with runtime.db.read() as connection:
        reserved = (attempts.c.state == AttemptState.RESERVED) & (attempts.c.channel == channel)
        if connection.scalar(select(attempts.c.id).where(reserved).limit(1)) is None:
            return 0
    limit = runtime.breaker.most(limit, switch.HANDFUL)
    with runtime.db.begin() as tx:
        batch = _claim_reserved(tx, runtime, channel, now, limit)
    if not batch:
        return 0
    answers = switch.watched(runtime, batch, lambda handful: _ask(runtime, channel, handful, now))
    taken = 0
    while answers:
        most = runtime.db.at_once(len(answers))
        taken += _recorded(runtime, answers[:most])
        answers = answers[most:]
    return taken


def park(runtime: Runtime, channel: Channel) -> int:
    """This process ends: what is reserved of steps and has not left waits anew, for whoever is at work. Returns how many."""
    reserved = (attempts.c.state == AttemptState.RESERVED) & (attempts.c.channel == channel)
    query = select(attempts.c.id).where(reserved, attempts.c.step.is_not(None)).order_by(attempts.c.id)
    with runtime.db.begin() as tx:
        stops.lock_debtors(tx, set(tx.scalars(query.with_only_columns(attempts.c.debtor_id))))  # as a stop does
        ids = list(tx.scalars(claim(query, tx, skip_locked=True)))
        stops.release(tx, ids, "a worker ended before it left", runtime.clock.now())
    return len(ids)


def _recorded(runtime: Runtime, answers: Sequence[Placed]) -> int:
    """Write down what the carrier said, in one transaction. Returns how many it took."""
    for last in (False, False, True):
        try:
            with runtime.db.begin() as tx:
                return record(tx, runtime, answers, runtime.clock.now())
        except OperationalError:  # a deadlock with another worker: what was placed must be known
            if last:
                raise
    return 0


def _claim_reserved(tx: Connection, runtime: Runtime, channel: Channel, now: datetime, limit: int) -> list[Row[Any]]:
    """Those that leave now, answers first: as many as their senders may be given, whoever else places some."""
    rooms = senders.take_rooms(tx, runtime, channel, now)
    limit = min(limit, rooms.total())
    if channel is Channel.CALL:
        limit = calls_now(limit, _calls(tx, LIVE), runtime.policy.max_live_calls)
    if limit <= 0:
        return []
    query = (
        select(attempts, debtors.c.facts_version.label("facts_now"))
        .join(debtors, debtors.c.id == attempts.c.debtor_id)
        .where(attempts.c.state == AttemptState.RESERVED, attempts.c.channel == channel, attempts.c.touched_at <= now)
        .where(attempts.c.sender.not_in(rooms.exhausted()), *switch.may_leave(tx, now))
        .order_by(attempts.c.step.is_not(None), attempts.c.id)
        .limit(limit)
    )
    unheard = debtors_to_hear(tx)
    rows = [row for row in tx.execute(claim(query, tx, skip_locked=True)) if row.debtor_id not in unheard]
    old = [r.id for r in rows if r.step is not None and now - r.reserved_at > LEFT_OVER]
    stops.release(tx, old, "reserved before an outage: decided anew", now)
    rows = [r for r in rows if r.id not in old]
    doubtful = [r for r in rows if r.facts_now != r.facts_version or now - r.reserved_at > STALE]
    kept = set(_judged_again(tx, runtime, doubtful, now))
    lawful = [row for row in rows if row not in doubtful or row.id in kept]
    go = [row for row in lawful if rooms.take(row.sender, units(channel, row.segments))]
    if go:
        senders.keep(tx, rooms)
        ids = [row.id for row in go]
        tx.execute(
            update(attempts).where(among(tx, attempts.c.id, ids)).values(state=AttemptState.PLACING, touched_at=now)
        )
        return list(tx.execute(_to_place(tx, ids)))
    return []


def _to_place(tx: Connection, ids: Sequence[int]) -> Any:
    from outreach.store.tables import phones

    query = select(attempts, phones.c.e164).join(phones, phones.c.id == attempts.c.phone_id)
    return query.where(among(tx, attempts.c.id, ids)).order_by(attempts.c.id)


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
            if row.step is None and ask.purpose in WRITTEN_BY_HAND:
                ask, verdict = by_hand(ask, runtime.loaded.rulebooks, now)
            else:
                verdict = judge(ask, runtime.loaded.rulebooks, now)
            ends = now + (runtime.policy.call_for if row.channel == Channel.CALL else _metre(row))
            if verdict.allowed and judge(ask, runtime.loaded.rulebooks, ends).allowed:
                permits.keep(tx, [(row.id, ask, verdict)], runtime.loaded.rulebooks, now)
                tx.execute(update(attempts).where(attempts.c.id == row.id).values(facts_version=person.facts_version))
                kept.append(row.id)
                continue
        stops.release(tx, [row.id], "no longer lawful when about to be placed", now)
        answer_again(tx, runtime, row.id, now, now)  # an answer leaves while lawful, else a person is told
    return kept


def _metre(row: Row[Any]) -> timedelta:
    """An answer may leave at once or never; anything else needs the time its way takes."""
    return timedelta(0) if row.step is None else LAST_METRE


def _ask(runtime: Runtime, channel: Channel, batch: Sequence[Row[Any]], now: datetime) -> list[Placed]:
    def timely(until: datetime) -> Callable[[], bool]:
        """A slow carrier, or a machine that stood still: what was judged then may be unlawful by now."""
        return lambda: runtime.clock.now() - now <= STALE and runtime.clock.now() <= until

    if channel is Channel.SMS:
        texts = [
            OutgoingSms(
                r.key,
                r.e164,
                r.sender or "",
                r.body or "",
                _valid_for(r.window_ends_at - now),
                timely(r.window_ends_at),
            )
            for r in batch
        ]
        return runtime.carrier.send(texts)
    ring = runtime.policy.ring_for
    calls = [
        OutgoingCall(r.key, r.e164, r.sender or "", ring, Voice(r.voice or Voice.RECORDED), timely=timely(now + STALE))
        for r in batch
    ]
    return runtime.carrier.place(calls)


def _valid_for(left: timedelta) -> timedelta:
    """How long a text may wait at the carrier, counted from when it gets there, which may be as late as is timely."""
    return max(left - STALE, SHORTEST)
