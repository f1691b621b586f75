"""What does a reply mean?

`read` turns any text into one `Intent`. It works on a canonical form of the text (`normal.py`, `languages.py`), asks the
tables of `stops.py` and `intents.py`, and weighs the days, times and money it names (`dates.py`, `clock.py`,
`amounts.py`, `promise.py`). English, Spanish and Chinese are read at the same time, so mixed texts need no switch.

Order of meanings: a stop wins over everything it may stand beside. Among stops, those that end contact on every channel
(death, bankruptcy, attorney, wrong number, cease) come before `opt_out`, that before `stop_calls`. A promise gives way to a
dispute, a claim of payment, a complaint and a wish to be called. Whatever has two readings goes to a person, without a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from outreach.core import zones
from outreach.core.replies.amounts import Amount
from outreach.core.replies.dates import Calendar
from outreach.core.replies.intents import keyword, matches
from outreach.core.replies.normal import Said, normalise
from outreach.core.replies.promise import Told, told, will_pay
from outreach.core.terms import Channel, Intent, IntentKind, Money, PromisedPayment

__all__ = ["read"]

_K = IntentKind
_STOPS = (_K.DECEASED, _K.BANKRUPTCY, _K.ATTORNEY, _K.WRONG_NUMBER, _K.CEASE, _K.OPT_OUT, _K.STOP_CALLS)
_CLAIMS = (_K.DISPUTE, _K.PAID, _K.COMPLAINT, _K.CALLBACK, _K.OPT_IN)
# These want a person even when they are perfectly clear: a hold, an answer or a check of the books follows.
_FOR_A_PERSON = frozenset(
    {_K.DECEASED, _K.BANKRUPTCY, _K.ATTORNEY, _K.DISPUTE, _K.PAID, _K.COMPLAINT, _K.QUESTION, _K.HARDSHIP}
)
_EVERYTHING = re.compile(
    r"contact|alone|bother|harass|go away|lost|disturb|\bcall|molest|en paz|llam|fuck|piss|me be\b|peace|联系|打扰|烦|骚扰|滚|电话|放过|走开|找我"
)
_LEADING_STOP = re.compile(r"(?:please )?(?:stop(?: ?all)?|unsubscribe|退订|td|t)(?: ?[.!,;:。]|$)", re.ASCII)
_LEADING_YES = re.compile(
    r"(?:yes|yep|yeah|yup|ok|okay|sure|fine|si|claro|vale|dale|perfect|perfecto|de acuerdo|好的?|行|可以|嗯|没问题)(?=[ ,.!]|$|[\u4e00-\u9fff])"
)
_LIMITS = re.compile(
    r"\b(?:before|after|at work|my work|my job|today|until|during|in the morning|on weekends?|antes|despues|trabajo|hoy|weekdays?|only after|while|so early|so late)\b"
    r"|上班|工作时间|单位|公司|之前|以后|早上|晚上|今天"
)
_WANTS_LANGUAGE = {
    "espanol": "es", "en espanol": "es", "spanish": "es", "in spanish": "es", "habla espanol": "es", "hablo espanol": "es",
    "english": "en", "in english": "en", "ingles": "en", "en ingles": "en", "中文": "zh", "chinese": "zh", "说中文": "zh",
    "in chinese": "zh", "用中文": "zh", "英文": "en", "english please": "en", "espanol por favor": "es", "spanish please": "es",
}  # fmt: skip
_MONTH_FIRST = re.compile(
    r"US/|America/(?:New_York|Detroit|Chicago|Denver|Phoenix|Los_Angeles|Anchorage|Boise|Juneau|Sitka|Nome|Adak|Metlakatla|Yakutat|Menominee|"
    r"Indiana/|Kentucky/|North_Dakota/|Indianapolis|Louisville)|Pacific/Honolulu|(?:E|C|M|P)ST\dE?"
)
_DAY_FIRST = re.compile(
    r"Europe/|Australia/|Pacific/Auckland|Africa/|Asia/(?:Kolkata|Singapore|Hong_Kong|Dubai)|GB|NZ|Eire"
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One reading: the text, what it says of days and money, and what we knew when it came."""

    said: Said
    told: Told
    at: datetime
    zone: ZoneInfo
    calendar: Calendar
    currency: str
    offered_on: date | None

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
    message proposed. A promise lies between the debtor's today and `max_days` later, or there is none. `due_on` is known to
    every caller and, so far, changes no reading. Any text is read, of whatever length or characters; ValueError only for a
    naive `at`, `ZoneInfoNotFoundError` for an unknown zone.
    """
    if at.tzinfo is None:
        raise ValueError("at must be aware")
    where = zones.zone(zone)
    said = normalise(text, language)
    orders, mixed = _orders(said.language, language, zone)
    calendar = Calendar(at.astimezone(where).date(), max(0, max_days), orders, mixed)
    asked = _Asked(
        said, told(said, calendar, currency, amount_due), at.astimezone(UTC), where, calendar, currency, offered_on
    )
    intent = _meaning(asked)
    if said.cut and intent.kind not in _STOPS:
        return replace(intent, promise=None, callback_at=None, needs_human=True, why=f"very long; {intent.why}")
    return intent


def _orders(spoken: str | None, on_file: str | None, zone: str) -> tuple[tuple[str, ...], bool]:
    """How 12/5 may be read. Spanish puts the day first, Chinese the month; English goes by where the debtor lives."""
    american = _MONTH_FIRST.match(zone) is not None
    english = ("md",) if american else ("dm",) if _DAY_FIRST.match(zone) else ("md", "dm")
    by_language = {"es": ("dm",), "zh": ("md",), "en": english}
    orders = {order for lang in {spoken, on_file} for order in by_language.get(lang or "", ())}
    mixed = american and orders == {"dm"}
    return tuple(sorted(orders, reverse=True)) or ("md", "dm"), mixed


def _meaning(asked: _Asked) -> Intent:
    """The first of: a keyword, a stop, a claim, an answer to our question, a promise, the rest."""
    said = asked.said
    kind = keyword(said.bare, said.emoji)
    if kind in {_K.OPT_OUT, _K.HELP, _K.OPT_IN}:
        channel = Channel.SMS if kind is _K.OPT_OUT and not _EVERYTHING.search(said.plain) else None
        return asked.intent(kind, "keyword", channel=channel)
    if (wanted := _WANTS_LANGUAGE.get(said.bare)) is not None:
        return replace(asked.intent(_K.UNCLEAR, "asks for a language", human=True), language=wanted)
    stop = _stop(asked)
    if stop is not None:
        return stop
    if kind is _K.ACCEPT or kind is _K.DECLINE:
        return _answer(asked, kind)
    return _claim(asked) or _offer_taken(asked) or _promise(asked) or _rest(asked)


# --- stops ------------------------------------------------------------------------------------------------------------


def _stop(asked: _Asked) -> Intent | None:
    """A stop, if the words hold one. A promise or a second meaning beside it is for a person; the stop stands."""
    plain = asked.said.plain
    if _LEADING_STOP.match(plain):
        return _stopped(asked, _K.OPT_OUT)
    kind = next((k for k in _STOPS if matches(k, plain)), None)
    if kind is _K.DECEASED and will_pay(plain):
        return asked.intent(_K.HARDSHIP, "a death; the debtor writes of paying", human=True)
    if kind is _K.STOP_CALLS and _LIMITS.search(plain):
        return asked.intent(_K.UNCLEAR, "limits on when or where to call", human=True)
    return None if kind is None else _stopped(asked, kind)


def _stopped(asked: _Asked, kind: IntentKind) -> Intent:
    plain = asked.said.plain
    others = [k.value for k in (*_STOPS[:4], _K.DISPUTE, _K.PAID) if k is not kind and matches(k, plain)]
    if asked.told.clear and asked.told.pays:
        others.append("promise")
    channel = Channel.CALL if kind is _K.STOP_CALLS else None
    if kind is _K.OPT_OUT and not _EVERYTHING.search(plain):
        channel = Channel.SMS
    why = f"{kind.value}; also {', '.join(others)}" if others else kind.value
    return asked.intent(kind, why, human=True if others else None, channel=channel)


# --- claims and wishes ------------------------------------------------------------------------------------------------


def _claim(asked: _Asked) -> Intent | None:
    plain = asked.said.plain
    kind = next((k for k in _CLAIMS if matches(k, plain)), None)
    if kind is _K.PAID and will_pay(plain) and asked.told.live:
        return asked.intent(_K.PROMISE, "paid and will pay: several instalments", human=True)
    if kind is _K.CALLBACK:
        return _callback(asked)
    return None if kind is None else asked.intent(kind, kind.value)


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
        return asked.intent(_K.DECLINE, "no")
    if asked.offered_on is None:
        return asked.intent(_K.UNCLEAR, "yes, but nothing was offered", human=True)
    if "?" in asked.said.plain:
        return asked.intent(_K.UNCLEAR, "yes, with a question mark", human=True)
    return _accepted(asked, None)


def _accepted(asked: _Asked, amount: Amount | None) -> Intent:
    offered = asked.offered_on
    if offered is None or not asked.calendar.holds(offered):
        return asked.intent(_K.ACCEPT, "the date offered is past or too far away", human=True)
    accepted = asked.intent(_K.ACCEPT, f"yes -> {offered}{_amount_label(amount)}", human=False)
    return replace(accepted, promise=PromisedPayment(offered, _money(asked, amount)))


def _offer_taken(asked: _Asked) -> Intent | None:
    """`yes I can do that`, `ok 50`: an acceptance when it names no other day and nothing speaks against it."""
    say, plain = asked.told, asked.said.plain
    if asked.offered_on is None or not _LEADING_YES.match(plain) or "?" in plain:
        return None
    if say.live and say.on != asked.offered_on:
        return None
    doubtful = say.problem or say.refused or len(plain) > 60
    if doubtful or matches(_K.DECLINE, plain) or matches(_K.QUESTION, plain) or matches(_K.HARDSHIP, plain):
        return None
    return _accepted(asked, say.amount)


def _promise(asked: _Asked) -> Intent | None:
    say, plain = asked.told, asked.said.plain
    if matches(_K.QUESTION, plain):
        return asked.intent(_K.QUESTION, "asks something")
    if say.clear and say.on is not None:
        return _promised(asked, say.on)
    willing = will_pay(plain)
    if not willing and matches(_K.HARDSHIP, plain):
        return asked.intent(_K.HARDSHIP, "hardship")
    if say.refused and not say.live:
        return asked.intent(_K.DECLINE, f"not {say.refused[0].label}")
    if say.live:
        return asked.intent(_K.PROMISE, say.problem or "no single day", human=True)
    if willing and not matches(_K.DECLINE, plain) and not matches(_K.HARDSHIP, plain):
        return asked.intent(_K.PROMISE, say.problem or "no day named", human=True)
    return None


def _promised(asked: _Asked, on: date) -> Intent:
    """A clear day. Only a day with a question mark may as well ask about ours."""
    words = asked.said.bare.split()
    if asked.said.plain.endswith("?") and len(words) <= 2 and not asked.told.pays:
        return asked.intent(_K.PROMISE, f"{asked.told.label}, asked", human=True)
    promise = PromisedPayment(on, _money(asked, asked.told.amount))
    why = f"{asked.told.label} -> {on}{_amount_label(asked.told.amount)}"
    return replace(asked.intent(_K.PROMISE, why, human=False), promise=promise)


def _money(asked: _Asked, amount: Amount | None) -> Money | None:
    return None if amount is None or amount.minor is None else Money(amount.minor, asked.currency)


def _amount_label(amount: Amount | None) -> str:
    return f"; amount {amount.label}" if amount and amount.label else ""


def _rest(asked: _Asked) -> Intent:
    plain = asked.said.plain
    for kind in (_K.HARDSHIP, _K.DECLINE):
        if matches(kind, plain):
            return asked.intent(kind, kind.value)
    if asked.told.amount.minor is not None and asked.told.pays:
        return asked.intent(_K.PROMISE, "an amount, no day named", human=True)
    if re.search(r"[a-z\u4e00-\u9fff].*[?]|吗", plain):
        return asked.intent(_K.QUESTION, "a question mark")
    return asked.intent(_K.UNCLEAR, "no meaning found", human=True)
