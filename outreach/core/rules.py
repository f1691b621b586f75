"""What does each kind of rule say of an ask at one instant? One pure function a kind, and one row of `JUDGES`.

A function returns None or a `Refusal` whose `retry_at` is the first instant at which its reason ends if nothing else
happens (None: no such instant is known).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from outreach.core.moment import Moment, clock_time, consents, instant, lifts, local, refusal
from outreach.core.rulebook import Cap, ContactHours, Margin, NeedsConsent, Period, Rule, Stop, Unit, WaitAfter
from outreach.core.terms import Ask, Channel, Consent, Direction, Disposition, PastContact, Purpose, Refusal

HORIZON = 400  # days; no rule we know defers longer, so what is not lawful by then is refused
OPENS_WITHIN = 22  # days; no run of holidays and closed weekdays is longer
INBOUND_TALK = frozenset({Disposition.RIGHT_PARTY, Disposition.RECEIVED})


def _hours(rule: ContactHours, moment: Moment) -> Refusal | None:
    if moment.answers or lifts(rule.lifted_by, moment):
        return None
    names = (*moment.zones, rule.zone) if rule.zone else moment.zones
    closed = [name for name in names if not _open(rule, moment.now, name)]
    if not closed:
        return None
    fact = ", ".join(f"{local(moment.now, name):%a %H:%M:%S} in {name}" for name in closed)
    return refusal(rule.source, fact, _opens_everywhere(rule, moment.now, names))


def _opens_everywhere(rule: ContactHours, now: datetime, names: tuple[str, ...]) -> datetime | None:
    """The first instant from `now` on that is open in every zone; None if there is none within the horizon."""
    at = now
    for _ in range(HORIZON):
        later = [_opens(rule, at, name) for name in names]
        if None in later:
            return None
        latest = max(instant for instant in later if instant is not None)
        if latest == at:
            return at
        at = latest
    return None


def _open(rule: ContactHours, at: datetime, name: str) -> bool:
    there = local(at, name)
    second = there.hour * 3600 + there.minute * 60 + there.second + there.microsecond / 1e6
    day = there.isoweekday()
    if rule.holidays is not None and rule.holidays.holds(there.date()):
        return False
    return any(day in window.days and window.holds(second) for window in rule.windows)


def _opens(rule: ContactHours, at: datetime, name: str) -> datetime | None:
    """The first instant from `at` on that is open in this zone."""
    if _open(rule, at, name):
        return at
    start = local(at, name).date()
    for ahead in range(OPENS_WITHIN):
        day = start + timedelta(days=ahead)
        for window in sorted(rule.windows, key=lambda w: w.first):
            if day.isoweekday() not in window.days:
                continue
            opens = instant(day, clock_time(window.first), name)
            if opens >= at and _open(rule, opens, name):
                return opens
    return None


def margin(rule: Margin, hours: list[ContactHours], moment: Moment) -> Refusal | None:
    """The last metre: what begins inside the hours also ends inside them."""
    seconds = rule.call if moment.ask.channel is Channel.CALL else rule.sms
    ahead = replace(moment, now=moment.now + timedelta(seconds=seconds))
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
    if lifts(rule.lifted_by, moment):
        return None
    counted = [past for past in moment.ask.history if _counts(rule, past)]
    worst: datetime | None = None
    seen = 0
    for group in _groups(rule.unit, counted, moment.ask):
        for name in moment.zones:
            today = local(moment.now, name).date()
            dates = sorted(local(past.at, name).date() for past in group)
            inside = [on for on in dates if _period_start(rule, today) <= on]
            if len(inside) < rule.limit:
                continue
            frees = _frees(rule, inside[-rule.limit])
            retry = instant(frees, time(0), name)
            seen = max(seen, len(inside))
            worst = retry if worst is None or retry > worst else worst
    if worst is None:
        return None
    return refusal(rule.source, f"{seen} counted, at most {rule.limit} per {rule.unit}", worst)


def _counts(rule: Cap, past: PastContact) -> bool:
    what = rule.counted
    return (
        past.direction is Direction.OUTBOUND
        and (not what.channels or past.channel in what.channels)
        and (not what.voices or past.voice in what.voices)
        and (not what.only or past.disposition in what.only or past.disposition is None)
        and past.disposition not in what.but_not
        and (not what.places or past.place in what.places)
        and (what.requested or not past.requested)
        and (what.replies or past.purpose not in (Purpose.REPLY, Purpose.OPT_OUT_CONFIRMATION))
    )


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
    talks = [past for past in moment.ask.history if _starts_wait(rule, past)]
    latest: tuple[datetime, date] | None = None
    for group in _groups(rule.unit, talks, moment.ask):
        for past in group:
            for name in moment.zones:
                on = local(past.at, name).date()
                free = on + timedelta(days=rule.days)
                if local(moment.now, name).date() < free:
                    retry = instant(free, time(0), name)
                    latest = max(latest, (retry, on)) if latest else (retry, on)
    if latest is None:
        return None
    return refusal(rule.source, f"conversation on {latest[1]}; day one of {rule.days}", latest[0])


def _starts_wait(rule: WaitAfter, past: PastContact) -> bool:
    if past.channel not in rule.channels:
        return False
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


def _stop_rule(_rule: Stop | Margin, _moment: Moment) -> Refusal | None:
    return None  # stops were judged first, with the citations of these rules


JUDGES: dict[type[Rule], Callable[[Any, Moment], Refusal | None]] = {
    ContactHours: _hours,
    Cap: _cap,
    WaitAfter: _wait,
    NeedsConsent: _needs_consent,
    Stop: _stop_rule,
    Margin: _stop_rule,  # judged with the hours it is a margin to
}
