"""Plans written out and laid again are the same plans, for both kernels and for the judge."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.engines.compiled import layout as at
from solver.engines.compiled.cache import PLAIN_CACHE
from solver.engines.compiled.hall import Search
from solver.engines.compiled.result import solution_of
from solver.engines.instance import prepare
from solver.engines.plain import layout as own
from solver.engines.plain.hall import PlainSearch
from solver.problem import Job, Matrix, Problem, Vehicle
from solver.search import solve

Draw = Callable[..., Problem]
Begun = Callable[..., PlainSearch]
Listening = Callable[[], AbstractContextManager[list[str]]]

seeds = st.integers(min_value=0, max_value=10**6)
slow = [HealthCheck.too_slow]


@settings(max_examples=60, deadline=None, suppress_health_check=slow)
@given(seed=seeds)
def test_rows_laid_again_are_worth_the_same(
    draw_plain: Draw, begun_plain: Begun, sound_plain: Callable[..., None], seed: int
) -> None:
    search = begun_plain(draw_plain(seed), seed)
    search.burst(60, 300.0)
    for rows, worth in (
        (search.rows(), search.best),
        (search.now_rows(), search.state.x[own.X_NOW]),
    ):
        again = PlainSearch(search.inst, 1)
        again.lay(rows)
        assert again.best == pytest.approx(worth, rel=1e-9, abs=1e-3)
        assert again.rows().tolist() == again.now_rows().tolist() == rows.tolist()
        sound_plain(again)
        rich = Search(search.inst, 1)
        rich.lay(rows)
        assert rich.best == pytest.approx(worth, rel=1e-9, abs=1e-3)


@settings(max_examples=60, deadline=None, suppress_health_check=slow)
@given(seed=seeds)
def test_what_is_laid_replaces_what_was_there(
    draw_plain: Draw, begun_plain: Begun, sound_plain: Callable[..., None], seed: int
) -> None:
    search = begun_plain(draw_plain(seed), seed)
    first = search.now_rows()
    search.burst(40, 5000.0)
    search.lay(first)
    assert search.now_rows().tolist() == first.tolist()
    sound_plain(search)
    search.lay(first[:0])
    assert search.visits == 0
    assert search.travel == 0
    assert sorted(search.absent().tolist()) == list(range(len(search.inst.stop)))


@settings(max_examples=80, deadline=None, suppress_health_check=slow)
@given(seed=seeds)
def test_plans_found_are_timed_and_priced_alike_by_the_rules_own_code(
    draw_plain: Draw, begun_plain: Begun, kind: Any, seed: int
) -> None:
    problem = draw_plain(seed, kind(limited=False))
    search = begun_plain(problem, seed)
    search.burst(60, 300.0)
    solution = solution_of(prepare(problem), search.inst, search.rows())
    served = [s.id - 1 for shift in solution.shifts for trip in shift for s in trip.stops]
    assert served == search.rows()[:, at.Q_STOP].tolist()
    cost = sum(solution.shift_cost(v) for v in range(len(problem.vehicles)))
    left = set(range(len(problem.jobs))) - set(served)
    # Search rounds arc by arc, the tariff once.
    arcs = len(problem.jobs) + 2 * len(problem.vehicles)
    assert search.best == pytest.approx(cost + search.inst.pen[sorted(left)].sum(), abs=arcs)


def test_plans_with_longest_durations_are_timed(begun_plain: Begun) -> None:
    grid = np.abs(np.arange(4)[:, None] - np.arange(4)[None]).astype(np.int64) * 60
    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=0, max_duration_s=5000, window=(0, 9000)),),
        jobs=tuple(Job(id=n, location=n) for n in (1, 2, 3)),
        matrices={"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)},
    )
    search = begun_plain(problem)
    assert search.visits == 3
    solution = solution_of(prepare(problem), search.inst, search.rows())
    assert [s.id for shift in solution.shifts for trip in shift for s in trip.stops]


@settings(max_examples=8, deadline=None, suppress_health_check=slow)
@given(seed=seeds)
def test_plans_found_keep_every_rule(
    draw_plain: Draw, kind: Any, complaints: Listening, seed: int
) -> None:
    problem = draw_plain(seed, kind(limited=False, jobs=8))
    with complaints() as faults:
        plan = solve(problem, step_limit=3, seed=seed, engine="search")
    assert faults == []
    assert check(problem, plan) == ()


def test_stops_whose_prizes_do_not_pay_are_left_out() -> None:
    grid = np.abs(np.arange(40)[:, None] - np.arange(40)[None]).astype(np.int64) * 100
    jobs = tuple(
        Job(id=n, location=n, prize=5000 if n < 20 else 10, delivery=(1,)) for n in range(1, 40)
    )
    problem = Problem(
        vehicles=tuple(Vehicle(id=n, start=0, end=0, capacity=(30,)) for n in (1, 2)),
        jobs=jobs,
        matrices={"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)},
        dimensions=1,
    )
    plan = solve(problem, step_limit=20, engine="search")
    assert check(problem, plan) == ()
    assert sorted(u.id for u in plan.unassigned) == list(range(20, 40))
    assert plan.summary.cost == 2 * 19 * 100 + 20 * 10


def test_travel_is_what_routes_cost_without_their_vehicles(
    draw_plain: Draw, begun_plain: Begun, routes_of_plain: Callable[[PlainSearch], list[Any]]
) -> None:
    for seed in range(20):
        search = begun_plain(draw_plain(seed), seed)
        routes = [r for r in routes_of_plain(search) if r.stops]
        assert search.travel == sum(sum(r.costs()) for r in routes)
        assert search.visits == sum(len(r.stops) for r in routes)


def test_other_prices_of_leaving_out_are_taken_note_of(
    draw_plain: Draw, begun_plain: Begun
) -> None:
    search = next(
        s for s in (begun_plain(draw_plain(n), n) for n in range(200)) if len(s.absent())
    )
    search.burst(10, 1.0)
    before = search.now_rows()
    search.inst.pen[:] = 7.0
    search.reprice()
    left = len(search.inst.stop) - search.visits
    assert search.best == search.state.c[own.C_COST] + 7.0 * left
    assert search.rows().tolist() == before.tolist()


def test_instants_of_rows_are_those_of_a_shift_that_begins_at_once(begun_plain: Begun) -> None:
    grid = np.array([[0, 60], [60, 0]], np.int64)
    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=0, window=(100, 9000)),),
        jobs=(Job(id=1, location=1, windows=((500, 600),), service_s=30),),
        matrices={"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)},
    )
    (row,) = begun_plain(problem).rows()
    assert row[[at.Q_ARR, at.Q_BEG, at.Q_DEP, at.Q_MASK]].tolist() == [160, 500, 530, 1]


def test_a_search_that_is_compiled_compiles_nothing_more(
    draw_plain: Draw, begun_plain: Begun
) -> None:
    solve(draw_plain(1), step_limit=1, engine="search")
    assert PLAIN_CACHE is not None
    kept = {path: path.stat().st_mtime_ns for path in PLAIN_CACHE.rglob("*") if path.is_file()}
    for seed in (1, 2, 3, 5, 8):
        solve(draw_plain(seed), step_limit=1, seed=seed, engine="search")
    solve(draw_plain(1), time_limit_s=0.5, engine="search")
    begun_plain(draw_plain(2)).reprice()
    assert {p: p.stat().st_mtime_ns for p in PLAIN_CACHE.rglob("*") if p.is_file()} == kept
