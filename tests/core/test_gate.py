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
from outreach.core.explain import week
from outreach.core.gate import judge
from outreach.core.moment import Moment
from outreach.core.rulebook import ContactHours, Rulebooks, Window
from outreach.core.rules import _hours as judge_hours
from outreach.core.rules import _open as is_open
from outreach.core.rules import _opens_everywhere as opens_everywhere
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
from outreach.core.zones import candidate_zones, zone

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


TEXAN = asked(addresses=(Address("US", "TX"),), phone=Phone("+12145550123", PhoneKind.MOBILE))


@pytest.mark.parametrize(
    ("stated_zone", "added"),
    [
        ("Asia/Tokyo", {"jp"}),
        ("Japan", {"jp"}),
        ("Asia/Calcutta", {"in"}),
        ("Asia/Urumqi", {"cn"}),
        ("America/Vancouver", {"ca/federal", "ca/bc"}),
        ("America/Detroit", {"us/mi"}),
        ("US/Michigan", {"us/mi"}),
        ("America/New_York", set()),  # of many states
        ("Pacific/Honolulu", set()),  # no law of its own
        ("America/Puerto_Rico", set()),  # of the United States
        ("UTC", set()),
        ("Etc/GMT-9", set()),
        ("EST", set()),
        (None, set()),
    ],
)
def test_a_stated_zone_adds_the_law_of_where_it_lies(stated_zone: str | None, added: set[str]) -> None:
    books = set(judge(TEXAN, BOOKS, NOON).rulebooks)
    verdict = judge(replace(TEXAN, stated_zone=stated_zone), BOOKS, NOON)
    assert set(verdict.rulebooks) - books == added and books <= set(verdict.rulebooks)
    assert "NO-RULEBOOK" not in {refusal.rule for refusal in verdict.refusals}


def test_a_stated_zone_of_many_regions_abroad_brings_the_law_of_each() -> None:
    books = set(judge(replace(TEXAN, stated_zone="America/Toronto"), BOOKS, NOON).rulebooks)
    assert {"ca/federal", "ca/on", "ca/qc", "ca/bc"} < books
    at_home = replace(TEXAN, addresses=(Address("CA", "ON"),))
    assert "ca/qc" not in judge(replace(at_home, stated_zone="America/Toronto"), BOOKS, NOON).rulebooks


def test_a_stated_zone_of_a_country_without_law_is_refused_unless_a_policy_is_adopted() -> None:
    berlin = replace(TEXAN, stated_zone="Europe/Berlin")
    lawless = [refusal for refusal in judge(berlin, BOOKS, NOON).refusals if refusal.rule == "NO-RULEBOOK"]
    assert [refusal.because.split(",")[0] for refusal in lawless] == ["there is no rulebook for DE"]
    adopted = replace(BOOKS, adopted={"DE": "policy/default"})
    assert "NO-RULEBOOK" not in rules(berlin, NOON, adopted)
    brazil = asked(addresses=(Address("BR", "SP"),), phone=Phone("+5511912345678", PhoneKind.MOBILE))
    assert "NO-RULEBOOK" in rules(replace(brazil, stated_zone="America/Cuiaba"))  # Mato Grosso
    assert "NO-RULEBOOK" not in rules(replace(brazil, stated_zone="America/Sao_Paulo"))


def test_a_wish_is_told_by_the_law_of_the_stated_zone_last() -> None:
    always = Inconvenient(frozenset(range(1, 8)), time(0), time(23, 59))
    first = replace(TEXAN, collector=Collector.FIRST_PARTY, inconvenient=(always,))
    assert "INCONVENIENT" in rules(first)
    assert "JP-HRS" in rules(replace(first, stated_zone="Asia/Tokyo"))
    assert "US-F-04" in rules(replace(first, collector=Collector.THIRD_PARTY, stated_zone="Asia/Tokyo"))


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


def test_the_number_has_law_of_its_own_state_in_brazil_and_is_not_enough_by_itself() -> None:
    saturday = datetime(2026, 11, 28, 10, tzinfo=ZoneInfo("America/Sao_Paulo"))
    ask = asked(addresses=(Address("BR", "SP"),), phone=Phone("+5511961234567", PhoneKind.MOBILE))
    assert rules(ask, saturday) == set()
    carioca = replace(ask, phone=Phone("+5521961234567", PhoneKind.MOBILE))
    assert rules(carioca, saturday) == {"BR-RJ"}
    assert "NO-RULEBOOK" in rules(replace(ask, addresses=()), saturday)


def test_a_stop_is_told_with_the_date_it_was_where_the_debtor_is() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=NEW_YORK).astimezone(UTC)
    stop = Suppression(SuppressionReason.ATTORNEY, SuppressionScope.DEBTOR, late)
    (refusal,) = judge(asked(suppressions=(stop,)), BOOKS, NOON).refusals
    assert refusal.because.endswith("attorney recorded 2026-11-23")


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
            replace(ask, suppressions=(Suppression(reason, SuppressionScope.DEBTOR, NOON),)),
            BOOKS,
            NOON.astimezone(UTC),
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


def test_what_only_a_policy_for_the_silence_of_the_law_widens_is_lawful_when_the_law_begins(tmp_path: Path) -> None:
    law = """
  - {rule: US-N-1, because: made up, citation: made up, confidence: A, in_force_from: 2026-11-28,
     hours: {windows: [{days: daily, from: "08:00", to: "21:00"}]}}
"""
    widens = """
  - {rule: POLICY-W-1, because: made up, citation: made up, confidence: POLICY, applies: {law_is_silent: true},
     stop: {reasons: [opt_out], widen: true}}
"""
    books = load_rulebooks(made_up(tmp_path, us__new=law, policy__house=widens), {"US": "policy/house"})
    other = "+15185550199"
    stopped = Suppression(SuppressionReason.OPT_OUT, SuppressionScope.PHONE, NOON, channel=Channel.SMS, phone=other)
    verdict = judge(asked(suppressions=(stopped,)), books, NOON)
    assert [refusal.rule for refusal in verdict.refusals] == ["POLICY-W-1"]
    assert verdict.retry_at == datetime(2026, 11, 28, 8, tzinfo=NEW_YORK)


HOURS_AND_MARGIN = """
  - {{rule: US-N-1, because: made up, citation: made up, confidence: A, in_force_until: {until},
     hours: {{ends_excluded: true, windows: [{{days: daily, from: "08:00", to: "12:00"}},
                                             {{days: daily, from: "12:00", to: "21:00"}}]}}}}
"""
MARGIN = """
  - {rule: POLICY-M-1, because: made up, citation: made up, confidence: POLICY, margin: {call: 300, sms: 120}}
"""


def test_no_margin_reaches_over_a_closed_second(tmp_path: Path) -> None:
    made = made_up(tmp_path, us__new=HOURS_AND_MARGIN.format(until="2030-01-01"), policy__house=MARGIN)
    books = load_rulebooks(made, {"US": "policy/house"})
    for before in (timedelta(seconds=300), timedelta(seconds=299), timedelta(seconds=1)):
        verdict = judge(asked(), books, NOON - before)  # in five minutes it is open again
        assert [refusal.rule for refusal in verdict.refusals] == ["POLICY-M-1"]
        assert verdict.retry_at == NOON + timedelta(seconds=1)
    for lawful in (NOON - timedelta(seconds=300, microseconds=1), NOON + timedelta(seconds=1)):
        assert judge(asked(), books, lawful).allowed


def test_no_margin_reaches_over_the_end_of_the_consent_that_lifts_the_hours(tmp_path: Path) -> None:
    law = """
  - {rule: US-N-1, because: made up, citation: made up, confidence: A,
     hours: {lifted_by: outside_hours, windows: [{days: daily, from: "08:00", to: "21:00"}]}}
"""
    made = made_up(tmp_path, us__new=law, policy__house=MARGIN)
    books = load_rulebooks(made, {"US": "policy/house"})
    before = datetime(2026, 11, 24, 7, 56, tzinfo=NEW_YORK)  # in five minutes it is open whatever was allowed

    def told(expires_at: datetime) -> set[str]:
        given = Consent(ConsentKind.OUTSIDE_HOURS, ConsentGivenTo.US, datetime(2026, 1, 1, tzinfo=UTC), expires_at)
        return rules(asked(consents=(CONSENTED, given)), before, books)

    assert told(before + timedelta(minutes=2)) == {"POLICY-M-1"}
    assert told(before + timedelta(minutes=4)) == set()
    assert told(before) == {"US-N-1"}


def test_a_margin_keeps_from_hours_no_longer_than_they_are_in_force(tmp_path: Path) -> None:
    made = made_up(tmp_path, us__new=HOURS_AND_MARGIN.format(until="2026-11-25"), policy__house=MARGIN)
    verdict = judge(asked(), load_rulebooks(made, {"US": "policy/house"}), NOON.replace(hour=20, minute=58))
    assert [refusal.rule for refusal in verdict.refusals] == ["POLICY-M-1"]
    assert verdict.retry_at == datetime(2026, 11, 25, tzinfo=NEW_YORK)


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


def test_a_call_of_which_nothing_is_known_yet_may_have_been_a_conversation() -> None:
    call = replace(past(NOON), disposition=None)
    found = judge(asked(history=(call,)), BOOKS, NOON + timedelta(minutes=5))
    assert {refusal.rule for refusal in found.refusals} == {"US-F-21"}
    assert found.retry_at == datetime(2026, 12, 1, 8, 0, 1, tzinfo=NEW_YORK)
    assert rules(asked(history=(replace(call, channel=Channel.SMS, voice=None),)), NOON + timedelta(minutes=5)) == set()


def test_a_requested_callback_needs_a_standing_request_and_then_no_wait_binds() -> None:
    talk = past(NOON - timedelta(hours=1), Disposition.RIGHT_PARTY)
    wish = Consent(ConsentKind.CALLBACK, ConsentGivenTo.US, NOON - timedelta(hours=1))
    callback = asked(purpose=Purpose.REQUESTED_CALLBACK, history=(talk,))
    assert rules(callback) == {"US-F-27"}
    assert rules(replace(callback, consents=(CONSENTED, wish))) == set()


def test_a_text_is_no_callback_that_caps_let_pass() -> None:
    wish = Consent(ConsentKind.CALLBACK, ConsentGivenTo.US, NOON - timedelta(hours=1))
    texts = Consent(ConsentKind.SMS, ConsentGivenTo.US, NOON - timedelta(days=9))
    five = tuple(
        past(NOON - timedelta(days=n), Disposition.DELIVERED, channel=Channel.SMS, voice=None) for n in range(5)
    )
    home = {"addresses": (Address("US", "DC"),), "phone": Phone("+12025550123", PhoneKind.MOBILE)}
    ask = asked(channel=Channel.SMS, voice=None, consents=(wish, texts), history=five, **home)
    assert rules(ask) == rules(replace(ask, purpose=Purpose.REQUESTED_CALLBACK)) == {"US-DC-07-CAP"}


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


def test_a_short_convenient_hour_that_two_zones_share_only_in_winter_is_found() -> None:
    """Each day two ends of the time have to be tried: more steps than days until the clocks are alike again."""
    nearly_always = Inconvenient(frozenset(range(1, 8)), time(13, 0), time(12, 10))
    homes = (Address("US", "AZ", "Phoenix", "85001"), Address("US", "CO", "Denver", "80202"))
    ask = asked(inconvenient=(nearly_always,), addresses=homes, phone=Phone("+13035550123", PhoneKind.MOBILE))
    verdict = judge(ask, BOOKS, datetime(2027, 3, 16, 12, tzinfo=ZoneInfo("America/Denver")))
    assert verdict.decision is Decision.DEFER
    assert verdict.retry_at == datetime(2027, 11, 7, 12, 10, tzinfo=ZoneInfo("America/Denver"))
    assert judge(ask, BOOKS, verdict.retry_at).allowed


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
    assert rules(replace(ask, history=machines), noon) == {"CN-FRQ-1", "CN-FRQ-2"}
    assert rules(replace(ask, history=machines, voice=Voice.AGENT), noon) == {"CN-FRQ-2"}, "never neither"
    assert rules(replace(ask, history=through, voice=Voice.AGENT), noon) == {"CN-FRQ-2"}
    asked_for = tuple(replace(p, requested=True) for p in through)
    assert rules(replace(ask, history=asked_for, voice=Voice.AGENT), noon) == {"CN-FRQ-2"}
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
    assert judge(ask, BOOKS, verdict.retry_at, since=now).allowed
    assert not judge(ask, BOOKS, verdict.retry_at - timedelta(seconds=1), since=now).allowed
    for part in range(1, 8):
        between = now + (verdict.retry_at - now) * part / 8
        if between < verdict.retry_at:
            assert not judge(ask, BOOKS, between, since=now).allowed


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


# --- what a rule remembers ----------------------------------------------------------------------------------------------

ZONES_ANYWHERE = ("America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Pacific/Guam", "Asia/Shanghai",
                  "Europe/London", "Australia/Sydney", "America/Phoenix")  # fmt: skip
HOURS = [rule for book in BOOKS.books for rule in book.rules if isinstance(rule, ContactHours)]


@settings(max_examples=60, deadline=None)
@given(
    rule=st.sampled_from(HOURS),
    names=st.lists(st.sampled_from(ZONES_ANYWHERE), min_size=1, max_size=4, unique=True).map(tuple),
    steps=st.lists(st.integers(min_value=-90_000, max_value=400_000), min_size=1, max_size=6),
)
def test_when_it_opens_is_the_same_whatever_was_asked_before(
    rule: ContactHours, names: tuple[str, ...], steps: list[int]
) -> None:
    remembers, at = replace(rule), datetime(2026, 10, 23, 11, tzinfo=UTC)
    for step in steps:
        at += timedelta(seconds=step)
        opens = opens_everywhere(remembers, at, names)
        assert opens == opens_everywhere(replace(rule), at, names)
        if opens is not None:
            everywhere = [at_home(rule, opens, name) for name in names]
            assert all(everywhere)
            before = opens - timedelta(seconds=1)
            assert before < at or not all(at_home(rule, before, name) for name in names)


NIGHT = replace(
    HOURS[0], windows=(Window(frozenset(range(1, 8)), 0, 6 * 3600), Window(frozenset((5, 6, 7)), 64_800, 86_400))
)

CHANGES = [  # the clocks are put forward, and back
    ("America/New_York", datetime(2027, 3, 14, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC)),
    ("Australia/Sydney", datetime(2026, 10, 4, tzinfo=UTC)),
    ("Australia/Sydney", datetime(2027, 4, 4, tzinfo=UTC)),
]


@pytest.mark.parametrize("step", [timedelta(minutes=15), timedelta(minutes=-15), timedelta(minutes=55)])
@pytest.mark.parametrize(("name", "middle"), CHANGES)
@pytest.mark.parametrize("rule", [NIGHT, HOURS[0]], ids=["night", "day"])
def test_hours_say_the_same_whatever_was_asked_before(
    rule: ContactHours, name: str, middle: datetime, step: timedelta
) -> None:
    remembers = replace(rule)
    for number in range(-96, 96):
        at = middle + number * step
        said = judge_hours(remembers, Moment(asked(), at, (name,), ()))
        assert said == judge_hours(replace(rule), Moment(asked(), at, (name,), ()))
        assert (said is None) is at_home(rule, at, name)


def at_home(rule: ContactHours, at: datetime, name: str) -> bool:
    return is_open(rule, at.astimezone(ZoneInfo(name)))


def test_zones_that_are_never_open_at_once_cost_no_search_the_second_time() -> None:
    rule = replace(next(rule for rule in HOURS if rule.source.id == "US-F-01"))
    names, at = ("America/New_York", "Asia/Shanghai", "Europe/London", "Australia/Sydney"), NOON.astimezone(UTC)
    assert opens_everywhere(rule, at, names) is None
    [(closed_from, searched, opens)] = rule.closed.values()
    assert closed_from == at and searched > at + timedelta(days=399) and not opens
    assert opens_everywhere(rule, at + timedelta(hours=1), names) is None
    [(again_from, further, _opens)] = rule.closed.values()
    assert again_from == at and searched <= further < searched + timedelta(days=3)


def test_words_that_are_no_longer_there_are_not_mistaken_for_others() -> None:
    """Rules are found by the words, not by their identity, which a word that was freed could lend to another."""
    night = NOON.replace(hour=23)
    for _ in range(50):
        for word in ("collection", "reply"):
            loose = "".join(list(word))  # a new object each time, as a careless caller might bring
            judged = judge(asked(purpose=loose), BOOKS, night)
            assert judged.decision == judge(asked(purpose=Purpose(word)), BOOKS, night).decision


def test_rulebooks_made_from_others_remember_nothing_of_them() -> None:
    """What was worked out for a law does not hold for the law it was changed into."""
    night = NOON.replace(hour=23)
    before = judge(asked(), BOOKS, night)
    assert not before.allowed
    lawless = replace(BOOKS, books=tuple(replace(book, rules=()) for book in BOOKS.books))
    assert judge(asked(), lawless, night).allowed
    assert judge(asked(), BOOKS, night) == before
    assert judge(asked(), BOOKS, NOON).allowed
    hours = next(rule for rule in HOURS if rule.source.id == "US-F-01")
    opens_everywhere(hours, night.astimezone(UTC), ("America/New_York",))
    assert hours.closed and not replace(hours, windows=()).closed
    assert hours.open and not replace(hours, windows=()).open


def test_debtors_who_share_what_was_worked_out_differ_where_the_law_does() -> None:
    """In whatever order they are asked about, each verdict is the one of rulebooks that remember nothing."""
    homes = [
        Address("US", "NY", "Albany", "12207"), Address("US", "NY", None, "10001"), Address("US", "NY", " brooklyn"),
        Address("US", "NY"), Address("US", None, "Albany"), Address("US", "PR"), Address("PR"), Address("GB", None, "York"),
    ]  # fmt: skip
    phones = [Phone("+15185550123", PhoneKind.MOBILE), Phone("+12125550123", PhoneKind.VOIP), Phone("+12125550123")]
    week = tuple(past(NOON - timedelta(days=day)) for day in range(7))
    asks = [
        asked(addresses=(home,), phone=phone, days_past_due=late, collector=who, history=week, consents=())
        for home in homes for phone in phones for late in (-1, 0, 1) for who in Collector
    ]  # fmt: skip
    shared = replace(BOOKS)
    for ask in (*asks, *reversed(asks)):
        assert judge(ask, shared, NOON) == judge(ask, replace(BOOKS), NOON)
    assert len({judge(ask, shared, NOON).refusals for ask in asks}) > 5


def test_a_rule_from_some_day_past_due_binds_from_that_day_on(tmp_path: Path) -> None:
    late = """
  - {rule: US-L-1, because: made up, citation: made up, confidence: A, applies: {past_due_from: 30, past_due_to: 60},
     consent: {kind: callback}}
"""
    books = load_rulebooks(made_up(tmp_path, us__late=late), {})
    refused = [days for days in (61, 29, 30, 60, 0, 45, 400, 31, 59) if rules(asked(days_past_due=days), NOON, books)]
    assert refused == [30, 60, 45, 31, 59]


MANILA, VANCOUVER = zone("Asia/Manila"), zone("America/Vancouver")
IN_MANILA = asked(addresses=(Address("PH"),), phone=Phone("+639171234567", PhoneKind.MOBILE), voice=Voice.AGENT)
IN_VANCOUVER = asked(
    addresses=(Address("CA", "BC", None, "V6B 1A1"),), phone=Phone("+16045550123", PhoneKind.MOBILE), voice=Voice.AGENT
)


def days_on(ask: Ask, days: int) -> Ask:
    return replace(ask, days_past_due=ask.days_past_due + days)


HOUSE = load_rulebooks(ROOT / "config" / "rulebooks", {"PH": "policy/house", "CA": "policy/house"})  # 8:00 to 21:00


def test_where_the_hours_of_the_law_end_with_a_stage_the_house_s_bind_what_is_put_off_past_it() -> None:
    ask, night = replace(IN_MANILA, days_past_due=15), datetime(2027, 3, 2, 23, tzinfo=MANILA)
    verdict = judge(ask, HOUSE, night)
    assert verdict.retry_at == datetime(2027, 3, 3, 8, tzinfo=MANILA)
    assert judge(days_on(ask, 1), HOUSE, verdict.retry_at).allowed
    assert not judge(days_on(ask, 1), HOUSE, verdict.retry_at - timedelta(seconds=1)).allowed
    assert judge(days_on(ask, -1), HOUSE, night).retry_at == datetime(2027, 3, 3, 6, tzinfo=MANILA)


def test_where_the_hours_of_the_law_begin_with_a_stage_the_house_s_end_on_that_day() -> None:
    ask = replace(IN_VANCOUVER, days_past_due=0)
    verdict = judge(ask, HOUSE, datetime(2027, 3, 2, 21, 30, tzinfo=VANCOUVER))
    assert verdict.retry_at == datetime(2027, 3, 3, 7, tzinfo=VANCOUVER)
    assert judge(days_on(ask, 1), HOUSE, verdict.retry_at).allowed
    assert not judge(days_on(ask, 1), HOUSE, verdict.retry_at - timedelta(seconds=1)).allowed


def test_the_week_of_a_debt_that_grows_later_has_the_hours_of_each_stage() -> None:
    days = week(replace(IN_MANILA, days_past_due=14), HOUSE, datetime(2027, 3, 2, 12, tzinfo=MANILA), "Asia/Manila")
    begins = [spans[0].start.astimezone(MANILA).hour for _on, spans in days]
    ends = [spans[-1].end.astimezone(MANILA).hour for _on, spans in days]
    assert begins == [12, 6, 8, 8, 8, 8, 8]  # to day 15 by the law, from day 16 on by the house
    assert ends == [22, 22, 21, 21, 21, 21, 21]


STAGES = """
  - {rule: US-S-1, because: made up, citation: made up, confidence: A, applies: {past_due_to: 45}, consent: {kind: callback}}
  - {rule: US-S-2, because: made up, citation: made up, confidence: A, applies: {past_due_from: 47},
     cap: {limit: 1, per: debt, days: 30}}
"""


def test_a_refusal_without_an_end_ends_with_its_stage_in_the_last_zone_that_reaches_it(tmp_path: Path) -> None:
    books = load_rulebooks(made_up(tmp_path, us__stages=STAGES), {})
    verdict = judge(asked(), books, NOON)
    assert verdict.retry_at == datetime(2026, 11, 30, tzinfo=NEW_YORK)  # day 46
    both = asked(addresses=(Address("US", "NY"), Address("US", "CA")))
    assert judge(both, books, NOON).retry_at == datetime(2026, 11, 30, tzinfo=LOS_ANGELES)


def test_what_is_long_ago_now_counts_where_a_later_stage_looks_further_back(tmp_path: Path) -> None:
    books = load_rulebooks(made_up(tmp_path, us__stages=STAGES), {})
    wednesday = Inconvenient(frozenset({3}), time(0), time(0))
    ask = asked(days_past_due=46, inconvenient=(wednesday,), history=(past(NOON - timedelta(days=20)),))
    verdict = judge(ask, books, NOON + timedelta(days=1))
    assert verdict.retry_at == datetime(
        2026, 12, 4, tzinfo=NEW_YORK
    )  # day 47 is Thursday, by which the call of the 4th counts


def test_a_debt_of_which_no_zone_is_known_grows_no_later(tmp_path: Path) -> None:
    books = load_rulebooks(made_up(tmp_path, us__stages=STAGES), {})
    assert judge(asked(addresses=(), phone=Phone("+18005550123")), books, NOON).retry_at is None


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_only_where_reminders_rest_of_our_own_accord_is_what_they_write_answered(reason: SuppressionReason) -> None:
    """Once, within minutes, in the same medium; a reminder never; and never where a rulebook stops for that reason."""
    rests = {SuppressionReason.PAID, SuppressionReason.HARDSHIP, SuppressionReason.QUESTION}
    text = PastContact(NOON, Direction.INBOUND, Channel.SMS, Disposition.RECEIVED, ("L1",))
    stop = Suppression(reason, SuppressionScope.DEBTOR, NOON)
    ask = asked(channel=Channel.SMS, voice=None, purpose=Purpose.REPLY, history=(text,), suppressions=(stop,))
    soon = NOON + timedelta(minutes=1)
    assert judge(ask, BOOKS, soon).allowed is (reason in rests)
    for other in (Purpose.COLLECTION, Purpose.REMINDER):
        assert not judge(replace(ask, purpose=other), BOOKS, soon).allowed
    assert not judge(ask, BOOKS, NOON + timedelta(minutes=16)).allowed
    sent = PastContact(soon, Direction.OUTBOUND, Channel.SMS, Disposition.DELIVERED, ("L1",))
    assert not judge(replace(ask, history=(text, sent)), BOOKS, soon + timedelta(minutes=1)).allowed
    there = replace(ask, addresses=(Address("GB", "LND"),), phone=Phone("+447700900123", PhoneKind.MOBILE))
    if reason is SuppressionReason.HARDSHIP:
        assert not judge(there, BOOKS, soon).allowed
