"""Which words may a message never use, and which must it have? Tables by language; the linter walks them.

Patterns are regular expressions without regard to case, matched on the text of a template (its tags left out).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern and what it is, in words that end the sentence "this is ..."."""

    pattern: re.Pattern[str]
    what: str


def _rows(rows: Mapping[str, str], word: str = r"\b(?:{})\b") -> tuple[Phrase, ...]:
    """From `{what: alternatives}`. A space stands for any white space; alternatives are whole words by default."""
    return tuple(
        Phrase(re.compile(word.format(alternatives.replace(" ", r"\s+")), re.IGNORECASE), what)
        for what, alternatives in rows.items()
    )


_ARREST = "a threat of arrest or prosecution"
_LAW = "a threat of legal action"
_WAGES = "a threat against wages or property"
_ULTIMATUM = "an ultimatum"
_EXPOSURE = "a threat to tell others"
_NAME = "a threat against a name or credit standing"
_INSULT = "an insult"
_PRETENCE = "a pretence of authority"
_WIDE = "{}"  # Chinese has no spaces between words

_CIRCLE_EN = (
    "employer|boss|work|family|wife|husband|parents|mother|father|children|friends|neighbou?rs?|landlord|relatives"
)
_CIRCLE_ES = r"jef[ea]|empleador|patr[óo]n|trabajo|familia\w*|espos[oa]|padres|madre|padre|hij[oa]s|vecin[oa]s?|amig[oa]s?|casero"
_CIRCLE_ZH = "家人|家属|亲友|父母|配偶|单位|公司|领导|同事|朋友|邻居|通讯录"

# US: 15 USC 1692d, 1692e(4), (5), (7), 12 CFR 1006.18(b). China: the classes forbidden by the bankers' guideline on
# collection (authority or court pretended, threats, invented blacklists, exposure); Civil Code arts. 1024, 1032, 1033.
# What a lawyer allows all the same goes into a letter, not into an automated message.
THREATS: Mapping[str, tuple[Phrase, ...]] = {
    "en": _rows({
        _ARREST: r"arrest\w*|jail\w*|prison|imprison\w*|handcuff\w*|warrants?|felony|criminal\w*|prosecut\w*|police|"
                 r"sheriff|"
                 r"marshal|officers? will|deport\w*|immigration",
        _LAW: r"court|courthouse|judge?ments?|lawsuits?|litigat\w*|su(?:e|ed|ing)|subpoena\w*|summons|"
              r"legal (?:action|proceedings?|steps|department|consequences|remed\w+)|our (?:attorneys?|lawyers?|legal)",
        _WAGES: r"garnish\w*|repossess\w*|foreclos\w*|seiz(?:e|ed|ing|ure)|liens?|levy|levies|levied|evict\w*",
        _ULTIMATUM: r"(?:final|last) (?:chance|warning|notice|opportunity|demand)|or else|consequences|ultimatum|"
                    r"no choice|"
                    r"you(?:'ll|’ll| will) regret|(?:pay|act|respond|call) (?:now|immediately|today) or",
        _EXPOSURE: rf"(?:tell|inform|notify|contact|call|visit) (?:all )?your (?:{_CIRCLE_EN})|expose|publish|"
                   rf"public list|"
                   r"everyone will know|come to your (?:home|house|work\w*|door)",
        _NAME: r"blacklist\w*|(?:ruin|damage|destroy|hurt|harm|wreck)\w* your (?:credit|name|reputation)|"
               r"credit bureaus?",
        _INSULT: r"deadbeat|liar|thief|thieves|fraudster|cheater?|crook|scum|shame\w*|swindler",
        _PRETENCE: r"government|federal agents?|department of justice|fbi|irs",
    }),
    "es": _rows({
        _ARREST: r"arrest\w*|c[áa]rcel|prisi[óo]n|encarcel\w*|deten(?:ido|ida|ci[óo]n)|delito\w*|delincuente\w*|"
                 r"penal(?:es|mente)?|"
                 r"polic[íi]a\w*|fiscal[íi]a|fiscal|deport\w*|inmigraci[óo]n|migra",
        _LAW: r"corte de|tribunal\w*|juzgado\w*|juez|jueces|juicio\w*|demandar\w*|demandad[oa]s?|una demanda|"
              r"citatorio\w*|"
              r"(?:acci[óo]n|acciones|v[íi]as?|medidas|procesos?|procedimientos?) (?:legal|judicial)(?:es)?|"
              r"nuestr[oa]s? abogad[oa]s?",
        _WAGES: r"embarg\w*|desaloj\w*|confisc\w*|incaut\w*|retenci[óo]n de (?:su )?(?:salario|sueldo)",
        _ULTIMATUM: r"[úu]ltim[oa] (?:aviso|oportunidad|advertencia|llamada|llamado|plazo)|consecuencias|ultim[áa]tum|"
                    r"se arrepentir[áa]\w*|at[ée]ngase|de lo contrario",
        _EXPOSURE: rf"(?:avisar|decir|informar|contactar|llamar|visitar)\w* a su (?:{_CIRCLE_ES})|"
                   rf"hacer p[úu]blic\w+|publicar\w*|"
                   r"exponer\w*|todos se enterar\w*|ir(?:emos)? a su (?:casa|trabajo|domicilio)",
        _NAME: r"lista negra|bur[óo] de cr[ée]dito|"
               r"(?:arruin|da[ñn]|perjudic|destru)\w* su (?:cr[ée]dito|nombre|reputaci[óo]n)",
        _INSULT: r"moros[oa]s?|ladr[óo]n\w*|estafador\w*|sinverg[üu]enza\w*|mentiros[oa]s?|tramos[oa]s?",
        _PRETENCE: r"gobierno|agentes? federal(?:es)?|hacienda|ministerio",
    }),
    "zh": _rows({
        _ARREST: "公安|警方|警察|报警|派出所|检察院|逮捕|拘留|坐牢|牢狱|刑事|通缉|抓捕|犯罪|诈骗罪",
        _LAW: "法院|立案|起诉|诉讼|律师函|传票|仲裁|法律(?:责任|手段|程序|后果)|司法",
        _WAGES: "强制执行|查封|扣押|冻结|扣工资|没收|拍卖",
        _ULTIMATUM: "最后通牒|最后(?:一次|机会|警告|通知|期限)|不还.*后果|后果自负|严重后果|否则",
        _EXPOSURE: f"(?:联系|告知|通知|告诉)(?:你|您)?的?(?:{_CIRCLE_ZH})|通讯录|上门|曝光|公开(?:你|您)",
        _NAME: "黑名单|失信|征信(?:受损|污点|不良)|影响(?:你|您)的?(?:征信|信用|名誉)",
        _INSULT: "老赖|骗子|无赖|不要脸|赖账|人渣",
        _PRETENCE: "政府(?:部门|机关)?|国家机关|银监|金融办|专案组",
    }, _WIDE),
}  # fmt: skip

_DEBT = "a word that reveals the debt"
DEBT: Mapping[str, tuple[Phrase, ...]] = {
    "en": _rows({
        _DEBT: r"debts?|debtors?|loans?|owe[ds]?|owing|overdue|due|arrears|delinquen\w*|default(?:ed)?|"
               r"pay(?:s|ing|ments?)?|"
               r"paid|repay\w*|balance|amount|instal?lments?|money|promised?|bills?|collect(?:ion|ions|or|ors|ing)?|"
               r"creditors?|lenders?|borrow\w*|accounts?|credit",
    }),
    "es": _rows({
        _DEBT: r"deud\w*|pr[ée]stamos?|debe|adeud\w*|vence|vencid[oa]s?|vencimiento|mora|atras\w*|cuotas?|"
               r"pag(?:o|os|ar|ue|u[ée]|[óo]|aron|ar[áa])|saldo|monto|importe|dinero|prometi\w*|promesa\w*|cobr\w*|"
               r"acreedor\w*|cr[ée]dito\w*|cuentas?",
    }),
    "zh": _rows({
        _DEBT: "欠|债|贷|还款|逾期|到期|应还|金额|款项|账户|账单|催收|借|利息|付款|支付|承诺",
    }, _WIDE),
}  # fmt: skip

# What a confirmation of a stop must not go on to say.
_MORE = "more than the confirmation"
MORE_THAN_CONFIRMED: Mapping[str, tuple[Phrase, ...]] = {
    "en": _rows({
        _MORE: r"call|reply|text us|contact|offer\w*|questions?|please|visit|help|start|resubscribe|sorry",
    }),
    "es": _rows({
        _MORE: r"llam\w*|respond\w*|cont[áa]ct\w*|ofert\w*|preguntas?|por favor|visit\w*|ayuda|lament\w*",
    }),
    "zh": _rows({
        _MORE: "致电|电话|回复|联系|优惠|请|咨询|恢复|抱歉",
    }, _WIDE),
}  # fmt: skip


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# How a text says how to stop: 12 CFR 1006.6(e); in China 通信短信息服务管理规定. `STOP` counts in every language.
OPT_OUT: Mapping[str, re.Pattern[str]] = {
    "en": _words(r"\b(?:reply|text|send|respond)\b[^.]*\bSTOP\b"),
    "es": _words(r"\b(?:respond\w*|env[íi]\w*|escrib\w*)\b[^.]*\b(?:STOP|ALTO)\b"),
    "zh": _words(r"(?:回复|发送|回)[^。]*(?:退订|TD|停|拒收)", r"退订回(?:复)?\s*[A-Z]"),
}
ANY_OPT_OUT = _words(r"\bSTOP\b")

# 15 USC 1692e(11), 12 CFR 1006.18(e): a debt collector says so, in the language of the message (e)(4).
DISCLOSURE: Mapping[str, re.Pattern[str]] = {
    "en": _words(r"\bdebt\s+collector\b", r"\battempt\s+to\s+collect\s+a\s+debt\b"),
    "es": _words(r"\bcobrador(?:a)?\s+de\s+deudas\b", r"\bagencia\s+de\s+cobr(?:o|anza)s?\b"),
    "zh": _words(r"债务催收", r"催收(?:机构|公司|方)"),
}

# Languages in which a text opens with the sender in brackets, as their carriers ask.
SIGNED: Mapping[str, str] = {"zh": "【"}
