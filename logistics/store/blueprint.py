"""What a revision's schema consists of, by making it: tables, kinds of columns, triggers.

The migrations run on an empty database in memory and what comes of them is read. So a backup knows
the columns of any revision, not only of the newest, and a check knows which triggers should be
there, without a second list that could grow old.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from sqlalchemy import create_engine, inspect, types

from logistics.store import migrating

VERSION_TABLE = "alembic_version"


class Kind(StrEnum):
    """What a column holds, whichever database holds it."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    DATE = "date"
    JSON = "json"
    BYTES = "bytes"


# the first that fits; boolean and date are no subclasses of another in the list
_KINDS: Final[tuple[tuple[type[types.TypeEngine[object]], Kind], ...]] = (
    (types.String, Kind.TEXT),
    (types.Integer, Kind.INTEGER),
    (types.Boolean, Kind.BOOLEAN),
    (types.Float, Kind.REAL),
    (types.DateTime, Kind.INSTANT),
    (types.Date, Kind.DATE),
    (types.JSON, Kind.JSON),
    (types.LargeBinary, Kind.BYTES),
)  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column and what it holds."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """A table, its columns in their order, and those of its primary key."""

    name: str
    columns: tuple[ColumnShape, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """What the migrations make of an empty database; tables by name, triggers by name."""

    revision: str
    tables: Mapping[str, TableShape]
    triggers: Mapping[str, str]

    def triggers_on(self, dialect: str) -> frozenset[str]:
        """Return the names of the triggers that a kind of database should have.

        SQLite needs three to keep a table append-only, PostgreSQL one.
        """
        if dialect == "sqlite":
            return frozenset(self.triggers)
        return frozenset(
            f"{name.partition('_refuses_')[0]}_append_only" if "_refuses_" in name else name
            for name in self.triggers
        )


@cache
def blueprint(revision: str) -> Blueprint:
    """Make a revision's schema in memory and describe it; half a second, once.

    Raises
    ------
    RevisionUnknown
        If there is no such revision.
    """
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            migrating.step(connection, revision)
            inspector = inspect(connection)
            names = sorted(set(inspector.get_table_names()) - {VERSION_TABLE})
            shapes = {
                name: TableShape(
                    name=name,
                    columns=tuple(
                        ColumnShape(column["name"], _kind(name, column["name"], column["type"]))
                        for column in inspector.get_columns(name)
                    ),
                    key=tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
                )
                for name in names
            }
            rows = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            )
            triggers = {str(row.name): str(row.sql) for row in rows}
    finally:
        engine.dispose()
    return Blueprint(revision=revision, tables=shapes, triggers=triggers)


def _kind(table: str, column: str, of: object) -> Kind:
    for made, kind in _KINDS:
        if isinstance(of, made):
            return kind
    raise TypeError(table, column, of)
