"""What follows from a reply, and what is said back: one row of `HANDLERS` for each thing it may mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from outreach.core import negotiation
from outreach.core.moment import CONFIRM_WITHIN
from outreach.core.terms import (
    CaseStatus,
    Channel,
    ConsentGivenTo,
    ConsentKind,
    EventKind,
    Intent,
    IntentKind,
    Money,
    PromisedPayment,
    Purpose,
    SuppressionReason,
    SuppressionScope,
)
from outreach.engine import assemble, callbacks, identity_theft, negotiating, pauses, promises, spoken, steering, stops
from outreach.engine.answers import Answer
from outreach.engine.runtime import Runtime
from outreach.engine.spoken import Spoken
from outreach.engine.tasks import add_task
from outreach.messages import tellable
from outreach.store import caselog
from outreach.store.caselog import Entry, instant
from outreach.store.facts import CaseOnFile, Person, PhoneOnFile
from outreach.store.tables import consents, inbound_messages, suppressions, tasks

ANSWER_WITHIN = timedelta(days=1)  # how soon a person should look at a reply


@dataclass(frozen=True, slots=True)
class Heard:
    """One reply, read: whose it is, about which loans, what it means, and when it came: before `now`, if nobody was here."""

    tx: Connection
    runtime: Runtime
    person: Person
    phone: PhoneOnFile
    loans: tuple[CaseOnFile, ...]
    intent: Intent
    message_id: int
    came_at: datetime
    now: datetime
    last: Row[Any] | None = None  # the text it answers
    far: PromisedPayment | None = None  # a day it names that is plain, but later than may be noted

    def sum_spoken_of(self) -> Spoken:
        """The sum that was spoken of before, where this names none. A yes takes what our last text offered, unless they have
        named another since; a day alone puts off the promise that stands."""
        yes = self.intent.kind is IntentKind.ACCEPT
        since = self.last.reserved_at if yes and self.last is not None else None
        found = spoken.of_thread(self.tx, self.person, self.loans, self.now, since=since)
        if found is not None:
            return found
        return Spoken(self.offered_amount) if yes else spoken.standing(self.loans)

    @property
    def offered_amount(self) -> Money | None:
        """What our last text proposed, if not all that is due."""
        if self.last is None or self.last.offered_minor is None or not self.loans:
            return None
        return Money(self.last.offered_minor, self.loans[0].currency)

    def offered_that(self, counter: PromisedPayment) -> bool:
        """Did our last text offer the very same?"""
        if self.last is None or self.last.template != "counter_offer":
            return False
        return (self.last.offered_on, self.offered_amount) == (counter.on, counter.amount)


def follow(heard: Heard) -> Answer | None:
    """What is done, and said back: what the words mean, and how they want to be contacted."""
    if heard.intent.identity_theft and heard.loans:
        identity_theft.claim(heard.tx, heard.person, heard.loans, heard.now, heard.message_id)
    wishes = heard.intent.wishes
    if wishes is None or not heard.loans:
        return HANDLERS[heard.intent.kind](heard)
    noted = steering.note(heard.tx, heard.runtime, heard.person, heard.loans, wishes, heard.now, heard.message_id)
    if wishes.call_instead:
        _call_instead(heard)
    only_said = wishes.alone and not wishes.call_instead
    answer = None if only_said else HANDLERS[heard.intent.kind](heard)
    if answer is not None:
        return replace(answer, noted=noted) if answer.purpose is Purpose.REPLY else answer
    if not only_said:
        return None
    if wishes.language:
        return Answer("language_changed", noted=noted)
    return Answer("limits_noted", noted=noted) if noted and tellable(noted) else Answer("reply_noted")


def _promise(heard: Heard) -> Answer | None:
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
    if intent.amount is not None or intent.sum_unsure:
        return Answer("ask_date", amount=spoken.smaller(intent.amount, heard.loans))
    return Answer("ask_date", amount=heard.sum_spoken_of().amount)


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
    waits = update(inbound_messages).where(inbound_messages.c.id == heard.message_id).values(state="needs_person")
    heard.tx.execute(waits)
    for_a_person(heard, "promise: a day, but it is not sure of which sum")
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


def suppress_number(tx: Connection, debtor_id: int, phone_id: int, now: datetime) -> None:
    stops.suppress(
        tx, debtor_id, SuppressionReason.OPT_OUT, SuppressionScope.PHONE, "sms", now,
        channel=Channel.SMS, phone_id=phone_id,
    )  # fmt: skip


def _opt_out(heard: Heard) -> Answer | None:
    """STOP ends texts to this number; words that mean everything end every contact (47 CFR 64.1200(a)(10))."""
    if heard.intent.channel is None:
        stops.suppress(heard.tx, heard.person.id, SuppressionReason.OPT_OUT, SuppressionScope.DEBTOR, "sms", heard.now)
    else:
        suppress_number(heard.tx, heard.person.id, heard.phone.id, heard.now)
    if heard.now - heard.came_at > CONFIRM_WITHIN:
        return None
    return Answer("opt_out_confirmed", Purpose.OPT_OUT_CONFIRMATION)


def _opt_in(heard: Heard) -> Answer | None:
    """START lifts the opt-out of texts to this number, and nothing else."""
    lifted = (
        update(suppressions)
        .where(
            suppressions.c.debtor_id == heard.person.id,
            suppressions.c.phone_id == heard.phone.id,
            suppressions.c.reason == SuppressionReason.OPT_OUT,
            suppressions.c.lifted_at.is_(None),
        )
        .values(lifted_at=heard.now)
    )
    heard.tx.execute(lifted)
    given = {"kind": ConsentKind.SMS, "given_to": ConsentGivenTo.US, "at": heard.now, "source": "sms"}
    heard.tx.execute(insert(consents).values(debtor_id=heard.person.id, phone_id=heard.phone.id, **given))
    _log_all(heard, EventKind.SUPPRESSION_LIFTED, {"reason": SuppressionReason.OPT_OUT, "source": "sms"}, replan=True)
    _log_all(heard, EventKind.CONSENTED, {"kind": ConsentKind.SMS, "source": "sms"})
    stops.facts_changed(heard.tx, heard.person.id, "texts are welcome again", heard.now)
    return Answer("opted_in")


def _stop(
    reason: SuppressionReason,
    scope: SuppressionScope = SuppressionScope.DEBTOR,
    *,
    channel: Channel | None = None,
    answer: str | None = None,
    task: str | None = None,
) -> Callable[[Heard], Answer | None]:
    """A handler that records a stop, asks a person to look where one must, and answers with `answer` if anything."""

    def handle(heard: Heard) -> Answer | None:
        phone_id = heard.phone.id if scope is SuppressionScope.PHONE else None
        stops.suppress(heard.tx, heard.person.id, reason, scope, "sms", heard.now, channel=channel, phone_id=phone_id)
        if task and not heard.intent.needs_human:
            for_a_person(heard, task)
        return Answer(answer) if answer else None

    return handle


def _dispute(heard: Heard) -> Answer | None:
    """One who says that somebody else took the loan in their name has said so, and has their stop."""
    if heard.intent.identity_theft and heard.loans:
        return None
    return _stop(SuppressionReason.DISPUTE, task="dispute")(heard)


def _decline(heard: Heard) -> Answer | None:
    """ "No" to a promise we noted takes it back; otherwise a person talks to somebody who says no."""
    instead = spoken.smaller(heard.intent.amount, heard.loans)
    amount = instead or spoken.standing(heard.loans).amount
    if promises.cancel(heard.tx, heard.person, heard.now):
        return Answer("promise_cancelled", amount=amount)
    for_a_person(heard, "reply: decline")
    return Answer("ask_date", amount=amount)


def _callback(heard: Heard) -> Answer | None:
    """An appointment: at its time we place the call, or a person does, who alone does when no time is sure."""
    at = heard.intent.callback_at
    ours = heard.phone.id if at is not None and not heard.intent.needs_human else None
    if at is not None:
        callbacks.forget_earlier(heard.tx, [loan.id for loan in heard.loans], heard.now)
    due_at = at or heard.now + timedelta(hours=1)
    add_task(heard.tx, heard.loans[:1], "callback", due_at, "asked by SMS", heard.now, phone_id=ours)
    wish = {"kind": ConsentKind.CALLBACK, "given_to": ConsentGivenTo.US, "at": heard.now, "source": "sms"}
    ends = (at or heard.now) + timedelta(days=7)  # comment 14(b)(3)(i)-2: at the latest on the seventh day
    heard.tx.execute(
        insert(consents).values(debtor_id=heard.person.id, phone_id=heard.phone.id, expires_at=ends, **wish)
    )
    _log_all(heard, EventKind.CALLBACK_REQUESTED, {"at": instant(at) if at else None, "source": "sms"})
    return Answer("callback_noted", callback_at=at)


def _call_instead(heard: Heard) -> None:
    """Texts end; they would rather be called, by a person."""
    add_task(heard.tx, heard.loans[:1], "callback", heard.now + timedelta(hours=1), "calls instead of texts", heard.now)
    _log_all(heard, EventKind.CALLBACK_REQUESTED, {"at": None, "source": "sms"})


def _rests(reason: SuppressionReason, answer: str) -> Callable[[Heard], Answer | None]:
    """A handler that lets reminders rest while a person looks."""

    def handle(heard: Heard) -> Answer | None:
        pauses.rest(heard.tx, heard.person, heard.loans, reason, heard.runtime.policy, heard.now)
        if not heard.intent.needs_human:
            for_a_person(heard, f"reply: {heard.intent.kind}")
        is_open = any(loan.status is not CaseStatus.CLOSED for loan in heard.loans)
        return Answer(answer if is_open else "reply_noted")

    return handle


def _unclear(_heard: Heard) -> Answer | None:
    return Answer("reply_noted")


def _help(_heard: Heard) -> Answer | None:
    return Answer("help")


HANDLERS: dict[IntentKind, Callable[[Heard], Answer | None]] = {
    IntentKind.PROMISE: _promise,
    IntentKind.ACCEPT: _promise,
    IntentKind.DECLINE: _decline,
    IntentKind.PAID: _rests(SuppressionReason.PAID, "thanks_paid"),
    IntentKind.OPT_OUT: _opt_out,
    IntentKind.OPT_IN: _opt_in,
    IntentKind.HELP: _help,
    IntentKind.STOP_CALLS: _stop(SuppressionReason.REFUSED_CHANNEL, channel=Channel.CALL, answer="reply_noted"),
    IntentKind.CEASE: _stop(SuppressionReason.CEASE, task="cease"),
    IntentKind.DISPUTE: _dispute,
    IntentKind.WRONG_NUMBER: _stop(SuppressionReason.WRONG_NUMBER, SuppressionScope.PHONE, task="wrong_number"),
    IntentKind.ATTORNEY: _stop(SuppressionReason.ATTORNEY, task="attorney"),
    IntentKind.BANKRUPTCY: _stop(SuppressionReason.BANKRUPTCY, task="bankruptcy"),
    IntentKind.DECEASED: _stop(SuppressionReason.DECEASED, task="deceased"),
    IntentKind.HARDSHIP: _rests(SuppressionReason.HARDSHIP, "hardship_noted"),
    IntentKind.CALLBACK: _callback,
    IntentKind.QUESTION: _rests(SuppressionReason.QUESTION, "reply_noted"),
    IntentKind.COMPLAINT: _stop(SuppressionReason.COMPLAINT, task="complaint"),
    IntentKind.UNCLEAR: _unclear,
}


def _log_all(heard: Heard, kind: EventKind, detail: dict[str, Any], *, replan: bool = False) -> None:
    changes = {"plan_dirty": True} if replan else {}
    caselog.record(heard.tx, [Entry(loan.id, heard.now, kind, detail, changes=changes) for loan in heard.loans])


def for_a_person(heard: Heard, why: str) -> None:
    """One open task for a thread is enough: whoever takes it reads all of it."""
    waiting = select(tasks.c.id).where(
        tasks.c.case_id.in_([loan.id for loan in heard.loans]), tasks.c.kind == "reply", tasks.c.state == "open"
    )
    if heard.tx.scalar(waiting.limit(1)) is not None:
        return
    add_task(heard.tx, heard.loans[:1], "reply", heard.now + ANSWER_WITHIN, why, heard.now, heard.message_id)
