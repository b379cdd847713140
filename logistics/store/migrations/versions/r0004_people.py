"""Staff, sessions, links, jobs and what else people's pages need."""

from logistics.store.migrations.fourth import TOPICS

revision = "0004"
down_revision = "0003"
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
