"""Rations, fills of households, shares taken back, and what a line says of substitutes."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime

_NEW = ("ration", "household_fill", "share_correction")


def upgrade() -> None:
    """Make the tables, and columns for ordered substitutes with what they may cost."""
    op.create_table(
        "ration",
        *_head("run_id", "item_id"),
        sa.Column("quantity", sa.BigInteger, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        *_tail(),
        sa.CheckConstraint("quantity IS NULL OR quantity > 0", name="ck_ration_positive"),
    )
    op.create_table(
        "household_fill",
        *_head("run_id", "household_id"),
        sa.Column("tier", sa.Integer, nullable=False),
        sa.Column("fill_permille", sa.Integer, nullable=False),
        sa.Column("debt_permille", sa.Integer, nullable=False),
        sa.Column("proven", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("fill_permille BETWEEN 0 AND 1000", name="ck_household_fill_rate"),
    )
    op.create_table(
        "share_correction",
        *_head("run_id", "share_id"),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        *_tail(),
        sa.CheckConstraint("quantity > 0", name="ck_share_correction_positive"),
    )
    for table, column in (
        ("ration", "run_id"),
        ("ration", "item_id"),
        ("household_fill", "household_id"),
        ("share_correction", "run_id"),
        ("share_correction", "share_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.create_index("ix_household_fill_run", "household_fill", ["run_id", "household_id"])
    for table in _NEW:
        protect(table, "seq", "id")
    op.add_column(
        "order_line", sa.Column("substitutes", sa.JSON, nullable=False, server_default="[]")
    )
    op.add_column("order_line", sa.Column("substitute_cap_fen", sa.BigInteger, nullable=True))


def downgrade() -> None:
    """Take them away; triggers go with their tables."""
    op.drop_column("order_line", "substitute_cap_fen")
    op.drop_column("order_line", "substitutes")
    for table in reversed(_NEW):
        op.drop_table(table)


def _head(*references: str) -> tuple[sa.Column[int] | sa.Column[str], ...]:
    return (
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        *(
            sa.Column(
                name,
                sa.String(64),
                sa.ForeignKey(f"{name.removesuffix('_id')}.id"),
                nullable=False,
            )
            for name in references
        ),
    )


def _tail() -> tuple[sa.Column[str], sa.Column[datetime]]:
    return (
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
