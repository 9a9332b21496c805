"""Messages from Slack on their way into a conversation."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "slackevent",
        sa.Column("id", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("user", "channel", "thread", "text")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=True, index=True),
        sa.Column("created_at", TIME, nullable=False, index=True),
    )
    op.create_index("ix_conversation_slack_thread", "conversation", ["slack_thread"])


def downgrade() -> None:
    op.drop_index("ix_conversation_slack_thread", "conversation")
    op.drop_table("slackevent")
