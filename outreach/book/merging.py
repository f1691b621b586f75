"""What does a part of the book change on file? People and loans merged set by set, one event per case that moved."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, select

from outreach.book import persons, underway
from outreach.book.people import SPELT, Said, said_of_loan, said_of_person
from outreach.book.persons import Person
from outreach.book.rows import BookRow
from outreach.core.canonical import canonical
from outreach.core.money import write_amount
from outreach.core.terms import CaseStatus, EventKind, Money
from outreach.store.bulk import among, new_ids, rows_in, update_rows
from outreach.store.caselog import LOGGED, Entry, Opening, loggable, open_cases, record
from outreach.store.database import claim
from outreach.store.tables import cases, debtors

LOAN = ("creditor", "collector", "product", "balance_minor", "amount_due_minor", "due_on", "funding_account", "tags")
AMOUNTS = ("balance_minor", "amount_due_minor")
# What a case's steps and messages depend on: a change makes the plan stale. Of the rest (name, e-mail, balance,
# account) it does not.
PLAN = frozenset(
    {
        *("language", "country", "timezone", "addresses", "phones", "consents"),
        *("creditor", "collector", "product", "amount_due", "due_on", "tags"),
    }
)


@dataclass(slots=True)
class Merged:
    """What came of one part: loans and people counted, rejected rows with their reasons by line; `rows` of the file."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    debtors_created: int = 0
    debtors_updated: int = 0
    rejected: dict[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Change:
    """What becomes of one case on file: names as in the book, the values before (of those the log repeats), columns."""

    names: list[str] = field(default_factory=list)
    was: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    reopens: bool = False

    @property
    def replans(self) -> bool:
        return not PLAN.isdisjoint(self.names)


def merge(tx: Connection, rows: Sequence[BookRow], now: datetime, default_language: str | None = None) -> Merged:
    """Merge whole debtors (all rows of each) into the database, in the caller's transaction."""
    repeated = _repeated(tx, rows)
    rows = [row for row in rows if row.debtor_ref not in repeated]
    known = _by_ref(tx, claim(select(debtors).order_by(debtors.c.id), tx), debtors, {row.debtor_ref for row in rows})
    on_file = _on_file(tx, {row.loan_ref for row in rows}, [debtor.id for debtor in known.values()])
    merged = Merged(rejected=_refused(rows, known, on_file))
    by_debtor, by_loan = _grouped(row for row in rows if row.line not in merged.rejected)
    people = persons.gather(tx, by_debtor, known, default_language)
    persons.merge_people(tx, people, now)
    opened = _opened(tx, people, {ref: group for ref, group in by_loan.items() if ref not in on_file}, now)
    changes = _changes(tx, people, {ref: group for ref, group in by_loan.items() if ref in on_file}, on_file)
    record(tx, _entries(tx, changes, {person.id: person for person in people}, now))
    open_cases(tx, opened)
    underway.take_back(tx, {case.debtor_id for case, _ in changes.values()}, now)
    persons.finish(tx, people)
    merged.created = len(by_loan.keys() - on_file.keys())
    merged.updated = sum(ref in on_file and on_file[ref].id in changes for ref in by_loan)
    merged.unchanged = len(by_loan) - merged.created - merged.updated + sum(repeated.values())
    merged.debtors_created = sum(person.is_new for person in people)
    merged.debtors_updated = sum(bool(person.changed) for person in people)
    return merged


def _repeated(tx: Connection, rows: Iterable[BookRow]) -> dict[str, int]:
    """Debtors of whom the book says, loan for loan, just what it said before, and how many loans: nothing to do."""
    by_debtor, by_loan = _grouped(rows)
    said: dict[int, str] = {}
    query = select(debtors.c.id, debtors.c.ref, debtors.c.book_said)
    for debtor in rows_in(tx, query, debtors.c.ref, by_debtor):
        if debtor.book_said == canonical(said_of_person(by_debtor[debtor.ref])):
            said[debtor.id] = debtor.ref
    loans: dict[str, int] = defaultdict(int)
    if said:
        query = select(cases.c.ref, cases.c.debtor_id, cases.c.book_said)
        for case in rows_in(tx, query, cases.c.ref, by_loan):
            if case.debtor_id in said and case.book_said == canonical(said_of_loan(by_loan[case.ref])):
                loans[said[case.debtor_id]] += 1
    return {ref: count for ref, count in loans.items() if count == len({row.loan_ref for row in by_debtor[ref]})}


def _grouped(rows: Iterable[BookRow]) -> tuple[dict[str, list[BookRow]], dict[str, list[BookRow]]]:
    """Rows by debtor and by loan, in their order."""
    by_debtor: dict[str, list[BookRow]] = defaultdict(list)
    by_loan: dict[str, list[BookRow]] = defaultdict(list)
    for row in rows:
        by_debtor[row.debtor_ref].append(row)
        by_loan[row.loan_ref].append(row)
    return by_debtor, by_loan


def _by_ref(tx: Connection, query: Select[Any], table: Table, refs: Iterable[str]) -> dict[str, Row[Any]]:
    return {row.ref: row for row in rows_in(tx, query, table.c.ref, refs)}


def _on_file(tx: Connection, refs: Set[str], debtor_ids: Sequence[int]) -> dict[str, Row[Any]]:
    """The cases of these loans; locked, where they are of these debtors, who are. Of other people's the book can say
    nothing, and whoever has locked those may be about to want ours."""
    ours: dict[str, Row[Any]] = {}
    if debtor_ids:
        query = select(cases).where(among(tx, cases.c.debtor_id, debtor_ids)).order_by(cases.c.id)
        ours = _by_ref(tx, claim(query, tx), cases, refs)
    return ours | _by_ref(tx, select(cases), cases, refs - ours.keys())


def _refused(
    rows: Iterable[BookRow], known: Mapping[str, Row[Any]], on_file: Mapping[str, Row[Any]]
) -> dict[int, tuple[str, ...]]:
    """Rows that contradict what is on file for good."""
    debtor_ids = {ref: row.id for ref, row in known.items()}
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        reasons = []
        debtor, case = known.get(row.debtor_ref), on_file.get(row.loan_ref)
        if debtor is not None and debtor.erased_at is not None:
            reasons.append(
                f"debtor_ref: {row.debtor_ref!r} was erased on {debtor.erased_at:%Y-%m-%d} and stays forgotten"
            )
        if case is not None and case.debtor_id != debtor_ids.get(row.debtor_ref):
            reasons.append(f"loan_ref: {row.loan_ref!r} is on file for another debtor")
        if case is not None and case.currency != row.currency:
            reasons.append(
                f"currency: {row.loan_ref!r} is on file in {case.currency}; a loan never changes its currency"
            )
        if case is not None and _paid_since(case, row):
            reasons.append(
                f"amount_due: {row.loan_ref!r} was paid in full since the book last spoke of it; "
                "to open it again, give a later due_on, or import it with nothing due first"
            )
        if reasons:
            found[row.line] = tuple(reasons)
    return found


def _paid_since(case: Row[Any], row: BookRow) -> bool:
    """Another amount for a day that has been paid for: likelier an old file than a new debt."""
    if case.status != CaseStatus.CLOSED or row.amount_due_minor == 0 or row.due_on > case.due_on:
        return False
    old = json.loads(case.book_said) if case.book_said else {}
    return old.get("amount_due_minor") not in (0, row.amount_due_minor)


def _opened(
    tx: Connection, people: Iterable[Person], groups: Mapping[str, Sequence[BookRow]], now: datetime
) -> list[Opening]:
    """The cases that are new, and what their logs begin with."""
    by_ref = {person.ref: person for person in people}
    opened: list[Opening] = []
    for case_id, (ref, group) in zip(new_ids(tx, cases, len(groups)), groups.items(), strict=True):
        person = by_ref[group[0].debtor_ref]
        person.stale = True  # another loan may join in what was decided for the first
        said = said_of_loan(group)
        values: dict[str, Any] = {name: said.get(name) for name in LOAN}
        values.update(
            due_on=group[0].due_on, tags=said.get("tags", []), id=case_id, debtor_id=person.id, ref=ref,
            currency=said["currency"], status=CaseStatus.ACTIVE, plan_dirty=True, book_said=canonical(said), opened_at=now,
        )  # fmt: skip
        detail = {
            "source": persons.SOURCE,
            "creditor": said["creditor"],
            "collector": said["collector"],
            "amount_due": write_amount(Money(said["amount_due_minor"], said["currency"])),
            "currency": said["currency"],
            "due_on": said["due_on"],
            "phones": person.digests,
            "now": {name: loggable(values[name]) for name in LOGGED},
        }
        entries = [Entry(case_id, now, EventKind.OPENED, detail)]
        if said["amount_due_minor"] == 0:
            entries.append(_closed(case_id, now))
        opened.append(Opening(values, entries))
    return opened


def _closed(case_id: int, now: datetime) -> Entry:
    changes = {"status": CaseStatus.CLOSED, "plan_dirty": True}
    return Entry(case_id, now, EventKind.CLOSED, {"because": "the book says nothing is due"}, changes=changes)


def _changes(
    tx: Connection, people: Iterable[Person], groups: Mapping[str, Sequence[BookRow]], on_file: Mapping[str, Row[Any]]
) -> dict[int, tuple[Row[Any], _Change]]:
    """By case id: what becomes of cases on file, because the book tells something new of the loan or of the person."""
    by_id = {person.id: person for person in people}
    found: dict[int, tuple[Row[Any], _Change]] = {}
    remembered: list[tuple[int, str]] = []
    for ref, group in groups.items():
        case = on_file[ref]
        old = json.loads(case.book_said) if case.book_said else {}
        fresh = said_of_loan(group)
        said = old | fresh
        if said == old:
            continue
        remembered.append((case.id, canonical(said)))
        change = _compare(case, old, fresh)
        if change.names:
            found[case.id] = (case, change)
            by_id[case.debtor_id].stale |= change.replans
    update_rows(tx, cases, ("id", "book_said"), remembered)
    changed = [person.id for person in people if person.changed]
    for case in rows_in(tx, claim(select(cases).order_by(cases.c.id), tx), cases.c.debtor_id, changed):
        found.setdefault(case.id, (case, _Change()))[1].names += by_id[case.debtor_id].changed
    return found


def _compare(case: Row[Any], old: Said, fresh: Said) -> _Change:
    """What the book says anew. With a later due date it speaks of the next instalment: its amounts are new even where
    they are what was said of the last one, paid since."""
    next_one = date.fromisoformat(fresh["due_on"]) > case.due_on
    change = _Change()
    for name in LOAN:
        value = fresh.get(name)
        if value is None or (value == old.get(name) and not (next_one and name in AMOUNTS)):
            continue
        if name == "due_on":
            value = date.fromisoformat(value)
        before = getattr(case, name)
        if value != before:
            change.names.append(SPELT.get(name, name))
            change.columns[name] = value
            if name in LOGGED:
                change.was[name] = loggable(before)
    change.reopens = case.status == CaseStatus.CLOSED and change.columns.get("amount_due_minor", 0) > 0
    return change


def _entries(
    tx: Connection, changes: Mapping[int, tuple[Row[Any], _Change]], people: Mapping[int, Person], now: datetime
) -> list[Entry]:
    reopened = underway.reopened_as(tx, [case_id for case_id, (_, change) in changes.items() if change.reopens], now)
    entries: list[Entry] = []
    for case_id, (case, change) in changes.items():
        detail: dict[str, Any] = {"source": persons.SOURCE, "changed": sorted(change.names)}
        if change.was:
            detail["was"] = change.was
        if digests := people[case.debtor_id].digests:
            detail["phones_added"] = digests
        columns = dict(change.columns)
        if change.replans:
            columns["plan_dirty"] = True
        entries.append(Entry(case_id, now, EventKind.UPDATED, detail, changes=columns))
        if change.columns.get("amount_due_minor") == 0 and case.status != CaseStatus.CLOSED:
            entries.append(_closed(case_id, now))
        elif change.reopens:
            moved = {"status": reopened[case_id], "plan_dirty": True}
            because = {"because": "the book says something is due again"}
            entries.append(Entry(case_id, now, EventKind.REOPENED, because, changes=moved))
    return entries
