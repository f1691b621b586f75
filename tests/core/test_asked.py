"""An ask is written in one spelling, whichever way it is put together; and read back as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from outreach.core.asked import ask_data, ask_json
from outreach.core.terms import Address, Ask, Consent, Inconvenient, PastContact, Suppression, Voice
from outreach.store.caselog import canonical

INSTANTS = st.datetimes(timezones=st.just(UTC))
SAID = st.none() | st.text()
SPANS = st.builds(Inconvenient, days=st.frozensets(st.integers(1, 7)), start=st.times(), end=st.times())
PARTS = {
    "addresses": st.lists(st.builds(Address, st.text(), SAID, SAID, SAID)).map(tuple),
    "consents": st.lists(st.builds(Consent, at=INSTANTS, expires_at=st.none() | INSTANTS)).map(tuple),
    "suppressions": st.lists(st.builds(Suppression, at=INSTANTS, until=st.none() | INSTANTS)).map(tuple),
    "inconvenient": st.lists(SPANS).map(tuple),
    "history": st.lists(st.builds(PastContact, at=INSTANTS)).map(tuple),
}


@given(st.builds(Ask, stated_zone=st.none() | st.text(), voice=st.none() | st.sampled_from(Voice), **PARTS), INSTANTS)
def test_it_is_the_canonical_json_of_what_is_asked(ask: Ask, now: datetime) -> None:
    assert ask_json(ask, now) == canonical(ask_data(ask, now))
    assert json.loads(ask_json(ask, now)) == json.loads(json.dumps(ask_data(ask, now)))
