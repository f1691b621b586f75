"""What do the words of a reply speak for? `python tests/benchmarks/learn_replies.py` writes `core/replies/learned.py`.

Learned from the labelled replies that the reader was written with (never from those kept for scoring) and the sentences of
`tests/core/said`: a linear model, one weight for each word and meaning, by gradient descent; the same weights every time.
Give parts to leave out to see what it makes of them: `... learn_replies.py --without build7`.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from math import exp, sqrt
from pathlib import Path

from outreach.core.replies import learned, likeness
from outreach.core.replies.days import Calendar
from outreach.core.replies.normal import Said, normalise
from outreach.core.replies.promise import told
from outreach.labelled import read_labelled

TESTS = Path(__file__).parents[1]
LEARNED = Path(learned.__file__)
ROUNDS, RATE, DECAY, SEED = 12, 0.3, 1e-3, 1
OFTEN = 3  # times a feature must occur
LEAST = 0.75  # a smaller weight is left out
WIDTH = 400
ANY_DAY = Calendar(date(2026, 11, 25), 60, ("md", "dm"))

Example = tuple[list[str], str]


def examples(without: Sequence[str]) -> Iterator[Example]:
    """The features of every reply, and its meaning; of one that names a day or an hour also without it."""
    for said, kind in replies(without):
        yield sorted(likeness.features(said.plain)), kind
        rest = told(said, ANY_DAY, "USD", None, None).rest
        if rest and rest != said.plain:
            yield sorted(likeness.features(rest)), kind


def replies(without: Sequence[str]) -> Iterator[tuple[Said, str]]:
    for path in sorted((TESTS / "replies_labelled").glob("*.build*.jsonl")):
        if path.name.split(".")[1] not in without:
            for one in read_labelled(path):
                yield normalise(one.text, one.language), one.want.intent.value
    for language in ("en", "es", "zh"):
        kind = ""
        for line in (TESTS / "core/said" / f"{language}.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("# "):
                kind = line[2:].removeprefix("offered ")
            elif line:
                yield normalise(line.split(" | ")[0], language), kind


def train(found: list[Example]) -> tuple[list[str], dict[str, list[float]]]:
    """The meanings, and for each feature a weight for each of them. Rare meanings count more than their number."""
    kinds = sorted({kind for _, kind in found})
    often = Counter(feature for features, _ in found for feature in features)
    known = [([f for f in features if often[f] >= OFTEN], kinds.index(kind)) for features, kind in found]
    share = Counter(place for _, place in known)
    worth = [sqrt(len(known) / len(kinds) / share[place]) for place in range(len(kinds))]
    weights: dict[str, list[float]] = {}
    steps: dict[str, list[float]] = {}
    for feature in sorted(f for f, times in often.items() if times >= OFTEN):
        weights[feature], steps[feature] = [0.0] * len(kinds), [1e-2] * len(kinds)
    chance = random.Random(SEED)
    for _ in range(ROUNDS):
        chance.shuffle(known)
        for features, place in known:
            if features:
                _learn(features, place, worth[place], weights, steps)
    return kinds, weights


def _learn(
    features: list[str], place: int, worth: float, weights: dict[str, list[float]], steps: dict[str, list[float]]
) -> None:
    """One step of gradient descent for one reply, each weight with a rate of its own."""
    scale = 1 / sqrt(len(features))
    sums = [scale * sum(column) for column in zip(*(weights[f] for f in features), strict=True)]
    most = max(sums)
    odds = [exp(value - most) for value in sums]
    whole = sum(odds)
    for kind, odd in enumerate(odds):
        slope = (odd / whole - (kind == place)) * scale * worth
        if abs(slope) < 2e-3:
            continue
        for feature in features:
            weight, step = weights[feature], steps[feature]
            gradient = slope + DECAY * weight[kind]
            step[kind] += gradient * gradient
            weight[kind] -= RATE * gradient / sqrt(step[kind])


def entries(weights: dict[str, list[float]]) -> Iterator[str]:
    for feature in sorted(weights):
        told = [(kind, weight) for kind, weight in enumerate(weights[feature]) if abs(weight) >= LEAST]
        if told:
            yield f"{feature}:{''.join(likeness.encoded(kind, weight) for kind, weight in told)}"


def module(kinds: list[str], weights: dict[str, list[float]], number: int) -> str:
    """The text of `learned.py`."""
    lines, line = [], ""
    for entry in entries(weights):
        if len(line) + len(entry) > WIDTH:
            lines.append(line)
            line = ""
        line += f"{entry} "
    rows = "\n".join(f'    "{row}"' for row in [*lines, line])
    return (
        f'"""How much does each word speak for each meaning? Learned from {number:,} labelled replies; not written by hand.\n\n'
        "Made by `tests/benchmarks/learn_replies.py`, read by `likeness.py`: of each word the letter of a meaning (its place in\n"
        '`KINDS`; a capital speaks against it) and how much, a digit of base 36 in parts of a whole.\n"""\n\n'
        f"KINDS = (\n{''.join(f'    {chr(34)}{kind}{chr(34)},{chr(10)}' for kind in kinds)})\n"
        f"PARTS = {learned.PARTS}\nWEIGHTS = (\n{rows}\n)\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", nargs="*", default=[], help="parts that are not learned from")
    without = parser.parse_args().without
    found = list(examples(without))
    kinds, weights = train(found)
    LEARNED.write_text(module(kinds, weights, len(found)), encoding="utf-8")
    print(f"{len(found):,} replies, {len(kinds)} meanings, {LEARNED.stat().st_size:,} bytes in {LEARNED.name}")


if __name__ == "__main__":
    main()
