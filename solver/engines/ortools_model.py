"""The constraints of a problem as OR-Tools' routing model carries them."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp

from solver.engines.instance import Instance, Stop
from solver.engines.ortools_nodes import Model, Riders, Slot, stay_s
from solver.engines.ortools_places import add_cohorts, add_shelves
from solver.problem import HORIZON_S, UNREACHABLE

TOO_LONG = 1 << 45
"""Of a way that does not exist; more than any limit."""

MANY = 1 << 40
MOST = 1 << 60
"""What all penalties together must stay below: OR-Tools counts in 64 bits."""

FACE_PER_VISIT = 0.5
"""Share of a further face that a trip's coming to a building costs: who rides is not yet known."""

EXACT_RELEASES = 20_000
"""Stops times slots up to which a trip's leaving is bound to each stop's release exactly."""

IntArray = NDArray[np.int64]


def build(
    instance: Instance, stops: list[Stop], slots: list[Slot], *, prized: bool = True
) -> Model:
    """Lay a problem out for OR-Tools; not ``prized``: as if no job might be left for its prize."""
    ends = list(dict.fromkeys(at for s in slots for at in (s.start, s.end)))
    depot = {at: len(stops) + n for n, at in enumerate(ends)}
    manager = pywrapcp.RoutingIndexManager(
        len(stops) + len(ends),
        len(slots),
        [depot[s.start] for s in slots],
        [depot[s.end] for s in slots],
    )
    model = Model(
        instance,
        stops,
        slots,
        [*(s.location for s in stops), *ends],
        manager,
        pywrapcp.RoutingModel(manager),
        [manager.NodeToIndex(n) for n in range(len(stops))],
    )
    for number, stop in enumerate(stops):
        model.of_task.setdefault(stop.task, []).append(number)
    ceiling = _add_costs(model)
    _add_time(model)
    _add_capacity(model)
    _add_limits(model)
    _add_choices(model, ceiling, prized=prized)
    _add_errands(model)
    _add_ranks(model)
    add_cohorts(model)
    add_shelves(model)
    _add_locked(model)
    return model


def _grid(model: Model, table: object, blocked: int) -> IntArray:
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


def _stays(model: Model, vehicle: int) -> tuple[IntArray, IntArray]:
    pairs = [stay_s(model.instance, vehicle, s) for s in model.stops]
    both = np.asarray(pairs, dtype=np.int64).reshape(len(pairs), 2)
    return both[:, 0], both[:, 1]


def _add_costs(model: Model) -> int:
    """Price arcs by slot; give what no plan can cost."""
    instance, count = model.instance, len(model.stops)
    entering = int(instance.problem.objective.face * FACE_PER_VISIT)
    wished = any(t.wishes for t in instance.tasks)
    seen: dict[tuple[object, ...], int] = {}
    ceiling = 1
    for number, slot in enumerate(model.slots):
        v, travel = instance.vehicles[slot.first], instance.travel[slot.first]
        rated = (v.type, v.cost_per_task_hour) if v.cost_per_task_hour else ()
        key = (id(travel), slot.members if wished else (), slot.point is None, rated)
        if key not in seen:
            grid = _grid(model, travel.cost, TOO_LONG)
            against = _against(model, slot)
            usable = grid[grid < TOO_LONG]
            ceiling = max(ceiling, int(usable.max(initial=1)) + int(against.max()) + entering)
            grid[:, :count] += against
            if slot.point is not None and entering:
                grid += entering * _entered(model)
            seen[key] = model.routing.RegisterTransitMatrix(grid.tolist())
        model.routing.SetArcCostEvaluatorOfVehicle(seen[key], number)
        # Loading takes time that no arc costs; without it a trip more would be free.
        fixed = v.fixed_cost if slot.point is None else v.reload_service_s
        model.routing.SetFixedCostOfVehicle(fixed, number)
        ceiling = max(ceiling, fixed)
    return ceiling * (count + 2 * len(model.slots)) + 1


def _against(model: Model, slot: Slot) -> IntArray:
    """Give what serving each stop costs a slot beside the way: wishes, rated time."""
    rate = model.instance.vehicles[slot.first].cost_per_task_hour
    refused = [min(map(s.refused_by, slot.members)) for s in model.stops]
    setup, service = _stays(model, slot.first)
    costs: IntArray = np.asarray(refused, dtype=np.int64) + (setup + service) * rate // 3600
    return costs


def _entered(model: Model) -> IntArray:
    """Mark the arcs by which a trip comes to a building."""
    buildings = [model.instance.tasks[s.task].building for s in model.stops]
    numbers = {b: n for n, b in enumerate(dict.fromkeys(buildings)) if b is not None}
    built = np.full(len(model.locations), -1, dtype=np.int64)
    built[: len(buildings)] = [-1 if b is None else numbers[b] for b in buildings]
    marked: IntArray = np.not_equal(built[:, None], built[None, :]).astype(np.int64)
    marked[:, built < 0] = 0
    return marked


def _add_time(model: Model) -> None:
    """Cumulate time up to the start of service, after any setup."""
    instance, routing, count = model.instance, model.routing, len(model.stops)
    at = np.asarray([s.location for s in model.stops])
    same = at[:, None] == at[None, :]
    evaluators: dict[tuple[int, str], int] = {}
    chosen = []
    for slot in model.slots:
        travel = instance.travel[slot.first]
        key = (id(travel), instance.vehicles[slot.first].type)
        if key not in evaluators:
            grid = _grid(model, travel.duration_s, TOO_LONG)
            setup, service = _stays(model, slot.first)
            grid[:count, :] += service[:, None]
            grid[:, :count] += setup[None, :]
            grid[:count, :count] -= np.where(same, setup[None, :], 0)
            evaluators[key] = routing.RegisterTransitMatrix(grid.tolist())
        chosen.append(evaluators[key])
    horizon_s = _horizon_s(model)
    routing.AddDimensionWithVehicleTransits(chosen, horizon_s, horizon_s, False, "time")  # noqa: FBT003 - positional in OR-Tools
    clock = routing.GetDimensionOrDie("time")
    kinds = {instance.vehicles[s.first].type: s.first for s in model.slots}
    for number, (index, stop) in enumerate(zip(model.indices, model.stops, strict=True)):
        setups = [stay_s(instance, v, stop)[0] for v in kinds.values()]
        shared = int(same[number].sum()) > 1
        cumul = clock.CumulVar(index)
        reached = _limit_windows(cumul, stop, (min(setups), max(setups)), shared=shared)
        if not (reached or stop.locked):
            routing.ActiveVar(index).SetValue(0)
    _bound_shifts(model, clock)
    _add_releases(model, clock)
    _add_breaks(model, clock)


def _horizon_s(model: Model) -> int:
    closes_s = max(model.instance.vehicles[s.first].window[1] for s in model.slots)
    return max(2 * HORIZON_S, closes_s)


def _bound_shifts(model: Model, clock: pywrapcp.RoutingDimension) -> None:
    routing = model.routing
    for number, slot in enumerate(model.slots):
        v = model.instance.vehicles[slot.first]
        opens, closes = v.window
        if slot.point is not None:
            opens = min(opens + v.reload_service_s, closes)
        clock.CumulVar(routing.Start(number)).SetRange(opens, closes)
        clock.CumulVar(routing.End(number)).SetRange(opens, closes)
        if v.max_duration_s is not None:
            clock.SetSpanUpperBoundForVehicle(v.max_duration_s, number)
    if model.instance.problem.objective.balance and not model.trips:
        clock.SetGlobalSpanCostCoefficient(-(-model.instance.problem.objective.balance // 60))


def _limit_windows(
    cumul: pywrapcp.IntVar, stop: Stop, setup: tuple[int, int], *, shared: bool
) -> bool:
    """Let service begin where a window lets setup begin, for whichever type of vehicle.

    False where every window, or the release, is later than anybody's shift.
    """
    last = cumul.Max()
    if stop.release_s > last:
        return False
    if not stop.windows:
        return True
    late = 0 if shared else setup[0]
    spans = [(a + setup[1], max(b + late, a + setup[1])) for a, b in sorted(stop.windows)]
    spans = [(start, min(end, last)) for start, end in spans if start <= last]
    if not spans:
        return False
    cumul.SetRange(spans[0][0], max(b for _, b in spans))
    for (_, before), (after, _) in pairwise(spans):
        if before + 1 <= after - 1:
            cumul.RemoveInterval(before + 1, after - 1)
    return True


def _add_releases(model: Model, clock: pywrapcp.RoutingDimension) -> None:
    """Goods leave after their release; in large models only their stop comes after it."""
    routing, solver = model.routing, model.routing.solver()
    late = [(i, s) for i, s in zip(model.indices, model.stops, strict=True) if s.release_s > 0]
    exact = len(late) * len(model.slots) <= EXACT_RELEASES
    latest_s = max([_horizon_s(model), *(s.release_s for _, s in late)])
    leaving = [solver.IntConst(latest_s)]  # whoever is left out leaves late enough
    leaving += [clock.CumulVar(routing.Start(n)) for n in range(len(model.slots))]
    for index, stop in late:
        if exact:
            leaves = solver.Element(leaving, routing.VehicleVar(index) + 1)
            solver.Add(leaves >= stop.release_s)
        else:
            cumul = clock.CumulVar(index)
            cumul.SetMin(min(stop.release_s, cumul.Max()))


def _add_breaks(model: Model, clock: pywrapcp.RoutingDimension) -> None:
    """Let vehicles of one trip take their breaks between stops; others' lie between trips."""
    solver = model.routing.solver()
    for number, slot in enumerate(model.slots):
        v = model.instance.vehicles[slot.first]
        if slot.point is not None or not v.breaks:
            continue
        stays = [0] * model.routing.Size()
        for index, stop in zip(model.indices, model.stops, strict=True):
            stays[index] = stay_s(model.instance, slot.first, stop)[1]
        intervals = []
        for pause in v.breaks:
            windows = sorted(pause.time_windows) or [v.window]
            start = solver.IntVar(windows[0][0], windows[-1][1], f"break {number} {pause.id}")
            for (_, before), (after, _) in pairwise(windows):
                if before + 1 <= after - 1:
                    start.RemoveInterval(before + 1, after - 1)
            intervals.append(solver.FixedDurationIntervalVar(start, pause.service_s, "break"))
        clock.SetBreakIntervalsOfVehicle(intervals, number, stays)


def _add_capacity(model: Model) -> None:
    """Goods loaded at the start fall, goods fetched rise; their sum stays within capacity."""
    routing, solver = model.routing, model.routing.solver()
    ends = [0] * (len(model.locations) - len(model.stops))
    for axis in range(len(model.instance.zero)):
        caps = [model.instance.vehicles[s.first].capacity[axis] for s in model.slots]
        change = [s.change[axis] for s in model.stops]
        left = f"left {axis}"
        _add_amounts(model, [-s.loaded[axis] for s in model.stops] + ends, caps, left)
        for number in range(len(model.slots)):
            routing.GetDimensionOrDie(left).CumulVar(routing.End(number)).SetValue(0)
        if all(c == -s.loaded[axis] for c, s in zip(change, model.stops, strict=True)):
            continue
        _add_amounts(model, change + ends, caps, f"load {axis}")
        for number in range(len(model.slots)):
            start = routing.Start(number)
            on_board = routing.GetDimensionOrDie(f"load {axis}").CumulVar(start)
            solver.Add(on_board == routing.GetDimensionOrDie(left).CumulVar(start))


def _add_amounts(model: Model, values: list[int], caps: list[int], name: str) -> None:
    evaluator = model.routing.RegisterUnaryTransitVector(values)
    model.routing.AddDimensionWithVehicleCapacity(evaluator, 0, caps, False, name)  # noqa: FBT003 - positional in OR-Tools


def _add_limits(model: Model) -> None:
    routing = model.routing
    fleet = [model.instance.vehicles[s.first] for s in model.slots]
    if any(v.max_tasks is not None for v in fleet):
        ones = [1] * len(model.stops) + [0] * (len(model.locations) - len(model.stops))
        caps = [MANY if v.max_tasks is None else v.max_tasks for v in fleet]
        evaluator = routing.RegisterUnaryTransitVector(ones)
        routing.AddDimensionWithVehicleCapacity(evaluator, 0, caps, True, "tasks")  # noqa: FBT003 - positional in OR-Tools
    for name, limit in (("duration_s", "max_travel_time_s"), ("distance_m", "max_distance_m")):
        caps = [MANY if getattr(v, limit) is None else getattr(v, limit) for v in fleet]
        if all(c == MANY for c in caps):
            continue
        evaluators: dict[int, int] = {}
        travels = [model.instance.travel[s.first] for s in model.slots]
        for travel in travels:
            if id(travel) not in evaluators:
                grid = _grid(model, getattr(travel, name), TOO_LONG)
                evaluators[id(travel)] = routing.RegisterTransitMatrix(grid.tolist())
        chosen = [evaluators[id(t)] for t in travels]
        routing.AddDimensionWithVehicleTransitAndCapacity(chosen, 0, caps, True, name)  # noqa: FBT003


def _add_choices(model: Model, ceiling: int, *, prized: bool) -> None:
    """Serve the highest sum of priorities, then the most, then at least cost and prizes."""
    penalties = _penalties(model, ceiling, prized=prized)
    riders = Riders(model.instance, model.slots)
    locked = {id(s): n for n, slot in enumerate(model.slots) for s in slot.locked}
    buildings: dict[str, list[int]] = {}
    for number, (index, stop) in enumerate(zip(model.indices, model.stops, strict=True)):
        task = model.instance.tasks[stop.task]
        if not stop.locked:
            model.routing.AddDisjunction([index], penalties[number])
        own = locked.get(id(stop))
        allowed = riders.of(stop) if own is None else [own]
        if len(allowed) < len(model.slots):
            model.routing.VehicleVar(index).SetValues([-1, *allowed])
        if task.building is not None:
            buildings.setdefault(task.building, []).append(index)
    face = model.instance.problem.objective.face
    for indices in buildings.values():
        if face and len(indices) > 1 and not model.trips:
            model.routing.AddSoftSameVehicleConstraint(indices, face)


def _penalties(model: Model, ceiling: int, *, prized: bool) -> list[int]:
    """Give what leaving each stop out costs; of a shipment the first stop counts."""
    step = len(model.instance.tasks) + 1
    weights, prizes = [], []
    for number, stop in enumerate(model.stops):
        task = model.instance.tasks[stop.task]
        share = max(1, len(stop.parts)) / len(task.parts) if task.splittable else 1.0
        first = stop.type == "job" or model.of_task[stop.task][0] == number
        prize = getattr(task.source, "prize", None) if prized else None
        prizes.append(None if prize is None else round(prize * share))
        weights.append(max(1, round((1 + task.priority * step) * share)) if first else 0)
    unit = max(1, min(ceiling, MOST // max(1, sum(weights))))
    return [unit * w if p is None else p for w, p in zip(weights, prizes, strict=True)]


def _add_errands(model: Model) -> None:
    routing, solver = model.routing, model.routing.solver()
    clock = routing.GetDimensionOrDie("time")
    for numbers in model.of_task.values():
        if model.stops[numbers[0]].type == "job":
            continue
        indices = [model.indices[n] for n in numbers]
        routing.AddPickupAndDelivery(indices[0], indices[-1])
        for before, after in pairwise(indices):
            solver.Add(routing.VehicleVar(before) == routing.VehicleVar(after))
            solver.Add(clock.CumulVar(before) <= clock.CumulVar(after))


def _add_ranks(model: Model) -> None:
    """Ranks never fall: no arc goes down, and where errands lie between, a dimension counts."""
    ranked = [(i, s.zone) for i, s in zip(model.indices, model.stops, strict=True) if s.zone >= 0]
    zones = {zone for _, zone in ranked}
    if len(zones) < 2:  # noqa: PLR2004
        return
    for origin, high in ranked:
        lower = [target for target, zone in ranked if zone < high]
        if lower:
            model.routing.NextVar(origin).RemoveValues(lower)
    if len(ranked) < len(model.stops):
        top = max(zones)
        model.routing.AddConstantDimensionWithSlack(0, top, top, False, "rank")  # noqa: FBT003
        rank = model.routing.GetDimensionOrDie("rank")
        for index, zone in ranked:
            rank.CumulVar(index).SetValue(zone)


def _add_locked(model: Model) -> None:
    """Begin with what is locked, in its order."""
    routing = model.routing
    where = {id(s): i for s, i in zip(model.stops, model.indices, strict=True)}
    for number, slot in enumerate(model.slots):
        before = routing.Start(number)
        for stop in slot.locked:
            routing.NextVar(before).SetValue(where[id(stop)])
            before = where[id(stop)]
