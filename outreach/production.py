"""`outreach run`: the scheduler, the dispatcher and the web, on the real carrier, after a preflight in words."""

from __future__ import annotations

import gc
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import click
import requests
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

import webhooks
from outreach import bootstrap, console, serving
from outreach.audit import audit_due
from outreach.bootstrap import Settings, SharedClock, WallClock
from outreach.carriers import Finding, Problem, Wanted
from outreach.core.terms import Channel, ConfigError, OutreachError
from outreach.engine import clockguard, plan, workers
from outreach.engine.jobs import Driver, Job, jobs
from outreach.engine.runtime import Clock, Runtime
from outreach.store.database import DATABASE_AWAY, Database
from outreach.store.reading import has_third_party

WEB_THREADS = 64  # most of those that wait do so together, for one commit
REACH_S = 10.0
LOOK_S = 0.2
GARBAGE = 20_000  # objects made, less those let go of, after which it is looked for
GIVES_WAY = 5  # by so much a worker is less urgent than others on its machine
GRACE_S = 25.0  # below the half minute after which orchestrators kill
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
    log.setLevel(logging.INFO)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    settings = bootstrap.environment_settings()
    _require(settings, web=parts.web)
    clock = bootstrap.clock(settings)
    if parts.web:
        claim_port(host, port)
    runtime = bootstrap.build(settings, clock, bootstrap.carrier(settings), config_file=config)
    runtime.closing = stop
    keep_what_is_loaded()
    with ExitStack() as undo:
        undo.callback(runtime.db.close)
        with runtime.db.begin() as tx:
            clockguard.note(tx, runtime.clock.now())
        if parts.web:  # before the preflight: it asks whether the webhooks are reachable
            undo.callback(start_web(runtime, settings, host, port))
        if parts.preflight:
            preflight(runtime, settings.public_url)
        if parts.worker and not stop.is_set():
            if not parts.web:
                give_way(runtime.db)
            workers.tick(runtime.db, workers.name(), runtime.clock.now())
            scheduler = schedule(runtime)
            # what is in hand is finished, or parked: no attempt is left between two states
            undo.callback(finish, lambda: scheduler.shutdown(wait=True), lambda: _leave(runtime))
        click.echo(_greeting(host, port, parts))
        stop.wait()
    click.echo("stopped; what was in hand is finished")


def keep_what_is_loaded() -> None:
    """Code, rulebooks and templates stay as long as the process: to look through them for garbage, again and again, took
    a tenth of the time that sending takes. What comes later is looked through as ever, a little less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)


def give_way(db: Database) -> None:
    """Where a worker shares its machine with the web, the carrier's reports are taken first: they are told once, and soon
    given up; what is sent may leave a moment later. Not on SQLite: whoever writes there holds up all others, and is not to
    be pushed aside meanwhile."""
    if hasattr(os, "nice") and not db.is_sqlite:
        os.nice(GIVES_WAY)


def finish(work: Callable[[], None], last: Callable[[], None], seconds: float = GRACE_S) -> None:
    """End `work`, then do what is `last`. What takes longer than that is left: at any point a crash costs nobody anything."""
    over = threading.Event()

    def to_the_end() -> None:
        work()
        over.set()

    threading.Thread(target=to_the_end, name="finish", daemon=True).start()
    in_time = over.wait(seconds)
    last()
    if not in_time:
        log.warning("not finished after %d s: what is under way is settled at the next start", seconds)
        logging.shutdown()
        os._exit(0)  # the threads of what hangs would be waited for otherwise


def _leave(runtime: Runtime) -> None:
    with suppress(*DATABASE_AWAY):
        workers.leave(runtime.db, workers.name())


def _greeting(host: str, port: int, parts: Parts) -> str:
    where = f"; console on http://{host}:{port}/" if parts.web else ""
    return f"outreach is at work ({' and '.join(name for name in ('web', 'worker') if getattr(parts, name))}){where}"


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
    with runtime.db.read() as connection:
        third_party = has_third_party(connection, "+1")
    return Wanted(
        channels=channels,
        senders=frozenset(runtime.policy.senders.all),
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


def start_web(runtime: Runtime, settings: Settings, host: str, port: int) -> Callable[[], None]:
    """Serve them; returns what ends that."""
    told = hatch(runtime, settings.public_url, settings.auth_token)
    return serving.start(web_app(runtime, settings), host, port, WEB_THREADS, told)


def hatch(runtime: Runtime, public_url: str, auth_token: str) -> serving.Hatch:
    """Where the carrier's plain reports are taken."""
    counter = webhooks.Counter(runtime, public_url=public_url, auth_token=auth_token)
    return serving.Hatch(frozenset(webhooks.READ), webhooks.PLAIN_BYTES, counter.take)


def schedule(runtime: Runtime) -> BackgroundScheduler:
    """APScheduler starts each job by its interval; a run that comes late is run, once, never dropped."""
    scheduler = BackgroundScheduler(timezone="UTC")
    start, fast = WallClock().now(), isinstance(runtime.clock, SharedClock)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a job still at work when it is due again is no news
    for job in [*jobs(runtime), *_housekeeping(runtime)]:
        scheduler.add_job(
            _by_clock(job, runtime.clock) if fast else logged(job),
            "interval",
            seconds=LOOK_S if fast else job.every.total_seconds(),
            id=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,  # the default of one second would drop a late run
            next_run_time=start,  # else what is done hourly is never done by a process that is restarted more often
        )
    scheduler.start()
    return scheduler


def _by_clock(job: Job, clock: Clock) -> Callable[[], int]:
    """The job by a clock that is not the scheduler's own: looked at often, run when its time has come."""
    driver = Driver([replace(job, run=logged(job))])
    return lambda: driver.turn(clock.now())


def _housekeeping(runtime: Runtime) -> list[Job]:
    def note_clock() -> int:
        with runtime.db.begin() as tx:
            clockguard.note(tx, runtime.clock.now())
        return 0

    def tick() -> int:
        workers.tick(runtime.db, workers.name(), runtime.clock.now())
        return 0

    def reload_files() -> int:
        return reload(runtime)

    def audit_daily() -> int:
        return audit_due(runtime.db, runtime.clock.now())

    return [
        Job("tick", workers.EVERY, tick),
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
            log.error("%s: %s", job.name, error, extra={"job": job.name})
        except Exception:
            log.exception("%s failed; it is tried again at its next time", job.name, extra={"job": job.name})
        else:
            if done:
                log.info("%s: %d", job.name, done, extra={"job": job.name, "done": done})
            return done
        return 0

    return run
