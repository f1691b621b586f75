"""How does a stop win? Recorded, counted as a new version of the facts, and everything not yet placed is released.

Whoever calls this holds the transaction; the debtor's row is locked first, as dispatch locks it, so a stop is either
before a reservation (and the gate sees it) or after it (and releases it).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from outreach.carriers import CodeMeaning
from outreach.core.terms import (
    AttemptState,
    CaseStatus,
    Channel,
    Disposition,
    EventKind,
    PhoneKind,
    PromiseStatus,
    SuppressionReason,
    SuppressionScope,
)
from outreach.store import caselog
from outreach.store.bulk import among, rows_in
from outreach.store.caselog import Entry, instant
from outreach.store.database import claim
from outreach.store.tables import attempt_cases, attempts, cases, debtors, phones, promises, steps, suppressions

HOLDING = frozenset(
    {
        SuppressionReason.CEASE,
        SuppressionReason.ATTORNEY,
        SuppressionReason.DISPUTE,
        SuppressionReason.BANKRUPTCY,
        SuppressionReason.DECEASED,
        SuppressionReason.IDENTITY_THEFT,
        SuppressionReason.LITIGATION,
        SuppressionReason.COMPLAINT,
        SuppressionReason.INCAPACITY,
        SuppressionReason.MINOR,
        SuppressionReason.PAID,
        SuppressionReason.HARDSHIP,
        SuppressionReason.QUESTION,
    }
)  # these hold the debtor's cases for a person


def lock_debtors(tx: Connection, debtor_ids: Iterable[int]) -> None:
    """Take the debtors' rows, in the order in which everybody takes them, before anything about them is written."""
    for _ in rows_in(tx, claim(select(debtors.c.id).order_by(debtors.c.id), tx), debtors.c.id, debtor_ids):
        pass


def lock_debtor(tx: Connection, debtor_id: int) -> None:
    """Take the debtor's row, as dispatch does, before anything about the debtor is written."""
    lock_debtors(tx, [debtor_id])


def facts_changed(tx: Connection, debtor_ids: int | Collection[int], because: str, now: datetime) -> None:
    """Raise the version of the debtors' facts and release every attempt that is reserved but not yet placed."""
    ids = [debtor_ids] if isinstance(debtor_ids, int) else sorted(debtor_ids)
    lock_debtors(tx, ids)
    tx.execute(update(debtors).where(among(tx, debtors.c.id, ids)).values(facts_version=debtors.c.facts_version + 1))
    reserved = select(attempts.c.id).where(attempts.c.state == AttemptState.RESERVED, attempts.c.step.is_not(None))
    release(tx, sorted(row.id for row in rows_in(tx, reserved, attempts.c.debtor_id, ids)), because, now)


def release(
    tx: Connection,
    attempt_ids: Sequence[int],
    because: str,
    now: datetime,
    *,
    retry_at: datetime | None = None,
    states: Collection[AttemptState] = (AttemptState.RESERVED, AttemptState.PLACING),
) -> list[int]:
    """Take attempts back, of these states, that never left. Their steps wait anew and are judged again at `retry_at` (now).

    Returns which were taken back. What is in another state by now, somebody else has settled: its step is theirs.
    """
    if not attempt_ids:
        return []
    moved = update(attempts).where(among(tx, attempts.c.id, attempt_ids), attempts.c.state.in_(states))
    moved = moved.values(state=AttemptState.RELEASED, final_at=now, touched_at=now)
    taken = sorted(tx.scalars(moved.returning(attempts.c.id)))
    query = select(attempt_cases, attempts.c.key).join(attempts, attempts.c.id == attempt_cases.c.attempt_id)
    linked = list(tx.execute(query.where(among(tx, attempts.c.id, taken))))
    caselog.record(
        tx,
        [
            Entry(row.case_id, now, EventKind.ATTEMPT_RELEASED, {"key": row.key, "because": because}, row.attempt_id)
            for row in linked
        ],
    )
    step_ids = [row.step_id for row in linked if row.step_id is not None]
    tx.execute(update(steps).where(among(tx, steps.c.id, step_ids)).values(state="waiting", due_at=retry_at or now))
    return taken


def suppress(
    tx: Connection,
    debtor_id: int,
    reason: SuppressionReason,
    scope: SuppressionScope,
    source: str,
    now: datetime,
    *,
    channel: Channel | None = None,
    phone_id: int | None = None,
    case_id: int | None = None,
    until: datetime | None = None,
) -> None:
    """Record a stop with its log lines; from this transaction's commit on nothing more is placed against it."""
    lock_debtor(tx, debtor_id)
    tx.execute(
        insert(suppressions).values(
            debtor_id=debtor_id,
            case_id=case_id if scope is SuppressionScope.CASE else None,
            phone_id=phone_id if scope is SuppressionScope.PHONE else None,
            reason=reason,
            scope=scope,
            channel=channel,
            at=now,
            until=until,
            source=source,
        )
    )
    query = select(cases.c.id, cases.c.status).where(cases.c.debtor_id == debtor_id)
    if scope is SuppressionScope.CASE:
        query = query.where(cases.c.id == case_id)
    detail = {
        "reason": reason,
        "scope": scope,
        "channel": channel,
        "phone_id": phone_id if scope is SuppressionScope.PHONE else None,
        "until": instant(until) if until else None,
        "source": source,
    }
    entries: list[Entry] = []
    for row in tx.execute(query):
        entries.append(Entry(row.id, now, EventKind.SUPPRESSED, detail))
        if reason in HOLDING and row.status in (CaseStatus.ACTIVE, CaseStatus.PROMISED):
            entries.append(Entry(row.id, now, EventKind.HELD, {"because": reason}, changes={"status": CaseStatus.HELD}))
    caselog.record(tx, entries)
    facts_changed(tx, debtor_id, f"stopped: {reason}", now)


def reopened_as(tx: Connection, case_ids: Collection[int], now: datetime) -> dict[int, CaseStatus]:
    """The status each case has once it is open again: a stop that holds it and an open promise outlive its closing."""
    found = dict.fromkeys(case_ids, CaseStatus.ACTIVE)
    promised = select(promises.c.case_id).where(promises.c.status == PromiseStatus.OPEN)
    found |= {row.case_id: CaseStatus.PROMISED for row in rows_in(tx, promised, promises.c.case_id, case_ids)}
    standing = (
        select(cases.c.id)
        .join(suppressions, suppressions.c.debtor_id == cases.c.debtor_id)
        .where(
            suppressions.c.reason.in_(HOLDING),
            suppressions.c.lifted_at.is_(None),
            suppressions.c.until.is_(None) | (suppressions.c.until > now),
            (suppressions.c.scope != SuppressionScope.CASE) | (suppressions.c.case_id == cases.c.id),
        )
    )
    return found | {row.id: CaseStatus.HELD for row in rows_in(tx, standing, cases.c.id, case_ids)}


def apply_meaning(tx: Connection, attempt: Row[Any], meaning: CodeMeaning, code: int | None, now: datetime) -> None:
    """What a carrier's error code means for the number: opted out, dead, or a landline."""
    channel = Channel(attempt.channel)
    if meaning.twice and not _failed_so_before(tx, attempt, code):
        return
    if meaning.landline:
        tx.execute(update(phones).where(phones.c.id == attempt.phone_id).values(kind=PhoneKind.LANDLINE))
    if meaning.opt_out or meaning.suppress:
        reason = SuppressionReason.OPT_OUT if meaning.opt_out else SuppressionReason.WRONG_NUMBER
        narrowed = channel if meaning.opt_out or meaning.disposition is Disposition.UNDELIVERED else None
        suppress(
            tx, attempt.debtor_id, reason, SuppressionScope.PHONE, "carrier", now,
            channel=narrowed, phone_id=attempt.phone_id,
        )  # fmt: skip


def _failed_so_before(tx: Connection, attempt: Row[Any], code: int | None) -> bool:
    same = (attempts.c.debtor_id == attempt.debtor_id) & (attempts.c.phone_id == attempt.phone_id)
    query = select(attempts.c.id).where(same, attempts.c.error_code == code, attempts.c.id != attempt.id)
    return tx.scalar(query.limit(1)) is not None
