"""The run: created, listed, shown; its steps are in :mod:`api.routes.run_steps`."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.scopes import must_reach_district
from api.auth import Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import OptionalKeyDep, Reply, once
from api.paging import (
    AfterQuery,
    CursorInvalid,
    LimitQuery,
    cursor_of,
    cut,
    link_next,
    read_cursor,
)
from api.plain import plain
from api.roles import Action
from logistics.domain.runs import Run
from logistics.store import orders, runs
from logistics.usecases.create_run import create_run
from logistics.usecases.show_run import show_run

router = APIRouter(prefix="/api/v1", tags=["runs"])

Reads = Annotated[Principal, Depends(may(Action.RUN_READ))]
ReadsSome = Annotated[Principal, Depends(may_within(Action.RUN_READ))]
Opens = Annotated[Principal, Depends(may_within(Action.RUN_STEP))]


class RunIn(BaseModel):
    """A run to open."""

    model_config = ConfigDict(extra="forbid")
    district: Annotated[str, Field(min_length=1, max_length=200, examples=["Helsinki"])]
    day: Annotated[date, Field(description="Service day in the district's time zone")]
    wave: Annotated[int, Field(ge=1, le=99)] = 1
    cutoff_at: Annotated[AwareDatetime, Field(examples=["2026-11-24T12:00:00Z"])]
    separation_s: Annotated[int, Field(ge=0, le=86_400)] = 600


class RunOut(BaseModel):
    """A run."""

    id: str
    code: str
    district_id: str
    day: date
    wave: int
    state: str = Field(
        description="open, cut-off, ordered, received, allocated, packed, planned, released "
        "or closed"
    )
    created_at: datetime
    cutoff_at: datetime
    separation_s: int

    @classmethod
    def of(cls, run: Run) -> "RunOut":
        """Say a run."""
        return cls.model_validate(plain(run))


class RunsOut(BaseModel):
    """Runs, newest day first."""

    runs: list[RunOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


class ViewOut(BaseModel):
    """A run and everything that is counted of it."""

    run: RunOut
    view: dict[str, Any]


class OrdersOut(BaseModel):
    """Procurement orders of a run, one per market, with the demand behind each line."""

    orders: list[dict[str, Any]]


@router.post(
    "/runs",
    status_code=201,
    response_model=RunOut,
    summary="Open a run",
    responses=Responses.of(404, 409, 422),
)
def create(
    body: RunIn, who: Opens, key: OptionalKeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Open a run, to which lists may come until its cut-off."""
    must_reach_district(work, who, Action.RUN_STEP, body.district)

    def deed(session: Session) -> Reply:
        run = create_run(
            session,
            body.district,
            body.day,
            body.wave,
            cutoff_at=body.cutoff_at,
            separation_s=body.separation_s,
            actor=who.actor,
            at=at,
        )
        return Reply(RunOut.of(run).model_dump(mode="json"), 201)

    return once(
        work,
        deed,
        who=who,
        command="POST /api/v1/runs",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get("/runs", summary="List the newest runs", responses=Responses.of(422))
def newest(
    *,
    who: ReadsSome,
    work: WorkDep,
    request: Request,
    response: Response,
    after: AfterQuery = None,
    limit: LimitQuery = 20,
) -> RunsOut:
    """List runs in pages, newest day first."""
    since = read_cursor(after, str, int, str)
    before = None if since is None else (_cursor_day(since[0]), since[1], since[2])
    page = work.read(lambda s: runs.latest(s, limit + 1, before=before, districts=who.districts))
    found, more = cut(page, limit)
    last = found[-1] if more else None
    following = cursor_of(last.day.isoformat(), last.wave, last.id) if last else None
    link_next(request, response, following)
    return RunsOut(runs=[RunOut.of(run) for run in found], next=following)


def _cursor_day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise CursorInvalid(field="after") from error


@router.get("/runs/{run_id}", summary="Show a run", responses=Responses.of(404))
def show(run_id: str, _: Reads, work: WorkDep) -> ViewOut:
    """Show where a run stands and account for everything that was asked; takes id or code."""

    def read(session: Session) -> ViewOut:
        run = runs.get(session, run_id)
        return ViewOut(run=RunOut.of(run), view=plain(show_run(session, run.id)))

    return work.read(read)


@router.get("/runs/{run_id}/orders", summary="Read a run's orders", responses=Responses.of(404))
def of_run(run_id: str, _: Reads, work: WorkDep) -> OrdersOut:
    """Read the procurement orders of a run."""
    found = work.read(lambda s: orders.of_run(s, runs.get(s, run_id).id))
    return OrdersOut(orders=[plain(order) for order in found])
