"""What the database promises of a commit."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from outreach.store.bulk import insert_rows
from outreach.store.database import DATABASE_AWAY, Database, wait_for_no_disk, wait_for_the_disk
from outreach.store.tables import settings


def test_an_sqlite_commit_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    """Else a power cut loses that an attempt was about to be placed, and it is placed a second time."""
    with closing(Database(f"sqlite:///{tmp_path / 'outreach.db'}")) as db, db.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_whoever_opens_a_new_file_while_another_writes_to_it_waits(tmp_path: Path) -> None:
    """SQLite refuses to change the mode of a file that is being written to, and does not wait as it else would."""
    file = tmp_path / "outreach.db"
    first = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    first.execute("CREATE TABLE it (is_here integer)")
    first.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, lambda: first.execute("COMMIT")).start()
    with closing(Database(f"sqlite:///{file}")) as db, db.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    first.close()


def test_who_waits_for_the_disk_waits_for_all_before_it(pg_db: Database) -> None:
    """The parts of a book are committed without a wait each, and told of after one wait for all."""
    flushed = "SELECT pg_current_wal_flush_lsn() >= %(before)s::pg_lsn"
    for n in range(20):  # each within the fifth of a second after which PostgreSQL writes by itself
        with pg_db.begin() as tx:
            wait_for_no_disk(tx)
            insert_rows(tx, settings, ("name", "value"), [(f"of the book {n}", "1")])
        with pg_db.begin() as tx:
            before = tx.exec_driver_sql("SELECT pg_current_wal_insert_lsn()::text").scalar()
            tx.exec_driver_sql("SET LOCAL synchronous_commit = on")  # as a deployment has it; off for tests
            wait_for_the_disk(tx)
        with pg_db.read() as connection:
            assert connection.exec_driver_sql(flushed, {"before": before}).scalar()


def test_what_the_driver_raises_by_itself_is_raised_as_any_other_trouble_of_the_database(db: Database) -> None:
    """Rows that go to the driver in bulk pass by SQLAlchemy, which would have named it: nobody would try again."""
    with pytest.raises(DBAPIError), db.begin() as tx:
        tx.connection.driver_connection.execute("SELECT nothing FROM nowhere")  # type: ignore[union-attr]
    with pytest.raises(IntegrityError), db.begin() as tx:
        insert_rows(tx, settings, ("name", "value"), [("one", "1"), ("one", "2")])


def cut_off(db: Database) -> None:
    """The server ends every connection of `db` that rests."""
    with closing(Database(db.url)) as other, other.begin() as tx:
        ended = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()"
        tx.exec_driver_sql(f"{ended} AND pid <> pg_backend_pid()")


def test_a_connection_that_rested_is_asked_whether_it_is_still_there(pg_db: Database) -> None:
    with closing(Database(pg_db.url, rested_s=0.0)) as db:
        for _ in range(2):
            with db.begin() as tx:
                assert tx.scalar(select(1)) == 1
            cut_off(db)
        with db.read() as connection:
            assert connection.scalar(select(1)) == 1


def test_one_that_was_cut_off_a_moment_ago_fails_once_and_is_replaced(pg_db: Database) -> None:
    with closing(Database(pg_db.url, rested_s=60.0)) as db:
        with db.begin() as tx:
            tx.scalar(select(1))
        cut_off(db)
        with pytest.raises(DATABASE_AWAY), db.begin() as tx:
            tx.scalar(select(1))
        with db.begin() as tx:
            assert tx.scalar(select(1)) == 1
