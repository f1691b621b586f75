"""What does a text promise: which day, how much, or why it cannot be said?

The days found by `dates.py` and chosen among by `sorting.py` and `chosen.py`, and the amounts of `amounts.py` that `meant.py` leaves, are weighed here: whether the
promise hangs on a condition, is a guess, or is several payments (of which the first is told).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from outreach.core.replies import amounts, dayless, doubts, meant, shares, signs
from outreach.core.replies.amounts import Amount
from outreach.core.replies.chosen import chosen
from outreach.core.replies.clock import Hour, hours
from outreach.core.replies.counted_days import counted
from outreach.core.replies.dates import HALF_OR_DATE, Calendar, Mention, mentions
from outreach.core.replies.hanzi import HAN
from outreach.core.replies.neutral import NEUTRAL, NEUTRAL_HAN, WORDS
from outreach.core.replies.normal import Said
from outreach.core.replies.rows import blanked, letters_of
from outreach.core.replies.sorting import sorted_out


@dataclass(frozen=True)
class Told:
    """What a text says of a payment. `on` only if there is one day without doubt; else `problem` says why.

    `payable`: the sum to be paid, also where no day is sure. `live`: days meant; `refused`: days said not to be possible.
    `doubt`: the day is sure, but a person should look (no exact amount, more instalments). What is not asked of every
    text is read when it is.
    """

    on: date | None = None
    amount: Amount = amounts.NOTHING
    problem: str = ""
    label: str = ""
    live: tuple[Mention, ...] = ()
    refused: tuple[Mention, ...] = ()
    times: tuple[Hour, ...] = field(default=())
    doubt: str = ""
    parts: tuple[tuple[date, int], ...] = ()  # of several payments: each day, and the amount in minor units
    unsure: str = ""  # why the day is none to be paid on, though one was read (`doubts.py`)
    payable: Amount = amounts.NOTHING
    spoken_of: bool = False  # less than what is due is spoken of, though perhaps no sum that can be told
    plain: str = ""  # the text in earnest, of which all this is told
    letters: frozenset[str] = frozenset()
    rest: str = ""  # the text without its days and hours (`likeness.py`)
    sums: bool = False  # a sum is offered, other than all that is due

    @property
    def clear(self) -> bool:
        return self.on is not None and not self.problem and not self.unsure

    @cached_property
    def pays(self) -> bool:
        """Does it speak of paying?"""
        return signs.PAYS.holds(self.plain, self.letters)

    @cached_property
    def chatter(self) -> str:
        """`social`: of family and food rather than of money. `long`: more words beside the day than a promise needs."""
        if self.sums or signs.MONEY_TALK.holds(self.plain, self.letters):
            return ""
        if signs.SOCIAL.holds(self.plain, self.letters):
            return "social"
        strange = sum(word not in NEUTRAL for word in WORDS.findall(self.rest))
        return "long" if strange > 3 or len(HAN.findall(NEUTRAL_HAN.sub("", self.rest))) > 9 else ""


WEIGHED = 640  # characters, four parts of a text message; of more the beginning and the end, and no day is sure
_TAIL = 160
_IGNORED = frozenset({"a greeting", "always", "a saying", "a farewell"})


def told(said: Said, cal: Calendar, currency: str, due: int | None, offered: date | None) -> Told:
    """Days, times and money of a text. Never raises; every doubt becomes `problem` or `doubt`."""
    if len(said.plain) > WEIGHED:
        brief = f"{said.plain[: WEIGHED - _TAIL - 3]} . {said.plain[-_TAIL:]}"
        say = told(replace(said, plain=brief, letters=said.letters | {"."}), cal, currency, due, offered)
        return replace(say, unsure=say.unsure or "very long", parts=(), payable=amounts.NOTHING)
    letters = said.letters
    plain = _in_earnest(signs.IDIOM.blanked(said.plain, letters), said, cal)
    found = mentions(plain, said, cal)
    found = counted(_without_shares(plain, found))
    times = tuple(h for h in hours(plain, letters) if not _covered(h, found))
    live, refused = sorted_out(plain, [m for m in found if m.label not in _IGNORED], cal.today)
    read: list[Mention | Hour] = [*found, *times]
    blank = blanked(plain, [(one.start, one.end) for one in read])
    if cal.american and currency == "USD" and "peso" in blank:
        blank = blank.replace("peso", "buck")  # so Spanish calls a dollar there
        letters |= letters_of(blank)
    days = sum(m.exact for m in live)
    listed = amounts.listed(blank, letters, currency, due, cal.orders)
    offered_ = meant.to_be_paid(plain, listed, [m.end for m in found], days)
    named = _of_each(plain, offered_, days)
    money = meant.weighed(named, blank, letters, due)
    certain = _certain(plain, letters, listed, offered_, times) if live else plain
    choice = chosen(certain, live, cal, offered, named)
    problem = choice.problem or (_uncertain(certain, letters, named, live, instalments=choice.several) if live else "")
    money, doubt = _money_problem(money, due, currency)
    spoken_of = bool(doubt) if money.minor is None else due is None or money.minor < due
    plan = signs.INSTALMENTS.first(plain, letters)
    if choice.several or (len(named) > 1 and plan and _first_before(plain, named, live, plan.start())):
        money, doubt = named[0], "the first of several"
    elif plan:
        doubt = doubt or "several instalments"
    if (
        money.bare
        and choice.on
        and not (problem or choice.several or signs.PAYS.holds(plain, letters))
        and dayless.small(money, listed, choice, currency, cal)
    ):
        problem = "a number that may be money or a day"
    unsure = ""
    if choice.on is not None and not problem:
        of_it = [m for m in live if m.exact and choice.on in (*m.readings, *m.wider)] or [m for m in live if m.exact]
        unsure = doubts.doubt(certain, letters, of_it, [*found, *live, *times], named, refused=bool(refused))
    on = None if problem else choice.on
    sure = on is not None and not unsure
    return Told(
        on,
        money,
        problem,
        choice.label,
        live,
        refused,
        times,
        doubt,
        _parts(choice.days, named, due) if on else (),
        unsure,
        money if sure else dayless.sum_of(money, named, plain, live, currency, due, cal),
        spoken_of,
        plain,
        letters,
        blank,
        any(not a.whole for a in named),
    )


_SHARES = frozenset({"1/3", "2/3", "1/4", "3/4"})


def _without_shares(plain: str, found: list[Mention]) -> list[Mention]:
    """Without `1/2` where a day is named, and without `1/3` where it is not that day: `1/3 on friday`."""
    named = {day for m in found if m.exact and "/" not in m.label for day in (*m.readings, *m.wider)}
    if not any(m.exact for m in found):
        return found
    return [
        m
        for m in found
        if m.problem != HALF_OR_DATE and not (m.label in _SHARES and named and named.isdisjoint(m.readings))
    ]


def _in_earnest(plain: str, said: Said, cal: Calendar) -> str:
    """The text without a joke that is taken back: `if pigs fly lol. no seriously friday`."""
    if signs.EARNEST_NEEDS.isdisjoint(said.letters):
        return plain
    marks = list(signs.IN_EARNEST.finditer(plain))
    if not marks or not mentions(plain[marks[-1].end() :].rjust(len(plain)), said, cal):
        return plain
    joke, start = plain[: marks[-1].end()], marks[-1].end()
    comes_to_nothing = signs.CONDITION.holds(joke, said.letters) or signs.SOCIAL.holds(joke, said.letters)
    if comes_to_nothing or mentions(joke.ljust(len(plain)), said, cal):
        return " " * start + plain[start:]
    return plain


def _of_each(plain: str, named: list[Amount], days: int) -> list[Amount]:
    """`2 payments of 60, the 1st and the 15th`: the amount once for each day."""
    parts = [a for a in named if not a.whole]
    whole = sum(a.minor or 0 for a in parts)
    if len(parts) > 2 and any(2 * (a.minor or 0) == whole for a in parts):
        named = [a for a in parts if 2 * (a.minor or 0) != whole]  # "120 in all, 60 friday and 60 the 11th"
    if (
        len(named) == 1
        and days > 1
        and not named[0].whole
        and (named[0].label == shares.IN_PARTS or signs.EACH.search(plain))
    ):
        return named * days
    return named


def proposes(said: Said) -> bool:
    """Does it ask whether a day will do, rather than for anything we know?"""
    return said.says(signs.PROPOSES)


def will_pay(said: Said) -> bool:
    """Does the debtor say they will pay, with or without a day?"""
    return said.says(signs.WILL_PAY)


def _covered(hour: Hour, found: list[Mention]) -> bool:
    """A number already read as a day is no time; words such as `tonight` may be both."""
    return any(m.start <= hour.start and hour.end <= m.end for m in found)


def _uncertain(
    plain: str, letters: frozenset[str], named: list[Amount], live: Sequence[Mention], *, instalments: bool
) -> str:
    """Why the day is not sure; `plain` without what is said of the amount alone (`_certain`)."""
    if signs.CONDITION.holds(signs.MONEY_COMES.without(plain, letters), letters) or _only_if(plain, live):
        return "a condition"
    if signs.BARGAIN.holds(plain, letters):
        return "asks for less first"
    if not instalments and _in_instalments(plain, letters, named, live):
        return "several instalments"
    return "not certain" if signs.GUESS.holds(plain, letters) else ""


def _in_instalments(plain: str, letters: frozenset[str], named: list[Amount], live: Sequence[Mention]) -> bool:
    """Instalments without a beginning; not where they are named after the first of them (`50 friday, then a plan`)."""
    if not signs.INSTALMENTS.holds(plain, letters):
        return False
    found = signs.INSTALMENTS.first(signs.NOT_A_STOP.blanked(plain, letters), letters)
    return found is not None and not signs.START.search(plain) and not _first_before(plain, named, live, found.start())


def _first_before(plain: str, named: Sequence[Amount], live: Sequence[Mention], plan: int) -> bool:
    """`30 on the 1st and then 30 each month`: one day and its amount stand before the `plan`, at most one amount after."""
    exact = [m for m in live if m.exact]
    if len(exact) != 1 or not 1 <= len(named) <= 2 or named[0].problem:
        return False
    told_before = max(exact[0].end, named[0].end)
    return told_before <= plan and _ANOTHER_CLAUSE.search(plain, told_before, plan) is not None


_ANOTHER_CLAUSE = re.compile(
    r"[,.;]|\b(?:then|and|after|afterwards|despues|luego|y)\b|之后|然后|接着|往后|(?<=[\u4e00-\u9fff\d]) "
)


def _only_if(plain: str, live: Sequence[Mention]) -> bool:
    """Is every day the day of a condition: `if they pay me friday i will pay`, rather than `... i will pay saturday`?"""
    parts = signs.conditions(plain)
    exact = [m for m in live if m.exact]
    return bool(exact) and all(any(a <= m.start < b for a, b in parts) for m in exact)


def _certain(
    plain: str, letters: frozenset[str], listed: list[Amount], offered: list[Amount], times: Sequence[Hour]
) -> str:
    """The text without "about" and the like where it is said of money or an hour, not of a day; likewise rates of others."""
    starts = [*(amount.start for amount in listed), *(hour.start for hour in times)]
    spans = [signs.ABOUT_BEFORE.search(plain, max(0, start - 40), start) for start in starts]
    spans += [_ABOUT_HOUR.match(plain, hour.start) for hour in times]
    spans += [signs.ABOUT_AFTER.match(plain, amount.end) for amount in offered]
    about = any(spans) or len({amount.minor for amount in offered}) > 1
    spans += [signs.RATE.match(plain, amount.end) for amount in listed if amount not in offered]
    if offered:
        spans += signs.MORE_PERHAPS.each(plain, letters)
    if about and offered:
        spans += signs.ABOUT_IT.finditer(plain)
    return blanked(plain, [span.span() for span in spans if span is not None])


_ABOUT_HOUR = re.compile(r"around|about|sobre|como|like|maybe")


def _parts(days: Sequence[date], named: Sequence[Amount], due: int | None) -> tuple[tuple[date, int], ...]:
    """Each day with its amount, in order; none unless every one is sure. `the rest` is what the others leave."""
    if len(days) < 2 or len(days) != len(named):
        return ()
    found: list[int] = []
    for amount in named:
        rest = due - sum(found) if amount.label == "the rest" and due is not None and amount is named[-1] else None
        minor = amount.minor if rest is None else rest
        if minor is None or minor <= 0 or amount.problem or (amount.whole and rest is None):
            return ()
        found.append(minor)
    return tuple(zip(days, found, strict=True))


# --- how much ---------------------------------------------------------------------------------------------------------


def _money_problem(money: Amount, due: int | None, currency: str) -> tuple[Amount, str]:
    """The amount, or none and why a person should look. It takes no day away."""
    if money.problem:
        return amounts.NOTHING, money.problem
    if money.minor is not None and due is not None and money.minor > 10 * due:
        return amounts.NOTHING, "an amount far above what is due"
    return money, ""
