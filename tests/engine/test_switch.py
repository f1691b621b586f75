"""Somebody stops everything, or a campaign: nothing more leaves, what is under way is taken back, and only `resume` ends it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError

from outreach.audit import audit
from outreach.campaigns import load_rulebooks
from outreach.carriers import Outcome, OutgoingSms, Placed, Progress
from outreach.core.terms import Channel, Money, OutreachError, Purpose, SuppressionReason, SuppressionScope
from outreach.engine import answers, calls, dispatch, intake, payments, plan, stops, switch
from outreach.store import facts, switches
from outreach.store.database import Database
from outreach.store.tables import attempts, cases, steps, tasks
from outreach.store.tables import switches as table
from tests.engine.house import ROOT, FakeCarrier, House

TEN = "2027-03-09T10:00:01-05:00"  # a loan due on the 8th is texted
WHY = "wrong amounts in today's book"


class Interrupted(FakeCarrier):
    """A carrier during whose `after`-th handful somebody does something."""

    def __init__(self, after: int = 1) -> None:
        super().__init__()
        self.calls_left, self.do = after, lambda: None

    def send(self, batch: Sequence[OutgoingSms]) -> list[Placed]:
        self.calls_left -= 1
        if self.calls_left == 0:
            self.do()
        return super().send(batch)


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock, Interrupted())  # type: ignore[arg-type]


def stop(house: House, campaign: str | None = None, why: str = WHY) -> None:
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", why, house.clock.now(), campaign)


def resume(house: House, campaign: str | None = None) -> list[switches.Switch]:
    with house.db.begin() as tx:
        return switches.resume(tx, "Sue", "the book is right again", house.clock.now(), campaign)


def many(house: House, count: int) -> None:
    """So many texts due at ten, planned."""
    for number in range(count):
        house.case(house.debtor(f"D{number}", phone=f"+1518555{number:04d}"), f"L{number}", date(2027, 3, 8))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))


def states(house: House) -> dict[str, int]:
    with house.db.read() as connection:
        query = select(attempts.c.state, func.count()).group_by(attempts.c.state)
        return {row[0]: row[1] for row in connection.execute(query)}


# --- a long batch -------------------------------------------------------------------------------------------------------


def test_a_batch_under_way_ends_with_the_handful_in_hand(house: House) -> None:
    """The carrier has two handfuls when somebody stops: the third is never asked for, and says why on each log."""
    many(house, 3 * switch.HANDFUL)
    house.carrier.calls_left, house.carrier.do = 2, lambda: stop(house)  # type: ignore[attr-defined]
    assert dispatch.dispatch(house.runtime, Channel.SMS, 200) == 2 * switch.HANDFUL
    assert len(house.carrier.sent) == 2 * switch.HANDFUL
    assert states(house) == {"placed": 2 * switch.HANDFUL, "released": switch.HANDFUL}
    assert dispatch.dispatch(house.runtime, Channel.SMS, 200) == 0
    last = house.log(f"L{3 * switch.HANDFUL - 1}")[-1]
    assert (last[0], last[1]["because"]) == ("attempt_released", f"everything was stopped by Sue: {WHY}")
    resume(house)
    assert dispatch.dispatch(house.runtime, Channel.SMS, 200) == switch.HANDFUL
    assert len({text.to for text in house.carrier.sent}) == len(house.carrier.sent) == 3 * switch.HANDFUL
    assert audit(house.db) == []


def test_a_crowded_account_is_handed_no_more_than_it_has_under_way(house: House) -> None:
    """What waits behind others at the carrier's client could not be stopped any more: it waits here."""
    many(house, 12)
    house.carrier.wide = 4
    house.carrier.calls_left, house.carrier.do = 2, lambda: stop(house)  # type: ignore[attr-defined]
    assert dispatch.dispatch(house.runtime, Channel.SMS, 200) == 8
    assert states(house) == {"placed": 8, "released": 4}


def test_who_is_heard_of_while_a_batch_is_under_way_is_left_out_of_what_is_left(house: House) -> None:
    """Of the second handful one has written STOP, not read yet, and one has paid; the third of them is texted."""
    many(house, switch.HANDFUL + 3)
    first = switch.HANDFUL

    def heard() -> None:
        house.text("STOP", sid="SM-in-1", sender=f"+1518555{first:04d}")
        paid = payments.Payment("P1", f"L{first + 1}", house.clock.now(), Money(12000, "USD"))
        with house.db.begin() as tx:
            payments.apply(tx, [paid], house.clock.now(), house.runtime.policy)

    house.carrier.do = heard  # type: ignore[attr-defined]
    assert dispatch.dispatch(house.runtime, Channel.SMS, 200) == first + 1
    assert house.carrier.sent[-1].to == f"+1518555{first + 2:04d}"
    released = [house.log(f"L{number}")[-1] for number in (first, first + 1)]
    assert [(kind, said["because"]) for kind, said in released] == [("attempt_released", switch.MOVED_ON)] * 2
    house.at("2027-03-09T10:10:00-05:00")
    bodies = [text.body for text in house.carrier.sent if text.to.endswith((f"{first:04d}", f"{first + 1:04d}"))]
    assert not any("120.00" in body for body in bodies), bodies
    assert audit(house.db) == []


def test_what_a_slow_carrier_makes_late_is_judged_again(house: House) -> None:
    """The machine stands still for two hours between the claim and the second handful."""
    many(house, 2 * switch.HANDFUL)
    late = datetime.fromisoformat("2027-03-09T21:00:01-05:00")
    house.carrier.calls_left, house.carrier.do = 2, lambda: house.clock.set(late)  # type: ignore[attr-defined]
    assert dispatch.dispatch(house.runtime, Channel.SMS, 200) == switch.HANDFUL
    assert states(house) == {"placed": switch.HANDFUL, "released": switch.HANDFUL}
    house.at("2027-03-09T21:05:00-05:00")
    assert len(house.carrier.sent) == switch.HANDFUL
    house.at("2027-03-10T10:00:01-05:00")
    assert len(house.carrier.sent) == 2 * switch.HANDFUL
    assert audit(house.db) == []


def test_two_workers_both_stop(db: Database, hand_clock: object) -> None:
    """Each has its own carrier and its own batch; one of them sees the stop thrown by somebody else's hand."""
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    first = House(db, hand_clock, Interrupted())  # type: ignore[arg-type]
    second = House(db, hand_clock, Interrupted())  # type: ignore[arg-type]
    second.carrier.sids = first.carrier.sids
    many(first, 4 * switch.HANDFUL)
    both = threading.Barrier(2, timeout=30)

    def thrown() -> None:
        if both.wait() == 0:
            stop(first)
        both.wait()

    workers = []
    for house in (first, second):
        dispatch.reserve(house.runtime, Channel.SMS, 2 * switch.HANDFUL)
        house.carrier.do = thrown  # type: ignore[attr-defined]
        work = (house.runtime, Channel.SMS, 2 * switch.HANDFUL)
        workers.append(threading.Thread(target=dispatch.place, args=work))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [len(house.carrier.sent) for house in (first, second)] == [switch.HANDFUL, switch.HANDFUL]
    assert states(first) == {"placed": 2 * switch.HANDFUL, "released": 2 * switch.HANDFUL}


class Away(Database):
    """A database that can't be read from some moment on."""

    gone = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        if self.gone:
            raise OperationalError("SELECT", {}, Exception("server closed the connection"))
        with super().read() as connection:
            yield connection


def test_when_the_switch_cannot_be_read_nothing_leaves(house: House) -> None:
    many(house, switch.HANDFUL + 3)
    away = house.runtime.db = Away(house.db.url)
    house.carrier.do = lambda: setattr(away, "gone", True)  # type: ignore[attr-defined]
    assert dispatch.dispatch(house.runtime, Channel.SMS, 200) == switch.HANDFUL
    away.close()
    assert len(house.carrier.sent) == switch.HANDFUL
    assert house.log(f"L{switch.HANDFUL}")[-1][1]["because"] == switch.UNREADABLE


# --- everything ---------------------------------------------------------------------------------------------------------


def test_while_stopped_the_plan_goes_on_and_nothing_leaves(house: House) -> None:
    stop(house)
    house.case(house.debtor(), "L1", date(2027, 3, 8))
    house.at(TEN)
    with house.db.read() as connection:
        assert connection.scalars(select(steps.c.state)).all() == ["waiting"]
    assert house.carrier.sent == [] and states(house) == {}
    assert [switch.why for switch in resume(house)] == [WHY]
    house.at("2027-03-09T10:05:00-05:00")
    assert len(house.carrier.sent) == 1


def test_what_was_reserved_is_taken_back_with_who_and_why(house: House) -> None:
    many(house, 3)
    dispatch.reserve(house.runtime, Channel.SMS, 10)
    stop(house)
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 0
    assert switch.sweep(house.db, house.carrier, house.clock.now()) == switch.Swept(released=3)
    assert switch.sweep(house.db, house.carrier, house.clock.now()) == switch.Swept()
    assert house.log("L0")[-1][1]["because"] == f"everything was stopped by Sue: {WHY}"
    assert states(house) == {"released": 3}


def calling(house: House) -> list[str]:
    """Three calls are at the carrier; their sids."""
    many(house, 3)
    house.at(TEN)
    for at in ("2027-03-12T10:00:00-05:00", "2027-03-12T17:30:01-05:00", "2027-03-12T17:30:04-05:00"):
        house.at(at)
    return [sid for sid, _ in house.carrier.known if sid.startswith("CA")]


def test_calls_that_ring_are_dropped_once_and_one_that_talks_goes_on(house: House) -> None:
    ringing, talking, over = calling(house)
    key = {sid: item.key for sid, item in house.carrier.known}
    calls.answered(house.runtime, key[talking], talking, None)
    house.report(over, Progress.BUSY, key=key[over])
    house.at("2027-03-12T17:30:06-05:00")
    house.carrier.cancelled.clear()
    stop(house)
    house.at("2027-03-12T17:30:08-05:00")
    house.at("2027-03-12T17:30:10-05:00")
    assert [sid for sid in house.carrier.cancelled if sid.startswith("CA")] == [ringing]
    said = [detail for number in range(3) for kind, detail in house.log(f"L{number}") if kind == "cancel_asked"]
    assert {detail["because"] for detail in said} == {f"everything was stopped by Sue: {WHY}"}
    assert key[ringing] in {detail["key"] for detail in said} and key[talking] not in {d["key"] for d in said}
    house.report(ringing, Progress.CANCELED, key=key[ringing])
    house.at("2027-03-12T17:31:00-05:00")
    assert len(house.carrier.called) == 3, "its next try waits"
    assert audit(house.db) == []


def test_texts_the_carrier_has_not_sent_are_dropped_and_those_it_sent_are_not(house: House) -> None:
    many(house, 2)
    dispatch.dispatch(house.runtime, Channel.SMS, 10)
    (sent, item), (queued, _) = house.carrier.known
    house.report(sent, Progress.SENT, key=item.key)
    house.turn()
    stop(house)
    swept = switch.sweep(house.db, house.carrier, house.clock.now())
    assert house.carrier.cancelled == [queued]
    assert swept == switch.Swept(asked=1, dropped=0), "it said no: the text goes its way"


def test_what_turns_up_at_the_carrier_after_the_stop_is_dropped_too(house: House) -> None:
    """It was in doubt when everything was stopped; then the carrier tells that it has it."""
    many(house, 1)
    house.carrier.dies = True
    with pytest.raises(KeyboardInterrupt):
        dispatch.dispatch(house.runtime, Channel.SMS, 10)
    stop(house)
    house.turn()
    assert house.carrier.cancelled == []
    sid, item = house.carrier.known[0]
    house.report(sid, Progress.QUEUED, key=item.key)
    house.at("2027-03-09T10:00:05-05:00")
    assert house.carrier.cancelled == [sid]


# --- answers ------------------------------------------------------------------------------------------------------------


def replied(house: House, text: str, minutes: int) -> list[str]:
    """A debtor writes while everything is stopped, which lasts so many minutes; what is then sent."""
    house.case(house.debtor(), "L1", date(2027, 4, 1))
    house.turn()
    stop(house)
    house.text(text, sid="SM-in-1")
    house.at("2027-03-08T10:00:10-05:00")
    house.at("2027-03-08T10:00:50-05:00")
    assert house.carrier.sent == []
    house.clock.advance(minutes=minutes)  # type: ignore[attr-defined]
    house.driver.last.clear()
    house.turn()
    assert house.carrier.sent == []
    resume(house)
    for second in range(3):
        house.clock.advance(seconds=second)  # type: ignore[attr-defined]
        house.driver.last.clear()
        house.turn()
    assert audit(house.db) == []
    return [text.body for text in house.carrier.sent]


@pytest.mark.parametrize("minutes", [2, 8])
def test_an_answer_waits_while_everything_is_stopped(house: House, minutes: int) -> None:
    """Eight minutes are more than a text may wait at the carrier, and less than an answer is one."""
    (sent,) = replied(house, "will pay friday", minutes)
    assert "2027" in sent or "Mar" in sent or "12" in sent
    assert house.carrier.sent[0].valid_for.total_seconds() > 60
    assert "promised" in house.kinds("L1"), "what the debtor wrote counts at once"


@pytest.mark.parametrize(("minutes", "count"), [(2, 1), (8, 0)])
def test_an_opt_out_is_confirmed_after_a_stop_only_within_five_minutes(house: House, minutes: int, count: int) -> None:
    assert len(replied(house, "STOP", minutes)) == count
    assert "suppressed" in house.kinds("L1")


def test_an_answer_that_was_about_to_leave_waits_anew(house: House) -> None:
    """It is in the second handful of a batch during whose first somebody stops everything."""
    many(house, switch.HANDFUL)
    dispatch.reserve(house.runtime, Channel.SMS, 200)
    house.case(house.debtor("R1", phone="+15185560001"), "R1", date(2027, 4, 1))
    house.text("will pay friday", sid="SM-in-1", sender="+15185560001")
    intake.apply(house.runtime)
    house.carrier.do = lambda: stop(house)  # type: ignore[attr-defined]
    assert dispatch.place(house.runtime, Channel.SMS, 200) == switch.HANDFUL
    assert house.kinds("R1")[-2:] == ["attempt_released", "attempt_reserved"]
    resume(house)
    assert dispatch.place(house.runtime, Channel.SMS, 200) == 1
    assert house.carrier.sent[-1].to == "+15185560001"


def test_an_answer_past_its_time_is_not_placed_as_it_stands(house: House) -> None:
    """Whichever comes first after a stop, the placing or the deciding anew: it leaves with a window of its own."""
    house.case(house.debtor(), "L1", date(2027, 4, 1))
    stop(house)
    house.text("will pay friday", sid="SM-in-1")
    house.turn()
    house.clock.advance(minutes=8)  # type: ignore[attr-defined]
    resume(house)
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 0
    assert switch.renew_answers(house.runtime) == 1
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 1


def test_an_answer_that_is_lawful_no_more_is_left_to_a_person(house: House) -> None:
    """At night nothing but an answer given at once may be sent."""
    assert replied(house, "will pay friday", 13 * 60) == []
    with house.db.read() as connection:
        assert "our answer never reached the carrier" in connection.scalars(select(tasks.c.note)).all()


ANSWERS_WAIT = """
rulebook: policy/answers-wait
title: a company that lets nobody answer before the evening
rules:
  - {rule: POLICY-ANSWERS, because: answers wait, citation: none, confidence: POLICY, applies: {purpose: reply},
     hours: {windows: [{days: daily, from: "20:00", to: "21:00"}]}}
"""


def sent_by_hand(house: House, folder: Path) -> None:
    """A text a person chose, where nothing may go as an answer: it is one like any other of ours."""
    law = shutil.copytree(ROOT / "config" / "rulebooks", folder / "rulebooks")
    (law / "policy" / "answers-wait.yaml").write_text(ANSWERS_WAIT)
    books = load_rulebooks(law, {"US": "policy/answers-wait"})
    house.runtime.loaded = replace(house.runtime.loaded, rulebooks=books)
    plan.publish(house.runtime)
    now = house.clock.now()
    house.case(house.debtor(), "L1", date(2027, 4, 1))
    with house.db.begin() as tx:
        [person] = facts.load(tx, tx.scalars(select(cases.c.debtor_id)), now).values()
        loans, say = list(person.cases.values()), answers.Answer("ask_date")
        assert answers.answer_by_hand(tx, house.runtime, person, person.phones[0], loans, say, now).allowed
        assert tx.scalar(select(attempts.c.purpose)) == Purpose.REMINDER


def test_what_a_person_sent_by_hand_is_sent_again_when_the_carrier_had_no_time_for_it(
    house: House, tmp_path: Path
) -> None:
    sent_by_hand(house, tmp_path)
    house.carrier.answers = [Outcome.NEVER_HAPPENED]
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 0
    house.clock.advance(seconds=61)  # type: ignore[attr-defined]
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 1
    assert house.kinds("L1")[-4:] == ["attempt_reserved", "attempt_released", "attempt_reserved", "attempt_placed"]


def test_what_a_person_sent_by_hand_and_is_lawful_no_more_is_told_to_a_person(house: House, tmp_path: Path) -> None:
    sent_by_hand(house, tmp_path)
    with house.db.begin() as tx:
        debtor_id = tx.scalar(select(cases.c.debtor_id)) or 0
        scope = SuppressionScope.DEBTOR
        stops.suppress(tx, debtor_id, SuppressionReason.CEASE, scope, "a letter", house.clock.now())
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 0 and house.carrier.sent == []
    with house.db.read() as connection:
        assert "our answer never reached the carrier" in connection.scalars(select(tasks.c.note)).all()


def test_a_campaign_that_is_stopped_holds_up_no_answer(house: House) -> None:
    house.case(house.debtor(), "L1", date(2027, 4, 1))
    house.turn()
    for campaign in ("pre-due", "overdue-1-30", "broken-promise"):
        stop(house, campaign)
    house.text("will pay friday", sid="SM-in-1")
    house.at("2027-03-08T10:00:10-05:00")
    assert len(house.carrier.sent) == 1


# --- one campaign -------------------------------------------------------------------------------------------------------


def test_only_the_stopped_campaign_stops(house: House) -> None:
    house.case(house.debtor("D1", phone="+15185550101"), "LATE", date(2027, 3, 8))
    house.case(house.debtor("D2", phone="+15185550102"), "SOON", date(2027, 3, 12))
    stop(house, "pre-due")
    house.at("2027-03-09T10:30:05-05:00")
    assert [text.to for text in house.carrier.sent] == ["+15185550101"]
    assert resume(house) == [], "nobody stopped everything"
    house.at("2027-03-09T10:31:00-05:00")
    assert len(house.carrier.sent) == 1
    resume(house, "pre-due")
    house.at("2027-03-09T10:32:00-05:00")
    assert [text.to for text in house.carrier.sent] == ["+15185550101", "+15185550102"]


def test_a_contact_with_a_step_of_the_stopped_campaign_leaves_without_it(house: House) -> None:
    """Two loans of one debtor make one text. It was about to leave when the campaign of the second was stopped."""
    debtor = house.debtor()
    house.case(debtor, "LATE", date(2027, 3, 8))
    house.case(debtor, "SOON", date(2027, 3, 12))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    dispatch.reserve(house.runtime, Channel.SMS, 10)
    assert "attempt_reserved" in house.kinds("SOON")
    stop(house, "pre-due")
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 0
    house.at("2027-03-09T10:00:05-05:00")
    assert len(house.carrier.sent) == 1
    assert house.kinds("SOON")[-1] == "attempt_released" and "attempt_placed" in house.kinds("LATE")


def test_a_batch_under_way_goes_on_without_the_campaign_that_is_stopped(house: House) -> None:
    many(house, switch.HANDFUL)
    for number in range(5):
        name = f"S{number}"
        house.case(house.debtor(name, phone=f"+1518556{number:04d}"), name, date(2027, 3, 12))
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat("2027-03-09T10:30:05-05:00"))
    house.carrier.do = lambda: stop(house, "pre-due")  # type: ignore[attr-defined]
    assert dispatch.dispatch(house.runtime, Channel.SMS, 200) == switch.HANDFUL
    assert house.log("S0")[-1][1]["because"] == f"campaign pre-due was stopped by Sue: {WHY}"


# --- the record ---------------------------------------------------------------------------------------------------------


def test_every_stop_and_who_ended_it_is_kept(house: House) -> None:
    stop(house)
    with house.db.begin() as tx:
        switches.stop(tx, "Cy", "me too", house.clock.now())
    assert [switch.by for switch in resume(house)] == ["Sue", "Cy"]
    with house.db.read() as connection:
        rows = connection.execute(select(table).order_by(table.c.id)).all()
        assert switches.standing(connection) == []
    assert [(r.stopped_by, r.why, r.resumed_by, r.resumed_why) for r in rows] == [
        ("Sue", WHY, "Sue", "the book is right again"),
        ("Cy", "me too", "Sue", "the book is right again"),
    ]


@pytest.mark.parametrize(
    ("by", "why", "campaign", "said"),
    [
        ("", "x", None, "a name is needed"),
        ("Sue", " \n", None, "a reason is needed"),
        ("Sue", "x", "predue", "no campaign 'predue', expected one of: broken-promise, overdue-1-30, pre-due"),
    ],
)
def test_a_stop_that_says_too_little_is_refused(
    house: House, by: str, why: str, campaign: str | None, said: str
) -> None:
    with pytest.raises(OutreachError, match=said), house.db.begin() as tx:
        switches.stop(tx, by, why, house.clock.now(), campaign)


def test_a_number_in_the_reason_stands_on_no_log(house: House) -> None:
    many(house, 1)
    dispatch.reserve(house.runtime, Channel.SMS, 10)
    stop(house, why="+1 (518) 555-0123 complained")
    house.turn()
    told: dict[str, Any] = house.log("L0")[-1][1]
    assert "complained" in told["because"] and "0123" not in told["because"] and "555" not in told["because"]
