"""The web ends without a word about it, however many were connected a moment ago."""

from __future__ import annotations

import socket
import threading

import pytest
from flask import Flask

from outreach import serving

CONNECTIONS, TIMES = 40, 60
ASKED = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


def test_nothing_fails_when_it_ends_while_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: failed.append(repr(told.exc_value)))
    app = Flask("here")
    app.add_url_rule("/", "root", lambda: "ok")
    for _ in range(TIMES):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        end = serving.start(app, "127.0.0.1", port, 4)
        connected = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
        for one in connected:
            one.sendall(ASKED)
        assert all(one.recv(1000).startswith(b"HTTP/1.1 200") for one in connected)
        for one in connected:
            one.close()
        end()
    assert failed == []
