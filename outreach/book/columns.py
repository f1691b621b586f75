"""What may stand in each column of a book? One reader per column: text in, value out, ValueError with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from babel import Locale
from babel.numbers import list_currencies

from outreach.book.sheet import FORMULA, Layout, similar
from outreach.core.money import read_amount
from outreach.core.terms import Collector, Money, PhoneKind, PhonePlace

REQUIRED = ("debtor_ref", "phone", "country", "loan_ref", "creditor", "collector", "currency", "amount_due", "due_on")
BOOK = Layout(
    (
        *("debtor_ref", "name", "language", "phone", "phone_kind", "phone_place", "email", "address", "city", "region"),
        *("postcode", "country", "timezone", "loan_ref", "creditor", "collector", "product", "currency", "balance"),
        *("amount_due", "due_on", "funding_account", "sms_consent_on", "recorded_call_consent_on", "tags"),
    ),
    REQUIRED,
)


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


FIRST_YEAR, LAST_YEAR = 1970, 2100  # a due date outside is a slip of the pen
MOST_MINOR = 10**15  # so is an amount above
JOINERS = str.maketrans("", "", "\u200c\u200d")  # invisible, and part of how some languages are spelt
# ISO 3166-2 subdivisions of the countries whose law differs inside; elsewhere any well-formed code is taken.
REGIONS: dict[str, frozenset[str]] = {
    "US": _codes(
        "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY "
        "NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI"
    ),
    "CA": _codes("AB BC MB NB NL NS NT NU ON PE QC SK YT"),
    "AU": _codes("ACT NSW NT QLD SA TAS VIC WA"),
    "BR": _codes("AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO"),
}
REGION = re.compile(r"[A-Z0-9]{1,3}", re.ASCII)
LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]+)*", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@cache
def countries() -> dict[str, str]:
    """ISO 3166-1 alpha-2 codes and their English names."""
    names = Locale("en").territories
    return {code: name for code, name in names.items() if re.fullmatch("[A-Z]{2}", code) and code not in NO_COUNTRY}


NO_COUNTRY = _codes("EU EZ UN QO XA XB XK ZZ AC CP CQ DG EA IC TA")  # in CLDR, not assigned in ISO 3166-1


@cache
def zones() -> frozenset[str]:
    """IANA names in the pinned tzdata package (the machine's own files may be older)."""
    text = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(text.split()) - {"Factory"}


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def code_of(limit: int) -> Callable[[str], str]:
    """A reader of a reference, taken letter by letter, up to `limit` characters."""

    def read(text: str) -> str:
        if len(text) > limit:
            raise ValueError(f"{len(text)} characters, at most {limit} are kept")
        if not text.isprintable():
            raise ValueError("there are control characters or odd spaces in it")
        return _no_formula(text)

    return read


def text_of(limit: int) -> Callable[[str], str]:
    """A reader of free text up to `limit` characters. Line breaks and odd spaces become single spaces."""
    code = code_of(limit)

    def read(text: str) -> str:
        text = " ".join(text.split())
        return (
            text if text.isascii() and len(text) <= limit and text[0].isalnum() and text.isprintable() else _odd(text)
        )

    def _odd(text: str) -> str:
        code(text.translate(JOINERS))
        return text

    return read


def _no_formula(text: str) -> str:
    if FORMULA.match(text):
        raise ValueError(f"{text[:20]!r} begins like a spreadsheet formula")
    return text


def word_of(*words: str) -> Callable[[str], str]:
    """A reader of one of a few words."""

    known = tuple(map(str, words))

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"{text!r} is not one of {', '.join(known)}{similar(text, known)}")
        return text

    return read


@lru_cache(maxsize=10_000)
def read_date(text: str) -> date:
    """An ISO date (`2027-03-15`) that can be meant."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date, expected YYYY-MM-DD") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"{text!r} can't be meant, expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    return found


@lru_cache(maxsize=1_000)
def read_country(text: str) -> str:
    if text in countries():
        return text
    by_name = {name: code for code, name in countries().items()} | {"USA": "US", "UK": "GB"}
    meant = text.upper() if text.upper() in countries() else by_name.get(text)
    hint = f", did you mean {meant!r}?" if meant else ", expected an ISO 3166-1 code of two capitals"
    raise ValueError(f"{text!r} is no country{hint}")


@lru_cache(maxsize=10_000)
def read_region(text: str, country: str) -> str:
    """An ISO 3166-2 subdivision code, without the country."""
    known = REGIONS.get(country)
    if text in known if known is not None else REGION.fullmatch(text):
        return text
    meant = text.upper().removeprefix(f"{country}-")
    hint = f", did you mean {meant!r}?" if meant != text and (known is None or meant in known) else ""
    raise ValueError(f"{text!r} is no region of {country}{hint or ', expected an ISO 3166-2 code without the country'}")


@lru_cache(maxsize=1_000)
def read_zone(text: str) -> str:
    if text not in zones():
        raise ValueError(f"{text!r} is no IANA time zone{similar(text, zones())}")
    return text


@lru_cache(maxsize=1_000)
def read_language(text: str) -> str:
    """The primary language subtag: templates are kept by language, not by country."""
    match = LANGUAGE.fullmatch(text.casefold())
    if match is None or match[1] not in Locale("en").languages:
        raise ValueError(f"{text!r} is no language, expected a code like en, es or zh")
    return match[1]


@lru_cache(maxsize=1_000)
def read_currency(text: str) -> str:
    if text not in _currencies():
        raise ValueError(f"{text!r} is no ISO 4217 currency{similar(text, _currencies()) if text else ''}")
    return text


def read_money(text: str, currency: str) -> Money:
    """An amount that can be meant."""
    amount = read_amount(text, currency)
    if amount.minor > MOST_MINOR:
        raise ValueError(f"{text!r} can't be meant, it is too much")
    return amount


def read_email(text: str) -> str:
    if len(text) > 254 or not text.isprintable() or not EMAIL.fullmatch(text):
        raise ValueError(f"{text[:60]!r} is no e-mail address")
    return _no_formula(text)


@lru_cache(maxsize=10_000)
def read_tags(text: str) -> tuple[str, ...]:
    """`;`-separated, in alphabetical order, each once."""
    tags = {tag.strip() for tag in text.split(";")} - {""}
    if long := next((tag for tag in sorted(tags) if len(tag) > 50 or not tag.isprintable()), None):
        raise ValueError(f"tag {long[:20]!r}... is longer than 50 characters or not printable")
    return tuple(sorted(map(_no_formula, tags)))


often = lru_cache(maxsize=1_000)  # for columns in which a book says the same few things over and over
# Columns that can be read without looking at another one. `phone`, `region`, `balance` and `amount_due` can't.
READERS: dict[str, Callable[[str], Any]] = {
    "debtor_ref": code_of(100),
    "name": text_of(200),
    "language": read_language,
    "phone_kind": often(word_of(*PhoneKind)),
    "phone_place": often(word_of(*PhonePlace)),
    "email": read_email,
    "address": text_of(300),
    "city": often(text_of(100)),
    "postcode": often(text_of(16)),
    "country": read_country,
    "timezone": read_zone,
    "loan_ref": code_of(100),
    "creditor": often(text_of(200)),
    "collector": often(word_of(*Collector)),
    "product": often(text_of(100)),
    "currency": read_currency,
    "due_on": read_date,
    "funding_account": code_of(100),
    "sms_consent_on": read_date,
    "recorded_call_consent_on": read_date,
    "tags": read_tags,
}
