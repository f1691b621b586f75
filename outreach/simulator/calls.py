"""What becomes of a call? Queued, initiated, ringing, answered or not, ended; and what the status callback is told.

`Calls` moves legs between states. What is said on a live one is `script.py`; legs that meet are `bridge.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import ceil

from outreach.simulator import numbers
from outreach.simulator.exchange import Exchange, rfc2822
from outreach.simulator.numbers import Refused, country, normal
from outreach.simulator.people import People
from outreach.simulator.sms import check_callback
from outreach.simulator.state import LIVE, Call

DAY = timedelta(days=1)
DIRECT_EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
SIP = {"completed": 200, "busy": 486, "no-answer": 487, "canceled": 487, "failed": 404}
PRICE_PER_MINUTE = 0.014
GREETING_S = (4.0, 14.0)  # how long a machine talks before its beep
MACHINE_PATIENCE_S = 120.0
NO_LIMIT_S = 14_400


class Calls:
    """Legs of the account. Every method is called with the exchange's lock held."""

    def __init__(self, exchange: Exchange, people: People) -> None:
        self._x = exchange
        self._people = people
        self.on_answer: Callable[[Call, datetime], None] = lambda call, at: None
        self.on_end: Callable[[Call, datetime], None] = lambda call, at: None
        self.person_rings = False  # set when a call starts ringing at a phone a person holds
        exchange.handlers |= {
            "call_start": self._start, "call_ring": self._ring, "call_ring_person": self._ring_person,
            "call_outcome": self._outcome, "call_detect": self._detect, "call_detected": self._detected,
            "call_beep": self._beep, "call_hang_up": self._hang_up_event, "call_limit": self._limit_reached,
        }  # fmt: skip

    # what the API asks
    def create(self, form: Mapping[str, str], events: list[str]) -> Call:
        """Accept a call, or raise `Refused`."""
        now = self._x.clock_now()
        to = normal(form["To"], 21211) if form.get("To") else _refuse(21201)
        sender = self._caller(form.get("From"), to)
        _check_document(form)
        check_callback(form.get("StatusCallback", ""))
        queued = self._queue(now)
        call = Call(
            self._x.new_sid("CA", to), to, sender, "outbound-api", "queued", now, now,
            queue_ms=int((queued - now).total_seconds() * 1000), url=form.get("Url", ""),
            fallback_url=form.get("FallbackUrl", ""), callback=form.get("StatusCallback", ""),
            callback_events=events or ["completed"], ring_s=min(int(form.get("Timeout") or 60), 600),
            limit_s=int(form.get("TimeLimit") or NO_LIMIT_S), detection=form.get("MachineDetection", ""),
            detection_async=form.get("AsyncAmd", "").lower() == "true",
            detection_url=form.get("AsyncAmdStatusCallback", ""),
            document="" if form.get("Url") else form.get("Twiml", ""),
        )  # fmt: skip
        self._x.add_call(call)
        self._x.do(queued + timedelta(seconds=0.2), "call_start", sid=call.sid)
        return call

    def dial(self, parent: Call, to: str, sender: str, ring_s: int, callback: str, events: list[str]) -> Call:
        """A leg of `<Dial>`: never queued."""
        now = self._x.now()
        leg = Call(
            self._x.new_sid("CA", to), to, sender, "outbound-dial", "queued", now, now, parent=parent.sid,
            ring_s=ring_s, callback=callback, callback_events=events,
        )  # fmt: skip
        self._x.add_call(leg)
        self._x.do(now, "call_start", sid=leg.sid)
        return leg

    def receive(self, e164: str, to: str) -> Call:
        """Somebody rings one of our numbers."""
        now = self._x.now()
        own = self._x.world.numbers[to]
        call = Call(
            self._x.new_sid("CA", e164 + ">"), to, e164, "inbound", "ringing", now, now, url=own.voice_url,
            fallback_url=own.voice_fallback_url, callback=own.status_callback,
        )  # fmt: skip
        call.listener = "person" if self._people.taken(e164) else "persona"
        self._x.add_call(call)
        self._x.note("ringing", e164, to, "calls us", call.sid, call.listener)
        self.on_answer(call, now)
        return call

    def cancel(self, call: Call) -> None:
        """`Status=canceled`: only before it is answered."""
        if call.status not in ("queued", "ringing"):
            raise Refused(21220, "Call is not queued or ringing. Cannot cancel.")
        self.end(call, self._x.now(), "canceled")

    def complete(self, call: Call) -> None:
        """`Status=completed`: hang up whatever it is doing."""
        if call.status not in LIVE:
            raise Refused(21220)
        self.end(call, self._x.now(), "completed" if call.status == "in-progress" else "canceled")

    def _caller(self, asked: str | None, to: str) -> str:
        if not asked:
            raise Refused(21213)
        sender = normal(asked, 21212)
        if code := numbers.CALL_FROM.get(sender) or numbers.CALL_TO.get(to):
            raise Refused(code)
        own = self._x.world.numbers.get(sender)
        if sender != numbers.ALWAYS_OURS and (own is None or not own.voice):
            raise Refused(21210)
        return sender

    def _queue(self, now: datetime) -> datetime:
        """When this call's turn comes: calls created through the API wait for each other."""
        turn = max(now, self._x.world.free_at.get("calls", now))
        if turn - now > DAY:
            raise Refused(22005)
        self._x.world.free_at["calls"] = turn + timedelta(seconds=1 / self._x.pace.calls_per_second)
        return turn

    # before the answer
    def _start(self, at: datetime, sid: str) -> None:
        call = self._x.world.calls[sid]
        if call.status != "queued":
            return
        if ends := self._x.faults.outage_until(at):
            self._x.do(ends, "call_start", sid=sid)
            return
        call.updated_at = at
        self.tell(call, at, "initiated")
        self._x.do(at + timedelta(seconds=self._x.dice("post dial", sid).uniform(0.8, 2.5)), "call_ring", sid=sid)

    def _ring(self, at: datetime, sid: str) -> None:
        call = self._x.world.calls[sid]
        if call.status != "queued":
            return
        if self._people.taken(call.to):
            self._ringing(call, at, "person")
            self.person_rings = True
            self._x.do(at, "call_ring_person", sid=sid)
            return
        pickup = self._people.picks_up(call, at)
        if pickup.what in ("human", "machine", "silence"):
            self._ringing(call, at, "agent" if self._people.is_agent(call) else "")
        self._x.do(at + timedelta(seconds=pickup.after_s), "call_outcome", sid=sid, what=pickup.what)

    def _ringing(self, call: Call, at: datetime, by: str) -> None:
        call.status, call.updated_at, call.listener = "ringing", at, by
        self._x.note("ringing", call.to, call.sender, "", call.sid, by)
        self.tell(call, at, "ringing")

    def hand_over(self, call: Call) -> None:
        """Somebody took the ringing phone: it is theirs to answer."""
        call.listener = "person"
        self._x.do(self._x.now(), "call_ring_person", sid=call.sid)

    def _ring_person(self, at: datetime, sid: str) -> None:
        """From here the person has the whole ringing time, however far the clock ran before it was slowed."""
        call = self._x.world.calls[sid]
        begins = max(at, self._x.clock_now())
        self._x.do(begins + timedelta(seconds=call.ring_s), "call_outcome", sid=sid, what="silence")

    def _outcome(self, at: datetime, sid: str, what: str) -> None:
        call = self._x.world.calls[sid]
        if call.status not in ("queued", "ringing") or (call.listener == "person" and what != "silence"):
            return
        endings = {"silence": "no-answer", "busy": "busy", "dead": "failed"}
        if what in endings:
            self.end(call, at, endings[what])
            return
        who = "agent" if self._people.is_agent(call) else "persona"
        self.answer(call, at, "machine" if what == "machine" else who)

    # the answer
    def answer(self, call: Call, at: datetime, listener: str) -> None:
        call.status, call.start_at, call.updated_at, call.listener = "in-progress", at, at, listener
        self._x.note(
            "machine" if listener == "machine" else "answered",
            self.debtor(call),
            self.ours(call),
            "",
            call.sid,
            listener,
        )
        self.tell(call, at, "in-progress")
        self._x.do(at + timedelta(seconds=call.limit_s), "call_limit", sid=call.sid)
        if listener == "machine":
            self._greet(call, at)
        if gone := self._people.hangs_up_after(call):
            self._x.do(at + timedelta(seconds=gone), "call_hang_up", sid=call.sid, epoch=None)
        if call.detection:
            self._x.do(at, "call_detect", sid=call.sid)
        if not call.detection or call.detection_async:
            self.on_answer(call, at)

    def _greet(self, call: Call, at: datetime) -> None:
        greeting = self._x.dice("greeting", call.sid).uniform(*GREETING_S)
        self._x.do(at + timedelta(seconds=greeting), "call_beep", sid=call.sid)
        self._x.do(at + timedelta(seconds=greeting + MACHINE_PATIENCE_S), "call_hang_up", sid=call.sid, epoch=None)

    def _beep(self, at: datetime, sid: str) -> None:
        self._x.world.calls[sid].beeped = True

    def _detect(self, at: datetime, sid: str) -> None:
        """Listen for a machine: about four seconds, or until its greeting ends."""
        call = self._x.world.calls[sid]
        machine = call.listener == "machine"
        if self._x.hits(self._x.faults.wrong_ears, "ears", sid):
            machine = not machine
        ends = call.detection == "DetectMessageEnd"
        answer = ("machine_end_beep" if ends else "machine_start") if machine else "human"
        dice = self._x.dice("detect", sid)
        if machine and ends and call.listener == "machine":
            seconds = self._x.dice("greeting", sid).uniform(*GREETING_S) + 0.5
        else:
            seconds = dice.uniform(3.0, 4.5) if machine else dice.uniform(2.0, 4.0)
        wait = timedelta(seconds=seconds)
        self._x.do(at + wait, "call_detected", sid=sid, answer=answer, after_ms=int(seconds * 1000))

    def _detected(self, at: datetime, sid: str, answer: str, after_ms: int) -> None:
        call = self._x.world.calls[sid]
        if call.status != "in-progress":
            return
        call.answered_by = answer
        if not call.detection_async:
            self.on_answer(call, at)
        elif call.detection_url:
            told = {
                "CallSid": sid, "AccountSid": self._x.account_sid, "AnsweredBy": answer,
                "MachineDetectionDuration": str(after_ms),
            }  # fmt: skip
            self._x.do(at, "webhook", url=call.detection_url, params=told, tries=0)

    # the end
    def _limit_reached(self, at: datetime, sid: str) -> None:
        self.end(self._x.world.calls[sid], at, "completed")

    def _hang_up_event(self, at: datetime, sid: str, epoch: int | None) -> None:
        call = self._x.world.calls[sid]
        if call.status == "in-progress" and epoch in (None, call.epoch):
            self._x.note("hung_up", self.debtor(call), self.ours(call), "", sid, call.listener)
            self.end(call, at, "completed")

    def end(self, call: Call, at: datetime, status: str, sip: int | None = None) -> None:
        """The leg is over; those that hang on it are told."""
        if call.status not in LIVE:
            return
        if call.status == "ringing" or status == "busy":
            self._x.note(
                "busy" if status == "busy" else "missed", call.to, call.sender, status, call.sid, call.listener
            )
        call.status, call.end_at, call.updated_at = status, at, at
        call.sip = sip or SIP[status]
        call.epoch += 1
        self._x.world.live.discard(call.sid)
        if call.start_at:
            self._x.note("ended", self.debtor(call), self.ours(call), "", call.sid, call.listener)
        self.tell(call, at, status)
        self.on_end(call, at)

    # what webhooks are told
    def tell(self, call: Call, at: datetime, status: str) -> None:
        """The status callback, if this event was asked for."""
        if not call.callback or DIRECT_EVENTS.get(status, "completed") not in call.callback_events:
            return
        fields = self.fields(call, status) | {
            "Timestamp": rfc2822(at), "CallbackSource": "call-progress-events", "SequenceNumber": str(call.sequence),
        }  # fmt: skip
        call.sequence += 1
        if status not in DIRECT_EVENTS:
            seconds = duration(call)
            fields |= {"CallDuration": str(seconds), "SipResponseCode": str(call.sip)}
            fields["Duration"] = str(ceil(seconds / 60))
            if call.answered_by:
                fields["AnsweredBy"] = call.answered_by
        self._x.report(at, call.callback, fields)

    def fields(self, call: Call, status: str | None = None) -> dict[str, str]:
        """What every request about this call carries."""
        told = {
            "CallSid": call.sid, "AccountSid": self._x.account_sid, "From": call.sender, "To": call.to,
            "Caller": call.sender, "Called": call.to, "CallStatus": status or call.status,
            "ApiVersion": "2010-04-01", "Direction": call.direction,
        }  # fmt: skip
        if call.parent:
            told["ParentCallSid"] = call.parent
        for side, number in (("From", call.sender), ("To", call.to), ("Caller", call.sender), ("Called", call.to)):
            told |= {f"{side}City": "", f"{side}State": "", f"{side}Zip": "", f"{side}Country": country(number)}
        return told

    @staticmethod
    def debtor(call: Call) -> str:
        """The number at the far end."""
        return call.sender if call.direction == "inbound" else call.to

    @staticmethod
    def ours(call: Call) -> str:
        return call.to if call.direction == "inbound" else call.sender


def duration(call: Call) -> int:
    """Seconds from answer to end; 0 when it was never answered."""
    return round((call.end_at - call.start_at).total_seconds()) if call.start_at and call.end_at else 0


def _check_document(form: Mapping[str, str]) -> None:
    """There must be something to say: a URL to ask, or a document."""
    if not form.get("Url") and not form.get("Twiml"):
        raise Refused(21218 if form.get("ApplicationSid") else 21205)
    if form.get("Url") and not form["Url"].startswith(("http://", "https://")):
        raise Refused(21205, "Url is not a valid URL")


def _refuse(code: int) -> str:
    raise Refused(code)
