"""Tables of pieces of a bag that were found damaged."""

from sqlalchemy import CheckConstraint, Column, String, Table, UniqueConstraint

from logistics.store.schema.columns import (
    at_column,
    int_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

bag_damage = Table(
    # append-only: what of a bag was damaged, lot by lot; its movement names it as the cause
    "bag_damage",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("bag_id", "bag"),
    ref_column("lot_id", "lot"),
    int_column("quantity"),
    Column("reason", String(32), nullable=False),
    Column("key", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("by", String(96), nullable=False),  # household:… leader:… courier:… point:…
    text_column("note"),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("quantity > 0", name="positive"),
    UniqueConstraint("bag_id", "key", "lot_id"),
)
