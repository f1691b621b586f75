"""How do the environment and `config/` become a runtime? The only place that wires, or reads the wall clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError

from outreach import campaigns
from outreach.campaigns import Loaded
from outreach.campaigns.config import AgentModel, ConfigModel
from outreach.carriers import Carrier, Senders
from outreach.core.terms import ConfigError
from outreach.engine import agents, plan
from outreach.engine.runtime import AgentEntry, Clock, Policy, Runtime
from outreach.messages import Library
from outreach.store.database import Database, explain_failure
from outreach.store.migrate import migrate
from outreach.store.tables import settings as stored

T = TypeVar("T")
CONFIG = Path("config") / "outreach.yaml"
DEMO_CLOCK = "demo_clock"  # where a demo's clock stands, among the stored settings
SECRETS = (
    "OUTREACH_DATABASE_URL",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_KEY",
    "TWILIO_API_SECRET",
    "OUTREACH_SECRET_KEY",
    "OUTREACH_BROKER_URL",
    "OUTREACH_API_KEY",
)
SHORTEST_KEY = 24  # characters: what nobody guesses, however often they may try


class WallClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment, read once. Every secret may come from a file named by `NAME_FILE`."""

    root: Path
    database_url: str
    public_url: str = ""
    account_sid: str = ""
    auth_token: str = ""
    api_key: str = ""
    api_secret: str = ""
    api_url: str = ""
    secret_key: str = ""
    program_keys: tuple[str, ...] = ()  # what programs show the console's API; several while one is replaced

    @property
    def database_file(self) -> Path | None:
        """Where an SQLite database lies; None for a server's."""
        try:
            url = make_url(self.database_url)
        except (ArgumentError, ValueError):
            return None  # no URL at all: opening it says so
        return Path(url.database) if url.drivername.startswith("sqlite") and url.database else None

    @property
    def sending_secret(self) -> bool:
        return bool(self.auth_token or (self.api_key and self.api_secret))


def read_settings(environment: Mapping[str, str], root: Path | None = None) -> Settings:
    """Settings from `environment`; `root` holds campaigns/, templates/ and config/. Raises ConfigError."""
    folder = (root or Path.cwd()).resolve()
    secret = {name: _secret(environment, name) for name in SECRETS}
    return Settings(
        root=folder,
        database_url=secret["OUTREACH_DATABASE_URL"] or f"sqlite:///{folder / 'data' / 'outreach.db'}",
        public_url=environment.get("OUTREACH_PUBLIC_URL", "").rstrip("/"),
        account_sid=secret["TWILIO_ACCOUNT_SID"],
        auth_token=secret["TWILIO_AUTH_TOKEN"],
        api_key=secret["TWILIO_API_KEY"],
        api_secret=secret["TWILIO_API_SECRET"],
        api_url=environment.get("OUTREACH_TWILIO_API_URL", "").rstrip("/"),
        secret_key=secret["OUTREACH_SECRET_KEY"],
        program_keys=_program_keys(secret["OUTREACH_API_KEY"]),
    )


def environment_settings(root: Path | None = None) -> Settings:
    """Settings from this process's environment."""
    return read_settings(os.environ, root)


def _secret(environment: Mapping[str, str], name: str) -> str:
    file = environment.get(f"{name}_FILE")
    if not file:
        return environment.get(name, "")
    if environment.get(name):
        raise ConfigError(f"{name} and {name}_FILE are both set, expected one of them")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name}_FILE: {file} cannot be read: {error.strerror}") from None


def _program_keys(text: str) -> tuple[str, ...]:
    """`OUTREACH_API_KEY`: one key, or several with white space between them."""
    keys = tuple(text.split())
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise ConfigError(f"OUTREACH_API_KEY: a key is too short, expected at least {SHORTEST_KEY} random characters")
    return keys


def read_config(root: Path, file: Path | None = None) -> ConfigModel:
    """`config/outreach.yaml`, or `file`. Raises ConfigError."""
    return campaigns.read(file or root / CONFIG, ConfigModel)


def policy(config: ConfigModel) -> Policy:
    """The numbers the engine works by."""
    return Policy(
        company=config.company,
        callback_phone=config.callback_phone,
        default_language=config.default_language,
        sms_per_second=config.rates.sms_per_second,
        calls_per_second=config.rates.calls_per_second,
        max_live_calls=config.rates.max_live_calls,
        ring_for=timedelta(seconds=config.calls.ring_for_seconds),
        call_for=timedelta(seconds=config.calls.allow_for_seconds),
        sms_valid_for=timedelta(minutes=config.sms.valid_for_minutes),
        promise_days=config.promises.latest_days,
        promise_grace_days=config.promises.grace_days,
        promise_tolerance=config.promises.tolerance_percent / Decimal(100),
        agents=tuple(_agent(entry) for entry in config.agents),
        senders=Senders(config.senders.default, dict(config.senders.by_creditor)),
    )


def _agent(entry: AgentModel) -> AgentEntry:
    hours = tuple((w.days, _clock(w.start), _clock(w.end)) for w in entry.hours)
    return AgentEntry(entry.name, entry.phone, entry.timezone, hours, entry.languages)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def open_database(url: str) -> Database:
    """The database, migrated to the newest tables. Raises ConfigError when it can't be used."""
    db = Database(url)
    try:
        migrate(db)
    except DBAPIError as error:
        db.close()
        raise explain_failure(error, url) from None
    return db


def simulated_now(db: Database) -> datetime | None:
    """The clock of a demo's database where it stood last; None for any other."""
    with db.read() as connection:
        value = connection.scalar(select(stored.c.value).where(stored.c.name == DEMO_CLOCK))
    return datetime.fromisoformat(value) if value else None


def build(settings: Settings, clock: Clock, carrier: Carrier, *, config_file: Path | None = None) -> Runtime:
    """Everything wired: files checked, database migrated, campaigns published, agents known. Raises ConfigError."""
    config = read_config(settings.root, config_file)
    reload = _reloader(settings.root, config)
    loaded, library = reload()
    runtime = Runtime(open_database(settings.database_url), clock, carrier, library, loaded, policy(config), reload)
    with runtime.db.begin() as tx:
        agents.sync(tx, runtime.policy)
    plan.publish(runtime)
    return runtime


def _reloader(root: Path, config: ConfigModel) -> Callable[[], tuple[Loaded, Library]]:
    """Loads campaigns and rulebooks, and templates; the same objects again while no file of theirs has changed."""
    law = _Held(
        lambda: [*(root / "campaigns").glob("*.yaml"), *(root / "config" / "rulebooks").rglob("*.yaml")],
        lambda: campaigns.load(root, config.adopt),
    )
    words = _Held(lambda: (root / "templates").rglob("*.txt"), lambda: Library.load(root / "templates"))
    return lambda: (law.fresh(), words.fresh())


class _Held(Generic[T]):
    """What was read from files, until one of them changes."""

    def __init__(self, files: Callable[[], Iterable[Path]], load: Callable[[], T]) -> None:
        self.files, self.load = files, load
        self.stamp: object = None
        self.held: T | None = None

    def fresh(self) -> T:
        stamp = tuple((str(f), f.stat().st_mtime_ns, f.stat().st_size) for f in sorted(self.files()))
        if self.held is None or stamp != self.stamp:
            self.held, self.stamp = self.load(), stamp
        return self.held
