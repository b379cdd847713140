"""Prices, policies, what lots cost, and the journal of money."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime

_NEW = ("sale_price", "money_policy", "money_terms", "lot_cost", "money_entry")


def upgrade() -> None:
    """Make the tables and their triggers."""
    _make_rules()
    _make_terms()
    _make_journal()
    protect("sale_price", "seq", "id")
    protect("money_policy", "seq", "id")
    protect("money_terms", "run_id", "id")
    protect("lot_cost", "lot_id")
    protect("money_entry", "seq", "fact")


def downgrade() -> None:
    """Take them away; triggers go with their tables."""
    for table in reversed(_NEW):
        op.drop_table(table)


def _make_rules() -> None:
    op.create_table(
        "sale_price",
        _seq(),
        _id(),
        _ref("district_id", "district"),
        _ref("item_id", "item"),
        sa.Column("price_fen", sa.BigInteger, nullable=True),
        sa.Column("per_base", sa.BigInteger, nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        *_tail(),
        sa.CheckConstraint("price_fen IS NULL OR price_fen >= 0", name="ck_sale_price_price"),
        sa.CheckConstraint("per_base > 0", name="ck_sale_price_positive"),
    )
    op.create_index("ix_sale_price_district_id", "sale_price", ["district_id"])
    op.create_index("ix_sale_price_item_id", "sale_price", ["item_id"])
    op.create_table(
        "money_policy",
        _seq(),
        _id(),
        _ref("district_id", "district"),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        *_tail(),
    )
    op.create_index("ix_money_policy_district_id", "money_policy", ["district_id"])


def _make_terms() -> None:
    op.create_table(
        "money_terms",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("run.id"), primary_key=True),
        _id(),
        _ref("policy_id", "money_policy", nullable=True),
        sa.Column("prices_until", sa.BigInteger, nullable=False),
        *_tail(),
    )
    op.create_table(
        "lot_cost",
        sa.Column("lot_id", sa.String(64), sa.ForeignKey("lot.id"), primary_key=True),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("cost_fen", sa.BigInteger, nullable=False),
        sa.Column("basis", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_lot_cost_positive"),
        sa.CheckConstraint("cost_fen >= 0", name="ck_lot_cost_cost"),
    )


def _make_journal() -> None:
    op.create_table(
        "money_entry",
        _seq(),
        sa.Column("fact", sa.String(192), nullable=False, unique=True),
        _ref("district_id", "district"),
        _ref("run_id", "run", nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("debit", sa.String(96), nullable=False),
        sa.Column("credit", sa.String(96), nullable=False),
        sa.Column("fen", sa.BigInteger, nullable=False),
        _ref("lot_id", "lot", nullable=True),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("household", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(96), nullable=False),
        sa.Column("corrects", sa.BigInteger, nullable=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.CheckConstraint("fen >= 0", name="ck_money_entry_amount"),
        sa.CheckConstraint("quantity >= 0", name="ck_money_entry_quantity"),
        sa.CheckConstraint("debit <> credit", name="ck_money_entry_sides"),
    )
    op.create_index("ix_money_entry_run_id", "money_entry", ["run_id"])
    op.create_index("ix_money_entry_household", "money_entry", ["household"])
    op.create_index("ix_money_entry_corrects", "money_entry", ["corrects"], unique=True)


def _seq() -> sa.Column[int]:
    return sa.Column(
        "seq",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    )


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(64), nullable=False, unique=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), sa.ForeignKey(f"{target}.id"), nullable=nullable)


def _tail() -> tuple[sa.Column[str], sa.Column[datetime]]:
    return (
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
