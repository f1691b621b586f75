"""`outreach stop`, `resume` and `status` as somebody types them, in a hurry too."""

from __future__ import annotations

import getpass
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from outreach.engine import clockguard
from outreach.store.database import Database
from outreach.store.tables import campaigns, switches
from tests.test_command_line import outreach


@pytest.fixture
def url(db: Database, tmp_path: Path, hand_clock: object) -> str:
    """A database with a campaign and nothing else; there are no files of a deployment around it."""
    with db.begin() as tx:
        values = {"name": "pre-due", "version": "1", "document": "{}", "current": True}
        tx.execute(insert(campaigns).values(**values, loaded_at=hand_clock.now()))  # type: ignore[attr-defined]
    return db.engine.url.render_as_string(hide_password=False)


def test_stop_status_resume(url: str, tmp_path: Path) -> None:
    """No campaigns, no templates, no config, no credentials are needed for any of them."""
    done = outreach(tmp_path, "stop", "--why", "wrong amounts", "--by", "Sue", OUTREACH_DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (
        0, "everything is stopped: nothing more is placed until `outreach resume`\n",
    ), done.stderr  # fmt: skip
    done = outreach(tmp_path, "stop", "--campaign", "pre-due", "--why", "odd texts", OUTREACH_DATABASE_URL=url)
    assert done.returncode == 0 and "`outreach resume --campaign pre-due`" in done.stdout
    said = outreach(tmp_path, "status", OUTREACH_DATABASE_URL=url).stdout
    assert "STOPPED         everything, by Sue on " in said and ": wrong amounts" in said
    assert f"campaign pre-due, by {getpass.getuser()} on " in said and "none at work" in said
    done = outreach(tmp_path, "resume", "--why", "mended", "--by", "Cy", OUTREACH_DATABASE_URL=url)
    assert done.returncode == 0
    assert (
        "everything goes on; it was stopped by Sue" in done.stdout and "still stopped: campaign pre-due" in done.stdout
    )
    done = outreach(tmp_path, "resume", OUTREACH_DATABASE_URL=url)
    assert (done.returncode, done.stderr) == (1, "everything is not stopped\n")


def test_a_clock_that_was_ahead_once(url: str, tmp_path: Path, db: Database) -> None:
    with db.begin() as tx:
        clockguard.note(tx, datetime(2999, 1, 1, tzinfo=UTC))
    said = outreach(tmp_path, "status", OUTREACH_DATABASE_URL=url).stdout
    assert "CLOCK           set back: nothing leaves until 2999-01-01 00:00" in said
    done = outreach(tmp_path, "resume", "--clock", "--by", "Sue", OUTREACH_DATABASE_URL=url)
    assert done.returncode == 0 and "the clock had been at 2999-01-01 00:00:00Z" in done.stdout
    done = outreach(tmp_path, "resume", "--clock", "--json", OUTREACH_DATABASE_URL=url)
    assert (done.returncode, json.loads(done.stdout)["was"]) == (1, None)


def test_for_programs(url: str, tmp_path: Path, db: Database) -> None:
    told = outreach(tmp_path, "stop", "--why", "x", "--by", "Sue", "--json", OUTREACH_DATABASE_URL=url)
    stopped = json.loads(told.stdout)
    assert (stopped["campaign"], stopped["by"], stopped["why"], stopped["released"]) == (None, "Sue", "x", 0)
    found = json.loads(outreach(tmp_path, "status", "--json", OUTREACH_DATABASE_URL=url).stdout)
    assert [one["by"] for one in found["stopped"]] == ["Sue"] and found["campaigns"][0]["stopped"] is True
    assert {"due", "attempts", "lag_seconds", "inbox", "carrier_errors", "workers", "taken_back"} <= found.keys()
    resumed = json.loads(outreach(tmp_path, "resume", "--json", OUTREACH_DATABASE_URL=url).stdout)
    assert [one["why"] for one in resumed["resumed"]] == ["x"] and resumed["standing"] == []
    with db.read() as connection:
        assert connection.scalar(select(switches.c.resumed_by)) == getpass.getuser()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["stop"], "Missing option '--why'"),
        (["stop", "--why", " "], "a reason is needed"),
        (["stop", "--why", "x", "--campaign", "predue"], "no campaign 'predue', expected one of: pre-due"),
        (["resume", "--campaign", "predue"], "no campaign 'predue', expected one of: pre-due"),
    ],
)
def test_a_slip_stops_nothing_and_says_so(url: str, tmp_path: Path, db: Database, words: list[str], said: str) -> None:
    done = outreach(tmp_path, *words, OUTREACH_DATABASE_URL=url)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    with db.read() as connection:
        assert connection.execute(select(switches)).all() == []


def test_without_a_deployment_nothing_is_made(tmp_path: Path) -> None:
    environment = {name: "" for name in os.environ if name.startswith("OUTREACH_")}
    done = outreach(tmp_path, "stop", "--why", "x", **environment)
    assert done.returncode == 2 and "no database yet" in done.stderr and list(tmp_path.iterdir()) == []


def test_an_unknown_kind_of_log_is_refused(tmp_path: Path) -> None:
    done = outreach(tmp_path, "status", OUTREACH_LOG="jsn")
    assert (done.returncode, done.stderr) == (2, "OUTREACH_LOG is 'jsn', expected json or text\n")
