"""How many rows of a book a second, on SQLite and on PostgreSQL? `python tests/benchmarks/bench_import.py [ROWS]`.

Prints a table; nothing is asserted. `CPU here`: what the import itself used, without PostgreSQL's own processes.
Beside the import, in the same run and on the same rows: the file only read by the csv module, and its cells only written
into one table without keys or checks (`executemany` on SQLite, `COPY` on PostgreSQL). Each row is a loan; four in five
debtors have one, of the others each has two numbers or two loans.
"""

from __future__ import annotations

import csv
import itertools
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from postgres import DURABLE, Run

from outreach.book import import_book, import_payments
from outreach.bootstrap import policy, read_config
from outreach.samples.make import COLUMNS
from outreach.store.database import Database
from outreach.store.migrate import migrate

ROOT = Path(__file__).parents[2]
NOW = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
PLACES = (("New York", "NY", "10001", 212), ("Austin", "TX", "78701", 512), ("Denver", "CO", "80202", 303))
COLUMN_LIST = ", ".join(COLUMNS)


def rows_of_a_book(count: int, *, later: bool = False) -> Iterator[dict[str, str]]:
    """A made-up book. `later`: as the loan system tells it a month on, every tenth amount and due date moved."""
    for n in range(count):
        random = Random(n)
        debtor = n - (n % 10 == 9)  # every tenth row is of the debtor before
        moved = later and n % 10 == 0
        amount = random.randint(1_000, 90_000) + 100 * moved
        due = date(2027, 3, 1) + timedelta(days=random.randint(-30, 30) + 31 * moved)
        who = Random(-debtor)
        city, region, postcode, area = who.choice(PLACES)
        yield {
            "debtor_ref": f"D{debtor:07d}", "name": f"Maria Lopez {debtor}", "language": "en",
            "phone": f"+1{area}{200 + n // 10_000 % 800:03d}{n % 10_000:04d}", "phone_kind": "mobile",
            "phone_place": "personal", "email": f"d{debtor}@example.com", "address": f"{who.randint(1, 900)} Elm Street",
            "city": city, "region": region, "postcode": postcode, "country": "US", "timezone": "",
            "loan_ref": f"L{n:07d}", "creditor": "Harbor Light Lending", "collector": "first_party",
            "product": "personal", "currency": "USD", "balance": f"{amount / 10:.2f}",
            "amount_due": f"{amount / 100:.2f}", "due_on": due.isoformat(), "funding_account": f"****{n % 10_000:04d}",
            "sms_consent_on": "2026-05-01", "recorded_call_consent_on": "2026-05-01", "tags": "",
        }  # fmt: skip


def write(path: Path, rows: Iterator[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_only(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass


def bare_sqlite(path: Path, folder: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file, closing(sqlite3.connect(folder / "bare.db")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"CREATE TABLE bare ({COLUMN_LIST})")
        marks = ", ".join("?" * len(COLUMNS))
        db.executemany(f"INSERT INTO bare VALUES ({marks})", itertools.islice(csv.reader(file), 1, None))
        db.commit()


def bare_postgresql(path: Path, url: str) -> None:
    with path.open(encoding="utf-8", newline="") as file, psycopg.connect(url.replace("+psycopg", "")) as db:
        db.execute(f"CREATE TABLE bare ({', '.join(f'{name} text' for name in COLUMNS)})")
        with db.cursor() as cursor, cursor.copy(f"COPY bare ({COLUMN_LIST}) FROM STDIN") as copy:
            for row in itertools.islice(csv.reader(file), 1, None):
                copy.write_row(row)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, Database]]:
    """One migrated database of each kind, both as durable as in a deployment."""

    def fill(url: str) -> None:
        db = Database(url)
        migrate(db)
        db.close()

    fill(f"sqlite:///{folder / 'book.db'}")
    run = Run(**DURABLE)
    run.ensure(fill)
    with run.create("bench") as url:
        made = {"SQLite": Database(f"sqlite:///{folder / 'book.db'}"), "PostgreSQL": Database(url)}
        yield made
        for db in made.values():
            db.close()
    run.close()


class Table:
    """One line per piece of work, printed as it is done."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        sys.stdout.write(
            f"{rows:,} rows, {os.cpu_count()} cores\n{'':44}{'seconds':>9}{'rows/s':>12}{'CPU here':>10}\n"
        )

    def time(self, name: str, work: Callable[[], object], rows: int | None = None) -> None:
        start, cpu = time.perf_counter(), time.process_time()
        work()
        took, cpu = time.perf_counter() - start, time.process_time() - cpu
        sys.stdout.write(f"{name:44}{took:9.2f}{(rows or self.rows) / took:12,.0f}{cpu:10.2f}\n")
        sys.stdout.flush()


def payments_of(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["loan_ref", "paid_at", "amount", "currency", "payment_ref"])
        writer.writerows([f"L{n:07d}", "2027-03-09T09:00:00-05:00", "5.00", "USD", f"P{n}"] for n in range(count))
    return path


def main(count: int) -> None:
    rules = policy(read_config(ROOT))
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as made:
        folder = Path(name)
        book = write(folder / "book.csv", rows_of_a_book(count))
        month = write(folder / "later.csv", rows_of_a_book(count, later=True))
        paid = payments_of(folder / "payments.csv", count // 20)
        table = Table(count)
        table.time("bare csv.reader loop", lambda: read_only(book))
        table.time("bare executemany, SQLite", lambda: bare_sqlite(book, folder))
        table.time("bare COPY, PostgreSQL", lambda: bare_postgresql(book, made["PostgreSQL"].url))
        works: dict[str, tuple[Callable[[Database], object], int]] = {
            "first import": (lambda db: import_book(db, book, NOW), count),
            "same file again": (lambda db: import_book(db, book, NOW), count),
            "a month later, 1 in 10 moved": (lambda db: import_book(db, month, NOW), count),
            f"payments ({count // 20:,})": (lambda db: import_payments(db, paid, NOW, rules), count // 20),
        }
        for work, (do, rows) in works.items():
            for kind, db in made.items():  # side by side: whatever else this machine does, it does to both
                table.time(f"{work}, {kind}", partial(do, db), rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
