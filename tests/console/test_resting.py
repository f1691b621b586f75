"""Reminders rest: the inbox and the case say until when and why, and a person lets them go on."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from outreach.core.terms import SuppressionReason
from outreach.engine import pauses
from outreach.store import facts
from outreach.store.tables import attempts, cases, inbound_messages, suppressions, tasks
from tests.console.conftest import page
from tests.engine.house import House

SignedIn = Callable[[str], tuple[FlaskClient, str]]
numbers = count(1)
WHY = {"paid": "they say it is paid", "hardship": "they told of hardship", "question": "they asked something"}


@pytest.fixture
def abe(signed_in: SignedIn) -> tuple[FlaskClient, str]:
    return signed_in("abe")


def post(browser: tuple[FlaskClient, str], path: str, **form: Any) -> Any:
    web, csrf = browser
    return web.post(path, data={"token": csrf} | form)


def rests(house: House, ref: str, reason: str) -> int:
    """As their text would have it; the id of the task that waits."""
    now = house.clock.now()
    with house.db.begin() as tx:
        debtor = tx.scalar(select(cases.c.debtor_id).where(cases.c.ref == ref))
        person = facts.load(tx, [debtor], now)[debtor]
        loans = list(person.cases.values())
        pauses.rest(tx, person, loans, SuppressionReason(reason), house.runtime.policy, now)
        kept = {"channel": "sms", "body": "words", "received_at": now, "state": "needs_person"}
        kept |= {"sid": f"SM-rests-{ref}-{next(numbers)}", "debtor_id": debtor, "phone_id": person.phones[0].id}
        message = tx.execute(inbound_messages.insert().values(**kept)).inserted_primary_key[0]
        waits = {"kind": "reply", "due_at": now, "state": "open", "note": f"reply: {reason}", "created_at": now}
        made = tx.execute(tasks.insert().values(case_id=loans[0].id, inbound_message_id=message, **waits))
    return int(made.inserted_primary_key[0])


def standing(house: House, ref: str) -> list[str]:
    with house.db.read() as connection:
        query = select(suppressions.c.reason).join(cases, cases.c.debtor_id == suppressions.c.debtor_id)
        return list(connection.scalars(query.where(cases.c.ref == ref, suppressions.c.lifted_at.is_(None))))


@pytest.mark.parametrize("reason", list(WHY))
def test_the_inbox_and_the_case_say_what_rests_and_until_when(house: House, abe: Any, ref: str, reason: str) -> None:
    rests(house, ref, reason)
    assert house.status(ref) == "held"
    until = "until somebody decides" if reason == "hardship" else "00:00 their time"
    for path in ("/inbox?kind=reply", f"/cases/{ref}"):
        html = page(abe[0], path)
        assert WHY[reason] in html and until in html, path
    assert "reminders may go on" in page(abe[0], "/inbox?kind=reply")


def test_a_question_that_was_answered_rests_no_longer_and_hardship_does(house: House, abe: Any, ref: str) -> None:
    task = rests(house, ref, "question")
    rests(house, ref, "hardship")
    assert post(abe, f"/tasks/{task}", decision="spoke", upto=2**40).status_code == 303
    assert standing(house, ref) == ["hardship"] and house.status(ref) == "held"


def test_passed_on_is_not_answered(house: House, abe: Any, ref: str) -> None:
    task = rests(house, ref, "question")
    assert post(abe, f"/tasks/{task}", decision="passed_on", upto=2**40).status_code == 303
    assert standing(house, ref) == ["question"] and house.status(ref) == "held"


@pytest.mark.parametrize("reason", list(WHY))
def test_a_decision_lets_reminders_go_on(house: House, abe: Any, ref: str, reason: str) -> None:
    task = rests(house, ref, reason)
    answer = post(abe, f"/tasks/{task}", decision="spoke", upto=2**40, goes_on="1")
    assert answer.status_code == 303 and standing(house, ref) == [] and house.status(ref) == "active"
    assert house.kinds(ref)[-2:] == ["suppression_lifted", "resumed"]
    assert house.log(ref)[-1][1]["because"] == "abe decided"


def test_so_does_a_word_on_the_case_and_only_where_something_rests(house: House, abe: Any, ref: str) -> None:
    rests(house, ref, "hardship")
    assert post(abe, f"/record/goes_on/{ref}").status_code == 303
    assert standing(house, ref) == [] and house.status(ref) == "active"
    again = post(abe, f"/record/goes_on/{ref}")
    assert again.status_code == 409 and "Nothing rests here" in again.text


def test_a_complaint_does_not_end_so(house: House, abe: Any, ref: str) -> None:
    assert post(abe, f"/record/stop/{ref}", reason="complaint", reach="debtor").status_code == 303
    assert post(abe, f"/record/goes_on/{ref}").status_code == 409
    assert standing(house, ref) == ["complaint"] and house.status(ref) == "held"


def test_a_date_that_was_agreed_on_is_a_decision(house: House, abe: Any, ref: str) -> None:
    rests(house, ref, "hardship")
    assert post(abe, f"/record/promise/{ref}", on="2026-12-04", amount="").status_code == 303
    assert standing(house, ref) == [] and house.status(ref) == "promised"


def test_what_a_person_writes_is_not_kept_back(house: House, abe: Any, ref: str) -> None:
    """Reminders rest; a colleague who has something to say may say it, later than an answer of software could."""
    task = rests(house, ref, "hardship")
    with house.db.begin() as tx:  # written hours ago
        mine = tasks.c.id == task
        message = tx.scalar(select(tasks.c.inbound_message_id).where(mine))
        earlier = house.clock.now().replace(year=house.clock.now().year - 1)
        tx.execute(inbound_messages.update().where(inbound_messages.c.id == message).values(received_at=earlier))
    assert post(abe, f"/tasks/{task}/answer", template="reply_noted").status_code == 303
    with house.db.read() as connection:
        made = connection.execute(select(attempts).order_by(attempts.c.id.desc()).limit(1)).one()
    assert (made.template, made.purpose) == ("reply_noted", "reminder")
