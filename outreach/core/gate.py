"""May we contact this debtor, this way, now?

`judge` applies every rule of every rulebook that covers the debtor and lists all refusals that hold. What cannot be
shown lawful is refused: no zone, no rulebook, a stop of any kind. What each kind of rule says is in `rules` and `stops`;
docs/rulebooks.md tells it in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from outreach.core import zones as zone_tables
from outreach.core.moment import Moment, at_instant, binds, instant
from outreach.core.rulebook import ContactHours, Margin, Rulebook, Rulebooks
from outreach.core.rules import HORIZON, JUDGES, margin
from outreach.core.stops import callback, inconvenient, stops
from outreach.core.terms import Ask, Decision, Refusal, Verdict

POLICY_RULE = "POLICY-"


def judge(ask: Ask, rulebooks: Rulebooks, now: datetime, *, law_only: bool = False) -> Verdict:
    """The verdict on `ask` at the aware instant `now`. `law_only` leaves company policy out. ValueError if naive."""
    if now.tzinfo is None:
        raise ValueError("now must be an aware instant")
    now = now.astimezone(UTC)
    zones = zone_tables.candidate_zones(ask.addresses, ask.phone, ask.stated_zone)
    books, missing = rulebooks.applying(ask.addresses, zone_tables.number_place(ask.phone), law_only=law_only)
    names = tuple(book.name for book in books)
    refusals = tuple(_refusals(ask, books, missing, zones, now))
    if not refusals:
        return Verdict(Decision.ALLOW, names, (), None, zones)
    retry_at = _first_lawful(ask, books, missing, zones, refusals, now)
    return Verdict(Decision.DEFER if retry_at else Decision.REFUSE, names, refusals, retry_at, zones)


def _refusals(
    ask: Ask, books: tuple[Rulebook, ...], missing: tuple[str, ...], zones: tuple[str, ...], now: datetime
) -> Iterator[Refusal]:
    moment = at_instant(ask, now, zones)
    if not zones:
        yield Refusal("NO-ZONE", "", "no time zone can be derived from the addresses, the number or the debtor's word")
    if missing or not books:
        where = ", ".join(missing) or "this debtor"
        yield Refusal("NO-RULEBOOK", "", f"there is no rulebook for {where}, and no policy was adopted for it")
    yield from stops(moment, books)
    yield from inconvenient(moment)
    yield from callback(moment)
    if not zones:
        return
    yield from _rules(moment, books)


def _rules(moment: Moment, books: tuple[Rulebook, ...]) -> Iterator[Refusal]:
    bound = [rule for book in books for rule in book.rules if binds(rule, moment)]
    hours = [rule for rule in bound if isinstance(rule, ContactHours)]
    silent = all(rule.source.id.startswith(POLICY_RULE) for rule in hours)
    for rule in bound:
        if rule.source.scope.law_is_silent and not silent:
            continue
        if isinstance(rule, Margin):
            refusal = margin(rule, [h for h in hours if silent or not h.source.scope.law_is_silent], moment)
        else:
            refusal = JUDGES[type(rule)](rule, moment)
        if refusal is not None:
            yield _while_in_force(refusal, rule.source.until_on, moment.zones)


def _while_in_force(refusal: Refusal, until_on: date | None, zones: tuple[str, ...]) -> Refusal:
    """A rule that ends refuses no longer than it is in force in some zone."""
    if until_on is None:
        return refusal
    ends = max(instant(until_on, time(0), name) for name in zones)
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
