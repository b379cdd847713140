"""The rest of a running day: what has begun stays, nothing else happens in the past."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solver.check import check
from solver.formats.native import read_problem, write_problem
from solver.model import Model
from solver.objective import value
from solver.plan import Plan, Route
from solver.problem import Problem
from solver.replan import Replanned, replan
from solver.search import solve
from solver.summary import STOPS

EXAMPLES = Path(__file__).parents[2] / "examples" / "problems"


@pytest.fixture(scope="module", params=["morning.json", "faces.json"])
def day(request: pytest.FixtureRequest) -> tuple[Problem, Plan]:
    problem = read_problem(EXAMPLES / request.param)
    return problem, solve(problem, step_limit=40, seed=1)


def begun(plan: Plan, at_s: int) -> set[tuple[int, str, int | None, int]]:
    """Say which stops have begun, where their number does not change by splitting."""
    return {
        (route.vehicle, step.type, step.location, step.arrival_s + step.waiting_s)
        for route in plan.routes
        for step in route.steps
        if step.type in STOPS and step.arrival_s + step.waiting_s <= at_s
    }


def instants(plan: Plan) -> list[int]:
    steps = [step.arrival_s + step.waiting_s for route in plan.routes for step in route.steps]
    first, last = min(steps), max(steps)
    return [first - 60, *(first + (last - first) * n // 4 for n in range(1, 4)), last + 60]


def test_what_has_begun_stays_and_nothing_new_is_in_the_past(day: tuple[Problem, Plan]) -> None:
    problem, plan = day
    for at_s in instants(plan):
        rest = replan(problem, plan, at_s=at_s).problem
        assert write_problem(read_problem(write_problem(rest))) == write_problem(rest)
        again = solve(rest, step_limit=20, seed=2)
        assert check(rest, again) == ()
        assert begun(again, at_s) == begun(plan, at_s), at_s
        assert again.summary.delivery == plan.summary.delivery


def test_before_the_day_everything_is_free_and_after_it_nothing(
    day: tuple[Problem, Plan],
) -> None:
    problem, plan = day
    first, *_, last = instants(plan)
    assert not any(v.locked for v in replan(problem, plan, at_s=first).problem.vehicles)
    over = replan(problem, plan, at_s=last).problem
    locked = {
        (v.id, step.type, step.id, step.service_at)
        for v in over.vehicles
        for step in v.locked
        if step.type in STOPS
    }
    assert locked == {
        (route.vehicle, step.type, step.id, step.arrival_s + step.waiting_s)
        for route in plan.routes
        for step in route.steps
        if step.type in STOPS
    }


def test_the_rest_of_a_split_job_becomes_a_job_of_its_own(good: Any) -> None:
    # Courier 1 loads bags 0 and 1 of job 11 at 29,280, courier 2 bag 2 at 29,400.
    found = replan(good.problem, good.plan, at_s=29_350)
    (new,) = found.rests
    assert found.rests[new] == (11, (2,))
    taken, rest = (next(j for j in found.problem.jobs if j.id == n) for n in (11, new))
    assert taken.delivery == (30, 2)
    assert rest.delivery == (10, 1)
    assert rest.release_s == max(29_350, taken.release_s)
    assert rest.building == taken.building


def test_changes_cost_what_was_asked(day: tuple[Problem, Plan]) -> None:
    problem, plan = day
    rest = replan(problem, plan, at_s=instants(plan)[0], change=50).problem
    assert rest.objective.change == 50
    assert value(rest, plan).change_cost == 0
    assert len(rest.previous) == len(plan.routes)


def test_what_comes_meanwhile_is_taken_along() -> None:
    model = Model()
    depot = model.add_depot(x=0, y=0)
    model.add_vehicle_type(num_available=1, capacity=4, reload_depots=[depot], max_reloads=3)
    for n in range(4):
        model.add_client(x=600 * (n + 1), y=0, delivery=2, service_duration=60)
    first = model.solve(steps=30, display=False)
    at_s = first.routes()[0].trips[0][0].arrival_s
    later = Model.from_problem(replan(first.problem, first.plan, at_s=at_s).problem)
    new = later.add_client(location=later.clients[0], delivery=1, release_time=at_s)
    second = later.solve(steps=30, display=False)
    assert second.is_feasible()
    assert new.id in second.routes()[0].visits()
    assert [s.arrival_s for s in second.routes()[0].trips[0]] == [
        s.arrival_s for s in first.routes()[0].trips[0]
    ]


def test_a_day_can_be_replanned_again(day: tuple[Problem, Plan]) -> None:
    problem, plan = day
    one, two = instants(plan)[1:3]
    noon = replan(problem, plan, at_s=one).problem
    at_noon = solve(noon, step_limit=10, seed=3)
    later = replan(noon, at_noon, at_s=two).problem
    final = solve(later, step_limit=10, seed=4)
    assert check(later, final) == ()
    assert begun(final, two) == begun(at_noon, two)


def test_loadings_at_two_points_stay_where_they_were() -> None:
    model = Model()
    west, east = model.add_depot(x=0, y=0), model.add_depot(x=500, y=0)
    model.add_vehicle_type(capacity=1, reload_depots=[west, east], max_reloads=2)
    model.add_client(x=10, y=0, delivery=1, points=[west])
    model.add_client(x=490, y=0, delivery=1, points=[east])
    result = model.solve(steps=20, display=False)
    problem = replan(result.problem, result.plan, at_s=100_000).problem
    loads = [s.location for s in problem.vehicles[0].locked if s.type == "reload"]
    assert sorted(loads) == [0, 1]
    again = solve(problem, step_limit=5, engine="construct")
    assert check(problem, again) == ()
    assert [s.location for s in again.routes[0].steps if s.type == "reload"] == loads
    elsewhere = replace(result.plan, routes=(_swapped(result.plan.routes[0]),))
    assert "locked.missing" in {v.code for v in check(problem, elsewhere)}


def _swapped(route: Route) -> Route:
    """Load at the other of two points."""
    steps = (
        replace(s, location=1 - s.location) if s.type == "reload" and s.location is not None else s
        for s in route.steps
    )
    return replace(route, steps=tuple(steps))


def test_a_courier_at_another_point_than_the_first_keeps_it() -> None:
    model = Model()
    west, east = model.add_depot(x=0, y=0), model.add_depot(x=500, y=0)
    model.add_vehicle_type(
        capacity=9, start_depot=east, end_depot=east, reload_depots=[west, east], max_reloads=1
    )
    model.add_client(x=490, y=0, delivery=1, points=[east], service_duration=50)
    problem = model.problem()
    first_west = replace(problem.vehicles[0], points=(0, 1))
    problem = replace(problem, vehicles=(first_west,))
    plan = solve(problem, step_limit=20)
    found: Replanned = replan(problem, plan, at_s=30)
    assert found.problem.vehicles[0].points == (0, 1)
    assert [s.location for s in found.problem.vehicles[0].locked if s.type == "reload"] == [1]
    assert check(found.problem, solve(found.problem, step_limit=5)) == ()
