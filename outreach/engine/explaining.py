"""When may the debtor of a case next be contacted, on each of their numbers and channels? Read only; nothing is planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from outreach.core import explain as gate
from outreach.core.explain import Explanation, Span
from outreach.core.masking import masked
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import Channel, Voice
from outreach.engine import assemble
from outreach.store import facts
from outreach.store.database import Database
from outreach.store.tables import cases

VOICES: Mapping[Channel, tuple[Voice | None, ...]] = {
    Channel.SMS: (None,),
    Channel.CALL: (Voice.RECORDED, Voice.AGENT),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach the debtor: a channel on a number (masked), and when it is lawful. Of calls there are two: those we
    place begin with a recording; a colleague may dial by hand."""

    channel: Channel
    voice: Voice | None
    number: str
    zone: str
    explanation: Explanation
    week: tuple[tuple[date, tuple[Span, ...]], ...]


def ways(
    db: Database, rulebooks: Rulebooks, case_ref: str, at: datetime, channel: Channel | None = None
) -> list[Way] | None:
    """Every way to reach the debtor about this case, as of `at`; None if there is no such case."""
    with db.read() as connection:
        row = connection.execute(select(cases.c.id, cases.c.debtor_id).where(cases.c.ref == case_ref)).first()
        if row is None:
            return None
        person = facts.load(connection, [row.debtor_id], at).get(row.debtor_id)
    if person is None:
        return []
    return list(_ways(rulebooks, person, person.cases[row.id], at, [channel] if channel else list(Channel)))


def _ways(
    rulebooks: Rulebooks, person: facts.Person, case: facts.CaseOnFile, at: datetime, channels: list[Channel]
) -> Iterator[Way]:
    zone = assemble.home_zone(person)
    for phone in person.phones:
        for channel in channels:
            for voice in VOICES[channel]:
                ask = replace(assemble.ask(person, phone, channel, [case], at), voice=voice)
                days = gate.week(ask, rulebooks, at, zone)
                spans = tuple((on, tuple(found)) for on, found in days)
                yield Way(channel, voice, masked(phone.phone.e164), zone, gate.explain(ask, rulebooks, at), spans)
