"""What does a TwiML document tell a call to do? XML -> verbs, strictly.

Names are case-sensitive and unknown ones are refused with the carrier's code: 12100 not well-formed, 12200 not TwiML.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar
from xml.etree import ElementTree

WORDS_PER_SECOND = 2.5
HAN_PER_WORD = 2  # Chinese is spoken at about five characters a second
FINISH_RECORDING = "1234567890*#"


class TwimlError(ValueError):
    """A document that cannot be carried out."""

    def __init__(self, code: int, what: str) -> None:
        super().__init__(what)
        self.code = code


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    language: str = "en-US"
    loop: int = 1

    @property
    def seconds(self) -> float:
        return spoken_seconds(self.text) * self.loop


@dataclass(frozen=True, slots=True)
class Play:
    url: str
    digits: str = ""
    loop: int = 1

    @property
    def seconds(self) -> float:
        return (len(self.digits) * 0.5 if self.digits else 5.0) * self.loop

    @property
    def text(self) -> str:
        return f"[{self.digits or self.url.rsplit('/', 1)[-1]}]"


@dataclass(frozen=True, slots=True)
class Pause:
    length: float = 1.0

    @property
    def seconds(self) -> float:
        return self.length

    @property
    def text(self) -> str:
        return ""


Spoken = Say | Play | Pause


@dataclass(frozen=True, slots=True)
class Gather:
    """`num_digits` 0: until the finish key or silence. `action` None: the document's own URL."""

    prompts: tuple[Spoken, ...] = ()
    action: str | None = None
    inputs: frozenset[str] = frozenset({"dtmf"})
    timeout: float = 5.0
    num_digits: int = 0
    finish_on: str = "#"
    on_empty: bool = False

    @property
    def seconds(self) -> float:
        return sum(prompt.seconds for prompt in self.prompts)

    @property
    def text(self) -> str:
        return " ".join(prompt.text for prompt in self.prompts if prompt.text)


@dataclass(frozen=True, slots=True)
class Number:
    e164: str
    url: str = ""
    callback: str = ""
    callback_events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True)
class Dial:
    numbers: tuple[Number, ...] = ()
    queue: str = ""
    action: str | None = None
    timeout: int = 30
    limit: int = 14400
    caller_id: str = ""


@dataclass(frozen=True, slots=True)
class Enqueue:
    name: str
    action: str | None = None
    wait_url: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    action: str | None = None
    timeout: float = 5.0
    max_length: int = 3600
    callback: str = ""
    finish_on: str = FINISH_RECORDING


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str


@dataclass(frozen=True, slots=True)
class Reject:
    reason: str = "rejected"


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Leave:
    pass


@dataclass(frozen=True, slots=True)
class SendText:
    """`<Message>` in the answer to an inbound SMS."""

    body: str
    to: str = ""
    callback: str = ""


Verb = Spoken | Gather | Dial | Enqueue | Record | Redirect | Reject | Hangup | Leave | SendText


@dataclass(frozen=True, slots=True)
class Element:
    """One XML element with typed access to its attributes."""

    node: ElementTree.Element
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tag", self.node.tag)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.node.itertext())).strip()

    def word(self, name: str, default: str = "") -> str:
        return self.node.get(name, default)

    def maybe(self, name: str) -> str | None:
        return self.node.get(name)

    def number(self, name: str, default: float, low: float = 0) -> float:
        raw = self.node.get(name)
        if raw is None or raw == "auto":
            return default
        try:
            return max(low, float(raw))
        except ValueError:
            raise TwimlError(12200, f"<{self.tag} {name}={raw!r}>: not a number") from None

    def children(self) -> list[Element]:
        return [Element(child) for child in self.node]


def _loop(element: Element) -> int:
    return int(element.number("loop", 1)) or 1000


def _say(element: Element) -> Say:
    return Say(element.text, element.word("language", "en-US"), _loop(element))


def _play(element: Element) -> Play:
    return Play(element.text, element.word("digits"), _loop(element))


def _pause(element: Element) -> Pause:
    return Pause(element.number("length", 1))


def _gather(element: Element) -> Gather:
    prompts = tuple(_one_of(child, SPOKEN, f"<{element.tag}>") for child in element.children())
    return Gather(
        prompts,
        element.maybe("action"),
        frozenset(element.word("input", "dtmf").split()),
        element.number("timeout", 5),
        int(element.number("numDigits", 0)),
        element.word("finishOnKey", "#"),
        element.word("actionOnEmptyResult", "false").lower() == "true",
    )


def _dial(element: Element) -> Dial:
    children = element.children()
    if odd := [child.tag for child in children if child.tag not in ("Number", "Queue")]:
        raise TwimlError(12200, f"<Dial><{odd[0]}>: this simulator dials numbers and queues")
    numbers = [_number(child) for child in children if child.tag == "Number"]
    queue = next((child.text for child in children if child.tag == "Queue"), "")
    if not children and element.text:
        numbers = [Number(element.text)]
    return Dial(
        tuple(numbers),
        queue,
        element.maybe("action"),
        int(element.number("timeout", 30)),
        int(element.number("timeLimit", 14400)),
        element.word("callerId"),
    )


def _number(element: Element) -> Number:
    events = tuple(element.word("statusCallbackEvent", "completed").split())
    return Number(element.text, element.word("url"), element.word("statusCallback"), events)


def _record(element: Element) -> Record:
    return Record(
        element.maybe("action"),
        element.number("timeout", 5),
        int(element.number("maxLength", 3600)),
        element.word("recordingStatusCallback"),
        element.word("finishOnKey", FINISH_RECORDING),
    )


def _message(element: Element) -> SendText:
    body = next((child.text for child in element.children() if child.tag == "Body"), element.text)
    return SendText(body, element.word("to"), element.word("statusCallback"))


SPOKEN: dict[str, Callable[[Element], Spoken]] = {"Say": _say, "Play": _play, "Pause": _pause}
VERBS: dict[str, Callable[[Element], Verb]] = {
    **SPOKEN,
    "Gather": _gather,
    "Dial": _dial,
    "Enqueue": lambda e: Enqueue(e.text, e.maybe("action"), e.word("waitUrl")),
    "Record": _record,
    "Redirect": lambda e: Redirect(e.text),
    "Reject": lambda e: Reject(e.word("reason", "rejected")),
    "Hangup": lambda _: Hangup(),
    "Leave": lambda _: Leave(),
    "Message": _message,
}

V = TypeVar("V")


def _one_of(element: Element, table: dict[str, Callable[[Element], V]], within: str) -> V:
    if element.tag not in table:
        raise TwimlError(12200, f"<{element.tag}> is not allowed in {within}")
    return table[element.tag](element)


@lru_cache(maxsize=512)
def parse(document: str) -> tuple[Verb, ...]:
    """The verbs of a `<Response>`, in order. Raises `TwimlError`."""
    if "<!DOCTYPE" in document or "<!ENTITY" in document:
        raise TwimlError(12100, "a TwiML document has no DTD")
    try:
        root = ElementTree.fromstring(document.strip().encode())
    except ElementTree.ParseError as error:
        raise TwimlError(12100, f"not well-formed: {error}") from None
    if root.tag != "Response":
        raise TwimlError(12200, f"the root is <{root.tag}>, not <Response>")
    return tuple(_one_of(Element(child), VERBS, "<Response>") for child in root)


def spoken_seconds(text: str) -> float:
    """How long a voice needs to say `text`."""
    han = len(re.findall(r"[㐀-鿿]", text))
    words = len(re.sub(r"[㐀-鿿]", " ", text).split())
    return (words + han / HAN_PER_WORD) / WORDS_PER_SECOND
