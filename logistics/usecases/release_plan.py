"""Release one of a run's plans (选定下发): the draft, or an earlier one that still holds."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.plan_edits import PlanNotDraft
from logistics.domain.plan_views import PlanRow
from logistics.domain.planning import PlannedTrip, RunPlan
from logistics.domain.runs import Run, RunState
from logistics.domain.sheets import SheetBook
from logistics.store import audit, errand_trips, plan_views, plans, runs, trips
from logistics.usecases.assign_errands import assign_errands, hold_errands
from logistics.usecases.plan_run import PlanStale
from logistics.usecases.release_run import release_run


def choose_plan(session: Session, plan_id: str, *, actor: str, at: datetime) -> PlanRow:
    """Make a plan of a run its draft again; the run has one draft at any time.

    Raises
    ------
    PlanUnknown
        If there is no such plan.
    PlanNotDraft
        If the run has been released.
    PlanStale
        If what the plan was made from has changed since.
    """
    found = plan_views.get(session, plan_id)
    run = runs.get_for_update(session, found.run_id)
    if run.state is not RunState.PLANNED or found.state == "released":
        raise PlanNotDraft(plan=plan_id, state=found.state, mend="its run has been released")
    if found.state == "draft":
        return found
    inputs = plans.inputs_of(session, run)
    if inputs.digest() != found.digest:
        raise PlanStale(run=run.code, plan=plan_id, mend=f"supplyloop run plan {run.code}")
    made = RunPlan(trips=_with_legs(session, plan_id), unserved=())
    held = hold_errands(session, run, made)
    if held.gone:
        raise PlanStale(run=run.code, errand=held.gone[0], mend="supplyloop run plan")
    plan_views.choose(session, found)
    assign_errands(session, inputs, made, held, actor=actor, at=at)
    audit.record(
        session, actor=actor, command="plan.choose", subject=run.id, facts={"plan": plan_id}, at=at
    )
    return plan_views.get(session, plan_id)


def release_plan(
    session: Session, plan_id: str, *, actor: str, at: datetime
) -> tuple[Run, SheetBook]:
    """Release a plan of a run, whichever of its drafts it is; there is one released plan.

    Raises
    ------
    PlanUnknown, PlanNotDraft, PlanStale
        As :func:`choose_plan`.
    RunOutOfOrder
        If the run has no plan yet, or was released before.
    """
    chosen = choose_plan(session, plan_id, actor=actor, at=at)
    book = release_run(session, chosen.run_id, actor=actor, at=at)
    return runs.get(session, chosen.run_id), book


def _with_legs(session: Session, plan_id: str) -> tuple[PlannedTrip, ...]:
    legs = errand_trips.legs_of(session, plan_id)
    return tuple(
        replace(one, legs=tuple(leg.leg for leg in legs if leg.trip == one.code))
        for one in trips.planned(session, plan_id)
    )
