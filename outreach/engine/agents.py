"""Which agent is free for a debtor who asks for a person?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from outreach.core import zones
from outreach.engine.runtime import Policy
from outreach.store.database import Turn, claim, take_turn
from outreach.store.tables import agents

STUCK = timedelta(hours=2)  # an agent whose end of call was never told is free again after this


@dataclass(frozen=True, slots=True)
class Agent:
    id: int
    name: str
    phone: str


def sync(tx: Connection, policy: Policy) -> None:
    """The configured agents, as rows; those no longer configured take no calls."""
    take_turn(tx, Turn.PUBLISH)
    names = [entry.name for entry in policy.agents]
    tx.execute(update(agents).where(agents.c.name.not_in(names)).values(active=False))
    for entry in policy.agents:
        values: dict[str, Any] = {
            "phone": entry.phone,
            "hours": [[sorted(days), start, end] for days, start, end in entry.hours],
            "timezone": entry.timezone,
            "languages": sorted(entry.languages),
            "active": True,
        }
        if tx.execute(update(agents).where(agents.c.name == entry.name).values(**values)).rowcount == 0:
            tx.execute(insert(agents).values(name=entry.name, **values))


def take_free(tx: Connection, attempt_id: int, language: str | None, now: datetime) -> Agent | None:
    """Take the agent who has been free longest, is at work now and speaks the language; None if there is none."""
    query = select(agents).where(agents.c.active).order_by(agents.c.last_call_at.is_not(None), agents.c.last_call_at)
    free = [row for row in tx.execute(claim(query, tx)).all() if _is_free(row, now)]
    fitting = [row for row in free if not language or language in row.languages]
    chosen = (fitting or free)[:1]
    for row in chosen:
        tx.execute(update(agents).where(agents.c.id == row.id).values(busy_attempt_id=attempt_id, busy_since=now))
        return Agent(row.id, row.name, row.phone)
    return None


def any_free(tx: Connection, now: datetime) -> bool:
    """Is anybody at work now and not on a call?"""
    return any(_is_free(row, now) for row in tx.execute(select(agents).where(agents.c.active)))


def taken(tx: Connection, attempt_id: int) -> Agent | None:
    """The agent this call has already: a key pressed twice, or a webhook said twice, takes no second one."""
    row = tx.execute(select(agents).where(agents.c.busy_attempt_id == attempt_id)).first()
    return Agent(row.id, row.name, row.phone) if row else None


def _is_free(row: Row[Any], now: datetime) -> bool:
    busy = row.busy_since is not None and now - row.busy_since < STUCK
    local = now.astimezone(zones.zone(row.timezone))
    at = f"{local:%H:%M}"
    return not busy and any(local.isoweekday() in days and start <= at < end for days, start, end in row.hours)


def give_back(tx: Connection, attempt_id: int, now: datetime) -> str | None:
    """The call with this attempt's agent is over; the agent's name, if there was one."""
    row = tx.execute(select(agents).where(agents.c.busy_attempt_id == attempt_id)).first()
    if row is None:
        return None
    freed = {"busy_attempt_id": None, "busy_since": None, "last_call_at": now}
    tx.execute(update(agents).where(agents.c.id == row.id).values(**freed))
    return str(row.name)
