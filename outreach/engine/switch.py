"""Somebody stopped everything, or a campaign. How does nothing more leave, and how is what is under way taken back?

The switch is read where contacts are claimed, and again right before each handful of them is handed to the carrier: a
long batch stops within the time of one handful. So does what a debtor's stop, payment or text concerns. A job takes back
what was reserved, and asks the carrier to drop what it has not begun. Planning goes on; steps that wait too long expire,
shift or merge as their campaign says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, or_, select, update

from outreach.carriers import RANK, Carrier, Placed, Progress
from outreach.core.terms import AttemptState, Channel, EventKind
from outreach.engine import stops
from outreach.engine.answers import answer_again
from outreach.engine.breaker import BECAUSE as RESTING
from outreach.engine.runtime import Runtime
from outreach.engine.unread import UNREAD, debtors_to_hear
from outreach.store import caselog
from outreach.store.bulk import among, rows_in
from outreach.store.caselog import Entry
from outreach.store.database import DATABASE_AWAY, Database, claim
from outreach.store.switches import STANDS, Switch, against, against_none, standing
from outreach.store.tables import attempt_cases, attempts, debtors

logger = logging.getLogger("outreach")
HANDFUL = 32  # at most: as many creates as a carrier has under way at once, so that none of them waits for another
CANCELS = 200  # cancelled in one go, calls first: they ring
SIDE_BY_SIDE = 8
UNHEARD = timedelta(seconds=15)  # a call that goes on so long after we asked for its end is asked for again
UNREADABLE = "the switch could not be read"
MOVED_ON = "the debtor was heard of since it was about to leave: judged again"
ENDING = "the service was being shut down: left to its next start"
Ask = Callable[[Sequence[Row[Any]]], list[Placed]]


def may_leave(tx: Connection, now: datetime) -> list[ColumnElement[bool]]:
    """Conditions for attempts that may be claimed: no stop stands against them, and an answer is still timely."""
    timely = or_(attempts.c.step.is_not(None), attempts.c.window_ends_at > now)
    return [timely, *against_none(standing(tx))]


def watched(runtime: Runtime, batch: Sequence[Row[Any]], ask: Ask) -> list[Placed]:
    """`ask` the carrier for `batch`, a handful at a time, with a look at the switch right before each.

    What is stopped meanwhile, or left over because the carrier no longer answers or this process is to end, was never
    asked for: it is taken back, answers wait anew. Returns what the carrier said.
    """
    answers: list[Placed] = []
    held: dict[int, str] = {}
    waiting = list(batch)
    while waiting:
        many = max(1, min(HANDFUL, runtime.carrier.wide))  # fewer at once where the account is crowded
        handful, waiting = waiting[:many], waiting[many:]
        if runtime.breaker.resting(runtime.clock.now()):
            held |= dict.fromkeys((row.id for row in handful), RESTING)
            continue
        held |= _held(runtime, handful)
        if go := [row for row in handful if row.id not in held]:
            said = ask(go)
            runtime.breaker.told(said, runtime.clock.now())
            answers += said
    if held:
        _take_back(runtime, held)
    return answers


def _held(runtime: Runtime, handful: Sequence[Row[Any]]) -> dict[int, str]:
    """Of these attempts those that may not leave now, and why; all of them when that can't be told, or we are to end."""
    attempt_ids = [row.id for row in handful]
    if runtime.closing.is_set():
        return dict.fromkeys(attempt_ids, ENDING)
    try:
        with runtime.db.read() as connection:
            rows = connection.execute(_known_of(connection, {row.debtor_id for row in handful})).all()
            known = {row.id: row.facts_version for row in rows}
            unheard = debtors_to_hear(connection) if any(row.unread for row in rows) else frozenset()
            found = {
                r.id: MOVED_ON for r in handful if r.debtor_id in unheard or known.get(r.debtor_id) != r.facts_version
            }
            for switch in standing(connection) if any(row.stopped for row in rows) else ():
                for attempt_id in _of(connection, switch, attempt_ids):
                    found.setdefault(attempt_id, switch.because)
            return found
    except DATABASE_AWAY:
        return dict.fromkeys(attempt_ids, UNREADABLE)


def _known_of(connection: Connection, debtor_ids: Iterable[int]) -> Select[Any]:
    """Did these debtors stop, pay or write since they were claimed (the handfuls before this one take their time), and
    does any stop stand, is any text unread? All in one look: it is asked for every handful."""
    stopped, unread = exists().where(STANDS), exists().where(UNREAD)
    query = select(debtors.c.id, debtors.c.facts_version, stopped.label("stopped"), unread.label("unread"))
    return query.where(among(connection, debtors.c.id, debtor_ids))


def _of(connection: Connection, switch: Switch, attempt_ids: Sequence[int]) -> Sequence[int]:
    if switch.campaign is None:
        return attempt_ids
    return [
        row.id for row in rows_in(connection, select(attempts.c.id).where(against(switch)), attempts.c.id, attempt_ids)
    ]


def _take_back(runtime: Runtime, held: Mapping[int, str]) -> None:
    """They were about to be asked for. If that can't be written down they are in doubt, which asking the carrier settles."""
    try:
        with runtime.db.begin() as tx:
            now = runtime.clock.now()
            taken: list[int] = []
            for because in sorted(set(held.values())):
                ids = [attempt_id for attempt_id, reason in held.items() if reason == because]
                taken += stops.release(tx, ids, because, now)
            for attempt_id in taken:  # not what others settled while this process stood still
                answer_again(tx, runtime, attempt_id, now, now)
    except DATABASE_AWAY as error:
        logger.error("what was stopped can't be taken back now: %s", type(error).__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a stop took back: attempts released, attempts the carrier was asked to drop, and to how many it said yes."""

    released: int = 0
    asked: int = 0
    dropped: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(self.released + other.released, self.asked + other.asked, self.dropped + other.dropped)

    @property
    def total(self) -> int:
        return self.released + self.asked


def sweep(db: Database, carrier: Carrier | None, now: datetime) -> Swept:
    """Take back what the standing stops stand against, `CANCELS` at the carrier at most; nothing left: zeros.

    Without a `carrier` only what is reserved is released. Answers that are reserved stay so: they wait.
    """
    with db.read() as connection:
        stopped = standing(connection)
    swept = Swept()
    for switch in stopped:
        swept += Swept(released=_release(db, switch, now))
        if carrier is not None:
            swept += _cancel(db, carrier, switch, now)
    return swept


def _release(db: Database, switch: Switch, now: datetime) -> int:
    reserved = (attempts.c.state == AttemptState.RESERVED) & attempts.c.step.is_not(None)
    with db.begin() as tx:
        ids = _claimed(tx, select(attempts).where(reserved, against(switch)))
        stops.release(tx, [row.id for row in ids], switch.because, now)
    return len(ids)


def _claimed(tx: Connection, query: Any) -> list[Row[Any]]:
    """The rows, locked, those another process is at left out; their debtors are locked first, as everybody does."""
    found = tx.execute(query).all()
    stops.lock_debtors(tx, {row.debtor_id for row in found})
    return list(
        tx.execute(claim(query.where(among(tx, attempts.c.id, [row.id for row in found])), tx, skip_locked=True))
    )


def _cancel(db: Database, carrier: Carrier, switch: Switch, now: datetime) -> Swept:
    """Ask for what the carrier has and has not begun."""
    return drop(db, carrier, against(switch), {"because": switch.because, "switch": switch.id}, now)


def drop(db: Database, carrier: Carrier, which: ColumnElement[bool], why: Mapping[str, Any], now: datetime) -> Swept:
    """Ask the carrier for those of the attempts `which` that it has not begun: first on the log, then asked, nothing open.

    Calls are asked for again until their end is told (the carrier may not have heard us); that is not counted as asked.
    """
    asked_at = attempts.c.cancel_asked_at
    again = (attempts.c.channel == Channel.CALL) & (asked_at <= now - UNHEARD)
    waiting = (
        select(attempts)
        .where(
            attempts.c.state == AttemptState.PLACED,
            or_(asked_at.is_(None), again),
            attempts.c.answered_at.is_(None),
            attempts.c.rank < RANK[Progress.SENT],
            which,
        )
        .order_by(attempts.c.channel, attempts.c.id)
        .limit(CANCELS)
    )
    with db.begin() as tx:
        rows = _claimed(tx, waiting)
        tx.execute(
            update(attempts).where(among(tx, attempts.c.id, [row.id for row in rows])).values(cancel_asked_at=now)
        )
        first = [row for row in rows if row.cancel_asked_at is None]
        caselog.record(tx, _cancel_lines(tx, first, why, now))
    if not rows:
        return Swept()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        said = list(pool.map(lambda row: carrier.cancel(Channel(row.channel), row.sid), rows))
    return Swept(asked=len(first), dropped=sum(said))


def _cancel_lines(tx: Connection, rows: Sequence[Row[Any]], why: Mapping[str, Any], now: datetime) -> Iterator[Entry]:
    keys = {row.id: row.key for row in rows}
    for link in rows_in(tx, select(attempt_cases), attempt_cases.c.attempt_id, keys):
        said = {"key": keys[link.attempt_id], **why}
        yield Entry(link.case_id, now, EventKind.CANCEL_ASKED, said, link.attempt_id)


def renew_answers(runtime: Runtime) -> int:
    """Answers that could not leave in time (a stop, an outage) are decided anew: they leave while lawful, else a person
    is told. While everything is stopped they wait. Returns how many were decided."""
    now = runtime.clock.now()
    late = (attempts.c.state == AttemptState.RESERVED) & attempts.c.step.is_(None) & (attempts.c.window_ends_at <= now)
    with runtime.db.read() as connection:
        if any(switch.campaign is None for switch in standing(connection)):
            return 0
        ids = list(connection.scalars(select(attempts.c.id).where(late).order_by(attempts.c.id).limit(CANCELS)))
    return sum(_renew(runtime, attempt_id, now) for attempt_id in ids)


def _renew(runtime: Runtime, attempt_id: int, now: datetime) -> bool:
    with runtime.db.begin() as tx:
        reserved = (attempts.c.id == attempt_id) & (attempts.c.state == AttemptState.RESERVED)
        rows = _claimed(tx, select(attempts).where(reserved))
        for row in rows:
            stops.release(tx, [row.id], "it could not leave in time", now)
            answer_again(tx, runtime, row.id, now, now)
    return bool(rows)
