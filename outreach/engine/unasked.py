"""What left from our numbers that we never asked the carrier for? Its books are gone through, hour by hour.

Somebody else may use the account; a create we took for lost may have been done after all. Whoever it was, the debtor was
contacted: it stands on the log, counts against every cap from now on, its price is added up, and a person is told.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, insert, select

from outreach.carriers import Left
from outreach.core.masking import masked
from outreach.core.terms import AttemptState, CarrierError, CaseStatus, Channel, EventKind, Purpose
from outreach.engine import statuses, stops
from outreach.engine.runtime import Runtime
from outreach.engine.tasks import add_task
from outreach.store import caselog, facts
from outreach.store.bulk import insert_new, rows_in
from outreach.store.caselog import Entry, instant
from outreach.store.facts import Owner
from outreach.store.kept import keep, kept
from outreach.store.tables import attempt_cases, attempts, carrier_inbox, phones

logger = logging.getLogger("outreach")
LOOKED_UNTIL = "looked_at_until"  # among what is kept: so far the carrier's books were gone through
SETTLED = timedelta(minutes=20)  # what is younger may be ours and not known as such yet: see `reconcile`
OVERLAP = timedelta(minutes=10)  # the carrier's clock, and what it writes down late
AT_MOST = timedelta(hours=3)  # in one go: after days of standing still it is a lot
UNASKED = "unasked"  # kind and state of its row in the inbox: one for each, however often it is seen
DOUBTFUL = (AttemptState.PLACING, AttemptState.IN_DOUBT)


def look(runtime: Runtime) -> int:
    """Go through what left since we last looked. Returns how many contacts nobody of us asked for.

    The first time nothing is looked at: what was done with the account before is not ours to judge.
    """
    now = runtime.clock.now()
    with runtime.db.read() as connection:
        known = kept(connection, LOOKED_UNTIL)
    if known is None:
        _note(runtime, now)
        return 0
    since = datetime.fromisoformat(known)
    until = min(now - SETTLED, since + AT_MOST)
    if since >= until:
        return 0
    try:
        left = [
            one
            for ours in runtime.policy.senders.all
            for channel in Channel
            for one in runtime.carrier.left(channel, ours, since - OVERLAP, until)
        ]
    except CarrierError:
        return 0  # it can't be asked now: all of it is asked for again
    strangers, waits = _unknown(runtime, left)
    found = sum(_take_up(runtime, one, now) for one in sorted(strangers, key=lambda one: one.at))
    _note(runtime, min([until, *(one.at for one in waits)]))
    return found


def _note(runtime: Runtime, until: datetime) -> None:
    with runtime.db.begin() as tx:
        keep(tx, LOOKED_UNTIL, until.isoformat())


def _unknown(runtime: Runtime, left: Sequence[Left]) -> tuple[list[Left], list[Left]]:
    """Those that are none of ours; and those that may yet turn out to be, since something to that number is in doubt."""
    with runtime.db.read() as connection:
        ours = _had(connection, {one.report.sid for one in left})
        unknown = [one for one in left if one.report.sid not in ours]
        numbers = _in_doubt(connection) if unknown else frozenset()
    split: dict[bool, list[Left]] = {False: [], True: []}
    for one in unknown:
        split[one.report.to in numbers].append(one)
    return split[False], split[True]


def _had(connection: Connection, sids: Collection[str]) -> set[str]:
    query = select(attempts.c.sid)
    return {row.sid for row in rows_in(connection, query, attempts.c.sid, sids)}


def _in_doubt(connection: Connection) -> frozenset[str | None]:
    query = select(phones.c.e164).join(attempts, attempts.c.phone_id == phones.c.id)
    return frozenset(connection.scalars(query.where(attempts.c.state.in_(DOUBTFUL))))


def _take_up(runtime: Runtime, one: Left, now: datetime) -> bool:
    """Write it down, once, whoever sees it. False: somebody did."""
    report = one.report
    with runtime.db.begin() as tx:
        owners = facts.owners(tx, report.to or "", report.sender)
        if owners:
            stops.lock_debtor(tx, owners[0].debtor_id)
        columns = ("carrier", "kind", "dedupe", "received_at", "state", "applied_at", "tries")
        row = (runtime.carrier.name, UNASKED, f"{UNASKED}:{report.sid}", now, UNASKED, now, 0)
        if not insert_new(tx, carrier_inbox, columns, [row], "dedupe")[0] or _had(tx, {report.sid}):
            return False
        if owners:
            _on_file(tx, runtime, one, owners[0], now)
    what, to = one.channel.word, masked(report.to)
    logger.error("a %s to %s left from our number and nobody asked for it: %s", what, to, report.sid)
    return True


def _on_file(tx: Connection, runtime: Runtime, one: Left, owner: Owner, now: datetime) -> None:
    """As an attempt of no campaign, about every open loan of theirs; what the carrier says became of it is applied."""
    person = facts.load(tx, [owner.debtor_id], now).get(owner.debtor_id)
    if person is None:
        return
    loans = [case for case in person.cases.values() if case.status is not CaseStatus.CLOSED] or [*person.cases.values()]
    report, at = one.report, min(one.at, now).astimezone(UTC)
    made = tx.execute(
        insert(attempts).values(
            key=sha256(report.sid.encode()).hexdigest()[:32],
            debtor_id=owner.debtor_id,
            phone_id=owner.phone_id,
            channel=one.channel,
            purpose=Purpose.REMINDER,
            sender=report.sender,
            carrier=runtime.carrier.name,
            state=AttemptState.PLACED,
            sid=report.sid,
            facts_version=person.facts_version,
            reserved_at=at,
            placed_at=at,
            touched_at=now,
        )
    )
    attempt_id = int((made.inserted_primary_key or (0,))[0])
    tx.execute(insert(attempt_cases), [{"attempt_id": attempt_id, "case_id": loan.id} for loan in loans])
    said = {"sid": report.sid, "channel": one.channel, "sender": report.sender, "at": instant(at)}
    caselog.record(tx, [Entry(loan.id, now, EventKind.CONTACT_FOUND, said, attempt_id) for loan in loans])
    statuses.apply(tx, runtime, [report], now)
    stops.facts_changed(tx, owner.debtor_id, f"a {one.channel.word} left that we never asked for", now)
    why = f"a {one.channel.word} of {at:%Y-%m-%d %H:%M}Z left from our number and we never asked for it: who did?"
    add_task(tx, loans[:1], "trouble", now, why, now)
