"""What did each contact cost? Asked of the carrier once it is final, a batch at a time: its price comes late, or never.

At the carrier and here this goes on beside the sending: so many a run, none while the carrier rests, none under a lock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from outreach.carriers import Price
from outreach.core.terms import CarrierError, Channel
from outreach.engine.runtime import Runtime
from outreach.store import costs
from outreach.store.bulk import rows_in, update_rows
from outreach.store.database import claim
from outreach.store.tables import attempts, campaigns

# How long after a contact is final its price is asked for, once more, ...; after the last it stays unknown.
AFTER = (timedelta(minutes=10), timedelta(hours=2), timedelta(days=1), timedelta(days=4))
BATCH = 1000  # asked for in one go
BATCHES = 20  # in one run
SKEW = timedelta(minutes=1)  # the carrier's clock against ours


def price(runtime: Runtime) -> int:
    """Ask for the prices whose time has come, `BATCH` * `BATCHES` at most. Returns how many were told."""
    told = 0
    for _ in range(BATCHES):
        now = runtime.clock.now()
        if runtime.closing.is_set() or runtime.breaker.resting(now):
            break
        rows = _unpriced(runtime, now)
        try:
            prices = {channel: _ask(runtime, channel, rows) for channel in Channel}
        except CarrierError:
            break  # it can't be asked now: all of it is asked for again
        told += _record(runtime, rows, {sid: price for of in prices.values() for sid, price in of.items()}, now)
        if len(rows) < BATCH:
            break
    return told


def _unpriced(runtime: Runtime, now: datetime) -> Sequence[Row[Any]]:
    due = select(attempts.c.id, attempts.c.sid, attempts.c.channel, attempts.c.placed_at, attempts.c.final_at)
    due = due.where(attempts.c.price_ask_at <= now).order_by(attempts.c.price_ask_at).limit(BATCH)
    with runtime.db.read() as connection:
        return connection.execute(due).all()


def _ask(runtime: Runtime, channel: Channel, rows: Sequence[Row[Any]]) -> dict[str, Price]:
    these = [row for row in rows if row.channel == channel]
    if not these:
        return {}
    since = min(row.placed_at or row.final_at for row in these) - SKEW
    until = max(row.final_at for row in these) + SKEW
    return runtime.carrier.prices(channel, {row.sid for row in these}, since, until)


def _record(runtime: Runtime, rows: Sequence[Row[Any]], prices: Mapping[str, Price], now: datetime) -> int:
    """Write the prices down and add them up; what has none is asked for again. Two workers count nothing twice."""
    if not rows:
        return 0
    query = select(attempts, campaigns.c.name.label("campaign")).outerjoin(
        campaigns, campaigns.c.id == attempts.c.campaign_id
    )
    query = query.where(attempts.c.price_ask_at.is_not(None)).order_by(attempts.c.id)
    with runtime.db.begin() as tx:
        locked = _lock(tx, [row.id for row in rows])
        open_ = list(rows_in(tx, query, attempts.c.id, locked))
        priced = [(row, prices[row.sid]) for row in open_ if row.sid in prices]
        names = ("id", "price_micro", "price_currency", "billed_segments", "price_ask_at")
        update_rows(tx, attempts, names, [(r.id, p.micro, p.currency, p.segments, None) for r, p in priced])
        late = [(row.id, _again(row.final_at, now)) for row in open_ if row.sid not in prices]
        update_rows(tx, attempts, ("id", "price_ask_at"), late)
        costs.add(tx, _sums(priced))
    return len(priced)


def _lock(tx: Connection, ids: Sequence[int]) -> list[int]:
    query = claim(select(attempts.c.id).where(attempts.c.price_ask_at.is_not(None)).order_by(attempts.c.id), tx)
    return [row.id for row in rows_in(tx, query, attempts.c.id, ids)]


def _again(final_at: datetime, now: datetime) -> datetime | None:
    """When to ask next; None: it was asked for often enough."""
    return next((final_at + after for after in AFTER if final_at + after > now), None)


def _sums(priced: Sequence[tuple[Row[Any], Price]]) -> dict[costs.Key, tuple[int, int]]:
    micro: Counter[costs.Key] = Counter()
    count: Counter[costs.Key] = Counter()
    for row, price in priced:
        placed_on: date = (row.placed_at or row.final_at).date()
        key = (row.campaign or costs.ANSWERS, str(row.channel), placed_on, price.currency)
        micro[key] += price.micro
        count[key] += 1
    return {key: (micro[key], count[key]) for key in count}
