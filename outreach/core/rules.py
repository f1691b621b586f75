"""What does each kind of rule say of an ask at one instant? One pure function a kind, and one row of `JUDGES`.

A function returns None or a `Refusal` whose `retry_at` is the first instant at which its reason ends if nothing else
happens (None: no such instant is known).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

from outreach.core.moment import (
    ANSWERS,
    Moment,
    asked_for,
    clock_time,
    consents,
    instant,
    lifts,
    local,
    refusal,
    while_in_force,
)
from outreach.core.rulebook import Cap, ContactHours, Margin, NeedsConsent, Period, Rule, Unit, WaitAfter, Window
from outreach.core.terms import Ask, Channel, Consent, Direction, Disposition, PastContact, Refusal

HORIZON = timedelta(days=400)  # no rule we know defers longer, so what is not lawful by then is refused
MOST_KEPT = 10_000  # sets of zones
OPENS_WITHIN = 22  # days; no run of holidays and closed weekdays is longer
DAY_S = 24 * 60 * 60
NO_SPAN = (datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
INBOUND_TALK = (Disposition.RIGHT_PARTY, Disposition.RECEIVED)
PERIODS = {
    Period.DAYS: timedelta(days=2),
    Period.WEEK: timedelta(days=9),
    Period.MONTH: timedelta(days=34),
}  # and a zone

T = TypeVar("T")


def _hours(rule: ContactHours, moment: Moment) -> Refusal | None:
    if moment.answers:
        return None
    names = _names(rule, moment)
    start, end = rule.open.get(names, NO_SPAN)
    return None if start <= moment.now < end else _outside(rule, moment, names)


def _names(rule: ContactHours, moment: Moment) -> tuple[str, ...]:
    """The zones in which it has to be open."""
    return (*moment.zones, rule.zone) if rule.zone else moment.zones


def _outside(rule: ContactHours, moment: Moment, names: tuple[str, ...]) -> Refusal | None:
    """The same where it is not known to be open. Where it is found open, the span is kept for the asks to come."""
    closed = tuple([name for name in names if not _open(rule, moment.here(name))])
    if not closed:
        _keep(rule.open, names, _open_span(rule, moment, names))
        return None
    if rule.lifted_by is not None and lifts(rule.lifted_by, moment):
        return None
    return refusal(rule.source, moment.clocks(closed), _opens_everywhere(rule, moment.now, names))


def _keep(kept: dict[tuple[str, ...], T], names: tuple[str, ...], found: T) -> None:
    if len(kept) > MOST_KEPT:
        kept.clear()
    kept[names] = found


def _open_span(rule: ContactHours, moment: Moment, names: tuple[str, ...]) -> tuple[datetime, datetime]:
    """A span around now in which the rule is open in all these zones, as it is now; `end` exclusive."""
    spans = [_open_here(rule, moment.now, moment.here(name)) for name in names]
    return max(start for start, _ in spans), min(end for _, end in spans)


def _open_here(rule: ContactHours, now: datetime, there: datetime) -> tuple[datetime, datetime]:
    """The window that is open at this local time, as instants; none when the clocks are changed in it.

    No zone has ever changed its clocks twice within a day: with one offset at both ends there was no change.
    """
    window = _window(rule, there)
    if window is None or not MINYEAR < now.year < MAXYEAR:  # the ends of the window may be beyond the calendar's
        return NO_SPAN
    into = timedelta(seconds=_second(there) - window.first, microseconds=there.microsecond)
    start = now - into
    end = start + timedelta(seconds=window.end - window.first)
    offsets = {at.astimezone(there.tzinfo).utcoffset() for at in (start, now, end)}
    return (start, end) if len(offsets) == 1 else NO_SPAN


def _opens_everywhere(rule: ContactHours, now: datetime, names: tuple[str, ...]) -> datetime | None:
    """The first instant from `now` on that is open in every zone; None if there is none within the horizon.

    What is found is kept with the rule, as a span in which it is open nowhere at once, and whether it opens at the end:
    if not, the next ask searches on from there.
    """
    closed_from, at, opens = rule.closed.get(names, (now, now, False))
    if not closed_from <= now <= at:
        closed_from, at, opens = now, now, False
    if not opens:
        at, opens = _search(rule, at, now + HORIZON, names)
        _keep(rule.closed, names, (closed_from, at, opens))
    return at if opens and at <= now + HORIZON else None


def _search(rule: ContactHours, at: datetime, end: datetime, names: tuple[str, ...]) -> tuple[datetime, bool]:
    """How far was searched, from `at` to `end`; is it open in every zone there?"""
    order, agreed = list(names), 0  # of the zones, in this order, so many are open at `at`
    while at <= end and agreed < len(order):
        opens = _opens(rule, at, order[agreed])
        if opens is None:
            break
        if opens == at:
            agreed += 1
        else:  # whoever makes the others wait is asked first from now on
            order.insert(0, order.pop(agreed))
            at, agreed = opens, 1
    return at, agreed == len(order)


def _open(rule: ContactHours, there: datetime) -> bool:
    """Is it open at this local time?"""
    return _window(rule, there) is not None


def _window(rule: ContactHours, there: datetime) -> Window | None:
    """The window that is open at this local time. They begin and end on whole seconds."""
    second, day = _second(there), there.isoweekday()
    for window in rule.windows:
        if window.holds(second) and day in window.days:
            return None if rule.holidays is not None and rule.holidays.holds(there.date()) else window
    return None


def _second(there: datetime) -> int:
    """The whole second of the day."""
    return there.hour * 3600 + there.minute * 60 + there.second


def _opens(rule: ContactHours, at: datetime, name: str) -> datetime | None:
    """The first instant from `at` on that is open in this zone."""
    if _open(rule, local(at, name)):
        return at
    start = local(at, name).date()
    windows = sorted(rule.windows, key=lambda w: w.first)
    for ahead in range(OPENS_WITHIN):
        day = start + timedelta(days=ahead)
        for window in windows:
            if day.isoweekday() not in window.days:
                continue
            opens = instant(day, clock_time(window.first), name)
            if opens >= at and _open(rule, local(opens, name)):
                return opens
    return None


def margin(rule: Margin, hours: list[ContactHours], moment: Moment) -> Refusal | None:
    """The last metre: what begins inside the hours also ends inside them. An answer is bound by neither."""
    if moment.answers:
        return None
    seconds = rule.call if moment.ask.channel is Channel.CALL else rule.sms
    until = moment.now + timedelta(seconds=seconds)
    worst: Refusal | None = None
    for each in hours:
        if _hours(each, moment) is not None:
            continue  # it refuses by itself
        then = _closing(each, moment, until)
        if then is not None and (worst is None or _later(then.retry_at, worst.retry_at)):
            worst = then
    if worst is None:
        return None
    return refusal(rule.source, f"within {seconds} seconds from now {worst.rule} would refuse", worst.retry_at)


def _closing(rule: ContactHours, moment: Moment, until: datetime) -> Refusal | None:
    """What hours that are open now say where they are not open all the time up to `until`, that instant included."""
    names = _names(rule, moment)
    start, end = rule.open.get(names, NO_SPAN)
    if start <= moment.now and until < end:
        return None
    ends = {at for name in names for at in _ends(rule, moment.now, until, name)}
    expire = {consent.expires_at for consent in moment.ask.consents if consent.expires_at is not None}
    for at in sorted({*ends, *(at for at in expire if moment.now < at < until), until}):
        found = _hours(rule, moment.at(at))
        if found is not None:
            return while_in_force(found, rule.source.until_on, moment.zones)
    return None


def _ends(rule: ContactHours, now: datetime, until: datetime, name: str) -> Iterator[datetime]:
    """The ends of windows after now and up to `until`, by the clock there. Hours are shut there, or where a consent that
    lifted them expires."""
    for day in sorted({local(now, name).date(), local(until, name).date()}):
        for end in {window.end for window in rule.windows}:
            over, second = divmod(end, DAY_S)
            at = instant(day + timedelta(days=over), clock_time(second), name)
            if now < at <= until:
                yield at


def _later(one: datetime | None, other: datetime | None) -> bool:
    return other is not None and (one is None or one > other)


def reach(rule: Rule) -> timedelta:
    """How long ago a contact may be and still count, in some zone; nothing for a rule that counts none."""
    if isinstance(rule, Cap):
        return PERIODS[rule.period] + timedelta(days=rule.days)
    return PERIODS[Period.DAYS] + timedelta(days=rule.days) if isinstance(rule, WaitAfter) else timedelta(0)


def _cap(rule: Cap, moment: Moment) -> Refusal | None:
    if len(moment.recent) < rule.limit:
        return None
    if moment.answers and not rule.counted.replies:
        return None
    if asked_for(moment.ask) and not rule.counted.requested:
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
    if rule.counted.requested_free:
        group = _without_free(rule.counted.requested_free, group)
    for name in moment.zones if len(group) >= rule.limit else ():
        start = _period_start(rule, moment.here(name).date())
        inside = sorted(on for past in group if (on := local(past.at, name).date()) >= start)
        if len(inside) >= rule.limit:
            yield len(inside), instant(_frees(rule, inside[-rule.limit]), time(0), name)


def _without_free(free: int, group: list[PastContact]) -> list[PastContact]:
    """Less the latest conversations that the debtor had asked for: those that stay longest in the period."""
    ordered = sorted(group, key=lambda past: past.at)
    talks = [n for n, past in enumerate(ordered) if past.requested and past.disposition is Disposition.RIGHT_PARTY]
    return [past for n, past in enumerate(ordered) if n not in talks[-free:]]


def _counted(rule: Cap, moment: Moment) -> list[PastContact]:
    """Past contacts that count, and may lie inside the period in some zone. One loop, for those with a long history."""
    what, since = rule.counted, moment.now - reach(rule)
    channels, voices, only, but_not, places = what.channels, what.voices, what.only, what.but_not, what.places
    requested, replies = what.requested, what.replies
    return [
        past
        for past in moment.recent
        if past.at > since
        and past.direction is Direction.OUTBOUND
        and past.disposition not in but_not
        and (not channels or past.channel in channels)
        and (not voices or past.voice in voices or (past.voice is None and past.channel is Channel.CALL))
        and (not only or past.disposition in only or past.disposition is None)
        and (not places or past.place is None or past.place in places)
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
    if not moment.recent or not _waits(rule, moment):
        return None
    talks = _talks(rule, moment)
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


def _waits(rule: WaitAfter, moment: Moment) -> bool:
    """Does a contact of this purpose wait at all?"""
    if moment.answers:
        return rule.replies_wait
    return rule.requested_wait or not asked_for(moment.ask)


def _talks(rule: WaitAfter, moment: Moment) -> list[PastContact]:
    """What starts the wait. Of a call from the debtor that an answer may be to, only that somebody is known to have spoken."""
    words = rule.dispositions
    return [
        past
        for past in moment.recent
        if (past.disposition is None or past.disposition in words or past.disposition in INBOUND_TALK)
        and _starts_wait(rule, past)
        and not (moment.answers and past.disposition is Disposition.RECEIVED)
    ]


def _starts_wait(rule: WaitAfter, past: PastContact) -> bool:
    if past.direction is Direction.INBOUND:
        return rule.inbound and past.channel is Channel.CALL and past.disposition in INBOUND_TALK
    # What came of it is not known yet: it may have been a conversation.
    said = Disposition.RIGHT_PARTY if past.disposition is None else past.disposition
    return said in rule.dispositions and past.channel in rule.channels


def _needs_consent(rule: NeedsConsent, moment: Moment) -> Refusal | None:
    if moment.answers and not rule.replies_need:
        return None
    for consent in consents(moment, rule.kind):
        if _qualifies(consent, rule, moment.now):
            return None
    if rule.or_wrote and any(_wrote(past, rule, moment) for past in moment.ask.history):
        return None
    return refusal(rule.source, f"no {rule.kind} consent on file that reaches this number now", None)


def _wrote(past: PastContact, rule: NeedsConsent, moment: Moment) -> bool:
    """Did the debtor text us from this number in the time that counts?"""
    return (
        past.direction is Direction.INBOUND
        and past.channel is Channel.SMS
        and past.phone == moment.ask.phone.e164
        and past.at <= moment.now
        and (rule.within_days is None or past.at > moment.now - timedelta(days=rule.within_days))
    )


def _qualifies(consent: Consent, rule: NeedsConsent, now: datetime) -> bool:
    if rule.given_to and consent.given_to not in rule.given_to:
        return False
    return rule.within_days is None or consent.at > now - timedelta(days=rule.within_days)


Judge = Callable[[Any, Moment], Refusal | None]
JUDGES: dict[type[Rule], Judge] = {
    ContactHours: _hours,
    Cap: _cap,
    WaitAfter: _wait,
    NeedsConsent: _needs_consent,
}  # stops are judged first, with the citations of these rules; margins with the hours they are margins to
