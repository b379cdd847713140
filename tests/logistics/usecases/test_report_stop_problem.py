"""Problems at stops and courier days in the database itself, on each kind of database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from logistics.domain.setup import DistrictSetup
from logistics.domain.stop_problems import (
    LONGEST_NOTE,
    StopProblemInvalid,
    StopProblemKeyReused,
    StopProblemKind,
)
from logistics.exchange.photos import Picture
from logistics.store import couriers, places
from logistics.store import tables as t
from logistics.usecases.create_run import create_run
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.finish_trip import finish_trip
from logistics.usecases.read_courier_day import read_courier_day
from logistics.usecases.report_stop_problem import (
    keep_stop_photo,
    read_stop_problems,
    report_stop_problem,
)
from logistics.usecases.set_up import set_up
from tests.api.conftest import MAP, SETUP
from tests.logistics.usecases.riders import release

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten in the morning in Hangzhou
PICTURE = Picture(content=b"\xff\xd8 a shelf", width=40, height=30)


@pytest.fixture
def ridden(session):
    district = DistrictSetup(name="Kaixuan", folder="/nowhere", synthetic=True)
    set_up(session, district, SETUP, MAP, actor="test", at=AT)
    run = create_run(session, "Kaixuan", AT.date(), 1, cutoff_at=AT + timedelta(hours=2),
                     actor="test", at=AT)  # fmt: skip
    return release(session, run.id, AT)


def tell(session, ridden, key="k1", kind=StopProblemKind.SLOT_FULL, **more):
    said = {"stop": 1, "since": AT, "actor": "test", "at": AT + timedelta(hours=8)} | more
    return report_stop_problem(session, ridden.run, ridden.mine, kind=kind, key=key, **said)


def test_a_problem_told_twice_is_one_and_another_under_its_key_is_refused(session, ridden):
    first = tell(session, ridden)
    assert tell(session, ridden) == first
    with pytest.raises(StopProblemKeyReused):
        tell(session, ridden, kind=StopProblemKind.NO_ACCESS)
    assert session.scalar(select(func.count()).select_from(t.stop_problem)) == 1


def test_a_problem_is_never_edited_nor_deleted(session, ridden):
    tell(session, ridden)
    for change in (update(t.stop_problem).values(note="x"), delete(t.stop_problem)):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(change)


def test_a_long_note_is_refused(session, ridden):
    with pytest.raises(StopProblemInvalid) as refusal:
        tell(session, ridden, note="长" * (LONGEST_NOTE + 1))
    assert refusal.value.facts["field"] == "note"


def test_the_latest_heard_comes_first_with_when_it_was_met(session, ridden):
    tell(session, ridden, key="a")
    tell(session, ridden, key="b", kind=StopProblemKind.NO_ACCESS, since=AT - timedelta(hours=1))
    kinds = [one.kind for one in read_stop_problems(session, ridden.run)]
    assert kinds == [StopProblemKind.NO_ACCESS, StopProblemKind.SLOT_FULL]
    latest, earlier = read_stop_problems(session, ridden.run)
    assert latest.at < earlier.at
    assert latest.recorded_at == AT + timedelta(hours=8)


def test_a_picture_is_kept_once_whatever_comes_first(session, ridden):
    said = {"stop": 1, "about": "k1", "since": AT, "actor": "test", "at": AT}
    first = keep_stop_photo(session, ridden.run, ridden.mine, PICTURE, key="p1", **said)
    tell(session, ridden)
    again = keep_stop_photo(session, ridden.run, ridden.mine, PICTURE, key="p1", **said)
    assert first == again
    (told,) = read_stop_problems(session, ridden.run)
    assert told.photos == (first,)
    with pytest.raises(StopProblemInvalid):
        keep_stop_photo(session, ridden.run, ridden.mine, PICTURE, key="p2", **said | {"stop": 9})


def test_a_courier_is_given_own_trips_until_they_are_finished(session, ridden):
    area = places.district_by_name(session, "Kaixuan")
    mine, other = (couriers.by_code(session, area.id, code) for code in ("K1", "K2"))
    (run,) = read_courier_day(session, mine.id, at=AT).runs
    assert [trip.code for trip in run.book.trips] == [ridden.mine]
    assert sorted(run.bags) == ["001-A", "002-B"]
    assert run.slots == {"KX-01-01-1": "KX-01-01-1"}
    for step in (depart_trip, finish_trip):
        step(session, ridden.run, ridden.mine, since=AT, actor="test", at=AT)
    (run,) = read_courier_day(session, mine.id, at=AT).runs
    assert (run.book.trips, run.states) == ((), {ridden.mine: "finished"})
    assert read_courier_day(session, other.id, at=AT).runs[0].book.trips


@pytest.mark.usefixtures("ridden")
def test_at_a_gate_the_slot_is_the_gates(session):
    building = session.execute(select(t.place).where(t.place.c.kind == "compound")).one()
    gate = dict(building._mapping) | {
        "id": f"{building.district_id}/g1", "kind": "gate", "code": "KX-01-G1",
        "parent_id": building.id,
    }  # fmt: skip
    session.execute(t.place.insert().values(**gate))
    area = session.execute(select(t.district)).one()
    policy = dict(area.policy) | {"drop_precaution": "gate"}
    session.execute(update(t.district).values(policy=policy))
    rider = couriers.by_code(session, area.id, "K1")
    (run,) = read_courier_day(session, rider.id, at=AT).runs
    assert run.slots == {"KX-01-01-1": "KX-01-G1"}
