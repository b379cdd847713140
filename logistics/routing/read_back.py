"""A stored plan back in people's terms: which bags and errands stand behind the solver's numbers.

The files name jobs and parts, the rows name bags. Where both are laid side by side, an edited plan
can be written as rows again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from logistics.domain.errand_trips import Leg, PlannedLeg, Site
from logistics.domain.plan_edits import EditInvalid
from logistics.domain.planning import (
    Carrier,
    Drop,
    PlanInputs,
    PlannedTrip,
    UnservedBag,
    WaitingBag,
)
from logistics.routing.errands import End, Errands
from logistics.routing.problem import Index, Spot, site_spot
from solver.by_hand import trips_of
from solver.plan import Plan, Step, Unassigned
from solver.problem import Job, Problem

_KINDS: Mapping[str, tuple[Leg, ...]] = {
    "pickup": (Leg.COLLECT, Leg.FETCH),
    "via": (Leg.FETCH,),
    "delivery": (Leg.BRING,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is stored of a plan besides its files; ``legs`` pairs each with its trip's code."""

    trips: tuple[PlannedTrip, ...]
    unserved: tuple[UnservedBag, ...]
    legs: tuple[tuple[str, PlannedLeg], ...] = ()


def index_of(inputs: PlanInputs, problem: Problem, plan: Plan, kept: Kept) -> Index:
    """Say what the numbers of a stored plan stand for.

    Raises
    ------
    EditInvalid
        If files and rows do not fit together.
    """
    by_code = {carrier.code: carrier for carrier in inputs.carriers}
    couriers = {v.id: by_code[v.description] for v in problem.vehicles if v.description in by_code}
    points = _points(problem, couriers)
    bags = {bag.id: bag for bag in inputs.bags}
    held = _held(plan, kept, couriers)
    _left(problem, plan, kept, bags, points, held)
    jobs = {job.id: job for job in problem.jobs}
    job_bags = {}
    for number, ids in held.items():
        mine = [bags[bag_id] for bag_id in ids if bag_id in bags]
        mine.sort(key=lambda bag: (bag.need_tier, bag.household_code, bag.code))
        _must_fit(inputs, jobs[number], mine)
        job_bags[number] = tuple(mine)
    slots = {slot.id: slot for slot in inputs.slots}
    stairwells = {number: some[0].stairwell_id for number, some in job_bags.items()}
    spots = [Spot(id="", place_id="", lon=0.0, lat=0.0)] * _size(problem)
    for location, point in points.items():
        spots[location] = replace(spots[location], id=point, place_id=point)
    in_problem = {bag.id for some in job_bags.values() for bag in some}
    return Index(
        locations=tuple(spots),
        job_bags=job_bags,
        job_stairwell=stairwells,
        drop_modes={n: slots[s].drop(inputs.policy).mode for n, s in stairwells.items()},
        couriers=couriers,
        unreachable=tuple(left for left in kept.unserved if left.bag_id not in in_problem),
    )


def _size(problem: Problem) -> int:
    return max(len(matrix.duration_s) for matrix in problem.matrices.values())


def _points(problem: Problem, couriers: Mapping[int, Carrier]) -> dict[int, str]:
    """Name the points by their locations; a point has one for each cohort."""
    return {
        location: couriers[vehicle.id].point_id
        for vehicle in problem.vehicles
        if vehicle.id in couriers
        for location in vehicle.points
    }


def _held(plan: Plan, kept: Kept, couriers: Mapping[int, Carrier]) -> dict[int, set[str]]:
    """Gather the bags of each job from the stops of its trips."""
    by_trip = {(trip.courier_id, trip.no): trip for trip in kept.trips}
    found: dict[int, set[str]] = defaultdict(set)
    for route in plan.routes:
        for no, steps in enumerate(trips_of(route), start=1):
            row = by_trip.get((couriers[route.vehicle].id, no))
            drops = [step for step in steps if step.type == "job"]
            visits = row.stops if row is not None else ()
            if len(drops) != len(visits):
                raise EditInvalid(
                    field="plan", courier=couriers[route.vehicle].code, trip=no, mend="plan again"
                )
            for step, visit in zip(drops, visits, strict=True):
                found[-1 if step.id is None else step.id] |= set(visit.bag_ids)
    return found


def _left(  # noqa: PLR0917  what is left out, and all that says where it belongs
    problem: Problem,
    plan: Plan,
    kept: Kept,
    bags: Mapping[str, WaitingBag],
    points: Mapping[int, str],
    held: dict[int, set[str]],
) -> None:
    """Add what the plan leaves out to the jobs that it belongs to."""
    waiting: dict[tuple[str, str], list[WaitingBag]] = defaultdict(list)
    for left in kept.unserved:
        bag = bags.get(left.bag_id)
        if bag is not None:
            waiting[str(left.facts.get("stairwell", "")), bag.point_id].append(bag)
    for some in waiting.values():
        some.sort(key=lambda bag: (bag.need_tier, bag.household_code, bag.code))
    jobs = {job.id: job for job in problem.jobs}
    for out in sorted(plan.unassigned, key=lambda out: out.id):
        if out.type != "job":
            continue
        job = jobs[out.id]
        some = waiting[out.description, points[job.points[0]]] if job.points else []
        count = _count(job, out)
        held[out.id] |= {bag.id for bag in some[:count]}
        del some[:count]


def _count(job: Job, out: Unassigned) -> int:
    return len(out.parts) or max(len(job.parts), 1)


def _must_fit(inputs: PlanInputs, job: Job, bags: Sequence[WaitingBag]) -> None:
    amounts = tuple((bag.weight_g, bag.volume_ml, 1) for bag in bags)
    wanted = job.parts or (job.delivery,)
    if amounts != wanted:
        raise EditInvalid(
            field="plan", value=inputs.run_code, stop=job.description, mend="plan again"
        )


def errands_of(inputs: PlanInputs, problem: Problem, plan: Plan, kept: Kept) -> Errands:
    """Say which errands stand behind the shipments of a stored plan."""
    legs: dict[str, list[PlannedLeg]] = defaultdict(list)
    for trip, leg in kept.legs:
        legs[trip].append(leg)
    codes = {(trip.courier_id, trip.no): trip.code for trip in kept.trips}
    by_code = {carrier.code: carrier for carrier in inputs.carriers}
    vehicles = {v.id: by_code.get(v.description) for v in problem.vehicles}
    ends: dict[tuple[str, int], End] = {}
    for route in plan.routes:
        carrier = vehicles[route.vehicle]
        for no, steps in enumerate(trips_of(route), start=1):
            code = codes.get((carrier.id, no), "") if carrier is not None else ""
            for key, leg in _matched(steps, legs[code]):
                ends[key] = _end(inputs, leg)
    ids = {number: end.errand for (_, number), end in ends.items()}
    return Errands(ends=ends, ids=ids, left=())


def _matched(
    steps: Sequence[Step], legs: list[PlannedLeg]
) -> Iterator[tuple[tuple[str, int], PlannedLeg]]:
    free = list(legs)
    for step in steps:
        if step.type not in _KINDS or step.id is None:
            continue
        begin = step.arrival_s + step.waiting_s
        for leg in free:
            if leg.arrival_s == begin and leg.leg in _KINDS[step.type]:
                free.remove(leg)
                yield (step.type, step.id), leg
                break


def _end(inputs: PlanInputs, leg: PlannedLeg) -> End:
    errand = next((one for one in inputs.errands if one.id == leg.errand_id), None)
    if errand is None:
        raise EditInvalid(field="errand", value=leg.errand_id, mend="plan again")
    drop = Drop(mode=leg.drop_mode, place=leg.place_code, lon=leg.lon, lat=leg.lat)
    slot = next((one for one in inputs.errand_slots if one.id == leg.stairwell_id), None)
    if slot is not None:
        drop = slot.drop(inputs.policy)
        return End(
            errand=errand, leg=leg.leg, place=drop.place, zone=slot.zone, slot=slot, drop=drop
        )
    at_point = any(point.code == leg.place_code for point in inputs.points)
    site = Site(
        code=leg.place_code,
        name_zh=leg.name_zh,
        name_en=leg.name_en,
        lon=leg.lon,
        lat=leg.lat,
        kind="point" if at_point else "",
    )
    return End(
        errand=replace(errand, site=site),
        leg=leg.leg,
        place=None if at_point else site_spot(leg.place_code),
        zone=None,
        slot=None,
        drop=drop,
    )
