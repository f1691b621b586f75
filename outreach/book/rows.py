"""What does one row of the book say? A `BookRow`, or every reason why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from outreach.book.columns import READERS, REQUIRED, read_money, read_region
from outreach.book.numbers import read_number
from outreach.core.terms import Collector, ConsentGivenTo, ConsentKind, PhoneKind, PhonePlace

# Columns that are read in the light of another one.
DEPENDENT: tuple[tuple[str, str, Callable[[str, Any], Any]], ...] = (
    ("region", "country", read_region),
    ("phone", "country", read_number),
    ("balance", "currency", read_money),
    ("amount_due", "currency", read_money),
)
CONSENTS = (("sms_consent_on", ConsentKind.SMS), ("recorded_call_consent_on", ConsentKind.RECORDED_CALL))

LONGEST_REASON = 300  # characters


@dataclass(slots=True)  # frozen, each of its fields would be set by a call
class BookRow:
    """One row, checked. Empty cells are None: the book says nothing about them. Amounts in minor units."""

    line: int
    debtor_ref: str
    name: str | None
    language: str | None
    email: str | None
    zone: str | None
    country: str
    address: tuple[str | None, str | None, str | None, str | None, str]  # street, city, region, postcode, country
    e164: str
    kind: str
    place: str
    loan_ref: str
    creditor: str
    collector: str
    product: str | None
    currency: str
    balance_minor: int | None
    amount_due_minor: int
    due_on: date
    funding_account: str | None
    tags: tuple[str, ...] | None
    consents: tuple[tuple[str, str, date], ...]  # kind, given to, on


Outcome = BookRow | tuple[str, ...]


class RowReader:
    """Reads the rows of one sheet: knows where each column stands."""

    def __init__(self, header: Sequence[str], today: date) -> None:
        self._width = len(header)
        self._readers = [(place, name, READERS[name]) for place, name in enumerate(header) if name in READERS]
        at = {name: place for place, name in enumerate(header)}
        self._dependent = [(at[name], name, light, read) for name, light, read in DEPENDENT if name in at]
        self._required = [(name, at[name]) for name in REQUIRED]
        self._today = today

    def read(self, line: int, cells: list[str]) -> Outcome:
        """The row, or its reasons, each starting with the column's name."""
        if len(cells) != self._width:
            return (f"{len(cells)} cells, the header has {self._width}",)
        cells = list(map(str.strip, cells))
        reasons = [f"{name}: is empty" for name, place in self._required if not cells[place]]
        values: dict[str, Any] = {}
        for place, name, read in self._readers:
            if cell := cells[place]:
                try:
                    values[name] = read(cell)
                except ValueError as error:
                    reasons.append(f"{name}: {error}"[:LONGEST_REASON])
        self._read_dependent(cells, values, reasons)
        return tuple(reasons) if reasons else _row(line, values)

    def _read_dependent(self, cells: list[str], values: dict[str, Any], reasons: list[str]) -> None:
        """Columns that are read in the light of another one; left out when that one is missing."""
        for place, name, light, read in self._dependent:
            if (cell := cells[place]) and light in values:
                try:
                    values[name] = read(cell, values[light])
                except ValueError as error:
                    reasons.append(f"{name}: {error}"[:LONGEST_REASON])
        for name, _ in CONSENTS:
            if name in values and values[name] > self._today:
                reasons.append(f"{name}: {values[name]} is still to come")


def _row(line: int, values: dict[str, Any]) -> BookRow:
    e164, plan_kind = values["phone"]
    kind = values.get("phone_kind", PhoneKind.UNKNOWN)
    get = values.get
    # The book tells what was consented to the creditor; where we collect our own loans, the creditor is us.
    given_to = ConsentGivenTo.US if values["collector"] == Collector.FIRST_PARTY else ConsentGivenTo.CREDITOR
    return BookRow(
        line=line,
        debtor_ref=values["debtor_ref"],
        name=get("name"),
        language=get("language"),
        email=get("email"),
        zone=get("timezone"),
        country=values["country"],
        address=(get("address"), get("city"), get("region"), get("postcode"), values["country"]),
        e164=e164,
        kind=str(plan_kind if kind == PhoneKind.UNKNOWN else kind),
        place=get("phone_place", str(PhonePlace.PERSONAL)),
        loan_ref=values["loan_ref"],
        creditor=values["creditor"],
        collector=values["collector"],
        product=get("product"),
        currency=values["currency"],
        balance_minor=values["balance"].minor if "balance" in values else None,
        amount_due_minor=values["amount_due"].minor,
        due_on=values["due_on"],
        funding_account=get("funding_account"),
        tags=get("tags"),
        consents=tuple((str(kind), str(given_to), values[name]) for name, kind in CONSENTS if name in values),
    )
