"""What is said on a live call? Fetches TwiML and carries it out verb by verb, in simulated time.

A document is a list of verbs and a position; both are kept in the call as data. Whatever takes time puts its
continuation on the timeline with the call's `epoch`; a redirect or the end raises the epoch, and what was planned for
the old one no longer counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from outreach.simulator.calls import Calls
from outreach.simulator.exchange import Exchange, Reply, Request
from outreach.simulator.numbers import Refused
from outreach.simulator.people import People
from outreach.simulator.signing import delivery
from outreach.simulator.state import Call
from outreach.simulator.twiml import (
    Dial,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    SendText,
    TwimlError,
    Verb,
    parse,
)

if TYPE_CHECKING:
    from outreach.simulator.bridge import Bridges
    from outreach.simulator.recording import Recordings

MOST_STEPS = 200  # verbs that take no time
MOST_HOPS = 100  # documents that send to each other while no time passes are cut off here
APOLOGY = "We are sorry, an application error has occurred. Goodbye."


class Script:
    """The TwiML interpreter. Every method is called with the exchange's lock held."""

    bridges: Bridges
    recordings: Recordings

    def __init__(self, exchange: Exchange, people: People, calls: Calls) -> None:
        self._x = exchange
        self._people = people
        self._calls = calls
        self._verbs: dict[type[Any], Callable[[Call, datetime, Any], bool]] = {
            Say: self._spoken, Play: self._spoken, Pause: self._spoken, Gather: self._gather,
            Redirect: self._redirect, Hangup: self._hangup, Reject: self._reject, SendText: self._ignored,
            Record: lambda call, at, verb: self.recordings.begin(call, at, verb),
            Dial: lambda call, at, verb: self.bridges.dial(call, at, verb),
            Enqueue: lambda call, at, verb: self.bridges.enqueue(call, at, verb),
            Leave: lambda call, at, verb: self.bridges.leave(call, at),
        }  # fmt: skip
        exchange.handlers |= {
            "script_fetch": self._fetch, "script_step": self._step_event, "script_input": self._input_event,
            "script_silence": self._silence,
        }  # fmt: skip

    # beginning and turning
    def begin(self, call: Call, at: datetime) -> None:
        """The leg was answered (or rings one of our numbers): carry out its document, or fetch it."""
        if call.document:
            self.run(call, at, call.document, call.url)
            return
        extra = {}
        if call.answered_by:
            extra = {"AnsweredBy": call.answered_by, "MachineDetectionDuration": "4000"}
        self.fetch(call, at, call.url, extra)

    def redirect(self, call: Call, url: str, document: str) -> None:
        """The API turns a live call to another document. Raises `Refused(21220)` when it is not live."""
        if call.status != "in-progress":
            raise Refused(21220)
        at = self._x.now()
        self.bridges.abandon(call, at)
        call.stack.clear()
        if url:
            self.fetch(call, at, url, {})
        else:
            self.run(call, at, document, call.base)

    def fetch(self, call: Call, at: datetime, url: str, extra: Mapping[str, str]) -> None:
        """Ask a webhook what to do next."""
        call.epoch += 1
        call.waiting = "fetch"
        self._x.do(at, "script_fetch", sid=call.sid, epoch=call.epoch, url=url, extra=dict(extra), tries=0)

    def act(self, call: Call, at: datetime, action: str | None, extra: Mapping[str, str]) -> None:
        """Fetch the `action` of a verb; relative ones against the document, None is the document itself."""
        self.fetch(call, at, urljoin(call.base, action) if action else call.base, extra)

    def _fetch(self, at: datetime, sid: str, epoch: int, url: str, extra: dict[str, str], tries: int) -> Request | None:
        call = self._x.world.calls[sid]
        if call.epoch != epoch:
            return None
        if not url:
            self._calls.end(call, at, "completed" if call.start_at else "failed")
            return None
        call.hops = call.hops + 1 if call.hopped_at == at else 0
        call.hopped_at = at
        if call.hops > MOST_HOPS:
            self._failed(call, at, url, 11215)
            return None

        def then(reply: Reply) -> None:
            if call.epoch != epoch:
                return
            if delivery(url).again(reply.trouble, tries):
                again = at + timedelta(seconds=1)
                self._x.do(again, "script_fetch", sid=sid, epoch=epoch, url=url, extra=extra, tries=tries + 1)
            elif reply.trouble:
                self._failed(call, at, url, 11205 if reply.trouble == "ct" else 11200)
            else:
                self._answer_inbound(call, at, reply.body)
                self.run(call, at, reply.body, url)

        return Request(url, self._calls.fields(call) | extra, then)

    def _answer_inbound(self, call: Call, at: datetime, document: str) -> None:
        """A call to us is answered by any first verb but `<Reject>`."""
        if call.status == "ringing" and not document.partition("<Response>")[2].lstrip().startswith("<Reject"):
            call.status, call.start_at = "in-progress", at
            self._x.note("answered", call.sender, call.to, "", call.sid, call.listener)
            self._calls.tell(call, at, "in-progress")

    def run(self, call: Call, at: datetime, document: str, base: str) -> None:
        """Carry out a document from its first verb."""
        try:
            parse(document)
        except TwimlError as error:
            self._failed(call, at, base, error.code)
            return
        call.epoch += 1
        call.document, call.base, call.position, call.waiting = document, base, 0, ""
        self.step(call, at)

    def _failed(self, call: Call, at: datetime, url: str, code: int) -> None:
        """A document could not be had or read: the fallback once, then an apology."""
        self._x.alert(code, url, call.sid)
        if call.fallback_url and url != call.fallback_url:
            self.fetch(call, at, call.fallback_url, {"ErrorCode": str(code), "ErrorUrl": url})
            return
        self.hear(call, APOLOGY)
        self._calls.end(call, at, "completed" if call.start_at else "failed")

    # verb by verb
    def step(self, call: Call, at: datetime) -> None:
        """Carry out verbs until one takes time."""
        for _ in range(MOST_STEPS):
            verbs = parse(call.document)
            if call.position >= len(verbs):
                self._document_ended(call, at)
                return
            verb: Verb = verbs[call.position]
            call.position += 1
            if self._verbs[type(verb)](call, at, verb):
                return
        self._failed(call, at, call.base, 12200)

    def later(self, call: Call, at: datetime, seconds: float, what: str = "script_step", /, **args: Any) -> None:
        """Go on after `seconds`, unless the call was turned or ended by then."""
        call.epoch += 1
        begins = max(at, self._x.clock_now()) if call.listener == "person" else at
        self._x.do(begins + timedelta(seconds=seconds), what, sid=call.sid, epoch=call.epoch, **args)

    def _step_event(self, at: datetime, sid: str, epoch: int) -> None:
        call = self._x.world.calls[sid]
        if call.epoch == epoch:
            self.step(call, at)

    def _document_ended(self, call: Call, at: datetime) -> None:
        if call.whisper or call.queue:
            self.bridges.document_ended(call, at)
        else:
            self._calls.end(call, at, "completed" if call.start_at else "failed")

    def hear(self, call: Call, text: str) -> None:
        """Something is said into the phone. A machine keeps only what comes after its beep."""
        if text:
            by = call.listener
            if by == "machine":
                by = "voicemail" if call.beeped else "greeting"
            self._x.note("heard", self._calls.debtor(call), self._calls.ours(call), text, call.sid, by)

    def _spoken(self, call: Call, at: datetime, verb: Say | Play | Pause) -> bool:
        self.hear(call, verb.text)
        self.later(call, at, verb.seconds)
        return True

    def _redirect(self, call: Call, at: datetime, verb: Redirect) -> bool:
        self.act(call, at, verb.url or None, {})
        return True

    def _hangup(self, call: Call, at: datetime, verb: Hangup) -> bool:
        self._calls.end(call, at, "completed")
        return True

    def _reject(self, call: Call, at: datetime, verb: Reject) -> bool:
        if call.start_at:
            self._calls.end(call, at, "completed")
        else:
            self._calls.end(call, at, "busy" if verb.reason == "busy" else "no-answer")
        return True

    def _ignored(self, call: Call, at: datetime, verb: Verb) -> bool:
        return False

    # keys and words
    def _gather(self, call: Call, at: datetime, verb: Gather) -> bool:
        for prompt in verb.prompts:
            self.hear(call, prompt.text)
        call.waiting, call.digits = "gather", ""
        self.later(call, at, verb.seconds + verb.timeout, "script_silence")
        answer = self._people.at_menu(call, verb.text, verb.inputs, at)
        if answer and answer.after_s < verb.timeout:
            when = at + timedelta(seconds=verb.seconds + answer.after_s)
            said = {"digits": answer.digits, "words": answer.words}
            self._x.do(when, "script_input", sid=call.sid, epoch=call.epoch, **said)
        return True

    def _gathering(self, call: Call) -> Gather | None:
        verb = parse(call.document)[call.position - 1] if call.waiting == "gather" else None
        return verb if isinstance(verb, Gather) else None

    def _input_event(self, at: datetime, sid: str, epoch: int, digits: str, words: str) -> None:
        call = self._x.world.calls[sid]
        if call.epoch == epoch and self._gathering(call):
            if words:
                self.say(call, at, words)
            for digit in digits:
                self.press(call, at, digit)

    def press(self, call: Call, at: datetime, digit: str) -> None:
        """One key. Ends the gathering when it is the finish key or the last digit wanted."""
        self._x.note("pressed", self._calls.debtor(call), self._calls.ours(call), digit, call.sid, call.listener)
        self.recordings.pressed(call, at, digit)
        verb = self._gathering(call)
        if verb is None or "dtmf" not in verb.inputs:
            return
        if digit == verb.finish_on:
            self._gathered(call, at, verb, {"Digits": call.digits, "FinishedOnKey": digit})
            return
        call.digits += digit
        if verb.num_digits and len(call.digits) >= verb.num_digits:
            self._gathered(call, at, verb, {"Digits": call.digits, "FinishedOnKey": ""})
        else:
            self.later(call, at, verb.timeout, "script_silence")

    def say(self, call: Call, at: datetime, words: str) -> None:
        """Somebody speaks; a menu that listens takes it as the answer."""
        self._x.note("spoke", self._calls.debtor(call), self._calls.ours(call), words, call.sid, call.listener)
        self.recordings.spoke(call, at)
        verb = self._gathering(call)
        if verb and "speech" in verb.inputs:
            self._gathered(call, at, verb, {"SpeechResult": words, "Confidence": "0.93"})

    def _gathered(self, call: Call, at: datetime, verb: Gather, said: Mapping[str, str]) -> None:
        call.waiting = ""
        self.act(call, at, verb.action, said)

    def _silence(self, at: datetime, sid: str, epoch: int) -> None:
        call = self._x.world.calls[sid]
        if call.epoch != epoch or not (verb := self._gathering(call)):
            return
        if call.digits or verb.on_empty:
            self._gathered(call, at, verb, {"Digits": call.digits, "FinishedOnKey": ""})
        else:
            call.waiting = ""
            self.step(call, at)
