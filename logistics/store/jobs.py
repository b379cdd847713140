"""Jobs in the database: leased to one worker at a time, with everything that was told of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.orm import Session

from logistics.domain.access import Where
from logistics.domain.jobs import (
    ENDED,
    MAX_ATTEMPTS,
    TAKEN,
    Job,
    JobEvent,
    JobKind,
    JobLost,
    JobState,
    JobUnknown,
    WorkersLost,
)
from logistics.store import announcements
from logistics.store.tables import job, job_event, run

Json = Mapping[str, Any]
_FREE = {"lease_owner": None, "lease_until": None}


def add(session: Session, new: Job) -> Job:
    """Write a new job; the caller holds its run and has looked for the key."""
    values = {name: getattr(new, name) for name in Job.__dataclass_fields__}
    session.execute(
        insert(job).values(
            values
            | {"kind": new.kind.value, "state": new.state.value, "request": dict(new.request)}
        )
    )
    _tell(session, new, at=new.created_at)
    return new


def get(session: Session, job_id: str, *, lock: bool = False) -> Job:
    """Read a job; ``lock`` it to change it.

    Raises
    ------
    JobUnknown
        If none has this id.
    """
    query = select(job).where(job.c.id == job_id)
    row = session.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise JobUnknown(field="job", value=job_id[:64], mend="supplyloop job list")
    return _job(row)


def by_key(session: Session, run_id: str, asked_by: str, key: str) -> Job | None:
    """Find the job that somebody asked of a run under a key."""
    row = (
        session.execute(
            select(job).where(job.c.run_id == run_id, job.c.asked_by == asked_by, job.c.key == key)
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else _job(row)


def unfinished(session: Session, run_id: str, kind: JobKind) -> Job | None:
    """Find a job of a kind that is waiting or at work for a run."""
    row = (
        session.execute(
            select(job)
            .where(job.c.run_id == run_id, job.c.kind == kind.value, ~_ended())
            .order_by(job.c.id)
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else _job(row)


def page(
    session: Session, run_id: str, *, after: str | None = None, limit: int = 50
) -> tuple[Job, ...]:
    """Read jobs of a run, newest first, ``limit`` at most that are older than an id."""
    query = select(job).where(job.c.run_id == run_id)
    if after is not None:
        query = query.where(job.c.id < after)
    rows = session.execute(query.order_by(job.c.id.desc()).limit(limit)).mappings()
    return tuple(_job(row) for row in rows)


def latest(session: Session, *, limit: int = 50) -> tuple[Job, ...]:
    """Read the newest jobs of all runs, newest first."""
    rows = session.execute(select(job).order_by(job.c.id.desc()).limit(limit)).mappings()
    return tuple(_job(row) for row in rows)


def where(session: Session, job_id: str) -> Where | None:
    """Find the district of a job's run: what permissions ask."""
    found = session.execute(
        select(run.c.district_id).join(job, job.c.run_id == run.c.id).where(job.c.id == job_id)
    ).scalar()
    return None if found is None else Where(district_id=found)


def events_after(
    session: Session, job_id: str, number: int, limit: int = 500
) -> tuple[JobEvent, ...]:
    """Read what was told of a job after an event."""
    rows = session.execute(
        select(job_event.c.number, job_event.c.kind, job_event.c.data, job_event.c.at)
        .where(job_event.c.job_id == job_id, job_event.c.number > number)
        .order_by(job_event.c.number)
        .limit(limit)
    ).mappings()
    return tuple(JobEvent(**row) for row in rows)


# ---------------------------------------------------------------- leases


def is_waiting(session: Session, at: datetime) -> bool:
    """Say whether there is a job to take; asked before the database's one writer is held up."""
    return session.execute(select(job.c.id).where(_takeable(at)).limit(1)).first() is not None


def take(session: Session, owner: str, *, at: datetime, lease: timedelta) -> Job | None:
    """Lease the job that waits longest to an owner, who is new at each taking.

    Jobs that others are just taking are passed over, so that no two ever hold one. A job whose
    lease ran out is begun again, unless somebody has asked for its end or it has worn out
    :data:`~logistics.domain.jobs.MAX_ATTEMPTS` workers: those are ended here.
    """
    while True:
        row = (
            session.execute(
                select(job)
                .where(_takeable(at))
                .order_by(job.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            .mappings()
            .one_or_none()
        )
        if row is None:
            return None
        found = _job(row)
        if found.state is JobState.STOPPING:
            end(session, found, JobState.STOPPED, at=at)
        elif found.attempt >= MAX_ATTEMPTS:
            lost = WorkersLost(job=found.id, attempts=found.attempt, mend="ask for it again")
            told = {"code": lost.code, "facts": lost.facts}
            end(session, found, JobState.FAILED, problem=told, at=at)
        else:
            return _change(
                session,
                found,
                at=at,
                state=JobState.RUNNING.value,
                lease_owner=owner,
                lease_until=at + lease,
                heartbeat_at=at,
                attempt=found.attempt + 1,
                started_at=found.started_at or at,
            )


def state_for(session: Session, job_id: str, owner: str) -> JobState | None:
    """Return the state of a job that an owner holds; None where the lease is no longer theirs."""
    state = session.execute(
        select(job.c.state).where(job.c.id == job_id, job.c.lease_owner == owner)
    ).scalar()
    return None if state is None else JobState(state)


def beat(
    session: Session,
    job_id: str,
    owner: str,
    *,
    at: datetime,
    lease: timedelta,
    progress: Json | None = None,
) -> JobState | None:
    """Prolong a lease and tell progress, if there is any; None where the lease is lost."""
    found = get(session, job_id, lock=True)
    if found.lease_owner != owner:
        return None
    times = {"lease_until": at + lease, "heartbeat_at": at}
    if progress is None:
        session.execute(update(job).where(job.c.id == job_id).values(times))
    else:
        _change(session, found, at=at, progress=dict(progress), **times)
    return found.state


def hold(session: Session, job_id: str, owner: str) -> Job:
    """Read a job and keep it until the transaction ends, in which its result is written.

    Raises
    ------
    JobLost
        If the lease is no longer the owner's.
    """
    found = get(session, job_id, lock=True)
    if found.lease_owner != owner:
        raise JobLost(job=job_id, mend="read the job again")
    return found


def give_back(session: Session, job_id: str, owner: str, *, at: datetime) -> Job | None:
    """Let another worker begin a job again; one that is to be stopped is stopped.

    What was begun does not count as an attempt: the worker left, the work did not fail.
    """
    found = get(session, job_id, lock=True)
    if found.lease_owner != owner:
        return None
    if found.state is JobState.STOPPING:
        return end(session, found, JobState.STOPPED, at=at)
    return _change(
        session,
        found,
        at=at,
        state=JobState.QUEUED.value,
        attempt=found.attempt - 1,
        **_FREE,
    )


def ask_to_stop(session: Session, found: Job, *, actor: str, at: datetime) -> Job:
    """Mark a job that its worker is to stop; the caller has locked it."""
    return _change(session, found, at=at, state=JobState.STOPPING.value, stop_asked_by=actor)


def end(
    session: Session,
    found: Job,
    state: JobState,
    *,
    result: Json | None = None,
    problem: Json | None = None,
    actor: str | None = None,
    at: datetime,
) -> Job:
    """End a job; the caller has locked it."""
    return _change(
        session,
        found,
        at=at,
        state=state.value,
        result=None if result is None else dict(result),
        problem=None if problem is None else dict(problem),
        stop_asked_by=actor or found.stop_asked_by,
        ended_at=at,
        **_FREE,
    )


# ---------------------------------------------------------------- rows


def _ended() -> ColumnElement[bool]:
    return job.c.state.in_([state.value for state in ENDED])


def _takeable(at: datetime) -> ColumnElement[bool]:
    return or_(
        job.c.state == JobState.QUEUED.value,
        and_(job.c.state.in_([state.value for state in TAKEN]), job.c.lease_until < at),
    )


def _change(session: Session, found: Job, *, at: datetime, **values: Any) -> Job:
    """Change what people see of a job, and tell it."""
    row = (
        session.execute(
            update(job)
            .where(job.c.id == found.id)
            .values(version=found.version + 1, **values)
            .returning(*job.c)
        )
        .mappings()
        .one()
    )
    changed = _job(row)
    _tell(session, changed, at=at)
    return changed


def _tell(session: Session, told: Job, *, at: datetime) -> None:
    data: dict[str, Any] = {
        "state": told.state.value,
        "attempt": told.attempt,
        "progress": told.progress,
    }
    if told.ended:
        data["problem"] = told.problem
    session.execute(
        insert(job_event).values(
            job_id=told.id,
            number=told.version,
            kind="ended" if told.ended else "progress",
            data=data,
            at=at,
        )
    )
    if told.ended:
        kind, state = told.kind.value, told.state.value
        announcements.of_job(session, told.id, kind, state, told.run_id, at=at)


def _job(row: Mapping[Any, Any]) -> Job:
    return Job(**dict(row) | {"kind": JobKind(row["kind"]), "state": JobState(row["state"])})
