"""Where is a phone number in a text, and how is it made unreadable? For words that are kept or logged for good.

Rather one number too many than one too few: a loan reference of nine digits is masked as well. Dates, instants, IP
addresses, and digits inside a word (a carrier's reference) stay.
"""

from __future__ import annotations

import re

KEPT_BEFORE, KEPT_AFTER = 3, 2
BETWEEN = r"[ ().\-\u00a0]{0,2}"  # what people write between the digits of a number
INTERNATIONAL = rf"(?:\+|%2[Bb])\(?\d(?:{BETWEEN}\d){{6,14}}"
NATIONAL = (
    r"(?<![A-Za-z0-9:.+\-/])"
    r"(?!\d{4}-\d\d-\d\d)(?!\d{1,3}(?:\.\d{1,3}){3}(?!\d))"
    rf"\(?\d(?:{BETWEEN}\d){{8,14}}(?![A-Za-z0-9])"
)
NUMBER = re.compile(f"{INTERNATIONAL}|{NATIONAL}")
DIGIT = re.compile(r"\d")


def mask(text: str) -> str:
    """`text` with every phone number in it starred out but for its ends: `+15*******23`."""
    return NUMBER.sub(lambda found: _starred(found[0]), text)


def masked(e164: str | None) -> str:
    """One number as a page or an answer shows it: enough to tell two of a debtor apart. None: it was erased."""
    return e164[:3] + "·" * (len(e164) - 7) + e164[-4:] if e164 else "erased"


def _starred(number: str) -> str:
    prefix = "%2B" if number[:3].upper() == "%2B" else ""
    rest = number[len(prefix) :]
    before = KEPT_BEFORE - (1 if prefix else 0)
    middle = DIGIT.sub("*", rest[before:-KEPT_AFTER])
    return prefix + rest[:before] + middle + rest[-KEPT_AFTER:]
