"""A payment comes back (a chargeback, a bounced debit): what is due, the promise it kept, and the case are as they truly are."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from outreach.audit import audit
from outreach.carriers import Progress
from outreach.core.terms import Channel, EventKind, Money, SuppressionReason, SuppressionScope
from outreach.engine import dispatch, payments, plan, stops
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.database import Database
from outreach.store.tables import cases, promises
from tests.engine.house import House

DUE = date(2027, 3, 12)  # a Friday


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-09T09:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def apply(house: House, ref: str, amount: int, *, reverses: str | None = None, loan: str = "L1") -> str:
    now = house.clock.now()
    told = payments.Payment(ref, loan, now, Money(amount, "USD"), reverses)
    with house.db.begin() as tx:
        return payments.apply(tx, [told], now, house.runtime.policy)[ref]


def stands(house: House, ref: str = "L1") -> tuple[int, int | None, str]:
    with house.db.read() as connection:
        row = connection.execute(select(cases).where(cases.c.ref == ref)).one()
    return row.amount_due_minor, row.balance_minor, row.status


def promised(house: House) -> list[str]:
    with house.db.read() as connection:
        return list(connection.scalars(select(promises.c.status).order_by(promises.c.id)))


def test_what_was_paid_is_due_again_and_the_case_open(house: House) -> None:
    house.case(house.debtor(), "L1", DUE, balance_minor=90000)
    assert apply(house, "P1", 12000) == "applied"
    assert stands(house) == (0, 78000, "closed")
    assert apply(house, "R1", 12000, reverses="P1") == "applied"
    assert stands(house) == (12000, 90000, "active")
    assert house.kinds("L1") == ["opened", "paid", "closed", "payment_reversed", "reopened"]
    assert house.log("L1")[3][1]["reverses"] == "P1" and house.log("L1")[3][1]["left"] == "120.00"
    assert apply(house, "R1", 12000, reverses="P1") == "already"
    assert apply(house, "R2", 1, reverses="P1") == "too_much"
    assert audit(house.db) == []


def test_a_part_taken_back_opens_no_more_than_that(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    apply(house, "P1", 12000)
    apply(house, "R1", 5000, reverses="P1")
    assert stands(house)[::2] == (5000, "active")
    assert apply(house, "R2", 7001, reverses="P1") == "too_much"
    apply(house, "R2", 7000, reverses="P1")
    assert stands(house)[::2] == (12000, "active")


def test_of_a_payment_above_what_was_due_only_what_it_took_off_comes_back(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    apply(house, "P1", 20000)
    apply(house, "R1", 5000, reverses="P1")
    assert stands(house)[::2] == (0, "closed"), "150 of 120 stay paid"
    apply(house, "R2", 15000, reverses="P1")
    assert stands(house)[::2] == (12000, "active")


@pytest.mark.parametrize(
    ("reverses", "loan", "what"),
    [
        ("P9", "L1", "unknown_payment"),
        ("P1", "L2", "unknown_payment"),
        ("R1", "L1", "unknown_payment"),
        ("P1", "L9", "unknown_loan"),
    ],
)
def test_what_names_no_payment_of_the_loan_changes_nothing(house: House, reverses: str, loan: str, what: str) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", DUE)
    house.case(debtor, "L2", DUE)
    apply(house, "P1", 12000)
    apply(house, "R1", 2000, reverses="P1")
    assert apply(house, "R2", 1000, reverses=reverses, loan=loan) == what
    assert stands(house)[0] == 2000 and stands(house, "L2")[0] == 12000


def test_one_told_with_the_payment_it_takes_back_is_taken_after_it(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    now = house.clock.now()
    back = payments.Payment("R1", "L1", now, Money(12000, "USD"), "P1")
    paid = payments.Payment("P1", "L1", now, Money(12000, "USD"))
    with house.db.begin() as tx:
        told = payments.apply(tx, [back, paid], now, house.runtime.policy)
    assert told == {"R1": "applied", "P1": "applied"} and stands(house)[::2] == (12000, "active")


def test_what_the_book_has_said_since_stands(house: House) -> None:
    """The book told of it first: nobody is asked for it twice."""
    case_id = house.case(house.debtor(), "L1", DUE)
    apply(house, "P1", 12000)
    with house.db.begin() as tx:
        changes = {"amount_due_minor": 12000, "status": "active", "plan_dirty": True}
        caselog.record(tx, [Entry(case_id, house.clock.now(), EventKind.UPDATED, {}, changes=changes)])
    assert apply(house, "R1", 12000, reverses="P1") == "applied"
    assert stands(house)[::2] == (12000, "active")
    assert house.log("L1")[-1][1]["because"] == "the book has said since what is due: that stands"


def test_a_case_that_a_stop_holds_opens_held(house: House) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", DUE)
    apply(house, "P1", 12000)
    with house.db.begin() as tx:
        now = house.clock.now()
        stops.suppress(tx, debtor, SuppressionReason.DISPUTE, SuppressionScope.DEBTOR, "agent", now)
    apply(house, "R1", 12000, reverses="P1")
    assert stands(house)[::2] == (12000, "held")
    house.at("2027-03-15T10:00:00-04:00")
    house.at("2027-03-16T10:00:00-04:00")
    assert house.carrier.sent == []


def promises_friday(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-09T10:31:00-05:00")
    house.text("will pay friday", sid="SM-in-1")
    house.at("2027-03-09T10:32:00-05:00")
    house.clock.set(datetime.fromisoformat("2027-03-12T09:00:00-05:00"))
    assert apply(house, "P1", 12000) == "applied" and promised(house) == ["kept"]


def test_the_promise_it_kept_stands_again_while_there_is_grace(house: House) -> None:
    promises_friday(house)
    house.clock.set(datetime.fromisoformat("2027-03-13T09:00:00-05:00"))
    apply(house, "R1", 12000, reverses="P1")
    assert promised(house) == ["open"] and stands(house)[2] == "promised"
    assert house.kinds("L1")[-3:] == ["payment_reversed", "reopened", "promise_reopened"]
    house.clock.set(datetime.fromisoformat("2027-03-14T09:00:00-04:00"))
    apply(house, "P2", 12000)
    assert promised(house) == ["kept"] and stands(house)[2] == "closed"
    assert audit(house.db) == []


def test_nothing_comes_then_and_it_is_broken_when_the_grace_is_over(house: House) -> None:
    promises_friday(house)
    house.clock.set(datetime.fromisoformat("2027-03-13T09:00:00-05:00"))
    apply(house, "R1", 12000, reverses="P1")
    house.at("2027-03-15T00:00:05-04:00")
    assert promised(house) == ["broken"] and stands(house)[2] == "active"


def test_the_promise_it_kept_is_broken_when_the_grace_is_over_and_followed_up(house: House) -> None:
    promises_friday(house)
    house.at("2027-03-22T09:00:00-04:00")
    apply(house, "R1", 12000, reverses="P1")
    assert promised(house) == ["broken"] and stands(house)[::2] == (12000, "active")
    assert house.log("L1")[-1] == (
        "promise_broken",
        house.log("L1")[-1][1] | {"on": "2027-03-12", "because": "the payment was taken back"},
    )
    sent = len(house.carrier.sent)
    house.at("2027-03-22T10:00:05-04:00")
    house.at("2027-03-23T10:00:05-04:00")
    assert any(
        "we have not seen the payment you planned: $120.00 on 12 Mar" in t.body for t in house.carrier.sent[sent:]
    )
    assert audit(house.db) == []


def test_a_promise_that_other_money_kept_stays_kept(house: House) -> None:
    house.case(house.debtor(), "L1", DUE, minor=24000)
    house.at("2027-03-09T10:31:00-05:00")
    house.text("120 on friday", sid="SM-in-1")
    house.at("2027-03-09T10:32:00-05:00")
    house.clock.set(datetime.fromisoformat("2027-03-10T09:00:00-05:00"))
    apply(house, "P1", 12000)
    assert promised(house) == ["kept"]
    house.clock.set(datetime.fromisoformat("2027-03-22T09:00:00-04:00"))
    apply(house, "P2", 6000)
    apply(house, "R2", 6000, reverses="P2")
    assert promised(house) == ["kept"] and stands(house)[0] == 12000


def test_of_instalments_the_first_taken_back_takes_the_open_one_with_it(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-09T10:31:00-05:00")
    house.text("60 this friday and 60 on march 26", sid="SM-in-1")
    house.at("2027-03-09T10:32:00-05:00")
    assert promised(house) == ["open", "open"]
    house.clock.set(datetime.fromisoformat("2027-03-12T09:00:00-05:00"))
    apply(house, "P1", 6000)
    assert promised(house) == ["kept", "open"]
    house.clock.set(datetime.fromisoformat("2027-03-20T09:00:00-04:00"))
    apply(house, "R1", 6000, reverses="P1")
    assert promised(house) == ["broken", "cancelled"] and stands(house)[2] == "active"


def test_a_campaign_that_the_payment_had_ended_goes_on(house: House) -> None:
    house.clock.set(datetime.fromisoformat("2027-03-12T20:00:00-05:00"))
    house.case(house.debtor(), "L1", DUE)
    house.at("2027-03-13T10:00:05-05:00")
    assert len(house.carrier.sent) == 1
    house.report(house.carrier.known[0][0], Progress.DELIVERED)
    house.at("2027-03-13T10:01:00-05:00")
    apply(house, "P1", 11500)  # all but what nobody asks for
    house.at("2027-03-16T17:30:05-04:00")
    assert house.carrier.called == []
    apply(house, "R1", 11500, reverses="P1")
    house.at("2027-03-16T17:31:00-04:00")
    house.at("2027-03-17T17:30:05-04:00")
    house.at("2027-03-22T11:00:05-04:00")
    [text] = house.carrier.sent[1:]
    assert "$120.00" in text.body and "thank you for your payment" not in text.body


def test_what_was_about_to_leave_with_the_old_amount_stays(house: House) -> None:
    house.clock.set(datetime.fromisoformat("2027-03-01T09:00:00-05:00"))
    house.case(house.debtor(), "L1", DUE, minor=24000)
    apply(house, "P1", 12000)
    house.clock.set(datetime.fromisoformat("2027-03-09T10:00:00-05:00"))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat("2027-03-09T10:30:01-05:00"))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    apply(house, "R1", 12000, reverses="P1")
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 0
    house.at("2027-03-09T10:30:05-05:00")
    assert ["$240.00" in text.body for text in house.carrier.sent] == [True]
