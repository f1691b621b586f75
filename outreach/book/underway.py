"""What is on its way for people the book has changed? Contacts about to leave are taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from outreach.core.terms import AttemptState
from outreach.engine import stops
from outreach.engine.stops import reopened_as
from outreach.store.bulk import rows_in
from outreach.store.tables import attempts

__all__ = ["reopened_as", "take_back"]


def take_back(tx: Connection, debtor_ids: Iterable[int], now: datetime) -> None:
    """Release what is reserved and not yet placed: it was written with the old amounts, dates and names."""
    reserved = select(attempts.c.id).where(attempts.c.state == AttemptState.RESERVED, attempts.c.step.is_not(None))
    found = [row.id for row in rows_in(tx, reserved, attempts.c.debtor_id, debtor_ids)]
    stops.release(tx, sorted(found), "the book changed", now)
