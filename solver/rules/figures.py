"""Honest figures: what the plan says of itself is what comes out of problem and steps."""

from collections import defaultdict
from collections.abc import Iterator
from math import ceil

from solver.plan import NOT_STATED, Violation
from solver.problem import Amounts, Vehicle
from solver.rules.day import TASKS, Day, Trail, once_a_day
from solver.rules.meetings import closed, slots
from solver.rules.tasks import bags_of, jobs_of, left_out


def step_figures(day: Day) -> Iterator[Violation]:
    """Yield steps whose running travel figures are wrong; a break may lie anywhere on the way."""
    for trail in day.trails:
        arcs = {j: arc for (_, j), arc in zip(trail.hops, trail.arcs, strict=True)}
        seconds = metres = least = most = 0
        for n, step in enumerate(trail.steps):
            arc = arcs.get(n)
            if arc is not None:
                seconds, metres = seconds + arc.seconds, metres + arc.metres
                least, most = least + arc.least_s, most + arc.most_s
            if step.type == "break":
                continue
            if step.duration_s != NOT_STATED and not least <= step.duration_s <= most:
                off = abs(step.duration_s - seconds)
                yield trail.breach("step.duration", n, off, expected=seconds)
            if step.distance_m not in (metres, NOT_STATED):
                off = abs(step.distance_m - metres)
                yield trail.breach("step.distance", n, off, expected=metres)


def route_price(day: Day, trail: Trail) -> int:
    """Price a route: fixed, then its arcs summed exactly and rounded once, halves up."""
    vehicle, ways = trail.vehicle, day.travelled(trail)
    rated = _task_s(trail) * vehicle.cost_per_task_hour
    if not day.priced_by_time[vehicle.profile]:
        return vehicle.fixed_cost + ways.cost + _rounded(vehicle, rated, ways.metres)
    rated += ways.seconds * vehicle.cost_per_hour
    return vehicle.fixed_cost + _rounded(vehicle, rated, ways.metres)


_OVER = 3600 * 1000


def _rounded(vehicle: Vehicle, rated: int, metres: int) -> int:
    """Give seconds at their rates per hour and metres at theirs, halves up."""
    return (2 * _exact(vehicle, rated, metres) + _OVER) // (2 * _OVER)


def _exact(vehicle: Vehicle, rated: int, metres: int) -> int:
    return rated * 1000 + metres * vehicle.cost_per_km * 3600


def _task_s(trail: Trail) -> int:
    return sum(step.setup_s + step.service_s for _, step in trail.tasks())


def _honest(day: Day, trail: Trail, stated: int) -> bool:
    """Say whether a route may say that it costs this.

    Beside our sum, VROOM's is right. It cuts the cost of tasks, and that of travel where no window
    is in play, instead of rounding once; counts breaks among tasks; and its seconds may differ
    under a speed factor, as :class:`~solver.rules.day.Arc` says.
    """
    ours = route_price(day, trail)
    if stated in (ours, NOT_STATED):
        return True
    vehicle, ways = trail.vehicle, day.travelled(trail)
    if day.priced_by_time[vehicle.profile]:
        rate = vehicle.cost_per_hour
        unrounded = ways.unscaled_s / vehicle.speed_factor
        least_s, most_s = min(ways.least_s, int(unrounded)), max(ways.most_s, ceil(unrounded))
        least = _exact(vehicle, least_s * rate, ways.metres) // _OVER
        most = _rounded(vehicle, most_s * rate, ways.metres)
    else:
        least = ways.cost + _exact(vehicle, 0, ways.metres) // _OVER
        most = ways.cost + _rounded(vehicle, 0, ways.metres)
    pauses = sum(step.service_s for step in trail.steps if step.type == "break")
    return any(
        least <= stated - vehicle.fixed_cost - seconds * vehicle.cost_per_task_hour // 3600 <= most
        for seconds in (_task_s(trail), _task_s(trail) + pauses)
    )


def route_costs(day: Day) -> Iterator[Violation]:
    """Yield routes that cost something else than they say."""
    for trail in day.trails:
        stated = trail.route.cost
        if not _honest(day, trail, stated):
            expected = route_price(day, trail)
            off = abs(stated - expected)
            yield trail.breach("route.cost", None, off, stated=stated, expected=expected)


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
    steps = [step for trail in trails for step in trail.steps]
    faces = _faces(day)
    return {
        "cost": sum(_stated_price(day, trail) for trail in trails) + prizes_missed(day),
        "routes": len(day.plan.routes),
        "unassigned": len(day.plan.unassigned),
        "trips": len(
            {(trail.vehicle.id, trail.trips[n]) for trail in trails for n, _ in trail.tasks()}
        ),
        "faces": sum(len(seen) for seen, _ in faces.values()),
        "excess_faces": sum(
            max(len(seen) - _needed(day, load), 0) for seen, load in faces.values()
        ),
        "contacts": len(slots(day)) + len(closed(day)),
        "duration_s": sum(_stated_travel_s(day, trail) for trail in trails),
        "distance_m": sum(day.travelled(trail).metres for trail in trails),
        "waiting_s": sum(step.waiting_s for step in steps),
        "setup_s": sum(step.setup_s for step in steps),
        "service_s": sum(step.service_s for step in steps),
        "priority": _priority(day),
        "delivery": day.total([day.delivered(step) for step in steps if step.type in TASKS]),
        "pickup": day.total([day.picked_up(step) for step in steps if step.type in TASKS]),
    }


def _stated_price(day: Day, trail: Trail) -> int:
    """Give what a route says it costs where that is honest, else what it does cost."""
    stated = trail.route.cost
    if stated != NOT_STATED and _honest(day, trail, stated):
        return stated
    return route_price(day, trail)


def _stated_travel_s(day: Day, trail: Trail) -> int:
    ways = day.travelled(trail)
    stated = trail.steps[-1].duration_s if trail.steps else 0
    return stated if ways.least_s <= stated <= ways.most_s else ways.seconds


def prizes_missed(day: Day) -> int:
    """Add the prizes of what is left out; of a split job the share of its bags."""
    return sum(round(left.prize * left.share) for left in left_out(day) if left.prize)


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
    loads = zip(load, _most_in_a_shift(day), strict=True)
    return max((1, *(-(-amount // most) for amount, most in loads if most > 0)))


@once_a_day
def _most_in_a_shift(day: Day) -> Amounts:
    """Give by dimension what the vehicle that carries most brings in all of its trips."""
    rooms = [
        [vehicle.max_trips * room for room in day.padded(vehicle.capacity)]
        for vehicle in day.problem.vehicles
    ]
    return tuple(max(column) for column in zip(*rooms, strict=True))


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
