"""How long may an answer wait at the carrier? Never past the hours, nor past the time in which it is one."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from outreach.core.terms import Channel
from outreach.engine import answers, dispatch
from outreach.store import facts
from outreach.store.database import Database
from tests.engine.house import House


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2026-11-24T11:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def reaches_at_the_latest(house: House) -> datetime:
    return house.clock.now() + house.carrier.sent[-1].valid_for + dispatch.STALE


def test_what_a_person_writes_just_before_the_hours_end_does_not_reach_the_phone_after_them(house: House) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", date(2027, 1, 20))
    house.clock.set(datetime.fromisoformat("2026-11-24T20:57:00-05:00"))
    with house.db.begin() as tx:
        person = facts.load(tx, [debtor], house.clock.now())[debtor]
        say, loans = answers.Answer("ask_date"), list(person.cases.values())
        verdict = answers.answer_by_hand(tx, house.runtime, person, person.phones[0], loans, say, house.clock.now())
    assert verdict.allowed
    dispatch.dispatch(house.runtime, Channel.SMS, 10)
    assert reaches_at_the_latest(house) <= datetime.fromisoformat("2026-11-24T21:00:00-05:00")


def test_an_answer_does_not_leave_after_it_has_stopped_being_one(house: House) -> None:
    """They wrote fourteen and a half minutes ago (we were away): what reaches them after fifteen is a text of our own."""
    house.case(house.debtor(), "L1", date(2027, 1, 20))
    house.clock.set(datetime.fromisoformat("2026-11-24T21:30:00-05:00"))
    house.text("HELP", sid="SM-in-1")
    house.clock.advance(minutes=14)  # type: ignore[attr-defined]
    house.turn()
    assert len(house.carrier.sent) == 1
    assert reaches_at_the_latest(house) <= datetime.fromisoformat("2026-11-24T21:45:00-05:00")
