"""What people's pages need, one module per topic, each with ``upgrade`` and ``downgrade``."""

from typing import Final, Protocol

from logistics.store.migrations.fourth import (
    access,
    care,
    damage,
    derived,
    door_visits,
    editions,
    errand_trips,
    household_page,
    jobs,
    lookups,
    plan_edits,
    share_index,
    stop_problems,
    webhooks,
)


class Topic(Protocol):
    """A part of a revision."""

    def upgrade(self) -> None:
        """Make what the topic needs."""

    def downgrade(self) -> None:
        """Take it away again."""


TOPICS: Final[tuple[Topic, ...]] = (
    access,
    webhooks,
    jobs,
    errand_trips,
    household_page,
    plan_edits,
    stop_problems,
    damage,
    door_visits,
    care,
    editions,
    share_index,
    derived,
    lookups,
)
"""In the order in which they are made; taken away in the other."""
