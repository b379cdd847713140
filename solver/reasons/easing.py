"""Prepared problems with one rule eased, for couriers or places, without preparing anew."""

from dataclasses import fields, replace
from typing import Any

from solver.engines.instance import Instance, Stop, Task, fits
from solver.engines.solution import Solution
from solver.plan import Relaxation
from solver.problem import HORIZON_S, Job, Place, Problem, Vehicle
from solver.relax import apart, relax

ENDLESS = 10**15
"""A capacity or shelf that nothing fills."""


def rebuilt(solution: Solution, instance: Instance) -> Solution:
    """Lay the same trips into an eased instance."""
    copy = Solution(instance)
    copy.departs.update(solution.departs)
    for vehicle, shift in enumerate(solution.shifts):
        for trip in shift:
            copy.append(vehicle, trip)
    return copy


def couriers_eased(instance: Instance, **changes: Any) -> Instance:
    """Change the same of every courier."""
    return replace(instance, vehicles=tuple(replace(v, **changes) for v in instance.vehicles))


def one_eased(instance: Instance, vehicle: int, **changes: Any) -> Instance:
    """Change one courier."""
    vehicles = list(instance.vehicles)
    vehicles[vehicle] = replace(vehicles[vehicle], **changes)
    return replace(instance, vehicles=tuple(vehicles))


def longer(instance: Instance) -> Instance:
    """Let every shift last."""
    vehicles = (replace(v, window=(v.window[0], HORIZON_S)) for v in instance.vehicles)
    return replace(instance, vehicles=tuple(vehicles))


def more_trips(instance: Instance, by: int) -> Instance:
    """Let everybody who loads at a point take more trips."""
    vehicles = (
        replace(v, max_trips=v.max_trips + by) if v.points else v for v in instance.vehicles
    )
    return replace(instance, vehicles=tuple(vehicles))


def place_eased(instance: Instance, place: int, **changes: Any) -> Instance:
    """Change one place."""
    problem = instance.problem
    places = list(problem.places)
    places[place] = replace(places[place], **changes)
    return replace(instance, problem=replace(problem, places=tuple(places)))


def endless_shelf(instance: Instance, place: int) -> Instance:
    """Let everything fit on one shelf."""
    return place_eased(instance, place, shelf=tuple(ENDLESS for _ in instance.zero))


def bays_eased(instance: Instance) -> Instance:
    """Give every bay a further lane."""
    problem = instance.problem
    bays = tuple(replace(b, lanes=b.lanes + 1) for b in problem.bays)
    return replace(instance, problem=replace(problem, bays=bays))


def with_courier(instance: Instance, like: int, added: Vehicle) -> Instance:
    """Add a courier who moves like another."""
    own = replace(instance.vehicles[like], window=added.window, breaks=(), locked=(), id=added.id)
    problem = instance.problem
    return replace(
        instance,
        problem=replace(problem, vehicles=(*problem.vehicles, added)),
        vehicles=(*instance.vehicles, own),
        travel=(*instance.travel, instance.travel[like]),
        locked=(*instance.locked, ()),
        allowed=(*instance.allowed, instance.allowed[like]),
    )


def as_relaxed(instance: Instance, relaxation: Relaxation, task: Task) -> tuple[Instance, Task]:
    """Give the instance and the task as the relaxed problem wants them."""
    for single in apart(relaxation):
        instance, task = _as_relaxed(instance, single, task)
    return instance, task


def _as_relaxed(instance: Instance, relaxation: Relaxation, task: Task) -> tuple[Instance, Task]:
    before = instance.problem
    problem = relax(before, relaxation)
    if len(problem.vehicles) > len(before.vehicles):
        number = relaxation.facts["like"]
        like = next(n for n, v in enumerate(before.vehicles) if v.id == number)
        eased = with_courier(instance, like, problem.vehicles[-1])
    else:
        vehicles = tuple(
            own if old is new else replace(own, **_changes(old, new))
            for own, old, new in zip(
                instance.vehicles, before.vehicles, problem.vehicles, strict=True
            )
        )
        eased = replace(instance, vehicles=vehicles)
    changed = _task(problem, task)
    able = tuple(n for n, v in enumerate(eased.vehicles) if may_serve(changed, v))
    changed = replace(changed, eligible=able)
    tasks = list(instance.tasks)
    tasks[task.index] = changed
    return replace(eased, problem=problem, tasks=tuple(tasks)), changed


def _changes(old: Vehicle, new: Vehicle) -> dict[str, Any]:
    return {
        f.name: getattr(new, f.name)
        for f in fields(Vehicle)
        if getattr(old, f.name) != getattr(new, f.name)
    }


def _task(problem: Problem, task: Task) -> Task:
    """Read windows, release, points and tie of a task anew."""
    if isinstance(task.source, Job):
        number = task.source.id
        job = next(j for j in problem.jobs if j.id == number)
        stop = replace(task.stops[0], windows=job.windows, release_s=job.release_s)
        return replace(task, source=job, stops=(stop,), points=frozenset(job.points))
    number = task.source.pickup.id
    shipment = next(s for s in problem.shipments if s.pickup.id == number)
    stops = tuple(
        replace(stop, windows=getattr(shipment, stop.type).windows) for stop in task.stops
    )
    return replace(task, source=shipment, stops=stops)


def may_serve(task: Task, v: Vehicle) -> bool:
    """Say whether a courier holds every permit for a task."""
    return not missing(task, v)


def missing(task: Task, v: Vehicle) -> tuple[str, ...]:
    """Name the permits for a task that a courier lacks."""
    source = task.source
    job = source if isinstance(source, Job) else None
    points = frozenset(v.points) or frozenset(() if v.start is None else (v.start,))
    pickup = () if job is None else job.pickup
    holds = {
        "tie": job is None or job.courier in (None, v.id),
        "skills": source.skills <= v.skills,
        "zone": job is None or job.zone <= v.zone_max,
        "points": not task.points or bool(task.points & points),
        "capacity": any(fits(p, v.capacity) for p in task.parts)
        and fits(pickup or v.capacity, v.capacity),
    }
    return tuple(name for name, held in holds.items() if not held)


def anywhere(stop: Stop) -> Stop:
    """Let a stop be at no place, where nobody can be met."""
    return replace(stop, place=-1)


def weightless(stop: Stop) -> Stop:
    """Let a stop take no room on board nor on a shelf."""
    zero = tuple(0 for _ in stop.loaded)
    return replace(stop, loaded=zero, change=zero)


def any_time(stop: Stop) -> Stop:
    """Let a stop be served at any time."""
    return replace(stop, windows=())


def released(stop: Stop) -> Stop:
    """Let the goods of a stop be there from the beginning."""
    return replace(stop, release_s=0)


def place_of(instance: Instance, task: Task) -> tuple[int, Place] | None:
    """Give the place of a task, with its index."""
    index = next((s.place for s in task.stops if s.place >= 0), -1)
    return None if index < 0 else (index, instance.problem.places[index])
