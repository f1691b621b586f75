"""Which small facts of this deployment survive a restart: the last instant seen, the last audit, where a demo's clock stands?"""

from __future__ import annotations

from sqlalchemy import Connection, select

from outreach.store.bulk import inserting
from outreach.store.tables import settings


def kept(connection: Connection, name: str) -> str | None:
    """What was kept under this name; None: nothing was."""
    value: str | None = connection.scalar(select(settings.c.value).where(settings.c.name == name))
    return value


def keep(tx: Connection, name: str, value: str) -> None:
    """Keep `value` under this name, in place of what was there."""
    row = inserting(tx, settings).values(name=name, value=value)
    tx.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
