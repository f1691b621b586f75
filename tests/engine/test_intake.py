"""What the carrier reports: each once, in whatever order; one that can't be applied is kept, tried again, and named."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from outreach.audit import audit
from outreach.carriers import RANK, Progress, Report, ReportKind
from outreach.console.board import board
from outreach.engine import intake
from outreach.store.database import Database
from outreach.store.tables import attempts, carrier_inbox, consents, inbound_messages
from tests.console.conftest import client, page
from tests.engine.house import House, texted

TEN = "2027-03-09T10:00:01-05:00"  # a loan due on the 8th is texted
PHONE, OTHER = "+15185550123", "+15185550124"


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    """One debtor has been texted."""
    return texted(db, hand_clock, TEN)


def rows(house: House, *columns: str, table: Any = carrier_inbox) -> list[tuple[Any, ...]]:
    with house.db.read() as connection:
        query = select(*(table.c[name] for name in columns)).order_by(table.c.id)
        return [tuple(row) for row in connection.execute(query)]


def told(house: House, *progress: Progress, **fields: Any) -> None:
    """Reports on the text, as they come."""
    for each in progress:
        house.report(house.carrier.known[0][0], each, **fields)


def later(house: House, seconds: float) -> int:
    """So long after the clock stood; one turn of the inbox."""
    house.clock.set(house.clock.now() + timedelta(seconds=seconds))
    return intake.apply(house.runtime)


def poison(house: House) -> None:
    """From now on nothing about D1 can be read: a consent of a kind nobody knows."""
    strange = {"kind": "telepathy", "given_to": "us", "at": house.clock.now(), "source": "book"}
    with house.db.begin() as tx:
        tx.execute(insert(consents).values(debtor_id=1, **strange))


def heal(house: House) -> None:
    with house.db.begin() as tx:
        tx.execute(update(consents).where(consents.c.kind == "telepathy").values(kind="sms"))


# --- once, in any order -------------------------------------------------------------------------------------------------


def test_the_same_report_twice_is_one_event(house: House) -> None:
    sid = house.carrier.known[0][0]
    assert house.report(sid, Progress.DELIVERED) is True
    assert house.report(sid, Progress.DELIVERED) is False
    house.at("2027-03-09T10:01:00-05:00")
    assert house.report(sid, Progress.DELIVERED) is False, "nor once it was applied"
    house.at("2027-03-09T10:02:00-05:00")
    assert house.kinds("L1").count("delivered") == 1 and len(rows(house, "id")) == 1


def test_one_progress_told_under_two_names_is_one_event(house: House) -> None:
    sid = house.carrier.known[0][0]
    for name in ("callback", "fetched"):
        report = Report(ReportKind.MESSAGE_STATUS, sid, f"{name}:{sid}", progress=Progress.DELIVERED)
        assert intake.receive(house.runtime, report, {})
    assert later(house, 1) == 2
    assert house.kinds("L1").count("delivered") == 1


@pytest.mark.parametrize("order", list(permutations((Progress.SENDING, Progress.SENT, Progress.DELIVERED))))
def test_the_order_in_which_they_come_does_not_matter(house: House, order: tuple[Progress, ...]) -> None:
    for each in order:
        told(house, each)
        later(house, 1)
    assert house.kinds("L1").count("delivered") == 1
    assert rows(house, "state", "disposition", "rank", table=attempts) == [
        ("final", "delivered", RANK[Progress.DELIVERED])
    ]
    assert {state for (state,) in rows(house, "state")} == {"applied"}
    assert audit(house.db) == []


@pytest.mark.parametrize("back", [Progress.QUEUED, Progress.SENT, Progress.UNDELIVERED, Progress.FAILED])
def test_a_status_does_not_go_back(house: House, back: Progress) -> None:
    told(house, Progress.DELIVERED)
    later(house, 1)
    before = house.kinds("L1")
    told(house, back, code=30005)
    assert later(house, 1) == 1, "applied: there is nothing in it for us"
    assert house.kinds("L1") == before
    assert rows(house, "state", "disposition", "error_code", table=attempts) == [("final", "delivered", None)]


def test_a_receipt_after_undelivered_is_believed(house: House) -> None:
    told(house, Progress.UNDELIVERED, code=30003)
    later(house, 1)
    told(house, Progress.DELIVERED)
    later(house, 1)
    assert house.kinds("L1")[-1] == "delivered"
    assert rows(house, "state", "disposition", table=attempts) == [("final", "delivered")]


def test_a_status_that_is_new_to_us_moves_nothing(house: House) -> None:
    sid = house.carrier.known[0][0]
    intake.receive(house.runtime, Report(ReportKind.MESSAGE_STATUS, sid, f"{sid}:pondering"), {})
    before = house.kinds("L1")
    assert later(house, 1) == 1 and house.kinds("L1") == before


# --- about nobody we know -----------------------------------------------------------------------------------------------


def test_a_report_on_an_unknown_sid_is_kept_tried_again_and_named(house: House) -> None:
    before = house.kinds("L1")
    house.report("SM-of-somebody-else", Progress.DELIVERED)
    assert [later(house, 0), later(house, 1)] == [0, 0]
    assert rows(house, "state", "tries") == [("new", 1)], "not at every turn"
    for wait in intake.AGAIN:
        assert board(house.db, house.clock.now())["reports"] == []
        later(house, wait.total_seconds())
    assert rows(house, "state", "tries", "error") == [("unmatched", 6, None)]
    (named,) = board(house.db, house.clock.now())["reports"]
    assert (named["of"], named["tries"], named["why"]) == (
        "SM-of-somebody-else:delivered", 6, "about no attempt of ours",
    )  # fmt: skip
    assert later(house, 3600) == 0 and rows(house, "tries") == [(6,)] and house.kinds("L1") == before


def test_a_report_that_was_early_finds_its_attempt_later(house: House) -> None:
    house.report("SM-known-soon", Progress.DELIVERED)
    assert later(house, 1) == 0
    with house.db.begin() as tx:
        tx.execute(update(attempts).values(sid="SM-known-soon"))
    assert later(house, 2) == 1
    assert "delivered" in house.kinds("L1")


# --- that can't be applied ----------------------------------------------------------------------------------------------


def test_one_that_fails_is_kept_and_tried_again_while_others_go_on(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.case(house.debtor("D2", phone=OTHER), "L2", date(2027, 3, 8))
    house.at("2027-03-09T10:30:00-05:00")
    poison(house)
    told(house, Progress.DELIVERED)
    house.report(house.carrier.known[1][0], Progress.DELIVERED)
    assert later(house, 1) == 1
    assert "delivered" in house.kinds("L2") and "delivered" not in house.kinds("L1")
    for wait in intake.AGAIN:
        (state, tries, raw, error), *_ = rows(house, "state", "tries", "raw", "error")
        assert (state, error) == ("new", "ValueError") and raw, "what it says may be of somebody: the log tells it"
        assert board(house.db, house.clock.now())["reports"] == []
        assert later(house, wait.total_seconds()) == 0
    (state, tries, raw, error), *_ = rows(house, "state", "tries", "raw", "error")
    assert (state, tries) == ("failed", 6) and json.loads(raw)["report"]["progress"] == "delivered"
    said = [record.getMessage() for record in caplog.records if "of the inbox" in record.getMessage()]
    assert said == [
        "report 1 of the inbox can't be applied; it is tried again",
        "report 1 of the inbox is given up",
    ], "twice, not at every turn"
    assert audit(house.db) == [], "of what failed nothing stays"


def test_the_board_names_it_without_the_words_of_the_error(house: House) -> None:
    poison(house)
    told(house, Progress.DELIVERED)
    for wait in (timedelta(0), *intake.AGAIN):
        later(house, wait.total_seconds())
    html = page(client(house, sign_in_free=True), "/")
    assert "could not be applied" in html and f"{house.carrier.known[0][0]}:delivered" in html
    assert "tried 6 times: ValueError" in html and "telepathy" not in html
    later(house, timedelta(days=8).total_seconds())
    assert board(house.db, house.clock.now())["reports"] == []


def test_one_that_fails_is_applied_once_it_can_be(house: House) -> None:
    poison(house)
    told(house, Progress.DELIVERED)
    assert later(house, 1) == 0
    heal(house)
    assert later(house, 2) == 1
    assert house.kinds("L1").count("delivered") == 1
    assert rows(house, "state") == [("applied",)]


def test_a_stop_that_fails_is_shown_to_a_person_at_once_and_obeyed_once_it_can_be(house: House) -> None:
    poison(house)
    house.text("STOP", sid="SM-in-1")
    assert later(house, 1) == 0 and later(house, 2) == 0
    shown = rows(house, "sid", "body", "sender", "state", "why", table=inbound_messages)
    assert shown == [("SM-in-1", "STOP", PHONE, "needs_person", intake.UNREAD)], "once"
    heal(house)
    assert later(house, 20) == 1
    assert "suppressed" in house.kinds("L1")
    read = rows(house, "sid", "debtor_id", "intent", "state", table=inbound_messages)
    assert read == [("SM-in-1", 1, "opt_out", "applied")], "what was shown is replaced"


def test_what_a_person_has_dealt_with_is_not_read_again(house: House) -> None:
    poison(house)
    house.text("will pay friday", sid="SM-in-1")
    later(house, 1)
    with house.db.begin() as tx:
        tx.execute(update(inbound_messages).values(state="answered", why=f"{intake.UNREAD}; spoke with them, abe"))
    heal(house)
    assert later(house, 2) == 1
    assert "promised" not in house.kinds("L1") and rows(house, "state", table=inbound_messages) == [("answered",)]


@pytest.mark.parametrize("raw", [None, "", "{", "{}", '{"report": {"kind": "smoke"}}', '{"report": []}'])
def test_what_cannot_even_be_read_is_named_too(house: House, raw: str | None) -> None:
    told(house, Progress.DELIVERED)
    with house.db.begin() as tx:
        tx.execute(update(carrier_inbox).values(raw=raw))
    for wait in (timedelta(0), *intake.AGAIN):
        later(house, wait.total_seconds())
    assert rows(house, "state") == [("failed",)]
    assert len(board(house.db, house.clock.now())["reports"]) == 1


def test_nothing_waits_behind_what_fails(house: House) -> None:
    for n in range(5):
        house.report(f"SM-unknown-{n}", Progress.DELIVERED)
    intake.apply(house.runtime, limit=5)
    told(house, Progress.DELIVERED)
    house.clock.set(house.clock.now() + intake.AGAIN[0])
    assert intake.apply(house.runtime, limit=5) == 1


def test_with_the_clock_set_back_what_is_new_is_applied_all_the_same(house: House) -> None:
    house.text("STOP", sid="SM-in-1")
    assert later(house, -3600) == 1 and "suppressed" in house.kinds("L1")
