"""Run by Alembic: migrates over the connection and inside the transaction that `outreach.store.migrate` opened."""

from alembic import context

from outreach.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
