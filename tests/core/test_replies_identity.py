"""Who says that somebody else took the loan in their name is told from who merely disputes it, or was robbed of something."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach.core import replies
from outreach.core.terms import Intent, IntentKind

AT = datetime(2026, 11, 24, 16, tzinfo=UTC)
CLAIMS = """\
Someone stole my identity and opened this account. I filed a police report
that's not my loan, somebody used my name
not mine, someone opened it using my social
this is identity theft
I am a victim of identity fraud
I never took this out, my ssn was stolen
fraud. I didn't open this account
someone used my info to get a loan
my identity was stolen last year
this account was opened fraudulently in my name
my roommate signed for this in my name
Me robaron la identidad, yo nunca abrí esa cuenta
ese préstamo no es mío, alguien usó mi nombre
usaron mis datos para sacar un préstamo
suplantaron mi identidad
fui víctima de robo de identidad
alguien abrió esa cuenta a mi nombre
es un fraude, usaron mi INE
我的身份被盗用了，这个贷款不是我办的
不是我借的，有人冒用我的名字
身份证被别人拿去贷款了
有人用我的身份信息办的贷款
我被人冒名贷款了
别人盗用我的身份证借的钱
我的个人信息被盗用了，这不是我借的""".splitlines()
DISPUTES = """\
This isn't my debt
I think this is a scam
you are frauds
the amount is wrong
no reconozco esa deuda
Yo no debo nada, ese préstamo no es mío
我根本没有欠你们钱，这笔账不对
这笔账不是我的""".splitlines()
OTHERS = """\
Somebody stole my car, can't pay this week
my card was stolen so I can't pay until friday
my phone was stolen, new number is this one
put it in my name please, I'll pay friday
what name is the loan in?
me robaron el celular
me robaron la quincena, pago el lunes
手机被偷了，周五还
我的名字写错了""".splitlines()


def read(text: str) -> Intent:
    return replies.read(text, AT, zone="America/New_York", amount_due=12000)


@pytest.mark.parametrize("text", CLAIMS)
def test_a_claim_is_a_dispute_for_a_person_and_says_what_it_is(text: str) -> None:
    intent = read(text)
    assert (intent.kind, intent.identity_theft, intent.needs_human) == (IntentKind.DISPUTE, True, True)
    assert intent.why.endswith("identity theft") and intent.promise is None


@pytest.mark.parametrize("text", DISPUTES)
def test_a_mere_dispute_is_none(text: str) -> None:
    intent = read(text)
    assert (intent.kind, intent.identity_theft) == (IntentKind.DISPUTE, False)


@pytest.mark.parametrize("text", OTHERS)
def test_neither_is_a_theft_of_something_else(text: str) -> None:
    assert not read(text).identity_theft


def test_a_stop_beside_it_stands_as_well() -> None:
    intent = read("STOP texting me, somebody used my name for this")
    assert (intent.kind, intent.identity_theft) == (IntentKind.OPT_OUT, True)
    lawyer = read("talk to my lawyer, my identity was stolen")
    assert (lawyer.kind, lawyer.identity_theft) == (IntentKind.ATTORNEY, True)


def test_no_day_is_promised_by_who_claims_it() -> None:
    intent = read("someone used my identity, but I can pay 50 on friday to be done with it")
    assert (intent.kind, intent.promise) == (IntentKind.DISPUTE, None)
