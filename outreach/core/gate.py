"""May we contact this debtor, this way, now?

`judge` applies every rule of every rulebook that covers the debtor and lists all refusals that hold. What cannot be
shown lawful is refused: no zone, no rulebook, a stop of any kind. What each kind of rule says is in `rules` and `stops`;
docs/rulebooks.md tells it in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from outreach.core import zones as zone_tables
from outreach.core.moment import Moment, in_force, instant, while_in_force
from outreach.core.rulebook import ContactHours, Margin, Rule, Rulebook, Rulebooks, Stop
from outreach.core.rules import HORIZON, JUDGES, margin
from outreach.core.stops import callback, inconvenient, stops
from outreach.core.terms import Ask, Decision, PhoneKind, Purpose, Refusal, Verdict

NO_ZONE = "no time zone can be derived from the addresses, the number or the debtor's word"
MOST_SITUATIONS = 50_000
POLICY_RULE = "POLICY-"


@dataclass(frozen=True, slots=True)
class Bound:
    """The rules that bind a kind of ask somewhere, whatever the date; `special`: some depend on the others."""

    rules: tuple[Rule, ...]
    stops: tuple[Stop, ...]
    special: bool
    law_hours: tuple[ContactHours, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """What follows from where the debtor may be: the zones, the rulebooks, and the countries that have none."""

    zones: tuple[str, ...]
    books: tuple[Rulebook, ...]
    missing: tuple[str, ...]
    names: tuple[str, ...]
    bound: dict[tuple[int, ...], Bound] = field(default_factory=dict)


def judge(ask: Ask, rulebooks: Rulebooks, now: datetime, *, law_only: bool = False) -> Verdict:
    """The verdict on `ask` at the aware instant `now`. `law_only` leaves company policy out. ValueError if naive."""
    if now.tzinfo is None:
        raise ValueError("now must be an aware instant")
    now = now.astimezone(UTC)
    where = _situation(ask, rulebooks, law_only)
    bound = _bound(ask, where)
    refusals = _refusals(Moment(ask, now, where.zones), where, bound)
    if not refusals:
        return Verdict(Decision.ALLOW, where.names, (), None, where.zones)
    retry_at = _first_lawful(ask, where, bound, refusals, now)
    return Verdict(Decision.DEFER if retry_at else Decision.REFUSE, where.names, tuple(refusals), retry_at, where.zones)


def _situation(ask: Ask, rulebooks: Rulebooks, law_only: bool) -> Situation:
    """Worked out once for each set of places."""
    phone = ask.phone
    key = (ask.addresses, phone.e164, phone.kind is PhoneKind.VOIP, ask.stated_zone, law_only)
    found = rulebooks.situations.get(key)
    if found is None:
        if len(rulebooks.situations) > MOST_SITUATIONS:
            rulebooks.situations.clear()
        zones = zone_tables.candidate_zones(ask.addresses, phone, ask.stated_zone)
        books, missing = rulebooks.applying(ask.addresses, zone_tables.number_place(phone), law_only=law_only)
        found = rulebooks.situations[key] = Situation(zones, books, missing, tuple(book.name for book in books))
    return found


def _bound(ask: Ask, where: Situation) -> Bound:
    """The rules whose `applies` holds; by identity of the words, which is faster than their hashes."""
    key = (
        id(ask.collector), id(ask.channel), id(ask.voice), id(ask.purpose), id(ask.phone.kind), id(ask.phone.place),
        ask.days_past_due,
    )  # fmt: skip
    found = where.bound.get(key)
    if found is None:
        rules = [rule for book in where.books for rule in book.rules if rule.source.scope.binds(ask)]
        stops_ = tuple(rule for rule in rules if isinstance(rule, Stop))
        others = tuple(rule for rule in rules if not isinstance(rule, Stop))
        special = any(isinstance(rule, Margin) or rule.source.scope.law_is_silent for rule in others)
        hours = tuple(rule for rule in others if isinstance(rule, ContactHours))
        law_hours = tuple(rule for rule in hours if not rule.source.id.startswith(POLICY_RULE))
        found = where.bound[key] = Bound(others, stops_, special, law_hours)
    return found


def _refusals(moment: Moment, where: Situation, bound: Bound) -> list[Refusal]:
    ask = moment.ask
    found: list[Refusal] = []
    if not where.zones:
        found.append(Refusal("NO-ZONE", "", NO_ZONE))
    if where.missing or not where.books:
        lacking = ", ".join(where.missing) or "this debtor"
        found.append(
            Refusal("NO-RULEBOOK", "", f"there is no rulebook for {lacking}, and no policy was adopted for it")
        )
    if ask.suppressions:
        found += stops(moment, [rule for rule in bound.stops if not where.zones or in_force(rule, moment)])
    if ask.inconvenient:
        found += inconvenient(moment)
    if ask.purpose is Purpose.REQUESTED_CALLBACK:
        found += callback(moment)
    if where.zones:
        found += _special(moment, bound) if bound.special else _plain(moment, bound.rules)
    return found


def _plain(moment: Moment, rules: Iterable[Rule]) -> list[Refusal]:
    found = []
    for rule in rules:
        if in_force(rule, moment):
            refusal = JUDGES[type(rule)](rule, moment)
            if refusal is not None:
                found.append(while_in_force(refusal, rule.source.until_on, moment.zones))
    return found


def _special(moment: Moment, bound: Bound) -> list[Refusal]:
    """With company rules that look at the hours of the law: to fill its silence, or to keep a margin from its ends."""
    rules = [rule for rule in bound.rules if in_force(rule, moment)]
    hours = [rule for rule in rules if isinstance(rule, ContactHours)]
    speaks = _law_speaks_at(bound.law_hours, moment)
    if speaks is not None and speaks <= moment.now:
        rules = [rule for rule in rules if not rule.source.scope.law_is_silent]
        hours = [rule for rule in hours if not rule.source.scope.law_is_silent]
        speaks = None
    found = _plain(moment, [rule for rule in rules if not isinstance(rule, Margin)])
    for rule in rules:
        refusal = margin(rule, hours, moment) if isinstance(rule, Margin) else None
        if refusal is not None:
            found.append(while_in_force(refusal, rule.source.until_on, moment.zones))
    if speaks is None:
        return found
    silent = {rule.source.id for rule in rules if rule.source.scope.law_is_silent}
    return [_not_after(refusal, speaks) if refusal.rule in silent else refusal for refusal in found]


def _law_speaks_at(law: Sequence[ContactHours], moment: Moment) -> datetime | None:
    """When hours of the law are in force in some zone: from now on, or from the first such rule to come; None if never."""
    if any(in_force(rule, moment) for rule in law):
        return moment.now
    starts = [instant(r.source.from_on, time(0), name) for r in law if r.source.from_on for name in moment.zones]
    return min((at for at in starts if at > moment.now), default=None)


def _not_after(refusal: Refusal, at: datetime) -> Refusal:
    return refusal if refusal.retry_at is not None and refusal.retry_at <= at else replace(refusal, retry_at=at)


def _first_lawful(ask: Ask, where: Situation, bound: Bound, refusals: list[Refusal], now: datetime) -> datetime | None:
    """Each rule refuses from now until its own `retry_at`: nothing before the latest is lawful. Go there, ask anew."""
    at, end = now, now + timedelta(days=HORIZON)
    while refusals:
        ends = [refusal.retry_at for refusal in refusals]
        known = [end_at for end_at in ends if end_at is not None]
        if len(known) < len(ends) or max(known) <= at or max(known) > end:
            return None
        at = max(known)
        refusals = _refusals(Moment(ask, at, where.zones), where, bound)
    return at
