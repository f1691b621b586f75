"""Whose steps are taken up now? Of every campaign with due steps some, in the shares of their priorities.

One large campaign can't starve a small one, whatever their priorities; what a campaign leaves of its share the others
take. A campaign of which too much waits at the carrier, or never got there, is left alone until it is less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, bindparam, exists, func, or_, select, union_all

from outreach.carriers import RANK, Progress
from outreach.core.pacing import mixed, turn_of
from outreach.core.terms import AttemptState, Channel
from outreach.engine.runtime import Policy, Runtime
from outreach.engine.unread import debtors_to_hear
from outreach.store.bulk import among
from outreach.store.database import claim
from outreach.store.switches import RUNNING, standing
from outreach.store.tables import attempts, campaigns, cases, debtors, steps
from outreach.store.waiting import steps_waiting

LOOKED_AT = ("waiting", "parked")
UNCHANGED = ~exists(select(cases.c.id).where(cases.c.id == steps.c.case_id, cases.c.plan_dirty))
PLANNED = UNCHANGED & RUNNING  # the plan knows all that changed, and nobody stopped it
WORKERS = 4  # that can each take up a whole batch at the same time
COUNTED_EVERY = timedelta(seconds=2)
ON_ITS_WAY = (AttemptState.RESERVED, AttemptState.PLACING, AttemptState.IN_DOUBT)


def anything_due(connection: Connection, channel: Channel, now: datetime) -> bool:
    """Is a step due on this channel at all? Mostly none is, and then nobody need be kept from writing."""
    return bool(connection.scalar(select(exists().where(steps_waiting(LOOKED_AT, (channel,)), steps.c.due_at <= now))))


def due_debtors(
    tx: Connection,
    runtime: Runtime,
    channel: Channel,
    now: datetime,
    limit: int,
    without: ColumnElement[bool] | None = None,
) -> list[int]:
    """Debtors with a due step on this channel, `limit` at most, each locked for this transaction.

    Those another worker is at are passed over, and others taken in their place. `without`: a condition on `cases` and
    `debtors`, of loans that are passed over.
    """
    left_alone = {switch.campaign for switch in standing(tx)} | _pressed(tx, runtime, now)
    if None in left_alone:
        return []
    locked: list[int] = []
    tried: set[int] = set()
    most = 1 if tx.dialect.name == "sqlite" else WORKERS
    for far in range(min(runtime.far, most), most + 1):
        heads = _heads(tx, channel, now, limit * far, left_alone, without)
        wanted = [debtor_id for debtor_id in _by_shares(heads, now) if debtor_id not in tried]
        _take(tx, wanted, locked, tried, limit)
        if len(locked) >= limit or len(heads) < limit * far:  # enough, or nobody is due beyond these
            break
    runtime.far = min(max(1, -(-len(tried) // limit)), most)
    return locked


def _by_shares(heads: Iterable[Row[Any]], now: datetime) -> list[int]:
    """The debtors of these steps, mixed in the shares of their campaigns' priorities."""
    weights: dict[str, int] = {}
    waiting: dict[str, list[int]] = {}
    for campaign, debtor_id, priority in heads:
        weights[campaign] = max(weights.get(campaign, 0), priority + 1)
        waiting.setdefault(campaign, []).append(debtor_id)
    return list(dict.fromkeys(mixed(weights, waiting, turn_of(now))))


def _take(tx: Connection, wanted: Sequence[int], locked: list[int], tried: set[int], limit: int) -> None:
    """Lock those who are free, in order, until there are `limit`: as many looks as there may be workers."""
    for _ in range(WORKERS):
        room = limit - len(locked)
        some, wanted = wanted[:room], wanted[room:]
        if not some:
            return
        tried.update(some)
        locked += lock(tx, some)


def lock(tx: Connection, ids: Sequence[int]) -> list[int]:
    """Of these debtors those whom no other worker is at, and who have not written what nobody has read; in order."""
    locked = select(debtors.c.id).where(among(tx, debtors.c.id, ids)).order_by(debtors.c.id)
    free = set(tx.scalars(claim(locked, tx, skip_locked=True)))
    free -= debtors_to_hear(tx)
    return [debtor_id for debtor_id in ids if debtor_id in free]


def _heads(
    tx: Connection,
    channel: Channel,
    now: datetime,
    limit: int,
    left_alone: Collection[str | None],
    without: ColumnElement[bool] | None,
) -> Sequence[Row[Any]]:
    """The first due steps of each campaign, `limit` of each: the beginning of a range of an index, however many wait.

    The limit is part of the text: PostgreSQL plans a statement it meets often without its values, and for a number it
    does not know it reads and sorts all that is due.
    """
    few = bindparam(None, limit, type_=Integer(), literal_execute=True, unique=True)
    names = tx.scalars(select(campaigns.c.name).distinct().order_by(campaigns.c.name))
    heads = [
        select(head)
        for name in names
        if name not in left_alone
        for head in (_head(name, state, channel, now, without).limit(few).subquery() for state in LOOKED_AT)
    ]
    return tx.execute(union_all(*heads)).all() if heads else []


def _head(name: str, state: str, channel: Channel, now: datetime, without: ColumnElement[bool] | None) -> Select[Any]:
    theirs = (steps.c.campaign == name) & (steps.c.state == state) & (steps.c.channel == channel)
    query = select(steps.c.campaign, steps.c.debtor_id, steps.c.priority).where(
        theirs, steps.c.due_at <= now, UNCHANGED
    )
    if without is not None:
        passed = (
            select(cases.c.id).join(debtors, debtors.c.id == cases.c.debtor_id).where(cases.c.id == steps.c.case_id)
        )
        query = query.where(~exists(passed.where(without)))
    return query.order_by(steps.c.due_at)


def unfinished(tx: Connection, policy: Policy, now: datetime) -> dict[str, int]:
    """Contacts of each campaign that are on their way to the carrier, or wait there. No text waits longer than it is
    valid, no call longer than it lasts."""
    since = now - max(policy.sms_valid_for, policy.call_final_after)
    waits = (attempts.c.state == AttemptState.PLACED) & (attempts.c.rank < RANK[Progress.SENT])
    query = select(campaigns.c.name, func.count()).join(attempts, attempts.c.campaign_id == campaigns.c.id)
    query = query.where(or_(attempts.c.state.in_(ON_ITS_WAY), waits & (attempts.c.touched_at > since)))
    found: dict[str, int] = defaultdict(int)
    for name, count in tx.execute(query.group_by(campaigns.c.name)):
        found[name] = int(count)
    return found


def pressed(counts: Mapping[str, int], policy: Policy) -> frozenset[str]:
    """Of campaigns with so much unfinished those of which it is too much."""
    return frozenset(name for name, count in counts.items() if count >= policy.max_unfinished)


def _pressed(tx: Connection, runtime: Runtime, now: datetime) -> frozenset[str]:
    """Campaigns of which too much is unfinished; counted every few seconds."""
    known = runtime.pressed
    if known is None or not timedelta(0) <= now - known[0] < COUNTED_EVERY:
        too_much = pressed(unfinished(tx, runtime.policy, now), runtime.policy)
        runtime.pressed = known = (now, too_much)
    return known[1]
