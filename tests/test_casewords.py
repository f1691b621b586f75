"""Every kind of event has its sentence, whatever its details lack."""

from __future__ import annotations

import pytest

from outreach.casewords import line
from outreach.core.terms import EventKind


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_is_said_with_no_details_at_all(kind: EventKind) -> None:
    assert line(kind, {})


def test_a_refusal_names_rule_citation_and_when() -> None:
    said = line(
        "refused",
        {
            "channel": "call",
            "decision": "defer",
            "step": "first-call",
            "retry_at": "2026-11-25T13:00:01.000000Z",
            "refusals": [{"rule": "US-F-01", "citation": "12 CFR 1006.6(b)(1)(i)", "because": "too early"}],
        },
    )
    assert "US-F-01 (12 CFR 1006.6(b)(1)(i)): too early" in said and "2026-11-25 13:00Z" in said


def test_an_unknown_kind_is_still_said_without_digests() -> None:
    assert line("moon_landed", {"phone": "abc", "crew": 3}) == "moon landed: crew 3"
