"""Solution files: into plans and back."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.check import check
from solver.formats.faults import PlanInvalid
from solver.formats.solutions import published_cost, read_solution, write_solution
from solver.formats.vrplib import read_vrplib
from solver.plan import Route
from solver.problem import Break, Job, Matrix, Problem, Shipment, ShipmentStep, Vehicle

LINE = np.abs(np.arange(5)[:, None] - np.arange(5)[None, :]) * 60
ROAD = {"car": Matrix(duration_s=LINE, distance_m=LINE, cost=LINE)}


def job(number: int, **more: object) -> Job:
    return Job(id=number, location=number, delivery=(1,), **more)  # type: ignore[arg-type]


def bus(number: int = 1, **more: object) -> Vehicle:
    with_more = {"start": 0, "end": 0, "capacity": (4,), "window": (0, 3600)} | more
    return Vehicle(id=number, **with_more)  # type: ignore[arg-type]


def problem_of(*jobs: Job, vehicles: tuple[Vehicle, ...] = (bus(),)) -> Problem:
    return Problem(vehicles=vehicles, jobs=jobs, matrices=ROAD, dimensions=1)


def times(route: Route) -> list[tuple[str, int, int]]:
    return [(step.type, step.arrival_s, step.waiting_s) for step in route.steps]


def faults(text: str, problem: Problem) -> dict[str, str]:
    with pytest.raises(PlanInvalid) as refused:
        read_solution(text, problem)
    return {fault.path: fault.code for fault in refused.value.faults}


def test_visits_are_as_early_as_they_can_be() -> None:
    problem = problem_of(job(1, service_s=30), job(2, windows=((0, 10), (300, 400))))
    plan = read_solution("Route #1: 1 2\nCost: 240\n", problem)
    assert check(problem, plan) == ()
    assert times(plan.routes[0]) == [
        ("start", 0, 0),
        ("job", 60, 0),
        ("job", 150, 150),
        ("end", 420, 0),
    ]
    assert plan.summary.cost == 240


def test_where_routes_have_a_longest_duration_they_leave_late() -> None:
    problem = problem_of(
        job(1, windows=((0, 200),)),
        job(2, windows=((300, 400),)),
        vehicles=(bus(max_duration_s=300),),
    )
    plan = read_solution("Route #1: 1 2", problem)
    assert check(problem, plan) == ()
    assert times(plan.routes[0]) == [
        ("start", 140, 0),  # any later, and the first window is over
        ("job", 200, 0),
        ("job", 260, 40),
        ("end", 420, 0),
    ]


@pytest.mark.parametrize(
    "text", ["Route #1: 1 2 0 3", "Route #1: 1 2 | 3", "Route #1: 0 1 2 0 0 3 0"]
)
def test_trips_are_parted_and_wait_for_their_goods(text: str) -> None:
    problem = problem_of(
        job(1),
        job(2),
        job(3, release_s=500),
        vehicles=(bus(points=(0,), max_trips=2, reload_service_s=60, capacity=(2,)),),
    )
    plan = read_solution(text, problem)
    assert check(problem, plan) == ()
    assert plan.summary.trips == 2
    assert times(plan.routes[0])[4:] == [("reload", 300, 140), ("job", 680, 0), ("end", 860, 0)]
    assert write_solution(problem, plan).startswith("Route #1: 1 2 0 3\n")


def test_a_single_trip_leaves_when_all_is_released() -> None:
    problem = problem_of(job(1, release_s=50), job(2, release_s=90))
    plan = read_solution("Route #1: 1 2", problem)
    assert check(problem, plan) == ()
    assert plan.routes[0].steps[0].arrival_s == 90


def test_shipments_change_the_load_where_they_are_fetched_and_left() -> None:
    ends = [ShipmentStep(id=n, location=n) for n in (1, 2, 3)]
    shipment = Shipment(pickup=ends[0], via=ends[1], delivery=ends[2], amount=(2,))
    problem = replace(problem_of(), shipments=(shipment,))
    plan = read_solution("Route #1: 1 2 3", problem)
    assert check(problem, plan) == ()
    assert [step.load for step in plan.routes[0].steps] == [(0,), (2,), (2,), (0,), (0,)]


def test_who_is_not_visited_is_left_and_costs_its_prize() -> None:
    problem = problem_of(job(1), job(2, prize=77))
    plan = read_solution("Route #1: 1", problem)
    assert check(problem, plan) == ()
    assert [(left.id, left.code) for left in plan.unassigned] == [(2, "not-stated")]
    assert plan.summary.cost == 120 + 77


def test_routes_may_be_numbered_from_0() -> None:
    problem = problem_of(job(1), job(2), vehicles=(bus(1), bus(2)))
    plan = read_solution("Route #0: 2\nRoute #1: 1\n", problem)
    assert [route.vehicle for route in plan.routes] == [1, 2]


def test_where_vehicles_differ_each_keeps_its_line() -> None:
    vehicles = (bus(1), bus(2, fixed_cost=5), bus(3))
    problem = problem_of(job(1), vehicles=vehicles)
    plan = read_solution("Route #1:\nRoute #2: 1\nRoute #3:\n", problem)
    assert plan.routes[0].vehicle == 2
    assert write_solution(problem, plan) == "Route #1:\nRoute #2: 1\nRoute #3:\nCost: 125\n"


def test_where_vehicles_are_alike_only_used_ones_have_a_line() -> None:
    problem = problem_of(job(1), vehicles=(bus(1), bus(2)))
    plan = read_solution("Route #2: 1\n", problem)
    assert write_solution(problem, plan) == "Route #1: 1\nCost: 120\n"


def test_a_cost_is_written_in_the_family_s_unit() -> None:
    problem = replace(problem_of(job(1)), cost_scale=100)
    text = write_solution(problem, read_solution("Route #1: 1", problem))
    assert published_cost(text) == 1.2


@pytest.mark.parametrize(
    ("text", "cost"),
    [("Cost 12", 12.0), ("x\nCost: 12.5\nOptimal: True", 12.5), ("Cost: ?", None)],
)
def test_the_published_cost_is_found(text: str, cost: float | None) -> None:
    assert published_cost(text) == cost


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("nothing", "$", "route.missing"),
        ("Route #1: 1\nRoute #1: 2", "Route #1", "route.twice"),
        ("Route #2: 1", "Route #2", "vehicle.unknown"),
        ("Route #1: 7", "Route #1", "task.unknown"),
        ("Route #1: one", "Route #1", "task.unknown"),
        ("Route #1: 1 | 2", "Route #1", "reload.not-allowed"),
    ],
)
def test_a_fault_is_named_by_its_route(text: str, place: str, code: str) -> None:
    assert faults(text, problem_of(job(1), job(2)))[place] == code


WORDS = st.characters(categories=["L", "N", "P", "S"])


@given(
    st.lists(
        st.lists(
            st.sampled_from(["1", "2", "0", "|", "9" * 5000, "-1", "²"])
            | st.text(WORDS, min_size=1, max_size=3)
        ),
        min_size=1,
        max_size=3,
    )
)
def test_any_routes_are_read_or_refused(routes: list[list[str]]) -> None:
    problem = problem_of(job(1), job(2), vehicles=(bus(points=(0,), max_trips=9), bus(2)))
    text = "".join(f"Route #{n}: {' '.join(words)}\n" for n, words in enumerate(routes, start=1))
    try:
        plan = read_solution(text, problem)
    except PlanInvalid:
        return
    served = sum(step.type == "job" for route in plan.routes for step in route.steps)
    assert served == sum(word in {"1", "2"} for words in routes for word in words)


def test_a_number_that_names_two_stops_cannot_be_read() -> None:
    ends = [ShipmentStep(id=n, location=n) for n in (1, 2)]
    problem = replace(problem_of(job(1)), shipments=(Shipment(pickup=ends[0], delivery=ends[1]),))
    assert faults("Route #1: 1", problem) == {"$": "id.twice"}


def test_rules_are_the_judge_s() -> None:
    late = problem_of(job(1, windows=((0, 10),)), vehicles=(bus(breaks=(Break(id=1),)),))
    codes = {violation.code for violation in check(late, read_solution("Route #1: 1", late))}
    assert codes == {"window.task", "break.missing"}


def test_a_way_that_does_not_exist_is_the_judge_s_too() -> None:
    text = """TYPE: VRPB
DIMENSION: 2
EDGE_WEIGHT_TYPE: EUC_2D
CAPACITY: 5
NODE_COORD_SECTION
1 0 0
2 3 4
DEMAND_SECTION
1 0
2 0
BACKHAUL_SECTION
1 0
2 3
"""
    problem = read_vrplib(text)
    codes = [violation.code for violation in check(problem, read_solution("Route #1: 1", problem))]
    assert codes == ["arc.unreachable"]
