"""A proven lower bound of what a plan costs.

Notes
-----
Every stop of a plan has one arc into it and one out of it, and every trip one arc from a point
and one to a point. The cheapest such set of arcs is an assignment problem (Toth and Vigo, *The
Vehicle Routing Problem*, 2002, chapter 2). The number of trips that the load needs enters by a
Lagrangian multiplier: each trip becomes ``s`` cheaper and as many ``s`` are paid as there must be
trips. Where loads are heavy, Haimovich and Rinnooy Kan's bound (*Bounds and heuristics for
capacitated routing problems*, Mathematics of Operations Research, 1985) says more: a trip costs
at least the way to its farthest stop and back, so at least the mean over its stops, weighted by
their share of a full load.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import Final

import numpy as np

from solver.bound_ground import Floats, Ground, whole_up
from solver.plan import Plan
from solver.problem import Problem

ASSIGNED_MOST: Final = 1_500
"""Stops up to which the assignment is solved: ten times some 30 ms."""

_CLOSED_MOST: Final = 400
"""Stops up to which all shortest ways are computed, for jobs that may be visited again."""


_FORBIDDEN: Final = 1e14
_ROUNDS_LEAST: Final = 3
_ROUNDS_MOST: Final = 8
_ROUNDS_OF: Final = 2_000
_CHUNK: Final = 256


@dataclass(frozen=True, slots=True)
class Bound:
    """No plan that serves all of ``must`` costs less."""

    cost: int
    must: frozenset[tuple[str, int]]  # (type, id) of jobs and ends of shipments

    def speaks_of(self, plan: Plan) -> bool:
        """Say whether a plan serves what the bound takes as served."""
        return not any((one.type, one.id) in self.must for one in plan.unassigned)


def lower_bound(problem: Problem) -> int | None:
    """Give the cost of :func:`bound`."""
    found = bound(problem)
    return None if found is None else found.cost


def bound(problem: Problem) -> Bound | None:
    """Give a cost below which no plan is that serves everything that it must.

    The cost is that of the plan's summary: its routes and the prizes that are missed. Jobs with a
    prize may be left out. What no vehicle may serve (for skills, zone, size, courier, points)
    is left out by every plan and costs nothing, or its prize. Everything else must be served: of
    plans that leave some of it the bound does not speak. None where no plan can serve it all.
    """
    best = None
    for best in bounds(problem):  # noqa: B007 - the last is the best
        pass
    return best


def bounds(problem: Problem) -> Iterator[Bound | None]:
    """Give ever better bounds, the first of them at once; None, the last, where no plan can be."""
    if not problem.vehicles:
        return
    ground = Ground(problem)
    other = ground.fixed() + ground.service() + ground.lost_prizes - ground.rounding()
    must, best = frozenset(ground.must), -inf
    for arcs in _arcs(ground) if ground.nodes else (0.0,):
        if arcs == inf:
            yield None
            return
        if arcs > best:
            best = arcs
            yield Bound(max(whole_up(other + arcs), 0), must)


def served_alone(problem: Problem, plan: Plan) -> Problem:
    """Give the problem without what a plan leaves out, though it must be served.

    The bound of this problem holds for every plan that serves the same; a job of which some bags
    are left has the others. What has a prize stays: missing it is paid for.
    """
    left = {(one.type, one.id): one.parts for one in plan.unassigned}
    jobs = []
    for job in problem.jobs:
        missing = left.get(("job", job.id))
        if missing is None or job.prize is not None:
            jobs.append(job)
        elif missing:
            bags = tuple(bag for n, bag in enumerate(job.parts) if n not in missing)
            load = tuple(map(sum, zip(*bags, strict=True)))
            jobs.append(replace(job, parts=bags, delivery=load))
    shipments = tuple(
        shipment
        for shipment in problem.shipments
        if not {("pickup", shipment.pickup.id), ("delivery", shipment.delivery.id)} & left.keys()
    )
    return replace(problem, jobs=tuple(jobs), shipments=shipments)


def _arcs(ground: Ground) -> Iterator[float]:
    """Give the least that all arcs and missed prizes cost together: several proofs of it."""
    least, most = ground.trips()
    if least > most:
        yield inf
        return
    begin, end = ground.from_points(), ground.to_points()
    count = len(ground.nodes)
    yield _by_sides(ground, begin, end, least)
    if count > ASSIGNED_MOST:
        return
    cost = ground.cost(ground.locations, ground.locations)
    again = np.array([node.again for node in ground.nodes])
    yield _radial(ground, cost, begin, end)
    if again.any() and count > _CLOSED_MOST:
        return
    dearest = inf
    if again.any():
        # A visit too many can be left out where ways are shortest; but it may be a trip.
        cost, begin, end = _closed(cost, begin, end)
        dearest = float((begin + end)[again].min())
    else:
        cost = np.where(ground.impossible(), inf, cost)
    np.fill_diagonal(cost, inf)
    yield from _assigned(ground, cost, end[:, None] + begin[None, :], dearest)


def _assigned(ground: Ground, cost: Floats, trip: Floats, most: float) -> Iterator[float]:
    """Solve the assignment for several discounts on trips, each of which gives a bound.

    A stop may be followed by any other at its ``cost``, by a ``trip``'s end and another's
    beginning, or, if it has a prize, by nothing. The discount is at most ``most``.
    """
    # Imported here: it takes longer than most commands.
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    trips, _ = ground.trips()
    cost, trip = np.minimum(cost, _FORBIDDEN), np.minimum(trip, _FORBIDDEN)
    at, prizes = np.arange(len(cost)), ground.prizes()
    # As many stops end a trip at this discount if each looks only at what follows itself.
    gains = np.sort(trip.min(axis=1) - cost.min(axis=1))
    discount = min(most, max(0.0, float(gains[min(max(trips, 1), len(gains)) - 1])))
    low, high = 0.0, inf
    for _ in range(max(_ROUNDS_LEAST, min(_ROUNDS_MOST, _ROUNDS_OF // len(at)))):
        reduced = np.minimum(cost, trip - discount)
        reduced[at, at] = np.minimum(reduced[at, at], prizes)
        rows, columns = linear_sum_assignment(reduced)
        chosen = reduced[rows, columns]
        if chosen.max() > _FORBIDDEN / 2:
            yield inf
            return
        yield float(chosen.sum()) + trips * discount
        used = int(((chosen == trip[rows, columns] - discount) & (chosen < prizes)).sum())
        low, high = (discount, high) if used < trips else (low, discount)
        tried = discount
        discount = min(most, 1.3 * low + 1 if high == inf else (low + high) / 2)
        if used == trips or discount == tried:
            break


def _closed(cost: Floats, begin: Floats, end: Floats) -> tuple[Floats, Floats, Floats]:
    """Give the costs of shortest ways over other stops."""
    short = cost.copy()
    for over in range(len(short)):
        np.minimum(short, short[:, over, None] + short[None, over], out=short)
    return short, (begin[:, None] + short).min(axis=0), (short + end[None, :]).min(axis=1)


def _by_sides(ground: Ground, begin: Floats, end: Floats, trips: int) -> float:
    """Add up the cheapest arc into each stop and as many into points as trips; or out of both."""
    count, prizes = len(begin), ground.prizes()
    into, out = begin.copy(), end.copy()
    everything = np.arange(count)
    for first in range(0, count, _CHUNK):
        rows = everything[first : first + _CHUNK]
        cost = ground.cost(ground.locations[rows], ground.locations)
        cost[np.arange(len(rows)), rows] = inf
        np.minimum(into, cost.min(axis=0), out=into)
        out[rows] = np.minimum(out[rows], cost.min(axis=1))
    # Where no trip must be, none may be possible either.
    there, back = (trips * side.min() if trips else 0.0 for side in (begin, end))
    return max(
        float(np.minimum(into, prizes).sum() + back), float(np.minimum(out, prizes).sum() + there)
    )


def _radial(ground: Ground, cost: Floats, begin: Floats, end: Floats) -> float:
    """Let each stop pay its share of the way to it and back, as its load is a share of a trip."""
    there, back = _reached(cost, begin), _reached(cost.T, end)
    best = 0.0
    for dimension in range(ground.problem.dimensions):
        most = max(v.capacity[dimension] for v in ground.problem.vehicles if v.capacity)
        for name in ("delivery", "pickup"):
            amounts = [getattr(n, name) if n.prize is None else () for n in ground.nodes]
            load = np.array([amount[dimension] if amount else 0 for amount in amounts])
            needs = load > 0
            if most and needs.any():
                best = max(best, float((load[needs] * (there + back)[needs]).sum() / most))
    return best


def _reached(cost: Floats, begin: Floats) -> Floats:
    """Give the shortest way from any point to each stop, over other stops where that is less."""
    reached = begin
    while True:
        nearer = np.minimum(reached, (reached[:, None] + cost).min(axis=0))
        if (nearer == reached).all():
            return reached
        reached = nearer
