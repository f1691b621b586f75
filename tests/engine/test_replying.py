"""What a debtor writes takes effect whatever else goes wrong, and for the right debtor."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from outreach.carriers import Outcome
from outreach.erase import erase
from outreach.messages import Library
from outreach.store import caselog
from outreach.store.database import Database
from outreach.store.tables import cases, inbound_messages, phones, promises, suppressions, tasks
from tests.engine.house import ROOT, FakeCarrier, House

NOW = "2026-11-24T11:00:00-05:00"


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat(NOW))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def broken(house: House, tmp_path: Path, channel: str, name: str) -> None:
    """A supervisor's slip in one template, in every language."""
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    for path in (tmp_path / "templates" / channel).glob(f"*/{name}.txt"):
        path.write_text("{{ loan.amount|money }} {{ agent }}\n{{ offered_on|date }}\n")
    house.runtime.library = Library.load(tmp_path / "templates")


def promised(house: House) -> dict[str, tuple[int, str, str]]:
    query = select(promises.c.amount_minor, promises.c.currency, promises.c.status, cases.c.ref).join(cases)
    with house.db.read() as connection:
        rows = connection.execute(query.order_by(promises.c.id))
        return {row.ref: (row.amount_minor, row.currency, row.status) for row in rows}


def texts(house: House) -> list[str]:
    return [text.body for text in house.carrier.sent]


def test_a_stop_counts_though_its_answer_cannot_be_rendered(house: House, tmp_path: Path) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    broken(house, tmp_path, "sms", "opt_out_confirmed")
    house.text("STOP", sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    with house.db.read() as connection:
        assert connection.scalars(select(suppressions.c.reason)).all() == ["opt_out"]
        note = connection.scalar(select(tasks.c.note))
    assert note is not None and "opt_out_confirmed" in note
    assert texts(house) == []


def test_a_yes_to_a_text_that_named_no_day_is_no_promise(house: House, tmp_path: Path) -> None:
    """A supervisor's text may propose none: then there is nothing that a yes could take."""
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    words = "{{ sender }}: {{ loan.amount|money }} is due on {{ loan.due_on|date }} ({{ loan.account }}). Reply STOP to opt out."
    (tmp_path / "templates" / "sms" / "en" / "reminder_soon.txt").write_text(words)
    house.runtime.library = Library.load(tmp_path / "templates")
    house.at("2026-11-24T11:00:01-05:00")
    assert len(texts(house)) == 1
    house.text("yes", sid="SM-in-1")
    house.at("2026-11-24T11:05:00-05:00")
    assert promised(house) == {}
    with house.db.read() as connection:
        assert connection.scalars(select(tasks.c.kind)).all() == ["reply"]


def test_a_promise_without_amount_is_each_loan_s_own(house: House) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", date(2026, 11, 27), minor=12000)
    house.case(debtor, "L2", date(2026, 11, 28), minor=5000)
    house.text("I'll pay on Friday", sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    assert promised(house) == {"L1": (12000, "USD", "open"), "L2": (5000, "USD", "open")}
    assert "$170.00" in texts(house)[-1]


def test_an_amount_named_goes_to_the_loan_due_first_and_is_promised_once(house: House) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", date(2026, 11, 28), minor=12000)
    house.case(debtor, "L2", date(2026, 11, 27), minor=5000)
    house.text("I'll pay $70 on Friday", sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    assert promised(house) == {"L2": (5000, "USD", "open"), "L1": (2000, "USD", "open")}
    assert "$70.00" in texts(house)[-1]


def test_loans_in_two_currencies_are_never_added_up(house: House) -> None:
    debtor = house.debtor()
    house.case(debtor, "L1", date(2026, 11, 27), minor=12000)
    house.case(debtor, "L2", date(2026, 11, 28), minor=5000, currency="EUR")
    house.text("I'll pay on Friday", sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    assert promised(house) == {"L1": (12000, "USD", "open"), "L2": (5000, "EUR", "open")}
    assert "170" not in texts(house)[-1] and "27" in texts(house)[-1]


def test_a_promise_taken_back_says_so_and_the_cadence_goes_on(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.text("I'll pay on Friday", sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    assert house.status("L1") == "promised"
    house.text("NO", sid="SM-in-2")
    house.at("2026-11-24T11:05:00-05:00")
    cancelled = [detail for kind, detail in house.log("L1") if kind == "promise_cancelled"]
    assert [detail["because"] for detail in cancelled] == ["the promise was taken back"]
    assert house.status("L1") == "active"
    before = len(house.carrier.sent)
    house.at("2026-11-27T10:30:01-05:00")
    house.at("2026-11-28T12:00:00-05:00")
    assert len(house.carrier.sent) > before or house.carrier.called


def test_a_second_date_replaces_the_first(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.text("I'll pay on Friday", sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    house.text("sorry, tomorrow instead", sid="SM-in-2")
    house.at("2026-11-24T11:05:00-05:00")
    with house.db.read() as connection:
        rows = connection.execute(select(promises.c.promised_on, promises.c.status).order_by(promises.c.id)).all()
    assert [tuple(row) for row in rows] == [(date(2026, 11, 27), "cancelled"), (date(2026, 11, 25), "open")]
    cancelled = [detail for kind, detail in house.log("L1") if kind == "promise_cancelled"]
    assert [detail["because"] for detail in cancelled] == ["a new date was given"]


def two_owners(house: House) -> tuple[int, int]:
    """A couple with one phone: the wife was written to last."""
    first, second = house.debtor("D1"), house.debtor("D2", name="Jose Lopez")
    house.case(first, "L1", date(2026, 12, 20))
    house.case(second, "L2", date(2026, 11, 27))
    return first, second


def test_a_date_from_a_shared_number_is_the_promise_of_who_was_last_written_to(house: House) -> None:
    two_owners(house)
    house.at("2026-11-24T11:00:01-05:00")
    assert len(house.carrier.sent) == 1  # L2 alone is near its due date
    house.text("I'll pay on Friday", sid="SM-in-1")
    house.at("2026-11-24T11:05:00-05:00")
    assert list(promised(house)) == ["L2"]


def test_a_date_from_a_shared_number_nobody_was_written_to_on_is_for_a_person(house: House) -> None:
    first, second = house.debtor("D1"), house.debtor("D2")
    house.case(first, "L1", date(2026, 12, 20))
    house.case(second, "L2", date(2026, 12, 20))
    house.text("I'll pay on Friday", sid="SM-in-1")
    house.at("2026-11-24T11:05:00-05:00")
    assert promised(house) == {}
    with house.db.read() as connection:
        assert connection.scalars(select(tasks.c.kind)).all() == ["reply"]


def test_a_stop_from_a_shared_number_stops_it_for_everyone(house: House) -> None:
    first, second = two_owners(house)
    house.text("STOP", sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    with house.db.read() as connection:
        rows = connection.execute(select(suppressions.c.debtor_id, suppressions.c.scope)).all()
    assert sorted(tuple(row) for row in rows) == [(first, "phone"), (second, "phone")]
    house.at("2026-11-28T12:00:00-05:00")
    assert len(texts(house)) == 1 and "$" not in texts(house)[0]  # the confirmation


def test_an_attempt_in_doubt_about_an_erased_debtor_is_settled_without_asking_for_nobody(house: House) -> None:
    class Asked(FakeCarrier):
        def find(self, channel, to, since):  # type: ignore[no-untyped-def]
            assert to, "asked for every message there is"
            return super().find(channel, to, since)

    house.carrier = house.runtime.carrier = Asked(answers=[Outcome.IN_DOUBT], lost=True)
    house.case(house.debtor(), "L1", date(2026, 11, 27))
    house.at("2026-11-24T11:00:01-05:00")
    assert "in_doubt" in " ".join(house.kinds("L1")), house.kinds("L1")
    erase(house.db, "D1", house.clock.now())
    house.at("2026-11-24T13:00:00-05:00")
    failed = [detail for kind, detail in house.log("L1") if kind == "attempt_failed"]
    assert [detail["what"] for detail in failed] == ["the debtor was erased"]


# --- what reaches us late: the web took it, and no worker was there to read it ---------------------------------------------


def heard(house: House) -> list[str | None]:
    with house.db.read() as connection:
        return list(connection.scalars(select(inbound_messages.c.intent)))


def test_what_was_written_in_the_evening_is_not_answered_at_night(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    house.clock.set(datetime.fromisoformat("2026-11-24T20:50:00-05:00"))
    house.text("when is it due?", sid="SM-in-1")
    house.at("2026-11-25T03:00:00-05:00")
    assert heard(house) == ["question"]
    assert texts(house) == []


def test_a_stop_that_is_read_late_counts_and_is_not_confirmed_at_night(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    house.clock.set(datetime.fromisoformat("2026-11-24T20:50:00-05:00"))
    house.text("STOP", sid="SM-in-1")
    house.at("2026-11-25T03:00:00-05:00")
    with house.db.read() as connection:
        assert connection.scalars(select(suppressions.c.reason)).all() == ["opt_out"]
    assert texts(house) == []


def test_tomorrow_is_the_day_after_it_was_written(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    house.clock.set(datetime.fromisoformat("2026-11-24T20:50:00-05:00"))
    house.text("I'll pay tomorrow", sid="SM-in-1")
    house.at("2026-11-25T08:30:00-05:00")
    with house.db.read() as connection:
        assert connection.scalars(select(promises.c.promised_on)).all() == [date(2026, 11, 25)]


def test_a_day_that_was_past_when_we_read_of_it_is_for_a_person(house: House) -> None:
    house.case(house.debtor(), "L1", date(2026, 12, 20))
    house.clock.set(datetime.fromisoformat("2026-11-24T20:50:00-05:00"))
    house.text("I'll pay tomorrow", sid="SM-in-1")
    house.at("2026-11-26T08:30:00-05:00")
    with house.db.read() as connection:
        assert connection.scalars(select(promises.c.id)).all() == []
        assert len(connection.scalars(select(tasks.c.id)).all()) == 1
    assert len(texts(house)) == 1 and "which day can you pay?" in texts(house)[0]


THEIR_OTHER = "+15185550124"


def two_numbers(house: House, language: str = "en") -> int:
    debtor = house.debtor(language=language)
    with house.db.begin() as tx:
        mark = caselog.digest(b"salt", THEIR_OTHER)
        values = {"e164": THEIR_OTHER, "digest": mark, "kind": "mobile", "place": "personal", "rank": 1}
        tx.execute(insert(phones).values(debtor_id=debtor, **values))
    house.case(debtor, "L1", date(2026, 12, 20))
    return debtor


def standing(house: House) -> list[tuple[str, str | None, str | None]]:
    """(scope, number, channel) of every opt-out in force."""
    with house.db.read() as connection:
        query = select(suppressions.c.scope, phones.c.e164, suppressions.c.channel)
        query = query.outerjoin(phones, phones.c.id == suppressions.c.phone_id)
        query = query.where(suppressions.c.reason == "opt_out", suppressions.c.lifted_at.is_(None))
        return [(row.scope, row.e164, row.channel) for row in connection.execute(query.order_by(suppressions.c.id))]


@pytest.mark.parametrize(
    ("body", "scope"),
    [
        ("STOP", ("phone", "+15185550123", "sms")),
        ("stop texting this number", ("phone", "+15185550123", "sms")),
        ("no escriban a este número", ("phone", "+15185550123", "sms")),
        ("别再给这个号码发短信", ("phone", "+15185550123", "sms")),
        ("退订", ("phone", "+15185550123", "sms")),
        ("please stop texting me", ("debtor", None, "sms")),
        ("no me escriban más por favor", ("debtor", None, "sms")),
        ("不要再给我发短信了", ("debtor", None, "sms")),
        ("leave me alone", ("debtor", None, None)),
    ],
)
def test_a_stop_reaches_as_far_as_its_words(house: House, body: str, scope: tuple[str, str | None, str | None]) -> None:
    two_numbers(house)
    house.text(body, sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    assert standing(house) == [scope]


def test_start_after_no_more_texts_brings_back_those_to_this_number_alone(house: House) -> None:
    two_numbers(house)
    house.text("please stop texting me", sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    house.text("START", sid="SM-in-2")
    house.at("2026-11-24T11:05:05-05:00")
    assert standing(house) == [("phone", THEIR_OTHER, "sms")]
    house.text("START", sid="SM-in-3", sender=THEIR_OTHER)
    house.at("2026-11-24T11:10:05-05:00")
    assert standing(house) == []


def test_start_does_not_undo_a_stop_of_everything(house: House) -> None:
    two_numbers(house)
    house.text("leave me alone", sid="SM-in-1")
    house.at("2026-11-24T11:00:05-05:00")
    house.text("START", sid="SM-in-2")
    house.at("2026-11-24T11:05:05-05:00")
    assert ("debtor", None, None) in standing(house)
