"""What may be promised: as it is, the nearest instead, or a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.core.negotiation import Limits, Standing, weigh
from outreach.core.terms import Money, PromisedPayment

TODAY = date(2026, 11, 24)
LIMITS = Limits(
    earliest_days=1, latest_days=30, minimum={"USD": 2_500}, minimum_share=Decimal("0.1"), instalments=3,
    least_days_apart=5, most_days_apart=31, extension_days=10, repromise_limit=2,
)  # fmt: skip
HERE = Standing(TODAY, Money(12_000, "USD"))


def pay(days: int, minor: int | None = None) -> PromisedPayment:
    return PromisedPayment(TODAY + timedelta(days=days), None if minor is None else Money(minor, "USD"))


@pytest.mark.parametrize(
    ("promised", "counter"),
    [
        (pay(5), None),
        (pay(5, 6_000), None),
        (pay(1, 2_500), None),
        (pay(30), None),
        (pay(0), pay(1)),
        (pay(31), pay(30)),
        (pay(200), pay(30)),
        (pay(5, 2_499), pay(5, 2_500)),
        (pay(45, 100), pay(30, 2_500)),
    ],
)
def test_one_payment_and_the_nearest_that_may_be(promised: PromisedPayment, counter: PromisedPayment | None) -> None:
    weighed = weigh([promised], HERE, LIMITS)
    assert weighed.counter == counter
    assert weighed.accepted is (counter is None)


def test_the_least_is_never_more_than_is_due_and_grows_with_it() -> None:
    assert weigh([pay(5, 900)], replace(HERE, due=Money(900, "USD")), LIMITS).accepted
    assert weigh([pay(5, 2_500)], replace(HERE, due=Money(90_001, "USD")), LIMITS).counter == pay(5, 9_001)
    assert weigh([pay(5, 100)], replace(HERE, due=None), LIMITS).accepted  # in several currencies nobody adds up


def test_a_promise_is_put_off_so_far_and_no_further() -> None:
    stands = replace(HERE, first_on=TODAY + timedelta(days=3))
    assert weigh([pay(13)], stands, LIMITS).accepted
    assert weigh([pay(20)], stands, LIMITS).counter == pay(13)
    over = weigh([pay(20)], replace(HERE, first_on=TODAY - timedelta(days=10)), LIMITS)
    assert not over.accepted and over.counter is None


def test_so_many_promises_and_a_person_talks_to_them() -> None:
    assert weigh([pay(5)], replace(HERE, missed=1), LIMITS).accepted
    weighed = weigh([pay(5)], replace(HERE, missed=2), LIMITS)
    assert not weighed.accepted and weighed.counter is None


@pytest.mark.parametrize(
    ("plan", "because"),
    [
        ([pay(2, 6_000), pay(9, 6_000)], ""),
        ([pay(2, 4_000), pay(9, 4_000), pay(16, 4_000)], ""),
        ([pay(2, 3_000), pay(9, 3_000)], ""),  # partial: the rest stays due
        ([pay(2, 3_000), pay(9, 3_000), pay(16, 3_000), pay(23, 3_000)], "4 instalments, at most 3"),
        ([pay(2, 6_000), pay(4, 6_000)], "instalments too near or far"),
        ([pay(2, 6_000), pay(40, 6_000)], "an instalment too early or too late"),
        ([pay(2, 11_000), pay(9, 1_000)], "an instalment too small"),
        ([pay(2, 10_000), pay(9, 10_000)], "instalments of more than is due"),
    ],
)
def test_several_instalments(plan: list[PromisedPayment], because: str) -> None:
    weighed = weigh(plan, HERE, LIMITS)
    assert (weighed.because, weighed.counter) == (because, None)


@given(st.integers(-10, 400), st.none() | st.integers(1, 20_000), st.none() | st.integers(-40, 40))
def test_what_is_offered_instead_may_be_promised(days: int, minor: int | None, first: int | None) -> None:
    here = replace(HERE, first_on=None if first is None else TODAY + timedelta(days=first))
    weighed = weigh([pay(days, minor)], here, LIMITS)
    if weighed.counter is not None:
        assert weigh([weighed.counter], here, LIMITS).accepted
