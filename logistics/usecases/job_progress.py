"""Say how good the best plan so far is, for those who watch a job."""

from logistics.domain.jobs import Best
from solver.objective import value
from solver.plan import Plan
from solver.problem import Problem


def figures(problem: Problem, plan: Plan, bound: int | None = None) -> Best:
    """Take the figures of a plan that the judge accepted.

    Takes as long as valuing the plan: milliseconds, some hundred for thousands of drops.
    """
    worth = value(problem, plan)
    summary = plan.summary
    return Best(
        priority_left=worth.priority_left,
        amount_left=worth.amount_left,
        cost=worth.money,
        unserved=summary.unassigned,
        contacts=summary.contacts,
        excess_faces=summary.excess_faces,
        travel_s=summary.duration_s,
        distance_m=summary.distance_m,
        trips=summary.trips,
        bound=bound,
    )
