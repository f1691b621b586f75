"""Where a story is played: one debtor, one loan, one database in a folder, the shipped campaigns, templates and law.

Whoever tells a story says what the debtor writes and pays, and when, in the debtor's own time; everything else happens
by itself: the clock goes from one due instant to the next, texts arrive, calls ring unheard unless `picks_up`.
"""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, func, select

from outreach.book import import_book
from outreach.campaigns import load_campaign
from outreach.carriers import OutgoingSms, Progress
from outreach.carriers.live_call import Bridge
from outreach.core.money import read_amount, write_amount
from outreach.core.stops import PAUSES
from outreach.core.terms import Money, PromiseStatus
from outreach.engine import calls, payments, plan
from outreach.store.database import Database
from outreach.store.migrate import migrate
from outreach.store.tables import (
    attempts,
    case_events,
    cases,
    inbound_messages,
    promises,
    suppressions,
    tasks,
)
from outreach.store.tables import payments as paid_in
from outreach.store.tables import steps as standing
from tests.clock import HandClock
from tests.engine.house import House

REF = "L1"
TUESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 27)  # when stories begin; when most loans fall due
HEARD = timedelta(seconds=20)  # how long after it was placed a text arrives, or a call stops ringing
BREATH = timedelta(seconds=2)  # after an instant something is due at


@dataclass(frozen=True, slots=True)
class Debtor:
    name: str
    phone: str
    city: str
    region: str
    postcode: str
    zone: str


DEBTORS = {
    "en": Debtor("Dana Whitfield", "+15185550123", "Albany", "NY", "12207", "America/New_York"),
    "es": Debtor("Rosa Jiménez", "+12105550142", "San Antonio", "TX", "78205", "America/Chicago"),
    "zh": Debtor("陈慧", "+12135550167", "Los Angeles", "CA", "90012", "America/Los_Angeles"),
}


class Theatre:
    """One SQLite database in a folder, emptied before each story: what was compiled for one serves the next."""

    def __init__(self, folder: Path, empty: Path | None = None) -> None:
        """`empty`: a migrated file, if there is one already."""
        self.folder = folder
        self.db = Database(f"sqlite:///{folder / 'stories.db'}")
        event.listen(self.db.engine, "connect", _no_disk)
        self._empty = empty or folder / "empty.db"
        if empty is None:
            migrate(self.db)
            self._copy(self.folder / "stories.db", self._empty)

    def stage(self, language: str, due_on: date = FRIDAY) -> Stage:
        """A deployment at nine on a Tuesday of the debtor's, with their one loan in the book, and nothing else."""
        self._copy(self._empty, self.folder / "stories.db")
        return Stage(self.db, self.folder, language, due_on)

    def close(self) -> None:
        self.db.close()

    @staticmethod
    def _copy(origin: Path, target: Path) -> None:
        """All that is in a database, put in place of all that is in another one, which may be open."""
        with closing(sqlite3.connect(origin)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)


def _no_disk(connection: sqlite3.Connection, _record: object) -> None:
    """Nobody cuts the power to a story."""
    connection.execute("PRAGMA synchronous=OFF")


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the thread; `ours`: we wrote or called."""

    at: datetime
    ours: bool
    channel: str
    body: str
    template: str = ""
    language: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a story, as the tests compare it."""

    kinds: tuple[str, ...]
    status: str
    stops: tuple[str, ...]  # "opt_out of sms to phone"; lifted ones say so
    tasks: tuple[str, ...]
    promises: tuple[str, ...]


class Stage:
    """One debtor and one loan, played by a clock wound by hand."""

    def __init__(self, db: Database, folder: Path, language: str, due_on: date) -> None:
        self.db, self.folder, self.language = db, folder, language
        self.debtor = DEBTORS[language]
        self.zone = ZoneInfo(self.debtor.zone)
        self.clock = HandClock(self.local(TUESDAY, "09:00"))
        self.house = House(db, self.clock)
        self.picks_up = False
        self._numbers, self._reported = count(1), 0
        self.book("120.00", due_on)
        self._turn()

    # --- what happens -------------------------------------------------------------------------------------------------

    def book(self, amount_due: str, due_on: date) -> None:
        """What the loan system's book says of the loan, imported now."""
        who = self.debtor
        row = {
            "debtor_ref": "D1", "name": who.name, "language": self.language, "phone": who.phone, "phone_kind": "mobile",
            "city": who.city, "region": who.region, "postcode": who.postcode, "country": "US", "loan_ref": REF,
            "creditor": "Blue Bank", "collector": "first_party", "product": "personal", "currency": "USD",
            "amount_due": amount_due, "due_on": due_on.isoformat(), "funding_account": "****2345",
            "sms_consent_on": "2026-01-01", "recorded_call_consent_on": "2026-01-01",
        }  # fmt: skip
        path = self.folder / "book.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
            writer.writerow(row)
        imported = import_book(self.db, path, self.clock.now())
        assert imported.rejected == 0, path.with_suffix(".rejects.csv").read_text(encoding="utf-8")
        self._turn()

    def runs(self, campaign: Path) -> None:
        """One more campaign, beside the shipped ones."""
        runtime, (more, text) = self.house.runtime, load_campaign(campaign)
        known = runtime.loaded
        documents = {**known.documents, more.name: text}
        runtime.loaded = replace(known, campaigns=(*known.campaigns, more), documents=documents)
        plan.publish(runtime)

    def writes(self, body: str, on: date, at: str) -> None:
        """The debtor texts us at that time of theirs; whatever follows at once is done."""
        self.until(on, at)
        self.house.text(body, sid=f"SM-in-{next(self._numbers)}", sender=self.debtor.phone)
        self._turn()
        self._report()

    def pays(self, amount: str, on: date, at: str) -> None:
        """The loan system tells of a payment."""
        self.until(on, at)
        now = self.clock.now()
        paid = payments.Payment(f"P{next(self._numbers)}", REF, now, read_amount(amount, "USD"))
        with self.db.begin() as tx:
            assert payments.apply(tx, [paid], now, self.house.runtime.policy) == {paid.ref: "applied"}
        self._turn()

    def takes_back(self, amount: str, on: date, at: str) -> None:
        """The bank takes back the last payment, and the loan system tells of it."""
        self.until(on, at)
        now = self.clock.now()
        last = self.rows(paid_in)[-1].ref
        back = payments.Payment(f"P{next(self._numbers)}", REF, now, read_amount(amount, "USD"), last)
        with self.db.begin() as tx:
            assert payments.apply(tx, [back], now, self.house.runtime.policy) == {back.ref: "applied"}
        self._turn()

    def until(self, on: date, at: str = "12:00") -> None:
        """Let time pass to that local time, stopping wherever something falls due."""
        end = self.local(on, at)
        while (due := self._next_due()) is not None and due + BREATH < end:
            self.clock.set(due + BREATH)
            self._turn()
            self._report()
        self.clock.set(max(end, self.clock.now()))
        self._turn()
        self._report()

    def _next_due(self) -> datetime | None:
        now = self.clock.now() - BREATH
        queries = (
            select(func.min(standing.c.due_at)).where(
                standing.c.state.in_(("waiting", "parked")), standing.c.due_at > now
            ),
            select(func.min(promises.c.check_at)).where(
                promises.c.status == PromiseStatus.OPEN, promises.c.check_at > now
            ),
            select(func.min(tasks.c.due_at)).where(tasks.c.kind == "callback", tasks.c.due_at > now),
            select(func.min(suppressions.c.until)).where(
                suppressions.c.lifted_at.is_(None), suppressions.c.until > now
            ),
        )
        with self.db.read() as connection:
            found = [connection.scalar(query) for query in queries]
        return min((at for at in found if at is not None), default=None)

    def _turn(self) -> None:
        """Every job once, in the order in which what one leaves the next takes up."""
        self.house.driver.last.clear()
        self.house.turn()

    def _report(self) -> None:
        """The carrier tells what became of what it took since it last told."""
        known = self.house.carrier.known
        while self._reported < len(known):
            sid, item = known[self._reported]
            self._reported += 1
            self.clock.set(self.clock.now() + HEARD)
            if isinstance(item, OutgoingSms):
                self.house.report(sid, Progress.DELIVERED, key=item.key)
            elif self.picks_up:
                self._answer(sid, item.key)
            else:
                self.house.report(sid, Progress.NO_ANSWER, key=item.key)
            self._turn()

    def _answer(self, sid: str, key: str) -> None:
        """They pick up, say that it is them, and are put through; a minute and a half later they hang up."""
        runtime = self.house.runtime
        calls.answered(runtime, key, sid, "human")
        scene = calls.pressed(runtime, key, sid, "identify", "1")
        self.clock.advance(seconds=95)
        if isinstance(scene.then, Bridge):
            calls.bridged(runtime, key, sid, "completed", 90)
        self.house.report(sid, Progress.COMPLETED, key=key, duration_s=115)

    # --- what came of it ----------------------------------------------------------------------------------------------

    def local(self, on: date, at: str) -> datetime:
        return datetime.combine(on, datetime.strptime(at, "%H:%M").time(), self.zone)  # noqa: DTZ007

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.db.read() as connection:
            return list(connection.execute(select(table).where(*where).order_by(*table.primary_key.columns)))

    def thread(self) -> list[Said]:
        """Who wrote what, and who called, in the order it happened."""
        heard = [Said(m.received_at, False, m.channel, m.body or "") for m in self.rows(inbound_messages)]
        placed = self.rows(attempts, attempts.c.placed_at.is_not(None))
        ours = [
            Said(a.placed_at, True, a.channel, a.body or _call(a), a.template or "", a.language or "", a.purpose)
            for a in placed
        ]
        return sorted([*heard, *ours], key=lambda said: (said.at, said.ours))

    def after_a_stop(self) -> list[Said]:
        """What left under a stop that reaches it: never anything but the one confirmation of an opt-out, and an answer to
        what they wrote while reminders rest."""
        found = []
        for stop in self.rows(suppressions):
            for said in self.thread():
                reached = said.ours and stop.channel in (None, said.channel)
                late = stop.at <= said.at and (stop.lifted_at is None or said.at < stop.lifted_at)
                answers = stop.reason in PAUSES and said.purpose == "reply"
                if reached and late and not answers and said.template != "opt_out_confirmed":
                    found.append(said)
        return found

    def outcome(self) -> Outcome:
        [case] = self.rows(cases)
        return Outcome(
            kinds=tuple(e.kind for e in self.rows(case_events)),
            status=case.status,
            stops=tuple(stop_words(stop) for stop in self.rows(suppressions)),
            tasks=tuple(f"{task.kind} {task.state}" for task in self.rows(tasks)),
            promises=tuple(
                f"{p.promised_on} {write_amount(Money(p.amount_minor, p.currency))} {p.currency} {p.status}"
                for p in self.rows(promises)
            ),
        )


def _call(attempt: Any) -> str:
    return f"(a call: {(attempt.disposition or 'no outcome').replace('_', ' ')})"


def stop_words(stop: Any) -> str:
    channel = {"sms": "texts", "call": "calls"}.get(stop.channel, "all contact")
    return f"{stop.reason}: {channel}, {stop.scope}{', lifted' if stop.lifted_at else ''}"
