"""Whose turn is it to write to an SQLite file?

SQLite lets one writer in at a time, and the others look again now and then. Whoever writes without a pause, as a worker
with much to do, is nearly always faster: what the carrier tells waited for seconds, beside a worker that sends. So whoever
wants to write says so first: one waits at the door, the rest behind, and whoever comes out goes to the end of the queue.
Whoever is in a hurry rings a bell while waiting, for others to be brief. The kernel takes back the locks of a process that
dies.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from time import perf_counter

try:
    import fcntl
except ImportError:  # Windows: first come, first served is all there is
    fcntl = None  # type: ignore[assignment]

LOOK_S = 0.001


@dataclass(slots=True)
class Turns:
    """Of all processes that write to the SQLite file `database`. `hurried`: somebody in a hurry waited when our last turn
    was over; `hurried_at`: when that was so last (`perf_counter`)."""

    database: str
    most_s: float  # a turn is waited for
    hurried: bool = False
    hurried_at: float = float("-inf")

    @contextmanager
    def take(self, *, hurry: bool = False) -> Iterator[None]:
        """The turn of this thread. Raises sqlite3.OperationalError when it does not come, as SQLite itself does."""
        looks = iter(range(int(self.most_s / LOOK_S) + 1))
        with ExitStack() as inside:
            with ExitStack() as outside:
                if hurry and (bell := self._opened("bell", outside)) is not None:
                    _locked(bell, shared=True)
                if (door := self._opened("door", outside)) is not None:
                    _wait_for(door, looks)
                    if (room := self._opened("room", inside)) is not None:
                        _wait_for(room, looks)
            try:
                yield
            finally:
                self._look_behind()

    def _look_behind(self) -> None:
        with ExitStack() as look:
            if (bell := self._opened("bell", look)) is not None:
                self.hurried = not _locked(bell)
                self.hurried_at = perf_counter() if self.hurried else self.hurried_at

    def _opened(self, which: str, until: ExitStack) -> int | None:
        """A file to lock. None where none can be made (the disk is full): then SQLite's own lock is all there is."""
        if fcntl is None:
            return None
        with suppress(OSError):
            file = os.open(f"{self.database}-{which}", os.O_RDONLY | os.O_CREAT, 0o644)
            until.callback(os.close, file)
            return file
        return None


def _wait_for(file: int, looks: Iterator[int]) -> None:
    pause = threading.Event()
    for _ in looks:
        if _locked(file):
            return
        pause.wait(LOOK_S)
    raise sqlite3.OperationalError("database is locked")


def _locked(file: int, *, shared: bool = False) -> bool:
    """Is it ours now (or ours, too)? It is until the file is closed."""
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
