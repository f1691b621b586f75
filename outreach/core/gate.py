"""May we contact this debtor, this way, now?

`judge` applies every rule of every rulebook that covers the debtor and lists all refusals that hold. What cannot be
shown lawful is refused: no zone, no rulebook, a stop of any kind. What each kind of rule says is in `rules` and `stops`;
docs/rulebooks.md tells it in words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from outreach.core import zones as zone_tables
from outreach.core.moment import Moment, in_force, instant, local, while_in_force
from outreach.core.rulebook import ContactHours, Margin, Rule, Rulebook, Rulebooks, Stop, stated_place
from outreach.core.rules import HORIZON, JUDGES, Judge, margin, reach
from outreach.core.stops import callback, inconvenient, stops
from outreach.core.terms import Ask, Decision, PastContact, Purpose, Refusal, Verdict

NO_ZONE = "no time zone can be derived from the addresses, the number or the debtor's word"
MOST_SITUATIONS = 50_000
LAST_YEAR = 3000  # who says a stop ends later says that it never does
POLICY_RULE = "POLICY-"


class Line(NamedTuple):
    """A rule, what judges it, and whether it is in force on some dates only."""

    rule: Rule
    judge: Judge
    dated: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """The rules that bind a kind of ask somewhere, whatever the date. Those for the silence of the law are left out
    where it always speaks; `law_hours`: where it does on some dates only, its hours."""

    lines: tuple[Line, ...]
    margins: tuple[Margin, ...]
    stops: tuple[Stop, ...]
    law_hours: tuple[ContactHours, ...]
    reach: timedelta  # how long ago a contact may be and still count for any of them


@dataclass(frozen=True, slots=True)
class Law:
    """Rulebooks that apply together. `days`: of days past due, those from which on other rules bind."""

    books: tuple[Rulebook, ...]
    names: tuple[str, ...]
    days: tuple[int, ...]
    bound: dict[tuple[object, ...], Bound] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Situation:
    """What follows from where the debtor may be: the zones, the rulebooks, what is lacking, the verdict if nothing refuses."""

    zones: tuple[str, ...]
    law: Law
    lacking: tuple[Refusal, ...]
    lawful: Verdict


def judge(
    ask: Ask, rulebooks: Rulebooks, now: datetime, *, law_only: bool = False, since: datetime | None = None
) -> Verdict:
    """The verdict on `ask` at the aware instant `now`. `law_only` leaves company policy out. `since`: its days past due held
    then, and are counted on from there. ValueError if naive."""
    if now.tzinfo is None:
        raise ValueError("now must be an aware instant")
    now = now.astimezone(UTC)
    where = _situation(ask, rulebooks, law_only)
    bound = _bound(ask, where.law, ask.days_past_due)
    moment = Moment(ask, now, where.zones, _recent(ask, now, bound.reach))
    refusals = _refusals(moment, where, bound) if since is None else _refusals_later(ask, since, now, where)
    if not refusals:
        return where.lawful
    retry_at = _first_lawful(moment, where, bound, refusals, since or now)
    decision = Decision.DEFER if retry_at else Decision.REFUSE
    return Verdict(decision, where.law.names, tuple(refusals), retry_at, where.zones)


def _situation(ask: Ask, rulebooks: Rulebooks, law_only: bool) -> Situation:
    """Worked out once for all debtors whose addresses and numbers say the same."""
    phone = ask.phone
    places = tuple([(rulebooks.told(place), zone_tables.postcode_area(place)) for place in ask.addresses])
    key = (places, zone_tables.read_number(phone.e164), phone.kind, ask.stated_zone, law_only)
    found: Situation | None = rulebooks.memo.get(key)
    if found is None:
        if len(rulebooks.memo) > MOST_SITUATIONS:
            rulebooks.memo.clear()
        zones = zone_tables.candidate_zones(ask.addresses, phone, ask.stated_zone)
        stated = stated_place(ask.addresses, phone, ask.stated_zone)
        homes = (*ask.addresses, stated) if stated else ask.addresses
        books, missing = rulebooks.applying(homes, zone_tables.number_place(phone), law_only=law_only)
        law = _law(books, rulebooks)
        lawful = Verdict(Decision.ALLOW, law.names, (), None, zones)
        found = rulebooks.memo[key] = Situation(zones, law, tuple(_lacking(zones, books, missing)), lawful)
    return found


def _law(books: tuple[Rulebook, ...], rulebooks: Rulebooks) -> Law:
    """Worked out once for all places with these rulebooks."""
    key = tuple((book.country, book.name) for book in books)
    found: Law | None = rulebooks.memo.get(key)
    if found is None:
        found = rulebooks.memo[key] = Law(books, tuple(book.name for book in books), _days(books))
    return found


def _days(books: tuple[Rulebook, ...]) -> tuple[int, ...]:
    scopes = [rule.source.scope for book in books for rule in book.rules]
    begins = {scope.past_due_from for scope in scopes if scope.past_due_from is not None}
    ends = {scope.past_due_to + 1 for scope in scopes if scope.past_due_to is not None}
    return tuple(sorted(begins | ends))


def _lacking(zones: tuple[str, ...], books: tuple[Rulebook, ...], missing: tuple[str, ...]) -> Iterator[Refusal]:
    if not zones:
        yield Refusal("NO-ZONE", "", NO_ZONE)
    if missing or not books:
        lacking = ", ".join(missing) or "this debtor"
        yield Refusal("NO-RULEBOOK", "", f"there is no rulebook for {lacking}, and no policy was adopted for it")


def _bound(ask: Ask, law: Law, days_past_due: int) -> Bound:
    """The rules whose `applies` holds when it is so late."""
    phone, late = ask.phone, bisect_right(law.days, days_past_due)
    key = (ask.collector, ask.channel, ask.voice, ask.purpose, phone.kind, phone.place, late)
    found = law.bound.get(key)
    if found is None:
        then = replace(ask, days_past_due=days_past_due)
        rules = [rule for book in law.books for rule in book.rules if rule.source.scope.binds(then)]
        found = law.bound[key] = _sorted(rules)
    return found


def _sorted(rules: list[Rule]) -> Bound:
    hours = [rule for rule in rules if isinstance(rule, ContactHours)]
    law_hours = [rule for rule in hours if not rule.source.id.startswith(POLICY_RULE)]
    if not all(rule.source.is_dated for rule in law_hours):
        rules, law_hours = [rule for rule in rules if not rule.source.scope.law_is_silent], []
    others = [rule for rule in rules if not isinstance(rule, Margin | Stop)]
    return Bound(
        tuple(Line(rule, JUDGES[type(rule)], rule.source.is_dated) for rule in others),
        tuple(rule for rule in rules if isinstance(rule, Margin)),
        tuple(rule for rule in rules if isinstance(rule, Stop)),
        tuple(law_hours) if any(rule.source.scope.law_is_silent for rule in rules) else (),
        max(map(reach, rules), default=timedelta(0)),
    )


def _recent(ask: Ask, now: datetime, within: timedelta) -> list[PastContact]:
    if not ask.history:
        return []
    since = now - within
    return [past for past in ask.history if past.at > since]


def _refusals(moment: Moment, where: Situation, bound: Bound) -> list[Refusal]:
    ask = moment.ask
    found = list(where.lacking)
    if ask.suppressions:
        found += _stopped(moment, where, bound)
    if ask.inconvenient:
        found += inconvenient(moment)
    if ask.purpose is Purpose.REQUESTED_CALLBACK:
        found += callback(moment)
    if where.zones:
        special = bound.margins or bound.law_hours
        found += _special(moment, bound) if special else _plain(moment, bound.lines)
    return found


def _stopped(moment: Moment, where: Situation, bound: Bound) -> Iterator[Refusal]:
    rules = [rule for rule in bound.stops if not where.zones or in_force(rule, moment)]
    silent = {rule.source.id for rule in rules if rule.source.scope.law_is_silent}
    speaks = _law_speaks_at(bound.law_hours, moment) if silent else None
    if speaks is not None and speaks <= moment.now:
        rules, silent = [rule for rule in rules if rule.source.id not in silent], set()
    for found in stops(moment, rules):
        yield _not_after(found, speaks) if speaks is not None and found.rule in silent else found


def _plain(moment: Moment, lines: Iterable[Line]) -> list[Refusal]:
    found = []
    for rule, judge_rule, dated in lines:
        if dated and not in_force(rule, moment):
            continue
        refusal = judge_rule(rule, moment)
        if refusal is not None:
            found.append(while_in_force(refusal, rule.source.until_on, moment.zones))
    return found


def _special(moment: Moment, bound: Bound) -> list[Refusal]:
    """With company rules that look at the hours of the law: to fill its silence, or to keep a margin from its ends."""
    speaks = _law_speaks_at(bound.law_hours, moment)
    spoken = speaks is not None and speaks <= moment.now
    lines = [line for line in bound.lines if _binds_now(line.rule, moment, spoken)]
    found = _plain(moment, lines)
    hours = [line.rule for line in lines if isinstance(line.rule, ContactHours)]
    for rule in bound.margins:
        refusal = margin(rule, hours, moment) if _binds_now(rule, moment, spoken) else None
        if refusal is not None:
            found.append(while_in_force(refusal, rule.source.until_on, moment.zones))
    if speaks is None or spoken:
        return found
    silent = {rule.source.id for rule in _silent(bound) if in_force(rule, moment)}
    return [_not_after(refusal, speaks) if refusal.rule in silent else refusal for refusal in found]


def _binds_now(rule: Rule, moment: Moment, spoken: bool) -> bool:
    """`spoken`: hours of the law are in force."""
    return in_force(rule, moment) and not (spoken and rule.source.scope.law_is_silent)


def _silent(bound: Bound) -> list[Rule]:
    """The rules for the silence of the law, stops aside."""
    rules = (*(line.rule for line in bound.lines), *bound.margins)
    return [rule for rule in rules if rule.source.scope.law_is_silent]


def _law_speaks_at(law: Sequence[ContactHours], moment: Moment) -> datetime | None:
    """When hours of the law are in force in some zone: from now on, or from the first such rule to come; None if never."""
    if any(in_force(rule, moment) for rule in law):
        return moment.now
    starts = [instant(r.source.from_on, time(0), name) for r in law if r.source.from_on for name in moment.zones]
    return min((at for at in starts if at > moment.now), default=None)


def _not_after(refusal: Refusal, at: datetime) -> Refusal:
    return refusal if refusal.retry_at is not None and refusal.retry_at <= at else replace(refusal, retry_at=at)


def _searched_until(moment: Moment) -> datetime:
    """A stop may last for years: what follows it is searched as far as what follows from now."""
    ends = (stop.until for stop in moment.ask.suppressions if stop.until is not None)
    to_come = (end for end in ends if end > moment.now and end.year < LAST_YEAR)
    return max(to_come, default=moment.now).astimezone(UTC) + HORIZON


def _first_lawful(
    moment: Moment, where: Situation, bound: Bound, refusals: list[Refusal], since: datetime
) -> datetime | None:
    """Each rule refuses from now until its own `retry_at`, or until the debt is so late that other rules bind: nothing
    before the latest is lawful. Go there, ask anew."""
    at, end = moment.now, _searched_until(moment)
    turns = _turns(moment, where, since, end)
    while refusals:
        ends = [refusal.retry_at for refusal in refusals]
        known = [end_at for end_at in ends if end_at is not None]
        until = max(known) if len(known) == len(ends) else None
        turn = next((turn for turn in turns if turn > at), None)
        if turn is not None and (until is None or until > turn):
            at = turn
        elif until is None or until <= at or until > end:
            return None
        else:
            at = until
        later = turns or since != moment.now
        refusals = _refusals_later(moment.ask, since, at, where) if later else _refusals(moment.at(at), where, bound)
    return at


def _turns(moment: Moment, where: Situation, since: datetime, end: datetime) -> list[datetime]:
    """The local midnights up to `end`, in any candidate zone, from which on other rules bind as the debt is later."""
    late, days = moment.ask.days_past_due, where.law.days
    more = [day - late for day in days[bisect_right(days, late) :]]  # days past due than held `since`
    if where.lacking or not more or more[0] > (most := (end - since).days + 1):
        return []
    on = {name: local(since, name).date() for name in where.zones}
    near = [timedelta(days=by) for by in more if by <= most]
    midnights = {instant(day + by, time(0), name) for name, day in on.items() for by in near}
    return sorted(at for at in midnights if moment.now < at <= end)


def _refusals_later(ask: Ask, since: datetime, at: datetime, where: Situation) -> list[Refusal]:
    """All that refuses at `at`, the debt being as late as it is then in any candidate zone, by the local days gone by."""
    gone = {(local(at, name).date() - local(since, name).date()).days for name in where.zones} or {0}
    bounds = {id(bound): bound for by in gone for bound in [_bound(ask, where.law, ask.days_past_due + by)]}
    found: dict[Refusal, None] = {}
    for bound in bounds.values():
        then = Moment(ask, at, where.zones, _recent(ask, at, bound.reach))
        found |= dict.fromkeys(_refusals(then, where, bound))
    return list(found)
