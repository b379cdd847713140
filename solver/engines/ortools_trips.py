"""OR-Tools' routing model for shifts of several trips: it forms the trips, we fix their times.

Couriers meeting nobody, bays and shelves are no part of the model: its trips are handed one after
another to :mod:`solver.engines.timing`, which grants only times that keep every rule.
"""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from solver.engines.instance import Instance, Stop, Task, fits, total
from solver.engines.ortools_routing import TOO_LONG, stop_when_stalled
from solver.engines.solution import Solution
from solver.engines.timetable import Draft, best_timetable, locked_only
from solver.problem import HORIZON_S, UNREACHABLE, Amounts

SPARE_TRIPS = 1.3
"""Trips offered to OR-Tools beyond what the goods fill, since bags never fill them evenly."""

FACE_PER_VISIT = 0.5
"""Share of a further face that a trip's coming to a building costs: who rides is not yet known."""

BUILD_S = 2e-6
"""Seconds of building the model by node and node or node and trip; measured, on the safe side."""

STALL_CHECKS = 4_000
SMALL = 60

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    """Couriers who are the same to the model, at one of their points."""

    point: int
    members: tuple[int, ...]
    trips: int  # at most this many

    @property
    def first(self) -> int:
        """A courier who stands for all."""
        return self.members[0]


@dataclass(slots=True)
class _Model:
    """The routing model with what is needed to read it back."""

    instance: Instance
    stops: list[Stop]
    slots: list[_Class]  # by OR-Tools vehicle
    manager: pywrapcp.RoutingIndexManager
    routing: pywrapcp.RoutingModel
    locations: IntArray
    indices: list[int]


def can_model(instance: Instance) -> bool:
    """Say whether there are couriers who load at points, and jobs for them."""
    pointed = {n for n, v in enumerate(instance.vehicles) if v.points}
    return any(_is_job(t) and pointed.intersection(t.eligible) for t in instance.tasks)


def route_trips(
    instance: Instance, *, seconds: float, solutions: int | None, seed: int = 0
) -> Solution | None:
    """Let OR-Tools form trips, then give them to couriers at times at which nobody meets.

    Parameters
    ----------
    seconds
        Wall clock for all of it.
    solutions
        Solutions after which the search ends; then it does not depend on the clock.
    seed
        For the dispatcher, who adds what the trips leave.

    Returns
    -------
    Solution or None
        Locked trips included; None where the time is too short for a first solution.
    """
    deadline = time.monotonic() + seconds
    solution = locked_only(instance)
    stops = _chunks(solution)
    classes = _classes(solution, stops)
    fleet = sum(c.trips for c in classes)
    if not stops or not fleet or (len(stops) + fleet) ** 2 * BUILD_S > seconds:
        return None
    model = _build(instance, stops, classes)
    # Timing the trips needs a part of it.
    left = (deadline - time.monotonic()) * 0.85
    drafts = _searched(model, max(0.05, left), solutions)
    if drafts is None:
        return None
    return best_timetable(instance, drafts, deadline, seed)


def _is_job(task: Task) -> bool:
    return len(task.stops) == 1 and task.stops[0].type == "job"


def _chunks(solution: Solution) -> list[Stop]:
    """Split what is left at bags, as much at once as the roomiest courier can carry."""
    instance = solution.instance
    found: list[Stop] = []
    for task in instance.tasks:
        carriers = [v for v in task.eligible if instance.vehicles[v].points]
        left = list(solution.left[task.index])
        if not left or not carriers or not _is_job(task):
            continue
        if not task.splittable:
            found.append(task.stops[0])
            continue
        room = _room(instance, task, carriers)
        while left:
            chosen = _packed(task, left, room, instance.zero)
            if not chosen:
                break
            found.extend(instance.part_of(task, tuple(sorted(chosen))))
            left = [p for p in left if p not in chosen]
    return found


def _room(instance: Instance, task: Task, carriers: list[int]) -> Amounts:
    capacities = {instance.vehicles[v].capacity for v in carriers}
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


def _classes(solution: Solution, stops: list[Stop]) -> list[_Class]:
    instance = solution.instance
    pinned = {
        t.eligible[0]
        for t in instance.tasks
        if isinstance(getattr(t.source, "courier", None), int) and len(t.eligible) == 1
    }
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, v in enumerate(instance.vehicles):
        alone = number if number in pinned else -1
        kind = (id(instance.travel[number]), v.capacity, v.skills, v.zone_max, v.window, alone)
        for point in v.points:
            groups.setdefault((point, *kind, v.cohort), []).append(number)
    found = []
    for key, members in groups.items():
        point = int(str(key[0]))
        trips = _trips_of(solution, point, members, stops)
        if trips:
            found.append(_Class(point=point, members=tuple(members), trips=trips))
    return found


def _trips_of(solution: Solution, point: int, members: list[int], stops: list[Stop]) -> int:
    """Bound the trips of a class by what its couriers can ride, and by the goods."""
    instance = solution.instance
    first = instance.vehicles[members[0]]
    duration = instance.travel[members[0]].duration_s
    mine = [s for s in stops if _may(instance, s, members, point)]
    if not mine:
        return 0
    ways = sorted(max(0, duration[point][s.location]) for s in mine)
    goods = total([_amount(s) for s in mine], instance.zero)
    needed = max((g / c for g, c in zip(goods, first.capacity, strict=True) if c), default=1.0)
    per_trip = max(1.0, len(mine) / max(needed, 1.0))
    stay_s = sum(s.setup_s + s.service_s for s in mine) / len(mine)
    typical_s = first.reload_service_s + 2 * ways[len(ways) // 4] + per_trip * stay_s
    ridden = 0
    for v in members:
        progress = solution.progress(v)
        rest_s = instance.vehicles[v].window[1] - progress.time_s
        trips = instance.vehicles[v].max_trips - progress.trips
        ridden += max(0, min(trips, 1 + int(rest_s / max(1.0, typical_s))))
    return min(ridden, len(mine), 2 + int(needed * SPARE_TRIPS))


def _amount(stop: Stop) -> Amounts:
    """Give what a stop takes of the capacity; the sum over a trip bounds its load at any step."""
    return tuple(max(a, a + c) for a, c in zip(stop.loaded, stop.change, strict=True))


def _may(instance: Instance, stop: Stop, members: tuple[int, ...] | list[int], point: int) -> bool:
    task = instance.tasks[stop.task]
    return (
        (not task.points or point in task.points)
        and members[0] in task.eligible
        and fits(_amount(stop), instance.vehicles[members[0]].capacity)
    )


def _build(instance: Instance, stops: list[Stop], classes: list[_Class]) -> _Model:
    slots = [c for c in classes for _ in range(c.trips)]
    points = sorted({c.point for c in classes})
    depot = {p: len(stops) + n for n, p in enumerate(points)}
    ends = [depot[s.point] for s in slots]
    manager = pywrapcp.RoutingIndexManager(len(stops) + len(points), len(slots), ends, ends)
    model = _Model(
        instance,
        stops,
        slots,
        manager,
        pywrapcp.RoutingModel(manager),
        np.asarray([s.location for s in stops] + points, dtype=np.int64),
        [manager.NodeToIndex(n) for n in range(len(stops))],
    )
    ceiling = _add_costs(model)
    _add_time(model)
    _add_capacity(model)
    _add_choices(model, ceiling)
    _add_ranks(model)
    return model


def _grid(model: _Model, table: list[list[int]]) -> IntArray:
    base: IntArray = np.asarray(table, dtype=np.int64)
    grid: IntArray = base[np.ix_(model.locations, model.locations)]
    grid[grid == UNREACHABLE] = TOO_LONG
    grid[model.locations[:, None] == model.locations[None, :]] = 0
    return grid


def _add_costs(model: _Model) -> int:
    instance, count = model.instance, len(model.stops)
    wished = any(t.wishes for t in instance.tasks)
    entering = int(instance.problem.objective.face * FACE_PER_VISIT)
    seen: dict[tuple[int, tuple[int, ...]], int] = {}
    ceiling = 1
    for number, slot in enumerate(model.slots):
        travel = instance.travel[slot.first]
        key = (id(travel), slot.members if wished else ())
        if key not in seen:
            grid = _grid(model, travel.cost)
            against = [
                min(instance.wish_cost(s.task, v) for v in slot.members) for s in model.stops
            ]
            usable = grid[grid < TOO_LONG]
            ceiling = max(ceiling, int(usable.max(initial=1)) + max(against))
            ceiling += entering
            grid[:, :count] += np.asarray(against, dtype=np.int64)
            grid += entering * _entered(model)
            seen[key] = model.routing.RegisterTransitMatrix(grid.tolist())
        model.routing.SetArcCostEvaluatorOfVehicle(seen[key], number)
        # Loading takes time that no arc costs; without it a trip more would be free.
        loading_s = instance.vehicles[slot.first].reload_service_s
        model.routing.SetFixedCostOfVehicle(loading_s, number)
        ceiling = max(ceiling, loading_s)
    return ceiling * (count + 2 * len(model.slots)) + 1


def _entered(model: _Model) -> IntArray:
    """Mark the arcs by which a trip comes to a building."""
    buildings = [model.instance.tasks[s.task].building for s in model.stops]
    numbers = {b: n for n, b in enumerate(dict.fromkeys(buildings)) if b is not None}
    count = len(model.stops)
    built = np.full(len(model.locations), -1, dtype=np.int64)
    built[:count] = [-1 if b is None else numbers[b] for b in buildings]
    marked: IntArray = np.not_equal(built[:, None], built[None, :]).astype(np.int64)
    marked[:, built < 0] = 0
    return marked


def _add_time(model: _Model) -> None:
    instance, routing, count = model.instance, model.routing, len(model.stops)
    stay = np.asarray([s.setup_s + s.service_s for s in model.stops], dtype=np.int64)
    evaluators: dict[int, int] = {}
    chosen = []
    for slot in model.slots:
        travel = instance.travel[slot.first]
        if id(travel) not in evaluators:
            grid = _grid(model, travel.duration_s)
            grid[:count, :] += stay[:, None]
            evaluators[id(travel)] = routing.RegisterTransitMatrix(grid.tolist())
        chosen.append(evaluators[id(travel)])
    routing.AddDimensionWithVehicleTransits(chosen, HORIZON_S, 2 * HORIZON_S, False, "time")  # noqa: FBT003 - positional in OR-Tools
    clock = routing.GetDimensionOrDie("time")
    for index, stop in zip(model.indices, model.stops, strict=True):
        latest = max((b for _, b in stop.windows), default=2 * HORIZON_S)
        opens = max(stop.release_s, min((a for a, _ in stop.windows), default=0))
        clock.CumulVar(index).SetRange(min(opens, latest), latest)
    for number, slot in enumerate(model.slots):
        v = instance.vehicles[slot.first]
        opens = min(v.window[0] + v.reload_service_s, v.window[1])
        clock.CumulVar(routing.Start(number)).SetRange(opens, v.window[1])
        clock.CumulVar(routing.End(number)).SetRange(opens, v.window[1])


def _add_capacity(model: _Model) -> None:
    routing = model.routing
    depots = [0] * (len(model.locations) - len(model.stops))
    for axis in range(len(model.instance.zero)):
        values = [_amount(s)[axis] for s in model.stops] + depots
        room = [model.instance.vehicles[s.first].capacity[axis] for s in model.slots]
        evaluator = routing.RegisterUnaryTransitVector(values)
        routing.AddDimensionWithVehicleCapacity(evaluator, 0, room, True, f"load {axis}")  # noqa: FBT003


def _add_choices(model: _Model, ceiling: int) -> None:
    """Serve the highest sum of priorities, then the most, then at least cost."""
    step = len(model.instance.tasks) + 1
    firsts: dict[_Class, list[int]] = {}
    for number, slot in enumerate(model.slots):
        firsts.setdefault(slot, []).append(number)
    for index, stop in zip(model.indices, model.stops, strict=True):
        task = model.instance.tasks[stop.task]
        share = max(1, len(stop.parts)) / len(task.parts) if task.splittable else 1.0
        weight = max(1, round((1 + task.priority * step) * share))
        model.routing.AddDisjunction([index], ceiling * weight)
        allowed = [
            n
            for slot, numbers in firsts.items()
            if _may(model.instance, stop, slot.members, slot.point)
            for n in numbers
        ]
        model.routing.VehicleVar(index).SetValues([-1, *allowed])


def _add_ranks(model: _Model) -> None:
    ranked = [(i, s.zone) for i, s in zip(model.indices, model.stops, strict=True)]
    for origin, high in ranked:
        lower = [target for target, zone in ranked if zone < high]
        if lower:
            model.routing.NextVar(origin).RemoveValues(lower)


def _searched(model: _Model, seconds: float, solutions: int | None) -> list[Draft] | None:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(int(seconds * 1000))
    count = len(model.stops)
    if solutions is not None:
        parameters.solution_limit = max(1, solutions)
    if solutions is not None or count <= SMALL:
        stop_when_stalled(model.routing, STALL_CHECKS + 20 * count**2)
    found = model.routing.SolveWithParameters(parameters)
    if found is None:
        return None
    drafts = []
    for number, slot in enumerate(model.slots):
        stops = _merged(model.instance, _order(model, found, number))
        if stops:
            drafts.append(Draft(slot.point, stops, slot.members))
    return drafts


def _order(model: _Model, found: pywrapcp.Assignment, number: int) -> list[Stop]:
    order = []
    index = found.Value(model.routing.NextVar(model.routing.Start(number)))
    while not model.routing.IsEnd(index):
        order.append(model.stops[model.manager.IndexToNode(index)])
        index = found.Value(model.routing.NextVar(index))
    return order


def _merged(instance: Instance, stops: list[Stop]) -> tuple[Stop, ...]:
    """Bring several chunks of a job in one visit where they ride together."""
    parts: dict[int, list[int]] = {}
    for stop in stops:
        parts.setdefault(stop.task, []).extend(stop.parts)
    merged: list[Stop] = []
    for number, bags in parts.items():
        merged.extend(instance.part_of(instance.tasks[number], tuple(sorted(bags))))
    return tuple(merged)
