"""What do the lists show? Cases, the inbox, promises, campaigns: one page at a time, never the whole table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from outreach.console.resting import add_rests
from outreach.console.suggested import add_suggestions
from outreach.core import zones
from outreach.core.masking import masked
from outreach.core.money import write_amount
from outreach.core.terms import Money, PromiseStatus
from outreach.engine import assemble
from outreach.engine.runtime import Runtime
from outreach.store import facts
from outreach.store.database import Database
from outreach.store.tables import campaigns, cases, debtors, inbound_messages, phones, promises, tasks

PAGE = 50
DEEP = 10_000  # rows that can be leafed through
FITTING = 1000  # what a word is looked up to in each place it may stand
SHOWN = 5  # messages shown of one debtor


def money(minor: int, currency: str) -> str:
    return f"{write_amount(Money(minor, currency))} {currency}"


def rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    """The rows as plain data."""
    return [dict(row._mapping) for row in connection.execute(query)]


# --- cases --------------------------------------------------------------------------------------------------------------


def case_list(db: Database, *, words: str = "", status: str = "", page: int = 1) -> dict[str, Any]:
    """One page of cases, the latest opened first; `words`: see `_fitting`.

    Of what fits, the first `DEEP` can be leafed through: beyond that nobody leafs, they narrow the search.
    """
    with db.read() as connection:
        if words:
            fitting = _fitting(connection, words, status)
            total = len(fitting)
            pages, page = _pages(total, page)
            ids = fitting[(page - 1) * PAGE : page * PAGE]
        else:
            of_status = (cases.c.status == status,) if status else ()
            total = connection.scalar(select(func.count()).select_from(cases).where(*of_status)) or 0
            pages, page = _pages(min(total, DEEP), page)
            ids = list(connection.scalars(_at(select(cases.c.id).where(*of_status).order_by(cases.c.id.desc()), page)))
        query = select(cases, debtors.c.name, debtors.c.ref.label("debtor_ref")).join(debtors)
        found = rows(connection, query.where(cases.c.id.in_(ids)).order_by(cases.c.id.desc()))
    amounts = [row | {"amount": money(row["amount_due_minor"], row["currency"])} for row in found]
    return {"total": total, "more": bool(words) and total >= FITTING, "page": page, "pages": pages, "rows": amounts}


def _fitting(connection: Connection, words: str, status: str) -> list[int]:
    """Ids of the cases that `words` fits, the latest first. Each query reads an index or the names, nothing wider.

    A number or reference is looked up whole, and from its beginning when there is a digit in it; else `words` are looked
    for in names. Creditors are always looked through. No place gives more than `FITTING`.
    """
    at_the_start = any(letter.isdigit() for letter in words)
    named = _begins(debtors.c.ref, words) if at_the_start else _holds(connection, words)
    people = {
        *connection.scalars(select(debtors.c.id).where(or_(debtors.c.ref == words, *named)).limit(FITTING)),
        *connection.scalars(select(phones.c.debtor_id).where(phones.c.e164 == words).limit(FITTING)),
    }
    creditors = [name for name in connection.scalars(_creditors()) if name and words.casefold() in name.casefold()]
    begun = _begins(cases.c.ref, words) if at_the_start else []
    found: set[int] = set()
    for where in (or_(cases.c.ref == words, *begun), cases.c.creditor.in_(creditors), cases.c.debtor_id.in_(people)):
        found.update(connection.scalars(select(cases.c.id).where(where).limit(FITTING)))
    if status:
        found = set(connection.scalars(select(cases.c.id).where(cases.c.id.in_(found), cases.c.status == status)))
    return sorted(found, reverse=True)


def _begins(column: Any, words: str) -> list[Any]:
    """As typed, or in capitals."""
    return [column.startswith(spelt, autoescape=True) for spelt in {words, words.upper()}]


def _holds(connection: Connection, words: str) -> list[Any]:
    """Names with `words` in them, in small letters or capitals: SQLite's LIKE does not mind, and is quicker without help."""
    named: Any = debtors.c.name
    if connection.dialect.name == "sqlite":  # a query of its own, that reads the index of names alone
        return [debtors.c.id.in_(select(debtors.c.id).where(named.contains(words, autoescape=True)).limit(FITTING))]
    return [named.ilike("%" + re.sub(r"([%_/])", r"/\1", words) + "%", escape="/")]


def _creditors() -> Select[Any]:
    """Every creditor once, by leaps through the index: each the smallest after the one before."""
    leap = select(func.min(cases.c.creditor).label("name")).cte("leap", recursive=True)
    following = select(func.min(cases.c.creditor)).where(cases.c.creditor > leap.c.name).scalar_subquery()
    leap = leap.union_all(select(following).where(leap.c.name.is_not(None)))
    return select(leap.c.name)


def _pages(total: int, page: int) -> tuple[int, int]:
    """How many pages there are, and the one that is shown."""
    pages = max(1, -(-total // PAGE))
    return pages, min(max(page, 1), pages)


def _at(query: Select[Any], page: int) -> Select[Any]:
    return query.limit(PAGE).offset((page - 1) * PAGE)


# --- the inbox ----------------------------------------------------------------------------------------------------------


def inbox(runtime: Runtime, now: datetime, *, kind: str = "", page: int = 1) -> dict[str, Any]:
    """What waits for a person, the soonest first: open tasks with what was written, and messages nobody could be found for."""
    with runtime.db.read() as connection:
        kinds = {
            row[0]: int(row[1])
            for row in connection.execute(
                select(tasks.c.kind, func.count())
                .where(tasks.c.state == "open")
                .group_by(tasks.c.kind)
                .order_by(tasks.c.kind)
            )
        }
        total = sum(kinds.values())
        pages, page = _pages(kinds.get(kind, 0) if kind else total, page)
        query = select(tasks, cases.c.ref, cases.c.status, cases.c.debtor_id, debtors.c.name)
        query = query.join(cases, cases.c.id == tasks.c.case_id).join(debtors, debtors.c.id == cases.c.debtor_id)
        query = query.where(tasks.c.state == "open", *((tasks.c.kind == kind,) if kind else ()))
        found = rows(connection, _at(query.order_by(tasks.c.due_at, tasks.c.id), page))
        _add_messages(connection, found)
        _add_times(connection, found, now)
        add_suggestions(connection, runtime, found, now)
        strangers = _strangers(connection)
    return {
        "tasks": found,
        "strangers": strangers,
        "total": total,
        "kinds": list(kinds.items()),
        "kind": kind,
        "page": page,
        "pages": pages,
    }


def _add_messages(connection: Connection, found: list[dict[str, Any]]) -> None:
    """What the debtor of each reply wrote: the message the task is about, and all that nobody has answered.

    `upto`: the last of those that wait, 0 for none.
    """
    replies = [task for task in found if task["kind"] == "reply"]
    waits = inbound_messages.c.state == "needs_person"
    query = select(inbound_messages).where(
        or_(
            inbound_messages.c.id.in_({task["inbound_message_id"] for task in replies} - {None}),
            inbound_messages.c.debtor_id.in_({task["debtor_id"] for task in replies}) & waits,
        )
    )
    written = rows(connection, query.order_by(inbound_messages.c.id)) if replies else []
    for task in found:
        theirs = [m | {"sum": _sum(m)} for m in written if task in replies and m["debtor_id"] == task["debtor_id"]]
        waiting = [m["id"] for m in theirs if m["state"] == "needs_person"]
        task |= {"messages": theirs[-SHOWN:], "upto": waiting[-1] if waiting else 0}


def _sum(message: Mapping[str, Any]) -> str:
    """The sum that was read, whether or not a day was; empty if there is none."""
    read = message["read"] or {}
    return f"{read['amount']} {read['currency']}" if "amount" in read else ""


def _add_times(connection: Connection, found: list[dict[str, Any]], now: datetime) -> None:
    people = facts.load(connection, {task["debtor_id"] for task in found}, now)
    add_rests(connection, found, people, now)
    for task in found:
        person = people.get(task["debtor_id"])
        local = task["due_at"].astimezone(zones.zone(assemble.home_zone(person))) if person else None
        task |= {"local": local, "overdue": task["due_at"] < now}


def _strangers(connection: Connection) -> list[dict[str, Any]]:
    query = select(inbound_messages).where(
        inbound_messages.c.debtor_id.is_(None), inbound_messages.c.state == "needs_person"
    )
    found = rows(connection, query.order_by(inbound_messages.c.id.desc()).limit(PAGE))
    return [message | {"masked": masked(message["sender"])} for message in found]


# --- promises and campaigns ---------------------------------------------------------------------------------------------


def promise_list(db: Database, status: str, page: int = 1) -> dict[str, Any]:
    """Promises of one status: open ones by when they are judged, others the latest first."""
    with db.read() as connection:
        counts = {row[0]: int(row[1]) for row in connection.execute(_by_status())}
        pages, page = _pages(min(counts.get(status, 0), DEEP), page)
        soonest = promises.c.check_at if status == PromiseStatus.OPEN else promises.c.check_at.desc()
        of_status = select(promises.c.id).where(promises.c.status == status)
        ids = list(connection.scalars(_at(of_status.order_by(soonest, promises.c.id), page)))
        query = select(promises, cases.c.ref, debtors.c.name).join(cases, cases.c.id == promises.c.case_id)
        query = query.join(debtors, debtors.c.id == cases.c.debtor_id).where(promises.c.id.in_(ids))
        found = rows(connection, query.order_by(soonest, promises.c.id))
    return {
        "rows": [row | {"amount": money(row["amount_minor"], row["currency"])} for row in found],
        "counts": [(name.value, counts.get(name, 0)) for name in PromiseStatus],
        "status": str(status),
        "page": page,
        "pages": pages,
    }


def _by_status() -> Select[Any]:
    return select(promises.c.status, func.count()).group_by(promises.c.status)


def campaign_list(db: Database) -> list[dict[str, Any]]:
    """Every campaign with its versions, the current one first."""
    latest = campaigns.c.current.desc(), campaigns.c.id.desc()
    with db.read() as connection:
        return rows(connection, select(campaigns).order_by(campaigns.c.name, *latest))
