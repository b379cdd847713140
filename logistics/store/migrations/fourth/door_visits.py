"""What leaders met at doors."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime


def upgrade() -> None:
    """Make the table; what was met cannot be edited."""
    op.create_table(
        "door_visit",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("key", sa.String(192), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("run.id"), nullable=False),
        sa.Column("household_id", sa.String(64), sa.ForeignKey("household.id"), nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_door_visit_door", "door_visit", ["household_id", "run_id"])
    protect("door_visit", "seq", "id", "key")


def downgrade() -> None:
    """Take it away."""
    op.drop_table("door_visit")
