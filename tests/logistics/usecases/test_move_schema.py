import pytest

from logistics.store import migrating
from logistics.store.migrating import RevisionUnknown, SchemaNewer
from logistics.usecases.move_schema import (
    SchemaMoved,
    Unconfirmed,
    WrongWay,
    downgrade_schema,
    upgrade_schema,
)

NEWEST = migrating.revisions()[-1]


def test_a_new_database_goes_up_to_the_newest_and_stays(empty_database, database):
    made = empty_database(database.dialect)
    assert upgrade_schema(made) == SchemaMoved(before="base", after=NEWEST)
    assert upgrade_schema(made) == SchemaMoved(before=NEWEST, after=NEWEST)
    made.ping()


def test_an_upgrade_stops_where_it_is_told(empty_database, database):
    made = empty_database(database.dialect)
    assert upgrade_schema(made, "0002").after == "0002"
    assert upgrade_schema(made, "0003") == SchemaMoved(before="0002", after="0003")


def test_an_upgrade_never_goes_down(database):
    with pytest.raises(WrongWay) as refused:
        upgrade_schema(database, "0001")
    assert (refused.value.facts["revision"], refused.value.facts["wanted"]) == (NEWEST, "0001")
    database.ping()


def test_going_down_needs_to_be_confirmed_and_says_how_many_tables_go(database):
    with pytest.raises(Unconfirmed) as refused:
        downgrade_schema(database, "base", confirmed=False)
    assert refused.value.facts["tables"] > 80
    database.ping()
    assert downgrade_schema(database, "0001", confirmed=True).after == "0001"
    assert downgrade_schema(database, "0001", confirmed=False).after == "0001"  # nothing goes
    with pytest.raises(WrongWay):
        downgrade_schema(database, "0002", confirmed=True)


def test_what_is_no_revision_or_newer_than_all_is_refused(database):
    for move in (upgrade_schema, lambda d, to: downgrade_schema(d, to, confirmed=True)):
        with pytest.raises(RevisionUnknown):
            move(database, "0099")
    with database.schema_change() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(SchemaNewer) as refused:
        upgrade_schema(database)
    assert refused.value.facts == {"revision": "0099", "newest": NEWEST}
