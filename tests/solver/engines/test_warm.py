"""What still holds of a plan stays where it was, and when it was."""

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import solver.search
from solver.check import check
from solver.engines.assemble import routes_of
from solver.engines.dispatch import LockedImpossible
from solver.engines.instance import prepare
from solver.engines.solution import Solution
from solver.engines.warm import laid_out, locked_only
from solver.explain import explain
from solver.plan import Plan, Route
from solver.problem import (
    Break,
    Job,
    LockedStep,
    Matrix,
    Place,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)
from solver.search import solve
from solver.summary import summarise


def street(*xs: int) -> dict[str, Matrix]:
    points = np.array(xs)
    seconds = np.abs(points[:, None] - points[None]).astype(np.int64)
    return {"car": Matrix(duration_s=seconds, distance_m=seconds, cost=seconds)}


def two_trips() -> Problem:
    return Problem(
        vehicles=(
            Vehicle(
                id=1, start=0, end=0, capacity=(2,), points=(0,), max_trips=3, reload_service_s=60
            ),
        ),
        jobs=tuple(Job(id=n, location=n, delivery=(1,), service_s=30) for n in (1, 2, 3)),
        matrices=street(0, 100, 200, 300),
        dimensions=1,
    )


def plan_of(problem: Problem, solution: Solution) -> Plan:
    routes = routes_of(solution)
    unassigned = explain(solution, seconds=0.0)
    summary = summarise(
        problem, routes, unassigned, engine="warm", seed=0, seconds=0.0, stopped="laid"
    )
    return Plan(routes=routes, unassigned=unassigned, summary=summary)


def served(routes: tuple[Route, ...]) -> dict[int, list[int | None]]:
    return {
        r.vehicle: [s.id for s in r.steps if s.type not in ("start", "end", "reload", "break")]
        for r in routes
    }


def later(plan: Plan, seconds: int) -> Plan:
    """Give the plan with all its times moved."""
    routes = tuple(
        replace(r, steps=tuple(replace(s, arrival_s=s.arrival_s + seconds) for s in r.steps))
        for r in plan.routes
    )
    return replace(plan, routes=routes)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(min_value=0, max_value=10**6))
@example(seed=156652)  # parts of one job at two times on one trip
def test_a_plan_for_the_same_problem_stays_whole(
    drawn: Callable[[int], Problem], seed: int
) -> None:
    problem = drawn(seed)
    plan = solve(problem, step_limit=1, seed=seed, engine="construct")
    laid = laid_out(prepare(problem), plan)
    assert served(routes_of(laid)) == served(plan.routes)
    assert check(problem, plan_of(problem, laid)) == ()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(min_value=0, max_value=10**6))
def test_what_is_left_of_a_plan_for_another_problem_keeps_every_rule(
    drawn: Callable[[int], Problem], seed: int
) -> None:
    plan = solve(drawn(seed), step_limit=1, seed=seed, engine="construct")
    other = drawn(seed + 1)
    assert check(other, plan_of(other, laid_out(prepare(other), plan))) == ()


def test_times_stay_where_they_are_possible() -> None:
    problem = two_trips()
    plan = later(solve(problem, step_limit=1, engine="construct"), 500)
    begins = [s.arrival_s for r in plan.routes for s in r.steps if s.type == "job"]
    laid = routes_of(laid_out(prepare(problem), plan))
    assert [s.arrival_s + s.waiting_s for s in laid[0].steps if s.type == "job"] == begins


def test_loading_stays_when_it_was() -> None:
    problem = two_trips()
    plan = later(solve(problem, step_limit=1, engine="construct"), 500)
    loaded = [
        s.arrival_s + s.waiting_s for r in plan.routes for s in r.steps if s.type == "reload"
    ]
    laid = routes_of(laid_out(prepare(problem), plan))
    assert [s.arrival_s + s.waiting_s for s in laid[0].steps if s.type == "reload"] == loaded


def test_times_that_are_not_possible_any_more_are_the_earliest() -> None:
    problem = two_trips()
    plan = solve(problem, step_limit=1, engine="construct")
    slower = replace(problem, matrices=street(0, 150, 300, 450))
    laid = laid_out(prepare(slower), plan)
    assert served(routes_of(laid)) == served(plan.routes)
    assert check(slower, plan_of(slower, laid)) == ()


def test_an_instant_that_is_in_no_window_any_more_is_not_held_to() -> None:
    problem = two_trips()
    plan = solve(problem, step_limit=1, engine="construct")
    jobs = tuple(replace(j, windows=((2000, 3000),)) for j in problem.jobs)
    moved = replace(problem, jobs=jobs)
    laid = laid_out(prepare(moved), plan)
    assert served(routes_of(laid)) == served(plan.routes)
    assert check(moved, plan_of(moved, laid)) == ()


def test_who_and_what_is_gone_is_passed_over() -> None:
    problem = two_trips()
    plan = solve(problem, step_limit=1, engine="construct")
    fewer = replace(problem, jobs=problem.jobs[:2])
    (ids,) = served(routes_of(laid_out(prepare(fewer), plan))).values()
    assert sorted(i for i in ids if i is not None) == [1, 2]
    nobody = replace(problem, vehicles=(replace(problem.vehicles[0], id=9),))
    assert routes_of(laid_out(prepare(nobody), plan)) == ()


def test_a_trip_beyond_the_capacity_loses_its_last_stops() -> None:
    problem = two_trips()
    plan = solve(problem, step_limit=1, engine="construct")
    small = replace(problem, vehicles=(replace(problem.vehicles[0], capacity=(1,)),))
    laid = laid_out(prepare(small), plan)
    assert all(len(trip.stops) == 1 for trip in laid.shifts[0])
    assert len(laid.shifts[0]) == 2


def test_half_a_shipment_does_not_stay() -> None:
    def end(name: int, location: int) -> ShipmentStep:
        return ShipmentStep(id=name, location=location)

    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=0, capacity=(1,)),),
        jobs=(Job(id=9, location=3),),
        shipments=(Shipment(pickup=end(1, 1), delivery=end(2, 2), amount=(1,)),),
        matrices=street(0, 100, 200, 300),
        dimensions=1,
    )
    plan = solve(problem, step_limit=1, engine="construct")
    (route,) = plan.routes
    without = tuple(s for s in route.steps if s.type != "delivery")
    halved = replace(plan, routes=(replace(route, steps=without),))
    assert served(routes_of(laid_out(prepare(problem), halved))) == {1: [9]}


def test_a_shift_that_cannot_end_without_its_next_trip_loses_it() -> None:
    # The break of the first trip comes on the second one, which is full in the plan of before.
    courier = Vehicle(
        id=1, start=0, end=0, capacity=(9,), points=(0,), max_trips=2,
        breaks=(Break(id=1, service_s=60, max_load=(3,), time_windows=((300, 900),)),),
    )  # fmt: skip
    problem = Problem(
        vehicles=(courier,),
        jobs=(
            Job(id=1, location=1, pickup=(9,), windows=((100, 110),)),
            Job(id=2, location=1, delivery=(3,), windows=((350, 900),)),
        ),
        matrices=street(0, 100),
        dimensions=1,
    )
    plan = solve(problem, step_limit=1, engine="search")
    assert plan.unassigned == ()
    assert served(routes_of(laid_out(prepare(problem), plan))) == {1: [1, 2]}
    too_late = replace(problem.jobs[1], windows=((0, 10),))
    alone = replace(problem, jobs=(problem.jobs[0], too_late))
    assert routes_of(laid_out(prepare(alone), plan)) == ()


def test_locked_trips_stand_whatever_the_plan_says() -> None:
    locked = (
        LockedStep(type="reload", locked=True, service_at=0),
        LockedStep(type="job", id=3, locked=True),
    )
    problem = two_trips()
    plan = solve(problem, step_limit=1, engine="construct")
    held = replace(problem, vehicles=(replace(problem.vehicles[0], locked=locked),))
    assert served(routes_of(laid_out(prepare(held), plan))) == {1: [3]}
    assert served(routes_of(locked_only(prepare(held)))) == {1: [3]}


def test_locked_trips_that_cannot_be_made_are_refused() -> None:
    locked = (LockedStep(type="job", id=3, locked=True, service_at=1),)
    problem = two_trips()
    held = replace(problem, vehicles=(replace(problem.vehicles[0], locked=locked),))
    with pytest.raises(LockedImpossible):
        locked_only(prepare(held))


def test_two_who_would_meet_now_do_not() -> None:
    problem = Problem(
        vehicles=tuple(Vehicle(id=n, start=0, end=0) for n in (1, 2)),
        jobs=tuple(Job(id=n, location=1, service_s=60, courier=n, place="p") for n in (1, 2)),
        matrices=street(0, 100),
        places=(Place(id="p", lanes=2, separation_s=300),),
        separation_s=300,
    )
    plan = solve(problem, step_limit=1, engine="construct")
    narrow = replace(problem, places=(Place(id="p", lanes=1, separation_s=300),))
    laid = laid_out(prepare(narrow), plan)
    assert served(routes_of(laid)) == {1: [1], 2: [2]}
    assert check(narrow, plan_of(narrow, laid)) == ()


@pytest.mark.parametrize("engine", ["search", "dispatch", "auto"])
def test_every_engine_starts_from_the_plan_given(
    monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    if engine == "auto":
        # As on a machine on which nothing has been compiled yet.
        monkeypatch.setattr(solver.search, "is_ready", lambda: False)
        monkeypatch.setattr(solver.search, "compile_beside", lambda: None)
    rng = random.Random(3)
    points = [rng.randrange(3000) for _ in range(12)]
    problem = Problem(
        vehicles=tuple(Vehicle(id=n, start=0, end=0) for n in (1, 2)),
        jobs=tuple(Job(id=n, location=n, service_s=60) for n in range(1, 12)),
        matrices=street(*points),
    )
    good = solve(problem, step_limit=3, engine="search")
    first: list[Plan] = []
    seconds = {"time_limit_s": 1.0} if engine == "auto" else {"step_limit": 1}
    again = solve(problem, engine=engine, warm_start=good, on_plan=first.append, **seconds)  # type: ignore[arg-type]
    assert first[0].summary.cost == good.summary.cost
    assert again.summary.cost <= good.summary.cost
