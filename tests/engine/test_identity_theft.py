"""A claim of identity theft: its own stop, silence, and for each creditor a task that says what the law asks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from outreach.audit import audit
from outreach.store.database import Database
from outreach.store.tables import suppressions, tasks
from tests.engine.house import House

DUE = date(2027, 3, 8)
WORDS = {
    "en": "that's not my loan, somebody used my name",
    "es": "ese préstamo no es mío, alguien usó mi nombre",
    "zh": "不是我借的，有人冒用我的名字",
}


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-08T20:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def rows(house: House, table: Any) -> list[Any]:
    with house.db.read() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


def writes(house: House, body: str, sid: str = "SM-in-1") -> None:
    house.text(body, sid=sid)
    house.at(house.clock.now().isoformat())


@pytest.mark.parametrize("language", list(WORDS))
def test_it_stops_everything_under_its_own_name(house: House, language: str) -> None:
    house.case(house.debtor(language=language), "L1", DUE)
    writes(house, WORDS[language])
    assert [(s.reason, s.scope, s.until) for s in rows(house, suppressions)] == [("identity_theft", "debtor", None)]
    assert house.status("L1") == "held" and house.log("L1")[1][1]["why"].endswith("identity theft")
    for day in range(9, 31):
        house.at(f"2027-03-{day:02}T17:30:05-05:00")
    assert house.carrier.sent == [] and house.carrier.called == [], "no word by software, not even a kind one"
    assert [task.kind for task in rows(house, tasks)] == ["identity_theft", "reply"]
    assert audit(house.db) == []


@pytest.mark.parametrize(
    ("collector", "says", "never"),
    [("third_party", "15 USC 1681m(g)", "1681g(e)"), ("first_party", "15 USC 1681g(e)", "1681m(g)")],
)
def test_the_task_says_what_the_law_asks(house: House, collector: str, says: str, never: str) -> None:
    house.case(house.debtor(), "L1", DUE, collector=collector)
    writes(house, WORDS["en"])
    task = rows(house, tasks)[0]
    assert says in task.note and never not in task.note and "confirm in writing" in task.note
    assert task.inbound_message_id is not None


def test_each_creditor_has_one_and_elsewhere_no_law_of_the_us_is_cited(house: House) -> None:
    debtor = house.debtor(country="MX", region="CMX", phone="+525512345678", language="es")
    house.case(debtor, "L1", DUE)
    house.case(debtor, "L2", DUE)
    house.case(debtor, "L3", DUE, creditor="Red Bank")
    house.text(WORDS["es"], sid="SM-in-1", sender="+525512345678")
    house.at(house.clock.now().isoformat())
    notes = [task.note for task in rows(house, tasks) if task.kind == "identity_theft"]
    assert len(notes) == 2 and not any("USC" in note for note in notes)
    assert {house.status(ref) for ref in ("L1", "L2", "L3")} == {"held"}


def test_a_claim_is_noted_once_and_a_stop_beside_it_too(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    writes(house, WORDS["en"])
    writes(house, f"STOP texting me, {WORDS['en']}", "SM-in-2")
    assert [stop.reason for stop in rows(house, suppressions)] == ["identity_theft", "opt_out"]
    assert [task.kind for task in rows(house, tasks)].count("identity_theft") == 1
