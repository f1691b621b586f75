"""Which rows belong together, do they agree, and what do they say of a person and of a loan?

What the book says is kept as plain JSON (`said`) beside what is on file. A later import is compared with it, field by
field: only what the book says anew is applied. So a payment, a changed number or a language the debtor asked for is
not undone by importing an older book once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from outreach.book.rows import BookRow

Said = dict[str, Any]

LOAN_COLUMNS = (
    *("debtor_ref", "creditor", "collector", "product", "currency", "balance_minor", "amount_due_minor", "due_on"),
    *("funding_account", "tags"),
)
PERSON_COLUMNS = ("name", "language", "email", "zone")
AGREE_ON: dict[str, tuple[str, ...]] = {"loan": LOAN_COLUMNS, "debtor": PERSON_COLUMNS, "number": ("kind", "place")}
SPELT = {
    "zone": "timezone",
    "stated_zone": "timezone",
    "balance_minor": "balance",
    "amount_due_minor": "amount_due",
    "kind": "phone_kind",
    "place": "phone_place",
}  # fields whose column in the book has another name

Thing = tuple[str, str]  # ("loan", ref), ("debtor", ref) or ("number", E.164)


def contradictions(rows: Iterable[BookRow]) -> dict[int, tuple[str, ...]]:
    """Rows that contradict each other, by line, with the reasons: nobody knows which is right, so none is loaded.

    An empty cell contradicts nothing.
    """
    loans: dict[str, list[BookRow]] = defaultdict(list)
    debtors: dict[str, list[BookRow]] = defaultdict(list)
    numbers: dict[tuple[str, str], list[BookRow]] = defaultdict(list)
    for row in rows:
        loans[row.loan_ref].append(row)
        debtors[row.debtor_ref].append(row)
    for group in debtors.values():
        if len(group) > 1:
            for row in group:
                numbers[row.debtor_ref, row.e164].append(row)
    groups = [*_several("loan", loans), *_several("debtor", debtors), *_several("number", numbers)]
    found: dict[int, list[str]] = defaultdict(list)
    for thing, group in groups:
        if quarrels := list(_quarrels(group, AGREE_ON[thing[0]])):
            for row in group:
                found[row.line].append(f"rows of {thing[0]} {thing[-1]!r} contradict each other: {', '.join(quarrels)}")
    return {line: tuple(reasons) for line, reasons in found.items()}


def _several(what: str, groups: Mapping[Any, list[BookRow]]) -> Iterator[tuple[Thing, list[BookRow]]]:
    """The things of which more than one row speaks."""
    for key, group in groups.items():
        if len(group) > 1:
            yield (what, key if isinstance(key, str) else key[-1]), group


def _quarrels(group: Sequence[BookRow], columns: Iterable[str]) -> Iterator[str]:
    for name in columns:
        said: dict[Any, int] = {}
        for row in group:
            if (value := getattr(row, name)) is not None:
                said.setdefault(value, row.line)
        if len(said) > 1:
            yield f"{SPELT.get(name, name)} in lines {', '.join(map(str, sorted(said.values())[:4]))}"


def said_of_person(rows: Sequence[BookRow]) -> Said:
    """What these rows say of one debtor; nothing where every cell is empty. Phones in the order of the rows."""
    said = _said(rows, PERSON_COLUMNS)
    said["country"] = rows[0].country
    said["phones"] = {row.e164: [row.kind, row.place] for row in rows}
    said["addresses"] = _addresses(rows)
    consents = {(kind, given_to, on.isoformat(), row.e164) for row in rows for kind, given_to, on in row.consents}
    said["consents"] = [list(consent) for consent in sorted(consents)]
    return said


def said_of_loan(rows: Sequence[BookRow]) -> Said:
    """What these rows say of one loan."""
    said = _said(rows, LOAN_COLUMNS[1:])
    said["due_on"] = rows[0].due_on.isoformat()
    if "tags" in said:
        said["tags"] = list(said["tags"])  # as JSON gives it back
    return said


def _said(rows: Sequence[BookRow], columns: Sequence[str]) -> Said:
    """The first word on each column; rows agree where they speak."""
    said: Said = {}
    for row in reversed(rows):
        for name in columns:
            value = getattr(row, name)
            if value is not None:
                said[name] = value
    return said


def _addresses(rows: Sequence[BookRow]) -> list[list[str | None]]:
    """Each address once; one that is only a country says nothing beside a fuller one there."""
    found = list(dict.fromkeys(row.address for row in rows))
    if len(found) == 1:
        return [list(found[0])]
    full = {address[-1] for address in found if any(address[:-1])}
    return [list(address) for address in found if any(address[:-1]) or address[-1] not in full]
