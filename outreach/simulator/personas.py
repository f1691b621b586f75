"""Which kinds of people owe money here, and what does each do? One row a persona; the row is all there is to know.

Read a row aloud: *keeps_promise: picks up 55 calls in 100, says yes it is me, wants to promise, answers a reminder with
"Friday", and 97 in 100 pay on the day.* `people.py` does the acting; these tables say what.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Line(StrEnum):
    """What the number is: a mobile, a landline (30006 for texts), or nobody's (30005, and 404 for calls)."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    DEAD = "dead"


class Otherwise(StrEnum):
    """What a caller meets when nobody picks up."""

    SILENCE = "silence"
    MACHINE = "machine"
    BUSY = "busy"


class Wants(StrEnum):
    """What somebody on the phone is after, once the first question is behind them."""

    PROMISE = "promise"
    AGENT = "agent"
    STOP = "stop"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Persona:
    """`weight`: how many of 100 numbers. Chances 0 to 1. Delays in minutes, `after_days` in days.

    `writes`: phrases (keys of `PHRASES`) for the first, second ... reminder; empty: silent. `asked`: the answer when
    asked for a date. `says_yes`: at "are you ...?": yes, no, or None for silence. `hangs_up_s`: seconds into the call.
    `pays_after`: a reminder counts as heard or read; that many reminders lead to paying with chance `pays`.
    `keeps`: the chance that a promise is kept on its day.
    """

    about: str
    weight: int
    line: Line = Line.MOBILE
    picks_up: float = 0.55
    otherwise: Otherwise = Otherwise.SILENCE
    says_yes: bool | None = True
    wants: Wants = Wants.NOTHING
    hangs_up_s: float | None = None
    writes: tuple[str, ...] = ()
    asked: str = ""
    reply_minutes: tuple[float, float] = (3, 240)
    pays_after: int = 0
    pays: float = 0.0
    after_days: tuple[float, float] = (0.2, 2.5)
    share: float = 1.0
    keeps: float = 0.0


PERSONAS: dict[str, Persona] = {
    "prompt_payer": Persona("pays soon after the first reminder, says little", 20, picks_up=0.6, pays_after=1, pays=0.95),
    "keeps_promise": Persona("promises a day and pays on it", 14, wants=Wants.PROMISE, writes=("friday",),
                             asked="friday", keeps=0.97),
    "breaks_promise": Persona("promises a day and lets it pass; half pay when reminded of it", 8, wants=Wants.PROMISE,
                              writes=("tomorrow", "", "friday"), asked="tomorrow", keeps=0.05, pays_after=4, pays=0.5),
    "texts_date": Persona("answers with a date in their own words", 9, picks_up=0.3, writes=("date",), asked="date",
                          reply_minutes=(1, 90), keeps=0.85),
    "forgetful": Persona("means to pay, does after the third reminder", 8, picks_up=0.35, pays_after=3, pays=0.85),
    "hangs_up": Persona("hangs up as soon as a voice is heard", 5, picks_up=0.8, hangs_up_s=4.0),
    "presses_promise": Persona("promises by keypress", 6, picks_up=0.75, wants=Wants.PROMISE, keeps=0.85),
    "presses_agent": Persona("wants to speak to a person", 6, picks_up=0.8, wants=Wants.AGENT, keeps=0.7),
    "presses_stop": Persona("stops the calls by keypress", 2, picks_up=0.8, wants=Wants.STOP),
    "wrong_party": Persona("somebody else has the number now", 3, picks_up=0.7, says_yes=False, writes=("wrong",)),
    "machine": Persona("an answering machine, always", 5, picks_up=0.0, otherwise=Otherwise.MACHINE, pays_after=3, pays=0.5),
    "never_answers": Persona("lets it ring, reads nothing", 3, picks_up=0.0),
    "busy": Persona("always on the phone", 2, picks_up=0.05, otherwise=Otherwise.BUSY),
    "dead_number": Persona("the number is not in service", 2, line=Line.DEAD, picks_up=0.0),
    "landline": Persona("a landline: no texts, but answered", 2, line=Line.LANDLINE, picks_up=0.6, wants=Wants.AGENT),
    "stop_sender": Persona("answers STOP", 2, picks_up=0.3, writes=("stop",), reply_minutes=(1, 30)),
    "asks_who": Persona("asks who is writing", 1, picks_up=0.3, writes=("who",), pays_after=2, pays=0.6),
    "disputes": Persona("says the debt is not theirs", 1, picks_up=0.5, wants=Wants.AGENT, writes=("dispute",)),
    "angry": Persona("is angry and says so", 1, picks_up=0.5, hangs_up_s=6.0, writes=("angry", "angry")),
}  # fmt: skip

# What they write, in their own language.
PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "friday": {"en": ("Friday", "I'll pay on Friday", "friday ok?"), "es": ("el viernes", "pago el viernes"),
               "zh": ("周五", "星期五还")},
    "tomorrow": {"en": ("tomorrow", "will pay tomorrow"), "es": ("mañana", "pago mañana"), "zh": ("明天", "明天还款")},
    "date": {"en": ("{month} {day}", "I can pay on {month} {day}"), "es": ("el {day} de {month}", "pago el {day} de {month}"),
             "zh": ("{number}月{day}日", "{number}月{day}号还")},
    "stop": {"en": ("STOP",), "es": ("STOP",), "zh": ("STOP",)},
    "who": {"en": ("Who is this?", "who is this"), "es": ("¿Quién es?",), "zh": ("你是谁？",)},
    "wrong": {"en": ("Wrong number", "you have the wrong number"), "es": ("Número equivocado",), "zh": ("打错了",)},
    "dispute": {"en": ("I don't owe this", "I do not owe this debt"), "es": ("Yo no debo esto",), "zh": ("我没有欠这笔钱",)},
    "angry": {"en": ("Leave me alone, this is harassment!",), "es": ("¡Déjenme en paz, esto es acoso!",),
              "zh": ("别再骚扰我了，我要投诉！",)},
}  # fmt: skip

MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    "zh": [str(month) for month in range(1, 13)],
}


def _next_friday(today: date) -> date:
    return today + timedelta(days=(4 - today.weekday() - 1) % 7 + 1)


# Which day a phrase names; the phrases that name none are not here.
DAYS: dict[str, Callable[[date], date]] = {
    "friday": _next_friday,
    "tomorrow": lambda today: today + timedelta(days=1),
    "date": lambda today: today + timedelta(days=4),
}


class Asked(StrEnum):
    """Which question a menu of a call asks."""

    IDENTIFY = "identify"
    MAIN = "main"
    PROMISE = "promise"
    CALLBACK = "callback"  # nobody is free: shall we call back?
    OTHER = "other"


# A question is known by what it says; where the words do not tell, by its place in the call.
MENU_WORDS: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    (Asked.MAIN, re.compile(r"agent|representative|(speak|talk) (to|with)|someone|asesor|agente|represent|hablar con|人工|客服|专员", re.I)),
    (Asked.CALLBACK, re.compile(r"call you back|devolvamos la llamada|le llamemos|回电", re.I)),
    (Asked.PROMISE, re.compile(r"tomorrow|friday|which day|what day|mañana|viernes|qué día|明天|周五|星期五|哪天", re.I)),
    (Asked.IDENTIFY, re.compile(r"\bare you\b|if you are|if this is|speaking with|si usted es|es usted|habla|是否|您是|本人", re.I)),
)  # fmt: skip
MENU_PLACES = (Asked.IDENTIFY, Asked.MAIN, Asked.PROMISE)

# What is pressed for what is wanted.
KEYS: dict[tuple[Asked, Wants], str] = {
    (Asked.MAIN, Wants.PROMISE): "1",
    (Asked.MAIN, Wants.AGENT): "2",
    (Asked.MAIN, Wants.STOP): "9",
    (Asked.PROMISE, Wants.PROMISE): "1",
    (Asked.CALLBACK, Wants.AGENT): "1",
}
YES, NO = "1", "2"
# What is said where a menu listens to words and not to keys.
SPOKEN: dict[Wants, dict[str, str]] = {
    Wants.PROMISE: {"en": "on Friday", "es": "el viernes", "zh": "星期五"},
    Wants.AGENT: {"en": "an agent please", "es": "un agente por favor", "zh": "转人工"},
    Wants.STOP: {"en": "stop calling me", "es": "no me llame más", "zh": "不要再打了"},
}
SPOKEN_YES = {"en": ("yes", "no"), "es": ("sí", "no"), "zh": ("是", "不是")}


class Reads(StrEnum):
    """How a text is understood."""

    REMINDER = "reminder"
    QUESTION = "question"  # asks for a date
    NOTICE = "notice"  # needs no answer


TEXT_WORDS: tuple[tuple[Reads, re.Pattern[str]], ...] = (
    (Reads.NOTICE, re.compile(r"unsubscrib|quitamos|vuelve a recibir|subscribed|opted|no more messages|noted|confirm(ed|amos|ado)|cancel|recorded"
                              r"|wrong number|registr|anota|tomamos nota|已记录|已确认|已取消|已收到|已登记", re.I)),
    (Reads.REMINDER, re.compile(r"\bdue\b|overdue|past due|promised|vence|venci|atras|pendiente|prometi|到期|逾期|应还|承诺", re.I)),
    (Reads.QUESTION, re.compile(r"what (date|day)|which (date|day)|when (can|will)|(qué|la) (fecha|día)|cuándo|哪天|哪一天|日期", re.I)),
)  # fmt: skip

HAN = re.compile(r"[㐀-鿿]")
SPANISH = re.compile(
    r"[¿¡ñ]|\b(usted|su|le|nos|pago|préstamo|vence|para|por|de|los|una|el|gracias|nuestr[ao]s?|mensajes)\b", re.I
)


def language_of(text: str) -> str:
    """en, es or zh, by the look of it."""
    if HAN.search(text):
        return "zh"
    return "es" if len(SPANISH.findall(text)) >= 2 else "en"


def understands(text: str) -> Reads:
    """How a person takes a text. What is not understood needs no answer."""
    return next((kind for kind, words in TEXT_WORDS if words.search(text)), Reads.NOTICE)


def asked(prompt: str, place: int) -> Asked:
    """Which question the menu at `place` (0-based) of a call asks with these words."""
    if place == 0 and not MENU_WORDS[0][1].search(prompt):
        return Asked.IDENTIFY
    for question, words in MENU_WORDS:
        if words.search(prompt):
            return question
    return MENU_PLACES[place] if place < len(MENU_PLACES) else Asked.OTHER
