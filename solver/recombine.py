"""Choose the best set of routes among all that a search has seen: set partitioning.

Everything here is plain integers, so that a search in compiled code can hand over its routes
without building objects of its own. What was measured is in
``docs/decisions/0007-recombination.md``.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from solver.pricing import Rows, reduced_costs, table_of, value_of
from solver.route_pool import PoolRoute, RoutePool

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["PoolRoute", "RoutePool", "Shorten", "recombine", "without_repeats"]

PRICE_SHARE = 0.3
"""Most of the time that pricing the tasks may take."""

FIRST_COLUMNS = 800
WIDENED = 2
"""Routes of least reduced cost that are looked at first, and by how much more the next time."""

STAGE_SHARE = 0.4
"""Share of the time left that one widening may take before parts of the plan are looked at."""

PART_COLUMNS = 1_200
PART_FEWEST = 150
PART_TRIES = 30
"""Routes over a part of the plan that is chosen anew; parts in a row without anything better."""

TOLERANCE = 1e-6

Shorten = Callable[[PoolRoute, frozenset[int]], PoolRoute]
"""Give the route without these tasks; None of its tasks may be added."""


def recombine(
    pool: RoutePool | Sequence[PoolRoute],
    *,
    tasks: Sequence[int],
    prizes: Mapping[int, int],
    class_sizes: Sequence[int],
    incumbent: Sequence[PoolRoute],
    seconds: float,
    threads: int = 1,
    seed: int = 0,
    shorten: Shorten | None = None,
    deterministic: bool = False,
) -> list[PoolRoute] | None:
    """Choose the cheapest routes that serve every task once, within the fleet.

    Parameters
    ----------
    pool
        The routes to choose from; those with tasks of neither kind are not looked at.
    tasks
        Tasks that must be served. One that ``incumbent`` leaves out may stay out, at a price
        above all routes together.
    prizes
        Further tasks, each with what leaving it out costs.
    class_sizes
        Vehicles by class.
    incumbent
        The best routes so far: where the solver starts, and what has to be beaten.
    shorten
        Takes tasks out of a route at no more cost (where the triangle inequality holds). With it
        a task may be covered several times, and all routes but the first give it up.
    deterministic
        Count the solver's steps instead of time; ``seconds`` is then about what it takes.

    Returns
    -------
    list of PoolRoute or None
        Strictly cheaper than ``incumbent``, prizes included; None where nothing is.
    """
    routes = [*incumbent, *(pool.routes() if isinstance(pool, RoutePool) else pool)]
    rows = _rows(tasks, prizes, incumbent, routes)
    columns = _columns(routes, rows, len(class_sizes))
    search = _Search(
        rows=rows,
        class_sizes=class_sizes,
        seconds=seconds,
        threads=threads,
        seed=seed,
        shorten=shorten,
        deterministic=deterministic,
    )
    best = _widening(search, columns, list(incumbent))
    return best if value_of(best, rows) < value_of(incumbent, rows) else None


@dataclass(slots=True, kw_only=True)
class _Search:
    """What one recombination was asked, and how much of its time is gone."""

    rows: Rows
    class_sizes: Sequence[int]
    seconds: float
    threads: int
    seed: int
    shorten: Shorten | None
    deterministic: bool
    began: float = field(default_factory=time.monotonic)
    counted: float = 0.0  # of the solver's deterministic time

    def left_s(self) -> float:
        gone = self.counted if self.deterministic else time.monotonic() - self.began
        return self.seconds - gone


def _widening(search: _Search, columns: list[PoolRoute], best: list[PoolRoute]) -> list[PoolRoute]:
    """Solve with the most promising routes first, and with more while time is left.

    A route whose reduced cost is at least the gap between the relaxation and the best is in no
    better solution: when no others are left, the best is proven.
    """
    table = table_of(columns, search.rows, search.class_sizes, covering=search.shorten is not None)
    until = search.left_s() - PRICE_SHARE * search.seconds
    above = value_of(best, search.rows)
    reduced, bound = reduced_costs(table, above, lambda: search.left_s() < until)
    order = np.argsort(reduced, kind="stable")
    ranked = [columns[n] for n in order.tolist()]
    wide = FIRST_COLUMNS
    while search.left_s() > 0:
        gap = value_of(best, search.rows) - bound - 1.0 + TOLERANCE  # costs are whole
        useful = int(np.searchsorted(reduced[order], gap, side="right"))
        if useful == 0:
            return best
        share = STAGE_SHARE * search.left_s()
        found, proven = _chosen(search, ranked[: min(useful, wide)], best, share)
        best = found or best
        if proven and wide >= useful:
            return best
        if not proven:
            return _parts(search, ranked[:useful], best)
        wide *= WIDENED
    return best


def _parts(search: _Search, ranked: list[PoolRoute], best: list[PoolRoute]) -> list[PoolRoute]:
    """Choose parts of the best anew: some of its routes, and all routes over the same tasks."""
    rng = random.Random(search.seed)  # noqa: S311 - search, not secrets
    calm, size = 0, PART_COLUMNS
    while search.left_s() > 0 and calm < PART_TRIES and best:
        part = _part(ranked, best, size, rng)
        found, proven = _chosen(search, part, best, STAGE_SHARE * search.left_s() / 2)
        calm = calm + 1 if found is None and proven else 0
        size = min(size * 5 // 4, 2 * PART_COLUMNS) if proven else max(size // 2, PART_FEWEST)
        best = found or best
    return best


def _part(
    ranked: list[PoolRoute], best: list[PoolRoute], size: int, rng: random.Random
) -> list[PoolRoute]:
    """Grow a set of neighbouring routes of the best until enough others are over their tasks."""
    holder = {task: n for n, route in enumerate(best) for task in route.tasks}
    touched = [frozenset(holder[t] for t in r.tasks if t in holder) for r in ranked]
    of_route: dict[int, list[int]] = {}
    for number, routes in enumerate(touched):
        for route in routes:
            of_route.setdefault(route, []).append(number)
    opened = {rng.randrange(len(best))}
    missing = [len(t - opened) for t in touched]
    count = missing.count(0)
    while count < size and len(opened) < len(best):
        # The route that opens most of the others, one step from what is open.
        near: dict[int, int] = {}
        for number in of_route.get(rng.choice(sorted(opened)), ()):
            if missing[number] == 1:
                (outside,) = touched[number] - opened
                near[outside] = near.get(outside, 0) + 1
        shut = [n for n in range(len(best)) if n not in opened]
        chosen = max(near, key=lambda n: (near[n], rng.random())) if near else rng.choice(shut)
        opened.add(chosen)
        for number in of_route.get(chosen, ()):
            missing[number] -= 1
            count += missing[number] == 0
    inside = [r for r, m in zip(ranked, missing, strict=True) if m == 0]
    return inside[: 2 * size]


def without_repeats(routes: Sequence[PoolRoute], shorten: Shorten) -> list[PoolRoute]:
    """Let each task be served by one route: the one that saves least without it gives way last."""
    left = list(routes)
    holders: dict[int, list[int]] = {}
    for number, route in enumerate(left):
        for task in route.tasks:
            holders.setdefault(task, []).append(number)
    for task, numbers in holders.items():
        if len(numbers) < 2:  # noqa: PLR2004
            continue
        shorter = {n: shorten(left[n], frozenset((task,))) for n in numbers}
        keeper = min(numbers, key=lambda n: (left[n].cost - shorter[n].cost, n))
        for number in numbers:
            if number != keeper:
                left[number] = shorter[number]
    return [route for route in left if route.tasks]


def _rows(
    tasks: Sequence[int],
    prizes: Mapping[int, int],
    incumbent: Sequence[PoolRoute],
    routes: Sequence[PoolRoute],
) -> Rows:
    served = {task for route in incumbent for task in route.tasks}
    missed = [task for task in tasks if task not in served]
    if not missed:
        return Rows(frozenset(tasks), dict(prizes))
    # No plan costs more than one task left out.
    dearest = max((route.cost for route in routes), default=0)
    above = dearest * (len(tasks) + len(prizes)) + sum(prizes.values()) + 1
    return Rows(frozenset(tasks) & served, {**prizes, **dict.fromkeys(missed, above)})


def _columns(routes: Sequence[PoolRoute], rows: Rows, classes: int) -> list[PoolRoute]:
    known = rows.required | rows.prizes.keys()
    best: dict[tuple[int, tuple[int, ...]], PoolRoute] = {}
    for route in routes:
        name = (route.vehicle_class, route.tasks)
        before = best.get(name)
        fits = 0 <= route.vehicle_class < classes and known.issuperset(route.tasks)
        if fits and route.tasks and (before is None or route.cost < before.cost):
            best[name] = route
    return list(best.values())


def _chosen(
    search: _Search, columns: list[PoolRoute], best: list[PoolRoute], seconds: float
) -> tuple[list[PoolRoute] | None, bool]:
    """Let CP-SAT choose; give something better, if found, and whether there is no better yet."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to load

    rows = search.rows
    standing = {(r.vehicle_class, r.tasks) for r in best}
    offered = {(r.vehicle_class, r.tasks) for r in columns}
    columns = [*columns, *(r for r in best if (r.vehicle_class, r.tasks) not in offered)]
    model = cp_model.CpModel()
    takes = [model.new_bool_var("") for _ in columns]
    _cover(search, model, columns, takes)
    costs = [r.cost - sum(rows.prizes.get(t, 0) for t in r.tasks) for r in columns]
    model.minimize(cp_model.LinearExpr.weighted_sum(takes, costs))
    for take, route in zip(takes, columns, strict=True):
        model.add_hint(take, (route.vehicle_class, route.tasks) in standing)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = search.seed
    # Measured: presolving gives nothing that reduced costs have not given, and takes the time.
    solver.parameters.cp_model_presolve = False
    solver.parameters.linearization_level = 2
    if search.deterministic:
        solver.parameters.max_deterministic_time = max(0.01, seconds)
        solver.parameters.num_workers = 1
    else:
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
        solver.parameters.num_workers = max(1, search.threads)
    status = solver.solve(model)
    search.counted += max(solver.response_proto.deterministic_time, 1e-3)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, False
    found = [r for take, r in zip(takes, columns, strict=True) if solver.boolean_value(take)]
    if search.shorten is not None:
        found = without_repeats(found, search.shorten)
    better = value_of(found, rows) < value_of(best, rows)
    return (found if better else None), status == cp_model.OPTIMAL


def _cover(
    search: _Search,
    model: "cp_model.CpModel",
    columns: list[PoolRoute],
    takes: "list[cp_model.IntVar]",
) -> None:
    """Serve each required task, no other twice, and keep within the fleet."""
    of_task: dict[int, list[cp_model.IntVar]] = {}
    of_class: list[list[cp_model.IntVar]] = [[] for _ in search.class_sizes]
    for take, route in zip(takes, columns, strict=True):
        of_class[route.vehicle_class].append(take)
        for task in route.tasks:
            of_task.setdefault(task, []).append(take)
    for task in sorted(of_task):
        if task not in search.rows.required:
            model.add_at_most_one(of_task[task])
        elif search.shorten is not None:
            model.add_at_least_one(of_task[task])
        else:
            model.add_exactly_one(of_task[task])
    for those, size in zip(of_class, search.class_sizes, strict=True):
        if len(those) > size:
            model.add(sum(those) <= size)
