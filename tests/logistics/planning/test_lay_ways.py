"""Ways are laid once, kept by all that decides them, and laid anew where that changes."""

from datetime import UTC, datetime
from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from geodata.directions.legs import Leg
from logistics.exchange.trip_tracks import lay_book, pack, unpack
from logistics.store import places, plans, tables
from logistics.usecases.close_ground import Wish, close_gate, open_gate
from logistics.usecases.lay_ways import known_ways, lay_ways, read_plan_book
from logistics.usecases.plan_run import plan_run

AT = datetime(2026, 4, 13, 7, tzinfo=UTC)
WHO = {"actor": "test", "at": AT}


def book_of(session, run):
    return read_plan_book(session, plans.current(session, run.id).id)


def kept(session):
    return session.scalar(select(func.count()).select_from(tables.map_piece))


def test_a_plan_has_its_ways_as_they_would_be_laid_now(database, packed_run, town):
    run = packed_run(database, bags=20)
    plan_run(database, run.id, time_limit_s=0.6, **WHO)
    with database.read() as session:
        book = book_of(session, run)
        ways = known_ways(session, book)
    assert ways == lay_book(book, town.district)
    assert list(ways) == [trip.code for trip in book.trips]


def test_what_closes_and_opens_again_changes_ways_and_brings_the_old_back(
    sqlite_database, packed_run, town
):
    run = packed_run(sqlite_database, bags=20)
    plan_run(sqlite_database, run.id, time_limit_s=0.6, **WHO)
    with sqlite_database.transaction() as session:
        first = known_ways(session, book_of(session, run))
        passed = next(gate for way in first.values() for leg in way for gate in leg.gates)
        codes = {one.id: one.code for one in places.places(session, run.district_id, "gate")}
        gate = codes[f"{run.district_id}/{passed}"]
        closure = close_gate(session, run.district_id, gate, Wish(since=AT), **WHO)
        book = book_of(session, run)
        assert not known_ways(session, book)
        before = kept(session)
    again = lay_ways(sqlite_database, book)
    assert not any(passed in leg.gates for way in again.values() for leg in way)
    assert again == lay_book(book, town.district)
    with sqlite_database.transaction() as session:
        assert kept(session) == before + len(set(again.values()))
        assert known_ways(session, book) == again
        open_gate(session, run.district_id, gate, Wish(since=AT), **WHO)
        assert known_ways(session, book_of(session, run)) == first
    assert closure


def test_who_stops_keeps_what_was_laid(sqlite_database, packed_run, monkeypatch):
    monkeypatch.setattr("logistics.usecases.lay_ways._AT_ONCE", 1)
    run = packed_run(sqlite_database, bags=20)
    plan_run(sqlite_database, run.id, time_limit_s=0.6, **WHO)
    with sqlite_database.transaction() as session:
        book = book_of(session, run)
        session.execute(delete(tables.map_piece))
    asked = count()
    some = lay_ways(sqlite_database, book, should_stop=lambda: next(asked) == 1)
    assert len(some) == 1 < len(book.trips)
    with sqlite_database.read() as session:
        assert known_ways(session, book) == some


spots = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
names = st.text(max_size=5)


@given(
    st.lists(
        st.builds(
            Leg, origin=names, target=names, line=st.lists(spots).map(tuple),
            distance_m=st.integers(-1), duration_s=st.integers(-1),
            gates=st.lists(names).map(tuple), streets=st.lists(names).map(tuple),
        )
    ).map(tuple)
)  # fmt: skip
def test_a_way_is_read_as_it_was_written(way):
    assert unpack(pack(way)) == way
