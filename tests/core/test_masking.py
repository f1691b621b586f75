"""Every number is found as people and programs spell it; what is no number stays."""

from __future__ import annotations

import phonenumbers
import pytest

from outreach.core.masking import mask

SPELT = [
    "+15185550123", "+1 518 555 0123", "+1 (518) 555-0123", "(518) 555-0123", "518-555-0123", "518.555.0123", "5185550123",
    "15185550123", "0015185550123", "%2B15185550123", "tel:+15185550123", "+447700900123", "07700 900123", "+86 138 0000 0123",
    "+61 491 570 156", "+5511987654321", "+49 (0)30 901820123",
]  # fmt: skip
KEPT = [
    "2026-11-24 10:31:00", "2026-11-24T10:31:00.123456+00:00", "2027-03-09T15:00:00.000000Z", "10.120.130.140:5432",
    "SM00000000000000000000000000000123", "attempt 1234567", "120.00 USD due 2026-11-24", "v1.2.3", "HTTP 503",
    "0123456789abcdef0123456789abcdef", "/cases/L1041", "[2026-11-24 10:31:00,123]", "waited 12.5 s of 3600",
]  # fmt: skip


@pytest.mark.parametrize("number", SPELT)
@pytest.mark.parametrize(
    "around", ["{}", "texted {} twice", "To={}&From=x", "'{}'", "({})", '{{"to": "{}"}}', "Key (e164)=({})"]
)
def test_a_number_is_unreadable_wherever_it_stands(number: str, around: str) -> None:
    said = mask(around.format(number))
    digits = "".join(filter(str.isdigit, number.removeprefix("%2B")))
    left = "".join(filter(str.isdigit, said.replace("%2B", "").replace("e164", "")))
    assert len(left) <= 5 < len(digits), said
    assert said.replace("*", "").startswith(around.format("|").split("|")[0])


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_number_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_an_example_of_every_country_is_found(region: str) -> None:
    """As the library of numbers itself gives and spells them."""
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None or len(str(number.national_number)) < 7:
            continue
        for spelling in (phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
            spelt = phonenumbers.format_number(number, spelling)
            said = mask(f"texted {spelt}")
            assert str(number.national_number)[2:-2] not in said.replace(" ", "") and "*" in said, (spelt, said)
