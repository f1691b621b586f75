"""Seals: the heads of all logs, day by day, chained."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("sealed_at", Instant, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "seal_heads",
        sa.Column("seal_id", Id, sa.ForeignKey("seals.id"), primary_key=True),
        sa.Column("case_id", Id, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_seal_heads_case", "seal_heads", ["case_id"], unique=False)
