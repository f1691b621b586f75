"""The log holds no phone number, whoever logs it and however; in JSON, one line is one object."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from outreach import logs
from outreach.bootstrap import log_as_json
from outreach.core.terms import ConfigError
from outreach.store.database import Database
from outreach.store.tables import debtors, phones
from tests.engine.house import House

NUMBER = "+15185550123"
PIECES = ("5550123", "555-0123", "555 0123", "185550123")


@pytest.fixture(params=[True, False])
def written(request: pytest.FixtureRequest) -> Iterator[tuple[io.StringIO, bool]]:
    """What is logged, in JSON and in words; the loggers are as before afterwards."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    logs.configure(request.param, stream)
    yield stream, request.param
    root.handlers[:], root.level = before
    sys.excepthook, threading.excepthook = hooks


def said(written: tuple[io.StringIO, bool]) -> str:
    """What was logged: without numbers, and in JSON one object a line."""
    text = written[0].getvalue()
    assert text and not any(piece in text for piece in PIECES), text
    if written[1]:
        for line in text.splitlines():
            assert json.loads(line)["at"].endswith("+00:00")
    return text


def raising(what: str) -> None:
    raise ValueError(what)


def test_numbers_in_words_and_arguments(written: tuple[io.StringIO, bool]) -> None:
    log = logging.getLogger("some.library")
    log.warning("to " + NUMBER)
    log.warning("to %s, then %r", NUMBER, {"to": "(518) 555-0123", "n": 3})
    log.warning("to %(to)s", {"to": "+1 518-555-0123"})
    log.error("does not fit %d", NUMBER)
    assert said(written).count("+15") >= 3


def test_numbers_in_exceptions_and_what_caused_them(written: tuple[io.StringIO, bool]) -> None:
    try:
        try:
            raising(f"no such number: {NUMBER}")
        except ValueError as error:
            raise RuntimeError("texting 518-555-0123 failed") from error
    except RuntimeError:
        logging.getLogger("outreach").exception("failed for %s", NUMBER)
    text = said(written)
    assert "RuntimeError: texting" in text and "ValueError: no such number: +15" in text and "test_logs.py" in text


def test_a_url_that_could_not_be_reached(written: tuple[io.StringIO, bool]) -> None:
    """As `requests` says it, with the number in its query."""
    try:
        requests.get("http://127.0.0.1:9/Messages.json", params={"To": NUMBER}, timeout=1)
    except requests.RequestException:
        logging.getLogger("outreach.carriers").exception("not reached")
    assert "Max retries exceeded with url: /Messages.json?To=%2B1" in said(written)


def test_what_the_database_says_of_a_row(written: tuple[io.StringIO, bool], db: Database, hand_clock: Any) -> None:
    """A server quotes the key that stands already; the parameters, with names, are said by nobody."""
    debtor = House(db, hand_clock).debtor(phone=NUMBER)
    try:
        with db.begin() as tx:
            row = {"debtor_id": debtor, "e164": NUMBER, "digest": "x", "kind": "mobile", "place": "personal", "rank": 0}
            tx.execute(insert(phones).values(**row))
    except IntegrityError:
        logging.getLogger("outreach").exception("failed")
    try:
        with db.begin() as tx:
            row = {"ref": "D1", "name": "Maria Lopez", "country": "US", "created_at": hand_clock.now()}
            tx.execute(insert(debtors).values(**row))
    except IntegrityError:
        logging.getLogger("outreach").exception("failed")
    text = said(written)
    assert text.count("IntegrityError") >= 2 and "Maria" not in text


def test_the_row_that_the_database_quotes_is_left_out(
    written: tuple[io.StringIO, bool], db: Database, hand_clock: Any
) -> None:
    """A debtor's name is nobody's who reads a log."""
    House(db, hand_clock)
    try:
        with db.begin() as tx:
            now = hand_clock.now()
            row = {"ref": "D1", "name": "Maria Lopez", "country": "US", "salt": b"s", "created_at": now, "shard": 0}
            tx.execute(insert(debtors).values(**row, facts_version=None))
    except IntegrityError:
        logging.getLogger("outreach").exception("it failed")
    text = said(written)
    assert "IntegrityError" in text and "Maria" not in text


def test_what_nobody_caught_in_a_thread(written: tuple[io.StringIO, bool]) -> None:
    thread = threading.Thread(target=raising, args=(f"to {NUMBER}",), name="web")
    thread.start()
    thread.join()
    assert "nobody caught ValueError in thread web" in said(written)


def test_a_line_in_json_has_its_parts(written: tuple[io.StringIO, bool]) -> None:
    logging.getLogger("outreach").error("sms: %d", 3, extra={"job": "sms", "done": 3, "to": NUMBER})
    if written[1]:
        line = json.loads(said(written))
        assert (line["level"], line["logger"], line["message"]) == ("error", "outreach", "sms: 3")
        assert (line["job"], line["done"], line["to"]) == ("sms", 3, "+15*******23") and "traceback" not in line
    else:
        assert said(written).endswith("outreach ERROR sms: 3\n")


def test_configured_twice_a_line_is_written_once(written: tuple[io.StringIO, bool]) -> None:
    again = io.StringIO()
    logs.configure(written[1], again)
    logging.getLogger("outreach").error("once")
    assert again.getvalue().count("once") == 1 and written[0].getvalue() == ""


def test_what_nobody_caught_at_all() -> None:
    """A process that dies of it."""
    code = f"from outreach import logs; logs.configure(True); raise ValueError('to {NUMBER}')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1 and json.loads(line)["level"] == "critical" and "5550123" not in line


@pytest.mark.parametrize(
    ("told", "as_json"), [({}, False), ({"OUTREACH_LOG": "text"}, False), ({"OUTREACH_LOG": "json"}, True)]
)
def test_the_environment_says_which(told: dict[str, str], as_json: bool) -> None:
    assert log_as_json(told) is as_json


def test_another_word_is_a_fault() -> None:
    with pytest.raises(ConfigError, match="OUTREACH_LOG is 'jsn', expected json or text"):
        log_as_json({"OUTREACH_LOG": "jsn"})
