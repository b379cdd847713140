"""A growing plan: timed shifts, what is left, and what it costs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from solver.engines.instance import Instance, total
from solver.engines.occupancy import Occupancy
from solver.engines.timing import Progress, Trip, Visit, at_start, time_trip
from solver.problem import Amounts

Score = tuple[float, float, float]

_PER_HOUR_AND_KM = 3600 * 1000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Enough of a solution to come back to it."""

    shifts: tuple[tuple[Trip, ...], ...]
    left: tuple[tuple[int, ...], ...]
    departs: tuple[tuple[int, int], ...] = ()  # (vehicle, instant) of :attr:`Solution.departs`


class Solution:
    """Shifts by vehicle, the parts left of each task, and every reservation they hold."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.occupancy = Occupancy(instance)
        self.shifts: list[list[Trip]] = [[] for _ in instance.vehicles]
        self.left: list[list[int]] = [list(range(len(t.parts))) for t in instance.tasks]
        self.faces: dict[str, Counter[int]] = {}
        self.departs: dict[int, int] = {}  # vehicles that set out later than their shift begins

    def progress(self, vehicle: int) -> Progress:
        """Say how far a shift is."""
        shift = self.shifts[vehicle]
        if shift:
            return shift[-1].after
        return at_start(self.instance, vehicle, self.departs.get(vehicle))

    def append(self, vehicle: int, trip: Trip) -> None:
        """Take a timed trip as the next one of a shift."""
        self.shifts[vehicle].append(trip)
        self._reserve(vehicle, trip)
        for stop in trip.stops:
            task = self.instance.tasks[stop.task]
            if task.splittable:
                left = self.left[stop.task]
                self.left[stop.task] = [p for p in left if p not in stop.parts]
            else:
                self.left[stop.task] = []
            if task.building is not None:
                self.faces.setdefault(task.building, Counter())[vehicle] += 1

    def pop(self, vehicle: int) -> Trip:
        """Take the last trip of a shift back."""
        trip = self.shifts[vehicle].pop()
        for visit in trip.visits:
            presence = (visit.begin_s, visit.end_s, vehicle)
            if visit.type == "reload" and visit.location is not None:
                self.occupancy.unload(visit.location, presence)
            elif visit.stop is not None and visit.stop.place >= 0:
                self.occupancy.leave(visit.stop.place, presence, visit.stop.loaded)
        for stop in trip.stops:
            task = self.instance.tasks[stop.task]
            if task.splittable:
                self.left[stop.task] = sorted([*self.left[stop.task], *stop.parts])
            else:
                self.left[stop.task] = [0]
            if task.building is not None:
                seen = self.faces[task.building]
                seen[vehicle] -= 1
                if not seen[vehicle]:
                    del seen[vehicle]
        return trip

    def _reserve(self, vehicle: int, trip: Trip) -> None:
        for visit in trip.visits:
            presence = (visit.begin_s, visit.end_s, vehicle)
            if visit.type == "reload" and visit.location is not None:
                self.occupancy.load(visit.location, presence)
            elif visit.stop is not None and visit.stop.place >= 0:
                self.occupancy.enter(visit.stop.place, presence, visit.stop.loaded)

    def snapshot(self) -> Snapshot:
        """Remember this plan."""
        return Snapshot(
            tuple(tuple(s) for s in self.shifts),
            tuple(tuple(p) for p in self.left),
            tuple(sorted(self.departs.items())),
        )

    def shift_cost(self, vehicle: int) -> int:
        """Price one shift as :mod:`solver.summary` does: exact sums, rounded once."""
        shift = self.shifts[vehicle]
        if not shift:
            return 0
        v, end = self.instance.vehicles[vehicle], shift[-1].end
        stays = [visit.setup_s + visit.service_s for visit in _visits(shift) if visit.stop]
        exact = sum(stays) * v.cost_per_task_hour * 1000
        cost = v.fixed_cost
        if self.instance.travel[vehicle].timed:
            exact += end.travel_s * v.cost_per_hour * 1000 + end.distance_m * v.cost_per_km * 3600
        else:  # where stays are priced visit by visit, in whole units
            cost += end.cost - sum(stay_s * v.cost_per_task_hour // 3600 for stay_s in stays)
        return cost + (2 * exact + _PER_HOUR_AND_KM) // (2 * _PER_HOUR_AND_KM)

    def soft_cost(self) -> int:
        """Give what the objective adds to travel: faces, wishes, changes, evenness."""
        objective = self.instance.problem.objective
        excess = sum(len(seen) - 1 for seen in self.faces.values() if seen)
        refused = sum(
            stop.refused_by(vehicle)
            for vehicle, shift in enumerate(self.shifts)
            for trip in shift
            for stop in trip.stops
            if stop.wanted
        )
        uneven = objective.balance * self._uneven_minutes() if objective.balance else 0
        return objective.face * excess + refused + uneven

    def _uneven_minutes(self) -> int:
        """Add up the work above the mean of all vehicles, in whole minutes."""
        works = [_work_s(shift) for shift in self.shifts]
        fleet, total_s = len(works), sum(works)
        return sum(max(fleet * work - total_s, 0) for work in works) // (60 * fleet)

    def score(self) -> Score:
        """Give what search minimises: priority left, amount left, money.

        In the sense of :func:`solver.objective.value`, and in its order.
        """
        priority = count = 0.0
        money = self.soft_cost()
        for task, left in zip(self.instance.tasks, self.left, strict=True):
            if left:
                share = len(left) / len(task.parts)
                priority += task.priority * task.weight * share
                if task.prize is None:
                    count += task.weight * share
                else:
                    money += round(task.prize * share)
        money += sum(self.shift_cost(v) for v in range(len(self.shifts)))
        return (round(priority, 6), round(count, 6), float(money))


def _visits(shift: list[Trip]) -> Iterator[Visit]:
    for trip in shift:
        yield from trip.visits


def _work_s(shift: list[Trip]) -> int:
    """Give the seconds of travel, setup, service and loading; no waiting, no breaks."""
    if not shift:
        return 0
    stays = sum(v.setup_s + v.service_s for v in _visits(shift) if v.type != "break")
    return shift[-1].end.travel_s + stays


def restore(instance: Instance, snapshot: Snapshot) -> Solution:
    """Build a solution again from what was remembered."""
    solution = Solution(instance)
    solution.departs.update(snapshot.departs)
    for vehicle, shift in enumerate(snapshot.shifts):
        for trip in shift:
            solution.append(vehicle, trip)
    return solution


def end_shift(solution: Solution, vehicle: int) -> None:
    """Let a shift end whose following trips did not come about; takes trips back if need be."""
    while solution.shifts[vehicle] and solution.shifts[vehicle][-1].goes_on:
        last = solution.pop(vehicle)
        trip = time_trip(
            solution.instance,
            solution.occupancy,
            vehicle,
            solution.progress(vehicle),
            point=last.point,
            stops=last.stops,
        )
        if trip is not None:
            solution.append(vehicle, trip)
            return


def amount_left(solution: Solution, task: int) -> Amounts:
    """Add up what a task still wants."""
    parts = solution.instance.tasks[task].parts
    return total([parts[p] for p in solution.left[task]], solution.instance.zero)
