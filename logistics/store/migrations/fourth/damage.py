"""Pieces of a bag that were found damaged."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime


def upgrade() -> None:
    """Make the table; what was said cannot be edited."""
    op.create_table(
        "bag_damage",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("bag_id", sa.String(64), sa.ForeignKey("bag.id"), nullable=False),
        sa.Column("lot_id", sa.String(64), sa.ForeignKey("lot.id"), nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("by", sa.String(96), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("bag_id", "key", "lot_id"),
        sa.CheckConstraint("quantity > 0", name="ck_bag_damage_positive"),
    )
    for column in ("bag_id", "lot_id"):
        op.create_index(f"ix_bag_damage_{column}", "bag_damage", [column])
    protect("bag_damage", "seq", "id")


def downgrade() -> None:
    """Take it away."""
    op.drop_table("bag_damage")
