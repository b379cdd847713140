"""Errands on couriers' trips: what a plan takes along or leaves out, and how it went."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import NowDep, Work, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.roles import Action
from api.routes.errands import ErrandOut
from logistics.domain.errands import ErrandState
from logistics.store import errand_trips, plans, runs
from logistics.store.errand_trips import TripLeg
from logistics.usecases.run_errand import carry_errand, place_errand

router = APIRouter(prefix="/api/v1", tags=["errands"])

Moves = Annotated[Principal, Depends(may(Action.ERRAND_MOVE))]
Pages = Annotated[Principal, Depends(may(Action.ERRAND_PAGE))]
Rides = Annotated[Principal, Depends(may(Action.TRIP_RECORD))]


class PlaceIn(BaseModel):
    """Where the thing lies."""

    model_config = ConfigDict(extra="forbid")
    place: Annotated[str, Field(min_length=1, max_length=64, examples=["SX-1"])]


class CarriedIn(BaseModel):
    """What a courier did; `accepted` gives the errand back, with the reason as `note`."""

    model_config = ConfigDict(extra="forbid")
    state: Annotated[ErrandState, Field(examples=["fetched"])]
    note: Annotated[str, Field(max_length=500)] = ""


class LegOut(BaseModel):
    """A stop of an errand on a trip."""

    errand: str
    kind: str
    state: str
    leg: str
    trip: str
    courier: str
    stop: int
    place: str
    arrival_s: int
    leave_s: int


class LeftOut(BaseModel):
    """An errand that the plan leaves out, why, and what to do next."""

    errand: str
    code: str
    facts: dict[str, Any]
    next_action: str


class RunErrands(BaseModel):
    """The errands of a run's plan in force."""

    run: str
    legs: list[LegOut]
    left: list[LeftOut]


@router.get(
    "/runs/{run_id}/errands",
    summary="Read the errands of a run's plan",
    responses=Responses.of(404),
)
def of_run(run_id: str, _: Pages, work: WorkDep) -> RunErrands:
    """Read which errands go along with which trip, and which are left out and why."""

    def read(session: Session) -> RunErrands:
        run = runs.get(session, run_id)
        plan = plans.current(session, run.id)
        left = errand_trips.left_of(session, plan.id)
        return RunErrands(
            run=run.code,
            legs=[_leg(one) for one in errand_trips.legs_of(session, plan.id)],
            left=[
                LeftOut(
                    errand=one.errand_id,
                    code=one.code,
                    facts=dict(one.facts),
                    next_action=one.next_action,
                )
                for one in left
            ],
        )

    return work.read(read)


def _leg(one: TripLeg) -> LegOut:
    return LegOut(
        errand=one.leg.errand_id,
        kind=one.kind.value,
        state=one.state.value,
        leg=one.leg.leg.value,
        trip=one.trip,
        courier=one.courier,
        stop=one.leg.seq,
        place=one.leg.place_code,
        arrival_s=one.leg.arrival_s,
        leave_s=one.leg.leave_s,
    )


@router.post(
    "/errands/{errand_id}/place",
    response_model=ErrandOut,
    summary="Say where an errand's thing lies",
    responses=Responses.of(404, 409, 422),
)
def place(
    *,
    errand_id: str,
    body: PlaceIn,
    who: Moves,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Name the place by its code on the map; the same again changes nothing."""

    def deed(session: Session) -> Reply:
        placed = place_errand(session, errand_id, body.place, actor=who.actor, at=at)
        return Reply(ErrandOut.of(placed).model_dump(mode="json"))

    return _once(deed, f"errands/{errand_id}/place", body, who=who, key=key, work=work, at=at)


@router.post(
    "/runs/{run_id}/trips/{trip}/errands/{errand}",
    response_model=ErrandOut,
    summary="Say how an errand went on its trip",
    responses=Responses.of(400, 404, 409, 422),
)
def carried(
    *,
    run_id: str,
    trip: str,
    errand: str,
    body: CarriedIn,
    who: Rides,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Take down what a courier did: collected, fetched, delivered, or given back."""

    def deed(session: Session) -> Reply:
        moved = carry_errand(
            session, run_id, trip, errand, body.state, note=body.note, actor=who.actor, at=at
        )
        return Reply(ErrandOut.of(moved).model_dump(mode="json"))

    path = f"runs/{run_id}/trips/{trip}/errands/{errand}"
    return _once(deed, path, body, who=who, key=key, work=work, at=at)


def _once(
    deed: Callable[[Session], Reply],
    path: str,
    body: BaseModel,
    *,
    who: Principal,
    key: str | None,
    work: Work,
    at: datetime,
) -> JSONResponse:
    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/{path}",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )
