"""What should a live call do next? Carrier-neutral scenes; `webhooks/` turns them into TwiML.

A scene is spoken, then one thing happens: keys are gathered, an agent is bridged, or the call ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Gather:
    """Wait for keys (`digits` at most) and ask `menu` what they mean. Silence asks with no digits."""

    menu: str  # identify | main | promise | callback
    digits: int = 1
    timeout: timedelta = timedelta(seconds=6)


@dataclass(frozen=True, slots=True)
class Bridge:
    """Connect the debtor to an agent; how it went is asked of `menu` "agent"."""

    agent_id: int
    agent_phone: str
    caller_id: str
    whisper: str  # spoken to the agent only, before the bridge: which case
    ring_for: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Scene:
    """`says` in order, in `language` (en, es, zh), then `then`."""

    says: tuple[str, ...]
    language: str
    then: Gather | Bridge | HangUp
