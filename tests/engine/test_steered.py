"""How a debtor asks to be contacted is kept, held to by the gate, and said back in their language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach.core.terms import Purpose
from outreach.engine import calls
from outreach.store import caselog
from outreach.store.database import Database
from outreach.store.tables import (
    attempts,
    case_events,
    cases,
    debtors,
    inconvenient_times,
    phones,
    promises,
    suppressions,
    tasks,
)
from tests.engine.house import House

NOW = "2026-11-24T11:00:00-05:00"  # a Tuesday


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat(NOW))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def wrote(house: House, body: str, *, at: str = "2026-11-24T11:00:05-05:00", sid: str = "SM-in-1") -> None:
    house.text(body, sid=sid)
    house.at(at)


def rows(house: House, table: Any, *columns: Any) -> list[tuple[Any, ...]]:
    with house.db.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).select_from(table).order_by(table.c.id))]


def blocked(house: House) -> list[tuple[Any, ...]]:
    t = inconvenient_times.c
    return rows(house, inconvenient_times, t.days, t.start, t.end, t.channel, t.place)


def last_text(house: House) -> str:
    return house.carrier.sent[-1].body


EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("language", "body", "said"),
    [
        ("en", "only after 6pm", "We will contact you only after 6:00 PM. Reply STOP to opt out."),
        ("es", "solo después de las 6 de la tarde", "Le contactaremos solo después de las 18:00. Responda STOP"),
        ("zh", "只能晚上6点以后联系", "我们只在18:00以后联系您。回复TD退订"),
    ],
)
def test_only_after_six_is_kept_said_back_and_held_to(house: House, language: str, body: str, said: str) -> None:
    house.case(house.debtor(language=language), "L1", date(2026, 11, 24))
    wrote(house, body)
    assert blocked(house) == [(EVERY_DAY, "00:00", "18:00", None, None)]
    assert said in last_text(house)
    named = [detail for kind, detail in house.log("L1") if kind == "times_named"]
    assert [(d["start"], d["end"], d["source"]) for d in named] == [("00:00", "18:00", "sms")]
    assert rows(house, tasks, tasks.c.id) == []
    before = len(house.carrier.sent)
    for hour in range(9, 18):
        house.at(f"2026-11-25T{hour:02}:30:00-05:00")
    assert (len(house.carrier.sent), house.carrier.called) == (before, [])
    refused = [d for kind, d in house.log("L1") if kind == "refused"]
    assert any(r["rule"] == "INCONVENIENT" for d in refused for r in d["refusals"])  # a creditor: no law, and honoured
    house.at("2026-11-25T18:00:30-05:00")
    assert len(house.carrier.sent) + len(house.carrier.called) > before


def test_a_limit_takes_back_what_was_about_to_leave(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 24))
    wrote(house, "not before noon")
    assert blocked(house) == [(EVERY_DAY, "00:00", "12:00", None, None)]


def test_a_promise_and_a_limit_in_one_text_are_both_noted_in_one_answer(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    wrote(house, "I'll pay friday, don't call before 5")
    assert blocked(house) == [(EVERY_DAY, "00:00", "17:00", "call", None)]
    assert rows(house, promises, promises.c.promised_on) == [(date(2026, 11, 27),)]
    assert len(house.carrier.sent) == 1
    assert "27 Nov" in last_text(house) and "We will call you only after 5:00 PM." in last_text(house)


@pytest.mark.parametrize("body", ["will pay after 6pm", "I'll pay friday, only after 6pm"])
def test_a_promise_is_no_limit(house: House, body: str) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    wrote(house, body)
    assert blocked(house) == []


def test_not_at_work_with_a_work_number_on_file_spares_that_number(house: House) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", date(2026, 11, 27))
    with house.db.begin() as tx:
        digest = caselog.digest(b"salt", "+15185550177")
        work = {"debtor_id": debtor, "e164": "+15185550177", "digest": digest, "kind": "landline", "place": "work"}
        tx.execute(insert(phones).values(**work, rank=1))
    wrote(house, "don't call me at work")
    assert blocked(house) == [(EVERY_DAY, "00:00", "00:00", "call", "work")]
    assert rows(house, suppressions, suppressions.c.reason) == []
    assert "we will not call you at work" in last_text(house)


def test_not_at_work_with_no_work_number_on_file_ends_calls_until_a_person_has_asked(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    wrote(house, "no me llamen al trabajo")
    stops = rows(house, suppressions, suppressions.c.reason, suppressions.c.channel)
    assert stops == [("refused_channel", "call")]
    assert [kind for (kind,) in rows(house, tasks, tasks.c.kind)] == ["limits"]


def test_the_same_limit_twice_is_one(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "only after 6pm")
    wrote(house, "ONLY AFTER 6PM!!", at="2026-11-24T11:05:00-05:00", sid="SM-in-2")
    assert len(blocked(house)) == 1
    assert house.kinds("L1").count("times_named") == 1


def test_limits_that_leave_no_time_are_kept_and_a_person_asks(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "only after 6pm")
    wrote(house, "mornings only", at="2026-11-24T11:05:00-05:00", sid="SM-in-2")
    assert len(blocked(house)) == 2
    assert [kind for (kind,) in rows(house, tasks, tasks.c.kind)] == ["limits"]


@pytest.mark.parametrize(
    ("was", "body", "language", "said"),
    [
        ("en", "español", "es", "desde ahora le escribimos en español"),
        ("es", "in English please", "en", "we will write in English from now on"),
        ("en", "请用中文", "zh", "今后我们将用中文与您联系"),
    ],
)
def test_a_language_is_the_debtor_s_from_now_on(house: House, was: str, body: str, language: str, said: str) -> None:
    house.case(house.debtor(language=was), "L1", date(2026, 12, 20))
    wrote(house, body)
    assert rows(house, debtors, debtors.c.language) == [(language,)]
    assert said in last_text(house)
    changed = [detail for kind, detail in house.log("L1") if kind == "language_changed"]
    assert changed == [{"language": language, "was": was, "source": "sms"}]
    assert rows(house, tasks, tasks.c.id) == []


def test_another_number_is_shown_to_a_person_and_to_nobody_else(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 24))
    wrote(house, "use my other number 518-555-0142")
    kept = dict(rows(house, tasks, tasks.c.kind, tasks.c.note))
    assert "+1 518-555-0142" in kept["number"]
    assert rows(house, phones, phones.c.e164) == [("+15185550123",)]
    with house.db.read() as connection:
        told = " ".join(connection.scalars(select(case_events.c.detail)))
    assert "0142" not in told
    house.at("2026-11-28T12:00:00-05:00")
    assert {item.to for item in [*house.carrier.sent, *house.carrier.called]} <= {"+15185550123"}


def test_calls_instead_of_texts_ends_the_texts_and_a_person_calls(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    wrote(house, "no texts, call me")
    stops = rows(house, suppressions, suppressions.c.reason, suppressions.c.scope, suppressions.c.channel)
    assert stops == [("opt_out", "debtor", "sms")]
    assert [kind for (kind,) in rows(house, tasks, tasks.c.kind)] == ["callback"]
    assert len(house.carrier.sent) == 1 and "opted out" in last_text(house)


# --- a callback ---------------------------------------------------------------------------------------------------------


def test_call_me_tomorrow_at_five_is_placed_then_and_put_through(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "call me tomorrow at 5")
    assert "5:00 PM" in last_text(house)
    house.at("2026-11-25T16:59:30-05:00")
    assert house.carrier.called == []
    house.at("2026-11-25T17:00:05-05:00")
    assert [call.to for call in house.carrier.called] == ["+15185550123"]
    [(purpose, requested, key, sid)] = [
        row[1:]
        for row in rows(
            house,
            attempts,
            attempts.c.channel,
            attempts.c.purpose,
            attempts.c.requested,
            attempts.c.key,
            attempts.c.sid,
        )
        if row[0] == "call"
    ]
    assert (purpose, requested) == (Purpose.REQUESTED_CALLBACK, True)
    calls.answered(house.runtime, key, sid, "human")
    scene = calls.pressed(house.runtime, key, sid, "identify", "1")
    assert "You asked us to call you back" in scene.says[0] and scene.then.__class__.__name__ == "Bridge"
    calls.bridged(house.runtime, key, sid, "completed", 60)
    assert rows(house, tasks, tasks.c.kind, tasks.c.state) == [("callback", "done")]


def test_a_callback_that_is_not_lawful_then_is_a_person_s(house: House) -> None:
    house.case(house.debtor(consent=False), "L1", date(2026, 12, 20))
    wrote(house, "call me tomorrow at 5")
    house.at("2026-11-25T17:00:05-05:00")
    assert house.carrier.called == []
    assert rows(house, tasks, tasks.c.kind, tasks.c.state, tasks.c.phone_id) == [("callback", "open", None)]
    assert "refused" in house.kinds("L1")


def test_a_stop_after_it_takes_the_callback_with_it(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "call me tomorrow at 5")
    wrote(house, "stop calling me", at="2026-11-24T12:00:00-05:00", sid="SM-in-2")
    house.at("2026-11-25T17:00:05-05:00")
    assert house.carrier.called == []


def test_another_time_replaces_the_first(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "call me tomorrow at 5")
    wrote(house, "call me tomorrow at 6pm", at="2026-11-24T12:00:00-05:00", sid="SM-in-2")
    house.at("2026-11-25T17:00:05-05:00")
    assert house.carrier.called == []
    house.at("2026-11-25T18:00:05-05:00")
    assert len(house.carrier.called) == 1


def test_nobody_at_work_leaves_the_callback_to_a_person(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "call me tomorrow at 8:30pm")
    house.at("2026-11-25T20:30:05-05:00")
    house.at("2026-11-25T20:50:05-05:00")
    assert rows(house, tasks, tasks.c.kind, tasks.c.state) == [("callback", "open")]


def test_what_missed_its_time_is_not_placed_late(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "call me tomorrow at 5")
    house.at("2026-11-25T17:20:00-05:00")
    assert house.carrier.called == []


def test_a_limit_holds_for_the_callback_too(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "call me tomorrow at 5")
    wrote(house, "only after 6pm", at="2026-11-24T12:00:00-05:00", sid="SM-in-2")
    house.at("2026-11-25T17:00:05-05:00")
    assert house.carrier.called == []


def test_closed_before_its_time_means_no_call(house: House) -> None:
    case = house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "call me tomorrow at 5")
    with house.db.begin() as tx:
        caselog.record(tx, [caselog.Entry(case, house.clock.now(), "closed", {}, changes={"status": "closed"})])  # type: ignore[arg-type]
        tx.execute(update(cases).where(cases.c.id == case).values(plan_dirty=True))
    house.at("2026-11-25T17:00:05-05:00")
    assert house.carrier.called == []
