"""What kind of message is it, apart from stops and promises?

Tables of rows like those of `stops.py`, in the order in which they are asked, and the keywords that are a whole message.
`matches` is the one way in: does any row of a table hold?
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from outreach.core.replies.stops import CEASE, OPT_OUT, OPT_OUT_KEYWORDS, STOP_CALLS, Row
from outreach.core.terms import IntentKind

_K = IntentKind

_YES = (
    "yes|y|yep|yeah|yup|yea|ya|ok|okay|kk|k|sure|fine|deal|agreed|sounds good|works|that works|works for me|will do|confirm|"
    "confirmed|i agree|i confirm|1|perfect|great|alright|aight|bet|absolutely|of course|no problem|np|good|all good|yes i will|"
    "yes i can|i will|i accept|accept|that is fine|thats fine|thats good|that works for me|yes that works|yes ok|ok yes|ok sure|"
    "ok fine|ok good|yes sure|sure thing|cool|you got it|definitely|yes sir|yess|yes yes|si|claro|vale|dale|de acuerdo|"
    "esta bien|bueno|correcto|confirmo|simon|sale|va|orale|perfecto|acepto|por supuesto|claro que si|claro que yes|si claro|"
    "si acepto|si esta bien|ok esta bien|yes acepto|yes claro|si confirmo|yes confirmo|me parece bien|sip|sale vale|por su puesto|"
    "ok si|si ok|okey|oki|listo|si por favor|yes por favor|asi es|muy bien|好|行|可以|可|同意|没问题|嗯|嗯嗯|恩|是|是的|对|确认|"
    "好好|好好好|可以可以|行行|成|中|好没问题|没事可以|没毛病|ok 好|好 ok|好 可以|好 没问题|就这样|就这么定|答应|要得|妥|okk|可以没问题|能|好滴|对对"
)
_NO = (
    "no|nope|nah|naw|n|no thanks|no thank you|cant|i cant|i cant do that|cant do that|cant do it|i cant do it|not possible|no way|"
    "no can do|no puedo|imposible|no no|no sorry|sorry no|nop|no se puede|no gracias|negativo|no acepto|nel|para nada|"
    "no me es posible|no that doesnt work|that doesnt work|doesnt work|doesnt work for me|no deal|不|不行|不能|不可以|没办法|"
    "做不到|不同意|不好|不成|不得|不可能|不了|没戏|否|no i cant|nope cant|no cant"
)
KEYWORDS: dict[str, IntentKind] = {
    **dict.fromkeys(_YES.split("|"), _K.ACCEPT),
    **dict.fromkeys(_NO.split("|"), _K.DECLINE),
    **dict.fromkeys(
        "help|info|help me|ayuda|informacion|ayudame|帮助|info me|more info|帮帮我|help help|assist".split("|"), _K.HELP
    ),
    **dict.fromkeys(
        "start|unstop|subscribe|resume|restart|alta|iniciar|inicio|empezar|comenzar|suscribir|suscribirme|reanudar|"
        "opt in|optin|订阅|恢复|开始|重新订阅|恢复订阅|开启|start start|un stop|re subscribe|resubscribe".split("|"),
        _K.OPT_IN,
    ),
    **dict.fromkeys(OPT_OUT_KEYWORDS, _K.OPT_OUT),
}
_POLITE = frozenset(
    "please now thanks thank you sir maam just immediately por favor porfavor gracias ya everyone all lol hey hi hello pues "
    "asap today kindly buddy bro man dude ahora mismo senor senora inmediatamente hola 请 谢谢".split()
)
_ZH_POLITE = re.compile(r"(?:请|谢谢|多谢|感谢|您好|你好|[吧了啊呀哦嘛呢哈啦滴的喔唉]+(?=$| ))")
_EMOJI = {
    **dict.fromkeys("👍👌✅🆗💯✔☑🤝", _K.ACCEPT),
    **dict.fromkeys("👎❌🙅", _K.DECLINE),
    **dict.fromkeys("🛑🚫🖕", _K.OPT_OUT),
}


def keyword(bare: str, emoji: str) -> IntentKind | None:
    """The meaning of a message that is one keyword, with or without a courtesy, or only emoji of one meaning."""
    if not bare:
        kinds = {_EMOJI[e] for e in emoji if e in _EMOJI}
        return kinds.pop() if len(kinds) == 1 else None
    if len(bare) > 60:
        return None
    return next((KEYWORDS[form] for form in _forms(bare) if form in KEYWORDS), None)


def _forms(bare: str) -> Iterable[str]:
    yield bare
    words = bare.split()
    core = [w for w in words if w not in _POLITE]
    yield " ".join(core)
    yield " ".join(dict.fromkeys(core))
    plain = _ZH_POLITE.sub("", bare).strip()
    yield plain
    yield plain.replace(" ", "")


DECEASED: tuple[Row, ...] = (
    ("passed", r"\bpass(?:ed)? (?:away|on\b|last (?:week|month|year)|in (?:20|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"),
    ("died", r"(?<!phone )(?<!battery )(?<!car )(?<!truck )(?<!just )\bdied\b|\bjust died\b(?<!phone just died)(?<!car just died)(?<!battery just died)"),
    ("dead", r"\b(?:he|she|they|who|person|husband|wife|father|mother|dad|mom|brother|sister|son|debtor|customer|client|[a-z]+) (?:is|are|has been|been)(?: already)? dead\b(?<!phone is dead)(?<!battery is dead)(?<!car is dead)(?<!this is dead)(?<!it is dead)(?<!line is dead)|\bhes dead|\bshes dead"),
    ("deceased", r"\bdeceased\b"), ("no longer", r"\bno longer (?:alive|with us|living)\b"), ("death cert", r"\bdeath cert"),
    ("falleci", r"\bfalleci(?:o|do|da|eron)\b"), ("muri", r"\bmurio\b"), ("muert", r"\b(?:esta|ha) muert[oa]\b|\bha muerto\b"),
    ("difunt", r"\bdifunt[oa]\b"), ("fallec", r"\bha fallecido\b"),
    ("世", r"去世|过世|逝世|离世"), ("死", r"(?<![累烦饿急吓笑穷忙气想冻热困打])(?:已经?)?死了(?!这)|已死|死亡"), ("故", r"身故|亡故|病故"),
    ("不在了", r"(?:人|他|她|爸|妈|父亲|母亲|老公|老婆)(?:已经)?不在了"), ("病逝", r"病逝"), ("走了", r"(?:他|她)(?:已经)?走了"),
)  # fmt: skip
BANKRUPTCY: tuple[Row, ...] = (
    ("bankrupt", r"(?<!not )\bbankrupt\w*"), ("chapter", r"\bchapter (?:7|11|13|seven|thirteen)\b"), ("ch", r"\bch\.? ?(?:7|13)\b"),
    ("insolven", r"\binsolven\w*"), ("debt relief order", r"\bdebt relief order\b"),
    ("bancarrota", r"\bbancarrota\b"), ("quiebra", r"\bquiebra\b"), ("concurso", r"\bconcurso de acreedores\b"),
    ("capitulo", r"\bcapitulo (?:7|11|13)\b"), ("破产", r"破产"),
)  # fmt: skip
ATTORNEY: tuple[Row, ...] = (
    ("attorney", r"(?<!your )(?<!afford an )(?<!afford )\battorneys?\b(?! general)"),
    ("lawyer", r"(?<!your )(?<!afford a )(?<!afford )(?<!need a )\blawyers?\b"), ("solicitor", r"(?<!your )\bsolicitors?\b"),
    ("represented", r"\brepresented by\b"), ("legal", r"\b(?:my|our) legal (?:team|counsel|rep\w*|aid)\b|\blegal (?:counsel|representation)\b"),
    ("counsel", r"\bmy counsel\b"), ("abogad", r"(?<!su )(?<!sus )\babogad[oa]s?\b"), ("representante", r"\bmi representante\b"),
    ("律师", r"(?<!你们)(?<!你)律师(?!函)"), ("委托", r"委托.{0,4}(?:代理人|律所)"),
)  # fmt: skip
WRONG_NUMBER: tuple[Row, ...] = (
    ("wrong", r"\bwrong (?:phone )?(?:number|person|guy|phone|one\b|party|individual|woman|man|lady|dude|girl|#|contact|cell)"),
    ("number", r"\b(?:just got|got|new owner of|have had|had|changed) this (?:phone |cell )?number\b|\bthis (?:number )?(?:is not|isnt|aint|is no longer) (?:his|her|their|the) (?:number|phone)|\bthis number (?:no longer )?(?:is not|isnt|belongs|doesnt belong)|\bnot (?:his|her|their) (?:number|phone)"),
    ("not", r"\b(?:im|i am|this is|its|it is|am) not (?:him|her|them|that person|this person|the person|who you|the one you)\b|\bnot the (?:person|guy|one|right person|right number) (?:you|your)?|\bnot my name\b|\bthis isnt (?:him|her|them)\b|\bnot the right (?:person|number)\b"),
    ("name", r"\b(?:no ?one|nobody|no \w+|not anyone) (?:here )?(?:by|with|of) (?:that|this) name\b|\b(?:no ?one|nobody) (?:here )?(?:named|called)\b"),
    ("here", r"\b(?:no|there is no|theres no) (?!one|way|job|money|work|help)\w+ (?:lives? )?here\b|\b(?:he|she|they) (?:doesnt|dont|does not) live here\b|\bdoesnt live here\b"),
    ("dont know", r"\bdont know (?:him|her|them|this person|that person|who (?:that|this person|he|she|they) (?:is|are)|anyone (?:named|by|with|called)|any \w+|an? \w+)\b(?! (?:that|if|when|how))"),
    ("never heard", r"\bnever heard of (?:him|her|them|this|that|\w+)\b(?! (?:company|debt|loan))"),
    ("not", r"^(?:sorry |hi |hey |um |uh )*(?:this|it) (?:is not|isnt|aint) (?!my|a\b|an\b|the\b|right|fair|possible|working|mine|good|true|legal|correct|what|how|about|going|enough|for|due|ok|cool|over|it\b|me\b|today|tomorrow|paid|owed|accurate|funny|real|helping|acceptable|necessary)[a-z]+(?:s (?:phone|number))?(?: anymore)?[ .!]*$"),
    ("not", r"^(?:sorry |hi |hey )*(?:im|i am) not (?!able|paying|going|sure|gonna|working|interested|happy|ok|a\b|the\b|here|there|home|ready|doing|made|in\b|at\b|well|yet|now|today|getting|your|you|trying|avoiding|ignoring|responsible|available|happy|employed|feeling|good|afraid|stupid|dumb|free|paid|broke|late|signing|buying|calling|lying)[a-z]+[ .!]*$"),
    ("equivocad", r"\b(?:numero|persona|telefono) (?:esta )?equivocad[oa]\b|\bequivocad[oa]s? de (?:numero|persona)\b|\b(?:estan?|esta) equivocad[oa]s?\b(?! (?:el|en|con) (?:monto|saldo|la cantidad))"),
    ("equivoc", r"\bse (?:han? )?equivoc\w+\b(?! (?:en|con|de) (?:el|la|lo))"),
    ("no soy", r"\bno soy (?!el que debe|responsable|culpable|rico|un\b|una\b|de\b|tonto)(?:yo|esa|el|ella|la|quien|su|\w+)\b"),
    ("no es", r"\bno es (?:mi|su|el) numero\b|\b(?:este )?(?:numero|celular|telefono) (?:ya )?no (?:es|pertenece)\b|\bno es (?:la|esa) persona\b"),
    ("conozco", r"\bno conozco a\b|\bno (?:lo|la) conozco\b"), ("vive", r"\b(?:no|ya no) vive aqui\b|\baqui no vive\b"),
    ("aqui no", r"\baqui no (?:es|hay|esta)\b"), ("no me llamo", r"\bno me llamo\b"), ("otra persona", r"\b(?:es|soy) (?:de )?otra persona\b"),
    ("错", r"打错|发错|搞错人|弄错人|找错|错号|号码(?:不对|错)|认错|错人"), ("不是", r"不是(?:本人|他本人|她本人|他(?!的错)|她(?!的错)|这个人|你要找|你们要找|你找的|机主)"),
    ("我不是", r"^.{0,6}我不是(?!不|没|故意|说|要|想|你|拖|老赖|赖|骗|有意|这个意思|我)[\u4e00-\u9fff]{2,4}[.!, 你]*"), ("不认识", r"不认识(?:他|她|这个?人|此人|你说的|[\u4e00-\u9fff]{2,3}[.! ]*$)"),
    ("这个人", r"没(?:有)?这个人|查无此人"), ("人", r"没这人|查无此人"), ("换号", r"(?:已经?|早就?)?换号了?"), ("机主", r"(?:新|不是)机主"), ("号", r"(?:不是他的|不是她的|别人的|新换的|刚办的)(?:手机|电话)?号"),
)  # fmt: skip
DISPUTE: tuple[Row, ...] = (
    ("not my", r"\bnot my (?:debt|loan|account|bill|responsib\w+|charge)\b"), ("isnt", r"\bisnt (?:my (?:debt|loan|account|bill)|mine)\b"), ("not mine", r"\bnot mine\b"),
    ("owe", r"\b(?:dont|do not|never|didnt|dont even|no longer|not) owe\b(?! .{0,10}until)|\bowe (?:you |yall )?nothing\b"),
    ("never", r"\bnever (?:took|had|got|borrowed|opened|signed|applied|received|asked for|made|authorized) (?:out )?(?:a|an|any|this|that|the|such|it|from|for|anything)\b"),
    ("did", r"\b(?:didnt|did not) (?:take|borrow|open|sign|make|authorize|get|receive|apply|order|buy) (?:out )?(?:for )?(?:this|that|any|a|the|it|anything|such)\b"),
    ("disput", r"\bdisput\w+"), ("identity", r"\bidentity\b"), ("fraud", r"\bfraud\w*"), ("scam", r"(?<!this a )(?<!it a )\bscam\w*(?! ?[?])"),
    ("amount", r"\b(?:wrong|incorrect) amount\b|\bamount (?:is|looks|seems|isnt|is not)(?: \w+)? ?(?:wrong|incorrect|right|off|correct)\b|\bnot the (?:right|correct) amount\b"),
    ("overcharg", r"\bovercharg\w*"), ("recogni", r"\b(?:dont|do not) recogni[sz]e\b"), ("validat", r"\bvalidat\w*\b"),
    ("pro", r"\b(?:send|show|need|want|provide|have) (?:me )?(?:some |any |the )?proof\b|\bprove (?:it|i|that|this)\b"), ("verif", r"\bverif(?:y|ication)\b.{0,12}\bdebt\b"),
    ("statute", r"\bstatute of limitations\b"), ("balance", r"\bbalance (?:is|isnt) (?:wrong|incorrect|not right|right)\b"),
    ("deuda", r"\bno es (?:mi|mia esa) (?:deuda|cuenta|prestamo)|\bno tengo (?:ninguna |esa |ninguna otra )?deuda\b|\besa deuda no\b"), ("no debo", r"\bno (?:le |les |te |yo )?debo\b(?! pagar)"),
    ("nada", r"\bno (?:les |le )?debo nada\b"), ("reconozco", r"\bno (?:la |lo )?reconozco\b"), ("fraude", r"\bfraude\b"), ("estafa", r"\bestafa\w*"), ("disput", r"\bdisput\w+"),
    ("identidad", r"\b(?:robo|robaron|suplantacion|usurpacion)\b.{0,12}\bidentidad\b"), ("no es mi", r"\bno es mi[oa]\b|\bno es mi (?:prestamo|credito|cuenta)\b"),
    ("nunca", r"\bnunca (?:pedi|saque|firme|tuve|solicite|recibi|he (?:pedido|tenido|sacado|solicitado))\b"), ("yo no", r"\b(?:yo )no (?:pedi|saque|firme|solicite|contrate|hice|tengo (?:esa|ningun\w*) (?:deuda|prestamo|credito))\b"),
    ("monto", r"\bmonto (?:esta |es )?(?:mal|incorrecto|equivocado|erroneo)|\bno es (?:el|ese) monto\b"), ("cobro", r"\bcobro indebido\b|\bme cobran de mas\b"), ("inconform", r"\binconform\w+"),
    ("不是我", r"不是我(?:的(?!号|手机|电话)|借|欠|贷|办|签)"), ("没", r"(?:我|从来?|根本|从未|并)?没(?:有)?(?:借|欠|贷|签|办)(?:过|你|这|钱|款|任何|什么|$)"), ("不欠", r"不欠"), ("这笔", r"(?:不认识|不知道|没有)这笔"),
    ("不对", r"(?:金额|账单|数目|数额|利息|欠款|账|钱)(?:数)?(?:好像|根本|都|也)?(?:不对|有误|有问题|错)"), ("有误", r"(?:金额|账单|信息)有误"), ("算错", r"算错"), ("异议", r"异议"), ("争议", r"争议"), ("用", r"盗用|冒用|被人用"),
    ("骗", r"诈骗|被骗|骗子|骗贷"), ("凭什么", r"凭什么"), ("证据", r"证据|证明给我"), ("多收", r"多收"), ("从没", r"从(?:没|未)(?:借|贷|办)"),
)  # fmt: skip
PAID: tuple[Row, ...] = (
    ("already", r"\balready (?:did|done|paid|sent|settled|made|transferred|took care|cleared|submitted|pay)\b|\b(?:paid|sent it|made it|did)(?: \w+){0,3} already\b"),
    ("paid", r"(?<!get )(?<!be )(?<!gets )(?<!not )(?<!havent )(?<!havnt )(?<!not been )(?<!been )(?<!im )(?<!i am )(?<!not yet )(?<!got )(?<!getting )(?<!get it )(?<!when its )(?<!once its )(?<!until its )(?<!dont get )(?<!didnt get )(?<!hasnt )(?<!never )(?<!be getting )\bpaid (?:it|this|that|in full|off|yesterday|last|today|you|yall|the|on|via|by|my|online|with|through|for|thru|and|up|monday|tuesday|wednesday|thursday|friday|saturday|sunday|\$?\d|half|all|everything|everyone|at|thanks|a few|two|three|in|over|cash|there|here|earlier)"),
    ("paid", r"\b(?:i|ive|we|i have|have|has been|just|its|it is|was|been|bill|balance|account|is|all) (?:\w+ )?paid\b(?<!get paid)(?<!gets paid)(?<!got paid)(?<!be paid)(?<!not paid)(?<!havent paid)(?<!never paid)(?<!hasnt paid)(?<!getting paid)(?<!havent been paid)(?<!not been paid)(?<!havent got paid)(?! (?:friday|every|on the|weekly|monthly|tomorrow|next|until|biweekly))(?<!have not paid)"),
    ("paid", r"^(?:its |yes |ok |already |was )?paid[ .!]*$"),
    ("payment", r"\bpayment (?:was|has been|has|is|already|got) (?:already |been )*(?:sent|made|posted|done|submitted|complete\w*|processed|cleared|gone)\b|\b(?:made|sent|submitted|completed|did) (?:the|my|a|that|your|this|an online)? ?payment\b(?<!havent made a payment)(?<!havent made the payment)(?<!havent made my payment)|\bpayment (?:sent|made|done|complete\w*)\b"),
    ("sent", r"\b(?:i |just |ive |already )sent (?:it|the money|you|\$?\d|the transfer|the check)\b"), ("check your", r"\bcheck your (?:records|system|account|books)\b"), ("zero", r"\bzero balance\b"),
    ("cleared", r"\bcleared (?:it|my (?:balance|debt|account))\b"), ("took care of it", r"\btook care of it\b"), ("took care", r"\btook care of (?:it|this|that)\b"),
    ("ya", r"\bya(?: (?:lo|la|les|le|los|se|te|me|habia|hice|he|esta|quedo|fue|yo|todo))* (?:pague|deposite|transferi|abone|liquide|envie|mande|pagad[oa]|pagued?|realice|cubri|di|liquidad[oa]|depositad[oa])\b|\bya (?:hice|realice) (?:el|mi|un|la)"),
    ("pague", r"(?<!que )(?<!que les )(?<!quiere que )\b(?:lo |la |les |le |yo )?pague (?:ayer|el|la|hoy|todo|hace|eso|esa|desde|antier|por|en|con|completo|\d)|^(?:ya )?(?:lo |la )?pague[ .!]*$"),
    ("pagad", r"\b(?:esta|quedo|fue|ha sido) pagad[oa]\b|^pagad[oa][ .!]*$"), ("hice", r"\bhice (?:el|un|mi|la|una) (?:pago|deposito|transferencia|abono)\b"), ("deposite", r"\b(?:lo |le |les )?deposite (?:ayer|el|la|hoy|en)\b"),
    ("了", r"(?:已经?|早就?|刚刚?|刚才|昨[天晚]|前天|上周|今天|上午|早上|下午)(?:经|就|都|我)?(?:把.{0,6})?(?:还|付|转|交|缴|打|汇|清|结)(?:过|完|清|掉|好|款|钱|账|给)?.{0,4}了"),
    ("已", r"已(?:经)?(?:还|付|转|交|缴|打|汇|结清|支付|存|充)(?:款|清|完|过|了|钱|账|$|[,. !])?"), ("还", r"(?:还|付|转|交|缴)(?:过|完|清|掉|好)(?:款|钱)?了|(?<!没)(?<!不)(?<!没有)还过了?(?:[,.! ]|$)|^(?:我|都)?(?:全)?(?:还|付|转|交|缴)了[.! ]*$|不是(?:已经|都)?(?:还|付)(?:了|过|清)"),
    ("刚", r"刚(?:刚|才)?(?:还|付|转|交|打)(?:了|完|过|款)"), ("早就", r"早就(?:还|付|结)"), ("到账", r"(?:钱|款)(?:已经?)?(?:到账|转过去|打过去|存进去)了"),
)  # fmt: skip
COMPLAINT: tuple[Row, ...] = (
    ("harass", r"\bharass\w*"), ("complain", r"\bcomplain\w*"), ("report", r"\breport(?:ing|ed)? (?:you|this|yall|your|to)\b"), ("cfpb", r"\bcfpb\b"), ("bbb", r"\bbbb\b"),
    ("attorney general", r"\battorney general\b"), ("ftc", r"\bftc\b"), ("fcc", r"\bfcc\b"), ("ombudsman", r"\bombudsman\b"), ("su", r"\b(?:sue|suing) (?:you|your|yall)\b"), ("lawsuit", r"\blawsuit\b"), ("illegal", r"\billegal\b"),
    ("against the law", r"\bagainst the law\b"), ("rude", r"\brude\b"), ("unprofessional", r"\bunprofessional\b"), ("unacceptable", r"\bunacceptable\b"), ("ridiculous", r"\bridiculous\b"), ("disgust", r"\bdisgust\w+"),
    ("threat", r"\bthreat\w*"), ("abus", r"\babus\w+"), ("disgrace", r"\bdisgrace\w*"), ("how dare", r"\bhow dare\b"), ("tcpa", r"\btcpa\b"), ("fdcpa", r"\bfdcpa\b"), ("violat", r"\bviolat\w+"), ("too many", r"\btoo many (?:texts|messages|calls)\b"),
    ("sick of", r"\bsick (?:and tired )?of\b"), ("tired of", r"\btired of\b"), ("worst", r"\bworst\b"), ("terrible", r"\bterrible (?:service|company|people)\b"), ("awful", r"\bawful\b"), ("every day", r"\b(?:text|call|messag)\w* me (?:every|all) (?:single )?day\b"),
    ("times a day", r"\btimes a day\b"), ("queja", r"\bquej(?:a|as|arme|o)\b"), ("acos", r"\bacos(?:o|ar|ando|an|en)\b"), ("denunci", r"\bdenunci\w+"), ("demanda", r"\bdemand(?:ar|are|arlos)\w*"), ("condusef", r"\bcondusef\b"), ("profeco", r"\bprofeco\b"), ("ilegal", r"\bilegal\b"),
    ("abuso", r"\babus[oai]\w*"), ("groser", r"\bgroser\w+"), ("inaceptable", r"\binaceptable\b"), ("hart", r"\bhart[oa]s? de\b"), ("verguenza", r"\bverguenza\b"), ("amenaz", r"\bamenaz\w+"), ("pesim", r"\bpesim[oa]\b"), ("hostig", r"\bhostig\w+"), ("molestando", r"\bmolestando\b"),
    ("投诉", r"投诉"), ("举报", r"举报"), ("骚扰", r"骚扰"), ("监", r"银保监|金监|监管"), ("123", r"12378|12315|12363"), ("曝光", r"曝光"), ("违", r"违法|违规"), ("态度", r"态度"), ("催", r"暴力催|恶意催"), ("威胁", r"威胁"), ("恶劣", r"恶劣"), ("过分", r"过分"), ("报警", r"报警"), ("告你", r"(?:起诉|告)你"), ("没完没了", r"没完没了"), ("恐吓", r"恐吓"), ("天天", r"天天(?:发|打|催)"),
)  # fmt: skip
CALLBACK: tuple[Row, ...] = (
    ("call", r"\bcall (?:me|us|back|my (?:cell|phone|house|other|mobile))\b(?! (?:a |names|crazy))"), ("callback", r"\bcallback\b"), ("a call", r"\b(?:me|us|request|need|want|schedule|like|have) a (?:phone )?call\b"), ("ring", r"\b(?:ring me|give me a (?:ring|shout|buzz))\b"), ("phone me", r"\bphone me\b"),
    ("speak", r"\bspeak (?:to|with)\b(?! my)"), ("talk to", r"\b(?:talk|chat) (?:to|with) (?:a|an|some\w*|you|agent|rep\w*|human|person|the|your|real)\b"), ("real person", r"\b(?:real|live) (?:person|agent|human)\b"), ("call", r"\b(?:someone|somebody|agent|rep|you|yall)(?: \w+){0,2} call\b(?! (?:you|it))(?: (?:me|back))?"), ("human", r"^(?:human|agent|representative|operator)[ .!]*$"), ("agent", r"^(?:an? )?(?:agent|live agent|representative)[ .!]*$"),
    ("llam", r"\bllam(?:eme|enme|ame|arme|enos)\b|\bme (?:puede[ns]?|podrian?|podrias|pueden) (?:\w+ )?llam(?:ar|en)\b|\b(?:que|quiero que) me llam(?:en|e)\b|\bme llam(?:an|as|a|en|e)\b(?! (?:mucho|diario|todo))|\bdevuelv\w+ la llamada\b|\bquiero una llamada\b|\bregres\w+ la llamada\b"), ("marc", r"\bmar(?:queme|quenme|came|carme)\b|\bme (?:puede[ns]?|podrian) marcar\b"), ("hablar", r"\bhablar (?:con|por telefono)\b|\bpodemos hablar\b|\bquiero hablar\b"), ("hable", r"\bhable(?:me|nme)\b"),
    ("电", r"(?:打|回|来)(?:个|一个|一下|一通|通)?电话(?:给我|过来)?|给我(?:打|回|来|去)?(?:个)?电|回电|致电|电话(?:联系|聊|沟通|说)"), ("打给我", r"打给我"), ("打我", r"打我(?:电话|手机)"), ("联系我", r"(?<!别)联系我(?!家|爸|妈|单位|老)"), ("人工", r"人工"), ("客服", r"(?:跟|和|找|转).{0,4}客服"), ("通话", r"通(?:个)?(?:电话|话)"), ("call我", r"call ?我"),
)  # fmt: skip
OPT_IN: tuple[Row, ...] = (
    ("again", r"\b(?:can|may|start|please|resume|ok to|okay to) (?:start )?(?:text\w*|messag\w*|contact\w*|send\w*) (?:me )?(?:\w+ )?again\b"), ("opt", r"\bopt(?:ing)? (?:me )?(?:back )?in\b"), ("sign me", r"\bsign me (?:back )?up\b"), ("resume", r"\bresume (?:the |my |sending )?(?:texts?|texting|messages?|sms|reminders?|alerts?)\b"), ("start", r"\b(?:start|restart) (?:sending|texting|messaging|the (?:texts|messages)|messages|texts|my (?:texts|messages|reminders))\b"), ("subscribe", r"\b(?:re-?subscribe|subscribe) (?:me|again)\b|\bwant to subscribe\b"), ("unstop", r"\bunstop\b"), ("changed my mind", r"\bchanged my mind\b.{0,20}\btext"),
    ("de nuevo", r"\b(?:escrib\w+|mand\w+|envi\w+|mensajes)\b.{0,15} de nuevo\b"), ("vuelvan a", r"(?<!no )(?<!no me )\bvuelvan a (?:escrib|mand|envi)\w+"), ("reanud", r"\breanud\w+"), ("suscrib", r"\bsuscrib\w+ (?:de nuevo|otra vez)\b|\bquiero suscribirme\b"), ("otra vez", r"\b(?:pueden|puede) (?:escribirme|mandarme|enviarme)\b.{0,20}otra vez\b"), ("de alta", r"\b(?:dar(?:me)?|denme|deme) de alta\b"),
    ("恢复", r"恢复(?:短信|提醒|发送|接收|订阅)"), ("重新", r"重新(?:订阅|接收|开通|发)"), ("继续发", r"(?<!别)(?<!不要)(?<!勿)(?<!停止)(?:可以|请|麻烦)?继续(?:发|给我发)(?:短信|提醒)?"), ("开通", r"开通(?:短信|提醒)"),
)  # fmt: skip
QUESTION: tuple[Row, ...] = (
    ("how", r"\bhow (?:much|can|do|to|come|many|long|did|is|does|are|would|should|else)\b"), ("what", r"\bwhat (?:is|are|was|if|do|does|happens|amount|account|loan|debt|bill|company|number|address|website|s|did|can|kind|for|you|about (?:the|my|if)|will happen|time|methods?|payment|options)\b|^what\b[ ?]*$"), ("whats", r"\bwhats\b(?! up)"), ("who", r"\bwho (?:is|are|s|r|do|am|sent|the|this|dis)\b"), ("whos", r"\bwhos\b"), ("when", r"\bwhen (?:is|was|do|does|s|are|did)\b(?! i)"), ("where", r"\bwhere (?:do|can|is|to|should|did|are)\b"), ("why", r"\bwhy\b"),
    ("which", r"\bwhich (?:loan|account|card|one|bank|company|debt|bill)\b"), ("is ", r"\bis (?:this|it) (?:a |for |about |real|legit|a scam|spam|due|too late|possible|from)"), ("do you", r"\b(?:do|does|did|have|are|can|will) (?:you|yall|it|they) (?:accept|take|have|offer|get|got|receive|report|know|charge|mean|guys|do|send me (?:the|a|my)|explain|tell)\b"), ("can i", r"\bcan i (?:pay (?:online|by|with|in person|over|using|through|via|at)|get (?:a|the|my) (?:copy|statement|receipt|discount|payoff)|use|see)\b"), ("is there", r"\bis there\b"), ("explain", r"\bexplain\b"), ("link", r"\b(?:send|need|have)(?: \w+){0,2} (?:link|website|statement|receipt)\b"), ("link", r"\bpayment link\b"), ("payment plan", r"\b(?:is there|offer|have|set up|get on|do) (?:a |any )?payment plans?\b"),
    ("cuant", r"\bcuant[oa]s?\b"), ("como", r"\bcomo (?:puedo|pago|le|hago|se|podria|lo|los|es|esta el|quedaria|funciona)\b"), ("quien", r"\b(?:de )?quien(?:es)? (?:es|eres|son|habla|me|manda|esta|escribe)?\b"), ("que ", r"\b(?:que|de que|a que) (?:es|deuda|prestamo|cuenta|banco|pasa|significa|empresa|compania|debo|hago|se trata|opciones|credito)\b"), ("donde", r"\bdonde\b"), ("por que", r"\bpor ?que (?:me|te|les|tanto|debo|estan|dicen|no|es|motivo)\b"), ("cual", r"\bcual(?:es)?\b"), ("cuando", r"\bcuando (?:vence|es|tengo|debo|seria|fue)\b"), ("acepta", r"\baceptan?\b.{0,20}[?]|\bacepta[ns]? (?:pagos?|tarjeta|efectivo|paypal)\b"), ("puedo pagar", r"\bpuedo pagar (?:con|en (?:linea|efectivo|oxxo|la|el|una)|por (?:internet|telefono))\b"),
    ("多少", r"多少"), ("怎", r"怎[么样]"), ("如何", r"如何"), ("哪", r"哪(?:里|儿|个|笔|家|天|张|位)"), ("什么", r"(?<!没)什么(?!时候有钱|都)"), ("谁", r"谁"), ("为", r"为(?:什么|啥)"), ("几号", r"几号"), ("是不是", r"是不是"), ("能不能", r"能不能(?!.{0,10}(?:还|付))"), ("啥", r"啥"), ("何时", r"何时"), ("可以用", r"(?:可以|能)用.{0,8}吗"), ("律师函", r"律师函"), ("征信", r"征信"), ("吗", r"(?:有|是|算|会|要|支持|收到|影响).{0,10}吗"), ("利息", r"利息"),
)  # fmt: skip
HARDSHIP: tuple[Row, ...] = (
    ("job", r"\b(?:lost|losing|quit|no|without a|dont have a|need a|looking for a|between) (?:my |a |any )?jobs?\b"), ("laid off", r"\blaid off\b"), ("unemploy", r"\bunemploy\w+"), ("out of work", r"\bout of (?:work|a job)\b"), ("fired", r"\b(?:got|was|been|just) fired\b"), ("afford", r"\b(?:cant|not|couldnt|dont|unable to)(?: \w+){0,2} afford\b"), ("broke", r"\b(?:im|i am|so|flat|dead|am|really|totally|super) broke\b(?! (?:my|up))|^broke[ .!]*$"),
    ("money", r"\b(?:no|dont have|got no|have no|aint got|do not have|havent got|run out of|out of|low on|short on)(?: \w+){0,2} (?:money|cash|funds)\b"), ("funds", r"\b(?:no|insufficient|low on) funds\b"), ("income", r"\b(?:no|lost|fixed|low|zero)(?: \w+)? income\b"), ("work", r"\b(?:no work|not working|cant work|havent worked|unable to work|not been working|hours (?:got |were )?cut|no hours)\b"), ("hours", r"\bhours (?:got |were |have been )?cut\b|\bcut my hours\b"), ("hospital", r"\bhospital\w*"), ("sick", r"\b(?:im|am|been|very|really|is|was|so|got) sick\b(?! of)"), ("surgery", r"\bsurgery\b"), ("disab", r"\bdisab\w+"), ("cancer", r"\bcancer\b"), ("divorc", r"\bdivorc\w+"), ("evict", r"\bevict\w+"), ("homeless", r"\bhomeless\b"), ("struggling", r"\bstruggling\b"), ("hardship", r"\bhardship\b"), ("furlough", r"\bfurlough\w*"), ("medical", r"\bmedical\b"), ("accident", r"\baccident\b"), ("money is tight", r"\bmoney is tight\b"), ("tight", r"\b(?:things|money|its|really|so|bit) (?:are |is )?(?:\w+ )?tight\b"), ("behind on", r"\bbehind on (?:rent|everything|bills|my)\b"), ("financial", r"\bfinancial\w*"), ("barely", r"\bbarely\b"), ("ends meet", r"\bends meet\b"), ("food", r"\b(?:food stamps|buy food|feed my|food on)\b"), ("need help pay", r"\bhelp (?:paying|with (?:my|the|this) (?:payment|bill|debt|loan))\b"), ("hard time", r"\b(?:hard|tough|rough) (?:time|month|times)\b"), ("flood", r"\bflood(?:ed)?\b"), ("relief", r"\b(?:forbearance|deferment|relief program)\b"),
    ("perdi", r"\b(?:perdi|me quede sin|quede sin)(?: \w+)? (?:trabajo|empleo|chamba)\b"), ("sin ", r"\bsin (?:trabajo|empleo|dinero|chamba|plata|lana|ingresos|un peso)\b"), ("no tengo", r"\bno tengo(?: \w+)? (?:dinero|trabajo|empleo|plata|lana|para|con que|chamba|recursos|ingresos|efectivo|fondos)\b|\bno tengo (?:como|de donde)\b"), ("desemple", r"\bdesemple\w+"), ("despid", r"\b(?:me )?(?:despidieron|corrieron|echaron) (?:del|de mi)?"), ("corrieron", r"\bme corrieron\b"), ("enferm", r"\benferm\w+"), ("accidente", r"\baccidente\b"), ("alcanza", r"\bno me alcanza\b"), ("quebrad", r"\bquebrad[oa]\b"), ("situacion", r"\bsituacion\b"), ("crisis", r"\bcrisis\b"), ("cirugia", r"\bcirugia\b"), ("operaron", r"\boperaron\b"), ("incapacidad", r"\bincapacidad\b"), ("apurad", r"\bapurad[oa]\b"), ("dificil", r"\b(?:muy|esta|momento|dificultades?) dificil\b|\bdificultad\w*"),
    ("失业", r"失业"), ("钱", r"(?:没|没有|沒|缺|凑不[出到]|拿不出|哪有)(?:那么多|这么多|啥|什么)?钱"), ("下岗", r"下岗"), ("裁", r"被裁|裁员"), ("病", r"生病|住院|看病|重病|得病|病了"), ("困难", r"困难"), ("收入", r"没(?:有)?收入"), ("工作", r"(?:没(?:有)?|丢了|找不到)工作|工作(?:丢|没)"), ("工资", r"(?:没发|拖欠|不发)工资|工资(?:还)?(?:没|拖)"), ("欠薪", r"欠薪"), ("起", r"(?:还|付|负担)不起"), ("手头", r"手头(?:紧|没)"), ("周转", r"周转"), ("经济", r"经济"), ("车祸", r"车祸"), ("手术", r"手术"), ("癌", r"癌"), ("倒闭", r"倒闭"), ("停工", r"停工"), ("降薪", r"降薪"), ("吃", r"吃不(?:上|起)"), ("撑", r"撑不"), ("资金", r"资金"), ("穷", r"(?:太|很|好)?穷"),
)  # fmt: skip
DECLINE: tuple[Row, ...] = (
    ("cant", r"\bcant\b(?! (?:wait|believe|find|see|hear|open|log|access|read|understand|stop))"), ("unable", r"\bunable\b"), ("wont be able", r"\bwont be able\b"), ("not", r"\bnot (?:able|right now|now|today|yet|this (?:week|month)|possible|happening|going to happen|gonna happen|at this time|at the moment)\b"), ("can not", r"\bcan not\b"), ("dont have it", r"\bdont (?:even )?have it\b"), ("more time", r"\bmore time\b"), ("extension", r"\bextension\b"), ("couldnt", r"\bcouldnt\b"), ("doesnt work", r"\bdoesnt work\b"), ("no way", r"\bno way\b"), ("wont", r"\bwont (?:make|have|pay|do)\b"), ("not pay", r"\bnot (?:paying|going to pay|gonna pay|pay)\b"), ("will not", r"\bwill not\b"), ("no,", r"^no[,. ]"),
    ("no pued", r"\bno (?:lo |les |le )?(?:puedo|podre|podria|pude|podemos)\b"), ("no voy", r"\bno voy a poder\b"), ("orita no", r"\bahorita no\b"), ("ahora", r"\bahora (?:mismo )?no\b|\bpor ahora no\b"), ("no", r"\b(?:hoy|today|todavia|aun) no\b"), ("posible", r"\b(?:no (?:me )?es|imposible) ?posible\b|\bimposible\b"), ("tiempo", r"\bmas tiempo\b"), ("se puede", r"\bno se puede\b"), ("no tengo", r"^(?:hoy |ahorita )?no tengo[ .!]*$"), ("prorroga", r"\bprorroga\b"),
    ("不行", r"不行"), ("不能", r"不能"), ("不了", r"[还付做办]不了"), ("没办法", r"没办法"), ("没法", r"没法"), ("做不到", r"做不到"), ("暂时", r"暂时"), ("缓", r"缓(?:几天|一缓|一下|缓)"), ("宽限", r"宽限"), ("晚", r"晚(?:几天|点还|一点)"), ("延期", r"延期"), ("不可能", r"不可能"), ("还没", r"还没(?:有)?(?:钱|准备|凑)"), ("没到账", r"没到账"),
)  # fmt: skip

_TABLES: dict[IntentKind, tuple[Row, ...]] = {
    _K.CEASE: CEASE, _K.OPT_OUT: OPT_OUT, _K.STOP_CALLS: STOP_CALLS, _K.DECEASED: DECEASED, _K.BANKRUPTCY: BANKRUPTCY,
    _K.ATTORNEY: ATTORNEY, _K.WRONG_NUMBER: WRONG_NUMBER, _K.DISPUTE: DISPUTE, _K.PAID: PAID, _K.COMPLAINT: COMPLAINT,
    _K.CALLBACK: CALLBACK, _K.OPT_IN: OPT_IN, _K.QUESTION: QUESTION, _K.HARDSHIP: HARDSHIP, _K.DECLINE: DECLINE,
}  # fmt: skip
_COMPILED = {kind: [(a, re.compile(p, re.ASCII)) for a, p in rows] for kind, rows in _TABLES.items()}


def matches(kind: IntentKind, plain: str) -> bool:
    """Does any row of that intent's table hold for this canonical text?"""
    return any(letters in plain and pattern.search(plain) for letters, pattern in _COMPILED[kind])
