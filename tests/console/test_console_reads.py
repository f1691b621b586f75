"""No page reads a whole table that grows with the work: at 200,000 cases each must still answer at once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from tests.console.conftest import client
from tests.engine.house import House

# PostgreSQL plans by the size of a table: with a dozen rows it scans, rightly.
one_database = pytest.mark.parametrize("shared_db", ["sqlite"], indirect=True, scope="session")
GROWING = (
    "case_events",
    "attempts",
    "attempt_cases",
    "steps",
    "promises",
    "inbound_messages",
    "tasks",
    "consents",
    "payments",
)
PAGES = ("/", "/cases", "/cases?status=active", "/cases?q=L1", "/cases?q=maria&status=active", "/cases/L1", "/inbox",
         "/inbox?kind=reply", "/promises", "/promises?status=kept", "/campaigns", "/api/board")  # fmt: skip
# In the order of an index, and only as far as the page shows.
IN_ORDER = {"ix_case_events_at", "ix_tasks_state", "ix_promises_check"}


@pytest.mark.parametrize("path", PAGES)
@one_database
def test_a_page_reads_indexes_and_not_tables(house: House, path: str) -> None:
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    web = client(house, sign_in_free=True)
    event.listen(house.db.engine, "before_cursor_execute", note)
    try:
        assert web.get(path).status_code == 200
    finally:
        event.remove(house.db.engine, "before_cursor_execute", note)
    assert asked
    assert [scan for statement, parameters in asked for scan in scans(house, statement, parameters)] == []


def scans(house: House, statement: str, parameters: object) -> list[str]:
    with house.db.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()  # type: ignore[arg-type]
    steps = [row[-1] for row in plan]
    return [step for step in steps if is_scan(step)]


def is_scan(step: str) -> bool:
    """A walk through a growing table, or through an index of it that isn't walked in the order of the page."""
    found = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
    return found is not None and found[1] in GROWING and found[2] not in IN_ORDER


def test_a_scan_would_be_seen() -> None:
    assert is_scan("SCAN case_events") and is_scan("SCAN attempts USING INDEX ix_attempts_debtor_reserved")
    assert not is_scan("SEARCH steps USING INDEX ix_steps_due (state=?)") and not is_scan("SCAN campaigns")
