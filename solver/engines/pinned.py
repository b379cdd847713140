"""Between the timetable's routes and an engine's plan: the same rides at stated times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from solver.engines.assemble import routes_of
from solver.engines.instance import Instance, Stop
from solver.engines.ortools_nodes import stay_s
from solver.engines.solution import Solution
from solver.engines.timing import Progress, Trip, time_trip
from solver.plan import Route, Step
from solver.timetable import move_times, place_times


@dataclass(frozen=True, slots=True)
class Ride:
    """A trip without times."""

    point: int | None
    stops: tuple[Stop, ...]


Days = Mapping[int, Sequence[Ride]]  # by vehicle


def retimed(
    solution: Solution, *, seconds: float, deterministic: bool = False, seed: int = 0
) -> Solution | None:
    """Give the same rides with less waiting, or None; what is left stays left."""
    problem = solution.instance.problem
    routes = move_times(
        problem, routes_of(solution), seconds=seconds, deterministic=deterministic, seed=seed
    )
    if routes is None:
        return None
    days = {
        vehicle: [Ride(trip.point, trip.stops) for trip in shift]
        for vehicle, shift in enumerate(solution.shifts)
        if shift
    }
    return _at_times(solution.instance, days, routes)


def placed(
    instance: Instance, days: Days, *, seconds: float, deterministic: bool = False, seed: int = 0
) -> Solution | None:
    """Time rides all at once, or say with None that it cannot be, or not in time.

    Where a break is to be taken is not the timetable's to say: with breaks it is None.
    """
    if any(instance.vehicles[v].breaks for v in days):
        return None
    routes = [_untimed(instance, vehicle, rides) for vehicle, rides in sorted(days.items())]
    timed = place_times(
        instance.problem, routes, seconds=seconds, deterministic=deterministic, seed=seed
    )
    return None if timed is None else _at_times(instance, days, timed)


def _untimed(instance: Instance, vehicle: int, rides: Sequence[Ride]) -> Route:
    v = instance.vehicles[vehicle]
    first = v.start if v.start is not None else rides[0].point
    steps = [Step(type="start", location=first, arrival_s=0)]
    for trip, ride in enumerate(rides):
        if ride.point is not None:
            service = v.reload_service_s
            steps.append(
                Step(
                    type="reload",
                    location=ride.point,
                    arrival_s=0,
                    service_s=service,
                    trip=trip,
                )
            )
        for stop in ride.stops:
            setup, service = stay_s(instance, vehicle, stop)
            after = steps[-1]
            same = after.location == stop.location and after.type not in ("start", "reload")
            steps.append(
                Step(
                    type=stop.type,
                    location=stop.location,
                    arrival_s=0,
                    id=stop.id,
                    setup_s=0 if same else setup,
                    service_s=service,
                    trip=trip,
                    parts=stop.parts,
                )
            )
    home = instance.returns_to(vehicle, steps[-1].location or 0)
    steps.append(Step(type="end", location=home, arrival_s=0, trip=len(rides) - 1))
    return Route(vehicle=v.id, steps=tuple(steps))


def _at_times(instance: Instance, days: Days, routes: Sequence[Route]) -> Solution | None:
    """Build a plan whose every step begins when its route says."""
    solution = Solution(instance)
    of_vehicle = {route.vehicle: route.steps for route in routes}
    for vehicle, rides in days.items():
        steps = of_vehicle[instance.vehicles[vehicle].id]
        solution.departs[vehicle] = steps[0].arrival_s
        for number, ride in enumerate(rides):
            mine = [s for s in steps if s.trip == number and s.type not in ("start", "end")]
            trip = _pinned(solution, vehicle, ride, mine, onward=number + 1 < len(rides))
            if trip is None:
                return None
            solution.append(vehicle, trip)
    return solution


def _pinned(
    solution: Solution, vehicle: int, ride: Ride, steps: list[Step], *, onward: bool
) -> Trip | None:
    instance = solution.instance
    begins = {(s.type, s.id): s.arrival_s + s.waiting_s for s in steps}
    loaded_s = 0
    if ("reload", None) in begins:
        loaded_s = begins["reload", None] + instance.vehicles[vehicle].reload_service_s
    stops = [
        replace(stop, windows=((at_s, at_s),), release_s=max(stop.release_s, loaded_s))
        for stop in ride.stops
        if (at_s := begins.get((stop.type, stop.id))) is not None
    ]
    progress = solution.progress(vehicle)
    known = {pause.id: pause for pause in progress.breaks}
    pauses = tuple(
        replace(p, time_windows=((at_s, at_s),))
        if (at_s := begins.get(("break", p.id))) is not None
        else p
        for p in progress.breaks
    )
    trip = time_trip(
        instance,
        solution.occupancy,
        vehicle,
        replace(progress, breaks=pauses),
        point=ride.point,
        stops=tuple(stops),
        onward=onward,
    )
    if trip is None or len(stops) != len(ride.stops):
        return None

    def freed(state: Progress) -> Progress:
        return replace(state, breaks=tuple(known[p.id] for p in state.breaks))

    original = {(s.type, s.id): s for s in ride.stops}
    visits = tuple(
        v if v.stop is None else replace(v, stop=original[v.stop.type, v.stop.id])
        for v in trip.visits
    )
    return replace(
        trip, stops=ride.stops, visits=visits, after=freed(trip.after), end=freed(trip.end)
    )
