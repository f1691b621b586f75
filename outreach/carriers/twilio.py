"""How do we ask Twilio to send, call, redirect and tell, without ever asking twice for the same thing?

Twilio's create requests take no idempotency key, so nothing here retries: what happened is classified (`Outcome`).
Twilio hands our own reference back in the query of every URL we give it (`k`).
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from outreach.carriers import (
    CodeMeaning,
    Finding,
    Outcome,
    OutgoingCall,
    OutgoingSms,
    Placed,
    Report,
    ReportKind,
    Wanted,
)
from outreach.carriers import twilio_preflight as preflight_checks
from outreach.carriers.twilio_codes import ANSWERED_BY, CALL_STATUS, MESSAGE_STATUS, meaning
from outreach.core.terms import CarrierError, Channel

DELIVERY = "#rc=5&rp=all"  # ask for five more tries on any failure; the default is one, on connect failures only
CONNECT_S, READ_S = 3.05, 10.0
LONGEST_CALL_S = 1800
LONGEST_VALIDITY_S = 36_000
MOST_FOUND = 200
CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
TOO_MANY, TIMED_OUT = 429, 408
NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL"})
CREDENTIALS = {401: 20003, 403: 20003}  # when the answer's body names no code


class PatientHttp(HttpClient):  # type: ignore[misc]
    """One session for all threads: time limits, no retries, no proxies or .netrc; `base_url` replaces Twilio's host."""

    def __init__(self, base_url: str | None = None, pool: int = 8, timeout: tuple[float, float] = (CONNECT_S, READ_S)):
        super().__init__(logging.getLogger("outreach.carriers.twilio"), False)
        self._base = urlsplit(base_url.rstrip("/")) if base_url else None
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
            self._address(url),
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=timeout or self._timeout,
            allow_redirects=allow_redirects,
        )
        return Response(answer.status_code, answer.text, answer.headers)

    def _address(self, url: str) -> str:
        if self._base is None:
            return url
        asked, prefix = urlsplit(url), self._base.path
        path = asked.path if prefix and asked.path.startswith(prefix + "/") else prefix + asked.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))


class Twilio:
    """Twilio, or whatever speaks its API at `api_url`. `public_url` is where it reaches our webhooks."""

    name = "twilio"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        public_url: str,
        api_url: str | None = None,
        api_key: str | None = None,
        api_secret: str | None = None,
        workers: int = 8,
        timeout: tuple[float, float] = (CONNECT_S, READ_S),
    ) -> None:
        user, password = (api_key, api_secret) if api_key and api_secret else (account_sid, auth_token)
        self.public_url = public_url.rstrip("/")
        self._client = Client(
            user,
            password,
            account_sid,
            http_client=PatientHttp(api_url, workers, timeout),
            environment={"TWILIO_REGION": ""},  # a region or edge from the environment would rewrite our host
        )
        self._messages, self._calls = self._client.messages, self._client.calls  # made once, before threads share them
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="twilio")

    def url(self, path: str, delivery: bool = True, **query: str) -> str:
        """One of our webhooks, absolute, with how hard Twilio is to try delivering to it."""
        return f"{self.public_url}/webhooks/twilio/{path}?{urlencode(query)}{DELIVERY if delivery else ''}"

    def send(self, batch: Sequence[OutgoingSms]) -> list[Placed]:
        """Send each once, side by side; same order."""
        return list(self._pool.map(lambda sms: create(sms.key, lambda: self._send(sms)), batch))

    def place(self, batch: Sequence[OutgoingCall]) -> list[Placed]:
        """Place each call once, side by side; same order."""
        return list(self._pool.map(lambda call: create(call.key, lambda: self._place(call)), batch))

    def _send(self, sms: OutgoingSms) -> Any:
        return self._messages.create(
            to=sms.to,
            from_=sms.sender,
            body=sms.body,
            status_callback=self.url("sms/status", k=sms.key),
            validity_period=min(max(int(sms.valid_for.total_seconds()), 1), LONGEST_VALIDITY_S),
        )

    def _place(self, call: OutgoingCall) -> Any:
        listening = {
            "machine_detection": "DetectMessageEnd",
            "async_amd": "true",
            "async_amd_status_callback": self.url("voice/amd", k=call.key),
            "async_amd_status_callback_method": "POST",
        }
        return self._calls.create(
            to=call.to,
            from_=call.sender,
            url=self.url("voice/answer", k=call.key),
            method="POST",
            status_callback=self.url("voice/status", k=call.key),
            status_callback_method="POST",
            status_callback_event=CALL_EVENTS,
            timeout=max(int(call.ring_for.total_seconds()), 5),
            time_limit=LONGEST_CALL_S,
            **(listening if call.detect_machine else {}),
        )

    def cancel(self, channel: Channel, sid: str) -> bool:
        """Drop what has not begun. Twilio takes back only scheduled texts and calls not yet answered."""
        resource = self._messages if channel is Channel.SMS else self._calls
        return said_yes(lambda: resource(sid).update(status="canceled"))

    def redirect(self, sid: str, key: str, menu: str) -> bool:
        """Make a live call ask our webhook for `menu` anew."""
        return said_yes(lambda: self._calls(sid).update(url=self.url("voice/menu", k=key, m=menu), method="POST"))

    def fetch(self, channel: Channel, sid: str) -> Report | None:
        """What became of `sid`; None: Twilio does not know it. Raises CarrierError if it can't be asked."""
        resource, read = (self._messages, message_report) if channel is Channel.SMS else (self._calls, call_report)
        try:
            return read(resource(sid).fetch())
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise trouble(error) from None
        except FAILURES as error:
            raise trouble(error) from None

    def find(self, channel: Channel, to: str, since: datetime) -> Iterable[tuple[Report, str]]:
        """What was created to this number since then, with its body. Raises CarrierError if it can't be asked.

        Not asked by date: Twilio's date filters go by the sending, which what still waits or failed early never had.
        """
        resource, read = (self._messages, message_report) if channel is Channel.SMS else (self._calls, call_report)
        try:
            found = resource.list(to=to, limit=MOST_FOUND, page_size=MOST_FOUND)
        except FAILURES as error:
            raise trouble(error) from None
        return list(_created_since(found, since.replace(microsecond=0), read))

    def meaning(self, code: int) -> CodeMeaning:
        """What one of Twilio's error codes means."""
        return meaning(code)

    def preflight(self, wanted: Wanted) -> list[Finding]:
        """What is missing or forbidden before going live, in words."""
        return preflight_checks.preflight(self._client, self.public_url, wanted)


FAILURES = (TwilioException, requests.RequestException, ValueError, TypeError, AttributeError)


def create(key: str, ask: Callable[[], Any]) -> Placed:
    """Ask once and say what came of it. Never raises."""
    try:
        sid = ask().sid
    except TwilioRestException as error:
        return _refused(key, error)
    except Exception as error:  # whatever else went wrong, the request may have left
        return Placed(key, transport_outcome(error), message=type(error).__name__)
    if not sid:
        return Placed(key, Outcome.IN_DOUBT, message="an answer without a sid")
    return Placed(key, Outcome.PLACED, sid=str(sid))


def _refused(key: str, error: TwilioRestException) -> Placed:
    status = int(error.status)
    code = CREDENTIALS.get(status) if error.code == status else error.code
    if status == TOO_MANY:
        return Placed(key, Outcome.NEVER_HAPPENED, code=code, message="too many requests")
    if 400 <= status < 500 and status != TIMED_OUT:
        words = meaning(code or 0).what  # Twilio's own text quotes the number
        return Placed(key, Outcome.REJECTED, code=code, message=words)
    return Placed(key, Outcome.IN_DOUBT, code=code, message=f"HTTP {status}")


def transport_outcome(error: BaseException) -> Outcome:
    """Did the request certainly never leave? Only if the connection was never made, or its certificate refused."""
    never = any(_never_left(cause) for cause in _causes(error))
    return Outcome.NEVER_HAPPENED if never else Outcome.IN_DOUBT


def _never_left(cause: BaseException) -> bool:
    if isinstance(cause, (requests.ConnectTimeout, NewConnectionError, ConnectTimeoutError)):
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


def said_yes(ask: Callable[[], Any]) -> bool:
    """Did Twilio agree? A refusal, or no answer, is no."""
    try:
        ask()
    except FAILURES:
        return False
    return True


def trouble(error: Exception) -> CarrierError:
    """Why Twilio could not be asked, without numbers or bodies."""
    status = getattr(error, "status", None) or getattr(error.args[-1] if error.args else None, "status_code", None)
    if status is None:
        return CarrierError(f"Twilio could not be asked: {type(error).__name__}", permanent=False)
    permanent = 400 <= int(status) < 500 and int(status) not in (TOO_MANY, TIMED_OUT)
    code = getattr(error, "code", None)
    return CarrierError(f"Twilio answered HTTP {status}", permanent=permanent, code=code)


def _created_since(
    found: Iterable[Any], since: datetime, read: Callable[[Any], Report]
) -> Iterator[tuple[Report, str]]:
    for one in found:
        if isinstance(one.date_created, datetime) and one.date_created >= since:
            yield read(one), str(getattr(one, "body", None) or "")


def message_report(message: Any) -> Report:
    """Twilio's record of a text."""
    status = str(message.status)
    return Report(
        ReportKind.MESSAGE_STATUS,
        str(message.sid),
        f"twilio:{message.sid}:{status}",
        progress=MESSAGE_STATUS.get(status),
        code=int(message.error_code) if message.error_code else None,
        at=_instant(message.date_updated),
        sender=message.from_,
        to=message.to,
    )


def call_report(call: Any) -> Report:
    """Twilio's record of a call."""
    status = str(call.status)
    return Report(
        ReportKind.CALL_STATUS,
        str(call.sid),
        f"twilio:{call.sid}:{status}",
        progress=CALL_STATUS.get(status),
        at=_instant(call.end_time) or _instant(call.date_updated),
        sender=getattr(call, "from_", None) or getattr(call, "_from", None),
        to=call.to,
        answered_by=ANSWERED_BY.get(str(call.answered_by)),
        duration_s=int(call.duration) if call.duration else None,
    )


def _instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None
