"""The migrations lead to exactly the tables the code knows, on both databases, whoever comes first."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from outreach.core.terms import ConfigError
from outreach.store.database import Database
from outreach.store.migrate import FOLDER, current, head, migrate, revisions
from outreach.store.tables import metadata

# On PostgreSQL these references are looked at a batch at a time; `test_references` shows that they hold.
HELD_BY_TRIGGERS = {
    "fk_phones_debtor_id_debtors",
    "fk_addresses_debtor_id_debtors",
    "fk_consents_debtor_id_debtors",
    "fk_consents_phone_id_phones",
    "fk_cases_debtor_id_debtors",
    "fk_case_events_case_id_cases",
}


def test_migrated_schema_is_the_schema_of_the_code(bare_db: Database) -> None:
    migrate(bare_db)
    with bare_db.begin() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, metadata)
    missing = {constraint.name for what, constraint in found if what == "add_fk"}
    assert len(missing) == len(found)
    assert missing == (set() if bare_db.is_sqlite else HELD_BY_TRIGGERS)


def test_the_names_of_the_scripts_tell_the_revisions_in_order() -> None:
    script = ScriptDirectory(str(FOLDER))
    assert revisions() == [known.revision for known in script.walk_revisions()][::-1]
    assert head() == script.get_current_head()


def test_current_tells_the_revision(bare_db: Database) -> None:
    assert current(bare_db) is None
    migrate(bare_db)
    assert current(bare_db) == head()


def test_migrating_twice_changes_nothing(bare_db: Database) -> None:
    migrate(bare_db)
    migrate(bare_db)
    assert current(bare_db) == head()


def test_several_processes_may_start_at_once(bare_db: Database) -> None:
    failures: list[Exception] = []

    def start() -> None:
        own = Database(bare_db.url)
        try:
            migrate(own)
        except Exception as error:
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert current(bare_db) == head()


def test_a_failed_upgrade_leaves_nothing_behind(bare_db: Database) -> None:
    with bare_db.begin() as tx:
        tx.execute(text("CREATE TABLE steps (id integer)"))  # in the way of the migration
    with pytest.raises(Exception, match="steps"):
        migrate(bare_db)
    assert inspect(bare_db.engine).get_table_names() == ["steps"]
    assert current(bare_db) is None


def test_a_database_of_a_newer_version_is_refused(bare_db: Database) -> None:
    migrate(bare_db)
    with bare_db.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="revision 9999, which this version of Outreach does not know"):
        migrate(bare_db)
