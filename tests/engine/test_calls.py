"""A live call, key by key, also when the carrier says things twice, late, or our own words are broken."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.carriers import Progress
from outreach.carriers.live_call import Bridge, Gather, HangUp, Scene
from outreach.engine import calls
from outreach.messages import Library
from outreach.store.database import Database
from outreach.store.tables import agents, suppressions
from tests.engine.house import ROOT, Hand, House


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    """Maria is being called: L1 is overdue."""
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock)  # type: ignore[arg-type]
    house.case(house.debtor(), "L1", date(2026, 11, 20))
    house.at("2026-11-24T17:30:01-05:00")
    assert len(house.carrier.called) == 1
    return house


def answer(house: House, *keys: tuple[str, str]) -> Scene:
    """Pick up and press; the last scene."""
    sid, item = house.carrier.known[-1]
    scene = calls.answered(house.runtime, item.key, sid, None)
    for menu, digits in keys:
        scene = calls.pressed(house.runtime, item.key, sid, menu, digits)
    return scene


def busy(house: House) -> int:
    with house.db.read() as connection:
        return len(connection.scalars(select(agents.c.id).where(agents.c.busy_attempt_id.is_not(None))).all())


def test_asking_for_an_agent_twice_takes_one(house: House) -> None:
    first = answer(house, ("identify", "1"), ("main", "2"))
    second = answer(house, ("main", "2"))
    assert isinstance(first.then, Bridge) and first.then == second.then
    assert busy(house) == 1
    house.report(house.carrier.known[-1][0], Progress.COMPLETED, duration_s=30)
    house.at("2026-11-24T17:32:00-05:00")
    assert busy(house) == 0


@pytest.mark.parametrize(("digits", "disposition"), [("1", "right_party"), ("2", "wrong_party")])
def test_a_machine_heard_too_late_does_not_undo_a_person(house: House, digits: str, disposition: str) -> None:
    answer(house, ("identify", digits))
    sid, item = house.carrier.known[-1]
    calls.machine(house.runtime, item.key, sid, "machine")
    assert house.carrier.redirected == []
    house.report(sid, Progress.COMPLETED, answered_by="machine", duration_s=30)
    house.at("2026-11-24T17:32:00-05:00")
    assert [d["disposition"] for kind, d in house.log("L1") if kind == "call_ended"] == [disposition]


def test_a_machine_is_sent_to_the_voicemail_branch_and_hears_no_debt(house: House) -> None:
    sid, item = house.carrier.known[-1]
    answer(house)
    calls.machine(house.runtime, item.key, sid, "machine")
    assert house.carrier.redirected == [(sid, item.key, "voicemail")]
    scene = calls.pressed(house.runtime, item.key, sid, "voicemail", "")
    assert "120" not in " ".join(scene.says) and "debt" not in " ".join(scene.says).lower()


def test_nobody_skips_the_question_who_they_are(house: House) -> None:
    for menu in ("main", "promise", "callback"):
        scene = answer(house, (menu, "1"))
        assert isinstance(scene.then, Gather) and scene.then.menu == "identify"
        assert "120" not in " ".join(scene.says)


def break_words(house: House, tmp_path: Path, name: str) -> None:
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    for path in (tmp_path / "templates" / "voice").glob(f"*/{name}.txt"):
        path.write_text("{{ offered_on|date }}\n")
    house.runtime.library = Library.load(tmp_path / "templates")


def test_whoever_answers_may_stop_calls_to_the_number_though_the_words_for_it_are_broken(
    house: House, tmp_path: Path
) -> None:
    break_words(house, tmp_path, "stopped")
    scene = answer(house, ("identify", "9"))
    assert scene.says == ()
    with house.db.read() as connection:
        rows = connection.execute(select(suppressions.c.reason, suppressions.c.scope, suppressions.c.channel)).all()
    assert [tuple(row) for row in rows] == [("refused_channel", "phone", "call")]


@pytest.mark.parametrize(
    ("broken", "keys"),
    [
        ("message", [("identify", "1")]),  # the disclosure is in these words: without it no menu
        ("message", [("identify", "1"), ("main", "3")]),
        ("menu", [("identify", "1")]),
        ("identify", []),
        ("promise_menu", [("identify", "1"), ("main", "1")]),
    ],
)
def test_words_that_cannot_be_said_end_the_call_and_a_person_calls_back(
    house: House, tmp_path: Path, broken: str, keys: list[tuple[str, str]]
) -> None:
    name = "overdue_call" if broken == "message" else broken
    break_words(house, tmp_path, name)
    scene = answer(house, *keys)
    assert isinstance(scene.then, HangUp) and len(scene.says) == 1  # a farewell, and no question into silence
    asked = [detail for kind, detail in house.log("L1") if kind == "needs_person"]
    assert asked and all(detail == {"task": "callback", "why": calls.UNSAID} for detail in asked)


def test_a_voicemail_that_cannot_be_said_is_none(house: House, tmp_path: Path) -> None:
    sid, item = house.carrier.known[-1]
    answer(house)
    calls.machine(house.runtime, item.key, sid, "machine")
    for path in (ROOT / "templates" / "voice" / "en").glob("*voicemail*.txt"):
        break_words(house, tmp_path, path.stem)
        break
    assert calls.pressed(house.runtime, item.key, sid, "voicemail", "").says == ()
    house.report(sid, Progress.COMPLETED, answered_by="machine", duration_s=30)
    house.at("2026-11-24T17:32:00-05:00")
    assert [d["disposition"] for kind, d in house.log("L1") if kind == "call_ended"] == ["machine"]


@pytest.mark.parametrize("digits", ["", "7", "12", "*", "9" * 60])
def test_odd_keys_end_politely(house: House, digits: str) -> None:
    for menu in ("identify", "main", "promise", "callback"):
        answer(house, ("identify", "1"))
        scene = answer(house, (menu, digits))
        assert scene.says


def test_after_a_broken_promise_the_call_names_the_day_and_the_sum(db: Database, hand_clock: Hand) -> None:
    hand_clock.set(datetime.fromisoformat("2026-11-19T12:00:00-05:00"))
    house = House(db, hand_clock)
    house.case(house.debtor(), "L1", date(2026, 11, 20))
    house.at("2026-11-20T12:00:00-05:00")
    house.text("I will pay 70 on tuesday", sid="SM1")
    called = len(house.carrier.called)
    for day in range(21, 31):
        for hour in ("09:00", "12:00", "17:46"):
            house.at(f"2026-11-{day}T{hour}:00-05:00")
            if len(house.carrier.called) > called:
                break
    assert "promise_broken" in house.kinds("L1") and len(house.carrier.called) == called + 1
    said = " ".join(answer(house, ("identify", "1")).says)
    assert "you planned" in said and "Tuesday" in said and "70 US dollars" in said
