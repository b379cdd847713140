"""Errands: asked by households, brought step by step to their end by the desk."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from api.access.scopes import must_reach_household
from api.auth import Principal, may, may_within
from api.deps import NowDep, Work, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.paging import link_next
from api.roles import Action
from logistics.domain.errands import OPEN, Errand, ErrandKind, ErrandState
from logistics.store import errands, places, runs
from logistics.usecases.run_errand import move_errand, take_errand

router = APIRouter(prefix="/api/v1", tags=["errands"])

Takes = Annotated[Principal, Depends(may_within(Action.ERRAND_TAKE))]
Cancels = Annotated[Principal, Depends(may(Action.ERRAND_TAKE))]
Reads = Annotated[Principal, Depends(may(Action.ERRAND_READ))]
ReadsSome = Annotated[Principal, Depends(may_within(Action.ERRAND_READ))]
Pages = Annotated[Principal, Depends(may(Action.ERRAND_PAGE))]
Moves = Annotated[Principal, Depends(may(Action.ERRAND_MOVE))]


class ErrandIn(BaseModel):
    """What a household asks for beyond goods."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "household": "HK-07-03-2-501",
                    "kind": "medicine",
                    "said": "降压药一盒,医保卡挂在门把手上",
                    "client_ref": "phone-18",
                }
            ]
        },
    )
    household: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)
    ]
    kind: ErrandKind
    said: Annotated[str, Field(min_length=1, max_length=4000)]
    due_at: AwareDatetime | None = None
    place: Annotated[
        str,
        Field(
            max_length=64,
            description="Code of where the thing lies, on the map; medicine is otherwise fetched "
            "at the nearest health station",
            examples=["SX-1"],
        ),
    ] = ""
    client_ref: Annotated[str | None, Field(min_length=1, max_length=128)] = None


class StepIn(BaseModel):
    """How far an errand has come."""

    model_config = ConfigDict(extra="forbid")
    state: ErrandState
    note: Annotated[str, Field(max_length=500, description="Why, where it is declined")] = ""


class CancelIn(BaseModel):
    """Why an errand is no longer wanted."""

    model_config = ConfigDict(extra="forbid")
    note: Annotated[str, Field(min_length=1, max_length=500)]


class StepOut(BaseModel):
    """A step of an errand."""

    state: ErrandState
    at: datetime
    note: str


class ErrandOut(BaseModel):
    """An errand and its steps."""

    id: str
    household: str
    kind: ErrandKind
    said: str
    due_at: datetime | None
    place: str
    channel: str
    client_ref: str | None
    state: ErrandState
    steps: list[StepOut]

    @classmethod
    def of(cls, found: Errand) -> "ErrandOut":
        """Say an errand."""
        return cls(
            id=found.id,
            household=found.household_code,
            kind=found.kind,
            said=found.said,
            due_at=found.due_at,
            place=found.place,
            channel=found.channel,
            client_ref=found.client_ref,
            state=found.state,
            steps=[StepOut(state=s.state, at=s.at, note=s.note) for s in found.steps],
        )


class ErrandPage(BaseModel):
    """Errands by id."""

    errands: list[ErrandOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


@router.post(
    "/errands",
    status_code=201,
    response_model=ErrandOut,
    summary="Ask for an errand",
    responses=Responses.of(400, 404, 409, 422),
)
def take(body: ErrandIn, who: Takes, key: KeyDep, work: WorkDep, at: NowDep) -> JSONResponse:
    """Take an errand; 201 is answered only after COMMIT."""
    must_reach_household(work, who, Action.ERRAND_TAKE, body.household)

    def deed(session: Session) -> Reply:
        taken = take_errand(
            session,
            body.household,
            body.kind,
            body.said,
            due_at=body.due_at,
            place=body.place,
            client_ref=body.client_ref,
            channel=who.channel,
            actor=who.actor,
            at=at,
        )
        return Reply(ErrandOut.of(taken).model_dump(mode="json"), status=201)

    return once(
        work,
        deed,
        who=who,
        command="POST /api/v1/errands",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get("/errands/{errand_id}", summary="Read an errand", responses=Responses.of(404))
def read_one(errand_id: str, _: Reads, work: WorkDep) -> ErrandOut:
    """Read one errand with its steps."""
    found = work.read(lambda session: errands.get(session, errand_id))
    return ErrandOut.of(found)


@router.get("/errands", summary="Read a household's errands", responses=Responses.of(404, 422))
def of_household(
    who: ReadsSome, work: WorkDep, household: Annotated[str, Query(min_length=1, max_length=64)]
) -> list[ErrandOut]:
    """Read all errands of a household, oldest first."""
    must_reach_household(work, who, Action.ERRAND_READ, household)

    def read(session: Session) -> list[ErrandOut]:
        home = places.household_by_code(session, household)
        found = errands.of_household(session, home.id)
        return [ErrandOut.of(one) for one in found if who.sees(one.asked_at)]

    return work.read(read)


@router.get(
    "/districts/{district}/errands",
    summary="Read a district's errands",
    responses=Responses.of(404, 422),
)
def of_district(
    *,
    district: str,
    _: Pages,
    work: WorkDep,
    request: Request,
    response: Response,
    state: Annotated[list[ErrandState] | None, Query(description="Without it: all open")] = None,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ErrandPage:
    """Read errands in pages, oldest first."""

    def read(session: Session) -> tuple[Errand, ...]:
        district_id = runs.district_id(session, district)
        states = sorted(state or OPEN)
        return errands.page(session, district_id, states, after=after, limit=limit + 1)

    found = work.read(read)
    more = found[limit - 1].id if len(found) > limit else None
    link_next(request, response, more)
    return ErrandPage(errands=[ErrandOut.of(one) for one in found[:limit]], next=more)


@router.post(
    "/errands/{errand_id}/steps",
    response_model=ErrandOut,
    summary="Bring an errand a step on",
    responses=Responses.of(404, 409, 422),
)
def move(
    *,
    errand_id: str,
    body: StepIn,
    who: Moves,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Add a step; the same step again changes nothing."""
    return _moved(errand_id, "steps", body, who=who, key=key, work=work, at=at)


@router.post(
    "/errands/{errand_id}/cancel",
    response_model=ErrandOut,
    summary="Cancel an errand that has not begun",
    responses=Responses.of(404, 409, 422),
)
def cancel(
    *,
    errand_id: str,
    body: CancelIn,
    who: Cancels,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Take an errand back, with the reason."""
    step = StepIn(state=ErrandState.CANCELLED, note=body.note)
    return _moved(errand_id, "cancel", step, who=who, key=key, work=work, at=at)


def _moved(
    errand_id: str,
    verb: str,
    body: StepIn,
    *,
    who: Principal,
    key: str | None,
    work: Work,
    at: datetime,
) -> JSONResponse:
    def deed(session: Session) -> Reply:
        moved = move_errand(session, errand_id, body.state, note=body.note, actor=who.actor, at=at)
        return Reply(ErrandOut.of(moved).model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/errands/{errand_id}/{verb}",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )
