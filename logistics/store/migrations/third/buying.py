"""Buying: suppliers and their terms, inspections, choices, vans and their tours."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime

_TABLES: Final = (
    "supplier",
    "supplier_slot",
    "offer_terms",
    "inspection",
    "order_flag",
    "order_terms",
    "buying_choice",
    "van",
    "van_plan",
    "van_tour",
    "van_stop",
)


def upgrade() -> None:
    """Make the tables; what was said of a supplier is never edited."""
    _make_suppliers()
    _make_inspections()
    _make_choices()
    _make_vans()
    for table in ("inspection", "order_flag"):
        protect(table, "seq", "id")


def downgrade() -> None:
    """Take them away; triggers go with their tables."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _make_suppliers() -> None:
    op.create_table(
        "supplier",
        _ref("place_id", "place", primary_key=True),
        _word("kind", 16),
        _amount("minimum_fen"),
        _count("lead_s"),
        _yes_or_no("cold"),
        _yes_or_no("entered"),
        _text("provenance", nullable=True),
        _text("note"),
        _check("supplier", "minimum", "minimum_fen >= 0"),
        _check("supplier", "lead", "lead_s >= 0"),
    )
    op.create_table(
        "supplier_slot",
        _ref("place_id", "place", primary_key=True),
        sa.Column("starts_s", sa.Integer, primary_key=True, autoincrement=False),
        _count("ends_s"),
        _amount("cases", nullable=True),
        sa.Column("buyers", sa.Integer, nullable=True),
        _check("supplier_slot", "lasts", "ends_s > starts_s"),
    )
    op.create_table(
        "offer_terms",
        _ref("market_id", "place", primary_key=True),
        _ref("item_id", "item", primary_key=True),
        _amount("minimum_cases"),
        _word("aisle", 64),
        sa.Column("keeps_h", sa.Integer, nullable=True),
        _check("offer_terms", "minimum", "minimum_cases >= 1"),
    )


def _make_inspections() -> None:
    op.create_table(
        "inspection",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        _ref("place_id", "place"),
        _word("state", 24),
        _at("since"),
        _at("until", nullable=True),
        _text("reason"),
        _text("actor"),
        _at("at"),
        _check("inspection", "lasts", "until IS NULL OR until > since"),
    )
    _index("inspection", "place_id")
    op.create_table(
        "order_flag",
        _seq(),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        _ref("order_id", "purchase_order"),
        _ref("inspection_id", "inspection"),
        _at("at"),
    )
    _index("order_flag", "order_id")


def _make_choices() -> None:
    op.create_table(
        "order_terms",
        _ref("order_id", "purchase_order", primary_key=True),
        _ref("point_id", "place", nullable=True),
        _count("buyers"),
        _count("ready_s"),
    )
    _index("order_terms", "point_id")
    op.create_table(
        "buying_choice",
        _ref("run_id", "run", primary_key=True),
        _word("chosen", 16),
        sa.Column("report", sa.JSON, nullable=False),
        _text("actor"),
        _at("at"),
    )


def _make_vans() -> None:
    op.create_table(
        "van",
        _id(),
        _ref("district_id", "district"),
        _word("code", 32),
        _amount("capacity_g"),
        _amount("capacity_ml"),
        _yes_or_no("cold"),
        _count("shift_start_s"),
        _count("shift_end_s"),
        _ref("depot_id", "place"),
        _yes_or_no("active"),
        _unique("van", "district_id", "code"),
        _check("van", "shift", "shift_end_s > shift_start_s"),
    )
    _index("van", "district_id", "depot_id")
    op.create_table(
        "van_plan",
        _id(),
        _ref("run_id", "run"),
        _word("digest", 64),
        _word("state", 16),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("left_out", sa.JSON, nullable=False),
        _count("seed"),
        _at("at"),
    )
    _index("van_plan", "run_id")
    op.create_table(
        "van_tour",
        _id(),
        _ref("plan_id", "van_plan"),
        _ref("van_id", "van"),
        _word("code", 64),
        _word("kind", 16),
        _count("departs_s"),
        _count("returns_s"),
        _amount("distance_m"),
        _unique("van_tour", "plan_id", "code"),
    )
    _index("van_tour", "plan_id", "van_id")
    op.create_table(
        "van_stop",
        _id(),
        _ref("tour_id", "van_tour"),
        _count("seq"),
        _word("kind", 16),
        _ref("place_id", "place"),
        _count("arrival_s"),
        _count("leave_s"),
        _amount("weight_g"),
        _amount("volume_ml"),
        sa.Column("loads", sa.JSON, nullable=False),
        _unique("van_stop", "tour_id", "seq"),
    )
    _index("van_stop", "tour_id", "place_id")


def _seq() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("seq", kind, primary_key=True, autoincrement=True)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(64), primary_key=True)


def _ref(name: str, target: str, **more: Any) -> sa.Column[str]:
    more = more or {"nullable": False}
    return sa.Column(name, sa.String(64), sa.ForeignKey(f"{target}.id"), **more)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _amount(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _yes_or_no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _at(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f("_".join(("uq", table, *columns))))


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
