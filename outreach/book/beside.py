"""How does a second process help with a large book? It goes through the file by itself and takes up half of the debtors.

Python does one thing at a time, whatever the number of threads: on PostgreSQL, reading and merging kept one core busy and
left the database another. The second process (`outreach.book.half`) is a program started anew: nothing of ours
(connections, locks, the caller's `__main__`) is in it twice. What it is to do it reads from a pipe, one line of JSON with
the database's URL: the list of processes shows no password. It answers with what came of each part. By the same pipe it
learns that we gave up, or are no more: it begins no other part then.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import exc

from outreach.book.gathering import PART, Share
from outreach.book.merging import Merged
from outreach.book.sheet import Sheet
from outreach.core.terms import ConfigError, OutreachError

PROGRAM = "outreach.book.half"
OURS, THEIRS = Share(0, 2), Share(1, 2)
Message = list[Any]  # ["begun"], ["merged", {...}], ["failed", error, text], ["done"]


@dataclass(frozen=True, slots=True)
class Job:
    """What the second process is to do."""

    url: str
    sheet: Sheet
    now: datetime
    default_language: str | None
    at_once: int = PART  # rows of a part

    def line(self) -> str:
        sheet = asdict(self.sheet) | {"path": str(self.sheet.path)}
        return json.dumps([self.url, sheet, self.now.isoformat(), self.default_language, self.at_once])

    @staticmethod
    def read(line: str | bytes) -> Job:
        url, sheet, now, default_language, at_once = json.loads(line)
        known = {"path": Path(sheet["path"]), "header": tuple(sheet["header"]), "stamp": tuple(sheet["stamp"])}
        return Job(url, Sheet(**sheet | known), datetime.fromisoformat(now), default_language, at_once)


def spell(merged: Merged) -> dict[str, Any]:
    """As it goes through the pipe: JSON has no numbers for keys."""
    return asdict(merged) | {"rejected": list(merged.rejected.items())}


def _read(spelt: dict[str, Any]) -> Merged:
    return Merged(**spelt | {"rejected": {line: tuple(reasons) for line, reasons in spelt["rejected"]}})


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Second:
    """The second process, as the first one sees it: started at once, at work from `begin` on.

    As long as it has not begun, nothing is lost with it: the first one can do it all.
    """

    def __init__(self, job: Job) -> None:
        """Raises OSError where none can be started."""
        self._file = job.sheet.path
        self._asked = self._begun = self._done = self._over = False
        self._heard: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._process, self._to_it, self._from_it = _start()
        self._listener = threading.Thread(target=self._listen, name="book beside", daemon=True)
        self._listener.start()
        self._say(job.line())

    def begin(self, turn: int | None) -> None:
        """It may write, as long as the database's process `turn` has the turn to import."""
        self._asked = True
        self._say(json.dumps(turn))

    def has_begun(self) -> bool:
        """Waits until it has, or never will."""
        while not (self._begun or self._over):
            self._hear()
        return self._begun

    def together(self, own: Iterable[Merged]) -> Generator[Merged]:
        """What came of our parts and of its, as they are done. Raises what it failed of, OutreachError when it is gone."""
        try:
            for part in own:
                yield part
                yield from self._told()
            yield from self._told(to_the_end=True)
        finally:
            self._stop()

    def end(self) -> None:
        """It is no more when this returns; what it has under way comes to its end first."""
        self._stop()
        try:
            if self._asked:
                self._process.wait()
        finally:  # also where somebody would not wait for that
            self._process.kill()
            self._process.wait()
            self._listener.join()

    def _stop(self) -> None:
        with suppress(OSError):  # it is gone already
            self._to_it.close()

    def _say(self, line: str) -> None:
        with suppress(OSError):  # it is gone: we shall hear that
            self._to_it.write(f"{line}\n".encode())
            self._to_it.flush()

    def _listen(self) -> None:
        try:
            with self._from_it:
                for line in self._from_it:
                    if line.endswith(b"\n"):  # else it was cut off
                        self._heard.put(json.loads(line))
        finally:
            self._heard.put(None)

    def _told(self, *, to_the_end: bool = False) -> Iterator[Merged]:
        while not self._over and (to_the_end or not self._heard.empty()):
            if (merged := self._hear()) is not None:
                yield merged

    def _hear(self) -> Merged | None:
        message = self._heard.get()
        if message is None:
            self._over = True
            if self._begun and not self._done:
                raise OutreachError(self._incomplete())
            return None
        what, *said = message
        if what == "failed" and self._begun:
            raise _failure(*said)
        self._begun |= what == "begun"
        self._done |= what == "done"
        return _read(*said) if what == "merged" else None

    def _incomplete(self) -> str:
        code = self._process.wait()
        how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with {code}"
        return (
            f"{self._file}: not all of it is imported: the second process that worked on it {how}; "
            "import it again: what is in stays as it is, the rest follows"
        )


def _start() -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    """It finds the very modules that we have, and nothing in the folder we are in; Ctrl-C is for us to deal with."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(str(Path(place).absolute()) for place in sys.path)},
        process_group=0,
    )
    assert process.stdin is not None and process.stdout is not None
    return process, process.stdin, process.stdout


def failed(error: OutreachError | exc.DBAPIError) -> Message:
    """As it goes through the pipe."""
    return ["failed", type(error).__name__, str(error.orig if isinstance(error, exc.DBAPIError) else error)]


def _failure(kind: str, text: str) -> Exception:
    """What is raised here for what was raised there."""
    if kind == "ConfigError":
        return ConfigError(text)
    known = getattr(exc, kind, None)
    return known("", None, Exception(text), hide_parameters=True) if known else OutreachError(text)
