"""A carrier on this machine: what can be asked of it, and what makes its time pass?

`Simulator` is the one thing others use. Requests come in over its blueprint at any time and from any thread; everything
that follows from them happens only inside `advance`, which one driver thread calls with the instant to run up to.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from flask import Blueprint
from pydantic import TypeAdapter, ValidationError

from outreach.core.terms import OutreachError
from outreach.simulator.bridge import Bridges
from outreach.simulator.calls import Calls
from outreach.simulator.exchange import Clock, Exchange
from outreach.simulator.faults import Faults, Pace
from outreach.simulator.people import People
from outreach.simulator.phone import Phone
from outreach.simulator.recording import Recordings
from outreach.simulator.rest import Rest
from outreach.simulator.script import Script
from outreach.simulator.signing import Post, http_post
from outreach.simulator.sms import Texts
from outreach.simulator.state import AgentPhone, Call, Entry, OwnNumber, World

WORLD = TypeAdapter(World)
Hours = Sequence[tuple[frozenset[int], str, str]]


class Simulator:
    """A carrier, and the people its messages and calls reach. Deterministic for a seed.

    `post(url, params) -> (status, body)` delivers a webhook; the default signs it and sends it over HTTP. `clock` is only
    read. `api_keys` are further user names with their secrets. `carrier_replies`: the carrier itself answers STOP, START
    and HELP, as it does for a plain number; `advanced_opt_out`: inbound webhooks carry `OptOutType`.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        clock: Clock,
        seed: int = 1,
        post: Post | None = None,
        *,
        faults: Faults | None = None,
        pace: Pace | None = None,
        api_keys: Mapping[str, str] | None = None,
        carrier_replies: bool = False,
        advanced_opt_out: bool = False,
    ) -> None:
        self.secrets = {account_sid: auth_token, **(api_keys or {})}
        self.exchange = Exchange(account_sid, clock, seed, faults or Faults(), pace or Pace())
        self.people = People(self.exchange)
        self.texts = Texts(
            self.exchange, self.people, carrier_replies=carrier_replies, advanced_opt_out=advanced_opt_out
        )
        self.calls = Calls(self.exchange, self.people)
        self.script = Script(self.exchange, self.people, self.calls)
        self.bridges = Bridges(self.exchange, self.people, self.calls, self.script)
        self.script.bridges = self.bridges
        self.script.recordings = self.recordings = Recordings(self.exchange, self.calls, self.script)
        self.calls.on_answer = self._answered
        self.calls.on_end = self._ended
        self.phone = Phone(self)
        self._post = post or http_post(auth_token)
        self._driving = threading.RLock()

    def _answered(self, call: Call, at: datetime) -> None:
        if call.parent:
            self.bridges.answered(call, at)
        else:
            self.script.begin(call, at)

    def _ended(self, call: Call, at: datetime) -> None:
        self.recordings.ended(call, at)
        self.bridges.ended(call, at)

    # setting up
    @property
    def faults(self) -> Faults:
        return self.exchange.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.exchange.faults = faults

    @property
    def numbers(self) -> dict[str, OwnNumber]:
        """The numbers the account owns; their URLs may be set."""
        return self.exchange.world.numbers

    def inbound_url(
        self, e164: str, *, sms_url: str = "", voice_url: str = "", capable: str = "sms voice"
    ) -> OwnNumber:
        """Own this number (or change it): inbound texts and calls are told to these URLs. `capable`: of what."""
        with self.exchange.lock:
            own = self.numbers.get(e164)
            if own is None:
                own = OwnNumber(e164, self.exchange.new_sid("PN", e164), self.exchange.clock_now())
                self.numbers[e164] = own
            own.sms_url, own.voice_url = sms_url, voice_url
            own.sms, own.voice = "sms" in capable, "voice" in capable
            return own

    def agent(self, e164: str, *, zone: str = "UTC", hours: Hours = (), answers: float = 0.92) -> None:
        """This number is an agent's: answered at these local hours with this chance."""
        with self.exchange.lock:
            listed = [(sorted(days), start, end) for days, start, end in hours]
            self.exchange.world.agents[e164] = AgentPhone(e164, zone, listed, answers)

    def assign(self, e164: str, name: str) -> None:
        """Make a number behave like the persona `name` (see `personas.PERSONAS`)."""
        with self.exchange.lock:
            self.people.assign(e164, name)

    def persona(self, e164: str) -> str:
        """The name of the persona behind a number."""
        with self.exchange.lock:
            return self.people.handset(e164).persona

    def blueprint(self) -> Blueprint:
        """The REST API and the phone page, to be mounted under one prefix."""
        blueprint = Blueprint(
            "simulator",
            __name__,
            template_folder="pages/templates",
            static_folder="pages/static",
            static_url_path="/static",
        )
        Rest(self).register(blueprint)
        self.phone.register(blueprint)
        return blueprint

    # time
    def advance(self, until: datetime) -> int:
        """Perform every event up to `until`, webhooks included; how many there were.

        Comes back early when a call begins to ring at a phone a person holds, so that the clock can be slowed down.
        """
        performed = 0
        while True:
            with self._driving:
                if not self.exchange.perform_next(until, self._post):
                    return performed
            performed += 1
            if self.calls.person_rings:
                self.calls.person_rings = False
                return performed

    def next_event_at(self) -> datetime | None:
        """When something happens next, if nothing else is asked before."""
        with self.exchange.lock:
            return self.exchange.world.timeline.next_at()

    def person_on_call(self) -> bool:
        """Whether a call rings or is live at a phone somebody holds in the browser."""
        with self.exchange.lock:
            return any(call.listener == "person" for call in self.exchange.live_calls())

    # what happened
    @property
    def journal(self) -> list[Entry]:
        """Everything that reached a phone or left it, in the order it happened."""
        return self.exchange.world.journal

    def payments(self, until: datetime, since: datetime | None = None) -> list[tuple[str, datetime, float]]:
        """What debtors decided to pay after `since`, up to and including `until`: number, instant, share of what is due.

        Asking twice gives the same answer: name each payment by number and instant to book it once.
        """
        with self.exchange.lock:
            due = [
                p for p in self.exchange.world.payments if p.paid_at <= until and (since is None or p.paid_at > since)
            ]
            return [(p.e164, p.paid_at, p.share) for p in sorted(due, key=lambda p: (p.paid_at, p.e164))]

    # memory
    def save(self, path: Path | str) -> None:
        """Write everything remembered, what is still to happen included. Waits for the event being performed."""
        with self._driving, self.exchange.lock:
            written = WORLD.dump_json(self.exchange.world)
        target = Path(path)
        fresh = target.with_name(target.name + ".new")
        fresh.write_bytes(written)
        fresh.replace(target)

    def load(self, path: Path | str) -> None:
        """Go on where `save` stopped. Raises OutreachError when the file is not a saved simulator."""
        try:
            world = WORLD.validate_json(Path(path).read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            raise OutreachError(f"{path}: not a saved simulator: {first['loc']}: {first['msg']}") from None
        with self._driving, self.exchange.lock:
            self.exchange.remember(world)
