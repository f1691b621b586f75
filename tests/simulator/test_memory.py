"""Does a saved simulator go on where it stopped, with nothing lost, doubled or drawn anew?"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.core.terms import OutreachError
from outreach.simulator import PERSONAS, Faults, Simulator
from outreach.simulator.numbers import Refused
from tests.simulator.line import ACCOUNT, AGENT, DEBTOR, OURS, TOKEN, Clock, Line, twiml

Open = Callable[..., Line]
BODY = "Acme: $120.00 is past due on your loan. Reply with the day you will pay. Reply STOP to opt out."
NUMBERS = [f"+1212555{n:04d}" for n in range(120, 160)]


def in_process(seed: int = 1, **options: Any) -> tuple[Clock, Simulator, list[tuple[str, dict[str, str]]]]:
    """A simulator that hands its webhooks to a list, and answers calls with a small menu."""
    told: list[tuple[str, dict[str, str]]] = []
    menu = twiml(
        "<Gather numDigits='1' action='/menu'><Say>This is Acme. If you are Maria, press 1.</Say></Gather>",
    )
    choice = twiml(
        "<Gather numDigits='1' action='/end'><Say>Press 1 to promise, 2 to speak to an agent.</Say></Gather>"
    )
    bridge = twiml(f"<Dial><Number>{AGENT}</Number></Dial>")

    def post(url: str, params: Any) -> tuple[int, str]:
        told.append((url, dict(params)))
        documents = {"/answer": menu, "/menu": choice, "/end": bridge if params.get("Digits") == "2" else twiml()}
        return 200, next((document for path, document in documents.items() if url.endswith(path)), "")

    clock = Clock()
    simulator = Simulator(ACCOUNT, TOKEN, clock, seed, post, **options)
    simulator.inbound_url(OURS, sms_url="http://o.example/inbound", voice_url="http://o.example/answer")
    simulator.agent(AGENT)
    return clock, simulator, told


def contact(simulator: Simulator, day: int) -> None:
    for number in NUMBERS:
        form = {"To": number, "From": OURS, "Body": BODY, "StatusCallback": "http://o.example/sms"}
        with suppress(Refused):  # they sent STOP
            simulator.texts.create(form)
        if day % 2:
            called = {"To": number, "From": OURS, "Url": "http://o.example/answer", "MachineDetection": "Enable"}
            simulator.calls.create(called | {"StatusCallback": "http://o.example/voice"}, [])


def live(clock: Clock, simulator: Simulator, days: range, step: timedelta) -> None:
    for day in days:
        contact(simulator, day)
        until = clock.at + timedelta(days=1)
        while clock.at < until:
            clock.at = min(clock.at + step, until)
            simulator.advance(clock.at)


FAULTS = Faults(duplicate=0.1, drop=0.05, late=0.2, unreachable=0.05, filtered=0.02, wrong_ears=0.1)


def test_one_seed_is_one_history() -> None:
    histories = []
    for seed, step in ((1, timedelta(days=1)), (1, timedelta(minutes=7)), (2, timedelta(days=1))):
        clock, simulator, told = in_process(seed, faults=FAULTS)
        live(clock, simulator, range(5), step)
        histories.append((list(simulator.journal), told, simulator.payments(clock.at)))
    assert histories[0] == histories[1]
    assert histories[0][0] != histories[2][0]
    assert len(histories[0][0]) > 500 and histories[0][2]


def test_a_run_in_two_parts_is_the_run_in_one(tmp_path: Path) -> None:
    clock, whole, told = in_process(faults=FAULTS)
    live(clock, whole, range(4), timedelta(hours=5))
    end = clock.at
    clock, first, told_first = in_process(faults=FAULTS)
    live(clock, first, range(2), timedelta(hours=5))
    first.save(tmp_path / "memory.json")
    again, second, told_second = in_process(faults=FAULTS)
    again.at = clock.at
    second.load(tmp_path / "memory.json")
    live(again, second, range(2, 4), timedelta(hours=5))
    assert again.at == end
    assert second.journal == whole.journal
    assert told_first + told_second == told
    assert second.payments(end) == whole.payments(end)


def test_saving_in_the_middle_of_a_call(line: Line, tmp_path: Path, open_line: Open) -> None:
    line.simulator.assign(DEBTOR, "presses_agent")
    document = twiml("<Say>one two three four five six</Say>", "<Pause length='60'/>", "<Say>the end</Say>")
    for _ in range(20):
        line.call(document=document)
        line.run(seconds=20)
        if "answered" in line.kinds():
            break
        line.run()
    line.simulator.save(tmp_path / "memory.json")
    other = open_line()
    other.clock.at = line.clock.at
    other.simulator.load(tmp_path / "memory.json")
    seen = len(other.simulator.journal)
    other.run()
    line.run()
    assert other.simulator.journal == line.simulator.journal
    assert [e.text for e in other.simulator.journal[seen:] if e.kind == "heard"][-1] == "the end"


def test_no_sid_comes_twice_after_an_older_memory(line: Line, tmp_path: Path, open_line: Open) -> None:
    """The process is killed after a save: what it handed out since must never be handed out again."""
    line.simulator.assign(DEBTOR, "never_answers")
    line.text()
    line.run()
    line.simulator.save(tmp_path / "memory.json")
    lost = {line.text().sid, line.call().sid}
    line.run()
    other = open_line()
    other.simulator.load(tmp_path / "memory.json")
    other.clock.at = line.clock.at
    kept = {m.sid for m in other.client.messages.list()}
    fresh = {other.text().sid, other.call().sid, other.text().sid}
    assert len(kept) == 1 and len(fresh) == 3 and not fresh & (lost | kept)


def test_settings_are_remembered(tmp_path: Path) -> None:
    _, simulator, _ = in_process()
    simulator.assign(DEBTOR, "disputes")
    simulator.texts.write(DEBTOR, OURS, "stop", Clock().at)
    simulator.advance(Clock().at)
    simulator.save(tmp_path / "memory.json")
    fresh = Simulator(ACCOUNT, TOKEN, Clock())
    fresh.load(tmp_path / "memory.json")
    assert fresh.persona(DEBTOR) == "disputes" and fresh.numbers[OURS].sms_url == "http://o.example/inbound"
    assert fresh.exchange.world.opted_out == {(OURS, DEBTOR)}
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize("written", ["", "{", "[]", json.dumps({"messages": {"SM1": {}}})])
def test_what_is_no_memory_is_said(tmp_path: Path, written: str) -> None:
    (tmp_path / "memory.json").write_text(written, encoding="utf-8")
    _, simulator, _ = in_process()
    with pytest.raises(OutreachError, match="not a saved simulator"):
        simulator.load(tmp_path / "memory.json")
    assert OURS in simulator.numbers


def test_a_failing_webhook_does_not_stop_time() -> None:
    """Whatever goes wrong on the way out, the next event is performed at its own instant."""
    clock = Clock()
    broken = [RuntimeError("not our fault")]

    def post(url: str, params: Any) -> tuple[int, str]:
        if broken:
            raise broken.pop()
        return 204, ""

    simulator = Simulator(ACCOUNT, TOKEN, clock, 1, post)
    simulator.inbound_url(OURS)
    simulator.assign(DEBTOR, "never_answers")
    simulator.texts.create({"To": DEBTOR, "From": OURS, "Body": "x", "StatusCallback": "http://o.example/sms"})
    clock.at += timedelta(hours=1)
    with pytest.raises(RuntimeError):
        simulator.advance(clock.at)
    assert simulator.exchange.now() == clock.at
    simulator.advance(clock.at)
    assert [e.kind for e in simulator.journal] == ["text_in"]


def test_every_persona_lives_through_a_fortnight() -> None:
    clock, simulator, told = in_process()
    for number, name in zip(NUMBERS, PERSONAS, strict=False):
        simulator.assign(number, name)
    live(clock, simulator, range(14), timedelta(hours=6))
    assert len({sid for sid in simulator.exchange.world.messages}) == len(simulator.exchange.world.messages)
    sequence = [(p["CallSid"], p["SequenceNumber"]) for url, p in told if url.endswith("/voice")]
    assert len(sequence) == len(set(sequence))
    assert not [call for call in simulator.exchange.world.calls.values() if call.status in ("queued", "ringing")]
