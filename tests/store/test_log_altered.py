"""Somebody with every right alters the log behind the triggers' back: the audit names the first event that is not as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from outreach.audit import audit
from outreach.core.canonical import canonical
from outreach.store.caselog import GENESIS, link
from outreach.store.database import Database
from outreach.store.seals import seal_due
from outreach.store.tables import case_events, cases
from tests.store.ledger import NOW, Ledger, open_cases


@pytest.fixture
def ledger(db: Database) -> Ledger:
    """Three cases; L2, with five events, will be altered. All were sealed once, and L2 went on by two events."""
    made = open_cases(db, ("L1", "L2", "L3"))
    for ref in made.ids:
        made.note(ref, 1, 2, 3)
    seal_due(db, NOW)
    made.note("L2", 4, 5)
    return made


def tamper(db: Database, *statements: Any) -> None:
    """Without the triggers."""
    with db.begin() as tx:
        if db.is_sqlite:
            for name in tx.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                tx.exec_driver_sql(f'DROP TRIGGER "{name}"')
        else:
            for table in ("case_events", "cases"):
                tx.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            tx.execute(text(statement) if isinstance(statement, str) else statement)


def found(db: Database) -> list[tuple[str, int, str]]:
    return [(finding.case, finding.seq, finding.what.partition(":")[0]) for finding in audit(db)]


THEIRS = "WHERE case_id = 2 AND seq"
ALTERED = "altered"


@pytest.mark.parametrize("seq", [4, 5])  # no seal has seen these
@pytest.mark.parametrize(
    "change",
    [{"detail": "{}"}, {"kind": "paid"}, {"at": NOW + timedelta(microseconds=1)}, {"attempt_id": 1}, {"hash": "x"}],
)
def test_whatever_is_altered_of_an_event_is_named(ledger: Ledger, change: dict[str, Any], seq: int) -> None:
    mine = (case_events.c.case_id == 2) & (case_events.c.seq == seq)
    tamper(ledger.db, update(case_events).where(mine).values(**change))
    assert found(ledger.db) == [("L2", seq, ALTERED)]


def test_of_several_the_first_is_named(ledger: Ledger) -> None:
    tamper(ledger.db, f"UPDATE case_events SET detail = '{{}}' {THEIRS} IN (5, 4)")
    assert found(ledger.db) == [("L2", 4, ALTERED)]


@pytest.mark.parametrize("seq", [1, 2, 4])
def test_a_removed_event_is_missed(ledger: Ledger, seq: int) -> None:
    tamper(ledger.db, f"DELETE FROM case_events {THEIRS} = {seq}")
    assert found(ledger.db) == [("L2", seq, "missing")]


def test_a_removed_event_is_missed_though_the_rest_is_numbered_anew(ledger: Ledger) -> None:
    renumbered = f"UPDATE case_events SET seq = 4 {THEIRS} = 5"
    tamper(ledger.db, f"DELETE FROM case_events {THEIRS} = 4", renumbered, "UPDATE cases SET last_seq = 4 WHERE id = 2")
    assert found(ledger.db) == [("L2", 4, ALTERED)]


def test_two_events_that_changed_places_are_named(ledger: Ledger) -> None:
    places = [(4, 9), (5, 4), (9, 5)]
    tamper(ledger.db, *(f"UPDATE case_events SET seq = {into} {THEIRS} = {seq}" for seq, into in places))
    assert found(ledger.db) == [("L2", 4, ALTERED)]


def test_an_event_of_another_case_put_in_its_place_is_named(ledger: Ledger) -> None:
    columns = "at, kind, attempt_id, detail, hash"
    tamper(
        ledger.db,
        f"DELETE FROM case_events {THEIRS} = 5",
        f"INSERT INTO case_events (case_id, seq, {columns}) SELECT 2, 5, {columns} FROM case_events "
        "WHERE case_id = 3 AND seq = 3",
    )
    assert found(ledger.db) == [("L2", 5, ALTERED)]


def test_an_event_added_after_the_last_is_named(ledger: Ledger) -> None:
    tamper(ledger.db, "INSERT INTO case_events SELECT 2, 6, at, kind, attempt_id, detail, hash FROM case_events "
                      "WHERE case_id = 2 AND seq = 5")  # fmt: skip
    assert found(ledger.db) == [("L2", 6, ALTERED)]


def test_a_log_taken_away_whole_is_missed(ledger: Ledger) -> None:
    tamper(ledger.db, "DELETE FROM case_events WHERE case_id = 2")
    assert ("L2", 0, "all of its 5 events are missing") in found(ledger.db)


@pytest.mark.parametrize(
    ("column", "seq", "what"),
    [
        ("last_seq = 4", 5, "added: the case counts 4 events"),
        ("last_seq = 6", 6, "missing: the case counts 6 events"),
        ("last_hash = 'x'", 0, "its last hash"),
    ],
)
def test_a_case_that_does_not_end_where_its_log_ends(ledger: Ledger, column: str, seq: int, what: str) -> None:
    tamper(ledger.db, f"UPDATE cases SET {column} WHERE id = 2")
    (finding,) = audit(ledger.db)
    assert (finding.case, finding.seq) == ("L2", seq) and what in finding.what


def rewrite(ledger: Ledger, seq: int, detail: dict[str, Any]) -> None:
    """Alter an event and compute every hash after it anew: the chain of the case itself fits again."""
    lines = ledger.events("L2")
    head, statements = lines[seq - 2].hash if seq > 1 else GENESIS, []
    for line in lines[seq - 1 :]:
        said = canonical(detail) if line.seq == seq else line.detail
        head = link(head, "L2", line.seq, line.at, line.kind, said, line.attempt_id)
        mine = (case_events.c.case_id == 2) & (case_events.c.seq == line.seq)
        statements.append(update(case_events).where(mine).values(detail=said, hash=head))
    tamper(ledger.db, *statements, update(cases).where(cases.c.id == 2).values(last_hash=head))


def cut(ledger: Ledger, keep: int) -> None:
    """Take away every event after `keep`, and what the case counts with them."""
    head = ledger.events("L2")[keep - 1].hash
    case = f"UPDATE cases SET last_seq = {keep}, last_hash = '{head}' WHERE id = 2"
    tamper(ledger.db, f"DELETE FROM case_events {THEIRS} > {keep}", case)


def test_a_chain_computed_anew_is_seen_by_the_seal(ledger: Ledger) -> None:
    rewrite(ledger, 2, {"n": 99})
    (finding,) = audit(ledger.db)
    assert finding.case == "L2" and finding.what == "altered: event 3 was on the log when it was sealed on 2027-03-09"


def test_a_tail_cut_off_is_seen_by_the_seal(ledger: Ledger) -> None:
    cut(ledger, 2)
    (finding,) = audit(ledger.db)
    assert finding.case == "L2" and finding.what == "missing: event 3 was on the log when it was sealed on 2027-03-09"


def test_what_came_after_the_last_seal_is_vouched_for_by_the_next(ledger: Ledger) -> None:
    """The limit of it: events of the current day, cut off with their counter, are missed only once they are sealed."""
    seal_due(ledger.db, NOW + timedelta(days=1))
    cut(ledger, 4)
    assert found(ledger.db) == [("L2", 0, "missing")]


def test_the_audit_of_a_span_reads_the_cases_of_that_span(ledger: Ledger) -> None:
    tamper(ledger.db, f"UPDATE case_events SET detail = '{{}}' {THEIRS} = 4")
    assert [finding.seq for finding in audit(ledger.db, NOW, NOW)] == [4]
    assert audit(ledger.db, NOW + timedelta(seconds=1)) == []
