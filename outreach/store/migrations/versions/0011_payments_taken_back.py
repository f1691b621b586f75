"""Payments that the bank took back: which payment, and what each took off what was due and owed; when stops end."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.add_column("payments", sa.Column("due_minor", sa.BigInteger()))
    op.add_column("payments", sa.Column("balance_minor", sa.BigInteger()))
    ends = sa.text("until IS NOT NULL")
    op.create_index("ix_suppressions_until", "suppressions", ["until"], sqlite_where=ends, postgresql_where=ends)
