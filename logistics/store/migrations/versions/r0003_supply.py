"""Catalogue, registry, buying, sharing out, packing, custody and money, as supply needs them."""

from logistics.store.migrations.third import TOPICS

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make each topic's tables."""
    for topic in TOPICS:
        topic.upgrade()


def downgrade() -> None:
    """Take them away, the last first."""
    for topic in reversed(TOPICS):
        topic.downgrade()
