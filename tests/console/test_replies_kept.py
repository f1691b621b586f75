"""What a person says a reply means is kept, and exported as the scorer reads it; answers are suggested and judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from outreach import labelled
from outreach.erase import erase
from outreach.store.examples import examples
from outreach.store.tables import attempts, cases, debtors, inbound_messages, inconvenient_times, phones, tasks
from tests.console.conftest import page
from tests.console.test_desk import SignedIn, noted, post, rows, written
from tests.engine.house import House


@pytest.fixture
def abe(signed_in: SignedIn) -> tuple[FlaskClient, str]:
    """An agent at a browser."""
    return signed_in("abe")


def task_of(house: House, ref: str, body: str) -> tuple[int, int]:
    """The debtor texts; the task that waits, and the message."""
    before = house.clock.now()
    with house.db.read() as connection:
        number = connection.scalar(select(cases.c.id).where(cases.c.ref == ref))
    phone = f"+1518556{number or 0:04}"
    with house.db.begin() as tx:
        debtor = tx.scalar(select(cases.c.debtor_id).where(cases.c.ref == ref))
        tx.execute(phones.update().where(phones.c.debtor_id == debtor).values(e164=phone))
    house.text(body, sid=f"SM-{ref}", sender=phone)
    house.at(before.isoformat())
    with house.db.read() as connection:
        query = select(tasks.c.id, tasks.c.inbound_message_id).join(cases).where(cases.c.ref == ref)
        row = connection.execute(query.where(tasks.c.kind == "reply")).one()
    return row.id, row.inbound_message_id


def exported(house: House) -> list[dict[str, Any]]:
    with house.db.read() as connection:
        return [json.loads(json.dumps(one)) for one in examples(connection)]


def test_what_a_person_says_it_means_is_exported_and_scored(house: House, abe: Any, ref: str, tmp_path: Path) -> None:
    task, message = task_of(house, ref, "gonna try n get u half or sumthin by the 1st")
    form = {"decision": "recorded", "upto": message, "intent": "promise", "on": "2026-12-01", "amount": "60.00"}
    assert post(abe, f"/tasks/{task}", **form).status_code == 303
    [kept] = [one for one in exported(house) if one["id"] == f"m{message}"]
    assert kept["want"] == {"intent": "promise", "on": "2026-12-01", "amount": "60.00", "callback_at": None}
    assert (kept["timezone"], kept["language"], kept["currency"]) == ("America/New_York", "en", "USD")
    assert kept["amount_due"] == "120.00" and "a person decided: recorded" in kept["note"]
    path = tmp_path / "kept.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in exported(house)), encoding="utf-8")
    scored = labelled.score(labelled.read_labelled(path))
    assert scored["all"]["intent"].of == len(exported(house))


def test_no_meaning_given_is_no_example(house: House, abe: Any, ref: str) -> None:
    task, message = task_of(house, ref, "what is this about?")
    assert post(abe, f"/tasks/{task}", decision="spoke", upto=message, intent="").status_code == 303
    assert [one for one in exported(house) if one["id"] == f"m{message}"] == []


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"intent": "shrug"}, "The meaning is missing"),
        ({"intent": "question", "on": "2026-12-01"}, "Only a promise"),
        ({"intent": "promise", "amount": "5,0"}, "The amount"),
        ({"intent": "promise", "on": "tomorrow"}, "day"),
    ],
)
def test_a_meaning_that_is_none_is_asked_again(house: House, abe: Any, ref: str, form: Any, says: str) -> None:
    task, messages = written(house, ref, "hm")
    answer = post(abe, f"/tasks/{task}", decision="spoke", upto=messages[-1], **form)
    assert answer.status_code == 400 and says in answer.text
    assert [row.state for row in rows(house, tasks, ref)] == ["open"]


def test_the_words_of_who_was_forgotten_are_exported_no_more(house: House, abe: Any, ref: str) -> None:
    task, message = task_of(house, ref, "why me?")
    assert post(abe, f"/tasks/{task}", decision="spoke", upto=message, intent="question").status_code == 303
    assert any(one["id"] == f"m{message}" for one in exported(house))
    with house.db.read() as connection:
        query = select(debtors.c.ref).join(cases, cases.c.debtor_id == debtors.c.id).where(cases.c.ref == ref)
        debtor_ref = connection.scalar(query)
    erase(house.db, str(debtor_ref), house.clock.now())
    assert [one for one in exported(house) if one["id"] == f"m{message}"] == []
    with house.db.read() as connection:
        assert connection.scalar(select(inbound_messages.c.asked).where(inbound_messages.c.id == message)) is None


def test_answers_are_suggested_with_the_window_and_one_is_sent(house: House, abe: Any, ref: str) -> None:
    task, _ = task_of(house, ref, "what is this about?")
    html = page(abe[0], "/inbox?kind=reply")
    assert "Suggested answers" in html and "which day can you pay?" in html
    with house.db.read() as connection:
        before = set(connection.scalars(select(attempts.c.id)))
    assert post(abe, f"/tasks/{task}/answer", template="help").status_code == 303
    with house.db.read() as connection:
        made = connection.execute(select(attempts).where(attempts.c.id.not_in(before))).all()
    assert [(row.template, row.channel) for row in made] == [("help", "sms")]
    assert noted(house, ref)[-1] == {"what": "answered", "task_id": task, "template": "help", "by": "abe"}
    assert [row.state for row in rows(house, tasks, ref)] == ["open"]


def test_the_sum_that_was_read_is_shown_and_stands_in_the_suggested_question(house: House, abe: Any, ref: str) -> None:
    task, _ = task_of(house, ref, "i can do 50")
    html = page(abe[0], "/inbox?kind=reply")
    assert "read as promise of 50.00 USD" in html
    assert "Reply YES to pay $50.00 by" in html
    assert post(abe, f"/tasks/{task}/answer", template="ask_date").status_code == 303
    with house.db.read() as connection:
        sent = connection.execute(select(attempts).order_by(attempts.c.id.desc()).limit(1)).one()
    assert (sent.template, sent.offered_minor) == ("ask_date", 5_000) and sent.offered_on is not None


def test_nothing_is_sent_against_a_stop_and_the_page_says_why(house: House, abe: Any, ref: str) -> None:
    task, _ = task_of(house, ref, "what is this about?")
    assert post(abe, f"/record/stop/{ref}", reason="cease", reach="debtor").status_code == 303
    answer = post(abe, f"/tasks/{task}/answer", template="help")
    assert answer.status_code == 409 and "not lawful now" in answer.text and "No answer may be sent" in answer.text


def test_only_what_is_suggested_can_be_sent(house: House, abe: Any, ref: str) -> None:
    task, _ = task_of(house, ref, "what is this about?")
    answer = post(abe, f"/tasks/{task}/answer", template="overdue_third")
    assert answer.status_code == 400


def test_a_time_ruled_out_is_shown_and_opened_again_by_a_person(house: House, abe: Any, ref: str) -> None:
    before = house.clock.now()
    with house.db.begin() as tx:
        debtor = tx.scalar(select(cases.c.debtor_id).where(cases.c.ref == ref))
        tx.execute(
            inconvenient_times.insert().values(
                debtor_id=debtor, days=[6, 7], start="00:00", end="00:00", channel="call", at=before, source="sms"
            )
        )
        [times_id] = tx.scalars(select(inconvenient_times.c.id).where(inconvenient_times.c.debtor_id == debtor))
    assert "inconvenient: calls on Sat Sun" in page(abe[0], f"/cases/{ref}")
    assert post(abe, f"/record/lift/{ref}", times=times_id).status_code == 303
    assert noted(house, ref)[-1] == {"what": "lift", "times_id": times_id, "by": "abe"}
    assert "inconvenient: calls" not in page(abe[0], f"/cases/{ref}")
    assert post(abe, f"/record/lift/{ref}", times=times_id).status_code == 400
