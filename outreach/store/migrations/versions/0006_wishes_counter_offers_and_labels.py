"""Wishes of debtors (who said so, a call they asked for), the amount a text offered, and replies that a person labelled."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("inconvenient_times", sa.Column("source", sa.String(40)))
    op.add_column("tasks", sa.Column("phone_id", Id))
    op.add_column("tasks", sa.Column("attempt_id", Id))
    op.add_column("attempts", sa.Column("offered_minor", sa.BigInteger()))
    op.add_column("inbound_messages", sa.Column("asked", sa.JSON()))
    op.create_table(
        "labelled_replies",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column(
            "inbound_message_id",
            Id,
            sa.ForeignKey(
                "inbound_messages.id", name="fk_labelled_replies_inbound_message_id_inbound_messages"
            ),
            nullable=False,
        ),
        sa.Column("intent", sa.String(20), nullable=False),
        sa.Column("promised_on", sa.Date()),
        sa.Column("amount_minor", sa.BigInteger()),
        sa.Column("callback_at", Instant),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("labelled_at", Instant, nullable=False),
        sa.Column("labelled_by", sa.String(100), nullable=False),
        sa.UniqueConstraint("inbound_message_id", name="uq_labelled_replies_inbound_message_id"),
    )
