"""What did the contacts cost, by case and by campaign? As the carrier priced them, in millionths, never rounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from outreach.core.money import write_micro
from outreach.core.terms import AttemptState, Channel
from outreach.store.bulk import inserting
from outreach.store.tables import attempt_cases, attempts, costs

Key = tuple[str, str, date, str]  # campaign, channel, day of placing, currency
ANSWERS = ""  # the campaign of what no campaign leads


def add(tx: Connection, sums: Mapping[Key, tuple[int, int]]) -> None:
    """Add (millionths, attempts) to what each key has; in the order of the keys, as everybody does."""
    if not sums:
        return
    rows = [(*key, micro, count) for key, (micro, count) in sorted(sums.items())]
    names = [column.name for column in costs.columns]
    added = inserting(tx, costs).values([dict(zip(names, row, strict=True)) for row in rows])
    more = {name: costs.c[name] + added.excluded[name] for name in ("micro", "attempts")}
    tx.execute(added.on_conflict_do_update(index_elements=list(costs.primary_key), set_=more))


def by_campaign(connection: Connection, today: date) -> dict[str, list[dict[str, Any]]]:
    """For each campaign and currency: the cost so far, and of what was placed `today` (UTC)."""
    of_today = func.sum(costs.c.micro).filter(costs.c.placed_on == today).label("today")
    query = select(costs.c.campaign, costs.c.currency, func.sum(costs.c.micro).label("all"), of_today)
    query = query.group_by(costs.c.campaign, costs.c.currency).order_by(costs.c.campaign, costs.c.currency)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.campaign].append(
            {
                "currency": row.currency,
                "amount": write_micro(int(row.all), row.currency),
                "today": write_micro(int(row.today or 0), row.currency),
            }
        )
    return found


def of_case(connection: Connection, case_id: int) -> dict[str, Any]:
    """What contact about a case cost, by currency, and how many of its contacts have no price (yet).

    A contact about several loans is shared among them, so that the costs of all cases add up to what was paid.
    """
    mine = select(attempt_cases.c.attempt_id).where(attempt_cases.c.case_id == case_id)
    query = select(attempts, attempt_cases.c.case_id).join(attempt_cases).where(attempts.c.id.in_(mine))
    query = query.where(attempts.c.state == AttemptState.FINAL, attempts.c.sid.is_not(None))
    shared: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query.order_by(attempts.c.id, attempt_cases.c.case_id)):
        shared[row.id].append(row)
    sums: dict[str, dict[str, int]] = defaultdict(lambda: {"micro": 0, Channel.SMS: 0, Channel.CALL: 0})
    unpriced = 0
    for rows in shared.values():
        if rows[0].price_micro is None:
            unpriced += 1
            continue
        into = sums[rows[0].price_currency]
        into["micro"] += _share(rows[0].price_micro, [row.case_id for row in rows].index(case_id), len(rows))
        into[rows[0].channel] += 1
    priced = [
        {
            "currency": currency,
            "amount": write_micro(of["micro"], currency),
            "texts": of[Channel.SMS],
            "calls": of[Channel.CALL],
        }
        for currency, of in sorted(sums.items())
    ]
    return {"priced": priced, "unpriced": unpriced}


def _share(micro: int, place: int, of: int) -> int:
    """The share of the `place`-th of so many; the first get what does not divide."""
    return micro // of + (place < micro % of)
