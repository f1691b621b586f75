"""What does the person behind a number do now? Personas acting on what they read and hear.

Every decision is drawn from the seed, the number and how often this happened before, so a run repeats itself exactly.
While somebody plays a debtor in the browser (`taken`), the persona starts nothing; a call it answered stays its own.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.core.terms import OutreachError
from outreach.simulator import numbers
from outreach.simulator.exchange import Exchange
from outreach.simulator.personas import (
    DAYS,
    KEYS,
    MONTHS,
    NO,
    PERSONAS,
    PHRASES,
    SPOKEN,
    SPOKEN_YES,
    YES,
    Asked,
    Line,
    Otherwise,
    Persona,
    Reads,
    Wants,
    asked,
    language_of,
    understands,
)
from outreach.simulator.state import AgentPhone, Call, Handset, Payment

AWAKE = (time(7), time(23))
WORKING_DAY = (9.0, 20.0)  # local hours at which people pay
PAID_LATELY = timedelta(days=6)
MOST_REPLIES = 6
MACHINE_AFTER_S = (3.0, 16.0)
VOICEMAIL_AFTER_S = 26.0  # a mobile nobody answers goes to its voicemail, if it rings that long


@dataclass(frozen=True, slots=True)
class Reply:
    """A text somebody will write, after a while."""

    text: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Pickup:
    """What a ringing phone comes to: `human`, `machine`, `busy`, `dead` or `silence`, after so many seconds."""

    what: str
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Input:
    """What somebody does at a menu: keys or words, so many seconds after the prompt ended."""

    after_s: float
    digits: str = ""
    words: str = ""


class People:
    """Everybody with a phone."""

    def __init__(self, exchange: Exchange) -> None:
        self._x = exchange

    # who
    def handset(self, e164: str) -> Handset:
        found = self._x.world.handsets.get(e164)
        if found is None:
            found = self._x.world.handsets[e164] = Handset(e164, self._cast(e164))
        return found

    def persona(self, e164: str) -> Persona:
        return PERSONAS[self.handset(e164).persona]

    def assign(self, e164: str, name: str) -> None:
        """Make this number behave like the persona `name`."""
        if name not in PERSONAS:
            raise OutreachError(f"unknown persona {name!r}; known: {', '.join(PERSONAS)}")
        self.handset(e164).persona = name

    def line(self, e164: str) -> str:
        return Line.MOBILE if self.handset(e164).taken else self.persona(e164).line

    def taken(self, e164: str) -> bool:
        found = self._x.world.handsets.get(e164)
        return found is not None and found.taken

    def _cast(self, e164: str) -> str:
        names = list(PERSONAS)
        weights = [PERSONAS[name].weight for name in names]
        return self._x.dice("persona", e164).choices(names, weights)[0]

    # texts
    def reads(self, e164: str, sender: str, text: str, at: datetime) -> list[Reply]:
        """Somebody reads a text; what they will answer. May decide to pay."""
        handset = self.handset(e164)
        handset.sender, handset.language = sender, language_of(text)
        if handset.taken:
            return []
        kind = understands(text)
        phrase = ""
        if kind is Reads.REMINDER:
            phrase = self._reminded(handset, at)
        elif kind is Reads.QUESTION:
            phrase = self.persona(e164).asked
        if not phrase or handset.replies >= MOST_REPLIES:
            return []
        return [self._reply(handset, phrase, at)]

    def _reminded(self, handset: Handset, at: datetime) -> str:
        """One more reminder heard or read: perhaps pay; and what to write about it."""
        persona = PERSONAS[handset.persona]
        nth = handset.reminders
        handset.reminders += 1
        dice = self._x.dice("reminded", handset.e164, nth)
        if persona.pays_after and nth + 1 >= persona.pays_after and dice.random() < persona.pays:
            days = dice.uniform(*persona.after_days)
            self._pay(handset, self._working(handset.e164, at + timedelta(days=days), dice), at, persona.share)
        return persona.writes[nth] if nth < len(persona.writes) else ""

    def _reply(self, handset: Handset, phrase: str, at: datetime) -> Reply:
        dice = self._x.dice("reply", handset.e164, handset.replies)
        handset.replies += 1
        persona = PERSONAS[handset.persona]
        after = timedelta(minutes=dice.uniform(*persona.reply_minutes))
        after += self._asleep_until(handset.e164, at + after) - (at + after)
        words = PHRASES[phrase].get(handset.language, PHRASES[phrase]["en"])
        text = dice.choice(words)
        if phrase in DAYS:
            on = DAYS[phrase](self._local(handset.e164, at + after).date())
            self.promise(handset.e164, on, at)
            month = MONTHS[handset.language][on.month - 1]
            text = text.format(day=on.day, month=month, number=on.month)
        return Reply(text, after)

    # money
    def promise(self, e164: str, on: date, at: datetime) -> None:
        """They said a day. Whether they keep it is settled now, as it is in life."""
        handset = self.handset(e164)
        handset.promised_on = on
        dice = self._x.dice("keeps", e164, on)
        if dice.random() < self.persona(e164).keeps:
            zone = ZoneInfo(numbers.zone(e164))
            morning = datetime.combine(on, time(9), zone)
            self._pay(handset, self._working(e164, morning, dice), at, self.persona(e164).share)

    def _pay(self, handset: Handset, paid_at: datetime, at: datetime, share: float) -> None:
        last = handset.last_payment_at
        if last is None or at > last + PAID_LATELY:
            handset.last_payment_at = paid_at
            self._x.world.payments.append(Payment(handset.e164, paid_at, share))

    # calls
    def picks_up(self, call: Call, at: datetime) -> Pickup:
        """What this ringing leg comes to."""
        if agent := self._agent(call):
            return self._agent_picks_up(agent, call, at)
        handset = self.handset(call.to)
        handset.sender = call.sender
        handset.calls += 1
        persona = PERSONAS[handset.persona]
        dice = self._x.dice("ring", call.to, handset.calls)
        if persona.line is Line.DEAD:
            return Pickup("dead", 2.0)
        awake = self._asleep_until(call.to, at) == at
        if awake and dice.random() < persona.picks_up:
            return self._within(call, Pickup("human", dice.uniform(4, 15)))
        return self._unanswered(call, persona, dice)

    def _unanswered(self, call: Call, persona: Persona, dice: random.Random) -> Pickup:
        if persona.otherwise is Otherwise.BUSY:
            return Pickup("busy", 1.5)
        if persona.otherwise is Otherwise.MACHINE:
            return self._within(call, Pickup("machine", dice.uniform(*MACHINE_AFTER_S)))
        voicemail = persona.line is Line.MOBILE and dice.random() < 0.7
        return self._within(call, Pickup("machine", VOICEMAIL_AFTER_S)) if voicemail else Pickup("silence", call.ring_s)

    def _within(self, call: Call, pickup: Pickup) -> Pickup:
        return pickup if pickup.after_s < call.ring_s else Pickup("silence", call.ring_s)

    def hangs_up_after(self, call: Call) -> float | None:
        """Seconds after answering at which this person is gone, whatever is said."""
        return None if call.listener != "persona" else self.persona(call.to).hangs_up_s

    def at_menu(self, call: Call, prompt: str, inputs: frozenset[str], at: datetime) -> Input | None:
        """What the listener does at a menu, None for silence. A prompt heard before is the same menu again."""
        if call.listener == "agent":
            return Input(1.0, digits="1")
        if call.listener != "persona":
            return None
        new = prompt not in call.prompts
        if new:
            call.prompts.append(prompt)
        question = asked(prompt, call.prompts.index(prompt))
        dice = self._x.dice("menu", call.sid, len(call.prompts), call.position)
        handset = self.handset(call.to if call.direction != "inbound" else call.sender)
        handset.language = language_of(prompt)
        if new and question is Asked.MAIN:
            self._reminded(handset, at)  # whoever hears the menu has heard the reminder
        return self._choice(handset, question, inputs, dice, at)

    def _choice(
        self, handset: Handset, question: Asked, inputs: frozenset[str], dice: random.Random, at: datetime
    ) -> Input | None:
        persona = PERSONAS[handset.persona]
        after = dice.uniform(0.6, 3.5)
        if question is Asked.IDENTIFY:
            if persona.says_yes is None:
                return None
            words = SPOKEN_YES[handset.language][0 if persona.says_yes else 1]
            return self._as_input(inputs, after, YES if persona.says_yes else NO, words)
        keys = KEYS.get((question, persona.wants))
        if keys is None:
            return None
        if question is Asked.PROMISE:
            self.promise(handset.e164, self._local(handset.e164, at).date() + timedelta(days=1), at)
        return self._as_input(inputs, after, keys, _spoken(persona.wants, handset.language))

    def _as_input(self, inputs: frozenset[str], after_s: float, keys: str, words: str) -> Input:
        return Input(after_s, digits=keys) if "dtmf" in inputs else Input(after_s + 1.0, words=words)

    def talked(self, e164: str, at: datetime) -> None:
        """After a conversation with an agent: most agree on a day."""
        if not self.taken(e164) and e164 in self._x.world.handsets:
            self.promise(e164, self._local(e164, at).date() + timedelta(days=3), at)

    # agents
    def _agent(self, call: Call) -> AgentPhone | None:
        known = self._x.world.agents.get(call.to)
        if known is None and call.direction == "outbound-dial" and call.to not in self._x.world.handsets:
            return AgentPhone(call.to)
        return known

    def is_agent(self, call: Call) -> bool:
        return self._agent(call) is not None

    def talk_seconds(self, e164: str, key: str) -> float:
        agent = self._x.world.agents.get(e164) or AgentPhone(e164)
        return self._x.dice("talk", key).uniform(*agent.talks_s)

    def _agent_picks_up(self, agent: AgentPhone, call: Call, at: datetime) -> Pickup:
        dice = self._x.dice("agent", call.sid)
        if _at_work(agent, at) and dice.random() < agent.answers:
            return self._within(call, Pickup("human", dice.uniform(*agent.rings_s)))
        return Pickup("silence", call.ring_s)

    # time of day
    def _local(self, e164: str, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(numbers.zone(e164)))

    def _asleep_until(self, e164: str, at: datetime) -> datetime:
        """`at` itself by day; the coming morning by night."""
        local = self._local(e164, at)
        if AWAKE[0] <= local.time() < AWAKE[1]:
            return at
        day = local.date() + timedelta(days=1 if local.time() >= AWAKE[1] else 0)
        return datetime.combine(day, AWAKE[0], local.tzinfo).astimezone(at.tzinfo)

    def _working(self, e164: str, at: datetime, dice: random.Random) -> datetime:
        """An hour at which people pay: the same local day, or the next when that hour is past."""
        local = self._local(e164, at)
        hour = dice.uniform(*WORKING_DAY)
        wished = datetime.combine(local.date(), time(), local.tzinfo) + timedelta(hours=hour)
        return (wished if wished >= local else wished + timedelta(days=1)).astimezone(at.tzinfo)


def _spoken(wants: Wants, language: str) -> str:
    words: Mapping[str, str] = SPOKEN.get(wants, {})
    return words.get(language, words.get("en", ""))


def _at_work(agent: AgentPhone, at: datetime) -> bool:
    if not agent.hours:
        return True
    local = at.astimezone(ZoneInfo(agent.zone))
    now = local.strftime("%H:%M")
    return any(local.isoweekday() in days and start <= now < end for days, start, end in agent.hours)
