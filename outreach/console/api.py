"""What may other systems ask and tell us? Payments in; the board, a case and verdicts out, as JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from outreach import wire
from outreach.console.board import board
from outreach.core.gate import judge
from outreach.core.money import read_amount
from outreach.core.terms import Money, ReportError
from outreach.engine import payments
from outreach.engine.runtime import Runtime
from outreach.store.caselog import instant
from outreach.store.reading import read_case

FIELDS = {"loan_ref": 100, "paid_at": 40, "amount": 30, "currency": 3, "payment_ref": 100}  # and how long each may be
MAY = {"reverses": 100}  # the payment that this one takes back
AHEAD = timedelta(days=1)  # clocks of other systems, and places where it is tomorrow already


def register(web: Blueprint, runtime: Runtime) -> None:
    """Add the API's routes to `web`."""

    @web.get("/api/board")
    def api_board() -> ResponseReturnValue:
        return jsonify(_plain(board(runtime.db, runtime.clock.now(), runtime.policy)))

    @web.get("/api/cases/<path:ref>")
    def api_case(ref: str) -> ResponseReturnValue:
        found = read_case(runtime.db, ref)
        return jsonify(found) if found else (jsonify(error=f"no case {ref!r}"), 404)

    @web.post("/api/payments")
    def api_payments() -> ResponseReturnValue:
        now = runtime.clock.now()
        try:
            incoming = _payments(request.get_json(), now)
        except ReportError as error:
            return jsonify(error=str(error)), error.status
        with runtime.db.begin() as tx:
            return jsonify(payments.apply(tx, incoming, now, runtime.policy))

    @web.post("/api/judge")
    def api_judge() -> ResponseReturnValue:
        try:
            asked = wire.parse_ask(request.get_data())
        except wire.AskError as error:
            return jsonify(id=wire.id_of(request.get_data()), error=str(error)), 400
        return jsonify(wire.verdict_json(judge(asked.ask, runtime.loaded.rulebooks, asked.now), asked))


def _plain(value: Any) -> Any:
    """The same data with every instant as RFC 3339 (Flask's own spelling is that of HTTP headers)."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return instant(value) if isinstance(value, datetime) else value


def _payments(rows: Any, now: datetime) -> list[payments.Payment]:
    """Payments as docs/book.md has them: an object or a list of them. Raises ReportError naming the payment and the field."""
    read: dict[str, payments.Payment] = {}
    for index, row in enumerate(rows if isinstance(rows, list) else [rows]):
        payment = _payment(row, f"payment {index}", now)
        if read.setdefault(payment.ref, payment) != payment:
            raise ReportError(
                f"payment {index}: `payment_ref` {payment.ref!r} stands above already, with something else"
            )
    return list(read.values())


def _payment(row: Any, where: str, now: datetime) -> payments.Payment:
    if not isinstance(row, dict):
        raise ReportError(f"{where}: expected an object")
    if unknown := sorted(set(row) - set(FIELDS | MAY)):
        raise ReportError(f"{where}: unknown field `{unknown[0]}`, expected {', '.join(sorted(FIELDS | MAY))}")
    if missing := sorted(set(FIELDS) - set(row)):
        raise ReportError(f"{where}: `{missing[0]}` is missing")
    told = {name: _text(row[name], f"{where}: `{name}`", longest) for name, longest in FIELDS.items()}
    paid_at = _instant(told["paid_at"], f"{where}: `paid_at`", now)
    amount = _amount(told["amount"], told["currency"], where)
    reverses = (
        _text(row["reverses"], f"{where}: `reverses`", MAY["reverses"]) if row.get("reverses") is not None else None
    )
    if reverses == told["payment_ref"]:
        raise ReportError(f"{where}: `reverses` is its own `payment_ref`, expected that of the payment it takes back")
    return payments.Payment(told["payment_ref"], told["loan_ref"], paid_at, amount, reverses)


def _text(value: Any, where: str, longest: int) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
        raise ReportError(f"{where} is {value!r:.60}, expected a string of 1 to {longest} characters")
    return value.strip()


def _instant(text: str, where: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ReportError(f"{where} is {text!r}, expected RFC 3339 with an offset like 2026-11-25T10:00:00Z")
    if at > now + AHEAD:
        raise ReportError(f"{where} {text} is still to come, expected a payment that was made")
    return at.astimezone(UTC)


def _amount(text: str, currency: str, where: str) -> Money:
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise ReportError(f"{where}: `currency` is {currency!r}, expected an ISO 4217 code like USD")
    try:
        amount = read_amount(text, currency)
    except ValueError as error:
        raise ReportError(f"{where}: `amount`: {error}") from None
    if amount.minor == 0:
        raise ReportError(f"{where}: `amount` is nothing, expected more than 0")
    return amount
