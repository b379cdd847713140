import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import update

from logistics.domain.database_health import QUICK, Inspection
from logistics.errors import Unavailable
from logistics.store import migrating
from logistics.store import tables as t
from logistics.usecases.check_database import check_database
from tests.logistics.store.stocked import AT, stock


@pytest.fixture
def stocked(database):
    with database.transaction() as session:
        stock(session)
    return database


def found(database, **options):
    return [
        (one.inspection, one.subject, one.found)
        for one in check_database(database, **options).findings
    ]


def do(database, *statements):
    with database.schema_change() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def past_references(database, statement):
    """Run a statement as somebody would who gets round the database's own rules."""
    if database.dialect == "sqlite":
        with sqlite3.connect(database.url.removeprefix("sqlite:///")) as opened:
            opened.execute(statement)  # foreign keys are off unless asked for
        opened.close()
    else:
        do(database, "SET LOCAL session_replication_role = replica", statement)


def test_a_sound_database_is_looked_at_in_every_way(stocked):
    health = check_database(stocked)
    assert health.findings == ()
    assert health.sound
    assert set(health.seconds) == set(Inspection)
    assert (health.dialect, health.left_out) == (stocked.dialect, ())
    assert health.revision == health.newest == migrating.revisions()[-1]


def test_a_quick_look_reads_no_rows(stocked):
    with stocked.transaction() as session:
        session.execute(update(t.balance).values(quantity=5))
    health = check_database(stocked, quick=True)
    assert health.sound
    assert set(health.seconds) == set(QUICK)


def test_a_balance_that_is_not_the_sum_of_its_movements_is_found(stocked):
    with stocked.transaction() as session:
        of_van = t.balance.c.location == "van:V1"
        session.execute(update(t.balance).where(of_van).values(quantity=299))
    told = check_database(stocked)
    assert not told.sound
    (one,) = [f for f in told.findings if f.subject.startswith("balances ")]
    assert one.inspection is Inspection.LEDGER
    assert (one.subject, one.expected, one.found) == ("balances van:V1 lot_1", "300", "299")


def test_a_missing_trigger_is_found(stocked):
    if stocked.dialect == "sqlite":
        do(stocked, "DROP TRIGGER movement_refuses_DELETE")
        name = "movement_refuses_DELETE"
    else:
        do(stocked, "DROP TRIGGER movement_append_only ON movement")
        name = "movement_append_only"
    assert found(stocked) == [(Inspection.TRIGGERS, name, "missing")]
    assert found(stocked, quick=True) == [(Inspection.TRIGGERS, name, "missing")]


def test_a_trigger_that_does_something_else_is_found(sqlite_database):
    do(
        sqlite_database,
        "DROP TRIGGER audit_refuses_DELETE",
        "CREATE TRIGGER audit_refuses_DELETE BEFORE DELETE ON audit BEGIN SELECT 1; END",
    )
    assert found(sqlite_database) == [
        (Inspection.TRIGGERS, "audit_refuses_DELETE", "another of this name")
    ]


def test_a_trigger_that_is_switched_off_is_found(postgresql_database):
    do(postgresql_database, "ALTER TABLE movement DISABLE TRIGGER movement_balances")
    assert found(postgresql_database) == [
        (Inspection.TRIGGERS, "movement_balances", "switched off")
    ]


def test_a_row_that_others_name_and_is_gone_is_found(stocked):
    past_references(stocked, "DELETE FROM receipt")
    health = check_database(stocked)
    (one,) = health.findings
    assert one.inspection is Inspection.REFERENCES
    assert one.subject == "lot lot_1 receipt_id"
    assert (one.expected, one.found) == ("rcp_1", "no such receipt")
    assert health.left_out == (Inspection.LEDGER, Inspection.MONEY)  # they stand on it


def test_a_reference_that_the_database_does_not_know_of_is_followed_too(stocked):
    with stocked.transaction() as session:
        session.execute(
            t.household.insert().values(
                id="h", district_id="dst_1", stairwell_id="plc_m", code="H", room="1", persons=1,
                need_tier=0,
            )
        )  # fmt: skip
        session.execute(
            t.household_list.insert().values(
                id="l", run_id="run_1", household_id="h", channel="cli", state="accepted",
                note="", said="", version=1, created_at=AT, updated_at=AT,
            )
        )  # fmt: skip
        session.execute(
            t.order_line.insert().values(
                id="ol", list_id="l", no=1, item_id="it_1", quantity=1, unit="g", said="",
                substitution="none", version=1, package_version_id="gone",
            )
        )  # fmt: skip
    assert found(stocked) == [
        (Inspection.REFERENCES, "order_line ol package_version_id", "no such package_version")
    ]


def test_many_findings_are_counted_and_some_are_named(sqlite_database):
    with sqlite_database.read() as session:
        names = session.connection().exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        gone = [name for (name,) in names]
    do(sqlite_database, *(f'DROP TRIGGER "{name}"' for name in gone))
    health = check_database(sqlite_database)
    assert len(health.findings) == 50
    assert health.more == {"triggers": len(gone) - 50}


def test_tables_that_somebody_changed_are_found(stocked):
    do(stocked, "DROP INDEX ix_movement_lot_id", "CREATE TABLE theirs (x integer)")
    told = found(stocked)
    assert {(i, f) for i, _, f in told} == {
        (Inspection.MODEL, "index missing"), (Inspection.MODEL, "table not known to the program"),
    }  # fmt: skip
    assert any("ix_movement_lot_id" in subject for _, subject, _ in told)


def test_a_missing_table_ends_nothing_in_a_trace(stocked):
    do(stocked, "DROP TABLE bag_move CASCADE" if stocked.dialect != "sqlite"
       else "DROP TABLE bag_move")  # fmt: skip
    health = check_database(stocked)
    assert (Inspection.MODEL, "bag_move", "table missing") in [
        (f.inspection, f.subject, f.found) for f in health.findings
    ]
    assert Inspection.LEDGER in health.left_out


def test_a_condition_that_somebody_took_off_is_found(stocked):
    if stocked.dialect == "sqlite":
        do(
            stocked,
            "PRAGMA writable_schema=ON",
            "UPDATE sqlite_master SET sql = replace(sql, 'CONSTRAINT ck_lot_positive CHECK"
            " (quantity > 0)', 'CHECK (1)') WHERE name = 'lot'",
        )
        stocked.close()
    else:
        do(stocked, "ALTER TABLE lot DROP CONSTRAINT ck_lot_positive")
    assert found(stocked) == [(Inspection.MODEL, "lot.ck_lot_positive", "missing")]


def test_a_counter_that_is_behind_is_found(postgresql_database):
    with postgresql_database.transaction() as session:
        stock(session)
    do(postgresql_database, "SELECT setval('movement_seq_seq', 1)")
    ((inspection, subject, follows),) = found(postgresql_database)
    assert (inspection, subject, follows) == (Inspection.NUMBERS, "movement.seq", "2")


def test_a_constraint_that_was_never_judged_is_found(postgresql_database):
    do(
        postgresql_database,
        "ALTER TABLE lot DROP CONSTRAINT ck_lot_positive",
        "ALTER TABLE lot ADD CONSTRAINT ck_lot_positive CHECK (quantity > 0) NOT VALID",
    )
    assert found(postgresql_database) == [
        (Inspection.STRUCTURE, "lot ck_lot_positive", "not validated")
    ]


def test_an_older_schema_is_told_before_anything_else(database):
    database.migrate("0002")
    health = check_database(database)
    assert [(f.inspection, f.expected, f.found) for f in health.findings] == [
        (Inspection.REVISION, health.newest, "0002")
    ]
    assert Inspection.TRIGGERS in health.left_out


def test_a_file_with_a_broken_page_is_found(sqlite_database):
    with sqlite_database.transaction() as session:
        stock(session)
    with sqlite_database.read() as session:
        page = session.connection().exec_driver_sql(
            "SELECT rootpage FROM sqlite_master WHERE name = 'place'"
        ).scalar_one()  # fmt: skip
        size = session.connection().exec_driver_sql("PRAGMA page_size").scalar_one()
    path = sqlite_database.url.removeprefix("sqlite:///")
    sqlite_database.close()  # its log is written into the file
    with Path(path).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)
    told = check_database(sqlite_database)
    assert any(f.inspection is Inspection.STRUCTURE for f in told.findings)


def test_what_was_never_migrated_is_no_database_yet(database, empty_database):
    with pytest.raises(Unavailable):
        check_database(empty_database(database.dialect))
