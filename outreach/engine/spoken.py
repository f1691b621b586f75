"""A text names a day and no sum. Which sum was spoken of last, by them or by us, and does it still hold?

"i can do 50" - "Reply with the day you will pay $50.00" - "friday": that is 50 on Friday. A sum holds while it is the last word
of the conversation: not past a reminder of ours, a payment, a call or a colleague who dealt with it, nor past `WITHIN`. Where
they have talked of something else since, or of a sum that can't be told, none is sure and a person looks: what is noted is never
more than what they offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from outreach.core.money import read_amount, write_amount
from outreach.core.terms import AttemptState, Channel, EventKind, Intent, IntentKind, Money, PromiseStatus
from outreach.engine import negotiating, promises
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import attempts, case_events, inbound_messages

WITHIN = timedelta(days=7)  # a sum spoken of before that is of another conversation
LOOKED_AT = 12  # texts, and messages, of one conversation
# A message of these is no word on something else: "tuesday" may be two days, "ok let me see" is anything.
NOT_ASIDE = frozenset({IntentKind.PROMISE, IntentKind.ACCEPT, IntentKind.UNCLEAR})
NOTED = frozenset({"promise_confirmed", "plan_confirmed"})  # what was spoken of is a promise now
# After these a sum spoken of before is no longer the last word: a colleague at work, a call, money, a promise.
SINCE = (
    EventKind.NOTED,
    EventKind.IDENTIFIED,
    EventKind.PAID,
    EventKind.PAYMENT_REVERSED,
    EventKind.PROMISED,
    EventKind.CLOSED,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """`amount` None: no sum, all that is due is meant; unless it is `unsure`: less may be meant, and nobody knows how much."""

    amount: Money | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    """One text or message of the conversation. `sum_` or `unsure`: what it says of a sum; `aside`: it is of something else;
    `over`: what was before it counts no more."""

    at: datetime
    sum_: Money | None = None
    unsure: bool = False
    aside: bool = False
    over: bool = False


def kept(intent: Intent) -> dict[str, Any] | None:
    """What a message says of a sum, as it is kept with it."""
    sum_ = {"amount": write_amount(intent.amount), "currency": intent.amount.currency} if intent.amount else {}
    unsure = {"unsure": True} if intent.sum_unsure or intent.settles else {}
    return {**sum_, **unsure} or None


def smaller(amount: Money | None, loans: Sequence[CaseOnFile]) -> Money | None:
    """The sum where it is less than what is due by now; None otherwise: then all that is due is meant."""
    due = negotiating.due(loans)
    less = amount is not None and due is not None and amount.currency == due.currency and 0 < amount.minor < due.minor
    return amount if less else None


def of_thread(
    tx: Connection, person: Person, loans: Sequence[CaseOnFile], now: datetime, *, since: datetime | None = None
) -> Spoken | None:
    """The sum that was last spoken of, after `since` if given; None: none was."""
    earliest = now - WITHIN
    word = _last_word(tx, person.id, loans, max(since or earliest, earliest))
    if word is None or _went_on(tx, loans, word.at):
        return None
    return Spoken(unsure=True) if word.unsure else Spoken(smaller(word.sum_, loans))


def standing(loans: Sequence[CaseOnFile]) -> Spoken:
    """The sum of the promise that stands: a day alone puts it off. Of several days it is not sure which is meant."""
    made = [(loan.id, promise) for loan in loans for promise in loan.promises if promise.status is PromiseStatus.OPEN]
    minor = sum(max(0, promise.amount_minor - promise.paid_minor) for _, promise in made)
    left = smaller(Money(minor, loans[0].currency), loans) if loans else None
    promised = [loan_id for loan_id, _ in made]
    if len(promised) > len(set(promised)):  # instalments
        return Spoken(unsure=True)
    if left is None:
        return Spoken()
    alike = len({(promise.made_at, promise.on) for _, promise in made}) == 1
    same = set(promised) == {loan.id for loan, _ in promises.shared_out(loans, left)}
    return Spoken(left) if alike and same else Spoken(unsure=True)


def _last_word(tx: Connection, debtor_id: int, loans: Sequence[CaseOnFile], since: datetime) -> _Word | None:
    """The last text or message that speaks of a sum; not sure if they have spoken of something else since."""
    aside = False
    words = [*_ours(tx, debtor_id, loans, since), *_theirs(tx, debtor_id, since)]
    for word in sorted(words, key=lambda word: word.at, reverse=True):
        if word.over:
            return None
        if word.sum_ is not None or word.unsure:
            return replace(word, unsure=word.unsure or aside)
        aside = aside or word.aside
    return None


def _ours(tx: Connection, debtor_id: int, loans: Sequence[CaseOnFile], since: datetime) -> Iterator[_Word]:
    a = attempts.c
    query = select(a.reserved_at, a.step, a.template, a.offered_minor).where(
        a.debtor_id == debtor_id,
        a.channel == Channel.SMS,
        a.state.in_((AttemptState.PLACED, AttemptState.FINAL, AttemptState.IN_DOUBT)),
        a.reserved_at > since,
    )
    for row in tx.execute(query.order_by(a.id.desc()).limit(LOOKED_AT)):
        offered = Money(row.offered_minor, loans[0].currency) if row.offered_minor is not None and loans else None
        over = row.step is not None or row.template in NOTED
        yield _Word(row.reserved_at, sum_=offered, over=over and offered is None)


def _theirs(tx: Connection, debtor_id: int, since: datetime) -> Iterator[_Word]:
    m = inbound_messages.c
    query = select(m.received_at, m.intent, m.read).where(m.debtor_id == debtor_id, m.received_at > since)
    yield from map(_said, tx.execute(query.order_by(m.id.desc()).limit(LOOKED_AT)))


def _said(row: Row[Any]) -> _Word:
    read = row.read or {}
    sum_ = read_amount(read["amount"], read["currency"]) if "amount" in read else None
    aside = sum_ is None and row.intent not in NOT_ASIDE
    return _Word(row.received_at, sum_=sum_, unsure="unsure" in read, aside=aside)


def _went_on(tx: Connection, loans: Sequence[CaseOnFile], since: datetime) -> bool:
    """Did anything of `SINCE` happen? A colleague who wrote that text themselves deals with the rest of it after."""
    e = case_events.c
    query = select(e.at, e.kind).where(e.case_id.in_([loan.id for loan in loans]), e.kind.in_(SINCE), e.at >= since)
    rows = tx.execute(query).all()
    by_hand = any(row.at == since and row.kind == EventKind.NOTED for row in rows)
    return any(row.at > since and not (by_hand and row.kind == EventKind.NOTED) for row in rows)
