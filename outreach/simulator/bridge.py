"""How do two legs meet? `<Dial>` to numbers with a whisper, the queue, and what happens when either side hangs up."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urljoin

from outreach.simulator.calls import Calls, duration
from outreach.simulator.exchange import Exchange
from outreach.simulator.numbers import Refused, normal
from outreach.simulator.people import People
from outreach.simulator.script import Script
from outreach.simulator.state import LIVE, Call
from outreach.simulator.twiml import Dial, Enqueue, Number, parse

PATIENCE_S = (60.0, 180.0)  # how long somebody waits in a queue
WORST_LAST = ("failed", "busy", "no-answer", "canceled", "completed")


class Bridges:
    """Legs that meet. Every method is called with the exchange's lock held."""

    def __init__(self, exchange: Exchange, people: People, calls: Calls, script: Script) -> None:
        self._x = exchange
        self._people = people
        self._calls = calls
        self._script = script
        exchange.handlers |= {"bridge_over": self._over, "bridge_nobody": self._nobody_waits}

    # dialling numbers
    def dial(self, call: Call, at: datetime, verb: Dial) -> bool:
        """Ring everybody named; the first to answer is connected."""
        call.waiting, call.legs = "dial", []
        call.epoch += 1
        if verb.queue:
            return self._dial_queue(call, at, verb)
        for number in verb.numbers[:10]:
            self._ring(call, verb, number)
        if not call.legs:
            self._dialled(call, at, "failed", None)
        return True

    def _ring(self, call: Call, verb: Dial, number: Number) -> None:
        try:
            to = normal(number.e164, 21211)
        except Refused:
            self._x.alert(13223, call.base, call.sid)
            return
        caller = verb.caller_id or (self._calls.ours(call) if call.direction != "inbound" else call.sender)
        callback = urljoin(call.base, number.callback) if number.callback else ""
        leg = self._calls.dial(call, to, caller, verb.timeout, callback, list(number.callback_events))
        leg.whisper = urljoin(call.base, number.url) if number.url else ""
        leg.limit_s = verb.limit
        call.legs.append(leg.sid)

    def answered(self, leg: Call, at: datetime) -> None:
        """A dialled leg picked up: it hears its whisper first, then the two are connected."""
        parent = self._parent(leg)
        if parent is None or parent.waiting != "dial":
            self._calls.end(leg, at, "completed")
            return
        for sid in parent.legs:
            if sid != leg.sid:
                self._calls.end(self._x.world.calls[sid], at, "canceled")
        if leg.whisper:
            self._script.fetch(leg, at, leg.whisper, {})
        else:
            self._connect(parent, leg, at)

    def document_ended(self, call: Call, at: datetime) -> None:
        """A whisper was heard to its end, or the music of a queue starts again."""
        if call.whisper:
            call.whisper = ""
            parent = self._parent(call)
            if parent and parent.waiting == "dial":
                self._connect(parent, call, at)
            else:
                self._calls.end(call, at, "completed")
        else:
            self._script.later(
                call, at, 1.0, "script_fetch", url=call.base, extra=self._queue_fields(call, at), tries=0
            )

    def _connect(self, call: Call, leg: Call, at: datetime, seconds: float | None = None) -> None:
        for one, other in ((call, leg), (leg, call)):
            one.waiting, one.peer, one.bridged_at = "bridge", other.sid, at
            one.epoch += 1
        self._x.note("bridged", self._calls.debtor(call), self._calls.debtor(leg), "", call.sid, call.listener)
        talk = seconds or self._people.talk_seconds(self._calls.debtor(leg), leg.sid)
        if leg.listener != "person":
            over = at + timedelta(seconds=min(talk, leg.limit_s))
            self._x.do(over, "bridge_over", sid=leg.sid, epoch=leg.epoch)

    def _over(self, at: datetime, sid: str, epoch: int) -> None:
        """The agent has said all there was to say and hangs up."""
        leg = self._x.world.calls[sid]
        if leg.epoch == epoch and leg.status == "in-progress":
            self._x.note("hung_up", self._calls.debtor(leg), self._calls.ours(leg), "", sid, leg.listener)
            self._calls.end(leg, at, "completed")

    def ended(self, call: Call, at: datetime) -> None:
        """Any leg ended: its partner, its parent and its children learn of it."""
        if call.queue:
            self._leave_queue(call, at, "bridged" if call.waiting == "bridge" else "hangup", go_on=False)
        if call.waiting in ("dial", "bridge"):
            self._caller_gone(call, at)
        parent = self._parent(call)
        if parent and parent.status == "in-progress" and call.sid in parent.legs:
            self._leg_gone(parent, call, at)
        elif call.peer and not call.legs:
            self._peer_gone(call, at)

    def _caller_gone(self, call: Call, at: datetime) -> None:
        """Whoever dialled hung up: the action still hears of it, and its answer changes nothing."""
        legs = [self._x.world.calls[sid] for sid in call.legs]
        talked = call.waiting == "bridge"
        for leg in legs:
            self._calls.end(leg, at, "completed" if leg.start_at else "canceled")
        verb = self._verb(call)
        if verb and verb.action:
            chosen = next((leg for leg in legs if leg.start_at), None)
            fields = self._dial_fields("completed" if talked else "canceled", chosen, call, at)
            url = urljoin(call.base, verb.action)
            self._x.do(at, "webhook", url=url, params=self._calls.fields(call) | fields, tries=0)
        call.waiting = ""

    def _leg_gone(self, parent: Call, leg: Call, at: datetime) -> None:
        if parent.waiting == "bridge" and parent.peer == leg.sid:
            self._people.talked(self._calls.debtor(parent), at)
            self._dialled(parent, at, "completed", leg)
            return
        legs = [self._x.world.calls[sid] for sid in parent.legs]
        if parent.waiting == "dial" and not any(one.status in LIVE for one in legs):
            # A leg that hung up during its whisper was answered but never connected.
            status = max((one.status for one in legs), key=WORST_LAST.index)
            self._dialled(parent, at, "no-answer" if status == "completed" else status, leg)

    def _peer_gone(self, call: Call, at: datetime) -> None:
        """One of two that met in a queue hung up."""
        other = self._x.world.calls[call.peer or ""]
        if other.peer != call.sid or other.status != "in-progress":
            return
        other.peer = None
        if other.queue:
            self._leave_queue(other, at, "bridged", go_on=True)
        else:
            self._dialled(other, at, "completed", call)

    def _dialled(self, call: Call, at: datetime, status: str, leg: Call | None) -> None:
        """The dialling is over: its action decides, or the next verb."""
        verb = self._verb(call)
        fields = self._dial_fields(status, leg, call, at)
        call.waiting, call.peer, call.legs, call.bridged_at = "", None, [], None
        if verb and verb.action:
            self._script.act(call, at, verb.action, fields)
        else:
            self._script.step(call, at)

    def _dial_fields(self, status: str, leg: Call | None, call: Call, at: datetime) -> dict[str, str]:
        fields = {"DialCallStatus": status, "DialBridged": "true" if call.bridged_at else "false"}
        if leg:
            seconds = round((at - call.bridged_at).total_seconds()) if call.bridged_at else duration(leg)
            fields |= {"DialCallSid": leg.sid, "DialCallDuration": str(seconds)}
        return fields

    def _verb(self, call: Call) -> Dial | None:
        verb = parse(call.document)[call.position - 1] if call.position else None
        return verb if isinstance(verb, Dial) else None

    def _parent(self, call: Call) -> Call | None:
        return self._x.world.calls.get(call.parent) if call.parent else None

    def abandon(self, call: Call, at: datetime) -> None:
        """The call is turned to something else: what it dialled or waited for is dropped."""
        legs, call.legs = call.legs, []
        call.waiting, call.peer, call.bridged_at = "", None, None
        for sid in legs:
            leg = self._x.world.calls[sid]
            self._calls.end(leg, at, "completed" if leg.start_at else "canceled")
        if call.queue:
            self._leave_queue(call, at, "redirected", go_on=False)

    # queues
    def enqueue(self, call: Call, at: datetime, verb: Enqueue) -> bool:
        """Wait, hearing what `waitUrl` says, until somebody dials the queue or patience ends."""
        call.queue, call.queued_at, call.waiting = verb.name, at, "queue"
        call.stack.append((call.document, call.base, call.position))
        self._x.world.queues.setdefault(verb.name, []).append(call.sid)
        if call.listener == "persona":
            patience = self._x.dice("patience", call.sid).uniform(*PATIENCE_S)
            self._x.do(at + timedelta(seconds=patience), "bridge_nobody", sid=call.sid, epoch=-1)
        call.epoch += 1
        if verb.wait_url:
            self._script.act(call, at, verb.wait_url, self._queue_fields(call, at))
        return True

    def leave(self, call: Call, at: datetime) -> bool:
        """`<Leave>`: out of the queue, on with what follows."""
        if not call.queue:
            return False
        self._leave_queue(call, at, "leave", go_on=True)
        return True

    def _leave_queue(self, call: Call, at: datetime, result: str, *, go_on: bool) -> None:
        waiting = self._x.world.queues.get(call.queue, [])
        if call.sid in waiting:
            waiting.remove(call.sid)
        told = {"QueueResult": result, **self._queue_sid(call.queue, at, call.queued_at)}
        call.queue, call.waiting = "", ""
        if not call.stack:
            return
        call.document, call.base, call.position = call.stack.pop()
        verb = parse(call.document)[call.position - 1]
        action = verb.action if isinstance(verb, Enqueue) else None
        if not go_on:
            if result != "redirected" and action:
                url = urljoin(call.base, action)
                self._x.do(at, "webhook", url=url, params=self._calls.fields(call) | told, tries=0)
        elif action:
            self._script.act(call, at, action, told)
        else:
            self._script.step(call, at)

    def _dial_queue(self, call: Call, at: datetime, verb: Dial) -> bool:
        waiting = self._x.world.queues.get(verb.queue, [])
        if waiting:
            member = self._x.world.calls[waiting.pop(0)]
            agent = call if self._people.is_agent(call) else member
            talk = self._people.talk_seconds(self._calls.debtor(agent), call.sid)
            self._connect(member, call, at, talk)
        else:
            self._script.later(call, at, verb.timeout, "bridge_nobody")
        return True

    def _nobody_waits(self, at: datetime, sid: str, epoch: int) -> None:
        """Nobody came to the queue in time: the agent's dialling ends, or the debtor's patience."""
        call = self._x.world.calls[sid]
        if call.status != "in-progress":
            return
        if epoch == -1 and call.queue and call.waiting != "bridge":
            self._x.note(
                "hung_up", self._calls.debtor(call), self._calls.ours(call), "out of patience", sid, call.listener
            )
            self._calls.end(call, at, "completed")
        elif epoch == call.epoch:
            self._dialled(call, at, "no-answer", None)

    def _queue_fields(self, call: Call, at: datetime) -> dict[str, str]:
        waiting = self._x.world.queues.get(call.queue, [])
        place = waiting.index(call.sid) + 1 if call.sid in waiting else 1
        return {
            "QueuePosition": str(place), "AvgQueueTime": "0", "CurrentQueueSize": str(len(waiting)),
            "MaxQueueSize": "1000", **self._queue_sid(call.queue, at, call.queued_at),
        }  # fmt: skip

    def _queue_sid(self, name: str, at: datetime, since: datetime | None) -> dict[str, str]:
        sid = "QU" + self._x.dice("queue", name).randbytes(16).hex()
        return {"QueueSid": sid, "QueueTime": str(round((at - (since or at)).total_seconds()))}
