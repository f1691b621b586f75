"""Which number is meant, can it exist, and is it a mobile?

Answered once per spelling: reading numbers is the slow part of an import.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberType

from outreach.core.terms import PhoneKind
from outreach.core.zones import alike

KINDS: dict[int, PhoneKind] = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
    PhoneNumberType.VOIP: PhoneKind.VOIP,
}  # in North America nobody can tell mobile from landline by the number: unknown
NOBODYS: dict[int, str] = {
    PhoneNumberType.PREMIUM_RATE: "a premium-rate",
    PhoneNumberType.SHARED_COST: "a shared-cost",
    PhoneNumberType.TOLL_FREE: "a toll-free",
    PhoneNumberType.UAN: "a company",
}
NANP = frozenset(phonenumbers.region_codes_for_country_code(1))
LONGEST = 40  # characters; a number and how it is written
TEN_DIGITS = re.compile(r"(?:\+?1[ .-]?)?\(?([2-9]\d{2})\)?[ .-]?([2-9]\d{2})[ .-]?(\d{4})", re.ASCII)
# Ofcom keeps this range for drama: never assigned, so the numbering plan calls it invalid. Samples use it.
DRAMA = re.compile(r"\+447700900\d{3}", re.ASCII)


@lru_cache(maxsize=100_000)
def read_number(text: str, country: str) -> tuple[str, PhoneKind]:
    """(E.164, kind as far as the numbering plan tells) of a number as written in `country`. Raises ValueError."""
    e164 = _e164(text, country)
    kind = _kind(alike(e164))
    if kind == PhoneNumberType.UNKNOWN:
        if DRAMA.fullmatch(e164):
            return e164, PhoneKind.MOBILE
        raise ValueError(f"{text!r} is no number that exists{_read_as(text, country)}")
    if kind in NOBODYS:
        raise ValueError(f"{text!r} is {NOBODYS[kind]} number, not a person's")
    return e164, KINDS.get(kind, PhoneKind.UNKNOWN)


@lru_cache(maxsize=200_000)
def _kind(e164: str) -> int:
    try:
        return int(phonenumbers.number_type(phonenumbers.parse(e164)))
    except NumberParseException:
        return int(PhoneNumberType.UNKNOWN)


def _e164(text: str, country: str) -> str:
    if country in NANP and (match := TEN_DIGITS.fullmatch(text)):
        return "+1" + "".join(match.groups())  # what parse() would say, fifty times sooner
    if len(text) > LONGEST or not text.isprintable():
        raise ValueError(f"{text[:LONGEST]!r} is no phone number")
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        raise ValueError(f"{text!r} is no phone number{_read_as(text, country)}") from None
    if number.extension:
        raise ValueError(f"{text!r} has an extension, which can neither be texted nor dialled")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _read_as(text: str, country: str) -> str:
    if text.lstrip().startswith("+"):
        return ""
    known = PhoneMetadata.metadata_for_region(country) is not None
    return f" in {country}" if known else ", write it with + and the country code"
