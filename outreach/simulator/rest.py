"""Which requests of Twilio's REST API does the simulator answer? The account's messages, calls and numbers.

Form in, JSON out, HTTP Basic. Unknown form fields are accepted, unknown paths are 20404, a wrong password is 20003.
"""

from __future__ import annotations

import hmac
import itertools
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from outreach.simulator.numbers import Refused
from outreach.simulator.resources import (
    Json,
    account_json,
    balance_json,
    call_json,
    home,
    message_json,
    number_json,
    page_json,
    within,
)
from outreach.simulator.state import LIVE, Call, Message, OwnNumber

if TYPE_CHECKING:
    from outreach.simulator.simulator import Simulator

ROOT = "/2010-04-01/Accounts/<account>"
NUMBER_FIELDS = {
    "SmsUrl": "sms_url", "VoiceUrl": "voice_url", "SmsFallbackUrl": "sms_fallback_url",
    "VoiceFallbackUrl": "voice_fallback_url", "StatusCallback": "status_callback", "FriendlyName": "friendly_name",
}  # fmt: skip


class Rest:
    """The views. Every one takes the lock for as long as it looks at or changes the world."""

    def __init__(self, simulator: Simulator) -> None:
        self._sim = simulator
        self._x = simulator.exchange
        self._inside = itertools.count(1)

    def register(self, blueprint: Blueprint) -> None:
        rules: list[tuple[str, str, Callable[..., ResponseReturnValue]]] = [
            ("GET", ".json", self.account),
            ("GET", "/Balance.json", self.balance),
            ("POST", "/Messages.json", self.create_message),
            ("GET", "/Messages.json", self.list_messages),
            ("GET", "/Messages/<sid>.json", self.fetch_message),
            ("POST", "/Messages/<sid>.json", self.update_message),
            ("DELETE", "/Messages/<sid>.json", self.delete_message),
            ("GET", "/Messages/<sid>/Media.json", self.list_media),
            ("POST", "/Messages/<sid>/Feedback.json", self.feedback),
            ("POST", "/Calls.json", self.create_call),
            ("GET", "/Calls.json", self.list_calls),
            ("GET", "/Calls/<sid>.json", self.fetch_call),
            ("POST", "/Calls/<sid>.json", self.update_call),
            ("DELETE", "/Calls/<sid>.json", self.delete_call),
            ("GET", "/IncomingPhoneNumbers.json", self.list_numbers),
            ("GET", "/IncomingPhoneNumbers/<sid>.json", self.fetch_number),
            ("POST", "/IncomingPhoneNumbers/<sid>.json", self.update_number),
        ]
        for method, path, view in rules:
            blueprint.add_url_rule(ROOT + path, view.__name__, self._guarded(view), methods=[method])
        methods = ["GET", "POST", "PUT", "DELETE"]
        blueprint.add_url_rule("/2010-04-01/<path:rest>", "unknown", self._guarded(self._unknown), methods=methods)

    # the door
    def _guarded(self, view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        def guarded(**parts: str) -> ResponseReturnValue:
            try:
                self._authenticate(parts.pop("account", None))
                answer = current_app.make_response(view(**parts))
            except Refused as refusal:
                answer = _refusal(refusal)
            except ValueError as error:
                answer = _refusal(Refused(20001, str(error)))
            answer.headers["Twilio-Request-Id"] = f"RQ{next(self._inside):032x}"
            answer.headers["Twilio-Concurrent-Requests"] = "101" if answer.status_code == 429 else "1"
            return answer

        return guarded

    def _authenticate(self, account: str | None) -> None:
        given = request.authorization
        secret = self._sim.secrets.get((given.username if given else "") or "")
        if secret is None or not hmac.compare_digest(secret.encode(), ((given and given.password) or "").encode()):
            raise Refused(20003)
        if account not in (None, self._x.account_sid):
            raise Refused(20404)
        if self._x.faults.outage_until(self._x.clock_now()):
            raise Refused(20503)

    def _unknown(self, rest: str) -> ResponseReturnValue:
        raise Refused(20404, f"The requested resource /2010-04-01/{rest} was not found")

    @contextmanager
    def _creating(self) -> Iterator[list[int]]:
        """Around a create: what the faults make of it. The list yielded holds the code to answer with, if any."""
        to, faults = request.form.get("To", ""), self._x.faults
        key = (request.path.rsplit("/", 1)[-1], to, self._x.count("create", to))
        if self._x.hits(faults.too_many, "429", *key):
            raise Refused(20429)
        if self._x.hits(faults.refuse_500, "500 before", *key):
            raise Refused(20500)
        yield []
        if self._x.hits(faults.accept_500, "500 after", *key):
            raise Refused(20500)
        if self._x.hits(faults.reset, "reset", *key):
            raise ConnectionAborted

    def _created(self, make: Callable[[], Json]) -> ResponseReturnValue:
        try:
            with self._x.lock, self._creating():
                made = make()
        except ConnectionAborted:
            return _cut()
        return jsonify(made), 201

    # the account
    def account(self) -> ResponseReturnValue:
        return jsonify(account_json(self._x.account_sid, self._x.clock_now()))

    def balance(self) -> ResponseReturnValue:
        with self._x.lock:
            spent = sum(-float(message.price or 0) for message in self._x.world.messages.values())
        return jsonify(balance_json(self._x.account_sid, spent))

    # messages
    def create_message(self) -> ResponseReturnValue:
        return self._created(lambda: self._message_json(self._sim.texts.create(request.form)))

    def list_messages(self) -> ResponseReturnValue:
        query = request.args
        with self._x.lock:
            rows = [
                self._message_json(message)
                for message in reversed(list(self._x.world.messages.values()))
                if not message.deleted
                and _same(query.get("To"), message.to)
                and _same(query.get("From"), message.sender)
                and within(message.sent_at, query, "DateSent")
            ]
        return self._page("messages", rows, "Messages")

    def fetch_message(self, sid: str) -> ResponseReturnValue:
        with self._x.lock:
            return jsonify(self._message_json(self._message(sid)))

    def update_message(self, sid: str) -> ResponseReturnValue:
        with self._x.lock:
            message = self._message(sid)
            self._sim.texts.update(message, request.form)
            return jsonify(self._message_json(message))

    def delete_message(self, sid: str) -> ResponseReturnValue:
        with self._x.lock:
            self._message(sid).deleted = True
        return "", 204

    def list_media(self, sid: str) -> ResponseReturnValue:
        with self._x.lock:
            self._message(sid)
        return self._page("media_list", [], f"Messages/{sid}/Media")

    def feedback(self, sid: str) -> ResponseReturnValue:
        with self._x.lock:
            message = self._message_json(self._message(sid))
        kept = {key: message[key] for key in ("account_sid", "date_created", "date_updated")}
        outcome = request.form.get("Outcome", "confirmed")
        uri = message["subresource_uris"]["feedback"]
        return jsonify({**kept, "message_sid": sid, "outcome": outcome, "uri": uri})

    def _message(self, sid: str) -> Message:
        found = self._x.world.messages.get(sid)
        if found and not found.deleted:
            return found
        raise Refused(20404)

    def _message_json(self, message: Message) -> Json:
        return message_json(message, self._x.account_sid)

    # calls
    def create_call(self) -> ResponseReturnValue:
        events = request.form.getlist("StatusCallbackEvent")
        events = [event for listed in events for event in listed.split()]
        return self._created(lambda: self._call_json(self._sim.calls.create(request.form, events)))

    def list_calls(self) -> ResponseReturnValue:
        query = request.args
        with self._x.lock:
            rows = [
                self._call_json(call)
                for call in reversed(list(self._x.world.calls.values()))
                if not call.deleted
                and _same(query.get("To"), call.to)
                and _same(query.get("From"), call.sender)
                and _same(query.get("ParentCallSid"), call.parent)
                and _same(query.get("Status"), call.status)
                and within(call.start_at or call.created_at, query, "StartTime")
                and within(call.end_at, query, "EndTime")
            ]
        return self._page("calls", rows, "Calls")

    def fetch_call(self, sid: str) -> ResponseReturnValue:
        with self._x.lock:
            return jsonify(self._call_json(self._call(sid)))

    def update_call(self, sid: str) -> ResponseReturnValue:
        form = request.form
        with self._x.lock:
            call = self._call(sid)
            self._turn(call, form.get("Status", ""), form.get("Url", ""), form.get("Twiml", ""))
            call.callback = form.get("StatusCallback", call.callback)
            call.fallback_url = form.get("FallbackUrl", call.fallback_url)
            return jsonify(self._call_json(call))

    def _turn(self, call: Call, status: str, url: str, document: str) -> None:
        if status == "canceled":
            self._sim.calls.cancel(call)
        elif status == "completed":
            self._sim.calls.complete(call)
        elif status:
            raise Refused(20001, f"Status {status!r} is not valid: canceled or completed")
        elif url or document:
            self._sim.script.redirect(call, url, document)

    def delete_call(self, sid: str) -> ResponseReturnValue:
        with self._x.lock:
            call = self._call(sid)
            if call.status in LIVE:
                raise Refused(21220, "Call is in progress and cannot be deleted.")
            call.deleted = True
        return "", 204

    def _call(self, sid: str) -> Call:
        found = self._x.world.calls.get(sid)
        if found and not found.deleted:
            return found
        raise Refused(20404)

    def _call_json(self, call: Call) -> Json:
        ours = self._x.world.numbers.get(self._sim.calls.ours(call))
        return call_json(call, self._x.account_sid, ours.sid if ours else None)

    # numbers
    def list_numbers(self) -> ResponseReturnValue:
        query = request.args
        with self._x.lock:
            rows = [
                number_json(number, self._x.account_sid)
                for number in self._x.world.numbers.values()
                if query.get("PhoneNumber", "").lstrip("+") in number.e164
                and _same(query.get("FriendlyName"), number.friendly_name)
            ]
        return self._page("incoming_phone_numbers", rows, "IncomingPhoneNumbers")

    def fetch_number(self, sid: str) -> ResponseReturnValue:
        with self._x.lock:
            return jsonify(number_json(self._number(sid), self._x.account_sid))

    def update_number(self, sid: str) -> ResponseReturnValue:
        with self._x.lock:
            number = self._number(sid)
            for field, attribute in NUMBER_FIELDS.items():
                if field in request.form:
                    setattr(number, attribute, request.form[field])
            return jsonify(number_json(number, self._x.account_sid))

    def _number(self, sid: str) -> OwnNumber:
        for number in self._x.world.numbers.values():
            if number.sid == sid:
                return number
        raise Refused(20404)

    def _page(self, key: str, rows: list[Json], path: str) -> ResponseReturnValue:
        return jsonify(page_json(key, rows, f"{home(self._x.account_sid)}/{path}.json", request.args))


class ConnectionAborted(Exception):
    """The connection is to be closed without an answer."""


def _same(asked: str | None, actual: str | None) -> bool:
    return not asked or asked == actual


def _refusal(refusal: Refused) -> Response:
    more = f"https://www.twilio.com/docs/errors/{refusal.code}"
    body = {"code": refusal.code, "message": refusal.message, "more_info": more, "status": refusal.status}
    answer = jsonify(body)
    answer.status_code = refusal.status
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return answer


def _cut() -> Response:
    """Close the connection without an answer; where the server keeps its socket to itself, break off the body."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)
    broken = Response(b"{", status=201, mimetype="application/json")
    broken.headers["Content-Length"] = "4096"
    return broken
