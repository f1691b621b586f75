"""When what is due now is done, at the rates in force: held against what then happens."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from outreach.console.board import board
from outreach.core.forecast import Capacity, done_in_all, when
from outreach.core.pacing import Limit
from outreach.core.terms import Channel
from outreach.engine.due import unfinished
from outreach.engine.forecast import forecast
from outreach.status import status
from outreach.statuswords import lines
from outreach.store import switches
from outreach.store.database import Database
from tests.console.conftest import client
from tests.engine.house import House
from tests.engine.test_fair import LARGE, NOON, SMALL, at_rate, due, sent, turn

A = "+12125550199"
MIDNIGHT = datetime(2027, 3, 10, 8, 0, tzinfo=UTC)  # in Los Angeles


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-08T09:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def ends(house: House) -> dict[str, datetime | None]:
    """When the texts of each campaign that are due are done."""
    with house.db.read() as connection:
        policy, now = house.runtime.policy, house.clock.now()
        found = forecast(connection, policy, now, unfinished(connection, policy, now))
    return {name: one[Channel.SMS]["finish_at"] for name, one in found.items()}


def test_what_is_foretold_happens(house: House) -> None:
    """Two campaigns side by side: the small one ends earlier, the large one when everything has left."""
    due(house, 44, 8, priorities=(59, 39))
    at_rate(house, 4)
    turn(house)  # from here on it is known how many segments a text has
    told = ends(house)
    ended: dict[str, datetime] = {}
    while len(ended) < 2:
        turn(house)
        for name, count in ((LARGE, 44), (SMALL, 8)):
            if sent(house)[name] == count:
                ended.setdefault(name, house.clock.now() - timedelta(seconds=1))
    assert told[SMALL] is not None and told[LARGE] is not None and told[SMALL] < told[LARGE]
    for name, at in ended.items():
        assert abs((told[name] - at).total_seconds()) <= 2, (name, told[name], at)  # type: ignore[operator]


def test_a_stopped_campaign_never_ends_and_takes_no_share(house: House) -> None:
    due(house, 20, 10)
    at_rate(house, 1)
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", "x", house.clock.now(), LARGE)
    assert ends(house) == {LARGE: None, SMALL: NOON + timedelta(seconds=5)}  # nothing is known of segments yet
    said = "\n".join(lines(status(house.db, house.clock.now(), house.runtime.policy)))
    assert f"{LARGE}: 20 due" in said and "20 texts done never as things stand" in said
    assert "10 texts done by 2027-03-09 17:00:05Z" in said


def test_a_days_allowance_makes_it_the_next_day(house: House) -> None:
    due(house, 30, 0)
    house.runtime.policy = replace(house.runtime.policy, limits={(A, Channel.SMS): Limit(10, 20)})
    assert ends(house) == {LARGE: MIDNIGHT + timedelta(seconds=1)}
    house.runtime.policy = replace(house.runtime.policy, limits={(A, Channel.SMS): Limit(10, 0)})
    assert ends(house) == {LARGE: None}


def test_the_board_and_the_api_show_it_and_without_config_there_is_none(house: House) -> None:
    due(house, 12, 0)
    at_rate(house, 1)
    shown = {c["name"]: c["forecast"] for c in board(house.db, NOON, house.runtime.policy)["campaigns"]}
    assert shown[LARGE] == {"sms": {"due": 12, "finish_at": NOON + timedelta(seconds=6)}} and shown[SMALL] == {}
    assert all(c["forecast"] == {} for c in status(house.db, NOON)["campaigns"])
    page = client(house, sign_in_free=True).get("/").text
    assert "due now, done by" in page and "12 texts <small>09 Mar 17:00</small>" in page
    json.dumps(status(house.db, NOON, house.runtime.policy), default=str)


def test_side_by_side_by_weight() -> None:
    assert done_in_all({"a": 10, "b": 10, "c": 0}, {"a": 1, "b": 1, "c": 9}) == pytest.approx({"a": 20, "b": 20})
    assert done_in_all({"a": 100, "b": 10}, {"a": 9, "b": 1}) == pytest.approx({"a": 110, "b": 100} | {"a": 110})
    assert done_in_all({}, {}) == {}


def test_the_day_ends() -> None:
    now = MIDNIGHT - timedelta(seconds=10)
    assert when(50, Capacity(10, MIDNIGHT), now) == now + timedelta(seconds=5)
    assert when(150, Capacity(10, MIDNIGHT), now) == now + timedelta(seconds=15)
    assert when(50, Capacity(10, MIDNIGHT, 20, 100), now) == MIDNIGHT + timedelta(seconds=3)
    assert when(250, Capacity(10, MIDNIGHT, 20, 100), now) == MIDNIGHT + timedelta(days=2, seconds=3)
    assert when(1e9, Capacity(10, MIDNIGHT, 20, 100), now) is None
    assert when(1, Capacity(0, MIDNIGHT), now) is None
