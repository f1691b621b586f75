"""How does an answer to what a debtor wrote come to leave, once, and what if the carrier could not be reached?"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from outreach.core.gate import judge
from outreach.core.rulebook import Rulebooks
from outreach.core.stops import PAUSES, own_rule
from outreach.core.terms import (
    Ask,
    AttemptState,
    Channel,
    ConfigError,
    EventKind,
    Inconvenient,
    Money,
    PromisedPayment,
    Purpose,
    Verdict,
)
from outreach.engine import assemble, senders
from outreach.engine.choose import lasting, refusal_rows
from outreach.engine.reserving import Reservation, detail, write
from outreach.engine.runtime import Runtime
from outreach.engine.tasks import add_task
from outreach.messages import Facts, Rendered, count_segments, tellable
from outreach.store import caselog, facts
from outreach.store.caselog import Entry
from outreach.store.facts import CaseOnFile, Person, PhoneOnFile
from outreach.store.tables import attempt_cases, attempts

logger = logging.getLogger("outreach")
ONCE_A_DAY = frozenset({"ask_date", "reply_noted", "help", "wrong_number_noted", "thanks_paid", "hardship_noted"})
WINDOW = timedelta(minutes=5)  # an answer that waits longer at the carrier is none


@dataclass(frozen=True, slots=True)
class Answer:
    """The template to answer with, and what it may say."""

    template: str
    purpose: Purpose = Purpose.REPLY
    promise: tuple[date, Money | None] | None = None
    callback_at: datetime | None = None
    plan: tuple[tuple[date, Money], ...] = ()
    offered: PromisedPayment | None = None  # the day, and perhaps the amount, that a bare yes accepts
    amount: Money | None = None  # the sum they named, of which we ask the day
    noted: tuple[Inconvenient, ...] = ()  # times they ruled out, said back in the same text

    @property
    def offered_on(self) -> date | None:
        return self.offered.on if self.offered else None

    @property
    def offered_amount(self) -> Money | None:
        return self.offered.amount if self.offered else self.amount


def answer_with(
    tx: Connection,
    runtime: Runtime,
    debtor_id: int,
    phone_id: int,
    case_ids: Sequence[int],
    answer: Answer,
    now: datetime,
    *,
    to: str | None = None,
) -> None:
    """Reserve an answer if the gate allows it now, from the number the debtor wrote `to`. Facts are loaded anew: a stop
    just recorded is among them.

    A template that can't be rendered becomes a person's task.
    """
    person = facts.load(tx, [debtor_id], now)[debtor_id]
    loans = [person.cases[case_id] for case_id in case_ids]
    phone = person.phone(phone_id)
    if not loans or phone is None or said_lately(tx, debtor_id, answer, now):
        return
    ask, verdict = _judge(tx, runtime, person, phone, loans, answer.template, answer.purpose, now, now)
    if not verdict.allowed:
        return
    said = says(runtime, person, loans, answer, now)
    try:
        rendered = runtime.library.render(Channel.SMS, answer.template, person.language, said)
    except ConfigError as error:  # what the debtor wrote counts all the same: above all a stop
        logger.error("no answer: %s", error)
        add_task(tx, loans[:1], "reply", now, f"no answer went out: template {answer.template} is faulty", now)
        return
    sender = senders.of_debtor(tx, runtime, person, loans, to)
    ends = _ends(runtime, ask, now)
    made = Reservation(person, phone, loans, ask, verdict, answer.template, rendered, sender, now, ends)
    _reserve(tx, runtime, _offering(made, answer), now)


def answer_by_hand(
    tx: Connection,
    runtime: Runtime,
    person: Person,
    phone: PhoneOnFile,
    loans: Sequence[CaseOnFile],
    answer: Answer,
    now: datetime,
) -> Verdict:
    """Reserve what a person chose to say, if the gate allows it now: as an answer, else as any other text of ours.

    Raises ConfigError if the template can't be rendered.
    """
    ask, verdict = may_answer(runtime, person, phone, loans, now)
    if verdict.allowed:
        rendered = runtime.library.render(
            Channel.SMS, answer.template, person.language, says(runtime, person, loans, answer, now)
        )
        sender = senders.of_debtor(tx, runtime, person, loans)
        ends = _ends(runtime, ask, now)
        made = Reservation(person, phone, loans, ask, verdict, answer.template, rendered, sender, now, ends)
        _reserve(tx, runtime, _offering(made, answer), now)
    return verdict


def may_answer(
    runtime: Runtime, person: Person, phone: PhoneOnFile, loans: Sequence[CaseOnFile], now: datetime
) -> tuple[Ask, Verdict]:
    """May we write to them now: as the answer to what they just sent, else as any other text of ours?"""
    rulebooks = runtime.loaded.rulebooks
    reply, other = (
        assemble.ask(person, phone, Channel.SMS, loans, now, purpose=purpose) for purpose in (Purpose.REPLY, None)
    )
    answers = judge(reply, rulebooks, now)
    return (reply, answers) if answers.allowed else by_hand(other, rulebooks, now)


def by_hand(ask: Ask, rulebooks: Rulebooks, now: datetime) -> tuple[Ask, Verdict]:
    """What a person writes is no reminder: that those rest of our own accord does not keep it back.

    A rulebook that stops contact for the same reason does, as does everything else.
    """
    verdict = judge(ask, rulebooks, now)
    ours = {refusal.rule for refusal in verdict.refusals} & {own_rule(reason) for reason in PAUSES}
    if not ours:
        return ask, verdict
    others = tuple(stop for stop in ask.suppressions if own_rule(stop.reason) not in ours)
    ask = replace(ask, suppressions=others)
    return ask, judge(ask, rulebooks, now)


def says(runtime: Runtime, person: Person, loans: Sequence[CaseOnFile], answer: Answer, now: datetime) -> Facts:
    """What the template of an answer may say."""
    return assemble.message_facts(
        person, loans, runtime.policy, now,
        promise=answer.promise, callback_at=answer.callback_at, noted=answer.noted if tellable(answer.noted) else (),
        instalments=answer.plan, offered_on=answer.offered_on, offered_amount=answer.offered_amount,
    )  # fmt: skip


def answer_again(tx: Connection, runtime: Runtime, attempt_id: int, now: datetime, at: datetime) -> None:
    """Reserve anew, to leave at `at`, an answer that provably never reached the carrier, while it is lawful; so, too, what
    a person sent by hand.

    A person is told when it is not. Does nothing for an attempt of a step: its cadence takes care of that.
    """
    row = tx.execute(select(attempts).where(attempts.c.id == attempt_id)).one()
    if row.step is not None or row.template is None or row.body is None:
        return
    person = facts.load(tx, [row.debtor_id], now).get(row.debtor_id)
    phone = person.phone(row.phone_id) if person else None
    linked = tx.scalars(select(attempt_cases.c.case_id).where(attempt_cases.c.attempt_id == attempt_id)).all()
    if person is None or phone is None or not linked:
        return
    loans = [person.cases[case_id] for case_id in linked]
    purpose = Purpose(row.purpose)
    ask, verdict = _judge(tx, runtime, person, phone, loans, row.template, purpose, now, at)
    if verdict.allowed:
        counted = count_segments(row.body)
        said = Rendered(row.body, row.language or "", counted.count, counted.encoding)
        sender = senders.of_debtor(tx, runtime, person, loans, row.sender)
        ends = _ends(runtime, ask, at)
        made = Reservation(person, phone, loans, ask, verdict, row.template, said, sender, at, ends)
        amount = Money(row.offered_minor, loans[0].currency) if row.offered_minor is not None else None
        _reserve(tx, runtime, replace(made, offered_on=row.offered_on, offered_amount=amount), now)
    elif purpose is not Purpose.OPT_OUT_CONFIRMATION:
        add_task(tx, loans[:1], "reply", now, "our answer never reached the carrier", now)


def said_lately(tx: Connection, debtor_id: int, answer: Answer, now: datetime) -> bool:
    """Was the very same asked or noted within a day? Saying it again helps nobody, and two machines never stop.

    The day of a sum may be asked once more than the day of all that is due.
    """
    if answer.template not in ONCE_A_DAY or answer.noted:
        return False
    query = select(attempts.c.id).where(
        attempts.c.debtor_id == debtor_id,
        attempts.c.template == answer.template,
        attempts.c.reserved_at > now - timedelta(days=1),
        attempts.c.state != AttemptState.RELEASED,
    )
    if answer.amount is not None:
        query = query.where(attempts.c.offered_minor.is_not(None))
    return tx.scalar(query.limit(1)) is not None


def _judge(
    tx: Connection,
    runtime: Runtime,
    person: Person,
    phone: PhoneOnFile,
    loans: Sequence[CaseOnFile],
    template: str,
    purpose: Purpose,
    now: datetime,
    at: datetime,
) -> tuple[Ask, Verdict]:
    """The question for `at` and the gate's verdict; a refusal is on the log."""
    ask = assemble.ask(person, phone, Channel.SMS, loans, at, purpose=purpose)
    verdict = judge(ask, runtime.loaded.rulebooks, at)
    if not verdict.allowed:
        told: dict[str, Any] = {"step": template, "channel": Channel.SMS, "decision": verdict.decision}
        told["refusals"] = refusal_rows(verdict)
        caselog.record(tx, [Entry(loan.id, now, EventKind.REFUSED, told) for loan in loans])
    return ask, verdict


def _ends(runtime: Runtime, ask: Ask, at: datetime) -> datetime:
    """Until when what leaves at `at` may reach the phone: while it is lawful, and no longer than an answer is one."""
    return at + lasting(ask, runtime.loaded.rulebooks, at, WINDOW)


def _offering(made: Reservation, answer: Answer) -> Reservation:
    """With what a bare yes to it will accept, and the sum it asks the day of."""
    return replace(made, offered_on=answer.offered_on, offered_amount=answer.offered_amount)


def _reserve(tx: Connection, runtime: Runtime, answer: Reservation, now: datetime) -> None:
    [attempt_id] = write(tx, runtime, [answer], now)
    said = detail(answer)
    caselog.record(tx, [Entry(loan.id, now, EventKind.ATTEMPT_RESERVED, said, attempt_id) for loan in answer.loans])
