"""What does Twilio tell us, and is it Twilio? Signature first, then a Report into the durable inbox, or a scene.

The signature is checked against the configured public URL, never against what a proxy made of it. A body is read to
`MOST_BYTES` at most. When the database is away the answer is 503, which Twilio is asked (`#rc=5&rp=all`) to retry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, abort, request
from sqlalchemy.exc import DBAPIError
from twilio.request_validator import RequestValidator, compare

from outreach.carriers import Report, ReportKind
from outreach.carriers.live_call import Scene
from outreach.carriers.twilio_codes import ANSWERED_BY, CALL_STATUS, DIAL_STATUS, MESSAGE_STATUS
from outreach.core.terms import ReportError
from outreach.engine import calls, intake
from outreach.engine.runtime import Runtime
from webhooks import twiml

ROOT = "/webhooks/twilio"
MOST_BYTES = 64 * 1024
AGENT_TAKES = "1"  # the key by which an agent, not their voicemail, takes the call
AWAY = "try again later"
EMPTY_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'  # plain text would be texted to the debtor


@dataclass(frozen=True, slots=True)
class Desk:
    """Where Twilio's requests are taken: what they are checked against and what they act on."""

    runtime: Runtime
    public_url: str
    validator: RequestValidator

    def link(self, path: str, **query: str) -> str:
        """The absolute URL of one of our webhooks."""
        return f"{self.public_url.rstrip('/')}{ROOT}/{path}?{urlencode(query)}"

    def play(self, scene: Scene) -> Response:
        return _xml(twiml.render(scene, self.link, _key()))

    def store(self, report: Report) -> None:
        intake.receive(self.runtime, report, request.form.to_dict())

    def only_twilio(self) -> None:
        """Let nothing through that the account's token did not sign. 413 when it is too large, else 403."""
        request.max_content_length = request.max_form_memory_size = MOST_BYTES
        form, query = request.form, request.query_string.decode("latin-1")
        url = without_user(self.public_url) + request.path + (f"?{query}" if query else "")
        given = request.headers.get("X-Twilio-Signature") or ""
        if not (self._signed_plainly(url, form, given) or self.validator.validate(url, form, given)):
            abort(403)

    def _signed_plainly(self, url: str, form: Mapping[str, str], given: str) -> bool:
        """As nearly every request is: a form, at the URL as it was given. The validator tries two spellings each time."""
        return "bodySHA256" not in url and compare(self.validator.compute_signature(url, form), given)


def blueprint(runtime: Runtime, *, public_url: str, auth_token: str) -> Blueprint:
    """Twilio's webhooks under `/webhooks/twilio`. `public_url` is the URL Twilio was given, path prefix and all."""
    routes = Blueprint("twilio_webhooks", __name__, url_prefix=ROOT)
    desk = Desk(runtime, public_url, RequestValidator(auth_token))
    routes.before_request(desk.only_twilio)
    routes.register_error_handler(ReportError, _not_acceptable)
    routes.register_error_handler(DBAPIError, _database_away)
    for path, take in TAKEN.items():
        routes.add_url_rule(path, path[1:].replace("/", "_"), partial(take, desk), methods=["POST"])
    return routes


def _not_acceptable(error: ReportError) -> Response:
    return Response(str(error), error.status, mimetype="text/plain")


def _database_away(_error: DBAPIError) -> Response:
    return Response(AWAY, 503, mimetype="text/plain")


def _sms_inbound(desk: Desk) -> Response:
    desk.store(inbound_report(request.form))
    return _xml(EMPTY_REPLY)


def _sms_status(desk: Desk) -> Response:
    desk.store(message_report(request.form, _key() or None))
    return _heard()


def _voice_status(desk: Desk) -> Response:
    desk.store(call_report(request.form, _key() or None))
    return _heard()


def _voice_answer(desk: Desk) -> Response:
    heard = ANSWERED_BY.get(request.form.get("AnsweredBy", ""))
    return desk.play(calls.answered(desk.runtime, _key(), need(request.form, "CallSid"), heard))


def _voice_menu(desk: Desk) -> Response:
    menu, digits = request.args.get("m", ""), _keys(request.form)
    if menu == "agent":  # the agent's own leg: the debtor is connected, or the leg ends and Dial goes on
        return _xml(twiml.NOTHING if digits == AGENT_TAKES else twiml.hang_up())
    return desk.play(calls.pressed(desk.runtime, _key(), need(request.form, "CallSid"), menu, digits))


def _voice_bridged(desk: Desk) -> Response:
    outcome, seconds = bridge_outcome(request.form)
    return desk.play(calls.bridged(desk.runtime, _key(), need(request.form, "CallSid"), outcome, seconds))


def _voice_whisper(desk: Desk) -> Response:
    return desk.play(calls.whisper(desk.runtime, _key()))


def _voice_amd(desk: Desk) -> Response:
    heard = ANSWERED_BY.get(request.form.get("AnsweredBy", ""), "unknown")
    calls.machine(desk.runtime, _key(), need(request.form, "CallSid"), heard)
    return _heard()


def _voice_inbound(desk: Desk) -> Response:
    form = request.form
    return desk.play(calls.inbound(desk.runtime, need(form, "CallSid"), form.get("From", ""), need(form, "To")))


TAKEN: dict[str, Callable[[Desk], Response]] = {
    "/sms/inbound": _sms_inbound,
    "/sms/status": _sms_status,
    "/voice/answer": _voice_answer,
    "/voice/menu": _voice_menu,
    "/voice/status": _voice_status,
    "/voice/amd": _voice_amd,
    "/voice/bridged": _voice_bridged,
    "/voice/whisper": _voice_whisper,
    "/voice/inbound": _voice_inbound,
}


def _heard() -> Response:
    """Nothing to say. Not 204: our server ends the connection after each, and the carrier's next report opens another."""
    return Response(mimetype="text/plain")


def _xml(document: str) -> Response:
    return Response(document, mimetype="text/xml")


def _key() -> str:
    return request.args.get("k", "")


def without_user(url: str) -> str:
    """The URL as it is signed: no credentials, no slash at its end."""
    parts = urlsplit(url.rstrip("/"))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def need(form: Mapping[str, str], name: str) -> str:
    """A field that must be there. Raises ReportError(400)."""
    if value := form.get(name, "").replace("\0", ""):
        return value
    raise ReportError(f"the report has no {name}")


def _number(form: Mapping[str, str], name: str) -> int | None:
    value = form.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _keys(form: Mapping[str, str]) -> str:
    """The keys of a telephone that were pressed; anything else is silence."""
    digits = form.get("Digits", "")
    return digits if re.fullmatch(r"[0-9*#]{1,40}", digits) else ""


def _instant(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value).astimezone(UTC)
    except (ValueError, TypeError):
        return None


def message_report(form: Mapping[str, str], key: str | None) -> Report:
    """A status of a text we sent. A status that is new to us is stored, and moves nothing."""
    sid, status = need(form, "MessageSid"), need(form, "MessageStatus")
    return Report(
        ReportKind.MESSAGE_STATUS,
        sid,
        f"twilio:{sid}:{status}",
        key=key,
        progress=MESSAGE_STATUS.get(status),
        code=_number(form, "ErrorCode"),
        sender=form.get("From"),
        to=form.get("To"),
    )


def call_report(form: Mapping[str, str], key: str | None) -> Report:
    """A status of a call we placed."""
    sid, status = need(form, "CallSid"), need(form, "CallStatus")
    return Report(
        ReportKind.CALL_STATUS,
        sid,
        f"twilio:{sid}:{status}:{form.get('SequenceNumber', '')}",
        key=key,
        progress=CALL_STATUS.get(status),
        code=_number(form, "ErrorCode"),
        at=_instant(form.get("Timestamp", "")),
        sender=form.get("From"),
        to=form.get("To"),
        answered_by=ANSWERED_BY.get(form.get("AnsweredBy", "")),
        duration_s=_number(form, "CallDuration"),
        sip_code=_number(form, "SipResponseCode"),
    )


def inbound_report(form: Mapping[str, str]) -> Report:
    """A text to us."""
    sid = need(form, "MessageSid")
    return Report(
        ReportKind.INBOUND_SMS,
        sid,
        f"twilio:{sid}:inbound",
        sender=need(form, "From"),
        to=need(form, "To"),
        body=form.get("Body", "").replace("\0", ""),
        opt_out_type=form.get("OptOutType") or None,
        media=_number(form, "NumMedia") or 0,
    )


def bridge_outcome(form: Mapping[str, str]) -> tuple[str, int]:
    """How connecting to an agent went, and for how many seconds they had each other on the line."""
    outcome = DIAL_STATUS.get(form.get("DialCallStatus", ""), "failed")
    if outcome == "completed" and form.get("DialBridged") == "false":  # picked up, but nobody pressed the key
        return "no_answer", 0
    return outcome, _number(form, "DialCallDuration") or 0
