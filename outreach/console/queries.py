"""What do the console's pages show? Reads only, each a fixed number of queries, plain data out."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from outreach.casewords import line
from outreach.core import zones
from outreach.core.money import write_amount
from outreach.core.terms import Money, Phone, PhoneKind, PhonePlace
from outreach.store import facts
from outreach.store.database import Database
from outreach.store.reading import read_case
from outreach.store.tables import (
    agents,
    attempt_cases,
    attempts,
    campaigns,
    case_events,
    cases,
    consents,
    debtors,
    inbound_messages,
    phones,
    promises,
    steps,
    suppressions,
    tasks,
)

PAGE = 50
SHOWN = ("attempt_placed", "delivered", "answered", "identified", "transferred", "replied", "promised", "promise_kept",
         "promise_broken", "paid", "refused", "suppressed")  # fmt: skip
FEED = 24
RECENT = timedelta(days=1)


def money(minor: int, currency: str) -> str:
    return f"{write_amount(Money(minor, currency))} {currency}"


def masked(e164: str | None) -> str:
    """Enough of a number to tell two apart."""
    return e164[:3] + "·" * (len(e164) - 7) + e164[-4:] if e164 else "erased"


def board(db: Database, now: datetime) -> dict[str, Any]:
    """Everything on the board, as of `now`."""
    since = now - RECENT
    with db.read() as connection:
        total = _counts(connection, None)
        recent = _counts(connection, since)
        return {
            "now": now,
            "counts": [(kind, recent.get(kind, 0), total.get(kind, 0)) for kind in SHOWN],
            "due": _due(connection, now),
            "refusals": _refusals(connection, since),
            "campaigns": _by_campaign(connection),
            "feed": _feed(connection),
            "agents": _agents(connection),
            "tasks": connection.scalar(select(func.count()).select_from(tasks).where(tasks.c.state == "open")),
            "promises": connection.scalar(
                select(func.count()).select_from(promises).where(promises.c.status == "open")
            ),
            "cases": dict(_pairs(connection, select(cases.c.status, func.count()).group_by(cases.c.status))),
        }


def _pairs(connection: Connection, query: Any) -> list[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in connection.execute(query)]


def _counts(connection: Connection, since: datetime | None) -> dict[str, int]:
    query = select(case_events.c.kind, func.count()).group_by(case_events.c.kind)
    return dict(_pairs(connection, query if since is None else query.where(case_events.c.at >= since)))


def _due(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Steps due in each of the next 24 hours, by channel."""
    end = now + timedelta(hours=24)
    query = select(steps.c.due_at, steps.c.channel).where(steps.c.state == "waiting", steps.c.due_at < end)
    hours: list[Counter[str]] = [Counter() for _ in range(24)]
    for due_at, channel in connection.execute(query):
        hours[min(23, max(0, int((due_at - now).total_seconds() // 3600)))][channel] += 1
    most = max((sum(hour.values()) for hour in hours), default=0) or 1
    return [
        {
            "label": (now + timedelta(hours=index)).strftime("%H"),
            "sms": hour["sms"],
            "call": hour["call"],
            "sms_height": round(64 * hour["sms"] / most, 1),
            "call_height": round(64 * hour["call"] / most, 1),
        }
        for index, hour in enumerate(hours)
    ]


def _refusals(connection: Connection, since: datetime) -> list[dict[str, Any]]:
    """Why contacts were not made: the rules that refused, most frequent first."""
    found: Counter[tuple[str, str]] = Counter()
    query = select(case_events.c.detail).where(case_events.c.kind == "refused", case_events.c.at >= since)
    for (detail,) in connection.execute(query.order_by(case_events.c.at.desc()).limit(3000)):
        for refusal in json.loads(detail).get("refusals") or []:
            found[(refusal["rule"], refusal["citation"])] += 1
    return [{"rule": rule, "citation": cited, "count": count} for (rule, cited), count in found.most_common(8)]


def _by_campaign(connection: Connection) -> list[dict[str, Any]]:
    waiting = Counter(dict(_pairs(connection, select(steps.c.campaign, func.count()).where(steps.c.state == "waiting")
                                  .group_by(steps.c.campaign))))  # fmt: skip
    query = (
        select(campaigns.c.name, attempts.c.channel, func.count())
        .join(campaigns, campaigns.c.id == attempts.c.campaign_id)
        .where(attempts.c.state != "released")
        .group_by(campaigns.c.name, attempts.c.channel)
    )
    made: Counter[tuple[str, str]] = Counter({(name, channel): n for name, channel, n in connection.execute(query)})
    names = sorted(set(waiting) | {name for name, _ in made})
    return [{"name": n, "waiting": waiting[n], "sms": made[(n, "sms")], "call": made[(n, "call")]} for n in names]


def _feed(connection: Connection) -> list[dict[str, Any]]:
    query = select(case_events, cases.c.ref).join(cases).where(case_events.c.kind != "opened")
    rows = connection.execute(query.order_by(case_events.c.at.desc(), case_events.c.seq.desc()).limit(FEED))
    return [{"ref": row.ref, "at": row.at, "kind": row.kind, "words": _said(row)} for row in rows]


def _said(row: Row[Any]) -> str:
    return line(row.kind, json.loads(row.detail))


def _agents(connection: Connection) -> list[dict[str, Any]]:
    query = select(agents).where(agents.c.active).order_by(agents.c.name)
    return [{"name": row.name, "busy": row.busy_since is not None} for row in connection.execute(query)]


def case_list(db: Database, *, words: str = "", status: str = "", page: int = 1) -> dict[str, Any]:
    """One page of cases; `words` looks in loan and debtor references, names and creditors."""
    with db.read() as connection:
        query = select(cases, debtors.c.name, debtors.c.ref.label("debtor_ref")).join(debtors)
        if status:
            query = query.where(cases.c.status == status)
        if words:
            like = [
                column.icontains(words, autoescape=True)
                for column in (cases.c.ref, debtors.c.ref, debtors.c.name, cases.c.creditor)
            ]
            query = query.where(or_(*like))
        total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 1), pages)
        latest = cases.c.last_event_at.desc()
        rows = connection.execute(query.order_by(latest, cases.c.id).limit(PAGE).offset((page - 1) * PAGE))
        return {
            "total": total,
            "page": page,
            "pages": pages,
            "rows": [dict(row._mapping, amount=money(row.amount_due_minor, row.currency)) for row in rows],
        }


def one_case(db: Database, ref: str, now: datetime) -> dict[str, Any] | None:
    """A case with all that is known of its debtor; None if there is none."""
    found = read_case(db, ref)
    if found is None:
        return None
    with db.read() as connection:
        row = connection.execute(select(cases).where(cases.c.ref == ref)).one()
        person = facts.load(connection, [row.debtor_id], now).get(row.debtor_id)
        numbers = connection.execute(
            select(phones).where(phones.c.debtor_id == row.debtor_id).order_by(phones.c.rank)
        ).all()
        bodies = {
            a.id: a
            for a in connection.execute(select(attempts).join(attempt_cases).where(attempt_cases.c.case_id == row.id))
        }
        texts = {
            m.id: m.body
            for m in connection.execute(select(inbound_messages).where(inbound_messages.c.debtor_id == row.debtor_id))
        }
        found["loans"] = _loans(connection, row.debtor_id)
        found["consents"] = _rows(connection, select(consents).where(consents.c.debtor_id == row.debtor_id))
        found["stops"] = _rows(connection, select(suppressions).where(suppressions.c.debtor_id == row.debtor_id))
        found["plan"] = _rows(connection, select(steps).where(steps.c.case_id == row.id, steps.c.state != "ended"))
    found["name"] = person.name if person else "erased"
    found["numbers"] = [{"e164": n.e164, "masked": masked(n.e164), "kind": n.kind, "place": n.place} for n in numbers]
    found["clocks"] = _clocks(person, now) if person else []
    for event in found["log"]:
        event["words"] = line(event["kind"], event["detail"])
        attempt = bodies.get(event["attempt_id"]) if event["kind"] == "attempt_placed" else None
        event["text"] = attempt.body if attempt is not None else None
        if event["kind"] == "replied":
            event["text"] = texts.get(event["detail"].get("message_id"))
    return found


def _rows(connection: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(query)]


def _loans(connection: Connection, debtor_id: int) -> list[dict[str, Any]]:
    query = select(cases).where(cases.c.debtor_id == debtor_id).order_by(cases.c.due_on)
    return [dict(r._mapping, amount=money(r.amount_due_minor, r.currency)) for r in connection.execute(query)]


def _clocks(person: facts.Person, now: datetime) -> list[tuple[str, str]]:
    """The debtor's local time in every zone they may be in."""
    phone = person.phones[0].phone if person.phones else Phone("", PhoneKind.UNKNOWN, PhonePlace.PERSONAL)
    names = zones.candidate_zones(person.addresses, phone, person.stated_zone)
    return [(name, now.astimezone(zones.zone(name)).strftime("%a %H:%M")) for name in names]


def inbox(db: Database) -> dict[str, Any]:
    """What waits for a person: open tasks, and messages nobody could be found for."""
    with db.read() as connection:
        query = (
            select(tasks, cases.c.ref, inbound_messages.c.body)
            .join(cases, cases.c.id == tasks.c.case_id)
            .outerjoin(inbound_messages, inbound_messages.c.id == tasks.c.inbound_message_id)
            .where(tasks.c.state == "open")
        )
        strangers = select(inbound_messages).where(inbound_messages.c.debtor_id.is_(None))
        return {
            "tasks": _rows(connection, query.order_by(tasks.c.due_at).limit(200)),
            "strangers": _rows(connection, strangers.order_by(inbound_messages.c.id.desc()).limit(50)),
        }


def promise_list(db: Database) -> list[dict[str, Any]]:
    """The latest promises, open ones first."""
    with db.read() as connection:
        query = select(promises, cases.c.ref).join(cases)
        rows = connection.execute(query.order_by(promises.c.status != "open", promises.c.promised_on.desc()).limit(300))
        return [dict(row._mapping, amount=money(row.amount_minor, row.currency)) for row in rows]


def campaign_list(db: Database) -> list[dict[str, Any]]:
    """Every campaign with its versions, the current one first."""
    with db.read() as connection:
        return _rows(
            connection, select(campaigns).order_by(campaigns.c.name, campaigns.c.current.desc(), campaigns.c.id.desc())
        )
