"""How do we talk to the database, SQLite or PostgreSQL, so that every lock and instant means the same on both?

A transaction is opened for writing at once (`BEGIN IMMEDIATE` on SQLite), so it never fails halfway for want of the
lock. On SQLite what was read inside it is still true when it commits; on PostgreSQL (READ COMMITTED) only rows that
were locked with `claim` are. The caller owns it: `with db.begin() as tx:`; nothing below the shell commits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Any

from sqlalchemy import URL, Connection, DateTime, Dialect, Engine, Select, create_engine, event, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.types import TypeDecorator

from outreach.core.terms import ConfigError
from outreach.store.turns import Turns

SQLITE_BUSY_MS = 30_000
MODE_LOOK_MS = 20
LATELY_S = 1.0
FEW = 25  # debtors, answers, reports: some milliseconds each
RESTED_S = 1.0  # a connection that nobody used for so long may have been cut off
QUIET: dict[str, Any] = {"hide_parameters": True}  # what fails is logged without the names and texts it was about
DATABASE_AWAY = (OperationalError, InterfaceError)  # a lost connection, a deadlock, a lock not got: try again later


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC instant. Refuses naive values (SQLite would silently drop the zone); returns aware UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive instant {value!r}: instants are aware UTC")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """Of PostgreSQL's instants, which are aware and in our sessions in UTC already, nothing is to be made."""
        return super().result_processor(dialect, coltype) if dialect.name == "sqlite" else _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


class Database:
    """An engine and its one way to open a transaction."""

    def __init__(self, url: str, *, pool_size: int = 10, rested_s: float = RESTED_S) -> None:
        self.url = url
        self.engine = _engine(url, pool_size, rested_s)
        file = self.engine.url.database if self.is_sqlite else None
        self._turns = Turns(file, SQLITE_BUSY_MS / 1000) if file and file != ":memory:" else None
        self._at_once = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self, *, one_statement: bool = False) -> Iterator[Connection]:
        """A write transaction: committed at the end of the block, rolled back on any exception.

        `one_statement`: all there is to do, and a transaction of its own. PostgreSQL is not asked to BEGIN and COMMIT, and
        whoever else writes to SQLite is asked to be brief.
        What the driver itself raises, where rows go to it directly (`bulk`), is raised as SQLAlchemy names it.
        """
        driver = self.engine.dialect.loaded_dbapi.Error
        try:
            with (
                self._turns.take(hurry=one_statement) if self._turns else nullcontext(),
                (self._at_once if one_statement else self.engine).begin() as tx,
            ):
                yield tx
        except driver as error:
            raise DBAPIError.instance("", None, error, driver, hide_parameters=True) from error

    def at_once(self, many: int) -> int:
        """Of `many` things to write, how many in one transaction: few while somebody in a hurry waits for ours to end,
        whatever rows it is about (SQLite), and not many where that was so a moment ago."""
        if self._turns is None:
            return many
        if self._turns.hurried:
            return min(many, FEW)
        return min(many, 2 * FEW) if perf_counter() - self._turns.hurried_at < LATELY_S else many

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One unchanging view of the database that blocks no writer; rolled back at the end."""
        options: dict[str, Any] = {"outreach_read": True}
        if not self.is_sqlite:  # an SQLite reader sees one snapshot by nature
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect() as connection:
            yield connection.execution_options(**options)

    def analyze(self) -> None:
        """After much was written at once: let PostgreSQL see how large its tables are now. Until it has, it reads whole
        tables where an index would do, and by itself it looks only after a minute. SQLite needs no such thing."""
        if not self.is_sqlite:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))

    def close(self) -> None:
        self.engine.dispose()


def claim(query: Select[Any], tx: Connection, *, skip_locked: bool = False) -> Select[Any]:
    """`query` with its rows locked for this transaction. On SQLite the transaction itself is the only writer.

    The lock (FOR NO KEY UPDATE) excludes other claims and updates, not inserts of rows that refer to these.
    """
    if tx.dialect.name == "sqlite":
        return query
    return query.with_for_update(key_share=True, skip_locked=skip_locked)


class Turn(IntEnum):
    """What only one transaction of a deployment does at a time. The numbers are ours alone in our database."""

    MIGRATE = 0x0075_7472
    IMPORT = 0x626F_6F6B
    IMPORT_BESIDE = 0x626F_6F32
    PUBLISH = 0x0070_7562
    NOTE = 0x006E_6F74
    SEAL = 0x0073_6561
    AUDIT = 0x0061_7564
    PACE_SMS = 0x0070_736D
    PACE_CALLS = 0x0070_6361


def take_turn(tx: Connection, turn: Turn) -> None:
    """Wait until no other transaction has this turn; it is ours until this one ends. SQLite has one writer anyway."""
    if tx.dialect.name != "sqlite":
        tx.execute(select(func.pg_advisory_xact_lock(int(turn))))


def holder(tx: Connection, turn: Turn) -> int | None:
    """Which of PostgreSQL's processes has the turn now; None: nobody has."""
    held = (
        "SELECT pid FROM pg_locks WHERE granted AND locktype = 'advisory' AND (classid, objid, objsubid) = (0, %(n)s, 1) "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    pid: int | None = tx.exec_driver_sql(held, {"n": int(turn)}).scalar()
    return pid


def wait_for_no_disk(tx: Connection) -> None:
    """This transaction may be committed before it is on the disk, on PostgreSQL: one will follow that waits for both."""
    if tx.dialect.name != "sqlite":
        tx.exec_driver_sql("SET LOCAL synchronous_commit = off")


def wait_for_the_disk(tx: Connection) -> None:
    """When this one is committed, whatever was committed before it is on the disk, too: PostgreSQL's log is in one order.

    It is only waited for by a transaction that has written something.
    """
    if tx.dialect.name != "sqlite":
        tx.exec_driver_sql("SELECT pg_logical_emit_message(true, 'outreach', '')")


def _engine(url: str, pool_size: int, rested_s: float) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number. The text may hold a password: not shown
        raise ConfigError(
            "OUTREACH_DATABASE_URL: this is no database URL, expected sqlite:///FILE or "
            "postgresql+psycopg://USER:PASSWORD@HOST/NAME"
        ) from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return _sqlite(parsed)
    if parsed.drivername not in ("postgresql+psycopg", "postgresql"):
        raise ConfigError(
            f"OUTREACH_DATABASE_URL: {parsed.drivername!r} is not supported, expected sqlite or postgresql+psycopg"
        )
    return _postgresql(parsed.set(drivername="postgresql+psycopg"), pool_size, rested_s)


def _postgresql(url: URL, pool_size: int, rested_s: float) -> Engine:
    engine = create_engine(url, pool_size=pool_size, **QUIET)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.execute("SET TIME ZONE 'UTC'")  # else each instant read is worked out in the server's zone, and back
        connection.commit()

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = perf_counter()

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        """Is it still there? To ask each time would be half of what storing a report takes."""
        if perf_counter() - record.info.get("rests_since", perf_counter()) < rested_s:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # another one is taken

    return engine


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Of several who are the first to open a file, each wants it for itself to change its mode: SQLite tells them at once
    that it is locked, since each waits for the other."""
    pause = Event()
    for _ in range(SQLITE_BUSY_MS // MODE_LOOK_MS):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            pause.wait(MODE_LOOK_MS / 1000)
    cursor.execute("PRAGMA journal_mode=WAL")


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        path = Path(url.database).expanduser()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"OUTREACH_DATABASE_URL: cannot make the folder of {path}: {error.strerror}") from None
        url = url.set(database=str(path))
    engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False}, **QUIET)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own waits for the first write
        cursor = connection.cursor()
        _write_ahead(cursor)
        cursor.execute(
            "PRAGMA synchronous=FULL"
        )  # NORMAL may lose the last commits in a power cut: what left, leaves again
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.execute("PRAGMA wal_autocheckpoint=4000")  # pages; whoever commits the last of them waits for them all
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        read = connection.get_execution_options().get("outreach_read")
        connection.exec_driver_sql("BEGIN" if read else "BEGIN IMMEDIATE")

    return engine


def explain_failure(error: DBAPIError, url: str) -> ConfigError:
    """One line for a database that is not there, without the password."""
    first = next(iter(str(error.orig or error).strip().splitlines()), type(error).__name__)
    return ConfigError(
        f"database {make_url(url).render_as_string(hide_password=True)} cannot be used: {first}; "
        "check OUTREACH_DATABASE_URL and that the server runs"
    )
