"""Which of the amounts named is to be paid to us?

Beside what they will pay, people write of wages, rent and fees, of what others owe them, of what they paid before, of what is
then left, and of what they cannot pay. `to_be_paid` leaves those out, by the words beside each; `weighed` takes the one amount
that is left. Two of them, or one that is vague or in another currency, are no amount but a reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from outreach.core.replies import shares
from outreach.core.replies.amounts import NOTHING, VAGUE, Amount, Role
from outreach.core.replies.chosen import CORRECTED
from outreach.core.replies.sorting import RATHER_THAN

# --- before the amount, up to it ---------------------------------------------------------------------------------------

_FILLED = r"(?: (?:is|are|was|were|of|for|about|only|just|like|around|at|a|an|the|my|another|roughly|almost|up|to|i pay|pay|pago|pagamos|es|son|era|fue|de|como|solo|unos|unas|casi|los|las|el|la|un|una|mis|nomas|por|en))*[ ,($:=]*$"
_THEIRS = "|".join(
    (
        # what is paid to others
        r"rent|mortgage|car (?:note|payment)|daycare|groceries|electric(?:ity)?|light|gas|water|phone|insurance|tuition|child support(?: took)?|medicine|meds|overdraft|(?:late |bank |nsf )?fees?|cost(?:s|ed)?|(?<!be )(?<!get )charg(?:es|ed|ing)(?: me)?|other bills?|light bill|gas bill|water bill|(?:landlord|wife|husband|mom|mother|dad|sister|brother|kids?|son|daughter|lawyer|he|she|they|boss|bank|cousin|friend|dealer|mechanic|babysitter|roommate|roomate|flatmate|ex|uncle|aunt|partner|girlfriend|boyfriend|neighbou?r|hubby)s? (?:owes?|brings?|pays?|covers?|puts? in|chips in|has|gives|gets?|wants?|needs?|takes?|took|charged|stole)|spent",
        r"renta|alquiler|hipoteca|luz|agua|gas|colegiatura|multa|comision|recargos?|intereses|cuesta|costo|gaste|gasto|colegio|medicina|(?:suegr[ao]|herman[ao]|espos[ao]|hij[ao]|mama|papa|madre|padre|ti[ao]|prim[ao]|novi[ao]|marido|cunad[ao]|amig[ao]|vecin[ao]|ell?a?|jefe|patron)(?: me)? (?:trae|traen|pone|debe|deben|paga|da|tiene|manda)",
        # what comes from others
        r"(?:i|we) (?:only |still )?(?:make|earn|bring home|clear|borrowed|won)|salary|wages|paycheck|(?<!mailing a )(?<!mail a )(?<!send a )(?<!sending a )(?<!write a )(?<!mail you a )(?<!send you a )(?<!cut you a )(?<!by )(?:check|cheque)|payroll|refund|bonus|took(?: out)?|deducted|garnish\w+|stimulus|ssi|ssdi|disability|unemployment|tips|deposit|inheritance|(?:get|gets|got|getting|be) (?:only )?(?:paid|back)|pay(?:s|ing) me(?: back)?|ow(?:es?|ed|ing) me|(?:lend|lends|lent|lending|gave|giving|gives|loan\w*|spot\w*|paid) me(?: back)?|(?:sold|selling|sell) (?:\w+ ){0,4}for",
        r"gano|ganamos|mi quincena|me (?:quit\w+|descont\w+|rob\w+|cobraron)|sueldo|salario|cheque|aguinaldo|me (?:deben?|prestan?|presto|prestaron|pagan?|pagaron|pago el|regalaron|dieron|devuelven?|dan)|pedi prestados?|vend[ioe]\w*(?: \w+){0,4} (?:en|por|a)",
        # what they paid before
        r"(?<!get )(?<!be )(?<!getting )(?<!gets )(?:paid|sent|gave|deposited|transferred|zelled|venmoed|wired|mailed|put down)(?: (?:you|u|yall|guys|already|them|in|down|payment|off))*|ya(?: (?:te|le|les|os|se|lo|di))* (?:di|pague|deposite|mande|abone|consigne|transferi|hice|adelante|gire)|yapague(?: (?:ya|ayer))?|(?:abonado|pagado|depositado)s?|ayer (?:le |les |te )?(?:di|pague|deposite|mande)",
        # what is left or due, and what they lack
        r"(?:im|i am|its|account is|me) down to|short(?: by)?|behind(?: by)?|threshold|limit|(?:app|site|website|portal|letter|statement|bill|email|text|message) (?:says?|said|shows?|showed)|you (?:say|said|want|wanted|asked for|sent me|charged me|are asking(?: for)?)|minus|after (?:rent|bills)|(?:from|out of) (?:the|my|his|her|that|those)",
        r"(?:quedo |quedaria |quedare |sigo )?debiendo|(?:le|les) deben?|(?:me|nos) (?:piden|cobran|exigen)|(?:app|pagina|recibo|carta|mensaje|estado de cuenta) (?:dice|decia|marca)|(?:usted|ustedes) (?:dice|dicen|piden|quieren)|debo(?=[ $]*\d[\d.,]*(?: mil)? (?:de|en|al?) )",
    )
)
_NOT_OURS = re.compile(rf"\b(?:{_THEIRS}){_FILLED}")
_ZH_NOT_OURS = re.compile(
    r"(?:(?:短信|账单|系统|网上|网站|手机上|软件|APP|app)[上里]?(?:说|显示|写)的?|房租|房贷|月供|学费|车贷|水电费?|利息|手续费|违约金|罚款|罚金|滞纳金|话费|药费|定金|押金|"
    r"月薪|工资|收入|底薪|奖金|借(?:了|给我|我)|欠(?:着)?我|(?:卖|当)了[^,. ]{0,6}|赚了?|挣了?|"
    r"(?:还|付|转|交|给|打|汇|存|缴)(?:过|了)(?:你们?|他们|一笔|一次)?|减去?(?:[^,. ]{0,6}的)?|(?:扣|罚)(?:了|掉)我?|还?差)(?:是|要|就|才|只有|只|也就|大概|大约|每个?月|一共|总共|有|得|了)*[ :]*$"
)
# What is due after it, or perhaps an hour of the day.
_AFTERWARDS = re.compile(
    rf"\b(?:(?:still |will |ill |would )+(?:owe|owing)|id owe|(?:i|we) (?:only |know i )?owe(?: you| yall)?|leav(?:es?|ing)(?: (?:me|us))?(?: with)?(?: \w+ balance)?|balance (?:of|is)|remaining|(?:quedo |quedaria |quedare |sigo )debiendo|(?:quedo a |le |les |te )?deber[ei]a?|faltan?|faltarian?|restan?|quedan|quedarian?|restarian?){_FILLED}|"
    r"(?:还?欠(?:你们?|着)?|还?剩(?:下|余)?|余额|欠款)(?:是|就|才|只有|只|也就|大概|大约|有|得|了)*[ :]*$"
)
# What they meant to pay, or said they would, before they named another amount.
_MEANT_BEFORE = re.compile(
    r"\b(?:(?:was|were) (?:going to|supposed to|planning (?:on|to)|trying to)|(?:i|we) (?:said|told (?:you|u)|promised|wanted)|(?:le|les|te) (?:iba a|dije|habia dicho|prometi|queria)|iba a|quedamos en|queria|habiamos quedado(?: en)?)(?: (?:do|pay|paying|give|send|make|you|u|it|would|be|id|i|dar|darle|darles|pagar|pagarle|los|las|unos|que|to|like|about|the))*[ $]*$|"
    r"(?:本来|原本|原来|之前|上次|当初)?(?:想|打算|准备|说|答应)(?:好|过|是|要)?(?:的)?(?:还|给|付|转)?(?:你们?)?(?:是)?$"
)
_ROUGHLY = re.compile(
    r"\b(?:over|more than|less than|under|almost|nearly|close to|just about|casi|mas de|menos de|cerca de)(?: (?:a|la|un|una|the))* $|(?:超过|不到|将近|差不多|接近)(?:还|了)?$"
)
_HOUR_BEFORE = re.compile(r"\b(?:at|around|by|before|after|till|until) $")
_HOUR = re.compile(r"(?:1[0-2]|[1-9])(?:00|15|30|45)(?![\d.,])|(?:[1-9]|1[0-2])(?![\d.,])")
_UNABLE = re.compile(
    r"\b(?:cant|cannot|can not|couldnt|dont|do not|wont|not|aint|isnt|unable to|no way|never)(?: (?:do|pay|give|send|make|afford|swing|manage|have|got|get|come up with|cover|find|spare|the|a|an|full|whole|you|u|it|all|that|like|even|another|quite|have it|of|to|be able|pull off))*[ $]*$|"
    r"\b(?:instead of|rather than|in place of)(?: (?:the|a|paying|like))*[ $]*$|"
    r"\b(?:no|ni|tampoco|nunca)(?: (?:le|les|te|os|me|se|lo|puedo|podre|podria|tengo|alcanzo|alcanza|llego|junto|junte|completo|consigo|son|es|pagar|pagarle|dar|darle|darles|abonar|mandar|ajusto|los|las|el|la|a|con|para|todos|esos|todo|dar))*[ $]*$|\b(?:en vez de|en lugar de|y no)(?: (?:los|las|el|la))*[ $]*$|"
    r"(?:没有?|不是|不够|还不了|还不起|付不了|付不起|拿不出|[凑拿]不(?:出|到|齐|够)|给不了|不能|没法|而不是|不止|达不到)(?:一次|一下子|那么|这么|多|你|还|付|给|转|交|出|到)*$"
)
_HAVE = re.compile(
    rf"\b(?:(?:sends?|sending|wiring|zelling|transferring|bringing) me|left with|end up with|have|has|got|get|gets|getting|getting about|theres|had|hold|save|saved|saving|receive|receiving|tengo|tenemos|tenia|cobro|saco|gano|recibo|reuni|junte|hay|me (?:depositan?|caen?|llegan?|entran?|quedan?|toca)|nos (?:depositan?|caen?|llegan?)){_FILLED}|(?:有|发(?:了)?|领(?:了)?|拿(?:了)?|到账|进账|到手|只有|手里)(?:个|了|约)*$"
)
_OFFERS = re.compile(
    r"\b(?:pay|paying|send|sending|give|giving|get(?= (?:you|u|ya|yall) )|put|bung|do|doing|swing|manage|afford|spare|zelle|venmo|cashapp|drop(?: off)?|bring|throw|transfer|settle|mail|payments? of|offer|(?:you|u) (?:get|got|can have|will get|will have)|youll (?:get|have)|yours|have for you|(?:can|could)(?: (?:do|pay|give|send|manage|afford|spare))?(?: (?:you|now|right now|today|this (?:week|month)))* is)(?: (?:you|u|ya|yall|it|a|an|another|just|only|like|about|around|the|at least|at most|up to|of|for|down|in|payment|maybe|back|extra|ya|him|her))*[ $]*$|"
    r"\b(?:pag(?:o|are|ar|arle|arles|arte|amos|ue)|abon\w+|doy|aparto|van|dar|dare|darle|darles|deposito|depositar\w*|depositare|transfiero|mando|mandar\w*|paso|consigno|giro|envio|ingreso|cubro|caigo con|(?:puedo|podria)(?: (?:dar|pagar|abonar)(?:le|les|te)?)?(?: (?:ahora|ahorita|hoy|este mes))* (?:es|son|serian)|puedo|acepte|recibame)(?: (?:le|les|te|os|nomas|solo|solamente|otros|otras|unos|unas|los|las|el|como|un|una|de|con|por|hasta|minimo|maximo|al menos|ya|a|usted|ustedes))*[ $]*$|"
    r"(?:还|付|给|转|交|缴|打|汇|存|凑|补|扣)(?:你们?|您|给你们?|给您|上|出|个|够|到|齐|大概|大约|差不多|最多|至少|先|能)*[ ]?$"
)

# --- after it ---------------------------------------------------------------------------------------------------------

_TO_OTHERS = re.compile(
    r" ?(?:for|to|toward|towards|on) (?:the |my |our |his |her )?(?:rent|light|lights|gas|food|groceries|landlord|kids?|mom|mother|dad|car|phone|electric\w*|water|insurance|daycare|school|medicine|meds|doctor|lawyer|wife|husband|other|mechanic|christmas|gifts|him|her|them|someone)\b|"
    r" ?(?:de|para|pa|por|al|a la) (?:la |el |los |mi |mis |mi la )?(?:luz|renta|agua|gas|comida|super|casero|mama|papa|esposa|hijos?|ninos|escuela|colegio|colegiatura|telefono|celular|doctor|medico|medicinas?|alquiler|hipoteca|multa|comision|recargo|intereses|otro)\b|"
    r" ?(?:dollars? |bucks )?(?:refund|bonus|paycheck|settlement|inheritance|tax return)\b(?! (?:off|for you))|"
    r" ?(?:late |overdraft |nsf |bank )?(?:fee|fees|fine|ticket|deposit)\b| ni (?:de cona|de broma|loco|loca|a palos|hablar|sonar|muerto)\b| (?:no way|hell no|nah|nope)\b|(?: de deuda)?(?: (?:minus|menos|less) | - )(?=.{0,20}\d)|减| in rent\b| (?:short|still owed|overdue|overdraft|remaining)\b|"
    r" ?(?:(?:a|per|every|each) (?:week|month|hour|day|check|paycheck)|(?:a la|por|cada|al) (?:semana|quincena|mes|hora|dia)) (?:so|and|but|y|pero|asi)\b|(?:块|元)?(?:的)?(?:利息|手续费|违约金|房租|工资|话费|罚款|欠款)|(?:块|元)?[ ]?(?:了)?(?:没有|不行|太多|还不了|拿不出|凑不出|不够)(?!问题)|"
    r" ?(?:is|es|was|seems|thats|se me hace) (?:way |just |too |a bit |muy |de)*(?:much|high|a lot|lot|steep|mucho|demasiado|imposible|impossible)\b|,? ?(?:no|not)\b(?! (?:more|mas|later|problem|matter|less|menos|hay|longer|cap|se|other|one|worries))(?= ?(?:[,.;]|$|puedo|tengo|me |alcanzo|possible|happening))|"
    r" (?:(?:that )?(?:you|u|yall) (?:want|wanted|asked|said|need)|que (?:me )?(?:piden|pide|cobran|quieren|dicen))\b"
)
_FOR_OTHERS = re.compile(
    r" (?:for|to|de|para|pa) (?:(?:the|my|la|el|mi) )?(?!(?:you|u|ya|yall|usted|ustedes|ti)\b)[a-z]+"
)
_TO_US = re.compile(
    r" ?(?:for|to) (?:you|u|yall|ya|yours|this|it)\b| ?(?:towards?|off|on|to|for) (?:it|this|that|(?:the|my|this) (?:balance|bill|loan|account|debt|acct|amount))\b|"
    r" (?:is|es) (?:all|the most|the best|what|lo que|lo mas|todo lo que)\b| ?(?:para|pa) (?:usted|ustedes|ti|vos|uds|abonar)\b|(?:块|元)?给(?:你|您)"
)
_LEFT = re.compile(
    r" left(?: over)?\b| de sobra\b| sobrantes\b| (?:in|on) (?:the|my) (?:account|acct|bank|pocket|wallet|card|purse)\b(?! ending)| en (?:la|mi) (?:cuenta|bolsa|cartera|bolsillo)\b| (?:cents|pennies|centavos|centimos)\b|(?:块|元)?在(?:卡|手)(?:里|上)"
)
_ONLY = re.compile(r"\b(?:more|over|but|except|only|less|just|mas|menos|solo|sino|higher)\b|多于|超过|只")

# Two amounts of which the words before the first say the same: `50 or 60`.
_AND_NOT = re.compile(r"(?:块钱?|元)?[ ,，]*(?:而|并)?不是[ ]*")
_BESIDE = re.compile(
    r" ?(?:or|o|u|to|a|al|-|~|/|maybe|quizas?|y|and|n|&|到|至|或者?|还是|和|、)(?: ?(?:maybe|quizas?|hasta|up to))? ?"
)
_RATHER = re.compile(r"\b(?:mejor|bueno|well|nah|nope|jk|make it|o sea)[ ,.]*$|(?:错|不对)了?[ ,.]*$")
_CLAUSE = re.compile(
    r"[.!?;,，()](?!\d)|(?<!\d)[.,]|\b(?:but|so|then|and|because|pero|entonces|asi que|y|pues|porque|sino)\b|但是?|不过|可是|所以|就(?!是)|(?<=[\u4e00-\u9fff]) |而是|是(?=还)",
    re.ASCII,
)


def to_be_paid(plain: str, named: Sequence[Amount], stops: Sequence[int], days: int) -> list[Amount]:
    """The amounts that are offered to us. `stops`: where days named end; `days`: how many are meant."""
    if not named:
        return []
    named = _uncorrected(plain, named)
    if len(named) == 1:
        named = [_not_quite(plain, named[0])]
    if len(named) == 1 and _OFFERS.search(plain, max(0, named[0].start - 60), named[0].start):
        return [replace(named[0], role=_role(plain, named, 0, stops))]
    roles: list[Role] = []
    for i, amount in enumerate(named):
        beside = i and _BESIDE.fullmatch(plain, named[i - 1].end, amount.start)
        roles.append(roles[-1] if beside else _role(plain, named, i, stops))
    kept = [one for one in zip(named, roles, strict=True) if one[1] > Role.NOT_THIS]
    best = max((role for _, role in kept), default=Role.NAMED)
    if best > Role.LEFT:
        kept = [one for one in kept if one[1] > Role.LEFT]
    if best is Role.OFFERED or (days < 2 and kept and kept[-1][1] is Role.NAMED):
        kept = [(amount, role) for amount, role in kept if role is not Role.AT_HAND]
    if best is Role.OFFERED and days < 2:
        kept = _offered(kept)
    return [replace(amount, role=role) for amount, role in kept]


def _not_quite(plain: str, amount: Amount) -> Amount:
    """`less than half` is no exact amount."""
    rough = amount.part and _ROUGHLY.search(plain, max(0, amount.start - 30), amount.start)
    return replace(VAGUE, start=amount.start, end=amount.end) if rough else amount


def _offered(kept: list[tuple[Amount, Role]]) -> list[tuple[Amount, Role]]:
    """Of a text with one day, from what is offered on; all of it where a share of what is due stands beside it."""
    if any(amount.whole or amount.part for amount, _ in kept):
        return kept
    first = next(i for i, one in enumerate(kept) if one[1] is Role.OFFERED)
    return kept[first:]


def _uncorrected(plain: str, named: Sequence[Amount]) -> Sequence[Amount]:
    """Without the amounts that were taken back: `100, no wait, 120`."""
    for i in range(len(named) - 1, 0, -1):
        between = named[i - 1].end, named[i].start
        if _AND_NOT.fullmatch(plain, *between):
            continue
        if (CORRECTED.search(plain, *between) or _RATHER.search(plain, *between)) and not RATHER_THAN.search(
            plain, *between
        ):
            return named[i:]
    return named


def _role(plain: str, named: Sequence[Amount], i: int, stops: Sequence[int]) -> Role:
    amount = named[i]
    before = _FOR_OTHERS.match(plain, named[i - 1].end) if i else None  # "40 for gas 40 for you"
    floor = max(before.end() if before else named[i - 1].end if i else 0, amount.start - 60)
    clause = max((m.end() for m in _CLAUSE.finditer(plain, floor, amount.start)), default=floor)
    day = max((stop for stop in stops if stop <= amount.start), default=0)

    def said(*patterns: re.Pattern[str]) -> bool:
        return any(pattern.search(plain, clause, amount.start) for pattern in patterns)

    if _TO_OTHERS.match(plain, amount.end) or _is_refused(plain, amount, max(clause, day)):
        return Role.NOT_THIS
    if _LEFT.match(plain, amount.end):
        return Role.AT_HAND if said(_HAVE) else Role.NOT_THIS
    if amount.whole:
        return Role.NAMED
    if said(_NOT_OURS, _ZH_NOT_OURS):
        return Role.NOT_THIS
    if said(_MEANT_BEFORE, _AFTERWARDS) or (amount.part and said(_ROUGHLY)) or _is_hour(plain, amount):
        return Role.LEFT
    if _TO_US.match(plain, amount.end) or said(_OFFERS):
        return Role.OFFERED
    return Role.AT_HAND if said(_HAVE) else Role.NAMED


def _is_refused(plain: str, amount: Amount, start: int) -> bool:
    refused = _UNABLE.search(plain, start, amount.start)
    return refused is not None and _ONLY.search(refused[0]) is None


def _is_hour(plain: str, amount: Amount) -> bool:
    """May it be a time of day: `around 430`, `before 5`?"""
    before = _HOUR_BEFORE.search(plain, max(0, amount.start - 8), amount.start)
    return amount.bare and before is not None and _HOUR.fullmatch(plain, amount.start, amount.end) is not None


def weighed(named: list[Amount], text: str, letters: frozenset[str], due: int | None) -> Amount:
    """The one amount that is meant among those that are to be paid."""
    parts = [a for a in named if a.part or a.whole]
    numbers = [a for a in named if not (a.part or a.whole)]
    if not numbers and not parts:
        return VAGUE if shares.VAGUE.holds(text, letters) else NOTHING
    if numbers and parts:
        return _both(parts, numbers, due)
    if parts:
        return _share(parts)
    return _number(numbers, due)


def _share(parts_and_whole: list[Amount]) -> Amount:
    parts = [a for a in parts_and_whole if a.part]
    rest = any(a.label == shares.REST for a in parts_and_whole)
    if len(parts) > 1 or (parts and len(parts) < len(parts_and_whole) and rest):
        return Amount(problem="several instalments")
    return (parts or parts_and_whole)[0]


def _both(parts: list[Amount], numbers: list[Amount], due: int | None) -> Amount:
    """`half, 60`: fine when both say the same. `all 430`, too; `50 of the rest` is not."""
    sums = {a.minor for a in numbers if not a.problem}
    if sums == {due} and len(parts) == 1 and parts[0].part:
        return parts[0]  # "half of the 86.40"
    for share in parts:
        if share.minor is not None and sums == {share.minor}:
            return share
    rest_of_theirs = all(a.label == shares.REST for a in parts) and parts[0].start < numbers[0].start
    if rest_of_theirs and len(sums) == 1 and not _may_be_a_day(numbers[0]):
        return numbers[0]
    if all(a.whole and a.label == shares.ALL for a in parts) and len(sums) == 1 and not _may_be_a_day(numbers[0]):
        left = numbers[0].role is not Role.OFFERED  # "my balance is 50": what they take to be due
        return replace(numbers[0], role=Role.LEFT) if left else numbers[0]
    return Amount(problem="several amounts")


def _may_be_a_day(amount: Amount) -> bool:
    return amount.bare and (amount.minor or 0) <= 31_00


def _number(numbers: list[Amount], due: int | None) -> Amount:
    marked = [a for a in numbers if not a.bare]
    chosen = marked or numbers
    problem = next((a for a in chosen if a.problem), None)
    if problem:
        return problem
    sums = {a.minor for a in chosen}
    if len(sums) == 2 and due in sums:  # "50 of the 120"
        return next(a for a in chosen if a.minor != due)
    if len(sums) > 1:
        return Amount(problem="several amounts")
    if len(numbers) > len(chosen) and {a.minor for a in numbers if a.minor != due} - sums:
        return Amount(problem="several numbers")
    return chosen[0]
