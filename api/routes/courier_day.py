"""What a courier's phone asks and tells: the day in one answer, and problems at stops."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import NotYours, Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, Reply, once
from api.plain import plain
from api.roles import Action
from api.versions import IfNoneMatch, etag_of_content, versioned
from logistics.domain.stop_problems import LONGEST_NOTE, StopProblemKind
from logistics.exchange.photos import read_picture
from logistics.usecases.read_courier_day import read_courier_day
from logistics.usecases.report_stop_problem import (
    keep_stop_photo,
    read_stop_problems,
    report_stop_problem,
)

router = APIRouter(prefix="/api/v1", tags=["courier"])

Rider = Annotated[Principal, Depends(may_within(Action.COURIER_PAGE))]
Rides = Annotated[Principal, Depends(may(Action.TRIP_RECORD))]
Desk = Annotated[Principal, Depends(may(Action.PROBLEM_READ))]


class CourierDayOut(BaseModel):
    """The day of the courier who asks: released runs with the trips that are not finished.

    A bag's ``mark`` is the beginning of the SHA-256 of what its label's QR says, so that a phone
    knows a label again without keeping its secret. Rooms are named where goods go to the door.
    """

    courier: str
    district: str
    zone: str = Field(description="IANA time zone of the service day")
    day: str
    runs: list[dict[str, Any]]


class ProblemIn(BaseModel):
    """What is wrong at a stop; only a courier who is unwell need not name one."""

    model_config = ConfigDict(extra="forbid")
    kind: StopProblemKind
    stop: Annotated[int | None, Field(ge=1, le=10_000, description="Its number on the trip")] = (
        None
    )
    bag: Annotated[str, Field(max_length=64, description="Code, where it is about one")] = ""
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    at: Annotated[AwareDatetime | None, Field(description="When it was met; without it: now")] = (
        None
    )


class ProblemHeard(BaseModel):
    """The problem is kept; the same id each time it is told."""

    id: str


class StopPhotoOut(BaseModel):
    """The picture is kept."""

    id: str


class ProblemsOut(BaseModel):
    """Problems of a run, the latest heard first; ``hand_over``: stops that wait for another."""

    run: str
    problems: list[dict[str, Any]]


@router.get(
    "/couriers/me/day",
    response_model=CourierDayOut,
    summary="Read one's own day as a courier",
    responses=Responses.of(304),
)
def day(who: Rider, work: WorkDep, at: NowDep, known: IfNoneMatch = None) -> Response:
    """Give everything for the shift at once, for a phone that then has no network."""
    courier_id = next((one.courier_id for one in who.holdings if one.courier_id), None)
    if courier_id is None:
        raise NotYours(subject="courier")
    # the map's libraries take seconds to load: only who rides waits for them
    from api.courier_days import day_content  # noqa: PLC0415

    content = day_content(work.read(lambda session: read_courier_day(session, courier_id, at=at)))
    return versioned(content, etag_of_content(content), known)


@router.post(
    "/runs/{run_id}/trips/{trip}/problems",
    response_model=ProblemHeard,
    status_code=201,
    summary="Report a problem at a stop",
    responses=Responses.of(400, 404, 409, 422),
)
def report(
    *,
    run_id: str,
    trip: str,
    body: ProblemIn,
    who: Rides,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Keep a problem of a trip, once per key, however late."""

    def deed(session: Session) -> Reply:
        said = report_stop_problem(
            session,
            run_id,
            trip,
            kind=body.kind,
            stop=body.stop,
            bag=body.bag,
            note=body.note,
            key=f"{who.token_id}/{key}",
            since=body.at or at,
            actor=who.actor,
            at=at,
        )
        return Reply({"id": said}, status=201)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/trips/{trip}/problems",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/runs/{run_id}/trips/{trip}/photos",
    status_code=201,
    summary="Send a photo of a stop",
    responses=Responses.of(400, 404, 409, 413, 422),
)
def send_photo(
    *,
    run_id: str,
    trip: str,
    photo: UploadFile,
    stop: Annotated[int, Form(ge=1, le=10_000)],
    about: Annotated[str, Form(max_length=128)] = "",
    taken_at: Annotated[AwareDatetime | None, Form()] = None,
    who: Rides,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> StopPhotoOut:
    """Keep a picture of what was left at a stop, or of what is wrong there; once per key.

    `about` is the key of the event or problem that it shows. It is kept small, and without what
    the camera wrote into it.
    """
    picture = read_picture(photo.file.read())

    def keep(session: Session) -> str:
        return keep_stop_photo(
            session,
            run_id,
            trip,
            picture,
            stop=stop,
            about=f"{who.token_id}/{about}" if about else "",
            key=f"{who.token_id}/{key}",
            since=taken_at or at,
            actor=who.actor,
            at=at,
        )

    return StopPhotoOut(id=work(keep))


@router.get(
    "/runs/{run_id}/problems",
    summary="Read the problems that couriers met",
    responses=Responses.of(404),
)
def problems(run_id: str, _: Desk, work: WorkDep) -> ProblemsOut:
    """List them, and which stops are to be handed over because a courier is unwell."""
    found = work.read(lambda session: read_stop_problems(session, run_id))
    return ProblemsOut(run=run_id, problems=[plain(one) for one in found])
