"""What does every job need at hand? The runtime, wired once in `bootstrap` and passed along."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from outreach.campaigns import Loaded
from outreach.carriers import Carrier, Senders
from outreach.core.negotiation import Limits
from outreach.core.pacing import Limit
from outreach.core.terms import Channel, SuppressionReason
from outreach.engine.breaker import Breaker
from outreach.engine.mailbag import Mailbag
from outreach.messages import Library
from outreach.store.database import Database

ACCOUNT = "account"  # all senders together, beside their numbers


class Clock(Protocol):
    """Time is an argument: the wall clock, a demo clock or a hand-wound one."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """An agent as configured: a name with a phone and weekly local hours ((ISO weekdays), from, to)."""

    name: str
    phone: str
    timezone: str
    hours: tuple[tuple[frozenset[int], str, str], ...]
    languages: frozenset[str] = frozenset({"en"})


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of `config/outreach.yaml` that the engine works by; each default is a cautious one."""

    company: str = "Example Lending"
    callback_phone: str = ""  # the number debtors may call, spoken and printed
    default_language: str = "en"
    batch: int = 200  # contacts handed to the carrier in one go; on SQLite also debtors decided in one transaction
    decided_at_once: int = 1000  # debtors in one transaction on PostgreSQL, where nobody else waits for it
    sms_per_second: float = 10.0  # segments, each sender
    sms_per_day: int | None = None
    calls_per_second: float = 1.0  # the account: all senders together
    calls_per_day: int | None = None
    limits: Mapping[tuple[str, Channel], Limit] = field(default_factory=dict)  # of single senders, and of the account
    day_zone: str = "America/Los_Angeles"  # where the carrier's day begins
    max_live_calls: int = 20
    max_unfinished: int = 10_000  # contacts of one campaign on their way to the carrier, or waiting there
    ring_for: timedelta = timedelta(seconds=22)
    sms_valid_for: timedelta = timedelta(hours=1)  # the longest a text may wait at the carrier
    call_for: timedelta = timedelta(
        minutes=3
    )  # ringing and menu: a call that could cross the window's end is not placed
    promise_grace_days: int = 2
    promise_tolerance: Decimal = Decimal("0.05")  # a promise is kept when at least 95 % came
    promise_limits: Limits = field(default_factory=Limits)  # within which a promise is noted without a person
    # For how many local days reminders rest after what a debtor wrote; of what is not here, until a person decides.
    rests: Mapping[SuppressionReason, int] = field(
        default_factory=lambda: {SuppressionReason.PAID: 7, SuppressionReason.QUESTION: 5}
    )
    in_doubt_after: timedelta = timedelta(minutes=2)
    absent_after: timedelta = timedelta(minutes=10)
    final_after: timedelta = timedelta(hours=12)
    call_final_after: timedelta = timedelta(minutes=45)  # no call lasts longer, and each holds a line
    agents: tuple[AgentEntry, ...] = ()
    senders: Senders = field(default_factory=lambda: Senders(("",)))

    def limit(self, name: str, channel: Channel) -> Limit | None:
        """What this sender, or `ACCOUNT`, may do; None: no limit of its own."""
        if own := self.limits.get((name, channel)):
            return own
        if channel is Channel.SMS:
            return None if name == ACCOUNT else Limit(self.sms_per_second, self.sms_per_day)
        return Limit(self.calls_per_second, self.calls_per_day) if name == ACCOUNT else None


@dataclass(slots=True)
class Runtime:
    """Everything a job acts on. `loaded` and `library` are replaced as a whole when their files change."""

    db: Database
    clock: Clock
    carrier: Carrier
    library: Library
    loaded: Loaded  # campaigns and rulebooks, checked
    policy: Policy
    reload: Callable[[], tuple[Loaded, Library]] | None = None
    breaker: Breaker = field(default_factory=Breaker)
    pressed: tuple[datetime, frozenset[str]] | None = None  # campaigns of which too much was unfinished then
    far: int = 1  # batches of due steps to look at for one that no other worker is at: as far as it took the last time
    mailbag: Mailbag = field(default_factory=Mailbag)
    closing: threading.Event = field(default_factory=threading.Event)  # this process ends: what is in hand is parked

    @property
    def batch(self) -> int:
        """Debtors decided in one transaction: on SQLite all other writers wait for its end."""
        return self.policy.batch if self.db.is_sqlite else max(self.policy.batch, self.policy.decided_at_once)
