"""What planners have locked, in the solver's words, and the draft that a search begins from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from logistics.domain.plan_locks import PlanLock
from logistics.domain.planning import BegunTrip, PlanInputs, WaitingBag
from logistics.routing.problem import Index
from solver.plan import Plan, Route, Step, Summary
from solver.problem import Amounts, Job, Problem, Vehicle


def with_locks(inputs: PlanInputs, problem: Problem, index: Index) -> tuple[Problem, Index]:
    """Bind locked drops to their couriers and instants.

    Where only some bags of a job are locked, they become a job of their own; so do those of one
    lock that lie in several jobs of their stairwell, for one drop has one instant. A lock whose
    courier stays away, or whose bags are gone, binds nothing; one whose instant no longer lies in
    the wave binds the courier alone.
    """
    vehicles = {carrier.id: number for number, carrier in index.couriers.items()}
    jobs = {job.id: job for job in problem.jobs}
    bags, stairwells = dict(index.job_bags), dict(index.job_stairwell)
    modes = dict(index.drop_modes)
    for lock in inputs.locks:
        vehicle = vehicles.get(lock.courier_id)
        if vehicle is None:
            continue
        taken: dict[tuple[int, ...], int] = {}  # the lock's job, by the points of its goods
        for number in [n for n, stairwell in stairwells.items() if stairwell == lock.stairwell_id]:
            mine = tuple(bag for bag in bags[number] if bag.id in lock.bag_ids)
            if not mine or jobs[number].courier is not None:
                continue
            target = number
            others = tuple(bag for bag in bags[number] if bag.id not in lock.bag_ids)
            first = taken.get(jobs[number].points)
            if first is not None:
                bags[first] += mine
                jobs[first] = _with_bags(jobs[first], bags[first])
                if others:
                    jobs[number], bags[number] = _with_bags(jobs[number], others), others
                else:
                    del jobs[number], bags[number], stairwells[number], modes[number]
                continue
            if others:
                target = new = max(jobs) + 1
                jobs[new] = replace(_with_bags(jobs[number], mine), id=new)
                jobs[number] = _with_bags(jobs[number], others)
                bags[new], bags[number] = mine, others
                stairwells[new], modes[new] = stairwells[number], modes[number]
            jobs[target] = _bound(jobs[target], lock, vehicle)
            taken[jobs[target].points] = target
    return (
        replace(problem, jobs=tuple(jobs.values())),
        replace(index, job_bags=bags, job_stairwell=stairwells, drop_modes=modes),
    )


def _bound(job: Job, lock: PlanLock, vehicle: int) -> Job:
    begin = lock.begin_s
    held = begin is not None and (
        not job.windows or any(start <= begin <= end for start, end in job.windows)
    )
    windows = ((begin, begin),) if held and begin is not None else job.windows
    return replace(job, courier=vehicle, windows=windows)


def _with_bags(job: Job, bags: Sequence[WaitingBag]) -> Job:
    parts: tuple[Amounts, ...] = tuple((bag.weight_g, bag.volume_ml, 1) for bag in bags)
    delivery = tuple(map(sum, zip(*parts, strict=True)))
    return replace(job, parts=parts if len(parts) > 1 else (), delivery=delivery)


def begun_plan(inputs: PlanInputs, problem: Problem, index: Index) -> Plan | None:
    """Say the draft's trips as a plan of this problem, for a search to begin from.

    What no longer exists is left out; None where there was no draft. It need keep no rule.
    """
    if not inputs.begun:
        return None
    vehicles = {carrier.id: number for number, carrier in index.couriers.items()}
    known = {vehicle.id: vehicle for vehicle in problem.vehicles}
    jobs = {job.id: job for job in problem.jobs}
    of_bag = {
        bag.id: (job, n) for job, bags in index.job_bags.items() for n, bag in enumerate(bags)
    }
    ordered = sorted(inputs.begun, key=lambda one: (one.trip.courier_id, one.trip.no))
    routes = [
        Route(vehicle=number, steps=tuple(_steps(known[number], list(trips), jobs, of_bag)))
        for courier, trips in groupby(ordered, key=lambda one: one.trip.courier_id)
        if (number := vehicles.get(courier)) is not None
    ]
    return Plan(routes=tuple(routes), unassigned=(), summary=_NO_SUMMARY)


def _steps(
    vehicle: Vehicle,
    trips: Sequence[BegunTrip],
    jobs: Mapping[int, Job],
    of_bag: Mapping[str, tuple[int, int]],
) -> Iterator[Step]:
    home = vehicle.points[0]
    yield Step(type="start", location=home, arrival_s=trips[0].loads_s)
    for number, begun in enumerate(trips):
        yield Step(
            type="reload",
            location=home,
            arrival_s=begun.loads_s,
            service_s=vehicle.reload_service_s,
            trip=number,
        )
        for visit in begun.trip.stops:
            parts: dict[int, list[int]] = defaultdict(list)
            for job, part in (of_bag[bag] for bag in visit.bag_ids if bag in of_bag):
                parts[job].append(part)
            for job, taken in parts.items():
                yield Step(
                    type="job",
                    id=job,
                    location=jobs[job].location,
                    arrival_s=visit.arrival_s,
                    service_s=jobs[job].service_s,
                    trip=number,
                    parts=tuple(sorted(taken)) if len(jobs[job].parts) > 1 else (),
                )
    yield Step(type="end", location=home, arrival_s=trips[-1].trip.returns_s, trip=len(trips) - 1)


_NO_SUMMARY = Summary(
    cost=0, routes=0, unassigned=0, trips=0, faces=0, excess_faces=0, contacts=0, duration_s=0,
    distance_m=0, waiting_s=0, setup_s=0, service_s=0, priority=0, delivery=(), pickup=(),
    engine="", seed=0, seconds=0.0, stopped="",
)  # fmt: skip
