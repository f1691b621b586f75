"""What does a text promise: which day, how much, or why it cannot be said?

The days and amounts found by `dates.py` and `amounts.py` are weighed here: which are refused ("can't today"), which are
paydays or due dates, whether the promise hangs on a condition, is a guess, or is several payments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from outreach.core.replies import amounts
from outreach.core.replies.amounts import Amount
from outreach.core.replies.clock import Hour, hours
from outreach.core.replies.dates import Calendar, Mention, mentions
from outreach.core.replies.normal import Said


@dataclass(frozen=True, slots=True)
class Told:
    """What a text says of a payment. `on` only if there is one day without doubt; else `problem` says why.

    `pays`: it speaks of paying. `live`: days meant; `refused`: days said not to be possible.
    """

    on: date | None = None
    amount: Amount = amounts.NOTHING
    problem: str = ""
    label: str = ""
    pays: bool = False
    live: tuple[Mention, ...] = ()
    refused: tuple[Mention, ...] = ()
    times: tuple[Hour, ...] = field(default=())

    @property
    def clear(self) -> bool:
        return self.on is not None and not self.problem


_PAYS = re.compile(
    r"\b(?:pay|paying|payment|pays|send|sending|settle|transfer|deposit|zelle|venmo|cashapp|wire|catch up|get it to you|"
    r"take care of|have it|have the money|get you|give you|do|make|mail|drop off|bring|"
    r"pag(?:o|are|ar|amos|ando|arle|arles|arlo|aria|ue)|abon(?:o|ar|are)|deposit(?:o|ar|are)|transfer(?:ir|ire|encia)|transfiero|"
    r"liquid(?:o|ar|are)|mand(?:o|ar|are)|cubr(?:o|ir|ire)|enviar|envio|doy|dar|dare|tengo|tendre)\b|[还付转交缴汇打给]|结清|处理",
    re.ASCII,
)
_WILL_PAY = re.compile(
    r"\b(?:will|ill|gonna|going to|can|let me|plan to|promise to|want to|need to|able to|try to|ima|imma|have to|i) "
    r"(?:\w+ ){0,2}?(?:pay|send|settle|make (?:a|the) payment|transfer|deposit|take care of it|catch up)\b|\bpaying\b|"
    r"\b(?:puedo|voy a|quiero|prometo|podria|podre) (?:\w+ ){0,2}?(?:pagar|abonar|depositar|transferir|liquidar)|"
    r"\b(?:pagare|abonare|depositare|les pago|le pago|pago)\b|(?:会|就|再|能|可以|一定|马上|尽快|肯定|先|想|来|给你们?)(?:给你们?)?(?:还|付|转|交|打)|还(?:款|钱|上|给|你)|付款",
    re.ASCII,
)
_IDIOM = re.compile(
    r"\bno (?:se|te) preocup\w+|\b(?:please )?dont worry(?: about it)?\b|\bno worries\b|\bno (?:problem\w?|prob|doubt)\b|\bsin falta\b|\bno hay problema\b|"
    r"\b(?:what|how) about\b|\bsorry about\b|\bhope (?:you|that|thats|this|its)\b|\bcant wait\b|\bnot a problem\b|\bno later than\b|"
    r"\b(?:ok|okay|fine|alright|cool|good|mind) if (?:i|we)\b|\bif (?:thats|that is|its|it is) (?:ok|okay|fine|alright|cool)(?: with (?:you|yall))?\b|"
    r"\bsi (?:le|les|te) parece\b|\bsi esta bien\b|\bnot gonna lie\b|\bno mas que\b|\bi know\b|\bfor sure\b|没问题|不好意思|对不起|不用担心|别担心|不(?:是|会)不还|不是(?:我)?不还|不会赖|没事|别急|不急|不见不散|行不行|能不能|可不可以|好不好|是不是"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|as long as|provided|depend\w*|assuming|in case|whenever|"
    r"si (?:me|mi|no|puedo|cobro|consigo|tengo|todo|alcanzo|logro|vendo|el|la|ellos|dios|llega|cae|hay|se|pagan|trabajo)|"
    r"a menos que|siempre que|siempre y cuando|depende\w*|ojala|dios mediante|primero dios|god willing)\b|"
    r"如果|要是|假如|万一|除非|的话|看情况|只要|若",
    re.ASCII,
)
_GUESS = re.compile(
    r"\b(?:maybe|mayb|perhaps|prob|probs|probably|prolly|possibly|might|hopefully|hope|hoping|think|guess|try|trying|"
    r"should (?:have|be|get)|shld|roughly|approx\w*|around|or so|ish|not sure|unsure|idk|no idea|supposed to|dont know|about (?=the \d|\$|\d|\w+day\b|end|mid|half)|"
    r"tal vez|talvez|quiza|quizas|a lo mejor|creo|posiblemente|probablemente|puede que|puede ser|intentare|intento|intentar|tratare|trato|"
    r"tratar|espero (?:poder|pagar|tener)|mas o menos|aprox\w*|no se si|no estoy segur\w|yo digo que|como para)\b|\d ?ish\b|"
    r"可能|大概|也许|争取|尽量|尽力|应该|左右|差不多|估计|看看|试试|说不定|恐怕|想想?办法|或许|最快|最早|前后|不确定|不一定|没准",
    re.ASCII,
)
_INSTALMENTS = re.compile(
    r"\b(?:every|each|weekly|bi-?weekly|monthly|per (?:week|month|paycheck)|install?ments?|payment plans?|payments of|split|in payments|(?:\d|two|three|few|small|several) payments|"
    r"cada|semanal\w*|quincenal\w*|mensual\w*|a plazos|plan de pagos?|en (?:dos|tres|\d|varios) (?:pagos|partes|exhibiciones)|cuotas|abonos|pagos de|poco a poco|little by little)\b|"
    r"\d ?(?:dollars|bucks|usd)? (?:a|per) (?:week|month|paycheck)\b|分期|每[月周个天]|分(?:两|三|几|多|[2-9二四五六])?[次期笔批]|先.{0,12}(?:再|剩|余|下次)|剩下?的?.{0,4}(?:下|再|以后|月|慢)",
    re.ASCII,
)
_PAYDAY_BEFORE = re.compile(
    r"\b(?:get(?:ting)? paid|gets paid|got paid|be paid|paycheck|payroll|check (?:comes|clears|hits|arrives|gets here|drops)(?: in)?|payday(?: is)?|"
    r"direct deposit(?: hits)?|cobro|cobre|me pagan|me paguen|me depositan|me depositen|me cae|pay day(?: is)?|paid)(?: \w+){0,2} ?,?$|(?:发工资|发薪|工资)(?:是|在)?$",
    re.ASCII,
)
_PAYDAY_AFTER = re.compile(
    r"[ ,]*(?:(?:morning |night )?(?:is (?:my )?pay ?day|(?:when |cuando |que )?(?:i get paid|me pagan|cobro|i will get paid)|is when i get))|[ ,]*(?:才|就|会|要|我|我们)*(?:发工资|发薪|发钱|领工资|开工资|开支|拿工资)"
)
_PAYDAY_WHEN = re.compile(
    r"\b(?:when|once|after|as soon as|cuando|en cuanto|apenas|till|until|cuando me)\b|[就等后]|之后"
)
_DUE_BEFORE = re.compile(
    r"\b(?:due|vence|vencia|vencio|dated|since|desde|letter from|message from|expires)(?: \w+){0,2} ?$|(?:到期|逾期)(?:是)?$"
)
_LOOSE_BEFORE = re.compile(
    r"\b(?:before|antes del?|after|despues del?|past|around|about|like|como|sobre|cerca del?|approx\w*|aprox\w*|a partir del?|starting|from|hacia|sometime|somewhere|anytime|middle of|mid|early|late|week of|semana del?|night of)"
    r"(?: (?:the|el|este|this|next))? ?$"
)
_LOOSE_AFTER = re.compile(
    r" ?(?:之后|以后|后(?!天)|左右|前后|or so\b|ish\b|or later|or after|onwards|at the earliest|por ahi|mas o menos|or sooner|en adelante|or earlier|-ish|ish)"
)
_NOT = re.compile(
    r"\b(?:cant|wont|dont|doesnt|didnt|not|unable|couldnt|never|isnt|havent|no|ni|nunca|imposible|tampoco|nor)\b|不|没|别|无法",
    re.ASCII,
)
_NOT_AFTER = re.compile(
    r"[ ,]*(?:i |yo |that |it |me |my |is |its |ya |也|我|都|恐怕|是|真的|实在|还|付|就)*(?:cant|wont|doesnt|does not|not\b(?! only)|isnt|no good|no (?:puedo|me|se|voy|tengo|podre|les|le)\b|no[ .!]*$|impossible|imposible|is bad|wont work|不|没(?!问题)|做不)",
    re.ASCII,
)
_UNTIL = re.compile(r"\b(?:until|hasta|unless|sino|except)\b|才|直到")
_ALSO = re.compile(r"[ ,]*(?:or|and|nor|ni|o|y|和|或者?|跟|/)[ ,]*(?:on |the |el |even )?")
_CLAUSE = re.compile(
    r"[.!?;,，](?!\d)|(?<!\d)[.,]|\bbut\b|\bpero\b|\bsino\b|\binstead\b|\b(?:i )?(?:will|ill|gonna|imma)\b|\bi can\b|\bcan do\b|\blet me\b|"
    r"(?<!no )(?<!no le )(?<!no les )(?<!no te )\b(?:(?:le |les |te |lo |la )?(?:pago|pagare|abono|deposito)|mejor|puedo)\b(?! pagar hoy no)|"
    r"\b(?:and|so|because|then|y)\b|但是?|不过|可是|我(?=周|星|礼|月|\d|下|明|后|这)",
    re.ASCII,
)  # fmt: skip


def told(said: Said, cal: Calendar, currency: str, due: int | None) -> Told:
    """Days, times and money of a text. Never raises; every doubt becomes `problem`."""
    plain = _IDIOM.sub(lambda m: " " * len(m[0]), said.plain)
    found = mentions(plain, cal)
    times = tuple(h for h in hours(plain) if not _covered(h, found))
    live, refused = _sorted_out(plain, found)
    money = amounts.find(_blanked(plain, [*found, *times]), currency, due, cal.orders)
    pays = _PAYS.search(plain) is not None
    on, label, problem = _one_day(live, cal)
    problem = problem or _loose(plain, live) or _uncertain(plain)
    problem = problem or _money_problem(money, due, currency, pays=pays or on is None, dated=on is not None)
    return Told(None if problem else on, money, problem, label, pays, live, refused, times)


def will_pay(plain: str) -> bool:
    """Does the debtor say they will pay, with or without a day?"""
    return _WILL_PAY.search(plain) is not None


def _covered(hour: Hour, found: list[Mention]) -> bool:
    """A number already read as a day is no time; words such as `tonight` may be both."""
    return any(m.start <= hour.start and hour.end <= m.end for m in found)


def _blanked(plain: str, spans: list[Mention | Hour]) -> str:
    letters = list(plain)
    for span in spans:
        letters[span.start : span.end] = " " * (span.end - span.start)
    return "".join(letters)


def _sorted_out(plain: str, found: list[Mention]) -> tuple[tuple[Mention, ...], tuple[Mention, ...]]:
    """(days meant, days refused). Paydays, due dates and the past count only where nothing else is named."""
    refused: list[Mention] = []
    meant: list[Mention] = []
    aside: list[Mention] = []
    ends = [match.end() for match in _CLAUSE.finditer(plain)] if found else []
    for i, mention in enumerate(found):
        previous = found[i - 1] if i else None
        following = found[i + 1].start if i + 1 < len(found) else len(plain)
        if _is_refused(plain, mention, previous, following, ends, refused):
            refused.append(mention)
        elif (kind := _set_aside(plain, mention, previous)) is not None:
            aside.append(kind)
        else:
            meant.append(mention)
    return tuple(meant or aside), tuple(refused)


def _is_refused(
    plain: str, mention: Mention, previous: Mention | None, following: int, ends: list[int], refused: list[Mention]
) -> bool:
    start = max((e for e in ends if e <= mention.start), default=0)
    floor = previous.end if previous else 0
    if previous in refused and _ALSO.fullmatch(plain, floor, mention.start):
        return True
    before = plain[max(start, floor) : mention.start]
    if _UNTIL.search(before):
        return False
    if previous in refused and re.match(r" ?(?:不|没|还不|付不)", plain[floor : mention.start]):
        before = ""  # the refusal belongs to the day before it
    stop = min((e for e in ends if e >= mention.end), default=len(plain))
    after = plain[mention.end : min(following, stop)]
    return _NOT.search(before) is not None or _NOT_AFTER.match(after) is not None


def _set_aside(plain: str, mention: Mention, previous: Mention | None) -> Mention | None:
    """A payday, a due date or a past day: returned as what it is worth alone, None if it is a plain day."""
    before = plain[previous.end if previous else 0 : mention.start]
    after = plain[mention.end : mention.end + 30]
    if mention.problem == "in the past" or mention.label.startswith("last "):
        return mention
    if mention.label == "payday":
        return mention
    if _DUE_BEFORE.search(before):
        return Mention(mention.start, mention.end, mention.label, problem="named as a due date")
    if _PAYDAY_BEFORE.search(before) or _PAYDAY_AFTER.match(after):
        if _PAYDAY_WHEN.search(before) or _WILL_PAY.search(plain) or _PAYDAY_WHEN.search(after):
            return mention
        return Mention(mention.start, mention.end, mention.label, problem="named as a payday")
    return None


def _one_day(live: tuple[Mention, ...], cal: Calendar) -> tuple[date | None, str, str]:
    if not live:
        return None, "", ""
    days = set()
    for mention in live:
        day, why = mention.settle(cal)
        if day is None:
            return None, mention.label, why
        days.add(day)
    if len(days) > 1:
        return None, "", "several days"
    return days.pop(), live[0].label, ""


def _loose(plain: str, live: tuple[Mention, ...]) -> str:
    for mention in live:
        if _LOOSE_BEFORE.search(plain[max(0, mention.start - 30) : mention.start]):
            return f"{mention.label}: before, after or about it"
        if _LOOSE_AFTER.match(plain, mention.end):
            return f"{mention.label}: about or after it"
    return ""


def _uncertain(plain: str) -> str:
    if _CONDITION.search(plain):
        return "a condition"
    if _INSTALMENTS.search(plain):
        return "several instalments"
    return "not certain" if _GUESS.search(plain) else ""


def _money_problem(money: Amount, due: int | None, currency: str, *, pays: bool, dated: bool) -> str:
    if money.problem:
        return money.problem
    if money.minor is None:
        return ""
    if due is not None and money.minor > 10 * due:
        return "an amount far above what is due"
    unit: int = 10 ** amounts.minor_units(currency)
    if money.bare and dated and not pays and money.minor <= 31 * unit:
        return "a number that may be money or a day"
    return ""
