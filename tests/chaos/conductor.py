"""How does one round of chaos go? Work, and everything that can go wrong with it, until enough has been killed; then calm.

The clock is the rehearsal's: slow while anything is under way, real while a request hangs, and on to the next thing
when there is nothing to do. The seed fixes every choice made here; what the processes are doing at that moment it can't.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import requests

from tests.chaos.eyes import Eyes, Look
from tests.chaos.stand import KEY, SENDER, Disk, Process, Server, Stand, wait_for

SLOW, REAL, CALMLY = 20.0, 1.0, 60.0  # simulated seconds a second
LOOK_EVERY_S = 0.12
STRIDE = timedelta(hours=1)
POINTS = {
    "worker": ("it asks the carrier", "the carrier has taken it", "it has its answer"),
    "web": ("the carrier is about to tell it", "the carrier is telling it", "it has been told"),
}
PATIENCE_S = (2.0, 7.0)  # how long one waits for its point before it is killed wherever it is
LIFE_S = (0.2, 4.0)
STARTING_S = 15.0  # what found no database may take as long to say so and end
ABSENCE_MIN = (20.0, 300.0)
OUTAGE_MIN = (4.0, 40.0)
WICKED = ("STOP", "STOP", "I don't owe this debt", "wrong number", "Leave me alone, this is harassment!", "friday")
CALM = timedelta(hours=14)  # what was never reported is asked about after twelve


@dataclass
class Fate:
    """When and where one process is to die; `at` in seconds of work, for nobody is killed while there is none."""

    at: float
    point: str = ""


@dataclass
class Conductor:
    stand: Stand
    eyes: Eyes
    seed: int
    kills: int
    workers: list[Process]
    web: Process
    server: Server | None = None
    disk: Disk | None = None
    say: Callable[[str], None] = print
    counts: Counter[str] = field(default_factory=Counter)
    fates: dict[str, Fate] = field(default_factory=dict)
    absent_until: dict[str, datetime] = field(default_factory=dict)
    endings: list[tuple[datetime, str]] = field(default_factory=list)  # troubles that end by the clock
    later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)  # and by real time
    unpaid: list[dict[str, object]] = field(default_factory=list)
    paid_until: datetime | None = None
    quiet: int = 0
    stormy: bool = True
    mended: float = -1e9  # when the last of these troubles ended
    worked: float = 0.0  # real seconds during which there was something to do

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.seed} conductor")
        self.began = self.turned = time.monotonic()
        self.plan = self._planned()

    def _planned(self) -> list[tuple[int, Callable[[], None]]]:
        """What happens after how many kills."""
        share = self.kills / 100
        wanted: list[tuple[Callable[[], None], float]] = [
            (self.outage, 4), (self.refuse, 4), (self.slow_queue, 2), (self.power_cut, 4), (self.freeze, 4),
            (self.fill_disk, 4 if self.disk else 0), (self.stop_database, 4 if self.server else 0),
        ]  # fmt: skip
        plan = [
            (self.dice.randrange(1, max(2, self.kills)), act)
            for act, often in wanted
            for _ in range(max(1, round(often * share)) if often else 0)
        ]
        return sorted(plan, key=lambda pair: pair[0])

    @property
    def processes(self) -> list[Process]:
        return [*self.workers, self.web]

    @property
    def killed(self) -> int:
        return self.counts["killed"]

    # the two acts
    def storm(self, most_seconds: float) -> None:
        """Until enough has been killed, or `most_seconds` have passed."""
        self.stand.carrier.do("trouble", on=True)
        told = 0
        end = time.monotonic() + most_seconds
        while self.killed < self.kills and time.monotonic() < end:
            self.turn(deadly=True)
            if self.killed >= told + 10:
                told = self.killed
                self.tell()
        while self.later or self.endings:  # whatever was broken is mended first
            self.turn(deadly=False)

    def calm(self, lasts: timedelta = CALM) -> None:
        """Nothing goes wrong any more: everything in hand comes to its end."""
        self.stand.carrier.do("trouble", on=False)
        self.stormy = False
        began = self.stand.hands.now()
        until, real_end = began + lasts, time.monotonic() + 240
        while self.stand.hands.now() < until or self.quiet < 2 or not self.eyes.heard_since(began):
            self.turn(deadly=False)
            if time.monotonic() > real_end:
                raise RuntimeError(f"it never became quiet: {self.eyes.look(self.stand.hands.now())}")
        self.tell()
        self.stand.hands.go(0.0)
        for process in self.processes:
            if process.popen is not None:
                process.popen.send_signal(signal.SIGTERM)
        for process in self.processes:
            if process.popen is not None:
                self.counts[f"exit {process.popen.wait(timeout=60)}"] += 1
        self.stand.carrier.do("end")

    def tell(self) -> None:
        now, took = self.stand.hands.now(), time.monotonic() - self.began
        self.say(
            f"  {took:5.0f} s  {now:%a %d %H:%M}Z  {self.killed} killed, {self.worked:.0f} s of work  {self.eyes.look(now)}"
        )

    # one turn
    def turn(self, *, deadly: bool) -> None:
        time.sleep(LOOK_EVERY_S)
        now = self.stand.hands.now()
        for process in self.processes:
            self._keep(process, now, deadly)
        while self.plan and deadly and self.plan[0][0] <= self.killed:
            self.plan.pop(0)[1]()
        self._end_troubles(now)
        look, carrier = self.eyes.look(now), self.stand.carrier.do("state")
        if not carrier["alive"]:
            raise RuntimeError("the carrier has stopped performing; see carrier.log")
        if deadly:
            self._wicked(look)
        self._pay(now)
        self._steer(now, look, carrier)

    def _end_troubles(self, now: datetime) -> None:
        for ends, command in [pair for pair in self.endings if pair[0] <= now]:
            self.endings.remove((ends, command))
            self.stand.carrier.do(command, on=False)
        for at, act in [pair for pair in self.later if pair[0] <= time.monotonic()]:
            self.later.remove((at, act))
            act()
            self.mended = time.monotonic()

    def _steer(self, now: datetime, look: Look | None, carrier: dict[str, object]) -> None:
        """How fast the clock goes, or to where it jumps."""
        hands = self.stand.hands
        took, self.turned = time.monotonic() - self.turned, time.monotonic()
        if carrier["held"]:
            self.quiet = 0
            self.worked += took
            return hands.go(REAL)
        hands.go(SLOW if self.stormy else CALMLY)
        upcoming = carrier["next_at"] and datetime.fromisoformat(str(carrier["next_at"]))
        at_once = look is None or self._in_hand(look) or carrier["asked"] or carrier["live_calls"] or self.later
        self.worked += took if at_once else 0.0
        if at_once or (upcoming and upcoming <= now) or not self._up():
            self.quiet = 0
            return None
        self.quiet += 1
        if self.quiet < 3:
            return None
        assert look is not None
        coming = [look.next_at, upcoming, *(at for at, _ in self.endings), *self.absent_until.values(), now + STRIDE]
        to = min(at for at in coming if at)
        if to > now + timedelta(seconds=2):
            self.quiet = 1
            hands.jump(to)
        return None

    def _in_hand(self, look: Look) -> bool:
        """Is there something to do, and somebody to do it? While everybody is away for hours nobody watches the clock."""
        works = any(worker.name not in self.absent_until for worker in self.workers)
        return bool((look.busy and works) or (self.unpaid and self.web.name not in self.absent_until))

    def _up(self) -> bool:
        """Is everybody there who is not away for long?"""
        here = [p for p in self.processes if p.name not in self.absent_until]
        return all(p.popen is not None and p.ended() is None and p.up() for p in here)

    # our processes
    def _keep(self, process: Process, now: datetime, deadly: bool) -> None:
        """Start it, kill it when its hour has come, and start it again."""
        if (ended := process.ended()) is not None:
            self._buried(process, ended, now, deadly)
        if process.popen is None:
            if self.absent_until.get(process.name, now) <= now:
                self.absent_until.pop(process.name, None)
                process.start()
                self.counts["starts"] += 1
                if deadly and self.dice.random() < 0.1:  # it dies before it is up
                    self.fates[process.name] = Fate(self.worked + self.dice.uniform(0.0, 3.0))
            return
        if not deadly:
            return
        fate = self.fates.get(process.name)
        if fate is None and process.up():
            self.fates[process.name] = self._fate(process)
        elif fate is not None and self.worked >= fate.at:
            process.popen.kill()
            self.counts["kill: anywhere"] += 1

    def _fate(self, process: Process) -> Fate:
        if self.dice.random() < 0.35:
            return Fate(self.worked + self.dice.uniform(*LIFE_S))
        point = self.dice.choice(POINTS[process.name.partition("-")[0]])
        self.stand.carrier.do("arm", pid=process.pid, point=point)
        return Fate(self.worked + self.dice.uniform(*PATIENCE_S), point)

    def _buried(self, process: Process, status: int, now: datetime, deadly: bool) -> None:
        self.stand.carrier.do("disarm", pid=process.pid)
        if status == -signal.SIGKILL:
            self.counts["killed"] += 1
            self.counts[f"killed: {process.name.partition('-')[0]}"] += 1
        elif status == 2 and not process.up() and self._nothing_can_start():
            self.counts["not started, for want of a disk or database"] += 1
        else:
            self.counts[f"{process.name} ended by itself with {status}"] += 1
            said = process.log.read_text(encoding="utf-8", errors="replace")[-2000:]
            self.say(f"  {process.name} ended by itself with {status}: {said}")
        process.popen = None
        self.fates.pop(process.name, None)
        if deadly and self.dice.random() < 0.06:
            self.counts["long absences"] += 1
            self.absent_until[process.name] = now + timedelta(minutes=self.dice.uniform(*ABSENCE_MIN))

    def _nothing_can_start(self) -> bool:
        """Without a database, or a disk to write on, a process that starts says so and ends."""
        return bool(self.later) or time.monotonic() - self.mended < STARTING_S

    # adversities
    def power_cut(self) -> None:
        """Everything of ours dies at once."""
        self.counts["power cuts"] += 1
        for process in self.processes:
            if process.popen is not None and process.ended() is None:
                process.popen.kill()
                self.counts["kill: power cut"] += 1

    def freeze(self) -> None:
        """A worker stands still (a machine put to sleep, or moved), and then goes on as if nothing had been."""
        awake = [p for p in self.workers if p.popen is not None and p.ended() is None and p.up()]
        if not awake:
            return
        frozen = self.dice.choice(awake)
        self.counts["frozen"] += 1
        frozen.popen.send_signal(signal.SIGSTOP)  # type: ignore[union-attr]
        self.fates[frozen.name] = Fate(
            self.worked + self.dice.uniform(12.0, 20.0)
        )  # it thaws first, unless it is killed
        self.later.append((time.monotonic() + self.dice.uniform(2.0, 10.0), partial(self._thaw, frozen.pid)))

    def _thaw(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def outage(self) -> None:
        self.counts["outages (503)"] += 1
        minutes = self.dice.uniform(*OUTAGE_MIN)
        self.stand.carrier.do("outage", minutes=minutes)

    def refuse(self) -> None:
        self.counts["outages (connection refused)"] += 1
        self.stand.carrier.do("refuse", on=True)
        ends = self.stand.hands.now() + timedelta(minutes=self.dice.uniform(*OUTAGE_MIN))
        self.endings.append((ends, "refuse"))

    def slow_queue(self) -> None:
        self.counts["slow queues"] += 1
        self.stand.carrier.do("slow", on=True)
        ends = self.stand.hands.now() + timedelta(hours=self.dice.uniform(1, 4))
        self.endings.append((ends, "slow"))

    def fill_disk(self) -> None:
        assert self.disk is not None
        self.counts["disk full"] += 1
        self.disk.fill()
        self.later.append((time.monotonic() + self.dice.uniform(2.0, 5.0), self.disk.empty))

    def stop_database(self) -> None:
        """As `pg_ctl stop -m immediate` does, or fast; it comes back after a while."""
        assert self.server is not None
        how = self.dice.choice((signal.SIGQUIT, signal.SIGQUIT, signal.SIGINT))
        self.counts[f"database stopped ({'immediate' if how is signal.SIGQUIT else 'fast'})"] += 1
        self.server.stop(how)
        self.later.append((time.monotonic() + self.dice.uniform(0.0, 4.0), self._start_database))

    def _start_database(self) -> None:
        """On a full disk no server recovers: whoever starts it frees the disk first."""
        assert self.server is not None
        if self.disk is not None and self.disk.full:
            self.later.append((time.monotonic() + LOOK_EVERY_S, self._start_database))
            return
        self.server.start()

    def _wicked(self, look: Look | None) -> None:
        """A debtor writes at the very moment something is about to leave for their phone."""
        if look is None or not (look.reserved or look.placing) or self.dice.random() > 0.5:
            return
        numbers = self.eyes.about_to_leave()
        if numbers and self.counts["texts at the last moment"] < max(4, self.kills // 2):
            self.counts["texts at the last moment"] += 1
            number, text = self.dice.choice(numbers), self.dice.choice(WICKED)
            self.stand.carrier.do("write", e164=number, to=SENDER, body=text)

    # money
    def _pay(self, now: datetime) -> None:
        """What debtors decided to pay comes from the loan system, again and again until we have it."""
        since = self.paid_until or now - timedelta(days=1)
        for e164, at, share in self.stand.carrier.do("payments", since=since.isoformat(), until=now.isoformat()):
            try:
                self.unpaid += self.eyes.payment(e164, at, share)
            except Exception:  # the database is away: asked again from the same instant
                return
        self.paid_until = now
        if not self.unpaid:
            return
        try:
            answer = requests.post(
                f"http://127.0.0.1:{self.stand.port}/api/payments",
                json=self.unpaid, headers={"Authorization": f"Bearer {KEY}"}, timeout=5,
            )  # fmt: skip
        except requests.RequestException:
            return
        if answer.ok:
            self.counts["payments"] += len(self.unpaid)
            self.unpaid = []
        elif answer.status_code < 500:
            raise RuntimeError(f"payments: {answer.status_code} {answer.text}")

    def begin(self) -> None:
        """Web and workers up, and the first plan made, before anything goes wrong."""
        for process in self.processes:
            process.start()
        wait_for(lambda: all(p.up() for p in self.processes), 90, "our processes start")
        self.stand.hands.go(SLOW)


__all__ = ["Conductor"]
