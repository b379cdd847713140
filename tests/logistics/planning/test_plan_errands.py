"""Errands among the trips of a run: planned, followed, given back, left out with a reason."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from sqlalchemy import select

from api.assets_folder import font_folders
from logistics.domain.errands import (
    ErrandKind,
    ErrandNeedsReason,
    ErrandNotOnTrip,
    ErrandOutOfOrder,
    ErrandState,
)
from logistics.domain.runs import RunState
from logistics.domain.setup import Policy
from logistics.store import errand_trips, errands, plans, tables
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.finish_trip import finish_trip
from logistics.usecases.plan_run import (
    PlanStale,
    plan_run,
    read_problem_inputs,
    solve_run,
    store_plan,
)
from logistics.usecases.print_sheets import print_sheets, read_sheets
from logistics.usecases.release_run import release_run
from logistics.usecases.report_run import report_run
from logistics.usecases.run_errand import carry_errand, move_errand, place_errand, take_errand

AT = datetime(2026, 4, 13, 0, tzinfo=UTC)
WHO = {"actor": "test", "at": AT}
PARCELS, HEALTH = "SX-1", "SH-1"


def homes(database, count=1):
    """Give codes of households far from each other."""
    with database.read() as session:
        rows = session.execute(
            select(tables.household.c.code).order_by(tables.household.c.code.desc())
        ).scalars()
        return list(rows)[::7][:count]


def ask(database, home, kind=ErrandKind.PARCEL, *, place=PARCELS, at=AT, **more):
    with database.transaction() as session:
        return take_errand(
            session, home, kind, "取件码 3-2-8847", place=place, channel="api", actor="test",
            at=at, **more,
        ).id  # fmt: skip


def plan(database, run, limit=2.0):
    return plan_run(database, run.id, time_limit_s=limit, **WHO)


def state(database, errand):
    with database.read() as session:
        return errands.get(session, errand).state


def legs(database, report):
    with database.read() as session:
        return errand_trips.legs_of(session, report.plan.id)


def test_a_parcel_and_a_medicine_go_along_with_the_bags(database, packed_run):
    run = packed_run(database, bags=30)
    home, other = homes(database, 2)
    parcel = ask(database, home)
    medicine = ask(database, other, ErrandKind.MEDICINE, place="")
    report = plan(database, run)
    assert (report.errands, report.errands_left, report.unserved) == (2, (), 0)
    found = legs(database, report)
    stops = {
        errand: [(one.leg.leg, one.leg.place_code) for one in found if one.leg.errand_id == errand]
        for errand in (parcel, medicine)
    }
    assert [leg for leg, _ in stops[parcel]] == ["fetch", "bring"]
    assert stops[parcel][0][1] == PARCELS
    assert home.startswith(stops[parcel][1][1])
    assert [leg for leg, _ in stops[medicine]] == ["collect", "fetch", "bring"]
    assert stops[medicine][1][1] == HEALTH  # nobody said where: the health station
    assert stops[medicine][0] == ("collect", stops[medicine][2][1])
    for errand in (parcel, medicine):
        mine = [one for one in found if one.leg.errand_id == errand]
        assert len({one.trip for one in mine}) == 1
        assert [one.leg.arrival_s for one in mine] == sorted(one.leg.arrival_s for one in mine)
        with database.read() as session:
            last = errands.get(session, errand).steps[-1]
        assert (last.state, last.note) == ("assigned", f"{mine[0].courier} {mine[0].trip}")


def test_the_sheet_says_each_stop_of_an_errand_in_its_place(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=30)
    home, other = homes(sqlite_database, 2)
    parcel = ask(sqlite_database, home)
    medicine = ask(sqlite_database, other, ErrandKind.MEDICINE, place="")
    plan(sqlite_database, run)
    with sqlite_database.transaction() as session:
        book = release_run(session, run.id, **WHO)
    for trip in book.trips:
        assert [stop.seq for stop in trip.stops] == list(range(1, len(trip.stops) + 1))
        times = [(stop.arrival_s, stop.leave_s) for stop in trip.stops]
        assert times == sorted(times)
    said = [
        (errand.id, errand.leg, errand.ticket, stop.stairwell_code)
        for trip in book.trips
        for stop in trip.stops
        for errand in stop.errands
    ]
    assert [(leg, ticket) for one, leg, ticket, _ in said if one == parcel] == [
        ("fetch", "3-2-8847"),
        ("bring", ""),
    ]
    assert [leg for one, leg, *_ in said if one == medicine] == ["collect", "fetch", "bring"]
    printed = print_sheets(book, font_paths=font_folders(), language="en")
    text = "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(printed.everything)).pages)
    for words in ("Fetch parcel", "code 3-2-8847", "Collect card and box", "Health station"):
        assert words in " ".join(text.split())


def test_planning_again_moves_the_errand_and_forgets_nothing(database, packed_run):
    run = packed_run(database, bags=20)
    errand = ask(database, homes(database)[0])
    plan(database, run)
    with database.transaction() as session:
        session.execute(tables.place.update().where(tables.place.c.kind == "point").values(bays=3))
        taken = errand_trips.assigned(session, run.id)[errand].split()[0]
        session.execute(
            tables.courier.update().where(tables.courier.c.code == taken).values(active=False)
        )
    again = plan(database, run)
    assert {one.leg.errand_id for one in legs(database, again)} == {errand}
    with database.read() as session:
        steps = [
            (one.state, one.note.split()[0]) for one in errands.get(session, errand).steps[1:]
        ]
    assert [state for state, _ in steps] == ["assigned", "accepted", "assigned"]
    assert steps[0][1] == taken != steps[2][1]


def test_an_errand_that_the_next_plan_leaves_out_is_nobodys_again(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=10)
    errand = ask(sqlite_database, homes(sqlite_database)[0])
    plan(sqlite_database, run)
    with sqlite_database.transaction() as session:
        errands.say_place(session, errand, "NOWHERE", **WHO)
    (left,) = plan(sqlite_database, run).errands_left
    assert (left.code, left.next_action) == ("errand-place-unknown", "by-hand")
    assert left.facts == {"place": "NOWHERE"}
    assert state(sqlite_database, errand) is ErrandState.ACCEPTED


def test_what_cannot_be_planned_says_why(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=10)
    one, two, three, four = homes(sqlite_database, 4)
    left = {
        ask(sqlite_database, one, place=""): ("errand-place-missing", "say-place"),
        ask(sqlite_database, two, place="X-99"): ("errand-place-unknown", "by-hand"),
        ask(sqlite_database, three, due_at=datetime(2026, 4, 13, 1, 31, tzinfo=UTC)): (
            "errand-due-too-soon",
            "by-hand",
        ),
    }
    repair = ask(sqlite_database, four, ErrandKind.REPAIR)  # no courier mends anything
    report = plan(sqlite_database, run)
    told = {one.errand_id: (one.code, one.next_action) for one in report.errands_left}
    assert told == left
    with sqlite_database.read() as session:
        assert errand_trips.left_of(session, report.plan.id) == report.errands_left
    assert report.errands == 0
    assert state(sqlite_database, repair) is ErrandState.ASKED


def test_nobody_who_may_enter_the_zone_is_a_reason(sqlite_database, packed_run, town):
    sealed = town.district.compounds["code"].iloc[0]
    run = packed_run(sqlite_database, bags=10)
    with sqlite_database.transaction() as session:
        session.execute(tables.courier.update().values(zone_max=1))
        home = session.scalars(
            select(tables.household.c.code).where(tables.household.c.code.startswith(f"{sealed}-"))
        ).first()
    errand = ask(sqlite_database, home)
    (left,) = plan(sqlite_database, run).errands_left
    assert (left.errand_id, left.code) == (errand, "zone-not-permitted")
    assert (left.facts, left.next_action) == ({"zone": 2, "highest": 1}, "assign-permitted")


def test_residents_who_collect_at_the_point_get_no_courier(sqlite_database, packed_run, town):
    run = packed_run(sqlite_database, bags=10, policy=Policy(drop_precaution="point"))
    last = town.district.compounds["code"].iloc[-1]
    with sqlite_database.read() as session:
        home = session.scalars(
            select(tables.household.c.code).where(tables.household.c.code.startswith(f"{last}-"))
        ).first()
    ask(sqlite_database, home)
    (left,) = plan(sqlite_database, run).errands_left
    assert (left.code, left.next_action) == ("pick-up-at-point", "call-in-turns")


@pytest.mark.parametrize(
    ("kind", "goes"),
    [(ErrandKind.MEDICINE, True), (ErrandKind.PARCEL, False)],  # medicine knows no cut-off
)
def test_medicine_alone_goes_along_after_the_cut_off(sqlite_database, packed_run, kind, goes):
    run = packed_run(sqlite_database, bags=5)
    errand = ask(sqlite_database, homes(sqlite_database)[0], kind, place=HEALTH,
                 at=run.cutoff_at + timedelta(minutes=1))  # fmt: skip
    report = plan(sqlite_database, run)
    assert report.errands == int(goes)
    assert state(sqlite_database, errand) == ("assigned" if goes else "asked")


def test_what_is_due_on_a_later_day_waits_for_it(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=5)
    home, other = homes(sqlite_database, 2)
    later = ask(sqlite_database, home, due_at=datetime(2026, 4, 14, 2, tzinfo=UTC))
    noon = datetime(2026, 4, 13, 4, tzinfo=UTC)  # at noon in the district
    today = ask(sqlite_database, other, due_at=noon)
    report = plan(sqlite_database, run)
    assert state(sqlite_database, later) is ErrandState.ASKED
    *_, brought = (one for one in legs(sqlite_database, report) if one.leg.errand_id == today)
    assert brought.leg.leave_s <= 12 * 3600


def test_an_errand_asked_for_after_the_plan_does_not_undo_it(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=10)
    plan(sqlite_database, run)
    late = ask(sqlite_database, homes(sqlite_database)[0], ErrandKind.MEDICINE, place=HEALTH)
    with sqlite_database.transaction() as session:
        release_run(session, run.id, **WHO)
    assert state(sqlite_database, late) is ErrandState.ASKED


def test_an_errand_taken_back_while_the_plan_is_made_makes_it_stale(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=10)
    errand = ask(sqlite_database, homes(sqlite_database)[0])
    with sqlite_database.read() as session:
        inputs = read_problem_inputs(session, run.id)
    solved = solve_run(inputs, time_limit_s=1.0)
    with sqlite_database.transaction() as session:
        move_errand(session, errand, ErrandState.CANCELLED, note="自己去了", **WHO)
    with pytest.raises(PlanStale) as refused, sqlite_database.transaction() as session:
        store_plan(session, inputs, solved, **WHO)
    assert refused.value.facts["errand"] == errand
    with sqlite_database.read() as session:
        assert session.scalar(select(tables.plan.c.id)) is None


def test_an_errand_taken_back_later_is_struck_on_the_sheet(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=10)
    errand = ask(sqlite_database, homes(sqlite_database)[0])
    plan(sqlite_database, run)
    with sqlite_database.transaction() as session:
        release_run(session, run.id, **WHO)
        move_errand(session, errand, ErrandState.CANCELLED, note="不要了", **WHO)
    with sqlite_database.read() as session:
        book = read_sheets(session, run.id)
    marks = [e.cancelled for t in book.trips for s in t.stops for e in s.errands]
    assert marks == [True, True]


def test_a_courier_follows_the_errand_and_may_give_it_back(database, packed_run):
    run = packed_run(database, bags=10)
    home, other = homes(database, 2)
    parcel, medicine = ask(database, home), ask(database, other, ErrandKind.MEDICINE, place=HEALTH)
    report = plan(database, run)
    trips = {one.leg.errand_id: one.trip for one in legs(database, report)}
    with database.transaction() as session:
        release_run(session, run.id, **WHO)

    def carry(errand, becomes, **more):
        with database.transaction() as session:
            return carry_errand(session, run.id, trips[errand], errand, becomes, **more, **WHO)

    assert carry(parcel, ErrandState.FETCHED).state == "fetched"
    assert len(carry(parcel, ErrandState.FETCHED).steps) == 3  # said twice is once
    assert carry(parcel, ErrandState.DELIVERED).state == "delivered"
    carry(medicine, ErrandState.COLLECTED)
    with pytest.raises(ErrandNeedsReason):
        carry(medicine, ErrandState.ACCEPTED)
    assert carry(medicine, ErrandState.ACCEPTED, note="药房关门").state == "accepted"
    with pytest.raises(ErrandOutOfOrder):
        carry(medicine, ErrandState.DONE)
    with pytest.raises(ErrandNotOnTrip), database.transaction() as session:
        carry_errand(session, run.id, trips[parcel], "er_x", ErrandState.FETCHED, **WHO)


def test_a_place_is_said_later_but_not_once_somebody_has_it(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=5)
    errand = ask(sqlite_database, homes(sqlite_database)[0], place="")
    assert plan(sqlite_database, run).errands_left[0].code == "errand-place-missing"
    with sqlite_database.transaction() as session:
        place_errand(session, errand, PARCELS, **WHO)
    assert plan(sqlite_database, run).errands == 1
    with pytest.raises(ErrandOutOfOrder), sqlite_database.transaction() as session:
        place_errand(session, errand, HEALTH, **WHO)


def test_two_runs_do_not_plan_the_same_errand(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=5)
    ask(sqlite_database, homes(sqlite_database)[0])
    plan(sqlite_database, run)
    with sqlite_database.read() as session:
        second = replace(run, id="rn_second", code="XC-20260413-2", wave=2, state=RunState.PACKED)
        assert len(plans.inputs_of(session, run).errands) == 1
        assert plans.inputs_of(session, second).errands == ()


def test_a_crowded_day_keeps_couriers_apart_at_the_slots_of_errands(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=40)
    with sqlite_database.read() as session:
        with_bags = session.scalars(
            select(tables.household.c.code)
            .join(tables.bag, tables.bag.c.household_id == tables.household.c.id)
            .order_by(tables.bag.c.code)
        ).all()
    asked = [ask(sqlite_database, home) for home in with_bags[::5]]
    with sqlite_database.read() as session:
        inputs = read_problem_inputs(session, run.id)
    solved = solve_run(inputs, time_limit_s=3.0)
    stops = [(t.courier_id, s.stairwell_id, s.arrival_s, s.leave_s)
             for t in solved.made.trips for s in t.stops]  # fmt: skip
    ends = [(t.courier_id, leg.stairwell_id or leg.place_code, leg.arrival_s, leg.leave_s)
            for t in solved.made.trips for leg in t.legs]  # fmt: skip
    for courier, place, arrives, leaves in ends:
        for other, there, came, went in (*stops, *ends):
            if other != courier and there == place:
                assert max(arrives, came) - min(leaves, went) >= run.separation_s
    left = {one.errand_id for one in solved.made.errands_left}
    carried = {leg.errand_id for t in solved.made.trips for leg in t.legs}
    assert carried | left == set(asked)
    assert not carried & left


def test_a_trip_for_errands_alone_leaves_and_comes_back(sqlite_database, packed_run, town):
    sealed = town.district.compounds["code"].iloc[0]
    run = packed_run(sqlite_database, bags=1)
    with sqlite_database.transaction() as session:
        session.execute(tables.courier.update().values(capacity_bags=1))
        home = session.scalars(
            select(tables.household.c.id).where(tables.household.c.code.startswith(f"{sealed}-"))
        ).first()
        session.execute(tables.bag.update().values(household_id=home))
    errand = ask(
        sqlite_database, homes(sqlite_database)[0]
    )  # nobody comes to it from a sealed one
    report = plan(sqlite_database, run)
    assert (report.bags, report.errands) == (1, 1)
    with sqlite_database.transaction() as session:
        book = release_run(session, run.id, **WHO)
        (alone,) = [t for t in book.trips if not any(stop.bags for stop in t.stops)]
        assert [e.id for stop in alone.stops for e in stop.errands] == [errand, errand]
        for deed in (depart_trip, finish_trip):
            moved = deed(session, run.id, alone.code, since=AT, **WHO)
            assert moved.heard == ()
        loads = report_run(session, run.id).loads
    assert max((one.stops, one.bags) for one in loads) == (1, 1)


def test_what_the_search_leaves_out_has_the_solvers_cause(sqlite_database, packed_run):
    run = packed_run(sqlite_database, bags=1)
    errand = ask(sqlite_database, homes(sqlite_database)[0])
    with sqlite_database.transaction() as session:
        session.execute(tables.courier.update().values(capacity_g=2_000))
    (left,) = plan(sqlite_database, run).errands_left
    assert (left.errand_id, left.code, left.next_action) == (errand, "too-heavy", "repack")
    assert (left.facts["amount"], left.facts["largest"], left.facts["proven"]) == (3_000, 2_000, 1)
    assert state(sqlite_database, errand) is ErrandState.ASKED
