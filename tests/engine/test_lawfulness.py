"""`outreach audit` judges what was placed a second time, by another reading of the law as it stood."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select, update

from outreach.audit import audit
from outreach.core.canonical import canonical
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import Channel, SuppressionReason, SuppressionScope
from outreach.engine import plan, stops
from outreach.erase import erase
from outreach.store.caselog import GENESIS, link
from outreach.store.database import Database
from outreach.store.tables import case_events, cases, permits, rulebook_versions
from tests.engine.house import House
from tests.engine.test_audit_and_erase import tamper


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2026-11-24T09:00:00-05:00"))  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    made.case(made.debtor(), "L1", date(2026, 11, 27))
    made.at("2026-11-24T10:31:00-05:00")
    return made


def rewrite(house: House, change: dict[str, object]) -> None:
    """Alter what the permit says was known, and the log with it: only the law itself can tell then."""
    with house.db.begin() as tx:
        row = tx.execute(select(permits)).one()
        document = json.loads(row.document)
        document["ask"] |= change
        text = canonical(document)
        tx.execute(update(permits).values(document=text, digest=hashlib.sha256(text.encode()).hexdigest()))


def test_what_was_placed_lawfully_is_borne_out_by_its_permit(house: House) -> None:
    house.text("will pay friday", sid="SM-in-1")
    house.at("2026-11-24T10:32:00-05:00")
    assert len(house.carrier.sent) == 2
    assert audit(house.db) == []


def test_a_permit_that_was_altered_does_not_fit_the_log(house: House) -> None:
    with house.db.begin() as tx:
        row = tx.execute(select(permits)).one()
        tx.execute(update(permits).values(document=row.document.replace("10:31", "11:31").replace("15:31", "16:31")))
    (found,) = audit(house.db)
    assert (found.case, found.what) == ("L1", "its permit was altered: it does not fit the digest on the log")


def test_a_permit_that_is_gone_is_missed(house: House) -> None:
    with house.db.begin() as tx:
        tx.execute(permits.delete())
    (found,) = audit(house.db)
    assert found.what == "its permit is missing"


def test_a_contact_that_the_gate_should_not_have_let_pass_is_found(house: House) -> None:
    """A gate that knows no rule lets a recorded call without consent pass; the second reading does not."""
    kept = house.runtime.loaded.rulebooks
    books = tuple(type(book)(book.name, book.title, book.country, (), version=book.version) for book in kept.books)
    lax = Rulebooks(books, kept.adopted, kept.documents)
    house.runtime.loaded = replace(house.runtime.loaded, rulebooks=lax)
    plan.publish(house.runtime)
    house.case(
        house.debtor("D3", phone="+15185550125", consent=False), "L3", date(2026, 11, 20), collector="third_party"
    )
    house.runtime.carrier = house.carrier
    for hour in range(10, 24):
        house.at(f"2026-11-24T{hour}:45:00-05:00")
    placed = [kind for kind, _ in house.log("L3") if kind == "attempt_placed"]
    if not placed:
        house.at("2026-11-25T18:45:00-05:00")
    assert "attempt_placed" in house.kinds("L3")
    found = [each for each in audit(house.db) if each.case == "L3"]
    assert found and "not lawful when it was judged" in found[0].what, house.log("L3")


def chain_anew(house: House, ref: str) -> None:
    """As who owns the database would: every hash of the log computed again. Only the seal tells."""
    with house.db.read() as connection:
        case, head = connection.execute(select(cases).where(cases.c.ref == ref)).one(), GENESIS
        query = select(case_events).where(case_events.c.case_id == case.id).order_by(case_events.c.seq)
        rows = connection.execute(query).all()
    for row in rows:
        head = link(head, ref, row.seq, row.at, row.kind, row.detail, row.attempt_id)
        tamper(house, f"update case_events set hash = '{head}' where case_id = {case.id} and seq = {row.seq}")
    tamper(house, f"update cases set last_hash = '{head}' where id = {case.id}")


def give_permit(house: House, **change: object) -> None:
    """Another permit instead of the one it had, lawful by itself and well written into the log."""
    with house.db.begin() as tx:
        row = tx.execute(select(permits)).one()
        document = json.loads(row.document)
        document["ask"] |= change
        text = canonical(document)
        digest = hashlib.sha256(text.encode()).hexdigest()
    tamper(house, f"update case_events set detail = replace(detail, '{row.digest}', '{digest}')")
    with house.db.begin() as tx:
        tx.execute(update(permits).values(document=text, digest=digest))
    chain_anew(house, "L1")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"cases": ["L2"]}, "its permit is of another contact"),
        ({"channel": "call", "voice": "agent"}, "its permit is of another contact"),
        ({"now": "2026-11-23T15:31:00+00:00"}, "its permit is of another time (2026-11-23T15:31:00+00:00)"),
        ({"now": "2026-11-24T16:31:00+00:00"}, "its permit is of another time (2026-11-24T16:31:00+00:00)"),
    ],
)
def test_a_permit_of_another_contact_is_no_permit_of_this_one(
    house: House, change: dict[str, object], what: str
) -> None:
    give_permit(house, **change)
    assert what in {each.what for each in audit(house.db)}


def test_a_stop_that_is_on_the_log_and_was_not_known_is_found(house: House) -> None:
    """Somebody took the stop out of the tables; the log still tells of it, and the next contact did not know."""
    with house.db.begin() as tx:
        debtor_id = tx.scalars(select(cases.c.debtor_id)).one()
        reason, scope = SuppressionReason.REFUSED_CHANNEL, SuppressionScope.DEBTOR
        stops.suppress(tx, debtor_id, reason, scope, "agent", house.clock.now(), channel=Channel.CALL)
    tamper(house, "update suppressions set lifted_at = at")
    house.text("will pay friday", sid="SM-in-1")
    house.at("2026-11-24T10:32:00-05:00")
    assert house.kinds("L1").count("attempt_placed") == 2
    assert "its permit does not know of a stop on the log: refused_channel" in {each.what for each in audit(house.db)}


def test_contacts_that_are_on_the_log_and_were_not_known_are_found(house: House) -> None:
    """An attempt put away in the tables is counted by no cap any more."""
    tamper(house, "update attempts set state = 'released'")
    house.text("will pay friday", sid="SM-in-1")
    house.at("2026-11-24T10:32:00-05:00")
    assert [each.what for each in audit(house.db)] == ["its permit knows of 0 contacts, the log of 1"]


def test_a_rulebook_changed_in_the_archive_is_noticed(house: House) -> None:
    tamper(house, "update laws set document = '{}'")
    assert any("the law it was judged by was not kept, or was altered" in each.what for each in audit(house.db))
    with house.db.read() as connection:
        assert connection.execute(select(rulebook_versions)).first() is not None


def test_a_forgotten_person_is_no_finding(house: House) -> None:
    erase(house.db, "D1", house.clock.now())
    assert audit(house.db) == []
