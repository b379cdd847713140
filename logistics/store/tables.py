"""The tables. Facts are added, never edited: corrections are new rows.

Amounts are integers in base units (gram, millilitre, piece); money is fen; instants are UTC.
"""

import datetime as dt

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from typing_extensions import override


class NaiveDatetime(ValueError):
    """An instant without a time zone reached the store: a defect of the caller."""


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An instant, stored in UTC; refuses naive datetimes."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveDatetime(value.isoformat())
        return value.astimezone(dt.UTC)

    @override
    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False, index: bool = True) -> Column[str]:
    return Column(name, String(64), ForeignKey(f"{target}.id"), nullable=nullable, index=index)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _int(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> Column[dt.datetime]:
    return Column(name, UtcDateTime, nullable=nullable)


district = Table(
    "district",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    _text("folder"),
    _text("attribution"),
    Column("synthetic", Boolean, nullable=False),
    _text("source_digest"),
    _text("zone_name"),  # IANA time zone of its service days
    Column("policy", JSON, nullable=False),
    _at("created_at"),
)

place = Table(
    "place",
    metadata,
    _id(),
    _ref("district_id", "district"),
    _ref("parent_id", "place", nullable=True),
    Column("kind", String(16), nullable=False),  # compound building stairwell gate point market
    Column("code", String(64), nullable=False),
    _text("name_zh"),
    _text("name_en"),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("levels", Integer, nullable=False),
    Column("open", Boolean, nullable=False),
    _text("note"),
    Column("depot", Boolean, nullable=False, default=False),
    _ref("point_id", "place", nullable=True),  # the service point of a stairwell
    UniqueConstraint("district_id", "code"),
    Index("ix_place_kind", "district_id", "kind"),
)

zone_period = Table(
    "zone_period",
    metadata,
    _id(),
    _ref("place_id", "place"),
    Column("zone", String(16), nullable=False),  # sealed controlled precaution
    _at("since"),
    _at("until", nullable=True),
)

household = Table(
    "household",
    metadata,
    _id(),
    _ref("district_id", "district"),
    _ref("stairwell_id", "place"),
    Column("code", String(64), nullable=False, unique=True),
    Column("room", String(32), nullable=False),
    Column("persons", Integer, nullable=False),
    Column("need_tier", Integer, nullable=False),  # 0 most urgent (infant, ill) … 2 ordinary
)

courier = Table(
    "courier",
    metadata,
    _id(),
    _ref("district_id", "district"),
    Column("code", String(32), nullable=False),
    Column("mode", String(16), nullable=False),
    _int("capacity_g"),
    _int("capacity_ml"),
    Column("capacity_bags", Integer, nullable=False),
    Column("shift_start_s", Integer, nullable=False),
    Column("shift_end_s", Integer, nullable=False),
    Column("max_trips", Integer, nullable=False),
    Column("zone_max", Integer, nullable=False),
    _ref("point_id", "place"),
    Column("cohort", String(32), nullable=True),
    Column("active", Boolean, nullable=False, default=True),
    UniqueConstraint("district_id", "code"),
)

access_token = Table(
    "access_token",
    metadata,
    _id(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("role", String(32), nullable=False),
    Column("label", Text, nullable=False),
    _ref("household_id", "household", nullable=True),
    _ref("courier_id", "courier", nullable=True),
    _at("created_at"),
    _at("expires_at", nullable=True),
    _at("revoked_at", nullable=True),
)

item = Table(
    "item",
    metadata,
    _id(),
    Column("name_zh", String(64), nullable=False, unique=True),
    _text("name_en"),
    Column("base", String(8), nullable=False),  # g ml piece
    Column("default_unit", String(16), nullable=False),
    _int("weight_mg"),
    _int("volume_ul"),  # of one base unit
    Column("category", String(32), nullable=False),
    Column("cold", Boolean, nullable=False),
    _int("household_limit"),  # most that one line may ask, in base units
    Column("substitute_class", String(32), nullable=True),
)

item_alias = Table(
    "item_alias",
    metadata,
    Column("alias", String(64), primary_key=True),
    _ref("item_id", "item"),
)

item_unit = Table(
    "item_unit",
    metadata,
    Column("item_id", String(64), ForeignKey("item.id"), primary_key=True),
    Column("unit", String(16), primary_key=True),
    _int("base_count"),
    CheckConstraint("base_count > 0", name="positive"),
)

offer = Table(
    "offer",
    metadata,
    Column("market_id", String(64), ForeignKey("place.id"), primary_key=True),
    Column("item_id", String(64), ForeignKey("item.id"), primary_key=True),
    _int("case_base"),
    _int("price_fen"),
    _int("stock_cases", nullable=True),
    CheckConstraint("case_base > 0", name="case_positive"),
    CheckConstraint("price_fen > 0", name="price_positive"),
)

run = Table(
    "run",
    metadata,
    _id(),
    _ref("district_id", "district"),
    Column("code", String(64), nullable=False, unique=True),
    Column("day", Date, nullable=False),
    Column("wave", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    _at("created_at"),
    _at("cutoff_at"),
    _int("separation_s"),
    UniqueConstraint("district_id", "day", "wave"),
)

household_list = Table(
    "household_list",
    metadata,
    _id(),
    _ref("run_id", "run"),
    _ref("household_id", "household"),
    Column("client_ref", String(128), nullable=True),
    Column("channel", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # needs-review accepted frozen cancelled
    _text("note"),
    _text("said"),
    Column("version", Integer, nullable=False),
    _at("created_at"),
    _at("updated_at"),
    Index("ix_household_list_page", "run_id", "id"),
)

order_line = Table(
    "order_line",
    metadata,
    _id(),
    _ref("list_id", "household_list"),
    Column("no", Integer, nullable=False),
    _ref("item_id", "item"),
    _int("quantity"),
    Column("unit", String(16), nullable=False),
    _text("said"),
    Column("substitution", String(8), nullable=False),  # none class
    Column("version", Integer, nullable=False),
    CheckConstraint("quantity > 0", name="positive"),
)

list_history = Table(
    "list_history",
    metadata,
    _id(),
    _ref("list_id", "household_list"),
    Column("version", Integer, nullable=False),
    _at("at"),
    _text("actor"),
    Column("body", JSON, nullable=False),
    UniqueConstraint("list_id", "version"),
)

triage = Table(
    "triage",
    metadata,
    _id(),
    _ref("run_id", "run"),
    _text("source"),
    Column("line_no", Integer, nullable=False),
    _ref("list_id", "household_list", nullable=True),
    Column("household_code", String(64), nullable=True),
    _text("said"),
    Column("code", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("state", String(16), nullable=False),  # open settled discarded
    Column("digest", String(64), nullable=False),
    _at("at"),
    _at("settled_at", nullable=True),
    _text("settled_by", nullable=True),
    UniqueConstraint("run_id", "digest"),
)

import_entry = Table(
    # one entry (a household's list or an unreadable row) of an imported file: unique, so a second import adds nothing
    "import_entry",
    metadata,
    Column("run_id", String(64), ForeignKey("run.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    _text("source"),
    _at("at"),
)

purchase_order = Table(
    "purchase_order",
    metadata,
    _id(),
    _ref("run_id", "run"),
    _ref("market_id", "place"),
    Column("code", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    _at("created_at"),
    UniqueConstraint("run_id", "market_id"),
)

purchase_line = Table(
    "purchase_line",
    metadata,
    _id(),
    _ref("order_id", "purchase_order"),
    _ref("item_id", "item"),
    _int("demand"),
    _int("case_base"),
    _int("cases"),
    _int("price_fen"),
    UniqueConstraint("order_id", "item_id"),
)

line_demand = Table(
    # how much of a household's line stands behind which purchase line; a null purchase line: nobody sells it
    "line_demand",
    metadata,
    _id(),
    _ref("line_id", "order_line"),
    _ref("purchase_line_id", "purchase_line", nullable=True),
    _int("quantity"),
    Column("reason", String(64), nullable=True),
    CheckConstraint("quantity > 0", name="positive"),
)

receipt = Table(
    "receipt",
    metadata,
    _id(),
    _ref("order_id", "purchase_order"),
    Column("key", String(128), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    _text("actor"),
    _at("at"),
)

lot = Table(
    "lot",
    metadata,
    _id(),
    _ref("run_id", "run"),
    _ref("receipt_id", "receipt"),
    _ref("item_id", "item"),
    _ref("instead_of_id", "item", nullable=True),  # the item that was ordered, where another came
    _int("quantity"),
    Column("state", String(16), nullable=False),
    _text("provenance"),
    _at("received_at"),
    CheckConstraint("quantity > 0", name="positive"),
)

movement = Table(
    # append-only: triggers refuse UPDATE and DELETE and keep ``balance``, which may not fall below zero
    "movement",
    metadata,
    Column(
        "seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    _ref("run_id", "run"),
    _ref("lot_id", "lot"),
    _int("quantity"),
    Column("source", String(96), nullable=False),
    Column("target", String(96), nullable=False),
    Column(
        "kind", String(16), nullable=False
    ),  # purchase transfer pack load drop return loss correction
    Column("cause", String(96), nullable=False),
    _text("actor"),
    _at("at"),
    CheckConstraint("quantity > 0", name="positive"),
    CheckConstraint("source <> target", name="moves"),
)

balance = Table(
    "balance",
    metadata,
    Column("location", String(96), primary_key=True),
    Column("lot_id", String(64), ForeignKey("lot.id"), primary_key=True),
    _int("quantity"),
    CheckConstraint("quantity >= 0 OR location LIKE 'supplier:%'", name="not_negative"),
)

share = Table(
    # what a household's line is given; several rows where it comes from several lots or substitutes
    "share",
    metadata,
    _id(),
    _ref("run_id", "run"),
    _ref("line_id", "order_line"),
    _ref("lot_id", "lot", nullable=True),
    _int("quantity"),
    Column("kind", String(16), nullable=False),  # full part substituted none
    Column("reason", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
)

bag = Table(
    "bag",
    metadata,
    _id(),
    _ref("run_id", "run"),
    _ref("household_id", "household"),
    _ref("point_id", "place"),
    Column("code", String(32), nullable=False),
    Column("no", Integer, nullable=False),
    Column("compartment", String(16), nullable=False),  # ambient cold chemical
    _int("weight_g"),
    _int("volume_ml"),
    Column("state", String(16), nullable=False),
    _text("custodian"),
    UniqueConstraint("run_id", "code"),
)

bag_line = Table(
    "bag_line",
    metadata,
    _id(),
    _ref("bag_id", "bag"),
    _ref("share_id", "share"),
    _int("quantity"),
    CheckConstraint("quantity > 0", name="positive"),
)

plan = Table(
    "plan",
    metadata,
    _id(),
    _ref("run_id", "run"),
    Column("digest", String(64), nullable=False),
    Column("problem", JSON, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("state", String(16), nullable=False),  # draft released superseded
    Column("seed", Integer, nullable=False),
    _at("created_at"),
)

trip = Table(
    "trip",
    metadata,
    _id(),
    _ref("plan_id", "plan"),
    _ref("courier_id", "courier"),
    _ref("point_id", "place"),
    Column("no", Integer, nullable=False),
    Column("code", String(32), nullable=False),
    Column("departs_s", Integer, nullable=False),
    Column("returns_s", Integer, nullable=False),
    _int("weight_g"),
    _int("volume_ml"),
    Column("state", String(16), nullable=False),
    UniqueConstraint("plan_id", "code"),
)

stop = Table(
    "stop",
    metadata,
    _id(),
    _ref("trip_id", "trip"),
    Column("seq", Integer, nullable=False),
    _ref("stairwell_id", "place"),
    Column("arrival_s", Integer, nullable=False),
    Column("leave_s", Integer, nullable=False),
    UniqueConstraint("trip_id", "seq"),
)

stop_bag = Table(
    "stop_bag",
    metadata,
    Column("plan_id", String(64), ForeignKey("plan.id"), primary_key=True),
    Column("bag_id", String(64), ForeignKey("bag.id"), primary_key=True),
    _ref("stop_id", "stop"),
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

idempotency = Table(
    "idempotency",
    metadata,
    Column("scope", String(128), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=True),
    Column("answer", JSON, nullable=True),
    _at("created_at"),
    Index("ix_idempotency_created_at", "created_at"),
)

audit = Table(
    "audit",
    metadata,
    Column(
        "seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    _at("at"),
    _text("actor"),
    Column("command", String(64), nullable=False),
    Column("subject", String(96), nullable=False),
    Column("facts", JSON, nullable=False),
)
