"""From a plan of before to a timed solution: what still holds stays."""

from dataclasses import replace

from solver.engines.dispatch import start_shift
from solver.engines.instance import Instance, Stop
from solver.engines.solution import Solution, end_shift
from solver.engines.timing import loads_fit, time_trip
from solver.plan import Plan, Route


def locked_only(instance: Instance) -> Solution:
    """Begin a plan with nothing but the trips that must stay.

    Raises
    ------
    LockedImpossible
        If they cannot be made.
    """
    solution = Solution(instance)
    for vehicle in range(len(instance.vehicles)):
        start_shift(solution, vehicle)
    return solution


def laid_out(instance: Instance, plan: Plan) -> Solution:
    """Give as much of a plan as this problem's rules let stand, at its times or the earliest.

    Steps of tasks or vehicles that do not exist (any more) are passed over; a trip that cannot be
    made is tried without its last stops. Locked steps stand in any case.
    """
    solution = locked_only(instance)
    index = {v.id: i for i, v in enumerate(instance.vehicles)}
    for route in plan.routes:
        which = index.get(route.vehicle)
        if which is not None and not instance.locked[which]:
            _lay_route(instance, solution, which, route)
    return solution


def _lay_route(instance: Instance, solution: Solution, vehicle: int, route: Route) -> None:
    multi = bool(instance.vehicles[vehicle].points)
    trips = _trips(instance, vehicle, route)
    for number, (point, leaves_s, stops) in enumerate(trips):
        onward = multi and number + 1 < len(trips)
        if multi and point not in instance.vehicles[vehicle].points:
            continue
        remaining = _whole(instance, solution, stops)
        while remaining:
            where = point if multi else None
            held = tuple(_held(stop, at, leaves_s) for stop, at in remaining)
            if _append(instance, solution, vehicle, where, held, onward=onward) or _append(
                instance, solution, vehicle, where, _stops(remaining), onward=onward
            ):
                break
            dropped = remaining[-1][0].task
            remaining = [pair for pair in remaining if pair[0].task != dropped]
        if not multi:
            return
    end_shift(solution, vehicle)


def _stops(timed: list[tuple[Stop, int]]) -> tuple[Stop, ...]:
    return tuple(stop for stop, _ in timed)


def _append(
    instance: Instance,
    solution: Solution,
    vehicle: int,
    point: int | None,
    stops: tuple[Stop, ...],
    *,
    onward: bool,
) -> bool:
    if not loads_fit(instance, vehicle, stops):
        return False
    trip = time_trip(
        instance,
        solution.occupancy,
        vehicle,
        solution.progress(vehicle),
        point=point,
        stops=stops,
        onward=onward,
    )
    if trip is None:
        return False
    solution.append(vehicle, trip)
    return True


def _held(stop: Stop, at: int, leaves_s: int) -> Stop:
    """Hold a stop to its instant of before, if that is still in a window, and its trip's loading.

    Loading is over when the trip may leave, and no sooner.
    """
    stop = replace(stop, release_s=max(stop.release_s, leaves_s))
    if stop.windows and not any(start <= at <= end for start, end in stop.windows):
        return stop
    return replace(stop, windows=((at, at),))


_Timed = list[tuple[Stop, int]]


def _trips(instance: Instance, vehicle: int, route: Route) -> list[tuple[int | None, int, _Timed]]:
    """Give the trips of a route.

    Each has its point, when its loading was over, and stops with the instants at which they begin.
    """
    known = {(s.type, s.id): s for task in instance.tasks for s in task.stops}
    trips: list[tuple[int | None, int, _Timed]] = [(None, 0, [])]
    for step in route.steps:
        if step.type == "reload":
            loaded_s = step.arrival_s + step.waiting_s + step.service_s
            trips.append((step.location, loaded_s, []))
        stop = known.get((step.type, -1 if step.id is None else step.id))
        if stop is None or vehicle not in instance.tasks[stop.task].eligible:
            continue
        task = instance.tasks[stop.task]
        if task.splittable and step.parts and all(p < len(task.parts) for p in step.parts):
            stop = instance.part_of(task, step.parts)[0]
        trips[-1][2].append((stop, step.arrival_s + step.waiting_s))
    return [trip for trip in trips if trip[2]]


def _whole(
    instance: Instance, solution: Solution, timed: list[tuple[Stop, int]]
) -> list[tuple[Stop, int]]:
    """Keep what is still wanted, and shipments only with all their stops in order."""
    types: dict[int, list[str]] = {}
    for stop, _ in timed:
        types.setdefault(stop.task, []).append(stop.type)
    kept = []
    for stop, at in timed:
        task = instance.tasks[stop.task]
        left = set(solution.left[task.index])
        wanted = set(stop.parts) <= left if task.splittable else bool(left)
        whole = task.splittable or types[stop.task] == [s.type for s in task.stops]
        if wanted and whole:
            kept.append((stop, at))
    return kept
