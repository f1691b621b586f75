"""Part of what is due is paid: quiet for a while, then follow-up goes on for what is left. All of it: it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from outreach.carriers import Progress
from outreach.core.cadence import Condition
from outreach.core.terms import Channel, EventKind, Money
from outreach.engine import calls, dispatch, payments, plan
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.database import Database
from outreach.store.tables import cases, steps
from tests.engine.house import House

DUE = date(2027, 3, 8)
QUIET_ENDS = "2027-03-16"  # paid on the 9th, seven days of quiet: the first text waits for that day's ten o'clock


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-08T20:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def pays(house: House, amount: int, ref: str = "P1", loan: str = "L1") -> None:
    now = house.clock.now()
    paid = payments.Payment(ref, loan, now, Money(amount, "USD"))
    with house.db.begin() as tx:
        assert payments.apply(tx, [paid], now, house.runtime.policy) == {ref: "applied"}


def stands(house: House) -> list[tuple[Any, ...]]:
    """(campaign, step, state) of every row that is not over."""
    query = select(steps.c.campaign, steps.c.step, steps.c.state).where(steps.c.state != "ended")
    with house.db.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(steps.c.campaign))]


def because(house: House) -> list[str]:
    return [detail["because"] for kind, detail in house.log("L1") if kind == "cadence_ended"]


def test_a_small_payment_quiets_and_then_the_rest_is_asked_for(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-09T09:00:00-05:00")
    pays(house, 1000)
    for day in range(9, 16):
        house.at(f"2027-03-{day:02}T19:00:00-04:00")
        assert house.carrier.sent == [] and house.carrier.called == [], f"quiet on the {day}th"
    house.at(f"{QUIET_ENDS}T10:00:01-04:00")
    [text] = house.carrier.sent
    assert text.body.startswith("Blue Bank: thank you for your payment. $110.00 is still due since 8 Mar on your loan")
    [told] = [detail for kind, detail in house.log("L1") if kind == "step_shifted"]
    assert (told["step"], told["days"], told["because"]) == ("first-text", 7, "part of what is due was paid")
    house.report(house.carrier.known[0][0], Progress.DELIVERED)
    house.at("2027-03-16T10:00:30-04:00")
    skipped = [detail["step"] for kind, detail in house.log("L1") if kind == "step_skipped"]
    assert skipped == ["first-call"], "its time came by while they were left alone"
    house.at("2027-03-18T11:00:01-04:00")
    house.report(house.carrier.known[1][0], Progress.DELIVERED)
    house.at("2027-03-18T11:01:00-04:00")
    house.at("2027-03-24T18:15:01-04:00")
    key = house.carrier.called[0].key
    calls.answered(house.runtime, key, house.carrier.known[2][0], "human")
    says = " ".join(calls.pressed(house.runtime, key, house.carrier.known[2][0], "identify", "1").says)
    assert "110 US dollars is still due since Monday, March 8" in says


def test_the_text_after_the_quiet_names_what_is_left_and_thanks(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-16T20:00:00-04:00")
    pays(house, 2000)
    for day in range(17, 23):
        house.at(f"2027-03-{day}T20:30:00-04:00")
    assert house.carrier.sent == [], "the second text, of the 18th, waits too"
    house.at("2027-03-23T11:00:01-04:00")
    [text] = house.carrier.sent
    assert text.body.startswith("Blue Bank: thank you for your payment. The rest is still open: $100.00 is still due")


@pytest.mark.parametrize(("amount", "over"), [(12000, True), (11400, True), (11399, False), (6000, False), (1, False)])
def test_what_is_due_covered_within_the_tolerance_ends_it_and_less_does_not(
    house: House, amount: int, over: bool
) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-09T09:00:00-05:00")
    pays(house, amount)
    house.at("2027-03-09T10:00:01-05:00")
    left = [campaign for campaign, _, _ in stands(house)]
    assert ("overdue-1-30" in left) is not over
    if over and amount < 12000:
        assert because(house)[-1] == "paid"


def test_two_parts_that_cover_it_end_it(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-09T09:00:00-05:00")
    pays(house, 6000)
    house.at("2027-03-11T09:00:00-05:00")
    pays(house, 5500, "P2")
    house.at(f"{QUIET_ENDS}T10:00:01-04:00")
    house.at("2027-03-18T10:00:01-04:00")
    assert house.carrier.sent == [] and house.carrier.called == []
    assert stands(house) == [] and because(house)[-1] == "paid"


def test_each_part_begins_the_quiet_anew(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-09T09:00:00-05:00")
    pays(house, 2000)
    house.at("2027-03-14T09:00:00-04:00")
    pays(house, 2000, "P2")
    for day in range(14, 21):
        house.at(f"2027-03-{day}T19:00:00-04:00")
    assert house.carrier.sent == [] and house.carrier.called == []
    house.at("2027-03-21T19:00:00-04:00")
    house.at("2027-03-22T19:00:00-04:00")
    assert len(house.carrier.sent) + len(house.carrier.called) == 1


def test_what_was_about_to_leave_when_a_part_came_stays(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat("2027-03-09T10:00:01-05:00"))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    pays(house, 1000)
    house.at("2027-03-09T10:00:05-05:00")
    assert house.carrier.sent == []


def test_another_loan_is_still_spoken_of_alone(house: House) -> None:
    """Part was paid of one loan: of the other, which is due, they are told; not of both."""
    debtor = house.debtor()
    house.case(debtor, "L1", DUE)
    house.case(debtor, "L2", DUE, minor=5000)
    house.at("2027-03-09T09:00:00-05:00")
    pays(house, 1000)
    house.at("2027-03-09T10:00:01-05:00")
    [text] = house.carrier.sent
    assert "$50.00" in text.body and "$110.00" not in text.body and "total" not in text.body


def test_a_campaign_may_say_that_a_part_ends_it_as_any_payment_did(house: House) -> None:
    house.runtime.loaded = replace(
        house.runtime.loaded,
        campaigns=tuple(
            replace(c, stop_when=c.stop_when | {Condition.PAID_IN_PART}) for c in house.runtime.loaded.campaigns
        ),
    )
    house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-09T09:00:00-05:00")
    pays(house, 1000)
    house.at("2027-03-09T10:00:01-05:00")
    assert because(house)[-1] == "paid_in_part" and stands(house) == []


def test_a_later_instalment_is_not_paid_by_the_one_before(house: House) -> None:
    """Paid in full and closed; the next one falls due: what came before it opened again counts neither way."""
    case_id = house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-08T20:30:00-05:00")
    pays(house, 12000)
    assert house.status("L1") == "closed"
    house.clock.set(datetime.fromisoformat("2027-03-09T09:00:00-05:00"))
    with house.db.begin() as tx:
        changes = {"status": "active", "amount_due_minor": 12000, "plan_dirty": True}
        caselog.record(tx, [Entry(case_id, house.clock.now(), EventKind.REOPENED, {}, changes=changes)])
    house.at("2027-03-09T10:00:01-05:00")
    [text] = house.carrier.sent
    assert "$120.00 was due" in text.body
    with house.db.read() as connection:
        assert connection.scalar(select(cases.c.status)) == "active"
