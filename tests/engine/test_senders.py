"""Rates hold for each sender however many workers there are; a debtor keeps a sender, and is answered from it."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from outreach.bootstrap import policy, read_config
from outreach.carriers import Outcome, Progress, Senders
from outreach.core.pacing import Limit, Pace, given, room
from outreach.core.terms import Channel, ConfigError
from outreach.engine import dispatch, hearing, plan
from outreach.engine.jobs import send
from outreach.engine.runtime import ACCOUNT
from outreach.production import wanted
from outreach.store.database import Database
from outreach.store.tables import attempts, paces
from tests.engine.house import ROOT, House

TEN = datetime.fromisoformat("2027-03-09T10:00:00-05:00")
EACH = 2  # segments of the text that is due
A, B, C = "+12125550199", "+12125550198", "+442071838750"


@pytest.fixture
def house(db: Database, hand_clock: object) -> House:
    hand_clock.set(TEN - timedelta(hours=1))  # type: ignore[attr-defined]
    return House(db, hand_clock)  # type: ignore[arg-type]


def due(house: House, count: int, first: int = 0, **columns: Any) -> None:
    """So many texts are due at ten."""
    language = columns.pop("language", "en")
    for number in range(first, first + count):
        debtor_id = house.debtor(f"D{number}", phone=f"+1518555{number:04d}", language=language)
        house.case(debtor_id, f"L{number}", date(2027, 3, 8), **columns)
    while plan.plan(house.runtime):
        pass
    house.clock.set(TEN)


def another(house: House, **changed: Any) -> House:
    """A second worker on the same database, at the same carrier."""
    made = House(house.db, house.clock, house.carrier)
    made.runtime.policy = replace(house.runtime.policy, **changed)
    return made


def rates(house: House, **changed: Any) -> None:
    house.runtime.policy = replace(house.runtime.policy, **changed)


def later(house: House, seconds: float) -> None:
    house.clock.set(house.clock.now() + timedelta(seconds=seconds))


def by_sender(house: House) -> Counter[str]:
    return Counter(text.sender for text in house.carrier.sent)


# --- rates --------------------------------------------------------------------------------------------------------------


def test_two_workers_together_send_what_one_may(house: House) -> None:
    due(house, 45)
    rates(house, sms_per_second=10 * EACH)
    workers = [house, another(house)]
    for second in range(1, 4):
        for worker in workers:
            send(worker.runtime, Channel.SMS)
        assert len(house.carrier.sent) == 10 * second
        later(house, 1)
    later(house, 600)
    for worker in workers:
        send(worker.runtime, Channel.SMS)
    assert len(house.carrier.sent) == 40, "what was not sent while nobody was at work is not made up for"


def test_workers_at_the_same_instant(house: House) -> None:
    """Not one after the other: side by side in threads, each with what it has read before the others wrote."""
    due(house, 30)
    rates(house, sms_per_second=7 * EACH)
    crew = [house] + [another(house) for _ in range(2)]
    for second in range(1, 3):
        start = threading.Barrier(len(crew))

        def work(worker: House, start: threading.Barrier = start) -> None:
            start.wait()
            send(worker.runtime, Channel.SMS)

        threads = [threading.Thread(target=work, args=(worker,)) for worker in crew]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(house.carrier.sent) <= 7 * second
        later(house, 1)
    for _ in range(4):
        send(house.runtime, Channel.SMS)
        later(house, 1)
    assert len(house.carrier.sent) == 30, "and none is forgotten"


def test_the_rate_counts_segments(house: House) -> None:
    due(house, 12, language="zh")
    rates(house, sms_per_second=10)
    send(house.runtime, Channel.SMS)
    with house.db.read() as connection:
        each = connection.scalar(select(func.max(attempts.c.segments))) or 0
        used = connection.scalar(select(paces.c.used).where(paces.c.name == A))
    assert each > 1 and len(house.carrier.sent) == 10 // each and used == each * len(house.carrier.sent)


def test_a_text_longer_than_a_second_may_leaves_a_rested_sender(house: House) -> None:
    due(house, 2, language="zh")
    rates(house, sms_per_second=1)
    send(house.runtime, Channel.SMS)
    with house.db.read() as connection:
        segments = connection.scalar(select(attempts.c.segments)) or 0
    assert len(house.carrier.sent) == 1 and segments > 1
    later(house, segments - 0.5)
    send(house.runtime, Channel.SMS)
    assert len(house.carrier.sent) == 1, "it is still sending"
    later(house, 0.5)
    send(house.runtime, Channel.SMS)
    assert len(house.carrier.sent) == 2


def test_the_day_of_the_carrier_ends_at_its_midnight(house: House) -> None:
    due(house, 8)
    rates(house, sms_per_day=5 * EACH, sms_per_second=2 * EACH)
    for _ in range(4):
        send(house.runtime, Channel.SMS)
        later(house, 1)
    assert len(house.carrier.sent) == 5
    pace = Pace(used_on=date(2027, 3, 9), used=5)  # 23:59 in Los Angeles, and a minute later
    limit = Limit(10, 5)
    assert room(pace, limit, TEN, date(2027, 3, 9)) == 0 and room(pace, limit, TEN, date(2027, 3, 10)) == 5
    with house.db.read() as connection:
        assert connection.execute(select(paces.c.used_on, paces.c.used)).one() == (date(2027, 3, 9), 5 * EACH)


def test_the_account_bounds_all_its_senders(house: House) -> None:
    due(house, 40)
    rates(house, senders=Senders((A, B)), limits={(ACCOUNT, Channel.SMS): Limit(6 * EACH)}, sms_per_second=5 * EACH)
    send(house.runtime, Channel.SMS)
    assert by_sender(house) == {A: 3, B: 3}


def test_calls_are_counted_by_the_account_and_by_lines_whoever_places_them(house: House) -> None:
    due(house, 8)
    send(house.runtime, Channel.SMS)
    for sid, item in house.carrier.known:
        house.report(sid, Progress.DELIVERED, key=item.key)
    house.turn()
    house.clock.set(datetime.fromisoformat("2027-03-12T17:30:01-05:00"))
    rates(house, calls_per_second=2, max_live_calls=5, senders=Senders((A, B)))
    workers, placed = [house, another(house)], []
    for _ in range(4):
        for worker in workers:
            send(worker.runtime, Channel.CALL)
        placed.append(len(house.carrier.called))
        later(house, 1)
    assert placed == [2, 4, 5, 5]


def test_answers_go_first(house: House) -> None:
    due(house, 30)
    rates(house, sms_per_second=5 * EACH)
    send(house.runtime, Channel.SMS)
    dispatch.reserve(house.runtime, Channel.SMS, 5)
    first = house.carrier.sent[0]
    house.text("HELP", sid="SM-in-1", sender=first.to)
    next(job for job in house.driver.table if job.name == "inbox").run()
    later(house, 1)
    send(house.runtime, Channel.SMS)
    assert first.to in [text.to for text in house.carrier.sent[5:]]


@pytest.mark.parametrize("odd", [(0.05, 1.0, 0.9995, 1.3, 0.4), (1.0, 0.97, 1.03, 0.9995, 1.0005)])
@pytest.mark.parametrize("rate", [0.5, 1, 3, 10, 225])
def test_over_any_stretch_no_more_than_rate_and_one_second(rate: float, odd: tuple[float, ...]) -> None:
    """Turns at odd moments: what was given from any of them to any other fits the rate, with a second's worth over."""
    pace, limit, now, log = Pace(), Limit(rate), TEN, []
    for turn in range(400):
        units = room(pace, limit, now, now.date())
        pace = given(pace, limit, units, now, now.date())
        log.append((now, units))
        now += timedelta(seconds=odd[turn % len(odd)])
    for first in range(0, 400, 7):
        total = 0
        for at, units in log[first:]:
            total += units
            assert total <= rate * (at - log[first][0]).total_seconds() + limit.burst + 0.11
    share = sum(units for _, units in log) / (rate * (log[-1][0] - TEN).total_seconds())
    assert share >= (0.95 if 1.3 not in odd else 0.6), "and it is not slow"


# --- senders ------------------------------------------------------------------------------------------------------------


def test_a_pool_shares_and_a_debtor_keeps_its_sender(house: House) -> None:
    rates(house, senders=Senders((A, B)), sms_per_second=4 * EACH)
    due(house, 8)
    send(house.runtime, Channel.SMS)
    assert by_sender(house) == {A: 4, B: 4}
    kept = {text.to: text.sender for text in house.carrier.sent}
    for sid, item in house.carrier.known:
        house.report(sid, Progress.DELIVERED, key=item.key)
    house.turn()
    house.clock.set(datetime.fromisoformat("2027-03-12T17:30:01-05:00"))  # the call that follows
    rates(house, calls_per_second=8, senders=Senders((C, B, A)))
    send(house.runtime, Channel.CALL)
    assert {call.to: call.sender for call in house.carrier.called} == kept


def test_a_faster_sender_gets_more_of_the_new(house: House) -> None:
    rates(house, senders=Senders((A, B)), sms_per_second=3 * EACH, limits={(B, Channel.SMS): Limit(9 * EACH)})
    due(house, 20)
    send(house.runtime, Channel.SMS)
    assert by_sender(house) == {A: 3, B: 9}


def test_one_that_may_send_no_more_holds_up_no_other(house: House) -> None:
    """However many wait for it, and since earlier: those of the others are found behind them."""
    house.runtime.policy = replace(
        house.runtime.policy,
        senders=Senders((A,), {"Red Bank": (B,)}, {"GB": (C,)}),
        sms_per_second=2 * EACH,
        limits={(A, Channel.SMS): Limit(50, 0), (C, Channel.SMS): Limit(50, 0)},
    )
    due(house, 12)
    due(house, 5, first=20, creditor="Red Bank")
    for sent in (2, 4, 5, 5):
        send(house.runtime, Channel.SMS)
        assert by_sender(house) == {B: sent}
        later(house, 1)


def test_what_never_left_binds_nobody(house: House) -> None:
    rates(house, senders=Senders((A, B)))
    due(house, 1)
    house.carrier.answers = [Outcome.NEVER_HAPPENED]
    send(house.runtime, Channel.SMS)
    rates(house, senders=Senders((B, C)))
    later(house, 91)
    send(house.runtime, Channel.SMS)
    assert by_sender(house) == {B: 1}


def test_an_answer_comes_from_the_number_that_was_written_to(house: House) -> None:
    rates(house, senders=Senders((A, B, C)))
    due(house, 1)
    send(house.runtime, Channel.SMS)
    assert by_sender(house) == {A: 1}
    reply = {"sid": "SM-in-1", "dedupe": "SM-in-1", "sender": house.carrier.sent[0].to, "to": B, "body": "HELP"}
    house.carrier.written.append(_inbound(**reply, at=house.clock.now()))
    hearing.hear(house.runtime)
    assert {ours for ours, _since in house.carrier.asked_since} == {A, B, C}, "every number of ours is listened to"
    later(house, 1)
    house.turn()
    assert [text.sender for text in house.carrier.sent] == [A, B]


def test_the_preflight_looks_at_every_sender(house: House) -> None:
    rates(house, senders=Senders((A,), {"Red Bank": (B,)}, {"GB": (C,)}))
    assert wanted(house.runtime).senders == {A, B, C}


def _inbound(**fields: Any) -> Any:
    from outreach.carriers import Report, ReportKind

    return Report(ReportKind.INBOUND_SMS, **fields)


@pytest.mark.parametrize(
    ("creditor", "country", "pool"),
    [("Blue", "US", (A,)), ("Red", "US", (A, B)), ("Red", "GB", (B,)), ("Blue", "GB", (B, C)), ("Green", "GB", (A,))],
)
def test_pools_by_creditor_and_country(creditor: str, country: str, pool: tuple[str, ...]) -> None:
    known = Senders((A,), {"Red": (A, B), "Green": (A,)}, {"GB": (B, C)})
    assert known.pool(creditor, country) == pool


# --- the file -----------------------------------------------------------------------------------------------------------


def written(tmp_path: Path, senders: str, rates: str) -> Path:
    text = (ROOT / "config" / "outreach.yaml").read_text(encoding="utf-8")
    head, rest = text[: text.index("senders:")], text[text.index("agents:") :]
    before, after = rest[: rest.index("rates:")], rest[rest.index("calls:\n") :]
    file = tmp_path / "outreach.yaml"
    file.write_text(f"{head}senders:\n{senders}\n{before}rates:\n{rates}\n{after}", encoding="utf-8")
    return file


def test_the_old_way_to_write_it_goes_on(tmp_path: Path) -> None:
    file = written(tmp_path, f'  default: "{A}"\n  by_creditor: {{"Red Bank": "{B}"}}', "  sms_per_second: 3")
    found = policy(read_config(ROOT, file))
    assert found.senders == Senders((A,), {"Red Bank": (B,)}) and found.limit(A, Channel.SMS) == Limit(3)
    assert found.limit(ACCOUNT, Channel.CALL) == Limit(1) and found.limit(A, Channel.CALL) is None


def test_pools_and_limits_in_the_file(tmp_path: Path) -> None:
    rates = (
        f'  sms_per_second: 3\n  sms_per_day: 2000\n  by_sender: {{"{B}": {{sms_per_second: 100, calls_per_day: 50}}}}'
    )
    rates += "\n  account: {sms_per_second: 120, sms_per_day: 40000}\n  day_zone: UTC"
    found = policy(
        read_config(ROOT, written(tmp_path, f'  default: ["{A}", "{B}"]\n  by_country: {{GB: "{C}"}}', rates))
    )
    assert found.senders == Senders((A, B), {}, {"GB": (C,)}) and found.day_zone == "UTC"
    assert found.limit(A, Channel.SMS) == Limit(3, 2000) and found.limit(B, Channel.SMS) == Limit(100, 2000)
    assert found.limit(B, Channel.CALL) == Limit(1, 50) and found.limit(ACCOUNT, Channel.SMS) == Limit(120, 40000)


def test_a_limit_of_a_number_that_is_no_sender_is_a_fault(tmp_path: Path) -> None:
    file = written(tmp_path, f'  default: "{A}"', f'  by_sender: {{"{B}": {{sms_per_second: 3}}}}')
    with pytest.raises(ConfigError, match="expected one of the numbers under `senders`"):
        read_config(ROOT, file)
