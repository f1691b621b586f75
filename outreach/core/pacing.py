"""How many messages may leave now, and how many calls may be placed for the agents and lines there are?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: `rate` per second, at most `burst` saved up. Frozen: each use returns the bucket after it."""

    rate: float
    burst: float
    tokens: float
    at: datetime | None = None

    @classmethod
    def full(cls, rate: float, burst: float | None = None) -> Bucket:
        size = max(1.0, burst if burst is not None else rate)
        return cls(rate, size, size)

    def refilled(self, now: datetime) -> Bucket:
        """The bucket at `now`. A clock set back refills nothing."""
        if self.at is None:
            return replace(self, at=now)
        seconds = max(0.0, (now - self.at).total_seconds())
        return replace(self, tokens=min(self.burst, self.tokens + seconds * self.rate), at=max(now, self.at))

    def whole(self) -> int:
        return int(self.tokens)

    def spent(self, count: int) -> Bucket:
        return replace(self, tokens=self.tokens - count)


def calls_now(rate_allows: int, live: int, max_live: int) -> int:
    """Calls that may be placed: what the carrier's rate allows, never more live at once than `max_live`.

    Every call starts with a recording and reaches an agent only when the debtor asks, so agents do not bound the number
    placed; a debtor who asks and finds none free is offered a callback.
    """
    return max(0, min(rate_allows, max_live - live))
