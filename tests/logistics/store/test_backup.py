import json
import sqlite3
import stat
import struct
import threading
import zipfile
from datetime import UTC, datetime
from functools import partial
from itertools import count

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from logistics.domain.verification import Check
from logistics.errors import Unavailable
from logistics.store import backup_rows, migrating
from logistics.store import tables as t
from logistics.store.backup import (
    DatabaseNotEmpty,
    NothingToBackUp,
    SchemaDiffers,
    back_up,
    restore,
    verify_backup,
)
from logistics.store.backup_format import BackupDamaged, BackupThere, BackupTooNew, NoBackup
from logistics.store.backup_rows import RowUnfit
from logistics.store.blueprint import blueprint
from logistics.store.ledger_checks import balances
from logistics.store.migrating import SchemaNewer
from logistics.store.session import open_database
from tests.logistics.store.stocked import every_row, move, stock

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)


def backed_up(database, path):
    return back_up(database, path, product="1.2.3", at=NOW)


@pytest.fixture
def stocked(database):
    with database.transaction() as session:
        stock(session)
    return database


@pytest.fixture
def sqlite_backup(empty_database, tmp_path):
    source = empty_database("sqlite")
    source.migrate()
    with source.transaction() as session:
        stock(session)
    path = tmp_path / "of-sqlite.backup"
    backed_up(source, path)
    return path


def rewritten(path, target, change):
    """Copy a backup, its manifest or a table changed; ``change`` takes a name and a content."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as made:
        for name in source.namelist():
            made.writestr(name, change(name, source.read(name)))
    return target


def manifested(path, target, **said):
    def change(name, content):
        if name != "manifest.json":
            return content
        return json.dumps(json.loads(content) | said)

    return rewritten(path, target, change)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_restored_is_what_was_there_to_the_last_row(
    stocked, empty_database, kind, tmp_path
):
    first = backed_up(stocked, tmp_path / "1")
    other = empty_database(kind)
    assert restore(other, tmp_path / "1") == first
    assert every_row(other) == every_row(stocked)
    assert first.rows > 10
    second = backed_up(other, tmp_path / "2")
    assert second.tables == first.tables  # the same digests, whichever database it came from


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_after_a_restore_facts_are_protected_and_numbers_go_on(
    stocked, empty_database, kind, tmp_path
):
    backed_up(stocked, tmp_path / "1")
    other = empty_database(kind)
    restore(other, tmp_path / "1")
    with other.transaction() as session:
        highest = session.scalar(select(func.max(t.movement.c.seq)))
        move(session, 200, "stock:P1", "van:V1")
        assert session.scalar(select(func.max(t.movement.c.seq))) == highest + 1
        held = select(t.balance.c.quantity).where(t.balance.c.location == "van:V1")
        assert session.scalar(held) == 500
        for change in (update(t.movement).values(quantity=1), delete(t.movement)):
            with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
                session.execute(change)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(t.item_unit).values(item_id="none", unit="x", base_count=1))


def test_a_restore_leaves_the_schema_that_migrating_makes(stocked, empty_database, tmp_path):
    backed_up(stocked, tmp_path / "1")
    other = empty_database(stocked.dialect)
    restore(other, tmp_path / "1")
    assert rules(other) == rules(stocked)


def rules(database):
    """List triggers, constraints and indexes as the database words them."""
    queries = {
        "sqlite": ["SELECT type, name, sql FROM sqlite_master"],
        "postgresql": [
            "SELECT pg_get_triggerdef(oid), tgenabled::text FROM pg_trigger"
            " WHERE NOT tgisinternal",
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        ],
    }[database.dialect]
    with database.read() as session:
        execute = session.connection().exec_driver_sql
        return [sorted(map(repr, execute(query))) for query in queries]


def test_a_backup_of_an_older_revision_is_restored_and_brought_up(
    database, empty_database, tmp_path
):
    database.migrate("0001")
    with database.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO district (id, name, folder, attribution, synthetic, source_digest,"
            " zone_name, policy, created_at) VALUES ('d', 'D', '', '', true, '', 'UTC', '{}',"
            " '2026-04-01 00:00:00.000000')"
        )
    made = backed_up(database, tmp_path / "old")
    assert (made.revision, made.rows) == ("0001", 1)
    other = empty_database(database.dialect)
    restore(other, tmp_path / "old")
    with other.read() as session:
        assert migrating.current(session.connection()) == migrating.revisions()[-1]
        assert session.scalar(select(t.district.c.name)) == "D"


def test_a_backup_taken_while_others_write_is_of_one_moment(stocked, empty_database, tmp_path):
    """Balances are read before movements: without a snapshot they would not add up."""
    written, ended = threading.Semaphore(0), threading.Event()
    faults = []

    def write():
        try:
            for n in count():
                if ended.is_set():
                    return
                ways = ("stock:P1", "van:V1") if n % 2 else ("van:V1", "stock:P1")
                stocked.run(partial(move, quantity=1 + n % 7, source=ways[0], target=ways[1]))
                written.release()
        except Exception as fault:  # noqa: BLE001  told to the test below
            faults.append(fault)
            written.release()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.acquire(timeout=30)
        for n in range(20):
            while written.acquire(blocking=False):
                pass
            path = tmp_path / str(n)
            made = backed_up(stocked, path)
            if written.acquire(blocking=False):
                break  # something was written while this backup was being made
        else:
            pytest.fail("nobody wrote during any of the backups")
    finally:
        ended.set()
        writer.join(30)
    assert faults == []
    other = empty_database("sqlite")
    restore(other, path)
    moves = next(table.rows for table in made.tables if table.name == "movement")
    assert moves > 2
    with other.read() as session:
        assert [f for f in balances(session, None) if f.check is Check.BALANCES] == []
        assert session.scalar(select(func.count()).select_from(t.movement)) == moves


def test_rows_are_read_some_at_once(stocked):
    """However many there are, memory holds a part of them; PostgreSQL keeps the rest itself."""
    with stocked.transaction() as session:
        for n in range(2 * 2100):
            ways = ("stock:P1", "van:V1") if n % 2 else ("van:V1", "stock:P1")
            move(session, 1, *ways)
    with stocked.read() as session:
        connection = session.connection()
        shape = blueprint(migrating.revisions()[-1]).tables["movement"]
        parts = backup_rows.read(connection, shape)
        first = next(parts)
        if stocked.dialect == "postgresql":
            open_ = connection.exec_driver_sql("SELECT COUNT(*) FROM pg_cursors")
            assert open_.scalar_one() >= 1
        assert [len(first), *map(len, parts)] == [2000, 2000, 202]
        assert first[0][0] == 1


def test_a_backup_is_for_its_owner_only_and_replaces_nothing(stocked, tmp_path):
    path = tmp_path / "b"
    backed_up(stocked, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(BackupThere):
        backed_up(stocked, path)
    assert path.read_bytes() == before
    assert not [p for p in tmp_path.iterdir() if ".part" in p.name]


def test_a_backup_that_fails_leaves_no_file(stocked, tmp_path):
    with stocked.schema_change() as connection:
        connection.exec_driver_sql("DROP TABLE van_stop")
    with pytest.raises(SchemaDiffers) as refused:
        backed_up(stocked, tmp_path / "b")
    assert refused.value.facts["table"] == "van_stop"
    assert not [p for p in tmp_path.iterdir() if p.name.startswith((".b", "b"))]


def test_what_was_never_migrated_has_nothing_to_back_up(database, empty_database, tmp_path):
    with pytest.raises(Unavailable):
        backed_up(empty_database(database.dialect), tmp_path / "b")
    database.migrate("base")
    with pytest.raises((NothingToBackUp, Unavailable)):
        backed_up(database, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_database_that_holds_something_is_not_restored_into(stocked, sqlite_backup):
    before = every_row(stocked)
    with pytest.raises(DatabaseNotEmpty) as refused:
        restore(stocked, sqlite_backup)
    assert refused.value.facts["table"] in before
    assert every_row(stocked) == before


def test_a_database_of_somebody_else_is_not_restored_into(database, empty_database, sqlite_backup):
    other = empty_database(database.dialect)
    with other.schema_change() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (x integer)")
    with pytest.raises(DatabaseNotEmpty) as refused:
        restore(other, sqlite_backup)
    assert refused.value.facts == {"table": "theirs"}


def test_a_migrated_database_without_a_row_is_empty(database, sqlite_backup):
    restore(database, sqlite_backup)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(t.movement)) == 2


def test_a_changed_row_names_its_table_and_nothing_is_restored(
    database, empty_database, sqlite_backup, tmp_path
):
    damaged = rewritten(
        sqlite_backup, tmp_path / "damaged",
        lambda name, content: content.replace(b"1000", b"1001", 1)
        if name == "tables/movement.jsonl" else content,
    )  # fmt: skip
    other = empty_database(database.dialect)
    for attempt in (lambda: verify_backup(damaged), lambda: restore(other, damaged)):
        with pytest.raises(BackupDamaged) as refused:
            attempt()
        assert refused.value.facts["table"] == "movement"
    with pytest.raises(Unavailable):
        other.ping()  # not even an empty table is left
    restore(other, sqlite_backup)
    other.ping()


@pytest.mark.parametrize("kept", [0.2, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(sqlite_backup, tmp_path, kept):
    whole = sqlite_backup.read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(BackupDamaged):
        verify_backup(path)


def test_any_flipped_byte_of_the_rows_is_found(sqlite_backup, tmp_path):
    whole = bytearray(sqlite_backup.read_bytes())
    with zipfile.ZipFile(sqlite_backup) as source:
        entry = source.getinfo("tables/place.jsonl")
    name, extra = struct.unpack_from("<HH", whole, entry.header_offset + 26)
    begins = entry.header_offset + 30 + name + extra  # section 4.3.7 of PKWARE's APPNOTE
    path = tmp_path / "flipped"
    # some bits of deflate's first and last bytes carry nothing: without them the rows are the same
    for place in range(begins + 1, begins + entry.compress_size - 4, 7):
        changed = bytearray(whole)
        changed[place] ^= 0x10
        path.write_bytes(changed)
        with pytest.raises(BackupDamaged) as refused:
            verify_backup(path)
        assert refused.value.facts["table"] == "place"


def test_a_missing_table_is_named(sqlite_backup, tmp_path):
    with zipfile.ZipFile(sqlite_backup) as source:
        said = json.loads(source.read("manifest.json"))
    fewer = [table for table in said["tables"] if table["name"] != "audit"]
    with pytest.raises(BackupDamaged) as refused:
        verify_backup(manifested(sqlite_backup, tmp_path / "x", tables=fewer))
    assert refused.value.facts["table"] == "audit"


def test_other_files_are_no_backups(sqlite_backup, tmp_path):
    plain, archive = tmp_path / "plain", tmp_path / "archive"
    plain.write_text("hello")
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.txt", "b")
    odd = manifested(sqlite_backup, tmp_path / "odd", format="other")
    for path in (plain, archive, odd):
        with pytest.raises(NoBackup):
            verify_backup(path)
    with pytest.raises(FileNotFoundError):
        verify_backup(tmp_path / "none")


@pytest.mark.parametrize("said", [{"revision": "9999"}, {"format_version": 2}])
def test_a_backup_of_a_newer_version_says_which(sqlite_backup, tmp_path, said):
    with pytest.raises(BackupTooNew) as refused:
        verify_backup(manifested(sqlite_backup, tmp_path / "newer", **said))
    assert refused.value.facts["product"] == "1.2.3"


def test_a_database_of_a_newer_version_is_neither_migrated_nor_backed_up(database, tmp_path):
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaNewer):
        database.migrate()
    with pytest.raises(SchemaNewer):
        backed_up(database, tmp_path / "b")


def test_a_reference_that_leads_nowhere_is_refused(sqlite_database, empty_database, tmp_path):
    with sqlite_database.transaction() as session:
        stock(session)
    raw = sqlite_database.url.removeprefix("sqlite:///")
    with sqlite3.connect(raw) as opened:  # past everything that guards the file
        opened.execute("DELETE FROM receipt")
    opened.close()
    backed_up(sqlite_database, tmp_path / "b")
    for kind in ("sqlite", "postgresql"):
        with pytest.raises(RowUnfit) as refused:
            restore(empty_database(kind), tmp_path / "b")
        assert refused.value.facts["table"] == "lot"


def test_a_text_too_long_for_postgresql_names_its_table(sqlite_database, empty_database, tmp_path):
    with sqlite_database.transaction() as session:
        stock(session)
        session.execute(update(t.run).values(state="x" * 40))
    backed_up(sqlite_database, tmp_path / "b")
    with pytest.raises(RowUnfit) as refused:
        restore(empty_database("postgresql"), tmp_path / "b")
    assert refused.value.facts["table"] == "run"
    restore(empty_database("sqlite"), tmp_path / "b")


def test_a_text_that_postgresql_cannot_keep_names_its_table(
    sqlite_database, empty_database, tmp_path
):
    with sqlite_database.transaction() as session:
        stock(session)
        session.execute(update(t.place).values(note="a\0b"))
    backed_up(sqlite_database, tmp_path / "b")
    with pytest.raises(RowUnfit) as refused:
        restore(empty_database("postgresql"), tmp_path / "b")
    assert refused.value.facts["table"] == "place"
    other = empty_database("sqlite")
    restore(other, tmp_path / "b")
    assert every_row(other) == every_row(sqlite_database)


def test_whoever_owns_a_database_may_restore_into_it(cluster, sqlite_backup):
    """Nothing of it needs a superuser."""
    cluster.execute("CREATE ROLE plain LOGIN")
    cluster.execute("CREATE DATABASE of_plain OWNER plain")
    database = open_database(cluster.url("of_plain").replace("supplyloop@", "plain@"))
    try:
        restore(database, sqlite_backup)
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(t.movement)) == 2
    finally:
        database.close()
        cluster.execute("DROP DATABASE of_plain WITH (FORCE)")
        cluster.execute("DROP ROLE plain")


def test_what_people_said_is_not_in_a_refusal(sqlite_database, empty_database, tmp_path):
    """PostgreSQL repeats the row that it refuses; a log must not hold it."""
    with sqlite_database.transaction() as session:
        stock(session)
        session.execute(update(t.run).values(state="y" * 40))
    backed_up(sqlite_database, tmp_path / "b")
    with pytest.raises(RowUnfit) as refused:
        restore(empty_database("postgresql"), tmp_path / "b")
    assert "y" * 20 not in str(refused.value)
