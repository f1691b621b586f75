"""A carrier that takes every message at once and keeps nothing but their number: the least a carrier can cost.

`python tests/benchmarks/standin.py` prints its port and serves until its input ends. One process, so that what it costs
is its own core's.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count

BODY = (
    '{"sid":"SM%032x","account_sid":"AC","status":"queued","to":"+15005550006","from":"+15005550001","body":"",'
    '"num_segments":"1","num_media":"0","direction":"outbound-api","date_created":"Tue, 09 Mar 2027 15:00:00 +0000",'
    '"date_updated":"Tue, 09 Mar 2027 15:00:00 +0000","date_sent":null,"price":null,"price_unit":"USD",'
    '"error_code":null,"error_message":null,"api_version":"2010-04-01","messaging_service_sid":null,'
    '"uri":"/2010-04-01/Accounts/AC/Messages/SM.json","subresource_uris":{}}'
)
HEAD = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nTwilio-Concurrent-Requests: 1\r\nContent-Length: %d\r\n\r\n"
NOTHING = b'{"messages":[],"calls":[],"page":0,"page_size":1000,"next_page_uri":null}'  # to whatever is asked
sids = count(1)


class Line(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self) -> None:
        self.got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.got += data
        while (end := self.got.find(b"\r\n\r\n")) >= 0:
            head = self.got[:end].lower()
            place = head.find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self.got) < end + 4 + length:
                return
            self.got = self.got[end + 4 + length :]
            body = (BODY % next(sids)).encode() if head.startswith(b"post") else NOTHING
            self.transport.write((HEAD % len(body)).encode() + body)


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Line, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
