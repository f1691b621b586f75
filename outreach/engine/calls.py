"""What happens on a live call: who is it, what do they want, and who takes it?

The debt is named only after the debtor has said, by key, that they are the debtor. Each function is one webhook: it
records in one transaction, commits, and returns the scene to be played. `MENUS` is the whole conversation as a table.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from outreach.carriers import FINAL_RANK
from outreach.carriers.live_call import Bridge, Gather, HangUp, Scene
from outreach.core.terms import (
    CaseStatus,
    Channel,
    ConfigError,
    ConsentGivenTo,
    ConsentKind,
    Disposition,
    EventKind,
    Purpose,
    ReportError,
    SuppressionReason,
    SuppressionScope,
)
from outreach.engine import agents, assemble, callbacks, promises, stops
from outreach.engine.outcomes import log
from outreach.engine.runtime import Runtime
from outreach.engine.tasks import add_task
from outreach.store import facts
from outreach.store.caselog import instant
from outreach.store.database import claim
from outreach.store.facts import CaseOnFile, Person
from outreach.store.tables import attempt_cases, attempts, consents, inbound_messages

logger = logging.getLogger("outreach")
BRIDGE_WORKED = 5  # seconds an agent and the debtor must have had to count as a talk
HUMAN = "human"
CALL_BACK_WITHIN = timedelta(hours=1)
OVER = timedelta(minutes=1)  # after its end something may still be under way; a signature holds for ever
UNSAID = "the call was ended: a voice template is faulty"


@dataclass(frozen=True, slots=True)
class Live:
    """A call in progress, its facts loaded and its rows locked."""

    tx: Connection
    runtime: Runtime
    row: Row[Any]
    person: Person
    loans: tuple[CaseOnFile, ...]
    now: datetime

    @property
    def language(self) -> str:
        return str(self.row.language or self.runtime.policy.default_language)

    def say(self, template: str, **more: Any) -> str:
        """A phrase in the call's language; nothing when its template is faulty, for what was pressed counts all the same."""
        known = {"promise": assemble.last_promise(self.loans)} | more
        said = assemble.message_facts(self.person, self.loans, self.runtime.policy, self.now, **known)
        try:
            return self.runtime.library.render(Channel.CALL, template, self.language, said).body
        except ConfigError as error:
            logger.error("left unsaid in a call: %s", error)
            return ""

    def log(self, kind: EventKind, **detail: Any) -> None:
        log(self.tx, self.row.id, kind, {"key": self.row.key, **detail}, self.now)

    def set(self, **columns: Any) -> None:
        self.tx.execute(update(attempts).where(attempts.c.id == self.row.id).values(touched_at=self.now, **columns))

    def scene(self, *says: str, then: Gather | Bridge | HangUp | None = None) -> Scene:
        return Scene(tuple(filter(None, says)), self.language, then or HangUp())

    def ask(self, menu: str, *says: str) -> Scene:
        """Say all of it and wait for a key. What can't be said whole (a disclosure may be in it) is left to a person."""
        if all(says):
            return self.scene(*says, then=Gather(menu))
        add_task(self.tx, self.loans[:1], "callback", self.now + CALL_BACK_WITHIN, UNSAID, self.now)
        return self.scene(self.say("goodbye"))


def _live(tx: Connection, runtime: Runtime, key: str, sid: str) -> Live:
    found = tx.execute(select(attempts.c.id, attempts.c.debtor_id).where(attempts.c.key == key)).first()
    if found is None:
        raise ReportError("no call with this key", 404)
    stops.lock_debtor(tx, found.debtor_id)
    row = tx.execute(claim(select(attempts).where(attempts.c.id == found.id), tx)).one()
    if row.channel != Channel.CALL or (row.sid and sid and row.sid != sid):
        raise ReportError("no call with this key", 404)
    now = runtime.clock.now()
    if row.rank >= FINAL_RANK and row.final_at is not None and now - row.final_at > OVER:
        raise ReportError("this call is over", 410)  # sent again by whoever kept it: nobody is on the line
    person = facts.load(tx, [row.debtor_id], now).get(row.debtor_id)
    if person is None:
        raise ReportError("the debtor was erased", 404)
    linked = tx.scalars(select(attempt_cases.c.case_id).where(attempt_cases.c.attempt_id == row.id)).all()
    return Live(tx, runtime, row, person, tuple(person.cases[case_id] for case_id in linked), now)


def answered(runtime: Runtime, key: str, sid: str, answered_by: str | None) -> Scene:
    """Somebody, or something, picked up. A person is asked who they are; a machine gets its message or silence."""
    with runtime.db.begin() as tx:
        live = _live(tx, runtime, key, sid)
        if live.row.answered_at is None:
            live.set(answered_at=live.now)
            live.log(EventKind.ANSWERED, answered_by=answered_by)
        if answered_by and answered_by not in (HUMAN, "unknown"):
            return _voicemail(live, "")
        return live.ask("identify", live.say("identify"))


def pressed(runtime: Runtime, key: str, sid: str, menu: str, digits: str) -> Scene:
    """A key (or silence: no digits) at `menu`. Raises ReportError for a menu that does not exist."""
    if menu not in MENUS:
        raise ReportError("no such menu", 404)
    with runtime.db.begin() as tx:
        live = _live(tx, runtime, key, sid)
        if digits:
            live.log(EventKind.KEYPRESSED, menu=menu, digits=digits[:4])
        return MENUS[menu](live, digits)


def machine(runtime: Runtime, key: str, sid: str, answered_by: str) -> None:
    """The carrier finished listening: a machine is sent to the voicemail branch, a person is left alone."""
    if answered_by in (HUMAN, "unknown"):
        return
    with runtime.db.begin() as tx:
        live = _live(tx, runtime, key, sid)
        if live.row.identified or live.row.disposition not in (None, Disposition.MACHINE):  # a key was pressed
            return
        live.set(disposition=Disposition.MACHINE)
    runtime.carrier.redirect(sid, key, "voicemail")


def bridged(runtime: Runtime, key: str, sid: str, outcome: str, seconds: int) -> Scene:
    """How connecting to an agent went."""
    with runtime.db.begin() as tx:
        live = _live(tx, runtime, key, sid)
        name = agents.give_back(tx, live.row.id, live.now)
        if outcome == "completed" and seconds >= BRIDGE_WORKED:
            live.log(EventKind.TRANSFERRED, agent=name, seconds=seconds)
            callbacks.spoken(tx, live.row.id, live.now)
            return live.scene()
        live.log(EventKind.TRANSFER_FAILED, agent=name, outcome=outcome)
        return _no_agent(live)


def whisper(runtime: Runtime, key: str) -> Scene:
    """What the agent hears before the debtor: whose case it is."""
    with runtime.db.begin() as tx:
        live = _live(tx, runtime, key, "")
        return live.scene(live.say("agent_whisper"), then=Gather("agent"))


def inbound(runtime: Runtime, sid: str, from_: str, to: str) -> Scene:
    """The debtor calls us: noted as a contact, greeted, and a person calls back."""
    now = runtime.clock.now()
    policy = runtime.policy
    with runtime.db.begin() as tx:
        owners = facts.owners(tx, from_, to)
        language = policy.default_language
        known = tx.scalar(select(inbound_messages.c.id).where(inbound_messages.c.sid == sid)) is not None
        if owners and not known:
            debtor_id, phone_id = owners[0].debtor_id, owners[0].phone_id
            stops.lock_debtor(tx, debtor_id)
            tx.execute(
                insert(inbound_messages).values(
                    sid=sid,
                    debtor_id=debtor_id,
                    phone_id=phone_id,
                    channel=Channel.CALL,
                    received_at=now,
                    state="needs_person",
                    why=f"called {to[-4:].rjust(len(to), '*')}",
                )
            )
            person = facts.load(tx, [debtor_id], now).get(debtor_id)
            if person is not None:
                language = person.language or language
                loans = [c for c in person.cases.values() if c.status is not CaseStatus.CLOSED][:1]
                add_task(tx, loans, "callback", now + CALL_BACK_WITHIN, "the debtor called", now)
        said = assemble.message_facts(Person(0, "", None, None, "", None, 0), (), policy, now)
        text = runtime.library.render(Channel.CALL, "inbound", language, said)
        return Scene((text.body,), text.language, HangUp())


# --- menus -----------------------------------------------------------------------------------------------------------


def _identify(live: Live, digits: str) -> Scene:
    if digits == "1":
        live.set(identified=True, disposition=Disposition.RIGHT_PARTY)
        live.log(EventKind.IDENTIFIED)
        if live.row.purpose == Purpose.REQUESTED_CALLBACK:  # they asked for a person, not for a menu
            scene = _agent(live)
            return replace(scene, says=(*filter(None, [live.say(str(live.row.template))]), *scene.says))
        return live.ask("main", live.say(str(live.row.template)), live.say("menu"))
    if digits == "2":
        live.set(disposition=Disposition.WRONG_PARTY)
        stops.suppress(
            live.tx, live.person.id, SuppressionReason.WRONG_NUMBER, SuppressionScope.PHONE, "keypress", live.now,
            phone_id=live.row.phone_id,
        )  # fmt: skip
        return live.scene(live.say("wrong_party"))
    if digits == "9":  # whoever it is: this number is called no more
        stops.suppress(
            live.tx,
            live.person.id,
            SuppressionReason.REFUSED_CHANNEL,
            SuppressionScope.PHONE,
            "keypress",
            live.now,
            channel=Channel.CALL,
            phone_id=live.row.phone_id,
        )
        return live.scene(live.say("stopped"))
    return live.scene(live.say("not_identified"))


def _known(menu: Callable[[Live, str], Scene]) -> Callable[[Live, str], Scene]:
    """Only for somebody who has been identified: anybody else is asked who they are."""

    def guarded(live: Live, digits: str) -> Scene:
        if not live.row.identified:
            return live.ask("identify", live.say("identify"))
        return menu(live, digits)

    return guarded


@_known
def _main(live: Live, digits: str) -> Scene:
    chosen = {"1": _offer_dates, "2": _agent, "3": _repeat, "9": _stop_calls}.get(digits)
    return chosen(live) if chosen else live.scene(live.say("goodbye"))


def _repeat(live: Live) -> Scene:
    return live.ask("main", live.say(str(live.row.template)), live.say("menu"))


def _offer_dates(live: Live) -> Scene:
    offered = assemble.choices(assemble.today(live.person, live.now))
    return live.ask("promise", live.say("promise_menu", choices=offered))


@_known
def _promise(live: Live, digits: str) -> Scene:
    offered = assemble.choices(assemble.today(live.person, live.now))
    if not digits.isdecimal() or not 1 <= int(digits) <= len(offered):
        return live.scene(live.say("unclear"), live.say("goodbye"))
    on = offered[int(digits) - 1]
    total = promises.make(
        live.tx, live.person, live.loans, on, "keypress", live.now, live.runtime.policy, attempt_id=live.row.id
    )
    return live.scene(live.say("promise_noted", promise=(on, total)))


def _agent(live: Live) -> Scene:
    agent = agents.taken(live.tx, live.row.id) or agents.take_free(live.tx, live.row.id, live.language, live.now)
    if agent is None:
        return _no_agent(live)
    live.set(agent_id=agent.id)
    bridge = Bridge(agent.id, agent.phone, live.row.sender or "", live.say("agent_whisper"))
    return live.scene(live.say("connecting", agent=agent.name), then=bridge)


def _no_agent(live: Live) -> Scene:
    live.log(EventKind.CALLBACK_OFFERED)
    return live.ask("callback", live.say("no_agent"))


@_known
def _callback(live: Live, digits: str) -> Scene:
    if digits != "1":
        return live.scene(live.say("goodbye"))
    due_at = live.now + CALL_BACK_WITHIN
    wish = {"kind": ConsentKind.CALLBACK, "given_to": ConsentGivenTo.US, "at": live.now, "source": "keypress"}
    ends = live.now + timedelta(days=7)
    live.tx.execute(
        insert(consents).values(debtor_id=live.person.id, phone_id=live.row.phone_id, expires_at=ends, **wish)
    )
    live.log(EventKind.CALLBACK_REQUESTED, at=instant(due_at))
    add_task(live.tx, live.loans[:1], "callback", due_at, "asked by key during a call", live.now)
    return live.scene(live.say("callback_noted"))


def _stop_calls(live: Live) -> Scene:
    stops.suppress(
        live.tx, live.person.id, SuppressionReason.REFUSED_CHANNEL, SuppressionScope.DEBTOR, "keypress", live.now,
        channel=Channel.CALL,
    )  # fmt: skip
    return live.scene(live.say("stopped"))


def _voicemail(live: Live, _digits: str) -> Scene:
    """A machine: the limited message the step asks for, or nothing."""
    text = _voicemail_template(live)
    agent = live.runtime.policy.agents[0].name if live.runtime.policy.agents else None
    if text is None or agent is None:  # 12 CFR 1006.2(j): the message names a natural person, or there is none
        live.set(disposition=Disposition.MACHINE)
        return live.scene()
    said = live.say(text, agent=agent)
    live.set(disposition=Disposition.VOICEMAIL_LEFT if said else Disposition.MACHINE)
    return live.scene(said)


def _voicemail_template(live: Live) -> str | None:
    for campaign in live.runtime.loaded.campaigns:
        step = campaign.step(live.row.step or "")
        try_no = int(live.row.try_no or 0)
        if step and try_no < len(step.tries):
            attempt = step.tries[try_no]
            if attempt.template == str(live.row.template):
                return attempt.voicemail
    return None


MENUS: dict[str, Callable[[Live, str], Scene]] = {
    "identify": _identify,
    "main": _main,
    "promise": _promise,
    "callback": _callback,
    "voicemail": _voicemail,
}

__all__ = ["Purpose", "answered", "bridged", "inbound", "machine", "pressed", "whisper"]
