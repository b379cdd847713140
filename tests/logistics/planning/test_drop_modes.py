"""Where goods are left, by zone: the slot as ever, the door, the gate, or not brought at all."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from logistics.domain.setup import Policy
from logistics.exchange.sheets import book_data
from logistics.store import plans, sheets, tables
from logistics.usecases.plan_run import plan_run

AT = datetime(2026, 4, 13, 0, tzinfo=UTC)


def planned(database, run):
    report = plan_run(database, run.id, time_limit_s=0.8, actor="test", at=AT)
    with database.read() as session:
        inputs = plans.inputs_of(session, run)
        sealed = {slot.id for slot in inputs.slots if slot.zone == 2}
        rows = session.execute(
            select(tables.stop.c.stairwell_id, tables.stop.c.drop_mode)
            .join(tables.trip, tables.trip.c.id == tables.stop.c.trip_id)
            .where(tables.trip.c.plan_id == report.plan.id)
        ).all()
        book = sheets.book_of(session, report.plan.id, inputs)
        left = plans.unserved_of(session, report.plan.id)
    modes = {"sealed": set(), "other": set()}
    for stairwell, mode in rows:
        modes["sealed" if stairwell in sealed else "other"].add(mode)
    return report, inputs, modes, book, left


def test_without_a_setting_all_is_left_at_the_stairwell(sqlite_database, packed_run):
    report, inputs, modes, _, _ = planned(sqlite_database, packed_run(sqlite_database, bags=40))
    assert modes["sealed"] | modes["other"] == {"stairwell"}
    assert report.drop_modes == {"stairwell": report.stops}
    assert all(slot.gate is None for slot in inputs.slots)


@pytest.mark.parametrize(("mode", "said"), [("door", "to the door"), ("gate", "compound's gate")])
def test_a_sealed_zone_is_served_as_its_setting_says(sqlite_database, packed_run, mode, said):
    run = packed_run(sqlite_database, bags=40, policy=Policy(drop_sealed=mode))
    _, inputs, modes, book, _ = planned(sqlite_database, run)
    assert modes == {"sealed": {mode}, "other": {"stairwell"}}
    stops = [
        stop
        for trip in book_data(book, {}, language="en", separation_s=600)["trips"]
        for stop in trip["stops"]
    ]
    assert {stop["protected"] for stop in stops if said in stop["drop"]} == {True}
    assert any(said not in stop["drop"] for stop in stops)
    if mode == "gate":
        gates = {(s.gate.lon, s.gate.lat) for s in inputs.slots if s.zone == 2}
        there = {(s.lon, s.lat) for t in book.trips for s in t.stops if s.drop_mode == "gate"}
        assert there <= gates


def test_what_residents_collect_at_the_point_is_on_no_trip(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=40, policy=Policy(drop_precaution="point"))
    report, inputs, modes, _, left = planned(sqlite_database, run)
    zones = {slot.id: slot.zone for slot in inputs.slots}
    here = {bag.id for bag in inputs.bags if zones[bag.stairwell_id] == 0}
    waiting = {bag.bag_id for bag in left if bag.code == "pick-up-at-point"}
    assert waiting == here
    assert {b.next_action for b in left if b.code == "pick-up-at-point"} == {"call-in-turns"}
    assert modes["other"] == set()
    assert report.bags + report.unserved == 40


def test_a_setting_that_is_not_is_refused():
    with pytest.raises(ValueError, match="drop_controlled must be one of door, gate"):
        Policy(drop_controlled="roof")
