"""The public JSON: what is asked comes through whole, and what is wrong is named."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from outreach.core.terms import Channel, Decision, Intent, IntentKind, Money, PromisedPayment, Refusal, Verdict
from outreach.wire import AskError, intent_json, parse_ask, parse_reply, verdict_json

ASK: dict[str, Any] = {
    "id": "t1",
    "now": "2027-03-15T08:00:01-04:00",
    "channel": "call",
    "voice": "recorded",
    "purpose": "collection",
    "collector": "third_party",
    "days_past_due": 40,
    "case": "L1",
    "debtor": {
        "id": "D1",
        "stated_zone": None,
        "addresses": [{"country": "US", "region": "NY", "city": "New York", "postcode": "10001"}],
    },
    "phone": {"e164": "+12125550123", "kind": "mobile", "place": "personal"},
    "consents": [{"kind": "recorded_call", "given_to": "us", "at": "2027-01-02T15:00:00Z", "expires_at": None}],
    "suppressions": [
        {"reason": "opt_out", "scope": "phone", "channel": "sms", "at": "2027-01-05T10:00:00Z", "until": None}
    ],
    "inconvenient": [{"days": ["mon", "tue"], "from": "09:00", "to": "17:00"}],
    "history": [
        {
            "at": "2027-03-08T15:00:00-05:00", "direction": "outbound", "channel": "call", "voice": "agent",
            "cases": ["L1"], "phone": "+12125550123", "disposition": "right_party", "requested": False,
        }
    ],
}  # fmt: skip


def test_the_ask_of_the_contract_is_read_whole() -> None:
    asked = parse_ask(json.dumps(ASK))
    assert asked.now == datetime(2027, 3, 15, 12, 0, 1, tzinfo=UTC)
    assert asked.ask.channel is Channel.CALL
    assert asked.ask.cases == ("L1",)
    assert asked.ask.addresses[0].postcode == "10001"
    assert asked.ask.history[0].cases == ("L1",)
    assert asked.ask.inconvenient[0].days == frozenset({1, 2})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"chanel": "sms"}, "chanel"),
        ({"channel": "fax"}, "channel"),
        ({"now": "2027-03-15T08:00:01"}, "now"),
        ({"purpose": "marketing"}, "purpose"),
        ({"cases": ["L1"]}, "cases"),
        ({"voice": None}, "voice"),
        ({"debtor": {"id": "D1", "stated_zone": "Mars/Base"}}, "debtor"),
        ({"phone": {"e164": "12125550123"}}, "phone.e164"),
        ({"history": [{"at": "2027-03-08T15:00:00"}]}, "history.0.at"),
    ],
)
def test_what_is_wrong_is_named_and_never_judged(change: dict[str, Any], named: str) -> None:
    with pytest.raises(AskError, match=named.replace(".", r"\.")):
        parse_ask(json.dumps(ASK | change))


def test_no_json_is_an_error() -> None:
    with pytest.raises(AskError, match="not JSON"):
        parse_ask("{")


def test_a_verdict_is_spelled_in_the_offset_of_the_question() -> None:
    asked = parse_ask(ASK)
    at = datetime(2027, 3, 16, 12, 0, 1, tzinfo=UTC)
    verdict = Verdict(Decision.DEFER, ("us/federal",), (Refusal("US-F-01", "12 CFR", "early", at),), at, ())
    told = verdict_json(verdict, asked)
    assert json.loads(json.dumps(told))["retry_at"] == "2027-03-16T08:00:01-04:00"
    assert told["refusals"][0]["rule"] == "US-F-01"


def test_a_reply_and_its_intent() -> None:
    asked = parse_reply(
        {
            "id": "r1",
            "text": "will pay 50 on friday",
            "at": "2026-11-25T10:00:00-05:00",
            "timezone": "America/New_York",
            "language": "en",
            "currency": "USD",
            "amount_due": "120.00",
            "due_on": "2026-11-20",
            "offered_on": None,
        }
    )
    assert asked.amount_due_minor == 12000
    intent = Intent(IntentKind.PROMISE, PromisedPayment(date(2026, 11, 27), Money(5000, "USD")), language="en", why="x")
    assert intent_json(intent, asked)["promise"] == {"on": "2026-11-27", "amount": "50.00"}
    with pytest.raises(AskError, match="timezone"):
        parse_reply({"id": "r", "text": "x", "at": "2026-11-25T10:00:00Z", "timezone": "Nowhere/X"})
