"""A job of more parts than the compiled search has bits for."""

import numpy as np
import pytest

from solver.check import check
from solver.problem import Job, Matrix, Problem, Vehicle
from solver.search import solve


def one_job(parts: int) -> Problem:
    minutes = np.array([[0, 60], [60, 0]], np.int64)
    return Problem(
        vehicles=(
            Vehicle(
                id=1, start=0, end=0, capacity=(10,), points=(0,), max_trips=12, window=(0, 36_000)
            ),
        ),
        jobs=(
            Job(id=1, location=1, delivery=(parts,), parts=((1,),) * parts, points=(0,)),
        ),
        matrices={"car": Matrix(duration_s=minutes, distance_m=minutes, cost=minutes)},
        dimensions=1,
    )  # fmt: skip


@pytest.mark.parametrize(("parts", "compiled"), [(62, True), (63, False), (90, False)])
def test_every_part_is_brought_by_whichever_engine_can(parts, compiled):
    problem = one_job(parts)
    plan = solve(problem, step_limit=2)
    assert check(problem, plan) == ()
    assert plan.unassigned == ()
    assert (plan.summary.engine == "search") is compiled
