"""What the carrier asks for each contact, in millionths, summed up by campaign and day; what each sender was given."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("attempts", sa.Column("price_micro", sa.BigInteger()))
    op.add_column("attempts", sa.Column("billed_segments", sa.SmallInteger()))
    op.add_column("attempts", sa.Column("price_ask_at", Instant))
    op.drop_column("attempts", "price_minor")  # minor units were too coarse; nothing was ever written there
    asked = sa.text("price_ask_at IS NOT NULL")
    op.create_index(
        "ix_attempts_price_ask_at", "attempts", ["price_ask_at"], sqlite_where=asked, postgresql_where=asked
    )
    op.execute("UPDATE attempts SET price_ask_at = final_at WHERE state = 'final' AND sid IS NOT NULL")
    op.create_table(
        "costs",
        sa.Column("campaign", sa.String(100), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("micro", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "channel", "placed_on", "currency", name=op.f("pk_costs")),
    )
    op.create_table(
        "paces",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("busy_until", Instant),
        sa.Column("used_on", sa.Date()),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "channel", name=op.f("pk_paces")),
    )
    op.drop_index("ix_steps_campaign", table_name="steps")
    op.create_index("ix_steps_campaign", "steps", ["campaign", "state", "channel", "due_at"], unique=False)
