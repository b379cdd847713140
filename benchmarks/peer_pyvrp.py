"""PyVRP on our problems: what it can express is built, the rest is refused by name."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.constants import MAX_VALUE
from pyvrp.stop import MaxRuntime

from benchmarks.arcs import CannotExpress, arc_costs, arc_seconds
from benchmarks.schedules import Shifts, Trip, Visit
from benchmarks.versions import may_serve
from solver.problem import Job, Matrix, Problem, Shipment, ShipmentStep, Vehicle

Ints = NDArray[np.int64]

_DROP_COST, _DROP_COST_PER_PRIORITY = 100_000, 2_000
"""What a job left out costs where it may be left out: far more than bringing it."""


_MEAN_COST = 100_000.0


@dataclass(frozen=True, slots=True)
class Built:
    """PyVRP's data, and what its numbers stand for."""

    data: pyvrp.ProblemData
    jobs: tuple[Job, ...]
    shipments: tuple[Shipment, ...]
    vehicles: tuple[tuple[int, ...], ...]  # ids of each vehicle type
    spots: tuple[int, ...]  # location of each depot


def solve_with_pyvrp(
    problem: Problem, *, seconds: float, seed: int, may_drop: bool
) -> Shifts | None:
    """Run PyVRP on one thread; None where it ends without a feasible solution.

    Where jobs may be left out, the feasible routes of its solution count.

    Raises
    ------
    CannotExpress
        If the problem has a rule that PyVRP does not know.
    """
    built = build(_cheaper(problem), may_drop=may_drop)
    result = pyvrp.solve(built.data, MaxRuntime(seconds), seed=seed, collect_stats=False)
    if not result.is_feasible() and not may_drop:
        return None
    shifts = shifts_of(built, result.best)
    allowed = _allowed(problem, shifts)
    return allowed if may_drop or allowed == shifts else None


def _allowed(problem: Problem, shifts: Shifts) -> Shifts:
    """Leave out visits by couriers who may not: they are only dear to PyVRP, not forbidden."""
    jobs = {job.id: job for job in problem.jobs}
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}

    def may(vehicle: int, visit: Visit) -> bool:
        return visit.type != "job" or may_serve(jobs[visit.id], vehicles[vehicle])

    return {
        number: [Trip(t.point, tuple(v for v in t.visits if may(number, v))) for t in trips]
        for number, trips in shifts.items()
    }


def _cheaper(problem: Problem) -> Problem:
    """Say costs in a coarser unit where ways cost so much that PyVRP's penalties, which end at
    100,000, could not matter beside them.
    """
    mean = max(float(m.cost[m.cost > 0].mean()) for m in problem.matrices.values())
    unit = 1
    while mean / unit > _MEAN_COST:
        unit *= 10
    if unit == 1:
        return problem
    return replace(
        problem,
        jobs=tuple(
            job if job.prize is None else replace(job, prize=job.prize // unit)
            for job in problem.jobs
        ),
        vehicles=tuple(replace(v, fixed_cost=v.fixed_cost // unit) for v in problem.vehicles),
        matrices={
            name: Matrix(
                duration_s=m.duration_s,
                distance_m=m.distance_m,
                cost=np.where(m.cost < 0, m.cost, m.cost // unit),
            )
            for name, m in problem.matrices.items()
        },
    )


def build(problem: Problem, *, may_drop: bool) -> Built:
    """Build PyVRP's data. Chunks at one stop share its setup, which lies on the ways to it."""
    _refuse(problem)
    depots = _Depots()
    setup = _setups(problem)
    profiles = _Profiles(problem, setup)
    grouped: dict[Hashable, list[Vehicle]] = defaultdict(list)
    for vehicle in problem.vehicles:
        grouped[_kind(vehicle, profiles.of(vehicle))].append(vehicle)
    types = [_vehicle_type(those, depots, profiles) for those in grouped.values()]
    reload_s = min((v.reload_service_s for v in problem.vehicles), default=0)
    size = len(setup)
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(size)],
        clients=[
            _client(job, setup, reload_s, problem, may_drop=may_drop) for job in problem.jobs
        ],
        depots=depots.made,
        vehicle_types=types,
        distance_matrices=profiles.distances,
        duration_matrices=profiles.durations,
        shipments=[
            _shipment(shipment, problem, may_drop=may_drop) for shipment in problem.shipments
        ],
    )
    return Built(
        data, problem.jobs, problem.shipments,
        tuple(tuple(v.id for v in those) for those in grouped.values()),
        tuple(depot.location for depot in depots.made),
    )  # fmt: skip


def _refuse(problem: Problem) -> None:
    stops: list[Job | ShipmentStep] = [
        *problem.jobs,
        *(s.pickup for s in problem.shipments),
        *(s.delivery for s in problem.shipments),
    ]
    cannot: dict[str, bool] = {
        "several windows": any(len(stop.windows) > 1 for stop in stops),
        "three-leg errands": any(s.via is not None for s in problem.shipments),
        "breaks": any(v.breaks for v in problem.vehicles),
        "most tasks": any(v.max_tasks is not None for v in problem.vehicles),
        "most travel time": any(v.max_travel_time_s is not None for v in problem.vehicles),
        "times by type": any(s.setup_per_type_s or s.service_per_type_s for s in stops),
        "open routes": any(v.start is None and not v.points for v in problem.vehicles),
        "task costs": any(v.cost_per_task_hour for v in problem.vehicles),
        "slots": bool(problem.places) or bool(problem.bays),
        "split loads": any(len(job.parts) > 1 for job in problem.jobs),
    }
    for what, asked in cannot.items():
        if asked:
            raise CannotExpress("pyvrp", what)


def _setups(problem: Problem) -> Ints:
    size = len(next(iter(problem.matrices.values())).duration_s)
    setup = np.zeros(size, np.int64)
    for job in problem.jobs:
        setup[job.location] = max(setup[job.location], job.setup_s)
    return setup


class _Depots:
    """Depots by location and loading time; the end of a shift has none."""

    def __init__(self) -> None:
        self.made: list[pyvrp.Depot] = []
        self._known: dict[tuple[int, int], int] = {}

    def at(self, location: int, service_s: int) -> int:
        if (location, service_s) not in self._known:
            self._known[location, service_s] = len(self.made)
            self.made.append(pyvrp.Depot(location, service_duration=service_s))
        return self._known[location, service_s]


class _Profiles:
    """Matrices by how a vehicle travels and where it may not go."""

    def __init__(self, problem: Problem, setup: Ints) -> None:
        self._problem, self._setup = problem, setup
        self._known: dict[Hashable, int] = {}
        self.distances: list[Ints] = []
        self.durations: list[Ints] = []

    def of(self, vehicle: Vehicle) -> int:
        closed = self._closed(vehicle)
        key = (
            vehicle.profile, vehicle.speed_factor, vehicle.cost_per_hour, vehicle.cost_per_km,
            closed,
        )  # fmt: skip
        if key not in self._known:
            self._known[key] = len(self.distances)
            self._make(vehicle, sorted(closed))
        return self._known[key]

    def _closed(self, vehicle: Vehicle) -> frozenset[int]:
        """Find the locations of jobs that a vehicle may not bring, but for its crate's size."""
        roomy = _with_room(vehicle)
        spots: dict[bool, set[int]] = {True: set(), False: set()}
        for job in self._problem.jobs:
            spots[may_serve(job, roomy(job))].add(job.location)
        for shipment in self._problem.shipments:
            allowed = shipment.skills <= vehicle.skills
            spots[allowed] |= {shipment.pickup.location, shipment.delivery.location}
        if spots[True] & spots[False]:
            raise CannotExpress("pyvrp", "different permits at one location")
        return frozenset(spots[False])

    def _make(self, vehicle: Vehicle, closed: list[int]) -> None:
        matrix = self._problem.matrices[vehicle.profile]
        cost = arc_costs(matrix, vehicle)
        seconds = arc_seconds(matrix, vehicle) + self._setup[None]
        barred = matrix.duration_s < 0
        cost[barred] = seconds[barred] = MAX_VALUE
        for array in (cost, seconds):
            array[:, closed] = array[closed] = MAX_VALUE
        np.fill_diagonal(cost, 0)
        np.fill_diagonal(seconds, 0)
        self.distances.append(cost)
        self.durations.append(seconds)


def _with_room(vehicle: Vehicle) -> Callable[[Job], Vehicle]:
    """Give the vehicle with a crate in which whatever the job brings would fit."""
    return lambda job: replace(vehicle, capacity=tuple(10**15 for _ in job.delivery))


def _kind(vehicle: Vehicle, profile: int) -> Hashable:
    return (
        profile, vehicle.start, vehicle.end, vehicle.points, vehicle.capacity, vehicle.window,
        vehicle.max_trips, vehicle.reload_service_s, vehicle.max_distance_m, vehicle.fixed_cost,
        vehicle.max_duration_s,
    )  # fmt: skip


def _vehicle_type(those: list[Vehicle], depots: _Depots, profiles: _Profiles) -> pyvrp.VehicleType:
    vehicle = those[0]
    limits: dict[str, Any] = {}
    if vehicle.max_duration_s is not None:
        limits["shift_duration"] = vehicle.max_duration_s
    if vehicle.max_distance_m is not None:
        limits["max_distance"] = vehicle.max_distance_m
    if vehicle.points:
        start: int | None = vehicle.points[0] if vehicle.start is None else vehicle.start
        load_s = vehicle.reload_service_s
        limits["reload_depots"] = [depots.at(point, load_s) for point in vehicle.points]
        limits["max_reloads"] = vehicle.max_trips - 1
    else:
        start, load_s = vehicle.start, 0
        if start is None:
            raise CannotExpress("pyvrp", "open routes")
    end = start if vehicle.end is None else vehicle.end
    return pyvrp.VehicleType(
        num_available=len(those),
        capacity=list(vehicle.capacity),
        start_depot=depots.at(start, load_s),
        end_depot=depots.at(end, 0),
        fixed_cost=vehicle.fixed_cost,
        tw_early=vehicle.window[0],
        tw_late=vehicle.window[1],
        profile=profiles.of(vehicle),
        **limits,
    )


def _worth(task: Job | Shipment, *, may_drop: bool) -> dict[str, Any]:
    prize = task.prize if isinstance(task, Job) else None
    if prize is None and may_drop:
        prize = _DROP_COST + _DROP_COST_PER_PRIORITY * task.priority
    return {"prize": prize or 0, "required": prize is None}


def _client(
    job: Job, setup: Ints, reload_s: int, problem: Problem, *, may_drop: bool
) -> pyvrp.Client:
    empty = [0] * problem.dimensions
    times: dict[str, Any] = {}
    if job.windows:
        # Service begins after the setup that lies on the way; late is kept, for second chunks.
        early, late = job.windows[0]
        before = int(setup[job.location])
        times = {"tw_early": min(early + before, late), "tw_late": late}
    return pyvrp.Client(
        location=job.location,
        delivery=list(job.delivery) or empty,
        pickup=list(job.pickup) or empty,
        service_duration=job.service_s,
        release_time=max(0, job.release_s - reload_s),
        **times,
        **_worth(job, may_drop=may_drop),
    )


def _shipment(shipment: Shipment, problem: Problem, *, may_drop: bool) -> pyvrp.Shipment:
    times: dict[str, Any] = {}
    for name, step in (("pickup", shipment.pickup), ("delivery", shipment.delivery)):
        times[f"{name}_service_duration"] = step.service_s
        if step.windows:
            times[f"{name}_tw_early"], times[f"{name}_tw_late"] = step.windows[0]
    return pyvrp.Shipment(
        shipment.pickup.location,
        shipment.delivery.location,
        amount=list(shipment.amount) or [0] * problem.dimensions,
        **times,
        **_worth(shipment, may_drop=may_drop),
    )


def shifts_of(built: Built, solution: pyvrp.Solution) -> Shifts:
    """Read PyVRP's routes: vehicles of a type are taken in the order of their ids."""
    waiting = [list(ids) for ids in built.vehicles]
    shifts: dict[int, list[Trip]] = {}
    for route in filter(pyvrp.Route.is_feasible, solution.routes()):
        vehicle = waiting[route.vehicle_type()].pop(0)
        reloads = built.data.vehicle_type(route.vehicle_type()).reload_depots
        shifts[vehicle] = list(_trips(built, route, reloading=bool(reloads)))
    return shifts


def _trips(built: Built, route: pyvrp.Route, *, reloading: bool) -> Iterable[Trip]:
    point: int | None = None
    visits: list[Visit] = []
    for n, activity in enumerate(route.schedule()):
        if activity.is_depot():
            if n and visits:
                yield Trip(point, tuple(visits))
            point = built.spots[activity.idx] if reloading else None
            visits = []
        elif activity.is_client():
            visits.append(Visit("job", built.jobs[activity.idx].id))
        elif activity.is_pickup():
            visits.append(Visit("pickup", built.shipments[activity.idx].pickup.id))
        else:
            visits.append(Visit("delivery", built.shipments[activity.idx].delivery.id))
