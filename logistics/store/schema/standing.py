"""Tables of what stands before any run: places, people, goods on offer, keys and the audit."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
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

district = Table(
    "district",
    metadata,
    id_column(),
    Column("name", Text, nullable=False, unique=True),
    text_column("folder"),
    text_column("attribution"),
    Column("synthetic", Boolean, nullable=False),
    text_column("source_digest"),
    text_column("zone_name"),  # IANA time zone of its service days
    Column("policy", JSON, nullable=False),
    at_column("created_at"),
)

place = Table(
    "place",
    metadata,
    id_column(),
    ref_column("district_id", "district"),
    ref_column("parent_id", "place", nullable=True),
    Column("kind", String(16), nullable=False),  # compound building stairwell gate point market
    Column("code", String(64), nullable=False),
    text_column("name_zh"),
    text_column("name_en"),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("levels", Integer, nullable=False),
    Column("open", Boolean, nullable=False),
    text_column("note"),
    Column("depot", Boolean, nullable=False, default=False),
    ref_column("point_id", "place", nullable=True),  # the service point of a stairwell
    Column("bays", Integer, nullable=True),  # of a point: couriers that load at once
    Column("opens_s", Integer, nullable=True),  # of a market
    Column("closes_s", Integer, nullable=True),
    UniqueConstraint("district_id", "code"),
    Index("ix_place_kind", "district_id", "kind"),
)

zone_statement = Table(
    # append-only: who said which zone a place is from when on; without a place: the district
    "zone_statement",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("district_id", "district"),
    ref_column("place_id", "place", nullable=True),
    Column("zone", String(16), nullable=False),  # sealed controlled precaution inherited
    at_column("since"),
    at_column("until", nullable=True),
    text_column("reason"),
    text_column("actor"),
    Column("origin", String(16), nullable=False),  # setup desk
    at_column("at"),
    CheckConstraint("until IS NULL OR until > since", name="lasts"),
)

closure = Table(
    # append-only: what was closed from when to when, for whom
    "closure",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("district_id", "district"),
    Column("kind", String(8), nullable=False),  # gate way area
    text_column("target"),  # id on the map; of an area its name
    Column("shape", JSON, nullable=False),  # of an area: coordinates of a GeoJSON MultiPolygon
    at_column("since"),
    at_column("until", nullable=True),
    Column("modes", JSON, nullable=False),  # none: all
    Column("permits", JSON, nullable=False),  # who has one of them passes
    text_column("reason"),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("until IS NULL OR until > since", name="lasts"),
    Index("ix_closure_target", "district_id", "kind"),
)

closure_lift = Table(
    # append-only: what opened a closure again, for good or for a while
    "closure_lift",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    Column("closure_id", String(64), ForeignKey("closure.id"), nullable=False, index=True),
    at_column("since"),
    at_column("until", nullable=True),
    text_column("reason"),
    text_column("actor"),
    at_column("at"),
    CheckConstraint("until IS NULL OR until > since", name="lasts"),
)

household = Table(
    "household",
    metadata,
    id_column(),
    ref_column("district_id", "district"),
    ref_column("stairwell_id", "place"),
    Column("code", String(64), nullable=False, unique=True),
    Column("room", String(32), nullable=False),
    Column("persons", Integer, nullable=False),
    Column("need_tier", Integer, nullable=False),  # 0 most urgent (infant, ill) … 2 ordinary
)

courier = Table(
    "courier",
    metadata,
    id_column(),
    ref_column("district_id", "district"),
    Column("code", String(32), nullable=False),
    Column("mode", String(16), nullable=False),
    int_column("capacity_g"),
    int_column("capacity_ml"),
    Column("capacity_bags", Integer, nullable=False),
    Column("shift_start_s", Integer, nullable=False),
    Column("shift_end_s", Integer, nullable=False),
    Column("max_trips", Integer, nullable=False),
    Column("zone_max", Integer, nullable=False),
    ref_column("point_id", "place"),
    Column("cohort", String(32), nullable=True),
    Column("permits", JSON, nullable=False, server_default="[]"),  # closures that they pass
    Column("active", Boolean, nullable=False, default=True),
    UniqueConstraint("district_id", "code"),
)

access_token = Table(
    "access_token",
    metadata,
    id_column(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("role", String(32), nullable=False),
    Column("label", Text, nullable=False),
    ref_column("household_id", "household", nullable=True),
    ref_column("courier_id", "courier", nullable=True),
    at_column("created_at"),
    at_column("expires_at", nullable=True),
    at_column("revoked_at", nullable=True),
)

offer = Table(
    "offer",
    metadata,
    Column("market_id", String(64), ForeignKey("place.id"), primary_key=True),
    Column("item_id", String(64), ForeignKey("item.id"), primary_key=True),
    int_column("case_base"),
    int_column("price_fen"),
    int_column("stock_cases", nullable=True),
    CheckConstraint("case_base > 0", name="case_positive"),
    CheckConstraint("price_fen > 0", name="price_positive"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("scope", String(128), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=True),
    Column("answer", JSON, nullable=True),
    at_column("created_at"),
    Index("ix_idempotency_created_at", "created_at"),
)

audit = Table(
    "audit",
    metadata,
    seq_column(),
    at_column("at"),
    text_column("actor"),
    Column("command", String(64), nullable=False),
    Column("subject", String(96), nullable=False),
    Column("facts", JSON, nullable=False),
)
