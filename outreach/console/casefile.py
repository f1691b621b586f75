"""What does the page of one case show? All that is known of the debtor, what comes next and why it waits, and the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from outreach.casewords import cost, line
from outreach.console.hours import ways
from outreach.console.lifting import liftable
from outreach.console.lists import money, rows
from outreach.console.resting import add_rests
from outreach.core import cadence, zones
from outreach.core.masking import masked
from outreach.core.terms import CaseStatus, EventKind, Phone, PhoneKind, PhonePlace, PromiseStatus
from outreach.engine import assemble, promises
from outreach.engine.rows import read_step
from outreach.engine.runtime import Runtime
from outreach.store import facts
from outreach.store.reading import read_case
from outreach.store.switches import standing
from outreach.store.tables import (
    attempt_cases,
    attempts,
    cases,
    consents,
    inbound_messages,
    inconvenient_times,
    phones,
    steps,
    suppressions,
    tasks,
)

Event = dict[str, Any]


def one_case(runtime: Runtime, ref: str) -> dict[str, Any] | None:
    """A case with all that is known of its debtor; None if there is none."""
    found, now = read_case(runtime.db, ref), runtime.clock.now()
    if found is None:
        return None
    with runtime.db.read() as connection:
        row = connection.execute(select(cases).where(cases.c.ref == ref)).one()
        person = facts.load(connection, [row.debtor_id], now).get(row.debtor_id)
        of_debtor = _of_debtor(row.debtor_id)
        found |= {name: rows(connection, query) for name, query in of_debtor.items()}
        found["loans"] = [_loan(loan) for loan in found["loans"]]
        found["tasks"] = rows(connection, _open_tasks(row.id))
        asked = {"debtor_id": row.debtor_id, "case_id": row.id}
        add_rests(connection, [asked], {row.debtor_id: person} if person else {}, now)
        found["rests"] = asked["rests"]
        found["liftable"] = liftable(found["stops"], row.id)
        found["stopped"] = {switch.campaign: switch.because for switch in standing(connection)}
        found["log"] = _said(connection, row, found["log"])
        planned = connection.execute(select(steps).where(steps.c.case_id == row.id, steps.c.state != "ended")).all()
    found["numbers"] = [number | {"masked": masked(number["e164"])} for number in found["numbers"]]
    found["cost"] = cost(found["cost"])
    found["name"] = person.name if person else None
    found["plan"] = [_next(step, runtime, found, person, now) for step in sorted(planned, key=lambda s: s.due_at)]
    found |= _times(person, runtime, now)
    found["ways"] = ways(runtime, ref, now)
    return found


def _of_debtor(debtor_id: int) -> dict[str, Select[Any]]:
    return {
        "loans": select(cases).where(cases.c.debtor_id == debtor_id).order_by(cases.c.due_on, cases.c.id),
        "numbers": select(phones).where(phones.c.debtor_id == debtor_id).order_by(phones.c.rank, phones.c.id),
        "consents": select(consents).where(consents.c.debtor_id == debtor_id).order_by(consents.c.id),
        "ruled_out": select(inconvenient_times)
        .where(inconvenient_times.c.debtor_id == debtor_id, inconvenient_times.c.lifted_at.is_(None))
        .order_by(inconvenient_times.c.id),
        "stops": select(suppressions).where(suppressions.c.debtor_id == debtor_id).order_by(suppressions.c.id),
    }


def _open_tasks(case_id: int) -> Select[Any]:
    return select(tasks).where(tasks.c.case_id == case_id, tasks.c.state == "open").order_by(tasks.c.due_at)


def _loan(loan: dict[str, Any]) -> dict[str, Any]:
    return loan | {"amount": money(loan["amount_due_minor"], loan["currency"])}


def _times(person: facts.Person | None, runtime: Runtime, now: datetime) -> dict[str, Any]:
    """The debtor's local time in every zone they may be in, and the days a promise may name."""
    if person is None:
        return {"clocks": [], "forgotten": True}
    phone = person.phones[0].phone if person.phones else Phone("", PhoneKind.UNKNOWN, PhonePlace.PERSONAL)
    names = zones.candidate_zones(person.addresses, phone, person.stated_zone)
    return {
        "clocks": _clocks(names, assemble.home_zone(person), now),
        "forgotten": False,
        "zone": assemble.home_zone(person),
        "local_now": now.astimezone(zones.zone(assemble.home_zone(person))),
        "today": assemble.today(person, now),
        "latest": promises.latest(person, now, runtime.policy),
    }


def _clocks(names: Sequence[str], home: str, now: datetime) -> list[tuple[str, list[str]]]:
    """(local time, the zones it is in), the one their times are told in first."""
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (name != home, name)):
        found.setdefault(now.astimezone(zones.zone(name)).strftime("%a %H:%M"), []).append(name)
    return list(found.items())


# --- what comes next, and why it waits ---------------------------------------------------------------------------------


def _next(
    step: Row[Any], runtime: Runtime, found: Mapping[str, Any], person: facts.Person | None, now: datetime
) -> dict[str, Any]:
    """The step that is next in one campaign: what it is, when it is looked at, and what it waits for."""
    campaign = next((c for c in runtime.loaded.campaigns if c.name == step.campaign), None)
    attempt = cadence.current_try(campaign, read_step(step).position) if campaign else None
    refused = _last_refusal(step, found["log"])
    zone = zones.zone(assemble.home_zone(person)) if person else None
    return {
        "campaign": step.campaign,
        "title": campaign.title if campaign else None,
        "step": step.step,
        "channel": step.channel,
        "template": attempt.template if attempt else None,
        "try_no": step.try_no + 1,
        "due_at": step.due_at,
        "local": step.due_at.astimezone(zone) if zone else None,
        "state": step.state,
        "why": _why(step, found, now, refused is not None),
        "refusals": refused["detail"].get("refusals", []) if refused else [],
        "refused_at": refused["at"] if refused else None,
    }


def _last_refusal(step: Row[Any], log: Sequence[Event]) -> Event | None:
    """The last refusal of this very step, while it still holds it up."""
    if not step.last_refusal:
        return None
    ours = (
        event
        for event in reversed(log)
        if event["kind"] == EventKind.REFUSED
        and (event["detail"].get("campaign"), event["detail"].get("step")) == (step.campaign, step.step)
    )
    return next(ours, None)


def _why(step: Row[Any], found: Mapping[str, Any], now: datetime, refused: bool) -> str:
    """What the step waits for, in words; the first row that holds."""
    promised_on = next((p["on"] for p in reversed(found["promises"]) if p["status"] == PromiseStatus.OPEN), None)
    stopped = found["stopped"].get(None) or found["stopped"].get(step.campaign)
    table = (
        (stopped is not None, f"Nothing is placed: {stopped}."),
        (found["status"] == CaseStatus.HELD, f"The case is held for a person{_held(found['log'])}."),
        (step.state == "reserved", "It is decided lawful and on its way."),
        (promised_on is not None, f"A promise stands for {promised_on}: no reminder until it is kept or broken."),
        (step.state == "parked", "It may not be done, and no time is known at which it may:"),
        (refused and step.due_at > now, "It may not be done yet:"),
        (refused, "It was refused when last asked, and is asked again now:"),
        (step.due_at > now, "Its time has not come."),
        (True, "It is due and is judged at the next turn."),
    )
    return next(words for holds, words in table if holds)


def _held(log: Sequence[Event]) -> str:
    because = next((e["detail"].get("because") for e in reversed(log) if e["kind"] == EventKind.HELD), None)
    return f" ({str(because).replace('_', ' ')})" if because else ""


# --- the log ------------------------------------------------------------------------------------------------------------


def _said(connection: Connection, case: Row[Any], log: Sequence[Event]) -> list[Event]:
    """The log with each line in words, and the text that was sent, received or noted with it."""
    sent = select(attempts.c.id, attempts.c.body).join(attempt_cases).where(attempt_cases.c.case_id == case.id)
    came = select(inbound_messages.c.id, inbound_messages.c.body)
    came = came.where(inbound_messages.c.debtor_id == case.debtor_id)
    kept = select(tasks.c.id, tasks.c.note).where(tasks.c.case_id == case.id, tasks.c.kind == "note")
    bodies = {
        EventKind.ATTEMPT_PLACED: _texts(connection, sent),
        EventKind.REPLIED: _texts(connection, came),
        EventKind.NOTED: _texts(connection, kept),
    }
    keys = {EventKind.REPLIED: "message_id", EventKind.NOTED: "note_id"}
    for event in log:
        key = event["detail"].get(keys[event["kind"]]) if event["kind"] in keys else event["attempt_id"]
        event["text"] = bodies.get(event["kind"], {}).get(key)
        event["words"] = line(event["kind"], event["detail"])
    return list(log)


def _texts(connection: Connection, query: Select[Any]) -> dict[int, str]:
    return {row[0]: row[1] for row in connection.execute(query)}
