"""A problem prepared for search: plain lists, resolved indices, who may do what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from solver.engines.wanted import Wanted, Wishes, single_wishes
from solver.engines.whole_locks import whole
from solver.problem import (
    UNREACHABLE,
    Amounts,
    Break,
    IntMatrix,
    Job,
    LockedStep,
    Problem,
    Shipment,
    Vehicle,
    Window,
)
from solver.tariff import priced_by_time

Grid = Sequence[Sequence[int]]

_HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """One vehicle's way of moving: seconds (speed factor applied), metres, cost of an arc.

    The grids are views of the arrays that give plain integers, row by row.
    """

    duration: IntMatrix
    distance: IntMatrix
    costs: IntMatrix
    duration_s: Grid
    distance_m: Grid
    cost: Grid
    timed: bool = True  # whether arcs cost their time at a rate, not what a matrix says


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One visit. ``loaded`` is put on board at the trip's start, ``change`` happens here."""

    type: str  # job, pickup, via, delivery
    id: int
    task: int
    location: int
    setup_s: int
    service_s: int
    windows: tuple[Window, ...]
    place: int  # index of the place, or -1
    zone: int  # -1 where the stop has no rank
    loaded: Amounts
    change: Amounts
    release_s: int
    parts: tuple[int, ...]
    description: str
    locked: bool = False
    wanted: tuple[Wanted, ...] = ()

    def refused_by(self, vehicle: int) -> int:
        """Give what this visit costs against wishes and the previous plan."""
        return sum(cost for couriers, cost in self.wanted if vehicle not in couriers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job or shipment as search sees it: ``stops`` in their order, as if served whole."""

    index: int
    source: Job | Shipment
    stops: tuple[Stop, ...]
    parts: tuple[Amounts, ...]  # one entry where it cannot be split
    splittable: bool
    priority: int
    building: str | None
    points: frozenset[int]
    eligible: tuple[int, ...]  # vehicle indices
    # (vehicle index, cost of any other), at most two: one of each stop's ``wanted`` for search
    wishes: tuple[tuple[int, int], ...]
    prize: int | None = None  # what leaving it out costs; None: it must be served if it can be
    weight: int = 1  # what it counts as where it is left out: a shipment twice, as with VROOM


@dataclass(frozen=True, slots=True)
class LockedTrip:
    """Stops that stay, from a point that they were loaded at (None: VROOM's single trip)."""

    point: int | None
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """The prepared problem. Vehicles and tasks are spoken of by index."""

    problem: Problem
    travel: tuple[Travel, ...]  # by vehicle
    vehicles: tuple[Vehicle, ...]
    tasks: tuple[Task, ...]
    zero: Amounts
    locked: tuple[tuple[LockedTrip, ...], ...]  # by vehicle
    allowed: tuple[tuple[int, ...], ...]  # tasks, by vehicle

    def wish_cost(self, task: int, vehicle: int) -> int:
        """Give what serving a task by this vehicle costs against wishes and the previous plan."""
        return sum(stop.refused_by(vehicle) for stop in self.tasks[task].stops)

    def returns_to(self, vehicle: int, location: int) -> int | None:
        """Say where a shift with its last stop at ``location`` ends; None: there."""
        v = self.vehicles[vehicle]
        if v.end is not None:
            return v.end
        if not v.points:
            return None
        row = self.travel[vehicle].duration_s[location]
        reachable = [p for p in v.points if row[p] != UNREACHABLE]
        return min(reachable, key=lambda p: row[p]) if reachable else v.points[0]

    def part_of(self, task: Task, parts: tuple[int, ...]) -> tuple[Stop, ...]:
        """Give the stops that bring only ``parts`` of a splittable task."""
        if not task.splittable:
            return task.stops
        amount = total([task.parts[i] for i in parts], self.zero)
        less = tuple(-a for a in amount)
        return (replace(task.stops[0], loaded=amount, change=less, parts=parts),)


def total(amounts: list[Amounts], zero: Amounts) -> Amounts:
    """Add amounts by dimension."""
    return tuple(map(sum, zip(*amounts, strict=True))) if amounts else zero


def fits(amount: Amounts, capacity: Amounts) -> bool:
    """Say whether ``amount`` is within ``capacity`` in every dimension."""
    return all(a <= c for a, c in zip(amount, capacity, strict=True))


def prepare(problem: Problem) -> Instance:
    """Resolve indices and eligibility once, before any search."""
    zero = (0,) * problem.dimensions
    vehicles = tuple(_with_points(v, problem.dimensions) for v in problem.vehicles)
    cache: dict[tuple[str, float, int, int], Travel] = {}
    travel = tuple(_travel(problem, v, cache) for v in vehicles)
    places = {p.id: i for i, p in enumerate(problem.places)}
    wishes = Wishes(problem)
    kinds = _Kinds(vehicles, {j.courier for j in problem.jobs})
    tasks: list[Task] = []
    for job in problem.jobs:
        tasks.append(_heard(wishes, _job_task(len(tasks), job, kinds, places, zero)))
    for shipment in problem.shipments:
        tasks.append(_heard(wishes, _shipment_task(len(tasks), shipment, kinds, zero)))
    return Instance(
        problem=problem,
        travel=travel,
        vehicles=vehicles,
        tasks=tuple(tasks),
        zero=zero,
        locked=tuple(_locked_trips(v, tasks, zero) for v in whole(vehicles, problem.shipments)),
        allowed=kinds.allowed(tasks),
    )


class _Kinds:
    """Vehicles that may serve the same tasks, so that thousands are asked about once."""

    def __init__(self, vehicles: tuple[Vehicle, ...], named: set[int | None]) -> None:
        index: dict[tuple[object, ...], int] = {}
        self.kind_of = [
            index.setdefault(
                (
                    v.skills,
                    v.zone_max,
                    v.capacity,
                    v.points,
                    v.start,
                    v.id if v.id in named else 0,
                ),
                len(index),
            )
            for v in vehicles
        ]
        self.sample = [vehicles[self.kind_of.index(k)] for k in range(len(index))]
        self._known: dict[tuple[int, ...], tuple[int, ...]] = {}

    def who(self, may: Callable[[Vehicle], bool]) -> tuple[int, ...]:
        """Give the vehicles of the kinds that may; equal answers are one object."""
        kinds = tuple(k for k, v in enumerate(self.sample) if may(v))
        if kinds not in self._known:
            chosen = set(kinds)
            self._known[kinds] = tuple(i for i, k in enumerate(self.kind_of) if k in chosen)
        return self._known[kinds]

    def allowed(self, tasks: list[Task]) -> tuple[tuple[int, ...], ...]:
        """Give the tasks that each vehicle may serve; vehicles of a kind share one object."""
        members = {id(t.eligible): frozenset(t.eligible) for t in tasks}
        first = [self.kind_of.index(k) for k in range(len(self.sample))]
        by_kind = [
            tuple(t.index for t in tasks if vehicle in members[id(t.eligible)])
            for vehicle in first
        ]
        return tuple(by_kind[k] for k in self.kind_of)


def _heard(wishes: Wishes, task: Task) -> Task:
    stops = tuple(replace(s, wanted=wishes.at(task.source, (s.type, s.id))) for s in task.stops)
    return replace(task, stops=stops, wishes=single_wishes([w for s in stops for w in s.wanted]))


def _locked_trips(v: Vehicle, tasks: list[Task], zero: Amounts) -> tuple[LockedTrip, ...]:
    """Group locked steps into trips; a stated time becomes the stop's only window."""
    stops = {(s.type, s.id): s for t in tasks for s in t.stops}
    trips: list[tuple[int | None, list[Stop]]] = []
    first = v.points[0] if v.points else None
    loaded_s = 0
    for step in v.locked:
        if step.type == "reload" or not trips:
            trips.append((first if step.location is None else step.location, []))
        if step.type == "reload" and step.service_at is not None:
            loaded_s = step.service_at + v.reload_service_s
        stop = stops.get((step.type, -1 if step.id is None else step.id))
        if stop is not None:
            trips[-1][1].append(_pinned(stop, step, tasks[stop.task], zero, loaded_s))
            loaded_s = 0
    return tuple(LockedTrip(point, tuple(those)) for point, those in trips if those)


def _pinned(stop: Stop, step: LockedStep, task: Task, zero: Amounts, loaded_s: int) -> Stop:
    windows = stop.windows
    if step.service_at is not None:
        windows = ((step.service_at, step.service_at),)
    release = max(stop.release_s, loaded_s)
    stop = replace(stop, windows=windows, release_s=release, locked=True)
    if not (task.splittable and step.parts):
        return stop
    amount = total([task.parts[i] for i in step.parts], zero)
    return replace(stop, loaded=amount, change=tuple(-a for a in amount), parts=step.parts)


def _with_points(v: Vehicle, dimensions: int) -> Vehicle:
    # Without a stated capacity VROOM's vehicle carries nothing; dimensions is then 0 as well.
    capacity = v.capacity if len(v.capacity) == dimensions else (0,) * dimensions
    points = v.points
    if not points and v.max_trips > 1 and v.start is not None:
        points = (v.start,)
    return replace(v, capacity=capacity, points=points, breaks=_pinned_breaks(v))


def _pinned_breaks(v: Vehicle) -> tuple[Break, ...]:
    at = {s.id: s.service_at for s in v.locked if s.locked and s.type == "break"}
    return tuple(
        b if (when := at.get(b.id)) is None else replace(b, time_windows=((when, when),))
        for b in v.breaks
    )


def _travel(
    problem: Problem, v: Vehicle, cache: dict[tuple[str, float, int, int], Travel]
) -> Travel:
    key = (v.profile, v.speed_factor, v.cost_per_hour, v.cost_per_km)
    if key not in cache:
        matrix = problem.matrices[v.profile]
        duration = _rated_time(matrix.duration_s, v.speed_factor)
        # As solver.summary prices: costs of their own stand; plain time is rated by the hour.
        timed = priced_by_time(matrix)
        cost = duration if timed else matrix.cost
        rate = v.cost_per_hour if timed else _HOUR_S
        if rate != _HOUR_S or v.cost_per_km:
            nowhere = matrix.duration_s == UNREACHABLE
            cost = cost * rate // _HOUR_S + matrix.distance_m * v.cost_per_km // 1000
            cost[nowhere] = UNREACHABLE
        cache[key] = Travel(
            duration=duration,
            distance=matrix.distance_m,
            costs=cost,
            duration_s=_grid(duration),
            distance_m=_grid(matrix.distance_m),
            cost=_grid(cost),
            timed=timed,
        )
    return cache[key]


def _rated_time(duration: IntMatrix, speed_factor: float) -> IntMatrix:
    if speed_factor == 1.0:
        return duration
    rated: IntMatrix = np.rint(duration / speed_factor).astype(np.int64)
    rated[duration == UNREACHABLE] = UNREACHABLE
    return rated


def _grid(matrix: IntMatrix) -> Grid:
    return [memoryview(row) for row in np.ascontiguousarray(matrix)]


def _padded(amount: Amounts, zero: Amounts) -> Amounts:
    return amount if len(amount) == len(zero) else zero


def _job_task(
    index: int,
    job: Job,
    kinds: _Kinds,
    places: dict[str, int],
    zero: Amounts,
) -> Task:
    delivery, pickup = _padded(job.delivery, zero), _padded(job.pickup, zero)
    splittable = len(job.parts) > 1 and not any(pickup)
    parts = job.parts if splittable else (delivery,)
    eligible = kinds.who(
        lambda v: (
            job.skills <= v.skills
            and job.zone <= v.zone_max
            and (job.courier is None or job.courier == v.id)
            and any(fits(p, v.capacity) for p in parts)
            and fits(pickup, v.capacity)
            and _goods_there(job, v)
        )
    )
    stop = Stop(
        type="job",
        id=job.id,
        task=index,
        location=job.location,
        setup_s=job.setup_s,
        service_s=job.service_s,
        windows=job.windows,
        place=-1 if job.place is None else places.get(job.place, -1),
        zone=job.zone,
        loaded=delivery,
        change=tuple(p - d for p, d in zip(pickup, delivery, strict=True)),
        release_s=job.release_s,
        parts=tuple(range(len(job.parts))),
        description=job.description,
    )
    return Task(
        index=index,
        source=job,
        stops=(stop,),
        parts=parts,
        splittable=splittable,
        priority=job.priority,
        building=job.building,
        points=frozenset(job.points),
        eligible=eligible,
        wishes=(),
        prize=job.prize,
    )


def _goods_there(job: Job, v: Vehicle) -> bool:
    return not job.points or not {*job.points}.isdisjoint(v.points or (v.start,))


def _shipment_task(index: int, shipment: Shipment, kinds: _Kinds, zero: Amounts) -> Task:
    amount = _padded(shipment.amount, zero)
    ends = [("pickup", shipment.pickup, amount)]
    if shipment.via is not None:
        ends.append(("via", shipment.via, zero))
    ends.append(("delivery", shipment.delivery, tuple(-a for a in amount)))
    stops = tuple(
        Stop(
            type=kind,
            id=end.id,
            task=index,
            location=end.location,
            setup_s=end.setup_s,
            service_s=end.service_s,
            windows=end.windows,
            place=-1,
            zone=-1,
            loaded=zero,
            change=change,
            release_s=0,
            parts=(),
            description=end.description,
        )
        for kind, end, change in ends
    )
    eligible = kinds.who(lambda v: shipment.skills <= v.skills and fits(amount, v.capacity))
    return Task(
        index=index,
        source=shipment,
        stops=stops,
        parts=(amount,),
        splittable=False,
        priority=shipment.priority,
        building=None,
        points=frozenset(),
        eligible=eligible,
        wishes=(),
        weight=2,
    )
