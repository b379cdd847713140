import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from logistics.domain.places import District
from logistics.domain.setup import Policy
from logistics.errors import Unavailable
from logistics.store import audit, places
from logistics.store.session import (
    CommitOutsideEdge,
    DatabaseUrlUnsupported,
    TextUnwritable,
    open_database,
)

AT = datetime(2026, 4, 13, 9, tzinfo=UTC)


def note(session, subject):
    audit.record(session, actor="cli", command="try", subject=subject, at=AT)


def subjects(database):
    with database.read() as session:
        return session.scalars(text("SELECT subject FROM audit ORDER BY seq")).all()


def test_leaving_the_block_commits(database):
    with database.transaction() as session:
        note(session, "kept")
    assert subjects(database) == ["kept"]


def test_an_error_rolls_everything_back(database):
    def fail():
        with database.transaction() as session:
            note(session, "lost")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert subjects(database) == []


@pytest.mark.parametrize("verb", ["commit", "rollback"])
def test_a_use_case_cannot_end_the_transaction(session, verb):
    with pytest.raises(CommitOutsideEdge):
        getattr(session, verb)()


def test_a_savepoint_undoes_only_itself(database):
    with database.transaction() as session:
        note(session, "outer")
        savepoint = session.begin_nested()
        note(session, "inner")
        savepoint.rollback()
    assert subjects(database) == ["outer"]


def test_reading_sees_one_moment_and_writes_nothing(database):
    with database.read() as reader:
        before = reader.scalar(text("SELECT count(*) FROM audit"))
        with database.transaction() as session:
            note(session, "meanwhile")
        assert reader.scalar(text("SELECT count(*) FROM audit")) == before == 0
    with (
        pytest.raises(Exception, match=r"readonly|read-only"),
        database.read() as reader,
    ):
        note(reader, "never")
    with database.transaction() as session:
        note(session, "writable again")
    assert subjects(database) == ["meanwhile", "writable again"]


def test_writers_take_turns_and_none_is_lost(database):
    def write(worker):
        for number in range(10):
            database.run(lambda session, n=number: note(session, f"{worker}-{n}"))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(subjects(database)) == sorted(f"{w}-{n}" for w in range(6) for n in range(10))


def test_sqlite_keeps_the_promises_of_durability(sqlite_database):
    with sqlite_database.transaction() as session:
        kept = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        }
    assert kept == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "recursive_triggers": 1,
    }


def test_a_writer_holds_the_lock_from_its_first_breath(sqlite_database, tmp_path, monkeypatch):
    monkeypatch.setattr("logistics.store.session.LOCK_WAIT_S", 0)
    other = open_database(f"sqlite:///{tmp_path / 'test.db'}")  # as another process would
    with sqlite_database.transaction(), pytest.raises(Unavailable), other.transaction():
        pass
    other.close()


def test_a_taken_database_is_asked_again_then_unavailable(sqlite_database, tmp_path, monkeypatch):
    monkeypatch.setattr("logistics.store.session.LOCK_WAIT_S", 0)
    waits = []
    monkeypatch.setattr("logistics.store.session.time.sleep", waits.append)
    other = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    with sqlite_database.transaction(), pytest.raises(Unavailable) as refusal:
        other.run(lambda session: note(session, "never"))
    assert len(waits) == 3
    assert type(refusal.value) is Unavailable
    other.close()


def test_a_deadlock_is_tried_again_until_both_succeed(postgresql_database):
    with postgresql_database.transaction() as session:
        for name in "ab":
            places.put_district(session, district(name))
    first_locks = threading.Barrier(2)
    tries = []

    def rename(first, second):
        def work(session):
            tries.append(first)
            change = text("UPDATE district SET folder = folder || 'x' WHERE name = :name")
            session.execute(change, {"name": first})
            if len(tries) <= 2:
                first_locks.wait(timeout=10)
            session.execute(change, {"name": second})

        postgresql_database.run(work)

    threads = [threading.Thread(target=rename, args=pair) for pair in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with postgresql_database.read() as session:
        assert session.scalars(text("SELECT folder FROM district")).all() == ["xx", "xx"]
    assert len(tries) == 3


def test_two_who_migrate_at_once_do_it_once(cluster):
    cluster.execute("CREATE DATABASE twice")
    databases = [open_database(cluster.url("twice")) for _ in range(2)]
    threads = [threading.Thread(target=database.migrate) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.ping()
        database.close()


def test_a_stopped_server_is_unavailable_and_served_again_later(postgresql_database, cluster):
    postgresql_database.ping()
    cluster.stop()
    try:
        with pytest.raises(Unavailable):
            postgresql_database.ping()
        with pytest.raises(Unavailable):
            postgresql_database.run(lambda session: note(session, "never"))
    finally:
        cluster.start()
    postgresql_database.run(lambda session: note(session, "again"))
    assert subjects(postgresql_database) == ["again"]


@pytest.mark.parametrize("when", ["before the last statement", "before COMMIT"])
def test_a_connection_cut_inside_a_transaction_is_unavailable(postgresql_database, cluster, when):
    def cut():
        with postgresql_database.transaction() as session:
            note(session, "lost")
            cluster.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname LIKE 'slate_%'"
            )
            if when == "before the last statement":
                note(session, "lost too")

    with pytest.raises(Unavailable):
        cut()
    assert subjects(postgresql_database) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(missing_ok=True),  # no file at all
        lambda path: path.write_bytes(b""),  # never migrated
        lambda path: path.write_bytes(b"no database, but long enough for a header " * 40),
        lambda path: path.mkdir(),  # a folder of that name
    ],
)
def test_a_file_that_is_no_database_is_unavailable(tmp_path, spoil):
    path = tmp_path / "odd.db"
    spoil(path)
    database = open_database(str(path))
    with pytest.raises(Unavailable):
        database.ping()
    database.close()


def test_a_folder_that_does_not_exist_is_unavailable(tmp_path):
    database = open_database(str(tmp_path / "nowhere" / "x.db"))
    with pytest.raises(Unavailable):
        database.migrate()
    database.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root@localhost/x",  # another kind
        "sqlite://",  # memory: every connection would see its own
        "sqlite:///:memory:",
        "",
        "http://[broken",
    ],
)
def test_other_urls_are_refused(url):
    with pytest.raises(DatabaseUrlUnsupported):
        open_database(url)


def test_the_address_is_shown_without_its_password():
    database = open_database("postgresql://clerk:secret@db/supply")
    assert database.url == "postgresql+psycopg://clerk:***@db/supply"
    database.close()


def test_a_defect_in_a_statement_stays_a_defect(session):
    with pytest.raises(Exception, match="nothing_such") as fault, session.begin_nested():
        session.execute(select(text("1 FROM nothing_such")))
    assert not isinstance(fault.value, Unavailable)


def district(name):
    return District(
        id=f"dst_{name}",
        name=name,
        folder="",
        attribution="",
        synthetic=True,
        source_digest="",
        zone_name="Asia/Shanghai",
        policy=Policy(),
        created_at=AT,
    )


def test_what_postgresql_cannot_keep_is_refused_and_nothing_is_written(postgresql_database):
    def write():
        with postgresql_database.transaction() as session:
            note(session, "kept?")
            note(session, "a\x00b")

    with pytest.raises(TextUnwritable):
        write()
    assert subjects(postgresql_database) == []
