"""The console shows what is so, to those who may see it, and lets nothing a debtor wrote act on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from outreach import console
from outreach.console.queries import masked
from outreach.core.terms import EventKind, OutreachError
from outreach.erase import erase
from outreach.store import caselog
from outreach.store.caselog import Entry
from outreach.store.database import Database
from outreach.store.tables import promises, suppressions, tasks, users
from tests.engine.house import House

NUMBER = "+15185550123"
PAYMENT = {
    "loan_ref": "L1",
    "paid_at": "2026-11-24T15:00:00Z",
    "amount": "20.00",
    "currency": "USD",
    "payment_ref": "P-1",
}
PAGES = ("/", "/board/fragment", "/cases", "/cases/L1", "/inbox", "/promises", "/campaigns")


@dataclass
class Controls:
    speed: float = 3.0
    paused: bool = False
    speeds: list[float] = field(default_factory=list)

    def set_speed(self, speed: float) -> None:
        self.speeds.append(speed)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    """A text was placed, the debtor promised, another case was refused, a stop stands, a task waits."""
    hand_clock.set(datetime.fromisoformat("2026-11-24T10:31:00-05:00"))  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    debtor = made.debtor()
    first, now = made.case(debtor, "L1", date(2026, 11, 27)), made.clock.now()
    made.at("2026-11-24T10:32:00-05:00")
    made.text("will pay <script>alert(1)</script>", sid="SM-in-1")
    made.at("2026-11-24T10:33:00-05:00")
    second = made.case(made.debtor("D2", name="Bo <b>Li</b>", phone="+15185550124"), "L2", date(2026, 11, 1))
    refusal = {"rule": "US-F-01", "citation": "12 CFR 1006.6(b)(1)(i)", "because": "too early"}
    refused = {"channel": "call", "decision": "defer", "step": "first-call", "refusals": [refusal]}
    promised = {"amount": "50.00", "currency": "USD", "on": "2026-12-01", "source": "sms"}
    with db.begin() as tx:
        entries = [Entry(second, now, EventKind.REFUSED, refused), Entry(first, now, EventKind.PROMISED, promised)]
        caselog.record(tx, entries)
        tx.execute(insert(promises).values(case_id=first, promised_on=date(2026, 12, 1), amount_minor=5000,
                   currency="USD", status="open", source="sms", made_at=now, check_at=now + timedelta(days=9)))  # fmt: skip
        tx.execute(insert(suppressions).values(debtor_id=debtor, reason="opt_out", scope="phone", channel="sms",
                   at=now, source="sms"))  # fmt: skip
        tx.execute(insert(tasks).values(case_id=second, kind="callback", due_at=now, state="open", note="ring back",
                   created_at=now))  # fmt: skip
    return made


def client(house: House, **options: Any) -> FlaskClient:
    app = Flask("test")
    app.secret_key = "a key for tests"
    app.register_blueprint(console.blueprint(house.runtime, **options))
    return app.test_client()


def page(web: FlaskClient, path: str) -> str:
    answer = web.get(path)
    assert answer.status_code == 200, (path, answer.status)
    return answer.text


def token(html: str) -> str:
    found = re.search(r'name="token" value="(\w+)"', html)
    assert found
    return found[1]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_without_anything_from_outside(house: House, path: str) -> None:
    answer = client(house, sign_in_free=True).get(path)
    assert answer.status_code == 200
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", answer.text)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_an_empty_deployment_shows_empty_pages(db: Database, hand_clock: object) -> None:
    web = client(House(db, hand_clock), sign_in_free=True)  # type: ignore[arg-type]
    for path in ("/", "/cases", "/inbox", "/promises", "/campaigns"):
        page(web, path)
    assert web.get("/cases/nobody").status_code == 404


def test_the_board_counts_and_says_why_not(house: House) -> None:
    html = page(client(house, sign_in_free=True), "/")
    assert "US-F-01" in html and "12 CFR 1006.6(b)(1)(i)" in html
    assert "ring back" not in html and "waiting for a person" in html
    assert f"{house.clock.now():%A %d %B %Y, %H:%M} UTC" in html


def test_a_case_shows_numbers_masked_time_stops_and_the_text_sent(house: House) -> None:
    html = page(client(house, sign_in_free=True, phone_url="/phones/{e164}"), "/cases/L1")
    assert "Maria Lopez" in html and masked(NUMBER) in html
    assert html.count(NUMBER) == 1 and f"/phones/{NUMBER}" in html  # only in the link to the phone
    assert "America/New_York" in html and "Tue 10:33" in html
    assert "opt out" in html and house.carrier.sent[0].body.split()[0] in html
    assert "50.00 USD on 2026-12-01" in html


def test_without_a_phone_page_no_number_is_written_in_full(house: House) -> None:
    web = client(house, sign_in_free=True)
    for path in PAGES:
        assert NUMBER not in page(web, path), path


def test_a_refusal_stands_in_the_case_log_with_its_citation(house: House) -> None:
    html = page(client(house, sign_in_free=True), "/cases/L2")
    assert "US-F-01" in html and "12 CFR 1006.6(b)(1)(i)" in html and "too early" in html


def test_what_debtors_write_is_shown_and_not_run(house: House) -> None:
    web = client(house, sign_in_free=True)
    pages = [page(web, path) for path in (*PAGES, "/cases/L2")]
    assert any("&lt;script&gt;alert(1)" in html for html in pages)
    assert not any("<script>alert" in html or "<b>Li</b>" in html for html in pages)


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("q=L2", "/cases/L2", "/cases/L1"),
        ("q=maria", "/cases/L1", "/cases/L2"),
        ("q=%25", "no case fits", "/cases/L1"),  # a per cent sign is a letter like any other
        ("q=L_", "no case fits", "/cases/L1"),
        ("status=closed", "no case fits", "/cases/L1"),
        ("page=-3", "/cases/L1", "no case fits"),
        ("page=99999999999999999999", "/cases/L1", "no case fits"),  # the last page there is
        ("page=x", "/cases/L1", "no case fits"),
    ],
)
def test_cases_are_found_by_word_status_and_page(house: House, query: str, found: str, missing: str) -> None:
    html = page(client(house, sign_in_free=True), f"/cases?{query}")
    assert found in html and missing not in html


def test_the_next_page_has_the_rest(house: House) -> None:
    debtor = house.debtor("D3", phone="+15185550125")
    for number in range(55):
        house.case(debtor, f"M{number:02d}", date(2027, 1, 1))
    web = client(house, sign_in_free=True)
    seen = [set(re.findall(r"/cases/(M\d\d)", page(web, f"/cases?q=M&page={n}"))) for n in (1, 2)]
    assert len(seen[0] | seen[1]) == 55 and not seen[0] & seen[1]


def test_a_forgotten_person_has_a_page_without_them(house: House) -> None:
    assert erase(house.db, "D1", house.clock.now()) == 1
    html = page(client(house, sign_in_free=True), "/cases/L1")
    assert "Maria" not in html and NUMBER[-4:] not in html and "erased" in html


@pytest.mark.parametrize("path", [*PAGES, "/api/board", "/api/cases/L1"])
def test_nothing_is_shown_to_strangers(house: House, path: str) -> None:
    answer = client(house).get(path)
    assert answer.status_code == (401 if path.startswith("/api/") else 302) and "L1" not in answer.text


def test_health_is_asked_without_signing_in(house: House) -> None:
    assert client(house).get("/healthz").status_code == 200


def test_signing_in_and_out(house: House) -> None:
    console.create_user(house.db, "ana", "a long password", "supervisor")
    web = client(house)
    form = {"name": "ana", "password": "wrong", "token": token(page(web, "/sign-in"))}
    assert web.post("/sign-in", data=form).status_code == 401
    assert web.post("/sign-in", data=form | {"password": "a long password"}).status_code == 302
    html = page(web, "/")
    assert web.post("/sign-out", data={"token": "forged"}).status_code == 403
    assert web.post("/sign-out", data={"token": token(html)}).status_code == 302
    assert web.get("/").status_code == 302


def test_a_person_let_go_is_out_at_once(house: House) -> None:
    console.create_user(house.db, "ana", "a long password", "supervisor")
    web = client(house)
    web.post("/sign-in", data={"name": "ana", "password": "a long password", "token": token(page(web, "/sign-in"))})
    assert web.get("/").status_code == 200
    with house.db.begin() as tx:
        tx.execute(update(users).values(active=False))
    assert web.get("/").status_code == 302


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [("bo", "short", "agent"), ("bo", "a long password", "king"), ("ana", "a long password", "agent")],
)
def test_who_may_not_be_let_in(house: House, name: str, password: str, role: str) -> None:
    console.create_user(house.db, "ana", "a long password", "supervisor")
    with pytest.raises(OutreachError):
        console.create_user(house.db, name, password, role)


def test_a_payment_is_booked_once(house: House) -> None:
    web = client(house, sign_in_free=True)
    assert web.post("/api/payments", json=[PAYMENT]).get_json() == {"P-1": "applied"}
    assert web.post("/api/payments", json=PAYMENT).get_json() == {"P-1": "already"}
    assert web.get("/api/cases/L1").get_json()["payments"][0]["amount"] == "20.00"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([PAYMENT | {"amout": "1"}], "amout"),
        ([{k: v for k, v in PAYMENT.items() if k != "currency"}], "currency"),
        ([PAYMENT | {"paid_at": "2026-11-24T15:00:00"}], "paid_at"),
        ([PAYMENT | {"amount": "twenty"}], "twenty"),
        ([PAYMENT, 7], "payment 1"),
        (None, "payment 0"),
    ],
)
def test_a_bad_payment_is_named_and_none_is_booked(house: House, body: Any, named: str) -> None:
    web = client(house, sign_in_free=True)
    answer = web.post("/api/payments", json=body)
    assert answer.status_code == 400 and named in answer.get_json()["error"]
    assert web.get("/api/cases/L1").get_json()["payments"] == []


def test_instants_of_the_api_are_rfc_3339(house: House) -> None:
    board = client(house, sign_in_free=True).get("/api/board").get_json()
    assert datetime.fromisoformat(board["now"]) == house.clock.now()
    assert all(datetime.fromisoformat(said["at"]).tzinfo for said in board["feed"])


def test_the_demo_clock_obeys_the_board_and_its_token(house: House) -> None:
    controls = Controls()
    web = client(house, sign_in_free=True, controls=controls)
    form = {"token": token(page(web, "/"))}
    assert web.post("/demo/clock", data={"speed": "pause"}).status_code == 403 and not controls.paused
    web.post("/demo/clock", data=form | {"speed": "pause"})
    assert controls.paused
    web.post("/demo/clock", data=form | {"speed": "12"})
    assert not controls.paused and controls.speeds == [12.0]
    for odd in ("²", "0", "inf", "nan", "-1", ""):
        assert web.post("/demo/clock", data=form | {"speed": odd}).status_code == 400, odd
    assert client(house, sign_in_free=True).post("/demo/clock", data={}).status_code in (403, 404)
