"""The commands of whoever keeps a deployment running: stop, resume, status.

They need the database alone: a stop works whatever is wrong with campaigns, templates or config.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select

from outreach import bootstrap
from outreach.bootstrap import Settings
from outreach.core.terms import ConfigError
from outreach.engine import clockguard, switch
from outreach.engine.runtime import Policy
from outreach.status import status as read_status
from outreach.statuswords import lines
from outreach.store import switches
from outreach.store.database import DATABASE_AWAY, Database
from outreach.store.switches import Switch
from outreach.store.tables import workers

DEMO = Path("outreach-demo")
CAMPAIGN = click.option("--campaign", metavar="NAME", help="This campaign only; left out: everything.")
BY = click.option(
    "--by", metavar="NAME", default=lambda: _who(), show_default="who is logged in", help="Whose word it is."
)
JSON = click.option("--json", "as_json", is_flag=True)


def told() -> bootstrap.Settings:
    """The deployment asked about: the one here, else the demo's that `make run` left. Reading makes no database.

    Raises ConfigError when there is neither.
    """
    settings = bootstrap.environment_settings()
    file = settings.database_file
    if file is None or file.exists():
        return settings
    demo = bootstrap.read_settings({}, DEMO)
    if os.environ.get("OUTREACH_DATABASE_URL") or demo.database_file is None or not demo.database_file.exists():
        raise ConfigError(f"{file}: no database yet; `outreach import BOOK.csv` makes one, and `outreach demo` its own")
    click.echo(f"(of the demo, in {DEMO})", err=True)
    return demo


@click.command()
@CAMPAIGN
@click.option("--why", metavar="TEXT", required=True, help="It stands on the logs for good: no names or numbers.")
@BY
@JSON
def stop(campaign: str | None, why: str, by: str, as_json: bool) -> None:
    """Stop contact at once: nothing more is placed, by any process; what is under way is taken back."""
    settings = told()
    db = bootstrap.open_database(settings.database_url)
    with db.begin() as tx:
        made = switches.stop(tx, by, why, _now(db), campaign)
    if not as_json:
        click.echo(f"{_scope(campaign)} is stopped: nothing more is placed until `{_resume(campaign)}`")
    swept = _taken_back(db, settings)
    if as_json:
        click.echo(json.dumps(_plain(made) | asdict(swept), ensure_ascii=False))
    elif swept.total:
        click.echo(
            f"taken back: {swept.released} not yet placed; the carrier was asked to drop {swept.asked} it had not begun, "
            f"and agreed to {swept.dropped}"
        )


@click.command()
@CAMPAIGN
@click.option("--why", metavar="TEXT", default="", help="Why it may go on.")
@click.option(
    "--clock", "by_clock", is_flag=True, help="The clock was ahead, and is right now: nothing else holds contact up."
)
@BY
@JSON
def resume(campaign: str | None, why: str, by_clock: bool, by: str, as_json: bool) -> None:
    """Let contact go on after a stop. Exit 1 if nothing of that scope is stopped."""
    db = bootstrap.open_database(told().database_url)
    if by_clock:
        _clock_is_right(db, campaign, by, why, as_json)
        return
    with db.begin() as tx:
        ended = switches.resume(tx, by, why, _now(db), campaign)
        left = switches.standing(tx)
    if as_json:
        told_of = {"resumed": [_plain(one) for one in ended], "standing": [_plain(one) for one in left]}
        click.echo(json.dumps(told_of, ensure_ascii=False))
    else:
        for one in ended:
            click.echo(f"{_scope(one.campaign)} goes on; it was stopped {_since(one)}")
        for one in left:
            click.echo(f"still stopped: {_scope(one.campaign)}, {_since(one)}; `{_resume(one.campaign)}`")
    if not ended:
        click.echo(f"{_scope(campaign)} is not stopped", err=True)
        sys.exit(1)


def _clock_is_right(db: Database, campaign: str | None, by: str, why: str, as_json: bool) -> None:
    if campaign is not None:
        raise click.UsageError("--clock is of all campaigns: give no --campaign with it")
    now = _now(db)
    with db.begin() as tx:
        was = clockguard.correct(tx, now, by, why)
    if as_json:
        click.echo(json.dumps({"clock": now.isoformat(), "was": was.isoformat() if was else None}))
    elif was:
        click.echo(f"contact goes on at {now:%Y-%m-%d %H:%M:%S}Z; the clock had been at {was:%Y-%m-%d %H:%M:%S}Z")
    if was is None:
        click.echo("the clock was not set back", err=True)
        sys.exit(1)


@click.command()
@JSON
def status(as_json: bool) -> None:
    """What waits, what is under way, how late it leaves, what the carrier refuses, who is at work, what is stopped."""
    settings = told()
    db = bootstrap.open_database(settings.database_url)
    found = read_status(db, _now(db), _policy(settings))
    click.echo(json.dumps(found, default=_spelt, ensure_ascii=False) if as_json else "\n".join(lines(found)))


COMMANDS = (stop, resume, status)


def _policy(settings: Settings) -> Policy | None:
    """The rates and limits in force; None while config can't be read: how it stands is told all the same."""
    try:
        return bootstrap.policy(bootstrap.read_config(settings.root))
    except ConfigError:
        return None


def _who() -> str:
    """Who is logged in, as far as the system knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "the command line"


def _now(db: Database) -> datetime:
    """Now, by this deployment's clock: that of a demo stands where its worker last said."""
    saved_at = bootstrap.simulated_now(db)
    if saved_at is None:
        return bootstrap.clock(bootstrap.environment_settings()).now()
    with db.read() as connection:
        return max(saved_at, connection.scalar(select(func.max(workers.c.ticked_at))) or saved_at)


def _taken_back(db: Database, settings: Settings) -> switch.Swept:
    """Whatever of it this process can take back; the workers go on with it. A demo's clock is its own: it does it all."""
    swept = switch.Swept()
    if bootstrap.simulated_now(db) is not None:
        return swept
    carrier = bootstrap.carrier(settings) if settings.account_sid and settings.sending_secret else None
    try:
        while (more := switch.sweep(db, carrier, _now(db))).total:
            swept += more
    except DATABASE_AWAY as error:
        click.echo(f"the rest is left to the workers: {type(error).__name__}", err=True)
    return swept


def _scope(campaign: str | None) -> str:
    return f"campaign {campaign}" if campaign else "everything"


def _resume(campaign: str | None) -> str:
    return "outreach resume" + (f" --campaign {campaign}" if campaign else "")


def _since(one: Switch) -> str:
    return f"by {one.by} on {one.at:%Y-%m-%d %H:%M}Z: {one.why}"


def _plain(one: Switch) -> dict[str, Any]:
    return {"campaign": one.campaign, "at": one.at.isoformat(), "by": one.by, "why": one.why}


def _spelt(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
