"""`outreach run`: the scheduler, the dispatcher and the web, on the real carrier, after a preflight in words."""

from __future__ import annotations

import logging
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
import requests
import waitress
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

import webhooks
from outreach import bootstrap, console
from outreach.audit import audit_due
from outreach.bootstrap import Settings, WallClock
from outreach.carriers import Finding, Problem, Wanted
from outreach.carriers.twilio import Twilio
from outreach.core.terms import Channel, ConfigError, OutreachError
from outreach.engine import clockguard, plan
from outreach.engine.jobs import Job, jobs
from outreach.engine.runtime import Runtime
from outreach.store.reading import has_third_party

WEB_THREADS = 16
REACH_S = 10.0
GRAVE = frozenset({Problem.MISSING, Problem.FORBIDDEN})
log = logging.getLogger("outreach")


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of production this process is."""

    web: bool = True
    worker: bool = True
    preflight: bool = True


def serve(host: str, port: int, config: Path | None, parts: Parts) -> None:
    """Run until told to stop. Raises ConfigError for what is missing, before anything is placed."""
    quiet_logs()
    settings = bootstrap.environment_settings()
    _require(settings, web=parts.web)
    if parts.web:
        claim_port(host, port)
    carrier = Twilio(
        settings.account_sid,
        settings.auth_token,
        public_url=settings.public_url,
        api_url=settings.api_url or None,
        api_key=settings.api_key or None,
        api_secret=settings.api_secret or None,
    )
    runtime = bootstrap.build(settings, WallClock(), carrier, config_file=config)
    stop = threading.Event()
    with ExitStack() as undo:
        undo.callback(runtime.db.close)
        with runtime.db.begin() as tx:
            clockguard.note(tx, runtime.clock.now())
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        if parts.web:  # before the preflight: it asks whether the webhooks are reachable
            undo.callback(_start_web(web_app(runtime, settings), host, port))
        if parts.preflight:
            preflight(runtime, settings.public_url)
        if parts.worker:
            scheduler = schedule(runtime)
            # what is in hand is finished: no attempt is left between two states
            undo.callback(lambda: scheduler.shutdown(wait=True))
        click.echo(_greeting(host, port, parts))
        stop.wait()
    click.echo("stopped; what was in hand is finished")


def _greeting(host: str, port: int, parts: Parts) -> str:
    where = f"; console on http://{host}:{port}/" if parts.web else ""
    return f"outreach is at work ({' and '.join(name for name in ('web', 'worker') if getattr(parts, name))}){where}"


def quiet_logs() -> None:
    """Our own log lines, and of other libraries only what needs attention."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    log.setLevel(logging.INFO)


def _start_web(app: Flask, host: str, port: int) -> Callable[[], None]:
    """Serve `app` in threads of its own; returns what ends that."""
    server = waitress.create_server(app, host=host, port=port, threads=WEB_THREADS)
    threading.Thread(target=server.run, name="web", daemon=True).start()

    def end() -> None:
        server.close()
        server.task_dispatcher.shutdown()

    return end


def _require(settings: Settings, *, web: bool) -> None:
    wanted = {
        "TWILIO_ACCOUNT_SID": (settings.account_sid, "the account that sends"),
        "TWILIO_AUTH_TOKEN": (settings.auth_token, "signs what the carrier tells us"),
        "OUTREACH_PUBLIC_URL": (settings.public_url, "where the carrier reaches us, like https://outreach.example.com"),
    }
    if web:
        wanted["OUTREACH_SECRET_KEY"] = (settings.secret_key, "keeps people signed in; any long random text")
    missing = [
        f"{name} is not set: {what}; see docs/going-live.md" for name, (value, what) in wanted.items() if not value
    ]
    if missing:
        raise ConfigError(*missing)


def claim_port(host: str, port: int) -> None:
    """Is the port free? Raises ConfigError, before anything is started, if not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"port {port} on {host} cannot be used: {error.strerror}; choose another with --port"
            ) from None


def preflight(runtime: Runtime, public_url: str) -> None:
    """Say in words what is missing or forbidden. Raises ConfigError when something is missing."""
    findings = [_reachable(public_url), *runtime.carrier.preflight(wanted(runtime))]
    for finding in findings:
        click.echo(_words(finding), err=finding.problem in GRAVE)
    if any(finding.problem is Problem.MISSING for finding in findings):
        raise ConfigError(
            "preflight: something is missing (above), nothing was placed; mend it, or start with --skip-preflight"
        )


def _reachable(public_url: str) -> Finding:
    address = f"{public_url}/healthz"
    try:
        answer = requests.get(address, timeout=REACH_S)
        said = f"HTTP {answer.status_code}"
        if answer.ok and answer.text.strip() == "ok":
            return Finding(Problem.OK, f"the webhooks are reachable: {public_url}")
    except requests.RequestException as error:
        said = type(error).__name__
    what = f"the webhooks are not reachable at OUTREACH_PUBLIC_URL: {address} gave {said}, expected our own 'ok'"
    return Finding(Problem.MISSING, what, "point the URL, its proxy and the firewall at this service")


def wanted(runtime: Runtime) -> Wanted:
    """What the active campaigns and the book are about to ask of the carrier."""
    active = [campaign for campaign in runtime.loaded.campaigns if campaign.active]
    channels = frozenset(a_try.channel for campaign in active for step in campaign.steps for a_try in step.tries)
    senders = runtime.policy.senders
    with runtime.db.read() as connection:
        third_party = has_third_party(connection, "+1")
    return Wanted(
        channels=channels,
        senders=frozenset({senders.default, *senders.by_creditor.values()}),
        third_party_texts=third_party and Channel.SMS in channels,
    )


def _words(finding: Finding) -> str:
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return f"{finding.problem}: {finding.what}{remedy}"


def web_app(runtime: Runtime, settings: Settings) -> Flask:
    """The webhooks and the console."""
    app = Flask("outreach")
    app.secret_key = settings.secret_key or secrets.token_hex(32)
    app.register_blueprint(webhooks.blueprint(runtime, public_url=settings.public_url, auth_token=settings.auth_token))
    app.register_blueprint(console.blueprint(runtime, settings=settings))
    return app


def schedule(runtime: Runtime) -> BackgroundScheduler:
    """APScheduler starts each job by its interval; a run that comes late is run, once, never dropped."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in [*jobs(runtime), *_housekeeping(runtime)]:
        scheduler.add_job(
            logged(job),
            "interval",
            seconds=job.every.total_seconds(),
            id=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,  # the default of one second would drop a late run
        )
    scheduler.start()
    return scheduler


def _housekeeping(runtime: Runtime) -> list[Job]:
    def note_clock() -> int:
        with runtime.db.begin() as tx:
            clockguard.note(tx, runtime.clock.now())
        return 0

    def reload_files() -> int:
        return reload(runtime)

    def audit_daily() -> int:
        return audit_due(runtime.db, runtime.clock.now())

    return [
        Job("clock", timedelta(seconds=30), note_clock),
        Job("reload", timedelta(seconds=15), reload_files),
        Job("audit", timedelta(hours=1), audit_daily),
    ]


def reload(runtime: Runtime) -> int:
    """Take up edited campaigns, rulebooks and templates; files with faults change nothing, and the log says why."""
    if runtime.reload is None:
        return 0
    before = (runtime.loaded, runtime.library)
    fresh, library = runtime.reload()
    runtime.loaded, runtime.library = fresh, library
    if fresh is before[0]:
        return int(library is not before[1])
    try:
        return plan.publish(runtime)
    except BaseException:
        runtime.loaded, runtime.library = before  # published whole, or not at all: taken up again at the next look
        raise


def logged(job: Job) -> Callable[[], int]:
    """A job that fails says so and is started again at its next time: the database is the truth."""

    def run() -> int:
        try:
            done = job.run()
        except OutreachError as error:
            log.error("%s: %s", job.name, error)
        except Exception:
            log.exception("%s failed; it is tried again at its next time", job.name)
        else:
            if done:
                log.info("%s: %d", job.name, done)
            return done
        return 0

    return run
