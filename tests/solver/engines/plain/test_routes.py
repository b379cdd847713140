"""Routes change hands, and stops go in and out, with all sums kept."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.engines.compiled.refs import inst_ref
from solver.engines.plain import anneal as kernel
from solver.engines.plain import layout as own
from solver.engines.plain import recreate, routes, ruin, times
from solver.engines.plain.hall import PlainSearch
from solver.engines.plain.refs import plain_ref
from solver.problem import UNREACHABLE, Job, Matrix, Problem, Vehicle

seeds = st.integers(min_value=0, max_value=10**6)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def one_way(seconds: list[list[int]]) -> dict[str, Matrix]:
    grid = np.array(seconds, np.int64)
    return {"car": Matrix(duration_s=grid, distance_m=grid, cost=grid)}


def held(search: PlainSearch) -> tuple[Any, Any]:
    return inst_ref(search.inst), plain_ref(search.state)


def served(search: PlainSearch) -> list[int]:
    following, nd = [], search.state.nd
    n = int(nd[len(search.inst.stop), own.NEXT])
    while n < len(search.inst.stop):
        following.append(n)
        n = int(nd[n, own.NEXT])
    return following


@thorough
@given(seed=seeds, pick=st.integers(0, 10**6))
def test_routes_that_are_exchanged_twice_are_as_before(
    *,
    draw_plain: Callable[..., Problem],
    begun_plain: Callable[..., PlainSearch],
    sound_plain: Callable[..., None],
    picture_plain: Callable[[PlainSearch], dict[str, Any]],
    seed: int,
    pick: int,
) -> None:
    search = begun_plain(draw_plain(seed), seed)
    search.burst(10, 300.0)
    inst, state = held(search)
    crew = len(search.inst.veh)
    v, other = pick % crew, pick // crew % crew
    before = picture_plain(search)
    if v != other:
        routes.exchange(inst, state, v, other)
        sound_plain(search, rules=False)
        routes.exchange(inst, state, v, other)
        for vehicle in (v, other):
            assert times.retime(inst, state, vehicle)
    assert picture_plain(search) == before


def test_a_route_that_lasts_too_long_without_a_stop_is_given_up_whole(
    begun_plain: Callable[..., PlainSearch], sound_plain: Callable[..., None]
) -> None:
    # From 1 to 3 the straight way takes far longer than by 2.
    ways = one_way([[0, 10, 10, 10], [10, 0, 10, 500], [10, 10, 0, 10], [10, 500, 10, 0]])
    for longest, window in ((None, (0, 60)), (60, (0, 9000))):
        problem = Problem(
            vehicles=(Vehicle(id=1, start=0, end=0, window=window, max_duration_s=longest),),
            jobs=tuple(Job(id=n, location=n) for n in (1, 2, 3)),
            matrices=ways,
        )
        search = begun_plain(problem)
        search.lay(search.rows()[:0])
        inst, state = held(search)
        for s in (0, 1, 2):
            routes.put(inst, state, s, int(search.state.nd[4, own.PREV]))
        assert served(search) == [0, 1, 2]
        sound_plain(search)
        routes.forget(state)
        routes.take(inst, state, 1)
        routes.settle(inst, state, 0)
        assert served(search) == []
        sound_plain(search)
        routes.undo(inst, state)
        assert served(search) == [0, 1, 2]
        sound_plain(search)


@pytest.mark.parametrize("latest", [864_000, 9_000])  # a day without times, and one with
def test_where_no_way_leads_nobody_goes_however_dear_it_is_to_stay(
    begun_plain: Callable[..., PlainSearch], sound_plain: Callable[..., None], latest: int
) -> None:
    # 3 is reached from 2 alone, and left to 2 alone; long ways make leaving out very dear.
    far = 20_000
    grid = [
        [0, far, 10, UNREACHABLE],
        [far, 0, far, UNREACHABLE],
        [10, far, 0, 10],
        [UNREACHABLE, UNREACHABLE, 10, 0],
    ]
    jobs = tuple(Job(id=n, location=1 + n % 3, priority=100) for n in range(90))
    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=1, window=(0, latest)),),
        jobs=jobs,
        matrices=one_way(grid),
    )
    search = begun_plain(problem)
    sound_plain(search)
    for _ in range(20):
        search.burst(20, 1e9)
        sound_plain(search)


def test_a_step_that_gives_up_early_is_undone(
    draw_plain: Callable[..., Problem],
    begun_plain: Callable[..., PlainSearch],
    picture_plain: Callable[[PlainSearch], dict[str, Any]],
) -> None:
    search = begun_plain(draw_plain(3))
    inst, state = held(search)
    before = picture_plain(search)
    routes.forget(state)
    ruin.ruin(inst, state, 10.0)
    recreate.recreate(inst, state, kernel.MOST, 0.0, 1.0, -math.inf, 1)
    routes.undo(inst, state)
    assert picture_plain(search) == before
