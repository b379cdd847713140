"""Indexes that requests look things up by, and what is counted once, when orders are placed."""

import sqlalchemy as sa
from alembic import op

_INDEXES = (
    ("ix_bag_code", "bag", ["code"]),
    ("ix_lot_provenance", "lot", ["provenance"]),
    ("ix_purchase_order_code", "purchase_order", ["code"]),
    ("ix_money_entry_debit", "money_entry", ["debit"]),
    ("ix_money_entry_credit", "money_entry", ["credit"]),
    ("ix_plan_in_force", "plan", ["run_id", "state", "created_at", "id"]),
)


def upgrade() -> None:
    """Make the indexes, and count the households behind each line of earlier orders."""
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)
    op.create_index(
        "ix_balance_lot",
        "balance",
        ["lot_id", "location"],
        postgresql_ops={"location": "varchar_pattern_ops"},
    )
    op.add_column(
        "purchase_line",
        sa.Column("households", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.execute("""
        UPDATE purchase_line SET households = (
          SELECT count(DISTINCT household_list.household_id)
          FROM line_demand
          JOIN order_line ON order_line.id = line_demand.line_id
          JOIN household_list ON household_list.id = order_line.list_id
          WHERE line_demand.purchase_line_id = purchase_line.id)
    """)


def downgrade() -> None:
    """Take them away."""
    op.drop_column("purchase_line", "households")
    op.drop_index("ix_balance_lot", "balance")
    for name, table, _ in reversed(_INDEXES):
        op.drop_index(name, table)
