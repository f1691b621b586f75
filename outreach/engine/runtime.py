"""What does every job need at hand? The runtime, wired once in `bootstrap` and passed along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from outreach.campaigns import Loaded
from outreach.carriers import Carrier, Senders
from outreach.messages import Library
from outreach.store.database import Database


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
    batch: int = 200  # debtors per dispatch transaction
    sms_per_second: float = 10.0
    calls_per_second: float = 1.0
    max_live_calls: int = 20
    ring_for: timedelta = timedelta(seconds=22)
    sms_valid_for: timedelta = timedelta(hours=1)  # the longest a text may wait at the carrier
    call_for: timedelta = timedelta(
        minutes=3
    )  # ringing and menu: a call that could cross the window's end is not placed
    promise_days: int = 60  # the latest promise date we accept, days from today
    promise_grace_days: int = 2
    promise_tolerance: Decimal = Decimal("0.05")  # a promise is kept when at least 95 % came
    in_doubt_after: timedelta = timedelta(minutes=2)
    absent_after: timedelta = timedelta(minutes=10)
    final_after: timedelta = timedelta(hours=12)
    call_final_after: timedelta = timedelta(minutes=45)  # no call lasts longer, and each holds a line
    agents: tuple[AgentEntry, ...] = ()
    senders: Senders = field(default_factory=lambda: Senders(""))


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
