"""A step that may not be done holds up nothing: it waits for a change as long as it is kept, then the cadence goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert, select, update

from outreach.core.terms import ConsentGivenTo, ConsentKind
from outreach.store.database import Database
from outreach.store.tables import attempts, cases, consents, inconvenient_times
from tests.engine.house import Hand, House

NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2027, 3, 1, 14, tzinfo=UTC)


@pytest.fixture
def house(db: Database, hand_clock: Hand) -> House:
    """Maria's loan falls due today; the campaign of the month that follows texts, calls, texts, calls, texts."""
    hand_clock.set(START)
    house = House(db, hand_clock)
    house.case(house.debtor(), "L1", date(2027, 3, 1))
    return house


def without(house: House, kind: ConsentKind) -> None:
    with house.db.begin() as tx:
        tx.execute(delete(consents).where(consents.c.kind == kind))


def pass_days(house: House, days: int) -> None:
    """Looked at twice a day: after the hour of the texts, and after that of the calls."""
    for _ in range(days):
        for local in ("11:05", "18:20"):
            house.clock.set(_next(house.clock.now(), time.fromisoformat(local)))
            house.driver.last.clear()
            house.turn()


def _next(now: datetime, local: time) -> datetime:
    there = now.astimezone(NEW_YORK)
    at = datetime.combine(there.date(), local, NEW_YORK)
    return at if at > there else at + timedelta(days=1)


def placed(house: House) -> list[str]:
    return [detail["step"] for kind, detail in house.log("L1") if kind == "attempt_reserved"]


def skipped(house: House) -> list[tuple[str, str | None, str]]:
    told = [detail for kind, detail in house.log("L1") if kind == "step_skipped"]
    return [(detail["step"], detail["into"], f"{detail['because']}: {detail['rules']}") for detail in told]


def test_calls_that_nobody_consented_to_do_not_keep_the_texts_from_leaving(house: House) -> None:
    """`if_late: shift` of the first call moved the whole month along, three days at a time, to its end."""
    without(house, ConsentKind.RECORDED_CALL)
    pass_days(house, 31)
    assert placed(house) == ["due-day", "first-text", "second-text", "last-text"]
    assert skipped(house) == [
        ("first-call", "second-text", "it may not be done: US-T-01"),
        ("second-call", "last-text", "it may not be done: US-T-01"),
    ]
    assert house.kinds("L1").count("refused") == 2, "each once"
    assert [(at - START).days for at in times(house)] == [0, 1, 10, 25], "each on its own day: nothing was late"


def times(house: House) -> list[datetime]:
    with house.db.read() as connection:
        return list(connection.scalars(select(attempts.c.reserved_at).order_by(attempts.c.id)))


def test_texts_that_may_not_be_sent_do_not_keep_a_call_from_being_placed_in_time(house: House) -> None:
    """`if_late: merge` of the first text went into itself, and the call was two days late."""
    with house.db.begin() as tx:
        tx.execute(update(cases).values(collector="third_party"))
    without(house, ConsentKind.SMS)
    pass_days(house, 31)
    assert placed(house) == ["first-call", "second-call"]
    assert [(at - START).days for at in times(house)] == [4, 16]
    assert [step for step, _, _ in skipped(house)] == ["due-day", "first-text", "second-text", "last-text"]


def test_it_waits_for_a_change_as_long_as_it_is_kept(house: House) -> None:
    without(house, ConsentKind.RECORDED_CALL)
    pass_days(house, 5)
    assert placed(house) == ["due-day", "first-text"] and house.kinds("L1")[-1] == "refused"
    with house.db.begin() as tx:
        told = {"kind": ConsentKind.RECORDED_CALL, "given_to": ConsentGivenTo.US, "at": START, "source": "by hand"}
        tx.execute(insert(consents).values(debtor_id=1, **told))
        tx.execute(update(cases).values(plan_dirty=True))
    pass_days(house, 1)
    assert placed(house) == ["due-day", "first-text", "first-call"] and skipped(house) == []


def test_a_text_that_may_not_be_sent_about_one_loan_does_not_forbid_the_call_about_another(
    db: Database, hand_clock: Hand
) -> None:
    """Both are due at once, of one creditor: the text comes first, and the call was refused by the rule for texts."""
    hand_clock.set(datetime(2027, 3, 9, 20, tzinfo=UTC))
    house = House(db, hand_clock)
    debtor = house.debtor()
    house.case(debtor, "L1", date(2027, 3, 8), collector="third_party")
    house.case(debtor, "L2", date(2027, 3, 5), collector="third_party")
    without(house, ConsentKind.SMS)
    house.at("2027-03-09T17:31:00-05:00")
    assert house.carrier.sent == [] and len(house.carrier.called) == 1
    refused = [(detail["step"], detail["channel"]) for kind, detail in house.log("L1") if kind == "refused"]
    assert refused == [("first-text", "sms")]
    assert "refused" not in house.kinds("L2") and "attempt_placed" in house.kinds("L2")
    assert "attempt_placed" in house.kinds("L1"), "one contact speaks of both"


def only_at_weekends(house: House) -> None:
    """So they want to be texted; of calls they said nothing."""
    with house.db.begin() as tx:
        values = {
            "start": "00:00",
            "end": "00:00",
            "days": [1, 2, 3, 4, 5],
            "channel": "sms",
            "at": START,
            "source": "sms",
        }
        tx.execute(insert(inconvenient_times).values(debtor_id=tx.scalar(select(cases.c.debtor_id)), **values))


def test_a_text_put_off_into_the_time_of_the_call_does_not_keep_the_call_waiting(house: House) -> None:
    """Found by the chaos suite: late when the book came, the text was kept two days more, and the call stood behind it."""
    only_at_weekends(house)
    for at in ("03-03T11:05", "03-04T11:05", "03-05T10:00:05", "03-05T17:30:05", "03-05T17:45:05"):
        house.at(f"2027-{at}-05:00")
    told = [(kind, detail.get("step"), detail.get("into")) for kind, detail in house.log("L1")][1:]
    assert told == [
        ("refused", "first-text", None),
        ("step_merged", "first-text", "first-text"),
        ("refused", "first-text", None),
        ("step_merged", "first-text", "first-call"),
        ("attempt_reserved", "first-call", None),
        ("attempt_placed", None, None),
        ("cancel_asked", None, None),  # nobody has told its end for a quarter of an hour
    ], told
    merged = [detail for kind, detail in house.log("L1") if kind == "step_merged"][1]
    assert merged["because"] == "put off into the time of the next step: INCONVENIENT"
    assert len(house.carrier.called) == 1 and house.carrier.sent == []
