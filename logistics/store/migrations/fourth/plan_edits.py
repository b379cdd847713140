"""What planners change by hand: stops that stay, and shifts of a day."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime


def _of(name: str, target: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), sa.ForeignKey(f"{target}.id"), nullable=False)


def upgrade() -> None:
    """Make the tables; hours that were said cannot be edited, only said anew."""
    op.create_table(
        "plan_lock",
        sa.Column("id", sa.String(64), primary_key=True),
        _of("run_id", "run"),
        _of("courier_id", "courier"),
        _of("stairwell_id", "place"),
        _of("point_id", "place"),
        sa.Column("bag_ids", sa.JSON, nullable=False),
        sa.Column("begin_s", sa.Integer, nullable=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    for column in ("run_id", "courier_id", "stairwell_id", "point_id"):
        op.create_index(f"ix_plan_lock_{column}", "plan_lock", [column])
    op.create_table(
        "run_shift",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(64), nullable=False),
        _of("run_id", "run"),
        _of("courier_id", "courier"),
        sa.Column("starts_s", sa.Integer, nullable=False),
        sa.Column("ends_s", sa.Integer, nullable=False),
        sa.Column("on_duty", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id"),
    )
    for column in ("run_id", "courier_id"):
        op.create_index(f"ix_run_shift_{column}", "run_shift", [column])
    protect("run_shift", "seq", "id")


def downgrade() -> None:
    """Take them away."""
    op.drop_table("run_shift")
    op.drop_table("plan_lock")
