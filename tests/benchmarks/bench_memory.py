"""Does a worker grow? `python tests/benchmarks/bench_memory.py [--minutes 60] [--a-second 10]`.

An hour of a worker's life, each of its jobs at its own interval by a clock that steps a second a turn: steps fall due,
texts leave by real HTTP to a stand-in carrier, every one is reported sent and delivered, one in ten debtors answers.
Prints the worker's resident memory as the hour goes by; nothing is asserted.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from bench_import import databases  # noqa: E402
from bench_send import SENDING, Clock, book, filled, runtime, standin  # noqa: E402

from outreach.carriers import Progress, Report, ReportKind  # noqa: E402
from outreach.engine import intake  # noqa: E402
from outreach.engine.jobs import Driver, jobs  # noqa: E402
from outreach.engine.runtime import Runtime  # noqa: E402
from outreach.production import keep_what_is_loaded  # noqa: E402
from outreach.store.tables import attempts, phones  # noqa: E402

ANSWERS = ("ok friday", "I'll pay on the 15th", "who is this?", "STOP", "can't pay this month, lost my job")
LINES = 12  # of the table


def resident_mb() -> float:
    """What this process holds in memory now; its peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * resource.getpagesize() / 1e6


def told(made: Runtime, after: int) -> int:
    """The carrier tells of every text placed since `after` (an id), and some debtors answer; the last id."""
    query = select(attempts.c.id, attempts.c.sid, attempts.c.key, attempts.c.sender, phones.c.e164)
    query = query.join(phones, phones.c.id == attempts.c.phone_id)
    with made.db.read() as connection:
        placed = connection.execute(query.where(attempts.c.id > after, attempts.c.sid.is_not(None))).all()
    for row in placed:
        for progress in (Progress.SENT, Progress.DELIVERED):
            dedupe = f"twilio:{row.sid}:{progress}"
            intake.receive(made, Report(ReportKind.MESSAGE_STATUS, row.sid, dedupe, row.key, progress), {})
        if row.id % 10 == 0:
            sid, words = f"SM{row.id:032x}", ANSWERS[row.id // 10 % len(ANSWERS)]
            told = Report(ReportKind.INBOUND_SMS, sid, f"twilio:{sid}:inbound", at=made.clock.now())
            intake.receive(made, replace(told, sender=row.e164, to=row.sender, body=words), {})
    return max((row.id for row in placed), default=after)


def hour(made: Runtime, clock: Clock, minutes: int) -> None:
    driver, last = Driver(jobs(made)), 0
    clock.at = SENDING
    seconds = 60 * minutes
    begun = time.perf_counter()
    first = 0.0
    for second in range(1, seconds + 1):
        clock.at += timedelta(seconds=1)
        driver.turn(clock.at)
        last = told(made, last)
        if second % (seconds // LINES) == 0:
            first = first or resident_mb()
            spent = time.perf_counter() - begun
            sys.stdout.write(
                f"{second // 60:8} min{last:12,}{resident_mb():12.1f}{resident_mb() / first - 1:+10.1%}{spent:10.0f} s\n"
            )
            sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--a-second", type=float, default=10.0, help="Texts.")
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as kinds, standin() as address:
        file = book(Path(name) / "book.csv", int(said.minutes * 60 * said.a_second * 1.6))
        for kind, db in kinds.items():
            if said.only not in (None, kind):
                continue
            clock = Clock()
            filled(db, file, clock, address)
            made = runtime(db, clock, address)
            made.policy = replace(made.policy, sms_per_second=2 * said.a_second)  # most have two segments
            keep_what_is_loaded()
            sys.stdout.write(f"{kind}\n{'after':>12}{'texts':>12}{'MB':>12}{'grown':>10}{'took':>12}\n")
            hour(made, clock, said.minutes)


if __name__ == "__main__":
    main()
