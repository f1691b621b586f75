"""On what was a contact judged? Kept word for word beside the log, which keeps its digest; so that "why did you call at
20:58" is answered as it was known then, whatever was imported since."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from outreach.core.asked import ask_data
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import Ask, Verdict
from outreach.store.caselog import canonical
from outreach.store.tables import laws, permits, rulebook_versions


def keep(tx: Connection, attempt_id: int, ask: Ask, verdict: Verdict, rulebooks: Rulebooks, now: datetime) -> None:
    """Write down what the attempt was judged on. The salt makes the digest lead nowhere once the document is gone."""
    document = canonical(
        {
            "ask": ask_data(ask, now),
            "decision": verdict.decision,
            "law": law(rulebooks)[0],
            "rulebooks": rulebooks.versions(verdict.rulebooks),
            "salt": secrets.token_hex(16),
            "zones": list(verdict.zones),
        }
    )
    digest = hashlib.sha256(document.encode()).hexdigest()
    values = {"attempt_id": attempt_id, "judged_at": now, "document": document, "digest": digest}
    tx.execute(insert(permits).values(**values))


def digests(tx: Connection, attempt_ids: Sequence[int]) -> dict[int, str]:
    """The digest of the last permit of each attempt."""
    last = select(func.max(permits.c.id)).where(permits.c.attempt_id.in_(attempt_ids)).group_by(permits.c.attempt_id)
    query = select(permits.c.attempt_id, permits.c.digest).where(permits.c.id.in_(last))
    return {attempt_id: digest for attempt_id, digest in tx.execute(query)}


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
