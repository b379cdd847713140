"""Long work: asked for, watched while it runs, stopped with its best."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import DatabaseDep, NowDep, WorkDep
from api.errors import Responses
from api.i18n import Language, error_text, negotiate
from api.jobs.pulse import Pulse
from api.jobs.streams import MEDIA_TYPE, Pace, Told, heard_all, streamed
from api.jobs.workers import Workers
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.plain import plain
from api.roles import Action
from logistics.domain.jobs import Job, JobEvent, JobKind
from logistics.store import jobs, runs
from logistics.usecases.ask_job import ask_job
from logistics.usecases.stop_job import stop_job

router = APIRouter(prefix="/api/v1", tags=["jobs"])

Asks = Annotated[Principal, Depends(may(Action.JOB_ASK))]
Reads = Annotated[Principal, Depends(may(Action.JOB_READ))]
Stops = Annotated[Principal, Depends(may(Action.JOB_STOP))]
Watches = Annotated[Principal, Depends(may(Action.RUN_READ))]
Limit = Annotated[float, Field(ge=1, le=3600, description="Seconds to search")]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]
Names = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=1000)
]


class PlanJobIn(BaseModel):
    """Plan who goes where when."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["plan"]
    limit_s: Limit = 60.0
    seed: Seed = 1


class AllocateJobIn(BaseModel):
    """Share out what came."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["allocate"]
    spread: Annotated[
        bool, Field(description="Spread what is too much; else it stays in stock")
    ] = False


class OrderJobIn(BaseModel):
    """Order what the lists ask for."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["order"]
    option: Literal["cheap", "contact", "balanced"] = "balanced"
    deliver_to: Annotated[dict[str, str], Field(max_length=200)] = {}


class FrontierJobIn(BaseModel):
    """Weigh travel against faces."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["frontier"]
    limit_s: Limit = 60.0
    seed: Seed = 1
    points: Annotated[int, Field(ge=2, le=20)] = 6


class SupposedZoneIn(BaseModel):
    """A zone that a place is supposed to have."""

    model_config = ConfigDict(extra="forbid")
    place: Annotated[str, Field(min_length=1, max_length=200)]
    zone: Annotated[str, Field(min_length=1, max_length=32)]


class WhatIfJobIn(BaseModel):
    """Suppose closed gates, other zones or missing couriers, and plan again beside it."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["what-if"]
    limit_s: Limit = 60.0
    seed: Seed = 1
    plan_again: bool = True
    gates: Names = []
    ways: Names = []
    zones: Annotated[list[SupposedZoneIn], Field(max_length=1000)] = []
    couriers: Annotated[str, Field(max_length=16, examples=["-20%"])] = ""
    modes: Names = []
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


JobIn = Annotated[
    PlanJobIn | AllocateJobIn | OrderJobIn | FrontierJobIn | WhatIfJobIn,
    Field(discriminator="kind"),
]


class JobOut(BaseModel):
    """A piece of long work."""

    id: str
    kind: JobKind
    run_id: str
    state: str = Field(description="queued, running, stopping, done, failed or stopped")
    asked_by: str
    request: dict[str, Any]
    attempt: int = Field(description="How often it was begun")
    version: int = Field(description="Number of its latest event")
    progress: dict[str, Any] | None = Field(description="How far it is, with the best so far")
    result: dict[str, Any] | None = Field(description="Where stopped: the best until then")
    problem: dict[str, Any] | None = Field(
        description="What refused it: code and facts, title and detail for the reader"
    )
    stop_asked_by: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, job: Job, language: Language) -> "JobOut":
        """Say a job, and why it failed in the reader's language."""
        values = {name: plain(getattr(job, name)) for name in cls.model_fields}
        if job.problem is not None:
            code, facts = job.problem["code"], job.problem["facts"]
            text = error_text(code, "error", facts, language)
            values["problem"] = {**job.problem, "title": text.title, "detail": text.mend}
        return cls.model_validate(values)


class JobsOut(BaseModel):
    """Jobs of a run, newest first."""

    jobs: list[JobOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Events, as they happen", "content": {MEDIA_TYPE: {}}},
}


@router.post(
    "/runs/{run_id}/jobs",
    status_code=202,
    response_model=JobOut,
    summary="Ask for long work",
    responses=Responses.of(400, 404, 409, 422),
)
def ask(
    *,
    run_id: str,
    body: JobIn,
    who: Asks,
    key: KeyDep,
    request: Request,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Put work into the queue and say where to watch it; what cannot be done is refused now.

    Ends as `done`, `failed` or `stopped`. What changed meanwhile fails it as `plan.stale` and
    the like, as the same step without a job would be refused.
    """

    def deed(session: Session) -> Reply:
        job = ask_job(
            session,
            run_id,
            JobKind(body.kind),
            body.model_dump(mode="json", exclude={"kind"}),
            key=key,
            actor=who.actor,
            at=at,
        )
        return Reply(JobOut.of(job, _language(request)).model_dump(mode="json"), 202)

    answer = once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/jobs",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )
    asked = json.loads(bytes(answer.body))["id"]
    answer.headers["Location"] = f"/api/v1/jobs/{asked}"
    workers: Workers = request.app.state.workers
    workers.wake()
    return answer


@router.get("/runs/{run_id}/jobs", summary="List a run's jobs", responses=Responses.of(404))
def of_run(
    *,
    run_id: str,
    _: Reads,
    request: Request,
    work: WorkDep,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobsOut:
    """List the jobs of a run, newest first."""

    def read(session: Session) -> tuple[Job, ...]:
        return jobs.page(session, runs.get(session, run_id).id, after=after, limit=limit + 1)

    found = work.read(read)
    shown = [JobOut.of(job, _language(request)) for job in found[:limit]]
    return JobsOut(jobs=shown, next=shown[-1].id if len(found) > limit else None)


@router.get(
    "/jobs/{job_id}",
    summary="Read a job",
    response_model=JobOut,
    responses={304: {"description": "As it was"}, **Responses.of(404)},
)
def show(
    *,
    job_id: str,
    _: Reads,
    request: Request,
    work: WorkDep,
    response: Response,
    known: Annotated[str | None, Header(alias="If-None-Match")] = None,
) -> JobOut | Response:
    """Read a job with its best so far; its ETag changes with its version."""
    found, language = work.read(lambda session: jobs.get(session, job_id)), _language(request)
    tag = f'"{found.version}-{language}"'
    if known is not None and tag in (part.strip() for part in known.split(",")):
        return Response(status_code=304, headers={"ETag": tag, "Vary": "Accept-Language"})
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Language"
    return JobOut.of(found, language)


@router.post(
    "/jobs/{job_id}/stop",
    response_model=JobOut,
    summary="Stop a job",
    responses=Responses.of(404, 422),
)
def stop(
    *,
    job_id: str,
    who: Stops,
    key: OptionalKeyDep,
    request: Request,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Stop a job: its best plan so far is kept and becomes the draft.

    A job that has ended stays as it is. A sharing or an order that is not finished is not
    written.
    """

    def deed(session: Session) -> Reply:
        job = stop_job(session, job_id, actor=who.actor, at=at)
        return Reply(JobOut.of(job, _language(request)).model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/jobs/{job_id}/stop",
        key=key,
        content=[],
        at=at,
    )


@router.get(
    "/jobs/{job_id}/events",
    summary="Watch a job",
    response_class=Response,
    responses={
        **_STREAM,
        204: {"description": "It has ended and all was heard; do not come again"},
        **Responses.of(404, 422),
    },
)
def watch(
    *,
    job_id: str,
    _: Reads,
    request: Request,
    database: DatabaseDep,
    work: WorkDep,
    heard: Annotated[int | None, Header(alias="Last-Event-ID", ge=0, le=2**31 - 1)] = None,
) -> Response:
    """Tell what a job tells, as server-sent events, from the start or after `Last-Event-ID`.

    `progress` carries state and progress, `ended` is the last. Nothing is left out, however
    often the line breaks.
    """
    job = work.read(lambda session: jobs.get(session, job_id))
    if job.ended and heard is not None and heard >= job.version:
        return heard_all()

    def look(last: str | None) -> list[Told]:
        with database.read() as session:
            found = jobs.events_after(session, job_id, int(last or 0))
        return [_told(event) for event in found]

    return streamed(
        request,
        look,
        last=lambda told: told.event == "ended",
        heard=None if heard is None else str(heard),
        pace=_pace(request),
        closing=_closing(request),
    )


@router.get(
    "/runs/{run_id}/events/stream",
    summary="Watch a run",
    response_class=Response,
    responses={**_STREAM, **Responses.of(404)},
)
def pulse(
    *,
    run_id: str,
    _: Watches,
    request: Request,
    work: WorkDep,
    heard: Annotated[str | None, Header(alias="Last-Event-ID", max_length=64)] = None,
) -> Response:
    """Tell the state and the counts of a run whenever they change, as server-sent events.

    Each `changed` carries all counts, so nothing has to be added up. A listener who comes again
    is told only what has changed since.
    """
    run = work.read(lambda session: runs.get(session, run_id))
    watched: Pulse = request.app.state.pulse

    def look(last: str | None) -> list[Told]:
        beat = watched.of(run.id)
        if beat.id == last:
            return []
        return [Told(id=beat.id, event="changed", data={"run": run.code} | beat.data)]

    return streamed(
        request,
        look,
        last=lambda _: False,
        heard=heard,
        pace=_pace(request),
        closing=_closing(request),
    )


def _told(event: JobEvent) -> Told:
    data = {"at": event.at.isoformat(), **event.data}
    return Told(id=str(event.number), event=event.kind, data=data)


def _language(request: Request) -> Language:
    return negotiate(request.headers.get("accept-language"), request.app.state.settings.language)


def _closing(request: Request) -> Callable[[], bool]:
    workers: Workers = request.app.state.workers
    return lambda: workers.leaving


def _pace(request: Request) -> Pace:
    pace: Pace = request.app.state.pace
    return pace
