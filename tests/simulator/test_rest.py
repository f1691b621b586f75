"""Does the simulated carrier answer Twilio's own client as Twilio does? Over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
import waitress
from flask import Flask
from twilio.base.exceptions import TwilioRestException

from outreach.carriers import Outcome, OutgoingSms
from outreach.carriers.twilio import Twilio
from outreach.core.terms import Channel
from outreach.simulator import Faults
from tests.simulator.line import ACCOUNT, AGENT, DEBTOR, MORNING, OTHER, OURS, TOKEN, Line, twiml

Open = Callable[..., Line]


def refused(ask: Callable[[], object]) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        ask()
    assert caught.value.uri
    return caught.value.status, caught.value.code


def test_a_text_is_created_fetched_redacted_and_deleted(line: Line) -> None:
    made = line.text(body="Hola señor")
    assert (made.status, made.direction, made.from_, made.to) == ("queued", "outbound-api", OURS, DEBTOR)
    assert (made.num_segments, made.num_media, made.price, made.date_sent) == ("1", "0", None, None)
    assert made.date_created == MORNING and made.sid.startswith("SM") and len(made.sid) == 34
    line.run(minutes=20)
    found = line.client.messages(made.sid).fetch()
    assert (found.status, found.body, found.error_code) == ("delivered", "Hola señor", None)
    assert found.date_sent and found.price.startswith("-0.0")
    assert found.update(body="").body == ""
    assert found.delete()
    assert refused(line.client.messages(made.sid).fetch) == (404, 20404)
    assert line.client.messages.list() == []


def test_a_call_is_created_fetched_and_listed(line: Line) -> None:
    line.simulator.assign(DEBTOR, "never_answers")
    made = line.call(timeout=20)
    assert (made.status, made.direction, made.to_formatted) == ("queued", "outbound-api", "(212) 555-0123")
    line.run()
    found = line.client.calls(made.sid).fetch()
    assert (found.status, found.duration, found.start_time) == ("no-answer", "0", None)
    assert found.end_time - found.date_created < timedelta(seconds=25)
    assert [c.sid for c in line.client.calls.list(to=DEBTOR, status="no-answer")] == [made.sid]
    assert line.client.calls.list(status="busy") == []
    assert found.delete() and refused(line.client.calls(made.sid).fetch) == (404, 20404)


def test_pages_are_walked_to_the_end(line: Line) -> None:
    made = [line.text(body=str(n)).sid for n in range(23)]
    line.text(to=OTHER)
    asked = line.client.messages.list(to=DEBTOR, page_size=5)
    assert [m.sid for m in asked] == made[::-1]
    page = line.client.messages.page(to=DEBTOR, page_size=20)
    newer = line.text(body="while the pages are walked").sid
    rest = [m.sid for m in page.next_page()]
    assert rest == made[2::-1] and newer not in rest
    assert page.next_page().next_page() is None
    assert next(m.sid for m in page.next_page().previous_page()) == newer
    assert len(line.client.messages.list(limit=7)) == 7
    assert len(line.client.calls.list()) == 0


def test_lists_by_date(line: Line) -> None:
    first = line.text(body="first").sid
    line.run(days=1)
    second = line.text(body="second").sid
    line.run(days=1)
    waiting = line.text(body="never sent").sid
    day = MORNING.date()
    assert [m.sid for m in line.client.messages.list(date_sent=day)] == [first]
    assert [m.sid for m in line.client.messages.list(date_sent_after=MORNING + timedelta(hours=2))] == [second]
    assert [m.sid for m in line.client.messages.list(date_sent_before=MORNING + timedelta(hours=2))] == [first]
    assert waiting in [m.sid for m in line.client.messages.list()]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"to": "12"}, (400, 21211)),
        ({"to": "maria"}, (400, 21211)),
        ({"to": "+15005550001"}, (400, 21211)),
        ({"to": "+15005550002"}, (400, 21612)),
        ({"to": "+15005550003"}, (400, 21408)),
        ({"to": "+15005550004"}, (400, 21610)),
        ({"to": "+15005550009"}, (400, 21614)),
        ({"to": OURS}, (400, 21266)),
        ({"from_": "+12125550199"}, (400, 21606)),
        ({"from_": "+15005550001"}, (400, 21212)),
        ({"from_": "+15005550008"}, (400, 21611)),
        ({"from_": None}, (400, 21603)),
        ({"body": None}, (400, 21602)),
        ({"body": "x" * 1601}, (400, 21617)),
        ({"status_callback": "somewhere"}, (400, 21609)),
        ({"validity_period": "soon"}, (400, 20001)),
        ({"schedule_type": "fixed"}, (400, 35118)),
        ({"schedule_type": "fixed", "messaging_service_sid": "MG1"}, (400, 35111)),
        ({"schedule_type": "fixed", "messaging_service_sid": "MG1", "send_at": MORNING}, (400, 35115)),
    ],
)
def test_texts_that_are_refused(line: Line, asked: dict[str, object], error: tuple[int, int]) -> None:
    assert refused(lambda: line.text(**({"to": DEBTOR, "body": "Hello"} | asked))) == error
    assert line.client.messages.list() == [] and line.run() == 0


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"to": "12"}, (400, 21211)),
        ({"to": "+15005550001"}, (400, 21217)),
        ({"to": "+15005550002"}, (400, 21214)),
        ({"to": "+15005550003"}, (400, 21215)),
        ({"to": "+15005550004"}, (400, 21216)),
        ({"from_": "+12125550199"}, (400, 21210)),
        ({"from_": "+15005550001"}, (400, 21212)),
        ({"url": None}, (400, 21205)),
        ({"url": "somewhere"}, (400, 21205)),
        ({"status_callback": "somewhere"}, (400, 21609)),
        ({"timeout": "long"}, (400, 20001)),
    ],
)
def test_calls_that_are_refused(line: Line, asked: dict[str, object], error: tuple[int, int]) -> None:
    assert refused(lambda: line.call(**({"to": DEBTOR} | asked))) == error
    assert line.client.calls.list() == [] and line.run() == 0


def test_what_is_not_there_and_who_may_not(line: Line) -> None:
    assert refused(line.client.messages("SM" + "0" * 32).fetch) == (404, 20404)
    assert refused(lambda: line.client.calls("CA" + "0" * 32).update(status="completed")) == (404, 20404)
    assert refused(line.client.queues("QU" + "0" * 32).fetch) == (404, 20404)
    assert refused(lambda: line.login(ACCOUNT, "wrong").messages.create(to=DEBTOR, body="x")) == (401, 20003)
    assert refused(lambda: line.login("AC" + "6" * 32, TOKEN).messages.create(to=DEBTOR, body="x")) == (401, 20003)
    root = f"{line.url}/simulator/2010-04-01/Accounts"
    answer = requests.get(f"{root}/{ACCOUNT}/Messages.json", timeout=5)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Basic")
    another = requests.get(f"{root}/AC{'6' * 32}/Messages.json", auth=(ACCOUNT, TOKEN), timeout=5)
    assert another.json()["more_info"] == "https://www.twilio.com/docs/errors/20404"


def test_an_api_key_opens_the_same_account(open_line: Open) -> None:
    line = open_line(api_keys={"SK" + "1" * 32: "secret"})
    assert line.login("SK" + "1" * 32, "secret").messages.create(to=DEBTOR, from_=OURS, body="x").sid


def test_numbers_and_account(line: Line) -> None:
    line.simulator.inbound_url(AGENT, capable="voice")
    assert [n.phone_number for n in line.client.incoming_phone_numbers.list()] == [OURS, AGENT]
    (own,) = line.client.incoming_phone_numbers.list(phone_number=AGENT)
    assert (own.capabilities["voice"], own.capabilities["sms"], own.sms_url) == (True, False, "")
    changed = own.update(voice_url="https://example.com/v", friendly_name="Front desk")
    assert (changed.voice_url, changed.friendly_name) == ("https://example.com/v", "Front desk")
    assert line.client.incoming_phone_numbers(own.sid).fetch().voice_url == "https://example.com/v"
    assert refused(lambda: line.text(from_=AGENT)) == (400, 21606)
    account = line.client.api.accounts(ACCOUNT).fetch()
    assert (account.status, account.type) == ("active", "Full")
    line.text()
    line.run()
    assert float(line.client.balance.fetch().balance) < 10_000


def test_a_part_of_a_number_finds_it(line: Line) -> None:
    assert [n.phone_number for n in line.client.incoming_phone_numbers.list(phone_number="2125550100")] == [OURS]
    assert line.client.incoming_phone_numbers.list(phone_number="999") == []


def test_what_cannot_be_taken_back(line: Line) -> None:
    text, call = line.text(), line.call(document=twiml("<Say>Hi</Say>"))
    assert refused(lambda: text.update(status="canceled")) == (409, 30409)
    assert refused(lambda: text.update(status="canceled", body="")) == (400, 30400)
    assert refused(lambda: call.update(url=line.hook("menu"))) == (400, 21220)
    assert refused(lambda: call.update(status="elsewhere")) == (400, 20001)
    assert refused(call.delete) == (400, 21220)
    line.run()
    for status in ("canceled", "completed"):
        assert refused(lambda status=status: call.update(status=status)) == (400, 21220)  # type: ignore[misc]


# faults of the API
def test_an_outage_answers_503_and_nothing_leaves(line: Line) -> None:
    before = line.text()
    line.simulator.faults = Faults(outages=((MORNING, MORNING + timedelta(hours=1)),))
    assert refused(line.text) == (503, 20503)
    line.run(minutes=59)
    assert line.statuses() == []
    line.run(minutes=20)
    assert line.client.messages(before.sid).fetch().status == "delivered"
    assert line.text().status == "queued"


@pytest.mark.parametrize(
    ("faults", "error", "accepted"),
    [
        (Faults(too_many=1), (429, 20429), 0),
        (Faults(refuse_500=1), (500, 20500), 0),
        (Faults(accept_500=1), (500, 20500), 1),
    ],
)
def test_creates_that_fail(line: Line, faults: Faults, error: tuple[int, int], accepted: int) -> None:
    line.simulator.faults = faults
    assert refused(line.text) == error
    assert refused(line.call) == error
    assert len(line.client.messages.list()) == len(line.client.calls.list()) == accepted


def test_a_connection_cut_after_the_text_was_taken(line: Line) -> None:
    line.simulator.faults = Faults(reset=1)
    with pytest.raises(requests.RequestException):
        line.text()
    assert len(line.client.messages.list()) == 1


def test_the_cut_works_on_waitress_too(line: Line) -> None:
    """The demo's server keeps its sockets to itself: the answer breaks off instead."""
    app = Flask("waitress")
    app.register_blueprint(line.simulator.blueprint(), url_prefix="/simulator")
    server = waitress.create_server(app, host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    carrier = Twilio(
        ACCOUNT, TOKEN, public_url="https://o.example", api_url=f"http://127.0.0.1:{server.effective_port}/simulator"
    )
    text = OutgoingSms("a" * 32, DEBTOR, OURS, "Hello", timedelta(hours=1))
    assert carrier.send([text])[0].outcome is Outcome.PLACED
    line.simulator.faults = Faults(reset=1)
    assert carrier.send([text])[0].outcome is Outcome.IN_DOUBT
    assert len(list(carrier.find(Channel.SMS, DEBTOR, MORNING))) == 2
    server.close()


def test_threads_do_not_get_each_others_answers(line: Line) -> None:
    numbers = [f"+1212555{n:04d}" for n in range(101, 133) if n != 100]
    made: dict[str, tuple[str, str]] = {}

    def send(to: str) -> None:
        client = line.login(ACCOUNT, TOKEN)
        answer = client.messages.create(to=to, from_=OURS, body=to)
        made[to] = (answer.to, answer.sid)

    threads = [threading.Thread(target=send, args=(to,)) for to in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {to: heard for to, (heard, _) in made.items()} == {to: to for to in numbers}
    assert len({sid for _, sid in made.values()}) == len(numbers)
