"""What is one reading about: the text, what it says of days and money, and what we knew when it came?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from outreach.core.replies.amounts import NOTHING, Amount, Role
from outreach.core.replies.days import Calendar
from outreach.core.replies.intents import Meanings
from outreach.core.replies.normal import Said
from outreach.core.replies.promise import Told
from outreach.core.terms import Channel, Intent, IntentKind, Money

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
        sum_ = self._sum(kind)
        told = f"{why}{amount_label(sum_)}"
        return Intent(
            kind,
            language=self.said.language,
            needs_human=needs,
            why=told,
            channel=channel,
            amount=self.money(sum_),
            sum_unsure=self.told.spoken_of and sum_.minor is None,
        )

    def money(self, amount: Amount | None) -> Money | None:
        return None if amount is None or amount.minor is None else Money(amount.minor, self.currency)

    def _sum(self, kind: IntentKind) -> Amount:
        """What is to be paid: of a promise, and of a refusal what it offers instead (`no, but i can do 50`)."""
        payable = self.told.payable
        instead = kind is _K.DECLINE and payable.role is Role.OFFERED and not payable.whole
        return payable if kind is _K.PROMISE or instead else NOTHING


def amount_label(amount: Amount | None) -> str:
    """The amount as a line of the log says it."""
    return f"; amount {amount.label}" if amount and amount.label else ""
