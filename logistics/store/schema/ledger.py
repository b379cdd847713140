"""Tables of custody, of what was decided about lots, and of the seals over the ledger."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    String,
    Table,
    UniqueConstraint,
)

from logistics.store.schema.columns import (
    at_column,
    int_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

bag_scan = Table(
    # append-only: what people said of a bag, in the order in which it was heard
    "bag_scan",
    metadata,
    seq_column(),
    ref_column("bag_id", "bag"),
    Column("key", String(192), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # load drop take hand confirm dispute return …
    at_column("at"),  # when it happened
    Column("by", String(96), nullable=False),  # courier:C1 leader:KX-01-02 household:… point:…
    Column("place", String(96), nullable=False),  # empty: the usual one
    text_column("note"),
    text_column("actor"),
    at_column("recorded_at"),
)

bag_move = Table(
    # append-only: the chain of a bag's custodians; triggers refuse a move from anybody who has
    # not got the bag, and keep ``bag.custodian``, which nothing else may change
    "bag_move",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("bag_id", "bag", index=False),  # the index below begins with it
    Column("source", String(96), nullable=False),
    Column("target", String(96), nullable=False),
    Column("kind", String(16), nullable=False),  # of the scan, or undo
    Column("implied", Boolean, nullable=False),  # nobody scanned it, but it must have happened
    at_column("at"),
    Column("cause", String(192), nullable=False),  # key of the scan
    Column("corrects", String(64), nullable=True),  # id of the move that an undo takes back
    text_column("actor"),
    at_column("recorded_at"),
    CheckConstraint("source <> target", name="moves"),
    CheckConstraint("(kind = 'undo') = (corrects IS NOT NULL)", name="undo"),
    Index("ix_bag_move_bag_id_seq", "bag_id", "seq"),
    Index("ix_bag_move_target", "target"),
    UniqueConstraint("corrects"),
)

lot_statement = Table(
    # append-only: who held, released or destroyed a lot and why; a trigger keeps ``lot.state``
    "lot_statement",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("lot_id", "lot"),
    Column("state", String(16), nullable=False),  # released held destroyed
    text_column("reason"),
    text_column("actor"),
    at_column("at"),
)

ledger_seal = Table(
    # append-only: a digest over a range of rows of one table, chained to the seal before
    "ledger_seal",
    metadata,
    seq_column(),
    Column("book", String(32), nullable=False),  # movement bag_scan bag_move lot_statement
    int_column("from_seq"),
    int_column("until_seq"),
    int_column("rows"),
    Column("digest", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    text_column("actor"),
    at_column("at"),
    UniqueConstraint("book", "from_seq"),
    CheckConstraint("until_seq >= from_seq", name="range"),
)
