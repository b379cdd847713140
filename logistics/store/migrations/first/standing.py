"""The tables of the first revision that stand before any run, as they were: never edited."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from logistics.store.schema.columns import (
    at_column,
    id_column,
    int_column,
    ref_column,
    text_column,
)
from logistics.store.schema.columns import metadata as present

metadata = MetaData(naming_convention=present.naming_convention)

Table(
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

Table(
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

Table(
    "zone_period",
    metadata,
    id_column(),
    ref_column("place_id", "place"),
    Column("zone", String(16), nullable=False),  # sealed controlled precaution
    at_column("since"),
    at_column("until", nullable=True),
)

Table(
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

Table(
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
    Column("active", Boolean, nullable=False, default=True),
    UniqueConstraint("district_id", "code"),
)

Table(
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

Table(
    "item",
    metadata,
    id_column(),
    Column("name_zh", String(64), nullable=False, unique=True),
    text_column("name_en"),
    Column("base", String(8), nullable=False),  # g ml piece
    Column("default_unit", String(16), nullable=False),
    int_column("weight_mg"),
    int_column("volume_ul"),  # of one base unit
    Column("category", String(32), nullable=False),
    Column("cold", Boolean, nullable=False),
    int_column("household_limit"),  # most that one line may ask, in base units
    Column("substitute_class", String(32), nullable=True),
)

Table(
    "item_alias",
    metadata,
    Column("alias", String(64), primary_key=True),
    ref_column("item_id", "item"),
)

Table(
    "item_unit",
    metadata,
    Column("item_id", String(64), ForeignKey("item.id"), primary_key=True),
    Column("unit", String(16), primary_key=True),
    int_column("base_count"),
    CheckConstraint("base_count > 0", name="positive"),
)

Table(
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

Table(
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

Table(
    "audit",
    metadata,
    Column(
        "seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    at_column("at"),
    text_column("actor"),
    Column("command", String(64), nullable=False),
    Column("subject", String(96), nullable=False),
    Column("facts", JSON, nullable=False),
)
