"""From a solution to the routes of a plan."""

from solver.engines.instance import Instance, total
from solver.engines.solution import Solution
from solver.engines.timing import Progress, Trip, Visit, at_start
from solver.plan import Route, Step
from solver.problem import Amounts
from solver.summary import route_cost


def routes_of(solution: Solution) -> tuple[Route, ...]:
    """Write out every shift that has a trip."""
    return tuple(
        _route(solution, vehicle, shift) for vehicle, shift in enumerate(solution.shifts) if shift
    )


class _Writer:
    """Keeps load and distances while steps are written."""

    def __init__(self, instance: Instance, vehicle: int, location: int | None) -> None:
        self.travel = instance.travel[vehicle]
        self.location = location
        self.duration_s = 0
        self.distance_m = 0
        self.steps: list[Step] = []

    def go(self, location: int | None) -> None:
        if location is not None and self.location is not None and location != self.location:
            self.duration_s += self.travel.duration_s[self.location][location]
            self.distance_m += self.travel.distance_m[self.location][location]
        if location is not None:
            self.location = location

    def write(self, kind: str, location: int | None, at_s: int, load: Amounts, trip: int) -> None:
        self.go(location)
        self.steps.append(
            Step(
                type=kind,
                location=location,
                arrival_s=at_s,
                load=load,
                trip=trip,
                duration_s=self.duration_s,
                distance_m=self.distance_m,
            )
        )

    def visit(self, visit: Visit, load: Amounts, trip: int) -> None:
        self.go(visit.location)
        stop = visit.stop
        self.steps.append(
            Step(
                type=visit.type,
                location=visit.location,
                arrival_s=visit.arrival_s,
                id=stop.id if stop is not None else visit.break_id,
                waiting_s=visit.waiting_s,
                setup_s=visit.setup_s,
                service_s=visit.service_s,
                load=load,
                trip=trip,
                parts=stop.parts if stop is not None else (),
                duration_s=self.duration_s,
                distance_m=self.distance_m,
                description=stop.description if stop is not None else "",
            )
        )


def _route(solution: Solution, vehicle: int, shift: list[Trip]) -> Route:
    instance = solution.instance
    v = instance.vehicles[vehicle]
    begin: Progress = at_start(instance, vehicle, solution.departs.get(vehicle))
    start = v.start if v.start is not None else shift[0].point
    leaves = begin.time_s
    if shift[0].point is None:
        leaves = max([leaves, *(s.release_s for s in shift[0].stops)])
        # A break may come before the goods do: the shift has begun with it.
        leaves = min(leaves, shift[0].visits[0].arrival_s)
    writer = _Writer(instance, vehicle, start)
    load = _loaded(instance, shift[0]) if shift[0].point is None else instance.zero
    writer.write("start", start, leaves, load, 0)
    number = 0
    for place, trip in enumerate(shift):
        for visit in trip.visits:
            if visit.type == "reload":
                load, number = _loaded(instance, trip), place
            if visit.stop is not None:
                load = tuple(a + c for a, c in zip(load, visit.stop.change, strict=True))
            writer.visit(visit, load, number)
    for visit in shift[-1].rest:
        writer.visit(visit, load, len(shift) - 1)
    home = instance.returns_to(vehicle, shift[-1].stops[-1].location)
    writer.write("end", home, shift[-1].end.time_s, load, len(shift) - 1)
    return Route(
        vehicle=v.id,
        steps=tuple(writer.steps),
        cost=route_cost(instance.problem, v, writer.steps),
        description=v.description,
    )


def _loaded(instance: Instance, trip: Trip) -> Amounts:
    return total([s.loaded for s in trip.stops], instance.zero)
