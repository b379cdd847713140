"""Back a database up while it is in use, and restore it: into a database of either kind.

A backup is one snapshot, so writers go on meanwhile. A restore is one transaction: the tables are
made at the backup's revision, filled, and brought up to the newest; or nothing happens at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, exc, inspect

from logistics.errors import Conflict
from logistics.store import backup_rows, migrating
from logistics.store.backup_format import (
    BackupDamaged,
    BackupReader,
    BackupTooNew,
    Manifest,
    reading,
    writing,
)
from logistics.store.backup_rows import RowUnfit
from logistics.store.blueprint import VERSION_TABLE, Blueprint, blueprint
from logistics.store.session import Database


class DatabaseNotEmpty(Conflict):
    """A restore fills an empty database only, and this one has something in it."""

    code = "database.not-empty"


class NothingToBackUp(Conflict):
    """The database was never migrated: it has no tables."""

    code = "backup.nothing-there"


class SchemaDiffers(Conflict):
    """A table lacks what its revision gives it; a backup of it could not be restored."""

    code = "database.schema-differs"


def back_up(database: Database, path: Path, *, product: str, at: datetime) -> Manifest:
    """Write one consistent snapshot of all tables into a new file.

    Parameters
    ----------
    product
        The version that writes it.

    Raises
    ------
    BackupThere
        If there is a file of this name.
    NothingToBackUp
        If the database has no tables.
    SchemaNewer
        If the database stands at a revision that this version does not know.
    SchemaDiffers
        If it has not the tables of its revision.
    Unavailable
        If the database is away.
    """
    database.ping()
    with database.read() as session:
        connection = session.connection()
        plan = _plan(connection)
        with writing(path) as writer:
            entries = tuple(
                writer.table(table.name, table.columns, backup_rows.read(connection, table))
                for table in plan.tables.values()
            )
            manifest = Manifest(
                product=product,
                revision=plan.revision,
                dialect=database.dialect,
                at=at,
                tables=entries,
            )
            writer.finish(manifest)
    return manifest


def verify_backup(path: Path) -> Manifest:
    """Read a backup through, and say whether this version can restore it.

    Raises
    ------
    NoBackup, BackupDamaged, BackupTooNew
        If it cannot.
    """
    with reading(path) as backup:
        _judge(backup, path)
        backup.verify()
        return backup.manifest


def restore(database: Database, path: Path) -> Manifest:
    """Fill an empty database from a backup and bring it up to the newest revision.

    Ids, numbers and instants stay as they were; triggers stand aside while rows come in, and
    references are judged over all of them.

    Raises
    ------
    DatabaseNotEmpty
        If it has a row, or tables that are not ours.
    NoBackup, BackupDamaged, BackupTooNew
        If the file is not a whole backup that this version knows.
    RowUnfit
        If the database refuses a row, or a reference leads nowhere.
    Unavailable
        If the database is away.
    """
    with reading(path) as backup:
        plan = _judge(backup, path)
        with database.schema_change() as connection:
            _refuse_unless_empty(connection)
            migrating.step(connection, migrating.BASE)
            migrating.step(connection, plan.revision)
            with _unguarded(connection):
                for entry in backup.manifest.tables:
                    backup_rows.write(connection, plan.tables[entry.name], backup.parts(entry))
            migrating.step(connection)
        return backup.manifest


def _plan(connection: Connection) -> Blueprint:
    revision = migrating.current(connection)
    if revision == migrating.BASE:
        raise NothingToBackUp(mend="run 'supplyloop db upgrade' first")
    if revision not in migrating.revisions():
        raise migrating.SchemaNewer(revision=revision, newest=migrating.revisions()[-1])
    plan = blueprint(revision)
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    for table in plan.tables.values():
        if table.name not in there:
            raise SchemaDiffers(table=table.name, revision=revision)
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        if columns != {column.name for column in table.columns}:
            raise SchemaDiffers(table=table.name, revision=revision)
    return plan


def _judge(backup: BackupReader, path: Path) -> Blueprint:
    manifest = backup.manifest
    if manifest.revision not in migrating.revisions():
        raise BackupTooNew(path=str(path), product=manifest.product, revision=manifest.revision)
    plan = blueprint(manifest.revision)
    held = {entry.name: entry for entry in manifest.tables}
    for name in sorted({*held, *plan.tables}):
        if name not in held or name not in plan.tables:
            raise BackupDamaged(path=str(path), table=name)
        if held[name].columns != plan.tables[name].columns:
            raise BackupDamaged(path=str(path), table=name)
    return plan


def _refuse_unless_empty(connection: Connection) -> None:
    there = sorted(inspect(connection).get_table_names())
    ours = VERSION_TABLE in there
    for table in there:
        if table != VERSION_TABLE and (not ours or backup_rows.any_row(connection, table)):
            raise DatabaseNotEmpty(table=table)


@contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    guard = _sqlite_unguarded if connection.dialect.name == "sqlite" else _postgresql_unguarded
    with guard(connection):
        yield


@contextmanager
def _sqlite_unguarded(connection: Connection) -> Iterator[None]:
    execute = connection.exec_driver_sql
    triggers = execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _ in triggers:
        execute(f'DROP TRIGGER "{name}"')
    execute("PRAGMA defer_foreign_keys=ON")  # until this transaction ends
    yield
    broken = execute("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RowUnfit(table=broken[0], reason=f"row {broken[1]} names no row of {broken[2]}")
    for _, sql in triggers:
        execute(sql)


_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
ORDER BY conrelid::regclass::text, conname
"""
_TRIGGERED = """
SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
_COUNTED = """
SELECT quote_ident(table_name), quote_ident(column_name),
  pg_get_serial_sequence(quote_ident(table_name), column_name)
FROM information_schema.columns WHERE table_schema = current_schema()
  AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL
"""


@contextmanager
def _postgresql_unguarded(connection: Connection) -> Iterator[None]:
    execute = connection.exec_driver_sql
    triggered = execute(_TRIGGERED).scalars().all()
    references = execute(_FOREIGN_KEYS).all()
    for table in triggered:
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table, name, _ in references:
        execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, definition in references:
        try:
            execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        except exc.IntegrityError as fault:
            reason = str(fault.orig).partition("\n")[0]
            raise RowUnfit(table=table, reason=reason) from fault
    for table in triggered:
        execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for table, column, sequence in execute(_COUNTED).all():
        execute(
            f"SELECT setval('{sequence}', m) FROM"  # noqa: S608  names as the database gave them
            f" (SELECT MAX({column}) AS m FROM {table}) AS highest WHERE m IS NOT NULL"
        )
