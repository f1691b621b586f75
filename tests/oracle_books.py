"""Rulebooks that use every key of the language, made up from a seed, for the gate and the oracle to disagree about."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML

from outreach.core.area_codes import AREA_CODES
from outreach.core.regions import REGIONS
from outreach.core.terms import (
    Channel,
    Collector,
    ConsentGivenTo,
    ConsentKind,
    Disposition,
    PhoneKind,
    PhonePlace,
    Purpose,
    SuppressionReason,
    Voice,
)
from outreach.core.zones import country_zones

DAY = timedelta(days=1)
ADOPTED = ({"US": "policy/narrow", "*": "policy/house"}, {key: "policy/house" for key in ("US", "CA", "GB")})


def write(folder: Path, seed: int) -> dict[str, str]:
    """One made up set of rulebooks below `folder`; what was adopted there."""
    yaml = YAML(typ="safe", pure=True)
    for book in synthetic(Random(seed), seed):
        file = folder / f"{book['rulebook']}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        yaml.dump(book, file)
    return ADOPTED[seed % 2]


def synthetic(rng: Random, number: int) -> list[dict[str, Any]]:
    """A handful of rulebooks, as YAML would give them: two countries, some regions, some cities, policies."""
    countries = rng.sample(("US", "CA", "AU", "GB", "DE", "MX"), 2)
    books = [
        _book(rng, f"{country.lower()}/s{chr(97 + place)}", country, place)
        for country in countries
        for place in range(3)
    ]
    policies = ["policy/house", "policy/narrow"]
    return books + [_policy(rng, name, number) for name in policies]


def _book(rng: Random, name: str, country: str, place: int) -> dict[str, Any]:
    book: dict[str, Any] = {"rulebook": name, "title": name, "country": country}
    known = list(REGIONS.get(country, {}))
    if place and known:
        book["regions"] = rng.sample(known, rng.randrange(1, 4))
        if place == 2:
            codes = [code for code, (of, region) in AREA_CODES.items() if of == country and region in book["regions"]]
            narrowed = {"postcodes": ["100", "902"], "cities": ["Springfield", "New York"], "area_codes": codes[:2]}
            book |= {key: rows for key, rows in narrowed.items() if rows and rng.random() < 0.6}
    stem = name.upper().replace("/", "-")
    kinds = [kind for kind in (*RULES, *RULES) if rng.random() < 0.35] or ["hours"]
    rules = [_rule(rng, f"{stem}-{kind.upper()}-{i}", kind) for i, kind in enumerate(kinds)]
    for hours in (rule["hours"] for rule in rules if "zone" in rule.get("hours", {})):
        hours["zone"] = rng.choice(country_zones(country))
    return book | {"rules": rules}


def _policy(rng: Random, name: str, number: int) -> dict[str, Any]:
    stem = "POLICY-" + name.rpartition("/")[2].upper()
    rules = [
        _rule(rng, f"{stem}-{kind.upper()}-{i}", kind, policy=True) for i in range(2) for kind in (*RULES, "margin")
    ]
    rules = rules or [_rule(rng, f"{stem}-STOP-0", "stop", policy=True)]
    return {"rulebook": name, "title": f"{name} {number}", "rules": rules}


def _rule(rng: Random, rule: str, kind: str, policy: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {
        "rule": rule,
        "because": "it says so",
        "citation": "a made up law",
        "confidence": "POLICY" if policy else "A",
    }
    if rng.random() < 0.3:
        made["in_force_from"] = date(2026, 1, 1) + rng.randrange(1000) * DAY
    if rng.random() < 0.2:
        made["in_force_until"] = date(2029, 1, 1) + rng.randrange(300) * DAY
    applies = _applies(rng)
    if policy and rng.random() < 0.4:
        applies["law_is_silent"] = True
    body = _margin(rng) if kind == "margin" else RULES[kind](rng)
    if policy and kind == "hours":  # narrower than any law above: wider is a fault of the files
        body.pop("zone", None)
        windows = [{"from": "08:30", "to": "12:00"}, {"from": "13:30", "to": "19:30"}]
        days = rng.choice(("mon tue wed thu fri", "mon tue wed"))
        body["windows"] = [{"days": days} | window for window in windows[rng.randrange(2) :]]
    return made | ({"applies": applies} if applies else {}) | {kind: body}


def _some(rng: Random, words: type[StrEnum], most: int = 3) -> list[str]:
    return [str(word) for word in rng.sample(list(words), rng.randrange(1, min(most, len(words)) + 1))]


WORDS: dict[str, type[StrEnum]] = {
    "collector": Collector, "channel": Channel, "voice": Voice, "purpose": Purpose, "phone_kind": PhoneKind,
    "place": PhonePlace,
}  # fmt: skip


def _applies(rng: Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    words = {
        "collector": Collector,
        "channel": Channel,
        "voice": Voice,
        "purpose": Purpose,
        "phone_kind": PhoneKind,
        "place": PhonePlace,
    }
    for key, of in words.items():
        if rng.random() < 0.12:
            found[key] = _some(rng, of)
    if rng.random() < 0.25:
        found["past_due_from"] = rng.choice((-5, 0, 1, 31))
    if rng.random() < 0.15:
        found["past_due_to"] = rng.choice((32, 60, 90))
    return found


def _hours(rng: Random) -> dict[str, Any]:
    days, start = (
        rng.choice(("daily", "mon tue wed thu fri", "mon tue wed thu fri sat")),
        rng.choice(("00:00", "07:30", "08:00")),
    )
    made: dict[str, Any] = {
        "windows": [{"days": days, "from": start, "to": rng.choice(("20:00", "21:00", "22:30", "24:00"))}]
    }
    if rng.random() < 0.3:
        noon = [
            {"days": "mon tue wed thu fri", "from": "07:00", "to": "13:00"},
            {"days": "daily", "from": "13:00", "to": "21:15"},
        ]
        return {"windows": noon} | ({"lifted_by": _lifting(rng, "outside_hours")} if rng.random() < 0.4 else {})
    if rng.random() < 0.35:
        made["ends_excluded"] = True
    if rng.random() < 0.2:
        made["zone"] = ""  # of the country, see `_book`
    if rng.random() < 0.4:
        country, region = rng.choice(
            (("US", None), ("CA", "QC"), ("CA", None), ("AU", "NSW"), ("GB", None), ("DE", "BY"), ("US", "MA"))
        )
        made["holidays"] = {"country": country} | ({"region": region} if region else {})
        if rng.random() < 0.6:
            made["holidays"]["also"] = rng.sample(
                ("good_friday", "easter_monday", "sunday_monday"), rng.randrange(1, 4)
            )
    if rng.random() < 0.4:
        made["lifted_by"] = _lifting(rng, "outside_hours")
    return made


def _lifting(rng: Random, kind: str) -> Any:
    return rng.choice((kind, {"kind": kind, "given_to": "us"}, {"kind": kind, "given_to": ["creditor"]}))


def _cap(rng: Random) -> dict[str, Any]:
    made: dict[str, Any] = {"limit": rng.randrange(1, 5), "per": rng.choice(("debt", "person", "phone"))}
    if (period := rng.choice(("days", "days", "week", "month"))) == "days":
        made["days"] = rng.choice((1, 2, 7, 30, 60))
    else:
        made["period"] = period
    for key, of in (("channels", Channel), ("voices", Voice), ("places", PhonePlace)):
        if rng.random() < 0.25:
            made[key] = _some(rng, of, 2)
    if rng.random() < 0.5:
        made[rng.choice(("only", "but_not"))] = _some(rng, Disposition)
    for key in ("requested_count", "replies_count"):
        if rng.random() < 0.4:
            made[key] = True
    made |= {"requested_free": rng.randrange(1, 3)} if made.get("requested_count") and rng.random() < 0.5 else {}
    if rng.random() < 0.25:
        made["lifted_by"] = _lifting(rng, rng.choice(list(ConsentKind)).value)
    return made


def _wait(rng: Random) -> dict[str, Any]:
    made: dict[str, Any] = {"days": rng.choice((1, 3, 7, 14)), "per": rng.choice(("debt", "person", "phone"))}
    if rng.random() < 0.5:
        made["after"] = _some(rng, Disposition)
    if rng.random() < 0.4:
        made["channels"] = _some(rng, Channel, 2)
    if rng.random() < 0.35:
        made["inbound"] = False
    for key in ("replies_wait", "requested_wait"):
        if rng.random() < 0.4:
            made[key] = True
    return made


def _consent(rng: Random) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": rng.choice(list(ConsentKind)).value}
    if rng.random() < 0.4:
        made["given_to"] = _some(rng, ConsentGivenTo, 2)
    if rng.random() < 0.5:
        made["within_days"] = rng.choice((1, 30, 60))
    if rng.random() < 0.5:
        made["or_wrote"] = True
    if rng.random() < 0.3:
        made["replies_need"] = True
    return made


def _stop(rng: Random) -> dict[str, Any]:
    made = {"reasons": _some(rng, SuppressionReason)} | ({"widen": True} if rng.random() < 0.5 else {})
    answered = SuppressionReason.REFUSED_CHANNEL in made["reasons"]
    return made | ({"replies_stop": True} if answered and rng.random() < 0.5 else {})


def _margin(rng: Random) -> dict[str, Any]:
    return {"call": rng.choice((60, 180, 300)), "sms": rng.choice((0, 60, 120))}


RULES = {"hours": _hours, "cap": _cap, "wait": _wait, "consent": _consent, "stop": _stop}
