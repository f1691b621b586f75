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


def test_what_a_person_did_at_their_desk_says_who() -> None:
    assert line("noted", {"what": "note", "by": "Abe"}) == "note by Abe"
    told = {"what": "handled", "by": "Abe", "task": "reply", "decision": "wrong_number"}
    assert line("noted", told) == "reply dealt with by Abe: wrong number"
    assert line("noted", {"what": "tidied", "by": "Abe"}) == "noted: what tidied, by Abe"


def test_what_the_book_says_anew_is_said_without_brackets_and_quotes() -> None:
    told = {
        "source": "book",
        "changed": ["amount_due", "due_on"],
        "was": {"amount_due_minor": 500, "due_on": "2027-03-01"},
    }
    assert (
        line("updated", told)
        == "book updated: amount due, due on (was amount due 500 in minor units, due on 2027-03-01)"
    )
    assert line("updated", {"changed": ["phone"]}) == "book updated: phone"


def test_what_goes_on_or_opens_again_says_why() -> None:
    assert line("resumed", {"because": "the promise was taken back"}) == "goes on: the promise was taken back"
    assert line("reopened", {"because": "something is due again"}) == "opened again: something is due again"
    assert line("consented", {"kind": "sms", "source": "sms"}) == "consent given: sms, by sms"
