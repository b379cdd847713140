"""The table of what leaders met at doors."""

from sqlalchemy import Column, Index, String, Table

from logistics.store.schema.columns import (
    at_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

door_visit = Table(
    # append-only: nobody answered, or a household did not want its bags; the last counts
    "door_visit",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    Column("key", String(192), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    ref_column("run_id", "run", index=False),
    ref_column("household_id", "household", index=False),
    Column("answer", String(16), nullable=False),  # no-answer refused mistake
    text_column("note"),
    text_column("actor"),
    at_column("at"),  # when it happened
    at_column("recorded_at"),
    Index("ix_door_visit_door", "household_id", "run_id"),
)
