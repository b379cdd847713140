"""What OR-Tools' routing model speaks of: slots that ride, stops that are visited.

A slot is one trip: of a vehicle that makes only one, or one of the trips that couriers who are
alike can ride from a point.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ortools.constraint_solver import pywrapcp

from solver.engines.instance import Instance, Stop, Task, fits, total
from solver.engines.solution import Solution
from solver.problem import Amounts, Job, ShipmentStep, service_s, setup_s

SPARE_TRIPS = 1.3
"""Trips offered to OR-Tools beyond what the goods fill, since bags never fill them evenly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One trip that may be made, and by whom."""

    members: tuple[int, ...]  # vehicles, alike to the model
    point: int | None  # None: from the start to the end of the only member
    start: int | None
    end: int | None
    locked: tuple[Stop, ...] = ()  # what a vehicle without points begins with

    @property
    def first(self) -> int:
        """A vehicle that stands for all."""
        return self.members[0]


@dataclass(slots=True)
class Model:
    """The routing model with what is needed to read it back."""

    instance: Instance
    stops: list[Stop]
    slots: list[Slot]  # by OR-Tools vehicle
    locations: list[int | None]  # by node
    manager: pywrapcp.RoutingIndexManager
    routing: pywrapcp.RoutingModel
    indices: list[int] = field(default_factory=list)  # of stops
    of_task: dict[int, list[int]] = field(default_factory=dict)  # positions in ``stops``

    @property
    def trips(self) -> bool:
        """Say whether somebody rides several."""
        return any(slot.point is not None for slot in self.slots)


def stay_s(instance: Instance, vehicle: int, stop: Stop) -> tuple[int, int]:
    """Give setup and service of a stop for this vehicle's type."""
    v = instance.vehicles[vehicle]
    if not v.type:
        return stop.setup_s, stop.service_s
    source = instance.tasks[stop.task].source
    leg: Job | ShipmentStep = source if isinstance(source, Job) else getattr(source, stop.type)
    return setup_s(leg, v), service_s(leg, v)


def fullest(stop: Stop) -> Amounts:
    """Give what a stop takes of the capacity; the sum over a trip bounds its load at any step."""
    return tuple(max(a, a + c) for a, c in zip(stop.loaded, stop.change, strict=True))


def may_ride(instance: Instance, stop: Stop, slot: Slot) -> bool:
    """Say whether somebody of a slot may make this stop."""
    task = instance.tasks[stop.task]
    if slot.first not in task.eligible:
        return False
    return _loaded_there(task, slot) and fits(
        fullest(stop), instance.vehicles[slot.first].capacity
    )


def _loaded_there(task: Task, slot: Slot) -> bool:
    return slot.point is None or not task.points or slot.point in task.points


class Riders:
    """Who may make which stop; fleets are large and have few kinds of capacity."""

    def __init__(self, instance: Instance, slots: Sequence[Slot]) -> None:
        self._instance = instance
        self._slots = slots
        self._eligible: dict[int, frozenset[int]] = {}
        self._kinds: dict[tuple[object, ...], list[int]] = {}
        for number, slot in enumerate(slots):
            key = (instance.vehicles[slot.first].capacity, slot.point)
            self._kinds.setdefault(key, []).append(number)

    def of(self, stop: Stop) -> list[int]:
        """Give the slots that may make a stop, in order."""
        task = self._instance.tasks[stop.task]
        name = id(task.eligible)
        if name not in self._eligible:
            self._eligible[name] = frozenset(task.eligible)
        eligible = self._eligible[name]
        amount = fullest(stop)
        found: list[int] = []
        for numbers in self._kinds.values():
            slot = self._slots[numbers[0]]
            room = self._instance.vehicles[slot.first].capacity
            if _loaded_there(task, slot) and fits(amount, room):
                found.extend(n for n in numbers if self._slots[n].first in eligible)
        return sorted(found)


def stops_left(solution: Solution, taken: Collection[tuple[int, int]] = ()) -> list[Stop]:
    """Give what is left to do, split at bags: as much at once as the roomiest vehicle carries.

    ``taken`` are parts (of a task: task and part) that somebody has beside the plan.
    """
    instance = solution.instance
    found: list[Stop] = []
    for task in instance.tasks:
        left = [p for p in solution.left[task.index] if (task.index, p) not in taken]
        if not left or not task.eligible:
            continue
        if not task.splittable:
            found.extend(task.stops)
            continue
        room = _room(instance, task)
        while left:
            chosen = _packed(task, left, room, instance.zero)
            if not chosen:
                break
            found.extend(instance.part_of(task, tuple(sorted(chosen))))
            left = [p for p in left if p not in chosen]
    return found


def _room(instance: Instance, task: Task) -> Amounts:
    capacities = {instance.vehicles[v].capacity for v in task.eligible}
    most = [max(c[d] for c in capacities) or 1 for d in range(len(instance.zero))]

    def share(capacity: Amounts) -> tuple[float, Amounts]:
        return (min((c / m for c, m in zip(capacity, most, strict=True)), default=0), capacity)

    room = max(capacities, key=share)
    place = task.stops[0].place
    shelf = instance.problem.places[place].shelf if place >= 0 else None
    return room if shelf is None else tuple(map(min, zip(room, shelf, strict=True)))


def _packed(task: Task, left: list[int], room: Amounts, zero: Amounts) -> list[int]:
    chosen: list[int] = []
    load = zero
    for part in sorted(left, key=lambda p: (tuple(-a for a in task.parts[p]), p)):
        more = tuple(a + b for a, b in zip(load, task.parts[part], strict=True))
        if fits(more, room):
            chosen.append(part)
            load = more
    return chosen


def single_slots(instance: Instance) -> list[Slot]:
    """Give a slot for each vehicle without points."""
    found = []
    for number, v in enumerate(instance.vehicles):
        if v.points:
            continue
        locked = tuple(s for trip in instance.locked[number] for s in trip.stops)
        found.append(Slot(members=(number,), point=None, start=v.start, end=v.end, locked=locked))
    return found


def trip_slots(solution: Solution, stops: list[Stop]) -> list[Slot]:
    """Give slots for couriers who load at points, as many as they could ride."""
    instance = solution.instance
    pinned = {
        t.eligible[0]
        for t in instance.tasks
        if isinstance(t.source, Job) and t.source.courier is not None and len(t.eligible) == 1
    }
    groups: dict[tuple[object, ...], tuple[int, list[int]]] = {}
    for number, v in enumerate(instance.vehicles):
        alone = number if number in pinned else -1
        kind = (v.capacity, v.skills, v.zone_max, v.window, v.cohort, v.type, alone)
        limits = (v.max_travel_time_s, v.max_distance_m, v.max_duration_s, v.max_tasks)
        for point in v.points:
            key = (point, id(instance.travel[number]), kind, limits, v.reload_service_s)
            groups.setdefault(key, (point, []))[1].append(number)
    found: list[Slot] = []
    for point, members in groups.values():
        slot = Slot(members=tuple(members), point=point, start=point, end=point)
        found.extend([slot] * _trips_of(solution, slot, stops))
    return found


def _trips_of(solution: Solution, slot: Slot, stops: list[Stop]) -> int:
    """Bound the trips of a class by what its couriers can ride, and by the goods."""
    instance = solution.instance
    first = instance.vehicles[slot.first]
    mine = [s for s in stops if may_ride(instance, s, slot)]
    if not mine or slot.point is None:
        return 0
    duration = instance.travel[slot.first].duration_s[slot.point]
    ways = sorted(max(0, duration[s.location]) for s in mine)
    goods = total([fullest(s) for s in mine], instance.zero)
    needed = max((g / c for g, c in zip(goods, first.capacity, strict=True) if c), default=1.0)
    per_trip = max(1.0, len(mine) / max(needed, 1.0))
    stays = sum(s.setup_s + s.service_s for s in mine) / len(mine)
    typical_s = first.reload_service_s + 2 * ways[len(ways) // 4] + per_trip * stays
    ridden = 0
    for v in slot.members:
        progress = solution.progress(v)
        rest_s = instance.vehicles[v].window[1] - progress.time_s
        trips = instance.vehicles[v].max_trips - progress.trips
        ridden += max(0, min(trips, 1 + int(rest_s / max(1.0, typical_s))))
    return min(ridden, len(mine), 2 + int(needed * SPARE_TRIPS))
