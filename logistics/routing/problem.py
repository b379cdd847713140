"""A run's packed bags as a problem for the solver: arrays in, names kept aside."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from logistics.domain.planning import (
    DAY_S,
    Carrier,
    Drop,
    DropSlot,
    PlanInputs,
    UnservedBag,
    WaitingBag,
    next_action,
)
from solver.problem import UNREACHABLE, Bay, Job, Matrix, Objective, Place, Problem, Vehicle

DIMENSIONS = 3  # grams, millilitres, bags
_NO_LIMIT = 10**12  # more grams or millilitres than any shelf was ever asked to hold
_PRIORITY_OF_TIER = (90, 50, 10)
_PRIORITY_OF_BAGS_MAX = 10
_MOST_PARTS = 60
"""Bags of one job (ours): search keeps a job's bags as the bits of one word, of which 62 count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A location of the problem: a stairwell, or a point as one cohort of couriers sees it.

    Cohorts never share a bay, so each has bays of its own at a point; ``lanes`` is 0 elsewhere.
    """

    id: str
    place_id: str
    lon: float
    lat: float
    cohort: str | None = None
    lanes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What the problem's numbers stand for.

    ``unreachable`` bags are not in the problem at all: no way leads to their stairwell, or their
    residents collect them at the point.
    """

    locations: tuple[Spot, ...]  # by location index
    job_bags: Mapping[int, tuple[WaitingBag, ...]]  # in the order of the job's parts
    job_stairwell: Mapping[int, str]
    drop_modes: Mapping[int, str]  # of each job
    couriers: Mapping[int, Carrier]
    unreachable: tuple[UnservedBag, ...]


@dataclass(frozen=True, slots=True)
class _Spots:
    """Location indices of points, for each cohort, and of stairwells."""

    points: Mapping[tuple[str, str | None], int]
    slots: Mapping[str, int]

    def of_point(self, point_id: str) -> tuple[int, ...]:
        return tuple(n for (point, _), n in self.points.items() if point == point_id)


def locations(inputs: PlanInputs) -> tuple[Spot, ...]:
    """List what the location indices stand for: points by cohort, slots with bags, errands' ends.

    A point's bays are dealt evenly among the cohorts that load there, at least one to each.
    """
    wanted = {bag.stairwell_id for bag in inputs.bags}
    spots = []
    for point in inputs.points:
        found = {c.cohort for c in inputs.carriers if c.point_id == point.id} or {None}
        spots += [
            Spot(
                id=point.id if cohort is None else f"{point.id}#{cohort}",
                place_id=point.id,
                lon=point.lon,
                lat=point.lat,
                cohort=cohort,
                lanes=max(1, point.bays // len(found)),
            )
            for cohort in sorted(found, key=lambda name: name or "")
        ]
    for slot in inputs.slots:
        drop = slot.drop(inputs.policy)
        if slot.id in wanted:
            spots.append(Spot(id=slot.id, place_id=slot.id, lon=drop.lon, lat=drop.lat))
    homes = {errand.stairwell_id for errand in inputs.errands} - {spot.id for spot in spots}
    for slot in inputs.errand_slots:
        drop = slot.drop(inputs.policy)
        if slot.id in homes:
            spots.append(Spot(id=slot.id, place_id=slot.id, lon=drop.lon, lat=drop.lat))
    sites = {one.site.code: one.site for one in inputs.errands if one.site is not None}
    for site in sites.values():
        name = site_spot(site.code)
        spots.append(Spot(id=name, place_id=name, lon=site.lon, lat=site.lat))
    return tuple(spots)


def site_spot(code: str) -> str:
    """Name the spot of a place where things for errands lie, apart from all ids."""
    return f"site {code}"


def profile(inputs: PlanInputs, carrier: Carrier) -> str:
    """Name how a courier travels: the mode, and the permits that some closure here honours."""
    return "+".join((carrier.mode, *sorted(honoured(inputs, carrier))))


def honoured(inputs: PlanInputs, carrier: Carrier) -> frozenset[str]:
    """Keep the permits of a courier that make a difference to the run's closures."""
    known = {permit for closure in inputs.closures for permit in closure.permits}
    return frozenset(known.intersection(carrier.permits))


def build_problem(inputs: PlanInputs, matrices: Mapping[str, Matrix]) -> tuple[Problem, Index]:
    """Make the problem of a run: one job per stairwell and point, its bags as parts.

    Where more than sixty bags wait, they are several jobs, the most urgent bags first. These share
    slot, building and zone, so that contact and faces count as for one.

    Parameters
    ----------
    matrices
        By :func:`profile`, over :func:`locations`, as
        :func:`logistics.routing.travel.matrices` makes them.
    """
    order = locations(inputs)
    spots = _Spots(
        {(spot.place_id, spot.cohort): n for n, spot in enumerate(order) if spot.lanes},
        {spot.place_id: n for n, spot in enumerate(order) if not spot.lanes},
    )
    slots = {slot.id: slot for slot in inputs.slots}
    loads = _loads(inputs.bags)
    jobs: list[Job] = []
    job_bags: dict[int, tuple[WaitingBag, ...]] = {}
    job_stairwell: dict[int, str] = {}
    unreachable: list[UnservedBag] = []
    for (stairwell, point), bags in loads.items():
        if slots[stairwell].drop(inputs.policy).mode == "point":
            unreachable += _left("pick-up-at-point", slots[stairwell], bags)
            continue
        kinds = {profile(inputs, c) for c in inputs.carriers if c.point_id == point}
        way = (spots.of_point(point)[0], spots.slots[stairwell])
        if kinds and not any(_there_and_back(matrices[kind], *way) for kind in kinds):
            unreachable += _left("unreachable", slots[stairwell], bags)
            continue
        for some in _in_jobs(bags):
            number = len(jobs) + 1
            jobs.append(_job(number, slots[stairwell], some, inputs, spots))
            job_bags[number] = some
            job_stairwell[number] = stairwell
    used = {job.place for job in jobs}
    vehicles = dict(enumerate(inputs.carriers, start=1))
    problem = Problem(
        vehicles=tuple(_vehicle(n, c, inputs, spots) for n, c in vehicles.items()),
        jobs=tuple(jobs),
        matrices=dict(matrices),
        places=tuple(_places(inputs, used)),
        bays=tuple(Bay(location=n, lanes=s.lanes) for n, s in enumerate(order) if s.lanes),
        separation_s=inputs.separation_s,
        objective=Objective(face=inputs.policy.face_weight),
        dimensions=DIMENSIONS,
    )
    index = Index(
        locations=order,
        job_bags=job_bags,
        job_stairwell=job_stairwell,
        drop_modes={
            number: slots[stairwell].drop(inputs.policy).mode
            for number, stairwell in job_stairwell.items()
        },
        couriers=vehicles,
        unreachable=tuple(unreachable),
    )
    return problem, index


def _loads(bags: Iterable[WaitingBag]) -> dict[tuple[str, str], tuple[WaitingBag, ...]]:
    """Gather the bags of each stairwell and point; the most urgent bags come first."""
    gathered: dict[tuple[str, str], list[WaitingBag]] = defaultdict(list)
    for bag in sorted(bags, key=lambda bag: (bag.need_tier, bag.household_code, bag.code)):
        gathered[bag.stairwell_id, bag.point_id].append(bag)
    return {key: tuple(gathered[key]) for key in sorted(gathered)}


def _in_jobs(bags: tuple[WaitingBag, ...]) -> Iterator[tuple[WaitingBag, ...]]:
    """Cut a stairwell's bags, in their order, into full jobs and a rest.

    A full job is a whole number of most couriers' loads, so that few trips bring bags of two.
    """
    for n in range(0, len(bags), _MOST_PARTS):
        yield bags[n : n + _MOST_PARTS]


def _there_and_back(matrix: Matrix, point: int, slot: int) -> bool:
    there, back = matrix.duration_s[point, slot], matrix.duration_s[slot, point]
    return bool(UNREACHABLE not in (there, back))


def _left(code: str, slot: DropSlot, bags: Sequence[WaitingBag]) -> list[UnservedBag]:
    facts: dict[str, int | str] = {"stairwell": slot.code, "bags": len(bags)}
    return [
        UnservedBag(bag_id=bag.id, code=code, facts=facts, next_action=next_action(code))
        for bag in bags
    ]


def _amounts(bag: WaitingBag) -> tuple[int, int, int]:
    return (bag.weight_g, bag.volume_ml, 1)


def _job(
    number: int,
    slot: DropSlot,
    bags: tuple[WaitingBag, ...],
    inputs: PlanInputs,
    spots: _Spots,
) -> Job:
    parts = tuple(_amounts(bag) for bag in bags)
    delivery = tuple(sum(part[n] for part in parts) for n in range(DIMENSIONS))
    # every visit of a split job takes the whole service time: no more bags than one load holds
    loads = [c.capacity_bags for c in inputs.carriers if c.point_id == bags[0].point_id]
    at_once = min(len(bags), max(loads, default=len(bags)))
    policy = inputs.policy
    return Job(
        id=number,
        location=spots.slots[slot.id],
        description=slot.code,
        service_s=policy.stop_s + policy.bag_s * at_once,
        delivery=delivery,
        priority=_priority(bags),
        windows=((policy.drop_from_s, policy.drop_until_s),),
        place=slot.drop(policy).place,
        building=slot.building_code,
        zone=slot.zone,
        points=spots.of_point(bags[0].point_id),
        release_s=dict(inputs.releases).get(bags[0].point_id, 0),
        parts=parts if len(parts) > 1 else (),
    )


def _priority(bags: Sequence[WaitingBag]) -> int:
    """Weigh a drop: by its most urgent household, then by how much hangs on it (ours)."""
    tier = min(bag.need_tier for bag in bags)
    base = _PRIORITY_OF_TIER[min(tier, len(_PRIORITY_OF_TIER) - 1)]
    return base + min(len(bags), _PRIORITY_OF_BAGS_MAX)


def _places(inputs: PlanInputs, used: Collection[str | None]) -> Iterator[Place]:
    """Give each slot with a job; one gate is a slot of many stairwells, without a shelf's end."""
    drops = {drop.place: drop for drop in (s.drop(inputs.policy) for s in inputs.slots)}
    return (_place(drop, inputs) for drop in drops.values() if drop.place in used)


def _place(drop: Drop, inputs: PlanInputs) -> Place:
    shelf = None if drop.mode == "gate" else inputs.policy.shelf_bags
    return Place(
        id=drop.place,
        lanes=1,
        shelf=None if shelf is None else (_NO_LIMIT, _NO_LIMIT, shelf),
        cleared=tuple(end for _, end in inputs.policy.rounds),
        closed=inputs.policy.rounds,
        separation_s=inputs.separation_s,
    )


def _vehicle(number: int, carrier: Carrier, inputs: PlanInputs, spots: _Spots) -> Vehicle:
    point = spots.points[carrier.point_id, carrier.cohort]
    return Vehicle(
        id=number,
        profile=profile(inputs, carrier),
        description=carrier.code,
        start=point,
        end=point,
        capacity=(carrier.capacity_g, carrier.capacity_ml, carrier.capacity_bags),
        window=(carrier.shift_start_s, min(carrier.shift_end_s, 2 * DAY_S)),
        points=(point,),
        max_trips=carrier.max_trips,
        reload_service_s=inputs.policy.reload_s,
        zone_max=carrier.zone_max,
        cohort=carrier.cohort,
    )
