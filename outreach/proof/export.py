"""The log of one case with its permits, the law they were judged by and the seals, as one JSON document."""

from __future__ import annotations

import json
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import Connection, select

from outreach.core.terms import OutreachError
from outreach.store.caselog import instant
from outreach.store.database import Database
from outreach.store.seals import vouched
from outreach.store.tables import attempt_cases, case_events, cases, laws, permits, rulebook_versions, seals

FORMAT = "outreach-proof/1"


def export_proof(db: Database, ref: str) -> dict[str, Any]:
    """Everything `verify_proof.py` needs. Raises OutreachError if there is no such case."""
    with db.read() as connection:
        case = connection.execute(select(cases).where(cases.c.ref == ref)).first()
        if case is None:
            raise OutreachError(f"no case {ref!r}, expected a loan reference of the book")
        given = _permits(connection, case.id)
        known = [json.loads(each["document"])["law"] for each in given if each["document"]]
        law = _laws(connection, sorted(set(known)))
        return {
            "format": FORMAT,
            "case": ref,
            "last_seq": case.last_seq,
            "last_hash": case.last_hash,
            "events": _events(connection, case.id),
            "permits": given,
            "laws": law,
            "rulebooks": _rulebooks(connection, law),
            "seals": _seals(connection, case.id),
        }


def _events(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    query = select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.seq)
    return [
        {
            "seq": row.seq,
            "at": instant(row.at),
            "kind": row.kind,
            "attempt_id": row.attempt_id,
            "detail": row.detail,  # as it was hashed: a string of canonical JSON
            "hash": row.hash,
        }
        for row in connection.execute(query)
    ]


def _permits(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    theirs = select(attempt_cases.c.attempt_id).where(attempt_cases.c.case_id == case_id)
    query = select(permits).where(permits.c.attempt_id.in_(theirs)).order_by(permits.c.id)
    return [
        {"attempt_id": row.attempt_id, "digest": row.digest, "document": row.document}
        for row in connection.execute(query)
    ]


def _laws(connection: Connection, digests: list[str]) -> list[dict[str, Any]]:
    query = select(laws).where(laws.c.digest.in_(digests)).order_by(laws.c.digest)
    return [{"digest": row.digest, "document": row.document} for row in connection.execute(query)]


def _rulebooks(connection: Connection, law: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The content of each rulebook version named by a law, as the plain data its version is the digest of."""
    wanted = {pair for each in law for pair in json.loads(each["document"])["rulebooks"].items()}
    yaml = YAML(typ="safe", pure=True)
    found = []
    for row in connection.execute(select(rulebook_versions).order_by(rulebook_versions.c.name)):
        if (row.name, row.version) in wanted:
            content = json.loads(json.dumps(yaml.load(row.document), ensure_ascii=False, default=str))
            found.append({"name": row.name, "version": row.version, "content": content})
    return found


def _seals(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    """Every seal; where this case had moved, and in the last, the head it had with its path to the seal's root."""
    moved = vouched(connection, case_id)
    return [
        {
            "sealed_at": instant(row.sealed_at),
            "cases": row.cases,
            "root": row.root,
            "hash": row.hash,
            "head": moved.get(row.id),
        }
        for row in connection.execute(select(seals).order_by(seals.c.id))
    ]
