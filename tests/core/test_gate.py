"""The gate, rule by rule, to the second; with each rule taken out its own test fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.campaigns.rulebooks import load_rulebooks
from outreach.core.gate import judge
from outreach.core.rulebook import Rulebooks
from outreach.core.terms import (
    Address,
    Ask,
    Channel,
    Collector,
    Consent,
    ConsentGivenTo,
    ConsentKind,
    Decision,
    Direction,
    Disposition,
    Inconvenient,
    PastContact,
    Phone,
    PhoneKind,
    Purpose,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    Voice,
)
from outreach.core.zones import candidate_zones

ROOT = Path(__file__).parents[2]
BOOKS = load_rulebooks(ROOT / "config" / "rulebooks", {"GB": "policy/default"})
NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
CONSENTED = Consent(ConsentKind.RECORDED_CALL, ConsentGivenTo.CREDITOR, datetime(2026, 1, 1, tzinfo=UTC))
NOON = datetime(2026, 11, 24, 12, tzinfo=NEW_YORK)  # a Tuesday


def asked(**changes: object) -> Ask:
    """A third-party call about an overdue debt to a mobile in upstate New York, consent on file."""
    ask = Ask(
        channel=Channel.CALL,
        voice=Voice.RECORDED,
        purpose=Purpose.COLLECTION,
        collector=Collector.THIRD_PARTY,
        days_past_due=40,
        cases=("L1",),
        debtor="D1",
        phone=Phone("+15185550123", PhoneKind.MOBILE),
        addresses=(Address("US", "NY", "Albany", "12207"),),
        consents=(CONSENTED,),
    )
    return replace(ask, **changes)  # type: ignore[arg-type]


def past(at: datetime, disposition: Disposition = Disposition.NO_ANSWER, **changes: object) -> PastContact:
    contact = PastContact(at, Direction.OUTBOUND, Channel.CALL, disposition, ("L1",), "+15185550123", Voice.RECORDED)
    return replace(contact, **changes)  # type: ignore[arg-type]


def rules(ask: Ask, now: datetime = NOON, books: Rulebooks = BOOKS) -> set[str]:
    return {refusal.rule for refusal in judge(ask, books, now).refusals}


def test_a_plain_lawful_contact_is_allowed() -> None:
    verdict = judge(asked(), BOOKS, NOON)
    assert (verdict.decision, verdict.refusals, verdict.retry_at) == (Decision.ALLOW, (), None)
    assert set(verdict.rulebooks) == {"us/federal", "us/tcpa"}


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (time(8, 0, 0), False),
        (time(8, 0, 1), True),
        (time(20, 59, 59), True),
        (time(21, 0, 0), False),
        (time(3, 0), False),
    ],
)
def test_federal_hours_to_the_second(at: time, allowed: bool) -> None:
    now = datetime.combine(NOON.date(), at, NEW_YORK)
    assert judge(asked(), BOOKS, now).allowed is allowed
    assert ("US-F-01" in rules(asked(), now)) is not allowed


def test_hours_defer_to_the_first_lawful_second() -> None:
    now = datetime(2026, 11, 24, 21, 0, tzinfo=NEW_YORK)
    verdict = judge(asked(), BOOKS, now)
    assert verdict.decision is Decision.DEFER
    assert verdict.retry_at == datetime(2026, 11, 25, 8, 0, 1, tzinfo=NEW_YORK)


def test_every_candidate_zone_must_be_open() -> None:
    ask = asked(addresses=(Address("US", "CA"),))  # an Eastern number at a Pacific address
    assert not judge(ask, BOOKS, datetime(2026, 11, 24, 10, 59, tzinfo=NEW_YORK)).allowed
    verdict = judge(ask, BOOKS, datetime(2026, 11, 24, 6, 0, tzinfo=NEW_YORK))
    assert verdict.retry_at == datetime(2026, 11, 24, 8, 0, 1, tzinfo=LOS_ANGELES)
    late = judge(ask, BOOKS, datetime(2026, 11, 24, 18, 30, tzinfo=LOS_ANGELES))
    assert late.retry_at == datetime(2026, 11, 25, 8, 0, 1, tzinfo=LOS_ANGELES)
    assert "America/New_York" in late.refusals[0].because


def test_the_debtors_own_statement_is_the_only_zone() -> None:
    ask = asked(stated_zone="Pacific/Honolulu")
    assert judge(ask, BOOKS, NOON).zones == ("Pacific/Honolulu",)
    assert rules(ask) == {"US-F-01"}


def test_no_zone_is_refused() -> None:
    verdict = judge(asked(addresses=(), phone=Phone("+18005550123")), BOOKS, NOON)
    assert verdict.decision is Decision.REFUSE
    assert "NO-ZONE" in {refusal.rule for refusal in verdict.refusals}


def test_a_country_without_rulebook_is_refused_unless_a_policy_is_adopted() -> None:
    peru = asked(addresses=(Address("PE"),), phone=Phone("+51912345678", PhoneKind.MOBILE))
    assert "NO-RULEBOOK" in rules(peru)
    britain = asked(addresses=(Address("GB"),), phone=Phone("+447700900123", PhoneKind.MOBILE))
    assert judge(britain, BOOKS, NOON).allowed
    assert judge(britain, BOOKS, NOON, law_only=True).decision is Decision.REFUSE


STOPS = [
    (SuppressionReason.ATTORNEY, "US-F-10"),
    (SuppressionReason.CEASE, "US-F-11"),
    (SuppressionReason.DECEASED, "US-F-13"),
    (SuppressionReason.BANKRUPTCY, "US-F-16"),
    (SuppressionReason.REFUSED_CHANNEL, "US-F-47"),
    (SuppressionReason.DISPUTE, "US-F-73"),
    (SuppressionReason.OPT_OUT, "US-T-20"),
    (SuppressionReason.IDENTITY_THEFT, "STOP-IDENTITY_THEFT"),
    (SuppressionReason.PAID, "STOP-PAID"),
    (SuppressionReason.WRONG_NUMBER, "STOP-WRONG_NUMBER"),
]


@pytest.mark.parametrize(("reason", "rule"), STOPS)
def test_a_stop_refuses_for_good(reason: SuppressionReason, rule: str) -> None:
    verdict = judge(asked(suppressions=(Suppression(reason, SuppressionScope.DEBTOR, NOON),)), BOOKS, NOON)
    assert verdict.decision is Decision.REFUSE
    assert rule in {refusal.rule for refusal in verdict.refusals}


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_no_reason_to_stop_is_ever_overlooked(reason: SuppressionReason) -> None:
    abroad = asked(addresses=(Address("CN"),), phone=Phone("+8613800138000", PhoneKind.MOBILE))
    for ask in (asked(), abroad):
        assert not judge(
            replace(ask, suppressions=(Suppression(reason, SuppressionScope.DEBTOR, NOON),)), BOOKS, NOON
        ).allowed


def made_up(folder: Path, **books: str) -> Path:
    """Rulebooks of these rules (YAML): `us__new` is us/new."""
    for name, rules in books.items():
        book = name.replace("__", "/")
        file = folder / f"{book}.yaml"
        file.parent.mkdir(exist_ok=True)
        head = f"rulebook: {book}\ntitle: made up\n" + ("" if book.startswith("policy") else "country: US\n")
        file.write_text(f"{head}rules:\n{rules}")
    return folder


def test_a_policy_for_the_silence_of_the_law_gives_way_on_the_day_the_law_begins(tmp_path: Path) -> None:
    why = "because: made up, citation: made up"
    law = f"""
  - {{rule: US-N-1, {why}, confidence: A, in_force_from: 2026-11-28,
     hours: {{windows: [{{days: daily, from: "08:00", to: "21:00"}}]}}}}
"""
    ours = f"""
  - {{rule: POLICY-H-1, {why}, confidence: POLICY, applies: {{law_is_silent: true}},
     hours: {{windows: [{{days: mon, from: "10:00", to: "11:00"}}]}}}}
"""
    books = load_rulebooks(made_up(tmp_path, us__new=law, policy__house=ours), {"US": "policy/house"})
    verdict = judge(asked(), books, NOON)  # a Tuesday; without the law to come, not before Monday
    assert [refusal.rule for refusal in verdict.refusals] == ["POLICY-H-1"]
    assert verdict.retry_at == datetime(2026, 11, 28, 8, tzinfo=NEW_YORK)


def test_what_only_an_ending_rule_widens_is_lawful_when_the_rule_ends(tmp_path: Path) -> None:
    widens = (
        "  - {rule: US-W-1, because: widened, citation: none at all, confidence: A, in_force_until: 2026-12-01,\n"
        "     stop: {reasons: [opt_out], widen: true}}\n"
    )
    books = load_rulebooks(made_up(tmp_path, us__widening=widens), {})
    stopped = Suppression(
        SuppressionReason.OPT_OUT, SuppressionScope.PHONE, NOON, channel=Channel.SMS, phone="+15185550199"
    )
    verdict = judge(asked(suppressions=(stopped,)), books, NOON)
    assert [refusal.rule for refusal in verdict.refusals] == ["US-W-1"]
    assert verdict.retry_at == datetime(2026, 12, 1, tzinfo=NEW_YORK)


def test_a_stop_reaches_as_far_as_its_scope() -> None:
    def held(**limits: object) -> bool:
        stop = replace(Suppression(SuppressionReason.OPT_OUT, SuppressionScope.PHONE, NOON), **limits)  # type: ignore[arg-type]
        return not judge(asked(suppressions=(stop,)), BOOKS, NOON).allowed

    assert held()
    assert held(phone="+15185550123")
    assert not held(phone="+15185550199")
    assert not held(channel=Channel.SMS)
    assert not held(until=NOON)
    assert held(scope=SuppressionScope.CASE, case="L1")
    assert not held(scope=SuppressionScope.CASE, case="L2")


def test_recorded_voice_to_a_mobile_needs_consent() -> None:
    assert rules(asked(consents=())) == {"US-T-01"}
    assert rules(asked(consents=(), voice=Voice.AGENT)) == set()
    assert rules(asked(consents=(replace(CONSENTED, expires_at=NOON),))) == {"US-T-01"}
    assert rules(asked(consents=(replace(CONSENTED, phone="+15185550199"),))) == {"US-T-01"}


def test_seven_calls_in_seven_days() -> None:
    week = tuple(past(NOON - timedelta(days=day)) for day in range(7))
    assert rules(asked(history=week)) == {"US-F-20"}
    assert rules(asked(history=week[:6])) == set()
    assert rules(asked(history=(*week[:6], past(NOON - timedelta(days=7))))) == set()
    assert rules(asked(history=(*week[:6], past(NOON, Disposition.BUSY)))) == set()
    assert rules(asked(history=tuple(replace(p, cases=("L2",)) for p in week))) == set()
    verdict = judge(asked(history=week), BOOKS, NOON)
    assert verdict.retry_at == datetime(2026, 11, 25, 8, 0, 1, tzinfo=NEW_YORK)


def test_a_conversation_is_day_one_of_seven() -> None:
    talk = past(datetime(2026, 11, 24, 11, 0, tzinfo=NEW_YORK), Disposition.RIGHT_PARTY)
    assert "US-F-21" in rules(asked(history=(talk,)))
    verdict = judge(asked(history=(talk,)), BOOKS, NOON)
    assert verdict.retry_at == datetime(2026, 12, 1, 8, 0, 1, tzinfo=NEW_YORK)
    inbound = replace(talk, direction=Direction.INBOUND, disposition=Disposition.RECEIVED)
    assert "US-F-21" in rules(asked(history=(inbound,)))
    assert "US-F-21" not in rules(asked(history=(talk,), collector=Collector.FIRST_PARTY))


def test_a_requested_callback_needs_a_standing_request_and_then_no_wait_binds() -> None:
    talk = past(NOON - timedelta(hours=1), Disposition.RIGHT_PARTY)
    wish = Consent(ConsentKind.CALLBACK, ConsentGivenTo.US, NOON - timedelta(hours=1))
    callback = asked(purpose=Purpose.REQUESTED_CALLBACK, history=(talk,))
    assert rules(callback) == {"US-F-27"}
    assert rules(replace(callback, consents=(CONSENTED, wish))) == set()


def test_one_confirmation_of_an_opt_out_within_five_minutes_at_any_hour() -> None:
    night = datetime(2026, 11, 24, 23, 0, tzinfo=NEW_YORK)
    stop = Suppression(SuppressionReason.OPT_OUT, SuppressionScope.PHONE, night, Channel.SMS)
    ask = asked(channel=Channel.SMS, voice=None, purpose=Purpose.OPT_OUT_CONFIRMATION, suppressions=(stop,))
    assert judge(ask, BOOKS, night + timedelta(minutes=5)).allowed
    assert not judge(ask, BOOKS, night + timedelta(minutes=5, seconds=1)).allowed
    sent = past(night + timedelta(seconds=5), Disposition.DELIVERED, channel=Channel.SMS, voice=None)
    assert not judge(replace(ask, history=(sent,)), BOOKS, night + timedelta(minutes=1)).allowed
    assert not judge(replace(ask, purpose=Purpose.REPLY), BOOKS, night + timedelta(minutes=1)).allowed


def test_one_answer_to_what_the_debtor_just_sent() -> None:
    night = datetime(2026, 11, 24, 23, 0, tzinfo=NEW_YORK)
    text = PastContact(night, Direction.INBOUND, Channel.SMS, Disposition.RECEIVED)
    ask = asked(channel=Channel.SMS, voice=None, purpose=Purpose.REPLY, history=(text,))
    assert judge(ask, BOOKS, night + timedelta(minutes=1)).allowed
    assert not judge(ask, BOOKS, night + timedelta(minutes=16)).allowed
    answer = past(night + timedelta(minutes=1), Disposition.DELIVERED, channel=Channel.SMS, voice=None)
    assert not judge(replace(ask, history=(text, answer)), BOOKS, night + timedelta(minutes=2)).allowed


def test_inconvenient_times_past_midnight() -> None:
    shift = Inconvenient(frozenset(range(1, 8)), time(19, 0), time(10, 0))
    morning = datetime(2026, 11, 24, 9, 59, 59, tzinfo=NEW_YORK)
    verdict = judge(asked(inconvenient=(shift,)), BOOKS, morning)
    assert verdict.retry_at == datetime(2026, 11, 24, 10, 0, tzinfo=NEW_YORK)
    assert judge(asked(inconvenient=(replace(shift, channel=Channel.SMS),)), BOOKS, morning).allowed


def test_massachusetts_counts_texts_and_calls_together() -> None:
    ask = asked(addresses=(Address("US", "MA"),), phone=Phone("+16175550123", PhoneKind.MOBILE))
    two = (past(NOON - timedelta(days=1)), past(NOON - timedelta(days=6), channel=Channel.SMS, voice=None))
    assert rules(replace(ask, history=two)) == {"US-MA-01"}
    assert rules(replace(ask, history=two, collector=Collector.FIRST_PARTY)) == {"US-MA-02"}
    assert rules(replace(ask, history=two[:1])) == set()


def test_new_york_city_by_postcode_from_its_first_day() -> None:
    ask = asked(addresses=(Address("US", "NY", "New York", "10001"),))
    three = tuple(past(NOON - timedelta(days=day)) for day in (1, 2, 3))
    assert rules(replace(ask, history=three)) == {"US-NYC-02"}
    assert "US-NYC-03" in rules(replace(ask, channel=Channel.SMS, voice=None))
    before = datetime(2026, 8, 31, 12, tzinfo=NEW_YORK)
    earlier = tuple(past(before - timedelta(days=day)) for day in (1, 2, 3))
    assert rules(replace(ask, history=earlier), before) == set()
    assert rules(asked(history=three)) == set()


def test_china_counts_calls_put_through() -> None:
    beijing = ZoneInfo("Asia/Shanghai")
    noon = datetime(2026, 11, 24, 12, tzinfo=beijing)
    ask = asked(addresses=(Address("CN"),), phone=Phone("+8613800138000", PhoneKind.MOBILE), consents=())
    through = tuple(past(noon - timedelta(hours=h), Disposition.UNIDENTIFIED) for h in (1, 2, 3))
    assert rules(replace(ask, history=through), noon) == {"CN-FRQ-1", "CN-FRQ-2"}
    machines = tuple(replace(p, disposition=Disposition.MACHINE) for p in through)
    assert rules(replace(ask, history=machines), noon) == {"CN-FRQ-1"}
    assert rules(replace(ask, history=through, voice=Voice.AGENT), noon) == {"CN-FRQ-2"}
    missed = tuple(past(noon - timedelta(minutes=m), phone="+8613800138000") for m in range(6))
    assert rules(replace(ask, history=missed), noon) == {"CN-FRQ-3"}
    assert rules(ask, datetime(2026, 11, 24, 22, 0, tzinfo=beijing)) == {"CN-HRS-1", "CN-HRS-2"}


def test_all_refusals_are_listed() -> None:
    week = tuple(past(NOON - timedelta(days=day), Disposition.RIGHT_PARTY) for day in range(7))
    night = NOON.replace(hour=23)
    assert rules(asked(history=week, consents=()), night) == {"US-F-01", "US-F-20", "US-F-21", "US-T-01"}


def test_a_naive_instant_is_no_instant() -> None:
    with pytest.raises(ValueError, match="aware"):
        judge(asked(), BOOKS, datetime(2026, 11, 24, 12))  # noqa: DTZ001


places = st.sampled_from(
    [
        (Address("US", "NY", None, "10001"), "+12125550123"),
        (Address("US", "CA"), "+12125550123"),
        (Address("US", "AZ"), "+19285550123"),
        (Address("US", "MA"), "+16175550123"),
        (Address("US", "FL"), "+18505550123"),
        (Address("CN"), "+8613800138000"),
        (Address("AU", "NSW"), "+61491570156"),
        (Address("CA", "QC"), "+15145550123"),
        (Address("GB"), "+447700900123"),
    ]
)
instants = st.datetimes(datetime(2026, 10, 20), datetime(2027, 4, 10), timezones=st.just(UTC))  # noqa: DTZ001
contacts = st.lists(st.tuples(st.integers(0, 20 * 86400), st.sampled_from(list(Disposition))), max_size=12)


@settings(max_examples=150, deadline=None)
@given(places, instants, contacts, st.sampled_from(list(Channel)), st.sampled_from(list(Collector)))
def test_retry_at_is_lawful_and_nothing_just_before_it_is(
    place: tuple[Address, str], now: datetime, pasts: list[tuple[int, Disposition]], channel: Channel, who: Collector
) -> None:
    history = tuple(past(now - timedelta(seconds=s), d, phone=place[1]) for s, d in pasts)
    sms = Consent(ConsentKind.SMS, ConsentGivenTo.US, datetime(2026, 1, 1, tzinfo=UTC))
    ask = asked(
        addresses=(place[0],), phone=Phone(place[1], PhoneKind.MOBILE), history=history, channel=channel,
        voice=Voice.RECORDED if channel is Channel.CALL else None, collector=who, consents=(CONSENTED, sms),
    )  # fmt: skip
    verdict = judge(ask, BOOKS, now)
    assert verdict.zones
    if verdict.retry_at is None:
        assert verdict.decision is not Decision.DEFER
        return
    assert judge(ask, BOOKS, verdict.retry_at).allowed
    assert not judge(ask, BOOKS, verdict.retry_at - timedelta(seconds=1)).allowed
    for part in range(1, 8):
        between = now + (verdict.retry_at - now) * part / 8
        if between < verdict.retry_at:
            assert not judge(ask, BOOKS, between).allowed


def test_an_overlap_of_three_zones_of_half_the_year_is_found(tmp_path: Path) -> None:
    ours = """
  - {rule: POLICY-H-1, because: made up, citation: made up, confidence: POLICY,
     hours: {windows: [{days: daily, from: "08:01", to: "20:55"}]}}
"""
    books = load_rulebooks(made_up(tmp_path, policy__house=ours), dict.fromkeys(("NZ", "DE", "US"), "policy/house"))
    places = (Address("NZ"), Address("DE"), Address("US", "CA"))
    ask = asked(addresses=places, phone=Phone("+4930123456", PhoneKind.LANDLINE))
    verdict = judge(ask, books, datetime(2026, 4, 6, 12, tzinfo=UTC))
    assert verdict.retry_at == datetime(2026, 10, 25, 19, 1, tzinfo=UTC)  # Auckland on summer time, Berlin no longer
    assert judge(ask, books, verdict.retry_at).allowed


def test_an_island_s_number_lies_on_that_island() -> None:
    assert candidate_zones((), Phone("+18762101234", PhoneKind.MOBILE), None) == ("America/Jamaica",)
