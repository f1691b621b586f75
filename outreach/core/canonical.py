"""What is the one spelling of JSON that is hashed, and that a third party can make again?"""

from __future__ import annotations

import json
from json.encoder import encode_basestring as quoted
from typing import Any

ENCODER = json.JSONEncoder(
    # Nothing we write holds itself: that is not looked for, which took nearly half the time.
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
)


def canonical(value: Any) -> str:
    """JSON with one spelling only: sorted keys, no spaces, no NaN."""
    return ENCODER.encode(value)


__all__ = ["canonical", "quoted"]
