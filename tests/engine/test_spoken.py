"""A day alone is of the sum that was spoken of last, as long as it is the last word; where that is not sure a person looks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach.carriers import Outcome
from outreach.console import acts
from outreach.core.terms import Money
from outreach.engine import promises
from outreach.erase import erase
from outreach.store import facts
from outreach.store.database import Database
from outreach.store.tables import attempts, cases, inbound_messages, tasks
from tests.engine.house import House
from tests.engine.test_negotiating import last_text, made, pays, work, wrote

NOW = "2026-11-24T11:00:00-05:00"  # a Tuesday
FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)
LATER = date(2026, 12, 20)  # so late that no campaign writes meanwhile


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat(NOW))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def says(house: House, *bodies: str, day: str = "2026-11-24", start: int = 5) -> None:
    """One text after the other, five minutes apart, each answered before the next."""
    for number, body in enumerate(bodies):
        minute = start + 5 * number
        wrote(house, body, at=f"{day}T11:{minute:02}:00-05:00", sid=f"SM-{day}-{minute}")


def asked_of(house: House) -> list[int | None]:
    """The sum of each text in which we asked for the day."""
    with house.db.read() as connection:
        query = select(attempts.c.offered_minor).where(attempts.c.template == "ask_date").order_by(attempts.c.id)
        return list(connection.scalars(query))


def states(house: House) -> list[str]:
    with house.db.read() as connection:
        return list(connection.scalars(select(inbound_messages.c.state).order_by(inbound_messages.c.id)))


def handle(house: House, *, answer: bool = False) -> None:
    """A colleague deals with what waits, at one o'clock; or first asks for the day themselves, as the inbox suggests."""
    for act, minute in ((acts.answer, 0), (acts.handle, 5)):
        if act is acts.handle or answer:
            house.at(f"2026-11-24T13:{minute:02}:00-05:00")
            with house.db.begin() as tx:
                task = tx.scalar(select(tasks.c.id).where(tasks.c.state == "open"))
                assert task is not None
                form = {"decision": "spoke", "upto": "99", "template": "ask_date"}
                act(tx, house.runtime, task, form, "abe")


WORDS = {
    "en": ("i can do 50", "friday", "Reply with the day you will pay $50.00.", "payment of $50.00 for 27 Nov"),
    "es": ("puedo dar 50", "el viernes", "va a pagar US$50.00.", "su pago de US$50.00 para el 27 de noviembre"),
    "zh": ("我先还50，日子再说", "周五", "请回复您还款50.00美元的日期。", "11月27日还款50.00美元"),
}


@pytest.mark.parametrize("language", WORDS)
def test_the_sum_is_said_back_when_we_ask_for_the_day_and_stands_with_it(house: House, language: str) -> None:
    sum_, day, asked, confirmed = WORDS[language]
    house.case(house.debtor(language=language), "L1", FRIDAY)
    house.at("2026-11-24T11:00:01-05:00")  # our reminder, which offers a day for all that is due
    says(house, sum_)
    assert made(house) == []
    assert asked in last_text(house)
    says(house, day, start=10)
    assert made(house) == [(FRIDAY, 5_000, "open")]
    assert confirmed in last_text(house)


@pytest.mark.parametrize("language", WORDS)
def test_two_texts_in_one_breath_are_one_promise(house: House, language: str) -> None:
    sum_, day, _, confirmed = WORDS[language]
    house.case(house.debtor(language=language), "L1", FRIDAY)
    house.at("2026-11-24T11:00:01-05:00")
    house.clock.set(datetime.fromisoformat("2026-11-24T11:05:00-05:00"))
    house.text(sum_, sid="SM-1")
    house.clock.set(datetime.fromisoformat("2026-11-24T11:05:04-05:00"))
    house.text(day, sid="SM-2")
    house.at("2026-11-24T11:05:10-05:00")
    assert made(house) == [(FRIDAY, 5_000, "open")]
    assert confirmed in last_text(house)


@pytest.mark.parametrize(
    ("language", "texts", "minor"),
    [
        ("en", ("i can do 50", "60 on friday"), 6_000),
        ("en", ("i can do 50", "friday, all of it"), 12_000),
        ("en", ("i can do 50", "actually i can do 60", "friday"), 6_000),
        ("es", ("puedo dar 50", "60 el viernes"), 6_000),
        ("zh", ("我先还50", "周五还60"), 6_000),
    ],
)
def test_another_sum_takes_its_place(house: House, language: str, texts: tuple[str, ...], minor: int) -> None:
    house.case(house.debtor(language=language), "L1", LATER)
    says(house, *texts)
    assert made(house) == [(FRIDAY, minor, "open")]


@pytest.mark.parametrize(
    ("texts", "on", "minor"),
    [
        (("50 next week sometime", "friday"), FRIDAY, 5_000),
        (("can pay 50 monday or tuesday", "monday"), MONDAY, 5_000),
        (("i can do 50", "monday or friday", "friday"), FRIDAY, 5_000),  # still no day: asked once, and remembered
        (("i'll pay soon", "i can do 50", "friday"), FRIDAY, 5_000),
        (("half, soon", "friday"), FRIDAY, 6_000),
        (("i can do 120", "friday"), FRIDAY, 12_000),  # all that is due
        (("i can do 50", "ok let me see", "friday"), FRIDAY, 5_000),
        (("50 on december 10", "i'll pay it all, next week", "friday"), FRIDAY, 12_000),
        (("i can do 5", "friday"), FRIDAY, 1_200),  # the least is offered ...
    ],
)
def test_the_sum_stands_until_there_is_a_day(house: House, texts: tuple[str, ...], on: date, minor: int) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, *texts)
    if minor == 1_200:
        assert "nearest we can note is $12.00 on Friday 27 November" in last_text(house)
        says(house, "ok", start=50)  # ... and taken
    assert made(house)[-1] == (on, minor, "open")


def test_the_day_of_a_sum_is_asked_once_more_than_the_day_of_all(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i'll pay soon", "i can do 50", "i can do 60", "i can do 70")
    assert asked_of(house) == [None, 5_000]
    assert "a colleague will read your message" in last_text(house)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("i'll pay soon", "when i can, promise", "soon as my check comes")),
        ("es", ("le pago pronto", "cuando pueda le pago", "pronto le pago todo")),
        ("zh", ("我会尽快还", "有钱就还", "过几天还")),
    ],
)
def test_who_names_no_day_twice_is_told_that_a_colleague_reads_it(
    house: House, language: str, texts: tuple[str, ...]
) -> None:
    house.case(house.debtor(language=language), "L1", LATER)
    says(house, *texts)
    with house.db.read() as connection:
        assert list(connection.scalars(select(attempts.c.template))) == ["ask_date", "reply_noted"]
    assert states(house) == ["needs_person"] * 3
    assert work(house) == ["reply: promise"]


def test_a_no_after_we_asked_for_the_day_is_answered_too(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i'll pay soon", "no")
    with house.db.read() as connection:
        assert list(connection.scalars(select(attempts.c.template))) == ["ask_date", "reply_noted"]
    assert work(house) == ["reply: promise"]


def test_of_all_that_is_due_no_sum_is_said_back(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 120")
    assert asked_of(house) == [None]
    assert "Reply with the day you will pay." in last_text(house)


def test_too_late_a_day_is_offered_nearer_with_the_sum(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50", "march 15")
    assert "$50.00 on Saturday 23 January" in last_text(house)
    says(house, "yes", start=30)
    assert made(house) == [(date(2027, 1, 23), 5_000, "open")]


def test_the_sum_is_shared_among_loans(house: House) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", LATER, minor=3_000)
    house.case(debtor, "L2", date(2026, 12, 21), minor=5_000)
    says(house, "i can do 50", "friday")
    assert made(house) == [(FRIDAY, 3_000, "open"), (FRIDAY, 2_000, "open")]
    assert "$50.00" in last_text(house)
    says(house, "monday instead", start=30)
    assert made(house)[2:] == [(MONDAY, 3_000, "open"), (MONDAY, 2_000, "open")]


def test_a_question_that_never_left_is_asked_again_with_its_sum(house: House) -> None:
    house.carrier.answers = [Outcome.NEVER_HAPPENED]
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50")
    house.at("2026-11-24T11:07:00-05:00")
    assert asked_of(house) == [5_000, 5_000]
    says(house, "friday", start=15)
    assert made(house) == [(FRIDAY, 5_000, "open")]


# --- what was offered instead of our day, or noted before -------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "no", "asked", "day"),
    [
        ("en", "no, i can do 50", "the day you will pay $50.00", "friday"),
        ("en", "cant pay 120 but i can do 50", "the day you will pay $50.00", "friday"),
        ("es", "no, puedo 50", "va a pagar US$50.00", "el viernes"),
        ("zh", "还不了120，先还50", "还款50.00美元的日期", "周五"),
    ],
)
def test_a_sum_offered_with_a_no_stands(house: House, language: str, no: str, asked: str, day: str) -> None:
    house.case(house.debtor(language=language), "L1", FRIDAY)
    house.at("2026-11-24T11:00:01-05:00")
    says(house, no)
    assert asked in last_text(house)
    says(house, day, start=10)
    assert made(house) == [(FRIDAY, 5_000, "open")]


@pytest.mark.parametrize(
    ("language", "first", "then", "said"),
    [
        ("en", "50 on friday", "sorry, make it monday", "$50.00 for 30 Nov"),
        ("es", "50 el viernes", "mejor el lunes", "US$50.00 para el 30 de noviembre"),
        ("zh", "周五还50", "改成11月30号", "11月30日还款50.00美元"),
    ],
)
def test_a_promise_put_off_keeps_its_sum(house: House, language: str, first: str, then: str, said: str) -> None:
    house.case(house.debtor(language=language), "L1", LATER)
    says(house, first, then)
    assert made(house) == [(FRIDAY, 5_000, "cancelled"), (MONDAY, 5_000, "open")]
    assert said in last_text(house)


def test_a_promise_put_off_days_later_keeps_what_is_still_open_of_its_sum(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "50 on december 8")
    pays(house, 2_000, "2026-11-26T12:00:00-05:00", "P1")
    says(house, "december 9 instead", day="2026-12-07")
    assert made(house)[-1] == (date(2026, 12, 9), 3_000, "open")


def test_a_promise_of_all_put_off_is_of_all(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "friday")
    pays(house, 2_000, "2026-11-25T12:00:00-05:00", "P1")
    says(house, "monday instead", day="2026-11-25", start=30)
    assert made(house)[-1] == (MONDAY, 10_000, "open")


def test_another_day_than_the_one_offered_is_of_the_amount_offered(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "I'll pay $5 on friday", "monday")
    assert made(house) == [(MONDAY, 1_200, "open")]


def test_a_yes_takes_the_amount_offered_however_late_it_comes(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "I'll pay $5 on december 10")
    says(house, "yes", day="2026-12-04")
    assert made(house) == [(date(2026, 12, 10), 1_200, "open")]


def test_a_yes_to_our_day_is_of_the_sum_they_named_after_it(house: House) -> None:
    house.case(house.debtor(), "L1", FRIDAY)
    house.at("2026-11-24T11:00:01-05:00")
    house.clock.set(datetime.fromisoformat("2026-11-24T11:05:00-05:00"))
    house.text("i can do 50", sid="SM-1")
    house.text("yes", sid="SM-2")
    house.at("2026-11-24T11:05:10-05:00")
    assert made(house) == [(FRIDAY, 5_000, "open")]


def test_a_promise_taken_back_leaves_its_sum_for_the_next_day(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "50 on friday", "no")
    assert "is cancelled. Reply with the day you will pay $50.00." in last_text(house)
    says(house, "monday", start=30)
    assert made(house) == [(FRIDAY, 5_000, "cancelled"), (MONDAY, 5_000, "open")]


# --- where it stands no longer ----------------------------------------------------------------------------------------


def test_not_once_a_colleague_dealt_with_it(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50")
    handle(house)
    says(house, "friday", start=59, day="2026-11-25")
    assert made(house) == [(FRIDAY, 12_000, "open")]


@pytest.mark.parametrize(("said", "on"), [("friday", FRIDAY), ("yes", LATER)])
def test_but_where_a_colleague_asked_for_the_day_of_it_themselves(house: House, said: str, on: date) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50")
    handle(house, answer=True)
    assert "Reply YES to pay $50.00 by 20 Dec, or with another day." in last_text(house)
    says(house, said, start=59, day="2026-11-25")
    assert made(house) == [(on, 5_000, "open")]


def test_not_once_a_colleague_agreed_on_another(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50")
    house.clock.set(datetime.fromisoformat("2026-11-24T13:00:00-05:00"))
    with house.db.begin() as tx:
        acts.promise(acts.take(tx, house.runtime, "L1", "abe"), {"on": "2026-11-26", "amount": "80.00"})
    says(house, "friday", day="2026-11-25")
    assert made(house) == [(date(2026, 11, 26), 8_000, "cancelled"), (FRIDAY, 8_000, "open")]


def test_not_once_they_have_promised_another_way(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50")
    noon = datetime.fromisoformat("2026-11-24T12:00:00-05:00")
    with house.db.begin() as tx:
        [person] = facts.load(tx, [1], noon).values()
        loans, sum_ = list(person.cases.values()), Money(8_000, "USD")
        promises.make(tx, person, loans, date(2026, 11, 26), "call", noon, house.runtime.policy, amount=sum_)
    says(house, "friday", day="2026-11-25")
    assert made(house)[-1] == (FRIDAY, 8_000, "open")


@pytest.mark.parametrize(("answered_on", "minor"), [("2026-11-30", 5_000), ("2026-12-02", 12_000)])
def test_not_after_a_week(house: House, answered_on: str, minor: int) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50")
    says(house, "on december 8", day=answered_on)
    assert made(house) == [(date(2026, 12, 8), minor, "open")]


def test_not_past_a_reminder_of_ours(house: House) -> None:
    house.case(house.debtor(), "L1", FRIDAY)
    house.at("2026-11-24T11:00:01-05:00")
    says(house, "i can do 50")
    with house.db.begin() as tx:  # it was read, and reminders go on
        tx.execute(update(inbound_messages).values(state="applied"))
    before = len(house.carrier.sent)
    for day in range(28, 31):
        house.at(f"2026-11-{day}T10:30:00-05:00")
    assert len(house.carrier.sent) > before and "$120.00" in last_text(house)
    says(house, "friday", day="2026-11-30")
    assert made(house) == [(date(2026, 12, 4), 12_000, "open")]


def test_not_after_money_came(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50")
    pays(house, 2_000, "2026-11-24T12:00:00-05:00", "P1")
    says(house, "friday", day="2026-11-25")
    assert made(house) == [(FRIDAY, 10_000, "open")]


def test_not_when_less_is_due_by_now(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50")
    with house.db.begin() as tx:  # the book says so
        tx.execute(update(cases).values(amount_due_minor=4_000))
    says(house, "friday", start=30)
    assert made(house) == [(FRIDAY, 4_000, "open")]
    assert "$40.00" in last_text(house)


def test_not_of_somebody_else(house: House) -> None:
    first, second = house.debtor("D1"), house.debtor("D2", phone="+15185550124")
    house.case(first, "L1", LATER)
    house.case(second, "L2", LATER)
    says(house, "i can do 50")
    house.text("friday", sid="SM-other", sender="+15185550124")
    house.at("2026-11-24T11:20:00-05:00")
    assert made(house) == [(FRIDAY, 12_000, "open")]


# --- where a person looks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("50 or 60 soon", "friday")),
        ("en", ("i'll pay something soon", "friday")),
        ("en", ("would 50 work", "friday")),
        ("en", ("i can do 50", "why is it so much?", "friday")),
        ("en", ("i can do 50", "maybe a bit less", "friday")),
        ("en", ("take 50 and call it even", "friday")),
        ("en", ("i can do 50", "no", "friday")),
        ("es", ("50 o 60 la otra semana", "el viernes")),
        ("es", ("puedo pagar 50?", "el viernes")),
        ("zh", ("过几天还50或者60", "周五")),
        ("zh", ("能还50吗", "周五")),
    ],
)
def test_a_day_of_a_sum_that_is_not_sure_is_a_person_s(house: House, language: str, texts: tuple[str, ...]) -> None:
    house.case(house.debtor(language=language), "L1", LATER)
    says(house, *texts)
    assert made(house) == []
    assert states(house)[-1] == "needs_person"
    assert len(work(house)) == 1


def test_a_yes_with_two_sums_is_a_person_s(house: House) -> None:
    house.case(house.debtor(), "L1", FRIDAY)
    house.at("2026-11-24T11:00:01-05:00")
    says(house, "yes, 50 or 60")
    assert made(house) == []
    assert work(house) == ["promise: a day, but it is not sure of which sum"]


@pytest.mark.parametrize("minor", [5_000, 6_000])
def test_a_day_alone_after_instalments_is_a_person_s(house: House, minor: int) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, f"{minor // 100} friday and {minor // 100} next friday", "saturday")
    assert [row[2] for row in made(house)] == ["open", "open"]
    assert work(house) == ["promise: a day, but it is not sure of which sum"]


def test_what_was_read_is_forgotten_with_the_person(house: House) -> None:
    house.case(house.debtor(), "L1", LATER)
    says(house, "i can do 50")

    def read() -> Any:
        with house.db.read() as connection:
            return connection.scalar(select(inbound_messages.c.read))

    assert read() == {"amount": "50.00", "currency": "USD"}
    erase(house.db, "D1", house.clock.now())
    assert read() is None
