"""What do texts and calls share? The memory, the timeline, the dice, the journal and the way out to the webhooks.

`Exchange` performs nothing itself. Handlers are registered by name; each takes its instant and arguments, changes the
world, and may return a `Request` that the driver sends while no lock is held.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Protocol

from outreach.simulator.faults import Faults, Pace
from outreach.simulator.signing import Post, delivery, trouble
from outreach.simulator.state import Call, Entry, Event, World

RETRY_AFTER = timedelta(seconds=1)


class Clock(Protocol):
    """Simulated time. Only read."""

    def now(self) -> datetime:
        """The present instant, aware."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a webhook answered. `trouble`: empty, `4xx`, `5xx`, `ct` (nobody reached), `rt` (no answer in time)."""

    status: int
    body: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Request:
    """One form to be posted, and what to do with the answer."""

    url: str
    params: Mapping[str, str]
    then: Callable[[Reply], None]


Handler = Callable[..., Request | None]


class Exchange:
    """Shared by everything the carrier does. Hold `lock` while touching `world`."""

    def __init__(self, account_sid: str, clock: Clock, seed: int, faults: Faults, pace: Pace) -> None:
        self.account_sid = account_sid
        self.clock = clock
        self.seed = seed
        self.faults = faults
        self.pace = pace
        self.lock = threading.RLock()
        self.world = World()
        self.handlers: dict[str, Handler] = {"webhook": self._webhook}
        self.by_phone: dict[str, list[tuple[int, Entry]]] = {}
        self._performing: datetime | None = None

    # time
    def clock_now(self) -> datetime:
        return self.clock.now().astimezone(UTC)

    def now(self) -> datetime:
        """The instant of the event being performed, or the clock's."""
        return self._performing or self.clock_now()

    def do(self, at: datetime, what: str, /, **args: Any) -> None:
        """Put an event on the timeline."""
        if what not in self.handlers:
            raise ValueError(f"no such event: {what}")
        self.world.timeline.push(at, what, args)

    def perform_next(self, until: datetime, post: Post) -> bool:
        """Perform the next event due by `until`. False when there is none. Called by the one driver thread only."""
        with self.lock:
            event = self.world.timeline.pop(until)
        if event is None:
            return False
        try:
            self._perform(event, post)
        finally:
            self._performing = None
        return True

    def _perform(self, event: Event, post: Post) -> None:
        with self.lock:
            self._performing = event.at
            request = self.handlers[event.do](event.at, **event.args)
        if request is not None:
            reply = _send(post, request)
            with self.lock:
                request.then(reply)

    # dice and names
    def dice(self, *key: object) -> random.Random:
        """A generator that depends on the seed and the key, never on the order of threads."""
        return random.Random(f"{self.seed}|{'|'.join(map(str, key))}")

    def hits(self, chance: float, *key: object) -> bool:
        return chance > 0 and self.dice(*key).random() < chance

    def count(self, *key: object) -> int:
        """How often this key was counted before."""
        name = "|".join(map(str, key))
        self.world.counts[name] = self.world.counts.get(name, 0) + 1
        return self.world.counts[name] - 1

    def new_sid(self, prefix: str, e164: str) -> str:
        """The next sid of this kind for this number: the same in every run with the same seed.

        The instant is part of it: after a crash the memory is older than what was handed out, and no sid may come twice.
        """
        name = f"{self.seed}|{prefix}|{e164}|{self.count('sid', prefix, e164)}|{self.now().isoformat()}"
        return prefix + hashlib.sha256(name.encode()).hexdigest()[:32]

    # out
    def note(self, kind: str, phone: str, other: str = "", text: str = "", sid: str = "", by: str = "") -> None:
        self._index(Entry(self.now(), kind, phone, other, text, sid, by))

    def _index(self, entry: Entry) -> None:
        self.by_phone.setdefault(entry.phone, []).append((len(self.world.journal), entry))
        self.world.journal.append(entry)

    def remember(self, world: World) -> None:
        """Go on from another memory."""
        self.world, self.by_phone = world, {}
        entries, world.journal = world.journal, []
        for entry in entries:
            self._index(entry)

    def add_call(self, call: Call) -> None:
        self.world.calls[call.sid] = call
        self.world.live.add(call.sid)

    def live_calls(self, e164: str | None = None) -> list[Call]:
        """Legs that have not ended, of one number or of all."""
        calls = [self.world.calls[sid] for sid in sorted(self.world.live)]
        return [call for call in calls if e164 in (None, call.to, call.sender)]

    def alert(self, code: int, url: str, sid: str) -> None:
        """What the carrier's debugger would list: one of our webhooks failed."""
        self.note("alert", "", url.split("?", maxsplit=1)[0], str(code), sid)

    def report(self, at: datetime, url: str, params: Mapping[str, str]) -> None:
        """Send a status callback, with whatever the faults make of it."""
        if not url:
            return
        key = (params.get("MessageSid") or params.get("CallSid"), params.get("MessageStatus"), params.get("CallStatus"))
        if self.hits(self.faults.drop, "drop", *key):
            return
        dice = self.dice("late", *key)
        late = timedelta(seconds=dice.uniform(30, 1800) if dice.random() < self.faults.late else 0)
        self.do(at + late, "webhook", url=url, params=dict(params), tries=0)
        if self.hits(self.faults.duplicate, "duplicate", *key):
            again = timedelta(seconds=self.dice("again", *key).uniform(1, 90))
            self.do(at + late + again, "webhook", url=url, params=dict(params), tries=0)

    def _webhook(self, at: datetime, url: str, params: dict[str, str], tries: int) -> Request:
        def then(reply: Reply) -> None:
            if delivery(url).again(reply.trouble, tries):
                self.do(at + RETRY_AFTER, "webhook", url=url, params=params, tries=tries + 1)
            elif reply.trouble:
                self.alert(
                    11205 if reply.trouble == "ct" else 11200, url, params.get("CallSid", params.get("SmsSid", ""))
                )

        return Request(url, params, then)


def _send(post: Post, request: Request) -> Reply:
    try:
        status, body = post(request.url, request.params)
    except TimeoutError:
        return Reply(0, "", "rt")
    except OSError:
        return Reply(0, "", "ct")
    return Reply(status, body, trouble(status))


def rfc2822(at: datetime) -> str:
    """As the carrier writes instants: `Thu, 30 Jul 2015 20:12:31 +0000`."""
    return format_datetime(at.astimezone(UTC))
