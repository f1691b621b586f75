"""The web ends without a word about it, however many were connected a moment ago; and what comes to the hatch is answered
together, in order, and to the end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from flask import Flask, request

from outreach import serving

CONNECTIONS, TIMES = 40, 60
ASKED = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
Take = Callable[[Sequence[serving.Asked]], Sequence[serving.Answer | None]]


def test_nothing_fails_when_it_ends_while_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: failed.append(repr(told.exc_value)))
    app = Flask("here")
    app.add_url_rule("/", "root", lambda: "ok")
    for _ in range(TIMES):
        port = free_port()
        end = serving.start(app, "127.0.0.1", port, 4)
        connected = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
        for one in connected:
            one.sendall(ASKED)
        assert all(one.recv(1000).startswith(b"HTTP/1.1 200") for one in connected)
        for one in connected:
            one.close()
        end()
    assert failed == []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def speaks_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


class Web:
    """An app that repeats what it is told, and a hatch at `/told`."""

    def __init__(self, take: Take) -> None:
        app = Flask("here")
        app.add_url_rule("/<path:path>", "all", self.by_the_app, methods=["GET", "POST"])
        self.port = free_port()
        hatch = serving.Hatch(frozenset({"/told"}), 1000, take)
        self.end = serving.start(app, "127.0.0.1", self.port, 4, hatch)

    @staticmethod
    def by_the_app(path: str) -> str:
        return f"app {request.method} {path} {request.get_data(as_text=True)}"

    def connect(self) -> Caller:
        return Caller(self.port)


class Caller:
    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.line = socket.create_connection((host, port), timeout=20)
        self.came = self.line.makefile("rb")

    def say(self, *bodies: str, path: str = "/told", method: str = "POST") -> Caller:
        self.line.sendall(
            b"".join(
                f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
                for body in bodies
            )
        )
        return self

    def hear(self) -> tuple[int, str]:
        status = int(self.came.readline().split()[1])
        length = 0
        while (header := self.came.readline().strip().lower()) != b"":
            if header.startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        return status, self.came.read(length).decode()


@contextmanager
def web(take: Take) -> Iterator[Web]:
    made = Web(take)
    try:
        yield made
    finally:
        made.end()


def repeated(asked: Sequence[serving.Asked]) -> list[serving.Answer | None]:
    return [("200 OK", "text/plain", b"hatch " + one.body) for one in asked]


def test_who_comes_while_others_are_answered_is_answered_with_the_next_handful() -> None:
    handfuls: list[int] = []
    first, go_on = threading.Event(), threading.Event()

    def take(asked: Sequence[serving.Asked]) -> list[serving.Answer | None]:
        handfuls.append(len(asked))
        if len(handfuls) == 1:
            first.set()
            assert go_on.wait(20)
        return repeated(asked)

    with web(take) as made:
        callers = [made.connect().say("0")]
        assert first.wait(20)
        callers += [made.connect().say(str(n)) for n in range(1, 9)]
        assert made.connect().say("", path="/page", method="GET").hear() == (200, "app GET page "), "the app is free"
        go_on.set()
        assert [caller.hear() for caller in callers] == [(200, f"hatch {n}") for n in range(9)]
    assert sum(handfuls) == 9 and max(handfuls) > 1


def test_a_host_with_several_addresses_is_served_at_each() -> None:
    app = Flask("here")
    app.add_url_rule("/", "root", lambda: "ok")
    port = free_port()
    end = serving.start(app, "*", port, 4, serving.Hatch(frozenset({"/told"}), 1000, repeated))
    try:
        for address in ("127.0.0.1", "::1") if speaks_ipv6() else ("127.0.0.1",):
            caller = Caller(port, address).say("a")
            assert caller.hear() == (200, "hatch a")
            assert caller.say("", path="/", method="GET").hear() == (200, "ok")
    finally:
        end()


def test_requests_of_one_connection_are_answered_in_their_order() -> None:
    with web(repeated) as made:
        caller = made.connect().say("a", "b").say("c", path="/page").say("d")
        assert [caller.hear()[1] for _ in range(4)] == ["hatch a", "hatch b", "app POST page c", "hatch d"]


@pytest.mark.parametrize(
    ("path", "method", "body"), [("/told", "GET", ""), ("/told", "POST", "x" * 1001), ("/told/", "POST", "x")]
)
def test_whatever_else_comes_is_for_the_app(path: str, method: str, body: str) -> None:
    with web(repeated) as made:
        status, said = made.connect().say(body, path=path, method=method).hear()
        assert status == 200 and said == f"app {method} {path[1:]} {body}"


def test_what_the_hatch_does_not_answer_the_app_does_with_all_that_was_said() -> None:
    with web(
        lambda asked: [
            None if one.body == b"odd" else answer for one, answer in zip(asked, repeated(asked), strict=True)
        ]
    ) as made:
        caller = made.connect().say("odd", "plain", "odd")
        assert [caller.hear()[1] for _ in range(3)] == ["app POST told odd", "hatch plain", "app POST told odd"]


def test_a_hatch_that_fails_leaves_nobody_waiting() -> None:
    def take(asked: Sequence[serving.Asked]) -> list[serving.Answer | None]:
        raise SystemExit if asked[0].body == b"worse" else ValueError

    with web(take) as made:
        for body in ("bad", "worse", "bad"):
            assert made.connect().say(body).hear() == (200, f"app POST told {body}")


def test_whoever_waits_at_the_hatch_is_answered_before_the_web_ends() -> None:
    first, go_on = threading.Event(), threading.Event()

    def take(asked: Sequence[serving.Asked]) -> list[serving.Answer | None]:
        first.set()
        assert go_on.wait(20)
        return repeated(asked)

    made = Web(take)
    callers = [made.connect().say("0")]
    assert first.wait(20)
    callers += [made.connect().say(str(n)) for n in (1, 2)]
    assert made.connect().say("", path="/page", method="GET").hear()[0] == 200  # those two are at the hatch by now
    ending = threading.Thread(target=made.end)
    ending.start()
    ending.join(0.2)
    assert ending.is_alive()
    go_on.set()
    assert [caller.hear() for caller in callers] == [(200, f"hatch {n}") for n in range(3)]
    ending.join(20)
    assert not ending.is_alive()


def test_who_hangs_up_keeps_nobody_else_waiting() -> None:
    first, go_on = threading.Event(), threading.Event()

    def take(asked: Sequence[serving.Asked]) -> list[serving.Answer | None]:
        first.set()
        assert go_on.wait(20)
        return repeated(asked)

    with web(take) as made:
        gone, stays = made.connect().say("0"), made.connect()
        assert first.wait(20)
        stays.say("1")
        gone.line.close()
        gone.came.close()
        go_on.set()
        assert stays.hear() == (200, "hatch 1")


def test_whoever_connects_and_says_little_keeps_nobody_out() -> None:
    with web(repeated) as here:
        half = [here.connect() for _ in range(150)]
        for one in half:
            one.line.sendall(b"POST /told HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\na")
        assert here.connect().say("all").hear() == (200, "hatch all")
        for one in half:
            one.line.close()


def test_what_is_larger_than_any_form_is_not_read() -> None:
    with web(repeated) as here:
        one = here.connect()
        one.line.sendall(f"POST /told HTTP/1.1\r\nHost: x\r\nContent-Length: {serving.LARGEST}\r\n\r\na".encode())
        assert one.hear()[0] == 413
