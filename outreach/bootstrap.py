"""How do the environment and `config/` become a runtime? The only place that wires, or reads the wall clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from outreach import campaigns
from outreach.campaigns import Loaded
from outreach.campaigns.config import AgentModel, ConfigModel, PromisesModel, RatesModel
from outreach.carriers import Carrier, Senders
from outreach.core.negotiation import Limits
from outreach.core.pacing import Limit
from outreach.core.terms import Channel, ConfigError, SuppressionReason
from outreach.engine import agents, plan
from outreach.engine.runtime import ACCOUNT, AgentEntry, Clock, Policy, Runtime
from outreach.messages import Library
from outreach.store.database import Database, explain_failure
from outreach.store.kept import kept
from outreach.store.migrate import migrate

T = TypeVar("T")
CONFIG = Path("config") / "outreach.yaml"
DEMO_CLOCK = "demo_clock"  # where a demo's clock stands, among what is kept
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
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SHORTEST_KEY = 24  # characters: what nobody guesses, however often they may try


class WallClock:
    """The real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SharedClock:
    """A fast clock that several processes share, to rehearse with a carrier on this machine.

    One line of `file`: a simulated instant, the real instant at which the clock stood there, and how fast it goes since
    (simulated seconds a second). Read anew each time: whoever holds the file steps the clock for everybody at once.
    """

    file: Path

    def now(self) -> datetime:
        try:
            stood, since, rate = self.file.read_text(encoding="ascii").split()
            gone = datetime.now(UTC) - datetime.fromisoformat(since)
            return datetime.fromisoformat(stood).astimezone(UTC) + gone * float(rate)
        except (OSError, ValueError) as error:
            raise ConfigError(f"OUTREACH_CLOCK_FILE: {self.file} tells no time: {error}") from None


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
    clock_file: str = ""
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
        clock_file=environment.get("OUTREACH_CLOCK_FILE", ""),
        program_keys=_program_keys(secret["OUTREACH_API_KEY"]),
    )


def environment_settings(root: Path | None = None) -> Settings:
    """Settings from this process's environment."""
    return read_settings(os.environ, root)


def clock(settings: Settings) -> Clock:
    """The real time, or the shared clock of a rehearsal: of real debtors nobody but the real time decides."""
    if not settings.clock_file:
        return WallClock()
    if urlsplit(settings.api_url).hostname not in LOOPBACK:
        raise ConfigError(
            "OUTREACH_CLOCK_FILE is set, which is for rehearsals: expected OUTREACH_TWILIO_API_URL to be on this machine"
        )
    return SharedClock(Path(settings.clock_file))


def log_as_json(environment: Mapping[str, str]) -> bool:
    """`OUTREACH_LOG`: `json`, or `text` (the default)."""
    told = environment.get("OUTREACH_LOG", "")
    if told not in ("", "text", "json"):
        raise ConfigError(f"OUTREACH_LOG is {told!r}, expected json or text")
    return told == "json"


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
        sms_per_day=config.rates.sms_per_day,
        calls_per_second=config.rates.calls_per_second,
        calls_per_day=config.rates.calls_per_day,
        limits=_limits(config.rates),
        day_zone=config.rates.day_zone,
        max_live_calls=config.rates.max_live_calls,
        max_unfinished=config.rates.max_unfinished,
        ring_for=timedelta(seconds=config.calls.ring_for_seconds),
        call_for=timedelta(seconds=config.calls.allow_for_seconds),
        sms_valid_for=timedelta(minutes=config.sms.valid_for_minutes),
        promise_grace_days=config.promises.grace_days,
        promise_tolerance=config.promises.tolerance_percent / Decimal(100),
        promise_limits=_promise_limits(config.promises),
        rests={
            SuppressionReason.PAID: config.pauses.paid_days,
            SuppressionReason.QUESTION: config.pauses.question_days,
        },
        agents=tuple(_agent(entry) for entry in config.agents),
        senders=Senders(config.senders.default, dict(config.senders.by_creditor), dict(config.senders.by_country)),
    )


def _limits(rates: RatesModel) -> dict[tuple[str, Channel], Limit]:
    """The limits of single senders, and of the account's texts."""
    found: dict[tuple[str, Channel], Limit] = {}
    for number, own in rates.by_sender.items():
        per_day = rates.sms_per_day if own.sms_per_day is None else own.sms_per_day
        found[number, Channel.SMS] = Limit(own.sms_per_second or rates.sms_per_second, per_day)
        if own.calls_per_second is not None or own.calls_per_day is not None:
            found[number, Channel.CALL] = Limit(own.calls_per_second or rates.calls_per_second, own.calls_per_day)
    if rates.account is not None:
        found[ACCOUNT, Channel.SMS] = Limit(rates.account.sms_per_second, rates.account.sms_per_day)
    return found


def _promise_limits(told: PromisesModel) -> Limits:
    return Limits(
        earliest_days=told.earliest_days,
        latest_days=told.latest_days,
        minimum=told.minimum,
        minimum_share=told.minimum_percent / Decimal(100),
        instalments=told.instalments.most,
        least_days_apart=told.instalments.least_days_apart,
        most_days_apart=told.instalments.most_days_apart,
        extension_days=told.extension_days,
        repromise_limit=told.repromise_limit,
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
        value = kept(connection, DEMO_CLOCK)
    return datetime.fromisoformat(value) if value else None


def carrier(settings: Settings) -> Carrier:
    """The carrier of this account. Nothing is asked of it yet."""
    from outreach.carriers.twilio import Twilio  # half a second to import, and not every command needs it

    return Twilio(
        settings.account_sid,
        settings.auth_token,
        public_url=settings.public_url,
        api_url=settings.api_url or None,
        api_key=settings.api_key or None,
        api_secret=settings.api_secret or None,
    )


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
