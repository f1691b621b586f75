"""What does a reply mean?

`read` turns any text into one `Intent`. It works on a canonical form of the text (`normal.py`, `languages.py`), asks the
tables of wordings (`english.py`, `spanish.py`, `chinese.py`, by `intents.py`), and weighs the days, times and money it names
(`dates.py`, of those `sorting.py` and `chosen.py`; `clock.py`; `amounts.py`, of those `meant.py`; all together `promise.py`,
below which `doubts.py` is a net; `dayless.py` for a sum without a sure day). Of that `stops.py`, `claims.py` and
`answering.py` make a meaning, below which `likened.py` is a net. English, Spanish and Chinese are read at the same time, so
mixed texts need no switch.

Order of meanings: a stop wins over everything it may stand beside. Among stops, those that end contact on every channel
(death, bankruptcy, attorney, wrong number, cease) come before `opt_out`, that before `stop_calls`. A promise gives way to a
dispute, a claim of payment, a complaint and a wish to be called. Whatever has two readings goes to a person, without a date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache

from outreach.core import zones
from outreach.core.replies import answering, claims, identity, likened, signs, steering, stops
from outreach.core.replies.asked import STOPS, Asked
from outreach.core.replies.dates import Calendar
from outreach.core.replies.intents import Meanings, whole
from outreach.core.replies.normal import Said, normalise
from outreach.core.replies.promise import Told, told
from outreach.core.terms import Channel, Intent, IntentKind

__all__ = ["read"]

_K = IntentKind


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
    orders, mixed, american = _customs(said.language, language, zone)
    here = at.astimezone(where)
    calendar = Calendar(here.date(), max(0, max_days), orders, mixed, here.hour * 60 + here.minute, american, due_on)

    def tell(part: Said) -> Told:
        return told(part, calendar, currency, amount_due, offered_on)

    asked = Asked(said, Meanings(said), tell(said), at.astimezone(UTC), where, calendar, currency, offered_on, tell)
    intent = _steered(asked, lambda part: replace(asked, said=part, means=Meanings(part), told=tell(part)))
    if intent.kind in {_K.PROMISE, _K.ACCEPT} and said.says(signs.SETTLES):
        intent = _settling(intent, amount_due)
    intent = identity.noted(said, intent)
    if said.cut and intent.kind not in STOPS:
        return replace(
            intent, promise=None, amount=None, instalments=(), callback_at=None, needs_human=True,
            why=f"very long; {intent.why}",
        )  # fmt: skip
    return intent


def _settling(intent: Intent, due: int | None) -> Intent:
    """Less for all of it: the sum is what they offer. `all of it` is then what is left after something we do not know."""
    if intent.promise is None and intent.amount is not None and intent.amount.minor == due:
        intent = replace(intent, amount=None, sum_unsure=True)
    return replace(intent, settles=True, needs_human=True, why=f"{intent.why}; for all that is due")


@lru_cache(maxsize=256)
def _customs(spoken: str | None, on_file: str | None, zone: str) -> tuple[tuple[str, ...], bool, bool]:
    """How 12/5 may be read, whether people around write it the other way, and whether they are American.

    Spanish puts the day first, Chinese the month; English goes by where the debtor lives.
    """
    american = signs.MONTH_FIRST.match(zone) is not None
    english = ("md",) if american else ("dm",) if signs.DAY_FIRST.match(zone) else ("md", "dm")
    by_language = {"es": ("dm",), "zh": ("md",), "en": english}
    orders = {order for lang in {spoken, on_file} for order in by_language.get(lang or "", ())}
    mixed = american and orders == {"dm"}
    return tuple(sorted(orders, reverse=True)) or ("md", "dm"), mixed, american


def _steered(asked: Asked, without: Callable[[Said], Asked]) -> Intent:
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
        if whole_text.kind in STOPS and intent.kind not in STOPS and whole_text.kind not in limited:
            intent = whole_text
    language = wishes.language or intent.language
    doubt = "; ".join(filter(None, (intent.why, wishes.doubt)))
    return replace(
        intent, wishes=wishes, language=language, needs_human=intent.needs_human or bool(wishes.doubt), why=doubt
    )


def _wished(asked: Asked, steered: steering.Steered) -> Intent:
    """Nothing but a wish. Calls instead of texts end the texts."""
    channel = {_K.OPT_OUT: Channel.SMS, _K.STOP_CALLS: Channel.CALL}.get(steered.kind)
    why = "calls, no texts" if steered.wishes.call_instead else "asks for a language" if steered.wishes.language else ""
    found = asked.intent(steered.kind, why or "how to contact them", human=False, channel=channel)
    return replace(found, all_texts=channel is Channel.SMS)


def _meaning(asked: Asked) -> Intent:
    """The first of: a keyword, texts wanted again, a stop, a claim, an answer to our question, a promise, the rest."""
    said = asked.said
    kind = whole(said)
    if kind in {_K.OPT_OUT, _K.HELP, _K.OPT_IN}:
        channel = Channel.SMS if kind is _K.OPT_OUT and not signs.EVERYTHING.search(said.plain) else None
        return asked.intent(kind, "keyword", channel=channel)
    if asked.means.hold(_K.OPT_IN) and not signs.NOT_AGAIN.search(said.plain):
        return asked.intent(_K.OPT_IN, "texts are wanted again")
    stop = stops.stop(asked)
    if stop is not None:
        return stop
    asks = said.bare.startswith("y ") and asked.means.hold(_K.QUESTION)  # Spanish "and", no letter for "yes"
    if (
        kind in {_K.ACCEPT, _K.DECLINE} and not asked.told.clear and not asks
    ):  # "el dia 1" is no yes, "hoy mas tarde" no no
        return answering.answer(asked, kind)
    found = next(filter(None, (step(asked) for step in _STEPS)), None)
    if found is not None:
        return likened.more_like(asked, found, likened.FIRM.get(found.kind, 1.0))
    hinted = answering.hinted(asked) or asked.intent(_K.UNCLEAR, "no meaning found", human=True)
    return likened.more_like(asked, hinted, likened.LIKE)


# The first of them that finds something is the meaning, once no stop is said.
_STEPS = (
    claims.claim,
    answering.offer_taken,
    answering.other_talk,
    answering.promise,
    answering.bare_refusal,
)
