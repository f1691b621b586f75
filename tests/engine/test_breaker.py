"""A carrier that fails is left alone for a while, then tried with a handful; nothing is asked for twice or lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from outreach.carriers import Outcome, Placed
from outreach.core.terms import AttemptState, Channel
from outreach.engine import dispatch, plan, switch
from outreach.engine.breaker import FAILURES, FIRST, LONGEST, Breaker
from outreach.store.database import Database
from outreach.store.tables import attempts
from tests.engine.house import House

NOW = datetime(2027, 3, 9, 15, 0, 1, tzinfo=UTC)


def said(outcome: Outcome, count: int) -> list[Placed]:
    return [Placed(str(n), outcome) for n in range(count)]


def test_the_carrier_rests_after_failures_in_a_row_and_longer_each_time() -> None:
    breaker = Breaker(jitter=lambda: 1.0)
    breaker.told(said(Outcome.NEVER_HAPPENED, FAILURES - 1), NOW)
    assert not breaker.resting(NOW)
    breaker.told(said(Outcome.IN_DOUBT, 1), NOW)
    rests, now = [], NOW
    for _ in range(9):
        assert breaker.until is not None and breaker.resting(now) and not breaker.resting(breaker.until)
        rests.append(breaker.until - now)
        now = breaker.until
        breaker.told(said(Outcome.NEVER_HAPPENED, 1), now)
    assert rests[:3] == [FIRST, 2 * FIRST, 4 * FIRST] and rests[-1] == LONGEST


def test_workers_do_not_come_back_at_once() -> None:
    ends = set()
    for jitter in (0.0, 0.5, 1.0):
        breaker = Breaker(jitter=lambda share=jitter: share)  # type: ignore[misc]
        breaker.told(said(Outcome.NEVER_HAPPENED, FAILURES), NOW)
        ends.add(breaker.until)
    assert ends == {NOW + FIRST / 2, NOW + FIRST * 3 / 4, NOW + FIRST}


def test_an_answer_ends_it_and_failures_apart_do_not_add_up() -> None:
    breaker = Breaker()
    for outcome in (Outcome.PLACED, Outcome.REJECTED):
        breaker.told(said(Outcome.NEVER_HAPPENED, FAILURES), NOW)
        assert breaker.resting(NOW) and breaker.most(100, 32) == 32
        breaker.told(said(outcome, 1), NOW)
        assert not breaker.resting(NOW) and breaker.most(100, 32) == 100
    breaker.told(said(Outcome.IN_DOUBT, FAILURES - 1) + said(Outcome.PLACED, 1) + said(Outcome.IN_DOUBT, 7), NOW)
    assert not breaker.resting(NOW)


def test_it_is_left_alone_as_long_as_it_asks_for() -> None:
    """However many of the same handful it took."""
    breaker = Breaker(jitter=lambda: 1.0)
    busy = Placed("a", Outcome.NEVER_HAPPENED, code=20429, wait=timedelta(seconds=30))
    breaker.told([busy, Placed("b", Outcome.PLACED, "SM1")], NOW)
    assert breaker.resting(NOW + timedelta(seconds=44)) and not breaker.resting(NOW + timedelta(seconds=45))


def test_what_is_left_when_the_carrier_fails_is_not_asked_for_and_leaves_once_it_answers(
    db: Database, hand_clock: object
) -> None:
    hand_clock.set(datetime.fromisoformat("2027-03-08T10:00:00-05:00"))  # type: ignore[attr-defined]
    house, count = House(db, hand_clock), switch.HANDFUL + 20  # type: ignore[arg-type]
    for number in range(count):
        house.case(house.debtor(f"D{number}", phone=f"+151855501{number:02d}"), f"L{number}", date(2027, 3, 8))
    while plan.plan(house.runtime):
        pass
    house.clock.set(NOW)
    house.carrier.answers = [Outcome.NEVER_HAPPENED] * switch.HANDFUL
    assert dispatch.dispatch(house.runtime, Channel.SMS, 100) == 0
    assert house.carrier.answers == [] and house.carrier.sent == []  # the second handful was not asked for
    assert dispatch.dispatch(house.runtime, Channel.SMS, 100) == 0 and house.carrier.sent == []
    with house.db.read() as connection:
        left = connection.scalar(select(func.count()).where(attempts.c.state != AttemptState.RELEASED))
    assert left == 0  # no cap is used up by what never left
    assert ("attempt_released", "the carrier rests: it does not answer") in [
        (kind, detail.get("because")) for n in range(count) for kind, detail in house.log(f"L{n}")
    ]
    house.clock.set(NOW + LONGEST + timedelta(minutes=1))
    for _ in range(4):
        dispatch.dispatch(house.runtime, Channel.SMS, 100)
    assert sorted(text.to for text in house.carrier.sent) == [f"+151855501{number:02d}" for number in range(count)]
