"""A running day as a problem: what has begun stays, the rest is free, every change may cost.

The result is an ordinary problem: solve it, write it as a file, or take it over into a
:class:`solver.model.Model` to add what has come meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from solver.formats.faults import Faults, PlanInvalid
from solver.formats.steps import check_steps
from solver.plan import Plan, Route, Step
from solver.problem import (
    Amounts,
    Job,
    LockedStep,
    PreviousRoute,
    PreviousStop,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
    Window,
)
from solver.summary import STOPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """The rest of the day. ``rests`` gives, by the id of a new job, whose bags it stands for."""

    problem: Problem
    rests: Mapping[int, tuple[int, tuple[int, ...]]]


def replan(problem: Problem, plan: Plan, *, at_s: int, change: int | None = None) -> Replanned:
    """Give the problem as it stands at an instant of the plan.

    A trip whose loading has begun stays with its courier: its steps in their order, those that
    have begun at their time. Nothing else may happen before ``at_s``. Where only some bags of a
    job are under way, the others become a job of their own.

    Parameters
    ----------
    change
        Cost of each stop whose courier is not the plan's; the problem's own where none is given.

    Raises
    ------
    PlanInvalid
        If the plan is another problem's, or what has begun breaks a rule that no plan can mend.

    Notes
    -----
    A finished window stays as it is, so that its job is left out with its reason. Of what a
    courier collects on the way, jobs with goods to bring join later trips only: a trip that has
    left carries what it carries.
    """
    _must_be_of(problem, plan)
    locked = {route.vehicle: _locked(problem, route, at_s) for route in plan.routes}
    under_way: dict[tuple[str, int], set[int]] = defaultdict(set)
    for steps in locked.values():
        for step in steps:
            if step.type in STOPS and step.id is not None:
                under_way[step.type, step.id].update(step.parts)
    latest = max((vehicle.window[1] for vehicle in problem.vehicles), default=at_s)
    jobs, rests = _jobs(problem, under_way, at_s, latest)
    kept = {job: tuple(sorted(under_way["job", job])) for job, _ in rests.values()}
    locked = {vehicle: _renumbered(steps, kept) for vehicle, steps in locked.items()}
    objective = problem.objective
    stands = replace(
        problem,
        vehicles=tuple(
            _vehicle(vehicle, locked.get(vehicle.id, ()), at_s) for vehicle in problem.vehicles
        ),
        jobs=jobs,
        shipments=tuple(
            shipment
            if ("pickup", shipment.pickup.id) in under_way
            else _shipment(shipment, at_s, latest)
            for shipment in problem.shipments
        ),
        previous=tuple(_previous(route, rests) for route in plan.routes),
        objective=objective if change is None else replace(objective, change=change),
    )
    _must_stand(stands, plan)
    return Replanned(problem=stands, rests=rests)


def _must_be_of(problem: Problem, plan: Plan) -> None:
    """Refuse a plan that names what the problem does not have."""
    faults = Faults()
    vehicles = {vehicle.id for vehicle in problem.vehicles}
    stops = {("job", job.id): len(job.parts) for job in problem.jobs}
    for shipment in problem.shipments:
        legs = (
            ("pickup", shipment.pickup),
            ("via", shipment.via),
            ("delivery", shipment.delivery),
        )
        stops |= {(kind, leg.id): 0 for kind, leg in legs if leg is not None}
    for n, route in enumerate(plan.routes):
        if route.vehicle not in vehicles:
            what = f"the problem has no vehicle {route.vehicle}: give the plan of this problem"
            faults.add(f"$.routes[{n}].vehicle", "vehicle.unknown", what)
        for k, step in enumerate(route.steps):
            key = (step.type, -1 if step.id is None else step.id)
            if step.type in STOPS and key not in stops:
                what = f"the problem has no {step.type} {step.id}: give the plan of this problem"
                faults.add(f"$.routes[{n}].steps[{k}].id", "step.unknown", what)
            elif step.type in STOPS and any(part >= stops[key] for part in step.parts):
                what = f"job {step.id} has {stops[key]} bags: give the plan of this problem"
                faults.add(f"$.routes[{n}].steps[{k}].parts", "step.unknown", what)
    if len(faults):
        raise PlanInvalid(tuple(faults))


def _must_stand(stands: Problem, plan: Plan) -> None:
    """Refuse what no plan of the rest could keep: the plan begun breaks a rule."""
    faults = Faults()
    check_steps(stands, faults)
    if not len(faults):
        return
    routes = {route.vehicle: n for n, route in enumerate(plan.routes)}
    told = Faults()
    for fault in faults:
        vehicle = stands.vehicles[int(fault.path.split("[")[1].split("]")[0])].id
        at = f"$.routes[{routes[vehicle]}]" if vehicle in routes else fault.path
        told.add(at, fault.code, fault.message)
    raise PlanInvalid(tuple(told))


def _begins(step: Step) -> int:
    return step.arrival_s + step.waiting_s


def _under_way(problem: Problem, route: Route, at_s: int) -> set[int]:
    """Give the numbers of the trips that have begun, or that the problem itself fixes."""
    fixed = {
        (step.type, step.id)
        for vehicle in problem.vehicles
        if vehicle.id == route.vehicle
        for step in vehicle.locked
        if step.locked
    }
    loads = any(step.type == "reload" for step in route.steps)
    begun = {
        step.trip
        for step in route.steps
        if (step.type == "reload" or (step.type == "start" and not loads))
        and _begins(step) <= at_s
    }
    return begun | {s.trip for s in route.steps if s.type in STOPS and (s.type, s.id) in fixed}


def _locked(problem: Problem, route: Route, at_s: int) -> tuple[LockedStep, ...]:
    trips = _under_way(problem, route, at_s)
    return tuple(
        LockedStep(
            type=step.type,
            id=step.id,
            service_at=_begins(step) if _begins(step) <= at_s else None,
            locked=True,
            parts=step.parts,
            location=step.location if step.type == "reload" else None,
        )
        for step in route.steps
        if ((step.type in STOPS or step.type == "reload") and step.trip in trips)
        or (step.type == "break" and _begins(step) <= at_s)
    )


def _vehicle(vehicle: Vehicle, locked: tuple[LockedStep, ...], at_s: int) -> Vehicle:
    if locked and all(step.type == "break" for step in locked):
        # Whoever makes no trip needs no break: it holds its instant, not its courier.
        taken = {step.id: step.service_at for step in locked}
        breaks = tuple(
            pause
            if (at := taken.get(pause.id)) is None
            else replace(pause, time_windows=((at, at),))
            for pause in vehicle.breaks
        )
        return replace(vehicle, locked=(), breaks=breaks)
    if locked:
        return replace(vehicle, locked=locked)
    start, end = vehicle.window
    return replace(vehicle, locked=(), window=(min(max(start, at_s), end), end))


def _renumbered(
    steps: tuple[LockedStep, ...], kept: Mapping[int, tuple[int, ...]]
) -> tuple[LockedStep, ...]:
    """Count the bags of a step anew where its job has lost some to a job of their own."""

    def anew(step: LockedStep) -> LockedStep:
        bags = kept.get(step.id) if step.type == "job" and step.id is not None else None
        if bags is None:
            return step
        return replace(step, parts=tuple(bags.index(bag) for bag in step.parts))

    return tuple(map(anew, steps))


def _jobs(
    problem: Problem, under_way: Mapping[tuple[str, int], set[int]], at_s: int, latest: int
) -> tuple[tuple[Job, ...], dict[int, tuple[int, tuple[int, ...]]]]:
    jobs: list[Job] = []
    rests: dict[int, tuple[int, tuple[int, ...]]] = {}
    free_id = 1 + max((job.id for job in problem.jobs), default=0)
    for job in problem.jobs:
        if ("job", job.id) not in under_way:
            jobs.append(_free(job, at_s, latest))
            continue
        gone = under_way["job", job.id]
        rest = tuple(n for n in range(len(job.parts)) if n not in gone) if gone else ()
        if not rest:
            jobs.append(job)
            continue
        taken = tuple(sorted(gone))
        others = replace(_with_bags(job, rest), id=free_id)
        jobs += [_with_bags(job, taken), _free(others, at_s, latest)]
        rests[free_id] = (job.id, rest)
        free_id += 1
    return tuple(jobs), rests


def _with_bags(job: Job, bags: tuple[int, ...]) -> Job:
    parts = tuple(job.parts[n] for n in bags)
    return replace(job, parts=parts, delivery=_sum(parts))


def _sum(parts: tuple[Amounts, ...]) -> Amounts:
    return tuple(map(sum, zip(*parts, strict=True)))


def _free(job: Job, at_s: int, latest: int) -> Job:
    """Let a job happen from now on only: carried by a trip that leaves from now on, or fetched."""
    if any(job.delivery) or not any(job.pickup):
        return replace(job, release_s=max(job.release_s, at_s))
    return replace(job, windows=_from(job.windows, at_s, latest))


def _from(windows: tuple[Window, ...], at_s: int, latest: int) -> tuple[Window, ...]:
    """Cut off what has passed; where everything has, leave it."""
    if not windows:
        return ((at_s, max(latest, at_s)),)
    return tuple((max(start, at_s), end) for start, end in windows if end >= at_s) or windows


def _shipment(shipment: Shipment, at_s: int, latest: int) -> Shipment:
    def leg(step: ShipmentStep) -> ShipmentStep:
        return replace(step, windows=_from(step.windows, at_s, latest))

    return replace(
        shipment,
        pickup=leg(shipment.pickup),
        via=None if shipment.via is None else leg(shipment.via),
        delivery=leg(shipment.delivery),
    )


def _previous(route: Route, rests: Mapping[int, tuple[int, tuple[int, ...]]]) -> PreviousRoute:
    return PreviousRoute(vehicle=route.vehicle, stops=tuple(_stops(route, rests)))


def _stops(
    route: Route, rests: Mapping[int, tuple[int, tuple[int, ...]]]
) -> Iterator[PreviousStop]:
    for step in route.steps:
        if step.type not in STOPS or step.id is None:
            continue
        number = step.id
        for new, (job, bags) in rests.items():
            if step.type == "job" and step.id == job and set(step.parts) <= set(bags):
                number = new
        yield PreviousStop(type=step.type, id=number, arrival_s=step.arrival_s, trip=step.trip)
