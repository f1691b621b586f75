"""What does a message know? The facts the engine hands over, and the names templates call them by.

Names come from other people's books: control and direction characters are taken out, overlong ones cut, and an account
is shown by its last four characters only, whatever was handed over.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any

from jinja2 import StrictUndefined

from outreach.core.terms import Channel, Collector, Inconvenient, Money, PhonePlace
from outreach.messages.segments import Encoding

COMPANY_LENGTH = 60
PERSON_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Loan:
    """One loan to speak about. `account` may be whole or masked: only its last four characters are ever shown."""

    ref: str
    account: str
    amount: Money
    due_on: date
    days_past_due: int
    product: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one message may say. Dates and `callback_at` are in the debtor's own zone.

    `choices`: the days the keypress menu offers, first key first. `noted`: the times the debtor just ruled out.
    `instalments`: of a promise of several payments, the day and amount of each. `part_paid`: part of what was due came of
    late, and the amounts are what is left.
    """

    creditor: str
    company: str
    callback_phone: str
    loans: tuple[Loan, ...]
    today: date
    debtor_name: str | None = None
    collector: Collector = Collector.FIRST_PARTY
    agent: str | None = None
    promise_on: date | None = None
    promise_amount: Money | None = None
    offered_on: date | None = None
    callback_at: datetime | None = None
    choices: tuple[date, ...] = ()
    noted: tuple[Inconvenient, ...] = ()
    instalments: tuple[tuple[date, Money], ...] = ()
    offered_amount: Money | None = None
    part_paid: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to send. `forced_by`: the characters that made it UCS-2. A voice text has no segments (0)."""

    body: str
    language: str
    segments: int
    encoding: Encoding
    forced_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A name a template may use: its `kind` (text, money, date, time, number, yes/no, loan, loans, dates), and if it
    `can_be_empty`. `debt`: using it tells the listener that there is one.
    """

    kind: str
    what: str
    can_be_empty: bool = False
    debt: bool = False


VARIABLES: Mapping[str, Variable] = {
    "sender": Variable("text", "who writes: the creditor, or the company when it collects for another"),
    "creditor": Variable("text", "whose loan it is"),
    "company": Variable("text", "our own name"),
    "third_party": Variable("yes/no", "true when the company collects for another", debt=True),
    "callback_phone": Variable("text", "the number a debtor may call; write `callback_phone|phone`"),
    "today": Variable("date", "the debtor's local day"),
    "debtor_name": Variable("text", "the debtor", can_be_empty=True),
    "agent": Variable("text", "a colleague's name", can_be_empty=True),
    "loan": Variable("loan", "the loan, or the one due first of several", can_be_empty=True, debt=True),
    "loans": Variable("loans", "all loans, the one due first at the front", debt=True),
    "several": Variable("yes/no", "true when there is more than one loan", debt=True),
    "count": Variable("number", "how many loans", debt=True),
    "totals": Variable("money", "the amounts due, added up for each currency", debt=True),
    "part_paid": Variable(
        "yes/no", "true when part of what was due came of late: the amounts are what is left", debt=True
    ),
    "promise_on": Variable("date", "the day the debtor promised", can_be_empty=True, debt=True),
    "promise_amount": Variable("money", "what the debtor promised", can_be_empty=True, debt=True),
    "instalments": Variable(
        "instalments", "several payments promised; write `instalments|plan`", can_be_empty=True, debt=True
    ),
    "offered_on": Variable("date", "the day our last message proposed", can_be_empty=True, debt=True),
    "offered_amount": Variable(
        "money", "the amount proposed with it, if not all that is due", can_be_empty=True, debt=True
    ),
    "callback_at": Variable("time", "when the debtor asked to be called", can_be_empty=True),
    "noted": Variable("yes/no", "true when the debtor just said when, or where, not to contact them"),
    "only_after": Variable("time", "contact is wanted only after this hour", can_be_empty=True),
    "only_before": Variable("time", "contact is wanted only before this hour", can_be_empty=True),
    "not_from": Variable("time", "no contact from this hour on, up to `not_to`", can_be_empty=True),
    "not_to": Variable("time", "the end of `not_from`", can_be_empty=True),
    "not_on": Variable("weekdays", "days of the week without contact; write `not_on|weekdays`", can_be_empty=True),
    "not_at_work": Variable("yes/no", "true when they do not want to be reached at work"),
    "calls_only": Variable("yes/no", "true when what was noted is about calls, not texts"),
    "texts_only": Variable("yes/no", "true when what was noted is about texts, not calls"),
    "choices": Variable("dates", "the days offered by keypress", debt=True),
}

LOAN_FIELDS: Mapping[str, Variable] = {
    "account": Variable("text", "the last four characters of the account", debt=True),
    "amount": Variable("money", "what is due on it", debt=True),
    "due_on": Variable("date", "when it is or was due", debt=True),
    "days_past_due": Variable("number", "negative before the due date", debt=True),
    "product": Variable("text", "the kind of loan", can_be_empty=True, debt=True),
}


class Empty(StrictUndefined):
    """A fact that was not given: false when asked about, an error when printed or formatted."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]  # the parent raises
        return False


@cache
def empty(name: str) -> Empty:
    """What a template finds under the name of a fact that was not given."""
    return Empty(hint=f"`{name}` is empty", name=name)


@lru_cache(maxsize=8192)
def clean(text: str, length: int) -> str:
    """Only what can be read: no control, format or direction characters, single spaces, at most `length` characters."""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", text)
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    shown = " ".join(text.split())
    if len(shown) <= length:
        return shown
    head, _, tail = shown[: length + 1].rpartition(" ")
    return head if len(tail) < length // 2 else shown[:length]


def last_four(account: str) -> str:
    """The last four letters or digits: `****4567` and `1234-5674567` are both `4567`."""
    return "".join(c for c in account if c.isascii() and c.isalnum())[-4:]


def context(facts: Facts) -> dict[str, Any]:
    """The facts under the names of `VARIABLES`, cleaned; what is missing is `Empty`."""
    loans = [_view(loan) for loan in sorted(facts.loans, key=lambda loan: (loan.due_on, loan.ref))]
    third_party = facts.collector is Collector.THIRD_PARTY
    given = {
        "sender": clean(facts.company if third_party else facts.creditor, COMPANY_LENGTH),
        "creditor": clean(facts.creditor, COMPANY_LENGTH),
        "company": clean(facts.company, COMPANY_LENGTH),
        "callback_phone": clean(facts.callback_phone, PERSON_LENGTH),
        "debtor_name": clean(facts.debtor_name or "", PERSON_LENGTH),
        "agent": clean(facts.agent or "", PERSON_LENGTH),
        "loan": loans[0] if loans else None,
        "promise_on": facts.promise_on,
        "promise_amount": facts.promise_amount,
        "instalments": facts.instalments or None,
        "offered_on": facts.offered_on,
        "offered_amount": facts.offered_amount,
        "callback_at": facts.callback_at,
    }
    always = {
        "third_party": third_party,
        "today": facts.today,
        "loans": loans,
        "several": len(loans) > 1,
        "count": len(loans),
        "totals": totals(loan.amount for loan in facts.loans),
        "part_paid": facts.part_paid,
        "choices": list(facts.choices),
        "noted": bool(facts.noted),
        "not_at_work": any(times.place is PhonePlace.WORK for times in facts.noted),
        "calls_only": {times.channel for times in facts.noted} == {Channel.CALL},
        "texts_only": {times.channel for times in facts.noted} == {Channel.SMS},
    }
    given |= _hours(facts.noted)
    return always | {name: empty(name) if value in (None, "") else value for name, value in given.items()}


EVERY_DAY, MIDNIGHT = frozenset(range(1, 8)), time(0)


def _hours(noted: Iterable[Inconvenient]) -> dict[str, Any]:
    """The times ruled out, by the names templates call them by; several are told as one only where that says no less."""
    found: dict[str, Any] = dict.fromkeys(("only_after", "only_before", "not_from", "not_to", "not_on"))
    for times in noted:
        if times.place is not None:
            continue
        daily = times.days == EVERY_DAY
        if daily and times.start == MIDNIGHT:
            found["only_after"] = max(times.end, found["only_after"] or MIDNIGHT)
        elif daily and times.end == MIDNIGHT:
            found["only_before"] = min(times.start, found["only_before"] or times.start)
        elif not daily:
            found["not_on"] = tuple(sorted({*times.days, *(found["not_on"] or ())}))
        if not (daily and MIDNIGHT in (times.start, times.end)) and times.start != times.end:
            found["not_from"], found["not_to"] = times.start, times.end
    return found


def tellable(noted: Iterable[Inconvenient]) -> bool:
    """Can a message say these times in one sentence? At most one span within a day, and no days beside it but its own."""
    spans = {(t.days, t.start, t.end) for t in noted if t.place is None and MIDNIGHT not in (t.start, t.end)}
    partly = {t for t in noted if t.place is None and t.days != EVERY_DAY and t.start != t.end}
    whole_days = {t for t in noted if t.place is None and t.days != EVERY_DAY and t.start == t.end}
    return len(spans | {(t.days, t.start, t.end) for t in partly}) <= 1 and not (partly and whole_days)


def totals(amounts: Iterable[Money]) -> list[Money]:
    """The amounts added up for each currency, in order of appearance."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return [Money(minor, currency) for currency, minor in sums.items()]


def _view(loan: Loan) -> dict[str, Any]:
    product = clean(loan.product or "", PERSON_LENGTH)
    return {
        "account": last_four(loan.account) or last_four(loan.ref) or empty("loan.account"),
        "amount": loan.amount,
        "due_on": loan.due_on,
        "days_past_due": loan.days_past_due,
        "product": product or empty("loan.product"),
    }
