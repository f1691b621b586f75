"""Does only what Twilio signed get in, and does each webhook do its one thing? On the real database and inbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

import webhooks
from outreach.carriers.live_call import Bridge, Gather, HangUp, Scene
from outreach.engine.mailbag import Mailbag
from outreach.simulator import signing
from outreach.store.database import Database
from outreach.store.tables import carrier_inbox
from webhooks import twiml
from webhooks.twilio import bridge_outcome, call_report

TOKEN, PUBLIC = "12345", "https://outreach.example.com/deep"
STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered", "From": "+12125550100", "To": "+12125550123", "City": ""}
INBOUND = {"MessageSid": "SM2", "From": "+12125550123", "To": "+12125550100", "Body": "STOP\0", "OptOutType": "STOP"}


@pytest.fixture
def web(db: Database, hand_clock: Any) -> FlaskClient:
    runtime: Any = SimpleNamespace(db=db, clock=hand_clock, carrier=SimpleNamespace(name="twilio"), mailbag=Mailbag())
    app = Flask("test")
    app.register_blueprint(webhooks.blueprint(runtime, public_url=PUBLIC, auth_token=TOKEN))
    return app.test_client()


def post(web: FlaskClient, path: str, form: Mapping[str, Any], token: str = TOKEN, sign: bool = True) -> Any:
    signed = RequestValidator(token).compute_signature(f"{PUBLIC}/webhooks/twilio{path}", form)
    headers = {"X-Twilio-Signature": signed} if sign else {}
    return web.post(f"/webhooks/twilio{path}", data=form, headers=headers)


def stored(db: Database) -> list[dict[str, Any]]:
    with db.read() as connection:
        return [json.loads(raw)["report"] for raw in connection.scalars(select(carrier_inbox.c.raw))]


@pytest.mark.parametrize(
    ("url", "form", "signed"),
    [
        (
            "https://example.com/myapp.php?foo=1&bar=2",
            [("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675310"), ("From", "+14158675310"),
             ("Digits", "1234"), ("To", "+18005551212")],
            "L/OH5YylLD5NRKLltdqwSvS0BnU=",
        ),
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            [("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"), ("From", "+14158675309"),
             ("Digits", "1234"), ("To", "+18005551212")],
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
    ],
)  # fmt: skip
def test_known_signatures(url: str, form: list[tuple[str, str]], signed: str) -> None:
    assert RequestValidator(TOKEN).validate(url, MultiDict(form), signed)
    assert signing.signature(TOKEN, url, dict(form)) == signed


def test_a_status_is_stored_once(web: FlaskClient, db: Database) -> None:
    for _ in range(2):
        assert post(web, "/sms/status?k=abc&x=%20+", STATUS).status_code == 200
    (report,) = stored(db)
    assert (report["key"], report["progress"], report["sid"]) == ("abc", "delivered", "SM1")


def test_a_reply_is_stored_and_answered_with_nothing(web: FlaskClient, db: Database) -> None:
    answer = post(web, "/sms/inbound", INBOUND)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.text.endswith("<Response/>")
    (report,) = stored(db)
    assert (report["body"], report["opt_out_type"], report["sender"]) == ("STOP", "STOP", "+12125550123")


@pytest.mark.parametrize("path", sorted(webhooks.twilio.TAKEN))
def test_forged_requests_are_refused_everywhere(web: FlaskClient, db: Database, path: str) -> None:
    assert post(web, path, STATUS, token="54321").status_code == 403
    assert post(web, path, STATUS, sign=False).status_code == 403
    assert stored(db) == []


def test_a_signature_holds_for_one_key_only(web: FlaskClient) -> None:
    signed = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}/webhooks/twilio/sms/status?k=a", STATUS)
    answer = web.post("/webhooks/twilio/sms/status?k=b", data=STATUS, headers={"X-Twilio-Signature": signed})
    assert answer.status_code == 403


def test_what_is_too_large_is_not_read(web: FlaskClient, db: Database) -> None:
    assert post(web, "/sms/inbound", INBOUND | {"Body": "x" * 70_000}).status_code == 413
    assert stored(db) == []


def test_signed_but_unusable(web: FlaskClient) -> None:
    assert post(web, "/sms/status", {"From": "+12125550100"}).status_code == 400
    assert post(web, "/voice/answer?k=nobody", {"CallSid": "CA1"}).status_code == 404
    assert post(web, "/voice/menu?k=nobody&m=nowhere", {"CallSid": "CA1"}).status_code == 404
    assert post(web, "/voice/bridged?k=nobody", {"CallSid": "CA1"}).status_code == 404


def test_when_the_database_is_away_twilio_is_to_come_again(web: FlaskClient, db: Database) -> None:
    with db.begin() as tx:
        tx.execute(text("DROP TABLE carrier_inbox"))
    assert post(web, "/sms/status", STATUS).status_code == 503


def test_only_an_agent_who_presses_one_is_connected(web: FlaskClient) -> None:
    menu = "/voice/menu?k=abc&m=agent"
    assert "Hangup" not in post(web, menu, {"CallSid": "CA2", "Digits": "1"}).text
    assert "<Hangup" in post(web, menu, {"CallSid": "CA2", "Digits": ""}).text


def link(path: str, **query: str) -> str:
    return f"{PUBLIC}/webhooks/twilio/{path}?k={query['k']}"


def test_scenes_in_twiml() -> None:
    gather = twiml.render(Scene(("Hola & adiós",), "es", Gather("identify")), link, "abc")
    assert 'actionOnEmptyResult="true"' in gather and f'action="{PUBLIC}/webhooks/twilio/voice/menu?k=abc"' in gather
    assert "Hola &amp; adiós" in gather and 'language="es-US"' in gather
    bridge = twiml.render(Scene((), "en", Bridge(1, "+12125550111", "+12125550100", "case 1")), link, "abc")
    assert f'<Number method="POST" url="{PUBLIC}/webhooks/twilio/voice/whisper?k=abc">+12125550111</Number>' in bridge
    assert twiml.render(Scene(("Bye",), "en", HangUp()), link, "abc").endswith("<Hangup /></Response>")


def test_call_fields() -> None:
    report = call_report(
        {"CallSid": "CA1", "CallStatus": "no-answer", "SequenceNumber": "3", "SipResponseCode": "487",
         "Timestamp": "Tue, 09 Mar 2027 15:00:00 +0000", "AnsweredBy": "machine_end_beep", "CallDuration": "x"},
        "abc",
    )  # fmt: skip
    assert (report.progress, report.sip_code, report.answered_by, report.duration_s) == (
        "no_answer",
        487,
        "machine",
        None,
    )
    assert report.at and report.at.isoformat() == "2027-03-09T15:00:00+00:00"
    unbridged = {"DialCallStatus": "completed", "DialBridged": "false", "DialCallDuration": "9"}
    assert bridge_outcome(unbridged) == ("no_answer", 0)
    assert bridge_outcome({"DialCallStatus": "completed", "DialCallDuration": "9"}) == ("completed", 9)
