"""What do Twilio's words and error codes mean for us? Tables only.

Codes come from Twilio's error pages; Twilio itself says that its mappings change, so an unknown code is kept, classed
by its family, and never retried on its own.
"""

from __future__ import annotations

from outreach.carriers import CodeMeaning, Progress
from outreach.core.terms import Disposition

MESSAGE_PROGRESS: dict[str, Progress] = {
    "accepted": Progress.QUEUED,
    "scheduled": Progress.QUEUED,
    "queued": Progress.QUEUED,
    "sending": Progress.SENDING,
    "sent": Progress.SENT,
    "undelivered": Progress.UNDELIVERED,
    "failed": Progress.FAILED,
    "canceled": Progress.CANCELED,
    "partially_delivered": Progress.SENT,
    "delivered": Progress.DELIVERED,
    "read": Progress.READ,
}
CALL_PROGRESS: dict[str, Progress] = {
    "queued": Progress.QUEUED,
    "initiated": Progress.INITIATED,
    "ringing": Progress.RINGING,
    "in-progress": Progress.ANSWERED,
    "completed": Progress.COMPLETED,
    "busy": Progress.BUSY,
    "no-answer": Progress.NO_ANSWER,
    "failed": Progress.FAILED,
    "canceled": Progress.CANCELED,
}
ANSWERED_BY: dict[str, str] = {
    "human": "human",
    "unknown": "unknown",
    "fax": "fax",
    "machine_start": "machine",
    "machine_end_beep": "machine",
    "machine_end_silence": "machine",
    "machine_end_other": "machine",
}
_FAILED, _UNDELIVERED = Disposition.FAILED, Disposition.UNDELIVERED


def _each(codes: str, meaning: CodeMeaning) -> dict[int, CodeMeaning]:
    return {int(code): meaning for code in codes.split()}


CODES: dict[int, CodeMeaning] = {
    **_each("21211 21217 21214 21401 13223 13224", CodeMeaning("the number is not valid", _FAILED, suppress=True)),
    **_each("21614 30006", CodeMeaning("a landline, or no carrier that takes texts", _UNDELIVERED, landline=True)),
    **_each("21612", CodeMeaning("this number cannot be reached from our sender", _FAILED)),
    **_each("21610", CodeMeaning("the recipient opted out at the carrier", _FAILED, opt_out=True)),
    **_each("30005", CodeMeaning("unknown handset", _UNDELIVERED)),
    **_each("30003", CodeMeaning("the handset could not be reached", _UNDELIVERED, retry=True)),
    **_each("30004", CodeMeaning("blocked by the handset or its carrier", _UNDELIVERED)),
    **_each("30007", CodeMeaning("filtered as spam by the carrier", _UNDELIVERED, account_trouble=True)),
    **_each("30008", CodeMeaning("undelivered for a reason the carrier does not give", _UNDELIVERED, retry=True)),
    **_each("30001 21611 30017 30410 30450", CodeMeaning("the carrier is congested", _FAILED, retry=True)),
    **_each("30002 20005 10001", CodeMeaning("the account is suspended", _FAILED, account_trouble=True)),
    **_each("30022 30023 30027", CodeMeaning("over the sender's rate or daily limit", _FAILED, retry=True)),
    **_each("30024 30035", CodeMeaning("the sender is still being set up", _FAILED, retry=True)),
    **_each("30032 30033 30034 30018", CodeMeaning("the sender is not registered", _FAILED, account_trouble=True)),
    **_each("30036", CodeMeaning("it waited at the carrier past its validity", _UNDELIVERED, retry=True)),
    **_each("30863 30460 30466 30869", CodeMeaning("a use US carriers do not allow", _FAILED, account_trouble=True)),
    **_each("21408 13227 21215", CodeMeaning("the account may not reach this country", _FAILED, account_trouble=True)),
    **_each(
        "21606 21603 21659 21660 21703 21704 21705 21210 21212 13214 13247",
        CodeMeaning("our sender cannot be used", _FAILED, account_trouble=True),
    ),
    **_each("21602 21604 21617 21609 21620 21656", CodeMeaning("our request was wrong", _FAILED, account_trouble=True)),
    **_each("13225 21216 32203 13226 21202", CodeMeaning("the destination is blocked", _FAILED, suppress=True)),
    **_each("20003", CodeMeaning("the credentials were refused", _FAILED, account_trouble=True)),
    **_each("32014 32016", CodeMeaning("no audio, or no ringing in time", _FAILED, retry=True)),
    **_each("32017", CodeMeaning("our caller id is labelled as spam", _FAILED, account_trouble=True)),
}
FAMILIES: dict[int, CodeMeaning] = {
    10: CodeMeaning("trouble with the account", _FAILED, account_trouble=True),
    11: CodeMeaning("our webhook failed", _FAILED, account_trouble=True),
    12: CodeMeaning("our TwiML failed", _FAILED, account_trouble=True),
    13: CodeMeaning("the call could not be connected", _FAILED),
    20: CodeMeaning("trouble with the account", _FAILED, account_trouble=True),
    21: CodeMeaning("the request was refused", _FAILED),
    22: CodeMeaning("the call could not be placed", _FAILED),
    30: CodeMeaning("the message was not delivered", _UNDELIVERED),
    32: CodeMeaning("the call failed on its way", _FAILED),
}


def meaning(code: int) -> CodeMeaning:
    """What a code means; an unknown one gets its family's meaning, an unknown family no retry."""
    return CODES.get(code) or FAMILIES.get(code // 1000) or CodeMeaning("not known", _FAILED)
