"""Is each create asked exactly once, and what happened to it classified? Against a real server that misbehaves."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from outreach.carriers import Outcome, OutgoingCall, OutgoingSms, Progress
from outreach.carriers.twilio import Twilio
from outreach.carriers.twilio_codes import CODES, meaning
from outreach.core.terms import CarrierError, Channel, Voice

TO, SENDER, KEY = "+12125550123", "+12125550100", "a" * 32
CREATED = "Tue, 09 Mar 2027 15:00:00 +0000"


class Misbehaving(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.how = "good"
        self.under_way = "3"
        self.retry_after = ""
        self.posts: list[tuple[str, dict[str, list[str]]]] = []
        self.done = threading.Event()


class Answer(BaseHTTPRequestHandler):
    server: Misbehaving

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.posts.append((self.path, form))
        if self.server.how == "hang":
            self.server.done.wait(5)
            self.close_connection = True
        elif self.server.how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        else:
            self._say(*ANSWERS.get(self.server.how, (201, {"sid": "SM" + form.get("To", ["0"])[0][-4:]})))

    def do_GET(self) -> None:
        record = {
            "sid": "SM1", "status": "undelivered", "error_code": 30003, "from": SENDER, "to": TO, "body": "hello",
            "date_created": CREATED, "date_updated": CREATED,
        }  # fmt: skip
        found = {"messages": [record], "next_page_uri": None}
        listed = self.path.partition("?")[0].endswith("Messages.json")
        self._say(*ANSWERS.get(self.server.how, (200, found if listed else record)))

    def _say(self, status: int, body: Any) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Twilio-Concurrent-Requests", self.server.under_way)
        if self.server.retry_after:
            self.send_header("Retry-After", self.server.retry_after)
        self.end_headers()
        self.wfile.write(raw)


ANSWERS: dict[str, tuple[int, Any]] = {
    "500": (500, b"<html>oops</html>"),
    "503": (503, {"code": 20503, "message": "later", "status": 503}),
    "429": (429, {"code": 20429, "message": "too many", "status": 429}),
    "bare 429": (429, b"slow down"),
    "garbage": (201, b"not json"),
    "no sid": (201, {}),
    "list": (201, []),
    "opted out": (400, {"code": 21610, "message": f"{TO} opted out", "status": 400}),
    "credentials": (401, b"no"),
    "unknown": (404, {"code": 20404, "message": "not found", "status": 404}),
    "redirect": (307, b""),
    "updated": (200, {"sid": "CA1"}),
}


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    running = Misbehaving()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    running.done.set()
    running.shutdown()
    running.server_close()
    thread.join()


def twilio(port: int) -> Twilio:
    return Twilio(
        "AC" + "0" * 32, "12345", public_url="https://outreach.example.com/",
        api_url=f"http://127.0.0.1:{port}/simulator", timeout=(1.0, 0.3),
    )  # fmt: skip


def text(to: str = TO, key: str = KEY) -> OutgoingSms:
    return OutgoingSms(key, to, SENDER, "Hello", timedelta(hours=20))


@pytest.mark.parametrize(
    ("how", "outcome", "code"),
    [
        ("good", Outcome.PLACED, None),
        ("hang", Outcome.IN_DOUBT, None),
        ("reset", Outcome.IN_DOUBT, None),
        ("500", Outcome.IN_DOUBT, None),
        ("503", Outcome.IN_DOUBT, 20503),
        ("garbage", Outcome.IN_DOUBT, None),
        ("no sid", Outcome.IN_DOUBT, None),
        ("list", Outcome.IN_DOUBT, None),
        ("redirect", Outcome.IN_DOUBT, None),
        ("429", Outcome.NEVER_HAPPENED, 20429),
        ("bare 429", Outcome.NEVER_HAPPENED, 20429),
        ("opted out", Outcome.REJECTED, 21610),
        ("credentials", Outcome.REJECTED, 20003),
    ],
)
def test_a_create_is_asked_once_whatever_happens(
    server: Misbehaving, how: str, outcome: Outcome, code: int | None
) -> None:
    server.how = how
    (placed,) = twilio(server.server_port).send([text()])
    assert placed.outcome is outcome
    assert len(server.posts) == 1
    assert TO not in placed.message
    assert code is None or placed.code == code


def test_a_refused_connection_never_happened() -> None:
    with socket.socket() as taken:  # bound, not listening
        taken.bind(("127.0.0.1", 0))
        (placed,) = twilio(taken.getsockname()[1]).send([text()])
    assert placed.outcome is Outcome.NEVER_HAPPENED


def test_a_server_without_tls_never_happened(server: Misbehaving) -> None:
    carrier = Twilio("AC1", "t", public_url="https://o.example", api_url=f"https://127.0.0.1:{server.server_port}")
    assert carrier.send([text()])[0].outcome is Outcome.NEVER_HAPPENED
    assert server.posts == []


def test_a_batch_keeps_its_order(server: Misbehaving) -> None:
    batch = [text(f"+1212555{n:04d}", f"{n:032x}") for n in range(100, 140)]
    placed = twilio(server.server_port).send(batch)
    assert [(p.key, p.sid) for p in placed] == [(sms.key, "SM" + sms.to[-4:]) for sms in batch]


def test_a_crowded_account_is_asked_for_less_at_once(server: Misbehaving) -> None:
    carrier = twilio(server.server_address[1])
    batch = [text(f"+1212555{n:04d}", f"{n:032d}") for n in range(6)]
    server.how = "429"
    for wide in (32, 16, 8, 4, 2, 1, 1):
        assert carrier.wide == wide
        carrier.send(batch)
    server.how = "good"
    assert {one.outcome for one in carrier.send(batch)} == {Outcome.PLACED} and carrier.wide == 5
    server.under_way = "80"
    carrier.send(batch)
    assert carrier.wide == 2
    server.under_way = "nonsense"
    for _ in range(20):
        carrier.send(batch[:1])
    assert carrier.wide == 32


@pytest.mark.parametrize(("told", "seconds"), [("7", 7), ("100000", 300), ("", None), ("soon", None), ("-1", None)])
def test_how_long_it_wants_to_be_left_alone(server: Misbehaving, told: str, seconds: int | None) -> None:
    server.how, server.retry_after = "bare 429", told
    (placed,) = twilio(server.server_port).send([text()])
    assert placed.wait == (None if seconds is None else timedelta(seconds=seconds))


def test_what_is_late_when_its_turn_comes_is_not_asked_for(server: Misbehaving) -> None:
    late = replace(text(), timely=lambda: False)
    call = OutgoingCall(KEY, TO, SENDER, timedelta(seconds=22), Voice.RECORDED, timely=lambda: False)
    one = twilio(server.server_port)
    assert [placed.outcome for placed in (*one.send([late]), *one.place([call]))] == [Outcome.NEVER_HAPPENED] * 2
    assert server.posts == []


def test_what_is_asked_for_a_text(server: Misbehaving) -> None:
    twilio(server.server_port).send([text()])
    path, form = server.posts[0]
    assert path == f"/simulator/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    assert form["StatusCallback"] == [f"https://outreach.example.com/webhooks/twilio/sms/status?k={KEY}#rc=5&rp=all"]
    assert form["ValidityPeriod"] == ["36000"]


def test_what_is_asked_for_a_call(server: Misbehaving) -> None:
    call = OutgoingCall(KEY, TO, SENDER, timedelta(seconds=22), Voice.RECORDED)
    assert twilio(server.server_port).place([call])[0].outcome is Outcome.PLACED
    form = server.posts[0][1]
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    assert (form["MachineDetection"], form["AsyncAmd"], form["Timeout"]) == (["DetectMessageEnd"], ["true"], ["22"])
    assert form["Url"] == [f"https://outreach.example.com/webhooks/twilio/voice/answer?k={KEY}#rc=5&rp=all"]
    assert "voice/amd?k=" in form["AsyncAmdStatusCallback"][0]


def test_a_live_call_is_redirected(server: Misbehaving) -> None:
    server.how = "updated"
    assert twilio(server.server_port).redirect("CA1", KEY, "voicemail")
    menu = f"https://outreach.example.com/webhooks/twilio/voice/menu?k={KEY}&m=voicemail"
    assert server.posts[0][1]["Url"][0].startswith(menu)


def test_fetch_and_find(server: Misbehaving) -> None:
    carrier = twilio(server.server_port)
    report = carrier.fetch(Channel.SMS, "SM1")
    assert report and (report.progress, report.code, report.sender) == (Progress.UNDELIVERED, 30003, SENDER)
    at = datetime(2027, 3, 9, 15, 0, 0, 400, tzinfo=UTC)
    assert [(r.sid, body) for r, body in carrier.find(Channel.SMS, TO, at)] == [("SM1", "hello")]
    assert list(carrier.find(Channel.SMS, TO, at + timedelta(seconds=1))) == []


def test_what_cannot_be_asked(server: Misbehaving) -> None:
    carrier = twilio(server.server_port)
    server.how = "unknown"
    assert carrier.fetch(Channel.CALL, "CA1") is None
    server.how = "500"
    with pytest.raises(CarrierError):
        carrier.fetch(Channel.SMS, "SM1")
    with pytest.raises(CarrierError):
        carrier.find(Channel.SMS, TO, datetime(2027, 1, 1, tzinfo=UTC))


def test_codes() -> None:
    assert meaning(21610).opt_out and not meaning(21610).suppress
    assert meaning(30006).landline and meaning(21211).suppress and meaning(20429).retry
    for unknown in (0, 999, 21999, 30999):
        assert not (meaning(unknown).retry or meaning(unknown).suppress or meaning(unknown).opt_out)
    assert all(not (m.retry and (m.suppress or m.opt_out)) for m in CODES.values())
