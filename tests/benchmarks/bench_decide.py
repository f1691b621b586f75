"""How many debtors a second are decided? `python tests/benchmarks/bench_decide.py [LOANS] [--workers 2]`.

The planning step alone: due steps -> facts -> verdict -> reserved or put off, committed; nothing is placed. Once at noon,
when nearly all may be contacted, and once in the evening, when nobody may and each is put off to the first lawful second
with a line on the case log. By one process and by several on one database. Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from bench_import import databases  # noqa: E402
from bench_send import SENDING, SPAWN, Clock, at_once, book, filled, runtime  # noqa: E402

from outreach.core.terms import Channel  # noqa: E402
from outreach.engine import dispatch  # noqa: E402
from outreach.production import keep_what_is_loaded  # noqa: E402
from outreach.store.database import Database  # noqa: E402
from outreach.store.tables import attempts, steps  # noqa: E402

EVENING = datetime(2027, 3, 10, 4, 0, tzinfo=UTC)  # 23:00 in New York, 20:00 and more everywhere else in the book
NOWHERE = "http://127.0.0.1:9"  # nothing is placed


def worker(start: Any, url: str, at: datetime, left: Any) -> None:
    """Decide until `left` debtors are decided by all together, or nobody is due."""
    clock = Clock()
    clock.at = at
    made = runtime(Database(url), clock, NOWHERE)
    keep_what_is_loaded()
    start.wait()
    idle = 0
    while left.value > 0 and idle < 3:
        with made.db.read() as connection:
            waiting = connection.scalar(due_now(at))
        dispatch.reserve(made, Channel.SMS, made.batch)
        idle = idle + 1 if not waiting else 0
        with left.get_lock():
            left.value -= made.batch
    start.wait()


def due_now(at: datetime) -> Any:
    return select(steps.c.id).where(steps.c.state == "waiting", steps.c.due_at <= at).limit(1)


def counted(db: Database, at: datetime) -> tuple[int, int]:
    """Steps that are due, attempts that are reserved."""
    with db.read() as connection:
        due = select(func.count()).select_from(steps).where(steps.c.state == "waiting", steps.c.due_at <= at)
        return connection.scalar(due) or 0, connection.scalar(select(func.count()).select_from(attempts)) or 0


def decide(db: Database, at: datetime, debtors: int, workers: int) -> tuple[int, int, float]:
    """How many steps were decided, how many of them reserved, and the seconds it took."""
    due, reserved = counted(db, at)
    took = at_once(worker, (db.url, at, SPAWN.Value("q", debtors)), workers)
    due_after, reserved_after = counted(db, at)
    return due - due_after, reserved_after - reserved, took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loans", nargs="?", type=int, default=24_000)
    parser.add_argument("--debtors", type=int, default=4_000, help="Decided in each round.")
    said = parser.parse_args()
    sys.stdout.write(f"{said.loans:,} loans\n{'':44}{'debtors/s':>10}{'reserved':>10}{'put off':>10}\n")
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as made:
        file = book(Path(name) / "book.csv", said.loans)
        for kind, db in made.items():
            filled(db, file, Clock(), NOWHERE)
            for when, at in (("at noon", SENDING), ("in the evening", EVENING)):
                for workers in (1, 2):
                    done, reserved, took = decide(db, at, said.debtors, workers)
                    name_ = f"{kind}, {when}, {workers} at work"
                    sys.stdout.write(f"{name_:44}{done / took:10,.0f}{reserved:10,}{done - reserved:10,}\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
