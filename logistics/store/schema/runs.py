"""Tables of one run: its lists, orders, goods, shares, bags, plans and trips."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from logistics.store.schema.columns import (
    at_column,
    id_column,
    int_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

run = Table(
    "run",
    metadata,
    id_column(),
    ref_column("district_id", "district"),
    Column("code", String(64), nullable=False, unique=True),
    Column("day", Date, nullable=False),
    Column("wave", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    at_column("created_at"),
    at_column("cutoff_at"),
    int_column("separation_s"),
    UniqueConstraint("district_id", "day", "wave"),
)

household_list = Table(
    "household_list",
    metadata,
    id_column(),
    ref_column("run_id", "run"),
    ref_column("household_id", "household"),
    Column("client_ref", String(128), nullable=True),
    Column("channel", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # needs-review accepted frozen cancelled
    text_column("note"),
    text_column("said"),
    Column("version", Integer, nullable=False),
    at_column("created_at"),
    at_column("updated_at"),
    Index("ix_household_list_page", "run_id", "id"),
)

order_line = Table(
    "order_line",
    metadata,
    id_column(),
    ref_column("list_id", "household_list"),
    Column("no", Integer, nullable=False),
    ref_column("item_id", "item"),
    int_column("quantity"),
    Column("unit", String(16), nullable=False),
    text_column("said"),
    Column("substitution", String(8), nullable=False),  # none listed class
    Column("substitutes", JSON, nullable=False, server_default="[]"),  # item ids, wanted first
    int_column("substitute_cap_fen", nullable=True),  # most that the line may cost with another
    Column("version", Integer, nullable=False),
    Column("package_version_id", String(64), nullable=True),  # what it was unpacked from
    CheckConstraint("quantity > 0", name="positive"),
)

list_history = Table(
    "list_history",
    metadata,
    id_column(),
    ref_column("list_id", "household_list"),
    Column("version", Integer, nullable=False),
    at_column("at"),
    text_column("actor"),
    Column("body", JSON, nullable=False),
    UniqueConstraint("list_id", "version"),
)

triage = Table(
    "triage",
    metadata,
    id_column(),
    ref_column("run_id", "run"),
    text_column("source"),
    Column("line_no", Integer, nullable=False),
    ref_column("list_id", "household_list", nullable=True),
    Column("household_code", String(64), nullable=True),
    text_column("said"),
    Column("code", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("state", String(16), nullable=False),  # open settled discarded
    Column("digest", String(64), nullable=False),
    at_column("at"),
    at_column("settled_at", nullable=True),
    text_column("settled_by", nullable=True),
    UniqueConstraint("run_id", "digest"),
)

import_entry = Table(
    # one entry (a list or an unreadable row) of an imported file: a second import adds nothing
    "import_entry",
    metadata,
    Column("run_id", String(64), ForeignKey("run.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    text_column("source"),
    at_column("at"),
)

purchase_order = Table(
    "purchase_order",
    metadata,
    id_column(),
    ref_column("run_id", "run"),
    ref_column("market_id", "place"),
    Column("code", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    at_column("created_at"),
    UniqueConstraint("run_id", "market_id"),
    Index("ix_purchase_order_code", "code"),
)

purchase_line = Table(
    "purchase_line",
    metadata,
    id_column(),
    ref_column("order_id", "purchase_order"),
    ref_column("item_id", "item"),
    int_column("demand"),
    int_column("case_base"),
    int_column("cases"),
    int_column("price_fen"),
    Column("households", BigInteger, nullable=False, server_default="0"),  # whose lines it is for
    UniqueConstraint("order_id", "item_id"),
)

line_demand = Table(
    # which part of a line stands behind which purchase line; without one: nobody sells it
    "line_demand",
    metadata,
    id_column(),
    ref_column("line_id", "order_line"),
    ref_column("purchase_line_id", "purchase_line", nullable=True),
    int_column("quantity"),
    Column("reason", String(64), nullable=True),
    CheckConstraint("quantity > 0", name="positive"),
)

receipt = Table(
    "receipt",
    metadata,
    id_column(),
    ref_column("order_id", "purchase_order"),
    Column("key", String(128), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    text_column("actor"),
    at_column("at"),
)

lot = Table(
    "lot",
    metadata,
    id_column(),
    ref_column("run_id", "run"),
    ref_column("receipt_id", "receipt"),
    ref_column("item_id", "item"),
    ref_column(
        "instead_of_id", "item", nullable=True
    ),  # the item that was ordered, where another came
    int_column("quantity"),
    Column("state", String(16), nullable=False),
    text_column("provenance"),
    at_column("received_at"),
    int_column("weight_g", nullable=True),  # as weighed, where somebody did
    int_column("price_fen", nullable=True),  # paid for all of it; without it as ordered
    Column("photo", Text, nullable=False, server_default=""),  # digest or address of a picture
    CheckConstraint("quantity > 0", name="positive"),
    Index("ix_lot_provenance", "provenance"),
)

movement = Table(
    # append-only: triggers refuse UPDATE and DELETE, and keep ``balance``, never below zero
    "movement",
    metadata,
    seq_column(),
    ref_column("run_id", "run"),
    ref_column("lot_id", "lot"),
    int_column("quantity"),
    Column("source", String(96), nullable=False),
    Column("target", String(96), nullable=False),
    Column(
        "kind", String(16), nullable=False
    ),  # purchase transfer pack load drop return loss correction
    Column("cause", String(96), nullable=False),
    text_column("actor"),
    at_column("at"),
    Column("corrects", BigInteger, nullable=True),  # seq of the movement that this one takes back
    Column("reason", String(32), nullable=False, server_default=""),  # code that explains it
    CheckConstraint("quantity > 0", name="positive"),
    CheckConstraint("source <> target", name="moves"),
    Index("ix_movement_corrects", "corrects", unique=True),
    Index(  # few of all: a lot's losses are not looked for among what was packed of it
        "ix_movement_losses",
        "lot_id",
        sqlite_where=text("kind = 'loss'"),
        postgresql_where=text("kind = 'loss'"),
    ),
)

balance = Table(
    "balance",
    metadata,
    Column("location", String(96), primary_key=True),
    Column("lot_id", String(64), ForeignKey("lot.id"), primary_key=True),
    int_column("quantity"),
    CheckConstraint("quantity >= 0 OR location LIKE 'supplier:%'", name="not_negative"),
    Index(  # where a lot is, and which of it is on vans, whatever language the database sorts by
        "ix_balance_lot",
        "lot_id",
        "location",
        postgresql_ops={"location": "varchar_pattern_ops"},
    ),
)

share = Table(
    # what a line is given; several rows where it comes from several lots or substitutes
    "share",
    metadata,
    id_column(),
    ref_column("run_id", "run"),
    ref_column("line_id", "order_line"),
    ref_column("lot_id", "lot", nullable=True),
    int_column("quantity"),
    Column("kind", String(16), nullable=False),  # full part substituted none
    Column("reason", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    Index("ix_share_run_kind", "run_id", "kind", "line_id"),  # what every tab of the desk counts
)

bag = Table(
    "bag",
    metadata,
    id_column(),
    ref_column("run_id", "run"),
    ref_column("household_id", "household"),
    ref_column("point_id", "place"),
    Column("code", String(32), nullable=False),
    Column("no", Integer, nullable=False),
    Column("compartment", String(16), nullable=False),  # ambient cold chemical
    int_column("weight_g"),
    int_column("volume_ml"),
    Column("state", String(16), nullable=False),
    text_column("custodian"),
    UniqueConstraint("run_id", "code"),
    Index("ix_bag_code", "code"),  # of any run: what a label says, where nobody knows the day
)

bag_line = Table(
    "bag_line",
    metadata,
    id_column(),
    ref_column("bag_id", "bag"),
    ref_column("share_id", "share"),
    int_column("quantity"),
    CheckConstraint("quantity > 0", name="positive"),
)

plan = Table(
    "plan",
    metadata,
    id_column(),
    ref_column("run_id", "run"),
    Column("digest", String(64), nullable=False),
    Column("problem", JSON, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("state", String(16), nullable=False),  # draft released superseded
    Column("seed", Integer, nullable=False),
    at_column("created_at"),
    # whole: else SQLite would read past the problem, many megabytes, to learn a plan's state
    Index("ix_plan_in_force", "run_id", "state", "created_at", "id"),
)

trip = Table(
    "trip",
    metadata,
    id_column(),
    ref_column("plan_id", "plan"),
    ref_column("courier_id", "courier"),
    ref_column("point_id", "place"),
    Column("no", Integer, nullable=False),
    Column("code", String(32), nullable=False),
    Column("departs_s", Integer, nullable=False),
    Column("returns_s", Integer, nullable=False),
    int_column("weight_g"),
    int_column("volume_ml"),
    Column("state", String(16), nullable=False),
    UniqueConstraint("plan_id", "code"),
)

stop = Table(
    "stop",
    metadata,
    id_column(),
    ref_column("trip_id", "trip"),
    Column("seq", Integer, nullable=False),
    ref_column("stairwell_id", "place"),
    Column("arrival_s", Integer, nullable=False),
    Column("leave_s", Integer, nullable=False),
    Column(
        "drop_mode", String(16), nullable=False, server_default="stairwell"
    ),  # door gate stairwell point
    UniqueConstraint("trip_id", "seq"),
)

stop_bag = Table(
    "stop_bag",
    metadata,
    Column("plan_id", String(64), ForeignKey("plan.id"), primary_key=True),
    Column("bag_id", String(64), ForeignKey("bag.id"), primary_key=True),
    ref_column("stop_id", "stop"),
)

unserved = Table(
    "unserved",
    metadata,
    Column("plan_id", String(64), ForeignKey("plan.id"), primary_key=True),
    Column("bag_id", String(64), ForeignKey("bag.id"), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("next_action", String(32), nullable=False),
)
