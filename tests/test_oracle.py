"""Two readings of docs/rulebooks.md, the gate's and the oracle's, agree on asks made to hurt; and the oracle by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import oracle_books
import pytest
from oracle_agreement import Court

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
    Suppression,
    SuppressionReason,
    SuppressionScope,
    Voice,
)
from outreach.oracle import Law, law_from, lawful

SHIPPED = Path(__file__).parents[1] / "config" / "rulebooks"
CAUTIOUS = {"BR": "policy/default", "DE": "policy/default"}
HOUSE = {"*": "policy/house", "US": "policy/us", "GB": "policy/gb", "IE": "policy/ie"}  # every other policy
NOON = datetime(2027, 3, 15, 16, 0, tzinfo=UTC)  # a Monday, 12:00 in New York


@pytest.fixture(scope="module")
def court() -> Court:
    return Court(SHIPPED, CAUTIOUS)


@pytest.fixture(scope="module")
def law(court: Court) -> Law:
    return court.law


@pytest.mark.parametrize("seed", range(4))
def test_gate_and_oracle_agree_on_the_shipped_rulebooks(court: Court, seed: int) -> None:
    tally = court.hear(500, seed)
    assert tally.wrong == []
    assert tally.checked["retry_at"] > 50 and tally.checked["refuse"] > 50


@pytest.mark.parametrize("seed", range(2))
def test_gate_and_oracle_agree_under_every_other_policy(seed: int) -> None:
    assert Court(SHIPPED, HOUSE).hear(400, seed).wrong == []


@pytest.mark.parametrize("seed", range(8))
def test_gate_and_oracle_agree_on_made_up_rulebooks(seed: int, tmp_path: Path) -> None:
    adopted = oracle_books.write(tmp_path, seed)
    assert Court(tmp_path, adopted).hear(250, seed).wrong == []


def ask(**changed: object) -> Ask:
    plain = Ask(
        channel=Channel.CALL, voice=Voice.AGENT, purpose=Purpose.COLLECTION, collector=Collector.THIRD_PARTY,
        days_past_due=40, cases=("L1",), debtor="D1", phone=Phone("+12125550123", PhoneKind.LANDLINE),
        addresses=(Address("US", "NY", "Albany", "12207"),),
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]


def called(at: datetime, disposition: Disposition | None) -> PastContact:
    return PastContact(at, Direction.OUTBOUND, Channel.CALL, disposition, ("L1",), "+12125550123", Voice.AGENT)


@pytest.mark.parametrize(
    ("clock", "refused"),
    [("11:59:59", True), ("12:00:00", True), ("12:00:00.999999", True), ("12:00:01", False), ("00:59:59.999999", False),
     ("01:00:00", True)],
)  # fmt: skip
def test_the_ends_are_excluded_to_the_second(law: Law, clock: str, refused: bool) -> None:
    now = datetime.fromisoformat(f"2027-03-16T{clock}+00:00")
    assert ("US-F-01" in lawful(ask(), law, now)) is refused


@pytest.mark.parametrize(("count", "refused"), [(6, False), (7, True)])
def test_the_seventh_call_is_the_last(law: Law, count: int, refused: bool) -> None:
    tried = tuple(called(NOON - timedelta(hours=hour), Disposition.NO_ANSWER) for hour in range(1, count + 1))
    assert ("US-F-20" in lawful(ask(history=tried), law, NOON)) is refused


@pytest.mark.parametrize(("days", "refused"), [(6, True), (7, False)])
def test_seven_days_after_a_conversation_counting_its_own(law: Law, days: int, refused: bool) -> None:
    talked = called(NOON - timedelta(days=days), Disposition.RIGHT_PARTY)
    assert ("US-F-21" in lawful(ask(history=(talked,)), law, NOON)) is refused


@pytest.mark.parametrize(("minutes", "refused"), [(5, set()), (6, {"US-F-47", "US-T-20"})])
def test_one_confirmation_of_an_opt_out_within_five_minutes(law: Law, minutes: int, refused: set[str]) -> None:
    at = NOON - timedelta(minutes=minutes)
    stop = Suppression(SuppressionReason.OPT_OUT, SuppressionScope.PHONE, at, Channel.SMS)
    confirmation = ask(channel=Channel.SMS, voice=None, purpose=Purpose.OPT_OUT_CONFIRMATION, suppressions=(stop,))
    assert {"US-F-47", "US-T-20"} & lawful(confirmation, law, NOON) == refused


def test_a_reply_to_a_message_older_than_the_refusal_is_refused(law: Law) -> None:
    wrote = PastContact(NOON - timedelta(minutes=9), Direction.INBOUND, Channel.SMS, Disposition.RECEIVED, ("L1",))
    reply = ask(channel=Channel.SMS, voice=None, purpose=Purpose.REPLY, history=(wrote,))
    for minutes, refused in ((10, False), (9, True), (8, True)):
        at = NOON - timedelta(minutes=minutes)
        stop = Suppression(SuppressionReason.REFUSED_CHANNEL, SuppressionScope.DEBTOR, at)
        assert ("US-F-47" in lawful(replace(reply, suppressions=(stop,)), law, NOON)) is refused


def test_a_callback_asked_for_stands_until_its_seventh_day_or_a_conversation(law: Law) -> None:
    wanted = Consent(ConsentKind.CALLBACK, ConsentGivenTo.US, NOON - timedelta(days=6))
    callback = ask(purpose=Purpose.REQUESTED_CALLBACK, consents=(wanted,))
    assert lawful(callback, law, NOON) == set()
    assert lawful(callback, law, NOON + timedelta(days=1)) == {"US-F-27"}
    talked = called(NOON - timedelta(days=1), Disposition.RIGHT_PARTY)
    assert lawful(replace(callback, history=(talked,)), law, NOON) == {"US-F-27"}


def test_nothing_known_is_nothing_allowed(law: Law) -> None:
    nowhere = ask(addresses=(), phone=Phone("+18005550123"))
    assert lawful(nowhere, law, NOON) == {"NO-ZONE", "NO-RULEBOOK"}
    assert "NO-RULEBOOK" in lawful(ask(addresses=(Address("GB"),)), law, NOON)


def test_a_policy_is_left_out_when_only_the_law_is_asked_for(law: Law) -> None:
    german = ask(addresses=(Address("DE"),), phone=Phone("+18005550123"))
    early = datetime(2027, 3, 15, 5, 0, tzinfo=UTC)
    assert lawful(german, law, early) == {"POLICY-HOURS"}
    assert lawful(german, law, early, law_only=True) == {"NO-RULEBOOK"}


def test_the_law_may_come_as_texts(law: Law) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(SHIPPED.rglob("*.yaml"))]
    assert law_from(texts, CAUTIOUS) == law
