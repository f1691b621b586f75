"""What is the law of one place, as data? Rules with figures, citations and dates in force.

Words are kept in tuples, in which an enum's member is found by identity (in a set it would be hashed, slowly).
Each kind of rule is one frozen class here and one function in `gate`. A rulebook is a list of rules for one place;
`Rulebooks` knows which of them apply to an ask.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from outreach.core.regions import POSTCODES, REGIONS, US_TERRITORIES
from outreach.core.terms import (
    Address,
    Ask,
    Channel,
    Collector,
    ConsentGivenTo,
    ConsentKind,
    Disposition,
    Phone,
    PhoneKind,
    PhonePlace,
    Purpose,
    SuppressionReason,
    Voice,
)
from outreach.core.zones import NumberPlace, number_place, zone_region

POLICY = "policy/"
NOWHERE = "a debtor whose country is not known"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which asks a rule binds. Empty sets and None bind all."""

    collectors: Collection[Collector] = ()
    channels: Collection[Channel] = ()
    voices: Collection[Voice] = ()
    purposes: Collection[Purpose] = ()
    phone_kinds: Collection[PhoneKind] = ()
    places: Collection[PhonePlace] = ()
    past_due_from: int | None = None  # days past due, inclusive
    past_due_to: int | None = None
    law_is_silent: bool = False  # policies: only where no law's hours bind; see gate

    def binds(self, ask: Ask) -> bool:
        return (
            (not self.collectors or ask.collector in self.collectors)
            and (not self.channels or ask.channel in self.channels)
            and (not self.voices or ask.voice in self.voices)
            and (not self.purposes or ask.purpose in self.purposes)
            and (not self.phone_kinds or ask.phone.kind in self.phone_kinds)
            and (not self.places or ask.phone.place in self.places)
            and (self.past_due_from is None or ask.days_past_due >= self.past_due_from)
            and (self.past_due_to is None or ask.days_past_due <= self.past_due_to)
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from and when it binds: `id` is what a refusal names; `until_on` is exclusive."""

    id: str
    citation: str
    confidence: str
    because: str
    from_on: date | None = None
    until_on: date | None = None
    scope: Scope = Scope()

    @property
    def is_dated(self) -> bool:
        return self.from_on is not None or self.until_on is not None

    def in_force(self, on: date) -> bool:
        return (self.from_on is None or self.from_on <= on) and (self.until_on is None or on < self.until_on)


@dataclass(frozen=True, slots=True)
class Window:
    """Allowed local times on some ISO weekdays, in seconds of the day: start <= t < end, or from the second after start."""

    days: frozenset[int]
    start: int
    end: int
    ends_excluded: bool = False

    @property
    def first(self) -> int:
        """The first allowed whole second."""
        return self.start + 1 if self.ends_excluded else self.start

    def holds(self, second: int) -> bool:
        return self.first <= second < self.end


@dataclass(frozen=True, slots=True)
class Lifted:
    """A consent in force that lifts a rule, when given to one of `given_to` (empty: to anybody)."""

    kind: ConsentKind
    given_to: Collection[ConsentGivenTo] = ()


@dataclass(frozen=True, slots=True)
class Holidays:
    """Local dates without contact, known for the years `first` to `last`; every date of another year is one."""

    dates: frozenset[date]
    first: int
    last: int

    def holds(self, on: date) -> bool:
        return on in self.dates or not self.first <= on.year <= self.last


@dataclass(frozen=True, slots=True)
class ContactHours:
    """Contact only inside `windows` and not on `holidays`, in every candidate zone and in `zone` when one is fixed."""

    source: Source
    windows: tuple[Window, ...]
    zone: str | None = None
    lifted_by: Lifted | None = None
    holidays: Holidays | None = None
    open: dict[tuple[str, ...], tuple[datetime, datetime]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )  # by zones, a span in which it is open in all of them, its end excluded
    closed: dict[tuple[str, ...], tuple[datetime, datetime, bool]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )  # by zones, a span in which it is open nowhere at once; is it at its end?


class Unit(StrEnum):
    """What a cap counts for: each debt, the person, or the number."""

    DEBT = "debt"
    PERSON = "person"
    PHONE = "phone"


class Period(StrEnum):
    """Rolling local calendar days, or the calendar week (from Monday) or month the day lies in."""

    DAYS = "days"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Counted:
    """Which past contacts count. `but_not`: dispositions that never count (a busy line, a dead number)."""

    channels: Collection[Channel] = ()
    voices: Collection[Voice] = ()
    only: Collection[Disposition] = ()  # empty: any
    but_not: Collection[Disposition] = ()
    places: Collection[PhonePlace] = ()
    requested: bool = False  # contacts the debtor asked for count too,
    requested_free: int = 0  # but so many of those that came to a conversation
    replies: bool = False  # our answers to the debtor's own messages count too


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` counted contacts per `unit` in `days` local calendar days, today being one of them."""

    source: Source
    limit: int
    unit: Unit
    counted: Counted
    period: Period = Period.DAYS
    days: int = 1
    lifted_by: Lifted | None = None


@dataclass(frozen=True, slots=True)
class WaitAfter:
    """No contact for `days` local calendar days after a contact with one of `dispositions`; its date is day one.

    `replies_wait`, `requested_wait`: our answers, and callbacks the debtor asked for, wait as well.
    """

    source: Source
    days: int
    unit: Unit
    dispositions: Collection[Disposition]
    channels: Collection[Channel] = (Channel.CALL,)  # of our own contacts
    inbound: bool = True  # a call from the debtor starts it too
    replies_wait: bool = False
    requested_wait: bool = False


@dataclass(frozen=True, slots=True)
class NeedsConsent:
    """Contact only with consent of this kind on file, given to one of `given_to` (empty: to anybody).

    `within_days`: given less than so many times 24 hours ago. `or_wrote`: a text from this number in that time will do.
    `replies_need`: our answers to the debtor's own messages need it too.
    """

    source: Source
    kind: ConsentKind
    given_to: Collection[ConsentGivenTo] = ()
    within_days: int | None = None
    or_wrote: bool = False
    replies_need: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """These stops on file end contact. The gate honours every other stop too, without a citation.

    `widen`: for texts and recorded voice they bind on every channel, case and number. `replies_stop`: the one answer in a medium
    the debtor refused and then used is stopped as well.
    """

    source: Source
    reasons: Collection[SuppressionReason]
    widen: bool = False
    replies_stop: bool = False


@dataclass(frozen=True, slots=True)
class Margin:
    """Every rule of hours must also be open so many seconds later. Company policy."""

    source: Source
    call: int = 0
    sms: int = 0


Rule = ContactHours | Cap | WaitAfter | NeedsConsent | Stop | Margin


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is no rule here for want of a source: counsel is to look at it."""

    row: str
    why: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Rows that are no rule of their own: what holds to them instead, or why nothing has to."""

    rows: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one place. `regions`, `postcodes` (prefixes), `cities` and `area_codes` narrow it; empty: not."""

    name: str
    title: str
    country: str  # ISO 3166-1 alpha-2; "" for a policy that is adopted by name
    rules: tuple[Rule, ...]
    regions: frozenset[str] = frozenset()
    postcodes: tuple[str, ...] = ()
    cities: frozenset[str] = frozenset()  # casefolded
    area_codes: frozenset[str] = frozenset()
    left_out: tuple[LeftOut, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    version: str = ""  # SHA-256 of its content, hex

    @property
    def is_policy(self) -> bool:
        return self.name.startswith(POLICY)

    @property
    def is_local(self) -> bool:
        """Is it of a part of its regions only?"""
        return bool(self.postcodes or self.cities or self.area_codes)

    def reaches(self, place: Address) -> bool:
        """Is it a rulebook of the address's country and region, or of a part of them?"""
        country, region = home(place)
        return country == self.country and not (self.regions and region and region not in self.regions)

    def covers(self, place: Address) -> bool:
        """Is the address inside? One that may be, for want of region, postcode or city, is."""
        if not self.reaches(place):
            return False
        if self.postcodes and (code := _postcode(place)):
            return code.startswith(self.postcodes)
        if self.cities and (city := folded(place.city or "", place.region)):
            return city in self.cities
        return True

    def is_law_of(self, place: Address) -> bool:
        """Is it law for the whole of what the address names: its country, or its region?"""
        country, region = home(place)
        return country == self.country and not self.is_local and (not self.regions or region in self.regions)

    def covers_number(self, place: NumberPlace) -> bool:
        """Is the number at home inside?"""
        if place.country != self.country or (self.regions and place.region not in self.regions):
            return False
        return not self.is_local or place.area_code in self.area_codes


def home(place: Address) -> tuple[str, str | None]:
    """The country and region whose law holds there: the territories of the United States are regions of it.

    A region that is none says nothing.
    """
    if place.country in US_TERRITORIES:
        return "US", place.country
    known = REGIONS.get(place.country)
    return place.country, place.region if place.region and (known is None or place.region in known) else None


def stated_place(addresses: Iterable[Address], phone: Phone, stated_zone: str | None) -> Address | None:
    """What the debtor's own statement of a zone says of the law that addresses and number do not: another country (with the
    region, where the zone lies in one only), or another region of theirs; None if nothing."""
    place = zone_region(stated_zone) if stated_zone else None
    if place is None:
        return None
    homes, number = {home(address) for address in addresses}, number_place(phone)
    told = {country for country, _region in homes} | ({number.country} if number else set())
    if place[0] in told and (place[1] is None or place in homes):
        return None
    return Address(*place)


@lru_cache(maxsize=65_536)
def folded(city: str, region: str | None = None) -> str:
    """A city's name without case, points, commas, and what follows it on a line: its state, a postcode."""
    first = next((part for part in city.split(",") if part.strip()), "")
    words = re.sub(r"[\W_]+", " ", first.replace(".", "").replace("'", "").casefold()).split()
    while len(words) > 1 and (words[-1].isdigit() or words[-1] == (region or "").casefold()):
        words.pop()
    return " ".join(words)


def _postcode(place: Address) -> str:
    """Its postcode; empty for one that is none and tells nothing."""
    code, shape = "".join((place.postcode or "").split()).upper(), POSTCODES.get(home(place)[0])
    return code if shape is None or shape.fullmatch(code) else ""


@dataclass(frozen=True, slots=True)
class Rulebooks:
    """All rulebooks, and which policies a supervisor adopted: country or `*` -> name."""

    books: tuple[Rulebook, ...] = ()
    adopted: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)  # the YAML text of each, by name
    memo: dict[object, Any] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )  # what was worked out before

    def versions(self, names: Iterable[str]) -> dict[str, str]:
        """The version of each of these rulebooks."""
        wanted = set(names)
        return {book.name: book.version for book in self.books if book.name in wanted}

    def applying(
        self, addresses: tuple[Address, ...], number: NumberPlace | None, *, law_only: bool = False
    ) -> tuple[tuple[Rulebook, ...], tuple[str, ...]]:
        """The rulebooks for these places (union), and the countries among them that none covers."""
        chosen: dict[str, Rulebook] = {}
        missing: list[str] = []
        places: tuple[Address | NumberPlace, ...] = (*addresses, number) if number else addresses
        inside = frozenset[str]().union(*(self._covering(place) for place in places))
        countries = [home(place)[0] for place in addresses] + ([number.country] if number else [])
        for country in dict.fromkeys(countries):
            books = [book for book in self.books if book.name in inside and book.country == country]
            adopted = [] if law_only else [book for book in self.books if book.name == self.adopted.get(country)]
            chosen |= {book.name: book for book in books + adopted}
            if not adopted:
                missing += self._lawless([place for place in addresses if home(place)[0] == country], books, country)
        everywhere = [] if law_only else [book for book in self.books if book.name == self.adopted.get("*")]
        chosen |= {book.name: book for book in everywhere}
        return tuple(chosen.values()), tuple(missing) if countries else (NOWHERE,)

    @staticmethod
    def _lawless(homes: Sequence[Address], books: Sequence[Rulebook], country: str) -> list[str]:
        """The places of a country that no rulebook is law for: a state with law does not lend it to the next one, nor to a
        debtor of whom nothing but a number says the country."""
        if not homes:
            return [] if any(not book.regions and not book.is_local for book in books) else [country]
        lacking = [place for place in homes if not any(book.is_law_of(place) for book in books)]
        return list(dict.fromkeys("-".join(filter(None, home(place))) for place in lacking))

    def told(self, place: Address) -> tuple[str, str | None, tuple[str, ...]]:
        """All that an address says of the law: its country and region, and which rulebooks of a part of them cover it."""
        where = place.country, place.region
        parts: tuple[Rulebook, ...] | None = self.memo.get(where)
        if parts is None:
            parts = self.memo[where] = tuple(book for book in self.books if book.is_local and book.reaches(place))
        return (*where, tuple([book.name for book in parts if book.covers(place)]) if parts else ())

    def _covering(self, place: Address | NumberPlace) -> frozenset[str]:
        """The names of the rulebooks, policies aside, that cover an address or where a number is at home."""
        key = place if isinstance(place, NumberPlace) else self.told(place)
        found: frozenset[str] | None = self.memo.get(key)
        if found is None:
            laws = [book for book in self.books if not book.is_policy]
            if isinstance(place, NumberPlace):
                found = frozenset(book.name for book in laws if book.covers_number(place))
            else:
                found = frozenset(book.name for book in laws if book.covers(place))
            self.memo[key] = found
        return found
