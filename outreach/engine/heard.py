"""One reply, read: whose is it, about which loans, which sum was spoken of before, and who is to look at it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from outreach.core.terms import Intent, IntentKind, Money, PromisedPayment
from outreach.engine import spoken
from outreach.engine.runtime import Runtime
from outreach.engine.spoken import Spoken
from outreach.engine.tasks import add_task
from outreach.store.facts import CaseOnFile, Person, PhoneOnFile
from outreach.store.tables import inbound_messages, tasks

ANSWER_WITHIN = timedelta(days=1)  # how soon a person should look at a reply


@dataclass(frozen=True, slots=True)
class Heard:
    """One reply, read: whose it is, about which loans, what it means, and when it came: before `now`, if nobody was here."""

    tx: Connection
    runtime: Runtime
    person: Person
    phone: PhoneOnFile
    loans: tuple[CaseOnFile, ...]
    intent: Intent
    message_id: int
    came_at: datetime
    now: datetime
    last: Row[Any] | None = None  # the text it answers
    far: PromisedPayment | None = None  # a day it names that is plain, but later than may be noted

    def sum_spoken_of(self) -> Spoken:
        """The sum that was spoken of before, where this names none. A yes takes what our last text offered, unless they have
        named another since; a day alone puts off the promise that stands."""
        yes = self.intent.kind is IntentKind.ACCEPT
        since = self.last.reserved_at if yes and self.last is not None else None
        found = spoken.of_thread(self.tx, self.person, self.loans, self.now, since=since)
        if found is not None:
            return found
        return Spoken(self.offered_amount) if yes else spoken.standing(self.loans)

    @property
    def offered_amount(self) -> Money | None:
        """What our last text proposed, if not all that is due."""
        if self.last is None or self.last.offered_minor is None or not self.loans:
            return None
        return Money(self.last.offered_minor, self.loans[0].currency)

    def offered_that(self, counter: PromisedPayment) -> bool:
        """Did our last text offer the very same?"""
        if self.last is None or self.last.template != "counter_offer":
            return False
        return (self.last.offered_on, self.offered_amount) == (counter.on, counter.amount)


def for_a_person(heard: Heard, why: str) -> None:
    """One open task for a thread is enough: whoever takes it reads all of it."""
    waiting = select(tasks.c.id).where(
        tasks.c.case_id.in_([loan.id for loan in heard.loans]), tasks.c.kind == "reply", tasks.c.state == "open"
    )
    if heard.tx.scalar(waiting.limit(1)) is not None:
        return
    add_task(heard.tx, heard.loans[:1], "reply", heard.now + ANSWER_WITHIN, why, heard.now, heard.message_id)


def hand_over(heard: Heard, why: str) -> None:
    """A person reads what was clear in itself: it waits in the inbox beside what they wrote before."""
    waits = update(inbound_messages).where(inbound_messages.c.id == heard.message_id).values(state="needs_person")
    heard.tx.execute(waits)
    for_a_person(heard, why)
