"""What does the second process of an import do? `python -m outreach.book.half`, started and told by `outreach.book.beside`.

It looks the file through while the first one does, and waits for its word.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from typing import IO, TypeVar

from sqlalchemy.exc import DBAPIError

from outreach.book.beside import THEIRS, Job, Message, failed, spell
from outreach.book.gathering import Survey, parts
from outreach.book.rows import RowReader
from outreach.book.writing import AHEAD, uncollected, written
from outreach.core.terms import OutreachError
from outreach.store.database import Database, Turn, holder, take_turn

T = TypeVar("T")


class _Stopped(Exception):
    """The first process wants no more, or is no more."""


def main() -> None:
    """Read the job, do it, tell what came of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process closes the pipe
    ear = open(0, "rb", 0, closefd=False)  # noqa: SIM115 - until the end
    mouth = os.fdopen(os.dup(1), "wb", 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever else is printed is no message
    with suppress(_Stopped, BrokenPipeError), uncollected():
        job = Job.read(_line(ear))
        try:
            _work(job, ear, partial(_say, mouth))
        except (OutreachError, DBAPIError) as error:
            _say(mouth, failed(error))


def _work(job: Job, ear: IO[bytes], tell: Callable[[Message], None]) -> None:
    survey = Survey(job.sheet)
    reader = RowReader(job.sheet.header, (job.now + AHEAD).date())
    turn = json.loads(_line(ear))
    with closing(Database(job.url)) as db:
        with db.begin() as tx:
            take_turn(tx, Turn.IMPORT_BESIDE)
            if holder(tx, Turn.IMPORT) != turn:
                raise _Stopped  # and another import may be under way by now
            tell(["begun"])
            read = _until(_end_of(ear), parts(job.sheet, survey, reader, THEIRS, job.at_once))
            for part in written(db, read, job.now, job.default_language):
                tell(["merged", spell(part)])
        tell(["done"])


def _line(ear: IO[bytes]) -> bytes:
    line = ear.readline()
    if not line.endswith(b"\n"):
        raise _Stopped
    return line


def _say(mouth: IO[bytes], message: Message) -> None:
    rest = memoryview(json.dumps(message).encode() + b"\n")
    while rest:
        rest = rest[mouth.write(rest) :]


def _end_of(ear: IO[bytes]) -> threading.Event:
    """Is set when the first process has closed the pipe, or the system has for it."""
    ended = threading.Event()

    def listen() -> None:
        ear.read()
        ended.set()

    threading.Thread(target=listen, name="ear", daemon=True).start()
    return ended


def _until(ended: threading.Event, read: Iterator[T]) -> Iterator[T]:
    for part in read:
        if ended.is_set():
            raise _Stopped
        yield part


if __name__ == "__main__":
    main()
