"""Release a run: freeze its plan and stage the bags for the couriers (下发)."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.runs import Step, require
from logistics.domain.sheets import SheetBook
from logistics.store import audit, plans, runs, sheets
from logistics.usecases.plan_run import PlanStale

log = logging.getLogger(__name__)


def release_run(session: Session, run_id: str, *, actor: str, at: datetime) -> SheetBook:
    """Freeze the draft plan and return what the route sheets say.

    Each planned bag is staged for its courier, who has it once it was loaded; what is not served
    stays at its point.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    RunOutOfOrder
        If the run has no plan yet, or was released before.
    PlanStale
        If bags, couriers, zones or gates changed since the plan was made.
    """
    run = runs.get_for_update(session, run_id)
    becomes = require(run, Step.RELEASE)
    plan = plans.current(session, run.id)
    inputs = plans.inputs_of(session, run)
    if inputs.digest() != plan.digest:
        raise PlanStale(run=run.code, plan=plan.id, mend=f"supplyloop run plan {run.code}")
    staged = plans.release(session, plan.id)
    runs.set_state(session, run.id, becomes)
    audit.record(
        session,
        actor=actor,
        command="run.release",
        subject=run.id,
        facts={"plan": plan.id, "bags": staged},
        at=at,
    )
    log.info("run %s: released plan %s", run.id, plan.id)
    return sheets.book_of(session, plan.id, inputs)
