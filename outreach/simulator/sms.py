"""What becomes of a text? Accepted, queued, sent, delivered or not, read, answered; and texts that people send us.

No callback tells the first status. `sent` follows within seconds, the receipt seconds to minutes later. A text that
cannot leave before its validity ends fails with 30036. STOP blocks the pair of sender and debtor (21610) until START.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from outreach.messages.segments import count_segments
from outreach.simulator import numbers
from outreach.simulator.exchange import Exchange, Reply, Request
from outreach.simulator.numbers import Refused, country, normal
from outreach.simulator.people import People
from outreach.simulator.signing import delivery
from outreach.simulator.state import Message
from outreach.simulator.twiml import SendText, TwimlError, parse

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})
NOTICES = {
    "STOP": "You are unsubscribed and will get no more messages from this number. Reply START to subscribe again.",
    "START": "You are subscribed again. Reply HELP for help, STOP to end.",
    "HELP": "Reply STOP to end messages from this number. Message and data rates may apply.",
}
LONGEST, MOST_VALID_S = 1600, 36_000
SOONEST, LATEST = timedelta(minutes=5), timedelta(days=35)
FAILED_AFTER_SENT = {"landline": 30006, "dead": 30005}
PRICE = 0.0079


class Texts:
    """Messages of the account. Every method is called with the exchange's lock held."""

    def __init__(self, exchange: Exchange, people: People, *, carrier_replies: bool, advanced_opt_out: bool) -> None:
        self._x = exchange
        self._people = people
        self._carrier_replies = carrier_replies
        self._advanced_opt_out = advanced_opt_out
        exchange.handlers |= {
            "text_queued": self._queued, "text_sent": self._sent, "text_expired": self._expired,
            "text_final": self._final, "text_read": self._read, "text_written": self._written,
            "text_inbound": self._inbound,
        }  # fmt: skip

    # what the API asks
    def create(self, form: Mapping[str, str]) -> Message:
        """Accept a message, or raise `Refused`."""
        now = self._x.clock_now()
        to = normal(form["To"], 21211) if form.get("To") else _refuse(21604)
        service = form.get("MessagingServiceSid")
        sender = self._sender(form.get("From"), service, to)
        body = _body(form)
        check_callback(form.get("StatusCallback", ""))
        send_at = _send_at(form, now)
        if (sender, to) in self._x.world.opted_out:
            raise Refused(21610)
        valid = min(int(form.get("ValidityPeriod") or MOST_VALID_S), MOST_VALID_S)
        message = Message(
            self._x.new_sid("SM", to), to, sender, body, _first_status(service, send_at), "outbound-api", now, now,
            segments=max(1, count_segments(body).count), service=service, send_at=send_at,
            callback=form.get("StatusCallback", ""), expires_at=(send_at or now) + timedelta(seconds=valid),
        )  # fmt: skip
        self._enqueue(message, send_at or now)
        self._x.world.messages[message.sid] = message
        return message

    def update(self, message: Message, form: Mapping[str, str]) -> None:
        """`Status=canceled` while scheduled, or `Body=` to redact."""
        if "Status" in form and "Body" in form:
            raise Refused(30400)
        if "Body" in form:
            message.body = form["Body"]
            return
        if form.get("Status") != "canceled" or message.status != "scheduled":
            raise Refused(30409)
        self._move(message, self._x.now(), "canceled")

    # what a debtor does
    def write(self, e164: str, to: str, body: str, at: datetime, by: str = "person") -> None:
        """A text leaves the debtor's phone at `at`; a persona's does not once somebody else holds the phone."""
        self._x.do(at, "text_written", e164=e164, to=to, body=body, by=by)

    # how a message travels
    def _sender(self, asked: str | None, service: str | None, to: str) -> str:
        if not asked and not service:
            raise Refused(21603)
        able = (number.e164 for number in self._x.world.numbers.values() if number.sms)
        sender = normal(asked, 21212) if asked else next(able, numbers.ALWAYS_OURS)
        if code := numbers.SMS_FROM.get(sender) or numbers.SMS_TO.get(to):
            raise Refused(code)
        if sender == to:
            raise Refused(21266)
        own = self._x.world.numbers.get(sender)
        if sender != numbers.ALWAYS_OURS and (own is None or not own.sms):
            raise Refused(21606)
        return sender

    def _enqueue(self, message: Message, earliest: datetime) -> None:
        """Plan when it leaves: after its sender's earlier segments, and not during an outage."""
        pace, key = self._x.pace, f"sms|{message.sender}"
        start = max(earliest, self._x.world.free_at.get(key, earliest))
        if not message.send_at and start - earliest > timedelta(hours=pace.queue_hours):
            raise Refused(21611)
        self._x.world.free_at[key] = start + timedelta(seconds=message.segments / pace.segments_per_second)
        if message.service:
            self._x.do(earliest, "text_queued", sid=message.sid)
        self._leave(message, start + timedelta(seconds=self._dice(message, "leave").uniform(0.3, 2.0)))

    def _leave(self, message: Message, at: datetime) -> None:
        at = self._x.faults.outage_until(at) or at
        if message.expires_at and at > message.expires_at:
            self._x.do(message.expires_at, "text_expired", sid=message.sid)
        else:
            self._x.do(at, "text_sent", sid=message.sid)

    def _queued(self, at: datetime, sid: str) -> None:
        if (message := self._alive(sid)) and message.status in ("accepted", "scheduled"):
            self._move(message, at, "queued")

    def _sent(self, at: datetime, sid: str) -> None:
        if not (message := self._alive(sid)):
            return
        if self._x.faults.outage_until(at):
            self._leave(message, at)
            return
        message.sent_at = at
        self._move(message, at, "sent")
        dice, code = self._dice(message, "receipt"), self._failure(message)
        if dice.random() < self._x.faults.no_receipt and not code:
            self._x.do(at + timedelta(seconds=2), "text_read", sid=sid)
            return
        slow = dice.random() >= 1 - self._x.faults.slow_receipt
        wait = timedelta(seconds=dice.uniform(60, 600) if slow else dice.uniform(1, 8))
        status = "undelivered" if code else "delivered"
        self._x.do(at + wait, "text_final", sid=sid, status=status, code=code)
        if code == 30003 and self._x.hits(self._x.faults.late_receipt, "late receipt", sid):
            later = timedelta(minutes=dice.uniform(5, 120))
            self._x.do(at + wait + later, "text_final", sid=sid, status="delivered", code=None)

    def _expired(self, at: datetime, sid: str) -> None:
        if message := self._alive(sid):
            message.error_code, message.error_message = 30036, numbers.WORDS[30036][1]
            self._move(message, at, "failed")

    def _failure(self, message: Message) -> int | None:
        line = self._people.line(message.to)
        faults = self._x.faults
        if line in FAILED_AFTER_SENT:
            return FAILED_AFTER_SENT[line]
        if self._x.hits(faults.filtered, "filtered", message.sid):
            return 30007
        return 30003 if self._x.hits(faults.unreachable, "unreachable", message.sid) else None

    def _final(self, at: datetime, sid: str, status: str, code: int | None) -> None:
        if not (message := self._x.world.messages.get(sid)):
            return
        message.error_code = code
        message.error_message = numbers.WORDS[code][1] if code else None
        message.price = f"-{PRICE * message.segments:.5f}"
        self._move(message, at, status, done=at)
        if status == "delivered":
            self._read(at, sid)

    def _read(self, at: datetime, sid: str) -> None:
        """The text lies on the debtor's screen; its owner may react."""
        message = self._x.world.messages[sid]
        sender = message.sender or ""
        self._x.note("text_in", message.to, sender, message.body, sid)
        if message.direction == "outbound-api":
            for reply in self._people.reads(message.to, sender, message.body, at):
                self.write(message.to, sender, reply.text, at + reply.after, "persona")

    # what debtors write
    def _written(self, at: datetime, e164: str, to: str, body: str, by: str = "persona") -> None:
        if by == "persona" and self._people.taken(e164):
            return
        self._x.note("text_out", e164, to, body)
        if not (own := self._x.world.numbers.get(to)):
            return
        sid = self._x.new_sid("SM", e164 + ">")
        segments = max(1, count_segments(body).count)
        message = Message(sid, to, e164, body, "received", "inbound", at, at, segments=segments, sent_at=at)
        self._x.world.messages[sid] = message
        kind = self._obey_keyword(message)
        if own.sms_url:
            self._x.do(at + timedelta(seconds=1), "text_inbound", sid=sid, url=own.sms_url, kind=kind, tries=0)

    def _obey_keyword(self, message: Message) -> str:
        """Block or unblock the pair, and answer as the carrier does. Returns STOP, START, HELP or nothing."""
        word = message.body.strip().upper()
        pair = (message.to, message.sender or "")
        blocked = self._x.world.opted_out
        if word in STOP_WORDS:
            kind = "" if pair in blocked else "STOP"
            blocked.add(pair)
        elif word in START_WORDS and pair in blocked:
            blocked.discard(pair)
            kind = "START"
        else:
            kind = "HELP" if word in HELP_WORDS else ""
        if kind and self._carrier_replies:
            self._answer(message, NOTICES[kind])
        return kind

    def _answer(self, inbound: Message, body: str, to: str = "", callback: str = "") -> None:
        """A text the carrier sends by itself, or because TwiML asked for it."""
        to, now = to or inbound.sender or "", self._x.now()
        sid = self._x.new_sid("SM", to)
        answer = Message(sid, to, inbound.to, body, "queued", "outbound-reply", now, now, callback=callback)
        answer.segments = max(1, count_segments(body).count)
        self._x.world.messages[sid] = answer
        self._x.do(now + timedelta(seconds=1), "text_sent", sid=sid)

    def _inbound(
        self, at: datetime, sid: str, url: str, kind: str, tries: int, extra: dict[str, str] | None = None
    ) -> Request | None:
        if not (message := self._alive(sid)):
            return None

        def then(reply: Reply) -> None:
            if delivery(url).again(reply.trouble, tries):
                again = at + timedelta(seconds=1)
                self._x.do(again, "text_inbound", sid=sid, url=url, kind=kind, tries=tries + 1, extra=extra)
            elif reply.trouble:
                self._inbound_failed(at, message, url, kind, 11205 if reply.trouble == "ct" else 11200)
            else:
                self._obey_twiml(message, reply.body, url)

        return Request(url, self._inbound_fields(message, kind) | (extra or {}), then)

    def _inbound_failed(self, at: datetime, message: Message, url: str, kind: str, code: int) -> None:
        self._x.alert(code, url, message.sid)
        own = self._x.world.numbers.get(message.to)
        fallback = own.sms_fallback_url if own else ""
        if fallback and fallback != url:
            told = {"ErrorCode": str(code), "ErrorUrl": url}
            self._x.do(at, "text_inbound", sid=message.sid, url=fallback, kind=kind, tries=0, extra=told)

    def _obey_twiml(self, message: Message, body: str, url: str) -> None:
        body = body.strip()
        if not body.startswith("<"):
            if body:
                self._answer(message, body)
            return
        try:
            verbs = parse(body)
        except TwimlError as error:
            self._x.alert(error.code, url, message.sid)
            return
        for verb in verbs:
            if isinstance(verb, SendText):
                self._answer(message, verb.body, verb.to, verb.callback)

    # what webhooks are told
    def _move(self, message: Message, at: datetime, status: str, done: datetime | None = None) -> None:
        message.status, message.updated_at = status, at
        self._x.report(at, message.callback, self._status_fields(message, done))

    def _status_fields(self, message: Message, done: datetime | None) -> dict[str, str]:
        fields = {
            "MessageSid": message.sid, "SmsSid": message.sid, "MessageStatus": message.status,
            "SmsStatus": message.status, "AccountSid": self._x.account_sid, "From": message.sender or "",
            "To": message.to, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if message.service:
            fields["MessagingServiceSid"] = message.service
        if message.error_code:
            fields["ErrorCode"] = str(message.error_code)
        if done:
            fields["RawDlrDoneDate"] = done.strftime("%y%m%d%H%M")
        return fields

    def _inbound_fields(self, message: Message, kind: str) -> dict[str, str]:
        fields = {
            "MessageSid": message.sid, "SmsSid": message.sid, "SmsMessageSid": message.sid,
            "AccountSid": self._x.account_sid, "From": message.sender or "", "To": message.to, "Body": message.body,
            "NumMedia": "0", "NumSegments": str(message.segments), "SmsStatus": "received", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        for side, number in (("From", message.sender or ""), ("To", message.to)):
            fields |= {f"{side}City": "", f"{side}State": "", f"{side}Zip": "", f"{side}Country": country(number)}
        if kind and self._advanced_opt_out:
            fields["OptOutType"] = kind
        return fields

    def _alive(self, sid: str) -> Message | None:
        message = self._x.world.messages.get(sid)
        return message if message and message.status != "canceled" else None

    def _dice(self, message: Message, what: str) -> random.Random:
        return self._x.dice(what, message.sid)


def _refuse(code: int) -> str:
    raise Refused(code)


def _body(form: Mapping[str, str]) -> str:
    body = form.get("Body", "")
    if not body and not form.get("MediaUrl") and not form.get("ContentSid"):
        raise Refused(21602)
    if len(body) > LONGEST:
        raise Refused(21617)
    return body


def check_callback(url: str) -> None:
    """Refuse what is no URL; empty: none is wanted."""
    if url and not url.startswith(("http://", "https://")):
        raise Refused(21609)


def _first_status(service: str | None, send_at: datetime | None) -> str:
    return "scheduled" if send_at else "accepted" if service else "queued"


def _send_at(form: Mapping[str, str], now: datetime) -> datetime | None:
    if not form.get("ScheduleType"):
        return None
    if not form.get("MessagingServiceSid"):
        raise Refused(35118)
    if not form.get("SendAt"):
        raise Refused(35111)
    at = datetime.fromisoformat(form["SendAt"])
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not SOONEST < at - now <= LATEST:
        raise Refused(35115)
    return at
