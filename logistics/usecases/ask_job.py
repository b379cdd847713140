"""Ask for long work on a run (后台任务): refused at once where the run is not ready for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.jobs import MOVES_THE_RUN, Job, JobBusy, JobKind, JobState
from logistics.domain.runs import Run, RunOutOfOrder, RunState, Step, require
from logistics.store import audit, jobs, plans, runs
from logistics.store.idempotency import KeyReused

_STATES = tuple(RunState)
_STEPS = {JobKind.PLAN: Step.PLAN, JobKind.ALLOCATE: Step.ALLOCATE, JobKind.ORDER: Step.ORDER}


def ask_job(
    session: Session,
    run: str,
    kind: JobKind,
    request: Mapping[str, Any],
    *,
    key: str | None = None,
    actor: str,
    at: datetime,
) -> Job:
    """Put a job into the queue; the same key with the same wish is the same job.

    Parameters
    ----------
    request
        What the job is to be done with, as JSON can hold it; see
        :mod:`logistics.usecases.work_job`.
    key
        Chosen by who asks, once per job. It is kept as long as the job.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If the run is not in a state in which the work could be written.
    PlanUnknown
        If plans are to be weighed and there is none.
    JobBusy
        If a job that would move this run the same way has not ended.
    KeyReused
        If the key belongs to a job with another wish.
    """
    found = runs.get_for_update(session, run)  # two who ask at once take turns
    if key is not None and (earlier := jobs.by_key(session, found.id, actor, key)):
        if (earlier.kind, dict(earlier.request)) != (kind, dict(request)):
            raise KeyReused(key=key, mend="use a new key for other content")
        return earlier
    _require_ready(session, found, kind)
    if kind in MOVES_THE_RUN and (busy := jobs.unfinished(session, found.id, kind)):
        raise JobBusy(
            run=found.code,
            kind=kind.value,
            job=busy.id,
            state=busy.state.value,
            mend=f"wait for it, or supplyloop job stop {busy.id}",
        )
    asked = jobs.add(
        session,
        Job(
            id=new_id("jb", at),
            kind=kind,
            run_id=found.id,
            state=JobState.QUEUED,
            asked_by=actor,
            key=key,
            request=request,
            created_at=at,
        ),
    )
    audit.record(
        session,
        actor=actor,
        command="job.ask",
        subject=asked.id,
        facts={"run": found.id, "kind": kind.value},
        at=at,
    )
    return asked


def _require_ready(session: Session, run: Run, kind: JobKind) -> None:
    if kind in _STEPS:
        require(run, _STEPS[kind])
    elif kind is JobKind.FRONTIER:
        plans.current(session, run.id)
    elif _STATES.index(run.state) < _STATES.index(RunState.PACKED):
        raise RunOutOfOrder(
            run=run.code,
            step=kind.value,
            state=run.state.value,
            needs="packed",
            mend=f"supplyloop run pack {run.code}",
        )
