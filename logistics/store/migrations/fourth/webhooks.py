"""Whom to tell of events, and the messages that wait to be sent or were."""

import sqlalchemy as sa
from alembic import op

from logistics.store.schema.columns import UtcDateTime


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.String(256), nullable=False),
        sa.Column("old_secret", sa.String(256), nullable=False),
        sa.Column("old_secret_until", UtcDateTime, nullable=True),
        sa.Column("events", sa.JSON, nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("stopped_for", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("webhook_id", sa.String(64), sa.ForeignKey("webhook.id"), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("last_status", sa.Integer, nullable=True),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.UniqueConstraint("webhook_id", "message_id"),
        sa.CheckConstraint("attempts >= 0", name="ck_webhook_delivery_attempts"),
    )
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", ["state", "next_at"])
    op.create_index("ix_webhook_delivery_page", "webhook_delivery", ["webhook_id", "seq"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
