"""Rows of any table out of a database and into one, in the form that backups keep.

Both ways the database itself turns values into the form of the file, so no value passes through a
type of this program: what comes back is what was there, to the last digit of a JSON number.
"""

# ruff: noqa: S608  statements are put together from names of our own revisions

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg
from sqlalchemy import Connection, exc

from logistics.errors import Invalid, Unavailable
from logistics.store.backup_format import Row
from logistics.store.blueprint import ColumnShape, Kind, TableShape

_AT_ONCE = 2_000

_OUT_OF_SQLITE = {
    Kind.INSTANT: "substr({c}, 1, 10) || 'T' || substr({c}, 12) || 'Z'",
    Kind.JSON: "CAST({c} AS TEXT)",  # a bare number would come as one
    Kind.BYTES: "CASE WHEN {c} IS NOT NULL THEN hex({c}) END",
}
_OUT_OF_POSTGRESQL = {
    Kind.INSTANT: "to_char({c} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    Kind.DATE: "to_char({c}, 'YYYY-MM-DD')",
    Kind.JSON: "CAST({c} AS text)",
    Kind.BOOLEAN: "CAST({c} AS integer)",
    Kind.BYTES: "upper(encode({c}, 'hex'))",
}
_INTO_SQLITE = {Kind.INSTANT: "replace(rtrim(?, 'Z'), 'T', ' ')"}


class RowUnfit(Invalid):
    """A row of a backup cannot stand in this database: too long, of another type, refused."""

    code = "backup.row-unfit"


def any_row(connection: Connection, table: str) -> bool:
    """Say whether a table has a row."""
    found = connection.exec_driver_sql(f"SELECT 1 FROM {_quoted(connection, table)} LIMIT 1")
    return found.first() is not None


def read(connection: Connection, table: TableShape) -> Iterator[list[Row]]:
    """Read a table in the order of its primary key, some rows at once."""
    sqlite = connection.dialect.name == "sqlite"
    forms = _OUT_OF_SQLITE if sqlite else _OUT_OF_POSTGRESQL
    kinds = {column.name: column.kind for column in table.columns}
    wanted = ", ".join(
        forms.get(column.kind, "{c}").format(c=_quoted(connection, column.name))
        for column in table.columns
    )
    in_order = ", ".join(
        _quoted(connection, name)
        + (' COLLATE "C"' if not sqlite and kinds[name] is Kind.TEXT else "")
        for name in table.key
    )
    found = connection.exec_driver_sql(
        f"SELECT {wanted} FROM {_quoted(connection, table.name)} ORDER BY {in_order}",
        execution_options={"stream_results": True, "max_row_buffer": _AT_ONCE},
    )
    for part in found.partitions(_AT_ONCE):
        yield [list(row) for row in part]


def write(connection: Connection, table: TableShape, parts: Iterable[list[Row]]) -> None:
    """Write rows into an empty table.

    Raises
    ------
    RowUnfit
        If the database refuses one; it says of which table.
    """
    put = _insert if connection.dialect.name == "sqlite" else _copy
    put(connection, table, parts)


def _insert(connection: Connection, table: TableShape, parts: Iterable[list[Row]]) -> None:
    names = ", ".join(_quoted(connection, column.name) for column in table.columns)
    marks = ", ".join(_INTO_SQLITE.get(column.kind, "?") for column in table.columns)
    statement = f"INSERT INTO {_quoted(connection, table.name)} ({names}) VALUES ({marks})"
    for part in _spelt(table.columns, parts, bytes.fromhex):
        try:
            connection.exec_driver_sql(statement, [tuple(row) for row in part])
        except (exc.IntegrityError, exc.DataError) as fault:
            raise RowUnfit(table=table.name, reason=_first_line(fault.orig)) from fault


def _copy(connection: Connection, table: TableShape, parts: Iterable[list[Row]]) -> None:
    names = ", ".join(_quoted(connection, column.name) for column in table.columns)
    statement = f"COPY {_quoted(connection, table.name)} ({names}) FROM STDIN"
    raw = connection.connection.driver_connection
    if raw is None:  # pragma: no cover  a connection in use has one
        raise Unavailable(cause="the database is away")
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for part in _spelt(table.columns, parts, r"\x{}".format):
                for row in part:
                    copy.write_row(row)
    except (psycopg.DataError, psycopg.IntegrityError) as fault:
        raise RowUnfit(table=table.name, reason=_first_line(fault)) from fault
    except psycopg.OperationalError as fault:
        raise Unavailable(cause="the database is away") from fault


def _spelt(
    columns: tuple[ColumnShape, ...], parts: Iterable[list[Row]], of_bytes: Callable[[str], Any]
) -> Iterator[list[Row]]:
    held = [n for n, column in enumerate(columns) if column.kind is Kind.BYTES]
    for part in parts:
        for row in part if held else ():
            for n in held:
                row[n] = None if row[n] is None else of_bytes(row[n])
        yield part


def _first_line(fault: BaseException | None) -> str:
    return str(fault).partition("\n")[0]  # what follows may repeat the row itself


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
