"""Build trips one after another, always for the courier who is free first.

Every trip is timed against what is already reserved before it is taken, so the result keeps
every rule at any moment. This is the fallback of all engines and the repair step of search.
"""

import random
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

from solver.engines.instance import Stop, Task, fits
from solver.engines.solution import Solution, amount_left
from solver.engines.timing import Progress, Trip, loads_fit, time_trip
from solver.problem import UNREACHABLE, Amounts

SEEDS_TRIED = 6
NEIGHBOURS_TRIED = 10
POSITIONS_TIMED = 2
SOON_S = 7200


class LockedImpossible(ValueError):
    """Steps that must stay cannot be timed, so that no plan exists."""

    code = "locked.impossible"

    def __init__(self, vehicle: int, first: int) -> None:
        self.facts = {"vehicle": vehicle, "first": first}
        super().__init__(f"the locked steps of vehicle {vehicle} from {first} on cannot be made")


@dataclass(frozen=True, slots=True)
class Taste:
    """How seeds are chosen; search varies it."""

    priority: float = 100_000.0
    scarcity: float = 1_500.0
    urgency: float = 0.3
    waiting: float = 0.5
    noise: float = 0.0
    split_freely: bool = False
    loyal: bool = True  # leave a building to whom it knows while these have time


def dispatch(
    solution: Solution, vehicles: list[int], rng: random.Random, taste: Taste | None = None
) -> None:
    """Give the vehicles trips until none can take another; changes ``solution``."""
    taste = taste or Taste()
    instance = solution.instance
    wanted = instance.problem.objective.face or any(t.wishes for t in instance.tasks)
    if taste.loyal and wanted:
        _run(_Builder(solution, rng, taste, strangers=False), vehicles)
    _run(_Builder(solution, rng, taste, strangers=True), vehicles)


def start_shift(solution: Solution, vehicle: int) -> None:
    """Put the locked trips into an empty shift.

    Raises
    ------
    LockedImpossible
        If they cannot be made, even alone.
    """
    for locked in solution.instance.locked[vehicle]:
        progress = solution.progress(vehicle)
        occupancy = solution.occupancy
        stops = locked.stops
        trip = time_trip(
            solution.instance, occupancy, vehicle, progress, point=locked.point, stops=stops
        )
        if trip is None:
            raise LockedImpossible(solution.instance.vehicles[vehicle].id, stops[0].id)
        solution.append(vehicle, trip)


def _run(builder: "_Builder", vehicles: list[int]) -> None:
    solution = builder.solution
    active = list(vehicles)
    for vehicle in vehicles:
        builder.lengthen(vehicle)
    while active:
        vehicle = min(active, key=lambda v: (solution.progress(v).time_s, v))
        trip = builder.next_trip(vehicle)
        if trip is None:
            active.remove(vehicle)
        else:
            solution.append(vehicle, trip)


class _Builder:
    def __init__(
        self, solution: Solution, rng: random.Random, taste: Taste, *, strangers: bool
    ) -> None:
        self.strangers = strangers
        self.solution = solution
        self.instance = solution.instance
        self.rng = rng
        self.taste = taste
        # Time only moves on and slots only fill up: what cannot be a seed now never can.
        self.hopeless: set[tuple[int, int]] = set()

    def lengthen(self, vehicle: int) -> None:
        """Let a single trip that is under way take more behind its locked stops."""
        shift = self.solution.shifts[vehicle]
        if shift and shift[-1].point is None and self.instance.locked[vehicle]:
            trip = self.solution.pop(vehicle)
            progress = self.solution.progress(vehicle)
            self.solution.append(vehicle, self._extend(vehicle, progress, trip))

    def next_trip(self, vehicle: int) -> Trip | None:
        progress = self.solution.progress(vehicle)
        if progress.trips >= self.instance.vehicles[vehicle].max_trips:
            return None
        trip = self._seed(vehicle, progress)
        if trip is None:
            return None
        return self._extend(vehicle, progress, trip)

    def _seed(self, vehicle: int, progress: Progress) -> Trip | None:
        ranked = sorted(
            (self._seed_score(vehicle, progress, self.instance.tasks[t]), t)
            for t in self.instance.allowed[vehicle]
            if self.solution.left[t]
            and (vehicle, t) not in self.hopeless
            and self._welcome(vehicle, self.instance.tasks[t])
        )
        best: Trip | None = None
        tried = 0
        for _, index in ranked:
            trip = self._start_with(vehicle, progress, self.instance.tasks[index])
            if trip is None:
                self.hopeless.add((vehicle, index))
                continue
            tried += 1
            if trip.after.time_s - progress.time_s < SOON_S or tried >= SEEDS_TRIED:
                return trip if best is None else min(best, trip, key=lambda t: t.after.time_s)
            if best is None or trip.after.time_s < best.after.time_s:
                best = trip
        return best

    def _seed_score(self, vehicle: int, progress: Progress, task: Task) -> float:
        taste = self.taste
        first = task.stops[0]
        point = self._point_for(vehicle, progress, task)
        travel = self.instance.travel[vehicle]
        origin = point if point is not None else progress.location
        leg = travel.cost[origin][first.location] if origin is not None else 0
        score = float(max(leg, 0))
        ready = max(progress.time_s, first.release_s)
        if first.windows:
            opening = next((s for s, e in first.windows if e >= ready), first.windows[-1][0])
            score += taste.waiting * max(0, opening - ready - leg)
            score -= taste.urgency * max(0, SOON_S - (first.windows[-1][1] - ready - leg))
        score += taste.waiting * max(0, first.release_s - progress.time_s)
        score += self.face_cost(vehicle, task)
        score -= taste.priority * task.priority
        score -= taste.scarcity * len(self.instance.vehicles) / (2 * len(task.eligible))
        if taste.noise:
            score += taste.noise * self.rng.random() * (abs(leg) + 120)
        return score

    def _welcome(self, vehicle: int, task: Task) -> bool:
        if self.strangers:
            return True
        wanted = task.stops[0].wanted
        if wanted and all(vehicle not in couriers for couriers, _ in wanted):
            return False
        if task.building is None:
            return True
        seen = self.solution.faces.get(task.building)
        return not seen or vehicle in seen

    def face_cost(self, vehicle: int, task: Task) -> float:
        face = self.instance.problem.objective.face
        cost = 0.0
        for stop in task.stops:
            for couriers, price in stop.wanted:
                cost += -price if vehicle in couriers else price
        if task.building is not None and face:
            seen = self.solution.faces.get(task.building)
            if seen:
                cost += -face / 2 if vehicle in seen else face
        return cost

    def _point_for(self, vehicle: int, progress: Progress, task: Task) -> int | None:
        points = self.instance.vehicles[vehicle].points
        if not points:
            return None
        usable = [p for p in points if not task.points or p in task.points] or list(points)
        if len(usable) == 1:
            return usable[0]
        duration = self.instance.travel[vehicle].duration_s
        target = task.stops[0].location

        def way(point: int) -> int:
            legs = [duration[point][target]]
            if progress.location is not None:
                legs.append(duration[progress.location][point])
            return 1 << 40 if UNREACHABLE in legs else sum(legs)

        return min(usable, key=way)

    def _start_with(self, vehicle: int, progress: Progress, task: Task) -> Trip | None:
        stops = self._chunk(vehicle, task, self.instance.zero, whole=False)
        if not stops or not loads_fit(self.instance, vehicle, stops):
            return None
        point = self._point_for(vehicle, progress, task)
        trip = self._timed(vehicle, progress, point, stops)
        while trip is None and len(stops[0].parts) > 1 and task.splittable:
            # A shelf may hold fewer bags than the vehicle.
            stops = self.instance.part_of(task, stops[0].parts[: len(stops[0].parts) // 2])
            trip = self._timed(vehicle, progress, point, stops)
        return trip

    def _timed(
        self, vehicle: int, progress: Progress, point: int | None, stops: tuple[Stop, ...]
    ) -> Trip | None:
        return time_trip(
            self.instance, self.solution.occupancy, vehicle, progress, point=point, stops=stops
        )

    def _chunk(self, vehicle: int, task: Task, used: Amounts, *, whole: bool) -> tuple[Stop, ...]:
        """Take as many of the bags left as still fit beside ``used``."""
        left = self.solution.left[task.index]
        if not task.splittable:
            return task.stops if left else ()
        capacity = self.instance.vehicles[vehicle].capacity
        chosen: list[int] = []
        load = used
        for part in sorted(left, key=lambda p: (tuple(-a for a in task.parts[p]), p)):
            more = tuple(a + b for a, b in zip(load, task.parts[part], strict=True))
            if fits(more, capacity):
                chosen.append(part)
                load = more
        if not chosen or (whole and len(chosen) < len(left)):
            return ()
        return self.instance.part_of(task, tuple(sorted(chosen)))

    def _extend(self, vehicle: int, progress: Progress, trip: Trip) -> Trip:
        # A task comes at most once into a trip: its first visit took all that fits.
        refused = {s.task for s in trip.stops}
        while True:
            candidates = self._near(vehicle, trip, refused)
            if not candidates:
                return trip
            for index in candidates:
                longer = self._insert(vehicle, progress, trip, self.instance.tasks[index])
                refused.add(index)
                if longer is not None:
                    trip = longer
                    break
            else:
                return trip

    def _near(self, vehicle: int, trip: Trip, refused: set[int]) -> list[int]:
        duration = self.instance.travel[vehicle].duration_s
        rows = [duration[s.location] for s in trip.stops]
        found: list[tuple[float, int]] = []
        for index in self.instance.allowed[vehicle]:
            if not self.solution.left[index] or index in refused:
                continue
            task = self.instance.tasks[index]
            if not self._welcome(vehicle, task):
                continue
            if trip.point is not None and task.points and trip.point not in task.points:
                continue
            target = task.stops[0].location
            away = min(r[target] if r[target] != UNREACHABLE else 1 << 40 for r in rows)
            found.append((away + self.face_cost(vehicle, task), index))
        found.sort(key=itemgetter(0, 1))
        return [index for _, index in found[:NEIGHBOURS_TRIED]]

    def _insert(self, vehicle: int, progress: Progress, trip: Trip, task: Task) -> Trip | None:
        used = tuple(sum(s.loaded[d] for s in trip.stops) for d in range(len(self.instance.zero)))
        must_split = not fits(
            amount_left(self.solution, task.index), self.instance.vehicles[vehicle].capacity
        )
        stops = self._chunk(vehicle, task, used, whole=not (must_split or self.taste.split_freely))
        if not stops:
            return None
        orders = sorted(
            (
                (self._way(vehicle, trip.point, o), n, o)
                for n, o in enumerate(_orders(trip, stops))
            ),
            key=itemgetter(0, 1),
        )
        limit = self._way(vehicle, trip.point, trip.stops) + self._alone(vehicle, trip, stops)
        timed = 0
        for way, _, order in orders:
            if way > limit or timed >= POSITIONS_TIMED:
                return None
            if not loads_fit(self.instance, vehicle, order):
                continue
            timed += 1
            longer = self._timed(vehicle, progress, trip.point, order)
            if longer is not None:
                return longer
        return None

    def _alone(self, vehicle: int, trip: Trip, stops: tuple[Stop, ...]) -> float:
        """Give what a further trip for these stops would cost instead."""
        v = self.instance.vehicles[vehicle]
        if trip.point is None or len(self.solution.shifts[vehicle]) + 1 >= v.max_trips:
            return float("inf")
        return self._way(vehicle, trip.point, stops) + v.reload_service_s

    def _way(self, vehicle: int, point: int | None, stops: tuple[Stop, ...]) -> float:
        cost = self.instance.travel[vehicle].cost
        v = self.instance.vehicles[vehicle]
        origin = point if point is not None else v.start
        home = point if point is not None else v.end
        ways = [cost[a.location][b.location] for a, b in pairwise(stops)]
        if origin is not None:
            ways.append(cost[origin][stops[0].location])
        if home is not None:
            ways.append(cost[stops[-1].location][home])
        return float("inf") if UNREACHABLE in ways else float(sum(ways))


def _orders(trip: Trip, stops: tuple[Stop, ...]) -> list[tuple[Stop, ...]]:
    """Every way to put the stops, in their order, between those of the trip."""
    old = trip.stops
    found = []
    first = max((n + 1 for n, s in enumerate(old) if s.locked), default=0)
    for i in range(first, len(old) + 1):
        if len(stops) == 1:
            found.append((*old[:i], stops[0], *old[i:]))
            continue
        found.extend(
            (*old[:i], *stops[:-1], *old[i:j], stops[-1], *old[j:]) for j in range(i, len(old) + 1)
        )
    return found
