"""An ask is written in one spelling, whichever way it is put together; and read back as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from outreach.core.asked import WEEKDAYS, ask_json
from outreach.core.canonical import canonical
from outreach.core.terms import Address, Ask, Consent, Inconvenient, PastContact, Suppression, Voice

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


def spelled(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def plainly(ask: Ask, now: datetime) -> dict[str, Any]:
    """The ask field by field, as `outreach judge` names them, with nothing shared and nothing put together."""
    return {
        "now": spelled(now),
        "channel": ask.channel,
        "voice": ask.voice,
        "purpose": ask.purpose,
        "collector": ask.collector,
        "days_past_due": ask.days_past_due,
        "cases": list(ask.cases),
        "debtor": {
            "id": ask.debtor,
            "stated_zone": ask.stated_zone,
            "addresses": [
                {"country": one.country, "region": one.region, "city": one.city, "postcode": one.postcode}
                for one in ask.addresses
            ],
        },
        "phone": {"e164": ask.phone.e164, "kind": ask.phone.kind, "place": ask.phone.place},
        "consents": [
            {"kind": one.kind, "given_to": one.given_to, "at": spelled(one.at), "expires_at": spelled(one.expires_at)}
            | {"phone": one.phone}
            for one in ask.consents
        ],
        "suppressions": [
            {"reason": one.reason, "scope": one.scope, "channel": one.channel, "phone": one.phone, "case": one.case}
            | {"at": spelled(one.at), "until": spelled(one.until)}
            for one in ask.suppressions
        ],
        "inconvenient": [
            {"days": [WEEKDAYS[day - 1] for day in sorted(one.days)], "channel": one.channel, "place": one.place}
            | {"from": one.start.isoformat(), "to": one.end.isoformat()}
            for one in ask.inconvenient
        ],
        "history": [
            {"at": spelled(one.at), "direction": one.direction, "channel": one.channel, "voice": one.voice}
            | {"cases": list(one.cases), "phone": one.phone, "disposition": one.disposition}
            | {"requested": one.requested, "place": one.place, "purpose": one.purpose}
            for one in ask.history
        ],
    }


@given(st.builds(Ask, stated_zone=st.none() | st.text(), voice=st.none() | st.sampled_from(Voice), **PARTS), INSTANTS)
def test_it_is_the_canonical_json_of_what_is_asked(ask: Ask, now: datetime) -> None:
    assert ask_json(ask, now) == canonical(plainly(ask, now))
    assert json.loads(ask_json(ask, now)) == json.loads(json.dumps(plainly(ask, now)))
