"""A whole deployment for tests: the real database, files and engine, with a carrier that does as it is told."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import insert, select

from outreach import campaigns
from outreach.bootstrap import policy, read_config
from outreach.campaigns import Loaded
from outreach.campaigns.config import ConfigModel
from outreach.carriers import (
    CodeMeaning,
    Finding,
    Left,
    Outcome,
    OutgoingCall,
    OutgoingSms,
    Placed,
    Price,
    Progress,
    Record,
    Report,
    ReportKind,
    Wanted,
)
from outreach.core.terms import CarrierError, CaseStatus, Channel, Disposition, EventKind
from outreach.engine import agents, intake, plan
from outreach.engine.jobs import Driver, jobs
from outreach.engine.runtime import Runtime
from outreach.messages import Library
from outreach.store import caselog
from outreach.store.caselog import GENESIS, Entry
from outreach.store.database import Database
from outreach.store.tables import addresses, case_events, cases, consents, debtors, phones

ROOT = Path(__file__).parents[2]
MEANINGS = {
    21610: CodeMeaning("the recipient opted out", Disposition.FAILED, opt_out=True),
    30006: CodeMeaning("a landline", Disposition.UNDELIVERED, landline=True),
    21211: CodeMeaning("an invalid number", Disposition.FAILED, suppress=True),
}


class Hand(Protocol):
    def now(self) -> datetime: ...
    def set(self, at: datetime) -> None: ...


@dataclass
class FakeCarrier:
    """Takes everything, unless `answers` says otherwise; remembers what it was asked."""

    name: str = "fake"
    wide: int = 32
    sent: list[OutgoingSms] = field(default_factory=list)
    called: list[OutgoingCall] = field(default_factory=list)
    redirected: list[tuple[str, str, str]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)  # sids it was asked to drop
    answers: list[Outcome] = field(default_factory=list)  # for the next creates, in order
    codes: list[int] = field(default_factory=list)
    known: list[tuple[str, OutgoingSms | OutgoingCall]] = field(default_factory=list)  # (sid, what), as it recorded
    written: list[Report] = field(default_factory=list)  # by debtors, whether or not we were told
    asked_since: list[tuple[str, datetime]] = field(default_factory=list)
    priced: dict[str, Price] = field(default_factory=dict)  # by sid, as far as it says yet
    became: dict[str, Progress] = field(default_factory=dict)  # by sid, in its own books
    elsewhere: list[Left] = field(default_factory=list)  # what left from our numbers, by whomever
    asked_left: list[tuple[datetime, datetime]] = field(default_factory=list)
    asked_records: list[list[str]] = field(default_factory=list)
    deaf: bool = False  # it can't be asked what was written
    lost: bool = False  # what is in doubt never reached it
    dies: bool = False  # the process is killed after the carrier took it
    sids: Any = field(default_factory=lambda: count(1))

    def send(self, batch: Sequence[OutgoingSms]) -> list[Placed]:
        return [self._take(item, self.sent, "SM") for item in batch]

    def place(self, batch: Sequence[OutgoingCall]) -> list[Placed]:
        return [self._take(item, self.called, "CA") for item in batch]

    def _take(self, item: Any, taken: list[Any], prefix: str) -> Placed:
        if not item.timely():
            return Placed(item.key, Outcome.NEVER_HAPPENED, message="its turn came too late")
        outcome = self.answers.pop(0) if self.answers else Outcome.PLACED
        if outcome is Outcome.NEVER_HAPPENED:
            return Placed(item.key, outcome, message="429")
        if self.lost and outcome is Outcome.IN_DOUBT:
            return Placed(item.key, outcome, message="read timeout")
        if outcome is Outcome.REJECTED:
            return Placed(item.key, outcome, code=self.codes.pop(0))
        sid = f"{prefix}{next(self.sids):032d}"
        taken.append(item)
        self.known.append((sid, item))
        if self.dies:
            self.dies = False
            raise KeyboardInterrupt
        return Placed(item.key, outcome, sid if outcome is Outcome.PLACED else None)

    def cancel(self, channel: Channel, sid: str) -> bool:
        self.cancelled.append(sid)
        return channel is Channel.CALL

    def redirect(self, sid: str, key: str, menu: str) -> bool:
        self.redirected.append((sid, key, menu))
        return True

    def fetch(self, channel: Channel, sid: str) -> Report | None:
        return None

    def find(self, channel: Channel, to: str, since: datetime) -> Iterable[tuple[Report, str]]:
        for sid, item in self.known:
            if item.to == to and isinstance(item, OutgoingSms) == (channel is Channel.SMS):
                body = item.body if isinstance(item, OutgoingSms) else ""
                kind = ReportKind.MESSAGE_STATUS if channel is Channel.SMS else ReportKind.CALL_STATUS
                yield Report(kind, sid, f"find:{sid}", progress=Progress.QUEUED), body

    def heard(self, ours: str, since: datetime) -> Iterable[Report]:
        self.asked_since.append((ours, since))
        if self.deaf:
            raise CarrierError("it can't be asked", permanent=False)
        return [report for report in self.written if report.to == ours and report.at and report.at >= since]

    def left(self, channel: Channel, ours: str, since: datetime, until: datetime) -> Iterable[Left]:
        self.asked_left.append((since, until))
        if self.deaf:
            raise CarrierError("it can't be asked", permanent=False)
        here = [one for one in self.elsewhere if one.report.sender == ours and one.channel is channel]
        return [one for one in here if since <= one.at <= until]

    def records(self, channel: Channel, sids: Collection[str], since: datetime, until: datetime) -> dict[str, Record]:
        self.asked_records.append(sorted(sids))
        kind = ReportKind.MESSAGE_STATUS if channel is Channel.SMS else ReportKind.CALL_STATUS
        reports = {sid: Report(kind, sid, f"record:{sid}", progress=self.became.get(sid)) for sid in sids}
        return {sid: Record(reports[sid], self.priced.get(sid)) for sid in sids}

    def meaning(self, code: int) -> CodeMeaning:
        return MEANINGS.get(code, CodeMeaning("unknown", Disposition.FAILED))

    def preflight(self, wanted: Wanted) -> list[Finding]:
        return []


@cache
def files() -> tuple[ConfigModel, Loaded, Library]:
    """The shipped config, campaigns with rulebooks, and templates: read once for all houses, since nobody changes them."""
    config = read_config(ROOT)
    return config, campaigns.load(ROOT, config.adopt), Library.load(ROOT / "templates")


class House:
    """One deployment on one database, by a hand-wound clock."""

    def __init__(self, db: Database, clock: Hand, carrier: FakeCarrier | None = None) -> None:
        config, loaded, library = files()
        self.db, self.clock, self.carrier = db, clock, carrier or FakeCarrier()
        quick = replace(policy(config), sms_per_second=1000, calls_per_second=5)  # rates have tests of their own
        self.runtime = Runtime(db, clock, self.carrier, library, loaded, quick)
        with db.begin() as tx:
            agents.sync(tx, self.runtime.policy)
        plan.publish(self.runtime)
        self.restart()

    def restart(self) -> None:
        """What a new process has: nothing but the database."""
        self.driver = Driver(jobs(self.runtime))

    def turn(self) -> int:
        return self.driver.turn(self.clock.now())

    def at(self, moment: str) -> None:
        """Set the clock (ISO, with offset) and let everything due happen."""
        self.clock.set(datetime.fromisoformat(moment))
        for _ in range(4):
            self.driver.last.clear()
            if not self.turn():
                break

    def debtor(
        self,
        ref: str = "D1",
        *,
        name: str | None = "Maria Lopez",
        language: str | None = "en",
        phone: str = "+15185550123",
        country: str = "US",
        region: str | None = "NY",
        consent: bool = True,
    ) -> int:
        now = self.clock.now()
        with self.db.begin() as tx:
            row = {"ref": ref, "name": name, "language": language, "country": country, "salt": b"salt"}
            debtor_id = _new(tx, debtors, **row, shard=0, facts_version=0, created_at=now)
            digest = caselog.digest(b"salt", phone)
            _new(tx, phones, debtor_id=debtor_id, e164=phone, digest=digest, kind="mobile", place="personal", rank=0)
            _new(tx, addresses, debtor_id=debtor_id, country=country, region=region)
            for kind in ("recorded_call", "sms") if consent else ():
                given = {"kind": kind, "given_to": "us", "at": datetime(2026, 1, 1, tzinfo=UTC), "source": "book"}
                _new(tx, consents, debtor_id=debtor_id, **given)
        return debtor_id

    def case(self, debtor_id: int, ref: str, due_on: date, *, minor: int = 12000, **columns: Any) -> int:
        now = self.clock.now()
        values = {
            "creditor": "Blue Bank", "collector": "first_party", "currency": "USD", "product": "personal",
            "funding_account": "00012345", "tags": [], "status": CaseStatus.ACTIVE,
        }  # fmt: skip
        with self.db.begin() as tx:
            case_id = _new(
                tx, cases, debtor_id=debtor_id, ref=ref, due_on=due_on, amount_due_minor=minor, last_hash=GENESIS,
                last_seq=0, opened_at=now, plan_dirty=True, **(values | columns),
            )  # fmt: skip
            caselog.record(tx, [Entry(case_id, now, EventKind.OPENED, {"due_on": due_on.isoformat()})])
        return case_id

    def log(self, ref: str) -> list[tuple[str, dict[str, Any]]]:
        with self.db.read() as connection:
            query = select(case_events).join(cases).where(cases.c.ref == ref).order_by(case_events.c.seq)
            return [(row.kind, json.loads(row.detail)) for row in connection.execute(query)]

    def kinds(self, ref: str) -> list[str]:
        return [kind for kind, _detail in self.log(ref)]

    def status(self, ref: str) -> str:
        with self.db.read() as connection:
            return str(connection.scalar(select(cases.c.status).where(cases.c.ref == ref)))

    def report(self, sid: str, progress: Progress, *, key: str | None = None, **fields: Any) -> bool:
        kind = ReportKind.CALL_STATUS if sid.startswith("CA") else ReportKind.MESSAGE_STATUS
        told = Report(kind, sid, f"{sid}:{progress}", key=key, progress=progress, **fields)
        return intake.receive(self.runtime, told, {})

    def text(self, body: str, *, sid: str, sender: str = "+15185550123") -> bool:
        told = Report(ReportKind.INBOUND_SMS, sid, sid, sender=sender, to="+12125550199", body=body)
        return intake.receive(self.runtime, told, {"Body": body})


def texted(db: Database, hand_clock: Any, at: str) -> House:
    """A house whose one debtor, of a loan due on 2027-03-08, has been texted at that time of the next day."""
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))
    made = House(db, hand_clock)
    made.case(made.debtor(), "L1", date(2027, 3, 8))
    made.at(at)
    assert len(made.carrier.sent) == 1
    return made


def _new(tx: Any, table: Any, **columns: Any) -> int:
    return int(tx.execute(insert(table).values(**columns)).inserted_primary_key[0])
