"""When may this debtor next be contacted, why not now, and what would change it? The gate asked many times over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from outreach.core.gate import judge
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import Ask, Consent, ConsentGivenTo, ConsentKind, Verdict
from outreach.core.zones import zone

PROBE = timedelta(minutes=15)  # no lawful window we know is shorter
SECOND = timedelta(seconds=1)
SUPPOSED = (ConsentKind.SMS, ConsentKind.RECORDED_CALL, ConsentKind.OUTSIDE_HOURS)
WORDS = {
    ConsentKind.SMS: "consent to texts",
    ConsentKind.RECORDED_CALL: "consent to recorded calls",
    ConsentKind.OUTSIDE_HOURS: "consent to contact outside the hours",
}


@dataclass(frozen=True, slots=True)
class Supposed:
    """What would hold if something else were on file."""

    what: str
    at: datetime  # the earliest lawful instant then


@dataclass(frozen=True, slots=True)
class Span:
    """Contact is lawful from `start` to `end` (exclusive), to the second."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer for one way of contact at one instant."""

    ask: Ask
    now: datetime
    verdict: Verdict
    earliest: datetime | None  # now when allowed, else the verdict's retry_at
    supposed: tuple[Supposed, ...] = ()


def explain(ask: Ask, rulebooks: Rulebooks, now: datetime) -> Explanation:
    """Why not now, when then, and what would make it earlier."""
    verdict = judge(ask, rulebooks, now)
    earliest = now if verdict.allowed else verdict.retry_at
    found = [] if verdict.allowed else list(_suppose(ask, rulebooks, now, earliest))
    return Explanation(ask, now, verdict, earliest, tuple(found))


def _suppose(ask: Ask, rulebooks: Rulebooks, now: datetime, earliest: datetime | None) -> Iterator[Supposed]:
    for kind in SUPPOSED:
        given = Consent(kind, ConsentGivenTo.US, now)
        verdict = judge(replace(ask, consents=(*ask.consents, given)), rulebooks, now)
        then = now if verdict.allowed else verdict.retry_at
        if then is not None and (earliest is None or then < earliest):
            yield Supposed(f"{WORDS[kind]} were on file", then)


def lawful_spans(ask: Ask, rulebooks: Rulebooks, now: datetime, start: datetime, end: datetime) -> list[Span]:
    """Every span between `start` and `end` (aware) in which the contact, asked about at `now`, is lawful if nothing else
    happens."""
    spans: list[Span] = []
    at = start.astimezone(UTC).replace(microsecond=0)
    while at < end:
        verdict = judge(ask, rulebooks, at, since=now)
        if not verdict.allowed:
            if verdict.retry_at is None or verdict.retry_at >= end:
                break
            at = verdict.retry_at
            continue
        closes = _closes(ask, rulebooks, now, at, end)
        spans.append(Span(at, closes))
        at = closes
    return spans


def _closes(ask: Ask, rulebooks: Rulebooks, now: datetime, at: datetime, end: datetime) -> datetime:
    """The first second after the lawful instant `at` that is not lawful, or `end`."""
    open_at = at
    while True:
        probe = min(open_at + PROBE, end)
        if not judge(ask, rulebooks, probe, since=now).allowed:
            break
        if probe >= end:
            return end
        open_at = probe
    low, high = open_at, probe
    while high - low > SECOND:
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if judge(ask, rulebooks, middle, since=now).allowed else (low, middle)
    return high


def week(ask: Ask, rulebooks: Rulebooks, now: datetime, zone_name: str) -> list[tuple[date, list[Span]]]:
    """The lawful spans of today and the six days after it, by local date in `zone_name`."""
    info = zone(zone_name)
    today = now.astimezone(info).date()
    days = []
    for ahead in range(7):
        on = today + timedelta(days=ahead)
        begins = datetime.combine(on, time(0), info).astimezone(UTC)
        ends = datetime.combine(on + timedelta(days=1), time(0), info).astimezone(UTC)
        days.append((on, lawful_spans(ask, rulebooks, now, max(begins, now), ends)))
    return days
