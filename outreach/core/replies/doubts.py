"""Is the day that was chosen as sure as it looks?

A net below the reading of days: once one is chosen, everything else in the text that speaks of time, doubt, refusal, another
person or another event must be explained by what was read, or the day is asked back. A promise that is not understood costs a
question; a wrong day costs trust. Patterns are of classes, in all languages at once, on canonical text without the days,
hours and sums that were read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from outreach.core.replies import signs
from outreach.core.replies.amounts import Amount
from outreach.core.replies.chosen import reach
from outreach.core.replies.clock import Hour
from outreach.core.replies.days import Mention
from outreach.core.replies.hanzi import HAN
from outreach.core.replies.languages import WEEKDAYS
from outreach.core.replies.neutral import NEUTRAL, NEUTRAL_HAN, WORDS
from outreach.core.replies.rows import Sought, blanked, compiled, letters_of
from outreach.core.replies.sorting import CLAUSE, ELSEWHERE, NO_SUCH_SUM, PAYING, TAKEN_BACK, UNTIL

_DAY = "(?:" + "|".join(WEEKDAYS) + ")"

# A day near the one named, or any of several.
_ROUGHLY = Sought(
    r"\b(?:give or take|thereabouts?|somewhere|round ?about|nearer|closer to|close to|towards?(?=\s{3}|\s*$)|kinda|kind of|sort of|or summat|or something|or when(?:ever)?|whenever|o cuando|ahi por|a eso|tipo(?=\s*$|\s{2})|(?:primera|segunda|ultima) semana|(?:first|last) week|antecit[oa]s?|antesit[oa]s?|onda|ballpark|plus or minus|"
    r"(?:some|any|one) of (?:these|those|them)|(?<!too )(?<!so )(?<!as )soon(?! as)|some ?time|(?:at )?some point|any ?time|any day|soonest|sooner than|(?:at )?the earliest(?! (?:would|is|i|we|that|possible|could|will)\b)|earlier than|early on|"
    r"o asi|o algo asi|por ahi(?!\s*\d| (?:le|te|les|se|unos|unas)\b)|dia mas,? (?:y )?dia menos|dias? (?:arriba|antes),? dias? (?:abajo|despues)|un[oa]s? de (?:est|es)[oa]s|de est[oa]s(?: dias)?|en estos dias|algun|alguno|cuando sea|en adelante|para arriba|tirando(?:le)?|rondando|alla por|casi(?! tod)|"
    r"a reserva|en torno a)\b|"
    r"\d ?ish\b|前后|(?:上下|左右)(?!班)|样子|那会|那阵|那(?:几|两|一两|些|三)[天日]|那一?周|光景|约莫|估摸|某(?:个|一|天|日)|哪个周|什么的|不会?早于|往后|浮动|靠近|接近|临近|将近|之类|那样",
    re.ASCII,
)
_THOSE_DAYS = re.compile(r"那(?:几|两|一两|些|三)[天日]")
# They do not vouch for it.
_UNSURE = Sought(
    r"\b(?:luck|lucky|fingers crossed|touch wood|knock on wood|all (?:going|being|goes) (?:well|good|right|to plan)|(?:everything|all|things|it all) (?:lines? up|works? out|pans? out|goes (?:well|right|ok|to plan))|at a push|at a stretch|who knows|"
    r"swear to it|cant (?:swear|guarantee|vouch|say for)|dont (?:quote|hold me|count on|bank on)|(?:wouldnt|wont|cant|dont) (?:count|bank|rely|depend)|no (?:promises|guarantees?)|(?<!no )doubt\w*|unlikely|dicey|touch and go|tentative\w*|provisional\w*|pencil\w*|"
    r"nothing (?:til|till|until) then|nada hasta (?:entonces|esa fecha)|as it stands|apparently|i want to say|quiero decir|(?:i |we |they )reckon(?! (?:i|ill|we)\b)|thought (?:it|we|that|you)|(?:you|u) sure|from what|parece que|dizque|me dijeron|si es que|in theory|theoretically|in principle|normally|usually|generally|as a rule|pending|subject to|whichever|worst case|best case|at worst|slip(?:s|ping)?|could (?:slip|change|vary|move)|may (?:be|slip|change|vary|move)|"
    r"(?:was|were) (?:going|meant|supposed|due) to be|meant to (?:be|pay)|theyve? changed|has changed|got (?:moved|pushed|changed)|"
    r"con suerte|pero ya no|pero ya no (?:se puede|puedo)|thats off|its off|dicen que|(?:if|what if) (?:i|we) (?:pay|send|do|give)|si (?:pago|le pago|doy|deposito|abono)|quien quita|quien dice|dios dira|sin compromiso|compromet\w+|spoken for|a ver|si (?:sobra|queda|rinde|quiere|puedo|junto|vendo|alcanza)|de aqui a(?:l|(?=\s{3}))|si acaso|dudo|(?:cruz\w+|cruc\w+)(?: \w+)? dedos|toco madera|ojala|si (?:nada|todo|no pasa|dios|no hay|el patron|el jefe)|segun|dependiendo|salvo|a menos|en principio|tentativ\w+|provisional\w*|lapiz|normalmente|usualmente|generalmente|"
    r"por lo (?:general|regular|comun)|siempre el|de costumbre|a veces|iba a ser|quedo que|suponia|cambiaron|cambio la|ya no se|quien sabe|iffy)\b|"
    r"现在不行|不行了|没戏|说是|听说|据说|好像|说不[准定好]|不好说|难说|不敢(?:说|打|保|肯)|包票|意外|顺利|但愿|尽力|暂定|暂时定|初步|一般(?!还)|通常|往常|平时|按理|照理|原定|别指望|别算|指望|不知道|不清楚|看(?:工资|情况|老板|小费|天|行情|运气)|(?<!不)只要|除非|肯(?!定)|拿不准|没把握|再看|先定|打算(?=\s|$)",
    re.ASCII,
)
_FOR_NOW = re.compile(r"[ ,]*(?:for now|at the moment|por ahora|de momento|por el momento|por lo pronto)\b")
_AS_OF_NOW = re.compile(r"(?:for now|de momento|por ahora|por el momento|目前|暂时)[ ,:]*(?:para |the |el |on )*$")
# Of how things stand as often as of when something is done: "on disability now, and i cannot afford this".
_NOW = re.compile(r" *(?:(?:right )?now|rn|ahora|ahorita|ahora mismo|现在|目前) *")
# In Spanish the same word for what was and what will be: `lo pagamos el lunes`.
_MAYBE_PAST = re.compile(
    r"(?:\b(?:pagamos|depositamos|abonamos|mandamos|liquidamos|enviamos|cubrimos)|^(?:ya |le |les |hola )*(?:consigne|deposite|pague|abone|transferi|ingrese))(?: (?:ya|en \w+|todo|el pago|la cuota))*(?: (?:el|este))? *$"
)
_PAST_AFTER = re.compile(
    r" *(?:mismo )?(?:(?:ya|le|les|lo|la|se|te|yo) )*(?:consigne|deposite|pague|abone|transferi|ingrese|mande|envie|liquide)\b"
)
# What comes on that day is an answer, not money.
_ANSWER = Sought(
    r"\b(?:ask me|check (?:back|in)|(?:let|lets) (?:you|ya|yall|u) know(?! (?:when its|once|that its|its) )|get back to|(?:ill|i will|we will|ya) (?:know|sabre)|an answer|(?:we|well|we will|then well) (?:see|talk)|touch base|figure (?:it )?out|"
    r"pregunt[ae]\w*|(?:le|les|te|os) aviso(?! cuando)|veremos|vemos|ya vere|una respuesta|(?:le|te|les|os) digo|a ver que)\b|再(?:谈|联系|问|商量|聊)|问我|准信|答复|才知道",
    re.ASCII,
)
# Of one weekday to the next: every one of them.
_EVERY = re.compile(rf"\b({_DAY}) (?:to|en|a|by|tras|and every|-) ?\1\b")
# A day counted from another that was not read.
_COUNTED = Sought(
    r"\b(?:the )?(?:day|morning|week) (?:after|before|prior)\b|\bthe night before\b|\b(?:days|weeks) (?:after|before)\b|\b(?:un |el |al )?(?:otro|siguiente) dia\b|\bdia (?:siguiente|despues|antes|anterior)\b|\bdias (?:despues|antes)\b|\bvispera\b|"
    r"\b(?:the )?(?:next|following) (?:one(?! is)|day|morning)\b|\b(?:el|la|los) (?:que (?:viene|sigue|entra)|siguiente|otro|proximo)\b(?!\s{3})|第二天|\b(?:from when|from the day|desde que|a partir de que)\b|隔天|次日|翌日|前一[天晚]|后一天|[几两三]天[后前]|[后前][几两三]天"
)
_NO = re.compile(
    r"\b(?:stop|cancel|void|reverse|skip|postpone|delay|hold|pause|anul\w+|cancel\w+|detengan|suspend\w+|paren) (?:my |the |that |this |automatic |auto |scheduled |recurring |next |el |mi |ese |la )*(?:payments?|autopay|charge|debit|transfer|pago|cobro|cargo|debito|transferencia)\b|取消.{0,6}(?:扣款|付款|还款|转账)|"
    r"\b(?:no|not|never|dont|cant|wont|doesnt|isnt|aint|wouldnt|couldnt|nor|ni|nunca|jamas|tampoco|imposible|impossible|no way|a stretch|pushing it|"
    r"dificil|complicad\w+|(?:lo|la) veo|(?:es|esta) (?:cabron|canijo|peludo|duro))\b|(?<!要)不|没(?!问题|事|关系)|别|难(?!处|为|得|受)|恐怕|够呛|悬"
)
# A no that is said of something else, or of nothing.
_NO_HARM = re.compile(
    r"\bno[.] (?:de|of)\b|\b(?:its )?not (?:much|a lot|alot)\b|\bno es mucho\b|\b(?:cant|cannot|no (?:puedo|se|sabria)) (?:say|tell|decir)\w*(?: (?:exactly|exacto|how much|cuanto))+|\bnot (?:next|last|the (?:next|other) one)\b|(?:行|好|可|得|成|是)不[ ?!.]*$|不(?:好意思|见不散|会忘|骗|食言|还|起|少|低于|多|超过|止|是)|\b(?:no|nada|ni un peso) (?:more|less|mas|menos)\b|[还付给拿凑]不(?:了|起|出来?|到|够)(?= *\d| *$)|^\s*(?:no|nope|nah)\s*$"
)
# What is paid to others.
_BILLS = re.compile(
    r"\b(?:rent(?! (?:assist\w*|voucher|help|rebate))|mortgage|landlord|light bill|gas bill|electric bill|car note|renta|alquiler|arriendo|hipoteca|la luz|colegiatura|casero|otras? cosas?|otras? deudas?|other (?:bills?|things|stuff))\b|别家|房租|房贷|房东|学费|水电|车贷"
)
_OURS = re.compile(
    r"\b(?:you|u|ya|yall|yours|this|it|le|les|te|os|lo|ustedes|usted|uds)\b|你|您|贵|这",
)
# What happens that day to somebody else's money, or to them; and that the payment comes after it.
_EVENT = re.compile(
    r"\b(?:(?:giv|lend|ow|bring|loan)(?:e|es|s|ing) me|pays? me back|me (?:da|dan|presta|prestan|debe|devuelve|operan|opera|internan)|surgery|operation|hospital|court|hearing|wedding|funeral|juicio|cirugia|boda|entierro)\b|(?:还|给|借|打给|转给)我|手术|开庭|结婚|住院|出院"
)
_AFTERWARDS = re.compile(
    r"\b(?:then(?=\s+\w)|after(?:wards)?|once|later|when i can|whatever|whats left|luego|despues|ya saliendo|saliendo|cuando pueda|lo que (?:sobre|quede))\b|之后|以后|然后|后还|完了|剩"
)
# Somebody else who may pay or come that day.
_OTHER = re.compile(
    r"\b(?:nobody|no one|nadie|everybody|everyone|people|la gente)\b|(?<!por )\b(?:my|the|mi|el|la|su) (?:\w+ )?(?:sister|brother|husband|wife|mom|mum|mother|dad|father|son|daughter|ex|hubby|partner|boyfriend|girlfriend|roommate|roomate|caseworker|case worker|lawyer|doctor|landlord|aunt|uncle|cousin|friend|boss|"
    r"hermana|hermano|esposo|esposa|marido|mujer|mama|papa|madre|padre|hijo|hija|suegr[ao]|novi[ao]|primo|ti[ao]|amig[ao]|vecin[ao]|abogad[ao]|cunad[ao]|patron|jefe|contador)\b(?! (?:gets? paid|cobra|is paid))|"
    r"(?:我|俺)(?:的)?(?:姐|哥|弟|妹|妈|爸|老公|老婆|先生|太太|前夫|前妻|儿子|女儿|朋友|室友|同事|老板)(?!.{0,4}(?:发工资|发薪|领工资))",
    re.ASCII,
)
_MINE = re.compile(
    r"\b(?:i|ill|im|id|we|well|yo|me|pago|pagare|pagamos|abono|deposito|mando|doy|transfiero|puedo|voy|tengo)\b|我(?!的?(?:姐|哥|弟|妹|妈|爸|老公|老婆|先生|太太|前夫|前妻|儿子|女儿|朋友|室友|同事|老板))",
    re.ASCII,
)
_CLAUSE = compiled(rf"{CLAUSE.pattern}|\b(?:entonces|es que)\b|所以| (?=[\u4e00-\u9fff])", re.ASCII)
_OF_MONEY = re.compile(
    r"\b(?:pay\w*|paid|send\w*|sent|settle\w*|transfer\w*|deposit\w*|zelle|venmo|cashapp|money|wages?|bonus|check|paycheck|tips|balance|owe|debt|refund|taxes|gimme|give me|hold off|dame|deme|denme|espereme|esperenme|aguante\w*|full|half|all|everything|whole|amount|minimum|lot|do(?:ing)? it|do (?:that|this)|can do|bring\w*|drop\w*|cash|swing by|stop by|come (?:in|by|down)|my card|visa|mastercard|(?:debit|credit) card|card (?:ending|on file)|on file|catch\w* up|charge|run my card|take it out|autopay|scheduled|ssi|ssdi|disability|benefits?|pension|most|some|chunk|couple|bucks?|much as|half|take care|handle|sort\w*|clear\w*|cover\w*|give|got|have it|"
    r"pag\w+|abon\w+|consign\w+|transf\w+|liquid\w+|mand\w+|doy|dar\w*|oxxo|spei|ingres\w+|bizum|nequi|yape\w*|plin|deposit\w*|dinero|plata|lana|todo|toda|mitad|cuota|minim[ao]|cumpl\w+|quincena|sueldo|nomina|aguinaldo|grati|gratificacion|prima|descont\w+|descuent\w+|efectivo|paso (?:a|por)|sucursal|tienda|tarjeta|al corriente|caigo|programad\w+|algo|parte|cientos|pueda|cae|caen|cobr(?!arme|arle|arnos|anme|ador)\w+|ray\w+|saldo)\b|"
    r"还|付|交(?!代)|转|汇|打[钱款]|给(?:你|您|钱|[ ,.!吧啦]|$)|结(?!果|婚)|补|存|入钱|过数|扣|清|全|钱|款|工资|发|处理|搞定|解决|办|到账|宽限|延|推迟|拖",
    re.ASCII,
)
_BESIDE = frozenset(
    "pal mate po xx aloha vecino capo causa compadre work shift lunch midnight dawn arvo wait meant instead seriously never mind told positively itself aunque sea feriado festivo holiday "
    "exactas primera otro siguiente next back closed banks because once itll lets dejemoslo tampoco ides ok day days month mes week semana wanna cool yo please god early antes mediodia noon pm am first thing "
    "real church better planning plan inshallah cob medianoche mero digamos pongale apenas within lugar vez rather than pm pronto ser puede sunset breakfast dinner lunchtime velitas desayuno comer cenar "
    "bro sis love babe chief guv lad sunshine patron jefa don dona joven parce pana wey guey che mijo hermano veci profe inge after".split()
)
_BESIDE_HAN = re.compile(
    r"之前|以前|之后|以后|之内|不是|不对|下班|收工|上班|写错|改成?|说|起床|是|哥|姐|老板|亲|哈|得|呀|现|多|到|公司|银行|开门|去|办|自动|卡号|尾号|开工|明年|元月|晚?点|而|后|前|一天|第二天|日|刚|看到|短信|玩笑|去"
)


def doubt(
    plain: str,
    letters: frozenset[str],
    day: Sequence[Mention],
    found: Sequence[Mention | Hour],
    named: Sequence[Amount],
    *,
    refused: bool,
) -> str:
    """Why the chosen day, named by `day`, is not sure; "" if it is. `plain` without what is said of sums and hours."""
    hours = {(one.start, one.end) for one in found if isinstance(one, Hour)}
    days = {(one.start, one.end) for one in (*found, *day) if isinstance(one, Mention)}
    rest = blanked(plain, [*hours, *(reach(plain, *place) for place in days)])
    return _of_the_text(plain, rest, letters, day, named) or _of_its_clause(
        plain, rest, letters, day, found, named, refused=refused
    )


def _of_the_text(
    plain: str, rest: str, letters: frozenset[str], day: Sequence[Mention], named: Sequence[Amount]
) -> str:
    """Words that make any day doubtful, wherever they stand; `rest` is the text without its days and hours."""
    for_now = any(_FOR_NOW.match(plain, one.end) or _AS_OF_NOW.search(plain, 0, max(0, one.start)) for one in day)
    unsure = _ROUGHLY.holds(rest, letters) or _THOSE_DAYS.search(plain) or _UNSURE.holds(rest, letters)
    table = (
        (unsure, "not certain"),
        (not named and _ANSWER.holds(rest, letters), "an answer, not a payment"),
        (for_now, "only for now"),
        (day and all(_NOW.fullmatch(plain[one.start : one.end]) for one in day) and _refuses(rest), "a refusal"),
        (any(one.label in WEEKDAYS and _maybe_past(plain, one) for one in day), "past or to come"),
        (_EVERY.search(plain), "every one of them"),
        (len(named) < 2 and _COUNTED.holds(rest, letters), "a day counted from another"),
    )
    return next((why for holds, why in table if holds), "")


def _maybe_past(plain: str, one: Mention) -> bool:
    """`pague el lunes`, `el viernes deposite`: without its accent the past is spelt as a wish is."""
    return bool(_MAYBE_PAST.search(plain, 0, one.start) or _PAST_AFTER.match(plain, one.end))


def _of_its_clause(
    plain: str,
    rest: str,
    letters: frozenset[str],
    day: Sequence[Mention],
    found: Sequence[Mention | Hour],
    named: Sequence[Amount],
    *,
    refused: bool,
) -> str:
    """A refusal beside the day, another bill, another person, another event."""
    breaks = [match.span() for match in _CLAUSE.finditer(plain)]
    bounds = list(dict.fromkeys(_clause(plain, one, breaks) for one in day))
    if not refused and any(_refuses(rest[a:b]) and not UNTIL.search(plain, a, b) for a, b in bounds):
        return "a refusal beside it"
    if len(bounds) == 1 and _comes_after(plain, bounds[0], rest):
        return "before what is paid"
    if named:
        return ""
    alone = len({one.label for one in found if isinstance(one, Mention)}) < 2
    strange = all(_strange(rest[a:b]) for a, b in bounds)
    table = (
        (alone and _BILLS.search(rest) and not _OURS.search(rest), "of another bill"),
        (_OTHER.search(rest) and not _MINE.search(rest), "of somebody else"),
        (strange and not signs.PROPOSES.holds(plain, letters) and not _OF_MONEY.search(rest), "of something else"),
    )
    return next((why for holds, why in table if holds), "")


def _comes_after(plain: str, bounds: tuple[int, int], rest: str) -> bool:
    """`my brother gives me 200 friday, then i pay`: is the day of another event, and the payment only after it?"""
    first, last = bounds
    if (
        not rest[first:last].strip() or plain[last : last + 1] == "我"
    ):  # "the 30th i pay rent": what follows tells of what
        stop = _STOP.search(plain, min(last + 2, len(plain)))
        last = stop.start() if stop else len(plain)
    clause, others = plain[first:last], f"{rest[:first]} ; {rest[last:]}"
    bill = _BILLS.search(clause) is not None and not _OURS.search(clause)
    other = _EVENT.search(clause) is not None or ELSEWHERE.search(clause) is not None
    if not bill and (not other or PAYING.search(_EVENT.sub(" ", clause))):
        return False
    later = bill or _AFTERWARDS.search(others) is not None
    return later and (_OURS.search(others) is not None or PAYING.search(others) is not None)


_STOP = re.compile(r"[,.;]|\b(?:and|y|then|luego|so|pero|but)\b|(?<=[\u4e00-\u9fff\d]) ")


def _clause(plain: str, day: Mention, breaks: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Where the clause of a day begins and ends."""
    start = day.end - len(plain[max(0, day.start) : day.end].lstrip())
    first = max((end for _, end in breaks if end <= start), default=0)
    last = min((start for start, _ in breaks if start >= day.end), default=len(plain))
    return first, last


def _refuses(clause: str) -> bool:
    """Does a clause deny anything, other than a sum or what was said before?"""
    if not _NO.search(clause):
        return False
    for harmless in (TAKEN_BACK, NO_SUCH_SUM, _NO_HARM):
        clause = harmless.sub(" ", clause)
    return _NO.search(signs.NOT_A_STOP.blanked(clause, letters_of(clause))) is not None


def _strange(clause: str) -> bool:
    """Does it hold a word that says something of its own?"""
    strange = [w for w in WORDS.findall(TAKEN_BACK.sub(" ", clause)) if w not in NEUTRAL and w not in _BESIDE]
    if len(strange) > 1 or (strange and (_SAYS.search(clause) or ELSEWHERE.search(clause))):
        return True
    return HAN.search(NEUTRAL_HAN.sub("", _BESIDE_HAN.sub("", clause))) is not None


_SAYS = re.compile(r"\b(?:i|we|they|he|she|me|my|mi|nos|is|are|es|am|im|the)\b")
