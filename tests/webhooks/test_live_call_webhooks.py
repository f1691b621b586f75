"""What does each webhook of a live call answer and record? Signed requests to the real engine on the real database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from twilio.request_validator import RequestValidator

import webhooks
from outreach.simulator import twiml
from outreach.store.database import Database
from outreach.store.tables import agents, attempts, carrier_inbox, inbound_messages, promises, suppressions, tasks
from tests.engine.house import House

TOKEN, PUBLIC = "12345", "https://outreach.example.com"
DEBTOR, AGENT = "+15185550123", "+12125550151"


@dataclass
class Hand:
    """A clock that a test moves."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = at


class Again(House):
    """The same deployment on a copy of its database: made in no time."""

    def __init__(self, db: Database, first: House) -> None:
        self.db, self.clock, self.carrier = db, Hand(first.clock.now()), replace(first.carrier, redirected=[])
        self.runtime = replace(first.runtime, db=db, clock=self.clock, carrier=self.carrier)
        self.restart()


def place(db: Database) -> House:
    """A debtor in New York whose loan is four days past due is being called."""
    house = House(db, Hand(datetime.fromisoformat("2026-11-24T09:00:00-05:00").astimezone(UTC)))
    house.case(house.debtor(), "L1", date(2026, 11, 20))
    house.at("2026-11-24T17:30:01-05:00")
    return house


class Live:
    """One call placed to one debtor, and the web that takes what the carrier tells about it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.sid, self.call = house.carrier.known[0]
        app = Flask("test")
        app.register_blueprint(webhooks.blueprint(house.runtime, public_url=PUBLIC, auth_token=TOKEN))
        self.web: FlaskClient = app.test_client()

    def ask(self, path: str, form: Mapping[str, str] | None = None, *, key: str | None = None, m: str = "") -> Any:
        """A signed request about this call."""
        query = f"?k={self.call.key if key is None else key}" + (f"&m={m}" if m else "")
        told = {"CallSid": self.sid, "From": "+12125550199", "To": DEBTOR, **(form or {})}
        return self.signed(f"/webhooks/twilio/voice/{path}{query}", told)

    def signed(self, path: str, form: Mapping[str, str]) -> Any:
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        return self.web.post(path, data=form, headers={"X-Twilio-Signature": signature})

    def scene(self, path: str, **form: str) -> tuple[str, twiml.Verb]:
        """What is said, and the one thing that happens then."""
        menu = form.pop("m", "")
        answer = self.ask(path, form, m=menu)
        assert (answer.status_code, answer.mimetype) == (200, "text/xml"), answer.text
        verbs = twiml.parse(answer.text)
        last = verbs[-1]
        if isinstance(last, twiml.Gather):
            return last.text, last
        return " ".join(v.text for v in verbs if isinstance(v, twiml.Say)), last

    def menu(self, menu: str, digits: str) -> tuple[str, twiml.Verb]:
        return self.scene("menu", m=menu, Digits=digits)

    def ended(self, **fields: str) -> str:
        """The carrier says it is over; the disposition the case log ends with."""
        told = {"CallStatus": "completed", "SequenceNumber": "3", "CallDuration": "40", "SipResponseCode": "200"}
        assert self.ask("status", told | fields).status_code == 200
        self.house.at("2026-11-24T17:40:00-05:00")
        return str(next(detail for kind, detail in self.house.log("L1") if kind == "call_ended")["disposition"])


@pytest.fixture(scope="session")
def placed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, House]]:
    path = tmp_path_factory.mktemp("placed") / "outreach.db"
    shutil.copy(sqlite_template, path)
    db = Database(f"sqlite:///{path}")
    house = place(db)
    db.close()
    yield path, house


@pytest.fixture
def live(placed: tuple[Path, House], tmp_path: Path) -> Iterator[Live]:
    """On a copy of one database, for the many small cases."""
    path, house = placed
    shutil.copy(path, tmp_path / "outreach.db")
    db = Database(f"sqlite:///{tmp_path / 'outreach.db'}")
    yield Live(Again(db, house))
    db.close()


@pytest.fixture
def live_on_both(db: Database) -> Live:
    """On each kind of database, from the start."""
    return Live(place(db))


def rows(live: Live, table: Any) -> list[Any]:
    with live.house.db.read() as connection:
        return list(connection.execute(select(table)).all())


def test_whoever_answers_hears_of_no_debt(live: Live) -> None:
    said, then = live.scene("answer")
    assert isinstance(then, twiml.Gather) and (then.num_digits, then.on_empty, then.finish_on) == (1, True, "")
    assert then.action == f"{PUBLIC}/webhooks/twilio/voice/menu?k={live.call.key}&m=identify"
    for word in ("120", "due", "loan", "debt"):
        assert word not in said.lower()
    assert "press 1" in said
    assert "answered" in live.house.kinds("L1")


def test_the_answer_asked_for_twice_is_answered_once(live: Live) -> None:
    assert live.scene("answer") == live.scene("answer")
    assert live.house.kinds("L1").count("answered") == 1


def test_the_debtor_promises_by_key(live_on_both: Live) -> None:
    live = live_on_both
    live.scene("answer")
    said, then = live.menu("identify", "1")
    assert "120" in said and isinstance(then, twiml.Gather) and then.action and then.action.endswith("m=main")
    said, then = live.menu("main", "1")
    assert isinstance(then, twiml.Gather) and then.action and then.action.endswith("m=promise")
    said, then = live.menu("promise", "1")
    assert isinstance(then, twiml.Hangup)
    assert live.house.status("L1") == "promised"
    assert live.ended() == "right_party"


@pytest.mark.parametrize(
    ("keys", "disposition"),
    [
        ([("identify", "2")], "wrong_party"),
        ([("identify", "")], "unidentified"),
        ([("identify", "7")], "unidentified"),
        ([("identify", "1"), ("main", "9")], "right_party"),
        ([("identify", "1"), ("main", "")], "right_party"),
        ([("identify", "1"), ("main", "1"), ("promise", "8")], "right_party"),
    ],
)
def test_calls_that_end_at_a_menu(live: Live, keys: list[tuple[str, str]], disposition: str) -> None:
    live.scene("answer")
    for menu, digits in keys:
        said, then = live.menu(menu, digits)
    assert isinstance(then, twiml.Hangup) and said
    assert live.ended() == disposition
    assert live.house.status("L1") == "active"


def test_a_number_that_is_not_theirs_is_called_no_more(live: Live) -> None:
    live.scene("answer")
    live.menu("identify", "2")
    (stop,) = rows(live, suppressions)
    assert (stop.reason, stop.scope) == ("wrong_number", "phone")


@pytest.mark.parametrize("menu", ["main", "promise", "callback"])
@pytest.mark.parametrize("digits", ["1", "2", "9", ""])
def test_nobody_gets_past_the_identification(live: Live, menu: str, digits: str) -> None:
    live.scene("answer")
    said, then = live.menu(menu, digits)
    assert isinstance(then, twiml.Gather) and then.action and then.action.endswith("m=identify")
    assert "120" not in said and live.house.status("L1") == "active"


@pytest.mark.parametrize("digits", ["1234567890" * 5, "*#", "١", "1 OR 1=1", "\0"])
def test_odd_keys(live: Live, digits: str) -> None:
    live.scene("answer")
    live.menu("identify", "1")
    live.menu("main", "1")
    _, then = live.menu("promise", digits)
    assert isinstance(then, twiml.Hangup) and live.house.status("L1") == "active"


# a person takes over
def test_an_agent_is_connected(live_on_both: Live) -> None:
    live = live_on_both
    live.scene("answer")
    live.menu("identify", "1")
    _, dial = live.menu("main", "2")
    assert isinstance(dial, twiml.Dial) and dial.caller_id == "+12125550199"
    (number,) = dial.numbers
    assert number.e164 == AGENT and number.url == f"{PUBLIC}/webhooks/twilio/voice/whisper?k={live.call.key}"
    assert dial.action == f"{PUBLIC}/webhooks/twilio/voice/bridged?k={live.call.key}"
    whispered, gather = live.scene("whisper", CallSid="CA-of-the-agents-leg")
    assert whispered and isinstance(gather, twiml.Gather) and gather.action and gather.action.endswith("m=agent")
    assert twiml.parse(live.ask("menu", {"CallSid": "CA-of-the-agents-leg", "Digits": "1"}, m="agent").text) == ()
    bridged = {"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "90", "DialCallSid": "CA9"}
    _, then = live.scene("bridged", **bridged)
    assert isinstance(then, twiml.Hangup)
    assert "transferred" in live.house.kinds("L1")
    assert live.ended() == "right_party"


@pytest.mark.parametrize(
    "told",
    [
        {"DialCallStatus": "busy"},
        {"DialCallStatus": "no-answer"},
        {"DialCallStatus": "failed"},
        {"DialCallStatus": "canceled"},
        {"DialCallStatus": "something new"},
        {},
        {"DialCallStatus": "completed", "DialBridged": "false", "DialCallDuration": "30"},  # their voicemail
        {"DialCallStatus": "completed", "DialCallDuration": "2"},
    ],
)
def test_no_agent_could_be_had(live: Live, told: dict[str, str]) -> None:
    live.scene("answer")
    live.menu("identify", "1")
    live.menu("main", "2")
    _, then = live.scene("bridged", **told)
    assert isinstance(then, twiml.Gather) and then.action and then.action.endswith("m=callback")
    _, then = live.menu("callback", "1")
    assert isinstance(then, twiml.Hangup)
    assert [task.kind for task in rows(live, tasks)] == ["callback"]
    assert "transfer_failed" in live.house.kinds("L1")
    _, again = live.menu("main", "2")  # the agent is free again
    assert isinstance(again, twiml.Dial)


# machines
@pytest.mark.parametrize("heard", ["machine_end_beep", "machine_end_silence", "machine_end_other", "fax"])
def test_a_machine_is_told_apart(live: Live, heard: str) -> None:
    live.scene("answer")
    assert live.ask("amd", {"AnsweredBy": heard}).status_code == 200
    assert live.house.carrier.redirected == [(live.sid, live.call.key, "voicemail")]
    said, then = live.menu("voicemail", "")
    assert isinstance(then, twiml.Hangup) and "120" not in said and "loan" not in said
    assert live.ended(AnsweredBy=heard) in ("voicemail_left", "machine")


@pytest.mark.parametrize("heard", ["human", "unknown", "", "something new"])
def test_a_person_is_left_alone(live: Live, heard: str) -> None:
    live.scene("answer")
    assert live.ask("amd", {"AnsweredBy": heard}).status_code == 200
    assert live.house.carrier.redirected == []


def test_whoever_pressed_a_key_is_no_machine(live: Live) -> None:
    live.scene("answer")
    live.menu("identify", "1")
    assert live.ask("amd", {"AnsweredBy": "machine_end_beep"}).status_code == 200
    assert live.house.carrier.redirected == []
    assert live.ended(AnsweredBy="machine_end_beep") == "right_party"


def test_detection_that_was_waited_for(live: Live) -> None:
    said, then = live.scene("answer", AnsweredBy="machine_end_beep")
    assert isinstance(then, twiml.Hangup) and "press" not in said
    assert live.ended(AnsweredBy="machine_end_beep") in ("voicemail_left", "machine")


# the debtor calls us
def inbound(live: Live, sid: str = "CAin1", sender: str = DEBTOR) -> Any:
    told = {"CallSid": sid, "From": sender, "To": "+12125550199", "CallStatus": "ringing", "Direction": "inbound"}
    return live.signed("/webhooks/twilio/voice/inbound", told)


def test_the_debtor_calls_us(live_on_both: Live) -> None:
    live = live_on_both
    for _ in range(2):
        verbs = twiml.parse(inbound(live).text)
        assert isinstance(verbs[-1], twiml.Hangup)
        said = " ".join(v.text for v in verbs if isinstance(v, twiml.Say))
        assert said and "120" not in said and "Maria" not in said  # whoever it is that calls
    assert [(m.channel, m.state) for m in rows(live, inbound_messages)] == [("call", "needs_person")]
    assert [task.kind for task in rows(live, tasks)] == ["callback"]


@pytest.mark.parametrize("sender", ["+12125550188", "", "anonymous", "+266696687"])
def test_somebody_unknown_calls_us(live: Live, sender: str) -> None:
    answer = inbound(live, sender=sender)
    assert answer.status_code == 200 and "<Say" in answer.text
    assert rows(live, tasks) == []


@pytest.mark.parametrize("language", ["en", "es", "zh"])
def test_every_language_has_its_voice(live: Live, language: str) -> None:
    with live.house.db.begin() as tx:
        tx.execute(update(attempts).values(language=language))
    tongue = {"en": "en-US", "es": "es-US", "zh": "cmn-CN"}[language]
    assert f'language="{tongue}"' in live.ask("answer").text


# what must not get in, or not twice
def test_unknown_keys_and_menus(live: Live) -> None:
    for path in ("answer", "bridged", "whisper", "amd"):
        form = {"AnsweredBy": "machine_end_beep"}
        assert live.ask(path, form, key="f" * 32).status_code == 404, path
        assert live.ask(path, form, key="").status_code == 404, path
    for menu in ("nowhere", "", "identify%00"):
        assert live.ask("menu", {"Digits": "1"}, m=menu).status_code == 404
    assert live.ask("menu", {"Digits": "1"}, key="f" * 32, m="identify").status_code == 404


def test_another_calls_sid_gets_nothing(live: Live) -> None:
    for path in ("answer", "menu", "bridged"):
        answer = live.ask(path, {"CallSid": "CA" + "e" * 32, "Digits": "1"}, m="identify")
        assert answer.status_code == 404 and "<Say" not in answer.text
    assert live.ask("answer", {"CallSid": ""}).status_code == 400
    assert "answered" not in live.house.kinds("L1")


def test_a_report_replayed_is_stored_once(live: Live) -> None:
    told = {"CallStatus": "in-progress", "SequenceNumber": "2", "Timestamp": "Tue, 24 Nov 2026 22:30:20 +0000"}
    for _ in range(3):
        assert live.ask("status", told).status_code == 200
    assert len(rows(live, carrier_inbox)) == 1
    assert live.ended() == "unidentified"
    assert live.ended() == "unidentified"  # the same end again
    assert live.house.kinds("L1").count("call_ended") == 1


def test_what_was_said_in_a_call_that_is_over_counts_no_more(live_on_both: Live) -> None:
    """Somebody kept the signed requests of a call and sends them again next week: a signature holds for ever."""
    live = live_on_both
    live.scene("answer")
    live.menu("identify", "1")
    live.menu("main", "1")
    live.menu("promise", "1")
    assert live.ended() == "right_party"
    live.house.clock.set(datetime.fromisoformat("2026-12-01T10:00:00-05:00").astimezone(UTC))
    tables = (promises, suppressions, agents, tasks, attempts)
    before, log = [rows(live, table) for table in tables], live.house.kinds("L1")
    for menu, digits in (("promise", "2"), ("main", "2"), ("main", "9"), ("identify", "2"), ("callback", "1")):
        assert live.ask("menu", {"Digits": digits}, m=menu).status_code == 410
    for path in ("answer", "bridged", "whisper", "amd"):
        assert live.ask(path, {"AnsweredBy": "machine_start"}).status_code == 410
    assert ([rows(live, table) for table in tables], live.house.kinds("L1")) == (before, log)
    assert live.house.carrier.redirected == []


def test_reports_in_the_wrong_order(live: Live) -> None:
    live.ask("status", {"CallStatus": "completed", "SequenceNumber": "3", "CallDuration": "9"})
    live.house.at("2026-11-24T17:40:00-05:00")
    for number, status in enumerate(("in-progress", "ringing", "initiated")):
        live.ask("status", {"CallStatus": status, "SequenceNumber": str(2 - number)})
    live.house.at("2026-11-24T17:41:00-05:00")
    (attempt,) = rows(live, attempts)
    assert (attempt.state, attempt.disposition) == ("final", "unidentified")


def test_other_bodies_than_a_form(live: Live) -> None:
    path = f"/webhooks/twilio/voice/status?k={live.call.key}"
    told = {"CallSid": live.sid, "CallStatus": "completed"}
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, told)
    for options in (
        {"json": told},
        {"data": b"CallSid=x", "content_type": "text/plain"},
        {"data": b"\xff\xfe=%zz&&&=", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"},
    ):
        answer = live.web.post(path, headers={"X-Twilio-Signature": signature}, **options)  # type: ignore[arg-type]
        assert 400 <= answer.status_code < 500, options
    for method in (live.web.get, live.web.put, live.web.delete):
        assert method(path).status_code in (403, 405)
    assert rows(live, carrier_inbox) == []


def test_an_oversized_body(live: Live) -> None:
    long = {"CallSid": live.sid, "CallStatus": "completed", "Extra": "x" * 80_000}
    assert live.signed(f"/webhooks/twilio/voice/status?k={live.call.key}", long).status_code == 413
    many = {"CallSid": live.sid, "CallStatus": "completed"} | {f"F{n}": "" for n in range(5000)}
    assert live.signed(f"/webhooks/twilio/voice/status?k={live.call.key}", many).status_code in (200, 413)


def test_a_signature_that_is_no_signature(live: Live) -> None:
    path = f"/webhooks/twilio/voice/status?k={live.call.key}"
    for signature in ("", "é", "====", "a" * 5000, "0" * 28):
        headers = {"X-Twilio-Signature": signature.encode().decode("latin-1")}
        assert live.web.post(path, data={"CallSid": live.sid}, headers=headers).status_code == 403


def test_a_host_header_opens_nothing(live: Live) -> None:
    path = f"/webhooks/twilio/voice/status?k={live.call.key}"
    told = {"CallSid": live.sid, "CallStatus": "completed"}
    signature = RequestValidator(TOKEN).compute_signature("https://elsewhere.example" + path, told)
    headers = {"X-Twilio-Signature": signature, "Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}
    assert live.web.post(path, data=told, headers=headers).status_code == 403
