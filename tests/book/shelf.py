"""A folder with books in it, a database and a clock: what the tests of the import stand on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from outreach.book import Imported, PaymentsImported, import_book, import_payments
from outreach.bootstrap import policy, read_config
from outreach.core.terms import ConfigError
from outreach.store.database import Database
from outreach.store.tables import case_events, cases, metadata

ROOT = Path(__file__).parents[2]
NOW = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
REQUIRED = "debtor_ref,phone,country,loan_ref,creditor,collector,currency,amount_due,due_on"
ROW = {
    "debtor_ref": "D1", "name": "Maria Lopez", "language": "es", "phone": "+15185550123", "phone_kind": "mobile",
    "phone_place": "personal", "email": "maria@example.com", "address": "1 Elm Street", "city": "Albany",
    "region": "NY", "postcode": "12207", "country": "US", "timezone": "", "loan_ref": "L1", "creditor": "Blue Bank",
    "collector": "first_party", "product": "personal", "currency": "USD", "balance": "900.00", "amount_due": "120.00",
    "due_on": "2027-03-15", "funding_account": "****2345", "sms_consent_on": "2026-01-01",
    "recorded_call_consent_on": "2026-01-01", "tags": "",
}  # fmt: skip
PAID = {
    "loan_ref": "L1",
    "paid_at": "2027-03-09T09:00:00-05:00",
    "amount": "50.00",
    "currency": "USD",
    "payment_ref": "P1",
}


def row(**cells: str) -> dict[str, str]:
    """A good row, with some cells changed."""
    return ROW | cells


def paid(**cells: str) -> dict[str, str]:
    return PAID | cells


class Shelf:
    """Books are written into `folder` and imported into `db` at `now`."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.folder, self.now = db, folder, NOW
        self.path = folder / "book.csv"
        self.rejects = folder / "book.rejects.csv"

    def raw(self, content: bytes | str) -> Imported:
        self.path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_book(self.db, self.path, self.now)

    def load(self, *rows: dict[str, str]) -> Imported:
        return self.raw(_csv(rows or (ROW,)))

    def pay(self, *rows: dict[str, str]) -> PaymentsImported:
        path = self.folder / "payments.csv"
        path.write_text(_csv(rows), encoding="utf-8", newline="")
        return import_payments(self.db, path, self.now, policy(read_config(ROOT)))

    def fault(self, content: bytes | str) -> str:
        """What is said of a file that is no book. Nothing may be written then, nor left beside it."""
        before = self.dump()
        try:
            outcome = self.raw(content)
        except ConfigError as error:
            assert self.dump() == before
            assert [path.name for path in self.folder.glob("book*.csv*")] == ["book.csv"]
            return str(error).replace(str(self.path), "book.csv")
        raise AssertionError(f"was imported: {outcome}")

    def refused(self, name: str = "book") -> list[dict[str, str]]:
        """The rejects file's rows."""
        path = self.folder / f"{name}.rejects.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def reasons(self, name: str = "book") -> dict[int, str]:
        return {int(found["rejected_line"]): found["rejected_because"] for found in self.refused(name)}

    def rows(self, table: Table) -> list[Any]:
        with self.db.read() as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key.columns)))

    def case(self, ref: str = "L1") -> Any:
        return next(found for found in self.rows(cases) if found.ref == ref)

    def log(self, ref: str = "L1") -> list[tuple[str, dict[str, Any]]]:
        case_id = self.case(ref).id
        return [(e.kind, json.loads(e.detail)) for e in self.rows(case_events) if e.case_id == case_id]

    def kinds(self, ref: str = "L1") -> list[str]:
        return [kind for kind, _ in self.log(ref)]

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything in the database."""
        return {table.name: [tuple(found) for found in self.rows(table)] for table in metadata.sorted_tables}


def _csv(rows: Sequence[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
