"""Where does a step go: to another time, on to the next one, or to its end? Each move with its line on the case log."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from outreach.core import cadence, zones
from outreach.core.cadence import Campaign, CaseFacts, Position
from outreach.core.terms import Channel, Disposition, EventKind
from outreach.engine import assemble
from outreach.engine.choice import ENDED, NEVER, Choice, StepRow
from outreach.engine.runtime import Policy
from outreach.store.caselog import Entry, instant
from outreach.store.facts import Person


def give_up(choice: Choice, row: StepRow, campaign: Campaign, facts: CaseFacts, now: datetime) -> None:
    """A step that may not be done, and nothing changed in the time it had: what comes after it is not held up by it."""
    into = cadence.given_up(campaign, row.position, facts, row.anchor_on, now)
    detail = {
        "campaign": campaign.name,
        "version": campaign.version,
        "step": row.position.step,
        "because": "it may not be done",
        "rules": (row.last_refusal or "").removeprefix(NEVER),
        "into": into.step if into else None,
    }
    choice.entries.append(Entry(row.case_id, now, EventKind.STEP_SKIPPED, detail))
    passed_over(choice, row, campaign, into, facts, now)
    go_to(choice, row, campaign, into, now)


def passed_over(
    choice: Choice, row: StepRow, campaign: Campaign, into: Position | None, facts: CaseFacts, now: datetime
) -> None:
    """A line for each step whose time passed while this one was under way: none is dropped silently."""
    for name in cadence.passed_over(campaign, row.position, into):
        step = campaign.step(name)
        if step is None or not cadence.came_by(campaign, row.position, step, facts, row.anchor_on, now):
            continue
        detail = {"campaign": campaign.name, "version": campaign.version, "step": name}
        because = {"because": f"its time passed while {row.position.step} was under way"}
        choice.entries.append(Entry(row.case_id, now, EventKind.STEP_SKIPPED, detail | because))


def end(choice: Choice, row: StepRow, campaign: Campaign, now: datetime, because: str) -> None:
    choice.updates[row.id] = {"state": "ended", "last_refusal": f"{ENDED}{because}"[:200]}
    detail = {"campaign": campaign.name, "version": campaign.version, "because": because}
    choice.entries.append(Entry(row.case_id, now, EventKind.CADENCE_ENDED, detail))


def move_late(
    choice: Choice, row: StepRow, campaign: Campaign, moved: cadence.Moved, now: datetime, because: str = ""
) -> None:
    kinds = {
        cadence.Late.EXPIRE: EventKind.STEP_EXPIRED,
        cadence.Late.SHIFT: EventKind.STEP_SHIFTED,
        cadence.Late.MERGE: EventKind.STEP_MERGED,
    }
    detail = {
        "campaign": campaign.name,
        "version": campaign.version,
        "step": moved.step,
        "planned_at": instant(row.position.planned_at),
        "days": moved.days,
        "into": moved.position.step if moved.position else None,
    } | ({"because": because} if because else {})
    choice.entries.append(Entry(row.case_id, now, kinds[moved.what], detail))
    go_to(choice, row, campaign, moved.position, now)


def go_to(choice: Choice, row: StepRow, campaign: Campaign, position: Position | None, now: datetime) -> None:
    """Move `row` to `position`, or end it. Also used for what follows an attempt."""
    if position is None:
        end(choice, row, campaign, now, "last step done")
    else:
        choice.updates[row.id] = row_at(campaign, position)


def row_at(campaign: Campaign, position: Position) -> dict[str, Any]:
    """The columns of `steps` for a case that stands at `position` and waits."""
    attempt = cadence.current_try(campaign, position)
    return {
        "state": "waiting",
        "step": position.step,
        "try_no": position.try_no,
        "shift_days": position.shift_days,
        "planned_at": position.planned_at,
        "due_at": position.planned_at,
        "channel": attempt.channel if attempt else Channel.SMS,
        "priority": campaign.priority,
        "last_refusal": None,
    }


def after_attempt(
    person: Person,
    row: StepRow,
    campaign: Campaign,
    disposition: Disposition,
    now: datetime,
    policy: Policy,
    again_at: datetime | None = None,
) -> tuple[Choice, Position | None]:
    """Where a row goes once its attempt is final. `again_at`: where its step has no next try for it, it stays until then."""
    choice = Choice()
    if again_at is not None and not cadence.tries_on(campaign, row.position, disposition):
        choice.updates[row.id] = {"state": "waiting", "due_at": again_at}
        return choice, row.position
    case = person.cases[row.case_id]
    facts = assemble.case_facts(person, case, campaign, row.anchor_on, policy)
    position = cadence.after(campaign, row.position, disposition, facts, row.anchor_on, now)
    if position is None or position.step != row.position.step:
        passed_over(choice, row, campaign, position, facts, now)
    go_to(choice, row, campaign, position, now)
    return choice, position


def end_of_day(person: Person, now: datetime) -> datetime:
    """The instant the debtor's local day ends."""
    zone = assemble.home_zone(person)
    return zones.local_instant(zones.local_date(now, zone) + timedelta(days=1), time.min, zone)
