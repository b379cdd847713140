"""A table of what was laid or drawn on maps."""

from sqlalchemy import Column, LargeBinary, String, Table

from logistics.store.schema.columns import metadata

map_piece = Table(
    # the way of a trip, the map of a report; the digest is of all that decides it
    "map_piece",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
