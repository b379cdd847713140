"""Tables of what planners change by hand: stops that stay, and shifts of a day."""

from sqlalchemy import JSON, Boolean, Column, Integer, String, Table

from logistics.store.schema.columns import (
    at_column,
    id_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

plan_lock = Table(
    # bags of a stairwell that stay with a courier, however the run is planned again; ``begin_s``
    # None: at any time. Drafts come and go, so a lock names no stop of one.
    "plan_lock",
    metadata,
    id_column(),
    ref_column("run_id", "run"),
    ref_column("courier_id", "courier"),
    ref_column("stairwell_id", "place"),
    ref_column("point_id", "place"),
    Column("bag_ids", JSON, nullable=False),
    Column("begin_s", Integer, nullable=True),
    text_column("actor"),
    at_column("at"),
)

run_shift = Table(
    # append-only: a courier's hours in one run instead of the usual; the latest holds
    "run_shift",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("run_id", "run"),
    ref_column("courier_id", "courier"),
    Column("starts_s", Integer, nullable=False),
    Column("ends_s", Integer, nullable=False),
    Column("on_duty", Boolean, nullable=False),
    text_column("reason"),
    text_column("actor"),
    at_column("at"),
)
