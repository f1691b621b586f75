"""Gate against oracle, a million asks: `python tests/benchmarks/oracle_run.py [--asks N] [--seed S]`. Exit 1 on any disagreement.

Prints for every rule how often it refused and how often, aimed at, it did not; what is wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

import oracle_books  # noqa: E402
from oracle_agreement import Court, Tally  # noqa: E402

SHIPPED = TESTS.parent / "config" / "rulebooks"
CAUTIOUS = {"BR": "policy/default", "DE": "policy/default"}
HOUSE = {"*": "policy/house", "US": "policy/us", "GB": "policy/gb", "IE": "policy/ie"}  # every other policy
CHUNK = 2000
Job = tuple[Path, dict[str, str], int, int]


def hear(job: Job) -> tuple[Tally, list[str]]:
    folder, adopted, count, seed = job
    court = Court(folder, adopted)
    tally = court.hear(count, seed)
    tally.wrong = [f"seed {seed}: {line}" for line in tally.wrong]
    return tally, court.rules


def jobs(asks: int, seed: int, made_up: Path) -> list[Job]:
    """Every other job the shipped rulebooks, every other a set made up anew."""
    found: list[Job] = []
    for number in range(0, asks, CHUNK):
        count, own = min(CHUNK, asks - number), seed * 1_000_003 + number // CHUNK
        if own % 2:
            folder = made_up / str(own)
            found.append((folder, oracle_books.write(folder, own), count, own))
        else:
            found.append((SHIPPED, HOUSE if own % 4 else CAUTIOUS, count, own))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asks", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2)
    said = parser.parse_args()
    total, rules = Tally(), set[str]()
    with tempfile.TemporaryDirectory() as made_up, ProcessPoolExecutor(said.cores) as pool:
        for done in as_completed([pool.submit(hear, job) for job in jobs(said.asks, said.seed, Path(made_up))]):
            tally, named = done.result()
            total.add(tally)
            rules |= set(named)
            for line in tally.wrong:  # at once: a run of an hour may be cut short
                print(f"\nwrong: {line}", flush=True)
            print(f"\r{total.asks:,} asks, {len(total.wrong)} wrong", end="", file=sys.stderr, flush=True)
    report(total, rules)
    return 1 if total.wrong else 0


def report(total: Tally, rules: set[str]) -> None:
    shipped = sorted(rule for rule in rules | set(total.refused) if not MADE_UP(rule))
    print(f"\n{total.asks:,} asks; retry_at proved {total.checked['retry_at']:,}, refusals {total.checked['refuse']:,}")
    print(f"{'rule':28} {'refused':>9} {'did not':>9}")
    for rule in shipped:
        print(f"{rule:28} {total.refused[rule]:9,} {total.passed[rule]:9,}")
    never = sorted(rule for rule in rules if not (total.refused[rule] and total.passed[rule]))
    print(f"never on both sides: {', '.join(never) or 'none'} (of {len(rules):,} rules)")
    print(f"wrong {len(total.wrong):,}")


def MADE_UP(rule: str) -> bool:  # noqa: N802
    return rule.startswith(("POLICY-HOUSE-", "POLICY-NARROW-")) or rule.split("-")[1:2] in (["SA"], ["SB"], ["SC"])


if __name__ == "__main__":
    sys.exit(main())
