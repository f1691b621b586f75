"""Do the gate and the oracle say the same? One ask at a time, and why they may not (questions the words leave open)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import phonenumbers
from oracle_asks import Maker, Put

from outreach.campaigns import load_rulebooks
from outreach.core.gate import judge
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import Channel, Decision, Direction, Disposition, PastContact, Purpose, SuppressionReason
from outreach.oracle import Law, lawful, load_law
from outreach.oracle.places import Place, number_place

SECOND, MICRO = timedelta(seconds=1), timedelta(microseconds=1)
KINDS = ("hours", "cap", "wait", "consent", "stop", "margin")
SEARCHED = 400 * 86_400  # seconds in which the gate looks for a lawful instant


@dataclass(slots=True)
class Tally:
    """What a run found: per rule how often it refused and how often, aimed at, it did not; what is open, what is wrong."""

    asks: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.asks += other.asks
        for name in ("refused", "passed", "open", "checked"):
            getattr(self, name).update(getattr(other, name))
        self.wrong += other.wrong


class Court:
    """One folder of rulebooks before both judges."""

    def __init__(self, folder: Path, adopted: dict[str, str]) -> None:
        self.law: Law = load_law(folder, adopted)
        self.books: Rulebooks = load_rulebooks(folder, adopted)
        self.kinds = {
            rule["rule"]: next(k for k in KINDS if k in rule) for book in self.law.books for rule in book["rules"]
        }

    def kind(self, name: str) -> str:
        """`hours`, `cap` ...; a built-in refusal is its own kind, but every STOP- is a `stop`."""
        return "stop" if name.startswith("STOP-") else self.kinds.get(name, name)

    def gate(self, put: Put) -> set[str]:
        return {refusal.rule for refusal in judge(put.ask, self.books, put.now, law_only=put.law_only).refusals}

    def oracle(self, put: Put) -> set[str]:
        return lawful(put.ask, self.law, put.now, law_only=put.law_only)

    def hear(self, count: int, seed: int) -> Tally:
        """`count` asks from `seed`, each compared, and its `retry_at` proved by the oracle."""
        rng, tally = Random(seed), Tally()
        for put in islice(Maker(self.law, rng), count):
            tally.asks += 1
            self._compare(put, rng, tally)
        return tally

    def _compare(self, put: Put, rng: Random, tally: Tally) -> None:
        verdict = judge(put.ask, self.books, put.now, law_only=put.law_only)
        gate, oracle = {refusal.rule for refusal in verdict.refusals}, self.oracle(put)
        tally.refused.update(oracle)
        tally.passed[put.aim] += put.aim not in oracle
        if (verdict.decision is Decision.ALLOW) != (not gate):
            tally.wrong.append(f"decision {verdict.decision} with {sorted(gate)}: {put}")
        if not self._same(put, gate, oracle, tally):
            return
        if verdict.retry_at:
            self._retry(put, verdict.retry_at, rng, tally)
        elif verdict.decision is Decision.REFUSE:
            self._never(put, rng, tally)

    def _same(self, put: Put, gate: set[str], oracle: set[str], tally: Tally) -> bool:
        if gate == oracle:
            return True
        found = self._open(put, gate, oracle)
        if set().union(*found.values()) >= gate ^ oracle:
            tally.open.update(list(found))
        else:
            only = f"gate only {sorted(gate - oracle)}, oracle only {sorted(oracle - gate)}"
            tally.wrong.append(f"{only}: {put}")
        return False

    def _open(self, put: Put, gate: set[str], oracle: set[str]) -> dict[str, set[str]]:
        """The open questions this disagreement touches, each with the rules it explains."""
        matter = Matter(self, put, gate, oracle)
        found = {name: explains(matter) & (gate ^ oracle) for name, explains in OPEN.items()}
        return {name: rules for name, rules in found.items() if rules}

    def _retry(self, put: Put, at: datetime, rng: Random, tally: Tally) -> None:
        if any(consent.at > put.now for consent in put.ask.consents):
            return  # given in a second's time: that is something else happening
        tally.checked["retry_at"] += 1
        if at <= put.now:
            tally.wrong.append(f"retry_at {at} is not later: {put}")
        between = sorted(put.now + rng.random() * (at - put.now) for _ in range(5))
        for early in (*between, at - SECOND, at - MICRO):
            if put.now < early < at:
                self._refused_at(replace(put, now=early), tally, f"lawful before retry_at {at}")
        later = replace(put, now=at)
        if self.oracle(later) and self._same(later, self.gate(later), self.oracle(later), tally):
            tally.wrong.append(f"refused at retry_at by {sorted(self.oracle(later))}: {later}")

    def _never(self, put: Put, rng: Random, tally: Tally) -> None:
        if any(consent.at > put.now for consent in put.ask.consents):
            return
        tally.checked["refuse"] += 1
        for _ in range(3):
            later = replace(put, now=put.now + rng.random() * SEARCHED * SECOND)
            if not self.oracle(later) and not self.gate(later):
                if why := self._gives_up(put):
                    tally.open[why] += 1
                else:
                    tally.wrong.append(f"lawful, though no instant was known: {later}")

    def _gives_up(self, put: Put) -> str | None:
        """Why the gate may know of no lawful instant where there is one."""
        if put.now.year < 2020:
            return "no instant known: years before the first whose holidays are known"
        return None

    def _refused_at(self, put: Put, tally: Tally, what: str) -> None:
        oracle = self.oracle(put)
        if not oracle and self._same(put, self.gate(put), oracle, tally):
            tally.wrong.append(f"{what}: {put}")


@dataclass(frozen=True, slots=True)
class Matter:
    """One disagreement, for the questions to explain."""

    court: Court
    put: Put
    gate: set[str]
    oracle: set[str]

    def stricter(self, *kinds: str) -> set[str]:
        """Rules of these kinds by which only the oracle refuses."""
        return {name for name in self.oracle - self.gate if self.court.kind(name) in kinds}

    def looser(self, *kinds: str) -> set[str]:
        """Rules of these kinds by which only the gate refuses."""
        return {name for name in self.gate - self.oracle if self.court.kind(name) in kinds}

    def place(self) -> Place | None:
        return number_place(self.put.ask.phone)

    def inbound(self, channel: Channel) -> list[PastContact]:
        past = self.put.ask.history
        return [p for p in past if p.direction is Direction.INBOUND and p.channel is channel]


Explains = Callable[[Matter], set[str]]


def _half_second(matter: Matter) -> set[str]:
    whole = replace(matter.put, now=matter.put.now.replace(microsecond=0))
    unlifted = replace(whole, ask=replace(whole.ask, consents=()))
    plain = replace(unlifted, ask=replace(unlifted.ask, purpose=Purpose.COLLECTION))
    closed = matter.court.gate(whole) | matter.court.gate(unlifted) | matter.court.gate(plain)
    return (matter.stricter("hours", "margin") & closed) | matter.looser("margin")


def _refused_after(matter: Matter) -> set[str]:
    ask = matter.put.ask
    wrote = [past.at for past in matter.inbound(ask.channel) if past.at <= matter.put.now]
    refused = [stop.at for stop in ask.suppressions if stop.reason is SuppressionReason.REFUSED_CHANNEL]
    after = ask.purpose is Purpose.REPLY and bool(wrote) and any(at >= max(wrote) for at in refused)
    return matter.stricter("stop") if after else set()


def _no_region(matter: Matter) -> set[str]:
    parted = {book.get("country") for book in matter.court.law.books if book.get("regions")}
    bare = any(address.country in parted and not address.region for address in matter.put.ask.addresses)
    return matter.gate ^ matter.oracle if bare else set()


def _unknown_number(matter: Matter) -> set[str]:
    known = phonenumbers.is_valid_number(phonenumbers.parse(matter.put.ask.phone.e164))
    return matter.gate ^ matter.oracle if matter.place() and not known else set()


def _split_area_code(matter: Matter) -> set[str]:
    place = matter.place()
    return matter.oracle - matter.gate if place and place.area_code in ("606", "418", "867") else set()


def _maybe_mobile(matter: Matter) -> set[str]:
    place = matter.place()
    return matter.oracle - matter.gate if place and place.anywhere and place.zones else set()


def _nameless_text(matter: Matter) -> set[str]:
    nameless = any(past.phone is None for past in matter.inbound(Channel.SMS))
    return matter.stricter("consent") if nameless else set()


def _call_starts_text_wait(matter: Matter) -> set[str]:
    return matter.stricter("wait") if matter.inbound(Channel.CALL) else set()


def _silent_stop(matter: Matter) -> set[str]:
    silent = {name for name in matter.looser("stop") if name.startswith("POLICY-")}
    return silent | {name for name in matter.stricter("stop") if name.startswith("STOP-")} if silent else set()


def _called_since(matter: Matter) -> set[str]:
    ask = matter.put.ask
    other = any(p.direction is Direction.OUTBOUND and p.channel is not ask.channel for p in ask.history)
    return matter.oracle - matter.gate if ask.purpose is Purpose.OPT_OUT_CONFIRMATION and other else set()


def _answer_margin(matter: Matter) -> set[str]:
    answers = matter.put.ask.purpose in (Purpose.REPLY, Purpose.OPT_OUT_CONFIRMATION)
    return matter.looser("margin") if answers else set()


def _no_country(matter: Matter) -> set[str]:
    return matter.stricter("NO-RULEBOOK") if not matter.put.ask.addresses and not matter.place() else set()


def _talked_by_text(matter: Matter) -> set[str]:
    talks = any(p.channel is Channel.SMS and p.disposition is Disposition.RIGHT_PARTY for p in matter.put.ask.history)
    return matter.stricter("US-F-27") if talks else set()


# Each is told in the words it is about. The oracle holds the stricter reading; an entry goes when the gate holds it too.
OPEN: dict[str, Explains] = {
    "ends excluded: the first lawful second is 08:00:01, not 08:00:00.000001": _half_second,
    "one answer in a medium refused *and then* used: not to a message older than the refusal": _refused_after,
    "an address without a region may be in every region of its country": _no_region,
    "a number unknown to libphonenumber still has a country and an area code": _unknown_number,
    "area codes 418, 606, 867 lie in several zones": _split_area_code,
    "a number that may be mobile says its country, no more": _maybe_mobile,
    "or_wrote: a text from an unnamed number is not one from this number": _nameless_text,
    "wait: a call from the debtor starts it whatever the channels": _call_starts_text_wait,
    "law_is_silent holds for rules of `stop` too": _silent_stop,
    "opt_out_confirmation: nothing sent since, on any channel": _called_since,
    "margin: an answer when it is placed is one, also so many seconds later": _answer_margin,
    "no country known at all: no rulebook covers it, whatever `*` adopts": _no_country,
    "a requested callback is used up by a conversation on any channel": _talked_by_text,
}
