"""What a number says about place, and which numbers say the same."""

from __future__ import annotations

import random
import re
from importlib import resources

from phonenumbers import PhoneMetadata
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS
from phonenumbers.tzdata import TIMEZONE_DATA

from outreach.core import zones
from outreach.core.terms import Phone, PhoneKind

DESCRIBED = (
    "general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
    "pager", "uan", "voicemail",
)  # fmt: skip


def alternatives(pattern: str) -> list[str]:
    """The alternatives of a regular expression, those inside brackets not taken apart."""
    found, depth = [""], 0
    for character in pattern:
        depth += (character in "([") - (character in ")]")
        if character == "|" and not depth:
            found.append("")
        else:
            found[-1] += character
    return found


def test_the_last_three_digits_of_a_north_american_number_say_nothing() -> None:
    for region in REGIONS[1]:
        described = PhoneMetadata.metadata_for_region(region)
        patterns = [getattr(described, name).national_number_pattern for name in DESCRIBED if getattr(described, name)]
        for pattern in filter(None, patterns):
            for one in alternatives(pattern):
                assert re.search(r"\\d\{[3-9]\}$", one), (region, one)
    assert max(len(prefix) for prefix in TIMEZONE_DATA if prefix.startswith("1")) <= len("1") + 7


def test_numbers_read_alike_are_read_as_they_are() -> None:
    dice = random.Random(7)
    for _ in range(3000):
        e164 = f"+1{dice.randrange(2_000_000_000, 10_000_000_000)}"
        assert zones._read_number.__wrapped__(e164) == zones.read_number(e164), e164
    for other in ("+442079460123", "+8613800138000", "+1212555010", "+121255501234", "", "+1٢125550123"):
        assert zones.alike(other) == other


def test_what_numbers_say() -> None:
    assert zones.read_number("+18505550123").zones == ("America/Chicago", "America/New_York")
    assert zones.read_number("+18005550123").place is None and not zones.read_number("+18005550123").zones
    assert zones.read_number("+61412345678").mobile and not zones.read_number("+61412345678").zones
    assert zones.read_number("+525555550123").may_be_mobile and zones.read_number("+8613800138000").zones == (
        "Asia/Shanghai",
    )
    assert zones.read_number("nonsense") == zones.Number()
    assert zones.number_place(Phone("+12125550123", PhoneKind.VOIP)) is None
    place = zones.number_place(Phone("+12125550123", PhoneKind.MOBILE))
    assert place == zones.NumberPlace("US", "NY", "212")
    assert zones.number_place(Phone("+5521961234567", PhoneKind.MOBILE)) == zones.NumberPlace("BR", "RJ")
    assert zones.number_place(Phone("+551132345678")) == zones.NumberPlace("BR", "SP")


def test_a_clock_that_nobody_has_set_is_no_zone() -> None:
    assert zones.is_zone("Europe/London") and not zones.is_zone("Factory")


def test_a_zone_lies_in_a_country_and_maybe_in_one_region_of_it() -> None:
    told = {
        "Pacific/Honolulu": ("US", "HI"),
        "US/Hawaii": ("US", "HI"),
        "America/Boise": ("US", None),
        "Pacific/Guam": ("US", "GU"),
        "America/Virgin": ("US", "VI"),
        "America/Coral_Harbour": ("CA", None),
        "Asia/Kashgar": ("CN", None),
        "Europe/London": ("GB", None),
        "Iceland": ("IS", None),
    }
    assert {name: zones.zone_region(name) for name in told} == told
    clocks = ("UTC", "GMT", "Etc/GMT+5", "EST", "HST", "CET", "EST5EDT", "Factory", "Nowhere/None", "")
    assert [name for name in clocks if zones.zone_region(name)] == []


def test_every_zone_but_mere_clocks_lies_in_a_country_we_know() -> None:
    known = resources.files("tzdata").joinpath("zones").read_text().split()
    lost = [name for name in known if zones.is_zone(name) and zones.zone_region(name) is None]
    cities = [name for name in lost if "/" in name and not name.startswith("Etc/")]
    assert cities == [], "of no country"
