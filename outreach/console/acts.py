"""What may a person record on a case? Note, promise, stop, callback, and that a message was dealt with.

Every act is a line on the case log that says who did it and what; free words go to a table that erasing a person blanks
(`tasks.note`), and the log refers to them by id. Each act takes the caller's transaction, the debtor locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from outreach.console import resting, suggested
from outreach.core import cadence
from outreach.core.money import read_amount, write_amount
from outreach.core.terms import (
    CaseStatus,
    Channel,
    ConsentGivenTo,
    ConsentKind,
    EventKind,
    IntentKind,
    Money,
    ReportError,
    SuppressionReason,
    SuppressionScope,
)
from outreach.engine import assemble, pauses, promises, stops
from outreach.engine.answers import answer_by_hand
from outreach.engine.runtime import Runtime
from outreach.engine.tasks import add_task
from outreach.store import caselog, facts
from outreach.store.caselog import Entry, instant
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import cases, consents, inbound_messages, inconvenient_times, labelled_replies, tasks

SOURCE = "agent"
LONGEST = 2000  # characters of a note
LARGEST_ID = 2**63 - 1
KEEPS = timedelta(days=7)  # a wish to be called back lasts a week past its time, as one by text does
FURTHEST = timedelta(days=60)
DECISIONS: dict[str, str] = {
    "spoke": "spoke with them",
    "recorded": "recorded what they wrote (promise, stop or callback)",
    "passed_on": "passed on to somebody else",
    "no_action": "nothing is to be done",
}
Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Desk:
    """A case on somebody's desk: `by` is who acts."""

    tx: Connection
    runtime: Runtime
    person: Person
    case: CaseOnFile
    by: str
    now: datetime


def take(tx: Connection, runtime: Runtime, ref: str, by: str) -> Desk:
    """The case `ref` with its debtor locked. Raises ReportError: 404 unknown, 409 the person was forgotten."""
    row = tx.execute(select(cases.c.id, cases.c.debtor_id).where(cases.c.ref == ref)).first()
    if row is None:
        raise ReportError(f"There is no case {ref}.", 404)
    now = runtime.clock.now()
    stops.lock_debtor(tx, row.debtor_id)
    person = facts.load(tx, [row.debtor_id], now).get(row.debtor_id)
    if person is None:
        raise ReportError("This person was forgotten: nothing more is recorded about them.", 409)
    return Desk(tx, runtime, person, person.cases[row.id], by, now)


def note(desk: Desk, form: Form) -> str:
    """Keep `text` with the case. Returns what to tell who did it, as every act here; ReportError (4xx) in words if not."""
    text = form.get("text", "").strip()
    if not text:
        raise ReportError("The note is empty: write what is to be kept.")
    keep_note(desk, text)
    return "The note is kept."


def keep_note(desk: Desk, text: str) -> int:
    """Keep these words, with a line on the log that refers to them by the id returned."""
    if len(text) > LONGEST:
        raise ReportError(f"The note is too long: {len(text)} characters, at most {LONGEST}.")
    values = {"kind": "note", "state": "done", "note": text, "due_at": desk.now, "created_at": desk.now}
    made = desk.tx.execute(insert(tasks).values(case_id=desk.case.id, done_at=desk.now, **values))
    note_id = int((made.inserted_primary_key or (0,))[0])
    _say(desk, {"what": "note", "note_id": note_id})
    return note_id


def promise(desk: Desk, form: Form) -> str:
    """The debtor agreed to pay `amount` (empty: all that is due) on the local date `on`."""
    if desk.case.status is CaseStatus.CLOSED:
        raise ReportError("This case is closed: there is nothing to promise.", 409)
    on = _date(form.get("on", ""), "date")
    today, latest = assemble.today(desk.person, desk.now), promises.latest(desk.person, desk.now, desk.runtime.policy)
    if not today <= on <= latest:
        raise ReportError(f"The date {on} is not possible: from {today} to {latest}.")
    amount = _amount(desk.case, form.get("amount", "").strip())
    _say(desk, {"what": "promise"})
    pauses.lift(desk.tx, desk.person.id, f"{desk.by} agreed on a date", desk.now)
    promises.make(desk.tx, desk.person, [_as_it_is(desk)], on, SOURCE, desk.now, desk.runtime.policy, amount=amount)
    return f"Promised: {write_amount(amount)} {amount.currency} on {on}."


def _as_it_is(desk: Desk) -> CaseOnFile:
    """The case as it stands after what was done before in this transaction."""
    return facts.load(desk.tx, [desk.person.id], desk.now)[desk.person.id].cases[desk.case.id]


def _amount(case: CaseOnFile, text: str) -> Money:
    due = Money(case.amount_due_minor, case.currency)
    if not text:
        return due
    try:
        amount = read_amount(text, case.currency)
    except ValueError as error:
        raise ReportError(f"The amount: {error}.") from None
    if not 0 < amount.minor <= due.minor:
        raise ReportError(f"The amount {text} is not possible: above 0, up to the {write_amount(due)} that is due.")
    return amount


def stop(desk: Desk, form: Form) -> str:
    """No more contact, from now on: `reason`, `reach` (debtor, case, or a phone's id), `channel` (empty: all), `until`."""
    reason = _choice(SuppressionReason, form.get("reason", ""), "reason")
    reach, said = form.get("reach", ""), form.get("channel", "")
    scope = SuppressionScope.PHONE if reach.isdecimal() else _choice(SuppressionScope, reach, "word on what it covers")
    if scope is SuppressionScope.PHONE:
        _phone(desk, reach)
    channel = _choice(Channel, said, "channel") if said else None
    _say(desk, {"what": "stop"})
    stops.suppress(
        desk.tx, desk.person.id, reason, scope, SOURCE, desk.now, channel=channel,
        phone_id=int(reach) if scope is SuppressionScope.PHONE else None,
        case_id=desk.case.id if scope is SuppressionScope.CASE else None, until=_until(desk, form.get("until", "")),
    )  # fmt: skip
    return "Contact is stopped from now on."


def _until(desk: Desk, text: str) -> datetime | None:
    """The beginning of that local day."""
    if not text:
        return None
    until = cadence.planned_instant(_date(text, "last day"), time.min, assemble.home_zone(desk.person))
    if until <= desk.now:
        raise ReportError(f"The stop would end before it begins: {text} is no day to come.")
    return until


def callback(desk: Desk, form: Form) -> str:
    """The debtor wants to be called at `at` (their local time) on `phone` (a phone's id): a task, and their consent."""
    try:
        local = datetime.fromisoformat(form.get("at", "")).replace(tzinfo=None)
    except ValueError:
        raise ReportError("When is the call to be? A date and a time are needed.") from None
    at = cadence.planned_instant(local.date(), local.time(), assemble.home_zone(desk.person))
    if not desk.now < at <= desk.now + FURTHEST:
        raise ReportError(f"The call can't be at {local:%Y-%m-%d %H:%M}: within the next {FURTHEST.days} days.")
    phone_id = _phone(desk, form.get("phone", ""))
    waiting = select(tasks.c.id).where(tasks.c.case_id == desk.case.id, tasks.c.state == "open")
    if desk.tx.scalar(waiting.where(tasks.c.kind == "callback", tasks.c.due_at == at)) is not None:
        raise ReportError("That callback is noted already.", 409)
    _say(desk, {"what": "callback"})
    desk.tx.execute(
        insert(consents).values(
            debtor_id=desk.person.id, phone_id=phone_id, kind=ConsentKind.CALLBACK, given_to=ConsentGivenTo.US,
            at=desk.now, expires_at=at + KEEPS, source=SOURCE,
        )
    )  # fmt: skip
    asked = {"at": instant(at), "source": SOURCE, "phone_id": phone_id}
    caselog.record(desk.tx, [Entry(desk.case.id, desk.now, EventKind.CALLBACK_REQUESTED, asked)])
    add_task(desk.tx, [desk.case], "callback", at, "asked an agent", desk.now)
    return f"Callback noted for {local:%A %d %B, %H:%M} their time."


def lift(desk: Desk, form: Form) -> str:
    """The debtor says that a time they had ruled out (`times`: its id) is no longer inconvenient."""
    told = id_of(form.get("times", ""))
    wanted = inconvenient_times.c.id == told
    stands = wanted & (inconvenient_times.c.debtor_id == desk.person.id) & inconvenient_times.c.lifted_at.is_(None)
    if desk.tx.execute(update(inconvenient_times).where(stands).values(lifted_at=desk.now)).rowcount == 0:
        raise ReportError("Which of the times they ruled out? Choose one that still stands.")
    _say(desk, {"what": "lift", "times_id": told})
    stops.facts_changed(desk.tx, desk.person.id, "a time is inconvenient no longer", desk.now)
    return "That time is open again."


def handle(tx: Connection, runtime: Runtime, task_id: int, form: Form, by: str) -> str:
    """Somebody dealt with a task: `decision`, perhaps a `text`; the debtor's messages up to the id `upto` are answered.

    A message that came since the page was made keeps the task open.
    """
    task = tx.execute(select(tasks, cases.c.ref).join(cases).where(tasks.c.id == task_id)).first()
    if task is None:
        raise ReportError("There is no such task.", 404)
    desk = take(tx, runtime, task.ref, by)
    if tx.scalar(select(tasks.c.state).where(tasks.c.id == task_id)) != "open":
        raise ReportError("Somebody has dealt with this already.", 409)
    decision = _decision(form)
    read, newer = _read_up_to(desk, form.get("upto", "")) if task.kind == "reply" else ([], False)
    if task.kind == "reply" and form.get("intent", ""):
        _label(desk, read[-1] if read else task.inbound_message_id, form, decision)
    what = {"what": "handled", "task": task.kind, "task_id": task_id, "decision": decision, "messages": read}
    _say(desk, what)
    if form.get("text", "").strip():
        note(desk, form)
    if newer:
        return "Noted. They have written again meanwhile: that message still waits."
    tx.execute(update(tasks).where(tasks.c.id == task_id).values(state="done", done_at=desk.now))
    went_on = resting.after_handling(desk, task.kind, decision, form)
    return f"Done: {task.ref}, {DECISIONS[decision]}.{went_on}"


def _label(desk: Desk, message_id: int | None, form: Form, decision: str) -> None:
    """Keep what a person says the message means: an example to measure the reader by. The last word counts."""
    meant = _choice(IntentKind, form.get("intent", ""), "meaning")
    on, amount = form.get("on", "").strip(), form.get("amount", "").strip()
    if (on or amount) and meant not in (IntentKind.PROMISE, IntentKind.ACCEPT):
        raise ReportError("Only a promise, or a yes to one, has a day and an amount.")
    if message_id is None:
        raise ReportError("There is no message whose meaning could be kept.")
    try:
        money = read_amount(amount, desk.case.currency) if amount else None
    except ValueError as error:
        raise ReportError(f"The amount: {error}.") from None
    desk.tx.execute(delete(labelled_replies).where(labelled_replies.c.inbound_message_id == message_id))
    desk.tx.execute(
        insert(labelled_replies).values(
            inbound_message_id=message_id, intent=meant, promised_on=_date(on, "day") if on else None,
            amount_minor=money.minor if money else None, decision=decision, labelled_at=desk.now, labelled_by=desk.by,
        )
    )  # fmt: skip


def answer(tx: Connection, runtime: Runtime, task_id: int, form: Form, by: str) -> str:
    """Send one of the suggested answers (`template`) for a reply that waits, if the gate allows it now. The task stays open."""
    task = tx.execute(select(tasks, cases.c.ref).join(cases).where(tasks.c.id == task_id)).first()
    if task is None or task.kind != "reply":
        raise ReportError("There is no such reply.", 404)
    desk = take(tx, runtime, task.ref, by)
    if tx.scalar(select(tasks.c.state).where(tasks.c.id == task_id)) != "open":
        raise ReportError("Somebody has dealt with this already.", 409)
    template = form.get("template", "")
    if template not in suggested.TEMPLATES:
        raise ReportError("Which answer? Choose one of those suggested.")
    wrote = inbound_messages.c.id == task.inbound_message_id
    about = suggested.thread(desk.person, task.case_id, tx.scalar(select(inbound_messages.c.phone_id).where(wrote)))
    if about is None:
        raise ReportError("There is no number, or no open case, to write about.", 409)
    say = suggested.answer(tx, template, about, desk.now)
    verdict = answer_by_hand(tx, runtime, about.person, about.phone, about.loans, say, desk.now)
    if not verdict.allowed:
        because = "; ".join(refusal.because for refusal in verdict.refusals)
        raise ReportError(f"Not sent, it is not lawful now: {because}.", 409)
    _say(desk, {"what": "answered", "task_id": task_id, "template": template})
    return f"On its way: {template.replace('_', ' ')}."


def _read_up_to(desk: Desk, upto: str) -> tuple[list[int], bool]:
    """Mark the debtor's waiting messages that were on the page as answered. Their ids, and whether newer ones wait."""
    waiting = select(inbound_messages.c.id).where(
        inbound_messages.c.debtor_id == desk.person.id, inbound_messages.c.state == "needs_person"
    )
    ids = list(desk.tx.scalars(waiting.order_by(inbound_messages.c.id)))
    seen = [message for message in ids if message <= id_of(upto)]
    desk.tx.execute(update(inbound_messages).where(inbound_messages.c.id.in_(seen)).values(state="answered"))
    return seen, len(seen) < len(ids)


def handle_stranger(tx: Connection, message_id: int, form: Form, by: str) -> str:
    """Somebody dealt with a message from a number nobody on file has. There is no case, so the message itself says so."""
    decision = _decision(form)
    waits = (
        inbound_messages.c.id == message_id,
        inbound_messages.c.debtor_id.is_(None),
        inbound_messages.c.state == "needs_person",
    )
    why = inbound_messages.c.why + f"; {DECISIONS[decision]}, {by}"
    if tx.execute(update(inbound_messages).where(*waits).values(state="answered", why=why)).rowcount == 0:
        raise ReportError("Somebody has dealt with this already.", 409)
    return f"Done: {DECISIONS[decision]}."


def _say(desk: Desk, detail: dict[str, Any]) -> None:
    entry = Entry(desk.case.id, desk.now, EventKind.NOTED, {**detail, "by": desk.by})
    caselog.record(desk.tx, [entry])


def id_of(text: str) -> int:
    """The id a form names; 0, which nothing has, for what can be none."""
    return int(text) if text.isdecimal() and len(text) < len(str(LARGEST_ID)) else 0


def _decision(form: Form) -> str:
    decision = form.get("decision", "")
    if decision not in DECISIONS:
        raise ReportError("What was decided? Choose one of the decisions.")
    return decision


def _phone(desk: Desk, text: str) -> int:
    if desk.person.phone(id_of(text)) is None:
        raise ReportError("That number is not one of this debtor's.")
    return int(text)


def _choice(kind: Any, text: str, name: str) -> Any:
    if text not in set(kind):
        raise ReportError(f"The {name} is missing: choose one.")
    return kind(text)


def _date(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ReportError(f"The {name} is missing: a day like 2027-03-08 is needed.") from None
