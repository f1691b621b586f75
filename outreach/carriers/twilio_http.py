"""How do requests reach Twilio? Once each, with time limits, no retries, nothing from the environment.

`PatientHttp` for questions, one at a time; `SideBySideHttp` for creates, many at once on one event loop.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import weakref
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
import requests
from requests.adapters import HTTPAdapter
from twilio.http import AsyncHttpClient, HttpClient
from twilio.http.response import Response
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from outreach.carriers import Outcome

CONNECT_S, READ_S = 3.05, 10.0
LONGEST_END_S = 2.0
CONCURRENT = "Twilio-Concurrent-Requests"
TOO_MANY, LONGEST_WAIT_S = 429, 300
Timeout = tuple[float, float]
NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL"})
NEVER_CONNECTED = (
    requests.ConnectTimeout,
    NewConnectionError,
    ConnectTimeoutError,
    aiohttp.ClientConnectorError,  # refused, no such host, no TLS
    aiohttp.ConnectionTimeoutError,
)
logger = logging.getLogger("outreach.carriers.twilio")
T = TypeVar("T")


class PatientHttp(HttpClient):  # type: ignore[misc]
    """One session for all threads: time limits, no retries, no proxies or .netrc; `base_url` replaces Twilio's host."""

    def __init__(self, base_url: str | None = None, pool: int = 8, timeout: Timeout = (CONNECT_S, READ_S)):
        super().__init__(logger, False)
        self._base = base_url
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=pool, max_retries=0))

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, asked once. Raises what `requests` raises."""
        answer = self._session.request(
            method.upper(),
            address(url, self._base),
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=timeout or self._timeout,
            allow_redirects=allow_redirects,
        )
        return Response(answer.status_code, answer.text, answer.headers)


class SideBySideHttp(AsyncHttpClient):  # type: ignore[misc]
    """One session on one event loop: as many connections as are asked for, each request once."""

    def __init__(self, base_url: str | None = None, timeout: Timeout = (CONNECT_S, READ_S)):
        super().__init__(logger, True)
        self._base = base_url
        connect, read = timeout
        self._timeout = aiohttp.ClientTimeout(total=connect + 2 * read, sock_connect=connect, sock_read=read)
        self._session: aiohttp.ClientSession | None = None
        self.wait_s = 0  # the longest it told us to wait since this was set to 0
        self.under_way = 0  # the most requests of the account under way at once, as Twilio told since this was set to 0

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, asked once. Raises what `aiohttp` raises."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=60), timeout=self._timeout, trust_env=False
            )
        async with self._session.request(
            method.upper(),
            address(url, self._base),
            params=params,
            data=urlencode(data or {}, doseq=True).encode(),
            headers={**(headers or {}), **(_basic(*auth) if auth else {})},
            allow_redirects=allow_redirects,
        ) as answer:
            told = answer.headers.get(CONCURRENT, "")
            self.under_way = max(self.under_way, int(told) if told.isdecimal() else 0)
            wait = answer.headers.get("Retry-After", "") if answer.status == TOO_MANY else ""
            self.wait_s = max(self.wait_s, min(int(wait), LONGEST_WAIT_S) if wait.isdecimal() else 0)
            return Response(answer.status, await answer.text("utf-8", "replace"), answer.headers)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()


class Loop:
    """An event loop in a thread of its own. It ends, and `last` is done, when it is let go of or the process ends."""

    def __init__(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._loop = asyncio.new_event_loop()
        thread = threading.Thread(target=self._loop.run_forever, name="twilio", daemon=True)
        thread.start()
        weakref.finalize(self, _end, self._loop, thread, last)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns; waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _end(
    loop: asyncio.AbstractEventLoop, thread: threading.Thread, last: Callable[[], Coroutine[Any, Any, None]]
) -> None:
    async def ending() -> None:
        try:
            await last()
        finally:
            loop.stop()

    asyncio.run_coroutine_threadsafe(ending(), loop)
    if thread is not threading.current_thread():
        thread.join(LONGEST_END_S)
        if not thread.is_alive():
            loop.close()


@lru_cache(maxsize=16)
def _basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


@lru_cache(maxsize=256)
def address(url: str, base_url: str | None) -> str:
    """The URL at `base_url` instead of at Twilio's host."""
    if base_url is None:
        return url
    asked, base = urlsplit(url), urlsplit(base_url.rstrip("/"))
    path = asked.path if base.path and asked.path.startswith(base.path + "/") else base.path + asked.path
    return urlunsplit((base.scheme, base.netloc, path, asked.query, ""))


def transport_outcome(error: BaseException) -> Outcome:
    """Did the request certainly never leave? Only if the connection was never made, or its certificate refused."""
    never = any(_never_left(cause) for cause in _causes(error))
    return Outcome.NEVER_HAPPENED if never else Outcome.IN_DOUBT


def _never_left(cause: BaseException) -> bool:
    if isinstance(cause, NEVER_CONNECTED):
        return True
    if isinstance(cause, ssl.SSLError):  # a TLS connection may also break later: only what the handshake says counts
        return isinstance(cause, ssl.SSLCertVerificationError) or getattr(cause, "reason", None) in NO_TLS
    return False


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything wrapped in it."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting.extend(e for e in inner if isinstance(e, BaseException))
