import subprocess
import sys
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from logistics.errors import Unavailable
from logistics.store import migrating, zones
from logistics.store.session import open_database
from logistics.store.tables import metadata
from tests.logistics.store.stocked import stock


def names(database):
    with database.read() as session:
        return set(inspect(session.connection()).get_table_names())


def test_the_tables_are_there_after_migrating(database):
    assert names(database) == {*metadata.tables, "alembic_version"}


def test_migrating_again_changes_nothing(database):
    database.migrate()
    assert names(database) == {*metadata.tables, "alembic_version"}


def test_the_migrations_lead_to_the_tables_that_the_code_knows(database):
    with database.read() as session:
        context = MigrationContext.configure(session.connection())
        differences = compare_metadata(context, metadata)
    assert differences == []


def test_going_down_leaves_nothing_and_up_again_works(database):
    database.migrate("base")
    assert names(database) == {"alembic_version"}
    with pytest.raises(Unavailable):
        database.ping()
    database.migrate()
    database.ping()


def test_a_migration_that_fails_half_way_leaves_nothing(tmp_path):
    path = tmp_path / "half.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE unserved (x)")  # a late table is in the way
    engine.dispose()
    database = open_database(str(path))
    with pytest.raises(Exception, match="unserved"):
        database.migrate()
    assert names(database) <= {"unserved"}
    database.close()


def test_the_migrations_are_found_from_any_folder(tmp_path):
    """As from an installed wheel: no alembic.ini, no current folder."""
    program = (
        "from logistics.store.session import open_database as o;"
        " d = o('x.db'); d.migrate(); d.ping(); d.close()"
    )
    root = str(__import__("pathlib").Path(__file__).parents[3])
    subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r}); {program}"],
        check=True,
        cwd=tmp_path,
    )


def test_zones_of_the_first_revision_are_carried_over_and_back(database):
    database.migrate("0001")
    with database.transaction() as session:
        execute = session.connection().exec_driver_sql
        execute(
            "INSERT INTO district (id, name, folder, attribution, synthetic, source_digest,"
            " zone_name, policy, created_at) VALUES ('d', 'D', '', '', true, '', 'UTC', '{}',"
            " '2026-04-01 00:00:00.000000')"
        )
        execute(
            "INSERT INTO place (id, district_id, kind, code, name_zh, name_en, lon, lat, levels,"
            " open, note, depot) VALUES ('d/c', 'd', 'compound', 'C', '', '', 0, 0, 0, true, '',"
            " false)"
        )
        for mark, zone, since in (("z2", "sealed", "05"), ("z1", "controlled", "02")):
            execute(
                "INSERT INTO zone_period (id, place_id, zone, since) VALUES"  # noqa: S608  above
                f" ('{mark}', 'd/c', '{zone}', '2026-04-{since} 00:00:00.000000')"
            )
    database.migrate()
    with database.read() as session:
        book = zones.book(session, "d")
    assert [(one.id, one.zone, one.origin) for one in book.statements] == [
        ("z1", "controlled", "setup"), ("z2", "sealed", "setup"),
    ]  # fmt: skip
    assert book.standing("d/c", datetime(2026, 4, 3, tzinfo=UTC)).zone == "controlled"
    assert book.standing("d/c", datetime(2026, 4, 5, tzinfo=UTC)).zone == "sealed"
    database.migrate("0001")
    with database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT id, zone FROM zone_period")
        assert sorted(map(tuple, rows)) == [("z1", "controlled"), ("z2", "sealed")]
    database.migrate()
    database.ping()


REVISIONS = migrating.revisions()


def schema(database):
    """Word the whole schema as the database does: tables, indexes, rules, triggers, functions."""
    queries = {
        "sqlite": ["SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"],
        "postgresql": [
            "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,"
            " column_default FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT pg_get_triggerdef(oid), tgenabled::text FROM pg_trigger"
            " WHERE NOT tgisinternal",
            "SELECT pg_get_functiondef(oid) FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace",
        ],
    }[database.dialect]
    with database.read() as session:
        execute = session.connection().exec_driver_sql
        return [sorted(repr(tuple(row)) for row in execute(query)) for query in queries]


def columns(database):
    with database.read() as session:
        seen = inspect(session.connection())
        tables = set(seen.get_table_names()) - {"alembic_version"}
        return {table: [c["name"] for c in seen.get_columns(table)] for table in sorted(tables)}


def rows(database, shape):
    """Read columns of tables as the database has them."""
    with database.read() as session:
        execute = session.connection().exec_driver_sql
        return {
            table: sorted(
                repr(tuple(row))
                for row in execute(
                    "SELECT "  # noqa: S608  names of what is there
                    + ", ".join(f'"{name}"' for name in wanted)
                    + f" FROM {table}"
                )
            )
            for table, wanted in shape.items()
        }


@pytest.mark.parametrize("revision", ["base", *REVISIONS[:-1]])
def test_the_schema_is_the_same_after_going_down_and_up(database, revision):
    before = schema(database)
    database.migrate(revision)
    assert schema(database) != before
    database.migrate()
    assert schema(database) == before


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_is_the_same_reached_from_below_and_from_above(
    database, empty_database, revision
):
    database.migrate(revision)
    other = empty_database(database.dialect)
    other.migrate(revision)
    assert {name for part in schema(other) for name in part} == {
        name for part in schema(database) for name in part
    }


def test_what_the_third_revision_holds_is_the_same_in_the_fourth_and_after_it(database):
    database.migrate("0003")
    with database.transaction() as session:
        stock(session)
    shape = columns(database)
    before = rows(database, shape)
    assert sum(map(len, before.values())) > 10
    database.migrate()
    assert rows(database, shape) == before
    database.migrate("0003")
    assert columns(database) == shape
    assert rows(database, shape) == before


def test_going_up_one_revision_at_a_time_comes_to_the_same(empty_database, database):
    other = empty_database(database.dialect)
    for revision in REVISIONS:
        other.migrate(revision)
        with other.read() as session:
            assert migrating.current(session.connection()) == revision
    assert schema(other) == schema(database)


def test_an_unknown_revision_is_refused(database):
    with pytest.raises(migrating.RevisionUnknown) as refused:
        database.migrate("0099")
    assert refused.value.facts["value"] == "0099"
    database.ping()


def test_staying_at_the_base_is_no_step(empty_database, database):
    other = empty_database(database.dialect)
    other.migrate("base")
    assert names(other) <= {"alembic_version"}
