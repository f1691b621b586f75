"""What may other systems ask and tell us? Payments in; the board, a case and verdicts out, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from outreach import wire
from outreach.console.board import board
from outreach.core.gate import judge
from outreach.core.money import read_amount
from outreach.core.terms import ReportError
from outreach.engine import payments
from outreach.engine.runtime import Runtime
from outreach.store.caselog import instant
from outreach.store.reading import read_case
from outreach.store.tables import settings

FIELDS = {"loan_ref", "paid_at", "amount", "currency", "payment_ref"}


def register(web: Blueprint, runtime: Runtime) -> None:
    """Add the API's routes to `web`."""

    @web.get("/healthz")
    def healthz() -> ResponseReturnValue:
        with runtime.db.read() as connection:
            connection.execute(select(settings.c.name).limit(1)).all()
        return Response("ok\n", content_type="text/plain")

    @web.get("/api/board")
    def api_board() -> ResponseReturnValue:
        return jsonify(_plain(board(runtime.db, runtime.clock.now())))

    @web.get("/api/cases/<path:ref>")
    def api_case(ref: str) -> ResponseReturnValue:
        found = read_case(runtime.db, ref)
        return jsonify(found) if found else (jsonify(error=f"no case {ref!r}"), 404)

    @web.post("/api/payments")
    def api_payments() -> ResponseReturnValue:
        try:
            rows = request.get_json(silent=True)
            incoming = [_payment(row, index) for index, row in enumerate(rows if isinstance(rows, list) else [rows])]
        except ReportError as error:
            return jsonify(error=str(error)), error.status
        with runtime.db.begin() as tx:
            return jsonify(payments.apply(tx, incoming, runtime.clock.now(), runtime.policy))

    @web.post("/api/judge")
    def api_judge() -> ResponseReturnValue:
        try:
            asked = wire.parse_ask(request.get_data())
        except wire.AskError as error:
            return jsonify(error=str(error)), 400
        return jsonify(wire.verdict_json(judge(asked.ask, runtime.loaded.rulebooks, asked.now), asked))


def _plain(value: Any) -> Any:
    """The same data with every instant as RFC 3339 (Flask's own spelling is that of HTTP headers)."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return instant(value) if isinstance(value, datetime) else value


def _payment(row: Any, index: int) -> payments.Payment:
    """One payment as CONTRACT 3 spells it. Raises ReportError naming the field."""
    if not isinstance(row, dict):
        raise ReportError(f"payment {index}: expected an object")
    if unknown := sorted(set(row) - FIELDS):
        raise ReportError(f"payment {index}: unknown field `{unknown[0]}`, expected {', '.join(sorted(FIELDS))}")
    if missing := sorted(FIELDS - set(row)):
        raise ReportError(f"payment {index}: `{missing[0]}` is missing")
    try:
        at = datetime.fromisoformat(str(row["paid_at"]))
        amount = read_amount(str(row["amount"]), str(row["currency"]))
    except ValueError as error:
        raise ReportError(f"payment {index}: {error}") from None
    if at.tzinfo is None:
        raise ReportError(f"payment {index}: `paid_at` has no offset, expected RFC 3339 like 2026-11-25T10:00:00Z")
    return payments.Payment(str(row["payment_ref"]), str(row["loan_ref"]), at, amount)
