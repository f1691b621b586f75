"""A debtor texted us. What does it mean, what follows, and what do we answer?

`core.replies` reads; `heeding` acts; one answer at most goes back, judged by the gate like any other contact. What
software can't answer is kept for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from outreach.carriers import Report
from outreach.core import replies
from outreach.core.money import write_amount
from outreach.core.terms import (
    AttemptState,
    CaseStatus,
    Channel,
    EventKind,
    Intent,
    IntentKind,
    Money,
    PromisedPayment,
)
from outreach.engine import assemble, negotiating, spoken, stops
from outreach.engine.answers import answer_with
from outreach.engine.heard import Heard, for_a_person
from outreach.engine.heeding import follow, suppress_number
from outreach.engine.runtime import Runtime
from outreach.store import caselog, facts
from outreach.store.caselog import Entry
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import attempt_cases, attempts, inbound_messages

FOR_THE_NUMBER = frozenset({IntentKind.OPT_OUT, IntentKind.HELP, IntentKind.WRONG_NUMBER})  # whoever has it
FURTHEST_DAYS = 365  # a day later than may be noted is understood so far ahead, to offer the nearest
READ = frozenset({"en", "es", "zh"})  # the languages whose reader is told which one to expect
CARRIER_WORDS = {"STOP": IntentKind.OPT_OUT, "START": IntentKind.OPT_IN, "HELP": IntentKind.HELP}


def reply_came(tx: Connection, runtime: Runtime, report: Report, now: datetime) -> None:
    """Record an inbound text, once per sid, act on it, and reserve the answer."""
    if tx.scalar(select(inbound_messages.c.id).where(inbound_messages.c.sid == report.sid)) is not None:
        return
    came_at = min(report.at or now, now)
    owners = facts.owners(tx, report.sender or "", report.to)
    if not owners:
        _keep(tx, report, came_at, None, None, "needs_person", None, "nobody on file has this number")
        return
    debtor_id, phone_id = owners[0].debtor_id, owners[0].phone_id
    stops.lock_debtor(tx, debtor_id)
    person = facts.load(tx, [debtor_id], now).get(debtor_id)
    phone = person.phone(phone_id) if person else None
    if person is None or phone is None:
        _keep(tx, report, came_at, None, None, "needs_person", None, "the debtor was erased")
        return
    last = _last_text(tx, debtor_id)
    loans = _loans(tx, person, last)
    asked = _asked(person, loans, last)
    intent = _sure_of_whom(_read(report, asked, came_at, runtime.policy.promise_limits.latest_days), owners)
    intent = _still_to_come(intent, assemble.today(person, now))
    far = _far(report, asked, came_at, intent)
    person_needed = not loans or (far is None and _needs_person(intent))
    state = "needs_person" if person_needed else "applied"
    message_id = _keep(tx, report, came_at, debtor_id, phone_id, state, intent, intent.why, asked.kept())
    detail = {"message_id": message_id, "intent": intent.kind, "why": intent.why, "language": intent.language}
    caselog.record(tx, [Entry(case.id, now, EventKind.REPLIED, detail) for case in loans])
    heard = Heard(tx, runtime, person, phone, loans, intent, message_id, came_at, now, last, far)
    if intent.kind is IntentKind.OPT_OUT:
        for other in owners[1:]:  # the number is theirs too, and it said stop
            suppress_number(tx, other.debtor_id, other.phone_id, now)
    answer = follow(heard)
    if person_needed:
        for_a_person(heard, f"reply: {intent.kind}")
    if answer is not None and not (report.opt_out_type and intent.kind in CARRIER_WORDS.values()):
        answer_with(tx, runtime, person.id, phone.id, [loan.id for loan in loans], answer, now, to=report.to)


def _needs_person(intent: Intent) -> bool:
    """Of instalments the reader is sure only of the first for others; we note each."""
    if intent.instalments and not intent.settles and not (intent.wishes and intent.wishes.doubt):
        return False
    return intent.needs_human


def _sure_of_whom(intent: Intent, owners: Sequence[facts.Owner]) -> Intent:
    """Of several debtors with one number, none of whom we wrote to: whose word is it? A person finds out."""
    if len(owners) == 1 or owners[0].last is not None or intent.kind in FOR_THE_NUMBER:
        return intent
    why = "several debtors have this number"
    return replace(intent, kind=IntentKind.UNCLEAR, needs_human=True, wishes=None, why=why)


def _still_to_come(intent: Intent, today: date) -> Intent:
    """Of a text that reached us late: a day that is past by now is no promise; a person asks again."""
    if intent.promise is None or intent.promise.on >= today:
        return intent
    return replace(
        intent, promise=None, instalments=(), needs_human=True, why="the day it names was past when it reached us"
    )


def _keep(
    tx: Connection,
    report: Report,
    came_at: datetime,
    debtor_id: int | None,
    phone_id: int | None,
    state: str,
    intent: Intent | None,
    why: str,
    asked: dict[str, Any] | None = None,
) -> int:
    result = tx.execute(
        insert(inbound_messages).values(
            sid=report.sid,
            debtor_id=debtor_id,
            phone_id=phone_id,
            channel=Channel.SMS,
            body=report.body,
            received_at=came_at,
            intent=intent.kind if intent else None,
            language=intent.language if intent else None,
            state=state,
            why=why,
            sender=None if debtor_id else report.sender,
            asked=asked,
            read=spoken.kept(intent) if intent else None,
        )
    )
    return int((result.inserted_primary_key or (0,))[0])


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader is given beside the words, and what we had asked."""

    zone: str
    language: str | None
    currency: str
    due: Money | None  # of all the loans, in one currency
    due_on: date | None
    offered_on: date | None
    question: str | None  # the template of our last text

    def kept(self) -> dict[str, Any]:
        """As `read-reply` names it."""
        return {
            "timezone": self.zone,
            "language": self.language,
            "currency": self.currency,
            "amount_due": write_amount(self.due) if self.due else None,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "offered_on": self.offered_on.isoformat() if self.offered_on else None,
            "question": self.question,
        }


def _asked(person: Person, loans: Sequence[CaseOnFile], last: Row[Any] | None) -> Asked:
    due = negotiating.due(loans)
    return Asked(
        zone=assemble.home_zone(person),
        language=person.language if person.language in READ else None,
        currency=loans[0].currency if loans else "USD",
        due=due if due is not None and due.minor else None,
        due_on=loans[0].due_on if loans else None,
        offered_on=last.offered_on if last is not None else None,
        question=last.template if last is not None else None,
    )


def _last_text(tx: Connection, debtor_id: int) -> Row[Any] | None:
    """The last text we sent this debtor: what a bare "yes" is an answer to."""
    query = select(attempts).where(
        attempts.c.debtor_id == debtor_id,
        attempts.c.channel == Channel.SMS,
        attempts.c.state.in_((AttemptState.PLACED, AttemptState.FINAL, AttemptState.IN_DOUBT)),
    )
    return tx.execute(query.order_by(attempts.c.id.desc()).limit(1)).first()


def _loans(tx: Connection, person: Person, last: Row[Any] | None) -> tuple[CaseOnFile, ...]:
    """The loans the last text was about, else all that are open, else all."""
    cases = person.cases.values()
    if last is not None:
        linked = set(tx.scalars(select(attempt_cases.c.case_id).where(attempt_cases.c.attempt_id == last.id)))
        if about := tuple(case for case in cases if case.id in linked and case.status is not CaseStatus.CLOSED):
            return about
    return tuple(case for case in cases if case.status is not CaseStatus.CLOSED) or tuple(cases)


def _read(report: Report, asked: Asked, came_at: datetime, max_days: int) -> Intent:
    """What it means, as of when it was written: "tomorrow" is the day after that."""
    if report.opt_out_type in CARRIER_WORDS:
        return Intent(CARRIER_WORDS[report.opt_out_type], why="the carrier read a keyword", channel=Channel.SMS)
    return replies.read(
        report.body or "",
        came_at,
        zone=asked.zone,
        language=asked.language,
        currency=asked.currency,
        amount_due=asked.due.minor if asked.due else None,
        due_on=asked.due_on,
        offered_on=asked.offered_on,
        max_days=max_days,
    )


def _far(report: Report, asked: Asked, came_at: datetime, intent: Intent) -> PromisedPayment | None:
    """The one day of a promise that was not taken because it is too far away."""
    if intent.kind is not IntentKind.PROMISE or intent.promise is not None or intent.settles or asked.due_on is None:
        return None
    again = _read(report, asked, came_at, FURTHEST_DAYS)
    plain = again.kind is IntentKind.PROMISE and not again.needs_human and again.promise is not None
    return again.promise if plain and again.promise and again.promise.on > came_at.date() else None
