"""The cause of one task: proven where it can be, measured otherwise."""

from dataclasses import replace

from solver.engines.instance import Task
from solver.engines.solution import Solution
from solver.reasons.bottleneck import Bottlenecks
from solver.reasons.proof import Cause, Proofs, permit, smallest


def cause_of(solution: Solution, task: Task, proofs: Proofs, bottlenecks: Bottlenecks) -> Cause:
    """Name why a task, or what is left of it, is not served."""
    instance = solution.instance
    refused = None if task.eligible else permit(instance, task)
    if refused is not None:
        return refused
    choices = smallest(instance, task, solution.left[task.index])
    if not proofs.servable(task, choices):
        return proofs.impossible(task, choices)
    cause = bottlenecks.cause(task)
    if not task.splittable:
        return cause
    return replace(cause, facts=cause.facts | {"bags": len(solution.left[task.index])})
