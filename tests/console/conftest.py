"""One deployment per database for all tests of the console: built once, each test that writes brings its own debtor."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from postgres import Run
from sqlalchemy import insert

from outreach import console
from outreach.bootstrap import Settings
from outreach.core.terms import EventKind
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.database import Database
from outreach.store.tables import promises, suppressions, tasks
from tests.engine.house import House

KEY = "a-key-of-a-program-0123456789"
PASSWORD = "a long password"
QUICK = "pbkdf2:sha256:1"  # hashing that costs nothing: tests prove the door, not the lock
ROLES = {"sue": "supervisor", "abe": "agent", "cy": "compliance"}
START = datetime.fromisoformat("2026-11-24T10:31:00-05:00").astimezone(UTC)
numbers = count(1)


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)


@dataclass
class Controls:
    """The demo's clock, as the board moves it."""

    speed: float = 3.0
    paused: bool = False
    speeds: list[float] = field(default_factory=list)

    def set_speed(self, speed: float) -> None:
        self.speeds.append(speed)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


class Compiled(BytecodeCache):
    """Templates compiled once for all apps."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_db(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A migrated database that lasts for all tests of the console."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path_factory.mktemp("console") / "outreach.db"
        shutil.copy(template, path)
        db = Database(f"sqlite:///{path}")
        yield db
        db.close()
        return
    server: Run = request.getfixturevalue("postgres")
    with server.create(f"console_{request.getfixturevalue('worker_id')}") as url:
        db = Database(url)
        yield db
        db.close()


@pytest.fixture(scope="session")
def house(shared_db: Database) -> House:
    """A text was placed, the debtor promised, another case was refused, a stop stands, a task waits; people may sign in."""
    made = House(shared_db, Clock())
    debtor = made.debtor()
    first, now = made.case(debtor, "L1", date(2026, 11, 27)), made.clock.now()
    made.at("2026-11-24T10:32:00-05:00")
    made.text("will pay <script>alert(1)</script>", sid="SM-in-1")
    made.at("2026-11-24T10:33:00-05:00")
    second = made.case(made.debtor("D2", name="Bo <b>Li</b>", phone="+15185550124"), "L2", date(2026, 11, 1))
    refusal = {"rule": "US-F-01", "citation": "12 CFR 1006.6(b)(1)(i)", "because": "too early"}
    refused = {"channel": "call", "decision": "defer", "step": "first-call", "refusals": [refusal]}
    promised = {"amount": "50.00", "currency": "USD", "on": "2026-12-01", "source": "sms"}
    with shared_db.begin() as tx:
        entries = [Entry(second, now, EventKind.REFUSED, refused), Entry(first, now, EventKind.PROMISED, promised)]
        caselog.record(tx, entries)
        tx.execute(insert(promises).values(case_id=first, promised_on=date(2026, 12, 1), amount_minor=5000,
                   currency="USD", status="open", source="sms", made_at=now, check_at=now + timedelta(days=9)))  # fmt: skip
        tx.execute(insert(suppressions).values(debtor_id=debtor, reason="opt_out", scope="phone", channel="sms",
                   at=now, source="sms"))  # fmt: skip
        tx.execute(insert(tasks).values(case_id=second, kind="callback", due_at=now, state="open", note="ring back",
                   created_at=now))  # fmt: skip
    for name, role in ROLES.items():
        console.create_user(shared_db, name, PASSWORD, role, method=QUICK)
    return made


@pytest.fixture
def ref(house: House) -> str:
    """A case of this test's own, of a debtor of its own; 120.00 USD due in a week."""
    number = next(numbers)
    debtor = house.debtor(f"N{number}", name="Pat Doe", phone="+15185550199")
    house.case(debtor, f"N-{number}", date(2026, 12, 1))
    return f"N-{number}"


APPS: dict[tuple[int, bool], Flask] = {}  # the two kinds most tests use, built once


def client(house: House, runtime: Any = None, **options: Any) -> FlaskClient:
    """A browser on a console of this house, whose programs have `KEY`."""
    if runtime is not None or options.keys() - {"sign_in_free"}:
        return _app(runtime or house.runtime, options).test_client()
    kind = (id(house), options.get("sign_in_free", False))
    if kind not in APPS:
        APPS[kind] = _app(house.runtime, options)
    return APPS[kind].test_client()


def _app(runtime: Any, options: dict[str, Any]) -> Flask:
    app = Flask("test")
    app.secret_key = "a key for tests"
    app.jinja_options = {"bytecode_cache": COMPILED}
    settings = Settings(root=Path(), database_url="", program_keys=(KEY,))
    app.register_blueprint(console.blueprint(runtime, **({"settings": settings, "hashing": QUICK} | options)))
    return app


def page(web: FlaskClient, path: str) -> str:
    answer = web.get(path)
    assert answer.status_code == 200, (path, answer.status)
    return answer.text


def token(html: str) -> str:
    found = re.search(r'name="token" value="(\w+)"', html)
    assert found
    return found[1]


def sign_in(web: FlaskClient, name: str, password: str = PASSWORD, **options: Any) -> Any:
    form = {"name": name, "password": password, "token": token(page(web, "/sign-in"))}
    return web.post("/sign-in", data=form, **options)


@pytest.fixture
def signed_in(house: House) -> Callable[[str], tuple[FlaskClient, str]]:
    """A browser somebody has signed in with, and the token of their forms."""

    def enter(name: str) -> tuple[FlaskClient, str]:
        web = client(house)
        assert sign_in(web, name).status_code == 302
        return web, token(page(web, "/promises"))

    return enter
