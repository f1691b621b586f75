"""The carrier finds fault with our account, a sender or a template. When does that stop a campaign?

Once is chance: a number abroad, one text taken for spam. A few times within an hour, and not seldom, it will be so with all
that follows: the campaign is stopped as a person would stop it, on record, on the board, and until somebody resumes it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from outreach.carriers import CodeMeaning
from outreach.core.terms import AttemptState
from outreach.engine.runtime import Runtime
from outreach.store import switches
from outreach.store.tables import attempts, campaigns

logger = logging.getLogger("outreach")
SEVERAL, OFTEN, WITHIN = 3, 0.05, timedelta(hours=1)  # so many, and this share of all that ended
BY = "the machine"
ENDED = (AttemptState.FINAL, AttemptState.RELEASED)


def met(
    tx: Connection, runtime: Runtime, attempt: Row[Any], meaning: CodeMeaning, code: int | None, now: datetime
) -> None:
    """Note the trouble that this attempt met, and stop its campaign if it is one time too many."""
    logger.error("the carrier finds fault with us: %s (code %s)", meaning.what, code)
    tx.execute(update(attempts).where(attempts.c.id == attempt.id).values(error_code=code))
    name = tx.scalar(select(campaigns.c.name).where(campaigns.c.id == attempt.campaign_id))
    if name is None or any(stop.campaign in (None, name) for stop in switches.standing(tx)):
        return
    times, ended = _lately(tx, runtime, attempt.id, name, now)
    if times >= SEVERAL and times >= OFTEN * ended:
        why = f"the carrier finds fault with us, {times} times within an hour; at last: {meaning.what} (code {code})"
        switches.stop(tx, BY, why, now, name)
        logger.critical("campaign %s is stopped: %s", name, why)


def _lately(tx: Connection, runtime: Runtime, attempt_id: int, name: str, now: datetime) -> tuple[int, int]:
    """How often the campaign met trouble of the kind, this attempt included, and how many of its contacts ended."""
    theirs = attempts.c.campaign_id.in_(select(campaigns.c.id).where(campaigns.c.name == name))
    query = select(attempts.c.error_code, func.count()).where(attempts.c.state.in_(ENDED), theirs)
    query = query.where(attempts.c.touched_at > now - WITHIN, attempts.c.id != attempt_id)
    counts = {row[0]: int(row[1]) for row in tx.execute(query.group_by(attempts.c.error_code))}
    met = (count for code, count in counts.items() if code and runtime.carrier.meaning(code).account_trouble)
    return 1 + sum(met), 1 + sum(counts.values())
