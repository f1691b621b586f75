"""What a person records on a case stands on its log, with who did it, and never with what was said in free words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from outreach.erase import erase
from outreach.store.caselog import GENESIS, link
from outreach.store.tables import case_events, cases, consents, inbound_messages, suppressions, tasks
from tests.console.conftest import page, token
from tests.engine.house import House

SignedIn = Callable[[str], tuple[FlaskClient, str]]
SECRET = "her sister Eve answers at +12125550177"


def post(browser: tuple[FlaskClient, str], path: str, **form: Any) -> Any:
    web, csrf = browser
    return web.post(path, data={"token": csrf} | form)


def rows(house: House, table: Any, ref: str) -> list[Any]:
    """What stands in `table` about the case or its debtor."""
    mine = select(cases.c.id, cases.c.debtor_id).where(cases.c.ref == ref)
    with house.db.read() as connection:
        case = connection.execute(mine).one()
        theirs = table.c.case_id == case.id if "case_id" in table.c and table.name != "suppressions" else None
        query = select(table).where(theirs if theirs is not None else table.c.debtor_id == case.debtor_id)
        return list(connection.execute(query))


def chained(house: House, ref: str) -> bool:
    """Does each line of the case's log still vouch for the one before it?"""
    head = GENESIS
    for event in sorted(rows(house, case_events, ref), key=lambda event: event.seq):
        head = link(head, ref, event.seq, event.at, event.kind, event.detail, event.attempt_id)
        if head != event.hash:
            return False
    return True


def noted(house: House, ref: str) -> list[dict[str, Any]]:
    return [detail for kind, detail in house.log(ref) if kind == "noted"]


@pytest.fixture
def abe(signed_in: SignedIn) -> tuple[FlaskClient, str]:
    """An agent at a browser."""
    return signed_in("abe")


def test_a_note_is_kept_with_the_case_and_out_of_the_chain(house: House, abe: Any, ref: str) -> None:
    answer = post(abe, f"/record/note/{ref}", text=f"  {SECRET} <b>!</b>")
    assert answer.status_code == 303 and answer.headers["Location"] == f"/cases/{ref}"
    html = page(abe[0], f"/cases/{ref}")
    assert SECRET in html and "<b>!</b>" not in html and "note by abe" in html and "The note is kept." in html
    assert noted(house, ref) == [{"what": "note", "by": "abe", "note_id": rows(house, tasks, ref)[0].id}]
    assert not any("Eve" in row.detail or "5550177" in row.detail for row in rows(house, case_events, ref))
    assert chained(house, ref)


def test_a_note_is_forgotten_with_the_person(house: House, abe: Any, ref: str) -> None:
    post(abe, f"/record/note/{ref}", text=SECRET)
    erase(house.db, ref.replace("-", ""), house.clock.now())
    assert "Eve" not in page(abe[0], f"/cases/{ref}")
    assert post(abe, f"/record/note/{ref}", text="more").status_code == 409
    assert chained(house, ref)


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_note_that_says_nothing_or_too_much_is_not_kept(house: House, abe: Any, ref: str, text: str) -> None:
    answer = post(abe, f"/record/note/{ref}", text=text)
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert rows(house, tasks, ref) == [] and noted(house, ref) == []


def test_a_promise_holds_the_case_until_its_date(house: House, abe: Any, ref: str) -> None:
    assert post(abe, f"/record/promise/{ref}", on="2026-12-04", amount="50").status_code == 303
    assert house.status(ref) == "promised"
    said = house.log(ref)[-1]
    assert said[0] == "promised" and (said[1]["on"], said[1]["amount"], said[1]["source"]) == (
        "2026-12-04",
        "50.00",
        "agent",
    )
    assert noted(house, ref) == [{"what": "promise", "by": "abe"}]
    html = page(abe[0], f"/cases/{ref}")
    assert "50.00 USD on 2026-12-04" in html and "abe records a promise" in html


def test_a_promise_without_an_amount_is_for_all_and_the_last_word_counts(house: House, abe: Any, ref: str) -> None:
    post(abe, f"/record/promise/{ref}", on="2026-12-04", amount="50")
    post(abe, f"/record/promise/{ref}", on="2026-12-05", amount="")
    assert [d["amount"] for k, d in house.log(ref) if k == "promised"] == ["50.00", "120.00"]
    assert house.kinds(ref).count("promise_cancelled") == 1


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"on": "2026-11-23"}, "from 2026-11-24 to 2027-01-23"),  # yesterday, where the debtor lives
        ({"on": "2027-01-24"}, "from 2026-11-24 to 2027-01-23"),
        ({"on": "soon"}, "a day like"),
        ({}, "a day like"),
        ({"on": "2026-12-04", "amount": "120.01"}, "up to the 120.00"),  # nothing above the debt owed
        ({"on": "2026-12-04", "amount": "0"}, "above 0"),
        ({"on": "2026-12-04", "amount": "-5"}, "no amount"),
        ({"on": "2026-12-04", "amount": "1e2"}, "no amount"),
    ],
)
def test_a_promise_that_can_not_be_is_refused_in_words(house: House, abe: Any, ref: str, form: Any, says: str) -> None:
    answer = post(abe, f"/record/promise/{ref}", **form)
    assert answer.status_code == 400 and says in answer.text
    assert house.kinds(ref) == ["opened"] and house.status(ref) == "active"


def test_what_was_typed_is_not_lost_when_it_was_wrong(abe: Any, ref: str) -> None:
    html = post(abe, f"/record/promise/{ref}", on="2026-12-04", amount="999").text
    assert 'value="2026-12-04"' in html and 'value="999"' in html and '<details name="act" open>' in html


def test_a_stop_is_recorded_and_wins(house: House, abe: Any, ref: str) -> None:
    assert post(abe, f"/record/stop/{ref}", reason="attorney", reach="debtor").status_code == 303
    stop = rows(house, suppressions, ref)[0]
    assert (stop.reason, stop.scope, stop.channel, stop.until, stop.source) == (
        "attorney",
        "debtor",
        None,
        None,
        "agent",
    )
    assert house.status(ref) == "held" and "suppressed" in house.kinds(ref)
    assert noted(house, ref) == [{"what": "stop", "by": "abe"}]


def test_a_stop_may_cover_one_number_one_channel_and_end(house: House, abe: Any, ref: str) -> None:
    from outreach.store.tables import phones

    number = rows(house, phones, ref)[0].id
    form = {"reason": "refused_channel", "reach": str(number), "channel": "call", "until": "2026-12-24"}
    assert post(abe, f"/record/stop/{ref}", **form).status_code == 303
    stop = rows(house, suppressions, ref)[0]
    assert (stop.scope, stop.phone_id, stop.channel) == ("phone", number, "call")
    assert stop.until == datetime.fromisoformat("2026-12-24T00:00:00-05:00")
    assert house.status(ref) == "active"


@pytest.mark.parametrize(
    "form",
    [
        {"reason": "bored", "reach": "debtor"},
        {"reason": "cease"},
        {"reason": "cease", "reach": "phone"},
        {"reason": "cease", "reach": "99999999"},
        {"reason": "cease", "reach": "9" * 40},
        {"reason": "cease", "reach": "debtor", "channel": "fax"},
        {"reason": "cease", "reach": "debtor", "until": "2026-11-24"},  # the day has begun
    ],
)
def test_a_stop_that_is_not_clear_is_asked_again(house: House, abe: Any, ref: str, form: Any) -> None:
    answer = post(abe, f"/record/stop/{ref}", **form)
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert rows(house, suppressions, ref) == [] and house.kinds(ref) == ["opened"]


def test_a_callback_is_a_task_with_the_debtors_consent(house: House, abe: Any, ref: str) -> None:
    html = page(abe[0], f"/cases/{ref}")
    number = html.split('<select name="phone" required><option value="')[1].split('"')[0]
    assert post(abe, f"/record/callback/{ref}", at="2026-11-25T18:30", phone=number).status_code == 303
    task = rows(house, tasks, ref)[0]
    assert (task.kind, task.state, task.due_at) == (
        "callback",
        "open",
        datetime.fromisoformat("2026-11-25T18:30:00-05:00"),
    )
    wish = next(consent for consent in rows(house, consents, ref) if consent.kind == "callback")
    assert wish.phone_id == int(number) and wish.expires_at > task.due_at
    assert house.kinds(ref)[-2:] == ["callback_requested", "needs_person"]
    assert "Wed 18:30 their time" in page(abe[0], "/inbox?kind=callback")
    assert post(abe, f"/record/callback/{ref}", at="2026-11-25T18:30", phone=number).status_code == 409


@pytest.mark.parametrize("at", ["", "never", "2026-11-24T09:00", "2027-11-24T09:00"])
def test_a_callback_needs_a_time_to_come(house: House, abe: Any, ref: str, at: str) -> None:
    assert post(abe, f"/record/callback/{ref}", at=at, phone="1").status_code == 400
    assert rows(house, tasks, ref) == []


# --- the inbox ----------------------------------------------------------------------------------------------------------


def written(house: House, ref: str, *bodies: str) -> tuple[int, list[int]]:
    """The debtor wrote, and a person is to look: the task, the messages."""
    now = house.clock.now()
    with house.db.begin() as tx:
        case = tx.execute(select(cases.c.id, cases.c.debtor_id).where(cases.c.ref == ref)).one()
        made = [
            tx.execute(insert(inbound_messages).values(
                sid=f"SM-{ref}-{index}-{body}", debtor_id=case.debtor_id, channel="sms", body=body, received_at=now,
                intent="question", state="needs_person", why="x",
            )).inserted_primary_key[0]
            for index, body in enumerate(bodies)
        ]  # fmt: skip
        task = tx.execute(insert(tasks).values(
            case_id=case.id, kind="reply", due_at=now, state="open", note="reply: question", created_at=now,
            inbound_message_id=made[0] if made else None,
        )).inserted_primary_key[0]  # fmt: skip
    return task, made


def test_all_that_a_debtor_wrote_is_shown_and_answered_at_once(house: House, abe: Any, ref: str) -> None:
    task, messages = written(house, ref, "how much", "and <i>when</i>")
    html = page(abe[0], "/inbox?kind=reply")
    assert "how much" in html and "and &lt;i&gt;when" in html
    answer = post(abe, f"/tasks/{task}", decision="spoke", text=SECRET, upto=messages[-1])
    assert answer.status_code == 303 and answer.headers["Location"] == "/inbox"
    assert f"Done: {ref}, spoke with them." in page(abe[0], "/inbox")
    assert {row.state for row in rows(house, inbound_messages, ref)} == {"answered"}
    first = noted(house, ref)[0]
    assert first == {
        "what": "handled",
        "by": "abe",
        "task": "reply",
        "task_id": task,
        "decision": "spoke",
        "messages": messages,
    }
    chain = json.dumps([detail for _kind, detail in house.log(ref)])
    assert "Eve" not in chain and "how much" not in chain
    case = page(abe[0], f"/cases/{ref}")
    assert "reply dealt with by abe: spoke" in case and SECRET in case
    assert post(abe, f"/tasks/{task}", decision="spoke", upto=messages[-1]).status_code == 409


def test_a_message_that_came_meanwhile_still_waits(house: House, abe: Any, ref: str) -> None:
    task, messages = written(house, ref, "first", "second")
    assert (
        "still waits"
        in abe[0].get(post(abe, f"/tasks/{task}", decision="spoke", upto=messages[0]).headers["Location"]).text
    )
    assert [row.state for row in rows(house, inbound_messages, ref)] == ["answered", "needs_person"]
    assert [row.state for row in rows(house, tasks, ref)] == ["open"]


@pytest.mark.parametrize("form", [{}, {"decision": ""}, {"decision": "shrugged"}])
def test_without_a_decision_nothing_is_done(house: House, abe: Any, ref: str, form: Any) -> None:
    task, messages = written(house, ref, "hello?")
    answer = post(abe, f"/tasks/{task}", upto=messages[0], **form)
    assert answer.status_code == 400 and "What was decided" in answer.text
    assert rows(house, tasks, ref)[0].state == "open" and noted(house, ref) == []


def test_a_strangers_message_is_dealt_with_without_a_case(house: House, abe: Any) -> None:
    house.text("who are you", sid=f"SM-stranger-{house.db.is_sqlite}", sender="+12125550166")
    house.driver.last.clear()
    house.turn()
    with house.db.read() as connection:
        query = select(inbound_messages.c.id).where(inbound_messages.c.sender == "+12125550166")
        message = connection.scalar(query)
    html = page(abe[0], "/inbox")
    assert "who are you" in html and "+12125550166" not in html and "0166" in html
    assert post(abe, f"/messages/{message}", decision="no_action").status_code == 303
    assert "who are you" not in page(abe[0], "/inbox")
    assert post(abe, f"/messages/{message}", decision="no_action").status_code == 409


@pytest.mark.parametrize(
    "path", ["/record/note/nobody", "/record/promise/nobody", "/tasks/987654321", f"/tasks/{2**63}"]
)
def test_what_is_not_there_is_not_found(abe: Any, path: str) -> None:
    assert post(abe, path, text="x", decision="spoke", on="2026-12-04").status_code == 404


@pytest.mark.parametrize(
    "path", ["/record/note/{}", "/record/promise/{}", "/record/stop/{}", "/record/callback/{}", "/tasks/1"]
)
def test_another_sites_form_records_nothing(house: House, abe: Any, ref: str, path: str) -> None:
    form = {"text": "x", "on": "2026-12-04", "reason": "cease", "reach": "debtor", "decision": "spoke"}
    assert abe[0].post(path.format(ref), data=form).status_code == 403
    assert abe[0].post(path.format(ref), data=form | {"token": token(page(abe[0], "/"))[::-1] + "0"}).status_code == 403
    assert house.kinds(ref) == ["opened"]


@pytest.mark.parametrize("number", ["9" * 40, "9" * 5000])
def test_a_number_that_is_no_id_of_ours_is_said_to_be_none(house: House, abe: Any, ref: str, number: str) -> None:
    forms = {
        "lift": {"times": number},
        "stop": {"reason": "dispute", "reach": number},
        "callback": {"at": "2026-11-30T12:00", "phone": number},
    }
    for act, form in forms.items():
        assert post(abe, f"/record/{act}/{ref}", **form).status_code == 400, act
    assert noted(house, ref) == [] and house.status(ref) == "active"
