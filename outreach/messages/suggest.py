"""Which of the names that exist was probably meant?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(wrong: str, names: Iterable[str]) -> str:
    """`, did you mean `loans`?`, or nothing when no name is near."""
    near = get_close_matches(wrong, list(names), n=1, cutoff=0.6)
    return f", did you mean `{near[0]}`?" if near else ""
