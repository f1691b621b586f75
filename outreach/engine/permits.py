"""On what was a contact judged? Kept word for word beside the log, which keeps its digest; so that "why did you call at
20:58" is answered as it was known then, whatever was imported since."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache

from sqlalchemy import Connection, insert, select

from outreach.core.asked import ask_json
from outreach.core.canonical import canonical
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import Ask, Verdict
from outreach.store.bulk import among, insert_rows
from outreach.store.tables import laws, permits, rulebook_versions

COLUMNS = ("attempt_id", "judged_at", "document", "digest")


def keep(tx: Connection, judged: Sequence[tuple[int, Ask, Verdict]], rulebooks: Rulebooks, now: datetime) -> None:
    """Write down what each attempt (its id, the ask, the verdict) was judged on."""
    in_force = law(rulebooks)[0]
    spell = cache(lambda names: canonical(rulebooks.versions(names)))  # many were judged by the same rulebooks
    rows = []
    for attempt_id, ask, verdict in judged:
        document = _document(ask, verdict, spell(verdict.rulebooks), in_force, now)
        rows.append((attempt_id, now, document, hashlib.sha256(document.encode()).hexdigest()))
    insert_rows(tx, permits, COLUMNS, rows)


def _document(ask: Ask, verdict: Verdict, versions: str, in_force: str, now: datetime) -> str:
    """Canonical JSON, its keys in order. The salt makes the digest lead nowhere once the document is gone."""
    return (
        f'{{"ask":{ask_json(ask, now)},"decision":"{verdict.decision}","law":"{in_force}","rulebooks":{versions}'
        f',"salt":"{secrets.token_hex(16)}","zones":{_zones(verdict.zones)}}}'
    )


@lru_cache(maxsize=1024)
def _zones(names: tuple[str, ...]) -> str:
    return canonical(names)


def digests(tx: Connection, attempt_ids: Sequence[int]) -> dict[int, str]:
    """The digest of the last permit of each attempt."""
    query = select(permits.c.attempt_id, permits.c.digest).where(among(tx, permits.c.attempt_id, attempt_ids))
    return {attempt_id: digest for attempt_id, digest in tx.execute(query.order_by(permits.c.id))}


def law(rulebooks: Rulebooks) -> tuple[str, str]:
    """All rulebooks in force together: their digest and the document it is of."""
    versions = {book.name: book.version for book in rulebooks.books}
    document = canonical({"adopted": dict(rulebooks.adopted), "rulebooks": versions})
    return hashlib.sha256(document.encode()).hexdigest(), document


def publish(tx: Connection, rulebooks: Rulebooks, now: datetime) -> int:
    """Keep every version of every rulebook that is in force; how many are new here."""
    known = set(tx.execute(select(rulebook_versions.c.name, rulebook_versions.c.version)).tuples())
    fresh = [
        {
            "name": book.name,
            "version": book.version,
            "document": rulebooks.documents.get(book.name, ""),
            "loaded_at": now,
        }
        for book in rulebooks.books
        if (book.name, book.version) not in known
    ]
    if fresh:
        tx.execute(insert(rulebook_versions), fresh)
    digest, document = law(rulebooks)
    if tx.scalar(select(laws.c.digest).where(laws.c.digest == digest)) is None:
        tx.execute(insert(laws).values(digest=digest, document=document, loaded_at=now))
        return max(len(fresh), 1)
    return len(fresh)
