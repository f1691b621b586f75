"""How does a book get in? The whole file is looked through first, then merged, a part at a time; then the rejects.

Nothing is written while the file itself is in doubt. Each part is one transaction of whole debtors, short enough that
webhooks are not kept waiting; importing the same file again goes on where a crash stopped it, and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from outreach.book.beside import OURS, THEIRS, Job, Second, cores
from outreach.book.columns import BOOK, read_language
from outreach.book.gathering import PART, WHOLE, Part, Survey, parts
from outreach.book.merging import Merged
from outreach.book.rows import RowReader
from outreach.book.sheet import Progress, Sheet, check_writable, open_sheet, rejects_path, write_rejects
from outreach.book.writing import AHEAD, uncollected, written
from outreach.core.terms import ConfigError
from outreach.store.database import Database, Turn, holder, take_turn, wait_for_the_disk

MANY = 500  # rows, after which the database is to look at its tables again
WORTH_TWO = 20_000  # lines; for fewer a second process takes longer to start than it saves


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
    processes: int | None = None,
    at_once: int = PART,
) -> Imported:
    """Load or update the book. `progress(done, total)` is called now and then; `rejects` replaces `<name>.rejects.csv`.
    `processes`: 2, or 1, on PostgreSQL; None: as many as this machine and this file are worth. `at_once`: about so
    many rows are merged in one transaction.

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
    job = Job(db.url, sheet, now, default_language, at_once)
    with uncollected(), _second(job, _processes(db, sheet, processes)) as second:
        survey = Survey(sheet)
        with _alone(db, second), closing(_merged(db, job, survey, second)) as merged:
            for part in merged:
                _add(total, part)
                report.say(part.rows)
    if total.created + total.updated >= MANY:
        db.analyze()
    kept = write_rejects(sheet, target, total.rejected)
    report.finish()
    return Imported(
        rows=survey.rows,
        created=total.created,
        updated=total.updated,
        unchanged=total.unchanged,
        rejected=len(total.rejected),
        debtors_created=total.debtors_created,
        debtors_updated=total.debtors_updated,
        rejects=kept,
    )


def _processes(db: Database, sheet: Sheet, wanted: int | None) -> int:
    if db.is_sqlite:  # which has one writer at a time
        return 1
    return wanted or (2 if sheet.lines >= WORTH_TWO and cores() > 1 else 1)


@contextmanager
def _second(job: Job, processes: int) -> Iterator[Second | None]:
    """Started early: it looks the file through while we do. Where the system starts no process, there is none."""
    try:
        second = Second(job) if processes > 1 else None
    except OSError:
        second = None
    try:
        yield second
    finally:
        if second is not None:
            second.end()


@contextmanager
def _alone(db: Database, second: Second | None) -> Iterator[None]:
    """One import at a time: two could open the same debtor twice. On SQLite the write lock of each part is enough.

    On PostgreSQL no part waits for the disk; this does, at the end, for all of them: what is told is durable. An importer
    that was killed may have left its second process at work on a last part: that is waited for, too.
    """
    if db.is_sqlite:
        yield
        return
    with db.begin() as tx:
        take_turn(tx, Turn.IMPORT)
        with db.begin() as before:
            take_turn(before, Turn.IMPORT_BESIDE)
        if second is not None:
            second.begin(holder(tx, Turn.IMPORT))
        yield
        wait_for_the_disk(tx)


def _merged(db: Database, job: Job, survey: Survey, second: Second | None) -> Generator[Merged]:
    """What came of each part, once it is committed, whoever wrote it."""
    own = written(db, _read(job, survey, second), job.now, job.default_language)
    with closing(own), closing(own if second is None else second.together(own)) as merged:
        yield from merged


def _read(job: Job, survey: Survey, second: Second | None) -> Iterator[Part]:
    """The parts that are ours to write: all, if there is no second process or it never comes to begin."""
    reader = RowReader(job.sheet.header, (job.now + AHEAD).date())
    yield from parts(job.sheet, survey, reader, WHOLE if second is None else OURS, job.at_once)
    if second is not None and not second.has_begun():
        yield from parts(job.sheet, survey, reader, THEIRS, job.at_once)


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
    """One bar: rows of the file that are done; never backwards."""

    def __init__(self, tell: Progress | None, lines: int) -> None:
        self._tell, self._total, self._done = tell, max(lines, 1), 0

    def finish(self) -> None:
        self._done = self._total
        self.say()

    def say(self, more: int = 0) -> None:
        self._done += more
        if self._tell is not None:
            self._tell(min(self._done, self._total), self._total)
