"""What does a payments file do? Each payment once, the case and its promise at once, and nothing leaves afterwards."""

from __future__ import annotations

from datetime import datetime

import pytest

from outreach.audit import audit
from outreach.core.terms import Channel, ConfigError
from outreach.engine import dispatch, plan
from outreach.store.tables import attempts, payments, promises
from tests.book.shelf import PAID, Shelf, paid, row
from tests.engine.house import House

DUE = row(due_on="2027-03-12")
BAD = {
    "unknown loan": ({"loan_ref": "L9"}, "loan_ref: no such loan on file"),
    "another currency": ({"currency": "EUR"}, "currency: the loan is in another currency"),
    "no currency": ({"currency": "XYZ1"}, "currency: 'XYZ1' is no ISO 4217 currency"),
    "zero": ({"amount": "0"}, "amount: "),
    "negative": ({"amount": "-5.00"}, "amount: "),
    "cents of cents": ({"amount": "1.005"}, "amount: "),
    "words": ({"amount": "fifty"}, "amount: "),
    "a local time": ({"paid_at": "2027-03-09T09:00:00"}, "paid_at: "),
    "still to come": ({"paid_at": "2027-04-01T09:00:00Z"}, "paid_at: "),
    "no day": ({"paid_at": "2027-02-30T09:00:00Z"}, "paid_at: "),
    "no reference": ({"payment_ref": ""}, "payment_ref: is empty"),
}


def told(shelf: Shelf) -> tuple[int, str]:
    return shelf.case().amount_due_minor, shelf.case().status


def test_a_payment_counts_once_however_often_it_is_told(shelf: Shelf) -> None:
    shelf.load(row())
    first = shelf.pay(paid(), paid())
    assert (first.rows, first.applied, first.already, first.rejected) == (2, 1, 1, 0)
    assert told(shelf) == (7000, "active") and shelf.case().balance_minor == 85000
    again = shelf.pay(paid(), paid(payment_ref="P2", amount="70.00"))
    assert (again.applied, again.already) == (1, 1)
    assert told(shelf) == (0, "closed")
    assert shelf.kinds() == ["opened", "paid", "paid", "closed"]
    assert [detail["left"] for kind, detail in shelf.log() if kind == "paid"] == ["70.00", "0.00"]
    assert len(shelf.rows(payments)) == 2 and audit(shelf.db) == []


def test_two_payments_of_one_file_are_taken_off_one_after_the_other(shelf: Shelf) -> None:
    shelf.load(row(), row(loan_ref="L2", amount_due="10.00"))
    shelf.pay(paid(), paid(payment_ref="P2", amount="20.00"), paid(payment_ref="P3", loan_ref="L2", amount="99.00"))
    assert told(shelf) == (5000, "active")
    assert (shelf.case("L2").amount_due_minor, shelf.case("L2").status) == (0, "closed")
    assert audit(shelf.db) == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_rejected_with_its_reason_and_the_good_one_counts(shelf: Shelf, name: str) -> None:
    cells, reason = BAD[name]
    shelf.load(row())
    outcome = shelf.pay(paid(payment_ref="GOOD"), paid(**({"payment_ref": "BAD"} | cells)))
    assert (outcome.applied, outcome.rejected) == (1, 1)
    [line] = shelf.reasons("payments")
    assert line == 3 and shelf.reasons("payments")[3].startswith(reason)
    [kept] = shelf.refused("payments")
    assert {column: kept[column] for column in PAID} == paid(**({"payment_ref": "BAD"} | cells)), (
        "the row is kept whole"
    )
    assert told(shelf) == (7000, "active")


def test_one_reference_for_two_payments_counts_for_neither(shelf: Shelf) -> None:
    shelf.load(row())
    outcome = shelf.pay(paid(), paid(amount="51.00"))
    assert (outcome.applied, outcome.rejected) == (0, 2) and told(shelf) == (12000, "active")
    shelf.pay(paid())
    outcome = shelf.pay(paid(amount="51.00"))
    assert (outcome.applied, outcome.rejected) == (0, 1) and told(shelf) == (7000, "active")
    assert shelf.reasons("payments") == {2: "payment_ref: is on file for another payment (another loan or amount)"}


def test_a_file_that_is_none_changes_nothing(shelf: Shelf) -> None:
    shelf.load(row())
    before = shelf.dump()
    with pytest.raises(ConfigError, match="payment_ref"):
        shelf.pay({"loan_ref": "L1", "paid_at": "2027-03-09T09:00:00Z", "amount": "5", "currency": "USD"})
    assert shelf.dump() == before


@pytest.fixture
def house(shelf: Shelf, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-09T09:00:00-05:00"))  # type: ignore[attr-defined]
    shelf.now = hand_clock.now()  # type: ignore[attr-defined]
    return House(shelf.db, hand_clock)  # type: ignore[arg-type]


def test_what_was_about_to_leave_stays(shelf: Shelf, house: House) -> None:
    shelf.load(DUE)
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat("2027-03-09T10:30:01-05:00"))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    shelf.pay(paid(amount="120.00", paid_at="2027-03-09T08:00:00-05:00"))
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 0
    house.at("2027-03-20T10:31:00-04:00")
    assert house.carrier.sent == [] and [a.state for a in shelf.rows(attempts)] == ["released"]


@pytest.mark.parametrize(
    ("amount", "status"), [("120.00", "kept"), ("114.00", "kept"), ("113.99", "open"), ("1.00", "open")]
)
def test_a_promise_is_kept_by_what_came_within_the_tolerance(
    shelf: Shelf, house: House, amount: str, status: str
) -> None:
    shelf.load(DUE)
    house.at("2027-03-09T10:31:00-05:00")
    house.text("will pay friday", sid="SM-in-1")
    house.at("2027-03-09T10:32:00-05:00")
    shelf.now = house.clock.now()
    shelf.pay(paid(amount=amount, paid_at="2027-03-09T10:32:00-05:00"))
    assert [promise.status for promise in shelf.rows(promises)] == [status]
    assert ("promise_kept" in shelf.kinds()) is (status == "kept")
    assert audit(shelf.db) == []


# --- payments that come back -------------------------------------------------------------------------------------------


def test_a_row_that_names_a_payment_takes_it_back_wherever_it_stands(shelf: Shelf) -> None:
    shelf.load(row())
    back = paid(payment_ref="R1", amount="30.00", reverses="P1")
    outcome = shelf.pay(back, paid() | {"reverses": ""})
    assert (outcome.applied, outcome.rejected) == (2, 0)
    assert told(shelf) == (10000, "active") and shelf.case().balance_minor == 88000
    assert shelf.kinds() == ["opened", "paid", "payment_reversed"]
    again = shelf.pay(back)
    assert (again.applied, again.already) == (0, 1) and told(shelf) == (10000, "active")
    assert audit(shelf.db) == []


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"reverses": "P9"}, "reverses: no payment of this loan has that reference"),
        ({"reverses": "R1"}, "reverses: 'R1' is its own reference, expected that of the payment it takes back"),
        ({"reverses": "P1", "amount": "50.01"}, "amount: more than is left of the payment that is taken back"),
        ({"reverses": "P1", "loan_ref": "L2"}, "reverses: no payment of this loan has that reference"),
        (
            {"reverses": "P1", "amount": "-50.00"},
            "amount: '-50.00' takes money back: name that payment under `reverses`",
        ),
    ],
)
def test_what_takes_back_no_payment_is_rejected_with_its_reason(
    shelf: Shelf, cells: dict[str, str], reason: str
) -> None:
    shelf.load(row(), row(loan_ref="L2"))
    shelf.pay(paid())
    outcome = shelf.pay(paid(payment_ref="R1") | cells)
    assert outcome.rejected == 1 and shelf.reasons("payments")[2].startswith(reason)
    assert told(shelf) == (7000, "active")


def test_one_reference_for_a_payment_and_for_one_that_takes_it_back_counts_for_neither(shelf: Shelf) -> None:
    shelf.load(row())
    shelf.pay(paid())
    shelf.pay(paid(payment_ref="R1", reverses="P1"))
    outcome = shelf.pay(paid(payment_ref="R1"))
    assert outcome.rejected == 1 and "another payment" in shelf.reasons("payments")[2]
    assert told(shelf) == (12000, "active")


def test_what_came_back_and_then_stands_in_the_next_book_is_due_once(shelf: Shelf) -> None:
    """The loan system's own two ways of saying it, in either order."""
    shelf.load(row())
    shelf.pay(paid(amount="120.00"))
    shelf.load(row(amount_due="0.00"))
    shelf.pay(paid(payment_ref="R1", amount="120.00", reverses="P1"))
    assert told(shelf) == (12000, "active")
    shelf.load(row(amount_due="120.00"))
    assert told(shelf) == (12000, "active")

    shelf.load(row(loan_ref="L2"))
    shelf.pay(paid(loan_ref="L2", payment_ref="P2", amount="120.00"))
    shelf.load(row(loan_ref="L2", amount_due="0.00"))
    shelf.load(row(loan_ref="L2", amount_due="120.00"))
    shelf.pay(paid(loan_ref="L2", payment_ref="R2", amount="120.00", reverses="P2"))
    assert shelf.case("L2").amount_due_minor == 12000 and audit(shelf.db) == []
