"""What is one reading about: the text, what it says of days and money, and what we knew when it came?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from outreach.core.replies.days import Calendar
from outreach.core.replies.intents import Meanings
from outreach.core.replies.normal import Said
from outreach.core.replies.promise import Told
from outreach.core.terms import Channel, Intent, IntentKind

_K = IntentKind
STOPS = (_K.DECEASED, _K.BANKRUPTCY, _K.ATTORNEY, _K.WRONG_NUMBER, _K.CEASE, _K.OPT_OUT, _K.STOP_CALLS)
# These want a person even when they are perfectly clear: a hold, an answer or a check of the books follows.
FOR_A_PERSON = frozenset(
    {_K.DECEASED, _K.BANKRUPTCY, _K.ATTORNEY, _K.DISPUTE, _K.PAID, _K.COMPLAINT, _K.QUESTION, _K.HARDSHIP}
)


@dataclass(frozen=True, slots=True)
class Asked:
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
        needs = kind in FOR_A_PERSON if human is None else human
        return Intent(kind, language=self.said.language, needs_human=needs, why=why, channel=channel)
