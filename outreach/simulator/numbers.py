"""Which numbers does the carrier accept, and which of them are magic?

The magic numbers are those of Twilio's test credentials: they fail in a known way, whatever else is set.
"""

from __future__ import annotations

import re

import phonenumbers

from outreach.core.terms import OutreachError

MAGIC = "+1500555"

SMS_FROM = {f"{MAGIC}0001": 21212, f"{MAGIC}0007": 21606, f"{MAGIC}0008": 21611}
SMS_TO = {f"{MAGIC}0001": 21211, f"{MAGIC}0002": 21612, f"{MAGIC}0003": 21408, f"{MAGIC}0004": 21610,
          f"{MAGIC}0009": 21614}  # fmt: skip
CALL_FROM = {f"{MAGIC}0001": 21212}
CALL_TO = {f"{MAGIC}0001": 21217, f"{MAGIC}0002": 21214, f"{MAGIC}0003": 21215, f"{MAGIC}0004": 21216}
ALWAYS_OURS = f"{MAGIC}0006"

# What the carrier says for each code: HTTP status and message.
WORDS: dict[int, tuple[int, str]] = {
    20001: (400, "Unknown parameters"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url parameter is required."),
    21210: (400, "'From' phone number not verified"),
    21211: (400, "Invalid 'To' Phone Number"),
    21212: (400, "Invalid 'From' Phone Number"),
    21213: (400, "'From' phone number is required"),
    21214: (400, "'To' phone number cannot be reached"),
    21215: (400, "Account not authorized to call this number. International permissions"),
    21216: (400, "Account not allowed to call this number"),
    21217: (400, "Phone number does not appear to be valid"),
    21218: (400, "Invalid ApplicationSid"),
    21220: (400, "Call is not in-progress. Cannot redirect."),
    21266: (400, "'To' and 'From' number cannot be the same"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid message-capable phone number for this account."),
    21609: (400, "Invalid 'StatusCallback' url"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number is not currently reachable using the 'From' phone number"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    22005: (400, "Queued calls exceed the limit"),
    30003: (400, "Unreachable destination handset"),
    30005: (400, "Unknown destination handset"),
    30006: (400, "Landline or unreachable carrier"),
    30007: (400, "Message filtered"),
    30036: (400, "Validity Period expired"),
    30400: (400, "Message content and status cannot be updated together"),
    30409: (409, "Message is not in a state that can be canceled"),
    35111: (400, "SendAt is missing"),
    35115: (400, "SendAt time must be more than 5 minutes and at most 35 days away"),
    35118: (400, "MessagingServiceSid is required to schedule a message"),
}


class Refused(OutreachError):
    """A request the carrier answers with an error. `status` is HTTP's, `code` the carrier's."""

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        self.status, words = WORDS[code]
        self.message = message or words
        super().__init__(self.message)


def normal(text: str, code: int) -> str:
    """`text` as E.164; national US numbers are understood. Raises `Refused(code)` for what cannot be a number."""
    if text.startswith(MAGIC):
        return text
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        raise Refused(code) from None
    if not re.fullmatch(r"[+\d\s().-]+", text) or not phonenumbers.is_possible_number(number):
        raise Refused(code)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def formatted(e164: str) -> str:
    """As the carrier shows a number: `(212) 555-0123` in North America, E.164 elsewhere."""
    if re.fullmatch(r"\+1\d{10}", e164):
        return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}"
    return e164


def country(e164: str) -> str:
    """ISO country of a number; empty when unknown."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""
    except phonenumbers.NumberParseException:
        return ""


# phonenumbers knows zones by prefix; good enough for when a simulated person wakes up and what "Friday" is to them.
def zone(e164: str) -> str:
    """An IANA zone for a number, `UTC` when none is known."""
    from phonenumbers import timezone

    try:
        found = timezone.time_zones_for_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return "UTC"
    return "UTC" if not found or found[0] == "Etc/Unknown" else found[0]
