"""What does Twilio tell us? Signature first, then parsed to a `Report` and stored; a live call gets its next scene.

Signatures are checked against the configured public URL, not the one this server thinks it has: a proxy stands between.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import wraps
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request
from sqlalchemy.exc import DBAPIError
from twilio.request_validator import RequestValidator

from outreach.carriers import Report, ReportKind
from outreach.carriers.twilio_tables import ANSWERED_BY, CALL_PROGRESS, MESSAGE_PROGRESS
from outreach.core.terms import OutreachError, ReportError
from outreach.engine import calls, intake
from outreach.engine.runtime import Runtime
from webhooks.twiml import accepted_twiml, empty, twiml, whisper_twiml

LARGEST = 64 * 1024  # bytes; Twilio's own are below 10 kB
MEDIA_LIMIT = 10
Handler = Callable[[], Response]
log = logging.getLogger("outreach.webhooks")
BRIDGE_OUTCOMES = {
    "completed": "completed",
    "answered": "completed",
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "failed",
    "canceled": "canceled",
}


def blueprint(runtime: Runtime, *, public_url: str, auth_token: str) -> Blueprint:
    """Every webhook below `public_url`/webhooks/twilio. Forged requests get 403 before anything is read of them."""
    web = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")
    hooks = Hooks(runtime, public_url.rstrip("/"), RequestValidator(auth_token))
    for path, handler in hooks.routes().items():
        web.add_url_rule(path, path, hooks.guarded(handler), methods=["POST"])
    return web


@dataclass(frozen=True, slots=True)
class Hooks:
    """The webhooks of one account."""

    runtime: Runtime
    base: str
    validator: RequestValidator

    def routes(self) -> dict[str, Handler]:
        return {
            "/sms/inbound": self.sms_inbound,
            "/sms/status": self.sms_status,
            "/voice/status": self.voice_status,
            "/voice/answer": self.voice_answer,
            "/voice/menu": self.voice_menu,
            "/voice/bridged": self.voice_bridged,
            "/voice/whisper": self.voice_whisper,
            "/voice/accept": self.voice_accept,
            "/voice/amd": self.voice_amd,
            "/voice/inbound": self.voice_inbound,
        }

    def guarded(self, handler: Handler) -> Handler:
        """`handler` behind the checks of size and signature."""

        @wraps(handler)
        def answer() -> Response:
            if (request.content_length or 0) > LARGEST:
                return _status(413)
            if not _is_signed(self.validator, self.base):
                return _status(403)
            return _answered(handler)

        return answer

    def url(self, what: str, **query: str) -> str:
        """The absolute URL of another webhook of this call."""
        return f"{self.base}/webhooks/twilio/{what}?{urlencode({'k': _key(), **query}, quote_via=quote)}"

    def sms_inbound(self) -> Response:
        intake.receive(self.runtime, _inbound(self.runtime.clock.now()), request.form.to_dict())
        return _xml(empty())

    def sms_status(self) -> Response:
        intake.receive(self.runtime, _message_status(), request.form.to_dict())
        return _status(204)

    def voice_status(self) -> Response:
        intake.receive(self.runtime, _call_status(), request.form.to_dict())
        return _status(204)

    def voice_answer(self) -> Response:
        by = ANSWERED_BY.get(_form("AnsweredBy"))
        return _xml(twiml(calls.answered(self.runtime, _key(), _form("CallSid"), by), self.url))

    def voice_menu(self) -> Response:
        menu = request.args.get("m", "")
        return _xml(twiml(calls.pressed(self.runtime, _key(), _form("CallSid"), menu, _form("Digits")), self.url))

    def voice_bridged(self) -> Response:
        outcome = BRIDGE_OUTCOMES.get(_form("DialCallStatus"), "failed")
        seconds = _number("DialCallDuration") or 0
        return _xml(twiml(calls.bridged(self.runtime, _key(), _form("CallSid"), outcome, seconds), self.url))

    def voice_whisper(self) -> Response:
        return _xml(whisper_twiml(calls.whisper(self.runtime, _key()), self.url))

    def voice_accept(self) -> Response:
        return _xml(accepted_twiml(_form("Digits")))

    def voice_amd(self) -> Response:
        calls.machine(self.runtime, _key(), _form("CallSid"), ANSWERED_BY.get(_form("AnsweredBy"), "unknown"))
        return _status(204)

    def voice_inbound(self) -> Response:
        return _xml(twiml(calls.inbound(self.runtime, _form("CallSid"), _form("From"), _form("To")), self.url))


def _answered(handler: Handler) -> Response:
    """A fault of theirs is a 4xx, a database that is away a 503 (told again later), anything else a bare 500."""
    try:
        return handler()
    except ReportError as error:
        return _status(error.status)
    except DBAPIError:
        log.exception("the database could not take a webhook")
        return _status(503)
    except (OutreachError, LookupError, ValueError):
        log.exception("a webhook failed")
        return _status(500)


def _is_signed(validator: RequestValidator, base: str) -> bool:
    query = request.environ.get("QUERY_STRING", "")
    path = request.environ.get("SCRIPT_NAME", "") + request.environ.get("PATH_INFO", "")
    signed = f"{base}{quote(path)}{'?' + query if query else ''}"
    return bool(validator.validate(signed, request.form, request.headers.get("X-Twilio-Signature") or ""))


def _status(code: int) -> Response:
    return Response(status=code)


def _xml(document: str) -> Response:
    return Response(document, content_type="text/xml; charset=utf-8")


def _form(name: str) -> str:
    return str(request.form.get(name, ""))


def _key() -> str:
    return str(request.args.get("k", ""))


def _number(name: str) -> int | None:
    text = _form(name)
    return int(text) if text.isdecimal() else None


def _sid(name: str) -> str:
    sid = _form(name)
    if not sid or len(sid) > 64:
        raise ReportError(f"{name} is missing")
    return sid


def _inbound(now: datetime) -> Report:
    sid = _sid("MessageSid")
    return Report(
        ReportKind.INBOUND_SMS,
        sid,
        f"in:{sid}",
        at=now,
        sender=_form("From"),
        to=_form("To"),
        body=_form("Body")[:1600],
        opt_out_type=_form("OptOutType") or None,
        media=min(_number("NumMedia") or 0, MEDIA_LIMIT),
    )


def _message_status() -> Report:
    """Once per (sid, status): the same message is told of several times, each with another status."""
    sid, status = _sid("MessageSid"), _form("MessageStatus")
    return Report(
        ReportKind.MESSAGE_STATUS,
        sid,
        f"sms:{sid}:{status}",
        key=_key() or None,
        progress=MESSAGE_PROGRESS.get(status),
        code=_number("ErrorCode"),
        sender=_form("From"),
        to=_form("To"),
    )


def _call_status() -> Report:
    sid, status = _sid("CallSid"), _form("CallStatus")
    sequence = _form("SequenceNumber")
    by = ANSWERED_BY.get(_form("AnsweredBy"))
    return Report(
        ReportKind.CALL_STATUS,
        sid,
        f"call:{sid}:{status}:{sequence}",
        key=_key() or None,
        progress=CALL_PROGRESS.get(status),
        code=_number("ErrorCode"),
        at=_timestamp(),
        answered_by=by,
        duration_s=_number("CallDuration"),
        sip_code=_number("SipResponseCode"),
    )


def _timestamp() -> datetime | None:
    try:
        return parsedate_to_datetime(_form("Timestamp"))
    except (TypeError, ValueError):
        return None
