"""Long work (后台任务): asked for once, done by whoever holds its lease, stopped with its best."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from logistics.errors import Conflict, NotFound, SupplyLoopError

MAX_ATTEMPTS = 3
"""How often a job is begun before it is given up: what ended three workers ends a fourth."""


class JobUnknown(NotFound):
    """No job has this id."""

    code = "job.unknown"


class JobBusy(Conflict):
    """A job that writes the same of this run is already waiting or at work."""

    code = "job.busy"


class JobLost(Conflict):
    """The lease ran out and the job is somebody else's: what was found is not written."""

    code = "job.lost"


class JobLeft(SupplyLoopError):
    """The worker leaves the job to another one; nothing was written."""

    code = "job.left"


class WorkersLost(Conflict):
    """Each worker that took the job ended before the job did; it is not begun again."""

    code = "job.workers-lost"


class JobBroke(SupplyLoopError):
    """The work ended in a defect, which the service's log describes."""

    code = "job.broke"


class JobKind(StrEnum):
    """What has to be worked out."""

    PLAN = "plan"
    ALLOCATE = "allocate"
    ORDER = "order"
    FRONTIER = "frontier"
    WHAT_IF = "what-if"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"  # somebody asked for its end; its worker has not yet heard
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"  # where there is a result, it is the best that was found until then


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.STOPPED})
TAKEN = frozenset({JobState.RUNNING, JobState.STOPPING})
MOVES_THE_RUN = frozenset({JobKind.PLAN, JobKind.ALLOCATE, JobKind.ORDER})
"""Of these a run has one at a time: the second would be refused when it writes."""
KEEPS_ITS_BEST = frozenset({JobKind.PLAN, JobKind.FRONTIER, JobKind.WHAT_IF})
"""Stopped, these have something to show; half a sharing or half an order is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work.

    ``version`` grows with everything that is told of it; ``attempt`` counts how often it was
    begun; ``problem`` holds the code and the facts of what refused it.
    """

    id: str
    kind: JobKind
    run_id: str
    state: JobState
    asked_by: str
    request: Mapping[str, Any]
    created_at: datetime
    key: str | None = None
    attempt: int = 0
    version: int = 1
    progress: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = None
    stop_asked_by: str | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    heartbeat_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """Something that was told of a job; ``number`` counts from 1 without gaps."""

    number: int
    kind: str  # progress, ended
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """Figures of the best plan so far; the first three are what plans are compared by."""

    priority_left: float
    amount_left: float
    cost: int
    unserved: int  # drops left out
    contacts: int
    excess_faces: int
    travel_s: int
    distance_m: int
    trips: int
    bound: int | None = None  # no plan that serves the same costs less, as far as proven


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job has come: ``stage`` is waiting, reading, solving or writing."""

    stage: str
    seconds: float  # since this attempt began
    limit_s: float | None = None
    better: int = 0  # how often a better plan was found
    best: Best | None = None
