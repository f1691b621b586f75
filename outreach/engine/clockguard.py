"""Was the clock set back? Then nothing is placed until the last instant that was worked at is past again, or a person
says that the clock was wrong then and is right now."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from outreach.core.terms import ConfigError
from outreach.engine.runtime import Runtime
from outreach.store.database import Turn, take_turn
from outreach.store.kept import keep, kept

NAME, CORRECTED = "last_instant", "clock_corrected"
log = logging.getLogger("outreach")
TOLERATED = timedelta(minutes=2)  # time servers step a clock by seconds, not minutes


def last_seen(tx: Connection) -> datetime | None:
    """The latest instant this deployment has worked at."""
    value = kept(tx, NAME)
    return datetime.fromisoformat(value) if value else None


def held_until(tx: Connection, now: datetime) -> datetime | None:
    """Until when nothing is placed because the clock was set back; None: it was not."""
    seen = last_seen(tx)
    return seen if seen is not None and now < seen - TOLERATED else None


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


def correct(tx: Connection, now: datetime, by: str, why: str) -> datetime | None:
    """Somebody says that the clock is right now: the later instant is forgotten, and who said so kept. Returns that instant;
    None: the clock was not set back."""
    take_turn(tx, Turn.NOTE)
    seen = held_until(tx, now)
    if seen is None:
        return None
    keep(tx, NAME, now.isoformat())
    told = {"at": now.isoformat(), "was": seen.isoformat(), "by": by, "why": why}
    keep(tx, CORRECTED, json.dumps(told, ensure_ascii=False))
    log.critical("the clock is right at %s and was wrong at %s, says %s: %s", now, seen, by, why)
    return seen


def _hold(seen: datetime | None, now: datetime) -> None:
    if seen is not None and now < seen - TOLERATED:
        raise ConfigError(
            f"the clock was set back: it says {now:%Y-%m-%d %H:%M:%S}Z, but this database was at work until "
            f"{seen:%Y-%m-%d %H:%M:%S}Z; set the clock right, or wait; "
            "if it is right now and was wrong then: `outreach resume --clock`"
        )
