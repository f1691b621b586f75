"""The demo as a user starts it: one process, real HTTP, a good day, stopped and started again; then its journal is held
against the law by a plain reading of our own, and against our log."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.xdist_group("demo")  # one worker: the demo is run once
SURE_ZONES = {
    ("US", "NY"): "America/New_York", ("US", "MA"): "America/New_York", ("US", "WA"): "America/Los_Angeles",
    ("US", "CA"): "America/Los_Angeles", ("US", "HI"): "Pacific/Honolulu", ("CN", None): "Asia/Shanghai",
    ("AU", "VIC"): "Australia/Melbourne", ("GB", None): "Europe/London",
}  # fmt: skip
ANSWER = timedelta(minutes=16)


@dataclass(frozen=True)
class Ran:
    folder: Path
    first: str
    second: str

    def sql(self, query: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.folder / "data" / "outreach.db") as connection:
            return connection.execute(query).fetchall()

    def journal(self) -> list[dict[str, str]]:
        saved = json.loads((self.folder / "simulator.json").read_text(encoding="utf-8"))
        return list(saved["journal"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo(folder: Path, port: int, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "outreach",
        "demo",
        "--no-browser",
        "--folder",
        str(folder),
        "--port",
        str(port),
        *more,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("demo") / "outreach-demo"
    outputs = []
    for days in ("1", "0.2"):
        done = demo(folder, free_port(), "--seconds-per-day", "1", "--days", days)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        outputs.append(done.stdout)
    return Ran(folder, outputs[0], outputs[1])


def test_the_main_job_runs_from_book_to_case_log(ran: Ran) -> None:
    kinds = dict(ran.sql("select kind, count(*) from case_events group by kind"))
    for kind in (
        "opened",
        "attempt_placed",
        "delivered",
        "answered",
        "identified",
        "replied",
        "promised",
        "paid",
        "refused",
    ):
        assert kinds.get(kind), kinds
    assert int(str(ran.sql("select count(*) from cases")[0][0])) >= 500


def test_a_second_start_goes_on_where_the_first_stopped(ran: Ran) -> None:
    stopped = ran.first.split("stopped at ")[1][:17]
    later = ran.second.split("stopped at ")[1][:17]
    assert datetime.fromisoformat(later.rstrip("Z")) - datetime.fromisoformat(stopped.rstrip("Z")) >= timedelta(
        hours=4, minutes=47
    )
    assert ran.sql("select count(*) from case_events where kind = 'opened'") == ran.sql("select count(*) from cases")


def test_everything_the_carrier_did_is_known_and_nothing_twice(ran: Ran) -> None:
    texts = [entry["sid"] for entry in ran.journal() if entry["kind"] == "text_in"]
    ours = {str(number) for (number,) in ran.sql("select e164 from phones")}
    rings = [
        e["sid"] for e in ran.journal() if e["kind"] == "ringing" and e["text"] != "calls us" and e["phone"] in ours
    ]
    known = {str(sid) for (sid,) in ran.sql("select sid from attempts where sid is not null")}
    assert len(texts) == len(set(texts))
    assert set(texts) <= known and set(rings) <= known


def lawful(country: str, collector: str, overdue: bool, at: time) -> bool | None:
    """A plain reading of the hours; None where this reading says nothing."""
    if country == "US" and collector == "third_party":
        return time(8) < at < time(21)
    if country == "CN" and overdue:
        return time(8) <= at < time(22)
    if country == "AU":
        return time(7, 30) <= at < time(21)
    return time(8, 1) <= at < time(20, 55) if country == "GB" else None


def contacts(journal: list[dict[str, str]]) -> Iterator[tuple[str, datetime, dict[str, str]]]:
    """What we sent to phones of our own accord: not the one answer to what the debtor just wrote."""
    wrote: dict[str, datetime] = {}
    for entry in journal:
        at = datetime.fromisoformat(entry["at"])
        if entry["kind"] == "text_out":
            wrote[entry["phone"]] = at
        answers = entry["phone"] in wrote and at - wrote[entry["phone"]] <= ANSWER
        if entry["kind"] in ("text_in", "ringing") and entry["text"] != "calls us" and not answers:
            yield entry["phone"], at, entry


def test_no_phone_was_reached_outside_the_hours_of_its_law(ran: Ran) -> None:
    query = (
        "select p.e164, a.country, a.region, d.stated_zone, min(c.collector), min(c.due_on) from phones p"
        " join debtors d on d.id = p.debtor_id join addresses a on a.debtor_id = d.id join cases c on c.debtor_id = d.id"
        " group by p.id having count(distinct a.id) = 1"
    )
    people = {str(row[0]): tuple(str(v) if v else "" for v in row[1:]) for row in ran.sql(query)}
    checked = 0
    for phone, at, entry in contacts(ran.journal()):
        country, region, stated, collector, due_on = people.get(phone, ("",) * 5)
        zone = stated or SURE_ZONES.get((country, region)) or SURE_ZONES.get((country, None))
        if zone:
            local = at.astimezone(ZoneInfo(zone))
            verdict = lawful(country, collector, due_on < str(local.date()), local.time())
            assert verdict is not False, (entry, local)
            checked += verdict is True
    assert checked > 20


def test_after_a_stop_there_is_one_confirmation_and_silence(ran: Ran) -> None:
    stopped: dict[str, datetime] = {}
    after: dict[str, int] = defaultdict(int)
    for entry in ran.journal():
        if entry["kind"] == "text_out" and entry["text"].strip().upper() == "STOP":
            stopped.setdefault(entry["phone"], datetime.fromisoformat(entry["at"]))
        elif entry["kind"] == "text_in" and entry["phone"] in stopped:
            after[entry["phone"]] += 1
    assert stopped, "somebody of the sample book says STOP"
    assert max(after.values(), default=0) <= 1


def test_the_log_verifies_and_a_case_can_be_read(ran: Ran) -> None:
    def outreach(*words: str, folder: Path = ran.folder) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "outreach", *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)

    assert outreach("audit").returncode == 0
    (ref,) = ran.sql(
        "select c.ref from case_events e join cases c on c.id = e.case_id where e.kind in ('promised', 'delivered')"
        " group by c.id having count(distinct e.kind) = 2 limit 1"
    )[0]
    story = outreach("case", str(ref))
    assert story.returncode == 0 and "promised" in story.stdout and "delivered" in story.stdout
    assert json.loads(outreach("case", str(ref), "--json").stdout)["ref"] == ref
    nobody = outreach("case", "NOBODY")
    assert (nobody.returncode, nobody.stderr.count("\n")) == (2, 1)
    assert outreach("check").returncode == 0
    above = outreach("case", str(ref), folder=ran.folder.parent)  # where `make run` was said
    assert (above.returncode, above.stdout) == (0, story.stdout) and "outreach-demo" in above.stderr
    assert outreach("explain", str(ref), folder=ran.folder.parent).returncode == 0


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = demo(tmp_path / "d", int(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "cannot be used" in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "d").exists()


def test_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "outreach",
        "demo",
        "--no-browser",
        "--folder",
        str(tmp_path / "d"),
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "the demo runs" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "stopped at" in out
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_asking_about_a_case_makes_no_database(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "outreach", "case", "L1"]
    done = subprocess.run(asked, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2 and "no database yet" in done.stderr and done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
