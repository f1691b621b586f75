"""How does a reply answer us: a yes or a no, a day, hardship, a question, or something that its words only hint at?"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from outreach.core.replies import signs
from outreach.core.replies.amounts import Amount
from outreach.core.replies.asked import Asked, amount_label
from outreach.core.replies.likened import told_of
from outreach.core.replies.promise import proposes, will_pay
from outreach.core.terms import Intent, IntentKind, Money, PromisedPayment

_K = IntentKind
# What words may hint at where no wording holds, in this order.
_REFUSALS = (_K.OPT_OUT, _K.STOP_CALLS, _K.CEASE, _K.WRONG_NUMBER, _K.DISPUTE, _K.PAID, _K.COMPLAINT, _K.HARDSHIP)
_WISHES = (_K.CALLBACK, _K.HELP, _K.QUESTION, _K.PROMISE)


def answer(asked: Asked, kind: IntentKind) -> Intent:
    """A bare yes or no. A yes with nothing offered, or asked back ("ok?"), answers nothing we know."""
    if kind is _K.DECLINE:
        return put_off(asked) or asked.intent(_K.DECLINE, "no")
    if asked.offered_on is None and asked.means.hold(_K.PAID):
        return asked.intent(_K.PAID, "paid")
    if asked.offered_on is None and (will_pay(asked.said) or asked.means.hold(_K.PROMISE)):
        return asked.intent(_K.PROMISE, "will pay, no day named", human=True)
    if asked.offered_on is None:
        return asked.intent(_K.UNCLEAR, "yes, but nothing was offered", human=True)
    if "?" in asked.said.plain:
        return asked.intent(_K.UNCLEAR, "yes, with a question mark", human=True)
    return _accepted(asked, None)


def put_off(asked: Asked) -> Intent | None:
    """`later`: a promise without a day, where we offered none that it could refuse."""
    if asked.offered_on is not None or not signs.LATER.fullmatch(asked.said.plain):
        return None
    return asked.intent(_K.PROMISE, "later, no day named", human=True)


def _accepted(asked: Asked, amount: Amount | None) -> Intent:
    offered, sum_ = asked.offered_on, asked.money(amount)
    if offered is None or not asked.calendar.holds(offered):
        past = asked.intent(_K.ACCEPT, "the date offered is past or too far away", human=True)
        return replace(past, amount=sum_, sum_unsure=past.sum_unsure and sum_ is None)
    accepted = asked.intent(_K.ACCEPT, f"yes -> {offered}{amount_label(amount)}", human=False)
    unsure = accepted.sum_unsure and sum_ is None
    return replace(accepted, promise=PromisedPayment(offered, sum_), amount=sum_, sum_unsure=unsure)


def offer_taken(asked: Asked) -> Intent | None:
    """`yes I can do that`, `ok 50`, `friday is fine`: taken, when it names no other day and nothing speaks against it."""
    say, plain, offered = asked.told, asked.said.plain, asked.offered_on
    if offered is None or "?" in plain or not (signs.LEADING_YES.match(plain) or asked.means.hold(_K.ACCEPT)):
        return None
    same = say.on == offered or (len(say.live) == 1 and offered in (*say.live[0].readings, *say.live[0].wider))
    if say.live and not same:
        return None
    doubtful = (say.problem and not same) or say.refused or len(plain) > 90
    if doubtful or asked.means.hold(_K.DECLINE, _K.QUESTION, _K.HARDSHIP):
        return None
    if signs.NO_DAY_YET.search(plain) and not say.live:
        return asked.intent(_K.PROMISE, "will say later when", human=True)
    return _accepted(asked, say.amount)


def other_talk(asked: Asked) -> Intent | None:
    """Of family and food, for help, a question that proposes nothing, a day among much talk: no promise."""
    say, means = asked.told, asked.means
    if say.chatter == "social" and not means.hold(_K.HARDSHIP):
        return asked.intent(_K.UNCLEAR, "speaks of something else", human=True)
    if asked.said.says(signs.UNDECIDED) and signs.OTHERS_PAY.search(asked.said.plain):
        return asked.intent(_K.UNCLEAR, "somebody else pays; undecided", human=True)
    if means.hold(_K.HELP):
        return asked.intent(_K.HELP, "asks for help")
    sum_ = (say.amount.minor is not None and not say.amount.whole) or (say.pays and bool(say.doubt))
    offers = say.clear and (proposes(asked.said) or sum_)
    if asked.said.says(signs.MOVES_DUE) and say.amount.minor is None and not will_pay(asked.said):
        return asked.intent(_K.QUESTION, "asks for another due date")
    if means.hold(_K.QUESTION) and not offers:
        if asked.offered_on is not None and means.hold(_K.DECLINE):
            return asked.intent(_K.DECLINE, "asks for more time than offered")
        return asked.intent(_K.QUESTION, "asks something")
    if say.live and say.chatter and not means.hold(_K.HARDSHIP, _K.PROMISE):
        return asked.intent(_K.UNCLEAR, "names a day, but does not speak of paying", human=True)
    return None


def promise(asked: Asked) -> Intent | None:
    """A clear day, else one of doubt, unless the debtor only says that they cannot or will not."""
    say = asked.told
    if asked.offered_on is not None and signs.FLAT_NO.search(asked.said.plain):
        return asked.intent(_K.DECLINE, "so no")
    if say.clear and say.on is not None:
        return told_of(asked) or promised(asked, say.on)
    refused = _refused(asked)
    if refused is not None:
        return refused
    return (
        asked.intent(_K.PROMISE, say.problem or say.unsure or "no single day", human=True)
        if say.live
        else _someday(asked)
    )


def _refused(asked: Asked) -> Intent | None:
    say, willing = asked.told, will_pay(asked.said)
    if not willing and asked.means.hold(_K.HARDSHIP):
        return _hardship(asked)
    if asked.offered_on is not None and not willing and asked.means.hold(_K.DECLINE):
        return asked.intent(_K.DECLINE, "decline")
    if say.refused and not say.live:
        return asked.intent(_K.DECLINE, f"not {say.refused[0].label}")
    return None


def _someday(asked: Asked) -> Intent | None:
    """A promise that names no day. Said of a date we offered, a refusal in it weighs more."""
    means, willing = asked.means, will_pay(asked.said)
    if willing and asked.offered_on is None and not means.hold(_K.HARDSHIP):
        return asked.intent(_K.PROMISE, "will pay, no day named", human=True)
    against = (_K.HARDSHIP,) if asked.offered_on is None else (_K.DECLINE, _K.HARDSHIP)
    if (willing or means.hold(_K.PROMISE)) and not means.hold(*against):
        return asked.intent(_K.PROMISE, asked.told.problem or asked.told.unsure or "no day named", human=True)
    return None


def promised(asked: Asked, on: date) -> Intent:
    """A clear day. Only a day with a question mark may as well ask about ours."""
    say = asked.told
    asks = re.search(r"[?][ .!]*$|吗[ ?]*$", asked.said.plain) is not None
    if asks and not say.pays and not proposes(asked.said) and say.amount.minor is None and not say.doubt:
        kind = _K.PROMISE if len(asked.said.bare.split()) <= 3 and not asked.said.han else _K.QUESTION
        return asked.intent(kind, f"{say.label}, asked", human=True)
    found = asked.intent(_K.PROMISE, f"{say.label} -> {on}", human=bool(say.doubt))
    why = f"{found.why}; {say.doubt}" if say.doubt else found.why
    parts = tuple(PromisedPayment(day, Money(minor, asked.currency)) for day, minor in say.parts)
    return replace(found, promise=PromisedPayment(on, found.amount), instalments=parts, why=why)


def _hardship(asked: Asked) -> Intent:
    """Hardship; said of the day we offered ("no money by then") it declines that day."""
    offered = asked.offered_on
    named = any(offered in day.readings for day in asked.told.refused)
    refuses = offered is not None and (named or signs.THAT_DAY.search(asked.said.plain) is not None)
    return asked.intent(_K.DECLINE if refuses else _K.HARDSHIP, "hardship")


def bare_refusal(asked: Asked) -> Intent | None:
    """Hardship, or a refusal of what we offered."""
    if asked.means.hold(_K.HARDSHIP):
        return _hardship(asked)
    if asked.offered_on is not None and asked.means.hold(_K.DECLINE):
        return asked.intent(_K.DECLINE, "decline")
    return None


def hinted(asked: Asked) -> Intent | None:
    """No wording holds: what single words hint at, an amount, a question mark."""
    say, plain = asked.told, asked.said.plain
    if (later := put_off(asked)) is not None:
        return later
    if signs.GREETS.match(plain) or say.chatter == "social" or (say.live and say.chatter):
        return None
    hint = _hint(asked, _REFUSALS)
    if hint is not None or asked.means.hold(_K.DECLINE):
        return hint or asked.intent(_K.DECLINE, "decline")
    asks = signs.ASKS.search(plain) is not None and signs.BUSINESS.search(plain) is not None
    if say.amount.minor is not None and say.pays and not asks:
        return asked.intent(_K.PROMISE, "an amount, no day named", human=True)
    if asks and "?" in plain:
        return asked.intent(_K.QUESTION, "a question mark")
    hint = _hint(asked, _WISHES if asked.offered_on is None else (*_WISHES, _K.DECLINE))
    return hint or (asked.intent(_K.QUESTION, "asks something") if asks else None)


def _hint(asked: Asked, kinds: tuple[IntentKind, ...]) -> Intent | None:
    kind = next((kind for kind in kinds if asked.means.hint(kind)), None)
    return None if kind is None else asked.intent(kind, f"its words hint at {kind.value}", human=True)
