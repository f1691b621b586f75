"""How does the deployment stand right now? Read from the database, so that it is right however many processes there are.

What waits, what is under way, how late contacts leave, what the carrier refuses, who is at work, what is stopped. Each
query reads a range of an index: all of it may be asked for every few seconds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Select, cast, func, select

from outreach.core.terms import AttemptState, Channel
from outreach.engine import clockguard
from outreach.engine import workers as at_work
from outreach.engine.due import pressed, unfinished
from outreach.engine.forecast import forecast
from outreach.engine.runtime import Policy
from outreach.engine.unasked import UNASKED
from outreach.store import costs
from outreach.store.database import Database
from outreach.store.switches import standing
from outreach.store.tables import attempts, campaigns, carrier_inbox, case_events, steps, workers
from outreach.store.waiting import steps_waiting

LATELY, WEEK = timedelta(hours=1), timedelta(days=7)
WAITS = ("waiting", "parked")
UNDER_WAY = (AttemptState.RESERVED, AttemptState.PLACING, AttemptState.PLACED, AttemptState.IN_DOUBT)
LEFT = (AttemptState.PLACED, AttemptState.FINAL)  # what was placed lately is in one of these, and was touched lately
QUANTILES = {"p50": 0.5, "p95": 0.95}
SHOWN = 1000  # of the latest contacts taken back, to say why
DAY_S = 86_400


def status(db: Database, now: datetime, policy: Policy | None = None) -> dict[str, Any]:
    """Everything, as of `now`, as plain data (instants stay instants). Shapes are those of `outreach status --json`.

    `policy`: the rates and limits in force, if they can be read.
    """
    with db.read() as connection:
        return {
            "at": now,
            "held_until": clockguard.held_until(connection, now),
            "stopped": [asdict(switch) for switch in standing(connection)],
            "workers": _workers(connection, now),
            "due": _due(connection, now),
            "attempts": _attempts(connection),
            "in_doubt_oldest_at": _oldest_doubt(connection),
            "lag_seconds": {channel: _lag(connection, channel, now) for channel in Channel},
            "inbox": _inbox(connection, now),
            "contacts_found": _found(connection, now),
            "carrier_errors": _errors(connection, now),
            "taken_back": _taken_back(connection, now),
            "campaigns": _by_campaign(connection, now, policy),
            "answers_cost": costs.by_campaign(connection, now.date()).get(costs.ANSWERS, []),
        }


def _workers(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    rows = connection.execute(select(workers).order_by(workers.c.name))
    return [dict(row._mapping) | {"quiet": now - row.ticked_at > at_work.QUIET_AFTER} for row in rows]


def _due(connection: Connection, now: datetime) -> dict[str, dict[str, Any]]:
    """Steps whose time has come, and since when the first of them waits."""
    found: dict[str, dict[str, Any]] = {channel: {"steps": 0, "oldest_at": None} for channel in Channel}
    query = select(steps.c.channel, func.count().label("steps"), func.min(steps.c.due_at).label("oldest_at"))
    query = query.where(steps_waiting(), steps.c.due_at <= now).group_by(steps.c.channel)
    for row in connection.execute(query):
        found[row.channel] = {"steps": row.steps, "oldest_at": row.oldest_at}
    return found


def _attempts(connection: Connection) -> dict[str, dict[str, int]]:
    """What is under way, by state and channel."""
    found: dict[str, dict[str, int]] = {state: dict.fromkeys(Channel, 0) for state in UNDER_WAY}
    query = select(attempts.c.state, attempts.c.channel, func.count().label("n"))
    query = query.where(attempts.c.state.in_(UNDER_WAY)).group_by(attempts.c.state, attempts.c.channel)
    for row in connection.execute(query):
        found[row.state][row.channel] = row.n
    return found


def _oldest_doubt(connection: Connection) -> datetime | None:
    doubtful = attempts.c.state == AttemptState.IN_DOUBT
    oldest: datetime | None = connection.scalar(select(func.min(attempts.c.reserved_at)).where(doubtful))
    return oldest


def _placed_lately(now: datetime) -> ColumnElement[bool]:
    since = now - LATELY
    return attempts.c.state.in_(LEFT) & (attempts.c.touched_at >= since) & (attempts.c.placed_at >= since)


def _lag(connection: Connection, channel: Channel, now: datetime) -> dict[str, float | None]:
    """Seconds from when a step was due until the carrier had it, of what was placed in the last hour."""
    seconds = _seconds(connection, attempts.c.placed_at) - _seconds(connection, attempts.c.due_at)
    lately = (attempts.c.channel == channel) & attempts.c.due_at.is_not(None) & _placed_lately(now)
    count = connection.scalar(select(func.count()).select_from(attempts).where(lately)) or 0
    query = select(seconds).where(lately).order_by(seconds)
    return {name: _at_rank(connection, query, count, share) for name, share in QUANTILES.items()}


def _seconds(connection: Connection, column: Any) -> ColumnElement[float]:
    if connection.dialect.name == "sqlite":
        return func.julianday(column) * DAY_S
    return cast(func.extract("epoch", column), Float)


def _at_rank(connection: Connection, query: Select[Any], count: int, share: float) -> float | None:
    """The nearest rank: the smallest value that at least this share of all does not exceed."""
    if not count:
        return None
    rank = max(-int(-count * share // 1), 1)
    return round(float(connection.execute(query.offset(rank - 1).limit(1)).scalar_one()), 3)


def _inbox(connection: Connection, now: datetime) -> dict[str, Any]:
    """What the carrier told us and is not applied yet, and what never could be within the last day."""
    new = carrier_inbox.c.state == "new"
    waiting = select(func.count(), func.min(carrier_inbox.c.received_at)).where(new)
    depth, oldest_at = connection.execute(waiting).one()
    lost = select(func.count()).where(carrier_inbox.c.state.in_(("failed", "unmatched")))
    lost = lost.where(carrier_inbox.c.received_at > now - timedelta(days=1))
    seconds = max((now - oldest_at).total_seconds(), 0.0) if oldest_at else 0.0
    return {"depth": depth, "oldest_at": oldest_at, "lag_seconds": seconds, "given_up": connection.scalar(lost)}


def _found(connection: Connection, now: datetime) -> int:
    """Contacts of the last week that left from our numbers and that none of us asked for."""
    noted = (carrier_inbox.c.state == UNASKED) & (carrier_inbox.c.received_at > now - WEEK)
    return connection.scalar(select(func.count()).where(noted)) or 0


def _errors(connection: Connection, now: datetime) -> dict[str, int]:
    """Attempts that ended, or were taken back, within the last hour with an error of the carrier, by its code."""
    over = (AttemptState.FINAL, AttemptState.RELEASED)  # those that met trouble with our account were taken back
    ended = attempts.c.state.in_(over) & (attempts.c.touched_at >= now - LATELY)
    query = select(attempts.c.error_code, func.count().label("n")).where(ended, attempts.c.error_code.is_not(None))
    rows = connection.execute(query.group_by(attempts.c.error_code).order_by(func.count().desc()))
    return {str(row.error_code): row.n for row in rows}


def _taken_back(connection: Connection, now: datetime) -> dict[str, int]:
    """Why contacts of the last hour were taken back before they left (the latest `SHOWN`): a stop, no connection, ..."""
    query = select(case_events.c.detail).where(
        case_events.c.kind == "attempt_released", case_events.c.at > now - LATELY
    )
    rows = connection.scalars(query.order_by(case_events.c.at.desc()).limit(SHOWN))
    return dict(Counter(str(json.loads(detail).get("because")) for detail in rows).most_common())


def _by_campaign(connection: Connection, now: datetime, policy: Policy | None) -> list[dict[str, Any]]:
    """Each campaign in force: steps that are due, contacts under way, contacts placed in the last hour, and of
    those under way the ones that wait to leave, here or at the carrier."""
    ours = policy or Policy()
    names = list(connection.scalars(select(campaigns.c.name).where(campaigns.c.current).order_by(campaigns.c.name)))
    due = select(steps.c.campaign, func.count()).where(steps_waiting(), steps.c.due_at <= now)
    counts = {
        "due": _counted(connection, due.group_by(steps.c.campaign)),
        "under_way": _counted(connection, _led(attempts.c.state.in_(UNDER_WAY))),
        "placed": _counted(connection, _led(_placed_lately(now))),
        "unfinished": unfinished(connection, ours, now),
    }
    stopped = {switch.campaign for switch in standing(connection)}
    cost = costs.by_campaign(connection, now.date())
    ends = forecast(connection, policy, now, counts["unfinished"]) if policy else {}
    too_much = pressed(counts["unfinished"], ours)
    return [
        {
            "name": name,
            **{what: found.get(name, 0) for what, found in counts.items()},
            "stopped": bool({name, None} & stopped),
            "pressed": name in too_much,
            "cost": cost.get(name, []),
            "forecast": ends.get(name, {}),
        }
        for name in names
    ]


def _led(which: ColumnElement[bool]) -> Select[Any]:
    led = select(campaigns.c.name, func.count()).join(attempts, attempts.c.campaign_id == campaigns.c.id)
    return led.where(which).group_by(campaigns.c.name)


def _counted(connection: Connection, query: Select[Any]) -> Mapping[str, int]:
    return {row[0]: int(row[1]) for row in connection.execute(query)}
