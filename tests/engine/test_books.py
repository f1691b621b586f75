"""The carrier's own books: what contacts cost, each once, shared among their loans, late or never told; and what arrived
though it had been said that it had not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from outreach.carriers import Price, Progress, Record
from outreach.casewords import cost
from outreach.console.board import board
from outreach.core.money import write_micro
from outreach.core.terms import CarrierError
from outreach.engine import books, plan
from outreach.engine.settle import ASKED_AFTER
from outreach.status import status
from outreach.statuswords import lines
from outreach.store import costs
from outreach.store.database import Database
from outreach.store.reading import read_case
from outreach.store.tables import attempts
from outreach.store.tables import costs as table
from tests.engine.house import House

TEN = datetime.fromisoformat("2027-03-09T10:00:00-05:00")
TEXT = Price(7_900, "USD", 1)


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(TEN - timedelta(hours=1))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def delivered(house: House, texts: int = 1, loans: int = 1) -> list[str]:
    """So many debtors are texted and every text arrives; the sids."""
    for number in range(texts):
        debtor_id = house.debtor(f"D{number}", phone=f"+1518555{number:04d}")
        for loan in range(loans):
            house.case(debtor_id, f"L{number}-{loan}", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.at(TEN.isoformat())
    house.clock.set(TEN + timedelta(seconds=5))
    for sid, item in house.carrier.known:
        house.report(sid, Progress.DELIVERED, key=item.key)
    house.turn()
    return [sid for sid, _ in house.carrier.known]


def ask(house: House, after: timedelta) -> int:
    house.clock.set(TEN + timedelta(seconds=5) + after)
    return books.read(house.runtime)


def of(house: House, ref: str) -> str:
    found = read_case(house.db, ref)
    assert found is not None
    return cost(found["cost"])


def test_the_price_comes_late_and_counts_once(house: House) -> None:
    [sid] = delivered(house)
    assert of(house, "L0-0") == "1 without a price from the carrier"
    assert ask(house, timedelta(minutes=9)) == 0 and house.carrier.asked_records == []
    assert ask(house, ASKED_AFTER[0]) == 0 and house.carrier.asked_records == [[sid]]
    assert ask(house, timedelta(hours=1)) == 0 and len(house.carrier.asked_records) == 1, "not asked in between"
    house.carrier.priced[sid] = TEXT
    assert ask(house, ASKED_AFTER[1]) == 1
    assert ask(house, timedelta(days=9)) == 0 and len(house.carrier.asked_records) == 2
    assert of(house, "L0-0") == "0.0079 USD for 1 text and 0 calls"
    with house.db.read() as connection:
        row = connection.execute(select(attempts)).one()
    assert (row.price_micro, row.price_currency, row.billed_segments, row.price_ask_at) == (7_900, "USD", 1, None)


def test_what_never_has_a_price_is_not_asked_for_forever(house: House) -> None:
    delivered(house)
    for day in range(0, 30):
        ask(house, timedelta(days=day, hours=3))
    assert len(house.carrier.asked_records) == 3, "at first late, after two hours as well, then daily, then no more"
    assert of(house, "L0-0") == "1 without a price from the carrier"


def test_a_contact_about_several_loans_is_shared_and_nothing_is_lost(house: House) -> None:
    [sid] = delivered(house, loans=3)
    house.carrier.priced[sid] = Price(7_901, "USD", 2)
    assert ask(house, ASKED_AFTER[0]) == 1
    with house.db.read() as connection:
        shares = [costs.of_case(connection, case_id)["priced"][0]["amount"] for case_id in (1, 2, 3)]
        assert shares == ["0.002634", "0.002634", "0.002633"]
        assert connection.execute(select(table)).one()[4:] == (7_901, 1)


def test_by_campaign_on_the_board_and_in_the_status(house: House) -> None:
    sids = delivered(house, texts=4)
    house.carrier.priced |= dict.fromkeys(sids[:3], TEXT)
    assert ask(house, ASKED_AFTER[0]) == 3
    now = house.clock.now()
    expected = [{"currency": "USD", "amount": "0.0237", "today": "0.0237"}]
    assert {c["name"]: c["cost"] for c in board(house.db, now)["campaigns"]}["overdue-1-30"] == expected
    found = status(house.db, now)
    assert {c["name"]: c["cost"] for c in found["campaigns"]} == {
        "broken-promise": [], "overdue-1-30": expected, "pre-due": [],
    }  # fmt: skip
    assert "placed in the last hour; cost 0.0237 USD, 0.0237 of it today" in "\n".join(lines(found))
    house.carrier.priced |= dict.fromkeys(sids, replace(TEXT, currency="EUR"))
    assert ask(house, timedelta(days=1, hours=12)) == 1
    tomorrow = {c["name"]: c["cost"] for c in board(house.db, house.clock.now())["campaigns"]}["overdue-1-30"]
    assert [(one["currency"], one["amount"], one["today"]) for one in tomorrow] == [
        ("EUR", "0.0079", "0.00"), ("USD", "0.0237", "0.00"),
    ]  # fmt: skip


def test_an_answer_costs_too_and_no_campaign(house: House) -> None:
    sids = delivered(house)
    house.text("HELP", sid="SM-in-1", sender="+15185550000")
    house.clock.set(TEN + timedelta(minutes=1))
    house.driver.last.clear()
    house.turn()
    sid, item = house.carrier.known[-1]
    assert sid not in sids
    house.report(sid, Progress.DELIVERED, key=item.key)
    house.driver.last.clear()
    house.turn()
    house.carrier.priced[sid] = TEXT
    assert ask(house, timedelta(minutes=20)) == 1
    assert status(house.db, house.clock.now())["answers_cost"][0]["amount"] == "0.0079"


def test_two_workers_at_the_same_prices_count_them_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has read what is to be priced before the first writes it down."""
    sids = delivered(house, texts=3)
    house.carrier.priced |= dict.fromkeys(sids, TEXT)
    asked = house.carrier.records

    class Twice(type(house.carrier)):  # type: ignore[misc]
        def records(self, *told: object) -> dict[str, Record]:
            house.runtime.carrier = house.carrier
            assert books.read(house.runtime) == 3
            return asked(*told)  # type: ignore[arg-type]

    house.runtime.carrier = Twice()
    assert ask(house, ASKED_AFTER[0]) == 0
    with house.db.read() as connection:
        assert connection.execute(select(func.sum(table.c.micro), func.sum(table.c.attempts))).one() == (23_700, 3)


def test_a_carrier_that_cannot_be_asked_is_asked_again(house: House) -> None:
    [sid] = delivered(house)

    class Away(type(house.carrier)):  # type: ignore[misc]
        def records(self, *_told: object) -> dict[str, Record]:
            raise CarrierError("away", permanent=False)

    house.runtime.carrier = Away()
    assert ask(house, ASKED_AFTER[0]) == 0
    house.runtime.carrier = house.carrier
    house.carrier.priced[sid] = TEXT
    assert ask(house, ASKED_AFTER[0] + timedelta(minutes=1)) == 1


def disposition(house: House) -> tuple[str | None, str]:
    with house.db.read() as connection:
        row = connection.execute(select(attempts)).one()
    return row.disposition, row.state


def not_delivered(house: House) -> str:
    """One debtor is texted, and we are told that the text did not arrive."""
    house.case(house.debtor("D0", phone="+15185550000"), "L0", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.at(TEN.isoformat())
    house.clock.set(TEN + timedelta(seconds=5))
    [(sid, item)] = house.carrier.known
    house.report(sid, Progress.UNDELIVERED, key=item.key, code=30003)
    house.turn()
    assert disposition(house) == ("undelivered", "final")
    return sid


def test_a_text_that_arrived_after_all_is_known_though_nobody_told_us(house: House) -> None:
    """The receipt after an "undelivered" met nobody: a rule may count what was delivered, and not what was not."""
    sid = not_delivered(house)
    house.carrier.priced[sid] = TEXT
    assert ask(house, ASKED_AFTER[0]) == 1
    house.carrier.became[sid] = Progress.DELIVERED
    assert ask(house, ASKED_AFTER[1]) == 0
    assert disposition(house) == ("delivered", "final")
    assert house.kinds("L0").count("delivered") == 1
    ask(house, ASKED_AFTER[2])
    assert len(house.carrier.asked_records) == 2, "all is known"
    with house.db.read() as connection:
        assert connection.execute(select(func.sum(table.c.micro), func.sum(table.c.attempts))).one() == (7_900, 1)


def test_what_did_not_arrive_is_asked_about_for_a_day(house: House) -> None:
    sid = not_delivered(house)
    house.carrier.priced[sid] = TEXT
    house.carrier.became[sid] = Progress.UNDELIVERED
    for day in range(0, 9):
        ask(house, timedelta(days=day, hours=3))
    assert len(house.carrier.asked_records) == 2 and disposition(house) == ("undelivered", "final")


def test_what_the_carrier_never_told_of_may_be_in_its_books_later(house: House) -> None:
    house.case(house.debtor("D0", phone="+15185550000"), "L0", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.at(TEN.isoformat())
    [(sid, _)] = house.carrier.known
    house.clock.set(TEN + timedelta(hours=13))
    house.turn()
    assert disposition(house) == (None, "final")
    house.carrier.became[sid] = Progress.DELIVERED
    ask(house, timedelta(hours=13) + ASKED_AFTER[0])
    assert disposition(house) == ("delivered", "final")


@pytest.mark.parametrize(
    ("micro", "currency", "said"),
    [(7_900, "USD", "0.0079"), (0, "USD", "0.00"), (1_500_000, "USD", "1.50"), (83, "EUR", "0.000083"),
     (-7_900, "USD", "-0.0079"), (2_000_000, "JPY", "2"), (2_100_000, "JPY", "2.1")],
)  # fmt: skip
def test_millionths_are_written_without_loss(micro: int, currency: str, said: str) -> None:
    assert write_micro(micro, currency) == said
