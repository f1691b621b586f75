"""Which day is Christmas Eve, Thanksgiving, Reyes or 除夕?

Only holidays that are one day to everybody who names them. A season (春节, Semana Santa) or one that moves from country to
country is no single day. Lunar days are listed, not computed: they follow the Chinese calendar as published.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from outreach.core.replies.days import Calendar, Form, Mention, Reader, at, form
from outreach.core.replies.languages import zh_number

_OfYear = Callable[[int], date | None]


def _fixed(month: int, day: int) -> _OfYear:
    return lambda year: date(year, month, day)


def _nth(month: int, weekday: int, nth: int, days: int = 0) -> _OfYear:
    """The nth such weekday of a month (-1: the last), and some days later."""

    def of(year: int) -> date:
        if nth > 0:
            first = date(year, month, 1)
            found = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
        else:
            last = date(year, month + 1, 1) - timedelta(days=1)
            found = last - timedelta(days=(last.weekday() - weekday) % 7)
        return found + timedelta(days=days)

    return of


def _easter(days: int) -> _OfYear:
    """Easter Sunday (Gregorian, Meeus/Jones/Butcher) and some days later."""

    def of(year: int) -> date:
        century, rest = divmod(year, 100)
        moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
        sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
        shift = moon + sunday - 7 * ((year % 19 + 11 * moon + 22 * sunday) // 451) + 114
        return date(year, shift // 31, shift % 31 + 1) + timedelta(days=days)

    return of


def _qingming(year: int) -> date:
    """So in this half of the century."""
    return date(year, 4, 4 if year % 4 < 2 else 5)


# First day of the Chinese year, 5th of the 5th month, 15th of the 8th month.
_LUNAR = {
    2026: ("02-17", "06-19", "09-25"), 2027: ("02-06", "06-09", "09-15"), 2028: ("01-26", "05-28", "10-03"),
    2029: ("02-13", "06-16", "09-22"), 2030: ("02-03", "06-05", "09-12"), 2031: ("01-23", "06-24", "10-01"),
    2032: ("02-11", "06-12", "09-19"), 2033: ("01-31", "06-01", "09-08"), 2034: ("02-19", "06-20", "09-27"),
    2035: ("02-08", "06-10", "09-16"), 2036: ("01-28", "05-30", "10-04"), 2037: ("02-15", "06-18", "09-24"),
    2038: ("02-04", "06-07", "09-13"), 2039: ("01-24", "05-27", "10-02"), 2040: ("02-12", "06-14", "09-20"),
}  # fmt: skip
# The years that begin after a last month of 30 days; the others', of 29.
_LONG_TWELFTH = frozenset({2030, 2033, 2034, 2035, 2036, 2037, 2038})


def _lunar(which: int, days: int = 0) -> _OfYear:
    def of(year: int) -> date | None:
        listed = _LUNAR.get(year)
        return date.fromisoformat(f"{year}-{listed[which]}") + timedelta(days=days) if listed else None

    return of


# A feast said as a day, or one that is nothing else.
_A_DAY = re.compile(
    r"\b(?:day|eve|dia|night|noche|nochebuena|nochevieja|friday|monday|tuesday|wednesday|thursday|sunday)\b|当[天日]|那[天日]|夜|除夕|三十|初|\d"
)


def _on(label: str, of: _OfYear, *, american: bool = False) -> Reader:
    """The next such day. `american`: elsewhere the word means another day, or none."""

    def read(match: re.Match[str], cal: Calendar) -> Mention:
        if american and not cal.american:
            return at(match, label, problem="no day that all agree on")
        days = (of(cal.today.year), of(cal.today.year + 1))
        day = next((d for d in days if d is not None and d >= cal.today), None)
        mention = at(match, label, *([day] if day else []), problem="" if day else "not in our calendar")
        return replace(mention, feast=_A_DAY.search(match[0]) is None)

    return read


def _one_of(label: str, *of: _OfYear) -> Reader:
    """A day that differs by country: of its readings the one within reach, if that is one."""

    def read(match: re.Match[str], cal: Calendar) -> Mention:
        days = [day for each in of for day in _on(label, each)(match, cal).readings]
        return replace(at(match, label, *days, strict=False), feast=_A_DAY.search(match[0]) is None)

    return read


_ZH_COUNT = {c: i for i, c in enumerate("一二三四五六七八九十", 1)} | {
    "十一": 11,
    "十二": 12,
    "十三": 13,
    "十四": 14,
    "十五": 15,
}


def _new_year_day(match: re.Match[str], cal: Calendar) -> Mention:
    """`大年初五`: counted from the first day of the Chinese year."""
    number = _ZH_COUNT.get(match["n"]) or int(match["n"] if match["n"].isdigit() else 0)
    if not 1 <= number <= 15:
        return at(match, "a day of the lunar month", problem="no such day")
    mention = _on("a day of the new year", _lunar(0, number - 1))(match, cal)
    soon = match["year"] or any(0 <= (d - cal.today).days <= 25 for d in mention.readings)
    return mention if soon else at(match, "a day of some lunar month", problem="no single day")


def _new_year(match: re.Match[str], cal: Calendar) -> Mention:
    """Said without "day" or "eve" either is meant."""
    days = [*_on("", _fixed(12, 31))(match, cal).readings, *_on("", _fixed(1, 1))(match, cal).readings]
    return at(match, "new year's", *days)


def _lunar_day(match: re.Match[str], cal: Calendar) -> Mention:
    """`腊月二十`: from the end of the Chinese year, whose last month has 29 or 30 days; `正月` from its beginning."""
    words = match["n"].removeprefix("初").replace("廿", "二十")
    number = zh_number(words) or 0
    label = "a day of the lunar month"
    if match["month"] == "正月" and 1 <= number <= 30:
        return _on(label, _lunar(0, number - 1))(match, cal)
    if match["month"] != "腊月" or not 1 <= number <= 29:
        return at(match, label, problem="no single day")
    return _on(label, _twelfth_month(number))(match, cal)


def _twelfth_month(number: int) -> _OfYear:
    def of(year: int) -> date | None:
        eve = _lunar(0, -1)(year)
        return eve - timedelta(days=29 + (year in _LONG_TWELFTH) - number) if eve else None

    return of


def _leap_days(cal: Calendar) -> list[date]:
    years = [year for year in range(cal.today.year, cal.today.year + 2) if year % 4 == 0]
    return [date(year, 2, 29) for year in years]


WESTERN: tuple[Form, ...] = (
    form(r"\b(?:(?:on |for )?(?:the )?(?:christmas|xmas|x-mas) eve|nochebuena|noche buena)\b", _on("christmas eve", _fixed(12, 24))),
    form(r"\bboxing day\b", _on("boxing day", _fixed(12, 26))),
    form(r"\b(?:new years? eve|nye|nochevieja|noche vieja|(?:el )?fin de ano|ano viejo)\b", _on("new year's eve", _fixed(12, 31))),
    form(r"\b(?:merry|happy|feliz|felices)(?: \w+)? (?:christmas|xmas|new year|navidad|ano(?: nuevo)?|fiestas|holidays|thanksgiving|easter|year)s?\b(?: (?:y )?(?:prospero )?ano nuevo| eve| day)?", lambda match, cal: at(match, "a greeting", problem="a greeting")),
    form(r"\b(?:new years day|new year day|(?:(?:el )?(?:mero )?dia de )ano nuevo|primero de ano)\b", _on("new year's day", _fixed(1, 1))),
    form(r"\b(?:new years|ano nuevo)\b", _new_year),
    form(r"\b(?:christmas|xmas|x-mas|(?:la )?navidad)(?: day)?\b(?! (?:bonus|party|gift|present|shopping|money|time|season|break|money))", _on("christmas", _fixed(12, 25))),
    form(r"\b(?:valentines?(?: day)?|san valentin|dia de los enamorados)\b", _on("valentine's day", _fixed(2, 14))),
    form(r"\bsuper ?bowl(?: sunday)?\b", _on("super bowl sunday", _nth(2, 6, 2))),
    form(r"\bgroundhog(?: day)?\b", _on("groundhog day", _fixed(2, 2))),
    form(r"\bleap day\b", lambda match, cal: at(match, "leap day", *_leap_days(cal))),
    form(r"\b(?:good friday|friday santo)\b", _on("good friday", _easter(-2))),
    form(r"\b(?:thursday santo|maundy thursday)\b", _on("maundy thursday", _easter(-3))),
    form(r"\b(?:easter monday|monday de pascua)\b", _on("easter monday", _easter(1))),
    form(r"\b(?:palm sunday|sunday de ramos)\b", _on("palm sunday", _easter(-7))),
    form(r"\b(?:easter sunday|sunday de (?:pascua|resurreccion)|(?<=on )easter|(?<=by )easter)\b", _on("easter sunday", _easter(0))),
    form(r"\b(?:ash wednesday|wednesday de ceniza)\b", _on("ash wednesday", _easter(-46))),
    form(r"\b(?:mardi gras|fat tuesday|tuesday de carnaval)\b", _on("mardi gras", _easter(-47))),
    form(r"\bhalloween\b", _on("halloween", _fixed(10, 31))),
    form(r"\bst\.? (?:patricks?|paddys?|pattys?)(?: day)?\b|\b(?:patricks?|paddys?|pattys?) day\b", _on("st patrick's day", _fixed(3, 17))),
    form(r"\bcinco de may\b", _on("cinco de mayo", _fixed(5, 5))),
    form(r"\bjuneteenth\b", _on("juneteenth", _fixed(6, 19))),
    form(r"\bindependence day\b", _on("independence day", _fixed(7, 4), american=True)),
    form(r"\bveterans? day\b", _on("veterans day", _fixed(11, 11), american=True)),
    form(r"\btax day\b", _on("tax day", _fixed(4, 15), american=True)),
    form(r"\bapril fools(?: day)?\b", _on("april fools", _fixed(4, 1))),
    form(r"\b(?:black friday|friday negro)\b", _on("black friday", _nth(11, 3, 4, 1))),
    form(r"\bcyber monday\b", _on("cyber monday", _nth(11, 3, 4, 4))),
    form(r"\b(?:thanksgiving|turkey day|(?:dia de )?accion de gracias)(?: day)?\b", _on("thanksgiving", _nth(11, 3, 4), american=True)),
    form(r"\blabor day\b", _on("labor day", _nth(9, 0, 1), american=True)),
    form(r"\bmemorial day\b", _on("memorial day", _nth(5, 0, -1), american=True)),
    form(r"\b(?:mlk|martin luther king)(?: day)?\b", _on("mlk day", _nth(1, 0, 3), american=True)),
    form(r"\bpresidents? day\b", _on("presidents' day", _nth(2, 0, 3), american=True)),
    form(r"\bcolumbus day\b", _on("columbus day", _nth(10, 0, 2), american=True)),
    form(r"\bmothers? day\b", _on("mother's day", _nth(5, 6, 2), american=True)),
    form(r"\bfathers day\b", _one_of("father's day", _nth(6, 6, 3), _nth(9, 6, 1))),
    form(r"\bdia del padre\b", _one_of("father's day", _nth(6, 6, 3), _fixed(3, 19))),
    form(r"\bdia de la constitucion\b", _one_of("constitution day", _fixed(12, 6), _fixed(2, 5))),
    form(r"\b(?:bonfire night|guy fawkes(?: night)?)\b", _on("bonfire night", _fixed(11, 5))),
    form(r"\b(?:(?:el )?dia de (?:los )?reyes(?: magos)?|(?<!los )reyes(?: magos)?|dia de (?:los )?reyes)\b(?! \w+ez)", _on("reyes", _fixed(1, 6))),
    form(r"\b(?:dia de )?la candelaria\b", _on("candelaria", _fixed(2, 2))),
    form(r"\bdia de (?:los )?muertos\b", _on("dia de muertos", _fixed(11, 2))),
    form(r"\bdia de la (?:virgen(?:cita)?(?: de guadalupe)?|guadalupana)\b", _on("12 december", _fixed(12, 12))),
    form(r"\bdia de los (?:santos )?inocentes\b", _on("inocentes", _fixed(12, 28))),
    form(r"\b(?:noche de |dia de )?san juan\b", _on("san juan", _fixed(6, 24))),
    form(r"\btodos (?:los )?santos\b", _on("todos los santos", _fixed(11, 1))),
    form(r"\bdia del trabaj(?:o|ador)\b", _on("1 may", _fixed(5, 1))),
    form(r"\bbank holiday(?: monday)?\b|\blong weekend\b|\b(?:the |after |las )?(?:holidays?|easter|semana santa|new year|fiestas(?: patrias)?|vacaciones|carnaval(?:es)?|pascuas?|dia de las? madres?|ramadan|eid)\b|\b(?:noche )?(?:del|el|al) grito\b(?! que)", lambda match, cal: at(match, "a holiday", problem="no single day")),
)  # fmt: skip

CHINESE: tuple[Form, ...] = (
    form(r"平安夜|[圣耶]诞(?:夜|前夕)", _on("christmas eve", _fixed(12, 24))),
    form(r"(?:圣诞|耶诞)节?(?:当天|那天)?(?!节?快乐|节?后|节?过后|节?之后|节?以后|老人|礼物|夜|节?前夕)", _on("christmas", _fixed(12, 25))),
    form(r"跨年(?:夜|那天|当天|晚上)?", _on("new year's eve", _fixed(12, 31))),
    form(r"(?:元旦|阳历年|新历年)(?:节|当天|那天|那日)?(?!快乐|节?后|放假|假期)", _on("new year's day", _fixed(1, 1))),
    form(r"除夕(?:夜|那天|当天)?|大?年三十|大?年卅(?:晚)?|年夜那?天?", _on("lunar new year's eve", _lunar(0, -1))),
    form(r"(?:(?P<year>大年|正月|年|农历正月|新年)|(?<![月最当起周]))初(?P<n>十[一二三四五]?|[一二三四五六七八九]|\d{1,2})(?!中|学|次|期|定|步|级)", _new_year_day),
    form(r"元宵节?|正月十五", _on("lantern festival", _lunar(0, 14))),
    form(r"情人节", _on("valentine's day", _fixed(2, 14))),
    form(r"(?:三八)?妇女节|三八节|女神节", _on("8 march", _fixed(3, 8))),
    form(r"愚人节", _on("1 april", _fixed(4, 1))),
    form(r"(?<!周)六一(?:儿童节|节|那天|当天)?(?!定|起|共|早|点)|儿童节", _on("1 june", _fixed(6, 1))),
    form(r"清明节?(?:当天|那天)?(?!节?[后前]|节?[之以过][后前]|节?[连假长])", _on("qingming", _qingming)),
    form(r"端午节?(?:当天|那天)?(?!节?后|节?[之以过]后|节?假)", _on("dragon boat festival", _lunar(1))),
    form(r"中秋节?(?:当天|那天)?(?!快乐|节?后|假)|八月十五(?!号|日)", _on("mid-autumn festival", _lunar(2))),
    form(r"双(?:十一|11)|光棍节", _on("11 november", _fixed(11, 11))),
    form(r"双(?:十二|12)", _on("12 december", _fixed(12, 12))),
    form(r"双十(?:节|国庆)?(?!一|二)", _on("10 october", _fixed(10, 10))),
    form(r"(?<!\d)618(?!\d)(?:那天|当天|大促)|六一八", _on("18 june", _fixed(6, 18))),
    form(r"国庆(?:节)?(?:当天|那天|当日)?(?:10[.月/]1[日号]?|十月一[日号]?)|国庆(?:节)?(?:当天|那天|当日)|(?<!\d)十一(?:当天|国庆)", _on("1 october", _fixed(10, 1))),
    form(r"(?:(?<!周)五一|劳动节)(?:当天|那天|当日)|^(?:就|等|到)?(?:五一|劳动节)(?:吧|还|付|交|转|给你?)?(?:节)?[ .!]*$", _on("1 may", _fixed(5, 1))),
    form(r"(?:农历|阴历)?(?P<month>腊月|正月|冬月)(?P<n>[一二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|初?[一二三四五六七八九])(?![月\d])", _lunar_day),
    form(r"和平纪念日|二二八(?:那天|当天|纪念日)?(?!连假)|228(?=那天|当天|纪念日)", _on("28 february", _fixed(2, 28))),
    form(r"父亲节(?:当天|那天)?(?!节?后|快乐)", _one_of("father's day", _nth(6, 6, 3), _fixed(8, 8))),
    form(r"教师节(?:当天|那天)?(?!节?后|快乐)", _one_of("teachers' day", _fixed(9, 10), _fixed(9, 28))),
    form(r"母亲节", _on("mother's day", _nth(5, 6, 2))),
    form(r"万圣节?", _on("halloween", _fixed(10, 31))),
    form(r"感恩节", _on("thanksgiving", _nth(11, 3, 4), american=True)),
    form(r"黑(?:色周)?五", _on("black friday", _nth(11, 3, 4, 1))),
    form(r"(?:新年|元旦|圣诞|节日|春节|中秋|国庆|周末|平安)节?(?:快乐|愉快)|新年好|过年好|恭喜发财", lambda match, cal: at(match, "a greeting", problem="a greeting")),
    form(r"春节|过(?:完|了)?年|新年|年[后前](?!的今天)|节[后前]|国庆节?|(?<!周)五一(?!定|起|共|早|点)|清明节?|重阳|(?:十一|五一)?(?:假期|长假|连假|连休)|开年|农历|阴历|小年|腊月|冬至|七夕|中元|尾牙", lambda match, cal: at(match, "a season or a holiday", problem="no single day")),
)  # fmt: skip
