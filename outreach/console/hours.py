"""When may the debtor of a case be contacted in the week to come, as the page of the case draws it?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from outreach import explained
from outreach.core.terms import Decision
from outreach.engine.runtime import Runtime

DAY_S = 86_400
DAY_WIDTH = 480  # of the drawing: 20 to the hour


def ways(runtime: Runtime, ref: str, now: datetime) -> list[dict[str, Any]]:
    """Each number and channel of the debtor: lawful or not, why, since what would change it, and seven days to draw."""
    found: list[dict[str, Any]] = explained.explain(runtime.db, runtime.loaded.rulebooks, ref, now, None)["ways"]
    for way in found:
        way["says"] = _says(way)
        way["supposed"] = [{"if": each["if"], "at": _moment(each["earliest"])} for each in way["supposed"]]
        way["refusals"] = [each | {"until": _moment(each["retry_at"])} for each in way["refusals"]]
        way["week"] = [_day(day) for day in way["week"]]
        way["ever"] = any(day["bars"] for day in way["week"])
    opened = next((way for way in found if way["ever"]), found[0] if found else None)
    for way in found:
        way["open"] = way is opened
    return found


def _says(way: dict[str, Any]) -> str:
    if way["decision"] == Decision.ALLOW:
        ends = _closes(way["week"])
        return f"lawful now, until {_moment(ends)}" if ends else "lawful now"
    if way["earliest"]:
        return f"lawful again {_moment(way['earliest'])}"
    return "not lawful, and no time is known at which it will be"


def _closes(week: Sequence[dict[str, Any]]) -> str | None:
    """When the first span ends, through every midnight at which the next goes on; None: not within the week."""
    spans = [span for day in week for span in day["lawful"]]
    for (_, end), (start, _) in pairwise(spans):
        if datetime.fromisoformat(start) != datetime.fromisoformat(end):
            return str(end)
    last = spans[-1][1] if spans else None
    return last if last and datetime.fromisoformat(last).date().isoformat() <= week[-1]["on"] else None


def _moment(at: str | None) -> str | None:
    return f"{datetime.fromisoformat(at):%a %d %b %H:%M:%S}" if at else None


def _day(day: dict[str, Any]) -> dict[str, Any]:
    on = date.fromisoformat(day["on"])
    spans = [(_second(start, on), _second(end, on)) for start, end in day["lawful"]]
    return {
        "on": on,
        "bars": [(start * DAY_WIDTH / DAY_S, (end - start) * DAY_WIDTH / DAY_S) for start, end in spans if end > start],
        "words": ", ".join(f"{_clock(start)} to {_clock(end)}" for start, end in spans) or "never",
    }


def _second(at: str, on: date) -> int:
    """Of the local day `on`, as clocks show it; the midnight that ends it is its last."""
    local = datetime.fromisoformat(at)
    return DAY_S if local.date() > on else local.hour * 3600 + local.minute * 60 + local.second


def _clock(second: int) -> str:
    return "24:00:00" if second == DAY_S else str(timedelta(seconds=second)).rjust(8, "0")
