"""How well, and how fast, are replies read? `python tests/benchmarks/score_replies.py`.

Every file of `tests/replies_labelled/`: those looked at while the reader was written (`build`) and mended (`build2` and on),
and those kept from its writers (`score`, and later `score3` and `score4`). Beside it, on the same replies, what a plain
reader makes of them: `dateparser` for the day, the first number for the amount, a few words of each language for the
intent. Then replies a second on one core, and the text that takes longest of some made to. Prints tables of totals;
nothing is asserted.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from dateparser.search import search_dates

from outreach.core.replies.normal import CONSIDERED
from outreach.core.terms import IntentKind
from outreach.labelled import Labelled, Read, Reader, language_of, ours, read, read_labelled, score, table

LABELLED = Path(__file__).parents[1] / "replies_labelled"
HALVES = {
    "build": "the half the reader was written with",
    "build[1-9]*": "those it was mended with",
    "score": "the half kept from its writers",
    "score3": "later ones kept from its writers",
    "score4": "the latest, written by somebody who never saw the reader",
}
PASSES = 5
HOSTILE = 300  # texts made to take long

# The first whose words are found is the intent.
WORDS: dict[IntentKind, str] = {
    IntentKind.OPT_OUT: r"stop\b|unsubscribe|remove me|leave me alone|no more texts|don'?t text|alto\b|baja|"
    r"no me escrib|no me mand|退订|别发|不要再发|别烦",
    IntentKind.STOP_CALLS: r"stop calling|don'?t call|no more calls|no me llam|别打|不要打电话",
    IntentKind.WRONG_NUMBER: r"wrong number|wrong person|who is this|n[úu]mero equivocado|打错|不认识",
    IntentKind.DECEASED: r"passed away|\bdied\b|deceased|falleci|murió|murio|去世|过世",
    IntentKind.BANKRUPTCY: r"bankrupt|chapter (?:7|13)|bancarrota|quiebra|破产",
    IntentKind.ATTORNEY: r"attorney|lawyer|abogad|律师",
    IntentKind.DISPUTE: r"not mine|don'?t owe|never (?:took|borrowed)|dispute|scam|no debo|no es mi|fraude|没借|不是我的|诈骗",
    IntentKind.PAID: r"already paid|i paid|just paid|sent it|ya pagu|pagué|已经还|还过|还了",
    IntentKind.CALLBACK: r"call me|llám[ae]me|llamame|打给我|打电话给我|回电",
    IntentKind.HELP: r"^\W*(?:help|info|ayuda|帮助)\W*$",
    IntentKind.OPT_IN: r"^\W*(?:start|unstop|resume)\W*$",
    IntentKind.COMPLAINT: r"complain|report you|harass|queja|denuncia|acoso|投诉|骚扰",
    IntentKind.HARDSHIP: r"lost my job|laid off|no money|hospital|can'?t afford|sin trabajo|no tengo dinero|desemple|失业|没钱",
    IntentKind.QUESTION: r"[?？]|how much|cuánto|cuanto|多少",
    IntentKind.PROMISE: r"pay|send|pag|deposit|transfer|abon|还|付|转",
    IntentKind.ACCEPT: r"^\W*(?:yes|yeah|ok|okay|sure|sí|si|claro|dale|好的?|可以|行)\b",
    IntentKind.DECLINE: r"^\W*no\b|can'?t|no puedo|不行|不能",
}
FOUND = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in WORDS.items()}
NUMBER = re.compile(r"(?<![\d/])(\d[\d,]*(?:\.\d\d)?)(?![\d/]|st|nd|rd|th|[号日月])")
ORDER = {"en": "MDY", "es": "DMY", "zh": "YMD"}


def plain(asked: Labelled) -> Read:
    """What a day of work with a library reads. A day or a number without any of the words is a promise, too."""
    kind = next((kind for kind, words in FOUND.items() if words.search(asked.text)), IntentKind.UNCLEAR)
    if kind is IntentKind.ACCEPT:
        return Read(kind, asked.offered_on, None)
    if kind not in {IntentKind.PROMISE, IntentKind.UNCLEAR}:
        return Read(kind, None, None)
    on, rest = day(asked)
    number = NUMBER.search(rest)
    kind = IntentKind.PROMISE if on or number else kind
    return Read(kind, on, Decimal(number[1].replace(",", "")) if number else None)


def day(asked: Labelled) -> tuple[date | None, str]:
    """The first day the library finds, and the text without it."""
    language = language_of(asked)
    known = language in ORDER
    here = asked.at.astimezone(ZoneInfo(asked.timezone)).replace(tzinfo=None)
    found = search_dates(
        asked.text,
        languages=[language] if known else None,
        settings={"RELATIVE_BASE": here, "PREFER_DATES_FROM": "future"}
        | ({"DATE_ORDER": ORDER[language]} if known else {}),
    )
    for words, at in found or []:
        if 0 <= (at.date() - here.date()).days <= 60:
            return at.date(), asked.text.replace(words, " ")
    return None, asked.text


def replies_of(half: str) -> list[Labelled]:
    return [one for path in sorted(LABELLED.glob(f"*.{half}.jsonl")) for one in read_labelled(path)]


def per_second(replies: list[Labelled], reader: Reader | None = None) -> float:
    """On one core, the best of several passes; without a `reader`, our own."""
    best = 0.0
    for _ in range(PASSES if reader is None else 1):
        start = time.process_time()
        for one in replies:
            read(one) if reader is None else reader(one)
        best = max(best, len(replies) / (time.process_time() - start))
    return best


def longest(replies: list[Labelled]) -> tuple[int, float]:
    """Texts as long as are read, each a reply said again and again: how many, and the milliseconds of the slowest."""
    worst, texts = 0.0, replies[:: max(1, len(replies) // HOSTILE)]
    for one in texts:
        again = one.model_copy(update={"text": f"{one.text} " * (CONSIDERED // (len(one.text) + 1))})
        taken = []
        for _ in range(PASSES):
            start = time.process_time()
            read(again)
            taken.append(time.process_time() - start)
        worst = max(worst, 1000 * min(taken))
    return len(texts), worst


def lines() -> Iterator[str]:
    for half, what in HALVES.items():
        replies = replies_of(half)
        for name, reader in (("outreach", ours), ("dateparser and keywords", plain)):
            yield f"{name}, {what}"
            yield from table(score(replies, reader))
            yield ""
    replies = replies_of("build")
    most = max(len(one.text) for one in replies)
    yield f"replies a second on one core: outreach {per_second(replies):,.0f}, the other {per_second(replies, plain):,.0f}"
    yield f"({len(replies):,} replies, the longest {most} characters; the best of {PASSES} passes)"
    texts, slowest = longest(replies_of("build*"))
    yield f"the slowest of {texts} texts of {CONSIDERED:,} characters, each a reply said again and again: {slowest:.1f} ms"


if __name__ == "__main__":
    print(f"{datetime.now().astimezone():%Y-%m-%d}")
    for line in lines():
        print(line, flush=True)
