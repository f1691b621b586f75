"""How does a case change? Only here: a state moves together with its log line, numbered and chained.

Each event's hash covers the case reference, its number, instant, kind, attempt, detail and the hash before it, as
canonical JSON (sorted keys, no spaces, UTF-8) under SHA-256. Details carry ids, digests, rules and dates, never a name,
a number or a message body. What a line changed of the case itself stands in its detail under `now`, so that the log
alone tells the state of every case (`outreach audit` replays it).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from outreach.core.canonical import canonical, quoted
from outreach.core.terms import EventKind
from outreach.store.bulk import insert_rows, rows_in, update_rows
from outreach.store.database import claim
from outreach.store.tables import case_events, cases

GENESIS = "0" * 64
LOGGED = ("status", "amount_due_minor", "balance_minor", "due_on")  # columns whose every change the log repeats
OURS = frozenset({"id", "ref", "debtor_id", "currency", "last_seq", "last_hash", "last_event_at"})  # never in `changes`
EVENT_COLUMNS = ("case_id", "seq", "at", "kind", "attempt_id", "detail", "hash")
HEAD_COLUMNS = ("id", "last_seq", "last_hash", "last_event_at")
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


class Opening(NamedTuple):
    """A case that is new: all its columns but where its log stands, `status` as it opens, and its first lines."""

    values: dict[str, Any]
    entries: Sequence[Entry]


class Head(NamedTuple):
    """Where the log of a case stands: its last line's number and hash."""

    id: int
    ref: str
    last_seq: int = 0
    last_hash: str = GENESIS


@lru_cache(maxsize=256)  # a batch shares one instant
def instant(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds, the one spelling that is hashed. Raises ValueError for a naive instant."""
    if at.tzinfo is None:
        raise ValueError(f"naive instant {at!r}: instants are aware UTC")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def link(previous: str, case_ref: str, seq: int, at: datetime, kind: str, detail: str, attempt_id: int | None) -> str:
    """The hash of one event: SHA-256 over the previous hash and the event, hex.

    Hashed is the canonical JSON of `[previous, case_ref, seq, instant, kind, attempt_id, detail]`, detail being itself
    a string of canonical JSON; spelt out here because this runs for every event.
    """
    attempt = "null" if attempt_id is None else attempt_id
    line = f'["{previous}",{quoted(case_ref)},{seq},"{instant(at)}",{quoted(kind)},{attempt},{quoted(detail)}]'
    return hashlib.sha256(line.encode()).hexdigest()


def digest(salt: bytes, text: str) -> str:
    """What the log may say of a number: SHA-256 over the debtor's salt and the text, hex; leads nowhere without it."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def lock(tx: Connection, case_ids: Iterable[int]) -> list[Head]:
    """Lock these cases, in id order, for lines that this transaction will append. Before anything is written that refers
    to them: what PostgreSQL then looks up for the reference it need not lock, and write, a second time."""
    query = select(cases.c.id, cases.c.ref, cases.c.last_seq, cases.c.last_hash).order_by(cases.c.id)
    return [Head(*row) for row in rows_in(tx, claim(query, tx), cases.c.id, case_ids)]


def record(tx: Connection, entries: Iterable[Entry], known: Iterable[Head] = ()) -> None:
    """Append `entries`, in order, and make their changes, in the caller's transaction. Of cases that this very transaction
    has locked, and not recorded on since, it may hand in the heads (`known`): they are not read again.

    Rows of `cases` are locked in id order, so that two writers never number the same line; a transaction that records
    twice locks its debtors first, or it may meet another one halfway. Raises LookupError for an unknown case and
    ValueError for a change that is not the log's to make.
    """
    by_case: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_case[entry.case_id].append(entry)
    if not by_case:
        return
    grown = [(case, by_case.pop(case.id)) for case in _heads(tx, by_case.keys(), known)]
    if by_case:
        raise LookupError(f"no case with id {sorted(by_case)}")
    _grow(tx, grown)


def open_cases(tx: Connection, opened: Sequence[Opening]) -> None:
    """Insert new cases and their first lines.

    On PostgreSQL the lines go in first, and then each case as they leave it, so that nothing is written twice and the
    database can hold the one against the other. SQLite wants the case of a line to be there: it would put that question
    off, but then search every table that refers to cases for each new one. There cases go in bare and are moved on.
    """
    if not opened:
        return
    names = tuple(opened[0].values)
    if tx.dialect.name == "sqlite":
        bare = [(*values.values(), 0, GENESIS) for values, _ in opened]
        insert_rows(tx, cases, (*names, "last_seq", "last_hash"), bare)
        _grow(tx, [(Head(values["id"], values["ref"]), entries) for values, entries in opened])
        return
    lines: list[tuple[Any, ...]] = []
    spell = _speller()
    rows: list[tuple[Any, ...]] = []
    for values, entries in opened:
        appended, moved = _append(Head(values["id"], values["ref"]), entries, spell)
        lines += appended
        _, seq, at, *_, head = appended[-1]
        rows.append((*(values | moved).values(), seq, head, at))
    insert_rows(tx, case_events, EVENT_COLUMNS, lines)
    insert_rows(tx, cases, (*names, "last_seq", "last_hash", "last_event_at"), rows)


def _grow(tx: Connection, grown: Iterable[tuple[Head, Sequence[Entry]]]) -> None:
    """Append to the logs of cases on file, and move them on."""
    lines: list[tuple[Any, ...]] = []
    spell = _speller()
    heads: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for case, entries in grown:
        appended, moved = _append(case, entries, spell)
        lines += appended
        _, seq, at, *_, head = appended[-1]
        heads[tuple(moved)].append((case.id, seq, head, at, *moved.values()))
    insert_rows(tx, case_events, EVENT_COLUMNS, lines)
    for names, rows in heads.items():
        update_rows(tx, cases, (*HEAD_COLUMNS, *names), rows)


def _heads(tx: Connection, case_ids: Set[int], known: Iterable[Head]) -> list[Head]:
    ours = [head for head in known if head.id in case_ids]
    return lock(tx, case_ids - {head.id for head in ours}) + ours


def _speller() -> Callable[[Entry], str]:
    """The details of entries in their one spelling; of one and the same object that several have, it is worked out once."""
    spelt: dict[int, tuple[Json, str]] = {}  # with the object itself, so that no other can come to its place meanwhile

    def spell(entry: Entry) -> str:
        if entry.changes:
            return canonical(_with_changes(entry))
        found = spelt.get(id(entry.detail))
        if found is None:
            found = spelt[id(entry.detail)] = entry.detail, canonical(entry.detail)
        return found[1]

    return spell


def _append(
    case: Head, entries: Iterable[Entry], spell: Callable[[Entry], str]
) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """The lines of one case, after its last one, and the columns they leave it with (in the order of the names)."""
    seq, head = case.last_seq, case.last_hash
    lines: list[tuple[Any, ...]] = []
    moved: dict[str, Any] = {}
    for entry in entries:
        seq += 1
        detail = spell(entry)
        kind = str(entry.kind)
        head = link(head, case.ref, seq, entry.at, kind, detail, entry.attempt_id)
        lines.append((case.id, seq, entry.at, kind, entry.attempt_id, detail, head))
        moved.update(entry.changes)
    return lines, dict(sorted(moved.items()))


def _with_changes(entry: Entry) -> Json:
    if wrong := [name for name in entry.changes if name in OURS or name not in cases.c]:
        raise ValueError(f"a log line can't change {', '.join(sorted(wrong))} of a case")
    now = {name: loggable(entry.changes[name]) for name in LOGGED if name in entry.changes}
    return {**entry.detail, "now": now} if now else entry.detail


def loggable(value: Any) -> Any:
    """A column's value as the log spells it."""
    return value.isoformat() if isinstance(value, date) else value
