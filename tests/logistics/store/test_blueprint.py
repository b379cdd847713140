import pytest
from sqlalchemy import inspect

from logistics.store import migrating
from logistics.store.blueprint import Kind, blueprint
from logistics.store.tables import metadata

NEWEST = migrating.revisions()[-1]


def test_the_newest_revision_has_the_tables_of_the_program():
    shapes = blueprint(NEWEST).tables
    assert set(shapes) == set(metadata.tables)
    for name, shape in shapes.items():
        assert {c.name for c in shape.columns} == set(metadata.tables[name].c.keys())
        assert set(shape.key) == set(metadata.tables[name].primary_key.columns.keys())
        assert shape.key, f"{name} has no primary key, so its rows have no order"


@pytest.mark.parametrize("revision", migrating.revisions())
def test_every_column_of_every_revision_is_of_a_kind_that_backups_know(revision):
    plan = blueprint(revision)
    assert plan.tables
    assert {column.kind for shape in plan.tables.values() for column in shape.columns} <= set(Kind)


def test_columns_hold_what_they_are_declared_to():
    kinds = {c.name: c.kind for c in blueprint(NEWEST).tables["district"].columns}
    assert (kinds["name"], kinds["synthetic"], kinds["policy"], kinds["created_at"]) == (
        Kind.TEXT, Kind.BOOLEAN, Kind.JSON, Kind.INSTANT,
    )  # fmt: skip
    assert {c.name: c.kind for c in blueprint(NEWEST).tables["run"].columns}["day"] is Kind.DATE
    assert {c.name: c.kind for c in blueprint(NEWEST).tables["place"].columns}["lon"] is Kind.REAL


def test_an_older_revision_has_its_own_tables():
    assert "zone_period" in blueprint("0001").tables
    assert "zone_period" not in blueprint("0002").tables


def test_the_base_has_nothing():
    assert blueprint("base").tables == {}


def test_the_triggers_are_those_of_a_migrated_database(database):
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[database.dialect]
    with database.read() as session:
        there = session.connection().exec_driver_sql(query).scalars().all()
        assert set(inspect(session.connection()).get_table_names()) > set(metadata.tables)
    assert blueprint(NEWEST).triggers_on(database.dialect) == set(there)


def test_an_unknown_revision_has_no_blueprint():
    with pytest.raises(migrating.RevisionUnknown):
        blueprint("0099")
