"""Where cases stand in campaigns: worked out anew for what changed, and nobody is held up by one that can't be planned."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach import campaigns
from outreach.carriers import Progress
from outreach.core.terms import EventKind, Money
from outreach.engine import payments, plan
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.database import Database
from outreach.store.tables import cases, debtors, phones, steps, tasks
from tests.engine.house import ROOT, House

DUE = date(2027, 3, 8)
TEN = "2027-03-09T10:00:01-05:00"  # a loan due on the 8th is texted


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def standing(house: House, *columns: str) -> list[tuple[Any, ...]]:
    """Where every case stands, by case and campaign."""
    wanted = columns or ("ref", "campaign", "anchor_on", "step", "planned_at", "due_at", "state")
    with house.db.read() as connection:
        query = select(steps, cases.c.ref).join(cases).order_by(cases.c.ref, steps.c.campaign, steps.c.anchor_on)
        return [tuple(row[name] for name in wanted) for row in connection.execute(query).mappings()]


def dirty(house: House) -> list[str]:
    with house.db.read() as connection:
        return list(connection.scalars(select(cases.c.ref).where(cases.c.plan_dirty).order_by(cases.c.ref)))


def change(house: House, case_id: int, **changes: Any) -> None:
    with house.db.begin() as tx:
        caselog.record(tx, [Entry(case_id, house.clock.now(), EventKind.UPDATED, changes=changes)])


# --- one that can't be planned ------------------------------------------------------------------------------------------


def test_a_case_that_cannot_be_planned_holds_up_nobody(house: House, caplog: pytest.LogCaptureFixture) -> None:
    for n in range(3):
        house.case(house.debtor(f"A{n}", phone=f"+1518555012{n}"), f"A{n}", DUE)
    bad = house.case(house.debtor("B", phone="+15185550130"), "B", DUE, collector="nobody")
    for n in range(3):
        house.case(house.debtor(f"C{n}", phone=f"+1518555014{n}"), f"C{n}", DUE)
    assert plan.plan(house.runtime) == 6
    assert sorted({ref for (ref,) in standing(house, "ref")}) == ["A0", "A1", "A2", "C0", "C1", "C2"]
    assert dirty(house) == [] and plan.plan(house.runtime) == 0, "it is not tried for ever"
    told = [record.getMessage() for record in caplog.records]
    assert told == [f"cases [{bad}]: it can't be planned"], "with the case that is meant"
    with house.db.read() as connection:
        task = connection.execute(select(tasks)).one()
    assert (task.case_id, task.kind, task.state) == (bad, "trouble", "open")
    assert task.note == "it can't be planned: ValueError"
    assert house.kinds("B") == ["opened", "needs_person"]


def test_it_is_said_once_while_nobody_has_looked_and_planned_once_mended(house: House) -> None:
    bad = house.case(house.debtor(), "B", DUE, collector="nobody")
    for _ in range(3):
        change(house, bad, plan_dirty=True)
        plan.plan(house.runtime)
    assert house.kinds("B").count("needs_person") == 1
    with house.db.begin() as tx:
        tx.execute(update(tasks).values(state="done"))
    change(house, bad, plan_dirty=True)
    plan.plan(house.runtime)
    assert house.kinds("B").count("needs_person") == 2, "dealt with, and it is still there"
    change(house, bad, plan_dirty=True, collector="first_party")
    assert plan.plan(house.runtime) == 1
    house.at(TEN)
    assert len(house.carrier.sent) == 1


def test_a_full_batch_of_poison_does_not_starve_the_rest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        house.case(house.debtor(f"B{n}", phone=f"+1518555013{n}"), f"B{n}", DUE, collector="nobody")
    house.case(house.debtor("C", phone="+15185550140"), "C", DUE)
    for _ in range(3):
        plan.plan(house.runtime, limit=2)
    assert standing(house, "ref", "campaign") == [("C", "overdue-1-30"), ("C", "pre-due")]


# --- nobody to reach ----------------------------------------------------------------------------------------------------


def test_a_debtor_without_a_number_is_planned_refused_and_reached_once_there_is_one(house: House) -> None:
    debtor_id = house.debtor()
    case_id = house.case(debtor_id, "L1", DUE)
    with house.db.begin() as tx:
        tx.execute(update(phones).values(e164=None))
    house.at(TEN)
    assert house.carrier.sent == []
    refused = [detail["refusals"][0]["rule"] for kind, detail in house.log("L1") if kind == "refused"]
    assert refused == ["POLICY-NO-NUMBER"] and "needs_person" not in house.kinds("L1")
    with house.db.begin() as tx:
        digest = caselog.digest(b"salt", "+15185550123")
        number = {"e164": "+15185550123", "digest": digest, "kind": "mobile", "place": "personal", "rank": 0}
        tx.execute(insert(phones).values(debtor_id=debtor_id, **number))
    change(house, case_id, plan_dirty=True)
    house.at("2027-03-10T11:00:00-05:00")
    assert len(house.carrier.sent) == 1


def test_an_erased_debtors_case_is_no_longer_planned(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    with house.db.begin() as tx:
        tx.execute(update(debtors).values(erased_at=house.clock.now()))
    plan.plan(house.runtime)
    assert standing(house) == [] and dirty(house) == []


# --- edited campaigns ---------------------------------------------------------------------------------------------------

STEP = '  - {{step: s{0}, at: due {1} {2}d, time: "10:00", sms: overdue_first, keep_for: 1d}}\n'
Write = Callable[..., int]


@pytest.fixture
def write(house: House, tmp_path: Path) -> Write:
    """Publishes campaigns, each given as (audience, days of its steps); those not named are taken out."""
    shutil.copytree(ROOT / "config" / "rulebooks", tmp_path / "config" / "rulebooks")

    def publish(**given: tuple[str, tuple[int, ...]]) -> int:
        shutil.rmtree(tmp_path / "campaigns", ignore_errors=True)
        (tmp_path / "campaigns").mkdir()
        for name, (audience, days) in given.items():
            text = f"campaign: {name}\ntitle: {name}\naudience: {audience}\ncadence:\n"
            text += "".join(STEP.format(n, "+-"[day < 0], abs(day)) for n, day in enumerate(days))
            (tmp_path / "campaigns" / f"{name}.yaml").write_text(text, encoding="utf-8")
        house.runtime.loaded = campaigns.load(tmp_path, house.runtime.loaded.rulebooks.adopted)
        return plan.publish(house.runtime)

    return publish


BLUE = "{creditors: Blue Bank, days_past_due: ..30}"
RED = "{creditors: Red Bank, days_past_due: ..30}"


def test_an_edit_replans_what_depends_on_it(house: House, write: Write) -> None:
    write(blue=(BLUE, (1, 5)), red=(RED, (1, 5)))
    debtor_id = house.debtor()
    for ref, bank in (("B1", "Blue Bank"), ("B2", "Blue Bank"), ("R1", "Red Bank")):
        house.case(debtor_id, ref, DUE, creditor=bank)
    house.case(debtor_id, "OLD", date(2026, 1, 1), creditor="Blue Bank")
    plan.plan(house.runtime)
    before = {row[0]: row for row in standing(house, "ref", "campaign_id", "step", "planned_at", "state")}
    assert set(before) == {"B1", "B2", "R1"}
    assert write(blue=(BLUE, (2, 5)), red=(RED, (1, 5))) == 1
    assert dirty(house) == ["B1", "B2"]
    assert plan.plan(house.runtime) == 2
    after = {row[0]: row for row in standing(house, "ref", "campaign_id", "step", "planned_at", "state")}
    assert after["R1"] == before["R1"]
    assert {after[ref][3] - before[ref][3] for ref in ("B1", "B2")} == {timedelta(days=1)}
    assert write(blue=(BLUE, (2, 5)), red=(RED, (1, 5))) == 0 and dirty(house) == [], "the same content is no edit"
    assert write(red=(RED, (1, 5))) == 1 and dirty(house) == ["B1", "B2"], "taken out"
    plan.plan(house.runtime)
    assert standing(house, "ref", "state") == [("B1", "ended"), ("B2", "ended"), ("R1", "waiting")]


def test_another_law_concerns_everybody(house: House) -> None:
    for n, due in enumerate((DUE, date(2026, 1, 1))):
        house.case(house.debtor(f"D{n}", phone=f"+1518555012{n}"), f"L{n}", due)
    plan.plan(house.runtime)
    loaded = house.runtime.loaded
    house.runtime.loaded = replace(loaded, rulebooks=replace(loaded.rulebooks, adopted={}))
    assert plan.publish(house.runtime) == 1
    assert dirty(house) == ["L0", "L1"]


AUDIENCES = [
    "{days_past_due: ..30}", "{days_past_due: 1..3}", "{days_past_due: 400..}", "{creditors: Red Bank}",
    "{countries: GB, days_past_due: ..30}", "{languages: es}", "{products: [personal, car]}",
    "{collectors: third_party}", "{tags: {any: vip}}", "{amount_due: {USD: {at_least: 100}}}",
]  # fmt: skip


def test_what_an_edit_leaves_alone_would_stand_where_it_stands(house: House, write: Write) -> None:
    """After each edit, planning every case anew changes nothing that planning the marked ones has not changed."""
    variety: list[dict[str, Any]] = [
        {}, {"creditor": "Red Bank"}, {"product": "car"}, {"product": None}, {"collector": "third_party"},
        {"tags": ["vip"]}, {"minor": 500}, {"currency": "GBP"},
    ]  # fmt: skip
    people = [
        house.debtor("US", phone="+15185550123"),
        house.debtor("ES", phone="+15185550124", language="es"),
        house.debtor("GB", phone="+447700900123", country="GB", region=None, language=None),
    ]
    for n, columns in enumerate(variety):
        for day, due_on in enumerate((DUE, DUE - timedelta(days=4), DUE - timedelta(days=31), date(2026, 1, 1))):
            house.case(people[(n + day) % 3], f"L{n}{day}", due_on, **columns)
    seen = set()
    for n, audience in enumerate(AUDIENCES):
        write(one=(audience, (-3, 1, 2, 35, 500)), two=(AUDIENCES[(n * 3) % len(AUDIENCES)], (0, 4)))
        plan.plan(house.runtime)
        narrowed = standing(house)
        with house.db.begin() as tx:
            tx.execute(update(cases).values(plan_dirty=True))
        plan.plan(house.runtime)
        assert standing(house) == narrowed, audience
        seen |= {row[:2] for row in narrowed}
    assert len(seen) > 20, "the cases do enter"


def test_a_campaign_whose_validity_ended_takes_up_nobody_and_lets_go(house: House) -> None:
    def over_on(day: date | None) -> None:
        ended = [replace(c, valid_until=day) for c in house.runtime.loaded.campaigns]
        house.runtime.loaded = replace(house.runtime.loaded, campaigns=tuple(ended))

    house.case(house.debtor(), "L1", DUE)
    plan.plan(house.runtime)
    over_on(date(2027, 3, 8))
    house.case(house.debtor("D2", phone="+15185550124"), "L2", date(2027, 3, 7))
    house.at(TEN)
    assert {row[:1] for row in standing(house, "ref")} == {("L1",)}
    assert standing(house, "campaign", "state") == [("overdue-1-30", "ended"), ("pre-due", "ended")]
    assert house.carrier.sent == [] and house.kinds("L1").count("cadence_ended") == 2
    assert house.kinds("L2") == ["opened"]


def test_the_last_day_of_a_campaign_is_still_one(house: House) -> None:
    lasting = [replace(c, valid_until=date(2027, 3, 9)) for c in house.runtime.loaded.campaigns]
    house.runtime.loaded = replace(house.runtime.loaded, campaigns=tuple(lasting))
    house.case(house.debtor(), "L1", DUE)
    house.at(TEN)
    assert len(house.carrier.sent) == 1


# --- promises -----------------------------------------------------------------------------------------------------------


def test_a_promise_taken_back_revives_the_cadence(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at(TEN)
    house.text("will pay on the 20th", sid="SM-in-1")
    house.at("2027-03-09T10:05:00-05:00")
    assert house.status("L1") == "promised"
    house.at("2027-03-12T17:30:01-05:00")
    assert house.carrier.called == [], "quiet while the promise stands"
    sent = len(house.carrier.sent)
    house.text("No", sid="SM-in-2")
    house.at("2027-03-13T10:05:00-05:00")
    assert house.status("L1") == "active" and "promise_cancelled" in house.kinds("L1")
    house.at("2027-03-18T11:00:01-04:00")
    assert [text.body[:40] for text in house.carrier.sent[sent:]] and "resumed" in house.kinds("L1")


def test_what_was_sent_before_the_promise_is_not_sent_again_after_it(house: House, write: Write) -> None:
    """The first step is kept for days: it would still mean something, and it was done."""
    write(dense=(BLUE, (1, 2, 3)))
    [dense] = house.runtime.loaded.campaigns
    kept = tuple(replace(step, keep_for=timedelta(days=3)) for step in dense.steps)
    house.runtime.loaded = replace(house.runtime.loaded, campaigns=(replace(dense, steps=kept),))
    house.case(house.debtor(), "L1", DUE)
    house.at(TEN)
    house.report(house.carrier.known[0][0], Progress.DELIVERED)
    house.text("will pay on the 20th", sid="SM-in-1")
    house.at("2027-03-09T10:05:00-05:00")
    house.at("2027-03-10T10:00:01-05:00")
    assert [state for (state,) in standing(house, "state")] == ["ended"]
    house.text("No", sid="SM-in-2")
    house.at("2027-03-10T10:05:00-05:00")
    house.at("2027-03-11T10:30:00-05:00")
    placed = [
        (said["step"], said["try"]) for kind, said in house.log("L1") if kind == "attempt_reserved" and "step" in said
    ]
    assert len(set(placed)) == len(placed), placed


def test_each_broken_promise_begins_its_campaign_anew(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at(TEN)
    for sid, said, at, broken in (
        ("SM-1", "will pay on the 12th", "2027-03-10T10:00:00-05:00", "2027-03-15T00:00:01-04:00"),
        ("SM-2", "will pay on the 22nd", "2027-03-16T12:00:00-04:00", "2027-03-25T00:00:01-04:00"),
    ):
        house.text(said, sid=sid)
        house.at(at)
        assert house.status("L1") == "promised"
        house.at(broken)
        assert house.status("L1") == "active"
    anchors = [row[1:] for row in standing(house, "campaign", "anchor_on", "state") if row[0] == "broken-promise"]
    assert anchors == [(date(2027, 3, 15), "ended"), (date(2027, 3, 25), "waiting")]
    sent = len(house.carrier.sent)
    house.at("2027-03-25T10:00:01-04:00")
    assert len(house.carrier.sent) == sent + 1


def test_a_promise_kept_revives_nothing(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.at(TEN)
    house.text("will pay on the 12th", sid="SM-1")
    house.at("2027-03-10T10:00:00-05:00")
    with house.db.begin() as tx:
        paid = payments.Payment("P1", "L1", house.clock.now(), Money(12000, "USD"))
        payments.apply(tx, [paid], house.clock.now(), house.runtime.policy)
    sent = len(house.carrier.sent)
    house.at("2027-03-18T11:00:01-04:00")
    assert {state for (state,) in standing(house, "state")} == {"ended"} and len(house.carrier.sent) == sent


def test_a_payment_taken_back_revives_the_cadence(house: House) -> None:
    """The bank returns the money, and the book says again what is due: the case is not left to nobody."""
    case = house.case(house.debtor(), "L1", DUE)
    house.at(TEN)
    assert len(house.carrier.sent) == 1
    for number, minor in enumerate((2000, 10000)):
        with house.db.begin() as tx:
            now = house.clock.now()
            paid = payments.Payment(f"P{number}", "L1", now, Money(minor, "USD"))
            payments.apply(tx, [paid], now, house.runtime.policy)
        house.at(f"2027-03-1{number}T10:00:00-05:00")
    assert house.status("L1") == "closed"
    house.clock.set(datetime.fromisoformat("2027-03-15T07:00:00-04:00"))
    with house.db.begin() as tx:
        due_again = {"status": "active", "amount_due_minor": 12000, "plan_dirty": True}
        caselog.record(tx, [Entry(case, house.clock.now(), EventKind.REOPENED, {}, changes=due_again)])
    house.at("2027-03-15T08:00:00-04:00")
    house.at("2027-03-18T11:00:01-04:00")  # the second text, ten days after the due date
    assert "$120.00" in house.carrier.sent[-1].body and len(house.carrier.sent) == 2


def test_a_second_promise_taken_back_lets_the_campaign_after_the_first_go_on(house: House) -> None:
    house.case(house.debtor(), "L1", DUE)
    house.text("tomorrow", sid="SM-in-1")
    house.at("2027-03-08T10:05:00-05:00")
    house.at("2027-03-12T10:00:05-05:00")  # broken, with its days of grace: the first text after it
    house.report(house.carrier.known[-1][0], Progress.DELIVERED)
    house.text("i will pay on march 20", sid="SM-in-2")
    house.at("2027-03-12T11:00:00-05:00")
    house.text("no", sid="SM-in-3")
    house.at("2027-03-12T12:00:00-05:00")
    after = [
        (step, state) for name, step, state in standing(house, "campaign", "step", "state") if name == "broken-promise"
    ]
    assert after == [("call", "waiting")]


REMINDER = """\
campaign: test
title: Before a promised day
audience: {days_past_due: -60..90}
stop_when: paid
cadence:
  - {step: day-before, at: promised - 1d, time: "10:30", sms: promise_reminder, keep_for: 6h}
"""


def reminding(house: House, folder: Path) -> None:
    """The one campaign there is."""
    file = folder / "test.yaml"
    file.write_text(REMINDER, encoding="utf-8")
    campaign, text = campaigns.load_campaign(file)
    house.runtime.loaded = replace(house.runtime.loaded, campaigns=(campaign,), documents={campaign.name: text})
    plan.publish(house.runtime)


@pytest.mark.parametrize(
    ("words", "when", "on"),
    [
        ("i will pay on march 12", "2027-03-11T10:30:05-05:00", "$120.00 on 12 Mar"),
        ("60 on march 12 and 60 on march 19", "2027-03-11T10:30:05-05:00", "$60.00 on 12 Mar"),
    ],
)
def test_the_day_before_a_promised_one_counts_from_it(
    house: House, tmp_path: Path, words: str, when: str, on: str
) -> None:
    reminding(house, tmp_path)
    house.case(house.debtor(), "L1", DUE)
    house.text(words, sid="SM-in-1")
    house.at("2027-03-08T10:05:00-05:00")
    sent = len(house.carrier.sent)
    for day in (9, 10):
        house.at(f"2027-03-{day:02}T10:30:05-05:00")
    assert len(house.carrier.sent) == sent
    house.at(when)
    assert len(house.carrier.sent) == sent + 1 and f"planning to pay {on}" in house.carrier.sent[-1].body
    house.at("2027-03-12T12:00:00-05:00")
    assert len(house.carrier.sent) == sent + 1


def test_who_promised_for_tomorrow_is_not_reminded_the_same_day(house: House, tmp_path: Path) -> None:
    reminding(house, tmp_path)
    house.case(house.debtor(), "L1", DUE)
    house.text("tomorrow", sid="SM-in-1")
    for moment in ("2027-03-08T10:05:00-05:00", "2027-03-08T10:30:05-05:00", "2027-03-09T10:30:05-05:00"):
        house.at(moment)
    assert [text.body[:40] for text in house.carrier.sent if "planning" in text.body] == []


def test_a_day_moved_moves_its_reminder_and_one_taken_back_takes_it_along(house: House, tmp_path: Path) -> None:
    reminding(house, tmp_path)
    house.case(house.debtor(), "L1", DUE)
    house.text("i will pay on march 12", sid="SM-in-1")
    house.at("2027-03-08T10:05:00-05:00")
    house.text("march 15 instead, sorry. i will pay on march 15", sid="SM-in-2")
    house.at("2027-03-08T10:10:00-05:00")
    assert [row for row in standing(house, "anchor_on", "state")] == [
        (date(2027, 3, 12), "ended"),
        (date(2027, 3, 15), "waiting"),
    ]
    house.text("no", sid="SM-in-3")
    house.at("2027-03-08T10:15:00-05:00")
    assert {state for (state,) in standing(house, "state")} == {"ended"}
