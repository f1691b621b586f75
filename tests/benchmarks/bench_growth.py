"""Does a contact cost more in a large book? `python tests/benchmarks/bench_growth.py [LARGE] [--small N] [--only KIND]`.

A small book and a large one, each in a database of its own on the same server, and texts sent of both by turns, so that
what else the machine does concerns both alike. Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from bench_send import SENDING, Clock, book, filled, send, standin  # noqa: E402
from postgres import Run  # noqa: E402

from outreach.store.database import Database  # noqa: E402
from outreach.store.migrate import migrate  # noqa: E402

ROUNDS = 4


@contextmanager
def two(kind: str, folder: Path) -> Iterator[tuple[Database, Database]]:
    """Two migrated databases of this kind."""
    if kind == "SQLite":
        small, large = (Database(f"sqlite:///{folder / name}.db") for name in ("small", "large"))
        migrate(small)
        migrate(large)
        yield small, large
        return

    def fill(url: str) -> None:
        db = Database(url)
        migrate(db)
        db.close()

    run = Run()
    run.ensure(fill)
    with run.create("small") as one, run.create("large") as other:
        small, large = Database(one), Database(other)
        yield small, large
        small.close()
        large.close()
    run.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("large", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=1_200, help="In each round.")
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"))
    said = parser.parse_args()
    sys.stdout.write(f"{'':34}{'reserve us':>12}{'place us':>12}\n")
    for kind in ("SQLite", "PostgreSQL"):
        if said.only not in (None, kind):
            continue
        with tempfile.TemporaryDirectory() as name, two(kind, Path(name)) as dbs, standin() as address:
            sizes = (said.small, said.large)
            for db, loans in zip(dbs, sizes, strict=True):
                filled(db, book(Path(name) / "book.csv", loans), Clock(), address)
            spent = {loans: [0, 0.0, 0.0] for loans in sizes}
            for turn in range(ROUNDS):
                for db, loans in zip(dbs, sizes, strict=True):
                    sent, _, took = send(db, address, said.messages, 1, SENDING + timedelta(minutes=turn))
                    so_far = spent[loans]
                    spent[loans] = [so_far[0] + sent, so_far[1] + took["reserve"], so_far[2] + took["place"]]
            for loans, (sent, reserve, place) in spent.items():
                name_ = f"{kind}, {loans:,} loans ({sent:,.0f} sent)"
                sys.stdout.write(f"{name_:34}{1e6 * reserve / sent:12,.0f}{1e6 * place / sent:12,.0f}\n")
            each = [(reserve + place) / sent for sent, reserve, place in spent.values()]
            sys.stdout.write(f"{'a contact costs':34}{each[1] / each[0]:12.2f} times as much\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
