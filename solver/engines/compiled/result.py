"""Between rows of the compiled search and a timed :class:`Solution`."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import RELOAD, Inst, Ints
from solver.engines.instance import Instance, Stop
from solver.engines.solution import Solution, end_shift
from solver.engines.timing import Trip, time_trip

log = logging.getLogger(__name__)


def solution_of(instance: Instance, inst: Inst, rows: Ints) -> Solution:
    """Give the plan that rows state, timed again by the rules' own code.

    Each visit is held to the instant that the search found. A trip that cannot be timed so (it
    would be a fault of the search) is left out, and everything behind it.
    """
    solution = Solution(instance)
    stops = [stop for task in instance.tasks for stop in task.stops]
    stops += [stop for trips in instance.locked for trip in trips for stop in trip.stops]
    for vehicle, trips in _by_vehicle(rows):
        timed = bool(inst.flags[at.F_TIME])
        delayed = instance.vehicles[vehicle].max_duration_s is not None
        if delayed:
            solution.departs[vehicle] = _departure(inst, instance, vehicle, trips)
        for number, (head, visits) in enumerate(trips):
            made = tuple(
                _held(instance, stops[row[at.Q_STOP]], row, head, held=timed and not delayed)
                for row in visits
            )
            point = None if head is None else int(inst.ptloc[head[at.Q_PT]])
            trip = time_trip(
                instance,
                solution.occupancy,
                vehicle,
                solution.progress(vehicle),
                point=point,
                stops=made,
                onward=number + 1 < len(trips),
            )
            if trip is None:
                log.error("a trip of vehicle %s cannot be timed", instance.vehicles[vehicle].id)
                end_shift(solution, vehicle)
                break
            solution.append(vehicle, trip)
    return solution


Trips = list[tuple[Ints | None, list[Ints]]]


def _by_vehicle(rows: Ints) -> Iterator[tuple[int, Trips]]:
    low = 0
    while low < len(rows):
        vehicle = int(rows[low, at.Q_VEH])
        high = low
        trips: Trips = []
        while high < len(rows) and rows[high, at.Q_VEH] == vehicle:
            if rows[high, at.Q_STOP] == RELOAD:
                trips.append((rows[high], []))
            else:
                if not trips:
                    trips.append((None, []))
                trips[-1][1].append(rows[high])
            high += 1
        yield vehicle, trips
        low = high


def _held(instance: Instance, stop: Stop, row: Ints, head: Ints | None, *, held: bool) -> Stop:
    """Give the stop with its parts and, as its only window, its instant."""
    task = instance.tasks[stop.task]
    if task.splittable and not row[at.Q_LOCK]:
        mask = int(row[at.Q_MASK])
        parts = tuple(p for p in range(len(task.parts)) if mask >> p & 1)
        stop = instance.part_of(task, parts)[0]
    if not held:
        return stop
    begin = int(row[at.Q_BEG])
    release = stop.release_s
    if head is not None:
        # What is loaded later than it could be waits for the bay.
        release = max(release, int(head[at.Q_DEP]))
    return replace(stop, windows=((begin, begin),), release_s=release, locked=bool(row[at.Q_LOCK]))


def _departure(inst: Inst, instance: Instance, vehicle: int, trips: Trips) -> int:
    """Give the earliest departure that makes a route as short as it can be."""
    v = instance.vehicles[vehicle]
    duration = instance.travel[vehicle].duration_s
    early, late, length = v.window[0], v.window[1], 0
    where = v.start
    for head, visits in [*trips, (None, [])]:
        legs: list[tuple[int | None, int, int, int]] = []
        if not visits and where is not None:
            legs.append((instance.returns_to(vehicle, where), 0, *v.window))
        elif head is not None:
            legs.append((int(inst.ptloc[head[at.Q_PT]]), v.reload_service_s, *v.window))
        for row in visits:
            s = int(row[at.Q_STOP])
            many = int(inst.stop[s, at.S_NWIN])
            opens, closes = v.window
            if many:
                opens, closes = int(inst.win[s, 0, 0]), int(inst.win[s, many - 1, 1])
            service = int(inst.svc[s, inst.veh[vehicle, at.V_TYPE]])
            legs.append((int(inst.stop[s, at.S_LOC]), service, opens, closes))
        release = max((int(inst.stop[row[at.Q_STOP], at.S_RELEASE]) for row in visits), default=0)
        early = max(early, release - length) if head is None else early
        for to, service, opens, closes in legs:
            ride = 0 if where is None or to is None or where == to else duration[where][to]
            reach = length + ride
            wait = max(opens - reach - late, 0)
            length = reach + service + wait
            early = max(opens - reach, early) - wait
            late = min(closes - reach, late)
            where = to
    return early


def rows_of(instance: Instance, inst: Inst, solution: Solution) -> Ints:
    """Write a timed solution out as rows to start from."""
    index = {p: i for i, p in enumerate(inst.ptloc.tolist())}
    rows: list[list[int]] = []
    locked = _locked_index(instance)
    for vehicle, shift in enumerate(solution.shifts):
        for number, trip in enumerate(shift):
            rows.extend(_trip_rows(instance, inst, vehicle, number, trip, index, locked))
    return np.array(rows, np.int64).reshape(-1, at.SEQUENCE_COLUMNS)


def _locked_index(instance: Instance) -> dict[tuple[int, int], Iterator[int]]:
    """Give the stops' rows of each locked trip, in order."""
    found: dict[tuple[int, int], Iterator[int]] = {}
    row = sum(len(task.stops) for task in instance.tasks)
    for vehicle, trips in enumerate(instance.locked):
        for number, trip in enumerate(trips):
            found[vehicle, number] = iter(range(row, row + len(trip.stops)))
            row += len(trip.stops)
    return found


def _trip_rows(
    instance: Instance,
    inst: Inst,
    vehicle: int,
    number: int,
    trip: Trip,
    index: dict[int, int],
    locked: dict[tuple[int, int], Iterator[int]],
) -> Iterator[list[int]]:
    fixed = any(s.locked for s in trip.stops)
    seen: dict[int, int] = {}
    for visit in trip.visits:
        times = [visit.begin_s, visit.end_s, visit.arrival_s]
        if visit.type == "reload" and visit.location is not None:
            yield [vehicle, RELOAD, 0, index[visit.location], *times, int(fixed)]
        elif visit.stop is not None:
            stop = visit.stop
            task = instance.tasks[stop.task]
            mask = sum(1 << p for p in stop.parts) if task.splittable else 1
            if stop.locked:
                row = next(locked[vehicle, number])
            else:
                row = int(inst.task[task.index, at.T_FIRST]) + seen.get(task.index, 0)
                seen[task.index] = seen.get(task.index, 0) + (len(task.stops) > 1)
            yield [vehicle, row, mask, 0, *times, int(stop.locked)]
