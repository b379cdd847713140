"""What must hold of a database beneath the facts in it; only what differs is read."""

import re
import warnings
from collections.abc import Iterator
from typing import Any, Final

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, inspect, select
from sqlalchemy.orm import Session

from logistics.domain.database_health import Finding, Inspection
from logistics.store import migrating
from logistics.store.blueprint import blueprint
from logistics.store.tables import metadata

NAMED = 20
"""Rows that one broken reference names."""

# what is meant as a reference but is none to the database: column, and what it names
_UNDECLARED: Final = (
    ("order_line.package_version_id", "package_version.id"),
    ("movement.corrects", "movement.seq"),
    ("bag_move.corrects", "bag_move.id"),
)

_UNFORCED = """
SELECT conrelid::regclass::text || ' ' || conname AS subject, 'not validated' AS found
FROM pg_constraint
WHERE NOT convalidated AND connamespace = current_schema()::regnamespace
UNION ALL
SELECT i.indexrelid::regclass::text, 'index not valid' FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT t.tgrelid::regclass::text || ' ' || t.tgname, 'switched off' FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgisinternal AND t.tgenabled NOT IN ('O', 'A')
  AND c.relnamespace = current_schema()::regnamespace
ORDER BY 1
"""
_CHECK = re.compile(r"CONSTRAINT \"?(\w+)\"? CHECK")
_POSTGRESQL_CHECKS = """
SELECT c.relname, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.contype = 'c' AND k.connamespace = current_schema()::regnamespace
"""
_POSTGRESQL_TRIGGERS = """
SELECT t.tgname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
_COUNTED = """
SELECT table_name, column_name,
  pg_get_serial_sequence(quote_ident(table_name), column_name) AS counter
FROM information_schema.columns WHERE table_schema = current_schema()
  AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL ORDER BY 1
"""


def revision(session: Session) -> str:
    """Return the revision that the database has."""
    return migrating.current(session.connection())


def newest(session: Session) -> Iterator[Finding]:
    """Compare the schema's revision with the newest that this version knows."""
    stands, wanted = revision(session), migrating.revisions()[-1]
    if stands != wanted:
        yield _finding(Inspection.REVISION, "schema", wanted, stands)


def structure(session: Session, *, quick: bool) -> Iterator[Finding]:
    """Ask SQLite whether its file is whole, PostgreSQL which rules are not in force.

    ``quick`` leaves out comparing SQLite's indexes with their tables.
    """
    execute = session.connection().exec_driver_sql
    if session.connection().dialect.name == "sqlite":
        for (said,) in execute(f"PRAGMA {'quick_check' if quick else 'integrity_check'}"):
            if said != "ok":
                yield _finding(Inspection.STRUCTURE, "file", "ok", said)
        return
    for subject, found in execute(_UNFORCED):
        yield _finding(Inspection.STRUCTURE, subject, "in force", found)


def model(session: Session) -> Iterator[Finding]:
    """Compare the tables with those that the program knows."""
    context = MigrationContext.configure(session.connection())
    with warnings.catch_warnings():
        # SQLAlchemy stumbles over its own word for a CHECK that PostgreSQL has not validated
        warnings.filterwarnings("ignore", message="Can't validate argument 'dialect_options'")
        differences = compare_metadata(context, metadata)
    for difference in differences:
        steps = difference if isinstance(difference, list) else [difference]
        for verb, *what in steps:
            subject = ".".join(filter(None, map(_name, what)))
            yield _finding(Inspection.MODEL, subject, "as the program knows it", _differs(verb))
    yield from _conditions(session)


def _conditions(session: Session) -> Iterator[Finding]:
    """Look for the CHECK of each table, which Alembic does not compare."""
    execute = session.connection().exec_driver_sql
    if session.connection().dialect.name == "sqlite":
        made = execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all()
        named = [(table, name) for table, sql in made for name in _CHECK.findall(sql)]
    else:
        named = [(table, name) for table, name in execute(_POSTGRESQL_CHECKS)]
    # revision 0003 wrote whole names, to which Alembic put the prefix once more
    there = {(table, name.replace(f"ck_{table}_ck_", "ck_")) for table, name in named}
    tables = set(inspect(session.connection()).get_table_names())
    for table in metadata.sorted_tables:
        rules = [rule for rule in table.constraints if isinstance(rule, CheckConstraint)]
        for rule in rules if table.name in tables else ():
            if (table.name, str(rule.name)) not in there:
                yield _finding(Inspection.MODEL, f"{table.name}.{rule.name}", "there", "missing")


def triggers(session: Session) -> Iterator[Finding]:
    """Look for the triggers that refuse changes of facts and keep balances."""
    execute = session.connection().exec_driver_sql
    dialect = session.connection().dialect.name
    plan = blueprint(migrating.revisions()[-1])
    if dialect == "sqlite":
        rows = execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        there = {
            name: "there" if sql == plan.triggers.get(name, sql) else "another of this name"
            for name, sql in rows
        }
    else:
        there = {
            name: "there" if enabled in ("O", "A") else "switched off"
            for name, enabled in execute(_POSTGRESQL_TRIGGERS)
        }
    for name in sorted(plan.triggers_on(dialect)):
        if (found := there.get(name, "missing")) != "there":
            yield _finding(Inspection.TRIGGERS, name, "there", found)


def numbers(session: Session) -> Iterator[Finding]:
    """Compare what each of PostgreSQL's counters gives next with what is there.

    SQLite has no counter: it takes the highest number each time.
    """
    if session.connection().dialect.name == "sqlite":
        return
    execute = session.connection().exec_driver_sql
    for table, column, counter in execute(_COUNTED).all():
        if table not in metadata.tables:
            continue
        told = metadata.tables[table].c[column]
        highest = session.scalars(select(told).order_by(told.desc()).limit(1)).first()
        last, called = execute(f"SELECT last_value, is_called FROM {counter}").one()  # noqa: S608
        follows = last + 1 if called else last
        if highest is not None and follows <= highest:
            yield _finding(
                Inspection.NUMBERS, f"{table}.{column}", f"above {highest}", str(follows)
            )


def references(session: Session) -> Iterator[Finding]:
    """Look for rows that name a row that is not there."""
    declared = [
        (key.parent, key.column)
        for table in metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda one: one.parent.name)
    ]
    for column, target in declared + [(_column(a), _column(b)) for a, b in _UNDECLARED]:
        there = target.table.alias()
        own = list(column.table.primary_key)
        lost = session.execute(
            select(*own, column.label("names"))
            .join(there, there.c[target.name] == column, isouter=True)
            .where(column.is_not(None), there.c[target.name].is_(None))
            .order_by(*own)
            .limit(NAMED)
        )
        for *key, names in lost:
            subject = f"{column.table.name} {' '.join(map(str, key))}"
            yield _finding(
                Inspection.REFERENCES, f"{subject} {column.name}", str(names),
                f"no such {target.table.name}",
            )  # fmt: skip


_SAID: Final = {"add": "missing", "remove": "not known to the program", "modify": "different"}


def _differs(verb: str) -> str:
    kind, _, part = verb.partition("_")
    return f"{part} {_SAID.get(kind, kind)}"


def _name(part: Any) -> str:
    named = getattr(part, "name", part)
    table = getattr(getattr(part, "table", None), "name", None)
    if not isinstance(named, str):
        return ""
    return f"{table}.{named}" if table else named


def _column(name: str) -> Column[Any]:
    table, _, column = name.partition(".")
    return metadata.tables[table].c[column]


def _finding(inspection: Inspection, subject: str, expected: str, found: str) -> Finding:
    return Finding(inspection=inspection, subject=subject, expected=expected, found=found)
