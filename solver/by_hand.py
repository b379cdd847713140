"""A plan under a person's hand: a stop given to another trip, times found anew, nothing judged.

Whoever changes a plan asks :func:`solver.check.check` about what comes out.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from solver.engines.assemble import routes_of
from solver.engines.instance import Instance, prepare
from solver.engines.warm import laid_out
from solver.formats.sequences import Stop, TripStops, route_of, stops_of
from solver.plan import Plan, Route, Step, Unassigned
from solver.problem import Amounts, Problem, Vehicle
from solver.summary import STOPS, summarise

ENGINE = "by-hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a stop is or shall be: trips count from 0, and so do the stops of a trip.

    ``vehicle`` None: it is left out.
    """

    vehicle: int | None
    trip: int = 0
    stop: int = 0


Trips = list[list[Step]]


def trips_of(route: Route) -> Trips:
    """Cut a route into the stops of its trips; a trip without stops is left out."""
    trips: dict[int, list[Step]] = {}
    for step in route.steps:
        if step.type in STOPS:
            trips.setdefault(step.trip, []).append(step)
    return [trips[number] for number in sorted(trips)]


def moved(problem: Problem, plan: Plan, source: Place, target: Place, *, left: int = 0) -> Plan:
    """Give the plan with one stop elsewhere; routes that were touched have no times yet.

    Parameters
    ----------
    source
        Where it is; without a vehicle it is the job of ``plan.unassigned[left]``.
    target
        ``trip`` may be one more than there are; ``stop`` counts in the trip without the stop.

    Raises
    ------
    IndexError, KeyError
        If there is no such stop, trip or vehicle.
    """
    days = {route.vehicle: trips_of(route) for route in plan.routes}
    unassigned = list(plan.unassigned)
    if source.vehicle is None:
        step = _step_of(problem, unassigned.pop(left))
    else:
        step = days[source.vehicle][source.trip].pop(source.stop)
    if target.vehicle is None:
        raise KeyError("a stop is given to a vehicle")
    day = days.setdefault(target.vehicle, [])
    if target.trip == len(day):
        day.append([])
    day[target.trip].insert(target.stop, step)
    touched = {source.vehicle, target.vehicle}
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    routes = {route.vehicle: route for route in plan.routes}
    for vehicle, trips in days.items():
        if vehicle in touched:
            routes[vehicle] = _rewritten(vehicles[vehicle], routes.get(vehicle), trips)
    kept = tuple(route for route in routes.values() if trips_of(route))
    return replace(plan, routes=kept, unassigned=tuple(unassigned))


def _step_of(problem: Problem, left: Unassigned) -> Step:
    job = next(job for job in problem.jobs if left.type == "job" and job.id == left.id)
    return Step(
        type="job",
        location=job.location,
        arrival_s=0,
        id=job.id,
        service_s=job.service_s,
        parts=left.parts,
        description=job.description,
    )


def _rewritten(vehicle: Vehicle, before: Route | None, trips: Trips) -> Route:
    """Write trips one after another; each begins with its loading of before, where it had one."""
    loadings = _loadings(before)
    home = vehicle.points[0] if vehicle.points else vehicle.start
    steps = [Step(type="start", location=home, arrival_s=vehicle.window[0])]
    number = 0
    for trip in trips:
        if not trip:
            continue
        known = loadings.get(trip[0].trip if len(trip) > 1 else -1) or loadings.get(trip[-1].trip)
        loading = known or Step(
            type="reload", location=home, arrival_s=0, service_s=vehicle.reload_service_s
        )
        steps.append(replace(loading, trip=number))
        steps += [replace(step, trip=number) for step in trip]
        number += 1
    steps.append(
        Step(type="end", location=home, arrival_s=steps[-1].arrival_s, trip=max(number - 1, 0))
    )
    return Route(vehicle=vehicle.id, steps=tuple(steps), description=vehicle.description)


def _loadings(route: Route | None) -> dict[int, Step]:
    steps = () if route is None else route.steps
    return {step.trip: step for step in steps if step.type == "reload"}


def laid(problem: Problem, plan: Plan, touched: Collection[int]) -> Plan | None:
    """Find times for touched routes while all others keep theirs; None where there are none."""
    return _laid(prepare(problem), plan, touched)


def best_laid(
    problem: Problem, plans: Sequence[Plan], touched: Collection[int]
) -> tuple[int, Plan] | None:
    """Lay several plans out and give the one whose touched routes are home the earliest."""
    instance = prepare(problem)
    best: tuple[int, int, Plan] | None = None
    for number, plan in enumerate(plans):
        found = _laid(instance, plan, touched)
        if found is None:
            continue
        late = sum(r.steps[-1].arrival_s for r in found.routes if r.vehicle in touched)
        if best is None or late < best[0]:
            best = (late, number, found)
    return None if best is None else best[1:]


def _laid(instance: Instance, plan: Plan, touched: Collection[int]) -> Plan | None:
    ordered = sorted(plan.routes, key=lambda route: route.vehicle in touched)
    solution = laid_out(instance, replace(plan, routes=tuple(ordered)))
    routes = routes_of(solution)
    if set(_served(routes)) != set(_served(plan.routes)):
        return None
    return figured(instance.problem, replace(plan, routes=routes))


def _served(routes: Sequence[Route]) -> Iterator[tuple[int, str, int | None, tuple[int, ...]]]:
    for route in routes:
        for step in route.steps:
            if step.type in STOPS:
                yield route.vehicle, step.type, step.id, tuple(sorted(step.parts))


def earliest(problem: Problem, plan: Plan, touched: Collection[int]) -> Plan:
    """Time touched routes as if nobody else were about, for the judge to say what that breaks."""
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    known = {(stop.type, stop.task.id): stop for stop in stops_of(problem)}
    routes = []
    for route in plan.routes:
        if route.vehicle not in touched:
            routes.append(route)
            continue
        vehicle = vehicles[route.vehicle]
        trips = trips_of(route)
        point = vehicle.points[0] if vehicle.points else None
        timed = route_of(
            problem,
            vehicle,
            [TripStops(point, tuple(_stop(known, step, problem) for step in t)) for t in trips],
        )
        routes.append(_with_parts(timed, [step for trip in trips for step in trip]))
    return figured(problem, replace(plan, routes=tuple(routes)))


def _stop(known: dict[tuple[str, int], Stop], step: Step, problem: Problem) -> Stop:
    stop = known[step.type, -1 if step.id is None else step.id]
    job = next((j for j in problem.jobs if step.type == "job" and j.id == step.id), None)
    if job is None or not (job.parts and step.parts):
        return stop
    taken: Amounts = tuple(map(sum, zip(*(job.parts[n] for n in step.parts), strict=True)))
    return replace(stop, loaded=taken, change=tuple(-amount for amount in taken))


def _with_parts(route: Route, stops: Sequence[Step]) -> Route:
    given = iter(stops)
    return replace(
        route,
        steps=tuple(
            replace(step, parts=next(given).parts) if step.type in STOPS else step
            for step in route.steps
        ),
    )


def figured(problem: Problem, plan: Plan) -> Plan:
    """Write the figures of a plan anew."""
    return replace(
        plan,
        summary=summarise(
            problem,
            plan.routes,
            plan.unassigned,
            engine=ENGINE,
            seed=max(plan.summary.seed, 0),
            seconds=0.0,
            stopped="edited",
        ),
    )
