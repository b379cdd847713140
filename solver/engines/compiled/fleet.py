"""Vehicles by class: those of one class differ in nothing but their number."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import FAR, NEVER, Ints
from solver.engines.compiled.matrices import stacked
from solver.engines.compiled.ragged import ragged, wide
from solver.engines.instance import Instance, Stop


class Fleet:
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
        dur = stacked([t.duration for t in members])
        same = all(t.costs is t.duration for t in members)
        cost = dur if same else stacked([t.costs for t in members])
        limited = any(
            v.max_distance_m is not None or v.max_tasks is not None
            or v.max_travel_time_s is not None
            for v in self.instance.vehicles
        )  # fmt: skip
        if not limited:
            return dur, cost, np.zeros((1, 1, 1), np.int32)
        same = all(t.distance is t.duration for t in members)
        return dur, cost, dur if same else stacked([t.distance for t in members])

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
        return ragged(
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
                    row[:] = wide(b.max_load, dims)
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
