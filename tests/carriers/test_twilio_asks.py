"""What is a fetch, a find, a cancel or a redirect worth when the carrier misbehaves? And the classes of failure one by one."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import requests
from aiohttp.client_reqrep import ConnectionKey
from twilio.base.exceptions import TwilioRestException
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ProtocolError

from outreach.carriers import Outcome, OutgoingCall, OutgoingSms, Progress
from outreach.carriers.twilio import Twilio, create
from outreach.carriers.twilio_http import address, transport_outcome
from outreach.core.terms import CarrierError, Channel, Voice
from webhooks.twilio import inbound_report

TO, SENDER, KEY = "+12125550123", "+12125550100", "a" * 32
SINCE = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
DIRECTIONS = ("outbound-api", "outbound-call", "outbound-reply", "inbound")
CREATED = "Tue, 09 Mar 2027 15:00:00 +0000"
MESSAGE = {
    "sid": "SM1", "status": "delivered", "error_code": None, "from": SENDER, "to": TO, "body": "hello",
    "date_created": CREATED, "date_updated": CREATED,
}  # fmt: skip
CALL = {
    "sid": "CA1", "status": "completed", "from": SENDER, "to": TO, "answered_by": "machine_end_beep", "duration": "31",
    "date_created": CREATED, "date_updated": CREATED, "end_time": "Tue, 09 Mar 2027 15:01:00 +0000",
}  # fmt: skip
HOST = ConnectionKey("api.twilio.com", 443, True, True, None, None, None)
Answer = tuple[int, Any] | str  # an HTTP status and its body, or how the connection ends


class Line:
    """One listening socket that answers every request in the same way, and remembers them."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        self.over = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()
        port = self.socket.getsockname()[1]
        self.carrier = Twilio(
            "AC" + "0" * 32, "12345", public_url="https://outreach.example.com",
            api_url=f"http://127.0.0.1:{port}", timeout=(2.0, 0.8),
        )  # fmt: skip

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                method, target, _ = line.decode().split()
                size = 0
                while (header := stream.readline().strip()) != b"":
                    name, _, value = header.partition(b":")
                    size = int(value) if name.lower() == b"content-length" else size
                form = parse_qs(stream.read(size).decode())
                url = urlsplit(target)
                self.asked.append((method, url.path, form or parse_qs(url.query)))
                if not self._reply(connection, self.answer):
                    return

    def _reply(self, connection: socket.socket, answer: Answer) -> bool:
        if answer == "hang":
            self.over.wait(5)
        elif answer == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif answer == "half":
            connection.sendall(b'HTTP/1.1 201 Created\r\nContent-Length: 400\r\n\r\n{"sid": "SM1"')
        elif isinstance(answer, tuple):
            raw = answer[1] if isinstance(answer[1], bytes) else json.dumps(answer[1]).encode()
            connection.sendall(f"HTTP/1.1 {answer[0]} x\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw)
            return True
        return False

    def close(self) -> None:
        self.over.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def line() -> Iterator[Callable[[Answer], Line]]:
    open_lines: list[Line] = []

    def start(answer: Answer) -> Line:
        open_lines.append(Line(answer))
        return open_lines[-1]

    yield start
    for one in open_lines:
        one.close()


def error(status: int, code: int) -> Answer:
    return status, {"code": code, "message": f"about {TO}", "status": status}


BROKEN: dict[str, tuple[Answer, bool]] = {  # an answer, and whether asking again is of no use
    "429": (error(429, 20429), False),
    "500": ((500, b"<html>oops</html>"), False),
    "503": (error(503, 20503), False),
    "408": (error(408, 408), False),
    "401": (error(401, 20003), True),
    "400": (error(400, 20001), True),
    "garbage": ((200, b"\xff not json"), False),
    "a list": ((200, []), False),
    "a word": ((200, "hello"), False),
    "nothing": ((200, b""), False),
    "redirect": ((307, b""), False),
    "hang": ("hang", False),
    "reset": ("reset", False),
    "half": ("half", False),
    "close": ("close", False),
}


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.CALL])
@pytest.mark.parametrize("how", BROKEN)
def test_what_cannot_be_asked_is_an_error_and_asked_once(
    line: Callable[[Answer], Line], how: str, channel: Channel
) -> None:
    answer, permanent = BROKEN[how]
    for ask in (lambda c: c.fetch(channel, "XX1"), lambda c: list(c.find(channel, TO, SINCE))):
        broken = line(answer)
        with pytest.raises(CarrierError) as caught:
            ask(broken.carrier)
        assert caught.value.permanent is permanent
        assert TO not in str(caught.value) and len(broken.asked) == 1


@pytest.mark.parametrize("how", [how for how in BROKEN if how not in ("redirect",)])
def test_a_no_is_never_taken_for_a_yes(line: Callable[[Answer], Line], how: str) -> None:
    broken = line(BROKEN[how][0])
    assert broken.carrier.cancel(Channel.SMS, "SM1") is False
    assert broken.carrier.cancel(Channel.CALL, "CA1") is False
    assert broken.carrier.redirect("CA1", KEY, "voicemail") is False
    assert len(broken.asked) == 3


def test_a_carrier_nobody_reaches() -> None:
    with socket.socket() as taken:  # bound, not listening
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        carrier = Twilio("AC" + "0" * 32, "t", public_url="https://o.example", api_url=url)
        with pytest.raises(CarrierError) as caught:
            carrier.fetch(Channel.SMS, "SM1")
        assert not caught.value.permanent
        assert not carrier.cancel(Channel.CALL, "CA1") and not carrier.redirect("CA1", KEY, "main")
        call = OutgoingCall(KEY, TO, SENDER, timedelta(seconds=20), Voice.RECORDED)
        assert carrier.place([call])[0].outcome is Outcome.NEVER_HAPPENED


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("half", Outcome.IN_DOUBT), ("close", Outcome.IN_DOUBT), ("hang", Outcome.IN_DOUBT), ("reset", Outcome.IN_DOUBT),
        ((200, b""), Outcome.IN_DOUBT), ((201, {"sid": ""}), Outcome.IN_DOUBT), ((201, "word"), Outcome.IN_DOUBT),
        ((502, b""), Outcome.IN_DOUBT), (error(408, 408), Outcome.IN_DOUBT),
        (error(429, 20429), Outcome.NEVER_HAPPENED), ((429, b""), Outcome.NEVER_HAPPENED),
        (error(400, 21211), Outcome.REJECTED), (error(403, 20003), Outcome.REJECTED), (error(404, 20404), Outcome.REJECTED),
        ((201, {"sid": "CA1"}), Outcome.PLACED),
    ],
)  # fmt: skip
def test_creates_of_both_kinds(line: Callable[[Answer], Line], answer: Answer, outcome: Outcome) -> None:
    one = line(answer)
    call = OutgoingCall(KEY, TO, SENDER, timedelta(seconds=20), Voice.RECORDED, detect_machine=False)
    text = OutgoingSms(KEY, TO, SENDER, "Hello", timedelta(seconds=30))
    placed = [*one.carrier.place([call]), *one.carrier.send([text])]
    assert [p.outcome for p in placed] == [outcome, outcome]
    assert len(one.asked) == 2 and all(TO not in p.message and "Hello" not in p.message for p in placed)
    assert "MachineDetection" not in one.asked[0][2] and one.asked[1][2]["ValidityPeriod"] == ["30"]


def test_fetching(line: Callable[[Answer], Line]) -> None:
    text = line((200, MESSAGE)).carrier.fetch(Channel.SMS, "SM1")
    assert text and (text.progress, text.to, text.code, text.dedupe) == (
        Progress.DELIVERED,
        TO,
        None,
        "twilio:SM1:delivered",
    )
    call = line((200, CALL)).carrier.fetch(Channel.CALL, "CA1")
    assert call and (call.progress, call.answered_by, call.duration_s) == (Progress.COMPLETED, "machine", 31)
    assert call.sender == SENDER and call.at == datetime(2027, 3, 9, 15, 1, tzinfo=UTC)
    odd = line((200, MESSAGE | {"status": "teleported", "error_code": "30003"})).carrier.fetch(Channel.SMS, "SM1")
    assert odd and (odd.progress, odd.code) == (None, 30003)
    early = line((200, CALL | {"status": "queued", "duration": None, "end_time": None, "answered_by": None}))
    report = early.carrier.fetch(Channel.CALL, "CA1")
    assert report and (report.progress, report.duration_s, report.at) == (Progress.INITIATED, None, SINCE)
    assert line(error(404, 20404)).carrier.fetch(Channel.SMS, "SM1") is None


def test_finding(line: Callable[[Answer], Line]) -> None:
    older = MESSAGE | {"sid": "SM0", "date_created": "Tue, 09 Mar 2027 14:59:59 +0000"}
    undated = MESSAGE | {"sid": "SM9", "date_created": None}
    wired = MESSAGE | {"sid": "SM2", "body": None, "status": "queued"}
    one = line((200, {"messages": [wired, MESSAGE, undated, older], "next_page_uri": None}))
    found = list(one.carrier.find(Channel.SMS, TO, SINCE + timedelta(microseconds=900)))
    assert [(report.sid, body) for report, body in found] == [("SM2", ""), ("SM1", "hello")]
    assert one.asked[0][2] == {"To": [TO], "PageSize": ["200"]}
    calls = line((200, {"calls": [CALL], "next_page_uri": None})).carrier.find(Channel.CALL, TO, SINCE)
    assert [(report.sid, body) for report, body in calls] == [("CA1", "")]
    assert list(line((200, {"messages": []})).carrier.find(Channel.SMS, TO, SINCE)) == []


def test_what_was_written_to_us_is_told_as_its_webhook_would_have_told_it(line: Callable[[Answer], Line]) -> None:
    came = MESSAGE | {"from": TO, "to": SENDER, "direction": "inbound", "status": "received", "num_media": "1"}
    came |= {"body": "STOP", "date_sent": "Tue, 09 Mar 2027 15:00:05 +0000"}
    later, ours = came | {"sid": "SM2", "body": None}, MESSAGE | {"sid": "SM3", "direction": "outbound-api"}
    one = line((200, {"messages": [ours, later, came], "next_page_uri": None}))
    since = SINCE.astimezone(timezone(timedelta(hours=-5)))
    first, second = one.carrier.heard(SENDER, since)
    assert one.asked[0][2] == {"To": [SENDER], "DateSent>": ["2027-03-09T15:00:00Z"], "PageSize": ["1000"]}
    form = {"MessageSid": "SM1", "From": TO, "To": SENDER, "Body": "STOP", "NumMedia": "1"}
    assert first == replace(inbound_report(form), at=datetime(2027, 3, 9, 15, 0, 5, tzinfo=UTC))
    assert (second.sid, second.body) == ("SM2", "")
    with pytest.raises(CarrierError):
        line(error(500, 20500)).carrier.heard(SENDER, SINCE)


def test_what_left_from_our_number_by_anybody_s_request(line: Callable[[Answer], Line]) -> None:
    sent = MESSAGE | {"from": SENDER, "to": TO, "date_sent": "Tue, 09 Mar 2027 15:00:05 +0000", "status": "delivered"}
    texts = [sent | {"sid": f"SM{n}", "direction": way} for n, way in enumerate(DIRECTIONS)]
    until = SINCE + timedelta(hours=1)
    one = line((200, {"messages": texts, "next_page_uri": None}))
    left = one.carrier.left(Channel.SMS, SENDER, SINCE.astimezone(timezone(timedelta(hours=-5))), until)
    between = {"DateSent>": ["2027-03-09T15:00:00Z"], "DateSent<": ["2027-03-09T16:00:00Z"]}
    assert one.asked[0][2] == {"From": [SENDER], **between, "PageSize": ["1000"]}
    assert [(found.report.sid, found.report.progress, found.at.second) for found in left] == [
        ("SM0", Progress.DELIVERED, 5), ("SM1", Progress.DELIVERED, 5),
    ]  # fmt: skip
    rang = CALL | {"from": SENDER, "to": TO, "start_time": None, "date_created": "Tue, 09 Mar 2027 15:10:00 +0000"}
    calls = [rang | {"sid": f"CA{n}", "direction": way} for n, way in enumerate(("outbound-api", "outbound-dial"))]
    one = line((200, {"calls": calls, "next_page_uri": None}))
    [call] = one.carrier.left(Channel.CALL, SENDER, SINCE, until)
    assert (call.report.sid, call.channel, call.at.minute, call.report.to) == ("CA0", Channel.CALL, 10, TO)
    assert set(one.asked[0][2]) == {"From", "StartTime>", "StartTime<", "PageSize"}
    with pytest.raises(CarrierError):
        line(error(500, 20500)).carrier.left(Channel.SMS, SENDER, SINCE, until)


def test_cancelling_and_redirecting(line: Callable[[Answer], Line]) -> None:
    one = line((200, MESSAGE | CALL))
    assert one.carrier.cancel(Channel.SMS, "SM1") and one.carrier.cancel(Channel.CALL, "CA1")
    assert one.carrier.redirect("CA1", "k&k", "agent")
    assert [(path.rpartition("/")[2], form.get("Status")) for _, path, form in one.asked] == [
        ("SM1.json", ["canceled"]),
        ("CA1.json", ["canceled"]),
        ("CA1.json", None),
    ]
    asked = one.asked[2][2]
    assert asked["Url"] == ["https://outreach.example.com/webhooks/twilio/voice/menu?k=k%26k&m=agent#rc=5&rp=all"]
    assert asked["Method"] == ["POST"]


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (requests.ConnectTimeout(), Outcome.NEVER_HAPPENED),
        (requests.ConnectionError(MaxRetryError(None, "/", ConnectTimeoutError())), Outcome.NEVER_HAPPENED),  # type: ignore[arg-type]
        (requests.exceptions.SSLError(ssl.SSLCertVerificationError()), Outcome.NEVER_HAPPENED),
        (requests.exceptions.SSLError(ssl.SSLError(1, "[SSL: DECRYPTION_FAILED]")), Outcome.IN_DOUBT),
        (requests.exceptions.SSLError(ssl.SSLEOFError()), Outcome.IN_DOUBT),
        (requests.ReadTimeout(), Outcome.IN_DOUBT),
        (requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104))), Outcome.IN_DOUBT),
        (requests.exceptions.ChunkedEncodingError(), Outcome.IN_DOUBT),
        (aiohttp.ConnectionTimeoutError("connect"), Outcome.NEVER_HAPPENED),
        (aiohttp.ClientConnectorDNSError(HOST, OSError(-2, "no such host")), Outcome.NEVER_HAPPENED),
        (aiohttp.ClientConnectorSSLError(HOST, ssl.SSLError(1, "[SSL: HANDSHAKE]")), Outcome.NEVER_HAPPENED),
        (aiohttp.SocketTimeoutError("read"), Outcome.IN_DOUBT),
        (aiohttp.ServerDisconnectedError(), Outcome.IN_DOUBT),
        (aiohttp.ClientOSError(104, "reset"), Outcome.IN_DOUBT),
        (aiohttp.ClientPayloadError(), Outcome.IN_DOUBT),
        (TimeoutError(), Outcome.IN_DOUBT),
        (MemoryError(), Outcome.IN_DOUBT),
        (AttributeError("sid"), Outcome.IN_DOUBT),
    ],
)
def test_only_what_provably_never_left_never_happened(failure: Exception, outcome: Outcome) -> None:
    assert transport_outcome(failure) is outcome

    async def fail() -> Any:
        raise failure

    placed = asyncio.run(create(KEY, fail))
    assert (placed.outcome, placed.message) == (outcome, type(failure).__name__)


def test_a_circle_of_causes_ends() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert transport_outcome(one) is Outcome.IN_DOUBT


def test_a_refusal_never_repeats_the_number() -> None:
    async def fail() -> Any:
        raise TwilioRestException(400, "/", msg=f"The number {TO} is invalid", code=21211)

    placed = asyncio.run(create(KEY, fail))
    assert (placed.outcome, placed.code) == (Outcome.REJECTED, 21211) and TO not in placed.message


def test_nothing_of_the_environment_gets_in(line: Callable[[Answer], Line], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TWILIO_REGION": "au1", "TWILIO_EDGE": "sydney", "HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    one = line((201, {"sid": "SM1"}))
    assert one.carrier.send([OutgoingSms(KEY, TO, SENDER, "Hello", timedelta(hours=1))])[0].outcome is Outcome.PLACED


@pytest.mark.parametrize(
    ("base", "asked", "sent"),
    [
        (None, "https://api.twilio.com/2010/x.json?a=1", "https://api.twilio.com/2010/x.json?a=1"),
        ("http://h:1/simulator/", "https://api.twilio.com/2010/x.json?a=1", "http://h:1/simulator/2010/x.json?a=1"),
        ("http://h:1/simulator", "http://h:1/simulator/2010/x.json", "http://h:1/simulator/2010/x.json"),
        ("https://h", "https://api.twilio.com/simulator/x", "https://h/simulator/x"),
    ],
)
def test_addresses(base: str | None, asked: str, sent: str) -> None:
    assert address(asked, base) == sent
