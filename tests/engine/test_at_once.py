"""Web and workers of one deployment start, note and seal at the same time, on the same fresh database: nobody fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import func, select

from outreach import campaigns
from outreach.audit import audit, audit_due
from outreach.bootstrap import policy, read_config
from outreach.campaigns import Loaded
from outreach.engine import agents, clockguard, plan
from outreach.engine.runtime import Runtime
from outreach.messages import Library
from outreach.production import schedule
from outreach.store import seals
from outreach.store.database import Database
from outreach.store.tables import campaigns as published
from tests.engine.house import ROOT, FakeCarrier, House

NOW = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)
MANY = 4


class Still:
    """The same instant for everybody."""

    def now(self) -> datetime:
        return NOW


def at_once(act: Callable[[], object]) -> list[Exception]:
    """Do it in several threads that set out together; what failed."""
    start, failed = threading.Barrier(MANY), []

    def work() -> None:
        start.wait()
        try:
            act()
        except Exception as error:  # told by the assertion
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_every_job_runs_when_its_process_starts(db: Database, hand_clock: object) -> None:
    """What is done hourly would else never be done by a process that is restarted more often."""
    house, done = House(db, hand_clock), threading.Event()  # type: ignore[arg-type]

    def reload() -> tuple[Loaded, Library]:  # every fifteen seconds
        done.set()
        return house.runtime.loaded, house.runtime.library

    house.runtime.reload = reload
    scheduler = schedule(house.runtime)
    try:
        assert done.wait(8)
    finally:
        scheduler.shutdown(wait=True)


def test_several_publish_the_same_campaigns_and_laws(db: Database) -> None:
    config = read_config(ROOT)
    loaded = campaigns.load(ROOT, config.adopt)
    runtime = Runtime(db, Still(), FakeCarrier(), Library.load(ROOT / "templates"), loaded, policy(config))
    assert at_once(lambda: plan.publish(runtime)) == []
    with db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(published)) == len(loaded.campaigns)


def test_several_write_down_the_same_agents(db: Database) -> None:
    configured = policy(read_config(ROOT))

    def sync() -> None:
        with db.begin() as tx:
            agents.sync(tx, configured)

    assert at_once(sync) == []


def test_several_note_the_time(db: Database) -> None:
    def note() -> None:
        with db.begin() as tx:
            clockguard.note(tx, NOW)

    assert at_once(note) == []


def test_several_seal_and_audit_the_logs_when_the_day_is_over(db: Database, hand_clock: object) -> None:
    house = House(db, hand_clock)  # type: ignore[arg-type]
    house.case(house.debtor(), "L1", NOW.date())
    done: list[int] = []
    assert at_once(lambda: done.append(seals.seal_due(db, NOW))) == []
    assert sorted(done) == [0, 0, 0, 1]
    assert at_once(lambda: audit_due(db, NOW)) == []
    assert audit(db) == []
