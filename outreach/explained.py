"""How is an explanation of the gate told, to people and to programs?"""

from __future__ import annotations

from datetime import datetime
from textwrap import wrap
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from outreach.core.rulebook import POLICY, Rulebooks
from outreach.core.terms import CaseStatus, Channel, Decision, OutreachError, Voice
from outreach.core.zones import zone
from outreach.engine.explaining import Way, ways
from outreach.store.database import Database
from outreach.store.switches import standing
from outreach.store.tables import cases


def explain(db: Database, rulebooks: Rulebooks, ref: str, at: datetime, channel: str | None) -> dict[str, Any]:
    """Every way to reach the debtor of this case. Raises OutreachError if there is no such case."""
    found = ways(db, rulebooks, ref, at, Channel(channel) if channel else None)
    if found is None:
        raise OutreachError(f"no case {ref!r}, expected a loan reference of the book")
    with db.read() as connection:
        stopped = [switch.because for switch in standing(connection)]
        status = connection.scalar(select(cases.c.status).where(cases.c.ref == ref))
    if status == CaseStatus.HELD:
        stopped.append("the case is held for a person")
    return {"case": ref, "at": at.isoformat(), "stopped": stopped, "ways": [_way(each) for each in found]}


def _way(way: Way) -> dict[str, Any]:
    info, verdict = zone(way.zone), way.explanation.verdict
    return {
        "channel": way.channel,
        "voice": way.voice,
        "number": way.number,
        "zone": way.zone,
        "decision": verdict.decision,
        "earliest": _local(way.explanation.earliest, info),
        "rulebooks": list(verdict.rulebooks),
        "zones": list(verdict.zones),
        "refusals": [
            {"rule": r.rule, "citation": r.citation, "because": r.because, "retry_at": _local(r.retry_at, info)}
            for r in verdict.refusals
        ],
        "supposed": [{"if": each.what, "earliest": _local(each.at, info)} for each in way.explanation.supposed],
        "week": [
            {"on": on.isoformat(), "lawful": [[_local(s.start, info), _local(s.end, info)] for s in spans]}
            for on, spans in way.week
        ],
    }


def _local(at: datetime | None, info: ZoneInfo) -> str | None:
    return at.astimezone(info).isoformat(timespec="seconds") if at else None


def words(found: dict[str, Any]) -> str:
    """The same for people."""
    if not found["ways"]:
        return f"{found['case']}: no number on file, nobody can be contacted"
    stopped = [f"nothing is placed whatever is lawful: {because}" for because in found["stopped"]]
    return "\n\n".join([*stopped, *(_way_words(way) for way in found["ways"])])


def _way_words(way: dict[str, Any]) -> str:
    head = f"{_kind(way)} to {way['number']} ({way['zone']}): "
    if way["decision"] == Decision.ALLOW:
        head += "lawful now"
    elif way["earliest"]:
        head += f"lawful again {_moment(way['earliest'])}"
    else:
        head += "not lawful, and no instant is known at which it will be"
    lines = [head]
    for refusal in way["refusals"]:
        until = f", until {_moment(refusal['retry_at'])}" if refusal["retry_at"] else ""
        citation = f" ({refusal['citation']})" if refusal["citation"] else ""
        lines.append(f"  {refusal['rule']}{citation}: {refusal['because']}{until}")
    lines += [f"  if {each['if']}: {_moment(each['earliest'])}" for each in way["supposed"]]
    for day in way["week"]:
        spans = ", ".join(f"{start[11:19]}-{_end(end, day['on'])}" for start, end in day["lawful"])
        lines.append(f"  {datetime.fromisoformat(day['on']):%a %Y-%m-%d}  {spans or 'never'}")
    lines.append(f"  rulebooks: {', '.join(way['rulebooks']) or 'none'}")
    return "\n".join(lines)


def _kind(way: dict[str, Any]) -> str:
    return "call by a colleague" if way["voice"] == Voice.AGENT else Channel(way["channel"]).word


def _moment(at: str) -> str:
    return f"{datetime.fromisoformat(at):%a %Y-%m-%d %H:%M:%S}"


def _end(at: str, on: str) -> str:
    return at[11:19] if at[:10] == on else "24:00:00"


def listing(found: Rulebooks) -> list[dict[str, Any]]:
    """What each rulebook is, how many rules it has, and what was left out of it for want of a source."""
    adopted: dict[str, list[str]] = {}
    for country, name in found.adopted.items():
        adopted.setdefault(name, []).append(country)
    return [
        {
            "rulebook": book.name,
            "title": book.title,
            "is": "policy" if book.name.startswith(POLICY) else "law",
            "adopted_for": sorted(adopted.get(book.name, [])),
            "version": book.version,
            "rules": [
                {
                    "rule": rule.source.id,
                    "because": rule.source.because,
                    "citation": rule.source.citation,
                    "confidence": rule.source.confidence,
                    "in_force_from": rule.source.from_on.isoformat() if rule.source.from_on else None,
                    "in_force_until": rule.source.until_on.isoformat() if rule.source.until_on else None,
                }
                for rule in book.rules
            ],
            "left_out": [{"row": each.row, "why": each.why} for each in book.left_out],
            "elsewhere": [{"rows": list(each.rows), "where": each.where} for each in book.elsewhere],
        }
        for book in found.books
    ]


def listing_words(found: list[dict[str, Any]]) -> str:
    """The same for people: law, then policy, then what is held to elsewhere, then what needs counsel."""
    lines = []
    for kind in ("law", "policy"):
        for book in (each for each in found if each["is"] == kind):
            adopted = f", adopted for {', '.join(book['adopted_for'])}" if book["adopted_for"] else ""
            adopted = adopted or (", not adopted" if kind == "policy" else "")
            lines.append(f"{kind:6}  {book['rulebook']:16} {len(book['rules']):3} rules  {book['title']}{adopted}")
            lines += [f"        {line}" for line in wrap(" ".join(rule["rule"] for rule in book["rules"]), 110)]
    for book in found:
        lines += [
            f"elsewhere  {' '.join(each['rows'])}: {each['where']}  ({book['rulebook']})" for each in book["elsewhere"]
        ]
    for book in found:
        lines += [f"needs counsel  {each['row']:16} {each['why']}  ({book['rulebook']})" for each in book["left_out"]]
    lines.append("any country not named here is refused: there is no law for it, and no policy was adopted")
    return "\n".join(lines)
