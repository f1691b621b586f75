"""`outreach run` as a user starts it: its own process, real HTTP both ways, against the simulated carrier on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests
import waitress
from flask import Flask
from postgres import Run

from outreach import wire
from outreach.bootstrap import read_config
from outreach.campaigns import load
from outreach.core.gate import judge
from outreach.core.terms import Decision
from outreach.simulator import Simulator
from outreach.simulator.faults import Faults
from outreach.store.database import Database
from outreach.store.reading import read_case

ROOT = Path(__file__).parents[1]
ACCOUNT, TOKEN, SENDER = "AC" + "0" * 31 + "7", "a-token-of-tests", "+12125550199"
PLACES = [  # somewhere it is a lawful hour
    ("US", "NY", "10001", "+12125550123", "America/New_York"),
    ("US", "HI", "96801", "+18085550123", "Pacific/Honolulu"),
    ("US", "GU", "96910", "+16715550123", "Pacific/Guam"),
    ("US", "PR", "00901", "+17875550123", "America/Puerto_Rico"),
    ("CN", "", "100000", "+8613800000123", "Asia/Shanghai"),
    ("AU", "VIC", "3000", "+61491570156", "Australia/Melbourne"),
    ("GB", "", "SW1A 1AA", "+447700900123", "Europe/London"),
]
CAMPAIGN = """\
campaign: now
title: What is due today
audience:
  days_past_due: -1..1
cadence:
  - step: today
    at: due
    time: "{at}"
    sms: due_today
    if_late: shift
    keep_for: 2d
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Stand:
    """A folder as `outreach init` lays it, a carrier on loopback, and the processes started here."""

    folder: Path
    port: int
    simulator: Simulator
    environment: dict[str, str]
    place: tuple[str, str, str, str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def outreach(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "outreach", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        output = (self.folder / "run.log").open("a", encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "outreach", *arguments],
            cwd=self.folder, env=self.environment, stdout=output, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def log(self) -> str:
        return (self.folder / "run.log").read_text(encoding="utf-8")

    def until(self, holds: Callable[[], bool], seconds: float = 90) -> None:
        """Let the carrier's time pass until `holds`; fails, with the process's output, if it never does."""
        end, pause = datetime.now(UTC) + timedelta(seconds=seconds), threading.Event()
        while not holds():
            now = datetime.now(UTC)
            assert now < end, self.log()
            assert all(process.poll() is None for process in self.started), self.log()
            self.simulator.advance(now)
            pause.wait(0.05)

    def stop(self, process: subprocess.Popen[str]) -> int:
        process.send_signal(signal.SIGTERM)
        self.started.remove(process)
        return process.wait(timeout=90)

    def types(self, number: str, text: str) -> None:
        """A person plays the debtor on the phone page."""
        address = f"{self.environment['OUTREACH_TWILIO_API_URL']}/phone/{number}/send"
        requests.post(address, json={"text": text, "to": SENDER}, timeout=5).raise_for_status()

    def kinds(self, ref: str) -> list[str]:
        """The kinds of events on a case, in order."""
        db = Database(self.environment.get("OUTREACH_DATABASE_URL") or f"sqlite:///{self.folder}/data/outreach.db")
        try:
            found = read_case(db, ref)
        finally:
            db.close()
        assert found
        return [event["kind"] for event in found["log"]]


@contextmanager
def carrier(port: int) -> Iterator[Simulator]:
    """The simulated carrier, served on loopback; its receipts come within seconds, for here the time is real."""
    simulator = Simulator(ACCOUNT, TOKEN, WallClock(), faults=Faults(slow_receipt=0))
    app = Flask("carrier")
    app.register_blueprint(simulator.blueprint(), url_prefix="/simulator")
    server = waitress.create_server(app, host="127.0.0.1", port=port, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    yield simulator
    server.close()
    server.task_dispatcher.shutdown()


def lawful_place() -> tuple[str, str, str, str, str]:
    """Where a text may be sent right now and for half an hour."""
    books = load(ROOT, read_config(ROOT).adopt).rulebooks  # as the shipped configuration has it, house hours and all
    for place in PLACES:
        country, region, postcode, number, zone = place
        address = {"country": country, "region": region or None, "city": None, "postcode": postcode}
        asked = [wire.parse_ask(json.dumps({
            "id": "x", "now": (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(), "channel": "sms",
            "purpose": "reminder",
            "collector": "first_party", "days_past_due": 0, "case": "L1",
            "debtor": {"id": "D1", "stated_zone": zone, "addresses": [address]},
            "phone": {"e164": number, "kind": "mobile", "place": "personal"},
            "consents": [{"kind": "sms", "given_to": "us", "at": "2026-01-02T15:00:00Z", "expires_at": None}],
            "suppressions": [], "inconvenient": [], "history": [],
        })) for minutes in (0, 30)]  # fmt: skip
        if all(judge(each.ask, books, each.now).decision is Decision.ALLOW for each in asked):
            return place
    raise AssertionError("no place of the list may be texted now: add one")


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    port, carrier_port = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("OUTREACH_", "TWILIO_"))},
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "OUTREACH_PUBLIC_URL": url,
        "OUTREACH_TWILIO_API_URL": f"http://127.0.0.1:{carrier_port}/simulator", "OUTREACH_SECRET_KEY": "s" * 32,
    }  # fmt: skip
    with carrier(carrier_port) as simulator:
        simulator.inbound_url(
            SENDER, sms_url=f"{url}/webhooks/twilio/sms/inbound", voice_url=f"{url}/webhooks/twilio/voice/inbound"
        )
        made = Stand(tmp_path / "house", port, simulator, environment, lawful_place())
        made.folder.mkdir()
        simulator.assign(made.place[3], "never_answers")  # whoever the dice would make of who is called at this hour
        assert made.outreach("init").returncode == 0
        yield made
        for process in made.started:
            process.kill()
            process.wait()


def one_text_due(stand: Stand) -> None:
    """One debtor, one loan due today, one campaign whose time came a minute ago."""
    country, region, postcode, number, zone = stand.place
    local = datetime.now(ZoneInfo(zone))
    for shipped in (stand.folder / "campaigns").glob("*.yaml"):
        shipped.unlink()
    (stand.folder / "campaigns" / "now.yaml").write_text(CAMPAIGN.format(at=f"{local:%H:%M}"), encoding="utf-8")
    (stand.folder / "book.csv").write_text(
        "debtor_ref,name,phone,phone_kind,country,region,postcode,timezone,loan_ref,creditor,collector,currency,"
        "amount_due,due_on,sms_consent_on\n"
        f"D1,Ann Example,{number},mobile,{country},{region},{postcode},{zone},L1,Example Lending,first_party,USD,"
        f"120.00,{local:%Y-%m-%d},2026-01-02\n",
        encoding="utf-8",
    )
    done = stand.outreach("import", "book.csv")
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, stand: Stand) -> Iterator[Stand]:
    """The stand on each database."""
    if request.param == "sqlite":
        yield stand
        return
    server: Run = request.getfixturevalue("postgres")
    with server.create(f"run_{request.getfixturevalue('worker_id')}_{free_port()}", empty=True) as url:
        stand.environment["OUTREACH_DATABASE_URL"] = url
        yield stand
        for process in stand.started:
            process.kill()
            process.wait()


def test_a_due_text_is_sent_delivered_answered_by_stop_and_the_process_ends_in_order(database: Stand) -> None:
    stand, number = database, database.place[3]
    one_text_due(stand)
    process = stand.start("run", "--port", str(stand.port))
    stand.until(lambda: any(entry.phone == number for entry in stand.simulator.journal))
    stand.until(lambda: "delivered" in stand.kinds("L1"))
    body = next(entry.text for entry in stand.simulator.journal if entry.phone == number)
    assert "120.00" in body and "STOP" in body
    stand.types(number, "Stop")
    stand.until(lambda: "suppressed" in stand.kinds("L1"))
    assert stand.stop(process) == 0
    log = stand.log()
    assert "ok: the webhooks are reachable" in log and "stopped; what was in hand is finished" in log
    assert "Traceback" not in log and "apscheduler" not in log and "alembic" not in log
    assert stand.outreach("audit").returncode == 0


def test_web_and_worker_as_two_processes_do_the_same(stand: Stand) -> None:
    number = stand.place[3]
    one_text_due(stand)
    web = stand.start("web", "--port", str(stand.port))
    stand.until(lambda: "at work (web)" in stand.log())
    worker = stand.start("worker")
    stand.until(lambda: any(entry.phone == number for entry in stand.simulator.journal))
    stand.until(lambda: "delivered" in stand.kinds("L1"))
    assert stand.stop(worker) == 0 and stand.stop(web) == 0


def refused(stand: Stand, *arguments: str) -> str:
    """`outreach run` that must not start: exit 2, no traceback; what it said."""
    done = stand.outreach("run", "--port", str(stand.port), *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_preflight_names_a_sender_that_is_not_ours(stand: Stand) -> None:
    config = stand.folder / "config" / "outreach.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace(SENDER, "+12125550188"), encoding="utf-8")
    said = refused(stand)
    assert "missing: +12125550188 (config/outreach.yaml, senders) is no number of this account" in said
    assert "nothing was placed" in said


def test_preflight_names_a_sender_that_can_not_do_what_the_campaigns_need(stand: Stand) -> None:
    stand.simulator.inbound_url(SENDER, sms_url="http://127.0.0.1:9/elsewhere", capable="sms")
    said = refused(stand)
    assert f"missing: {SENDER} is not able to voice" in said
    assert f"missing: {SENDER}: its sms_url does not point to us" in said


def test_preflight_names_webhooks_that_are_not_reachable(stand: Stand) -> None:
    stand.environment["OUTREACH_PUBLIC_URL"] = f"http://127.0.0.1:{free_port()}"
    assert "missing: the webhooks are not reachable at OUTREACH_PUBLIC_URL" in refused(stand)


def test_preflight_says_that_third_party_texts_are_forbidden_only_when_the_book_has_them(stand: Stand) -> None:
    (stand.folder / "book.csv").write_text(
        "debtor_ref,phone,country,region,loan_ref,creditor,collector,currency,amount_due,due_on\n"
        "D1,+12125550123,US,NY,L1,Blue Bank,third_party,USD,120.00,2026-11-20\n",
        encoding="utf-8",
    )
    stand.environment["OUTREACH_PUBLIC_URL"] = f"http://127.0.0.1:{free_port()}"
    assert "30863" not in refused(stand)
    assert stand.outreach("import", "book.csv").returncode == 0
    said = refused(stand)
    assert "forbidden: the campaigns text about third-party debts" in said and "30863" in said


def test_credentials_the_carrier_does_not_know(stand: Stand) -> None:
    stand.environment["TWILIO_AUTH_TOKEN"] = "another"
    assert "missing: Twilio does not accept the credentials" in refused(stand)


def test_missing_settings_are_all_named_at_once(stand: Stand) -> None:
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "OUTREACH_PUBLIC_URL", "OUTREACH_SECRET_KEY"):
        del stand.environment[name]
    said = refused(stand)
    assert [line.split(" is not set")[0] for line in said.splitlines()] == [
        "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "OUTREACH_PUBLIC_URL", "OUTREACH_SECRET_KEY",
    ]  # fmt: skip


def test_a_port_in_use(stand: Stand) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", stand.port))
        other.listen()
        assert f"port {stand.port} on 127.0.0.1 cannot be used" in refused(stand)


def test_a_database_that_is_not_there(stand: Stand) -> None:
    stand.environment["OUTREACH_DATABASE_URL"] = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"
    said = refused(stand)
    assert len(said.strip().splitlines()) == 1 and "OUTREACH_DATABASE_URL" in said


def test_a_broken_campaign_starts_nothing(stand: Stand) -> None:
    (stand.folder / "campaigns" / "pre-due.yaml").write_text("campaign: x\ncadense: []\n", encoding="utf-8")
    said = refused(stand)
    assert "pre-due.yaml:2:1: unknown key `cadense`, did you mean `cadence`?" in said
    assert not (stand.folder / "data").exists()
