"""What couriers meet at stops, and their pictures of it."""

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime


def upgrade() -> None:
    """Make the tables; what was told cannot be edited."""
    op.create_table(
        "stop_problem",
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
        sa.Column("trip_id", sa.String(64), sa.ForeignKey("trip.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("stop_seq", sa.Integer, nullable=True),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("bag_id", sa.String(64), sa.ForeignKey("bag.id"), nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_stop_problem_trip_id", "stop_problem", ["trip_id"])
    op.create_index("ix_stop_problem_bag_id", "stop_problem", ["bag_id"])
    op.create_index("ix_stop_problem_run", "stop_problem", ["run_id", "seq"])
    protect("stop_problem", "seq", "id", "key")
    op.create_table(
        "stop_photo",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("key", sa.String(192), nullable=False, unique=True),
        sa.Column("run_id", sa.String(64), sa.ForeignKey("run.id"), nullable=False),
        sa.Column("trip_id", sa.String(64), sa.ForeignKey("trip.id"), nullable=False),
        sa.Column("stop_seq", sa.Integer, nullable=False),
        sa.Column("photo_id", sa.String(64), sa.ForeignKey("photo.id"), nullable=False),
        sa.Column("about", sa.String(192), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_stop_photo_trip_id", "stop_photo", ["trip_id"])
    op.create_index("ix_stop_photo_photo_id", "stop_photo", ["photo_id"])
    op.create_index("ix_stop_photo_run", "stop_photo", ["run_id", "about"])
    protect("stop_photo", "seq", "id", "key")


def downgrade() -> None:
    """Take them away."""
    op.drop_table("stop_photo")
    op.drop_table("stop_problem")
