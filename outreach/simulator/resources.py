"""How does the carrier write a message, a call, a number or an account in JSON, and a page of them?

Numbers are strings except `error_code`; instants are RFC 2822; URIs are relative to the API's origin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from outreach.simulator.calls import PRICE_PER_MINUTE, duration
from outreach.simulator.exchange import rfc2822
from outreach.simulator.numbers import Refused, formatted
from outreach.simulator.state import LIVE, Call, Message, OwnNumber

Json = dict[str, Any]
VERSION = "2010-04-01"
CALL_PARTS = (
    "notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions",
    "user_defined_message_subscriptions", "user_defined_messages",
)  # fmt: skip
CAMEL = {"user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
         "user_defined_messages": "UserDefinedMessages"}  # fmt: skip
DEFAULT_PAGE, LARGEST_PAGE = 50, 1000


def home(account_sid: str) -> str:
    return f"/{VERSION}/Accounts/{account_sid}"


def _at(instant: datetime | None) -> str | None:
    return rfc2822(instant) if instant else None


def message_json(message: Message, account_sid: str) -> Json:
    uri = f"{home(account_sid)}/Messages/{message.sid}"
    unsent = message.status in ("accepted", "scheduled")
    return {
        "body": message.body,
        "num_segments": "0" if unsent else str(message.segments),
        "direction": message.direction,
        "from": None if unsent else message.sender,
        "to": message.to,
        "date_updated": _at(message.updated_at),
        "price": message.price,
        "error_message": message.error_message,
        "uri": f"{uri}.json",
        "account_sid": account_sid,
        "num_media": "0",
        "status": message.status,
        "messaging_service_sid": message.service,
        "sid": message.sid,
        "date_sent": _at(message.sent_at),
        "date_created": _at(message.created_at),
        "error_code": message.error_code,
        "price_unit": "USD" if message.price else None,
        "api_version": VERSION,
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
    }


def call_json(call: Call, account_sid: str, number_sid: str | None) -> Json:
    uri = f"{home(account_sid)}/Calls/{call.sid}"
    seconds = duration(call)
    price = f"-{PRICE_PER_MINUTE * -(-seconds // 60):.5f}" if seconds else None
    return {
        "sid": call.sid,
        "date_created": _at(call.created_at),
        "date_updated": _at(call.updated_at),
        "parent_call_sid": call.parent,
        "account_sid": account_sid,
        "to": call.to,
        "to_formatted": formatted(call.to),
        "from": call.sender,
        "from_formatted": formatted(call.sender),
        "phone_number_sid": number_sid,
        "status": call.status,
        "start_time": _at(call.start_at),
        "end_time": _at(call.end_at),
        "duration": None if call.status in LIVE else str(seconds),
        "price": price,
        "price_unit": "USD",
        "direction": call.direction,
        "answered_by": call.answered_by,
        "api_version": VERSION,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": str(call.queue_ms),
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {part: f"{uri}/{CAMEL.get(part, part.capitalize())}.json" for part in CALL_PARTS},
    }


def number_json(number: OwnNumber, account_sid: str) -> Json:
    return {
        "account_sid": account_sid,
        "address_sid": None,
        "address_requirements": "none",
        "api_version": VERSION,
        "beta": False,
        "capabilities": {"voice": number.voice, "sms": number.sms, "mms": False, "fax": False},
        "date_created": _at(number.created_at),
        "date_updated": _at(number.created_at),
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "friendly_name": number.friendly_name or formatted(number.e164),
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": number.e164,
        "sid": number.sid,
        "sms_application_sid": None,
        "sms_fallback_method": "POST",
        "sms_fallback_url": number.sms_fallback_url,
        "sms_method": "POST",
        "sms_url": number.sms_url,
        "status_callback": number.status_callback,
        "status_callback_method": "POST",
        "trunk_sid": None,
        "uri": f"{home(account_sid)}/IncomingPhoneNumbers/{number.sid}.json",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": number.voice_fallback_url,
        "voice_method": "POST",
        "voice_url": number.voice_url,
        "voice_receive_mode": "voice",
        "bundle_sid": None,
        "status": "in-use",
        "type": "local",
    }


def account_json(account_sid: str, now: datetime) -> Json:
    return {
        "auth_token": None,
        "date_created": _at(now),
        "date_updated": _at(now),
        "friendly_name": "Simulated account",
        "owner_account_sid": account_sid,
        "sid": account_sid,
        "status": "active",
        "subresource_uris": {
            part: f"{home(account_sid)}/{path}.json"
            for part, path in (
                ("messages", "Messages"),
                ("calls", "Calls"),
                ("incoming_phone_numbers", "IncomingPhoneNumbers"),
            )
        },
        "type": "Full",
        "uri": f"{home(account_sid)}.json",
    }


def balance_json(account_sid: str, spent: float) -> Json:
    return {"account_sid": account_sid, "balance": f"{10_000 - spent:.2f}", "currency": "USD"}


# Filters by instant come as `Name`, `Name<` and `Name>`; a bare date means the whole GMT day.
def within(instant: datetime | None, query: Mapping[str, str], name: str) -> bool:
    """Does `instant` pass the filters called `name`? What has no instant passes only when nothing was asked."""
    asked = {sign: query[name + sign] for sign in ("", "<", ">") if query.get(name + sign)}
    if not asked:
        return True
    if instant is None:
        return False
    return all(_passes(instant, sign, *_span(text)) for sign, text in asked.items())


def _passes(instant: datetime, sign: str, start: datetime, end: datetime) -> bool:
    if sign == "<":
        return instant <= end
    if sign == ">":
        return instant >= start
    return start.date() == instant.astimezone(UTC).date()


def _span(text: str) -> tuple[datetime, datetime]:
    """The first and last instant of what `text` names: a day, or an instant."""
    try:
        if len(text) == len("2027-01-31"):
            start = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return start, start + timedelta(days=1) - timedelta(microseconds=1)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(20001, f"Invalid date {text!r}") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at, at + timedelta(microseconds=999_999)


def page_json(key: str, rows: Sequence[Json], path: str, query: Mapping[str, str]) -> Json:
    """One page of `rows` (newest first). The token names the last row seen, so that newer rows do not shift pages."""
    size = min(max(int(query.get("PageSize") or DEFAULT_PAGE), 1), LARGEST_PAGE)
    page = max(int(query.get("Page") or 0), 0)
    token = query.get("PageToken", "")[2:]
    start = next((n + 1 for n, row in enumerate(rows) if row["sid"] == token), page * size)
    shown = rows[start : start + size]
    more = start + size < len(rows)
    asked = {name: value for name, value in query.items() if name not in ("Page", "PageToken", "PageSize")}

    def uri(number: int, after: str = "") -> str:
        extra = {"PageToken": f"PA{after}"} if after else {}
        return f"{path}?{urlencode({**asked, 'PageSize': size, 'Page': number, **extra})}"

    return {
        key: shown,
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(shown) - 1, 0),
        "uri": uri(page, token),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1, shown[-1]["sid"]) if more else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }
