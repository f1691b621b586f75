"""The carrier does not answer, or says "too many". When is it asked again?

After `FAILURES` requests in a row that failed the carrier rests: nothing is reserved or placed, twice as long each time,
up to `LONGEST`, with jitter, so that many workers do not come back at once. Then a handful goes first. One request that
is taken, or refused for a reason of its own, ends it. What the carrier itself says it wants to be left alone for, it is.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.carriers import Outcome, Placed

logger = logging.getLogger("outreach")
FAILURES = 8  # in a row
FIRST, LONGEST = timedelta(seconds=2), timedelta(minutes=2)
FAILED = (Outcome.NEVER_HAPPENED, Outcome.IN_DOUBT)
BECAUSE = "the carrier rests: it does not answer"


@dataclass(slots=True)
class Breaker:
    """What this process knows of the carrier. `jitter`: from 0 to 1, how much of the last half of a rest is kept."""

    jitter: Callable[[], float] = random.random
    failed: int = 0  # requests in a row
    rests: int = 0  # in a row
    until: datetime | None = None

    def resting(self, now: datetime) -> bool:
        """Is it better not asked now?"""
        return self.until is not None and now < self.until

    def most(self, wanted: int, handful: int) -> int:
        """How many to ask for: after a rest, a handful first."""
        return min(wanted, handful) if self.until is not None else wanted

    def told(self, answers: Iterable[Placed], now: datetime) -> None:
        """Take note of what came of some requests, in the order they were asked."""
        asked_for = timedelta()
        for answer in answers:
            asked_for = max(asked_for, answer.wait or asked_for)
            if answer.outcome not in FAILED:
                if self.until is not None:
                    logger.info("the carrier answers again")
                self.failed, self.rests, self.until = 0, 0, None
                continue
            self.failed += 1
        if asked_for:
            self.until = max(self.until or now, now + asked_for * (1 + self.jitter() / 2))
            logger.warning("the carrier asks to be left alone until %s", self.until)
        if self.failed >= FAILURES and not self.resting(now):
            rest = min(FIRST * 2**self.rests, LONGEST)
            self.until = now + rest / 2 + rest / 2 * self.jitter()
            self.rests = min(self.rests + 1, 16)
            logger.warning("the carrier failed %d times in a row and rests until %s", self.failed, self.until)
