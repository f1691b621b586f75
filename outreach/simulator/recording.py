"""What becomes of `<Record>`? How long somebody speaks, what ends it, and who is told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from outreach.simulator.calls import Calls
from outreach.simulator.exchange import Exchange
from outreach.simulator.state import Call
from outreach.simulator.twiml import Record, parse

if TYPE_CHECKING:
    from outreach.simulator.script import Script

MONOLOGUE_S = (3.0, 20.0)  # how long a persona speaks


class Recordings:
    """Recordings of live calls. Every method is called with the exchange's lock held."""

    def __init__(self, exchange: Exchange, calls: Calls, script: Script) -> None:
        self._x = exchange
        self._calls = calls
        self._script = script
        exchange.handlers |= {"script_recorded": self._recorded}

    def begin(self, call: Call, at: datetime, verb: Record) -> bool:
        """Somebody may speak now. Silence for the verb's timeout ends it."""
        call.waiting = "record"
        call.recording_at = max(at, self._x.clock_now()) if call.listener == "person" else at
        talks = self._x.dice("record", call.sid).uniform(*MONOLOGUE_S) if call.listener == "persona" else 0.0
        seconds = min(float(verb.max_length), talks + verb.timeout)
        self._script.later(call, at, seconds, "script_recorded", seconds=min(round(talks), verb.max_length))
        return True

    def spoke(self, call: Call, at: datetime) -> None:
        """A person said something: what was said so far is kept, and the silence counts anew."""
        if verb := self._verb(call):
            seconds = min(self._seconds(call, at), verb.max_length)
            self._script.later(call, at, verb.timeout, "script_recorded", seconds=max(seconds, 1))

    def pressed(self, call: Call, at: datetime, digit: str) -> None:
        """Any of the verb's finish keys ends it."""
        verb = self._verb(call)
        if verb and digit in verb.finish_on:
            self._done(call, at, verb, self._seconds(call, at), digit)

    def ended(self, call: Call, at: datetime) -> None:
        """Whoever spoke hung up: the action still hears of it, and its answer changes nothing."""
        if verb := self._verb(call):
            told = self._told(call, at, verb, self._seconds(call, at))
            url = urljoin(call.base, verb.action or "")
            self._x.do(at, "webhook", url=url, params=self._calls.fields(call) | told | {"Digits": "hangup"}, tries=0)
        call.waiting = "" if call.waiting == "record" else call.waiting

    def _recorded(self, at: datetime, sid: str, epoch: int, seconds: int) -> None:
        call = self._x.world.calls[sid]
        verb = self._verb(call) if call.epoch == epoch else None
        if verb and seconds:
            self._done(call, at, verb, seconds, "")
        elif verb:  # nothing but silence: no recording, the next verb
            call.waiting = ""
            self._script.step(call, at)

    def _done(self, call: Call, at: datetime, verb: Record, seconds: int, digits: str) -> None:
        told = self._told(call, at, verb, seconds)
        call.waiting = ""
        self._script.act(call, at, verb.action, told | {"Digits": digits})

    def _told(self, call: Call, at: datetime, verb: Record, seconds: int) -> dict[str, str]:
        """The recording as a webhook is told of it; its own callback is told here."""
        recording = self._x.new_sid("RE", call.to)
        url = f"https://api.twilio.com/2010-04-01/Accounts/{self._x.account_sid}/Recordings/{recording}"
        told = {"RecordingUrl": url, "RecordingSid": recording, "RecordingDuration": str(seconds)}
        if verb.callback:
            basics = {
                "CallSid": call.sid, "AccountSid": self._x.account_sid, "RecordingStatus": "completed",
                "RecordingSource": "RecordVerb", "RecordingChannels": "1",
            }  # fmt: skip
            self._x.do(at, "webhook", url=urljoin(call.base, verb.callback), params=basics | told, tries=0)
        return told

    def _seconds(self, call: Call, at: datetime) -> int:
        return round((at - (call.recording_at or at)).total_seconds())

    def _verb(self, call: Call) -> Record | None:
        verb = parse(call.document)[call.position - 1] if call.waiting == "record" else None
        return verb if isinstance(verb, Record) else None
