"""Where does each case stand in each campaign? Worked out anew only for cases that something changed for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, true, update

from outreach.core import cadence
from outreach.core.cadence import Anchor, Campaign
from outreach.core.terms import CaseStatus, EventKind, PromiseStatus
from outreach.engine import assemble, permits
from outreach.engine.choice import ENDED, PROMISED, SETTLED
from outreach.engine.moving import end_of_day, row_at
from outreach.engine.rows import add_steps, read_step, set_steps, versions
from outreach.engine.runtime import Policy, Runtime
from outreach.engine.tasks import set_aside
from outreach.store import caselog, facts
from outreach.store.bulk import among
from outreach.store.caselog import Entry
from outreach.store.database import DATABASE_AWAY, Turn, claim, take_turn
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import addresses, campaigns, cases, debtors, promises, steps

BATCH = 500
OF_PROMISES = {Anchor.PROMISED: PromiseStatus.OPEN, Anchor.PROMISE_BROKEN: PromiseStatus.BROKEN}


def publish(runtime: Runtime) -> int:
    """Write the loaded campaigns and rulebooks down, one row per content version. Returns how many changed.

    Cases that a changed campaign holds, or may now take up, are marked to be planned anew; after a change of the law, all.
    """
    now = runtime.clock.now()
    loaded = {campaign.name: campaign for campaign in runtime.loaded.campaigns}
    changed: set[str] = set()
    with runtime.db.begin() as tx:
        take_turn(tx, Turn.PUBLISH)
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
    if campaign.anchor in OF_PROMISES:
        of_that = promises.c.status == OF_PROMISES[campaign.anchor]
        limits.append(cases.c.id.in_(select(promises.c.case_id).where(of_that)))
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
        query = select(cases.c.id, cases.c.debtor_id).where(among(tx, cases.c.id, mine), cases.c.plan_dirty)
        rows = tx.execute(claim(query.order_by(cases.c.id), tx)).all()
        ids = [row.id for row in rows]
        people = facts.load(tx, {row.debtor_id for row in rows}, now)
        current = versions(tx)
        standing: dict[int, dict[tuple[str, date], Row[Any]]] = defaultdict(dict)
        for row in tx.execute(select(steps).where(among(tx, steps.c.case_id, ids))).all():
            standing[row.case_id][row.campaign, row.anchor_on] = row
        planned = Planned()
        for row in rows:
            person = people.get(row.debtor_id)
            if person is not None:
                case = person.cases[row.id]
                _plan_case(
                    planned, runtime.loaded.campaigns, person, case, current, standing[row.id], now, runtime.policy
                )
        add_steps(tx, planned.fresh)
        set_steps(tx, planned.updates)
        tx.execute(update(cases).where(among(tx, cases.c.id, ids)).values(plan_dirty=False))
        caselog.record(tx, planned.entries)
    return len(ids)


@dataclass(slots=True)
class Planned:
    """Rows of `steps` to add, columns to set by row id, and log lines."""

    fresh: list[dict[str, Any]] = field(default_factory=list)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)


def _plan_case(
    planned: Planned,
    loaded: Sequence[Campaign],
    person: Person,
    case: CaseOnFile,
    current: Mapping[str, int],
    standing: Mapping[tuple[str, date], Row[Any]],
    now: datetime,
    policy: Policy,
) -> None:
    """Where one case stands: `current` has the id of each campaign's version, `standing` its rows of `steps`."""
    wanted = _quiet(loaded, case, standing)
    for campaign in loaded:
        anchor = _anchor(person, case, campaign)
        if anchor is None or not campaign.active or case.status is CaseStatus.CLOSED:
            continue
        row = standing.get((campaign.name, anchor))
        case_facts = assemble.case_facts(person, case, campaign, anchor, policy)
        if row is None:
            position = _entry(campaign, case_facts, anchor, person, now)
            if position is not None and cadence.wanted(campaign, position, case_facts, now):
                planned.fresh.append(
                    {"case_id": case.id, "debtor_id": person.id, "campaign_id": current[campaign.name]}
                    | {"campaign": campaign.name, "anchor_on": anchor}
                    | row_at(campaign, position)
                )
            continue
        wanted.add(row.id)
        moved = _follow(row, case, campaign, current[campaign.name], case_facts, anchor, now)
        if moved:
            planned.updates[row.id] = moved
    for row in standing.values():
        if row.id not in wanted and row.state in ("waiting", "parked"):
            closed = {"last_refusal": f"{ENDED}{CaseStatus.CLOSED}"} if case.status is CaseStatus.CLOSED else {}
            planned.updates[row.id] = {"state": "ended"} | closed
            detail = {"campaign": row.campaign, "because": _why_ended(case)}
            planned.entries.append(Entry(case.id, now, EventKind.CADENCE_ENDED, detail))


def _quiet(loaded: Sequence[Campaign], case: CaseOnFile, standing: Mapping[tuple[str, date], Row[Any]]) -> set[int]:
    """The rows of campaigns after a broken promise while another stands: they end when due, or go on if it is taken back."""
    if case.status is not CaseStatus.PROMISED:
        return set()
    after_broken = [c for c in loaded if c.anchor is Anchor.PROMISE_BROKEN and c.active]
    waiting = {c.name for c in after_broken if cadence.Condition.PROMISED in c.stop_when}
    return {row.id for (name, _), row in standing.items() if name in waiting}


def _entry(
    campaign: Campaign, case_facts: cadence.CaseFacts, anchor: date, person: Person, now: datetime
) -> cadence.Position | None:
    """The first step a case takes; who has just named a day is not reminded of it on the same one."""
    if campaign.anchor is Anchor.PROMISED:
        return cadence.ahead(campaign, case_facts, anchor, end_of_day(person, now))
    return cadence.first(campaign, case_facts, anchor, now)


def _why_ended(case: CaseOnFile) -> str:
    return "closed" if case.status is CaseStatus.CLOSED else "the campaign or its anchor date no longer holds"


def _anchor(person: Person, case: CaseOnFile, campaign: Campaign) -> date | None:
    """The local date a campaign counts from, or None when the case gives it none."""
    if campaign.anchor is Anchor.DUE:
        return case.due_on
    standing = [promise.on for promise in case.promises if promise.status is PromiseStatus.OPEN]
    if campaign.anchor is Anchor.PROMISED:
        return min(standing, default=None)
    broken = [p for p in case.promises if p.status is PromiseStatus.BROKEN and p.settled_at is not None]
    if not broken or standing:
        return None
    settled_at = broken[-1].settled_at
    return assemble.today(person, settled_at) if settled_at else None


def _goes_on(row: Row[Any], case: CaseOnFile, campaign: Campaign, case_facts: cadence.CaseFacts) -> bool:
    """Was it ended by a promise, or a payment, that was taken back?"""
    if row.last_refusal in SETTLED:
        return not campaign.stop_when & case_facts.happened & {cadence.Condition.PAID, cadence.Condition.PAID_IN_PART}
    return row.last_refusal == PROMISED and _taken_back(case)


def _taken_back(case: CaseOnFile) -> bool:
    """Was the last promise cancelled, with none in its place?"""
    return case.status is CaseStatus.ACTIVE and bool(case.promises) and _last(case) is PromiseStatus.CANCELLED


def _last(case: CaseOnFile) -> PromiseStatus:
    """Of instalments promised together, what is not cancelled counts: those after a broken one were not taken back."""
    made_at = max(promise.made_at for promise in case.promises)
    together = [promise for promise in case.promises if promise.made_at == made_at]
    return max(together, key=lambda p: (p.status is not PromiseStatus.CANCELLED, p.id)).status


def _follow(
    row: Row[Any],
    case: CaseOnFile,
    campaign: Campaign,
    campaign_id: int,
    case_facts: cadence.CaseFacts,
    anchor: date,
    now: datetime,
) -> dict[str, Any]:
    """What to set of a row that stands already: it is taken to the current version, and woken if it was parked."""
    version = {"campaign_id": campaign_id}
    if row.state == "ended" and _goes_on(row, case, campaign, case_facts):
        position = cadence.again(campaign, read_step(row).position, case_facts, anchor, now)
        return version | row_at(campaign, position) if position is not None else {}
    if row.state in ("ended", "reserved"):
        stays = row.state == "reserved" and row.campaign_id != campaign_id and campaign.step(row.step)
        return version if stays else {}
    position = read_step(row).position
    step = campaign.step(position.step)
    if step is None or position.try_no >= len(step.tries):
        moved = cadence.again(campaign, position, case_facts, anchor, now)
        return version | (row_at(campaign, moved) if moved else {"state": "ended"})
    if row.campaign_id != campaign_id and position.try_no == 0:
        on = anchor + timedelta(days=step.offset + position.shift_days)
        at = cadence.planned_instant(on, step.tries[0].time, case_facts.zone)
        return version | row_at(campaign, cadence.Position(step.name, 0, at, position.shift_days))
    if row.state == "parked":
        return version | {"state": "waiting", "due_at": max(row.planned_at, now)}
    return version if row.campaign_id != campaign_id else {}
