"""A stop that is lifted: reminders go on from there, those too that no time was known for; another stop still holds."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from outreach.core.terms import SuppressionReason, SuppressionScope
from outreach.engine import stops
from outreach.engine.lifting import lift_stops
from outreach.store.tables import suppressions
from tests.engine import test_pauses
from tests.engine.house import House
from tests.engine.test_pauses import days, reminders, writes

house = test_pauses.house  # the same debtor


def lift(house: House, reason: str) -> int:
    with house.db.begin() as tx:
        return lift_stops(tx, suppressions.c.reason == reason, "sue decided", house.clock.now())


@pytest.mark.parametrize(("words", "reason"), [("this is not my debt", "dispute"), ("wrong number", "wrong_number")])
def test_reminders_go_on_once_it_is_lifted_and_not_before(house: House, words: str, reason: str) -> None:
    writes(house, words)
    days(house, 9, 12)
    assert reminders(house) == 0
    assert lift(house, reason) == 1
    days(house, 13, 22)
    assert reminders(house) > 0 and house.status("L1") == "active", house.kinds("L1")


def test_what_another_stop_forbids_stays(house: House) -> None:
    writes(house, "this is not my debt")
    with house.db.begin() as tx:
        [debtor] = tx.scalars(select(suppressions.c.debtor_id))
        stops.suppress(tx, debtor, SuppressionReason.COMPLAINT, SuppressionScope.DEBTOR, "agent", house.clock.now())
    assert lift(house, "dispute") == 1
    days(house, 9, 20)
    assert reminders(house) == 0 and house.status("L1") == "held"


def test_of_nothing_nothing_is_lifted(house: House) -> None:
    assert lift(house, "dispute") == 0 and "suppression_lifted" not in house.kinds("L1")
