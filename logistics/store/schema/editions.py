"""A table that tells whether what was read before still stands."""

from sqlalchemy import CheckConstraint, Column, Integer, String, Table

from logistics.store.schema.columns import metadata

catalogue_edition = Table(
    # one row: another mark after each change of the catalogue, so that it is read once for each
    "catalogue_edition",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("mark", String(32), nullable=False),
    CheckConstraint("one = 1", name="alone"),
)
