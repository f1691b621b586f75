"""In which time zones may the debtor be right now?

The debtor's own statement, while it stands, is the only zone (US-Z-01). Otherwise every zone of every address and every
zone of the number is a candidate, and an instant is allowed only if it is allowed in all of them (12 CFR 1006, comment
6(b)(1)(i)-2). Zone rules come from the pinned `tzdata` package, never from the machine, on which no
verdict may depend.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType
from phonenumbers import timezone as number_zones
from phonenumbers.tzdata import TIMEZONE_DATA

from outreach.core.area_codes import AREA_CODES, BRAZIL
from outreach.core.regions import (
    ONE_CLOCK,
    POSTCODE_AREAS,
    POSTCODES,
    SPLIT_AREA_CODES,
    US_TERRITORIES,
    ZONES_OF_REGIONS,
    Zones,
)
from outreach.core.terms import Address, Phone, PhoneKind

NANP = 1
UNSET = "Factory"  # what the tz database calls a clock that nobody has set
CLOCKS = frozenset("CET EET MET WET EST MST HST".split())  # linked to the zone of a city, and said of many countries
# Names that the tz database links to a zone of another country, as the clocks there agree since 1970.
MERGED = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}
NO_COUNTRY = (None, "001", "ZZ")  # satellites and other numbers of no country
NANP_LENGTH = len("+12125550100")
PLACELESS = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.UAN,
        PhoneNumberType.PAGER,
    }
)


@cache
def zone(name: str) -> ZoneInfo:
    """The zone with this IANA name, from the `tzdata` package. Raises ZoneInfoNotFoundError for any other name."""
    parts = name.split("/")
    if not all(part and part[0].isalpha() and ".." not in part for part in parts):
        raise ZoneInfoNotFoundError(f"no time zone named {name!r}")
    file = resources.files("tzdata").joinpath("zoneinfo", *parts)
    try:
        with file.open("rb") as stream:
            return ZoneInfo.from_file(stream, key=name)
    except (OSError, ValueError):
        raise ZoneInfoNotFoundError(f"no time zone named {name!r}") from None


@lru_cache(maxsize=16_384)
def local_date(at: datetime, name: str) -> date:
    """The date in that zone at the aware instant `at`."""
    return at.astimezone(zone(name)).date()


@lru_cache(maxsize=16_384)
def local_instant(on: date, at: time, name: str) -> datetime:
    """The UTC instant of a local time of day; of one that the clock skips, the instant it jumps to."""
    return datetime.combine(on, at, zone(name)).astimezone(UTC)


def is_zone(name: str) -> bool:
    """Is this an IANA name we know, of a clock somewhere?"""
    if name == UNSET:
        return False
    try:
        zone(name)
    except ZoneInfoNotFoundError:
        return False
    return True


@cache
def _countries() -> dict[str, str]:
    """Of each zone of the tz database that lies in one: its country."""
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text()
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {name: country for country, _where, name, *_ in rows}


@cache
def _by_country() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, country in _countries().items():
        found.setdefault(country, []).append(name)
    return {country: tuple(names) for country, names in found.items()} | ONE_CLOCK


@cache
def _other_names() -> dict[str, str]:
    """What zones were called before, or are called as well, and their name today."""
    text = resources.files("tzdata").joinpath("zoneinfo", "tzdata.zi").read_text()
    links = {line.split()[2]: line.split()[1] for line in text.splitlines() if line.startswith("L ")}
    return {name: today for name, today in links.items() if name not in CLOCKS} | MERGED


def zone_country(name: str) -> tuple[str, str] | None:
    """The country (ISO 3166-1 alpha-2) in which a zone lies, and its name there today; None for UTC and other mere clocks."""
    today = name if name in _countries() else _other_names().get(name, name)
    country = _countries().get(today)
    return (country, today) if country else None


@cache
def zone_region(name: str) -> tuple[str, str | None] | None:
    """The country in which a zone lies, and its region where it lies in one only; None for UTC and other mere clocks.

    A territory of the United States is one of its regions.
    """
    found = zone_country(name)
    if found is None:
        return None
    country, today = found
    if country in US_TERRITORIES:
        return "US", country
    regions = [region for region, names in ZONES_OF_REGIONS.get(country, {}).items() if today in names]
    return country, regions[0] if len(regions) == 1 else None


def country_zones(country: str) -> tuple[str, ...]:
    """Every zone of a country (ISO 3166-1 alpha-2); empty for one we do not know."""
    return _by_country().get(country, ())


def postcode_area(address: Address) -> str | None:
    """How its postcode begins, where that tells in which zone of its state it lies."""
    if not address.postcode:
        return None
    areas = _zones_of_areas(address.country).get(address.region or "")
    if areas is None:
        return None
    code = address.postcode.strip().upper()
    found = next((code[:length] for length in (4, 3, 2, 1) if code[:length] in areas), None)
    return found if found and POSTCODES[address.country].fullmatch(code) else None


@cache
def _zones_of_areas(country: str) -> dict[str, dict[str, Zones]]:
    """Of each region that is told apart by postcodes, how they begin and which zone that is."""
    return {
        region: {area: (name,) for name, text in areas.items() for area in _areas(text)}
        for region, areas in POSTCODE_AREAS.get(country, {}).items()
    }


def _areas(text: str) -> Iterator[str]:
    for part in text.split():
        first, to, last = part.partition("-")
        yield from (str(number) for number in range(int(first), int(last) + 1)) if to else (part,)


@lru_cache(maxsize=4096)
def address_zones(country: str, region: str | None, area: str | None = None) -> Zones:
    """Every zone of an address's subdivision, or of its country where the subdivision says nothing; `area`: see `postcode_area`.

    A territory of the United States is one of its regions, also where the address calls it a country.
    """
    if country in US_TERRITORIES:
        country, region = "US", country
    if area is not None:
        return _zones_of_areas(country)[region or ""][area]
    return ZONES_OF_REGIONS.get(country, {}).get(region or "") or country_zones(country)


class NumberPlace(NamedTuple):
    """What a number says about place: its country; in Brazil its state, in North America its area code with its state or
    province."""

    country: str
    region: str | None = None
    area_code: str | None = None


class Number(NamedTuple):
    """All that is read from a number: its country, the place and the zones it points at; is it, or may it be, a mobile?

    `place` None: it says nothing about place, and then nothing else here counts.
    """

    place: NumberPlace | None = None
    zones: tuple[str, ...] = ()
    mobile: bool = False
    may_be_mobile: bool = False


def read_number(e164: str) -> Number:
    """What the number says; nothing if it is none. The territories of the United States are the United States."""
    return _read_number(alike(e164))


def alike(e164: str) -> str:
    """A number that says the same: in North America the last three digits say nothing."""
    nanp = len(e164) == NANP_LENGTH and e164.startswith("+1") and e164.isascii() and e164[2:].isdecimal()
    return f"{e164[:-3]}000" if nanp else e164


@lru_cache(maxsize=200_000)
def _read_number(e164: str) -> Number:
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return Number()
    kind = phonenumbers.number_type(number)
    if kind in PLACELESS:
        return Number()
    found = phonenumbers.region_code_for_number(number)
    country = "US" if found in US_TERRITORIES else found
    if number.country_code == NANP:
        return _north_american(number, country)
    country = country or phonenumbers.region_code_for_country_code(number.country_code or 0)
    if country in NO_COUNTRY:
        return Number()
    return _elsewhere(number, country, kind)


def _north_american(number: PhoneNumber, country: str | None) -> Number:
    """Its area code tells, also of a number nobody can have: every zone of it, of no table the only one."""
    code = str(number.national_number)[:3]
    known = AREA_CODES.get(code)
    country = known[0] if known else country
    if country is None:
        return Number()
    region = known[1] if known else None
    found = set(SPLIT_AREA_CODES.get(code) or _zones_of_area_code(code)) | _geographic_zones(number)
    return Number(NumberPlace(country, region, code), tuple(sorted(found)) or address_zones(country, region))


@cache
def _zones_of_area_code(code: str) -> frozenset[str]:
    """An exchange in another zone splits its area code as well."""
    return frozenset(name for prefix, names in TIMEZONE_DATA.items() if prefix.startswith(f"1{code}") for name in names)


def _geographic_zones(number: PhoneNumber) -> set[str]:
    return {name for name in number_zones.time_zones_for_geographical_number(number) if is_zone(name)}


def _elsewhere(number: PhoneNumber, country: str, kind: int) -> Number:
    """A mobile number says its country (in Brazil its state as well), and one that may be mobile may be anywhere in it."""
    region = BRAZIL.get(str(number.national_number)[:2]) if country == "BR" else None
    place, mobile = NumberPlace(country, region), kind == PhoneNumberType.MOBILE
    if country in ONE_CLOCK:
        return Number(place, ONE_CLOCK[country])
    here = set() if mobile else _geographic_zones(number)
    return Number(place, tuple(sorted(here)), mobile, kind == PhoneNumberType.FIXED_LINE_OR_MOBILE)


def number_place(phone: Phone) -> NumberPlace | None:
    """Where the number is at home; None for one that says nothing about place (toll-free, VoIP)."""
    return None if phone.kind is PhoneKind.VOIP else read_number(phone.e164).place


def candidate_zones(addresses: Sequence[Address], phone: Phone, stated_zone: str | None) -> tuple[str, ...]:
    """Every zone the debtor may be in, sorted; empty when none can be derived. An unknown stated zone is none."""
    if stated_zone and is_zone(stated_zone):
        return (stated_zone,)
    places = tuple((a.country, a.region, postcode_area(a)) for a in addresses)
    return _candidates(places, alike(phone.e164), phone.kind)


@lru_cache(maxsize=65536)
def _candidates(places: tuple[tuple[str, str | None, str | None], ...], e164: str, said: PhoneKind) -> Zones:
    found = {name for place in places for name in address_zones(*place)}
    number = Number() if said is PhoneKind.VOIP else _read_number(e164)
    if number.place is not None:
        found |= set(number.zones)
        country, told = number.place.country, {"US" if c in US_TERRITORIES else c for c, _region, _area in places}
        mobile = number.mobile or (number.place.area_code is None and said is PhoneKind.MOBILE)
        mobile = mobile or (number.may_be_mobile and said is not PhoneKind.LANDLINE)
        if (mobile and country not in told) or not (mobile or number.zones):
            found |= set(country_zones(country))
    return tuple(sorted(found))


def home_zone(addresses: Sequence[Address], phone: Phone, stated_zone: str | None) -> str | None:
    """The zone local times are told in: the statement, else the first address's first zone, else the number's."""
    if stated_zone and is_zone(stated_zone):
        return stated_zone
    for address in addresses:
        if names := address_zones(address.country, address.region, postcode_area(address)):
            return names[0]
    return next(iter(candidate_zones(addresses, phone, None)), None)
