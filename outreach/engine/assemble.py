"""How do facts on file become what the gate, the cadence and the templates ask for? Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from outreach.core import cadence, zones
from outreach.core.cadence import Campaign, CaseFacts, Condition
from outreach.core.terms import (
    Ask,
    CaseStatus,
    Channel,
    Collector,
    Direction,
    Disposition,
    Inconvenient,
    Money,
    Phone,
    PhoneKind,
    PromiseStatus,
    Purpose,
    Voice,
)
from outreach.engine.runtime import Policy
from outreach.messages import Facts, Loan
from outreach.store.facts import CaseOnFile, Person, PhoneOnFile, PromiseOnFile

LONGEST_CALL = timedelta(hours=1)  # of what came of it we have been told by then, or never shall be
THANKED_FOR = timedelta(days=31)  # how long after it a part payment is spoken of
UTC_ZONE = "UTC"  # plans need some local time; the gate refuses contact where no zone is known


def home_zone(person: Person) -> str:
    """The zone local times are told in: the debtor's statement, else the address, else the first number."""
    if person.home_zone is None:
        phone = person.phones[0].phone if person.phones else Phone("", PhoneKind.UNKNOWN)
        person.home_zone = zones.home_zone(person.addresses, phone, person.stated_zone) or UTC_ZONE
    return person.home_zone


def today(person: Person, now: datetime) -> date:
    """The local date of the debtor."""
    return zones.local_date(now, home_zone(person))


def case_facts(
    person: Person, case: CaseOnFile, campaign: Campaign | None, anchor_on: date | None, policy: Policy
) -> CaseFacts:
    """What the cadence needs of a case; `happened` counts from the campaign's first step, or the day before it."""
    zone = home_zone(person)
    happened: frozenset[Condition] = frozenset()
    last = case.last_paid_at
    if campaign is not None and anchor_on is not None:
        first = min((step.offset for step in campaign.steps), default=0)
        start = anchor_on + timedelta(days=min(first, 0) - 1)
        happened = _happened(person, case, start, zone, policy)
    return CaseFacts(
        due_on=case.due_on,
        status=case.status,
        amount_due_minor=case.amount_due_minor,
        currency=case.currency,
        product=case.product,
        tags=case.tags,
        country=person.addresses[0].country if person.addresses else person.country,
        language=person.language,
        creditor=case.creditor,
        collector=case.collector,
        zone=zone,
        happened=happened,
        part_paid_on=zones.local_date(last, zone) if last and case.amount_due_minor else None,
    )


def _happened(person: Person, case: CaseOnFile, since: date, zone: str, policy: Policy) -> frozenset[Condition]:
    info = zones.zone(zone)
    found: set[Condition] = set()
    if any(promise.status is PromiseStatus.OPEN for promise in case.promises):
        found.add(Condition.PROMISED)
    if came := sum(paid.minor for paid in case.payments if paid.at.astimezone(info).date() >= since):
        enough = case.amount_due_minor <= (case.amount_due_minor + came) * policy.promise_tolerance
        found.add(Condition.PAID if enough else Condition.PAID_IN_PART)
    for past in person.history:
        if past.at.astimezone(info).date() < since:
            continue
        if past.direction is Direction.INBOUND:
            found.add(Condition.REPLIED)
        elif case.ref in past.cases and past.disposition is Disposition.RIGHT_PARTY:
            found.add(Condition.REACHED)
        elif case.ref in past.cases and past.disposition is Disposition.DELIVERED:
            found.add(Condition.DELIVERED)
    return frozenset(found)


def ask(
    person: Person,
    phone: PhoneOnFile,
    channel: Channel,
    cases: Sequence[CaseOnFile],
    now: datetime,
    *,
    purpose: Purpose | None = None,
) -> Ask:
    """The question to the gate. Without `purpose`: a reminder up to the due date, collection after it."""
    overdue = max(cadence.days_past_due(case.due_on, today(person, now)) for case in cases)
    return Ask(
        channel=channel,
        purpose=purpose or (Purpose.COLLECTION if overdue > 0 else Purpose.REMINDER),
        collector=cases[0].collector,
        days_past_due=overdue,
        cases=tuple(case.ref for case in cases),
        debtor=person.ref,
        phone=phone.phone,
        addresses=tuple(person.addresses),
        stated_zone=person.stated_zone,
        voice=Voice.RECORDED if channel is Channel.CALL else None,
        consents=tuple(person.consents),
        suppressions=tuple(person.suppressions),
        inconvenient=tuple(person.inconvenient),
        history=tuple(person.history),
    )


def on_the_line(person: Person, now: datetime) -> bool:
    """Does a call of ours ring at them, or do they speak with us? Nobody is called, or texted, meanwhile."""
    return any(
        past.disposition is None
        and past.channel is Channel.CALL
        and past.direction is Direction.OUTBOUND
        and now - past.at < LONGEST_CALL
        for past in person.history
    )


def open_loans(person: Person, about: CaseOnFile) -> list[CaseOnFile]:
    """The open loans of this creditor: one contact is about them all."""
    same = about.creditor, about.collector
    loans = (case for case in person.cases.values() if (case.creditor, case.collector) == same)
    return [case for case in loans if case.status is not CaseStatus.CLOSED]


def account(case: CaseOnFile) -> str:
    """The last four of the funding account, else of the loan reference: enough to know it, too little to misuse it."""
    return (case.funding_account or case.ref)[-4:]


def message_facts(
    person: Person,
    cases: Sequence[CaseOnFile],
    policy: Policy,
    now: datetime,
    *,
    promise: tuple[date, Money | None] | None = None,
    offered_on: date | None = None,
    callback_at: datetime | None = None,
    agent: str | None = None,
    choices: tuple[date, ...] = (),
    noted: tuple[Inconvenient, ...] = (),
    instalments: tuple[tuple[date, Money], ...] = (),
    offered_amount: Money | None = None,
) -> Facts:
    """What a template may say, about all of `cases` at once."""
    local = today(person, now)
    return Facts(
        creditor=cases[0].creditor if cases else policy.company,
        company=policy.company,
        callback_phone=policy.callback_phone,
        loans=tuple(
            Loan(
                ref=case.ref,
                account=account(case),
                amount=Money(case.amount_due_minor, case.currency),
                due_on=case.due_on,
                days_past_due=cadence.days_past_due(case.due_on, local),
                product=case.product,
            )
            for case in cases
        ),
        today=local,
        debtor_name=person.name,
        collector=cases[0].collector if cases else Collector.FIRST_PARTY,
        agent=agent,
        promise_on=promise[0] if promise else None,
        promise_amount=promise[1] if promise else None,
        offered_on=offered_on,
        callback_at=callback_at.astimezone(zones.zone(home_zone(person))) if callback_at else None,
        choices=choices,
        noted=noted,
        instalments=instalments,
        offered_amount=offered_amount,
        part_paid=any(_part_paid(case, now) for case in cases),
    )


def _part_paid(case: CaseOnFile, now: datetime) -> bool:
    """Did part of what is due come so lately that we thank for it?"""
    last = case.last_paid_at
    return last is not None and case.amount_due_minor > 0 and now - last <= THANKED_FOR


def last_promise(cases: Sequence[CaseOnFile]) -> tuple[date, Money | None] | None:
    """The latest promise about these loans, to be spoken of; None if there never was one.

    One word may have promised several loans: the amount is their total, None when they are in several currencies. Of
    instalments it is the next that stands, else the one that was broken. What came of it already is not spoken of, and
    never more than is due.
    """
    made = [promise for case in cases for promise in case.promises]
    if not made:
        return None
    said = max(promise.made_at for promise in made)
    on = _spoken_of([promise for promise in made if promise.made_at == said])
    left = {case.id: _left_of(case, said, on) for case in cases if any(_is(p, said, on) for p in case.promises)}
    currencies = {case.currency for case in cases if case.id in left}
    return on, Money(sum(left.values()), currencies.pop()) if len(currencies) == 1 else None


def _is(promise: PromiseOnFile, said: datetime, on: date) -> bool:
    return (promise.made_at, promise.on) == (said, on)


def _left_of(case: CaseOnFile, said: datetime, on: date) -> int:
    """What is still to come, in minor units, of what was promised then for that day, once the days before have theirs."""
    plan = [p for p in case.promises if p.made_at == said and p.on <= on]
    theirs = sum(promise.amount_minor for promise in plan if promise.on == on)
    upto = sum(promise.amount_minor for promise in plan)
    return max(0, min(theirs, upto - plan[-1].paid_minor, case.amount_due_minor))


def _spoken_of(together: Sequence[PromiseOnFile]) -> date:
    """Of promises made in one breath, the day of the next that stands, else of the last broken, else the first."""
    standing = [promise.on for promise in together if promise.status is PromiseStatus.OPEN]
    broken = [promise.on for promise in together if promise.status is PromiseStatus.BROKEN]
    return min(standing) if standing else max(broken) if broken else min(promise.on for promise in together)


def offer(cases: Sequence[CaseOnFile], local: date) -> date:
    """The payment date a text proposes: the due date while it lies ahead, else three days from now."""
    latest = max(case.due_on for case in cases)
    return latest if latest >= local else local + timedelta(days=3)


def choices(local: date) -> tuple[date, ...]:
    """The dates the promise menu offers: in two days, on the coming Friday, in a week; distinct, in order."""
    friday = local + timedelta(days=(4 - local.weekday()) % 7 or 7)
    return tuple(sorted({local + timedelta(days=2), friday, local + timedelta(days=7)}))
