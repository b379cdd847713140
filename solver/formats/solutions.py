"""Solution files of the public collections: who is visited in which order, and the cost.

A line is ``Route #3: 5 9 2``, the visits by their numbers in the instance; the routes are those
of the vehicles in the order of the instance, from the first (some authors count from 0). Several
trips are parted by the number of the depot where the vehicle reloads, or by ``|``. The last line
is ``Cost: 4711``.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from solver.formats.faults import Faults, PlanInvalid
from solver.formats.plan_json import REASON_NOT_STATED
from solver.formats.sequences import Stop, TripStops, route_of, stops_of
from solver.formats.values import shown
from solver.plan import Plan, Route, Unassigned
from solver.problem import Problem, Vehicle
from solver.summary import STOPS, in_family_units, summarise

__all__ = ["PlanInvalid", "published_cost", "read_solution", "write_solution"]

_ROUTE: Final = re.compile(r"\s*Route\s*#?\s*(\d{1,9})\s*:(.*)", re.IGNORECASE)
_COST: Final = re.compile(r"^\s*Cost\s*:?\s*(\d+(?:\.\d+)?)\s*$", re.IGNORECASE | re.MULTILINE)
_NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)
_TRIP_ENDS: Final = "|"


def published_cost(text: str) -> float | None:
    """Give the cost that a solution file states, in the unit of its family."""
    found = _COST.search(text)
    return None if found is None else float(found[1])


def read_solution(text: str, problem: Problem) -> Plan:
    """Read a plan; times are the earliest, or those of the shortest routes where that matters.

    Who is not visited is unassigned, for a reason that the file does not state.

    Raises
    ------
    PlanInvalid
        With every fault by route. Whether the plan keeps the rules is not asked here.
    """
    faults = Faults()
    stops = _by_number(problem, faults)
    found = [match for match in map(_ROUTE.match, text.splitlines()) if match]
    numbers = [int(match[1]) for match in found]
    if not found:
        faults.add("$", "route.missing", "there is no line «Route #1: …»")
    for number in sorted(n for n, count in Counter(numbers).items() if count > 1):
        faults.add(f"Route #{number}", "route.twice", "the route is there twice")
    offset = 0 if 0 in numbers else 1
    routes: list[Route] = []
    for number, words in zip(numbers, (match[2].split() for match in found), strict=True):
        if not words:
            continue
        vehicle = _vehicle(problem, number, offset, faults)
        if vehicle is None:
            continue
        trips = _trips(vehicle, words, stops, f"Route #{number}", faults)
        if trips:
            routes.append(route_of(problem, vehicle, trips))
    if len(faults):
        raise PlanInvalid(tuple(faults))
    unassigned = tuple(_left(stops, routes))
    summary = summarise(
        problem, tuple(routes), unassigned, engine="", seed=0, seconds=0.0, stopped=""
    )
    return Plan(routes=tuple(routes), unassigned=unassigned, summary=summary)


def _vehicle(problem: Problem, number: int, offset: int, faults: Faults) -> Vehicle | None:
    place = number - offset
    if not 0 <= place < len(problem.vehicles):
        what = f"there are only {len(problem.vehicles)} vehicles"
        faults.add(f"Route #{number}", "vehicle.unknown", what)
        return None
    return problem.vehicles[place]


def _by_number(problem: Problem, faults: Faults) -> dict[int, Stop]:
    found: dict[int, Stop] = {}
    for stop in stops_of(problem):
        if stop.task.id in found:
            what = f"{stop.task.id} names two stops of the problem: such plans need JSON"
            faults.add("$", "id.twice", what)
        found[stop.task.id] = stop
    return found


def _trips(
    vehicle: Vehicle,
    words: Sequence[str],
    stops: Mapping[int, Stop],
    place: str,
    faults: Faults,
) -> list[TripStops]:
    """Part the visits into trips; depots at the ends of a route say nothing new."""
    home = vehicle.points or (() if vehicle.start is None else (vehicle.start,))
    point = vehicle.start if vehicle.start in vehicle.points else next(iter(vehicle.points), None)
    trips, visits = [], []
    for word in (*words, _TRIP_ENDS):
        ends = word == _TRIP_ENDS
        number = int(word) if _NUMBER.fullmatch(word) else -1
        if not ends and number in stops:
            visits.append(stops[number])
        elif not ends and number not in home:
            faults.add(place, "task.unknown", f"{shown(word)} is neither a stop nor a depot of it")
        else:
            if visits:
                trips.append(TripStops(point, tuple(visits)))
            if not ends and vehicle.points:
                point = number
            visits = []
    if len(trips) > 1 and not vehicle.points:
        faults.add(place, "reload.not-allowed", "the vehicle makes a single trip")
    return trips


def _left(stops: Mapping[int, Stop], routes: Sequence[Route]) -> Iterator[Unassigned]:
    served = {(s.type, s.id) for route in routes for s in route.steps if s.type in STOPS}
    for number, stop in stops.items():
        if (stop.type, number) not in served:
            yield Unassigned(
                id=number,
                type=stop.type,
                location=stop.task.location,
                code=REASON_NOT_STATED,
                facts={},
                proven=False,
                description=stop.task.description,
            )


def write_solution(problem: Problem, plan: Plan) -> str:
    """Write a plan as a solution file.

    Where vehicles differ, every vehicle has its line, empty or not; otherwise the used ones are
    numbered anew.
    """
    routes = {route.vehicle: route for route in plan.routes}
    alike = _alike(problem)
    lines, number = [], 0
    for vehicle in problem.vehicles:
        route = routes.get(vehicle.id)
        if route is None and alike:
            continue
        number += 1
        lines.append(" ".join([f"Route #{number}:", *(() if route is None else _visits(route))]))
    cost = in_family_units(problem, plan.summary.cost)
    return "\n".join([*lines, f"Cost: {cost}", ""])


def _alike(problem: Problem) -> bool:
    """Say whether vehicles are alike but for their names."""
    first = replace(problem.vehicles[0], id=0, description="")
    return all(replace(v, id=0, description="") == first for v in problem.vehicles)


def _visits(route: Route) -> Iterator[str]:
    stops = [step for step in route.steps if step.type in STOPS or step.type == "reload"]
    first = True
    for reload, group in groupby(stops, key=lambda step: step.type == "reload"):
        steps = list(group)
        if not reload:
            yield from (str(step.id) for step in steps)
        elif not first:
            yield str(steps[-1].location)
        first = False
