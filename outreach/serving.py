"""How is the web served, and how does it end so that whoever was asked for something still gets the answer?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore
from waitress.server import BaseWSGIServer

ANSWERS_S = 10.0  # how long requests in hand may take once the web is to end
LOOK_S = 0.02


def start(app: Flask, host: str, port: int, threads: int) -> Callable[[], None]:
    """Serve `app` in threads of its own; returns what ends that, when every request that came is answered."""
    connections: dict[int, Any] = {}
    server = waitress.create_server(app, map=connections, host=host, port=port, threads=threads)
    ending = threading.Event()

    def serve() -> None:
        try:
            server.run()
        except OSError:  # it was looking at a connection that is closed under its eyes: only the end does that
            if not ending.is_set():
                raise

    threading.Thread(target=serve, name="web", daemon=True).start()

    def end() -> None:
        ending.set()
        for one in list(connections.values()):
            if isinstance(one, BaseWSGIServer):  # nobody new; whoever is connected is served to the end
                wasyncore.dispatcher.close(one)
        _wait(lambda: not _in_hand(server.task_dispatcher, connections), ANSWERS_S)
        server.task_dispatcher.shutdown(timeout=1)
        with suppress(OSError):
            server.close()

    return end


def _in_hand(dispatcher: Any, connections: dict[int, Any]) -> bool:
    """Is there a request being answered, one that waits, or an answer not yet sent?"""
    with dispatcher.lock:
        if dispatcher.queue or dispatcher.active_count:
            return True
    return any(getattr(one, "total_outbufs_len", 0) for one in list(connections.values()))


def _wait(over: Callable[[], bool], seconds: float) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / LOOK_S)):
        if over():
            return
        pause.wait(LOOK_S)
