"""What is put up for the chaos suite? A folder as `outreach init` lays it, a database, our processes and the carrier's."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import requests

from outreach.book import import_book
from outreach.bootstrap import SharedClock, open_database
from outreach.demo import lay_out
from tests import postgres
from tests.chaos.book import Book
from tests.chaos.carrier import Setup

ROOT = Path(__file__).parents[2]
ACCOUNT, TOKEN, SENDER = "AC" + "0" * 31 + "7", "a-token-of-chaos", "+12125550199"
AGENTS = ["+12125550151", "+12125550152"]
KEY = "a-key-of-the-loan-system-in-chaos"
SERVER_SETTINGS = {**postgres.SERVER_SETTINGS, "synchronous_commit": "on", "full_page_writes": "on"}
ADOPT = 'adopt:\n  "*": policy/house\n  US: policy/us\n  GB: policy/default\n'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Hands:
    """The hands of the shared clock."""

    file: Path
    rate: float = 0.0

    def set(self, at: datetime, rate: float) -> None:
        """From now on the clock stands at `at` and goes so many seconds a second."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{at.isoformat()} {datetime.now(UTC).isoformat()} {rate}", encoding="ascii")
        fresh.replace(self.file)
        self.rate = rate

    def now(self) -> datetime:
        return SharedClock(self.file).now()

    def go(self, rate: float) -> None:
        if rate != self.rate:
            self.set(self.now(), rate)

    def jump(self, to: datetime) -> None:
        """Never back."""
        now = self.now()
        if to > now:
            self.set(to, self.rate)


@dataclass
class Process:
    """One of our processes, as a user starts it; dead or alive."""

    name: str
    arguments: list[str]
    folder: Path
    environment: dict[str, str]
    popen: subprocess.Popen[bytes] | None = None
    starts: int = 0
    log: Path = field(init=False)

    def start(self) -> None:
        self.starts += 1
        self.log = self.folder / "logs" / f"{self.name}-{self.starts:04d}.log"
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("wb") as output:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "outreach", *self.arguments],
                cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        assert self.popen is not None
        return self.popen.pid

    def up(self) -> bool:
        return b"outreach is at work" in self.log.read_bytes()

    def ended(self) -> int | None:
        """Its exit status, if it has ended."""
        return None if self.popen is None else self.popen.poll()

    def kill(self) -> None:
        if self.popen is not None:
            self.popen.kill()
            self.popen.wait()


@dataclass
class Carrier:
    """The carrier's process, and the wire by which it is told what to break."""

    control: str
    journal: Path
    popen: subprocess.Popen[str]
    session: requests.Session = field(default_factory=requests.Session)

    def do(self, command: str, **said: Any) -> Any:
        answer = self.session.post(f"{self.control}/{command}", json=said, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def lines(self) -> list[dict[str, Any]]:
        with self.journal.open(encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def end(self) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.close()
        self.popen.wait(timeout=20)


@dataclass
class Server:
    """A PostgreSQL of our own, that may be stopped as a power cut stops it. What was committed is to stay committed."""

    folder: Path
    programs: Path
    identity: dict[str, Any]
    server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = [part for name, value in SERVER_SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("ab") as log:
            self.server = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *settings],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self.identity,
            )  # fmt: skip
        postgres._wait_until_ready(self.folder, self.server)

    def stop(self, how: signal.Signals) -> None:
        """SIGQUIT: immediately, as `pg_ctl stop -m immediate`; SIGINT: fast."""
        assert self.server is not None
        self.server.send_signal(how)
        self.server.wait(60)

    def sql(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"


@contextlib.contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A fresh cluster in `folder`, running."""
    folder.mkdir(parents=True)
    identity = postgres._identity(folder)
    programs = postgres._reachable(postgres.find_programs(), folder, identity)
    subprocess.run(
        [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True, capture_output=True, cwd=folder, **identity,
    )  # fmt: skip
    one = Server(folder, programs, identity)
    one.start()
    try:
        yield one
    finally:
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            one.stop(signal.SIGQUIT)


@dataclass
class Disk:
    """A small disk of its own for the database, which can be filled to the brim and emptied again."""

    folder: Path

    def fill(self) -> int:
        """Bytes that were free."""
        written = 0
        with contextlib.suppress(OSError), (self.folder / "ballast").open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 16, 1 << 12):
                with contextlib.suppress(OSError):
                    while True:
                        written += file.write(b"\0" * size)
        return written

    @property
    def full(self) -> bool:
        return (self.folder / "ballast").exists()

    def empty(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk | None]:
    """A tmpfs of this size at `folder`, or None where we may not mount one (only root may)."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


@dataclass
class Stand:
    """Everything of one round: the house, its processes, the carrier, the clock."""

    folder: Path
    house: Path
    hands: Hands
    database_url: str
    book: Book
    carrier: Carrier
    environment: dict[str, str]
    port: int
    processes: list[Process] = field(default_factory=list)

    def outreach(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "outreach", *arguments]
        return subprocess.run(
            command, cwd=self.house, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )

    def process(self, name: str, *arguments: str) -> Process:
        made = Process(name, list(arguments), self.house, self.environment)
        self.processes.append(made)
        return made


@contextlib.contextmanager
def stand(folder: Path, database_url: str, book_path: Path, book: Book, start: datetime, seed: int) -> Iterator[Stand]:
    """Put everything up; nothing of ours runs yet."""
    house, port, api, control = folder / "house", free_port(), free_port(), free_port()
    house.mkdir(parents=True)
    hands = Hands(folder / "clock")
    hands.set(start, 0.0)
    public = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("OUTREACH_", "TWILIO_"))},
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "OUTREACH_PUBLIC_URL": public,
        "OUTREACH_TWILIO_API_URL": f"http://127.0.0.1:{api}/simulator", "OUTREACH_SECRET_KEY": "s" * 32,
        "OUTREACH_API_KEY": KEY, "OUTREACH_CLOCK_FILE": str(hands.file), "OUTREACH_DATABASE_URL": database_url,
    }  # fmt: skip
    setup = Setup(
        api, control, ACCOUNT, TOKEN, seed, str(hands.file), str(folder / "carrier.jsonl"), public, [SENDER], AGENTS,
        book.personas,
    )  # fmt: skip
    (folder / "setup.json").write_text(json.dumps(asdict(setup)), encoding="utf-8")
    with (folder / "carrier.log").open("wb") as log:
        popen = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.carrier", str(folder / "setup.json")],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    assert popen.stdout is not None
    if popen.stdout.readline().strip() != "ready":
        raise RuntimeError((folder / "carrier.log").read_text(encoding="utf-8"))
    carrier = Carrier(f"http://127.0.0.1:{control}", folder / "carrier.jsonl", popen)
    made = Stand(folder, house, hands, database_url, book, carrier, environment, port)
    try:
        _furnish(made, book_path)
        yield made
    finally:
        for process in made.processes:
            process.kill()
        carrier.end()


def _furnish(made: Stand, book_path: Path) -> None:
    lay_out(made.house)
    config = made.house / "config" / "outreach.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text[: text.index("adopt:")] + ADOPT, encoding="utf-8")
    db = open_database(made.database_url)
    outcome = import_book(db, book_path, made.hands.now())
    db.close()
    if outcome.rejected:
        raise RuntimeError(f"the book of the chaos suite is faulty: {outcome.rejects}")


def wait_for(holds: Any, seconds: float, what: str) -> None:
    """Poll until `holds()`; raises RuntimeError when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)


__all__ = ["Carrier", "Disk", "Hands", "Process", "Server", "Stand", "server", "small_disk", "stand", "timedelta"]
