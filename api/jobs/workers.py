"""The service's workers: threads that take jobs, do them, and leave them to others on shutdown."""

import logging
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count as counting

from api.jobs.watching import Terms, Watching
from api.plain import plain
from logistics.domain.jobs import Job, JobLeft, JobLost
from logistics.errors import SupplyLoopError, Unavailable
from logistics.store import jobs
from logistics.store.session import Database

log = logging.getLogger(__name__)

_FAREWELL_S = 15.0
"""How long a shutdown waits for workers; what is not done by then is given back all the same."""


@dataclass(kw_only=True)
class Workers:
    """Threads that share one database with those of other processes.

    Whether a job is taken is decided in the database alone; what is kept here may be lost at any
    moment.
    """

    database: Database
    now: Callable[[], datetime]
    count: int = 1
    terms: Terms = field(default_factory=Terms)
    _leave: threading.Event = field(default_factory=threading.Event)
    _wake: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _held: dict[str, str] = field(default_factory=dict)  # job by owner
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._name = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._takings = counting(1)

    def start(self) -> None:
        """Begin to work."""
        for number in range(self.count):
            thread = threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def wake(self) -> None:
        """Look for a job now: one was just asked for here."""
        self._wake.set()

    def leave(self) -> None:
        """Take no more jobs, and end what is running without writing it."""
        self._leave.set()
        self._wake.set()

    @property
    def leaving(self) -> bool:
        """Whether the service is about to end."""
        return self._leave.is_set()

    def stop(self, farewell_s: float = _FAREWELL_S) -> None:
        """Stop working: running jobs are given back, so that others may begin them again."""
        self.leave()
        for thread in self._threads:
            thread.join(farewell_s)
        with self._turn:
            held = dict(self._held)
        for owner, job_id in held.items():  # what cannot be interrupted works on for nobody
            self._give_back(job_id, owner)

    def work_once(self) -> Job | None:
        """Take one job and do it; None where none waits or it was given up.

        Raises
        ------
        Unavailable
            If the database is away.
        """
        owner = f"{self._name}-{next(self._takings)}"
        at = self.now()
        with self.database.read() as session:
            if not jobs.is_waiting(session, at):
                return None
        job = self.database.run(
            lambda session: jobs.take(session, owner, at=at, lease=self.terms.lease)
        )
        if job is None:
            return None
        with self._turn:
            self._held[owner] = job.id
        try:
            return self._done(job, owner)
        finally:
            with self._turn:
                self._held.pop(owner, None)

    def _work(self) -> None:
        while not self._leave.is_set():
            try:
                found = self.work_once()
            except Unavailable as refusal:
                log.warning("no job can be taken: %s", refusal.code)
                found = None
            except Exception:
                log.exception("defect of a worker")
                found = None
            if found is None:
                self._wake.wait(self.terms.look_s)
                self._wake.clear()

    def _done(self, job: Job, owner: str) -> Job | None:
        # the solver takes seconds to load: only who has a job waits for it
        from logistics.usecases.work_job import (  # noqa: PLC0415
            Desk,
            fail_job,
            limit_of,
            work_job,
        )

        log.info("job %s: %s begun, attempt %d", job.id, job.kind, job.attempt)
        watch = Watching(
            database=self.database,
            job=job,
            owner=owner,
            now=self.now,
            terms=self.terms,
            leave=self._leave,
        )
        desk = Desk(database=self.database, owner=owner, watch=watch, told=plain, now=self.now)
        refusal: SupplyLoopError | None = None
        with watch:
            try:
                watch.limit_s = limit_of(job)
                ended = work_job(job, desk)
            except (JobLost, JobLeft) as told:
                log.info("job %s: %s", job.id, told.code)
                self._give_back(job.id, owner)
                return None
            except Unavailable:
                raise  # its lease runs out: whoever reaches the database begins it again
            except SupplyLoopError as told:
                refusal = told
            except Exception:
                log.exception("job %s broke", job.id)
            else:
                log.info("job %s: %s", job.id, ended.state)
                return ended
        if self._leave.is_set():
            self._give_back(job.id, owner)
            return None
        try:
            return fail_job(job, desk, refusal)
        except JobLost as told:
            log.info("job %s: %s", job.id, told.code)
            return None

    def _give_back(self, job_id: str, owner: str) -> None:
        try:
            self.database.run(
                lambda session: jobs.give_back(session, job_id, owner, at=self.now())
            )
        except Unavailable as refusal:
            log.warning("job %s waits for its lease to run out: %s", job_id, refusal.code)
