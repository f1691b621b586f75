"""The red button of the board stops everything for whoever may and is sure; a supervisor alone lets it go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from outreach.store import switches
from outreach.store.tables import switches as table
from tests.console.conftest import page
from tests.engine.house import House

Enter = Callable[[str], tuple[FlaskClient, str]]


@pytest.fixture(autouse=True)
def going_on(house: House) -> Iterator[None]:
    """The house is everybody's: no test leaves it stopped."""
    yield
    with house.db.begin() as tx:
        for campaign in (None, "pre-due"):
            switches.resume(tx, "test", "", house.clock.now(), campaign)


def standing(house: House) -> list[tuple[str | None, str, str]]:
    with house.db.read() as connection:
        return [(one.campaign, one.by, one.why) for one in switches.standing(connection)]


def test_whoever_may_and_is_sure_stops_everything(house: House, signed_in: Enter) -> None:
    web, token = signed_in("cy")
    form = {"token": token, "campaign": "", "why": "wrong amounts", "sure": "yes"}
    answer = web.post("/stop", data=form, follow_redirects=True)
    assert "Everything is stopped: nothing more is placed" in answer.text
    assert standing(house) == [(None, "cy", "wrong amounts")]
    told = re.search(r'aria-label="Stopped">.*?</section>', page(web, "/board/fragment"), re.S)
    assert told and "by cy" in told[0] and "wrong amounts" in told[0]
    assert "Resume" not in told[0], "compliance stops; a supervisor resumes"


def test_nothing_leaves_from_the_moment_the_button_was_pressed(house: House, signed_in: Enter) -> None:
    web, token = signed_in("sue")
    debtor = house.debtor("SW1", phone="+15185550177")
    house.case(debtor, "SW-1", date(2026, 12, 1))
    web.post("/stop", data={"token": token, "campaign": "", "why": "x", "sure": "yes"})
    house.text("will pay friday", sid="SM-in-switch", sender="+15185550177")
    house.driver.last.clear()
    before = len(house.carrier.sent)
    house.turn()
    assert len(house.carrier.sent) == before and "attempt_reserved" in house.kinds("SW-1")
    assert "+15185550177" not in {text.to for text in house.carrier.sent}
    web.post("/resume", data={"token": token, "campaign": "", "why": "mended", "sure": "yes"})
    house.driver.last.clear()
    house.turn()
    assert [text.to for text in house.carrier.sent].count("+15185550177") == 1


def test_a_case_says_that_it_waits_for_the_stop(house: House, ref: str, signed_in: Enter) -> None:
    web, _token = signed_in("abe")
    house.driver.last.clear()
    house.turn()
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", "wrong amounts", house.clock.now(), "pre-due")
    assert "Nothing is placed: campaign pre-due was stopped by Sue: wrong amounts." in page(web, f"/cases/{ref}")


def test_a_supervisor_resumes_and_the_record_names_both(house: House, signed_in: Enter) -> None:
    web, token = signed_in("cy")
    web.post("/stop", data={"token": token, "campaign": "pre-due", "why": "odd texts", "sure": "yes"})
    web, token = signed_in("sue")
    assert "The campaign pre-due is stopped" in page(web, "/")
    form = {"token": token, "campaign": "pre-due", "why": "texts are mended", "sure": "yes"}
    assert "The campaign pre-due goes on" in web.post("/resume", data=form, follow_redirects=True).text
    assert standing(house) == [] and "is stopped" not in page(web, "/board/fragment")
    with house.db.read() as connection:
        row = connection.execute(select(table).order_by(table.c.id.desc()).limit(1)).one()
    assert (row.stopped_by, row.why, row.resumed_by, row.resumed_why) == ("cy", "odd texts", "sue", "texts are mended")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"why": "x"}, "the box that says you are sure is not ticked"),
        ({"why": " ", "sure": "yes"}, "a reason is needed"),
        ({"why": "x", "sure": "yes", "campaign": "predue"}, "no campaign &#39;predue&#39;"),
    ],
)
def test_a_stop_by_mistake_is_none(house: House, signed_in: Enter, form: dict[str, str], said: str) -> None:
    web, token = signed_in("sue")
    answer = web.post("/stop", data={"token": token, **form})
    assert answer.status_code == 400 and said in answer.text
    assert standing(house) == []


@pytest.mark.parametrize(("name", "path"), [("abe", "/stop"), ("abe", "/resume"), ("cy", "/resume")])
def test_who_may_not_does_not(house: House, signed_in: Enter, name: str, path: str) -> None:
    web, token = signed_in(name)
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", "x", house.clock.now(), "pre-due")
    form = {"token": token, "campaign": "pre-due", "why": "x", "sure": "yes"}
    assert web.post(path, data=form).status_code == 403
    assert standing(house) == [("pre-due", "Sue", "x")]


def test_another_page_can_not_press_the_button(house: House, signed_in: Enter) -> None:
    web, _token = signed_in("sue")
    assert web.post("/stop", data={"why": "x", "sure": "yes"}).status_code == 403
    assert standing(house) == []
