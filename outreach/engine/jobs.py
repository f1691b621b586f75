"""Which jobs are there, how often does each run, and what runs now?

The database is the truth: every job may be lost, or run twice, without harm. In production APScheduler starts each by
its own interval; the demo and the tests let a simulated clock start the very same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outreach.core.terms import Channel
from outreach.engine import (
    books,
    callbacks,
    clockguard,
    hearing,
    intake,
    pauses,
    plan,
    promises,
    queued,
    reconcile,
    switch,
    unasked,
)
from outreach.engine.dispatch import dispatch, park
from outreach.engine.runtime import Runtime
from outreach.store import seals

BATCHES = 25  # in one turn: whoever sends by the thousand does not wait for the next second


@dataclass(frozen=True, slots=True)
class Job:
    """`run()` returns how much it did."""

    name: str
    every: timedelta
    run: Callable[[], int]


def jobs(runtime: Runtime) -> list[Job]:
    """Every job, in the order in which a single thread runs them."""
    return [
        Job("switch", timedelta(seconds=1), lambda: _take_back(runtime)),
        Job("hear", timedelta(minutes=5), lambda: hearing.hear(runtime)),
        Job("inbox", timedelta(seconds=1), lambda: intake.apply(runtime)),
        Job("promises", timedelta(minutes=1), lambda: promises.promises_due(runtime)),
        Job("pauses", timedelta(minutes=1), lambda: pauses.pauses_due(runtime)),
        Job("callbacks", timedelta(seconds=10), lambda: callbacks.callbacks_due(runtime)),
        Job("plan", timedelta(seconds=2), lambda: plan.plan(runtime)),
        Job("answers", timedelta(seconds=1), lambda: switch.renew_answers(runtime)),
        Job("sms", timedelta(seconds=1), lambda: send(runtime, Channel.SMS)),
        Job("calls", timedelta(seconds=1), lambda: send(runtime, Channel.CALL)),
        Job("reconcile", timedelta(minutes=1), lambda: reconcile.reconcile(runtime)),
        Job("books", timedelta(minutes=1), lambda: books.read(runtime)),
        Job("unasked", timedelta(hours=1), lambda: unasked.look(runtime)),
        Job("seal", timedelta(hours=1), lambda: seals.seal_due(runtime.db, runtime.clock.now())),
    ]


def _take_back(runtime: Runtime) -> int:
    return switch.sweep(runtime.db, runtime.carrier, runtime.clock.now()).total + queued.withdraw(runtime)


def send(runtime: Runtime, channel: Channel) -> int:
    """What is due on this channel, as much as senders and lines allow, a batch at a time."""
    clockguard.check(runtime)
    total = 0
    for _ in range(BATCHES):
        placed = dispatch(runtime, channel, runtime.batch)
        total += placed
        if not placed:
            break
    if runtime.closing.is_set():
        park(runtime, channel)
    return total


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
