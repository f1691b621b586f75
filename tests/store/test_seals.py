"""A tail cut off the log, with the counter that would tell, is found by the seal of the day before."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import pytest
from sqlalchemy import select, text

from outreach.audit import audit
from outreach.store import seals
from outreach.store.database import Database
from outreach.store.seals import merkle, seal_due
from outreach.store.tables import cases, seal_heads
from outreach.store.tables import seals as sealed
from tests.engine.house import House
from tests.engine.test_audit_and_erase import tamper


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    made.case(made.debtor(), "L1", date(2026, 11, 27))
    made.case(made.debtor("D2", phone="+15185550124"), "L2", date(2027, 3, 1))
    made.at("2026-11-24T10:31:00-05:00")
    return made


def test_sealed_once_a_day_and_only_what_moved_is_kept(house: House) -> None:
    house.at("2026-11-25T10:31:00-05:00")
    house.at("2026-11-25T15:31:00-05:00")
    house.at("2026-11-26T10:31:01-05:00")
    with house.db.read() as connection:
        days = [row.sealed_at.date().isoformat() for row in connection.execute(select(sealed))]
        kept = connection.execute(select(seal_heads.c.seal_id, seal_heads.c.case_id)).all()
    assert days == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert (1, 2) in kept and (2, 2) not in kept and (3, 2) not in kept
    assert audit(house.db) == []


def test_a_tail_cut_off_with_its_counter_is_found(house: House) -> None:
    house.at("2026-11-25T10:31:00-05:00")
    with house.db.read() as connection:
        seq = connection.scalar(select(cases.c.last_seq).where(cases.c.ref == "L1"))
        before = connection.execute(
            text(f"select hash from case_events where case_id = 1 and seq = {seq - 1}")
        ).scalar()
    tamper(house, f"delete from case_events where case_id = 1 and seq = {seq}")
    tamper(house, f"update cases set last_seq = {seq - 1}, last_hash = '{before}' where id = 1")
    found = audit(house.db)
    assert any(f.case == "L1" and f"event {seq} was on the log when it was sealed" in f.what for f in found), found


def test_a_seal_made_to_fit_afterwards_does_not_fit_the_chain(house: House) -> None:
    house.at("2026-11-25T10:31:00-05:00")
    tamper(house, "update seals set root = 'x' where id = 1")
    assert any(f.case == "seal of 2026-11-24" for f in audit(house.db))


def test_a_seal_taken_out_of_the_chain_is_missed(house: House) -> None:
    house.at("2026-11-25T10:31:00-05:00")
    house.at("2026-11-26T10:31:01-05:00")
    tamper(house, "delete from seal_heads where seal_id = 2")
    tamper(house, "delete from seals where id = 2")
    assert audit(house.db)


@pytest.mark.parametrize(("last", "since"), [("id > 0", "2026-11-24"), ("id > 1", "2026-11-24")])
def test_the_last_seals_taken_away_are_missed(house: House, last: str, since: str) -> None:
    """Of a deployment that placed contacts all the while: who does that, seals."""
    for number, day in enumerate((25, 26, 27), 3):
        house.case(house.debtor(f"D{number}", phone=f"+1518555013{number}"), f"L{number}", date(2026, 11, day + 3))
        house.at(f"2026-11-{day}T10:31:00-05:00")
    assert audit(house.db) == []
    tamper(house, f"delete from seal_heads where seal_{last}")
    tamper(house, f"delete from seals where {last}")
    assert [(each.case, each.what) for each in audit(house.db)] == [
        ("the seals", f"missing: there is none after {since}, and contacts until 2026-11-27")
    ]


def test_merkle_roots() -> None:
    def h(value: str) -> str:
        return hashlib.sha256(value.encode()).hexdigest()

    assert merkle([]) == "0" * 64
    assert merkle(["a"]) == "a"
    assert merkle(["a", "b"]) == h("ab")
    assert merkle(["a", "b", "c"]) == h(h("ab") + "c")
    assert merkle(["a", "b", "c", "d", "e"]) == h(h(h("ab") + h("cd")) + "e")


def test_an_empty_house_is_sealed_too(db: Database) -> None:
    assert seal_due(db, datetime.fromisoformat("2026-11-24T09:00:00-05:00")) == 1
    assert seal_due(db, datetime.fromisoformat("2026-11-25T08:59:59-05:00")) == 0
    with db.read() as connection:
        assert list(seals.broken(connection)) == []
