"""Which words mean stop?

Two kinds: a keyword that is the whole message (carriers' keywords and their like), and sentences. Sentences name what is
to stop (texts, calls, all contact, being bothered), so that "I can't stop by" or "we have got to stop this bill" are none.
Each row: letters that must occur at all (a cheap first look), then the pattern on canonical text.
"""

from __future__ import annotations

Row = tuple[str, str]

OPT_OUT_KEYWORDS = frozenset(
    "stop|stopall|stop all|stop it|stop this|stop that|stop stop|end|quit|revoke|optout|opt out|opt me out|remove|remove me|"
    "cancel|unsubscribe|unsubscribe me|stop texts|stop sms|stop messages|text stop|reply stop|stop 2 end|end texts|enough|"
    "no more|arret|stopp|exit|delete me|alto|baja|la baja|dar baja|dar de baja|parar|pare|paren|para|basta|cancelar|salir|"
    "detener|detenganse|eliminar|desuscribirme|stop ya|alto ya|fuera|退订|td|t|r|停|停止|停发|取消|拒收|终止|别发|勿扰|"
    "免打扰|滚|退|取消订阅|stop 退订|退订 stop|stop alto|alto stop|go away|tdd|bajas|remover|borrar|borrame".split("|")
)

_TEXTS = (
    r"(?:text\w*|txt\w*|messag\w*|msgs?|msging|sms\w*|spam\w*|harass\w*|bother\w*|bugging|contact\w*|writing|pester\w*|"
    r"annoy\w*|hound\w*|stalk\w*|notif\w*|reminder\w*|reminding|alerts?|sending|send|communicat\w*|blowing|hitting|messing|"
    r"email\w*|reaching|crap|bs|shit|nonsense|bullshit)"
)
_NOUNS = r"(?:texts?|txts?|texting|messag\w*|msgs?|sms|spam|contact|reminders?|notifications?|alerts?|communications?)"
_MILD = r"(?:(?:with|the|these|those|all|your|this|that|any|of|to|me|fucking|fuckin|freaking|damn|stupid|constant\w*|automated|auto) ){0,4}"
_LEAD = (
    r"(?:(?:please|hey|hi|hello|ok|okay|omg|yo|just|no|i said|dude|sir|bro|man|can you|could you|would you|will you|kindly|"
    r"you need to|you better|you guys|you should|you must|you have to|need to|gotta|for the last time|again|lol|wtf|"
    r"por favor|ya|pues|mire|oye|oigan)[ ,.!:-]*){0,4}"
)
# After "stop", what shows that something else than messages is to stop.
_NOT_US = (
    r"(?! (?:by\b|in\b|at\b|over\b|off\b|paying|pay\b|payment|charg\w+|my (?!phone)|light|sign|being|worrying|adding|interest|late|"
    r"the (?!text|messag|sms|spam|harass|madness|bull)|this (?:bill|debt|charge|payment|loan|account)|fee|lying|complaining|"
    r"bill|auto|autopay|here|there|and (?:think|see|pay)|deduct\w*|taking|withdraw\w*|a\b|working|smoking|drinking|"
    r"(?:\w+ ){0,2}(?:call\w*|phon\w+|ring\w*|dialing|llam\w+)))"
)
_IMPERATIVE_ES = (
    r"(?:escrib(?:an|a|as|ir\w*)|mand(?:en|e|es|ar\w*)|envi(?:en|e|es|ar\w*)|molest(?:en|e|es|ar\w*)|contact(?:en|e|es|ar\w*)|"
    r"jod(?:an|as|er)|text(?:een|ee|ear\w*)|fastidi(?:en|e|ar)|acos(?:en|e|ar)|chingu(?:en|es)|chingar|busqu(?:en|e)|"
    r"mensaj(?:es|een|ear|itos)|insist(?:an|a|ir)|comuniqu(?:en|e))"
)
_LIMITED = r"(?! (?:at work|at my job|today|tomorrow|before|after|until|on (?!this)|during|while|in the|so (?:early|late)|al trabajo|en mi trabajo|antes|despues|hoy|manana))"
_OTHERS = r"(?! (?:my|a mi) (?:job|work|boss|employer|family|mom|mother|wife|husband|parents|sister|brother|trabajo|familia|jefe|esposa|mama))"

OPT_OUT: tuple[Row, ...] = (
    ("stop", rf"^{_LEAD}stop\b{_NOT_US}"),
    ("stop", r"(?<!cant )(?<!wont )(?<!dont )(?<!not )(?<!to )(?<!bus )(?<!non )(?<!never )(?<!pit )(?<!can )(?<!a )(?<!my )(?<!the )(?<!non-)(?<!next )\bstop[ .!?]*$"),
    ("stop", rf"[.!?;,] ?(?:please |just )?stop\b{_NOT_US}(?=[ .!?,]*(?:$|[.!?]|please|now|it\b|me\b|this\b|that\b))"),
    ("stop", rf"(?<!dont )(?<!never )(?<!cant )(?<!wont )\bstop {_MILD}{_TEXTS}\b(?! (?:money|payment|funds|the (?:payment|money|check)))"),
    ("to stop", r"\b(?:need|want|wish|tell|told|ask\w*|said|like|demand\w*|make|get|beg\w*) (?:you|them|this|these|it|that|the \w+|for (?:you|this)|all (?:of )?(?:this|these))(?: \w+){0,3} to stop\b(?! (?:by|at|in|this bill|the (?:bill|interest)|calling|phoning|my))"),
    ("stop", r"\bstop\b.{0,24}\bcall\w* ?(?:and|or|n|&|/|,|nor) ?(?:stop )?(?:texting|txting|messaging|texts|contacting|emailing|sms|msging|messages)\b"),
    ("stop", r"\bstop\b.{0,12}\b(?:texting|messaging|texts|messages) ?(?:and|or|n|&|/|nor) ?call"),
    ("quit", rf"(?<!dont )\bquit {_MILD}{_TEXTS}\b"),
    ("quit", r"\bquit (?:call\w* ?(?:and|or|n|&|/) ?(?:texting|messaging|bothering)|it\b)"),
    ("no more", rf"\bno more {_MILD}{_NOUNS}\b"),
    ("enough", rf"\benough (?:already|is enough|of this|(?:with|of) {_MILD}{_NOUNS})|^enough\b"),
    ("halt", rf"\bhalt {_MILD}{_TEXTS}\b"),
    ("discontinue", rf"\bdiscontinue {_MILD}{_TEXTS}\b"),
    ("cease", rf"\bcease (?!and|all comm|all cont){_MILD}(?:text\w*|messag\w*|sms|sending|harass\w*)"),
    ("cancel", r"\bcancel (?:the |these |my |all |any |future |further |me )*(?:texts?|messages?|msgs?|alerts?|sms|subscription|notifications?|reminders?|text messages?|from (?:this|your))\b"),
    ("end", r"\b(?:end|turn off|shut off|disable|deactivate|block) (?:the |these |my |all |any |future |further )*(?:texts?|messages?|msgs?|alerts?|sms|subscription|notifications?|reminders?|text messages?)\b"),
    ("dont", rf"(?<!i )(?<!we )(?<!you )(?<!they )\bdont (?:you |ever |even |keep |be )*(?:text(?:ing)?|txt(?:ing)?|message|messaging|msg|sms|contact(?:ing)?|bother(?:ing)?|write|spam|harass(?:ing)?|annoy|bug|email|hit)(?: up)?(?: (?:me|us|this (?:number|phone)|my (?:phone|number|cell)|here))?{_LIMITED}{_OTHERS}(?! (?:the|anyone|about))\b"),
    ("do not", rf"(?<!i )(?<!we )\bdo not (?:ever |keep )*(?:text(?:ing)?|txt|message|messaging|msg|sms|contact(?:ing)?|bother|write|spam|harass|annoy|email|disturb|call or text)(?: (?:me|us|this (?:number|phone)|my (?:phone|number|cell)|here))?{_LIMITED}{_OTHERS}\b"),
    ("send", r"\b(?:dont|do not|never|not|no longer) (?:you |ever |keep |be )*send(?:ing)?(?: me| us| any| anymore| more| these| this| those| your| any more| another| further){0,4} (?:texts?|txts?|messages?|msgs?|sms|anything|reminders?|stuff|shit|crap|these|this|notifications?)\b"),
    ("text me again", r"\b(?:dont|never|not) (?:\w+ )?(?:text|message|contact|write)(?:ing)? me (?:again|anymore|ever)\b"),
    ("call or text", r"\b(?:dont|do not|never) (?:ever )?(?:call|phone) (?:or|and|nor) (?:text|message)"),
    ("text or call", r"\b(?:dont|do not|never) (?:ever )?(?:text|message) (?:or|and|nor) (?:call|phone)"),
    ("want", r"\b(?:dont|do not|no longer|not|didnt|never) (?:want|wish|wanna|wanting)(?: \w+){0,6} (?:texts?|texted|texting|txts?|messages?|messaged|msgs?|sms|contact(?:ed)?|hear from|reminders?|communications?|notifications?|alerts?|bothered)\b(?! my)"),
    ("wish", r"\b(?:dont|do not|no longer|not) wish(?: \w+){0,6} (?:texts?|messages?|sms|contact(?:ed)?|hear from|reminders?|communications?)\b"),
    ("receiv", r"\b(?:dont|do not|no longer|not|stop)(?: \w+){0,4} receiv\w+(?: \w+){0,3} (?:texts?|messages?|msgs?|sms|reminders?|these|this|them|communications?|anything|alerts?)\b"),
    ("consent", r"\b(?:revoke|withdraw|rescind|take back|retract|no longer|dont|do not|never gave|did not give|didnt give|without) (?:\w+ ){0,4}consent\b"),
    ("permission", r"\b(?:dont|do not|no longer|revoke|withdraw|never gave|did not give|didnt give|without) (?:\w+ ){0,4}permission\b"),
    ("revok", r"\bi (?:hereby )?(?:revoke|am revoking)\b"),
    ("alone", r"\b(?:leave|let) (?:me|us|my \w+)(?: \w+){0,3} alone\b|\bleave alone\b|\blemme alone\b"),
    ("me be", r"\b(?:leave|let) me (?:the \w+ )?be\b(?! (?:able|clear|honest|sure))"),
    ("in peace", r"\bleave (?:me|us) in peace\b"),
    ("number", r"\b(?:lose|forget|delete|erase|get rid of|drop|remove|scrub|take|block(?:ing)?) (?:my|this|the) (?:phone |cell )?number\b(?! (?:and|to) (?:use|call))|\bblocking (?:you|this)\b"),
    ("blocking you", r"\b(?:im|i am|will be|gonna be) blocking you\b"),
    ("block you", r"\b(?:will|ill|going to|gonna|am going to) (?:just )?block you\b"),
    ("off", r"\btake (?:me|my (?:name|number|phone)|this (?:number|phone)|us) off\b|\boff (?:of )?(?:your|this|the) (?:\w+ )?list\b|\bget off my phone\b|\b(?:fuck|f|piss|buzz|bugger|back|sod|f\W{0,4}k) off\b"),
    ("remove", r"\bremove (?:me|us|my (?:number|name|phone|cell|info\w*|data|contact)|this (?:number|phone)|number|from)\b"),
    ("opt", r"(?<!not )\bopt(?:ed|ing)?[ -]?(?:me )?[ -]?out\b"),
    ("unsubscribe", r"(?<!dont )(?<!not )\bunsubscribe\b"),
    ("go away", r"\bgo away\b(?! (?:for|on|in|next|this))"),
    ("get lost", r"\bget lost\b"),
    ("disturb", r"\b(?:do not|dont) disturb\b"),
    ("cut it out", r"\bcut it out\b"),
    ("knock it off", r"\bknock it off\b"),
    ("give it a rest", r"\bgive it a rest\b"),
    # Spanish
    ("no ", rf"\b(?:no|ni|nunca|jamas)(?: (?:me|nos|le|les|quiero|deseo|necesito|vuelvan?|vuelvas|a|que|mas|ya|recibir|por favor|deben|tienen|sigan?|estar?|esten|este)){{0,6}} (?:mas )?{_IMPERATIVE_ES}(?:me|nos)?{_LIMITED}(?! (?:el|los|la) (?:pago|dinero|comprobante))\b"),
    ("no quiero", r"\b(?:ya )?no (?:quiero|deseo|me interesa)(?: \w+){0,4} (?:mensajes?|textos?|sms|correos?|notificaciones|recordatorios|saber (?:nada )?de ustedes|nada de ustedes|comunicacion\w*|contacto)\b"),
    ("no mas", r"\b(?:no|ya no) mas (?:mensajes?|textos?|sms|recordatorios|avisos|por favor|spam|comunicacion\w*)\b|^(?:ya )?no mas\b"),
    ("mensaj", r"\b(?:ya no|no mas|alto a|detengan|detener|paren|pare|cancelen?|cancelar|suspendan?|suspender|basta de|sin|quiten|eliminen)(?: (?:los|sus|estos|mas|tantos|con|esos|de|todos)){0,3} mensajes\b"),
    ("dej", rf"\bdej(?:en|e|a|as|ar|es|enme|eme|ame|enos)(?: (?:ya|por favor|me|de|nos|de estar|que)){{0,4}} (?:{_IMPERATIVE_ES}|en paz|tranquil\w+|sol[oa]|de (?:joder|chingar|fregar|estar \w+ndo))"),
    ("dejen", r"^(?:ya )?dejenme(?: ya)?[ .!]*$|\bdejenme en paz\b"),
    ("paren", r"\bparen(?: ya)? (?:de |con |los |sus |ya|estos )|\bya paren\b|^paren\b"),
    ("pare", r"\bpare(?:n)? (?:ya )?(?:de|con) (?!llam)\w+"),
    ("basta", r"\b(?:ya )?basta (?:ya|de|con|por favor)\b(?! llam)|\bya basta\b|^basta\b"),
    ("baja", r"\b(?:dar(?:me|nos|se)?|deme|denme|dame|doy|den|quiero|solicito|pido)(?: \w+){0,3} (?:de )?(?:la )?baja\b(?! (?:el|la|mi|de (?:precio|interes)))|\bde baja\b"),
    ("mi numero", r"\b(?:borr\w+|elimin\w+|quit\w+|saqu\w+|remuev\w+|sacar|olvid\w+)(?: \w+){0,2} mi (?:numero|telefono|celular)\b"),
    ("lista", r"\b(?:saqu\w+|quit\w+|borr\w+|elimin\w+|sacar\w*)(?: \w+){0,3} lista\b"),
    ("eliminenme", r"\beliminenme\b"),
    ("quitenme", r"\bquitenme\b"),
    ("saquenme", r"\bsaquenme\b"),
    ("borrenme", r"\bborrenme\b"),
    ("consentimiento", r"\b(?:revoco|retiro|no (?:doy|di))(?: \w+){0,3} consentimiento\b"),
    ("autorizo", r"\bno (?:les |los )?autorizo\b"),
    ("suscri", r"\b(?:cancelar|anular|quitar|cancelen)(?: \w+){0,2} suscripcion\b|\bdesuscri\w+"),
    ("larg", r"\blarg(?:uense|uese|ate|ense)\b"),
    # Chinese
    ("发", r"(?:别|不要|不准|不许|不得|勿|停止|甭|莫|不用|不想|不愿|不必|不需要|拒绝)(?:你们?|再|总|老|一直|给我|向我|来|再次|继续|天天|收到?|接收|跟我|往我|整天| |，){0,5}(?:群)?发(?!工资|薪|火|给我(?:家|爸|妈|老|公)|到我(?:家|单位|公司)|票|脾气)"),
    ("信", r"(?:别|不要|不准|勿|停止|不想|不愿|拒绝|不需要|不用)(?:你们?|再|总|老|一直|给我|向我|来|继续|天天|收到?|接收|跟我|任何|这种|这些|你们的| ){0,6}(?:短信|信息|微信|垃圾)"),
    ("消息", r"(?:别|不要|停止|不想|拒绝|不需要)(?:再|给我|收到?|接收|任何|这种|你们的?| ){0,5}消息"),
    ("扰", r"(?:别|不要|不准|不许|勿|停止|请勿|少)(?:再|总|老|一直|来|天天|给我|继续|这样| ){0,4}(?:骚扰|打扰|扰)|免打扰"),
    ("烦", r"(?:别|不要|少|不许|莫)(?:再|总|老|一直|来|天天| ){0,4}烦(?:我|了|人)?"),
    ("联系", r"(?:别|不要|不准|不许|勿|停止|不用|不想|不必|少)(?:你们?|再|总|老|一直|来|和我|跟我|与我|被|继续| ){0,5}联系(?!我?(?:家|爸|妈|父|母|单位|公司|同事|朋友|老|亲))"),
    ("联络", r"(?:别|不要|停止|勿)(?:再|来|跟我| ){0,3}联络"),
    ("退订", r"(?<!不)(?<!别)(?<!没)退订"),
    ("取消订", r"取消订"), ("取消短信", r"取消短信"), ("拒收", r"拒收"), ("屏蔽", r"屏蔽"), ("拉黑", r"拉黑"),
    ("删", r"(?:把|将)?我(?:的)?(?:号码?|电话|手机号?|信息|名字)?(?:给)?(?:从.{0,6})?删|删(?:除|掉|了)?(?:我|这个号)"),
    ("移除", r"移除"), ("放过我", r"放过我"), ("滚", r"滚(?!动)"), ("走开", r"走开"), ("够了", r"(?<!足)(?<!钱)(?<!凑)够了"),
    ("停止", r"停止(?:发送?|推送|催收短信|一切短信|发信)"),
    ("推送", r"(?:取消|关闭|不要|别|停止).{0,4}推送"),
    ("别再", r"别再(?:来了|找我|催了?我?了?$)"),
    ("别找我", r"别找我"), ("别催", r"别(?:再)?催了?我?了?[!. ]*$"), ("不要催", r"不要(?:再)?催"),
)  # fmt: skip

STOP_CALLS: tuple[Row, ...] = (
    ("call", r"\b(?:stop|quit|cease|no more|enough)(?: (?:with|of|the|these|your|all|fucking|freaking|damn|ever|constant\w*|always|please|phone|robo)){0,4} (?:call(?:s|ing|in)?|robocall\w*)\b"),
    ("call", r"(?<!i )(?<!we )(?<!you )(?<!they )\b(?:dont|do not|never|not)(?: (?:ever|you|be|keep|please|even)){0,3} (?:call|calling)\b(?! (?:my (?:lawyer|attorney)|it|back yet))"),
    ("call", r"\b(?:dont|do not|no longer|not)(?: (?:want|wish|like|wanna|need|accept|take|answer|any|to|get|receive|more|phone|your|be|getting|receiving|you|these|a|me|for)){1,7} (?:calls?|called|calling)\b"),
    ("no call", r"\bno calls?\b"),
    ("no phone call", r"\bno phone calls?\b"),
    ("phon", r"\b(?:stop|quit|dont|do not|never) (?:ever )?(?:phoning|phone|ringing) me\b"),
    ("ring", r"\b(?:stop|quit|dont|do not) (?:ever )?(?:ringing|ring)\b"),
    ("only", r"\b(?:texts?|sms|txts?|messages?|text messages?) only\b|\bonly (?:by |via |through |use )?(?:text|sms|txt|message)s?(?: me)?\b"),
    ("text me instead", r"\btext me instead\b"),
    ("text instead", r"\btext instead\b"),
    ("instead of call", r"\binstead of call"),
    ("rather", r"\brather (?:you |be )?text(?:ed)?\b"),
    ("prefer", r"\bprefer (?:to )?(?:be )?(?:text\w*|sms|messages?)\b"),
    ("off the phone", r"\bkeep off the phone\b"),
    # Spanish
    ("llam", r"\bno(?: (?:me|nos|vuelvan?|vuelvas|a|quiero|deseo|que|sigan?|mas|ya|esten?|estar|recibir|por favor|le|les)){0,6} (?:llam(?:en|e|es|ar(?:me)?|ando)|llamadas?)\b"),
    ("llam", r"\b(?:dej\w+|paren?|basta|alto|sin|no mas|ya no|cesen|suspendan)(?: (?:de|ya|me|a|con|las|mas|sus|tantas|estar|por favor)){0,4} (?:llam(?:ar(?:me)?|arnos|adas?|ando|en|e))\b"),
    ("marqu", r"\bno (?:me |nos )?(?:marquen|marque)\b"),
    ("marcar", r"\bdejen? de marcar"),
    ("solo", r"\bsolo (?:por |con |mensajes? de )?(?:mensajes?|textos?|sms|escrito)\b"),
    # Chinese
    ("电", r"(?:别|不要|不准|不许|勿|停止|不想|不用|少|拒绝|不愿)(?:你们?|再|总|老|一直|给我|往我|天天|来|接到?|继续|打|拨| ){0,6}(?:电话|来电|致电)"),
    ("打", r"(?:别|不要|不准|不许|勿|停止|少)(?:你们?|再|总|老|一直|给我|天天|来|继续| ){0,5}打(?!扰|款|折|钱|开|听|给我(?:家|爸|妈|老|公))"),
    ("短信", r"只(?:能|要|用|接受|需|想)?(?:发|看|收)?短信|短信(?:联系|沟通|就行|就好|即可|说)"),
    ("不接电话", r"不(?:想|方便)?接(?:任何)?电话"),
    ("不方便接", r"不方便接(?:听)?电话"),
)  # fmt: skip

CEASE: tuple[Row, ...] = (
    ("cease", r"\bcease (?:and desist|(?:all |any |further )*(?:communicat\w*|contact\w*))"),
    ("contact", r"\b(?:do not|dont|never|not)(?: (?:ever|again|try to|attempt to)){0,2} contact(?: me| us| my \w+)?,? ?(?:ever|again|anymore|any more|by any|in any|at all|under any|for any|further|through any|via any)\b"),
    ("never contact", r"\bnever (?:ever )?contact (?:me|us)\b"),
    ("any ", r"\b(?:contact|call|text|communicat|reach|write|message)\w*\b.{0,40}\b(?:by|through|in|via|under) any (?:means|way|form|method|channel|manner|circumstances)"),
    ("further", r"\bno further (?:contact|communications?)\b"),
    ("all co", r"\b(?:stop|end|halt|terminate|discontinue) all (?:contact|communications?|forms of)\b|\ball (?:contact|communications?) (?:must|should|has to|to|needs to) (?:stop|cease|end)\b"),
    ("refus", r"\b(?:refuse|refusing) (?:to pay|payment|to make)|\brefuse to (?:give|send) you\b"),
    ("never", r"\b(?:never|not ever)(?: (?:going to|gonna|be|ever|will|intend to|planning to|plan to)){0,3} (?:pay|paying|repay)\b(?! (?:late|on time|attention|the full))(?! .{0,20}\buntil)"),
    ("never get", r"\b(?:you|yall)? ?(?:will |ll |are )?never (?:get|getting|see|seeing)(?: \w+){0,3} (?:money|dime|cent|penny|from me)\b"),
    ("pay", r"\b(?:not|aint|wont|will not|wont be|not gonna|not going to|refuse)(?: (?:be|gonna|going to|ever)){0,2} (?:pay|paying)(?: (?:you|yall|them))?(?: (?:a (?:dime|cent|penny|thing|single)|anything|ever|shit|nothing|jack|one (?:cent|dime|penny)|this (?:bill|debt|crap|shit)?|that|it))(?! ?(?:until|today|tomorrow|now|right|week|month|all|late|weekend|friday|monday|in full|before))\b(?!.{0,30}\b(?:until|today|tomorrow|right now|this week|this month|before|but)\b)"),
    ("pay", r"^(?:i )?(?:am |im )?(?:not|aint|wont|will not)(?: (?:gonna|going to))? (?:be )?(?:pay|paying)(?: (?:you|yall))?[ .!]*$"),
    # Spanish
    ("pagar", r"\bno (?:les |le |te |los )?(?:voy a|pienso|quiero|planeo|vamos a) pagar(?:les|le|te|lo|la|los)?\b(?! (?:hoy|manana|hasta|ahora|todo|esta|este|antes|completo|tarde|ahorita))"),
    ("pag", r"\b(?:nunca|jamas)(?: (?:les|le|te|voy|vamos|a|pienso|lo|la))* pag(?:ar\w*|o|are)\b|\bme niego a pagar|\bno (?:les |le )?(?:pago|pagare) (?:nada|nunca|ni un)"),
    ("ningun", r"\bpor ningun(?:a)? (?:medio|via|motivo|canal)|\bde ninguna (?:forma|manera) me (?:contacten|busquen)"),
    ("nunca mas", r"\b(?:nunca|jamas) mas (?:me|nos) (?:contact|busqu|escrib|llam)\w*|\bno me (?:contacten|busquen) (?:nunca|jamas) mas"),
    ("cesen", r"\bcesen (?:toda|todo|el contacto|la comunicacion|cualquier)"),
    # Chinese
    ("还", r"(?<!是)(?<!不)(?:打死|绝对?|坚决|永远|死也?|就是|根本|再也|肯定|一辈子)(?:都|也|对)?(?:不会?|不可能|不想)(?:再)?还(?!不)"),
    ("不会还", r"(?<!又)(?<!是)(?<!不是)不会还(?:的|钱|了|款|你)?(?:[,.!? ，]|$)"),
    ("不还", r"(?:我|就|老子|坚决|反正)不还(?:了|钱|款)?(?:[,.!? ，]|$)|^不还(?:了|钱)?[!. ]*$"),
    ("还", r"(?<!是)(?<!不是我)(?:不打算|没打算|拒绝|不想|不愿意?)(?:再)?(?:还|偿|支付)(?!.{0,6}(?:今天|现在|全))"),
    ("拒绝", r"拒绝(?:付|支付|偿)"),
    ("一分", r"一分(?:钱)?(?:都|也)?(?:不(?:会)?|别想)(?:还|给|付|拿)?"),
    ("任何", r"(?:不要|别|停止|不得|禁止|不准|勿).{0,8}(?:任何|一切)(?:方式|形式|途径|渠道|联系|联络)|(?:任何|一切)(?:方式|形式|途径|渠道).{0,6}(?:不要|别|不得|禁止|停止|不准|联系)"),
    ("永远", r"永远(?:不要|别|不许|不准|不得).{0,8}(?:联系|找|打扰|骚扰|烦)"),
    ("停止一切", r"停止一切(?:联系|联络|催收)"),
)  # fmt: skip
