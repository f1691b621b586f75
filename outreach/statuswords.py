"""How is the status of a deployment said in plain words? One line for each thing, the grave ones in capitals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from outreach.carriers.twilio_codes import meaning
from outreach.core.terms import AttemptState, Channel

STATES = {
    AttemptState.RESERVED: "reserved",
    AttemptState.PLACING: "placing",
    AttemptState.PLACED: "at the carrier",
    AttemptState.IN_DOUBT: "in doubt",
}
WORDS = {Channel.SMS: "texts", Channel.CALL: "calls"}
Found = Mapping[str, Any]


def lines(found: Found) -> Iterator[str]:
    """What `outreach.status.status` found, for people."""
    for what, said in _told(found, found["at"]):
        yield f"{what:16}{said}"


def _told(found: Found, now: datetime) -> Iterator[tuple[str, str]]:
    yield "as of", f"{_minute(now)}"
    if found["held_until"]:
        until = f"nothing leaves until {_minute(found['held_until'])}, unless `outreach resume --clock` says it is right now"
        yield "CLOCK", f"set back: {until}"
    for one in found["stopped"]:
        scope = f"campaign {one['campaign']}" if one["campaign"] else "everything"
        yield "STOPPED", f"{scope}, by {one['by']} on {_minute(one['at'])}: {one['why']}"
    yield from _workers(found["workers"], now)
    yield "due", _by_channel(found["due"], lambda waits: f"{waits['steps']}{_oldest(waits['oldest_at'], now)}")
    for state, counts in found["attempts"].items():
        oldest = _oldest(found["in_doubt_oldest_at"], now) if state == AttemptState.IN_DOUBT else ""
        yield STATES[state], _by_channel(counts, str) + oldest
    yield "due to placed", _by_channel(found["lag_seconds"], _quantiles) + " (last hour)"
    yield from _carrier(found, now)
    for one in found["campaigns"]:
        counted = f"{one['due']} due, {one['under_way']} under way, {one['placed']} placed in the last hour"
        yield "campaign", f"{one['name']}: {counted}{_held(one)}{_ends(one['forecast'])}{_cost(one['cost'])}"
    if found["answers_cost"]:
        yield "answers", "to debtors" + _cost(found["answers_cost"])


def _held(one: Found) -> str:
    pressed = f", PAUSED while {one['unfinished']} wait to leave" if one["pressed"] else ""
    return pressed + (", STOPPED" if one["stopped"] else "")


def _ends(found: Found) -> str:
    """When what is due now has left, at the rates in force."""
    return "".join(
        f"; {one['due']} {WORDS[Channel(channel)]} done "
        + (f"by {_minute(one['finish_at'])}" if one["finish_at"] else "never as things stand")
        for channel, one in found.items()
    )


def _cost(found: list[Found]) -> str:
    return "".join(f"; cost {one['amount']} {one['currency']}, {one['today']} of it today" for one in found)


def _workers(there: list[Found], now: datetime) -> Iterator[tuple[str, str]]:
    if not there:
        yield "worker", "none at work"
    for one in there:
        ticked = f"{'QUIET, ' if one['quiet'] else ''}ticked {_ago(one['ticked_at'], now)}"
        yield "worker", f"{one['name']} since {_minute(one['started_at'])}, {ticked}"


def _carrier(found: Found, now: datetime) -> Iterator[tuple[str, str]]:
    inbox = found["inbox"]
    waiting = f"{inbox['depth']} reports to apply{_oldest(inbox['oldest_at'], now)}"
    yield "inbox", f"{waiting}; {inbox['given_up']} given up in the last day"
    if found["contacts_found"]:
        yield (
            "not ours",
            f"{found['contacts_found']} contacts of the last week that nobody here asked for: see the inbox",
        )
    for code, count in found["carrier_errors"].items():
        yield "carrier error", f"{code}, {meaning(int(code)).what}: {count} in the last hour"
    for because, count in found["taken_back"].items():
        yield "taken back", f"{count} in the last hour: {because}"


def _by_channel(counts: Mapping[Any, Any], say: Any) -> str:
    return "; ".join(f"{WORDS[channel]} {say(counts[channel])}" for channel in Channel)


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


def _ago(at: datetime, now: datetime) -> str:
    return f"{max((now - at).total_seconds(), 0):.0f} s ago"


def _oldest(at: datetime | None, now: datetime) -> str:
    return f", the oldest from {_ago(at, now)}" if at else ""


def _quantiles(found: Mapping[str, float | None]) -> str:
    return ", ".join(f"{name} {value:.1f} s" for name, value in found.items() if value is not None) or "none"
