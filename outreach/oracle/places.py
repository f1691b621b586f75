"""Where may the debtor be, and which rulebooks cover that? Part of the second reading (see the package).

Shares with the gate the tables of facts (area codes, states, the tz database) and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType
from phonenumbers import timezone as number_zones
from phonenumbers.tzdata import TIMEZONE_DATA

from outreach.core.area_codes import AREA_CODES, BRAZIL
from outreach.core.regions import (
    ONE_CLOCK,
    POSTCODE_AREAS,
    REGIONS,
    SPLIT_AREA_CODES,
    US_TERRITORIES,
    ZONES_OF_REGIONS,
)
from outreach.core.terms import Address, Ask, Phone, PhoneKind
from outreach.core.zones import PLACELESS, country_zones, is_zone, zone_country


@dataclass(frozen=True, slots=True)
class Place:
    """What an address or a number says: `area_code` of North American numbers only, `zones` every one it may be in.

    `anywhere`: what a mobile number, which says its country and no more, may be in unless an address tells where.
    """

    country: str
    region: str | None
    zones: tuple[str, ...]
    area_code: str | None = None
    anywhere: tuple[str, ...] = ()


@cache
def address_place(address: Address) -> Place:
    """A territory of the United States is one of its regions, also where the address calls it a country."""
    country, region = address.country, address.region or None
    if country in US_TERRITORIES:
        country, region = "US", country
    if region not in REGIONS.get(country, {region}):
        region = None  # there is none of that name
    return Place(country, region, _zones_by_postcode(address) or _region_zones(country, region))


def _zones_by_postcode(address: Address) -> tuple[str, ...]:
    """The zone in which a postcode lies, where its state has two and the beginning tells; empty: it does not."""
    state = POSTCODE_AREAS.get(address.country, {}).get(address.region or "", {})
    code = (address.postcode or "").strip().upper()
    if not code or not _is_postcode(code, address.country):
        return ()
    return next(((name,) for name, areas in state.items() if any(_begins(code, area) for area in areas.split())), ())


def _begins(code: str, area: str) -> bool:
    """`750-797`: the first three digits, from and to; `K`: the first signs."""
    if "-" not in area:
        return code.startswith(area)
    first, last = area.split("-")
    return first <= code[:3] <= last


def _is_postcode(code: str, country: str) -> bool:
    """Of a country whose postcodes are told apart here: is it one?"""
    if country == "CA":
        signs = code if len(code) != 7 or code[3] not in " -" else code[:3] + code[4:]
        kinds = "".join("9" if sign in "0123456789" else "A" if "A" <= sign <= "Z" else "?" for sign in signs)
        return kinds in ("A9A", "A9A9A9")
    if country == "AU":
        return len(code) == 4 and code.isascii() and code.isdigit()
    return country != "US" or _is_zip(code)


def _region_zones(country: str, region: str | None) -> tuple[str, ...]:
    return ZONES_OF_REGIONS.get(country, {}).get(region or "") or country_zones(country)


@cache
def number_place(phone: Phone) -> Place | None:
    """None: the number says nothing about place (toll-free, premium, VoIP, or no number at all)."""
    try:
        number = phonenumbers.parse(phone.e164)
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.number_type(number)
    if phone.kind is PhoneKind.VOIP or kind in PLACELESS:
        return None
    if number.country_code == 1:
        return _north_american(number)
    return _elsewhere(number, kind, phone.kind)


def _north_american(number: phonenumbers.PhoneNumber) -> Place | None:
    code = phonenumbers.national_significant_number(number)[:3]
    country, region = AREA_CODES.get(code) or (phonenumbers.region_code_for_number(number), None)
    if country is None:
        return None
    found = set(SPLIT_AREA_CODES.get(code, ()))
    if not found:  # no list of split area codes is whole: an exchange in another zone splits its code as well
        found |= _exchange_zones(code)
    found |= {name for name in number_zones.time_zones_for_geographical_number(number) if is_zone(name)}
    return Place(country, region, tuple(sorted(found)) or _region_zones(country, region), code)


@cache
def _exchange_zones(code: str) -> frozenset[str]:
    """The zones of all exchanges of an area code."""
    return frozenset(name for prefix, names in TIMEZONE_DATA.items() if prefix.startswith(f"1{code}") for name in names)


def _elsewhere(number: phonenumbers.PhoneNumber, kind: int, said: PhoneKind) -> Place | None:
    country = phonenumbers.region_code_for_number(number)
    country = country or phonenumbers.region_code_for_country_code(number.country_code or 0)
    if country in ("001", "ZZ"):
        return None
    if country in ONE_CLOCK:
        return Place(country, None, country_zones(country))
    known = number_zones.time_zones_for_geographical_number(number) if kind != PhoneNumberType.MOBILE else ()
    here = tuple(name for name in known if is_zone(name))
    may_be_mobile = kind == PhoneNumberType.FIXED_LINE_OR_MOBILE and said is not PhoneKind.LANDLINE
    code = phonenumbers.national_significant_number(number)[:2]
    region = BRAZIL.get(code) if country == "BR" else None
    if said is PhoneKind.MOBILE or kind == PhoneNumberType.MOBILE or may_be_mobile:
        return Place(country, region, here, anywhere=country_zones(country))
    return Place(country, region, here or country_zones(country))


def places(ask: Ask) -> list[Place]:
    """Every place the debtor's addresses, the number and the debtor's own statement name."""
    stated = [address_place(address) for address in _stated(ask)]
    return _said_by_others(ask) + stated


def _said_by_others(ask: Ask) -> list[Place]:
    number = number_place(ask.phone)
    return [address_place(address) for address in ask.addresses] + ([number] if number else [])


def homes(ask: Ask) -> list[Address]:
    """The addresses, and that which the statement of a zone stands for."""
    return [*ask.addresses, *_stated(ask)]


def _stated(ask: Ask) -> list[Address]:
    """A stated zone of a country that neither an address nor the number is of, or of a region of theirs that no address is of,
    as one more address; where a country's regions share the zone none of them is meant."""
    found = zone_country(ask.stated_zone or "")
    if not found:
        return []
    country, name = found
    regions = [code for code, names in ZONES_OF_REGIONS.get(country, {}).items() if name in names]
    address = Address(country, regions[0] if len(regions) == 1 else None)
    place = address_place(address)
    if place.country not in {other.country for other in _said_by_others(ask)}:
        return [address]
    named = {(other.country, other.region) for other in map(address_place, ask.addresses)}
    return [address] if place.region and (place.country, place.region) not in named else []


def covers(book: Mapping[str, Any], ask: Ask) -> bool:
    """Is any address, or the number, inside the place of this rulebook?"""
    number = number_place(ask.phone)
    return any(_covers_address(book, address) for address in homes(ask)) or bool(
        number and _covers_number(book, number)
    )


def _covers_address(book: Mapping[str, Any], address: Address) -> bool:
    place, regions = address_place(address), as_list(book.get("regions"))
    if place.country != book["country"] or (regions and place.region and place.region not in regions):
        return False  # an address that names no region may be in any
    postcodes, cities = as_list(book.get("postcodes")), as_list(book.get("cities"))
    code = _squeezed(address.postcode or "")
    if postcodes and code and _is_postcode(code, place.country):
        return any(code.startswith(_squeezed(prefix)) for prefix in postcodes)
    if cities and (city := _city(address)):
        return city in {_plain(name) for name in cities}
    return True


def is_whole(book: Mapping[str, Any]) -> bool:
    """Is it of all of its country?"""
    return not any(book.get(key) for key in ("regions", "postcodes", "cities", "area_codes"))


def is_law_of(book: Mapping[str, Any], address: Address) -> bool:
    """Is it law in all of what the address names: the whole country where it names no region, else its region?"""
    place, regions = address_place(address), as_list(book.get("regions"))
    part = any(book.get(key) for key in ("postcodes", "cities", "area_codes"))
    return place.country == book["country"] and not part and (not regions or place.region in regions)


def _covers_number(book: Mapping[str, Any], number: Place) -> bool:
    regions = as_list(book.get("regions"))
    if number.country != book["country"] or (regions and number.region not in regions):
        return False
    if any(book.get(key) for key in ("postcodes", "cities", "area_codes")):
        return number.area_code in {str(code) for code in as_list(book.get("area_codes"))}
    return True


def _squeezed(postcode: str) -> str:
    return "".join(str(postcode).split()).upper()


def _is_zip(code: str) -> bool:
    """Five digits, or nine with a hyphen or a blank before the last four."""
    digits = code if len(code) != 10 or code[5] not in " -" else code[:5] + code[6:]
    return len(digits) in (5, 9) and digits.isascii() and digits.isdigit()


def _plain(city: str) -> str:
    """Up to a comma, without case, points and apostrophes; any other sign is a blank."""
    said = next((part for part in str(city).split(",") if part.strip()), "")
    signs = ("" if sign in ".'" else sign if sign.isalnum() else " " for sign in said.casefold())
    return " ".join("".join(signs).split())


def _city(address: Address) -> str:
    """A city may be followed by its state and a postcode."""
    words = _plain(address.city or "").split()
    while len(words) > 1 and (words[-1].isdigit() or words[-1] == (address.region or "").casefold()):
        del words[-1]
    return " ".join(words)


def candidates(ask: Ask) -> list[str]:
    """Names of every zone the debtor may be in: the stated one alone, else those of every place."""
    if ask.stated_zone and is_zone(ask.stated_zone):
        return [ask.stated_zone]
    told = {address_place(address).country for address in ask.addresses}
    found = {name for place in places(ask) for name in place.zones}
    return sorted(found | {name for place in places(ask) if place.country not in told for name in place.anywhere})


def as_list(said: Any) -> list[Any]:
    """One or several, as YAML lets people write it."""
    if said is None:
        return []
    return [said] if isinstance(said, str) else list(said)
