"""Stop long work (停止任务): what has not begun ends at once, the rest with its best."""

from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.jobs import Job, JobState
from logistics.store import audit, jobs


def stop_job(session: Session, job_id: str, *, actor: str, at: datetime) -> Job:
    """Ask for a job's end; said again, or of a job that has ended, it changes nothing.

    A worker hears of it within about a second, ends its search, and publishes the best plan so
    far. A sharing or an order that is not finished is not written.

    Raises
    ------
    JobUnknown
        If none has this id.
    """
    found = jobs.get(session, job_id, lock=True)
    if found.ended or found.state is JobState.STOPPING:
        return found
    if found.state is JobState.QUEUED:
        stopped = jobs.end(session, found, JobState.STOPPED, actor=actor, at=at)
    else:
        stopped = jobs.ask_to_stop(session, found, actor=actor, at=at)
    audit.record(
        session,
        actor=actor,
        command="job.stop",
        subject=found.id,
        facts={"run": found.run_id, "state": found.state.value},
        at=at,
    )
    return stopped
