"""How do we ask Twilio to send, call, redirect and tell, without ever asking twice for the same thing?

Twilio's create requests take no idempotency key, so nothing here retries: what happened is classified (`Outcome`).
Twilio hands our own reference back in the query of every URL we give it (`k`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from urllib.parse import urlencode

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from outreach.carriers import (
    CodeMeaning,
    Finding,
    Left,
    Outcome,
    OutgoingCall,
    OutgoingSms,
    Placed,
    Price,
    Record,
    Report,
    ReportKind,
    Wanted,
    always,
)
from outreach.carriers import twilio_preflight as preflight_checks
from outreach.carriers.twilio_codes import ANSWERED_BY, CALL_STATUS, MESSAGE_STATUS, meaning
from outreach.carriers.twilio_http import (
    CONNECT_S,
    READ_S,
    TOO_MANY,
    Loop,
    PatientHttp,
    SideBySideHttp,
    Timeout,
    transport_outcome,
)
from outreach.core.terms import CarrierError, Channel

DELIVERY = "#rc=5&rp=all"  # ask for five more tries on any failure; the default is one, on connect failures only
SIDE_BY_SIDE, WIDER = 32, 4  # creates under way at once, at most, and how many more after each batch that went well
CROWDED, TOO_MANY_CODE = 80, 20429  # of the account's 100 requests at once, which others of it use as well
LONGEST_CALL_S = 1800
LONGEST_VALIDITY_S = 36_000
MOST_FOUND = 200
PAGE = 1000
ASKED_FOR = frozenset({"outbound-api", "outbound-call"})  # directions of what somebody asked for
SINGLY = 50  # so many prices are asked for one by one, in one go
MILLION = 1_000_000
CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
NOT_FOUND, TIMED_OUT = 404, 408
UNNAMED = {401: 20003, 403: 20003, TOO_MANY: TOO_MANY_CODE}  # when the answer's body names no code


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
        timeout: Timeout = (CONNECT_S, READ_S),
    ) -> None:
        user, password = (api_key, api_secret) if api_key and api_secret else (account_sid, auth_token)
        self.public_url = public_url.rstrip("/")
        self._client = _client(user, password, account_sid, PatientHttp(api_url, timeout=timeout))
        self._messages, self._calls = self._client.messages, self._client.calls  # made once, before threads share them
        self._http = SideBySideHttp(api_url, timeout)
        self._creating = _client(user, password, account_sid, self._http)
        self._loop: Loop | None = None
        self._starting = threading.Lock()
        self.wide = SIDE_BY_SIDE  # creates under way at once, now: halved when the account is crowded

    def url(self, path: str, delivery: bool = True, **query: str) -> str:
        """One of our webhooks, absolute, with how hard Twilio is to try delivering to it."""
        return f"{self.public_url}/webhooks/twilio/{path}?{urlencode(query)}{DELIVERY if delivery else ''}"

    def send(self, batch: Sequence[OutgoingSms]) -> list[Placed]:
        """Send each once, side by side; same order."""
        return self._side_by_side([create(sms.key, partial(self._send, sms), sms.timely) for sms in batch])

    def place(self, batch: Sequence[OutgoingCall]) -> list[Placed]:
        """Place each call once, side by side; same order."""
        return self._side_by_side([create(call.key, partial(self._place, call), call.timely) for call in batch])

    def _side_by_side(self, asked: Sequence[Coroutine[Any, Any, Placed]]) -> list[Placed]:
        with self._starting:
            self._loop = self._loop or Loop(self._http.close)
        self._http.under_way = self._http.wait_s = 0
        answers = self._loop.run(_together(asked, self.wide))
        crowded = self._http.under_way >= CROWDED or any(answer.code == TOO_MANY_CODE for answer in answers)
        self.wide = max(self.wide // 2, 1) if crowded else min(self.wide + WIDER, SIDE_BY_SIDE)
        wait = timedelta(seconds=self._http.wait_s)
        return [replace(one, wait=wait) if wait and one.code == TOO_MANY_CODE else one for one in answers]

    async def _send(self, sms: OutgoingSms) -> Any:
        return await self._creating.messages.create_async(
            to=sms.to,
            from_=sms.sender,
            body=sms.body,
            status_callback=self.url("sms/status", k=sms.key),
            validity_period=min(max(int(sms.valid_for.total_seconds()), 1), LONGEST_VALIDITY_S),
        )

    async def _place(self, call: OutgoingCall) -> Any:
        listening = {
            "machine_detection": "DetectMessageEnd",
            "async_amd": "true",
            "async_amd_status_callback": self.url("voice/amd", k=call.key),
            "async_amd_status_callback_method": "POST",
        }
        return await self._creating.calls.create_async(
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
            found = _there(resource(sid).fetch)
            return None if found is None else read(found)
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

    def heard(self, ours: str, since: datetime) -> list[Report]:
        """What was texted to this number of ours since then, oldest first. Raises CarrierError if it can't be asked."""
        try:  # an instant that is not UTC would be asked for as if it were
            found = self._messages.list(to=ours, date_sent_after=since.astimezone(UTC), page_size=PAGE)
        except FAILURES as error:
            raise trouble(error) from None
        return [inbound_report(one) for one in reversed(found) if one.direction == "inbound"]

    def left(self, channel: Channel, ours: str, since: datetime, until: datetime) -> list[Left]:
        """What left from this number of ours between the two, by anybody's request; neither Twilio's own answers
        ("You have been unsubscribed") nor the second leg of a call, which is to an agent. Raises CarrierError."""
        read = message_report if channel is Channel.SMS else call_report
        try:
            found = [one for one in self._between(channel, since, until, None, ours) if one.direction in ASKED_FOR]
        except FAILURES as error:
            raise trouble(error) from None
        return [Left(channel, _left_at(one) or since, read(one)) for one in found]

    def records(self, channel: Channel, sids: Collection[str], since: datetime, until: datetime) -> dict[str, Record]:
        """What became of these, and what they cost: prices come minutes after the end. Raises CarrierError.

        A thousand records come in one answer when many are asked for; what it leaves out is fetched singly, some at a
        time.
        """
        resource, read = (self._messages, message_report) if channel is Channel.SMS else (self._calls, call_report)
        seen: dict[str, Any] = {}
        try:
            if len(sids) > SINGLY:
                most = 2 * len(sids) + PAGE  # others use the account as well
                seen = {one.sid: one for one in self._between(channel, since, until, most) if one.sid in sids}
            for sid in [sid for sid in sids if sid not in seen][:SINGLY]:
                if (one := _there(resource(sid).fetch)) is not None:
                    seen[sid] = one
            return {sid: Record(read(one), read_price(one)) for sid, one in seen.items()}
        except FAILURES as error:
            raise trouble(error) from None

    def _between(
        self, channel: Channel, since: datetime, until: datetime, most: int | None, ours: str | None = None
    ) -> Iterator[Any]:
        """What was sent between the two (from `ours`, if given). An instant that is not UTC would be asked for as if it
        were."""
        first, last = since.astimezone(UTC), until.astimezone(UTC)
        by: dict[str, Any] = {"limit": most, "page_size": PAGE} | ({"from_": ours} if ours else {})
        if channel is Channel.SMS:
            yield from self._messages.stream(date_sent_after=first, date_sent_before=last, **by)
        else:
            yield from self._calls.stream(start_time_after=first, start_time_before=last, **by)

    def meaning(self, code: int) -> CodeMeaning:
        """What one of Twilio's error codes means."""
        return meaning(code)

    def preflight(self, wanted: Wanted) -> list[Finding]:
        """What is missing or forbidden before going live, in words."""
        return preflight_checks.preflight(self._client, self.public_url, wanted)


FAILURES = (TwilioException, requests.RequestException, ValueError, TypeError, AttributeError)


def _client(user: str, password: str, account_sid: str, http: PatientHttp | SideBySideHttp) -> Client:
    """A region or edge from the environment would rewrite our host: none is read."""
    return Client(user, password, account_sid, http_client=http, environment={"TWILIO_REGION": ""})


async def _together(asked: Sequence[Coroutine[Any, Any, Placed]], wide: int) -> list[Placed]:
    """All the answers, in order; at most `wide` under way at a time."""
    answers: list[Placed | None] = [None] * len(asked)
    waiting = iter(enumerate(asked))

    async def one_line() -> None:
        for place, one in waiting:
            answers[place] = await one

    await asyncio.gather(*(one_line() for _ in range(min(wide, len(asked)))))
    return [answer for answer in answers if answer is not None]


async def create(key: str, ask: Callable[[], Awaitable[Any]], timely: Callable[[], bool] = always) -> Placed:
    """Ask once, if its time is not past, and say what came of it. Never raises."""
    if not timely():
        return Placed(key, Outcome.NEVER_HAPPENED, message="its turn came too late")
    try:
        sid = (await ask()).sid
    except TwilioRestException as error:
        return _refused(key, error)
    except Exception as error:  # whatever else went wrong, the request may have left
        return Placed(key, transport_outcome(error), message=type(error).__name__)
    if not sid:
        return Placed(key, Outcome.IN_DOUBT, message="an answer without a sid")
    return Placed(key, Outcome.PLACED, sid=str(sid))


def _refused(key: str, error: TwilioRestException) -> Placed:
    status = int(error.status)
    code = UNNAMED.get(status) if error.code == status else error.code
    if status == TOO_MANY:
        return Placed(key, Outcome.NEVER_HAPPENED, code=code, message="too many requests")
    if 400 <= status < 500 and status != TIMED_OUT:
        words = meaning(code or 0).what  # Twilio's own text quotes the number
        return Placed(key, Outcome.REJECTED, code=code, message=words)
    return Placed(key, Outcome.IN_DOUBT, code=code, message=f"HTTP {status}")


def _there(ask: Callable[[], Any]) -> Any | None:
    """What Twilio has, None if it does not know it."""
    try:
        return ask()
    except TwilioRestException as error:
        if error.status == NOT_FOUND:
            return None
        raise


def read_price(one: Any) -> Price | None:
    """What a text or call costs; Twilio writes it as a negative decimal, and none as long as it does not know."""
    try:
        asked = -Decimal(str(one.price)) if one.price is not None else None
    except InvalidOperation:
        return None
    if asked is None or not asked.is_finite() or not one.price_unit:
        return None
    segments = int(getattr(one, "num_segments", None) or 0)
    return Price(int((asked * MILLION).to_integral_value()), str(one.price_unit).upper()[:3], segments or None)


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


def inbound_report(message: Any) -> Report:
    """Twilio's record of a text to us, as its webhook tells it."""
    return Report(
        ReportKind.INBOUND_SMS,
        str(message.sid),
        f"twilio:{message.sid}:inbound",
        at=_instant(message.date_sent) or _instant(message.date_created),
        sender=message.from_,
        to=message.to,
        body=str(message.body or "").replace("\0", ""),
        media=int(message.num_media or 0),
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


def _left_at(one: Any) -> datetime | None:
    names = ("date_sent", "start_time", "date_created")
    return next((at for name in names if (at := _instant(getattr(one, name, None)))), None)


def _instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None
