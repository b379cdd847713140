"""What supply needs, one module per topic, each with ``upgrade`` and ``downgrade``."""

from typing import Final, Protocol

from logistics.store.migrations.third import (
    buying,
    catalogue,
    errands,
    ledger,
    money,
    packing,
    registry,
    sharing,
)


class Topic(Protocol):
    """A part of a revision."""

    def upgrade(self) -> None:
        """Make what the topic needs."""

    def downgrade(self) -> None:
        """Take it away again."""


TOPICS: Final[tuple[Topic, ...]] = (
    registry,
    ledger,
    sharing,
    buying,
    errands,
    packing,
    catalogue,
    money,
)
"""In the order in which they are made; taken away in the other."""
