"""A mark that changes with the catalogue."""

import sqlalchemy as sa
from alembic import op


def upgrade() -> None:
    """Make the table; without its row nothing is kept in memory."""
    op.create_table(
        "catalogue_edition",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_catalogue_edition"),
        sa.CheckConstraint("one = 1", name=op.f("ck_catalogue_edition_alone")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("catalogue_edition")
