"""The plan that there always is: nobody goes anywhere."""

from typing import Final

from solver.plan import Plan, Unassigned
from solver.problem import Job, Problem, ShipmentStep
from solver.summary import summarise

_NOT_SEARCHED: Final = "fits-now"


def nobody_served(problem: Problem) -> Plan:
    """Give the plan for when there was no time to look for one; locked steps may forbid it."""
    left = [_left("job", job) for job in problem.jobs]
    for shipment in problem.shipments:
        left += [_left("pickup", shipment.pickup), _left("delivery", shipment.delivery)]
    summary = summarise(problem, (), tuple(left), engine="none", seed=0, seconds=0.0, stopped="")
    return Plan(routes=(), unassigned=tuple(left), summary=summary)


def _left(kind: str, stop: Job | ShipmentStep) -> Unassigned:
    return Unassigned(
        id=stop.id,
        type=kind,
        location=stop.location,
        description=stop.description,
        code=_NOT_SEARCHED,
        facts={},
        proven=False,
    )
