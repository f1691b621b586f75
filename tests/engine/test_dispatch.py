"""What leaves, when several things are due at once, when facts changed, when a carrier or a template fails."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select

from outreach.carriers import CodeMeaning, Outcome, Progress
from outreach.core.terms import Channel, Disposition, EventKind
from outreach.engine import clockguard, dispatch, intake, plan, trouble
from outreach.engine.jobs import send
from outreach.messages import Library
from outreach.production import logged
from outreach.status import status
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.database import FEW, Database
from outreach.store.switches import standing
from outreach.store.tables import attempts, consents, steps, tasks
from outreach.store.turns import Turns
from tests.engine import house as houses
from tests.engine.house import ROOT, House

TEN = "2027-03-09T10:00:01-05:00"  # a loan due on the 8th is texted
HALF_PAST_FIVE = "2027-03-12T17:30:01-05:00"  # and called


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def in_state(house: House, state: str) -> int:
    with house.db.read() as connection:
        return connection.scalar(select(func.count()).select_from(attempts).where(attempts.c.state == state)) or 0


def record(house: House, case_id: int, kind: EventKind, **changes: Any) -> None:
    with house.db.begin() as tx:
        caselog.record(tx, [Entry(case_id, house.clock.now(), kind, {}, changes=changes)])


def called(house: House, refs: int = 5) -> None:
    """Debtors whose call is due at half past five on the 12th: they had their text."""
    for number in range(refs):
        house.case(house.debtor(f"D{number}", phone=f"+1518555012{number}"), f"L{number}", date(2027, 3, 8))
    house.at(TEN)
    house.at("2027-03-12T10:00:00-05:00")


# --- several at once ----------------------------------------------------------------------------------------------------


def test_two_creditors_due_at_once_share_the_cap_of_one_person(house: House) -> None:
    """Each contact is judged with the one before it on file, also within one turn: a British policy has one a day."""
    debtor = house.debtor(country="GB", region=None, phone="+447700900123")
    for name in "AB":
        house.case(debtor, name, date(2027, 3, 8), creditor=f"Bank {name}", currency="GBP")
    house.at("2027-03-09T10:05:00+00:00")
    assert len(house.carrier.sent) == 1
    refused = [detail for name in "AB" for kind, detail in house.log(name) if kind == "refused"]
    assert [r["rule"] for detail in refused for r in detail["refusals"]] == ["POLICY-DAY"]


def test_calls_of_two_creditors_do_not_ring_together(house: House) -> None:
    debtor = house.debtor()
    for name in "AB":
        house.case(debtor, name, date(2027, 3, 8), creditor=f"Bank {name}")
    house.at(TEN)
    house.at("2027-03-12T10:00:00-05:00")
    house.clock.set(datetime.fromisoformat(HALF_PAST_FIVE))
    assert dispatch.dispatch(house.runtime, Channel.CALL, 10) == 1


def test_two_workers_place_a_step_once(db: Database, hand_clock: object) -> None:
    """Each worker has its own runtime on the same database; both see the same steps due."""
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock)  # type: ignore[arg-type]
    for number in range(12):
        house.case(house.debtor(f"D{number}", phone=f"+151855501{number:02d}"), f"L{number}", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    start, failed = threading.Barrier(3), []

    def work() -> None:
        start.wait()
        try:
            while dispatch.dispatch(house.runtime, Channel.SMS, 4):
                pass
        except Exception as error:  # told by the assertion below
            failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    dispatch.dispatch(house.runtime, Channel.SMS, 20)
    assert sorted(text.to for text in house.carrier.sent) == [f"+151855501{number:02d}" for number in range(12)]


def test_while_a_report_waits_to_be_stored_fewer_are_decided_in_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is left out: the rest is still due."""
    for number in range(FEW + 2):
        house.case(house.debtor(f"D{number}", phone=f"+15185550{number:03}"), f"L{number}", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    crowd(house, monkeypatch)
    reserved = dispatch.reserve(house.runtime, Channel.SMS, 100)
    assert reserved == FEW + (0 if house.db.is_sqlite else 2)
    assert reserved + dispatch.reserve(house.runtime, Channel.SMS, 100) == FEW + 2


def crowd(house: House, patch: pytest.MonkeyPatch) -> list[str]:
    """Somebody waits whenever a turn of ours is over. What is committed from now on, each by a word."""
    patch.setattr(Turns, "_look_behind", lambda _turns: None)
    committed: list[str] = []
    event.listen(house.db.engine, "commit", lambda _connection: committed.append("commit"))
    if turns := house.db._turns:
        turns.hurried = True
    return committed


def test_so_are_answers_of_the_carrier_and_reports_written_down(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    many = 3 * FEW
    for number in range(many):
        house.case(house.debtor(f"D{number}", phone=f"+15185550{number:03}"), f"L{number}", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    assert dispatch.reserve(house.runtime, Channel.SMS, many) == many
    committed = crowd(house, monkeypatch)
    assert dispatch.place(house.runtime, Channel.SMS, many) == many
    assert len(committed) == (1 + 3 if house.db.is_sqlite else 1 + 1), "they are taken, and what came of it written"
    for sid, item in house.carrier.known:
        house.report(sid, Progress.DELIVERED, key=item.key)
    committed.clear()
    assert intake.apply(house.runtime) == many
    assert len(committed) == (3 if house.db.is_sqlite else 1)
    assert all(house.kinds(f"L{number}").count("delivered") == 1 for number in range(many))


# --- what was written and not yet read -------------------------------------------------------------------------------


def test_nothing_is_reserved_for_a_debtor_whose_stop_is_stored_and_not_yet_read(house: House) -> None:
    for number in (1, 2):
        house.case(house.debtor(f"D{number}", phone=f"+1518555012{number}"), f"L{number}", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    house.text("STOP", sid="SM-in-1", sender="+15185550121")
    dispatch.dispatch(house.runtime, Channel.SMS, 10)
    assert [text.to for text in house.carrier.sent] == ["+15185550122"]


def test_what_is_reserved_is_not_placed_once_a_stop_is_stored(house: House) -> None:
    house.case(house.debtor(), "L1", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    house.text("STOP", sid="SM-in-1")
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 0 and house.carrier.sent == []
    house.at(TEN)
    assert [text.body for text in house.carrier.sent if "STOP" in text.body and "120.00" in text.body] == []
    assert house.kinds("L1").count("attempt_released") == 1


def test_what_waits_for_a_text_to_be_read_leaves_once_it_is(house: House) -> None:
    house.case(house.debtor(), "L1", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    house.text("hello", sid="SM-in-1")
    assert dispatch.dispatch(house.runtime, Channel.SMS, 10) == 0
    house.at(TEN)
    assert len([text for text in house.carrier.sent if "120.00" in text.body]) == 1


# --- what changed since -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["tag", "audience", "over"])
def test_what_is_no_longer_wanted_is_not_sent(house: House, what: str) -> None:
    case_id = house.case(house.debtor(), "L1", date(2027, 3, 8))
    plan.plan(house.runtime)
    if what == "tag":
        record(house, case_id, EventKind.UPDATED, tags=["do_not_automate"])
    elif what == "audience":
        record(house, case_id, EventKind.UPDATED, due_on=date(2027, 1, 2))
    else:
        ended = [replace(c, valid_until=date(2027, 3, 8)) for c in house.runtime.loaded.campaigns]
        house.runtime.loaded = replace(house.runtime.loaded, campaigns=tuple(ended))
    house.at(TEN)
    house.at(HALF_PAST_FIVE)
    assert house.carrier.sent == [] and house.carrier.called == []
    ended_with = [detail["because"] for kind, detail in house.log("L1") if kind == "cadence_ended"]
    assert "no longer in the audience, or the campaign is over" in ended_with


def test_nothing_is_taken_before_the_plan_has_seen_what_changed(house: House) -> None:
    case_id = house.case(house.debtor(), "L1", date(2027, 3, 8))
    plan.plan(house.runtime)
    record(house, case_id, EventKind.UPDATED, amount_due_minor=100, plan_dirty=True)
    house.clock.set(datetime.fromisoformat(TEN))
    assert dispatch.dispatch(house.runtime, Channel.SMS, 10) == 0
    plan.plan(house.runtime)
    assert dispatch.dispatch(house.runtime, Channel.SMS, 10) == 1


def test_a_held_case_goes_on_when_it_is_free_again(house: House) -> None:
    case_id = house.case(house.debtor(), "L1", date(2027, 3, 8))
    plan.plan(house.runtime)
    record(house, case_id, EventKind.HELD, status="held")
    house.at(TEN)
    assert house.carrier.sent == []
    record(house, case_id, EventKind.UPDATED, status="active")  # nobody says plan_dirty
    house.at("2027-03-10T10:00:02-05:00")
    assert len(house.carrier.sent) == 1


# --- refused for good, late, passed over --------------------------------------------------------------------------------


def test_a_step_refused_for_good_does_not_end_the_campaign(house: House) -> None:
    """No consent to texts, but to recorded calls: the text waits as long as it means something, then the call is made."""
    debtor = house.debtor(consent=False)
    with house.db.begin() as tx:
        given = {"kind": "recorded_call", "given_to": "us", "at": datetime(2026, 1, 1, tzinfo=UTC), "source": "book"}
        tx.execute(insert(consents).values(debtor_id=debtor, **given))
    house.case(debtor, "L1", date(2027, 3, 8), collector="third_party")
    for day in range(9, 16):
        house.at(f"2027-03-{day:02d}T15:00:02+00:00")
        house.at(f"2027-03-{day:02d}T22:30:02+00:00")
    assert house.carrier.sent == [] and len(house.carrier.called) == 1
    kinds = house.kinds("L1")
    assert "refused" in kinds and "step_skipped" in kinds


def test_a_step_whose_time_passed_while_another_was_under_way_has_its_line(house: House) -> None:
    """Nothing is heard of the first text for eleven days, nor was anybody there to ask."""
    house.case(house.debtor(), "L1", date(2027, 3, 8))
    house.at(TEN)
    house.at("2027-03-20T17:31:00-04:00")
    skipped = [detail["step"] for kind, detail in house.log("L1") if kind == "step_skipped"]
    assert skipped == ["first-call", "second-text"]
    house.at("2027-03-24T18:15:01-04:00")
    assert len(house.carrier.called) == 1, "what comes later is done"


# --- reservations that were left ----------------------------------------------------------------------------------------


def test_calls_reserved_before_a_crash_are_placed_after_it(house: House) -> None:
    house.runtime.policy = replace(house.runtime.policy, max_live_calls=2, calls_per_second=10)
    called(house, 2)
    house.clock.set(datetime.fromisoformat(HALF_PAST_FIVE))
    assert dispatch.reserve(house.runtime, Channel.CALL, 2) == 2  # and the process dies: all lines are taken
    house.restart()
    house.at("2027-03-12T17:30:31-05:00")
    assert len(house.carrier.called) == 2 and in_state(house, "reserved") == 0


def test_a_reservation_from_before_an_outage_is_decided_anew(house: House) -> None:
    house.case(house.debtor(), "L1", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    house.restart()
    house.at("2027-03-11T10:00:10-05:00")
    assert "reserved before an outage" in str(house.log("L1"))
    assert all("due on" not in text.body or "8" in text.body for text in house.carrier.sent)
    assert house.kinds("L1").count("attempt_placed") <= 1


def test_a_call_that_would_ring_past_the_hours_is_not_placed_after_a_restart(house: House) -> None:
    called(house, 1)
    house.clock.set(datetime.fromisoformat("2027-03-12T20:56:00-05:00"))
    assert dispatch.reserve(house.runtime, Channel.CALL, 1) == 1
    house.clock.set(datetime.fromisoformat("2027-03-12T20:57:45-05:00"))  # ends at 21:00, a call takes three minutes
    assert dispatch.place(house.runtime, Channel.CALL, 1) == 0 and house.carrier.called == []


# --- what fails ---------------------------------------------------------------------------------------------------------


def test_a_debtor_who_cannot_be_judged_holds_up_nobody(house: House) -> None:
    poisoned = house.debtor("P1", phone="+15185550120")
    house.case(poisoned, "BAD", date(2027, 3, 8))
    house.case(house.debtor("G1", phone="+15185550121"), "GOOD", date(2027, 3, 8))
    plan.plan(house.runtime)
    with house.db.begin() as tx:
        strange = {"kind": "telepathy", "given_to": "us", "at": datetime(2026, 1, 1, tzinfo=UTC), "source": "book"}
        tx.execute(insert(consents).values(debtor_id=poisoned, **strange))
    house.at(TEN)
    assert [text.to for text in house.carrier.sent] == ["+15185550121"]
    assert house.kinds("BAD").count("needs_person") == 1
    with house.db.read() as connection:
        assert connection.scalars(select(tasks.c.kind)).all() == ["trouble"]
        waits = connection.scalar(select(steps.c.due_at).where(steps.c.state == "parked"))
    assert waits == house.clock.now() + dispatch.TROUBLE_RETRY


def test_a_template_that_cannot_be_written_holds_up_its_step_only(house: House, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (tmp_path / "templates" / "sms" / "es" / "overdue_first.txt").write_text("{{ agent }} STOP", encoding="utf-8")
    house.runtime.library = Library.load(tmp_path / "templates")
    house.case(house.debtor("P1", phone="+15185550120", language="es"), "BAD", date(2027, 3, 8))
    house.case(house.debtor("G1", phone="+15185550121"), "GOOD", date(2027, 3, 8))
    house.at(TEN)
    assert [text.to for text in house.carrier.sent] == ["+15185550121"]
    house.runtime.library = Library.load(ROOT / "templates")
    house.at("2027-03-09T11:00:02-05:00")
    assert [text.to for text in house.carrier.sent] == ["+15185550121", "+15185550120"]


@pytest.mark.parametrize(
    "meaning",
    [
        CodeMeaning("the account is suspended", Disposition.FAILED, account_trouble=True),
        CodeMeaning("the sender's queue is full", Disposition.FAILED, retry=True),
    ],
)
def test_what_is_refused_for_no_fault_of_the_debtor_uses_nothing_up(
    house: House, monkeypatch: pytest.MonkeyPatch, meaning: CodeMeaning
) -> None:
    monkeypatch.setitem(houses.MEANINGS, 30002, meaning)
    house.case(house.debtor(), "L1", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.carrier.answers, house.carrier.codes = [Outcome.REJECTED], [30002]
    house.at(TEN)
    assert house.carrier.sent == [] and in_state(house, "released") == 1
    house.at("2027-03-09T10:14:00-05:00")
    assert house.carrier.sent == []
    house.at("2027-03-09T10:15:02-05:00")
    assert len(house.carrier.sent) == 1 and house.kinds("L1").count("attempt_placed") == 1


@pytest.mark.parametrize("told", ["at once", "later"])
def test_trouble_with_our_account_stops_the_campaign(house: House, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    """The third time within an hour; whether the request is refused or the text fails on its way."""
    monkeypatch.setitem(houses.MEANINGS, 30034, CodeMeaning("not registered", Disposition.FAILED, account_trouble=True))
    for number in range(5):
        house.case(house.debtor(f"D{number}", phone=f"+1518555012{number}"), f"L{number}", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    for number in range(3):
        if told == "at once":
            house.carrier.answers, house.carrier.codes = [Outcome.REJECTED], [30034]
        dispatch.dispatch(house.runtime, Channel.SMS, 1)
        if told == "later":
            sid, item = house.carrier.known[-1]
            house.report(sid, Progress.FAILED, key=item.key, code=30034)
            intake.apply(house.runtime)
        with house.db.read() as connection:
            stopped = [(one.campaign, one.by) for one in standing(connection)]
        assert stopped == ([("overdue-1-30", trouble.BY)] if number == 2 else [])
    assert dispatch.dispatch(house.runtime, Channel.SMS, 10) == 0
    assert status(house.db, house.clock.now())["carrier_errors"] == {"30034": 3}


def test_with_the_clock_set_back_nothing_leaves(house: House) -> None:
    house.case(house.debtor(), "L1", date(2027, 3, 8))
    plan.plan(house.runtime)
    with house.db.begin() as tx:
        clockguard.note(tx, datetime.fromisoformat("2027-03-09T21:00:00-05:00"))
    house.clock.set(datetime.fromisoformat(TEN))
    for job in house.driver.table:
        logged(job)()
    assert house.carrier.sent == []


def test_what_was_saved_up_in_an_outage_does_not_leave_at_once(house: House) -> None:
    house.runtime.policy = replace(house.runtime.policy, sms_per_second=1)
    for number in range(30):
        house.case(house.debtor(f"D{number}", phone=f"+151855501{number:02d}"), f"L{number}", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN) + timedelta(minutes=10))
    house.turn()
    assert len(house.carrier.sent) == 1


def test_a_process_that_ends_reserves_nothing_more_and_leaves_nothing_reserved(house: House) -> None:
    for number in range(3):
        house.case(house.debtor(f"D{number}", phone=f"+15185550{number:03}"), f"L{number}", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    assert dispatch.reserve(house.runtime, Channel.SMS, 2) == 2
    house.runtime.closing.set()
    assert send(house.runtime, Channel.SMS) == 0 and house.carrier.sent == []
    with house.db.read() as connection:
        assert set(connection.scalars(select(attempts.c.state))) == {"released"}
        assert "reserved" not in set(connection.scalars(select(steps.c.state)))
    house.runtime.closing.clear()
    assert send(house.runtime, Channel.SMS) == 3
