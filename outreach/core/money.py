"""How is an amount of money written, and how many minor units is it? ISO 4217's exponents, exactly, without floats."""

from __future__ import annotations

import re

from outreach.core.terms import Money

# ISO 4217 (2024 amendments), active codes whose minor unit is not a hundredth.
WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(WITHOUT_DECIMALS.split(), 0),
    **dict.fromkeys(WITH_THREE.split(), 3),
    "CLF": 4,
    "UYW": 4,
}
MICRO = 1_000_000  # what a carrier asks for a text is fractions of a minor unit
DECIMAL = re.compile(r"(\d{1,15})(?:\.(\d{1,6}))?", re.ASCII)


def exponent(currency: str) -> int:
    """How many decimals the currency has."""
    return EXPONENTS.get(currency, 2)


def read_amount(text: str, currency: str) -> Money:
    """A decimal string (`120`, `120.5`, `120.50`) as money. Raises ValueError, in words, for anything else."""
    match = DECIMAL.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no amount, expected a decimal like 1234.50 without sign, separators or symbol")
    whole, decimals = match[1], match[2] or ""
    places = exponent(currency)
    if decimals[places:].strip("0"):
        raise ValueError(f"{text!r} has more decimals than {currency} knows ({places})")
    return Money(int(whole + decimals[:places].ljust(places, "0")), currency)


def write_amount(amount: Money) -> str:
    """A decimal string as files and JSON have it: all decimals of the currency, no separators."""
    places = exponent(amount.currency)
    digits = str(abs(amount.minor)).rjust(places + 1, "0")
    sign = "-" if amount.minor < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def write_micro(micro: int, currency: str) -> str:
    """Millionths as a decimal string: the decimals of the currency at least, more where the amount needs them."""
    whole, rest = divmod(abs(micro), MICRO)
    decimals = f"{rest:06d}".rstrip("0").ljust(exponent(currency), "0")
    return ("-" if micro < 0 else "") + f"{whole}" + (f".{decimals}" if decimals else "")
