"""The public JSON: what is asked comes through whole, and what is wrong is named."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from outreach.core.terms import (
    Channel,
    Decision,
    Intent,
    IntentKind,
    Money,
    PhonePlace,
    PromisedPayment,
    Refusal,
    Verdict,
)
from outreach.wire import AskError, id_of, intent_json, parse_ask, parse_reply, verdict_json

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


PAST = ASK["history"][0]
PAID = {"reason": "paid", "scope": "debtor"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"now": 1_800_000_000}, "now"),
        ({"now": "1800000000"}, "now"),
        ({"now": "2027-03-15"}, "now"),
        ({"now": "2027-03-15T08:00:60Z"}, "now"),
        ({"now": "2027-03-15T08:00:00+25:00"}, "now"),
        ({"now": "0001-01-01T00:00:00+14:00"}, "now"),
        ({"now": "9999-12-31T23:59:59-12:00"}, "now"),
        ({"days_past_due": "40"}, "days_past_due"),
        ({"days_past_due": 40.0}, "days_past_due"),
        ({"days_past_due": True}, "days_past_due"),
        ({"days_past_due": 10**40}, "days_past_due"),
        ({"id": True}, "id"),
        ({"id": None}, "id"),
        ({"case": ""}, "case"),
        ({"case": None, "cases": ["L1", ""]}, "cases.1"),
        ({"debtor": None}, "debtor"),
        ({"history": None}, "history"),
        ({"debtor": {"id": "D1", "addresses": [{"country": "UK"}]}}, "country 'UK'"),
        ({"debtor": {"id": "D1", "addresses": [{"country": "us"}]}}, "country"),
        ({"debtor": {"id": "D1", "addresses": [{"country": "US", "region": "ny"}]}}, "region 'ny'"),
        ({"debtor": {"id": "D1", "addresses": [{"country": "US", "region": "New York"}]}}, "region"),
        ({"debtor": {"id": "D1", "addresses": [{"country": "CA", "region": "CA-QC"}]}}, "region"),
        ({"debtor": {"id": "D1", "addresses": [{"country": "BR", "region": "XX"}]}}, "region"),
        ({"phone": {"e164": "+1\u0665185550123"}}, "phone.e164"),
        ({"phone": {"e164": "+15185550123\n"}}, "phone.e164"),
        ({"inconvenient": [{"days": ["mon"], "from": 9, "to": "17:00"}]}, "inconvenient.0.from"),
        ({"inconvenient": [{"days": ["mon"], "from": "09:00Z", "to": "17:00"}]}, "inconvenient.0.from"),
        ({"inconvenient": [{"days": ["mon"], "from": "09:00", "to": "25:00"}]}, "inconvenient.0.to"),
        ({"history": [PAST | {"requested": "yes"}]}, "history.0.requested"),
        ({"history": [PAST | {"requested": 1}]}, "history.0.requested"),
        ({"history": [PAST | {"at": "9999-12-31T23:59:59Z"}]}, "history.0.at"),
        ({"history": [PAST | {"disposition": "received"}]}, "history.0"),
        ({"suppressions": [PAID | {"at": "0001-01-01T00:00:00+14:00"}]}, "suppressions.0.at"),
    ],
)
def test_what_could_be_read_in_two_ways_or_in_none_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(AskError, match=named.replace(".", r"\.")):
        parse_ask(json.dumps(ASK | change))


CONSENTED = {"kind": "sms", "given_to": "us", "at": "2027-01-02T15:00:00Z"}
STOPPED = PAID | {"at": "2027-01-02T15:00:00Z"}


@pytest.mark.parametrize(
    "end",
    ["2027-01-02T15:00:00Z", "2027-01-02T10:00:00-05:00", "2027-01-02T14:59:59.9Z", "0001-01-01T00:00:00+14:00"],
)
def test_what_ends_before_it_begins_is_named(end: str) -> None:
    for change, named in (
        ({"consents": [CONSENTED | {"expires_at": end}]}, "consents.0.expires_at"),
        ({"suppressions": [STOPPED, STOPPED | {"until": end}]}, "suppressions.1.until"),
    ):
        with pytest.raises(AskError) as raised:
            parse_ask(json.dumps(ASK | change))
        assert str(raised.value) == f"`{named}`: expected an instant after `at`, 2027-01-02T15:00:00+00:00"


def test_what_ends_after_it_begins_is_read() -> None:
    end = "2027-01-02T15:00:00.000001Z"
    asked = parse_ask(
        json.dumps(
            ASK | {"consents": [CONSENTED | {"expires_at": end}], "suppressions": [STOPPED | {"until": end}, STOPPED]}
        )
    )
    assert asked.ask.consents[0].expires_at == asked.ask.suppressions[0].until == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ("[]", "dictionary"),
        ("null", "dictionary"),
        (
            json.dumps(ASK).replace('"collector"', '"collector": "first_party", "collector"'),
            "`collector` is given twice",
        ),
        (json.dumps(ASK).replace('"country"', '"country": "GB", "country"'), "`country` is given twice"),
        (json.dumps(ASK).replace("40", "NaN"), "NaN"),
        (json.dumps(ASK).replace("40", "Infinity"), "Infinity"),
        (json.dumps(ASK).replace("40", "1e400"), "days_past_due"),
        (json.dumps(ASK).replace("40", "9" * 5000), "not JSON"),
        (json.dumps(ASK) * 2, "not JSON"),
        ("\ufeff" + json.dumps(ASK), "BOM"),
        ("[" * 100_000, "nested too deeply"),
        (json.dumps(ASK).encode().replace(b"L1", b"\xff"), "not UTF-8: byte"),
        (json.dumps(ASK).replace('"L1"', '"\\ud800"'), "case"),
        (json.dumps(ASK | {"y": "x" * 10_000_000}), "unknown field `y`"),
    ],
)
def test_a_line_that_is_no_ask_is_an_error(line: str | bytes, named: str) -> None:
    with pytest.raises(AskError, match=named):
        parse_ask(line)


def test_the_id_of_what_cannot_be_read_is_found_where_there_is_one() -> None:
    assert id_of(b'{"id": "t1", "channel": "\xff"}') == "t1"
    assert id_of('{"id": 7, "id": 8}') == 8
    assert id_of('{"id": true}') is None and id_of('{"id": NaN}') is None and id_of('{"id": [1]}') is None
    assert id_of("{") is None and id_of("[" * 100_000) is None and id_of('{"id": ' + "9" * 5000 + "}") is None


def test_midnight_may_be_spelled_as_the_end_of_the_day() -> None:
    with pytest.raises(AskError, match="from`: 24:00 is an end, expected 00:00"):
        parse_ask(json.dumps(ASK | {"inconvenient": [{"days": ["mon"], "from": "24:00", "to": "09:00"}]}))
    times = {"days": ["mon"], "from": "19:00", "to": "24:00"}
    assert parse_ask(json.dumps(ASK | {"inconvenient": [times]})).ask.inconvenient[0].end.hour == 0


def test_where_a_past_contact_went_is_known_of_the_asked_number_alone() -> None:
    """The contract's history says no place: a number at work was called at work, of another nobody knows."""
    elsewhere = PAST | {"phone": "+12125550199"}
    for place in PhonePlace:
        phone = ASK["phone"] | {"place": place}
        told = parse_ask(
            json.dumps(ASK | {"phone": phone, "history": [PAST, elsewhere, elsewhere | {"place": "work"}]})
        )
        assert [past.place for past in told.ask.history] == [place, None, PhonePlace.WORK]


def test_a_stop_until_the_end_of_the_calendar_is_spelled_all_the_same() -> None:
    asked = parse_ask(ASK | {"now": "2027-03-15T08:00:01+08:00"})
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    told = verdict_json(Verdict(Decision.REFUSE, (), (Refusal("STOP-PAID", "", "paid", end),), None, ()), asked)
    assert told["refusals"][0]["retry_at"] == "9999-12-31T23:59:59+00:00"


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
    assert intent_json(intent, asked)["amount"] == "50.00"
    without_a_day = Intent(IntentKind.PROMISE, amount=Money(5000, "USD"), language="en", needs_human=True, why="x")
    assert intent_json(without_a_day, asked) | {"why": "x"} == {
        "id": "r1", "intent": "promise", "promise": None, "amount": "50.00", "callback_at": None, "language": "en",
        "needs_human": True, "why": "x",
    }  # fmt: skip
    with pytest.raises(AskError, match="timezone"):
        parse_reply({"id": "r", "text": "x", "at": "2026-11-25T10:00:00Z", "timezone": "Nowhere/X"})
