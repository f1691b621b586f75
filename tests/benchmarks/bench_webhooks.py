"""How many signed webhooks a second are durable and answered? `python tests/benchmarks/bench_webhooks.py [REPORTS]`.

The web as it is served (waitress, signature, inbox, commit), on SQLite and on PostgreSQL, and a bare Flask view on the
same server, in turns: as fast as 16 and as 64 connections go, the middle one of some rounds. Then both at a steady pace,
and again while a worker sends and applies beside them. A fifth of the reports come twice, a tenth late. Both databases
wait for the disk at each commit. Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, Response

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from bench_import import databases  # noqa: E402
from bench_send import BATCH, SENDING, Clock, book, filled, runtime, standin  # noqa: E402

from outreach import production, serving  # noqa: E402
from outreach.bootstrap import Settings  # noqa: E402
from outreach.core.terms import Channel  # noqa: E402
from outreach.engine import dispatch, intake  # noqa: E402
from outreach.production import WEB_THREADS, claim_port, keep_what_is_loaded, web_app  # noqa: E402
from outreach.simulator.signing import signature  # noqa: E402
from outreach.store.database import Database  # noqa: E402

TOKEN = "token"
PUBLIC = "https://outreach.example"
PATH = "/webhooks/twilio/sms/status"
CONNECTIONS = (16, 64)
ROUNDS = 5
STATUSES = ("queued", "sent", "delivered")


def requests_of(reports: int, path: str, seed: int) -> list[bytes]:
    """Signed reports as they go over the wire: a fifth come twice, a tenth a while after their time."""
    dice, made = random.Random(seed), list[tuple[float, bytes]]()
    for number in range(reports):
        sid, status = f"SM{seed:08x}{number // 3:024x}", STATUSES[number % 3]
        query = f"k={number // 3:032x}"
        form = {
            "MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status, "AccountSid": "AC" + "0" * 32,
            "From": "+15005550001", "To": "+15005550006", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        body = urlencode(form).encode()
        head = (
            f"POST {path}?{query} HTTP/1.1\r\nHost: outreach.example\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {signature(TOKEN, f'{PUBLIC}{path}?{query}', form)}\r\n\r\n"
        )
        at = number + (dice.uniform(50, 500) if dice.random() < 0.1 else 0)
        made.append((at, head.encode() + body))
        if dice.random() < 0.2:
            made.append((at + dice.uniform(1, 50), head.encode() + body))
    return [request for _, request in sorted(made)]


async def ask(port: int, requests: Sequence[bytes], pace: float | None, connections: int) -> list[float]:
    """Send them over so many connections, at `pace` a second or as fast as they are answered. The seconds each took, from
    when it should have left. Raises RuntimeError for an answer that is no 2xx."""
    waiting, took = iter(enumerate(requests)), list[float]()
    start = time.perf_counter()

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, request in waiting:
            begins = time.perf_counter()
            if pace:
                begins = start + number / pace
                await asyncio.sleep(max(0.0, begins - time.perf_counter()))
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 2"):
                raise RuntimeError(head.decode("latin-1"))
            length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
            await reader.readexactly(int(length.split(b":")[1]))
            took.append(time.perf_counter() - begins)
        writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    return took


@contextmanager
def process(*arguments: str) -> Iterator[int]:
    """This script in a process of its own; the number it prints first."""
    command = [sys.executable, __file__, *arguments]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stdin is not None
    try:
        yield int(running.stdout.readline())
    finally:
        running.stdin.close()
        running.wait(timeout=60)


def serve(kind: str, url: str, address: str) -> None:
    """The web at a free port, until the input ends."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it tells of every request that waits
    hatch = None
    if kind == "bare":
        app = Flask("bare")
        app.add_url_rule("/bare", "bare", lambda: Response(mimetype="text/plain"), methods=["POST"])
    else:
        made = runtime(Database(url), Clock(), address)
        app = web_app(made, Settings(root=Path(), database_url=url, public_url=PUBLIC, auth_token=TOKEN))
        hatch = production.hatch(made, PUBLIC, TOKEN)
    keep_what_is_loaded()
    port = free_port()
    end = serving.start(app, "127.0.0.1", port, WEB_THREADS, hatch)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    end()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    claim_port("127.0.0.1", port)
    return port


def work(url: str, address: str) -> None:
    """A worker that sends what is due and applies what came, until the input ends; then it says how much, on stderr."""
    import threading

    clock = Clock()
    made = runtime(Database(url), clock, address)
    clock.at = SENDING
    keep_what_is_loaded()
    production.give_way(made.db)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    sys.stdout.write("1\n")
    sys.stdout.flush()
    sent = applied = 0
    start = time.perf_counter()
    while not ended.is_set():
        applied += intake.apply(made)
        dispatch.reserve(made, Channel.SMS, BATCH // 4)
        sent += dispatch.place(made, Channel.SMS, BATCH // 4)
    took = time.perf_counter() - start
    sys.stderr.write(f"{'':44}beside it {sent / took:,.0f} texts/s left\n")


def line(name: str, took: list[float], seconds: float, of_bare: float | None = None) -> None:
    p50, p99 = (sorted(took)[int(len(took) * share)] for share in (0.5, 0.99))
    share = f"{of_bare:9.0%}" if of_bare else f"{'':9}"
    sys.stdout.write(f"{name:44}{len(took) / seconds:10,.0f}{share}{1000 * p50:9.1f}{1000 * p99:9.1f}\n")
    sys.stdout.flush()


def timed(
    port: int, requests: Sequence[bytes], pace: float | None = None, connections: int = 64
) -> tuple[list[float], float]:
    start = time.perf_counter()
    took = asyncio.run(ask(port, requests, pace, connections))
    return took, time.perf_counter() - start


def in_turns(kind: str, port: int, bare: int, reports: int) -> None:
    """The bare view and ours, one after the other, so that both meet the same machine."""
    for connections in CONNECTIONS:
        runs = []
        for number in range(ROUNDS):
            seed = 100 * connections + number
            beside = timed(bare, requests_of(reports // ROUNDS, "/bare", seed), None, connections)
            ours = timed(port, requests_of(reports // ROUNDS, PATH, seed), None, connections)
            runs.append((rate(*ours) / rate(*beside), beside, ours))
        share, beside, ours = sorted(runs, key=lambda run: run[0])[ROUNDS // 2]
        line(f"bare Flask view, {connections} connections", *beside)
        line(f"signed and durable, {kind}", *ours, share)


def rate(took: list[float], seconds: float) -> float:
    return len(took) / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", nargs="?", default="6000")
    parser.add_argument("more", nargs="*")
    parser.add_argument("--pace", type=float, default=1000.0)
    said = parser.parse_args()
    if said.reports in ("serve", "work"):
        return serve(*said.more) if said.reports == "serve" else work(*said.more)
    reports = int(said.reports)
    sys.stdout.write(f"{reports:,} reports\n{'':44}{'answers/s':>10}{'of bare':>9}{'p50 ms':>9}{'p99 ms':>9}\n")
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as made, standin() as address:
        file = book(Path(folder) / "book.csv", 20_000)
        for kind, db in made.items():
            filled(db, file, Clock(), address)
            with process("serve", "bare", "-", "-") as bare, process("serve", "ours", db.url, address) as port:
                in_turns(kind, port, bare, reports)
                views = {"bare Flask view": (bare, "/bare"), f"signed and durable, {kind}": (port, PATH)}
                for name, (where, path) in views.items():
                    line(f"{name}, {said.pace:,.0f}/s", *timed(where, requests_of(reports, path, 3), said.pace))
                with process("work", db.url, address):
                    for name, (where, path) in views.items():
                        line(f"{name}, and a worker", *timed(where, requests_of(reports, path, 4), said.pace))
    return None


if __name__ == "__main__":
    main()
