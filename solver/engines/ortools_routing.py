"""OR-Tools' routing model of any problem: the model of record.

It carries loads in every dimension, windows, breaks, releases, limits, permits, ranks, errands,
priorities, prizes, wishes, cohorts and locked beginnings. Couriers meeting nobody, bays, clearings
of shelves and the sequence of a courier's trips are no part of it: whatever it forms is timed by
:mod:`solver.engines.timing`, which grants only times that keep every rule.
"""

import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from solver.engines.dispatch import start_shift
from solver.engines.instance import Instance, Stop
from solver.engines.ortools_fleet import enough
from solver.engines.ortools_model import build
from solver.engines.ortools_nodes import Model, Slot, single_slots, stops_left, trip_slots
from solver.engines.pinned import Ride, placed
from solver.engines.solution import Solution
from solver.engines.timing import Trip, loads_fit, time_trip

STALL_CHECKS = 60_000
"""Neighbourhood checks without an improvement after which a small search is taken as done."""

GIVEN_SHARE = 0.6
"""Share of the time to state where OR-Tools starts from routes: measured, it overruns then."""

FIRST_S = 3600.0
"""For a first solution, which ends by itself."""

CHECKS = 64
"""Checks between two looks at the clock."""

STALL_TRIPS = 4_000
SMALL = 60
"""Stops up to which trips are searched until nothing gets better, however much time there is."""

BUILD_S = 2e-6
"""Seconds of building the model by node and node or node and trip; measured, on the safe side."""

LARGE = 500_000
"""Stops times slots from which on the first solution must be a quick one."""

FORMING_SHARE = 0.85
"""Share of the time that forming the rides gets; timing them needs the rest."""

COUNTED_S = 0.5
"""What the timetable gets where steps are counted: about so many seconds."""

STARTS_TRIED = 12
"""Later and later starts of a day that would be too long otherwise."""

SOLUTIONS = 100_000
"""A bound beside the time, which OR-Tools looks at only now and then."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the model gives: stops in order by slot that is used."""

    rides: list[tuple[Slot, list[Stop]]] = field(default_factory=list)


def can_model(instance: Instance) -> bool:
    """Say whether there is anything to route; every problem can be modelled."""
    return bool(instance.tasks and instance.vehicles)


def route(
    instance: Instance,
    *,
    seconds: float,
    solutions: int | None,
    should_stop: Callable[[], bool] | None = None,
) -> Solution:
    """Solve with OR-Tools, then time every route; what cannot be timed is left over.

    For vehicles without points; trips of others are :mod:`solver.engines.ortools_trips`'.
    """
    began = time.monotonic()
    solution = Solution(instance)
    found = routed(
        solution, slots_of(solution), seconds=seconds * FORMING_SHARE, solutions=solutions,
        should_stop=should_stop,
    )  # fmt: skip
    counted = solutions is not None
    left = COUNTED_S if counted else max(0.0, seconds - (time.monotonic() - began))
    return take_singles(solution, found, seconds=left, deterministic=counted)


def slots_of(solution: Solution) -> list[Slot]:
    """Give the slots of a problem, for what its plan leaves."""
    stops = stops_left(solution)
    return [*enough(solution.instance, stops), *trip_slots(solution, stops)]


def routed(
    solution: Solution,
    slots: list[Slot],
    *,
    seconds: float,
    solutions: int | None,
    should_stop: Callable[[], bool] | None = None,
) -> Found | None:
    """Form rides for what a plan leaves; None where the time is too short for the model."""
    began = time.monotonic()
    stops = [s for slot in slots for s in slot.locked]
    taken = {(s.task, p) for s in stops for p in s.parts or (0,)}
    stops += stops_left(solution, taken)
    size = len(stops) + len(slots)
    if not stops or not slots or size**2 * BUILD_S > seconds:
        return None
    model = build(solution.instance, stops, slots)
    first = _first_of_all(model) if _prized(model) else None
    left = max(0.05, seconds - (time.monotonic() - began))
    answer = _searched(model, left, solutions, first, should_stop)
    if answer is None:
        return None
    rides = [(slot, _order(model, answer, n)) for n, slot in enumerate(slots)]
    return Found([(slot, order) for slot, order in rides if order])


def _prized(model: Model) -> bool:
    tasks = model.instance.tasks
    return any(getattr(tasks[s.task].source, "prize", None) is not None for s in model.stops)


def _first_of_all(model: Model) -> list[list[int]] | None:
    """Serve all that can be served, prizes or not: no single stop is worth a way of its own."""
    whole = build(model.instance, model.stops, model.slots, prized=False)
    answer = _searched(whole, FIRST_S, 1, None)
    if answer is None:
        return None
    where = {id(s): n for n, s in enumerate(model.stops)}
    rides = [_order(whole, answer, n) for n in range(len(model.slots))]
    worth = [_worth_it(model, slot, r) for slot, r in zip(model.slots, rides, strict=True)]
    return [[where[id(s)] for s in ride] for ride in worth]


def _worth_it(model: Model, slot: Slot, ride: list[Stop]) -> list[Stop]:
    """Leave out stops, and at last the ride, that save more than their prizes."""
    cost = model.instance.travel[slot.first].cost

    def way(stops: list[Stop]) -> int:
        places = [slot.start, *(s.location for s in stops), slot.end]
        known = [at for at in places if at is not None]
        return sum(cost[a][b] for a, b in pairwise(known) if a != b)

    def prize(stop: Stop) -> int | None:
        return getattr(model.instance.tasks[stop.task].source, "prize", None)

    left = list(ride)
    while left:
        total = way(left)
        gains = [
            (total - way([*left[:n], *left[n + 1 :]]) - worth, n)
            for n, stop in enumerate(left)
            if (worth := prize(stop)) is not None
        ]
        gain, number = max(gains, default=(0, 0))
        if gain <= 0:
            break
        del left[number]
    prizes = [prize(stop) for stop in left]
    known = [p for p in prizes if p is not None]
    fixed = model.instance.vehicles[slot.first].fixed_cost
    return [] if len(known) == len(left) and sum(known) < way(left) + fixed else left


def _searched(
    model: Model,
    seconds: float,
    solutions: int | None,
    first: list[list[int]] | None,
    should_stop: Callable[[], bool] | None = None,
) -> pywrapcp.Assignment | None:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    kinds = routing_enums_pb2.FirstSolutionStrategy
    count = len(model.stops)
    parameters.first_solution_strategy = (
        kinds.PARALLEL_CHEAPEST_INSERTION
        if count * len(model.slots) < LARGE
        else kinds.PATH_CHEAPEST_ARC
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(max(50, int(seconds * 1000)))
    parameters.solution_limit = SOLUTIONS if solutions is None else max(1, solutions)
    trips = any(slot.point is not None for slot in model.slots)
    if not trips:
        deadline = math.inf if solutions is not None else time.monotonic() + seconds
        stop_when_stalled(model.routing, STALL_CHECKS + 400 * count**2, deadline, should_stop)
    elif solutions is not None or count <= SMALL:
        allowed = STALL_TRIPS + 20 * count**2
        stop_when_stalled(model.routing, allowed, math.inf, should_stop)
    elif should_stop is not None:
        stop_when_stalled(model.routing, sys.maxsize, math.inf, should_stop)
    answer: pywrapcp.Assignment | None
    given = None
    if first is not None:
        model.routing.CloseModelWithParameters(parameters)
        given = model.routing.ReadAssignmentFromRoutes(first, True)  # noqa: FBT003 - positional
    if given is None:
        answer = model.routing.SolveWithParameters(parameters)
    else:
        parameters.time_limit.FromMilliseconds(max(50, int(seconds * GIVEN_SHARE * 1000)))
        answer = model.routing.SolveFromAssignmentWithParameters(given, parameters)
    return answer


def stop_when_stalled(
    routing: pywrapcp.RoutingModel,
    allowed: int,
    deadline: float = math.inf,
    should_stop: Callable[[], bool] | None = None,
) -> None:
    """End searches after so many checks without a better cost, at a deadline, or when asked to.

    By count, so that the same input ends at the same place. OR-Tools' own limit of time is no
    deadline.
    """
    best: list[int] = []
    calm = [0]

    def improved() -> None:
        cost = routing.CostVar().Value()
        if not best or cost < best[0]:
            best[:] = [cost]
            calm[0] = 0

    def stalled() -> bool:
        calm[0] += 1
        late = calm[0] % CHECKS == 0 and (
            time.monotonic() > deadline or (should_stop is not None and should_stop())
        )
        return bool(best) and (late or calm[0] > allowed)

    routing.AddAtSolutionCallback(improved)
    routing.AddSearchMonitor(routing.solver().CustomLimit(stalled))


def _order(model: Model, answer: pywrapcp.Assignment, number: int) -> list[Stop]:
    order = []
    index = answer.Value(model.routing.NextVar(model.routing.Start(number)))
    while not model.routing.IsEnd(index):
        order.append(model.stops[model.manager.IndexToNode(index)])
        index = answer.Value(model.routing.NextVar(index))
    return order


def take_singles(
    solution: Solution, found: Found | None, *, seconds: float = 0.0, deterministic: bool = False
) -> Solution:
    """Put the rides of vehicles without points, and whatever is locked, into a plan.

    One after another; where somebody is then in another's way so that a stop must be left,
    CP-SAT times all of them at once.
    """
    rides = {} if found is None else {s.first: o for s, o in found.rides if s.point is None}
    instance = solution.instance
    wanted: dict[int, list[Stop]] = {}
    for slot in single_slots(instance):
        if not solution.shifts[slot.first]:
            order = merged(instance, rides.get(slot.first, []))
            _take(solution, slot, order)
            if order:
                wanted[slot.first] = order
    taken = sum(len(t.stops) for v in wanted for t in solution.shifts[v])
    alone = not any(s for v, s in enumerate(solution.shifts) if v not in wanted)
    if seconds <= 0 or not alone or taken == sum(map(len, wanted.values())):
        return solution
    days = {v: [Ride(None, tuple(order))] for v, order in wanted.items()}
    return placed(instance, days, seconds=seconds, deterministic=deterministic) or solution


def _take(solution: Solution, slot: Slot, order: list[Stop]) -> None:
    """Time the route; where slots are taken by others, leave out the fewest from the back."""
    vehicle = slot.first
    trip = _timed(solution, vehicle, order)
    if trip is None:
        fixed = {s.task for s in slot.locked}
        kept = [s for s in order if s.task in fixed]
        trip = _timed(solution, vehicle, kept)
        for task in dict.fromkeys(s.task for s in order if s.task not in fixed):
            tried = [s for s in order if s.task == task or s in kept]
            longer = _timed(solution, vehicle, tried)
            if longer is not None:
                kept, trip = tried, longer
    if trip is not None:
        solution.append(vehicle, trip)
    elif slot.locked:
        start_shift(solution, vehicle)


def _timed(solution: Solution, vehicle: int, stops: list[Stop]) -> Trip | None:
    """Time a route, leaving later where it would be too long a day otherwise."""
    instance, limit_s = solution.instance, solution.instance.vehicles[vehicle].max_duration_s
    chosen = tuple(stops)
    if not chosen or not loads_fit(instance, vehicle, chosen):
        return None
    trip = _from_now(solution, instance, vehicle, chosen)
    if trip is not None or limit_s is None:
        return trip
    unlimited = replace(
        instance,
        vehicles=tuple(
            replace(v, max_duration_s=None) if n == vehicle else v
            for n, v in enumerate(instance.vehicles)
        ),
    )
    for _ in range(STARTS_TRIED):
        longer = _from_now(solution, unlimited, vehicle, chosen)
        if longer is None:
            break
        leaves_s, ends_s = longer.end.departed_s, longer.end.time_s
        if ends_s - leaves_s <= limit_s:
            return _from_now(solution, instance, vehicle, chosen)
        # As much later as it was too long: where there was waiting, it ends no later for that.
        solution.departs[vehicle] = ends_s - limit_s
    solution.departs.pop(vehicle, None)
    return None


def _from_now(
    solution: Solution, instance: Instance, vehicle: int, stops: tuple[Stop, ...]
) -> Trip | None:
    progress = solution.progress(vehicle)
    return time_trip(instance, solution.occupancy, vehicle, progress, point=None, stops=stops)


def merged(instance: Instance, stops: list[Stop]) -> list[Stop]:
    """Bring several chunks of a job in one visit where they ride together."""
    parts: dict[int, list[int]] = {}
    for stop in stops:
        if instance.tasks[stop.task].splittable and not stop.locked:
            parts.setdefault(stop.task, []).extend(stop.parts)
    joined: list[Stop] = []
    for stop in stops:
        if stop.locked or not instance.tasks[stop.task].splittable:
            joined.append(stop)
        elif stop.task in parts:
            bags = tuple(sorted(parts.pop(stop.task)))
            joined.extend(instance.part_of(instance.tasks[stop.task], bags))
    return joined
