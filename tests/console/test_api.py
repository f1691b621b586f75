"""What other systems may ask and tell: with a key, in JSON, and a field we do not know is an error that names it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.console.conftest import KEY, client
from tests.engine.house import House

BEARER = {"Authorization": f"Bearer {KEY}"}
SignedIn = Callable[[str], tuple[FlaskClient, str]]
ASK = {
    "id": "t1", "now": "2027-03-15T12:00:00-04:00", "channel": "sms", "purpose": "collection", "collector": "first_party",
    "days_past_due": 10, "case": "L1", "phone": {"e164": "+12125550123", "kind": "mobile", "place": "personal"},
    "debtor": {"id": "D1", "stated_zone": None, "addresses": [{"country": "US", "region": "NY", "postcode": "10001"}]},
}  # fmt: skip


def payment(ref: str, **fields: Any) -> dict[str, Any]:
    known = {
        "loan_ref": ref,
        "paid_at": "2026-11-24T15:00:00Z",
        "amount": "20.00",
        "currency": "USD",
        "payment_ref": f"P-{ref}",
    }
    return known | fields


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer wrong", f"Basic {KEY}", f"bearer {KEY}x", KEY])
def test_without_the_right_key_nothing_is_told(house: House, said: str) -> None:
    answer = client(house).get("/api/cases/L1", headers={"Authorization": said})
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert "key is needed" in answer.get_json()["error"] and "L1" not in answer.text


def test_a_wrong_key_is_wrong_in_a_demo_as_well(house: House) -> None:
    assert client(house, sign_in_free=True).get("/api/board", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_session_alone_is_no_way_in(house: House, signed_in: SignedIn) -> None:
    web, csrf = signed_in("sue")
    assert web.get("/api/board").status_code == 403
    assert web.post("/api/payments", json=[]).status_code == 403
    assert web.get("/api/board", headers={"X-CSRF-Token": "forged"}).status_code == 403
    assert web.get("/api/board", headers={"X-CSRF-Token": csrf}).status_code == 200


def test_a_payment_is_booked_once(house: House, ref: str) -> None:
    web = client(house)
    assert web.post("/api/payments", json=[payment(ref)], headers=BEARER).get_json() == {f"P-{ref}": "applied"}
    assert web.post("/api/payments", json=payment(ref), headers=BEARER).get_json() == {f"P-{ref}": "already"}
    assert web.get(f"/api/cases/{ref}", headers=BEARER).get_json()["payments"][0]["amount"] == "20.00"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([payment("L1", amout="1")], "amout"),
        ([{k: v for k, v in payment("L1").items() if k != "currency"}], "currency"),
        ([payment("L1", paid_at="2026-11-24T15:00:00")], "paid_at"),
        ([payment("L1", paid_at="yesterday")], "paid_at"),
        ([payment("L1", amount="twenty")], "twenty"),
        ([payment("L1", amount="0")], "amount"),
        ([payment("L1", amount=20.0)], "amount"),
        ([payment("L1", loan_ref=7)], "loan_ref"),
        ([payment("L1", payment_ref="")], "payment_ref"),
        ([payment("L1", payment_ref="x" * 101)], "payment_ref"),
        ([payment("L1", payment_ref="a\0b")], "payment_ref"),
        ([payment("L1", currency="usd")], "currency"),
        ([payment("L1"), 7], "payment 1"),
        ([payment("L1"), payment("L2", payment_ref="P-L1")], "payment 1: `payment_ref`"),
        ([payment("L1", paid_at="2026-11-26T15:00:00Z")], "paid_at"),
        (7, "payment 0"),
    ],
)
def test_a_bad_payment_is_named_and_none_is_booked(house: House, body: Any, named: str) -> None:
    web = client(house)
    answer = web.post("/api/payments", json=body, headers=BEARER)
    assert answer.status_code == 400 and named in answer.get_json()["error"]
    assert web.get("/api/cases/L1", headers=BEARER).get_json()["payments"] == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [("[{", "application/json", 400), ("[]", "text/plain", 415), ("[]", "application/x-www-form-urlencoded", 415)],
)
def test_what_is_not_json_is_refused_in_json(house: House, body: str, kind: str, status: int) -> None:
    answer = client(house).post("/api/payments", data=body, content_type=kind, headers=BEARER)
    assert answer.status_code == status and answer.get_json()["error"]


def test_another_sites_form_can_book_nothing_in_a_demo(house: House, ref: str) -> None:
    web = client(house, sign_in_free=True)
    form = {"data": json.dumps([payment(ref)]), "content_type": "text/plain"}
    assert web.post("/api/payments", **form).status_code == 415
    assert web.post("/api/payments", json=[payment(ref)]).status_code == 200


def test_a_verdict_is_asked_in_the_words_of_the_contract(house: House) -> None:
    web = client(house)
    told = web.post("/api/judge", json=ASK, headers=BEARER).get_json()
    assert told["id"] == "t1" and told["decision"] in ("allow", "defer", "refuse")
    wrong = web.post("/api/judge", json=ASK | {"chanel": "sms"}, headers=BEARER)
    assert wrong.status_code == 400 and "chanel" in wrong.get_json()["error"] and wrong.get_json()["id"] == "t1"


def test_instants_are_rfc_3339(house: House) -> None:
    board = client(house).get("/api/board", headers=BEARER).get_json()
    assert datetime.fromisoformat(board["now"]) == house.clock.now()
    assert all(datetime.fromisoformat(said["at"]).tzinfo for said in board["feed"])


def test_an_unknown_case_is_not_found(house: House) -> None:
    answer = client(house).get("/api/cases/nobody", headers=BEARER)
    assert answer.status_code == 404 and "nobody" in answer.get_json()["error"]


def test_a_payment_is_taken_back(house: House, ref: str) -> None:
    web = client(house)
    web.post("/api/payments", json=payment(ref), headers=BEARER)
    due = web.get(f"/api/cases/{ref}", headers=BEARER).get_json()["amount"]
    back = payment(ref, payment_ref="R", amount="5.00", reverses=f"P-{ref}")
    assert web.post("/api/payments", json=back, headers=BEARER).get_json() == {"R": "applied"}
    assert web.post("/api/payments", json=back, headers=BEARER).get_json() == {"R": "already"}
    told = web.get(f"/api/cases/{ref}", headers=BEARER).get_json()
    assert float(told["amount"]) == float(due) + 5
    assert [(p["amount"], p["reverses"]) for p in told["payments"]] == [("20.00", None), ("-5.00", f"P-{ref}")]
    more = back | {"payment_ref": "R2", "amount": "15.01"}
    none = back | {"payment_ref": "R3", "reverses": "?"}
    told = web.post("/api/payments", json=[more, none], headers=BEARER).get_json()
    assert told == {"R2": "too_much", "R3": "unknown_payment"}


@pytest.mark.parametrize("said", [5, "", "P-x"])
def test_what_takes_back_nothing_that_can_be_named_is_refused(house: House, ref: str, said: object) -> None:
    back = payment(ref, payment_ref="P-x", reverses=said)
    answer = client(house).post("/api/payments", json=back, headers=BEARER)
    assert answer.status_code == 400 and "`reverses`" in answer.get_json()["error"]
