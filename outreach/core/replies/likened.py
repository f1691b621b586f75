"""Is a reply much more like something else than what was found?

The labelled replies tell (`likeness.py`); whatever is told so, a person sees.
"""

from __future__ import annotations

import re

from outreach.core.replies import likeness, signs
from outreach.core.replies.asked import STOPS, Asked
from outreach.core.replies.neutral import NEUTRAL
from outreach.core.replies.promise import proposes, will_pay
from outreach.core.terms import Channel, Intent, IntentKind

_K = IntentKind

# How likely another meaning must be, to be told instead of a hint or nothing; of meanings that wordings found too easily.
LIKE = 0.5
FIRM = {_K.UNCLEAR: LIKE, _K.PROMISE: 0.6, _K.QUESTION: 0.75, _K.DECLINE: LIKE}


# What has a day and is no promise.
_TOLD_OF = frozenset({_K.QUESTION, _K.PAID, _K.DISPUTE, _K.CALLBACK, _K.COMPLAINT})
_VETO, _WORDS, _TELLING = 0.55, 3, 2


def told_of(asked: Asked) -> Intent | None:
    """A day that is told of something else, by the words beside it: `check was cashed on the 20th`."""
    say = asked.told
    if say.amount.minor is not None or will_pay(asked.said) or proposes(asked.said):
        return None
    words = re.findall("[a-z]{2,}|[\u4e00-\u9fff]{2}", say.rest)
    if len(words) < _WORDS or sum(word not in NEUTRAL for word in words) < _TELLING:
        return None
    kind, likely = likeness.likely(say.rest)
    if kind not in _TOLD_OF or likely < _VETO:
        return None
    return asked.intent(kind, f"its words are most like {kind.value}", human=True)


def _denies(asked: Asked, found: Intent) -> bool:
    """May a stop be told instead of what was found: instead of a promise only if something is denied."""
    return found.kind is not _K.PROMISE or signs.DENIES.search(asked.said.plain) is not None


def more_like(asked: Asked, found: Intent, least: float) -> Intent:
    """What was found, or for a person what the words are much more like. A day, and a refusal of ours, stand."""
    sure = (
        found.promise is not None
        or asked.told.chatter == "social"
        or (found.kind is _K.DECLINE and asked.offered_on is not None)
    )
    if sure or least >= 1:
        return found
    kind, likely = likeness.likely(asked.said.plain)
    nothing_asked = kind in {_K.ACCEPT, _K.DECLINE} and asked.offered_on is None
    of_other_things = kind in STOPS and (asked.means.other_things or not _denies(asked, found))
    pays_after_all = kind is _K.PROMISE and (found.kind is _K.QUESTION or likely < FIRM[_K.PROMISE])
    if kind in {found.kind, _K.UNCLEAR} or likely < least or nothing_asked or of_other_things or pays_after_all:
        return found
    channel = {_K.OPT_OUT: Channel.SMS, _K.STOP_CALLS: Channel.CALL}.get(kind)
    return asked.intent(kind, f"its words are most like {kind.value}", human=True, channel=channel)
