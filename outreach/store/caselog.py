"""How does a case change? Only here: a state moves together with its log line, numbered and chained.

Each event's hash covers the case reference, its number, instant, kind, detail and the hash before it, as canonical JSON
(sorted keys, no spaces, UTF-8) under SHA-256. Details carry ids, digests, rules and dates, never a name, a number or
a message body.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from outreach.core.terms import EventKind
from outreach.store.database import claim
from outreach.store.tables import case_events, cases

GENESIS = "0" * 64
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to append. `changes` are columns of `cases` that move with it (`status`, `amount_due_minor`, ...)."""

    case_id: int
    at: datetime
    kind: EventKind
    detail: Json = field(default_factory=dict)
    attempt_id: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds, the one spelling that is hashed."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(value: Any) -> str:
    """JSON with one spelling only: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def link(previous: str, case_ref: str, seq: int, at: datetime, kind: str, detail: str, attempt_id: int | None) -> str:
    """The hash of one event: SHA-256 over the previous hash and the event, hex."""
    line = canonical([previous, case_ref, seq, instant(at), kind, attempt_id, detail])
    return hashlib.sha256(line.encode()).hexdigest()


def record(tx: Connection, entries: Iterable[Entry]) -> None:
    """Append `entries`, in order, and make their changes, in the caller's transaction.

    Rows of `cases` are locked in id order, so that two writers never number the same line and never deadlock here.
    Raises LookupError for an unknown case.
    """
    by_case: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_case[entry.case_id].append(entry)
    if not by_case:
        return
    lines: list[dict[str, Any]] = []
    heads: list[dict[str, Any]] = []
    changes: list[tuple[int, dict[str, Any]]] = []
    for case in _lock(tx, sorted(by_case)):
        head, seq = case.last_hash, case.last_seq
        moved: dict[str, Any] = {}
        for entry in by_case.pop(case.id):
            seq += 1
            detail = canonical(dict(entry.detail))
            head = link(head, case.ref, seq, entry.at, entry.kind, detail, entry.attempt_id)
            lines.append(
                {
                    "case_id": case.id,
                    "seq": seq,
                    "at": entry.at,
                    "kind": str(entry.kind),
                    "attempt_id": entry.attempt_id,
                    "detail": detail,
                    "hash": head,
                }
            )
            moved |= dict(entry.changes)
        heads.append({"b_id": case.id, "b_seq": seq, "b_hash": head, "b_at": lines[-1]["at"]})
        if moved:
            changes.append((case.id, moved))
    if by_case:
        raise LookupError(f"no case with id {sorted(by_case)}")
    _write(tx, lines, heads, changes)


def _lock(tx: Connection, ids: Sequence[int]) -> list[Any]:
    rows: list[Any] = []
    for start in range(0, len(ids), 500):
        query = select(cases.c.id, cases.c.ref, cases.c.last_seq, cases.c.last_hash)
        query = query.where(cases.c.id.in_(ids[start : start + 500])).order_by(cases.c.id)
        rows += tx.execute(claim(query, tx)).all()
    return rows


def _write(
    tx: Connection, lines: list[dict[str, Any]], heads: list[dict[str, Any]], changes: list[tuple[int, dict[str, Any]]]
) -> None:
    tx.execute(insert(case_events), lines)
    moved = dict(changes)
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for head in heads:
        columns = moved.get(head["b_id"], {})
        groups[tuple(sorted(columns))].append(head | {f"b_new_{name}": value for name, value in columns.items()})
    for names, rows in groups.items():
        values = {name: bindparam(f"b_new_{name}", type_=cases.c[name].type) for name in names}
        tx.execute(
            update(cases)
            .where(cases.c.id == bindparam("b_id"))
            .values(
                last_seq=bindparam("b_seq"),
                last_hash=bindparam("b_hash"),
                last_event_at=bindparam("b_at", type_=cases.c.last_event_at.type),
                **values,
            ),
            rows,
        )
