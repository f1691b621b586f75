"""A text that never left the carrier, for a reason that passes, is sent again, twice at most; one that may arrive yet is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from outreach.audit import audit
from outreach.carriers import Progress
from outreach.carriers.twilio_codes import CODES
from outreach.core.cadence import Try
from outreach.core.terms import Channel, Disposition
from outreach.engine import dispatch, intake
from outreach.store.database import Database
from outreach.store.tables import steps, suppressions
from tests.engine import house as houses
from tests.engine.house import House, texted

TEN = "2027-03-09T10:00:01-05:00"  # a loan due on the 8th is texted


@pytest.fixture
def house(db: Database, hand_clock: object, monkeypatch: pytest.MonkeyPatch) -> House:
    """One debtor has been texted."""
    for code in (30001, 30003, 30005, 30008):
        monkeypatch.setitem(houses.MEANINGS, code, CODES[code])
    return texted(db, hand_clock, TEN)


def fails(house: House, code: int, progress: Progress = Progress.UNDELIVERED) -> None:
    """The last text does, on its way."""
    house.report(house.carrier.known[-1][0], progress, code=code)
    intake.apply(house.runtime)


def after(house: House, **time: float) -> int:
    """So much later; how many texts have left by then."""
    house.at((house.clock.now() + timedelta(**time)).isoformat())
    return len(house.carrier.sent)


def test_a_full_queue_is_tried_again_twice_the_second_time_later(house: House) -> None:
    for sent, minutes in ((1, 15), (2, 120)):
        fails(house, 30001, Progress.FAILED)
        assert after(house, minutes=minutes - 1) == sent
        assert after(house, minutes=2) == sent + 1
    fails(house, 30001, Progress.FAILED)
    assert after(house, hours=3) == 3
    with house.db.read() as connection:
        assert connection.scalars(select(steps.c.step)).one() == "first-call"
    assert audit(house.db) == []


@pytest.mark.parametrize("code", [30003, 30008, 30001])
def test_what_left_the_carrier_may_arrive_yet_and_is_not_sent_again(house: House, code: int) -> None:
    """Found by the chaos suite: a phone that was off got the first text when it was on, and the second."""
    fails(house, code)
    assert after(house, hours=5) == after(house, hours=20) == 1


def test_what_arrived_after_all_is_not_sent_again(house: House) -> None:
    fails(house, 30001, Progress.FAILED)
    house.report(house.carrier.known[0][0], Progress.DELIVERED)
    intake.apply(house.runtime)
    assert after(house, hours=3) == 1
    assert house.kinds("L1")[-1] == "delivered"


def test_nor_where_the_next_one_is_about_to_leave(house: House) -> None:
    fails(house, 30001, Progress.FAILED)
    house.clock.set(house.clock.now() + timedelta(minutes=16))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    house.report(house.carrier.known[0][0], Progress.DELIVERED)
    intake.apply(house.runtime)
    assert after(house, hours=3) == 1
    assert "attempt_released" in house.kinds("L1")
    assert audit(house.db) == []


def test_an_unknown_handset_gets_no_more_texts_after_the_second_time(house: House) -> None:
    def stopped() -> list[str]:
        with house.db.read() as connection:
            return list(connection.scalars(select(suppressions.c.reason)))

    fails(house, 30005)
    assert stopped() == []
    house.case(1, "L2", date(2027, 3, 12))
    while len(house.carrier.sent) < 2:
        after(house, hours=1)
    fails(house, 30005)
    assert stopped() == ["wrong_number"]


def test_a_next_try_of_the_campaign_goes_first(house: House) -> None:
    """It says what follows a text that does not arrive: a call the next day."""
    campaigns = house.runtime.loaded.campaigns
    first = next(step for campaign in campaigns for step in campaign.steps if step.name == "first-text")
    call = Try(Channel.CALL, "overdue_call", time(17, 30), after=timedelta(days=1))
    changed = replace(first, tries=(*first.tries, call), follow_up_on=frozenset({Disposition.UNDELIVERED}))
    house.runtime.loaded = replace(
        house.runtime.loaded,
        campaigns=tuple(replace(c, steps=tuple(changed if s is first else s for s in c.steps)) for c in campaigns),
    )
    fails(house, 30003)
    with house.db.read() as connection:
        stands = connection.execute(select(steps.c.step, steps.c.try_no)).one()
    assert tuple(stands) == ("first-text", 1)
