"""Temperatures follow what it costs to get from stop to stop."""

from collections.abc import Callable

import numpy as np
import pytest

from solver.engines.compiled import layout as at
from solver.engines.heat import COLD, COLD_UNTIMED, HOT_PLAIN, HOT_UNTIMED, heat_of, mean_arc
from solver.engines.plain.hall import PlainSearch
from solver.problem import HORIZON_S, Job, Matrix, Problem, Vehicle


@pytest.mark.parametrize(
    ("latest", "hot", "cold"), [(HORIZON_S, HOT_UNTIMED, COLD_UNTIMED), (9000, HOT_PLAIN, COLD)]
)
def test_heat_is_in_arcs_of_the_plan(
    begun_plain: Callable[..., PlainSearch], latest: int, hot: float, cold: float
) -> None:
    grid = np.abs(np.arange(4)[:, None] - np.arange(4)[None]).astype(np.int64) * 60
    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=0, window=(0, latest)),),
        jobs=tuple(Job(id=n, location=n) for n in (1, 2, 3)),
        matrices={"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)},
    )
    search = begun_plain(problem)
    arc = mean_arc(search.inst, search.rows())
    assert 60 <= arc <= 90
    heat = heat_of(search.inst, search)
    assert (heat.hot, heat.cold) == (hot * arc, cold * arc)


def test_visits_of_one_place_do_not_cool_the_search(
    begun_plain: Callable[..., PlainSearch],
) -> None:
    grid = np.array([[0, 100, 100], [100, 0, 70], [100, 70, 0]], np.int64)
    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=0),),
        jobs=tuple(Job(id=n, location=1 + n % 2) for n in range(1, 9)),
        matrices={"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)},
    )
    search = begun_plain(problem)
    assert len(search.rows()) == 8
    assert mean_arc(search.inst, search.rows()) == 70


def test_without_arcs_in_a_plan_those_of_the_matrix_count(
    begun_plain: Callable[..., PlainSearch],
) -> None:
    grid = np.array([[0, 100], [100, 0]], np.int64)
    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=0),),
        jobs=(Job(id=1, location=1),),
        matrices={"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)},
    )
    search = begun_plain(problem)
    assert len(search.rows()) == 1
    assert mean_arc(search.inst, search.rows()) == 50
    assert mean_arc(search.inst, np.zeros((0, at.SEQUENCE_COLUMNS), np.int64)) == 50
