"""Fewer indexes to keep up with every step that moves and every attempt that is written.

`ix_steps_due` went through the due steps of every campaign to find those of one: with a million loans, all of them. The
steps of a case, and the attempts of a number, are found by the index that begins with the case, or with the debtor. An
attempt is in the index of what was placed once it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_index("ix_steps_due", table_name="steps")
    op.drop_index("ix_steps_case_id", table_name="steps")
    op.drop_index("ix_attempts_phone_id", table_name="attempts")
    op.drop_index("ix_attempts_campaign", table_name="attempts")
    placed = sa.text("placed_at IS NOT NULL")
    op.create_index(
        "ix_attempts_campaign",
        "attempts",
        ["campaign_id", "channel", "placed_at"],
        sqlite_where=placed,
        postgresql_where=placed,
    )
