import subprocess
import sys
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from logistics.errors import Unavailable
from logistics.store import zones
from logistics.store.session import open_database
from logistics.store.tables import metadata


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
