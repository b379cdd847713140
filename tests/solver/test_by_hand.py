"""A plan under a person's hand: stops moved, times found, and nothing lost on the way."""

import numpy as np
import pytest

from solver import by_hand
from solver.by_hand import Place
from solver.check import check
from solver.problem import Job, Matrix, Problem, Vehicle
from solver.search import solve


def a_problem(*, capacity=3, closes=10_000, count=4):
    durations = np.full((count + 1, count + 1), 60, dtype=np.int64)
    np.fill_diagonal(durations, 0)
    matrix = Matrix(duration_s=durations, distance_m=durations * 5, cost=durations)
    vehicles = tuple(
        Vehicle(
            id=n, start=0, end=0, capacity=(capacity,), window=(0, closes), points=(0,),
            max_trips=3, reload_service_s=100, description=f"V{n}",
        )
        for n in (1, 2)
    )  # fmt: skip
    jobs = tuple(
        Job(id=n, location=n, service_s=50, delivery=(1,), points=(0,), description=f"J{n}")
        for n in range(1, count + 1)
    )
    return Problem(vehicles=vehicles, jobs=jobs, matrices={"car": matrix}, dimensions=1)


def planned(problem):
    return solve(problem, engine="construct", step_limit=1, seed=1)


def served(plan):
    return {
        step.id: (route.vehicle, n)
        for route in plan.routes
        for n, trip in enumerate(by_hand.trips_of(route))
        for step in trip
    }


def a_move(plan, trips_ahead=0):
    """Move the first stop of the plan to a trip of its own, of the other vehicle."""
    source = plan.routes[0]
    other = 3 - source.vehicle
    there = next((route for route in plan.routes if route.vehicle == other), None)
    trip = len(by_hand.trips_of(there)) if there else 0
    step = by_hand.trips_of(source)[0][0]
    places = Place(vehicle=source.vehicle), Place(vehicle=other, trip=trip + trips_ahead)
    return step.id, places, {source.vehicle, other}


def test_a_moved_stop_is_laid_out_with_times_that_the_judge_accepts():
    problem = a_problem()
    plan = planned(problem)
    job, (source, target), touched = a_move(plan)
    laid = by_hand.laid(problem, by_hand.moved(problem, plan, source, target), touched)
    assert not check(problem, laid)
    assert served(laid)[job] == (target.vehicle, target.trip)
    assert set(served(laid)) == set(served(plan))
    assert (laid.summary.engine, laid.summary.stopped) == (by_hand.ENGINE, "edited")


def test_an_untouched_plan_keeps_all_of_its_times():
    problem = a_problem()
    plan = planned(problem)
    same = by_hand.laid(problem, plan, ())
    times = [[s.arrival_s + s.waiting_s for s in route.steps] for route in plan.routes]
    assert [[s.arrival_s + s.waiting_s for s in route.steps] for route in same.routes] == times


def test_what_cannot_be_laid_out_is_timed_alone_so_that_the_judge_can_say_why():
    problem = a_problem(capacity=1, closes=800)
    plan = planned(problem)
    _, (source, target), touched = a_move(plan)
    onto = Place(vehicle=target.vehicle, trip=0)
    moved = by_hand.moved(problem, plan, source, onto)
    assert by_hand.laid(problem, moved, touched) is None
    codes = {one.code for one in check(problem, by_hand.earliest(problem, moved, touched))}
    assert "capacity.exceeded" in codes


def test_a_stop_that_is_left_out_is_put_on_a_trip():
    tight = a_problem(closes=350)
    plan = planned(tight)
    assert plan.unassigned
    roomy = a_problem(closes=10_000)
    target = Place(vehicle=plan.routes[0].vehicle, trip=len(by_hand.trips_of(plan.routes[0])))
    moved = by_hand.moved(roomy, plan, Place(vehicle=None), target, left=0)
    assert len(moved.unassigned) == len(plan.unassigned) - 1
    assert by_hand.laid(roomy, moved, {target.vehicle}) is not None


def test_what_does_not_exist_is_not_moved():
    problem = a_problem()
    plan = planned(problem)
    _, (source, target), _ = a_move(plan, trips_ahead=5)
    with pytest.raises(IndexError):
        by_hand.moved(problem, plan, source, target)
