"""A promise outside the limits is answered with the nearest inside, which a bare yes accepts; several are several promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from outreach.core.negotiation import Limits
from outreach.core.terms import Money
from outreach.engine.payments import Payment, apply
from outreach.store.database import Database
from outreach.store.tables import attempts, promises, tasks
from tests.engine.house import House

NOW = "2026-11-24T11:00:00-05:00"  # a Tuesday
FRIDAY, NEXT_FRIDAY = date(2026, 11, 27), date(2026, 12, 4)


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat(NOW))  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    limits = Limits(minimum={"USD": 2_500}, minimum_share=Decimal("0.1"), extension_days=10, repromise_limit=2)
    made.runtime.policy = replace(made.runtime.policy, promise_limits=limits)
    return made


def wrote(house: House, body: str, *, at: str = "2026-11-24T11:00:05-05:00", sid: str = "SM-in-1") -> None:
    house.clock.set(datetime.fromisoformat(at))
    house.text(body, sid=sid)
    house.at(at)


def made(house: House) -> list[tuple[Any, ...]]:
    p = promises.c
    with house.db.read() as connection:
        rows = connection.execute(select(p.promised_on, p.amount_minor, p.status).order_by(p.id))
        return [tuple(row) for row in rows]


def work(house: House) -> list[str]:
    with house.db.read() as connection:
        return list(connection.scalars(select(tasks.c.note).where(tasks.c.state == "open")))


def last_text(house: House) -> str:
    return house.carrier.sent[-1].body


def pays(house: House, minor: int, at: str, ref: str) -> None:
    when = datetime.fromisoformat(at)
    house.clock.set(when)
    with house.db.begin() as tx:
        apply(tx, [Payment(ref, "L1", when, Money(minor, "USD"))], when, house.runtime.policy)
    house.at(at)


@pytest.mark.parametrize(
    ("language", "body", "said", "yes"),
    [
        ("en", "I'll pay $5 on friday", "The nearest we can note is $25.00 on Friday 27 November", "yes"),
        ("es", "pago $5 el viernes", "Lo que podemos anotar es US$25.00 el 27 de noviembre", "sí"),
        ("zh", "周五还5美元", "最接近的是11月27日还款25.00美元", "好的"),
    ],
)
def test_too_little_gets_the_least_offered_and_a_bare_yes_takes_it(
    house: House, language: str, body: str, said: str, yes: str
) -> None:
    house.case(house.debtor(language=language), "L1", date(2026, 12, 20))
    wrote(house, body)
    assert made(house) == []
    assert said in last_text(house)
    wrote(house, yes, at="2026-11-24T11:05:00-05:00", sid="SM-in-2")
    assert made(house) == [(FRIDAY, 2_500, "open")]
    assert work(house) == []


@pytest.mark.parametrize(
    ("language", "body", "said"),
    [
        ("en", "I will pay on March 15", "Saturday 23 January"),
        ("es", "pagaré el 15 de marzo", "23 de enero"),
        ("zh", "3月15号还", "1月23日"),
    ],
)
def test_too_late_gets_the_latest_offered(house: House, language: str, body: str, said: str) -> None:
    house.case(house.debtor(language=language), "L1", date(2026, 12, 20))
    wrote(house, body)
    assert made(house) == []
    assert said in last_text(house)
    wrote(house, "ok", at="2026-11-24T11:05:00-05:00", sid="SM-in-2")
    assert made(house) == [(date(2027, 1, 23), 12_000, "open")]
    assert work(house) == []


def test_who_insists_talks_to_a_person(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "I'll pay $5 on friday")
    wrote(house, "I'll pay $5 on friday", at="2026-11-24T11:05:00-05:00", sid="SM-in-2")
    assert made(house) == []
    assert work(house) == ["promise: the amount is outside the limits"]


def test_a_promise_is_put_off_within_the_extension(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "I'll pay friday")
    wrote(house, "sorry, i will pay on december 4", at="2026-11-24T11:05:00-05:00", sid="SM-in-2")
    assert [row[::2] for row in made(house)] == [(FRIDAY, "cancelled"), (NEXT_FRIDAY, "open")]
    wrote(house, "sorry, i will pay on december 20", at="2026-11-24T11:10:00-05:00", sid="SM-in-3")
    assert "Monday 7 December" in last_text(house)  # ten days after the day first promised
    wrote(house, "yes", at="2026-11-24T11:15:00-05:00", sid="SM-in-4")
    assert made(house)[-1] == (date(2026, 12, 7), 12_000, "open")


def test_after_so_many_taken_back_a_person_talks_to_them(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    for number, (body, minute) in enumerate(
        [("pay friday", 1), ("no", 2), ("pay friday", 3), ("no", 4), ("pay friday", 5)]
    ):
        wrote(house, body, at=f"2026-11-24T11:{minute:02}:00-05:00", sid=f"SM-in-{number}")
    assert [status for _, _, status in made(house)] == ["cancelled", "cancelled"]
    assert work(house) == ["promise: 2 promises broken or taken back"]


@pytest.mark.parametrize(
    ("language", "body", "said"),
    [
        ("en", "50 friday and 50 next friday", "We noted your payments: $50.00 (27 Nov) and $50.00 (4 Dec)."),
        ("es", "$50 el viernes y $50 el 4 de diciembre", "US$50.00 (27 de noviembre) y US$50.00 (4 de diciembre)"),
        ("zh", "周五还50,下周五还50", "50.00美元(11月27日)和50.00美元(12月4日)"),
    ],
)
def test_several_instalments_are_several_promises(house: House, language: str, body: str, said: str) -> None:
    house.case(house.debtor(language=language), "L1", date(2026, 11, 24))
    wrote(house, body)
    assert made(house) == [(FRIDAY, 5_000, "open"), (NEXT_FRIDAY, 5_000, "open")]
    assert work(house) == []
    assert said in last_text(house)
    assert house.status("L1") == "promised"


def test_one_payment_keeps_one_instalment(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 24))
    wrote(house, "50 friday and 50 next friday")
    pays(house, 5_000, "2026-11-26T12:00:00-05:00", "P1")
    assert [status for _, _, status in made(house)] == ["kept", "open"]
    assert house.status("L1") == "promised"
    pays(house, 5_000, "2026-12-03T12:00:00-05:00", "P2")
    assert [status for _, _, status in made(house)] == ["kept", "kept"]
    assert house.status("L1") == "active"


def test_a_broken_instalment_ends_the_plan(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 24))
    wrote(house, "50 friday and 50 next friday")
    house.at("2026-11-30T00:01:00-05:00")
    assert [status for _, _, status in made(house)] == ["broken", "cancelled"]
    because = [detail.get("because") for kind, detail in house.log("L1") if kind == "promise_cancelled"]
    assert because == ["the instalment before it was broken"]
    assert house.status("L1") == "active"


def test_instalments_are_shared_among_loans_never_the_same_money_twice(house: House) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", date(2026, 11, 24), minor=6_000)
    house.case(debtor, "L2", date(2026, 11, 25), minor=6_000)
    wrote(house, "70 friday and 50 next friday")
    assert [row[:2] for row in made(house)] == [(FRIDAY, 6_000), (FRIDAY, 1_000), (NEXT_FRIDAY, 5_000)]


def test_instalments_outside_the_limits_are_a_person_s(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 24))
    wrote(house, "$60 friday and $60 saturday")
    assert made(house) == []
    assert any("instalments too near" in note for note in work(house))


@pytest.mark.parametrize(
    ("body", "paid", "asked"),
    [
        ("I'll pay on friday", [6_000], "$60.00 on 27 Nov"),
        ("I'll pay $60 on friday", [4_000], "$20.00 on 27 Nov"),
        ("50 friday and 50 next friday", [5_000, 2_000], "$30.00 on 4 Dec"),
    ],
)
def test_of_a_broken_promise_only_what_did_not_come_is_asked_for(
    house: House, body: str, paid: list[int], asked: str
) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    wrote(house, body)
    for number, minor in enumerate(paid):
        pays(house, minor, f"2026-11-2{5 + number}T12:00:00-05:00", f"P{number}")
    for morning in ("2026-11-30T10:00:05-05:00", "2026-12-07T10:00:05-05:00"):
        house.at(morning)
    assert f"This is still open of what you planned: {asked} (due" in last_text(house)


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("en", "will you take half friday and call it even?"),
        ("en", "I'll pay 60 friday if you waive the rest"),
        ("es", "pago 60 el viernes y quedamos a mano"),
        ("zh", "周五还一半 剩下的免了"),
    ],
)
def test_less_for_all_of_it_is_a_person_s_to_answer(house: House, language: str, body: str) -> None:
    house.case(house.debtor(language=language), "L1", date(2026, 12, 20))
    wrote(house, body)
    assert made(house) == []
    assert len(work(house)) == 1


def test_a_counter_offer_that_never_left_is_offered_again_whole(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    wrote(house, "I'll pay $5 on friday")
    with house.db.read() as connection:
        columns = (attempts.c.offered_on, attempts.c.offered_minor, attempts.c.template)
        [row] = connection.execute(select(*columns)).all()
    assert tuple(row) == (FRIDAY, 2_500, "counter_offer")
