"""What is an ask at one instant? Its candidate zones, whether it is an answer, which consents are in force, local time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from outreach.core import zones as zone_tables
from outreach.core.rulebook import Lifted, Rule, Source
from outreach.core.terms import (
    Ask,
    Channel,
    Consent,
    ConsentKind,
    Direction,
    PastContact,
    Purpose,
    Refusal,
    Suppression,
    SuppressionReason,
    SuppressionScope,
)

CONFIRM_WITHIN = timedelta(minutes=5)  # US-T-23, 47 CFR 64.1200(a)(12): one confirmation, presumed fine so long
REPLY_WITHIN = timedelta(minutes=15)  # POLICY: how long an answer to the debtor's own message is an answer
ANSWERS = (Purpose.REPLY, Purpose.OPT_OUT_CONFIRMATION)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")  # whatever the language of the machine
CONFIRMABLE = frozenset({SuppressionReason.OPT_OUT, SuppressionReason.REFUSED_CHANNEL})


class Moment:
    """An ask at one instant (UTC): its candidate zones, and whether it answers what the debtor just sent.

    `recent`: those past contacts that caps and waits may count; all others are too long ago for any of them.
    """

    __slots__ = ("_clocks", "_here", "answers", "ask", "now", "recent", "zones")

    def __init__(self, ask: Ask, now: datetime, zones: tuple[str, ...], recent: Sequence[PastContact]) -> None:
        self.ask, self.now, self.zones, self.recent = ask, now, zones, recent
        self.answers = ask.purpose in ANSWERS and _answers(ask, now)
        self._here: dict[str, datetime] = {}
        self._clocks: dict[tuple[str, ...], str] = {}

    def here(self, name: str) -> datetime:
        """Now, as clocks in that zone show it."""
        found = self._here.get(name)
        if found is None:
            found = self._here[name] = local(self.now, name)
        return found

    def clocks(self, names: tuple[str, ...]) -> str:
        """Weekday and time of day in these zones, in words."""
        found = self._clocks.get(names)
        if found is None:
            found = self._clocks[names] = ", ".join([f"{_clock(self.here(name))} in {name}" for name in names])
        return found

    def at(self, now: datetime) -> Moment:
        """The same ask at another instant."""
        return Moment(self.ask, now, self.zones, self.recent)


def _clock(there: datetime) -> str:
    return f"{WEEKDAYS[there.weekday()]} {there.time().isoformat()[:8]}"


def in_force(rule: Rule, moment: Moment) -> bool:
    """Is the rule in force on the local date in any candidate zone?"""
    source = rule.source
    if source.from_on is None and source.until_on is None:
        return True
    return any(source.in_force(moment.here(name).date()) for name in moment.zones)


def sent_since(ask: Ask, at: datetime) -> bool:
    """Did anything leave at `at` or later, for an answer: on the channel it would leave on?"""
    any_channel = ask.purpose is Purpose.OPT_OUT_CONFIRMATION
    return any(
        p.direction is Direction.OUTBOUND and (any_channel or p.channel is ask.channel) and p.at >= at
        for p in ask.history
    )


def last_message(ask: Ask, now: datetime) -> datetime | None:
    """When the debtor last came to us on the asked channel, from the asked number."""
    received = (p.at for p in ask.history if p.direction is Direction.INBOUND and _same_line(p, ask))
    return max((at for at in received if at <= now), default=None)


def _same_line(past: PastContact, ask: Ask) -> bool:
    return past.channel is ask.channel and past.phone in (None, ask.phone.e164)


def _answers(ask: Ask, now: datetime) -> bool:
    """Is this the one answer to what the debtor just sent, in the same medium?"""
    if ask.purpose is Purpose.OPT_OUT_CONFIRMATION:
        recent = [stop.at for stop in ask.suppressions if _may_be_confirmed(stop, ask, now)]
        return bool(recent) and not sent_since(ask, max(recent))
    if ask.purpose is not Purpose.REPLY:
        return False
    last = last_message(ask, now)
    return last is not None and now - last <= REPLY_WITHIN and not sent_since(ask, last)


def _may_be_confirmed(stop: Suppression, ask: Ask, now: datetime) -> bool:
    """By one text to the number that was stopped: 47 CFR 64.1200(a)(12); 12 CFR 1006.14(h)(2)(i)."""
    fresh = stop.reason in CONFIRMABLE and now - CONFIRM_WITHIN <= stop.at <= now
    return fresh and ask.channel is Channel.SMS and reaches(stop, ask)


def asked_for(ask: Ask) -> bool:
    """Is it a call back that the debtor asked for? A text is none, whatever it is called."""
    return ask.purpose is Purpose.REQUESTED_CALLBACK and ask.channel is Channel.CALL


def reaches(stop: Suppression, ask: Ask) -> bool:
    """Is the stop of this channel, and of this debtor, case or number?"""
    if stop.channel is not None and stop.channel is not ask.channel:
        return False
    if stop.scope is SuppressionScope.PHONE:
        return stop.phone is None or stop.phone == ask.phone.e164
    if stop.scope is SuppressionScope.CASE:
        return stop.case is None or stop.case in ask.cases
    return True


def consents(moment: Moment, kind: ConsentKind) -> list[Consent]:
    """Those of this kind in force now that reach this number."""
    now = moment.now
    return [
        consent
        for consent in moment.ask.consents
        if consent.kind is kind
        and consent.at <= now
        and (consent.expires_at is None or consent.expires_at > now)
        and (consent.phone is None or consent.phone == moment.ask.phone.e164)
    ]


def lifts(lifted: Lifted | None, moment: Moment) -> bool:
    """Is a consent in force that lifts the rule?"""
    if lifted is None:
        return False
    return any(not lifted.given_to or c.given_to in lifted.given_to for c in consents(moment, lifted.kind))


def refusal(source: Source, fact: str, retry_at: datetime | None) -> Refusal:
    """A refusal by the rule of this source, with the fact it rests on."""
    return Refusal(source.id, source.citation, f"{source.because}: {fact}" if fact else source.because, retry_at)


def while_in_force(found: Refusal, until_on: date | None, zones: tuple[str, ...]) -> Refusal:
    """A rule that ends refuses no longer than it is in force in some zone."""
    if until_on is None or not zones:
        return found
    ends = max(instant(until_on, time(0), name) for name in zones)
    if found.retry_at is not None and found.retry_at <= ends:
        return found
    return replace(found, retry_at=ends)


def local(at: datetime, name: str) -> datetime:
    """The instant as clocks in that zone show it."""
    return at.astimezone(zone_tables.zone(name))


def clock_time(second: int) -> time:
    """The time of day of a second of the day."""
    return time(second // 3600, second % 3600 // 60, second % 60)


def instant(on: date, at: time, name: str) -> datetime:
    """The UTC instant of a local time; of one that DST skips, the instant the clock jumps to."""
    return datetime.combine(on, at, zone_tables.zone(name)).astimezone(UTC)
