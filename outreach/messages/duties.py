"""What must each message do, and what may it never say? One row per message; a new name gets its family's row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from outreach.core.terms import Channel

FOLDERS: Mapping[Channel, str] = {Channel.SMS: "sms", Channel.CALL: "voice"}


class Elements(StrEnum):
    """Which date stands beside the amount and the account."""

    DUE_DATE = "due date"
    PROMISED_DATE = "promised date"


@dataclass(frozen=True, slots=True)
class Duty:
    """`given`: facts the engine always has for this message; `only`: the sole facts it may use (None: any).

    `secret`: may be heard or read by somebody else, so nothing may hint at a debt. `bare`: only a confirmation.
    `engine`: the engine sends it by this name, so it must exist.
    """

    sender: bool = True
    opt_out: bool = False
    disclosure: bool = False
    elements: Elements | None = None
    person: bool = False  # how to talk to a person
    secret: bool = False
    bare: bool = False
    engine: bool = False
    given: frozenset[str] = frozenset()
    only: frozenset[str] | None = None


_LOANS = frozenset({"loan"})
_PROMISE = frozenset({"promise_on"})
_WHO = frozenset({"sender", "creditor", "company"})
# 12 CFR 1006.2(j): a limited-content message has the business name, a request to reply, a natural person's name and a
# phone number; optionally a salutation and the date. Anything else makes it a communication about the debt.
_LIMITED = frozenset({"sender", "creditor", "company", "callback_phone", "agent", "today"})

_CAMPAIGN_SMS = Duty(opt_out=True, disclosure=True, person=True, given=_LOANS)
_DUE_SMS = replace(_CAMPAIGN_SMS, elements=Elements.DUE_DATE)
_PROMISE_SMS = replace(_CAMPAIGN_SMS, elements=Elements.PROMISED_DATE, given=_LOANS | _PROMISE)
# 12 CFR 1006.6(e): every text of a debt collector says how to stop; ours all do, whoever sends them.
_ANSWER = Duty(opt_out=True, engine=True)
_DEBT_ANSWER = replace(_ANSWER, disclosure=True)
_CAMPAIGN_CALL = Duty(disclosure=True, given=_LOANS, elements=Elements.DUE_DATE)
_VOICEMAIL = Duty(person=True, secret=True, only=_LIMITED, given=frozenset({"agent"}))
_PHRASE = Duty(sender=False, engine=True)
_SECRET_PHRASE = replace(_PHRASE, secret=True)

DUTIES: Mapping[tuple[Channel, str], Duty] = {
    **{(Channel.SMS, name): duty for name, duty in {
        "reminder_soon": _DUE_SMS,
        "due_today": _DUE_SMS,
        "overdue_first": _DUE_SMS,
        "overdue_second": _DUE_SMS,
        "overdue_third": _DUE_SMS,
        "missed_call": _CAMPAIGN_SMS,
        "promise_reminder": _PROMISE_SMS,
        "promise_broken_first": _PROMISE_SMS,
        "promise_broken_second": _PROMISE_SMS,
        "promise_confirmed": replace(_DEBT_ANSWER, given=_PROMISE),
        "plan_confirmed": replace(_DEBT_ANSWER, given=frozenset({"instalments"})),
        "counter_offer": replace(_DEBT_ANSWER, given=frozenset({"offered_on"})),
        "promise_cancelled": _DEBT_ANSWER,
        "ask_date": _DEBT_ANSWER,
        # 12 CFR 1006.14(h)(2)(i), 47 CFR 64.1200(a)(12): nothing but the confirmation, and that it is honoured.
        "opt_out_confirmed": Duty(secret=True, bare=True, only=_WHO, engine=True),
        "opted_in": _ANSWER,
        "help": replace(_DEBT_ANSWER, person=True),
        "callback_noted": _ANSWER,
        "reply_noted": _DEBT_ANSWER,
        "wrong_number_noted": Duty(secret=True, engine=True),
        "dispute_noted": _DEBT_ANSWER,
        "thanks_paid": _DEBT_ANSWER,
        "hardship_noted": _DEBT_ANSWER,
        "language_changed": _ANSWER,
        "limits_noted": _ANSWER,
    }.items()},
    **{(Channel.CALL, name): duty for name, duty in {
        "reminder_call": _CAMPAIGN_CALL,
        "overdue_call": _CAMPAIGN_CALL,
        "promise_broken_call": replace(_CAMPAIGN_CALL, elements=Elements.PROMISED_DATE, given=_LOANS | _PROMISE),
        "identify": replace(_SECRET_PHRASE, sender=True),
        "not_identified": _SECRET_PHRASE,
        "wrong_party": _SECRET_PHRASE,
        "menu": _PHRASE,
        "promise_menu": _PHRASE,
        "promise_noted": replace(_PHRASE, given=_PROMISE),
        "connecting": _SECRET_PHRASE,
        "no_agent": _SECRET_PHRASE,
        "callback_noted": _SECRET_PHRASE,
        "callback_call": _SECRET_PHRASE,
        "stopped": _SECRET_PHRASE,
        "goodbye": _SECRET_PHRASE,
        "unclear": _SECRET_PHRASE,
        "voicemail": _VOICEMAIL,
        "agent_whisper": replace(_PHRASE, given=_LOANS),
        "inbound": replace(_SECRET_PHRASE, sender=True),
    }.items()},
}  # fmt: skip


def duty_of(channel: Channel, name: str) -> Duty:
    """The row of a message. Names of your own are campaign messages, or voicemails when they begin with `voicemail`."""
    if channel is Channel.CALL and name.startswith("voicemail"):
        return _VOICEMAIL
    family = _CAMPAIGN_SMS if channel is Channel.SMS else replace(_CAMPAIGN_CALL, elements=None)
    return DUTIES.get((channel, name), family)
