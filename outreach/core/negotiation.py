"""May a promise be noted as it is, is there a nearest one to offer instead, or does a person talk to the debtor?

The limits are a supervisor's. Whatever is below what is due is a partial payment: nothing here settles or waives a debt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from itertools import pairwise

from outreach.core.terms import Money, PromisedPayment


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be agreed. Days count from the debtor's today; `minimum` in minor units by currency.

    `minimum_share`: of what is due. `extension_days`: how long after the day first promised a promise may be put off to.
    `repromise_limit`: so many promises broken or taken back, none kept since, and a person talks to them.
    """

    earliest_days: int = 0
    latest_days: int = 60
    minimum: Mapping[str, int] = field(default_factory=dict)
    minimum_share: Decimal = Decimal(0)
    instalments: int = 4
    least_days_apart: int = 5
    most_days_apart: int = 31
    extension_days: int = 14
    repromise_limit: int = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the debtor stands. `due`: all that is due, None in several currencies. `first_on`: the day first promised of a
    promise that still stands and would be put off. `missed`: promises broken or taken back since one was kept."""

    today: date
    due: Money | None
    first_on: date | None = None
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Weighed:
    """Noted as it is when `because` is empty; else `counter` is the nearest to offer, None: a person."""

    because: str = ""
    counter: PromisedPayment | None = None

    @property
    def accepted(self) -> bool:
        return not self.because


def weigh(parts: Sequence[PromisedPayment], standing: Standing, limits: Limits) -> Weighed:
    """One promise, or several instalments in the order due."""
    if standing.missed >= limits.repromise_limit:
        return Weighed(f"{standing.missed} promises broken or taken back")
    return _one(parts[0], standing, limits) if len(parts) == 1 else _several(parts, standing, limits)


def _one(part: PromisedPayment, standing: Standing, limits: Limits) -> Weighed:
    earliest, latest = _days(standing, limits)
    if latest < earliest:
        return Weighed("no day is left to put it off to")
    nearest = replace(part, on=min(max(part.on, earliest), latest))
    least = _least(part.amount, standing.due, limits)
    if least is not None:
        nearest = replace(nearest, amount=least)
    if nearest == part:
        return Weighed()
    why = (
        "the amount" if nearest.on == part.on else "the day" if nearest.amount == part.amount else "the day and amount"
    )
    return Weighed(f"{why} is outside the limits", nearest)


def _days(standing: Standing, limits: Limits) -> tuple[date, date]:
    earliest = standing.today + timedelta(days=limits.earliest_days)
    latest = standing.today + timedelta(days=limits.latest_days)
    if standing.first_on is not None:
        latest = min(latest, standing.first_on + timedelta(days=limits.extension_days))
    return earliest, latest


def _least(amount: Money | None, due: Money | None, limits: Limits) -> Money | None:
    """The least amount that may be promised, if this one is below it. Never more than is due."""
    if amount is None or due is None or due.currency != amount.currency:
        return None
    share = int((Decimal(due.minor) * limits.minimum_share).to_integral_value(ROUND_UP))
    least = min(due.minor, max(share, limits.minimum.get(amount.currency, 0)))
    return Money(least, due.currency) if amount.minor < least else None


def _several(parts: Sequence[PromisedPayment], standing: Standing, limits: Limits) -> Weighed:
    """Of a plan outside the limits no nearest one is sure: a person agrees on another."""
    earliest, latest = _days(standing, limits)
    gaps = [(later.on - sooner.on).days for sooner, later in pairwise(parts)]
    table = (
        (len(parts) > limits.instalments, f"{len(parts)} instalments, at most {limits.instalments}"),
        (any(part.amount is None for part in parts), "an instalment without an amount"),
        (not all(earliest <= part.on <= latest for part in parts), "an instalment too early or too late"),
        (
            not all(limits.least_days_apart <= gap <= limits.most_days_apart for gap in gaps),
            "instalments too near or far",
        ),
        (any(_least(part.amount, standing.due, limits) for part in parts), "an instalment too small"),
        (_above(parts, standing.due), "instalments of more than is due"),
    )
    return Weighed(next((why for holds, why in table if holds), ""))


def _above(parts: Sequence[PromisedPayment], due: Money | None) -> bool:
    return due is None or sum(part.amount.minor for part in parts if part.amount) > due.minor
