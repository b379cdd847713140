"""Do a leased job: read a snapshot, work with no transaction open, write if both still hold.

Both: what the work was made from, and the lease. The result and the job's end are written in one
transaction, so that whatever happens to workers, a job writes once or not at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from logistics.domain.jobs import (
    KEEPS_ITS_BEST,
    Job,
    JobBroke,
    JobKind,
    JobLeft,
    JobState,
)
from logistics.errors import SupplyLoopError
from logistics.store import jobs
from logistics.store.session import Database
from logistics.usecases.lay_ways import lay_current
from logistics.usecases.place_orders import place_orders
from logistics.usecases.plan_run import read_problem_inputs, solve_run, store_plan
from logistics.usecases.share_out import (
    SharingStopped,
    read_sharing,
    solve_sharing,
    write_if_fresh,
)
from logistics.usecases.weigh_orders import read_demand, weigh
from logistics.usecases.weigh_plans import weigh_plans
from logistics.usecases.what_if import Wish, what_if
from solver.problem import Problem
from solver.progress import Report

Told = Callable[[Any], Any]
Write = Callable[[Session, datetime], Any]

LIMIT_S = 30.0  # where nobody said how long


class Watch(Protocol):
    """Who looks after a job while it is worked on; asked and told from the work's own thread."""

    def stage(self, name: str) -> None:
        """Hear what is being done now."""

    def better(self, problem: Problem, report: Report) -> None:
        """Hear of a better plan."""

    def should_stop(self) -> bool:
        """Say whether the work is to end, for whatever reason."""

    def leaving(self) -> bool:
        """Say whether this worker has lost the job or gives it back: nothing is to be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a job is worked on.

    ``told`` turns results into JSON's own kinds, ``now`` is the clock of who runs the worker.
    """

    database: Database
    owner: str
    watch: Watch
    told: Told
    now: Callable[[], datetime]


def work_job(job: Job, desk: Desk) -> Job:
    """Do a job that the desk's owner has taken, and return it ended.

    What refuses the work ends the job as failed, with the refusal's code and facts.

    Raises
    ------
    JobLost
        If the lease ran out meanwhile; nothing was written.
    JobLeft
        If the worker is to leave; nothing was written, and the lease is still held.
    Unavailable
        If the database is away; the lease runs out, and the job is begun again.
    """
    try:
        write = _WORK[job.kind](job, desk)
    except SharingStopped:
        write = None
    if desk.watch.leaving():
        raise JobLeft(job=job.id)
    desk.watch.stage("writing")

    def finish(session: Session) -> Job:
        at = desk.now()
        held = jobs.hold(session, job.id, desk.owner)
        stopped = held.state is JobState.STOPPING
        if write is None or (stopped and held.kind not in KEEPS_ITS_BEST):
            return jobs.end(session, held, JobState.STOPPED, at=at)
        result = desk.told(write(session, at))
        ended = JobState.STOPPED if stopped else JobState.DONE
        return jobs.end(session, held, ended, result=result, at=at)

    ended = desk.database.run(finish)
    if job.kind is JobKind.PLAN and ended.result is not None:
        lay_current(desk.database, job.run_id, should_stop=desk.watch.leaving)
    return ended


def fail_job(job: Job, desk: Desk, refusal: SupplyLoopError | None) -> Job:
    """End a job that was refused; without a refusal it broke.

    Raises
    ------
    JobLost
        If the lease ran out meanwhile.
    """
    found = refusal or JobBroke(job=job.id, mend="see the log of the service, then ask again")
    problem = {"code": found.code, "facts": dict(found.facts)}

    def finish(session: Session) -> Job:
        held = jobs.hold(session, job.id, desk.owner)
        return jobs.end(session, held, JobState.FAILED, problem=problem, at=desk.now())

    return desk.database.run(finish)


def limit_of(job: Job) -> float | None:
    """Return the seconds that a job may search; None where it ends of itself."""
    if job.kind in (JobKind.ALLOCATE, JobKind.ORDER):
        return None
    return float(job.request.get("limit_s", LIMIT_S))


def _plan(job: Job, desk: Desk) -> Write:
    with desk.database.read() as session:
        inputs = read_problem_inputs(session, job.run_id)
    desk.watch.stage("solving")
    solved = solve_run(
        inputs,
        **_effort(job),
        on_better=desk.watch.better,
        should_stop=desk.watch.should_stop,
    )
    return lambda session, at: store_plan(session, inputs, solved, actor=job.asked_by, at=at)


def _allocate(job: Job, desk: Desk) -> Write:
    spread = bool(job.request.get("spread", False))
    with desk.database.read() as session:
        inputs = read_sharing(session, job.run_id, spread=spread)
    desk.watch.stage("solving")
    result = solve_sharing(inputs, should_stop=desk.watch.should_stop)
    return lambda session, at: write_if_fresh(session, inputs, result, actor=job.asked_by, at=at)


def _order(job: Job, desk: Desk) -> Write:
    with desk.database.read() as session:
        read = read_demand(session, job.run_id, at=desk.now())
    desk.watch.stage("solving")
    weighed = weigh(read)
    wish = job.request
    return lambda session, at: place_orders(
        session,
        job.run_id,
        option=wish.get("option", "balanced"),
        weighed=weighed,
        deliver_to=wish.get("deliver_to") or {},
        actor=job.asked_by,
        at=at,
    )


def _frontier(job: Job, desk: Desk) -> Write:
    desk.watch.stage("solving")
    weighed = weigh_plans(
        desk.database,
        job.run_id,
        **_effort(job),
        points=int(job.request.get("points", 6)),
        should_stop=desk.watch.should_stop,
    )
    choices = weighed.choices
    found = {"plan_id": weighed.plan_id, "choices": choices.rows, "charts": choices.charts}
    return lambda _session, _at: found


def _what_if(job: Job, desk: Desk) -> Write:
    desk.watch.stage("solving")
    found = what_if(
        desk.database,
        job.run_id,
        _wish(job.request),
        plan_again=bool(job.request.get("plan_again", True)),
        **_effort(job),
        on_better=desk.watch.better,
        should_stop=desk.watch.should_stop,
    )
    return lambda _session, _at: found


def _effort(job: Job) -> dict[str, Any]:
    return {"time_limit_s": limit_of(job), "seed": int(job.request.get("seed", 1))}


def _wish(said: Mapping[str, Any]) -> Wish:
    def instant(name: str) -> datetime | None:
        return datetime.fromisoformat(said[name]) if said.get(name) else None

    return Wish(
        gates=tuple(said.get("gates", ())),
        ways=tuple(said.get("ways", ())),
        zones=tuple((one["place"], one["zone"]) for one in said.get("zones", ())),
        couriers=said.get("couriers", ""),
        modes=tuple(said.get("modes", ())),
        since=instant("since"),
        until=instant("until"),
    )


_WORK: Mapping[JobKind, Callable[[Job, Desk], Write]] = {
    JobKind.PLAN: _plan,
    JobKind.ALLOCATE: _allocate,
    JobKind.ORDER: _order,
    JobKind.FRONTIER: _frontier,
    JobKind.WHAT_IF: _what_if,
}
