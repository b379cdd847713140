"""Trips out and back in one go, and how a run closes by what became of its bags."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from logistics.domain.accounts import Outcome
from logistics.domain.custody import Scan, ScanKind
from logistics.domain.runs import RunState
from logistics.store import bags, runs, tables
from logistics.store.trip_custody import TripUnknown
from logistics.usecases.close_run import BagsOnTheWay, close_run
from logistics.usecases.depart_trip import NotOnTrip, depart_trip
from logistics.usecases.finish_trip import finish_trip
from logistics.usecases.record_scans import BagEvent, record_scans
from logistics.usecases.verify_ledger import verify_ledger

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
NINE, TEN = AT + timedelta(hours=1), AT + timedelta(hours=2)
WHO: dict[str, Any] = {"actor": "cli", "at": AT + timedelta(hours=9)}


@pytest.fixture
def out(sqlite_database: Any, supplies_of: Any) -> Any:
    """A released run whose four bags, one a household, are on one trip of C1."""
    with sqlite_database.transaction() as session:
        supplies = supplies_of(session)
        supplies.area(4)
        for home in range(4):
            supplies.ask(home, ("cabbage", 1000))
        supplies.order()
        supplies.receive()
        supplies.share()
        supplies.pack()
        packed = bags.of_run(session, supplies.id)
        for table, row in (
            (tables.courier, {
                "id": "c1", "district_id": "d", "code": "C1", "mode": "ebike", "capacity_g": 1,
                "capacity_ml": 1, "capacity_bags": 1, "shift_start_s": 0, "shift_end_s": 1,
                "max_trips": 1, "zone_max": 2, "point_id": "P1", "cohort": None,
                "active": True}),
            (tables.plan, {
                "id": "p1", "run_id": supplies.id, "digest": "", "problem": {}, "plan": {},
                "state": "released", "seed": 0, "created_at": AT}),
            (tables.trip, {
                "id": "t1", "plan_id": "p1", "courier_id": "c1", "point_id": "P1", "no": 1,
                "code": "T1", "departs_s": 0, "returns_s": 9, "weight_g": 0, "volume_ml": 0,
                "state": "released"}),
            (tables.stop, {
                "id": "s1", "trip_id": "t1", "seq": 1, "stairwell_id": "KX-01-1",
                "arrival_s": 1, "leave_s": 2}),
            *((tables.stop_bag, {"plan_id": "p1", "bag_id": bag.id, "stop_id": "s1"})
              for bag in packed),
        ):  # fmt: skip
            session.execute(insert(table).values(row))
        runs.set_state(session, supplies.id, RunState.RELEASED)
        yield supplies


def states(supplies: Any) -> list[str]:
    return [bag.state for bag in bags.of_run(supplies.session, supplies.id)]


def codes(supplies: Any) -> list[str]:
    return [bag.code for bag in bags.of_run(supplies.session, supplies.id)]


def depart(supplies: Any, **more: Any) -> Any:
    return depart_trip(supplies.session, supplies.id, "T1", since=NINE, **more, **WHO)


def finish(supplies: Any, **more: Any) -> Any:
    return finish_trip(supplies.session, supplies.id, "T1", since=TEN, **more, **WHO)


def test_a_trip_tells_of_all_its_bags(out: Any) -> None:
    one, two, three, four = codes(out)
    assert len(depart(out, left=[one]).heard) == 4
    assert states(out) == ["returned", "loaded", "loaded", "loaded"]
    finish(out, returned=[two], lost=[three])
    assert states(out) == ["returned", "returned", "lost", "on-shelf"]
    home = next(b for b in bags.of_run(out.session, out.id) if b.code == four).household_code
    scan = Scan(key="c", kind=ScanKind.CONFIRM, at=TEN, by=f"household:{home}")
    record_scans(out.session, out.id, [BagEvent(bag=four, scan=scan)], **WHO)
    closed = close_run(out.session, out.id, **WHO)
    assert closed.outcomes == {
        Outcome.BROUGHT_BACK: 2, Outcome.LOST: 1, Outcome.CONFIRMED: 1,
    }  # fmt: skip
    assert verify_ledger(out.session, out.id).holds


def test_said_again_a_trip_changes_nothing(out: Any) -> None:
    depart(out)
    assert depart(out).heard == ()
    finish(out)
    assert finish(out).heard == ()
    assert depart(out).state == "finished"
    assert states(out) == ["on-shelf"] * 4


def test_a_trip_that_is_back_without_having_left_has_left(out: Any) -> None:
    finish(out)
    assert states(out) == ["on-shelf"] * 4


def test_a_run_stays_open_while_a_bag_is_on_the_way_or_nobody_said(out: Any) -> None:
    one = codes(out)[0]
    scan = Scan(key="l", kind=ScanKind.LOAD, at=NINE, by="courier:C1")
    record_scans(out.session, out.id, [BagEvent(bag=one, scan=scan)], **WHO)
    with pytest.raises(BagsOnTheWay) as refused:
        close_run(out.session, out.id, **WHO)
    assert refused.value.facts["count"] == 4
    finish(out)
    assert close_run(out.session, out.id, **WHO).outcomes == {Outcome.ON_SHELF: 4}


def test_a_run_in_which_nobody_scans_closes_on_its_plan(out: Any) -> None:
    assert close_run(out.session, out.id, **WHO).outcomes == {Outcome.DELIVERED: 4}


def test_what_is_not_there_is_refused(out: Any) -> None:
    with pytest.raises(NotOnTrip):
        depart(out, left=["ZZZ-Z"])
    with pytest.raises(TripUnknown):
        depart_trip(out.session, out.id, "T9", since=NINE, **WHO)
