"""Writers of one SQLite file take turns, across threads and processes, and nobody who has died holds up the rest."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from outreach.store import turns
from outreach.store.database import FEW, LATELY_S, Database
from outreach.store.tables import settings
from outreach.store.turns import Turns

if turns.fcntl is None:
    pytest.skip("no such locks here", allow_module_level=True)

HOLD = (
    "import sys\nfrom outreach.store.turns import Turns\n"
    "with Turns(sys.argv[1], 5).take():\n    print('mine', flush=True)\n    sys.stdin.read()"
)


def holder(database: str) -> subprocess.Popen[str]:
    """Another process, in its turn."""
    command = [sys.executable, "-c", HOLD, database]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "mine\n"
    return process


def test_whoever_waits_is_next_however_soon_the_other_comes_again(tmp_path: Path) -> None:
    database, order = str(tmp_path / "db"), list[str]()
    busy, other = Turns(database, 20), Turns(database, 20)

    def wait() -> None:
        with other.take():
            order.append("other")

    waiting = threading.Thread(target=wait)
    with busy.take():
        waiting.start()
        until(lambda: at_the_door(database))
    for _ in range(3):
        with busy.take():
            order.append("busy")
    waiting.join(20)
    assert order == ["other", "busy", "busy", "busy"]


def at_the_door(database: str) -> bool:
    with Path(f"{database}-door").open("a") as door:
        return not turns._locked(door.fileno())


def until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(5000):
        if true():
            return
        pause.wait(0.002)
    raise AssertionError("it never came true")


@pytest.mark.parametrize("hurry", [True, False])
def test_it_is_known_whether_somebody_waited_in_a_hurry(tmp_path: Path, hurry: bool) -> None:
    database = str(tmp_path / "db")
    mine, other = Turns(database, 20), Turns(database, 20)
    with mine.take():
        assert not mine.hurried

    def write() -> None:
        with other.take(hurry=hurry):
            pass

    with mine.take():
        waiting = threading.Thread(target=write)
        waiting.start()
        until(lambda: at_the_door(database))
    assert mine.hurried is hurry
    waiting.join(20)
    with mine.take():
        pass
    assert not mine.hurried


def test_whoever_waits_with_one_statement_is_in_a_hurry(sqlite_db: Database) -> None:
    other = Database(sqlite_db.url)

    def write() -> None:
        with other.begin(one_statement=True) as tx:
            tx.execute(insert(settings).values(name="a", value="b"))

    with sqlite_db.begin():
        waiting = threading.Thread(target=write)
        waiting.start()
        until(lambda: at_the_door(str(sqlite_db.engine.url.database)))
    assert sqlite_db.at_once(1000) == FEW
    waiting.join(20)
    with sqlite_db.begin():
        pass
    assert sqlite_db._turns is not None
    sqlite_db._turns.hurried_at = perf_counter()
    assert sqlite_db.at_once(1000) == 2 * FEW, "a moment ago: it will be so again"
    sqlite_db._turns.hurried_at -= LATELY_S
    assert sqlite_db.at_once(1000) == 1000
    other.close()


def test_a_turn_that_does_not_come_is_a_database_that_is_locked(tmp_path: Path) -> None:
    database = str(tmp_path / "db")
    process = holder(database)
    try:
        with pytest.raises(sqlite3.OperationalError, match="database is locked"), Turns(database, 0.05).take():
            raise AssertionError("two at once")
    finally:
        process.communicate("")
    with Turns(database, 5).take():
        pass


def test_whoever_was_killed_in_their_turn_holds_up_nobody(tmp_path: Path) -> None:
    database = str(tmp_path / "db")
    process = holder(database)
    process.kill()
    process.communicate()
    with Turns(database, 5).take():
        pass


def test_a_turn_that_ends_badly_is_over(tmp_path: Path) -> None:
    mine = Turns(str(tmp_path / "db"), 0.05)
    with pytest.raises(ValueError), mine.take():
        raise ValueError
    with mine.take():
        pass


def test_where_no_file_can_be_made_sqlites_own_lock_is_all(tmp_path: Path) -> None:
    mine = Turns(str(tmp_path / "nowhere" / "db"), 0.05)
    with mine.take(), mine.take():
        pass
    assert not mine.hurried


def test_a_transaction_waits_for_its_turn_and_says_so_as_sqlite_does(sqlite_db: Database) -> None:
    process = holder(str(sqlite_db.engine.url.database))
    try:
        assert sqlite_db._turns is not None
        sqlite_db._turns.most_s = 0.05
        with pytest.raises(OperationalError, match="database is locked"), sqlite_db.begin():
            raise AssertionError("it was not our turn")
        with sqlite_db.read() as connection:  # readers wait for nobody
            assert connection.scalar(select(1)) == 1
    finally:
        process.communicate("")
    with sqlite_db.begin() as tx:
        tx.execute(insert(settings).values(name="a", value="b"))


def test_nobody_hurries_where_each_waits_for_rows(pg_db: Database) -> None:
    with pg_db.begin():
        assert pg_db.at_once(1000) == 1000
