"""What the status says is what is in the database, and `/metrics` says the same; figures worked out by hand here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from outreach.carriers import Outcome, Progress
from outreach.core.terms import Channel
from outreach.engine import dispatch, plan, workers
from outreach.status import status
from outreach.statuswords import lines
from outreach.store import switches
from outreach.store.database import Database
from outreach.store.tables import attempts, carrier_inbox
from tests.console.conftest import KEY, client
from tests.engine.house import House

TEN = datetime.fromisoformat("2027-03-09T10:00:00-05:00")  # the texts are due
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    """Ten texts are due at ten: four leave a second later, four half a minute later, one is in doubt, one is reserved."""
    hand_clock.set(TEN - timedelta(hours=1))  # type: ignore[attr-defined]
    made = House(db, hand_clock)  # type: ignore[arg-type]
    made.runtime.policy = replace(made.runtime.policy, sms_per_second=100)
    for number in range(12):
        made.case(made.debtor(f"D{number}", phone=f"+1518555{number:04d}"), f"L{number}", date(2027, 3, 8))
    plan.plan(made.runtime)
    made.clock.set(TEN + timedelta(seconds=1))
    assert dispatch.dispatch(made.runtime, Channel.SMS, 4) == 4
    made.clock.set(TEN + timedelta(seconds=31))
    assert dispatch.dispatch(made.runtime, Channel.SMS, 4) == 4
    made.carrier.answers, made.carrier.lost = [Outcome.IN_DOUBT], True
    dispatch.dispatch(made.runtime, Channel.SMS, 1)
    assert dispatch.reserve(made.runtime, Channel.SMS, 1) == 1
    sid, item = made.carrier.known[0]
    made.report(sid, Progress.UNDELIVERED, key=item.key, code=30006)
    next(job for job in made.driver.table if job.name == "inbox").run()
    sid, item = made.carrier.known[1]
    made.report(sid, Progress.DELIVERED, key=item.key)  # not applied yet
    made.clock.set(TEN + timedelta(seconds=41))
    return made


def read(house: House) -> dict[str, Any]:
    return status(house.db, house.clock.now())


def scraped(house: House, **headers: str) -> Samples:
    answer = client(house, runtime=house.runtime).get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_the_queue_and_what_is_under_way_are_counted(house: House) -> None:
    found = read(house)
    assert found["due"]["sms"] == {"steps": 2, "oldest_at": TEN} and found["due"]["call"]["steps"] == 0
    assert {state: counts["sms"] for state, counts in found["attempts"].items()} == {
        "reserved": 1, "placing": 0, "placed": 7, "in_doubt": 1,
    }  # fmt: skip
    assert found["in_doubt_oldest_at"] == TEN + timedelta(seconds=31)
    assert {one["name"]: (one["due"], one["under_way"], one["placed"]) for one in found["campaigns"]} == {
        "broken-promise": (0, 0, 0), "overdue-1-30": (2, 9, 8), "pre-due": (0, 0, 0),
    }  # fmt: skip


def test_lag_is_from_due_to_placed_by_nearest_rank(house: House) -> None:
    assert read(house)["lag_seconds"] == {"sms": {"p50": 1.0, "p95": 31.0}, "call": {"p50": None, "p95": None}}


def test_what_was_placed_more_than_an_hour_ago_counts_no_more(house: House) -> None:
    with house.db.begin() as tx:
        tx.execute(update(attempts).values(touched_at=TEN + timedelta(minutes=90)))
    house.clock.set(TEN + timedelta(hours=1, seconds=15))
    assert read(house)["lag_seconds"]["sms"] == {"p50": 31.0, "p95": 31.0}
    house.clock.set(TEN + timedelta(hours=1, seconds=40))
    assert read(house)["lag_seconds"]["sms"] == {"p50": None, "p95": None}


def test_reports_that_wait_errors_of_the_carrier_and_what_was_taken_back(house: House) -> None:
    house.carrier.answers = [Outcome.NEVER_HAPPENED]
    dispatch.place(house.runtime, Channel.SMS, 1)
    house.report("SM-unknown", Progress.DELIVERED)
    with house.db.begin() as tx:
        tx.execute(update(carrier_inbox).where(carrier_inbox.c.dedupe.like("SM-unknown%")).values(state="unmatched"))
    found = read(house)
    assert found["inbox"] == {
        "depth": 1, "oldest_at": TEN + timedelta(seconds=31), "lag_seconds": 10.0, "given_up": 1,
    }  # fmt: skip
    assert found["carrier_errors"] == {"30006": 1}
    assert found["taken_back"] == {"the carrier was not reached: 429": 1}


def test_a_worker_that_went_quiet_is_told_from_one_at_work(house: House) -> None:
    now = house.clock.now()
    workers.tick(house.db, "one:1", now - timedelta(seconds=40))
    workers.tick(house.db, "two:2", now - timedelta(seconds=40))
    workers.tick(house.db, "two:2", now - timedelta(seconds=2))
    assert [(one["name"], one["quiet"]) for one in read(house)["workers"]] == [("one:1", True), ("two:2", False)]
    workers.leave(house.db, "one:1")
    workers.tick(house.db, "three:3", now + timedelta(days=2))
    assert [one["name"] for one in read(house)["workers"]] == ["three:3"], "who died two days ago is nobody's concern"


def test_metrics_are_the_status(house: House) -> None:
    workers.tick(house.db, "one:1", house.clock.now() - timedelta(seconds=3))
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", "x", house.clock.now(), "pre-due")
    found = scraped(house)
    texts = ("channel", "sms")
    expected = {
        ("outreach_due_steps", (texts,)): 2,
        ("outreach_due_oldest_seconds", (texts,)): 41,
        ("outreach_attempts", (texts, ("state", "in_doubt"))): 1,
        ("outreach_attempts", (texts, ("state", "placed"))): 7,
        ("outreach_in_doubt_oldest_seconds", ()): 10,
        ("outreach_lag_seconds", (texts, ("quantile", "0.95"))): 31,
        ("outreach_inbox_depth", ()): 1,
        ("outreach_inbox_lag_seconds", ()): 10,
        ("outreach_carrier_errors", (("code", "30006"),)): 1,
        ("outreach_workers", (("state", "at_work"),)): 1,
        ("outreach_last_tick_age_seconds", ()): 3,
        ("outreach_stopped", ()): 0,
        ("outreach_campaign_stopped", (("campaign", "pre-due"),)): 1,
        ("outreach_campaign_stopped", (("campaign", "overdue-1-30"),)): 0,
        ("outreach_campaign_placed", (("campaign", "overdue-1-30"),)): 8,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert not any(labels and labels[0] == ("channel", "call") for name, labels in found if "lag" in name)
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", "x", house.clock.now())
    assert scraped(house)[("outreach_stopped", ())] == 1


def test_the_words_name_what_is_wrong(house: House) -> None:
    workers.tick(house.db, "one:1", house.clock.now() - timedelta(minutes=2))
    with house.db.begin() as tx:
        switches.stop(tx, "Sue", "wrong amounts", house.clock.now())
    said = "\n".join(lines(read(house)))
    assert "STOPPED         everything, by Sue on 2027-03-09 15:00:41Z: wrong amounts" in said
    assert "one:1" in said and "QUIET, ticked 120 s ago" in said
    assert "due             texts 2, the oldest from 41 s ago; calls 0" in said
    assert "due to placed   texts p50 1.0 s, p95 31.0 s; calls none (last hour)" in said
    assert "in doubt        texts 1; calls 0, the oldest from 10 s ago" in said
    assert "carrier error   30006" in said and "landline" in said
    assert "overdue-1-30: 2 due, 9 under way, 8 placed in the last hour, STOPPED" in said


# --- who may ask --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "headers", "answer"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.7", {}, 403),
        ("10.0.0.7", {"Authorization": f"Bearer {KEY}"}, 200),
        ("10.0.0.7", {"Authorization": "Bearer another-key-of-somebody"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.7"}, 403),
        ("127.0.0.1", {"Forwarded": "for=198.51.100.7"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.7", "Authorization": f"Bearer {KEY}"}, 200),
    ],
)
def test_metrics_are_for_a_program_or_this_machine(house: House, peer: str, headers: Any, answer: int) -> None:
    web = client(house, runtime=house.runtime)
    told = web.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert told.status_code == answer


def test_up_is_not_ready(house: House) -> None:
    """Ready: the database there and migrated, and no worker that started without ending has gone quiet."""
    web = client(house, runtime=house.runtime)
    assert web.get("/readyz").text == "ready\n"
    workers.tick(house.db, "one:1", house.clock.now() - timedelta(seconds=31))
    answer = web.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "no worker has been heard of for 31 s\n")
    workers.tick(house.db, "two:2", house.clock.now())
    assert web.get("/readyz").status_code == 200
    with house.db.begin() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    answer = web.get("/readyz")
    assert answer.status_code == 503 and "at revision 0001" in answer.text
    assert web.get("/healthz").text == "ok\n"


def test_without_its_database_a_process_is_up_and_not_ready(house: House) -> None:
    gone = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    web = client(house, runtime=replace(house.runtime, db=gone))
    answer = web.get("/readyz")
    assert answer.status_code == 503 and "the database cannot be used" in answer.text
    assert web.get("/healthz").status_code == 200
    gone.close()
