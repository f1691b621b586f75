"""What does the second book change? Only what it says anew; never a stop, a promise, a payment or what a debtor said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from outreach.audit import audit
from outreach.book import import_book
from outreach.carriers import Progress
from outreach.core.terms import Channel, Money, SuppressionReason, SuppressionScope
from outreach.engine import dispatch, payments, plan, stops
from outreach.erase import erase
from outreach.store.database import Database
from outreach.store.tables import (
    addresses,
    attempts,
    cases,
    consents,
    debtors,
    phones,
    promises,
    steps,
    suppressions,
)
from tests.book.shelf import Shelf, row
from tests.engine.house import House

DUE = row(due_on="2027-03-12")  # a first text three days before, on the day of the shelf's clock
TEN = "2027-03-09T10:30:01-05:00"


@pytest.fixture
def house(shelf: Shelf, hand_clock: object) -> House:
    """A deployment whose book comes from the shelf; it is nine in New York."""
    hand_clock.set(datetime.fromisoformat("2027-03-09T09:00:00-05:00"))  # type: ignore[attr-defined]
    shelf.now = hand_clock.now()  # type: ignore[attr-defined]
    return House(shelf.db, hand_clock)  # type: ignore[arg-type]


def version(shelf: Shelf) -> int:
    return int(shelf.rows(debtors)[0].facts_version)


def where(shelf: Shelf) -> list[tuple[str, str, str, str]]:
    """Where the first case stands in its campaigns."""
    return [(s.campaign, s.step, s.state, s.due_at.isoformat()) for s in shelf.rows(steps)]


def pay(house: House, amount: int, ref: str = "P1", loan: str = "L1") -> None:
    now = house.clock.now()
    with house.db.begin() as tx:
        payments.apply(tx, [payments.Payment(ref, loan, now, Money(amount, "USD"))], now, house.runtime.policy)


def test_again_changes_nothing_at_all(shelf: Shelf) -> None:
    rows = [
        row(tags="b;a"), row(phone="5185550124", phone_kind="", sms_consent_on="2026-05-05"),
        row(loan_ref="L2", region="", address="", city="", postcode=""),
        row(debtor_ref="D2", loan_ref="L3", amount_due="0", timezone="America/New_York", language=""),
        row(debtor_ref="D3", loan_ref="L4", name="", balance="", funding_account="", email="", product=""),
    ]  # fmt: skip
    first = shelf.load(*rows)
    before = shelf.dump()
    shelf.now += timedelta(days=1)
    for again in (rows, rows[::-1], [*rows, *rows]):
        outcome = shelf.load(*again)
        assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 0, first.created)
        assert (outcome.debtors_created, outcome.debtors_updated) == (0, 0)
        after = shelf.dump()
        assert {name for name in before if before[name] != after[name]} <= {"debtors"}, "only what was said"
    assert shelf.load(*rows[:1]).unchanged == 1  # a part of the book is no change either
    assert shelf.dump()["case_events"] == before["case_events"]


CHANGES: dict[str, tuple[Mapping[str, str], list[str], bool]] = {
    # what changes, as the log names it, and whether the plan must look again
    "amount": ({"amount_due": "130.00"}, ["amount_due"], True),
    "due date": ({"due_on": "2027-03-10"}, ["due_on"], True),
    "next instalment": ({"due_on": "2027-04-15"}, ["due_on"], True),
    "balance": ({"balance": "880"}, ["balance"], False),
    "product": ({"product": "card"}, ["product"], True),
    "creditor": ({"creditor": "Red Bank"}, ["creditor"], True),
    "tags": ({"tags": "do_not_automate"}, ["tags"], True),
    "name": ({"name": "Maria L. Lopez"}, ["name"], False),
    "language": ({"language": "en"}, ["language"], True),
    "zone": ({"timezone": "America/Chicago"}, ["timezone"], True),
    "number": ({"phone": "+15185550177"}, ["consents", "phones"], True),
    "kind of number": ({"phone_kind": "landline"}, ["phones"], True),
    "address": ({"region": "CA", "postcode": "94110"}, ["addresses"], True),
    "consent": ({"sms_consent_on": "2026-06-06"}, ["consents"], True),
    "collector": ({"collector": "third_party"}, ["collector", "consents"], True),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_logged_once_and_raises_the_facts(name: str, sqlite_db: Database, tmp_path: Path) -> None:
    _each_change(Shelf(sqlite_db, tmp_path), name)


def test_changes_on_both_databases(shelf: Shelf) -> None:
    for name in ("amount", "number", "address"):
        _each_change(shelf, name)


def _each_change(shelf: Shelf, name: str) -> None:
    cells, told, replans = CHANGES[name]
    base = {"debtor_ref": name, "loan_ref": name}
    shelf.load(row(**base))
    with shelf.db.begin() as tx:
        tx.execute(update(cases).values(plan_dirty=False))
    before = [d.facts_version for d in shelf.rows(debtors) if d.ref == name]
    outcome = shelf.load(row(**base, **cells))
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 1, 0)
    kind, detail = shelf.log(name)[-1]
    assert (kind, detail["changed"], shelf.case(name).plan_dirty) == ("updated", told, replans)
    after = [d.facts_version for d in shelf.rows(debtors) if d.ref == name]
    assert after == [before[0] + (name != "balance")]
    assert (shelf.load(row(**base, **cells)).unchanged, shelf.kinds(name)) == (1, ["opened", "updated"])
    assert audit(shelf.db) == []


def test_a_moved_due_date_moves_the_steps(shelf: Shelf, house: House) -> None:
    shelf.load(row())
    plan.plan(house.runtime)
    assert ("pre-due", "habitual-week", "waiting", "2027-03-08T15:30:00+00:00") in where(shelf)
    shelf.load(row(due_on="2027-03-22"))
    plan.plan(house.runtime)
    assert {step for step in where(shelf) if step[0] == "pre-due"} == {
        ("pre-due", "habitual-week", "ended", "2027-03-08T15:30:00+00:00"),
        ("pre-due", "habitual-week", "waiting", "2027-03-15T14:30:00+00:00"),  # summer time by then
    }
    house.at("2027-03-12T10:31:00-05:00")
    assert house.carrier.sent == []
    house.at("2027-03-15T10:31:00-04:00")
    assert len(house.carrier.sent) == 1 and "22" in house.carrier.sent[0].body


def test_no_step_is_taken_between_the_import_and_the_plan(shelf: Shelf, house: House) -> None:
    """The book is large and the plan takes a while: what was due by the old date must not leave meanwhile."""
    shelf.load(DUE)
    plan.plan(house.runtime)
    shelf.load(DUE | {"due_on": "2027-05-01"})
    house.clock.set(datetime.fromisoformat(TEN))
    assert dispatch.dispatch(house.runtime, Channel.SMS, 10) == 0 and house.carrier.sent == []
    house.at(TEN)
    assert house.carrier.sent == []


def test_what_is_reserved_is_taken_back_and_written_anew(shelf: Shelf, house: House) -> None:
    shelf.load(DUE)
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    assert dispatch.reserve(house.runtime, Channel.SMS, 10) == 1
    shelf.load(DUE | {"amount_due": "75.00"})
    assert dispatch.place(house.runtime, Channel.SMS, 10) == 0
    assert [a.state for a in shelf.rows(attempts)] == ["released"]
    assert shelf.kinds()[-2:] == ["updated", "attempt_released"]
    house.at("2027-03-09T10:31:00-05:00")
    assert (
        len(house.carrier.sent) == 1 and "75" in house.carrier.sent[0].body and "120" not in house.carrier.sent[0].body
    )


def test_nothing_due_any_more_takes_back_what_is_reserved(shelf: Shelf, house: House) -> None:
    shelf.load(DUE)
    plan.plan(house.runtime)
    house.clock.set(datetime.fromisoformat(TEN))
    dispatch.reserve(house.runtime, Channel.SMS, 10)
    shelf.load(DUE | {"amount_due": "0.00"})
    house.at("2027-03-09T10:31:00-05:00")
    house.at("2027-03-20T10:31:00-04:00")
    assert house.carrier.sent == [] and shelf.case().status == "closed"
    assert audit(shelf.db) == []


def test_a_consent_that_was_missing_wakes_the_step(shelf: Shelf, house: House) -> None:
    bare = row(due_on="2027-03-04", phone_kind="mobile", sms_consent_on="", recorded_call_consent_on="")
    bare |= {"collector": "third_party", "creditor": "Pinecrest Auto Finance"}
    shelf.load(bare)
    house.at("2027-03-09T17:31:00-05:00")
    assert house.carrier.called == [] and "refused" in shelf.kinds()
    shelf.load(bare | {"recorded_call_consent_on": "2027-01-01"})
    plan.plan(house.runtime)
    assert {state for _, _, state, _ in where(shelf) if state != "ended"} == {"waiting"}


def test_a_stop_stands_whatever_the_book_says(shelf: Shelf, house: House) -> None:
    shelf.load(DUE)
    debtor_id, phone_id = shelf.rows(debtors)[0].id, shelf.rows(phones)[0].id
    now = house.clock.now()
    with house.db.begin() as tx:
        stops.suppress(
            tx, debtor_id, SuppressionReason.OPT_OUT, SuppressionScope.PHONE, "sms", now,
            channel=Channel.SMS, phone_id=phone_id,
        )  # fmt: skip
        stops.suppress(tx, debtor_id, SuppressionReason.DISPUTE, SuppressionScope.DEBTOR, "desk", now)
        tx.execute(update(consents).values(withdrawn_at=now))
    before = shelf.dump()
    assert shelf.case().status == "held"
    shelf.load(
        DUE | {"amount_due": "90.00", "sms_consent_on": "2026-02-02", "name": "M Lopez", "phone_kind": "landline"}
    )
    after = shelf.dump()
    assert after["suppressions"] == before["suppressions"] and shelf.case().status == "held"
    assert after["consents"] == before["consents"], "a consent from before the withdrawal is not given again"
    shelf.load(DUE | {"amount_due": "90.00", "sms_consent_on": "2026-02-02", "due_on": "2027-03-11"})
    house.at(TEN)
    assert house.carrier.sent == [] and shelf.case().status == "held"


def test_a_consent_given_after_the_withdrawal_counts(shelf: Shelf) -> None:
    shelf.load(row())
    with shelf.db.begin() as tx:
        tx.execute(update(consents).values(withdrawn_at=datetime(2026, 6, 1, 12, tzinfo=UTC)))
    for on in ("2026-03-03", "2026-06-01"):
        shelf.load(row(sms_consent_on=on))
        assert len(shelf.rows(consents)) == 2
    shelf.load(row(sms_consent_on="2026-06-02"))
    [given] = [c for c in shelf.rows(consents) if c.withdrawn_at is None]
    assert (given.kind, given.at.date()) == ("sms", date(2026, 6, 2))


def test_a_promise_stands(shelf: Shelf, house: House) -> None:
    shelf.load(DUE)
    house.at(TEN)
    sid = house.carrier.known[0][0]
    house.report(sid, Progress.DELIVERED, key=house.carrier.sent[0].key)
    house.text("yes", sid="SM-in-1")
    house.at("2027-03-09T10:32:00-05:00")
    assert shelf.case().status == "promised"
    before = shelf.rows(promises)
    shelf.load(DUE | {"amount_due": "110.00", "name": "M. Lopez", "phone": "+15185550199"})
    assert shelf.case().status == "promised" and shelf.rows(promises) == before
    sent = len(house.carrier.sent)
    house.at("2027-03-10T10:31:00-05:00")
    assert len(house.carrier.sent) == sent


def test_a_payment_is_not_undone(shelf: Shelf, house: House) -> None:
    shelf.load(row())
    pay(house, 5000)
    shelf.load(row())
    shelf.load(row(name="M. Lopez"))
    assert shelf.case().amount_due_minor == 7000
    shelf.load(row(name="M. Lopez", due_on="2027-03-14"))  # mended backwards: still the same instalment
    assert shelf.case().amount_due_minor == 7000
    shelf.load(row(name="M. Lopez", due_on="2027-04-14"))
    assert shelf.case().amount_due_minor == 12000  # the next one, as large as the last
    shelf.load(row(name="M. Lopez", due_on="2027-04-14", amount_due="99.00"))
    assert shelf.case().amount_due_minor == 9900
    assert audit(shelf.db) == []


def test_what_is_paid_in_full_stays_closed(shelf: Shelf, house: House) -> None:
    shelf.load(row(), row(debtor_ref="D2", loan_ref="L2"))
    pay(house, 12000)
    for cells in ({}, {"name": "M. Lopez"}, {"tags": "x"}, {"due_on": "2027-03-14"}):
        shelf.load(row(**cells))
        assert (shelf.case().status, shelf.case().amount_due_minor) == ("closed", 0)
    outcome = shelf.load(
        row(amount_due="135.00", due_on="2027-03-14"), row(debtor_ref="D2", loan_ref="L2", amount_due="135.00")
    )
    assert (outcome.updated, outcome.rejected) == (1, 1)
    assert shelf.reasons()[2].startswith("amount_due: 'L1' was paid in full since the book last spoke of it")
    assert (shelf.case().status, shelf.case().amount_due_minor) == ("closed", 0)
    assert shelf.kinds()[-1] == "updated" and "reopened" not in shelf.kinds()


def test_the_next_instalment_opens_the_case_again(shelf: Shelf, house: House) -> None:
    shelf.load(row())
    pay(house, 12000)
    plan.plan(house.runtime)
    outcome = shelf.load(row(due_on="2027-04-15"))
    assert outcome.updated == 1 and shelf.kinds()[-2:] == ["updated", "reopened"]
    assert (shelf.case().status, shelf.case().amount_due_minor) == ("active", 12000)
    plan.plan(house.runtime)
    assert ("pre-due", "habitual-week", "waiting", "2027-04-08T14:30:00+00:00") in where(shelf)
    assert audit(shelf.db) == []


@pytest.mark.parametrize(("stop", "status"), [(True, "held"), (False, "active")])
def test_a_case_reopens_as_it_must_stand(shelf: Shelf, house: House, stop: bool, status: str) -> None:
    """The book itself had said that nothing is due: when it says otherwise, it is believed. A stop outlives that."""
    shelf.load(row())
    if stop:
        with house.db.begin() as tx:
            now, debtor_id = house.clock.now(), shelf.rows(debtors)[0].id
            stops.suppress(tx, debtor_id, SuppressionReason.DISPUTE, SuppressionScope.DEBTOR, "desk", now)
    shelf.load(row(amount_due="0"))
    assert shelf.case().status == "closed"
    shelf.load(row(amount_due="12"))
    assert (shelf.case().status, shelf.case().amount_due_minor) == (status, 1200)
    assert len(shelf.rows(suppressions)) == stop and audit(shelf.db) == []


def test_an_open_promise_outlives_a_closing_by_the_book(shelf: Shelf, house: House) -> None:
    shelf.load(row())
    case_id, now = shelf.case().id, house.clock.now()
    with house.db.begin() as tx:
        values = {"promised_on": date(2027, 3, 20), "amount_minor": 12000, "currency": "USD", "status": "open"}
        tx.execute(insert(promises).values(case_id=case_id, source="sms", made_at=now, check_at=now, **values))
    shelf.load(row(amount_due="0"))
    shelf.load(row(amount_due="12"))
    assert shelf.case().status == "promised"


def test_what_a_debtor_or_carrier_said_since_is_not_undone(shelf: Shelf) -> None:
    shelf.load(row())
    with shelf.db.begin() as tx:
        tx.execute(update(debtors).values(language="zh", stated_zone="America/Denver"))
        tx.execute(update(phones).values(kind="landline"))
    shelf.load(row(city="Troy", phone_place="work"))
    debtor, phone = shelf.rows(debtors)[0], shelf.rows(phones)[0]
    assert (debtor.language, debtor.stated_zone, phone.kind, phone.place) == (
        "zh",
        "America/Denver",
        "landline",
        "work",
    )
    shelf.load(row(language="en", phone_kind="voip"))
    assert (shelf.rows(debtors)[0].language, shelf.rows(phones)[0].kind) == ("en", "voip")


def test_numbers_add_up_the_newest_first(shelf: Shelf) -> None:
    shelf.load(row(), row(phone="+15185550124"))
    shelf.load(row(phone="+15185550125", sms_consent_on=""))
    found = sorted(shelf.rows(phones), key=lambda phone: phone.rank)
    assert [phone.e164[-3:] for phone in found] == ["125", "123", "124"]
    assert shelf.log()[-1][1]["phones_added"] == [found[0].digest]


def test_an_address_is_replaced_an_empty_one_says_nothing(shelf: Shelf) -> None:
    shelf.load(row())
    shelf.load(row(address="2 Oak Street", city="Troy"))
    assert [(a.street, a.city) for a in shelf.rows(addresses)] == [("2 Oak Street", "Troy")]
    shelf.load(row(address="", city="", region="", postcode=""))
    assert [(a.street, a.city) for a in shelf.rows(addresses)] == [("2 Oak Street", "Troy")]


def test_what_contradicts_the_file_for_good_is_rejected(shelf: Shelf) -> None:
    shelf.load(row(), row(debtor_ref="D3", loan_ref="L3"))
    erase(shelf.db, "D3", shelf.now)
    before = shelf.dump()
    outcome = shelf.load(
        row(currency="EUR"), row(debtor_ref="D2", loan_ref="L1"), row(debtor_ref="D3", loan_ref="L4")
    )  # fmt: skip
    assert outcome.rejected == 3
    assert "loan 'L1' contradict each other: debtor_ref" in shelf.reasons()[2]
    outcome = shelf.load(row(debtor_ref="D2"), row(debtor_ref="D3", loan_ref="L3"))
    assert shelf.reasons() == {
        2: "loan_ref: 'L1' is on file for another debtor",
        3: "debtor_ref: 'D3' was erased on 2027-03-09 and stays forgotten",
    }
    shelf.load(row(currency="EUR"))
    assert shelf.reasons() == {2: "currency: 'L1' is on file in USD; a loan never changes its currency"}
    assert shelf.dump() == before


def test_a_new_loan_of_a_debtor_on_file(shelf: Shelf) -> None:
    shelf.load(row())
    outcome = shelf.load(row(loan_ref="L2"))
    assert (outcome.created, outcome.debtors_created, outcome.debtors_updated) == (1, 0, 0)
    assert version(shelf) == 1 and shelf.kinds() == ["opened"]
    with shelf.db.read() as connection:
        assert len(set(connection.scalars(select(cases.c.debtor_id)))) == 1


def test_the_default_language_is_for_those_of_whom_nothing_is_said(shelf: Shelf) -> None:
    shelf.path.write_text("")
    shelf.load(row(), row(debtor_ref="D2", loan_ref="L2", language=""))
    assert [d.language for d in shelf.rows(debtors)] == ["es", None]
    shelf.load(row(debtor_ref="D3", loan_ref="L3", language=""))
    import_book(shelf.db, shelf.path, shelf.now, default_language="en")
    assert [d.language for d in shelf.rows(debtors)] == ["es", None, None]  # known by then
