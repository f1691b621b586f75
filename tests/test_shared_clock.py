"""The clock that several processes share in a rehearsal: a file, read anew each time, and never for real debtors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.bootstrap import SharedClock, WallClock, clock, read_settings
from outreach.core.terms import ConfigError

STOOD = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)


def environment(file: Path, url: str = "http://127.0.0.1:9/simulator") -> dict[str, str]:
    return {"OUTREACH_CLOCK_FILE": str(file), "OUTREACH_TWILIO_API_URL": url}


def test_it_goes_on_from_where_it_stood_at_its_rate(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    file.write_text(f"{STOOD.isoformat()} {an_hour_ago.isoformat()} 24", encoding="ascii")
    shared = clock(read_settings(environment(file), tmp_path))
    assert timedelta(0) <= shared.now() - STOOD - timedelta(days=1) < timedelta(minutes=10)
    file.write_text(f"{STOOD.isoformat()} {an_hour_ago.isoformat()} 0", encoding="ascii")
    assert shared.now() == STOOD


def test_without_a_file_it_is_the_real_time(tmp_path: Path) -> None:
    assert isinstance(clock(read_settings({}, tmp_path)), WallClock)


@pytest.mark.parametrize("url", ["", "https://api.twilio.com", "http://127.0.0.1.example.com/", "http://10.0.0.1/"])
def test_it_is_refused_with_a_carrier_elsewhere(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="OUTREACH_CLOCK_FILE is set, which is for rehearsals"):
        clock(read_settings(environment(tmp_path / "clock", url), tmp_path))


@pytest.mark.parametrize("said", [None, "", "noon", "2027-03-09T15:00:00+00:00 2027-03-09T15:00:00+00:00 fast"])
def test_a_file_that_tells_no_time_is_named(tmp_path: Path, said: str | None) -> None:
    file = tmp_path / "clock"
    if said is not None:
        file.write_text(said, encoding="ascii")
    with pytest.raises(ConfigError, match="tells no time"):
        SharedClock(file).now()
