"""A debtor offers to pay. Is it noted, is the nearest day or amount offered instead, or does a person talk to them?

What may be noted is a supervisor's (`promises:` in config/outreach.yaml, weighed by `core.negotiation`). A counter-offer
spells its day and amount out, and a bare yes takes it. Nothing here takes less for all that is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from outreach.core.negotiation import Standing
from outreach.core.terms import Money, PromisedPayment, PromiseStatus
from outreach.engine import assemble
from outreach.store.facts import CaseOnFile, Person, PromiseOnFile


def due(loans: Sequence[CaseOnFile]) -> Money | None:
    """All that is due of these loans; None in several currencies, or of none."""
    currencies = {loan.currency for loan in loans}
    return Money(sum(loan.amount_due_minor for loan in loans), currencies.pop()) if len(currencies) == 1 else None


def standing(person: Person, loans: Sequence[CaseOnFile], now: datetime, *, anew: bool) -> Standing:
    """Where the debtor stands with these loans. `anew`: they name a day themselves, which may put off one that stands."""
    firsts = [first for loan in loans if (first := _first_promised(loan.promises)) is not None] if anew else []
    missed = max((_missed(loan.promises) for loan in loans), default=0)
    return Standing(assemble.today(person, now), due(loans), min(firsts, default=None), missed)


def _first_promised(made: Sequence[PromiseOnFile]) -> date | None:
    """The day first promised of the promise that stands, through every day that took its place."""
    standing = [promise for promise in made if promise.status is PromiseStatus.OPEN]
    if not standing:
        return None
    began = min(promise.made_at for promise in standing)
    first = min(promise.on for promise in standing if promise.made_at == began)
    for earlier in sorted(made, key=lambda promise: promise.made_at, reverse=True):
        if earlier.status is PromiseStatus.CANCELLED and earlier.settled_at == began:
            began, first = earlier.made_at, earlier.on
    return first


def _missed(made: Sequence[PromiseOnFile]) -> int:
    """How often a promise was broken, or taken back with none in its place, since one was kept."""
    kept = max((p.made_at for p in made if p.status is PromiseStatus.KEPT), default=None)
    since = [promise for promise in made if kept is None or promise.made_at > kept]
    replaced = {promise.made_at for promise in made}
    return len(set(_gone(since, replaced)))


def _gone(made: Iterable[PromiseOnFile], replaced: set[datetime]) -> Iterable[datetime]:
    for promise in made:
        broken = promise.status is PromiseStatus.BROKEN
        taken_back = promise.status is PromiseStatus.CANCELLED and promise.settled_at not in replaced
        if broken or taken_back:
            yield promise.made_at


def named(promise: PromisedPayment | None, instalments: Sequence[PromisedPayment]) -> tuple[PromisedPayment, ...]:
    """What a text promises: its instalments, else its one day."""
    return tuple(instalments) or ((promise,) if promise is not None else ())
