"""Does a reply end contact, and on which channel?"""

from __future__ import annotations

from dataclasses import replace

from outreach.core.replies import signs
from outreach.core.replies.asked import STOPS, Asked
from outreach.core.replies.promise import will_pay
from outreach.core.terms import Channel, Intent, IntentKind

_K = IntentKind


def stop(asked: Asked) -> Intent | None:
    """A stop, if the words hold one. A promise or a second meaning beside it is for a person; the stop stands."""
    said = asked.said
    kind = next((k for k in STOPS if asked.means.hold(k)), None)
    if kind in {None, _K.STOP_CALLS} and signs.LEADING_STOP.match(said.plain):
        return _stopped(asked, _K.OPT_OUT)
    if kind is _K.STOP_CALLS and signs.NO_TEXTS.search(said.plain) and not signs.CALLS.search(said.plain):
        kind = _K.OPT_OUT  # "email only, no texts"
    if kind is _K.OPT_OUT and _only_calls(asked):
        kind = _K.STOP_CALLS
    if kind is _K.DECEASED and will_pay(said):
        return asked.intent(_K.HARDSHIP, "a death; the debtor writes of paying", human=True)
    if kind is _K.STOP_CALLS and signs.LIMITS.search(said.plain):
        return replace(_stopped(asked, kind), needs_human=True, why="no calls, with limits on when or where")
    return None if kind is None else _stopped(asked, kind)


def _only_calls(asked: Asked) -> bool:
    """Do words that might end texts as well speak of calls alone?"""
    plain = asked.said.plain
    if not signs.CALLS.search(plain):
        return False
    return not signs.MORE_THAN_CALLS.search(plain) or (
        asked.means.hold(_K.STOP_CALLS) and signs.TEXTS_WELCOME.search(plain) is not None
    )


def _stopped(asked: Asked, kind: IntentKind) -> Intent:
    said = asked.said
    others = [k.value for k in (*STOPS[:4], _K.DISPUTE, _K.PAID) if k is not kind and asked.means.hold(k)]
    if asked.told.clear and asked.told.pays:
        others.append("promise")
    channel = Channel.CALL if kind is _K.STOP_CALLS else None
    if kind is _K.OPT_OUT and not signs.EVERYTHING.search(said.plain):
        channel = Channel.SMS
    why = f"{kind.value}; also {', '.join(others)}" if others else kind.value
    found = asked.intent(kind, why, human=True if others else None, channel=channel)
    return replace(found, all_texts=channel is Channel.SMS and not signs.THIS_NUMBER.search(said.plain))
