"""Two databases that were told the same: what stands in them, without what may differ (ids, salts, hashes, today's date)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sqlalchemy import Table, select

from outreach.store.database import Database
from outreach.store.tables import cases, debtors, metadata, phones
from tests.book.shelf import row

CHANCE = {"id", "salt", "hash", "last_hash", "digest", "created_at", "opened_at", "last_event_at"}
SLIPS: tuple[dict[str, str], ...] = (
    {"phone": "12"},
    {"country": "Freedonia"},
    {"amount_due": "1,5"},
    {"due_on": "2027-02-30"},
    {"name": "=SUM(A1)", "currency": "XXY"},
    {"debtor_ref": ""},
    {"loan_ref": ""},
    {"creditor": ""},
)
ODD_NAMES = ("Łukasz \\N Nowak", 'Ana "la" {Paz}', "O'Neil, Tom", "张伟", "Zoë\tK", "back\\slash\\")


def messy_rows(count: int, *, later: bool = False) -> Iterator[dict[str, str]]:
    """A book with about everything in it that a book may have wrong. `later`: what the loan system tells of it next month."""
    for n in range(count):
        chance = Random(
            f"{n} {later}" if n % 3 == 0 else str(n)
        )  # of every third, something else is told a month later
        one = row(debtor_ref=f"D{n}", loan_ref=f"L{n}", phone=f"+1518555{n % 10_000:04d}")
        one |= {
            "name": chance.choice(ODD_NAMES) if n % 7 == 0 else f"Maria {n}",
            "tags": chance.choice(("", "vip;late")),
        }
        one |= {"amount_due": f"{chance.randint(0, 9)}0.00", "due_on": f"2027-03-{chance.randint(1, 28):02d}"}
        one |= {"language": ""} if n % 5 == 0 else {}
        one |= {"city": "", "postcode": "", "address": ""} if n % 11 == 0 else {}
        another = chance.randrange(count)  # anywhere in the file
        kind = chance.random()
        if kind < 0.15:
            one |= {"debtor_ref": f"D{another}", "name": f"Maria {another}"}
        elif kind < 0.18:
            one |= {"debtor_ref": f"D{another}"}  # they quarrel about the name
        elif kind < 0.21:
            one |= {"loan_ref": f"L{another}"}  # of two debtors
        elif kind < 0.26:
            one |= chance.choice(SLIPS)
        yield one


def told(db: Database) -> dict[str, list[str]]:
    """Each table, row by row, ids replaced by what they stand for."""
    with db.read() as connection:
        found = {table.name: connection.execute(select(table)).mappings().all() for table in metadata.sorted_tables}
    names: dict[tuple[str, Any], str] = {(debtors.name, one["id"]): one["ref"] for one in found[debtors.name]}
    names |= {(cases.name, one["id"]): one["ref"] for one in found[cases.name]}
    names |= {
        (phones.name, one["id"]): f"{names['debtors', one['debtor_id']]} {one['e164']}" for one in found["phones"]
    }
    digests = {one["digest"]: one["e164"] for one in found[phones.name]}
    return {
        table.name: sorted(str(_without_chance(table, one, names, digests)) for one in found[table.name])
        for table in metadata.sorted_tables
    }


def _without_chance(
    table: Table, one: Any, names: dict[tuple[str, Any], str], digests: dict[str, str]
) -> dict[str, Any]:
    said = {name: value for name, value in one.items() if name not in CHANCE}
    for column in table.columns:
        for key in column.foreign_keys:
            said[column.name] = names.get((key.column.table.name, said[column.name]), said[column.name])
    if "detail" in said:  # what the log says of numbers
        for word in str(said["detail"]).split('"'):
            if word in digests:
                said["detail"] = said["detail"].replace(word, digests[word])
        del said["at"]
    return said
