"""What is written when a contact is reserved? The attempt, its permit and the loans it is about, a batch at a time.

From the commit on an attempt counts against every cap, whatever becomes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection

from outreach.core.terms import Ask, AttemptState, Channel, Money, Purpose, Verdict
from outreach.engine import permits
from outreach.engine.choice import StepRow
from outreach.engine.runtime import Runtime
from outreach.messages import Rendered
from outreach.store.bulk import insert_rows, new_ids
from outreach.store.facts import CaseOnFile, Person, PhoneOnFile
from outreach.store.tables import attempt_cases, attempts

LINKS = ("attempt_id", "case_id", "step_id")


@dataclass(frozen=True, slots=True)
class Reservation:
    """One contact to write down, with what it was judged on; it leaves at `leaves_at` at the earliest.

    `lead`: the step it is for, None for an answer; `step_ids`: the row of `steps` by case id.
    """

    person: Person
    phone: PhoneOnFile
    loans: Sequence[CaseOnFile]
    ask: Ask
    verdict: Verdict
    template: str
    rendered: Rendered
    sender: str
    leaves_at: datetime
    window_ends_at: datetime
    lead: StepRow | None = None
    step_ids: Mapping[int, int] = field(default_factory=dict)
    offered_on: date | None = None
    offered_amount: Money | None = None
    key: str = field(default_factory=lambda: token_hex(16))


def write(tx: Connection, runtime: Runtime, reservations: Sequence[Reservation], now: datetime) -> list[int]:
    """Write them; the ids of the attempts, in order."""
    ids = new_ids(tx, attempts, len(reservations)) if reservations else []
    numbered = list(zip(ids, reservations, strict=True))
    rows = [_row(attempt_id, one, runtime, now) for attempt_id, one in numbered]
    if rows:
        insert_rows(tx, attempts, tuple(rows[0]), [tuple(row.values()) for row in rows])
    links = [(i, loan.id, one.step_ids.get(loan.id)) for i, one in numbered for loan in one.loans]
    insert_rows(tx, attempt_cases, LINKS, links)
    permits.keep(tx, [(i, one.ask, one.verdict) for i, one in numbered], runtime.loaded.rulebooks, now)
    return ids


def _row(attempt_id: int, one: Reservation, runtime: Runtime, now: datetime) -> dict[str, Any]:
    """The columns of `attempts`; whatever is not named is null."""
    ask, lead = one.ask, one.lead
    return {
        "id": attempt_id,
        "key": one.key,
        "debtor_id": one.person.id,
        "facts_version": one.person.facts_version,
        "phone_id": one.phone.id,
        "channel": ask.channel,
        "voice": ask.voice,
        "purpose": ask.purpose,
        "requested": ask.purpose is Purpose.REQUESTED_CALLBACK,
        "campaign_id": lead.campaign_id if lead else None,
        "step": lead.position.step if lead else None,
        "try_no": lead.position.try_no if lead else None,
        "template": one.template,
        "language": one.rendered.language,
        "body": one.rendered.body if ask.channel is Channel.SMS else None,  # what is said on a call is rendered then
        "segments": one.rendered.segments,
        "offered_on": one.offered_on,
        "offered_minor": one.offered_amount.minor if one.offered_amount else None,
        "sender": one.sender,
        "carrier": runtime.carrier.name,
        "state": AttemptState.RESERVED,
        "rank": 0,
        "identified": False,
        "window_ends_at": one.window_ends_at,
        "due_at": one.lead.due_at if one.lead else one.leaves_at,
        "reserved_at": now,
        "touched_at": one.leaves_at,
    }


def detail(one: Reservation) -> dict[str, Any]:
    """What the log line of every loan says of the reservation."""
    return {
        "key": one.key,
        "channel": one.ask.channel,
        "voice": one.ask.voice,
        "purpose": one.ask.purpose,
        "phone_id": one.phone.id,
        "phone": one.phone.digest,
        "template": one.template,
        "language": one.rendered.language,
        "segments": one.rendered.segments,
        "rulebooks": list(one.verdict.rulebooks),
        "zones": list(one.verdict.zones),
        "cases": [loan.ref for loan in one.loans],
    }
