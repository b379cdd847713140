"""Tables of sharing out: rations, how full each household's list was, and shares taken back."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
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

ration = Table(
    # append-only: the most that one household may get of an item in a run; the last one holds
    "ration",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("run_id", "run"),
    ref_column("item_id", "item"),
    int_column("quantity", nullable=True),  # base units per household; none: lifted
    text_column("reason"),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("quantity IS NULL OR quantity > 0", name="positive"),
)

household_fill = Table(
    # append-only: how full a household's list was after a sharing; the last one holds
    "household_fill",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("run_id", "run", index=False),  # the index below begins with it
    ref_column("household_id", "household"),
    Column("tier", Integer, nullable=False),
    Column("fill_permille", Integer, nullable=False),
    Column("debt_permille", Integer, nullable=False),  # what it began the sharing with
    Column("proven", Boolean, nullable=False),
    at_column("at"),
    CheckConstraint("fill_permille BETWEEN 0 AND 1000", name="rate"),
    Index("ix_household_fill_run", "run_id", "household_id"),
)

share_correction = Table(
    # append-only: a part of a share that was taken back, and why
    "share_correction",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("run_id", "run"),
    ref_column("share_id", "share"),
    int_column("quantity"),
    Column("reason", String(64), nullable=False),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("quantity > 0", name="positive"),
)

sharing_tally = Table(
    # a run's shares as columns, written anew with them: what figures of fairness are counted from
    "sharing_tally",
    metadata,
    Column("run_id", String(64), ForeignKey("run.id"), primary_key=True),
    int_column("shares"),  # how many rows of both it was counted from
    int_column("corrections"),
    Column("items", JSON, nullable=False),
    Column("used", JSON, nullable=False),  # base units by lot
    Column("reasons", JSON, nullable=False),  # lines that got less, by item and reason
    Column("proven", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
