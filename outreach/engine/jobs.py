"""Which jobs are there, how often does each run, and what runs now?

The database is the truth: every job may be lost, or run twice, without harm. In production APScheduler starts each by
its own interval; the demo and the tests let a simulated clock start the very same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from outreach.core.pacing import Bucket, calls_now
from outreach.core.terms import AttemptState, Channel
from outreach.engine import clockguard, intake, plan, promises, reconcile
from outreach.engine.dispatch import dispatch, place, reserve
from outreach.engine.runtime import Runtime
from outreach.store import seals
from outreach.store.tables import attempts

SAVED_UP_S = 5  # seconds' worth of sending that may be made up for at once


@dataclass(frozen=True, slots=True)
class Job:
    """`run()` returns how much it did."""

    name: str
    every: timedelta
    run: Callable[[], int]


@dataclass(slots=True)
class Rates:
    """What the senders may still send, by channel."""

    buckets: dict[Channel, Bucket] = field(default_factory=dict)

    def allows(self, channel: Channel, rate: float, now: datetime) -> int:
        bucket = self.buckets.get(channel) or Bucket.full(rate, max(1.0, rate * SAVED_UP_S))
        self.buckets[channel] = bucket.refilled(now)
        return self.buckets[channel].whole()

    def spend(self, channel: Channel, count: int) -> None:
        self.buckets[channel] = self.buckets[channel].spent(count)


def jobs(runtime: Runtime) -> list[Job]:
    """Every job, in the order in which a single thread runs them."""
    rates = Rates()
    return [
        Job("inbox", timedelta(seconds=1), lambda: intake.apply(runtime)),
        Job("promises", timedelta(minutes=1), lambda: promises.promises_due(runtime)),
        Job("plan", timedelta(seconds=2), lambda: plan.plan(runtime)),
        Job("sms", timedelta(seconds=1), lambda: send_sms(runtime, rates)),
        Job("calls", timedelta(seconds=1), lambda: place_calls(runtime, rates)),
        Job("reconcile", timedelta(minutes=1), lambda: reconcile.reconcile(runtime)),
        Job("seal", timedelta(hours=1), lambda: seals.seal_due(runtime.db, runtime.clock.now())),
    ]


def send_sms(runtime: Runtime, rates: Rates) -> int:
    """Texts that are due, as many as the rate allows."""
    clockguard.check(runtime)
    allowed = rates.allows(Channel.SMS, runtime.policy.sms_per_second, runtime.clock.now())
    placed = dispatch(runtime, Channel.SMS, min(allowed, runtime.policy.batch))
    rates.spend(Channel.SMS, placed)
    return placed


def place_calls(runtime: Runtime, rates: Rates) -> int:
    """Calls that are due, as many as rate and lines allow: none may wait in the carrier's queue."""
    clockguard.check(runtime)
    allowed = rates.allows(Channel.CALL, runtime.policy.calls_per_second, runtime.clock.now())
    busy = (AttemptState.PLACING, AttemptState.PLACED, AttemptState.IN_DOUBT)
    reserved, live = _calls(runtime, (AttemptState.RESERVED,)), _calls(runtime, busy)
    fresh = calls_now(allowed, live + reserved, runtime.policy.max_live_calls)
    if fresh:
        reserve(runtime, Channel.CALL, fresh)
    free = calls_now(allowed, live, runtime.policy.max_live_calls)
    placed = place(runtime, Channel.CALL, free) if free else 0  # what was reserved before a crash, too
    rates.spend(Channel.CALL, placed)
    return placed


def _calls(runtime: Runtime, states: tuple[AttemptState, ...]) -> int:
    with runtime.db.read() as connection:
        query = select(func.count()).where(attempts.c.channel == Channel.CALL, attempts.c.state.in_(states))
        return connection.scalar(query) or 0


@dataclass(slots=True)
class Driver:
    """Runs due jobs one after another in this thread, by the runtime's clock."""

    table: list[Job]
    last: dict[str, datetime] = field(default_factory=dict)

    def turn(self, now: datetime) -> int:
        """Run every job whose time has come, until none of them finds more to do. Returns how much was done."""
        done = 0
        for job in self.table:
            before = self.last.get(job.name)
            if before is None or now - before >= job.every or now < before:
                self.last[job.name] = now
                done += job.run()
        return done
