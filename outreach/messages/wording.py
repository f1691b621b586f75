"""How are amounts, dates, times and numbers written and spoken in a language?

Babel knows the languages; what is fixed here is what must not be misread. Months are always in letters (12/5 is two
dates), a sign of money belongs to one currency only, and the no-break spaces and curly quotes that would turn a whole
SMS into UCS-2 become plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_day_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, get_currency_name, get_currency_symbol

from outreach.core.money import exponent
from outreach.core.terms import Money

# How a date looks, by language: (date, date with weekday, spoken date), and what is added for another year.
_DATES: dict[str, tuple[str, str, str]] = {
    "en": ("d MMM", "EEEE d MMMM", "EEEE, MMMM d"),
    "es": ("d 'de' MMMM", "EEEE d 'de' MMMM", "EEEE d 'de' MMMM"),
    "zh": ("M月d日", "M月d日EEEE", "M月d日EEEE"),
}
_WITH_YEAR: dict[str, str] = {"en": "{} y", "es": "{} 'de' y", "zh": "y年{}"}
_SPOKEN_WITH_YEAR: dict[str, str] = {**_WITH_YEAR, "en": "{}, y"}

# A sign before the number, where everybody reads it as that one currency; any other currency shows its ISO code.
_SIGNS: dict[str, dict[str, str]] = {
    "en": {"USD": "$", "GBP": "£", "EUR": "€", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$"},
    "es": {"USD": "US$", "GBP": "£", "CAD": "CA$", "AUD": "A$"},
}
# Spanish writes numbers as they are written where the money circulates: 1.234,50 with these, 1,234.50 with the rest.
_SPANISH_COMMA = frozenset({"EUR", "ARS", "BOB", "CLP", "COP", "PYG", "UYU", "VES"})

# The hundredth part, spoken: (one, many). A currency not here is spoken with its decimals.
_HUNDREDTHS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {**dict.fromkeys(("USD", "CAD", "AUD", "NZD", "EUR"), ("cent", "cents")), "GBP": ("penny", "pence")},
    "es": {
        **dict.fromkeys(("USD", "CAD", "AUD", "NZD", "MXN"), ("centavo", "centavos")),
        "EUR": ("céntimo", "céntimos"),
        "GBP": ("penique", "peniques"),
    },
    "zh": {"USD": ("美分", "美分"), "EUR": ("欧分", "欧分"), "GBP": ("便士", "便士")},
}
# Said shorter than day by day; in Spanish `sábado` would make a text UCS-2 as well.
_SHORTER: dict[tuple[int, ...], dict[str, str]] = {
    (6, 7): {"en": "weekends", "es": "fines de semana", "zh": "周末"},
    (1, 2, 3, 4, 5): {"en": "Monday to Friday", "es": "lunes a viernes", "zh": "周一至周五"},
}
_COMMA_GROUPS = ("en_US", "zh")  # 1,234.50, as Python writes it
_AND: dict[str, str] = {"en": " and ", "es": " con ", "zh": ""}

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2026": "...",
    }
)
_SPACES = re.compile(r"\s+")  # \s takes every Unicode space with it, the no-break and the narrow ones
_CJK = "\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef"
_BESIDE_CJK = re.compile(rf"(?<=[{_CJK}]) | (?=[{_CJK}])")
WIDE_LANGUAGES = frozenset({"zh", "ja"})  # cannot be written in GSM-7: their punctuation stays as it is


def tidy(text: str, language: str) -> str:
    """One paragraph with single spaces; look-alikes outside GSM-7 replaced where the language can do without them."""
    text = " ".join(text.split())  # every Unicode space with it, the no-break and the narrow ones
    if base(language) in WIDE_LANGUAGES:
        return _BESIDE_CJK.sub("", text)
    return text.replace("`", "'") if text.isascii() else text.translate(_PLAIN)


@lru_cache(maxsize=256)
def base(language: str) -> str:
    """`es-MX` -> `es`."""
    return re.split(r"[-_]", language, maxsplit=1)[0].lower()


def money(amounts: Money | Sequence[Money], language: str) -> str:
    """`$1,234.50`, `US$1,234.50`, `1,234.50美元`; several amounts are joined with the language's "and"."""
    several = [amounts] if isinstance(amounts, Money) else amounts
    return _join([_money(amount, language) for amount in several], language)


def spoken_money(amounts: Money | Sequence[Money], language: str) -> str:
    """`120 US dollars and 50 cents`: amounts for a synthetic voice."""
    several = [amounts] if isinstance(amounts, Money) else amounts
    return _join([_spoken_money(amount, language) for amount in several], language)


def date_text(on: date, language: str, today: date) -> str:
    """`27 Nov`, `27 de noviembre`, `11月27日`; with the year when it is not this one."""
    return _date(on, language, today, 0)


def day_text(on: date, language: str, today: date) -> str:
    """`Friday 27 November`, `viernes 27 de noviembre`, `11月27日星期五`; with the year when it is not this one."""
    return _date(on, language, today, 1)


def spoken_day(on: date, language: str, today: date) -> str:
    """`Friday, November 27`: the day for a synthetic voice."""
    return _date(on, language, today, 2)


def time_text(at: time | datetime, language: str) -> str:
    """`3:30 PM`, `15:30`: the clock of the value itself; the caller has put it in the debtor's zone."""
    locale = "en_US" if base(language) == "en" else _locale(language)
    return _narrow(format_time(at.time() if isinstance(at, datetime) else at, "short", locale=locale))


def plan_text(parts: Sequence[tuple[date, Money]], language: str, today: date) -> str:
    """`$50.00 (27 Nov) and $50.00 (4 Dec)`: what is to be paid on which days."""
    said = [f"{money(amount, language)} ({date_text(on, language, today)})" for on, amount in parts]
    return _join(said, language)


def weekdays_text(days: Sequence[int], language: str) -> str:
    """`weekends`, `Monday and Tuesday`, `lunes y martes`: ISO weekdays, in order."""
    short = _SHORTER.get(tuple(days), {}).get(base(language))
    if short is not None:
        return short
    names = get_day_names("wide", locale=_locale(language))
    return _join([names[day - 1] for day in days], language)


@lru_cache(maxsize=4096)
def phone_text(e164: str) -> str:
    """`+1 212-555-0123`: international, so that it can be tapped anywhere."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def spoken_phone(e164: str) -> str:
    """`2 1 2, 5 5 5, 0 1 2 3`: the national number digit by digit, in its groups."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return spoken_digits(e164)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", national))


def spoken_digits(text: str) -> str:
    """`4, 5, 6, 7`: letters and digits one by one."""
    return ", ".join(c for c in text if c.isalnum())


def _join(parts: Sequence[str], language: str) -> str:
    if len(parts) == 1:
        return _narrow(parts[0])
    return _narrow(format_list(parts, locale=_locale(language)))


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


def _narrow(text: str) -> str:
    return _SPACES.sub(" ", text)


@lru_cache(maxsize=65536)
def _money(amount: Money, language: str) -> str:
    lang, value = base(language), _decimal(amount)
    if lang == "zh":
        return f"{_digits(amount, 'zh')}{_unit_zh(amount.currency)}"
    if lang == "es" and amount.currency in _SPANISH_COMMA:
        sign = get_currency_symbol(amount.currency, locale="es_ES")
        return f"{_digits(amount, 'es_ES')} {sign}"
    if lang in _SIGNS:
        return _signed(amount, lang)
    return _narrow(format_currency(value, amount.currency, locale=_locale(language), currency_digits=False))


def _signed(amount: Money, lang: str) -> str:
    sign = _SIGNS[lang].get(amount.currency, f"{amount.currency} ")
    minus = "-" if amount.minor < 0 else ""
    return f"{minus}{sign}{_digits(Money(abs(amount.minor), amount.currency), 'en_US')}"


def _digits(amount: Money, locale: str) -> str:
    """The number alone, grouped, always with all the decimals of its currency: a two-digit tail is never thousands."""
    places = exponent(amount.currency)
    if locale in _COMMA_GROUPS:
        return f"{_decimal(amount):,.{places}f}"
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return _narrow(format_decimal(_decimal(amount), format=pattern, locale=locale))


def _unit_zh(currency: str) -> str:
    return "元" if currency == "CNY" else get_currency_name(currency, locale="zh")


def _spoken_money(amount: Money, language: str) -> str:
    lang = base(language)
    parts = _HUNDREDTHS.get(lang, {}).get(amount.currency)
    whole, rest = divmod(abs(amount.minor), 10 ** exponent(amount.currency))
    if rest and parts is None:
        return f"{_decimal(amount)}{_unit(amount, lang)}"
    shown = format_decimal(whole, locale="en_US") if lang == "en" else str(whole)
    said = f"{'-' if amount.minor < 0 else ''}{shown}{_unit(Money(whole, amount.currency), lang)}"
    if not rest or parts is None:
        return said
    gap = "" if lang == "zh" else " "
    return f"{said}{_AND.get(lang, ' ')}{rest}{gap}{parts[rest != 1]}"


def _unit(counted: Money, lang: str) -> str:
    if lang == "zh":
        return _unit_zh(counted.currency)
    return f" {get_currency_name(counted.currency, count=counted.minor, locale=lang)}"


def _decimal(amount: Money) -> Decimal:
    return Decimal(amount.minor).scaleb(-exponent(amount.currency))


@lru_cache(maxsize=4096)
def _date(on: date, language: str, today: date, form: int) -> str:
    lang, other_year = base(language), on.year != today.year
    if lang not in _DATES:
        skeleton = ("MMMd", "MMMEd", "MMMEd")[form]
        return _narrow(format_skeleton("y" + skeleton if other_year else skeleton, on, locale=_locale(language)))
    pattern = _DATES[lang][form]
    if other_year:
        pattern = (_SPOKEN_WITH_YEAR if form == 2 else _WITH_YEAR)[lang].format(pattern)
    return format_date(on, pattern, locale=_locale(lang))
