"""A clock set back is noticed before anything is done."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from outreach.core.terms import ConfigError
from outreach.engine import clockguard
from outreach.store.database import Database
from outreach.store.kept import kept

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_clock_set_back_is_an_error_and_a_step_is_not(db: Database) -> None:
    with db.begin() as tx:
        assert clockguard.last_seen(tx) is None
        clockguard.note(tx, NOW)
        clockguard.note(tx, NOW - timedelta(minutes=1))
        assert clockguard.last_seen(tx) == NOW
        clockguard.note(tx, NOW + timedelta(days=1))
    with pytest.raises(ConfigError, match="set back"), db.begin() as tx:
        clockguard.note(tx, NOW)


def test_somebody_says_that_it_was_wrong_then_and_is_right_now(db: Database) -> None:
    with db.begin() as tx:
        clockguard.note(tx, NOW + timedelta(days=900))
        assert clockguard.correct(tx, NOW, "Sue", "a battery") == NOW + timedelta(days=900)
        clockguard.note(tx, NOW)
        assert clockguard.correct(tx, NOW, "Sue", "") is None, "nothing holds contact up"
        assert json.loads(kept(tx, clockguard.CORRECTED) or "") == {
            "at": NOW.isoformat(), "was": (NOW + timedelta(days=900)).isoformat(), "by": "Sue", "why": "a battery",
        }  # fmt: skip
