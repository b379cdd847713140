"""A walked day with hostile texts, moved between both kinds of database and back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from logistics.store import tables as t
from logistics.store.backup import back_up, restore
from logistics.store.session import open_database
from logistics.usecases.check_database import check_database
from tests.logistics.store.stocked import every_row

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def day(hostile_day, tmp_path):
    desk = hostile_day.at(tmp_path / "desk", "delivered")
    database = open_database(str(desk.database))
    yield database
    database.close()


def moved(source, target, path):
    """Carry everything over by a backup, and compare row by row."""
    made = back_up(source, path, product="1", at=NOW)
    restore(target, path)
    assert every_row(target) == every_row(source)
    return made


def test_a_day_goes_to_postgresql_and_back_with_every_row(day, empty_database, tmp_path):
    there, beside = empty_database("postgresql"), empty_database("postgresql")
    home = empty_database("sqlite")
    first = moved(day, there, tmp_path / "sqlite to postgresql")
    assert {table.name for table in first.tables if table.rows} >= {
        "movement", "balance", "bag_scan", "bag_move", "money_entry", "plan", "stop", "audit",
    }  # fmt: skip
    second = moved(there, beside, tmp_path / "postgresql to postgresql")
    third = moved(beside, home, tmp_path / "postgresql to sqlite")
    last = moved(home, empty_database("sqlite"), tmp_path / "sqlite to sqlite")
    assert first.tables == second.tables == third.tables == last.tables


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_restored_day_is_sound_and_goes_on(day, empty_database, tmp_path, kind):
    there = empty_database(kind)
    moved(day, there, tmp_path / "b")
    health = check_database(there)
    assert health.findings == ()
    with there.transaction() as session:
        before = session.scalar(select(func.max(t.movement.c.seq)))
        last = session.execute(select(t.movement).where(t.movement.c.seq == before)).mappings()
        again = {name: value for name, value in last.one().items() if name not in ("seq", "kind")}
        again |= {"source": again["target"], "target": again["source"], "kind": "correction",
                  "corrects": before}  # fmt: skip
        session.execute(t.movement.insert().values(again))
        assert session.scalar(select(func.max(t.movement.c.seq))) == before + 1
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(update(t.bag_scan).values(note=""))
