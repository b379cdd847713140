"""Who is welcome where: wished couriers, and those of the plan to stay close to."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from solver.problem import Job, Problem, Shipment

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

    def at(self, source: Job | Shipment, stop: tuple[str, int]) -> tuple[Wanted, ...]:
        """Say who is wanted at a stop, named by type and id, of a job or shipment."""
        found: list[Wanted] = []
        if isinstance(source, Job) and source.preferred_courier in self._by_id:
            wished = self._by_id[source.preferred_courier]
            found.append((frozenset((wished,)), self._preference))
        former = self._former.get(stop)
        if former:
            found.append((former, self._change))
        return tuple(found)


def single_wishes(wanted: Sequence[Wanted]) -> tuple[tuple[int, int], ...]:
    """Say with single vehicles who is wanted at a task's stops, at most two.

    Exact where nobody has more than one former courier. Of several former couriers the wished one
    stands for all, else the one at most stops.
    """
    seen = Counter(courier for couriers, _ in wanted for courier in sorted(couriers))
    costs: Counter[int] = Counter()
    for couriers, cost in wanted:
        costs[max(sorted(couriers), key=lambda courier: seen[courier])] += cost
    return tuple(costs.most_common(2))
