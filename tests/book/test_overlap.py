"""Reading goes on while parts are being written: what one of them meets halfway harms no other, and no row is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from outreach.audit import audit
from outreach.book import Imported, import_book
from outreach.book.columns import BOOK
from outreach.book.gathering import Survey, parts
from outreach.book.rows import RowReader
from outreach.book.sheet import open_sheet
from outreach.book.writing import AT_ONCE
from outreach.core.terms import ConfigError
from outreach.store.database import Database
from outreach.store.tables import addresses, case_events, cases, consents, debtors, phones
from tests.book.holding import held, until, waiting
from tests.book.shelf import NOW, Shelf, _csv, row

PART = 50  # rows: less is slower to bring in, and quicker to test
MANY = 8 * PART
HEADER = ",".join(row())


def loan(n: int, **cells: str) -> dict[str, str]:
    return row(**{"debtor_ref": f"D{n}", "loan_ref": f"L{n}", "phone": f"+1518555{n:04d}", **cells})


def book(path: Path, odd: dict[int, dict[str, str]] | None = None, count: int = MANY) -> Path:
    path.write_text(_csv([loan(n, **(odd or {}).get(n, {})) for n in range(count)]), encoding="utf-8", newline="")
    return path


def whole(shelf: Shelf) -> int:
    """How many loans are on file: each with its debtor, number, address, consents and log, and nothing besides."""
    with shelf.db.read() as connection:
        counts = [connection.scalar(select(func.count()).select_from(table)) for table in (cases, debtors, phones)]
        assert {*counts, connection.scalar(select(func.count()).select_from(addresses))} == {counts[0]}
        assert connection.scalar(select(func.count()).select_from(consents)) == 2 * counts[0]
        assert connection.scalar(select(func.count()).select_from(case_events)) == counts[0]
    assert audit(shelf.db) == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("book")] == []
    return counts[0] or 0


@contextmanager
def in_the_way(db: Database, ref: str) -> Iterator[None]:
    """The database refuses this one loan."""
    body = f"BEGIN SELECT RAISE(ABORT, 'in the way') WHERE NEW.ref = '{ref}'; END"
    if not db.is_sqlite:
        body = f"FOR EACH ROW WHEN (NEW.ref = '{ref}') EXECUTE FUNCTION outreach_refuse('in the way')"
    with db.begin() as tx:
        tx.exec_driver_sql(f"CREATE TRIGGER in_the_way BEFORE INSERT ON cases {body}")
    yield
    with db.begin() as tx:
        tx.exec_driver_sql("DROP TRIGGER in_the_way" + ("" if db.is_sqlite else " ON cases"))


def test_a_part_that_fails_stops_the_import_and_leaves_nothing_half_written(shelf: Shelf) -> None:
    book(shelf.path)
    with in_the_way(shelf.db, f"L{3 * PART + 7}"), pytest.raises(DBAPIError, match="in the way"):
        import_book(shelf.db, shelf.path, NOW, at_once=PART)
    done = whole(shelf)
    assert done % PART == 0 and 0 < done < MANY
    rest = import_book(shelf.db, shelf.path, NOW, at_once=PART)
    assert (rest.created, rest.unchanged) == (MANY - done, done)
    assert whole(shelf) == MANY


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_who_gives_up_leaves_whole_parts_and_nobody_at_work(shelf: Shelf, stop: type[BaseException]) -> None:
    def ctrl_c(done: int, total: int) -> None:
        if done > PART:
            raise stop

    book(shelf.path)
    with pytest.raises(stop):
        import_book(shelf.db, shelf.path, NOW, progress=ctrl_c, at_once=PART)
    done = whole(shelf)
    assert done % PART == 0 and 0 < done <= (AT_ONCE + 3) * PART < MANY
    assert import_book(shelf.db, shelf.path, NOW, at_once=PART).created == MANY - done


def test_rows_rejected_anywhere_are_all_in_the_file_in_its_order(shelf: Shelf) -> None:
    bad = [0, PART - 1, PART, 2 * PART + 5, MANY - 1]
    outcome = import_book(shelf.db, book(shelf.path, {n: {"phone": "12"} for n in bad}), NOW, at_once=PART)
    assert (outcome.rows, outcome.created, outcome.rejected) == (MANY, MANY - len(bad), len(bad))
    assert list(shelf.reasons()) == [n + 2 for n in bad]
    assert {found["loan_ref"] for found in shelf.refused()} == {f"L{n}" for n in bad}
    assert whole(shelf) == MANY - len(bad)


def test_what_stands_far_apart_is_still_looked_at_together(shelf: Shelf) -> None:
    """The first and the last row are of one debtor; two others of one loan; two more quarrel about a debtor's name."""
    last = MANY - 1
    odd = {
        last: {"debtor_ref": "D0"},
        last - 1: {"loan_ref": "L1"},
        last - 2: {"debtor_ref": "D2", "name": "Somebody Else"},
    }
    outcome = import_book(shelf.db, book(shelf.path, odd), NOW, at_once=PART)
    assert (outcome.created, outcome.debtors_created) == (MANY - 4, MANY - 5)
    quarrels = shelf.reasons()
    assert list(quarrels) == [3, 4, last, last + 1]
    assert quarrels[3] == f"rows of loan 'L1' contradict each other: debtor_ref in lines 3, {last + 1}"
    assert quarrels[4] == f"rows of debtor 'D2' contradict each other: name in lines 4, {last}"
    assert len({case.debtor_id for case in shelf.rows(cases) if case.ref in ("L0", f"L{last}")}) == 1


def test_who_shares_a_loan_is_still_waited_for_to_their_last_row(shelf: Shelf) -> None:
    """D0 and D1 are in one group from line 3 on; of D1 there is more to come, which must not be a part of its own."""
    last = MANY - 1
    odd = {1: {"loan_ref": "L0"}, 2: {"debtor_ref": "D1"}, last: {"debtor_ref": "D1", "name": "Somebody Else"}}
    outcome = import_book(shelf.db, book(shelf.path, odd), NOW, at_once=PART)
    assert (outcome.created, outcome.debtors_created) == (MANY - 4, MANY - 4)
    assert list(shelf.reasons()) == [2, 3, 4, last + 2]
    assert shelf.reasons()[4] == f"rows of debtor 'D1' contradict each other: name in lines 3, {last + 2}"


def test_parts_whose_loans_are_on_file_for_each_others_debtors_do_not_wait_for_each_other(
    pg_db: Database, tmp_path: Path
) -> None:
    """As when somebody sorted one column of the file by itself. Both parts are held up where they know whose loans are
    whose, and have not looked at their own debtors' other loans yet."""
    shelf = Shelf(pg_db, tmp_path)
    half = PART // 2
    shelf.load(*(loan(n) for n in range(PART)))
    swapped = [
        one
        for n in range(PART)
        for one in (
            loan(n, name="New Name", loan_ref=f"N{n}"),
            loan(n, name="New Name", loan_ref=f"L{(n + half) % PART}"),
        )
    ]
    swapped[0], swapped[-1] = loan(PART), loan(PART + 1)
    shelf.path.write_text(_csv(swapped), encoding="utf-8", newline="")
    with ThreadPoolExecutor(1) as pool:
        with held(pg_db, PART, PART + 1):
            outcome = pool.submit(import_book, pg_db, shelf.path, NOW, at_once=PART)
            until(lambda: len(waiting(pg_db)) == 2)
        assert outcome.result().rejected == PART - 1
    assert audit(pg_db) == []


def test_a_file_changed_meanwhile_is_not_taken_for_the_one_looked_at(shelf: Shelf) -> None:
    def touched(done: int, total: int) -> None:
        book(shelf.path, {n: {"phone": "12"} for n in range(MANY)})

    book(shelf.path, {MANY - 1: {"phone": "12"}})
    with pytest.raises(ConfigError, match=r"book\.csv: was changed while it was imported: import it again"):
        import_book(shelf.db, shelf.path, NOW, progress=touched, at_once=PART)
    whole(shelf)


def read(path: Path, text: str) -> Iterator[tuple[list[str], list[int]]]:
    """The parts of a book: loans to merge, lines rejected."""
    path.write_text(text, encoding="utf-8", newline="")
    sheet = open_sheet(path, BOOK)
    for rows, rejected in parts(sheet, Survey(sheet), RowReader(sheet.header, NOW.date()), size=PART):
        yield [found.loan_ref for found in rows], sorted(rejected)


def test_no_more_is_held_than_waits_for_a_later_row(tmp_path: Path) -> None:
    sizes = [len(loans) for loans, _ in read(tmp_path / "book.csv", _csv([loan(n) for n in range(MANY)]))]
    assert sizes == [PART] * 8


def test_one_word_for_all_loans_ties_nobody_who_has_another_into_one_part(tmp_path: Path) -> None:
    """`unknown` as the loan of everybody: those rows contradict each other. The good ones are still cut into parts."""
    rows = [loan(n, loan_ref="unknown" if n % 2 else f"L{n}", debtor_ref=f"D{n // 2}") for n in range(4 * PART)]
    found = list(read(tmp_path / "book.csv", _csv(rows)))
    assert [len(loans) for loans, _ in found if loans] == [PART, PART]
    assert sum(len(lines) for _, lines in found) == 2 * PART


ODD: dict[str, Callable[[str], str]] = {
    "too few cells": lambda line: line.rsplit(",", 1)[0],
    "no debtor": lambda line: line.replace("D1", ""),
    "no loan": lambda line: line.replace("L1", ""),
}


@pytest.mark.parametrize("name", ODD)
def test_a_row_that_tells_nobody_is_rejected_by_itself(tmp_path: Path, name: str) -> None:
    good, bad, other = _csv([loan(0), loan(1), loan(2)]).splitlines()[1:]
    found = list(read(tmp_path / "book.csv", "\n".join([HEADER, good, ODD[name](bad), ODD[name](bad), other])))
    assert found == [(["L0", "L2"], [3, 4])]


def test_the_bar_never_goes_back_and_ends_full(shelf: Shelf) -> None:
    seen: list[tuple[int, int]] = []
    outcome: Imported = import_book(
        shelf.db, book(shelf.path), NOW, progress=lambda done, total: seen.append((done, total)), at_once=PART
    )
    assert outcome.created == MANY and len(seen) > AT_ONCE
    assert seen == sorted(seen) and seen[-1][0] == seen[-1][1]
