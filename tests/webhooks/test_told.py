"""Does the short way in take just what the long way would, and store just the same? On the real database and inbox."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

import webhooks
from outreach.engine.mailbag import Mailbag
from outreach.production import hatch
from outreach.store.database import Database
from outreach.store.tables import carrier_inbox
from webhooks import told
from webhooks.twilio import MOST_BYTES, ROOT

TOKEN, PUBLIC = "12345", "https://carrier:secret@outreach.example.com/deep/"
SIGNED = "https://outreach.example.com/deep"
STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered", "From": "+12125550100", "To": "+12125550123", "City": ""}
CALL = {"CallSid": "CA1", "CallStatus": "completed", "SequenceNumber": "3", "CallDuration": "40"}
INBOUND = {
    "MessageSid": "SM2",
    "From": "+12125550123",
    "To": "+12125550100",
    "Body": "¿Qué? 好 & a+b=c\n",
    "NumMedia": "0",
}
PLAIN = {"/sms/status": STATUS, "/voice/status": CALL, "/sms/inbound": INBOUND}


@dataclass(frozen=True)
class Asked:
    path: str
    query: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def asked(path: str, form: Mapping[str, Any], query: str = "k=abc", token: str = TOKEN) -> Asked:
    url = f"{SIGNED}{ROOT}{path}?{query}" if query else f"{SIGNED}{ROOT}{path}"
    signed = RequestValidator(token).compute_signature(url, MultiDict(form))
    headers = {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=UTF-8", "X_TWILIO_SIGNATURE": signed}
    return Asked(ROOT + path, query, headers, urlencode(form, doseq=True).encode())


@dataclass
class Both:
    """The short way and the long way into one inbox."""

    db: Database
    clock: Any

    def __post_init__(self) -> None:
        made: Any = SimpleNamespace(
            db=self.db, clock=self.clock, carrier=SimpleNamespace(name="twilio"), mailbag=Mailbag()
        )
        self.counter = told.Counter(made, public_url=PUBLIC, auth_token=TOKEN)
        app = Flask("test")
        app.register_blueprint(webhooks.blueprint(made, public_url=PUBLIC, auth_token=TOKEN))
        self.web = app.test_client()

    def short(self, *requests: Asked) -> list[Any]:
        return self.counter.take(requests)

    def long(self, one: Asked) -> Any:
        headers = {name.replace("_", "-"): value for name, value in one.headers.items()}
        return self.web.post(f"{one.path}?{one.query}", data=one.body, headers=headers)

    def stored(self) -> list[tuple[Any, ...]]:
        c = carrier_inbox.c
        query = select(c.carrier, c.kind, c.dedupe, c.received_at, c.raw, c.state, c.tries)
        with self.db.read() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(c.id))]

    def empty(self) -> None:
        with self.db.begin() as tx:
            tx.execute(carrier_inbox.delete())


@pytest.fixture
def both(db: Database, hand_clock: Any) -> Both:
    return Both(db, hand_clock)


@pytest.mark.parametrize("query", ["k=abc", ""])
@pytest.mark.parametrize("path", sorted(PLAIN))
def test_the_short_way_stores_and_answers_as_the_long_way_does(both: Both, path: str, query: str) -> None:
    one = asked(path, PLAIN[path], query)
    by_flask = both.long(one)
    kept = both.stored()
    both.empty()
    (by_us,) = both.short(one)
    assert by_us == (by_flask.status, by_flask.content_type, by_flask.data) and by_us[0] == "200 OK"
    assert both.stored() == kept and len(kept) == 1


def test_every_address_of_the_short_way_is_one_of_the_long_way() -> None:
    assert {path.removeprefix(ROOT) for path in told.READ} == set(PLAIN) <= set(webhooks.twilio.TAKEN)


def test_a_report_is_stored_once_by_whichever_way_and_however_often(both: Both) -> None:
    one = asked("/sms/status", STATUS)
    answers = [*both.short(one, one), *both.short(one)]
    assert [answer[0] for answer in answers] == ["200 OK"] * 3 and both.long(one).status_code == 200
    assert len(both.stored()) == 1


# each is left to the long way, which says what it says today
def unsigned(one: Asked) -> Asked:
    return replace(one, headers={k: v for k, v in one.headers.items() if k != "X_TWILIO_SIGNATURE"})


def headed(one: Asked, **headers: str) -> Asked:
    return replace(one, headers={**one.headers, **headers})


GOOD = asked("/sms/status", STATUS)
TWICE = {**STATUS, "To": ["+12125550123", "+12125550124"]}
LEFT: dict[str, tuple[Asked, int]] = {
    "signed with another token": (asked("/sms/status", STATUS, token="54321"), 403),
    "not signed": (unsigned(GOOD), 403),
    "signed with nothing": (headed(GOOD, X_TWILIO_SIGNATURE=""), 403),
    "signed in letters that are none": (headed(GOOD, X_TWILIO_SIGNATURE="\xff" * 28), 403),
    "an altered body": (replace(GOOD, body=GOOD.body.replace(b"delivered", b"failed")), 403),
    "a field more": (replace(GOOD, body=GOOD.body + b"&ErrorCode=30003"), 403),
    "a field that is not UTF-8": (replace(GOOD, body=GOOD.body + b"&a=%ff"), 403),
    "a body that is not UTF-8": (replace(GOOD, body=GOOD.body + b"&a=\xff"), 403),
    "another key": (replace(GOOD, query="k=abd"), 403),
    "no key": (replace(GOOD, query=""), 403),
    "another address": (replace(GOOD, path=f"{ROOT}/sms/inbound"), 403),
    "no form": (headed(GOOD, CONTENT_TYPE="application/json"), 403),
    "nothing said of what it is": (headed(GOOD, CONTENT_TYPE=""), 403),
    "no sid": (asked("/sms/status", {"MessageStatus": "sent"}), 400),
    "no status": (asked("/sms/status", {"MessageSid": "SM1"}), 400),
    "no sid but zeroes": (asked("/sms/status", {**STATUS, "MessageSid": "\0\0"}), 400),
    "no sender": (asked("/sms/inbound", {**INBOUND, "From": ""}), 400),
    "a field twice": (asked("/sms/status", TWICE), 200),
    "more fields than any report has": (asked("/sms/status", {**STATUS, **{f"f{n}": "" for n in range(100)}}), 200),
    "a query of its own": (asked("/sms/status", STATUS, "k=abc&x=%20+"), 200),
    "an escaped key": (asked("/sms/status", STATUS, "k=%61bc"), 200),
}


@pytest.mark.parametrize("name", sorted(LEFT))
def test_whatever_is_not_plain_is_left_to_the_long_way(both: Both, name: str) -> None:
    one, status = LEFT[name]
    assert both.short(one) == [None]
    assert both.stored() == []
    assert both.long(one).status_code == status


def test_forged_ones_take_nobody_with_them(both: Both) -> None:
    forged = [one for one, status in LEFT.values() if status == 403]
    answers = both.short(*forged[:4], GOOD, *forged[4:], asked("/voice/status", CALL))
    assert [answer and answer[0] for answer in answers if answer] == ["200 OK", "200 OK"]
    assert [json.loads(row[4])["report"]["sid"] for row in both.stored()] == ["SM1", "CA1"]


def test_with_the_database_away_each_is_to_come_again_and_forged_ones_still_are_forged(both: Both) -> None:
    with both.db.begin() as tx:
        tx.execute(text("DROP TABLE carrier_inbox"))
    answers = both.short(GOOD, LEFT["not signed"][0], asked("/sms/inbound", INBOUND))
    assert [answer and answer[0] for answer in answers] == ["503 Service Unavailable", None, "503 Service Unavailable"]


def test_what_cannot_be_stored_is_never_acknowledged(both: Both) -> None:
    counter = told.Counter(wrong_clock(both), public_url=PUBLIC, auth_token=TOKEN)
    assert counter.take([GOOD]) == [None]
    assert both.stored() == []


def wrong_clock(both: Both) -> Any:
    """A clock whose instants the inbox does not take."""
    naive = both.clock.now().replace(tzinfo=None)
    return SimpleNamespace(
        db=both.db, clock=SimpleNamespace(now=lambda: naive), carrier=SimpleNamespace(name="twilio"), mailbag=Mailbag()
    )


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FIELDS = st.dictionaries(TEXT, TEXT, max_size=6)


@given(FIELDS, st.from_regex(r"(k=[0-9A-Za-z]{1,8})?", fullmatch=True), st.booleans())
def test_the_signature_is_what_the_carriers_own_library_makes_of_it(
    form: dict[str, str], query: str, same: bool
) -> None:
    counter = told.Counter(SimpleNamespace(), public_url=PUBLIC, auth_token=TOKEN)  # type: ignore[arg-type]
    one = asked("/sms/status", form, query)
    read = form if same else {**form, "more": "x"}
    assert (counter._due(one, read).decode() == one.headers["X_TWILIO_SIGNATURE"]) is same


def test_what_is_too_large_never_comes_here() -> None:
    made = hatch(SimpleNamespace(), PUBLIC, TOKEN)  # type: ignore[arg-type]
    assert (made.most_bytes, made.paths) == (told.PLAIN_BYTES, frozenset(told.READ)) and told.PLAIN_BYTES <= MOST_BYTES
