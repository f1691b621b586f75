"""How do payments get in? A CSV of `loan_ref, paid_at, amount, currency, payment_ref`, each applied once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.book.columns import read_currency, text_of
from outreach.book.sheet import Layout, Progress, Sheet, check_writable, open_sheet, rejects_path, write_rejects
from outreach.core.money import read_amount
from outreach.store.database import Database

if TYPE_CHECKING:
    from outreach.engine.payments import Payment
    from outreach.engine.runtime import Policy

COLUMNS = ("loan_ref", "paid_at", "amount", "currency", "payment_ref")
PAYMENTS = Layout(COLUMNS, COLUMNS)
PART = 500
CLOCK_SKEW = timedelta(minutes=5)
REFUSED = {
    "unknown_loan": "loan_ref: no such loan on file",
    "wrong_currency": "currency: the loan is in another currency",
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
    applied = already = 0
    for start in range(0, len(payments), PART):
        part = payments[start : start + PART]
        with db.begin() as tx:
            outcome = apply(tx, part, now, policy)
        for ref, what in outcome.items():
            if what in REFUSED:
                rejected |= dict.fromkeys(lines[ref], (REFUSED[what],))
            applied += what == "applied"
            already += what == "already"
        if progress is not None:
            progress(start + len(part), len(payments))
    return PaymentsImported(rows, applied, already, len(rejected), write_rejects(sheet, target, rejected))


def _read(sheet: Sheet, now: datetime) -> tuple[list[Payment], dict[str, list[int]], dict[int, tuple[str, ...]]]:
    """Payments in the order of the file, the lines each stands in, and rejected lines. One told twice is told once."""
    at = {name: place for place, name in enumerate(sheet.header)}
    found: dict[str, Payment] = {}
    lines: dict[str, list[int]] = {}
    rejected: dict[int, tuple[str, ...]] = {}
    for line, cells in sheet.rows():
        if len(cells) != len(sheet.header):
            rejected[line] = (f"{len(cells)} cells, the header has {len(sheet.header)}",)
            continue
        payment, reasons = _payment({name: cells[at[name]].strip() for name in COLUMNS}, now)
        if payment is None:
            rejected[line] = tuple(reasons)
            continue
        if found.setdefault(payment.ref, payment) != payment:
            rejected[line] = (f"payment_ref: {payment.ref!r} is another payment in line {lines[payment.ref][0]}",)
            continue
        lines.setdefault(payment.ref, []).append(line)
    return list(found.values()), lines, rejected


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

    amount = read_amount(cells["amount"], cells["currency"])
    if amount.minor == 0:
        return None, ["amount: a payment of nothing"]
    return Payment(cells["payment_ref"], cells["loan_ref"], _instant(cells["paid_at"], now), amount), ()


def _instant(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"{text!r} is no instant, expected RFC 3339 with an offset like 2027-03-15T09:30:00-04:00")
    if at > now + CLOCK_SKEW:
        raise ValueError(f"{text} is still to come")
    return at.astimezone(UTC)


READERS: dict[str, Callable[[Mapping[str, str], datetime], object]] = {
    "loan_ref": lambda cells, _: text_of(100)(cells["loan_ref"]),
    "paid_at": lambda cells, now: _instant(cells["paid_at"], now),
    "currency": lambda cells, _: read_currency(cells["currency"]),
    "amount": lambda cells, _: read_amount(cells["amount"], cells["currency"]),
    "payment_ref": lambda cells, _: text_of(100)(cells["payment_ref"]),
}
