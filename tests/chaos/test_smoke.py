"""The chaos suite in small, so that it still runs when it is wanted: `make chaos` is the real one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.chaos.__main__ import run

HALF_PAST_TEN = datetime(2027, 3, 12, 14, 29, 30, tzinfo=UTC)  # nearly, in New York: much is due


def test_a_few_kills_break_no_promise(tmp_path: Path) -> None:
    found = run("sqlite", 2, 5, tmp_path / "chaos", 30, start=HALF_PAST_TEN, calm=timedelta(minutes=15))
    assert {name: listed for name, listed in found["findings"].items() if listed} == {}
    assert found["counts"]["killed"] >= 2 and found["texts taken"] > 0
