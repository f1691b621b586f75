"""Reports that come at once are durable by one commit, and each caller learns of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from outreach.engine.mailbag import MOST, Mailbag, deliver
from outreach.store.database import Database
from outreach.store.tables import carrier_inbox

NOON = datetime(2027, 3, 9, 12, tzinfo=UTC)


def row(dedupe: str, at: datetime = NOON) -> dict[str, Any]:
    return {
        "carrier": "twilio", "kind": "message_status", "dedupe": dedupe, "received_at": at, "raw": "{}",
        "state": "new", "tries": 0,
    }  # fmt: skip


@contextmanager
def commits(db: Database) -> Iterator[list[None]]:
    seen: list[None] = []

    def note(_connection: object) -> None:
        seen.append(None)

    event.listen(db.engine, "commit", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "commit", note)


def together(bag: Mailbag, db: Database, rows: list[dict[str, Any]]) -> list[Future[bool]]:
    """All of them come while another's commit is under way."""
    with ThreadPoolExecutor(len(rows)) as threads:
        bag._writing = True
        put = [threads.submit(bag.put, db, each) for each in rows]
        pause = threading.Event()
        while len(bag._waiting) < len(rows):
            pause.wait(0.001)
        bag._pass_on()
        return put


def stored(db: Database) -> list[str]:
    with db.read() as connection:
        return sorted(connection.scalars(select(carrier_inbox.c.dedupe)))


def test_what_comes_at_once_is_one_commit_and_each_is_new_once(db: Database) -> None:
    bag, names = Mailbag(), [f"r{n % 24}" for n in range(32)]  # a quarter of them twice
    with commits(db) as seen:
        put = together(bag, db, [row(name) for name in names])
    assert len(seen) == 1
    assert sum(each.result() for each in put) == 24
    assert stored(db) == sorted(set(names))


def test_a_lone_report_is_written_at_once_and_only_once(db: Database) -> None:
    bag = Mailbag()
    assert bag.put(db, row("r")) is True
    assert bag.put(db, row("r")) is False
    assert Mailbag().put(db, row("r")) is False, "another process"
    assert stored(db) == ["r"]


def test_one_that_cannot_be_stored_takes_no_other_with_it(db: Database) -> None:
    put = together(Mailbag(), db, [row("a"), row("naive", NOON.replace(tzinfo=None)), row("b")])
    results = {name: each.exception() for name, each in zip(("a", "naive", "b"), put, strict=True)}
    assert results["a"] is None and results["b"] is None and "naive" in str(results["naive"])
    assert stored(db) == ["a", "b"]


def test_a_handful_is_one_commit_and_one_that_cannot_be_stored_takes_no_other_with_it(db: Database) -> None:
    with commits(db) as seen:
        assert [letter.new for letter in deliver(db, [row(name) for name in ("a", "b", "a")])] == [True, True, False]
    assert len(seen) == 1
    letters = deliver(db, [row("c"), row("naive", NOON.replace(tzinfo=None)), row("a")])
    assert [letter.error is None for letter in letters] == [True, False, True] and letters[0].new
    assert stored(db) == ["a", "b", "c"] and deliver(db, []) == []


def test_with_the_database_away_everybody_is_told_and_nothing_is_kept_back(db: Database) -> None:
    bag = Mailbag()

    def away(_connection: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("the server is gone"))

    event.listen(db.engine, "begin", away)
    try:
        put = together(bag, db, [row("a"), row("b")])
        assert all(isinstance(each.exception(), OperationalError) for each in put)
    finally:
        event.remove(db.engine, "begin", away)
    assert bag.put(db, row("c")) is True
    assert stored(db) == ["c"], "who was told it failed tells it again"


def test_a_connection_that_was_cut_is_no_reason_to_turn_anybody_away(pg_db: Database) -> None:
    """What came is stored over another one, and once."""
    with closing(Database(pg_db.url, rested_s=60.0)) as db:
        assert [letter.error for letter in deliver(db, [row("a")])] == [None]
        with pg_db.begin() as tx:
            ended = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()"
            tx.exec_driver_sql(f"{ended} AND pid <> pg_backend_pid()")
        letters = deliver(db, [row("a"), row("b")])
    assert [(letter.error, letter.new) for letter in letters] == [(None, False), (None, True)]
    assert stored(pg_db) == ["a", "b"]


def test_a_writing_that_is_broken_off_leaves_nobody_waiting(db: Database) -> None:
    bag = Mailbag()

    def broken(_connection: object) -> None:
        raise SystemExit(1)

    event.listen(db.engine, "begin", broken)
    try:
        put = together(bag, db, [row("a"), row("b"), row("c")])
        assert all(each.exception() for each in put)
    finally:
        event.remove(db.engine, "begin", broken)
    assert bag.put(db, row("a")) is True


def test_more_than_one_transaction_takes_are_all_stored(sqlite_db: Database) -> None:
    names = [f"r{n}" for n in range(MOST + 20)]
    put = together(Mailbag(), sqlite_db, [row(name) for name in names])
    assert all(each.result() for each in put) and stored(sqlite_db) == sorted(names)
