"""Errands on trips: where the thing lies, its stops on a plan, what a plan leaves out."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime


def _of(name: str, target: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), sa.ForeignKey(f"{target}.id"), nullable=nullable)


def upgrade() -> None:
    """Make the tables; what was said of a place cannot be edited."""
    op.create_table(
        "errand_place",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(64), nullable=False),
        _of("errand_id", "errand"),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_errand_place_errand_id", "errand_place", ["errand_id"])
    protect("errand_place", "seq", "id")
    op.create_table(
        "stop_errand",
        sa.Column("id", sa.String(64), primary_key=True),
        _of("plan_id", "plan"),
        _of("trip_id", "trip"),
        _of("errand_id", "errand"),
        sa.Column("leg", sa.String(8), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        _of("stairwell_id", "place", nullable=True),
        sa.Column("place_code", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("lon", sa.Float, nullable=False),
        sa.Column("lat", sa.Float, nullable=False),
        sa.Column("arrival_s", sa.Integer, nullable=False),
        sa.Column("leave_s", sa.Integer, nullable=False),
        sa.Column("drop_mode", sa.String(16), nullable=False),
        sa.UniqueConstraint("plan_id", "errand_id", "leg"),
    )
    for column in ("plan_id", "trip_id", "errand_id", "stairwell_id"):
        op.create_index(f"ix_stop_errand_{column}", "stop_errand", [column])
    op.create_table(
        "errand_left",
        sa.Column("plan_id", sa.String(64), sa.ForeignKey("plan.id"), primary_key=True),
        sa.Column("errand_id", sa.String(64), sa.ForeignKey("errand.id"), primary_key=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("next_action", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("errand_left")
    op.drop_table("stop_errand")
    op.drop_table("errand_place")
