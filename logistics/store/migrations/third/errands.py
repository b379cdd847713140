"""Errands, and each step that follows."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime


def _of(name: str, target: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), sa.ForeignKey(f"{target}.id"), nullable=False)


def upgrade() -> None:
    """Make the tables; steps cannot be edited."""
    op.create_table(
        "errand",
        sa.Column("id", sa.String(64), primary_key=True),
        _of("district_id", "district"),
        _of("household_id", "household"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("client_ref", sa.String(128), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("household_id", "client_ref"),
    )
    for column in ("district_id", "household_id"):
        op.create_index(f"ix_errand_{column}", "errand", [column])
    op.create_index("ix_errand_queue", "errand", ["district_id", "state", "id"])
    op.create_table(
        "errand_step",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(64), nullable=False),
        _of("errand_id", "errand"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_errand_step_errand_id", "errand_step", ["errand_id"])
    protect("errand_step", "seq", "id")


def downgrade() -> None:
    """Take them away."""
    op.drop_table("errand_step")
    op.drop_table("errand")
