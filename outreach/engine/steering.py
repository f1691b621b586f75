"""A debtor said how to contact them. What is kept, what does the gate hold us to, and what is said back?

Times and places become facts that the gate reads, with a line on the log of every case; a language is the debtor's from
now on; another number is shown to a person and stays out of the log. Where the words leave a doubt, the stricter reading
is kept and a person is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from sqlalchemy import Connection, insert, select, update

from outreach.core.replies.inconvenient import nothing_left
from outreach.core.terms import (
    Channel,
    EventKind,
    Inconvenient,
    PhonePlace,
    SuppressionReason,
    SuppressionScope,
    Wishes,
)
from outreach.engine import stops
from outreach.engine.runtime import Runtime
from outreach.engine.tasks import add_task
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import cases, debtors, inconvenient_times, tasks

SOURCE = "sms"
NO_WORK_NUMBER = "asks not to be reached at work; no number on file is known to be there: which one, or at which hours?"
NO_TIME_LEFT = "the times they named, now and before, leave none for contact: ask which hold"
CONFIRM = "asks to be reached on another number: confirm with them that it is theirs before it is used"
LOOK_WITHIN = timedelta(days=1)


def note(
    tx: Connection,
    runtime: Runtime,
    person: Person,
    loans: Sequence[CaseOnFile],
    wishes: Wishes,
    now: datetime,
    message_id: int | None = None,
) -> tuple[Inconvenient, ...]:
    """Keep the wishes of a debtor whose row is locked. Returns the times that hold from now on, to be said back."""
    if wishes.language:
        speak(tx, runtime, person, wishes.language, SOURCE, now)
    if wishes.number:
        _ask_about_number(tx, person, loans, wishes.number, now, message_id)
    at_work = [times for times in wishes.times if times.place is PhonePlace.WORK]
    known = any(phone.phone.place is PhonePlace.WORK for phone in person.phones)
    rule_out(tx, person, wishes.times, SOURCE, now)
    if wishes.times and not wishes.doubt and nothing_left([*person.inconvenient, *wishes.times]):
        add_task(tx, loans[:1], "limits", now + LOOK_WITHIN, NO_TIME_LEFT, now, message_id)
    if at_work and not known:
        # Any number may be answered at work: no calls at all until a person has found out.
        refused = SuppressionReason.REFUSED_CHANNEL
        stops.suppress(tx, person.id, refused, SuppressionScope.DEBTOR, SOURCE, now, channel=Channel.CALL)
        add_task(tx, loans[:1], "limits", now + LOOK_WITHIN, NO_WORK_NUMBER, now, message_id)
    return wishes.times


def rule_out(tx: Connection, person: Person, named: Iterable[Inconvenient], source: str, now: datetime) -> int:
    """Keep times that are not on file yet; from this transaction's commit on nothing is placed at them. Returns how many."""
    fresh = [times for times in dict.fromkeys(named) if times not in person.inconvenient]
    if not fresh:
        return 0
    for times in fresh:
        tx.execute(insert(inconvenient_times).values(debtor_id=person.id, at=now, source=source, **_row(times)))
    log = [_row(times) | {"source": source} for times in fresh]
    _log(tx, person.id, EventKind.TIMES_NAMED, log, now)
    stops.facts_changed(tx, person.id, "the debtor named inconvenient times", now)
    return len(fresh)


def _row(times: Inconvenient) -> dict[str, Any]:
    return {
        "days": sorted(times.days),
        "start": f"{times.start:%H:%M}",
        "end": f"{times.end:%H:%M}",
        "channel": times.channel,
        "place": times.place,
    }


def speak(tx: Connection, runtime: Runtime, person: Person, language: str, source: str, now: datetime) -> bool:
    """Write and speak to the debtor in `language` from now on, if we have words in it and did not already."""
    if language == person.language or language not in runtime.library.languages(Channel.SMS, "language_changed"):
        return False
    tx.execute(update(debtors).where(debtors.c.id == person.id).values(language=language))
    changed = {"language": language, "was": person.language, "source": source}
    _log(tx, person.id, EventKind.LANGUAGE_CHANGED, [changed], now)
    stops.facts_changed(tx, person.id, "the debtor asked for another language", now)
    return True


def _log(tx: Connection, debtor_id: int, kind: EventKind, details: Sequence[dict[str, Any]], now: datetime) -> None:
    ids = list(tx.scalars(select(cases.c.id).where(cases.c.debtor_id == debtor_id).order_by(cases.c.id)))
    caselog.record(tx, [Entry(case_id, now, kind, detail) for case_id in ids for detail in details])


def _ask_about_number(
    tx: Connection, person: Person, loans: Sequence[CaseOnFile], number: str, now: datetime, message_id: int | None
) -> None:
    """A person is shown the number, and nobody else: the log says only that there is one."""
    shown = _written(number, person.country)
    waiting = (tasks.c.kind == "number") & (tasks.c.state == "open") & (tasks.c.note == f"{CONFIRM}: {shown}")
    theirs = tasks.c.case_id.in_([loan.id for loan in loans])
    if tx.scalar(select(tasks.c.id).where(theirs, waiting).limit(1)) is None:
        add_task(tx, loans[:1], "number", now + LOOK_WITHIN, f"{CONFIRM}: {shown}", now, message_id, told=CONFIRM)


def _written(number: str, country: str) -> str:
    """International, if it can be read as a number of the debtor's country; else as they wrote it."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
