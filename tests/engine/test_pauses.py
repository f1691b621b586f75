"""Reminders rest after "I paid", hardship and a question: at once, for every way out, and until what ends each of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from outreach.audit import audit
from outreach.core.terms import Channel, Money, SuppressionReason, SuppressionScope
from outreach.engine import dispatch, pauses, payments, plan, stops
from outreach.explained import explain, words
from outreach.store.database import Database
from outreach.store.tables import attempts, promises, suppressions, tasks
from tests.engine.house import House

DUE = date(2027, 3, 8)
PAID, HARDSHIP, QUESTION = (
    "I already paid this on Sunday",
    "I lost my job, I have no money",
    "how much of that is interest?",
)
ASKS = {"paid": PAID, "hardship": HARDSHIP, "question": QUESTION}


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-08T20:00:00-05:00"))  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    made.case(made.debtor(), "L1", DUE)
    return made


def writes(house: House, body: str, at: str = "2027-03-08T20:30:00-05:00", sid: str = "SM-in-1") -> None:
    house.clock.set(datetime.fromisoformat(at))
    house.text(body, sid=sid)
    house.at(at)


def stands(house: House) -> list[tuple[str, str | None, bool]]:
    """(reason, the local day it ends, lifted) of every stop."""
    with house.db.read() as connection:
        rows = connection.execute(select(suppressions).order_by(suppressions.c.id)).all()
    return [(r.reason, f"{r.until:%m-%d}" if r.until else None, r.lifted_at is not None) for r in rows]


def open_tasks(house: House) -> list[str]:
    with house.db.read() as connection:
        query = select(tasks.c.kind).where(tasks.c.state == "open").order_by(tasks.c.id)
        return list(connection.scalars(query))


def reminders(house: House) -> int:
    """How many contacts of a campaign left."""
    with house.db.read() as connection:
        query = select(attempts.c.id).where(attempts.c.placed_at.is_not(None), attempts.c.step.is_not(None))
        return len(connection.execute(query).all())


def days(house: House, first: int, last: int) -> None:
    for day in range(first, last + 1):
        for hour in ("10:00:05", "17:30:05"):
            house.at(f"2027-03-{day:02}T{hour}-0{4 if day >= 14 else 5}:00")


def pays(house: House, amount: int) -> None:
    now = house.clock.now()
    told = payments.Payment("P1", "L1", now, Money(amount, "USD"))
    with house.db.begin() as tx:
        payments.apply(tx, [told], now, house.runtime.policy)


@pytest.mark.parametrize(
    ("said", "ends", "template", "body"),
    [
        ("paid", "03-15", "thanks_paid", "We are checking the payment"),
        ("hardship", None, "hardship_noted", "We stop our reminders"),
        ("question", "03-13", "reply_noted", "a colleague will read your message"),
    ],
)
def test_each_is_answered_held_and_left_alone(
    house: House, said: str, ends: str | None, template: str, body: str
) -> None:
    writes(house, ASKS[said])
    assert stands(house) == [(said, ends, False)] and house.status("L1") == "held"
    assert house.kinds("L1")[1:5] == ["replied", "suppressed", "held", "needs_person"]
    assert open_tasks(house) == ["reply"]
    [text] = house.carrier.sent
    assert body in text.body
    days(house, 9, 12)
    assert reminders(house) == 0 and house.carrier.called == []
    assert audit(house.db) == []


@pytest.mark.parametrize("said", ASKS)
def test_what_was_about_to_leave_stays(house: House, said: str) -> None:
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat("2027-03-09T10:00:01-05:00"))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    writes(house, ASKS[said], "2027-03-09T10:00:02-05:00")
    assert reminders(house) == 0 and "attempt_released" in house.kinds("L1")


@pytest.mark.parametrize("said", ASKS)
def test_the_gate_refuses_by_name_and_explain_says_so(house: House, said: str) -> None:
    writes(house, ASKS[said])
    at = datetime.fromisoformat("2027-03-10T12:00:00-05:00")
    told = explain(house.db, house.runtime.loaded.rulebooks, "L1", at, None)
    assert {refusal["rule"] for way in told["ways"] for refusal in way["refusals"]} >= {f"STOP-{said.upper()}"}
    assert "the case is held for a person" in words(told)


def test_money_ends_the_search_and_the_rest_is_followed_up_after_its_quiet(house: House) -> None:
    writes(house, PAID)
    house.at("2027-03-10T12:00:00-05:00")
    pays(house, 6000)
    assert stands(house) == [("paid", "03-15", True)] and house.status("L1") == "active"
    assert house.kinds("L1")[-3:] == ["paid", "suppression_lifted", "resumed"]
    days(house, 11, 16)
    assert reminders(house) == 0
    days(house, 17, 17)
    assert reminders(house) == 1 and "$60.00" in house.carrier.sent[-1].body, house.kinds("L1")


def test_no_money_came_a_person_decides_and_nothing_leaves_before(house: House) -> None:
    writes(house, PAID)
    house.clock.set(datetime.fromisoformat("2027-03-15T10:00:05-04:00"))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 0, "whichever job is quicker when the days are over"
    house.at("2027-03-15T10:00:06-04:00")
    assert open_tasks(house) == ["reply", "payment"] and stands(house) == [("paid", None, False)]
    assert house.kinds("L1")[-2:] == ["suppressed", "needs_person"] and house.status("L1") == "held"
    days(house, 16, 31)
    assert reminders(house) == 0 and open_tasks(house) == ["reply", "payment"], "told once"
    with house.db.begin() as tx:
        [debtor] = tx.scalars(select(suppressions.c.debtor_id))
        assert pauses.lift(tx, debtor, "abe decided", house.clock.now()) == 1
    assert house.status("L1") == "active"
    house.at("2027-04-02T10:00:05-04:00")
    house.at("2027-04-03T18:15:05-04:00")
    assert reminders(house) == 1


def test_money_that_came_late_takes_the_task_back(house: House) -> None:
    writes(house, PAID)
    house.at("2027-03-15T10:00:06-04:00")
    pays(house, 12000)
    assert open_tasks(house) == ["reply"] and house.status("L1") == "closed"


def test_after_a_question_that_nobody_answered_reminders_go_on(house: House) -> None:
    writes(house, QUESTION)
    days(house, 9, 12)
    assert reminders(house) == 0
    days(house, 13, 18)  # the call is left out: they had replied; the second text is next
    assert reminders(house) == 1 and house.status("L1") == "active" and open_tasks(house) == ["reply"]
    lifted = [detail for kind, detail in house.log("L1") if kind == "suppression_lifted"]
    assert [one["because"] for one in lifted] == ["its days are over"]


def test_one_question_after_the_other_does_not_rest_for_ever(house: House) -> None:
    writes(house, QUESTION)
    for day in range(9, 13):
        writes(house, QUESTION, f"2027-03-{day:02}T09:00:00-05:00", f"SM-in-{day}")
    assert stands(house) == [("question", "03-13", False)]


def test_hardship_is_held_however_long(house: House) -> None:
    writes(house, HARDSHIP)
    days(house, 9, 31)
    assert reminders(house) == 0 and house.status("L1") == "held" and open_tasks(house) == ["reply"]


def test_it_reaches_every_loan_of_the_person_and_a_payment_only_its_own(house: House) -> None:
    other = house.debtor("D2", phone="+15185550124")
    house.case(other, "M1", DUE)
    house.case(other, "M2", DUE)
    house.clock.set(datetime.fromisoformat("2027-03-08T20:30:00-05:00"))
    house.text(HARDSHIP, sid="SM-in-1", sender="+15185550124")
    house.at("2027-03-08T20:30:00-05:00")
    assert (house.status("M1"), house.status("M2"), house.status("L1")) == ("held", "held", "active")


def test_another_stop_still_holds_what_rests_no_longer(house: House) -> None:
    writes(house, QUESTION)
    with house.db.begin() as tx:
        [debtor] = tx.scalars(select(suppressions.c.debtor_id))
        stops.suppress(tx, debtor, SuppressionReason.DISPUTE, SuppressionScope.DEBTOR, "agent", house.clock.now())
    house.at("2027-03-14T10:00:05-04:00")
    assert house.status("L1") == "held" and house.kinds("L1")[-1] == "suppression_lifted"


def test_who_promises_meanwhile_is_confirmed_and_waits_for_that_day(house: House) -> None:
    writes(house, QUESTION)
    writes(house, "ok I will pay on march 19", "2027-03-09T09:00:00-05:00", "SM-in-2")
    assert "19 Mar" in house.carrier.sent[-1].body
    house.at("2027-03-14T10:00:05-04:00")
    assert house.status("L1") == "promised"
    with house.db.read() as connection:
        assert connection.scalar(select(promises.c.status)) == "open"


def test_stop_is_obeyed_and_confirmed_while_reminders_rest(house: House) -> None:
    writes(house, QUESTION)
    writes(house, "STOP", "2027-03-09T09:00:00-05:00", "SM-in-2")
    assert ("opt_out", None, False) in stands(house)
    assert "no more" in house.carrier.sent[-1].body.lower() or "opted" in house.carrier.sent[-1].body.lower()


def test_a_complaint_stops_everything_and_is_not_answered_by_software(house: House) -> None:
    writes(house, "third rude call this week. I'm filing a complaint with the CFPB")
    assert stands(house) == [("complaint", None, False)] and house.status("L1") == "held"
    days(house, 9, 31)
    assert house.carrier.sent == [] and house.carrier.called == [] and open_tasks(house) == ["reply"]


@pytest.mark.parametrize(("country", "sends"), [("US", 1), ("GB", 0)])
def test_where_a_rulebook_stops_contact_for_hardship_nothing_is_answered(
    house: House, country: str, sends: int
) -> None:
    there: dict[str, Any] = {"country": country, "region": "NY" if country == "US" else None}
    phone = "+15185550125" if country == "US" else "+447700900123"
    house.case(house.debtor("D3", phone=phone, **there), "G1", DUE)
    house.clock.set(datetime.fromisoformat("2027-03-09T11:00:00-05:00"))
    house.text(HARDSHIP, sid="SM-in-1", sender=phone)
    before = len(house.carrier.sent)
    house.at("2027-03-09T11:00:00-05:00")
    noted = [text for text in house.carrier.sent[before:] if text.to == phone and "reminders" in text.body]
    assert len(noted) == sends and house.status("G1") == "held"
