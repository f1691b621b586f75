"""When is what is due now finished, at the rates in force? For each campaign and channel.

What is due may still be put off by the gate, so this is the latest it takes, not a promise. Refused steps take no time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from outreach.core import zones
from outreach.core.forecast import DAY, Capacity, finish_times
from outreach.core.pacing import Limit, Pace, left_today
from outreach.core.terms import AttemptState, Channel
from outreach.engine.due import pressed
from outreach.engine.runtime import ACCOUNT, Policy
from outreach.engine.senders import paces_of
from outreach.store.switches import standing
from outreach.store.tables import attempts, steps
from outreach.store.waiting import steps_waiting

LATELY = timedelta(hours=1)
CALL_TAKES_S = 60.0  # ringing and talking, as long as no call of ours says otherwise


def forecast(
    connection: Connection, policy: Policy, now: datetime, counts: Mapping[str, int]
) -> dict[str, dict[str, dict[str, Any]]]:
    """By campaign and channel, where anything is due: how many steps, and when the last of them has left.

    `counts`: how much of each campaign is unfinished, as `due.unfinished` counts it.
    `finish_at` None: never, as things stand: the campaign is stopped or paused, or its senders may send nothing.
    """
    due: dict[Channel, dict[str, int]] = {channel: {} for channel in Channel}
    query = select(steps.c.campaign, steps.c.channel, func.count().label("n"))
    query = query.where(steps_waiting(), steps.c.due_at <= now).group_by(steps.c.campaign, steps.c.channel)
    for row in connection.execute(query):
        due[Channel(row.channel)][row.campaign] = row.n
    weights = _weights(connection, sorted({name for waiting in due.values() for name in waiting}))
    held = {switch.campaign for switch in standing(connection)} | pressed(counts, policy)
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for channel, steps_due in due.items():
        if not steps_due:
            continue
        each, room = _each(connection, channel, now), _capacity(connection, policy, channel, now)
        going = {name: count * each for name, count in steps_due.items() if name not in held and None not in held}
        ends = finish_times(going, weights, room, now)
        for name, count in steps_due.items():
            found[name][channel] = {"due": count, "finish_at": ends.get(name)}
    return found


def _weights(connection: Connection, names: Collection[str]) -> dict[str, float]:
    """The priority of one waiting step of each campaign: all of them have the same."""
    if not names:
        return {}
    ones = [
        select(steps.c.priority).where(steps.c.campaign == name, steps.c.state == "waiting").limit(1).scalar_subquery()
        for name in names
    ]
    row = connection.execute(select(*(one.label(f"n{place}") for place, one in enumerate(ones)))).one()
    return {name: (priority or 0) + 1 for name, priority in zip(names, row, strict=True)}


def _each(connection: Connection, channel: Channel, now: datetime) -> float:
    """Units one contact takes: the segments of the texts that left lately; one call."""
    if channel is Channel.CALL:
        return 1.0
    states = (AttemptState.PLACED, AttemptState.FINAL)
    lately = attempts.c.state.in_(states) & (attempts.c.touched_at >= now - LATELY) & (attempts.c.channel == channel)
    return float(connection.scalar(select(func.avg(attempts.c.segments)).where(lately)) or 1.0)


def _capacity(connection: Connection, policy: Policy, channel: Channel, now: datetime) -> Capacity:
    local = now.astimezone(zones.zone(policy.day_zone))
    midnight = datetime.combine(local.date() + DAY, datetime.min.time(), local.tzinfo)
    known = paces_of(connection, channel)
    account = policy.limit(ACCOUNT, channel)
    bounds = [(name, policy.limit(name, channel)) for name in policy.senders.all]
    own = [(known.get(name, Pace()), limit) for name, limit in bounds if limit is not None]
    rates = [sum(limit.per_second for _, limit in own)] if len(own) == len(bounds) else []
    sums = [own] if len(own) == len(bounds) and all(limit.per_day is not None for _, limit in own) else []
    if account is not None:
        rates.append(account.per_second)
        sums += [[(known.get(ACCOUNT, Pace()), account)]] if account.per_day is not None else []
    if channel is Channel.CALL:
        rates.append(policy.max_live_calls / _call_takes(connection, now))
    left = [sum(left_today(pace, limit, local.date()) for pace, limit in of) for of in sums]
    return Capacity(min(rates), midnight, _least(left), _least(_per_day(of) for of in sums))


def _per_day(of: Iterable[tuple[Pace, Limit]]) -> int:
    return sum(limit.per_day or 0 for _, limit in of)


def _least(found: Iterable[int]) -> int | None:
    return min(found, default=None)


def _call_takes(connection: Connection, now: datetime) -> float:
    """Seconds a line was held by the calls that ended lately, on average."""
    ended = (attempts.c.state == AttemptState.FINAL) & (attempts.c.touched_at >= now - LATELY)
    query = select(attempts.c.placed_at, attempts.c.final_at).where(ended, attempts.c.channel == Channel.CALL)
    held = [
        (row.final_at - row.placed_at).total_seconds()
        for row in connection.execute(query.order_by(attempts.c.touched_at.desc()).limit(200))
        if row.placed_at and row.final_at
    ]
    return max(sum(held) / len(held), 1.0) if held else CALL_TAKES_S
