"""What does each kind of rule say of an ask at one instant? One pure function a kind, and one row of `JUDGES`.

A function returns None or a `Refusal` whose `retry_at` is the first instant at which its reason ends if nothing else
happens (None: no such instant is known).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from outreach.core.moment import ANSWERS, Moment, clock_time, consents, instant, lifts, local, refusal
from outreach.core.rulebook import Cap, ContactHours, Margin, NeedsConsent, Period, Rule, Unit, WaitAfter
from outreach.core.terms import Ask, Channel, Consent, Direction, Disposition, PastContact, Purpose, Refusal

HORIZON = 400  # days; no rule we know defers longer, so what is not lawful by then is refused
OPENS_WITHIN = 22  # days; no run of holidays and closed weekdays is longer
INBOUND_TALK = (Disposition.RIGHT_PARTY, Disposition.RECEIVED)
PERIODS = {
    Period.DAYS: timedelta(days=2),
    Period.WEEK: timedelta(days=9),
    Period.MONTH: timedelta(days=34),
}  # and a zone


def _hours(rule: ContactHours, moment: Moment) -> Refusal | None:
    if moment.answers or (rule.lifted_by is not None and lifts(rule.lifted_by, moment)):
        return None
    names = (*moment.zones, rule.zone) if rule.zone else moment.zones
    closed = [name for name in names if not _open(rule, moment.here(name))]
    if not closed:
        return None
    fact = ", ".join(f"{moment.here(name):%a %H:%M:%S} in {name}" for name in closed)
    return refusal(rule.source, fact, _opens_everywhere(rule, moment.now, names))


def _opens_everywhere(rule: ContactHours, now: datetime, names: tuple[str, ...]) -> datetime | None:
    """The first instant from `now` on that is open in every zone; None if there is none within the horizon."""
    at, end = now, now + timedelta(days=HORIZON)
    while at <= end:
        later = [_opens(rule, at, name) for name in names]
        if None in later:
            return None
        latest = max(instant for instant in later if instant is not None)
        if latest == at:
            return at
        at = latest
    return None


def _open(rule: ContactHours, there: datetime) -> bool:
    """Is it open at this local time?"""
    second = there.hour * 3600 + there.minute * 60 + there.second + there.microsecond / 1e6
    day = there.isoweekday()
    for window in rule.windows:
        if second < window.end and day in window.days and window.holds(second):
            return rule.holidays is None or not rule.holidays.holds(there.date())
    return False


def _opens(rule: ContactHours, at: datetime, name: str) -> datetime | None:
    """The first instant from `at` on that is open in this zone."""
    if _open(rule, local(at, name)):
        return at
    start = local(at, name).date()
    for ahead in range(OPENS_WITHIN):
        day = start + timedelta(days=ahead)
        for window in sorted(rule.windows, key=lambda w: w.first):
            if day.isoweekday() not in window.days:
                continue
            opens = instant(day, clock_time(window.first), name)
            if opens >= at and _open(rule, local(opens, name)):
                return opens
    return None


def margin(rule: Margin, hours: list[ContactHours], moment: Moment) -> Refusal | None:
    """The last metre: what begins inside the hours also ends inside them."""
    seconds = rule.call if moment.ask.channel is Channel.CALL else rule.sms
    ahead = moment.at(moment.now + timedelta(seconds=seconds))
    worst: Refusal | None = None
    for each in hours:
        if _hours(each, moment) is not None:
            continue  # it refuses by itself
        then = _hours(each, ahead)
        if then is not None and (worst is None or _later(then.retry_at, worst.retry_at)):
            worst = then
    if worst is None:
        return None
    return refusal(rule.source, f"{seconds} seconds from now {worst.rule} would refuse", worst.retry_at)


def _later(one: datetime | None, other: datetime | None) -> bool:
    return other is not None and (one is None or one > other)


def _cap(rule: Cap, moment: Moment) -> Refusal | None:
    if moment.answers and not rule.counted.replies:
        return None
    if moment.ask.purpose is Purpose.REQUESTED_CALLBACK and not rule.counted.requested:
        return None
    if rule.lifted_by is not None and lifts(rule.lifted_by, moment):
        return None
    counted = _counted(rule, moment)
    if len(counted) < rule.limit:
        return None
    full = [found for group in _groups(rule.unit, counted, moment.ask) for found in _full(rule, group, moment)]
    if not full:
        return None
    seen, worst = max(count for count, _ in full), max(retry for _, retry in full)
    return refusal(rule.source, f"{seen} counted, at most {rule.limit} per {rule.unit}", worst)


def _full(rule: Cap, group: list[PastContact], moment: Moment) -> Iterator[tuple[int, datetime]]:
    """For each zone in which the period is full: how many it holds, and when the next is free."""
    for name in moment.zones if len(group) >= rule.limit else ():
        start = _period_start(rule, moment.here(name).date())
        inside = sorted(on for past in group if (on := local(past.at, name).date()) >= start)
        if len(inside) >= rule.limit:
            yield len(inside), instant(_frees(rule, inside[-rule.limit]), time(0), name)


def _counted(rule: Cap, moment: Moment) -> list[PastContact]:
    """Past contacts that count, and may lie inside the period in some zone. One loop: this runs for every verdict."""
    what, since = rule.counted, moment.now - PERIODS[rule.period] - timedelta(days=rule.days)
    channels, voices, only, but_not, places = what.channels, what.voices, what.only, what.but_not, what.places
    requested, replies = what.requested, what.replies
    return [
        past
        for past in moment.ask.history
        if past.at > since
        and past.direction is Direction.OUTBOUND
        and past.disposition not in but_not
        and (not channels or past.channel in channels)
        and (not voices or past.voice in voices)
        and (not only or past.disposition in only or past.disposition is None)
        and (not places or past.place in places)
        and (requested or not past.requested)
        and (replies or past.purpose not in ANSWERS)
    ]


def _groups(unit: Unit, pasts: list[PastContact], ask: Ask) -> Iterator[list[PastContact]]:
    """The contacts that count together, once per debt asked about, for the person, or for the number."""
    if unit is Unit.PERSON:
        yield pasts
    elif unit is Unit.PHONE:
        yield [past for past in pasts if past.phone is None or past.phone == ask.phone.e164]
    else:
        for case in ask.cases:
            yield [past for past in pasts if not past.cases or case in past.cases]


def _period_start(rule: Cap, today: date) -> date:
    if rule.period is Period.WEEK:
        return today - timedelta(days=today.weekday())
    if rule.period is Period.MONTH:
        return today.replace(day=1)
    return today - timedelta(days=rule.days - 1)


def _frees(rule: Cap, on: date) -> date:
    """The first local date on which a contact made `on` no longer counts."""
    if rule.period is Period.WEEK:
        return on + timedelta(days=7 - on.weekday())
    if rule.period is Period.MONTH:
        return (on.replace(day=1) + timedelta(days=32)).replace(day=1)
    return on + timedelta(days=rule.days)


def _wait(rule: WaitAfter, moment: Moment) -> Refusal | None:
    if moment.answers or moment.ask.purpose is Purpose.REQUESTED_CALLBACK:
        return None
    words, channels = rule.dispositions, rule.channels
    talks = [
        past
        for past in moment.ask.history
        if (past.disposition in words or past.disposition in INBOUND_TALK)
        and past.channel in channels
        and _starts_wait(rule, past)
    ]
    if not talks:
        return None
    latest: tuple[datetime, date] | None = None
    for group in _groups(rule.unit, talks, moment.ask):
        for past in group:
            for name in moment.zones:
                on = local(past.at, name).date()
                free = on + timedelta(days=rule.days)
                if moment.here(name).date() < free:
                    retry = instant(free, time(0), name)
                    latest = max(latest, (retry, on)) if latest else (retry, on)
    if latest is None:
        return None
    return refusal(rule.source, f"conversation on {latest[1]}; day one of {rule.days}", latest[0])


def _starts_wait(rule: WaitAfter, past: PastContact) -> bool:
    if past.direction is Direction.INBOUND:
        return rule.inbound and past.channel is Channel.CALL and past.disposition in INBOUND_TALK
    return past.disposition in rule.dispositions


def _needs_consent(rule: NeedsConsent, moment: Moment) -> Refusal | None:
    if moment.answers or any(_qualifies(consent, rule, moment.now) for consent in consents(moment, rule.kind)):
        return None
    if rule.or_wrote and any(_wrote(past, rule, moment) for past in moment.ask.history):
        return None
    return refusal(rule.source, f"no {rule.kind} consent on file that reaches this number now", None)


def _wrote(past: PastContact, rule: NeedsConsent, moment: Moment) -> bool:
    """Did the debtor text us from this number in the time that counts?"""
    return (
        past.direction is Direction.INBOUND
        and past.channel is Channel.SMS
        and past.phone in (None, moment.ask.phone.e164)
        and past.at <= moment.now
        and (rule.within_days is None or past.at > moment.now - timedelta(days=rule.within_days))
    )


def _qualifies(consent: Consent, rule: NeedsConsent, now: datetime) -> bool:
    if rule.given_to and consent.given_to not in rule.given_to:
        return False
    return rule.within_days is None or consent.at > now - timedelta(days=rule.within_days)


JUDGES: dict[type[Rule], Callable[[Any, Moment], Refusal | None]] = {
    ContactHours: _hours,
    Cap: _cap,
    WaitAfter: _wait,
    NeedsConsent: _needs_consent,
}  # stops are judged first, with the citations of these rules; margins with the hours they are margins to
