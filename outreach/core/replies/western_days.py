"""How do English and Spanish name a day? Forms of expression, in the order in which they are tried.

A form: the pattern, and what reads it (`weekdays.py`, `month_days.py`, `counted_days.py`). What an earlier form has taken, a later one cannot have.
"""

from __future__ import annotations

from outreach.core.replies.counted_days import (
    ahead,
    day_after,
    due_date,
    hours_ahead,
    morrow,
    next_morning,
    same_day,
    shift,
)
from outreach.core.replies.days import Form, form, vague
from outreach.core.replies.holidays import WESTERN
from outreach.core.replies.languages import DAY_WORDS, MONTHS, ORDINALS, SMALL_NUMBERS, WEEKDAYS
from outreach.core.replies.month_days import (
    a_month,
    dashed,
    figures,
    iso,
    last_weekday,
    month_end,
    month_name,
    month_start,
    ordinal,
    quincena,
    slashed,
    stretch,
    weekday_number,
    year_end,
)
from outreach.core.replies.weekdays import nth_weekday, week_after, week_from, weekday, weekday_week


def _longest_first(words: object) -> str:
    return "|".join(sorted(map(str, words), key=len, reverse=True))  # type: ignore[call-overload]


_D = "(?P<day>" + "|".join(WEEKDAYS) + ")"
_M = "(?P<month>" + "|".join(MONTHS) + ")"
_N = rf"(?P<n>\d{{1,3}}|{_longest_first(SMALL_NUMBERS)})"
_ORD = _longest_first(ORDINALS)
_DAY_WORD = _longest_first(DAY_WORDS)
_UNITS = r"(?P<unit>days?|weeks?|fortnight|months?|dias?|semanas?|semanitas?|diitas|mes(?:es)?)\b"
_NOT_MONEY = r"(?!\d)(?! ?(?:[$€£¥](?!\d)|[%:]|[.,]\d|usd\b|dollars?|dolares|bucks|pesos|euros?|soles|mil\b|lucas?|palos?|varos|pavos|mangos|am\b|pm\b|a\.m|p\.m|oclock|k\b|hundred|thousand|grand|quid|pounds?|percent|por ciento))"
_YEAR = r"(?:(?:,? | de | del )(?P<year>20\d\d))?"
_NEXT_WEEK = (
    r"(?:of |on |in )?(?:the )?next week(?: on)?(?: the)?|de la (?:proxima|otra|siguiente) semana|de la semana (?:que (?:viene|entra|sigue)|entrante|proxima|siguiente)|"
    r"(?:la|en la) (?:proxima|siguiente|otra) semana|(?:la|en la) semana (?:que (?:viene|entra|sigue)|entrante|proxima|siguiente)"
)
_WHICH_MONTH = (
    r"(?P<which>(?:the |this |este |el |del? )?(?:next month|coming month|following month|this month|month|proximo mes|mes proximo|mes que (?:viene|entra|sigue)|mes entrante|mes siguiente|"
    r"otro mes|presente mes|mes en curso|mes))"
)
_THING = r"(?! (?:time|one|payment|thing|of all|place|part|job|shift|notice|floor|grade|birthday|call|text|message|party|street|st\b|ave|mortgage|child|kid|baby|day of (?:work|school)|attempt|loan|week|instal|try|bill|person|name|step|dios|grader|hour|paycheck|check\b(?! of)|responder|come|que|son|tengo|necesito|la\b|mis\b|mi\b|voy|que nada))"


FORMS: tuple[Form, ...] = (
    *WESTERN,
    # weeks counted from a day
    form(rf"\b(?:{_N} weeks?|week) (?:from|after|on) (?:this |next |the )?(?P<day>today|now|tomorrow|{'|'.join(WEEKDAYS)})\b(?! the\b)", week_from),
    form(r"\b(?P<n>)(?:de )?(?P<day>hoy|manana) en (?:ocho|8)(?: dias)?\b", week_from),
    form(rf"\b(?P<n>a) week,? (?P<day>tomorrow|{'|'.join(WEEKDAYS)})\b", week_from),
    form(r"\b(?P<n>)(?P<day>tomorrow|today|tonight) week\b", week_from),
    form(rf"\b(?P<n>)(?:a )?fortnight (?:on |from |this )?(?P<day>tomorrow|{'|'.join(WEEKDAYS)})\b", week_from),
    form(rf"\b(?P<n>)(?P<day>today|tomorrow|{'|'.join(WEEKDAYS)}) (?:a )?fortnight\b", week_from),
    form(r"\b(?:this|the same|same) time next week\b|\bby this time next week\b", shift(7, "in a week")),
    form(rf"\b{_N} (?P<unit>days?|dias?) (?:from|after|de) (?:today|now|hoy)\b", ahead),
    form(rf"\b{_N} (?:days?|dias?) (?:from|after) (?:tomorrow|manana)\b", vague("some days from tomorrow", "two readings")),
    form(rf"\bnot (?:this |this coming |coming |on )?{_D},?(?: but)?(?: the)? (?:next|following|one after(?: that)?|week after)(?: one| {'| '.join(WEEKDAYS)})?(?! week|\w)", week_after),
    form(rf"\b(?:no )?(?:este|el|el proximo|de este|para el|para este) {_D}(?: no)?,? (?:sino |mejor )?(?:el|al|para el) (?:otro|siguiente|que sigue|de la otra)(?: semana)?(?=[ .!,?]*$|[.,])(?<=otro|ente|igue|otra|mana)", week_after),
    form(rf"\b(?:de )?hoy en {_N} {_UNITS}", ahead),
    form(r"\bfortnight (?:today|from (?:today|now))\b", shift(14, "in a fortnight")),
    form(rf"\b(?<!the )(?<!el )(?<!dia )(?:two|three|2|3|dos|tres|four|4|couple of|couple) (?:every )?{_D}\b", vague("some such days from now", "two readings")),
    form(rf"\b(?:the )?{_D} after(?: next| the next| that)?(?=[ .!,]*$)|\b(?:the )?{_D.replace('day>', 'day2>')} after (?:next|the next|that)\b", vague("a day after another", "two readings")),
    form(r"\b(?P<n>a|one|1|two|2) (?P<unit>weeks?) today\b", ahead),
    form(rf"\b{_D} week\b(?!s)", weekday_week),
    form(
        rf"\b(?:el |the )?(?P<nth>first|1st|second|2nd|third|3rd|last|primer|segundo|tercer|ultimo) {_D} (?:of|in|de|del) (?:(?:the |this |el )?(?P<next>next month|proximo mes|mes que viene|mes entrante)|(?:the |this |el |este )?(?:month|mes)|{_M})\b",
        nth_weekday,
    ),
    form(r"\b(?:a|one|1|un) (?:months?|mes) (?:from (?:today|now)|a partir de hoy)\b", same_day),
    # tomorrow, today
    form(r"\b(?:the )?(?:day after (?:tomorrow|tom)|overmorrow)\b|(?<=not tomorrow) ?,? ?(?:but )?the day after\b|(?<=tomorrow) ?, the day after(?=[ .!]*$)", morrow(2, "day after tomorrow")),
    form(r"\b(?:pasado (?:manana|tomorrow)|overmorrow|(?:el )?dia despues de (?:manana|tomorrow))\b|^pasado\b(?! el)|(?<=manana no, )(?:sino |mejor )?pasado\b(?! el)|(?<=manana no )(?:sino |mejor )?pasado\b(?! el)|(?<=no manana, )(?:sino |mejor )?pasado\b(?! el)|(?<=manana no puedo, )(?:sino |mejor )?pasado\b(?! el)|(?<=manana no puedo )pasado\b(?! el)", morrow(2, "day after tomorrow")),
    form(r"\b(?:manana|tomorrow) o (?:el )?pasado\b", vague("tomorrow or the day after")),
    form(r"\b(?:see you|hasta) (?:tomorrow|manana)[ .!]*$", vague("a farewell")),
    form(r"\b(?!1/3rd|1/4th|2/3rd|3/4th)(?:the )?\d{1,2}(?:st|nd|rd|th)? ?(?:/|-|or|o|to|al?) ?(?:the |el )?\d{1,2}(?:st|nd|rd|th)\b", vague("one day or another", "two readings")),
    form(rf"\b(?:two|three|four|2|3|4|dos|tres) weeks?,? {_D}\b", vague("weeks from some day", "two readings")),
    form(r"\b(?:el )?(?:dia de )?manana (?:mismo |temprano )?(?:en|por|a|de) la manana\b|\bmanana\b(?<!la manana)(?<!esta manana)(?<!una manana)(?<!las mananas)(?: mismo| temprano| sin falta| a primera hora)?(?: (?:en|por|a) la (?:tarde|noche|manana))?", morrow(1, "tomorrow")),
    form(r"\btom\b(?=[.]? ?(?:morning|am|afternoon|night|pm|po|before|after|by)\b|[ .!]*$)", morrow(1, "tomorrow")),
    form(r"\btomorrow(?:s)?(?: (?:morning|afternoon|evening|night))?\b", morrow(1, "tomorrow")),
    form(r"\b(?:(?:later |by |before )?(?:the end of )?(?:today|tonight)|hoy(?: mismo)?(?: (?:en|por) la (?:tarde|noche|manana)| en el transcurso del dia| mas tarde)?)\b", shift(0, "today")),
    form(r"\b(?:(?:later )?this (?:morning|afternoon|evening)|esta (?:tarde|noche|misma (?:tarde|noche))|(?:by )?(?:the )?end of (?:the )?(?:business )?day(?: today)?|close of business|(?<!eve )(?<!day )(?<!th )(?<!tomorrow )(?:by|before) midnight|hoy a la noche|ya mismo)\b(?! (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow))", shift(0, "today")),
    form(r"\b(?:eod|cob)\b(?! \w+day)|\b(?:pay(?:ing)?|send(?:ing)?|do(?:ing)?|make|making) (?:it |this |you |that |a payment |the payment |my payment |half |all )*(?:(?:right )?now|rn)\b|\bahora mismo\b|\ben este (?:mismo )?(?:momento|instante) (?:le|les|te|lo|hago|pago|deposito)\b|(?<=half )(?:right )?now\b|(?<=\d )(?:right )?now\b|(?:(?<=ty )|(?<=hundred )|(?<=bucks )|(?<=quid )|(?<=tenner )|(?<=fiver ))(?:right )?now\b(?=,? (?:and|then|&|the rest|\d))|\b(?:paying|sending|doing|transferring|making)\b(?=(?: \w+){0,4} (?:right |just )?now\b)|\b(?:ahorita|ahora|ya (?:mismo|mero))(?: mismo| mero)? (?:le |les |te |os |lo |la |se lo |me pongo a |voy a )*(?:hago|pago|deposito|transfiero|abono|mando|envio|consigno|ingreso|hacer|pagar|depositar|transferir|liquido)\b(?! (?:cuando|si |en cuanto))|\b(?:hago|pago|deposito|transfiero|abono|mando|envio|consigno|ingreso|liquido)\b(?=(?: (?:el|la|un|todo|eso|pago|deposito|transferencia|abono|por|de|lo|\d+|pesos))* (?:ahorita|ahora mismo|en este momento)\b)|(?<=rest )now\b|(?<=mitad )ahora\b|(?<=\d )ahor(?:a|ita)\b|\bahorita (?=\$?\d)|(?<=pesos )ahor(?:a|ita)\b|(?<=mitad )ahorita\b", shift(0, "today")),
    # hours
    form(r"\b(?:in|within|en|dentro de|give me|deme|dame|denme|next) (?P<n>\d{1,3}|an|a|one|two|three|four|five|six|una|dos|tres|cuatro|twenty|thirty|veinte|treinta|ten|fifteen|diez|quince|the) (?:more )?(?P<unit>hours?|hrs?|horas?|minutes?|mins?|minutos?)\b(?! late)", hours_ahead),
    form(r"\b(?:(?:a )?(?:few|couple(?: of)?|unas|un par de) )(?:hours?|hrs?|horas)\b|\b\d{1,3} ?(?:hours?|hrs?|horas)\b", vague("hours from now")),
    # a weekday with its number, a weekday
    form(rf"\b{_D},? (?:the |el |dia |el dia |on the |(?:que (?:es|cae|seria)|which is|thats|that is) (?:el |dia |the )?)?(?P<n>\d{{1,2}}|{_ORD}|primero)(?:st|nd|rd|th|ro|ero|er|o)?(?!\w){_NOT_MONEY}(?! ?[/\-月])(?<![4-9]\d)(?<!3[2-9])(?! (?:de |of )?(?:{'|'.join(MONTHS)})\b)(?! (?:of|de|del) (?:the )?(?:next|this|month|mes|proximo))", weekday_number),
    form(
        rf"(?:\b(?P<before>{_NEXT_WEEK}(?: el)?|la (?:proxima|siguiente|otra) semana el|la semana (?:que (?:viene|entra|sigue)|entrante|proxima|siguiente) el|this next|the following|following|this coming|this upcoming|coming|upcoming|next|"
        r"this past|last|past|every other|every|each|cada|todos los|los|este proximo|el proximo|proximo|el otro|el siguiente|otro),? )?"
        rf"\b{_D}\b(?:,? (?P<after>{_NEXT_WEEK}|(?:of )?this week|de esta semana|que viene|coming|"
        r"que entra|que sigue|entrante|venidero|proximo|siguiente|pasado(?! manana)|en ocho(?: dias)?|en 8(?: dias)?)\b)?",
        weekday,
    ),
    # dates in figures
    form(r"(?<![\d/.\-])(?P<year>20\d\d)[/\-.年](?P<a>\d{1,2})[/\-.月](?P<b>\d{1,2})[日号]?(?![\d/])", iso),
    form(r"\b24/7\b", vague("always")),
    form(r"(?:\b(?P<on>on|by|el|para el|dia|hasta el|until|for|del) )?(?<![\d/.$])(?P<a>\d{1,2}) ?/ ?(?P<b>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?(?:st|nd|rd|th)?(?![\d/%])(?! (?:of (?:it|the (?:amount|balance|bill|total)|what)|de la deuda|del (?:total|monto|saldo)))", slashed),
    form(r"(?<![\d\-.$])(?P<a>\d{1,2})-(?P<b>\d{1,2})-(?P<year>20\d\d|\d{2})(?![\d\-])", slashed),
    form(r"(?<![\d.$])(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<year>20\d\d|\d{2})(?![\d.])", slashed),
    form(r"(?:(?<![\w ,])|(?<=[.!?,] )|\b(?P<on>on|by|el|para el|hasta el|dia|for|until|del) )(?P<a>\d{1,2})-(?P<b>\d{1,2})(?P<year>)(?![\d\-/])(?! ?(?:days|weeks|dias|semanas|dollars|bucks|pesos|usd|quid|euros|am\b|pm\b|mil\b|k\b|[$%€£]))", dashed),
    form(r"(?<![\d\-.$#])(?<!# )(?<!7)\d{1,2}-\d{1,2}(?![\d\-])(?: (?:days|weeks|dias|semanas|天))?", vague("two numbers with a dash", "a range or a date")),
    form(r"\b(?:(?:en |para )?(?:la |esta )?(?:fin de )?quincena (?:del|de la|el|de el)(?: dia)? )(?P<n>15|quince|30|31|treinta|28|29)(?: (?:de (?P<month>" + "|".join(MONTHS) + r")|de este mes|del mes))?(?P<year>)\b(?! (?:dias))", lambda match, cal: month_name(match, cal) if match["month"] else ordinal(match, cal)),
    # a month with its day
    form(r"(?P<on>\b(?:el|para el|hasta el|dia|al) (?:dia )?)(?P<a>\d{1,2}) (?:del|de) (?P<b>\d{1,2})(?P<year>)\b(?! ?(?:al?\b|pesos|dias|cuotas|de|mil|[$%:.,]\d))", figures),
    form(rf"\b(?:(?:the )?(?:first|second|third|fourth|last|1st|2nd|3rd|4th|primera|segunda|tercera|ultima)(?: (?:or|and|o|y) (?:the |la )?\w+)? (?:week|semana) (?:of|in|de)|early|mid|late|sometime in|beginning of|start of|middle of|finales de|fines de|principios? de|mediados de|inicios de|comienzos de|primeros (?:dias )?de) {_M}\b", a_month),
    form(rf"\b(?:(?:the |by )?(?:end|last day|last) (?:of|day of|in)|a fin|fin|final|ultimo(?: dia)?|cierre) (?:of |de )?{_M}\b(?! \d)", month_end(0, "end of the month named")),
    form(rf"\b{_M}[.,]? (?:the )?(?P<n>\d{{1,2}}|{_ORD})(?:st|nd|rd|th)?(?!\w){_NOT_MONEY}{_YEAR}", month_name),
    form(rf"(?<![\d.,$])\b(?:the )?(?P<n>\d{{1,2}}|{_ORD}|{_DAY_WORD})(?:st|nd|rd|th|ro|ero|er|o)?,?(?: day)? (?:of |de |del mes de )?{_M}\b(?<!uno may){_YEAR}", month_name),
    form(r"(?<![\d.,$])\b(?P<n>\d{1,2})(?:st|nd|rd|th)? (?:de )?(?P<month>mar)\b(?P<year>)", vague("march or tuesday")),
    form(rf"\b(?:in|en|of|de|by|until|hasta|for|para|this|next|around|till|late|early|mid|by the end of|since|desde|come|after|before|del mes de) (?:the month of |el mes de |of |early |late |mid )?{_M}\b", a_month),
    form(r"\b(?P<month>january|february|april|june|july|august|september|october|november|december)\b", a_month),
    # ends and beginnings of a month
    form(r"\b(?:(?:the )?end|last day|last) of (?:the )?next month\b|\b(?:a |el |para )?(?:fin(?:al)?(?:es)?|ultimo(?: dia)?) del? (?:proximo mes|mes que (?:viene|entra)|mes entrante|otro mes)\b", month_end(1, "end of next month")),
    form(r"\b(?:the )?last (?:business|working|bank|week) ?day (?:of|in) (?:the |this )?month\b|\b(?:el )?ultimo dia (?:habil|laborable|laboral) (?:de|del|de este) mes\b", last_weekday),
    form(r"\b(?:(?:by )?(?:the )?(?:end|last day|last|tail end|close) of (?:the |this |the current )?month|months? ?end|end month|eom|end of mo|the last day of this month)\b", month_end(0, "end of the month")),
    form(r"\b(?:a |el |para |al |antes de |los )?(?:fin(?:es)?|final|ultimo dia|ultimo|dia ultimo|cierre) de(?:l| este)? mes\b(?<!fines de mes)(?<!fines del mes)", month_end(0, "end of the month")),
    form(r"\b(?:para |hasta )?el (?:dia )?ultimo\b(?! (?:peso|centavo|centimo|sol|euro|quinto|pago|dia que|mensaje|aviso|recibo|plazo|abono|viernes|lunes))", month_end(0, "end of the month")),
    form(r"\b(?:a |para |los )?(?:fines|finales|primeros|principios?|mediados|inicios?|comienzos?|primeros dias|medio) de(?:l| este)? (?:proximo |otro )?mes(?: que (?:viene|entra)| entrante)?\b", vague("about part of a month")),
    form(r"\b(?:the )?(?:beginning|start|middle|early part|first (?:part|week)|mid) of (?:the |this |next )?(?:next )?month\b|\bmid ?-?month\b|\bearly (?:next|this) month\b|\blate (?:next|this) month\b", vague("about part of a month")),
    form(r"\bcada quincena\b", vague("every quincena", "every one of them")),
    form(r"\b(?:proxima|otra|siguiente|segunda|primera) quincena\b(?! del? (?:este|mes|\d))|\bquincena (?:que viene|que entra|entrante|siguiente)\b", vague("next quincena", "two readings")),
    form(r"\b(?:fin de )?quincena\b(?! (?:es|son|fue|de \$?\d|salio) )", quincena),
    form(r"\b(?:the )?(?:first|second) half\b|\bother half of (?:the |next )?(?:month|year)\b", vague("a half", "no day")),
    # days of the month
    form(
        rf"\b(?:(?:the |el |dia |el dia )?(?P<n>\d{{1,2}}(?=st|nd|rd|th|ro)|\d{{1,2}}(?= (?:of|de|del)\b)|{_ORD}|{_DAY_WORD}(?= (?:de|del)\b))|(?:the|el|dia|on|by) (?P<b>\d{{1,2}}))(?:st|nd|rd|th|ro|ero|o)?(?<![4-9]\d)(?<!3[2-9]) (?:day )?(?:of|de|del|in)? ?{_WHICH_MONTH}\b(?<!un mes)(?<! a month)",
        ordinal,
    ),
    form(rf"\b(?:el |en el )?(?P<which>(?:the )?next month|proximo mes|mes que (?:viene|entra)|mes entrante|this month|este mes),? (?:on |el |dia |el dia |the |on the )+(?P<n>\d{{1,2}}|{_ORD}|{_DAY_WORD})(?:st|nd|rd|th)?(?!\w){_NOT_MONEY}", ordinal),
    form(r"\b(?:the )?(?:first|1st)(?: day)? of (?:the )?(?:month|mo)\b", month_start),
    form(r"\b(?:the )?(?:first|1st) of (?:the )?year\b", vague("beginning of the year")),
    form(
        rf"(?<![\d/.,$€£])(?<!\w)(?:(?:on |by |until |for )?the (?P<n>{_ORD}|\d{{1,2}})(?:st|nd|rd|th)?(?!\w){_NOT_MONEY}(?<![4-9]\d)(?<!3[2-9]){_THING}(?! (?:days|weeks|months|dias|semanas|of (?!the month)|dollar|percent))|"
        rf"(?:the )?(?P<b>\d{{1,2}})(?:st|nd|rd|th)\b{_THING}(?! (?:of|floor))|"
        rf"(?:on|by) (?P<e>\d{{1,2}}|{_ORD})(?!\w){_NOT_MONEY}(?<![4-9]\d)(?<!3[2-9]){_THING}(?! (?:days|weeks|months|of|every|at|dias))(?=[ .!,]*$|[.!,]| (?:when|i|for|pay|at|thanks|ok|please|and|will|sir))|"
        rf"^(?:ok |yes |maybe |by |on )*(?P<f>{_ORD})(?=[ .!,]*$|[.,]| (?:works|is|i|ill|for|please|at|of|when))|"
        rf"(?:el|dia|del|para el|hasta el|al|los dias?|este|el proximo|para este) (?:mero |mismo |puro )?(?:dia )?(?P<d>\d{{1,2}}|{_DAY_WORD})(?:ro|ero|o|st|th)?(?!\w){_NOT_MONEY}(?<![4-9]\d)(?<!3[2-9])(?! (?:dias|semanas|de la|pesos|por ?ciento|meses|a\b(?! (?:mas|la|primera))|veces|anos|hijos|dios|soy|de cada))(?<!del dos)(?<!del uno))",
        ordinal,
    ),
    form(r"\b(?:after half term|after the (?:holidays|break))\b|\b(?:despues|pasando|pasado|saliendo|pasand\w+) (?:de |del |el |la |los |las )*(?:puente|finde|feriad\w|fiestas|vacaciones|posadas|carnavales|elecciones|cosecha|temporada|mundial)\b", vague("after some time")),
    form(r"\bides of \w+", vague("a saying")),
    form(r"\b(?:the (?:very )?(?:day after|next day|following day)|(?:el|al) (?:otro dia|dia siguiente|dia despues))(?=[ .!?,]*$|[.,;!?]| (?:ill|i|pay|for sure|pago|le|te|les|mando|pls|please|then|when|cuando)\b)(?! (?:i get|they pay|de\b|que|after))", day_after),
    # stretches of time
    form(rf"\b{_N} (?:or|to|o|a|and|-|y) {_N.replace('<n>', '<n2>')} (?:more |mas )?{_UNITS}", vague("a few days")),
    form(r"\b(?:(?:a )?(?:couple|cpl)(?: (?:of|more))?|(?:a )?few|several|some|unos|unas|unos cuantos|algunos|algunas|un par de|pocos|otra|otros|other|another|more|these|next|los proximos|estos|un dia o)(?: (?:more|cuantos|few|couple|pocos|of))? (?:days|day|weeks|week|month|months|hours|dias|semanas|meses|diitas|dos)\b(?! (?:late|ago|behind))|\b(?:a )?(?:day|week|month) or (?:two|so|2|three)\b|\b(?:un|una) (?:dia|semana) o (?:dos|2)\b", vague("a few days")),
    form(rf"\b(?:(?:in|within|en|dentro de) )?{_N} (?:business|working|bank|work) days?\b|\b(?:en |dentro de )?{_N.replace('<n>', '<n2>')} dias (?:habiles|laborables|laborales)\b", vague("working days")),
    form(r"\b(?:in|en|dentro de|de (?:hoy|aqui) (?:en|a)) (?:a|one|un|1) (?:months?|mes)(?: (?:time|from (?:now|today)|exacto|exactly))?\b(?! (?:or|o|y medio|and a half))|\bthis (?:day|date) next month\b", same_day),
    form(r"\bwithin (?:a|one|1) month\b", vague("a month from now")),
    form(rf"\b(?:in|within|en|dentro de|de hoy en|give me|need|deme|dame|denme|dadme|after|another|next|otros|otras|de aqui a|wait|espereme|esperenme|a) (?:about |at least |like |unos |el plazo de )?{_N} (?:more |mas )?(?:full )?{_UNITS}(?: (?:from now|from today|time|mas|more|max|tops|please|o menos))?(?! (?:ago|late|behind|atras|a month))(?<! a week)(?<!\d a)", ahead),
    form(r"\bin (?P<n>a|one|1) (?P<unit>week)(?=[,.;!]|$| (?:i|ill|please|max|tops|and|then|with|ok|pay|from)\b)", ahead),
    form(r"\b(?P<n>a|one|1) (?P<unit>week)(?=[ .!,]*$| (?:please|max|tops|and|ill|i will|then))(?<!times a week)(?<!\d a week)(?<!once a week)", ahead),
    form(rf"\b{_N} (?:more |mas )?{_UNITS} (?:from (?:now|today)|mas|more|a partir de hoy|time)\b", ahead),
    form(rf"^(?:ok |like |maybe |yes |si )?{_N} (?:more |mas )?{_UNITS}(?: (?:please|por favor|porfavor|thanks|max|tops|gracias|mas))*(?=[ .!?]*$|[,;.] )", ahead),
    form(r"^(?:ok |yes |sure |sorry )*(?:first thing )?in the (?:morning|am)\b(?! (?:of|on))", next_morning),
    form(rf"\b(?:{_N} {_UNITS} ago|hace {_N.replace('<n>', '<n2>')} {_UNITS.replace('<unit>', '<u2>')})", vague("in the past", "in the past")),
    form(r"\b(?:yesterday|ayer|anoche|anteayer|antier|(?:this |the )?(?:last|past) (?:week|month|night|year)|(?:la )?semana pasada|(?:el )?(?:mes|ano) pasado|(?:el )?pasado(?: \d+(?! de))?)\b", vague("a past day", "in the past")),
    form(r"\b(?:no|not) (?:this week|esta semana),? (?:but |sino |mejor )?(?:the (?:next|following)(?: one| week)?|the (?:one|week) after(?: that)?|(?:en |para )?la (?:otra|siguiente|proxima|que (?:viene|entra|sigue))(?: semana)?)\b", stretch(weeks=1, label="next week")),
    form(r"\b(?:on|by|before) (?:the|my|its|that|this) due ?date\b(?! (?:is|was|of|on)\b)|\b(?:when|the day) (?:its|it is|it comes|its actually) due\b|\b(?:el|para el|hasta el) (?:mismo )?dia (?:que|en que|cuando) (?:se )?(?:vence|venza)\b|\b(?:el (?:mismo )?dia del?|a|al|en la fecha de|la fecha de|en su) vencimiento\b(?! (?:es|fue|era)\b)|\bcuando (?:se )?venza\b", due_date),
    form(r"\bthe week after this(?: one| week)?\b", stretch(weeks=1, label="next week")),
    form(rf"\b(?<!y )(?:en |para )?la (?:otra|que (?:viene|sigue|entra)), (?=el {_D})", stretch(weeks=1, label="next week")),
    form(r"\b(?:week after next|the week after)\b", stretch(weeks=2, label="the week after next")),
    form(r"\b(?:the )?end of (?:the )?next week\b|\b(?:(?:early |late |sometime |some time |in |during |the |mid )*next week)\b", stretch(weeks=1, label="next week")),
    form(r"\b(?:(?:by |the )*end of (?:the |this )?(?:work ?)?week|(?:by )?(?:the )?weeks end|eow|(?:sometime |later |early |late |mid )?(?:this|the) week|weekend|on the weekend|(?:this|next|the|over the|this coming) weekend)\b", stretch(weeks=0, label="this week")),
    form(r"\b(?:(?:sometime |some time |in |early |late )*next month)\b", stretch(months=1, label="next month")),
    form(r"\b(?:(?:sometime |later )?this month)\b", stretch(months=0, label="this month")),
    form(r"\b(?:by |at |before )?(?:the )?end of (?:the |this )?year\b|\bend of the yr\b", year_end),
    form(r"\b(?:next|this|new|coming) (?:year|quarter|summer|spring|winter|fall|autumn)\b|\bin (?:the )?(?:summer|spring|winter|fall|autumn)\b", vague("part of a year")),
    form(r"\b(?:(?:en |para |de )?(?:la |esta )?(?:proxima|siguiente|otra) semana|(?:en |para |de |durante )?(?:la )?semana (?:que (?:viene|entra|sigue)|entrante|proxima|siguiente))\b", stretch(weeks=1, label="next week")),
    form(r"\b(?:(?:en |para |durante )?(?:esta |la |el |este )?(?:fin de )?semana|finde(?: semana)?)(?: que viene| proximo| entrante)?\b", vague("no exact day")),
    form(r"\b(?:(?:en |para |el )*(?:proximo mes|mes que (?:viene|entra|sigue)|mes entrante|otro mes|mes proximo|mes siguiente))\b", stretch(months=1, label="next month")),
    form(r"\b(?:en |para |durante )?(?:este|el|del) mes\b", stretch(months=0, label="this month")),
    form(r"\b(?:el |este |en (?:el )?|para (?:el )?)(?:proximo |otro )?(?:ano|verano|invierno|primavera|otono)(?: que viene| entrante| proximo| nuevo)?\b(?<!el ano)", vague("part of a year")),
    form(r"\b(?:(?:next |my )*pay ?day|next (?:pay ?)?check|dia de pago|proxima nomina|proximo (?:pago|sueldo|cobro|salario))\b", vague("payday", "no day named")),
)  # fmt: skip
