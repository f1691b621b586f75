"""Which reports are so plain that they are stored and answered a handful at a time, without Flask?

Those by which nearly everything comes: a form at one of three addresses, no field twice, signed for just this URL.
Whatever is not plainly so, and not plainly ours, is left to `webhooks.twilio`, which looks at it from the start and says
what is wrong with it. So nothing gets in here that would not get in there.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import parse_qsl

from sqlalchemy.exc import DBAPIError

from outreach.carriers import Report
from outreach.core.terms import ReportError
from outreach.engine import intake
from outreach.engine.runtime import Runtime
from webhooks.twilio import (
    AWAY,
    EMPTY_REPLY,
    ROOT,
    call_report,
    inbound_report,
    message_report,
    without_user,
)

FORM = "application/x-www-form-urlencoded"
PLAIN_BYTES = 16 * 1024  # the longest text we can be sent, each letter escaped, and all that comes with it
PLAIN_FIELDS = 100
SIGNATURE = 28  # letters
PLAIN_QUERY = re.compile(r"(?:k=([0-9A-Za-z]+))?")
HEARD = ("200 OK", "text/plain; charset=utf-8", b"")
READ: dict[str, tuple[Callable[[Mapping[str, str], str | None], Report], tuple[str, str, bytes]]] = {
    f"{ROOT}/sms/status": (message_report, HEARD),
    f"{ROOT}/voice/status": (call_report, HEARD),
    f"{ROOT}/sms/inbound": (
        lambda form, _key: inbound_report(form),
        ("200 OK", "text/xml; charset=utf-8", EMPTY_REPLY.encode()),
    ),
}
LATER = ("503 Service Unavailable", "text/plain; charset=utf-8", AWAY.encode())

Answer = tuple[str, str, bytes]
Told = tuple[Report, Mapping[str, str]]


class Asked(Protocol):
    """A POST, as `outreach.serving` gives it."""

    @property
    def path(self) -> str: ...
    @property
    def query(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


class Counter:
    """Where plain reports are handed in. `public_url` and `auth_token` as for the webhooks themselves."""

    def __init__(self, runtime: Runtime, *, public_url: str, auth_token: str) -> None:
        self._runtime, self._token, self._at = runtime, auth_token.encode(), without_user(public_url)

    def take(self, asked: Sequence[Asked]) -> list[Answer | None]:
        """Store what is plain, by one commit; then the answer to each, or None for what is to be looked at closely."""
        told = [self._read(one) for one in asked]
        stored = iter(intake.receive_all(self._runtime, [report for report in told if report is not None]))
        return [None if report is None else _answer(one, next(stored)) for one, report in zip(asked, told, strict=True)]

    def _read(self, asked: Asked) -> Told | None:
        query, signature = PLAIN_QUERY.fullmatch(asked.query), asked.headers.get("X_TWILIO_SIGNATURE", "")
        kind = asked.headers.get("CONTENT_TYPE", "").partition(";")[0]
        if query is None or kind != FORM or len(signature) != SIGNATURE:
            return None
        form = _form(asked.body)
        if form is None or not hmac.compare_digest(self._due(asked, form), signature.encode()):
            return None
        try:
            return READ[asked.path][0](form, query[1]), form
        except ReportError:
            return None

    def _due(self, asked: Asked, form: Mapping[str, str]) -> bytes:
        """Twilio's signature: HMAC-SHA1 over the URL and the fields in order (twilio.com/docs/usage/security)."""
        url = f"{self._at}{asked.path}?{asked.query}" if asked.query else f"{self._at}{asked.path}"
        text = url + "".join([name + form[name] for name in sorted(form)])
        return base64.b64encode(hmac.digest(self._token, text.encode(), "sha1"))


def _form(body: bytes) -> dict[str, str] | None:
    """Its fields. None: there is one twice, there are very many, or they are no UTF-8."""
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=PLAIN_FIELDS)
    except ValueError:
        return None
    form = dict(fields)
    return form if len(form) == len(fields) else None


def _answer(asked: Asked, error: Exception | None) -> Answer | None:
    if error is None:
        return READ[asked.path][1]
    return LATER if isinstance(error, DBAPIError) else None
