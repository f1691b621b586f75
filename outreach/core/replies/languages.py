"""Which words of English, Spanish and Chinese mean the same thing, and which language is a text in?

Tables only, and two small functions on them. Every other file of this package works on `normal.py`'s canonical text, in
which weekdays and months are their English names, usual misspellings are mended and accents are gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
ZH_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6} | {str(i + 1): i for i in range(6)}

_SPELLINGS: dict[str, str] = {
    # weekday: abbreviations, Spanish, misspellings further than one letter away
    "monday": "mon mondays lunes lune lunez lun mnday mondey",
    "tuesday": "tue tues tuesdays martes tuseday teusday tusday twosday",
    "wednesday": "wed weds wednes wednesdays miercoles mierc mie wensday wendsday wedsday wensdays wenesday wednsday miercole",
    "thursday": "thu thur thurs thursdays jueves jue thirsday thrusday thersday juebes jeuves thuesday",
    "friday": "fri fridays viernes vie firday fryday frydey firdays biernes vierns",
    "saturday": "sat saturdays sabado sab sabados satuday saterday savado saturdy",
    "sunday": "sun sundays domingo dom domigo sundey",
    "january": "jan enero ene janurary janury",
    "february": "feb febrero febuary feburary febr",
    "march": "marzo",
    "april": "apr abril abr",
    "may": "mayo",
    "june": "jun junio",
    "july": "jul julio",
    "august": "aug agosto",
    "september": "sep sept septiembre setiembre",
    "october": "oct octubre",
    "november": "nov noviembre novembre",
    "december": "dec dic diciembre decembre",
    "tomorrow": (
        "tmrw tmr tmrrw tmw tmmrw tomm tommorow tommorrow tomorow tommorw tomoro tommoro tomorro tomarrow tomrw tomorr "
        "2moro 2morrow 2mrw 2morow 2mro tmoro tmrow tmorrow tmorow tomorrrow morrow"
    ),
    "today": "2day tday todya tody todat toady",
    "tonight": "2nite tonite 2night tonigt tonght",
    "manana": "mnana mañna manna manan mannana",
    "weekend": "wknd wkend weeknd",
    "week": "wk weke",
    "weeks": "wks weaks wees",
    "days": "dys",
    "month": "mth mnth",
    "months": "mths mnths",
    "unsubscribe": "unsub unsuscribe unsubcribe unsubscibe unsubscrib unsubscribed unsubscribing unsubsribe desuscribir",
    "stop": "st0p 5top stp sotp stpo tsop stopp stoop stap sttop stopo",
    "you": "u ya yall",
    "your": "ur",
    "please": "pls plz plse pleas plss",
    "because": "cuz bc coz",
    "dont": "dnt dont",
    "cant": "cnt canot cannot",
    "paid": "payed pd",
    "number": "num nmbr numbr",
    "wrong": "worng wrng rong",
    "thanks": "thx thnx tnx ty thnks",
    "que": "q ke",
    "porfavor": "porfa porfis xfa xfavor",
    "half": "haf",
    "bankruptcy": "bankrupcy bancruptcy bankruptsy bankrupsy",
    "attorney": "atty attorny",
    "lawyer": "lawer laywer",
    "message": "mesage messege",
    "messages": "mesages msgs messeges mesajes",
    "mensajes": "mensages",
    "until": "til till untill",
    "payment": "pymt paymnt payement pymnt",
    "next": "nxt",
    "first": "frist",
}
# Real words one letter away from a weekday or month: never "mended".
_REAL_WORDS = frozenset(
    "sundry sundae money monda vienes partes artes mares marte mates mantes salado sacado sabio sabedo dominio tomorrows "
    "sanado sonado saldo domino martens jules juan viene cierne vernes juntes marches remember decembers someday "
    "noviembres tonight febreros unsubscribes bienes viernes octubres anteriores abordar".split()
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _slips(word: str) -> Iterable[str]:
    """Every slip of one key in `word`, first letter kept: swapped, left out, doubled or added, mistyped."""
    for i in range(1, len(word)):
        head, tail = word[:i], word[i:]
        yield head + tail[1:]
        yield from (head + c + tail for c in _LETTERS)
        yield from (head + c + tail[1:] for c in _LETTERS)
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _canon() -> dict[str, str]:
    """Every known spelling to its canonical word. A slip that fits two words is left out: two readings are none."""
    exact = {s: word for word, spellings in _SPELLINGS.items() for s in spellings.split()}
    forgiving = {w: w for w in (*WEEKDAYS, "tomorrow", "unsubscribe", "september", "october", "november", "december")}
    forgiving |= {
        s: exact[s] for s in ("miercoles", "jueves", "viernes", "sabado", "domingo", "diciembre", "noviembre")
    }
    slips: dict[str, set[str]] = {}
    for spelling, word in forgiving.items():
        for slip in _slips(spelling):
            slips.setdefault(slip, set()).add(word)
    kept = {slip: min(words) for slip, words in slips.items() if len(words) == 1 and slip not in _REAL_WORDS}
    return kept | exact | {word: word for word in _SPELLINGS}


CANON = _canon()

# Traditional characters of the words in our tables, so that each table is written once, simplified.
TRADITIONAL = str.maketrans(
    "還這週禮後塊號錢發資訂別債話電請個當時點過給沒簡訊聯絡繫騷擾煩們誰問題師訴訟產業賬帳轉繳結兩萬領薪禮錯號壞剩餘額"
    "會說實開關閉謝謝對應該麼嗎裡見體總數負擔計劃續傳單紙銀預約間內為從來聽認識換認罵滾遠現處準備賴拒絕償",
    "还这周礼后块号钱发资订别债话电请个当时点过给没简讯联络系骚扰烦们谁问题师诉讼产业账账转缴结两万领薪礼错号坏剩余额"
    "会说实开关闭谢谢对应该么吗里见体总数负担计划续传单纸银预约间内为从来听认识换认骂滚远现处准备赖拒绝偿",
)

_EN = frozenset(
    "the i ill will pay can cant on you your my is what when who how call text stop dont not today have get got wrong "
    "number half money please thanks yes this that it im am was be for and with of to at in by after owe paid paying "
    "next week weeks days month end all rest send make do does someone help need leave alone ok okay lost job work "
    "bucks dollars monday tuesday wednesday thursday friday saturday sunday fri tomorrow tmrw tonight already never "
    "lawyer attorney bankruptcy filed died passed away remove quit unsubscribe".split()
)
_ES = frozenset(
    "el la los las un una pago pagar puedo manana hoy por favor que mi lunes martes miercoles jueves viernes sabado "
    "domingo llamame llamen quiero dinero gracias tengo con de en para cuando hola este esta pagare pague debo "
    "quincena mes semana dias mitad resto todo numero equivocado abogado escriban mensajes mas ya le les yo es soy "
    "quien cuanto trabajo fin proximo proxima siguiente pasado enero febrero marzo abril mayo junio julio agosto "
    "septiembre octubre noviembre diciembre ayuda baja alto parar basta dejen deje dejar deposito abono transferencia "
    "bueno claro vale dale murio fallecio bancarrota sin se lo tarde noche viene pesos euros dolares porfa "
    "perdi hablar llamada llamadas despues hasta antes pero tambien solo nada nunca eso cancelar cuenta deuda".split()
)
_CJK = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z]+")


def detect(plain: str, given: str | None) -> str | None:
    """`zh`, `es` or `en` by the words of an accent-free lower-case text; `given` (or None) where they do not tell."""
    ideographs = len(_CJK.findall(plain))
    words = _WORD.findall(plain)
    if ideographs and ideographs * 2 >= len(words):
        return "zh"
    spanish = sum(w in _ES for w in words)
    english = sum(w in _EN for w in words)
    if spanish == english:
        return given
    return "es" if spanish > english else "en"


SMALL_NUMBERS: dict[str, int] = {
    **{w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())},
    **{w: i for i, w in enumerate("cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce".split())},
    **{"a": 1, "an": 1, "un": 1, "una": 1, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30},
    **{"catorce": 14, "quince": 15, "veinte": 20, "treinta": 30, "thirteen": 13, "trece": 13},
}
_ZH_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_ZH_UNITS = {"十": 10, "百": 100, "千": 1000}


def zh_number(text: str) -> int | None:
    """The value of Chinese or Arabic digits with 十百千万 (`三百五` is 350, `2千` 2000); None when it is no number."""
    if text.isascii() and text.isdigit():
        return int(text)
    if "万" in text:
        head, _, tail = text.partition("万")
        high, low = _zh_below_wan(head), _zh_tail(tail, 1000)
        return None if high is None or low is None else high * 10000 + low
    return _zh_below_wan(text)


def _zh_tail(tail: str, place: int) -> int | None:
    """What follows a unit: nothing, a number, or one digit that counts the next lower place (`一万二`)."""
    if not tail:
        return 0
    if len(tail) == 1 and tail in _ZH_DIGITS:
        return _ZH_DIGITS[tail] * place
    return _zh_below_wan(tail.lstrip("零"))


def _zh_below_wan(text: str) -> int | None:
    total, digit, last_unit = 0, None, 0
    for part in re.findall(r"\d+|.", text):
        if part.isascii() and part.isdigit():
            digit = int(part)
        elif part in _ZH_DIGITS:
            digit = _ZH_DIGITS[part]
            last_unit = 0 if part == "零" else last_unit
        elif part in _ZH_UNITS:
            last_unit = _ZH_UNITS[part]
            total += (1 if digit is None else digit) * last_unit
            digit = None
        else:
            return None
    if digit is None:
        return total if text else None
    return total + digit * (last_unit // 10 if last_unit > 10 else 1)
