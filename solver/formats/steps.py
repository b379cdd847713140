"""Steps of vehicles: that they exist, stand once, and that locked ones can stay at all.

A locked step is done or on board; the search never moves it. What no plan could keep is told when
the file is read: by the step where it shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from solver.formats.faults import Faults
from solver.formats.locked_times import clock, stop_of, together, torn
from solver.problem import (
    Amounts,
    Job,
    LockedStep,
    Place,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
    Window,
    service_s,
)

Broken = tuple[bool, str]


@dataclass(frozen=True)
class _Visits:
    """What steps may serve, by type and id."""

    problem: Problem
    stops: dict[tuple[str, int], Job | ShipmentStep] = field(default_factory=dict)
    shipments: dict[tuple[str, int], Shipment] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for job in self.problem.jobs:
            self.stops.setdefault(("job", job.id), job)  # a second one is a fault of its own
        for shipment in self.problem.shipments:
            for end in ("pickup", "via", "delivery"):
                leg = getattr(shipment, end)
                if leg is not None:
                    self.stops[end, leg.id] = leg
                    self.shipments[end, leg.id] = shipment
        self.places.update({place.id: place for place in self.problem.places})

    def stop(self, step: LockedStep) -> Job | ShipmentStep | None:
        return stop_of(self.stops, step)


def check_steps(problem: Problem, faults: Faults) -> None:
    """Note every step that serves nothing, serves it again, or is locked against a rule."""
    visits = _Visits(problem)
    taken: dict[tuple[str, int, int], str] = {}
    for n, vehicle in enumerate(problem.vehicles):
        for k, step in enumerate(vehicle.locked):
            _known(visits, vehicle, step, f"$.vehicles[{n}].steps[{k}]", taken, faults)
        locked = [(k, step) for k, step in enumerate(vehicle.locked) if step.locked]
        for k, mend in _broken(visits, vehicle, locked):
            at = f"$.vehicles[{n}].steps[{k}]"
            faults.add(at, "step.breaks-rule", f"locked, yet {mend}")
    steps = [
        [(k, step) for k, step in enumerate(vehicle.locked) if step.locked]
        for vehicle in problem.vehicles
    ]
    if any(steps):
        for found in (together(problem, steps, visits.stops), torn(problem, steps)):
            for (n, k), mend in found:
                at = f"$.vehicles[{n}].steps[{k}]"
                faults.add(at, "step.breaks-rule", f"locked, yet {mend}")


def _known(  # noqa: PLR0917 - what a step is, and where it stands
    visits: _Visits,
    vehicle: Vehicle,
    step: LockedStep,
    at: str,
    taken: dict[tuple[str, int, int], str],
    faults: Faults,
) -> None:
    if step.type in ("start", "end", "reload", ""):
        return
    stop = visits.stop(step)
    if step.id is None:
        faults.add(f"{at}.id", "key.missing", f"which {step.type}? Add its id")
    elif step.type == "break":
        if step.id not in {pause.id for pause in vehicle.breaks}:
            faults.add(f"{at}.id", "step.unknown", f"the vehicle has no break {step.id}")
    elif stop is None:
        mend = f"no {step.type} has the id {step.id}: remove the step or add it"
        faults.add(f"{at}.id", "step.unknown", mend)
    elif earlier := _taken_once(step, stop, at, taken):
        mend = f"{step.type} {step.id} is a step at {earlier} already: keep one"
        faults.add(at, "step.twice", mend)


def _taken_once(
    step: LockedStep, stop: Job | ShipmentStep, at: str, taken: dict[tuple[str, int, int], str]
) -> str | None:
    """Take the bags of a step; give the path of the step that has one of them already."""
    bags = step.parts or (range(len(stop.parts)) if isinstance(stop, Job) and stop.parts else (0,))
    for bag in bags:
        key = (step.type, step.id or 0, bag)
        if key in taken:
            return taken[key]
        taken[key] = at
    return None


Locked = list[tuple[int, LockedStep]]

_STOPS = ("job", "pickup", "via", "delivery")


def _broken(visits: _Visits, vehicle: Vehicle, locked: Locked) -> Iterator[tuple[int, str]]:
    for k, step in locked:
        for broken, mend in _alone(visits, vehicle, step):
            if broken:
                yield k, mend
    yield from _sequence(vehicle, locked)
    yield from _idle(vehicle, locked)
    yield from _zones(visits, locked)
    yield from _shipment_order(visits, locked)
    yield from _on_board(visits, vehicle, locked)
    yield from clock(visits.problem, vehicle, locked, visits.stops)


def _alone(visits: _Visits, vehicle: Vehicle, step: LockedStep) -> Iterator[Broken]:
    """Judge a step by itself."""
    at = step.service_at
    if step.type == "break":
        windows = next((b.time_windows for b in vehicle.breaks if b.id == step.id), ())
        yield _outside(at, windows), f"service_at {at} is in none of the break's time_windows"
    yield (
        at is not None and not _inside(at, vehicle.window),
        f"service_at {at} is outside the time_window of vehicle {vehicle.id}",
    )
    elsewhere = step.type == "reload" and step.location not in (None, *vehicle.points)
    yield (
        bool(vehicle.points) and elsewhere,
        f"vehicle {vehicle.id} never loads at location {step.location}",
    )
    stop = visits.stop(step)
    if stop is None:
        return
    yield _outside(at, stop.windows), f"service_at {at} is in none of the {step.type}'s windows"
    owner = stop if isinstance(stop, Job) else visits.shipments[step.type, stop.id]
    yield (
        not owner.skills <= vehicle.skills,
        f"vehicle {vehicle.id} lacks skills {sorted(owner.skills - vehicle.skills)}",
    )
    if isinstance(stop, Job):
        yield from _job_alone(visits, vehicle, step, stop)
        return
    amount = visits.shipments[step.type, stop.id].amount
    heavy = any(a > c for a, c in zip(amount, vehicle.capacity, strict=False))
    yield heavy, f"its shipment is {list(amount)}, more than vehicle {vehicle.id} carries"


def _job_alone(visits: _Visits, vehicle: Vehicle, step: LockedStep, job: Job) -> Iterator[Broken]:
    yield job.courier not in (None, vehicle.id), f"job {job.id} belongs to courier {job.courier}"
    yield (
        job.zone > vehicle.zone_max,
        f"zone {job.zone} is above zone_max {vehicle.zone_max} of vehicle {vehicle.id}",
    )
    yield (
        any(not 0 <= bag < max(len(job.parts), 1) for bag in step.parts),
        f"job {job.id} has {len(job.parts)} parts, not those of {list(step.parts)}",
    )
    loads_at = vehicle.points or (() if vehicle.start is None else (vehicle.start,))
    yield (
        bool(job.points) and not set(job.points) & set(loads_at),
        f"the goods of job {job.id} are where vehicle {vehicle.id} never loads",
    )
    at = step.service_at
    yield (
        at is not None and at < job.release_s,
        f"service_at {at} is before the release of job {job.id} at {job.release_s}",
    )
    place = visits.places.get(job.place or "")
    if place is not None and at is not None:
        gone = at + service_s(job, vehicle)
        yield (
            any(
                gone + place.separation_s > opens and at < closes + place.separation_s
                for opens, closes in place.closed
            ),
            f"place {place.id} is closed around {at}",
        )


def _inside(at: int, window: Window) -> bool:
    return window[0] <= at <= window[1]


def _outside(at: int | None, windows: tuple[Window, ...]) -> bool:
    return at is not None and bool(windows) and not any(_inside(at, w) for w in windows)


def _trips(locked: Locked) -> Iterator[Locked]:
    """Go through the locked steps by trip: every loading begins one."""
    trip: Locked = []
    for k, step in locked:
        if step.type == "reload" and trip:
            yield trip
            trip = []
        trip.append((k, step))
    if trip:
        yield trip


def _sequence(vehicle: Vehicle, locked: Locked) -> Iterator[tuple[int, str]]:
    for place, (k, step) in enumerate(locked):
        if step.type == "start" and place:
            yield k, "start is not the first of the locked steps"
        if step.type == "end" and place < len(locked) - 1:
            yield k, "end is not the last of the locked steps"
    loads = [k for k, step in locked if step.type == "reload"]
    if loads and not vehicle.points:
        yield loads[0], f"vehicle {vehicle.id} has no points to load at"
    elif len(loads) > vehicle.max_trips:
        mend = f"vehicle {vehicle.id} makes {vehicle.max_trips} trips, and this loads once more"
        yield loads[vehicle.max_trips], mend
    tasks = [k for k, step in locked if step.type in _STOPS]
    if vehicle.max_tasks is not None and len(tasks) > vehicle.max_tasks:
        mend = f"vehicle {vehicle.id} takes {vehicle.max_tasks} tasks, and this is one more"
        yield tasks[vehicle.max_tasks], mend


def _idle(vehicle: Vehicle, locked: Locked) -> Iterator[tuple[int, str]]:
    """Find loadings and breaks beside which no stop is locked: nobody may have to go."""
    if vehicle.points:
        for trip in _trips(locked):
            if trip[0][1].type == "reload" and not any(s.type in _STOPS for _, s in trip):
                yield trip[0][0], "nothing of what it loads for is: lock a stop of its trip, too"
    pauses = [k for k, step in locked if step.type == "break"]
    if pauses and not any(step.type in _STOPS for _, step in locked):
        yield pauses[0], "who makes no stop takes no break: lock one, or give the break one window"


def _zones(visits: _Visits, locked: Locked) -> Iterator[tuple[int, str]]:
    for trip in _trips(locked):
        highest = 0
        for k, step in trip:
            stop = visits.stop(step)
            if not isinstance(stop, Job):
                continue
            if stop.zone < highest:
                yield k, f"zone {stop.zone} comes after zone {highest} in one trip"
            highest = max(highest, stop.zone)


_ORDER = ("pickup", "via", "delivery")


def _shipment_order(visits: _Visits, locked: Locked) -> Iterator[tuple[int, str]]:
    for place, (k, step) in enumerate(locked):
        shipment = visits.shipments.get((step.type, -1 if step.id is None else step.id))
        if shipment is None:
            continue
        later = _ORDER[_ORDER.index(step.type) + 1 :]
        for end in later:
            leg = getattr(shipment, end)
            if leg is not None and any(
                (other.type, other.id) == (end, leg.id) for _, other in locked[:place]
            ):
                yield k, f"{end} {leg.id} of the same shipment comes before it"


def _on_board(visits: _Visits, vehicle: Vehicle, locked: Locked) -> Iterator[tuple[int, str]]:
    """Follow the load of each trip, as if nothing else were on board."""
    size = len(vehicle.capacity)
    for trip in _trips(locked):
        fetched: set[int] = set()
        moves = [(k, *_amounts(visits, step, size, fetched)) for k, step in trip]
        load = [sum(left[d] for _, left, _, _ in moves) for d in range(size)]
        if any(a > c for a, c in zip(load, vehicle.capacity, strict=True)):
            mend = f"its trip loads {load}, more than vehicle {vehicle.id} carries"
            yield next(k for k, left, _, _ in moves if any(left)), mend
            continue
        for k, left, taken, brought in moves:
            load = [a - b + c - d for a, b, c, d in zip(load, left, taken, brought, strict=True)]
            if any(a > c for a, c in zip(load, vehicle.capacity, strict=True)):
                yield k, f"then {load} are on board, more than vehicle {vehicle.id} carries"
                break


def _amounts(
    visits: _Visits, step: LockedStep, size: int, fetched: set[int]
) -> tuple[Amounts, Amounts, Amounts]:
    """Give what a step leaves of its trip's loading, takes on board, and brings of that.

    What no locked step has fetched, another may fetch before: its bringing frees no room.
    """
    nothing = (0,) * size
    stop = visits.stop(step)
    if isinstance(stop, Job):
        parts = [stop.parts[bag] for bag in step.parts if 0 <= bag < len(stop.parts)]
        left = tuple(map(sum, zip(*parts, strict=True))) if parts else stop.delivery
        taken = stop.pickup
        return _sized(left, size), _sized(taken, size), nothing
    shipment = visits.shipments.get((step.type, -1 if step.id is None else step.id))
    if shipment is None or step.type == "via":
        return nothing, nothing, nothing
    amount = _sized(shipment.amount, size)
    if step.type == "pickup":
        fetched.add(shipment.pickup.id)
        return nothing, amount, nothing
    return nothing, nothing, amount if shipment.pickup.id in fetched else nothing


def _sized(amount: Amounts, size: int) -> Amounts:
    return amount if len(amount) == size else (0,) * size
