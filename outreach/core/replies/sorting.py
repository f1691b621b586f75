"""Which of the days named are meant?

A day may be refused ("can't friday"), named as a payday or a due date, told of somebody or something else, of what was said
before, or of the calendar ("tomorrow is sunday, so ..."). `chosen.py` weighs what is left.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from outreach.core.replies import signs
from outreach.core.replies.dates import Mention
from outreach.core.replies.languages import WEEKDAYS
from outreach.core.replies.rows import compiled, letters_of

_PAYDAY_BEFORE = re.compile(
    r"\b(?:get(?:ting)? paid|gets paid|be paid|paycheck|payroll|(?:check|pay|money|deposit|bonus|refund)(?: which| that)? (?:comes|clears|hits|arrives|gets here|drops|lands)(?: in)?|payday(?: is)?|"
    r"direct deposit(?: hits)?|cobro|me pagan|me paguen|me depositan|me depositen|me cae|pay day(?: is)?|paid|ends?|starts?|begins|get back|come back|returns?|rent(?: is)? due|birthday(?: is)?|termina|empieza|regreso|vuelvo)(?: (?!you\b|it\b|off\b|y\b|and\b|so\b|then\b|pero\b|but\b|ill\b)\w+){0,2} ?,?$|(?:发工资|发薪|工资)(?:是|在)?$",
    re.ASCII,
)

# What is paid then: `150 when i get paid friday`.
_SUM_WHEN = re.compile(
    r"(?:\d|hundred|bucks|dollars|pesos|half|mitad|todo|all of it)(?: of it)? (?:to you |le |les )?(?:when|once|as soon as|cuando|en cuanto)(?: \w+){1,5} ?$|(?:\d|百|千|块|一半)[^,. ]{0,2}等(?:我|公司)?(?:发工资|发薪)$"
)

_PAYDAY_AFTER = re.compile(
    r"[ ,]*(?:(?:morning |night )?(?:is (?:my )?pay ?day|(?:when |cuando |que )?(?:i get (?:paid|tips|my (?:tips|check|pay|money|bonus|wages))|me pagan|cobro|i will get paid|they pay me|me depositan|me cae)|is when i get))|[ ,]*(?:才|就|会|要|我|我们|公司|老板)*(?:发工资|发薪|发钱|领工资|开工资|开支|拿工资)"
)

_DUE_BEFORE = re.compile(
    r"\b(?:(?<!amount )(?<!balance )(?<!past )(?<!money )due(?: date)?|vence|vencia|vencio|vencimiento|deadline|fecha limite|dated|since|desde|letter from|message from|expires|born|sent on|statement from|bill from|del mes de)(?: (?:on|the|el|at|by|al|is|was|es|era|fue))* ?$|(?:到期|逾期|还款日|账单日)(?:是|为)?$"
)

# A "no" that is said of an amount.
NO_SUCH_SUM = re.compile(
    r"\b(?:no|not|cant (?:do|pay|send|give)|no (?:puedo|le puedo)(?: \w+)?) (?:more|less|over|under|mas|menos)(?: (?:than|de|que))? |\b(?:no|not) (?:los |las |the )?\$?(?=\d)|\b(?:not|no)(?: (?:the|all|my|el|la|lo|todo|toda))* (?:full|whole|entire|complete|total|completo|completa|todo|toda|entera?)(?: (?:amount|thing|balance|payment|lot|bill|sum|cantidad|monto|deuda|pago))?\b|\bnot (?:all (?:of )?(?:it|that)|everything)\b|\b(?:mas|more) (?:de|than) \S+ no puedo|不(?:是还|止|超过|到|低于)(?=\d)"
)
# Not so much, but some: the day stands.
_LESS_THEN = re.compile(
    r".{0,3}(?:还|付|给|拿|凑)不(?:了|起|出|到|够)[^,.]{1,8}[ ,.]?(?:我)?(?:只能|能|可以|先|就)(?:还|付|给|拿|凑)"
)
_NOT = re.compile(
    r"\b(?:nothing(?! (?:but|can|will|to|over|more|less|under))|cero(?! (?:pesos|excusas|pretextos))|zero(?! (?:it|this|the|out|cents|balance)))\b|\$0\b(?![.,])|\b(?:cant|wont|dont|doesnt|didnt|not|unable|couldnt|never|isnt|havent|no|ni|nunca|imposible|tampoco|nor|aint|forget|ignore|disregard|nevermind|olvid\w+)\b|忘掉|别管|(?:(?<!要)不(?:是|能|要|在|想)?|没法|无法|别|除了|非)(?:在|等|是|到|定)?$",
    re.ASCII,
)

_NOT_AFTER = re.compile(
    r"(?:i |yo |that |it |me |my |is |its |ya |the |la |verdad |todavia |aun |still |actually |really |es que |que |也|我|都|恐怕|是|真的|实在|还|付|交|转|就|肯定|那天|应该|可能|怕|的话|之前|前|,| ){0,9}(?:cant(?! (?:say|tell|promise (?:more|how)|do more|give more|afford more))|wont|doesnt|does not|not\b(?! (?:only|much|a lot|alot|all|enough|sure|everything|more|too much|the (?:full|whole)))|isnt|no good|aint|no (?:puedo|me|se|voy|tengo|podre|les|le|alcanzo|va|lo|la|los(?! \$?\d)|las|llego|alcanza|cuent\w+|prometo|creo|junt[eo]|pude|consegui|complete|saque|logre|ajuste|cobre)\b|no[ .!]*$|no\b(?=[,.])|no\b(?= (?:porque|pues|ya que|es que|because|cause))|tampoco\b|neither\b|impossible|imposible|is bad|wont work|is too|es muy|不(?!是不|会不|会(?:变|改|食言|骗|拖|晚|迟|少|赖|忘)|变|见不|行就|行的话|影响|低于|少于|超过|多于|止)|没(?!问题|事)|未(?!来)|做不|无法|来不及|赶不|太(?:早|快|赶|急|紧|近))",
    re.ASCII,
)

_NO_THAT_DAY = re.compile(
    r" ?(?:is |would be |works|work\b|will work|me queda|mejor|better|good|instead|ok\b|si\b|yes\b|seria|me sirve|可以|行|好|ill|i will|le pago|pago|i can)"
)

_WAS = re.compile(
    r" (?:was|were|sucked|fue|estuvo|already passed|ya paso|(?:ya )?(?:se lo |le |les |te )?(?:habia dicho|dije)|i (?:already )?(?:said|told))\b|(?:我|已经|跟你们?){0,3}就?说(?:了|过)|(?:我)?说的(?:不算|作废|那个)|起(?=没|就没|一直|身上|手)|[ ,]*(?:era|fueron|ya paso)[ .!]*$"
)

_NO_RATHER = re.compile(r"[,.] ?no,? ?(?:the|el|on|for|mejor)? ?$")

# What takes a day back; its own "no" refuses nothing.
TAKEN_BACK = re.compile(
    r"\bno,? ?(?:no,? ?)*(?:wait|actually|sorry|make (?:it|that)|i mean|i meant|seriously|hold on|let me see|hang on|(?:ya )?en serio|perdon|perdona|perdone|disculp\w+|espera\w*|espere\w*|digo|mentira|mejor dicho|miento)\b,?|"
    r"不对|不不|哦不|啊不|说错|打错"
)

RATHER_THAN = re.compile(
    r"\b(?:instead of|rather than|in place of|better than|sooner than|en (?:vez|lugar) del?|antes que|y no|and not)(?: (?:the|el|on|this|este))* ?$|(?:而不是|而非|代替|不用(?:等|拖)?到?|不必(?:等|拖)?到?|用不着等?到?) ?$"
)
_NOT_THE_OTHER = re.compile(
    r"[ ,]*(?:而)?不是 *|[ ,]*not(?: (?:on|the|this|by|for))* ?(?:next|last|the next one|the one after)?[ .!]*"
)

# What was said before, beside what is said now.
_SAID_BEFORE = re.compile(
    r"\b(?:(?:i|we) (?:\w+ )?(?:said|told|promised|wrote)|was supposed to|were supposed to|originally|(?:le|les|te|os|yo) (?:habia )?(?:dije|dicho|prometi)|habia dicho|habiamos quedado|quedamos(?! en paz)|iba a|se suponia)\b|说(?:的|好|过|了)|答应|本来|原本|原先|原来"
)

# What others say is their promise.
_OFF_UNTIL = re.compile(
    r"\b(?:(?<!hold )(?<!put )(?<!holding )(?<!putting )off|out|out of town|away|gone|busy|fuera|de viaje|de vacaciones|ocupad\w)(?: (?!pay|then|will)\w+){0,3} (?:until|till|hasta)\b.{0,7}$"
)
_WAS_BEFORE = re.compile(r"\b(?:yesterday|ayer|it|that|eso) (?:was|fue|era)(?: (?:a|on|el|un))? ?$")
_OTHERS_SAY = re.compile(
    r"\b(?:they|bank|boss|he|she|hr|payroll|manager|lawyer|irs|unemployment|job|work) (?:said|says|say|told (?:me|us)|claims?|promised)(?: (?!i\b|ill\b)\w+){0,4} ?$|"
    r"\b(?:banco|jefe|patron|empresa|ellos|me|trabajo) (?:dij(?:o|eron)|dice[n]?|asegura[n]?|prometi(?:o|eron))(?: (?!yo\b)\w+){0,4} ?$|(?:银行|公司|老板|他们?|人家|单位|财务|领导|会计|工头)(?:那边)?(?:都|又)?(?:说|讲|答应)(?:是|要|在)?$"
)

# Days that give a reason for another: `end of next month because this month is christmas`.
_REASON = re.compile(r"\b(?:because|since(?! ?(?:the |last )?$)|due to|porque|ya que|es que|pues|debido a)\b|因为|由于")
_NO_REASON = re.compile(
    r"\b(?:then|so|but|will|ill|can|pero|entonces|asi que)\b|[.;]|所以|但|(?<=[\u4e00-\u9fff]) ", re.ASCII
)

# Clauses that tell of something else than paying.
ELSEWHERE = re.compile(
    r"\b(?:(?:got|had|have) (?!\$?\d|it\b|you\b|the (?:money|rest)|half|all\b|a (?:hundred|grand|tenner|fiver))|saw|read|seen|missed|was|were|been|went|came|called|talked|spoke|texted|started|lost|moved|broke|(?:get|come|be|im|am|comes|gets) back|back (?:at|to|from|home|in)|"
    r"work(?:ing)?\b(?! (?:for|with)? ?(?:me|you))|i see|seeing|talk(?:ing)?|speak(?:ing)?|(?:go|going) to (?:the|my)\b(?! bank and)|meet\w*|appointment|doctors?|travel\w*|out of town|away|busy|flight|fly\w*|surgery|court|school|holiday|hols|closed|birthday|rent|vacation|interview|"
    r"hablo|voy (?:a la|al|a ir|a ver|a hablar)|salgo|paro|huelga|strike|trabajo|vuelvo|regreso|llego|viajo|cita|estoy|estuve|fui|vi|recibi|operan|doctor|medico|feriado|festivo|puente|vendo|juego|cocino|cumpleanos|reunion|abren|cierran|cerrado|renta|alquiler|pedi|llame|me (?:fui|enferme|llego|despidieron|contactaron|escribieron)|vence el)\b|"
    r"出差|上班|加班|没空|有事|值班|外出|开会|放假|休息|复工|开工|停工|去(?:银行|医院|网点|公司|趟)|看病|手术|收到|看到|才看|回来|回老家|回家|到家|面试|入职|报到|搬家|高铁|飞机|住院|出院|办卡|没信号|不在|刷卡|刷爆|发的?(?:工资|薪)",
    re.ASCII,
)
PAYING = re.compile(
    r"\b(?:pay(?:ing|s)?|send(?:ing)?|settle|transfer\w*|deposit\w*|zelle|venmo|pago|pagar\w*|pague|abon\w+|transf\w+|consign\w+|liquid\w+|mando|doy|ingreso|bizum|give you|get you|\$ ?\d+)\b|给(?:你|您|钱)|还(?!有|没|是|要|不|在)|付|转(?!告)|交(?!代|给你们领导)|汇|打给|打钱|结清|补上",
    re.ASCII,
)

UNTIL = re.compile(r"\b(?:until|hasta|unless|sino|except|only|solo|before)\b|才|直到|要到")

_ALSO = re.compile(r"[ ,]*(?:or|and|nor|ni|o|y|和|或者?|跟|/)[ ,]*(?:on |the |el |even )?")

CLAUSE = compiled(
    r"[.!?;,，](?!\d)|(?<!\d)[.,]|\bbut\b|\bpero\b|\bsino\b|\binstead\b|\b(?:can|could|may) (?:i|we)\b(?! not)|\b(?:i )?(?:will|ill|going to)\b|\bi can\b|\b(?:im|i am|well) (?=pay|send|giv|go)|\bplease\b|\bcan do\b|\blet me\b|\bnow\b|\byet\b|\bahorita\b|\bahora\b|\btodavia\b|\bhowever\b|\blol\b|\bhaha\w*\b|\bjaja\w*\b|\bonly\b|\bjust\b|\brn\b|"
    r"(?<!no )(?<!no le )(?<!no les )(?<!no te )\b(?:(?:le |les |te |lo |la |os )?(?:pago|pagare|abono|deposito|transfiero|consigno|doy|mando)|mejor|puedo)\b(?! pagar hoy no)|"
    r"\b(?:and|so|because|then|y|pues|porque|asi que|entonces)\b|但是?|不过|可是|我(?=周|\d|下|明|后|这)|(?<=[\u4e00-\u9fff]) ",
    re.ASCII,
)  # fmt: skip

_AFTER_CLAUSE = re.compile(r"[.!?;,，](?!\d)|(?<!\d)[.,]|\bbut\b|\bpero\b|但是?|不过|可是", re.ASCII)

_OR = re.compile(
    r"\b(?:or|o|u|either|if not|si no|y si no|otherwise|maybe|else)\b|(?<!\d)/|/(?!\d)|~|或者?|还是|要不|不然|[至到](?!账|时|期|位)|不行就|顶多",
    re.ASCII,
)
# From one day to the other; only right between them.
_TO = re.compile(r"[ ,]*(?:through|thru|to|till|until|al|a|hasta|vs|versus|-)[ ,]*(?:the |el |on |for )*")

SIDE_BY_SIDE = re.compile(
    r"[ ,.(]*(?:(?:on|the|el|la|de|del|en|by|for|para|of|in|dia|that|like|its|a|is|es|which is|que es|也就是|就是|的|那天|这个|那个|会是|是) ?)*[ ,.(]*"
)


def sorted_out(plain: str, found: list[Mention], today: date) -> tuple[tuple[Mention, ...], tuple[Mention, ...]]:
    """(days meant, days refused). Paydays, due dates and the past count only where nothing else is named."""
    refused: list[Mention] = []
    meant: list[Mention] = []
    aside: list[Mention] = []
    facts: list[Mention] = []
    clauses = [match.span() for match in CLAUSE.finditer(plain)] if found else []
    ends = [end for _, end in clauses]
    stops = [match.end() for match in _AFTER_CLAUSE.finditer(plain)] if found else []
    conditions = signs.conditions(plain) if found else []
    for i, mention in enumerate(found):
        previous = found[i - 1] if i else None
        following = found[i + 1].start if i + 1 < len(found) else len(plain)
        if _is_refused(plain, mention, previous, following, ends, stops, refused):
            refused.append(mention)
            if meant and meant[-1] is previous and SIDE_BY_SIDE.fullmatch(plain, previous.end, mention.start):
                refused.append(meant.pop())  # "thursday the 5th no"
        elif _within(mention, conditions) or _beside(plain, mention, ends, stops):
            aside.append(mention)
        elif _is_fact(plain, mention, previous, following) or _is_today(plain, mention, following, today):
            facts.append(mention)
        elif (kind := _set_aside(plain, mention, previous, today)) is not None:
            aside.append(kind)
        else:
            meant.append(mention)
    if not meant and refused:
        meant = _the_next(plain, refused[-1])
    meant = _of_paying(plain, _with_alternatives(plain, found, meant, aside), clauses)
    meant, aside = _not_elsewhere(plain, meant, aside, clauses)
    named = _named(meant, aside, today)
    return tuple(named or facts), tuple(refused)


def _named(meant: list[Mention], aside: list[Mention], today: date) -> list[Mention]:
    """The days meant; those set aside where they are all there is, the past ones only if no other is."""
    if any(m.exact and m.readings[-1] >= today for m in aside):
        aside = [m for m in aside if not m.exact or m.readings[-1] >= today]
    later = any(
        m.window is not None and aside and m.start > aside[-1].start for m in meant
    )  # "payday is friday so next week"
    if later or any(m.exact for m in meant) or not any(m.exact for m in aside):
        return meant or aside
    return aside


def _within(mention: Mention, spans: list[tuple[int, int]]) -> bool:
    return any(start <= mention.start < end for start, end in spans)


_EITHER = re.compile(r"[ ,]*(?:or|o|u|或者?|还是)(?: (?:the|el|on|by))? *")


def _with_alternatives(plain: str, found: list[Mention], meant: list[Mention], aside: list[Mention]) -> list[Mention]:
    """`when i get paid friday or monday`: neither is set aside."""
    for one, other in pairwise(found):
        if one in aside and other in meant and _EITHER.fullmatch(plain, one.end, other.start):
            return sorted([*meant, one], key=lambda m: m.start)
    return meant


def _not_elsewhere(
    plain: str, meant: list[Mention], aside: list[Mention], clauses: list[tuple[int, int]]
) -> tuple[list[Mention], list[Mention]]:
    """`monday i start work, payday is the 30th, then i pay`: the payday, where the only other day is of something else."""
    if len(meant) != 1 or not any(m.exact for m in aside) or not _is_elsewhere(plain, meant[0], clauses):
        return meant, aside
    if PAYING.search(plain) is None:
        return [replace(meant[0], problem="told of something else", readings=(), wider=())], []
    return [], aside


# After a day that is refused: the same of the week after.
_THE_NEXT = re.compile(
    r"[ ,.]*(?:no|not this one|not that one)?[ ,.]*(?:(?:but|so|pero|sino|mejor|maybe) )*(?:the |el |la |del |al |de la )?(?:next(?: one)?|following(?: one)?|one after(?: that)?|otro|siguiente|que (?:le )?sigue)[ .!,]*(?:$|(?=[.,!] ))"
)


def _the_next(plain: str, refused: Mention) -> list[Mention]:
    """`not this friday, the next one`: a week after the weekday that is refused, if that is one day."""
    following = _THE_NEXT.match(plain, refused.end)
    weekday = refused.label.rpartition(" ")[2] in WEEKDAYS
    if following is None or not weekday or len(refused.readings) != 1:
        return []
    later = (refused.readings[0] + timedelta(days=7),)
    return [replace(refused, end=following.end(), label=f"{refused.label} after", readings=later, wider=())]


def _is_refused(
    plain: str,
    mention: Mention,
    previous: Mention | None,
    following: int,
    ends: list[int],
    stops: list[int],
    refused: list[Mention],
) -> bool:
    start = max((e for e in ends if e <= mention.start), default=0)
    floor = previous.end if previous else 0
    if previous in refused and _ALSO.fullmatch(plain, floor, mention.start):
        return True
    if previous is not None and previous not in refused and _NO_RATHER.search(plain, floor, mention.start):
        return False
    before = plain[max(start, floor) : mention.start]
    for back in TAKEN_BACK.finditer(before):
        before = plain[max(start, floor) + back.end() : mention.start]
    if RATHER_THAN.search(plain, floor, mention.start):
        return True
    if UNTIL.search(before) or UNTIL.match(plain, mention.start, mention.end):
        return False
    if previous in refused and re.match(r" ?(?:不|没|还不|付不)", plain[floor : mention.start]):
        before = ""  # the refusal belongs to the day before it
    stop = min((e for e in stops if e >= mention.end), default=len(plain))
    after = plain[mention.end : min(following, stop)]
    if (stop >= following or len(after) < 16) and _NOT_THE_OTHER.fullmatch(after):
        after = ""  # "monday not friday"
    return _denied(before, after)


def _denied(before: str, after: str) -> bool:
    before = NO_SUCH_SUM.sub(" ", before)
    if before.strip() in {"no", "nope", "nah"} and _NO_THAT_DAY.match(after):
        return False
    if _LESS_THEN.match(after):
        return _NOT.search(before) is not None
    return _NOT.search(before) is not None or _NOT_AFTER.match(after) is not None


def _of_paying(plain: str, meant: list[Mention], clauses: list[tuple[int, int]]) -> list[Mention]:
    """Without the days of clauses that speak of something else, if a day is left: `monday i see the bank, friday i pay`."""
    if len({m.readings for m in meant if m.exact}) < 2:
        return meant
    if any(apart(plain, one, other) for one, other in pairwise(meant)):
        return meant
    kept = [mention for mention in meant if not _is_elsewhere(plain, mention, clauses)]
    return kept if any(m.exact for m in kept) else meant


def _is_elsewhere(plain: str, mention: Mention, clauses: list[tuple[int, int]]) -> bool:
    """Does its clause speak of something else, and not of paying?"""
    first = max((end for _, end in clauses if end <= mention.start), default=0)
    last = min((start for start, _ in clauses if start >= mention.end), default=len(plain))
    clause = plain[first:last]
    return PAYING.search(clause) is None and ELSEWHERE.search(clause) is not None


def _beside(plain: str, mention: Mention, ends: list[int], stops: list[int]) -> bool:
    """Is the day told of as said before, or as a reason for another?"""
    clause = max((e for e in ends if e <= mention.start), default=0)
    if _SAID_BEFORE.search(plain, clause, mention.start) and not _ALSO.match(plain, mention.end):
        return True
    sentence = max((e for e in stops if e <= mention.start), default=0)
    reasons = [match.end() for match in _REASON.finditer(plain, sentence, mention.start)]
    return bool(reasons) and _NO_REASON.search(plain, reasons[-1], mention.start) is None


_FACT = re.compile(
    r" (?:is|es|cae|falls on)(?: (?:a|an|the|el|un|en|on))* (?=(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|fiesta|nochebuena|navidad|christmas|thanksgiving|nochevieja|ano nuevo|new years|feriado|festivo|holiday|bank holiday|closed|inhabil)\b)|(?:是|放假|假期)"
)
_IS_TODAY = re.compile(
    r"\b(?:already|todays|today is|hoy es|(?:ya )?estamos a|ya es)(?: (?:the|el|on))? ?$|(?:都|已经|今天|今天是|今天已经)$"
)
_ZH_HOLIDAY = re.compile(r"是[^,. ]{0,8}(?:补假|连假|放假|假期|假日|休息|休市|节)[ ,]")
_SO = re.compile(r"\b(?:so|asi que|entonces|por eso|then)\b|所以|因此|[,.]")


def _is_fact(plain: str, mention: Mention, previous: Mention | None, following: int) -> bool:
    """`tomorrow is sunday, so ...`: what the calendar says, of either day."""
    if following < len(plain) and _IS_TODAY.search(plain, max(0, mention.start - 24), mention.start):
        return True
    if following < len(plain) and "next week" not in mention.label and _ZH_HOLIDAY.match(plain, mention.end):
        return True
    before = _FACT.match(plain, previous.end) if previous is not None else None
    if before is not None and before.end() == mention.start:
        return _SO.match(plain[mention.end :].lstrip()) is not None
    fact = _FACT.match(plain, mention.end)
    return fact is not None and _SO.search(plain, mention.end, len(plain)) is not None and following < len(plain)


_ITS = re.compile(r"\b(?:its|it is|hoy es|ya es|estamos a)(?: (?:already|only|ya))? $|今天(?:都|才|已经)?是?$")


def _is_today(plain: str, mention: Mention, following: int, today: date) -> bool:
    """`ok so its thursday... by tuesday`: today's own name, before another day."""
    own = mention.label in WEEKDAYS and WEEKDAYS.index(mention.label) == today.weekday()
    return own and following < len(plain) and _ITS.search(plain, max(0, mention.start - 20), mention.start) is not None


def _set_aside(plain: str, mention: Mention, previous: Mention | None, today: date) -> Mention | None:
    """A payday, a due date or a past day: returned as what it is worth alone, None if it is a plain day."""
    before = plain[previous.end if previous else 0 : mention.start]
    after = plain[mention.end : mention.end + 30]
    if mention.exact and all(day < today for day in mention.readings):
        return mention
    if _OTHERS_SAY.search(before):
        return replace(mention, problem="what others say", readings=(), wider=())
    if _OFF_UNTIL.search(plain[max(0, mention.start - 30) : mention.start + 8]) and not PAYING.search(plain):
        return replace(mention, problem="when they are back", readings=(), wider=())
    if (
        _WAS.match(after) or _WAS_BEFORE.search(plain, max(0, mention.start - 20), mention.start)
    ) and not mention.problem:
        return replace(mention, problem="in the past", readings=(), wider=())
    if mention.problem == "in the past" or mention.label.startswith("last ") or mention.label == "payday":
        return mention
    due = _DUE_BEFORE.search(before)
    if due and not (due[0].startswith("desde") and signs.INSTALMENTS.holds(plain, letters_of(plain))):
        return replace(mention, problem="named as a due date", readings=(), wider=())
    apart = plain[mention.start] == " "  # of Chinese, where a space ends a clause
    payday = (_PAYDAY_BEFORE.search(before) and not apart) or _PAYDAY_AFTER.match(after)
    return mention if payday and not _SUM_WHEN.search(before) else None


def apart(plain: str, one: Mention, other: Mention) -> bool:
    """Is the second an alternative to the first?"""
    between = one.end, other.start
    return _OR.search(plain, *between) is not None or _TO.fullmatch(plain, *between) is not None
