"""What could be answered to a reply that waits for a person, and when may it leave? From our templates, judged by the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from outreach.core import zones
from outreach.core.terms import CaseStatus, Channel, ConfigError, PromisedPayment
from outreach.engine import assemble, spoken
from outreach.engine.answers import Answer, may_answer, says
from outreach.engine.runtime import Runtime
from outreach.store import facts
from outreach.store.facts import CaseOnFile, Person, PhoneOnFile
from outreach.store.tables import inbound_messages

TEMPLATES = ("ask_date", "reply_noted", "help")  # what needs nothing but the case to be said


@dataclass(frozen=True, slots=True)
class Thread:
    """Whom an answer goes to: the number they wrote from, and the loans it is about."""

    person: Person
    phone: PhoneOnFile
    loans: tuple[CaseOnFile, ...]


def thread(person: Person, case_id: int, phone_id: int | None) -> Thread | None:
    """None when there is nobody, or nothing, to write about."""
    phone = person.phone(phone_id) if phone_id else next(iter(person.phones), None)
    case = person.cases.get(case_id)
    if phone is None or case is None or case.status is CaseStatus.CLOSED:
        return None
    return Thread(person, phone, tuple(assemble.open_loans(person, case)))


def answer(tx: Connection, template: str, about: Thread, now: datetime) -> Answer:
    """The answer as a person would send it; who is asked for the day reads the sum they named."""
    if template != "ask_date":
        return Answer(template)
    on = assemble.offer(about.loans, assemble.today(about.person, now))
    said = spoken.of_thread(tx, about.person, about.loans, now)
    return Answer(template, offered=PromisedPayment(on, said.amount if said else None))


def add_suggestions(tx: Connection, runtime: Runtime, found: Sequence[dict[str, Any]], now: datetime) -> None:
    """To each task of a reply: `suggested` (template and text), `lawful` now or from when (`lawful_at`, their time), and why."""
    replies = [task for task in found if task["kind"] == "reply"]
    people = facts.load(tx, {task["debtor_id"] for task in replies}, now)
    from_phone = _numbers(tx, replies)
    for task in found:
        task |= {"suggested": [], "lawful": None, "lawful_at": None, "unlawful": ""}
    for task in replies:
        person = people.get(task["debtor_id"])
        about = thread(person, task["case_id"], from_phone.get(task["inbound_message_id"])) if person else None
        if about is not None:
            task.update(_window(runtime, about, now))
            task["suggested"] = _texts(tx, runtime, about, now)


def _numbers(tx: Connection, replies: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    ids = {task["inbound_message_id"] for task in replies} - {None}
    query = select(inbound_messages.c.id, inbound_messages.c.phone_id).where(inbound_messages.c.id.in_(ids))
    return {row.id: row.phone_id for row in tx.execute(query)} if ids else {}


def _window(runtime: Runtime, about: Thread, now: datetime) -> dict[str, Any]:
    _, verdict = may_answer(runtime, about.person, about.phone, about.loans, now)
    zone = zones.zone(assemble.home_zone(about.person))
    return {
        "lawful": verdict.allowed,
        "lawful_at": verdict.retry_at.astimezone(zone) if verdict.retry_at else None,
        "unlawful": "; ".join(f"{refusal.rule}: {refusal.because}" for refusal in verdict.refusals),
    }


def _texts(tx: Connection, runtime: Runtime, about: Thread, now: datetime) -> list[tuple[str, str]]:
    found = []
    for name in TEMPLATES:
        said = says(runtime, about.person, about.loans, answer(tx, name, about, now), now)
        try:
            found.append((name, runtime.library.render(Channel.SMS, name, about.person.language, said).body))
        except ConfigError:  # `outreach check` names it; the others can be sent all the same
            continue
    return found
