"""`python -m tests.chaos [--kills 200] [--seed 1] [--only sqlite|postgresql] [--keep FOLDER]`: the chaos suite."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos import book as books
from tests.chaos import checks, table
from tests.chaos import stand as stands
from tests.chaos.conductor import CALM, Conductor
from tests.chaos.eyes import Eyes
from tests.chaos.stand import Disk, Server, Stand

START = datetime(2027, 3, 12, 11, 30, tzinfo=UTC)  # a Friday; on Sunday the clocks change in America
DEBTORS = 320
KINDS = ("sqlite", "postgresql")
MEGABYTES = 192


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, Server | None, Disk | None]]:
    """A database of its own, on a small disk where we may make one."""
    with contextlib.ExitStack() as stack:
        disk = stack.enter_context(stands.small_disk(folder / "disk", MEGABYTES))
        place = folder / "disk" / "db"
        place.mkdir()
        if kind == "sqlite":
            yield f"sqlite:///{place}/outreach.db", None, disk
            return
        near = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-pg-")))  # a socket's path is short
        near.chmod(0o711)
        server = stack.enter_context(stands.server(near / "pg"))
        if disk is not None:
            if server.identity:
                os.chown(place, server.identity["user"], server.identity["group"])
            server.sql(f"CREATE TABLESPACE small LOCATION '{place}'")
        server.sql(f"CREATE DATABASE chaos {'TABLESPACE small' if disk else ''}")
        yield server.url("chaos"), server, disk


def run(
    kind: str, kills: int, seed: int, folder: Path, debtors: int, *, start: datetime = START, calm: timedelta = CALM
) -> dict[str, Any]:
    """One round on one database; everything counted and found."""
    folder.mkdir(parents=True)
    book = books.make(folder / "book.csv", start.date(), debtors, seed)
    with (
        database(kind, folder) as (url, server, disk),
        stands.stand(folder, url, folder / "book.csv", book, start, seed) as stand,
    ):
        workers = [stand.process(f"worker-{n}", "worker", "--skip-preflight") for n in range(1 if not server else 2)]
        web = stand.process("web", "web", "--port", str(stand.port))
        eyes = Eyes(url)
        conductor = Conductor(
            stand, eyes, seed, kills, workers, web, server, disk, lambda said: print(said, flush=True)
        )
        conductor.begin()
        conductor.storm(60.0 + 12.0 * kills)
        conductor.calm(calm)
        found = examined(stand, eyes, conductor, start)
        found["disk"] = "a small disk" if disk else "not tried: no small disk may be mounted here"
        eyes.db.close()
        if kind == "sqlite":  # the small disk goes with the round
            shutil.copytree(folder / "disk" / "db", folder / "db")
    (folder / "found.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return found


def examined(stand: Stand, eyes: Eyes, conductor: Conductor, start: datetime) -> dict[str, Any]:
    """What is to be told of a round that has ended."""
    carrier = stand.carrier.do("state")["counts"]
    ended = stand.hands.now()
    seen = checks.gather(eyes.db, stand.carrier.lines(), stand.book, stand.house / "campaigns", start, ended)
    findings = {name: list(check(seen)) for name, check in checks.CHECKS.items()}
    stopped = checks.stops(seen)
    findings["none after a stop"] = stopped.findings
    audit = stand.outreach("audit")
    findings["outreach audit"] = [] if audit.returncode == 0 else (audit.stdout + audit.stderr).splitlines()[:50]
    findings["no process ends by itself"] = [
        f"{what}: {times}" for what, times in conductor.counts.items() if "by itself" in what
    ] + [
        f"{what}: {times}" for what, times in conductor.counts.items() if what.startswith("exit ") and what != "exit 0"
    ]
    arrived = [line for line in seen.of("phone") if line["kind"] in ("text_in", "ringing")]
    return {
        "counts": dict(conductor.counts),
        "carrier": carrier,
        "days": round((ended - start).total_seconds() / 86400, 1),
        "asked": len(seen.of("create")),
        "texts taken": sum(one.channel == "sms" for one in seen.taken),
        "calls taken": sum(one.channel == "call" for one in seen.taken),
        "texts arrived": sum(line["kind"] == "text_in" for line in arrived),
        "calls rang": sum(line["kind"] == "ringing" for line in arrived),
        "doubts": dict(checks.doubts(seen)),
        "crossed a stop on the way": stopped.crossed,
        "queued at the carrier before a stop": stopped.queued,
        "findings": findings,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="In all; half on each database.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--debtors", type=int, default=DEBTORS)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path, help="Keep everything written in this new folder.")
    told = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = told.keep or Path(tempfile.mkdtemp(prefix="chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # PostgreSQL runs as somebody else where we are root
    if told.only:
        found = {told.only: run(told.only, told.kills, told.seed, folder / told.only, told.debtors)}
    else:
        found = both(told, folder)
    for line in table.lines(found, told.seed):
        print(line)
    wrong = sum(len(listed) for one in found.values() for listed in one["findings"].values())
    return 1 if wrong else 0


def both(told: argparse.Namespace, folder: Path) -> dict[str, dict[str, Any]]:
    """The two rounds side by side, each in a process of its own."""
    command = [sys.executable, "-m", "tests.chaos", "--keep", str(folder), "--debtors", str(told.debtors)]
    command += ["--seed", str(told.seed), "--kills", str(-(-told.kills // 2))]
    rounds = {kind: subprocess.Popen([*command, "--only", kind], stdout=subprocess.PIPE, text=True) for kind in KINDS}
    threads = [threading.Thread(target=_relay, args=(kind, popen)) for kind, popen in rounds.items()]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        for popen in rounds.values():
            popen.terminate()
            popen.wait()
    if any(
        popen.returncode not in (0, 1) or not (folder / kind / "found.json").exists() for kind, popen in rounds.items()
    ):
        raise SystemExit(2)
    return {kind: json.loads((folder / kind / "found.json").read_text(encoding="utf-8")) for kind in KINDS}


def _relay(kind: str, popen: subprocess.Popen[str]) -> None:
    """Its progress, as it comes; its own table is left out."""
    assert popen.stdout is not None
    for line in popen.stdout:
        if line.startswith("  "):
            print(f"{kind:10} {line.rstrip()}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
