"""Payments that the bank took back: which payment, and what each payment took off what was due and owed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.add_column("payments", sa.Column("due_minor", sa.BigInteger()))
    op.add_column("payments", sa.Column("balance_minor", sa.BigInteger()))
