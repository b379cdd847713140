"""From a prepared problem to the arrays of the compiled search."""

import numpy as np
from numpy.typing import NDArray

from solver.engines.compiled import layout as at
from solver.engines.compiled.fleet import Fleet
from solver.engines.compiled.layout import FAR, NEVER, Inst, Ints
from solver.engines.compiled.matrices import turned
from solver.engines.compiled.neighbours import neighbours
from solver.engines.compiled.ragged import ragged, wide, windows
from solver.engines.instance import Instance, Stop, Task
from solver.problem import service_s, setup_s

LARGEST = FAR - 1
"""Arcs that cost or last longer are not for this search."""


def can_search(instance: Instance) -> bool:
    """Say whether every arc fits the arrays."""
    matrices = {id(t.duration): t for t in instance.travel}.values()
    return all(
        int(m.max(initial=0)) < LARGEST
        for t in matrices
        for m in (t.duration, t.costs, t.distance)
    )


def build(instance: Instance) -> Inst:
    """Lay a problem out; see :class:`Inst` for shapes."""
    stops = [stop for task in instance.tasks for stop in task.stops]
    # A locked visit has a window of its own, so it is a stop of its own.
    stops += [stop for trips in instance.locked for trip in trips for stop in trip.stops]
    lead = {task.stops[0].type + str(task.stops[0].id): task.index for task in instance.tasks}
    fleet = Fleet(instance)
    dims = max(1, len(instance.zero))
    stop = np.zeros((len(stops), at.STOP_COLUMNS), np.int64)
    for row, s in zip(stop, stops, strict=True):
        leads = s.type + str(s.id) in lead
        row[:] = (s.location, s.task, s.zone, s.place, len(s.windows), s.release_s, leads)
    dur, cost, dist = fleet.matrices()
    flags = _flags(instance, stops, fleet)
    setup = fleet.by_type(stops, setup_s)
    flags[at.F_SETUP] = setup.any()
    dur_to, cost_to = turned(dur, cost, flags)
    near, adj = neighbours(instance, stops, fleet)
    places = instance.problem.places
    tasks = [_task_row(task) for task in instance.tasks]
    parts = [p for t in instance.tasks for p in (t.parts if t.splittable else ())]
    first_part = np.cumsum([0, *(len(t.parts) if t.splittable else 0 for t in instance.tasks)])
    task = np.array(tasks, np.int64).reshape(-1, at.TASK_COLUMNS)
    task[:, at.T_PART0] = first_part[:-1]
    known = {t.building for t in instance.tasks if t.building is not None}
    buildings = {b: i for i, b in enumerate(sorted(known))}
    first = 0
    for row, t in zip(task, instance.tasks, strict=True):
        row[at.T_FIRST] = first
        first += len(t.stops)
        row[at.T_BUILDING] = -1 if t.building is None else buildings[t.building]
    shelf = _shelves(instance, stops, dims)
    house, housed = _by_building(task)
    return Inst(
        flags=flags,
        dur=dur,
        cost=cost,
        dur_to=dur_to,
        cost_to=cost_to,
        dist=dist,
        home=fleet.home(),
        stop=stop,
        win=windows([s.windows for s in stops]),
        svc=fleet.by_type(stops, service_s),
        setup=setup,
        amount=np.array(
            [[wide(s.loaded, dims), wide(s.change, dims)] for s in stops], np.int64
        ).reshape(-1, 2, dims),
        part=np.array([wide(p, dims) for p in parts] or [[0] * dims], np.int64),
        task=task,
        pen=_penalties(instance, fleet),
        elig=fleet.eligible(),
        tpt=fleet.points_of_tasks(),
        veh=fleet.rows(),
        cap=np.array([wide(v.capacity, dims) for v in instance.vehicles], np.int64).reshape(
            -1, dims
        ),
        pts=fleet.points_of_classes(),
        ptloc=np.array(fleet.points or [0], np.int64),
        ptbay=fleet.bays(),
        bay=np.array([b.lanes for b in instance.problem.bays] or [1], np.int64),
        brk=fleet.breaks(),
        brkload=fleet.break_loads(dims),
        plc=_places(instance, shelf),
        closed=windows([p.closed for p in places]),
        cleared=ragged([tuple(sorted(p.cleared)) for p in places]),
        shelf=shelf,
        near=near,
        adj=adj,
        weight=np.array(
            [instance.problem.objective.face, instance.problem.objective.balance / 60.0]
        ),
        house=house,
        housed=housed,
    )


def _task_row(task: Task) -> list[int]:
    wishes = [*task.wishes, (-1, 0), (-1, 0)][:2]
    row = [0] * at.TASK_COLUMNS
    row[at.T_STOPS] = len(task.stops)
    row[at.T_PARTS] = len(task.parts) if task.splittable else 1
    row[at.T_SPLIT] = int(task.splittable)
    row[at.T_WISH0], row[at.T_WISHCOST0] = wishes[0]
    row[at.T_WISH1], row[at.T_WISHCOST1] = wishes[1]
    return row


def _by_building(task: Ints) -> tuple[Ints, Ints]:
    """Give where each building's tasks begin among all tasks in a building, and these."""
    building = task[:, at.T_BUILDING]
    count = np.bincount(building[building >= 0], minlength=1)
    order = np.argsort(building, kind="stable")
    housed = order[int((building < 0).sum()) :].astype(np.int64)
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64), housed


def _shelves(instance: Instance, stops: list[Stop], dims: int) -> Ints:
    """Give each shelf's room; NEVER where all that ever comes would fit at once."""
    places = instance.problem.places
    room = np.full((max(1, len(places)), dims), NEVER, np.int64)
    comes = np.zeros_like(room)
    for s in stops:
        if s.place >= 0:
            comes[s.place] += wide(s.loaded, dims)
    for row, place in zip(room, places, strict=False):
        if place.shelf is not None:
            row[:] = wide(place.shelf, dims)
    room[comes <= room] = NEVER
    return room


def _places(instance: Instance, shelf: Ints) -> Ints:
    made = np.zeros((max(1, len(instance.problem.places)), at.PLACE_COLUMNS), np.int64)
    for row, place, room in zip(made, instance.problem.places, shelf, strict=False):
        gap = place.separation_s or instance.problem.separation_s
        row[:] = (
            place.lanes,
            gap,
            (room < NEVER).any(),
            len(place.closed),
            len(place.cleared),
        )
    return made


def _flags(instance: Instance, stops: list[Stop], fleet: Fleet) -> Ints:
    vehicles, tasks = instance.vehicles, instance.tasks
    timed = any(
        (
            any(s.windows or s.release_s for s in stops),
            any(v.window[1] < at_most for v in vehicles for at_most in (10 * 24 * 3600,)),
            any(v.window[0] > 0 or v.max_duration_s is not None or v.breaks for v in vehicles),
            bool(instance.problem.places or instance.problem.bays),
        )
    )
    flags = np.zeros(at.FLAGS, np.int64)
    flags[at.F_TIME] = timed
    flags[at.F_PICKUP] = any(
        any(c > -own for c, own in zip(s.change, s.loaded, strict=False)) for s in stops
    ) or any(b.max_load is not None for v in vehicles for b in v.breaks)
    flags[at.F_PLACES] = bool(instance.problem.places)
    flags[at.F_BAYS] = bool(instance.problem.bays)
    flags[at.F_MULTI] = any(v.points for v in vehicles)
    flags[at.F_SPLIT] = any(t.splittable for t in tasks)
    flags[at.F_DURATION] = any(v.max_duration_s is not None for v in vehicles)
    flags[at.F_LIMITS] = any(
        limit is not None
        for v in vehicles
        for limit in (v.max_tasks, v.max_travel_time_s, v.max_distance_m)
    )
    flags[at.F_BREAKS] = any(v.breaks for v in vehicles)
    flags[at.F_FACES] = instance.problem.objective.face > 0
    flags[at.F_WISHES] = any(t.wishes for t in tasks)
    flags[at.F_ZONES] = any(s.zone > 0 for s in stops)
    flags[at.F_BALANCE] = instance.problem.objective.balance > 0
    flags[at.F_PRIZES] = any(t.prize is not None for t in tasks)
    flags[at.F_POINTS] = any(t.points for t in tasks) and len(fleet.points) > 1
    flags[at.F_PLAIN] = not any(
        flags[f]
        for f in (
            at.F_PICKUP, at.F_MULTI, at.F_DURATION, at.F_ZONES, at.F_WISHES, at.F_BALANCE,
            at.F_POINTS, at.F_PLACES,
        )
    )  # fmt: skip
    return flags


def _penalties(instance: Instance, fleet: Fleet) -> NDArray[np.float64]:
    """Price leaving out so that tiers hold: priority, then how much, then money."""
    objective = instance.problem.objective
    arc = max([1, *(int(t.costs.max(initial=0)) for t in instance.travel[:1]), *fleet.dearest()])
    wish = max([0, *(cost for t in instance.tasks for _, cost in t.wishes)])
    fixed = max([0, *(v.fixed_cost for v in instance.vehicles)])
    parts = max([1, *(len(t.parts) for t in instance.tasks if t.splittable)])
    one = (6.0 * arc + fixed + objective.face + 2 * wish + 1) * parts
    many = len(instance.tasks) + 1
    return np.array(
        [
            one * (1 + t.priority * many) if t.prize is None else float(t.prize)
            for t in instance.tasks
        ],
        np.float64,
    )
