"""The log can't be altered unseen, and a person can be forgotten while it still verifies."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from outreach.audit import audit, audit_due, last_audit
from outreach.core.terms import OutreachError
from outreach.erase import erase
from outreach.store.database import Database
from outreach.store.tables import attempts, case_events, cases, debtors, phones
from tests.engine.house import House


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    made.case(made.debtor(), "L1", date(2026, 11, 27))
    made.at("2026-11-24T10:31:00-05:00")
    made.text("will pay friday", sid="SM-in-1")
    made.at("2026-11-24T10:32:00-05:00")
    return made


def tamper(house: House, statement: str) -> None:
    """As an intruder with every right would: without the triggers."""
    with house.db.begin() as tx:
        if house.db.is_sqlite:
            for name in tx.scalars(text("select name from sqlite_master where type='trigger'")).all():
                tx.execute(text(f'drop trigger "{name}"'))
        else:
            tx.execute(text("set local session_replication_role = replica"))
        tx.execute(text(statement))


def test_an_untouched_log_is_whole(house: House) -> None:
    assert audit(house.db) == []


def test_once_a_day_everything_is_verified_and_the_result_kept(house: House) -> None:
    now = house.clock.now()
    assert last_audit(house.db) is None
    assert audit_due(house.db, now) == 0 and last_audit(house.db) == (now, 0)
    tamper(house, "update case_events set detail = '{}' where seq = 2")
    assert audit_due(house.db, now + timedelta(hours=23)) == 0, "not again on the same day"
    assert audit_due(house.db, now + timedelta(hours=24)) == 1
    assert last_audit(house.db) == (now + timedelta(hours=24), 1)


@pytest.mark.parametrize(
    ("statement", "seq", "what"),
    [
        ("update case_events set detail = '{}' where seq = 2", 2, "altered"),
        ("update case_events set kind = 'delivered' where seq = 3", 3, "altered"),
        ("delete from case_events where seq = 2", 2, "missing"),
        ("delete from case_events where seq = (select max(seq) from case_events)", 0, "missing"),
        ("update cases set last_hash = 'x'", 0, "last hash"),
    ],
)
def test_the_first_altered_event_is_named(house: House, statement: str, seq: int, what: str) -> None:
    tamper(house, statement)
    found = audit(house.db)
    assert {each.case for each in found} == {"L1"} and what in found[0].what
    if seq:
        assert found[0].seq == seq


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("status = 'active'", "its status is active, and the log left it at promised"),
        ("status = 'closed'", "its status is closed, and the log left it at promised"),
    ],
)
def test_a_case_that_is_otherwise_than_its_log_left_it_is_found(house: House, change: str, what: str) -> None:
    tamper(house, f"update cases set {change}")
    assert [(each.case, each.what) for each in audit(house.db)] == [("L1", what)]


@pytest.mark.parametrize(
    "statement",
    [
        "update case_events set detail = '{}' where seq = 1",
        "delete from case_events where seq = 1",
        "update cases set status = 'closed'",
    ],
)
def test_the_database_itself_refuses(house: House, statement: str) -> None:
    with pytest.raises(DBAPIError), house.db.begin() as tx:
        tx.execute(text(statement))
    assert audit(house.db) == []


def test_a_person_is_forgotten_and_the_proof_stays(house: House) -> None:
    assert erase(house.db, "D1", house.clock.now()) == 1
    assert erase(house.db, "D1", house.clock.now()) == 0
    assert audit(house.db) == []
    with house.db.read() as connection:
        person = connection.execute(select(debtors)).one()
        assert (person.name, person.salt) == (None, None)
        assert connection.scalars(select(phones.c.e164)).all() == [None]
        assert set(connection.scalars(select(attempts.c.body))) == {None}
        everything = " ".join(
            str(row) for table in (case_events, cases, attempts) for row in connection.execute(select(table))
        )
    assert "5185550123" not in everything and "Maria" not in everything
    sent = len(house.carrier.sent)
    house.at("2026-12-20T10:31:00-05:00")
    assert len(house.carrier.sent) == sent and house.carrier.called == []


def test_nobody_of_that_name(house: House) -> None:
    with pytest.raises(OutreachError, match="no debtor 'X'"):
        erase(house.db, "X", house.clock.now())


def test_columns_that_are_no_state_may_change(house: House) -> None:
    with house.db.begin() as tx:
        tx.execute(update(cases).values(plan_dirty=True))
