"""Does a reply claim that somebody else took the loan in the debtor's name? That is a dispute with a law of its own.

Only words that say so count: a stolen card, car or telephone, or "this is a fraud" alone, is none. The text is as `normal.py`
leaves it: no accents, no apostrophes, simplified characters.
"""

from __future__ import annotations

from dataclasses import replace

from outreach.core.replies.normal import Said
from outreach.core.replies.rows import Sought
from outreach.core.terms import Intent, IntentKind

# These stand as they are, whatever is claimed beside them; anything else that claims it is a dispute.
_STAND = frozenset(
    {
        *(IntentKind.DECEASED, IntentKind.BANKRUPTCY, IntentKind.ATTORNEY, IntentKind.WRONG_NUMBER, IntentKind.CEASE),
        *(IntentKind.OPT_OUT, IntentKind.STOP_CALLS, IntentKind.COMPLAINT),
    }
)
_MINE = r"my (?:\w+ )?(?:name|identity|id|ssn|social|info|information|details|data|credentials|papers|signature)\b"
_ENGLISH = (
    r"\bidentity (?:theft|fraud|thief|thieves|was|is|has|got|been|stolen|hacked)\b|\b(?:stolen|stole my|stealing my) identity\b",
    rf"\b(?:used|uses|using|use|forged|faked|stole|stolen) {_MINE}",
    rf"\b{_MINE} (?:\w+ )?(?:was|were|is|got|been|has been|have been|being) (?:stolen|hacked|compromised|used|forged|misused)\b",
    r"\b(?:opened|open|took|taken|take|got|gotten|made|signed|applied|borrowed)\b.{0,40}\bin my name\b",
    r"\bin my name\b.{0,20}\b(?:without|not me|wasnt me|never|fraud\w*)\b|\bposing as me\b|\bpretend\w* to be me\b|\bimpersonat\w+ me\b",
    r"\b(?:account|loan|debt|it|this) (?:is|was) (?:opened )?fraudulent(?:ly)?\b|\bfraudulent (?:account|loan|application|debt)\b",
    r"\bfraud\b.{0,20}\b(?:didnt|did not|never) (?:open|take|sign|apply|opened|took|signed|applied)",
)
_MI = (
    r"(?:mi nombre|mis datos|mi identidad|mi informacion|mis documentos|mis papeles|mi firma"
    r"|mi (?:ine|curp|dni|cedula|identificacion|credencial|seguro social|social))\b"
)
_SPANISH = (
    r"\b(?:rob\w+|suplant\w+|usurp\w+|hurt\w+|hackearon)(?: \w+){0,3} identidad\b|\bidentidad (?:\w+ ){0,2}(?:robada|suplantada|usurpada)\b",
    r"\bme suplant\w+|\bsuplantacion\b|\busurpacion\b|\bse hi[cz]\w+ pasar por mi\b",
    rf"\b(?:us[oa]\w*|utiliz\w+|tom[oa]\w*|rob\w+|falsific\w+|clon\w+|agarr\w+) (?:\w+ )?{_MI}",
    r"\b(?:alguien|otra persona|otro|otra|sac\w+|abri\w+|pidi\w+|solicit\w+|hicieron|tramit\w+)\b.{0,40}\ba mi nombre\b",
    r"\ba mi nombre\b.{0,25}\bsin (?:mi|que yo|yo)\b",
    r"\b(?:cuenta|prestamo|credito|deuda) (?:es |fue )?fraudulent[oa]\b",
)
_CHINESE = (
    r"身份(?:信息|证)?.{0,4}(?:被|遭).{0,4}(?:盗|冒|偷|骗|用|拿)|(?:盗用|冒用|盗取|窃取|偷用|借用)(?:了)?(?:我|本人|别人)?.{0,3}(?:身份|名字|名义|姓名|信息|证件|资料)",
    r"冒名|冒充(?:我|本人)|(?:信息|资料|证件|个人信息).{0,3}(?:被|遭).{0,3}(?:盗|冒|偷|拿去|利用)",
    r"(?:有人|别人|他人|骗子|不知道谁|谁).{0,4}(?:用|拿|冒|盗)(?:了)?(?:我|本人)的?.{0,4}(?:身份|名字|名义|姓名|信息|证|资料)",
    r"以(?:我|本人)的?名义.{0,8}(?:贷|借|办|开|申请)",
)
_SAYS = Sought("|".join((*_ENGLISH, *_SPANISH, *_CHINESE)))


def claims(said: Said) -> bool:
    """Do the words say that somebody used their name, papers or data?"""
    return said.says(_SAYS)


def noted(said: Said, intent: Intent) -> Intent:
    """The meaning, with the claim if there is one: then it is a dispute, unless it is a stop of another kind as well."""
    if not claims(said):
        return intent
    why = f"{intent.why}; identity theft"
    if intent.kind in _STAND:
        return replace(intent, identity_theft=True, needs_human=True, why=why)
    why = why if intent.kind is IntentKind.DISPUTE else "dispute; identity theft"
    return replace(
        intent, kind=IntentKind.DISPUTE, promise=None, amount=None, sum_unsure=False, instalments=(), settles=False, callback_at=None, channel=None,
        needs_human=True, identity_theft=True, why=why,
    )  # fmt: skip
