"""A large campaign can't starve a small one, and one of which too much waits at the carrier is left alone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, insert, select, update

from outreach.carriers import Progress
from outreach.core.pacing import mixed, turn_of
from outreach.core.terms import Channel
from outreach.engine import plan
from outreach.engine.due import COUNTED_EVERY, due_debtors
from outreach.engine.jobs import send
from outreach.status import status
from outreach.statuswords import lines
from outreach.store import switches
from outreach.store.database import Database
from outreach.store.tables import attempts, campaigns, steps
from tests.engine.house import House

MONDAY = datetime.fromisoformat("2027-03-08T09:00:00-05:00")
NOON = datetime.fromisoformat("2027-03-09T12:00:00-05:00")  # both kinds of text are due by then
LARGE, SMALL = "overdue-1-30", "pre-due"


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(MONDAY)  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def due(house: House, large: int, small: int, *, priorities: tuple[int, int] = (90, 10)) -> None:
    """Of two campaigns so many texts are due, those of the large one since earlier, and of these priorities."""
    for number in range(large + small):
        on = date(2027, 3, 8) if number < large else date(2027, 3, 12)
        house.case(house.debtor(f"D{number}", phone=f"+1518555{number:04d}"), f"L{number}", on)
    while plan.plan(house.runtime):
        pass
    with house.db.begin() as tx:
        tx.execute(delete(steps).where(steps.c.campaign == SMALL, steps.c.due_at < NOON - timedelta(hours=12)))
        for name, priority in zip((LARGE, SMALL), priorities, strict=True):
            tx.execute(update(steps).where(steps.c.campaign == name).values(priority=priority))
    house.clock.set(NOON)


def sent(house: House) -> Counter[str]:
    """Texts that left, by campaign."""
    with house.db.read() as connection:
        query = select(campaigns.c.name).join(attempts, attempts.c.campaign_id == campaigns.c.id)
        return Counter(connection.scalars(query.where(attempts.c.state == "placed")))


def at_rate(house: House, texts: float, **changed: int) -> None:
    house.runtime.policy = replace(house.runtime.policy, sms_per_second=2 * texts, **changed)  # each has two segments


def turn(house: House) -> None:
    send(house.runtime, Channel.SMS)
    house.clock.set(house.clock.now() + timedelta(seconds=1))


def test_every_batch_has_some_of_each_campaign(house: House) -> None:
    due(house, 60, 8, priorities=(59, 39))
    at_rate(house, 10)
    turn(house)
    assert sent(house) in ({LARGE: 6, SMALL: 4}, {LARGE: 7, SMALL: 3}, {LARGE: 5, SMALL: 5})
    for _ in range(3):
        turn(house)
    assert sent(house)[SMALL] == 8, "the small one is through"
    turn(house)
    assert sent(house) == {LARGE: 42, SMALL: 8}, "and its share goes to the large one"


def test_whatever_its_priority_a_campaign_gets_its_turn_even_one_by_one(house: House) -> None:
    due(house, 40, 4, priorities=(100, 24))
    at_rate(house, 1)
    for _ in range(20):
        turn(house)
    assert sent(house)[SMALL] >= 2


def test_a_stopped_campaign_takes_no_share(house: House) -> None:
    due(house, 6, 6)
    at_rate(house, 4)
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", "x", house.clock.now(), LARGE)
    turn(house)
    assert sent(house) == {SMALL: 4}


def test_what_changed_since_it_was_planned_is_not_taken_up(house: House) -> None:
    due(house, 3, 0)
    with house.db.begin() as tx:
        tx.exec_driver_sql("UPDATE cases SET plan_dirty = (id > 1)")
        assert due_debtors(tx, house.runtime, Channel.SMS, NOON, 10) == [1]


def test_too_much_waiting_at_the_carrier_pauses_its_campaign_alone(house: House) -> None:
    due(house, 20, 3)
    at_rate(house, 8, max_unfinished=8)
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", "x", house.clock.now(), SMALL)
    turn(house)
    house.clock.set(house.clock.now() + COUNTED_EVERY)
    before = sent(house)
    with house.db.begin() as tx:
        switches.resume(tx, "Sue", "y", house.clock.now(), SMALL)
    turn(house)
    assert before == {LARGE: 8} and sent(house) == before + Counter({SMALL: 3})
    found = status(house.db, house.clock.now(), house.runtime.policy)
    assert {c["name"]: c["pressed"] for c in found["campaigns"]} == {
        "broken-promise": False, LARGE: True, SMALL: False,
    }  # fmt: skip
    assert "PAUSED while 8 wait to leave" in "\n".join(lines(found))
    for sid, item in house.carrier.known:
        house.report(sid, Progress.SENT, key=item.key)  # with or without a receipt to come: it waits there no more
    house.turn()
    house.clock.set(house.clock.now() + COUNTED_EVERY)
    turn(house)
    assert sent(house)[LARGE] > 8


@pytest.mark.parametrize("turn", [0.0, 0.3, 0.999999])
def test_any_beginning_has_its_share_of_each(turn: float) -> None:
    waiting = {"a": range(0, 100), "b": range(100, 200), "c": range(200, 203)}
    order = mixed({"a": 60, "b": 30, "c": 10}, waiting, turn)
    assert sorted(order) == list(range(203))
    for until in range(1, 30):
        counts = [sum(one in ones for one in order[:until]) for ones in waiting.values()]
        assert all(abs(count - share * until) <= 1.5 for count, share in zip(counts, (0.6, 0.3, 0.1), strict=True))
    assert mixed({}, {}, turn) == []


@pytest.mark.parametrize("stride", [0.2, 1.0, 60.0])
def test_one_by_one_too_everybody_has_a_turn(stride: float) -> None:
    waiting = {"a": [1] * 9, "b": [2], "c": [3]}
    turns = [turn_of(MONDAY + timedelta(seconds=second * stride)) for second in range(400)]
    firsts = Counter(mixed({"a": 90, "b": 9, "c": 1}, waiting, turn)[0] for turn in turns)
    assert 14 <= firsts[2] <= 40 and 1 <= firsts[3] <= 7


def test_a_second_worker_takes_up_others_than_the_first_is_at(house: House) -> None:
    due(house, 6, 2)
    ask = (house.runtime, Channel.SMS, NOON, 3)
    with house.db.begin() as first:
        theirs = due_debtors(first, *ask)
        if house.db.is_sqlite:  # one writer: the second waits, and finds what the first has left due
            return
        with house.db.begin() as second:
            others = due_debtors(second, *ask)
        assert len(theirs) == len(others) == 3 and not set(theirs) & set(others)
        with house.db.begin() as third:
            assert len(due_debtors(third, house.runtime, Channel.SMS, NOON, 8)) == 5


def test_the_due_steps_of_a_campaign_are_found_without_reading_those_of_others(house: House) -> None:
    """With a million loans, a campaign with nothing due read the due steps of all others for every batch."""
    due(house, 1, 1)
    with house.db.begin() as tx:
        _many_more(tx, 4000)
    house.db.analyze()
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(house.db.engine, "before_cursor_execute", note)
    with house.db.begin() as tx:
        assert len(due_debtors(tx, house.runtime, Channel.SMS, NOON, 10)) == 2
        heads, parameters = next(one for one in asked if "UNION ALL" in one[0])
        word = "EXPLAIN QUERY PLAN" if house.db.is_sqlite else "EXPLAIN"
        plan_ = [row[-1] for row in tx.exec_driver_sql(f"{word} {heads}", parameters)]
    scans = [line for line in plan_ if re.search(r"(SEARCH|SCAN|Scan.* on) steps", line)]
    assert scans and all("ix_steps_campaign" in scan for scan in scans)
    assert "LIMIT 10" in heads or house.db.is_sqlite, "a number it does not know is taken for a tenth of the table"


def _many_more(tx: Connection, count: int) -> None:
    """So many more steps of the small campaign, all due."""
    row = tx.execute(select(steps).where(steps.c.campaign == SMALL)).first()
    assert row is not None
    fresh = [row._asdict() | {"anchor_on": date(2000, 1, 1) + timedelta(days=n)} for n in range(count)]
    tx.execute(insert(steps), [{k: v for k, v in one.items() if k != "id"} for one in fresh])
