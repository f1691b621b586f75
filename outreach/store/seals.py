"""What were the heads of all logs on which day? A tail that was cut off, and its case's counter with it, shows here.

Once a day the heads of all cases are hashed to one Merkle root, chained to the seal before. Whoever keeps a seal's hash
elsewhere (it is written to the service's log) can show later that nothing before it was taken away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from outreach.core.canonical import canonical
from outreach.core.terms import EventKind
from outreach.store.caselog import GENESIS, instant
from outreach.store.database import Database, Turn, take_turn
from outreach.store.tables import case_events, cases, seal_heads, seals

EVERY, LONGEST = timedelta(days=1), timedelta(days=2)
CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of a case's log."""

    case_id: int
    ref: str
    seq: int
    hash: str


def seal_due(db: Database, now: datetime) -> int:
    """Seal all logs unless that was done within a day; 1 when it was done now."""
    with db.begin() as tx:
        take_turn(tx, Turn.SEAL)
        last = tx.execute(select(seals).order_by(seals.c.id.desc()).limit(1)).first()
        if last is not None and now - last.sealed_at < EVERY:
            return 0
        heads = list(_heads(tx))
        known = _sealed_heads(tx)
        root = merkle(_leaf(head) for head in heads)
        sealed = link(last.hash if last else GENESIS, now, len(heads), root)
        values = {"sealed_at": now, "cases": len(heads), "root": root, "hash": sealed}
        seal_id = (tx.execute(insert(seals).values(**values)).inserted_primary_key or (0,))[0]
        moved = [head for head in heads if known.get(head.case_id) != (head.seq, head.hash)]
        rows = [{"seal_id": seal_id, "case_id": h.case_id, "seq": h.seq, "hash": h.hash} for h in moved]
        for start in range(0, len(rows), CHUNK):
            tx.execute(insert(seal_heads), rows[start : start + CHUNK])
    return 1


def _heads(connection: Connection) -> Iterator[Head]:
    query = select(cases.c.id, cases.c.ref, cases.c.last_seq, cases.c.last_hash).where(cases.c.last_seq > 0)
    for row in connection.execute(query.order_by(cases.c.id)):
        yield Head(row.id, row.ref, row.last_seq, row.last_hash)


def _sealed_heads(connection: Connection) -> dict[int, tuple[int, str]]:
    """The head each case had at its last seal."""
    newest = select(seal_heads.c.case_id, func.max(seal_heads.c.seal_id).label("seal_id"))
    last = newest.group_by(seal_heads.c.case_id).subquery()
    same = (last.c.case_id == seal_heads.c.case_id) & (last.c.seal_id == seal_heads.c.seal_id)
    query = select(seal_heads).join(last, same)
    return {row.case_id: (row.seq, row.hash) for row in connection.execute(query)}


def _leaf(head: Head) -> str:
    return hashlib.sha256(canonical([head.ref, head.seq, head.hash]).encode()).hexdigest()


def merkle(leaves: Iterable[str]) -> str:
    """The root over hex leaves, in order: pairs are hashed together, an odd last one is carried up. Empty: zeros."""
    level = list(leaves)
    if not level:
        return GENESIS
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256((left + right).encode()).hexdigest() for left, right in pairs]
        level = above + level[len(above) * 2 :]
    return level[0]


def path(leaves: Sequence[str], at: int) -> list[tuple[str, str]]:
    """From the leaf at this place to the root: what is hashed with it at each step, and on which side (`left`, `right`)."""
    level, found = list(leaves), []
    while len(level) > 1:
        beside = at ^ 1
        if beside < len(level):
            found.append(("left" if beside < at else "right", level[beside]))
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256((left + right).encode()).hexdigest() for left, right in pairs]
        level, at = above + level[len(above) * 2 :], at // 2
    return found


def vouched(connection: Connection, case_id: int) -> dict[int, dict[str, Any]]:
    """By seal, those since which this case had moved and the last: the head it had, and its path to the sealed root."""
    heads: dict[int, Head] = {}
    found: dict[int, dict[str, Any]] = {}
    sealed = connection.execute(select(seals).order_by(seals.c.id)).all()
    for seal in sealed:
        moved = {row.case_id: Head(row.case_id, row.ref, row.seq, row.hash) for row in _heads_of(connection, seal)}
        heads |= moved
        if case_id in moved or (seal is sealed[-1] and case_id in heads):
            ids = sorted(heads)
            steps = path([_leaf(heads[each]) for each in ids], ids.index(case_id))
            head = heads[case_id]
            found[seal.id] = {"seq": head.seq, "hash": head.hash, "path": [list(step) for step in steps]}
    return found


def link(previous: str, sealed_at: datetime, count: int, root: str) -> str:
    """The hash of one seal, hex."""
    return hashlib.sha256(canonical([previous, instant(sealed_at), count, root]).encode()).hexdigest()


def broken(connection: Connection) -> Iterator[tuple[str, str]]:
    """What the seals say is no longer so: (case or seal, what)."""
    yield from _missing_tails(connection)
    previous = GENESIS
    heads: dict[int, Head] = {}
    for seal in connection.execute(select(seals).order_by(seals.c.id)).all():
        for row in _heads_of(connection, seal):
            heads[row.case_id] = Head(row.case_id, row.ref, row.seq, row.hash)
        root = merkle(_leaf(heads[case_id]) for case_id in sorted(heads))
        name = f"seal of {instant(seal.sealed_at)[:10]}"
        if root != seal.root or len(heads) != seal.cases:
            yield name, "altered: its root is not that of its heads"
        elif link(previous, seal.sealed_at, seal.cases, seal.root) != seal.hash:
            yield name, "altered: it does not follow the seal before it"
        previous = seal.hash
    yield from _lacking(connection)


def _lacking(connection: Connection) -> Iterator[tuple[str, str]]:
    """Seals that there must have been: whoever placed contacts also sealed the logs, day by day."""
    placed = case_events.c.kind == EventKind.ATTEMPT_PLACED
    first, last = connection.execute(select(func.min(case_events.c.at), func.max(case_events.c.at)).where(placed)).one()
    since = connection.scalar(select(func.max(seals.c.sealed_at))) or first
    if last is not None and last - (since or last) > LONGEST:
        yield (
            "the seals",
            f"missing: there is none after {instant(since)[:10]}, and contacts until {instant(last)[:10]}",
        )


def _heads_of(connection: Connection, seal: Row[Any]) -> list[Row[Any]]:
    query = select(seal_heads, cases.c.ref).join(cases, cases.c.id == seal_heads.c.case_id)
    return list(connection.execute(query.where(seal_heads.c.seal_id == seal.id)))


def _missing_tails(connection: Connection) -> Iterator[tuple[str, str]]:
    """Sealed heads that the log no longer has."""
    same = (case_events.c.case_id == seal_heads.c.case_id) & (case_events.c.seq == seal_heads.c.seq)
    query = (
        select(cases.c.ref, seal_heads.c.seq, seals.c.sealed_at, case_events.c.hash.label("now"))
        .join(cases, cases.c.id == seal_heads.c.case_id)
        .join(seals, seals.c.id == seal_heads.c.seal_id)
        .outerjoin(case_events, same)
        .where((case_events.c.hash.is_(None)) | (case_events.c.hash != seal_heads.c.hash))
        .order_by(seal_heads.c.seal_id, seal_heads.c.case_id)
    )
    for row in connection.execute(query):
        what = "missing" if row.now is None else "altered"
        yield row.ref, f"{what}: event {row.seq} was on the log when it was sealed on {instant(row.sealed_at)[:10]}"
