"""What becomes of a call, and what TwiML makes of it: menus, bridges, queues, recordings, machines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from twilio.base.exceptions import TwilioRestException

from outreach.simulator import Faults, Pace
from tests.simulator.line import AGENT, DEBTOR, OTHER, OURS, Line, twiml

Open = Callable[..., Line]
AGREES = "presses_promise"  # says yes it is me at the first menu, then 1
ENDED = {"completed", "busy", "no-answer", "failed", "canceled"}


def answered(line: Line, persona: str = AGREES, e164: str = DEBTOR, **call: object) -> object:
    """A call this persona picks up: they do not always, so ring until they do."""
    line.simulator.assign(e164, persona)
    picked_up = "machine" if persona == "machine" else "answered"
    for _ in range(30):
        made = line.call(e164, **call)
        line.run(minutes=10)
        if any(e.sid == made.sid and e.kind == picked_up for e in line.journal(e164)):
            return made
        line.told.clear()
        line.simulator.journal.clear()
    raise AssertionError("nobody picks up")


def final(line: Line, call: object) -> str:
    return str(line.client.calls(call.sid).fetch().status)  # type: ignore[attr-defined]


def test_events_of_an_answered_call(line: Line) -> None:
    call = answered(line, document=twiml("<Say>Good morning to you</Say>", "<Pause length='3'/>"))
    told = line.heard_by("voice")
    assert [form["CallStatus"] for form in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in told] == ["0", "1", "2", "3"]
    assert {form["CallSid"] for form in told} == {call.sid}  # type: ignore[attr-defined]
    times = [parsedate_to_datetime(form["Timestamp"]) for form in told]
    assert times == sorted(times)
    assert 3 <= int(told[3]["CallDuration"]) <= 6 and told[3]["Duration"] == "1"
    assert told[3]["SipResponseCode"] == "200" and told[3]["CallbackSource"] == "call-progress-events"
    (asked,) = line.heard_by("answer")
    assert (asked["CallStatus"], asked["Direction"], asked["FromCity"]) == ("in-progress", "outbound-api", "")
    assert line.texts() == ["Good morning to you"]
    record = line.client.calls(call.sid).fetch()  # type: ignore[attr-defined]
    took = record.end_time - record.start_time
    assert abs(took - timedelta(seconds=int(record.duration))) <= timedelta(seconds=1)


@pytest.mark.parametrize(
    ("persona", "status", "sip", "told"),
    [
        ("busy", "busy", "486", ["initiated", "busy"]),
        ("never_answers", "no-answer", "487", ["initiated", "ringing", "no-answer"]),
        ("dead_number", "failed", "404", ["initiated", "failed"]),
    ],
)
def test_calls_that_come_to_nothing(line: Line, persona: str, status: str, sip: str, told: list[str]) -> None:
    line.simulator.assign(DEBTOR, persona)
    call = line.call(timeout=20)
    line.run()
    assert final(line, call) == status
    assert line.statuses("voice") == told
    assert (line.heard_by("voice")[-1]["SipResponseCode"], line.heard_by("voice")[-1]["CallDuration"]) == (sip, "0")
    assert line.heard_by("answer") == []


def test_only_the_events_asked_for(line: Line) -> None:
    line.simulator.assign(DEBTOR, "never_answers")
    line.call(timeout=20, status_callback_event=None)
    line.run()
    assert line.statuses("voice") == ["no-answer"]


def test_calls_wait_their_turn_and_can_be_taken_back(open_line: Open) -> None:
    line = open_line(pace=Pace(calls_per_second=0.1))
    for number in (DEBTOR, OTHER):
        line.simulator.assign(number, "never_answers")
    first, second = line.call(), line.call(OTHER)
    assert (first.queue_time, second.queue_time) == ("0", "10000")
    line.run(seconds=5)
    assert final(line, second) == "queued"
    assert second.update(status="canceled").status == "canceled"
    line.run()
    assert line.journal(OTHER) == []
    assert line.heard_by("voice")[-1]["CallStatus"] in ENDED and final(line, second) == "canceled"


def test_a_ringing_call_is_taken_back(line: Line) -> None:
    line.simulator.assign(DEBTOR, "never_answers")
    call = line.call()
    line.run(seconds=8)
    assert final(line, call) == "ringing"
    call.update(status="canceled")
    line.run()
    assert line.statuses("voice") == ["initiated", "ringing", "canceled"]
    assert line.kinds() == ["ringing", "missed"]


def test_a_live_call_is_hung_up(line: Line) -> None:
    line.answers["answer"] = twiml("<Say>one</Say>", "<Redirect/>")
    line.answers["stop"] = lambda form: "<Response/>"

    def end(form: object) -> str:
        if len(line.heard_by("answer")) > 4:
            line.client.calls(form["CallSid"]).update(status="completed")  # type: ignore[index]
        return twiml("<Say>one</Say>", f"<Redirect>{line.hook('answer')}</Redirect>")

    line.answers["answer"] = end
    answered(line)
    assert line.statuses("voice")[-1] == "completed"
    assert len(line.heard_by("answer")) == 5


def test_no_call_lasts_for_ever(line: Line) -> None:
    document = twiml("<Pause length='60'/>", f"<Redirect>{line.hook('answer')}</Redirect>")
    call = answered(line, document=document, time_limit=100)
    assert final(line, call) == "completed" and line.heard_by("voice")[-1]["CallDuration"] == "100"
    slow = twiml("<Pause length='3000'/>", f"<Redirect>{line.hook('answer')}</Redirect>")
    endless = answered(line, document=slow)
    line.run(hours=5)
    assert final(line, endless) == "completed" and line.heard_by("voice")[-1]["CallDuration"] == str(4 * 3600)


# what is said and pressed
def test_a_menu_is_answered_by_key(line: Line) -> None:
    gather = f"<Gather numDigits='1' action='{line.hook('menu')}'><Say>Are you Maria? Press 1.</Say></Gather>"
    line.answers["menu"] = twiml("<Play>https://example.com/thanks.mp3</Play>", "<Hangup/>", "<Say>never</Say>")
    answered(line, document=twiml(gather, "<Say>nobody</Say>"))
    (pressed,) = line.heard_by("menu")
    assert (pressed["Digits"], pressed["FinishedOnKey"]) == ("1", "")
    assert line.texts() == ["Are you Maria? Press 1.", "1", "[thanks.mp3]"]


def test_a_relative_action_and_the_documents_own(line: Line) -> None:
    line.answers["deep/menu"] = twiml("<Hangup/>")
    line.answers["deep/answer"] = lambda form: (
        twiml("<Gather numDigits='1'><Say>Are you Maria?</Say></Gather>")
        if "Digits" not in form
        else twiml("<Gather numDigits='1' action='menu'><Say>An agent: 2. Tomorrow: 1.</Say></Gather>")
    )
    answered(line, url=line.hook("deep/answer"))
    assert [form.get("Digits") for form in line.heard_by("deep/answer")] == [None, "1"]
    assert line.heard_by("deep/menu")[0]["Digits"] == "1"


def test_silence_falls_through_or_is_told(line: Line) -> None:
    quiet = "<Gather numDigits='1' timeout='7' action='{}'{}><Say>Is anybody there?</Say></Gather>"
    document = twiml(quiet.format(line.hook("menu"), ""), "<Say>Goodbye</Say>")
    answered(line, "machine", document=document)
    assert line.heard_by("menu") == [] and line.texts()[-1] == "Goodbye"
    told = twiml(quiet.format(line.hook("menu"), " actionOnEmptyResult='true'"), "<Say>Goodbye</Say>")
    answered(line, "machine", document=told)
    assert line.heard_by("menu")[0]["Digits"] == ""
    assert line.texts()[-1] != "Goodbye"


def test_words_where_a_menu_listens(line: Line) -> None:
    line.answers["menu"] = twiml("<Hangup/>")
    document = twiml(f"<Gather input='speech' action='{line.hook('menu')}'><Say>Are you Maria?</Say></Gather>")
    answered(line, document=document)
    (form,) = line.heard_by("menu")
    assert form["SpeechResult"] == "yes" and 0 < float(form["Confidence"]) <= 1 and "Digits" not in form


def test_recordings(line: Line) -> None:
    record = f"<Record action='{line.hook('recorded')}' recordingStatusCallback='{line.hook('tape')}' maxLength='30'/>"
    line.answers["recorded"] = twiml("<Hangup/>")
    answered(line, document=twiml(record, "<Say>silence</Say>"))
    (form,) = line.heard_by("recorded")
    assert form["RecordingSid"].startswith("RE") and 3 <= int(form["RecordingDuration"]) <= 20
    assert line.heard_by("tape")[0]["RecordingStatus"] == "completed"
    answered(line, "machine", document=twiml(record, "<Say>silence</Say>"))
    assert len(line.heard_by("recorded")) <= 1 and line.texts()[-1] == "silence"


def test_a_call_turned_away_from_a_recording(line: Line) -> None:
    """What was planned for the recording must not disturb the document that came instead."""
    line.answers["answer"] = twiml("<Record maxLength='60' timeout='50'/>")
    line.answers["empty"] = twiml()
    line.simulator.assign(DEBTOR, AGREES)
    for _ in range(20):
        call = line.call()
        line.run(seconds=24)
        if final(line, call) == "in-progress":
            line.client.calls(call.sid).update(url=line.hook("empty"))
        line.run()
        assert final(line, call) in ENDED
    assert line.heard_by("empty")


def test_documents_that_cannot_be_carried_out(line: Line) -> None:
    for document, code in (
        ("<Response><Say>unclosed</Response>", "12100"),
        (twiml("<say>small</say>"), "12200"),
        ("<Reply/>", "12200"),
        ("", "12100"),
        (twiml("<Pause length='x'/>"), "12200"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><Response/>", "12100"),
    ):
        line.simulator.journal.clear()
        line.told.clear()
        answered(line, document=document)
        assert line.alerts() == [code], document
        assert "application error" in line.texts()[-1] and line.statuses("voice")[-1] == "completed"


def test_a_fallback_takes_over(line: Line) -> None:
    line.answers["answer"], line.answers["fallback"] = 500, twiml("<Say>Plan B</Say>")
    answered(line, fallback_url=line.hook("fallback"))
    (form,) = line.heard_by("fallback")
    assert (form["ErrorCode"], form["ErrorUrl"]) == ("11200", line.hook("answer"))
    assert line.texts() == ["Plan B"]


def test_documents_that_go_in_circles(line: Line) -> None:
    circle = f"<Redirect>{line.hook('answer')}</Redirect>"
    call = answered(line, document=twiml(circle), fallback_url=line.hook("fallback"))
    assert final(line, call) == "completed" and line.alerts()[0] == "11215"
    assert len(line.heard_by("answer")) < 200 and len(line.heard_by("fallback")) <= 1
    call = answered(line, document=twiml(*["<Message>ignored on a call</Message>"] * 300))
    assert final(line, call) == "completed"


# answering machines
@pytest.mark.parametrize(
    ("persona", "mode", "heard"),
    [
        (AGREES, "Enable", "human"),
        ("machine", "Enable", "machine_start"),
        ("machine", "DetectMessageEnd", "machine_end_beep"),
    ],
)
def test_machine_detection_on_the_side(line: Line, persona: str, mode: str, heard: str) -> None:
    detection = {"machine_detection": mode, "async_amd": "true", "async_amd_status_callback": line.hook("amd")}
    answered(line, persona, document=twiml("<Say>Hello</Say>", "<Pause length='30'/>"), **detection)
    (form,) = line.heard_by("amd")
    assert (form["AnsweredBy"], set(form)) == (
        heard,
        {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"},
    )
    assert "AnsweredBy" not in line.heard_by("answer")[0]  # asked at once, before anything is known
    assert line.heard_by("voice")[-1]["AnsweredBy"] == heard


def test_machine_detection_before_anything_is_said(line: Line) -> None:
    call = answered(line, "machine", machine_detection="Enable", document=twiml("<Hangup/>"))
    (form,) = line.heard_by("answer")
    assert form["AnsweredBy"] == "machine_start" and int(form["MachineDetectionDuration"]) >= 3000
    assert line.client.calls(call.sid).fetch().answered_by == "machine_start"  # type: ignore[attr-defined]


def test_detection_may_be_mistaken(line: Line) -> None:
    line.simulator.faults = Faults(wrong_ears=1)
    answered(line, machine_detection="Enable", document=twiml("<Hangup/>"))
    assert line.heard_by("answer")[0]["AnsweredBy"] == "machine_start"


def test_a_message_after_the_beep(line: Line) -> None:
    line.answers["voicemail"] = twiml("<Say>Please call us back</Say>")

    def amd(form: object) -> int:
        line.client.calls(form["CallSid"]).update(url=line.hook("voicemail"))  # type: ignore[index]
        return 204

    line.answers["amd"] = amd
    detection = {"machine_detection": "DetectMessageEnd", "async_amd": "true"}
    menu = twiml("<Gather timeout='30'><Say>Are you Maria?</Say></Gather>")
    answered(line, "machine", document=menu, async_amd_status_callback=line.hook("amd"), **detection)
    heard = {e.text: e.by for e in line.journal(kinds=["heard"])}
    assert heard == {"Are you Maria?": "greeting", "Please call us back": "voicemail"}


# two legs
def dialled(line: Line, extra: str = "", number: str = "", agent: str = AGENT) -> str:
    action = f"action='{line.hook('bridged')}'" if "action" not in extra else ""
    return twiml(f"<Dial {action} {extra}><Number {number}>{agent}</Number></Dial>", "<Say>after</Say>")


def test_an_agent_is_connected(line: Line) -> None:
    line.simulator.agent(AGENT, answers=1.0)
    line.answers["whisper"] = twiml("<Gather numDigits='1' action='take'><Say>A debtor</Say></Gather>", "<Hangup/>")
    line.answers["take"] = twiml()
    line.answers["bridged"] = twiml("<Say>Thank you</Say>")
    number = f"url='{line.hook('whisper')}' statusCallback='{line.hook('leg')}'"
    answered(line, document=dialled(line, "callerId='+12125550100'", number))
    line.run(minutes=10)
    (form,) = line.heard_by("bridged")
    assert (form["DialCallStatus"], form["DialBridged"]) == ("completed", "true")
    assert 59 <= int(form["DialCallDuration"]) <= 241 and form["DialCallSid"] != form["CallSid"]
    assert line.heard_by("leg")[-1]["ParentCallSid"] == form["CallSid"]
    assert line.texts(AGENT) == ["A debtor", "1"] and line.texts() == ["Thank you"]
    leg = line.client.calls(form["DialCallSid"]).fetch()
    assert (leg.direction, leg.parent_call_sid, leg._from) == ("outbound-dial", form["CallSid"], OURS)
    assert [c.sid for c in line.client.calls.list(parent_call_sid=form["CallSid"])] == [leg.sid]


@pytest.mark.parametrize(
    ("persona", "status"), [("busy", "busy"), ("never_answers", "no-answer"), ("dead_number", "failed")]
)
def test_nobody_takes_the_call(line: Line, persona: str, status: str) -> None:
    line.simulator.assign(OTHER, persona)
    line.answers["bridged"] = twiml("<Say>Nobody is free</Say>")
    answered(line, document=dialled(line, "timeout='15'", agent=OTHER))
    (form,) = line.heard_by("bridged")
    assert (form["DialCallStatus"], form["DialBridged"], form["DialCallDuration"]) == (status, "false", "0")
    assert line.texts()[-1] == "Nobody is free"


def test_dial_without_an_action_goes_on(line: Line) -> None:
    line.simulator.assign(OTHER, "busy")
    answered(line, document=twiml(f"<Dial>{OTHER}</Dial>", "<Say>after</Say>"))
    assert line.texts() == ["after"]


def test_an_agent_who_does_not_press_is_not_connected(line: Line) -> None:
    line.simulator.agent(AGENT, answers=1.0)
    line.answers["whisper"], line.answers["bridged"] = twiml("<Hangup/>"), twiml("<Say>sorry</Say>")
    answered(line, document=dialled(line, number=f"url='{line.hook('whisper')}'"))
    assert line.heard_by("bridged")[0]["DialBridged"] == "false" and "bridged" not in line.kinds()


def test_an_agent_out_of_hours(line: Line) -> None:
    line.simulator.agent(AGENT, zone="America/New_York", hours=[(frozenset({6}), "09:00", "12:00")], answers=1.0)
    line.answers["bridged"] = twiml()
    answered(line, document=dialled(line, "timeout='15'"))
    assert line.heard_by("bridged")[0]["DialCallStatus"] == "no-answer"


def test_the_first_to_answer_is_connected(line: Line) -> None:
    line.simulator.agent(AGENT, answers=1.0)
    line.simulator.assign(OTHER, "never_answers")
    line.answers["bridged"] = twiml()
    numbers = f"<Number>{OTHER}</Number><Number>{AGENT}</Number><Number>nonsense</Number>"
    answered(line, document=twiml(f"<Dial action='{line.hook('bridged')}'>{numbers}</Dial>"))
    line.run(minutes=10)
    assert line.heard_by("bridged")[0]["DialCallStatus"] == "completed"
    assert "missed" in line.kinds(OTHER) and line.alerts() == ["13223"]


def test_the_debtor_hangs_up_on_the_agent(line: Line) -> None:
    line.simulator.agent(AGENT, answers=1.0)
    call = answered(line, "hangs_up", document=dialled(line))
    assert final(line, call) == "completed"
    (form,) = line.heard_by("bridged")
    assert form["DialCallStatus"] in ("canceled", "completed")
    assert all(leg.status in ENDED for leg in line.client.calls.list())
    assert "after" not in line.texts()


def test_a_bridged_call_is_turned_elsewhere(line: Line) -> None:
    line.simulator.agent(AGENT, answers=1.0)
    line.simulator.assign(DEBTOR, AGREES)
    line.answers["elsewhere"] = twiml("<Say>elsewhere</Say>")
    line.answers["answer"] = dialled(line)
    for _ in range(20):
        call = line.call()
        line.run(seconds=45)
        if "bridged" in line.kinds():
            break
        line.run()
    line.client.calls(call.sid).update(url=line.hook("elsewhere"))
    line.run(minutes=9)
    assert line.texts()[-1] == "elsewhere" and line.heard_by("bridged") == []
    assert all(leg.status in ENDED for leg in line.client.calls.list())


# queues
def test_a_queue_and_somebody_who_takes_from_it(line: Line) -> None:
    line.simulator.agent(AGENT, answers=1.0)
    line.answers["wait"] = twiml("<Say>Please hold</Say>")
    line.answers["left"] = twiml("<Say>Thank you</Say>")
    wait = f"waitUrl='{line.hook('wait')}' action='{line.hook('left')}'"
    line.answers["answer"] = twiml(f"<Enqueue {wait}>desk</Enqueue>", "<Say>never</Say>")
    line.answers["agent"] = twiml(f"<Dial action='{line.hook('dialled')}'><Queue>desk</Queue></Dial>")
    line.answers["dialled"] = twiml("<Hangup/>")
    line.simulator.assign(DEBTOR, AGREES)
    for _ in range(20):
        line.call()
        line.run(seconds=30)
        if line.heard_by("wait"):
            break
        line.run()
    position = line.heard_by("wait")[0]
    assert (position["QueuePosition"], position["CurrentQueueSize"]) == ("1", "1") and position["QueueSid"][:2] == "QU"
    line.call(AGENT, url=line.hook("agent"))
    line.run(minutes=15)
    (left,) = line.heard_by("left")
    assert left["QueueResult"] == "bridged" and left["QueueSid"] == position["QueueSid"]
    assert "bridged" in line.kinds() and line.texts()[-1] == "Thank you"
    assert all(leg.status in ENDED for leg in line.client.calls.list())


def test_patience_in_a_queue_ends(line: Line) -> None:
    call = answered(line, document=twiml(f"<Enqueue action='{line.hook('left')}'>desk</Enqueue>"))
    (left,) = line.heard_by("left")
    assert left["QueueResult"] == "hangup" and 59 <= int(left["QueueTime"]) <= 181
    assert final(line, call) == "completed"


def test_the_debtor_leaves_the_queue_by_document(line: Line) -> None:
    line.answers["wait"] = twiml("<Say>Bye</Say>", "<Leave/>")
    answered(line, document=twiml(f"<Enqueue waitUrl='{line.hook('wait')}'>desk</Enqueue>", "<Say>next</Say>"))
    assert line.texts() == ["Bye", "next"]


def test_nobody_waits_in_the_queue(line: Line) -> None:
    line.answers["dialled"] = twiml("<Hangup/>")
    answered(line, document=twiml(f"<Dial timeout='5' action='{line.hook('dialled')}'><Queue>desk</Queue></Dial>"))
    assert line.heard_by("dialled")[0]["DialCallStatus"] == "no-answer"


# the API turns a live call
def test_updates_with_a_document(line: Line) -> None:
    def turn(form: object) -> str:
        line.client.calls(form["CallSid"]).update(twiml=twiml("<Say>Turned</Say>"))  # type: ignore[index]
        return twiml("<Say>not any more</Say>")

    line.answers["answer"] = turn
    answered(line)
    assert line.texts() == ["Turned"]


def test_a_call_with_its_document_and_no_url(line: Line) -> None:
    answered(line, url=None, twiml=twiml("<Say>By itself</Say>"))
    assert line.texts() == ["By itself"]


def test_a_deleted_leg_harms_nobody(line: Line) -> None:
    line.simulator.agent(AGENT, answers=1.0)
    line.simulator.assign(OTHER, "busy")
    numbers = f"<Number>{OTHER}</Number><Number>{AGENT}</Number>"
    line.answers["answer"], line.answers["bridged"] = twiml(f"<Dial action='/hook/bridged'>{numbers}</Dial>"), twiml()
    line.simulator.assign(DEBTOR, AGREES)
    for _ in range(20):
        line.call()
        line.run(seconds=25)
        for leg in line.client.calls.list():
            if leg.status in ENDED:
                leg.delete()
        line.run()
    assert line.heard_by("bridged") and line.alerts() == []


def test_two_calls_to_one_number_do_not_mix(line: Line) -> None:
    line.simulator.assign(DEBTOR, AGREES)
    line.answers["answer"] = twiml("<Gather numDigits='1' action='/hook/menu'><Say>Are you Maria?</Say></Gather>")
    line.answers["menu"] = twiml("<Hangup/>")
    made = {line.call().sid for _ in range(6)}
    line.run()
    assert {form["CallSid"] for form in line.heard_by("menu")} <= made
    assert len({form["CallSid"] for form in line.heard_by("menu")}) == len(line.heard_by("menu")) > 0
    with pytest.raises(TwilioRestException):
        line.client.calls(made.pop()).update(twiml=twiml())
