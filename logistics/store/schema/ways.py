"""A table of ways that were laid on the map."""

from sqlalchemy import Column, LargeBinary, String, Table

from logistics.store.schema.columns import metadata

trip_way = Table(
    # how a trip comes from stop to stop; its digest is of all that decides this
    "trip_way",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
