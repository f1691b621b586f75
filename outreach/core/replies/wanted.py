"""Does a text ask for another language, for calls instead of texts, or for another number?

Each is found with the text that is left without it; `letters` as of `rows.Sought`. A number is a wish only, for a person to confirm.
"""

from __future__ import annotations

import re

from outreach.core.replies.rows import LONGEST, Sought

_TONGUES = {"english": "en", "ingles": "en", "spanish": "es", "espanol": "es", "castellano": "es", "chinese": "zh", "chino": "zh", "mandarin": "zh",
            "中文": "zh", "汉语": "zh", "普通话": "zh", "国语": "zh", "英文": "en", "英语": "en", "西班牙语": "es", "西班牙文": "es"}  # fmt: skip
_NEEDS = frozenset(name[:2] if name > "\u2e80" else name[:LONGEST] for name in _TONGUES)
_TONGUE = r"(?P<tongue>english|ingles|spanish|espanol|castellano|chinese|chino|mandarin)"
_POLITE = r"(?:please|por|favor|gracias|thanks|thank you|only|solo|solamente|hi|hello|hola|ok|instead|now|from now on|mejor|si|yes)"
_ASKS_LANGUAGE = (
    re.compile(
        rf"(?:^|(?<=[.!?;,])) ?(?:{_POLITE}[ ,]*)*(?:(?:can|could|would) (?:you|we|u) |(?:me |nos )?(?:pueden?|podrian?) )?(?:please )?"
        rf"(?:(?:write|text|message|reply|speak|talk|respond|send (?:it|this|them|messages|texts)|switch|change|habl\w+|escrib\w+|contest\w+|respond\w+|mand\w+|comuni\w+)(?:me)?(?: to| me| us| with me| conmigo)* )?"
        rf"(?:in |to |en |mensajes en |en el idioma |language |idioma )?{_TONGUE}(?:[ ,]*{_POLITE})*[ ]?[.!?]*(?:$|(?=[.!?;,]))"
    ),
    re.compile(
        rf"(?:^|(?<=[.!?;,])) ?(?:sorry |perdon |lo siento )?(?:i |yo |we )?(?:only |solo |solamente )?(?:speak|read|understand|prefer|hablo|leo|entiendo|prefiero|hablamos) (?:only |solo |el |en )?{_TONGUE}(?:[ ,]*{_POLITE})*[ ]?[.!?]*(?:$|(?=[.!?;,]))"
    ),
    re.compile(
        r"(?:^|(?<=[.!?;,， ]))(?:请|麻烦|能不能|可以|可否|能否|以后|短信|回复|你们?|您|给我|我要|我想){0,4}(?:用|说|讲|发|写|改成|换成|改用|切换到?|要|回复){0,2}(?P<tongue>中文|汉语|普通话|国语|英文|英语|西班牙语|西班牙文)(?:短信|回复|联系|沟通|交流|发|写|说|吧|吗|谢谢|版|的|我|给|[ ,，?!.]){0,9}(?:$|(?=[.!?;,，]))"
    ),
)
_KNOWS_NOT = (
    (re.compile(r"\bno (?:hablo|entiendo|leo|se|comprendo)(?: (?:nada de|mucho|bien|el|leer))* (?:ingles|english)\b(?: gracias| por favor)?"), "es"),
    (re.compile(r"我?(?:看|听|说|读)?不(?:懂|会|明白|来|太懂|太会)(?:说|看)?(?:英文|英语)|(?:英文|英语)我?(?:看|听)?不(?:懂|会|明白)"), "zh"),
)  # fmt: skip


def language(plain: str, letters: frozenset[str]) -> tuple[str, str | None]:
    """The language they ask for, and the text without the wish. Two of them are none."""
    if _NEEDS.isdisjoint(letters):
        return plain, None
    wanted = {language for pattern, language in _KNOWS_NOT if pattern.search(plain)}
    rest = plain
    for pattern, _ in _KNOWS_NOT:
        rest = pattern.sub(" ", rest)
    for pattern in _ASKS_LANGUAGE:
        wanted |= {_TONGUES[match["tongue"]] for match in pattern.finditer(rest)}
        rest = pattern.sub(" ", rest)
    return (rest, wanted.pop()) if len(wanted) == 1 else (plain, None)


_NUMBER = re.compile(r"(?<![\d$€£¥.])\+?\(?\d[\d\-.() ]{5,17}\d(?!\d)")
_OF_A_NUMBER = Sought(
    r"\b(?:number|cell|cellphone|phone|mobile|landline|numero|celular|telefono|movil|use|usen?|call|text|reach|ring|contact|llam\w+|marqu\w+|escrib\w+)\b|号码?|电话|手机|座机|打"
)
_NOT_THEIRS = re.compile(
    r"\b(?:card|account|tarjeta|cuenta|routing|confirmation|receipt|ref\w*|case|loan|ssn)\b|卡号|账号|账户|订单|合同"
)


def another_number(plain: str, letters: frozenset[str]) -> tuple[str, str | None]:
    """The one phone number they name, as written; the text without it. Other numbers of so many digits are left alone."""
    if not _OF_A_NUMBER.holds(plain, letters) or _NOT_THEIRS.search(plain):
        return plain, None
    found = [match for match in _NUMBER.finditer(plain) if 7 <= sum(c.isdigit() for c in match[0]) <= 15]
    if len(found) != 1:
        return plain, None
    match = found[0]
    written = re.sub(r"[^\d+]", "", match[0])
    return f"{plain[: match.start()]} {plain[match.end() :]}", written


_CALL_INSTEAD = Sought(
    r"\b(?:no|dont|do not|stop|quit)(?: more| send(?:ing)?(?: me)?| any)*(?: (?:texts?|texting|messages?|messaging|sms))(?: me)?(?: messages)?[ ,.]*(?:please[ ,.]*)?(?:(?:and|but|just|only|you can|instead|rather|better|please) ?)*(?:call|phone|ring)(?: me)?(?: instead| please| only)*[ .!]*$|"
    r"\b(?:call|phone) me instead(?: of (?:texting|texts?|messag\w+))?\b|\b(?:call|phone) me[ ,.]+(?:dont|do not|no|not|stop) (?:text\w*|messages|sms)(?: me)?[ .!]*$|"
    r"\b(?:no|dejen de|ya no)(?: me)?(?: (?:manden|mandar|mandarme|envien|enviar|enviarme|escriban|escribir|escribirme|mas))*(?: (?:mensajes|textos|sms))?[ ,.]*(?:por favor[ ,.]*)?(?:(?:y|mejor|solo|pero|por favor) ?)*(?:llamenme|llameme|llamen|marquenme|marqueme)(?: mejor| por favor)*[ .!]*$|"
    r"(?:别|不要|不用|停止)(?:再|给我|总是?){0,3}发(?:短信|信息|消息)了?[ ,，.]*(?:请|直接|就|可以|改|有事){0,4}(?:打|来|给我打|回)(?:个)?电话(?:给我|吧|就行|就好)?[ .!]*$"
)


def call_instead(plain: str, letters: frozenset[str]) -> tuple[str, bool]:
    """Calls instead of texts: texts end, calls are welcome."""
    match = _CALL_INSTEAD.first(plain, letters)
    if match is None or re.match(r"(?:no|dejen de|ya no)(?: me)?[ ,.]*(?:llam|marq)", match[0]):
        return plain, False
    return plain[: match.start()] + " " + plain[match.end() :], True
