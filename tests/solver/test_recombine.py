"""Recombination: the best set of routes out of a pool, checked against trying all of them."""

import itertools
import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.recombine import PoolRoute, RoutePool, Shorten, recombine, without_repeats


def entry(*tasks: int, cost: int, of: int = 0) -> PoolRoute:
    return PoolRoute(key=tasks, tasks=tuple(sorted(tasks)), vehicle_class=of, cost=cost)


def best_of_all(
    routes: list[PoolRoute], tasks: list[int], prizes: dict[int, int], sizes: list[int]
) -> int | None:
    """Try every subset."""
    best: int | None = None
    for size in range(len(routes) + 1):
        for chosen in itertools.combinations(routes, size):
            served = [t for r in chosen for t in r.tasks]
            used = [sum(r.vehicle_class == c for r in chosen) for c in range(len(sizes))]
            if len(served) != len(set(served)) or not set(tasks) <= set(served):
                continue
            if any(u > s for u, s in zip(used, sizes, strict=True)):
                continue
            cost = sum(r.cost for r in chosen)
            cost += sum(p for t, p in prizes.items() if t not in served)
            best = cost if best is None else min(best, cost)
    return best


def test_the_pool_keeps_the_best_order_of_the_same_tasks() -> None:
    pool = RoutePool()
    assert pool.add((1, 2, 3), (1, 2, 3), 0, 30)
    assert not pool.add((3, 1, 2), (1, 2, 3), 0, 31)
    assert pool.add((1, 3, 2), (1, 2, 3), 0, 29)
    assert pool.add((1, 2, 3), (1, 2, 3), 1, 90)  # of another class
    assert [(r.key, r.cost) for r in pool.routes()] == [((1, 3, 2), 29), ((1, 2, 3), 90)]


def test_a_full_pool_forgets_what_was_not_seen_for_longest() -> None:
    pool = RoutePool(limit=10)
    for task in range(10):
        pool.add((task,), (task,), 0, 1)
    pool.add((0,), (0,), 0, 1)  # seen again
    pool.add((10,), (10,), 0, 1)
    assert [r.key[0] for r in pool.routes()] == [3, 4, 5, 6, 7, 8, 9, 0, 10]


def test_two_threads_may_add_at_once() -> None:
    pool = RoutePool(limit=500)

    def fill(first: int) -> None:
        for n in range(2000):
            pool.add((first + n,), (first + n,), 0, n)

    threads = [threading.Thread(target=fill, args=(k * 10_000,)) for k in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 400 <= len(pool) <= 500


def test_halves_of_two_solutions_make_a_better_one() -> None:
    first = [entry(1, 2, cost=10), entry(3, 4, cost=30)]
    second = [entry(2, 1, cost=25), entry(4, 3, cost=12)]
    found = recombine(
        [*first, *second],
        tasks=[1, 2, 3, 4],
        prizes={},
        class_sizes=[2],
        incumbent=first,
        seconds=2,
    )
    assert found is not None
    assert sum(r.cost for r in found) == 22
    assert {r.key for r in found} == {(1, 2), (4, 3)}


def test_nothing_is_given_where_nothing_is_better() -> None:
    first = [entry(1, cost=10), entry(2, cost=10)]
    pool = [*first, entry(1, 2, cost=20)]  # as good
    found = recombine(pool, tasks=[1, 2], prizes={}, class_sizes=[2], incumbent=first, seconds=1)
    assert found is None


def test_a_class_lends_no_more_vehicles_than_it_has() -> None:
    first = [entry(1, cost=50, of=0), entry(2, cost=50, of=1)]
    pool = [*first, entry(1, cost=1, of=1)]
    found = recombine(
        pool, tasks=[1, 2], prizes={}, class_sizes=[1, 1], incumbent=first, seconds=1
    )
    assert found is None
    found = recombine(
        pool, tasks=[1, 2], prizes={}, class_sizes=[1, 2], incumbent=first, seconds=1
    )
    assert found is not None
    assert sum(r.cost for r in found) == 51


def test_a_task_is_left_where_its_prize_does_not_pay() -> None:
    first = [entry(1, 2, cost=30)]
    pool = [*first, entry(1, cost=12), entry(2, cost=25)]
    found = recombine(pool, tasks=[1], prizes={2: 10}, class_sizes=[2], incumbent=first, seconds=1)
    assert found is not None
    assert [r.key for r in found] == [(1,)]


def test_a_required_task_that_was_left_is_served_at_any_price() -> None:
    first = [entry(1, cost=10)]
    pool = [*first, entry(1, 2, cost=900)]
    found = recombine(
        pool, tasks=[1, 2, 3], prizes={}, class_sizes=[1], incumbent=first, seconds=1
    )
    assert found is not None
    assert [r.key for r in found] == [(1, 2)]


def shorten(route: PoolRoute, without: frozenset[int]) -> PoolRoute:
    key = tuple(t for t in route.key if t not in without)
    return entry(*key, cost=route.cost - 5 * len(without))


def test_a_task_covered_twice_is_served_once() -> None:
    first = [entry(1, 2, cost=40), entry(3, 4, cost=40)]
    pool = [*first, entry(1, 2, 3, cost=30), entry(3, 4, cost=35)]
    found = recombine(
        pool,
        tasks=[1, 2, 3, 4],
        prizes={},
        class_sizes=[2],
        incumbent=first,
        seconds=1,
        shorten=shorten,
    )
    assert found is not None
    assert sorted(t for r in found for t in r.tasks) == [1, 2, 3, 4]
    assert sum(r.cost for r in found) == 60


def test_a_route_that_gives_up_all_its_tasks_is_gone() -> None:
    kept = without_repeats([entry(1, 2, cost=9), entry(1, cost=5)], shorten)
    assert [r.key for r in kept] == [(1, 2)]


def random_pool(seed: int, tasks: int, routes: int) -> tuple[list[PoolRoute], list[PoolRoute]]:
    rng = random.Random(seed)
    first = [entry(t, cost=rng.randint(20, 30)) for t in range(tasks)]
    others = []
    for _ in range(routes):
        chosen = rng.sample(range(tasks), rng.randint(2, min(4, tasks)))
        others.append(entry(*chosen, cost=rng.randint(10, 18) * len(chosen), of=rng.randrange(2)))
    return first, [*first, *others]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(1, 9), st.integers(0, 1))
def test_small_pools_are_chosen_from_as_well_as_by_trying_all(
    seed: int, tasks: int, routes: int, prized: int
) -> None:
    first, pool = random_pool(seed, tasks, routes)
    prizes = {tasks - 1: 12} if prized else {}
    required = [t for t in range(tasks) if t not in prizes]
    sizes = [tasks, 1]
    names: dict[tuple[int, tuple[int, ...]], PoolRoute] = {}
    for route in sorted(pool, key=lambda r: -r.cost):
        names[route.vehicle_class, route.tasks] = route
    expected = best_of_all(list(names.values()), required, prizes, sizes)
    found = recombine(
        pool, tasks=required, prizes=prizes, class_sizes=sizes, incumbent=first, seconds=5
    )
    chosen = first if found is None else found
    served = {t for r in chosen for t in r.tasks}
    got = sum(r.cost for r in chosen) + sum(p for t, p in prizes.items() if t not in served)
    assert got == expected


@pytest.mark.parametrize("covering", [None, shorten])
def test_a_large_pool_gives_what_it_promises(
    covering: Shorten | None,
) -> None:
    first, pool = random_pool(3, 120, 6000)
    found = recombine(
        pool,
        tasks=range(120),
        prizes={},
        class_sizes=[120, 60],
        incumbent=first,
        seconds=1.5,
        shorten=covering,
        deterministic=True,
    )
    assert found is not None
    assert sorted(t for r in found for t in r.tasks) == list(range(120))
    assert sum(r.cost for r in found) < 0.65 * sum(r.cost for r in first)


def test_counted_steps_give_the_same_choice_each_time() -> None:
    first, pool = random_pool(5, 80, 2500)
    found = [
        recombine(
            pool,
            tasks=range(80),
            prizes={},
            class_sizes=[80, 40],
            incumbent=first,
            seconds=0.5,
            seed=7,
            deterministic=True,
        )
        for _ in range(2)
    ]
    assert found[0] is not None
    assert found[0] == found[1]
