"""Who is welcome where: wished couriers, and those of the plan to stay close to."""

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from solver.problem import Job, Problem

if TYPE_CHECKING:
    from solver.engines.instance import Stop, Task

Wanted = tuple[frozenset[int], int]
"""Vehicles any of which is welcome at a stop, and what anybody else costs."""

PREFERENCE_COST = 300
"""What leaving a wished courier costs where the objective does not weigh faces: five minutes."""


class Wishes:
    """The wishes of a problem, by stop; vehicles that are gone wish and count for nothing."""

    def __init__(self, problem: Problem) -> None:
        self._by_id = {v.id: i for i, v in enumerate(problem.vehicles)}
        self._preference = problem.objective.face or PREFERENCE_COST
        self._change = problem.objective.change
        former: dict[tuple[str, int], set[int]] = defaultdict(set)
        for route in problem.previous if self._change else ():
            if route.vehicle in self._by_id:
                for stop in route.stops:
                    former[stop.type, stop.id].add(self._by_id[route.vehicle])
        self._former = {key: frozenset(those) for key, those in former.items()}

    def heard(self, task: "Task") -> "Task":
        """Give a task whose stops know who is wanted there."""
        stops = tuple(replace(stop, wanted=self._wanted(task, stop)) for stop in task.stops)
        return replace(task, stops=stops, wishes=_pairs(stops))

    def _wanted(self, task: "Task", stop: "Stop") -> tuple[Wanted, ...]:
        found: list[Wanted] = []
        if isinstance(task.source, Job) and task.source.preferred_courier in self._by_id:
            wished = self._by_id[task.source.preferred_courier]
            found.append((frozenset((wished,)), self._preference))
        former = self._former.get((stop.type, stop.id))
        if former:
            found.append((former, self._change))
        return tuple(found)


def _pairs(stops: "tuple[Stop, ...]") -> tuple[tuple[int, int], ...]:
    """Say it with single vehicles: exact where nobody has more than one former courier.

    Of several former couriers the wished one stands for all, else the one at most stops.
    """
    if len(stops) == 1 and not stops[0].wanted:
        return ()
    wanted = [pair for stop in stops for pair in stop.wanted]
    seen = Counter(courier for couriers, _ in wanted for courier in sorted(couriers))
    costs: Counter[int] = Counter()
    for couriers, cost in wanted:
        costs[max(sorted(couriers), key=lambda courier: seen[courier])] += cost
    return tuple(costs.most_common(2))
