"""What follows from a reply, and what is said back: one row of `HANDLERS` for each thing it may mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from outreach.core.moment import CONFIRM_WITHIN
from outreach.core.terms import (
    CaseStatus,
    Channel,
    ConsentGivenTo,
    ConsentKind,
    EventKind,
    IntentKind,
    Purpose,
    SuppressionReason,
    SuppressionScope,
)
from outreach.engine import callbacks, identity_theft, pauses, promising, steering, stops
from outreach.engine.answers import Answer
from outreach.engine.heard import Heard, for_a_person
from outreach.engine.lifting import STANDS, lift_stops
from outreach.engine.tasks import add_task
from outreach.messages import tellable
from outreach.store import caselog
from outreach.store.caselog import Entry, instant
from outreach.store.tables import consents, suppressions


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


def suppress_number(tx: Connection, debtor_id: int, phone_id: int, now: datetime) -> None:
    stops.suppress(
        tx, debtor_id, SuppressionReason.OPT_OUT, SuppressionScope.PHONE, "sms", now,
        channel=Channel.SMS, phone_id=phone_id,
    )  # fmt: skip


def _opt_out(heard: Heard) -> Answer | None:
    """STOP ends texts to this number (12 CFR 1006.6(e)); words that ask for no texts end those to every number of theirs
    (1006.14(h)(1)); words that mean everything end every contact (47 CFR 64.1200(a)(10))."""
    if heard.intent.channel is None or heard.intent.all_texts:
        stops.suppress(
            heard.tx, heard.person.id, SuppressionReason.OPT_OUT, SuppressionScope.DEBTOR, "sms", heard.now,
            channel=heard.intent.channel,
        )  # fmt: skip
    else:
        suppress_number(heard.tx, heard.person.id, heard.phone.id, heard.now)
    if heard.now - heard.came_at > CONFIRM_WITHIN:
        return None
    return Answer("opt_out_confirmed", Purpose.OPT_OUT_CONFIRMATION)


def _opt_in(heard: Heard) -> Answer | None:
    """START lifts the opt-out of texts to this number, and nothing else: where they had ended all texts, those to their
    other numbers stay ended."""
    s = suppressions.c
    theirs = (s.debtor_id == heard.person.id) & (s.reason == SuppressionReason.OPT_OUT)
    all_texts = (s.scope == SuppressionScope.DEBTOR) & (s.channel == Channel.SMS)
    if heard.tx.scalar(select(s.id).where(theirs, all_texts, STANDS).limit(1)) is not None:
        for other in heard.person.phones:
            if other.id != heard.phone.id:
                suppress_number(heard.tx, heard.person.id, other.id, heard.now)
    given = {"kind": ConsentKind.SMS, "given_to": ConsentGivenTo.US, "at": heard.now, "source": "sms"}
    heard.tx.execute(insert(consents).values(debtor_id=heard.person.id, phone_id=heard.phone.id, **given))
    lift_stops(heard.tx, theirs & ((s.phone_id == heard.phone.id) | all_texts), "they texted START", heard.now)
    _log_all(heard, EventKind.CONSENTED, {"kind": ConsentKind.SMS, "source": "sms"}, replan=True)
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
    IntentKind.PROMISE: promising.promise,
    IntentKind.ACCEPT: promising.promise,
    IntentKind.DECLINE: promising.decline,
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
