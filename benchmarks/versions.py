"""Versions of a problem: without contact rules, and as PyVRP and VROOM can express it.

The peers' version leaves out slots (separation, leaders' rounds, shelves), loading bays, cohorts,
the order of zones inside a trip, faces and wishes, and errands that anybody may run. Bags of a
stairwell are bound into chunks beforehand, since no peer splits a load; a second chunk at the
same stop costs no further service, as in ours. What stays: shifts, several trips with loading,
releases, points, capacities in every dimension, windows, permits, stewards, vans' transfers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.schedules import Shifts, Trip, Visit, plan_of, stops_of
from solver.plan import Plan, Step
from solver.problem import Amounts, Job, Matrix, Objective, Problem, Shipment, Vehicle

CHUNK_BAGS = 3
"""Half of what an e-bike carries."""


def without_contact_rules(problem: Problem) -> Problem:
    """The same goods, couriers and streets, for a planner who does not mind who meets whom."""
    return replace(
        problem,
        separation_s=0,
        places=tuple(
            replace(place, separation_s=0, closed=(), shelf=None, lanes=len(problem.vehicles))
            for place in problem.places
        ),
        vehicles=tuple(replace(vehicle, cohort=None) for vehicle in problem.vehicles),
        objective=Objective(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeersVersion:
    """What peers can express, and which bags of the original each of its jobs stands for."""

    original: Problem
    problem: Problem
    chunk: dict[int, Visit]

    def in_original(self, plan: Plan, *, engine: str) -> Plan:
        """Say the same plan in terms of the original, errands being left out.

        Chunks of one stairwell that follow each other become one visit.
        """
        shifts = {
            route.vehicle: [
                Trip(trip.point, tuple(self._merged(trip.visits)))
                for trip in trips_of(route.steps)
            ]
            for route in plan.routes
        }
        summary = plan.summary
        return plan_of(
            self.original, shifts, engine=engine, seed=summary.seed, seconds=summary.seconds
        )

    def _merged(self, visits: Iterable[Visit]) -> list[Visit]:
        found: list[Visit] = []
        for visit in visits:
            whole = self.chunk[visit.id] if visit.type == "job" else visit
            last = found[-1] if found else None
            if last is not None and (last.type, last.id) == (whole.type, whole.id) and last.parts:
                found[-1] = Visit(whole.type, whole.id, (*last.parts, *whole.parts))
            else:
                found.append(whole)
        return found


def trips_of(steps: Sequence[Step]) -> list[Trip]:
    """Cut the steps of a route into trips; bags in the order that the step names."""
    trips: list[tuple[int | None, list[Visit]]] = []
    for step in steps:
        if step.type == "reload":
            trips.append((step.location, []))
        elif step.type in {"job", "pickup", "via", "delivery"} and step.id is not None:
            if not trips:
                trips.append((None, []))
            trips[-1][1].append(Visit(step.type, step.id, step.parts))
    return [Trip(point, tuple(visits)) for point, visits in trips]


def peers_version(problem: Problem, *, chunk_bags: int = CHUNK_BAGS) -> PeersVersion:
    """Leave out what no peer can express."""
    room = _chunk_room(problem, chunk_bags)
    jobs: list[Job] = []
    chunk: dict[int, Visit] = {}
    for job in problem.jobs:
        for parts in _chunks(job, room):
            number = len(jobs) + 1
            whole = tuple(range(len(job.parts))) == parts
            chunk[number] = Visit("job", job.id, parts)
            amount = job.delivery if whole or not job.parts else _sum(job.parts[n] for n in parts)
            jobs.append(
                replace(
                    job, id=number, delivery=amount, parts=(), place=None, building=None,
                    setup_s=job.setup_s + job.service_s, service_s=0, preferred_courier=None,
                    setup_per_type_s=(), service_per_type_s=(),
                )
            )  # fmt: skip
    jobs = [_permits(job, problem) for job in jobs]
    version = replace(
        problem,
        jobs=tuple(jobs),
        vehicles=tuple(_permitted(vehicle) for vehicle in problem.vehicles),
        shipments=tuple(s for s in problem.shipments if s.skills and s.via is None),
        places=(),
        bays=(),
        separation_s=0,
        objective=Objective(),
        previous=(),
    )
    return PeersVersion(original=problem, problem=version, chunk=chunk)


_ZONE_SKILL = 90_000
_STEWARD_SKILL = 91_000


def _permits(job: Job, problem: Problem) -> Job:
    """Say permits and stewards by skills; goods lie at the first point that the job names."""
    skills = set(job.skills)
    if job.zone:
        skills.add(_ZONE_SKILL + job.zone)
    if job.courier is not None:
        skills.add(_STEWARD_SKILL + job.courier)
    steward = next((v for v in problem.vehicles if v.id == job.courier), None)
    named = [p for p in job.points if steward is None or p in steward.points]
    first = _same_spot(named, problem)
    return replace(job, zone=0, courier=None, skills=frozenset(skills), points=first)


def _same_spot(points: Sequence[int], problem: Problem) -> tuple[int, ...]:
    """Keep the first point, and its other bays where teams have their own."""
    if not points:
        return ()
    near = next(iter(problem.matrices.values())).distance_m
    return tuple(point for point in points if near[points[0], point] < 50)


def _permitted(vehicle: Vehicle) -> Vehicle:
    zones = {_ZONE_SKILL + rank for rank in range(1, vehicle.zone_max + 1)}
    steward = {_STEWARD_SKILL + vehicle.id}
    return replace(vehicle, cohort=None, skills=vehicle.skills | zones | steward)


def _chunk_room(problem: Problem, chunk_bags: int) -> Amounts | None:
    """Give what a chunk holds: so many bags, and the same share of the commonest crate."""
    crates = [v.capacity for v in problem.vehicles if v.points]
    if not crates or problem.dimensions < 3:
        return None
    common = max(set(crates), key=crates.count)
    share = chunk_bags / common[2]
    return tuple(int(room * share) for room in common)


def _chunks(job: Job, room: Amounts | None) -> list[tuple[int, ...]]:
    """Bind the bags of a job: as few chunks as the first fitting finds, heavy bags first."""
    if not job.parts or room is None:
        return [()]
    found: list[tuple[list[int], list[int]]] = []
    for n in sorted(range(len(job.parts)), key=lambda n: -job.parts[n][0]):
        part = job.parts[n]
        for load, bags in found:
            if all(a + b <= r for a, b, r in zip(load, part, room, strict=True)):
                load[:] = [a + b for a, b in zip(load, part, strict=True)]
                bags.append(n)
                break
        else:
            found.append((list(part), [n]))
    return [tuple(sorted(bags)) for _, bags in found]


def _sum(amounts: Iterable[Amounts]) -> Amounts:
    return tuple(map(sum, zip(*amounts, strict=True)))


@dataclass(frozen=True, slots=True)
class Part:
    """A problem that stands for itself; ``keep`` are its locations in the whole's numbers."""

    problem: Problem
    keep: tuple[int, ...]

    def in_whole(self, shifts: Shifts) -> Shifts:
        """Say trips with the whole's location numbers."""
        return {
            vehicle: [
                Trip(None if trip.point is None else self.keep[trip.point], trip.visits)
                for trip in trips
            ]
            for vehicle, trips in shifts.items()
        }


def components(problem: Problem) -> list[Part]:
    """Cut a problem where it falls apart exactly: no job of one part fits a courier of another.

    Both peers get the parts, each with its share of the time: that is how somebody with these
    tools would plan several points.
    """
    eligible = [_eligible(job, problem.vehicles) for job in problem.jobs]
    eligible += [
        {n for n, v in enumerate(problem.vehicles) if s.skills <= v.skills}
        for s in problem.shipments
    ]
    leader = list(range(len(problem.vehicles)))

    def find(n: int) -> int:
        while leader[n] != n:
            leader[n] = leader[leader[n]]
            n = leader[n]
        return n

    for those in eligible:
        first, *others = sorted(those) or [0]
        for other in others:
            leader[find(other)] = find(first)
    roots = sorted({find(min(those, default=0)) for those in eligible})
    if len(roots) == 1 and len({find(n) for n in range(len(problem.vehicles))}) == 1:
        size = len(next(iter(problem.matrices.values())).duration_s)
        return [Part(problem, tuple(range(size)))]
    groups: dict[int, tuple[list[Job], list[Shipment]]] = {root: ([], []) for root in roots}
    tasks: list[Job | Shipment] = [*problem.jobs, *problem.shipments]
    for task, those in zip(tasks, eligible, strict=True):
        jobs, shipments = groups[find(min(those, default=0))]
        if isinstance(task, Job):
            jobs.append(task)
        else:
            shipments.append(task)
    return [
        _part(
            problem, jobs, shipments,
            [v for n, v in enumerate(problem.vehicles) if find(n) == root],
        )
        for root, (jobs, shipments) in groups.items()
    ]  # fmt: skip


def _eligible(job: Job, vehicles: Sequence[Vehicle]) -> set[int]:
    return {n for n, vehicle in enumerate(vehicles) if may_serve(job, vehicle)}


def may_serve(job: Job, vehicle: Vehicle) -> bool:
    """Say whether skills, points and crate allow a vehicle to bring a job."""
    spots = set(vehicle.points or (() if vehicle.start is None else (vehicle.start,)))
    return (
        job.skills <= vehicle.skills
        and job.zone <= vehicle.zone_max
        and (job.courier is None or job.courier == vehicle.id)
        and (not job.points or bool(spots & set(job.points)))
        and all(
            max(d, p) <= room
            for d, p, room in zip(
                job.delivery or (0,) * len(vehicle.capacity),
                job.pickup or (0,) * len(vehicle.capacity),
                vehicle.capacity,
                strict=True,
            )
        )
    )


def _part(
    problem: Problem, jobs: list[Job], shipments: list[Shipment], vehicles: list[Vehicle]
) -> Part:
    """Make a problem of some tasks and vehicles; locations keep their order."""
    part = replace(problem, jobs=tuple(jobs), shipments=tuple(shipments), vehicles=tuple(vehicles))
    used = {stop.location for stop in stops_of(part).values()}
    for vehicle in vehicles:
        used |= {
            spot for spot in (vehicle.start, vehicle.end, *vehicle.points) if spot is not None
        }
    keep = sorted(used)
    profiles = {vehicle.profile for vehicle in vehicles}
    return Part(relocated(part, keep, profiles), tuple(keep))


def relocated(problem: Problem, keep: Sequence[int], profiles: Iterable[str]) -> Problem:
    """Keep some locations and profiles; location numbers change accordingly."""
    new = {old: n for n, old in enumerate(keep)}
    cells = np.ix_(np.array(keep), np.array(keep))

    def spot(at: int | None) -> int | None:
        return None if at is None else new[at]

    def spots(many: Sequence[int]) -> tuple[int, ...]:
        return tuple(new[at] for at in many if at in new)

    return replace(
        problem,
        jobs=tuple(
            replace(job, location=new[job.location], points=spots(job.points))
            for job in problem.jobs
        ),
        shipments=tuple(
            replace(
                shipment,
                pickup=replace(shipment.pickup, location=new[shipment.pickup.location]),
                delivery=replace(shipment.delivery, location=new[shipment.delivery.location]),
            )
            for shipment in problem.shipments
        ),
        vehicles=tuple(
            replace(v, start=spot(v.start), end=spot(v.end), points=spots(v.points))
            for v in problem.vehicles
        ),
        matrices={name: _cut(problem.matrices[name], cells) for name in sorted(profiles)},
    )


def _cut(matrix: Matrix, cells: tuple[np.ndarray, ...]) -> Matrix:
    duration = matrix.duration_s[cells]
    cost = duration if matrix.cost is matrix.duration_s else matrix.cost[cells]
    return Matrix(duration_s=duration, distance_m=matrix.distance_m[cells], cost=cost)
