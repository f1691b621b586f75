"""A call that waits at the carrier: it is dropped when its hours are over, or the debtor was heard of, before it rings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from outreach.audit import audit
from outreach.carriers import Progress
from outreach.core.terms import Channel
from outreach.engine import calls, queued
from outreach.store.database import Database
from tests.engine.house import FakeCarrier, House


class Deaf(FakeCarrier):
    """A carrier that does not hear the first cancel."""

    def cancel(self, channel: Channel, sid: str) -> bool:
        return super().cancel(channel, sid) and len(self.cancelled) > 1


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    """A call is at the carrier since half past five in the evening."""
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock, Deaf())  # type: ignore[arg-type]
    house.case(house.debtor(), "L1", date(2026, 11, 20))
    house.at("2026-11-24T17:30:01-05:00")
    assert len(house.carrier.called) == 1 and house.carrier.cancelled == []
    return house


def sid(house: House) -> str:
    return house.carrier.known[0][0]


def dropped(house: House) -> list[str]:
    return [detail["because"] for kind, detail in house.log("L1") if kind == "cancel_asked"]


def test_a_call_that_has_not_begun_in_its_time_is_dropped(house: House) -> None:
    house.at("2026-11-24T17:31:30-05:00")
    assert house.carrier.cancelled == []
    house.at("2026-11-24T17:32:40-05:00")
    assert house.carrier.cancelled == [sid(house)]
    assert dropped(house) == [queued.LATE]
    house.at("2026-11-24T17:32:45-05:00")
    assert house.carrier.cancelled == [sid(house)]
    house.at("2026-11-24T17:33:00-05:00")  # it was not heard: it is asked for again, and noted once
    assert house.carrier.cancelled == [sid(house)] * 2
    house.report(sid(house), Progress.CANCELED)
    house.at("2026-11-24T17:33:02-05:00")
    house.at("2026-11-24T17:34:00-05:00")
    assert house.carrier.cancelled == [sid(house)] * 2 and dropped(house) == [queued.LATE]
    assert audit(house.db) == []


def test_a_call_is_dropped_when_the_debtor_says_stop(house: House) -> None:
    house.text("STOP CALLING ME", sid="SM-in-1")
    house.at("2026-11-24T17:30:04-05:00")
    house.at("2026-11-24T17:30:05-05:00")
    assert house.carrier.cancelled == [sid(house)] and dropped(house) == [queued.HEARD_OF]


def test_a_call_that_was_answered_goes_on(house: House) -> None:
    calls.answered(house.runtime, house.carrier.called[0].key, sid(house), None)
    house.at("2026-11-24T17:35:00-05:00")
    assert house.carrier.cancelled == []


def test_a_call_that_turns_up_after_a_doubt_goes_by_when_it_was_reserved(db: Database, hand_clock: object) -> None:
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock)  # type: ignore[arg-type]
    house.case(house.debtor(), "L1", date(2026, 11, 20))
    house.carrier.dies = True
    with pytest.raises(KeyboardInterrupt):
        house.at("2026-11-24T17:30:01-05:00")
    house.clock.set(datetime.fromisoformat("2026-11-24T17:30:01-05:00") + timedelta(minutes=5))
    house.restart()
    for _ in range(3):
        house.driver.last.clear()
        house.turn()
    assert house.carrier.cancelled == [sid(house)]


def test_the_calls_are_found_without_a_look_at_all_that_the_carrier_has(house: House) -> None:
    """It is asked every second, of attempts by the ten thousand."""
    asked: list[tuple[str, Any]] = []
    event.listen(
        house.db.engine, "before_cursor_execute", lambda _c, _cursor, said, given, *_: asked.append((said, given))
    )
    queued.withdraw(house.runtime)
    looks = [one for one in asked if "EXISTS" in one[0]]
    assert len(looks) == 2
    with house.db.begin() as tx:
        if not house.db.is_sqlite:
            tx.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a table of one row is read whole
        word = "EXPLAIN QUERY PLAN" if house.db.is_sqlite else "EXPLAIN"
        for said, given in looks:
            plan = " ".join(str(row[-1]) for row in tx.exec_driver_sql(f"{word} {said}", given))
            assert "ix_attempts_ringing" in plan, plan
