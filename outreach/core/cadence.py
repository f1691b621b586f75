"""Which step of a campaign is due, and when is the next one?

A campaign is a plan of steps counted from an anchor: the due date, or the day a promise was broken. A case stands at one
step per campaign and anchor (`Position`); each function here takes where it stands and returns where it goes next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from outreach.core.terms import CaseStatus, Channel, Collector, Disposition


class Anchor(StrEnum):
    """What the offsets of a campaign count from."""

    DUE = "due"
    PROMISE_BROKEN = "promise_broken"


class Late(StrEnum):
    """What becomes of a step whose time has passed: dropped, the whole plan moved, or merged into the next one due."""

    EXPIRE = "expire"
    SHIFT = "shift"
    MERGE = "merge"


class Condition(StrEnum):
    """What may have happened since the anchor; steps and campaigns branch on these."""

    PROMISED = "promised"
    PAID = "paid"  # any payment since the anchor
    REPLIED = "replied"
    REACHED = "reached"  # right party spoken to
    DELIVERED = "delivered"  # an SMS of this campaign arrived


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a campaign is for. Empty sets and None mean no limit. Amounts are minor units by currency."""

    days_past_due: tuple[int | None, int | None] = (None, None)  # inclusive
    amount_due: tuple[tuple[str, int | None, int | None], ...] = ()  # (currency, at least, at most)
    products: frozenset[str] = frozenset()
    tags_any: frozenset[str] = frozenset()
    tags_none: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    creditors: frozenset[str] = frozenset()
    collectors: frozenset[Collector] = frozenset()


@dataclass(frozen=True, slots=True)
class Try:
    """One contact: channel and template. `voicemail`: template left on a machine; None: hang up.

    For the first try of a step `after` is zero days; for a follow-up it is counted from the local day of the one before.
    """

    channel: Channel
    template: str
    time: time  # debtor's local time
    after: timedelta = timedelta(0)  # whole days
    voicemail: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`offset`: days from the anchor, negative before. `tries[0]` is the step itself, the rest its fallbacks."""

    name: str
    offset: int
    tries: tuple[Try, ...]
    follow_up_on: frozenset[Disposition] = frozenset(
        {Disposition.NO_ANSWER, Disposition.BUSY, Disposition.MACHINE, Disposition.VOICEMAIL_LEFT}
    )
    only_if: frozenset[Condition] = frozenset()
    unless: frozenset[Condition] = frozenset()
    if_late: Late = Late.EXPIRE
    keep_for: timedelta = timedelta(days=1)  # how long after its time the step still means something


@dataclass(frozen=True, slots=True)
class Campaign:
    """A checked campaign. `version` is the SHA-256 of its document, hex. Higher `priority` goes first."""

    name: str
    version: str
    title: str
    steps: tuple[Step, ...]
    audience: Audience = Audience()
    anchor: Anchor = Anchor.DUE
    priority: int = 50
    stop_when: frozenset[Condition] = frozenset({Condition.PAID, Condition.PROMISED})
    valid_from: date | None = None
    valid_until: date | None = None
    active: bool = True

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the cadence needs to know of a case, as of now. `zone`: the IANA name its local time is told in."""

    due_on: date
    status: CaseStatus
    amount_due_minor: int
    currency: str
    product: str | None
    tags: frozenset[str]
    country: str
    language: str | None
    creditor: str
    collector: Collector
    zone: str
    happened: frozenset[Condition] = frozenset()


@dataclass(frozen=True, slots=True)
class Position:
    """Where a case stands: the try that is next and the instant its campaign wants it."""

    step: str
    try_no: int
    planned_at: datetime
    shift_days: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a late step, for the log, and where the case stands now (None: cadence ended)."""

    what: Late
    step: str
    position: Position | None
    days: int = 0
