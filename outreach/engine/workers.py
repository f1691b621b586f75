"""Which processes work on this database, and when did each last show that it does?

A worker has a row from its start to its end in order; a row that has gone quiet is a worker that died or hangs.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update

from outreach.store.database import Database
from outreach.store.tables import workers

EVERY = timedelta(seconds=5)
QUIET_AFTER = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(days=1)  # what died longer ago is nobody's concern


def name() -> str:
    """This process, as people find it."""
    return f"{socket.gethostname()}:{os.getpid()}"[-100:]


def tick(db: Database, worker: str, now: datetime) -> None:
    """`worker` is at work."""
    with db.begin() as tx:
        if tx.execute(update(workers).where(workers.c.name == worker).values(ticked_at=now)).rowcount == 0:
            tx.execute(delete(workers).where(workers.c.ticked_at < now - FORGOTTEN_AFTER))
            tx.execute(insert(workers).values(name=worker, started_at=now, ticked_at=now))


def leave(db: Database, worker: str) -> None:
    """`worker` ends in order: nobody is to miss it."""
    with db.begin() as tx:
        tx.execute(delete(workers).where(workers.c.name == worker))
