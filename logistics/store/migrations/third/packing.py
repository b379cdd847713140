"""Packing: what bags are meant to hold, what was done with them, what was short, their tokens."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime

_TABLES = ("bag_token", "bag_plan_line", "packing_event", "packing_short")


def upgrade() -> None:
    """Make the tables; what was said at the point is never edited, and a token stays."""
    op.create_table(
        "bag_token",
        sa.Column("bag_id", sa.String(64), sa.ForeignKey("bag.id"), primary_key=True),
        sa.Column("token", sa.String(32), nullable=False),
        sa.UniqueConstraint("token", name="uq_bag_token_token"),
    )
    op.create_table(
        "bag_plan_line",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False),
        _ref("bag_id", "bag"),
        _ref("share_id", "share"),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("cause", sa.String(192), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id", name="uq_bag_plan_line_id"),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_bag_plan_line_changes")),
    )
    op.create_table(
        "packing_event",
        _seq(),
        _ref("bag_id", "bag"),
        sa.Column("key", sa.String(192), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("key", name="uq_packing_event_key"),
    )
    op.create_table(
        "packing_short",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(192), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        _ref("bag_id", "bag"),
        _ref("share_id", "share"),
        _ref("lot_id", "lot"),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id", name="uq_packing_short_id"),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_packing_short_positive")),
    )
    for table, columns in (
        ("bag_plan_line", ("bag_id", "share_id")),
        ("packing_event", ("bag_id",)),
        ("packing_short", ("bag_id", "share_id", "lot_id", "key")),
    ):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    protect("bag_token", "bag_id", "token")
    protect("bag_plan_line", "seq", "id")
    protect("packing_event", "seq", "key")
    protect("packing_short", "seq", "id")


def downgrade() -> None:
    """Take them away; triggers go with their tables."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _seq() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("seq", kind, primary_key=True, autoincrement=True)


def _ref(name: str, target: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), sa.ForeignKey(f"{target}.id"), nullable=False)
