"""A case from import to paid, told by its own log; and what happens when things go wrong on the way."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach import campaigns
from outreach.carriers import Outcome, Progress
from outreach.core.terms import Channel, Money
from outreach.engine import calls, dispatch, payments, plan
from outreach.engine.answers import Answer, answer_by_hand
from outreach.store import facts
from outreach.store.database import Database
from outreach.store.tables import campaigns as stored
from outreach.store.tables import debtors
from tests.engine.house import ROOT, FakeCarrier, House


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def test_from_reminder_to_paid(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:29:00-05:00")
    assert house.carrier.sent == []
    house.at("2026-11-24T10:30:01-05:00")
    assert len(house.carrier.sent) == 1
    text = house.carrier.sent[0]
    assert (text.to, text.sender) == ("+15185550123", "+12125550199")
    assert "$120" in text.body and "STOP" in text.body and "2345" in text.body
    sid = house.carrier.known[0][0]
    house.report(sid, Progress.SENT, key=text.key)
    house.report(sid, Progress.DELIVERED, key=text.key)
    house.report(sid, Progress.SENT, key=text.key)
    house.at("2026-11-24T10:31:00-05:00")
    house.text("Yes", sid="SM-in-1")
    house.at("2026-11-24T10:32:00-05:00")
    assert house.status("L1") == "promised"
    assert len(house.carrier.sent) == 2  # the promise is spelled back, once
    house.at("2026-11-27T10:00:00-05:00")
    assert len(house.carrier.sent) == 2  # quiet while the promise stands
    paid = payments.Payment("P1", "L1", datetime.fromisoformat("2026-11-27T12:00:00-05:00"), Money(12000, "USD"))
    with house.db.begin() as tx:
        assert payments.apply(tx, [paid, paid], house.clock.now(), house.runtime.policy) == {"P1": "already"}
    house.at("2026-12-20T10:00:00-05:00")
    assert len(house.carrier.sent) == 2 and house.carrier.called == []
    assert house.status("L1") == "closed"
    kinds = house.kinds("L1")
    for kind in ("opened", "attempt_reserved", "attempt_placed", "delivered", "replied", "promised", "paid", "closed"):
        assert kind in kinds, kinds
    assert kinds.count("delivered") == 1
    assert "promise_kept" in kinds


def test_a_promise_not_kept_is_broken_and_followed_up(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 20))
    house.at("2026-11-24T10:00:00-05:00")
    house.text("I will pay on friday", sid="SM-in-1")
    house.at("2026-11-24T10:05:00-05:00")
    assert house.status("L1") == "promised"
    sent = len(house.carrier.sent)
    house.at("2026-11-29T23:59:00-05:00")
    assert house.status("L1") == "promised"
    house.at("2026-11-30T00:00:01-05:00")
    assert "promise_broken" in house.kinds("L1") and house.status("L1") == "active"
    house.at("2026-11-30T10:01:00-05:00")
    assert len(house.carrier.sent) == sent + 1


def test_stop_is_obeyed_confirmed_once_and_for_good(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:31:00-05:00")
    house.text("STOP", sid="SM-in-1")
    house.text("STOP", sid="SM-in-1")
    house.at("2026-11-24T10:32:00-05:00")
    assert len(house.carrier.sent) == 2
    for day in range(25, 31):
        house.at(f"2026-11-{day}T11:00:00-05:00")
    assert len(house.carrier.sent) == 2
    refused = [detail for kind, detail in house.log("L1") if kind == "refused"]
    assert refused and any(r["rule"] == "US-T-20" for r in refused[-1]["refusals"])


def test_a_stop_between_reservation_and_request_wins(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:00:00-05:00")
    house.clock.set(datetime.fromisoformat("2026-11-24T10:30:01-05:00"))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    house.text("please stop texting me", sid="SM-in-1")
    from outreach.engine import intake

    intake.apply(house.runtime)
    dispatch.place(house.runtime, Channel.SMS, 10)
    assert [text for text in house.carrier.sent if "120" in text.body] == []
    assert "attempt_released" in house.kinds("L1")


def test_a_call_identified_bridged_and_promised_by_key(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 20))
    house.at("2026-11-24T17:30:01-05:00")
    assert len(house.carrier.called) == 1
    sid, item = house.carrier.known[0]
    runtime = house.runtime
    scene = calls.answered(runtime, item.key, sid, None)
    assert "120" not in " ".join(scene.says)
    scene = calls.pressed(runtime, item.key, sid, "main", "2")
    assert "120" not in " ".join(scene.says)  # nobody skips the identification
    scene = calls.pressed(runtime, item.key, sid, "identify", "1")
    assert "120" in " ".join(scene.says)
    scene = calls.pressed(runtime, item.key, sid, "main", "2")
    assert scene.then.agent_phone == "+12125550151"  # type: ignore[union-attr]
    scene = calls.bridged(runtime, item.key, sid, "no_answer", 0)
    scene = calls.pressed(runtime, item.key, sid, "callback", "1")
    house.report(sid, Progress.COMPLETED, key=item.key, duration_s=60)
    house.at("2026-11-24T17:40:00-05:00")
    kinds = house.kinds("L1")
    for kind in ("answered", "identified", "transfer_failed", "callback_requested", "call_ended"):
        assert kind in kinds, kinds
    ended = next(detail for kind, detail in house.log("L1") if kind == "call_ended")
    assert ended["disposition"] == "right_party"


def test_nobody_answers_then_another_hour_then_a_text(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 20))
    house.at("2026-11-24T17:30:01-05:00")
    house.report(house.carrier.known[-1][0], Progress.NO_ANSWER)
    house.at("2026-11-24T17:31:00-05:00")
    house.at("2026-11-25T12:14:00-05:00")
    assert len(house.carrier.called) == 1
    house.at("2026-11-25T12:15:01-05:00")
    assert len(house.carrier.called) == 2
    house.report(house.carrier.known[-1][0], Progress.BUSY)
    house.at("2026-11-25T12:16:00-05:00")
    house.at("2026-11-26T10:15:01-05:00")
    assert len(house.carrier.called) == 2 and len(house.carrier.sent) == 1


def test_two_loans_of_one_debtor_make_one_contact(house: House) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", date(2026, 11, 27), minor=10000)
    house.case(debtor, "L2", date(2026, 11, 27), minor=5000)
    house.at("2026-11-24T10:31:00-05:00")
    assert len(house.carrier.sent) == 1
    assert "150" in house.carrier.sent[0].body
    assert "attempt_placed" in house.kinds("L1") and "attempt_placed" in house.kinds("L2")


def test_three_days_of_outage_bring_no_burst_and_no_silence(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.case(house.debtor("D2", phone="+15185550124"), "L2", date(2026, 11, 20))
    house.at("2026-11-24T09:30:00-05:00")
    house.at("2026-11-27T22:00:00-05:00")
    assert house.carrier.sent == [] and house.carrier.called == []
    assert "step_merged" in house.kinds("L1") or "step_expired" in house.kinds("L1")
    shifted = next(detail for kind, detail in house.log("L2") if kind == "step_shifted")
    assert shifted["days"] == 4
    house.at("2026-11-28T17:31:00-05:00")
    assert len(house.carrier.called) == 1


@pytest.mark.parametrize("moment", ["reserved", "taken", "doubt"])
def test_killed_between_any_two_steps_there_is_one_contact(house: House, moment: str) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:00:00-05:00")
    house.clock.set(datetime.fromisoformat("2026-11-24T10:30:01-05:00"))
    if moment == "reserved":
        dispatch.reserve(house.runtime, Channel.SMS, 10)
    elif moment == "taken":
        house.carrier.dies = True
        with pytest.raises(KeyboardInterrupt):
            dispatch.dispatch(house.runtime, Channel.SMS, 10)
    else:
        house.carrier.answers = [Outcome.IN_DOUBT]
        dispatch.dispatch(house.runtime, Channel.SMS, 10)
    house.restart()
    for minute in (31, 33, 40, 50):
        house.at(f"2026-11-24T10:{minute}:00-05:00")
    assert len(house.carrier.sent) == 1
    kinds = house.kinds("L1")
    assert kinds.count("attempt_placed") == 1, kinds
    assert ("attempt_in_doubt" in kinds) is (moment != "reserved")


def test_what_the_carrier_provably_never_had_is_tried_again_as_a_new_attempt(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.carrier.answers, house.carrier.lost = [Outcome.IN_DOUBT], True
    house.at("2026-11-24T10:30:01-05:00")
    house.at("2026-11-24T10:35:00-05:00")
    assert house.carrier.sent == []
    house.at("2026-11-24T10:41:00-05:00")
    assert len(house.carrier.sent) == 1
    assert house.kinds("L1").count("attempt_reserved") == 2
    [released] = [detail for kind, detail in house.log("L1") if kind == "attempt_released"]
    assert released["because"] == "the carrier has no record of it"


def test_what_the_carrier_never_had_counts_against_no_cap_and_is_tried_less_and_less_often(house: House) -> None:
    """Two of them had used up the week's texts, and nothing was sent for days."""
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.carrier.answers, house.carrier.lost = [Outcome.IN_DOUBT] * 4, True
    tried: list[int] = []
    for minute in range(30, 420):
        house.at(f"2026-11-24T{10 + minute // 60:02}:{minute % 60:02}:01-05:00")
        if len(tried) < house.kinds("L1").count("attempt_reserved"):
            tried.append(minute)
    assert len(house.carrier.sent) == 1 and house.kinds("L1").count("attempt_placed") == 1
    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert [wait // 5 for wait in waits] == [2, 5, 14, 50], (
        waits
    )  # ten minutes to be sure, and 0, 15, 60, 240 after that


def test_what_a_colleague_wrote_is_tried_less_and_less_often_too(house: House) -> None:
    """It belongs to no step, and no cap ends it."""
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    house.carrier.answers, house.carrier.lost = [Outcome.IN_DOUBT] * 40, True
    house.at("2026-11-24T10:30:01-05:00")
    now = house.clock.now()
    with house.db.begin() as tx:
        [debtor] = tx.scalars(select(debtors.c.id))
        person = facts.load(tx, [debtor], now)[debtor]
        loans = list(person.cases.values())
        assert answer_by_hand(tx, house.runtime, person, person.phones[0], loans, Answer("ask_date"), now).allowed
    for minute in range(30, 480, 2):
        house.at(f"2026-11-24T{10 + minute // 60:02}:{minute % 60:02}:03-05:00")
    assert 2 <= house.kinds("L1").count("attempt_reserved") <= 6


def test_too_many_requests_is_no_contact_and_waits(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.carrier.answers = [Outcome.NEVER_HAPPENED]
    house.at("2026-11-24T10:30:01-05:00")
    assert house.carrier.sent == []
    house.at("2026-11-24T10:31:30-05:00")
    assert len(house.carrier.sent) == 1


def test_a_number_the_carrier_calls_opted_out_is_left_alone(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.carrier.answers, house.carrier.codes = [Outcome.REJECTED], [21610]
    house.at("2026-11-24T10:30:01-05:00")
    assert "suppressed" in house.kinds("L1")
    house.at("2026-11-27T10:30:01-05:00")
    assert house.carrier.sent == []


def test_a_report_may_come_before_the_answer(house: House) -> None:
    class Eager(FakeCarrier):
        def send(self, batch):  # type: ignore[no-untyped-def]
            answers = super().send(batch)
            house.report(answers[0].sid, Progress.DELIVERED, key=answers[0].key)
            from outreach.engine import intake

            intake.apply(house.runtime)
            return answers

    house.runtime.carrier = house.carrier = Eager()
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:30:01-05:00")
    kinds = house.kinds("L1")
    assert kinds.count("attempt_placed") == 1 and kinds.count("delivered") == 1


def test_two_machines_do_not_talk_for_ever(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:31:00-05:00")
    for number in range(5):
        house.text("what is this about?", sid=f"SM-in-{number}")
        house.at(f"2026-11-24T11:0{number}:00-05:00")
    assert len(house.carrier.sent) == 2
    assert house.kinds("L1").count("replied") == 5
    assert house.kinds("L1").count("needs_person") == 1


EDITED = """\
campaign: edited
title: Edited while running
audience: {{days_past_due: ..30}}
cadence:
  - {{step: first, at: due - 3d, time: "10:30", sms: reminder_soon}}
  - {{step: second, at: {offset}, time: "{time}", sms: {template}}}
"""


def test_a_campaign_edited_while_running_is_followed_by_what_is_not_yet_reserved(house: House, tmp_path: Path) -> None:
    def publish(offset: str, time: str, template: str) -> str:
        for name in ("campaigns", "config"):
            (tmp_path / name).mkdir(exist_ok=True)
        shutil.copytree(ROOT / "config" / "rulebooks", tmp_path / "config" / "rulebooks", dirs_exist_ok=True)
        (tmp_path / "campaigns" / "edited.yaml").write_text(
            EDITED.format(offset=offset, time=time, template=template), encoding="utf-8"
        )
        house.runtime.loaded = campaigns.load(tmp_path, {})
        plan.publish(house.runtime)
        return house.runtime.loaded.campaigns[0].version

    first = publish("due", "09:30", "due_today")
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:30:01-05:00")
    second = publish("due - 1d", "16:00", "reminder_soon")
    assert first != second
    house.at("2026-11-26T15:59:59-05:00")
    assert len(house.carrier.sent) == 1
    house.at("2026-11-26T16:00:01-05:00")
    assert len(house.carrier.sent) == 2
    house.at("2026-11-27T12:00:00-05:00")
    assert len(house.carrier.sent) == 2
    came_from = [detail["version"] for kind, detail in house.log("L1") if kind == "attempt_reserved"]
    assert came_from == [first, second]
    with house.db.read() as connection:
        documents = {row.version: row.document for row in connection.execute(select(stored))}
    assert "16:00" in documents[second] and "09:30" in documents[first]


def test_a_step_taken_out_of_the_campaign_is_not_placed(house: House, tmp_path: Path) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T10:00:00-05:00")
    house.runtime.loaded = replace(house.runtime.loaded, campaigns=())
    plan.publish(house.runtime)
    house.at("2026-11-24T10:31:00-05:00")
    house.at("2026-11-27T10:31:00-05:00")
    assert house.carrier.sent == []
    assert "cadence_ended" in house.kinds("L1")
