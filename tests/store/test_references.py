"""What a row refers to is there, and stays: on SQLite by foreign keys, on PostgreSQL by looking at a batch at once.

A case that opens stands where its log does, whoever inserts it.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from outreach.audit import audit
from outreach.core.terms import CaseStatus, EventKind
from outreach.store import caselog
from outreach.store.bulk import insert_rows
from outreach.store.caselog import GENESIS, Entry, Opening, record
from outreach.store.database import Database
from outreach.store.tables import addresses, case_events, cases, consents, debtors, phones
from tests.store.ledger import NOW, Ledger, new, noted, open_case, open_cases

PERSON = {"ref": "D2", "country": "US", "shard": 0, "facts_version": 0, "created_at": NOW}
NUMBER = {"debtor_id": 1, "e164": "+15185550123", "digest": "x", "kind": "mobile", "place": "personal", "rank": 0}
CONSENT = {"debtor_id": 1, "phone_id": None, "kind": "sms", "given_to": "us", "at": NOW, "source": "book"}
LINE = {"case_id": 1, "seq": 1, "at": NOW, "kind": "noted", "attempt_id": None, "detail": "{}", "hash": "x" * 64}
NOBODY = 77
FOREIGN = "(?i)foreign key"


@pytest.fixture
def ledger(db: Database) -> Ledger:
    return open_cases(db, ("L1", "L2"))


ORPHANS: dict[str, tuple[Any, dict[str, Any]]] = {
    "number of no debtor": (phones, {**NUMBER, "debtor_id": NOBODY}),
    "address of no debtor": (addresses, {"debtor_id": NOBODY, "country": "US"}),
    "consent of no debtor": (consents, {**CONSENT, "debtor_id": NOBODY}),
    "consent of no number": (consents, {**CONSENT, "phone_id": NOBODY}),
    "line of no case": (case_events, {**LINE, "case_id": NOBODY}),
}


@pytest.mark.parametrize("name", ORPHANS)
def test_what_refers_to_nothing_is_refused_with_all_of_its_batch(ledger: Ledger, name: str) -> None:
    table, wrong = ORPHANS[name]
    right = {**wrong, "debtor_id": 1} if "debtor_id" in wrong else {**wrong, "case_id": 1}
    if "phone_id" in wrong:
        right["phone_id"] = None
    with pytest.raises(DBAPIError, match=FOREIGN), ledger.db.begin() as tx:
        insert_rows(tx, table, tuple(wrong), [tuple(right.values()), tuple(wrong.values())])
    with ledger.db.read() as connection:
        assert connection.execute(select(table)).all() == []


def test_a_case_of_no_debtor_is_refused(ledger: Ledger) -> None:
    with pytest.raises(DBAPIError, match=FOREIGN), ledger.db.begin() as tx:
        open_case(tx, NOBODY, "L3")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM debtors WHERE id = 1",
        "DELETE FROM phones WHERE id = 1",
        "DELETE FROM cases WHERE id = 1",
        "UPDATE debtors SET id = 78 WHERE id = 1",
        "UPDATE phones SET id = 78 WHERE id = 1",
        "UPDATE phones SET debtor_id = 77 WHERE id = 1",
        "UPDATE addresses SET debtor_id = 77",
        "UPDATE consents SET debtor_id = 77",
        "UPDATE consents SET phone_id = 77",
        "UPDATE cases SET debtor_id = 77 WHERE id = 1",
    ],
)
def test_what_is_referred_to_stays(ledger: Ledger, statement: str) -> None:
    ledger.note("L1", 1)
    with ledger.db.begin() as tx:
        phone_id = new(tx, phones, **NUMBER)
        tx.execute(insert(addresses).values(debtor_id=1, country="US"))
        tx.execute(insert(consents).values({**CONSENT, "phone_id": phone_id}))
    with pytest.raises(DBAPIError, match=FOREIGN), ledger.db.begin() as tx:
        tx.execute(text(statement))
    assert audit(ledger.db) == []


@pytest.mark.parametrize("table", ["debtors", "phones", "cases"])
def test_postgresql_empties_no_table_that_others_refer_to(pg_db: Database, table: str) -> None:
    with pytest.raises(DBAPIError, match="never deleted"), pg_db.begin() as tx:
        tx.execute(text(f"TRUNCATE {table} CASCADE"))


def test_postgresql_takes_no_consent_for_the_number_of_another(pg_db: Database) -> None:
    open_cases(pg_db, ("L1",))
    with pytest.raises(DBAPIError, match="not the debtor's"), pg_db.begin() as tx:
        other = new(tx, debtors, **PERSON)
        phone_id = new(tx, phones, **NUMBER)
        tx.execute(insert(consents).values({**CONSENT, "debtor_id": other, "phone_id": phone_id}))


def test_postgresql_looks_references_up_and_reads_no_table_through(pg_db: Database) -> None:
    """The plan is made when the tables are empty, and kept while a book fills them."""
    with pg_db.read() as connection:
        query = "SELECT proname, proconfig FROM pg_proc WHERE prosrc LIKE :looks"
        found = connection.execute(text(query), {"looks": "%FROM fresh f WHERE%"}).all()
    assert sorted(name for name, _ in found) == [
        "outreach_cases_open",
        "outreach_of_a_debtor",
        "outreach_of_their_phone",
    ]
    assert all(config == ["enable_seqscan=off"] for _, config in found)


# --- a case opens as its log stands -------------------------------------------------------------------------------------


def opening(case_id: int, *entries: Entry) -> Opening:
    loan = {"creditor": "Blue Bank", "collector": "first_party", "currency": "USD", "amount_due_minor": 1, "tags": []}
    values = {"id": case_id, "debtor_id": 1, "ref": f"L{case_id}", **loan, "due_on": NOW.date(), "status": "active"}
    return Opening(values | {"plan_dirty": True, "opened_at": NOW}, entries)


def test_cases_open_with_the_lines_that_single_records_would_write(ledger: Ledger) -> None:
    closed = Entry(11, NOW, EventKind.CLOSED, {"because": "x"}, changes={"status": CaseStatus.CLOSED})
    with ledger.db.begin() as tx:
        caselog.open_cases(tx, [opening(10, noted(10, 1)), opening(11, noted(11, 1), closed)])
        caselog.open_cases(tx, [])
        open_case(tx, 1, "L12", id=12)
        record(tx, [noted(12, 1)])
        heads = tx.execute(select(cases.c.id, cases.c.status, cases.c.last_seq).where(cases.c.id > 9)).all()
    assert sorted(map(tuple, heads)) == [(10, "active", 1), (11, "closed", 2), (12, "active", 1)]
    assert audit(ledger.db) == []
    ledger.ids |= {"L10": 10}
    ledger.note("L10", 2)
    assert [line.seq for line in ledger.events("L10")] == [1, 2] and audit(ledger.db) == []


WRONG: dict[str, dict[str, Any]] = {
    "no line": {"id": 20, "last_seq": 1, "last_hash": "x" * 64},
    "another number": {"id": 21, "last_seq": 2, "last_hash": "x" * 64},
    "another hash": {"id": 21, "last_seq": 1, "last_hash": "y" * 64},
    "left out": {"id": 21, "last_seq": 0, "last_hash": GENESIS},
    "not active": {"id": 21, "last_seq": 1, "last_hash": "x" * 64, "status": "closed"},
    "not active, no line": {"id": 20, "status": "closed"},
    "no line, but a hash": {"id": 20, "last_hash": "x" * 64},
}


@pytest.mark.parametrize("name", WRONG)
def test_postgresql_refuses_a_case_that_stands_otherwise_than_its_log(pg_db: Database, name: str) -> None:
    open_cases(pg_db, ("L1",))
    with pytest.raises(DBAPIError, match="stands as its log does"), pg_db.begin() as tx:
        tx.execute(insert(case_events).values({**LINE, "case_id": 21}))
        open_case(tx, 1, "L9", **WRONG[name])
    assert audit(pg_db) == []


def test_sqlite_refuses_a_case_that_does_not_start_bare(sqlite_db: Database) -> None:
    open_cases(sqlite_db, ("L1",))
    for wrong in ({"last_seq": 1}, {"last_hash": "x" * 64}, {"status": "closed"}):
        with pytest.raises(DBAPIError, match="starts active, with no event yet"), sqlite_db.begin() as tx:
            open_case(tx, 1, "L9", **wrong)
