"""Which shape does the database have, and how does it get the one this version needs?

One transaction holds the whole upgrade, so a database is at the old revision or at the new one, never between. Several
processes may start at once: on PostgreSQL an advisory lock lets one of them through, on SQLite the write lock does.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from outreach.core.terms import ConfigError
from outreach.store.database import Database

FOLDER = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x0075_7472  # any fixed number; ours alone in our database


def migrate(db: Database) -> None:
    """Bring the database to the newest revision; does nothing when it is there.

    Raises ConfigError when a newer version of Outreach has been here: going back is not offered, data would be lost.
    """
    config = _config()
    with db.begin() as tx:
        if not db.is_sqlite:
            tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        script = ScriptDirectory.from_config(config)
        at = _revision(tx)
        if at == script.get_current_head():
            return
        if at is not None and at not in {known.revision for known in script.walk_revisions()}:
            raise ConfigError(
                f"the database is at revision {at}, which this version of Outreach does not know; "
                "install the version that migrated it, or a newer one"
            )
        config.attributes["connection"] = tx
        command.upgrade(config, "head")


def current(db: Database) -> str | None:
    """The revision the database is at; None for a database without our tables."""
    with db.read() as tx:
        return _revision(tx)


def head() -> str:
    """The revision this version needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def _revision(tx: Connection) -> str | None:
    return MigrationContext.configure(tx).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
