"""A search begins from rows, whichever kernel it is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from solver.engines.compiled import layout as at
from solver.engines.compiled.build import build
from solver.engines.compiled.hall import Search
from solver.engines.compiled.result import solution_of
from solver.engines.instance import prepare
from solver.engines.opening import completed
from solver.engines.plain.hall import PlainSearch
from solver.problem import Problem

BARE = [at.Q_BEG, at.Q_DEP, at.Q_ARR]


@pytest.mark.parametrize(
    "limit",
    [
        None,  # plain
        10**7,  # under all rules
    ],
)
def test_routes_that_state_no_times_are_given_them(
    draw_plain: Callable[..., Problem], kind: type, limit: int | None
) -> None:
    problem = draw_plain(4, kind(jobs=20, vehicles=4, timed=True, limited=False, reachable=True))
    vehicles = tuple(replace(v, max_distance_m=limit) for v in problem.vehicles)
    problem = replace(problem, vehicles=vehicles)
    instance = prepare(problem)
    inst = build(instance)
    first = completed(inst, np.zeros((0, at.SEQUENCE_COLUMNS), np.int64), 0)
    assert isinstance(first, PlainSearch if limit is None else Search)
    bare = first.rows()
    bare[:, BARE] = 0
    rows = completed(inst, bare, 0).rows()
    solution = solution_of(instance, inst, rows)
    used = np.unique(first.rows()[:, at.Q_VEH]).tolist()
    assert [v for v, shift in enumerate(solution.shifts) if shift] == used


def test_what_rows_leave_out_is_put_in(draw_plain: Callable[..., Problem], kind: type) -> None:
    inst = build(prepare(draw_plain(4, kind(jobs=20, vehicles=4, reachable=True))))
    first = completed(inst, np.zeros((0, at.SEQUENCE_COLUMNS), np.int64), 0)
    half = completed(inst, first.rows()[::2], 0)
    assert half.visits >= len(first.rows()[::2])
    assert half.visits + len(half.absent()) == 20
