"""How is the web served, and how does it end so that whoever was asked for something still gets the answer?

Most requests are answered by the app, each in a thread. Those that come to the `Hatch` are taken by one thread, all that
wait at once, and answered together: a thread for each would only wait for the same commit as the others, and to wake it
costs more than all that is done for the request.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import Task, ThreadedTaskDispatcher, WSGITask

ANSWERS_S = 10.0  # how long requests in hand may take once the web is to end
LOOK_S = 0.02
HANDFUL = 200  # most that are answered together
# Whoever connects and says nothing, or never comes to an end, is not to keep others out: there is room for many (below the
# 1024 files a process may have open as a rule), and none for long. What is larger than any form of ours is not read at all.
CONNECTIONS, IDLE_S, SWEEP_S, LARGEST = 800, 20, 5, 16 * 1024 * 1024 + 1
log = logging.getLogger("outreach")

Answer = tuple[str, str, bytes]
"""Status line (`200 OK`), media type, body."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A POST at the hatch. Names of headers are in capitals, with `_` for `-`; `query` and `body` are as they came."""

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Hatch:
    """POSTs to `paths` of `most_bytes` at most are answered by `take`, a handful at a time; None: the app answers."""

    paths: frozenset[str]
    most_bytes: int
    take: Callable[[Sequence[Asked]], Sequence[Answer | None]]


def start(app: Flask, host: str, port: int, threads: int, hatch: Hatch | None = None) -> Callable[[], None]:
    """Serve `app` in threads of its own; returns what ends that, when every request that came is answered."""
    connections: dict[int, Any] = {}
    dispatcher = _Dispatcher(hatch or Hatch(frozenset(), 0, lambda _: ()))
    dispatcher.set_thread_count(threads)
    server = waitress.create_server(
        app, map=connections, host=host, port=port, _dispatcher=dispatcher,
        connection_limit=CONNECTIONS, asyncore_use_poll=True, channel_timeout=IDLE_S, cleanup_interval=SWEEP_S,
        max_request_body_size=LARGEST,
    )  # fmt: skip
    doors = [one for one in connections.values() if isinstance(one, BaseWSGIServer)]  # `localhost` has two
    dispatcher.pull = doors[0].pull_trigger  # they have one loop
    for one in doors:
        one.channel_class, one.pull_trigger = _Channel, dispatcher.pull_unless_more_follow
    ending = threading.Event()

    def serve() -> None:
        try:
            server.run()
        except OSError:  # it was looking at a connection that is closed under its eyes: only the end does that
            if not ending.is_set():
                raise

    threading.Thread(target=serve, name="web", daemon=True).start()
    if hatch is not None:
        threading.Thread(target=dispatcher.serve_at_the_hatch, name="hatch", daemon=True).start()

    def end() -> None:
        ending.set()
        for one in doors:  # nobody new; whoever is connected is served to the end
            wasyncore.dispatcher.close(one)
        _wait(lambda: not _in_hand(dispatcher, connections), ANSWERS_S)
        dispatcher.shutdown(timeout=1)
        with suppress(OSError):
            server.close()

    return end


class _Dispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """Sends each request to the hatch or to a thread. All that changes is guarded by `lock`, waitress's own."""

    def __init__(self, hatch: Hatch) -> None:
        super().__init__()
        self.hatch = hatch
        self.at_hatch: list[Any] = []
        self.taken = 0  # from the hatch, and not answered yet
        self.closed = False
        self.pull: Callable[[], None] = lambda: None  # wakes whoever looks at the connections
        self.thread = 0  # of the hatch
        self.came = threading.Condition(self.lock)

    def add_task(self, channel: Any) -> None:
        if not self._for_the_hatch(channel.requests[0]):
            super().add_task(channel)
            return
        with self.lock:
            self.at_hatch.append(channel)
            self.came.notify()

    def busy(self) -> bool:
        """Is there a request being answered, or one that waits?"""
        with self.lock:
            return bool(self.queue or self.active_count or self.at_hatch or self.taken)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> Any:
        with self.lock:
            self.closed = True
            self.came.notify()
        return super().shutdown(cancel_pending, timeout)

    def serve_at_the_hatch(self) -> None:
        """Until shut down."""
        self.thread = threading.get_ident()
        while channels := self._next():
            for channel, answer in zip(channels, self._answers(channels), strict=True):
                self._give(channel, answer)
            with suppress(OSError):  # it took so long that the web has ended meanwhile
                self.pull()

    def pull_unless_more_follow(self) -> None:
        """Each answer would wake them, to look at all connections; of a handful the last one is enough."""
        if threading.get_ident() != self.thread:
            self.pull()

    def _for_the_hatch(self, request: Any) -> bool:
        if request.error or request.body_rcv is None or request.command != "POST":
            return False
        return request.path in self.hatch.paths and len(request.body_rcv) <= self.hatch.most_bytes

    def _next(self) -> list[Any]:
        with self.lock:
            self.taken = 0
            self.came.wait_for(lambda: self.at_hatch or self.closed)
            channels, self.at_hatch = self.at_hatch[:HANDFUL], self.at_hatch[HANDFUL:]
            self.taken = len(channels)
            return channels

    def _answers(self, channels: Sequence[Any]) -> Sequence[Answer | None]:
        try:
            return self.hatch.take([_asked(channel.requests[0]) for channel in channels])
        except BaseException:  # whatever it was: who asked gets an answer, and so do those who come next
            log.exception("the hatch failed; the app answers")
            return [None] * len(channels)

    def _give(self, channel: Any, answer: Answer | None) -> None:
        if answer is None:
            super().add_task(channel)
            return
        channel.requests[0].answer = answer
        try:
            channel.service()
        except BaseException:
            log.exception("an answer of the hatch could not be given")


class _Channel(HTTPChannel):  # type: ignore[misc]
    @staticmethod
    def task_class(channel: Any, request: Any) -> Any:
        """Waitress asks for the one who is to answer."""
        return (_Answered if hasattr(request, "answer") else WSGITask)(channel, request)


class _Answered(Task):  # type: ignore[misc]
    """A request whose answer is known."""

    complete = True

    def execute(self) -> None:
        self.status, kind, body = self.request.answer
        self.content_length = len(body)
        self.response_headers.append(("Content-Type", kind))
        self.write(body)


def _asked(request: Any) -> Asked:
    return Asked(request.path, request.query, request.headers, request.body_rcv.getbuf().get())


def _in_hand(dispatcher: _Dispatcher, connections: Mapping[int, Any]) -> bool:
    """Is there a request being answered, one that waits, or an answer not yet sent?"""
    return dispatcher.busy() or any(getattr(one, "total_outbufs_len", 0) for one in list(connections.values()))


def _wait(over: Callable[[], bool], seconds: float) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / LOOK_S)):
        if over():
            return
        pause.wait(LOOK_S)
