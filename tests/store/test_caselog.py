"""The case log: numbered without gaps whoever writes, append-only by the database itself, and spelt in one way only."""

from __future__ import annotations

import json
import multiprocessing
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from outreach.audit import audit
from outreach.core.canonical import canonical
from outreach.core.terms import CaseStatus, EventKind
from outreach.store.caselog import GENESIS, Entry, digest, instant, link, record
from outreach.store.database import Database
from tests.store.ledger import EACH, NOW, GivenUp, Ledger, events, noted, open_cases, write

REFS = ("L1", "L2", "L3")


@pytest.fixture
def ledger(db: Database) -> Ledger:
    return open_cases(db, REFS)


def test_a_detail_that_several_share_is_on_the_line_of_each(ledger: Ledger) -> None:
    shared = {"n": 1}
    with ledger.db.begin() as tx:
        own = [Entry(case_id, NOW, EventKind.NOTED, {"n": case_id}) for case_id in ledger.ids.values()]
        same = [Entry(case_id, NOW, EventKind.NOTED, shared) for case_id in ledger.ids.values()]
        changed = Entry(ledger.ids["L2"], NOW, EventKind.UPDATED, shared, changes={"amount_due_minor": 5})
        record(tx, (entry for entry in (*own, *same, changed)))
    for ref, case_id in ledger.ids.items():
        details = [json.loads(line.detail) for line in ledger.events(ref)]
        assert details[:2] == [{"n": case_id}, {"n": 1}]
    assert json.loads(ledger.events("L2")[-1].detail) == {"n": 1, "now": {"amount_due_minor": 5}}
    assert audit(ledger.db) == [] and shared == {"n": 1}


# --- numbering ----------------------------------------------------------------------------------------------------------


def whole(ledger: Ledger, writers: int) -> None:
    """Everything that was committed is there, 1, 2, 3 ... on each case, and chained."""
    found = {ref: ledger.events(ref) for ref in REFS}
    for ref, lines in found.items():
        assert [line.seq for line in lines] == list(range(1, len(lines) + 1)), ref
    written = [json.loads(line.detail)["n"] for lines in found.values() for line in lines]
    assert {n: written.count(n) for n in written} == dict.fromkeys(range(writers), EACH)
    assert audit(ledger.db) == []


def test_threads_leave_no_gap(ledger: Ledger) -> None:
    ready = threading.Barrier(4)
    threads = [threading.Thread(target=write, args=(ledger.db.url, ledger.ids, n, ready)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole(ledger, 4)


def test_processes_leave_no_gap(ledger: Ledger) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Barrier(3)
    processes = [spawn.Process(target=write, args=(ledger.db.url, ledger.ids, n, ready)) for n in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    whole(ledger, 3)


def test_what_is_rolled_back_leaves_no_gap(ledger: Ledger) -> None:
    ledger.note("L1", 1)
    with pytest.raises(GivenUp), ledger.db.begin() as tx:
        record(tx, [noted(ledger.ids["L1"], 2)])
        raise GivenUp
    ledger.note("L1", 3)
    assert [(line.seq, line.detail) for line in ledger.events("L1")] == [(1, '{"n":1}'), (2, '{"n":3}')]


# --- what the log refuses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "error", "what"),
    [
        (noted(99), LookupError, r"no case with id \[99\]"),
        (noted(1, changes={"last_seq": 7}), ValueError, "can't change last_seq of a case"),
        (noted(1, changes={"debtor_id": 2, "ref": "X"}), ValueError, "can't change debtor_id, ref of a case"),
        (noted(1, changes={"mood": "good"}), ValueError, "can't change mood of a case"),
        (Entry(1, NOW.replace(tzinfo=None), EventKind.NOTED), ValueError, "naive instant"),
        (Entry(1, NOW, EventKind.NOTED, {"n": float("nan")}), ValueError, "not JSON compliant"),
        (Entry(1, NOW, EventKind.NOTED, {"on": date(2027, 3, 9)}), TypeError, "date is not JSON serializable"),
    ],
)
def test_a_line_that_is_none_is_refused_with_all_of_its_batch(
    ledger: Ledger, entry: Entry, error: type[Exception], what: str
) -> None:
    with pytest.raises(error, match=what), ledger.db.begin() as tx:
        record(tx, [noted(1), noted(2), entry])
    assert ledger.events("L1") == ledger.events("L2") == []


APPEND_ONLY = "case log is append-only"
NUMBER = "must carry the number after the last one"
LINE = "(case_id, seq, at, kind, detail, hash) VALUES ({}, {}, '2027-03-09 15:00:00', 'noted', '{{}}', 'x')"
INSERT = "INSERT INTO case_events " + LINE


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE case_events SET detail = '{}' WHERE case_id = 1 AND seq = 2", APPEND_ONLY),
        ("UPDATE case_events SET seq = 4 WHERE case_id = 1 AND seq = 3", APPEND_ONLY),
        ("UPDATE case_events SET at = at", APPEND_ONLY),
        ("DELETE FROM case_events WHERE case_id = 1 AND seq = 3", APPEND_ONLY),
        ("DELETE FROM case_events", APPEND_ONLY),
        (INSERT.format(1, 5), NUMBER),  # a gap
        (INSERT.format(1, 0), NUMBER),  # before the first
        (INSERT.format(2, 2), NUMBER),  # the first of a case is 1
        ("DELETE FROM cases WHERE id = 1", "(?i)foreign key"),
        ("UPDATE cases SET ref = 'L9' WHERE id = 1", "ref never changes"),
        ("UPDATE cases SET status = 'held' WHERE id = 1", "move only with a new event"),
        ("UPDATE cases SET last_seq = 2 WHERE id = 1", "move only with a new event"),
        ("UPDATE cases SET last_seq = 4 WHERE id = 1", "move only with a new event"),
        ("UPDATE cases SET last_hash = 'x' WHERE id = 1", "move only with a new event"),
    ],
)
def test_the_database_refuses_whoever_asks(ledger: Ledger, statement: str, what: str) -> None:
    ledger.note("L1", 1, 2, 3)
    with pytest.raises(DBAPIError, match=what), ledger.db.begin() as tx:
        tx.execute(text(statement))
    assert len(ledger.events("L1")) == 3 and audit(ledger.db) == []


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE"])
def test_sqlite_replaces_no_line(sqlite_db: Database, verb: str) -> None:
    """Its REPLACE takes the old row away without asking the trigger for DELETE."""
    ledger = open_cases(sqlite_db, REFS)
    ledger.note("L1", 1, 2, 3)
    with pytest.raises(DBAPIError, match=NUMBER), sqlite_db.begin() as tx:
        tx.execute(text(f"{verb} INTO case_events " + LINE.format(1, 2)))
    assert audit(sqlite_db) == []


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("TRUNCATE case_events", APPEND_ONLY),
        ("TRUNCATE cases CASCADE", "emptied, never deleted"),
        (INSERT.format(1, 3) + " ON CONFLICT (case_id, seq) DO UPDATE SET detail = '[]'", APPEND_ONLY),
        (INSERT.format(1, 4) + ", (1, 6, now(), 'noted', '{}', 'x')", NUMBER),
    ],
)
def test_postgresql_refuses_its_own_ways_too(pg_db: Database, statement: str, what: str) -> None:
    ledger = open_cases(pg_db, REFS)
    ledger.note("L1", 1, 2, 3)
    with pytest.raises(DBAPIError, match=what), pg_db.begin() as tx:
        tx.execute(text(statement))
    assert len(ledger.events("L1")) == 3 and audit(pg_db) == []


def test_a_state_moves_with_its_line_and_the_line_tells_it(ledger: Ledger) -> None:
    held = {"status": CaseStatus.HELD, "due_on": date(2027, 4, 1), "amount_due_minor": 5, "tags": ["vip"]}
    with ledger.db.begin() as tx:
        record(tx, [noted(1), Entry(1, NOW, EventKind.HELD, {"because": "x"}, changes=held)])
    case, last = ledger.case("L1"), ledger.events("L1")[-1]
    assert (case.status, case.due_on, case.amount_due_minor, case.tags) == ("held", date(2027, 4, 1), 5, ["vip"])
    assert (case.last_seq, case.last_hash, case.last_event_at) == (2, last.hash, NOW)
    now = {"amount_due_minor": 5, "due_on": "2027-04-01", "status": "held"}
    assert json.loads(last.detail) == {"because": "x", "now": now}


# --- many at once is the same as one by one -----------------------------------------------------------------------------

ODD = ["plain", "tab\tnew\nline\r", 'quote " and \\ and \\N and \\.', "Ñandú 催收 👍 \u2028", "\x7f\x01", "", "'; --"]


def test_a_batch_writes_what_single_lines_write(ledger: Ledger) -> None:
    entries = [
        Entry(
            case_id,
            NOW + timedelta(microseconds=n),
            EventKind.UPDATED,
            {"n": n, "said": said, "none": None, "list": [1, 2.5, True]},
            attempt_id=n if n % 2 else None,
            changes={"amount_due_minor": 12000 - n, "product": said} if n % 3 else {},
        )
        for n, said in enumerate(ODD * 2)
        for case_id in ledger.ids.values()
    ]

    def written(*batches: list[Entry]) -> tuple[Any, ...]:
        with pytest.raises(GivenUp), ledger.db.begin() as tx:
            for batch in batches:
                record(tx, batch)
            kept.append((
                [tuple(line) for case_id in ledger.ids.values() for line in events(tx, case_id)],
                tx.execute(text("SELECT * FROM cases ORDER BY id")).all(),
            ))  # fmt: skip
            raise GivenUp
        return kept.pop()

    kept: list[tuple[Any, ...]] = []
    together, apart = written(entries), written(*([entry] for entry in entries))
    assert together == apart
    assert [json.loads(line[5])["said"] for line in together[0]][: len(ODD)] == ODD


def test_more_lines_than_one_query_holds(ledger: Ledger) -> None:
    with ledger.db.begin() as tx:
        record(tx, [noted(case_id, n) for n in range(2500) for case_id in ledger.ids.values()])
    assert [json.loads(line.detail)["n"] for line in ledger.events("L3")] == list(range(2500))
    assert audit(ledger.db) == []


# --- one spelling -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        ({"b": 1, "a": {"d": [], "c": {}}}, '{"a":{"c":{},"d":[]},"b":1}'),
        ({"Z": 1, "a": 2, "é": 3, "催": 4, "😀": 5}, '{"Z":1,"a":2,"é":3,"催":4,"😀":5}'),
        ({"x": None, "y": True, "z": False}, '{"x":null,"y":true,"z":false}'),
        ([0, -1, 10**20, 1.0, 0.1, 1e20, 1e-7, -0.0], "[0,-1,100000000000000000000,1.0,0.1,1e+20,1e-07,-0.0]"),
        ('"\\/\b\f\n\r\t\x00\x7f\u2028', '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\x7f\u2028"'),
        ((1, "a"), '[1,"a"]'),
        ({"kind": EventKind.PAID}, '{"kind":"paid"}'),
    ],
)
def test_canonical_json(value: Any, spelt: str) -> None:
    assert canonical(value) == spelt


@pytest.mark.parametrize("value", [float("nan"), float("inf"), date(2027, 3, 9), NOW, b"bytes", {1, 2}])
def test_what_has_no_one_spelling_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        canonical({"value": value})


def test_an_instant_is_spelt_in_utc_to_the_microsecond() -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    assert instant(datetime(2027, 1, 1, 5, 45, tzinfo=kathmandu)) == "2027-01-01T00:00:00.000000Z"
    assert instant(datetime(2027, 1, 1, 0, 0, 0, 42, tzinfo=UTC)) == "2027-01-01T00:00:00.000042Z"


def test_the_hashes_are_those_they_have_always_been() -> None:
    """Typed in once. If one of them changes, no log written before verifies any more."""
    detail = canonical({"z": [1, 2.5, None], "a": "Ñ 催 \u2028", "on": "2027-03-09", "now": {"status": "held"}})
    first = link(GENESIS, 'L-1 "ü"', 1, NOW, "opened", detail, None)
    second = link(first, 'L-1 "ü"', 2, NOW + timedelta(microseconds=1), "noted", "{}", 42)
    assert detail == '{"a":"Ñ 催 \u2028","now":{"status":"held"},"on":"2027-03-09","z":[1,2.5,null]}'
    assert first == "960df4a38c048e74feae8f862b0ec48e9fef42af09c749433ed32d3f5dddad6b"
    assert second == "b63c42d5a0360a8271f4c949675b4879d63f305a779df67c2b91eff32ffd3d16"
    assert digest(b"salt", "+15185550123") == "ac41cf6f5bf83a923e0932746a117d7e9604fa71aedcc02bdac9df6f6446453d"


@given(some.text(some.characters(exclude_categories=["Cs"])), some.integers(1, 10**9), some.none() | some.integers(1))
def test_hashed_is_the_canonical_json_of_the_event(odd: str, seq: int, attempt_id: int | None) -> None:
    event = [GENESIS, odd, seq, instant(NOW), "noted", attempt_id, canonical({"said": odd})]
    wanted = sha256(canonical(event).encode()).hexdigest()
    assert link(GENESIS, odd, seq, NOW, "noted", canonical({"said": odd}), attempt_id) == wanted
