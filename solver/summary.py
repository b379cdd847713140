"""Figures of a plan, for engines to fill in. The judge computes its own.

A route costs ``fixed_cost`` plus its arcs. Where the profile has costs of its own, an arc costs
what they say. Otherwise it costs its travel time (speed factor applied) at ``cost_per_hour``:
with VROOM's default of 3,600 exactly its seconds. Metres cost ``cost_per_km`` and time spent in
setup and service ``cost_per_task_hour``. Sums are exact and rounded once per route, halves up.
Weights of the objective (faces, changes, balance) are not part of the cost. The plan's cost
is that of its routes plus the prizes of jobs that are left out, of split ones by share.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from solver.plan import Route, Step, Summary, Unassigned
from solver.problem import UNREACHABLE, Amounts, Job, Place, Problem, Shipment, Vehicle
from solver.tariff import priced_by_time

STOPS = frozenset({"job", "pickup", "via", "delivery"})

_PER_HOUR_AND_KM = 3600 * 1000


def route_cost(problem: Problem, vehicle: Vehicle, steps: Sequence[Step]) -> int:
    """Price the steps of a vehicle as this module states."""
    matrix = problem.matrices[vehicle.profile]
    ways = _travelled(problem, vehicle, steps)
    return _price(vehicle, steps, ways, timed=priced_by_time(matrix))


def _price(
    vehicle: Vehicle, steps: Sequence[Step], ways: tuple[int, int, int], *, timed: bool
) -> int:
    cost, travel_s, distance_m = ways
    task_s = sum(step.setup_s + step.service_s for step in steps if step.type in STOPS)
    rated = task_s * vehicle.cost_per_task_hour
    if timed:
        rated += travel_s * vehicle.cost_per_hour
        cost = 0
    exact = rated * 1000 + distance_m * vehicle.cost_per_km * 3600
    return vehicle.fixed_cost + cost + (2 * exact + _PER_HOUR_AND_KM) // (2 * _PER_HOUR_AND_KM)


def _travelled(problem: Problem, vehicle: Vehicle, steps: Iterable[Step]) -> tuple[int, int, int]:
    """Add up matrix cost, seconds and metres of a route."""
    matrix = problem.matrices[vehicle.profile]
    places = [step.location for step in steps if step.type != "break"]
    known = [place for place in places if place is not None]
    cost = travel_s = distance_m = 0
    for origin, target in pairwise(known):
        duration = int(matrix.duration_s[origin, target])
        if origin != target and duration != UNREACHABLE:
            cost += int(matrix.cost[origin, target])
            travel_s += round(duration / vehicle.speed_factor)
            distance_m += int(matrix.distance_m[origin, target])
    return cost, travel_s, distance_m


def in_family_units(problem: Problem, cost: int) -> int | float:
    """Give a sum of costs as the family of the problem publishes it: whole where it is."""
    whole, rest = divmod(cost, problem.cost_scale)
    return whole if rest == 0 else cost / problem.cost_scale


def summarise(
    problem: Problem,
    routes: tuple[Route, ...],
    unassigned: tuple[Unassigned, ...],
    *,
    engine: str,
    seed: int,
    seconds: float,
    stopped: str,
    bound: int | None = None,
) -> Summary:
    """Compute the figures of a plan from its steps."""
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    jobs = {job.id: job for job in problem.jobs}
    shipments = _shipments_by_step(problem)
    pairs = [(vehicles[route.vehicle], route.steps) for route in routes]
    travelled = [_travelled(problem, vehicle, steps) for vehicle, steps in pairs]
    # Asked once per profile: large matrices that may still change are compared each time.
    timed = {
        name: priced_by_time(problem.matrices[name])
        for name in {vehicle.profile for vehicle, _ in pairs}
    }
    stops = [(v.id, step) for v, steps in pairs for step in steps if step.type in STOPS]
    all_steps = [step for _, steps in pairs for step in steps]
    faces, excess = _faces(problem, jobs, stops)
    delivery, pickup = _amounts(problem, jobs, shipments, stops)
    return Summary(
        cost=sum(
            _price(vehicle, steps, ways, timed=timed[vehicle.profile])
            for (vehicle, steps), ways in zip(pairs, travelled, strict=True)
        )
        + _prizes_missed(jobs, stops),
        routes=len(routes),
        unassigned=len(unassigned),
        trips=len({(vehicle, step.trip) for vehicle, step in stops}),
        faces=faces,
        excess_faces=excess,
        contacts=_contacts(problem, jobs, stops),
        duration_s=sum(row[1] for row in travelled),
        distance_m=sum(row[2] for row in travelled),
        waiting_s=sum(step.waiting_s for step in all_steps),
        setup_s=sum(step.setup_s for step in all_steps),
        service_s=sum(step.service_s for step in all_steps),
        priority=_priority(jobs, shipments, stops),
        delivery=delivery,
        pickup=pickup,
        engine=engine,
        seed=seed,
        seconds=seconds,
        stopped=stopped,
        bound=bound,
    )


def _shipments_by_step(problem: Problem) -> dict[tuple[str, int], Shipment]:
    found = {}
    for shipment in problem.shipments:
        found["pickup", shipment.pickup.id] = shipment
        found["delivery", shipment.delivery.id] = shipment
        if shipment.via is not None:
            found["via", shipment.via.id] = shipment
    return found


def _dropped(job: Job, step: Step) -> Amounts:
    if job.parts and step.parts:
        return tuple(map(sum, zip(*(job.parts[n] for n in step.parts), strict=True)))
    return job.delivery


def _amounts(
    problem: Problem,
    jobs: dict[int, Job],
    shipments: dict[tuple[str, int], Shipment],
    stops: Sequence[tuple[int, Step]],
) -> tuple[Amounts, Amounts]:
    delivery, pickup = [0] * problem.dimensions, [0] * problem.dimensions
    for _, step in stops:
        number = -1 if step.id is None else step.id
        if step.type == "job":
            _add(delivery, _dropped(jobs[number], step))
            _add(pickup, jobs[number].pickup)
        elif step.type != "via":
            amount = shipments[step.type, number].amount
            _add(delivery if step.type == "delivery" else pickup, amount)
    return tuple(delivery), tuple(pickup)


def _add(sums: list[int], amounts: Amounts) -> None:
    for dimension, amount in enumerate(amounts):
        sums[dimension] += amount


def _priority(
    jobs: dict[int, Job],
    shipments: dict[tuple[str, int], Shipment],
    stops: Sequence[tuple[int, Step]],
) -> int:
    """Add priorities of jobs served whole, and of each stop of a shipment as VROOM does."""
    legs = ((step.type, -1 if step.id is None else step.id) for _, step in stops)
    total = sum(shipments[leg].priority for leg in legs if leg[0] != "job")
    return total + sum(jobs[number].priority for number in _served_whole(jobs, stops))


def _served_whole(jobs: dict[int, Job], stops: Sequence[tuple[int, Step]]) -> Iterator[int]:
    """Go through the jobs of which nothing is left."""
    bags = _bags_served(jobs, stops)
    return (number for number, count in bags.items() if count >= _bags(jobs[number]))


def _bags_served(jobs: dict[int, Job], stops: Sequence[tuple[int, Step]]) -> dict[int, int]:
    bags: dict[int, int] = defaultdict(int)
    for _, step in stops:
        if step.type == "job" and step.id is not None:
            bags[step.id] += len(step.parts) or _bags(jobs[step.id])
    return bags


def _bags(job: Job) -> int:
    return max(len(job.parts), 1)


def _prizes_missed(jobs: dict[int, Job], stops: Sequence[tuple[int, Step]]) -> int:
    """Add the prizes of what is left out; of a split job the share of its bags."""
    bags = _bags_served(jobs, stops)
    return sum(
        round(job.prize * (max(_bags(job) - bags.get(job.id, 0), 0) / _bags(job)))
        for job in jobs.values()
        if job.prize
    )


def _faces(
    problem: Problem, jobs: dict[int, Job], stops: Sequence[tuple[int, Step]]
) -> tuple[int, int]:
    """Count faces, and those above what the load makes unavoidable.

    A building needs one courier, unless even all trips of the one who carries most in a
    dimension could not bring the load that it gets: then as many as that many loads.
    """
    seen: dict[str, set[int]] = defaultdict(set)
    loads: dict[str, list[int]] = defaultdict(lambda: [0] * problem.dimensions)
    for vehicle, step in stops:
        job = jobs.get(-1 if step.id is None else step.id) if step.type == "job" else None
        if job is not None and job.building is not None:
            seen[job.building].add(vehicle)
            _add(loads[job.building], _dropped(job, step))
    most = [
        max((v.max_trips * v.capacity[d] for v in problem.vehicles if v.capacity), default=0)
        for d in range(problem.dimensions)
    ]
    excess = 0
    for building, couriers in seen.items():
        loads_needed = (
            -(-load // room) for load, room in zip(loads[building], most, strict=True) if room
        )
        excess += max(len(couriers) - max((1, *loads_needed)), 0)
    return sum(map(len, seen.values())), excess


def _contacts(problem: Problem, jobs: dict[int, Job], stops: Sequence[tuple[int, Step]]) -> int:
    """Count presences that meet somebody: all lanes taken, or the leader there."""
    stays: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for vehicle, step in stops:
        job = jobs.get(-1 if step.id is None else step.id) if step.type == "job" else None
        if job is not None and job.place is not None:
            start = step.arrival_s + step.waiting_s
            stays[job.place].append((start, start + step.setup_s + step.service_s, vehicle))
    return sum(_contacts_at(place, sorted(stays[place.id])) for place in problem.places)


def _contacts_at(place: Place, stays: list[tuple[int, int, int]]) -> int:
    count = 0
    still: list[tuple[int, int]] = []  # (end, vehicle) of those who may yet be met
    for start, end, vehicle in stays:
        still = [(left, other) for left, other in still if left + place.separation_s > start]
        others = {other for _, other in still if other != vehicle}
        still.append((end, vehicle))
        count += len(others) >= place.lanes
        count += sum(
            end + place.separation_s > opening and start < closing + place.separation_s
            for opening, closing in place.closed
        )
    return count
