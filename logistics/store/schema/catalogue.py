"""Tables of the catalogue: items, their words and units, packages, and how all came about."""

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
    false,
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

item = Table(
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
    Column("cold_chain", String(8), nullable=True),  # none: as ``cold`` says
    Column("fragile", Boolean, nullable=False, server_default=false()),
    int_column("person_limit", nullable=True),
    Column("aisle", String(32), nullable=False, server_default=""),
)

item_alias = Table(
    "item_alias",
    metadata,
    Column("alias", String(64), primary_key=True),
    ref_column("item_id", "item"),
)

item_misspelling = Table(
    "item_misspelling",
    metadata,
    Column("word", String(64), primary_key=True),
    ref_column("item_id", "item"),
)

item_unit = Table(
    "item_unit",
    metadata,
    Column("item_id", String(64), ForeignKey("item.id"), primary_key=True),
    Column("unit", String(16), primary_key=True),
    int_column("base_count"),
    CheckConstraint("base_count > 0", name="positive"),
)

item_version = Table(
    # append-only: what an item was from an instant on
    "item_version",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("item_id", "item"),
    Column("facts", JSON, nullable=False),
    text_column("actor"),
    at_column("at"),
)

ambiguous_word = Table(
    "ambiguous_word",
    metadata,
    Column("word", String(64), primary_key=True),
    Column("item_id", String(64), ForeignKey("item.id"), primary_key=True),
    Column("rank", Integer, nullable=False),
)

package = Table(
    "package",
    metadata,
    id_column(),
    Column("name_zh", String(64), nullable=False, unique=True),
    text_column("name_en"),
    Column("kind", String(16), nullable=False),
    Column("scope", String(16), nullable=False),  # household person
    Column("aliases", JSON, nullable=False),
    Column("most", Integer, nullable=False),  # portions that one line may ask
    Column("version", Integer, nullable=False),
)

package_version = Table(
    # append-only: what a package held from an instant on
    "package_version",
    metadata,
    seq_column(),
    Column("id", String(64), nullable=False, unique=True),
    ref_column("package_id", "package"),
    Column("version", Integer, nullable=False),
    Column("parts", JSON, nullable=False),  # item id, base units of one portion, unit said
    text_column("actor"),
    at_column("at"),
    UniqueConstraint("package_id", "version"),
)
