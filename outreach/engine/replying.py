"""A debtor texted us. What does it mean, what follows, and what do we answer?

`core.replies` reads; one row of `HANDLERS` acts; one answer at most goes back, judged by the gate like any other
contact. What software can't answer is kept for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from outreach.carriers import Report
from outreach.core import replies
from outreach.core.terms import (
    AttemptState,
    CaseStatus,
    Channel,
    ConsentGivenTo,
    ConsentKind,
    EventKind,
    Intent,
    IntentKind,
    Purpose,
    SuppressionReason,
    SuppressionScope,
)
from outreach.engine import assemble, promises, stops
from outreach.engine.answers import Answer, answer_with
from outreach.engine.runtime import Runtime
from outreach.engine.tasks import add_task
from outreach.store import caselog, facts
from outreach.store.caselog import Entry, instant
from outreach.store.facts import CaseOnFile, Person, PhoneOnFile
from outreach.store.tables import attempt_cases, attempts, consents, inbound_messages, suppressions, tasks

ANSWER_WITHIN = timedelta(days=1)  # how soon a person should look at a reply
FOR_THE_NUMBER = frozenset({IntentKind.OPT_OUT, IntentKind.HELP, IntentKind.WRONG_NUMBER})  # whoever has it
CARRIER_WORDS = {"STOP": IntentKind.OPT_OUT, "START": IntentKind.OPT_IN, "HELP": IntentKind.HELP}


@dataclass(frozen=True, slots=True)
class Heard:
    """One reply, read: whose it is, about which loans, and what it means."""

    tx: Connection
    runtime: Runtime
    person: Person
    phone: PhoneOnFile
    loans: tuple[CaseOnFile, ...]
    intent: Intent
    message_id: int
    now: datetime


def reply_came(tx: Connection, runtime: Runtime, report: Report, now: datetime) -> None:
    """Record an inbound text, once per sid, act on it, and reserve the answer."""
    if tx.scalar(select(inbound_messages.c.id).where(inbound_messages.c.sid == report.sid)) is not None:
        return
    owners = facts.owners(tx, report.sender or "", report.to)
    if not owners:
        _keep(tx, report, now, None, None, "needs_person", None, "nobody on file has this number")
        return
    debtor_id, phone_id = owners[0].debtor_id, owners[0].phone_id
    stops.lock_debtor(tx, debtor_id)
    person = facts.load(tx, [debtor_id], now).get(debtor_id)
    phone = person.phone(phone_id) if person else None
    if person is None or phone is None:
        _keep(tx, report, now, None, None, "needs_person", None, "the debtor was erased")
        return
    last = _last_text(tx, debtor_id)
    loans = _loans(tx, person, last)
    intent = _sure_of_whom(_read(report, person, loans, last, runtime, now), owners)
    person_needed = intent.needs_human or not loans
    state = "needs_person" if person_needed else "applied"
    message_id = _keep(tx, report, now, debtor_id, phone_id, state, intent, intent.why)
    detail = {"message_id": message_id, "intent": intent.kind, "why": intent.why, "language": intent.language}
    caselog.record(tx, [Entry(case.id, now, EventKind.REPLIED, detail) for case in loans])
    heard = Heard(tx, runtime, person, phone, loans, intent, message_id, now)
    if intent.kind is IntentKind.OPT_OUT:
        for other in owners[1:]:  # the number is theirs too, and it said stop
            _suppress_number(tx, other.debtor_id, other.phone_id, now)
    answer = HANDLERS[intent.kind](heard)
    if person_needed:
        _for_a_person(heard, f"reply: {intent.kind}")
    if answer is not None and not (report.opt_out_type and intent.kind in CARRIER_WORDS.values()):
        answer_with(tx, runtime, person.id, phone.id, [loan.id for loan in loans], answer, now)


def _sure_of_whom(intent: Intent, owners: Sequence[facts.Owner]) -> Intent:
    """Of several debtors with one number, none of whom we wrote to: whose word is it? A person finds out."""
    if len(owners) == 1 or owners[0].last is not None or intent.kind in FOR_THE_NUMBER:
        return intent
    return replace(intent, kind=IntentKind.UNCLEAR, needs_human=True, why="several debtors have this number")


def _keep(
    tx: Connection,
    report: Report,
    now: datetime,
    debtor_id: int | None,
    phone_id: int | None,
    state: str,
    intent: Intent | None,
    why: str,
) -> int:
    result = tx.execute(
        insert(inbound_messages).values(
            sid=report.sid,
            debtor_id=debtor_id,
            phone_id=phone_id,
            channel=Channel.SMS,
            body=report.body,
            received_at=now,
            intent=intent.kind if intent else None,
            language=intent.language if intent else None,
            state=state,
            why=why,
            sender=None if debtor_id else report.sender,
        )
    )
    return int((result.inserted_primary_key or (0,))[0])


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


def _read(
    report: Report, person: Person, loans: Sequence[CaseOnFile], last: Row[Any] | None, runtime: Runtime, now: datetime
) -> Intent:
    if report.opt_out_type in CARRIER_WORDS:
        return Intent(CARRIER_WORDS[report.opt_out_type], why="the carrier read a keyword", channel=Channel.SMS)
    single = loans[0] if loans else None
    return replies.read(
        report.body or "",
        now,
        zone=assemble.home_zone(person),
        language=person.language if person.language in ("en", "es", "zh") else None,
        currency=single.currency if single else "USD",
        amount_due=sum(loan.amount_due_minor for loan in loans) or None,
        due_on=single.due_on if single else None,
        offered_on=last.offered_on if last is not None else None,
        max_days=runtime.policy.promise_days,
    )


# --- what follows, by intent -----------------------------------------------------------------------------------------


def _promise(heard: Heard) -> Answer | None:
    promised = heard.intent.promise
    if promised is None or heard.intent.needs_human or not heard.loans:
        return Answer("ask_date")
    total = promises.make(
        heard.tx, heard.person, heard.loans, promised.on, "sms", heard.now, heard.runtime.policy, amount=promised.amount
    )
    return Answer("promise_confirmed", promise=(promised.on, total))


def _suppress_number(tx: Connection, debtor_id: int, phone_id: int, now: datetime) -> None:
    stops.suppress(
        tx, debtor_id, SuppressionReason.OPT_OUT, SuppressionScope.PHONE, "sms", now,
        channel=Channel.SMS, phone_id=phone_id,
    )  # fmt: skip


def _opt_out(heard: Heard) -> Answer | None:
    """STOP ends texts to this number; words that mean everything end every contact (47 CFR 64.1200(a)(10))."""
    if heard.intent.channel is None:
        stops.suppress(heard.tx, heard.person.id, SuppressionReason.OPT_OUT, SuppressionScope.DEBTOR, "sms", heard.now)
    else:
        _suppress_number(heard.tx, heard.person.id, heard.phone.id, heard.now)
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
            _for_a_person(heard, task)
        return Answer(answer) if answer else None

    return handle


def _decline(heard: Heard) -> Answer | None:
    """ "No" to a promise we noted takes it back; otherwise a person talks to somebody who says no."""
    if promises.cancel(heard.tx, heard.person, heard.now):
        return Answer("promise_cancelled")
    _for_a_person(heard, "reply: decline")
    return Answer("ask_date")


def _callback(heard: Heard) -> Answer | None:
    at = heard.intent.callback_at
    add_task(heard.tx, heard.loans, "callback", at or heard.now + timedelta(hours=1), "asked by SMS", heard.now)
    wish = {"kind": ConsentKind.CALLBACK, "given_to": ConsentGivenTo.US, "at": heard.now, "source": "sms"}
    ends = (at or heard.now) + timedelta(days=7)  # comment 14(b)(3)(i)-2: at the latest on the seventh day
    heard.tx.execute(
        insert(consents).values(debtor_id=heard.person.id, phone_id=heard.phone.id, expires_at=ends, **wish)
    )
    _log_all(heard, EventKind.CALLBACK_REQUESTED, {"at": instant(at) if at else None, "source": "sms"})
    return Answer("callback_noted", callback_at=at)


def _noted(heard: Heard) -> Answer | None:
    if not heard.intent.needs_human:
        _for_a_person(heard, f"reply: {heard.intent.kind}")
    return Answer("reply_noted")


def _unclear(_heard: Heard) -> Answer | None:
    return Answer("reply_noted")


def _help(_heard: Heard) -> Answer | None:
    return Answer("help")


HANDLERS: dict[IntentKind, Callable[[Heard], Answer | None]] = {
    IntentKind.PROMISE: _promise,
    IntentKind.ACCEPT: _promise,
    IntentKind.DECLINE: _decline,
    IntentKind.PAID: _noted,
    IntentKind.OPT_OUT: _opt_out,
    IntentKind.OPT_IN: _opt_in,
    IntentKind.HELP: _help,
    IntentKind.STOP_CALLS: _stop(SuppressionReason.REFUSED_CHANNEL, channel=Channel.CALL, answer="reply_noted"),
    IntentKind.CEASE: _stop(SuppressionReason.CEASE, task="cease"),
    IntentKind.DISPUTE: _stop(SuppressionReason.DISPUTE, task="dispute"),
    IntentKind.WRONG_NUMBER: _stop(SuppressionReason.WRONG_NUMBER, SuppressionScope.PHONE, task="wrong_number"),
    IntentKind.ATTORNEY: _stop(SuppressionReason.ATTORNEY, task="attorney"),
    IntentKind.BANKRUPTCY: _stop(SuppressionReason.BANKRUPTCY, task="bankruptcy"),
    IntentKind.DECEASED: _stop(SuppressionReason.DECEASED, task="deceased"),
    IntentKind.HARDSHIP: _noted,
    IntentKind.CALLBACK: _callback,
    IntentKind.QUESTION: _noted,
    IntentKind.COMPLAINT: _stop(SuppressionReason.COMPLAINT, task="complaint"),
    IntentKind.UNCLEAR: _unclear,
}


def _log_all(heard: Heard, kind: EventKind, detail: dict[str, Any], *, replan: bool = False) -> None:
    changes = {"plan_dirty": True} if replan else {}
    caselog.record(heard.tx, [Entry(loan.id, heard.now, kind, detail, changes=changes) for loan in heard.loans])


def _for_a_person(heard: Heard, why: str) -> None:
    """One open task for a thread is enough: whoever takes it reads all of it."""
    waiting = select(tasks.c.id).where(
        tasks.c.case_id.in_([loan.id for loan in heard.loans]), tasks.c.kind == "reply", tasks.c.state == "open"
    )
    if heard.tx.scalar(waiting.limit(1)) is not None:
        return
    add_task(heard.tx, heard.loans[:1], "reply", heard.now + ANSWER_WITHIN, why, heard.now, heard.message_id)
