"""Locked steps stay: with their vehicle, in their order, at their time."""

from collections.abc import Iterator

from solver.plan import Step, Violation
from solver.problem import LockedStep, Vehicle
from solver.rules.day import Day, Trail, begin
from solver.rules.tasks import bags_of


def locked_steps(day: Day) -> Iterator[Violation]:
    """Yield locked steps that are gone, out of order or at another time."""
    trails = {trail.vehicle.id: trail for trail in day.trails}
    for vehicle in day.problem.vehicles:
        locked = [step for step in vehicle.locked if step.locked]
        if locked:
            yield from _kept(day, vehicle, locked, trails.get(vehicle.id))


def _kept(
    day: Day, vehicle: Vehicle, locked: list[LockedStep], trail: Trail | None
) -> Iterator[Violation]:
    steps = trail.steps if trail is not None else ()
    after = -1
    for wanted in locked:
        facts: dict[str, int | str] = {"type": wanted.type, "id": _id(wanted)}
        fits = [n for n, step in enumerate(steps) if _same(day, wanted, step)]
        following = [n for n in fits if n > after]
        if not following:
            code = "locked.order" if fits and wanted.id is not None else "locked.missing"
            step = fits[0] if fits else None
            yield Violation(code=code, vehicle=vehicle.id, step=step, by=1, facts=facts)
            continue
        after = following[0]
        if wanted.service_at is not None and begin(steps[after]) != wanted.service_at:
            by = abs(begin(steps[after]) - wanted.service_at)
            yield Violation(code="locked.time", vehicle=vehicle.id, step=after, by=by, facts=facts)


def _id(step: LockedStep) -> int:
    return -1 if step.id is None else step.id


def _same(day: Day, wanted: LockedStep, step: Step) -> bool:
    if wanted.type != step.type or (wanted.id is not None and wanted.id != step.id):
        return False
    if wanted.location is not None and wanted.location != step.location:
        return False
    if wanted.type != "job" or step.id not in day.jobs:
        return True
    job = day.jobs[step.id]
    return set(bags_of(job, wanted.parts)) <= set(bags_of(job, step.parts))
