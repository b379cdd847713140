"""OR-Tools' model for single trips: limits it honours, and what it leaves to the dispatcher."""

import numpy as np
import pytest

from solver.check import check
from solver.engines.instance import prepare
from solver.engines.ortools_routing import can_model, route
from solver.problem import Job, Matrix, Problem, Vehicle
from solver.search import solve


def street(size: int) -> dict[str, Matrix]:
    at = np.arange(size, dtype=np.int64) * 100
    ways = abs(at[:, None] - at[None, :])
    return {"car": Matrix(duration_s=ways, distance_m=ways, cost=ways)}


def problem(vehicle: Vehicle, *jobs: Job) -> Problem:
    dimensions = len(vehicle.capacity)
    return Problem(vehicles=(vehicle,), jobs=jobs, matrices=street(6), dimensions=dimensions)


@pytest.mark.parametrize(
    ("limits", "served"),
    [
        ({}, 5),
        ({"max_tasks": 2}, 2),
        ({"max_distance_m": 600}, 3),  # there and back
        ({"max_travel_time_s": 400}, 2),
        ({"window": (0, 800)}, 4),
        ({"capacity": (3,)}, 3),
    ],
)
def test_limits_of_a_route_are_honoured(limits: dict[str, object], served: int) -> None:
    vehicle = Vehicle(id=1, start=0, end=0, **limits)  # type: ignore[arg-type]
    amount = (1,) if vehicle.capacity else ()
    given = problem(vehicle, *(Job(id=n, location=n, delivery=amount) for n in range(1, 6)))
    solution = route(prepare(given), seconds=5, solutions=20)
    assert sum(not left for left in solution.left) == served
    assert check(given, solve(given, engine="ortools", step_limit=10)) == ()


def test_what_is_fetched_takes_the_room_of_what_was_brought() -> None:
    vehicle = Vehicle(id=1, start=0, end=0, capacity=(2,))
    given = problem(
        vehicle,
        Job(id=1, location=1, pickup=(2,)),
        Job(id=2, location=2, delivery=(2,)),
    )
    solution = route(prepare(given), seconds=5, solutions=20)
    assert [s.id for s in solution.shifts[0][0].stops] == [2, 1]


def test_a_job_beyond_the_only_vehicle_is_brought_in_part() -> None:
    job = Job(id=1, location=1, delivery=(2,), parts=((1,), (1,)))
    given = problem(Vehicle(id=1, start=0, end=0, capacity=(1,)), job)
    assert can_model(prepare(given))
    plan = solve(given, engine="ortools", step_limit=10)
    assert check(given, plan) == ()
    assert [len(s.parts) for s in plan.routes[0].steps if s.type == "job"] == [1]
    assert [u.parts for u in plan.unassigned] in ([(0,)], [(1,)])


def test_nothing_is_modelled_where_there_is_nothing_to_do() -> None:
    assert not can_model(prepare(problem(Vehicle(id=1, start=0, end=0))))
