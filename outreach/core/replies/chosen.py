"""Which one of the days meant is it?

A day may be said twice ("friday the 27th"), taken back ("no wait, monday"), lie in a week named beside it, or be the first of
several payments. Two that do not agree are no day but a reason. Which days are meant is asked in `sorting.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from outreach.core.replies import signs
from outreach.core.replies.amounts import Amount
from outreach.core.replies.dates import Calendar, Mention
from outreach.core.replies.rows import letters_of
from outreach.core.replies.sorting import SIDE_BY_SIDE, apart

_LOOSE_BEFORE = re.compile(
    r"\b(?:(?<!or )before|(?<!mas tardar )antes(?: del?)?|after|despues(?: del?)?|past|pasando|pasado|around|about|like|como|sobre|cerca(?: del?)?|approx\w*|aprox\w*|a partir(?: del?)?|starting|hacia|sometime|somewhere|anytime|middle of|from|through|mid|early|late|week of|semana(?: del?)?|night of|alrededor(?: del?)?|por ahi(?: del?)?|para despues(?: del?)?|between|entre|tras|once|cuando pase|not until after)"
    r"(?: (?:the|el|la|las|los|este|this|next|at|dia))* ?$"
)

_LOOSE_AFTER = re.compile(
    r" ?(?:weekend\b|finde\b|subsiguiente\b|subsecuente\b|before (?:id|i would|i) (?:even )?(?:have|get|see)\b|节后|假期?后|长假后|过后|过了|(?:开工|上班|复工|回来|开学|放假)?(?:之后|以后|后(?!天))|左右|前后|or so\b|ish\b|or later|or after|onwards|at the earliest|por ahi|mas o menos|or sooner|en adelante|or earlier|-ish|ish|or thereabouts|不定|aprox|(?:[前后]|那)(?:几|两|三|一两|些)[天日]|那一?[周阵会段])"
)

CORRECTED = re.compile(
    r"\b(?:nah|naw|no)[ ,]+(?:just |im )?(?:kidding|jk|joking|playing)\b|\bno,? (?:wait|actually|sorry|make it|make that|perdon|mejor|espera|espere|digo|i mean|it|that|(?:ya )?en serio|seriously|hold on|hang on|miento)\b|\b(?:wait|hold on|hang on|miento|mentira|espera|espere|disculp\w+)\b|\bi mean(?:t)?\b|\bscratch that\b|\bmake (?:it|that)\b|\bcorrection\b|\bsorry,?\b|\bmejor (?:dicho|el|para)?\b|\bdigo\b|\bperdon\b|\bactually\b|\brather\b|\binstead\b|\.\.+ ?no\b|(?:,|\.) ?no,? ?(?:the|el|on|for)? ?$|"
    r"\bme equivoque\b|\.\. ?(?:bueno|well|ok|no)\b|等下|等等|等一下|不对|说错|打错|(?<!要)(?<!是)不是(?! *$)|改成|改为|改到|更正|哦不|啊不|还是(?=.{0,2}$)"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The one day of the days meant. `several`: it is the first of several payments; `days`: those of all, if each is sure."""

    on: date | None = None
    label: str = ""
    problem: str = ""
    several: bool = False
    days: tuple[date, ...] = ()


def chosen(plain: str, live: tuple[Mention, ...], cal: Calendar, offered: date | None, named: list[Amount]) -> Choice:
    if not live:
        return Choice()
    days = _in_windows(plain, _relative(plain, _corrected(plain, list(live))))
    exact = [m for m in days if m.exact and not _loose(plain, m)]
    if not exact:
        first = next((m for m in days if m.exact), days[0])
        return Choice(label=first.label, problem=_loose(plain, first) or first.settle(cal)[1])
    days = [m if m in exact or not m.exact else replace(m, problem="no single day") for m in days]
    if (plan := _plan(plain, days, exact, cal, offered, named)) is not None:
        return plan
    if _first_is_sure(plain, days, named):
        return replace(_settled(days[0], cal, offered), several=True)
    doubt = _doubt(plain, days)
    if doubt is not None:
        return doubt
    joint = _joint(plain, exact)
    if joint is not None:
        choice = _settled(joint, cal, offered)
        return replace(choice, several=True) if _first_part(plain, days, named) else choice
    if _instalments(plain, exact, cal, named):
        return replace(_settled(exact[0], cal, offered), several=True, days=_each(exact, cal))
    return Choice(problem="several days")


def _plan(
    plain: str, days: list[Mention], exact: list[Mention], cal: Calendar, offered: date | None, named: list[Amount]
) -> Choice | None:
    """Two payments, the day of each plain beside the other: "50 friday and 50 next friday"."""
    if not len(days) == len(exact) == len(named):
        return None
    joint = _joint(plain, exact)
    if joint is None or _doubt(plain, days) is not None:
        return None
    choice, each = _settled(joint, cal, offered), _each(exact, cal)
    sure = each[:1] == (choice.on,) and _first_part(plain, days, named)
    return replace(choice, several=True, days=each) if sure else None


def _doubt(plain: str, days: list[Mention]) -> Choice | None:
    """What takes every day away: one that is none, a range, an alternative."""
    blocked = next((m for m in days if m.problem in _BLOCKING), None)
    if blocked:
        return Choice(label=blocked.label, problem=f"{blocked.label}: {blocked.problem}")
    if len(days) > 1 and _BETWEEN.search(plain[: days[0].start]):
        return Choice(problem="between two days")
    if any(apart(plain, a, b) and a.readings != b.readings for a, b in pairwise(days)):
        return Choice(problem="one day or another")
    return None


def _first_is_sure(plain: str, days: list[Mention], named: list[Amount]) -> bool:
    """`50 on friday and the rest the friday after`: each amount before its day, and only a later day is in doubt."""
    if len(named) < 2 or len(days) < 2 or named[0].problem or named[0].whole or not days[0].exact:
        return False
    if days[1].exact and len(days[1].readings) == 1:
        return False
    in_order = named[0].end <= days[0].start and days[0].end <= named[1].start and named[1].end <= days[1].start
    return in_order and not apart(plain, days[0], days[1]) and not _loose(plain, days[0])


def _first_part(plain: str, days: list[Mention], named: list[Amount]) -> bool:
    """`200 on friday, the rest later`, `50 now and 70 next month`."""
    if len(named) < 2 or named[0].problem or named[0].whole:
        return False
    if all(a.part and a.minor == named[0].minor for a in named):
        return True  # "half friday and half the friday after"
    later = len(days) > 1 and days[0].exact and not days[-1].exact and days[-1].end > named[1].start
    later = later or (days[0].end <= named[1].start and _LATER.search(plain, named[1].start) is not None)
    return later or (named[-1].label == "the rest" and days[0].start < named[-1].start)


# What was meant as one day and is none, so that another day beside it is no answer.
_BLOCKING = frozenset(
    {"no such day", "two readings", "two readings or none", "weekday and number do not agree", "a range or a date"}
)

_LATER = re.compile(
    r"\b(?:later|after|next|afterwards|soon|when|mas tarde|despues|luego|cuando|el resto)\b|以后|下次|慢慢|到时"
)

_BETWEEN = re.compile(r"\b(?:between|entre|anywhere from|anytime from|from|de aqui al?|desde)(?: (?:the|el))* ?$")

_DAY_AFTER = re.compile(r"\b(?:the )?day after (?:the )?$|\b(?:el |un )?dia despues de(?:l| la)? ?$")

_DAY_BEFORE = re.compile(r"\b(?:the )?day before (?:the )?$|\b(?:el |un )?dia antes de(?:l| la)? ?$")

_NEXT_OR_EVE = re.compile(r"节?的? ?(?:(?P<next>第二天|后一天|隔天|次日|翌日)|前一[天晚日]|前夕)")

_FIRST_AFTER = re.compile(
    r" (?:right |just |immediately )?(?:after|following|despues de(?:l| la)?|pasando|siguiente a) (?:the |el |la )?"
)


def _shifted(plain: str, day: Mention) -> Mention:
    """`the day after christmas`, `圣诞节第二天`: told as the day that is meant; any other day as it is."""
    before, eve = plain[max(0, day.start - 24) : day.start], _NEXT_OR_EVE.match(plain, day.end)
    shift = 1 if _DAY_AFTER.search(before) else -1 if _DAY_BEFORE.search(before) else 0
    shift = shift or (0 if eve is None else 1 if eve["next"] else -1)
    if not day.exact or not shift:
        return day
    moved = tuple(d + timedelta(days=shift) for d in day.readings)
    return replace(day, start=day.start - 8, readings=moved, wider=(), label=f"day by {day.label}", feast=False)


def _relative(plain: str, days: list[Mention]) -> list[Mention]:
    """`the friday after thanksgiving`: told as one day."""
    told_: list[Mention] = []
    for named in days:
        day = _shifted(plain, named)
        previous = told_[-1] if told_ else None
        if (
            day is named
            and previous
            and previous.wider
            and day.exact
            and _FIRST_AFTER.fullmatch(plain, previous.end, day.start)
        ):
            found = {next((d for d in previous.wider if d > after), after) for after in day.readings}
            day = replace(
                day, start=previous.start, readings=tuple(found), wider=(), label=f"{previous.label} after {day.label}"
            )
            told_.pop()
        told_.append(day)
    return told_


def _settled(mention: Mention, cal: Calendar, offered: date | None) -> Choice:
    if offered is not None and len(mention.readings) > 1 and offered in mention.readings and cal.holds(offered):
        return Choice(offered, mention.label)
    on, why = mention.settle(cal)
    if offered is not None and on != offered and offered in mention.wider:
        return Choice(label=mention.label, problem=f"{mention.label}: the one offered or another")
    return Choice(on, mention.label, why)


def _joint(plain: str, exact: Sequence[Mention]) -> Mention | None:
    """One mention of the days that all allow: `friday the 27th`, `tomorrow, monday`. None: they do not agree.

    What a mention may mean beyond its first reading counts only beside another that settles it.
    """
    if len(exact) == 1:
        return exact[0]
    pairs = list(pairwise(exact))
    touching = [SIDE_BY_SIDE.fullmatch(plain, a.end, b.start) is not None for a, b in pairs]
    beside = [any(touching[max(0, i - 1) : i + 1]) for i in range(len(exact))]
    common = [
        day
        for day in dict.fromkeys(d for m in exact for d in m.readings)
        if all(day in m.readings or (near and day in m.wider) for m, near in zip(exact, beside, strict=True))
    ]
    if not common:
        return None
    label = " ".join(dict.fromkeys(m.label for m in exact))
    return replace(
        exact[0], end=exact[-1].end, label=label, readings=tuple(common), strict=all(m.strict for m in exact)
    )


def _corrected(plain: str, days: list[Mention]) -> list[Mention]:
    """Without the days that were taken back: `friday, no wait, monday`."""
    for i in range(len(days) - 1, 0, -1):
        if CORRECTED.search(plain, days[i - 1].end, days[i].start):
            return days[i:]
    return days


def _in_windows(plain: str, days: list[Mention]) -> list[Mention]:
    """A day beside the week or month it lies in: `next week, on the tuesday`."""
    placed = list(days)
    for i, one in enumerate(days):
        for j in (i - 1, i + 1):
            if one.window is None or not 0 <= j < len(days) or days[j].window is not None:
                continue
            first, second = sorted((one, days[j]), key=lambda m: m.start)
            starts = "starting" if signs.START.search(plain) and days[j].problem else ""
            if starts or SIDE_BY_SIDE.fullmatch(plain, first.end, second.start):
                placed[j] = placed[j].within(one.window)
    return placed


def _instalments(plain: str, exact: Sequence[Mention], cal: Calendar, named: list[Amount]) -> bool:
    """Days in order, each with its money, none an alternative: the first is the promise."""
    if len(named) < len(exact) or named[0].problem or any(apart(plain, a, b) for a, b in pairwise(exact)):
        return False
    last = exact[0].settle(cal)[0]
    for mention in exact[1:]:
        later = [d for d in (*mention.readings, *mention.wider) if last is not None and last < d]
        last = min(later, default=None)
    return last is not None


def _each(exact: Sequence[Mention], cal: Calendar) -> tuple[date, ...]:
    """The days of instalments in order; none unless each has one reading only after the day before it."""
    first = exact[0].settle(cal)[0]
    found = [first] if first is not None else []
    for mention in exact[1:]:
        later = tuple(day for day in mention.readings if found and day > found[-1])
        on = replace(mention, readings=later).settle(cal)[0] if later else None
        if on is None:
            return ()
        found.append(on)
    return tuple(found)


# Of a day of the month, "por el 15" is about it.
_POR = re.compile(r"\bpor (?:el|ahi el) (?:dia )?\d{1,2}$")


def _loose(plain: str, mention: Mention) -> str:
    before = plain[max(0, mention.start - 30) : mention.start]
    found = _LOOSE_BEFORE.search(before)
    if _POR.search(plain[max(0, mention.start - 8) : mention.end]):
        return f"{mention.label}: about it"
    by_end = found and mention.label.startswith("end of") and re.match("before|antes", found[0])
    first_of = found and signs.START.search(found[0]) and signs.INSTALMENTS.holds(plain, letters_of(plain))
    if found and not by_end and not first_of:
        return f"{mention.label}: before, after or about it"
    if _LOOSE_AFTER.match(plain, mention.end):
        return f"{mention.label}: about or after it"
    if mention.feast and (_FEAST_BEFORE.search(before) or _FEAST_AFTER.match(plain, mention.end)):
        return f"{mention.label}: the feast, not the day"
    return ""


# What makes a season or a present of a feast.
_FEAST_BEFORE = re.compile(
    r"\b(?:(?:bonus|extra|aguinaldo|gratificacion|paga|prima|regalos?|fiestas?|posadas|vacaciones|dinero|break|season|spirit)(?: (?:de|for|at|from))?|para?|pal?|por|alla por|tras|once|during|durante|over|round|near|cuando (?:pase|llegue|sea|venga)|(?:run|lead)[ -]?up to)(?: (?:the|el|la|las|los))* ?$|(?:过了?|等|趁|临|快到?)$"
)
_FEAST_AFTER = re.compile(
    r"节?(?:[前后过]|那[几两阵会些段]|期间|[连长]?假|花红|奖|红包|的?时候|这段|档|快到)| (?:time|break|week|bonus|season|holidays?|is (?:out|over|done)|money|period|weekend|vacations?)\b"
)


def reach(plain: str, first: int, last: int) -> tuple[int, int]:
    """Where a day that is named at `first:last` stands with the words by which it is counted from a feast or a weekday."""
    start, eve = max(0, first - 24), _NEXT_OR_EVE.match(plain, last)
    words = _DAY_AFTER.search(plain[start:first]) or _DAY_BEFORE.search(plain[start:first])
    return start + words.start() if words else max(0, first), eve.end() if eve else last
