"""A large book is imported by two processes: it comes to the same, and whatever becomes of either, nothing is half done."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from postgres import Run
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from outreach.audit import audit
from outreach.book import Imported, import_book
from outreach.book.beside import OURS, PROGRAM, THEIRS, cores
from outreach.book.gathering import PART
from outreach.book.loading import WORTH_TWO
from outreach.book.writing import AT_ONCE
from outreach.core.terms import ConfigError, OutreachError
from outreach.store.database import Database, Turn, holder
from outreach.store.tables import debtors
from tests.book.holding import held, until, waiting
from tests.book.shelf import NOW, Shelf, _csv
from tests.book.test_overlap import book, in_the_way, loan, whole
from tests.book.twins import messy_rows, told

FEW = 50  # rows at once, where no command is run: `PART` is what it takes
MANY = 2 * FEW
MESSY = 12 * FEW


@pytest.fixture
def shelf(pg_db: Database, tmp_path: Path) -> Shelf:
    return Shelf(pg_db, tmp_path)


@pytest.fixture
def other(postgres: Run, worker_id: str, tmp_path: Path) -> Iterator[Shelf]:
    """A shelf of its own beside `shelf`, for what only one process does."""
    (tmp_path / "other").mkdir()
    with postgres.create(f"{worker_id}_other") as url:
        db = Database(url)
        yield Shelf(db, tmp_path / "other")
        db.close()


def seconds(parent: int | None = None) -> list[int]:
    """The second processes that are there, of `parent` (default: of us)."""
    found = subprocess.run(
        ["pgrep", "-P", str(parent or os.getpid()), "-f", PROGRAM], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in found.stdout.split()]


def first_of(share: Any, count: int = MANY) -> int:
    return next(n for n in range(count) if share.has(f"D{n}"))


def asked_for(db: Database) -> bool:
    """Does an import wait for the second process of another one?"""
    with db.engine.connect() as connection:
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return bool(connection.exec_driver_sql(query).scalar())


def at_work(db: Database) -> bool:
    with db.read() as connection:
        return holder(connection, Turn.IMPORT_BESIDE) is not None


@contextmanager
def importing(shelf: Shelf) -> Iterator[Future[Imported]]:
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(import_book, shelf.db, shelf.path, NOW, processes=2, at_once=FEW)


def command(shelf: Shelf, *words: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """`outreach import` in a process group of its own, as in a terminal."""
    return running(shelf, "-m", "outreach", "import", str(shelf.path), *words)


def small_parts(shelf: Shelf) -> AbstractContextManager[subprocess.Popen[str]]:
    """The same of parts as small as ours."""
    work = f"import_book(Database({shelf.db.url!r}), Path({str(shelf.path)!r}), NOW, processes=2, at_once={FEW})"
    return running(
        shelf,
        "-c",
        "from datetime import UTC, datetime; from pathlib import Path; from outreach.book import import_book; "
        f"from outreach.store.database import Database; NOW = datetime.fromisoformat({NOW.isoformat()!r}); {work}",
    )


@contextmanager
def running(shelf: Shelf, *words: str) -> Iterator[subprocess.Popen[str]]:
    line = [sys.executable, *words]
    environment = os.environ | {"OUTREACH_DATABASE_URL": shelf.db.url}
    with subprocess.Popen(
        line,
        cwd=shelf.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def as_if_nothing_had_been(shelf: Shelf, other: Shelf) -> None:
    """Imported again, it is what a database holds whose import nothing came in the way of."""
    import_book(shelf.db, shelf.path, NOW, processes=2, at_once=FEW)
    import_book(other.db, shelf.path, NOW, processes=1, at_once=FEW)
    assert told(shelf.db) == told(other.db)
    assert audit(shelf.db) == []
    assert seconds() == []


def test_two_processes_bring_in_what_one_does(shelf: Shelf, other: Shelf) -> None:
    seen: set[int] = set()
    bar: list[tuple[int, int]] = []

    def look(done: int, total: int) -> None:
        bar.append((done, total))
        seen.update(seconds())

    for later in (False, True, True):
        for one in (shelf, other):
            text = _csv(list(messy_rows(MESSY, later=later)))
            one.path.write_text(text, encoding="utf-8-sig" if later else "utf-8", newline="")
        alone = import_book(other.db, other.path, NOW, processes=1, default_language="pt", at_once=FEW)
        seen.clear()
        bar.clear()
        both = import_book(shelf.db, shelf.path, NOW, processes=2, default_language="pt", progress=look, at_once=FEW)
        assert len(seen) == 1 and seconds() == []
        assert bar == sorted(bar) and bar[-1][0] == bar[-1][1]
        assert both.rejects == shelf.rejects and alone.rejects == other.rejects and alone.rejected > MESSY // 50
        assert shelf.rejects.read_bytes() == other.rejects.read_bytes()
        assert str(both).replace(str(shelf.folder), "") == str(alone).replace(str(other.folder), "")
        assert told(shelf.db) == told(other.db)
        assert audit(shelf.db) == audit(other.db) == []


def test_what_fails_in_the_second_process_is_said_by_the_first(shelf: Shelf, other: Shelf) -> None:
    book(shelf.path, count=MANY)
    with in_the_way(shelf.db, f"L{first_of(THEIRS)}"), pytest.raises(DBAPIError, match="in the way"):
        import_book(shelf.db, shelf.path, NOW, processes=2, at_once=FEW)
    assert seconds() == []
    assert 0 < whole(shelf) < MANY
    as_if_nothing_had_been(shelf, other)


def test_what_fails_in_the_first_process_stops_the_second(shelf: Shelf, other: Shelf) -> None:
    book(shelf.path, count=MANY)
    with in_the_way(shelf.db, f"L{first_of(OURS)}"), pytest.raises(DBAPIError, match="in the way"):
        import_book(shelf.db, shelf.path, NOW, processes=2, at_once=FEW)
    assert seconds() == []
    assert whole(shelf) < MANY
    as_if_nothing_had_been(shelf, other)


def test_who_gives_up_waits_for_what_the_second_has_under_way(shelf: Shelf) -> None:
    def ctrl_c(done: int, total: int) -> None:
        raise KeyboardInterrupt

    book(shelf.path, count=MANY)
    with pytest.raises(KeyboardInterrupt):
        import_book(shelf.db, shelf.path, NOW, processes=2, progress=ctrl_c, at_once=FEW)
    assert seconds() == []
    done = whole(shelf)
    assert import_book(shelf.db, shelf.path, NOW, processes=2, at_once=FEW).created == MANY - done


def test_a_second_process_that_is_killed_is_told_of_in_one_line(shelf: Shelf, other: Shelf) -> None:
    book(shelf.path, count=MANY)
    with held(shelf.db, first_of(THEIRS)), importing(shelf) as outcome:
        until(lambda: waiting(shelf.db))
        os.kill(seconds()[0], signal.SIGKILL)
        with pytest.raises(OutreachError) as said:
            outcome.result()
    assert str(said.value) == (
        f"{shelf.path}: not all of it is imported: the second process that worked on it was killed (SIGKILL); "
        "import it again: what is in stays as it is, the rest follows"
    )
    assert whole(shelf) < MANY
    as_if_nothing_had_been(shelf, other)


def test_the_command_says_it_too(shelf: Shelf, other: Shelf) -> None:
    book(shelf.path, count=MANY)
    with held(shelf.db, first_of(THEIRS)), command(shelf, "--processes", "2") as process:
        until(lambda: waiting(shelf.db))
        os.kill(seconds(process.pid)[0], signal.SIGKILL)
        out, err = process.communicate(timeout=120)
    assert (
        (process.returncode, out) == (2, "") and err.count("\n") == 1 and "was killed (SIGKILL); import it again" in err
    )
    as_if_nothing_had_been(shelf, other)


def test_a_database_lost_to_the_second_process_is_told_of_as_ever(shelf: Shelf, other: Shelf) -> None:
    book(shelf.path, count=MANY)
    with held(shelf.db, first_of(THEIRS)), command(shelf, "--processes", "2") as process:
        (lost,) = until(lambda: waiting(shelf.db))
        with shelf.db.engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({lost})")
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (2, "") and err.count("\n") == 1
    assert err.startswith("database postgresql") and "check OUTREACH_DATABASE_URL and that the server runs" in err
    as_if_nothing_had_been(shelf, other)


def test_ctrl_c_ends_both(shelf: Shelf, other: Shelf) -> None:
    book(shelf.path, count=MANY)
    with command(shelf, "--processes", "2") as process:
        with held(shelf.db, first_of(THEIRS)):
            until(lambda: waiting(shelf.db))
            (second,) = seconds(process.pid)
            os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (130, "", "\n")
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)
    as_if_nothing_had_been(shelf, other)


def test_when_the_first_process_is_killed_the_second_begins_nothing_more(shelf: Shelf, other: Shelf) -> None:
    many = 2 * (AT_ONCE + 2) * FEW
    book(shelf.path, count=many)
    with held(shelf.db, first_of(THEIRS)), small_parts(shelf) as process:
        until(lambda: waiting(shelf.db))
        process.kill()
        process.wait()
    until(lambda: not at_work(shelf.db))
    with shelf.db.read() as connection:
        done = sum(THEIRS.has(ref) for ref in connection.scalars(select(debtors.c.ref)))
    assert 0 < done <= (AT_ONCE + 1) * FEW < sum(THEIRS.has(f"D{n}") for n in range(many))
    as_if_nothing_had_been(shelf, other)


def test_another_import_waits_for_a_second_process_left_alone(shelf: Shelf, other: Shelf) -> None:
    """Else both would open the same debtors."""
    book(shelf.path, count=MANY)
    with ExitStack() as stack:
        with held(shelf.db, first_of(THEIRS)):
            with command(shelf, "--processes", "2") as process:
                until(lambda: waiting(shelf.db))
                process.kill()
                process.wait()
            outcome = stack.enter_context(importing(shelf))
            until(lambda: asked_for(shelf.db))
        assert outcome.result().unchanged > 0
    assert whole(shelf) == MANY
    as_if_nothing_had_been(shelf, other)


@contextmanager
def program(shelf: Shelf, python: str = sys.executable) -> Iterator[subprocess.Popen[str]]:
    """Somebody else's program that imports a book, without a guard against being run once more."""
    (shelf.folder / "bin").mkdir()
    file = shelf.folder / "bin" / "program.py"
    file.write_text(PROGRAM_OF_OTHERS, encoding="utf-8")
    environment = os.environ | {"URL": shelf.db.url.replace("postgres@", "postgres:s3same@"), "AS_PYTHON": python}
    with subprocess.Popen(
        [sys.executable, file],
        cwd=shelf.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


PROGRAM_OF_OTHERS = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from outreach.book import import_book
from outreach.store.database import Database
sys.executable = os.environ["AS_PYTHON"]
outcome = import_book(Database(os.environ["URL"]), Path("book.csv"), datetime(2027, 3, 9, 15, tzinfo=UTC), processes=2)
print("created", outcome.created)
"""


@pytest.mark.parametrize("python", ["/no/such/program", shutil.which("false")])
def test_without_a_second_process_the_first_does_it_all(shelf: Shelf, other: Shelf, python: str) -> None:
    book(shelf.path, {n: {"phone": "12"} for n in (0, 1, 2, MANY - 1)}, count=MANY)
    with program(shelf, python) as process:
        assert process.communicate(timeout=120) == (f"created {MANY - 4}\n", "")
    as_if_nothing_had_been(shelf, other)


def test_the_callers_program_is_not_run_twice_and_nobody_sees_its_password(shelf: Shelf) -> None:
    """Nor is anything run that lies where it was called."""
    book(shelf.path, count=MANY)
    (shelf.folder / "json.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    with program(shelf) as process:
        with held(shelf.db, first_of(THEIRS)):
            until(lambda: waiting(shelf.db))
            (second,) = seconds(process.pid)
            listed = subprocess.run(
                ["ps", "-ww", "-o", "args=", "-p", str(second)], capture_output=True, text=True, check=True
            )
        assert process.communicate(timeout=120) == (f"created {MANY}\n", "")
    assert listed.stdout.split()[1:] == ["-P", "-m", PROGRAM]
    assert whole(shelf) == MANY


@pytest.mark.skipif(cores() < 2, reason="there is one core")
@pytest.mark.parametrize("lines", [WORTH_TWO - PART, WORTH_TWO])
def test_a_large_book_is_worth_a_second_process(shelf: Shelf, lines: int) -> None:
    rows = _csv([loan(n) for n in range(PART)])
    shelf.path.write_text(rows + "\n" * (lines - PART), encoding="utf-8")
    seen: set[int] = set()
    outcome = import_book(shelf.db, shelf.path, NOW, progress=lambda done, total: seen.update(seconds()), at_once=FEW)
    assert (outcome.rows, outcome.created, len(seen)) == (PART, PART, int(lines >= WORTH_TWO))


def test_a_file_that_is_no_csv_at_its_end_changes_nothing(shelf: Shelf) -> None:
    text = book(shelf.path, count=MANY).read_text(encoding="utf-8")
    shelf.path.write_text(f'{text}"D0,never closed', encoding="utf-8")
    before = shelf.dump()
    with pytest.raises(ConfigError, match=rf"book\.csv:{MANY + 2}:1: this is no CSV row"):
        import_book(shelf.db, shelf.path, NOW, processes=2, at_once=FEW)
    assert shelf.dump() == before and seconds() == []


def test_a_file_changed_meanwhile_is_not_imported_by_either(shelf: Shelf) -> None:
    def touched(done: int, total: int) -> None:
        book(shelf.path, {n: {"phone": "12"} for n in range(many)}, count=many)

    many = 2 * (AT_ONCE + 3) * PART
    book(shelf.path, count=many)
    with pytest.raises(ConfigError, match=r"book\.csv: was changed while it was imported: import it again"):
        import_book(shelf.db, shelf.path, NOW, processes=2, progress=touched, at_once=FEW)
    assert seconds() == []
    whole(shelf)
