"""A small fact is kept under its name, and the last one counts."""

from __future__ import annotations

from outreach.store.database import Database
from outreach.store.kept import keep, kept


def test_what_was_kept_last_is_what_is_read(db: Database) -> None:
    with db.read() as connection:
        assert kept(connection, "clock") is None
    for value in ("one", "two"):
        with db.begin() as tx:
            keep(tx, "clock", value)
            keep(tx, "other", "kept")
    with db.read() as connection:
        assert (kept(connection, "clock"), kept(connection, "other")) == ("two", "kept")
