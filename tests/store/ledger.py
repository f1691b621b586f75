"""Cases opened straight in the tables, and what their logs say: what the tests of the case log stand on."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from outreach.core.terms import EventKind
from outreach.store.caselog import GENESIS, Entry, record
from outreach.store.database import Database
from outreach.store.tables import case_events, cases, debtors

NOW = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
EACH = 24  # events that one writer records


@dataclass
class Ledger:
    """Cases with empty logs, by their references."""

    db: Database
    ids: dict[str, int]

    def note(self, ref: str, *numbers: int) -> None:
        """One transaction with an event for each number."""
        with self.db.begin() as tx:
            record(tx, [noted(self.ids[ref], n) for n in numbers])

    def events(self, ref: str) -> list[Any]:
        with self.db.read() as connection:
            return events(connection, self.ids[ref])

    def case(self, ref: str) -> Any:
        with self.db.read() as connection:
            return connection.execute(select(cases).where(cases.c.ref == ref)).one()


def open_cases(db: Database, refs: Sequence[str]) -> Ledger:
    """One debtor with a case for each reference."""
    with db.begin() as tx:
        person = {"ref": "D1", "country": "US", "shard": 0, "facts_version": 0, "created_at": NOW}
        debtor_id = new(tx, debtors, **person)
        return Ledger(db, {ref: open_case(tx, debtor_id, ref) for ref in refs})


def open_case(tx: Connection, debtor_id: int, ref: str, **columns: Any) -> int:
    values = {
        "creditor": "Blue Bank", "collector": "first_party", "currency": "USD", "amount_due_minor": 12000, "tags": [],
        "due_on": date(2027, 3, 15), "status": "active", "last_seq": 0, "last_hash": GENESIS, "opened_at": NOW,
        "plan_dirty": False,
    }  # fmt: skip
    return new(tx, cases, debtor_id=debtor_id, ref=ref, **(values | columns))


def new(tx: Connection, table: Any, **columns: Any) -> int:
    return int((tx.execute(insert(table).values(**columns)).inserted_primary_key or (0,))[0])


def noted(case_id: int, n: int = 0, **more: Any) -> Entry:
    return Entry(case_id, NOW, EventKind.NOTED, {"n": n}, **more)


def events(connection: Connection, case_id: int) -> list[Any]:
    query = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.seq)
    return list(connection.execute(query))


class GivenUp(Exception):
    """A transaction that is rolled back."""


def write(url: str, ids: Mapping[str, int], seed: int, ready: Any) -> None:
    """One writer: `EACH` events on shared cases, one or more cases in a transaction, every third taken back."""
    draw, db = random.Random(seed), Database(url)
    ready.wait()
    kept = 0
    while kept < EACH:
        chosen = draw.sample(sorted(ids.values()), k=min(draw.randint(1, 3), EACH - kept))
        try:
            with db.begin() as tx:
                record(tx, [noted(case_id, seed) for case_id in chosen])
                if draw.random() < 1 / 3:
                    raise GivenUp
        except GivenUp:
            continue
        kept += len(chosen)
    db.close()
