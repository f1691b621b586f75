"""The process is killed at every point there is, one after another: one contact comes of it, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from outreach.audit import audit
from outreach.carriers import Outcome, OutgoingSms, Placed, Progress
from outreach.core.terms import Money
from outreach.engine import intake, payments
from outreach.store.database import Database
from outreach.store.tables import attempts, carrier_inbox
from tests.engine.house import FakeCarrier, House

MORNING = datetime(2026, 11, 24, 10, 30, 1, tzinfo=ZoneInfo("America/New_York"))


class Killed(BaseException):
    """What SIGKILL is to a transaction: it never commits, and nobody tidies up."""


class Killer(FakeCarrier):
    """Kills at the `points`-th point from when it is armed: a transaction begins, is about to commit, a request leaves
    for the carrier, or its answer has come."""

    def __init__(self) -> None:
        super().__init__()
        self.points = -1
        self.where = ""

    def point(self, where: str) -> None:
        if self.points < 0:
            return
        self.points -= 1
        if self.points < 0:
            self.where = where
            raise Killed(where)

    def watch(self, db: Database) -> None:
        event.listen(db.engine, "begin", lambda _connection: self.point("begin"))
        event.listen(db.engine, "commit", lambda _connection: self.point("commit"))

    def send(self, batch: Sequence[OutgoingSms]) -> list[Placed]:
        self.point("before the carrier is asked")
        placed = super().send(batch)
        self.point("after the carrier was asked")
        return placed


def survive(house: House, killer: Killer, at: datetime, after: int, act: Callable[[], object]) -> str:
    """Do `act` and the work that follows with one kill after so many points; then start again, and go on.

    Returns where it was killed, '' if the work was done before.
    """
    house.clock.set(at)
    killer.where = ""
    killer.points = after
    try:
        act()
        house.turn()
        house.turn()
    except Killed:
        house.restart()
    killer.points = -1
    act()  # the carrier tells again what was not acknowledged; what was, it may tell again as well
    for minutes in (1, 3, 6, 12, 20):
        house.clock.set(at + timedelta(minutes=minutes))
        if house.turn():
            house.clock.set(at + timedelta(minutes=minutes, seconds=2))
            house.turn()
    return killer.where


def nothing(*_: object) -> None:
    """The clock alone moves."""


def test_killed_at_every_point_of_sending_there_is_one_text(db: Database, hand_clock: object) -> None:
    """Each round is one more debtor, one week later, killed one point later."""
    killer = Killer()
    hand_clock.set(MORNING - timedelta(hours=1))  # type: ignore[attr-defined]
    house = House(db, hand_clock, killer)  # type: ignore[arg-type]
    killer.watch(db)
    places: list[str] = []
    for round_ in range(80):
        at = (MORNING + timedelta(weeks=round_)).astimezone(UTC)  # the same local hour, summer or winter
        number = f"+1518555{100 + round_:04d}"
        house.clock.set(at - timedelta(hours=1))
        due = at.date() + timedelta(days=3)
        house.case(house.debtor(f"D{round_}", phone=number), f"L{round_}", due)
        house.driver.last.clear()
        house.turn()
        where = survive(house, killer, at, round_, nothing)
        texts = [item for item in killer.sent if item.to == number]
        kinds = house.kinds(f"L{round_}")
        assert len(texts) == 1, (where, kinds)
        assert kinds.count("attempt_placed") == 1, (where, kinds)
        if not where:
            break
        places.append(where)
        house.clock.set(at + timedelta(hours=1))
        paid_out(house, f"L{round_}")
    else:
        pytest.fail("the work never came to its end")
    assert {"begin", "commit", "before the carrier is asked", "after the carrier was asked"} <= set(places), places
    assert audit(db) == []


def test_an_answer_the_carrier_could_not_take_leaves_a_minute_later(db: Database, hand_clock: object) -> None:
    hand_clock.set(MORNING)  # type: ignore[attr-defined]
    house = House(db, hand_clock)  # type: ignore[arg-type]
    house.case(house.debtor(), "L1", date(2027, 3, 1))
    house.carrier.answers = [Outcome.NEVER_HAPPENED, Outcome.NEVER_HAPPENED]
    house.text("will pay friday", sid="SM-in-1")
    house.at("2026-11-24T10:31:00-05:00")
    assert house.carrier.sent == [] and house.kinds("L1").count("attempt_released") == 1
    house.at("2026-11-24T10:32:01-05:00")
    assert house.carrier.sent == [] and house.kinds("L1").count("attempt_released") == 2
    house.at("2026-11-24T10:33:02-05:00")
    assert len(house.carrier.sent) == 1
    house.at("2026-11-24T10:40:00-05:00")
    assert len(house.carrier.sent) == 1


def test_an_answer_that_comes_too_late_to_be_lawful_is_left_to_a_person(db: Database, hand_clock: object) -> None:
    hand_clock.set(datetime.fromisoformat("2026-11-24T22:00:00-05:00"))  # type: ignore[attr-defined]
    house = House(db, hand_clock)  # type: ignore[arg-type]
    house.case(house.debtor(), "L1", date(2026, 11, 1), collector="third_party")
    house.carrier.answers = [Outcome.NEVER_HAPPENED] * 30
    house.text("will pay friday", sid="SM-in-1")
    for minute in range(30):
        house.at(f"2026-11-24T22:{minute:02d}:{minute:02d}-05:00")
    kinds = house.kinds("L1")
    assert house.carrier.sent == [] and kinds.count("needs_person") == 1 and "refused" in kinds, kinds


def paid_out(house: House, ref: str) -> None:
    """This loan is of no more concern to the next rounds."""
    paid = payments.Payment(f"P-{ref}", ref, house.clock.now(), Money(12000, "USD"))
    with house.db.begin() as tx:
        payments.apply(tx, [paid], house.clock.now(), house.runtime.policy)


@pytest.mark.parametrize(
    ("reply", "kind"), [("will pay friday", "promised"), ("STOP", "suppressed"), ("who is this?", "needs_person")]
)
def test_killed_at_every_point_of_taking_a_reply_it_counts_once(
    db: Database, hand_clock: object, reply: str, kind: str
) -> None:
    killer = Killer()
    hand_clock.set(MORNING - timedelta(hours=1))  # type: ignore[attr-defined]
    house = House(db, hand_clock, killer)  # type: ignore[arg-type]
    killer.watch(db)
    at = MORNING
    for round_ in range(60):
        at += timedelta(minutes=26)
        if at.hour >= 17:
            at += timedelta(hours=17)
        number = f"+1518555{1000 + round_:04d}"
        house.clock.set(at - timedelta(minutes=5))
        house.case(house.debtor(f"D{round_}", phone=number), f"L{round_}", date(2027, 3, 1))
        house.driver.last.clear()
        house.turn()

        def told(sid: str = f"SM-in-{round_}", number: str = number) -> bool:
            return house.text(reply, sid=sid, sender=number)

        where = survive(house, killer, at, round_, told)
        kinds = house.kinds(f"L{round_}")
        answers = [item for item in killer.sent if item.to == number]
        assert kinds.count("replied") == 1, (where, kinds)
        # Killed before it was asked for: that it is provably absent is known after the five minutes in which a STOP may be
        # confirmed; any other answer is still one.
        lost = reply == "STOP" and "attempt_in_doubt" in kinds and "attempt_placed" not in kinds
        assert kinds.count(kind) == 1, (where, kinds)
        if lost:
            assert answers == [] and "refused" in kinds, (where, kinds)
        else:
            assert len(answers) == 1, (where, kinds)
        if not where:
            break
    else:
        pytest.fail("the work never came to its end")
    with db.read() as connection:
        assert connection.execute(select(carrier_inbox).where(carrier_inbox.c.applied_at.is_(None))).all() == []
    assert audit(db) == []


def test_killed_at_every_point_of_taking_a_delivery_report_it_is_on_the_log_once(
    db: Database, hand_clock: object
) -> None:
    killer = Killer()
    hand_clock.set(MORNING - timedelta(hours=1))  # type: ignore[attr-defined]
    house = House(db, hand_clock, killer)  # type: ignore[arg-type]
    killer.watch(db)
    numbers = [f"+1518555{2000 + n:04d}" for n in range(60)]
    for n, number in enumerate(numbers):
        house.case(house.debtor(f"D{n}", phone=number), f"L{n}", date(2026, 11, 27))
    house.at(MORNING.isoformat())
    assert len(killer.sent) == len(numbers)
    at = MORNING
    for n, number in enumerate(numbers):
        at += timedelta(minutes=25)
        sid, item = next((sid, item) for sid, item in killer.known if item.to == number)

        def told(sid: str = sid, key: str = item.key) -> bool:
            return house.report(sid, Progress.DELIVERED, key=key)

        where = survive(house, killer, at, n, told)
        assert house.kinds(f"L{n}").count("delivered") == 1, where
        if not where:
            break
    else:
        pytest.fail("the work never came to its end")
    assert intake.apply(house.runtime) == 0
    with db.read() as connection:
        states = connection.execute(select(attempts.c.state).where(attempts.c.sid == sid)).scalars().all()
    assert states == ["final"]
    assert audit(db) == []
