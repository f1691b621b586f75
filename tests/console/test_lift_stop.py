"""A supervisor ends a stop that is over, with what proves it; what a debtor opted out of only their own word ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from outreach.audit import audit
from outreach.core.terms import Channel, SuppressionReason, SuppressionScope
from outreach.engine import stops
from outreach.store.tables import cases, suppressions
from tests.console.conftest import page
from tests.console.test_desk import noted, post
from tests.engine.house import House

SignedIn = Callable[[str], tuple[FlaskClient, str]]
PROOF = "the signed contract went to her sister's at 5 Elm St on Monday"


@pytest.fixture
def sue(signed_in: SignedIn) -> tuple[FlaskClient, str]:
    return signed_in("sue")


def stopped(
    house: House,
    ref: str,
    reason: str = "dispute",
    source: str = "sms",
    scope: str = "debtor",
    channel: str | None = "sms",
) -> int:
    """As their text, or one of us, would have it; the id of the stop."""
    mine = select(cases.c.id, cases.c.debtor_id).where(cases.c.ref == ref)
    with house.db.begin() as tx:
        case = tx.execute(mine).one()
        stops.suppress(
            tx, case.debtor_id, SuppressionReason(reason), SuppressionScope(scope), source, house.clock.now(),
            case_id=case.id, channel=Channel(channel) if channel and reason == "opt_out" else None,
        )  # fmt: skip
        made = tx.scalar(select(suppressions.c.id).order_by(suppressions.c.id.desc()).limit(1))
    assert made is not None
    return made


def stands(house: House, stop: int) -> bool:
    with house.db.read() as connection:
        return connection.scalar(select(suppressions.c.lifted_at).where(suppressions.c.id == stop)) is None


def test_a_dispute_that_was_answered_ends_and_the_case_goes_on(house: House, sue: Any, ref: str) -> None:
    stop = stopped(house, ref)
    assert house.status(ref) == "held"
    assert f'<option value="{stop}">dispute, debtor, ' in page(sue[0], f"/cases/{ref}")
    assert post(sue, f"/record/lift_stop/{ref}", stop=stop, text=f"  {PROOF} ").status_code == 303
    assert not stands(house, stop) and house.status(ref) == "active"
    assert house.kinds(ref)[-3:] == ["noted", "suppression_lifted", "resumed"]
    [note] = noted(house, ref)
    lifted = house.log(ref)[-2][1]
    assert (lifted["reason"], lifted["because"], lifted["note_id"]) == ("dispute", "sue decided", note["note_id"])
    assert PROOF not in json.dumps(house.log(ref))
    html = page(sue[0], f"/cases/{ref}")
    assert "stop lifted: dispute, sue decided" in html and PROOF.replace("'", "&#39;") in html
    assert "Lift a stop" not in html
    assert [fault for fault in audit(house.db) if ref in str(fault)] == []


def test_another_stop_still_holds_the_case(house: House, sue: Any, ref: str) -> None:
    first, second = stopped(house, ref), stopped(house, ref, "attorney")
    assert post(sue, f"/record/lift_stop/{ref}", stop=first, text=PROOF).status_code == 303
    assert house.status(ref) == "held" and stands(house, second)
    assert post(sue, f"/record/lift_stop/{ref}", stop=second, text=PROOF).status_code == 303
    assert house.status(ref) == "active"


@pytest.mark.parametrize("source", ["sms", "carrier", "call"])
def test_what_they_opted_out_of_only_their_own_word_ends(house: House, sue: Any, ref: str, source: str) -> None:
    stop = stopped(house, ref, "opt_out", source)
    assert "Lift a stop" not in page(sue[0], f"/cases/{ref}")
    answer = post(sue, f"/record/lift_stop/{ref}", stop=stop, text=PROOF)
    assert answer.status_code == 409 and "START" in answer.text and stands(house, stop)


def test_what_ended_every_contact_no_start_brings_back_but_a_supervisor(house: House, sue: Any, ref: str) -> None:
    stop = stopped(house, ref, "opt_out", channel=None)
    assert f'<option value="{stop}">opt out, debtor, ' in page(sue[0], f"/cases/{ref}")
    assert post(sue, f"/record/lift_stop/{ref}", stop=stop, text=PROOF).status_code == 303
    assert not stands(house, stop)


def test_one_recorded_here_by_mistake_may_end(house: House, sue: Any, ref: str) -> None:
    stop = stopped(house, ref, "opt_out", "agent")
    assert post(sue, f"/record/lift_stop/{ref}", stop=stop, text=PROOF).status_code == 303
    assert not stands(house, stop)


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"text": ""}, 400, "Why is the stop over?"),
        ({"text": "   "}, 400, "Why is the stop over?"),
        ({"text": "x" * 2001}, 400, "too long"),
        ({"stop": ""}, 400, "Which of the stops?"),
        ({"stop": "one"}, 400, "Which of the stops?"),
        ({"stop": "999999999999"}, 400, "Which of the stops?"),
        ({"stop": "9" * 40}, 400, "Which of the stops?"),
    ],
)
def test_what_is_not_said_lifts_nothing(
    house: House, sue: Any, ref: str, form: dict[str, str], status: int, said: str
) -> None:
    stop = stopped(house, ref)
    answer = post(sue, f"/record/lift_stop/{ref}", **{"stop": str(stop), "text": PROOF} | form)
    assert (answer.status_code, stands(house, stop)) == (status, True) and said in answer.text
    assert house.status(ref) == "held" and noted(house, ref) == []


def test_nor_does_the_stop_of_somebody_else_or_one_that_is_over(house: House, sue: Any, ref: str) -> None:
    theirs = stopped(house, "L2", "complaint")
    assert post(sue, f"/record/lift_stop/{ref}", stop=theirs, text=PROOF).status_code == 400
    assert stands(house, theirs)
    over = stopped(house, ref)
    assert post(sue, f"/record/lift_stop/{ref}", stop=over, text=PROOF).status_code == 303
    assert post(sue, f"/record/lift_stop/{ref}", stop=over, text=PROOF).status_code == 400


def test_the_stop_of_one_loan_is_lifted_there(house: House, sue: Any, ref: str) -> None:
    stop = stopped(house, ref, scope="case")
    with house.db.read() as connection:
        debtor = connection.scalar(select(cases.c.debtor_id).where(cases.c.ref == ref))
    assert debtor is not None
    house.case(debtor, f"{ref}-other", house.clock.now().date())
    answer = post(sue, f"/record/lift_stop/{ref}-other", stop=stop, text=PROOF)
    assert answer.status_code == 409 and stands(house, stop)
    assert post(sue, f"/record/lift_stop/{ref}", stop=stop, text=PROOF).status_code == 303


def test_what_rests_has_a_form_of_its_own(house: House, sue: Any, ref: str) -> None:
    stop = stopped(house, ref, "hardship")
    assert "Lift a stop" not in page(sue[0], f"/cases/{ref}")
    answer = post(sue, f"/record/lift_stop/{ref}", stop=stop, text=PROOF)
    assert answer.status_code == 409 and "let follow-up go on instead" in answer.text
