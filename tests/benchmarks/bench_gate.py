"""How many verdicts a second on one core? `make bench-gate`. Prints a table; nothing is asserted.

Asks: debtors with ten past contacts under three rulebooks, beside a plain straightforward evaluation (the oracle) in the
same run. With `retry_at`: asks that are not lawful now, so that the first lawful instant is searched.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from outreach.campaigns import load_rulebooks
from outreach.core.gate import judge
from outreach.core.terms import (
    Address,
    Ask,
    Channel,
    Collector,
    Consent,
    ConsentGivenTo,
    ConsentKind,
    Direction,
    Disposition,
    PastContact,
    Phone,
    PhoneKind,
    Purpose,
    Voice,
)
from outreach.oracle import lawful, load_law

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
SECONDS = 5.0
STATES = ("MA", "WA", "PA", "FL", "MI", "WV", "WI", "OR")
AREA = {"MA": 617, "WA": 206, "PA": 215, "FL": 305, "MI": 313, "WV": 304, "WI": 414, "OR": 503}


def asks(count: int) -> list[Ask]:
    """Third-party debtors of states with a rulebook of their own: federal law, TCPA and the state's."""
    return [_ask(n) for n in range(count)]


def _ask(n: int) -> Ask:
    state = STATES[n % len(STATES)]
    number = f"+1{AREA[state]}5550{100 + n % 100}"
    history = tuple(
        PastContact(
            NOON - timedelta(days=8 + day * 3, minutes=n % 600), Direction.OUTBOUND, Channel.CALL,
            (Disposition.NO_ANSWER, Disposition.MACHINE, Disposition.BUSY)[day % 3], (f"L{n}",), number, Voice.RECORDED,
        )
        for day in range(10)
    )  # fmt: skip
    consent = Consent(ConsentKind.RECORDED_CALL, ConsentGivenTo.US, NOON - timedelta(days=30))
    return Ask(
        Channel.CALL, Purpose.COLLECTION, Collector.THIRD_PARTY, 40, (f"L{n}",), f"D{n}", Phone(number, PhoneKind.MOBILE),
        (Address("US", state, None, "00000"),), voice=Voice.RECORDED, consents=(consent,), history=history,
    )  # fmt: skip


def elsewhere(given: list[Ask]) -> list[Ask]:
    """The same debtors, each of another town and postcode and as late as no other, as in a book."""
    return [
        replace(ask, addresses=(replace(ask.addresses[0], city=f"Town {n}", postcode=f"{n:05d}"),), days_past_due=n)
        for n, ask in enumerate(given, 1)
    ]


def rate(work: Callable[[Ask, datetime], object], given: list[Ask], now: datetime) -> float:
    """Asks a second; each with an instant of its own."""
    done, start = 0, time.perf_counter()
    for ask in _again(given):
        work(ask, now + timedelta(seconds=done % 3000))
        done += 1
        if done % 200 == 0 and time.perf_counter() - start > SECONDS:
            break
    return done / (time.perf_counter() - start)


def _again(given: list[Ask]) -> Iterator[Ask]:
    while True:
        yield from given


def main() -> None:
    folder = ROOT / "config" / "rulebooks"
    books, law = load_rulebooks(folder), load_law(folder, {})
    given = asks(20_000)
    night = NOON.replace(hour=7)
    assert judge(given[0], books, NOON).allowed and len(judge(given[0], books, NOON).rulebooks) == 3
    assert judge(given[0], books, night).retry_at
    rows = [
        ("gate, lawful now", rate(lambda ask, now: judge(ask, books, now), given, NOON)),
        ("gate, lawful now, all of other towns", rate(lambda ask, now: judge(ask, books, now), elsewhere(given), NOON)),
        ("gate, with retry_at", rate(lambda ask, now: judge(ask, books, now), given, night)),
        ("plain reading (oracle), lawful now", rate(lambda ask, now: lawful(ask, law, now), given[:2000], NOON)),
    ]
    plain = rows[-1][1]
    sys.stdout.write(f"{'':38}{'verdicts/s':>12}{'x plain':>10}\n")
    for name, value in rows:
        sys.stdout.write(f"{name:38}{value:12,.0f}{value / plain:10.1f}\n")


if __name__ == "__main__":
    main()
