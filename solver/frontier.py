"""The frontier between little travel and few faces: plans of which none is better in both.

People who send couriers out have to choose: the plan with the least travel lets several couriers
come to one building, and to have everybody see the same courier costs detours. This module finds
the plans in between, with what each face less costs, so that the choice can be made.

Notes
-----
Dichotomic search over the weight of a face (Aneja and Nair, *Bicriteria transportation problem*,
Management Science 1979): the two ends first, then always the widest gap between two neighbours,
with the weight at which these two are worth the same; each solve starts from the best plan so
far. Plans of a heuristic are no optima: a gap without a plan is one in which none was found.
"""

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from solver.check import check
from solver.objective import value
from solver.plan import Plan
from solver.problem import Problem, Vehicle
from solver.supervise import solve_supervised
from solver.tradeoff import Frontier, FrontierPoint, frontier_of

log = logging.getLogger(__name__)

OnReport = Callable[[str], None]

_TRIES = 3  # solves for each point wanted, at most, where solves end before their time
_ALIKE = 0.05  # weights so close find the same plans
_LAST_SHARE = 0.35  # of a solve's time that must be left for another one to be worth it


class PointsTooFew(ValueError):
    """A frontier has two ends: fewer points were asked for."""

    code = "frontier.too-few-points"

    def __init__(self, points: int) -> None:
        self.facts: dict[str, int | str] = {"points": points, "least": 2}
        super().__init__(f"{points} points asked for: a frontier has at least 2")


def frontier(
    problem: Problem,
    *,
    seconds: float = 60.0,
    steps: int | None = None,
    seed: int = 0,
    points: int = 6,
    threads: int = 2,
    start: Plan | None = None,
    on_report: OnReport | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Frontier:
    """Find plans from least travel to fewest faces.

    All of them keep every rule (no contact), leave out as little as the best of them, and none
    is better than another in both cost and faces. The problem's own weight of a face is not
    looked at; all its other wishes are.

    Parameters
    ----------
    seconds
        Wall clock for everything, kept within 10 %. Not looked at where ``steps`` is given.
    steps
        Search steps of each solve instead: the same input and seed give the same frontier.
    points
        Most plans to give, at least 2.
    start
        A plan to begin with; it may itself be a point.
    on_report
        Called with a line for people after each solve.
    should_stop
        Asked some thirty times a second; when it says yes, what was found so far is the answer.

    Raises
    ------
    PointsTooFew
        If fewer than two points are asked for.
    LockedImpossible
        If the steps that must stay cannot be carried out.

    Notes
    -----
    Each solve has a process of its own, which is ended at its time whatever it does.
    """
    if points < 2:  # noqa: PLR2004  two ends
        raise PointsTooFew(points)
    search = _Search(
        problem=replace(problem, objective=replace(problem.objective, face=0)),
        clock=_Clock(seconds, steps),
        seed=seed,
        points=points,
        threads=threads,
        on_report=on_report,
        should_stop=should_stop or (lambda: False),
    )
    if start is not None:
        search.take(start, weight=problem.objective.face)
    begun = search.plans[0] if search.plans else None
    search.ends()
    search.between()
    return search.found(begun)


class _Clock:
    """Shares the time out between the solves."""

    def __init__(self, seconds: float, steps: int | None) -> None:
        self.steps = steps
        self.began = time.monotonic()
        self._seconds = math.inf if steps is not None else seconds

    def passed_s(self) -> float:
        return time.monotonic() - self.began

    def share_s(self, solves: int) -> float:
        """Give a solve its time where so many are still to come."""
        left = self._seconds - self.passed_s()
        return max(left / max(solves, 1), 0.05)

    def another(self, usual_s: float) -> bool:
        """Say whether time for one more solve is left."""
        return self._seconds - self.passed_s() > usual_s * _LAST_SHARE


@dataclass(slots=True, kw_only=True)
class _Search:
    problem: Problem  # with no weight of a face
    clock: _Clock
    seed: int
    points: int
    threads: int
    on_report: OnReport | None
    should_stop: Callable[[], bool]
    plans: list[FrontierPoint] = field(default_factory=list)
    tried: list[int] = field(default_factory=list)
    solves: int = 0

    def ends(self) -> None:
        """Solve for travel alone, then for faces before all."""
        self.solve(0)
        if not self.should_stop():
            self.solve(dearest_face(self.problem))

    def between(self) -> None:
        """Close the widest gap until the time is over; without a gap, better the ends."""
        usual_s = self.clock.share_s(self.points - self.solves)
        while self.solves < self.most_solves() and self.clock.another(usual_s):
            if self.should_stop():
                return
            weight = self._widest()
            if weight is None:
                weight = (0, dearest_face(self.problem))[self.solves % 2]
            self.solve(weight)

    def most_solves(self) -> int:
        """Give the number of solves: as many as points, more only where time is left."""
        return self.points * (1 if self.clock.steps is not None else _TRIES)

    def solve(self, weight: int) -> None:
        """Solve with a face at this weight, from the plan so far that is worth most with it."""
        weighed = replace(self.problem, objective=replace(self.problem.objective, face=weight))
        start = min(
            self.plans,
            key=lambda plan: (plan.left, plan.cost + weight * plan.further_faces),
            default=None,
        )
        plan = solve_supervised(
            weighed,
            time_limit_s=self.clock.share_s(self.points - self.solves),
            step_limit=self.clock.steps,
            seed=self.seed + self.solves,
            threads=self.threads,
            warm_start=start.plan if start else None,
            should_stop=self.should_stop,
        )
        self.tried.append(weight)
        self.solves += 1
        self.take(plan, weight)

    def take(self, plan: Plan, weight: int) -> None:
        """Judge a plan and keep it."""
        violations = check(self.problem, plan)
        if violations or plan.summary.contacts:
            log.error("plan refused: %s", violations[0] if violations else "contacts")
            return
        worth = value(self.problem, plan)
        point = FrontierPoint(
            plan=plan,
            weight=weight,
            cost=worth.money,
            faces=plan.summary.faces,
            excess_faces=plan.summary.excess_faces,
            further_faces=worth.excess_faces,
            duration_s=plan.summary.duration_s,
            distance_m=plan.summary.distance_m,
            left=(worth.priority_left, worth.amount_left),
        )
        self.plans.append(point)
        if self.on_report is not None:
            self.on_report(
                f"face at {weight}: cost {point.cost}, faces {point.faces}"
                f" ({point.further_faces} beyond the first), left out {plan.summary.unassigned}"
            )

    def front(self) -> tuple[FrontierPoint, ...]:
        """Give what is not dominated so far, least travel first."""
        return frontier_of(self.plans)

    def _widest(self) -> int | None:
        """Give the weight at which the neighbours farthest apart are worth the same."""
        gaps = []
        for near, far in pairwise(self.front()):
            fewer = near.further_faces - far.further_faces
            weight = max(round((far.cost - near.cost) / fewer), 1)
            known = any(abs(weight - other) <= _ALIKE * weight for other in self.tried)
            if fewer > 1 and not known:
                gaps.append((fewer * (far.cost - near.cost), weight))
        return max(gaps)[1] if gaps else None

    def found(self, start: FrontierPoint | None) -> Frontier:
        """Give the frontier, thinned to the points that were asked for."""
        seconds = 0.0 if self.clock.steps is not None else round(self.clock.passed_s(), 3)
        return Frontier(
            points=_thinned(self.front(), self.points),
            start=start,
            seed=self.seed,
            seconds=seconds,
            solves=self.solves,
        )


def _thinned(front: Sequence[FrontierPoint], most: int) -> tuple[FrontierPoint, ...]:
    """Leave out, one by one, the point that is closest to the line between its neighbours."""
    kept = list(front)
    while len(kept) > most:
        inner = range(1, len(kept) - 1)
        flattest = min(inner, key=lambda n: _area(kept[n - 1], kept[n], kept[n + 1]))
        del kept[flattest]
    return tuple(kept)


def _area(one: FrontierPoint, two: FrontierPoint, three: FrontierPoint) -> int:
    return abs(
        (two.cost - one.cost) * (three.further_faces - one.further_faces)
        - (three.cost - one.cost) * (two.further_faces - one.further_faces)
    )


def dearest_face(problem: Problem) -> int:
    """Give a weight above what a face can be worth: somebody going there and back just for it."""
    return max((_round_trip(problem, vehicle) for vehicle in problem.vehicles), default=0) + 1


def _round_trip(problem: Problem, vehicle: Vehicle) -> int:
    matrix = problem.matrices[vehicle.profile]
    per_arc = matrix.cost
    if matrix.cost is matrix.duration_s or np.array_equal(matrix.cost, matrix.duration_s):
        hours = int(matrix.duration_s.max(initial=0)) * vehicle.cost_per_hour
        metres = int(matrix.distance_m.max(initial=0)) * vehicle.cost_per_km
        arc = math.ceil(hours / 3600 / vehicle.speed_factor + metres / 1000)
    else:
        arc = int(per_arc.max(initial=0))
    return 2 * arc + vehicle.fixed_cost
