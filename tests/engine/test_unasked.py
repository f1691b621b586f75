"""What left from our numbers and none of us asked for: told, counted, priced, once; and nothing of ours is taken for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from outreach.audit import audit
from outreach.carriers import Left, Outcome, Progress, Report, ReportKind
from outreach.casewords import line
from outreach.console.board import board
from outreach.core.terms import Channel, Disposition
from outreach.engine import dispatch, plan, unasked
from outreach.erase import erase
from outreach.status import status
from outreach.store import facts
from outreach.store.database import Database
from outreach.store.tables import attempts, tasks
from tests.engine.house import House

OURS, THEIRS, NOBODY = "+12125550199", "+15185550123", "+15185550177"
NOON = datetime.fromisoformat("2026-11-24T12:00:00-05:00")
KINDS = {Channel.SMS: ReportKind.MESSAGE_STATUS, Channel.CALL: ReportKind.CALL_STATUS}


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(NOON)  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    made.case(made.debtor(), "L1", date(2026, 12, 20))
    assert unasked.look(made.runtime) == 0 and made.carrier.asked_left == []  # what was before is not ours to judge
    return made


def leaves(
    house: House, minute: int, sid: str = "SMx1", to: str = THEIRS, became: Progress = Progress.DELIVERED,
    channel: Channel = Channel.SMS,
) -> None:  # fmt: skip
    """Somebody else has it sent, so many minutes past noon."""
    at = NOON + timedelta(minutes=minute)
    report = Report(KINDS[channel], sid, f"x:{sid}", progress=became, at=at, sender=OURS, to=to)
    house.carrier.elsewhere.append(Left(channel, at, report))


def look(house: House, hours: float = 2) -> int:
    house.clock.set(NOON + timedelta(hours=hours))
    return unasked.look(house.runtime)


def open_tasks(house: House) -> list[tuple[str, str]]:
    with house.db.read() as connection:
        rows = connection.execute(select(tasks.c.kind, tasks.c.note).where(tasks.c.state == "open"))
        return [(row.kind, row.note) for row in rows]


def test_a_text_of_somebody_else_is_told_counted_and_a_person_s(house: House, caplog: pytest.LogCaptureFixture) -> None:
    leaves(house, 30)
    with caplog.at_level(logging.ERROR, "outreach"):
        assert look(house) == 1
    assert "nobody asked for it: SMx1" in caplog.text and THEIRS not in caplog.text
    assert house.kinds("L1") == ["opened", "contact_found", "delivered", "needs_person"]
    found = dict(house.log("L1"))["contact_found"]
    assert (
        line("contact_found", found) == f"text of 2026-11-24 17:30Z left from {OURS} that nobody here asked for: SMx1"
    )
    [(kind, note)] = open_tasks(house)
    assert kind == "trouble" and "a text of 2026-11-24 17:30Z left from our number" in note
    with house.db.begin() as tx:
        [row] = tx.execute(select(attempts)).all()
        [past] = facts.load(tx, [row.debtor_id], house.clock.now())[row.debtor_id].history
    assert (past.at, past.channel, past.disposition) == (
        NOON + timedelta(minutes=30),
        Channel.SMS,
        Disposition.DELIVERED,
    )
    assert past.cases == ("L1",) and row.price_ask_at is not None and row.state == "final"
    assert status(house.db, house.clock.now())["contacts_found"] == 1
    assert audit(house.db) == []


def test_it_is_told_once_however_often_it_is_seen(house: House) -> None:
    leaves(house, 95)
    for hours in (2, 2.1, 3, 4):
        look(house, hours)
    assert house.kinds("L1").count("contact_found") == 1 and len(open_tasks(house)) == 1


def test_a_call_that_nobody_answered_counts_as_one(house: House) -> None:
    leaves(house, 30, "CAx1", became=Progress.NO_ANSWER, channel=Channel.CALL)
    assert look(house) == 1
    with house.db.read() as connection:
        row = connection.execute(select(attempts)).one()
    assert (row.channel, row.disposition, row.campaign_id, row.step) == ("call", "no_answer", None, None)


def test_to_a_number_of_nobody_it_is_an_error_and_a_figure(house: House, caplog: pytest.LogCaptureFixture) -> None:
    leaves(house, 30, to=NOBODY)
    with caplog.at_level(logging.ERROR, "outreach"):
        assert look(house) == 1
    assert "SMx1" in caplog.text and NOBODY not in caplog.text
    assert house.kinds("L1") == ["opened"] and open_tasks(house) == []
    now = house.clock.now()
    found = status(house.db, now)
    assert (found["contacts_found"], found["inbox"]["given_up"]) == (1, 0), "it is no report that could not be applied"
    assert board(house.db, now, house.runtime.policy)["reports"] == []
    assert look(house, 3) == 0
    assert status(house.db, NOON + timedelta(days=8))["contacts_found"] == 0


def ours_left(house: House, lost: bool = False) -> None:
    """A reminder of ours leaves; the carrier's books have it, too."""
    house.case(house.debtor("D2", phone=NOBODY), "L2", date(2026, 11, 27))
    if lost:
        house.carrier.answers = [Outcome.IN_DOUBT]
    house.at("2026-11-24T12:05:00-05:00")
    [(sid, item)] = house.carrier.known
    leaves(house, 5, sid, item.to)


def test_what_is_ours_is_ours(house: House) -> None:
    ours_left(house)
    assert look(house) == 0 and open_tasks(house) == []


def test_what_is_in_doubt_may_yet_be_ours_and_is_waited_for(house: House) -> None:
    ours_left(house, lost=True)
    leaves(house, 50)
    assert look(house) == 1, "the other one"
    assert house.kinds("L2").count("contact_found") == 0
    for hours in (2.1, 3.2):
        house.driver.last.clear()
        house.clock.set(NOON + timedelta(hours=hours))
        house.turn()
    assert house.kinds("L2").count("contact_found") == 0 and "attempt_placed" in house.kinds("L2")
    assert house.kinds("L1").count("contact_found") == 1


def test_what_left_lately_is_not_judged_yet_and_is_asked_for_again(house: House) -> None:
    leaves(house, 110)
    assert look(house) == 0
    assert look(house, 3) == 1
    assert house.carrier.asked_left[-1] == (
        NOON + timedelta(hours=2) - unasked.SETTLED - unasked.OVERLAP, NOON + timedelta(hours=3) - unasked.SETTLED,
    )  # fmt: skip


def test_a_carrier_that_cannot_be_asked_is_asked_for_all_of_it_later(house: House) -> None:
    leaves(house, 30)
    house.carrier.deaf = True
    assert look(house) == 0
    house.carrier.deaf = False
    assert look(house, 9) == 1


def test_after_days_of_standing_still_they_are_gone_through_bit_by_bit(house: House) -> None:
    leaves(house, 60 * 20)
    assert [look(house, 48 + n) for n in range(8)] == [0] * 6 + [1, 0]
    assert all(until - since <= unasked.AT_MOST + unasked.OVERLAP for since, until in house.carrier.asked_left)


def test_the_next_step_is_judged_with_it(house: House) -> None:
    """A text we decided on, that has not left yet, is taken back: somebody else's counts against the cap."""
    house.case(house.debtor("D2", phone=NOBODY), "L2", date(2026, 11, 27))
    house.clock.set(NOON + timedelta(minutes=1))
    plan.plan(house.runtime)
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    leaves(house, 0, to=NOBODY)
    house.clock.set(NOON + timedelta(minutes=30))
    assert unasked.look(house.runtime) == 1
    assert "attempt_released" in house.kinds("L2")


@pytest.mark.parametrize("again", [False, True])
def test_whoever_was_forgotten_stays_forgotten(house: House, again: bool) -> None:
    leaves(house, 30)
    if again:
        look(house)
    erase(house.db, "D1", house.clock.now())
    assert look(house, 3) == (0 if again else 1)
    assert house.kinds("L1").count("contact_found") == int(again)


def two_at_once(house: House, one: Callable[[], int]) -> int:
    with ThreadPoolExecutor(2) as pool:
        return sum(job.result() for job in [pool.submit(one), pool.submit(one)])


def test_two_workers_tell_it_once(house: House) -> None:
    for n in range(5):
        leaves(house, 30 + n, f"SMx{n}")
    house.clock.set(NOON + timedelta(hours=2))
    assert two_at_once(house, lambda: unasked.look(house.runtime)) == 5
    assert house.kinds("L1").count("contact_found") == 5 and len(open_tasks(house)) == 5
