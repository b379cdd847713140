"""Errands as shipments: stops, windows, permits, amounts, and what no search can help."""

from dataclasses import replace

import pytest

from logistics.domain.errand_trips import DueErrand, Leg, Site
from logistics.domain.errands import ErrandKind
from logistics.domain.planning import RoutingPolicy
from logistics.routing.errands import Lessons, with_errands
from logistics.routing.problem import build_problem, locations, site_spot

HOUR = 3600
SITE = Site(code="X1", name_zh="驿站", name_en="Station", lon=120.21, lat=30.31, kind="parcel")
STAY = 120 + 15


def an_errand(number=1, kind=ErrandKind.PARCEL, stairwell=1, **changes) -> DueErrand:
    errand = DueErrand(
        id=f"er{number}", kind=kind, household_code=f"H{number}", room="101", need_tier=2,
        stairwell_id=f"d/s{stairwell}", place="X1", site=SITE,
    )  # fmt: skip
    return replace(errand, **changes)


def with_them(make, *errands, lessons=None, cut_off=(), **changes):
    slots = tuple(make.slot(n) for n in range(1, 8))
    given = {"errand_slots": slots} | changes
    inputs = make.inputs(errands=errands, **given)
    bags, index = build_problem(inputs, make.matrices(inputs, cut_off=cut_off))
    return *with_errands(inputs, bags, index, lessons or Lessons()), inputs


def test_a_parcel_is_fetched_and_brought(make):
    problem, errands, inputs = with_them(make, an_errand())
    (shipment,) = problem.shipments
    spots = [spot.id for spot in locations(inputs)]
    assert spots[shipment.pickup.location] == site_spot("X1")
    assert spots[shipment.delivery.location] == "d/s1"
    assert shipment.via is None
    assert shipment.amount == (3_000, 12_000, 1)
    assert errands.ends["pickup", 1].leg is Leg.FETCH


def test_medicine_begins_at_the_household_and_goes_before_everything(make):
    problem, _, inputs = with_them(make, an_errand(kind=ErrandKind.MEDICINE))
    (shipment,) = problem.shipments
    spots = [spot.id for spot in locations(inputs)]
    stops = (shipment.pickup, shipment.via, shipment.delivery)
    assert [spots[stop.location] for stop in stops] == ["d/s1", site_spot("X1"), "d/s1"]
    assert shipment.priority == 100


def test_a_stairwell_without_bags_gets_a_place_of_its_own(make):
    problem, _, inputs = with_them(make, an_errand(stairwell=7))
    assert [spot.id for spot in locations(inputs)][-2:] == ["d/s7", site_spot("X1")]
    (shipment,) = problem.shipments
    assert shipment.delivery.location == len(locations(inputs)) - 2


def test_stops_keep_away_from_the_leaders_rounds(make):
    problem, *_ = with_them(make, an_errand(), policy=RoutingPolicy(
        drop_from_s=10 * HOUR, drop_until_s=13 * HOUR, rounds=((11 * HOUR, 11 * HOUR + 600),),
    ))  # fmt: skip
    (shipment,) = problem.shipments
    assert shipment.delivery.windows == (
        (10 * HOUR, 11 * HOUR - 600 - STAY),
        (11 * HOUR + 1200, 13 * HOUR),
    )
    assert shipment.pickup.windows == ((10 * HOUR, 13 * HOUR),)  # no leader comes to the station


@pytest.mark.parametrize(
    ("until", "last"),
    [
        (12 * HOUR, 12 * HOUR - STAY),  # it lies there when it is due
        (8 * HOUR, 17 * HOUR + 1800),  # late already: as soon as it can be
    ],
)
def test_what_is_due_is_brought_by_then(make, until, last):
    problem, *_ = with_them(make, an_errand(until_s=until))
    assert problem.shipments[0].delivery.windows[-1][1] == last


def test_only_those_who_may_enter_the_zone_may_go(make):
    sealed = replace(make.slot(1), zone=2)
    carriers = (make.carrier(1, zone_max=1), make.carrier(2, zone_max=2))
    problem, *_ = with_them(make, an_errand(), carriers=carriers, errand_slots=(sealed,))
    (shipment,) = problem.shipments
    assert [shipment.skills <= vehicle.skills for vehicle in problem.vehicles] == [False, True]


def test_who_must_not_have_an_errand_lacks_its_permit(make):
    lessons = Lessons(apart=frozenset({("er1", 1)}))
    problem, *_ = with_them(make, an_errand(), an_errand(2), lessons=lessons)
    able = [[s.skills <= v.skills for v in problem.vehicles] for s in problem.shipments]
    assert able == [[False, True], [True, True]]


@pytest.mark.parametrize(
    ("changes", "code", "action"),
    [
        ({"site": None, "place": ""}, "errand-place-missing", "say-place"),
        ({"site": None}, "errand-place-unknown", "by-hand"),
        ({"until_s": 9 * HOUR + 1801}, "errand-due-too-soon", "by-hand"),
    ],
)
def test_what_cannot_be_planned_is_left_with_a_next_step(make, changes, code, action):
    problem, errands, _ = with_them(make, an_errand(**changes))
    assert problem.shipments == ()
    (left,) = errands.left
    assert (left.errand_id, left.code, left.next_action) == ("er1", code, action)


def test_no_way_to_the_thing_is_told_before_the_search(make):
    problem, errands, _ = with_them(make, an_errand(), cut_off=(site_spot("X1"),))
    assert problem.shipments == ()
    assert [(one.code, one.next_action) for one in errands.left] == [
        ("unreachable", "check-gates")
    ]
    assert errands.left[0].facts == {"place": "X1", "stairwell": "JQ-01-01-1"}


def test_a_booked_stop_keeps_the_others_of_its_slot_away(make):
    noon = (12 * HOUR, 12 * HOUR + 900)
    booked = {("er1", Leg.BRING): ("JQ-01-01-1", noon, STAY)}
    problem, *_ = with_them(make, an_errand(), an_errand(2), lessons=Lessons(booked=booked))
    first, second = problem.shipments
    assert first.delivery.windows == (noon,)
    job = next(job for job in problem.jobs if job.place == "JQ-01-01-1")
    for windows, stay in ((second.delivery.windows, STAY), (job.windows, job.service_s)):
        for start, end in windows:
            assert end + stay <= noon[0] - 600 or start >= noon[1] + STAY + 600
    others = [job for job in problem.jobs if job.place != "JQ-01-01-1"]
    assert {job.windows for job in others} == {((9 * HOUR + 1800, 17 * HOUR + 1800),)}


def test_a_shelf_keeps_room_for_what_errands_bring(make):
    problem, *_ = with_them(make, an_errand(), an_errand(2), an_errand(3, ErrandKind.MEDICINE))
    shelves = {place.id: place.shelf[-1] for place in problem.places}
    assert shelves["JQ-01-01-1"] == 27
    assert shelves["JQ-01-01-2"] == 30


def test_without_errands_the_problem_is_as_before(make):
    inputs = make.inputs()
    bags, index = build_problem(inputs, make.matrices(inputs))
    problem, errands = with_errands(inputs, bags, index, Lessons())
    assert (problem.jobs, problem.places, problem.shipments) == (bags.jobs, bags.places, ())
    assert errands.left == ()
