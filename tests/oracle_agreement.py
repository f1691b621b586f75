"""Do the gate and the oracle say the same? One ask at a time, rule by rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from oracle_asks import Maker, Put

from outreach.campaigns import load_rulebooks
from outreach.core.gate import judge
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import Decision
from outreach.core.zones import zone
from outreach.oracle import Law, lawful, load_law
from outreach.oracle.places import candidates

SECOND, MICRO = timedelta(seconds=1), timedelta(microseconds=1)
KINDS = ("hours", "cap", "wait", "consent", "stop", "margin")
FIRST_HOLIDAYS = 2020
SEARCHED = 400 * 86_400  # seconds in which the gate looks for a lawful instant


@dataclass(slots=True)
class Tally:
    """What a run found: per rule how often it refused and how often, aimed at, it did not; what is wrong."""

    asks: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.asks += other.asks
        for name in ("refused", "passed", "checked"):
            getattr(self, name).update(getattr(other, name))
        self.wrong += other.wrong


class Court:
    """One folder of rulebooks before both judges."""

    def __init__(self, folder: Path, adopted: dict[str, str]) -> None:
        self.law: Law = load_law(folder, adopted)
        self.books: Rulebooks = load_rulebooks(folder, adopted)
        self.rules = [rule["rule"] for book in self.law.books for rule in book["rules"]]

    def gate(self, put: Put) -> set[str]:
        return {refusal.rule for refusal in judge(put.ask, self.books, put.now, law_only=put.law_only).refusals}

    def oracle(self, put: Put) -> set[str]:
        return lawful(put.ask, self.law, put.now, law_only=put.law_only)

    def gate_later(self, put: Put, at: datetime) -> set[str]:
        return {rule for then in _later(put, at) for rule in self.gate(then)}

    def oracle_later(self, put: Put, at: datetime) -> set[str]:
        return {rule for then in _later(put, at) for rule in self.oracle(then)}

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
        tally.wrong.append(f"gate only {sorted(gate - oracle)}, oracle only {sorted(oracle - gate)}: {put}")
        return False

    def _retry(self, put: Put, at: datetime, rng: Random, tally: Tally) -> None:
        if any(consent.at > put.now for consent in put.ask.consents):
            return  # given in a second's time: that is something else happening
        tally.checked["retry_at"] += 1
        if at <= put.now:
            tally.wrong.append(f"retry_at {at} is not later: {put}")
        between = sorted(put.now + rng.random() * (at - put.now) for _ in range(5))
        for early in (*between, at - SECOND, at - MICRO):
            if put.now < early < at:
                self._refused_at(put, early, tally, f"lawful before retry_at {at}")
        gate, oracle = self.gate_later(put, at), self.oracle_later(put, at)
        if oracle and self._same(put, gate, oracle, tally):
            tally.wrong.append(f"refused at retry_at {at} by {sorted(oracle)}: {put}")

    def _never(self, put: Put, rng: Random, tally: Tally) -> None:
        if any(consent.at > put.now for consent in put.ask.consents):
            return
        tally.checked["refuse"] += 1
        for _ in range(3):
            at = put.now + rng.random() * SEARCHED * SECOND
            if not self.oracle_later(put, at) and not self.gate_later(put, at):
                self._lawful_after_all(put, tally, f"lawful at {at}, though no instant was known")

    def _refused_at(self, put: Put, at: datetime, tally: Tally, what: str) -> None:
        oracle = self.oracle_later(put, at)
        if not oracle and self._same(put, self.gate_later(put, at), oracle, tally):
            self._lawful_after_all(put, tally, f"{what} at {at}")

    def _lawful_after_all(self, put: Put, tally: Tally, what: str) -> None:
        if put.now.year < FIRST_HOLIDAYS:  # before the first year whose holidays are known no day is lawful
            tally.checked["too long ago"] += 1
        else:
            tally.wrong.append(f"{what}: {put}")


def _later(put: Put, at: datetime) -> list[Put]:
    """The same put later: by then the debt is later by the local days gone by, in each zone the debtor may be in."""
    gone = {
        (at.astimezone(zone(name)).date() - put.now.astimezone(zone(name)).date()).days for name in candidates(put.ask)
    }
    late = put.ask.days_past_due
    return [replace(put, now=at, ask=replace(put.ask, days_past_due=late + by)) for by in sorted(gone) or [0]]
