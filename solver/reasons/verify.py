"""A relaxation is tried: the problem is eased, the plan kept, the task put in, and all judged."""

from collections.abc import Iterator

from solver.check import check
from solver.engines.assemble import routes_of
from solver.engines.instance import Task
from solver.engines.solution import Solution
from solver.plan import Plan, Relaxation, Unassigned
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
    problem = instance.problem
    copy = rebuilt(solution, instance)
    able = [v for v in couriers if may_serve(eased, instance.vehicles[v])]
    room = Room(copy, Work(TIMINGS_A_PROOF, until))
    if room.serve(eased, able) is None:
        return False
    left = tuple(
        entry
        for other in instance.tasks
        if copy.left[other.index]
        for entry in entries(copy, other, _LEFT)
    )
    routes = routes_of(copy)
    summary = summarise(
        problem, routes, left, engine="why-not", seed=0, seconds=0.0, stopped="complete"
    )
    return not check(problem, Plan(routes=routes, unassigned=left, summary=summary))
