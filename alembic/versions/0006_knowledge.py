"""Websites that are read, questions without an answer, and what an article was good for."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel

from alembic import op
from handoff_app.domain.models import UtcDateTime

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "source",
        sa.Column("id", text(), primary_key=True),
        *(sa.Column(name, text(), nullable=False) for name in ("url", "kind", "said", "owner")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("every_hours", "found", "read", "failed")),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=True, index=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_at", UtcDateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "gap",
        sa.Column("id", text(), primary_key=True),
        sa.Column("conversation_id", text(), sa.ForeignKey("conversation.id"), nullable=False, index=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, text(), nullable=False) for name in ("text", "why")),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False, index=True),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=True, index=True),
    )
    with op.batch_alter_table("article") as article:
        article.add_column(sa.Column("source_id", text(), nullable=True))
        article.add_column(sa.Column("file", text(), nullable=False, server_default=""))
        article.add_column(sa.Column("answers", sa.Integer(), nullable=False, server_default="0"))
        article.create_foreign_key("fk_article_source", "source", ["source_id"], ["id"])
        article.create_index("ix_article_source_id", ["source_id"])
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("wrong", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("message") as message:
        message.drop_column("wrong")
    with op.batch_alter_table("article") as article:
        article.drop_index("ix_article_source_id")
        article.drop_constraint("fk_article_source", type_="foreignkey")
        for name in ("source_id", "file", "answers"):
            article.drop_column(name)
    op.drop_table("gap")
    op.drop_table("source")
