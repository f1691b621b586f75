"""Was the clock set back? Then nothing is placed until the last instant that was worked at is past again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from outreach.core.terms import ConfigError
from outreach.engine.runtime import Runtime
from outreach.store.database import Turn, take_turn
from outreach.store.kept import keep, kept

NAME = "last_instant"
TOLERATED = timedelta(minutes=2)  # time servers step a clock by seconds, not minutes


def last_seen(tx: Connection) -> datetime | None:
    """The latest instant this deployment has worked at."""
    value = kept(tx, NAME)
    return datetime.fromisoformat(value) if value else None


def check(runtime: Runtime) -> None:
    """Raises ConfigError if the clock stands well before the last instant seen: nothing may be placed."""
    with runtime.db.read() as connection:
        _hold(last_seen(connection), runtime.clock.now())


def note(tx: Connection, now: datetime) -> None:
    """Remember `now`. Raises ConfigError if the clock stands well before the last instant seen."""
    take_turn(tx, Turn.NOTE)
    seen = last_seen(tx)
    _hold(seen, now)
    keep(tx, NAME, (max(now, seen) if seen else now).isoformat())


def _hold(seen: datetime | None, now: datetime) -> None:
    if seen is not None and now < seen - TOLERATED:
        raise ConfigError(
            f"the clock was set back: it says {now:%Y-%m-%d %H:%M:%S}Z, but this database was at work until "
            f"{seen:%Y-%m-%d %H:%M:%S}Z; set the clock right, or wait"
        )
