"""What an import meets halfway, for as long as a test wants it to: somebody else who holds what it needs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from outreach.store.database import Database


def until(holds: Callable[[], Any]) -> Any:
    pause = threading.Event()
    for _ in range(2400):
        if found := holds():
            return found
        pause.wait(0.05)
    raise AssertionError("it never came to that")


@contextmanager
def held(db: Database, *numbers: int) -> Iterator[None]:
    """Whoever comes to open one of these debtors waits, as long as this lasts. On PostgreSQL."""
    columns = "ref, salt, country, shard, facts_version, created_at"
    with db.engine.connect() as connection:
        for n in numbers:
            connection.exec_driver_sql(f"INSERT INTO debtors ({columns}) VALUES ('D{n}', '', 'US', 0, 0, now())")
        yield
        connection.rollback()


def waiting(db: Database) -> list[int]:
    """The database's processes that wait for the one who holds a debtor."""
    with db.engine.connect() as connection:
        blocked = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'transactionid' AND datname = current_database()"
        return list(connection.exec_driver_sql(blocked).scalars())
