"""What all tables share: their metadata, and columns for ids, instants and amounts."""

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
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


def id_column() -> Column[str]:
    """Make the primary key, an opaque text."""
    return Column("id", String(64), primary_key=True)


def seq_column() -> Column[int]:
    """Make the primary key of facts that are only added: it counts them in their order."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column("seq", kind, primary_key=True, autoincrement=True)


def ref_column(
    name: str, target: str, *, nullable: bool = False, index: bool = True
) -> Column[str]:
    """Make a reference to another table's ``id``, indexed."""
    return Column(name, String(64), ForeignKey(f"{target}.id"), nullable=nullable, index=index)


def text_column(name: str, *, nullable: bool = False) -> Column[str]:
    """Make a text of any length."""
    return Column(name, Text, nullable=nullable)


def int_column(name: str, *, nullable: bool = False) -> Column[int]:
    """Make a 64-bit integer."""
    return Column(name, BigInteger, nullable=nullable)


def at_column(name: str, *, nullable: bool = False) -> Column[dt.datetime]:
    """Make an instant in UTC."""
    return Column(name, UtcDateTime, nullable=nullable)
