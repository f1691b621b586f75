"""The few calls that nobody has answered yet, found without a look at all that the carrier has."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ringing = sa.text("channel = 'call' AND state = 'placed' AND answered_at IS NULL")
    op.create_index(
        "ix_attempts_ringing", "attempts", ["channel", "state"], sqlite_where=ringing, postgresql_where=ringing
    )
