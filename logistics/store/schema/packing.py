"""Tables of packing: what bags are meant to hold, who packed them when, what was not there."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
)

from logistics.store.schema.columns import (
    at_column,
    int_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

bag_token = Table(
    # what a label's QR says: random, so that nobody can guess another one; never changed
    "bag_token",
    metadata,
    Column("bag_id", String(64), ForeignKey("bag.id"), primary_key=True),
    Column("token", String(32), nullable=False, unique=True),
)

bag_plan_line = Table(
    # append-only: what a bag is meant to hold until it is sealed: the sum of its entries; what it
    # holds then stands in bag_line
    "bag_plan_line",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("bag_id", "bag"),
    ref_column("share_id", "share"),
    int_column("quantity"),  # base units; below zero: not after all
    Column(
        "reason", String(32), nullable=False
    ),  # planned missing damaged shared-again taken-back
    Column("cause", String(192), nullable=False),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("quantity <> 0", name="changes"),
)

packing_event = Table(
    # append-only: what was done with a bag at its point, each once by its key
    "packing_event",
    metadata,
    seq_column(),
    ref_column("bag_id", "bag"),
    Column("key", String(192), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # pack seal stage check
    Column("how", String(8), nullable=False),  # scan hand implied
    at_column("at"),  # when it happened
    text_column("note"),
    text_column("actor"),
    at_column("recorded_at"),
)

packing_short = Table(
    # append-only: what was missing or damaged when a bag was packed; one row per share
    "packing_short",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    Column("key", String(192), nullable=False),
    Column("digest", String(64), nullable=False),
    ref_column("bag_id", "bag"),
    ref_column("share_id", "share"),
    ref_column("lot_id", "lot"),
    int_column("quantity"),
    Column("reason", String(16), nullable=False),  # missing damaged
    text_column("actor"),
    at_column("at"),
    CheckConstraint("quantity > 0", name="positive"),
    Index("ix_packing_short_key", "key"),
)
