"""Signs: small patterns that say what kind of talk a reply is, where the tables of wordings do not tell.

Each is asked by name in `__init__.py`, `promise.py` or `chosen.py`; they work on canonical text, all languages in one.
"""

from __future__ import annotations

import re

from outreach.core.replies.rows import Phrases, Sought

# What sounds like a stop and is none: of something else, refused, or what the payment is for.
_OTHER_THINGS = r"(?:service|services|plan|account|arrangement|payment plan|autopay|auto ?pay|insurance|loan|line|card|gas|water|electric\w*|phone service|internet|deal|agreement|promise|offer|program)"
_OTRAS_COSAS = r"(?:servicios?|arreglo|acuerdo|convenio|plan|cuenta|credito|linea|luz|agua|internet|prestamo|tarjeta|promesa|pago|cita|descuento|oferta|seguro|domiciliacion|debito|cargo|membresia|gimnasio|contrato)"
NOT_A_STOP = Phrases(
    rf"\b(?<!you )(?<!yall )(?<!they )(?:dont|do not|never|please dont|not) (?:stop|cancel|remove|delete|drop|close|end|cut(?: off)?|shut off) (?:my|the|this|our|that) (?:\w+ )?{_OTHER_THINGS}\b|"
    rf"\b(?:unsubscribe|opt out|cancel|remove me|get out|take me off|stop)(?: (?:me|my|the|that|this|of|from|a|your)){{0,4}} (?:payment protection|credit (?:monitoring|protection)|insurance|auto ?pay|plan|premium|membership|gym|trial|warranty|arbitration|overdraft)\b(?: thing| program| plan)?|"
    r"\bunsubscribe (?:me )?(?:from|to|on) (?:my |the )?(?!(?:this|these|your|ur|all|any|every\w*|texts?|texting|sms|you|yall|here|it|receiv\w+|getting|future|further|messag\w+|lists?|that|those|them|reminders?|alerts?|notifications?|contact|mailing|collection|debt|the|my)\b)[a-z]\w+|"
    r"\b(?:stop|end|pause|halt|lift|release|cancel|quit|freeze)(?:ping|ing)? (?:the |this |that |my |your |all |any |these |of |that |wage |charging |adding |taking |late |bank )*(?:garnish\w*|garnishee|levy|lien|repo\w*|evict\w*|foreclos\w*|lawsuit|interest|fees?|penalt\w+|charges?|autopay|auto ?pay|direct debits?|standing order|withdrawals?|deduct\w+|deductions|reporting|disconnect\w*|shut ?off)\b|"
    r"\b(?:dont|do not|never|not|cant|wont)(?: you| yall| just| ever| please)* (?:stop|cancel|remove|take|drop|kick|delete|pull|boot|throw|cut|unsubscribe|opt|bump)(?: (?:me|us|him|her|my \w+|this))?(?: (?:off|out|from|of|the|my|this|our|that|your|a)){0,4}(?: \w+){0,2} (?:plan|program|programme|arrangement|agreement|deal|service|account|insurance|offer|scheme|schedule|extension|settlement|autopay)\b|\bstop sending (?:\w+ ){1,3}to (?:my|the|that) (?:old|previous|other|wrong|former) (?:\w+ )?(?:address|house|email|place)\b|"
    r"\b(?:dont|do not|never|please dont) (?:unsubscribe|remove|delete|opt out) (?:me|us|my number)\b(?! again)|"
    r"\b(?:no|nunca|jamas|tampoco) (?:me|nos|lo|la) (?:saquen?|quiten?|borren?|eliminen?|desuscriban?|den? de baja|retiren?|bajen?|cancelen?)\b(?! (?:mensajes|sms))|\b(?:me )?(?:di|dimos|doy|dare|voy a dar) de baja (?:de|del|en|a|la|el) (?:la |el |mi )?(?!(?:esto|estos|estas|los|las|su|sus|la|lista|ustedes|mensajes|aqui|todo|este|el|mi)\b)[a-z]\w+|"
    r"\b(?:dejen|deje|paren|pare|detengan|suspendan|frenen) (?:de |el |la |los |las |ya |con )*(?:cobr\w+|embarg\w+|descont\w+|descuento\w*|intereses|recargos?|desalojo|demanda|corte|debitar\w*|domicilia\w+|multas?|quitarme)\b|"
    r"(?:别|不要|请勿|不能|千万别|不准|不许)(?:再)?(?:把我|将我|给我|帮我|让我|把)?(?:的)?(?:移|踢|删|清|剔|退|取消|停|踹|拿|撤)(?:除|掉|了|出|走)?(?:我)?(?:的)?(?:这个|那个|了)?(?:分期|还款|计划|方案|服务|账户|协议|优惠|安排)\w*|(?:停止?|取消|暂停|免)(?:掉|了)?(?:扣款|扣钱|代扣|利息|罚息|违约金|滞纳金|自动扣|起诉|诉讼|上报|断电|停电|断水|扣工资|强制执行)|不会stop(?:付|还)|"
    r"\b(?:interest|fees?|penalt\w+|charges?|garnish\w*|payments?|billing|calls?) (?:will |does |do |ever |to |going to |finally )*stop\b(?=[ ?.!]*$| (?:add|accru|go|if|when|once|after))|\b(?:when|how|why)(?: (?:does|do|will|can|the|my|this))+ (?:interest|fees?|charges|penalt\w+|garnish\w+|balance|debt) (?:stop|end)\b|\bbus stops?\b|\b(?:pit|last|next|train|truck|first) stop\b|\bstop (?:signs?|lights?|watch|breathing|smoking|drinking|eating|gambling|ordering|spending|worrying)\b|\bquit (?:smoking|drinking|vaping|gambling|school|my job)\b|"
    rf"\b(?:no|nunca|tampoco|jamas|sin) (?:me |nos |le |lo |la )?(?:den|dan|vayan a|dar|darme|quiten|borren|eliminen|cancelen|cierren|corten|suspendan|saquen|retiren)(?:me|lo|la)? (?:de baja )?(?:(?:el|la|los|mi|mis|del?|su|de) ){{1,2}}{_OTRAS_COSAS}\b|"
    rf"\b(?:dar|doy|daria|quiero dar|cancelar|quitar) de baja (?:(?:el|la|los|mi|mis|del?|su|un|una) ){{1,2}}{_OTRAS_COSAS}\b|"
    r"\b(?:me |nos |lo |la |le )?(?:dieron|dio|daran|dan|han dado) (?:de )?baja (?:en|de|del|por)(?: (?:el|la|mi|los))? (?:trabajo|chamba|laburo|curro|empresa|empleo|imss|seguro|jale|pega|fabrica|obra|taller)\b|"
    rf"\bno (?:quiero|deseo|quisiera) que (?:me |nos |lo |la |le )?(?:den|quiten|borren|eliminen|cancelen|cierren|corten|suspendan|saquen|retiren)(?: de baja)? (?:(?:el|la|los|mi|mis|del?|su|de) ){{1,2}}{_OTRAS_COSAS}\b|"
    r"\blista de (?:espera|raya|boda|compras|utiles|precios|la compra)\b|\bno mas de (?=\$?\d|mil\b|cien|quin|dosc|unos|cincuenta)|"
    r"\b(?:pag\w+|doy|mando|deposito|abono|liquido|\w*lucas|pesos|mil|\d+|todo|manana|hoy|quina)\b[^.;!?]{0,25} (?:para|pa) que (?:ya )?(?:no )?(?:me |nos )?(?:molest\w+|dej\w+ (?:en paz|de molestar|tranquil\w)|llam\w+|escrib\w+|esten? \w+ando)\b|"
    r"(?:不是我|欠|借|他|她)[^.!?]{0,14}(?:别|不要|不用)(?:再|来)?找我|(?:白天|上班时?间?|早上|中午|晚上|周末)(?:别|不要|勿)(?:联系|打扰|发)[^.]{0,4}(?:晚上|下班|早上|周末|白天)[^.]{0,4}(?:可以|行|方便|ok)|"
    r"(?:别|不要|请勿|不能|千万别)(?:给我|帮我|把我)?的?(?:删除?|取消|关|停|注销|拉黑)(?:掉|了)?(?:我)?的?(?:分期|还款计划|计划|账户|账号|服务|卡|额度|微信|好友|协议|优惠|安排|资格|(?=[ ,.]|$))|微信别删我|"
    r"(?:退订|取消|退)(?:掉|了)?(?:你们)?(?:那个|这个)?的?(?:视频|音乐|网易|爱奇艺|腾讯|外卖)?(?:会员|保险|课程|机票|酒店|旅游|订单|外卖|套餐|健身)"
)
# An opt-out that names more than texts ends contact on every channel.
# An opt-out of texts to this number alone.
THIS_NUMBER = re.compile(
    r"\b(?:this|ths) (?:number|num|phone|cell|line)\b|\best[ea] (?:mismo )?(?:numero|num|telefono|tel|celular|cel|movil|linea)\b|"
    r"(?:这|此|本)(?:个|一)?(?:号|手机|电话)|本机"
)
EVERYTHING = re.compile(
    r"contact|alone|bother|harass|go away|lost|disturb|\bcall|molest|en paz|llam|fuck|piss|me be\b|peace|hostig|acos|joda|joder|ching|联系|打扰|烦|骚扰|滚|电话|放过|走开|找我"
)
# A stop of calls, said in words that might mean texts ("take me off your call list", "enough with the phone calls").
CALLS = re.compile(
    r"\b(?:call(?:s|ing|ed)?|robocall\w*|phone calls?|ringing|dialer|auto ?dial\w*|phone list|llam\w+|marqu?\w+|timbr\w+|telefone\w+)\b|电话|(?<!退)打(?!扰|字)|call|来电|致电"
)
MORE_THAN_CALLS = re.compile(
    r"\b(?:text\w*|messag\w*|sms|email\w*|contact\w*|spam\w*|harass\w*|bother\w*|alone|stop all|unsubscribe|opt(?:ing)? out|writ\w+|notif\w+|remind\w*|off my phone|fuck|mensaj\w+|escrib\w+|texto\w*|molest\w+|en paz|correos?|mand\w+|envi\w+|contact\w+|jod\w+|busqu\w+|baja|hostig\w+|acos\w+|ching\w+)\b|短信|消息|退订|联系|骚扰|打扰|烦|滚|发(?!工资)|拉黑|邮件"
)
CLAUSE = re.compile(
    r"[.!?;,](?!\d)|(?<!\d)[.,]|(?<=[\u4e00-\u9fff\d]) (?=[\u4e00-\u9fff\d])|\b(?:and|but|so|then|now|y|pero|ahora|asi que)\b",
    re.ASCII,
)
PROOF = re.compile(
    r"\b(?:receipt|proof|confirmation|screenshot|comprobante|recibo|voucher|foto)\b|截图|凭证|收据|回执|查"
)
DONE = re.compile(
    r"[号日](?:我)?就(?:已经)?(?:还|付|转|交)(?:完|清|掉)?了|\b(?:was|were|has been|got) (?:already )?(?:cashed|cleared|posted|processed|received|deposited|debited|charged|drafted)\b|^(?:hola |ya |le |les )*(?:consigne|deposite|pague|abone|transferi|ingrese)\b|\b(?:i|we|ive|weve|already|just|you|they|my \w+|he|she|was|were|has been)(?: (?!will|can|ill|get|am|be|could|should)\w+){0,2} (?:paid|sent|mailed|made|transferred|took|wired|deposited|cleared|gave|posted|debited|taken|pulled|withdrawn|deducted|charged|drafted|ran)\b(?! when)|\bbeen paid\b|\bwent (?:out|through)\b|\breceipt\b|"
    r"(?:^|[,.] ?)(?:just |already )?(?:sent|paid(?! (?:in full|off|up|by))|mailed|made|transferred|wired|deposited|dropped)\b|\bin the mail\b|\bdeje\b|\bdejamos\b|\byapague\b|\bya\b|(?:打|转|汇|存|付|还|交|给)了(?=\d|[一二两三四五六七八九十])|已|昨|上周|上个|刚|早就|前天"
)
NOT_AGAIN = re.compile(
    r"\b(?:never|didnt|did not) (?:even )?(?:opt|opted|sign|signed|subscribed?|agreed?) (?:in|up|to)\b|\b(?:dont|do not|never|stop|not|no|wont)(?: \w+){0,4} (?:again|back|keep|resume|continue|start)\b(?! by| on)|\bno (?:los|les|le|te|lo|me) (?:autorizo|permito|acepto|interesa)\b|\bvuelv\w+ a \w+(?: \w+){0,2} y (?:los|las|te|le|van|veran)\b|\b(?:no|nunca|dejen|paren|jamas)(?: \w+){0,3} (?:de nuevo|otra vez|vuelv\w+|sig\w+|seguir)\b|"
    r"(?:别|不要|不准|不想|不许|勿|不用|不必|停止|拒绝|不愿|不需要|不希望|不再).{0,5}(?:再|继续|重新|开通|开启|订阅|接收)"
)
ASKS_OF_PAYMENT = re.compile(
    r"^(?:hi |hello |so |and |but |hey )*(?:did|has|have|why|when|how|where) (?:my|the|you|yall|it|did|has|will|is|do)\b(?!.*\balready paid)|\bdid (?:you|yall|they)(?: guys)? (?:get|receive|see) (?:it|that|my \w+)[ ?.!]*$|\b(?:llego|cayo|entro|recibieron|se reflejo|entro|vieron) (?:mi|el|la) (?:pago|deposito|transferencia|abono)[ ?]*$|(?:收到|到账|入账).{0,10}(?:没有?|吗|么)[ ?.!]*$|^(?:a |en |por |y )*(?:donde|como|a quien|a que \w+) (?:le |les |te )?(?:mando|envio|paso|subo|entrego)\b"
)
BUSINESS = re.compile(
    r"\b(?:pay\w*|paid|owe\w*|loan|debt|account|bill|balance|due|amount|interest|fees?|card|check|link|number|call\w*|text\w*|messag\w*|company|credit|late|money|charge\w*|plan|website|app|bank|date|total|settle\w*|collect\w*|legal|court|address|statement|receipt|help|cash|zelle|paypal|venmo|accept|this|"
    r"pag\w*|deb\w*|deuda|cuenta|prestamo|saldo|monto|interes\w*|cuota\w*|banco|tarjeta|credito|recibo|numero|fecha|cobr\w*|vence\w*|empresa|mensaje\w*|deposit\w*|transfer\w*|obligatori\w*|plazo|abon\w*|dinero|estafa|ayuda|convenio|descuento|esto|ustedes|uds|acept\w*|oficina\w*|sucursal\w*)\b|"
    r"还|欠|贷|款|账|钱|利息|付|交|费|期|逾|银行|公司|平台|短信|信用|征信|合同|卡|分期|法院|起诉|诈骗|贵司|你们"
)
ASKS = re.compile(
    r"[a-z\u4e00-\u9fff].*[?]|吗|^(?:and |so |but |hi |hello |hey |ok )*(?:does|do|is|are|did|was|were|has|have|am|will|would|could|should|can)\b(?: \w+){2}"
)
GREETS = re.compile(
    r"(?:(?:hola|buenas|hello|hi|hey)[ ,]+)?(?:在吗|在么|在不在|你?吃(?:过饭)?了?[吗没]|吃饭了吗|睡了吗|que onda|sup|whats up|hows it going|ya comiste|hello|hi|hey|hola|喂|你好|que tal|buenas|mande|como estas?|how are you)[ ?!.]*$"
)
# At the end of what speaks of the day we offered.
FLAT_NO = re.compile(
    r"\b(?:so|then|but|entonces|asi que|pues|por eso)[ ,]+(?:thats )?no(?: good| bueno| can do| go| way| puedo)?[ .!]*$|所以不行[ .!]*$"
)
# Another day for every payment, not a payment.
MOVES_DUE = Sought(
    r"\b(?:change|move|push|switch|shift|reset)(?: (?:my|the|our|this))? (?:due|payment|pay|billing) (?:date|day)\b|\b(?:due|payment|pay|billing) (?:date|day) (?:be )?(?:changed|moved|pushed|switched|shifted)\b|\b(?:cambiar|mover|pasar|recorrer)(?:me)? (?:mi|la|el) (?:fecha|dia) de (?:pago|corte|vencimiento)\b|(?:还款日|账单日|扣款日|到期日)(?:期)?(?:能|可以|可否)?(?:不能)?(?:给我)?(?:改|换|调|挪|变更)"
)
DENIES = re.compile(
    r"\b(?:no|not|never|nope|nah|none|nothing|dont|wont|cant|aint|isnt|doesnt|didnt|stop|quit|refuse\w*|nunca|jamas|ni|nada|nadie|tampoco|niego)\b|不|没|别|勿|拒|休想"
)
# Texts are welcome instead of calls.
NO_TEXTS = re.compile(
    r"\b(?:no|not|dont|never|stop|nor) (?:more |send |any |me |by |the )*(?:texts?|texting|sms|messages)\b(?! (?:only|yet|back|came|from))|\b(?:no|ni|sin) (?:mas )?(?:mensajes|textos|sms)\b|(?:别|不要|不用|不准)(?:再)?发?短信"
)
TEXTS_WELCOME = re.compile(
    r"\b(?:texts?|texting|messages?|sms|emails?)(?: me)? (?:is|are|only|instead|ok|okay|fine|please|works?|better|will do|me instead)\b|\b(?:just|only|prefer(?: to be)?|rather) (?:text|message|email)\w*\b|\btext me\b(?! (?:again|any|no more|ever|so))|"
    r"\b(?:solo|mejor|prefiero|por|unicamente) (?:por |que me |con )?(?:mensajes?|escrito|texto|escrib\w+)|\bescribanme\b|\bescribame\b|\bmensajes? (?:si|yes|esta bien|ok)\b|"
    r"短信(?:就|即可|可以|联系|沟通|ok|行|吧|说|通知就)|(?:改|用|只|请)(?:发)?短信|发短信(?:就|吧|即可|给我就)"
)
THAT_DAY = re.compile(
    r"\b(?:that (?:day|date)|by then|then|so soon|ese dia|esa fecha|para entonces)\b|那天|当天|到时|那日|这天"
)
LEADING_STOP = re.compile(
    r"(?:please )?(?:stop(?: ?all)?|unsubscribe|退订|td|t|alto|baja)(?: ?[.!,;:。]|$)(?! ?(?:sign|light|by))", re.ASCII
)
LEADING_YES = re.compile(
    r"(?:you bet|absolutely|definitely|of course|certainly|agreed|confirmed|will do|no problem|por supuesto|orale|andale|sale|okey|okie|con gusto|sin problema|hecho|trato|yes|yep|yeah|yup|ok|okay|sure|fine|si|claro|vale|dale|perfect|perfecto|de acuerdo|listo|bueno|great|works|good|alright|deal|sounds good|esta bien|好的?|行|可以|嗯|没问题|ok|那天|当天|那日|that day|that date|that works|ese dia|esa fecha|同意)(?=[ ,.!]|$|[\u4e00-\u9fff])"
)
LIMITS = re.compile(
    r"\b(?:before|after|until|during|in the morning|at night|on weekends?|antes|despues|weekdays?|while|so early|so late|tan temprano|tan tarde|de noche|en la noche|en la manana)\b|上班|工作时间|之前|以后(?!别|不)|早上|晚上|半夜|太早|太晚"
)
PAY_BY_PHONE = re.compile(
    r"\bpay\b.{0,24}\b(?:over|by|on) (?:the )?phone\b.*[?]|\b(?:can|could|may|do|possible|how|where)\b.{0,24}\bpay\b.{0,40}\b(?:over|by|on) (?:the )?phone\b|\bpagar\b.{0,24}\bpor telefono\b.*[?]|电话.{0,4}(?:付款|还款)吗"
)
# Somebody of theirs paid, in Spanish without the accent that would tell it from "I pay".
OTHERS_PAID = re.compile(
    r"\b(?:mi|el|la|su) (?:hij[oa]|espos[oa]|mama|papa|herman[oa]|marido|mujer|senora?|suegr[oa]|ti[oa]|novi[oa]|cunad[oa]|prim[oa]|yerno|nuera|niet[oa]|abuel[oa]|jefe|patron|amig[oa]|madre|padre|banco)(?: \w+)? ya (?:se )?(?:lo|la|los|las|le|les)? ?(?:pago|deposito|liquido|transfirio|abono|cubrio|hizo|mando|envio)\b"
)
# The debtor was paid, or will have paid us.
PAID_OTHERWISE = re.compile(
    r"\b(?:i|we) (?:just |only )?(?:was |were |got |get |am getting |are getting )(?:just |only |supposed to (?:get |be ))?paid(?: (?:last|on|this|yesterday|today|monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|month|the \d+\w*))*\b(?! (?:it|off|in full|you))|"
    r"\b(?:my )?(?:work|job|boss|employer|company) (?:just |already |finally )?paid (?:me|us)(?: (?:last|on|this|yesterday|today|\w+day|week|month))*\b|"
    r"\b(?:paid|pago|pague|yapague|pagamos|yapague ya) (?:off |for )?(?:my |the |our |el |la |los |mi )?(?:rent|mortgage|light|electric\w*|car|gas|insurance|lawyer|doctor|arriendo|renta|alquiler|luz|agua|colegio|hipoteca)\b|(?:交|付|还|缴)(?:了|完|完了)?(?:房租|房贷|水电费?|学费|车贷|罚款)(?:了)?|\b(?:will|ill|should|would|going to|to) (?:all )?(?:have|be) (?:it |this |that |everything |all |the \w+ )*paid(?: (?:it|this|off|you|in full|up|by))*\b|"
    r"\b(?:ya )?(?:me|nos) (?:pagaron|depositaron|pagan|cayo|cobre)(?: (?:ayer|hoy|la semana pasada|el \w+day))*\b|\b(?:habre|habremos|estara|quedara) (?:ya |todo )?pagad[oa]\b"
)
# They ask that less be taken for all of it. "Paid in full" and "settle it friday" do not.
SETTLES = Sought(
    r"\bcall it (?:even|square|quits|good|done|paid|settled)\b|\b(?:settle|settled|settlement) (?:it |this |that |the debt |the account |my account |the loan )?(?:for|at|offer)\b|\b(?:a|your) settlement\b|\bwaiv\w+|\bforgiv\w+|"
    r"\bwrit\w+ (?:it |that |the rest )?off\b|\bwip\w+ (?:it |the rest |the debt )?(?:out|off|clean)\b|\bdiscount\w*|\bknock (?:off|some|\w+ off)|\b(?:and|then) (?:were|we are|we will be|well be|its|it is|thats|i am|im) (?:even|done|square|all square|settled|quits)\b|"
    r"\b(?:full and final|final settlement|as (?:full|final) payment|payment in full for|in full satisfaction)\b|\bforget (?:about )?the (?:rest|interest|balance|fees?)\b|\bdrop the (?:rest|interest|fees?)\b|"
    r"\bquita\b(?! de)|\bcondon\w+|\bdescuento\w*|\brebaj\w+|\bfiniquit\w+|\b(?:liquidar|saldar|cancelar)(?:lo|la)? (?:todo |la deuda |la cuenta )?(?:con|por) (?:la mitad|\$?\d)|\bperdon\w+ (?:el|la|los|las|lo)\b|\b(?:a mano|en paz y)\b|\b(?:y|con eso) (?:ya )?(?:queda|quedamos|quedo) (?:saldad\w|liquidad\w|pagad\w|a mano|cero)|"
    r"打(?:个)?[\d一二三四五六七八九]?折|减免|免(?:掉|除|了)|抹(?:掉|零)|一笔勾销|就(?:算|当)(?:结清|还清|清|两清|全)|两清|少还|优惠|剩下的?(?:就)?(?:不用|不要|免|算了)"
)
MONTH_FIRST = re.compile(
    r"US/|America/(?:New_York|Puerto_Rico|Detroit|Chicago|Denver|Phoenix|Los_Angeles|Anchorage|Boise|Juneau|Sitka|Nome|Adak|Metlakatla|Yakutat|Menominee|"
    r"Indiana/|Kentucky/|North_Dakota/|Indianapolis|Louisville)|Pacific/Honolulu|(?:E|C|M|P)ST\dE?"
)
DAY_FIRST = re.compile(
    r"Europe/|Australia/|Pacific/Auckland|Africa/|Asia/(?:Kolkata|Singapore|Hong_Kong|Dubai)|GB|NZ|Eire"
)

PAYS = Sought(
    r"\b(?:pay|paying|payments?|pays|paid|send|sending|settle|transfer\w*|deposit\w*|zelle|venmo|cashapp|wire|catch up|get it to you|got \$?\d|"
    r"take care of|all i (?:have|got|can)|best i (?:can|got)|have it|have the money|have \$?\d|get you|give you|do|make|mail|drop off|bring|clear|cover|promise|owe|money|check|bonus|balance|"
    r"cargo|carguen|cobren|descuenten|debiten|be charged|charge (?:it|my)|debit (?:it|my|me|the)|draft (?:it|my|me|the|\$?\d+)|pag(?:o|ar|are|amos|ando|arle|arles|arlo|arla|aria|ue|uen|an|a|os|arte|aros)|abon\w+|consign\w+|transf\w+|liquid\w+|mand(?:o|ar|are|arle|arles)|cubr\w+|"
    r"enviar|envio|doy|dar(?:e|le|les|te|os)?|tengo|tendre|tenga|hago|hacer|hare|giro|girar|paso|caigo|ingres\w+|bizum|yape\w*|plin|cancel(?:o|ar|are|arles?)|cumplo|quincena|sueldo|nomina|cobro|plata|dinero|lana|deuda|cuenta|queda|deposito)\b|"
    r"还(?:款|钱|清|上|完|掉|齐|给|你|一|两|二|三|四|五|六|七|八|九|十|百|千|\d|全|半|部分|点|个|些|剩|吧|$|[,.! ，啦哈的嘛哦]|得)|(?:就|再|会|能|可以|一定|肯定|来|去|先|要|都|全|才|马上|准时|按时|一起|必|慢慢|分期|号|天|日|周[一二三四五六日天]|底|末|前|晚|早|午|我|后|节|夜|旦|秋|给你|会给|时候|下)还(?!有|是|没|不|在|要|好)|"
    r"付(?!不)|交(?:钱|款|费|上|齐|清|给|吧|一|两|\d|全|部|完|$|[,. ])|[会就再能来去先要全]交|转(?:账|钱|给|过|你|\d|吧|一|全|$|[,. ])|汇|打(?:钱|款|给你|过去|到)|给(?:你|钱|\d|们|一半|全|$|[,. ])|结清|结账|补(?:上|齐|交)|存(?:进|钱|款)|处理|凑|搞定|到位|搞掂|工资|清账|缴",
    re.ASCII,
)
# Of these, what is hardly said of anything else.
MONEY_TALK = Sought(
    r"\b(?:pay|paying|payments?|pays|paid|payday|settle|transfer\w*|deposit\w*|zelle|venmo|cashapp|wire|owe|money|paydays|paychecks?|bonus|balance|debt|bill|loan|(?:can|could|will|ill|lets)(?: i| we)? (?:do|sort|make) it|(?:run|charge|use) my card|"
    r"cargo|carguen|cobren|descuenten|debiten|be charged|charge (?:it|my)|debit (?:it|my|me|the)|draft (?:it|my|me|the|\$?\d+)|all of it|in full|full (?:amount|balance|payment)|(?:whole|entire) (?:thing|amount|balance)|pag(?:o|ar|are|amos|ando|arle|arles|arlo|arla|aria|ue|uen|an|os|arte|aros)|abon\w+|consign\w+|transf\w+|liquid\w+|cubrir|bizum|yape\w*|quincena|sueldo|nomina|cobro|plata|dinero|deuda|cuota)\b|"
    r"还(?:款|钱|清|上|完|给|你|一半|全)|[就会能可再才]还(?!有|是|没|不|在|要|好)|付(?:款|清|钱|你|给)|[会就]付|交(?:钱|款|费|清)|(?:过去|过来|[去来])交(?!代|流|换|谈|接|朋)|转(?:账|钱|给你|过去)|[就会再]转|汇|打(?:钱|款)|结清|欠|工资|账单|贷",
    re.ASCII,
)
SOCIAL = Sought(
    r"(?<!after )(?<!before )\b(?:see (?:you|ya|yall)|love (?:you|ya|to)|miss you|ya llegaste|te extrano|party|birthday|wyd|hmu|what(?:re| are)? (?:you|u|ya) (?:doing|up to|wearing)|wanna (?:hang|chill|come|see)|u up|homie|movie night|dinner|lunch|breakfast|church|the game|wedding|movies?|picnic|bbq|barbecue|grandmas?|nana|auntie|come over|coming (?:to|over)|pick (?:me|him|her|them|us) up|"
    r"practice|homework|milk|xoxo|kisses|hang out|nos vemos|te quiero|te amo|cumpleanos|fiesta|cena|almuerzo|misa|boda|abuel[ao]s?|tia|tio|primos?|recoge\w*|ven a|asado|parrillada|besos|besitos|futbol|partido)\b|"
    r"吃饭(?!.{0,3}(?:成|有|是)?问题)(?!都)|做饭|饺子|回家吃|生日|聚会|聚餐|接我|接孩子|到家|开会|婚礼|电影|作业|老师|群里|爱你|想你|打麻将|逛街|幼儿园|买菜|火锅|唱歌|旅游|晚点回|^(?:爸|妈|老公|老婆|宝贝|亲爱的|宝宝)[ ,，]|爬山|天气",
    re.ASCII,
)
WILL_PAY = Sought(
    r"\b(?:will|ill|going to|can|let me|plan to|promise to|want to|need to|able to|try to|have to|(?:so|then|and) i) "
    r"(?:(?!not\b|never\b|you\b|yall\b|they\b)\w+ ){0,2}?(?:pay|send|settle|make (?:a|the) payment|transfer|deposit|take care of it|catch up)\b|(?<!stop )(?<!not )(?<!nobody is )(?<!no one is )(?<!aint )(?<!never )(?<!does )(?<!will )(?<!quit )\bpaying\b|"
    r"\b(?:puedo|voy a|quiero|prometo|podria|podre) (?:\w+ ){0,2}?(?:pagar|abonar|depositar|transferir|liquidar)|"
    r"\b(?:pagare|abonare|depositare|les pago|le pago|te pago|pago el|lo pago)\b|(?:会|就|再|能|可以|一定|马上|尽快|肯定|先|想|来)(?:给你们?|把钱)?(?:还(?!有|是|没|不|在)|付|转|交|打钱|汇)",
    re.ASCII,
)
PROPOSES = Sought(
    r"^(?:y |pero |ok |bueno )*si mejor\b|\b(?:can|could|would|will) (?:you|yall) (?:guys )?(?:please )?(?:take|accept|do|wait|hold|give me|work with|let me|allow|push|move|extend|make it)\b|\b(?:ok|okay|alright|cool|good|fine|vale|va|sale|bien|yes|right|deal|works?|sirve|parece)[ ?]+$|\bcan i (?:\w+ ){0,6}pay (?:it )?(?:on|by|this|next|tomorrow)\b|(?:可以|能|能不能|可不可以|行不行).{0,12}(?:吗|么|嘛|[?]|$)|可以[吗嘛么]|行[吗么不]|好[吗么不]|能[吗么]|可[否不]|ok吗|"
    r"^(?:y |pero |ok |hola )*(?:puede ser|podria ser|seria|sirve|le parece|te parece|que tal|le queda|esta bien|se puede|seria posible|vale)\b|\bhow(?:s| is| does| about|bout)\b.{0,30}\b(?:sound|work|ok|okay|look|for you|good|fine)\b|\b(?:how|what) about\b|^(?:and |so |but |ok |hi |hello )*(?:would|does|is|will|can|could)\b.{0,30}\b(?:work|ok|okay|fine|good|possible|acceptable|suit|alright|cool)\b"
)
IDIOM = Phrases(
    r"\b(?:deposits?|comes?|hits?|pays?|paid|drops?|lands?)(?: me| in| out)? (?:every|each) (?:other )?(?:week|month|two weeks|\w+day)\b|\bsi (?=(?:el |este )?(?:\d{1,2}|\w+day) (?:le|les|te|os) (?:va|viene|queda|sirve))|(?:别|不要|请勿)取消(?:我)?的?分期|\bno (?:se|te|os) preocup\w+|\b(?:please )?dont worry(?: about it)?\b|\bno worries\b|\bno (?:problem\w?|prob|doubt|excuses?|matter what)\b|\bsin falta\b|\b(?:no hay|sin) problemas?\b|"
    r"\b(?:what|how) about\b|\bsorry about\b|\bhope (?:you|that|thats|this|its|ur|all|your|everyone)\b|\bcant wait\b|\bnot a problem\b|\b(?:at the latest|the latest|no later than|not later than)\b|\bon or before\b|\bno despues de(?:l|(?= ))|\bno mas (?:tarde|alla) de(?:l|(?= ))|"
    r"\b7[ -]eleven\b|(?<=[去到在])7-11|\b7-11(?=[繳缴付交超便门])|\b(?:at|to|from|in) (?:the |a )?7-11\b|\b(?:en|al|un) 7-11\b|\b(?:(?:the )?(?:creek|crick) dont rise)\b|\bunless i (?:die|drop dead|stop breathing|get hit by a (?:bus|car))\b|\b(?:ok|okay|fine|alright|cool|good|mind) if (?:i|we)\b|\bif (?:thats|that is|its|it is|thats all|possible|u dont mind|you dont mind|you can wait|you can|yall can wait|that works|thats what)(?: (?:ok|okay|fine|alright|cool|all right|good|possible|works))?(?: (?:with|for) (?:you|yall))?\b|"
    r"\bsi (?:le|les|te|os) (?:parece|parece bien|viene bien|va bien|queda bien)\b|\bsi (?:esta bien|no hay (?:problema|inconveniente)|se puede|es posible|me (?:permite\w*|espera\w*|da\w* chance|da\w* oportunidad|lo permite\w*))\b|\bnot going to lie\b|\bno mas que\b|\bi know\b|\b(?:for|4) sure\b|\ba mas tardar\b|\bcomo maximo\b|\bno te miento\b|\bno le fallo\b|\bni modo\b|"
    r"\b(?:best|all|most|only(?: thing)?)(?: that)? (?:i|we) (?:can|could|got|have|am able to|could)(?: (?:do|give|pay|afford|swing|manage|offer|spare|you|u|get))*(?: (?:right now|now|today|rn|for now|at the moment|this month|this week))+\b|\b(?:es )?lo (?:mejor|mas|unico)?(?: que)? ?(?:puedo|tengo)(?: (?:hacer|dar|pagar|darle|abonar))*(?: (?:ahora|ahorita|hoy|por ahora|este mes|esta semana))+\b|(?:还)?来得及|\bsi (?:gusta|gustan|quiere|quieren)\b(?= (?:le|les|te|\d|pago|doy|abono|deposito|mando))|\b(?:si dios (?:quiere|(?:lo )?permite|me presta vida)|dios mediante|primero dios|con el favor de dios|god willing|lord willing)\b|\b(?:im |i am |am )?not (?:even )?(?:trying|looking) to (?:dodge|avoid|hide|run|scam|be rude|ghost|get out|skip|duck|screw)\b|\bno (?:estoy tratando|trato|quiero|ando tratando) de (?:evad|evit|escond|hu|qued)\w+|\b(?:get|gets|got|im|am|getting) paid (?:bi[ -]?weekly|weekly|monthly|semi[ -]?monthly|twice a month|every (?:other )?(?:week|two weeks|2 weeks|month))\b|\b(?:me pagan|cobro) (?:cada (?:semana|quincena|mes|15 dias|8 dias|quince dias)|por (?:semana|quincena|mes)|semanal\w*|quincenal\w*|mensual\w*)\b|\bwhat i said(?: about)?\b|\blo que (?:le |te |les )?dije(?: del?)?\b|\bi think thats fair\b|\bno cap\b|\bi swear\b|没问题|不好意思|对不起|不用担心|别担心|不(?:是|会)不还|不是(?:我)?不还|不会赖|不会跑|没事|别急|不急|不见不散|(?:可以|行|方便|允许|没问题|同意)的话|最晚|最迟|至迟|行不行|能不能|可不可以|好不好|是不是|得不得|行吗|可以吗|好吗|没关系|不骗你|不食言|要不(?=周|\d|下|这|明|后|今)|不然(?=周|\d|下|这|明|后)|不如(?=周|\d|下|这|明|后)|别催了?我?|别停.{0,6}?(?: |$|,)"
)
# To be put off, not refused, where no day was offered.
LATER = re.compile(
    r"(?:那|就|先|我)*(?:再说|晚点|迟些|迟点|改天|改日|下次|等等|再等等|晚几天|再晚点|延后|推迟|回头|过阵子|以后)[再说还给吧了啦啊先咯喽呗 .!]*|"
    r"(?:ok |yeah |maybe |bit |a bit |much |i will |ill |pay )*(?:later|another (?:day|time)|next time|some other (?:day|time)|when i can)[ .!]*|(?:pues |ya |mejor |al rato |un poco )*(?:luego|mas tarde|mas adelante|despues|otro dia|al rato|cuando pueda)[ .!]*"
)
# They pay, and will say later when: no yes to a day of ours.
NO_DAY_YET = re.compile(
    r"\b(?:dont|do not) know(?: (?:yet|exactly))* (?:when|what day|which day|the day|the date)\b|"
    r"\b(?:not sure|unsure|no idea|no clue|idk|cant say|hard to say)(?: (?:yet|exactly|of|about))* (?:when|what day|which day|the day|the date)\b|"
    r"\b(?:let you know|tell you|get back to you|update you)(?: (?:later|with|on|about))* (?:when|what day|which day|the day|the date|a day|a date)\b|"
    r"\b(?:day|date) (?:to be (?:determined|decided|confirmed|announced)|tbd|tbc)\b|"
    r"\bno (?:se|estoy segur[oa]|tengo idea)(?: (?:todavia|aun|bien|de|exactamente))* (?:cuando|que dia|que fecha|la fecha|el dia)\b|"
    r"\b(?:digo|aviso|confirmo)(?: (?:luego|despues))* (?:cuando|que dia|que fecha|la fecha|el dia)\b|"
    r"(?:时间|日子|日期|哪天|什么时候|几号)(?:再|还没|还不|不|未|没)(?:说|定|确定|一定|知道|清楚|想好|好说)|不(?:知道|确定|清楚)(?:具体)?(?:是)?(?:哪天|什么时候|几号|时间|日子)"
)
# Less is asked for first, and the promise hangs on it.
BARGAIN = Sought(
    r"\b(?:drop|waive|lower|take off|knock off|remove|reduce|cut|forgive) (?:the|that|this|my|your|it|some|half|\$?\d)\b.{0,40}\b(?:and|then|so) (?:i|ill|id|we|maybe i)\b|"
    r"\b(?:baj\w+|rebaj\w+|quit(?!aron|ado|o\b|e\b)\w*|descuent\w+|perdon[ea]n?\w*|condon\w+)\b.{0,40}\b(?:asi|y asi|y entonces|y yo|y le|y les|y te|y)(?: (?:si|yo|le|les|te|lo))* (?:puedo|pago|liquido|cancelo|doy|deposito|saldo)\b|"
    r"(?:打.{0,2}折|减免|免.{0,6}|便宜点|优惠.{0,4}|少.{0,6})(?:我|那我|的话)?.{0,6}(?:就|马上|立刻)(?=.{0,6}(?:还|清|付|结|给|转))"
)
# A condition that is only the money's coming is none: its day is the day.
MONEY_COMES = Sought(
    r"\bif (?:they|he|she|my (?:job|boss|check|pay|paycheck|employer|work|client|money|deposit)|i|the (?:check|deposit|money|payroll)|work|payroll|boss|we)(?: (?:finally|actually|do|does|ever|really|just|still))*(?: get| gets)? ?(?:pay|pays|paid|comes?|clears?|hits?|deposits?|goes through|arrives?|drops?|lands?|posts?)\b|"
    r"\bsi (?:ya |por fin |al fin |todo sale bien y )?(?:me|nos) (?:pagan?|depositan?|cae|caen|transfieren|liberan|llega|pagaran|depositaran|consignan|giran)\b|\bsi (?:cobro|cae (?:la|el|mi)|llega (?:el|mi|la)|entra (?:el|mi|la)|me cae)\b|"
    r"(?:如果|要是|假如|只要|若|等)(?:.{0,6})(?:发(?:钱|工资|薪|放|了|下来)?|给我钱|还我|到账|结(?:账|款|了|钱)|下来|打给我|转给我|回款|进账)",
    re.ASCII,
)
# The whole clause of such a condition: a day within it is the money's, and nobody has promised to pay on it.
IF_MONEY_COMES = re.compile(
    r"\bif (?:they|he|she|my|i|the|we|work|payroll|boss)\b(?:(?![,.;]|\b(?:i|ill|we|well|then|you)\b).){0,80}|\bif i (?:get|finally|do)\b(?:(?![,.;]|\b(?:i|ill|then|you)\b).){0,60}|"
    r"\bsi (?:me|nos|ya|por fin|al fin|cobro|cae|llega|entra|mi)\b(?:(?![,.;]|\b(?:te|le|les|os|yo|entonces|pago|ahi)\b).){0,60}|"
    r"(?:如果|要是|假如|只要|若)(?:我们?的?)?(?:(?![,.; ]|我就?|就|那).){0,36}"
)
_IFS = ("if ", "si ", "如果", "要是", "假如", "只要", "若")


def conditions(plain: str) -> list[tuple[int, int]]:
    """Where the clauses of `IF_MONEY_COMES` stand."""
    if not any(word in plain for word in _IFS):
        return []
    return [match.span() for match in IF_MONEY_COMES.finditer(plain)]


# What follows is meant, what stood before was a joke.
IN_EARNEST = re.compile(
    r"\b(?:no )?(?:seriously|just kidding|only kidding|kidding aside|jokes aside|all jokes aside|jk|for real though|(?:ok|no|but|nah|alright) (?:but )?for real)\b|\b(?:no )?(?:ya )?(?:hablando )?en serio\b|\b(?:no )?(?:fuera de broma|es broma|bromas aparte)\b|说真的|讲真|开玩笑的?|不开玩笑"
)
EARNEST_NEEDS = frozenset({"seri", "kidd", "joke", "jk", "real", "brom", "说真", "讲真", "玩笑"})
# An amount that is said once and paid on each of several days.
EACH = re.compile(
    r"\b(?:and|then|,) (?:the same|same again|same amount|another the same)\b|\b(?:y|luego) (?:lo mismo|otro tanto|otros tantos|igual)\b|[ ,](?:再)?同样|(?<![\d.,$])\b[2-9] (?:de|of) (?=\$?\d{2,})|\b(?:\d|two|three|four|dos|tres|cuatro) (?:equal |little |small )?(?:payments?|pagos|partes|abonos|cuotas|install?ments?)(?: iguales)?,? (?:of|de)\b|\b(?:each|apiece|a pop|both times|both days|cada (?:uno|una|vez|pago|dia)|las dos veces|los dos dias)\b|各|每次|每笔|每期"
)
CONDITION = Sought(
    r"\b(?:if|unless|as long as|provided|depend\w*|assuming|in case|whenever|"
    r"si (?:me|mi|no|puedo|cobro|consigo|tengo|todo|alcanzo|logro|vendo|el|la|ellos|dios|llega|cae|hay|se|pagan|trabajo|alcanza|junto|nos|sale)|"
    r"a menos que|siempre que|siempre y cuando|depende\w*|ojala|dios mediante|primero dios|god willing|lord willing|si dios quiere)\b|"
    r"如果|要是|假如|万一|除非|的话|看情况|只要|若(?!干)|看公司|看老板|看哪天",
    re.ASCII,
)
# They have not made up their mind, whatever somebody else does.
UNDECIDED = Sought(
    r"\b(?:me|i|im|yo)(?: (?:still|aun|todavia|honestly))* (?:idk|dont know|do not know|no se|not sure|havent decided)(?: (?:yet|todavia|aun))*[ .!]*$|(?:我|自己)?还?没(?:想好|决定|定下)"
)
OTHERS_PAY = re.compile(
    r"\bmy (?:\w+ )?\w+ (?:is |will )?(?:pay|pays|paying|gets paid)\b|\bmi \w+ (?:cobra|paga)\b|(?:室友|老公|老婆|朋友|[哥姐弟妹]|同事|家人)[^,. ]{0,6}(?:还|付|发工资)"
)
GUESS = Sought(
    r"\b(?:so|but|then|only) (?:sometime |some time )?(?:after that|afterwards)\b|\b(?:ill|i will|let me|lets|we will|well|gotta|have to) see (?:what|how|if)\b|\ba la (?:otra|siguiente) semana[ .!]*$|\bshould (?:hit|come|clear|land|arrive|drop|post)\b|\b(?:shooting|aiming|gunning) for\b|\btarget(?:ing)?\b|"
    r"\b(?:debe|deberia) (?:de )?(?:caer|llegar|entrar|depositarse|estar)\b|\bapunto al?\b|\bera para\b|目标|但愿|(?<!的)(?<!余)(?<!\d)再说(?:吧)?[ .!]*$|"
    r"\b(?:could be|podria ser(?!.*[?])|maybe|mayb|mabye|perhaps|prob|probs|probably|prolly|probly|possibly|might|hopefully|hope|hoping|think|thinking|guess|guessing|try|trying|likely|"
    r"should (?:have|be|get)|shld|roughly|approx\w*|around|or so|ish|not sure|unsure|idk|no idea|supposed to|dont know|not certain|not positive|about (?=the \d|\w+day\b|end|mid)|"
    r"tal vez|talvez|quiza|quizas|a lo mejor|creo|posiblemente|probablemente|puede que|puede ser(?!.*[?])|intentare|intento|intentar|tratare|trato|capaz|capaz que|yo creo|calculo que|supongo|seguramente|igual y|"
    r"tratar|espero (?:poder|pagar|tener|que)|mas o menos|aprox\w*|no se si|no estoy segur\w|yo digo que|como para|estimo|deberia|debe ser)\b|\d ?ish\b|"
    r"可能|大概|也许|或许|争取|尽量|尽力|应该(?!还)|左右|差不多|估计|看看|试试|说不定|恐怕|想想?办法|最快|最早|前后|不确定|不一定|没准|大约|兴许|八成|看能不能|希望能|希望可以|不敢保证|预计",
    re.ASCII,
)
INSTALMENTS = Sought(
    r"\b\$?\d+ ?(?:x|\*|por) ?\$?\d+\b(?! ?ciento)|/ ?(?:week|wk|month|mo)\b|\b(?:every|each|weekly|bi-?weekly|monthly|per (?:week|month|paycheck)|install?ments?|payment plans?|payments of|split|in payments|(?:\d|two|three|few|small|several) payments|"
    r"cada|semanal\w*|quincenal\w*|mensual\w*|a plazos|plan de pagos?|en (?:dos|tres|\d|varios) (?:pagos|partes|exhibiciones)|cuotas|abonos|pagos de|poco a poco|little by little)\b|"
    r"\d ?(?:dollars|bucks|usd)? (?:a|per) (?:week|month|paycheck)\b|分期|每[月周个天]|分(?:两|三|几|多|[2-9二四五六])?[次期笔批]|先.{0,12}(?:再|剩|余|下次)|剩(?:下|余)?的.{0,4}(?:下(?![的周]|个?周)|再|以后|月|慢)",
    re.ASCII,
)
START = re.compile(
    r"\b(?:start\w*|begin\w*|(?:the )?first(?: one| payment)? (?:on|is|this|being)|first one|first payment|(?:el|la) primer[oa](?: cuota| pago)? (?:el|este|esta|es|seria)|empez\w+|empiez\w+|comenz\w+|comienz\w+|a partir del?|desde el|primero el|iniciando|inicio)\b|开始|起(?=$|[ ,.还付给])|第一[次笔期]"
)
# Said of an amount: it may be more or less, and what that depends on.
MORE_PERHAPS = Sought(
    r"\b(?:maybe|perhaps|possibly|hopefully|tal vez|quizas?|a lo mejor|ojala)(?: (?:a (?:bit|little)|un poco|algo))* (?:more|less|mas|menos)\b(?: (?:if|depending|si|depende)\b[^.,;]*)?|\b(?:more|mas) (?:if|si) [^.,;]*|"
    r"[, ]\bsi (?:me |nos )?(?:va bien|vendo|alcanza|puedo|sale|cae)(?: \w+){0,3} mas\b|(?:可能|也许|说不定)(?:再|会)?(?:多|少)(?:一)?点?"
)
# Of a range or a rough sum, wherever it stands.
ABOUT_IT = re.compile(
    r"\b(?:mas o menos|aprox\w*|more or less|give or take|or so|or thereabouts)(?=[ .!,]*$)|[, ]*\b(?:it )?(?:depends|depending|depende)\b(?: (?:how|on|de|del|en|como|si)\b[^.;]*)?[.]?|(?:,|，| )看[^,.，]{1,8}(?:情况|怎么样|如何)?$"
)
RATE = re.compile(
    r" ?(?:(?:a|per|every|each) (?:week|month|paycheck|check)|(?:a la|por|cada|al) (?:semana|quincena|mes))\b"
)
ABOUT_BEFORE = re.compile(
    r"\b(?:about|around|like|roughly|approx\w*|maybe|at least|up to|only|como|unos|unas|aprox\w*|mas o menos|al menos|por lo menos|minimo|maximo|probably|i think|creo que|almost|close to)(?: (?:a|the|las?|los?))? ?$|(?:大概|大约|差不多|最多|至少|估计|可能)(?:能)?(?:先)?(?:还|给|付|有|转)?$"
)
ABOUT_AFTER = re.compile(
    r" ?(?:or so|ish\b|mas o menos|左右|上下|or more|more or less|aprox\w*|tops|max|maybe|at least)"
)
