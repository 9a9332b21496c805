"""Endpoints, attempts, bounced addresses, and who is told when nobody takes a conversation."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

EVENTS = ["escalation.created", "escalation.claimed", "escalation.unanswered", "conversation.resolved"]
NAMES = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bounce",
        sa.Column("address", sa.String(), primary_key=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    op.create_table(
        "endpoint",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=True),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("old_secret", sa.String(), nullable=False),
        sa.Column("old_secret_until", TIME, nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("disabled_at", TIME, nullable=True),
        sa.Column("disabled_why", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("delivery_id", sa.String(), sa.ForeignKey("delivery.id"), nullable=False, index=True),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("excerpt", sa.String(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    with op.batch_alter_table("agent") as agent:
        agent.add_column(sa.Column("away", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("turn") as turn:
        turn.add_column(sa.Column("last", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("escalation") as escalation:
        escalation.add_column(sa.Column("assigned_why", sa.String(), nullable=False, server_default=""))
        escalation.add_column(sa.Column("told_times", sa.Integer(), nullable=False, server_default="0"))
        escalation.add_column(sa.Column("reroute_due_at", TIME, nullable=True))
        escalation.add_column(sa.Column("late_due_at", TIME, nullable=True))
        escalation.create_index("ix_escalation_reroute_due_at", ["reroute_due_at"])
        escalation.create_index("ix_escalation_late_due_at", ["late_due_at"])
    with op.batch_alter_table("delivery", naming_convention=NAMES) as delivery:
        delivery.drop_constraint(_unique_of_delivery(), type_="unique")
        delivery.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
        delivery.add_column(sa.Column("endpoint_id", sa.String(), nullable=True))
        delivery.add_column(sa.Column("set_at", TIME, nullable=False, server_default="1970-01-01 00:00:00"))
        delivery.create_unique_constraint(
            "uq_delivery_notice", ["escalation_id", "event", "channel", "target", "turn"]
        )
        delivery.create_index("ix_delivery_endpoint_id", ["endpoint_id"])
        delivery.create_index("ix_delivery_status", ["status", "created_at"])
    _move_the_webhook()


def downgrade() -> None:
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_index("ix_delivery_status")
        delivery.drop_index("ix_delivery_endpoint_id")
        delivery.drop_constraint("uq_delivery_notice", type_="unique")
        for column in ("set_at", "endpoint_id", "turn"):
            delivery.drop_column(column)
        delivery.create_unique_constraint(
            "uq_delivery_escalation_id", ["escalation_id", "event", "channel", "target"]
        )
    with op.batch_alter_table("escalation") as escalation:
        escalation.drop_index("ix_escalation_late_due_at")
        escalation.drop_index("ix_escalation_reroute_due_at")
        for column in ("late_due_at", "reroute_due_at", "told_times", "assigned_why"):
            escalation.drop_column(column)
    with op.batch_alter_table("turn") as turn:
        turn.drop_column("last")
    with op.batch_alter_table("agent") as agent:
        agent.drop_column("away")
    for table in ("attempt", "endpoint", "bounce"):
        op.drop_table(table)


def _unique_of_delivery() -> str:
    """The first version left the name to the database."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    return "uq_delivery_escalation_id" if sqlite else "delivery_escalation_id_event_channel_target_key"


def _move_the_webhook() -> None:
    """The one webhook of the first version becomes the endpoint called `main`."""
    setting = sa.table("setting", sa.column("name", sa.String), sa.column("value", sa.JSON))
    endpoint = sa.table(
        "endpoint",
        *(sa.column(name, sa.String) for name in ("id", "url", "secret", "old_secret", "disabled_why")),
        sa.column("events", sa.JSON),
        sa.column("paused", sa.Boolean),
        sa.column("created_at", TIME),
    )
    found = {row.name: row.value for row in op.get_bind().execute(sa.select(setting.c.name, setting.c.value))}
    saved = found.get("escalations") or {}
    saved = json.loads(saved) if isinstance(saved, str) else saved
    row = {
        "id": "main",
        "url": saved.get("webhook_url", ""),
        "secret": found.get("webhook_secret") or "",
        "old_secret": "",
        "disabled_why": "",
        "events": EVENTS,
        "paused": not saved.get("webhook_on", False),
        "created_at": datetime.now(UTC),
    }
    op.bulk_insert(endpoint, [row])
    if saved:
        kept = {name: value for name, value in saved.items() if not name.startswith("webhook")}
        op.execute(setting.update().where(setting.c.name == "escalations").values(value=kept))
    op.execute(setting.delete().where(setting.c.name == "webhook_secret"))
