"""What goes wrong between us and the carrier's API, and how? A table of faults, and the HTTP line that commits them.

The line speaks just enough HTTP/1.1 to take a request whole, hand it to the carrier behind it, and then answer, answer
wrongly, late, or not at all. Whether the carrier took the request is decided here, so it is known here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

MOST_HEAD = 64 * 1024
LONGER_THAN_ANYBODY_WAITS_S = (11.0, 13.0)  # our client gives up after ten seconds of silence


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def creates(self) -> bool:
        """Does it ask for something new, which is never to happen twice?"""
        return self.method == "POST" and self.path.endswith(("/Messages.json", "/Calls.json"))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    kind: str = "application/json"

    def as_bytes(self) -> bytes:
        head = f"HTTP/1.1 {self.status} X\r\nContent-Type: {self.kind}\r\nContent-Length: {len(self.body)}\r\n\r\n"
        return head.encode() + self.body


def refusal(status: int, code: int) -> Answer:
    return Answer(status, json.dumps({"code": code, "message": "no", "more_info": "", "status": status}).encode())


PAGE = Answer(200, b"<html><body>Welcome to the airport. Accept the terms to go online.</body></html>", "text/html")
TORN = Answer(201, b'{"sid": "SM', "application/json")
NAMELESS = Answer(201, b'{"status": "queued"}')


@dataclass(frozen=True, slots=True)
class Fault:
    """`taken`: the carrier does what was asked. `held`: no answer for longer than our client waits, before or after it
    is taken. `says`: the answer, None: the connection is reset."""

    chance: float
    taken: bool
    says: Answer | None
    held: str = ""  # "before" | "after"


CREATES: dict[str, Fault] = {
    "429": Fault(0.03, False, refusal(429, 20429)),
    "500 before it was taken": Fault(0.03, False, refusal(500, 20500)),
    "500 after it was taken": Fault(0.03, True, refusal(500, 20500)),
    "reset before it was taken": Fault(0.02, False, None),
    "reset after it was taken": Fault(0.03, True, None),
    "hangs, then takes it": Fault(0.005, True, None, "before"),
    "takes it, then hangs": Fault(0.005, True, None, "after"),
    "garbage 2xx, not taken": Fault(0.015, False, PAGE),
    "garbage 2xx, taken": Fault(0.015, True, TORN),
    "2xx without a sid, taken": Fault(0.015, True, NAMELESS),
}
QUESTIONS: dict[str, Fault] = {  # asked about what became of it
    "question: 429": Fault(0.04, False, refusal(429, 20429)),
    "question: 500": Fault(0.04, False, refusal(500, 20500)),
    "question: reset": Fault(0.04, False, None),
    "question: garbage 2xx": Fault(0.04, False, PAGE),
    "question: hangs": Fault(0.004, False, None, "after"),
}
OUTAGE = refusal(503, 20503)


@dataclass
class Line:
    """A port that can be closed and opened again. `serve` answers one request, or None: reset the connection."""

    port: int
    serve: Callable[[Request], Awaitable[Answer | None]]
    answered: Callable[[Request], None] = lambda _request: None
    server: asyncio.Server | None = None
    open_: set[asyncio.StreamWriter] = field(default_factory=set)

    async def open(self) -> None:
        if self.server is None:
            self.server = await asyncio.start_server(self._connected, "127.0.0.1", self.port, limit=MOST_HEAD)

    async def close(self) -> None:
        """Whoever connects is refused from now on, and who was connected is cut off."""
        if self.server is not None:
            self.server.close()
            self.server = None
        for writer in list(self.open_):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_.add(writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, OSError):
                while (request := await read(reader)) is not None:
                    answer = await self.serve(request)
                    if answer is None:
                        break
                    writer.write(answer.as_bytes())
                    await writer.drain()
                    self.answered(request)
        finally:
            self.open_.discard(writer)
            writer.transport.abort()


async def read(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection, whole; None when there is none."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _version = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length") or 0))
    return Request(method, target, headers, body)
