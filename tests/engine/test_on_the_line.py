"""Nobody is called, or texted, while a call of ours rings at them or they speak with us."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from outreach.carriers import Progress
from outreach.core.terms import Purpose
from outreach.store.database import Database
from outreach.store.tables import attempts, consents, tasks
from tests.engine.house import House


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    """Two creditors want the same person called at the same time."""
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock)  # type: ignore[arg-type]
    debtor = house.debtor()
    house.case(debtor, "L1", date(2026, 11, 20))
    house.case(debtor, "L2", date(2026, 11, 20), creditor="Other Bank")
    house.at("2026-11-24T17:30:01-05:00")
    return house


def test_the_next_call_waits_until_this_one_is_over(house: House) -> None:
    house.at("2026-11-24T17:30:20-05:00")
    assert len(house.carrier.called) == 1
    house.report(house.carrier.known[0][0], Progress.NO_ANSWER)
    house.at("2026-11-24T17:31:00-05:00")
    house.at("2026-11-24T17:31:02-05:00")
    assert len(house.carrier.called) == 2


def test_nor_are_they_called_back_meanwhile(house: House) -> None:
    asked = {"kind": "callback", "given_to": "us", "at": house.clock.now(), "source": "agent", "debtor_id": 1}
    with house.db.begin() as tx:
        tx.execute(insert(consents).values(asked))
        due_at = house.clock.now() + timedelta(seconds=30)
        task = {
            "kind": "callback",
            "state": "open",
            "note": "",
            "case_id": 1,
            "phone_id": 1,
        }
        tx.execute(insert(tasks).values(task | {"due_at": due_at, "created_at": due_at}))
    house.at("2026-11-24T17:30:32-05:00")
    assert len(house.carrier.called) == 1
    house.report(house.carrier.known[0][0], Progress.NO_ANSWER)
    house.at("2026-11-24T17:30:45-05:00")
    house.at("2026-11-24T17:30:56-05:00")
    [key] = keys_of(house, Purpose.REQUESTED_CALLBACK)
    assert [call.key for call in house.carrier.called][1:] == [key], "and the other creditor's call waits for that one"


def keys_of(house: House, purpose: Purpose) -> list[str]:
    with house.db.read() as connection:
        return list(connection.scalars(select(attempts.c.key).where(attempts.c.purpose == purpose)))
