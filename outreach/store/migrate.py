"""Which shape does the database have, and how does it get the one this version needs?

One transaction holds the whole upgrade, so a database is at the old revision or at the new one, never between. Several
processes may start at once: on PostgreSQL an advisory lock lets one of them through, on SQLite the write lock does.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from outreach.core.terms import ConfigError
from outreach.store.database import Database, Turn, take_turn

FOLDER = Path(__file__).parent / "migrations"


def migrate(db: Database) -> None:
    """Bring the database to the newest revision; only looks when it is there: nobody's lock is waited for.

    Raises ConfigError when a newer version of Outreach has been here: going back is not offered, data would be lost.
    """
    if current(db) == head():
        return
    with db.begin() as tx:
        take_turn(tx, Turn.MIGRATE)
        at = _revision(tx)
        if at == head():
            return
        if at is not None and at not in revisions():
            raise ConfigError(
                f"the database is at revision {at}, which this version of Outreach does not know; "
                "install the version that migrated it, or a newer one"
            )
        _upgrade(tx)


def _upgrade(tx: Connection) -> None:
    from alembic import command  # a second's work to import, and needed once in a database's life
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = tx
    command.upgrade(config, "head")


def current(db: Database) -> str | None:
    """The revision the database is at; None for a database without our tables."""
    with db.read() as tx:
        return _revision(tx)


def revisions() -> list[str]:
    """Every revision this version knows, oldest first: each script's name begins with its revision."""
    return sorted(script.name.partition("_")[0] for script in (FOLDER / "versions").glob("[0-9]*.py"))


def head() -> str:
    """The revision this version needs."""
    return revisions()[-1]


def _revision(tx: Connection) -> str | None:
    if not inspect(tx).has_table("alembic_version"):
        return None
    found = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found is not None else None
