"""Shares by run and kind: the desk counts them on every tab, of a large run by the index alone."""

from alembic import op


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_share_run_kind", "share", ["run_id", "kind", "line_id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_share_run_kind", "share")
