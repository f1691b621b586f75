"""From which number does a contact go, and may that number be given more now? Shared by every worker on the database.

A debtor keeps the sender that first reached them; a new one gets the sender of the pool with most room. What was given to
each sender is kept in `paces`: it is read and raised by one worker at a time, in the transaction by which contacts are
about to leave, so that all workers together never exceed what a sender, or the account, may.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from outreach.core import pacing, zones
from outreach.core.pacing import Limit, Pace
from outreach.core.terms import AttemptState, Channel
from outreach.engine.runtime import ACCOUNT, Policy, Runtime
from outreach.store.bulk import among, inserting
from outreach.store.database import Turn, take_turn
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import attempts, cases, debtors, paces

TURNS = {Channel.SMS: Turn.PACE_SMS, Channel.CALL: Turn.PACE_CALLS}
PLENTY = 1 << 40


@dataclass(slots=True)
class Rooms:
    """What each sender, and the account, may be given now on one channel; counts down as it is given."""

    policy: Policy
    channel: Channel
    now: datetime
    today: date
    paces: dict[str, Pace]
    left: dict[str, int] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def of(self, name: str) -> int:
        """Units that may be given to this sender."""
        return min(self.own(name), self.own(ACCOUNT))

    def total(self) -> int:
        """Units that may be given to all of them."""
        return min(sum(self.own(name) for name in self.policy.senders.all), self.own(ACCOUNT))

    def exhausted(self) -> list[str]:
        return [name for name in self.policy.senders.all if self.own(name) <= 0]

    def take(self, name: str, units: int) -> bool:
        """Give the sender so many units, if it has room; one that rests takes a text longer than its burst."""
        if not all(self._fits(one, units) for one in (name, ACCOUNT)):
            return False
        for one in (name, ACCOUNT):
            self.left[one] = self.own(one) - units
            self.given[one] += units
        return True

    def reserve(self, name: str, units: int) -> None:
        """So much is on its way to the sender already."""
        for one in (name, ACCOUNT):
            self.left[one] = self.own(one) - units

    def after(self) -> dict[str, Pace]:
        """The paces of those that were given something."""
        found = {}
        for name, units in self.given.items():
            limit = self.policy.limit(name, self.channel)
            if limit is not None:
                found[name] = pacing.given(self._pace(name), limit, units, self.now, self.today)
        return found

    def own(self, name: str) -> int:
        """The same, whatever the account may."""
        if name not in self.left:
            limit = self.policy.limit(name, self.channel)
            self.left[name] = pacing.room(self._pace(name), limit, self.now, self.today) if limit else PLENTY
        return self.left[name]

    def _fits(self, name: str, units: int) -> bool:
        if self.own(name) >= units:
            return True
        limit = self.policy.limit(name, self.channel)
        if limit is None or self.given[name] or self.own(name) < int(limit.burst):
            return False
        return pacing.rested(self._pace(name), self.now) and self._lasts(name, limit, units)

    def _lasts(self, name: str, limit: Limit, units: int) -> bool:
        return pacing.left_today(self._pace(name), limit, self.today) >= units

    def _pace(self, name: str) -> Pace:
        return self.paces.get(name, Pace())


def units(channel: Channel, segments: int | None) -> int:
    """What a contact takes of its sender's rate: the segments of a text, one call."""
    return max(segments or 1, 1) if channel is Channel.SMS else 1


def rooms(tx: Connection, runtime: Runtime, channel: Channel, now: datetime) -> Rooms:
    """What there is room for as the database has it; for whoever will give nothing, or has the channel's turn."""
    today = now.astimezone(zones.zone(runtime.policy.day_zone)).date()
    return Rooms(runtime.policy, channel, now, today, paces_of(tx, channel))


def paces_of(connection: Connection, channel: Channel) -> dict[str, Pace]:
    """How far each sender, and the account, is used on this channel."""
    rows = connection.execute(select(paces).where(paces.c.channel == channel))
    return {row.name: Pace(row.busy_until, row.used_on, row.used) for row in rows}


def rooms_to_reserve(tx: Connection, runtime: Runtime, channel: Channel, now: datetime) -> Rooms:
    """The same, less what is reserved and has not left."""
    found = rooms(tx, runtime, channel, now)
    units = func.sum(func.coalesce(attempts.c.segments, 1)) if channel is Channel.SMS else func.count()
    waiting = select(attempts.c.sender, units.label("units")).group_by(attempts.c.sender)
    waiting = waiting.where(attempts.c.state == AttemptState.RESERVED, attempts.c.channel == channel)
    for row in tx.execute(waiting):
        found.reserve(row.sender or "", int(row.units))
    return found


def take_rooms(tx: Connection, runtime: Runtime, channel: Channel, now: datetime) -> Rooms:
    """What there is room for, and nobody else gives any until this transaction ends. Taken before any other lock."""
    take_turn(tx, TURNS[channel])
    return rooms(tx, runtime, channel, now)


def without_room(found: Rooms) -> ColumnElement[bool] | None:
    """The loans (`cases`, with `debtors`) for whose senders there is no room at all; None: there are none."""
    known, closed = found.policy.senders, set(found.exhausted())
    if not closed:
        return None
    creditors, countries = sorted(known.by_creditor), sorted(known.by_country)
    of_creditor = [(name, cases.c.creditor == name) for name in creditors] + [("", cases.c.creditor.not_in(creditors))]
    of_country = [(name, debtors.c.country == name) for name in countries] + [("", debtors.c.country.not_in(countries))]
    these = [
        whose & where
        for creditor, whose in of_creditor
        for country, where in of_country
        if closed.issuperset(known.pool(creditor, country))
    ]
    return or_(*these) if these else None


def keep(tx: Connection, found: Rooms) -> None:
    """Write down what was given."""
    after = found.after()
    if not after:
        return
    rows = [
        {
            "name": name,
            "channel": found.channel,
            "busy_until": pace.busy_until,
            "used_on": pace.used_on,
            "used": pace.used,
        }
        for name, pace in sorted(after.items())
    ]
    made = inserting(tx, paces).values(rows)
    moved = {name: made.excluded[name] for name in ("busy_until", "used_on", "used")}
    tx.execute(made.on_conflict_do_update(index_elements=list(paces.primary_key), set_=moved))


def first_senders(tx: Connection, policy: Policy, debtor_ids: Iterable[int]) -> dict[int, list[str]]:
    """By which senders each debtor was reached, the first first; not looked up where no pool has a choice."""
    found: dict[int, list[str]] = defaultdict(list)
    if not policy.senders.choice:
        return found
    query = select(attempts.c.debtor_id, attempts.c.sender).where(
        among(tx, attempts.c.debtor_id, debtor_ids), attempts.c.state != AttemptState.RELEASED
    )
    first = func.min(attempts.c.id)
    for row in tx.execute(query.group_by(attempts.c.debtor_id, attempts.c.sender).order_by(first)):
        found[row.debtor_id].append(row.sender)
    return found


def choose_sender(pool: Sequence[str], reached_by: Sequence[str], found: Rooms | None = None) -> str:
    """The sender of the pool that first reached the debtor, else the one with most room, else the first."""
    kept = next((name for name in reached_by if name in pool), None)
    if kept is not None:
        return kept
    return max(pool, key=found.own) if found is not None else pool[0]


def of_debtor(
    tx: Connection, runtime: Runtime, person: Person, loans: Sequence[CaseOnFile], wrote_to: str | None = None
) -> str:
    """The number the debtor wrote to, while it is ours; else the one that reached them, or one of the pool."""
    known = runtime.policy.senders
    if wrote_to in known.all:
        return str(wrote_to)
    reached_by = first_senders(tx, runtime.policy, [person.id])[person.id]
    return choose_sender(known.pool(loans[0].creditor, person.country), reached_by)
