"""How are the parts of a book written? Each in a transaction of its own; PostgreSQL works on some while the next is read."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import starmap

from outreach.book.gathering import Part, Reasons
from outreach.book.merging import Merged, merge
from outreach.book.rows import BookRow
from outreach.store.database import Database, wait_for_no_disk

AT_ONCE = 3  # parts at once on PostgreSQL, in one process
AHEAD = timedelta(hours=14)  # the earliest clock on earth: a consent of "today" there is not still to come


@contextmanager
def uncollected() -> Iterator[None]:
    """All rows are kept until they are merged, and there is no cycle among them. The collector, which looks for nothing
    else, would walk through all of them time and again: a third of an import of 100,000 rows."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def written(db: Database, read: Iterable[Part], now: datetime, default_language: str | None) -> Generator[Merged]:
    """What came of each part, once it is committed. On PostgreSQL no part waits for the disk; debtors are disjoint.

    When one fails, or whoever waits for them gives up, those under way come to their end and no other is begun.
    """

    def run(rows: list[BookRow], rejected: Reasons) -> Merged:
        merged = Merged()
        if rows:
            with db.begin() as tx:
                wait_for_no_disk(tx)
                merged = merge(tx, rows, now, default_language)
        merged.rejected |= rejected
        merged.rows = len(rows) + len(rejected)
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
