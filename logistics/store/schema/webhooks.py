"""Tables of webhooks: whom to tell, and the messages that wait to be sent or were."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from logistics.store.schema.columns import (
    at_column,
    id_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

webhook = Table(
    # the secret itself is kept: who signs must know it
    "webhook",
    metadata,
    id_column(),
    text_column("url"),
    Column("secret", String(256), nullable=False),
    Column("old_secret", String(256), nullable=False),
    at_column("old_secret_until", nullable=True),
    Column("events", JSON, nullable=False),
    Column("form", String(16), nullable=False),  # plain dingtalk wecom
    Column("language", String(8), nullable=False),
    text_column("label"),
    Column("active", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("stopped_for", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    at_column("created_at"),
    at_column("updated_at"),
)

webhook_delivery = Table(
    # written in the transaction of the deed that it tells of, sent afterwards
    "webhook_delivery",
    metadata,
    seq_column(),
    Column("message_id", String(64), nullable=False),  # one for all who are told of one event
    ref_column("webhook_id", "webhook", index=False),
    Column("event", String(32), nullable=False),
    text_column("payload"),
    Column("state", String(16), nullable=False),  # pending sent failed dropped
    Column("attempts", Integer, nullable=False),
    at_column("next_at"),
    Column("last_status", Integer, nullable=True),
    text_column("last_error"),
    at_column("at"),
    at_column("ended_at", nullable=True),
    UniqueConstraint("webhook_id", "message_id"),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index("ix_webhook_delivery_due", "state", "next_at"),
    Index("ix_webhook_delivery_page", "webhook_id", "seq"),
)
