"""Reminders rest because of what a debtor wrote: what is shown of it, and how a person lets them go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from outreach.core import zones
from outreach.core.stops import PAUSES
from outreach.core.terms import CaseStatus, ReportError, SuppressionReason
from outreach.engine import assemble, pauses
from outreach.store.facts import Person
from outreach.store.tables import suppressions

if TYPE_CHECKING:
    from outreach.console.acts import Desk, Form

WORDS = {
    SuppressionReason.PAID: "they say it is paid",
    SuppressionReason.HARDSHIP: "they told of hardship",
    SuppressionReason.QUESTION: "they asked something",
}
ANSWERED = frozenset({"spoke", "recorded", "no_action"})  # decisions by which a question is dealt with


def goes_on(desk: Desk, _form: Form) -> str:
    """A person decided that reminders of what rests may go on."""
    ended = pauses.lift(desk.tx, desk.person.id, f"{desk.by} decided", desk.now)
    if not ended:
        raise ReportError("Nothing rests here because of what they wrote.", 409)
    return "Follow-up goes on" + ("." if desk.case.status is not CaseStatus.CLOSED else ": this case is closed.")


def after_handling(desk: Desk, kind: str, decision: str, form: Form) -> str:
    """What a dealt-with task ends: a question that was answered; anything that rests where the form says so."""
    if form.get("goes_on", ""):
        return " Follow-up goes on." if pauses.lift(desk.tx, desk.person.id, f"{desk.by} decided", desk.now) else ""
    if kind == "reply" and decision in ANSWERED:
        pauses.lift(desk.tx, desk.person.id, f"answered by {desk.by}", desk.now, [SuppressionReason.QUESTION])
    return ""


def add_rests(tx: Connection, found: Iterable[dict[str, Any]], people: Mapping[int, Person], now: datetime) -> None:
    """To each task: `rests`, what rests for its debtor and case, in words, with the local day on which it ends."""
    listed = list(found)
    stands = suppressions.c.lifted_at.is_(None) & suppressions.c.reason.in_(PAUSES)
    query = select(suppressions).where(suppressions.c.debtor_id.in_({task["debtor_id"] for task in listed}), stands)
    rows = tx.execute(query.order_by(suppressions.c.id)).all() if listed else []
    for task in listed:
        theirs = [row for row in rows if row.debtor_id == task["debtor_id"] and row.case_id in (None, task["case_id"])]
        person = people.get(task["debtor_id"])
        task["rests"] = [_told(row.reason, row.until, person, now) for row in theirs]


def _told(reason: str, until: datetime | None, person: Person | None, now: datetime) -> str:
    why = WORDS[SuppressionReason(reason)]
    if until is None or person is None:
        return f"Reminders rest until somebody decides: {why}."
    local = until.astimezone(zones.zone(assemble.home_zone(person)))
    return f"Reminders {'rest until' if until > now else 'rested until'} {local:%a %d %b %H:%M} their time: {why}."
