"""What may go wrong at the simulated carrier, how often, and how fast may it be asked?

Both are plain figures that may be replaced at any moment (`simulator.faults = Faults(...)`). Chances are between 0 and 1
and are drawn from the seed, so that one seed gives one history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Faults:
    """The knobs. All off by default, but that one receipt in twenty takes its minutes: a carrier on a good day.

    Callbacks: `duplicate` sends one twice (with the same idempotency token), `drop` never sends it, `late` sends it half
    a minute to half an hour late, which is also how callbacks overtake each other.
    Creates: `refuse_500` answers 500 and nothing was accepted, `accept_500` answers 500 although it was, `reset` accepts
    and closes the connection without an answer, `too_many` answers 429 and accepts nothing.
    Handsets and networks: `unreachable` (30003), `filtered` (30007), `no_receipt` (stays `sent` for good), `late_receipt`
    (a `delivered` after the `undelivered`), `slow_receipt` (one to ten minutes late), `wrong_ears` (answering-machine
    detection mistakes a person for a machine, or the other way round).
    `outages` are half-open spans of simulated time in which every request gets 503 and nothing leaves the queue.
    """

    duplicate: float = 0.0
    drop: float = 0.0
    late: float = 0.0
    refuse_500: float = 0.0
    accept_500: float = 0.0
    reset: float = 0.0
    too_many: float = 0.0
    unreachable: float = 0.0
    filtered: float = 0.0
    no_receipt: float = 0.0
    late_receipt: float = 0.0
    slow_receipt: float = 0.05
    wrong_ears: float = 0.0
    outages: tuple[tuple[datetime, datetime], ...] = ()

    def outage_until(self, at: datetime) -> datetime | None:
        """When the outage that holds at `at` ends, or None."""
        return max((end for start, end in self.outages if start <= at < end), default=None)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the carrier works. Excess is queued, not refused.

    `segments_per_second` bounds each sender; a sender holds `queue_hours` of segments (then 21611). `calls_per_second`
    bounds calls created through the API; more than a day of queue is refused (22005). Legs of `<Dial>` are never queued.
    """

    segments_per_second: float = 10.0
    queue_hours: float = 10.0
    calls_per_second: float = 1.0
