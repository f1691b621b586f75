"""Asks made to hurt: seeded, every figure of a rulebook met at its very edge, for putting to the gate and to the oracle."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from random import Random
from typing import Any, TypeVar

import phonenumbers
from phonenumbers import PhoneNumberType

from outreach.core.area_codes import AREA_CODES
from outreach.core.regions import REGIONS, US_TERRITORIES
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
    Inconvenient,
    PastContact,
    Phone,
    PhoneKind,
    PhonePlace,
    Purpose,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    Voice,
)
from outreach.core.zones import zone
from outreach.oracle import Law
from outreach.oracle.hours import clock_seconds, weekdays
from outreach.oracle.places import as_list, candidates

T = TypeVar("T")
SECOND, MICRO, DAY = timedelta(seconds=1), timedelta(microseconds=1), timedelta(days=1)
EDGE = (timedelta(0), timedelta(0), SECOND, -SECOND, MICRO, -MICRO, SECOND / 2, -SECOND / 2, MICRO * 999_999)
CASES = ("L1", "L2", "L3")
ODD_ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/London", "UTC")
FAR_ZONES = (  # of one region, of many, of a country without law, by an old name, of no country
    *("Pacific/Honolulu", "US/Hawaii", "America/Detroit", "America/Chicago", "America/Puerto_Rico", "America/Virgin"),
    *("America/Vancouver", "America/Toronto", "Australia/Perth", "Australia/Sydney", "America/Manaus", "Asia/Tokyo"),
    *("America/Sao_Paulo", "America/Cuiaba", "Asia/Urumqi", "Asia/Manila", "Asia/Calcutta", "Europe/Berlin", "Japan"),
    *("America/Indiana/Knox", "America/Cancun", "Pacific/Chatham", "EST", "EST5EDT", "CET", "Etc/GMT+5", "UTC"),
)
ODD_COUNTRIES = ("US", "CA", "AU", "CN", "GB", "DE", "MX", "JM", "PR", "BR", "IN", "NZ", "FR", "RU")
PLACELESS = ("+18005550123", "+18885550123", "+19005550123", "+448081570123", "+611800975711")
PAST_DUE = (-30, -1, 0, 1, 2, 29, 30, 31, 32, 40, 90, 400)
TEXTED = (Disposition.DELIVERED, Disposition.UNDELIVERED, Disposition.FAILED)
SPLIT_POSTCODES = (  # of states of two zones, in one of them, in both and in neither; and none
    *("79901", "78701", "32501", "33101-1234", "331011234", "46402", "97914", "83702", "83843", "69361", "3310", "n/a"),
    *(
        "M5V 2T6",
        "m5v",
        "P9N 1A1",
        "H2X1Y4",
        "G4T-1A1",
        "V6B 1A1",
        "V1A 1A1",
        "A1A 1A1",
        "M5V 2T",
        "2000",
        "2880",
        "2898",
        "6799",
        "6443",
    ),
)
HOLIDAYS = ((1, 1), (5, 1), (7, 1), (7, 4), (11, 11), (12, 25), (12, 26))


@dataclass(frozen=True, slots=True)
class Put:
    """One ask, when it is put, and whether policies are left out. `aim`: the rule it was made for."""

    ask: Ask
    now: datetime
    law_only: bool
    aim: str


class Maker:
    """Makes asks for one folder of rulebooks. Every rule is aimed at in turn; the rest of the ask is chance."""

    def __init__(self, law: Law, rng: Random) -> None:
        self.law, self.rng = law, rng
        self.aims = [(book, rule) for book in law.books for rule in book["rules"]]
        self.laws = [book for book in law.books if not book["rulebook"].startswith("policy/")]

    def __iter__(self) -> Iterator[Put]:
        for book, rule in itertools.cycle(self.aims):
            yield self.put(book, rule)

    def odds(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, items: Sequence[T]) -> T:
        return items[self.rng.randrange(len(items))]

    def put(self, book: Mapping[str, Any], rule: Mapping[str, Any]) -> Put:
        ask = self._basic(book, rule.get("applies") or {})
        ask = replace(ask, stated_zone=self._stated(ask))
        zones = candidates(ask) or ["America/New_York"]
        now = self._instant(rule, ask, zones)
        ask = self._filled(ask, rule, now, zones)
        return Put(ask, now, self.odds(0.08), rule["rule"])

    # who and where

    def _basic(self, book: Mapping[str, Any], applies: Mapping[str, Any]) -> Ask:
        channel = self._of(applies, "channel", Channel)
        if applies.get("voice") and self.odds(0.9):
            channel = Channel.CALL
        voice = self._of(applies, "voice", Voice) if channel is Channel.CALL else None
        addresses, e164 = self._where(book)
        kind, place = self._of(applies, "phone_kind", PhoneKind), self._of(applies, "place", PhonePlace)
        if kind is PhoneKind.VOIP and not applies.get("phone_kind") and self.odds(0.7):
            kind = PhoneKind.MOBILE
        dues = [
            value + by for key in ("past_due_from", "past_due_to") for by in (-1, 0, 1) if (value := applies.get(key))
        ]
        due = self.pick(dues) if dues and self.odds(0.6) else self.pick(PAST_DUE)
        purpose = Purpose.REMINDER if due < 0 else Purpose.COLLECTION
        if applies.get("purpose") or self.odds(0.25):
            purpose = self._of(applies, "purpose", Purpose)
        return Ask(
            channel=channel, purpose=purpose, collector=self._of(applies, "collector", Collector), days_past_due=due,
            cases=self._cases(), debtor="D1", phone=Phone(e164, kind, place), addresses=addresses, voice=voice,
        )  # fmt: skip

    def _cases(self) -> tuple[str, ...]:
        return CASES[: self.pick((1, 1, 1, 2, 3))]

    def _of(self, applies: Mapping[str, Any], key: str, words: type[StrEnum]) -> Any:
        named = as_list(applies.get(key))
        return words(self.pick(named)) if named and self.odds(0.93) else self.pick(list(words))

    def _where(self, book: Mapping[str, Any]) -> tuple[tuple[Address, ...], str]:
        if book["rulebook"].startswith("policy/"):
            adopters = [key for key, name in self.law.adopted.items() if name == book["rulebook"]] or ["*"]
            book = {"country": self._adopter(self.pick(adopters))}
        addresses = [] if self.odds(0.08) else [self._address(book)]
        while self.odds(0.12):
            addresses.append(self._address(self._other(book)))
        self.rng.shuffle(addresses)
        return tuple(addresses), self._number(book if self.odds(0.8) else self._other(book))

    def _adopter(self, key: str) -> str:
        return key if key != "*" else self.pick(ODD_COUNTRIES)

    def _other(self, book: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.odds(0.15):
            return {"country": self.pick(ODD_COUNTRIES)}
        same = [other for other in self.laws if other["country"] == book["country"]]
        return dict(self.pick(same if same and self.odds(0.8) else self.laws))

    def _address(self, book: Mapping[str, Any]) -> Address:
        country = book["country"]
        known = list(REGIONS.get(country, {})) or self._regions(country)
        region = self.pick(as_list(book.get("regions")) or known or [None])
        if known and self.odds(0.08):
            region = self.pick(known)
        if region in US_TERRITORIES and country == "US" and self.odds(0.3):
            country, region = region, None
        if known and self.odds(MISSING_REGION):
            region = self.pick((None, "", "ZZ", str(region).lower()))
        return Address(country, region, self._city(book), self._postcode(book))

    def _regions(self, country: str) -> list[str]:
        named = {region for law in self.laws if law["country"] == country for region in as_list(law.get("regions"))}
        return [*sorted(named), "ZZ"] if named else []

    def _city(self, book: Mapping[str, Any]) -> str | None:
        named = as_list(book.get("cities"))
        if named and self.odds(0.6):
            city = str(self.pick(named))
            return self.pick(
                (city, city.upper(), city.lower(), f" {city} ", city.replace(" ", "  "), f"{city}, NY", f"{city} NY")
            )
        return self.pick((None, "Elsewhere", "Springfield"))

    def _postcode(self, book: Mapping[str, Any]) -> str | None:
        named = as_list(book.get("postcodes"))
        if named and self.odds(0.6):
            return str(self.pick(named)) + self.pick(("", "01", "9-1234", " 01", "01 "))
        return self.pick((None, None, "99999", "10013", "90210", self.pick(SPLIT_POSTCODES)))

    def _number(self, book: Mapping[str, Any]) -> str:
        if self.odds(0.06):
            return self.pick(PLACELESS)
        country, regions = book["country"], as_list(book.get("regions"))
        codes = [str(code) for code in as_list(book.get("area_codes"))]
        if not codes or self.odds(0.2):
            codes = [
                c for c, (of, region) in AREA_CODES.items() if of == country and (not regions or region in regions)
            ]
        if codes:
            return f"+1{self.pick(codes)}55501{self.rng.randrange(100):02}"
        return _example(country, self.rng.randrange(8))

    def _stated(self, ask: Ask) -> str | None:
        if self.odds(0.85):
            return None
        return self.pick(candidates(ask) or ODD_ZONES) if self.odds(0.5) else self.pick((*ODD_ZONES, *FAR_ZONES))

    # when

    def _instant(self, rule: Mapping[str, Any], ask: Ask, zones: list[str]) -> datetime:
        name = self.pick(zones)
        on = self._date(rule, name)
        hours = rule.get("hours") or {}
        if hours.get("zone") and self.odds(0.4):
            name = hours["zone"]
        edges = [0, 86_400]
        for window in hours.get("windows", ()):
            if on.weekday() in weekdays(window["days"]) or self.odds(0.2):
                edges += [clock_seconds(window["from"]), clock_seconds(window["to"])] * 3
        if hours or self.odds(0.3):
            if not hours:
                edges += [clock_seconds(at) for at in ("07:00", "07:30", "08:00", "09:00", "20:00", "21:00", "22:00")]
            margin = self.pick((0, 0, 0, 60, 120, 180, 300)) * SECOND
            return _local(on, self.pick(edges), name) + self.pick(EDGE) - margin
        if self.odds(0.15):
            return _local(on, self.rng.randrange(86_400), name) + self.rng.randrange(1_000_000) * MICRO
        return _local(on, self.rng.randrange(11 * 3600, 19 * 3600), name)

    def _date(self, rule: Mapping[str, Any], name: str) -> date:
        effective = [on for key in ("in_force_from", "in_force_until") if (on := rule.get(key))]
        if effective and self.odds(0.4):
            day: date = self.pick(effective)
            return day + self.pick((-1, 0, 0, 1)) * DAY
        year = self.pick((2026, 2027, 2027, 2028, 2029))
        if self.odds(0.02):
            year = self.pick((2019, 2020, 2049, 2050))
        chance = self.rng.random()
        if chance < 0.12 and (changes := _clock_changes(name, year)):
            return self.pick(changes) + self.pick((-1, 0, 0, 1, 6, 7)) * DAY
        if chance < (0.5 if (rule.get("hours") or {}).get("holidays") else 0.17):
            return self._feast(year)
        return date(year, 1, 1) + self.rng.randrange(365) * DAY

    def _feast(self, year: int) -> date:
        from dateutil.easter import easter

        days = [date(year, *day) for day in HOLIDAYS] + [easter(year) + by * DAY for by in (-2, 0, 1)]
        return self.pick(days) + self.pick((-1, 0, 0, 1, 2)) * DAY

    # what happened

    def _filled(self, ask: Ask, rule: Mapping[str, Any], now: datetime, zones: list[str]) -> Ask:
        history = [self._past(ask, now, zones) for _ in range(self.pick((0, 0, 0, 1, 2, 4)))]
        stops = self._stops(rule.get("stop") or {}, ask, now)
        if cap := rule.get("cap"):
            history += self._crowd(cap, ask, now, zones)
        if wait := rule.get("wait"):
            history += [self._talk(wait, ask, now, zones)]
        if (needed := rule.get("consent")) and self.odds(0.4):
            history += [self._wrote(needed, ask, now)]
        if ask.purpose is Purpose.REPLY:
            history += self._question(ask, now, stops)
        if ask.purpose is Purpose.OPT_OUT_CONFIRMATION and self.odds(0.85):
            stops.append(self._just_refused(ask, now))
        self.rng.shuffle(history)
        times = tuple(self._inconvenient(now, zones) for _ in range(self.pick((0, 0, 0, 0, 0, 0, 1, 2))))
        consents = tuple(self._consents(rule, ask, now, zones))
        return replace(ask, history=tuple(history), consents=consents, suppressions=tuple(stops), inconvenient=times)

    def _consents(self, rule: Mapping[str, Any], ask: Ask, now: datetime, zones: list[str]) -> Iterator[Consent]:
        for _ in range(self.pick((0, 1, 1, 2))):
            yield self._needed({"kind": self.pick(list(ConsentKind))}, ask, now)
        if (needed := rule.get("consent")) and self.odds(0.8):
            yield self._needed(needed, ask, now)
        lifted = (rule.get("hours") or rule.get("cap") or {}).get("lifted_by")
        if lifted and self.odds(0.5):
            yield self._needed({"kind": lifted} if isinstance(lifted, str) else lifted, ask, now)
        if ask.purpose is Purpose.REQUESTED_CALLBACK and self.odds(0.9):
            yield self._asked_to_call(ask, now, zones)

    def _past(self, ask: Ask, now: datetime, zones: list[str]) -> PastContact:
        at = (
            now - timedelta(seconds=self.rng.randrange(1, 20 * 86_400))
            if self.odds(0.7)
            else self._day_edge(now, zones)
        )
        inbound = self.odds(0.25)
        channel = self.pick(list(Channel))
        said: Disposition | None = self.pick([*Disposition, Disposition.RIGHT_PARTY, Disposition.NO_ANSWER])
        if channel is Channel.SMS:
            said = Disposition.RECEIVED if inbound else self.pick(TEXTED)
        elif inbound:
            said = self.pick(
                (Disposition.RECEIVED, Disposition.RECEIVED, Disposition.RIGHT_PARTY, Disposition.UNIDENTIFIED)
            )
        return PastContact(
            at=min(at, now), direction=Direction.INBOUND if inbound else Direction.OUTBOUND, channel=channel,
            disposition=None if not inbound and self.odds(0.08) else said, cases=self._some_cases(ask),
            phone=self._some_phone(ask), voice=self.pick([*Voice, *Voice, None]) if channel is Channel.CALL else None,
            requested=self.odds(0.12), place=self.pick([*PhonePlace, *PhonePlace, None]), phone_kind=self.pick(list(PhoneKind)),
            purpose=self.pick((None, *Purpose, Purpose.COLLECTION)),
        )  # fmt: skip

    def _some_cases(self, ask: Ask) -> tuple[str, ...]:
        return self.pick(((), ask.cases, ask.cases[:1], (ask.cases[-1],), ("L9",), CASES))

    def _some_phone(self, ask: Ask) -> str | None:
        return self.pick((ask.phone.e164, ask.phone.e164, ask.phone.e164, None, "+12025550199"))

    def _day_edge(self, now: datetime, zones: list[str], days: int | None = None) -> datetime:
        name = self.pick(zones)
        back = self.pick((1, 2, 5, 6, 7, 8, 29, 30)) if days is None else days
        on = now.astimezone(zone(name)).date() - back * DAY
        return min(_local(on, 0, name) + self.pick(EDGE), now)

    def _crowd(self, cap: Mapping[str, Any], ask: Ask, now: datetime, zones: list[str]) -> list[PastContact]:
        count = max(0, cap["limit"] + self.pick((-1, -1, 0, 0, 1)))
        crowd = [self._counted(cap, ask, self._inside(cap, now, zones)) for _ in range(count)]
        if crowd and self.odds(0.3):
            crowd[0] = self._past(ask, now, zones)
        return crowd

    def _inside(self, cap: Mapping[str, Any], now: datetime, zones: list[str]) -> datetime:
        name = self.pick(zones)
        today = now.astimezone(zone(name)).date()
        first = {
            "week": today - today.weekday() * DAY, "month": today.replace(day=1),
        }.get(cap.get("period", ""), today - ((cap.get("days") or 1) - 1) * DAY)  # fmt: skip
        opened = _local(first, 0, name)
        if self.odds(0.25):
            return min(opened + self.pick(EDGE), now)
        return min(opened + self.rng.random() * (now - opened), now)

    def _counted(self, cap: Mapping[str, Any], ask: Ask, at: datetime) -> PastContact:
        channel = Channel(self.pick(as_list(cap.get("channels")) or list(Channel)))
        voices = as_list(cap.get("voices"))
        if voices:
            channel = Channel.CALL
        words = [
            word for word in as_list(cap.get("only")) or list(Disposition) if word not in as_list(cap.get("but_not"))
        ]
        said = Disposition(self.pick(words or list(Disposition)))
        purpose = self.pick((None, Purpose.COLLECTION, Purpose.REPLY if self.odds(0.3) else Purpose.REMINDER))
        return PastContact(
            at=at, direction=Direction.OUTBOUND, channel=channel, disposition=None if self.odds(0.05) else said,
            cases=self.pick((ask.cases, ask.cases, ask.cases[:1], ())), phone=self.pick((ask.phone.e164, ask.phone.e164, None)),
            voice=self._unless(Voice(self.pick(voices or list(Voice)))) if channel is Channel.CALL else None,
            requested=self.odds(0.4 if cap.get("requested_free") else 0.1),
            place=self._unless(PhonePlace(self.pick(as_list(cap.get("places")) or list(PhonePlace)))),
            phone_kind=ask.phone.kind, purpose=purpose,
        )  # fmt: skip

    def _unless(self, said: T) -> T | None:
        """Now and then nobody knows."""
        return None if self.odds(0.08) else said

    def _talk(self, wait: Mapping[str, Any], ask: Ask, now: datetime, zones: list[str]) -> PastContact:
        at = self._day_edge(now, zones, wait["days"] + self.pick((-1, -1, 0)))
        if self.odds(0.4):
            at = now - self.rng.random() * (wait["days"] + 1) * DAY
        past = self._past(ask, now, zones)
        said: Disposition | None = Disposition(self.pick(as_list(wait.get("after")) or [Disposition.RIGHT_PARTY]))
        channel = Channel(self.pick(as_list(wait.get("channels")) or [Channel.CALL]))
        voice = Voice.AGENT if channel is Channel.CALL else None
        if past.direction is Direction.INBOUND:
            said, channel = self.pick(((said, channel), (Disposition.RECEIVED, Channel.CALL)))
        said = self._unless(said)
        return replace(
            past, at=at, disposition=said, channel=channel, voice=voice, cases=self.pick((ask.cases, past.cases))
        )

    def _question(self, ask: Ask, now: datetime, stops: list[Suppression]) -> list[PastContact]:
        age = self.pick((timedelta(0), SECOND, timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=16)))
        at = now - age - self.pick(EDGE[:7])
        if self.odds(0.3):
            reason = self.pick(
                (SuppressionReason.REFUSED_CHANNEL, SuppressionReason.REFUSED_CHANNEL, SuppressionReason.OPT_OUT)
            )
            stops.append(replace(self._stop(ask, now, reason), at=min(at - self.pick((0, -1, 1, 3600)) * SECOND, now)))
        asked = replace(
            self._past(ask, now, ["UTC"]), at=min(at, now), direction=Direction.INBOUND, channel=ask.channel, voice=None,
            disposition=Disposition.RECEIVED, phone=self._some_phone(ask), requested=False, purpose=None,
        )  # fmt: skip
        return [asked, *([self._sent_near(ask, at, now)] if self.odds(0.3) else [])]

    def _sent_near(self, ask: Ask, at: datetime, now: datetime) -> PastContact:
        near = at + self.pick((0, -1, 1, 60)) * SECOND
        past = self._past(ask, now, ["UTC"])
        return replace(past, at=min(near, now), direction=Direction.OUTBOUND, disposition=Disposition.DELIVERED)

    def _just_refused(self, ask: Ask, now: datetime) -> Suppression:
        reason = self.pick((SuppressionReason.OPT_OUT, SuppressionReason.REFUSED_CHANNEL))
        age = self.pick((timedelta(0), SECOND, timedelta(minutes=4), timedelta(minutes=5)))
        return replace(self._stop(ask, now, reason), at=min(now - age - self.pick(EDGE), now))

    def _stops(self, said: Mapping[str, Any], ask: Ask, now: datetime) -> list[Suppression]:
        named = as_list(said.get("reasons"))
        stops = []
        if named and self.odds(0.75):
            stops.append(self._stop(ask, now, SuppressionReason(self.pick(named))))
        while self.odds(0.12):
            stops.append(self._stop(ask, now, self.pick(list(SuppressionReason))))
        return stops

    def _stop(self, ask: Ask, now: datetime, reason: SuppressionReason) -> Suppression:
        until = self.pick((None, None, now + self.pick(EDGE), now + self.rng.randrange(1, 30) * DAY))
        return Suppression(
            reason=reason, scope=self.pick(list(SuppressionScope)),
            at=now - timedelta(seconds=self.rng.randrange(0, 90 * 86_400)), channel=self.pick((None, None, *Channel)),
            until=until, phone=self.pick((None, ask.phone.e164, "+12025550199")), case=self.pick((None, *CASES, "L9")),
        )  # fmt: skip

    def _needed(self, needed: Mapping[str, Any], ask: Ask, now: datetime) -> Consent:
        at = now - timedelta(seconds=self.rng.randrange(0, 100 * 86_400))
        if self.odds(0.4):
            at = now - (needed.get("within_days") or self.pick((0, 60))) * DAY + self.pick(EDGE)
        expires = self.pick((None, None, None, now + self.pick(EDGE), now + DAY * self.rng.random() * 5))
        givees = as_list(needed.get("given_to")) or list(ConsentGivenTo)
        return Consent(
            kind=ConsentKind(needed["kind"]),
            given_to=ConsentGivenTo(self.pick(givees if self.odds(0.8) else list(ConsentGivenTo))), at=at,
            expires_at=expires, phone=self.pick((None, None, ask.phone.e164, "+12025550199")),
        )  # fmt: skip

    def _wrote(self, needed: Mapping[str, Any], ask: Ask, now: datetime) -> PastContact:
        at = now - (needed.get("within_days") or 60) * DAY + self.pick((*EDGE, 3 * DAY))
        return replace(
            self._past(ask, now, ["UTC"]), at=min(at, now), direction=Direction.INBOUND, channel=Channel.SMS, voice=None,
            disposition=Disposition.RECEIVED, purpose=None,
        )  # fmt: skip

    def _asked_to_call(self, ask: Ask, now: datetime, zones: list[str]) -> Consent:
        at = (
            self._day_edge(now, zones, self.pick((0, 5, 6, 6, 7)))
            if self.odds(0.5)
            else now - DAY * self.rng.random() * 8
        )
        return replace(self._needed({"kind": ConsentKind.CALLBACK}, ask, now), at=at)

    def _inconvenient(self, now: datetime, zones: list[str]) -> Inconvenient:
        local = (now + self.pick(EDGE)).astimezone(zone(self.pick(zones))).time()
        near, other = local.replace(fold=0), time(self.rng.randrange(24), self.pick((0, 30)))
        start, end = self.pick(((near, other), (other, near), (other, time(self.rng.randrange(24)))))
        days = frozenset(self.rng.sample(range(1, 8), self.rng.randrange(1, 8)))
        return Inconvenient(days, start, end, self.pick((None, None, *Channel)), self.pick((None, None, *PhonePlace)))


MISSING_REGION = 0.03


def _local(on: date, seconds: int, name: str) -> datetime:
    """`seconds` on the clock of `name` after the beginning of `on`, as UTC."""
    on, seconds = on + seconds // 86_400 * DAY, seconds % 86_400
    naive = datetime.combine(on, time()) + timedelta(seconds=seconds)
    return naive.replace(tzinfo=zone(name)).astimezone(UTC)


@cache
def _clock_changes(name: str, year: int) -> tuple[date, ...]:
    noons = [datetime(year, 1, 1, 12, tzinfo=zone(name)) + by * DAY for by in range(365)]
    return tuple(b.date() for a, b in itertools.pairwise(noons) if a.utcoffset() != b.utcoffset())


@cache
def _example(country: str, choice: int) -> str:
    kinds = (
        (PhoneNumberType.MOBILE,) * 4
        + (PhoneNumberType.FIXED_LINE,) * 2
        + (PhoneNumberType.VOIP, PhoneNumberType.TOLL_FREE)
    )
    number = phonenumbers.example_number_for_type(country, kinds[choice]) or phonenumbers.example_number(country)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else "+447700900123"
