"""What items keep and go by, how they came about, and packages."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from logistics.store.migrations.third.append_only import protect
from logistics.store.schema.columns import UtcDateTime

_COLUMNS = ("cold_chain", "fragile", "person_limit", "aisle")


def upgrade() -> None:
    """Add the columns and tables; what an item or a package was cannot be edited."""
    op.add_column("item", sa.Column("cold_chain", sa.String(8), nullable=True))
    op.add_column(
        "item", sa.Column("fragile", sa.Boolean, nullable=False, server_default=sa.false())
    )
    op.add_column("item", sa.Column("person_limit", sa.BigInteger, nullable=True))
    op.add_column("item", sa.Column("aisle", sa.String(32), nullable=False, server_default=""))
    op.add_column("order_line", sa.Column("package_version_id", sa.String(64), nullable=True))
    op.create_table(
        "item_misspelling",
        sa.Column("word", sa.String(64), primary_key=True),
        _item_column(),
    )
    op.create_index("ix_item_misspelling_item_id", "item_misspelling", ["item_id"])
    op.create_table(
        "ambiguous_word",
        sa.Column("word", sa.String(64), primary_key=True),
        sa.Column("item_id", sa.String(64), sa.ForeignKey("item.id"), primary_key=True),
        sa.Column("rank", sa.Integer, nullable=False),
    )
    op.create_table(
        "package",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name_zh", sa.String(64), nullable=False, unique=True),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("aliases", sa.JSON, nullable=False),
        sa.Column("most", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    _versions("item_version", _item_column(), sa.Column("facts", sa.JSON, nullable=False))
    _versions(
        "package_version",
        sa.Column("package_id", sa.String(64), sa.ForeignKey("package.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.UniqueConstraint("package_id", "version"),
    )


def downgrade() -> None:
    """Take them away; triggers go with their tables."""
    for table in ("package_version", "item_version", "package", "ambiguous_word"):
        op.drop_table(table)
    op.drop_table("item_misspelling")
    op.drop_column("order_line", "package_version_id")
    for name in _COLUMNS:
        op.drop_column("item", name)


def _item_column() -> sa.Column[str]:
    return sa.Column("item_id", sa.String(64), sa.ForeignKey("item.id"), nullable=False)


def _versions(table: str, *columns: sa.Column[Any] | sa.UniqueConstraint) -> None:
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        table,
        sa.Column("seq", kind, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        *columns,
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    owner = f"{table.removesuffix('_version')}_id"
    op.create_index(f"ix_{table}_{owner}", table, [owner])
    protect(table, "seq", "id")
