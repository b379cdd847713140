"""What is worked out once and kept: a sharing's tally, pieces of maps; and losses by lot."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    """Make the tables; what was shared or planned before is worked out when it is asked for."""
    op.create_table(
        "sharing_tally",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("shares", sa.BigInteger, nullable=False),
        sa.Column("corrections", sa.BigInteger, nullable=False),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("used", sa.JSON, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("proven", sa.Boolean, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "map_piece",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    losses = sa.text("kind = 'loss'")
    op.create_index(
        "ix_movement_losses", "movement", ["lot_id"], sqlite_where=losses, postgresql_where=losses
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_movement_losses", "movement")
    op.drop_table("map_piece")
    op.drop_table("sharing_tally")
