"""A simulator behind a real web server on loopback, the unchanged `twilio` client, and an application it calls back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import WSGIRequestHandler, make_server

from outreach.simulator import Entry, Simulator

ACCOUNT, TOKEN = "AC" + "5" * 32, "a-token"
OURS, AGENT = "+12125550100", "+12125550111"
DEBTOR, OTHER = "+12125550123", "+13125550124"  # New York, Chicago
MORNING = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)  # a Tuesday, 10:00 in New York
Answer = str | int | Callable[[Mapping[str, str]], str | int]


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Told:
    """One webhook as it arrived."""

    path: str
    form: dict[str, str]
    token: str  # I-Twilio-Idempotency-Token
    signed: bool


@dataclass
class Line:
    """What a test holds in its hands."""

    clock: Clock
    simulator: Simulator
    url: str
    answers: dict[str, Answer] = field(default_factory=dict)  # path -> TwiML, or a status; a function of the form
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = self.login(ACCOUNT, TOKEN)

    def login(self, user: str, password: str) -> Client:
        """Twilio's own client; only the address it asks is another."""
        client = Client(user, password, ACCOUNT)
        client.api.base_url = f"{self.url}/simulator"
        return client

    def hook(self, path: str, fragment: str = "") -> str:
        return f"{self.url}/hook/{path}{fragment}"

    # what a test asks for
    def text(self, to: str = DEBTOR, body: str = "Hello", **more: Any) -> Any:
        asked = {"from_": OURS, "status_callback": self.hook("sms")} | more
        return self.client.messages.create(to=to, body=body, **asked)

    def call(self, to: str = DEBTOR, document: str | None = None, **more: Any) -> Any:
        """Ring `to`; `document` is what our application says when it is answered."""
        if document is not None:
            self.answers["answer"] = document
        events = ["initiated", "ringing", "answered", "completed"]
        asked = {
            "from_": OURS, "url": self.hook("answer"), "status_callback": self.hook("voice"),
            "status_callback_event": events,
        }  # fmt: skip
        return self.client.calls.create(to=to, **(asked | more))

    def run(self, **span: float) -> int:
        """Let so much time pass."""
        self.clock.at += timedelta(**(span or {"hours": 5}))
        return self.simulator.advance(self.clock.at)

    # what came of it
    def heard_by(self, path: str) -> list[dict[str, str]]:
        """The forms posted to one webhook, in order."""
        return [told.form for told in self.told if told.path == path]

    def statuses(self, path: str = "sms") -> list[str]:
        return [form.get("MessageStatus") or form["CallStatus"] for form in self.heard_by(path)]

    def journal(self, phone: str = DEBTOR, kinds: Iterable[str] = ()) -> list[Entry]:
        return [e for e in self.simulator.journal if e.phone == phone and (not kinds or e.kind in kinds)]

    def kinds(self, phone: str = DEBTOR) -> list[str]:
        return [entry.kind for entry in self.journal(phone)]

    def texts(self, phone: str = DEBTOR) -> list[str]:
        """What was said into, or written from, this phone."""
        return [e.text for e in self.journal(phone) if e.kind in ("heard", "text_in", "text_out", "pressed", "spoke")]

    def alerts(self) -> list[str]:
        return [entry.text for entry in self.simulator.journal if entry.kind == "alert"]

    def phone(self, command: str, e164: str = DEBTOR, **body: Any) -> tuple[int, dict[str, Any]]:
        """Do something on the phone page, as its JavaScript does."""
        reply = requests.post(f"{self.url}/simulator/phone/{e164}/{command}", json=body, timeout=5)
        return reply.status_code, reply.json() if reply.headers["Content-Type"] == "application/json" else {}


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Serving:
    """One web server with the simulator under /simulator and an application under /hook."""

    def __init__(self, **options: Any) -> None:
        self.app = Flask("line")
        self.clock = Clock()
        self.simulator = Simulator(ACCOUNT, TOKEN, self.clock, **options)
        self.app.register_blueprint(self.simulator.blueprint(), url_prefix="/simulator")
        self.app.add_url_rule("/hook/<path:path>", view_func=self.hook, methods=["POST"])
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=Quiet)
        self.line = Line(self.clock, self.simulator, f"http://127.0.0.1:{self.server.server_port}")
        for number in (OURS,):
            hooks = {"sms_url": self.line.hook("inbound"), "voice_url": self.line.hook("ring")}
            self.simulator.inbound_url(number, **hooks)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def hook(self, path: str) -> Response:
        signed = RequestValidator(TOKEN).validate(request.url, request.form, request.headers["X-Twilio-Signature"])
        token = request.headers["I-Twilio-Idempotency-Token"]
        self.line.told.append(Told(path, request.form.to_dict(), token, signed))
        answer = self.line.answers.get(path, 204)
        said = answer(request.form) if callable(answer) else answer
        return Response(status=said) if isinstance(said, int) else Response(said, mimetype="text/xml")

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        assert all(told.signed for told in self.line.told)


def twiml(*verbs: str) -> str:
    return f"<Response>{''.join(verbs)}</Response>"
