"""May we contact this debtor, this way, now?

`judge` applies every rule of every rulebook that covers the debtor and lists all refusals that hold. What cannot be
shown lawful is refused: no zone, no rulebook, a stop of any kind. Each kind of rule is one pure function and one row of
`JUDGES`; a function returns None or a `Refusal` whose `retry_at` is the first instant at which its reason ends if
nothing else happens (None: no such instant is known).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from outreach.core import zones as zone_tables
from outreach.core.rulebook import (
    Cap,
    ContactHours,
    NeedsConsent,
    Period,
    Rule,
    Rulebook,
    Rulebooks,
    Source,
    Stop,
    Unit,
    WaitAfter,
    Window,
)
from outreach.core.terms import (
    Address,
    Ask,
    Channel,
    Consent,
    ConsentKind,
    Decision,
    Direction,
    Disposition,
    Inconvenient,
    PastContact,
    Purpose,
    Refusal,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    Verdict,
)

SECOND = timedelta(seconds=1)
CONFIRM_WITHIN = timedelta(
    minutes=5
)  # US-T-23, 47 CFR 64.1200(a)(12): one confirmation, presumed fine within 5 minutes
REPLY_WITHIN = timedelta(minutes=15)  # POLICY: how long an answer to the debtor's own message is an answer
HORIZON = 400  # days; no rule we know defers longer, so what is not lawful by then is refused
INBOUND_TALK = frozenset({Disposition.RIGHT_PARTY, Disposition.RECEIVED})
CONFIRMABLE = frozenset({SuppressionReason.OPT_OUT, SuppressionReason.REFUSED_CHANNEL})
ANSWERABLE = frozenset({SuppressionReason.REFUSED_CHANNEL})  # 1006.14(h)(2)(ii): reply once in the medium they used


@dataclass(frozen=True, slots=True)
class _Moment:
    """An ask at one instant: its candidate zones, and whether it answers what the debtor just sent."""

    ask: Ask
    now: datetime
    zones: tuple[str, ...]
    answers: bool


def judge(ask: Ask, rulebooks: Rulebooks, now: datetime, *, law_only: bool = False) -> Verdict:
    """The verdict on `ask` at the aware instant `now`. `law_only` leaves company policy out. ValueError if naive."""
    if now.tzinfo is None:
        raise ValueError("now must be an aware instant")
    now = now.astimezone(UTC)
    zones = zone_tables.candidate_zones(ask.addresses, ask.phone, ask.stated_zone)
    books, missing = rulebooks.applying(_places(ask), law_only=law_only)
    names = tuple(book.name for book in books)
    refusals = tuple(_refusals(ask, books, missing, zones, now))
    if not refusals:
        return Verdict(Decision.ALLOW, names, (), None, zones)
    retry_at = _first_lawful(ask, books, missing, zones, refusals, now)
    return Verdict(Decision.DEFER if retry_at else Decision.REFUSE, names, refusals, retry_at, zones)


def _places(ask: Ask) -> tuple[Address, ...]:
    """Where the debtor may be: every address, and the country of the number."""
    country = zone_tables.number_country(ask.phone.e164)
    known = {address.country for address in ask.addresses}
    return ask.addresses + ((Address(country),) if country and country not in known else ())


def _refusals(
    ask: Ask, books: tuple[Rulebook, ...], missing: tuple[str, ...], zones: tuple[str, ...], now: datetime
) -> Iterator[Refusal]:
    moment = _Moment(ask, now, zones, _answers(ask, now))
    if not zones:
        yield Refusal("NO-ZONE", "", "no time zone can be derived from the addresses, the number or the debtor's word")
    if missing or not books:
        where = ", ".join(missing) or "this debtor"
        yield Refusal("NO-RULEBOOK", "", f"there is no rulebook for {where}, and no policy was adopted for it")
    yield from _stops(moment, books)
    yield from _inconvenient(moment)
    yield from _callback(moment)
    if not zones:
        return
    dates = {_local(now, name).date() for name in zones}
    for book in books:
        for rule in book.rules:
            if rule.source.scope.binds(ask) and any(rule.source.in_force(on) for on in dates):
                refusal = JUDGES[type(rule)](rule, moment)
                if refusal is not None:
                    yield _while_in_force(refusal, rule.source.until_on, zones)


def _while_in_force(refusal: Refusal, until_on: date | None, zones: tuple[str, ...]) -> Refusal:
    """A rule that ends refuses no longer than it is in force in some zone."""
    if until_on is None:
        return refusal
    ends = max(_instant(until_on, time(0), name) for name in zones)
    if refusal.retry_at is not None and refusal.retry_at <= ends:
        return refusal
    return replace(refusal, retry_at=ends)


def _first_lawful(
    ask: Ask,
    books: tuple[Rulebook, ...],
    missing: tuple[str, ...],
    zones: tuple[str, ...],
    refusals: tuple[Refusal, ...],
    now: datetime,
) -> datetime | None:
    """Each rule refuses from now until its own `retry_at`: nothing before the latest is lawful. Go there, ask anew."""
    at, end = now, now + timedelta(days=HORIZON)
    while refusals:
        ends = [refusal.retry_at for refusal in refusals]
        known = [end_at for end_at in ends if end_at is not None]
        if len(known) < len(ends) or max(known) <= at or max(known) > end:
            return None
        at = max(known)
        refusals = tuple(_refusals(ask, books, missing, zones, at))
    return at


# --- stops -----------------------------------------------------------------------------------------------------------


def _stops(moment: _Moment, books: tuple[Rulebook, ...]) -> Iterator[Refusal]:
    for stop in moment.ask.suppressions:
        if not _holds(stop, moment) or _excused(stop, moment):
            continue
        cited = False
        for rule in (rule for book in books for rule in book.rules if isinstance(rule, Stop)):
            if stop.reason in rule.reasons and rule.source.scope.binds(moment.ask):
                cited = True
                yield _refusal(rule.source, f"{stop.reason} recorded {stop.at.date()}", stop.until)
        if not cited:
            yield Refusal(f"STOP-{stop.reason.upper()}", "", f"{stop.reason} recorded {stop.at.date()}", stop.until)


def _holds(stop: Suppression, moment: _Moment) -> bool:
    ask = moment.ask
    if stop.until is not None and stop.until <= moment.now:
        return False
    if stop.channel is not None and stop.channel is not ask.channel:
        return False
    if stop.scope is SuppressionScope.PHONE:
        return stop.phone is None or stop.phone == ask.phone.e164
    if stop.scope is SuppressionScope.CASE:
        return stop.case is None or stop.case in ask.cases
    return True


def _excused(stop: Suppression, moment: _Moment) -> bool:
    """One confirmation of an opt-out within five minutes; one answer in a medium the debtor refused and then used."""
    if moment.ask.purpose is Purpose.OPT_OUT_CONFIRMATION:
        fresh = moment.now - CONFIRM_WITHIN <= stop.at <= moment.now
        return stop.reason in CONFIRMABLE and fresh and not _sent_since(moment.ask, stop.at)
    return moment.answers and stop.reason in ANSWERABLE


def _sent_since(ask: Ask, at: datetime) -> bool:
    return any(p.direction is Direction.OUTBOUND and p.channel is ask.channel and p.at >= at for p in ask.history)


def _answers(ask: Ask, now: datetime) -> bool:
    """Is this the one answer to what the debtor just sent, in the same medium?"""
    if ask.purpose is Purpose.OPT_OUT_CONFIRMATION:
        recent = [s.at for s in ask.suppressions if s.reason in CONFIRMABLE and now - CONFIRM_WITHIN <= s.at <= now]
        return bool(recent) and not _sent_since(ask, max(recent))
    if ask.purpose is not Purpose.REPLY:
        return False
    inbound = [
        p.at for p in ask.history if p.direction is Direction.INBOUND and p.channel is ask.channel and p.at <= now
    ]
    return bool(inbound) and now - max(inbound) <= REPLY_WITHIN and not _sent_since(ask, max(inbound))


def _inconvenient(moment: _Moment) -> Iterator[Refusal]:
    if moment.answers or not moment.ask.inconvenient:
        return
    blocked = [times for times in moment.ask.inconvenient if _concerns(times, moment.ask)]
    for times in blocked:
        if not any(_inside(times, moment.now, name) for name in moment.zones):
            continue
        at = moment.now
        for _ in range(HORIZON):
            later = max(_leaves(times, at, name) for name in moment.zones)
            if later <= at:
                break
            at = later
        retry = at if at > moment.now and not any(_inside(times, at, name) for name in moment.zones) else None
        because = f"the debtor named {times.start:%H:%M} to {times.end:%H:%M} as inconvenient"
        yield Refusal("US-F-04" if _in_us(moment.ask) else "INCONVENIENT", "12 CFR 1006.6(b)(1)", because, retry)


def _in_us(ask: Ask) -> bool:
    return any(address.country == "US" for address in ask.addresses)


def _concerns(times: Inconvenient, ask: Ask) -> bool:
    channel = times.channel is None or times.channel is ask.channel
    return channel and (times.place is None or times.place is ask.phone.place)


def _inside(times: Inconvenient, at: datetime, name: str) -> bool:
    local = _local(at, name)
    clock, today = local.time(), local.isoweekday()
    if times.start < times.end:
        return today in times.days and times.start <= clock < times.end
    yesterday = today - 1 or 7
    return (today in times.days and clock >= times.start) or (yesterday in times.days and clock < times.end)


def _leaves(times: Inconvenient, at: datetime, name: str) -> datetime:
    """`at` if outside in this zone, else the local end of the time."""
    if not _inside(times, at, name):
        return at
    local = _local(at, name)
    over = times.start >= times.end and local.time() >= times.start
    return _instant(local.date() + timedelta(days=1 if over else 0), times.end, name)


def _callback(moment: _Moment) -> Iterator[Refusal]:
    """A callback is one only while the debtor's wish stands: it ends with a talk (CFPB FAQ; comment 14(b)(3)(i)-2)."""
    if moment.ask.purpose is not Purpose.REQUESTED_CALLBACK or _consent(moment, ConsentKind.CALLBACK):
        return
    yield Refusal("US-F-27", "12 CFR 1006.14(b)(3)(i)", "no standing request to be called back is on file")


# --- rules of rulebooks ----------------------------------------------------------------------------------------------


def _hours(rule: ContactHours, moment: _Moment) -> Refusal | None:
    if moment.answers or (rule.lifted_by and _consent(moment, rule.lifted_by)):
        return None
    names = (*moment.zones, rule.zone) if rule.zone else moment.zones
    closed = [name for name in names if not _open(rule.windows, moment.now, name)]
    if not closed:
        return None
    at = moment.now
    for _ in range(HORIZON):
        later = [_opens(rule.windows, at, name) for name in names]
        if None in later:
            return _refusal(rule.source, _clock(moment.now, closed), None)
        latest = max(instant for instant in later if instant is not None)
        if latest == at:
            break
        at = latest
    else:
        return _refusal(rule.source, _clock(moment.now, closed), None)
    return _refusal(rule.source, _clock(moment.now, closed), at)


def _clock(now: datetime, closed: list[str]) -> str:
    return ", ".join(f"{_local(now, name):%a %H:%M:%S} in {name}" for name in closed)


def _open(windows: tuple[Window, ...], at: datetime, name: str) -> bool:
    local = _local(at, name)
    second = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    day = local.isoweekday()
    return any(day in window.days and window.holds(second) for window in windows)


def _opens(windows: tuple[Window, ...], at: datetime, name: str) -> datetime | None:
    """The first instant from `at` on that is open in this zone."""
    if _open(windows, at, name):
        return at
    start = _local(at, name).date()
    for ahead in range(9):
        day = start + timedelta(days=ahead)
        for window in sorted(windows, key=lambda w: w.first):
            if day.isoweekday() not in window.days:
                continue
            opens = _instant(day, _time(window.first), name)
            if opens >= at and _open(windows, opens, name):
                return opens
    return None


def _cap(rule: Cap, moment: _Moment) -> Refusal | None:
    if moment.answers and not rule.counted.replies:
        return None
    if moment.ask.purpose is Purpose.REQUESTED_CALLBACK and not rule.counted.requested:
        return None
    counted = [past for past in moment.ask.history if _counts(rule, past)]
    worst: datetime | None = None
    seen = 0
    for group in _groups(rule.unit, counted, moment.ask):
        for name in moment.zones:
            today = _local(moment.now, name).date()
            dates = sorted(_local(past.at, name).date() for past in group)
            inside = [on for on in dates if _period_start(rule, today) <= on]
            if len(inside) < rule.limit:
                continue
            frees = _frees(rule, inside[-rule.limit])
            retry = _instant(frees, time(0), name)
            seen = max(seen, len(inside))
            worst = retry if worst is None or retry > worst else worst
    if worst is None:
        return None
    return _refusal(rule.source, f"{seen} counted, at most {rule.limit} per {rule.unit}", worst)


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


def _wait(rule: WaitAfter, moment: _Moment) -> Refusal | None:
    if moment.answers or moment.ask.purpose is Purpose.REQUESTED_CALLBACK:
        return None
    talks = [past for past in moment.ask.history if _starts_wait(rule, past)]
    latest: tuple[datetime, date] | None = None
    for group in _groups(rule.unit, talks, moment.ask):
        for past in group:
            for name in moment.zones:
                on = _local(past.at, name).date()
                free = on + timedelta(days=rule.days)
                if _local(moment.now, name).date() < free:
                    retry = _instant(free, time(0), name)
                    latest = max(latest, (retry, on)) if latest else (retry, on)
    if latest is None:
        return None
    return _refusal(rule.source, f"conversation on {latest[1]}; day one of {rule.days}", latest[0])


def _starts_wait(rule: WaitAfter, past: PastContact) -> bool:
    if past.channel not in rule.channels:
        return False
    if past.direction is Direction.INBOUND:
        return rule.inbound and past.channel is Channel.CALL and past.disposition in INBOUND_TALK
    return past.disposition in rule.dispositions


def _needs_consent(rule: NeedsConsent, moment: _Moment) -> Refusal | None:
    if moment.answers or _consent(moment, rule.kind, rule):
        return None
    return _refusal(rule.source, f"no {rule.kind} consent on file that reaches this number now", None)


def _consent(moment: _Moment, kind: ConsentKind, rule: NeedsConsent | None = None) -> Consent | None:
    for consent in moment.ask.consents:
        if consent.kind is not kind or consent.at > moment.now:
            continue
        if consent.expires_at is not None and consent.expires_at <= moment.now:
            continue
        if consent.phone is not None and consent.phone != moment.ask.phone.e164:
            continue
        if rule is not None and not _qualifies(consent, rule, moment.now):
            continue
        return consent
    return None


def _qualifies(consent: Consent, rule: NeedsConsent, now: datetime) -> bool:
    if rule.given_to and consent.given_to not in rule.given_to:
        return False
    return rule.within_days is None or consent.at > now - timedelta(days=rule.within_days)


def _stop_rule(_rule: Stop, _moment: _Moment) -> Refusal | None:
    return None  # stops were judged first, with the citations of these rules


JUDGES: dict[type[Rule], Callable[[Any, _Moment], Refusal | None]] = {
    ContactHours: _hours,
    Cap: _cap,
    WaitAfter: _wait,
    NeedsConsent: _needs_consent,
    Stop: _stop_rule,
}


# --- instants --------------------------------------------------------------------------------------------------------


def _refusal(source: Source, fact: str, retry_at: datetime | None) -> Refusal:
    return Refusal(source.id, source.citation, f"{source.because}: {fact}" if fact else source.because, retry_at)


def _local(at: datetime, name: str) -> datetime:
    return at.astimezone(zone_tables.zone(name))


def _time(second: int) -> time:
    return time(second // 3600, second % 3600 // 60, second % 60)


def _instant(on: date, at: time, name: str) -> datetime:
    """The UTC instant of a local time; of one that DST skips, the instant the clock jumps to."""
    return datetime.combine(on, at, zone_tables.zone(name)).astimezone(UTC)
