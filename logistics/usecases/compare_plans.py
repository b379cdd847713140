"""Lay two plans of a run side by side (方案对比)."""

from sqlalchemy.orm import Session

from logistics.domain.plan_compare import PlansCompared, compare
from logistics.domain.plan_views import PlanView
from logistics.store import plan_views, runs
from logistics.store.plans import PlanUnknown


def compare_plans(
    session: Session, run: str, first: str, second: str
) -> tuple[PlanView, PlanView, PlansCompared]:
    """Read two plans of a run, and say which figure of the second is better or worse.

    Raises
    ------
    RunUnknown
        If there is no such run.
    PlanUnknown
        If one of them is none of this run's plans.
    """
    found = runs.get(session, run)
    known = {plan.id for plan in plan_views.of_run(session, found.id)}
    for plan_id in (first, second):
        if plan_id not in known:
            raise PlanUnknown(run=found.code, plan=plan_id, mend="list the plans of the run")
    one, other = plan_views.view(session, first), plan_views.view(session, second)
    return one, other, compare(one, other)
