"""Which calls wait at the carrier longer than they may? Its queue is not ours: what has not begun in time is to be dropped.

A call is judged for the moment it is placed and a few minutes more, on what was known then. It is placed where a line is
free; if the carrier lets it wait all the same, it could ring after hours, or after the debtor said stop.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from outreach.engine import switch
from outreach.engine.dispatch import LEFT_OVER, STALE
from outreach.engine.runtime import Policy, Runtime
from outreach.store.tables import RINGING, attempts, debtors

LATE = "it has not begun in the time it was judged for"
HEARD_OF = "the debtor was heard of since it was placed"


def withdraw(runtime: Runtime) -> int:
    """Ask the carrier to drop calls that nobody has answered and that may ring no more. Returns how many."""
    now = runtime.clock.now()
    why = {HEARD_OF: _heard_of(), LATE: _late(now, runtime.policy)}
    with runtime.db.read() as connection:
        found = [
            because
            for because, which in why.items()
            if connection.scalar(select(exists(select(attempts.c.id).where(which))))
        ]
    return sum(switch.drop(runtime.db, runtime.carrier, why[one], {"because": one}, now).asked for one in found)


def _heard_of() -> ColumnElement[bool]:
    moved_on = (debtors.c.id == attempts.c.debtor_id) & (debtors.c.facts_version != attempts.c.facts_version)
    return and_(RINGING, exists().where(moved_on).correlate(attempts))


def _late(now: datetime, policy: Policy) -> ColumnElement[bool]:
    """What was in doubt for a while is placed when we learn of it: it goes by when it was reserved."""
    lasts = policy.call_for - STALE
    stepwise = attempts.c.step.is_not(None) & (attempts.c.reserved_at <= now - LEFT_OVER - lasts)
    return and_(RINGING, or_(attempts.c.placed_at <= now - lasts, stepwise))
