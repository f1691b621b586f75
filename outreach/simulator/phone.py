"""How does a person play the debtor? A mobile phone in the browser: messages, calls as text, a keypad.

The page is drawn by the server and then asks `state` for what is new. Whoever picks a phone up (`take`) switches its
persona off until they put it down. Commands come as JSON, so that no foreign page can send them as a form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.simulator import numbers
from outreach.simulator.calls import Calls
from outreach.simulator.numbers import Refused, normal
from outreach.simulator.personas import PERSONAS
from outreach.simulator.state import LIVE, Call, Entry

if TYPE_CHECKING:
    from outreach.simulator.simulator import Simulator

MOST_ENTRIES = 400
MOST_LISTED = 200
KEYPAD = (("1", ""), ("2", "ABC"), ("3", "DEF"), ("4", "GHI"), ("5", "JKL"), ("6", "MNO"), ("7", "PQRS"), ("8", "TUV"),
          ("9", "WXYZ"), ("*", ""), ("0", "+"), ("#", ""))  # fmt: skip
KEYS = frozenset(key for key, _ in KEYPAD)
TEXTS = frozenset({"text_in", "text_out"})


class Phone:
    """The pages and their commands."""

    def __init__(self, simulator: Simulator) -> None:
        self._sim = simulator
        self._commands: dict[str, Callable[[str, Mapping[str, Any]], None]] = {
            "take": self._take, "release": self._release, "send": self._send, "call": self._call,
            "answer": self._answer, "decline": self._decline, "press": self._press, "say": self._say,
            "hang_up": self._hang_up,
        }  # fmt: skip

    def register(self, blueprint: Blueprint) -> None:
        blueprint.add_url_rule("/phone", "phones", self.index)
        blueprint.add_url_rule("/phone/<e164>", "phone", self.page)
        blueprint.add_url_rule("/phone/<e164>/state", "phone_state", self.state)
        blueprint.add_url_rule("/phone/<e164>/<command>", "phone_command", self.command, methods=["POST"])

    # pages
    def index(self) -> ResponseReturnValue:
        """Every phone something has happened on, latest first; `?number=` opens any."""
        if asked := request.args.get("number", "").strip():
            try:
                return redirect(url_for(".phone", e164=normal(asked, 21211)))
            except Refused:
                return render_template("phones.html", phones=self._listed(), wrong=asked), 400
        return render_template("phones.html", phones=self._listed(), wrong="")

    def _listed(self) -> list[dict[str, Any]]:
        x = self._sim.exchange
        with x.lock:
            known = [(e164, entries[-1][1]) for e164, entries in x.by_phone.items() if e164 and entries]
            known.sort(key=lambda pair: pair[1].at, reverse=True)
            return [self._summary(e164, last) for e164, last in known[:MOST_LISTED]]

    def _summary(self, e164: str, last: Entry) -> dict[str, Any]:
        handset = self._sim.exchange.world.handsets.get(e164)
        return {
            "e164": e164,
            "shown": shown(e164),
            "who": "Agent" if handset is None else handset.persona.replace("_", " "),
            "about": PERSONAS[handset.persona].about if handset else "answers calls that are put through",
            "taken": bool(handset and handset.taken),
            "last": last.text if last.kind in TEXTS else last.kind.replace("_", " "),
            "when": _when(last.at, e164),
        }

    def page(self, e164: str) -> ResponseReturnValue:
        self._known(e164)
        return render_template("phone.html", e164=e164, shown=shown(e164), keypad=KEYPAD, start=self._state(e164, 0))

    def state(self, e164: str) -> ResponseReturnValue:
        """What is new on this phone since entry number `since`."""
        self._known(e164)
        since = request.args.get("since", "0")
        return jsonify(self._state(e164, int(since) if since.isdecimal() else 0))

    def command(self, e164: str, command: str) -> ResponseReturnValue:
        """Do something with the phone; answers with its state. 409 when the carrier refuses."""
        self._known(e164)
        body = request.get_json(silent=True) if request.is_json else None
        if command not in self._commands or not isinstance(body, dict):
            abort(400)
        with self._sim.exchange.lock:
            try:
                self._commands[command](e164, body)
            except Refused as refusal:
                return jsonify({"error": refusal.message}), 409
        since = body.get("since", 0)
        return jsonify(self._state(e164, since if isinstance(since, int) else 0))

    @staticmethod
    def _known(e164: str) -> None:
        if not re.fullmatch(r"\+[1-9]\d{6,14}", e164):
            abort(404)

    # what the page shows
    def _state(self, e164: str, since: int) -> dict[str, Any]:
        x = self._sim.exchange
        with x.lock:
            entries = [pair for pair in x.by_phone.get(e164, []) if pair[0] >= since][-MOST_ENTRIES:]
            handset = x.world.handsets.get(e164)
            calls = x.live_calls(e164)
            own = list(x.world.numbers)
            name = handset.persona if handset else ""
            return {
                "now": _when(x.clock_now(), e164) | {"zone": numbers.zone(e164)},
                "taken": bool(handset and handset.taken),
                "persona": {"name": name.replace("_", " "), "about": PERSONAS[name].about if name else ""},
                "entries": [self._entry(number, entry, e164) for number, entry in entries],
                "next": entries[-1][0] + 1 if entries else since,
                "call": self._call_state(calls[-1], e164) if calls else None,
                "senders": [{"e164": number, "shown": shown(number)} for number in own],
                "contact": handset.sender if handset and handset.sender else next(iter(own), ""),
            }

    def _entry(self, number: int, entry: Entry, e164: str) -> dict[str, Any]:
        return {
            "n": number, "kind": entry.kind, "text": entry.text, "other": entry.other, "sid": entry.sid, "by": entry.by,
            **_when(entry.at, e164),
        }  # fmt: skip

    def _call_state(self, call: Call, e164: str) -> dict[str, Any]:
        now = self._sim.exchange.clock_now()
        return {
            "sid": call.sid,
            "status": call.status,
            "incoming": call.to == e164,
            "other": shown(call.sender if call.to == e164 else call.to),
            "seconds": max(0, round((now - call.start_at).total_seconds())) if call.start_at else 0,
            "waiting": call.waiting,
            "mine": call.listener == "person",
            "machine": call.listener == "machine",
        }

    # what a person does
    def _take(self, e164: str, body: Mapping[str, Any]) -> None:
        """From now on the persona does nothing; a call it has already answered stays with it to its end."""
        self._sim.people.handset(e164).taken = True
        for call in self._sim.exchange.live_calls(e164):
            if call.to == e164 and call.status == "ringing" and call.listener != "person":
                self._sim.calls.hand_over(call)

    def _release(self, e164: str, body: Mapping[str, Any]) -> None:
        for call in self._mine(e164):
            self._end(call)
        if handset := self._sim.exchange.world.handsets.get(e164):
            handset.taken = False

    def _send(self, e164: str, body: Mapping[str, Any]) -> None:
        text = str(body.get("text", "")).strip()[:1600]
        to = self._own(body)
        if text:
            self._take(e164, body)
            self._sim.texts.write(e164, to, text, self._sim.exchange.clock_now())

    def _call(self, e164: str, body: Mapping[str, Any]) -> None:
        to = self._own(body)
        if self._sim.exchange.live_calls(e164):
            raise Refused(21220, "This phone is already on a call.")
        self._take(e164, body)
        self._sim.calls.receive(e164, to)

    def _answer(self, e164: str, body: Mapping[str, Any]) -> None:
        for call in self._mine(e164):
            if call.status == "ringing":
                self._sim.calls.answer(call, self._sim.exchange.clock_now(), "person")

    def _decline(self, e164: str, body: Mapping[str, Any]) -> None:
        for call in self._mine(e164):
            if call.status == "ringing":
                self._sim.calls.end(call, self._sim.exchange.clock_now(), "busy", 603)

    def _press(self, e164: str, body: Mapping[str, Any]) -> None:
        for call in self._talking(e164):
            if (key := str(body.get("key"))) in KEYS:
                self._sim.script.press(call, self._sim.exchange.clock_now(), key)

    def _say(self, e164: str, body: Mapping[str, Any]) -> None:
        words = str(body.get("text", "")).strip()[:500]
        for call in self._talking(e164):
            if words:
                self._sim.script.say(call, self._sim.exchange.clock_now(), words)

    def _hang_up(self, e164: str, body: Mapping[str, Any]) -> None:
        for call in self._mine(e164):
            self._end(call)

    def _end(self, call: Call) -> None:
        """Whoever rang may give up, whoever is rung may decline, whoever talks may hang up."""
        at = self._sim.exchange.clock_now()
        if call.start_at:
            self._sim.exchange.note("hung_up", Calls.debtor(call), Calls.ours(call), "", call.sid, "person")
            self._sim.calls.end(call, at, "completed")
        elif call.direction == "inbound":
            self._sim.calls.end(call, at, "canceled")
        else:
            self._sim.calls.end(call, at, "busy", 603)

    def _mine(self, e164: str) -> list[Call]:
        return [
            call for call in self._sim.exchange.live_calls(e164) if call.listener == "person" and call.status in LIVE
        ]

    def _talking(self, e164: str) -> list[Call]:
        return [call for call in self._mine(e164) if call.status == "in-progress"]

    def _own(self, body: Mapping[str, Any]) -> str:
        """Which of the account's numbers is meant."""
        to = str(body.get("to", ""))
        if to not in self._sim.numbers:
            raise Refused(21211, "There is nobody at this number.")
        return to


def shown(e164: str) -> str:
    """A number as people write it."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _when(at: datetime, e164: str) -> dict[str, str]:
    """The local time of a phone, as it shows it."""
    local = at.astimezone(ZoneInfo(numbers.zone(e164)))
    return {"time": f"{local:%H:%M}", "day": f"{local:%A} {local.day} {local:%B}", "at": at.isoformat()}
