"""One task on an otherwise empty day: exactly whether, and when, somebody can serve it.

Nothing else is in the way, so a courier's earliest times along one order of steps are best in
every respect but the length of the shift; orders differ only in where the breaks are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, pairwise, permutations
from typing import Final

from solver.engines.instance import Instance, Stop, Task, fits
from solver.problem import (
    HORIZON_S,
    UNREACHABLE,
    Amounts,
    Break,
    Job,
    Place,
    ShipmentStep,
    Vehicle,
    Window,
    service_s,
    setup_s,
)

RULES: Final = (
    "closed", "shelf", "release", "windows", "shift-end", "shift-start",
    "tasks", "travel", "distance", "duration", "breaks",
)  # fmt: skip
"""The rules that :class:`EmptyDay` can be told not to look at."""

BREAKS_ORDERED = 3
"""Up to so many breaks of one courier every order is tried; more keep the order of their ends."""

_STARTS_TRIED = 60

Step = Stop | Break | None  # None: loading


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How one courier serves the task alone: when each stop begins, and what it takes."""

    vehicle: int
    point: int | None
    begins_s: tuple[int, ...]
    starts_s: int
    ends_s: int
    travel_s: int
    distance_m: int
    tasks: int
    shortest_s: int  # from start to end, at best


class EmptyDay:
    """Couriers with nothing else to do; ``ease`` names the rules that are not looked at."""

    def __init__(
        self,
        instance: Instance,
        ease: frozenset[str] = frozenset(),
        groups: tuple[int, ...] | None = None,
    ) -> None:
        self.instance = instance
        self.ease = ease
        self.groups = alike(instance) if groups is None else groups

    def anyone(self, task: Task, stops: tuple[Stop, ...]) -> Walk | None:
        """Find somebody eligible who can serve these stops."""
        return next(self.walks(task, stops), None)

    def best(
        self, task: Task, stops: tuple[Stop, ...], measure: Callable[[Walk], int]
    ) -> Walk | None:
        """Find whoever serves these stops with the least of something."""
        return min(self.walks(task, stops), key=measure, default=None)

    def walks(self, task: Task, stops: tuple[Stop, ...]) -> Iterator[Walk]:
        """Go through the ways to serve these stops, couriers that are alike once."""
        seen: set[int] = set()
        for vehicle in task.eligible:
            group = self.groups[vehicle]
            if group not in seen and _carries(self.instance, vehicle, stops):
                seen.add(group)
                yield from self._by(vehicle, task, stops)

    def _by(self, vehicle: int, task: Task, stops: tuple[Stop, ...]) -> Iterator[Walk]:
        v = self.instance.vehicles[vehicle]
        for point in starts(v, task):
            for end in _ends(v):
                lone = _Lone(self, vehicle, stops, point, end)
                for order in lone.orders():
                    walk = lone.walk(order)
                    if walk is not None:
                        yield walk


def alike(instance: Instance) -> tuple[int, ...]:
    """Give one number to all couriers who can do exactly the same."""
    numbers: dict[Vehicle, int] = {}
    return tuple(
        numbers.setdefault(
            replace(v, id=0, description="", locked=(), cohort=None, fixed_cost=0), len(numbers)
        )
        for v in instance.vehicles
    )


def starts(v: Vehicle, task: Task) -> tuple[int | None, ...]:
    """Give the points where a trip with the task can load; None for VROOM's single trip."""
    if not v.points:
        return (None,)
    return tuple(p for p in v.points if not task.points or p in task.points)


def _ends(v: Vehicle) -> tuple[int | None, ...]:
    if v.end is not None or not v.points:
        return (v.end,)
    return v.points


def _carries(instance: Instance, vehicle: int, stops: tuple[Stop, ...]) -> bool:
    capacity = instance.vehicles[vehicle].capacity
    return all(fits(load, capacity) for load in _loads(instance, stops))


def _loads(instance: Instance, stops: tuple[Stop, ...]) -> list[Amounts]:
    """Give what is on board after loading and after each stop."""
    load = instance.zero
    for stop in stops:
        load = tuple(a + b for a, b in zip(load, stop.loaded, strict=True))
    loads = [load]
    for stop in stops:
        load = tuple(a + b for a, b in zip(load, stop.change, strict=True))
        loads.append(load)
    return loads


def source_of(instance: Instance, stop: Stop) -> Job | ShipmentStep:
    """Give what a stop was made of."""
    source = instance.tasks[stop.task].source
    if isinstance(source, Job):
        return source
    step: ShipmentStep = getattr(source, stop.type)
    return step


class _Lone:
    """One courier, from one point to one end."""

    def __init__(
        self,
        day: EmptyDay,
        vehicle: int,
        stops: tuple[Stop, ...],
        point: int | None,
        end: int | None,
    ) -> None:
        self.instance = day.instance
        self.ease = day.ease
        self.vehicle = vehicle
        self.v = day.instance.vehicles[vehicle]
        self.travel = day.instance.travel[vehicle]
        self.stops = stops
        self.point = point
        self.end = end
        self.loads = _loads(day.instance, stops)
        self.release_s = 0 if "release" in self.ease else max(s.release_s for s in stops)

    def orders(self) -> Iterator[tuple[Step, ...]]:
        """Go through every place that the breaks can have between the steps."""
        base: tuple[Step, ...] = self.stops if self.point is None else (None, *self.stops)
        breaks = () if "breaks" in self.ease else self.v.breaks
        if not breaks:
            yield base
            return
        sorted_ = sorted(breaks, key=lambda b: max((e for _, e in b.time_windows), default=0))
        ordered = permutations(breaks) if len(breaks) <= BREAKS_ORDERED else [tuple(sorted_)]
        for several in ordered:
            for gaps in combinations_with_replacement(range(len(base) + 1), len(several)):
                order: list[Step] = []
                for n in range(len(base) + 1):
                    order += [b for b, gap in zip(several, gaps, strict=True) if gap == n]
                    order += base[n : n + 1]
                yield tuple(order)

    def walk(self, order: tuple[Step, ...]) -> Walk | None:
        """Time one order of steps; None where a rule would break."""
        way = self._way()
        if way is None or self._over("tasks", len(self.stops), self.v.max_tasks):
            return None
        if self._over("travel", way[0], self.v.max_travel_time_s):
            return None
        if self._over("distance", way[1], self.v.max_distance_m):
            return None
        begins = 0 if "shift-start" in self.ease else self.v.window[0]
        times = self._times(order, begins)
        if times is None or times[-1] > self._latest():
            return None
        shortest = self._shortest(order, begins, times[-1])
        if self._over("duration", shortest, self.v.max_duration_s):
            return None
        return Walk(
            vehicle=self.vehicle,
            point=self.point,
            begins_s=times[:-1],
            starts_s=begins,
            ends_s=times[-1],
            travel_s=way[0],
            distance_m=way[1],
            tasks=len(self.stops),
            shortest_s=shortest,
        )

    def _latest(self) -> int:
        return HORIZON_S * 10 if "shift-end" in self.ease else self.v.window[1]

    def _over(self, rule: str, used: int, most: int | None) -> bool:
        return rule not in self.ease and most is not None and used > most

    def _way(self) -> tuple[int, int] | None:
        """Add up seconds and metres; None where no way leads."""
        chain = [self.v.start, self.point, *(s.location for s in self.stops), self.end]
        known = [at for at in chain if at is not None]
        seconds = metres = 0
        for a, b in pairwise(known):
            if a == b:
                continue
            if self.travel.duration_s[a][b] == UNREACHABLE:
                return None
            seconds += self.travel.duration_s[a][b]
            metres += self.travel.distance_m[a][b]
        return seconds, metres

    def _ride(self, origin: int | None, target: int | None) -> int:
        if origin is None or target is None or origin == target:
            return 0
        return self.travel.duration_s[origin][target]

    def _times(self, order: tuple[Step, ...], start_s: int) -> tuple[int, ...] | None:
        """Give when each stop begins and when the courier is home, leaving at ``start_s``."""
        now, at, served, loaded = start_s, self.v.start, 0, self.point is None
        begins: list[int] = []
        for step in order:
            if step is None:
                now += self._ride(at, self.point) + self.v.reload_service_s
                at, loaded = self.point, True
            elif isinstance(step, Break):
                on_board = self.loads[served] if loaded else self.instance.zero
                taken = self._pause(step, now, on_board)
                if taken is None:
                    return None
                now = taken
            else:
                # Goods must be released when the trip leaves, which is after breaks at the point.
                now = max(now, self.release_s) if not served else now
                now += self._ride(at, step.location)
                begun = self._begin(step, now, self._setup(step, at, served))
                if begun is None:
                    return None
                begins.append(begun)
                now = begun + self._stay(step, at, served)
                at, served = step.location, served + 1
        return (*begins, now + self._ride(at, self.end))

    def _setup(self, stop: Stop, at: int | None, served: int) -> int:
        if served and at == stop.location:
            return 0
        return setup_s(source_of(self.instance, stop), self.v)

    def _stay(self, stop: Stop, at: int | None, served: int) -> int:
        source = source_of(self.instance, stop)
        return self._setup(stop, at, served) + service_s(source, self.v)

    def _pause(self, pause: Break, now: int, on_board: Amounts) -> int | None:
        if pause.max_load is not None and not fits(on_board, pause.max_load):
            return None
        begun = within(now, pause.time_windows)
        return None if begun is None else begun + pause.service_s

    def _begin(self, stop: Stop, now: int, setup: int) -> int | None:
        """Find the first start of service that windows and the place allow."""
        place = self.instance.problem.places[stop.place] if stop.place >= 0 else None
        if place is not None and not self._laid(place, stop.loaded):
            return None
        stay = setup + service_s(source_of(self.instance, stop), self.v)
        windows = () if "windows" in self.ease else stop.windows
        closed = place.closed if place is not None and "closed" not in self.ease else ()
        gap = place.separation_s if place is not None else 0
        while True:
            begun = within(now, windows)
            if begun is None:
                return None
            blocking = [e for s, e in closed if begun + stay > s - gap and begun < e + gap]
            if not blocking:
                return begun
            now = max(blocking) + gap

    def _laid(self, place: Place, amount: Amounts) -> bool:
        return "shelf" in self.ease or place.shelf is None or fits(amount, place.shelf)

    def _shortest(self, order: tuple[Step, ...], begins: int, home: int) -> int:
        """Give the least time away: leaving as late as any return allows."""
        if self.v.max_duration_s is None:
            return home - begins
        latest, best = self._latest(), home - begins
        for _ in range(_STARTS_TRIED):
            leaves = self._last_start(order, begins, home, latest)
            best = min(best, home - leaves)
            later = self._times(order, leaves + 1)
            if later is None or later[-1] > latest or best <= self.v.max_duration_s:
                break
            begins, home = leaves + 1, later[-1]
        return best

    def _last_start(self, order: tuple[Step, ...], low: int, home: int, latest: int) -> int:
        """Bisect for the last start that is home as early as the first."""
        high = min(latest, home)
        while low < high:
            middle = (low + high + 1) // 2
            times = self._times(order, middle)
            if times is not None and times[-1] <= home:
                low = middle
            else:
                high = middle - 1
        return low


def within(at_s: int, windows: tuple[Window, ...]) -> int | None:
    """Give the first instant from ``at_s`` on that lies in a window."""
    if not windows:
        return at_s
    return min((max(at_s, start) for start, end in windows if at_s <= end), default=None)
