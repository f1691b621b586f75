"""They name a day, or say yes, or no: is it noted, asked for, offered otherwise, or a person's?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from outreach.core import negotiation
from outreach.core.terms import IntentKind, PromisedPayment
from outreach.engine import assemble, negotiating, promises, spoken
from outreach.engine.answers import Answer, said_lately
from outreach.engine.heard import Heard, for_a_person, hand_over
from outreach.engine.spoken import Spoken


def promise(heard: Heard) -> Answer | None:
    """Noted, or the nearest offered, or a person's: see `negotiating`."""
    intent = heard.intent
    if intent.settles and heard.loans:  # less for all of it is nobody's to grant but a person's
        return Answer("reply_noted")
    if intent.needs_human and not intent.instalments:
        return _too_far(heard) or _ask_day(heard)
    parts = negotiating.named(intent.promise, intent.instalments)
    return _weighed(heard, parts) if heard.loans and parts else _ask_day(heard)


def _ask_day(heard: Heard) -> Answer:
    """Which day? The sum they named is said back with it, and stands when they name the day alone."""
    intent = heard.intent
    named = intent.amount is not None or intent.sum_unsure
    amount = spoken.smaller(intent.amount, heard.loans) if named else heard.sum_spoken_of().amount
    asks = Answer("ask_date", amount=amount)
    return _once(heard, asks) if intent.needs_human else asks


def _once(heard: Heard, asks: Answer) -> Answer:
    """Who was asked within a day, and named none, is not asked again: a colleague reads it, and they are told so."""
    return Answer("reply_noted") if said_lately(heard.tx, heard.person.id, asks, heard.now) else asks


def _weighed(heard: Heard, parts: tuple[PromisedPayment, ...]) -> Answer:
    """A day alone is of the sum that was spoken of before, if it is sure which; else of all that is due."""
    if len(parts) == 1 and parts[0].amount is None:
        said = Spoken(unsure=True) if heard.intent.sum_unsure else heard.sum_spoken_of()
        if said.unsure:
            return _sum_unsure(heard)
        parts = (replace(parts[0], amount=said.amount),)
    anew = heard.intent.kind is not IntentKind.ACCEPT
    where = negotiating.standing(heard.person, heard.loans, heard.now, anew=anew)
    weighed = negotiation.weigh(parts, where, heard.runtime.policy.promise_limits)
    if weighed.accepted:
        return _make(heard, parts)
    if weighed.counter is not None and not heard.offered_that(weighed.counter):
        return Answer("counter_offer", offered=weighed.counter)
    for_a_person(heard, f"promise: {weighed.because}")
    return Answer("reply_noted")


def _sum_unsure(heard: Heard) -> Answer:
    """A day, and of which sum nobody knows: a person reads it beside what they wrote before."""
    hand_over(heard, "promise: a day, but it is not sure of which sum")
    return Answer("reply_noted")


def _make(heard: Heard, parts: tuple[PromisedPayment, ...]) -> Answer:
    totals = promises.make_several(heard.tx, heard.person, heard.loans, parts, "sms", heard.now, heard.runtime.policy)
    if len(parts) == 1:
        return Answer("promise_confirmed", promise=(parts[0].on, totals[0]))
    plan = tuple((part.on, part.amount) for part in parts if part.amount is not None)
    return Answer("plan_confirmed", plan=plan)


def _too_far(heard: Heard) -> Answer | None:
    """A day that is plain but later than we may note: the nearest is offered, which only a yes makes a promise."""
    latest = assemble.today(heard.person, heard.now) + timedelta(days=heard.runtime.policy.promise_limits.latest_days)
    return _weighed(heard, (heard.far,)) if heard.far is not None and heard.far.on > latest else None


def decline(heard: Heard) -> Answer | None:
    """ "No" to a promise we noted takes it back; otherwise a person talks to somebody who says no."""
    instead = spoken.smaller(heard.intent.amount, heard.loans)
    amount = instead or spoken.standing(heard.loans).amount
    if promises.cancel(heard.tx, heard.person, heard.now):
        return Answer("promise_cancelled", amount=amount)
    for_a_person(heard, "reply: decline")
    return _once(heard, Answer("ask_date", amount=amount))
