"""A house whose carrier is the simulated one, over real HTTP; and a search of everything a database holds."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import requests
from flask import Flask
from sqlalchemy import MetaData
from werkzeug.serving import WSGIRequestHandler, make_server

import webhooks
from outreach.carriers.twilio import Twilio
from outreach.simulator import Simulator
from outreach.store.database import Database
from tests.engine.house import House

ACCOUNT, TOKEN = "AC" + "6" * 32, "a-token-of-tests"
OURS, AGENT = "+12125550199", "+12125550151"


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Served:
    """The engine's house on `db`, a simulated carrier and a debtor's phone, each hearing of the other by HTTP alone."""

    def __init__(self, db: Database, clock: Any) -> None:
        app = Flask("served")
        self.server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        carrier = Twilio(ACCOUNT, TOKEN, public_url=self.url, api_url=f"{self.url}/simulator")
        self.clock, self.house = clock, House(db, clock, carrier)  # type: ignore[arg-type]
        self.simulator = Simulator(ACCOUNT, TOKEN, clock)
        hooks = f"{self.url}/webhooks/twilio"
        self.simulator.inbound_url(OURS, sms_url=f"{hooks}/sms/inbound", voice_url=f"{hooks}/voice/inbound")
        self.simulator.agent(AGENT, answers=1.0)
        app.register_blueprint(webhooks.blueprint(self.house.runtime, public_url=self.url, auth_token=TOKEN))
        app.register_blueprint(self.simulator.blueprint(), url_prefix="/simulator")
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def at(self, moment: str) -> None:
        """Set the clock, and let the carrier and the jobs do what is due, in turns."""
        self.clock.set(datetime.fromisoformat(moment))
        for _ in range(3):
            self.simulator.advance(self.clock.now())
            self.house.at(moment)

    def wait(self, seconds: int = 1) -> None:
        """Time passes, second by second, as on a live call."""
        for _ in range(seconds):
            self.clock.advance(seconds=1)
            self.simulator.advance(self.clock.now())

    def phone(self, e164: str, command: str, **body: str) -> None:
        """The debtor does something with their phone."""
        requests.post(f"{self.url}/simulator/phone/{e164}/{command}", json=body, timeout=5).raise_for_status()

    def said_to(self, e164: str) -> list[str]:
        """Every text and every spoken sentence that reached this phone."""
        return [e.text for e in self.simulator.journal if e.phone == e164 and e.kind in ("text_in", "heard") and e.text]


def cells(db: Database) -> Iterator[tuple[str, str]]:
    """(table.column, content) of every cell of every table that is there, whether the code knows it or not."""
    there = MetaData()
    there.reflect(db.engine)
    with db.read() as connection:
        for table in there.tables.values():
            for row in connection.execute(table.select()).mappings():
                for name, value in row.items():
                    yield f"{table.name}.{name}", _written(value)


def _written(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def traces(db: Database, marks: Iterable[str]) -> dict[str, set[str]]:
    """By mark: the columns it stands in, in whatever way it is spelt."""
    found: dict[str, set[str]] = {mark: set() for mark in marks}
    spelt = {mark: _spellings(mark) for mark in found}
    for place, content in cells(db):
        low = content.lower()
        for mark, ways in spelt.items():
            if any(way in low for way in ways):
                found[mark].add(place)
    return found


def _spellings(mark: str) -> set[str]:
    """As it is, as JSON has it (once and twice over), and of a number its digits, however they are grouped."""
    once = [json.dumps(mark, ensure_ascii=plain)[1:-1] for plain in (True, False)]
    ways = {mark, *once, *(json.dumps(way)[1:-1] for way in once)}
    if re.fullmatch(r"\+1\d{10}", mark):
        area, exchange, line = mark[2:5], mark[5:8], mark[8:]
        ways |= {mark[2:], f"{area}-{exchange}-{line}", f"{area}) {exchange}-{line}", f"{area} {exchange} {line}"}
    return {way.lower() for way in ways}
