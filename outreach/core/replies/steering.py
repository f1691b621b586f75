"""How does the debtor want to be contacted? Times, days and places they rule out, a language, another number.

Words of this kind stand alone ("only after 6pm") or beside something else ("pay friday, don't call before 5"). A clause is
one only if every word of it is about contact (`_WORDS`): a word of paying, or one we do not know, and it is none. So a
promise never becomes a limit, and the rest of the text is read without it. Of two readings the one that contacts less is
taken, and a person is told (`Wishes.doubt`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from outreach.core.replies.inconvenient import Clause, channel, covered, doubt, times
from outreach.core.replies.limits import MARK, MARKED, MERGED, Limit, limits_of
from outreach.core.replies.normal import Said
from outreach.core.replies.rows import LONGEST, letters_of
from outreach.core.replies.wanted import another_number, call_instead, language
from outreach.core.terms import Channel, IntentKind, Wishes

MOST = 4  # limits of one text
CONSIDERED = 400  # letters: nobody says how to contact them at greater length

_MAYBE = re.compile(
    r"\d|morning|noon|evening|night|week|day|work|office|job|manana|tarde|noche|semana|trabajo|oficina|chamba|"
    r"english|ingles|spanish|espanol|castellano|chin|mandarin|texts?\b|mensajes?|点|午|早|晚|周|公司|单位|班|文|语|话|号|短信"
)


@dataclass(frozen=True, slots=True)
class Steered:
    """What a text says of contact, and the rest of it; `said` None when there is nothing else. `kind`: its meaning alone."""

    wishes: Wishes
    said: Said | None
    kind: IntentKind
    texts: bool  # it speaks of texts, so that words like "don't text me" are no more than the limit


def steered(said: Said, *, offered: bool) -> Steered | None:
    """The wishes in a text, None if there are none. `offered`: our last message proposed a day."""
    if len(said.plain) > CONSIDERED or not _MAYBE.search(said.plain):
        return None
    plain, number = another_number(said.plain, said.letters)
    plain, tongue = language(plain, said.letters)
    plain, calls = call_instead(plain, said.letters)
    clauses, plain = _clauses(plain, said.letters, offered)
    if not (number or tongue or calls or clauses):
        return None
    rest = _rest(said, plain, number)
    wishes = Wishes(times(clauses), tongue, number, calls, rest is None, doubt(clauses, number))
    about_texts = calls or any(clause.channel is not Channel.CALL for clause in clauses)
    return Steered(wishes, rest, IntentKind.OPT_OUT if calls else _kind(clauses), about_texts)


def _kind(clauses: list[Clause]) -> IntentKind:
    """What limits mean by themselves: those of calls a wish to be called then, or not to be called."""
    if not clauses or channel(clauses) is not Channel.CALL:
        return IntentKind.UNCLEAR
    return IntentKind.CALLBACK if all(clause.only for clause in clauses) else IntentKind.STOP_CALLS


def _rest(said: Said, plain: str, number: str | None) -> Said | None:
    """The text without what was read here; None if only courtesies are left."""
    plain = re.sub(r"(?:^|(?<=[,.;!?]))[ ,.;!?]*(?:and|but|y|pero|也|但)?[ ,.;!?]*(?=$|[,.;!?])", "", plain)
    plain = re.sub(r"\s+", " ", plain).strip(" ,;")
    if _courteous(plain) or _REASON.fullmatch(plain) or (number and _OTHER_NUMBER.fullmatch(plain)):
        return None
    bare = " ".join(re.sub(r"[^a-z0-9\u4e00-\u9fff ]+", " ", plain).split())
    latin, han = re.search("[a-z]", plain) is not None, re.search("[\u4e00-\u9fff]", plain) is not None
    return replace(said, plain=plain, bare=bare, letters=letters_of(plain), latin=latin, han=han)


_COURTEOUS = frozenset(
    "please thanks thank you ok okay hi hello hey and but so also sir maam por favor gracias hola y pero buenas buenos dias "
    "tardes noches ty thx porfa porfavor señor senor senora".split()
)
_OTHER_NUMBER = re.compile(
    r"(?:(?:please|use|usen?|my|mi|the|el|a|an|other|another|new|otro|nuevo|different|number|numero|cell|phone|celular|telefono|instead|is|es|this|este|por|favor|on|at)[ :.,]*){1,12}|"
    r"(?:请|用|我|的|另|外|一个|别的|新|换|号码?|手机|电话|这个|是|吧|[ :,.])+"
)
# Why not then: nothing else is said by it.
_REASON = re.compile(
    r"(?:(?:because|since|as|porque|ya que|pues|que|es que) )?(?:i (?:work|sleep|get off|am asleep)|im (?:asleep|sleeping|at work|working|still)|trabajo|duermo|estoy (?:dormid\w|trabajando|durmiendo|descansando))(?: \w+){0,5}|"
    r"(?:因为)?我?(?:还)?(?:要|在|得)?(?:上|值)?(?:夜班|早班|晚班|大夜|班)?[ ,]?(?:都|还)?(?:在|要)?(?:睡觉?|上班|休息|补觉)?(?:呢|的)?"
)
_ZH_COURTEOUS = re.compile(r"(?:请|谢谢|多谢|麻烦|你好|您好|好的?|了|吧|啊|哦|呢|哈|辛苦|但是?|而且|另外){1,9}")


# --- clauses ----------------------------------------------------------------------------------------------------------

_CALLS = frozenset(
    "call calls calling phone ring ringing talk speak llamar llamen llame llamenme llameme llamarme llamada llamadas marcar marquen hablen hablenme hableme "
    "marquenme marqueme hablar telefono phoning".split()
)
_TEXTS = frozenset(
    "text texts texting message messages messaging sms mensaje mensajes escriban escribir escribanme escribame escribirme textear "
    "manden mandar envien enviar mandenme envienme textos".split()
)
_EITHER = frozenset(
    "contact contacting contacted reach reached bother disturb contacten contactar contactenme contactarme comuniquense comunicarse "
    "molesten molestar molestarme reachable available free disponible disponibles libre".split()
)
_NEVER = frozenset(
    "dont not never no stop quit cant cannot wont nunca jamas ni dejen paren eviten avoid nobody nothing".split()
)
_ONLY = frozenset("only just solo solamente unicamente exclusivamente nomas".split())
_FILL = frozenset(
    "please thanks thank you me us my i im am can could be to the a at on in is are it its ok okay hi hello hey sir maam anymore again "
    "ever with cell prefer want need would like for u ya por favor gracias hola buenas al el la los las en de mi se puede pueden puedo "
    "podrian podria quiero prefiero que es son mejor senor le les estoy y or nor o do does and if take answer pick up get getting "
    "contestar atender reciba recibir estar better guys yall kindly so i hours times dias horas horario porfa porfavor".split()
)
_ASKING = frozenset("can could please puede pueden".split())
_ENDING = frozenset("stop quit dejen paren".split())
_SELF = frozenset("i im am estoy puedo".split())  # "I'm not at work" says where they are
_WORDS = _CALLS | _TEXTS | _EITHER | _NEVER | _ONLY | _FILL
_BREAK = re.compile(
    r"[.!?;,]+(?=\s|$|[\u4e00-\u9fff\x01])|\b(?:because|since|porque|ya que)\b| (?=(?:i (?:work|sleep)|im asleep|trabajo|duermo)\b)|\bbut\b|\bpero\b|(?<=[\u4e00-\u9fff\x01\x02]) (?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff\x01])"
)

_ZH_NEVER = re.compile(r"不要|不用|不准|不许|不能|不方便|不可以|别|勿|莫|不行|不接|不")
_ZH_ONLY = re.compile(r"只|仅|才|再(?=打|联|来|发|给|找)")
_ZH_CALLS = re.compile(r"电话|来电|致电|打给我|打来|打|通话|call|接听|接")
_ZH_TEXTS = re.compile(r"短信|信息|消息|发给我|发")
_ZH_EITHER = re.compile(r"联系|联络|找我|打扰|骚扰|沟通")
_ZH_FILL = re.compile(
    r"请|麻烦|谢谢|吧|哦|啊|呀|你们?|您们?|给我?|我的?|可以|方便|能|再|的时候|的|都|也|时间|有空|在|之外|以后|时候|这段|时段|行|到|来|去|就|接受|我们|跟|和|一般|通常|好吗|行吗|了|,|，| "
)


# Letters without which no clause forbids or confines anything (`_clause`, `_chinese`), so that no limit is looked for.
_LIMITING = frozenset((*(word[:LONGEST] for word in _NEVER | _ONLY | _TEXTS), *"不别勿莫只仅才再"))


def _clauses(plain: str, letters: frozenset[str], offered: bool) -> tuple[list[Clause], str]:
    """The clauses that limit contact, and the text without them. One without a word of contact counts only by itself."""
    if _LIMITING.isdisjoint(letters):
        return [], plain
    marked, limits = limits_of(plain, letters)
    if not limits or len(limits) > MOST:
        return [], plain
    kept, others = _told_apart(plain, marked, limits)
    rest = " ".join(others)
    if not all(clause.verb for clause in kept) and not _courteous(rest):
        return [], plain  # "will pay friday, only after 6pm"
    if offered:
        kept = [replace(clause, loose=not clause.verb and any(one.bare for one in clause.limits)) for clause in kept]
    return kept, rest if kept else plain


def _told_apart(plain: str, marked: str, limits: list[Limit]) -> tuple[list[Clause], list[str]]:
    """The clauses that limit contact, and what else the text says."""
    kept, others = list[Clause](), list[str]()
    follows = False  # does this part go on with the clause before it?
    for start, end, pause in _parts(marked):
        part = marked[start:end]
        mine, limits = limits[: part.count(MARK)], limits[part.count(MARK) :]
        clause = _clause(part, mine, asked="?" in pause) if mine else None
        more = clause is None and follows and _says_more(kept[-1], part, mine)
        follows = pause == "," and (clause is not None or more)
        if clause is not None:
            kept.append(clause)
        elif more:  # what is forbidden already is not forbidden once more
            kept[-1] = replace(kept[-1], limits=(*kept[-1].limits, *(mine if kept[-1].only else ())))
        elif plain[start:end].strip():
            others.append(
                f"{plain[start:end].strip()} {pause}" if pause.isalpha() else plain[start:end].strip() + pause
            )
    return kept, others


def _parts(marked: str) -> Iterator[tuple[int, int, str]]:
    """Where each clause begins and ends, and the pause after it."""
    start = 0
    for match in _BREAK.finditer(marked):
        yield start, match.start(), match[0]
        start = match.end()
    yield start, len(marked), ""


def _courteous(text: str) -> bool:
    """Nothing but courtesies?"""
    words = re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]+", text)
    return all(word in _COURTEOUS or _ZH_COURTEOUS.fullmatch(word) for word in words)


def _clause(part: str, limits: list[Limit], *, asked: bool) -> Clause | None:
    """The clause, if it is one about contact. `asked`: it ends in a question mark."""
    text = MARKED.sub(" ", part)
    if re.search("[\u4e00-\u9fff]", text):
        return _chinese(part, limits)
    said = set(re.findall(r"[a-z0-9$]+", text))
    never, only = bool(said & _NEVER), bool(said & _ONLY)
    if not never and not only and said & _TEXTS and not said & _CALLS:
        only = True  # "text me after 6"; whereas "call me after 6" asks to be called
    verb = bool(said & (_CALLS | _TEXTS | _EITHER))
    strange = not said <= _WORDS or (asked and not said & _ASKING)
    if strange or never == only or _elsewhere(said, limits, verb=verb, only=only):
        return None
    return Clause(tuple(limits), only, _one_channel(said), verb, MERGED.search(part) is not None)


def _says_more(clause: Clause, part: str, limits: list[Limit]) -> bool:
    """Is it the same once more, and more exactly: "only in the evening, after 6"? A day alone may be one to pay on, and of
    "not in the morning, after 10" nobody knows whether the second is forbidden as well."""
    if not limits or any(limit.single or limit.what == "work" for limit in limits):
        return False
    if not clause.only and not covered(limits, clause):
        return False
    text = MARKED.sub(" ", part)
    if re.search("[\u4e00-\u9fff]", text):
        for pattern in (_ZH_CALLS, _ZH_TEXTS, _ZH_EITHER, _ZH_FILL):
            text = pattern.sub("", text)
        return not text.strip(" .!~")
    return set(re.findall(r"[a-z0-9$]+", text)) <= _WORDS - _NEVER


def _elsewhere(said: set[str], limits: list[Limit], *, verb: bool, only: bool) -> bool:
    """Is it of something else, though each word might be of contact?"""
    work = any(limit.what == "work" for limit in limits)
    table = (
        not verb and bool(said & _SELF),  # "I'm not at work"
        not verb and any(limit.single for limit in limits),  # "not friday": the day we proposed
        work and (only or bool(said & _TEXTS)),  # "do not send texts to my work phone" ends texts
        bool(said & _ENDING) and _one_channel(said) is not Channel.CALL,  # "stop texting me after 9" ends texts
    )
    return any(table)


def _one_channel(said: set[str]) -> Channel | None:
    calls, texts = bool(said & _CALLS), bool(said & _TEXTS)
    if calls == texts or said & _EITHER:
        return None
    return Channel.CALL if calls else Channel.SMS


def _chinese(part: str, limits: list[Limit]) -> Clause | None:
    text = MARKED.sub("", part)
    never, only = _ZH_NEVER.search(text) is not None, _ZH_ONLY.search(text) is not None
    calls, texts = _ZH_CALLS.search(text) is not None, _ZH_TEXTS.search(text) is not None
    either = _ZH_EITHER.search(text) is not None
    work = any(limit.what == "work" for limit in limits)
    left = text
    for pattern in (_ZH_NEVER, _ZH_ONLY, _ZH_CALLS, _ZH_TEXTS, _ZH_EITHER, _ZH_FILL):
        left = pattern.sub("", left)
    if left.strip(" .!~") or never == only or (texts and never):
        return None
    if not (calls or texts or either) and (work or any(limit.single for limit in limits)):
        return None
    if work and only:
        return None
    by = None if either or calls == texts else Channel.CALL if calls else Channel.SMS
    return Clause(tuple(limits), only, by, calls or texts or either, MERGED.search(part) is not None)
