"""What is under way in the database, seen from outside? So that the clock goes slowly while something is, and skips the rest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from outreach.engine.hearing import HEARD_UNTIL
from outreach.store.database import Database
from outreach.store.kept import kept
from outreach.store.tables import attempts, carrier_inbox, cases, phones, promises, steps

AGAIN = timedelta(minutes=1)  # by when what waits to be tried again is looked at


@dataclass(frozen=True, slots=True)
class Look:
    """`busy`: what is to be done now. `next_at`: when there is more to do, as far as the database knows."""

    reserved: int
    placing: int
    in_doubt: int
    due: int
    unplanned: int
    unread: int
    promises: int
    next_at: datetime | None

    @property
    def busy(self) -> int:
        return self.reserved + self.placing + self.due + self.unplanned + self.unread + self.promises


class Eyes:
    """Reads only."""

    def __init__(self, url: str) -> None:
        self.db = Database(url, pool_size=2)

    def look(self, now: datetime) -> Look | None:
        """None: the database is away."""
        try:
            return self._look(now)
        except DBAPIError:
            return None

    def _look(self, now: datetime) -> Look:
        waiting = steps.c.state.in_(("waiting", "parked"))
        with self.db.read() as connection:
            query = select(attempts.c.state, func.count()).where(attempts.c.state != "final").group_by(attempts.c.state)
            states = dict(row._tuple() for row in connection.execute(query))
            count = select(func.count())
            due = connection.scalar(count.select_from(steps).where(waiting, steps.c.due_at <= now))
            dirty = connection.scalar(count.select_from(cases).where(cases.c.plan_dirty))
            new = carrier_inbox.c.state == "new"
            unread = connection.scalar(count.select_from(carrier_inbox).where(new, carrier_inbox.c.tries == 0))
            again = connection.scalar(count.select_from(carrier_inbox).where(new, carrier_inbox.c.tries > 0))
            open_ = promises.c.status == "open"
            broken = connection.scalar(count.select_from(promises).where(open_, promises.c.check_at <= now))
            coming = [
                connection.scalar(select(func.min(steps.c.due_at)).where(waiting, steps.c.due_at > now)),
                connection.scalar(select(func.min(promises.c.check_at)).where(open_, promises.c.check_at > now)),
                now + AGAIN if again or states.get("in_doubt") else None,
            ]
        return Look(
            states.get("reserved", 0), states.get("placing", 0), states.get("in_doubt", 0), due or 0, dirty or 0,
            unread or 0, broken or 0, min((at for at in coming if at is not None), default=None),
        )  # fmt: skip

    def unsettled(self) -> dict[str, int]:
        """Attempts that have not come to their end, by state."""
        ended = attempts.c.state.not_in(("final", "released"))
        with self.db.read() as connection:
            query = select(attempts.c.state, func.count()).where(ended).group_by(attempts.c.state)
            return dict(row._tuple() for row in connection.execute(query))

    def heard_since(self, at: datetime) -> bool:
        """Has the carrier been asked since then what debtors wrote that we were never told of?"""
        with self.db.read() as connection:
            until = kept(connection, HEARD_UNTIL)
        return until is not None and datetime.fromisoformat(until) > at

    def about_to_leave(self) -> list[str]:
        """Numbers to which something is reserved or being placed right now."""
        try:
            with self.db.read() as connection:
                query = select(phones.c.e164).join(attempts, attempts.c.phone_id == phones.c.id)
                return list(connection.scalars(query.where(attempts.c.state.in_(("reserved", "placing")))))
        except DBAPIError:
            return []

    def payment(self, e164: str, at: str, share: float) -> list[dict[str, Any]]:
        """What the loan system says when the person with this number pays this share of what is due."""
        query = select(cases).join(phones, phones.c.debtor_id == cases.c.debtor_id)
        query = query.where(phones.c.e164 == e164, cases.c.status != "closed").order_by(cases.c.due_on, cases.c.id)
        with self.db.read() as connection:
            rows = connection.execute(query.limit(1)).all()
        return [
            {
                "payment_ref": hashlib.sha256(f"{e164} {at} {row.ref}".encode()).hexdigest()[:20],
                "loan_ref": row.ref,
                "paid_at": at,
                "amount": f"{max(1, round(row.amount_due_minor * share)) / 100:.2f}",
                "currency": row.currency,
            }
            for row in rows
        ]
