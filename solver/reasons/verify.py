"""A relaxation is tried: the problem is eased, the plan kept, the task put in, and all judged."""

from collections.abc import Iterator

from solver.check import check
from solver.engines.assemble import routes_of
from solver.engines.instance import Task
from solver.engines.solution import Solution
from solver.engines.timing import Trip
from solver.plan import Plan, Relaxation, Unassigned, Violation
from solver.reasons.easing import as_relaxed, may_serve, rebuilt
from solver.reasons.proof import Cause
from solver.reasons.room import Room, Work
from solver.summary import summarise

TIMINGS_A_PROOF = 600

_LEFT = Cause("no-room-left", {}, proven=False)


def entries(
    solution: Solution, task: Task, cause: Cause, helps: tuple[Relaxation, ...] = ()
) -> Iterator[Unassigned]:
    """Write what is left of a task, one entry for each end of a shipment."""
    left = solution.left[task.index]
    some = task.splittable and len(left) < len(task.parts)
    for stop in task.stops:
        if stop.type == "via":
            continue
        yield Unassigned(
            id=stop.id,
            type=stop.type,
            location=stop.location,
            code=cause.code,
            facts=cause.facts,
            proven=cause.proven,
            parts=tuple(left) if some else (),
            would_help=helps,
            description=stop.description,
        )


def serves(
    solution: Solution,
    task: Task,
    relaxation: Relaxation,
    couriers: list[int],
    until: float | None,
) -> bool:
    """Solve again with the relaxation: the task is served, nobody else is dropped, all is kept."""
    instance, eased = as_relaxed(solution.instance, relaxation, task)
    copy = rebuilt(solution, instance)
    able = [v for v in couriers if may_serve(eased, instance.vehicles[v])]
    room = Room(copy, Work(TIMINGS_A_PROOF, until))
    served = room.serve(eased, able)
    return served is not None and not _judged(copy, served.vehicles)


def _judged(solution: Solution, changed: list[int]) -> tuple[Violation, ...]:
    """Judge the changed routes with all that they could meet; the others are as they were."""
    part = Solution(solution.instance)
    part.departs.update(solution.departs)
    for vehicle in (*changed, *_met(solution, changed)):
        for trip in solution.shifts[vehicle]:
            part.append(vehicle, trip)
    left = tuple(
        entry
        for task in part.instance.tasks
        if part.left[task.index]
        for entry in entries(part, task, _LEFT)
    )
    problem = part.instance.problem
    routes = routes_of(part)
    summary = summarise(
        problem, routes, left, engine="why-not", seed=0, seconds=0.0, stopped="complete"
    )
    return check(problem, Plan(routes=routes, unassigned=left, summary=summary))


def _met(solution: Solution, changed: list[int]) -> list[int]:
    """List everybody else who loads at a point or drops at a place of these couriers."""
    seen = [_whereabouts(shift) for shift in solution.shifts]
    own = set().union(*(seen[v] for v in changed))
    return [v for v, theirs in enumerate(seen) if v not in changed and theirs & own]


def _whereabouts(shift: list[Trip]) -> set[tuple[str, int]]:
    found = {("point", trip.point) for trip in shift if trip.point is not None}
    places = {("place", s.place) for trip in shift for s in trip.stops if s.place >= 0}
    return found | places
