"""How well are replies read? Labelled replies, scored: what was read beside what a person says it means.

A labelled file has one JSON object a line: a question of `read-reply` and with it `want`, the meaning. What is counted:

* intent: the same word.
* date: of the replies a date is wanted of, those read with that date; `wrong` are all that were given another date, or
  one where none is sure. A date asked back for is neither.
* amount: of the replies a date and an amount are wanted of, those read with that amount, whether or not the day is sure.
* opt-out: `opt_out` and `cease`, which both end texts; `caught` of those wanted, `true` of those read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime

from outreach import wire
from outreach.core import replies
from outreach.core.terms import ConfigError, Fault, Intent, IntentKind

ENDS_TEXTS = frozenset({IntentKind.OPT_OUT, IntentKind.CEASE})
LANGUAGES = ("en", "es", "zh")


class Meaning(wire.Strict):
    """What a person says a reply means. `needs_human` None: either will do."""

    intent: IntentKind
    on: date | None = None
    amount: Decimal | None = None
    needs_human: bool | None = None
    callback_at: AwareDatetime | None = None


class Labelled(wire.ReplyIn):
    want: Meaning
    note: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader says: the intent, the day and the amount, if any."""

    intent: str
    on: date | None
    amount: Decimal | None
    why: str = ""


Reader = Callable[[Labelled], Read]


@dataclass(slots=True)
class Share:
    """So many of so many; `missed` names the rest: id, text, what was wanted and what was read."""

    good: int = 0
    of: int = 0
    missed: list[str] = field(default_factory=list)

    def count(self, good: bool, miss: str) -> None:
        self.of += 1
        self.good += good
        if not good:
            self.missed.append(miss)

    @property
    def rate(self) -> float:
        return self.good / self.of if self.of else 1.0


MEASURES = ("intent", "date", "date wrong", "amount", "opt-out caught", "opt-out true")


def read_labelled(path: Path) -> list[Labelled]:
    """The replies of a file. Raises ConfigError with every line that is not one."""
    found, faults = [], []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Fault(str(path), 0, 0, f"can't be read: {error}")) from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(wire.validated(Labelled, line))
            except wire.AskError as error:
                faults.append(Fault(str(path), number, 1, str(error)))
    if faults:
        raise ConfigError(*faults)
    if not found:
        raise ConfigError(Fault(str(path), 0, 0, "holds no replies; expected one JSON object a line"))
    return found


def ours(asked: Labelled) -> Read:
    """What `core.replies` reads."""
    intent = read(asked)
    promised = intent.promise
    amount = wire.amount_of(intent.amount) if intent.amount else None
    return Read(intent.kind, promised.on if promised else None, amount, intent.why)


def read(asked: wire.ReplyIn) -> Intent:
    """The meaning of a question of `read-reply`."""
    return replies.read(
        asked.text,
        asked.at,
        zone=asked.timezone,
        language=asked.language,
        currency=asked.currency,
        amount_due=asked.amount_due_minor,
        due_on=asked.due_on,
        offered_on=asked.offered_on,
    )


def score(labelled: Iterable[Labelled], reader: Reader = ours) -> dict[str, dict[str, Share]]:
    """The measures for each language, and for all together under `all`."""
    found: dict[str, dict[str, Share]] = {}
    for one in labelled:
        got = reader(one)
        for group in (language_of(one), "all"):
            _count(found.setdefault(group, {name: Share() for name in MEASURES}), one, got)
    return found


def language_of(one: Labelled) -> str:
    """The language a reply is counted under: its id says where none is given (`es-014`, `s4-es-014`), else `?`."""
    return one.language or next((part for part in str(one.id).split("-") if part in LANGUAGES), "?")


def _count(shares: dict[str, Share], one: Labelled, got: Read) -> None:
    want = one.want
    wanted = " ".join(str(part) for part in (want.intent, want.on, want.amount) if part is not None)
    said = " ".join(str(part) for part in (got.intent, got.on, got.amount) if part is not None)
    miss = f"{one.id}: {one.text!r}: wanted {wanted}; read {said} ({got.why})"
    shares["intent"].count(got.intent == want.intent, miss)
    if want.on is not None:
        shares["date"].count(got.on == want.on, miss)
    if want.on is not None or got.on is not None:
        shares["date wrong"].count(got.on is None or got.on == want.on, miss)
    if want.amount is not None and want.on is not None:
        shares["amount"].count(got.amount == want.amount, miss)
    if want.intent in ENDS_TEXTS:
        shares["opt-out caught"].count(got.intent in ENDS_TEXTS, miss)
    if got.intent in ENDS_TEXTS:
        shares["opt-out true"].count(want.intent in ENDS_TEXTS, miss)


def table(found: dict[str, dict[str, Share]]) -> Iterator[str]:
    """The measures as lines of text: a row for each language."""
    yield f"{'':8}{'replies':>9}" + "".join(f"{name:>16}" for name in MEASURES)
    for group in sorted(found, key=lambda name: (name == "all", name)):
        shares = found[group]
        yield f"{group:8}{shares['intent'].of:9,}" + "".join(f"{_shown(name, shares[name]):>16}" for name in MEASURES)


def _shown(name: str, share: Share) -> str:
    if not share.of:
        return "-"
    rate = 1 - share.rate if name == "date wrong" else share.rate
    return f"{rate:.1%} of {share.of}"


def misses(found: dict[str, dict[str, Share]], names: Sequence[str] = MEASURES) -> Iterator[str]:
    """Every reply that was missed, once for each measure."""
    for name in names:
        for miss in found["all"][name].missed:
            yield f"{name}: {miss}"


def as_json(found: dict[str, dict[str, Share]]) -> dict[str, Any]:
    """The measures for programs."""
    return {
        group: {name: {"good": share.good, "of": share.of} for name, share in shares.items()}
        for group, shares in found.items()
    }
