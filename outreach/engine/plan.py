"""Where does each case stand in each campaign? Worked out anew only for cases that something changed for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, true, update

from outreach.core import cadence
from outreach.core.cadence import Anchor, Campaign
from outreach.core.terms import CaseStatus, EventKind, PromiseStatus
from outreach.engine import assemble, permits
from outreach.engine.choose import PROMISED, row_at
from outreach.engine.rows import read_step, versions
from outreach.engine.runtime import Runtime
from outreach.engine.tasks import set_aside
from outreach.store import caselog, facts
from outreach.store.caselog import Entry
from outreach.store.database import DATABASE_AWAY, claim
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import addresses, campaigns, cases, debtors, promises, steps

BATCH = 500


def publish(runtime: Runtime) -> int:
    """Write the loaded campaigns and rulebooks down, one row per content version. Returns how many changed.

    Cases that a changed campaign holds, or may now take up, are marked to be planned anew; after a change of the law, all.
    """
    now = runtime.clock.now()
    loaded = {campaign.name: campaign for campaign in runtime.loaded.campaigns}
    changed: set[str] = set()
    with runtime.db.begin() as tx:
        for row in tx.execute(select(campaigns).where(campaigns.c.current)).all():
            current = loaded.get(row.name)
            if current is None or current.version != row.version:
                tx.execute(update(campaigns).where(campaigns.c.id == row.id).values(current=False))
                changed.add(row.name)
        present = set(tx.scalars(select(campaigns.c.name).where(campaigns.c.current)))
        for campaign in loaded.values():
            if campaign.name not in present:
                _make_current(tx, campaign, runtime.loaded.documents[campaign.name], now)
                changed.add(campaign.name)
        law = permits.publish(tx, runtime.loaded.rulebooks, now)
        if law:
            _mark(tx, true())
        elif changed:
            entering = [_may_enter(loaded[name], now) for name in sorted(changed & loaded.keys())]
            held = cases.c.id.in_(select(steps.c.case_id).where(steps.c.campaign.in_(changed)))
            _mark(tx, or_(held, *entering))
    return len(changed) + law


def _mark(tx: Connection, which: ColumnElement[bool]) -> None:
    stale = select(cases.c.id).where(cases.c.status != CaseStatus.CLOSED, ~cases.c.plan_dirty, which)
    ids = list(tx.scalars(claim(stale.order_by(cases.c.id), tx)))  # in order: workers are at them too
    for start in range(0, len(ids), BATCH):
        tx.execute(update(cases).where(cases.c.id.in_(ids[start : start + BATCH])).values(plan_dirty=True))


def _may_enter(campaign: Campaign, now: datetime) -> ColumnElement[bool]:
    """Which cases could be in the campaign's audience, today or later. Some that are not may be among them, never the
    other way round; tags and amounts are left to the plan."""
    audience = campaign.audience
    wanted: list[tuple[Collection[str], ColumnElement[bool]]] = [
        (audience.products, cases.c.product.in_(audience.products)),
        (audience.creditors, cases.c.creditor.in_(audience.creditors)),
        (audience.collectors, cases.c.collector.in_(audience.collectors)),
        (audience.languages, _debtor(debtors.c.id, debtors.c.language.in_(audience.languages))),
        (
            audience.countries,
            _debtor(debtors.c.id, debtors.c.country.in_(audience.countries))
            | _debtor(addresses.c.debtor_id, addresses.c.country.in_(audience.countries)),
        ),
    ]
    limits = [condition for limit, condition in wanted if limit]
    oldest = audience.days_past_due[1]
    if oldest is not None:
        kept = max((step.keep_for for step in campaign.steps), default=timedelta(0)) + timedelta(days=2)
        limits.append(cases.c.due_on >= (now - kept).date() - timedelta(days=oldest))
    if campaign.anchor is Anchor.PROMISE_BROKEN:
        limits.append(cases.c.id.in_(select(promises.c.case_id).where(promises.c.status == PromiseStatus.BROKEN)))
    return and_(true(), *limits)


def _debtor(debtor_id: ColumnElement[int], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return cases.c.debtor_id.in_(select(debtor_id).where(condition))


def _make_current(tx: Connection, campaign: Campaign, document: str, now: datetime) -> None:
    known = (campaigns.c.name == campaign.name) & (campaigns.c.version == campaign.version)
    if tx.execute(update(campaigns).where(known).values(current=True)).rowcount == 0:
        values = {"name": campaign.name, "version": campaign.version, "document": document}
        tx.execute(insert(campaigns).values(**values, current=True, loaded_at=now))


def plan(runtime: Runtime, limit: int = BATCH) -> int:
    """Place dirty cases in the campaigns they belong to. Returns how many cases were looked at.

    A case that can't be planned does not hold up the others: it is set aside for a person.
    """
    with runtime.db.read() as connection:
        query = select(cases.c.id, cases.c.debtor_id).where(cases.c.plan_dirty).order_by(cases.c.id).limit(limit)
        rows = connection.execute(query).all()
    if not rows:
        return 0
    try:
        return _plan(runtime, {row.id: row.debtor_id for row in rows})
    except DATABASE_AWAY:
        raise
    except Exception:
        return sum(_plan_alone(runtime, row.id, row.debtor_id) for row in rows)


def _plan_alone(runtime: Runtime, case_id: int, debtor_id: int) -> int:
    try:
        return _plan(runtime, {case_id: debtor_id})
    except DATABASE_AWAY:
        raise
    except Exception as error:
        with runtime.db.begin() as tx:
            tx.execute(update(cases).where(cases.c.id == case_id).values(plan_dirty=False))
            set_aside(tx, [case_id], "it can't be planned", error, runtime.clock.now())
        return 0


def _plan(runtime: Runtime, wanted: Mapping[int, int]) -> int:
    """Plan these cases (id -> debtor), as many of them as no other worker is at."""
    now = runtime.clock.now()
    with runtime.db.begin() as tx:
        locked = select(debtors.c.id).where(debtors.c.id.in_(set(wanted.values()))).order_by(debtors.c.id)
        free = set(tx.scalars(claim(locked, tx, skip_locked=True)))
        mine = [case_id for case_id, debtor_id in wanted.items() if debtor_id in free]
        query = select(cases.c.id, cases.c.debtor_id).where(cases.c.id.in_(mine), cases.c.plan_dirty)
        rows = tx.execute(claim(query.order_by(cases.c.id), tx)).all()
        ids = [row.id for row in rows]
        people = facts.load(tx, {row.debtor_id for row in rows}, now)
        current = versions(tx)
        existing: dict[tuple[int, str, date], Row[Any]] = {
            (row.case_id, row.campaign, row.anchor_on): row
            for row in tx.execute(select(steps).where(steps.c.case_id.in_(ids)))
        }
        entries: list[Entry] = []
        fresh: list[dict[str, Any]] = []
        for row in rows:
            person = people.get(row.debtor_id)
            if person is not None:
                _plan_case(tx, runtime, person, person.cases[row.id], current, existing, now, fresh, entries)
        if fresh:
            tx.execute(insert(steps), fresh)
        tx.execute(update(cases).where(cases.c.id.in_(ids)).values(plan_dirty=False))
        caselog.record(tx, entries)
    return len(ids)


def _plan_case(
    tx: Connection,
    runtime: Runtime,
    person: Person,
    case: CaseOnFile,
    current: dict[str, int],
    existing: dict[tuple[int, str, date], Row[Any]],
    now: datetime,
    fresh: list[dict[str, Any]],
    entries: list[Entry],
) -> None:
    wanted: set[int] = set()
    for campaign in runtime.loaded.campaigns:
        anchor = _anchor(person, case, campaign)
        if anchor is None or not campaign.active or case.status is CaseStatus.CLOSED:
            continue
        row = existing.get((case.id, campaign.name, anchor))
        case_facts = assemble.case_facts(person, case, campaign, anchor)
        if row is None:
            position = cadence.first(campaign, case_facts, anchor, now)
            if position is not None and cadence.wanted(campaign, position, case_facts, now):
                fresh.append(
                    {"case_id": case.id, "debtor_id": person.id, "campaign_id": current[campaign.name]}
                    | {"campaign": campaign.name, "anchor_on": anchor}
                    | row_at(campaign, position)
                )
            continue
        wanted.add(row.id)
        _follow(tx, row, case, campaign, current[campaign.name], case_facts, anchor, now)
    for (case_id, _name, _anchor_on), row in existing.items():
        if case_id == case.id and row.id not in wanted and row.state in ("waiting", "parked"):
            tx.execute(update(steps).where(steps.c.id == row.id).values(state="ended"))
            detail = {"campaign": row.campaign, "because": _why_ended(case)}
            entries.append(Entry(case.id, now, EventKind.CADENCE_ENDED, detail))


def _why_ended(case: CaseOnFile) -> str:
    return "closed" if case.status is CaseStatus.CLOSED else "the campaign or its anchor date no longer holds"


def _anchor(person: Person, case: CaseOnFile, campaign: Campaign) -> date | None:
    """The local date a campaign counts from, or None when the case gives it none."""
    if campaign.anchor is Anchor.DUE:
        return case.due_on
    broken = [p for p in case.promises if p.status is PromiseStatus.BROKEN and p.settled_at is not None]
    if not broken or any(p.status is PromiseStatus.OPEN for p in case.promises):
        return None
    settled_at = broken[-1].settled_at
    return assemble.today(person, settled_at) if settled_at else None


def _taken_back(case: CaseOnFile) -> bool:
    """Was the last promise cancelled, with none in its place?"""
    return case.status is CaseStatus.ACTIVE and bool(case.promises) and _last(case) is PromiseStatus.CANCELLED


def _last(case: CaseOnFile) -> PromiseStatus:
    return max(case.promises, key=lambda promise: (promise.made_at, promise.id)).status


def _follow(
    tx: Connection,
    row: Row[Any],
    case: CaseOnFile,
    campaign: Campaign,
    campaign_id: int,
    case_facts: cadence.CaseFacts,
    anchor: date,
    now: datetime,
) -> None:
    """A row that stands already: taken to the current version, and woken if it was parked."""
    if row.state == "ended" and row.last_refusal == PROMISED and _taken_back(case):
        position = cadence.first(campaign, case_facts, anchor, now)
        if position is not None:
            tx.execute(
                update(steps).where(steps.c.id == row.id).values(campaign_id=campaign_id, **row_at(campaign, position))
            )
        return
    if row.state in ("ended", "reserved"):
        if row.state == "reserved" and row.campaign_id != campaign_id and campaign.step(row.step):
            tx.execute(update(steps).where(steps.c.id == row.id).values(campaign_id=campaign_id))
        return
    position = read_step(row).position
    step = campaign.step(position.step)
    if step is None or position.try_no >= len(step.tries):
        moved = cadence.first(campaign, case_facts, anchor, now)
        values = row_at(campaign, moved) if moved else {"state": "ended"}
    elif row.campaign_id != campaign_id and position.try_no == 0:
        on = anchor + timedelta(days=step.offset + position.shift_days)
        at = cadence.planned_instant(on, step.tries[0].time, case_facts.zone)
        values = row_at(campaign, cadence.Position(step.name, 0, at, position.shift_days))
    else:
        values = {"state": "waiting"}
        if row.state == "parked":
            values |= {"due_at": max(row.planned_at, now)}
    tx.execute(update(steps).where(steps.c.id == row.id).values(campaign_id=campaign_id, **values))
