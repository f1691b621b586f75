"""How do payments get in? A CSV of `loan_ref, paid_at, amount, currency, payment_ref`, each applied once.

A row with `reverses` takes back the payment of that reference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from outreach.book.columns import FIRST_YEAR, code_of, read_currency, read_money
from outreach.book.sheet import Layout, Progress, Sheet, check_writable, open_sheet, rejects_path, write_rejects
from outreach.store.bulk import rows_in
from outreach.store.database import Database
from outreach.store.tables import cases
from outreach.store.tables import payments as on_file

if TYPE_CHECKING:
    from outreach.engine.payments import Payment
    from outreach.engine.runtime import Policy

COLUMNS = ("loan_ref", "paid_at", "amount", "currency", "payment_ref")
REVERSES = "reverses"  # may be left out, or empty
PAYMENTS = Layout((*COLUMNS, REVERSES), COLUMNS)
PART = 500
CLOCK_SKEW = timedelta(minutes=5)
REFUSED = {
    "unknown_loan": "loan_ref: no such loan on file",
    "wrong_currency": "currency: the loan is in another currency",
    "unknown_payment": "reverses: no payment of this loan has that reference",
    "too_much": "amount: more than is left of the payment that is taken back",
    "another": "payment_ref: is on file for another payment (another loan or amount)",
}


@dataclass(frozen=True, slots=True)
class PaymentsImported:
    """What came of a payments file: `applied` now, `already` known, `rejected` rows (written to `rejects`)."""

    rows: int
    applied: int
    already: int
    rejected: int
    rejects: Path | None = None


def import_payments(
    db: Database,
    path: Path,
    now: datetime,
    policy: Policy,
    *,
    progress: Progress | None = None,
    rejects: Path | None = None,
) -> PaymentsImported:
    """Apply the payments of a file; a payment known by its `payment_ref` is not applied again.

    Raises ConfigError for a file that is no payments file; nothing is written then.
    """
    from outreach.engine.payments import apply  # not at the top: a book alone needs no engine

    sheet = open_sheet(path, PAYMENTS)
    target = rejects_path(path, rejects)
    check_writable(target)
    payments, lines, rejected = _read(sheet, now)
    rows = sum(map(len, lines.values())) + len(rejected)
    applied = 0
    for start in range(0, len(payments), PART):
        part = payments[start : start + PART]
        with db.begin() as tx:
            outcome = dict.fromkeys(_others(tx, part), "another")
            outcome |= apply(tx, [payment for payment in part if payment.ref not in outcome], now, policy)
        for ref, what in outcome.items():
            if what in REFUSED:
                rejected |= dict.fromkeys(lines[ref], (REFUSED[what],))
            applied += what == "applied"
        if progress is not None:
            progress(start + len(part), len(payments))
    already = rows - applied - len(rejected)
    return PaymentsImported(rows, applied, already, len(rejected), write_rejects(sheet, target, rejected))


def _others(tx: Connection, part: Sequence[Payment]) -> list[str]:
    """References that are on file for another payment."""
    told = {p.ref: (p.loan_ref, -p.amount.minor if p.reverses else p.amount.minor) for p in part}
    columns = (on_file.c.ref, cases.c.ref.label("loan_ref"), on_file.c.amount_minor)
    query = select(*columns).join(cases, cases.c.id == on_file.c.case_id)
    known = rows_in(tx, query, on_file.c.ref, told)
    return [row.ref for row in known if told[row.ref] != (row.loan_ref, row.amount_minor)]


def _read(sheet: Sheet, now: datetime) -> tuple[list[Payment], dict[str, list[int]], dict[int, tuple[str, ...]]]:
    """Payments in the order of the file, those that take one back last; the lines each stands in; and rejected lines.

    One told twice is told once; of two under one reference nobody knows which is right.
    """
    at = {name: place for place, name in enumerate(sheet.header)}
    found: dict[str, set[Payment]] = defaultdict(set)
    lines: dict[str, list[int]] = defaultdict(list)
    rejected: dict[int, tuple[str, ...]] = {}
    for line, cells in sheet.rows():
        if len(cells) != len(sheet.header):
            rejected[line] = (f"{len(cells)} cells, the header has {len(sheet.header)}",)
            continue
        payment, reasons = _payment({name: cells[place].strip() for name, place in at.items()}, now)
        if payment is None:
            rejected[line] = tuple(reasons)
            continue
        found[payment.ref].add(payment)
        lines[payment.ref].append(line)
    for ref in [ref for ref, told in found.items() if len(told) > 1]:
        where = ", ".join(map(str, lines[ref][:4]))
        rejected |= dict.fromkeys(lines.pop(ref), (f"payment_ref: {ref!r} is several payments in lines {where}",))
        del found[ref]
    payments = [payment for told in found.values() for payment in told]
    return sorted(payments, key=lambda payment: payment.reverses is not None), lines, rejected


def _payment(cells: Mapping[str, str], now: datetime) -> tuple[Payment | None, Sequence[str]]:
    reasons = [f"{name}: is empty" for name in COLUMNS if not cells[name]]
    if reasons:
        return None, reasons
    for name, read in READERS.items():
        try:
            read(cells, now)
        except ValueError as error:
            reasons.append(f"{name}: {error}")
    if reasons:
        return None, reasons
    from outreach.engine.payments import Payment

    amount = read_money(cells["amount"], cells["currency"])
    at, reverses = _instant(cells["paid_at"], now), cells.get(REVERSES) or None
    return Payment(cells["payment_ref"], cells["loan_ref"], at, amount, reverses), ()


def _amount(text: str, currency: str) -> None:
    if text.startswith("-") or (text.startswith("(") and text.endswith(")")):
        raise ValueError(f"{text!r} takes money back: name that payment under `reverses`, the amount without a sign")
    if read_money(text, currency).minor == 0:
        raise ValueError("a payment of nothing")


def _reverses(text: str, own: str) -> None:
    if text and code_of(100)(text) == own:
        raise ValueError(f"{text!r} is its own reference, expected that of the payment it takes back")


def _instant(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"{text!r} is no instant, expected RFC 3339 with an offset like 2027-03-15T09:30:00-04:00")
    if at.year <= FIRST_YEAR:
        raise ValueError(f"{text} can't be meant, expected a year after {FIRST_YEAR}")
    if at > now + CLOCK_SKEW:
        raise ValueError(f"{text} is still to come")
    return at.astimezone(UTC)


READERS: dict[str, Callable[[Mapping[str, str], datetime], object]] = {
    "loan_ref": lambda cells, _: code_of(100)(cells["loan_ref"]),
    "paid_at": lambda cells, now: _instant(cells["paid_at"], now),
    "currency": lambda cells, _: read_currency(cells["currency"]),
    "amount": lambda cells, _: _amount(cells["amount"], cells["currency"]),
    "payment_ref": lambda cells, _: code_of(100)(cells["payment_ref"]),
    REVERSES: lambda cells, _: _reverses(cells.get(REVERSES, ""), cells["payment_ref"]),
}
