import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from logistics.errors import Unavailable
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
