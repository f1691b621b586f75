"""Which replies did people say the meaning of? As labelled examples, in the very form that `outreach replies score` reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from outreach.core.money import write_amount
from outreach.core.terms import Money
from outreach.store.tables import inbound_messages, labelled_replies


def examples(tx: Connection) -> Iterator[dict[str, Any]]:
    """Each labelled reply, in the order it came. Those of people who were forgotten are gone with their words."""
    query = select(labelled_replies, inbound_messages.c.body, inbound_messages.c.received_at, inbound_messages.c.asked)
    query = query.join(inbound_messages, inbound_messages.c.id == labelled_replies.c.inbound_message_id)
    query = query.where(inbound_messages.c.body.is_not(None)).order_by(inbound_messages.c.id)
    for row in tx.execute(query):
        if row.asked:
            yield _example(row)


def _example(row: Row[Any]) -> dict[str, Any]:
    asked = dict(row.asked)
    question = asked.pop("question", None)
    told = [f"we had sent {question}" if question else "nothing was asked", f"a person decided: {row.decision}"]
    currency = str(asked["currency"])
    amount = write_amount(Money(row.amount_minor, currency)) if row.amount_minor is not None else None
    want = {
        "intent": row.intent,
        "on": row.promised_on.isoformat() if row.promised_on else None,
        "amount": amount,
        "callback_at": row.callback_at.isoformat() if row.callback_at else None,
    }
    at = {"id": f"m{row.inbound_message_id}", "text": row.body, "at": row.received_at.isoformat()}
    return {**at, **asked, "want": want, "note": "; ".join(told)}
