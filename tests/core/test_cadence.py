"""Which step is due and when is the next: no burst, no silent drop, never in the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.core import cadence
from outreach.core.cadence import Anchor, Audience, Campaign, CaseFacts, Condition, Late, Position, Step, Try
from outreach.core.terms import CaseStatus, Channel, Collector, Disposition

NEW_YORK = ZoneInfo("America/New_York")
DUE = date(2026, 11, 20)


def step(name: str, offset: int, at: time = time(10), **changes: object) -> Step:
    return replace(Step(name, offset, (Try(Channel.SMS, "overdue_first", at),)), **changes)  # type: ignore[arg-type]


CALL = Step(
    "call",
    4,
    (
        Try(Channel.CALL, "overdue_call", time(17, 30)),
        Try(Channel.CALL, "overdue_call", time(12, 15), timedelta(days=1)),
        Try(Channel.SMS, "missed_call", time(10, 15), timedelta(days=1)),
    ),
    if_late=Late.SHIFT,
    keep_for=timedelta(days=2),
)
PLAN = Campaign(
    "c", "v", "t", (step("first", 1), CALL, step("second", 10)), Audience(days_past_due=(1, 30)), Anchor.DUE
)
FACTS = CaseFacts(
    DUE, CaseStatus.ACTIVE, 12000, "USD", "card", frozenset({"vip"}), "US", "en", "Blue Bank", Collector.FIRST_PARTY,
    "America/New_York",
)  # fmt: skip


def local(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK)


def part_paid(on: int, days: int, **changes: object) -> tuple[Campaign, CaseFacts]:
    """The plan with so many days of quiet, and a case of which part was paid on that day of November."""
    plan = replace(PLAN, quiet_after_part=timedelta(days=days), **changes)  # type: ignore[arg-type]
    return plan, replace(FACTS, part_paid_on=date(2026, 11, on))


@pytest.mark.parametrize(
    ("late", "keep", "into", "at"),
    [
        (Late.EXPIRE, 1, "call", local(24, 17, 30)),  # dropped: the next step that is still kept then
        (Late.SHIFT, 1, "first", local(25, 10)),
        (Late.MERGE, 1, "first", local(25, 10)),
        (Late.EXPIRE, 9, "first", local(25, 10)),  # kept so long: it only waits
    ],
)
def test_a_step_in_the_quiet_after_a_part_payment_waits_or_is_as_late_as_any(
    late: Late, keep: int, into: str, at: datetime
) -> None:
    steps = (step("first", 1, if_late=late, keep_for=timedelta(days=keep)), CALL, step("second", 10))
    plan, facts = part_paid(20, 5, steps=steps)
    position = cadence.first(plan, facts, DUE, local(20, 12))
    assert position is not None
    moved = cadence.put_off(plan, position, facts, DUE, local(21, 10))
    assert moved is not None and moved.position is not None
    assert (moved.position.step, moved.position.planned_at) == (into, at)
    assert cadence.put_off(plan, position, facts, DUE, local(25, 0)) is None, "the quiet is over"


def test_without_a_part_payment_or_days_of_quiet_nothing_waits() -> None:
    position = Position("first", 0, local(21, 10).astimezone(UTC))
    for plan, facts in (part_paid(20, 0), (part_paid(20, 5)[0], FACTS)):
        assert cadence.quiet(plan, facts, local(21, 10)) is None
        assert cadence.put_off(plan, position, facts, DUE, local(21, 10)) is None


def test_what_the_quiet_pushes_out_of_the_stage_is_over() -> None:
    plan, facts = part_paid(20, 40)
    moved = cadence.put_off(plan, Position("call", 0, local(24, 17, 30).astimezone(UTC)), facts, DUE, local(24, 17, 30))
    assert moved is not None and moved.position is None


def test_a_case_enters_at_the_first_step_that_still_means_something() -> None:
    def enters(now: datetime) -> str | None:
        position = cadence.first(PLAN, FACTS, DUE, now)
        return position.step if position else None

    assert enters(local(1, 9)) == "first"
    assert enters(local(21, 10)) == "first"
    assert enters(local(22, 10)) == "first"  # kept for a day
    assert enters(local(22, 10, 1)) == "call"
    assert enters(local(30, 10, 1)) == "second"
    assert enters(local(2, 10, month=12)) is None


def test_planned_in_the_debtors_local_time() -> None:
    position = cadence.first(PLAN, replace(FACTS, zone="Pacific/Honolulu"), DUE, local(1, 9))
    assert position is not None
    assert position.planned_at == datetime(2026, 11, 21, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("audience", "fits"),
    [
        (Audience(), True),
        (Audience(days_past_due=(None, 0)), False),
        (Audience(days_past_due=(6, 30)), False),
        (Audience(products=frozenset({"auto"})), False),
        (Audience(tags_any=frozenset({"vip", "x"})), True),
        (Audience(tags_none=frozenset({"vip"})), False),
        (Audience(countries=frozenset({"CA"})), False),
        (Audience(languages=frozenset({"es"})), False),
        (Audience(creditors=frozenset({"Blue Bank"})), True),
        (Audience(collectors=frozenset({Collector.THIRD_PARTY})), False),
        (Audience(amount_due=(("USD", 12000, None),)), True),
        (Audience(amount_due=(("USD", 12001, None),)), False),
        (Audience(amount_due=(("CAD", None, None),)), False),
    ],
)
def test_audience(audience: Audience, fits: bool) -> None:
    assert cadence.in_audience(replace(PLAN, audience=audience), FACTS, date(2026, 11, 25)) is fits


def test_nobody_answers_then_another_hour_then_a_text_then_the_next_step() -> None:
    at = Position("call", 0, local(24, 17, 30))
    again = cadence.after(PLAN, at, Disposition.NO_ANSWER, FACTS, DUE, local(24, 17, 31))
    assert again == Position("call", 1, local(25, 12, 15))
    text = cadence.after(PLAN, again, Disposition.BUSY, FACTS, DUE, local(25, 12, 16))
    assert text == Position("call", 2, local(26, 10, 15))
    following = cadence.after(PLAN, text, Disposition.DELIVERED, FACTS, DUE, local(26, 10, 16))
    assert following == Position("second", 0, local(30, 10))
    reached = cadence.after(PLAN, at, Disposition.RIGHT_PARTY, FACTS, DUE, local(24, 17, 31))
    assert reached == Position("second", 0, local(30, 10))
    assert cadence.after(PLAN, following, Disposition.DELIVERED, FACTS, DUE, local(30, 11)) is None


def test_a_late_step_expires_into_the_next_that_still_means_something() -> None:
    moved = cadence.late(PLAN, Position("first", 0, local(21, 10)), FACTS, DUE, local(22, 10, 1))
    assert moved is not None and (moved.what, moved.step) == (Late.EXPIRE, "first")
    assert moved.position == Position("call", 0, local(24, 17, 30))
    assert cadence.late(PLAN, Position("first", 0, local(21, 10)), FACTS, DUE, local(22, 10)) is None


def test_a_late_step_shifts_and_takes_the_rest_along() -> None:
    moved = cadence.late(PLAN, Position("call", 0, local(24, 17, 30)), FACTS, DUE, local(27, 18))
    assert moved is not None and (moved.what, moved.days) == (Late.SHIFT, 4)
    assert moved.position == Position("call", 0, local(28, 17, 30), 4)
    following = cadence.after(PLAN, moved.position, Disposition.RIGHT_PARTY, FACTS, DUE, local(28, 17, 31))
    assert following == Position("second", 0, local(4, 10, month=12), 4)


def test_a_late_step_merges_into_the_latest_one_due() -> None:
    plan = replace(PLAN, steps=tuple(replace(s, if_late=Late.MERGE) for s in PLAN.steps))
    moved = cadence.late(plan, Position("first", 0, local(21, 10)), FACTS, DUE, local(30, 12))
    assert moved is not None and moved.what is Late.MERGE
    assert moved.position is not None
    assert (moved.position.step, moved.position.planned_at) == ("second", local(1, 10, month=12))
    alone = cadence.late(plan, Position("first", 0, local(21, 10)), FACTS, DUE, local(23, 12))
    assert alone is not None and alone.position == Position("first", 0, local(24, 10))


def test_what_blocks_a_step() -> None:
    plan = replace(PLAN, steps=(step("s", 1, unless=frozenset({Condition.REPLIED}), only_if=frozenset()),))
    at = Position("s", 0, local(21, 10))

    def blocked(*happened: Condition) -> Condition | None:
        return cadence.blocked(plan, at, replace(FACTS, happened=frozenset(happened)))

    assert blocked() is None
    assert blocked(Condition.REPLIED) is Condition.REPLIED
    assert blocked(Condition.REPLIED, Condition.PAID) is Condition.PAID
    waits = replace(plan, steps=(step("s", 1, only_if=frozenset({Condition.DELIVERED})),))
    assert cadence.blocked(waits, at, FACTS) is Condition.DELIVERED


def test_a_time_the_clock_skips_is_the_instant_it_jumps_to() -> None:
    assert cadence.planned_instant(date(2027, 3, 14), time(2, 30), "America/New_York") == datetime(
        2027, 3, 14, 7, 30, tzinfo=UTC
    )


instants = st.datetimes(datetime(2026, 10, 1), datetime(2027, 4, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(["America/New_York", "Pacific/Auckland", "America/St_Johns", "Asia/Shanghai"])


@settings(max_examples=200, deadline=None)
@given(instants, zones, st.sampled_from(list(Late)), st.lists(st.sampled_from(list(Disposition)), max_size=30))
def test_the_plan_only_goes_forward_and_ends(now: datetime, zone: str, late: Late, outcomes: list[Disposition]) -> None:
    plan = replace(PLAN, steps=tuple(replace(s, if_late=late) for s in PLAN.steps))
    facts = replace(FACTS, zone=zone)
    anchor = now.date() - timedelta(days=3)
    facts = replace(facts, due_on=anchor)
    position = cadence.first(plan, facts, anchor, now)
    turns = 0
    while position is not None:
        turns += 1
        assert turns <= sum(len(s.tries) for s in plan.steps)
        now = max(now, position.planned_at)
        outcome = outcomes[turns % len(outcomes)] if outcomes else Disposition.NO_ANSWER
        following = cadence.after(plan, position, outcome, facts, anchor, now)
        assert following is None or following.planned_at >= now
        position = following


@settings(max_examples=200, deadline=None)
@given(instants, zones, st.sampled_from(list(Late)), st.timedeltas(timedelta(0), timedelta(days=40)))
def test_after_any_outage_there_is_one_step_and_it_is_not_in_the_past(
    now: datetime, zone: str, late: Late, outage: timedelta
) -> None:
    plan = replace(PLAN, steps=tuple(replace(s, if_late=late) for s in PLAN.steps))
    anchor = now.date()
    facts = replace(FACTS, zone=zone, due_on=anchor)
    position = cadence.first(plan, facts, anchor, now)
    assert position is not None
    woken = position.planned_at + outage
    for _ in range(len(plan.steps) + 1):
        moved = cadence.late(plan, position, facts, anchor, woken)
        if moved is None or moved.position is None:
            break
        position = moved.position
        kept = plan.step(position.step)
        assert kept is not None
        assert position.planned_at + kept.keep_for >= woken
    else:
        raise AssertionError("a late step must come to rest")
