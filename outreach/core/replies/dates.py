"""Which days does a text name?

`mentions` finds every expression of a day and gives each the days it may mean. Nothing here knows what the debtor wants;
`promise.py` decides which mention, if any, is a promise.
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach.core.replies import chinese_days, western_days
from outreach.core.replies.days import HALF_OR_DATE, Calendar, Form, Mention
from outreach.core.replies.normal import Said

__all__ = ["HALF_OR_DATE", "Calendar", "Mention", "mentions"]


MOST = 12  # days considered; who names more promises none


def mentions(plain: str, said: Said, cal: Calendar) -> list[Mention]:
    """Every mention in `plain`, a canonical text of the same length as that of `said`, in order, none overlapping."""
    found: list[Mention] = []
    taken = [False] * len(plain)
    for form in _forms(said):
        for match in form.pattern.finditer(plain):
            start, end = match.span()
            if start == end or any(taken[start:end]):
                continue
            taken[start:end] = [True] * (end - start)
            found.append(form.reader(match, cal))
            if len(found) == MOST:
                return sorted(found, key=lambda m: m.start)
    return sorted(found, key=lambda m: m.start)


class _Forms:
    """Forms in order, with an index of the letters they need."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self._forms = forms
        self._always = [place for place, form in enumerate(forms) if not form.keys]
        self._index: dict[str, list[int]] = {}
        for place, form in enumerate(forms):
            for key in form.keys:
                self._index.setdefault(key, []).append(place)
        self._keys = frozenset(self._index)

    def that_may_hold(self, letters: frozenset[str]) -> list[Form]:
        places = {place for key in self._keys & letters for place in self._index[key]}
        return [self._forms[place] for place in sorted(places.union(self._always))]


_CHINESE, _WESTERN = _Forms(chinese_days.FORMS), _Forms(western_days.FORMS)


def _forms(said: Said) -> list[Form]:
    chinese = _CHINESE.that_may_hold(said.letters) if said.han else []
    western = _WESTERN.that_may_hold(said.letters) if said.latin or not said.han else []
    return chinese + western
