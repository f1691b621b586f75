"""What is the table of boundaries made of? Rows (rule, what is tried, ask, instant, refused or not) and their makers.

Each maker takes the figures of one rule, as read from its source and not from the rulebook, and writes the rows at the edge
of every figure: one step inside, one step outside. `LAW` in `lawfigures` calls them, once a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from outreach.core.terms import (
    Address,
    Ask,
    Channel,
    Collector,
    Consent,
    ConsentGivenTo,
    ConsentKind,
    Direction,
    Disposition,
    PastContact,
    Phone,
    PhoneKind,
    PhonePlace,
    Purpose,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    Voice,
)
from outreach.core.zones import zone

DISPOSED = frozenset(Disposition) - {Disposition.RECEIVED}  # what an outbound contact may come to
MONDAY = date(2027, 2, 22)  # a week without holidays and changes of clocks anywhere in the table
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Trip = Callable[[datetime], Ask]  # the ask that the rule refuses at this instant


@dataclass(frozen=True)
class Row:
    """One line of the table. `policy`: adopted for every country."""

    rule: str
    says: str
    ask: Ask
    now: datetime
    refused: bool
    policy: str | None = None


@dataclass(frozen=True)
class Home:
    """Where the debtors of a rulebook live, on which clock, with which (fictional) number."""

    address: Address
    e164: str
    zone: str
    policy: str | None = None

    def at(self, on: date, clock: time = time(12)) -> datetime:
        return datetime.combine(on, clock, zone(self.zone))


@dataclass(frozen=True)
class Binds:
    """Whom the rule binds. `due`: days past due, from and to, inclusive."""

    collectors: frozenset[Collector]
    channels: frozenset[Channel]
    voices: frozenset[Voice]
    kinds: frozenset[PhoneKind]
    places: frozenset[PhonePlace]
    due: tuple[int | None, int | None] = (None, None)
    since: date | None = None

    def has_days(self, days: int) -> bool:
        low, high = self.due
        return (low is None or low <= days) and (high is None or days <= high)

    def has_channel(self, channel: Channel) -> bool:
        return channel in self.channels and (channel is Channel.CALL or self.voices == frozenset(Voice))


def some(words: str, kind: Any) -> Any:
    """`"call sms"` as members of an enum; `""` is all."""
    return frozenset(kind(word) for word in words.split()) or frozenset(kind)


def binds(
    who: str = "", channels: str = "", voices: str = "", kinds: str = "", places: str = "",
    due: tuple[int | None, int | None] = (None, None), since: date | None = None,
) -> Binds:  # fmt: skip
    return Binds(
        some(who, Collector), some(channels, Channel), some(voices, Voice), some(kinds, PhoneKind),
        some(places, PhonePlace), due, since,
    )  # fmt: skip


def asked(home: Home, scope: Binds, **changes: Any) -> Ask:
    """An ask that the scope binds, with nothing on file."""
    low, high = scope.due
    channel = Channel.CALL if Channel.CALL in scope.channels else Channel.SMS
    kind = PhoneKind.MOBILE if PhoneKind.MOBILE in scope.kinds else min(scope.kinds)
    ask = Ask(
        channel=channel,
        voice=Voice.RECORDED if channel is Channel.CALL else None,
        purpose=Purpose.COLLECTION,
        collector=max(scope.collectors),
        days_past_due=high if high is not None else max(40, low or 0),
        cases=("L1",),
        debtor="D1",
        phone=Phone(home.e164, kind, min(scope.places)),
        addresses=(home.address,),
        stated_zone=home.zone,
    )
    return replace(ask, **changes)


PHASES = (-400, -1, 0, 1, 15, 16, 30, 31, 400)  # days past due


def bounds(rule: str, home: Home, scope: Binds, trip: Trip, now: datetime) -> Iterator[Row]:
    """Whom the rule binds and from when, tried on an ask it refuses."""
    ask = trip(now)
    spoken = ask.channel is Channel.CALL
    tried: list[tuple[str, bool, dict[str, Any]]] = [
        ("as it stands", True, {}),
        *((f"by a {who}", who in scope.collectors, {"collector": who}) for who in Collector),
        *((f"by {way}", scope.has_channel(way), {"channel": way, "voice": _voice(way)}) for way in Channel),
        ("by sms, a voice named", Channel.SMS in scope.channels, {"channel": Channel.SMS, "voice": Voice.RECORDED}),
        *((f"spoken by {voice}", voice in scope.voices, {"voice": voice}) for voice in Voice if spoken),
        *((f"to a {k} line", k in scope.kinds, {"phone": replace(ask.phone, kind=k)}) for k in PhoneKind),
        *((f"to a {p} line", p in scope.places, {"phone": replace(ask.phone, place=p)}) for p in PhonePlace),
        *((f"{days} days past due", scope.has_days(days), {"days_past_due": days}) for days in PHASES),
    ]
    for says, bound, changes in tried:
        yield Row(rule, says, replace(ask, **changes), now, bound, home.policy)
    if scope.since:
        first = home.at(scope.since, time(0))
        before = (first.astimezone(UTC) - SECOND).astimezone(first.tzinfo)
        yield Row(rule, "on its first day", trip(first), first, True, home.policy)
        yield Row(rule, "the second before its first day", trip(before), before, False, home.policy)


def _voice(channel: Channel) -> Voice | None:
    return Voice.RECORDED if channel is Channel.CALL else None


def given(kind: ConsentKind, at: datetime, to: ConsentGivenTo = ConsentGivenTo.US) -> Consent:
    return Consent(kind, to, at)


def lifts(rule: str, home: Home, trip: Trip, now: datetime, lifted: str | None) -> Iterator[Row]:
    """Which consents lift it: None, or `kind` (given to anybody), or `kind us`."""
    for kind in ConsentKind:
        for to in ConsentGivenTo:
            by = lifted is not None and lifted in (kind, f"{kind} {to}")
            ask = replace(trip(now), consents=(given(kind, now - DAY, to),))
            yield Row(rule, f"with {kind} consent given to {to}", ask, now, not by, home.policy)


def week(every: str | None, **days: str | None) -> dict[str, str | None]:
    """Each day's window, `08:00-21:00` or None for closed."""
    return {day: days.get(day, every) for day in DAYS}


def hours(
    rule: str, home: Home, windows: dict[str, str | None], scope: Binds, *, excluded: bool = False,
    lifted: str | None = None, fixed: str | None = None, closed: Collection[str] = (), opened: Collection[str] = (),
) -> list[Row]:  # fmt: skip
    """`excluded`: the first second is closed. `fixed`: a zone abroad from which the rule's own clock still binds."""

    def trip(_now: datetime) -> Ask:
        return asked(home, scope)

    rows = []
    for ahead, day in enumerate(DAYS):
        for clock, shut in _edges(windows[day], excluded):
            now = home.at(MONDAY + ahead * DAY, time(0)) + clock
            rows.append(Row(rule, f"{day} {now:%H:%M:%S}", trip(now), now, shut, home.policy))
    for spelled in (*closed, *opened):
        now = home.at(date.fromisoformat(spelled))
        rows.append(Row(rule, f"noon of {spelled}", trip(now), now, spelled in closed, home.policy))
    shut_at = next(row.now for row in rows if row.refused)
    rows += bounds(rule, home, scope, trip, shut_at)
    rows += lifts(rule, home, trip, shut_at, lifted)
    wednesday = [row for row in rows if row.says.startswith("wed")]
    for row in wednesday[-2:] if fixed else []:
        abroad = replace(row, says=f"{row.says}, asked from {fixed}", ask=replace(row.ask, stated_zone=fixed))
        rows.append(abroad)
    return rows


def _edges(window: str | None, excluded: bool) -> Iterator[tuple[timedelta, bool]]:
    """(time of day, closed?) at the edges of a window, the last two at its end."""
    if window is None:
        yield from ((timedelta(hours=hour), True) for hour in (0, 6, 12, 18, 23))
        return
    start, end = (timedelta(hours=int(w[:2]), minutes=int(w[3:])) for w in window.split("-"))
    first = start + SECOND if excluded else start
    if first:
        yield first - SECOND, True
    yield first, False
    yield end - SECOND, False
    if end < DAY:
        yield end, True


TALKED: dict[str, Any] = {"requested": True, "disposition": Disposition.RIGHT_PARTY}


def cap(
    rule: str, home: Home, limit: int, days: int | str, per: str, scope: Binds, *, counts: Collection[Disposition] = DISPOSED,
    channels: str = "", voices: str = "", places: str = "", requested: bool = False, lifted: str | None = None,
    free: int = 0, answers: bool = False,
) -> list[Row]:  # fmt: skip
    """`days`: rolling local days, or `month`. `counts`: the dispositions that count. `free`: so many requested talks do not.
    `answers`: those to the debtor's own messages count, and are bound."""
    base = asked(home, scope)
    channel = base.channel if base.channel in some(channels, Channel) else min(some(channels, Channel))
    one = PastContact(
        home.at(MONDAY), Direction.OUTBOUND, channel, min(counts), ("L1",), home.e164,
        min(some(voices, Voice)) if channel is Channel.CALL else None,
        place=min(some(places, PhonePlace)) if places else base.phone.place,
    )  # fmt: skip

    def full(now: datetime, **changes: Any) -> Ask:
        return replace(base, history=(replace(one, at=now, **changes),) * limit)

    now = home.at(MONDAY + 2 * DAY)

    def row(says: str, refused: bool, ask: Ask) -> Row:
        return Row(rule, says, ask, now, refused, home.policy)

    def oldest(at: datetime) -> Ask:
        return replace(base, history=(*full(now).history[1:], replace(one, at=at)))

    too_many = replace(base, history=full(now, **TALKED).history[:1] * (limit + free))
    begins = now.date().replace(day=1) if days == "month" else now.date() - (int(days) - 1) * DAY
    rows = [
        row("one less than the limit", False, replace(base, history=full(now).history[1:])),
        row("the oldest on the first day that counts", True, oldest(home.at(begins, time(0)))),
        row("the oldest the day before", False, oldest(home.at(begins - DAY, time(23, 59, 59)))),
        row("inbound ones", False, full(now, direction=Direction.INBOUND)),
        row("requested ones", requested, full(now, requested=True)),
        row("requested talks", requested and Disposition.RIGHT_PARTY in counts and not free, full(now, **TALKED)),
        row("too many requested talks", requested and Disposition.RIGHT_PARTY in counts, too_many),
        row("our answers", answers, full(now, purpose=Purpose.REPLY)),
        row("an answer", answers, _answering(full(now - SECOND), now)),
        row("about another debt", per != "debt", full(now, cases=("L2",))),
        row("to another number", per != "phone", full(now, phone="+12125550199")),
        row("none known yet", True, full(now, disposition=None)),
    ]
    wish = (given(ConsentKind.CALLBACK, now - SECOND),)
    rows.append(
        row(
            "a callback",
            requested or base.channel is Channel.SMS,
            replace(full(now), purpose=Purpose.REQUESTED_CALLBACK, consents=wish),
        )
    )
    rows += [row(f"all {d}", d in counts, full(now, disposition=d)) for d in sorted(DISPOSED)]
    for way in Channel:
        voice = one.voice or Voice.RECORDED
        ask = full(now, channel=way, voice=voice if way is Channel.CALL else None)
        rows.append(
            row(f"counted by {way}", way in some(channels, Channel) and (way is Channel.CALL or not voices), ask)
        )
    texts = full(now, channel=Channel.SMS, voice=min(some(voices, Voice)))
    rows.append(row("counted by sms, a voice named", Channel.SMS in some(channels, Channel), texts))
    if channel is Channel.CALL:
        rows += [row(f"counted of {v}", v in some(voices, Voice), full(now, voice=v)) for v in Voice]
    rows += [row(f"counted at {p}", p in some(places, PhonePlace), full(now, place=p)) for p in PhonePlace]
    return [*rows, *bounds(rule, home, scope, full, now), *lifts(rule, home, full, now, lifted)]


def _answering(ask: Ask, now: datetime) -> Ask:
    """The same as an answer to what the debtor has just sent, or to a call of theirs that nobody is known to have taken."""
    came = PastContact(now, Direction.INBOUND, ask.channel, Disposition.RECEIVED, ("L9",), ask.phone.e164)
    return replace(ask, purpose=Purpose.REPLY, history=(*ask.history, came))


def wait(
    rule: str, home: Home, days: int, scope: Binds, *, answers: bool = False, requested: bool = False
) -> list[Row]:
    """After a conversation on the phone about the same debt, whoever called. `answers`, `requested`: our answers, and
    callbacks the debtor asked for, wait as well."""
    base = asked(home, scope)
    talk = PastContact(
        home.at(MONDAY), Direction.OUTBOUND, Channel.CALL, Disposition.RIGHT_PARTY, ("L1",), home.e164, Voice.RECORDED
    )

    def trip(now: datetime, **changes: Any) -> Ask:
        return replace(base, history=(replace(talk, **{"at": now} | changes),))

    now = home.at(MONDAY + 2 * DAY)
    first = now.date() - (days - 1) * DAY
    inbound: dict[str, Any] = {"direction": Direction.INBOUND}
    tried: list[tuple[str, bool, dict[str, Any]]] = [
        ("on day one of them", True, {"at": home.at(first, time(0))}),
        ("the day before", False, {"at": home.at(first - DAY, time(23, 59, 59))}),
        ("called by the debtor", True, inbound),
        ("called by the debtor, received", True, inbound | {"disposition": Disposition.RECEIVED}),
        ("a text", False, {"channel": Channel.SMS, "voice": None}),
        ("about another debt", False, {"cases": ("L2",)}),
        ("from another number", True, {"phone": "+12125550199"}),
        ("what came of it is not known yet", True, {"disposition": None}),
        ("the same of a text", False, {"disposition": None, "channel": Channel.SMS, "voice": None}),
        ("the same of a call from the debtor", False, inbound | {"disposition": None}),
        *((f"after {d}", d is Disposition.RIGHT_PARTY, {"disposition": d}) for d in sorted(DISPOSED)),
    ]
    rows = [Row(rule, says, trip(now, **changes), now, refused, home.policy) for says, refused, changes in tried]
    earlier = trip(now - SECOND)
    wish = (given(ConsentKind.CALLBACK, now - SECOND),)
    callback = replace(earlier, purpose=Purpose.REQUESTED_CALLBACK, consents=wish)
    rows += [
        Row(rule, "an answer", _answering(earlier, now), now, answers, home.policy),
        Row(
            rule, "an answer to a call that was taken", _answering(trip(now, **inbound), now), now, answers, home.policy
        ),
        Row(rule, "an answer to nothing else", _answering(base, now), now, False, home.policy),
        Row(rule, "a callback", callback, now, requested, home.policy),
    ]
    return [*rows, *bounds(rule, home, scope, trip, now)]


def consent(
    rule: str,
    home: Home,
    kind: str,
    scope: Binds,
    *,
    given_to: str = "",
    within: int | None = None,
    wrote: bool = False,
    answers: bool = False,
) -> list[Row]:
    """`within`: days. `wrote`: a text from the debtor will do. `answers`: those to the debtor's own messages need it too."""

    def trip(_now: datetime) -> Ask:
        return asked(home, scope)

    now = home.at(MONDAY + 2 * DAY)
    text = PastContact(now - DAY, Direction.INBOUND, Channel.SMS, Disposition.RECEIVED, (), home.e164)

    def row(says: str, refused: bool, **changes: Any) -> Row:
        return Row(rule, says, replace(trip(now), **changes), now, refused, home.policy)

    came = tuple(replace(text, at=now - SECOND, channel=channel, phone=None) for channel in Channel)
    rows = [
        row("nothing on file", True),
        row("the debtor wrote yesterday", not wrote, history=(text,)),
        row("our answer", answers, purpose=Purpose.REPLY, history=came),
    ]
    for each in ConsentKind:
        for to in ConsentGivenTo:
            enough = each == kind and to in some(given_to, ConsentGivenTo)
            rows.append(row(f"{each} given to {to}", not enough, consents=(given(each, now - DAY, to),)))
    ago = now.astimezone(UTC) - timedelta(days=within or 2000)
    for at, fresh in ((ago, within is None), (ago + SECOND, True)):
        rows.append(row(f"given {at}", not fresh, consents=(given(ConsentKind(kind), at),)))
        rows.append(row(f"wrote {at}", not (wrote and fresh), history=(replace(text, at=at),)))
    return [*rows, *bounds(rule, home, scope, trip, now)]


def stop(rule: str, home: Home, reasons: str, scope: Binds, *, widen: bool = False, answers: bool = False) -> list[Row]:
    """`widen`: an opt-out of another channel and case stops texts and recorded voice as well. `answers`: a refused medium is
    not used to answer in it either."""
    ends = some(reasons, SuppressionReason)

    def trip(now: datetime, reason: SuppressionReason | None = None, **narrower: Any) -> Ask:
        made = replace(Suppression(reason or min(ends), SuppressionScope.DEBTOR, now), **narrower)
        return asked(home, scope, suppressions=(made,))

    now = home.at(MONDAY + 2 * DAY)
    rows = [Row(rule, f"{r} on file", trip(now, r), now, r in ends, home.policy) for r in SuppressionReason]
    narrow = trip(now, scope=SuppressionScope.CASE, case="L9", channel=Channel.SMS)
    person = replace(narrow, voice=Voice.AGENT) if narrow.channel is Channel.CALL else narrow
    rows.append(Row(rule, "on file for another case, another channel", narrow, now, widen, home.policy))
    rows.append(Row(rule, "the same, a person calls", person, now, False, home.policy))
    if SuppressionReason.REFUSED_CHANNEL in ends:
        refused = _answering(trip(now - DAY, SuppressionReason.REFUSED_CHANNEL), now)
        rows.append(Row(rule, "an answer in a medium they refused", refused, now, answers, home.policy))
    return [*rows, *bounds(rule, home, scope, trip, now)]


def margin(rule: str, home: Home, ends: time, seconds: dict[Channel, int]) -> list[Row]:
    """Before the end of the hours of the same policy."""
    rows = []
    for channel, ahead in seconds.items():
        last = home.at(MONDAY + 2 * DAY, ends) - timedelta(seconds=ahead)
        ask = asked(home, binds(channels=channel))
        rows += [
            Row(rule, f"{channel} {at:%H:%M:%S}", ask, at, refused, home.policy)
            for at, refused in ((last - SECOND, False), (last, True))
        ]
    return rows


def where(
    rows: list[Row], inside: Collection[Address] = (), outside: Collection[Address] = (), numbers: Collection[str] = (),
    elsewhere: Collection[str] = (), away: Address | None = None,
) -> list[Row]:  # fmt: skip
    """Which addresses, and which numbers of a debtor who lives `away`, the rulebook covers, tried on a refusal of `rows`."""
    trip = next(row for row in rows if row.says == "as it stands")
    trip = replace(trip, ask=replace(trip.ask, stated_zone=_mere_clock(trip.now)))

    def row(says: str, refused: bool, **changes: Any) -> Row:
        return replace(trip, says=says, refused=refused, ask=replace(trip.ask, **changes))

    placeless = Phone("+18005550123", trip.ask.phone.kind, trip.ask.phone.place)
    found = [row(f"living at {a}", a in inside, addresses=(a,), phone=placeless) for a in (*inside, *outside)]
    for e164 in (*numbers, *elsewhere):
        phone = replace(trip.ask.phone, e164=e164)
        found.append(row(f"on {e164}", e164 in numbers, addresses=(away or Address("DE"),), phone=phone))
    return rows + found


def _mere_clock(at: datetime) -> str | None:
    """A stated zone with the time of day of `at` that lies in no country, so that no law comes with it."""
    hours, rest = divmod(at.utcoffset() or timedelta(0), timedelta(hours=1))
    return None if rest else f"Etc/GMT{-hours:+d}"
