"""Tables of errands on trips: where things lie, their stops on a plan, what it leaves out."""

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from logistics.store.schema.columns import (
    at_column,
    id_column,
    metadata,
    ref_column,
    seq_column,
    text_column,
)

errand_place = Table(
    # append-only: the code of where the thing lies, as it was said; the latest holds
    "errand_place",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("errand_id", "errand"),
    Column("place", String(64), nullable=False),
    text_column("actor"),
    at_column("at"),
)

stop_errand = Table(
    # a stop of an errand on a trip; ``seq`` is in one row with those of the trip's bags
    "stop_errand",
    metadata,
    id_column(),
    ref_column("plan_id", "plan"),
    ref_column("trip_id", "trip"),
    ref_column("errand_id", "errand"),
    Column("leg", String(8), nullable=False),  # collect fetch bring
    Column("seq", Integer, nullable=False),
    ref_column("stairwell_id", "place", nullable=True),
    Column("place_code", String(64), nullable=False),
    text_column("name_zh"),
    text_column("name_en"),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("arrival_s", Integer, nullable=False),
    Column("leave_s", Integer, nullable=False),
    Column("drop_mode", String(16), nullable=False),
    UniqueConstraint("plan_id", "errand_id", "leg"),
)

errand_left = Table(
    "errand_left",
    metadata,
    Column("plan_id", String(64), ForeignKey("plan.id"), primary_key=True),
    Column("errand_id", String(64), ForeignKey("errand.id"), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("next_action", String(32), nullable=False),
)
