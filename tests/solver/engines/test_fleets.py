"""Routes that grow together from one for each task end with vehicles that exist."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from solver.engines.compiled import layout as at
from solver.engines.compiled.build import build
from solver.engines.fewest import shed_vehicles, wants_fewest
from solver.engines.fleets import begin_apart, can_begin_apart, of_vehicles
from solver.engines.instance import prepare
from solver.engines.opening import completed
from solver.engines.plain.hall import PlainSearch
from solver.problem import Job, Matrix, Problem, Vehicle

GRID = np.abs(np.arange(21)[:, None] - np.arange(21)[None]).astype(np.int64) * 60


def street(*, vehicles: int, room: int, fixed: int = 0) -> Problem:
    """Twenty stops along a street."""
    return Problem(
        vehicles=tuple(
            Vehicle(id=n, start=0, end=0, capacity=(room,), fixed_cost=fixed)
            for n in range(1, vehicles + 1)
        ),
        jobs=tuple(Job(id=n, location=n, delivery=(1,)) for n in range(1, 21)),
        matrices={"car": Matrix(duration_s=GRID, distance_m=GRID, cost=GRID)},
        dimensions=1,
    )


def test_routes_grown_together_are_a_plan_of_the_fleet(
    sound_plain: Callable[..., None],
) -> None:
    inst = build(prepare(street(vehicles=5, room=5)))
    assert can_begin_apart(inst)
    search = completed(inst, begin_apart(inst, 1), 0)
    assert isinstance(search, PlainSearch)
    sound_plain(search)
    assert set(search.rows()[:, at.Q_VEH].tolist()) <= set(range(5))


def test_whoever_has_nobody_to_go_is_not_begun_apart() -> None:
    problem = street(vehicles=2, room=5)
    jobs = (replace(problem.jobs[0], skills=frozenset({9})), *problem.jobs[1:])
    assert not can_begin_apart(build(prepare(replace(problem, jobs=jobs))))


def test_vehicles_may_be_repeated_and_left_out() -> None:
    inst = build(prepare(street(vehicles=3, room=5)))
    made = of_vehicles(inst, np.array([2, 0, 0]))
    assert made.veh.tolist() == inst.veh[[2, 0, 0]].tolist()
    assert made.cap.tolist() == inst.cap[[2, 0, 0]].tolist()
    assert made.stop is inst.stop


@pytest.mark.parametrize(("fixed", "wanted"), [(0, False), (4 * 1200, False), (4801, True)])
def test_fewest_vehicles_count_where_each_costs_more_than_travel(fixed: int, wanted: bool) -> None:  # noqa: FBT001 - a column of the table
    assert wants_fewest(build(prepare(street(vehicles=3, room=9, fixed=fixed)))) is wanted


def test_vehicles_are_shed_as_long_as_the_others_serve_all() -> None:
    inst = build(prepare(street(vehicles=8, room=20, fixed=10**6)))
    rows = np.zeros((20, at.SEQUENCE_COLUMNS), np.int64)
    rows[:, at.Q_STOP] = np.arange(20)
    rows[:, at.Q_VEH] = np.arange(20) * 8 // 20
    rows[:, at.Q_MASK] = 1
    left = shed_vehicles(inst, rows, until=np.inf, seed=0, should_stop=lambda: False)
    assert len(np.unique(left[:, at.Q_VEH])) == 1
    assert sorted(left[:, at.Q_STOP].tolist()) == list(range(20))


def test_nothing_is_shed_once_an_end_is_asked_for() -> None:
    inst = build(prepare(street(vehicles=8, room=20, fixed=10**6)))
    rows = completed(inst, np.zeros((0, at.SEQUENCE_COLUMNS), np.int64), 0).rows()
    left = shed_vehicles(inst, rows, until=np.inf, seed=0, should_stop=lambda: True)
    assert left is rows
