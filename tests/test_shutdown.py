"""SIGTERM to real processes with something in hand: it is finished or parked, nothing is in doubt, and the exit is 0."""

from __future__ import annotations

import http.client
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import requests
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from outreach.engine import switch
from outreach.store.database import Database
from outreach.store.tables import attempts, carrier_inbox, steps, workers
from tests.test_run import SENDER, TOKEN, Stand, database, stand  # noqa: F401 - two of them are fixtures
from tests.test_stopped import many_texts_due


def tables(stand: Stand, query: Any) -> list[Any]:  # noqa: F811
    db = Database(stand.environment.get("OUTREACH_DATABASE_URL") or f"sqlite:///{stand.folder}/data/outreach.db")
    try:
        with db.read() as connection:
            return list(connection.execute(query))
    finally:
        db.close()


def states(stand: Stand) -> Counter[str]:  # noqa: F811
    query = select(attempts.c.state, func.count()).group_by(attempts.c.state)
    return Counter({state: count for state, count in tables(stand, query)})


def test_a_worker_finishes_the_handful_at_the_carrier_and_parks_the_rest(database: Stand) -> None:  # noqa: F811
    """The carrier holds its answers back until the worker was told to end."""
    many_texts_due(database)
    database.start("web", "--port", str(database.port))
    database.until(lambda: "at work (web)" in database.log())
    worker = database.start("worker", "--skip-preflight")
    database.until(lambda: "at work (worker)" in database.log())
    held = database.simulator.exchange.lock
    with held:
        pause = threading.Event()
        for _ in range(1200):
            if states(database)["placing"] > switch.HANDFUL:
                break
            pause.wait(0.05)
        before = states(database)
        assert before["placing"] > switch.HANDFUL, (before, database.log())
        assert tables(database, select(workers.c.name)) != []
        worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=120) == 0, database.log()
    database.started.remove(worker)
    after = states(database)
    assert after["placing"] == after["in_doubt"] == after["reserved"] == 0, after
    assert after["released"] >= before["placing"] - switch.HANDFUL
    sent = [
        message for message in list(database.simulator.exchange.world.messages.values()) if message.sender == SENDER
    ]
    assert len(sent) == after["placed"] + after["final"], "what the carrier has is on record"
    waiting = tables(database, select(func.count()).where(steps.c.state == "waiting"))[0][0]
    assert waiting >= after["released"]
    assert tables(database, select(workers.c.name)) == [], "nobody is to miss it"
    assert "stopped; what was in hand is finished" in database.log() and "Traceback" not in database.log()


def test_the_web_answers_whoever_asked_before_it_ends(stand: Stand) -> None:  # noqa: F811
    """A report of the carrier waits for the database when the process is told to end; it is stored, and acknowledged."""
    web = stand.start("web", "--port", str(stand.port))
    stand.until(lambda: "at work (web)" in stand.log())
    path = "/webhooks/twilio/sms/inbound"
    form = {"MessageSid": "SM" + "1" * 32, "From": stand.place[3], "To": SENDER, "Body": "STOP", "NumMedia": "0"}
    signed = RequestValidator(TOKEN).compute_signature(f"{stand.environment['OUTREACH_PUBLIC_URL']}{path}", form)
    headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
    blocker = sqlite3.connect(stand.folder / "data" / "outreach.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    asking = http.client.HTTPConnection("127.0.0.1", stand.port, timeout=90)
    asking.request("POST", path, urlencode(form), headers)
    assert requests.get(f"http://127.0.0.1:{stand.port}/healthz", timeout=5).text == "ok\n"  # it has the other one too
    web.send_signal(signal.SIGTERM)
    stand.until(lambda: not_listening(stand.port))
    blocker.execute("ROLLBACK")
    blocker.close()
    answer = asking.getresponse()
    assert answer.status == 200 and answer.read().startswith(b"<?xml")
    assert web.wait(timeout=90) == 0
    stand.started.remove(web)
    assert [row.state for row in tables(stand, select(carrier_inbox.c.state))] == ["new"]


def not_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_what_hangs_is_left_after_a_while() -> None:
    """The process ends all the same, with 0: at any point a crash costs nobody anything."""
    code = (
        "import threading\nfrom outreach.production import finish\n"
        "hangs = threading.Thread(target=threading.Event().wait)\nhangs.start()\n"
        "finish(hangs.join, lambda: print('left'), 0.2)\nprint('never said')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=90, check=False)
    assert (done.returncode, done.stdout) == (0, "left\n"), done.stderr
    assert "not finished after 0 s" in done.stderr


def test_told_to_end_while_it_starts_it_ends(stand: Stand) -> None:  # noqa: F811
    """Before anything was placed: the signal comes during the preflight, which the carrier holds up."""
    with stand.simulator.exchange.lock:
        process = stand.start("run", "--port", str(stand.port))
        pause = threading.Event()
        for _ in range(1200):
            if not not_listening(stand.port):
                break
            pause.wait(0.05)
        process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 0, stand.log()
    stand.started.remove(process)
    assert tables(stand, select(workers.c.name)) == []
