"""Fixtures every test may use: a migrated database of each kind, and a clock wound by hand.

`db` runs a test twice, on SQLite and on a real PostgreSQL. Neither is ever skipped: where no PostgreSQL can be started,
the test fails and says what to install.
"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from postgres import Run
from sqlalchemy import Engine, event

from outreach.campaigns import source
from outreach.store.database import Database
from outreach.store.migrate import migrate
from tests.clock import HandClock

RUN = pytest.StashKey[Run]()
numbers = itertools.count(1)
ENGINES: dict[str, Engine] = {}  # the first of each kind


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    run = config.stash[RUN] = Run()
    if config.option.basetemp is None:  # files of tests go where the server's are, and with them
        config.option.basetemp = str(run.folder / "files")


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(RUN, None):
        run.close()


@pytest.fixture(scope="session", autouse=True)
def _documents_are_parsed_once() -> Iterator[None]:
    """Most tests of campaigns and rulebooks change one file of forty: the others are not parsed anew, only checked."""
    parse, known = source.parse, dict[str, Any]()

    def remembered(text: str, file: str) -> Any:
        if text not in known:
            known[text] = parse(text, file)
        return known[text]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "parse", remembered)
        yield


@pytest.fixture
def hand_clock() -> HandClock:
    """A Tuesday morning in New York, an ordinary day everywhere."""
    return HandClock(datetime(2027, 3, 9, 15, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "outreach.db"
    _fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Run:
    """The server of this run, its template database migrated."""
    run = request.config.stash[RUN]
    run.ensure(_fill)
    return run


@pytest.fixture
def sqlite_db(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "outreach.db"
    shutil.copy(sqlite_template, path)
    db = Database(f"sqlite:///{path}")
    event.listen(db.engine, "connect", _no_disk)
    _known_statements(db)
    yield db
    db.close()


def _known_statements(db: Database) -> None:
    """SQLAlchemy remembers by engine, and by its dialect, what it has compiled; each test has an engine of its own, and most
    of its time went to compiling what the test before had compiled."""
    first = ENGINES.setdefault(db.engine.dialect.name, db.engine)
    db.engine.dialect, db.engine._compiled_cache = first.dialect, first._compiled_cache


def _no_disk(connection: sqlite3.Connection, _record: object) -> None:
    """As on the PostgreSQL of the tests, nothing waits for the disk; `test_database` proves what a deployment does."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def pg_db(postgres: Run, worker_id: str) -> Iterator[Database]:
    with postgres.create(f"{worker_id}_{next(numbers)}") as url:
        db = Database(url)
        _known_statements(db)
        yield db
        db.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Database:
    """A migrated, empty database; the test runs once on SQLite and once on PostgreSQL."""
    found = request.getfixturevalue("sqlite_db" if request.param == "sqlite" else "pg_db")
    assert isinstance(found, Database)
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, for tests of the migrations themselves."""
    if request.param == "sqlite":
        bare = Database(f"sqlite:///{tmp_path / 'bare.db'}")
        yield bare
        bare.close()
        return
    server: Run = request.getfixturevalue("postgres")
    with server.create(f"bare_{request.getfixturevalue('worker_id')}_{next(numbers)}", empty=True) as url:
        bare = Database(url)
        yield bare
        bare.close()


def _fill(url: str) -> None:
    db = Database(url)
    migrate(db)
    db.close()  # the last connection of an SQLite file also folds its WAL into it
