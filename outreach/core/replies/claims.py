"""Does a reply claim something, a payment made above all, or wish to be called, and when?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from outreach.core.replies import answering, signs
from outreach.core.replies.asked import Asked
from outreach.core.replies.intents import Meanings
from outreach.core.replies.normal import Said
from outreach.core.replies.promise import WEIGHED, will_pay
from outreach.core.terms import Intent, IntentKind

_K = IntentKind
_CLAIMS = (_K.DISPUTE, _K.PAID, _K.COMPLAINT, _K.CALLBACK, _K.OPT_IN)
_CLAUSES = 12  # of a text with more, no promise is read beside a payment made


def claim(asked: Asked) -> Intent | None:
    said = asked.said
    kind = next((k for k in _CLAIMS if asked.means.hold(k) and (k is not _K.PAID or _paid_us(said))), None)
    on = asked.told.on
    if kind is _K.PAID and on is not None and on > asked.calendar.today and not signs.DONE.search(said.plain):
        return None  # "april 10th, paid in full"
    if kind is _K.PAID and (promised := _besides_paid(asked)) is not None:
        return promised
    if kind is _K.PAID and _days_ahead(asked) and will_pay(said) and not _settled(said):
        return asked.intent(_K.PROMISE, "paid and will pay: several instalments", human=True)
    if kind is _K.PAID and signs.ASKS_OF_PAYMENT.search(said.plain):
        return asked.intent(_K.QUESTION, "asks about a payment")
    if kind is _K.CALLBACK:
        by_phone = signs.PAY_BY_PHONE.search(said.plain) is not None
        return asked.intent(_K.QUESTION, "asks to pay by phone") if by_phone else _callback(asked)
    return None if kind is None else asked.intent(kind, kind.value)


def _days_ahead(asked: Asked) -> bool:
    return any(m.problem != "in the past" and not m.label.startswith("last ") for m in asked.told.live)


def _settled(said: Said) -> bool:
    """Is the payment proved, or another's?"""
    return bool(signs.PROOF.search(said.plain) or signs.OTHERS_PAID.search(said.plain))


def _besides_paid(asked: Asked) -> Intent | None:
    """`paid 200 already, will pay 100 friday`: the promise of the clauses that do not speak of what was paid."""
    plain, ends = asked.said.plain, [m.end() for m in signs.CLAUSE.finditer(asked.said.plain)]
    if len(ends) > _CLAUSES or len(plain) > WEIGHED:
        return None
    rest = ""
    for start, end in pairwise([0, *ends, len(plain)]):
        clause = plain[start:end]
        rest += " " * len(clause) if Meanings(replace(asked.said, plain=clause)).hold(_K.PAID) else clause
    if not rest.strip() or signs.PROOF.search(rest):
        return None
    said = replace(asked.said, plain=rest)
    say = asked.tell(said)
    if say.on is None or not say.clear or not (will_pay(said) or say.amount.minor is not None):
        return None
    promised = answering.promised(replace(asked, said=said, told=say), say.on)
    return replace(promised, needs_human=True, why=f"{promised.why}; paid before")


def _paid_us(said: Said) -> bool:
    """Of a text that speaks of having paid: is it we who were paid, and is it done?"""
    rest = signs.PAID_OTHERWISE.sub(" ", said.plain)
    return rest == said.plain or Meanings(replace(said, plain=rest)).hold(_K.PAID)


def _callback(asked: Asked) -> Intent:
    """When to call: the day named, or today; the hour named. A day without an hour, or two of either, is for a person."""
    say = asked.told
    plain = asked.intent(_K.CALLBACK, "asks to be called, no time named", human=False)
    if not say.live and not say.times:
        return plain
    if will_pay(asked.said) and say.live:
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
