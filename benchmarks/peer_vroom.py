"""VROOM on our problems: it has no reloads, so a shift is cut into trips beforehand.

Each courier of several trips becomes as many vehicles as trips fit the shift by estimate, each
with an equal part of it, loading time taken off. A trip whose part begins before goods are
released may not carry them; that, and which points hold the goods, is said by skills.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

import numpy as np
import vroom
from vroom.solution.solution import Solution

from benchmarks.arcs import CannotExpress, arc_costs, arc_seconds
from benchmarks.schedules import Shifts, Trip, Visit
from solver.problem import Job, Matrix, Problem, Shipment, ShipmentStep, Vehicle

Name = TypeVar("Name", int, tuple[int, ...])
Points = dict[tuple[int, ...], int]
Releases = dict[int, int]
"""Skills by what they say."""

_EXPLORATION = 5  # VROOM's most thorough
_MOST = 3 * 10**9  # VROOM adds the worst ways of all locations up in 32 bits
_SKILLS_OF_POINTS, _SKILLS_OF_RELEASES = 70_000, 80_000


@dataclass(frozen=True, slots=True)
class _Piece:
    """One trip's part of a shift."""

    vehicle: Vehicle
    number: int
    window: tuple[int, int]


def solve_with_vroom(problem: Problem, *, seconds: float, threads: int) -> Shifts:
    """Run VROOM; it stops by itself when its time is over or its search is complete.

    Raises
    ------
    CannotExpress
        If the problem has a rule that VROOM does not know.
    """
    _refuse(problem)
    unit = _unit(problem)
    if unit > 1:
        problem = _coarser(problem, unit)
    pieces = [piece for vehicle in _needed(problem) for piece in _pieces(vehicle, problem)]
    asked = vroom.Input()
    _add_matrices(asked, problem)
    points = _numbered((job.points for job in problem.jobs if job.points), _SKILLS_OF_POINTS)
    releases = _numbered((j.release_s for j in problem.jobs if j.release_s), _SKILLS_OF_RELEASES)
    for n, piece in enumerate(pieces):
        asked.add_vehicle(_vehicle(n, piece, points, releases))
    for n, job in enumerate(problem.jobs):
        asked.add_job(_job(n, job, points, releases))
    for n, shipment in enumerate(problem.shipments):
        _add_shipment(asked, 2 * n, shipment)
    answer = asked.solve(
        exploration_level=_EXPLORATION, nb_threads=threads, timeout=timedelta(seconds=seconds)
    )
    return _shifts(answer, pieces, problem)


def _refuse(problem: Problem) -> None:
    cannot = {
        "prizes": any(job.prize is not None for job in problem.jobs),
        "longest shifts": any(
            v.max_duration_s is not None and v.max_duration_s < v.window[1] - v.window[0]
            for v in problem.vehicles
        ),
        "three-leg errands": any(s.via is not None for s in problem.shipments),
        "slots": bool(problem.places) or bool(problem.bays),
        "split loads": any(len(job.parts) > 1 for job in problem.jobs),
        "fixed costs of shifts with several trips": any(
            v.fixed_cost and v.max_trips > 1 for v in problem.vehicles
        ),
        "task costs": any(v.cost_per_task_hour for v in problem.vehicles),
        "times by type": any(j.setup_per_type_s or j.service_per_type_s for j in problem.jobs),
    }
    for what, asked in cannot.items():
        if asked:
            raise CannotExpress("vroom", what)


def _unit(problem: Problem) -> int:
    """Find the power of ten in which times and costs fit VROOM's numbers."""
    worst = max(
        int(max(m.duration_s.max(), m.cost.max())) * len(m.cost) for m in problem.matrices.values()
    )
    unit = 1
    while worst // unit > _MOST:
        unit *= 10
    return unit


def _coarser(problem: Problem, unit: int) -> Problem:
    """Say times in a coarser unit, rounded so that whoever keeps them keeps the finer ones."""

    def up(value: int) -> int:
        return -(-value // unit)

    def window(those: tuple[int, int]) -> tuple[int, int]:
        return up(those[0]), those[1] // unit

    def stop(one: ShipmentStep) -> ShipmentStep:
        return replace(
            one, service_s=up(one.service_s), setup_s=up(one.setup_s),
            windows=tuple(map(window, one.windows)),
        )  # fmt: skip

    fixed_most = _MOST // 3 // len(problem.vehicles)
    return replace(
        problem,
        jobs=tuple(
            replace(
                job, service_s=up(job.service_s), setup_s=up(job.setup_s),
                windows=tuple(map(window, job.windows)), release_s=up(job.release_s),
            )
            for job in problem.jobs
        ),
        shipments=tuple(
            replace(s, pickup=stop(s.pickup), delivery=stop(s.delivery)) for s in problem.shipments
        ),
        vehicles=tuple(
            replace(
                v, window=window(v.window), reload_service_s=up(v.reload_service_s),
                fixed_cost=min(v.fixed_cost // unit, fixed_most),
            )
            for v in problem.vehicles
        ),
        matrices={
            name: Matrix(
                duration_s=-(-m.duration_s // unit),
                distance_m=m.distance_m,
                cost=np.where(m.cost < 0, m.cost, m.cost // unit),
            )
            for name, m in problem.matrices.items()
        },
    )  # fmt: skip


def _needed(problem: Problem) -> list[Vehicle]:
    """Leave out vehicles of a fleet that is named only because none was limited."""
    if len(problem.vehicles) < len(problem.jobs):
        return list(problem.vehicles)
    load = [sum(j.delivery[d] for j in problem.jobs) for d in range(problem.dimensions)]
    room = problem.vehicles[0].capacity
    least = max((-(-a // b) for a, b in zip(load, room, strict=True) if b), default=1)
    return list(problem.vehicles[: least + least // 5 + 5])


def _pieces(vehicle: Vehicle, problem: Problem) -> list[_Piece]:
    """Cut a shift into as many equal parts as mean trips fit, or as the load asks for."""
    low, high = vehicle.window
    if not vehicle.points or vehicle.max_trips == 1:
        return [_Piece(vehicle, 0, (low + vehicle.reload_service_s, high))]
    count = min(vehicle.max_trips, max(1, int((high - low) // _trip_s(vehicle, problem))))
    length = (high - low) / count
    return [
        _Piece(
            vehicle, n,
            (low + int(n * length) + vehicle.reload_service_s, low + int((n + 1) * length)),
        )
        for n in range(count)
    ]  # fmt: skip


def _trip_s(vehicle: Vehicle, problem: Problem) -> float:
    """Estimate a mean trip of a vehicle: loading, there and back, and stops until it is empty."""
    jobs = [job for job in problem.jobs if not job.points or set(job.points) & set(vehicle.points)]
    if not jobs:
        return float(vehicle.window[1] - vehicle.window[0])
    way = problem.matrices[vehicle.profile].duration_s
    there_s = float(np.mean([way[vehicle.points[0], job.location] for job in jobs]))
    stay_s = float(np.mean([job.setup_s + job.service_s for job in jobs]))
    mean = [float(np.mean([j.delivery[d] for j in jobs])) for d in range(problem.dimensions)]
    stops = max(1.0, min(c / m for c, m in zip(vehicle.capacity, mean, strict=True) if m))
    return vehicle.reload_service_s + 2 * there_s + stops * stay_s + (stops - 1) * 0.3 * there_s


def _numbered(values: Iterable[Name], first: int) -> dict[Name, int]:
    return {value: first + n for n, value in enumerate(sorted(set(values)))}


def _profile(vehicle: Vehicle) -> str:
    rates = (vehicle.speed_factor, vehicle.cost_per_hour, vehicle.cost_per_km)
    return f"{vehicle.profile}@{rates}"


def _add_matrices(asked: vroom.Input, problem: Problem) -> None:
    metres = any(v.max_distance_m is not None for v in problem.vehicles)
    for name, vehicle in {_profile(v): v for v in problem.vehicles}.items():
        matrix = problem.matrices[vehicle.profile]
        seconds, cost = arc_seconds(matrix, vehicle), arc_costs(matrix, vehicle)
        barred = seconds < 0
        if barred.any():
            # Longer than any shift, and no longer than VROOM's numbers allow.
            seconds[barred] = cost[barred] = min(10**7, _MOST // len(seconds))
        asked.set_durations_matrix(name, seconds)
        if not np.array_equal(seconds, cost):
            asked.set_costs_matrix(name, cost)
        if metres:
            asked.set_distances_matrix(name, np.maximum(matrix.distance_m, 0))


def _vehicle(number: int, piece: _Piece, points: Points, releases: Releases) -> vroom.Vehicle:
    vehicle = piece.vehicle
    spots = set(vehicle.points or (() if vehicle.start is None else (vehicle.start,)))
    skills = set(vehicle.skills)
    skills |= {skill for those, skill in points.items() if spots & set(those)}
    skills |= {skill for at, skill in releases.items() if piece.window[0] >= at}
    start, end = vehicle.start, vehicle.end
    if vehicle.points:
        start = vehicle.points[0] if start is None else start
        end = start if end is None else end
    limits = {}
    if vehicle.max_tasks is not None:
        limits["max_tasks"] = vehicle.max_tasks
    if vehicle.max_travel_time_s is not None:
        limits["max_travel_time"] = vehicle.max_travel_time_s
    if vehicle.max_distance_m is not None:
        limits["max_distance"] = vehicle.max_distance_m
    return vroom.Vehicle(
        number,
        start=start,
        end=end,
        profile=_profile(vehicle),
        capacity=list(vehicle.capacity),
        skills=skills,
        time_window=piece.window,
        breaks=[
            vroom.Break(pause.id, time_windows=list(pause.time_windows), service=pause.service_s)
            for pause in vehicle.breaks
        ],
        costs=vroom.VehicleCosts(fixed=vehicle.fixed_cost),
        **limits,
    )


def _job(number: int, job: Job, points: Points, releases: Releases) -> vroom.Job:
    skills = set(job.skills)
    if job.points:
        skills.add(points[job.points])
    if job.release_s:
        skills.add(releases[job.release_s])
    return vroom.Job(
        number,
        location=job.location,
        default_setup=job.setup_s,
        default_service=job.service_s,
        delivery=list(job.delivery),
        pickup=list(job.pickup),
        skills=skills,
        priority=min(job.priority, 100),
        time_windows=[list(window) for window in job.windows],
    )


def _add_shipment(asked: vroom.Input, number: int, shipment: Shipment) -> None:
    def step(step_number: int, end: ShipmentStep) -> vroom.ShipmentStep:
        return vroom.ShipmentStep(
            step_number,
            location=end.location,
            default_setup=end.setup_s,
            default_service=end.service_s,
            time_windows=[list(window) for window in end.windows],
        )

    asked.add_shipment(
        step(number, shipment.pickup),
        step(number + 1, shipment.delivery),
        amount=vroom.Amount(list(shipment.amount)),
        skills=set(shipment.skills),
        priority=min(shipment.priority, 100),
    )


def _shifts(answer: Solution, pieces: list[_Piece], problem: Problem) -> Shifts:
    frame = answer.routes
    visits: dict[int, list[Visit]] = defaultdict(list)
    columns = (frame["vehicle_id"].tolist(), frame["type"].tolist())
    ids = frame["id"].tolist() if "id" in frame else [None] * len(frame)
    for number, kind, stop in zip(*columns, ids, strict=True):
        if kind == "job":
            visits[number].append(Visit("job", problem.jobs[int(stop)].id))
        elif kind in {"pickup", "delivery"}:
            shipment = problem.shipments[int(stop) // 2]
            visits[number].append(Visit(kind, getattr(shipment, kind).id))
    shifts: dict[int, list[Trip]] = defaultdict(list)
    for number in sorted(visits):
        vehicle = pieces[number].vehicle
        point = None
        if vehicle.points:
            point = vehicle.points[0] if vehicle.start is None else vehicle.start
        shifts[vehicle.id].append(Trip(point, tuple(visits[number])))
    return shifts
