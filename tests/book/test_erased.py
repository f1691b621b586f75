"""A person of whom every table says something is forgotten: nothing personal stays anywhere, and the proof stays whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from outreach.audit import audit
from outreach.console import acts
from outreach.core.terms import Money
from outreach.engine import clockguard, payments, workers
from outreach.erase import erase
from outreach.store import switches
from outreach.store.database import Database
from outreach.store.tables import inbound_messages, inconvenient_times, labelled_replies, metadata, users
from tests.book.forgetting import OURS, Served, traces
from tests.book.shelf import Shelf, row

PHONE, SECOND = "+15185550123", "+15185550187"
BOOK = {
    "name": "Qname Markova", "email": "qmail@example.com", "address": "7 Qstreet Lane", "city": "Qcity",
    "funding_account": "****7391", "tags": "qtag", "product": "personal",
}  # fmt: skip
TYPED = ["Qpromise I will pay tomorrow", "Qasked why is it so much?", "Qbefore, who is this"]
NOTED = "Qnote: a cousin of Qcousin"
MARKS = [*(BOOK[name] for name in ("name", "email", "address", "city", "funding_account", "tags")), PHONE, SECOND]


@pytest.fixture
def served(db: Database, hand_clock: Any) -> Iterator[Served]:
    hand_clock.set(datetime.fromisoformat("2027-03-08T09:00:00-05:00"))
    made = Served(db, hand_clock)
    yield made
    made.close()


@pytest.fixture
def shelf(db: Database, tmp_path: Any, served: Served) -> Shelf:
    folder = tmp_path / "shelf"
    folder.mkdir()
    made = Shelf(db, folder)
    made.now = served.clock.now()
    return made


def rows() -> list[dict[str, str]]:
    """Two loans, two numbers, one person; and somebody else."""
    mine = row(**BOOK, phone=PHONE, due_on="2027-03-08", language="en")
    other = {"debtor_ref": "D2", "name": "Olga Other", "phone": "+13125550124", "email": "olga@example.com"}
    where = {"address": "2 Oak Street", "city": "Chicago", "region": "IL", "postcode": "60601"}
    return [
        mine,
        mine | {"phone": SECOND, "loan_ref": "L2", "due_on": "2027-04-20", "phone_place": "work"},
        mine | other | where | {"loan_ref": "L3", "funding_account": "****5555", "tags": ""},
    ]


def a_whole_life(served: Served, shelf: Shelf) -> list[str]:
    """Everything that can happen to a debtor happens to D1. Returns what was said, on either side."""
    house, db = served.house, shelf.db
    served.phone(PHONE, "take")
    served.phone(PHONE, "send", text=TYPED[2], to=OURS)  # before anybody knows the number
    served.at("2027-03-08T09:10:00-05:00")
    shelf.load(*rows())
    served.at("2027-03-09T10:00:01-05:00")  # texted
    served.at("2027-03-09T10:01:00-05:00")  # and delivered
    served.at("2027-03-12T17:30:01-05:00")  # called
    called(served)
    served.at("2027-03-12T17:40:00-05:00")
    served.phone(PHONE, "send", text=TYPED[1], to=OURS)
    served.at("2027-03-12T17:42:00-05:00")
    served.phone(PHONE, "call", to=OURS)  # calls us
    served.wait(30)
    served.at("2027-03-12T17:50:00-05:00")
    served.phone(PHONE, "send", text=TYPED[0], to=OURS)
    served.at("2027-03-12T17:55:00-05:00")
    now = served.clock.now()
    paid = payments.Payment("P1", "L1", now, Money(500, "USD"))
    with db.begin() as tx:
        assert payments.apply(tx, [paid], now, house.runtime.policy) == {"P1": "applied"}
        desk = acts.take(tx, house.runtime, "L1", "abe")
        acts.note(desk, {"text": NOTED})
        acts.stop(desk, {"reason": "refused_channel", "reach": "debtor", "channel": "call"})
        times = {"days": [1, 2], "start": "09:00", "end": "10:00", "at": now}
        tx.execute(insert(inconvenient_times).values(debtor_id=desk.person.id, **times))
        said = tx.scalar(select(inbound_messages.c.id).where(inbound_messages.c.debtor_id == desk.person.id).limit(1))
        label = {"inbound_message_id": said, "intent": "question", "decision": "spoke", "labelled_by": "abe"}
        tx.execute(insert(labelled_replies).values(labelled_at=now, **label))
        tx.execute(insert(users).values(name="abe", password_hash="x", role="agent", active=True))
        clockguard.note(tx, now)
        switches.stop(tx, "abe", "a look at things", now)
        switches.resume(tx, "abe", "all is well", now)
    workers.tick(db, "here:1", now)
    served.at("2027-03-12T18:00:00-05:00")  # what is on its way arrives
    return [*TYPED, NOTED, *served.said_to(PHONE)]


def called(served: Served) -> None:
    """The debtor picks up, says who they are, and asks for an agent."""
    for act in (("answer", {}), ("press", {"key": "1"}), ("press", {"key": "2"})):
        served.wait(12)
        served.phone(PHONE, act[0], **act[1])
    served.wait(90)
    served.phone(PHONE, "hang_up")


def counted(db: Database) -> dict[str, int]:
    with db.read() as connection:
        return {t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in metadata.sorted_tables}


def left(db: Database, before: dict[str, set[str]]) -> dict[str, set[str]]:
    """Of what stood somewhere before: where it still stands."""
    return {mark: places for mark, places in traces(db, before).items() if places and before[mark]}


def test_nothing_personal_stays(served: Served, shelf: Shelf) -> None:
    said = a_whole_life(served, shelf)
    db = shelf.db
    assert [name for name, count in counted(db).items() if not count] == [], "every table says something"
    kinds = served.house.kinds("L1")
    for kind in ("delivered", "identified", "transferred", "replied", "promised", "paid", "suppressed", "noted"):
        assert kind in kinds, kinds
    before = traces(db, [*MARKS, *said])
    assert all(before[mark] for mark in [*MARKS, *TYPED, NOTED]), before
    assert {"carrier_inbox.raw", "inbound_messages.body"} <= before[TYPED[0]]
    assert sum("attempts.body" in before[line] for line in served.said_to(PHONE)) >= 2
    assert erase(db, "D1", served.clock.now()) == 2
    assert left(db, before) == {}
    assert audit(db) == []
    served.at("2027-05-01T10:00:00-04:00")
    assert audit(db) == [] and served.said_to(PHONE) == said[len(TYPED) + 1 :], "nothing more reaches the person"
    assert left(db, before) == {}
    assert all(traces(db, ["Olga Other", "olga@example.com", "+13125550124"]).values()), "nobody else is forgotten"


def test_what_the_carrier_tells_afterwards_is_not_kept(served: Served, shelf: Shelf) -> None:
    """The text is on its way when the person is forgotten; its receipt names the number again."""
    shelf.load(*rows())
    served.phone(PHONE, "take")
    served.clock.set(datetime.fromisoformat("2027-03-09T10:00:01-05:00"))
    served.house.turn()
    assert served.house.kinds("L1")[-1] == "attempt_placed"
    before = traces(shelf.db, [PHONE])
    erase(shelf.db, "D1", served.clock.now())
    served.at("2027-03-09T10:10:00-05:00")
    assert served.said_to(PHONE) and "delivered" in served.house.kinds("L1"), "the proof goes on"
    assert left(shelf.db, before) == {}
    assert audit(shelf.db) == []


def test_the_book_does_not_bring_the_person_back(served: Served, shelf: Shelf) -> None:
    shelf.load(*rows())
    before = traces(shelf.db, MARKS)
    erase(shelf.db, "D1", served.clock.now())
    again = shelf.load(*rows())
    assert (again.created, again.updated, again.rejected, again.unchanged) == (0, 0, 2, 1)
    assert shelf.reasons() == {line: "debtor_ref: 'D1' was erased on 2027-03-08 and stays forgotten" for line in (2, 3)}
    shelf.load(row(**BOOK, debtor_ref="D9", loan_ref="L1"))
    assert shelf.reasons() == {2: "loan_ref: 'L1' is on file for another debtor"}
    assert left(shelf.db, before) == {}
    served.at("2027-03-09T10:00:01-05:00")
    assert served.house.kinds("L1") == ["opened", "erased"] and audit(shelf.db) == []


def test_a_stop_of_somebody_with_the_same_number_is_not_lost(served: Served, shelf: Shelf) -> None:
    """Both have the number; the text has come, but it is not yet applied when the one is forgotten."""
    shelf.load(*rows(), row(debtor_ref="D4", loan_ref="L4", phone=PHONE))
    served.phone(PHONE, "send", text="STOP", to=OURS)
    served.wait(5)
    erase(shelf.db, "D1", served.clock.now())
    served.house.turn()
    assert "suppressed" in served.house.kinds("L4")
    assert "suppressed" not in served.house.kinds("L1")
