"""Tables of what couriers meet at stops, and of pictures that show what they left there."""

from sqlalchemy import Column, Index, Integer, String, Table

from logistics.store.schema.columns import (
    at_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

stop_problem = Table(
    # append-only: a stop without access, a full slot, a damaged bag, a courier who is unwell
    "stop_problem",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    Column("key", String(192), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    ref_column("run_id", "run", index=False),
    ref_column("trip_id", "trip"),
    Column("kind", String(16), nullable=False),  # no-access slot-full damaged unwell
    Column("stop_seq", Integer, nullable=True),
    Column("place", String(64), nullable=False),  # code of where the stop is, or empty
    ref_column("bag_id", "bag", nullable=True),
    text_column("note"),
    text_column("actor"),
    at_column("at"),  # when it was met
    at_column("recorded_at"),
    Index("ix_stop_problem_run", "run_id", "seq"),
)

stop_photo = Table(
    # append-only: a picture that a courier took at a stop
    "stop_photo",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    Column("key", String(192), nullable=False, unique=True),
    ref_column("run_id", "run", index=False),
    ref_column("trip_id", "trip"),
    Column("stop_seq", Integer, nullable=False),
    ref_column("photo_id", "photo"),
    Column("about", String(192), nullable=False),  # key of the event or problem it shows, or empty
    text_column("actor"),
    at_column("at"),  # when it was taken
    at_column("recorded_at"),
    Index("ix_stop_photo_run", "run_id", "about"),
)
