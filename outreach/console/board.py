"""What does the board show? The last day, the next day, and what holds contacts up, as of now.

Each query reads a range of an index, none a whole table: the board is asked every second by everyone who looks at it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from outreach.audit import last_audit
from outreach.casewords import line
from outreach.core.terms import CaseStatus, Channel
from outreach.engine.due import unfinished
from outreach.engine.forecast import forecast
from outreach.engine.runtime import Policy
from outreach.store import costs
from outreach.store.database import Database
from outreach.store.switches import standing
from outreach.store.tables import agents, attempts, campaigns, carrier_inbox, case_events, cases, promises, steps, tasks
from outreach.store.waiting import steps_waiting

SHOWN = ("attempt_placed", "contact_found", "delivered", "answered", "identified", "transferred", "replied", "promised",
         "promise_kept", "promise_broken", "paid", "refused", "suppressed")  # fmt: skip
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
HOURS = 24
FEED = 24
REFUSALS = 1000  # the latest refusals of the last day are read, to say what refuses
RULES = 8
REPORTS_SHOWN = timedelta(days=7)
TALL = 64.0  # height of the highest bar


def board(db: Database, now: datetime, policy: Policy | None = None) -> dict[str, Any]:
    """Everything on the board, as of `now`; with `policy`, when what is due now is done at its rates."""
    audited = last_audit(db)
    with db.read() as connection:
        by_status = {status: _count(cases, cases.c.status == status) for status in CaseStatus}
        waiting = {
            "tasks": _count(tasks, tasks.c.state == "open"),
            "late": _count(tasks, tasks.c.state == "open", tasks.c.due_at < now),
            "promises": _count(promises, promises.c.status == "open"),
        }
        counted = _ask(connection, by_status | waiting)
        return {
            "now": now,
            "stopped": [asdict(switch) for switch in standing(connection)],
            "counts": _counts(connection, now),
            "due": _due(connection, now),
            **_refusals(connection, now),
            "campaigns": _by_campaign(connection, now, policy),
            "feed": _feed(connection),
            "agents": _agents(connection),
            "cases": {status: counted[status] for status in by_status if counted[status]},
            **{name: counted[name] for name in waiting},
            "reports": _reports(connection, now),
            "audited": {"at": audited[0], "findings": audited[1]} if audited else None,
        }


def _count(table: Table, *where: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()


def _ask(connection: Connection, counts: Mapping[Any, Any]) -> dict[Any, int]:
    """Several counts in one go, by the key each was given."""
    if not counts:
        return {}
    row = connection.execute(select(*(query.label(f"n{index}") for index, query in enumerate(counts.values())))).one()
    return dict(zip(counts, row, strict=True))


def _counts(connection: Connection, now: datetime) -> list[tuple[str, int, int]]:
    """(kind, in the last 24 hours, in the 24 hours before those)."""
    at, kind = case_events.c.at, case_events.c.kind
    spans = {0: (at > now - DAY, at <= now), 1: (at > now - 2 * DAY, at <= now - DAY)}
    found = _ask(
        connection,
        {(k, span): _count(case_events, kind == k, *limits) for k in SHOWN for span, limits in spans.items()},
    )
    return [(k, found[(k, 0)], found[(k, 1)]) for k in SHOWN]


def _due(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Steps due in each of the next 24 hours, by channel; what is overdue counts to the first."""
    counts = {
        (hour, channel): _count(
            steps,
            steps_waiting(channels=(channel,)),
            steps.c.due_at < now + (hour + 1) * HOUR,
            *((steps.c.due_at >= now + hour * HOUR,) if hour else ()),
        )
        for hour in range(HOURS)
        for channel in Channel
    }
    found = _ask(connection, counts)
    most = max(sum(found[(hour, channel)] for channel in Channel) for hour in range(HOURS)) or 1
    return [
        _bar(now + hour * HOUR, found[(hour, Channel.SMS)], found[(hour, Channel.CALL)], most) for hour in range(HOURS)
    ]


def _bar(at: datetime, sms: int, call: int, most: int) -> dict[str, Any]:
    heights = {"sms_height": round(TALL * sms / most, 1), "call_height": round(TALL * call / most, 1)}
    return {"label": at.strftime("%H"), "sms": sms, "call": call, **heights}


def _refusals(connection: Connection, now: datetime) -> dict[str, Any]:
    """Why contacts were not made: the rules of the latest refusals of the last day, most frequent first."""
    query = select(case_events.c.detail).where(case_events.c.kind == "refused", case_events.c.at > now - DAY)
    found: Counter[tuple[str, str]] = Counter()
    read = 0
    for (detail,) in connection.execute(query.order_by(case_events.c.at.desc()).limit(REFUSALS)):
        read += 1
        for refusal in json.loads(detail).get("refusals") or []:
            found[(refusal["rule"], refusal["citation"])] += 1
    ranked = [{"rule": rule, "citation": cited, "count": n} for (rule, cited), n in found.most_common(RULES)]
    return {"refusals": ranked, "refusals_read": read}


def _by_campaign(connection: Connection, now: datetime, policy: Policy | None) -> list[dict[str, Any]]:
    """Each campaign in force: steps that wait, texts and calls placed in the last 24 hours."""
    names = list(connection.scalars(select(campaigns.c.name).where(campaigns.c.current).order_by(campaigns.c.name)))
    versions: dict[str, list[int]] = {name: [] for name in names}
    for row in connection.execute(select(campaigns.c.name, campaigns.c.id).where(campaigns.c.name.in_(names))):
        versions[row.name].append(row.id)
    counts = {(name, "waiting"): _waiting(name) for name in names}
    counts |= {(name, channel): _placed(versions[name], channel, now) for name in names for channel in Channel}
    found = _ask(connection, counts)
    cost = costs.by_campaign(connection, now.date())
    ends = forecast(connection, policy, now, unfinished(connection, policy, now)) if policy else {}
    return [
        {"name": name, "cost": cost.get(name, []), "forecast": ends.get(name, {})}
        | {what: found[(name, what)] for what in ("waiting", *Channel)}
        for name in names
    ]


def _waiting(name: str) -> Any:
    return _count(steps, steps.c.campaign == name, steps.c.state == "waiting")


def _placed(versions: Iterable[int], channel: Channel, now: datetime) -> Any:
    return _count(
        attempts,
        attempts.c.campaign_id.in_(list(versions)),
        attempts.c.channel == channel,
        attempts.c.placed_at > now - DAY,
    )


def _feed(connection: Connection) -> list[dict[str, Any]]:
    """The latest lines of all logs."""
    query = select(case_events, cases.c.ref).join(cases).order_by(case_events.c.at.desc()).limit(FEED)
    latest = sorted(connection.execute(query), key=lambda row: (row.at, row.seq), reverse=True)
    return [
        {"ref": row.ref, "at": row.at, "kind": row.kind, "words": line(row.kind, _short(json.loads(row.detail)))}
        for row in latest
    ]


def _short(detail: dict[str, Any]) -> dict[str, Any]:
    """The carrier's reference is long and says nothing to who looks at the board."""
    return detail | {"sid": f"{detail['sid'][:8]}…"} if detail.get("sid") else detail


def _reports(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """What the carrier told us and could not be applied, however often it was tried: the latest of the last days."""
    kept = carrier_inbox.c.state.in_(("failed", "unmatched")) & (carrier_inbox.c.received_at > now - REPORTS_SHOWN)
    query = select(carrier_inbox).where(kept).order_by(carrier_inbox.c.id.desc()).limit(FEED)
    return [
        {
            "id": row.id,
            "at": row.received_at,
            "kind": row.kind,
            "of": row.dedupe,
            "tries": row.tries,  # of the error only its kind: its words may be the debtor's
            "why": row.error.partition(":")[0] if row.error else "about no attempt of ours",
        }
        for row in connection.execute(query)
    ]


def _agents(connection: Connection) -> list[dict[str, Any]]:
    query = select(agents).where(agents.c.active).order_by(agents.c.name)
    return [{"name": row.name, "busy": row.busy_since is not None} for row in connection.execute(query)]
