"""The watch beside one running job: keeps its lease, tells its progress, hears of its end."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from api.plain import plain
from logistics.domain.jobs import Best, Job, JobState, Progress
from logistics.errors import SupplyLoopError
from logistics.store import jobs
from logistics.store.session import Database

if TYPE_CHECKING:
    from solver.problem import Problem
    from solver.progress import Report

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How jobs are leased: a third of a lease passes between two heartbeats."""

    lease: timedelta = timedelta(seconds=30)
    look_s: float = 1.0  # between two looks for a stop, and at most so often progress is told

    @property
    def beat(self) -> timedelta:
        """How long a lease is left alone."""
        return self.lease / 3


@dataclass(kw_only=True)
class Watching:
    """One job under way: the work asks and tells from its thread, this looks on from another.

    The lease is kept from a thread of its own, so that reading a map for a minute loses no job.
    """

    database: Database
    job: Job
    owner: str
    now: Callable[[], datetime]
    terms: Terms
    leave: threading.Event  # the service is shutting down
    limit_s: float | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _lost: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _stage: str = "reading"
    _count: int = 0
    _newest: "tuple[Problem, Report] | None" = None
    _best: Best | None = None
    _untold: bool = False

    def __post_init__(self) -> None:
        self._began = self._beaten = self.now()
        self._thread = threading.Thread(
            target=self._look_on, name=f"watch-{self.job.id}", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    # ------------------------------------------------------------ told and asked by the work

    def stage(self, name: str) -> None:
        """Hear what is being done now; what was not yet told is told before the end."""
        with self._turn:
            self._stage = name
            self._untold = True
        if name == "writing":
            self.look()

    def better(self, problem: "Problem", report: "Report") -> None:
        """Hear of a better plan; its figures are taken when they are next told."""
        with self._turn:
            self._newest = (problem, report)
            self._count += 1
            self._untold = True

    def should_stop(self) -> bool:
        """Say whether the work is to end."""
        return self._stop.is_set() or self.leaving()

    def leaving(self) -> bool:
        """Say whether nothing is to be written."""
        return self._lost.is_set() or self.leave.is_set()

    # ------------------------------------------------------------ looking on

    def _look_on(self) -> None:
        while not self._over.wait(self.terms.look_s):
            self.look()

    def look(self) -> None:
        """Keep the lease, tell what is new, and hear whether the job is still wanted here."""
        at = self.now()
        told = self._to_tell(at)
        try:
            if told is None and at - self._beaten < self.terms.beat:
                with self.database.read() as session:
                    state = jobs.state_for(session, self.job.id, self.owner)
            else:
                progress = None if told is None else plain(told)
                state = self.database.run(
                    lambda session: jobs.beat(
                        session,
                        self.job.id,
                        self.owner,
                        at=at,
                        lease=self.terms.lease,
                        progress=progress,
                    )
                )
                self._beaten = at
        except SupplyLoopError as refusal:
            log.warning("job %s: the watch was refused: %s", self.job.id, refusal.code)
            with self._turn:
                self._untold = self._untold or told is not None
            if at - self._beaten >= self.terms.lease:
                self._lost.set()  # somebody else may have it by now
            return
        if state is None:
            log.warning("job %s: the lease is lost", self.job.id)
            self._lost.set()
        elif state is JobState.STOPPING:
            self._stop.set()

    def _to_tell(self, at: datetime) -> Progress | None:
        with self._turn:
            if not self._untold:
                return None
            self._untold = False
            newest, self._newest = self._newest, None
            stage, count = self._stage, self._count
        if newest is not None:
            # valuing brings the solver, which only who plans waits for
            from logistics.usecases.job_progress import figures  # noqa: PLC0415

            problem, report = newest
            if report.plan is not None:
                self._best = figures(problem, report.plan, report.bound)
        return Progress(
            stage=stage,
            seconds=round((at - self._began).total_seconds(), 1),
            limit_s=self.limit_s,
            better=count,
            best=self._best,
        )
