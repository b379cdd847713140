"""Tables of what households are told and tell: announcements, reports, photos, drafts of lists."""

from sqlalchemy import JSON, Column, Index, LargeBinary, String, Table

from logistics.store.schema.columns import (
    at_column,
    id_column,
    int_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

announcement = Table(
    # append-only: what is said to a district, or to all who live at a place of it
    "announcement",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("district_id", "district"),
    ref_column("place_id", "place", nullable=True),
    text_column("text_zh"),
    text_column("text_en"),
    at_column("since"),
    at_column("until", nullable=True),
    text_column("actor"),
    at_column("at"),
)

announcement_end = Table(
    # append-only: an announcement that was taken back
    "announcement_end",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("announcement_id", "announcement"),
    text_column("reason"),
    text_column("actor"),
    at_column("at"),
)

photo = Table(
    # what was seen, as a JPEG without anything about camera or place; read by those it concerns
    "photo",
    metadata,
    id_column(),
    ref_column("district_id", "district"),
    ref_column("household_id", "household", nullable=True),
    ref_column("place_id", "place", nullable=True),
    Column("digest", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    int_column("width"),
    int_column("height"),
    text_column("actor"),
    at_column("at"),
    Index("ix_photo_digest", "digest"),
)

bag_report = Table(
    # append-only: a household says that something is missing, damaged or wrong
    "bag_report",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("run_id", "run"),
    ref_column("household_id", "household"),
    ref_column("bag_id", "bag", nullable=True),
    ref_column("line_id", "order_line", nullable=True),
    Column("kind", String(16), nullable=False),
    int_column("quantity", nullable=True),  # in base units of the line's item; none: all of it
    text_column("note"),
    ref_column("photo_id", "photo", nullable=True),
    Column("next_action", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    text_column("actor"),
    at_column("at"),
)

bag_report_answer = Table(
    # append-only: what is done about a report
    "bag_report_answer",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("report_id", "bag_report"),
    Column("next_action", String(16), nullable=False),
    text_column("note"),
    text_column("actor"),
    at_column("at"),
)

list_draft = Table(
    # a list that a household is still putting together; gone when it is sent
    "list_draft",
    metadata,
    Column("owner", String(96), primary_key=True),  # of the link: two phones never share one
    ref_column("household_id", "household"),
    Column("body", JSON, nullable=False),
    at_column("updated_at"),
    Index("ix_list_draft_updated_at", "updated_at"),
)
