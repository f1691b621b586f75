"""Was each contact on the log lawful? Its permit is held against the log, and judged again by a second reading of the law.

The permit is what was known when the contact was judged; the rulebooks are the very versions in force then. The gate
that let the contact pass has no part in this: `oracle` is another implementation. That the permit is of this contact, and
knew the stops and the contacts of which the log tells, is read from the log.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from outreach import oracle, wire
from outreach.core.terms import Direction, EventKind, SuppressionScope
from outreach.store.tables import case_events, cases, laws, permits, rulebook_versions

CHUNK = 1000
READ = (EventKind.ATTEMPT_RESERVED, EventKind.ATTEMPT_PLACED, EventKind.SUPPRESSED, EventKind.SUPPRESSION_LIFTED)
CLOCKS = timedelta(minutes=5)  # by which the clocks of two workers may differ
REMEMBERED = timedelta(days=30)  # contacts placed since are in every permit; see `facts.HISTORY`


@dataclass(slots=True)
class Archive:
    """The law as it stood, read from what was kept of it; each set is put together once."""

    connection: Connection
    documents: dict[tuple[str, str], str] = field(default_factory=dict)
    known: dict[str, oracle.Law | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        query = select(rulebook_versions.c.name, rulebook_versions.c.version, rulebook_versions.c.document)
        self.documents = {(row.name, row.version): row.document for row in self.connection.execute(query)}

    def law(self, digest: str) -> oracle.Law | None:
        """The law with this digest, or None when it, or a rulebook of it, was not kept or was changed."""
        if digest not in self.known:
            self.known[digest] = self._read(digest)
        return self.known[digest]

    def _read(self, digest: str) -> oracle.Law | None:
        document = self.connection.scalar(select(laws.c.document).where(laws.c.digest == digest))
        if document is None or _sha(document) != digest:
            return None
        said = json.loads(document)
        texts = [self.documents.get(pair) for pair in said["rulebooks"].items()]
        if any(text is None for text in texts):
            return None
        return oracle.law_from([text for text in texts if text is not None], said["adopted"])


def unlawful(
    connection: Connection, from_: datetime | None = None, to: datetime | None = None
) -> Iterator[tuple[str, int, str]]:
    """Each placed contact that its permit does not bear out: (case, event, what)."""
    archive = Archive(connection)
    last = 0
    while True:
        rows = _placed(connection, last, from_, to)
        if not rows:
            return
        kept = _permits(connection, [row.attempt_id for row in rows])
        told = _told(connection, {row.case_id for row in rows})
        for row in rows:
            what = _wrong(row, kept, archive, told[row.case_id])
            if what:
                yield row.ref, row.seq, what
        last = rows[-1].attempt_id


def _placed(connection: Connection, after: int, from_: datetime | None, to: datetime | None) -> list[Row[Any]]:
    """The next lines that say a contact was placed, whole attempts at a time."""
    query = select(case_events.c.attempt_id).where(
        case_events.c.kind == EventKind.ATTEMPT_PLACED, case_events.c.attempt_id > after
    )
    query = query.where(case_events.c.at >= from_) if from_ is not None else query
    query = query.where(case_events.c.at <= to) if to is not None else query
    wanted = list(connection.scalars(query.distinct().order_by(case_events.c.attempt_id).limit(CHUNK)))
    if not wanted:
        return []
    event = case_events.c
    lines = select(event.attempt_id, event.case_id, event.seq, event.at, event.detail, cases.c.ref)
    lines = lines.join(cases, cases.c.id == case_events.c.case_id)
    lines = lines.where(case_events.c.kind == EventKind.ATTEMPT_PLACED, case_events.c.attempt_id.in_(wanted))
    return list(connection.execute(lines.order_by(case_events.c.attempt_id, cases.c.id)))


def _told(connection: Connection, case_ids: set[int]) -> dict[int, list[Row[Any]]]:
    """What the logs of these cases tell of contacts and stops, in order."""
    event = case_events.c
    query = select(event.case_id, event.seq, event.at, event.kind, event.attempt_id, event.detail)
    query = query.where(event.case_id.in_(case_ids), event.kind.in_(READ)).order_by(event.case_id, event.seq)
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.case_id].append(row)
    return found


def _permits(connection: Connection, attempt_ids: list[int]) -> dict[tuple[int, str], str | None]:
    query = select(permits.c.attempt_id, permits.c.digest, permits.c.document)
    query = query.where(permits.c.attempt_id.in_(set(attempt_ids)))
    return {(row.attempt_id, row.digest): row.document for row in connection.execute(query)}


def _wrong(
    row: Row[Any], kept: dict[tuple[int, str], str | None], archive: Archive, told: Sequence[Row[Any]]
) -> str | None:
    digest = json.loads(row.detail).get("permit")
    if not digest:
        return "placed without a permit"
    if (row.attempt_id, digest) not in kept:
        return "its permit is missing"
    document = kept[row.attempt_id, digest]
    if document is None:
        return None  # the person was forgotten, and the permit's words with them
    if _sha(document) != digest:
        return "its permit was altered: it does not fit the digest on the log"
    permit = json.loads(document)
    return _unlike_the_log(row, permit["ask"], told) or _judged(permit, archive)


def _unlike_the_log(row: Row[Any], ask: dict[str, Any], told: Sequence[Row[Any]]) -> str | None:
    """Is it the permit of this contact, and did it know what the log says stood when the contact was reserved?"""
    reserved = next((e for e in told if (e.attempt_id, e.kind) == (row.attempt_id, EventKind.ATTEMPT_RESERVED)), None)
    if reserved is None or reserved.seq > row.seq:
        return "placed without having been reserved"
    said = json.loads(reserved.detail)
    if row.ref not in ask["cases"] or any(said.get(key, ask[key]) != ask[key] for key in ("channel", "voice")):
        return "its permit is of another contact"
    judged = datetime.fromisoformat(ask["now"])
    if not reserved.at - CLOCKS <= judged <= row.at + CLOCKS:
        return f"its permit is of another time ({judged.isoformat()})"
    before = [event for event in told if event.seq < reserved.seq]
    known = {(stop["reason"], stop["scope"]) for stop in ask["suppressions"]}
    if unknown := _stops(before, said.get("phone_id")) - known:
        return f"its permit does not know of a stop on the log: {', '.join(sorted(reason for reason, _ in unknown))}"
    since = judged - REMEMBERED
    placed = sum(event.kind == EventKind.ATTEMPT_PLACED and event.at > since for event in before)
    ours = [past for past in ask["history"] if past["direction"] == Direction.OUTBOUND and row.ref in past["cases"]]
    if len(ours) < placed:
        return f"its permit knows of {len(ours)} contacts, the log of {placed}"
    return None


def _stops(before: Sequence[Row[Any]], phone_id: int | None) -> set[tuple[str, str]]:
    """The stops that stand after these lines: reason and scope. One lifted is taken to lift all of its reason."""
    standing: set[tuple[str, str]] = set()
    for event in before:
        said = json.loads(event.detail) if event.kind in (EventKind.SUPPRESSED, EventKind.SUPPRESSION_LIFTED) else {}
        if event.kind == EventKind.SUPPRESSION_LIFTED:
            standing = {stop for stop in standing if stop[0] != said["reason"]}
        elif event.kind == EventKind.SUPPRESSED:
            elsewhere = said["scope"] == SuppressionScope.PHONE and said.get("phone_id") != phone_id
            standing |= set() if elsewhere else {(said["reason"], said["scope"])}
    return standing


def _judged(permit: dict[str, Any], archive: Archive) -> str | None:
    law = archive.law(permit["law"])
    if law is None:
        return "the law it was judged by was not kept, or was altered"
    asked = wire.parse_ask(permit["ask"])
    refusing = oracle.lawful(asked.ask, law, asked.now)
    if refusing:
        return f"not lawful when it was judged ({asked.now.isoformat()}): {', '.join(sorted(refusing))}"
    return None


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
