"""Which spellings mean the same word, which language is a text in, and which number is a word?

Tables only, and small functions on them. Every other file of this package works on `normal.py`'s canonical text, in
which weekdays and months are their English names, usual misspellings and abbreviations are mended and accents are gone.
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

# In whichever language they stand.
_SPELLINGS: dict[str, str] = {
    # weekday: abbreviations, Spanish, misspellings further than one letter away
    "monday": "mon lunes lune lunez lun mnday mondey munday lunss",
    "tuesday": "tue tues martes tuseday teusday tusday twosday tuesdy marte martez",
    "wednesday": "mier miercol wed weds wednes miercoles mierc mie wensday wendsday wedsday wensdays wenesday wednsday miercole miercole miercolez mierkoles wedensday wendesday",
    "thursday": "thr thrs thursd juev thurz thursdee thu thur thurs jueves jue thirsday thrusday thersday juebes jeuves thuesday thurday thusday jueve juevez guebes",
    "friday": "frid vier frydae fri viernes vie firday fryday frydey firdays biernes vierns viern frydays frieday biernez vrn",
    "saturday": "satur satrdy sabad satrday sat sabado sab satuday saterday savado saturdy savados sabdo saturaday",
    "sunday": "sun domingo dom domigo sundey",
    "january": "jan enero ene janurary janury enro",
    "february": "feb febrero febuary feburary febr febrary",
    "march": "marzo",
    "april": "apr abril abr",
    "may": "mayo",
    "june": "jun junio",
    "july": "jul julio",
    "august": "aug agosto",
    "september": "sep sept septiembre setiembre",
    "october": "oct octubre",
    "november": "nov noviembre novembre",
    "december": "dec dic diciembre decembre disiembre",
    "tomorrow": (
        "tomoz tomozz 2moz tomora tmora tmrw tmr tmrrw tmw tmmrw tomm tommorow tommorrow tomorow tommorw tomoro tommoro tomorro tomarrow tomrw tomorr tmmw tmoz "
        "2moro 2morrow 2mrw 2morow 2mro 2mor tmoro tmrow tmorrow tmorow tomorrrow morrow tomor tmar tomz tmro"
    ),
    "today": "2day tday todya tody todat toady tdy",
    "tonight": "2nite tonite 2night tonigt tonght tonihgt 2nyt tnite",
    "pasado manana": "pasadomanana pasamanana",
    "pasado": "pasao",
    "manana": "mananita mnana mañna manna manan mannana mnn mnna manaana mna maniana magnana",
    "weekend": "wknd wkend weeknd wkd",
    "unsubscribe": "unsub unsuscribe unsubcribe unsubscibe unsubscrib unsubscribed unsubscribing unsubsribe desuscribir unsubcribed unsubscript",
    "stop": "st0p 5top stp sotp stpo tsop stopp stoop stap sttop stopo stahp stpp",
    **{f"every {day}": f"{day}s" for day in WEEKDAYS},
    "every saturday": "saturdays sabados",  # of the other days Spanish has no plural of its own
    "every sunday": "sundays domingos",
    "payday": "paday payda",
    "twelfth": "twelth twelvth twelveth",
    "fifth": "fith fifht",
    "eighth": "eigth eith",
    "ninth": "nineth nith",
    # numbers and shares
    "hundred": "hundo hundos hunnid hunnids hunned hunnit hunna hunderd hundread hundrd hunnerd hunnert hundret hunid",
    "thousand": "thousend thousan thosand thowsand thousnd",
    "twenty": "twenny twentie tweny twinty",
    "thirty": "thirdy thrity therty",
    "forty": "fourty fourtey forthy",
    "fifty": "fiddy fitty fity fiffy fify fifity fivety fiftey",
    "ninety": "ninty nintey",
    "eighty": "eigthy eighy eigty",
    "seventy": "sevendy sevnty sevinty",
    "doscientos": "dosientos docientos dosciento doscientitos",
    "trescientos": "tresientos trecientos tresciento",
    "cuatrocientos": "cuatrosientos cuatroscientos",
    "quinientos": "kinientos quinietos quiniento quinentos quininetos quinienton quinientito quinientitos kiniento",
    "seiscientos": "seisientos seicientos",
    "setecientos": "setesientos sietecientos sietesientos",
    "ochocientos": "ochosientos ochoscientos",
    "novecientos": "nobecientos nuevecientos nobesientos novesientos nuevesientos",
    "cincuenta": "sincuenta cinquenta sinkuenta",
    "sesenta": "secenta",
    "noventa": "nobenta",
    "veinte": "beinte viente",
    "mitad": "mita mitat mitaa mitac",
    "todo": "todito toditito todititito todiito toditos",
    "completo": "completito",
    "pesos": "pesoz",
    "lucas": "lukas luquitas lukitas lucrecias",
    "varos": "varitos baritos varillos",
    # Chinese in Latin letters
    **{"明天": "mingtian", "今天": "jintian", "后天": "houtian", "月底": "yuedi", "还": "huan", "下个月": "xiageyue"},
    **{
        f"周{day}": f"zhou{word} xingqi{word} libai{word}"
        for day, word in zip("一二三四五六", "yi er san si wu liu".split(), strict=True)
    },
    **{
        f"下周{day}": f"xiazhou{word} xiaxingqi{word}"
        for day, word in zip("一二三四五六", "yi er san si wu liu".split(), strict=True)
    },
}
_ENGLISH: dict[str, str] = {
    "you": "u ya yall yu yous",
    "youre": "youre",
    "are": "r",
    "i dont": "ion iont",
    "week": "wk weke",
    "year": "yr",
    "weeks": "wks weaks wees",
    "days": "dys",
    "month": "mth mnth mo",
    "months": "mths mnths mos",
    "your": "ur yo yur",
    "please": "pls plz plse pleas plss pleez plez",
    "because": "cuz bc coz becuz cause",
    "dont": "dnt dunt dont donot",
    "cant": "cnt canot cannot carnt",
    "paid": "payed pd payd",
    "pay": "pey paay",
    "number": "num nmbr numbr nummber nber",
    "wrong": "worng wrng rong",
    "thanks": "thx thnx tnx ty thnks thanx",
    "half": "haf hlaf",
    "bankruptcy": "bankrupcy bancruptcy bankruptsy bankrupsy bankrupcty bankruptcey",
    "attorney": "atty attorny attourney",
    "lawyer": "lawer laywer layer",
    "message": "mesage messege msg mesg",
    "messages": "mesages msgs messeges mesajes",
    "texting": "textin txting txtin",
    "text": "txt txet",
    "texts": "txts",
    "calling": "callin caling",
    "paying": "payin",
    "until": "til till untill",
    "payment": "pymt paymnt payement pymnt pmt pymnts paymet",
    "next": "nxt nex",
    "first": "frist",
    "get": "gt git",
    "going to": "gonna gunna goin2 finna bouta",
    "im going to": "imma ima",
    "want to": "wanna",
    "trying to": "tryna",
    "got to": "gotta",
    "let me": "lemme",
    "give me": "gimme gimmie",
    "about": "abt bout",
    "who": "hoo",
    "this": "dis",
    "that": "dat",
    "the": "da teh",
    "with": "wit w",
    "when": "wen whn",
    "what": "wat wut wht",
    "check": "chk chck cheque",
    "checks": "cheques chks",
    "sorry": "sry srry soz",
    "before": "b4",
    "someone": "sum1 some1",
    "anyone": "any1",
    "account": "acct acc accnt",
    "money": "mony muney monies",
    "paycheck": "paychek paycheque",
    "coming": "comin",
    "getting": "gettin",
    "sending": "sendin",
    "messaging": "messagin msging msgin",
    "bothering": "botherin",
    "bugging": "buggin",
    "harassing": "harrassing harassin harasing",
    "harass": "harrass haras",
    "harassment": "harrassment harasment",
    "going": "goin",
    "doing": "doin",
    "working": "workin",
    "trying": "tryin",
    "blowing": "blowin",
    "already": "alrdy alredy allready alreddy",
    "remove": "remov rmv",
    "leave": "leeve",
    "receive": "recieve",
    "receiving": "recieving",
    "can you": "canya",
    "sunday": "sun",
    "march": "mar",
    "tomorrow": "tomo tmo tm",
    "my": "mi",
}
_SPANISH: dict[str, str] = {
    "que": "q qe ke k",
    "porque": "xq xk pq porq porke",
    "por": "x",
    "para": "pa xa",
    "para el": "pal pael",
    "donde": "dnd dond",
    "tambien": "tb tmb tbn",
    "mensaje": "msj mjs mensage msg sms",
    "mensajes": "mensages msjs mjes msgs mensajitos mensajito wasaps wasap whatsapps whatsapp wasapp textos txts textitos smses",
    "numero": "num nro nmero numro",
    "celular": "cel celu",
    "telefono": "tel tlf telf tfno fono",
    "porfavor": "porfa porfis xfa xfavor plis pls plz pliss please",
    "por favor": "x favor",
    "equivocado": "quivocado ekivocado equibocado equivocao equivoado",
    "estoy": "toy stoy",
    "esta": "ta sta",
    "gracias": "grax grasias gracia grs thx",
    "conozco": "conosco conosko",
    "dejen": "degen dejn",
    "escriban": "escrivan eskriban",
    "escribir": "escrivir eskribir",
    "favor": "fabor",
    "llamen": "yamen lamen llamn",
    "llame": "yame",
    "llamar": "yamar",
    "deposito": "deposit depsito",
    "quincena": "kincena quinsena qna",
    "ya": "lla",
    "voy": "boy voi",
    "he": "e",
    "hacer": "aser hacr acer",
    "hice": "ise hise ice",
    "bien": "bn",
    "quien": "kien qien",
    "quiero": "kiero",
    "cuanto": "cuant kuanto",
    "cuando": "cuand kuando cdo",
    "august": "ago",
    "semana": "sem smana",
    "tengo": "tngo",
    "pagare": "pagarre",
}
# Real words one letter away from a weekday or month: never "mended".
_REAL_WORDS = frozenset(
    "sundry sundae money monda vienes partes artes mares marte mates mantes salado sacado sabio sabedo dominio tomorrows "
    "sanado sonado saldo domino martens jules juan viene cierne vernes juntes marches remember decembers someday "
    "noviembres tonight febreros unsubscribes bienes viernes octubres anteriores abordar midday "
    "hundreds thousands hundredth thousandth".split()
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


_LONG_NUMBERS = (
    "hundred thousand cincuenta doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos "
    "novecientos"
).split()


def _slips(word: str) -> Iterable[str]:
    """Every slip of one key in `word`, first letter kept: swapped, left out, doubled or added, mistyped."""
    for i in range(1, len(word)):
        head, tail = word[:i], word[i:]
        yield head + tail[1:]
        yield from (head + c + tail for c in _LETTERS)
        yield from (head + c + tail[1:] for c in _LETTERS)
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _exact(table: dict[str, str]) -> dict[str, str]:
    return {spelling: word for word, spellings in table.items() for spelling in spellings.split()}


def _canon() -> dict[str, str]:
    """Every known spelling to its canonical word. A slip that fits two words is left out: two readings are none."""
    exact = _exact(_SPELLINGS)
    forgiving = {w: w for w in (*WEEKDAYS, "tomorrow", "unsubscribe", "september", "october", "november", "december")}
    forgiving |= {
        s: exact[s] for s in ("miercoles", "jueves", "viernes", "sabado", "domingo", "diciembre", "noviembre")
    }
    forgiving |= {w: w for w in _LONG_NUMBERS}
    slips: dict[str, set[str]] = {}
    for spelling, word in forgiving.items():
        for slip in _slips(spelling):
            slips.setdefault(slip, set()).add(word)
    kept = {slip: min(words) for slip, words in slips.items() if len(words) == 1 and slip not in _REAL_WORDS}
    return kept | exact | {word: word for word in _SPELLINGS}


def _mended(words: dict[str, str]) -> dict[str, str]:
    """Without the words that stand as they are."""
    return {spelling: word for spelling, word in words.items() if spelling != word}


_SHARED = _canon()
CANON: dict[str | None, dict[str, str]] = {
    "en": _mended(_exact(_ENGLISH) | _SHARED),
    "es": _mended(_exact(_SPANISH) | _SHARED),
    "zh": _mended(_SHARED),
    None: _mended(_exact(_SPANISH) | _exact(_ENGLISH) | _SHARED),
}

_EN = frozenset(
    "the i ill will pay can cant on you your my is what when who how call text stop dont not today have get got wrong "
    "number half money please thanks yes this that it im am was be for and with of to at in by after owe paid paying "
    "next week weeks days month end all rest send make do does someone help need leave alone ok okay lost job work "
    "bucks dollars monday tuesday wednesday thursday friday saturday sunday fri tomorrow tmrw tonight already never "
    "lawyer attorney bankruptcy filed died passed away remove quit unsubscribe u ur pls plz out off here there just "
    "from first if we us they he she him her about gonna until til but or so up now day check again any anymore would "
    "did done didnt wont isnt aint messages texting calling phone number guy person company yeah yep sure sounds good thx thnx".split()
)
_ES = frozenset(
    "el la los las un una pago pagar puedo manana hoy por favor que mi lunes martes miercoles jueves viernes sabado "
    "domingo llamame llamen quiero dinero gracias tengo con de en para cuando hola este esta pagare pague debo "
    "quincena mes semana dias mitad resto todo numero equivocado abogado escriban mensajes mas ya le les yo es soy "
    "quien cuanto trabajo fin proximo proxima siguiente pasado enero febrero marzo abril mayo junio julio agosto "
    "septiembre octubre noviembre diciembre ayuda baja alto parar basta dejen deje dejar deposito abono transferencia "
    "bueno claro vale dale murio fallecio bancarrota sin se lo tarde noche viene pesos euros dolares porfa "
    "perdi hablar llamada llamadas despues hasta antes pero tambien solo nada nunca eso cancelar cuenta deuda "
    "q te os del al su sus nos ni si muy pa xq aqui aca ese esa hay tiene ha he mio mia nomas ando estoy estamos "
    "mando doy paso voy va van cobro queda estan dejad dejadme paren sms joder plata lana chamba toy kiero mnn".split()
)
_CJK = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z]+")


def detect(plain: str, given: str | None) -> str | None:
    """`zh`, `es` or `en` by the words of an accent-free lower-case text; `given` (or None) where they do not tell."""
    words = _WORD.findall(plain)
    if not plain.isascii():
        ideographs = len(_CJK.findall(plain))
        if ideographs and ideographs * 2 >= len(words):
            return "zh"
    spanish = sum(map(_ES.__contains__, words))
    english = sum(map(_EN.__contains__, words))
    if spanish == english:
        return given
    return "es" if spanish > english else "en"


# --- numbers ----------------------------------------------------------------------------------------------------------

_EN_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_ES_ONES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho "
    "diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve"
)
SMALL_NUMBERS: dict[str, int] = {
    **{w: i for i, w in enumerate(_EN_ONES.split())},
    **{w: i for i, w in enumerate(_ES_ONES.split())},
    **{"a": 1, "an": 1, "un": 1, "una": 1, "twenty": 20, "thirty": 30, "treinta": 30, "ninety": 90, "sixty": 60, "sesenta": 60},
}  # fmt: skip
ORDINALS: dict[str, int] = {
    **{w: i for i, w in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1)},
    **{f"{w}th": i for i, w in enumerate(_EN_ONES.split()) if i > 12},
    **{"twentieth": 20, "thirtieth": 30, "thirty first": 31, "thirty-first": 31},
    **{f"twenty{j}{w}": 20 + i for i, w in enumerate("first second third fourth fifth sixth seventh eighth ninth".split(), 1) for j in " -"},
}  # fmt: skip
DAY_WORDS: dict[str, int] = {
    **{w: i for i, w in enumerate(_ES_ONES.split()) if i},
    **{"primero": 1, "primer": 1, "treinta y uno": 31, "treintaiuno": 31, "treinta": 30},
}
_ZH_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_ZH_DIGITS |= {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
_ZH_UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}


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
    if len(tail) == 1 and (tail in _ZH_DIGITS or tail in "123456789"):
        return (_ZH_DIGITS.get(tail) or int(tail)) * place
    return _zh_below_wan(tail.lstrip("零"))


def _zh_below_wan(text: str) -> int | None:
    total, digit, last_unit = 0, None, 0
    for part in re.findall(r"\d+|.", text):
        if part.isascii() and part.isdigit():
            digit = int(part)
        elif part in _ZH_DIGITS:
            digit = _ZH_DIGITS[part]
            last_unit = 0 if digit == 0 else last_unit
        elif part in _ZH_UNITS:
            last_unit = _ZH_UNITS[part]
            total += (1 if digit is None else digit) * last_unit
            digit = None
        else:
            return None
    if digit is None:
        return total if text else None
    return total + digit * (last_unit // 10 if last_unit > 10 else 1)
