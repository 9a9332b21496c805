"""Replies that the visitor has not seen, and the links that bring them back."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "returnlink",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("conversation_id", sa.String(), sa.ForeignKey("conversation.id"), nullable=False, index=True),
        sa.Column("visitor_id", sa.String(), nullable=True, index=True),
        sa.Column("expires_at", TIME, nullable=False),
    )
    op.add_column("conversation", sa.Column("unseen_since", TIME, nullable=True))
    op.create_index("ix_conversation_unseen_since", "conversation", ["unseen_since"])


def downgrade() -> None:
    op.drop_index("ix_conversation_unseen_since", "conversation")
    with op.batch_alter_table("conversation") as conversation:
        conversation.drop_column("unseen_since")
    op.drop_table("returnlink")
