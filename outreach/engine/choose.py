"""What is to become of one debtor's due steps: which contact, or why none, and where each step stands after it?

Pure: facts and rows in, a `Choice` out; `dispatch` writes it down. Several loans of one debtor make one contact:
whatever of the same creditor falls due before the debtor's local day ends is merged into the contact that goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from outreach.campaigns import Loaded
from outreach.core import cadence
from outreach.core.cadence import Campaign, CaseFacts, Condition
from outreach.core.gate import judge
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import Ask, CaseStatus, Channel, Decision, EventKind, PhoneKind, Refusal, Verdict
from outreach.engine import assemble
from outreach.engine.choice import NEVER, Choice, Contact, Ready, StepRow
from outreach.engine.moving import end, give_up, go_to, move_late, passed_over
from outreach.engine.runtime import Policy
from outreach.store.caselog import Entry, instant
from outreach.store.facts import CaseOnFile, Person, PhoneOnFile

MINUTE = 60
HELD_LOOK = timedelta(days=1)  # how often a step of a held case is looked at
LAST_METRE = timedelta(seconds=60)  # company margin: a text with less time left than this is not sent
NO_PHONE = "POLICY-NO-NUMBER"
PART_PAID = "part of what is due was paid"


def choose(
    person: Person,
    rows: Sequence[StepRow],
    loaded: Loaded,
    versions: Mapping[str, int],
    now: datetime,
    policy: Policy,
) -> Choice:
    """Decide about `rows`: the debtor's waiting steps that are due by the end of the local day.

    `versions`: current `campaigns.id` by name.
    """
    choice = Choice()
    ready = [r for row in rows if (r := _ready(choice, person, row, loaded, versions, now, policy)) is not None]
    groups: dict[tuple[str, str], list[Ready]] = {}
    for item in sorted(ready, key=lambda r: (-r.row.priority, r.row.due_at, r.row.id)):
        groups.setdefault((item.case.creditor, item.case.collector), []).append(item)
    for group in groups.values():
        for due in _by_channel(item for item in group if item.row.due_at <= now):
            if not choice.contacts:
                _contact(choice, person, due, group, loaded.rulebooks, now, policy)
        if choice.contacts:
            break  # the next is judged with this one on file, in the next turn
    for item in ready:
        _overtake(choice, item, now)
    return choice


def _by_channel(due: Iterable[Ready]) -> list[list[Ready]]:
    """What is due, by the channel it asks for: what the law says of a text holds for no call."""
    found: dict[Channel, list[Ready]] = {}
    for item in due:
        found.setdefault(item.attempt.channel, []).append(item)
    return list(found.values())


def _ready(
    choice: Choice,
    person: Person,
    row: StepRow,
    loaded: Loaded,
    versions: Mapping[str, int],
    now: datetime,
    policy: Policy,
) -> Ready | None:
    """The row with its campaign and try, or None with what became of it noted in `choice`."""
    case = person.cases[row.case_id]
    campaign = next((c for c in loaded.campaigns if c.name == row.campaign and c.active), None)
    if campaign is None or versions.get(row.campaign) != row.campaign_id:
        choice.replan.add(row.case_id)
        return None
    if case.status is CaseStatus.CLOSED:
        end(choice, row, campaign, now, CaseStatus.CLOSED)
        return None
    if case.status is CaseStatus.HELD:
        choice.updates[row.id] = {"state": "parked", "due_at": now + HELD_LOOK}
        return None
    facts = assemble.case_facts(person, case, campaign, row.anchor_on, policy)
    if row.due_at > now:  # not due yet: may only be merged into a contact that is
        attempt = cadence.current_try(campaign, row.position)
        blocked = cadence.blocked(campaign, row.position, facts) or cadence.quiet(campaign, facts, now)
        return Ready(row, case, campaign, attempt, facts) if attempt and not blocked else None
    return _due(choice, row, case, campaign, facts, now)


def _due(
    choice: Choice, row: StepRow, case: CaseOnFile, campaign: Campaign, facts: CaseFacts, now: datetime
) -> Ready | None:
    """A step whose time has come: to be taken now, unless the campaign has stopped, is over, or its time passed."""
    condition = cadence.blocked(campaign, row.position, facts)
    if condition in campaign.stop_when:
        end(choice, row, campaign, now, str(condition))
        return None
    if not cadence.wanted(campaign, row.position, facts, now):
        end(choice, row, campaign, now, "no longer in the audience, or the campaign is over")
        return None
    if (row.last_refusal or "").startswith(NEVER) and cadence.waits_until(
        campaign, row.position, facts, row.anchor_on
    ) < now:
        give_up(choice, row, campaign, facts, now)
        return None
    if moved := cadence.put_off(campaign, row.position, facts, row.anchor_on, now):
        move_late(choice, row, campaign, moved, now, PART_PAID)
        return None
    if moved := cadence.late(campaign, row.position, facts, row.anchor_on, now):
        move_late(choice, row, campaign, moved, now)
        if moved.what is not cadence.Late.SHIFT:
            passed_over(choice, row, campaign, moved.position, facts, now)
        return None
    return _unless_blocked(choice, row, case, campaign, facts, condition, now)


def _unless_blocked(
    choice: Choice,
    row: StepRow,
    case: CaseOnFile,
    campaign: Campaign,
    facts: CaseFacts,
    condition: Condition | None,
    now: datetime,
) -> Ready | None:
    attempt = cadence.current_try(campaign, row.position)
    if attempt is None:
        choice.replan.add(row.case_id)
        return None
    if condition is None:
        return Ready(row, case, campaign, attempt, facts)
    detail = {"campaign": campaign.name, "version": campaign.version, "step": row.position.step, "because": condition}
    choice.entries.append(Entry(row.case_id, now, EventKind.STEP_SKIPPED, detail))
    into = cadence.skip(campaign, row.position, facts, row.anchor_on, now)
    passed_over(choice, row, campaign, into, facts, now)
    go_to(choice, row, campaign, into, now)
    return None


def _contact(
    choice: Choice,
    person: Person,
    due: Sequence[Ready],
    group: Sequence[Ready],
    rulebooks: Rulebooks,
    now: datetime,
    policy: Policy,
) -> None:
    """The contact that the first of `due`, all of one channel, asks for, with all of `group` in it; or why there is none."""
    lead = due[0]
    cases = tuple({item.case.id: item.case for item in group}.values())
    channel = lead.attempt.channel
    best: tuple[PhoneOnFile, Ask, Verdict] | None = None
    for phone in _phones(person, channel, lead.row.position.try_no):
        ask = assemble.ask(person, phone, channel, cases, now)
        verdict = judge(ask, rulebooks, now)
        if verdict.allowed:
            longest = policy.sms_valid_for if channel is Channel.SMS else policy.call_for
            lasts = lasting(ask, rulebooks, now, longest)
            if lasts >= (LAST_METRE if channel is Channel.SMS else longest):
                rows = tuple(item.row for item in group)
                for row in rows:
                    choice.updates.pop(row.id, None)  # of another channel, and refused: it is in this one
                choice.contacts.append(
                    Contact(lead.row, rows, cases, lead.campaign, lead.attempt, phone, ask, verdict, lasts)
                )
                return
            verdict = judge(ask, rulebooks, now + lasts + timedelta(seconds=1))
        best = _sooner(best, (phone, ask, verdict))
    _refuse(choice, due, best, now)


def _phones(person: Person, channel: Channel, try_no: int) -> list[PhoneOnFile]:
    """Numbers in the order they are tried: landlines get no texts; each further try starts at the next number."""
    usable = [p for p in person.phones if channel is Channel.CALL or p.phone.kind is not PhoneKind.LANDLINE]
    start = try_no % len(usable) if usable else 0
    return usable[start:] + usable[:start]


def _sooner(
    best: tuple[PhoneOnFile, Ask, Verdict] | None, other: tuple[PhoneOnFile, Ask, Verdict]
) -> tuple[PhoneOnFile, Ask, Verdict]:
    if best is None:
        return other
    ours, theirs = best[2].retry_at, other[2].retry_at
    return other if theirs is not None and (ours is None or theirs < ours) else best


def lasting(ask: Ask, rulebooks: Rulebooks, now: datetime, longest: timedelta) -> timedelta:
    """How long from `now` this contact stays lawful, at most `longest`, to the second; it may be queued no longer."""
    low, high = 0, int(longest.total_seconds())
    stride = MINUTE if ask.inconvenient else high  # the debtor's own times may begin and end inside the span
    while low < high and judge(ask, rulebooks, now + timedelta(seconds=min(low + stride, high))).allowed:
        low = min(low + stride, high)
    high = min(low + stride, high)
    while high - low > 1:
        middle = (low + high) // 2
        if judge(ask, rulebooks, now + timedelta(seconds=middle)).allowed:
            low = middle
        else:
            high = middle
    return timedelta(seconds=low)


def _refuse(
    choice: Choice, rows: Sequence[Ready], best: tuple[PhoneOnFile, Ask, Verdict] | None, now: datetime
) -> None:
    """Note the refusal once per reason, and when each row is looked at again: never later than its step keeps."""
    refusals, retry_at, decision = _reasons(best, rows[0].attempt.channel)
    rules = ",".join(sorted({refusal.rule for refusal in refusals}))
    last_refusal = f"{NEVER if decision == Decision.REFUSE else ''}{rules}"[:200]
    for item in rows:
        choice.updates[item.row.id] = {
            "state": "parked" if decision == Decision.REFUSE else "waiting",
            "due_at": _looked_at_again(item, retry_at, now),
            "last_refusal": last_refusal,
        }
        if item.row.last_refusal == last_refusal:
            continue
        campaign, name = item.campaign, item.row.position.step
        said = _refused(campaign.name, campaign.version, name, item.attempt.channel, decision, refusals, retry_at)
        choice.entries.append(Entry(item.row.case_id, now, EventKind.REFUSED, said))


def _overtake(choice: Choice, item: Ready, now: datetime) -> None:
    """A step put off into the time of the next one is late: the next one does not wait for it."""
    update = choice.updates.get(item.row.id)  # none where it was taken, with another channel's contact after all
    if update is None or update["state"] != "waiting":
        return
    moved = cadence.overtaken(item.campaign, item.row.position, item.facts, item.row.anchor_on, now)
    if moved is not None:
        because = f"put off into the time of the next step: {update['last_refusal']}"
        move_late(choice, item.row, item.campaign, moved, now, because)
        passed_over(choice, item.row, item.campaign, moved.position, item.facts, now)


def _looked_at_again(item: Ready, retry_at: datetime | None, now: datetime) -> datetime:
    """When it may be lawful, or its time is over: it is kept no longer, or (if it does not shift) the next one's has come."""
    position, step = item.row.position, item.campaign.step(item.row.position.step)
    if retry_at is None:
        ends = cadence.waits_until(item.campaign, position, item.facts, item.row.anchor_on)
        return ends + timedelta(seconds=1)
    keeps = position.planned_at + (step.keep_for if step else timedelta(0)) + timedelta(seconds=1)
    times = [retry_at, max(keeps, now + timedelta(seconds=1))]
    if step is not None and step.if_late is not cadence.Late.SHIFT:
        coming = cadence.next_time(item.campaign, position, item.facts, item.row.anchor_on)
        times += [coming] if coming is not None and coming > now else []
    return min(times)


@lru_cache(maxsize=512)
def _refused(
    campaign: str,
    version: str,
    step: str,
    channel: Channel,
    decision: Decision,
    refusals: tuple[Refusal, ...],
    retry_at: datetime | None,
) -> Mapping[str, Any]:
    """What the log says of a refusal: the very same of many debtors, so that it is put together and written out once."""
    return {
        "campaign": campaign,
        "version": version,
        "step": step,
        "channel": channel,
        "decision": decision,
        "refusals": _rows(refusals),
        "retry_at": instant(retry_at) if retry_at else None,
    }


def _reasons(
    best: tuple[PhoneOnFile, Ask, Verdict] | None, channel: Channel
) -> tuple[tuple[Refusal, ...], datetime | None, Decision]:
    if best is None:
        because = f"no number on file that can be reached by {channel}"
        return (Refusal(NO_PHONE, "", because),), None, Decision.REFUSE
    verdict = best[2]
    return verdict.refusals, verdict.retry_at, verdict.decision


def refusal_rows(verdict: Verdict) -> list[dict[str, Any]]:
    """A verdict's refusals as the case log keeps them."""
    return _rows(verdict.refusals)


def _rows(refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    return [
        {
            "rule": refusal.rule,
            "citation": refusal.citation,
            "because": refusal.because,
            "retry_at": instant(refusal.retry_at) if refusal.retry_at else None,
        }
        for refusal in refusals
    ]
