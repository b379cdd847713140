"""Honest figures: what the plan says of itself is what comes out of problem and steps."""

from collections import defaultdict
from collections.abc import Iterator

from solver.plan import NOT_STATED, Violation
from solver.problem import Amounts
from solver.rules.day import TASKS, Day, Trail
from solver.rules.meetings import closed, slots
from solver.rules.tasks import bags_of, jobs_of


def step_figures(day: Day) -> Iterator[Violation]:
    """Yield steps whose running travel figures are wrong; a break may lie anywhere on the way."""
    for trail in day.trails:
        for n, seconds, metres in _running(trail):
            step = trail.steps[n]
            if step.duration_s not in (seconds, NOT_STATED):
                off = abs(step.duration_s - seconds)
                yield trail.breach("step.duration", n, off, expected=seconds)
            if step.distance_m not in (metres, NOT_STATED):
                off = abs(step.distance_m - metres)
                yield trail.breach("step.distance", n, off, expected=metres)


def _running(trail: Trail) -> Iterator[tuple[int, int, int]]:
    """Give step, seconds and metres since the start; a break may lie anywhere on the way."""
    arcs = {j: arc for (_, j), arc in zip(trail.hops, trail.arcs, strict=True)}
    seconds = metres = 0
    for n, step in enumerate(trail.steps):
        arc = arcs.get(n)
        if arc is not None:
            seconds, metres = seconds + arc[0], metres + arc[1]
        if step.type != "break":
            yield n, seconds, metres


def route_price(day: Day, trail: Trail) -> int:
    """Price a route: fixed, then its arcs summed exactly and rounded once, halves up."""
    vehicle = trail.vehicle
    seconds, metres, cost = day.travelled(trail)
    task_s = sum(step.setup_s + step.service_s for _, step in trail.tasks())
    rated = task_s * vehicle.cost_per_task_hour
    if day.priced_by_time[vehicle.profile]:
        rated += seconds * vehicle.cost_per_hour
        cost = 0
    over = 3600 * 1000
    exact = rated * 1000 + metres * vehicle.cost_per_km * 3600
    return vehicle.fixed_cost + cost + (2 * exact + over) // (2 * over)


def route_costs(day: Day) -> Iterator[Violation]:
    """Yield routes that cost something else than they say."""
    for trail in day.trails:
        expected = route_price(day, trail)
        if trail.route.cost not in (expected, NOT_STATED):
            off = abs(trail.route.cost - expected)
            yield trail.breach("route.cost", None, off, stated=trail.route.cost, expected=expected)


def summary_figures(day: Day) -> Iterator[Violation]:
    """Yield figures of the summary that do not come out of the routes."""
    for name, expected in _expected(day).items():
        stated = getattr(day.plan.summary, name)
        if stated in (expected, NOT_STATED, ()):
            continue
        off = max((abs(a - b) for a, b in _beside(stated, expected)), default=1)
        yield Violation(
            code="figure.wrong",
            vehicle=None,
            step=None,
            by=off or 1,
            facts={"figure": name, "stated": str(stated), "expected": str(expected)},
        )


def _numbers(figure: int | Amounts) -> Amounts:
    return figure if isinstance(figure, tuple) else (figure,)


def _beside(stated: int | Amounts, expected: int | Amounts) -> Iterator[tuple[int, int]]:
    return zip(_numbers(stated), _numbers(expected), strict=False)


def _expected(day: Day) -> dict[str, int | Amounts]:
    trails = day.trails
    travelled = [day.travelled(trail) for trail in trails]
    steps = [step for trail in trails for step in trail.steps]
    faces = _faces(day)
    return {
        "cost": sum(route_price(day, trail) for trail in trails),
        "routes": len(day.plan.routes),
        "unassigned": len(day.plan.unassigned),
        "trips": len(
            {(trail.vehicle.id, trail.trips[n]) for trail in trails for n, _ in trail.tasks()}
        ),
        "faces": sum(len(seen) for seen, _ in faces.values()),
        "excess_faces": sum(
            max(len(seen) - _needed(day, load), 0) for seen, load in faces.values()
        ),
        "contacts": sum(1 for _ in slots(day)) + sum(1 for _ in closed(day)),
        "duration_s": sum(row[0] for row in travelled),
        "distance_m": sum(row[1] for row in travelled),
        "waiting_s": sum(step.waiting_s for step in steps),
        "setup_s": sum(step.setup_s for step in steps),
        "service_s": sum(step.service_s for step in steps),
        "priority": _priority(day),
        "delivery": day.total([day.delivered(step) for step in steps if step.type in TASKS]),
        "pickup": day.total([day.picked_up(step) for step in steps if step.type in TASKS]),
    }


def _faces(day: Day) -> dict[str, tuple[set[int], Amounts]]:
    """Give for each building the couriers that it sees and what they bring."""
    faces: dict[str, tuple[set[int], Amounts]] = {}
    for trail, _, step, job in jobs_of(day):
        if job.building is not None:
            seen, load = faces.get(job.building, (set(), day.padded(())))
            brought = day.total([load, day.delivered(step)])
            faces[job.building] = (seen | {trail.vehicle.id}, brought)
    return faces


def _needed(day: Day, load: Amounts) -> int:
    """Give how many couriers a load makes unavoidable, at least one."""
    needed = 1
    for dimension, amount in enumerate(load):
        most = max(
            vehicle.max_trips * day.padded(vehicle.capacity)[dimension]
            for vehicle in day.problem.vehicles
        )
        if most > 0:
            needed = max(needed, -(-amount // most))
    return needed


def _priority(day: Day) -> int:
    """Add the priorities of jobs served whole, and of each stop of a shipment (VROOM)."""
    served: dict[int, set[int]] = defaultdict(set)
    total = 0
    for trail in day.trails:
        for _, step in trail.tasks():
            if step.type != "job" and step.id is not None and (step.type, step.id) in day.legs:
                total += day.legs[step.type, step.id][0].priority
    for _, _, step, job in jobs_of(day):
        served[job.id] |= set(bags_of(job, step.parts))
    return total + sum(
        day.jobs[name].priority
        for name, bags in served.items()
        if bags >= set(bags_of(day.jobs[name], ()))
    )
