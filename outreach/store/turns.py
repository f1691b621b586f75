"""Whose turn is it to write to an SQLite file?

SQLite lets one writer in at a time, and the others look again now and then. Whoever writes without a pause, as a worker
with much to do, is nearly always faster: what the carrier tells waited for seconds, beside a worker that sends. So whoever
wants to write says so first: one waits at the door, the rest behind, and whoever comes out goes to the end of the queue.
The kernel takes back the locks of a process that dies.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: first come, first served is all there is
    fcntl = None  # type: ignore[assignment]

LOOK_S = 0.001


@contextmanager
def turn(database: Path, most_s: float) -> Iterator[None]:
    """The turn of this thread to write. Raises sqlite3.OperationalError when it has not come after `most_s`, as SQLite does."""
    with ExitStack() as inside:
        with ExitStack() as at_the_door:
            if fcntl is not None and (door := _opened(f"{database}-door", at_the_door)) is not None:
                _lock(door, most_s)
                if (room := _opened(f"{database}-room", inside)) is not None:
                    _lock(room, most_s)
        yield


def _opened(path: str, until: ExitStack) -> int | None:
    """A file to lock. None where none can be made (the disk is full): then there are no turns, and SQLite's lock is all."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    except OSError:
        return None
    until.callback(os.close, file)
    return file


def _lock(file: int, most_s: float) -> None:
    """It is let go of when the file is closed."""
    pause = threading.Event()
    for _ in range(int(most_s / LOOK_S) + 1):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pause.wait(LOOK_S)
        else:
            return
    raise sqlite3.OperationalError("database is locked")
