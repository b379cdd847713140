"""Bags that nobody sealed yet are planned like all others, and staged once they are packed."""

from datetime import UTC, datetime

from sqlalchemy import select, update

from logistics.store import tables
from logistics.usecases.plan_run import plan_run
from logistics.usecases.release_run import release_run

AT = datetime(2026, 4, 13, 7, tzinfo=UTC)


def test_a_release_stages_only_what_is_packed(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=6)
    with sqlite_database.transaction() as session:
        first, *_, last = session.scalars(select(tables.bag.c.id).order_by(tables.bag.c.id)).all()
        of = tables.bag.c.id
        session.execute(update(tables.bag).where(of == first).values(state="planned"))
        session.execute(update(tables.bag).where(of == last).values(state="struck"))
    plan_run(sqlite_database, run.id, time_limit_s=0.6, actor="test", at=AT)
    with sqlite_database.transaction() as session:
        book = release_run(session, run.id, actor="test", at=AT)
        states = dict(session.execute(select(tables.bag.c.id, tables.bag.c.state)).all())
    assert states.pop(first) == "planned"
    assert states.pop(last) == "struck"
    assert set(states.values()) == {"staged"}
    assert sum(len(stop.bags) for trip in book.trips for stop in trip.stops) == 5
