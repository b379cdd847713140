"""Problems that fall apart are searched in parts, which share what is large."""

import numpy as np

from solver.check import check
from solver.engines.compiled import layout as at
from solver.engines.compiled.build import build
from solver.engines.instance import prepare
from solver.engines.parts import parts_of
from solver.problem import Job, Matrix, Problem, Vehicle
from solver.search import solve

TASKS = 80  # at each of two points


def two_points() -> Problem:
    """Two points that share nobody; couriers of the second are slower."""
    x = np.array([0, 5000, *range(100, 100 + TASKS), *range(5100, 5100 + TASKS)])
    seconds = np.abs(x[:, None] - x[None]).astype(np.int64)
    street = Matrix(duration_s=seconds, distance_m=seconds, cost=seconds)
    vehicles = tuple(
        Vehicle(
            id=2 * point + n, start=point, end=point, points=(point,), max_trips=9,
            capacity=(10,), speed_factor=(1.0, 0.5)[point],
        )
        for point in (0, 1)
        for n in (1, 2)
    )  # fmt: skip
    jobs = tuple(
        Job(id=n + 1, location=n + 2, delivery=(1,), points=(n // TASKS,))
        for n in range(2 * TASKS)
    )
    return Problem(vehicles=vehicles, jobs=jobs, matrices={"car": street}, dimensions=1)


def test_parts_read_the_matrices_of_the_whole() -> None:
    instance = prepare(two_points())
    whole = build(instance)
    parts = parts_of(instance, whole)
    assert [part.tasks for part in parts] == [TASKS, TASKS]
    for part in parts:
        assert part.inst.dur is whole.dur
        assert part.inst.cost is whole.cost
        mine = whole.veh[part.vehicles]
        assert part.inst.veh[:, at.V_K].tolist() == mine[:, at.V_K].tolist()


def test_parts_of_couriers_of_different_speeds_make_one_plan() -> None:
    problem = two_points()
    plan = solve(problem, step_limit=5, engine="search")
    assert check(problem, plan) == ()
    assert plan.unassigned == ()
