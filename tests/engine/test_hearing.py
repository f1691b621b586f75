"""A text whose webhook never came is fetched: a STOP that found nobody in is a STOP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from outreach.carriers import Report, ReportKind, Senders
from outreach.engine import hearing
from outreach.store.database import Database
from outreach.store.tables import inbound_messages, suppressions
from tests.engine.house import Hand, House

OURS, THEIRS = "+12125550199", "+15185550123"


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2026-11-24T11:00:00-05:00"))  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    made.case(made.debtor(), "L1", date(2026, 12, 20))
    hearing.hear(made.runtime)
    return made


def written(house: House, body: str, at: str, sid: str = "SM-in-1") -> Report:
    """A debtor writes; the webhook is lost."""
    came = datetime.fromisoformat(at)
    told = Report(ReportKind.INBOUND_SMS, sid, f"twilio:{sid}:inbound", at=came, sender=THEIRS, to=OURS, body=body)
    house.carrier.written.append(told)
    return told


def stops(house: House) -> list[str]:
    with house.db.read() as connection:
        return list(connection.scalars(select(suppressions.c.reason)))


def test_a_stop_whose_webhook_was_lost_is_fetched_and_counts(house: House) -> None:
    written(house, "STOP", "2026-11-24T11:03:00-05:00")
    house.at("2026-11-24T11:04:00-05:00")
    assert stops(house) == ["opt_out"]
    assert house.kinds("L1").count("replied") == 1
    assert len(house.carrier.sent) == 1  # within five minutes it may be confirmed


def test_what_was_told_and_fetched_counts_once(house: House) -> None:
    told = written(house, "STOP", "2026-11-24T11:03:00-05:00")
    hearing.intake.receive(house.runtime, replace(told, at=None), {})
    for minute in (4, 8, 20):
        house.at(f"2026-11-24T11:{minute:02d}:00-05:00")
    assert stops(house) == ["opt_out"] and house.kinds("L1").count("replied") == 1


def test_after_an_outage_all_of_it_is_asked_for_and_read_as_of_when_it_was_written(house: House) -> None:
    house.carrier.deaf = True
    written(house, "STOP", "2026-11-24T20:50:00-05:00")
    house.at("2026-11-25T02:00:00-05:00")
    assert stops(house) == []
    house.carrier.deaf = False
    house.at("2026-11-25T03:00:00-05:00")
    assert stops(house) == ["opt_out"] and house.carrier.sent == []
    with house.db.read() as connection:
        [came] = connection.scalars(select(inbound_messages.c.received_at))
    assert came == datetime.fromisoformat("2026-11-24T20:50:00-05:00")


def test_each_of_our_numbers_is_asked_for_a_little_more_than_what_is_new(house: House) -> None:
    house.runtime.policy = replace(house.runtime.policy, senders=Senders((OURS,), {"Blue Bank": ("+12125550198",)}))
    house.carrier.asked_since.clear()
    house.clock.set(datetime.fromisoformat("2026-11-24T12:00:00-05:00"))
    assert hearing.hear(house.runtime) == 0
    before = datetime.fromisoformat("2026-11-24T11:00:00-05:00") - hearing.OVERLAP
    assert sorted(house.carrier.asked_since) == [("+12125550198", before), (OURS, before)]
    house.carrier.asked_since.clear()
    house.clock.set(house.clock.now() + timedelta(minutes=2))
    hearing.hear(house.runtime)
    assert {since for _, since in house.carrier.asked_since} == {
        house.clock.now() - timedelta(minutes=2) - hearing.OVERLAP
    }


def test_until_the_carrier_could_be_asked_once_it_is_asked_from_when_we_first_tried(
    db: Database, hand_clock: Hand
) -> None:
    hand_clock.set(datetime.fromisoformat("2026-11-24T11:00:00-05:00"))
    house = House(db, hand_clock)
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    house.carrier.deaf = True
    hearing.hear(house.runtime)
    written(house, "STOP", "2026-11-24T11:03:00-05:00")
    house.at("2026-11-24T14:00:00-05:00")
    house.carrier.deaf = False
    house.at("2026-11-24T17:00:00-05:00")
    assert stops(house) == ["opt_out"]


def test_a_text_late_on_the_carriers_own_books_is_found(house: House) -> None:
    house.at("2026-11-24T11:55:00-05:00")
    written(house, "STOP", "2026-11-24T11:03:00-05:00")
    house.at("2026-11-24T12:00:00-05:00")
    assert stops(house) == ["opt_out"]
