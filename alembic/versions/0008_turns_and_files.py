"""Where the rotation stands, by place and not by count; files beside a reply from Slack."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("turn") as turn:
        turn.alter_column("count", new_column_name="place")
    op.execute("UPDATE turn SET place = 0")
    with op.batch_alter_table("slackevent") as event:
        event.add_column(sa.Column("files", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("slackevent") as event:
        event.drop_column("files")
    with op.batch_alter_table("turn") as turn:
        turn.alter_column("place", new_column_name="count")
