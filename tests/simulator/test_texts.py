"""What becomes of a text, in simulated time: its states, its callbacks, replies, and what the faults make of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from outreach.simulator import Faults, Pace
from tests.simulator.line import AGENT, DEBTOR, MORNING, OTHER, OURS, Line, twiml

Open = Callable[..., Line]


@pytest.fixture
def silent(line: Line) -> Line:
    """Nobody answers anything by themselves."""
    for number in (DEBTOR, OTHER):
        line.simulator.assign(number, "never_answers")
    return line


def error_of(ask: Callable[[], object]) -> int:
    with pytest.raises(TwilioRestException) as caught:
        ask()
    return int(caught.value.code)


def test_states_over_time_and_their_callbacks(silent: Line) -> None:
    text = silent.text()
    assert silent.run(seconds=0) == 0 and silent.statuses() == []  # no callback tells the first status
    while not silent.statuses():
        silent.run(seconds=1)
    assert silent.statuses() == ["sent"] and silent.client.messages(text.sid).fetch().status == "sent"
    silent.run(minutes=11)
    assert silent.statuses() == ["sent", "delivered"]
    sent, delivered = silent.heard_by("sms")
    assert sent["MessageSid"] == sent["SmsSid"] == text.sid
    assert (sent["From"], sent["To"], sent["MessageStatus"]) == (OURS, DEBTOR, sent["SmsStatus"])
    assert "RawDlrDoneDate" not in sent and delivered["RawDlrDoneDate"].startswith("270309")
    assert [(e.kind, e.text) for e in silent.journal()] == [("text_in", "Hello")]


@pytest.mark.parametrize(("persona", "code"), [("landline", 30006), ("dead_number", 30005)])
@pytest.mark.parametrize("faults", [Faults(), Faults(no_receipt=1)])
def test_lines_no_text_reaches(line: Line, persona: str, code: int, faults: Faults) -> None:
    line.simulator.faults = faults
    line.simulator.assign(DEBTOR, persona)
    text = line.text()
    line.run()
    assert line.statuses() == ["sent", "undelivered"]
    assert line.heard_by("sms")[1]["ErrorCode"] == str(code)
    assert line.client.messages(text.sid).fetch().error_code == code
    assert line.journal() == []


@pytest.mark.parametrize(
    ("faults", "statuses"),
    [
        (Faults(filtered=1), ["sent", "undelivered"]),
        (Faults(unreachable=1), ["sent", "undelivered"]),
        (Faults(unreachable=1, late_receipt=1), ["sent", "undelivered", "delivered"]),
        (Faults(no_receipt=1), ["sent"]),
        (Faults(drop=1), []),
        (Faults(duplicate=1), ["delivered", "delivered", "sent", "sent"]),
        (Faults(late=1), ["delivered", "sent"]),
    ],
)
def test_faults_of_networks_and_callbacks(silent: Line, faults: Faults, statuses: list[str]) -> None:
    silent.simulator.faults = faults
    text = silent.text()
    silent.run()
    told = silent.statuses()
    assert (sorted(told) if faults.duplicate or faults.late else told) == statuses
    for status in set(told):  # one event, one token, however often it is delivered
        assert len({t.token for t in silent.told if t.form.get("MessageStatus") == status}) == 1
    reached = not (faults.filtered or (faults.unreachable and not faults.late_receipt))
    assert [e.sid for e in silent.journal()] == ([text.sid] if reached else [])


@pytest.mark.parametrize(("share", "soonest", "latest"), [(0, 1, 8), (1, 60, 600)])
def test_how_long_a_receipt_takes(silent: Line, share: float, soonest: int, latest: int) -> None:
    silent.simulator.faults = Faults(slow_receipt=share)
    made = [silent.text().sid for _ in range(12)]
    silent.run()
    texts = [silent.simulator.exchange.world.messages[sid] for sid in made]
    took = [(text.updated_at - text.sent_at).total_seconds() for text in texts if text.sent_at]
    assert len(took) == len(made)
    assert soonest <= min(took) and max(took) <= latest


def test_callbacks_may_overtake_each_other(silent: Line) -> None:
    silent.simulator.faults = Faults(late=0.5)
    for _ in range(12):
        silent.text()
    silent.run()
    by_sid: dict[str, list[str]] = {}
    for form in silent.heard_by("sms"):
        by_sid.setdefault(form["MessageSid"], []).append(form["MessageStatus"])
    assert ["delivered", "sent"] in by_sid.values() and ["sent", "delivered"] in by_sid.values()


def test_retries_as_the_fragment_asks(silent: Line) -> None:
    silent.answers["sms"] = 503
    silent.text(status_callback=silent.hook("sms", "#rc=2&rp=all"))
    silent.run()
    assert sorted(silent.statuses()) == ["delivered"] * 3 + ["sent"] * 3
    assert len({told.token for told in silent.told}) == 2
    assert silent.alerts() == ["11200", "11200"]
    silent.told.clear()
    silent.text()  # by default only a connection that cannot be made is tried again
    silent.run()
    assert silent.statuses() == ["sent", "delivered"]


def test_nobody_at_the_callback_address(silent: Line) -> None:
    silent.text(status_callback="http://127.0.0.1:9/nobody")
    silent.run()
    assert silent.alerts() == ["11205", "11205"]


def test_a_service_picks_the_sender(silent: Line) -> None:
    text = silent.text(from_=None, messaging_service_sid="MG" + "1" * 32)
    assert (text.status, text.from_, text.num_segments) == ("accepted", None, "0")
    silent.run()
    assert silent.statuses() == ["queued", "sent", "delivered"]
    assert silent.client.messages(text.sid).fetch().from_ == OURS


def test_magic_numbers_are_refused_to_a_service_too(silent: Line) -> None:
    assert error_of(lambda: silent.text("+15005550009", from_=None, messaging_service_sid="MG1")) == 21614


def test_scheduled_texts_wait_and_can_be_taken_back(silent: Line) -> None:
    service = {"messaging_service_sid": "MG" + "1" * 32, "schedule_type": "fixed"}
    kept = silent.text(send_at=MORNING + timedelta(days=1), **service)
    dropped = silent.text(OTHER, send_at=MORNING + timedelta(days=1), **service)
    assert kept.status == dropped.status == "scheduled"
    assert dropped.update(status="canceled").status == "canceled"
    silent.run(hours=20)
    assert silent.statuses() == ["canceled"]
    silent.run(hours=5)
    assert silent.statuses()[1:] == ["queued", "sent", "delivered"]
    assert silent.journal(OTHER) == []
    assert error_of(lambda: kept.update(status="canceled")) == 30409


def test_senders_queue_and_texts_expire_in_the_queue(open_line: Open) -> None:
    line = open_line(pace=Pace(segments_per_second=0.01, queue_hours=0.1))
    line.simulator.assign(DEBTOR, "never_answers")
    sids = [line.text(validity_period=60).sid for _ in range(4)]
    assert error_of(lambda: line.text()) == 21611
    line.run()
    ended = [line.client.messages(sid).fetch() for sid in sids]
    assert [m.status for m in ended] == ["delivered", "failed", "failed", "failed"]
    assert {m.error_code for m in ended[1:]} == {30036}
    assert [e.sid for e in line.journal()] == sids[:1]


def test_a_text_too_old_after_an_outage_is_not_sent(silent: Line) -> None:
    silent.text(validity_period=600)
    silent.simulator.faults = Faults(outages=((MORNING, MORNING + timedelta(hours=1)),))
    silent.run()
    assert silent.statuses() == ["failed"] and silent.journal() == []


# what debtors write
def write(line: Line, body: str, e164: str = DEBTOR) -> None:
    assert line.phone("send", e164, to=OURS, text=body)[0] == 200
    line.run(minutes=1)


def test_a_reply_reaches_us(silent: Line) -> None:
    write(silent, "  I'll pay on Friday & tomorrow  ")
    (form,) = silent.heard_by("inbound")
    assert (form["Body"], form["From"], form["To"]) == ("I'll pay on Friday & tomorrow", DEBTOR, OURS)
    assert form["SmsStatus"] == "received" and "MessageStatus" not in form and form["FromCity"] == ""
    assert (form["NumMedia"], form["NumSegments"], form["FromCountry"]) == ("0", "1", "US")
    (found,) = silent.client.messages.list(from_=DEBTOR)
    assert (found.sid, found.direction, found.status) == (form["MessageSid"], "inbound", "received")


def test_stop_blocks_the_pair_until_start(open_line: Open) -> None:
    line = open_line(carrier_replies=True, advanced_opt_out=True)
    line.simulator.inbound_url(AGENT)
    write(line, " Stop ")
    assert line.heard_by("inbound")[0]["OptOutType"] == "STOP"
    assert "unsubscribed" in line.texts()[-1]
    assert error_of(line.text) == 21610
    assert line.text(from_=AGENT).sid  # another sender, another pair
    write(line, "start")
    assert line.heard_by("inbound")[1]["OptOutType"] == "START"
    assert line.text().sid
    write(line, "YES")  # not blocked: an ordinary word
    write(line, "Please stop texting me")
    assert all("OptOutType" not in form for form in line.heard_by("inbound")[2:])
    assert line.text().sid
    write(line, "help")
    assert line.heard_by("inbound")[-1]["OptOutType"] == "HELP"


def test_a_plain_number_says_nothing_of_opt_out(silent: Line) -> None:
    write(silent, "STOP")
    assert "OptOutType" not in silent.heard_by("inbound")[0]
    assert error_of(silent.text) == 21610
    assert silent.texts() == ["STOP"]  # the carrier does not answer unless told to


@pytest.mark.parametrize(
    ("answer", "texted"),
    [
        (twiml(), []),
        (204, []),
        (twiml("<Message>Thanks &amp; bye</Message>"), ["Thanks & bye"]),
        (twiml("<Message><Body>One</Body></Message>", "<Message>Two</Message>"), ["One", "Two"]),
        ("plain text is a text too", ["plain text is a text too"]),
    ],
)
def test_what_we_answer_to_a_reply(silent: Line, answer: str | int, texted: list[str]) -> None:
    silent.answers["inbound"] = answer
    write(silent, "hi")
    silent.run()
    assert silent.texts()[1:] == texted
    assert silent.alerts() == []


def test_a_reply_with_a_broken_answer_and_a_fallback(silent: Line) -> None:
    own = silent.client.incoming_phone_numbers.list()[0]
    own.update(sms_fallback_url=silent.hook("fallback"))
    silent.answers["inbound"] = 500
    write(silent, "hi")
    assert len(silent.heard_by("inbound")) == len(silent.heard_by("fallback")) == 1
    assert silent.heard_by("fallback")[0]["ErrorCode"] == "11200"
    silent.answers["inbound"] = "<Response><Shout/></Response>"
    write(silent, "hi again")
    assert silent.alerts() == ["11200", "12200"]


def test_the_inbound_webhook_is_tried_again_when_asked(silent: Line) -> None:
    silent.simulator.inbound_url(OURS, sms_url=silent.hook("inbound", "#rc=3&rp=5xx"))
    answers = iter([500, 502, 204])
    silent.answers["inbound"] = lambda form: next(answers)
    write(silent, "hi")
    assert len({form["MessageSid"] for form in silent.heard_by("inbound")}) == 1
    assert len(silent.heard_by("inbound")) == 3 and len(silent.client.messages.list()) == 1


def test_a_deleted_text_harms_nobody(silent: Line) -> None:
    silent.simulator.faults = Faults(no_receipt=1)
    text = silent.text()
    text.delete()
    silent.run()
    assert silent.client.messages.list() == []


def test_instants_are_written_as_the_carrier_writes_them(silent: Line) -> None:
    silent.clock.at = datetime(2027, 7, 1, 12, tzinfo=UTC)
    assert silent.text().date_created == datetime(2027, 7, 1, 12, tzinfo=UTC)
