"""When may this debtor be contacted, why not now, and what would change it: as a supervisor asks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from outreach import explained
from outreach.campaigns import load
from outreach.core.explain import week
from outreach.core.gate import judge
from outreach.core.terms import Channel, OutreachError, Voice
from outreach.engine import assemble
from outreach.store import facts, switches
from outreach.store.database import Database
from tests.engine.house import ROOT, House

NIGHT = datetime.fromisoformat("2026-11-24T22:15:00-05:00")


@pytest.fixture
def house(sqlite_db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2026-11-20T09:00:00-05:00"))  # type: ignore[attr-defined]
    made = House(sqlite_db, hand_clock)  # type: ignore[arg-type]
    made.case(made.debtor(consent=False), "L1", date(2026, 11, 1), collector="third_party")
    return made


def test_a_stop_of_everything_is_said_before_what_the_law_says(house: House) -> None:
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", "wrong amounts", NIGHT)
    found = explained.explain(house.db, house.runtime.loaded.rulebooks, "L1", NIGHT, "call")
    assert explained.words(found).startswith(
        "nothing is placed whatever is lawful: everything was stopped by Sue: wrong amounts\n"
    )


def test_why_not_now_when_then_and_what_if(house: House) -> None:
    found = explained.explain(house.db, house.runtime.loaded.rulebooks, "L1", NIGHT, "call")
    way, by_hand = found["ways"]
    assert (way["voice"], by_hand["voice"]) == ("recorded", "agent")
    assert by_hand["decision"] == "defer" and by_hand["earliest"] == "2026-11-25T08:00:01-05:00", "no consent is needed"
    assert (way["number"], way["zone"], way["decision"]) == ("+15·····0123", "America/New_York", "refuse")
    rules = {refusal["rule"]: refusal for refusal in way["refusals"]}
    assert rules["US-F-01"]["retry_at"] == "2026-11-25T08:00:01-05:00"
    assert rules["US-T-01"]["retry_at"] is None and way["earliest"] is None
    assert way["supposed"] == [
        {"if": "consent to recorded calls were on file", "earliest": "2026-11-25T08:00:01-05:00"}
    ]
    said = explained.words(found)
    assert "if consent to recorded calls were on file: Wed 2026-11-25 08:00:01" in said
    assert "call by a colleague to +15·····0123 (America/New_York): lawful again Wed 2026-11-25 08:00:01" in said
    assert "US-T-01 (47 USC 227(b)(1)(A)(iii)" in said and "0123" in said and "518555" not in said


def test_the_week_is_lawful_to_the_second(house: House) -> None:
    with house.db.read() as connection:
        person = facts.load(connection, [1], NIGHT)[1]
    ask = assemble.ask(person, person.phones[0], Channel.CALL, list(person.cases.values()), NIGHT)
    ask = replace(ask, voice=Voice.AGENT)
    books = load(ROOT, {}).rulebooks
    days = week(ask, books, NIGHT, "America/New_York")
    assert [on.isoformat() for on, _ in days] == [f"2026-11-{n}" for n in range(24, 31)]
    assert days[0][1] == []
    for _on, spans in days[1:]:
        (span,) = spans
        assert judge(ask, books, span.start).allowed and not judge(ask, books, span.end).allowed
        assert not judge(ask, books, span.start - timedelta(seconds=1)).allowed
        assert judge(ask, books, span.end - timedelta(seconds=1)).allowed


def test_no_such_case(house: House) -> None:
    with pytest.raises(OutreachError, match="no case 'L9'"):
        explained.explain(house.db, house.runtime.loaded.rulebooks, "L9", NIGHT, None)


def test_rulebooks_say_what_is_law_and_what_is_adopted() -> None:
    found = {each["rulebook"]: each for each in explained.listing(load(ROOT, {"GB": "policy/default"}).rulebooks)}
    assert found["us/federal"]["is"] == "law" and found["policy/default"]["is"] == "policy"
    assert found["policy/default"]["adopted_for"] == ["GB"]
    assert all(rule["citation"] and rule["confidence"] for each in found.values() for rule in each["rules"])
    said = explained.listing_words(list(found.values()))
    assert "adopted for GB" in said and "any country not named here is refused" in said
