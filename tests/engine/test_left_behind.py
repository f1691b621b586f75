"""A worker stands still (a paused machine, a swapped-out process) while others settle what it had in hand. Then it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from outreach.audit import audit
from outreach.carriers import Outcome, Progress, Report
from outreach.carriers.twilio_codes import CODES
from outreach.core.terms import CarrierError, Channel
from outreach.engine import dispatch, intake, plan, reconcile, switch
from outreach.store.database import Database
from outreach.store.tables import attempts, carrier_inbox
from tests.engine import house as houses
from tests.engine.house import FakeCarrier, House
from tests.engine.test_switch import TEN, Interrupted, many


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    return House(db, hand_clock, Interrupted())  # type: ignore[arg-type]


def settled_by_another(house: House, other: House) -> None:
    """Eleven minutes pass; the other worker finds that the carrier never had what the first has in hand, and sends it."""
    later = house.clock.now() + timedelta(minutes=3)
    house.clock.set(later)
    reconcile.reconcile(other.runtime)
    house.clock.set(later + timedelta(minutes=8))
    reconcile.reconcile(other.runtime)
    plan.plan(other.runtime)
    while dispatch.dispatch(other.runtime, Channel.SMS, 200):
        pass
    house.runtime.closing.set()  # it is told to end while it stands still


def test_what_others_settled_meanwhile_is_not_taken_back_again(house: House) -> None:
    """What it had not asked for yet, another worker has sent since: it leaves that alone."""
    many(house, switch.HANDFUL + 3)
    other = House(house.db, house.clock)
    other.carrier.sids, other.carrier.known = house.carrier.sids, house.carrier.known
    house.carrier.do = lambda: settled_by_another(house, other)  # type: ignore[attr-defined]
    dispatch.dispatch(house.runtime, Channel.SMS, 200)
    for hours in (0, 1, 2):
        house.clock.set(house.clock.now() + timedelta(hours=hours))
        plan.plan(other.runtime)
        while dispatch.dispatch(other.runtime, Channel.SMS, 200):
            pass
    sent = [text.to for text in (*house.carrier.sent, *other.carrier.sent)]
    assert len(set(sent)) == len(sent) == switch.HANDFUL + 3


def test_an_answer_in_doubt_meanwhile_is_not_written_a_second_time(house: House) -> None:
    """An answer it had in hand is in doubt by now: only asking the carrier may bring it back."""
    many(house, switch.HANDFUL)
    plan.plan(house.runtime)
    dispatch.reserve(house.runtime, Channel.SMS, 200)
    house.text("HELP", sid="SM-in-1", sender="+15185550000")
    intake.apply(house.runtime)
    with house.db.begin() as tx:
        batch = dispatch._claim_reserved(tx, house.runtime, Channel.SMS, house.clock.now(), 200)
    house.clock.set(house.clock.now() + timedelta(minutes=3))
    other = House(house.db, house.clock)
    reconcile.reconcile(other.runtime)
    house.runtime.closing.set()
    assert switch.watched(house.runtime, batch, lambda _: []) == []
    with house.db.read() as connection:
        answers = select(attempts.c.state, func.count()).where(attempts.c.template == "help").group_by(attempts.c.state)
        assert dict(connection.execute(answers).tuples().all()) == {"in_doubt": 1}


class Behind(Interrupted):
    """A carrier whose clock is two minutes behind ours, and which does not say that it took the first text."""

    def find(self, channel: Channel, to: str, since: datetime) -> Iterable[tuple[Report, str]]:
        written = datetime.fromisoformat(TEN) - timedelta(minutes=2)
        return super().find(channel, to, since) if since <= written else []


def test_what_the_carrier_has_is_found_though_its_clock_is_behind(db: Database, hand_clock: object) -> None:
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock, Behind())  # type: ignore[arg-type]
    many(house, 1)
    house.carrier.answers = [Outcome.IN_DOUBT]
    dispatch.dispatch(house.runtime, Channel.SMS, 1)
    for minutes in (2, 12, 30):
        house.clock.set(datetime.fromisoformat(TEN) + timedelta(minutes=minutes))
        house.driver.last.clear()
        house.turn()
    assert len(house.carrier.sent) == 1


class Mute(FakeCarrier):
    """A carrier that answers no question about what it has."""

    def find(self, channel: Channel, to: str, since: datetime) -> Iterable[tuple[Report, str]]:
        raise CarrierError("400", permanent=True)

    def fetch(self, channel: Channel, sid: str) -> Report | None:
        raise CarrierError("400", permanent=True)


@pytest.mark.parametrize("outcome", [Outcome.PLACED, Outcome.IN_DOUBT])
def test_what_can_never_be_asked_about_comes_to_its_end_and_is_not_done_again(
    db: Database, hand_clock: object, outcome: Outcome
) -> None:
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock, Mute())  # type: ignore[arg-type]
    many(house, 1)
    house.carrier.answers = [outcome]
    dispatch.dispatch(house.runtime, Channel.SMS, 1)
    for hours in (1, 71, 73):
        house.clock.set(datetime.fromisoformat(TEN) + timedelta(hours=hours))
        reconcile.reconcile(house.runtime)
        assert ("attempt_failed" in house.kinds("L0")) == (hours == 73)
    with house.db.read() as connection:
        assert connection.scalars(select(attempts.c.state)).all() == ["final"]
    assert len(house.carrier.sent) == 1


class Away(FakeCarrier):
    """A carrier that cannot be asked: it is out of order, or our key has expired."""

    error = CarrierError("503", permanent=False)

    def find(self, channel: Channel, to: str, since: datetime) -> Iterable[tuple[Report, str]]:
        raise self.error


@pytest.mark.parametrize(
    "error", [CarrierError("503", permanent=False), CarrierError("401", permanent=True, code=20003)]
)
def test_what_cannot_be_asked_about_for_days_stays_in_doubt_until_it_can(
    db: Database, hand_clock: object, monkeypatch: pytest.MonkeyPatch, error: CarrierError
) -> None:
    monkeypatch.setitem(houses.MEANINGS, 20003, CODES[20003])
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock, Away())  # type: ignore[arg-type]
    house.carrier.error = error  # type: ignore[attr-defined]
    many(house, 1)
    house.carrier.answers = [Outcome.IN_DOUBT]
    dispatch.dispatch(house.runtime, Channel.SMS, 1)
    house.clock.set(datetime.fromisoformat(TEN) + timedelta(days=5))
    reconcile.reconcile(house.runtime)
    with house.db.read() as connection:
        assert connection.scalars(select(attempts.c.state)).all() == ["in_doubt"]


class Slow(FakeCarrier):
    """A carrier whose list shows what it has much later."""

    def find(self, channel: Channel, to: str, since: datetime) -> Iterable[tuple[Report, str]]:
        return []


@pytest.mark.parametrize("reserved", [False, True])
def test_what_the_carrier_has_after_all_is_not_sent_again(db: Database, hand_clock: object, reserved: bool) -> None:
    """It was taken for absent; its report comes before its step is done again, or when that is about to leave."""
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock, Slow())  # type: ignore[arg-type]
    many(house, 1)
    house.carrier.answers = [Outcome.IN_DOUBT]
    dispatch.dispatch(house.runtime, Channel.SMS, 1)
    house.clock.set(datetime.fromisoformat(TEN) + timedelta(minutes=12))
    assert reconcile.reconcile(house.runtime) == 1
    if reserved:
        assert dispatch.reserve(house.runtime, Channel.SMS, 1) == 1
    [(sid, item)] = house.carrier.known
    house.report(sid, Progress.SENT, key=item.key)
    house.report(sid, Progress.DELIVERED, key=item.key)
    intake.apply(house.runtime)
    for minutes in (13, 30, 60):
        house.clock.set(datetime.fromisoformat(TEN) + timedelta(minutes=minutes))
        plan.plan(house.runtime)
        dispatch.dispatch(house.runtime, Channel.SMS, 1)
    assert len(house.carrier.sent) == 1
    assert house.kinds("L0")[-2:] == ["contact_found", "delivered"]
    with house.db.read() as connection:
        rows = connection.execute(select(attempts.c.state, attempts.c.sid).order_by(attempts.c.id)).all()
        states = connection.scalars(select(carrier_inbox.c.state)).all()
    assert [row.state for row in rows if row.sid == sid] == ["final"] and set(states) == {"applied"}
    assert audit(house.db) == []
