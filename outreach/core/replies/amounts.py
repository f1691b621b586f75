"""How much money does a text name?

Works on canonical text in which days and times have been blanked out, so that a number left over is money or is nothing
we know. `listed` finds every amount; which of them is meant is asked in `meant.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum
from itertools import islice, pairwise

from outreach.core.replies import numerals, shares
from outreach.core.replies.languages import zh_number
from outreach.core.replies.numerals import Spelled
from outreach.core.replies.rows import Sought

# ISO 4217 minor units other than two.
_EXPONENTS = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)

_DOLLARS = frozenset("USD CAD AUD NZD MXN SGD HKD TWD CLP COP ARS TTD JMD BBD BSD XCD".split())
_PESOS = frozenset("MXN CLP COP ARS PHP UYU DOP".split())
# Slang that is money everywhere ("pavos", "varos", "蚊") is in no row: it is in whatever is owed.
_CURRENCY_WORDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("$", "dollars", "dollar", "bucks", "buck", "dolares", "dolar", "dlls", "美元", "刀"), _DOLLARS),
    **dict.fromkeys(("us$", "usd"), frozenset({"USD"})),
    **dict.fromkeys(("pesos", "peso", "pesitos", "mxn"), _PESOS),
    **dict.fromkeys(("€", "euros", "euro", "eur", "欧", "欧元"), frozenset({"EUR"})),
    **dict.fromkeys(("£", "pounds", "pound", "quid", "gbp", "镑", "英镑"), frozenset({"GBP"})),
    **dict.fromkeys(("¥", "yen"), frozenset({"CNY", "JPY"})),
    **dict.fromkeys(("soles", "sol"), frozenset({"PEN"})),
    **dict.fromkeys(("块钱", "块", "元", "yuan"), frozenset({"CNY", "TWD", "HKD", "SGD", "USD", "MYR"})),
    **dict.fromkeys(("rmb", "cny", "人民币"), frozenset({"CNY"})),
    **dict.fromkeys(("台币", "新台币", "ntd", "nt$"), frozenset({"TWD"})),
    **dict.fromkeys(("港币", "港纸", "hkd", "hk$"), frozenset({"HKD"})),
    **{code: frozenset({code.upper()}) for code in ("cad", "aud", "nzd", "sgd")},
}


class Role(IntEnum):
    """What the words beside an amount say of it (`meant.py`)."""

    NOT_THIS = 0  # refused, paid before, or nobody's but theirs: wages, rent, a fee
    LEFT = 1  # what is due after a payment, or perhaps an hour
    AT_HAND = 2  # what they have or get, which may be more than what they pay
    NAMED = 3  # nothing
    OFFERED = 4  # it is to be paid to us


@dataclass(frozen=True, slots=True)
class Amount:
    """`minor` units, or None with `problem` (more than one reading), or both empty: no amount named.

    `bare`: only a number without any mark of money; it may be a day, an hour or money. `whole`: all that is due.
    `part`: a share of what is due. `start:end`: where it stands. `role`: of those to be paid, what is said of it.
    """

    minor: int | None = None
    problem: str = ""
    bare: bool = False
    whole: bool = False
    part: bool = False
    label: str = ""
    start: int = 0
    end: int = 0
    role: Role = field(default=Role.NAMED, compare=False)


NOTHING = Amount()
VAGUE = Amount(problem="no exact amount")
_MOST = 12  # amounts considered; who names more promises none

_MARK = r"us\$|nt\$|hk\$|usd|[$€£¥]|rmb|cny|mxn|eur|gbp|cad|aud|nzd|s/\.?|bs\.?"
_UNIT = (
    r"usd|dollars?|dollers?|dollas?|dollaz|bucks?|spot|smackers|dolar(?:es)?|dlls|pesos?|pesitos|pesotes|euros?|euracos|eurazos|eurillos|leuros|eur|pounds?|quid|nicker|gbp|cad|aud|nzd|sgd|hkd|ntd|mxn|rmb|cny|yuan|yen|"
    r"pavos?|varos?|varitos|baros?|bolas?|mangos?|soles|sol|lempiras?|quetzales|bolivianos|bolos|bolivares|colones|cordobas|guaranies|reales|chavos|lanas?|morlacos|"
    r"melones|[$€£¥]|块大洋|块钱|块|元整|元|大洋|美元|刀|人民币|新台币|台币|港币|港纸|英镑|镑|欧元|欧|蚊"
)
_SIGN = "\ue000-\uf8ff"  # a number in letters; each stands for one (`_with_signs`)
_TIMES = {"k": 1000, "w": 10000, "百": 100, "千": 1000, "万": 10000}
_NUMBER = re.compile(
    rf"(?<![\w.,#/])(?P<mark>{_MARK})? ?(?:(?P<n>\d[\d,.]*\d|\d|\.\d+)(?: ?(?P<k>[kw](?=\d(?!\d))|k|w)(?![a-z])(?P<tail>\d)?|(?P<zh>[百千万]))?|(?P<sign>[{_SIGN}]))"
    rf"(?: ?(?:de )?(?P<unit>(?:{_UNIT})(?![a-z])))?(?P<after>%|(?:st|nd|rd|th|ro)\b|(?!ish\b)[a-z]\w*)?",
    re.ASCII,
)
_ZH_DIGIT = "一二两三四五六七八九"
_ZH_PAYS = r"(?:还|付|给|转|交|缴|打|汇|存|凑|扣|补|先|再)(?:你们?|您|个|上|出|齐|到|够)?"
_ZH_MONEY = Sought(
    rf"(?P<about>(?<![{_ZH_DIGIT}几])[千万](?=把[块元]|来块)|(?<=成)千(?=蚊|块))|(?P<n>\d{{0,7}}[{_ZH_DIGIT}十百千万零壹贰叁肆伍陆柒捌玖拾佰仟]{{0,14}}\d{{0,7}}[百千万佰仟](?:一(?!把|次|起|笔|口气|下|定|并|共)|[二两三四五六七八九十百千万零\d]){{0,14}}|[{_ZH_DIGIT}十百零廿]{{1,14}}(?= ?(?:{_UNIT}))|(?<=[还付给转交缴汇存凑扣补先再个])[{_ZH_DIGIT}]?十[{_ZH_DIGIT}]?)"
    rf" ?(?P<unit>{_UNIT})?|(?P<hundreds>[{_ZH_DIGIT}]|\d)[嚿旧舊]水|(?P<half>半)万|(?P<tenk>[{_ZH_DIGIT}]|\d)皮(?!肤)|(?:^|(?<=[ ,.就]))(?P<alone>[{_ZH_DIGIT}]十[{_ZH_DIGIT}]?)(?=$|[ ,.!吧行])"
)
_REFERENCE = re.compile(
    r"(?:\b(?:acc(?:oun)?t|ref(?:erence)?|loan|case|ending(?: in)?|number|no|id|cuenta|terminacion|card|tarjeta|order|zip|ends(?: (?:in|with))?|termina(?: en)?|acaba en|folio|conf|confirmation|contrato|operacion|ticket|at|tel|celular|nequi|calle|carrera|cra|avenida|piso|score|score is|contract|policy|prestamo|credito|poliza|expediente|caso|convenio|cliente|im|i am|turned|turning|room|apt|unit|route|bus|floor|flat)"
    r"|#|尾号|账号|卡号|单号|合同号|末四码|末五码|后四位|订单|编号|航班) ?(?:is |es |el |numero |num |nro |number |no\.? |#|: ?|号|是)*$"
)
# A year, where it stands as one.
_YEAR = re.compile(r"20[12]\d(?![\d.,]*\d| ?[a-z]*(?:usd|dollars?|bucks|pesos|mxn|块|元))")
_IN_YEAR = re.compile(
    r"\b(?:its|it is|in|since|back in|year|from|of|for|born|until|del?|en|desde|el|ano|es|hasta|para el) *$"
)
_HOW_MANY = re.compile(r" (?:of|de) \$?\d{2,}\b(?! ?%)")  # `2 of 60`
_RATE = re.compile(
    r"(?: (?:dollars|bucks|pesos|usd))? ?(?:a|per|every|each|por|cada|a la|al) ?(?:week|month|paycheck|two weeks|quincena|semana|mes)\b|每[周月]"
)
_SOME_MORE = re.compile(
    r" ?(?:y (?:un )?pico|y tantos|and change|and some change|something(?! on)|(?:块|元)?多(?!一)|出头|余元)"
)
_MAO = re.compile(rf"(?P<n>[{_ZH_DIGIT}\d])(?:毛|角)")
_SOME_BEFORE = re.compile(r"\b(?:few|several|many|some|varios|varias|cuantos|cuantas|algunos|pocos) (?:of )?$")
_ABOUT_TWO = re.compile(
    rf"[百千万][{_ZH_DIGIT}][{_ZH_DIGIT}]$|[{_ZH_DIGIT}][{_ZH_DIGIT}][十百千万]|^[百千](?=[{_ZH_DIGIT}])(?!千万)"
)
_NOT_NUMBER = re.compile(
    rf" [a-z]+ (?:of|de) (?:[$£]?\d| *[{_SIGN}])| ?(?:(?:a|an|per) hour|/ ?hr|la hora|por hora|degrees|grados|度|kids?|children|hijos|hijas|ninos|babies|times|veces|years?|anos|yrs?|months?|meses|weeks?|days?|dias|semanas|hours?|hrs?|horas|mins?|minutes|minutos|payments?|pagos|partes|cuotas|texts?|calls?|llamadas|mensajes|of us|of them|miles|jobs|bills?|people|personas|"
    r"补假|连假|纪念日|个(?!块)|次|期|天|年|岁|遍|通|条|口人|分钟|小时|点|楼|号|月|周|孩子|路|jobs|percent|por ciento|am\b|pm\b)"
)
# Nothing but a price, a card or a shop: `7-11`, `24/7`, phone numbers in groups.
_NAMES = re.compile(
    r"(?:^|(?<=[,.!?] )|(?<=thats )|(?<= is )|(?<= be ))grand(?= ?[?!,.]|$| (?:so|then|job|thanks|with|yeah|no bother)\b)|(?<=\d) ?(?:x|\*|por) ?\d{1,2}\b(?!\d|%| ?ciento)|\b\d{1,2} ?[x*] ?(?=\$?\d{2})|\b24/7\b|(?<![$\d.,])\b[24] (?=(?:me|u|you|us|real|sure|now|ever)\b)|# ?\d{1,4} ?- ?\d{1,4}\b|(?<![$\d.,])\b\d{1,5}(?= [a-z]+ (?:lane|ln|street|st|avenue|ave|road|rd|drive|dr|blvd|court|ct|terrace|crescent|close)\b)|\b9[ -]?1[ -]?1\b|(?<![\d$.,])\(?\d{3}\)?[ -]\d{3}[ -]\d{3,4}(?!\d)|(?<![\d$.,])\d{3}[ -]\d{4}(?!\d)"
)


_BUT = re.compile(
    r" ?[还付给清]{0,2}除了 ?| ?(?:but|except(?: for)?|minus|less|menos|excepto|salvo|quitando)(?: (?:the|those|los|las|el|la|that))* *[$€£]? ?"
)
_BETWEEN = re.compile(r"\b(?:between|entre|anywhere from|somewhere from)(?: (?:like|about|unos|los))? *[$€£]?$")
_AND = re.compile(r" ?(?:and|y|to|a|&|-) ?[$€£]?")
_LESS = re.compile(
    r" but (?:for )?(?:the|my|those|your) (?!\$?\d)| (?:minus|except(?: for)?|excluding|apart from|menos|excepto|salvo) (?! *[$€£]?\d)"
)
_ZH_LESS = re.compile(r"(?:除了|扣掉|减去)[^,. ]{1,6}(?:外|以外|之外)?[,，]?(?:我)?$")
_EACH = re.compile(r"\b(?:each|apiece|every|cada)\b|每|各")


def minor_units(currency: str) -> int:
    """Decimal places of an ISO 4217 currency (two where we know no better)."""
    return _EXPONENTS.get(currency, 2)


# Written in two parts: `40 dollars and 50 cents`, `400块5毛`.
_CENTS = re.compile(
    rf"(?P<a>\d+|[{_SIGN}]) (?P<unit>dollars?|bucks|pesos|dolares|euros?|pounds|soles) (?:and |con |y )? *(?P<b>\d\d|[{_SIGN}]) (?:cents?|centavos|centimos|pence)\b|(?<![\d.,])(?P<ca>\d{{1,4}}|[{_SIGN}]) con +(?P<cb>\d\d|[{_SIGN}])(?![\d%.,]| ?%)|(?P<za>\d+)(?P<zunit>块|元)(?P<zb>\d)(?:毛|角)(?:钱)?"
)
_IN_PARTS = ("cent", "pence", " con ", "毛", "角")


_DIGIT = re.compile(r"\d")


def listed(text: str, letters: frozenset[str], currency: str, due: int | None, orders: tuple[str, ...]) -> list[Amount]:
    """Every amount named in `text` (days and times blanked), in order; `letters` as of `Sought`.

    `orders` tells how `1.200` is written there.
    """
    digits = _DIGIT.search(text) is not None
    if digits or "grand" in text:  # `_NAMES` holds no other word without a digit
        text = _NAMES.sub(lambda match: " " * len(match[0]), text)
    whole_text = text
    text, numbers = _with_signs(text, letters, currency, due)
    if any(word in text for word in _IN_PARTS):
        text = _CENTS.sub(lambda match: _joined(match, numbers), text)
    parts = [
        _of_due(share, due)
        for share in islice(shares.shares(text, letters, {sign: one.value for sign, one in numbers.items()}), _MOST)
    ]
    text = _without(text, parts)
    chinese = list(islice(_zh_numbers(text, letters, currency), _MOST))
    text = _without(text, chinese)
    named = [*parts, *chinese]
    if digits or numbers:
        named += islice(_numbers(text, currency, orders, numbers), _MOST)
    named = _without_ranges(whole_text, sorted(named, key=lambda a: a.start))
    named = _without_exceptions(whole_text, named)
    return _split(whole_text, letters, named, due) if len(named) < 2 else named


def _without_exceptions(text: str, named: list[Amount]) -> list[Amount]:
    """`everything but 40`: what is left of it; without a number, no exact amount."""
    for i, (one, other) in enumerate(pairwise(named)):
        if one.whole and one.minor and other.minor and _BUT.fullmatch(text, one.end, other.start):
            left = replace(one, minor=one.minor - other.minor, label=f"all but {other.label}", end=other.end)
            return [*named[:i], left if other.minor < one.minor else replace(left, minor=None), *named[i + 2 :]]
    return [replace(VAGUE, start=a.start, end=a.end) if a.whole and _is_less(text, a) else a for a in named]


def _without_ranges(text: str, named: list[Amount]) -> list[Amount]:
    """`between 50 and 80`: no exact amount."""
    for i, (one, other) in enumerate(pairwise(named)):
        if _BETWEEN.search(text, max(0, one.start - 12), one.start) and _AND.fullmatch(text, one.end, other.start):
            return [*named[:i], replace(VAGUE, start=one.start, end=other.end), *named[i + 2 :]]
    return named


def _is_less(text: str, whole: Amount) -> bool:
    return bool(_LESS.match(text, whole.end) or _ZH_LESS.search(text, max(0, whole.start - 10), whole.start))


def _split(text: str, letters: frozenset[str], named: list[Amount], due: int | None) -> list[Amount]:
    """`in 4 parts` of what is due, or of the sum that stands before it."""
    split = shares.split(text, letters)
    if split is None or (named and (named[0].minor is None or named[0].start > split.start or _EACH.search(text))):
        return named
    if not named:
        return [_of_due(split, due)]
    return [replace(_of_due(split, named[0].minor), start=named[0].start)]


def _without(text: str, amounts: list[Amount]) -> str:
    for amount in amounts:
        text = text[: amount.start] + " " * (amount.end - amount.start) + text[amount.end :]
    return text


def _with_signs(text: str, letters: frozenset[str], currency: str, due: int | None) -> tuple[str, dict[str, Spelled]]:
    """The text with one sign in the place of each number in letters (blanks before it), and what each sign stands for."""
    numbers: dict[str, Spelled] = {}
    pieces, at = [], 0
    most = None if due is None else Decimal(due) / 10 ** minor_units(currency)
    for found in islice(numerals.spelled(text, letters, currency), _MOST):
        if numerals.is_small(found, text) and not _UNIT_NEXT.match(text, found.end):
            continue
        sign = chr(0xE000 + len(numbers))
        some = _SOME_BEFORE.search(text, max(0, found.start - 12), found.start)
        numbers[sign] = replace(found, value=None if some else found.value or _within(found.pair, most))
        pieces += [text[at : found.start], " " * (found.end - found.start - 1), sign]
        at = found.end
    return "".join([*pieces, text[at:]]) if numbers else text, numbers


def _within(pair: tuple[Decimal, Decimal] | None, most: Decimal | None) -> Decimal | None:
    """`forty three twenty`: 43.20 or 4320, whichever alone is no more than what is due."""
    if most in (pair or ()):
        return most
    near = [value for value in pair or () if most is not None and value <= most]
    return near[0] if len(near) == 1 else None


_UNIT_NEXT = re.compile(
    rf" ?(?:de )?(?:{_UNIT})(?![a-z])| (?:percent|per cent|por ?ciento)\b| (?:more|mas)(?= (?:on|the|next|every|each|el)\b| *$| {{2,}})"
)


def _joined(match: re.Match[str], numbers: dict[str, Spelled]) -> str:
    if match["za"]:
        return f"{match['za']}.{match['zb']}{match['zunit']}".ljust(len(match[0]))
    whole, cents = (
        numbers[part].value if part in numbers else Decimal(part) if part.isdigit() else None
        for part in (match["a"] or match["ca"], match["b"] or match["cb"])
    )
    if whole is None or cents is None or cents > 99:
        return match[0]
    return f"{whole:.0f}.{cents:02.0f} {match['unit'] or ''}".rjust(len(match[0]))


def _of_due(share: shares.Share, due: int | None) -> Amount:
    where = Amount(label=share.label, start=share.start, end=share.end)
    if share.whole:
        return replace(where, minor=due, whole=True)
    if due is None or not share.upper:
        return replace(where, problem="a share of an amount we do not know", part=True)
    return replace(where, minor=(2 * due * share.upper + share.lower) // (2 * share.lower), part=True)


def _numbers(text: str, currency: str, orders: tuple[str, ...], spelled: dict[str, Spelled]) -> Iterator[Amount]:
    for match in _NUMBER.finditer(text):
        mark, unit, after = match["mark"], match["unit"], match["after"] or ""
        money = mark or unit
        sure = money or match["k"] or match["zh"] or match["sign"]
        if (not sure and _is_no_money(match, text, after)) or (match["sign"] and _NOT_NUMBER.match(text, match.end())):
            continue
        if _SOME_MORE.match(text, match.end()):
            found = VAGUE
        else:
            value = spelled[match["sign"]].value if match["sign"] in spelled else _value(match, after, orders)
            found = _amount(value, money, currency, bare=not (sure or _RATE.match(text, match.end())))
        start = (
            spelled[match["sign"]].start
            if match["sign"] in spelled
            else min(match.start(group) for group in ("mark", "n", "sign") if match[group])
        )
        yield replace(found, start=start, end=match.end("after") if after else match.end())


def _value(match: re.Match[str], after: str, orders: tuple[str, ...]) -> Decimal | None:
    value = None if match["sign"] or (after and not after.strip("ol")) else number(match["n"], orders)  # "$1OO"
    if value is not None and match["tail"]:
        value += Decimal(match["tail"]) / 10  # "2w5"
    return None if value is None else value * _TIMES.get(match["k"] or match["zh"] or "", 1)


def _is_no_money(match: re.Match[str], text: str, after: str) -> bool:
    year = _YEAR.match(text, match.start("n")) and _IN_YEAR.search(text, max(0, match.start() - 10), match.start())
    return bool(
        after
        or year
        or (len(match["n"]) == 1 and _HOW_MANY.match(text, match.end()))
        or len(match["n"].replace(",", "").replace(".", "")) > 7
        or _REFERENCE.search(text, max(0, match.start() - 24), match.start())
        or _NOT_NUMBER.match(text, match.end())
    )


def _zh_numbers(text: str, letters: frozenset[str], currency: str) -> Iterator[Amount]:
    for match in _ZH_MONEY.each(text, letters):
        words = match["n"] or ""
        if words in {"千万", "百", "千", "万", "万一", "百分", "十分"} or _NOT_NUMBER.match(text, match.end()):
            continue
        if match.start() and text[match.start() - 1] in "0123456789.几":
            continue
        if match["hundreds"] or match["tenk"]:
            value: int | None = (zh_number(match["hundreds"] or match["tenk"]) or 0) * (
                100 if match["hundreds"] else 10000
            )
        elif match["half"]:
            value = 5000
        elif match["about"] or match["alone"]:
            value = {"千": 1000, "万": 10000}.get(match["about"]) or zh_number(match["alone"])
        else:
            value = None if _ABOUT_TWO.search(words) and currency != "HKD" else zh_number(words.replace("廿", "二十"))
        sum_ = None if value is None else Decimal(value)
        if sum_ is not None and (mao := _MAO.match(text, match.end())) is not None:
            sum_ += Decimal(zh_number(mao["n"]) or 0) / 10
        found = _amount(sum_, match["unit"], currency, bare=match["alone"] is not None)
        rough = text[match.start() - 1 : match.start()] == "小" or _SOME_MORE.match(text, match.end())
        yield replace(VAGUE if rough else found, start=match.start(), end=match.end())


def number(digits: str, orders: tuple[str, ...]) -> Decimal | None:
    """`1,200.50` or `1.200,50`; a lone mark before three digits is thousands. None: malformed."""
    digits = digits.rstrip(".,")
    if digits.startswith("."):
        return Decimal(digits)  # ".5k"
    marks = [c for c in digits if c in ".,"]
    if not marks:
        return Decimal(digits)
    last = marks[-1]
    whole, _, fraction = digits.rpartition(last)
    if len(set(marks)) == 1 and (len(marks) > 1 or len(fraction) == 3):
        groups = digits.split(last)
        wrong_mark = last == "." and orders == ("md",)  # 1.200 is no American number
        well = len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])
        return Decimal("".join(groups)) if well and not wrong_mark else None
    if len(fraction) > 2 or marks.count(last) > 1:
        return None
    return Decimal(f"{whole.replace('.', '').replace(',', '')}.{fraction}")


def _amount(value: Decimal | None, money: str | None, currency: str, *, bare: bool) -> Amount:
    if value is None:
        return Amount(problem="a number with two readings")
    if money and currency not in _CURRENCY_WORDS.get(money, frozenset({currency})):
        return Amount(problem="another currency")
    minor = int((value * 10 ** minor_units(currency)).to_integral_value(ROUND_HALF_UP))
    if minor <= 0 or minor > 10**12:
        return Amount(problem="no such amount")
    return Amount(minor, bare=bare, label=f"{value:f}")
