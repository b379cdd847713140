"""A PostgreSQL database that tests use one after the other, wiped in between."""

from typing import Any, Protocol

import psycopg
from psycopg import sql

_USES = 50
"""Tests after which a database is made anew: what was wiped still takes up its room."""
_ROWS = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""
_SHAPE = """
SELECT md5(string_agg(told, ',' ORDER BY told)) FROM (
    SELECT concat_ws(' ', 'relation', oid, relname, relkind, relacl) AS told
      FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'column', attrelid, attname, atttypid, attnotnull)
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'default', adrelid, adnum, pg_get_expr(adbin, adrelid))
      FROM pg_attrdef
    UNION ALL SELECT concat_ws(' ', 'trigger', oid, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', 'constraint', oid, convalidated) FROM pg_constraint
    UNION ALL SELECT concat_ws(' ', 'function', oid, md5(prosrc))
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'schema', nspname) FROM pg_namespace
      WHERE nspname !~ '^pg_(toast_)?temp'
) AS all_of_it
"""
_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Server(Protocol):
    """Where databases are made."""

    def url(self, name: str) -> str: ...

    def execute(self, statement: str) -> None: ...


class Slate:
    """One migrated database at a time: a copy of a template costs ten times what wiping does.

    Rows are wiped and counters set back. Where a test changed the tables themselves, or a row
    that the migrations wrote, or left something that cannot be wiped, the next test gets a copy.
    """

    def __init__(self, server: Server, template: str) -> None:
        self._server, self._template = server, template
        self._made = self._used = 0
        self._fresh: dict[str, Any] | None = None  # what a copy looks like; None: there is none

    def take(self) -> str:
        """Return the URL of a database as the migrations leave it."""
        if self._fresh is None:
            self._made += 1
            self._used = 0
            self._server.execute(f"CREATE DATABASE {self._name} TEMPLATE {self._template}")
            with self._connect() as connection:
                tables = [name for (name,) in connection.execute(_ROWS)]
                self._fresh = {"tables": tables, "shape": _shape(connection)}
                written = _with_rows(connection, tables)
                self._fresh["kept"] = {name: _content(connection, name) for name in written}
                self._fresh["counters"] = _counters(connection)
        self._used += 1
        return self._server.url(self._name)

    def give_back(self) -> None:
        """Wipe what a test wrote, or drop the database."""
        if self._fresh is None:
            return
        try:
            with self._connect() as connection:
                connection.execute(_OTHERS)
                wiped = self._used < _USES and self._wiped(connection, self._fresh)
        except psycopg.Error:
            wiped = False  # a test may leave anything behind: then a copy is made
        if not wiped:
            self._server.execute(f"DROP DATABASE {self._name} WITH (FORCE)")
            self._fresh = None

    @property
    def _name(self) -> str:
        return f"slate_{self._made}"

    def _connect(self) -> psycopg.Connection:
        plain = self._server.url(self._name).replace("postgresql+psycopg", "postgresql")
        return psycopg.connect(plain, options="-c statement_timeout=20000")

    @staticmethod
    def _wiped(connection: psycopg.Connection, fresh: dict[str, Any]) -> bool:
        if _shape(connection) != fresh["shape"]:
            return False
        connection.execute("SET LOCAL session_replication_role = replica")  # no trigger objects
        for name in _with_rows(connection, fresh["tables"]):
            if name not in fresh["kept"]:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        if any(_content(connection, name) != kept for name, kept in fresh["kept"].items()):
            return False
        for name, value in _counters(connection).items():
            before = fresh["counters"].get(name)
            if before is None:
                connection.execute(
                    sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(name))
                )
            elif before != value:
                return False
        return True


def _shape(connection: psycopg.Connection) -> Any:
    return connection.execute(_SHAPE).fetchone()


def _with_rows(connection: psycopg.Connection, tables: list[str]) -> list[str]:
    one = sql.SQL("EXISTS (SELECT FROM {})")
    asked = sql.SQL(", ").join(one.format(sql.Identifier(name)) for name in tables)
    found = connection.execute(sql.SQL("SELECT ARRAY[{}]").format(asked)).fetchone()
    assert found is not None
    return [name for name, has in zip(tables, found[0], strict=True) if has]


def _content(connection: psycopg.Connection, table: str) -> Any:
    query = sql.SQL("SELECT md5(string_agg(t::text, '\n' ORDER BY t::text)) FROM {} AS t")
    return connection.execute(query.format(sql.Identifier(table))).fetchone()


def _counters(connection: psycopg.Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
    )
    return dict(rows.fetchall())
