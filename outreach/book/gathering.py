"""Which rows of the file speak of the same people, and when have they all been read?

The file is gone through twice. First only to learn that it is CSV from end to end, and in which line each debtor is spoken
of last. Then row by row: a debtor is taken up as soon as their last row is read, so that reading goes on while others
are being written, and no more is kept than what waits for a later row.

Where several processes import one file, each goes through it and takes up its share: whoever belongs together is in one.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from outreach.book.people import contradictions
from outreach.book.rows import BookRow, RowReader
from outreach.book.sheet import Sheet

PART = 1000  # rows merged at once, more only where one debtor has more
Reasons = dict[int, tuple[str, ...]]  # by line
Part = tuple[list[BookRow], Reasons]  # to merge; rejected meanwhile


class Share(NamedTuple):
    """Which of the groups are taken up: those whose name falls to `number`, when all are dealt out to `of`."""

    number: int = 0
    of: int = 1

    def has(self, group: str | None) -> bool:
        """Is this group in it? (None: a row of nobody, which somebody must reject: the first.) The same in each process."""
        return (0 if group is None else zlib.crc32(group.encode()) % self.of) == self.number


WHOLE = Share()


class Survey:
    """What the first look at a file tells. `rows`: how many it has."""

    def __init__(self, sheet: Sheet) -> None:
        self._debtor, self._loan = sheet.header.index("debtor_ref"), sheet.header.index("loan_ref")
        self._width = len(sheet.header)
        self._last: dict[str, int] = {}  # line, by debtor
        self._tied: dict[str, str] = {}  # debtors who share a loan, which is a fault of the file: to one of them
        self.rows = 0
        owners: dict[str, str] = {}
        for line, cells in sheet.rows():
            self.rows += 1
            if (debtor := self.debtor(cells)) is None:
                continue
            self._last[self.group(debtor)] = line
            loan = cells[self._loan].strip()
            if (owner := owners.setdefault(loan, debtor)) != debtor and loan:
                self._tie(owner, debtor)

    def debtor(self, cells: list[str]) -> str | None:
        """Of whom this row speaks; None: it can't be told, and the row is looked at by itself."""
        return (cells[self._debtor].strip() or None) if len(cells) == self._width else None

    def group(self, debtor: str) -> str:
        """One name for all debtors whose rows must be looked at together."""
        while debtor in self._tied:
            debtor = self._tied[debtor]
        return debtor

    def last(self, group: str) -> int:
        """The line after which nothing more is said of this group."""
        return self._last.get(group, 0)

    def _tie(self, one: str, other: str) -> None:
        one, other = self.group(one), self.group(other)
        if one != other:
            self._tied[other] = one
        self._last[one] = max(self._last[one], self._last[other])


def parts(sheet: Sheet, survey: Survey, reader: RowReader, share: Share = WHOLE, size: int = PART) -> Iterator[Part]:
    """Rows to merge, whole debtors, about `size` at a time; with the rows rejected meanwhile, by line."""
    whole: list[BookRow] = []  # rows of debtors of whom nothing more is to come
    waiting: dict[str, list[BookRow]] = defaultdict(list)
    rejected: Reasons = {}
    for line, cells in sheet.rows():
        debtor = survey.debtor(cells)
        group = None if debtor is None else survey.group(debtor)
        if not share.has(group):
            continue
        outcome = reader.read(line, cells)
        rows = whole if group is None or (group not in waiting and survey.last(group) == line) else waiting[group]
        if isinstance(outcome, BookRow):
            rows.append(outcome)
        else:
            rejected[line] = outcome
        if group is not None and rows is not whole and survey.last(group) == line:
            whole += waiting.pop(group)
        if len(whole) >= size:
            yield from _agreeing(whole, rejected, size)
            whole, rejected = [], {}
    for rows in waiting.values():  # somebody took the last ones out of the file meanwhile
        whole += rows
    yield from _agreeing(whole, rejected, size)


def _agreeing(rows: list[BookRow], rejected: Reasons, size: int) -> Iterator[Part]:
    """Without the rows that contradict each other, and cut where debtors thought to belong together made it too long."""
    quarrels = contradictions(rows)
    rejected |= quarrels
    by_debtor: dict[str, list[BookRow]] = defaultdict(list)
    for row in rows:
        if row.line not in quarrels:
            by_debtor[row.debtor_ref].append(row)
    part: list[BookRow] = []
    for group in by_debtor.values():
        part += group
        if len(part) >= size:
            yield part, rejected
            part, rejected = [], {}
    if part or rejected:
        yield part, rejected
