"""Permits: what each contact was judged on, and by which versions of which rulebooks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "permits",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("attempt_id", Id, sa.ForeignKey("attempts.id"), nullable=False),
        sa.Column("judged_at", Instant, nullable=False),
        sa.Column("document", sa.Text()),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index(op.f("ix_permits_attempt_id"), "permits", ["attempt_id"], unique=False)
    op.create_table(
        "rulebook_versions",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("loaded_at", Instant, nullable=False),
        sa.UniqueConstraint("name", "version"),
    )
    op.create_table(
        "laws",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("loaded_at", Instant, nullable=False),
    )
