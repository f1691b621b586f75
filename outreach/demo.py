"""Everything on this machine, with the very code of production: only the clock, the carrier and the database differ.

The clock is simulated and stands still while work is in hand: it goes from one thing that happens to the next, so that
contact hours hold at the phone however fast a day is. It runs at real speed while a person is on a simulated call.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import signal
import threading
import webbrowser
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import func, select

import webhooks
from outreach import bootstrap, console, serving
from outreach.book import import_book
from outreach.bootstrap import Settings, WallClock
from outreach.carriers.twilio import Twilio
from outreach.core.terms import CaseStatus, ConfigError, Money
from outreach.engine import payments, workers
from outreach.engine.jobs import Driver, jobs
from outreach.engine.runtime import Runtime
from outreach.production import claim_port, hatch, logged, reload
from outreach.samples.make import make_book
from outreach.simulator import Simulator
from outreach.store.database import Database
from outreach.store.kept import keep
from outreach.store.tables import cases, phones

HOST = "127.0.0.1"
ACCOUNT = "AC" + "0" * 31 + "1"
STRIDE = timedelta(minutes=3)  # how far the clock goes when nothing happens
GRAIN = timedelta(seconds=5)  # what happens within this of each other happens in one go
COARSEST = timedelta(minutes=1)  # on a machine too slow for the clock's pace
SAVE_EVERY = timedelta(hours=6)
DAY = 86400.0
DATABASE = Path("data", "outreach.db")
LAYOUT = ("campaigns", "templates", "config")


@dataclass
class DemoClock:
    """A clock that is moved from one thing to the next, never by itself."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Controls:
    """What the console may do to the demo's clock. `speed`: simulated days a minute."""

    speed: float
    paused: bool = False
    wake: threading.Event = field(default_factory=threading.Event)

    def set_speed(self, speed: float) -> None:
        self.speed = min(max(speed, 0.01), 60.0)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


@dataclass
class Demo:
    """The demo at work: one thread drives, the web server's threads answer."""

    runtime: Runtime
    clock: DemoClock
    simulator: Simulator
    controls: Controls
    folder: Path
    url: str
    stop: threading.Event = field(default_factory=threading.Event)
    driver: Driver = field(init=False)
    saved_at: datetime = field(init=False)
    reloaded_at: datetime = field(init=False)
    paid_until: datetime = field(init=False)
    grain: timedelta = GRAIN

    def __post_init__(self) -> None:
        self.driver = Driver([replace(job, run=logged(job)) for job in jobs(self.runtime)])
        self.saved_at = self.reloaded_at = self.clock.at
        self.paid_until = self.clock.at - timedelta(
            days=1
        )  # told twice after a restart, booked once by their reference

    def run(self, until: datetime | None) -> None:
        """Drive until told to stop, or until the simulated instant `until`."""
        wall = WallClock()
        while not self.stop.is_set() and (until is None or self.clock.at < until):
            if self.controls.paused:
                self.stop.wait(0.1)
                continue
            began, before = wall.now(), self.clock.at
            self.step()
            took = (wall.now() - began).total_seconds()
            spare = self._wall_seconds(self.clock.at - before) - took
            self.grain = max(self.grain / 2, GRAIN) if spare > 0 else min(self.grain * 2, COARSEST)
            self.stop.wait(max(0.0, spare))
        self.save()

    def _wall_seconds(self, simulated: timedelta) -> float:
        if self.simulator.person_on_call():
            return simulated.total_seconds()
        return simulated.total_seconds() / DAY * 60.0 / self.controls.speed

    def step(self) -> int:
        """Go to the next thing that happens, at most a stride on, and let everything due be done."""
        limit = timedelta(seconds=1) if self.simulator.person_on_call() else STRIDE
        at = self.clock.at + limit
        upcoming = self.simulator.next_event_at()
        if upcoming is not None and upcoming < at:
            at = max(upcoming, min(self.clock.at + self.grain, at))
        workers.tick(self.runtime.db, workers.name(), at)
        self.clock.at = at
        done = self.simulator.advance(at)
        done += self._take_payments()
        done += self.driver.turn(at)
        if at - self.saved_at >= SAVE_EVERY:
            self.save()
        if at - self.reloaded_at >= timedelta(hours=1):
            self.reloaded_at = at
            with suppress(ConfigError):  # a file being edited: the last good one stays in force
                reload(self.runtime)
        return done

    def _take_payments(self) -> int:
        """What the simulated debtors decided to pay reaches us as it would from the loan system."""
        decided = self.simulator.payments(self.clock.at, self.paid_until)
        self.paid_until = self.clock.at
        if not decided:
            return 0
        with self.runtime.db.begin() as tx:
            booked = [p for e164, at, share in decided for p in _as_payments(tx, e164, at, share)]
            outcome = payments.apply(tx, booked, self.clock.at, self.runtime.policy)
        return sum(what == "applied" for what in outcome.values())

    def save(self) -> None:
        """Remember where the demo stands, so that a second start goes on from here."""
        self.saved_at = self.clock.at
        self.simulator.save(self.folder / "simulator.json")
        with self.runtime.db.begin() as tx:
            keep(tx, bootstrap.DEMO_CLOCK, self.clock.at.isoformat())


def _as_payments(tx: Any, e164: str, at: datetime, share: float) -> list[payments.Payment]:
    """The debtor with this number pays this share of the loan that is due first."""
    query = (
        select(cases)
        .join(phones, phones.c.debtor_id == cases.c.debtor_id)
        .where(phones.c.e164 == e164, cases.c.status != CaseStatus.CLOSED)
        .order_by(cases.c.due_on, cases.c.id)
    )
    found = []
    for row in tx.execute(query).all():
        ref = hashlib.sha256(f"{e164} {at.isoformat()} {row.ref}".encode()).hexdigest()[:20]
        minor = max(1, round(row.amount_due_minor * share))
        found.append(payments.Payment(ref, row.ref, at, Money(minor, row.currency)))
    return found


def run_demo(
    port: int, folder: Path, seconds_per_day: float, *, days: float = 0.0, browser: bool = True, fresh: bool = False
) -> None:
    """Start the demo and drive it until Ctrl-C (or for `days` simulated days). Raises ConfigError."""
    claim_port(HOST, port)
    if fresh and (folder / DATABASE).exists():
        shutil.rmtree(folder)
    demo = build_demo(port, folder, seconds_per_day)
    told = hatch(demo.runtime, demo.url, _secret(folder / "auth_token"))
    end_web = serving.start(_app(demo), HOST, port, 24, told)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: demo.stop.set())
    address = f"http://{HOST}:{port}/"
    click.echo(f"the demo runs: {address}   phones: {address}simulator/phone   files: {folder}   (Ctrl-C stops)")
    if browser:
        webbrowser.open(address)
    until = demo.clock.at + timedelta(days=days) if days else None
    try:
        demo.run(until)
    finally:
        end_web()
        workers.leave(demo.runtime.db, workers.name())
        demo.runtime.db.close()
    click.echo(f"stopped at {demo.clock.at:%Y-%m-%d %H:%M}Z simulated; start again to go on, or --fresh to begin anew")


def build_demo(port: int, folder: Path, seconds_per_day: float) -> Demo:
    """Lay out the folder if it is new, wire everything, and load the sample book once."""
    lay_out(folder)
    url = f"http://{HOST}:{port}"
    settings = Settings(
        root=folder,
        database_url=f"sqlite:///{(folder / DATABASE).resolve()}",
        public_url=url,
        account_sid=ACCOUNT,
        auth_token=_secret(folder / "auth_token"),
        api_url=f"{url}/simulator",
        secret_key=_secret(folder / "secret_key"),
    )
    clock = DemoClock(_start(settings.database_url))
    simulator = Simulator(ACCOUNT, settings.auth_token, clock)
    carrier = Twilio(ACCOUNT, settings.auth_token, public_url=url, api_url=settings.api_url)
    runtime = bootstrap.build(settings, clock, carrier)
    if (folder / "simulator.json").exists():
        simulator.load(folder / "simulator.json")
    _furnish(simulator, runtime, url)
    _load_book(runtime, folder, clock.at)
    return Demo(runtime, clock, simulator, Controls(60.0 / max(seconds_per_day, 1.0)), folder, url)


def lay_out(folder: Path) -> None:
    """campaigns/, templates/ and config/ to play with."""
    shipped = Path(__file__).parent / "shipped"
    source = shipped if shipped.is_dir() else Path(__file__).parents[1]
    folder.mkdir(parents=True, exist_ok=True)
    for name in LAYOUT:
        if not (folder / name).exists():
            shutil.copytree(source / name, folder / name)


def _secret(file: Path) -> str:
    if not file.exists():
        file.write_text(secrets.token_hex(16), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def _start(database_url: str) -> datetime:
    """Where an earlier demo stopped, else this morning, 08:00 in New York, winter time."""
    db = bootstrap.open_database(database_url)
    try:
        return bootstrap.simulated_now(db) or datetime.combine(WallClock().now().date(), time(13), UTC)
    finally:
        db.close()


def _furnish(simulator: Simulator, runtime: Runtime, url: str) -> None:
    """Our numbers and our agents' phones, at the simulated carrier."""
    for number in runtime.policy.senders.all:
        simulator.inbound_url(
            number, sms_url=f"{url}/webhooks/twilio/sms/inbound", voice_url=f"{url}/webhooks/twilio/voice/inbound"
        )
    for agent in runtime.policy.agents:
        simulator.agent(agent.phone, zone=agent.timezone, hours=agent.hours)


def _load_book(runtime: Runtime, folder: Path, now: datetime) -> None:
    if _has_cases(runtime.db):
        return
    book = folder / "book.csv"
    make_book(now.date(), book)
    import_book(runtime.db, book, now)


def _has_cases(db: Database) -> bool:
    with db.read() as connection:
        return bool(connection.scalar(select(func.count()).select_from(cases)))


def _app(demo: Demo) -> Flask:
    """Console, webhooks and the simulated carrier on one port."""
    app = Flask("outreach-demo")
    app.secret_key = _secret(demo.folder / "secret_key")
    token = _secret(demo.folder / "auth_token")
    app.register_blueprint(webhooks.blueprint(demo.runtime, public_url=demo.url, auth_token=token))
    app.register_blueprint(demo.simulator.blueprint(), url_prefix="/simulator")
    phone_url = "/simulator/phone/{e164}"
    app.register_blueprint(
        console.blueprint(demo.runtime, phone_url=phone_url, controls=demo.controls, sign_in_free=True)
    )
    return app
