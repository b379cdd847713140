"""Everything served once or left out with its name, by who may, in an order that is allowed."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from solver.plan import Step, Violation
from solver.problem import Job
from solver.rules.day import Day, Trail, legs_of, loading_points, once_a_day


@once_a_day
def jobs_of(day: Day) -> tuple[tuple[Trail, int, Step, Job], ...]:
    """Give the steps of known jobs."""
    return tuple(
        (trail, n, step, day.jobs[step.id])
        for trail in day.trails
        for n, step in trail.tasks()
        if step.type == "job" and step.id in day.jobs
    )


def bags_of(job: Job, parts: tuple[int, ...]) -> tuple[int, ...]:
    """Give the bags that a list of parts means; an unsplit job is one bag."""
    return parts or tuple(range(max(len(job.parts), 1)))


def served_once(day: Day) -> Iterator[Violation]:
    """Yield jobs and bags that come twice, and bags that do not exist."""
    seen: set[tuple[int, int]] = set()
    for trail, n, step, job in jobs_of(day):
        bags = bags_of(job, step.parts)
        unknown = [bag for bag in bags if not 0 <= bag < max(len(job.parts), 1)]
        if unknown:
            yield trail.breach("bag.unknown", n, len(unknown), id=job.id, bag=unknown[0])
        twice = {bag for bag, count in Counter(bags).items() if count > 1}
        twice |= {bag for bag in bags if (job.id, bag) in seen}
        if twice:
            code = "bag.twice" if job.parts else "job.twice"
            yield trail.breach(code, n, len(twice), id=job.id)
        seen |= {(job.id, bag) for bag in bags}
    legs: set[tuple[str, int]] = set()
    for trail in day.trails:
        for n, step in trail.tasks():
            if step.type == "job" or step.id is None:
                continue
            if (step.type, step.id) in legs:
                yield trail.breach("shipment.twice", n, id=step.id, type=step.type)
            legs.add((step.type, step.id))


def accounted(day: Day) -> Iterator[Violation]:
    """Yield what is neither served nor left out by name, and what is both."""
    yield from _listed_well(day)
    served: dict[int, set[int]] = defaultdict(set)
    for _, _, step, job in jobs_of(day):
        served[job.id] |= set(bags_of(job, step.parts))
    left: dict[int, set[int]] = defaultdict(set)
    for out in day.plan.unassigned:
        if out.type == "job" and out.id in day.jobs:
            left[out.id] |= set(bags_of(day.jobs[out.id], out.parts))
    for job in day.problem.jobs:
        both = served[job.id] & left[job.id]
        if both:
            yield _breach("task.both", len(both), type="job", id=job.id)
        neither = set(bags_of(job, ())) - served[job.id] - left[job.id]
        if neither:
            yield _breach("task.unaccounted", len(neither), type="job", id=job.id)
    yield from _shipments_accounted(day)


def _listed_well(day: Day) -> Iterator[Violation]:
    seen: set[tuple[str, int]] = set()
    for out in day.plan.unassigned:
        known = out.id in day.jobs if out.type == "job" else (out.type, out.id) in day.legs
        if not known:
            yield _breach("unassigned.unknown", 1, type=out.type, id=out.id)
        if (out.type, out.id) in seen:
            yield _breach("unassigned.twice", 1, type=out.type, id=out.id)
        if not out.code:
            yield _breach("unassigned.no-reason", 1, type=out.type, id=out.id)
        seen.add((out.type, out.id))


def _shipments_accounted(day: Day) -> Iterator[Violation]:
    served = {(step.type, step.id) for trail in day.trails for _, step in trail.tasks()}
    left = {(out.type, out.id) for out in day.plan.unassigned}
    for shipment in day.problem.shipments:
        legs = [(kind, leg.id) for kind, leg in legs_of(shipment)]
        done = [leg in served for leg in legs]
        out = any(leg in left for leg in legs)
        if any(done) and not all(done):
            yield _breach("shipment.incomplete", done.count(False), id=shipment.pickup.id)
        elif any(done) and out:
            yield _breach("task.both", 1, type="pickup", id=shipment.pickup.id)
        elif not any(done) and not out:
            yield _breach("task.unaccounted", 1, type="pickup", id=shipment.pickup.id)


class Left(NamedTuple):
    """A job or shipment of which something is left out, and how much of it.

    ``tasks`` is what VROOM counts it as, both in what is served and in its priority.
    """

    priority: int
    prize: int | None
    share: float
    tasks: int = 1


def left_out(day: Day) -> Iterator[Left]:
    """Go through what the routes do not serve whole, whatever the plan's own list says."""
    served: dict[int, set[int]] = defaultdict(set)
    for _, _, step, job in jobs_of(day):
        served[job.id].update(bags_of(job, step.parts))
    for job in day.problem.jobs:
        bags = bags_of(job, ())
        missing = sum(bag not in served[job.id] for bag in bags)
        if missing:
            yield Left(job.priority, job.prize, missing / len(bags))
    legs = {(step.type, step.id) for trail in day.trails for _, step in trail.tasks()}
    for shipment in day.problem.shipments:
        if not all((kind, leg.id) in legs for kind, leg in legs_of(shipment)):
            yield Left(shipment.priority, None, 1.0, tasks=2)  # pickup and delivery


def _breach(code: str, by: int, **facts: int | str) -> Violation:
    return Violation(code=code, vehicle=None, step=None, by=by, facts=facts)


def eligible(day: Day) -> Iterator[Violation]:
    """Yield jobs and shipments served by a vehicle that may not: skills, zone or another's job."""
    for trail, n, _, job in jobs_of(day):
        vehicle = trail.vehicle
        missing = job.skills - vehicle.skills
        if missing:
            yield trail.breach("skills.missing", n, len(missing), id=job.id, skill=min(missing))
        if job.zone > vehicle.zone_max:
            yield trail.breach("zone.not-allowed", n, job.zone - vehicle.zone_max, id=job.id)
        if job.courier is not None and job.courier != vehicle.id:
            yield trail.breach("courier.other", n, id=job.id, courier=job.courier)
    for trail in day.trails:
        for n, step in trail.tasks():
            if step.type == "job" or step.id is None or (step.type, step.id) not in day.legs:
                continue
            missing = day.legs[step.type, step.id][0].skills - trail.vehicle.skills
            if missing:
                yield trail.breach(
                    "skills.missing", n, len(missing), id=step.id, skill=min(missing)
                )


def clean_before_dirty(day: Day) -> Iterator[Violation]:
    """Yield each step back to cleaner ground inside a trip; loading anew starts clean."""
    last: dict[tuple[int, int], int] = {}
    for trail, n, _, job in jobs_of(day):
        key = (trail.vehicle.id, trail.trips[n])
        highest = last.get(key, 0)
        if job.zone < highest:
            yield trail.breach("zone.falls", n, highest - job.zone, id=job.id)
        last[key] = job.zone


def goods_at_point(day: Day) -> Iterator[Violation]:
    """Yield jobs whose trip loads where their goods are not."""
    for trail, n, _, job in jobs_of(day):
        if not job.points:
            continue
        loaded = _loaded_at(trail, trail.trips[n])
        if loaded not in job.points:
            at = -1 if loaded is None else loaded
            yield trail.breach("point.no-goods", n, id=job.id, loaded_at=at)


def _loaded_at(trail: Trail, trip: int) -> int | None:
    for n, step in enumerate(trail.steps):
        if step.type == "reload" and trail.trips[n] == trip:
            return trail.locations[n]
    return trail.vehicle.start if not loading_points(trail.vehicle) else None


def shipments_in_order(day: Day) -> Iterator[Violation]:
    """Yield shipments fetched after they are brought, or split over vehicles or trips."""
    where: dict[tuple[str, int], tuple[Trail, int]] = {}
    for trail in day.trails:
        for n, step in trail.tasks():
            if step.type != "job" and step.id is not None:
                where.setdefault((step.type, step.id), (trail, n))
    for shipment in day.problem.shipments:
        stops = [where.get((kind, leg.id)) for kind, leg in legs_of(shipment)]
        found = [stop for stop in stops if stop is not None]
        for (trail, n), (other, m) in pairwise(found):
            if trail is not other:
                yield other.breach("shipment.vehicles", m, id=shipment.pickup.id)
            elif m < n:
                yield other.breach("shipment.order", m, n - m, id=shipment.pickup.id)
            elif trail.trips[n] != trail.trips[m]:
                yield other.breach("shipment.trips", m, id=shipment.pickup.id)
