"""`outreach run`: the scheduler, the dispatcher and the web, on the real carrier, after a preflight in words."""

from __future__ import annotations

import logging
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import waitress
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

import webhooks
from outreach import bootstrap, console
from outreach.bootstrap import Settings, WallClock
from outreach.carriers import Finding, Problem
from outreach.carriers.twilio import Twilio
from outreach.core.terms import Channel, Collector, ConfigError, OutreachError
from outreach.engine import clockguard, plan
from outreach.engine.jobs import Job, jobs
from outreach.engine.runtime import Runtime

WEB_THREADS = 16
GRAVE = frozenset({Problem.MISSING, Problem.FORBIDDEN})
log = logging.getLogger("outreach")


def serve(host: str, port: int, config: Path | None, *, web: bool, worker: bool, skip_preflight: bool) -> None:
    """Run until told to stop. Raises ConfigError for what is missing, before anything is placed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = bootstrap.environment_settings()
    _require(settings, web=web)
    if web:
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
    with runtime.db.begin() as tx:
        clockguard.note(tx, runtime.clock.now())
    _preflight(runtime, skip=skip_preflight)
    scheduler = schedule(runtime) if worker else None
    try:
        if web:
            app = web_app(runtime, settings)
            click.echo(f"outreach is at work; console on http://{host}:{port}/  (Ctrl-C stops)")
            signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
            waitress.serve(app, host=host, port=port, threads=WEB_THREADS, _quiet=True)
        else:
            _wait_for_stop()
    finally:
        if scheduler is not None:
            scheduler.shutdown(wait=True)  # what is in hand is finished: no attempt is left between two states
        runtime.db.close()


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


def _preflight(runtime: Runtime, *, skip: bool) -> None:
    findings = runtime.carrier.preflight([str(collector) for collector in Collector], list(Channel)) if not skip else []
    for finding in findings:
        click.echo(_words(finding), err=finding.problem in GRAVE)
    if any(finding.problem is Problem.MISSING for finding in findings):
        raise ConfigError("preflight: something is missing (above); nothing was started")


def _words(finding: Finding) -> str:
    remedy = f"; {finding.remedy}" if finding.remedy else ""
    return f"{finding.problem}: {finding.what}{remedy}"


def web_app(runtime: Runtime, settings: Settings) -> Flask:
    """The webhooks and the console."""
    app = Flask("outreach")
    app.secret_key = settings.secret_key or secrets.token_hex(32)
    app.register_blueprint(webhooks.blueprint(runtime, public_url=settings.public_url, auth_token=settings.auth_token))
    app.register_blueprint(console.blueprint(runtime))
    return app


def schedule(runtime: Runtime) -> BackgroundScheduler:
    """APScheduler starts each job by its interval; a run that comes late is run, once, never dropped."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in [*jobs(runtime), *_housekeeping(runtime)]:
        scheduler.add_job(
            _logged(job),
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

    return [Job("clock", timedelta(seconds=30), note_clock), Job("reload", timedelta(seconds=15), reload_files)]


def reload(runtime: Runtime) -> int:
    """Take up edited campaigns and rulebooks; files with faults change nothing, and the log says why."""
    if runtime.reload is None:
        return 0
    fresh = runtime.reload()
    if fresh is runtime.loaded:
        return 0
    runtime.loaded = fresh
    return plan.publish(runtime)


def _logged(job: Job) -> Callable[[], None]:
    """A job that fails says so and is started again at its next time: the database is the truth."""

    def run() -> None:
        try:
            done = job.run()
        except OutreachError as error:
            log.error("%s: %s", job.name, error)
        except Exception:
            log.exception("%s failed; it is tried again at its next time", job.name)
        else:
            if done:
                log.info("%s: %d", job.name, done)

    return run


def _wait_for_stop() -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        while not stop.wait(1):
            pass
    except KeyboardInterrupt:
        sys.stderr.write("stopping\n")
