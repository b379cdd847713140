"""Tables of buying: suppliers and their terms, inspections, choices, vans and their tours."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
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

supplier = Table(
    # a market of the setup without a row here has the terms that the code calls usual
    "supplier",
    metadata,
    Column("place_id", String(64), ForeignKey("place.id"), primary_key=True),
    Column("kind", String(16), nullable=False),  # market supermarket wholesaler donor
    int_column("minimum_fen"),  # of an order
    Column("lead_s", Integer, nullable=False),  # between an order and the goods being ready
    Column("cold", Boolean, nullable=False),  # keeps the cold chain
    Column("entered", Boolean, nullable=False),  # a buyer has to go in
    text_column("provenance", nullable=True),  # what its codes look like; none: it gives none
    text_column("note"),
    CheckConstraint("minimum_fen >= 0", name="minimum"),
    CheckConstraint("lead_s >= 0", name="lead"),
)

supplier_slot = Table(
    # when a supplier serves us, and how much then; without a row: whenever it is open
    "supplier_slot",
    metadata,
    Column("place_id", String(64), ForeignKey("place.id"), primary_key=True),
    Column("starts_s", Integer, primary_key=True, autoincrement=False),
    Column("ends_s", Integer, nullable=False),
    int_column("cases", nullable=True),
    Column("buyers", Integer, nullable=True),
    CheckConstraint("ends_s > starts_s", name="lasts"),
)

offer_terms = Table(
    # what an offer says beside its price; an offer without a row says nothing more
    "offer_terms",
    metadata,
    Column("market_id", String(64), ForeignKey("place.id"), primary_key=True),
    Column("item_id", String(64), ForeignKey("item.id"), primary_key=True),
    int_column("minimum_cases"),
    Column("aisle", String(64), nullable=False),
    Column("keeps_h", Integer, nullable=True),  # hours that the goods stay good
    CheckConstraint("minimum_cases >= 1", name="minimum"),
)

inspection = Table(
    # append-only: who said what of a supplier, from when on and why
    "inspection",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("place_id", "place"),
    Column("state", String(24), nullable=False),  # ok suspended under-inspection
    at_column("since"),
    at_column("until", nullable=True),
    text_column("reason"),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("until IS NULL OR until > since", name="lasts"),
)

order_flag = Table(
    # append-only: a statement about its supplier that met an order which was still open
    "order_flag",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("order_id", "purchase_order"),
    Column("inspection_id", String(64), ForeignKey("inspection.id"), nullable=False),
    at_column("at"),
)

order_terms = Table(
    # where the goods of an order go, who fetches them and when; without a point: to the depot
    "order_terms",
    metadata,
    Column("order_id", String(64), ForeignKey("purchase_order.id"), primary_key=True),
    ref_column("point_id", "place", nullable=True),
    Column("buyers", Integer, nullable=False),
    Column("ready_s", Integer, nullable=False),  # since midnight of the service day
)

buying_choice = Table(
    # which of the options was bought, and what the others would have been
    "buying_choice",
    metadata,
    Column("run_id", String(64), ForeignKey("run.id"), primary_key=True),
    Column("chosen", String(16), nullable=False),
    Column("report", JSON, nullable=False),
    text_column("actor"),
    at_column("at"),
)

van = Table(
    "van",
    metadata,
    id_column(),
    ref_column("district_id", "district"),
    Column("code", String(32), nullable=False),
    int_column("capacity_g"),
    int_column("capacity_ml"),
    Column("cold", Boolean, nullable=False),
    Column("shift_start_s", Integer, nullable=False),
    Column("shift_end_s", Integer, nullable=False),
    ref_column("depot_id", "place"),  # where it stands
    Column("active", Boolean, nullable=False),
    UniqueConstraint("district_id", "code"),
    CheckConstraint("shift_end_s > shift_start_s", name="shift"),
)

van_plan = Table(
    "van_plan",
    metadata,
    id_column(),
    ref_column("run_id", "run"),
    Column("digest", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # current superseded
    Column("files", JSON, nullable=False),  # the solver's problems and plans
    Column("left_out", JSON, nullable=False),
    Column("seed", Integer, nullable=False),
    at_column("at"),
)

van_tour = Table(
    "van_tour",
    metadata,
    id_column(),
    ref_column("plan_id", "van_plan"),
    ref_column("van_id", "van"),
    Column("code", String(64), nullable=False),
    Column("kind", String(16), nullable=False),  # collect transfer
    Column("departs_s", Integer, nullable=False),
    Column("returns_s", Integer, nullable=False),
    int_column("distance_m"),
    UniqueConstraint("plan_id", "code"),
)

van_stop = Table(
    "van_stop",
    metadata,
    id_column(),
    ref_column("tour_id", "van_tour"),
    Column("seq", Integer, nullable=False),
    Column("kind", String(16), nullable=False),  # pickup delivery
    ref_column("place_id", "place"),
    Column("arrival_s", Integer, nullable=False),
    Column("leave_s", Integer, nullable=False),
    int_column("weight_g"),
    int_column("volume_ml"),
    Column("loads", JSON, nullable=False),  # what is loaded or unloaded, by order or point
    UniqueConstraint("tour_id", "seq"),
)
