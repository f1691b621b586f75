"""Why was this contact placed? The permit says it, word for word, and the log vouches for the permit."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from outreach import wire
from outreach.core.gate import judge
from outreach.erase import erase
from outreach.store.database import Database
from outreach.store.tables import permits, phones, rulebook_versions
from tests.engine.house import House


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def test_a_placed_contact_can_be_judged_again_from_its_permit_whatever_was_imported_since(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:30:01-05:00")
    with house.db.begin() as tx:
        tx.execute(update(phones).values(e164="+12135550123"))  # a later import says otherwise
    placed = next(detail for kind, detail in house.log("L1") if kind == "attempt_placed")
    with house.db.read() as connection:
        row = connection.execute(select(permits)).one()
        versions = {(v.name, v.version) for v in connection.execute(select(rulebook_versions))}
    assert hashlib.sha256(row.document.encode()).hexdigest() == row.digest == placed["permit"]
    document = json.loads(row.document)
    assert document["ask"]["phone"]["e164"] == "+15185550123"
    assert document["rulebooks"] and set(document["rulebooks"].items()) <= versions
    asked = wire.parse_ask({**document["ask"], "id": "again"})
    assert asked.now == row.judged_at == datetime(2026, 11, 24, 15, 30, 1, tzinfo=UTC)
    assert judge(asked.ask, house.runtime.loaded.rulebooks, asked.now).allowed


def test_an_answer_has_its_permit_too(house: House) -> None:
    house.case(house.debtor(), "L1", date(2027, 3, 1))
    house.clock.set(datetime.fromisoformat("2026-11-24T22:04:00-05:00"))
    house.text("will pay friday", sid="SM-in-1")
    house.at("2026-11-24T22:05:00-05:00")
    placed = next(detail for kind, detail in house.log("L1") if kind == "attempt_placed")
    with house.db.read() as connection:
        row = connection.execute(select(permits).where(permits.c.digest == placed["permit"])).one()
    assert json.loads(row.document)["ask"]["purpose"] == "reply"


def test_a_forgotten_person_leaves_only_the_digest(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:30:01-05:00")
    erase(house.db, "D1", house.clock.now())
    with house.db.read() as connection:
        row = connection.execute(select(permits)).one()
    assert row.document is None and len(row.digest) == 64
