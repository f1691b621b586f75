"""What is on its way for people the book has changed: contacts about to leave, a case that reopens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from outreach.core.terms import AttemptState, CaseStatus, PromiseStatus, SuppressionScope
from outreach.engine import stops
from outreach.store.bulk import rows_in
from outreach.store.tables import attempts, cases, promises, suppressions


def take_back(tx: Connection, debtor_ids: Iterable[int], now: datetime) -> None:
    """Release what is reserved and not yet placed: it was written with the old amounts, dates and names."""
    reserved = select(attempts.c.id).where(attempts.c.state == AttemptState.RESERVED, attempts.c.step.is_not(None))
    found = [row.id for row in rows_in(tx, reserved, attempts.c.debtor_id, debtor_ids)]
    stops.release(tx, sorted(found), "the book changed", now)


def reopened_as(tx: Connection, case_ids: Collection[int], now: datetime) -> dict[int, CaseStatus]:
    """The status each case has once it is open again: a stop that holds it and an open promise outlive its closing."""
    found = dict.fromkeys(case_ids, CaseStatus.ACTIVE)
    promised = select(promises.c.case_id).where(promises.c.status == PromiseStatus.OPEN)
    found |= {row.case_id: CaseStatus.PROMISED for row in rows_in(tx, promised, promises.c.case_id, case_ids)}
    standing = (
        select(cases.c.id)
        .join(suppressions, suppressions.c.debtor_id == cases.c.debtor_id)
        .where(
            suppressions.c.reason.in_(stops.HOLDING),
            suppressions.c.lifted_at.is_(None),
            suppressions.c.until.is_(None) | (suppressions.c.until > now),
            (suppressions.c.scope != SuppressionScope.CASE) | (suppressions.c.case_id == cases.c.id),
        )
    )
    return found | {row.id: CaseStatus.HELD for row in rows_in(tx, standing, cases.c.id, case_ids)}
