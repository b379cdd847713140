"""From a prepared problem to the arrays of the compiled search."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import FAR, NEVER, Inst, Ints
from solver.engines.instance import Instance, Stop, Task
from solver.problem import service_s, setup_s

NEAR, NEAR_AT_PLACES = 50, 40
"""Neighbours beside which a task is tried; where others may be in the way each costs more."""
RELATED = 250
"""Neighbours that a removal may reach."""
WAIT_WEIGHT, LATE_WEIGHT = 0.2, 1.0
"""What waiting and lateness between two stops weigh beside travel when neighbours are chosen."""
LARGEST = FAR - 1
"""Arcs that cost or last longer are not for this search."""
CHUNK = 400
TURNED = 40_000_000
"""Entries up to which asymmetric matrices are kept a second time, turned."""

Matrices = NDArray[np.int32]


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
    fleet = _Fleet(instance)
    dims = max(1, len(instance.zero))
    stop = np.zeros((len(stops), at.STOP_COLUMNS), np.int64)
    for row, s in zip(stop, stops, strict=True):
        leads = s.type + str(s.id) in lead
        row[:] = (s.location, s.task, s.zone, s.place, len(s.windows), s.release_s, leads)
    dur, cost, dist = fleet.matrices()
    flags = _flags(instance, stops, fleet)
    dur_to, cost_to = _turned(dur, cost, flags)
    near, adj = _neighbours(instance, stops, fleet)
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
        win=_windows([s.windows for s in stops]),
        svc=fleet.by_type(stops, service_s),
        setup=fleet.by_type(stops, setup_s),
        amount=np.array(
            [[_wide(s.loaded, dims), _wide(s.change, dims)] for s in stops], np.int64
        ).reshape(-1, 2, dims),
        part=np.array([_wide(p, dims) for p in parts] or [[0] * dims], np.int64),
        task=task,
        pen=_penalties(instance, fleet),
        elig=fleet.eligible(),
        tpt=fleet.points_of_tasks(),
        veh=fleet.rows(),
        cap=np.array([_wide(v.capacity, dims) for v in instance.vehicles], np.int64).reshape(
            -1, dims
        ),
        pts=fleet.points_of_classes(),
        ptloc=np.array(fleet.points or [0], np.int64),
        ptbay=fleet.bays(),
        bay=np.array([b.lanes for b in instance.problem.bays] or [1], np.int64),
        brk=fleet.breaks(),
        brkload=fleet.break_loads(dims),
        plc=_places(instance, shelf),
        closed=_windows([p.closed for p in places]),
        cleared=_ragged([tuple(sorted(p.cleared)) for p in places]),
        shelf=shelf,
        near=near,
        adj=adj,
        weight=np.array(
            [instance.problem.objective.face, instance.problem.objective.balance / 60.0]
        ),
        house=house,
        housed=housed,
    )


def _wide(amounts: tuple[int, ...], dims: int) -> list[int]:
    return [*amounts, *[0] * (dims - len(amounts))]


def _windows(windows: list[tuple[tuple[int, int], ...]]) -> Ints:
    width = max([1, *map(len, windows)])
    made = np.full((max(1, len(windows)), width, 2), NEVER, np.int64)
    for row, those in zip(made, windows, strict=False):
        for i, (start, end) in enumerate(those):
            row[i] = start, min(end, NEVER - 1)
    return made


def _ragged(rows: list[tuple[int, ...]]) -> Ints:
    made = np.full((max(1, len(rows)), max([1, *map(len, rows)])), -1, np.int64)
    for row, those in zip(made, rows, strict=False):
        row[: len(those)] = those
    return made


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
            comes[s.place] += _wide(s.loaded, dims)
    for row, place in zip(room, places, strict=False):
        if place.shelf is not None:
            row[:] = _wide(place.shelf, dims)
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


def _flags(instance: Instance, stops: list[Stop], fleet: "_Fleet") -> Ints:
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


def _turned(dur: Matrices, cost: Matrices, flags: Ints) -> tuple[Matrices, Matrices]:
    """Give both with from and to exchanged: rows are read faster than columns.

    Not where that would take too much memory.
    """
    symmetric = _symmetric(dur) and (cost is dur or _symmetric(cost))
    flags[at.F_TURNED] = symmetric or dur.size <= TURNED
    if symmetric:
        return dur, cost
    if not flags[at.F_TURNED]:
        none = np.zeros((1, 1, 1), np.int32)
        return none, none
    turned = np.ascontiguousarray(dur.transpose(0, 2, 1))
    return turned, turned if cost is dur else np.ascontiguousarray(cost.transpose(0, 2, 1))


def _symmetric(matrices: Matrices) -> bool:
    return all(
        np.array_equal(m[low : low + CHUNK, low:], m[low:, low : low + CHUNK].T)
        for m in matrices
        for low in range(0, m.shape[0], CHUNK)
    )


def _penalties(instance: Instance, fleet: "_Fleet") -> NDArray[np.float64]:
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


def _neighbours(
    instance: Instance, stops: list[Stop], fleet: "_Fleet"
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Give for each stop the stops that it may well lie beside, and those that are near."""
    many = len(stops)
    if many == 0:
        return np.full((1, 1), -1, np.int32), np.full((1, 1), -1, np.int32)
    travel = instance.travel[fleet.common()]
    loc = np.array([s.location for s in stops])
    early = np.array([s.windows[0][0] if s.windows else 0 for s in stops], np.float64)
    late = np.array([s.windows[-1][1] if s.windows else NEVER for s in stops], np.float64)
    done = np.array([s.service_s for s in stops], np.float64)
    width = NEAR_AT_PLACES if instance.problem.places else NEAR
    near = np.full((many, min(width, max(1, many - 1))), -1, np.int32)
    adj = np.full((many, min(RELATED, max(1, many - 1))), -1, np.int32)
    for low in range(0, many, CHUNK):
        rows = slice(low, min(many, low + CHUNK))
        there = _finite(travel.costs[np.ix_(loc[rows], loc)])
        back = _finite(travel.costs[np.ix_(loc, loc[rows])].T)
        out = _finite(travel.duration[np.ix_(loc[rows], loc)])
        home = _finite(travel.duration[np.ix_(loc, loc[rows])].T)
        apart = np.minimum(there, back)
        index = np.arange(rows.start, rows.stop)
        apart[index - low, index] = np.inf
        _nearest(adj, rows, apart)
        after = there + _misfit(early[rows, None], late[rows, None], done[rows, None], out,
                                early[None], late[None])  # fmt: skip
        before = back + _misfit(early[None], late[None], done[None], home,
                                early[rows, None], late[rows, None])  # fmt: skip
        apart = np.minimum(after, before)
        apart[index - low, index] = np.inf
        _nearest(near, rows, apart)
    return near, adj


def _misfit(early: Any, late: Any, done: Any, ride: Any, early2: Any, late2: Any) -> Any:
    """Weigh least waiting and least lateness from one stop to another."""
    waits = np.maximum(0.0, early2 - (np.minimum(late, NEVER) + done + ride))
    lateness = np.maximum(0.0, early + done + ride - late2)
    return WAIT_WEIGHT * waits + LATE_WEIGHT * lateness


def _finite(values: NDArray[np.int64]) -> NDArray[np.float64]:
    made = values.astype(np.float64)
    made[made < 0] = 1e15
    return made


def _nearest(into: NDArray[np.int32], rows: slice, apart: NDArray[np.float64]) -> None:
    width = into.shape[1]
    if apart.shape[1] > width:
        chosen = np.argpartition(apart, width - 1, axis=1)[:, :width]
    else:
        chosen = np.tile(np.arange(apart.shape[1]), (apart.shape[0], 1))[:, :width]
    distance = np.take_along_axis(apart, chosen, axis=1)
    order = np.lexsort((chosen, distance), axis=1)
    chosen = np.take_along_axis(chosen, order, axis=1)
    distance = np.take_along_axis(distance, order, axis=1)
    into[rows] = np.where(np.isinf(distance), -1, chosen)


class _Fleet:
    """Vehicles by class: those of one class differ in nothing but their number."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        travels: dict[int, int] = {}
        self.travel_of = [travels.setdefault(id(t), len(travels)) for t in instance.travel]
        self.types = {
            name: i for i, name in enumerate(sorted({v.type for v in instance.vehicles}))
        }
        self.points = sorted({p for v in instance.vehicles for p in v.points})
        self.point_index = {p: i for i, p in enumerate(self.points)}
        classes: dict[Any, int] = {}
        self.class_of = [
            classes.setdefault(self._key(i), len(classes)) for i in range(len(instance.vehicles))
        ]
        self.classes = len(classes)
        self.member = [self.class_of.index(c) for c in range(self.classes)]

    def _key(self, i: int) -> Any:
        v = self.instance.vehicles[i]
        return (
            self.travel_of[i], v.type, v.start, v.end, v.capacity, v.window, v.points,
            v.max_trips, v.reload_service_s, v.max_tasks, v.max_travel_time_s, v.max_distance_m,
            v.max_duration_s, v.fixed_cost, v.cohort, v.breaks, v.cost_per_task_hour,
            self.instance.allowed[i],
        )  # fmt: skip

    def common(self) -> int:
        """Give a vehicle that moves as most do."""
        if not self.travel_of:
            return 0
        most = max(set(self.travel_of), key=self.travel_of.count)
        return self.travel_of.index(most)

    def _travels(self) -> list[int]:
        count = max([0, *self.travel_of]) + 1
        return [self.travel_of.index(k) for k in range(count)] if self.travel_of else []

    def dearest(self) -> list[int]:
        """Give the dearest arc of each travel."""
        return [int(self.instance.travel[i].costs.max(initial=0)) for i in self._travels()]

    def matrices(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Give seconds, cost and metres of each travel."""
        members = [self.instance.travel[i] for i in self._travels()]
        if not members:
            none = np.zeros((1, 1, 1), np.int32)
            return none, none, none
        dur = _stacked([t.duration for t in members])
        same = all(t.costs is t.duration for t in members)
        cost = dur if same else _stacked([t.costs for t in members])
        limited = any(
            v.max_distance_m is not None or v.max_tasks is not None
            or v.max_travel_time_s is not None
            for v in self.instance.vehicles
        )  # fmt: skip
        if not limited:
            return dur, cost, np.zeros((1, 1, 1), np.int32)
        same = all(t.distance is t.duration for t in members)
        return dur, cost, dur if same else _stacked([t.distance for t in members])

    def home(self) -> NDArray[np.int32]:
        """Give where each class ends a shift from each location."""
        n = self.instance.travel[0].duration.shape[0] if self.instance.travel else 1
        made = np.full((max(1, self.classes), n), -1, np.int32)
        for c, i in enumerate(self.member):
            v = self.instance.vehicles[i]
            if v.end is None and v.points:
                rows = self.instance.travel[i].duration[:, list(v.points)]
                ride = np.where(rows < 0, FAR, rows)
                made[c] = np.array(v.points)[np.argmin(ride, axis=1)]
        return made

    def by_type(self, stops: list[Stop], seconds: Any) -> Ints:
        """Give seconds of each stop for each type of vehicle."""
        types = sorted(self.types) or [""]
        sample = {v.type: v for v in self.instance.vehicles}
        made = np.zeros((max(1, len(stops)), len(types)), np.int64)
        legs = _sources(self.instance)
        for row, stop in zip(made, stops, strict=False):
            source = legs[stop.type, stop.id]
            for i, name in enumerate(types):
                row[i] = seconds(source, sample[name]) if name in sample else 0
        return made

    def eligible(self) -> NDArray[np.uint8]:
        """Say which class may serve which task."""
        made = np.zeros((max(1, len(self.instance.tasks)), max(1, self.classes)), np.uint8)
        for c, i in enumerate(self.member):
            made[list(self.instance.allowed[i]), c] = 1
        return made

    def points_of_tasks(self) -> NDArray[np.uint8]:
        """Say which task's goods are at which point."""
        made = np.ones((max(1, len(self.instance.tasks)), max(1, len(self.points))), np.uint8)
        for row, task in zip(made, self.instance.tasks, strict=False):
            if task.points:
                row[: len(self.points)] = [p in task.points for p in self.points]
        return made

    def points_of_classes(self) -> Ints:
        """Give the points of each class, -1 where there are no more."""
        return _ragged(
            [
                tuple(self.point_index[p] for p in self.instance.vehicles[i].points)
                for i in self.member
            ]
        )

    def bays(self) -> Ints:
        """Give the bay of each point, or -1."""
        index = {b.location: i for i, b in enumerate(self.instance.problem.bays)}
        return np.array([index.get(p, -1) for p in self.points] or [-1], np.int64)

    def rows(self) -> Ints:
        """Give the vehicles' rows."""
        cohorts = {
            c: i for i, c in enumerate(sorted({v.cohort or "" for v in self.instance.vehicles}))
        }
        made = np.zeros((len(self.instance.vehicles), at.VEHICLE_COLUMNS), np.int64)
        for i, (row, v) in enumerate(zip(made, self.instance.vehicles, strict=True)):
            row[at.V_CLASS] = self.class_of[i]
            row[at.V_K] = self.travel_of[i]
            row[at.V_TYPE] = self.types[v.type]
            row[at.V_START] = at.OPEN if v.start is None else v.start
            row[at.V_END] = v.end if v.end is not None else at.HOME if v.points else at.OPEN
            row[at.V_W0], row[at.V_W1] = v.window[0], min(v.window[1], NEVER - 1)
            row[at.V_TRIPS] = v.max_trips
            row[at.V_RELOAD] = v.reload_service_s
            row[at.V_TASKS] = _limit(v.max_tasks)
            row[at.V_TRAVEL] = _limit(v.max_travel_time_s)
            row[at.V_DIST] = _limit(v.max_distance_m)
            row[at.V_DUR] = _limit(v.max_duration_s)
            row[at.V_FIXED] = v.fixed_cost
            row[at.V_COHORT] = -1 if v.cohort is None else cohorts[v.cohort]
            row[at.V_BREAKS] = len(v.breaks)
            row[at.V_RATE] = v.cost_per_task_hour
            row[at.V_MULTI] = bool(v.points)
        return made

    def breaks(self) -> Ints:
        """Give service, number of windows and windows of each break, earliest end first."""
        vehicles = self.instance.vehicles
        most = max([1, *(len(v.breaks) for v in vehicles)])
        width = max([1, *(len(b.time_windows) for v in vehicles for b in v.breaks)])
        made = np.zeros((max(1, len(vehicles)), most, 2 + 2 * width), np.int64)
        for rows, v in zip(made, vehicles, strict=False):
            for row, b in zip(rows, _by_end(v.breaks), strict=False):
                row[0], row[1] = b.service_s, len(b.time_windows)
                row[2 : 2 + 2 * len(b.time_windows)] = [x for w in b.time_windows for x in w]
        return made

    def break_loads(self, dims: int) -> Ints:
        """Give the most that may be on board at each break."""
        vehicles = self.instance.vehicles
        most = max([1, *(len(v.breaks) for v in vehicles)])
        made = np.full((max(1, len(vehicles)), most, dims), NEVER, np.int64)
        for rows, v in zip(made, vehicles, strict=False):
            for row, b in zip(rows, _by_end(v.breaks), strict=False):
                if b.max_load is not None:
                    row[:] = _wide(b.max_load, dims)
        return made


def _by_end(breaks: Any) -> Any:
    return sorted(breaks, key=lambda b: max((e for _, e in b.time_windows), default=1 << 60))


def _limit(value: int | None) -> int:
    return NEVER if value is None else value


def _sources(instance: Instance) -> dict[tuple[str, int], Any]:
    found: dict[tuple[str, int], Any] = {("job", j.id): j for j in instance.problem.jobs}
    for s in instance.problem.shipments:
        found["pickup", s.pickup.id] = s.pickup
        found["delivery", s.delivery.id] = s.delivery
        if s.via is not None:
            found["via", s.via.id] = s.via
    return found


def _stacked(matrices: list[NDArray[np.int64]]) -> NDArray[np.int32]:
    n = matrices[0].shape[0]
    made = np.empty((len(matrices), n, n), np.int32)
    for into, matrix in zip(made, matrices, strict=True):
        for low in range(0, n, CHUNK):
            rows = matrix[low : low + CHUNK]
            into[low : low + CHUNK] = np.where(rows < 0, FAR, rows)
        np.fill_diagonal(into, 0)
    return made
