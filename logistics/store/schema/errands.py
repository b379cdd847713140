"""Tables of errands: what was asked, and each step that followed."""

from sqlalchemy import Column, Index, String, Table, UniqueConstraint

from logistics.store.schema.columns import (
    at_column,
    id_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

errand = Table(
    "errand",
    metadata,
    id_column(),
    ref_column("district_id", "district"),
    ref_column("household_id", "household"),
    Column("kind", String(16), nullable=False),
    text_column("said"),
    at_column("due_at", nullable=True),
    Column("channel", String(16), nullable=False),
    Column("client_ref", String(128), nullable=True),
    Column("state", String(16), nullable=False),  # that of the latest step
    at_column("asked_at"),
    UniqueConstraint("household_id", "client_ref"),
    Index("ix_errand_queue", "district_id", "state", "id"),
)

errand_step = Table(
    # append-only: who brought it how far, and when
    "errand_step",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("errand_id", "errand"),
    Column("state", String(16), nullable=False),
    text_column("note"),
    text_column("actor"),
    at_column("at"),
)
