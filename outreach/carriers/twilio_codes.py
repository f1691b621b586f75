"""What do Twilio's words and numbers mean for us? Statuses, answering machine results and error codes, as tables.

Meanings after Twilio's error dictionary (https://www.twilio.com/docs/api/errors). Twilio changes what it maps to which
code, so an unknown code is never retried and never stops a number.
"""

from __future__ import annotations

from datetime import timedelta

from outreach.carriers import CodeMeaning, Progress
from outreach.core.terms import Disposition

MESSAGE_STATUS: dict[str, Progress] = {
    "accepted": Progress.QUEUED,
    "scheduled": Progress.QUEUED,
    "queued": Progress.QUEUED,
    "sending": Progress.SENDING,
    "sent": Progress.SENT,
    "undelivered": Progress.UNDELIVERED,
    "failed": Progress.FAILED,
    "canceled": Progress.CANCELED,
    "delivered": Progress.DELIVERED,
    "read": Progress.READ,
}
CALL_STATUS: dict[str, Progress] = {
    "queued": Progress.INITIATED,
    "initiated": Progress.INITIATED,
    "ringing": Progress.RINGING,
    "in-progress": Progress.ANSWERED,
    "completed": Progress.COMPLETED,
    "busy": Progress.BUSY,
    "failed": Progress.FAILED,
    "no-answer": Progress.NO_ANSWER,
    "canceled": Progress.CANCELED,
}
ANSWERED_BY: dict[str, str] = {
    "human": "human",
    "fax": "fax",
    "unknown": "unknown",
    "machine_start": "machine",
    "machine_end_beep": "machine",
    "machine_end_silence": "machine",
    "machine_end_other": "machine",
}
DIAL_STATUS: dict[str, str] = {
    "completed": "completed",
    "answered": "completed",
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "failed",
    "canceled": "canceled",
}


Again = tuple[timedelta, ...]
# Of what never left the carrier, as it says. What it lost sight of on the way, or a phone that is off, may arrive yet.
SOON: Again = (timedelta(minutes=15), timedelta(hours=2))  # each counts against the caps: twice, no more
UNTIL_MORNING: Again = (timedelta(hours=4), timedelta(hours=12))  # daily limits end at midnight, somewhere


def _dead(what: str) -> CodeMeaning:
    return CodeMeaning(what, Disposition.NOT_IN_SERVICE, suppress=True)


def _lost(what: str) -> CodeMeaning:
    return CodeMeaning(what, Disposition.UNDELIVERED)


def _later(what: str, disposition: Disposition = Disposition.FAILED, again: Again = ()) -> CodeMeaning:
    return CodeMeaning(what, disposition, retry=True, again=again)


def _ours(what: str) -> CodeMeaning:
    return CodeMeaning(what, Disposition.FAILED, account_trouble=True)


def _failed(what: str) -> CodeMeaning:
    return CodeMeaning(what, Disposition.FAILED)


CODES: dict[int, CodeMeaning] = {
    # the number
    13223: _dead("the number is not in a form that can be dialled"),
    13224: _dead("the number cannot be called"),
    13225: _dead("the carrier blocks calls to this number"),
    13226: _dead("the number has an unknown country code"),
    21202: _dead("a premium-rate number"),
    21211: _dead("an invalid number"),
    21214: _dead("the number cannot be reached by a call"),
    21216: _dead("the carrier blocks calls to this number"),
    21217: _dead("an invalid number"),
    21401: _dead("an invalid number"),
    32203: _dead("the carrier blocks calls to this number"),
    21614: CodeMeaning("not a mobile number", Disposition.UNDELIVERED, landline=True),
    30006: CodeMeaning("a landline, or a carrier that takes no texts", Disposition.UNDELIVERED, landline=True),
    21610: CodeMeaning("the recipient opted out", Disposition.FAILED, opt_out=True),
    21612: _failed("the number cannot be reached from this sender"),
    # the way there
    30003: _later("the handset is unreachable", Disposition.UNDELIVERED),
    30004: _lost("the handset or its carrier blocks the message"),
    30005: CodeMeaning("an unknown handset", Disposition.UNDELIVERED, suppress=True, twice=True),
    30008: _lost("not delivered, the carrier gives no reason"),
    30017: _later("the network is congested", Disposition.UNDELIVERED),
    30036: _lost("it waited longer than it was valid for"),
    30410: _later("the network did not answer in time", Disposition.UNDELIVERED),
    30450: _later("texts to this prefix are blocked for the moment", again=SOON),
    32014: _later("the call had no sound"),
    32016: _later("the call was not connected in time"),
    # too much at once
    20429: _later("too many requests at once"),
    21611: _later("the sender's queue is full"),
    22005: _later("the call queue is full", again=SOON),
    30001: _later("the sender's queue is full", again=SOON),
    30022: _later("the sender's rate is exceeded", again=SOON),
    30023: _later("the sender's daily limit is reached", again=UNTIL_MORNING),
    30025: _later("half of the daily limit is used", again=SOON),
    30026: _later("most of the daily limit is used", again=SOON),
    30027: _later("the daily limit is reached", again=UNTIL_MORNING),
    63018: _later("the channel's rate is exceeded", again=SOON),
    63038: _later("the account's daily limit is reached", again=UNTIL_MORNING),
    30047: _later("the carrier could not hold the message for later", again=SOON),
    # ours to mend: account, senders, templates, settings
    10001: _ours("the account is not active"),
    20003: _ours("the carrier does not accept our credentials"),
    20005: _ours("the account is not active"),
    30002: _ours("the account is suspended"),
    13214: _ours("the caller id is not valid"),
    13247: _ours("the caller id is not verified"),
    21210: _ours("the caller id is not verified"),
    21212: _ours("the sender is not a valid number"),
    13227: _ours("calls to this country are not enabled"),
    21215: _ours("calls to this country are not enabled"),
    21408: _ours("texts to this country are not enabled"),
    14107: _ours("we answered one number too often"),
    21602: _ours("a text without a body"),
    21603: _ours("a text without a sender"),
    21604: _ours("a text without a recipient"),
    21606: _ours("the sender cannot send texts"),
    21609: _ours("our status URL is not valid"),
    21617: _ours("a text of more than 1600 characters"),
    21659: _ours("the sender is not a number of this account"),
    21660: _ours("the sender belongs to another account"),
    21620: _ours("media that cannot be sent"),
    21656: _ours("variables that are not valid"),
    21703: _ours("the messaging service has no usable sender"),
    21704: _ours("the messaging service has no sender"),
    21705: _ours("the messaging service is not valid"),
    30007: _ours("filtered as unwanted"),
    30010: _ours("dearer than the price allowed"),
    30012: _ours("valid for too short a time"),
    30018: _ours("the sender must be registered first"),
    30019: _ours("the content is too large"),
    30024: _ours("the sender is not ready yet"),
    30032: _ours("the toll-free sender is not verified"),
    30033: _ours("the registered campaign is suspended"),
    30034: _ours("the sender is not registered"),
    30035: _ours("the sender is not ready yet"),
    30400: _ours("an order that cannot be carried out"),
    35111: _ours("a text for later without its time"),
    35114: _ours("a text for later without its time"),
    35115: _ours("a text for a time that is too near or too far"),
    35118: _ours("a text for later without a messaging service"),
    35125: _ours("too many texts for later"),
    32017: _ours("the network marks our caller id as unwanted"),
    # a race that does no harm
    20500: _failed("the carrier had trouble of its own"),
    20503: _failed("the carrier had trouble of its own"),
    20404: _failed("the carrier does not know it"),
    21220: _failed("the call is no longer in that state"),
    30409: _failed("too late to cancel"),
}
FAMILIES: tuple[tuple[range, CodeMeaning], ...] = (
    (range(10000, 11000), _ours("the account is in trouble")),
    (range(11000, 13000), _ours("the carrier could not use our webhook")),
    (range(13000, 20000), _failed("the call could not be made")),
    (range(20000, 21000), _ours("the carrier refused our request")),
    (range(21000, 23000), _failed("the carrier refused it")),
    (range(30000, 31000), _lost("not delivered")),
    (range(32000, 33000), _failed("the call failed on its way")),
)
UNKNOWN = _failed("the carrier gave no reason we know")


def meaning(code: int) -> CodeMeaning:
    """What `code` means; unknown codes get their family's meaning, which never retries and never stops a number."""
    if code in CODES:
        return CODES[code]
    return next((found for family, found in FAMILIES if code in family), UNKNOWN)
