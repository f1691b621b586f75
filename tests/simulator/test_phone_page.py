"""A person plays the debtor: the phone page, a typed reply, a call taken by keys. As the browser asks for it."""

from __future__ import annotations

import pytest
import requests

from tests.simulator.line import AGENT, DEBTOR, OTHER, OURS, Line, twiml

MENU = "<Gather numDigits='1' action='{}' timeout='10'><Say>Are you Maria?</Say></Gather>"


def page(line: Line, path: str) -> requests.Response:
    return requests.get(f"{line.url}/simulator/phone{path}", timeout=5)


def ring(line: Line, **call: object) -> str:
    """A call that rings at a phone somebody holds."""
    sid = str(line.call(**call).sid)
    line.run(seconds=5)
    assert line.phone("take")[1]["call"]["status"] == "ringing"
    return sid


def test_pages(line: Line) -> None:
    assert "No phone" in page(line, "").text or page(line, "").status_code == 200
    line.simulator.assign(DEBTOR, "never_answers")
    line.text(body="<script>alert(1)</script>")
    line.run()
    listed = page(line, "").text
    assert "+1 212-555-0123" in listed and "<script>alert" not in listed and "&lt;script&gt;" in listed
    shown = page(line, f"/{DEBTOR}")
    assert shown.status_code == 200 and "<script>alert(1)" not in shown.text and "+1 212-555-0123" in shown.text
    assert page(line, "?number=(212) 555-0123").url.endswith(f"/phone/{DEBTOR}")
    assert page(line, "?number=maria").status_code == 400
    for nonsense in ("/maria", "/+1", "/+12125550123'", "/12125550123"):
        assert page(line, nonsense).status_code == 404
    for static in ("phone.js", "phone.css"):
        assert requests.get(f"{line.url}/simulator/static/{static}", timeout=5).status_code == 200


def test_state_tells_only_what_is_new(line: Line) -> None:
    line.simulator.assign(DEBTOR, "never_answers")
    line.text(body="one")
    line.run()
    first = page(line, f"/{DEBTOR}/state").json()
    assert [e["text"] for e in first["entries"]] == ["one"] and first["contact"] == OURS
    assert (first["entries"][0]["time"], first["now"]["zone"]) == ("10:00", "America/New_York")
    assert page(line, f"/{DEBTOR}/state?since={first['next']}").json()["entries"] == []
    line.text(body="two")
    line.text(OTHER, body="not for this phone")
    line.run()
    newer = page(line, f"/{DEBTOR}/state?since={first['next']}").json()
    assert [e["text"] for e in newer["entries"]] == ["two"]
    assert page(line, f"/{DEBTOR}/state?since=x").json()["entries"]


def test_a_typed_reply(line: Line) -> None:
    status, state = line.phone("send", to=OURS, text="I pay on Friday")
    assert (status, state["taken"]) == (200, True)
    line.run(seconds=5)
    assert line.heard_by("inbound")[0]["Body"] == "I pay on Friday"
    assert line.texts() == ["I pay on Friday"]
    assert line.phone("send", to=OURS, text="  ")[0] == 200
    line.run(seconds=5)
    assert len(line.heard_by("inbound")) == 1
    assert line.phone("send", to=OTHER, text="hello?") == (409, {"error": "There is nobody at this number."})


def test_whoever_holds_the_phone_answers_for_its_owner(line: Line) -> None:
    line.simulator.assign(DEBTOR, "stop_sender")
    line.text(body="Your loan is past due")
    line.run(seconds=20)
    assert line.phone("take")[1]["taken"]
    line.run(days=2)
    assert line.kinds() == ["text_in"]  # the owner's answer was on its way; it is not sent any more
    line.text(body="Your loan is past due")
    line.run(days=2)
    assert line.kinds() == ["text_in", "text_in"]
    line.phone("release")
    line.text(body="Your loan is past due")
    line.run(days=2)
    assert "text_in" in line.kinds()[2:]


def test_a_call_taken_by_keys(line: Line) -> None:
    line.answers["answer"] = twiml(MENU.format(line.hook("menu")), "<Say>nobody</Say>")
    line.answers["menu"] = twiml("<Gather action='/hook/end'><Say>Which day?</Say></Gather>")
    line.answers["end"] = twiml("<Say>Thank you</Say>", "<Hangup/>")
    line.phone("take")
    ring(line)
    assert line.simulator.person_on_call()
    state = line.phone("answer")[1]
    assert state["call"]["status"] == "in-progress" and state["call"]["mine"]
    line.run(seconds=2)
    assert line.phone("press", key="1")[0] == 200
    line.run(seconds=2)
    assert line.heard_by("menu")[0]["Digits"] == "1"
    for key in ("4", "2", "A", "#"):
        line.phone("press", key=key)
    line.run(seconds=2)
    assert line.heard_by("end")[0]["Digits"] == "42" and line.heard_by("end")[0]["FinishedOnKey"] == "#"
    line.run(seconds=30)
    assert line.texts()[-1] == "Thank you" and not line.simulator.person_on_call()
    assert line.phone("press", key="1")[1]["call"] is None


def test_words_spoken_to_a_menu(line: Line) -> None:
    line.answers["answer"] = twiml("<Gather input='dtmf speech' action='/hook/menu'><Say>Yes or no?</Say></Gather>")
    line.answers["menu"] = twiml("<Hangup/>")
    line.phone("take")
    ring(line)
    line.phone("answer")
    line.run(seconds=1)
    line.phone("say", text="yes it is")
    line.run(seconds=1)
    assert line.heard_by("menu")[0]["SpeechResult"] == "yes it is"


@pytest.mark.parametrize(
    ("command", "status", "sip"), [("decline", "busy", "603"), ("hang_up", "busy", "603"), (None, "no-answer", "487")]
)
def test_a_call_not_taken(line: Line, command: str | None, status: str, sip: str) -> None:
    line.phone("take")
    ring(line, timeout=20)
    if command:
        line.phone(command)
    line.run(seconds=30)
    line.run(seconds=30)
    assert (line.statuses("voice")[-1], line.heard_by("voice")[-1]["SipResponseCode"]) == (status, sip)


def test_hanging_up(line: Line) -> None:
    line.phone("take")
    ring(line, document=twiml("<Pause length='60'/>", "<Say>never heard</Say>"))
    line.phone("answer")
    line.run(seconds=3)
    assert line.phone("hang_up")[1]["call"] is None
    line.run()
    assert line.statuses("voice")[-1] == "completed" and line.texts() == []
    assert line.kinds()[-2:] == ["hung_up", "ended"]


def test_time_stops_for_a_ringing_phone(line: Line) -> None:
    """`advance` comes back when the call begins to ring, and the person still has the whole ringing time."""
    line.phone("take")
    line.call(timeout=30)
    line.run(hours=3)
    assert line.kinds() == ["ringing"]
    line.run(seconds=29)
    assert line.phone("answer")[1]["call"]["status"] == "in-progress"


def test_a_phone_picked_up_while_it_rings(line: Line) -> None:
    line.simulator.assign(DEBTOR, "never_answers")
    line.call(timeout=30, document=twiml("<Say>Hello</Say>"))
    line.run(seconds=5)
    assert line.kinds() == ["ringing"]
    assert line.phone("take")[1]["call"]["mine"]
    assert line.phone("answer")[1]["call"]["status"] == "in-progress"
    line.run()
    assert line.texts() == ["Hello"]


def test_nobody_answers_a_phone_somebody_just_took(line: Line) -> None:
    line.simulator.assign(DEBTOR, "presses_promise")
    for _ in range(8):
        line.phone("release")
        line.call(timeout=30, document=twiml("<Say>Hello</Say>"))
        line.run(seconds=4)
        ringing = "ringing" in line.kinds()[-1:]
        line.phone("take")
        line.run(minutes=5)
        line.run(minutes=5)
        assert not ringing or line.kinds()[-2:] == ["ringing", "missed"]


def test_calling_us(line: Line) -> None:
    line.answers["ring"] = twiml("<Say>This is Acme</Say>", "<Pause length='5'/>")
    state = line.phone("call", to=OURS)[1]
    assert state["call"]["incoming"] is False and state["call"]["status"] == "ringing"
    assert line.phone("call", to=OURS)[0] == 409
    line.run(seconds=1)
    form = line.heard_by("ring")[0]
    assert (form["Direction"], form["From"], form["To"], form["CallStatus"]) == ("inbound", DEBTOR, OURS, "ringing")
    for _ in range(3):
        line.run(minutes=1)
    assert line.texts() == ["This is Acme"] and line.kinds()[-1] == "ended"
    (call,) = line.client.calls.list()
    assert (call.direction, call.status, call.sid) == ("inbound", "completed", form["CallSid"])


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_calls_to_us_may_be_rejected(line: Line, reason: str, status: str) -> None:
    line.answers["ring"] = twiml(f"<Reject reason='{reason}'/>")
    line.phone("call", to=OURS)
    line.run()
    assert line.client.calls.list()[0].status == status and "answered" not in line.kinds()


def test_a_person_plays_the_agent(line: Line) -> None:
    line.simulator.agent(AGENT)
    line.simulator.assign(DEBTOR, "presses_promise")
    line.phone("take", AGENT)
    line.answers["answer"] = twiml(f"<Dial action='/hook/bridged'>{AGENT}</Dial>")
    line.answers["bridged"] = twiml("<Hangup/>")
    for _ in range(20):
        line.call()
        line.run(seconds=25)
        line.run(seconds=1)
        if line.phone("answer", AGENT)[1]["call"]:
            break
        line.run()
    line.run(seconds=42)
    assert "bridged" in line.kinds() and line.phone("hang_up", AGENT)[1]["call"] is None
    line.run()
    assert line.heard_by("bridged")[0]["DialCallStatus"] == "completed"
    assert 41 <= int(line.heard_by("bridged")[0]["DialCallDuration"]) <= 45


def test_a_spoken_message_is_recorded_until_hanging_up(line: Line) -> None:
    line.phone("take")
    ring(line, document=twiml("<Record action='/hook/recorded' timeout='300'/>"))
    line.phone("answer")
    line.run(seconds=1)
    line.run(seconds=12)
    line.phone("say", text="Call me back")
    line.phone("hang_up")
    line.run()
    (form,) = line.heard_by("recorded")
    assert (form["Digits"], form["RecordingDuration"], form["CallStatus"]) == ("hangup", "12", "completed")


@pytest.mark.parametrize(("key", "digits"), [("#", "#"), (None, "")])
def test_a_spoken_message_ends_by_key_or_by_silence(line: Line, key: str | None, digits: str) -> None:
    line.phone("take")
    ring(line, document=twiml("<Record action='/hook/recorded' finishOnKey='#' timeout='8'/>"))
    line.phone("answer")
    line.run(seconds=1)
    line.run(seconds=4)
    line.phone("say", text="Call me back")
    line.phone("press", key="5")
    if key:
        line.phone("press", key=key)
    line.run(seconds=9)
    (form,) = line.heard_by("recorded")
    assert (form["Digits"], form["RecordingDuration"]) == (digits, "4")


def test_no_foreign_page_can_command_the_phone(line: Line) -> None:
    url = f"{line.url}/simulator/phone/{DEBTOR}/send"
    assert requests.post(url, data={"to": OURS, "text": "hi"}, timeout=5).status_code == 400
    assert requests.post(url, data='{"to": "x"}', headers={"Content-Type": "text/plain"}, timeout=5).status_code == 400
    assert line.phone("explode")[0] == 400
    assert requests.post(url, json=["to"], timeout=5).status_code == 400
    assert requests.get(url, timeout=5).status_code == 405
    assert line.journal() == []
