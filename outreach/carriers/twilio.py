"""Twilio, through its own library, with its traps avoided: how is a message or a call created once, and asked about?

Twilio has no idempotency key for a create, so a create is never repeated here: what happened is classified and told.
The library's own transports have no timeout and, the asynchronous one, retry creates; ours does neither.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError
from urllib3.util.retry import Retry

from outreach.carriers import (
    CodeMeaning,
    Finding,
    Outcome,
    OutgoingCall,
    OutgoingSms,
    Placed,
    Problem,
    Report,
    ReportKind,
)
from outreach.carriers import twilio_tables as tables
from outreach.core.terms import CarrierError, Channel, Collector

T = TypeVar("T")
CONNECT_SECONDS, READ_SECONDS = 3.05, 10.0
RETRY_CALLBACKS = "#rc=5&rp=all"  # a webhook we could not take is told again; the fragment is neither sent nor signed
MAX_VALIDITY, MIN_VALIDITY = 36_000, 6
LISTED = 200  # at most so many records are looked through to settle a doubt
CALL_LIMIT = timedelta(minutes=30)
EVENTS = ["initiated", "ringing", "answered", "completed"]
DIGITS = re.compile(r"\+?\d{6,}")


class Transport(HttpClient):  # type: ignore[misc]
    """Requests with timeouts, a pool for many threads, connection retries only, and another base URL if given."""

    def __init__(self, base_url: str | None, pool: int) -> None:
        super().__init__(logging.getLogger("outreach.twilio.silent"), False)
        self._base = urlsplit(base_url) if base_url else None
        self._session = requests.Session()
        self._session.trust_env = False
        retry = Retry(total=2, connect=2, read=0, redirect=0, status=0, other=0, backoff_factor=0.2)
        for prefix in ("https://", "http://"):
            self._session.mount(prefix, HTTPAdapter(pool_connections=4, pool_maxsize=pool, max_retries=retry))

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = False,
    ) -> Response:
        sent = dict(headers or {})
        if self._base:
            asked = urlsplit(url)
            sent["Host"] = self._base.netloc
            path = self._base.path.rstrip("/") + asked.path
            url = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        answer = self._session.request(
            method.upper(),
            url,
            params=params,
            data=data,
            headers=sent,
            auth=auth,
            timeout=timeout or (CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=allow_redirects,
        )
        return Response(answer.status_code, answer.text, answer.headers)


class Twilio:
    """A `Carrier`. `api_url`: another base URL than Twilio's (a simulator, a compatible carrier), prefix and all."""

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
    ) -> None:
        self.public_url = public_url.rstrip("/")
        self._client = Client(
            api_key or account_sid,
            (api_secret if api_key else auth_token) or auth_token,
            account_sid,
            http_client=Transport(api_url, workers * 2),
        )
        self._client.edge = self._client.region = None  # read silently from the environment, and would rewrite the host
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="twilio")

    # creating
    def send(self, batch: Sequence[OutgoingSms]) -> list[Placed]:
        """Send each once, several at a time; answers in the order of the batch."""
        return list(self._pool.map(self._send, batch))

    def place(self, batch: Sequence[OutgoingCall]) -> list[Placed]:
        """Place each call once, several at a time; answers in the order of the batch."""
        return list(self._pool.map(self._place, batch))

    def _send(self, sms: OutgoingSms) -> Placed:
        valid = min(max(int(sms.valid_for.total_seconds()), MIN_VALIDITY), MAX_VALIDITY)
        return _created(
            sms.key,
            lambda: self._client.messages.create(
                to=sms.to,
                from_=sms.sender,
                body=sms.body,
                validity_period=valid,
                status_callback=self._url("sms/status", sms.key),
            ),
        )

    def _place(self, call: OutgoingCall) -> Placed:
        detection: dict[str, Any] = {}
        if call.detect_machine:
            detection = {
                "machine_detection": "DetectMessageEnd",
                "async_amd": "true",
                "async_amd_status_callback": self._url("voice/amd", call.key),
                "async_amd_status_callback_method": "POST",
            }
        return _created(
            call.key,
            lambda: self._client.calls.create(
                to=call.to,
                from_=call.sender,
                url=self._url("voice/answer", call.key, again=False),
                method="POST",
                timeout=int(call.ring_for.total_seconds()),
                time_limit=int(CALL_LIMIT.total_seconds()),
                status_callback=self._url("voice/status", call.key),
                status_callback_method="POST",
                status_callback_event=EVENTS,
                **detection,
            ),
        )

    def _url(self, what: str, key: str, *, again: bool = True, **more: str) -> str:
        query = urlencode({"k": key, **more}, quote_via=quote)
        return f"{self.public_url}/webhooks/twilio/{what}?{query}{RETRY_CALLBACKS if again else ''}"

    # changing
    def cancel(self, channel: Channel, sid: str) -> bool:
        """Drop what is still queued. False when it is too late."""
        return _said_yes(
            (lambda: self._client.messages(sid).update(status="canceled"))
            if channel is Channel.SMS
            else (lambda: self._client.calls(sid).update(status="canceled"))
        )

    def redirect(self, sid: str, key: str, menu: str) -> bool:
        """Make a live call ask for `menu`."""
        url = self._url("voice/menu", key, again=False, m=menu)
        return _said_yes(lambda: self._client.calls(sid).update(url=url, method="POST"))

    # asking
    def fetch(self, channel: Channel, sid: str) -> Report | None:
        """What became of `sid`; None if Twilio does not know it. Raises CarrierError if it can't be asked."""
        try:
            if channel is Channel.SMS:
                return _message_report(self._client.messages(sid).fetch())
            return _call_report(self._client.calls(sid).fetch())
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise _carrier_error(error) from None
        except (TwilioException, requests.RequestException, ValueError) as error:
            raise _carrier_error(error) from None

    def find(self, channel: Channel, to: str, since: datetime) -> Iterator[tuple[Report, str]]:
        """What was created to this number since then, newest first, with the body. Raises CarrierError.

        Asked without a date: `DateSent` is null for what was never sent, and the filter would miss it.
        """
        try:
            records: Iterable[Any] = (
                self._client.messages.stream(to=to, page_size=LISTED)
                if channel is Channel.SMS
                else self._client.calls.stream(to=to, page_size=LISTED)
            )
            for record in islice(records, LISTED):
                if record.date_created is not None and _utc(record.date_created) < since.astimezone(UTC):
                    continue
                if channel is Channel.SMS:
                    if str(record.direction).startswith("outbound"):
                        yield _message_report(record), str(record.body or "")
                else:
                    yield _call_report(record), ""
        except (TwilioException, requests.RequestException, ValueError) as error:
            raise _carrier_error(error) from None

    def meaning(self, code: int) -> CodeMeaning:
        """What one of its error codes means."""
        return tables.meaning(code)

    def preflight(self, collectors: Iterable[str], channels: Iterable[Channel]) -> list[Finding]:
        """What is missing or forbidden before going live, in words."""
        try:
            account = self._client.api.accounts(self._client.account_sid).fetch()
            numbers = list(islice(self._client.incoming_phone_numbers.stream(), LISTED))
        except (TwilioException, requests.RequestException, ValueError) as error:
            remedy = "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, and that this machine reaches the carrier"
            return [Finding(Problem.MISSING, f"the carrier can't be asked: {_clean(error)}", remedy)]
        found = [] if account.status == "active" else [Finding(Problem.MISSING, f"the account is {account.status}")]
        found += self._own_numbers(numbers, set(channels))
        if not self.public_url.startswith("https://"):
            remedy = "use a public https address; for a simulator on this machine http will do"
            found.append(Finding(Problem.WARNING, f"OUTREACH_PUBLIC_URL {self.public_url} is not https", remedy))
        if Collector.THIRD_PARTY in set(collectors) and Channel.SMS in set(channels):
            what = "US carriers allow no texts that collect debts for a third party (error 30863), with any consent"
            found.append(Finding(Problem.FORBIDDEN, what, "text only in the creditor's own name; call for the others"))
        return found or [Finding(Problem.OK, "account, numbers and webhooks are ready")]

    def _own_numbers(self, numbers: Sequence[Any], channels: set[Channel]) -> Iterator[Finding]:
        if not numbers:
            yield Finding(Problem.MISSING, "the account owns no phone number", "buy one, or move one in")
        wanted = {"sms": "sms_url", "voice": "voice_url"}
        for number in numbers:
            for capability, field in wanted.items():
                channel = Channel.SMS if capability == "sms" else Channel.CALL
                if channel not in channels or not (number.capabilities or {}).get(capability):
                    continue
                kind = "sms/inbound" if capability == "sms" else "voice/inbound"
                url = f"{self.public_url}/webhooks/twilio/{kind}"
                if (getattr(number, field) or "") != url:
                    yield Finding(
                        Problem.WARNING,
                        f"{_masked(number.phone_number)}: incoming {capability} does not come to us",
                        f"set its {capability} webhook to {url}",
                    )


def _created(key: str, create: Callable[[], Any]) -> Placed:
    """Create once and classify. Only 429 and failures to connect are known never to have happened."""
    try:
        record = create()
    except TwilioRestException as error:
        return _refused(key, error)
    except requests.ConnectTimeout as error:
        return Placed(key, Outcome.NEVER_HAPPENED, message=_clean(error))
    except requests.ConnectionError as error:
        never = _never_connected(error)
        return Placed(key, Outcome.NEVER_HAPPENED if never else Outcome.IN_DOUBT, message=_clean(error))
    except (requests.RequestException, TwilioException, ValueError, TypeError, KeyError) as error:
        return Placed(key, Outcome.IN_DOUBT, message=_clean(error))
    if not getattr(record, "sid", None):
        return Placed(key, Outcome.IN_DOUBT, message="an answer without a sid")
    return Placed(key, Outcome.PLACED, sid=str(record.sid))


def _refused(key: str, error: TwilioRestException) -> Placed:
    if error.status == 429:
        return Placed(key, Outcome.NEVER_HAPPENED, code=error.code, message="429 too many requests")
    if 400 <= error.status < 500:
        return Placed(key, Outcome.REJECTED, code=error.code, message=_clean(error))
    return Placed(key, Outcome.IN_DOUBT, code=error.code, message=f"HTTP {error.status}")


def _never_connected(error: requests.ConnectionError) -> bool:
    """Refused, unknown host or a failed TLS handshake: nothing was sent."""
    if isinstance(error, requests.exceptions.SSLError):
        return True
    cause: Any = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | SSLError)


def _said_yes(ask: Callable[[], Any]) -> bool:
    try:
        ask()
    except (TwilioException, requests.RequestException, ValueError):
        return False
    return True


def _message_report(record: Any) -> Report:
    progress = tables.MESSAGE_PROGRESS.get(str(record.status))
    code = int(record.error_code) if record.error_code else None
    return Report(ReportKind.MESSAGE_STATUS, record.sid, f"{record.sid}:{record.status}", progress=progress, code=code)


def _call_report(record: Any) -> Report:
    progress = tables.CALL_PROGRESS.get(str(record.status))
    duration = int(record.duration) if record.duration else None
    by = tables.ANSWERED_BY.get(str(record.answered_by)) if record.answered_by else None
    dedupe = f"{record.sid}:{record.status}"
    return Report(ReportKind.CALL_STATUS, record.sid, dedupe, progress=progress, duration_s=duration, answered_by=by)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _carrier_error(error: Exception) -> CarrierError:
    status = getattr(error, "status", 0)
    return CarrierError(_clean(error), permanent=400 <= int(status or 0) < 500 and status != 429)


def _clean(error: Exception) -> str:
    """One line without a phone number in it."""
    text = str(getattr(error, "msg", None) or error).strip().splitlines() or [type(error).__name__]
    return DIGITS.sub("(number)", text[0])[:200]


def _masked(number: object) -> str:
    text = str(number)
    return text[:2] + "*" * max(0, len(text) - 6) + text[-4:]
