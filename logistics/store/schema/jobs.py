"""Tables of long work: what was asked for, who is at it, and what was told of it."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from logistics.store.schema.columns import (
    at_column,
    id_column,
    metadata,
    ref_column,
    text_column,
)

job = Table(
    # who holds the lease works on it; a lease that ran out is anybody's
    "job",
    metadata,
    id_column(),
    Column("kind", String(16), nullable=False),  # plan allocate order frontier what-if
    ref_column("run_id", "run", index=False),
    Column("state", String(16), nullable=False),  # queued running stopping done failed stopped
    Column("asked_by", String(128), nullable=False),
    Column("key", String(128), nullable=True),
    Column("request", JSON, nullable=False),
    Column("lease_owner", String(128), nullable=True),  # a new one at each taking
    at_column("lease_until", nullable=True),
    at_column("heartbeat_at", nullable=True),
    Column("attempt", Integer, nullable=False),
    Column("version", Integer, nullable=False),  # number of its latest event
    Column("progress", JSON(none_as_null=True), nullable=True),
    Column("result", JSON(none_as_null=True), nullable=True),
    Column("problem", JSON(none_as_null=True), nullable=True),
    text_column("stop_asked_by", nullable=True),
    at_column("created_at"),
    at_column("started_at", nullable=True),
    at_column("ended_at", nullable=True),
    UniqueConstraint("run_id", "asked_by", "key"),
    Index("ix_job_page", "run_id", "id"),
    Index("ix_job_queue", "state", "id"),
)

job_event = Table(
    # what a job told, in its order, so that a listener who was away misses nothing
    "job_event",
    metadata,
    Column("job_id", String(64), ForeignKey("job.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # progress ended
    Column("data", JSON, nullable=False),
    at_column("at"),
)
