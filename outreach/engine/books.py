"""What stands in the carrier's own books about a contact that is final? Its price, and whether the text arrived after all.

A price comes late, or never. A receipt may come hours after an "undelivered", and if nobody of ours was there to be told,
only the carrier knows of it. So its records are asked for, a batch at a time, beside the sending: so many a run, none
while the carrier rests, none under a lock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from outreach.carriers import Price, Record
from outreach.core.terms import CarrierError, Channel, Disposition
from outreach.engine import statuses
from outreach.engine.runtime import Runtime
from outreach.engine.settle import ASKED_AFTER
from outreach.store import costs
from outreach.store.bulk import rows_in, update_rows
from outreach.store.database import claim
from outreach.store.tables import attempts, campaigns

BATCH = 1000  # asked for in one go
BATCHES = 20  # in one run
SKEW = timedelta(minutes=1)  # the carrier's clock against ours
ARRIVES_LATE = ASKED_AFTER[2]  # so long a text that did not arrive may do so yet
NOT_ARRIVED = (None, Disposition.UNDELIVERED)  # None: the carrier never said


def read(runtime: Runtime) -> int:
    """Ask for the records whose time has come, `BATCH` * `BATCHES` at most. Returns how many prices were told."""
    told = 0
    for _ in range(BATCHES):
        now = runtime.clock.now()
        if runtime.closing.is_set() or runtime.breaker.resting(now):
            break
        rows = _due(runtime, now)
        try:
            records = {sid: one for channel in Channel for sid, one in _ask(runtime, channel, rows).items()}
        except CarrierError:
            break  # it can't be asked now: all of it is asked for again
        _arrived(runtime, rows, records, now)
        told += _record(runtime, rows, {sid: one.price for sid, one in records.items() if one.price}, now)
        if len(rows) < BATCH:
            break
    return told


def _due(runtime: Runtime, now: datetime) -> Sequence[Row[Any]]:
    columns = (attempts.c.id, attempts.c.sid, attempts.c.channel, attempts.c.disposition)
    due = select(*columns, attempts.c.placed_at, attempts.c.final_at)
    due = due.where(attempts.c.price_ask_at <= now).order_by(attempts.c.price_ask_at).limit(BATCH)
    with runtime.db.read() as connection:
        return connection.execute(due).all()


def _ask(runtime: Runtime, channel: Channel, rows: Sequence[Row[Any]]) -> dict[str, Record]:
    these = [row for row in rows if row.channel == channel]
    if not these:
        return {}
    since = min(row.placed_at or row.final_at for row in these) - SKEW
    until = max(row.final_at for row in these) + SKEW
    return runtime.carrier.records(channel, {row.sid for row in these}, since, until)


def _arrived(runtime: Runtime, rows: Sequence[Row[Any]], records: Mapping[str, Record], now: datetime) -> None:
    """What became of texts that had not arrived when they were final: what we were not told of is applied now."""
    doubtful = [row.sid for row in rows if _may_arrive(row) and row.sid in records]
    if doubtful:
        with runtime.db.begin() as tx:
            statuses.apply(tx, runtime, [records[sid].report for sid in doubtful], now)


def _may_arrive(row: Row[Any]) -> bool:
    return bool(row.channel == Channel.SMS and row.disposition in NOT_ARRIVED)


def _record(runtime: Runtime, rows: Sequence[Row[Any]], prices: Mapping[str, Price], now: datetime) -> int:
    """Write the prices down and add them up; what has none, or may arrive yet, is asked for again. Two workers count
    nothing twice."""
    if not rows:
        return 0
    query = select(attempts, campaigns.c.name.label("campaign")).outerjoin(
        campaigns, campaigns.c.id == attempts.c.campaign_id
    )
    query = query.where(attempts.c.price_ask_at.is_not(None)).order_by(attempts.c.id)
    with runtime.db.begin() as tx:
        locked = _lock(tx, [row.id for row in rows])
        open_ = list(rows_in(tx, query, attempts.c.id, locked))
        priced = [(row, prices[row.sid]) for row in open_ if row.sid in prices and row.price_micro is None]
        names = ("id", "price_micro", "price_currency", "billed_segments")
        update_rows(tx, attempts, names, [(r.id, p.micro, p.currency, p.segments) for r, p in priced])
        known = {row.id for row, _ in priced} | {row.id for row in open_ if row.price_micro is not None}
        again = [(row.id, _again(row, row.id in known, now)) for row in open_]
        update_rows(tx, attempts, ("id", "price_ask_at"), again)
        costs.add(tx, _sums(priced))
    return len(priced)


def _lock(tx: Connection, ids: Sequence[int]) -> list[int]:
    query = claim(select(attempts.c.id).where(attempts.c.price_ask_at.is_not(None)).order_by(attempts.c.id), tx)
    return [row.id for row in rows_in(tx, query, attempts.c.id, ids)]


def _again(row: Row[Any], priced: bool, now: datetime) -> datetime | None:
    """When to ask next; None: all is known, or it was asked for often enough."""
    until = ASKED_AFTER[-1] if not priced else ARRIVES_LATE if _may_arrive(row) else timedelta()
    later = (row.final_at + after for after in ASKED_AFTER if after <= until)
    return next((at for at in later if at > now), None)


def _sums(priced: Sequence[tuple[Row[Any], Price]]) -> dict[costs.Key, tuple[int, int]]:
    micro: Counter[costs.Key] = Counter()
    count: Counter[costs.Key] = Counter()
    for row, price in priced:
        placed_on: date = (row.placed_at or row.final_at).date()
        key = (row.campaign or costs.ANSWERS, str(row.channel), placed_on, price.currency)
        micro[key] += price.micro
        count[key] += 1
    return {key: (micro[key], count[key]) for key in count}
