"""Which sum does a reply name that is meant to be paid, also where no day is sure? A wrong sum is worse than none."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach import labelled, wire
from outreach.__main__ import cli
from outreach.core import replies
from outreach.core.terms import Intent, IntentKind, Money
from tests.core.test_replies import ALL_SAID, ANYTHING, MOMENTS, ZONES

K = IntentKind
AT = datetime.fromisoformat("2026-11-24T11:05:00-05:00")  # a Tuesday
FRIDAY = date(2026, 11, 27)


def read(text: str, language: str = "en", **known: Any) -> Intent:
    known = {"zone": "America/New_York", "amount_due": 12_000, "due_on": FRIDAY} | known
    return replies.read(text, AT, language=language, **known)


SUMS = [
    ("en", "i can do 50", "50"),
    ("en", "I can do 20", "20"),
    ("en", "50 next week sometime", "50"),
    ("en", "i can do 25 next week", "25"),
    ("en", "can do 50 monday or tuesday", "50"),
    ("en", "$30 on the 6th or 7th", "30"),
    ("en", "i'll pay 50 when i can", "50"),
    ("en", "fifty next week", "50"),
    ("en", "put $45.50 on it next week", "45.50"),
    ("en", "half next week", "60"),
    ("en", "i'd pay a third next week", "40"),
    ("en", "i'll pay all but 20 next week", "100"),
    ("en", "all of it next week", "120"),
    ("en", "i'll pay 40 on my next payday and the rest later", "40"),
    ("en", "half on payday, the rest later", "60"),
    ("en", "60 when my check comes, rest in january", "60"),
    ("en", "if my check clears by tuesday you'll get 100", "100"),
    ("en", "rent is 90 but i'll send you 50 soon", "50"),
    ("en", "i make 90 a week, can give you 30 soon", "30"),
    ("en", "i'll pay 50 not 120 soon", "50"),
    ("en", "i could manage 40 a month", "40"),
    ("en", "50 is the most i can do", "50"),
    ("es", "puedo dar 50", "50"),
    ("es", "le abono la mitad la otra semana", "60"),
    ("es", "cincuenta la otra semana", "50"),
    ("es", "le pago 50 el lunes o el martes", "50"),
    ("es", "50 cuando cobre", "50"),
    ("es", "le mando 40 algún día de la otra semana", "40"),
    ("es", "lo que puedo dar es 50", "50"),
    ("zh", "先还一半，日子再说", "60"),
    ("zh", "我先还50", "50"),
    ("zh", "下周还五十", "50"),
    ("zh", "过几天还40块", "40"),
    ("zh", "周一或周二还50", "50"),
    ("zh", "发了工资还你50", "50"),
    ("zh", "下个月还80", "80"),
]


@pytest.mark.parametrize("offered_on", [None, FRIDAY])
@pytest.mark.parametrize(("language", "text", "wanted"), SUMS)
def test_a_sum_without_a_sure_day_is_read(language: str, text: str, wanted: str, offered_on: date | None) -> None:
    got = read(text, language, offered_on=offered_on)
    assert (got.kind, got.promise) == (K.PROMISE, None)
    assert got.needs_human
    assert got.amount is not None and wire.amount_of(got.amount) == Decimal(wanted)
    assert "amount" in got.why


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("ok will do 50 but dont know when", "en", "50"),
        ("yes i can do 50 but not sure when", "en", "50"),
        ("ok 50, i'll let you know when", "en", "50"),
        ("yes but no idea when", "en", None),
        ("sí puedo 50 pero no sé cuándo", "es", "50"),
        ("ok 50, luego le digo cuándo", "es", "50"),
        ("好的，先还50，日子再说", "zh", "50"),
    ],
)
def test_a_yes_that_leaves_the_day_open_takes_no_day_of_ours(text: str, language: str, wanted: str | None) -> None:
    got = read(text, language, offered_on=FRIDAY)
    assert (got.kind, got.promise, got.needs_human) == (K.PROMISE, None, True)
    assert (wire.amount_of(got.amount) if got.amount else None) == (Decimal(wanted) if wanted else None)
    assert read("ok 50", language, offered_on=FRIDAY).promise is not None


# What is instead of a day refused; the kind is what it was.
INSTEAD = [
    ("en", "no, i can do 50"),
    ("en", "no. best i can do is 50"),
    ("en", "no, 50 is all i can do"),
    ("en", "cant pay 120 but i can do 50"),
    ("es", "no, puedo 50"),
    ("es", "no tengo 120 pero puedo 50"),
    ("zh", "还不了120，先还50"),
]


@pytest.mark.parametrize(("language", "text"), INSTEAD)
def test_a_sum_offered_instead_of_a_day_of_ours_is_read(language: str, text: str) -> None:
    got = read(text, language, offered_on=FRIDAY)
    assert (got.kind, got.promise, got.amount) == (K.DECLINE, None, Money(5_000, "USD"))


NONE = [
    # what they owe, were told, were charged
    ("en", "I only owe 50, will pay that when it's fixed"),
    ("en", "i only owe 50"),
    ("en", "you said 120 is due"),
    ("en", "you said 120 is due, i will pay when i can"),
    ("en", "my balance is 50"),
    ("en", "the app says 50, i will pay soon"),
    ("en", "i'd owe 70 after that, will pay soon"),
    ("en", "there was a 35 fee, i'll pay when you take it off"),
    ("es", "solo debo 50, pago cuando se arregle"),
    ("es", "ustedes dicen 120, luego pago"),
    ("es", "me cobraron 35 de comision, luego pago"),
    ("zh", "我只欠50，弄清楚了再还"),
    ("zh", "你们说120，我过几天还"),
    ("zh", "短信说50，过几天还"),
    # what they get, have, spend, or paid before
    ("en", "i make 90 a week, i'll pay when i can"),
    ("en", "i'll pay when my 100 refund comes"),
    ("en", "rent was 90 so i'll pay you later"),
    ("en", "my sister owes me 80, soon as she pays i'll pay you"),
    ("en", "paid 50 last month, will pay more soon"),
    ("en", "im down to 50 in my account, will pay soon"),
    ("en", "i paid 50 already"),
    ("es", "gano 90 a la semana, pago cuando pueda"),
    ("es", "cuando me paguen los 80 que me deben le pago"),
    ("es", "ya le di 50, luego le doy mas"),
    ("es", "la renta es 90, luego le pago"),
    ("zh", "房租90，过几天还你们"),
    ("zh", "上个月还了50，过几天再还"),
    ("zh", "朋友欠我80，他还我我就还你"),
    ("zh", "卡里只有50，过几天还"),
    # what they can't pay, or meant to
    ("en", "can't do 50, will pay something soon"),
    ("en", "i was going to pay 50 but will have to wait"),
    ("es", "no puedo 50, luego le abono algo"),
    ("zh", "还不了50，过几天还点"),
    ("zh", "本来想还50，现在过几天"),
    # two sums, or none that is exact
    ("en", "50 or 60 next week"),
    ("en", "i can do 50 or maybe 60"),
    ("en", "between 40 and 60 next week"),
    ("en", "i'll send a few hundred next week"),
    ("en", "i'll pay something"),
    ("en", "50 of the rest next week"),
    ("es", "50 o 60 la otra semana"),
    ("es", "pago entre 40 y 60 la otra semana"),
    ("zh", "还50或者60吧，过几天"),
    ("zh", "过几天还几十"),
    # what may be a day, an hour, an age or another currency; more than is due
    ("en", "20 next month"),
    ("en", "i can do 2 next week"),
    ("en", "i can do 15 monday or tuesday"),
    ("en", "i'll pay around 5"),
    ("en", "im 50 years old i will pay you when i can"),
    ("en", "i'll pay 50 euros next week"),
    ("en", "i'll pay 200 next week"),
    ("es", "tengo 50 años y pago cuando pueda"),
    ("zh", "五点左右还"),
    ("zh", "我50岁了，过几天还"),
    # of other meanings no sum is told
    ("en", "why is it 120?"),
    ("en", "do i have to pay 50 all at once?"),
    ("en", "lost my job, i can only do 20"),
    ("en", "call me about the 50"),
    ("en", "stop texting me, i'll pay 50 when i can"),
    ("en", "someone stole my identity, i will pay 50 of it"),
    ("en", "no, the 120 is too much"),
]


@pytest.mark.parametrize("offered_on", [None, FRIDAY])
@pytest.mark.parametrize(("language", "text"), NONE)
def test_what_is_not_meant_to_be_paid_is_no_sum(language: str, text: str, offered_on: date | None) -> None:
    got = read(text, language, offered_on=offered_on)
    assert (got.promise, got.amount) == (None, None)


def test_less_for_all_of_it_tells_what_is_offered_and_not_all_of_it() -> None:
    half = read("take half and call it even")
    assert (half.settles, half.amount) == (True, Money(6_000, "USD"))
    most = read("打八折我周五就一次结清", "zh")
    assert (most.settles, most.promise, most.amount, most.sum_unsure) == (True, None, None, True)


@pytest.mark.parametrize("text", ["50 on friday", "friday", "50 friday and 50 next friday", "yes", "ok 50"])
def test_where_there_is_a_promise_its_amount_is_the_sum(text: str) -> None:
    got = read(text, offered_on=FRIDAY)
    assert got.promise is not None
    assert got.amount == got.promise.amount
    assert got.why.count("amount") <= 1


def test_of_a_very_long_text_no_sum_is_sure() -> None:
    got = read("we went on holiday and the weather was fine. " * 20 + "i will pay 50")
    assert (got.promise, got.amount) == (None, None)


@settings(max_examples=300, deadline=None)
@given(
    text=ANYTHING,
    at=MOMENTS,
    zone=ZONES,
    language=st.sampled_from(["en", "es", "zh", None]),
    due=st.one_of(st.none(), st.integers(1, 10**7)),
    offered=st.one_of(st.none(), st.integers(-40, 120)),
)
def test_whatever_is_written_the_sum_is_that_of_the_promise_or_no_more_than_is_due(
    text: str, at: datetime, zone: str, language: str | None, due: int | None, offered: int | None
) -> None:
    proposed = None if offered is None else at.date() + timedelta(days=offered)
    got = replies.read(text, at, zone=zone, language=language, amount_due=due, offered_on=proposed)
    if got.promise is not None:
        assert got.amount == got.promise.amount
    elif got.amount is not None:
        assert (got.kind in {K.PROMISE, K.ACCEPT, K.DECLINE} and got.needs_human) or got.kind is K.DECLINE
        assert got.amount.minor > 0 and got.amount.currency == "USD"
        assert due is None or got.amount.minor <= due or got.kind is K.ACCEPT


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ALL_SAID), st.sampled_from(["i paid it already", "STOP", "not my loan", "why?"]))
def test_a_sum_is_told_of_no_other_meaning(text: str, other: str) -> None:
    got = read(f"{text}. {other}")
    assert got.amount is None or got.kind in {K.PROMISE, K.ACCEPT, K.DECLINE}


@pytest.mark.parametrize(
    ("text", "language", "unsure"),
    [
        ("50 or 60 next week", "en", True),
        ("i'll pay something next week", "en", True),
        ("20 next month", "en", True),
        ("i'll have 40 by the weekend", "en", True),
        ("50 o 60 la otra semana", "es", True),
        ("还50或者60吧，过几天", "zh", True),
        ("friday, 50 or 60", "en", True),
        ("next week", "en", False),
        ("friday", "en", False),
        ("i can do 50", "en", False),
        ("i'll pay when my 100 refund comes", "en", False),
        ("would 50 work", "en", True),
        ("50", "en", True),
        ("yes, 50 or 60", "en", True),
        ("lost my job, i can only do 20", "en", True),
        ("能还50吗", "zh", True),
        ("puedo pagar 50?", "es", True),
        ("why is it 120?", "en", False),
        ("i'll pay 200 next week", "en", False),
        ("all of it next week", "en", False),
        ("when is it due?", "en", False),
        ("something came up, will pay next week", "en", False),
        ("algo pasó, le pago la otra semana", "es", False),
        ("过一些日子还", "zh", False),
    ],
)
def test_a_sum_that_cannot_be_told_is_said_to_be_unsure(text: str, language: str, unsure: bool) -> None:
    assert read(text, language).sum_unsure is unsure
    assert read(text, language, offered_on=FRIDAY).sum_unsure is unsure


# --- on the wire ------------------------------------------------------------------------------------------------------

LINE = {"id": "r1", "text": "", "at": AT.isoformat(), "timezone": "America/New_York", "language": "en",
        "currency": "USD", "amount_due": "120.00", "due_on": "2026-11-27", "offered_on": None}  # fmt: skip


def answered(text: str, **more: Any) -> dict[str, Any]:
    told = CliRunner().invoke(cli, ["read-reply"], input=json.dumps(LINE | {"text": text} | more) + "\n")
    assert told.exit_code == 0, told.output
    return dict(json.loads(told.output))


def test_read_reply_tells_the_sum_beside_the_promise() -> None:
    without_a_day = answered("i can do 50")
    assert (without_a_day["promise"], without_a_day["amount"]) == (None, "50.00")
    with_a_day = answered("50 on friday")
    assert with_a_day["promise"] == {"on": "2026-11-27", "amount": "50.00"}
    assert with_a_day["amount"] == "50.00"
    no_sum = answered("friday")
    assert no_sum["promise"] == {"on": "2026-11-27", "amount": None}
    assert no_sum["amount"] is None
    assert answered("STOP")["amount"] is None


def test_read_reply_tells_the_sum_in_the_decimals_of_its_currency() -> None:
    yen = answered("I can pay 5000 yen", currency="JPY", amount_due="9000", timezone="Asia/Tokyo")
    assert (yen["promise"], yen["amount"]) == (None, "5000")


def test_the_score_takes_the_sum_from_there(tmp_path: Path) -> None:
    wanted = {"intent": "promise", "on": "2026-12-01", "amount": "50.00"}
    path = tmp_path / "few.jsonl"
    path.write_text(json.dumps(LINE | {"text": "can do 50 monday or tuesday", "want": wanted}) + "\n", encoding="utf-8")
    found = labelled.score(labelled.read_labelled(path))["all"]
    assert (found["amount"].good, found["date"].good) == (1, 0)
