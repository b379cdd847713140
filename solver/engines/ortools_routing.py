"""OR-Tools' routing model for single-trip problems: VROOM's world, with our permits and ranks.

Trips of longer shifts are formed by :mod:`solver.engines.ortools_trips`; times are fixed by
:mod:`solver.engines.timing` in both cases, so both keep contact.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from solver.engines.instance import Instance, Stop
from solver.engines.solution import Solution
from solver.engines.timing import Trip, loads_fit, time_trip
from solver.problem import HORIZON_S, UNREACHABLE

TOO_LONG = 20 * HORIZON_S
STALL_CHECKS = 60_000
"""Neighbourhood checks without an improvement after which a small search is taken as done."""

IntArray = NDArray[np.int64]


@dataclass(slots=True)
class _Model:
    """The routing model with what is needed to read it back."""

    instance: Instance
    stops: list[Stop]
    manager: pywrapcp.RoutingIndexManager
    routing: pywrapcp.RoutingModel
    locations: list[int | None]
    indices: list[int] = field(default_factory=list)  # of stops
    of_task: dict[int, list[int]] = field(default_factory=dict)


def can_model(instance: Instance) -> bool:
    """Say whether every vehicle makes one trip and no job must be split."""
    if any(v.points or v.max_trips != 1 for v in instance.vehicles) or not instance.tasks:
        return False
    if any(instance.locked):
        return False
    return not any(
        t.splittable
        and any(
            a > c
            for v in t.eligible
            for a, c in zip(t.stops[0].loaded, instance.vehicles[v].capacity, strict=True)
        )
        for t in instance.tasks
    )


def route(instance: Instance, *, seconds: float, solutions: int | None) -> Solution:
    """Solve with OR-Tools, then time every route; what cannot be timed is left over."""
    model = _build(instance)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    parameters.time_limit.FromMilliseconds(max(50, int(seconds * 1000)))
    if solutions is not None:
        parameters.solution_limit = max(1, solutions)
    stop_when_stalled(model.routing, STALL_CHECKS + 400 * len(model.stops) ** 2)
    found = model.routing.SolveWithParameters(parameters)
    solution = Solution(instance)
    if found is None:
        return solution
    for vehicle in range(len(instance.vehicles)):
        _take(solution, vehicle, _order(model, found, vehicle))
    return solution


def _build(instance: Instance) -> _Model:
    stops = [s for t in instance.tasks for s in t.stops]
    count, fleet = len(stops), len(instance.vehicles)
    locations: list[int | None] = [s.location for s in stops]
    locations += [v.start for v in instance.vehicles]
    locations += [v.end for v in instance.vehicles]
    manager = pywrapcp.RoutingIndexManager(
        count + 2 * fleet,
        fleet,
        list(range(count, count + fleet)),
        list(range(count + fleet, count + 2 * fleet)),
    )
    model = _Model(instance, stops, manager, pywrapcp.RoutingModel(manager), locations)
    model.indices = [manager.NodeToIndex(n) for n in range(count)]
    for number, stop in enumerate(stops):
        model.of_task.setdefault(stop.task, []).append(model.indices[number])
    ceiling = _add_costs(model)
    _add_time(model)
    _add_capacity(model)
    _add_limits(model)
    _add_choices(model, ceiling)
    _add_ranks(model)
    return model


def _grid(model: _Model, table: list[list[int]], blocked: int) -> IntArray:
    """Spread a matrix over nodes; open ends cost nothing."""
    base: IntArray = np.asarray(table, dtype=np.int64)
    where = np.asarray([0 if at is None else at for at in model.locations])
    grid: IntArray = base[np.ix_(where, where)]
    grid[grid == UNREACHABLE] = blocked
    grid[where[:, None] == where[None, :]] = 0
    open_ended = np.asarray([at is None for at in model.locations])
    grid[open_ended, :] = 0
    grid[:, open_ended] = 0
    return grid


def _add_costs(model: _Model) -> int:
    instance = model.instance
    wished = any(t.wishes for t in instance.tasks)
    seen: dict[tuple[int, int], int] = {}
    ceiling = 1
    for number, vehicle in enumerate(instance.vehicles):
        travel = instance.travel[number]
        key = (id(travel), number if wished else -1)
        if key not in seen:
            grid = _grid(model, travel.cost, TOO_LONG)
            usable = grid[grid < TOO_LONG]
            against = [instance.wish_cost(s.task, number) for s in model.stops]
            ceiling = max(ceiling, int(usable.max(initial=1)) + max(against))
            grid[:, : len(against)] += np.asarray(against)
            seen[key] = model.routing.RegisterTransitMatrix(grid.tolist())
        model.routing.SetArcCostEvaluatorOfVehicle(seen[key], number)
        model.routing.SetFixedCostOfVehicle(vehicle.fixed_cost, number)
    fixed = sum(v.fixed_cost for v in instance.vehicles)
    return ceiling * (len(model.stops) + 2 * len(instance.vehicles)) + fixed + 1


def _add_time(model: _Model) -> None:
    instance, routing, count = model.instance, model.routing, len(model.stops)
    at = np.asarray([s.location for s in model.stops])
    setup = np.asarray([s.setup_s for s in model.stops])
    service = np.asarray([s.service_s for s in model.stops])
    evaluators: dict[int, int] = {}
    chosen = []
    for number in range(len(instance.vehicles)):
        travel = instance.travel[number]
        if id(travel) not in evaluators:
            grid = _grid(model, travel.duration_s, TOO_LONG)
            # The cumulated time is the start of service after any setup.
            grid[:count, :] += service[:, None]
            grid[:, :count] += setup[None, :]
            same = at[:, None] == at[None, :]
            grid[:count, :count] -= np.where(same, setup[None, :], 0)
            evaluators[id(travel)] = routing.RegisterTransitMatrix(grid.tolist())
        chosen.append(evaluators[id(travel)])
    routing.AddDimensionWithVehicleTransits(chosen, HORIZON_S, 2 * HORIZON_S, False, "time")  # noqa: FBT003 - positional in OR-Tools
    time = routing.GetDimensionOrDie("time")
    shared = {int(x) for x in at if (at == x).sum() > 1}
    for index, stop in zip(model.indices, model.stops, strict=True):
        _limit_windows(time.CumulVar(index), stop, shared=stop.location in shared)
    for number, vehicle in enumerate(instance.vehicles):
        for end in (routing.Start(number), routing.End(number)):
            time.CumulVar(end).SetRange(*vehicle.window)
    _add_releases(model, time)
    _add_breaks(model, time)


def _limit_windows(cumul: pywrapcp.IntVar, stop: Stop, *, shared: bool) -> None:
    if not stop.windows:
        return
    late = 0 if shared else stop.setup_s
    spans = [(a + stop.setup_s, max(b + late, a + stop.setup_s)) for a, b in stop.windows]
    cumul.SetRange(spans[0][0], max(b for _, b in spans))
    for (_, before), (after, _) in pairwise(spans):
        if before + 1 <= after - 1:
            cumul.RemoveInterval(before + 1, after - 1)


def _add_releases(model: _Model, time: pywrapcp.RoutingDimension) -> None:
    routing, solver = model.routing, model.routing.solver()
    for index, stop in zip(model.indices, model.stops, strict=True):
        if stop.release_s <= 0:
            continue
        for number in model.instance.tasks[stop.task].eligible:
            here = routing.VehicleVar(index) == number
            solver.Add(time.CumulVar(routing.Start(number)) >= here * stop.release_s)


def _add_breaks(model: _Model, time: pywrapcp.RoutingDimension) -> None:
    routing, solver = model.routing, model.routing.solver()
    stays = [0] * routing.Size()
    for index, stop in zip(model.indices, model.stops, strict=True):
        stays[index] = stop.service_s
    for number, vehicle in enumerate(model.instance.vehicles):
        intervals = []
        for pause in vehicle.breaks:
            windows = pause.time_windows or (vehicle.window,)
            start = solver.IntVar(windows[0][0], windows[-1][1], f"break {number} {pause.id}")
            for (_, before), (after, _) in pairwise(windows):
                if before + 1 <= after - 1:
                    start.RemoveInterval(before + 1, after - 1)
            intervals.append(solver.FixedDurationIntervalVar(start, pause.service_s, "break"))
        if intervals:
            time.SetBreakIntervalsOfVehicle(intervals, number, stays)


def _add_capacity(model: _Model) -> None:
    """Goods loaded at the start fall, goods fetched rise; their sum stays within capacity."""
    routing, solver, fleet = model.routing, model.routing.solver(), model.instance.vehicles
    ends = [0] * (2 * len(fleet))
    for axis in range(len(model.instance.zero)):
        caps = [v.capacity[axis] for v in fleet]
        brought = [-s.loaded[axis] for s in model.stops] + ends
        change = [s.change[axis] for s in model.stops] + ends
        left, total = f"left {axis}", f"load {axis}"
        for values, name in ((brought, left), (change, total)):
            routing.AddDimensionWithVehicleCapacity(
                routing.RegisterUnaryTransitVector(values),
                0,
                caps,
                False,  # noqa: FBT003 - positional in OR-Tools
                name,
            )
        for number in range(len(fleet)):
            start, end = routing.Start(number), routing.End(number)
            routing.GetDimensionOrDie(left).CumulVar(end).SetValue(0)
            at_start = routing.GetDimensionOrDie(total).CumulVar(start)
            solver.Add(at_start == routing.GetDimensionOrDie(left).CumulVar(start))


def _add_limits(model: _Model) -> None:
    routing, fleet = model.routing, model.instance.vehicles
    many = 1 << 40
    if any(v.max_tasks is not None for v in fleet):
        ones = [1] * len(model.stops) + [0] * (2 * len(fleet))
        caps = [many if v.max_tasks is None else v.max_tasks for v in fleet]
        routing.AddDimensionWithVehicleCapacity(
            routing.RegisterUnaryTransitVector(ones),
            0,
            caps,
            True,  # noqa: FBT003 - positional in OR-Tools
            "tasks",
        )
    for name, limit in (("duration_s", "max_travel_time_s"), ("distance_m", "max_distance_m")):
        caps = [many if getattr(v, limit) is None else getattr(v, limit) for v in fleet]
        if all(c == many for c in caps):
            continue
        evaluators: dict[int, int] = {}
        for travel in model.instance.travel:
            if id(travel) not in evaluators:
                grid = _grid(model, getattr(travel, name), TOO_LONG)
                evaluators[id(travel)] = routing.RegisterTransitMatrix(grid.tolist())
        chosen = [evaluators[id(t)] for t in model.instance.travel]
        routing.AddDimensionWithVehicleTransitAndCapacity(chosen, 0, caps, True, name)  # noqa: FBT003


def _add_choices(model: _Model, ceiling: int) -> None:
    """Serve the highest sum of priorities, then the most, then at least cost."""
    routing, solver = model.routing, model.routing.solver()
    time = routing.GetDimensionOrDie("time")
    step = len(model.instance.tasks) + 1
    buildings: dict[str, list[int]] = {}
    for task in model.instance.tasks:
        indices = model.of_task[task.index]
        penalty = ceiling * (1 + task.priority * step)
        for number, index in enumerate(indices):
            routing.AddDisjunction([index], penalty if number == 0 else 0)
            routing.VehicleVar(index).SetValues([-1, *task.eligible])
        if len(indices) > 1:
            routing.AddPickupAndDelivery(indices[0], indices[-1])
        for before, after in pairwise(indices):
            solver.Add(routing.VehicleVar(before) == routing.VehicleVar(after))
            solver.Add(time.CumulVar(before) <= time.CumulVar(after))
        if task.building is not None:
            buildings.setdefault(task.building, []).extend(indices)
    face = model.instance.problem.objective.face
    for indices in buildings.values():
        if face and len(indices) > 1:
            routing.AddSoftSameVehicleConstraint(indices, face)


def _add_ranks(model: _Model) -> None:
    ranked = [(i, s.zone) for i, s in zip(model.indices, model.stops, strict=True) if s.zone >= 0]
    if len({zone for _, zone in ranked}) < 2:  # noqa: PLR2004
        return
    for origin, high in ranked:
        lower = [target for target, zone in ranked if zone < high]
        if lower:
            model.routing.NextVar(origin).RemoveValues(lower)


def stop_when_stalled(routing: pywrapcp.RoutingModel, allowed: int) -> None:
    """End small searches after so many checks without a better cost.

    By count, so that the same input ends at the same place.
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
        return bool(best) and calm[0] > allowed

    routing.AddAtSolutionCallback(improved)
    routing.AddSearchMonitor(routing.solver().CustomLimit(stalled))


def _order(model: _Model, found: pywrapcp.Assignment, vehicle: int) -> list[Stop]:
    order = []
    index = found.Value(model.routing.NextVar(model.routing.Start(vehicle)))
    while not model.routing.IsEnd(index):
        order.append(model.stops[model.manager.IndexToNode(index)])
        index = found.Value(model.routing.NextVar(index))
    return order


def _take(solution: Solution, vehicle: int, order: list[Stop]) -> None:
    """Time the route; where slots are taken by others, leave out the fewest from the back."""
    instance = solution.instance

    def timed(stops: list[Stop]) -> Trip | None:
        chosen = tuple(stops)
        if not chosen or not loads_fit(instance, vehicle, chosen):
            return None
        progress = solution.progress(vehicle)
        return time_trip(instance, solution.occupancy, vehicle, progress, point=None, stops=chosen)

    trip = timed(order)
    if trip is None:
        kept: list[Stop] = []
        for task in dict.fromkeys(s.task for s in order):
            tried = [s for s in order if s.task == task or s in kept]
            longer = timed(tried)
            if longer is not None:
                kept, trip = tried, longer
    if trip is not None:
        solution.append(vehicle, trip)
