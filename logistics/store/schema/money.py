"""Tables of money: prices, policies, what lots cost, and the journal; all append-only."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
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

sale_price = Table(
    # append-only: fen for so many base units from a day on; the last one said of a day holds
    "sale_price",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("district_id", "district"),
    ref_column("item_id", "item"),
    int_column("price_fen", nullable=True),  # none: what was paid
    int_column("per_base"),
    Column("unit", String(16), nullable=False),
    Column("since", Date, nullable=False),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("price_fen IS NULL OR price_fen >= 0", name="price"),
    CheckConstraint("per_base > 0", name="positive"),
)

money_policy = Table(
    # append-only: how goods are priced and what funds bear, from a service day on
    "money_policy",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("district_id", "district"),
    Column("since", Date, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    text_column("actor"),
    at_column("at"),
)

money_terms = Table(
    # append-only: which policy and prices hold for a run; said once, when it is first posted
    "money_terms",
    metadata,
    Column("run_id", String(64), ForeignKey("run.id"), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("policy_id", String(64), ForeignKey("money_policy.id"), nullable=True),
    int_column("prices_until"),  # number of the last price that counts
    text_column("actor"),
    at_column("at"),
)

lot_cost = Table(
    # append-only: what a lot cost in all, said once, when the first of it is posted
    "lot_cost",
    metadata,
    Column("lot_id", String(64), ForeignKey("lot.id"), primary_key=True),
    int_column("quantity"),
    int_column("cost_fen"),
    Column("basis", String(16), nullable=False),  # paid ordered gift unknown
    at_column("at"),
    CheckConstraint("quantity > 0", name="positive"),
    CheckConstraint("cost_fen >= 0", name="cost"),
)

money_entry = Table(
    # append-only: an amount from one account to another; both sides stand in one row, so that
    # no entry can have unequal sides; each fact is written once. What an account stands at is
    # summed when asked: one row kept for all goods in hand would be written by every posting
    "money_entry",
    metadata,
    seq_column(),
    Column("fact", String(192), nullable=False, unique=True),
    ref_column("district_id", "district", index=False),
    ref_column("run_id", "run", nullable=True),
    Column("kind", String(16), nullable=False),
    Column("debit", String(96), nullable=False),
    Column("credit", String(96), nullable=False),
    int_column("fen"),
    ref_column("lot_id", "lot", nullable=True, index=False),
    int_column("quantity"),  # base units of the lot
    Column("household", String(64), nullable=False),  # its code, or nothing
    Column("reason", String(96), nullable=False),
    Column("corrects", BigInteger, nullable=True),  # number of the entry that this one takes back
    text_column("actor"),
    at_column("at"),  # when it happened
    at_column("recorded_at"),
    CheckConstraint("fen >= 0", name="amount"),
    CheckConstraint("quantity >= 0", name="quantity"),
    CheckConstraint("debit <> credit", name="sides"),
    Index("ix_money_entry_household", "household"),
    Index("ix_money_entry_debit", "debit"),  # what one account stands at, over all runs
    Index("ix_money_entry_credit", "credit"),
    Index("ix_money_entry_corrects", "corrects", unique=True),
)
