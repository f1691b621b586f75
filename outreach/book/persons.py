"""What does the book change of the people on file: names, numbers, addresses, zones, consents?

Compared is what the book says now with what it said last time; only what is new is applied (see `book.people`).
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from outreach.book.people import Said, said_of_person
from outreach.book.rows import BookRow
from outreach.core.canonical import canonical
from outreach.core.terms import PhoneKind
from outreach.store.bulk import CHUNK, insert_rows, new_ids, rows_in, update_rows
from outreach.store.caselog import digest
from outreach.store.tables import SHARDS, addresses, consents, debtors, phones

SOURCE = "book"
FIELDS = {"name": "name", "email": "email", "language": "language", "country": "country", "zone": "stated_zone"}
NEW = ("id", "ref", "salt", *FIELDS.values(), "shard", "facts_version", "book_said", "created_at")
CHANGED = ("id", *FIELDS.values(), "facts_version", "book_said")
ADDRESS = ("debtor_id", "street", "city", "region", "postcode", "country")
PHONE = ("id", "debtor_id", "e164", "digest", "kind", "place", "rank")
CONSENT = ("debtor_id", "phone_id", "kind", "given_to", "at", "source")


@dataclass(slots=True)
class Person:
    """A debtor of the file. `changed` names what the book changed of one already on file, as its columns are called."""

    id: int
    ref: str
    salt: bytes
    known: Row[Any] | None
    old: Said
    said: Said
    values: dict[str, Any]
    changed: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)  # of the numbers that are new on file
    stale: bool = False  # what was decided on the old facts must be judged again

    @property
    def is_new(self) -> bool:
        return self.known is None


def gather(
    tx: Connection,
    groups: Mapping[str, Sequence[BookRow]],
    known: Mapping[str, Row[Any]],
    default_language: str | None,
) -> list[Person]:
    """A Person for each debtor of the file, new ones with the id they will get."""
    ids = iter(new_ids(tx, debtors, len(groups.keys() - known.keys())))
    people = []
    for ref, rows in groups.items():
        row = known.get(ref)
        said = said_of_person(rows)
        if row is None:
            values = {column: said.get(name) for name, column in FIELDS.items()}
            values["language"] = values["language"] or default_language
            people.append(Person(next(ids), ref, secrets.token_bytes(16), None, {}, said, values))
        else:
            old = json.loads(row.book_said) if row.book_said else {}
            values = {column: getattr(row, column) for column in FIELDS.values()}
            people.append(Person(row.id, ref, row.salt, row, old, _remember(old, said), values))
    return people


def merge_people(tx: Connection, people: Sequence[Person], now: datetime) -> None:
    """Write new people and the numbers, addresses and consents that are new; note in each Person what changed.

    The debtors' own rows are written by `finish`, once it is known whether their loans changed too.
    """
    moving = [person for person in people if person.is_new or person.said != person.old]
    for person in moving:
        if not person.is_new:
            _compare_fields(person)
    _insert_people(tx, [person for person in moving if person.is_new], now)
    on_file = _merge_phones(tx, moving)
    _merge_addresses(tx, moving)
    _merge_consents(tx, moving, on_file)


def finish(tx: Connection, people: Iterable[Person]) -> None:
    """Write what changed of debtors already on file; the facts' version rises where the old facts decided something."""
    rows = []
    for person in people:
        if person.known is not None and (person.stale or person.said != person.old):
            version = person.known.facts_version + person.stale
            rows.append((person.id, *person.values.values(), version, canonical(person.said)))
    update_rows(tx, debtors, CHANGED, rows)


def _remember(old: Said, said: Said) -> Said:
    """All that the book has said so far. Numbers and consents add up; of addresses the latest count."""
    kept = old | said
    kept["phones"] = old.get("phones", {}) | said["phones"]
    kept["consents"] = sorted({tuple(consent) for source in (old, said) for consent in source.get("consents", [])})
    kept["consents"] = [list(consent) for consent in kept["consents"]]
    before = old.get("addresses", [])
    if all([*address[:-1]] == [None] * 4 and address[-1] in {a[-1] for a in before} for address in said["addresses"]):
        kept["addresses"] = before  # only countries already known: nothing new is said
    return kept


def _compare_fields(person: Person) -> None:
    for name, column in FIELDS.items():
        value = person.said.get(name)
        if value != person.old.get(name) and value != person.values[column]:
            person.values[column] = value
            person.changed.append("timezone" if name == "zone" else name)
            person.stale = True


def _insert_people(tx: Connection, people: Sequence[Person], now: datetime) -> None:
    rows = [
        (
            *(person.id, person.ref, person.salt, *person.values.values(), zlib.crc32(person.ref.encode()) % SHARDS),
            *(0, canonical(person.said), now),
        )
        for person in people
    ]
    insert_rows(tx, debtors, NEW, rows)


def _merge_phones(tx: Connection, people: Sequence[Person]) -> dict[tuple[int, str], int]:
    """Add and mend numbers. Returns the phone id by (debtor id, E.164).

    A number new to a debtor on file is tried before the old ones: the newest is the likeliest to be answered.
    """
    on_file: dict[int, dict[str, Row[Any]]] = defaultdict(dict)
    query = select(phones).where(phones.c.e164.is_not(None))
    for row in rows_in(tx, query, phones.c.debtor_id, [person.id for person in people if not person.is_new]):
        on_file[row.debtor_id][row.e164] = row
    known = {(debtor_id, e164): row.id for debtor_id, there in on_file.items() for e164, row in there.items()}
    mended: list[tuple[int, str, str]] = []
    fresh: list[tuple[Any, ...]] = []
    for person in people:
        there = on_file.get(person.id, {})
        mended += _mended(person, there)
        fresh += _fresh(person, there)
    added = [(phone_id, *row) for phone_id, row in zip(new_ids(tx, phones, len(fresh)), fresh, strict=True)]
    insert_rows(tx, phones, PHONE, added)
    update_rows(tx, phones, ("id", "kind", "place"), mended)
    return known | {(row[1], row[2]): row[0] for row in added}


def _fresh(person: Person, there: Mapping[str, Row[Any]]) -> list[tuple[Any, ...]]:
    """Rows of numbers the book names for the first time, in its order, before those on file."""
    before = person.old.get("phones", {})
    named = [e164 for e164 in person.said["phones"] if e164 not in there and e164 not in before]
    first = min(row.rank for row in there.values()) - len(named) if there else 0
    rows = []
    for rank, e164 in enumerate(named, first):
        mark = digest(person.salt, e164)
        person.digests.append(mark)
        rows.append((person.id, e164, mark, *person.said["phones"][e164], rank))
    if named and not person.is_new:
        _note(person, "phones")
    return rows


def _mended(person: Person, there: Mapping[str, Row[Any]]) -> list[tuple[int, str, str]]:
    """Numbers whose kind or place the book tells anew; `unknown` tells nothing."""
    rows = []
    for e164, row in there.items():
        said = person.said["phones"].get(e164)
        if said is None or said == person.old.get("phones", {}).get(e164):
            continue
        old_kind, old_place = person.old.get("phones", {}).get(e164, (None, None))
        # Only what is said anew: meanwhile the carrier may have told that it is a landline.
        kind = row.kind if said[0] in (old_kind, PhoneKind.UNKNOWN) else said[0]
        place = row.place if said[1] == old_place else said[1]
        if (kind, place) != (row.kind, row.place):
            rows.append((row.id, kind, place))
            _note(person, "phones")
    return rows


def _merge_addresses(tx: Connection, people: Sequence[Person]) -> None:
    moved = [person for person in people if person.said["addresses"] != person.old.get("addresses")]
    for person in moved:
        if not person.is_new:
            _note(person, "addresses")
    gone = [person.id for person in moved if not person.is_new]
    for start in range(0, len(gone), CHUNK):
        tx.execute(delete(addresses).where(addresses.c.debtor_id.in_(gone[start : start + CHUNK])))
    insert_rows(
        tx, addresses, ADDRESS, [(person.id, *address) for person in moved for address in person.said["addresses"]]
    )


def _merge_consents(tx: Connection, people: Sequence[Person], phone_ids: Mapping[tuple[int, str], int]) -> None:
    """Consents told for the first time. One withdrawn since is given again only by a later date than the withdrawal."""
    withdrawn = _withdrawn(tx, people)
    rows = []
    for person in people:
        before = person.old.get("consents", ())
        told = [consent for consent in person.said["consents"] if consent not in before]
        for kind, given_to, on, e164 in told:
            at = _start_of(on)
            phone_id = phone_ids.get((person.id, e164))
            back = withdrawn.get((person.id, kind), ())
            if phone_id is not None and all(when <= at for of, when in back if of in (None, phone_id)):
                rows.append((person.id, phone_id, kind, given_to, at, SOURCE))
        if told and not person.is_new:
            _note(person, "consents")
    insert_rows(tx, consents, CONSENT, rows)


@lru_cache(maxsize=10_000)
def _start_of(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def _withdrawn(tx: Connection, people: Iterable[Person]) -> Mapping[tuple[int, str], list[tuple[int | None, datetime]]]:
    """By debtor and kind of consent: of which number (None: of all) it was withdrawn, and when."""
    query = select(consents).where(consents.c.withdrawn_at.is_not(None))
    found: dict[tuple[int, str], list[tuple[int | None, datetime]]] = defaultdict(list)
    for row in rows_in(tx, query, consents.c.debtor_id, [person.id for person in people if not person.is_new]):
        found[row.debtor_id, row.kind].append((row.phone_id, row.withdrawn_at))
    return found


def _note(person: Person, what: str) -> None:
    person.stale = True
    if what not in person.changed:
        person.changed.append(what)
