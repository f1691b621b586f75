"""What does the simulated carrier remember? Plain data, so that a second start continues where the first stopped.

Instants are aware UTC. Numbers are E.164 with the plus. Nothing here is a function: what is still to happen is a list of
events, each a name and its arguments.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

LIVE = frozenset({"queued", "ringing", "in-progress"})


@dataclass(slots=True, order=True)
class Event:
    """Something that will happen at `at`; `seq` keeps the order of what happens at the same instant."""

    at: datetime
    seq: int
    do: str = field(compare=False)
    args: dict[str, Any] = field(compare=False, default_factory=dict)


@dataclass(slots=True)
class Timeline:
    """The heap of what is still to happen."""

    events: list[Event] = field(default_factory=list)
    seq: int = 0

    def push(self, at: datetime, do: str, args: dict[str, Any]) -> None:
        self.seq += 1
        heapq.heappush(self.events, Event(at, self.seq, do, args))

    def pop(self, until: datetime) -> Event | None:
        """The earliest event at or before `until`, removed; None when there is none."""
        if self.events and self.events[0].at <= until:
            return heapq.heappop(self.events)
        return None

    def next_at(self) -> datetime | None:
        return self.events[0].at if self.events else None


@dataclass(slots=True)
class Message:
    """One SMS, outbound or inbound. `status` is the carrier's word."""

    sid: str
    to: str
    sender: str | None
    body: str
    status: str
    direction: str
    created_at: datetime
    updated_at: datetime
    segments: int = 1
    sent_at: datetime | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    service: str | None = None
    error_code: int | None = None
    error_message: str | None = None
    price: str | None = None
    callback: str = ""
    deleted: bool = False  # no longer to be had through the API


@dataclass(slots=True)
class Call:
    """One leg. `document`, `base` and `position` say where in its TwiML it is; `epoch` outdates what was planned for it."""

    sid: str
    to: str
    sender: str
    direction: str
    status: str
    created_at: datetime
    updated_at: datetime
    start_at: datetime | None = None
    end_at: datetime | None = None
    queue_ms: int = 0
    parent: str | None = None
    answered_by: str | None = None
    url: str = ""
    fallback_url: str = ""
    callback: str = ""
    callback_events: list[str] = field(default_factory=lambda: ["completed"])
    ring_s: int = 60
    limit_s: int = 14400
    detection: str = ""
    detection_async: bool = False
    detection_url: str = ""
    sequence: int = 0
    epoch: int = 0
    listener: str = ""  # who is at the other end: persona, person, agent, machine
    beeped: bool = False  # a machine records what it hears from now on
    document: str = ""
    base: str = ""
    position: int = 0
    stack: list[tuple[str, str, int]] = field(default_factory=list)
    waiting: str = ""  # fetch, gather, record, dial, bridge, queue
    digits: str = ""
    prompts: list[str] = field(default_factory=list)  # what was asked at each menu so far, repeats left out
    queue: str = ""
    queued_at: datetime | None = None
    bridged_at: datetime | None = None
    recording_at: datetime | None = None
    peer: str | None = None
    legs: list[str] = field(default_factory=list)
    whisper: str = ""
    sip: int = 200
    hops: int = 0  # documents asked for at the instant `hopped_at`
    hopped_at: datetime | None = None
    deleted: bool = False  # no longer to be had through the API


@dataclass(slots=True)
class OwnNumber:
    """A number the account owns: what it can do, and which URLs inbound messages and calls are told to."""

    e164: str
    sid: str
    created_at: datetime
    sms_url: str = ""
    voice_url: str = ""
    sms_fallback_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    friendly_name: str = ""
    sms: bool = True
    voice: bool = True


@dataclass(slots=True)
class AgentPhone:
    """A number that answers when bridged: at local `hours` (ISO weekdays, from, to; none: always), with chance `answers`."""

    e164: str
    zone: str = "UTC"
    hours: list[tuple[list[int], str, str]] = field(default_factory=list)
    answers: float = 0.92
    rings_s: tuple[float, float] = (2.0, 9.0)
    talks_s: tuple[float, float] = (60.0, 240.0)


@dataclass(slots=True)
class Handset:
    """One debtor's phone and what its owner remembers."""

    e164: str
    persona: str
    taken: bool = False  # a person plays this debtor in the browser
    language: str = "en"
    sender: str = ""  # who last wrote or rang
    reminders: int = 0
    replies: int = 0
    calls: int = 0
    promised_on: date | None = None
    last_payment_at: datetime | None = None


@dataclass(slots=True)
class Payment:
    """A decision to pay: `share` of what is due, at `paid_at`."""

    e164: str
    paid_at: datetime
    share: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: what reached a phone, or left it.

    `kind`: text_in, text_out, ringing, missed, busy, answered, machine, heard, pressed, spoke, bridged, hung_up, ended,
    alert. `phone` is the debtor's (or agent's) number, `other` the other party, `by` who was at the phone.
    """

    at: datetime
    kind: str
    phone: str
    other: str = ""
    text: str = ""
    sid: str = ""
    by: str = ""


@dataclass(slots=True)
class World:
    """Everything the carrier remembers."""

    messages: dict[str, Message] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    numbers: dict[str, OwnNumber] = field(default_factory=dict)
    agents: dict[str, AgentPhone] = field(default_factory=dict)
    handsets: dict[str, Handset] = field(default_factory=dict)
    live: set[str] = field(default_factory=set)  # sids of calls that have not ended
    opted_out: set[tuple[str, str]] = field(default_factory=set)  # (sender, debtor)
    queues: dict[str, list[str]] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    journal: list[Entry] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    free_at: dict[str, datetime] = field(default_factory=dict)  # when a sender, or the call queue, is free again
    timeline: Timeline = field(default_factory=Timeline)
