"""What does a reply mean?

`read` turns any text into one `Intent`. It works on a canonical form of the text (`normal.py`, `languages.py`), asks the
tables of wordings (`english.py`, `spanish.py`, `chinese.py`, by `intents.py`), and weighs the days, times and money it names
(`dates.py`, of those `sorting.py` and `chosen.py`; `clock.py`; `amounts.py`, of those `meant.py`; all together `promise.py`, below which `doubts.py` is a net). English, Spanish and Chinese are read at the same time, so mixed texts need no switch.

Order of meanings: a stop wins over everything it may stand beside. Among stops, those that end contact on every channel
(death, bankruptcy, attorney, wrong number, cease) come before `opt_out`, that before `stop_calls`. A promise gives way to a
dispute, a claim of payment, a complaint and a wish to be called. Whatever has two readings goes to a person, without a date.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from outreach.core import zones
from outreach.core.replies import identity, signs, steering
from outreach.core.replies.amounts import Amount
from outreach.core.replies.dates import Calendar
from outreach.core.replies.intents import Meanings, whole
from outreach.core.replies.normal import Said, normalise
from outreach.core.replies.promise import Told, proposes, told, will_pay
from outreach.core.terms import Channel, Intent, IntentKind, Money, PromisedPayment

__all__ = ["read"]

_K = IntentKind
_STOPS = (_K.DECEASED, _K.BANKRUPTCY, _K.ATTORNEY, _K.WRONG_NUMBER, _K.CEASE, _K.OPT_OUT, _K.STOP_CALLS)
# What words may hint at where no wording holds, in this order.
_REFUSALS = (_K.OPT_OUT, _K.STOP_CALLS, _K.CEASE, _K.WRONG_NUMBER, _K.DISPUTE, _K.PAID, _K.COMPLAINT, _K.HARDSHIP)
_WISHES = (_K.CALLBACK, _K.HELP, _K.QUESTION, _K.PROMISE)
_CLAIMS = (_K.DISPUTE, _K.PAID, _K.COMPLAINT, _K.CALLBACK, _K.OPT_IN)
_CLAUSES = 12  # of a text with more, no promise is read beside a payment made
# These want a person even when they are perfectly clear: a hold, an answer or a check of the books follows.
_FOR_A_PERSON = frozenset(
    {_K.DECEASED, _K.BANKRUPTCY, _K.ATTORNEY, _K.DISPUTE, _K.PAID, _K.COMPLAINT, _K.QUESTION, _K.HARDSHIP}
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One reading: the text, what it says of days and money, and what we knew when it came."""

    said: Said
    means: Meanings
    told: Told
    at: datetime
    zone: ZoneInfo
    calendar: Calendar
    currency: str
    offered_on: date | None
    tell: Callable[[Said], Told]

    def intent(
        self, kind: IntentKind, why: str, *, human: bool | None = None, channel: Channel | None = None
    ) -> Intent:
        needs = kind in _FOR_A_PERSON if human is None else human
        return Intent(kind, language=self.said.language, needs_human=needs, why=why, channel=channel)


def read(
    text: str,
    at: datetime,
    *,
    zone: str,
    language: str | None = None,
    currency: str = "USD",
    amount_due: int | None = None,
    due_on: date | None = None,
    offered_on: date | None = None,
    max_days: int = 60,
) -> Intent:
    """The meaning of one reply that came at the aware instant `at` from a debtor who lives in the IANA `zone`.

    `amount_due` in minor units of `currency` (what "half" and "all of it" are of); `offered_on` the local date our last
    message proposed. A promise lies between the debtor's today and `max_days` later, or there is none. `due_on`: the day meant
    by "on the due date". Any text is read, of whatever length or characters; ValueError only for a
    naive `at`, `ZoneInfoNotFoundError` for an unknown zone.
    """
    if at.tzinfo is None:
        raise ValueError("at must be aware")
    where = zones.zone(zone)
    said = normalise(text, language)
    orders, mixed = _orders(said.language, language, zone)
    here = at.astimezone(where)
    american = signs.MONTH_FIRST.match(zone) is not None
    calendar = Calendar(here.date(), max(0, max_days), orders, mixed, here.hour * 60 + here.minute, american, due_on)

    def tell(part: Said) -> Told:
        return told(part, calendar, currency, amount_due, offered_on)

    asked = _Asked(said, Meanings(said), tell(said), at.astimezone(UTC), where, calendar, currency, offered_on, tell)
    intent = _steered(asked, lambda part: replace(asked, said=part, means=Meanings(part), told=tell(part)))
    if intent.kind in {_K.PROMISE, _K.ACCEPT} and signs.SETTLES.search(said.plain):
        intent = replace(intent, settles=True, needs_human=True, why=f"{intent.why}; for all that is due")
    intent = identity.noted(said, intent)
    if said.cut and intent.kind not in _STOPS:
        return replace(
            intent, promise=None, instalments=(), callback_at=None, needs_human=True, why=f"very long; {intent.why}"
        )
    return intent


def _orders(spoken: str | None, on_file: str | None, zone: str) -> tuple[tuple[str, ...], bool]:
    """How 12/5 may be read. Spanish puts the day first, Chinese the month; English goes by where the debtor lives."""
    american = signs.MONTH_FIRST.match(zone) is not None
    english = ("md",) if american else ("dm",) if signs.DAY_FIRST.match(zone) else ("md", "dm")
    by_language = {"es": ("dm",), "zh": ("md",), "en": english}
    orders = {order for lang in {spoken, on_file} for order in by_language.get(lang or "", ())}
    mixed = american and orders == {"dm"}
    return tuple(sorted(orders, reverse=True)) or ("md", "dm"), mixed


def _steered(asked: _Asked, without: Callable[[Said], _Asked]) -> Intent:
    """The meaning, with how they want to be contacted. What is beside that is read `without` it; a true stop stands."""
    steered = steering.steered(asked.said, offered=asked.offered_on is not None)
    if steered is None:
        return _meaning(asked)
    wishes = steered.wishes
    if steered.said is None:
        intent = _wished(asked, steered)
    else:
        intent = _meaning(without(steered.said))
        if intent.kind is _K.UNCLEAR and steered.kind is not _K.UNCLEAR:
            intent = _wished(asked, steered)
        whole_text = _meaning(asked)
        limited = {_K.STOP_CALLS, _K.OPT_OUT} if steered.texts else {_K.STOP_CALLS}
        if whole_text.kind in _STOPS and intent.kind not in _STOPS and whole_text.kind not in limited:
            intent = whole_text
    language = wishes.language or intent.language
    doubt = "; ".join(filter(None, (intent.why, wishes.doubt)))
    return replace(
        intent, wishes=wishes, language=language, needs_human=intent.needs_human or bool(wishes.doubt), why=doubt
    )


def _wished(asked: _Asked, steered: steering.Steered) -> Intent:
    """Nothing but a wish. Calls instead of texts end the texts."""
    channel = {_K.OPT_OUT: Channel.SMS, _K.STOP_CALLS: Channel.CALL}.get(steered.kind)
    why = "calls, no texts" if steered.wishes.call_instead else "asks for a language" if steered.wishes.language else ""
    return asked.intent(steered.kind, why or "how to contact them", human=False, channel=channel)


def _meaning(asked: _Asked) -> Intent:
    """The first of: a keyword, texts wanted again, a stop, a claim, an answer to our question, a promise, the rest."""
    said = asked.said
    kind = whole(said)
    if kind in {_K.OPT_OUT, _K.HELP, _K.OPT_IN}:
        channel = Channel.SMS if kind is _K.OPT_OUT and not signs.EVERYTHING.search(said.plain) else None
        return asked.intent(kind, "keyword", channel=channel)
    if asked.means.hold(_K.OPT_IN) and not signs.NOT_AGAIN.search(said.plain):
        return asked.intent(_K.OPT_IN, "texts are wanted again")
    stop = _stop(asked)
    if stop is not None:
        return stop
    if kind in {_K.ACCEPT, _K.DECLINE} and not asked.told.clear:  # "el dia 1" is no yes, "hoy mas tarde" no no
        return _answer(asked, kind)
    found = next(filter(None, (step(asked) for step in _STEPS)), None)
    return found or asked.intent(_K.UNCLEAR, "no meaning found", human=True)


# --- stops ------------------------------------------------------------------------------------------------------------


def _stop(asked: _Asked) -> Intent | None:
    """A stop, if the words hold one. A promise or a second meaning beside it is for a person; the stop stands."""
    said = asked.said
    kind = next((k for k in _STOPS if asked.means.hold(k)), None)
    if kind in {None, _K.STOP_CALLS} and signs.LEADING_STOP.match(said.plain):
        return _stopped(asked, _K.OPT_OUT)
    if kind is _K.STOP_CALLS and signs.NO_TEXTS.search(said.plain) and not signs.CALLS.search(said.plain):
        kind = _K.OPT_OUT  # "email only, no texts"
    if kind is _K.OPT_OUT and _only_calls(asked):
        kind = _K.STOP_CALLS
    if kind is _K.DECEASED and will_pay(said.plain):
        return asked.intent(_K.HARDSHIP, "a death; the debtor writes of paying", human=True)
    if kind is _K.STOP_CALLS and signs.LIMITS.search(said.plain):
        return replace(_stopped(asked, kind), needs_human=True, why="no calls, with limits on when or where")
    return None if kind is None else _stopped(asked, kind)


def _only_calls(asked: _Asked) -> bool:
    """Do words that might end texts as well speak of calls alone?"""
    plain = asked.said.plain
    if not signs.CALLS.search(plain):
        return False
    return not signs.MORE_THAN_CALLS.search(plain) or (
        asked.means.hold(_K.STOP_CALLS) and signs.TEXTS_WELCOME.search(plain) is not None
    )


def _stopped(asked: _Asked, kind: IntentKind) -> Intent:
    said = asked.said
    others = [k.value for k in (*_STOPS[:4], _K.DISPUTE, _K.PAID) if k is not kind and asked.means.hold(k)]
    if asked.told.clear and asked.told.pays:
        others.append("promise")
    channel = Channel.CALL if kind is _K.STOP_CALLS else None
    if kind is _K.OPT_OUT and not signs.EVERYTHING.search(said.plain):
        channel = Channel.SMS
    why = f"{kind.value}; also {', '.join(others)}" if others else kind.value
    return asked.intent(kind, why, human=True if others else None, channel=channel)


# --- claims and wishes ------------------------------------------------------------------------------------------------


def _claim(asked: _Asked) -> Intent | None:
    said = asked.said
    kind = next((k for k in _CLAIMS if asked.means.hold(k) and (k is not _K.PAID or _paid_us(said))), None)
    on = asked.told.on
    if kind is _K.PAID and on is not None and on > asked.calendar.today and not signs.DONE.search(said.plain):
        return None  # "april 10th, paid in full"
    if kind is _K.PAID and (promised := _besides_paid(asked)) is not None:
        return promised
    ahead = any(m.problem != "in the past" and not m.label.startswith("last ") for m in asked.told.live)
    if kind is _K.PAID and ahead and will_pay(said.plain) and not signs.PROOF.search(said.plain):
        return asked.intent(_K.PROMISE, "paid and will pay: several instalments", human=True)
    if kind is _K.PAID and signs.ASKS_OF_PAYMENT.search(said.plain):
        return asked.intent(_K.QUESTION, "asks about a payment")
    if kind is _K.CALLBACK:
        by_phone = signs.PAY_BY_PHONE.search(said.plain) is not None
        return asked.intent(_K.QUESTION, "asks to pay by phone") if by_phone else _callback(asked)
    return None if kind is None else asked.intent(kind, kind.value)


def _besides_paid(asked: _Asked) -> Intent | None:
    """`paid 200 already, will pay 100 friday`: the promise of the clauses that do not speak of what was paid."""
    plain, ends = asked.said.plain, [m.end() for m in signs.CLAUSE.finditer(asked.said.plain)]
    if len(ends) > _CLAUSES:
        return None
    rest = ""
    for start, end in pairwise([0, *ends, len(plain)]):
        clause = plain[start:end]
        rest += " " * len(clause) if Meanings(replace(asked.said, plain=clause)).hold(_K.PAID) else clause
    if not rest.strip() or signs.PROOF.search(rest):
        return None
    said = replace(asked.said, plain=rest)
    say = asked.tell(said)
    if say.on is None or not say.clear or not (will_pay(rest) or say.amount.minor is not None):
        return None
    promised = _promised(replace(asked, said=said, told=say), say.on)
    return replace(promised, needs_human=True, why=f"{promised.why}; paid before")


def _paid_us(said: Said) -> bool:
    """Of a text that speaks of having paid: is it we who were paid, and is it done?"""
    rest = signs.PAID_OTHERWISE.sub(" ", said.plain)
    return rest == said.plain or Meanings(replace(said, plain=rest)).hold(_K.PAID)


def _callback(asked: _Asked) -> Intent:
    """When to call: the day named, or today; the hour named. A day without an hour, or two of either, is for a person."""
    say = asked.told
    plain = asked.intent(_K.CALLBACK, "asks to be called, no time named", human=False)
    if not say.live and not say.times:
        return plain
    if will_pay(asked.said.plain) and say.live:
        return replace(plain, needs_human=True, why="a call and a promise")
    if len(say.times) != 1 or say.times[0].at is None:
        why = say.times[0].why if len(say.times) == 1 else "several times" if say.times else "no hour named"
        return replace(plain, needs_human=True, why=why)
    if say.live and (say.on is None or say.problem):
        return replace(plain, needs_human=True, why=say.problem or "no single day")
    day = say.on or asked.calendar.today
    instant = _instant(day, say.times[0].at, asked.zone)
    if instant is None or instant <= asked.at:
        return replace(plain, needs_human=True, why=f"{say.times[0].why} is past or does not exist that day")
    return replace(plain, callback_at=instant, why=f"{say.label or 'today'} -> {day}; {say.times[0].why}")


def _instant(day: date, hour: time, zone: ZoneInfo) -> datetime | None:
    """That local time as an instant; None when the clocks skip it or show it twice."""
    local = datetime.combine(day, hour, zone)
    instant = local.astimezone(UTC)
    same = instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
    return instant if same and local.utcoffset() == local.replace(fold=1).utcoffset() else None


# --- answers and promises ---------------------------------------------------------------------------------------------


def _answer(asked: _Asked, kind: IntentKind) -> Intent:
    """A bare yes or no. A yes with nothing offered, or asked back ("ok?"), answers nothing we know."""
    if kind is _K.DECLINE:
        return _put_off(asked) or asked.intent(_K.DECLINE, "no")
    if asked.offered_on is None and asked.means.hold(_K.PAID):
        return asked.intent(_K.PAID, "paid")
    if asked.offered_on is None and (will_pay(asked.said.plain) or asked.means.hold(_K.PROMISE)):
        return asked.intent(_K.PROMISE, "will pay, no day named", human=True)
    if asked.offered_on is None:
        return asked.intent(_K.UNCLEAR, "yes, but nothing was offered", human=True)
    if "?" in asked.said.plain:
        return asked.intent(_K.UNCLEAR, "yes, with a question mark", human=True)
    return _accepted(asked, None)


def _put_off(asked: _Asked) -> Intent | None:
    """`later`: a promise without a day, where we offered none that it could refuse."""
    if asked.offered_on is not None or not signs.LATER.fullmatch(asked.said.plain):
        return None
    return asked.intent(_K.PROMISE, "later, no day named", human=True)


def _accepted(asked: _Asked, amount: Amount | None) -> Intent:
    offered = asked.offered_on
    if offered is None or not asked.calendar.holds(offered):
        return asked.intent(_K.ACCEPT, "the date offered is past or too far away", human=True)
    accepted = asked.intent(_K.ACCEPT, f"yes -> {offered}{_amount_label(amount)}", human=False)
    return replace(accepted, promise=PromisedPayment(offered, _money(asked, amount)))


def _offer_taken(asked: _Asked) -> Intent | None:
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
    return _accepted(asked, say.amount)


def _other_talk(asked: _Asked) -> Intent | None:
    """Of family and food, for help, a question that proposes nothing, a day among much talk: no promise."""
    say, means = asked.told, asked.means
    if say.chatter == "social" and not means.hold(_K.HARDSHIP):
        return asked.intent(_K.UNCLEAR, "speaks of something else", human=True)
    if signs.UNDECIDED.search(asked.said.plain) and signs.OTHERS_PAY.search(asked.said.plain):
        return asked.intent(_K.UNCLEAR, "somebody else pays; undecided", human=True)
    if means.hold(_K.HELP):
        return asked.intent(_K.HELP, "asks for help")
    sum_ = (say.amount.minor is not None and not say.amount.whole) or (say.pays and bool(say.doubt))
    offers = say.clear and (proposes(asked.said.plain) or sum_)
    if means.hold(_K.QUESTION) and not offers:
        if asked.offered_on is not None and means.hold(_K.DECLINE):
            return asked.intent(_K.DECLINE, "asks for more time than offered")
        return asked.intent(_K.QUESTION, "asks something")
    if say.live and say.chatter and not means.hold(_K.HARDSHIP, _K.PROMISE):
        return asked.intent(_K.UNCLEAR, "names a day, but does not speak of paying", human=True)
    return None


def _promise(asked: _Asked) -> Intent | None:
    """A clear day, else one of doubt, unless the debtor only says that they cannot or will not."""
    say = asked.told
    if say.clear and say.on is not None:
        return _promised(asked, say.on)
    refused = _refused(asked)
    if refused is not None:
        return refused
    return (
        asked.intent(_K.PROMISE, say.problem or say.unsure or "no single day", human=True)
        if say.live
        else _someday(asked)
    )


def _refused(asked: _Asked) -> Intent | None:
    say, willing = asked.told, will_pay(asked.said.plain)
    if not willing and asked.means.hold(_K.HARDSHIP):
        return _hardship(asked)
    if asked.offered_on is not None and not willing and asked.means.hold(_K.DECLINE):
        return asked.intent(_K.DECLINE, "decline")
    if say.refused and not say.live:
        return asked.intent(_K.DECLINE, f"not {say.refused[0].label}")
    return None


def _someday(asked: _Asked) -> Intent | None:
    """A promise that names no day. Said of a date we offered, a refusal in it weighs more."""
    means, willing = asked.means, will_pay(asked.said.plain)
    if willing and asked.offered_on is None and not means.hold(_K.HARDSHIP):
        return asked.intent(_K.PROMISE, "will pay, no day named", human=True)
    against = (_K.HARDSHIP,) if asked.offered_on is None else (_K.DECLINE, _K.HARDSHIP)
    if (willing or means.hold(_K.PROMISE)) and not means.hold(*against):
        return asked.intent(_K.PROMISE, asked.told.problem or asked.told.unsure or "no day named", human=True)
    return None


def _promised(asked: _Asked, on: date) -> Intent:
    """A clear day. Only a day with a question mark may as well ask about ours."""
    say = asked.told
    asks = re.search(r"[?][ .!]*$|吗[ ?]*$", asked.said.plain) is not None
    if asks and not say.pays and not proposes(asked.said.plain) and say.amount.minor is None and not say.doubt:
        kind = _K.PROMISE if len(asked.said.bare.split()) <= 3 and not asked.said.han else _K.QUESTION
        return asked.intent(kind, f"{say.label}, asked", human=True)
    promise = PromisedPayment(on, _money(asked, say.amount))
    why = f"{say.label} -> {on}{_amount_label(say.amount)}{f'; {say.doubt}' if say.doubt else ''}"
    parts = tuple(PromisedPayment(day, Money(minor, asked.currency)) for day, minor in say.parts)
    return replace(asked.intent(_K.PROMISE, why, human=bool(say.doubt)), promise=promise, instalments=parts)


def _money(asked: _Asked, amount: Amount | None) -> Money | None:
    return None if amount is None or amount.minor is None else Money(amount.minor, asked.currency)


def _amount_label(amount: Amount | None) -> str:
    return f"; amount {amount.label}" if amount and amount.label else ""


def _hardship(asked: _Asked) -> Intent:
    """Hardship; said of the day we offered ("no money by then") it declines that day."""
    offered = asked.offered_on
    named = any(offered in day.readings for day in asked.told.refused)
    refuses = offered is not None and (named or signs.THAT_DAY.search(asked.said.plain) is not None)
    return asked.intent(_K.DECLINE if refuses else _K.HARDSHIP, "hardship")


def _bare_refusal(asked: _Asked) -> Intent | None:
    """Hardship, or a refusal of what we offered."""
    if asked.means.hold(_K.HARDSHIP):
        return _hardship(asked)
    if asked.offered_on is not None and asked.means.hold(_K.DECLINE):
        return asked.intent(_K.DECLINE, "decline")
    return None


def _hinted(asked: _Asked) -> Intent | None:
    """No wording holds: what single words hint at, an amount, a question mark."""
    say, plain = asked.told, asked.said.plain
    if (later := _put_off(asked)) is not None:
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


def _hint(asked: _Asked, kinds: tuple[IntentKind, ...]) -> Intent | None:
    kind = next((kind for kind in kinds if asked.means.hint(kind)), None)
    return None if kind is None else asked.intent(kind, f"its words hint at {kind.value}", human=True)


# The first of them that finds something is the meaning, once no stop is said.
_STEPS = (_claim, _offer_taken, _other_talk, _promise, _bare_refusal, _hinted)
