"""Switches: who stopped everything, or a campaign, and why; which workers are at work, and how late contacts leave."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "switches",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("campaign", sa.String(100)),
        sa.Column("stopped_at", Instant, nullable=False),
        sa.Column("stopped_by", sa.String(100), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("resumed_at", Instant),
        sa.Column("resumed_by", sa.String(100)),
        sa.Column("resumed_why", sa.Text()),
    )
    op.create_index("ix_switches_resumed_at", "switches", ["resumed_at"], unique=False)
    op.create_table(
        "workers",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("ticked_at", Instant, nullable=False),
    )
    op.add_column("attempts", sa.Column("cancel_asked_at", Instant))
    op.add_column("attempts", sa.Column("due_at", Instant))
