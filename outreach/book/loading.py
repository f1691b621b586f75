"""How does a book get in? The whole file is looked through first, then merged, a part at a time; then the rejects.

Nothing is written while the file itself is in doubt. Each part is one transaction of whole debtors, short enough that
webhooks are not kept waiting; importing the same file again goes on where a crash stopped it, and changes nothing else.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import starmap
from pathlib import Path

from outreach.book.columns import BOOK, read_language
from outreach.book.gathering import Reasons, Survey, parts
from outreach.book.merging import Merged, merge
from outreach.book.rows import BookRow, RowReader
from outreach.book.sheet import Progress, check_writable, open_sheet, rejects_path, write_rejects
from outreach.core.terms import ConfigError
from outreach.store.database import Database, Turn, take_turn, wait_for_no_disk, wait_for_the_disk

AT_ONCE = 3  # parts at once on PostgreSQL
AHEAD = timedelta(hours=14)  # the earliest clock on earth: a consent of "today" there is not still to come
MANY = 500  # rows, after which the database is to look at its tables again


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import. `created`, `updated`, `unchanged` count loans; `rows` and `rejected` rows of the file."""

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    debtors_created: int = 0
    debtors_updated: int = 0
    rejects: Path | None = None  # where the rejected rows are, when there are any


def import_book(
    db: Database,
    path: Path,
    now: datetime,
    *,
    progress: Progress | None = None,
    rejects: Path | None = None,
    default_language: str | None = None,
) -> Imported:
    """Load or update the book. `progress(done, total)` is called now and then; `rejects` replaces `<name>.rejects.csv`.

    Raises ConfigError, with file, line and column, for a file that is no book; nothing is written then. Rows that can't
    be loaded are written to the rejects file with line and reasons, the rest is loaded.
    """
    sheet = open_sheet(path, BOOK)
    target = rejects_path(path, rejects)
    check_writable(target)
    if default_language is not None:
        default_language = _language(default_language)
    report = _Progress(progress, sheet.lines)
    total = Merged()
    with _uncollected():
        survey = Survey(sheet)
        reader = RowReader(sheet.header, (now + AHEAD).date())
        read = report.following(parts(sheet, survey, reader))
        with _alone(db), closing(_merged(db, read, now, default_language)) as merged:
            for part in merged:
                _add(total, part)
                report.say()
    if total.created + total.updated >= MANY:
        db.analyze()
    rejected = total.rejected
    kept = write_rejects(sheet, target, rejected)
    report.finish()
    return Imported(
        rows=survey.rows,
        created=total.created,
        updated=total.updated,
        unchanged=total.unchanged,
        rejected=len(rejected),
        debtors_created=total.debtors_created,
        debtors_updated=total.debtors_updated,
        rejects=kept,
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """All rows are kept until they are merged, and there is no cycle among them. The collector, which looks for nothing
    else, would walk through all of them time and again: a third of an import of 100,000 rows."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _alone(db: Database) -> Iterator[None]:
    """One import at a time: two could open the same debtor twice. On SQLite the write lock of each part is enough.

    On PostgreSQL no part waits for the disk; this does, at the end, for all of them: what is told is durable.
    """
    if db.is_sqlite:
        yield
        return
    with db.begin() as tx:
        take_turn(tx, Turn.IMPORT)
        yield
        wait_for_the_disk(tx)


def _merged(
    db: Database, read: Iterable[tuple[list[BookRow], Reasons]], now: datetime, default_language: str | None
) -> Generator[Merged]:
    """What came of each part, once it is committed. PostgreSQL works on some while the next is read: debtors are disjoint.

    When one fails, or whoever waits for them gives up, those under way come to their end and no other is begun.
    """

    def run(rows: list[BookRow], rejected: Reasons) -> Merged:
        if not rows:
            return Merged(rejected=rejected)
        with db.begin() as tx:
            wait_for_no_disk(tx)
            merged = merge(tx, rows, now, default_language)
        merged.rejected |= rejected
        return merged

    if db.is_sqlite:
        yield from starmap(run, read)
        return
    pool = ThreadPoolExecutor(AT_ONCE, "book")
    try:
        begun: deque[Future[Merged]] = deque()
        for part in read:
            begun.append(pool.submit(run, *part))
            while len(begun) > AT_ONCE or (begun and begun[0].done()):
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _language(text: str) -> str:
    try:
        return read_language(text)
    except ValueError as error:
        raise ConfigError(f"default language: {error}") from None


def _add(total: Merged, part: Merged) -> None:
    total.created += part.created
    total.updated += part.updated
    total.unchanged += part.unchanged
    total.debtors_created += part.debtors_created
    total.debtors_updated += part.debtors_updated
    total.rejected |= part.rejected


class _Progress:
    """One bar: rows of the file that are read, told each time some are merged; never backwards."""

    def __init__(self, tell: Progress | None, lines: int) -> None:
        self._tell, self._total, self._done = tell, max(lines, 1), 0

    def following(self, read: Iterable[tuple[list[BookRow], Reasons]]) -> Iterator[tuple[list[BookRow], Reasons]]:
        for rows, rejected in read:
            self._done += len(rows) + len(rejected)
            yield rows, rejected

    def finish(self) -> None:
        self._done = self._total
        self.say()

    def say(self) -> None:
        if self._tell is not None:
            self._tell(min(self._done, self._total), self._total)
