"""How does "I'll pay Friday" become a promise, and what when Friday is over?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from outreach.core import cadence, zones
from outreach.core.money import write_amount
from outreach.core.terms import CaseStatus, EventKind, Money, PromisedPayment, PromiseStatus
from outreach.engine import assemble, promised, stops
from outreach.engine.runtime import Policy, Runtime
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import cases, promises

TAKEN_BACK = "the promise was taken back"


def make(
    tx: Connection,
    person: Person,
    loans: Sequence[CaseOnFile],
    on: date,
    source: str,
    now: datetime,
    policy: Policy,
    *,
    amount: Money | None = None,
    attempt_id: int | None = None,
) -> Money | None:
    """Promise to pay `loans` on the local date `on`: what each has due, or `amount` shared out, the loan due first first.

    Returns the total; None when it is in several currencies. An open promise of the same loan is cancelled: the last
    word counts. The cadence is quiet while the promise stands.
    """
    [total] = make_several(tx, person, loans, [PromisedPayment(on, amount)], source, now, policy, attempt_id=attempt_id)
    return total


def make_several(
    tx: Connection,
    person: Person,
    loans: Sequence[CaseOnFile],
    parts: Sequence[PromisedPayment],
    source: str,
    now: datetime,
    policy: Policy,
    *,
    attempt_id: int | None = None,
) -> list[Money | None]:
    """As `make`, of instalments in the order due, each a promise; the total of each."""
    stops.lock_debtor(tx, person.id)
    left = {loan.id: loan.amount_due_minor for loan in loans}
    shared = [(part, _shares(loans, part.amount, left)) for part in parts]
    for loan_id in sorted({loan.id for _, shares in shared for loan, _ in shares}):
        _cancel_open(tx, loan_id, now, "a new date was given")
    moved: set[int] = set()
    for part, shares in shared:
        for loan, minor in shares:
            first = loan.status is CaseStatus.ACTIVE and loan.id not in moved
            _write(tx, person, loan, Money(minor, loan.currency), part.on, source, now, policy, attempt_id, moves=first)
            moved.add(loan.id)
    stops.facts_changed(tx, person.id, "a payment was promised", now)
    return [
        Money(sum(minor for _, minor in shares), shares[0][0].currency) if _one_currency(shares) else None
        for _, shares in shared
    ]


def _write(
    tx: Connection,
    person: Person,
    loan: CaseOnFile,
    amount: Money,
    on: date,
    source: str,
    now: datetime,
    policy: Policy,
    attempt_id: int | None,
    *,
    moves: bool,
) -> None:
    graced = on + timedelta(days=policy.promise_grace_days + 1)
    result = tx.execute(
        insert(promises).values(
            case_id=loan.id,
            promised_on=on,
            amount_minor=amount.minor,
            currency=amount.currency,
            status=PromiseStatus.OPEN,
            source=source,
            made_at=now,
            check_at=cadence.planned_instant(graced, datetime.min.time(), assemble.home_zone(person)),
            attempt_id=attempt_id,
        )
    )
    detail = {
        "promise_id": (result.inserted_primary_key or (0,))[0],
        "on": on.isoformat(),
        "amount": write_amount(amount),
        "currency": amount.currency,
        "source": source,
    }
    changes = {"plan_dirty": True} | ({"status": CaseStatus.PROMISED} if moves else {})
    caselog.record(tx, [Entry(loan.id, now, EventKind.PROMISED, detail, attempt_id, changes)])


def shared_out(loans: Sequence[CaseOnFile], amount: Money) -> list[tuple[CaseOnFile, int]]:
    """Which loan would get how much (minor units) of a promise of this amount."""
    return _shares(loans, amount, {loan.id: loan.amount_due_minor for loan in loans})


def _shares(
    loans: Sequence[CaseOnFile], amount: Money | None, open_minor: dict[int, int]
) -> list[tuple[CaseOnFile, int]]:
    """Which loan gets how much (minor units): never less than one loan, never the same money twice.

    `open_minor`: what of each loan no share has taken yet; what is shared out here is taken from it.
    """
    in_order = sorted(loans, key=lambda case: (case.due_on, case.id))
    if amount is None:
        return [(loan, loan.amount_due_minor) for loan in in_order if loan.amount_due_minor] or [(in_order[0], 0)]
    in_order = [loan for loan in in_order if loan.currency == amount.currency] or in_order[:1]
    left, shares = amount.minor, []
    for loan in in_order:
        share = min(left, open_minor[loan.id]) if loan is not in_order[-1] else left
        left -= share
        open_minor[loan.id] -= share
        if share:
            shares.append((loan, share))
    return shares or [(in_order[0], amount.minor)]


def _one_currency(shares: Sequence[tuple[CaseOnFile, int]]) -> bool:
    return len({loan.currency for loan, _ in shares}) == 1


def _cancel_open(tx: Connection, case_id: int, now: datetime, because: str) -> None:
    query = select(promises).where(promises.c.case_id == case_id, promises.c.status == PromiseStatus.OPEN)
    for row in tx.execute(query).all():
        tx.execute(
            update(promises).where(promises.c.id == row.id).values(status=PromiseStatus.CANCELLED, settled_at=now)
        )
        detail = {"promise_id": row.id, "on": row.promised_on.isoformat(), "because": because}
        caselog.record(tx, [Entry(case_id, now, EventKind.PROMISE_CANCELLED, detail)])


def cancel(tx: Connection, person: Person, now: datetime) -> int:
    """The debtor took the promise back: every open one is cancelled and the cadence goes on. Returns how many."""
    cancelled = 0
    for case in person.cases.values():
        if not any(promise.status is PromiseStatus.OPEN for promise in case.promises):
            continue
        _cancel_open(tx, case.id, now, TAKEN_BACK)
        cancelled += 1
        if case.status is CaseStatus.PROMISED:
            changes = {"status": CaseStatus.ACTIVE, "plan_dirty": True}
            caselog.record(tx, [Entry(case.id, now, EventKind.RESUMED, {"because": TAKEN_BACK}, changes=changes)])
    return cancelled


def promises_due(runtime: Runtime) -> int:
    """Judge every open promise whose last day of grace is over. Returns how many were settled."""
    now = runtime.clock.now()
    with runtime.db.begin() as tx:
        query = (
            select(promises.c.case_id, cases.c.debtor_id)
            .join(cases, cases.c.id == promises.c.case_id)
            .where(promises.c.status == PromiseStatus.OPEN, promises.c.check_at <= now)
            .order_by(cases.c.debtor_id)
            .limit(500)
        )
        settled = 0
        for row in tx.execute(query).all():
            stops.lock_debtor(tx, row.debtor_id)
            settled += promised.settle_promises(tx, row.case_id, now, runtime.policy, due_only=True)
    return settled


def latest(person: Person, now: datetime, policy: Policy) -> date:
    """The latest date a promise may name."""
    return now.astimezone(zones.zone(assemble.home_zone(person))).date() + timedelta(
        days=policy.promise_limits.latest_days
    )
