"""What has the debtor, or the law for them, put an end to? Stops, inconvenient times, and callbacks not asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from outreach.core.moment import (
    CONFIRM_WITHIN,
    CONFIRMABLE,
    Moment,
    consents,
    instant,
    last_message,
    local,
    reaches,
    refusal,
    sent_since,
    while_in_force,
)
from outreach.core.rulebook import Stop, home, stated_place
from outreach.core.rules import HORIZON
from outreach.core.terms import (
    Ask,
    Channel,
    Collector,
    Consent,
    ConsentGivenTo,
    ConsentKind,
    Direction,
    Disposition,
    Inconvenient,
    PastContact,
    Purpose,
    Refusal,
    Suppression,
    SuppressionReason,
    Voice,
)
from outreach.core.zones import number_place

CALLBACK_FOR = timedelta(days=7)  # US-F-27, US-F-28: the wish's own date is day one
CALLBACK = ("US-F-27", "12 CFR 1006.14(b)(3)(i)")
WISH = ("INCONVENIENT", "")  # honoured everywhere, also where no law we know asks for it
WISHES = {
    "US": ("US-F-04", "12 CFR 1006.6(b)(1)"),
    "AU": ("AU-HRS-2", "ACCC/ASIC debt collection guideline, part 2, section 4"),
    "GB": ("UK-HRS-1", "FCA CONC 7.9.4R"),
    "JP": ("JP-HRS", "貸金業法 21(1)(i)(ii)"),
}
# Reminders rest for these of our own accord, nobody refused a word: what they write is answered, once, unless a rulebook
# says otherwise.
PAUSES = frozenset({SuppressionReason.PAID, SuppressionReason.HARDSHIP, SuppressionReason.QUESTION})
ANSWERABLE = frozenset({SuppressionReason.REFUSED_CHANNEL})  # 1006.14(h)(2)(ii): reply once in the medium they used


def stops(moment: Moment, rules: Iterable[Stop]) -> Iterator[Refusal]:
    """Every suppression that holds, by each of these rules that cites it."""
    for stop in moment.ask.suppressions:
        if not _lasts(stop, moment):
            continue
        narrow, excused = reaches(stop, moment.ask), _excused(stop, moment)
        cited = [r for r in rules if stop.reason in r.reasons and (narrow or (r.widen and _automatic(moment.ask)))]
        if excused:
            cited = [r for r in cited if narrow and r.replies_stop and moment.ask.purpose is Purpose.REPLY]
        for rule in cited:
            found = refusal(rule.source, _recorded(stop, moment), stop.until)
            yield while_in_force(found, rule.source.until_on, moment.zones)
        if narrow and not cited and not excused and not (stop.reason in PAUSES and moment.answers):
            yield Refusal(own_rule(stop.reason), "", _recorded(stop, moment), stop.until)


def _recorded(stop: Suppression, moment: Moment) -> str:
    """With the date it was where the debtor is, or may be."""
    on = local(stop.at, moment.zones[0]).date() if moment.zones else stop.at.date()
    return f"{stop.reason} recorded {on}"


def own_rule(reason: SuppressionReason) -> str:
    """The rule that a stop refuses by where no rulebook cites its reason."""
    return f"STOP-{reason.upper()}"


def _automatic(ask: Ask) -> bool:
    return ask.channel is Channel.SMS or ask.voice in (Voice.RECORDED, Voice.VOICEMAIL_DROP)


def _lasts(stop: Suppression, moment: Moment) -> bool:
    return stop.until is None or stop.until > moment.now


def _excused(stop: Suppression, moment: Moment) -> bool:
    """One confirmation of an opt-out within five minutes; one answer in a medium the debtor refused and then used."""
    if moment.ask.purpose is Purpose.OPT_OUT_CONFIRMATION:
        fresh = moment.now - CONFIRM_WITHIN <= stop.at <= moment.now
        return moment.answers and stop.reason in CONFIRMABLE and fresh and not sent_since(moment.ask, stop.at)
    if not moment.answers or stop.reason not in ANSWERABLE:
        return False
    wrote = last_message(moment.ask, moment.now)
    return wrote is not None and stop.at < wrote


def inconvenient(moment: Moment) -> Iterator[Refusal]:
    if moment.answers or not moment.ask.inconvenient:
        return
    blocked = [times for times in moment.ask.inconvenient if _concerns(times, moment.ask)]
    for times in blocked:
        if not any(_inside(times, moment.now, name) for name in moment.zones):
            continue
        at, end = moment.now, moment.now + HORIZON
        while at <= end and (later := max(_leaves(times, at, name) for name in moment.zones)) > at:
            at = later
        retry = at if at <= end and not any(_inside(times, at, name) for name in moment.zones) else None
        because = f"the debtor named {times.start:%H:%M} to {times.end:%H:%M} as inconvenient"
        rule, citation = next((WISHES[country] for country in _bound_by(moment.ask) if country in WISHES), WISH)
        yield Refusal(rule, citation, because, retry)


def _bound_by(ask: Ask) -> Iterator[str]:
    """The countries whose law of wishes binds: that of the United States is for those who collect others' debts."""
    number, stated = number_place(ask.phone), stated_place(ask.addresses, ask.phone, ask.stated_zone)
    countries = [home(address)[0] for address in ask.addresses]
    countries += ([number.country] if number else []) + ([stated.country] if stated else [])
    for country in countries:
        if country != "US" or ask.collector is Collector.THIRD_PARTY:
            yield country


def _concerns(times: Inconvenient, ask: Ask) -> bool:
    channel = times.channel is None or times.channel is ask.channel
    return channel and (times.place is None or times.place is ask.phone.place)


def _inside(times: Inconvenient, at: datetime, name: str) -> bool:
    there = local(at, name)
    clock, today = there.time(), there.isoweekday()
    if times.start < times.end:
        return today in times.days and times.start <= clock < times.end
    yesterday = today - 1 or 7
    return (today in times.days and clock >= times.start) or (yesterday in times.days and clock < times.end)


def _leaves(times: Inconvenient, at: datetime, name: str) -> datetime:
    """`at` if outside in this zone, else the local end of the time."""
    if not _inside(times, at, name):
        return at
    there = local(at, name)
    over = times.start >= times.end and there.time() >= times.start
    return instant(there.date() + timedelta(days=1 if over else 0), times.end, name)


def callback(moment: Moment) -> Iterator[Refusal]:
    """A callback is one only while the debtor's wish stands (comment 14(b)(3)(i)-2): seven days, or until a talk."""
    if moment.ask.purpose is not Purpose.REQUESTED_CALLBACK:
        return
    if not any(_wish_stands(consent, moment) for consent in consents(moment, ConsentKind.CALLBACK)):
        rule, citation = CALLBACK if "US" in _bound_by(moment.ask) else ("NO-CALLBACK", "")
        yield Refusal(rule, citation, "no standing request to be called back is on file")


def _wish_stands(consent: Consent, moment: Moment) -> bool:
    if consent.given_to is not ConsentGivenTo.US and moment.ask.collector is Collector.THIRD_PARTY:
        return False  # 1006.14(b)(3)(i): given directly to the debt collector
    for name in moment.zones:
        if moment.here(name).date() - local(consent.at, name).date() >= CALLBACK_FOR:
            return False
    talks = (past for past in moment.ask.history if consent.at < past.at <= moment.now and _is_talk(past))
    return not any(not past.cases or set(past.cases) & set(moment.ask.cases) for past in talks)


def _is_talk(past: PastContact) -> bool:
    """We spoke, in whatever medium; or they rang us."""
    if past.disposition is Disposition.RIGHT_PARTY:
        return True
    inbound = past.direction is Direction.INBOUND and past.disposition is Disposition.RECEIVED
    return inbound and past.channel is Channel.CALL
