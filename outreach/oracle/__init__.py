"""Which rules refuse this contact now, read a second time and on purpose slowly?

Written from the words of docs/rulebooks.md alone, by somebody who has not read the gate, and sharing no code with it but
tables of facts. Tests put the same asks to both; `outreach audit` asks this one whether what was placed was lawful.
Nothing here is clever: the rulebooks are the dictionaries that YAML gives, and every rule is looked at anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from outreach.core.terms import (
    Ask,
    Channel,
    Collector,
    Consent,
    ConsentGivenTo,
    ConsentKind,
    Direction,
    Disposition,
    PastContact,
    Purpose,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    Voice,
)
from outreach.core.zones import zone
from outreach.oracle.hours import dates, is_inconvenient, is_open
from outreach.oracle.places import address_place, as_list, candidates, covers, homes, is_law_of, is_whole, places

Rule = Mapping[str, Any]
ANSWERS = (Purpose.REPLY, Purpose.OPT_OUT_CONFIRMATION)
RESTS = (SuppressionReason.PAID, SuppressionReason.HARDSHIP, SuppressionReason.QUESTION)
REFUSALS_TO_CONFIRM = (SuppressionReason.OPT_OUT, SuppressionReason.REFUSED_CHANNEL)
REPLY_WITHIN, CONFIRM_WITHIN = timedelta(minutes=15), timedelta(minutes=5)
CALLBACK_DAYS = 7
# Built in: no rulebook names them. By the law of the first country that has one, or by none.
WISHES = {"US": "US-F-04", "AU": "AU-HRS-2", "GB": "UK-HRS-1", "JP": "JP-HRS"}
INCONVENIENT, CALLBACK, CALLBACK_US = "INCONVENIENT", "NO-CALLBACK", "US-F-27"


@dataclass(frozen=True, slots=True)
class Law:
    """Rulebooks as YAML gives them, and which policy each country ("*": every) adopted."""

    books: tuple[Mapping[str, Any], ...]
    adopted: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """One ask at one instant: the zones its debtor may be in, and whether it answers what the debtor just sent."""

    ask: Ask
    now: datetime
    zones: tuple[str, ...]
    answers: bool


def load_law(folder: Path, adopted: Mapping[str, str]) -> Law:
    """Every rulebook below `folder`, unchecked: `outreach check` has done that."""
    return law_from((path.read_text("utf-8-sig") for path in sorted(folder.rglob("*.yaml"))), adopted)


def law_from(texts: Iterable[str], adopted: Mapping[str, str]) -> Law:
    """The same from the YAML text of every rulebook."""
    yaml = YAML(typ="safe", pure=True)
    return Law(tuple(yaml.load(text) for text in texts), dict(adopted))


def lawful(ask: Ask, law: Law, now: datetime, *, law_only: bool = False) -> set[str]:
    """The ids of the rules that refuse at the aware instant `now`; empty: it may be placed."""
    moment = Moment(ask, now.astimezone(UTC), tuple(candidates(ask)), _answers(ask, now))
    bound, uncovered = _binding(moment, law, law_only)
    found = {rule["rule"] for rule in bound if _refuses(rule, bound, moment)}
    found |= _stopped(bound, moment)
    if not moment.zones:
        found.add("NO-ZONE")
    if uncovered:
        found.add("NO-RULEBOOK")
    if not moment.answers and _inconvenient(moment):
        found.add(next((WISHES[country] for country in _bound_by(ask) if country in WISHES), INCONVENIENT))
    if ask.purpose is Purpose.REQUESTED_CALLBACK and not _callback_stands(moment):
        found.add(CALLBACK_US if "US" in _bound_by(ask) else CALLBACK)
    return found


def _bound_by(ask: Ask) -> list[str]:
    """The countries whose law of wishes binds this collector, addresses before the number, the statement last."""
    third = ask.collector is Collector.THIRD_PARTY  # the FDCPA and Regulation F are for these alone
    return [place.country for place in places(ask) if third or place.country != "US"]


# Which rules


def _binding(moment: Moment, law: Law, law_only: bool) -> tuple[list[Rule], bool]:
    """The rules that bind, and whether the debtor may be in a country about which we know nothing."""
    ask = moment.ask
    laws = [book for book in law.books if not _is_policy(book) and covers(book, ask)]
    countries = {place.country for place in places(ask)}
    addresses = homes(ask)
    lawless = [address for address in addresses if not any(is_law_of(book, address) for book in laws)]
    adopted = {} if law_only else law.adopted
    names = {adopted.get(key) for key in (*countries, "*")}
    policies = [book for book in law.books if _is_policy(book) and book["rulebook"] in names]
    # By a number alone only law of all of its country is known.
    lived_in = {address_place(address).country for address in addresses}
    known = {book["country"] for book in laws if book["country"] in lived_in or is_whole(book)}
    known |= set(adopted)  # "*" is no country: it opens none
    bound = [rule for book in laws for rule in book["rules"] if _binds(rule, moment)]
    silent = not any("hours" in rule for rule in bound)
    for rule in (rule for book in policies for rule in book["rules"]):
        if _binds(rule, moment) and (silent or not rule.get("applies", {}).get("law_is_silent")):
            bound.append(rule)
    unknown = any(address_place(address).country not in adopted for address in lawless)
    return bound, not countries or not countries <= known or unknown


def _is_policy(book: Mapping[str, Any]) -> bool:
    return str(book["rulebook"]).startswith("policy/")


def _binds(rule: Rule, moment: Moment) -> bool:
    days = dates(moment.now, moment.zones)  # where no zone is known only stops bind, and NO-ZONE refuses
    in_force = any(_in_force(rule, day) for day in days) or ("stop" in rule and not days)
    return in_force and _applies(rule.get("applies") or {}, moment.ask)


def _in_force(rule: Rule, day: date) -> bool:
    first, until = rule.get("in_force_from"), rule.get("in_force_until")
    return (first is None or first <= day) and (until is None or day < until)


def _applies(applies: Mapping[str, Any], ask: Ask) -> bool:
    facts: dict[str, str | None] = {
        "collector": ask.collector,
        "channel": ask.channel,
        "voice": ask.voice,
        "purpose": ask.purpose,
        "phone_kind": ask.phone.kind,
        "place": ask.phone.place,
    }
    if any(applies.get(key) and fact not in as_list(applies[key]) for key, fact in facts.items()):
        return False
    first, last = applies.get("past_due_from"), applies.get("past_due_to")
    return (first is None or ask.days_past_due >= first) and (last is None or ask.days_past_due <= last)


# What each kind of rule refuses


def _refuses(rule: Rule, bound: list[Rule], moment: Moment) -> bool:
    if "margin" in rule:
        seconds = rule["margin"].get(moment.ask.channel) or 0
        on_the_way = [replace(moment, now=at) for at in _on_the_way(moment, seconds)]
        hours = [other["hours"] for other in bound if "hours" in other and not _hours(other["hours"], moment)]
        return any(_hours(each, later) for each in hours for later in on_the_way)
    return any(_KINDS[kind](rule[kind], moment) for kind in _KINDS if kind in rule)


def _on_the_way(moment: Moment, seconds: int) -> list[datetime]:
    """The last instant of the margin, and those in it at which hours may be shut: each full minute, as windows end on full
    minutes and are shut in that second, and when a consent expires."""
    minute, last = moment.now.replace(second=0, microsecond=0), moment.now + timedelta(seconds=seconds)
    instants = [minute + timedelta(minutes=ahead) for ahead in range(1, seconds // 60 + 2)]
    instants += [consent.expires_at for consent in moment.ask.consents if consent.expires_at is not None]
    return [*(at for at in instants if moment.now < at < last), last]


def _hours(hours: Rule, moment: Moment) -> bool:
    return not (moment.answers or _lifted(hours, moment) or is_open(hours, moment.now, moment.zones))


def _lifted(rule: Rule, moment: Moment) -> bool:
    said = rule.get("lifted_by")
    if not said:
        return False
    needed = {"kind": said} if isinstance(said, str) else said
    return any(_serves(consent, needed, moment) for consent in moment.ask.consents)


def _serves(consent: Consent, needed: Mapping[str, Any], moment: Moment) -> bool:
    """In force, for this number, of the kind and given to whom it must be."""
    givees = as_list(needed.get("given_to"))
    return (
        consent.kind == needed["kind"]
        and consent.at <= moment.now
        and (consent.expires_at is None or moment.now < consent.expires_at)
        and consent.phone in (None, moment.ask.phone.e164)
        and (not givees or consent.given_to in givees)
    )


def _consent(needed: Rule, moment: Moment) -> bool:
    if moment.answers and not needed.get("replies_need"):
        return False
    oldest = moment.now - timedelta(days=needed["within_days"]) if needed.get("within_days") else None
    given = [consent.at for consent in moment.ask.consents if _serves(consent, needed, moment)]
    if needed.get("or_wrote"):
        given += [past.at for past in moment.ask.history if _text_from_this_number(past, moment)]
    return not any(oldest is None or at > oldest for at in given)


def _text_from_this_number(past: PastContact, moment: Moment) -> bool:
    mine = past.direction is Direction.INBOUND and past.channel is Channel.SMS
    return mine and past.phone == moment.ask.phone.e164 and past.at <= moment.now


def _cap(cap: Rule, moment: Moment) -> bool:
    if _not_bound(cap, moment) or _lifted(cap, moment):
        return False
    counted = [past for past in moment.ask.history if _counts(cap, past)]
    for name in moment.zones:
        first = _first_day(cap, moment.now.astimezone(zone(name)).date())
        inside = [past for past in counted if past.at.astimezone(zone(name)).date() >= first]
        for among in _each(cap["per"], moment.ask):
            these = [past for past in inside if among(past)]
            asked_for = sum(past.requested and past.disposition is Disposition.RIGHT_PARTY for past in these)
            if len(these) - min(asked_for, cap.get("requested_free", 0)) >= cap["limit"]:
                return True
    return False


def _not_bound(cap: Rule, moment: Moment) -> bool:
    if moment.answers:
        return not cap.get("replies_count")
    return _called_back(moment.ask) and not cap.get("requested_count")


def _called_back(ask: Ask) -> bool:
    return ask.purpose is Purpose.REQUESTED_CALLBACK and ask.channel is Channel.CALL


def _first_day(cap: Rule, today: date) -> date:
    match cap.get("period", "days"):
        case "week":
            return today - timedelta(days=today.weekday())
        case "month":
            return today.replace(day=1)
    return today - timedelta(days=cap["days"] - 1)


def _counts(cap: Rule, past: PastContact) -> bool:
    if past.direction is not Direction.OUTBOUND or (past.requested and not cap.get("requested_count")):
        return False
    if past.purpose in ANSWERS and not cap.get("replies_count"):
        return False
    unknown_voice = past.voice is None and past.channel is Channel.CALL
    if cap.get("voices") and not unknown_voice and past.voice not in as_list(cap["voices"]):
        return False
    if cap.get("channels") and past.channel not in as_list(cap["channels"]):
        return False
    if cap.get("places") and past.place is not None and past.place not in as_list(cap["places"]):
        return False
    return past.disposition is None or _disposition_counts(cap, past.disposition)


def _disposition_counts(cap: Rule, disposition: Disposition) -> bool:
    only = as_list(cap.get("only"))
    return disposition not in as_list(cap.get("but_not")) and (not only or disposition in only)


def _each(per: str, ask: Ask) -> Iterator[Callable[[PastContact], bool]]:
    """For every debt, the person or the number: does this past contact count there?"""
    if per == "person":
        yield lambda past: True
    elif per == "phone":
        yield lambda past: past.phone in (None, ask.phone.e164)
    else:
        for case in ask.cases:
            yield lambda past, case=case: not past.cases or case in past.cases  # type: ignore[misc]


def _wait(wait: Rule, moment: Moment) -> bool:
    ask = moment.ask
    if moment.answers and not wait.get("replies_wait"):
        return False
    if _called_back(ask) and not wait.get("requested_wait"):
        return False
    talks = [past for past in ask.history if _starts(wait, past)]
    if moment.answers:
        talks = [past for past in talks if past.disposition is not Disposition.RECEIVED]
    talks = [past for past in talks if any(among(past) for among in _each(wait["per"], ask))]
    return any(_days_since(past.at, moment.now, name) < wait["days"] for past in talks for name in moment.zones)


def _starts(wait: Rule, past: PastContact) -> bool:
    if past.direction is Direction.INBOUND:
        return wait.get("inbound", True) and _called_us(past)
    after = as_list(wait.get("after", "right_party"))
    named = past.disposition in after or (past.disposition is None and Disposition.RIGHT_PARTY in after)
    return named and past.channel in as_list(wait.get("channels", "call"))


def _called_us(past: PastContact) -> bool:
    call = past.direction is Direction.INBOUND and past.channel is Channel.CALL
    return call and past.disposition in (Disposition.RIGHT_PARTY, Disposition.RECEIVED)


def _days_since(at: datetime, now: datetime, name: str) -> int:
    return (now.astimezone(zone(name)).date() - at.astimezone(zone(name)).date()).days


_KINDS: dict[str, Callable[[Rule, Moment], bool]] = {"hours": _hours, "cap": _cap, "wait": _wait, "consent": _consent}


# Stops, and what is built in


def _stopped(bound: list[Rule], moment: Moment) -> set[str]:
    ask, found = moment.ask, set[str]()
    widened = ask.channel is Channel.SMS or ask.voice in (Voice.RECORDED, Voice.VOICEMAIL_DROP)
    for stop in ask.suppressions:
        if stop.until is not None and moment.now >= stop.until:
            continue
        citing = [rule for rule in bound if "stop" in rule and stop.reason in as_list(rule["stop"]["reasons"])]
        if _passes(stop, moment):
            none = ask.purpose is not Purpose.REPLY or not _concerns(stop, ask)
            found |= set() if none else {rule["rule"] for rule in citing if rule["stop"].get("replies_stop")}
        elif _concerns(stop, ask):
            own = set() if moment.answers and stop.reason in RESTS else {f"STOP-{stop.reason.upper()}"}
            found |= {rule["rule"] for rule in citing} or own
        elif widened:
            found |= {rule["rule"] for rule in citing if rule["stop"].get("widen")}
    return found


def _concerns(stop: Suppression, ask: Ask) -> bool:
    if stop.channel not in (None, ask.channel):
        return False
    if stop.scope is SuppressionScope.CASE:
        return stop.case is None or stop.case in ask.cases
    return stop.scope is SuppressionScope.DEBTOR or stop.phone in (None, ask.phone.e164)


def _passes(stop: Suppression, moment: Moment) -> bool:
    if not moment.answers:
        return False
    if moment.ask.purpose is Purpose.OPT_OUT_CONFIRMATION:
        told = any(past.direction is Direction.OUTBOUND and past.at >= stop.at for past in moment.ask.history)
        return stop.reason in REFUSALS_TO_CONFIRM and moment.now - stop.at <= CONFIRM_WITHIN and not told
    wrote = _last_message(moment.ask, moment.now)
    return stop.reason is SuppressionReason.REFUSED_CHANNEL and wrote is not None and stop.at < wrote


def _answers(ask: Ask, now: datetime) -> bool:
    """Does this answer what the debtor just sent, and is it the first that does?"""
    sent = [past for past in ask.history if past.direction is Direction.OUTBOUND]
    if ask.purpose is Purpose.REPLY:
        last, within = _last_message(ask, now), REPLY_WITHIN
        sent = [past for past in sent if past.channel is ask.channel]
    elif ask.purpose is Purpose.OPT_OUT_CONFIRMATION and ask.channel is Channel.SMS:  # the laws know a text, no call
        stops = [stop for stop in ask.suppressions if stop.reason in REFUSALS_TO_CONFIRM and stop.at <= now]
        last, within = max((stop.at for stop in stops if _concerns(stop, ask)), default=None), CONFIRM_WITHIN
    else:
        return False
    return last is not None and now - last <= within and not any(past.at >= last for past in sent)


def _last_message(ask: Ask, now: datetime) -> datetime | None:
    """On this channel, from the number that is asked about."""
    here = [past for past in ask.history if past.channel is ask.channel and past.phone in (None, ask.phone.e164)]
    received = (past.at for past in here if past.direction is Direction.INBOUND)
    return max((at for at in received if at <= now), default=None)


def _inconvenient(moment: Moment) -> bool:
    for said in moment.ask.inconvenient:
        if said.channel in (None, moment.ask.channel) and said.place in (None, moment.ask.phone.place):
            there = (moment.now.astimezone(zone(name)) for name in moment.zones)
            if any(is_inconvenient(said.days, said.start, said.end, local) for local in there):
                return True
    return False


def _callback_stands(moment: Moment) -> bool:
    needed = {"kind": ConsentKind.CALLBACK}
    return any(
        _serves(consent, needed, moment)
        and (consent.given_to is ConsentGivenTo.US or moment.ask.collector is Collector.FIRST_PARTY)
        and all(_days_since(consent.at, moment.now, name) < CALLBACK_DAYS for name in moment.zones)
        and not any(consent.at < past.at <= moment.now and _talked(past, moment.ask) for past in moment.ask.history)
        for consent in moment.ask.consents
    )


def _talked(past: PastContact, ask: Ask) -> bool:
    about = not past.cases or bool(set(past.cases) & set(ask.cases))
    return about and (past.disposition is Disposition.RIGHT_PARTY or _called_us(past))
