"""How much money does a text name?

Works on canonical text in which days and times have been blanked out, so that a number left over is money or is nothing
we know. Two different amounts, an amount in another currency or a vague one are no amount but a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from outreach.core.replies.languages import zh_number

# ISO 4217 minor units other than two.
_EXPONENTS = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)

_DOLLARS = frozenset("USD CAD AUD NZD MXN SGD HKD TWD CLP COP ARS".split())
_PESOS = frozenset("MXN CLP COP ARS PHP UYU DOP".split())
_CURRENCY_WORDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("$", "dollars", "dollar", "bucks", "buck", "dolares", "dolar", "dlls", "美元", "刀"), _DOLLARS),
    **dict.fromkeys(("us$", "usd"), frozenset({"USD"})),
    **dict.fromkeys(("pesos", "peso", "mxn"), _PESOS),
    **dict.fromkeys(("€", "euros", "euro", "eur"), frozenset({"EUR"})),
    **dict.fromkeys(("£", "pounds", "pound", "quid", "gbp"), frozenset({"GBP"})),
    **dict.fromkeys(("¥", "yen"), frozenset({"CNY", "JPY"})),
    **dict.fromkeys(("块钱", "块", "元", "rmb", "cny", "人民币", "yuan"), frozenset({"CNY", "TWD", "HKD", "SGD"})),
    **{code: frozenset({code.upper()}) for code in ("cad", "aud", "nzd")},
}


@dataclass(frozen=True, slots=True)
class Amount:
    """`minor` units, or None with `problem` (more than one reading), or both empty: no amount named.

    `bare`: only a number without any mark of money; it may be a day, an hour or money. `whole`: all that is due.
    """

    minor: int | None = None
    problem: str = ""
    bare: bool = False
    whole: bool = False
    label: str = ""


NOTHING = Amount()

_MARK = r"us\$|usd|[$€£¥]|rmb|cny|mxn|eur|gbp|cad|aud|nzd"
_UNIT = (
    r"usd|dollars?|bucks?|dolar(?:es)?|dlls|pesos?|euros?|eur|pounds?|quid|gbp|cad|aud|nzd|mxn|rmb|cny|yuan|yen|"
    r"[$€£¥]|块钱|块|元|美元|刀|人民币"
)
_NUMBER = re.compile(
    rf"(?<![\w.,#])(?P<mark>{_MARK})? ?(?P<n>\d[\d,.]*\d|\d)(?:(?P<k>k)\b|(?P<zh>[百千万]))?(?: ?(?P<unit>(?:{_UNIT})(?![a-z])))?"
    r"(?P<after>%|(?:st|nd|rd|th|ro)\b|[a-z]\w*)?",
    re.ASCII,
)
_ZH_MONEY = re.compile(
    r"(?P<n>[一二两三四五六七八九十百千万零]*[一二两三四五六七八九十百千万]) ?"
    r"(?P<unit>块钱|块|元|美元|刀|人民币)?"
)
_REFERENCE = re.compile(
    r"(?:\b(?:acc(?:oun)?t|ref(?:erence)?|loan|case|ending(?: in)?|number|no|id|cuenta|terminacion|card|tarjeta|order|zip)"
    r"|#|尾号|账号|卡号) ?(?:is |no\.? |#|: ?)*$"
)
_HALF = re.compile(r"\b(?:half|la mitad|mitad|50%)(?! (?:hour|day|an hour|past))|(?<!\d)50%|一半|半数")
_WHOLE = re.compile(
    r"\b(?:all of it|it all|in full|full (?:amount|balance|payment)|whole (?:thing|amount|balance|lot)|everything|"
    r"the (?:full|entire|total) (?:amount|balance)|pay (?:it )?off|the total|the balance|todo|completo|el total|"
    r"la totalidad|all the money|the lot|pay all|all due|la deuda completa|100%)\b|全部|全额|全都还|一次(?:性)?(?:还清|结清|付清)|还清|结清|付清|都还"
)
_REST = re.compile(
    r"\b(?:the |my )?(?:rest|remainder|remaining(?: balance| amount)?)\b|\b(?:el )?(?:resto|restante)\b|剩下的?|剩余|余下|余额"
)
_VAGUE = re.compile(
    r"\b(?:something|some money|some of it|some now|a little|a bit|part of it|a part|partial|a portion|what i can|whatever i can|"
    r"as much as|minimum|at least|up to|a few (?:bucks|dollars|hundred)|couple (?:of )?(?:bucks|hundred|dollars)|"
    r"algo|una parte|un poco|parte de|lo que pueda|lo que tenga|un abono|a third|a quarter|third|quarter)\b|一部分|部分|一点|一些|多少还点|最低|三分之|几百|几千|几十"
)
_EN_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_ES_TENS = dict(
    zip("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa".split(), range(20, 100, 10), strict=True)
)
_ES_HUNDREDS = {
    **{"cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500},
    **{"seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900},
}
_ONES = {w: i + 1 for i, w in enumerate("one two three four five six seven eight nine ten".split())} | {
    "a": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
}  # fmt: skip
_BIG = {"hundred": 100, "thousand": 1000, "grand": 1000, "mil": 1000}
_WORD_VALUES = _EN_TENS | _ES_TENS | _ES_HUNDREDS
_WORDS = re.compile(
    rf"\b(?:(?:{'|'.join(_ONES)}) )?(?:{'|'.join([*_WORD_VALUES, *_BIG])})"
    rf"(?: (?:and |y )?(?:{'|'.join([*_WORD_VALUES, *_BIG, *list(_ONES)[:9], *list(_ONES)[11:19]])}))*\b(?: (?P<unit>{_UNIT}))?"
)


def minor_units(currency: str) -> int:
    """Decimal places of an ISO 4217 currency (two where we know no better)."""
    return _EXPONENTS.get(currency, 2)


def find(text: str, currency: str, amount_due: int | None, orders: tuple[str, ...]) -> Amount:
    """The one amount named in `text` (days and times blanked). `orders` tells how `1.200` is written there."""
    named = [*_numbers(text, currency, orders), *_zh_numbers(text, currency), *_in_words(text, currency)]
    share = _share(text, amount_due)
    marked = [a for a in named if not a.bare]
    if share is not None:
        return share if not named or share.problem else _both(share, named)
    chosen = marked or named
    problem = next((a for a in chosen if a.problem), None)
    if problem:
        return problem
    if len({a.minor for a in chosen}) > 1:
        return Amount(problem="several amounts")
    if len(named) > len(chosen) and {a.minor for a in named} != {chosen[0].minor}:
        return Amount(problem="several numbers")
    return chosen[0] if chosen else NOTHING


def _both(share: Amount, named: list[Amount]) -> Amount:
    """`half, 60`: fine when both say the same."""
    same = share.minor is not None and {a.minor for a in named} == {share.minor}
    return share if same else Amount(problem="several amounts")


def _share(text: str, due: int | None) -> Amount | None:
    if _VAGUE.search(text):
        return Amount(problem="no exact amount")
    halves = len(_HALF.findall(text))
    half = halves > 0
    if halves > 1 or (half and _REST.search(text)):
        return Amount(problem="several instalments")
    if _REST.search(text):
        return Amount(due, whole=True, label="the rest")
    if half and due is None:
        return Amount(problem="half of an amount we do not know")
    if half and due is not None:
        return Amount((due + 1) // 2, label="half")
    return Amount(due, whole=True, label="all of it") if _WHOLE.search(text) else None


def _numbers(text: str, currency: str, orders: tuple[str, ...]) -> Iterator[Amount]:
    for match in _NUMBER.finditer(text):
        mark, unit, after = match["mark"], match["unit"], match["after"] or ""
        money = mark or unit
        if not money and (
            after
            or len(match["n"].replace(",", "").replace(".", "")) > 7
            or _REFERENCE.search(text, max(0, match.start() - 24), match.start())
        ):
            continue
        value = number(match["n"], orders)
        if value is not None and (match["k"] or match["zh"]):
            value *= {"百": 100, "千": 1000, "万": 10000}.get(match["zh"] or "", 1000)
        yield _amount(value, money, currency, bare=not (money or match["k"] or match["zh"]))


def _zh_numbers(text: str, currency: str) -> Iterator[Amount]:
    if not re.search("[十百千万块元刀]", text):
        return
    for match in _ZH_MONEY.finditer(text):
        words = match["n"]
        if words == "千万" or (not match["unit"] and not re.search("[百千万]", words)):
            continue
        if match.start() and text[match.start() - 1].isdigit():
            continue
        value = zh_number(words)
        yield _amount(None if value is None else Decimal(value), match["unit"], currency, bare=False)


def _in_words(text: str, currency: str) -> Iterator[Amount]:
    for match in _WORDS.finditer(text):
        words = [w for w in match[0].split() if w not in {"and", "y"} and w != match["unit"]]
        value = _words_value(words)
        yield _amount(None if value is None else Decimal(value), match["unit"], currency, bare=False)


def _words_value(words: list[str]) -> int | None:
    """`two hundred fifty` 250; anything out of order (`two fifty`, `fifty sixty`) has no value."""
    total, current, last = 0, 0, 10**6
    for word in words:
        if word in _BIG:
            current = max(current, 1) * _BIG[word]
            if _BIG[word] == 1000:
                total, current = total + current, 0
            last = _BIG[word]
            continue
        value = _WORD_VALUES.get(word) or _ONES[word]
        place = 1 if value < 10 else 10 if value < 100 else 100
        if place >= last and last != 1000:
            return None
        current, last = current + value, place
    return total + current


def number(digits: str, orders: tuple[str, ...]) -> Decimal | None:
    """`1,200.50` or `1.200,50`; a lone mark before three digits is thousands. None: malformed."""
    digits = digits.rstrip(".,")
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
    return Amount(minor, bare=bare, label=str(value))
