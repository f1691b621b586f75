"""Was every promise kept? The carrier's own journal against our case log, and a few sums that share no code with ours.

Each check answers with findings in words; none is what is wanted. What the law says of hours and frequency is written
down here once more, by hand, for the two countries of the book.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML
from sqlalchemy import select

from outreach.simulator.personas import PHRASES
from outreach.store.database import Database
from outreach.store.tables import attempt_cases, attempts, carrier_inbox, case_events, cases, inbound_messages
from tests.chaos.book import Book, Person

Row = Mapping[str, Any]
ON_THE_WAY_S = 1.0  # real seconds: a request that left before the stop came may reach the carrier after it
ANSWERED_WITHIN = timedelta(minutes=17)  # a quarter of an hour, and the way
SETTLED_WITHIN = timedelta(hours=13)  # what the carrier never told of is asked about after twelve
ANSWERS = ("reply", "opt_out_confirmation")
EVERYTHING = frozenset({"sms", "call"})
STOPS: dict[str, frozenset[str]] = {  # what each of these texts ends
    **{text: EVERYTHING for key in ("wrong", "dispute", "angry") for words in PHRASES[key].values() for text in words},
    "STOP": EVERYTHING,  # of recorded calls, too: our policy for America, and the British debtors are asked below
    "I don't owe this debt": EVERYTHING,
    "wrong number": EVERYTHING,
}
WEEKDAYS, SUNDAYS = (time(8, 1), time(20, 55)), (time(13), time(20))
UNCOUNTED = {"busy", "not_in_service"}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Taken:
    """One contact as the carrier has it: what we asked for, and that it took it."""

    key: str
    sid: str
    channel: str
    at: datetime  # when we asked
    person: Person
    body: str
    wall: float


@dataclass
class Evidence:
    """Everything both sides wrote down."""

    lines: list[dict[str, Any]]
    book: Book
    campaigns: Path
    began: datetime
    ended: datetime
    attempts: dict[str, Row] = field(default_factory=dict)  # by our key
    links: dict[str, list[tuple[str, int | None]]] = field(default_factory=dict)  # key -> (loan, step row)
    log: dict[str, list[tuple[datetime, str, dict[str, Any], str | None]]] = field(default_factory=dict)  # by loan
    inbound: dict[str, datetime] = field(default_factory=dict)  # sid -> when we had it

    def of(self, what: str) -> list[dict[str, Any]]:
        return self._by_what.get(what, [])

    @cached_property
    def _by_what(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in self.lines:
            found[line["what"]].append(line)
        return found

    @cached_property
    def taken(self) -> list[Taken]:
        return [
            Taken(
                line["key"], line["sid"], line["channel"], instant(line["arrived"]), self.book.people[line["to"]],
                line["body"] or "", line["arrived_wall"],
            )
            for line in self.of("create")
            if line["sid"] and line["to"] in self.book.people
        ]  # fmt: skip

    @cached_property
    def final(self) -> dict[str, dict[str, Any]]:
        """What stands in the carrier's books at the end, by sid."""
        return {line["sid"]: line for line in (*self.of("message"), *self.of("call"))}

    def answers(self, taken: Taken) -> bool:
        return str(self.attempts[taken.key]["purpose"]) in ANSWERS if taken.key in self.attempts else False

    def loans(self, taken: Taken) -> list[str]:
        return [loan for loan, _ in self.links.get(taken.key, [])]


def gather(
    db: Database, lines: list[dict[str, Any]], book: Book, campaigns: Path, began: datetime, ended: datetime
) -> Evidence:
    """Read our side."""
    found = Evidence(lines, book, campaigns, began, ended)
    with db.read() as connection:
        keys: dict[int, str] = {}
        for row in connection.execute(select(attempts)):
            found.attempts[row.key] = row._mapping
            keys[row.id] = row.key
        query = select(attempt_cases, cases.c.ref).join(cases, cases.c.id == attempt_cases.c.case_id)
        for row in connection.execute(query):
            found.links.setdefault(keys[row.attempt_id], []).append((row.ref, row.step_id))
        query = select(case_events, cases.c.ref).join(cases).order_by(case_events.c.case_id, case_events.c.seq)
        for row in connection.execute(query):
            told = (row.at, row.kind, json.loads(row.detail), keys.get(row.attempt_id))
            found.log.setdefault(row.ref, []).append(told)
        query = select(carrier_inbox.c.dedupe, carrier_inbox.c.received_at)
        had = {row.dedupe: row.received_at for row in connection.execute(query)}
        for sid in connection.scalars(select(inbound_messages.c.sid)):
            found.inbound[sid] = had[f"twilio:{sid}:inbound"]
    return found


# --- each promise ---------------------------------------------------------------------------------------------------------


def duplicates(seen: Evidence) -> Iterator[str]:
    """The same reference, the same step of a cadence, or the same words within a day: twice at a phone."""
    for key, times in Counter(one.key for one in seen.taken).items():
        if times > 1:
            yield f"reference {key} was taken {times} times"
    yield from _steps_twice(seen)
    yield from _words_twice(seen)


def _steps_twice(seen: Evidence) -> Iterator[str]:
    steps: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for one in seen.taken:
        for loan, step_id in seen.links.get(one.key, []):
            if step_id is not None:
                attempt = seen.attempts[one.key]
                steps[loan, step_id, attempt["step"], attempt["try_no"]].add(one.key)
    for (loan, _, step, try_no), keys in steps.items():
        if len(keys) > 1:
            yield f"{loan}: step {step} (try {try_no}) was taken {len(keys)} times: {sorted(keys)}"


def _words_twice(seen: Evidence) -> Iterator[str]:
    told: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    reminders = {one.sid for one in seen.taken if not seen.answers(one)}
    for line in seen.of("phone"):
        if line["kind"] == "text_in" and line["sid"] in reminders:
            told[line["phone"], line["text"]].append(instant(line["at"]))
    for (phone, text), times in told.items():
        if any(later - earlier < timedelta(days=1) for earlier, later in pairwise(times)):
            yield f"{phone} read the same words {len(times)} times, at {', '.join(map(str, times))}: {text[:60]}"


@dataclass
class Stopped:
    findings: list[str] = field(default_factory=list)
    crossed: int = 0  # our request was on its way when the stop came
    queued: int = 0  # the carrier had it before the stop came, and delivered it after


def stops(seen: Evidence) -> Stopped:
    """Contacts after a debtor's stop had reached us."""
    found = Stopped()
    arrived = {line["sid"]: instant(line["at"]) for line in seen.of("phone") if line["kind"] in ("text_in", "ringing")}
    for sid, (phone, text) in _written(seen).items():
        known = _known(seen, sid)
        if text.strip() not in STOPS or known is None:  # if nobody told us: see `unheard`
            continue
        for one in seen.taken:
            if one.person.phone == phone and one.channel in STOPS[text.strip()] and not seen.answers(one):
                _after_stop(found, one, text, known, arrived.get(one.sid))
    return found


def _written(seen: Evidence) -> dict[str, tuple[str, str]]:
    """What debtors wrote to us: number and words by the carrier's sid."""
    told = (line for line in (*seen.of("told"), *seen.of("lost")) if line["kind"] == "sms/inbound")
    return {line["sid"]: (line["phone"], line["text"]) for line in told}


def _known(seen: Evidence, sid: str) -> tuple[datetime, float | None] | None:
    """When a text had reached us: when we acknowledged it, else when our books say so."""
    for line in seen.of("told"):
        if line["sid"] == sid and 200 <= line["status"] < 300:
            return instant(line["now"]), line["wall"]
    return (seen.inbound[sid], None) if sid in seen.inbound else None


def _after_stop(
    found: Stopped, one: Taken, text: str, known: tuple[datetime, float | None], arrived: datetime | None
) -> None:
    at, wall = known
    if one.at <= at:
        found.queued += arrived is not None and arrived > at
    elif text == "STOP" and one.channel == "call" and one.person.country != "US":
        return  # the word ends texts; that it ends recorded calls as well is American law
    elif wall is not None and one.wall - wall <= ON_THE_WAY_S:
        found.crossed += 1
    else:
        later = "" if wall is None else f", {one.wall - wall:.1f} real seconds"
        found.findings.append(
            f"{one.person.phone}: {one.channel} {one.key} asked for at {one.at} after {text!r} had come at {at}{later}"
        )


def unheard(seen: Evidence) -> Iterator[str]:
    """What debtors wrote that we never came to know."""
    for sid, line in seen.final.items():
        if line.get("direction") == "inbound" and sid.startswith("SM") and sid not in seen.inbound:
            yield f"{sid}: a text of {line['created_at']} that never reached us"


def hours(seen: Evidence) -> Iterator[str]:
    """Texts that left the carrier, and calls that rang, at an hour that is nobody's to disturb."""
    rang = {line["sid"]: instant(line["at"]) for line in seen.of("phone") if line["kind"] == "ringing"}
    wrote: dict[str, list[datetime]] = defaultdict(list)
    for line in seen.of("phone"):
        if line["kind"] == "text_out":
            wrote[line["phone"]].append(instant(line["at"]))
    for one in seen.taken:
        if seen.answers(one) and any(timedelta(0) <= one.at - at <= ANSWERED_WITHIN for at in wrote[one.person.phone]):
            continue  # an answer to what they just wrote, at whatever hour they wrote it
        sent = seen.final.get(one.sid, {}).get("sent_at")
        at = rang.get(one.sid) if one.channel == "call" else instant(sent) if sent else None
        if at is not None and not decent(one.person, at):
            there = at.astimezone(ZoneInfo(one.person.zone))
            yield f"{one.person.phone}: {one.channel} {one.key} at {there:%a %Y-%m-%d %H:%M:%S} local"


def decent(person: Person, at: datetime) -> bool:
    """By the clock on the wall where the person is."""
    local = at.astimezone(ZoneInfo(person.zone))
    first, last = SUNDAYS if local.isoweekday() == 7 else WEEKDAYS
    return first <= local.time() <= last


def caps(seen: Evidence) -> Iterator[str]:
    """More contacts of one person, or about one loan, than are allowed in a day or in seven."""
    by_person: dict[str, list[Taken]] = defaultdict(list)
    for one in sorted(seen.taken, key=lambda one: one.at):
        if not seen.answers(one):
            by_person[one.person.phone].append(one)
    for phone, contacts in by_person.items():
        for n, one in enumerate(contacts):
            for what, limit, days, counted in _limits(seen, one, contacts[:n]):
                today = _day(one)
                inside = [other for other in counted if today - _day(other) < timedelta(days=days)]
                if len(inside) >= limit:
                    yield f"{phone}: {one.channel} {one.key} at {one.at} is number {len(inside) + 1} {what}"


def _day(one: Taken) -> date:
    return one.at.astimezone(ZoneInfo(one.person.zone)).date()


def _limits(seen: Evidence, one: Taken, before: list[Taken]) -> Iterator[tuple[str, int, int, list[Taken]]]:
    """(in words, at most so many, in so many days, those that count)."""
    calls = [other for other in before if other.channel == "call"]
    if one.person.country == "US":
        yield "of seven days, all together", 3, 7, before
        if one.channel == "call":
            yield "call of one day", 1, 1, calls
    else:
        rang = [other for other in before if _disposition(seen, other) not in UNCOUNTED]
        yield "of one day", 1, 1, rang
    for loan in seen.loans(one):
        about = [other for other in before if loan in seen.loans(other)]
        if one.person.country != "US":
            about = [other for other in about if _disposition(seen, other) not in UNCOUNTED]
        elif one.channel == "call":
            about = [other for other in about if other.channel == "call"]
        yield f"of seven days about {loan}", 2, 7, about


def _disposition(seen: Evidence, one: Taken) -> str | None:
    status = seen.final.get(one.sid, {}).get("status")
    if status == "failed" and one.channel == "call":
        return "not_in_service"
    return str(status) if status else None


def unknown(seen: Evidence) -> Iterator[str]:
    """What the carrier took that our log does not know as placed."""
    placed = {
        detail.get("sid"): key for log in seen.log.values() for _, kind, detail, key in log if kind == "attempt_placed"
    }
    for one in seen.taken:
        if placed.get(one.sid) != one.key:
            attempt = seen.attempts.get(one.key)
            state = f"{attempt['state']}, {attempt['disposition']}" if attempt else "no attempt at all"
            yield f"{one.person.phone}: {one.channel} {one.sid} ({one.key}) is not on the log as placed: {state}"
    for loan, lines in seen.log.items():
        for at, kind, detail, _ in lines:
            if kind == "contact_found":
                yield f"{loan}: {detail['sid']} of {at} is ours and was taken for somebody else's"


def undelivered(seen: Evidence) -> Iterator[str]:
    """Texts of which the carrier knows that they arrived, and our log does not."""
    known = {key for log in seen.log.values() for _, kind, _, key in log if kind == "delivered"}
    for one in seen.taken:
        status = seen.final.get(one.sid, {}).get("status")
        told = one.key in known or one.at > seen.ended - SETTLED_WITHIN
        if one.channel == "sms" and status == "delivered" and not told:
            said = [f"{kind} {detail}" for log in seen.log.values() for _, kind, detail, key in log if key == one.key]
            yield (
                f"{one.person.phone}: {one.sid} ({one.key}) was delivered, and the log does not say so: "
                f"{seen.attempts.get(one.key)}; {'; '.join(said)}"
            )


def unsettled(seen: Evidence) -> Iterator[str]:
    """Attempts that never came to an end, though the carrier had more than half a day to say."""
    for key, attempt in seen.attempts.items():
        if attempt["state"] not in ("final", "released") and attempt["reserved_at"] < seen.ended - SETTLED_WITHIN:
            yield f"attempt {key} is still {attempt['state']}"


def forgotten(seen: Evidence) -> Iterator[str]:
    """Steps whose time came and of which the log says neither that they were done nor why not."""
    for path in sorted(seen.campaigns.glob("*.yaml")):
        campaign = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        for person in seen.book.people.values():
            for loan, due_on in person.loans.items():
                for anchor in _anchors(seen, loan, due_on, campaign, person):
                    yield from _forgotten(seen, campaign, person, loan, anchor)


def _anchors(seen: Evidence, loan: str, due_on: date, campaign: Mapping[str, Any], person: Person) -> list[date]:
    if "broken" not in str(campaign["cadence"][0]["at"]):
        return [due_on]
    info = ZoneInfo(person.zone)
    broken = [at for at, kind, _, _ in seen.log.get(loan, []) if kind == "promise_broken"]
    return [at.astimezone(info).date() for at in broken]


def _forgotten(seen: Evidence, campaign: Mapping[str, Any], person: Person, loan: str, anchor: date) -> Iterator[str]:
    name, log, info = campaign["campaign"], seen.log.get(loan, []), ZoneInfo(person.zone)
    shifted = any(kind == "step_shifted" and detail["campaign"] == name for _, kind, detail, _ in log)
    for step in campaign["cadence"]:
        offset = str(step["at"]).replace(" ", "").removeprefix("due").removeprefix("broken").removesuffix("d")
        hour, minute = map(int, step["time"].split(":"))
        on = anchor + timedelta(days=int(offset or 0))
        at = datetime.combine(on, time(hour, minute), info)
        if not seen.began + timedelta(minutes=30) < at < seen.ended - timedelta(hours=2) or shifted:
            continue
        if not _accounted_for(log, name, step["step"], at):
            yield f"{loan}: step {step['step']} of {name}, due at {at}, is nowhere on the log"


def _accounted_for(
    log: list[tuple[datetime, str, dict[str, Any], str | None]], name: str, step: str, at: datetime
) -> bool:
    for when, kind, detail, _ in log:
        if detail.get("campaign") == name and step in (detail.get("step"), detail.get("into")):
            return True
        if kind == "cadence_ended" and detail.get("campaign") == name and when <= at + timedelta(days=1):
            return True
        if kind in ("held", "closed") and when <= at + timedelta(hours=1):
            return True
    return False


def doubts(seen: Evidence) -> Counter[str]:
    """How what was in doubt was settled."""
    found: Counter[str] = Counter()
    taken = {one.key for one in seen.taken}
    for key in {key for log in seen.log.values() for _, kind, _, key in log if kind == "attempt_in_doubt" and key}:
        attempt = seen.attempts[key]
        how = "the carrier had it" if attempt["sid"] else "the carrier had no record"
        if attempt["state"] == "in_doubt":
            how = "not settled"
        elif bool(attempt["sid"]) != (key in taken):
            how = "settled wrongly"
        found[how] += 1
    return found


CHECKS = {
    "no contact twice": duplicates,
    "none outside the hours": hours,
    "none over a cap": caps,
    "all that was taken is on the log": unknown,
    "all that arrived is on the log": undelivered,
    "all that debtors wrote is known": unheard,
    "every attempt comes to its end": unsettled,
    "every due step done, or why not": forgotten,
}
