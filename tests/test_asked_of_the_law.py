"""What the law says of one contact, thought of first and asked second: of the gate as other systems do, and of the oracle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.campaigns import load_rulebooks
from outreach.core.gate import judge
from outreach.oracle import lawful, load_law
from outreach.wire import parse_ask

SHIPPED = Path(__file__).parents[1] / "config" / "rulebooks"
BOOKS, LAW = load_rulebooks(SHIPPED), load_law(SHIPPED, {})
ALBANY = {"country": "US", "region": "NY", "city": "Albany", "postcode": "12207"}
MOBILE, SECOND = "+15185550123", timedelta(seconds=1)
CALL: dict[str, Any] = {
    "now": "2027-03-16T12:00:00-04:00", "channel": "call", "voice": "agent", "purpose": "collection",
    "collector": "third_party", "days_past_due": 40, "cases": ["L1"], "debtor": {"id": "D1", "addresses": [ALBANY]},
    "phone": {"e164": MOBILE, "kind": "mobile"},
}  # fmt: skip
FIRST = {"collector": "first_party"}
TEXT = CALL | {"channel": "sms", "voice": None}


@dataclass(frozen=True)
class Told:
    """What came of an ask: `allow`, or the rules that refuse; and the earliest lawful instant."""

    rules: set[str]
    retry_at: str | None


def told(of: dict[str, Any], /, **changes: Any) -> Told:
    """The verdict of the law alone, which the oracle shares."""
    asked = parse_ask(json.dumps(of | changes))
    verdict = judge(asked.ask, BOOKS, asked.now, law_only=True)
    rules = {refusal.rule for refusal in verdict.refusals}
    assert rules == lawful(asked.ask, LAW, asked.now, law_only=True)
    if verdict.retry_at:
        assert judge(asked.ask, BOOKS, verdict.retry_at, law_only=True).allowed
        assert not lawful(asked.ask, LAW, verdict.retry_at, law_only=True)
    retry_at = verdict.retry_at.astimezone(asked.now.tzinfo).isoformat() if verdict.retry_at else None
    return Told(rules, retry_at)


def at(*places: dict[str, Any] | str, e164: str = "+18005550123", **more: Any) -> dict[str, Any]:
    """Where: addresses, `US-TX` or whole, and a number, which says nothing unless given."""
    addresses = [place if isinstance(place, dict) else _place(place) for place in places]
    return {"debtor": {"id": "D1", "addresses": addresses}, "phone": {"e164": e164} | more}


def _place(said: str) -> dict[str, Any]:
    country, _, rest = said.partition("-")
    region, _, postcode = rest.partition(" ")
    return {"country": country, "region": region or None, "postcode": postcode or None}


def past(when: str, disposition: str | None = "no_answer", **changes: Any) -> dict[str, Any]:
    plain = {"direction": "outbound", "channel": "call", "voice": "agent", "cases": ["L1"], "phone": MOBILE}
    return plain | {"at": when, "disposition": disposition} | changes


def received(when: str, channel: str = "sms") -> dict[str, Any]:
    return past(when, "received", direction="inbound", channel=channel, voice=None)


# --- answers -------------------------------------------------------------------------------------------------------------

NIGHT = {"now": "2027-03-16T23:00:00-04:00", "purpose": "opt_out_confirmation"}
STOPPED = {"reason": "opt_out", "scope": "phone", "channel": "sms", "at": "2027-03-16T22:58:00-04:00"}


def test_a_confirmation_is_one_text_to_the_number_that_said_stop() -> None:
    assert told(TEXT | NIGHT, suppressions=[STOPPED]).rules == set()
    assert told(TEXT | NIGHT, suppressions=[STOPPED | {"channel": None}]).rules == set()
    assert told(TEXT | NIGHT, suppressions=[STOPPED | {"phone": MOBILE}]).rules == set()
    elsewhere = told(TEXT | NIGHT, suppressions=[STOPPED | {"phone": "+15185550199"}])
    assert {"US-F-01", "US-F-41"} <= elsewhere.rules


@pytest.mark.parametrize("voice", ["agent", "recorded", "voicemail_drop"])
def test_no_call_confirms_anything(voice: str) -> None:
    """47 CFR 64.1200(a)(12) knows a text, 12 CFR 1006.14(h)(2)(i) an electronic communication."""
    for stop in (STOPPED, STOPPED | {"channel": None}, STOPPED | {"channel": "call", "reason": "refused_channel"}):
        assert "US-F-01" in told(CALL | NIGHT, voice=voice, suppressions=[stop]).rules


def test_who_refused_calls_is_sent_no_text_at_night() -> None:
    stop = STOPPED | {"reason": "refused_channel", "channel": "call", "scope": "debtor"}
    assert {"US-F-01", "US-F-41"} <= told(TEXT | NIGHT, suppressions=[stop]).rules


@pytest.mark.parametrize(("minutes", "lawful_"), [("22:55:00", True), ("22:54:59", False)])
def test_five_minutes_and_no_second_more(minutes: str, lawful_: bool) -> None:
    stop = STOPPED | {"at": f"2027-03-16T{minutes}-04:00"}
    assert (told(TEXT | NIGHT, suppressions=[stop]).rules == set()) is lawful_


@pytest.mark.parametrize("voice", ["recorded", "voicemail_drop"])
def test_who_rang_us_has_not_agreed_to_recorded_voices(voice: str) -> None:
    rang = {
        "now": "2027-03-16T12:00:00-04:00",
        "purpose": "reply",
        "history": [received("2027-03-16T11:50:00-04:00", "call")],
    }
    assert told(CALL | rang, voice=voice, collector="first_party").rules == {"US-T-01"}
    assert told(CALL | rang, collector="first_party").rules == set()
    given = {"kind": "recorded_call", "given_to": "creditor", "at": "2027-01-01T00:00:00Z"}
    assert told(CALL | rang, voice=voice, collector="first_party", consents=[given]).rules == set()


def test_a_wish_to_be_called_back_told_to_the_creditor_is_none_of_the_collector() -> None:
    """12 CFR 1006.14(b)(3)(i): consent given directly to the debt collector."""
    talk = past("2027-03-14T12:00:00-04:00", "right_party")
    wish = {"kind": "callback", "at": "2027-03-15T12:00:00-04:00"}
    back = CALL | {"purpose": "requested_callback", "history": [talk]}
    assert told(back, consents=[wish | {"given_to": "creditor"}]).rules == {"US-F-27"}
    assert told(back, consents=[wish | {"given_to": "us"}]).rules == set()
    assert told(back, consents=[wish | {"given_to": "creditor"}], collector="first_party").rules == set()


def test_an_answer_goes_to_the_number_that_wrote() -> None:
    reply = TEXT | {"now": "2027-03-16T23:00:00-04:00", "purpose": "reply"}
    wrote = received("2027-03-16T22:50:00-04:00")
    for phone in (MOBILE, None):
        assert told(reply, history=[wrote | {"phone": phone}]).rules == set()
    assert {"US-F-01", "US-F-41"} <= told(reply, history=[wrote | {"phone": "+15185550199"}]).rules


@pytest.mark.parametrize(
    ("until", "retry_at"),
    [
        ("2027-03-16T12:00:00-04:00", None),
        ("2027-03-16T12:00:01-04:00", "2027-03-16T12:00:01-04:00"),
        ("2027-03-16T22:00:00-04:00", "2027-03-17T08:00:01-04:00"),
        ("2029-03-16T22:00:00-04:00", "2029-03-17T08:00:01-04:00"),
        ("2099-01-01T00:00:00-04:00", "2099-01-01T09:00:01-04:00"),
        ("9999-12-31T23:59:59-12:00", None),
    ],
)
def test_a_stop_that_ends_is_put_off_to_the_first_lawful_second_after(until: str, retry_at: str | None) -> None:
    stop = {"reason": "hardship", "scope": "debtor", "at": "2027-03-01T00:00:00Z", "until": until}
    assert told(CALL, suppressions=[stop]).retry_at == retry_at


def test_washington_dc_leaves_one_completed_call_that_was_asked_for_uncounted() -> None:
    """D.C. Code 28-3814(d)(4)(A)(i)."""
    home = at("US-DC", e164="+12025550123") | FIRST
    days = [past(f"2027-03-{day}T12:00:00-04:00", phone="+12025550123") for day in (12, 13, 14)]
    talks = [past(f"2027-03-{day}T13:00:00-05:00", "right_party", requested=True) for day in ("09", "10", "11")]
    missed = past("2027-03-11T12:00:00-05:00", requested=True)
    assert told(CALL | home, history=[*days, missed]).retry_at == "2027-03-18T08:00:00-04:00"
    assert told(CALL | home, history=[*days, talks[1]]).rules == {"US-DC-03"}
    assert told(CALL | home, history=[*days, talks[1], talks[2]]).rules == {"US-DC-02", "US-DC-03"}
    assert told(CALL | home, history=[*days, talks[0], talks[2]]).rules == {"US-DC-03"}
    wish = {"kind": "callback", "given_to": "us", "at": "2027-03-16T10:00:00-04:00"}
    back = CALL | home | {"purpose": "requested_callback", "consents": [wish]}
    assert told(back, history=[*days, missed]).rules == {"US-DC-02"}
    assert told(back, history=[*days, talks[2]]).rules == set()


# --- what was not said ------------------------------------------------------------------------------------------------------


def test_calls_to_the_asked_number_at_work_were_calls_at_work() -> None:
    work = at("US-MA", e164=MOBILE, place="work")
    days = [past(f"2027-03-{day:02}T12:00:00-04:00") for day in (1, 2)]
    assert told(CALL | work, history=days).rules == {"US-MA-01-ELSEWHERE"}
    assert told(CALL | work, history=[past(p["at"], phone=None) for p in days]).rules == {"US-MA-01-ELSEWHERE"}
    assert told(CALL | work, history=[p | {"place": "personal"} for p in days]).rules == set()
    assert told(CALL | work, history=days, now="2027-03-31T00:30:00-04:00").rules == {"US-F-01", "US-MA-04"}


def test_a_call_of_unknown_voice_may_have_been_recorded() -> None:
    landline = at("US-NY 12207", e164=MOBILE, kind="landline") | {"voice": "recorded", "collector": "first_party"}
    days = [past(f"2027-03-{day:02}T12:00:00-04:00") for day in (1, 2, 3)]
    assert told(CALL | landline, history=days).rules == set()
    assert told(CALL | landline, history=[p | {"voice": None} for p in days]).rules == {"US-T-06"}


# --- which rulebooks --------------------------------------------------------------------------------------------------------


def test_a_state_of_brazil_without_law_is_refused_whatever_other_address_there_is() -> None:
    noon = CALL | {"now": "2027-03-16T12:00:00-03:00"}
    assert told(noon, **at("BR-SP", e164="+5511961234567")).rules == set()
    for places in (("BR-MG",), ("BR-SP", "BR-MG"), ("BR",), ("BR-SP", "BR")):
        assert told(noon, **at(*places, e164="+5511961234567")).rules == {"NO-RULEBOOK"}


def test_hours_of_a_state_of_brazil_are_its_own() -> None:
    """Not of Acre, two hours behind, nor of the islands."""
    for clock, rules in (("07:59:59", {"BR-SP"}), ("08:00:00", set()), ("19:59:59", set()), ("20:00:00", {"BR-SP"})):
        ask = CALL | {"now": f"2027-03-16T{clock}-03:00"}
        assert told(ask, **at("BR-SP", e164="+5511961234567")).rules == rules


THREE = [past(f"2027-03-{day}T12:00:00-04:00") for day in (13, 14, 15)]
CITIES = [
    ("New  York", True), ("NEW YORK", True), ("N.Y.C.", True), ("Brooklyn, NY", True), ("bklyn", True), ("St Albans", True),
    ("NY", True), ("Saint Albans", True), ("St. Albans", True), ("Glendale", True), ("Long Island City, New York", True),
    ("Bronx NY 10451", True), ("Albany", False), ("Yonkers", False), ("New York Mills", False), (None, True),
]  # fmt: skip


@pytest.mark.parametrize(("city", "inside"), CITIES)
def test_new_york_city_however_it_is_spelled(city: str | None, inside: bool) -> None:
    home = {"country": "US", "region": "NY", "city": city}
    assert ("US-NYC-02" in told(CALL | at(home), history=THREE).rules) is inside


ZIPS = [
    ("10001", True), ("10301", True), ("10451", True), ("11004", True), ("11005", True), ("11101", True), ("11201", True),
    ("11385", True), ("11436", True), ("11697", True), ("10001-1234", True), (" 11201 ", True), ("112 01", True),
    ("10701", False), ("11001", False), ("11040", False), ("11550", False), ("12207", False), ("", True), ("n/a", True),
    ("1", True), ("104", True),
]  # fmt: skip


@pytest.mark.parametrize(("code", "inside"), ZIPS)
def test_new_york_city_by_its_postcodes(code: str, inside: bool) -> None:
    """A postcode that is none tells nothing: the city does."""
    home = {"country": "US", "region": "NY", "city": "Brooklyn", "postcode": code}
    assert ("US-NYC-02" in told(CALL | at(home), history=THREE).rules) is inside


# --- zones ------------------------------------------------------------------------------------------------------------------

DENVER, CHICAGO, NEW_YORK, LOS_ANGELES = "-06:00", "-05:00", "-04:00", "-07:00"  # in summer
WINDOWS = [  # the first lawful second of a day in June and the first that is none any more, of creditors' or collectors' calls
    ("US-TX 79901", "+18005550123", f"08:00:01{DENVER}", f"21:00:00{CHICAGO}"),  # El Paso, or a neighbour
    ("US-TX 78701", "+18005550123", f"08:00:01{CHICAGO}", f"21:00:00{CHICAGO}"),
    ("US-TX", "+18005550123", f"08:00:01{DENVER}", f"21:00:00{CHICAGO}"),
    ("US-TX n/a", "+18005550123", f"08:00:01{DENVER}", f"21:00:00{CHICAGO}"),
    ("US-TX 10001", "+18005550123", f"08:00:01{DENVER}", f"21:00:00{CHICAGO}"),  # a postcode of elsewhere
    ("US-TX 78701", "+19155550123", f"08:00:01{DENVER}", f"21:00:00{CHICAGO}"),
    ("US-FL 33101", "+13055550123", f"08:00:01{NEW_YORK}", f"21:00:00{NEW_YORK}"),
    ("US-FL 32501", "+13055550123", f"08:00:01{CHICAGO}", f"21:00:00{NEW_YORK}"),
    ("US-FL 33101", "+18505550123", f"08:00:01{CHICAGO}", f"21:00:00{NEW_YORK}"),
    ("US-TN 37901", "+18655550123", f"08:00:01{NEW_YORK}", f"21:00:00{NEW_YORK}"),
    ("US-TN 37402", "+14235550123", f"08:00:01{CHICAGO}", f"21:00:00{NEW_YORK}"),
    ("US-SD 57101", "+16055550123", f"08:00:01{DENVER}", f"21:00:00{CHICAGO}"),
    ("US-SD 57701", "+18005550123", f"08:00:01{DENVER}", f"21:00:00{DENVER}"),
    ("US-ID 83702", "+12085550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{DENVER}"),
    ("US-ID 83814", "+18005550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{LOS_ANGELES}"),
    ("US-OR 97914", "+18005550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{DENVER}"),  # Malheur County
    ("US-OR 97201", "+15035550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{LOS_ANGELES}"),
    ("US-OR 97201", "+15415550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{DENVER}"),
    ("US-KY 40202", "+15025550123", f"08:00:01{NEW_YORK}", f"21:00:00{NEW_YORK}"),
    ("US-KY 42701", "+18005550123", f"08:00:01{CHICAGO}", f"21:00:00{NEW_YORK}"),
    ("US-IN 46204", "+13175550123", f"08:00:01{NEW_YORK}", f"21:00:00{NEW_YORK}"),
    ("US-IN 46402", "+18005550123", f"08:00:01{CHICAGO}", f"21:00:00{CHICAGO}"),  # Lake County
    ("US-IN 47591", "+18005550123", f"08:00:01{CHICAGO}", f"21:00:00{NEW_YORK}"),  # Knox, Daviess, Perry Counties
    ("US-MI 48226", "+13135550123", f"08:00:01{NEW_YORK}", f"21:00:00{NEW_YORK}"),
    ("US-MI 49801", "+19065550123", f"08:00:01{CHICAGO}", f"21:00:00{NEW_YORK}"),  # Iron Mountain
    ("US-KS 66101", "+19135550123", f"08:00:01{CHICAGO}", f"21:00:00{CHICAGO}"),
    ("US-KS 67735", "+18005550123", f"08:00:01{DENVER}", f"21:00:00{CHICAGO}"),  # Goodland
    ("US-NE 69361", "+18005550123", f"08:00:01{DENVER}", f"21:00:00{DENVER}"),  # Scottsbluff
    ("US-NE 68102", "+13085550123", f"08:00:01{DENVER}", f"21:00:00{CHICAGO}"),
    ("US-ND 58601", "+18005550123", f"08:00:01{DENVER}", f"21:00:00{CHICAGO}"),  # Dickinson
    ("US-NV 89883", "+17755550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{DENVER}"),  # West Wendover
    ("US-NV 89101", "+17025550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{LOS_ANGELES}"),
    ("US-AZ 85001", "+16025550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{LOS_ANGELES}"),  # as Los Angeles in summer
    ("US-AZ 86045", "+19285550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{DENVER}"),  # Tuba City, Navajo Nation
    ("US-AZ 86039", "+19285550123", f"08:00:01{LOS_ANGELES}", f"21:00:00{DENVER}"),  # Kykotsmovi, Hopi
    ("US-HI 96813", "+18085550123", "08:00:01-10:00", "21:00:00-10:00"),
    ("US-AK 99501", "+18005550123", "08:00:01-09:00", "21:00:00-08:00"),  # 995 has the Aleutians
    ("US-AK 99701", "+18005550123", "08:00:01-08:00", "21:00:00-08:00"),
    ("US-AK 99546", "+19075550123", "08:00:01-09:00", "21:00:00-08:00"),  # Adak
    ("US-GU", "+16715550123", "08:00:01+10:00", "21:00:00+10:00"),
    ("GU", "+16715550123", "08:00:01+10:00", "21:00:00+10:00"),
    ("US-AS", "+16845550123", "08:00:01-11:00", "21:00:00-11:00"),
    ("PR", "+17875550123", "08:00:01-04:00", "21:00:00-04:00"),
    ("US-VI", "+13405550123", "08:00:01-04:00", "21:00:00-04:00"),
    ("US-MP", "+16705550123", "08:00:01+10:00", "21:00:00+10:00"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "number", "opens", "closes"), WINDOWS)
def test_the_day_of_a_place_in_summer(where: str, number: str, opens: str, closes: str) -> None:
    _opens_and_closes(at(where, e164=number, kind="mobile"), "2027-06-15", opens, closes)


def _opens_and_closes(place: dict[str, Any], day: str, opens: str, closes: str) -> None:
    first, end = f"{day}T{opens}", f"{day}T{closes}"
    assert told(CALL | place, now=first).rules == set()
    before = first.replace("08:00:01", "08:00:00")
    early = told(CALL | place, now=before)
    assert "US-F-01" in early.rules and early.retry_at == first
    assert told(CALL | place, now=end.replace("21:00:00", "20:59:59")).rules == set()
    late = told(CALL | place, now=end)
    assert "US-F-01" in late.rules
    assert late.retry_at is not None
    waited = datetime.fromisoformat(late.retry_at) - datetime.fromisoformat(first)
    assert waited.days == 1 and waited.seconds == 0


CHANGES = [  # the day after the clocks were changed, and the offset from then on
    ("US-NY 12207", "2027-03-14", "-04:00"), ("US-NY 12207", "2026-11-01", "-05:00"), ("US-IL", "2027-03-14", "-05:00"),
    ("US-CO", "2026-11-01", "-07:00"), ("US-CA", "2027-03-14", "-07:00"), ("US-AK 99701", "2027-03-14", "-08:00"),
    ("US-HI", "2027-03-14", "-10:00"), ("US-AZ 85001", "2027-03-14", "-07:00"), ("PR", "2027-03-14", "-04:00"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "day", "offset"), CHANGES)
def test_the_day_on_which_the_clocks_are_changed(where: str, day: str, offset: str) -> None:
    _opens_and_closes(at(where), day, f"08:00:01{offset}", f"21:00:00{offset}")


def test_two_addresses_three_hours_apart() -> None:
    both = at("US-NY 12207", "US-CA 90001", e164=MOBILE)
    assert told(CALL | both, now="2027-06-15T11:00:00-04:00").retry_at == "2027-06-15T11:00:01-04:00"
    assert told(CALL | both, now="2027-06-15T20:59:59-04:00").rules == set()
    assert {"US-F-01", "US-CA-01"} <= told(CALL | both, now="2027-06-15T21:00:00-04:00").rules


def test_cambridge_bay_keeps_its_own_winter() -> None:
    """Nunavut west of the others: seven hours behind in winter, whatever Alberta does."""
    nunavut = at("CA-NU") | {"collector": "first_party"}
    for clock, rules in (("06:59:59", {"CAF-HRS"}), ("07:00:00", set())):
        assert told(CALL | nunavut, now=f"2027-01-19T{clock}-07:00").rules == rules


@pytest.mark.parametrize("code", ["236", "250", "257", "672", "778"])
def test_any_number_of_british_columbia_may_be_in_its_east(code: str) -> None:
    number = at(e164=f"+1{code}5550123") | {"collector": "first_party"}
    assert told(CALL | number, now="2027-06-15T20:59:59-06:00").rules == set()
    assert "BC-HRS" in told(CALL | number, now="2027-06-15T20:00:00-07:00").rules


# --- whose law is it ----------------------------------------------------------------------------------------------------------


def test_a_wish_honoured_everywhere_names_the_law_only_where_it_is_law() -> None:
    times = [{"days": ["tue"], "from": "09:00", "to": "17:00"}]
    for place, rule in (
        ("US-NY 12207", "US-F-04"),
        ("CA-SK", "INCONVENIENT"),
        ("AU-NSW", "AU-HRS-2"),
        ("JP", "JP-HRS"),
    ):
        asked = parse_ask(json.dumps(CALL | at(place) | {"inconvenient": times, "now": "2027-03-16T10:00:00-04:00"}))
        verdict = judge(asked.ask, BOOKS, asked.now, law_only=True)
        assert {r.rule: r.citation.startswith("12 CFR") for r in verdict.refusals}.get(rule, False) is (
            rule == "US-F-04"
        )


ABROAD = [  # the first second and the last of a day of calls to mobiles, and of what a place of two zones loses of it
    ("CA-ON M5V 2T6", "+18005550123", "07:00:00-04:00", "20:59:59-04:00"),
    ("CA-ON m5v", "+18005550123", "07:00:00-04:00", "20:59:59-04:00"),
    ("CA-ON P9N 1A1", "+18005550123", "07:00:00-05:00", "20:59:59-04:00"),  # Kenora
    ("CA-ON V6B 1A1", "+18005550123", "07:00:00-05:00", "20:59:59-04:00"),  # a postcode of elsewhere
    ("CA-ON", "+14165550123", "07:00:00-05:00", "20:59:59-04:00"),
    ("CA-QC H2X 1Y4", "+15145550123", "07:00:00-04:00", "20:59:59-04:00"),
    ("CA-QC G4T 1A1", "+18005550123", "07:00:00-04:00", "20:59:59-03:00"),  # the Magdalen Islands
    ("CA-BC V6B 1A1", "+16045550123", "07:00:00-07:00", "20:59:59-07:00"),
    ("CA-BC V1C 1A1", "+18005550123", "07:00:00-07:00", "20:59:59-06:00"),  # Cranbrook
    ("CA-NL A1A 1A1", "+18005550123", "07:00:00-02:30", "20:59:59-02:30"),
    ("AU-NSW 2000", "+61491570156", "07:30:00+10:00", "20:59:59+10:00"),
    ("AU-NSW 2880", "+61491570156", "07:30:00+09:30", "20:59:59+10:00"),  # Broken Hill
    ("AU-NSW", "+61491570156", "07:30:00+09:30", "20:59:59+10:00"),
    ("AU-NSW 2898", "+61491570156", "07:30:00+10:30", "20:59:59+10:30"),  # Lord Howe Island
    ("AU-WA 6798", "+61491570156", "07:30:00+07:00", "20:59:59+07:00"),  # Christmas Island
    ("AU-WA 6000", "+61491570156", "07:30:00+08:00", "20:59:59+08:00"),
    ("AU-WA 6443", "+61491570156", "07:30:00+08:00", "20:59:59+08:45"),  # Eucla
    ("NZ-AUK", "+64211234567", "06:00:00+12:00", "20:59:59+12:00"),
    ("NZ", "+64211234567", "06:00:00+12:00", "20:59:59+12:45"),
    ("MX-CMX", "+525512345678", "07:00:00-06:00", "21:59:59-06:00"),
    ("MX-SON", "+526621234567", "07:00:00-07:00", "21:59:59-07:00"),
    ("MX", "+525512345678", "07:00:00-07:00", "21:59:59-05:00"),
    ("ID-JK", "+628123456789", "08:00:00+07:00", "19:59:59+07:00"),
    ("ID-BA", "+628123456789", "08:00:00+08:00", "19:59:59+08:00"),
    ("ID-XX", "+628123456789", "08:00:00+07:00", "19:59:59+09:00"),
    ("IN", "+919876543210", "08:00:00+05:30", "18:59:59+05:30"),
    ("JP", "+819012345678", "08:00:00+09:00", "20:59:59+09:00"),
    ("CN", "+8613800138000", "08:00:00+08:00", "21:59:59+08:00"),
    ("BR-SP", "+5511961234567", "08:00:00-03:00", "19:59:59-03:00"),
    ("BR-RJ", "+5521961234567", "09:00:00-03:00", "18:59:59-03:00"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "number", "first", "last"), ABROAD)
def test_a_tuesday_in_june_abroad(where: str, number: str, first: str, last: str) -> None:
    place = CALL | FIRST | at(where, e164=number, kind="mobile")
    opens, shuts = f"2027-06-15T{first}", datetime.fromisoformat(f"2027-06-15T{last}")
    assert told(place, now=opens).rules == set()
    assert told(place, now=(datetime.fromisoformat(opens) - SECOND).isoformat()).retry_at == opens
    assert told(place, now=shuts.isoformat()).rules == set()
    next_day = told(place, now=(shuts + SECOND).isoformat()).retry_at
    assert next_day and datetime.fromisoformat(next_day) == datetime.fromisoformat(opens) + 24 * 3600 * SECOND
