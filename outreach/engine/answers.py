"""How does an answer to what a debtor wrote come to leave, once, and what if the carrier could not be reached?"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from outreach.core.gate import judge
from outreach.core.terms import Ask, AttemptState, Channel, ConfigError, EventKind, Money, Purpose, Verdict
from outreach.engine import assemble, permits
from outreach.engine.choose import refusal_rows
from outreach.engine.rows import insert_attempt
from outreach.engine.runtime import Runtime
from outreach.engine.tasks import add_task
from outreach.store import caselog, facts
from outreach.store.caselog import Entry
from outreach.store.facts import CaseOnFile, Person, PhoneOnFile
from outreach.store.tables import attempt_cases, attempts

logger = logging.getLogger("outreach")
ONCE_A_DAY = frozenset({"ask_date", "reply_noted", "help", "wrong_number_noted"})
ANSWERS = frozenset({Purpose.REPLY, Purpose.OPT_OUT_CONFIRMATION})
WINDOW = timedelta(minutes=5)  # an answer that waits longer at the carrier is none


@dataclass(frozen=True, slots=True)
class Answer:
    """The template to answer with, and what it may say."""

    template: str
    purpose: Purpose = Purpose.REPLY
    promise: tuple[date, Money | None] | None = None
    callback_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be said, as it goes out."""

    template: str
    purpose: Purpose
    body: str
    language: str
    segments: int


def answer_with(
    tx: Connection,
    runtime: Runtime,
    debtor_id: int,
    phone_id: int,
    case_ids: Sequence[int],
    answer: Answer,
    now: datetime,
) -> None:
    """Reserve an answer if the gate allows it now. Facts are loaded anew: a stop just recorded is among them.

    A template that can't be rendered becomes a person's task.
    """
    person = facts.load(tx, [debtor_id], now)[debtor_id]
    loans = [person.cases[case_id] for case_id in case_ids]
    phone = person.phone(phone_id)
    if not loans or phone is None or _said_lately(tx, debtor_id, answer, now):
        return
    ask, verdict = _judge(tx, runtime, person, phone, loans, answer.template, answer.purpose, now, now)
    if not verdict.allowed:
        return
    said = assemble.message_facts(
        person, loans, runtime.policy, now, promise=answer.promise, callback_at=answer.callback_at
    )
    try:
        rendered = runtime.library.render(Channel.SMS, answer.template, person.language, said)
    except ConfigError as error:  # what the debtor wrote counts all the same: above all a stop
        logger.error("no answer: %s", error)
        add_task(tx, loans[:1], "reply", now, f"no answer went out: template {answer.template} is faulty", now)
        return
    text = Text(answer.template, answer.purpose, rendered.body, rendered.language, rendered.segments)
    _reserve(tx, runtime, person, phone, loans, text, ask, verdict, now, now)


def answer_again(tx: Connection, runtime: Runtime, attempt_id: int, now: datetime, at: datetime) -> None:
    """Reserve anew, to leave at `at`, an answer that provably never reached the carrier, while it is lawful.

    A person is told when it is not. Does nothing for an attempt of a step: its cadence takes care of that.
    """
    row = tx.execute(select(attempts).where(attempts.c.id == attempt_id)).one()
    if row.purpose not in ANSWERS or row.template is None or row.body is None:
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
        text = Text(row.template, purpose, row.body, row.language or "", row.segments or 1)
        _reserve(tx, runtime, person, phone, loans, text, ask, verdict, now, at)
    elif purpose is Purpose.REPLY:
        add_task(tx, loans[:1], "reply", now, "our answer never reached the carrier", now)


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
        detail: dict[str, Any] = {"step": template, "channel": Channel.SMS, "decision": verdict.decision}
        detail["refusals"] = refusal_rows(verdict)
        caselog.record(tx, [Entry(loan.id, now, EventKind.REFUSED, detail) for loan in loans])
    return ask, verdict


def _reserve(
    tx: Connection,
    runtime: Runtime,
    person: Person,
    phone: PhoneOnFile,
    loans: Sequence[CaseOnFile],
    text: Text,
    ask: Ask,
    verdict: Verdict,
    now: datetime,
    at: datetime,
) -> None:
    key = uuid4().hex
    attempt_id = insert_attempt(
        tx, runtime, person, now=now, not_before=at, key=key, phone_id=phone.id, channel=Channel.SMS,
        purpose=text.purpose, template=text.template, language=text.language, body=text.body, segments=text.segments,
        sender=runtime.policy.senders.of(loans[0].creditor), window_ends_at=at + WINDOW,
    )  # fmt: skip
    permits.keep(tx, attempt_id, ask, verdict, runtime.loaded.rulebooks, now)
    tx.execute(
        insert(attempt_cases), [{"attempt_id": attempt_id, "case_id": loan.id, "step_id": None} for loan in loans]
    )
    detail = {
        "key": key, "channel": Channel.SMS, "purpose": text.purpose, "phone_id": phone.id, "phone": phone.digest,
        "template": text.template, "language": text.language, "segments": text.segments,
        "rulebooks": list(verdict.rulebooks), "zones": list(verdict.zones), "cases": [loan.ref for loan in loans],
    }  # fmt: skip
    caselog.record(tx, [Entry(loan.id, now, EventKind.ATTEMPT_RESERVED, detail, attempt_id) for loan in loans])


def _said_lately(tx: Connection, debtor_id: int, answer: Answer, now: datetime) -> bool:
    """Was the very same asked or noted within a day? Saying it again helps nobody, and two machines never stop."""
    if answer.template not in ONCE_A_DAY:
        return False
    query = select(attempts.c.id).where(
        attempts.c.debtor_id == debtor_id,
        attempts.c.template == answer.template,
        attempts.c.reserved_at > now - timedelta(days=1),
        attempts.c.state != AttemptState.RELEASED,
    )
    return tx.scalar(query.limit(1)) is not None
