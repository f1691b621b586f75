"""Do simulated debtors behave as their row says, and do they understand the messages we ship?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from outreach.core import replies
from outreach.core.terms import Channel, IntentKind, Money, OutreachError
from outreach.messages import Facts, Library, Loan
from outreach.simulator import PERSONAS, numbers
from outreach.simulator.personas import DAYS, MONTHS, PHRASES, Asked, Reads, asked, language_of, understands
from tests.simulator.line import AGENT, DEBTOR, MORNING, OURS, Line, twiml

TEMPLATES = Path(__file__).parents[2] / "templates"
LANGUAGES = ("en", "es", "zh")
DUE = "Acme: $120.00 is past due on your loan. Reply with the day you will pay."
REMINDERS = (
    "reminder_soon due_today overdue_first overdue_second overdue_third missed_call promise_reminder "
    "promise_broken_first promise_broken_second"
).split()
NOTICES = (
    "promise_confirmed opt_out_confirmed opted_in callback_noted reply_noted wrong_number_noted dispute_noted thanks_paid"
    " hardship_noted"
).split()
MENUS = {
    "identify": (Asked.IDENTIFY, 0), "menu": (Asked.MAIN, 1), "promise_menu": (Asked.PROMISE, 2),
    "no_agent": (Asked.CALLBACK, 2),
}  # fmt: skip
FACTS = Facts(
    creditor="Blue Bank", company="Harbor Services", callback_phone="+12125550199",
    loans=(Loan("L1", "987650004567", Money(12_050, "USD"), date(2027, 3, 5), 4),), today=date(2027, 3, 9),
    debtor_name="Ana Diaz", agent="Dana", promise_on=date(2027, 3, 12), promise_amount=Money(12_050, "USD"),
    offered_on=date(2027, 3, 12), callback_at=datetime(2027, 3, 10, 15, 30, tzinfo=UTC),
    choices=(date(2027, 3, 10), date(2027, 3, 12), date(2027, 3, 15)),
)  # fmt: skip


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(TEMPLATES)


# do they understand us?
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("names", "kind"), [(REMINDERS, Reads.REMINDER), (NOTICES, Reads.NOTICE), (["ask_date"], Reads.QUESTION)]
)
def test_they_understand_the_shipped_texts(library: Library, language: str, names: list[str], kind: Reads) -> None:
    bodies = {name: library.render(Channel.SMS, name, language, FACTS).body for name in names}
    assert {name: understands(body) for name, body in bodies.items()} == dict.fromkeys(names, kind)
    assert {name: language_of(body) for name, body in bodies.items()} == dict.fromkeys(names, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_understand_the_shipped_menus(library: Library, language: str) -> None:
    said = {name: library.render(Channel.CALL, name, language, FACTS).body for name in (*MENUS, "overdue_call")}
    said["menu"] = f"{said['overdue_call']} {said['menu']}"
    for name, (question, place) in MENUS.items():
        assert asked(said[name], place) is question, said[name]
        assert language_of(said[name]) == language


# do we understand them?
@pytest.mark.parametrize(
    ("phrase", "kinds"),
    [
        ("friday", {IntentKind.PROMISE}), ("tomorrow", {IntentKind.PROMISE}), ("date", {IntentKind.PROMISE}),
        ("stop", {IntentKind.OPT_OUT}), ("wrong", {IntentKind.WRONG_NUMBER}), ("dispute", {IntentKind.DISPUTE}),
        ("who", {IntentKind.QUESTION, IntentKind.HELP}),
        ("angry", {IntentKind.CEASE, IntentKind.COMPLAINT, IntentKind.OPT_OUT}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_we_understand_what_they_write(phrase: str, kinds: set[IntentKind], language: str) -> None:
    today = date(2027, 3, 9)
    on = DAYS[phrase](today) if phrase in DAYS else today
    for words in PHRASES[phrase][language]:
        text = words.format(day=on.day, month=MONTHS[language][on.month - 1], number=on.month)
        intent = replies.read(text, MORNING, zone="America/New_York", language=language, amount_due=12_000)
        assert intent.kind in kinds, text
        if phrase in DAYS:
            found = intent.promise.on if intent.promise else None
            assert found == on or ("?" in text and intent.needs_human), text


# do they do what their row says?
def people(count: int) -> list[str]:
    return [f"+1212555{n:04d}" for n in range(101, 101 + count)]


@pytest.fixture
def crowd(line: Line) -> Iterator[Callable[[str, int], list[str]]]:
    """So many numbers of one persona."""

    def cast(persona: str, count: int) -> list[str]:
        chosen = people(count)
        for number in chosen:
            line.simulator.assign(number, persona)
        return chosen

    yield cast


def remind(line: Line, numbers: list[str], times: int = 1, days: float = 3) -> None:
    for _ in range(times):
        for number in numbers:
            form = {"To": number, "From": OURS, "Body": DUE}
            if (OURS, number) not in line.simulator.exchange.world.opted_out:
                line.simulator.texts.create(form)
        line.run(days=days)


@pytest.mark.parametrize(
    ("persona", "words"),
    [
        ("stop_sender", {"STOP"}),
        ("asks_who", set(PHRASES["who"]["en"])),
        ("wrong_party", set(PHRASES["wrong"]["en"])),
        ("disputes", set(PHRASES["dispute"]["en"])),
        ("texts_date", {"March 13", "I can pay on March 13"}),
        ("keeps_promise", set(PHRASES["friday"]["en"])),
    ],
)
def test_what_they_write(line: Line, crowd: Callable[[str, int], list[str]], persona: str, words: set[str]) -> None:
    chosen = crowd(persona, 8)
    remind(line, chosen, days=1)
    written = {number: [e for e in line.journal(number, ["text_out"])] for number in chosen}
    assert {e.text for entries in written.values() for e in entries} <= words
    assert all(len(entries) == 1 for entries in written.values())
    low, high = PERSONAS[persona].reply_minutes
    for number, (entry,) in written.items():
        read = line.journal(number, ["text_in"])[0]
        assert timedelta(minutes=low) <= entry.at - read.at <= timedelta(minutes=high)
    assert len(line.heard_by("inbound")) == len(chosen)


def test_after_stop_nothing_more_reaches_them(line: Line, crowd: Callable[[str, int], list[str]]) -> None:
    chosen = crowd("stop_sender", 5)
    remind(line, chosen, times=3)
    assert all(line.kinds(number) == ["text_in", "text_out"] for number in chosen)


@pytest.mark.parametrize(
    ("persona", "times", "at_least", "at_most"),
    [
        ("prompt_payer", 1, 34, 40),
        ("forgetful", 2, 0, 0),
        ("forgetful", 3, 26, 40),
        ("keeps_promise", 1, 36, 40),
        ("breaks_promise", 1, 0, 6),
        ("never_answers", 3, 0, 0),
        ("stop_sender", 1, 0, 0),
    ],
)
def test_who_pays(
    line: Line, crowd: Callable[[str, int], list[str]], persona: str, times: int, at_least: int, at_most: int
) -> None:
    remind(line, crowd(persona, 40), times=times)
    line.run(days=10)
    paid = line.simulator.payments(line.clock.at)
    assert at_least <= len(paid) <= at_most
    assert len({number for number, _, _ in paid}) == len(paid)
    for number, at, share in paid:
        assert 0 < share <= 1 and at > MORNING
        assert 7 <= at.astimezone(ZoneInfo(numbers.zone(number))).hour < 23


def test_payments_are_told_in_order_and_again_alike(line: Line, crowd: Callable[[str, int], list[str]]) -> None:
    remind(line, crowd("prompt_payer", 20), days=10)
    paid = line.simulator.payments(line.clock.at)
    assert [at for _, at, _ in paid] == sorted(at for _, at, _ in paid)
    assert line.simulator.payments(line.clock.at) == paid
    middle = paid[10][1]
    assert line.simulator.payments(middle) + line.simulator.payments(line.clock.at, middle) == paid


def test_nobody_writes_at_night(line: Line, crowd: Callable[[str, int], list[str]]) -> None:
    line.clock.at = datetime(2027, 3, 10, 3, 30, tzinfo=UTC)  # 22:30 in New York
    chosen = crowd("keeps_promise", 20)
    remind(line, chosen, days=2)
    hours = Counter(
        e.at.astimezone(ZoneInfo("America/New_York")).hour for n in chosen for e in line.journal(n, ["text_out"])
    )
    assert sum(hours.values()) == 20 and not [hour for hour in hours if not 7 <= hour < 23]


@pytest.mark.parametrize(
    ("persona", "keys"),
    [
        ("presses_promise", ["1", "1", "1"]),
        ("presses_agent", ["1", "2", "1"]),
        ("presses_stop", ["1", "9"]),
        ("wrong_party", ["2"]),
    ],
)
def test_which_keys_they_press(
    line: Line, library: Library, crowd: Callable[[str, int], list[str]], persona: str, keys: list[str]
) -> None:
    """On the menus we ship, spoken in each language."""
    for number, language in zip(crowd(persona, 24), LANGUAGES * 8, strict=True):
        said = {name: library.render(Channel.CALL, name, language, FACTS).body for name in (*MENUS, "overdue_call")}

        def menu(next_: str, *names: str, said: dict[str, str] = said) -> str:
            words = "".join(f"<Say>{said[name]}</Say>" for name in names)
            return twiml(f"<Gather numDigits='1' action='{line.hook(next_)}'>{words}</Gather>")

        line.answers["answer"] = menu("identified", "identify")
        first = {"1": menu("main", "overdue_call", "menu"), "2": twiml("<Hangup/>")}
        line.answers["identified"] = lambda form, menus=first: menus[form["Digits"]]
        next_menus = {"1": menu("end", "promise_menu"), "2": menu("end", "no_agent"), "9": twiml("<Hangup/>")}
        line.answers["main"] = lambda form, menus=next_menus: menus[form["Digits"]]
        line.answers["end"] = twiml("<Hangup/>")
        line.call(number, timeout=20)
        line.run()
    answered = [n for n in people(24) if line.journal(n, ["answered"])]
    assert len(answered) > 8
    assert {tuple(e.text for e in line.journal(n, ["pressed"])) for n in answered} == {tuple(keys)}


def test_who_hangs_up_and_who_says_nothing(line: Line, crowd: Callable[[str, int], list[str]]) -> None:
    for number in crowd("hangs_up", 10):
        line.call(number, document=twiml("<Say>" + "word " * 60 + "</Say>", "<Say>never</Say>"), timeout=20)
        line.run()
    answered = [n for n in people(10) if line.journal(n, ["answered"])]
    assert answered and not any("never" in line.texts(n) for n in people(10))
    for number in answered:
        kinds = {e.kind: e.at for e in line.journal(number)}
        assert kinds["hung_up"] - kinds["answered"] == timedelta(seconds=PERSONAS["hangs_up"].hangs_up_s or 0)


def test_calls_at_night_are_not_answered(line: Line, crowd: Callable[[str, int], list[str]]) -> None:
    line.clock.at = datetime(2027, 3, 9, 8, 0, tzinfo=UTC)  # 03:00 in New York
    for number in crowd("presses_promise", 10):
        line.call(number, document=twiml("<Hangup/>"), timeout=20)
        line.run(minutes=2)
    assert not any(line.journal(n, ["answered"]) for n in people(10))


def test_a_talk_with_an_agent_leads_to_a_payment(line: Line, crowd: Callable[[str, int], list[str]]) -> None:
    line.simulator.agent(AGENT, answers=1.0)
    for number in crowd("presses_agent", 20):
        line.call(number, document=twiml(f"<Dial>{AGENT}</Dial>"), timeout=20)
        line.run(minutes=10)
    line.run(days=5)
    talked = {n for n in people(20) if line.journal(n, ["bridged"])}
    paid = {number for number, _, _ in line.simulator.payments(line.clock.at)}
    assert len(talked) > 8 and paid <= talked and len(paid) >= len(talked) / 3


def test_the_mix_and_the_names(line: Line) -> None:
    assert sum(persona.weight for persona in PERSONAS.values()) == 100
    drawn = Counter(line.simulator.persona(f"+1212{n:07d}") for n in range(2_000_000, 2_001_500))
    for name, persona in PERSONAS.items():
        assert abs(drawn[name] / 15 - persona.weight) < 3.5, name
    with pytest.raises(OutreachError, match="unknown persona"):
        line.simulator.assign(DEBTOR, "nobody")
