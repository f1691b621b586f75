"""How does a book get in? Read and check the whole file first, then merge it, a part at a time, and write the rejects.

Nothing is written while the file itself is in doubt. Each part is one transaction of whole debtors, short enough that
webhooks are not kept waiting; importing the same file again goes on where a crash stopped it, and changes nothing else.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from outreach.book.columns import BOOK, read_language
from outreach.book.merging import Merged, merge
from outreach.book.people import contradictions
from outreach.book.rows import BookRow, RowReader
from outreach.book.sheet import Progress, Sheet, check_writable, open_sheet, rejects_path, write_rejects
from outreach.core.terms import ConfigError
from outreach.store.database import Database, Turn, take_turn

AT_ONCE = 3  # parts at once on PostgreSQL
PART = 1000  # rows in one transaction, more only where one debtor has more
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
        rows, rejected = _read(sheet, now, report)
        rejected_before = len(rejected)
        with _alone(db):
            for part, merged in _merged(db, rows, now, default_language):
                _add(total, merged)
                report.merged(len(part))
    if total.created + total.updated >= MANY:
        db.analyze()
    rejected |= total.rejected
    kept = write_rejects(sheet, target, rejected)
    report.finish()
    return Imported(
        rows=len(rows) + rejected_before,
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
    """One import at a time: two could open the same debtor twice. On SQLite the write lock of each part is enough."""
    if db.is_sqlite:
        yield
        return
    with db.begin() as tx:
        take_turn(tx, Turn.IMPORT)
        yield


def _merged(
    db: Database, rows: list[BookRow], now: datetime, default_language: str | None
) -> Iterator[tuple[list[BookRow], Merged]]:
    """Each part once it is committed. PostgreSQL works on one part while the next is made ready: debtors are disjoint."""

    def run(part: list[BookRow]) -> tuple[list[BookRow], Merged]:
        with db.begin() as tx:
            return part, merge(tx, part, now, default_language)

    if db.is_sqlite:
        yield from map(run, _parts(rows))
        return
    with ThreadPoolExecutor(AT_ONCE, "book") as pool:
        yield from pool.map(run, _parts(rows))


def _language(text: str) -> str:
    try:
        return read_language(text)
    except ValueError as error:
        raise ConfigError(f"default language: {error}") from None


def _read(sheet: Sheet, now: datetime, report: _Progress) -> tuple[list[BookRow], dict[int, tuple[str, ...]]]:
    reader = RowReader(sheet.header, (now + AHEAD).date())
    rows: list[BookRow] = []
    rejected: dict[int, tuple[str, ...]] = {}
    for line, cells in sheet.rows():
        outcome = reader.read(line, cells)
        if isinstance(outcome, BookRow):
            rows.append(outcome)
        else:
            rejected[line] = outcome
        report.read()
    quarrels = contradictions(rows)
    return [row for row in rows if row.line not in quarrels], rejected | quarrels


def _parts(rows: list[BookRow]) -> Iterator[list[BookRow]]:
    """Rows in the order of the file, all of one debtor together, about `PART` at a time."""
    by_debtor: dict[str, list[BookRow]] = defaultdict(list)
    for row in rows:
        by_debtor[row.debtor_ref].append(row)
    part: list[BookRow] = []
    for group in by_debtor.values():
        part += group
        if len(part) >= PART:
            yield part
            part = []
    if part:
        yield part


def _add(total: Merged, part: Merged) -> None:
    total.created += part.created
    total.updated += part.updated
    total.unchanged += part.unchanged
    total.debtors_created += part.debtors_created
    total.debtors_updated += part.debtors_updated
    total.rejected |= part.rejected


class _Progress:
    """One bar for reading and merging, half each."""

    def __init__(self, tell: Progress | None, lines: int) -> None:
        self._tell, self._total, self._done = tell, max(2 * lines, 1), 0

    def read(self) -> None:
        self._done += 1
        if self._done % 500 == 0:
            self._say()

    def merged(self, rows: int) -> None:
        self._done += rows
        self._say()

    def finish(self) -> None:
        self._done = self._total
        self._say()

    def _say(self) -> None:
        if self._tell is not None:
            self._tell(min(self._done, self._total), self._total)
