"""How many texts a second leave, the whole path? `python tests/benchmarks/bench_send.py [LOANS] [--messages N]`.

Due -> facts -> judge -> reserve -> real HTTP through the carrier code -> record, on SQLite and on PostgreSQL, against a
stand-in carrier (`standin.py`) on the same machine; by one process, and by two on one database. Beside it, in
the same run: Twilio's own asynchronous client in a bare loop, without a database; and one Celery task for each text,
where Celery is installed. Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from bench_import import ROOT, databases, rows_of_a_book, write  # noqa: E402

from outreach import campaigns  # noqa: E402
from outreach.book import import_book  # noqa: E402
from outreach.bootstrap import policy, read_config  # noqa: E402
from outreach.carriers import Senders  # noqa: E402
from outreach.carriers.twilio import Twilio  # noqa: E402
from outreach.core.terms import Channel  # noqa: E402
from outreach.engine import dispatch, plan  # noqa: E402
from outreach.engine.runtime import Policy, Runtime  # noqa: E402
from outreach.messages import Library  # noqa: E402
from outreach.production import keep_what_is_loaded  # noqa: E402
from outreach.store.database import Database  # noqa: E402

BEFORE = datetime(2027, 3, 8, 15, 0, tzinfo=UTC)
DUE_ON = date(2027, 3, 12)  # three days on, the pre-due text is due
SENDING = datetime(2027, 3, 9, 17, 0, tzinfo=UTC)  # 12:00 in New York, 10:00 in Denver
BATCH = 400
SIDE_BY_SIDE = 64
SPAWN = get_context("spawn")


class Clock:
    """A clock that stands where it is put."""

    at = BEFORE

    def now(self) -> datetime:
        return self.at


@contextmanager
def standin() -> Iterator[str]:
    """The address of a stand-in carrier in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "standin.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def book(path: Path, loans: int) -> Path:
    rows = (
        row | {"due_on": DUE_ON.isoformat(), "debtor_ref": f"D{n:07d}"} for n, row in enumerate(rows_of_a_book(loans))
    )
    return write(path, rows)


def runtime(db: Database, clock: Clock, address: str) -> Runtime:
    config = read_config(ROOT)
    rules = policy(config)
    numbers = Policy(
        **{
            **{f: getattr(rules, f) for f in Policy.__slots__},
            "batch": BATCH,
            "senders": Senders(("+15005550001",)),
            "max_unfinished": 1_000_000_000,  # the stand-in reports nothing
            "sms_per_second": 1e6,  # as fast as it goes: the carrier's limit is not what is measured
        }
    )
    carrier = Twilio("AC" + "0" * 32, "token", public_url="https://outreach.example", api_url=address)
    loaded = campaigns.load(ROOT, config.adopt)
    return Runtime(db, clock, carrier, Library.load(ROOT / "templates"), loaded, numbers)


def filled(db: Database, file: Path, clock: Clock, address: str) -> float:
    """A book imported and planned; seconds the planning took."""
    made = runtime(db, clock, address)
    clock.at = BEFORE
    import_book(db, file, BEFORE)
    plan.publish(made)
    start = time.perf_counter()
    while plan.plan(made):
        pass
    took = time.perf_counter() - start
    db.analyze()  # as a server does by itself a minute later
    return took


def worker(start: Any, url: str, address: str, at: datetime, sent: Any, messages: int, halves: Any) -> None:
    """Send what is due until all have sent `messages` together, in a process of its own; seconds each half took are
    added to `halves`."""
    clock = Clock()
    clock.at = at
    made = runtime(Database(url), clock, address)
    keep_what_is_loaded()
    start.wait()
    while sent.value < messages:
        begin = time.perf_counter()
        dispatch.reserve(made, Channel.SMS, BATCH)
        middle = time.perf_counter()
        placed = dispatch.place(made, Channel.SMS, BATCH)
        with sent.get_lock():
            sent.value += placed
            halves[0] += middle - begin
            halves[1] += time.perf_counter() - middle
        if not placed:
            break
        clock.at += timedelta(milliseconds=200)
    start.wait()


def at_once(work: Callable[..., None], told: tuple[object, ...], workers: int) -> float:
    """Do the work in so many processes of their own, which set out together (`start`, its first argument, is where they
    wait for each other before and after); the seconds it took."""
    start = SPAWN.Barrier(workers + 1)
    processes = [SPAWN.Process(target=work, args=(start, *told)) for _ in range(workers)]
    for process in processes:
        process.start()
    start.wait()
    took = timed(start.wait)
    for process in processes:
        process.join()
    return took


def send(
    db: Database, address: str, messages: int, workers: int, at: datetime = SENDING
) -> tuple[int, float, dict[str, float]]:
    """Send what is due at that time by so many workers at once; how many left, the seconds it took, and those of each half."""
    sent, halves = SPAWN.Value("i", 0), SPAWN.Array("d", 2)
    took = at_once(worker, (db.url, address, at, sent, messages, halves), workers)
    return sent.value, took, {"reserve": halves[0], "place": halves[1]}


async def bare(address: str, messages: int) -> None:
    """Twilio's asynchronous client, as many requests side by side as go fastest, and nothing else."""

    warnings.filterwarnings("ignore", category=DeprecationWarning)

    class Here(AsyncTwilioHttpClient):  # type: ignore[misc]
        async def request(self, method: str, url: str, *args: object, **kwargs: object) -> object:
            return await super().request(method, url.replace("https://api.twilio.com", address), *args, **kwargs)

    http = Here()
    client = Client("AC" + "0" * 32, "token", http_client=http)
    waiting = iter(range(messages))

    async def sender() -> None:
        for n in waiting:
            await client.messages.create_async(
                to="+15005550006", from_="+15005550001", body="Hello from a bare loop, this is a reminder.",
                status_callback=f"https://outreach.example/webhooks/twilio/sms/status?k={n}", validity_period=3600,
            )  # fmt: skip

    await asyncio.gather(*(sender() for _ in range(SIDE_BY_SIDE)))
    await http.close()


def one_task_each(address: str, messages: int) -> float | None:
    """Texts a second of one Celery task each; None if Celery is not installed."""
    if find_spec("celery") is None:
        return None
    ran = subprocess.run(
        [sys.executable, str(HERE / "one_task_each.py"), address, str(messages)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(ran.stdout.split()[-1])


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def line(name: str, rate: float, bare_rate: float, extra: str = "") -> None:
    sys.stdout.write(f"{name:52}{rate:10,.0f}{rate / bare_rate:9.0%}  {extra}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loans", nargs="?", type=int, default=20_000, help="Of which two thirds are due.")
    parser.add_argument("--messages", type=int, default=6_000, help="By one worker; as many again by two.")
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as made, standin() as address:
        file = book(Path(name) / "book.csv", said.loans)
        first = said.messages / timed(lambda: asyncio.run(bare(address, said.messages)))
        sys.stdout.write(f"{said.loans:,} loans, {said.messages:,} texts\n{'':52}{'texts/s':>10}{'of bare':>9}\n")
        line("bare loop of twilio's async client", first, first)
        if usual := one_task_each(address, min(said.messages, 2000)):
            line("one Celery task each, twilio's sync client", usual, first)
        for kind, db in made.items():
            if said.only in (None, kind):
                clock = Clock()
                planning = filled(db, file, clock, address)
                line(f"planning, {kind} (loans/s)", said.loans / planning, first)
                for workers in (1, 2):
                    at = SENDING + timedelta(minutes=workers)  # the sender has rested between the two
                    sent, seconds, took = send(db, address, said.messages, workers, at)
                    halves = ", ".join(f"{part} {1e6 * s / max(sent, 1):,.0f} us" for part, s in took.items())
                    line(f"whole path, {kind}, {workers} at work ({sent:,} sent)", sent / seconds, first, halves)
        again = said.messages / timed(lambda: asyncio.run(bare(address, said.messages)))
        line("bare loop again", again, first)


if __name__ == "__main__":
    main()
