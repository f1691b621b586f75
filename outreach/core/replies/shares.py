"""Which share of what is due does a text name: a half, a third, all of it, the rest, one of so many payments?

The wordings stand in tables by language. `VAGUE` holds what says of an amount only that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from outreach.core.replies.languages import SMALL_NUMBERS, zh_number
from outreach.core.replies.rows import Sought


@dataclass(frozen=True, slots=True)
class Share:
    """`upper / lower` of what is due, said at `start:end`. Of the whole, `label` is `all of it` or `the rest`."""

    start: int
    end: int
    upper: int
    lower: int
    label: str

    @property
    def whole(self) -> bool:
        return self.label in {ALL, REST}


ALL, REST, IN_PARTS = "all of it", "the rest", "in parts"


def _any_of(*tables: tuple[str, ...]) -> Sought:
    return Sought("|".join(row for table in tables for row in table), re.ASCII)


# --- fractions --------------------------------------------------------------------------------------------------------

_OF_IT = r"(?= (?:of|on) (?:it|this|that|what|the (?!month|week|year|day)|my (?!pay|check)))"
_FRACTIONS: tuple[tuple[Sought, int, int], ...] = tuple(
    (Sought(pattern, re.ASCII), upper, lower)
    for pattern, upper, lower in (
        (r"\bhalf of (?:a )?half\b|\b(?:la )?mitad de la mitad\b", 1, 4),
        (r"\b(?:two|2) ?thirds\b|\b2/3(?:rds?)?\b|\b(?:dos|2) (?:tercios|terceras partes)\b", 2, 3),
        (r"\b(?:three|3) ?(?:quarters|fourths)\b|\b3/4(?:ths?)?\b|\b(?:tres|3) (?:cuartos|cuartas partes)\b", 3, 4),
        (rf"\b(?:a|one|1) ?-?third\b|\bthird{_OF_IT}|\b1/3(?:rd)?\b|\ba 3rd\b{_OF_IT}|\b(?:un tercio|(?:una |la )?tercera parte)\b", 1, 3),
        (rf"\b(?:a|one|1) ?-?(?:quarter|fourth)\b(?! (?:to|past|after|of an hour))|\b(?:quarter|fourth){_OF_IT}|\b1/4(?:th)?\b|\ba 4th\b{_OF_IT}|\b(?:un cuarto|(?:una |la )?cuarta parte)\b(?! de (?:hora|millon))", 1, 4),
        (rf"\b(?:a|one|1) (?:fifth|5th)\b{_OF_IT}|\b1/5\b(?= of)|\b(?:un quinto|(?:una |la )?quinta parte)\b", 1, 5),
        (rf"\b(?:a|one|1) (?:tenth|10th)\b{_OF_IT}|\b1/10\b(?= of)|\b(?:un decimo|(?:una |la )?decima parte)\b", 1, 10),
        (r"\b(?:half|(?:la )?mitad|1/2)\b(?! (?:hour|day|an hour|past|asleep|way|(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?! (?:hundred|thousand|grand))|of (?:the )?(?:month|next|december|my (?:pay|check)))| de(?:l)? (?:mes|semana))|一半|半数|对半|五成", 1, 2),
    )
)  # fmt: skip
_PERCENT = Sought(
    r"(?<![\d.])(?P<n>\d{1,3}|[\ue000-\uf8ff]) ?(?:%|percent\b|per cent\b|por ?ciento\b|趴)|百分之(?P<zh>[一二三四五六七八九十百\d]{1,3})|(?P<ten>[一二两三四五六七八九1-9])成(?P<five>[半五])?(?!功|年|立|本)"
)
_ZH_FRACTION = Sought(r"(?P<lower>[二三四五六七八九十])(?:分之|份之?)(?P<upper>[一二两三四五六七八九])")
_COUNT = r"(?P<n{0}>[2-9]|1[0-2]|two|three|four|five|six|seven|eight|nine|ten|twelve|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce)"
_PARTS = (
    r"(?:(?:equal|monthly|weekly|small) )?(?:payments?|parts?|install?ments?|pagos|partes|cuotas|abonos|exhibiciones|plazos|quincenas|mensualidades|veces|tandas|goes|instalments|chunks|ratas?)\b(?: iguales)?"
    r"(?! (?:of|de|behind|left|late|ago|atrasad\w+|pendientes|vencid\w+|missed))"
)
_SPLIT = Sought(
    rf"\b(?:in|into|over|en|a) {_COUNT.format(1)} {_PARTS}|\b(?:split|divide|break|cut|partir|partirlo|dividir|dividirlo)(?: (?:it|this|that|the \w+|up|down|lo|la deuda|el pago))* (?:in|into|by|en|entre) {_COUNT.format(2)}\b(?! (?:weeks?|days?|months?|semanas|dias|meses))|"
    rf"\b{_COUNT.format(3)} {_PARTS}(?=.{{0,40}}\b(?:start\w*|begin\w*|empez\w+|empiez\w+|comenz\w+|desde|a partir)\b)|\b{_COUNT.format(4)} (?:equal (?:payments|parts)|(?:pagos|partes|cuotas|abonos) iguales)\b(?! (?:of|de))|分(?:成|为)?(?P<zh>[2-9两二三四五六七八九十])(?:个月|期|次|笔|批|回)"
)

# --- all of it --------------------------------------------------------------------------------------------------------

_WHOLE_EN = (
    r"\b(?<!almost )(?<!nearly )(?<!most of )(?:all of (?:it|this|what i owe)|it all|this all|in full|(?:my |the )?full (?:amount|balance|payment|thing|bill|debt|loan|sum|\$)|"
    r"whole (?:thing|amount|balance|lot|bill|payment|debt|loan|sum|enchilada|shebang|nine yards|kit and caboodle|whack)|everything(?! (?:is|was|ok|good|going|else|costs|happen))|"
    r"the (?:full|entire|total) (?:amount|balance|bill|thing|payment|debt)|entire (?:amount|balance|bill|thing|debt|loan|payment|lot)|pay(?:ing)? (?:it |this |that |you |everything |the (?:bill|debt|loan|balance) )?(?:all )?off|paid (?:it |this )?off|"
    r"the total|the balance|(?:my|my whole|my full|outstanding) balance|(?:amount|balance) (?:due|owed|owing)|past due(?: amount| balance)?|the outstanding|what(?:ever)?(?:s|s? is| all| it is)? (?:i owe|i do owe|owed|owing|outstanding)(?: you| u| yall)?|what(?:ever)? (?:you say )?i owe|"
    r"every (?:last |single )?(?:penny|cent|dime|dollar)(?! i)|all the money|the lot|(?:pay|send|do|give|have|settle|clear|cover|get|make|zelle|bring) (?:you |u |it |the |for |ya )*(?:all|full)\b(?! (?:i\b|day|the time|week|month|time|my|these|those|your|i have|year))|all (?:due|owed|on (?:the|my|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|by|at once|in one|of that)|"
    r"get (?:all )?(?:caught up|current)|catch up|caught up|bring (?:it|my account|the account) current|full|(?:paid|pay) (?:up|in full)|settle (?:up|it|the (?:bill|account|balance|debt))|clear (?:it|my (?:balance|account|debt)|the (?:balance|debt|account))|square (?:up|this|it)|(?:wipe|zero) (?:it|this|that|the (?:balance|debt))? ?out|zero (?:it|this)|100 ?(?:percent|per cent))\b|100 ?%",
)
_WHOLE_ES = (
    r"\btodo\b(?! (?:bien|el (?:dia|mes|tiempo|ano)|mundo|lo posible|esto|este|ese|listo|ok|en orden|por|fue|esta bien|se|igual|cuanto|a su|gusto|caro|tipo|subio|iba|lo que (?:pueda|tenga)))(?<!con todo)(?<!sobre todo)(?<!perdi todo)(?<!perdimos todo)(?<!casi todo)(?<!no todo)",
    r"\bqued(?:o|amos|are|aria) con todo\b",
    r"\b(?:complet[oa]s?|el total|la totalidad|totalmente|totalidad|total|saldo (?:total|completo)|entero|integr[oa]|de contado|de un (?:solo )?(?:jalon|golpe|tiro)|de una sola vez|en un (?:solo )?pago|al dia|al corriente|liquid(?:o|ar|are|amos|arl[aoe]s?)|salda(?:r|re)|saldo (?:mi|la|el|todo)|finiquit\w+|"
    r"toda(?: la deuda)?|la deuda(?: completa| entera)?|mi deuda(?: completa| entera)?|(?:el|mi) (?:saldo|adeudo)|lo (?:atrasado|adeudado|vencido|pendiente)|lo que (?:(?:yo )?(?:le |les |te |os )?(?:debo|adeudo)|se debe)|la cuenta completa|la cuota completa|el monto completo|(?:hasta el ultimo|cada) (?:peso|centavo|centimo|euro|sol))\b(?<!pago parcial del total)",
)
_WHOLE_ZH = (
    r"(?<!大)(?:全部|全额|全数|全款|全都|总额)",
    r"一次(?:性)?(?:都|全)?(?:还|结|付|交|缴|清|转|给|搞定)|(?:还|结|付|交|清|汇|转|给|缴)(?:清|齐|完|干净|晒|光)(?!不了)|俾晒|清(?:账|掉|光|了)|(?:全|都|一起|统统|通通)(?:还|给|付|转|交|汇|清|结|补|打)(?!不|过了吗)|(?:还|付|交|给|转)(?:你)?(?:全|全部|所有)|所有(?:的)?(?:欠|钱|款|债)|足额|本息|连本带利",
    r"欠(?:你们?|您)?的(?:钱|款|账)?(?:都|全|一起)?(?=还|给|付|转|清)|欠的(?:钱|款)还|欠多少还多少|一分不(?:少|差)|(?<!不是)(?<!不)百分之百",
    r"\b(?<!almost )(?<!nearly )all\b",
)
_WHOLE = _any_of(_WHOLE_EN, _WHOLE_ES, _WHOLE_ZH)
_REST = _any_of(
    (
        r"\b(?:the |my )?(?:rest(?! (?:of (?:the|my) (?:day|week|month|family|life)|in peace|assured|easy))|remainder|remaining(?: balance| amount| part)?|(?:an)?other half|what(?:s| is) left|leftover|balance after|(?:and|then|with) (?:the |my )?balance|(?<=[,.] )(?:the )?balance(?= +(?:on|by|in|the|later|next|after|when|at|$)))\b",
    ),
    (
        r"\b(?:el |lo )?(?:resto|restante|que (?:falta|resta|queda|sobra|me falta|me queda))(?! del (?:dia|mes))\b|\b(?:la )?otra (?:mitad|parte)\b|\by la otra\b(?! (?:semana|quincena|vez|cuota))|\blo demas\b",
    ),
    (r"剩下(?:的)?|剩余|余下|余额|余款|尾款|另一半|另外一半|剩的|其余|后面的",),
)
VAGUE = _any_of(
    (
        r"\b(?:something(?! (?:came|comes|happened|is|was|went|else|bad|wrong))|some money|some of (?:it|this|that)|some (?:now|on|tomorrow|today|friday|cash|monday)|most of (?:it|this|that)|(?:almost|nearly) (?:all|everything)|a little(?: something| bit)?|a bit|part of (?:it|this|my|the)|a part|partial(?: payment)?|a portion|a (?:good |big |small )?chunk|what(?:ever)? i can(?! get)|as much as|minimum|min payment|"
        r"(?:a |some |several )?(?:few|several|many) (?:bucks|dollars|quid|hundred|hundreds|grand|thousand|twenties)|a? ?couple (?:of )?(?:bucks|dollars|quid)|small (?:payment|amount)|whatever (?:i|i have)|a buck fifty|(?:the )?same (?:amount )?as (?:last time|before|always))\b(?! (?:late|more time))",
    ),
    (
        r"\b(?:algo(?! (?:paso|pasa|surgio|malo|mal|urgente|mas tarde))(?: de dinero)?|una parte|la mayor parte|casi todo|un poco|un poquito|parte de(?: la| lo)?|lo que (?:pueda|tenga|alcance|junte|salga)|un abono|abonito|una parte|(?:el|lo) minimo|pago minimo|unos pesos|(?:unos )?cuantos (?:pesos|miles|cientos)|unos (?:cientos|miles)|un pago parcial)\b(?! (?:mas de tiempo|de tiempo|tarde))",
    ),
    (
        r"大?部分|一部分|(?:还|付|给|交|转)(?:一)?点|一点(?!钱都)|一些(?!日子|时间|时日|天|事)|多少还点|最低|几百|几千|几十|上千|上百|上万|(?<![一二两三四五六七八九\d])百来|百把|意思一下|凑一点",
    ),
)


# All of them: of a text that holds none of their letters none is asked. Never searched itself.
_ANY = Sought("|".join(one.pattern for one in (_REST, *(row[0] for row in _FRACTIONS), _ZH_FRACTION, _PERCENT, _WHOLE)))


def shares(text: str, letters: frozenset[str], numbers: Mapping[str, Decimal | None]) -> Iterator[Share]:
    """Shares of what is due, those of the most words first; none lies in another. `numbers`: signs in it for numbers."""
    taken: list[Share] = []
    for share in _any_shares(text, letters, numbers) if _ANY.may_hold(letters) else ():
        if all(share.end <= other.start or share.start >= other.end for other in taken):
            taken.append(share)
            yield share


def _any_shares(text: str, letters: frozenset[str], numbers: Mapping[str, Decimal | None]) -> Iterator[Share]:
    yield from (Share(*match.span(), 1, 1, REST) for match in _REST.each(text, letters))
    for pattern, upper, lower in _FRACTIONS:
        yield from (_share(match, upper, lower) for match in pattern.each(text, letters))
    for match in _ZH_FRACTION.each(text, letters):
        yield _share(match, zh_number(match["upper"]) or 0, zh_number(match["lower"]) or 1)
    for match in _PERCENT.each(text, letters):
        said = match["n"] or match["zh"] or match["ten"]
        number = int(numbers[said] or 0) if said in numbers else zh_number(said) or 0
        yield _share(match, number * (10 if match["ten"] else 1) + (5 if match["five"] else 0), 100)
    yield from (Share(*match.span(), 1, 1, ALL) for match in _WHOLE.each(text, letters))


def _share(match: re.Match[str], upper: int, lower: int) -> Share:
    if upper == lower:
        return Share(*match.span(), 1, 1, ALL)
    return Share(*match.span(), upper, lower, "half" if 2 * upper == lower else f"{upper}/{lower}")


def split(text: str, letters: frozenset[str]) -> Share | None:
    """One of so many payments: `in 4 parts`. Asked only where no amount is named."""
    match = _SPLIT.first(text, letters)
    if match is None:
        return None
    word = next(word for word in match.groups() if word)
    count = SMALL_NUMBERS.get(word) or zh_number(word) or 0
    return Share(*match.span(), 1, count, IN_PARTS) if count > 1 else None
