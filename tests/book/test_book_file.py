"""Is this a book at all? A file that is none is refused as a whole, in one line per fault, and nothing is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from outreach.book import import_book
from outreach.core.terms import ConfigError
from outreach.store.tables import cases, debtors
from tests.book.shelf import NOW, REQUIRED, Shelf, row

GOOD = "D1,+15185550123,US,L1,Blue Bank,first_party,USD,120.00,2027-03-15"
EXPECTED = "debtor_ref, phone, country, loan_ref, creditor, collector, currency, amount_due, due_on"

NO_BOOKS: dict[str, tuple[bytes | str, list[str]]] = {
    "empty": ("", [f"book.csv:1:1: no header, expected the columns {EXPECTED}"]),
    "a mark and nothing": (b"\xef\xbb\xbf", [f"book.csv:1:1: no header, expected the columns {EXPECTED}"]),
    "blank lines": ("\n\n\n", [f"book.csv:1:1: no header, expected the columns {EXPECTED}"]),
    "a misspelt column": (
        REQUIRED.replace("loan_ref", "loan_reff") + f"\n{GOOD}\n",
        [
            "book.csv:1:26: unknown column 'loan_reff', did you mean 'loan_ref'?",
            "book.csv:1:1: missing column loan_ref",
        ],
    ),
    "two missing": (
        REQUIRED.replace("phone,", "").replace(",due_on", "") + "\n",
        ["book.csv:1:1: missing columns phone, due_on"],
    ),
    "an unknown one": (REQUIRED + ",shoe_size\n", ["book.csv:1:81: unknown column 'shoe_size'"]),
    "capitals": (
        REQUIRED.replace("phone", "Phone") + "\n",
        ["book.csv:1:12: unknown column 'Phone', did you mean 'phone'?", "book.csv:1:1: missing column phone"],
    ),
    "one twice": (REQUIRED + ",phone\n", ["book.csv:1:81: column 'phone' is there twice"]),
    "semicolons": (
        REQUIRED.replace(",", ";") + "\n",
        ["book.csv:1:1: columns are separated by ';', expected ','"],
    ),
    "tabs": (REQUIRED.replace(",", "\t") + "\n", ["book.csv:1:1: columns are separated by '\\t', expected ','"]),
    "latin-1": (
        f"{REQUIRED}\n{GOOD}\n".encode() + GOOD.replace("D1", "Müller").encode("latin-1") + b"\n",
        ["book.csv:3:2: this is not UTF-8: save the file as 'CSV UTF-8'"],
    ),
    "latin-1 far behind": (
        f"{REQUIRED}\n".encode() + f"{GOOD}\n".encode() * 3000 + "Grüne".encode("latin-1"),
        ["book.csv:3002:3: this is not UTF-8: save the file as 'CSV UTF-8'"],
    ),
    "UTF-16": (
        f"{REQUIRED}\n{GOOD}\n".encode("utf-16"),
        ["book.csv:1:1: the file is UTF-16, expected UTF-8: save it as 'CSV UTF-8'"],
    ),
    "a quote left open": (
        f'{REQUIRED}\n{GOOD}\n"D2,+15185550124\n{GOOD}\n',
        ["book.csv:3:1: this is no CSV row (unexpected end of data): quotes open and close in pairs"],
    ),
    "text behind a quote": (
        f'{REQUIRED}\n"D1"x{GOOD[2:]}\n',
        ["book.csv:2:1: this is no CSV row (',' expected after '\"'): quotes open and close in pairs"],
    ),
    "a field without end": (
        f"{REQUIRED}\n{'x' * 200_000}\n",
        ["book.csv:2:1: this is no CSV row (field larger than field limit (131072)): quotes open and close in pairs"],
    ),
    "a workbook": (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xff\xff\xdf", ["book.csv:1:11: this is not UTF-8"]),
}


@pytest.mark.parametrize("name", NO_BOOKS)
def test_a_file_that_is_no_book(name: str, tmp_path: Path, sqlite_db: object) -> None:
    shelf = Shelf(sqlite_db, tmp_path)  # type: ignore[arg-type]
    content, lines = NO_BOOKS[name]
    said = shelf.fault(content).splitlines()
    assert len(said) == len(lines) and all(a.startswith(b) for a, b in zip(said, lines, strict=True)), said


def test_what_is_already_on_file_stays_when_a_later_file_is_none(shelf: Shelf) -> None:
    """The bad byte is in the last line: everything before it could be read, and nothing of it is loaded."""
    shelf.load(row())
    good = "".join(GOOD.replace("D1", f"D{n}").replace("L1", f"L{n}") + "\n" for n in range(2, 1500))
    said = shelf.fault(f"{REQUIRED}\n{good}".encode() + b"D1500,\xff")
    assert said.startswith("book.csv:1500:7: this is not UTF-8")
    assert [case.ref for case in shelf.rows(cases)] == ["L1"]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "cannot be read: No such file or directory"),
        (lambda path: path.mkdir(), "cannot be read: Is a directory"),
        (lambda path: os.mkfifo(path), "is no ordinary file, and it is read more than once"),
    ],
    ids=["missing", "a folder", "a pipe"],
)
def test_what_cannot_be_read(tmp_path: Path, sqlite_db: object, make: object, said: str) -> None:
    path = tmp_path / "book.csv"
    make(path)  # type: ignore[operator]
    with pytest.raises(ConfigError) as caught:
        import_book(sqlite_db, path, NOW)  # type: ignore[arg-type]
    assert str(caught.value).startswith(f"{path}: {said}")


def test_rejects_that_could_not_be_written_stop_it_before_anything_is_loaded(shelf: Shelf) -> None:
    shelf.rejects.mkdir()
    with pytest.raises(ConfigError, match=r"book\.rejects\.csv: rejected rows could not be written there"):
        shelf.load(row())
    assert shelf.rows(debtors) == []


def test_rejects_never_overwrite_the_book(shelf: Shelf) -> None:
    shelf.load(row())
    with pytest.raises(ConfigError, match="would overwrite"):
        import_book(shelf.db, shelf.path, NOW, rejects=shelf.path)
    assert shelf.path.exists()


READ_THE_SAME: dict[str, bytes] = {
    "plain": f"{REQUIRED}\n{GOOD}\n".encode(),
    "byte order mark": b"\xef\xbb\xbf" + f"{REQUIRED}\n{GOOD}\n".encode(),
    "CRLF": f"{REQUIRED}\r\n{GOOD}\r\n".encode(),
    "CR": f"{REQUIRED}\r{GOOD}\r".encode(),
    "no last line end": f"{REQUIRED}\n{GOOD}".encode(),
    "empty lines and rows": f"{REQUIRED}\n\n,,,,,,,,\n{GOOD}\n\n".encode(),
    "everything quoted": "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in (REQUIRED, GOOD)
    ).encode(),
    "spaces around": f"{REQUIRED.replace(',', ' , ')}\n{GOOD.replace(',', ' , ')}\n".encode(),
    "another order": (",".join(REQUIRED.split(",")[::-1]) + "\n" + ",".join(GOOD.split(",")[::-1])).encode(),
}


@pytest.mark.parametrize("name", READ_THE_SAME)
def test_spellings_of_one_file(name: str, tmp_path: Path, sqlite_db: object) -> None:
    shelf = Shelf(sqlite_db, tmp_path)  # type: ignore[arg-type]
    outcome = shelf.raw(READ_THE_SAME[name])
    assert (outcome.rows, outcome.created, outcome.rejected, outcome.rejects) == (1, 1, 0, None)
    assert (shelf.case().creditor, shelf.case().amount_due_minor) == ("Blue Bank", 12000)


def test_a_header_alone_is_an_empty_book(shelf: Shelf) -> None:
    outcome = shelf.raw(REQUIRED + "\n")
    assert (outcome.rows, outcome.created, outcome.rejected) == (0, 0, 0)
    assert shelf.rows(debtors) == []
