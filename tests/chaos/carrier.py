"""The carrier of the chaos suite, a process of its own that nobody kills: it alone knows what reached a phone.

The simulator, behind a line that breaks (`line.py`), with webhooks that are lost, doubled and late. It writes one JSON
line for whatever it was asked, took, delivered, rang and told, into a file that we never see. It can also kill: whoever
asked it, at the very moment that hurts most. `python -m tests.chaos.carrier SETUP.json` serves until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from flask import Flask
from werkzeug.test import Client

from outreach.bootstrap import SharedClock
from outreach.simulator import Simulator
from outreach.simulator.faults import Faults, Pace
from outreach.simulator.signing import http_post
from tests.chaos import line
from tests.chaos.line import Answer, Fault, Line, Request

WEBHOOKS = Faults(duplicate=0.12, drop=0.08, late=0.12, unreachable=0.03, no_receipt=0.03, late_receipt=0.5)
INBOUND_LOST, INBOUND_DOUBLED = 0.08, 0.15
SLOW = Pace(segments_per_second=0.02)  # fifty seconds a segment: the queue grows, and what waits too long expires
STEP_S = 0.02


@dataclass(frozen=True)
class Setup:
    """What the carrier process is told once. `personas`: who lives behind which number."""

    port: int
    control_port: int
    account: str
    token: str
    seed: int
    clock: str
    journal: str
    public_url: str
    senders: list[str]
    agents: list[str]
    personas: dict[str, str]


@dataclass
class Journal:
    """One JSON line each, in the order it happened."""

    path: Path
    clock: SharedClock
    lock: threading.Lock = field(default_factory=threading.Lock)
    counts: Counter[str] = field(default_factory=Counter)

    def write(self, what: str, **said: Any) -> None:
        said = {"what": what, "wall": datetime.now(UTC).timestamp(), "now": self.clock.now().isoformat(), **said}
        with self.lock, self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said, ensure_ascii=False) + "\n")

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1


@dataclass
class Executioner:
    """Processes that are to die at a certain point: {pid: point}. Each dies once."""

    journal: Journal
    armed: dict[int, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, point: str) -> bool:
        """Kill whoever is to die at this point; whether somebody did."""
        with self.lock:
            pid = next((pid for pid, at in self.armed.items() if at == point), None)
            if pid is None:
                return False
            del self.armed[pid]
        return self._kill(pid, point)

    def soon(self, point: str, seconds: float) -> None:
        """The same while something else is under way."""
        if point in self.armed.values():
            threading.Timer(seconds, self.strike, (point,)).start()

    def _kill(self, pid: int, point: str) -> bool:
        try:
            if b"outreach" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                return False
            os.kill(pid, signal.SIGKILL)
        except (OSError, ProcessLookupError):
            return False
        self.journal.count(f"kill: {point}")
        self.journal.write("killed", pid=pid, point=point)
        return True


class Carrier:
    """The simulator and everything that goes wrong around it."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.clock = SharedClock(Path(setup.clock))
        self.journal = Journal(Path(setup.journal), self.clock)
        self.executioner = Executioner(self.journal)
        self.dice = random.Random(f"{setup.seed} line")
        self.webhook_dice = random.Random(f"{setup.seed} webhooks")
        self.trouble = False
        self.held = self.asked = 0
        self.told_of = 0
        self.driver: threading.Thread | None = None
        self._post = http_post(setup.token)
        self.simulator = Simulator(setup.account, setup.token, self.clock, setup.seed, self.post)
        self._furnish()
        app = Flask("carrier")
        app.register_blueprint(self.simulator.blueprint(), url_prefix="/simulator")
        self.app = app
        self.pool = ThreadPoolExecutor(16)
        self.api = Line(setup.port, self.serve, self.answered)
        self.control = Line(setup.control_port, self.commanded)

    def _furnish(self) -> None:
        url = self.setup.public_url
        for number in self.setup.senders:
            self.simulator.inbound_url(
                number, sms_url=f"{url}/webhooks/twilio/sms/inbound", voice_url=f"{url}/webhooks/twilio/voice/inbound"
            )
        for number in self.setup.agents:
            self.simulator.agent(number)
        for number, persona in self.setup.personas.items():
            self.simulator.assign(number, persona)

    # what we are asked
    async def serve(self, request: Request) -> Answer | None:
        self.asked += 1
        try:
            if self.simulator.faults.outage_until(self.clock.now()):
                self.journal.count("outage: 503")
                return line.OUTAGE
            name, fault = self._fault(request)
            if not request.creates:
                return await self._question(request, name, fault)
            return await self._create(request, name, fault)
        finally:
            self.asked -= 1

    def _fault(self, request: Request) -> tuple[str, Fault | None]:
        drawn = self.dice.random()
        if not self.trouble:
            return "", None
        for name, fault in (line.CREATES if request.creates else line.QUESTIONS).items():
            drawn -= fault.chance
            if drawn < 0:
                self.journal.count(name)
                return name, fault
        return "", None

    async def _question(self, request: Request, _name: str, fault: Fault | None) -> Answer | None:
        if fault is None:
            return await self._behind(request)
        if fault.held:
            await self._hold()
        return fault.says

    async def _create(self, request: Request, name: str, fault: Fault | None) -> Answer | None:
        form = dict(parse_qsl(request.body.decode()))
        key = parse_qs(urlsplit(form.get("StatusCallback", "")).query).get("k", [""])[0]
        said = {"key": key, "to": form.get("To"), "body": form.get("Body"), "fault": name}
        said |= {"channel": "sms" if "Messages" in request.path else "call", "arrived": self.clock.now().isoformat()}
        said["arrived_wall"] = datetime.now(UTC).timestamp()
        self.executioner.strike("it asks the carrier")
        if fault and fault.held == "before":
            await self._hold()
        answer = await self._behind(request) if fault is None or fault.taken else None
        taken = json.loads(answer.body)["sid"] if answer and answer.status == 201 else None
        code = json.loads(answer.body).get("code") if answer and answer.status != 201 else None
        self.journal.write("create", **said, sid=taken, refused=code)
        self.executioner.strike("the carrier has taken it")
        if fault and fault.held == "after":
            await self._hold()
        return answer if fault is None or code else fault.says

    async def _hold(self) -> None:
        self.held += 1
        await asyncio.sleep(self.dice.uniform(*line.LONGER_THAN_ANYBODY_WAITS_S))
        self.held -= 1

    async def _behind(self, request: Request) -> Answer:
        def ask() -> Answer:
            with Client(self.app).open(
                request.target, method=request.method, data=request.body, headers=list(request.headers.items())
            ) as got:
                return Answer(got.status_code, got.get_data(), got.content_type or "")

        return await asyncio.get_running_loop().run_in_executor(self.pool, ask)

    def answered(self, request: Request) -> None:
        if request.creates:
            self.executioner.strike("it has its answer")

    # what we are told
    def post(self, url: str, params: Mapping[str, str]) -> tuple[int, str]:
        """One webhook, with what may become of it on its way."""
        kind = urlsplit(url).path.rpartition("/webhooks/twilio/")[2]
        if kind == "sms/inbound" and self.trouble and self.webhook_dice.random() < INBOUND_LOST:
            self.journal.count("webhook of a text lost")
            self.journal.write("lost", kind=kind, sid=params["MessageSid"], phone=params["From"], text=params["Body"])
            return 204, ""
        status, body = self._told(kind, url, params)
        if kind == "sms/inbound" and self.trouble and self.webhook_dice.random() < INBOUND_DOUBLED:
            self.journal.count("webhook of a text doubled")
            self._told(kind, url, params)
        return status, body

    def _told(self, kind: str, url: str, params: Mapping[str, str]) -> tuple[int, str]:
        self.executioner.strike("the carrier is about to tell it")
        self.executioner.soon("the carrier is telling it", self.webhook_dice.uniform(0.0, 0.02))
        status, body = 0, ""
        try:
            status, body = self._post(url, params)
        except OSError:
            self.journal.count("webhook: nobody there")
            raise
        finally:
            sid = params.get("MessageSid") or params.get("CallSid")
            said = {"phone": params.get("From"), "text": params.get("Body")} if kind == "sms/inbound" else {}
            self.journal.write("told", kind=kind, sid=sid, status=status, **said)
        self.executioner.strike("it has been told")
        return status, body

    # time
    def run(self, stop: threading.Event) -> None:
        """Perform what is due, for as long as the process lives."""
        while not stop.wait(STEP_S):
            self.simulator.advance(self.clock.now())
            self._note_phones()

    def _note_phones(self) -> None:
        entries = self.simulator.journal[self.told_of :]
        self.told_of += len(entries)
        for entry in entries:
            said = asdict(entry) | {"at": entry.at.isoformat()}
            self.journal.write("phone", **said)

    # what the conductor wants
    async def commanded(self, request: Request) -> Answer | None:
        body = json.loads(request.body or b"{}")
        command = getattr(self, f"do_{request.path.strip('/')}")
        result = command(**body)
        if asyncio.iscoroutine(result):
            result = await result
        return Answer(200, json.dumps(result).encode())

    def do_state(self) -> dict[str, Any]:
        """How things stand; `next_at`: when something happens next at the carrier."""
        upcoming = self.simulator.next_event_at()
        with self.simulator.exchange.lock:
            live = len(self.simulator.exchange.world.live)
        alive = self.driver is not None and self.driver.is_alive()
        said = {
            "alive": alive,
            "next_at": upcoming.isoformat() if upcoming else None,
            "held": self.held,
            "asked": self.asked,
        }
        return said | {"live_calls": live, "counts": dict(self.journal.counts), "armed": list(self.executioner.armed)}

    def do_trouble(self, on: bool) -> None:
        self.trouble = on
        self.simulator.faults = replace(WEBHOOKS if on else Faults(), outages=self.simulator.faults.outages)

    def do_arm(self, pid: int, point: str) -> None:
        with self.executioner.lock:
            self.executioner.armed[pid] = point

    def do_disarm(self, pid: int) -> None:
        with self.executioner.lock:
            self.executioner.armed.pop(pid, None)

    def do_outage(self, minutes: float) -> None:
        """Every request gets 503, and what is queued stays there."""
        span = (self.clock.now(), self.clock.now() + timedelta(minutes=minutes))
        with self.simulator.exchange.lock:
            self.simulator.faults = replace(self.simulator.faults, outages=(span,))

    async def do_refuse(self, on: bool) -> None:
        """Nobody listens at the API's port."""
        await (self.api.close() if on else self.api.open())

    def do_slow(self, on: bool) -> None:
        self.simulator.exchange.pace = SLOW if on else Pace()

    def do_write(self, e164: str, to: str, body: str) -> None:
        """A debtor writes a text, now."""
        with self.simulator.exchange.lock:
            self.simulator.texts.write(e164, to, body, self.clock.now())

    def do_payments(self, since: str, until: str) -> list[list[Any]]:
        found = self.simulator.payments(datetime.fromisoformat(until), datetime.fromisoformat(since))
        return [[e164, at.isoformat(), share] for e164, at, share in found]

    def do_end(self) -> None:
        """What stands in the carrier's books at the end, message by message and call by call."""
        world = self.simulator.exchange.world
        with self.simulator.exchange.lock:
            for message in world.messages.values():
                sent = message.sent_at.isoformat() if message.sent_at else None
                said = {"sid": message.sid, "status": message.status, "sent_at": sent, "to": message.to}
                said |= {"created_at": message.created_at.isoformat(), "direction": message.direction}
                expires = message.expires_at.isoformat() if message.expires_at else None
                self.journal.write("message", **said, expires_at=expires, code=message.error_code)
            for call in world.calls.values():
                self.journal.write("call", sid=call.sid, status=call.status, to=call.to, direction=call.direction)


async def serve(setup: Setup) -> None:
    carrier, stop = Carrier(setup), threading.Event()
    await carrier.api.open()
    await carrier.control.open()
    carrier.driver = threading.Thread(target=carrier.run, args=(stop,), daemon=True)
    carrier.driver.start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    stop.set()


if __name__ == "__main__":
    asyncio.run(serve(Setup(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
