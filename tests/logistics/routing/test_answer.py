"""From the solver's plan back to trips."""

from collections import Counter
from itertools import pairwise

from logistics.routing.answer import trip_code, trips_of, unserved_of
from logistics.routing.problem import build_problem
from solver.check import check
from solver.search import solve


def planned(make, **changes):
    inputs = make.inputs(**changes)
    problem, index = build_problem(inputs, make.matrices(inputs))
    plan = solve(problem, step_limit=200, seed=1)
    assert not check(problem, plan)
    return inputs, trips_of(inputs, index, plan), unserved_of(index, plan)


def test_every_bag_rides_once_or_is_unserved(make):
    inputs, trips, left = planned(make)
    seen = Counter(bag for trip in trips for stop in trip.stops for bag in stop.bag_ids)
    seen.update(bag.bag_id for bag in left)
    assert seen == Counter(bag.id for bag in inputs.bags)


def test_trips_are_numbered_and_follow_one_another(make):
    _, trips, _ = planned(make)
    for courier in {trip.courier_id for trip in trips}:
        own = [trip for trip in trips if trip.courier_id == courier]
        assert [trip.no for trip in own] == list(range(1, len(own) + 1))
        assert all(a.returns_s <= b.departs_s for a, b in pairwise(own))
    assert len({trip.code for trip in trips}) == len(trips)


def test_couriers_wait_at_the_point_and_not_before_the_building(make):
    _, trips, _ = planned(make)
    assert all(trip.stops[0].arrival_s - trip.departs_s == 120 for trip in trips)


def test_weights_are_those_of_the_bags_carried(make):
    _, trips, _ = planned(make)
    for trip in trips:
        assert trip.weight_g == 8_000 * sum(len(stop.bag_ids) for stop in trip.stops)


def test_what_nobody_may_bring_has_a_cause_and_a_next_step(make):
    _, _, left = planned(
        make,
        slots=(make.slot(1, zone=2), make.slot(2)),
        bags=(make.bag(1, 1), make.bag(2, 2)),
        carriers=(make.carrier(1, zone_max=0),),
    )
    assert [bag.bag_id for bag in left] == ["bag1"]
    assert left[0].code
    assert left[0].next_action == "assign-permitted"


def test_a_trip_code_ends_with_its_check_character():
    code = trip_code("JQ-20260413-1", "E01", 2)
    assert code.startswith("JQ-20260413-1-E01-2-")
    assert len(trip_code("A-VERY-LONG-RUN-CODE-20260413-1", "E01", 2)) <= 32
