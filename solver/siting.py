"""Which point serves which units, and where a further point would help most (OR-Tools with SCIP).

Units are stairwells, buildings or compounds: whatever is to stay together. Districting follows
Hess et al. (Nonpartisan political redistricting by computer, Operations Research 13, 1965: least
moment around centres, loads within a tolerance); choosing points is the p-median problem of
Hakimi (Optimum locations of switching centers, Operations Research 12, 1964) with loads.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from ortools.linear_solver.python import model_builder as mb

Ints = npt.NDArray[np.int64]

UNREACHABLE = -1
NEAREST = 8
"""Points that a unit may belong to: its nearest ones, by walking time."""
_HALF = 0.5


class SitingInvalid(ValueError):
    """Loads, times or strengths that say nothing; ``facts`` name the field and the mend."""

    def __init__(self, code: str, **facts: str | int) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """Units with their loads, and how far each is from each point.

    Parameters
    ----------
    load
        What each unit gets, of shape (units,): bags, or grams; not negative.
    walk_s
        Seconds from point (row) to unit (column), -1 where there is no way.
    strength
        Of each point's team: couriers, or whatever loads are to be shared by. Zero is a point
        that is closed.
    """

    load: Ints
    walk_s: Ints
    strength: Ints

    def __post_init__(self) -> None:
        points, units = self.walk_s.shape
        if self.load.shape != (units,) or self.strength.shape != (points,):
            raise SitingInvalid(
                "siting.sizes-differ",
                field="walk_s",
                value=f"{points} points by {units} units",
                mend=f"give {points} strengths and {units} loads",
            )
        for field, values in (("load", self.load), ("strength", self.strength)):
            if len(values) and values.min() < 0:
                raise SitingInvalid(
                    "siting.negative", field=field, value=int(values.min()), mend="give 0 or more"
                )
        if not self.strength.sum():
            raise SitingInvalid(
                "siting.no-point", field="strength", value=0, mend="open one point at least"
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Territories:
    """Who serves what.

    Attributes
    ----------
    point
        Index of each unit's point, -1 for units that no open point can reach.
    load
        Of each point.
    walk_s
        Load times walking seconds of each point, the effort of its team.
    uneven
        Largest load over its fair share, less one.
    bound
        Proven lower bound of ``cost``, load times walking seconds with the price of unevenness.
    """

    point: Ints
    load: Ints
    walk_s: Ints
    uneven: float
    cost: float
    bound: float


def territories(
    ground: Ground,
    *,
    tolerance: float = 0.1,
    evenness: float = 0.25,
    time_limit_s: float = 10.0,
) -> Territories:
    """Divide the units among the points, near and evenly.

    Parameters
    ----------
    tolerance
        How far a point's load may lie from its fair share, which is that of its strength. Where
        whole units do not allow it, the least that is over or under is allowed.
    evenness
        Price of the walking of the team that walks most for its strength, in proportion to that
        of all teams; 0 asks for least walking alone.

    Raises
    ------
    TimeoutError
        If the time was too short for any solution.
    """
    return _told(ground, _divided(ground, _Wish(tolerance, evenness, time_limit_s)))


def _divided(ground: Ground, wish: "_Wish") -> "_Found":
    found = _Siting(ground, wish).solve()
    if found is None:
        msg = f"no territories were found in {wish.limit_s:g} s; give more time"
        raise TimeoutError(msg)
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opening:
    """Points to open in addition, and what that changes."""

    opened: tuple[int, ...]
    before: Territories
    after: Territories


def open_more(
    ground: Ground,
    candidates: Sequence[int],
    count: int,
    *,
    tolerance: float = 0.1,
    evenness: float = 0.25,
    time_limit_s: float = 20.0,
) -> Opening:
    """Choose which ``count`` of the candidates to open beside the points that are open.

    Parameters
    ----------
    candidates
        Rows of ``ground.walk_s`` that may be opened, all of one strength: that of a team once it
        stands there. All other rows of positive strength are open.

    Raises
    ------
    SitingInvalid
        If there are fewer candidates than are to be opened, if their strengths differ, or if no
        other point is open.
    """
    chosen = tuple(dict.fromkeys(candidates))
    if not 0 < count <= len(chosen):
        raise SitingInvalid(
            "siting.too-few-candidates",
            field="count",
            value=count,
            mend=f"name 1 to {len(chosen)} points to open, or more candidates",
        )
    if len({int(ground.strength[p]) for p in chosen}) > 1:
        raise SitingInvalid(
            "siting.strengths-differ",
            field="strength",
            value=", ".join(str(int(ground.strength[p])) for p in chosen),
            mend="give all candidates the same strength",
        )
    now = _without(ground, set(chosen))
    wish = _Wish(tolerance, evenness, time_limit_s)
    before = territories(
        now, tolerance=tolerance, evenness=evenness, time_limit_s=0.2 * time_limit_s
    )
    opened, bound = _chosen(
        ground, chosen, count, wish, until=time.monotonic() + 0.4 * time_limit_s
    )
    then = _without(ground, set(chosen) - set(opened))
    after = territories(
        then, tolerance=tolerance, evenness=evenness, time_limit_s=0.2 * time_limit_s
    )
    return Opening(opened=opened, before=before, after=replace(after, bound=bound))


def _chosen(
    ground: Ground, candidates: tuple[int, ...], count: int, wish: "_Wish", *, until: float
) -> tuple[tuple[int, ...], float]:
    """Add the best candidate one by one, then exchange while that helps.

    Sets are judged by the linear relaxation, which lies within a percent of whole territories.
    The method is that of Teitz and Bart (Heuristic methods for estimating the generalized vertex
    median of a weighted graph, Operations Research 16, 1968). The bound is proven: the least
    relaxation where every set was judged, else that of the choice itself.
    """
    worth: dict[frozenset[int], float] = {}

    def judged(these: frozenset[int]) -> float:
        if these not in worth:
            worth[these] = (
                math.inf
                if worth and time.monotonic() > until
                else _Siting(_without(ground, set(candidates) - these), wish, whole=False).least()
            )
        return worth[these]

    best: frozenset[int] = frozenset()
    for _ in range(count):
        best = min((best | {p} for p in candidates if p not in best), key=judged)
    while True:
        swaps = [best - {p} | {q} for p in sorted(best) for q in candidates if q not in best]
        better = min(swaps, key=judged, default=best)
        if judged(better) >= judged(best):
            break
        best = better
    every = count == 1 and math.isfinite(max(worth.values()))
    bound = (
        judged(best) if every else _Siting(ground, wish, candidates, count, whole=False).least()
    )
    return tuple(sorted(best)), bound


def _without(ground: Ground, closed: set[int]) -> Ground:
    strength = ground.strength.copy()
    strength[list(closed)] = 0
    return Ground(load=ground.load, walk_s=ground.walk_s, strength=strength)


@dataclass(frozen=True, slots=True)
class _Wish:
    tolerance: float
    evenness: float
    limit_s: float


@dataclass(frozen=True, slots=True)
class _Found:
    point: Ints
    cost: float
    bound: float


class _Siting:
    """The model: a variable for each unit and point near it, and one for each candidate."""

    def __init__(
        self,
        ground: Ground,
        wish: _Wish,
        candidates: tuple[int, ...] = (),
        count: int = 0,
        *,
        whole: bool = True,
    ) -> None:
        self.ground, self.wish, self.whole = ground, wish, whole
        self.model = mb.Model()
        self.opened = {p: self._choice(f"open{p}") for p in candidates}
        if candidates:
            self.model.add(mb.LinearExpr.sum(list(self.opened.values())) == count)
        strength = ground.strength
        self.points = [p for p in range(len(strength)) if strength[p] > 0]
        usual = [p for p in self.points if p not in self.opened]
        self.strengths = int(strength[usual].sum() + strength[list(candidates[:count])].sum())
        self.belongs = [self._unit(unit) for unit in range(len(ground.load))]
        walks = [self._of(p, ground.load * ground.walk_s[p]) for p in self.points]
        # A unit of load too much costs more than any walk saves: loads first, then walking.
        dear = 2.0 * int(ground.walk_s.max(initial=0)) + 1
        total = mb.LinearExpr.sum(walks) + dear * mb.LinearExpr.sum(self._beyond())
        self.model.minimize(total + wish.evenness * self._most(walks))

    def _choice(self, name: str) -> mb.Variable:
        return self.model.new_var(0, 1, self.whole, name)

    def _unit(self, unit: int) -> dict[int, mb.Variable]:
        walk_s, strength = self.ground.walk_s[:, unit], self.ground.strength
        near = [int(p) for p in np.argsort(walk_s, kind="stable") if walk_s[p] >= 0 < strength[p]]
        # Candidates may stay shut: the nearest of those that are open anyway must be there, too.
        sure = [p for p in near if p not in self.opened]
        mine = {
            p: self._choice(f"u{unit}p{p}")
            for p in dict.fromkeys((*near[:NEAREST], *sure[:NEAREST]))
        }
        together = mb.LinearExpr.sum(list(mine.values()))
        if sure:
            self.model.add(together == 1)
        elif mine:  # left out unless one of the candidates that reach it opens
            self.model.add(together <= 1)
        for p in mine.keys() & self.opened.keys():
            self.model.add(mine[p] <= self.opened[p])
            if not sure:
                self.model.add(together >= self.opened[p])
        return mine

    def _of(self, point: int, weight: Ints) -> mb.LinearExpr:
        """Sum weights over the units that belong to a point."""
        mine = [(unit, near[point]) for unit, near in enumerate(self.belongs) if point in near]
        return mb.LinearExpr.weighted_sum(
            [var for _, var in mine], [float(weight[unit]) for unit, _ in mine]
        )

    def _beyond(self) -> list[mb.Variable]:
        """Add the load of each point that is over or under what share and tolerance allow."""
        return [self._beyond_at(point) for point in self.points]

    def _beyond_at(self, point: int) -> mb.Variable:
        ground, tolerance = self.ground, self.wish.tolerance
        fair = int(ground.load.sum()) * int(ground.strength[point]) / self.strengths
        load = self._of(point, ground.load)
        beyond = self.model.new_num_var(0, float(ground.load.sum()), f"beyond{point}")
        self.model.add(load - beyond <= fair * (1 + tolerance))
        least = fair * (1 - tolerance)
        if point in self.opened:
            self.model.add(load + beyond - least * self.opened[point] >= 0)
        else:
            self.model.add(load + beyond >= least)
        return beyond

    def _most(self, walks: Sequence[mb.LinearExpr]) -> mb.Variable:
        """Add the walking of the team that walks most for its strength, times all strengths."""
        most = self.model.new_num_var(0, math.inf, "most")
        if self.wish.evenness:
            for point, walk in zip(self.points, walks, strict=True):
                self.model.add(
                    walk <= most * (float(self.ground.strength[point]) / self.strengths)
                )
        return most

    def least(self) -> float:
        """Cost of the relaxation, in which units may belong to several points in parts."""
        solver = mb.Solver("glop")
        status = solver.solve(self.model)
        return solver.objective_value if status == mb.SolveStatus.OPTIMAL else -math.inf

    def solve(self) -> _Found | None:
        """Search until the optimum or the time is reached."""
        solver = mb.Solver("scip")
        solver.set_time_limit_in_seconds(self.wish.limit_s)
        status = solver.solve(self.model)
        if status not in {mb.SolveStatus.OPTIMAL, mb.SolveStatus.FEASIBLE}:
            return None
        point = np.full(len(self.ground.load), -1, dtype=np.int64)
        for unit, near in enumerate(self.belongs):
            point[unit] = next((p for p, var in near.items() if solver.value(var) > _HALF), -1)
        return _Found(point, solver.objective_value, solver.best_objective_bound)


def _told(ground: Ground, found: _Found) -> Territories:
    strength = ground.strength
    served = np.flatnonzero(found.point >= 0)
    at = found.point[served]
    load = np.bincount(at, ground.load[served], len(strength)).astype(np.int64)
    effort = ground.load[served] * ground.walk_s[at, served]
    walk_s = np.bincount(at, effort, len(strength)).astype(np.int64)
    stands = strength > 0
    fair = load.sum() * strength[stands] / strength.sum()
    uneven = float((load[stands] / np.maximum(fair, 1e-9)).max() - 1) if load.sum() else 0.0
    return Territories(
        point=found.point,
        load=load,
        walk_s=walk_s,
        uneven=uneven,
        cost=found.cost,
        bound=min(found.bound, found.cost),
    )
