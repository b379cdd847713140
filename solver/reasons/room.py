"""Room for a task in the actual plan: trips are lengthened or added, nothing is taken out.

The shift that takes the task is timed anew from there on, around everybody else's times.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from typing import Final

from solver.engines.instance import Instance, Stop, Task, fits
from solver.engines.solution import Solution
from solver.engines.timing import Trip, loads_fit, time_trip
from solver.problem import UNREACHABLE, Amounts
from solver.reasons.easing import one_eased
from solver.reasons.empty_day import starts

POINTS_TRIED: Final = 2
ORDERS_TRIED: Final = 2
ORDERS_SEEN: Final = 6
STARTS_TRIED: Final = 4
STOPS_A_TIMING: Final = 8
"""A trip of so many stops counts as one more timed trip."""

COURIERS_TRIED: Final = 16
DEEP_COURIERS: Final = 4
"""For so many couriers every trip is tried, for the others only one more at the shift's end."""

Measure = Callable[[int, tuple[Trip, ...]], int]
Ease = Callable[[Stop], Stop]
_Order = tuple[int | None, tuple[Stop, ...]]  # a point to load at, and stops


@dataclass(slots=True)
class Work:
    """How much may still be tried: timed trips, and where it is given an instant to stop at."""

    timings: int
    until: float | None = None

    def spend(self, timings: int = 1) -> None:
        """Take note of work done."""
        self.timings -= timings

    @property
    def over(self) -> bool:
        """Say whether nothing more may be tried."""
        return self.timings <= 0 or (self.until is not None and time.monotonic() >= self.until)


@dataclass(frozen=True, slots=True)
class Tail:
    """The trips of a courier from the ``kept``-th on, with the task among them."""

    vehicle: int
    kept: int
    trips: tuple[Trip, ...]
    departs_s: int | None = (
        None  # where no trip is kept: when the courier sets out, if not at once
    )


@dataclass(slots=True)
class Served:
    """What was changed to serve a task, so that it can be changed back."""

    before: dict[int, tuple[Trip, ...]] = field(default_factory=dict)
    departs_s: dict[int, int] = field(default_factory=dict)

    @property
    def vehicles(self) -> list[int]:
        """Who serves it, in the order of taking it."""
        return list(self.before)


@dataclass(frozen=True, slots=True)
class _Want:
    """A task, the bags of it that nobody brings, and what is eased for them."""

    task: Task
    left: tuple[int, ...]
    ease: Ease


def unchanged(stop: Stop) -> Stop:
    """Ease nothing of a stop."""
    return stop


class Room:
    """Looks for room in a solution, which it changes only where a task is served."""

    def __init__(self, solution: Solution, work: Work) -> None:
        self.solution = solution
        self.work = work

    def serve(
        self,
        task: Task,
        couriers: list[int],
        *,
        measure: Measure | None = None,
        ease: Ease = unchanged,
        first: bool = False,
        partly: bool = False,
    ) -> Served | None:
        """Serve all that is left of a task (or ``partly`` what fits), or change nothing.

        Parameters
        ----------
        measure
            What the best place has least of; the time at which the shift ends where not given.
        first
            Take the first place instead of the best.
        """
        served = Served(departs_s=dict(self.solution.departs))
        while self.solution.left[task.index]:
            tail = self._best(task, couriers, measure or _ends, ease, first=first)
            if tail is None and partly and served.before:
                break
            if tail is None:
                self.undo(served)
                return None
            shift = self.solution.shifts[tail.vehicle]
            served.before.setdefault(tail.vehicle, tuple(shift))
            self._put(tail)
        return served

    def undo(self, served: Served) -> None:
        """Give everybody back the shift they had."""
        for vehicle in served.before:
            while self.solution.shifts[vehicle]:
                self.solution.pop(vehicle)
        self.solution.departs.clear()
        self.solution.departs.update(served.departs_s)
        for vehicle, trips in served.before.items():
            for trip in trips:
                self.solution.append(vehicle, trip)

    def _put(self, tail: Tail) -> None:
        while len(self.solution.shifts[tail.vehicle]) > tail.kept:
            self.solution.pop(tail.vehicle)
        if not tail.kept:
            _depart(self.solution, tail.vehicle, tail.departs_s)
        for trip in tail.trips:
            self.solution.append(tail.vehicle, trip)

    def _best(
        self, task: Task, couriers: list[int], measure: Measure, ease: Ease, *, first: bool
    ) -> Tail | None:
        """Try one more trip at the end for everybody, then every place for some."""
        best: tuple[int, Tail] | None = None
        rounds = [(v, False) for v in couriers[:COURIERS_TRIED]] + [
            (v, True) for v in couriers[:DEEP_COURIERS]
        ]
        for vehicle, deep in rounds:
            if self.work.over:
                break
            for tail in self.tails(vehicle, task, ease, deep=deep):
                size = measure(vehicle, tail.trips)
                if best is None or size < best[0]:
                    best = (size, tail)
                if first:
                    return best[1]
        return None if best is None else best[1]

    def tails(
        self,
        vehicle: int,
        task: Task,
        ease: Ease,
        *,
        deep: bool,
        bags: tuple[int, ...] | None = None,
    ) -> list[Tail]:
        """Give the ways to put the bags, or a load of what is left, into one shift."""
        solution = self.solution
        shift = solution.shifts[vehicle]
        locked = len(solution.instance.locked[vehicle])
        # Trips taken out for a moment give their bags back, so what is left is noted before.
        left = tuple(solution.left[task.index]) if bags is None else bags
        want = _Want(task, left, ease)
        removed: list[Trip] = []
        found: list[Tail] = []
        if not deep:
            return list(self._one_more(vehicle, want, removed))
        while shift and not self.work.over:
            if len(shift) <= locked and shift[-1].point is not None:
                break
            removed.insert(0, solution.pop(vehicle))
            found += self._within(vehicle, want, removed)
            if len(shift) < locked:
                break
            found += self._one_more(vehicle, want, removed)
        for trip in removed:
            solution.append(vehicle, trip)
        return found

    def _one_more(self, vehicle: int, want: "_Want", following: list[Trip]) -> Iterator[Tail]:
        """Put a trip of its own before those that follow."""
        solution = self.solution
        v = solution.instance.vehicles[vehicle]
        if solution.progress(vehicle).trips + len(following) >= v.max_trips:
            return
        for point in self._near_points(vehicle, want.task):
            for stops in self._loads(vehicle, want, solution.instance.zero):
                eased = tuple(map(want.ease, stops))
                if not loads_fit(solution.instance, vehicle, eased):
                    break
                tail = self._timed(vehicle, point, eased, following)
                if tail is not None:
                    yield tail
                    break

    def _near_points(self, vehicle: int, task: Task) -> list[int | None]:
        travel = self.solution.instance.travel[vehicle]
        target = task.stops[0].location

        def way(point: int | None) -> int:
            leg = 0 if point is None else travel.duration_s[point][target]
            return 1 << 40 if leg == UNREACHABLE else leg

        points = starts(self.solution.instance.vehicles[vehicle], task)
        return sorted(points, key=way)[:POINTS_TRIED]

    def _loads(self, vehicle: int, want: "_Want", used: Amounts) -> Iterator[tuple[Stop, ...]]:
        """Give the bags left that fit beside ``used``: all of them, half of them, …, one."""
        instance, task = self.solution.instance, want.task
        if not task.splittable:
            yield task.stops
            return
        capacity = instance.vehicles[vehicle].capacity
        chosen: list[int] = []
        load = used
        for part in sorted(want.left, key=lambda p: (tuple(-a for a in task.parts[p]), p)):
            more = tuple(a + b for a, b in zip(load, task.parts[part], strict=True))
            if fits(more, capacity):
                chosen.append(part)
                load = more
        while chosen:
            yield instance.part_of(task, tuple(sorted(chosen)))
            chosen = chosen[: len(chosen) // 2]

    def _within(self, vehicle: int, want: "_Want", removed: list[Trip]) -> Iterator[Tail]:
        """Put the task between the stops of the first trip that was taken out."""
        instance = self.solution.instance
        trip, following = removed[0], removed[1:]
        points = want.task.points
        if trip.point is not None and points and trip.point not in points:
            return
        used = tuple(sum(s.loaded[d] for s in trip.stops) for d in range(len(instance.zero)))
        stops = next(self._loads(vehicle, want, used), ())
        if not stops:
            return
        tried = 0
        for order in self._orders(vehicle, trip, tuple(map(want.ease, stops))):
            if not loads_fit(instance, vehicle, order):
                continue
            tried += 1
            tail = self._timed(vehicle, trip.point, order, following)
            if tail is not None:
                yield tail
                return
            if tried >= ORDERS_TRIED or self.work.over:
                return

    def _orders(self, vehicle: int, trip: Trip, stops: tuple[Stop, ...]) -> list[tuple[Stop, ...]]:
        """Give ways to put stops between those of a trip, the shortest detours first."""
        old = self._free(trip.stops)
        first = max((n + 1 for n, s in enumerate(old) if s.locked), default=0)
        gaps = range(first, len(old) + 1)
        detours = self._detours(vehicle, trip)
        if len(stops) == 1:
            near = nsmallest(ORDERS_SEEN, gaps, key=lambda i: detours(i, stops[0]))
            return [(*old[:i], *stops, *old[i:]) for i in near]
        begins = nsmallest(ORDERS_SEEN, gaps, key=lambda i: detours(i, stops[0]))
        ends = nsmallest(ORDERS_SEEN, gaps, key=lambda j: detours(j, stops[-1]))
        pairs = sorted(
            (detours(i, stops[0]) + detours(j, stops[-1]), i, j)
            for i in {*begins, *ends}
            for j in {*begins, *ends}
            if i <= j
        )
        return [(*old[:i], *stops[:-1], *old[i:j], stops[-1], *old[j:]) for _, i, j in pairs]

    def _detours(self, vehicle: int, trip: Trip) -> Callable[[int, Stop], int]:
        """Give the seconds that a stop costs in each gap of a trip."""
        duration = self.solution.instance.travel[vehicle].duration_s
        v = self.solution.instance.vehicles[vehicle]
        from_, to = (v.start, v.end) if trip.point is None else (trip.point, trip.point)
        chain = [from_, *(s.location for s in trip.stops), to]

        def leg(a: int | None, b: int | None) -> int:
            if a is None or b is None or a == b:
                return 0
            return duration[a][b] if duration[a][b] != UNREACHABLE else 1 << 40

        def detour(gap: int, stop: Stop) -> int:
            a, b = chain[gap], chain[gap + 1]
            return leg(a, stop.location) + leg(stop.location, b) - leg(a, b)

        return detour

    def _timed(
        self, vehicle: int, point: int | None, stops: tuple[Stop, ...], following: list[Trip]
    ) -> Tail | None:
        """Time a trip and those that follow it; reserve nothing."""
        solution = self.solution
        kept = len(solution.shifts[vehicle])
        wanted = [(point, stops), *((t.point, self._free(t.stops)) for t in following)]
        if kept:
            trips = self._chain(vehicle, wanted, solution.instance)
            return None if trips is None else Tail(vehicle, kept, trips)
        before = solution.departs.get(vehicle)
        try:
            for departs_s in self._departures(vehicle, wanted, before):
                _depart(solution, vehicle, departs_s)
                trips = self._chain(vehicle, wanted, solution.instance)
                if trips is not None:
                    return Tail(vehicle, kept, trips, departs_s)
        finally:
            _depart(solution, vehicle, before)
        return None

    def _departures(
        self, vehicle: int, wanted: "list[_Order]", before: int | None
    ) -> Iterator[int | None]:
        """Give instants to set out at: as before, at once, or as late as the day's length asks."""
        yield before
        if before is not None:
            yield None
        instance = self.solution.instance
        most = instance.vehicles[vehicle].max_duration_s
        if most is None:
            return
        endless = one_eased(instance, vehicle, max_duration_s=None)
        departs_s: int | None = None
        for _ in range(STARTS_TRIED):
            _depart(self.solution, vehicle, departs_s)
            trips = self._chain(vehicle, wanted, endless)
            if trips is None:
                return
            # Where there was waiting, it ends no later for setting out later.
            later = trips[-1].end.time_s - most
            if departs_s is not None and later <= departs_s:
                return
            departs_s = later
            yield departs_s

    def _chain(
        self, vehicle: int, wanted: "list[_Order]", instance: Instance
    ) -> tuple[Trip, ...] | None:
        """Time trips one after another behind those that are kept."""
        solution = self.solution
        trips: list[Trip] = []
        for at, order in wanted:
            self.work.spend(1 + len(order) // STOPS_A_TIMING)
            trip = time_trip(
                instance,
                solution.occupancy,
                vehicle,
                solution.progress(vehicle),
                point=at,
                stops=order,
            )
            if trip is None:
                break
            trips.append(trip)
            solution.append(vehicle, trip)
        for _ in trips:
            solution.pop(vehicle)
        return tuple(trips) if len(trips) == len(wanted) else None

    def _free(self, stops: tuple[Stop, ...]) -> tuple[Stop, ...]:
        """Let stops be timed anew that search has held to the instant it found for them."""
        return tuple(stop if stop.locked else self._as_asked(stop) for stop in stops)

    def _as_asked(self, stop: Stop) -> Stop:
        if len(stop.windows) != 1 or stop.windows[0][0] != stop.windows[0][1]:
            return stop
        asked = next(
            s for s in self.solution.instance.tasks[stop.task].stops if s.type == stop.type
        )
        return replace(stop, windows=asked.windows, release_s=asked.release_s)


def _depart(solution: Solution, vehicle: int, departs_s: int | None) -> None:
    if departs_s is None:
        solution.departs.pop(vehicle, None)
    else:
        solution.departs[vehicle] = departs_s


def _ends(_: int, trips: tuple[Trip, ...]) -> int:
    return trips[-1].end.time_s
